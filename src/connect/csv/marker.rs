//! The proof that text is regular: each quote stands where RFC 4180 puts it, and each carriage return before a line feed.
//! It is made while the text is cut into chunks, and with it the marks of where its fields end.
//!
//! Sixty-four bytes become masks of one bit a byte; whether a byte stands inside quotes is the parity of the quotes
//! before it (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1.1).

use super::Dialect;
use super::blocks::{self, BLOCK, Finder, Found, Sought, Task};
use super::marks::{Marks, Seen};
use super::scan::FIELD_LIMIT;

/// So many blocks are looked at before it is asked whether there is room for what the next ones hold.
const BLOCKS: usize = 16;

/// What a look at the bytes at hand came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// So many bytes are regular and end with a record.
    Cut(usize),
    Irregular,
    /// Everything at hand is regular, but no record ends at or after the target.
    More,
}

/// Looks for field ends in a chunk's bytes, as they come, and proves them regular.
#[derive(Clone, Copy)]
pub(super) struct Marker {
    sought: Sought,
    /// Where the first record starts.
    first: usize,
    /// Where the next block begins.
    base: usize,
    before: Before,
    /// Whether something irregular was seen.
    bad: u64,
}

/// What the blocks before leave behind. The masks are of one bit, the first, but for `within`.
#[derive(Debug, Clone, Copy)]
struct Before {
    /// All ones where the next block begins inside quotes.
    within: u64,
    /// Whether the last byte was a delimiter or line feed, a quote, one that closes, a carriage return outside quotes.
    separator: u64,
    quote: u64,
    closing: u64,
    returned: u64,
}

impl Marker {
    /// `first` is where the first record starts.
    pub fn new(dialect: &Dialect, first: usize) -> Marker {
        Marker {
            sought: Sought { delimiter: dialect.delimiter, quote: dialect.quote },
            first,
            base: first,
            before: Before { within: 0, separator: 1, quote: 0, closing: 0, returned: 0 },
            bad: 0,
        }
    }

    /// Goes on to the first record end at or after `target` (at least 1), counted in bytes. `bytes` are those of the last
    /// call, and more; no more will come once they are `ended`.
    pub fn go_on(&mut self, bytes: &[u8], target: usize, ended: bool, marks: &mut Marks) -> Proof {
        let proof = blocks::run(LookOn { marker: self, bytes, target, ended, marks });
        let end = if let Proof::Cut(len) = proof { len } else { bytes.len() };
        // Of fields so long the exact rules must say whether their quotes are to be trusted.
        let endless = marks.has_longer(self.first, end, FIELD_LIMIT);
        let proof = if endless { Proof::Irregular } else { proof };
        marks.prove(matches!(proof, Proof::Cut(_)));
        proof
    }

    #[inline(always)]
    fn look_on<F: Finder>(&mut self, finder: F, bytes: &[u8], target: usize, ended: bool, marks: &mut Marks) -> Proof {
        // A chunk may end with the byte before the target.
        let last = target - 1;
        // Before the target no chunk ends: many blocks go at once. By a copy, so that what they leave behind stays in
        // registers.
        let mut marker = *self;
        while marker.base + BLOCKS * BLOCK <= last.min(bytes.len()) {
            marks.make_room(BLOCKS);
            for block in bytes[marker.base..][..BLOCKS * BLOCK].as_chunks().0 {
                let seen = marker.look(finder, block, u64::MAX);
                marker.bad |= seen.bad;
                marks.note(marker.base, seen);
                marker.base += BLOCK;
            }
            if marker.bad != 0 {
                return Proof::Irregular;
            }
        }
        *self = marker;
        loop {
            let rest = bytes.get(self.base..).unwrap_or_default();
            let before = self.before;
            let (seen, whole) = match rest.first_chunk() {
                Some(block) => (self.look(finder, block, u64::MAX), true),
                None => (self.look_at_less(finder, rest), false),
            };
            marks.make_room(1);
            let behind = u64::MAX.checked_shl(last.saturating_sub(self.base).min(BLOCK) as u32).unwrap_or(0);
            let cuts = seen.feeds & behind;
            if cuts != 0 {
                let kept = seen.only(cuts ^ (cuts - 1));
                marks.note(self.base, kept);
                let regular = self.bad | kept.bad == 0;
                return if regular {
                    Proof::Cut(self.base + cuts.trailing_zeros() as usize + 1)
                } else {
                    Proof::Irregular
                };
            }
            if !whole && !ended {
                // The next look takes these bytes and more.
                self.before = before;
                return Proof::More;
            }
            self.bad |= seen.bad;
            marks.note(self.base, seen);
            if self.bad != 0 {
                return Proof::Irregular;
            }
            self.base += BLOCK;
            if !whole {
                return self.end(bytes, marks);
            }
        }
    }

