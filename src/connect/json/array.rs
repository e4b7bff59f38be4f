//! Cuts a JSON document into chunks of whole values without reading all of it: only brackets and strings are looked at
//! here; the decoder then reads each value strictly.

use std::io::{self, Read};

use memchr::{memchr_iter, memchr2};

use super::layout::Layout;
use crate::connect::lines::read_up_to;

/// A value longer than this is refused: memory is bounded.
pub(super) const VALUE_LIMIT: usize = 64 << 20;
/// What may stand behind the array of records.
const TAIL_LIMIT: usize = 16 << 20;

/// The first byte at or after `at` that is no white space.
pub(super) fn whitespace(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(rest.len())
}

/// The end of the value that starts at `at`; `None` where it goes on beyond the bytes at hand (`whole`: or never ends).
pub(super) fn value_end(bytes: &[u8], at: usize, whole: bool) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at),
        b'{' | b'[' => nested_end(bytes, at),
        _ => {
            let rest = &bytes[at..];
            let end =
                rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\n' | b'\r' | b'\t'));
            match end {
                Some(end) => Some(at + end),
                None => whole.then_some(bytes.len()),
            }
        }
    }
}

fn string_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

fn nested_end(bytes: &[u8], open: usize) -> Option<usize> {
    let (mut at, mut depth) = (open, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// What is wrong with the document, and the line and column (from 1) where.
#[derive(Debug)]
pub(super) enum DocumentError {
    Io(io::Error),
    Malformed { line: u64, column: u64, what: String },
}

impl From<io::Error> for DocumentError {
    fn from(error: io::Error) -> DocumentError {
        DocumentError::Io(error)
    }
}

/// What may come next in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// The first value, or the end of an empty array.
    First,
    /// A value after a comma.
    Value,
    /// A comma or the end of the array; in a sequence another value or the end.
    After,
    /// The array is closed.
    Nothing,
}

/// A place in a document to continue from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Place {
    /// Byte of the UTF-8 text.
    pub byte: u64,
    /// Line ends before it.
    pub line: u64,
    /// Bytes since the last of them.
    pub column: u64,
    /// Whether a value stands before it.
    #[serde(default)]
    pub after: bool,
    /// Whether the last value was read.
    #[serde(default)]
    pub closed: bool,
}

impl Place {
    pub fn start() -> Place {
        Place { byte: 0, line: 0, column: 0, after: false, closed: false }
    }

    /// The place after some more bytes.
    pub fn advance(&mut self, bytes: &[u8]) {
        self.byte += bytes.len() as u64;
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        self.column = match memchr::memrchr(b'\n', bytes) {
            Some(feed) => (bytes.len() - feed - 1) as u64,
            None => self.column + bytes.len() as u64,
        };
    }
}

/// Reads a document value by value.
pub(super) struct DocumentCutter<R> {
    input: R,
    layout: Layout,
    carry: Vec<u8>,
    ended: bool,
    place: Place,
    expect: Expect,
}

impl<R: Read> DocumentCutter<R> {
    /// `input` stands at `place`.
    pub fn new(input: R, layout: Layout, place: Place) -> DocumentCutter<R> {
        let expect = match (place.closed, place.after) {
            (true, _) => Expect::Nothing,
            (_, true) => Expect::After,
            _ => Expect::First,
        };
        DocumentCutter { input, layout, carry: Vec::new(), ended: false, place, expect }
    }

    pub fn place(&self) -> Place {
        self.place
    }

    pub fn input(&self) -> &R {
        &self.input
    }

    /// Fills `bytes` with about `target` bytes of whole values and what separates them. At the very start, what stands
    /// before the first value comes first; its length is given. There are `most` values at most. `None` at the end.
    pub fn next(&mut self, bytes: &mut Vec<u8>, target: usize, most: usize) -> Result<Option<usize>, DocumentError> {
        bytes.clear();
        if self.expect == Expect::Nothing {
            return Ok(None);
        }
        std::mem::swap(bytes, &mut self.carry);
        let skip = if self.place.byte == 0 { self.layout.start() } else { 0 };
        self.fill(bytes, target.max(skip + 1))?;
        let (mut at, mut values) = (skip, 0);
        while at < target && values < most || values == 0 {
            match self.step(bytes, at)? {
                Some((next, true)) => {
                    values += 1;
                    at = next;
                }
                Some((next, false)) => at = next,
                None => break,
            }
            if self.expect == Expect::Nothing {
                break;
            }
        }
        self.carry.clear();
        self.carry.extend_from_slice(&bytes[at..]);
        bytes.truncate(at);
        self.place.advance(bytes);
        self.place.after = self.expect != Expect::First;
        self.place.closed = self.expect == Expect::Nothing;
        if self.expect == Expect::Nothing && matches!(self.layout, Layout::Array { .. }) {
            self.check_tail()?;
        }
        Ok((!bytes.is_empty()).then_some(skip))
    }

