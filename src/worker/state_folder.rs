//! The folder that keeps what belongs to the user and to no project: recent profiles, drafts of new ones.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::profile::Profile;
use crate::schema::Object;

/// Profiles that are remembered.
const REMEMBERED: usize = 30;

/// The user's state folder.
#[derive(Debug, Clone)]
pub(super) struct StateFolder(pub PathBuf);

/// `MAPWRIGHT_STATE`, else the platform's folder for state, else a folder for temporary files.
fn default_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("MAPWRIGHT_STATE")
        .or_else(|| set("XDG_STATE_HOME").map(|home| home.join("mapwright")))
        .or_else(|| set("LOCALAPPDATA").map(|home| home.join("mapwright")))
        .or_else(|| set("HOME").map(|home| home.join(".local/state/mapwright")))
        .unwrap_or_else(|| std::env::temp_dir().join("mapwright"))
}

impl Default for StateFolder {
    fn default() -> Self {
        StateFolder(default_folder())
    }
}

impl StateFolder {
    /// Makes the folder, private to the user.
    fn made(&self) -> std::io::Result<PathBuf> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0)?;
        Ok(self.0.clone())
    }

    /// Where a profile that was never saved would lie: its draft goes beside it. The same pair gives the same place.
    pub fn new_profile(&self, profile: &Profile) -> PathBuf {
        let pair = format!("{}\n{}", profile.source.path().display(), profile.target.path().display());
        let name = format!("new-{:016x}.yaml", xxhash_rust::xxh3::xxh3_64(pair.as_bytes()));
        self.made().unwrap_or_else(|_| std::env::temp_dir()).join(name)
    }

    /// Puts a profile at the head of the recent ones. What is remembered is a comfort: failing to is no error.
    pub fn remember(&self, path: &Path) {
        let mut paths = self.recent();
        paths.retain(|known| known != path);
        paths.insert(0, path.to_owned());
        paths.truncate(REMEMBERED);
        let text: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
        let Ok(folder) = self.made() else { return };
        let written = tempfile::NamedTempFile::new_in(&folder).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.persist(folder.join("recent")).map_err(|error| error.error)
        });
        drop(written);
    }

    /// What the source of a profile is like, for telling later what has changed.
    pub fn remember_source(&self, profile: &Path, objects: &[Object]) {
        let Ok(folder) = self.made() else { return };
        let Ok(text) = serde_json::to_vec(objects) else { return };
        let written = tempfile::NamedTempFile::new_in(&folder).and_then(|mut file| {
            file.write_all(&text)?;
            file.persist(self.source_file(profile)).map_err(|error| error.error)
        });
        drop(written);
    }

    /// The source's objects as they were when the profile was last saved; empty where nothing is remembered.
    pub fn remembered_source(&self, profile: &Path) -> Vec<Object> {
        let text = fs::read(self.source_file(profile)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn source_file(&self, profile: &Path) -> PathBuf {
        let name = profile.display().to_string();
        self.0.join(format!("source-{:016x}.json", xxhash_rust::xxh3::xxh3_64(name.as_bytes())))
    }

    /// Recent profiles, the latest first; those that are gone are left out.
    pub fn recent(&self) -> Vec<PathBuf> {
        let text = fs::read_to_string(self.0.join("recent")).unwrap_or_default();
        text.lines().map(PathBuf::from).filter(|path| path.is_file()).collect()
    }
}

/// A time as people read it, in the local zone.
pub(super) fn when(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}
