//! One run at a time on one target, across processes: a locked file by the target's name in the user's state folder.

use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};

use super::run::text_hash;
use crate::connect::disk::DiskFile;
use crate::connect::{ConnectError, ErrorKind, Location};

/// A locked file. The lock is given up in so many words: closing the file is not enough while a program that was just
/// started still holds a copy of it.
pub(super) struct Held(pub DiskFile);

impl Drop for Held {
    fn drop(&mut self) {
        // Closing the file, which follows, is the other way.
        let _ = self.0.unlock();
    }
}

/// Held as long as a run may write to the target.
pub(super) struct TargetLock {
    _file: Option<Held>,
}

impl TargetLock {
    /// Locks the target. Where there is no place for lock files (no home folder, a read-only one), there is no lock:
    /// a run must not fail for want of a place to say that it runs.
    ///
    /// # Errors
    /// Another run holds the lock.
    pub fn take(target: &Location) -> Result<TargetLock, ConnectError> {
        let Some(folder) = folder() else { return Ok(TargetLock { _file: None }) };
        if fs::create_dir_all(&folder).is_err() {
            return Ok(TargetLock { _file: None });
        }
        let file = DiskFile::open_or_create(&folder.join(name(target)));
        let Ok(file) = file else { return Ok(TargetLock { _file: None }) };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(ConnectError::new(
                ErrorKind::Exists,
                target.address.clone(),
                "another run is writing to this target",
                "Wait for it to end, or cancel it; `mapwright runs` lists the runs.",
            )),
            // A file system without locks has none to respect.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(TargetLock { _file: Some(Held(file)) }),
        }
    }
}

fn folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("mapwright").join("locks"))
}

/// The same for every spelling of a path.
fn name(target: &Location) -> String {
    let path = target.path();
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    };
    text_hash(&whole.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_path_have_one_lock() {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("a")).expect("made");
        let at = |rest: &str| Location::from_argument(&format!("{}/{rest}", home.path().display()));
        assert_eq!(name(&at("x.csv")), name(&at("a/../x.csv")));
        assert_ne!(name(&at("x.csv")), name(&at("y.csv")));
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_ends_with_its_run_while_programs_are_started() {
        use std::sync::atomic::{AtomicBool, Ordering};
        // A program that was just started holds copies of all open files until it gets going.
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("lock");
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let _ = std::process::Command::new("true").status();
                }
            });
            for _ in 0..2_000 {
                let held = Held(DiskFile::open_or_create(&path).expect("opened"));
                assert!(held.0.try_lock().is_ok(), "the lock before was given up");
            }
            over.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn a_second_run_on_the_same_target_is_refused() {
        let home = tempfile::tempdir().expect("a folder");
        let target = Location::from_argument(&home.path().join("x.csv").display().to_string());
        let first = TargetLock::take(&target).expect("free");
        if first._file.is_none() {
            return; // No place for locks here.
        }
        let refused = TargetLock::take(&target).err().expect("taken");
        assert!(refused.to_string().contains("another run"), "{refused}");
        drop(first);
        assert!(TargetLock::take(&target).is_ok());
    }
}
