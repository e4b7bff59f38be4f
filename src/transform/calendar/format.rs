//! Formats written as `DD.MM.YYYY`: read and written without a general parser where all parts have a fixed width.

use super::reader::{ENGLISH_MONTHS, FormatReader};
use super::{Moment, push_digits, write_offset};

/// One part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Year4,
    /// Two digits: 69-99 are of the last century, 00-68 of this one (POSIX).
    Year2,
    Month2,
    Month,
    MonthShort,
    MonthLong,
    Day2,
    Day,
    Weekday,
    WeekdayShort,
    Hour2,
    Hour,
    /// Of twelve, with [`Piece::Half`].
    HalfHour2,
    HalfHour,
    Minute2,
    Second2,
    /// One to nine digits of a second.
    Fraction,
    Half,
    /// `Z`, `+02:00` or `+0200`.
    Offset,
    Literal(Box<[u8]>),
}

/// Longest first.
const TOKENS: &[(&str, Piece)] = &[
    ("YYYY", Piece::Year4),
    ("yyyy", Piece::Year4),
    ("YY", Piece::Year2),
    ("yy", Piece::Year2),
    ("MMMM", Piece::MonthLong),
    ("MMM", Piece::MonthShort),
    ("MM", Piece::Month2),
    ("M", Piece::Month),
    ("dddd", Piece::Weekday),
    ("ddd", Piece::WeekdayShort),
    ("DD", Piece::Day2),
    ("dd", Piece::Day2),
    ("D", Piece::Day),
    ("d", Piece::Day),
    ("HH", Piece::Hour2),
    ("H", Piece::Hour),
    ("hh", Piece::HalfHour2),
    ("h", Piece::HalfHour),
    ("mm", Piece::Minute2),
    ("ss", Piece::Second2),
    ("SSS", Piece::Fraction),
    ("S", Piece::Fraction),
    ("A", Piece::Half),
    ("a", Piece::Half),
    ("Z", Piece::Offset),
];

/// Tokens in words, for help and errors.
const TOKEN_HELP: &str = "YYYY YY MM M MMM MMMM DD D dddd ddd HH H hh h mm ss SSS A Z; other letters in [brackets]";

/// A format made ready to read and to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::transform) struct DateFormat {
    pub text: String,
    pieces: Vec<Piece>,
    fixed: Option<Fixed>,
}

/// Year, month and day at fixed places: where each starts, the length of all, and the bytes between.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fixed {
    length: usize,
    year: usize,
    month: usize,
    day: usize,
    between: Vec<(usize, u8)>,
}

