//! The parts of a date, read one behind the other: digits, names of months in seven languages, offsets.

use super::Moment;
use super::format::Piece;

pub(super) struct FormatReader<'t> {
    pub(super) rest: &'t [u8],
    pub(super) moment: Moment,
    pub(super) afternoon: Option<bool>,
}

impl FormatReader<'_> {
    /// Between `least` and `most` digits.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let value = self.rest[..count].iter().fold(0, |value: u32, digit| value * 10 + u32::from(digit - b'0'));
        self.rest = &self.rest[count..];
        Some(value)
    }

    pub(super) fn word(&mut self) -> Option<String> {
        let text = std::str::from_utf8(self.rest).ok()?;
        let end = text.find(|letter: char| !letter.is_alphabetic()).unwrap_or(text.len());
        self.rest = &self.rest[end..];
        (end > 0).then(|| text[..end].to_lowercase())
    }

    pub(super) fn piece(&mut self, piece: &Piece) -> Option<()> {
        match piece {
            Piece::Year4 => self.moment.year = self.digits(4, 4)? as u16,
            Piece::Year2 => self.moment.year = full_year(self.digits(2, 2)? as u16),
            Piece::Month2 => self.moment.month = self.digits(2, 2)? as u8,
            Piece::Month => self.moment.month = self.digits(1, 2)? as u8,
            Piece::MonthShort | Piece::MonthLong => {
                self.moment.month = month_of(&self.word()?)?;
                // The point of an abbreviation: `Nov.`
                if let [b'.', rest @ ..] = self.rest {
                    self.rest = rest;
                }
            }
            Piece::Day2 => self.moment.day = self.digits(2, 2)? as u8,
            Piece::Day => self.moment.day = self.digits(1, 2)? as u8,
            Piece::Weekday | Piece::WeekdayShort => drop(self.word()?),
            Piece::Hour2 | Piece::HalfHour2 => self.time(2).map(|value| self.moment.hour = value)?,
            Piece::Hour | Piece::HalfHour => self.time(1).map(|value| self.moment.hour = value)?,
            Piece::Minute2 => self.time(2).map(|value| self.moment.minute = value)?,
            Piece::Second2 => self.time(2).map(|value| self.moment.second = value)?,
            Piece::Fraction => {
                let before = self.rest.len();
                let value = self.digits(1, 9)?;
                let width = before - self.rest.len();
                self.moment.nanos = value * 10u32.pow(9 - width as u32);
            }
            Piece::Half => match self.word()?.as_str() {
                "am" => self.afternoon = Some(false),
                "pm" => self.afternoon = Some(true),
                _ => return None,
            },
            Piece::Offset => {
                let (offset, rest) = read_offset(self.rest)?;
                self.moment.offset = Some(offset);
                self.rest = rest;
            }
            Piece::Literal(bytes) => self.rest = self.rest.strip_prefix(&**bytes)?,
        }
        Some(())
    }

    pub(super) fn time(&mut self, least: usize) -> Option<u8> {
        self.moment.has_time = true;
        self.digits(least, 2).map(|value| value as u8)
    }
}

/// `Z`, `+02:00`, `+0200` or `+02`.
pub(super) fn read_offset(text: &[u8]) -> Option<(i16, &[u8])> {
    let (sign, rest) = match text {
        [b'Z' | b'z', rest @ ..] => return Some((0, rest)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let mut reader = FormatReader { rest, moment: Moment::EMPTY, afternoon: None };
    let hours = reader.digits(2, 2)?;
    if let [b':', rest @ ..] = reader.rest {
        reader.rest = rest;
    }
    let minutes = if reader.rest.first().is_some_and(u8::is_ascii_digit) { reader.digits(2, 2)? } else { 0 };
    (hours < 24 && minutes < 60).then_some((sign * (hours * 60 + minutes) as i16, reader.rest))
}

fn full_year(two: u16) -> u16 {
    if two >= 69 { 1900 + two } else { 2000 + two }
}

pub(super) const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Names of months in lower case, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch. An
/// abbreviation is any beginning of three letters or more that fits one month only.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "janner", "janvier", "enero", "gennaio", "janeiro", "januari"],
    &["february", "februar", "feber", "fevrier", "febrero", "febbraio", "fevereiro", "februari"],
    &["march", "marz", "maerz", "mrz", "mars", "marzo", "marco", "maart"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "maio", "mei"],
    &["june", "juni", "juin", "junio", "giugno", "junho"],
    &["july", "juli", "juillet", "julio", "luglio", "julho"],
    &["august", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "settembre", "setembro", "sept"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "decembre", "diciembre", "dicembre", "dezembro"],
];

/// The month of a name in lower case.
pub(super) fn month_of(word: &str) -> Option<u8> {
    let plain = crate::transform::plain_letters(word);
    if plain.chars().count() < 3 {
        return None;
    }
    let fits = |fit: &dyn Fn(&str) -> bool| {
        let mut found = (1u8..).zip(MONTHS).filter(|(_, names)| names.iter().any(|name| fit(name)));
        match (found.next(), found.next()) {
            (Some((month, _)), None) => Some(month),
            _ => None,
        }
    };
    fits(&|name| name == plain).or_else(|| fits(&|name| name.starts_with(&plain)))
}
