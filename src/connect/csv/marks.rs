//! The places where the fields of regular text end: delimiters and line feeds outside quotes, record by record; where quoted
//! fields begin, and what stands inside their quotes.

use super::blocks::BLOCK;

/// So many ends are noted at once: more than most blocks hold.
const AT_ONCE: usize = 8;

/// Where the fields of a chunk end, if it was proven regular. Reused from chunk to chunk.
#[derive(Debug, Default)]
pub(in crate::connect) struct Marks {
    regular: bool,
    /// Whether there is a carriage return anywhere.
    returns: bool,
    ends: Places,
    /// By record, how many ends stand before its end and with it.
    records: Vec<u32>,
    /// Where fields begin with a quote.
    openings: Places,
    /// What stands inside quotes: delimiters, line feeds and second quotes of doubled ones.
    inside: Places,
}

/// Places in a chunk, in order.
#[derive(Debug, Default)]
struct Places {
    /// The places, with room for more behind those that were `found`.
    room: Vec<u32>,
    found: usize,
}

/// What a block holds, one bit a byte.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Ends of fields; those that are line feeds.
    pub ends: u64,
    pub feeds: u64,
    /// Whether there is more than ends.
    pub quoted: bool,
    /// What [`Marks`] calls so.
    pub openings: u64,
    pub inside: u64,
    pub returns: bool,
    /// Bytes that prove the text irregular.
    pub bad: u64,
}

impl Seen {
    pub fn only(self, kept: u64) -> Seen {
        let Seen { ends, feeds, openings, inside, bad, .. } = self;
        Seen {
            ends: ends & kept,
            feeds: feeds & kept,
            openings: openings & kept,
            inside: inside & kept,
            bad: bad & kept,
            ..self
        }
    }
}

impl Places {
    /// Makes room for so many more, and for what is written in passing.
    #[inline(always)]
    fn make_room(&mut self, more: usize) {
        let most = more + AT_ONCE;
        if self.room.len() < self.found + most {
            self.room.resize(2 * self.found + most, 0);
        }
    }

    /// Keeps the places of a block; there is room for them. How many there are nobody can foresee: so many are written at
    /// once, and those that are none are written over later.
    #[inline(always)]
    fn note_many(&mut self, base: u32, mut places: u64) {
        let mut at = self.found;
        self.found += places.count_ones() as usize;
        while at < self.found {
            let Some(noted) = self.room.get_mut(at..).and_then(|room| room.first_chunk_mut::<AT_ONCE>()) else {
                return;
            };
            for place in noted {
                *place = base.wrapping_add(places.trailing_zeros());
                places &= places.wrapping_sub(1);
            }
            at += AT_ONCE;
        }
    }

    /// The same for places that are seldom more than two.
    #[inline(always)]
    fn note_few(&mut self, base: u32, mut places: u64) {
        loop {
            let others = places & places.wrapping_sub(1);
            let Some(noted) = self.room.get_mut(self.found..).and_then(|room| room.first_chunk_mut()) else { return };
            *noted = [base.wrapping_add(places.trailing_zeros()), base.wrapping_add(others.trailing_zeros())];
            self.found += usize::from(places != 0) + usize::from(others != 0);
            places = others & others.wrapping_sub(1);
            if places == 0 {
                return;
            }
        }
    }

    fn all(&self) -> &[u32] {
        self.room.get(..self.found).unwrap_or_default()
    }

    /// Forgets those from this byte on.
    fn keep_before(&mut self, len: usize) {
        self.found = self.all().partition_point(|place| (*place as usize) < len);
    }
}

impl Marks {
    /// Whether the chunk was proven regular. Only then do the marks say anything.
    pub fn is_regular(&self) -> bool {
        self.regular
    }

    pub(super) fn prove(&mut self, regular: bool) {
        self.regular = regular;
    }

    /// Forgets everything, the proof included.
    pub fn clear(&mut self) {
        (self.regular, self.returns) = (false, false);
        self.records.clear();
        for places in [&mut self.ends, &mut self.openings, &mut self.inside] {
            places.found = 0;
        }
    }

    /// The field ends of each record, at least one; the last is its line feed or the end of the bytes. An empty line is a
    /// record too.
    pub(super) fn records(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        let mut given = 0;
        self.records.iter().map(move |until| {
            let from = std::mem::replace(&mut given, *until as usize);
            self.ends.room.get(from..given).unwrap_or_default()
        })
    }

    /// Where fields begin with a quote.
    pub(super) fn openings(&self) -> &[u32] {
        self.openings.all()
    }

    /// Whether there is a carriage return anywhere: else every line feed alone ends its record.
    pub(super) fn has_returns(&self) -> bool {
        self.returns
    }

    /// Forgets all records but the first so many; the length of the bytes that these are then, if there were more.
    pub(super) fn keep_records(&mut self, most: usize) -> Option<usize> {
        if self.records.len() <= most {
            return None;
        }
        self.records.truncate(most);
        self.ends.found = *self.records.last()? as usize;
        // Only the last record of all can be without a line feed.
        let len = *self.ends.all().last()? as usize + 1;
        self.openings.keep_before(len);
        self.inside.keep_before(len);
        Some(len)
    }

    /// What stands inside the quotes of the chunk that these marks are of.
    pub(super) fn inside<'b>(&'b self, bytes: &'b [u8], quote: Option<u8>) -> Inside<'b> {
        Inside { bytes, quote, places: self.inside.all(), told: 0 }
    }

    /// Makes room for all that so many blocks may hold.
    #[inline(always)]
    pub(super) fn make_room(&mut self, blocks: usize) {
        for places in [&mut self.ends, &mut self.openings, &mut self.inside] {
            places.make_room(blocks * BLOCK);
        }
    }

    /// Notes what a block holds that begins at `base`; there is room for it.
    #[inline(always)]
    pub(super) fn note(&mut self, base: usize, seen: Seen) {
        let Seen { ends, mut feeds, quoted, openings, inside, returns, .. } = seen;
        let base = base as u32;
        if quoted {
            self.openings.note_few(base, openings);
            self.inside.note_few(base, inside);
        }
        while feeds != 0 {
            let until = feeds ^ (feeds - 1);
            self.records.push(self.ends.found as u32 + (ends & until).count_ones());
            feeds &= !until;
        }
        self.returns |= returns;
        self.ends.note_many(base, ends);
    }

    /// Ends the last record, which has no line feed.
    pub(super) fn end(&mut self, len: usize) {
        self.ends.make_room(1);
        self.ends.note_few(len as u32, 1);
        self.records.push(self.ends.found as u32);
    }

    /// Whether a field between these bytes is as long as `limit`.
    pub(super) fn has_longer(&self, first: usize, end: usize, limit: usize) -> bool {
        let ends = self.ends.all();
        let starts = std::iter::once(first as u32).chain(ends.iter().copied());
        end - first >= limit
            && starts.zip(ends.iter().copied().chain([end as u32])).any(|(from, to)| (to - from) as usize >= limit)
    }
}

/// What stands inside quotes. To be asked field by field.
pub(super) struct Inside<'b> {
    bytes: &'b [u8],
    quote: Option<u8>,
    places: &'b [u32],
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

impl Inside<'_> {
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
