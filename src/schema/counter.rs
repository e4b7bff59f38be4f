//! Counts a field's cells as they come, in bounded memory (about 100 KiB at most), and merges with other counters.
//!
//! A value that was seen before costs a hash and a look-up: what can be found out about it was found out the first
//! time. So each entry of the value table carries its reading, and hands its occurrences over to the totals later.

use std::cmp::Ordering;

use xxhash_rust::xxh3::xxh3_64;

use super::date::{DateForm, Order};
use super::distinct::DistinctSketch;
use super::frequent::Frequent;
use super::infer;
use super::number::Written;
use super::reading::{Reading, SIGNS, Sign, Signs, TYPES};
use super::shape::Shape;
use super::stats::{Counted, DateCount, Distinct, FieldStats, Misfit, Oddities, TypeFit};
use crate::record::{Cell, Kind, SourceType};

const PATTERNS: usize = 10;
const VALUES: usize = 100;
const SAMPLES: usize = 6;
/// Texts kept as extremes and examples are cut here.
const KEPT_BYTES: usize = 120;

/// Takes cells in, gives [`FieldStats`] at any time.
#[derive(Debug, Clone)]
pub struct FieldCounter {
    name: String,
    records: u64,
    missing: u64,
    null: u64,
    source_types: [u64; 9],
    distinct: DistinctSketch,
    values: Frequent<Reading>,
    totals: Totals,
    min_length: u32,
    max_length: u32,
    min_number: Option<Extreme>,
    max_number: Option<Extreme>,
    min_text: Option<Vec<u8>>,
    max_text: Option<Vec<u8>>,
    /// By position in [`TYPES`].
    misfits: Vec<Option<Misfit>>,
    /// Signs of types that have no misfit yet.
    without_misfit: Signs,
}

/// The smallest or largest number, as it was written.
#[derive(Debug, Clone)]
struct Extreme {
    written: Written,
    text: Vec<u8>,
}

/// What the occurrences that were handed over add up to.
#[derive(Debug, Clone)]
struct Totals {
    signs: [u64; SIGNS],
    dates: Vec<(DateForm, u64)>,
    shapes: Frequent<()>,
}

impl Totals {
    fn take(&mut self, reading: &Reading, times: u64) {
        let mut left = reading.signs.0;
        while left != 0 {
            self.signs[left.trailing_zeros() as usize] += times;
            left &= left - 1;
        }
        if let Some(form) = reading.date {
            self.take_date(form, times);
        }
        let shape = reading.shape.as_bytes();
        self.shapes.insert(xxh3_64(shape), shape, false, (), times, 0);
    }

    fn take_date(&mut self, form: DateForm, times: u64) {
        match self.dates.iter_mut().find(|(known, _)| *known == form) {
            Some((_, count)) => *count += times,
            None => self.dates.push((form, times)),
        }
    }
}

impl FieldCounter {
    pub fn new(name: impl Into<String>) -> FieldCounter {
        let mut without_misfit = Signs::default();
        for (_, sign) in TYPES {
            without_misfit.set(*sign);
        }
        FieldCounter {
            name: name.into(),
            records: 0,
            missing: 0,
            null: 0,
            source_types: [0; 9],
            distinct: DistinctSketch::new(),
            values: Frequent::new(),
            totals: Totals { signs: [0; SIGNS], dates: Vec::new(), shapes: Frequent::new() },
            min_length: u32::MAX,
            max_length: 0,
            min_number: None,
            max_number: None,
            min_text: None,
            max_text: None,
            misfits: vec![None; TYPES.len()],
            without_misfit,
        }
    }

    /// Counts the cell of record number `record` (from 1).
    pub fn add(&mut self, cell: Cell<'_>, record: u64) {
        self.records += 1;
        if !cell.is_filled() {
            if cell.kind == Kind::Null {
                self.null += 1;
            } else {
                self.missing += 1;
            }
            return;
        }
        self.source_types[cell.source_type as usize] += 1;
        let hash = xxh3_64(cell.bytes);
        if !self.values.count_again(hash) {
            self.add_new(cell, hash, record);
        }
    }

