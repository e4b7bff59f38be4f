//! Files on their way: written under a temporary name, so that nothing half-written ever stands under a final one.

use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{fingerprint, inode, not_created, open};
use crate::connect::disk::{self, DiskFile};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Position, Publishing, WriteMode};

/// What stands under the final name, and what may become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connect) enum Existing {
    /// It must not be there, neither now nor at the end.
    Refuse,
    /// It goes when the new file is complete.
    Replace,
    /// Its bytes come first in the new file.
    Keep,
}

/// What a write mode does with an existing text file; those that need to find a record by key are refused.
pub(in crate::connect) fn existing_for(mode: WriteMode, path: &Path) -> Result<Existing, ConnectError> {
    let word = match mode {
        WriteMode::Insert => return Ok(Existing::Refuse),
        WriteMode::Replace => return Ok(Existing::Replace),
        WriteMode::Append => return Ok(Existing::Keep),
        WriteMode::Update => "update",
        WriteMode::Upsert => "upsert",
        WriteMode::SkipExisting => "skip-existing",
    };
    Err(ConnectError::new(
        ErrorKind::Unsupported,
        path.display().to_string(),
        format!("`write: {word}` needs a target that finds records by key, and a text file does not"),
        "Choose `write: insert`, `replace` or `append`, or a database as the target (`sqlite:PATH`).",
    ))
}

/// A file that appears under its final name only when it is complete. Until then it has a hidden name in the same
/// folder, made from the run's; only the user can read either.
pub(in crate::connect) struct PendingFile {
    file: DiskFile,
    temporary: PathBuf,
    path: PathBuf,
    existing: Existing,
    /// State of the file whose bytes were kept, to notice that somebody wrote to it meanwhile.
    kept: Option<Fingerprint>,
    buffer: Vec<u8>,
    /// Bytes in the file and the buffer.
    len: u64,
    /// Bytes that were there when this run (or its part since resuming) began.
    started_at: u64,
    sealed: bool,
}

/// Written in blocks of this size.
const BLOCK: usize = 128 << 10;

