//! Cuts a stream of UTF-8 (or at least ASCII-compatible) bytes into chunks of whole records. Serial, so it must be cheap.
//!
//! The fast way looks only at quotes and carriage returns: it proves that each stands where RFC 4180 puts it and cuts at
//! a line feed outside quotes. Where it cannot prove that, the same chunk is cut again by the exact rules of
//! [`super::scan`] and marked irregular. Either way the records are the same whatever the size of the chunks.

use std::io::{self, Read};

use memchr::{memchr, memchr2};

use super::Dialect;
use super::scan::{self, FIELD_LIMIT, RECORD_LIMIT, Step, Tail};
use crate::connect::lines::read_up_to;

/// How much is read beyond the wanted size, so that most chunks need no second read. What is too much of it is copied.
const SLACK: usize = 8 << 10;
/// Offsets in a batch are 32 bits wide.
const MAX_TARGET: usize = 256 << 20;

/// A chunk as it was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cut {
    pub irregular: bool,
    pub len: usize,
}

/// Why no chunk could be cut.
#[derive(Debug)]
pub(super) enum CutError {
    Io(io::Error),
    /// The record that starts at this byte of the stream is longer than [`RECORD_LIMIT`].
    TooLong {
        at: u64,
    },
}

impl From<io::Error> for CutError {
    fn from(error: io::Error) -> CutError {
        CutError::Io(error)
    }
}

pub(super) struct Cutter<R> {
    input: R,
    dialect: Dialect,
    /// Read already, belongs to the next chunk.
    carry: Vec<u8>,
    ended: bool,
    /// Where the next chunk starts in the stream.
    offset: u64,
}

impl<R: Read> Cutter<R> {
    /// `offset` is where `input` stands: at the start of a record, or at the start of the file.
    pub fn new(input: R, dialect: Dialect, offset: u64) -> Cutter<R> {
        Cutter { input, dialect, carry: Vec::new(), ended: false, offset }
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub fn input(&self) -> &R {
        &self.input
    }

    /// Fills `bytes` with whole records, about `target` bytes of them; the first `skip` bytes are no records. `None` at
    /// the end.
    pub fn next(&mut self, bytes: &mut Vec<u8>, target: usize, skip: usize) -> Result<Option<Cut>, CutError> {
        let target = target.clamp(1, MAX_TARGET).max(skip + 1);
        bytes.clear();
        std::mem::swap(bytes, &mut self.carry);
        self.fill(bytes, target.saturating_add(SLACK.min(target)))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        // After a long look ahead much is at hand: larger chunks keep the copying of what is left over in proportion.
        let target = target.max(bytes.len() / 4);
        let fast = if self.dialect.allows_fast() { self.fast(bytes, target, skip)? } else { None };
        let (len, irregular) = match fast {
            Some(len) => (len, false),
            None => (self.exact(bytes, target, skip)?, true),
        };
        self.carry.clear();
        self.carry.extend_from_slice(&bytes[len..]);
        bytes.truncate(len);
        self.offset += len as u64;
        Ok(Some(Cut { irregular, len }))
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        read_up_to(&mut self.input, bytes, wanted, &mut self.ended)
    }

    fn grow(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let wanted = bytes.len() + (bytes.len() / 4).max(SLACK);
        self.fill(bytes, wanted)
    }

    /// The length of a chunk proven regular; `None` where something is not.
    fn fast(&mut self, bytes: &mut Vec<u8>, target: usize, skip: usize) -> Result<Option<usize>, CutError> {
        let mut state = Fast { at: skip, first: skip, open: None };
        loop {
            match state.advance(&self.dialect, bytes, target, self.ended) {
                Proof::Cut(len) => return Ok(Some(len)),
                Proof::Irregular => return Ok(None),
                Proof::More if bytes.len() > target + RECORD_LIMIT => return Ok(None),
                Proof::More => self.grow(bytes)?,
            }
        }
    }

    /// The length of a chunk cut record by record.
    fn exact(&mut self, bytes: &mut Vec<u8>, target: usize, skip: usize) -> Result<usize, CutError> {
        let mut fields = Vec::new();
        let mut at = skip;
        while at < target {
            let tail = if self.ended { Tail::End } else { Tail::More };
            match scan::record(&self.dialect, bytes, at, tail, &mut fields) {
                Step::Record(found) => at = found.next,
                Step::More => self.grow(bytes)?,
                Step::Blank { .. } => return Ok(bytes.len()),
                Step::TooLong { start } => return Err(CutError::TooLong { at: self.offset + start as u64 }),
            }
        }
        Ok(at)
    }
}

/// How far a chunk is proven regular.
struct Fast {
    at: usize,
    /// Where the first record starts.
    first: usize,
    /// The quote that is open at `at`.
    open: Option<usize>,
}

enum Proof {
    Cut(usize),
    Irregular,
    /// Everything at hand is regular, but no record ends at or after the target.
    More,
}

impl Fast {
    fn advance(&mut self, dialect: &Dialect, bytes: &[u8], target: usize, ended: bool) -> Proof {
        loop {
            let step = match self.open {
                Some(open) => self.inside(dialect, bytes, open, ended),
                None => self.outside(dialect, bytes, target, ended),
            };
            if let Some(proof) = step {
                return proof;
            }
        }
    }