    /// The end of the source. The last record may have no line feed.
    fn end(&mut self, bytes: &[u8], marks: &mut Marks) -> Proof {
        if self.before.within | self.before.returned != 0 {
            return Proof::Irregular;
        }
        if bytes.len() > self.first && bytes.last() != Some(&b'\n') {
            marks.end(bytes.len());
        }
        Proof::Cut(bytes.len())
    }

    /// Fewer bytes than a block, or none: what is filled up counts for nothing.
    #[cold]
    fn look_at_less<F: Finder>(&mut self, finder: F, rest: &[u8]) -> Seen {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.look(finder, &block, (1 << rest.len()) - 1)
    }

    #[inline(always)]
    fn look<F: Finder>(&mut self, finder: F, block: &[u8; BLOCK], counted: u64) -> Seen {
        let Found { delimiters, feeds, returns, mut quotes } = finder.find(block, self.sought);
        let before = self.before;
        let separators = delimiters | feeds;
        let mut seen = Seen { ends: separators & counted, ..Seen::default() };
        let mut within = 0;
        if quotes | before.within | before.quote != 0 {
            seen.quoted = true;
            quotes &= counted;
            within = parity(quotes) ^ before.within;
            let closing = quotes & !within;
            let second = quotes << 1 | before.quote;
            // A quote opens at the start of a field; one right behind another doubles it. Behind one that closes, the field
            // ends.
            let starts = separators << 1 | before.separator;
            seen.openings = quotes & within & starts;
            seen.bad = quotes & within & !(starts | second)
                | (closing << 1 | before.closing) & !(separators | quotes | returns) & counted;
            seen.inside = seen.ends & within | quotes & second;
            seen.ends &= !within;
            self.before.within = if within >> 63 == 1 { u64::MAX } else { 0 };
            self.before.quote = quotes >> 63;
            self.before.closing = closing >> 63;
        }
        if returns | before.returned != 0 {
            seen.returns = true;
            let outside = returns & !within & counted;
            seen.bad |= (outside << 1 | before.returned) & !feeds;
            self.before.returned = outside >> 63;
        }
        self.before.separator = separators >> 63;
        seen.feeds = feeds & seen.ends;
        seen
    }
}

/// A look at more bytes.
struct LookOn<'a> {
    marker: &'a mut Marker,
    bytes: &'a [u8],
    target: usize,
    ended: bool,
    marks: &'a mut Marks,
}

impl Task for LookOn<'_> {
    type Output = Proof;

    #[inline(always)]
    fn run<F: Finder>(self, finder: F) -> Proof {
        let LookOn { marker, bytes, target, ended, marks } = self;
        marker.look_on(finder, bytes, target, ended, marks)
    }
}

