//! The judgement on a field's type, with its evidence in words. It never converts: what the type is taken for is one
//! thing, what becomes of the values is the profile's business.

mod dates;
mod lists;
mod names;
mod numbers;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::FieldType;
use super::stats::{FieldStats, Misfit};
use dates::date_time;
use lists::{country, multi_picklist, picklist};
use names::{PHONE_WORDS, is_key, name_has};
use numbers::{decimals, epoch, money, number, percent};

/// What a field is taken for, and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Inference {
    pub field_type: FieldType,
    /// For dates: the form most values have (`DD.MM.YYYY`).
    pub format: Option<String>,
    /// Sentences, the verdict first, then what an operator should know.
    pub evidence: Vec<String>,
}

/// Of a hundred values that say something, so many must fit.
const MOST: f64 = 0.9;
/// Phone numbers are written more freely.
const MANY: f64 = 0.8;
const LONG_TEXT: u32 = 255;

/// Judges a field by its figures, and by its name where the values leave it open.
pub fn infer(stats: &FieldStats) -> Inference {
    let mut inference = RULES.iter().find_map(|rule| rule(stats)).unwrap_or_else(|| plain_text(stats));
    notes(stats, &mut inference);
    inference
}

type Rule = fn(&FieldStats) -> Option<Inference>;

/// The first that speaks decides.
const RULES: &[Rule] = &[
    nothing,
    source_type,
    structure,
    boolean,
    email,
    date_time,
    time,
    percent,
    money,
    number,
    phone,
    url,
    country,
    id,
    multi_picklist,
    picklist,
    long_text,
];

fn verdict(field_type: FieldType, words: String) -> Option<Inference> {
    Some(Inference { field_type, format: None, evidence: vec![words] })
}

/// Filled values that are not blank and no word for nothing.
fn telling(stats: &FieldStats) -> u64 {
    stats.filled.saturating_sub(stats.oddities.null_words + stats.oddities.blank)
}

fn is_most(count: u64, of: u64, share: f64) -> bool {
    of > 0 && count as f64 >= share * of as f64
}

/// "date: 412 of 415 look like DD.MM.YYYY; 3 do not, first `n/a` in record 17".
fn counted(stats: &FieldStats, name: &str, fits: u64, what: &str, field_type: FieldType) -> String {
    let misfit = stats.fits.iter().find(|fit| fit.field_type == field_type).and_then(|fit| fit.misfit.as_ref());
    let rest = stats.filled.saturating_sub(fits);
    if rest == 0 {
        return format!("{name}: all {fits} {what}");
    }
    let verb = what.split(' ').next().unwrap_or_default();
    let do_not = match (verb, rest) {
        ("are", 1) => "1 is not".to_owned(),
        ("are", _) => format!("{rest} are not"),
        ("have", 1) => "1 has not".to_owned(),
        ("have", _) => format!("{rest} have not"),
        (_, 1) => "1 does not".to_owned(),
        _ => format!("{rest} do not"),
    };
    let first = match misfit {
        Some(Misfit { text, record }) => format!(", first `{text}` in record {record}"),
        None => String::new(),
    };
    format!("{name}: {fits} of {} {what}; {do_not}{first}", stats.filled)
}

fn nothing(stats: &FieldStats) -> Option<Inference> {
    if stats.filled == 0 {
        return verdict(FieldType::Text, format!("text: no value in {} records", stats.records));
    }
    if telling(stats) == 0 {
        return verdict(FieldType::Text, format!("text: all {} values are words for nothing or blank", stats.filled));
    }
    None
}

/// The source has types of its own: they count more than looks.
fn source_type(stats: &FieldStats) -> Option<Inference> {
    let (name, count) = stats.source_types.iter().max_by_key(|(_, count)| *count)?;
    let field_type = match *name {
        "integer" => FieldType::Integer,
        "decimal" | "float" => FieldType::Decimal,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "time" => FieldType::Time,
        "date-time" => FieldType::DateTime,
        _ => return None,
    };
    if !is_most(*count, stats.filled, MOST) {
        return None;
    }
    let words = format!("{name}: the source gives this type to {count} of {} values", stats.filled);
    if field_type == FieldType::Integer && is_key(stats) {
        return verdict(FieldType::Id, format!("{words}{}, and the name says key", uniqueness(stats)));
    }
    verdict(field_type, words)
}

fn structure(stats: &FieldStats) -> Option<Inference> {
    if is_most(stats.oddities.bytes, stats.filled, MOST) {
        let words = format!("bytes: {} of {} values are no text", stats.oddities.bytes, stats.filled);
        return verdict(FieldType::Bytes, words);
    }
    for (field_type, name) in [(FieldType::List, "list"), (FieldType::Map, "map")] {
        let fits = stats.fit(field_type);
        if is_most(fits, telling(stats), MOST) {
            return verdict(field_type, counted(stats, name, fits, "are JSON", field_type));
        }
    }
    None
}

fn boolean(stats: &FieldStats) -> Option<Inference> {
    let telling = telling(stats);
    let fits = stats.fit(FieldType::Boolean) + stats.oddities.zero_one;
    if !is_most(fits, telling, MOST) {
        return None;
    }
    if stats.oddities.zero_one == fits && (stats.distinct.count < 2 || telling < 10) {
        return None; // A few zeros and ones may be numbers.
    }
    let words: Vec<String> = stats.values.iter().take(4).map(|value| format!("`{}`", value.text)).collect();
    let what = format!("are yes/no words ({})", words.join(", "));
    let misfit_of = if stats.oddities.zero_one > 0 { FieldType::Text } else { FieldType::Boolean };
    verdict(FieldType::Boolean, counted(stats, "boolean", fits, &what, misfit_of))
}