    /// Adds what another counter of the same field counted; records of `other` come after this one's.
    pub fn merge(&mut self, mut other: FieldCounter) {
        self.hand_over();
        other.hand_over();
        self.records += other.records;
        self.missing += other.missing;
        self.null += other.null;
        for (mine, theirs) in self.source_types.iter_mut().zip(other.source_types) {
            *mine += theirs;
        }
        self.distinct.merge(&other.distinct);
        self.values.merge(&other.values);
        for (mine, theirs) in self.totals.signs.iter_mut().zip(other.totals.signs) {
            *mine += theirs;
        }
        for (form, times) in other.totals.dates {
            self.totals.take_date(form, times);
        }
        self.totals.shapes.merge(&other.totals.shapes);
        self.min_length = self.min_length.min(other.min_length);
        self.max_length = self.max_length.max(other.max_length);
        for Extreme { written, text } in [other.min_number, other.max_number].into_iter().flatten() {
            self.take_number(&written, &text);
        }
        for text in [other.min_text, other.max_text].into_iter().flatten() {
            self.take_text(&text);
        }
        for (mine, theirs) in self.misfits.iter_mut().zip(other.misfits) {
            if mine.is_none() {
                *mine = theirs;
            }
        }
        self.without_misfit.0 &= other.without_misfit.0;
    }

    /// A value that the table does not hold: found out about, measured, and put into the table.
    #[inline(never)]
    fn add_new(&mut self, cell: Cell<'_>, hash: u64, record: u64) {
        self.distinct.add(hash);
        let (reading, number) = Reading::of(cell.kind, cell.bytes);
        let length = match cell.kind {
            Kind::Bytes => cell.bytes.len(),
            // Every byte of UTF-8 that does not continue a character begins one.
            _ => cell.bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count(),
        };
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.min_length = self.min_length.min(length);
        self.max_length = self.max_length.max(length);
        if let Some(written) = number {
            self.take_number(&written, cell.bytes);
        }
        if cell.kind != Kind::Bytes {
            self.take_text(cell.bytes);
        }
        let misses = self.without_misfit.0 & !reading.signs.0;
        if misses != 0 {
            self.take_misfit(misses, cell, record);
        }
        if self.values.is_full() {
            self.hand_over();
        }
        self.values.insert(hash, cell.bytes, false, reading, 1, 1);
    }

    fn hand_over(&mut self) {
        let totals = &mut self.totals;
        self.values.hand_over(|reading, times| totals.take(reading, times));
    }

    fn take_number(&mut self, written: &Written, text: &[u8]) {
        for (extreme, wanted) in [(&mut self.min_number, Ordering::Less), (&mut self.max_number, Ordering::Greater)] {
            match extreme {
                Some(known) if written.value.partial_cmp(&known.written.value) != Some(wanted) => {}
                // Overwritten in place: a column of rising numbers comes here with every value.
                Some(known) => {
                    known.written = *written;
                    known.text.clear();
                    known.text.extend_from_slice(text);
                }
                None => *extreme = Some(Extreme { written: *written, text: text.to_vec() }),
            }
        }
    }

    fn take_text(&mut self, text: &[u8]) {
        let kept = &text[..text.len().min(KEPT_BYTES)];
        for (extreme, wanted) in [(&mut self.min_text, Ordering::Less), (&mut self.max_text, Ordering::Greater)] {
            match extreme {
                Some(known) if kept.cmp(known) != wanted => {}
                Some(known) => {
                    known.clear();
                    known.extend_from_slice(kept);
                }
                None => *extreme = Some(kept.to_vec()),
            }
        }
    }

    #[cold]
    fn take_misfit(&mut self, misses: u32, cell: Cell<'_>, record: u64) {
        for (slot, (_, sign)) in self.misfits.iter_mut().zip(TYPES) {
            if misses & (1 << *sign as u8) != 0 {
                *slot = Some(Misfit { text: kept_text(cell.bytes), record });
            }
        }
        self.without_misfit.0 &= !misses;
    }

