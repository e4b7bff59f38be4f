//! What one value can be taken for: every type that it fits, and what is odd about it.

use super::FieldType;
use super::date::{DateForm, Moment, read_moment};
use super::number::{Separators, Written, read_number};
use super::shape::Shape;
use crate::record::Kind;

/// What was found out about a value. A value fits any number of types.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) signs: Signs,
    pub(super) date: Option<DateForm>,
    pub(super) shape: Shape,
}

/// A set of [`Sign`]s, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(pub(super) u32);

/// One thing a value can be taken for, or one oddity of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Sign {
    Integer,
    /// Any number, whole ones included.
    Number,
    Money,
    Percent,
    Boolean,
    Date,
    DateTime,
    Time,
    Email,
    Phone,
    Url,
    /// Letters and digits without a space, at least one digit: what keys look like.
    Code,
    Uuid,
    List,
    Map,
    /// More than one digit, the first a zero.
    LeadingZero,
    /// More than 15 digits: a spreadsheet's float would lose some.
    LongDigits,
    /// `n/a`, `NULL`, `-`: a word for nothing.
    NullWord,
    /// Only white space.
    Blank,
    /// White space at an end.
    Untrimmed,
    MultiLine,
    DecimalComma,
    DecimalPoint,
    /// `1,234` or `1.234`: decimals or thousands.
    UnsureSeparator,
    /// A phone number by more than its count of digits: a plus, parentheses, groups.
    PhonePunctuation,
    /// `acme.com` without a scheme.
    BareDomain,
    /// Not valid in its encoding, or a BLOB.
    Bytes,
    /// 0 or 1.
    ZeroOne,
}

/// How many signs there are.
pub(super) const SIGNS: usize = Sign::ZeroOne as usize + 1;

/// The types whose fit is counted value by value, and their sign.
pub(super) const TYPES: &[(FieldType, Sign)] = &[
    (FieldType::Integer, Sign::Integer),
    (FieldType::Decimal, Sign::Number),
    (FieldType::Money, Sign::Money),
    (FieldType::Percent, Sign::Percent),
    (FieldType::Boolean, Sign::Boolean),
    (FieldType::Date, Sign::Date),
    (FieldType::DateTime, Sign::DateTime),
    (FieldType::Time, Sign::Time),
    (FieldType::Email, Sign::Email),
    (FieldType::Phone, Sign::Phone),
    (FieldType::Url, Sign::Url),
    (FieldType::Id, Sign::Code),
    (FieldType::List, Sign::List),
    (FieldType::Map, Sign::Map),
];

impl Signs {
    pub(super) fn set(&mut self, sign: Sign) {
        self.0 |= 1 << sign as u8;
    }

    pub(super) fn has(self, sign: Sign) -> bool {
        self.0 & (1 << sign as u8) != 0
    }
}

/// How many bytes of each kind a short text has: eight counters in one word, so that a pass over a value is one
/// look-up and one addition a byte.
#[derive(Debug, Clone, Copy)]
struct Makeup(u64);

const MAKEUP: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let lane = match byte as u8 {
            b'0'..=b'9' => 0,
            b'a'..=b'z' | b'A'..=b'Z' => 1,
            b' ' | b'\t' | b'\r' | b'\n' => 2,
            b'@' => 3,
            b'.' => 4,
            b'(' | b')' | b'+' | b'-' | b'/' => 5,
            _ => 6,
        };
        table[byte] = 1 << (lane * 8);
        byte += 1;
    }
    table
};

impl Makeup {
    /// Of at most 255 bytes.
    fn of(text: &[u8]) -> Makeup {
        Makeup(text.iter().map(|byte| MAKEUP[usize::from(*byte)]).sum())
    }

    fn lane(self, lane: u32) -> usize {
        (self.0 >> (lane * 8) & 0xff) as usize
    }

    fn digits(self) -> usize {
        self.lane(0)
    }

    fn letters(self) -> usize {
        self.lane(1)
    }

    fn spaces(self) -> usize {
        self.lane(2)
    }

    fn ats(self) -> usize {
        self.lane(3)
    }

    fn points(self) -> usize {
        self.lane(4)
    }

    /// Anything but what has a counter of its own and the punctuation of phone numbers.
    fn others(self) -> usize {
        self.lane(6)
    }
}

/// Values longer than this are text, lists, maps or addresses of pages.
const LONGEST_SCALAR: usize = 64;
const LONGEST_EMAIL: usize = 254;

