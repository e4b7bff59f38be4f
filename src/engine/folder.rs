//! The run folder: rejects, report, journal of events, manifest. Only this writes into it.
//!
//! Files are written under a temporary name and appear under their final one when they are whole and durable. The
//! folder and its files are private to the user.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lock::Held;
use crate::connect::disk::{self, DiskFile};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Publishing};

const MANIFEST: &str = "manifest.json";
const EVENTS: &str = "events.ndjson";
const LOCK: &str = "lock";

/// What a run folder says about itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of mapwright that wrote it.
    pub version: String,
    pub run: String,
    /// `running`, `done`, `cancelled`, `failed`, `stopped`.
    pub state: String,
    /// The profile's path as it was given, and the SHA-256 of its text.
    pub profile: String,
    pub profile_hash: String,
    pub source: String,
    pub target: String,
    /// One a source object.
    pub fingerprints: Vec<(String, Fingerprint)>,
    pub started: String,
    pub finished: Option<String>,
    pub exit: Option<i32>,
    /// What the command line said instead of the profile, as words of a command.
    #[serde(default)]
    pub given: Vec<String>,
    /// Target files, by object, that were about to get their final names.
    #[serde(default)]
    pub publishing: Vec<(String, Publishing)>,
    /// (name, SHA-256) of every finished file of the folder.
    pub files: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the manifest of a run folder; `None` where there is none or it cannot be read as one.
    pub fn read(folder: &Path) -> Option<Manifest> {
        Manifest::find(folder).ok().flatten()
    }

    /// As [`Manifest::read`], for a run that is to be finished: `None` only where no run ever began.
    ///
    /// # Errors
    /// A manifest that is there and cannot be read: what the run did already is not known then.
    pub(super) fn find(folder: &Path) -> Result<Option<Manifest>, ConnectError> {
        let path = folder.join(MANIFEST);
        let content = match disk::read(&path) {
            Ok(content) => content,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(ConnectError::io(&path, "read", error)),
        };
        serde_json::from_slice(&content).map(Some).map_err(|error| {
            let what = format!("what the run did so far cannot be read: {error}");
            let next = "Check what the target holds, then start a new run in another folder.";
            ConnectError::new(ErrorKind::Malformed, path.display().to_string(), what, next)
        })
    }
}

/// An open run folder, locked against a second run.
pub struct RunFolder {
    path: PathBuf,
    pub manifest: Manifest,
    /// The journal of events; absent until the run begins.
    events: Option<BufWriter<DiskFile>>,
    /// Held as long as the folder is open.
    _lock: Held,
    /// Folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
}

impl RunFolder {
    /// Creates the folder (or takes over a finished one) and locks it. What it held stays until [`RunFolder::begin`].
    pub fn create(path: &Path, manifest: Manifest) -> Result<RunFolder, ConnectError> {
        let made = make_private(path).map_err(|error| ConnectError::io(path, "create", error))?;
        let lock = lock(path)?;
        Ok(RunFolder { path: path.to_owned(), manifest, events: None, _lock: lock, made })
    }

    /// The run begins: opens the journal and writes the manifest.
    pub fn begin(&mut self) -> Result<(), ConnectError> {
        let path = self.path.join(EVENTS);
        let events = DiskFile::create(&path).map_err(|error| ConnectError::io(&path, "write", error))?;
        self.events = Some(BufWriter::new(events));
        self.write_manifest()
    }