    /// The figures so far.
    pub fn stats(&self) -> FieldStats {
        let mut whole = self.clone();
        whole.hand_over();
        let totals = &whole.totals;
        let filled = whole.records - whole.missing - whole.null;
        let mut stats = FieldStats {
            name: whole.name.clone(),
            records: whole.records,
            missing: whole.missing,
            null: whole.null,
            filled,
            distinct: distinct(&whole.values, &whole.distinct, filled),
            min_length: (filled > 0).then_some(whole.min_length),
            max_length: (filled > 0).then_some(whole.max_length),
            patterns: ranked(&totals.shapes, PATTERNS),
            values: ranked(&whole.values, VALUES),
            min_number: whole.min_number.as_ref().map(decimal_text),
            max_number: whole.max_number.as_ref().map(decimal_text),
            min_text: whole.min_text.as_deref().map(kept_text),
            max_text: whole.max_text.as_deref().map(kept_text),
            samples: samples(&whole.values),
            fits: fits(totals, &whole.misfits),
            dates: dates(totals),
            oddities: oddities(totals),
            source_types: source_types(&whole.source_types),
            ..FieldStats::default()
        };
        stats.inference = infer(&stats);
        stats
    }
}

fn distinct(values: &Frequent<Reading>, sketch: &DistinctSketch, filled: u64) -> Distinct {
    if values.taken() == 0 {
        return Distinct { count: values.entries().len() as u64, exact: true, relative_error: 0.0 };
    }
    let count = sketch.estimate().min(filled);
    Distinct { count, exact: false, relative_error: DistinctSketch::RELATIVE_ERROR }
}

fn ranked<T: Copy>(table: &Frequent<T>, most: usize) -> Vec<Counted> {
    // Lists and maps have no shape.
    let mut entries: Vec<_> = table.entries().iter().filter(|entry| !table.text(entry).is_empty()).collect();
    // Ties in byte order, so that the same data always gives the same list.
    entries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| table.text(a).cmp(table.text(b))));
    entries.truncate(most);
    let counted = |entry: &&_| {
        let entry: &super::frequent::Entry<T> = entry;
        let text = String::from_utf8_lossy(table.text(entry)).into_owned();
        Counted { text, count: entry.count, at_most: entry.count + table.taken(), cut: entry.cut }
    };
    entries.iter().map(counted).collect()
}

/// Frequent values of shapes that were not shown yet; then any.
fn samples(values: &Frequent<Reading>) -> Vec<String> {
    let mut entries: Vec<_> = values.entries().iter().filter(|entry| !entry.note.signs.has(Sign::Bytes)).collect();
    entries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| values.text(a).cmp(values.text(b))));
    let mut shown: Vec<Shape> = Vec::new();
    let mut chosen = Vec::new();
    let mut others = Vec::new();
    for entry in entries {
        if chosen.len() == SAMPLES {
            break;
        }
        let text = values.text(entry);
        if entry.note.signs.has(Sign::Blank) {
            continue;
        }
        if shown.contains(&entry.note.shape) {
            if others.len() < SAMPLES {
                others.push(text);
            }
        } else {
            shown.push(entry.note.shape);
            chosen.push(text);
        }
    }
    chosen.extend(others);
    chosen.truncate(SAMPLES);
    chosen.into_iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

fn fits(totals: &Totals, misfits: &[Option<Misfit>]) -> Vec<TypeFit> {
    let all = TYPES.iter().zip(misfits).map(|((field_type, sign), misfit)| TypeFit {
        field_type: *field_type,
        count: totals.signs[*sign as usize],
        misfit: misfit.clone(),
    });
    all.filter(|fit| fit.count > 0).collect()
}

fn dates(totals: &Totals) -> Vec<DateCount> {
    let mut dates: Vec<DateCount> =
        totals.dates.iter().map(|(form, count)| DateCount { form: form.to_string(), count: *count }).collect();
    dates.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.form.cmp(&b.form)));
    dates
}

