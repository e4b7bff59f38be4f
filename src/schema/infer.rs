//! The judgement on a field's type, with its evidence in words. It never converts: what the type is taken for is one
//! thing, what becomes of the values is the profile's business.

use serde::Serialize;

use super::FieldType;
use super::stats::{FieldStats, Misfit};
use crate::transform::find_country;

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
/// A picklist has at most this many values,
const PICKLIST_VALUES: u64 = 60;
/// and each occurs this often on average.
const PICKLIST_REPEATS: u64 = 4;
/// A picklist value is no sentence.
const PICKLIST_LENGTH: u32 = 60;
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

fn date_time(stats: &FieldStats) -> Option<Inference> {
    let (dates, times) = (stats.fit(FieldType::Date), stats.fit(FieldType::DateTime));
    let fits = dates + times;
    let telling = telling(stats);
    // Digits in a row that happen to be days: believed only where hardly one is not.
    let compact: u64 = stats.dates.iter().filter(|date| date.form == "YYYYMMDD").map(|date| date.count).sum();
    let share = if compact * 2 > fits { 0.98 } else { MOST };
    if !is_most(fits, telling, share) {
        return None;
    }
    let forms = decided_forms(stats);
    let main = forms.first().map(|(form, _)| form.clone()).unwrap_or_default();
    let (field_type, name) = if times > 0 { (FieldType::DateTime, "date and time") } else { (FieldType::Date, "date") };
    let misfit_of = if times > 0 && dates > 0 { FieldType::Text } else { field_type };
    let what = if forms.len() == 1 {
        format!("look like {main}{}", if times > 0 { " with a time" } else { "" })
    } else {
        let list: Vec<String> = forms.iter().take(5).map(|(form, count)| format!("{form} {count}")).collect();
        format!("are dates in {} forms: {}", forms.len(), list.join(", "))
    };
    let mut evidence = vec![counted(stats, name, fits, &what, misfit_of)];
    if times > 0 && dates > 0 {
        evidence.push(format!("{dates} have no time of day"));
    }
    evidence.extend(stats.dates.iter().filter_map(|date| order_evidence(stats, &date.form, date.count)));
    Some(Inference { field_type, format: Some(main), evidence })
}

/// Day or month first, for a form that could be either ("DD/MM/YYYY or MM/DD/YYYY"): what the other dates of the column
/// written with the same separator say.
struct OrderVotes<'a> {
    day_first: (&'a str, u64),
    month_first: (&'a str, u64),
}

impl<'a> OrderVotes<'a> {
    fn count(stats: &FieldStats, form: &'a str) -> Option<OrderVotes<'a>> {
        let (day_first, month_first) = form.split_once(" or ")?;
        let votes = |form: &str| stats.dates.iter().find(|date| date.form == form).map_or(0, |date| date.count);
        Some(OrderVotes { day_first: (day_first, votes(day_first)), month_first: (month_first, votes(month_first)) })
    }

    /// The form that the column decides for.
    fn decided(&self) -> Option<&'a str> {
        let (day_first, month_first) = (self.day_first, self.month_first);
        match (day_first.1, month_first.1) {
            // With points the day stands first wherever points are in use.
            (0, 0) => day_first.0.contains('.').then_some(day_first.0),
            (_, 0) => Some(day_first.0),
            (0, _) => Some(month_first.0),
            _ => None,
        }
    }
}

/// The date forms, most frequent first, day or month first decided where the column decides.
fn decided_forms(stats: &FieldStats) -> Vec<(String, u64)> {
    let mut forms: Vec<(String, u64)> = Vec::new();
    for date in &stats.dates {
        let decided = OrderVotes::count(stats, &date.form).and_then(|votes| votes.decided());
        let form = decided.unwrap_or(&date.form);
        match forms.iter_mut().find(|(known, _)| known == form) {
            Some((_, count)) => *count += date.count,
            None => forms.push((form.to_owned(), date.count)),
        }
    }
    forms.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    forms
}

/// How a form that could be either was decided, or that it was not.
fn order_evidence(stats: &FieldStats, form: &str, undecided: u64) -> Option<String> {
    let votes = OrderVotes::count(stats, form)?;
    let (day, month) = (votes.day_first.1, votes.month_first.1);
    Some(match (votes.decided(), day, month) {
        (Some(_), 0, 0) => format!("day first, as usual with points; 0 of {undecided} decide"),
        (Some(decided), ..) => {
            let order = if day > 0 { "day first" } else { "month first" };
            format!("{decided}: {order}: {} decide, {undecided} could be either", day + month)
        }
        (None, 0, 0) => format!("day first or month first? 0 of {undecided} decide"),
        (None, ..) => format!(
            "mixed order: {day} can only be {}, {month} only {}, {undecided} either: map these with care",
            votes.day_first.0, votes.month_first.0
        ),
    })
}

fn time(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Time);
    is_most(fits, telling(stats), MOST).then_some(())?;
    verdict(FieldType::Time, counted(stats, "time", fits, "look like HH:MM", FieldType::Time))
}

