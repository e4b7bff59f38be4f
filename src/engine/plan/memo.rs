//! What a field's expression made of values that it has seen before. Customer data repeats itself: countries, states,
//! first names, companies. An expression that reads one source field gives the same for the same value, so that it need
//! not run again.

use xxhash_rust::xxh3::xxh3_64;

use crate::record::{Cell, Form, Kind, SourceType};

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

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u64,
    start: u32,
    value_len: u32,
    result_len: u32,
    kind: (Kind, SourceType),
    value_kind: (Kind, SourceType),
    form: Form,
    used: bool,
    /// The result is the value.
    same: bool,
}

/// The memo of one field on one thread.
#[derive(Debug)]
pub(super) struct Memo {
    places: Vec<Entry>,
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

impl Memo {
    pub fn new(useful: bool) -> Memo {
        Memo { places: Vec::new(), bytes: Vec::new(), asked: 0, known: 0, idle: !useful }
    }

    pub fn is_idle(&self) -> bool {
        self.idle
    }

    pub fn recall(&mut self, value: Cell<'_>) -> Recall {
        if value.bytes.len() > LONGEST {
            return Recall::Never;
        }
        if self.places.is_empty() {
            self.places.resize(PLACES, Entry::default());
        }
        let hash = xxh3_64(value.bytes);
        let place = hash as usize % PLACES;
        let entry = &self.places[place];
        self.asked += 1;
        let same = entry.used
            && entry.hash == hash
            && entry.value_kind == (value.kind, value.source_type)
            && self.bytes.get(entry.start as usize..(entry.start + entry.value_len) as usize) == Some(value.bytes);
        if same {
            self.known += 1;
            return Recall::Known(place);
        }
        Recall::New(place, hash)
    }

    /// The result at a place that [`Memo::recall`] gave, and how comma separated text carries it; `None` where the value
    /// itself is the result.
    pub fn result(&self, place: usize) -> Option<(Cell<'_>, Form)> {
        let entry = &self.places[place];
        if entry.same {
            return None;
        }
        let start = (entry.start + entry.value_len) as usize;
        let bytes = self.bytes.get(start..start + entry.result_len as usize).unwrap_or_default();
        Some((Cell { kind: entry.kind.0, source_type: entry.kind.1, bytes }, entry.form))
    }

    pub fn remember(&mut self, (place, hash): (usize, u64), value: Cell<'_>, (result, form): (Cell<'_>, Form)) {
        if result.bytes.len() > 4 * LONGEST {
            return;
        }
        if self.bytes.len() + value.bytes.len() + result.bytes.len() > BYTES {
            self.forget();
        }
        let start = self.bytes.len() as u32;
        let same = result == value;
        self.bytes.extend_from_slice(value.bytes);
        if !same {
            self.bytes.extend_from_slice(result.bytes);
        }
        self.places[place] = Entry {
            hash,
            start,
            value_len: value.bytes.len() as u32,
            result_len: result.bytes.len() as u32,
            kind: (result.kind, result.source_type),
            value_kind: (value.kind, value.source_type),
            form,
            used: true,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(memo: &mut Memo, value: &str) -> Option<String> {
        match memo.recall(Cell::text(value)) {
            Recall::Known(place) => {
                Some(memo.result(place).map_or(value.to_owned(), |(cell, _)| cell.display().into_owned()))
            }
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
        let bytes = Cell { kind: Kind::Bytes, ..Cell::text("us") };
        assert!(matches!(memo.recall(bytes), Recall::New(..)), "the same bytes of another kind");
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