fn oddities(totals: &Totals) -> Oddities {
    let count = |sign: Sign| totals.signs[sign as usize];
    let order =
        |order: Order| totals.dates.iter().filter(|(form, _)| form.order == order).map(|(_, count)| count).sum();
    Oddities {
        leading_zeros: count(Sign::LeadingZero),
        long_digits: count(Sign::LongDigits),
        null_words: count(Sign::NullWord),
        blank: count(Sign::Blank),
        untrimmed: count(Sign::Untrimmed),
        multi_line: count(Sign::MultiLine),
        bytes: count(Sign::Bytes),
        decimal_point: count(Sign::DecimalPoint),
        decimal_comma: count(Sign::DecimalComma),
        unsure_separator: count(Sign::UnsureSeparator),
        day_first: order(Order::Day),
        month_first: order(Order::Month),
        day_or_month_first: order(Order::DayOrMonth),
        phone_punctuation: count(Sign::PhonePunctuation),
        bare_domains: count(Sign::BareDomain),
        uuids: count(Sign::Uuid),
        zero_one: count(Sign::ZeroOne),
    }
}

fn source_types(counts: &[u64; 9]) -> Vec<(&'static str, u64)> {
    const NAMES: [(SourceType, &str); 8] = [
        (SourceType::Text, "text"),
        (SourceType::Integer, "integer"),
        (SourceType::Decimal, "decimal"),
        (SourceType::Float, "float"),
        (SourceType::Boolean, "boolean"),
        (SourceType::Date, "date"),
        (SourceType::Time, "time"),
        (SourceType::DateTime, "date-time"),
    ];
    let all = NAMES.iter().map(|(source_type, name)| (*name, counts[*source_type as usize]));
    all.filter(|(_, count)| *count > 0).collect()
}

fn kept_text(bytes: &[u8]) -> String {
    let kept = String::from_utf8_lossy(&bytes[..bytes.len().min(KEPT_BYTES)]);
    // A character cut in two at the end is dropped rather than shown as a wrong one.
    if bytes.len() > KEPT_BYTES { kept.trim_end_matches('\u{fffd}').to_owned() } else { kept.into_owned() }
}

