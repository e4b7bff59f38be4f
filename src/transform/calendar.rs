//! Dates and times as text: formats written as `DD.MM.YYYY`, read and written without a general parser where all parts
//! have a fixed width. Proleptic Gregorian calendar, years 1 to 9999.

/// A calendar date and a time of day, with what was said of the offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    /// Nanoseconds.
    pub nanos: u32,
    /// Minutes east of UTC, where the text said.
    pub offset: Option<i16>,
    pub has_time: bool,
}

impl Moment {
    pub const EMPTY: Moment =
        Moment { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0, offset: None, has_time: false };

    pub fn is_real(&self) -> bool {
        (1..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && self.day >= 1
            && self.day <= days_in_month(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }

    pub fn date(&self) -> Option<jiff::civil::Date> {
        jiff::civil::Date::new(self.year as i16, self.month as i8, self.day as i8).ok()
    }

    pub fn from_date(date: jiff::civil::Date) -> Moment {
        Moment { year: date.year() as u16, month: date.month() as u8, day: date.day() as u8, ..Moment::EMPTY }
    }

    pub fn from_civil(civil: jiff::civil::DateTime) -> Moment {
        Moment {
            hour: civil.hour() as u8,
            minute: civil.minute() as u8,
            second: civil.second() as u8,
            nanos: civil.subsec_nanosecond() as u32,
            has_time: true,
            ..Moment::from_date(civil.date())
        }
    }

    pub fn civil(&self) -> Option<jiff::civil::DateTime> {
        let time =
            jiff::civil::Time::new(self.hour as i8, self.minute as i8, self.second as i8, self.nanos as i32).ok()?;
        Some(self.date()?.to_datetime(time))
    }

    /// `2026-11-21`
    pub fn write_date(&self, out: &mut Vec<u8>) {
        push_digits(out, u32::from(self.year), 4);
        out.push(b'-');
        push_digits(out, u32::from(self.month), 2);
        out.push(b'-');
        push_digits(out, u32::from(self.day), 2);
    }

    /// `09:30:00`, with a fraction only where there is one.
    pub fn write_time(&self, out: &mut Vec<u8>) {
        push_digits(out, u32::from(self.hour), 2);
        out.push(b':');
        push_digits(out, u32::from(self.minute), 2);
        out.push(b':');
        push_digits(out, u32::from(self.second), 2);
        if self.nanos > 0 {
            out.push(b'.');
            push_digits(out, self.nanos, 9);
            while out.last() == Some(&b'0') {
                out.pop();
            }
        }
    }

    /// RFC 3339 as far as it is known: `2026-11-21T09:30:00`, with `Z` or an offset if there was one.
    pub fn write_date_time(&self, out: &mut Vec<u8>) {
        self.write_date(out);
        out.push(b'T');
        self.write_time(out);
        match self.offset {
            None => {}
            Some(0) => out.push(b'Z'),
            Some(minutes) => write_offset(minutes, out),
        }
    }
}

fn write_offset(minutes: i16, out: &mut Vec<u8>) {
    out.push(if minutes < 0 { b'-' } else { b'+' });
    push_digits(out, u32::from(minutes.unsigned_abs() / 60), 2);
    out.push(b':');
    push_digits(out, u32::from(minutes.unsigned_abs() % 60), 2);
}

fn push_digits(out: &mut Vec<u8>, value: u32, width: usize) {
    let mut digits = [b'0'; 10];
    let mut rest = value;
    for digit in digits[..width].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[..width]);
}

pub(super) fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// One part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
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
pub(super) const TOKEN_HELP: &str =
    "YYYY YY MM M MMM MMMM DD D dddd ddd HH H hh h mm ss SSS A Z; other letters in [brackets]";

/// A format made ready to read and to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat {
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
pub(super) fn weekday(moment: &Moment) -> u8 {
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
            (tens < 10 && ones < 10).then_some(tens * 10 + ones)
        };
        let year = u16::from(pair(self.year)?) * 100 + u16::from(pair(self.year + 2)?);
        let moment = Moment { year, month: pair(self.month)?, day: pair(self.day)?, ..Moment::EMPTY };
        moment.is_real().then_some(moment)
    }
}

struct FormatReader<'t> {
    rest: &'t [u8],
    moment: Moment,
    afternoon: Option<bool>,
}

impl FormatReader<'_> {
    /// Between `least` and `most` digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let value = self.rest[..count].iter().fold(0, |value: u32, digit| value * 10 + u32::from(digit - b'0'));
        self.rest = &self.rest[count..];
        Some(value)
    }

    fn word(&mut self) -> Option<String> {
        let text = std::str::from_utf8(self.rest).ok()?;
        let end = text.find(|letter: char| !letter.is_alphabetic()).unwrap_or(text.len());
        self.rest = &self.rest[end..];
        (end > 0).then(|| text[..end].to_lowercase())
    }

    fn piece(&mut self, piece: &Piece) -> Option<()> {
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

    fn time(&mut self, least: usize) -> Option<u8> {
        self.moment.has_time = true;
        self.digits(least, 2).map(|value| value as u8)
    }
}

