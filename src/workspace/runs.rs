//! Runs that were: read from the run folders, which are the only record of them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::connect::{ConnectError, ErrorKind};
use crate::engine::Ledger;
use crate::report::{self, Report};

/// The folder beside a profile in which its runs are kept, one folder a run.
pub const RUNS_FOLDER: &str = "mapwright-runs";

const MANIFEST: &str = "manifest.json";
const REPORT: &str = "report.json";
const LOCK: &str = "lock";

/// What a manifest says that a list of runs needs; whatever else it holds is its own business.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ManifestFacts {
    run: String,
    state: String,
    profile: String,
    source: String,
    target: String,
    started: String,
    finished: Option<String>,
    given: Vec<String>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// A process is at work on it now.
    Running,
    /// It was running when its process ended: killed, crashed, or the machine went down.
    Interrupted,
    Done,
    Cancelled,
    Failed,
    /// More rejects than the profile allows.
    Stopped,
    /// The manifest cannot be read or says something that this version does not know.
    Unknown,
}

impl RunState {
    pub fn word(self) -> &'static str {
        match self {
            RunState::Running => "running",
            RunState::Interrupted => "interrupted",
            RunState::Done => "done",
            RunState::Cancelled => "cancelled",
            RunState::Failed => "failed",
            RunState::Stopped => "stopped",
            RunState::Unknown => "unreadable",
        }
    }
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEntry {
    pub folder: PathBuf,
    pub run: String,
    pub state: RunState,
    pub profile: String,
    pub source: String,
    pub target: String,
    /// RFC 3339, UTC; empty where unknown.
    pub started: String,
    pub finished: Option<String>,
    /// `None` until there is a report.
    pub ledger: Option<Ledger>,
    pub dry_run: bool,
    /// What the run needs from the operator: a sentence, or a command; empty where nothing.
    pub needs: String,
}

/// The runs of a folder, newest first. `folder` may be a folder of runs, a folder that has one
/// ([`RUNS_FOLDER`]), or a run folder itself. No runs is an empty list; a folder that is not there is an error.
pub fn list_runs(folder: &Path) -> Result<Vec<RunEntry>, ConnectError> {
    if folder.join(MANIFEST).is_file() {
        return Ok(vec![entry(folder)]);
    }
    let below = folder.join(RUNS_FOLDER);
    let home = if below.is_dir() { below } else { folder.to_owned() };
    let mut runs = Vec::new();
    for item in fs::read_dir(&home).map_err(|error| ConnectError::io(&home, "list", error))? {
        let path = item.map_err(|error| ConnectError::io(&home, "list", error))?.path();
        if path.join(MANIFEST).is_file() {
            runs.push(entry(&path));
        }
    }
    runs.sort_by(|a, b| (&b.started, &b.folder).cmp(&(&a.started, &a.folder)));
    Ok(runs)
}

/// The report of a run: `run` is a run folder, a `report.json`, the name of a run below `home`, or `None` for the
/// newest run below `home` that has a report.
pub fn find_report(run: Option<&Path>, home: &Path) -> Result<Report, ConnectError> {
    let Some(run) = run else {
        let newest = list_runs(home)?.into_iter().find(|entry| entry.folder.join(REPORT).is_file());
        return match newest {
            Some(entry) => read_report(&entry.folder.join(REPORT)),
            None => Err(ConnectError::new(
                ErrorKind::NotFound,
                home.join(RUNS_FOLDER).display().to_string(),
                "there is no run with a report",
                "Name a run folder, or run a profile first: mapwright run PROFILE",
            )),
        };
    };
    let candidates = [run.to_owned(), home.join(RUNS_FOLDER).join(run)];
    for path in &candidates {
        if path.is_file() {
            return read_report(path);
        }
        if path.join(REPORT).is_file() {
            return read_report(&path.join(REPORT));
        }
        if path.join(MANIFEST).is_file() {
            let entry = entry(path);
            let next = if entry.needs.is_empty() { "Look again when it has ended.".to_owned() } else { entry.needs };
            let what = format!("the run has no report yet; it is {}", entry.state.word());
            return Err(ConnectError::new(ErrorKind::NotFound, path.display().to_string(), what, next));
        }
    }
    Err(ConnectError::new(
        ErrorKind::NotFound,
        run.display().to_string(),
        "there is no run of this name",
        "Name a run folder or its report.json; `mapwright runs` lists the runs that there are.",
    ))
}

fn read_report(path: &Path) -> Result<Report, ConnectError> {
    let bytes = fs::read(path).map_err(|error| ConnectError::io(path, "read", error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        ConnectError::new(
            ErrorKind::Malformed,
            format!("{}, line {}, column {}", path.display(), error.line(), error.column()),
            "this is no report of mapwright",
            "Name a run folder, or the report.json in it.",
        )
    })
}