impl PendingFile {
    /// Starts the file, or goes on with the one that a run of this name left at `resume`.
    pub fn start(
        path: &Path,
        run: &str,
        existing: Existing,
        resume: Option<&Position>,
    ) -> Result<PendingFile, ConnectError> {
        let temporary = temporary_name(path, run)?;
        if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        if path.is_dir() {
            return Err(ConnectError::io(path, "write", io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let kept = match existing {
            Existing::Keep if path.exists() => Some(fingerprint(path)?),
            _ => None,
        };
        let mut pending = match resume {
            Some(position) => Self::resumed(path, temporary, existing, position)?,
            None => Self::fresh(path, temporary, existing)?,
        };
        pending.kept = kept;
        Ok(pending)
    }

    fn fresh(path: &Path, temporary: PathBuf, existing: Existing) -> Result<PendingFile, ConnectError> {
        // What an earlier try of the same run left is of no use without a position.
        disk::remove_if_there(&temporary).map_err(|error| ConnectError::io(&temporary, "replace", error))?;
        sweep(path);
        let file = DiskFile::create_new(&temporary).map_err(|error| not_created(path, error))?;
        // Held until the file is closed, so that nobody takes it for one that was left behind. Where there are no
        // locks, nobody sweeps either.
        let _ = file.try_lock();
        let path = path.to_owned();
        let buffer = Vec::with_capacity(BLOCK + (64 << 10));
        let mut pending =
            PendingFile { file, temporary, path, existing, kept: None, buffer, len: 0, started_at: 0, sealed: false };
        if existing == Existing::Keep
            && pending.path.exists()
            && let Err(error) = pending.copy_existing()
        {
            let _ = disk::remove_file(&pending.temporary);
            return Err(error);
        }
        pending.started_at = pending.len;
        Ok(pending)
    }

    fn copy_existing(&mut self) -> Result<(), ConnectError> {
        let mut old = open(&self.path)?;
        self.len = io::copy(&mut old, &mut self.file).map_err(|error| ConnectError::io(&self.path, "copy", error))?;
        Ok(())
    }

    fn resumed(
        path: &Path,
        temporary: PathBuf,
        existing: Existing,
        position: &Position,
    ) -> Result<PendingFile, ConnectError> {
        let lost = |what: &str| {
            ConnectError::new(
                ErrorKind::Changed,
                temporary.display().to_string(),
                what,
                "Run without resuming; nothing was written under the final name yet.",
            )
        };
        let len = position_bytes(position).ok_or_else(|| lost("the place to resume from cannot be read"))?;
        let mut file = DiskFile::open_to_write(&temporary)
            .map_err(|_| lost("the unfinished file of the run to resume is gone"))?;
        let _ = file.try_lock();
        let there = file.metadata().map_err(|error| ConnectError::io(&temporary, "read", error))?.len();
        if there < len {
            return Err(lost("the unfinished file of the run to resume is shorter than it was"));
        }
        file.set_len(len)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(|error| ConnectError::io(&temporary, "write", error))?;
        let path = path.to_owned();
        let buffer = Vec::with_capacity(BLOCK + (64 << 10));
        Ok(PendingFile { file, temporary, path, existing, kept: None, buffer, len, started_at: len, sealed: false })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ConnectError> {
        self.len += bytes.len() as u64;
        if self.buffer.is_empty() && bytes.len() >= BLOCK {
            return self.file.write_all(bytes).map_err(|error| ConnectError::io(&self.path, "write", error));
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ConnectError> {
        self.file.write_all(&self.buffer).map_err(|error| ConnectError::io(&self.path, "write", error))?;
        self.buffer.clear();
        Ok(())
    }

    /// Bytes in the file, those not written out yet included.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Bytes that were written since it was started or resumed.
    pub fn written(&self) -> u64 {
        self.len - self.started_at
    }

    /// Makes everything written so far durable.
    pub fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        self.flush()?;
        self.file.sync().map_err(|error| ConnectError::io(&self.path, "write", error))?;
        Ok(Position(serde_json::json!({ "bytes": self.len }).to_string()))
    }

    /// Makes everything written durable; nothing may be written after this.
    pub fn seal(&mut self) -> Result<(), ConnectError> {
        if self.sealed {
            return Ok(());
        }
        self.flush()?;
        self.file.sync().map_err(|error| ConnectError::io(&self.path, "write", error))?;
        self.buffer = Vec::new();
        self.sealed = true;
        Ok(())
    }

    /// Gives the file its final name, durably.
    pub fn finish(mut self) -> Result<PathBuf, ConnectError> {
        let result = self.seal().and_then(|()| self.unchanged()).and_then(|()| self.publishing().publish());
        if result.is_err() {
            let _ = disk::remove_file(&self.temporary);
        }
        result.map(|()| self.path)
    }

    /// Nobody else may have written to the file whose bytes were kept.
    fn unchanged(&self) -> Result<(), ConnectError> {
        if let Some(kept) = &self.kept
            && fingerprint(&self.path)? != *kept
        {
            return Err(ConnectError::new(
                ErrorKind::Changed,
                self.path.display().to_string(),
                "somebody else changed the file while records were being added to it",
                "Nothing was added; run again.",
            ));
        }
        Ok(())
    }

    /// Everything written so far, to be read from its start.
    pub fn written_so_far(&mut self) -> Result<DiskFile, ConnectError> {
        self.flush()?;
        DiskFile::open(&self.temporary).map_err(|error| ConnectError::io(&self.temporary, "read", error))
    }

    /// What [`PendingFile::finish`] will do.
    pub fn publishing(&self) -> Publishing {
        let inode = self.file.metadata().ok().and_then(|metadata| inode(&metadata));
        Publishing {
            path: self.path.clone(),
            temporary: self.temporary.clone(),
            bytes: self.len,
            inode,
            replaces: self.existing != Existing::Refuse,
            ..Publishing::default()
        }
    }

    /// Gives up: with `keep`, what was written stays under the temporary name.
    pub fn abandon(mut self, keep: bool) -> Result<(), ConnectError> {
        if keep {
            return self.checkpoint().map(|_| ());
        }
        disk::remove_file(&self.temporary).map_err(|error| ConnectError::io(&self.temporary, "remove", error))
    }
}

/// Removes what killed runs left beside `path`: files with a temporary name of it that no process holds. What cannot be
/// removed stays; it is in nobody's way.
fn sweep(path: &Path) {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let start = format!(".{}.", name.to_string_lossy());
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let run = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".part"));
        if run.is_none_or(|run| run.contains('.')) {
            continue;
        }
        remove_if_left(&entry.path());
    }
}

/// Removes a file that no process holds.
pub(in crate::connect) fn remove_if_left(path: &Path) {
    let left = DiskFile::open_to_write(path).is_ok_and(|file| file.try_lock().is_ok());
    if left {
        let _ = disk::remove_file(path);
    }
}

pub(in crate::connect) fn exists(path: &Path) -> ConnectError {
    ConnectError::new(
        ErrorKind::Exists,
        path.display().to_string(),
        "the target exists already, and `write: insert` leaves what exists alone",
        "Choose `write: replace` or `write: append`, or another target.",
    )
}

/// The length in a position that [`PendingFile::checkpoint`] gave.
fn position_bytes(position: &Position) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(&position.0).ok()?.get("bytes")?.as_u64()
}

/// `.accepted.csv.RUN.part` beside `accepted.csv`.
fn temporary_name(path: &Path, run: &str) -> Result<PathBuf, ConnectError> {
    let Some(name) = path.file_name() else {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            path.display().to_string(),
            "this is no name for a file",
            "Name a file, such as out/contacts.csv.",
        ));
    };
    let run: String = run.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let run = if run.is_empty() { format!("pid{}", std::process::id()) } else { run };
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{run}.part"));
    Ok(path.with_file_name(temporary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut pending = PendingFile::start(&path, "run-1", Existing::Refuse, None).unwrap();
        pending.write(b"a\n").unwrap();
        pending.checkpoint().unwrap();
        assert!(!path.exists());
        pending.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
    }

    #[test]
    fn a_name_taken_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let pending = PendingFile::start(&path, "run-1", Existing::Refuse, None).unwrap();
        fs::write(&path, "mine").unwrap();
        assert_eq!(pending.finish().unwrap_err().kind, ErrorKind::Exists);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_what_a_living_one_holds_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(folder.path().join(".out.csv.run-0.part"), "left").unwrap();
        fs::write(folder.path().join(".out.csv.other.run-0.part"), "another file's").unwrap();
        let living = PendingFile::start(&path, "run-1", Existing::Replace, None).unwrap();
        let pending = PendingFile::start(&path, "run-2", Existing::Replace, None).unwrap();
        assert!(!folder.path().join(".out.csv.run-0.part").exists());
        assert!(folder.path().join(".out.csv.run-1.part").exists());
        assert!(folder.path().join(".out.csv.other.run-0.part").exists());
        pending.abandon(false).unwrap();
        living.finish().unwrap();
    }

    #[test]
    fn resuming_cuts_what_came_after_the_checkpoint() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut pending = PendingFile::start(&path, "run-1", Existing::Replace, None).unwrap();
        pending.write(b"a\n").unwrap();
        let position = pending.checkpoint().unwrap();
        pending.write(b"lost\n").unwrap();
        pending.abandon(true).unwrap();
        let mut pending = PendingFile::start(&path, "run-1", Existing::Replace, Some(&position)).unwrap();
        pending.write(b"b\n").unwrap();
        assert_eq!(pending.written(), 2);
        pending.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a\nb\n");
    }

    #[test]
    fn appending_keeps_the_old_bytes_and_notices_other_writers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old\n").unwrap();
        let mut pending = PendingFile::start(&path, "run-1", Existing::Keep, None).unwrap();
        pending.write(b"new\n").unwrap();
        pending.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old\nnew\n");
        let pending = PendingFile::start(&path, "run-2", Existing::Keep, None).unwrap();
        fs::write(&path, "somebody else\n").unwrap();
        assert_eq!(pending.finish().unwrap_err().kind, ErrorKind::Changed);
    }
}
