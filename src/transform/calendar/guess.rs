//! Dates in forms that tell themselves: ISO 8601, and those where day, month and year cannot be mistaken.

use super::Moment;
use super::format::Piece;
use super::reader::{FormatReader, month_of, read_offset};

/// What a text without a stated format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transform) enum Guess {
    Moment(Moment),
    /// Day and month could change places.
    Ambiguous,
    /// The year has two digits.
    ShortYear,
    No,
}

/// Reads what can only mean one date: ISO 8601, `YYYYMMDD`, month names in seven languages, and day and month in either
/// order where one of them is over 12. A time may follow.
pub(in crate::transform) fn guess(text: &str) -> Guess {
    let text = text.trim();
    if let Some(moment) = read_iso(text.as_bytes()) {
        return Guess::Moment(moment);
    }
    let (date, time) = split_time(text);
    let parts: Vec<&str> = date
        .split(['-', '/', '.', ',', ' ', '\u{a0}'])
        .filter(|part| !part.is_empty() && !matches!(part.to_lowercase().as_str(), "de" | "of" | "del" | "the"))
        .collect();
    // A weekday in front says nothing new.
    let named = |part: &str| part.chars().all(char::is_alphabetic);
    let parts = match parts.as_slice() {
        [weekday, rest @ ..] if rest.len() == 3 && named(weekday) => rest,
        all => all,
    };
    let [first, second, third] = parts else { return Guess::No };
    let number =
        |part: &str| (part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?;
    let ordinal = |part: &str| {
        let digits = part.trim_end_matches(|letter: char| letter.is_alphabetic() || matches!(letter, 'º' | '°' | 'ª'));
        (digits.len() <= 2).then(|| number(digits))?
    };
    let month = |part: &str| month_of(&part.to_lowercase());
    let (year_text, month, day): (&str, u16, Option<u16>) = if let Some(month) = month(second) {
        if first.len() == 4 {
            (first, u16::from(month), ordinal(third))
        } else {
            (third, u16::from(month), ordinal(first))
        }
    } else if let Some(month) = month(first) {
        (third, u16::from(month), ordinal(second))
    } else {
        let (Some(one), Some(two), Some(three)) = (number(first), number(second), number(third)) else {
            return Guess::No;
        };
        if first.len() == 4 {
            (first, two, Some(three))
        } else {
            match (one > 12, two > 12) {
                (true, false) => (third, two, Some(one)),
                (false, true) => (third, one, Some(two)),
                (false, false) if one == two => (third, one, Some(two)),
                (false, false) if one >= 1 && two >= 1 => return Guess::Ambiguous,
                _ => return Guess::No,
            }
        }
    };
    let (Some(day), Some(year)) = (day, number(year_text)) else { return Guess::No };
    if year_text.len() == 2 {
        return Guess::ShortYear;
    }
    let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else { return Guess::No };
    let moment = Moment { year: if year_text.len() == 4 { year } else { 0 }, month, day, ..Moment::EMPTY };
    let moment = match time {
        None => Some(moment),
        Some(time) => with_time(moment, time),
    };
    match moment {
        Some(moment) if moment.is_real() => Guess::Moment(moment),
        _ => Guess::No,
    }
}

/// Splits a time of day off the end: everything from the word that holds the first colon.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    match text[..colon].rfind([' ', 'T', '\u{a0}', ',']) {
        Some(gap) => {
            let width = text[gap..].chars().next().map_or(1, char::len_utf8);
            (&text[..gap], Some(&text[gap + width..]))
        }
        None => (text, None),
    }
}

/// `9:30`, `09:30:15.5`, `9:30 PM`, each with an offset.
fn with_time(mut moment: Moment, time: &str) -> Option<Moment> {
    let mut reader = FormatReader { rest: time.as_bytes(), moment, afternoon: None };
    moment.hour = reader.digits(1, 2)? as u8;
    reader.rest = reader.rest.strip_prefix(b":")?;
    moment.minute = reader.digits(2, 2)? as u8;
    if let [b':', rest @ ..] = reader.rest {
        reader.rest = rest;
        moment.second = reader.digits(2, 2)? as u8;
        if let [b'.' | b',', rest @ ..] = reader.rest {
            reader.rest = rest;
            reader.piece(&Piece::Fraction)?;
            moment.nanos = reader.moment.nanos;
            let more = reader.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            reader.rest = &reader.rest[more..];
        }
    }
    let spaces = reader.rest.iter().take_while(|byte| **byte == b' ').count();
    reader.rest = &reader.rest[spaces..];
    if reader.rest.first().is_some_and(|byte| matches!(byte, b'a' | b'A' | b'p' | b'P')) {
        let afternoon = matches!(reader.word()?.as_str(), "pm" | "p");
        if moment.hour == 0 || moment.hour > 12 {
            return None;
        }
        moment.hour = moment.hour % 12 + if afternoon { 12 } else { 0 };
    } else if reader.rest == b"UTC" || reader.rest == b"GMT" {
        moment.offset = Some(0);
        reader.rest = &[];
    } else if !reader.rest.is_empty() {
        let (offset, rest) = read_offset(reader.rest)?;
        moment.offset = Some(offset);
        reader.rest = rest;
    }
    moment.has_time = true;
    (reader.rest.is_empty() && moment.is_real()).then_some(moment)
}

/// ISO 8601: `2026-11-21`, `20261121`, and a time after `T` or a space.
pub(in crate::transform) fn read_iso(text: &[u8]) -> Option<Moment> {
    let mut reader = FormatReader { rest: text, moment: Moment::EMPTY, afternoon: None };
    let year = reader.digits(4, 4)? as u16;
    let dashed = reader.rest.first() == Some(&b'-');
    let dash = |reader: &mut FormatReader<'_>| -> Option<()> {
        if dashed {
            reader.rest = reader.rest.strip_prefix(b"-")?;
        }
        Some(())
    };
    dash(&mut reader)?;
    let month = reader.digits(2, 2)? as u8;
    dash(&mut reader)?;
    let day = reader.digits(2, 2)? as u8;
    let moment = Moment { year, month, day, ..Moment::EMPTY };
    match reader.rest {
        [] => moment.is_real().then_some(moment),
        [b'T' | b't' | b' ', time @ ..] if !time.is_empty() => with_time(moment, std::str::from_utf8(time).ok()?),
        _ => None,
    }
}
