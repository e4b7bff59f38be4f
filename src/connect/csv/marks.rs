//! The places where the fields of regular text end: delimiters and line feeds outside quotes, record by record.
//!
//! Sixty-four bytes become masks of one bit a byte; whether a byte stands inside quotes is the parity of the quotes
//! before it (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1.1).

use wide::u8x16;

const BLOCK: usize = 64;
/// So many ends are noted at once: more than most blocks hold.
const AT_ONCE: usize = 8;
/// So many blocks are looked at before the records found in them are given.
const BLOCKS: usize = 16;

/// Finds records in text that was proven regular: a quote stands only where a quoted field opens, closes or holds a
/// doubled one.
pub(super) struct Marks<'b> {
    bytes: &'b [u8],
    delimiter: u8x16,
    quote: Option<u8x16>,
    /// Where the next block begins.
    base: usize,
    /// All ones where the next block begins inside quotes.
    within: u64,
    /// Whether the block before ended in a quote.
    quote_before: u64,
    /// Field ends, with room for more behind those that were `found`; so many of these were `given`.
    ends: Vec<u32>,
    found: usize,
    given: usize,
    /// By record, how many ends stand before its end and with it, and how many of the records were given.
    records: Vec<usize>,
    given_records: usize,
    inside: Inside<'b>,
}

/// What stands inside quotes: delimiters, line feeds and second quotes of doubled ones. To be asked field by field.
pub(super) struct Inside<'b> {
    bytes: &'b [u8],
    quote: Option<u8>,
    places: Vec<u32>,
    told: usize,
}

/// What stands inside a quoted field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    pub feeds: u64,
    pub doubled: bool,
    /// A delimiter or line feed, for which it needs its quotes.
    pub needing: bool,
}

impl<'b> Marks<'b> {
    /// From the start of a record on.
    pub fn new(delimiter: u8, quote: Option<u8>, bytes: &'b [u8], at: usize) -> Marks<'b> {
        Marks {
            bytes,
            delimiter: u8x16::splat(delimiter),
            quote: quote.map(u8x16::splat),
            base: at,
            within: 0,
            quote_before: 0,
            ends: Vec::new(),
            found: 0,
            given: 0,
            records: Vec::new(),
            given_records: 0,
            inside: Inside { bytes, quote, places: Vec::new(), told: 0 },
        }
    }

    /// The field ends of the next record, at least one; the last is its line feed or the end of the bytes. An empty line
    /// is a record too.
    #[inline(always)]
    pub fn next(&mut self) -> Option<(&[u32], &mut Inside<'b>)> {
        if self.given_records == self.records.len() && !self.fill() {
            return None;
        }
        let until = self.records.get(self.given_records).copied()?;
        let ends = self.ends.get(self.given..until)?;
        self.given = until;
        self.given_records += 1;
        Some((ends, &mut self.inside))
    }

    /// Looks at the next blocks, until a record ends in them.
    #[inline(never)]
    fn fill(&mut self) -> bool {
        self.ends.copy_within(self.given..self.found, 0);
        self.found -= self.given;
        self.inside.places.drain(..self.inside.told);
        self.records.clear();
        (self.given, self.given_records, self.inside.told) = (0, 0, 0);
        while self.records.is_empty() && self.base < self.bytes.len() {
            // A place for every byte that may come, one for the end of the bytes, and some that are written in passing.
            if self.ends.len() <= self.found + BLOCKS * BLOCK + AT_ONCE {
                self.ends.resize(2 * self.found + BLOCKS * BLOCK + AT_ONCE + 1, 0);
            }
            for _ in 0..BLOCKS {
                let rest = self.bytes.get(self.base..).unwrap_or_default();
                match rest.first_chunk() {
                    Some(block) => self.look(block, u64::MAX),
                    None => self.last(rest),
                }
                self.base += BLOCK;
            }
            // The last record may have no line feed.
            if self.base >= self.bytes.len() && self.bytes.last() != Some(&b'\n') {
                self.ends[self.found] = self.bytes.len() as u32;
                self.found += 1;
                self.records.push(self.found);
            }
        }
        !self.records.is_empty()
    }

    /// Fewer bytes than a block, or none: what is filled up counts for nothing.
    #[cold]
    fn last(&mut self, rest: &[u8]) {
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.look(&block, (1 << rest.len()) - 1);
    }

    #[inline(always)]
    fn look(&mut self, block: &[u8; BLOCK], counted: u64) {
        let feed = u8x16::splat(b'\n');
        let (mut delimiters, mut feeds, mut quotes) = (0, 0, 0);
        for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let part = u8x16::new(*part);
            let mask = |found: u8x16| u64::from(found.to_bitmask()) << (16 * index);
            delimiters |= mask(part.simd_eq(self.delimiter));
            feeds |= mask(part.simd_eq(feed));
            if let Some(quote) = self.quote {
                quotes |= mask(part.simd_eq(quote));
            }
        }
        let mut ends = (delimiters | feeds) & counted;
        if quotes | self.within | self.quote_before != 0 {
            quotes &= counted;
            let within = parity(quotes) ^ self.within;
            self.inside.note(self.base, (ends & within) | (quotes & (quotes << 1 | self.quote_before)));
            self.within = if within >> 63 == 1 { u64::MAX } else { 0 };
            self.quote_before = quotes >> 63;
            ends &= !within;
        }
        feeds &= ends;
        while feeds != 0 {
            let until = feeds ^ (feeds - 1);
            self.records.push(self.found + (ends & until).count_ones() as usize);
            feeds &= !until;
        }
        self.note(ends);
    }