    /// Goes over one value (true), comma or end of the array; `None` at the end of the input.
    fn step(&mut self, bytes: &mut Vec<u8>, at: usize) -> Result<Option<(usize, bool)>, DocumentError> {
        let mut next = whitespace(bytes, at);
        while next == bytes.len() && !self.ended {
            self.grow(bytes)?;
            next = whitespace(bytes, at);
        }
        let sequence = matches!(self.layout, Layout::Sequence { .. });
        let Some(byte) = bytes.get(next).copied() else {
            if sequence {
                self.expect = Expect::Nothing;
                return Ok(Some((bytes.len(), false)));
            }
            return Err(self.wrong(bytes, bytes.len(), "the file ends before the array of records is closed"));
        };
        match (self.expect, byte) {
            (Expect::First | Expect::After, b']') if !sequence => {
                self.expect = Expect::Nothing;
                Ok(Some((next + 1, false)))
            }
            (Expect::After, b',') if !sequence => {
                self.expect = Expect::Value;
                Ok(Some((next + 1, false)))
            }
            (Expect::After, _) if !sequence => {
                Err(self.wrong(bytes, next, "a comma or the end of the array is missing here"))
            }
            (_, b',' | b']' | b'}' | b':') => Err(self.wrong(bytes, next, "a value is missing here")),
            _ => {
                let end = self.value(bytes, next)?;
                self.expect = Expect::After;
                Ok(Some((end, true)))
            }
        }
    }

    fn value(&mut self, bytes: &mut Vec<u8>, at: usize) -> Result<usize, DocumentError> {
        loop {
            if let Some(end) = value_end(bytes, at, self.ended) {
                return Ok(end);
            }
            if self.ended {
                return Err(self.wrong(bytes, at, "the value that starts here is not closed before the file ends"));
            }
            if bytes.len() - at > VALUE_LIMIT {
                let what = format!("the value that starts here is longer than {} MiB", VALUE_LIMIT >> 20);
                return Err(self.wrong(bytes, at, &what));
            }
            self.grow(bytes)?;
        }
    }

    /// What stands around the array must make a document with it.
    fn check_tail(&mut self) -> Result<(), DocumentError> {
        let Layout::Array { head, .. } = &self.layout else { return Ok(()) };
        let mut document = head.clone();
        document.extend_from_slice(b"[]");
        let tail_start = document.len();
        document.append(&mut self.carry);
        read_up_to(&mut self.input, &mut document, tail_start + TAIL_LIMIT, &mut self.ended)?;
        let tail = &document[tail_start..];
        let result = if self.ended { serde_json::from_slice::<serde::de::IgnoredAny>(&document).err() } else { None };
        if !self.ended {
            return Err(self.wrong(tail, 0, "too much stands behind the array of records"));
        }
        if let Some(error) = result {
            let at = whitespace(tail, 0);
            return Err(self.wrong(tail, at, &plain(&error)));
        }
        Ok(())
    }

    /// An error at a place in bytes that start at the current one.
    fn wrong(&self, bytes: &[u8], at: usize, what: &str) -> DocumentError {
        let mut place = self.place;
        place.advance(&bytes[..at]);
        DocumentError::Malformed { line: place.line + 1, column: place.column + 1, what: what.to_owned() }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        read_up_to(&mut self.input, bytes, wanted, &mut self.ended)
    }

    fn grow(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let wanted = bytes.len() + bytes.len().max(64 << 10);
        self.fill(bytes, wanted)
    }
}

/// A parser's words without the place, which is told better elsewhere.
pub(super) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