/// Each bit is the parity of the bits up to it.
#[inline(always)]
fn parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::marks::Held;
    use super::*;

    fn marked(text: &[u8], dialect: &Dialect, from: usize) -> (Proof, Marks) {
        let mut marks = Marks::default();
        let proof = Marker::new(dialect, from).go_on(text, usize::MAX, true, &mut marks);
        (proof, marks)
    }

    fn all(text: &str, from: usize) -> Vec<Vec<u32>> {
        let (proof, marks) = marked(text.as_bytes(), &Dialect::default(), from);
        assert_eq!(proof, Proof::Cut(text.len()), "{text:?}");
        marks.records().map(<[u32]>::to_vec).collect()
    }

    /// What is told of each field, as if all were quoted.
    fn held(bytes: &[u8], marks: &Marks) -> Vec<Held> {
        let (mut inside, mut from) = (marks.inside(bytes, Some(b'"')), 0);
        let ends = marks.records().flatten().map(|end| *end as usize);
        ends.map(|end| inside.of(std::mem::replace(&mut from, end + 1) + 1, end.saturating_sub(1))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_ends_are_those_a_careful_reader_finds(
            fields in proptest::collection::vec(("[ab]{0,40}", "[ab,\n]{0,90}", any::<bool>(), any::<u8>()), 1..60),
            ahead in 0usize..70,
        ) {
            let mut text = "x".repeat(ahead);
            let mut expected = vec![Vec::new()];
            for (plain, quoted, doubled, end) in &fields {
                if quoted.is_empty() {
                    text.push_str(plain);
                } else {
                    text.push_str(&format!("\"{}{quoted}\"", if *doubled { "\"\"" } else { "" }));
                }
                expected.last_mut().unwrap().push(text.len() as u32);
                if end % 8 == 0 {
                    expected.push(Vec::new());
                }
                text.push(if end % 8 == 0 { '\n' } else { ',' });
            }
            if text.ends_with('\n') {
                expected.pop();
            } else {
                expected.last_mut().unwrap().push(text.len() as u32);
            }
            prop_assert_eq!(all(&text, ahead), expected);
        }
    }

    #[test]
    fn what_stands_inside_quotes_is_told_field_by_field() {
        let text = "\"\",\",\",\"a\nb\",\"\"\"\",\"x \"\"y\"\"\",\"plain\",\"last,\nand \"\"all\"";
        let (_, marks) = marked(text.as_bytes(), &Dialect::default(), 0);
        let told: Vec<_> = held(text.as_bytes(), &marks)
            .into_iter()
            .map(|Held { feeds, doubled, needing }| (feeds, doubled, needing))
            .collect();
        let expected = [
            (0, false, false),
            (0, false, true),
            (1, false, true),
            (0, true, false),
            (0, true, false),
            (0, false, false),
            (1, true, true),
        ];
        assert_eq!(told, expected);
        assert_eq!((told.len(), marks.records().len(), marks.openings().len()), (7, 1, 7));
    }

    #[test]
    fn a_delimiter_of_any_byte_is_found_only_in_the_bytes_there_are() {
        let dialect = Dialect { delimiter: 0, quote: None, ..Dialect::default() };
        let (proof, marks) = marked(&[b'a', 0, b'b'], &dialect, 0);
        assert_eq!(proof, Proof::Cut(3));
        assert_eq!(marks.records().map(<[u32]>::to_vec).collect::<Vec<_>>(), [vec![1, 3]]);
        assert_eq!(marked(&[], &dialect, 0).1.records().count(), 0);
        assert_eq!(marked(b"heading", &dialect, 7).1.records().count(), 0);
    }

    #[test]
    fn whole_blocks_without_a_last_line_feed_end_too() {
        for length in [63, 64, 65, 128, 1024, 1025] {
            let text = "x".repeat(length);
            assert_eq!(all(&text, 0), [[length as u32]], "{length}");
            assert_eq!(all(&format!("{text}\n"), 0), [[length as u32]], "{length} and a line feed");
        }
    }

    /// Each oddity at each place of a block, and across the edge of two.
    #[test]
    fn what_is_irregular_is_noticed_wherever_it_stands() {
        let irregular =
            ["a\"b,c\n", "\"a\"b,c\n", "\"a\" ,c\n", "a\rb\n", "a\r\r\n", " \"a\",\n", "\"a\"\rb\n", "\"a\"\"b\"c\n"];
        let regular = ["\"a\"\"b\",c\r\n", "\"a\",\"\"\r\n", "\"\"\"\"\n", "a\r\n", "\"a\r b\"\n", ",\"\"\n"];
        for ahead in 0..140 {
            for (text, is_regular) in
                irregular.iter().map(|text| (text, false)).chain(regular.iter().map(|text| (text, true)))
            {
                let text = format!("{}\n{text}", "x".repeat(ahead));
                for tail in ["", "y,z\n", "y,z"] {
                    let text = format!("{text}{tail}");
                    let (proof, marks) = marked(text.as_bytes(), &Dialect::default(), 0);
                    assert_eq!(proof == Proof::Cut(text.len()), is_regular, "{text:?}");
                    assert_eq!(marks.is_regular(), is_regular);
                    // Behind the cut it does not matter.
                    let proof =
                        Marker::new(&Dialect::default(), 0).go_on(text.as_bytes(), 1, true, &mut Marks::default());
                    assert_eq!(proof, Proof::Cut(ahead + 1), "{text:?}");
                }
            }
        }
        for open in ["\"a", "a\r", "\"a\"\r", "\"\"\""] {
            for ahead in [0, 62, 63, 64] {
                let text = format!("{}\n{open}", "x".repeat(ahead));
                assert_eq!(marked(text.as_bytes(), &Dialect::default(), 0).0, Proof::Irregular, "{text:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn bytes_that_come_in_pieces_give_the_same(
            text in "([ab]{0,90},|\"[ab,\n]{0,90}\",|\"\"\"\",|\n|\r\n){0,40}",
            pieces in proptest::collection::vec(1usize..200, 0..20),
            target in 1usize..3_000,
        ) {
            let bytes = text.as_bytes();
            let mut whole = Marks::default();
            let expected = Marker::new(&Dialect::default(), 0).go_on(bytes, target, true, &mut whole);
            let (mut marker, mut marks) = (Marker::new(&Dialect::default(), 0), Marks::default());
            let mut at = 0;
            let mut proof = Proof::More;
            for piece in pieces {
                at += piece;
                if at >= bytes.len() || proof != Proof::More {
                    break;
                }
                proof = marker.go_on(&bytes[..at], target, false, &mut marks);
            }
            if proof == Proof::More {
                proof = marker.go_on(bytes, target, true, &mut marks);
            }
            prop_assert_eq!(proof, expected);
            if let Proof::Cut(len) = proof {
                prop_assert!(len == bytes.len() || len >= target);
                prop_assert_eq!(marks.records().collect::<Vec<_>>(), whole.records().collect::<Vec<_>>());
                prop_assert_eq!(marks.openings(), whole.openings());
                prop_assert_eq!(held(bytes, &marks), held(bytes, &whole));
            }
        }
    }
}