fn email(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Email);
    is_most(fits, telling(stats), MANY).then_some(())?;
    verdict(FieldType::Email, counted(stats, "e-mail", fits, "look like addresses", FieldType::Email))
}

fn time(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Time);
    is_most(fits, telling(stats), MOST).then_some(())?;
    verdict(FieldType::Time, counted(stats, "time", fits, "look like HH:MM", FieldType::Time))
}
fn phone(stats: &FieldStats) -> Option<Inference> {
    let (fits, telling) = (stats.fit(FieldType::Phone), telling(stats));
    let punctuated = stats.oddities.phone_punctuation;
    let named = name_has(stats, PHONE_WORDS);
    if !is_most(fits, telling, if named { 0.5 } else { MANY }) || (punctuated * 5 < telling && !named) {
        return None;
    }
    let what = format!("look like phone numbers, {punctuated} with a plus, parentheses or groups");
    verdict(FieldType::Phone, counted(stats, "phone", fits, &what, FieldType::Phone))
}

fn url(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Url);
    is_most(fits, telling(stats), MANY).then_some(())?;
    let bare = stats.oddities.bare_domains;
    let what =
        if bare == 0 { "are web addresses".to_owned() } else { format!("are web addresses, {bare} without http") };
    verdict(FieldType::Url, counted(stats, "URL", fits, &what, FieldType::Url))
}
fn id(stats: &FieldStats) -> Option<Inference> {
    let (codes, telling) = (stats.fit(FieldType::Id), telling(stats));
    if is_most(stats.oddities.uuids, telling, MOST) {
        return verdict(FieldType::Id, counted(stats, "id", stats.oddities.uuids, "are UUIDs", FieldType::Id));
    }
    let key = is_key(stats) || (stats.is_unique() && telling >= 10);
    if !is_most(codes, telling, 0.98) || !key {
        return None;
    }
    let pattern = stats.patterns.first().map(|pattern| format!(", mostly `{}`", pattern.text)).unwrap_or_default();
    verdict(
        FieldType::Id,
        counted(stats, "id", codes, &format!("are codes{pattern}{}", uniqueness(stats)), FieldType::Id),
    )
}

/// Whether a key's values all differ, in words.
fn uniqueness(stats: &FieldStats) -> &'static str {
    match (stats.is_unique(), stats.distinct.exact) {
        (false, _) => "",
        (true, true) => ", all different",
        (true, false) => ", all different as far as an estimate can tell",
    }
}
fn long_text(stats: &FieldStats) -> Option<Inference> {
    let longest = stats.max_length.unwrap_or(0);
    let lines = stats.oddities.multi_line;
    if lines > 0 {
        let words = format!("long text: {lines} values have several lines, the longest has {longest} characters");
        return verdict(FieldType::LongText, words);
    }
    if longest > LONG_TEXT {
        return verdict(FieldType::LongText, format!("long text: up to {longest} characters"));
    }
    None
}

fn plain_text(stats: &FieldStats) -> Inference {
    let mut nearest: Vec<_> = stats.fits.iter().filter(|fit| fit.field_type != FieldType::Id).collect();
    nearest.sort_by_key(|fit| std::cmp::Reverse(fit.count));
    let lengths = match (stats.min_length, stats.max_length) {
        (Some(least), Some(most)) if least == most => format!("{most} characters"),
        (Some(least), Some(most)) => format!("{least} to {most} characters"),
        _ => "no characters".to_owned(),
    };
    let mut evidence = vec![format!(
        "text: {} of {lengths}",
        if stats.filled == 1 { "1 value".to_owned() } else { format!("{} values", stats.filled) }
    )];
    if let Some(fit) = nearest.first()
        && fit.count * 4 >= telling(stats)
    {
        let name = format!("{:?}", fit.field_type).to_lowercase();
        evidence.push(counted(stats, &format!("not {name}"), fit.count, "would fit", fit.field_type));
    }
    Inference { field_type: FieldType::Text, format: None, evidence }
}

/// What to know whatever the type is.
fn notes(stats: &FieldStats, inference: &mut Inference) {
    let o = &stats.oddities;
    let mut note = |count: u64, one: &str, many: &str| {
        if count == 1 {
            inference.evidence.push(format!("1 value {one}"));
        } else if count > 1 {
            inference.evidence.push(format!("{count} values {many}"));
        }
    };
    if telling(stats) > 0 {
        note(o.null_words, "is a word for nothing (`n/a`, `-`)", "are words for nothing (`n/a`, `-`)");
        note(o.blank, "is only white space", "are only white space");
    }
    note(o.untrimmed, "has white space at an end", "have white space at an end");
    if o.bytes < stats.filled {
        note(o.bytes, "is not valid in the encoding", "are not valid in the encoding");
    }
    if let (FieldType::Id, Some(most)) = (inference.field_type, stats.values.first().filter(|value| value.count > 1)) {
        let at_least = if most.is_exact() { "" } else { "at least " };
        inference.evidence.push(format!("not unique: `{}` is there {at_least}{} times", most.text, most.count));
    }
    match inference.field_type {
        FieldType::Decimal | FieldType::Money | FieldType::Percent => decimals(stats, inference),
        FieldType::Integer => epoch(stats, inference),
        _ => {}
    }
    if stats.filled >= 20 && stats.distinct.count == 1 {
        inference.evidence.push("every filled value is the same".to_owned());
    }
}
