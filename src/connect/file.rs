//! Files: opened with a clear word on what they are instead of text, and written so that nothing half-written ever
//! stands under a final name.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::disk::{self, DiskFile};
use super::{ConnectError, ErrorKind, Fingerprint, Position, Publishing, WriteMode};

/// How much of a file's start is looked at to tell what it is.
pub(super) const PREFIX: usize = 256 << 10;

/// The start of a text file.
pub(super) struct Prefix {
    pub bytes: Vec<u8>,
    /// Size of the file.
    pub size: u64,
    /// Pieces from further on, for guessing the encoding.
    pub pieces: Vec<Vec<u8>>,
}

impl Prefix {
    /// Whether the bytes are the whole file.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.size
    }
}

/// Opens a regular file for reading; folders and devices are refused in words.
pub(super) fn open(path: &Path) -> Result<DiskFile, ConnectError> {
    regular(path)?;
    DiskFile::open(path).map_err(|error| ConnectError::io(path, "read", error))
}

/// The same for libraries that ask for a file of the standard library.
pub(super) fn open_plain(path: &Path) -> Result<fs::File, ConnectError> {
    regular(path)?;
    disk::open_plain(path).map_err(|error| ConnectError::io(path, "read", error))
}

fn regular(path: &Path) -> Result<(), ConnectError> {
    let metadata = fs::metadata(path).map_err(|error| ConnectError::io(path, "read", error))?;
    if metadata.is_dir() {
        return Err(ConnectError::io(path, "read", io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if !metadata.is_file() {
        return Err(ConnectError::new(
            ErrorKind::NotReadable,
            path.display().to_string(),
            "this is a pipe or device, and reading again from the start is not possible there",
            "Copy what it gives to a file first, then use the file.",
        ));
    }
    Ok(())
}

/// The first bytes of a file, which tell many formats.
pub(super) fn magic(path: &Path) -> Result<Vec<u8>, ConnectError> {
    let mut bytes = Vec::new();
    open(path)?.take(16).read_to_end(&mut bytes).map_err(|error| ConnectError::io(path, "read", error))?;
    Ok(bytes)
}

/// Reads the start of a text file, and pieces of the rest. Empty files and those that hold no text are errors.
pub(super) fn text_prefix(path: &Path) -> Result<Prefix, ConnectError> {
    text_prefix_of(path, PREFIX)
}

/// The same with as much of the start as is asked for.
pub(super) fn text_prefix_of(path: &Path, len: usize) -> Result<Prefix, ConnectError> {
    let failed = |error| ConnectError::io(path, "read", error);
    let mut file = open(path)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(len as u64).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "the file is empty (0 bytes)",
            "Export it again, or name another file.",
        ));
    }
    if let Some(what) = not_text(&bytes) {
        return Err(ConnectError::new(
            ErrorKind::NotReadable,
            path.display().to_string(),
            format!("this is no text file: it looks like {what}"),
            "Export the records as CSV or JSON, or name another file.",
        ));
    }
    let pieces = if size > bytes.len() as u64 { pieces(&mut file, size).map_err(failed)? } else { Vec::new() };
    Ok(Prefix { bytes, size, pieces })
}

/// Pieces of 16 KiB spread evenly over a file.
fn pieces(file: &mut DiskFile, size: u64) -> io::Result<Vec<Vec<u8>>> {
    const COUNT: u64 = 16;
    const LEN: u64 = 16 << 10;
    let mut pieces = Vec::new();
    for index in 1..=COUNT {
        let at = (size * index / COUNT).saturating_sub(LEN).max(PREFIX as u64).min(size);
        file.seek(SeekFrom::Start(at))?;
        let mut piece = Vec::new();
        file.take(LEN).read_to_end(&mut piece)?;
        pieces.push(piece);
    }
    Ok(pieces)
}

/// What a file is, if its start is not that of a text.
fn not_text(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook (.xlsx)"),
        (b"PK\x05\x06", "an empty ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook or another Office file (.xls, .doc)"),
        (b"\x7fELF", "a program (ELF)"),
        (b"MZ\x90", "a Windows program"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"BZh", "a bzip2 archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"%PDF-", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"SQLite format 3\0", "an SQLite database (name it as `sqlite:PATH`)"),
        (b"PAR1", "a Parquet file"),
        (b"PARE", "an encrypted Parquet file"),
        (b"Obj\x01", "an Avro file"),
    ];
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(what);
    }
    let sample = &bytes[..bytes.len().min(64 << 10)];
    if super::encoding::utf32(sample).is_some() {
        return None;
    }
    let zeros = memchr::memchr_iter(0, sample).count();
    let controls =
        sample.iter().filter(|byte| **byte < 0x20 && !matches!(**byte, 0 | 9..=13 | 0x1b | 0x1c..=0x1f)).count();
    // UTF-16 has zeros, but only in every second place; a few stray ones are data.
    let even = sample.iter().step_by(2).filter(|byte| **byte == 0).count();
    let one_sided = even * 50 < zeros || (zeros - even) * 50 < zeros;
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if zeros * 10 > sample.len() && !one_sided && !marked {
        return Some("binary data (many zero bytes)");
    }
    (controls * 10 > sample.len() && !marked).then_some("binary data (many control characters)")
}