fn percent(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Percent);
    is_most(fits, telling(stats), MOST).then_some(())?;
    verdict(FieldType::Percent, counted(stats, "percent", fits, "have a percent sign", FieldType::Percent))
}

/// Numbers of which a tenth or more have a currency with them.
fn money(stats: &FieldStats) -> Option<Inference> {
    let (numbers, marked) = (stats.fit(FieldType::Decimal), stats.fit(FieldType::Money));
    if !is_most(numbers, telling(stats), MOST) || marked * 10 < numbers {
        return None;
    }
    let what = format!("are numbers, {marked} with a currency or in parentheses");
    verdict(FieldType::Money, counted(stats, "money", numbers, &what, FieldType::Decimal))
}

fn number(stats: &FieldStats) -> Option<Inference> {
    let telling = telling(stats);
    let (numbers, integers) = (stats.fit(FieldType::Decimal), stats.fit(FieldType::Integer));
    if !is_most(numbers, telling, MOST) || (name_has(stats, PHONE_WORDS) && stats.max_length > Some(6)) {
        return None;
    }
    let zeros = stats.oddities.leading_zeros;
    let long = stats.oddities.long_digits;
    if zeros > 0 || long > 0 {
        let what = match (zeros, long) {
            (_, 0) if zeros == 1 => "1 value has a leading zero".to_owned(),
            (_, 0) => format!("{zeros} values have leading zeros"),
            (0, _) => format!("{long} values have more than 15 digits"),
            _ => format!("{zeros} values have leading zeros and {long} more than 15 digits"),
        };
        let words = format!("integer-looking, but {what}: kept as text");
        let key = stats.is_unique() && telling >= 10 || is_key(stats);
        return verdict(if key { FieldType::Id } else { FieldType::Text }, words);
    }
    if is_most(integers, numbers, 1.0) || (is_most(integers, telling, MOST) && stats.oddities.decimal_point == 0) {
        if is_key(stats) {
            let what = format!("are whole numbers{}", uniqueness(stats));
            let words = counted(stats, "id", integers, &what, FieldType::Integer);
            return verdict(FieldType::Id, format!("{words}, and the name says key"));
        }
        let words = counted(stats, "integer", integers, "are whole numbers", FieldType::Integer);
        return verdict(FieldType::Integer, words);
    }
    let words = counted(stats, "decimal", numbers, "are numbers", FieldType::Decimal);
    if name_has(stats, MONEY_WORDS) {
        return verdict(FieldType::Money, format!("{words}, and the name says money"));
    }
    verdict(FieldType::Decimal, words)
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

/// Judged by the most frequent values: they are nearly all there are in such a field.
fn country(stats: &FieldStats) -> Option<Inference> {
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
fn is_nothing(text: &str) -> bool {
    let (reading, _) = super::reading::Reading::of(crate::record::Kind::Text, text.as_bytes());
    reading.signs.has(super::reading::Sign::NullWord) || reading.signs.has(super::reading::Sign::Blank)
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

/// Values that are lists of a few words, `;` or `|` between them.
fn multi_picklist(stats: &FieldStats) -> Option<Inference> {
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

fn picklist(stats: &FieldStats) -> Option<Inference> {
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

fn decimals(stats: &FieldStats, inference: &mut Inference) {
    let o = &stats.oddities;
    let unsure = o.unsure_separator;
    let words = match (o.decimal_point, o.decimal_comma) {
        (0, 0) if unsure > 0 => {
            format!("decimals or thousands? {unsure} values like `1,234` or `1.234`, and no other decides")
        }
        (0, 0) => return,
        (point, 0) if unsure > 0 => {
            format!("decimal point in {point}; {unsure} like `1,234` or `1.234` could be either")
        }
        (point, 0) => format!("decimal point in {point}"),
        (0, comma) if unsure > 0 => {
            format!("decimal comma in {comma}; {unsure} like `1,234` or `1.234` could be either")
        }
        (0, comma) => format!("decimal comma in {comma}"),
        (point, comma) => format!("mixed: decimal point in {point}, decimal comma in {comma}"),
    };
    inference.evidence.push(words);
}

/// Whole numbers in the range of seconds or milliseconds since 1970, for the years 2000 to 2100.
fn epoch(stats: &FieldStats, inference: &mut Inference) {
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let (Some(least), Some(most)) = (number(&stats.min_number), number(&stats.max_number)) else { return };
    for (unit, scale) in [("seconds", 1.0), ("milliseconds", 1000.0)] {
        if least >= 946_684_800.0 * scale && most <= 4_102_444_800.0 * scale {
            inference.evidence.push(format!("could be {unit} since 1970"));
        }
    }
}

const PHONE_WORDS: &[&str] = &["phone", "tel", "telephone", "telefon", "mobile", "fax", "cell", "handy", "mobil"];
const MONEY_WORDS: &[&str] = &[
    "amount", "price", "revenue", "salary", "cost", "total", "budget", "value", "turnover", "fee", "betrag", "preis",
    "umsatz",
];
const KEY_WORDS: &[&str] = &["id", "key", "uuid", "guid", "number", "no", "nr", "code", "pk"];

/// Whether one of the words of the field's name is in the list.
fn name_has(stats: &FieldStats, words: &[&str]) -> bool {
    name_words(&stats.name).iter().any(|word| words.contains(&word.as_str()))
}

/// All different or nearly so, and the name ends in a word for a key.
fn is_key(stats: &FieldStats) -> bool {
    let words = name_words(&stats.name);
    let nearly = stats.filled >= 10 && is_most(stats.distinct.count, stats.filled, 0.95);
    (nearly || stats.is_unique()) && words.last().is_some_and(|word| KEY_WORDS.contains(&word.as_str()))
}

/// `billing_Street`, `BillingStreet`, `billing street` -> billing, street.
fn name_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for letter in name.chars() {
        let starts = letter.is_uppercase() && lower_before;
        if (!letter.is_alphanumeric() || starts) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        lower_before = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Cell;
    use crate::schema::FieldCounter;

    fn judge<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>) -> Inference {
        let mut counter = FieldCounter::new(name);
        for (at, text) in texts.into_iter().enumerate() {
            counter.add(Cell::text(text.as_ref()), at as u64 + 1);
        }
        counter.stats().inference
    }

    fn type_of<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>) -> FieldType {
        judge(name, texts).field_type
    }

    /// A hundred texts made of their number.
    fn hundred(make: impl Fn(u32) -> String) -> Vec<String> {
        (1..=100).map(make).collect()
    }

    #[test]
    fn dates_with_their_form_and_the_first_that_is_none() {
        let mut texts = hundred(|n| format!("{:02}.{:02}.2026", n % 28 + 1, n % 12 + 1));
        texts[16] = "n/a".into();
        let inference = judge("created", &texts);
        assert_eq!(inference.field_type, FieldType::Date);
        assert_eq!(inference.format.as_deref(), Some("DD.MM.YYYY"));
        assert_eq!(inference.evidence[0], "date: 99 of 100 look like DD.MM.YYYY; 1 does not, first `n/a` in record 17");
    }

    #[test]
    fn day_or_month_first_is_decided_by_the_whole_column() {
        let us = judge("d", ["03/04/2026", "05/06/2026", "12/25/2026"]);
        assert_eq!(us.format.as_deref(), Some("MM/DD/YYYY"));
        assert_eq!(us.evidence[1], "MM/DD/YYYY: month first: 1 decide, 2 could be either");
        let open = judge("d", ["03/04/2026", "05/06/2026"]);
        assert_eq!(open.format.as_deref(), Some("DD/MM/YYYY or MM/DD/YYYY"));
        assert_eq!(open.evidence[1], "day first or month first? 0 of 2 decide");
        let mixed = judge("d", ["25/12/2026", "12/25/2026", "01/02/2026"]);
        assert!(mixed.evidence[1].starts_with("mixed order"), "{:?}", mixed.evidence);
    }

    #[test]
    fn each_separator_decides_for_itself() {
        let inference = judge("d", ["01.02.2026", "25.12.2026", "12/25/2026", "03/04/2026", "25.11.2026"]);
        assert!(inference.evidence[0].contains("2 forms: DD.MM.YYYY 3, MM/DD/YYYY 2"), "{:?}", inference.evidence);
        assert_eq!(judge("d", ["01.02.2026"]).format.as_deref(), Some("DD.MM.YYYY"));
    }

    #[test]
    fn a_key_with_repeated_values_is_still_a_key_and_says_so() {
        let mut texts = hundred(|n| format!("D-{n:05}"));
        texts[7] = "D-00001".into();
        let inference = judge("id", &texts);
        assert_eq!(inference.field_type, FieldType::Id);
        assert!(inference.evidence.contains(&"not unique: `D-00001` is there 2 times".to_owned()), "{inference:?}");
        let inference = judge("Nr", hundred(|n| format!("{:07}", n.min(99))));
        assert_eq!(inference.field_type, FieldType::Id);
        assert_eq!(type_of("title", &texts), FieldType::Text);
    }

    #[test]
    fn mixed_date_forms_are_listed() {
        let inference = judge("d", ["2026-11-21", "2026-11-22", "21.11.2026"]);
        assert_eq!(inference.field_type, FieldType::Date);
        assert!(inference.evidence[0].contains("2 forms: YYYY-MM-DD 2, DD.MM.YYYY 1"), "{:?}", inference.evidence);
        assert_eq!(type_of("d", ["2026-11-21T10:00:00Z", "2026-11-22"]), FieldType::DateTime);
        assert_eq!(type_of("t", ["10:00", "23:59:59"]), FieldType::Time);
        assert_eq!(type_of("d", ["20261121", "20260101"]), FieldType::Date);
        assert_eq!(type_of("d", ["20261121", "20269901", "20260101"]), FieldType::Integer);
    }

    #[test]
    fn leading_zeros_and_long_digits_stay_text() {
        let mut texts = hundred(|n| format!("{}", 10_000 + n % 50));
        texts[3] = "01067".into();
        texts[9] = "04109".into();
        let inference = judge("zip", &texts);
        assert_eq!(inference.field_type, FieldType::Text);
        assert_eq!(inference.evidence[0], "integer-looking, but 2 values have leading zeros: kept as text");
        let long = judge("account", hundred(|n| format!("12345678901234{n:04}")));
        assert_eq!(long.field_type, FieldType::Id);
        assert!(long.evidence[0].contains("more than 15 digits"));
    }

    #[test]
    fn numbers() {
        assert_eq!(type_of("n", ["1", "2", "-3"]), FieldType::Integer);
        assert_eq!(type_of("n", ["1", "2.5"]), FieldType::Decimal);
        assert_eq!(type_of("amount", ["1.00", "2.50"]), FieldType::Money);
        assert_eq!(type_of("n", ["$1.00", "2.50"]), FieldType::Money);
        assert_eq!(type_of("n", ["1%", "2.5 %"]), FieldType::Percent);
        assert_eq!(type_of("customer_id", hundred(|n| n.to_string())), FieldType::Id);
        let comma = judge("n", ["1,5", "2,25", "1,234"]);
        assert_eq!(comma.evidence[1], "decimal comma in 2; 1 like `1,234` or `1.234` could be either");
        let open = judge("n", ["1.234", "2.345"]);
        assert!(open.evidence[1].starts_with("decimals or thousands?"), "{:?}", open.evidence);
        assert!(judge("n", ["1700000000", "1600000000"]).evidence[1].contains("seconds since 1970"));
    }

    #[test]
    fn contact_data() {
        assert_eq!(type_of("x", ["ada@example.org", "b@x.co"]), FieldType::Email);
        assert_eq!(type_of("x", ["+49 30 123456", "(555) 123-4567"]), FieldType::Phone);
        assert_eq!(type_of("mobile_phone", ["0301234567", "0401234567"]), FieldType::Phone);
        assert_eq!(type_of("x", ["acme.com", "https://x.org/a"]), FieldType::Url);
        assert_eq!(type_of("x", ["Germany", "FR", "Spain"]), FieldType::Country);
        assert_eq!(type_of("language", ["de", "fr", "it"]), FieldType::Text);
        assert_eq!(type_of("Land", ["de", "D", "FR"]), FieldType::Country);
        assert_eq!(type_of("state", ["NY", "CA", "TX", "WA"]), FieldType::Text);
    }

    #[test]
    fn words_of_a_list() {
        assert_eq!(type_of("x", ["yes", "no", "yes"]), FieldType::Boolean);
        assert_eq!(type_of("x", hundred(|n| (n % 2).to_string())), FieldType::Boolean);
        assert_eq!(type_of("x", ["1", "0"]), FieldType::Integer);
        assert_eq!(type_of("x", hundred(|n| ["Open", "Won", "Lost"][n as usize % 3].into())), FieldType::Picklist);
        let tags = hundred(|n| ["vip;news", "news", "vip", "news;old;vip"][n as usize % 4].into());
        assert_eq!(type_of("x", tags), FieldType::MultiPicklist);
    }

    #[test]
    fn keys_and_texts() {
        assert_eq!(type_of("x", hundred(|n| format!("AC-{n:04}"))), FieldType::Id);
        assert_eq!(type_of("x", ["123e4567-e89b-12d3-a456-426614174000"]), FieldType::Id);
        assert_eq!(type_of("x", ["one\ntwo", "three"]), FieldType::LongText);
        assert_eq!(type_of("x", ["[1,2]", "[]"]), FieldType::List);
        assert_eq!(type_of("x", [r#"{"a":1}"#]), FieldType::Map);
        assert_eq!(type_of("x", ["", ""]), FieldType::Text);
        assert_eq!(type_of("x", ["n/a", "-"]), FieldType::Text);
        assert_eq!(type_of("name", ["Ada Lovelace", "Alan Turing"]), FieldType::Text);
    }

    #[test]
    fn what_to_know_is_said() {
        let inference = judge("n", ["12 ", "n/a", "5", "6", "7", "8", "9", "10", "11", "13", "  "]);
        assert_eq!(inference.field_type, FieldType::Integer);
        assert!(inference.evidence.contains(&"1 value is a word for nothing (`n/a`, `-`)".to_owned()));
        assert!(inference.evidence.contains(&"1 value is only white space".to_owned()));
        assert!(inference.evidence.contains(&"1 value has white space at an end".to_owned()));
    }

    #[test]
    fn a_source_with_types_is_believed() {
        let mut counter = FieldCounter::new("flag");
        for record in 1..=20 {
            let cell = Cell { source_type: crate::record::SourceType::Integer, ..Cell::text("1") };
            counter.add(cell, record);
        }
        let inference = counter.stats().inference;
        assert_eq!(inference.field_type, FieldType::Integer);
        assert_eq!(inference.evidence[0], "integer: the source gives this type to 20 of 20 values");
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(name_words("BillingStreet2_id"), ["billing", "street2", "id"]);
        assert_eq!(name_words("First Name"), ["first", "name"]);
        assert_eq!(name_words("AccountID"), ["account", "id"]);
    }
}
