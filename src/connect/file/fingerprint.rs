//! What tells whether a file is the one that it was.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::open;
use crate::connect::{ConnectError, Fingerprint};

/// Size and time of change of a file, and a hash of its first and last 64 KiB: tools that write in place sometimes put
/// the time back.
pub(in crate::connect) fn fingerprint(path: &Path) -> Result<Fingerprint, ConnectError> {
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

/// What tells a file from all others of its file system, whatever its name.
#[cfg(unix)]
pub(in crate::connect) fn inode(metadata: &fs::Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

#[cfg(not(unix))]
pub(in crate::connect) fn inode(_: &fs::Metadata) -> Option<u64> {
    None
}
