//! Small files: saving profiles, drafts, recent ones, reports and the records behind a reason.

use std::path::Path;
use std::sync::Mutex;

use super::opened::Shelf;
use super::state_folder::{StateFolder, when};
use super::{Teller, locked};
use crate::app::places::start::{Recent, RecentRun};
use crate::app::{Answer, Draft, Problem};
use crate::connect::{ConnectError, Location};
use crate::profile::{self, Profile};
use crate::report::Report;
use crate::workspace;

pub(super) fn recents(state: &StateFolder, teller: &Teller) {
    let recents = state.recent().into_iter().map(|path| Recent {
        changed: std::fs::metadata(&path).and_then(|meta| meta.modified()).map(when).unwrap_or_default(),
        draft: profile::load_draft(&path).is_ok_and(|draft| draft.is_some()),
        path,
    });
    let profiles: Vec<Recent> = recents.collect();
    teller.tell(Answer::Recents { runs: recent_runs(&profiles), profiles });
}

/// Runs that the start place lists.
const RUNS: usize = 12;

/// The latest runs of recent profiles.
fn recent_runs(profiles: &[Recent]) -> Vec<RecentRun> {
    let mut homes: Vec<&Path> = profiles.iter().filter_map(|recent| recent.path.parent()).collect();
    homes.sort_unstable();
    homes.dedup();
    let mut runs: Vec<RecentRun> = Vec::new();
    for home in homes.into_iter().filter(|home| home.join(workspace::RUNS_FOLDER).is_dir()) {
        for run in workspace::list_runs(home).unwrap_or_default() {
            let name = Path::new(&run.profile).file_name();
            let of =
                profiles.iter().find(|recent| recent.path.parent() == Some(home) && recent.path.file_name() == name);
            runs.extend(of.map(|recent| RecentRun { profile: recent.path.clone(), run }));
        }
    }
    runs.sort_by(|a, b| b.run.started.cmp(&a.run.started));
    runs.truncate(RUNS);
    runs
}

/// Saves a profile. A file that is there and is not the profile's own is not touched before somebody said so.
pub(super) fn save(
    path: &Path,
    old: Option<&str>,
    profile: &Profile,
    own: bool,
    shelf: &Mutex<Shelf>,
    state: &StateFolder,
    teller: &Teller,
) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !own && path.exists() {
        return teller.tell(Answer::Exists(path));
    }
    let failed =
        |text: &str| teller.tell(Answer::Failed(Problem::new(format!("{} was not saved", path.display()), text)));
    let moved = rebased(profile, &path);
    if old.is_none()
        && let Err(error) = remove_own(&path, own)
    {
        return failed(&error.to_string());
    }
    match profile::save(&path, old.unwrap_or_default(), &moved) {
        Ok(new) => {
            state.remember(&path);
            state.remember_source(&path, &locked(shelf).first_look);
            let base = path.parent().unwrap_or(Path::new(""));
            let saved = profile::parse(&new.text, base).unwrap_or(moved);
            teller.tell(Answer::Saved { path, text: new.text, profile: Box::new(saved) });
        }
        Err(error) => failed(&error.to_string()),
    }
}

/// A file that may be overwritten makes room, so that saving does not take its text for the profile's.
fn remove_own(path: &Path, own: bool) -> std::io::Result<()> {
    if own && path.exists() { std::fs::remove_file(path) } else { Ok(()) }
}

/// The profile as it must read in another folder: relative addresses start from where the file lies.
fn rebased(profile: &Profile, path: &Path) -> Profile {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut moved = profile.clone();
    for location in [&mut moved.source, &mut moved.target] {
        *location = location_from(location, folder);
    }
    moved
}

