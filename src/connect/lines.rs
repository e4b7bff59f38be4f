//! Cuts a stream of text into chunks of whole lines.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// A line longer than this is refused: memory is bounded.
pub(super) const LINE_LIMIT: usize = 64 << 20;

/// Why no chunk could be cut.
#[derive(Debug)]
pub(super) enum LineError {
    Io(io::Error),
    /// The line that starts at this byte of the stream is longer than [`LINE_LIMIT`].
    TooLong {
        at: u64,
    },
}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> LineError {
        LineError::Io(error)
    }
}

/// Reads whole lines, a chunk at a time.
pub(super) struct LineCutter<R> {
    input: R,
    /// Read already, belongs to the next chunk.
    carry: Vec<u8>,
    ended: bool,
    offset: u64,
}

impl<R: Read> LineCutter<R> {
    /// `offset` is where `input` stands in the stream.
    pub fn new(input: R, offset: u64) -> LineCutter<R> {
        LineCutter { input, carry: Vec::new(), ended: false, offset }
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    pub fn input(&self) -> &R {
        &self.input
    }

    /// Fills `bytes` with about `target` bytes of whole lines, at least one and at most so many. False at the end.
    pub fn next(&mut self, bytes: &mut Vec<u8>, target: usize, most: usize) -> Result<bool, LineError> {
        bytes.clear();
        std::mem::swap(bytes, &mut self.carry);
        let mut wanted = target.max(1);
        let cut = loop {
            let before = bytes.len();
            read_up_to(&mut self.input, bytes, wanted, &mut self.ended)?;
            if self.ended {
                break bytes.len();
            }
            if let Some(feed) = memrchr(b'\n', bytes) {
                break feed + 1;
            }
            if bytes.len() > LINE_LIMIT {
                return Err(LineError::TooLong { at: self.offset });
            }
            wanted = bytes.len().max(before) * 2;
        };
        // The carry may hold more lines than are wanted at once.
        let cut = if cut > 4 * target.max(1 << 16) { cut_at(bytes, target, cut) } else { cut };
        let last = memchr_iter(b'\n', &bytes[..cut]).nth(most.max(1) - 1);
        let cut = last.map_or(cut, |feed| feed + 1);
        self.carry.clear();
        self.carry.extend_from_slice(&bytes[cut..]);
        bytes.truncate(cut);
        self.offset += cut as u64;
        Ok(cut > 0)
    }
}

fn cut_at(bytes: &[u8], target: usize, most: usize) -> usize {
    memchr(b'\n', &bytes[target..most]).map_or(most, |feed| target + feed + 1)
}

/// How many records a chunk of so many bytes holds at most, if whole ones have a byte a field at least. Short ones have room
/// for all their fields too: any number of them in a chunk would take up memory many times its size.
pub(super) fn most_records(chunk_bytes: usize, width: usize) -> usize {
    chunk_bytes.checked_div(width).map_or(usize::MAX, |most| most.max(1))
}

/// Reads until `bytes` holds at least `wanted` or the input ends.
pub(super) fn read_up_to<R: Read>(
    input: &mut R,
    bytes: &mut Vec<u8>,
    wanted: usize,
    ended: &mut bool,
) -> io::Result<()> {
    let filled = bytes.len();
    read_behind(input, bytes, filled, wanted, ended)
}

/// The same behind the first `filled` bytes. Those after them are of no account; room that is there already need not be made.
pub(super) fn read_behind<R: Read>(
    input: &mut R,
    bytes: &mut Vec<u8>,
    mut filled: usize,
    wanted: usize,
    ended: &mut bool,
) -> io::Result<()> {
    if *ended || filled >= wanted {
        bytes.truncate(filled);
        return Ok(());
    }
    bytes.resize(wanted, 0);
    let done = loop {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => {
                *ended = filled < wanted;
                break Ok(());
            }
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    bytes.truncate(filled);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_whole() {
        let text = b"one\ntwo, longer than the rest\n\nthree";
        for (target, most) in (1..40).flat_map(|target| [1, 2, usize::MAX].map(|most| (target, most))) {
            let mut cutter = LineCutter::new(text.as_slice(), 0);
            let (mut bytes, mut all) = (Vec::new(), Vec::new());
            while cutter.next(&mut bytes, target, most).unwrap() {
                assert!(memchr_iter(b'\n', &bytes).count() <= most);
                assert!(bytes.ends_with(b"\n") || cutter.offset() == text.len() as u64);
                all.extend_from_slice(&bytes);
            }
            assert_eq!(all, text);
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut cutter = LineCutter::new(io::repeat(b'x'), 0);
        assert!(matches!(cutter.next(&mut Vec::new(), 1 << 20, usize::MAX), Err(LineError::TooLong { at: 0 })));
    }
}
