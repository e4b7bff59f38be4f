//! Whether a value is of a field's type. A value is judged as the target would read it, not as people might mean it.

use crate::record::{Cell, Kind};
use crate::schema::FieldType;
use crate::transform::{self, is_deliverable, is_plain_number};

/// The code of the finding where a filled value is not of the type.
pub(super) fn code_of(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Date | FieldType::DateTime => "date",
        _ => "type",
    }
}

/// What a value of the type is, for the sentence; empty where anything is.
pub(super) fn meaning(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Integer => "a whole number, as in 1234",
        FieldType::Decimal | FieldType::Money | FieldType::Percent => "a number, as in 1234.50",
        FieldType::Boolean => "true or false",
        FieldType::Date => "a date of the form YYYY-MM-DD",
        FieldType::DateTime => "a date and time of the form YYYY-MM-DDTHH:MM:SS",
        FieldType::Time => "a time of the form HH:MM:SS",
        FieldType::Email => "an e-mail address",
        FieldType::Phone => "a phone number",
        FieldType::Url => "a web address, as in https://example.org",
        FieldType::Country => "a country",
        FieldType::List => "a list",
        FieldType::Map => "a map",
        FieldType::Text
        | FieldType::LongText
        | FieldType::Picklist
        | FieldType::MultiPicklist
        | FieldType::Id
        | FieldType::Reference
        | FieldType::Bytes => "",
    }
}

/// Whether a filled value is of the type.
pub(super) fn fits(field_type: FieldType, cell: Cell<'_>) -> bool {
    let bytes = cell.bytes;
    match field_type {
        FieldType::Text
        | FieldType::LongText
        | FieldType::Picklist
        | FieldType::MultiPicklist
        | FieldType::Id
        | FieldType::Reference
        | FieldType::Bytes => true,
        FieldType::Integer => is_plain_number(bytes) && !bytes.contains(&b'.'),
        FieldType::Decimal | FieldType::Money | FieldType::Percent => is_plain_number(bytes),
        FieldType::Boolean => matches!(bytes, b"true" | b"false"),
        FieldType::Date => bytes.len() == 10 && transform::is_iso_date(bytes),
        FieldType::DateTime => transform::is_iso_date(bytes),
        FieldType::Time => is_time(bytes),
        FieldType::Email => std::str::from_utf8(bytes).is_ok_and(is_deliverable),
        FieldType::Phone => is_phone_like(bytes),
        FieldType::Url => std::str::from_utf8(bytes).is_ok_and(is_url),
        FieldType::Country => std::str::from_utf8(bytes).is_ok_and(|text| transform::find_country(text).is_some()),
        FieldType::List => cell.kind == Kind::List || is_json(bytes, b'['),
        FieldType::Map => cell.kind == Kind::Map || is_json(bytes, b'{'),
    }
}

/// `HH:MM` or `HH:MM:SS`, with a fraction.
fn is_time(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut parts = text.split(':');
    let two = |part: Option<&str>, limit: u8| {
        part.is_some_and(|part| part.len() == 2 && part.parse::<u8>().is_ok_and(|value| value < limit))
    };
    if !two(parts.next(), 24) || !two(parts.next(), 60) {
        return false;
    }
    let right = match parts.next() {
        None => true,
        Some(seconds) => match seconds.split_once('.') {
            None => two(Some(seconds), 60),
            Some((whole, fraction)) => {
                two(Some(whole), 60) && !fraction.is_empty() && fraction.bytes().all(|digit| digit.is_ascii_digit())
            }
        },
    };
    right && parts.next().is_none()
}

/// Digits with the signs that phone numbers are written with; at least five digits, at most those of E.164 and an
/// extension.
fn is_phone_like(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let number = text.split([';', 'x']).next().unwrap_or_default().trim_end_matches("e");
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let signs =
        |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | '/' | '(' | ')' | ' ' | '#' | '*');
    (5..=20).contains(&digits) && number.chars().all(signs) && number.rfind('+').is_none_or(|place| place == 0)
}

/// `scheme://host` with something for a host and no spaces.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'-' | b'.'))
        && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && !host.is_empty()
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

fn is_json(bytes: &[u8], first: u8) -> bool {
    bytes.first() == Some(&first) && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_judged_as_targets_read_them() {
        for (field_type, right, wrong) in [
            (FieldType::Integer, &["0", "-12", "007"][..], &["1.0", "1,000", "x", " 1"][..]),
            (FieldType::Decimal, &["1.5", "-0.50"], &["1,5", "€5", ".5"]),
            (FieldType::Boolean, &["true", "false"], &["yes", "TRUE", "1"]),
            (FieldType::Date, &["2024-02-29"], &["2023-02-29", "29.02.2024", "20240229", "2024-02-29T10:00:00"]),
            (FieldType::DateTime, &["2024-02-29T10:00:00Z", "2024-02-29"], &["2024-02-29T25:00:00", "now"]),
            (FieldType::Time, &["09:30", "23:59:59.5"], &["9:30", "24:00", "09:30:00:00", "09:61"]),
            (FieldType::Email, &["ada@x.org"], &["ada@", "ada"]),
            (FieldType::Phone, &["+49301234567", "(030) 123-45", "+16502530000;ext=12"], &["n/a", "12", "call me"]),
            (FieldType::Url, &["https://x.org/a?b"], &["x.org", "https://", "http://a b"]),
            (FieldType::Country, &["DE", "Germany"], &["Atlantis"]),
            (FieldType::List, &["[1,2]"], &["[1,", "a"]),
            (FieldType::Text, &["anything"], &[]),
        ] {
            for value in right {
                assert!(fits(field_type, Cell::text(value)), "{field_type:?} {value}");
            }
            for value in wrong {
                assert!(!fits(field_type, Cell::text(value)), "{field_type:?} {value}");
            }
        }
    }
}
