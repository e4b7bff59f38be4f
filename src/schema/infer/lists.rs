//! Fields with few different values: countries, picklists.

use super::names::name_has;
use super::{Inference, LONG_TEXT, MANY, is_most, verdict};
use crate::record::Kind;
use crate::schema::reading::{Reading, Sign};
use crate::schema::{FieldStats, FieldType};
use crate::transform::find_country;

/// A picklist has at most this many values,
const PICKLIST_VALUES: u64 = 60;
/// and each occurs this often on average.
const PICKLIST_REPEATS: u64 = 4;
/// A picklist value is no sentence.
const PICKLIST_LENGTH: u32 = 60;

/// Judged by the most frequent values: they are nearly all there are in such a field.
pub(super) fn country(stats: &FieldStats) -> Option<Inference> {
    let named = name_has(stats, &["country", "land", "pays", "nation"]);
    // `de` and `it` may be languages: codes in small letters count only where the name speaks of countries.
    let is_country = |text: &str| {
        let small_code = text.trim().len() <= 3 && text.chars().any(char::is_lowercase);
        (named || !small_code) && find_country(text).is_some()
    };
    let telling: Vec<_> = stats.values.iter().filter(|value| !is_nothing(&value.text)).collect();
    let seen: u64 = telling.iter().map(|value| value.count).sum();
    let countries = telling.iter().filter(|value| is_country(&value.text));
    let (different, fits) = countries.fold((0, 0), |(n, sum), value| (n + 1, sum + value.count));
    let share = if named { 0.5 } else { MANY };
    if !is_most(fits, seen, share) || seen * 2 < stats.filled {
        return None;
    }
    let odd = telling.iter().find(|value| !is_country(&value.text));
    let odd = odd.map(|value| format!("; not known as one: `{}`", value.text)).unwrap_or_default();
    let values = if different == 1 { "value names a country" } else { "values name countries" };
    verdict(FieldType::Country, format!("country: {different} different {values}, in {fits} of {seen} records{odd}"))
}

/// Whether a text is one of the words for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    let (reading, _) = Reading::of(Kind::Text, text.as_bytes());
    reading.signs.has(Sign::NullWord) || reading.signs.has(Sign::Blank)
}
/// Values that are lists of a few words, `;` or `|` between them.
pub(super) fn multi_picklist(stats: &FieldStats) -> Option<Inference> {
    if stats.max_length > Some(LONG_TEXT) || stats.filled < 10 {
        return None;
    }
    for mark in [';', '|', ','] {
        let with: u64 = stats.values.iter().filter(|value| value.text.contains(mark)).map(|value| value.count).sum();
        let seen: u64 = stats.values.iter().map(|value| value.count).sum();
        if with * 4 < seen || seen * 2 < stats.filled {
            continue;
        }
        let mut parts: Vec<&str> = Vec::new();
        let mut all = 0u64;
        for value in &stats.values {
            for part in value.text.split(mark).map(str::trim).filter(|part| !part.is_empty()) {
                all += value.count;
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        let words = parts.iter().all(|part| part.chars().count() <= 40);
        if words && parts.len() as u64 <= PICKLIST_VALUES && all >= PICKLIST_REPEATS * parts.len() as u64 {
            let what = format!("multi-picklist: {} different words with `{mark}` between them", parts.len());
            return verdict(FieldType::MultiPicklist, what);
        }
    }
    None
}

pub(super) fn picklist(stats: &FieldStats) -> Option<Inference> {
    let distinct = stats.distinct;
    let fits = distinct.exact
        && distinct.count <= PICKLIST_VALUES
        && stats.filled >= 10
        && stats.filled >= PICKLIST_REPEATS * distinct.count
        && stats.max_length <= Some(PICKLIST_LENGTH);
    if !fits {
        return None;
    }
    let values = if distinct.count == 1 { "value" } else { "different values" };
    verdict(FieldType::Picklist, format!("picklist: {} {values} in {} records", distinct.count, stats.filled))
}