/// The same location, written from another folder: relative where it lies below, absolute elsewhere.
pub(super) fn location_from(location: &Location, folder: &Path) -> Location {
    if location.base == folder {
        return location.clone();
    }
    let path = location.path();
    let path = std::path::absolute(&path).unwrap_or(path);
    let shown =
        path.strip_prefix(folder).map_or_else(|_| path.display().to_string(), |below| below.display().to_string());
    let slash = if location.address.ends_with('/') && !shown.ends_with('/') { "/" } else { "" };
    let address = match location.scheme() {
        Some(scheme) => format!("{scheme}:{shown}{slash}"),
        None => format!("{shown}{slash}"),
    };
    Location { address, base: folder.to_owned(), ..location.clone() }
}

/// Writes a draft where it is found again; also from the panic hook.
pub(crate) fn write_draft(draft: &Draft) -> Result<(), ConnectError> {
    let folder = draft.profile_path.parent().unwrap_or(Path::new(""));
    let mut profile = Profile::clone(&draft.profile);
    profile.source = location_from(&profile.source, folder);
    profile.target = location_from(&profile.target, folder);
    profile::save_draft(&draft.profile_path, &profile)
}

pub(super) fn keep_draft(draft: &Draft, teller: &Teller) {
    match write_draft(draft) {
        Ok(()) => teller.tell(Answer::DraftSaved),
        Err(error) => teller.tell(Answer::DraftFailed(error.to_string())),
    }
}

pub(super) fn drop_draft(profile_path: &Path, teller: &Teller) {
    if let Err(error) = profile::remove_draft(profile_path) {
        teller.tell(Answer::DraftFailed(error.to_string()));
    }
}

/// Reads the report of a run's folder.
pub(super) fn report(folder: &Path, teller: &Teller) {
    let path = folder.join("report.json");
    let read = std::fs::read(&path).map_err(|error| ConnectError::io(&path, "read", error).to_string());
    let parsed = read.and_then(|bytes| serde_json::from_slice::<Report>(&bytes).map_err(|error| error.to_string()));
    match parsed {
        Ok(report) => teller.tell(Answer::Report { folder: folder.to_owned(), report: Box::new(report) }),
        // A run that did not begin has no report; what it said was shown already.
        Err(_) if !path.exists() => {}
        Err(error) => teller.tell(Answer::Failed(Problem::new("The report could not be read", &error))),
    }
}

/// The report of the profile's latest run that has one, so that opening a profile again finds it.
pub(super) fn latest_report(profile: &Path, teller: &Teller) {
    let home = profile.parent().unwrap_or(Path::new("."));
    let name = profile.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let runs = workspace::list_runs(home).unwrap_or_default();
    let of_profile = |run: &&workspace::RunEntry| {
        run.ledger.is_some() && Path::new(&run.profile).file_name().is_some_and(|file| file.to_string_lossy() == name)
    };
    if let Some(run) = runs.iter().find(of_profile) {
        report(&run.folder, teller);
    }
    let running = |run: &&workspace::RunEntry| {
        run.state == workspace::RunState::Running
            && Path::new(&run.profile).file_name().is_some_and(|file| file.to_string_lossy() == name)
    };
    if let Some(run) = runs.iter().find(running) {
        teller.tell(Answer::RunFound { folder: run.folder.clone(), dry_run: run.dry_run });
    }
}

/// The runs of the folder that a profile lies in.
pub(super) fn runs(profile: &Path, teller: &Teller) {
    let home = profile.parent().unwrap_or(Path::new("."));
    teller.tell(Answer::Runs(workspace::list_runs(home).unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_move_with_the_profile() {
        let at = |address: &str| Location { base: "/data".into(), ..Location::from_argument(address) };
        let folder = Path::new("/data/crm");
        assert_eq!(location_from(&at("crm/a.csv"), folder).address, "a.csv");
        assert_eq!(location_from(&at("other/a.csv"), folder).address, "/data/other/a.csv");
        assert_eq!(location_from(&at("sqlite:crm/a.db"), folder).address, "sqlite:a.db");
        assert_eq!(location_from(&at("crm/out/"), folder).address, "out/");
        assert_eq!(location_from(&at("a.csv"), Path::new("/data")).address, "a.csv");
    }
}