fn entry(folder: &Path) -> RunEntry {
    let facts: Option<ManifestFacts> =
        fs::read(folder.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let report = read_report(&folder.join(REPORT)).ok();
    let known = facts.is_some();
    let facts = facts.unwrap_or_default();
    let state = match facts.state.as_str() {
        "running" if is_locked(folder) => RunState::Running,
        "running" => RunState::Interrupted,
        "done" => RunState::Done,
        "cancelled" => RunState::Cancelled,
        "failed" => RunState::Failed,
        "stopped" => RunState::Stopped,
        _ => RunState::Unknown,
    };
    let mut entry = RunEntry {
        folder: folder.to_owned(),
        run: facts.run,
        state,
        profile: facts.profile,
        source: facts.source,
        target: facts.target,
        started: facts.started,
        finished: facts.finished,
        ledger: report.as_ref().map(|report| report.ledger),
        dry_run: report.as_ref().is_some_and(|report| report.dry_run),
        needs: String::new(),
    };
    entry.needs = match (state, report) {
        (RunState::Running, _) => String::new(),
        (RunState::Interrupted, _) => {
            let given: String = facts.given.iter().map(|word| format!(" {}", shell(word))).collect();
            let out = shell(&folder.display().to_string());
            format!("mapwright run {}{given} --out {out} --resume", shell(&entry.profile))
        }
        (RunState::Unknown, _) if !known => "its manifest.json cannot be read".to_owned(),
        (RunState::Unknown, _) => "it was written by another version of mapwright".to_owned(),
        (_, Some(mut report)) => {
            report.profile.get_or_insert_with(|| entry.profile.clone());
            report.folder = Some(folder.display().to_string());
            let step = report::verdict(&report).next.into_iter().next();
            step.map(|step| step.command.unwrap_or(step.text)).unwrap_or_default()
        }
        (_, None) => "its report is missing; run again".to_owned(),
    };
    entry
}

/// Whether a process holds the run's lock. A lock that cannot be looked at counts as free: the run itself will say so.
fn is_locked(folder: &Path) -> bool {
    let held =
        |file: io::Result<File>| matches!(file.map(|file| file.try_lock_shared()), Ok(Err(TryLockError::WouldBlock)));
    held(File::open(folder.join(LOCK)))
}

fn shell(text: &str) -> String {
    report::shell_word(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(home: &Path, name: &str, state: &str, started: &str) -> PathBuf {
        let folder = home.join(RUNS_FOLDER).join(name);
        fs::create_dir_all(&folder).expect("a folder");
        let manifest = format!(
            r#"{{"version":"0.1.0","run":"{name}","state":"{state}","profile":"crm.yaml","started":"{started}","more":[1]}}"#
        );
        fs::write(folder.join(MANIFEST), manifest).expect("written");
        folder
    }

    #[test]
    fn lists_newest_first_and_tells_interrupted_from_running() {
        let home = tempfile::tempdir().expect("a folder");
        let old = run(home.path(), "a", "running", "2026-01-01T00:00:00Z");
        let new = run(home.path(), "b", "running", "2026-02-01T00:00:00Z");
        let lock = File::create(new.join(LOCK)).expect("a lock");
        lock.lock().expect("locked");
        fs::create_dir(home.path().join(RUNS_FOLDER).join("no-run")).expect("a folder");
        let runs = list_runs(home.path()).expect("listed");
        assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Running, RunState::Interrupted]);
        assert_eq!(
            runs[1].needs,
            format!("mapwright run crm.yaml --out {} --resume", shell(&old.display().to_string()))
        );
        assert_eq!(list_runs(&old).expect("one").len(), 1);
    }

    #[test]
    fn a_broken_manifest_is_listed_and_says_so() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = run(home.path(), "a", "done", "");
        fs::write(folder.join(MANIFEST), "{ half").expect("written");
        let runs = list_runs(home.path()).expect("listed");
        assert_eq!(runs[0].state, RunState::Unknown);
        assert_eq!(runs[0].needs, "its manifest.json cannot be read");
    }

    #[test]
    fn finds_a_report_by_folder_file_name_or_age() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = run(home.path(), "a", "done", "2026-01-01T00:00:00Z");
        run(home.path(), "b", "running", "2026-02-01T00:00:00Z");
        let ledger = Ledger { read: 2, created: 1, rejected: 1, ..Ledger::default() };
        let report = Report { run: "a".into(), outcome: "done".into(), ledger, balances: true, ..Report::default() };
        fs::write(folder.join(REPORT), report::render::json(&report)).expect("written");
        for named in [Some(folder.clone()), Some(folder.join(REPORT)), Some("a".into()), None] {
            assert_eq!(find_report(named.as_deref(), home.path()).expect("found").run, "a");
        }
        let open = find_report(Some(Path::new("b")), home.path()).expect_err("no report");
        assert!(open.to_string().contains("interrupted"), "{open}");
        assert_eq!(find_report(Some(Path::new("zzz")), home.path()).expect_err("none").kind, ErrorKind::NotFound);
        let entry = list_runs(&folder).expect("one").remove(0);
        assert!(entry.needs.starts_with("mapwright run crm.yaml --rejects "), "{}", entry.needs);
    }

    #[test]
    fn something_else_is_no_report() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("x.json");
        fs::write(&path, "{\n\"ledger\": 3}").expect("written");
        let error = find_report(Some(&path), home.path()).expect_err("no report").to_string();
        assert!(error.contains("x.json, line 2") && error.contains("no report of mapwright"), "{error}");
    }
}
