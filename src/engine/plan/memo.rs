//! What a field's expression made of values that it has seen before. Customer data repeats itself: countries, states,
//! first names, companies. An expression that reads one source field gives the same for the same value, so that it need
//! not run again.

use crate::engine::hashing::hash;
use crate::record::{BLOCK, Cell, Form, Kind, Slot, SourceType};

/// Places; each keeps the last value that came to it.
const PLACES: usize = 1 << 10;
/// Longer values hardly repeat.
const LONGEST: usize = 48;
/// Bytes of values and results together.
const BYTES: usize = 256 << 10;
/// After so many values the memo is judged, and then again after as many.
const TRIAL: u32 = 4_096;
/// It stays in use where at least one value in so many was known.
const WORTH: u32 = 2;

/// Stands for the length of a value where there is none.
const FREE: u8 = u8::MAX;

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u64,
    start: u32,
    result_len: u32,
    /// At most [`LONGEST`], or [`FREE`].
    value_len: u8,
    kind: (Kind, SourceType),
    value_kind: (Kind, SourceType),
    form: Form,
    /// The result is the value.
    same: bool,
}

impl Default for Entry {
    fn default() -> Self {
        let none = (Kind::Missing, SourceType::Untyped);
        let form = Form::Unknown;
        Entry { hash: 0, start: 0, result_len: 0, value_len: FREE, kind: none, value_kind: none, form, same: false }
    }
}

/// The memo of one field on one thread.
#[derive(Debug)]
pub(super) struct Memo {
    places: Vec<Entry>,
    /// Values, each with its result behind it, and at the end a block of nothing.
    bytes: Vec<u8>,
    asked: u32,
    known: u32,
    /// Its values repeat too seldom.
    idle: bool,
}

/// What the memo says about a value.
pub(super) enum Recall {
    /// The result is at this place.
    Known(usize),
    /// Not seen; its place and hash, to remember it by.
    New(usize, u64),
    /// Not to be remembered.
    Never,
}

/// A result: where it lies in which text, and what it is.
pub(super) struct Remembered<'m> {
    pub text: &'m [u8],
    pub start: usize,
    pub len: usize,
    pub kind: (Kind, SourceType),
    /// How comma separated text carries it.
    pub form: Form,
}

impl Memo {
    pub fn new(useful: bool) -> Memo {
        Memo { places: Vec::new(), bytes: Vec::new(), asked: 0, known: 0, idle: !useful }
    }

    pub fn is_idle(&self) -> bool {
        self.idle
    }

    /// Looks for a value that lies in a text.
    #[inline(always)]
    pub fn recall(&mut self, text: &[u8], slot: &Slot) -> Recall {
        let (start, len) = (slot.start as usize, slot.len as usize);
        if len > LONGEST {
            return Recall::Never;
        }
        if self.places.is_empty() {
            self.places.resize(PLACES, Entry::default());
        }
        let hash = hash(text, start, len);
        let place = hash as usize % PLACES;
        let Some(entry) = self.places.get(place) else { return Recall::Never };
        self.asked += 1;
        let same = entry.hash == hash
            && usize::from(entry.value_len) == len
            && entry.value_kind == (slot.kind, slot.source_type)
            && same_text((text, start), (&self.bytes, entry.start as usize), len);
        if same {
            self.known += 1;
            return Recall::Known(place);
        }
        Recall::New(place, hash)
    }