impl Reading {
    /// Reads a filled cell's canonical text; with the number where it is one.
    pub(super) fn of(kind: Kind, bytes: &[u8]) -> (Reading, Option<Written>) {
        let mut reading = Reading { signs: Signs::default(), date: None, shape: Shape::default() };
        let mut number = None;
        match kind {
            Kind::List => reading.signs.set(Sign::List),
            Kind::Map => reading.signs.set(Sign::Map),
            Kind::Bytes => reading.signs.set(Sign::Bytes),
            _ => {
                reading.shape = Shape::of(bytes);
                number = reading.scalar(bytes);
            }
        }
        (reading, number)
    }

    fn scalar(&mut self, bytes: &[u8]) -> Option<Written> {
        let text = bytes.trim_ascii();
        if text.len() < bytes.len() {
            self.signs.set(if text.is_empty() { Sign::Blank } else { Sign::Untrimmed });
        }
        let (Some(first), Some(last)) = (text.first(), text.last()) else { return None };
        if memchr::memchr(b'\n', text).is_some() {
            self.signs.set(Sign::MultiLine);
        }
        match (first, last) {
            (b'[', b']') if is_json(text) => self.signs.set(Sign::List),
            (b'{', b'}') if is_json(text) => self.signs.set(Sign::Map),
            _ => {}
        }
        if text.len() > LONGEST_SCALAR {
            if text.len() <= LONGEST_EMAIL && is_email(text) {
                self.signs.set(Sign::Email);
            } else {
                self.address(text);
            }
            return None;
        }
        let makeup = Makeup::of(text);
        if makeup.ats() == 1 && is_email(text) {
            self.signs.set(Sign::Email);
            return None;
        }
        if makeup.points() > 0 && makeup.letters() > 1 && makeup.spaces() == 0 {
            self.address(text);
        }
        if makeup.digits() == 0 {
            self.word(text);
            return None;
        }
        // Four letters are room for a currency.
        let number = if makeup.letters() <= 4 && makeup.ats() == 0 { read_number(text) } else { None };
        if let Some(written) = &number {
            self.number(text, written);
        }
        let plain = makeup.digits() == text.len();
        if (!plain || text.len() == 8)
            && let Some(moment) = read_moment(text)
        {
            self.moment(moment);
        }
        if makeup.digits() >= 6 {
            self.phone(text, makeup, number.as_ref());
        }
        if makeup.spaces() == 0 && makeup.ats() == 0 {
            self.code(text);
        }
        number
    }

    fn number(&mut self, text: &[u8], written: &Written) {
        self.signs.set(Sign::Number);
        if written.money {
            self.signs.set(Sign::Money);
        } else if written.percent {
            self.signs.set(Sign::Percent);
        } else if written.whole && written.separators == Separators::None {
            self.signs.set(Sign::Integer);
        }
        if written.leading_zero {
            self.signs.set(Sign::LeadingZero);
        }
        if written.digits > 15 && written.whole {
            self.signs.set(Sign::LongDigits);
        }
        match written.separators {
            Separators::DecimalPoint => self.signs.set(Sign::DecimalPoint),
            Separators::DecimalComma => self.signs.set(Sign::DecimalComma),
            Separators::PointOrThousands | Separators::ThousandsOrComma => self.signs.set(Sign::UnsureSeparator),
            Separators::None | Separators::Thousands => {}
        }
        if matches!(text, b"0" | b"1") {
            self.signs.set(Sign::ZeroOne);
        }
    }

    fn moment(&mut self, moment: Moment) {
        match moment {
            Moment::Date(form) => {
                self.signs.set(Sign::Date);
                self.date = Some(form);
            }
            Moment::DateTime(form) => {
                self.signs.set(Sign::DateTime);
                self.date = Some(form);
            }
            Moment::Time => self.signs.set(Sign::Time),
        }
    }

    /// Words for yes, no and nothing.
    fn word(&mut self, text: &[u8]) {
        if text.len() > 9 {
            return;
        }
        let mut buffer = [0; 9];
        let word = &mut buffer[..text.len()];
        word.copy_from_slice(text);
        word.make_ascii_lowercase();
        match &*word {
            b"true" | b"false" | b"yes" | b"no" | b"y" | b"n" | b"t" | b"f" | b"on" | b"off" | b"ja" | b"nein"
            | b"oui" | b"non" | b"si" | b"sim" => self.signs.set(Sign::Boolean),
            b"n/a" | b"na" | b"n.a." | b"n.a" | b"null" | b"(null)" | b"<null>" | b"\\n" | b"none" | b"nil"
            | b"nan" | b"#n/a" | b"-" | b"--" | b"---" | b"?" | b"." | b"unknown" | b"undefined" | b"(empty)"
            | b"(blank)" | b"tbd" | b"k.a." => self.signs.set(Sign::NullWord),
            _ => {}
        }
    }

