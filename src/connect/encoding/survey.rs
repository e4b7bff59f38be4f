//! The whole of a text file looked at for its encoding, in bounded memory: which lines are UTF-8, which are not, where the
//! first of each stands, and a sample of those that are not.

use std::io::{self, Read};

use encoding_rs::Encoding;
use memchr::{memchr, memchr_iter, memrchr};

use super::cut_character;

/// Bytes read at once.
const BLOCK: usize = 1 << 20;
/// Of the lines that are no UTF-8, so many bytes are kept, so many of each block.
const SAMPLE: usize = 4 << 20;
const SAMPLE_OF_BLOCK: usize = 64 << 10;

/// Whether an input is UTF-8 to its end, and then whether it is ASCII. As fast as it is read.
pub(super) fn valid_utf8(mut input: impl Read) -> io::Result<Option<bool>> {
    let mut buffer = vec![0; 256 << 10];
    let (mut carry, mut ascii) = (0, true);
    loop {
        let read = match input.read(&mut buffer[carry..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let bytes = &buffer[..carry + read];
        if read == 0 {
            return Ok(bytes.is_empty().then_some(ascii));
        }
        let valid = Encoding::utf8_valid_up_to(bytes);
        ascii = ascii && Encoding::ascii_valid_up_to(&bytes[..valid]) == valid;
        // At most the start of a character waits for the rest of it.
        let rest = bytes.len() - valid;
        if rest >= 4 {
            return Ok(None);
        }
        buffer.copy_within(valid..valid + rest, 0);
        carry = rest;
    }
}

/// A place in a file: byte from 0, line from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub byte: u64,
    pub line: u64,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, byte {}", self.line, self.byte)
    }
}

/// What the lines of a file are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Survey {
    /// Lines beyond ASCII that are UTF-8, and those that are not.
    pub good: u64,
    pub broken: u64,
    /// Characters beyond ASCII, and sequences that are none.
    pub characters: u64,
    pub sequences: u64,
    /// The first byte beyond ASCII, the first in a line that is UTF-8, and the first that is no UTF-8.
    pub first_beyond: Option<Spot>,
    pub first_good: Option<Spot>,
    pub first_broken: Option<Spot>,
    /// Broken lines, from all over the file.
    pub sample: Vec<u8>,
    line: u64,
    byte: u64,
}

impl Survey {
    /// Surveys the rest of an input.
    pub fn of(mut input: impl Read) -> io::Result<Survey> {
        let mut survey = Survey { line: 1, ..Survey::default() };
        let mut block = Vec::with_capacity(2 * BLOCK);
        loop {
            let read = Read::by_ref(&mut input).take(BLOCK as u64).read_to_end(&mut block)?;
            // Whole lines; a line longer than a block is cut, but not within a character.
            let cut = match memrchr(b'\n', &block) {
                _ if read == 0 => block.len(),
                Some(feed) => feed + 1,
                None => cut_character(&block),
            };
            survey.block(block.get(..cut).unwrap_or_default());
            block.drain(..cut);
            if read == 0 {
                return Ok(survey);
            }
        }
    }

    fn block(&mut self, block: &[u8]) {
        if !block.is_ascii() {
            let room = self.sample.len() + SAMPLE_OF_BLOCK;
            let (mut at, mut line) = (0, self.line);
            while at < block.len() {
                let end = memchr(b'\n', &block[at..]).map_or(block.len(), |feed| at + feed + 1);
                self.text(&block[at..end], Spot { byte: self.byte + at as u64, line }, room.min(SAMPLE));
                at = end;
                line += 1;
            }
        }
        self.line += memchr_iter(b'\n', block).count() as u64;
        self.byte += block.len() as u64;
    }

    fn text(&mut self, text: &[u8], start: Spot, room: usize) {
        if text.is_ascii() {
            return;
        }
        let spot = |at: usize| Spot { byte: start.byte + at as u64, ..start };
        let first = spot(text.iter().position(|byte| !byte.is_ascii()).unwrap_or_default());
        self.first_beyond.get_or_insert(first);
        let beyond = |text: &str| text.chars().filter(|letter| !letter.is_ascii()).count() as u64;
        match std::str::from_utf8(text) {
            Ok(text) => {
                self.good += 1;
                self.characters += beyond(text);
                self.first_good.get_or_insert(first);
            }
            Err(error) => {
                self.broken += 1;
                self.first_broken.get_or_insert(spot(error.valid_up_to()));
                for chunk in text.utf8_chunks() {
                    self.characters += beyond(chunk.valid());
                    self.sequences += u64::from(!chunk.invalid().is_empty());
                }
                if self.sample.len() + text.len() <= room || self.sample.is_empty() {
                    self.sample.extend_from_slice(&text[..text.len().min(SAMPLE_OF_BLOCK)]);
                }
            }
        }
    }

    /// Whether lines are UTF-8 beyond ASCII and others are not, as in files put together from several: in a file of one other
    /// encoding hardly a line is UTF-8 by chance.
    pub fn is_mixed(&self) -> bool {
        self.good > 0 && self.broken > 0 && self.good * 3 >= self.broken
    }

    /// Whether valid sequences far outnumber the broken ones: UTF-8 with a few damaged cells.
    pub fn is_damaged_utf8(&self) -> bool {
        self.characters >= 20 && self.characters >= self.sequences * 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_over_blocks() {
        let mut file = b"id,name\n".repeat(400_000);
        let good = Spot { byte: file.len() as u64 + 4, line: 400_001 };
        file.extend_from_slice("1,Zo\u{eb}\n".as_bytes());
        file.extend_from_slice(&b"id,name\n".repeat(300_000));
        let broken = Spot { byte: file.len() as u64 + 4, line: 700_002 };
        file.extend_from_slice(b"2,Zo\xeb\n");
        let survey = Survey::of(file.as_slice()).unwrap();
        assert_eq!((survey.good, survey.broken), (1, 1));
        assert_eq!((survey.first_good, survey.first_broken), (Some(good), Some(broken)));
        assert_eq!(survey.sample, b"2,Zo\xeb\n");
        assert!(survey.is_mixed() && !survey.is_damaged_utf8());
    }

    #[test]
    fn characters_across_buffers_are_valid_and_cut_ones_are_not() {
        let ascii = "x".repeat((256 << 10) - 1);
        let text = ascii.clone() + "ü€😀" + &ascii + "😀";
        assert_eq!(valid_utf8(text.as_bytes()).unwrap(), Some(false));
        assert_eq!(valid_utf8(ascii.as_bytes()).unwrap(), Some(true));
        assert_eq!(valid_utf8(&text.as_bytes()[..text.len() - 1]).unwrap(), None);
        assert_eq!(valid_utf8([ascii.as_bytes(), b"\xff", ascii.as_bytes()].concat().as_slice()).unwrap(), None);
        assert_eq!(valid_utf8(b"".as_slice()).unwrap(), Some(true));
    }

    #[test]
    fn a_line_longer_than_a_block_is_no_fault() {
        let text = "ü".repeat(3 * BLOCK / 2 + 1);
        let survey = Survey::of(text.as_bytes()).unwrap();
        assert_eq!((survey.broken, survey.characters), (0, 3 * BLOCK as u64 / 2 + 1));
    }
}