impl DateFormat {
    /// Errors: what is wrong with the format, in words.
    pub fn new(text: &str) -> Result<DateFormat, String> {
        let mut pieces = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(inner) = rest.strip_prefix('[')
                && let Some(end) = inner.find(']')
            {
                literal.extend_from_slice(&inner.as_bytes()[..end]);
                rest = &inner[end + 1..];
                continue;
            }
            if let Some((token, piece)) = TOKENS.iter().find(|(token, _)| rest.starts_with(token)) {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal).into()));
                }
                pieces.push(piece.clone());
                rest = &rest[token.len()..];
                continue;
            }
            // `T` between date and time needs no brackets.
            if letter.is_alphabetic() && letter != 'T' {
                return Err(format!("`{letter}` is no part of a date format ({TOKEN_HELP})"));
            }
            if letter == '%' {
                return Err(format!("formats are written as YYYY-MM-DD, not with % ({TOKEN_HELP})"));
            }
            let mut buffer = [0; 4];
            literal.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
            rest = &rest[letter.len_utf8()..];
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        let has = |wanted: &[Piece]| pieces.iter().any(|piece| wanted.contains(piece));
        let month = has(&[Piece::Month2, Piece::Month, Piece::MonthShort, Piece::MonthLong]);
        if !month && has(&[Piece::Minute2]) && !has(&[Piece::Hour2, Piece::Hour, Piece::HalfHour2, Piece::HalfHour]) {
            return Err("`mm` means minutes; a month is `MM`".into());
        }
        let fixed = Fixed::of(&pieces);
        Ok(DateFormat { text: text.to_owned(), pieces, fixed })
    }

    /// Whether the format has year, month and day.
    pub fn has_date(&self) -> bool {
        let has = |wanted: &[Piece]| self.pieces.iter().any(|piece| wanted.contains(piece));
        has(&[Piece::Year4, Piece::Year2])
            && has(&[Piece::Month2, Piece::Month, Piece::MonthShort, Piece::MonthLong])
            && has(&[Piece::Day2, Piece::Day])
    }

    /// Reads a text that is exactly of this form and a real date. The year is 0 where the format has none.
    pub fn read(&self, text: &[u8]) -> Option<Moment> {
        if let Some(fixed) = &self.fixed {
            return fixed.read(text);
        }
        let mut reader = FormatReader { rest: text, moment: Moment::EMPTY, afternoon: None };
        for piece in &self.pieces {
            reader.piece(piece)?;
        }
        if !reader.rest.is_empty() {
            return None;
        }
        let mut moment = reader.moment;
        if let Some(afternoon) = reader.afternoon {
            if moment.hour == 0 || moment.hour > 12 {
                return None;
            }
            moment.hour = moment.hour % 12 + if afternoon { 12 } else { 0 };
        }
        let checked = Moment { year: if self.has_date() { moment.year } else { 2000 }, ..moment };
        checked.is_real().then_some(moment)
    }

    pub fn write(&self, moment: &Moment, out: &mut Vec<u8>) {
        for piece in &self.pieces {
            let number = |out: &mut Vec<u8>, value: u8, width: usize| {
                if width == 1 && value < 10 {
                    out.push(b'0' + value);
                } else {
                    push_digits(out, u32::from(value), 2);
                }
            };
            let half = (moment.hour + 11) % 12 + 1;
            let month = ENGLISH_MONTHS[usize::from(moment.month.clamp(1, 12)) - 1];
            match piece {
                Piece::Year4 => push_digits(out, u32::from(moment.year), 4),
                Piece::Year2 => push_digits(out, u32::from(moment.year % 100), 2),
                Piece::Month2 => number(out, moment.month, 2),
                Piece::Month => number(out, moment.month, 1),
                Piece::MonthShort => out.extend_from_slice(&month.as_bytes()[..3]),
                Piece::MonthLong => out.extend_from_slice(month.as_bytes()),
                Piece::Day2 => number(out, moment.day, 2),
                Piece::Day => number(out, moment.day, 1),
                Piece::Weekday => out.extend_from_slice(weekday_name(moment).as_bytes()),
                Piece::WeekdayShort => out.extend_from_slice(&weekday_name(moment).as_bytes()[..3]),
                Piece::Hour2 => number(out, moment.hour, 2),
                Piece::Hour => number(out, moment.hour, 1),
                Piece::HalfHour2 => number(out, half, 2),
                Piece::HalfHour => number(out, half, 1),
                Piece::Minute2 => number(out, moment.minute, 2),
                Piece::Second2 => number(out, moment.second, 2),
                Piece::Fraction => push_digits(out, moment.nanos / 1_000_000, 3),
                Piece::Half => out.extend_from_slice(if moment.hour < 12 { b"AM" } else { b"PM" }),
                Piece::Offset => match moment.offset {
                    None | Some(0) => out.push(b'Z'),
                    Some(minutes) => write_offset(minutes, out),
                },
                Piece::Literal(bytes) => out.extend_from_slice(bytes),
            }
        }
    }
}

/// Monday is 1.
pub(in crate::transform) fn weekday(moment: &Moment) -> u8 {
    moment.date().map_or(1, |date| date.weekday().to_monday_one_offset() as u8)
}

fn weekday_name(moment: &Moment) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES[usize::from(weekday(moment)).clamp(1, 7) - 1]
}

impl Fixed {
    fn of(pieces: &[Piece]) -> Option<Fixed> {
        let mut fixed = Fixed { length: 0, year: usize::MAX, month: usize::MAX, day: usize::MAX, between: Vec::new() };
        for piece in pieces {
            let (place, width) = match piece {
                Piece::Year4 => (&mut fixed.year, 4),
                Piece::Month2 => (&mut fixed.month, 2),
                Piece::Day2 => (&mut fixed.day, 2),
                Piece::Literal(bytes) => {
                    let places = bytes.iter().enumerate().map(|(index, byte)| (fixed.length + index, *byte));
                    fixed.between.extend(places);
                    fixed.length += bytes.len();
                    continue;
                }
                _ => return None,
            };
            if *place != usize::MAX {
                return None;
            }
            *place = fixed.length;
            fixed.length += width;
        }
        let complete = [fixed.year, fixed.month, fixed.day].iter().all(|place| *place != usize::MAX);
        complete.then_some(fixed)
    }

    #[inline]
    fn read(&self, text: &[u8]) -> Option<Moment> {
        if text.len() != self.length || self.between.iter().any(|(place, byte)| text[*place] != *byte) {
            return None;
        }
        let pair = |at: usize| {
            let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
            (tens < 10 && ones < 10).then(|| tens * 10 + ones)
        };
        let year = u16::from(pair(self.year)?) * 100 + u16::from(pair(self.year + 2)?);
        let moment = Moment { year, month: pair(self.month)?, day: pair(self.day)?, ..Moment::EMPTY };
        moment.is_real().then_some(moment)
    }
}