/// `Z`, `+02:00`, `+0200` or `+02`.
fn read_offset(text: &[u8]) -> Option<(i16, &[u8])> {
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

const ENGLISH_MONTHS: [&str; 12] = [
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
fn month_of(word: &str) -> Option<u8> {
    let plain = super::plain_letters(word);
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

/// What a text without a stated format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    Moment(Moment),
    /// Day and month could change places.
    Ambiguous,
    /// The year has two digits.
    ShortYear,
    No,
}

/// Reads what can only mean one date: ISO 8601, `YYYYMMDD`, month names in seven languages, and day and month in either
/// order where one of them is over 12. A time may follow.
pub(super) fn guess(text: &str) -> Guess {
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
pub(super) fn read_iso(text: &[u8]) -> Option<Moment> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> String {
        let mut out = Vec::new();
        match DateFormat::new(format).unwrap().read(text.as_bytes()) {
            Some(moment) if moment.has_time => moment.write_date_time(&mut out),
            Some(moment) => moment.write_date(&mut out),
            None => out.push(b'!'),
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formats_read_exactly_their_form() {
        for (format, text, expected) in [
            ("YYYY-MM-DD", "2024-02-29", "2024-02-29"),
            ("YYYY-MM-DD", "2023-02-29", "!"),
            ("YYYY-MM-DD", "1900-02-29", "!"),
            ("YYYY-MM-DD", "0000-01-01", "!"),
            ("MM/DD/YYYY", "12/31/1999", "1999-12-31"),
            ("MM/DD/YYYY", "31/12/1999", "!"),
            ("MM/DD/YYYY", "1/2/1999", "!"),
            ("M/D/YYYY", "1/2/1999", "1999-01-02"),
            ("DD.MM.YYYY", "31.12.1999", "1999-12-31"),
            ("DD.MM.YYYY", "31.12.1999 ", "!"),
            ("D MMM YYYY", "3 Nov 2021", "2021-11-03"),
            ("D. MMMM YYYY", "3. März 2021", "2021-03-03"),
            ("D/M/YY", "1/2/70", "1970-02-01"),
            ("D/M/YY", "1/2/20", "2020-02-01"),
            ("D/M/YY", "1/2/2020", "!"),
            ("YYYY-MM-DDTHH:mm:ssZ", "2021-01-02T03:04:05+02:00", "2021-01-02T03:04:05+02:00"),
            ("M/D/YYYY h:mm A", "1/2/2021 12:05 AM", "2021-01-02T00:05:00"),
            ("YYYYMMDD", "20210102", "2021-01-02"),
            ("YYYY[年]M[月]D[日]", "2021年1月2日", "2021-01-02"),
        ] {
            assert_eq!(read(format, text), expected, "{format} on {text}");
        }
    }

    #[test]
    fn wrong_formats_are_named() {
        assert!(DateFormat::new("%Y-%m-%d").unwrap_err().contains('%'));
        assert!(DateFormat::new("mm/dd/yyyy").unwrap_err().contains("minutes"));
        assert!(DateFormat::new("QQ").unwrap_err().contains('Q'));
    }

    #[test]
    fn guesses_only_what_is_certain() {
        let date = |text: &str| match guess(text) {
            Guess::Moment(moment) => {
                let mut out = Vec::new();
                if moment.has_time {
                    moment.write_date_time(&mut out)
                } else {
                    moment.write_date(&mut out)
                }
                String::from_utf8(out).unwrap()
            }
            other => format!("{other:?}"),
        };
        for (text, expected) in [
            ("2021-01-02", "2021-01-02"),
            ("20210102", "2021-01-02"),
            ("2021-01-02T03:04:05.250Z", "2021-01-02T03:04:05.25Z"),
            ("2021-01-02 03:04", "2021-01-02T03:04:00"),
            ("2021/1/2", "2021-01-02"),
            ("31/12/2020", "2020-12-31"),
            ("12/31/2020", "2020-12-31"),
            ("05.05.2020", "2020-05-05"),
            ("01/02/2020", "Ambiguous"),
            ("13/13/2020", "No"),
            ("31/12/20", "ShortYear"),
            ("3 mars 2020", "2020-03-03"),
            ("March 3rd, 2020", "2020-03-03"),
            ("3-Dez-2020", "2020-12-03"),
            ("Tue, 3 Mar 2020 10:00:00 +0100", "2020-03-03T10:00:00+01:00"),
            ("3 de março de 2020", "2020-03-03"),
            ("n/a", "No"),
            ("", "No"),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }
}