/// A number as decimal text: its own digits, with a point, without groups and marks.
fn decimal_text(extreme: &Extreme) -> String {
    let Extreme { written, text } = extreme;
    let text = text.trim_ascii();
    if text.iter().any(|byte| matches!(byte, b'e' | b'E')) && !written.money {
        return format!("{}", written.value);
    }
    let last_mark = text.iter().rposition(|byte| matches!(byte, b'.' | b',')).filter(|_| written.has_decimals());
    let mut decimal = String::new();
    if written.negative {
        decimal.push('-');
    }
    for (at, byte) in text.iter().enumerate() {
        if byte.is_ascii_digit() {
            decimal.push(char::from(*byte));
        } else if Some(at) == last_mark {
            if decimal.is_empty() || decimal == "-" {
                decimal.push('0');
            }
            decimal.push('.');
        }
    }
    decimal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schema::FieldType;

    fn count<'a>(texts: impl IntoIterator<Item = &'a str>) -> FieldCounter {
        let mut counter = FieldCounter::new("field");
        for (at, text) in texts.into_iter().enumerate() {
            counter.add(Cell::text(text), at as u64 + 1);
        }
        counter
    }

    #[test]
    fn missing_null_and_filled_add_up() {
        let mut counter = count(["a", "", "b"]);
        counter.add(Cell { kind: Kind::Null, ..Cell::MISSING }, 4);
        let stats = counter.stats();
        assert_eq!((stats.records, stats.missing, stats.null, stats.filled), (4, 1, 1, 2));
        assert_eq!(stats.filled_share(), 0.5);
    }

    #[test]
    fn an_empty_field_has_no_figures() {
        let stats = FieldCounter::new("field").stats();
        assert_eq!((stats.min_length, stats.max_length, stats.distinct.count), (None, None, 0));
        assert_eq!(stats.filled_share(), 0.0);
        assert!(stats.samples.is_empty() && stats.values.is_empty());
    }

    #[test]
    fn figures_of_a_small_field() {
        let stats = count(["10", "9.5", "-3", "n/a", "10", "€ 7"]).stats();
        assert_eq!(stats.distinct, Distinct { count: 5, exact: true, relative_error: 0.0 });
        assert_eq!((stats.min_length, stats.max_length), (Some(2), Some(3)));
        assert_eq!((stats.min_number.as_deref(), stats.max_number.as_deref()), (Some("-3"), Some("10")));
        assert_eq!((stats.min_text.as_deref(), stats.max_text.as_deref()), (Some("-3"), Some("€ 7")));
        assert_eq!(stats.values[0], Counted { text: "10".into(), count: 2, at_most: 2, cut: false });
        assert_eq!(stats.fit(FieldType::Integer), 3);
        let fit = stats.fits.iter().find(|fit| fit.field_type == FieldType::Decimal).cloned();
        assert_eq!(fit.and_then(|fit| fit.misfit), Some(Misfit { text: "n/a".into(), record: 4 }));
        assert_eq!(stats.oddities.null_words, 1);
    }

    #[test]
    fn numbers_are_compared_by_value_and_shown_as_decimals() {
        for (text, decimal) in [
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("(12.5)", "-12.5"),
            ("1 234 567", "1234567"),
            (".5", "0.5"),
            ("007", "007"),
            ("$ -3", "-3"),
            ("1.5e3", "1500"),
        ] {
            assert_eq!(count([text]).stats().min_number.as_deref(), Some(decimal), "{text}");
        }
    }

    #[test]
    fn samples_differ_in_shape_first() {
        let stats = count(["Ada", "Bob", "Ada", "x-1", "2026", "Cyd"]).stats();
        assert_eq!(stats.samples, ["Ada", "2026", "x-1", "Bob", "Cyd"]);
        assert_eq!(stats.patterns[0].text, "Aa+");
        assert_eq!(stats.patterns[0].count, 4);
    }

    #[test]
    fn many_different_values_are_estimated_and_said_to_be() {
        let texts: Vec<String> = (0..20_000).map(|number| format!("C-{number:06}")).collect();
        let stats = count(texts.iter().map(String::as_str)).stats();
        assert!(!stats.distinct.exact);
        let off = (stats.distinct.count as f64 / 20_000.0 - 1.0).abs();
        assert!(off < 4.0 * stats.distinct.relative_error, "{}", stats.distinct.count);
        assert!(stats.is_unique());
        assert_eq!(stats.patterns[0], Counted { text: "A-999999".into(), count: 20_000, at_most: 20_000, cut: false });
        assert_eq!(stats.fit(FieldType::Id), 20_000);
    }

    #[test]
    fn bytes_that_are_no_text_are_counted_as_such() {
        let mut counter = FieldCounter::new("photo");
        counter.add(Cell { kind: Kind::Bytes, bytes: b"\xff\xd8\xff", ..Cell::MISSING }, 1);
        let stats = counter.stats();
        assert_eq!(stats.inference.field_type, FieldType::Bytes);
        assert!(stats.samples.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn merging_two_halves_is_counting_the_whole(
            texts in prop::collection::vec("[a-c0-9 .,-]{0,4}|[A-Z]{2}-[0-9]{3}|[0-9]{2}[.][0-9]{2}[.]20[0-9]{2}", 0..300),
            cut in 0usize..300,
        ) {
            let cut = cut.min(texts.len());
            let whole = count(texts.iter().map(String::as_str)).stats();
            let mut left = count(texts[..cut].iter().map(String::as_str));
            let mut right = FieldCounter::new("field");
            for (at, text) in texts[cut..].iter().enumerate() {
                right.add(Cell::text(text), (cut + at) as u64 + 1);
            }
            left.merge(right);
            let merged = left.stats();
            // Of equal numbers written differently either may be shown.
            let compared = |stats: FieldStats| FieldStats { min_number: None, max_number: None, ..stats };
            prop_assert_eq!(compared(merged), compared(whole));
        }

        #[test]
        fn no_cell_is_too_odd(cells in prop::collection::vec((0u8..6, prop::collection::vec(any::<u8>(), 0..200)), 0..40)) {
            let mut counter = FieldCounter::new("odd");
            for (at, (kind, bytes)) in cells.iter().enumerate() {
                let kinds = [Kind::Missing, Kind::Null, Kind::Text, Kind::Bytes, Kind::List, Kind::Map];
                counter.add(Cell { kind: kinds[usize::from(*kind)], source_type: SourceType::Untyped, bytes }, at as u64);
            }
            let stats = counter.stats();
            prop_assert_eq!(stats.records, stats.missing + stats.null + stats.filled);
            prop_assert!(stats.fits.iter().all(|fit| fit.count <= stats.filled));
        }
    }
}