    /// From outside quotes to the next quote or carriage return.
    fn outside(&mut self, dialect: &Dialect, bytes: &[u8], target: usize, ended: bool) -> Option<Proof> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        // No quoting: the carriage return stands for itself twice.
        let hit = memchr2(dialect.quote.unwrap_or(b'\r'), b'\r', rest).map_or(bytes.len(), |found| self.at + found);
        if hit >= target {
            let from = self.at.max(target - 1);
            if let Some(feed) = memchr(b'\n', &bytes[from..hit]) {
                return Some(Proof::Cut(from + feed + 1));
            }
        }
        match bytes.get(hit) {
            None if ended => Some(Proof::Cut(bytes.len())),
            None => {
                self.at = hit;
                Some(Proof::More)
            }
            Some(b'\r') => match bytes.get(hit + 1) {
                Some(b'\n') => {
                    self.at = hit + 1;
                    None
                }
                None if !ended => {
                    self.at = hit;
                    Some(Proof::More)
                }
                _ => Some(Proof::Irregular),
            },
            Some(_) => {
                let starts = hit == self.first || {
                    let before = bytes[hit - 1];
                    before == dialect.delimiter || before == b'\n'
                };
                if !starts {
                    return Some(Proof::Irregular);
                }
                self.open = Some(hit);
                self.at = hit + 1;
                None
            }
        }
    }

    /// From inside quotes to the next quote.
    fn inside(&mut self, dialect: &Dialect, bytes: &[u8], open: usize, ended: bool) -> Option<Proof> {
        let quote = dialect.quote.unwrap_or_default();
        let Some(found) = memchr(quote, bytes.get(self.at..).unwrap_or_default()) else {
            self.at = self.at.max(bytes.len());
            let endless = ended || bytes.len() - open >= FIELD_LIMIT;
            return Some(if endless { Proof::Irregular } else { Proof::More });
        };
        let close = self.at + found;
        if close - open >= FIELD_LIMIT {
            return Some(Proof::Irregular);
        }
        match bytes.get(close + 1) {
            None if ended => Some(Proof::Cut(bytes.len())),
            None => {
                self.at = close;
                Some(Proof::More)
            }
            Some(next) if *next == quote => {
                self.at = close + 2;
                None
            }
            Some(next) if *next == dialect.delimiter || *next == b'\n' || *next == b'\r' => {
                self.open = None;
                self.at = close + 1;
                None
            }
            Some(_) => Some(Proof::Irregular),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(input: &[u8], target: usize) -> Vec<(String, bool)> {
        let mut cutter = Cutter::new(input, Dialect::default(), 0);
        let (mut bytes, mut all) = (Vec::new(), Vec::new());
        while let Some(cut) = cutter.next(&mut bytes, target, 0).unwrap() {
            all.push((String::from_utf8(bytes.clone()).unwrap(), cut.irregular));
        }
        all
    }

    #[test]
    fn chunks_hold_whole_records() {
        let all = cuts(b"a,b\n1,\"x\ny\"\n2,z", 1);
        assert_eq!(all, [("a,b\n".into(), false), ("1,\"x\ny\"\n".into(), false), ("2,z".into(), false)]);
    }

    #[test]
    fn only_the_irregular_chunk_is_marked() {
        let all = cuts(b"a,b\n1,5\" x\n2,z\n", 1);
        assert_eq!(all.iter().map(|(_, irregular)| *irregular).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_quoted_field_beyond_the_limit_is_taken_as_unclosed() {
        let mut input = b"1,\"open\n".to_vec();
        while input.len() < FIELD_LIMIT + 100 {
            input.extend_from_slice(b"2,some more text that has no quote in it at all\n");
        }
        input.extend_from_slice(b"3,end\"\n");
        let first = cuts(&input, 1).swap_remove(0);
        assert_eq!(first, ("1,\"open\n".into(), true));
    }

    #[test]
    fn a_line_without_end_is_refused_before_memory_runs_out() {
        let mut cutter = Cutter::new(io::repeat(b'x'), Dialect::default(), 0);
        let error = cutter.next(&mut Vec::new(), 1 << 20, 0).unwrap_err();
        assert!(matches!(error, CutError::TooLong { at: 0 }));
    }
}
