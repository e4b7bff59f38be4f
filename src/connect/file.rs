//! Files: opened with a clear word on what they are. `prefix` is the start of a text, `fingerprint` tells whether a file
//! is the one it was, `pending` writes so that nothing half-written ever stands under a final name.

mod fingerprint;
mod pending;
mod prefix;

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::disk::{self, DiskFile};
use super::{ConnectError, ErrorKind};

pub(super) use fingerprint::{fingerprint, inode};
pub(super) use pending::{Existing, PendingFile, existing_for, exists, remove_if_left};
pub(super) use prefix::{Prefix, text_prefix, text_prefix_of};

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

/// Size of a file in bytes.
pub(super) fn size(path: &Path) -> Result<u64, ConnectError> {
    fs::metadata(path).map(|metadata| metadata.len()).map_err(|error| ConnectError::io(path, "read", error))
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

/// Makes a rename in the folder of `path` durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    disk::sync_folder(folder)
}
