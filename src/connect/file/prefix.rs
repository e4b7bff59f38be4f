//! The start of a text file, by which its form is guessed, and what a file is that holds no text.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::open;
use crate::connect::disk::DiskFile;
use crate::connect::{ConnectError, ErrorKind, encoding};

/// How much of a file's start is looked at to tell what it is.
const PREFIX: usize = 256 << 10;

/// The start of a text file.
pub(in crate::connect) struct Prefix {
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

/// Reads the start of a text file, and pieces of the rest. Empty files and those that hold no text are errors.
pub(in crate::connect) fn text_prefix(path: &Path) -> Result<Prefix, ConnectError> {
    text_prefix_of(path, PREFIX)
}

/// The same with as much of the start as is asked for.
pub(in crate::connect) fn text_prefix_of(path: &Path, len: usize) -> Result<Prefix, ConnectError> {
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
    if encoding::utf32(sample).is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;

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