    /// Keeps the places of a block that end fields; there is room for them. How many there are nobody can foresee: so many
    /// are written at once, and those that are none are written over later.
    #[inline(always)]
    fn note(&mut self, mut places: u64) {
        let base = self.base as u32;
        let count = places.count_ones() as usize;
        let mut at = self.found;
        self.found += count;
        while at < self.found {
            let Some(ends) = self.ends.get_mut(at..).and_then(|room| room.first_chunk_mut::<AT_ONCE>()) else { return };
            for end in ends {
                *end = base.wrapping_add(places.trailing_zeros());
                places &= places.wrapping_sub(1);
            }
            at += AT_ONCE;
        }
    }
}

impl Inside<'_> {
    #[inline(always)]
    fn note(&mut self, base: usize, mut places: u64) {
        while places != 0 {
            self.places.push(base as u32 + places.trailing_zeros());
            places &= places - 1;
        }
    }

    /// What stands inside a quoted field; `start` and `end` are without its quotes. Fields are asked for in order.
    #[inline(always)]
    pub fn of(&mut self, start: usize, end: usize) -> Held {
        match self.places.get(self.told) {
            Some(first) if (*first as usize) < end => self.tell(start, end),
            _ => Held::default(),
        }
    }

    fn tell(&mut self, start: usize, end: usize) -> Held {
        let mut held = Held::default();
        while let Some(place) = self.places.get(self.told).map(|place| *place as usize).filter(|place| *place <= end) {
            self.told += 1;
            match self.bytes.get(place) {
                // The closing quote of an empty field before this one, or of this one.
                _ if place < start || place == end => {}
                Some(b'\n') => held.feeds += 1,
                Some(byte) if Some(*byte) == self.quote => held.doubled |= place > start,
                _ => held.needing = true,
            }
        }
        held.needing |= held.feeds > 0;
        held
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

    use super::*;

    fn all(text: &str, from: usize) -> Vec<Vec<u32>> {
        let mut marks = Marks::new(b',', Some(b'"'), text.as_bytes(), from);
        std::iter::from_fn(|| marks.next().map(|(ends, _)| ends.to_vec())).collect()
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
        let mut marks = Marks::new(b',', Some(b'"'), text.as_bytes(), 0);
        let (ends, inside) = marks.next().unwrap();
        let mut from = 0;
        let told: Vec<_> = ends
            .iter()
            .map(|end| {
                let Held { feeds, doubled, needing } = inside.of(from + 1, *end as usize - 1);
                from = *end as usize + 1;
                (feeds, doubled, needing)
            })
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
        assert!(marks.next().is_none());
    }

    #[test]
    fn a_delimiter_of_any_byte_is_found_only_in_the_bytes_there_are() {
        let bytes = [b'a', 0, b'b'];
        let mut marks = Marks::new(0, None, &bytes, 0);
        assert_eq!(marks.next().map(|(ends, _)| ends.to_vec()), Some(vec![1, 3]));
        assert!(marks.next().is_none());
        assert!(Marks::new(0, None, &[], 0).next().is_none());
    }

    #[test]
    fn whole_blocks_without_a_last_line_feed_end_too() {
        for length in [63, 64, 65, 128, 1024, 1025] {
            let text = "x".repeat(length);
            assert_eq!(all(&text, 0), [[length as u32]], "{length}");
            assert_eq!(all(&format!("{text}\n"), 0), [[length as u32]], "{length} and a line feed");
        }
    }
}
