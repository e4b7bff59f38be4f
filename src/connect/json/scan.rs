//! The fast way through a record: one pass over its text, straight into its cells.
//!
//! It takes only what it is sure of. Anything else (an escape that is none, a number that is none, nesting deeper than a
//! table's) it leaves to the library, which then tells what is wrong: nothing is accepted here that is no JSON.

use super::flatten::{Flattener, Noticed, is_empty_object};
use super::paths::Node;
use crate::record::{Kind, Slot, SourceType};

/// Objects and lists within one another; deeper ones are left to the library.
const DEPTH: usize = 48;

/// Fills the slots from the text of an object. `None`: not sure; the slots may hold anything then.
pub(super) fn record<'a>(flattener: &mut Flattener<'a>, text: &'a str, slots: &mut [Slot]) -> Option<Noticed> {
    let paths = flattener.paths;
    let mut scan = Scan { flattener, text, bytes: text.as_bytes(), slots, noticed: Noticed::default() };
    let open = scan.blank(0);
    if scan.byte(open) != b'{' {
        return None;
    }
    let end = scan.object(&paths.root, open + 1, DEPTH)?;
    let end = scan.blank(end);
    (end == text.len()).then_some(scan.noticed)
}

struct Scan<'a, 's> {
    flattener: &'s mut Flattener<'a>,
    text: &'a str,
    bytes: &'a [u8],
    slots: &'s mut [Slot],
    noticed: Noticed,
}

