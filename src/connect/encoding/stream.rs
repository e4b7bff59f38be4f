//! A text file's bytes as UTF-8, whatever its encoding, and how much of the file they stand for.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::CoderResult;

use super::charset::CharsetDecoder;
use super::watch::Watched;
use super::{Charset, TextEncoding};
use crate::connect::disk::DiskFile;
use crate::connect::{ConnectError, file};

/// A file's bytes as UTF-8.
pub(in crate::connect) enum TextInput {
    /// It is UTF-8 (or is taken to be); the bytes are not checked here.
    Plain(DiskFile),
    Watched(Watched),
    Transcoded(Box<Transcoder<DiskFile>>),
}

/// What is known of bytes that are to be UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connect) enum Checked {
    /// They are.
    Sound,
    /// Nothing.
    Not,
    /// They were made UTF-8 from another encoding: what could not be read is U+FFFD there.
    Made,
}

impl TextInput {
    /// Opens a file at a place counted in bytes of UTF-8.
    pub fn open(path: &Path, encoding: &TextEncoding, at: u64) -> Result<TextInput, ConnectError> {
        let failed = |error| ConnectError::io(path, "read", error);
        let mut file = file::open(path)?;
        if encoding.is_utf8() {
            file.seek(SeekFrom::Start(at)).map_err(failed)?;
            return Ok(match encoding.watched {
                true => TextInput::Watched(Watched::new(path, file, at)),
                false => TextInput::Plain(file),
            });
        }
        let mut transcoder = Box::new(Transcoder::new(file, encoding.encoding));
        io::copy(&mut transcoder.by_ref().take(at), &mut io::sink()).map_err(failed)?;
        Ok(TextInput::Transcoded(transcoder))
    }

    /// Bytes of the original read so far, where that is not the number of bytes given out.
    pub fn consumed(&self) -> Option<u64> {
        match self {
            TextInput::Plain(_) => None,
            TextInput::Watched(watched) => watched.consumed(),
            TextInput::Transcoded(transcoder) => Some(transcoder.consumed()),
        }
    }

    /// The encoding that a watched file turned out to be of.
    pub fn turned_to(&self) -> Option<Charset> {
        match self {
            TextInput::Watched(watched) => watched.turned_to(),
            TextInput::Plain(_) | TextInput::Transcoded(_) => None,
        }
    }

    /// What is known of all that was given out so far.
    pub fn checked(&self) -> Checked {
        match self {
            TextInput::Watched(watched) if watched.is_sound() => Checked::Sound,
            TextInput::Watched(watched) if watched.turned_to().is_some() => Checked::Made,
            TextInput::Transcoded(_) => Checked::Made,
            TextInput::Watched(_) | TextInput::Plain(_) => Checked::Not,
        }
    }
}

/// How much of a file its chunks stand for, one after another.
#[derive(Debug)]
pub(in crate::connect) struct SourceBytes {
    /// Bytes of the original before the next chunk.
    before: u64,
}

impl SourceBytes {
    /// Of an input that stands at `at`.
    pub fn of(input: &TextInput, at: u64) -> SourceBytes {
        SourceBytes { before: input.consumed().unwrap_or(at) }
    }

    /// Those of the chunk that was just read from the input, `given_out` bytes of UTF-8.
    pub fn of_chunk(&mut self, input: &TextInput, given_out: u64) -> u64 {
        let chunk = input.consumed().map_or(given_out, |now| now.saturating_sub(self.before));
        self.before += chunk;
        chunk
    }
}

impl Read for TextInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            TextInput::Plain(file) => file.read(buffer),
            TextInput::Watched(watched) => watched.read(buffer),
            TextInput::Transcoded(transcoder) => transcoder.read(buffer),
        }
    }
}

/// Reads any encoding as UTF-8. What cannot be read becomes U+FFFD; a byte-order mark is dropped.
pub(in crate::connect) struct Transcoder<R> {
    input: R,
    decoder: CharsetDecoder,
    raw: Vec<u8>,
    /// The part of `raw` that is still to be decoded.
    from: usize,
    to: usize,
    ended: bool,
    done: bool,
    /// Bytes of the original handed to the decoder.
    consumed: u64,
    spill: Spill,
}

/// What was made for a caller whose buffer had too little room.
#[derive(Debug, Default)]
pub(super) struct Spill {
    bytes: Vec<u8>,
    given: usize,
}

impl Spill {
    /// Buffers with less room are served from here.
    const ROOM: usize = 256;

    pub fn is_empty(&self) -> bool {
        self.given == self.bytes.len()
    }

    /// Gives out what there is; where there is nothing, what `fill` makes, into the buffer itself if that has room.
    pub fn read(&mut self, buffer: &mut [u8], fill: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        if self.is_empty() {
            if buffer.len() >= Self::ROOM {
                return fill(buffer);
            }
            self.bytes.resize(Self::ROOM, 0);
            let made = fill(&mut self.bytes);
            self.bytes.truncate(*made.as_ref().unwrap_or(&0));
            self.given = 0;
            made?;
        }
        let count = buffer.len().min(self.bytes.len() - self.given);
        buffer[..count].copy_from_slice(&self.bytes[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

impl<R: Read> Transcoder<R> {
    pub fn new(input: R, encoding: Charset) -> Transcoder<R> {
        Transcoder {
            input,
            decoder: encoding.decoder(),
            raw: vec![0; 64 << 10],
            from: 0,
            to: 0,
            ended: false,
            done: false,
            consumed: 0,
            spill: Spill::default(),
        }
    }

    /// Bytes of the original that were decoded so far.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Decodes into a buffer that has room for at least one character.
    fn decode(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.from == self.to && !self.ended {
                self.to = self.input.read(&mut self.raw)?;
                self.from = 0;
                self.ended = self.to == 0;
            }
            let (result, read, written) = self.decoder.decode(&self.raw[self.from..self.to], buffer, self.ended);
            self.from += read;
            self.consumed += read as u64;
            self.done = self.ended && result == CoderResult::InputEmpty;
            if written > 0 || self.done {
                return Ok(written);
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (self.spill.is_empty() && self.done) {
            return Ok(0);
        }
        let mut spill = std::mem::take(&mut self.spill);
        let read = spill.read(buffer, |room| self.decode(room));
        self.spill = spill;
        read
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_16LE;

    use super::*;

    #[test]
    fn transcoding_gives_the_same_text_for_any_buffer() {
        let text = "Zoë;Łukasz\n€ 5;ß\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for size in [1, 2, 3, 7, 64, 1000] {
            let mut transcoder = Transcoder::new(bytes.as_slice(), UTF_16LE.into());
            let (mut out, mut buffer) = (Vec::new(), vec![0; size]);
            loop {
                let read = transcoder.read(&mut buffer).unwrap();
                if read == 0 {
                    break;
                }
                out.extend_from_slice(&buffer[..read]);
            }
            assert_eq!(String::from_utf8(out).unwrap(), text);
            assert_eq!(transcoder.consumed(), bytes.len() as u64);
        }
    }
}
