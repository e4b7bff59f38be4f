//! Files on their way to their final names: written down before, so that a run that was cut off knows afterwards whether
//! it happened, and can go on where several files get theirs one after another.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{exists, inode, sync_folder};
use super::{ConnectError, ErrorKind, disk};

/// A whole, durable file that [`super::Sink::finish`] is about to give its final name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Publishing {
    pub path: PathBuf,
    pub temporary: PathBuf,
    /// Size of the whole file.
    pub bytes: u64,
    /// The file's number in its file system, which it keeps under the final name; where there is such a thing.
    #[serde(default)]
    pub inode: Option<u64>,
    /// Whether it takes the place of what stands under the final name.
    #[serde(default)]
    pub replaces: bool,
    /// Records in it, where it is a part of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Files of an earlier run that go when this one has its name: parts beyond the last one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removes: Vec<PathBuf>,
}

impl Publishing {
    /// Gives the file its final name, durably.
    pub(super) fn publish(&self) -> Result<(), ConnectError> {
        let failed = |error| ConnectError::io(&self.path, "write", error);
        if self.replaces {
            disk::rename(&self.temporary, &self.path).map_err(failed)?;
        } else {
            name_if_free(&self.temporary, &self.path)?;
        }
        self.remove_others()?;
        sync_folder(&self.path).map_err(failed)
    }

    fn remove_others(&self) -> Result<(), ConnectError> {
        for path in &self.removes {
            disk::remove_if_there(path).map_err(|error| ConnectError::io(path, "remove", error))?;
        }
        Ok(())
    }

    /// Removes the file under its temporary name.
    pub(super) fn give_up(&self) -> Result<(), ConnectError> {
        disk::remove_if_there(&self.temporary).map_err(|error| ConnectError::io(&self.temporary, "remove", error))
    }

    /// Whether the file got its final name; what is left of the temporary one is removed then.
    pub fn happened(&self) -> bool {
        let Ok(there) = std::fs::metadata(&self.path) else { return false };
        if there.len() != self.bytes || inode(&there) != self.inode {
            return false;
        }
        // Both names stand for one file for a moment where the final one must not replace another.
        let named = match std::fs::metadata(&self.temporary) {
            Err(_) => true,
            Ok(temporary) if self.inode.is_some() && inode(&temporary) == self.inode => {
                disk::remove_file(&self.temporary).is_ok()
            }
            Ok(_) => false,
        };
        named && self.remove_others().is_ok()
    }

    /// Whether the whole file waits under its temporary name.
    fn waits(&self) -> bool {
        let there = std::fs::metadata(&self.temporary);
        there.is_ok_and(|there| there.len() == self.bytes && inode(&there) == self.inode)
    }
}

/// Gives all files their names, one after another. All must be whole and durable.
///
/// # Errors
/// Where the first gets no name, none stays; later, those without one wait for [`complete`].
pub(super) fn publish_all(all: &[Publishing]) -> Result<(), ConnectError> {
    for (index, one) in all.iter().enumerate() {
        let Err(mut error) = one.publish() else { continue };
        if index == 0 && !one.happened() {
            // The error that is told is the first one.
            all.iter().for_each(|one| drop(one.give_up()));
        } else if all.len() > 1 {
            error.what = format!("{}; {index} of {} parts have their names", error.what, all.len());
            error.next = format!("{} `--resume` names the others.", error.next);
        }
        return Err(error);
    }
    Ok(())
}

/// Whether all files of an object got their names before a run was cut off. Where some did, the others get theirs now.
///
/// # Errors
/// A file that got no name and is gone.
pub(crate) fn complete(all: &[&Publishing]) -> Result<bool, ConnectError> {
    let missing: Vec<&&Publishing> = all.iter().filter(|one| !one.happened()).collect();
    if missing.is_empty() || missing.len() == all.len() {
        return Ok(missing.is_empty() && !all.is_empty());
    }
    for one in missing {
        if !one.waits() {
            return Err(ConnectError::new(
                ErrorKind::Changed,
                one.path.display().to_string(),
                "the run was cut off while its parts got their names, and this one was removed or changed since",
                "Remove the parts, then run again without `--resume`.",
            ));
        }
        one.publish()?;
    }
    Ok(true)
}

/// Renames unless the name was taken meanwhile. A second link does both in one step; where the file system has no
/// links, a look before the rename has to do.
fn name_if_free(temporary: &Path, path: &Path) -> Result<(), ConnectError> {
    match disk::hard_link(temporary, path) {
        Ok(()) => disk::remove_file(temporary).map_err(|error| ConnectError::io(temporary, "remove", error)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(_) if path.symlink_metadata().is_ok() => Err(exists(path)),
        Err(_) => disk::rename(temporary, path).map_err(|error| ConnectError::io(path, "write", error)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn waiting(folder: &Path, name: &str) -> Publishing {
        let temporary = folder.join(format!(".{name}.part"));
        fs::write(&temporary, name).unwrap();
        let inode = inode(&fs::metadata(&temporary).unwrap());
        Publishing { path: folder.join(name), temporary, bytes: name.len() as u64, inode, ..Publishing::default() }
    }

    #[test]
    fn names_that_a_cut_off_run_owes_are_given() {
        let folder = tempfile::tempdir().unwrap();
        let all = ["a", "b", "c"].map(|name| waiting(folder.path(), name));
        let refs: Vec<&Publishing> = all.iter().collect();
        assert!(!complete(&refs).unwrap());
        assert!(!all[0].path.exists());
        all[0].publish().unwrap();
        assert!(complete(&refs).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        assert!(complete(&refs).unwrap());
        assert!(!complete(&[]).unwrap());
    }

    #[test]
    fn a_part_that_is_gone_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let all = ["a", "b"].map(|name| waiting(folder.path(), name));
        all[0].publish().unwrap();
        fs::write(&all[1].temporary, "other content").unwrap();
        assert_eq!(complete(&all.iter().collect::<Vec<_>>()).unwrap_err().kind, ErrorKind::Changed);
    }

    #[test]
    fn parts_beyond_the_last_go_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("old");
        fs::write(&old, "x").unwrap();
        let one = Publishing { removes: vec![old.clone()], ..waiting(folder.path(), "a") };
        one.publish().unwrap();
        assert!(!old.exists());
    }
}