    /// Seven to fifteen digits (ITU-T E.164 allows fifteen) in the punctuation of phone numbers.
    fn phone(&mut self, text: &[u8], makeup: Makeup, number: Option<&Written>) {
        if makeup.digits() > 20 || makeup.letters() > 9 || self.signs.has(Sign::Date) || self.signs.has(Sign::DateTime)
        {
            return;
        }
        let plus = text.starts_with(b"+");
        if makeup.digits() == text.len() {
            if makeup.digits() <= 15 {
                self.signs.set(Sign::Phone);
            }
            return;
        }
        if let Some(written) = number
            && !plus
            && !matches!(written.separators, Separators::None | Separators::Thousands)
        {
            return;
        }
        let body = if makeup.letters() + makeup.others() > 0 { without_extension(text) } else { text };
        let body_digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
        let fits = (6..=15).contains(&body_digits)
            && body.iter().all(|byte| byte.is_ascii_digit() || b"+-(). /".contains(byte))
            && body.iter().skip(1).all(|byte| *byte != b'+');
        if !fits || (makeup.points() == 3 && is_ipv4(text)) {
            return;
        }
        let dashes = body.iter().filter(|byte| **byte == b'-').count();
        let only_dashes = dashes > 0 && dashes + body_digits == body.len();
        if only_dashes && body_digits < 10 && !(body_digits == 7 && dashes == 1 && body.get(3) == Some(&b'-')) {
            // `2024-0001`, `12345-6789`, `123-45-6789`: numbers of other kinds.
            return;
        }
        self.signs.set(Sign::Phone);
        if plus || body.len() < text.len() || body.iter().any(|byte| b"-(). /".contains(byte)) {
            self.signs.set(Sign::PhonePunctuation);
        }
    }

    fn code(&mut self, text: &[u8]) {
        if text.len() < 2 || !text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:#".contains(byte)) {
            return;
        }
        self.signs.set(Sign::Code);
        if is_uuid(text) {
            self.signs.set(Sign::Uuid);
        }
    }

    fn address(&mut self, text: &[u8]) {
        if text.len() > 2_048 || text.contains(&b' ') {
            return;
        }
        let scheme = [&b"http://"[..], b"https://", b"ftp://", b"www."];
        if scheme.iter().any(|s| text.len() > s.len() && text[..s.len()].eq_ignore_ascii_case(s)) {
            self.signs.set(Sign::Url);
        } else if is_bare_domain(text) {
            self.signs.set(Sign::Url);
            self.signs.set(Sign::BareDomain);
        }
    }
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// One `@` between something and a domain with a point. (The `email` check is stricter; this asks what a value is
/// meant to be.)
fn is_email(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let plain = |byte: &u8| !byte.is_ascii_whitespace() && !byte.is_ascii_control() && !b"@,;<>()".contains(byte);
    !local.is_empty()
        && local.iter().all(plain)
        && domain.iter().all(plain)
        && memchr::memrchr(b'.', domain).is_some_and(|dot| dot > 0 && domain.len() - dot > 2)
}

/// `acme.com`, `shop.acme.co.uk/start`: labels and a top-level domain of letters that is no file ending.
fn is_bare_domain(text: &[u8]) -> bool {
    let host = text.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    let Some(dot) = memchr::memrchr(b'.', host) else { return false };
    let (labels, top) = (&host[..dot], &host[dot + 1..]);
    const FILES: [&[u8]; 16] = [
        b"pdf", b"doc", b"docx", b"xls", b"xlsx", b"csv", b"txt", b"zip", b"jpg", b"jpeg", b"png", b"gif", b"html",
        b"htm", b"xml", b"json",
    ];
    (2..=24).contains(&top.len())
        && top.iter().all(u8::is_ascii_alphabetic)
        && labels.len() > 1
        && labels.first().is_some_and(u8::is_ascii_alphanumeric)
        && labels.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && labels.iter().any(u8::is_ascii_alphabetic)
        && !labels.windows(2).any(|pair| pair == b"..")
        && !FILES.iter().any(|file| top.eq_ignore_ascii_case(file))
}