/// Size of a file in bytes.
pub(super) fn size(path: &Path) -> Result<u64, ConnectError> {
    fs::metadata(path).map(|metadata| metadata.len()).map_err(|error| ConnectError::io(path, "read", error))
}

/// Size and time of change of a file, and a hash of its first and last 64 KiB: tools that write in place sometimes put
/// the time back.
pub(super) fn fingerprint(path: &Path) -> Result<Fingerprint, ConnectError> {
    const ENDS: u64 = 64 << 10;
    let failed = |error| ConnectError::io(path, "read", error);
    let mut file = open(path)?;
    let metadata = file.metadata().map_err(failed)?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mut ends = Vec::new();
    Read::by_ref(&mut file).take(ENDS).read_to_end(&mut ends).map_err(failed)?;
    if metadata.len() > ENDS {
        file.seek(SeekFrom::Start(metadata.len().saturating_sub(ENDS).max(ENDS))).map_err(failed)?;
        file.take(ENDS).read_to_end(&mut ends).map_err(failed)?;
    }
    let detail = format!("ends {:032x}", xxhash_rust::xxh3::xxh3_128(&ends));
    Ok(Fingerprint { bytes: Some(metadata.len()), modified: modified.map(|time| time.as_nanos() as u64), detail })
}

/// What stands under the final name, and what may become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It must not be there, neither now nor at the end.
    Refuse,
    /// It goes when the new file is complete.
    Replace,
    /// Its bytes come first in the new file.
    Keep,
}

/// What a write mode does with an existing text file; those that need to find a record by key are refused.
pub(super) fn existing_for(mode: WriteMode, path: &Path) -> Result<Existing, ConnectError> {
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

/// Makes an empty file that only the user can read.
pub(super) fn create_private(path: &Path) -> Result<(), ConnectError> {
    DiskFile::create_new(path).map(drop).map_err(|error| not_created(path, error))
}

fn not_created(path: &Path, error: io::Error) -> ConnectError {
    match error.kind() {
        io::ErrorKind::NotFound => ConnectError::new(
            ErrorKind::NotFound,
            path.display().to_string(),
            "the folder to write into does not exist",
            "Create the folder, or check the path.",
        ),
        _ => ConnectError::io(path, "write", error),
    }
}

/// Whether a file's last byte is a line feed.
pub(super) fn ends_with_feed(path: &Path) -> Result<bool, ConnectError> {
    ends_with(path, b"\n")
}

/// Whether a file ends with these bytes.
pub(super) fn ends_with(path: &Path, end: &[u8]) -> Result<bool, ConnectError> {
    let mut file = open(path)?;
    let failed = |error| ConnectError::io(path, "read", error);
    let size = file.metadata().map_err(failed)?.len();
    let Some(at) = size.checked_sub(end.len() as u64) else { return Ok(false) };
    let mut last = vec![0; end.len()];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
    Ok(last == end)
}

/// Bytes that are no text are written as hexadecimal digits.
pub(super) fn hex(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// A file that appears under its final name only when it is complete. Until then it has a hidden name in the same
/// folder, made from the run's; only the user can read either.
pub(super) struct PendingFile {
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
const BLOCK: usize = 1 << 20;

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
pub(super) fn remove_if_left(path: &Path) {
    let left = DiskFile::open_to_write(path).is_ok_and(|file| file.try_lock().is_ok());
    if left {
        let _ = disk::remove_file(path);
    }
}

/// What tells a file from all others of its file system, whatever its name.
#[cfg(unix)]
pub(super) fn inode(metadata: &fs::Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

#[cfg(not(unix))]
pub(super) fn inode(_: &fs::Metadata) -> Option<u64> {
    None
}

pub(super) fn exists(path: &Path) -> ConnectError {
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

/// Makes a rename in the folder of `path` durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    disk::sync_folder(folder)
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

    #[test]
    fn what_is_no_text_is_named() {
        assert!(not_text(b"PK\x03\x04....").unwrap().contains("Excel"));
        assert!(not_text(b"\x7fELF\x02").unwrap().contains("program"));
        assert!(not_text(&[0, 1, 0, 0, 7, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9]).is_some());
        assert!(not_text(b"id,name\n1,A\0n\n").is_none());
        let utf16: Vec<u8> = "id,name\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(not_text(&utf16).is_none());
    }
}