    /// The run cannot begin: leaves things as they were before [`RunFolder::create`]. What cannot be removed stays;
    /// the error that is told is why the run did not begin.
    pub fn discard(self) {
        if !self.made.is_empty() {
            let _ = disk::remove_file(&self.path.join(LOCK));
        }
        for folder in &self.made {
            let _ = fs::remove_dir(folder);
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file of the run under a temporary name.
    pub fn open(&self, name: &str) -> Result<PendingFile, ConnectError> {
        let partial = self.path.join(format!("{name}.tmp"));
        let file = DiskFile::create(&partial).map_err(|error| ConnectError::io(&partial, "write", error))?;
        Ok(PendingFile {
            name: name.to_owned(),
            partial,
            path: self.path.join(name),
            file: BufWriter::with_capacity(1 << 18, file),
            hash: Sha256::new(),
        })
    }

    /// Makes a file whole: synced, under its final name, listed in the manifest.
    pub fn publish(&mut self, file: PendingFile) -> Result<(), ConnectError> {
        let path = file.path.clone();
        let (name, hash) = file.finish().map_err(|error| ConnectError::io(&path, "write", error))?;
        disk::sync_folder(&self.path).map_err(|error| ConnectError::io(&self.path, "write", error))?;
        self.manifest.files.retain(|(known, _)| *known != name);
        self.manifest.files.push((name, hash));
        Ok(())
    }

    /// Writes and publishes a small file.
    pub fn put(&mut self, name: &str, content: &[u8]) -> Result<(), ConnectError> {
        let mut file = self.open(name)?;
        file.write(content)?;
        self.publish(file)
    }

    /// Adds a line to the journal of events.
    pub fn event(&mut self, event: &super::RunEvent) -> Result<(), ConnectError> {
        let path = self.path.join(EVENTS);
        let Some(events) = &mut self.events else { return Ok(()) };
        let written = serde_json::to_writer(&mut *events, event)
            .map_err(io::Error::from)
            .and_then(|()| events.write_all(b"\n"))
            .and_then(|()| events.flush());
        written.map_err(|error| ConnectError::io(&path, "write", error))
    }

    pub fn write_manifest(&self) -> Result<(), ConnectError> {
        let path = self.path.join(MANIFEST);
        let write = || -> io::Result<()> {
            let mut text = serde_json::to_vec_pretty(&self.manifest)?;
            text.push(b'\n');
            // Always the same name, so that the next write takes the place of one that a crash left behind.
            let partial = self.path.join(format!("{MANIFEST}.tmp"));
            let mut file = DiskFile::create(&partial)?;
            file.write_all(&text)?;
            file.sync()?;
            disk::rename(&partial, &path)?;
            disk::sync_folder(&self.path)
        };
        write().map_err(|error| ConnectError::io(&path, "write", error))
    }
}

/// A file of the run that is not whole yet.
pub struct PendingFile {
    name: String,
    partial: PathBuf,
    path: PathBuf,
    file: BufWriter<DiskFile>,
    hash: Sha256,
}

impl PendingFile {
    pub fn write(&mut self, content: &[u8]) -> Result<(), ConnectError> {
        self.hash.update(content);
        self.file.write_all(content).map_err(|error| ConnectError::io(&self.partial, "write", error))
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the file up: nothing of it stays.
    pub fn discard(self) {
        drop(self.file);
        // What cannot be removed has a temporary name, and the next try writes over it.
        let _ = disk::remove_file(&self.partial);
    }

    fn finish(mut self) -> io::Result<(String, String)> {
        self.file.flush()?;
        self.file.get_ref().sync()?;
        disk::rename(&self.partial, &self.path)?;
        let hash = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((self.name, hash))
    }
}

fn lock(folder: &Path) -> Result<Held, ConnectError> {
    let path = folder.join(LOCK);
    let file = DiskFile::open_or_create(&path).map_err(|error| ConnectError::io(&path, "write", error))?;
    match file.try_lock() {
        Ok(()) => Ok(Held(file)),
        Err(fs::TryLockError::WouldBlock) => Err(ConnectError::new(
            ErrorKind::Exists,
            folder.display().to_string(),
            "another run is at work in this run folder",
            "Wait for it to end, or give this run a folder of its own with `--out`.",
        )),
        Err(fs::TryLockError::Error(error)) => Err(ConnectError::io(&path, "lock", error)),
    }
}

/// Creates a folder (and those above it) that only the user can enter; leaves an existing one as it is. Gives the
/// folders that it made, the innermost first.
fn make_private(path: &Path) -> io::Result<Vec<PathBuf>> {
    let absent = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let made: Vec<PathBuf> = path.ancestors().take_while(absent).map(Path::to_owned).collect();
    if path.is_dir() {
        return Ok(made);
    }
    disk::create_folder(path)?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_appear_when_whole_and_a_second_run_is_refused() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("a/run");
        let mut folder = RunFolder::create(&path, Manifest::default()).expect("created");
        let mut file = folder.open("rejects.csv").expect("opened");
        file.write(b"_row\n").expect("written");
        assert!(!path.join("rejects.csv").exists());
        folder.publish(file).expect("published");
        assert_eq!(fs::read(path.join("rejects.csv")).expect("there"), b"_row\n");
        let second = RunFolder::create(&path, Manifest::default()).err().expect("refused");
        assert!(second.to_string().contains("another run"), "{second}");
        drop(folder);
        assert!(RunFolder::create(&path, Manifest::default()).is_ok());
    }

    #[test]
    fn a_run_that_cannot_begin_leaves_nothing_and_takes_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("runs/one");
        RunFolder::create(&path, Manifest::default()).expect("created").discard();
        assert!(!home.path().join("runs").exists());
        let mut first =
            RunFolder::create(&path, Manifest { run: "first".into(), ..Manifest::default() }).expect("created");
        first.begin().expect("begun");
        drop(first);
        RunFolder::create(&path, Manifest::default()).expect("created").discard();
        assert_eq!(Manifest::read(&path).expect("still there").run, "first");
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("run");
        let mut folder = RunFolder::create(&path, Manifest::default()).expect("created");
        folder.put("report.json", b"{}").expect("put");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("report.json")), 0o600);
    }
}