impl<'a> Scan<'a, '_> {
    /// The byte at a place; 0, which no JSON has outside a string, behind the end.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// The first place from `at` on that holds no white space.
    #[inline(always)]
    fn blank(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        at
    }

    /// An object behind its brace, into the fields below a place; gives the place behind it.
    fn object(&mut self, node: &Node, at: usize, depth: usize) -> Option<usize> {
        depth.checked_sub(1)?;
        let mut at = self.blank(at);
        if self.byte(at) == b'}' {
            return Some(at + 1);
        }
        let mut hint = 0;
        loop {
            let (key, next) = self.plain_string(at)?;
            at = self.blank(next);
            if self.byte(at) != b':' {
                return None;
            }
            at = self.blank(at + 1);
            at = match node.child(key, &mut hint) {
                Some(child) => self.value(child, at, depth)?,
                None => {
                    let end = self.skip(at, depth)?;
                    self.noticed.unknown |= !is_empty_object(self.text.get(at..end)?);
                    end
                }
            };
            at = self.blank(at);
            match self.byte(at) {
                b',' => at = self.blank(at + 1),
                b'}' => return Some(at + 1),
                _ => return None,
            }
        }
    }

    fn value(&mut self, node: &Node, at: usize, depth: usize) -> Option<usize> {
        let first = self.byte(at);
        if first == b'{' && node.has_children() {
            return self.object(node, at + 1, depth - 1);
        }
        let Some(field) = node.field.filter(|field| *field < self.slots.len()) else {
            let end = self.skip(at, depth)?;
            self.noticed.unknown |= first != b'n' && !is_empty_object(self.text.get(at..end)?);
            return Some(end);
        };
        let (slot, end) = match first {
            b'"' => self.string(at)?,
            b'{' | b'[' => {
                let end = self.skip(at, depth)?;
                let kind = if first == b'{' { Kind::Map } else { Kind::List };
                (self.flattener.nested(self.text.get(at..end)?, kind), end)
            }
            b'n' => {
                let end = self.word(at, b"null")?;
                (Slot { kind: Kind::Null, ..self.flattener.as_is("", SourceType::Untyped) }, end)
            }
            b't' | b'f' => {
                let end = self.word(at, if first == b't' { b"true" } else { b"false" })?;
                (self.flattener.as_is(self.text.get(at..end)?, SourceType::Boolean), end)
            }
            _ => {
                let (end, source_type) = self.number(at)?;
                (self.flattener.as_is(self.text.get(at..end)?, source_type), end)
            }
        };
        if let Some(place) = self.slots.get_mut(field) {
            self.noticed.duplicate |= *place != Slot::default();
            *place = slot;
        }
        Some(end)
    }

    /// A string as a slot; one with escapes is written anew.
    fn string(&mut self, at: usize) -> Option<(Slot, usize)> {
        let quiet = quiet(self.bytes, at + 1);
        if self.byte(quiet) == b'"' {
            let slot = self.flattener.as_is(self.text.get(at + 1..quiet)?, SourceType::Text);
            return Some((slot, quiet + 1));
        }
        let end = self.skip_string(at)?;
        let text: String = serde_json::from_str(self.text.get(at..end)?).ok()?;
        Some((self.flattener.written_anew(text.as_bytes(), Kind::Text, SourceType::Text), end))
    }

    /// A string without escapes, and the place behind it.
    fn plain_string(&self, at: usize) -> Option<(&'a str, usize)> {
        if self.byte(at) != b'"' {
            return None;
        }
        let close = quiet(self.bytes, at + 1);
        (self.byte(close) == b'"').then_some((self.text.get(at + 1..close)?, close + 1))
    }

    /// The place behind a string whose escapes look like some; whether they are, its reader tells.
    fn skip_string(&self, at: usize) -> Option<usize> {
        let mut at = at + 1;
        loop {
            at = quiet(self.bytes, at);
            match self.byte(at) {
                b'"' => return Some(at + 1),
                b'\\' => at += 2,
                _ => return None,
            }
        }
    }

    fn word(&self, at: usize, word: &[u8]) -> Option<usize> {
        let end = at + word.len();
        (self.bytes.get(at..end)? == word).then_some(end)
    }

    /// A number (RFC 8259, section 6), and what it is.
    fn number(&self, at: usize) -> Option<(usize, SourceType)> {
        let digits = |mut at: usize| {
            let start = at;
            while self.byte(at).is_ascii_digit() {
                at += 1;
            }
            (at > start).then_some(at)
        };
        let start = at + usize::from(self.byte(at) == b'-');
        let mut at = match self.byte(start) {
            b'0' => start + 1,
            _ => digits(start)?,
        };
        let mut source_type = SourceType::Integer;
        if self.byte(at) == b'.' {
            at = digits(at + 1)?;
            source_type = SourceType::Decimal;
        }
        if matches!(self.byte(at), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(at + 1), b'+' | b'-'));
            at = digits(at + 1 + sign)?;
            source_type = SourceType::Float;
        }
        Some((at, source_type))
    }

    /// The place behind a value that is kept as it is or not at all.
    fn skip(&self, at: usize, depth: usize) -> Option<usize> {
        match self.byte(at) {
            b'"' => self.skip_checked(at),
            b'{' => self.skip_many(at + 1, depth.checked_sub(1)?, b'}'),
            b'[' => self.skip_many(at + 1, depth.checked_sub(1)?, b']'),
            b'n' => self.word(at, b"null"),
            b't' => self.word(at, b"true"),
            b'f' => self.word(at, b"false"),
            _ => self.number(at).map(|(end, _)| end),
        }
    }

    /// A string that is not read: with escapes in it, the library must look.
    fn skip_checked(&self, at: usize) -> Option<usize> {
        let close = quiet(self.bytes, at + 1);
        if self.byte(close) == b'"' {
            return Some(close + 1);
        }
        let end = self.skip_string(at)?;
        serde_json::from_str::<&serde_json::value::RawValue>(self.text.get(at..end)?).ok().map(|_| end)
    }

    /// The members of a list or an object, up to what closes it.
    fn skip_many(&self, at: usize, depth: usize, close: u8) -> Option<usize> {
        let mut at = self.blank(at);
        if self.byte(at) == close {
            return Some(at + 1);
        }
        loop {
            if close == b'}' {
                if self.byte(at) != b'"' {
                    return None;
                }
                at = self.blank(self.skip_checked(at)?);
                if self.byte(at) != b':' {
                    return None;
                }
                at = self.blank(at + 1);
            }
            at = self.blank(self.skip(at, depth)?);
            match self.byte(at) {
                b',' => at = self.blank(at + 1),
                byte if byte == close => return Some(at + 1),
                _ => return None,
            }
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The first place from `at` on that is a quote, a backslash or a control character, or the end. Eight bytes at a time: a
/// byte is zero where subtracting one from it sets a high bit that it did not have (Warren, Hacker's Delight, 6-1); higher
/// bytes may be taken for one behind a true one only.
#[inline]
fn quiet(bytes: &[u8], mut at: usize) -> usize {
    while let Some(Ok(word)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(word);
        let zero = |value: u64| value.wrapping_sub(ONES) & !value;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | control) & HIGHS;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        at += 1;
    }
    at
}