    /// The result at a place that [`Memo::recall`] gave; `None` where the value itself is the result.
    #[inline(always)]
    pub fn result(&self, place: usize) -> Option<Remembered<'_>> {
        let entry = self.places.get(place).filter(|entry| !entry.same)?;
        Some(Remembered {
            text: &self.bytes,
            start: entry.start as usize + usize::from(entry.value_len),
            len: entry.result_len as usize,
            kind: entry.kind,
            form: entry.form,
        })
    }

    pub fn remember(&mut self, (place, hash): (usize, u64), value: Cell<'_>, (result, form): (Cell<'_>, Form)) {
        debug_assert!(value.bytes.len() <= LONGEST, "no other value has a place");
        if result.bytes.len() > 4 * LONGEST {
            return;
        }
        if self.bytes.len() + value.bytes.len() + result.bytes.len() > BYTES {
            self.forget();
        }
        self.bytes.truncate(self.bytes.len().saturating_sub(BLOCK));
        let start = self.bytes.len() as u32;
        let same = result == value;
        self.bytes.extend_from_slice(value.bytes);
        if !same {
            self.bytes.extend_from_slice(result.bytes);
        }
        self.bytes.resize(self.bytes.len() + BLOCK, 0);
        self.places[place] = Entry {
            hash,
            start,
            result_len: result.bytes.len() as u32,
            value_len: value.bytes.len() as u8,
            kind: (result.kind, result.source_type),
            value_kind: (value.kind, value.source_type),
            form,
            same,
        };
    }

    /// Judges, after enough values, whether remembering pays.
    pub fn judge(&mut self) {
        if self.asked < TRIAL {
            return;
        }
        self.idle = self.known * WORTH < self.asked;
        (self.asked, self.known) = (0, 0);
        if self.idle {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.places.fill(Entry::default());
        self.bytes.clear();
    }
}

/// Whether two texts have the same `len` bytes from their places on. Short ones are compared as numbers.
#[inline(always)]
fn same_text((one, first): (&[u8], usize), (other, second): (&[u8], usize), len: usize) -> bool {
    let begins = |text: &[u8], at: usize| {
        text.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u128::from_le_bytes(*bytes))
    };
    if let (1..=16, Some(one), Some(other)) = (len, begins(one, first), begins(other, second)) {
        return (one ^ other) << (8 * (16 - len)) == 0;
    }
    one.get(first..first + len) == other.get(second..second + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(start: usize, len: usize, kind: Kind) -> Slot {
        Slot { start: start as u32, len: len as u32, kind, ..Slot::MISSING }
    }

    /// Asks for a value that stands between others.
    fn ask(memo: &mut Memo, value: &str) -> Option<String> {
        let text = format!("ab{value}cdefghijklmnopqrst");
        match memo.recall(text.as_bytes(), &slot(2, value.len(), Cell::text(value).kind)) {
            Recall::Known(place) => Some(memo.result(place).map_or(value.to_owned(), |found| {
                String::from_utf8(found.text[found.start..found.start + found.len].to_vec()).unwrap()
            })),
            Recall::New(place, hash) => {
                memo.remember((place, hash), Cell::text(value), (Cell::text(&value.to_uppercase()), Form::Unknown));
                None
            }
            Recall::Never => None,
        }
    }

    #[test]
    fn a_value_seen_before_is_known_and_no_other() {
        let mut memo = Memo::new(true);
        for round in 0..3 {
            for value in ["us", "de", "", "United States"] {
                let known = ask(&mut memo, value);
                assert_eq!(known, (round > 0).then(|| value.to_uppercase()), "{value}");
            }
        }
        let bytes = slot(0, 2, Kind::Bytes);
        assert!(matches!(memo.recall(b"us", &bytes), Recall::New(..)), "the same bytes of another kind");
    }

    #[test]
    fn more_values_than_fit_stay_right() {
        let mut memo = Memo::new(true);
        for round in 0..2 {
            for number in 0..20_000 {
                let value = format!("value {number} of many, long enough to fill it");
                if let Some(known) = ask(&mut memo, &value) {
                    assert_eq!(known, value.to_uppercase(), "round {round}");
                }
                assert!(memo.bytes.len() <= BYTES);
            }
        }
    }

    #[test]
    fn what_hardly_repeats_is_given_up() {
        let mut memo = Memo::new(true);
        (0..TRIAL).for_each(|number| drop(ask(&mut memo, &format!("{number}"))));
        memo.judge();
        assert!(memo.is_idle());
    }
}