/// A phone number without its ` ext. 12`, ` x12`, `#12`.
fn without_extension(text: &[u8]) -> &[u8] {
    let behind = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    if behind == 0 || behind > 6 {
        return text;
    }
    let trimmed = text[..text.len() - behind].trim_ascii_end();
    for mark in [&b"extension"[..], b"ext.", b"ext", b"x.", b"x", b"#"] {
        if trimmed.len() > mark.len() {
            let (body, end) = trimmed.split_at(trimmed.len() - mark.len());
            if end.eq_ignore_ascii_case(mark) {
                return body.trim_ascii_end();
            }
        }
    }
    text
}

fn is_ipv4(text: &[u8]) -> bool {
    let mut parts = 0;
    for part in text.split(|byte| *byte == b'.') {
        parts += 1;
        if !(1..=3).contains(&part.len()) || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    parts == 4
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(text: &str) -> Signs {
        Reading::of(Kind::Text, text.as_bytes()).0.signs
    }

    fn fits(sign: Sign, texts: &[&str]) {
        for text in texts {
            assert!(signs(text).has(sign), "{text} should be {sign:?}");
        }
    }

    fn misses(sign: Sign, texts: &[&str]) {
        for text in texts {
            assert!(!signs(text).has(sign), "{text} should not be {sign:?}");
        }
    }

    #[test]
    fn numbers() {
        fits(Sign::Integer, &["0", "42", "-7", "007", " 12 ", "12345678901234567890"]);
        misses(Sign::Integer, &["1.5", "1,234", "$5", "5%", "abc", "12a"]);
        fits(Sign::Number, &["1.5", "1,234.50", "$5", "5%"]);
        fits(Sign::Money, &["$5", "12,50 €"]);
        fits(Sign::Percent, &["5%", "12.5 %"]);
        fits(Sign::LeadingZero, &["007", "01234"]);
        misses(Sign::LeadingZero, &["0", "0.5", "10"]);
        fits(Sign::LongDigits, &["1234567890123456"]);
        misses(Sign::LongDigits, &["123456789012345"]);
    }

    #[test]
    fn words() {
        fits(Sign::Boolean, &["true", "No", "Y", "FALSE"]);
        fits(Sign::NullWord, &["n/a", "NULL", "-", "#N/A", "None", "unknown"]);
        fits(Sign::Blank, &["  ", "\t"]);
        fits(Sign::Untrimmed, &[" x", "x "]);
        fits(Sign::MultiLine, &["a\nb"]);
    }

    #[test]
    fn addresses() {
        fits(Sign::Email, &["ada@example.org", "a.b+c@x.co"]);
        misses(Sign::Email, &["ada@", "@x.org", "ada@localhost", "a b@x.org", "ada@x.o", "a@b@c.org"]);
        fits(Sign::Url, &["https://example.org/x?y=1", "www.acme.com", "acme.com", "shop.acme.co.uk/start"]);
        misses(Sign::Url, &["e.g.", "report.pdf", "acme", "1.5", "n.a.", "Hello there.World"]);
    }

    #[test]
    fn phones() {
        fits(
            Sign::Phone,
            &["+49 30 123456", "(555) 123-4567", "555.123.4567", "030/123456", "5551234567", "+1-555-123-4567 x12"],
        );
        misses(Sign::Phone, &["2026-11-21", "192.168.1.10", "12345", "1,234,567.89", "AB-1234567", "21.11.2026 10:00"]);
        fits(Sign::PhonePunctuation, &["+4930123456", "555-123-4567"]);
        misses(Sign::PhonePunctuation, &["5551234567"]);
    }

    #[test]
    fn structures_and_codes() {
        fits(Sign::List, &["[1, 2]", "[]"]);
        fits(Sign::Map, &[r#"{"a": 1}"#]);
        misses(Sign::List, &["[sic]"]);
        fits(Sign::Code, &["AC-1042", "003xx000004TmiQAAS", "a1"]);
        misses(Sign::Code, &["Ada Lovelace", "Ada"]);
        fits(Sign::Uuid, &["123e4567-e89b-12d3-a456-426614174000"]);
        assert!(Reading::of(Kind::List, b"[1]").0.signs.has(Sign::List));
        assert!(Reading::of(Kind::Bytes, b"\xff").0.signs.has(Sign::Bytes));
    }
}
