//! Cuts a stream of UTF-8 (or at least ASCII-compatible) bytes into chunks of whole records. Serial, so it must be cheap.
//!
//! The fast way ([`super::marker`]) proves that each quote and carriage return stands where RFC 4180 puts it, notes where
//! fields end, and cuts at a line feed outside quotes. Where it cannot prove that, the same chunk is cut again by the exact
//! rules of [`super::scan`], without marks. Either way the records are the same whatever the size of the chunks.

use std::io::{self, Read};

use super::Dialect;
use super::marker::{Marker, Proof};
use super::marks::Marks;
use super::scan::{self, RECORD_LIMIT, Step, Tail};
use crate::connect::lines::{most_records, read_behind, read_up_to};

/// How much is read beyond the wanted size, so that most chunks need no second read. What is too much of it is copied.
const SLACK: usize = 8 << 10;
/// Offsets in a batch are 32 bits wide.
const MAX_TARGET: usize = 256 << 20;

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
    /// Fields of a whole record; 0 where that does not matter.
    width: usize,
    /// The last chunk had so many records for its size that the next may be no larger than this.
    largest: usize,
}

impl<R: Read> Cutter<R> {
    /// `offset` is where `input` stands: at the start of a record, or at the start of the file.
    pub fn new(input: R, dialect: Dialect, offset: u64) -> Cutter<R> {
        Cutter { input, dialect, carry: Vec::new(), ended: false, offset, width: 0, largest: MAX_TARGET }
    }

    /// For records of so many fields: see [`most_records`].
    pub fn of_width(self, width: usize) -> Cutter<R> {
        Cutter { width, ..self }
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub fn input(&self) -> &R {
        &self.input
    }

    /// Fills `bytes` with whole records, about `target` bytes of them; the first `skip` bytes are no records. Where they are
    /// regular, `marks` says where their fields end. False at the end.
    pub fn next(
        &mut self,
        bytes: &mut Vec<u8>,
        marks: &mut Marks,
        target: usize,
        skip: usize,
    ) -> Result<bool, CutError> {
        marks.clear();
        let (asked, target) = (target, target.clamp(1, self.largest).max(skip + 1));
        // What stands in `bytes` is of an earlier chunk: room that need not be made again.
        let carried = self.carry.len();
        bytes.resize(bytes.len().max(carried), 0);
        bytes[..carried].copy_from_slice(&self.carry);
        let wanted = target.saturating_add(SLACK.min(target));
        read_behind(&mut self.input, bytes, carried, wanted, &mut self.ended)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        // After a long look ahead much is at hand: larger chunks keep the copying of what is left over in proportion.
        let target = target.max(bytes.len() / 4);
        let most = most_records(asked.max(target), self.width);
        let fast = if self.dialect.allows_fast() { self.fast(bytes, marks, target, skip)? } else { None };
        let len = match fast {
            Some(len) => marks.keep_records(most).unwrap_or(len),
            None => self.exact(bytes, target, skip, most)?,
        };
        self.largest = if len < target { (2 * len).max(SLACK) } else { self.largest.saturating_mul(2).min(MAX_TARGET) };
        self.carry.clear();
        self.carry.extend_from_slice(&bytes[len..]);
        bytes.truncate(len);
        self.offset += len as u64;
        Ok(true)
    }

    fn grow(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let wanted = bytes.len() + (bytes.len() / 4).max(SLACK);
        read_up_to(&mut self.input, bytes, wanted, &mut self.ended)
    }

    /// The length of a chunk proven regular; `None` where something is not.
    fn fast(
        &mut self,
        bytes: &mut Vec<u8>,
        marks: &mut Marks,
        target: usize,
        skip: usize,
    ) -> Result<Option<usize>, CutError> {
        let mut marker = Marker::new(&self.dialect, skip);
        loop {
            match marker.go_on(bytes, target, self.ended, marks) {
                Proof::Cut(len) => return Ok(Some(len)),
                Proof::Irregular => return Ok(None),
                Proof::More if bytes.len() > target + RECORD_LIMIT => return Ok(None),
                Proof::More => self.grow(bytes)?,
            }
        }
    }

    /// The length of a chunk cut record by record, at most so many.
    fn exact(&mut self, bytes: &mut Vec<u8>, target: usize, skip: usize, most: usize) -> Result<usize, CutError> {
        let mut fields = Vec::new();
        let (mut at, mut records) = (skip, 0);
        while at < target && records < most {
            records += 1;
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

#[cfg(test)]
mod tests {
    use super::super::scan::FIELD_LIMIT;
    use super::*;

    fn cuts(input: &[u8], target: usize) -> Vec<(String, bool)> {
        let mut cutter = Cutter::new(input, Dialect::default(), 0);
        let (mut bytes, mut marks, mut all) = (Vec::new(), Marks::default(), Vec::new());
        while cutter.next(&mut bytes, &mut marks, target, 0).unwrap() {
            all.push((String::from_utf8(bytes.clone()).unwrap(), !marks.is_regular()));
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
    fn short_records_come_in_small_chunks_and_whole_ones_do_not() {
        for short in ["a\n", "\n", "a\r\n", "\"\n", "\"a\",\n"] {
            let long = format!("{}\n", "x,".repeat(99));
            let input = [short.repeat(50_000), long.repeat(2_000), short.repeat(1_000)].concat();
            let (mut cutter, mut all) =
                (Cutter::new(input.as_bytes(), Dialect::default(), 0).of_width(100), Vec::new());
            let (mut bytes, mut marks) = (Vec::new(), Marks::default());
            let mut largest = 0;
            while cutter.next(&mut bytes, &mut marks, 1 << 14, 0).unwrap() {
                let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
                // A stray quote opens nothing that ends: the rest of a field may hold any number of lines.
                assert!(lines <= (1 << 14) / 100 || short.starts_with("\"\n"), "{short:?}: {lines}");
                assert!(!marks.is_regular() || marks.records().len() <= (1 << 14) / 100);
                largest = largest.max(bytes.len());
                all.extend_from_slice(&bytes);
            }
            assert!(all == input.as_bytes(), "{short:?}: nothing is lost");
            assert!(largest >= 1 << 14, "{short:?}: {largest}");
        }
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
        let error = cutter.next(&mut Vec::new(), &mut Marks::default(), 1 << 20, 0).unwrap_err();
        assert!(matches!(error, CutError::TooLong { at: 0 }));
    }
}
