//! A file that is taken for UTF-8 by its start, watched while it is read: no pass over the whole before the first record.
//! Where a byte sequence is none of UTF-8, every line of the file is looked at. If the file is then found to be of another
//! encoding, and all before was ASCII, which reads alike in it, it is read in that one from there on.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::stream::{Spill, Transcoder};
use super::survey::Spot;
use super::{Charset, TextEncoding, cut_character, surveyed};
use crate::connect::disk::DiskFile;
use crate::connect::{ConnectError, ErrorKind};

pub(in crate::connect) struct Watched {
    path: PathBuf,
    file: DiskFile,
    state: State,
    /// Where in the file the next byte to be given out stands.
    at: u64,
    /// The start of a character whose rest was not read yet.
    part: Vec<u8>,
    spill: Spill,
}

enum State {
    Sound,
    /// It is UTF-8 as a whole, with broken sequences.
    Broken,
    Other(Box<Transcoder<DiskFile>>, Charset),
}

/// The file cannot be read on: it is of another encoding than its start, and not all of what was read before reads alike in
/// both, or it could not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misread(ConnectError);

/// What a reading error stands for.
pub(in crate::connect) fn read_error(path: &Path, error: io::Error) -> ConnectError {
    match error.downcast::<Misread>() {
        Ok(Misread(error)) => error,
        Err(error) => ConnectError::io(path, "read", error),
    }
}

impl Watched {
    /// `file` stands at `at`.
    pub fn new(path: &Path, file: DiskFile, at: u64) -> Watched {
        let (path, state) = (path.to_owned(), State::Sound);
        Watched { path, file, state, at, part: Vec::new(), spill: Spill::default() }
    }

    /// Whether everything given out so far was UTF-8 as it stands in the file.
    pub fn is_sound(&self) -> bool {
        matches!(self.state, State::Sound)
    }

    /// The other encoding that it is read in by now.
    pub fn turned_to(&self) -> Option<Charset> {
        match &self.state {
            State::Other(_, encoding) => Some(*encoding),
            _ => None,
        }
    }

    /// Bytes of the file before the next that is given out, where these are not those of the file.
    pub fn consumed(&self) -> Option<u64> {
        match &self.state {
            State::Other(transcoder, _) => Some(self.at + transcoder.consumed()),
            _ => None,
        }
    }

    /// Reads into a buffer with room for more than a character.
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                State::Sound => {}
                State::Broken => return self.file.read(buffer),
                State::Other(transcoder, _) => return transcoder.read(buffer),
            }
            let before = self.part.len();
            buffer[..before].copy_from_slice(&self.part);
            let read = self.file.read(&mut buffer[before..])?;
            let bytes = &buffer[..before + read];
            let cut = if read == 0 { bytes.len() } else { cut_character(bytes) };
            if simdutf8::basic::from_utf8(&bytes[..cut]).is_ok() {
                self.part.clear();
                self.part.extend_from_slice(&bytes[cut..]);
                self.at += cut as u64;
                if cut > 0 || read == 0 {
                    return Ok(cut);
                }
                continue;
            }
            let given = self.decide(bytes)?;
            if given > 0 {
                return Ok(given);
            }
        }
    }

    /// Finds out what a file is that is not UTF-8 throughout, once some bytes from `at` on are none. Gives how many of them
    /// can be given out.
    fn decide(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.clear();
        let (found, survey) = surveyed(&self.path).map_err(|error| io::Error::other(Misread(error)))?;
        if found.is_utf8() {
            self.state = State::Broken;
            return Ok(bytes.len());
        }
        let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
        let turn = self.at + ascii as u64;
        if let Some(spot) = survey.first_beyond.filter(|spot| spot.byte < turn) {
            return Err(io::Error::other(Misread(self.refusal(&found, spot))));
        }
        let mut file = DiskFile::open(&self.path)?;
        file.seek(SeekFrom::Start(turn))?;
        self.at = turn;
        self.state = State::Other(Box::new(Transcoder::new(file, found.encoding)), found.encoding);
        Ok(ascii)
    }

    fn refusal(&self, found: &TextEncoding, spot: Spot) -> ConnectError {
        let name = found.encoding.name();
        ConnectError::new(
            ErrorKind::Malformed,
            self.path.display().to_string(),
            format!(
                "its start is UTF-8, but as a whole it seems to be {name} ({}); records from {spot} on were read as UTF-8",
                found.evidence
            ),
            format!("Pin `encoding: {name}`, or `encoding: utf-8`, for the source, then run again from the start."),
        )
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut spill = std::mem::take(&mut self.spill);
        let read = spill.read(buffer, |room| self.fill(room));
        self.spill = spill;
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], buffer: usize) -> (io::Result<Vec<u8>>, bool, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watched.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut watched = Watched::new(&path, DiskFile::open(&path).unwrap(), 0);
        let (mut all, mut buffer) = (Vec::new(), vec![0; buffer]);
        let end = loop {
            match watched.read(&mut buffer) {
                Ok(0) => break Ok(all),
                Ok(count) => all.extend_from_slice(&buffer[..count]),
                Err(error) => break Err(error),
            }
        };
        (end, watched.is_sound(), watched.turned_to().is_some())
    }

    #[test]
    fn utf8_comes_as_it_is_whatever_the_buffer() {
        let text = "id,Łódź,東京,😀 plain\n".repeat(400);
        for buffer in [1, 2, 5, 255, 256, 257, 258, 259, 1000, 1 << 16] {
            let (all, sound, transcoded) = read(text.as_bytes(), buffer);
            assert_eq!((String::from_utf8(all.unwrap()).unwrap(), sound, transcoded), (text.clone(), true, false));
        }
    }

    #[test]
    fn after_ascii_another_encoding_is_read_as_such() {
        let ascii = "id,some name or other\n".repeat(300);
        let text = "1,José Muñoz y García\n".repeat(50);
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(&text);
        let file = [ascii.as_bytes(), &latin].concat();
        for buffer in [3, 256, 300, 1 << 16] {
            let (all, sound, transcoded) = read(&file, buffer);
            assert_eq!(String::from_utf8(all.unwrap()).unwrap(), ascii.clone() + &text, "{buffer}");
            assert_eq!((sound, transcoded), (false, true));
        }
    }

    #[test]
    fn a_few_broken_bytes_leave_it_utf8() {
        let good = "1,José Muñoz y García\n".repeat(300);
        for broken in [b"2,Jos\xe9\n".as_slice(), b"2,cut off \xe6\x9d"] {
            let file = [good.as_bytes(), broken].concat();
            let (all, sound, transcoded) = read(&file, 256);
            assert_eq!((all.unwrap(), sound, transcoded), (file, false, false));
        }
    }

    #[test]
    fn what_was_read_otherwise_is_refused_with_its_place() {
        let chance = "id,name\n1,\u{c3}\u{bc} by chance\n";
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode("2,José\n");
        let plain = b"3,plain\n".repeat(10_000);
        let file = [encoding_rs::WINDOWS_1252.encode(chance).0.as_ref(), &plain, &latin.repeat(300)].concat();
        let path = Path::new("watched.csv");
        for buffer in [10, 256, 1 << 16] {
            let (all, ..) = read(&file, buffer);
            let error = read_error(path, all.unwrap_err());
            assert_eq!(error.kind, ErrorKind::Malformed);
            let words = error.to_string();
            assert!(words.contains("line 2, byte 10") && words.contains("`encoding: windows-1252`"), "{words}");
        }
    }
}
