//! The fixed words of a profile, both ways: what the parser accepts and the writer writes.

use super::{Keep, Missing, Otherwise, Threshold};
use crate::connect::{LineEnds, Quoting, WriteMode};
use crate::schema::FieldType;

pub(super) static WRITE_MODES: &[(&str, WriteMode)] = &[
    ("insert", WriteMode::Insert),
    ("update", WriteMode::Update),
    ("upsert", WriteMode::Upsert),
    ("skip-existing", WriteMode::SkipExisting),
    ("replace", WriteMode::Replace),
    ("append", WriteMode::Append),
];

pub(super) static KEEP: &[(&str, Keep)] =
    &[("first", Keep::First), ("last", Keep::Last), ("most-complete", Keep::MostComplete), ("merged", Keep::Merged)];

pub(super) static MISSING: &[(&str, Missing)] =
    &[("reject", Missing::Reject), ("null", Missing::Null), ("hold", Missing::Hold), ("stub", Missing::Stub)];

pub(super) static QUOTING: &[(&str, Quoting)] =
    &[("minimal", Quoting::Minimal), ("all", Quoting::All), ("non-numeric", Quoting::NonNumeric)];

pub(super) static LINE_ENDS: &[(&str, LineEnds)] =
    &[("lf", LineEnds::Lf), ("crlf", LineEnds::CrLf), ("cr", LineEnds::Cr)];

/// Whether ragged records are kept.
pub(super) static RAGGED: &[(&str, bool)] = &[("reject", false), ("keep", true)];

/// Whether records that had to be put right are rejected.
pub(super) static REPAIRED: &[(&str, bool)] = &[("keep", false), ("reject", true)];

pub(super) static TYPES: &[(&str, FieldType)] = &[
    ("text", FieldType::Text),
    ("long_text", FieldType::LongText),
    ("integer", FieldType::Integer),
    ("decimal", FieldType::Decimal),
    ("money", FieldType::Money),
    ("percent", FieldType::Percent),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("time", FieldType::Time),
    ("datetime", FieldType::DateTime),
    ("email", FieldType::Email),
    ("phone", FieldType::Phone),
    ("url", FieldType::Url),
    ("country", FieldType::Country),
    ("picklist", FieldType::Picklist),
    ("multi_picklist", FieldType::MultiPicklist),
    ("id", FieldType::Id),
    ("reference", FieldType::Reference),
    ("list", FieldType::List),
    ("map", FieldType::Map),
    ("bytes", FieldType::Bytes),
];

/// What becomes of a record with a character that the target's encoding does not have, where nothing stands for it.
pub(super) const REJECT: &str = "reject";

/// The word of a value; every value of these enums stands in its table.
pub(super) fn word_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, other)| other == value).map_or("", |(word, _)| word)
}

/// The word of a profile for a type.
pub fn type_word(field_type: FieldType) -> &'static str {
    word_of(TYPES, &field_type)
}

/// The character that a name such as `tab` stands for.
pub(super) fn separator(name: &str) -> Option<&'static str> {
    match name {
        "tab" | "\\t" => Some("\t"),
        "comma" => Some(","),
        "semicolon" => Some(";"),
        "pipe" => Some("|"),
        "space" => Some(" "),
        _ => None,
    }
}

/// `5%` or `100`.
pub(super) fn threshold(text: &str) -> Option<Threshold> {
    match text.strip_suffix('%') {
        Some(share) => {
            let plain = share.trim_end();
            let is_decimal = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let percent: f64 = is_decimal.then(|| plain.parse().ok())??;
            (percent <= 100.0).then_some(Threshold::Share(percent / 100.0))
        }
        None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Threshold::Count),
        None => None,
    }
}

/// `2..80`, `2..`, `..80`.
pub(super) fn bounds(text: &str) -> Option<(&str, &str)> {
    let (min, max) = text.split_once("..")?;
    Some((min.trim(), max.trim()))
}

/// `reject`, `keep`, or a text; a text that is one of these words stands in quotes of its own: `'"keep"'`.
pub(super) fn otherwise(text: &str) -> Otherwise {
    match text {
        "reject" => Otherwise::Reject,
        "keep" => Otherwise::Keep,
        "null" => Otherwise::Null,
        _ => {
            let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            Otherwise::Value(inner.unwrap_or(text).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_counts_or_shares() {
        assert_eq!(threshold("100"), Some(Threshold::Count(100)));
        assert_eq!(threshold("5%"), Some(Threshold::Share(0.05)));
        assert_eq!(threshold("0.5 %"), Some(Threshold::Share(0.005)));
        for wrong in ["", "%", "-1", "101%", "nan%", "inf%", "1e3%", "many", "5 percent"] {
            assert_eq!(threshold(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_text_that_is_a_word_of_otherwise_stands_in_quotes_of_its_own() {
        assert_eq!(otherwise("keep"), Otherwise::Keep);
        assert_eq!(otherwise("\"keep\""), Otherwise::Value("keep".to_owned()));
        assert_eq!(otherwise("Other"), Otherwise::Value("Other".to_owned()));
    }
}
