//! Which dates, times and date-times a text can be read as. Day or month first is decided of a whole column.

use std::fmt;

/// How a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DateForm {
    pub(super) order: Order,
    pub(super) separator: Separator,
    /// `26` for 2026.
    pub(super) short_year: bool,
}

/// What stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Order {
    Year,
    Day,
    Month,
    /// Both day first and month first are possible.
    DayOrMonth,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Separator {
    Dash,
    Slash,
    Dot,
    Space,
    /// `20261121`
    Nothing,
    /// The month is a name: `21 Nov 2026`, `Nov 21, 2026`.
    MonthName,
}

/// The form as people write it down: `DD.MM.YYYY`.
impl fmt::Display for DateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = if self.short_year { "YY" } else { "YYYY" };
        let mark = match self.separator {
            Separator::Dash => "-",
            Separator::Slash => "/",
            Separator::Dot => ".",
            Separator::Space => " ",
            Separator::Nothing => "",
            Separator::MonthName if self.order == Order::Month => return write!(f, "Mon DD, {year}"),
            Separator::MonthName => return write!(f, "DD Mon {year}"),
        };
        match self.order {
            Order::Year => write!(f, "{year}{mark}MM{mark}DD"),
            Order::Day => write!(f, "DD{mark}MM{mark}{year}"),
            Order::Month => write!(f, "MM{mark}DD{mark}{year}"),
            Order::DayOrMonth => write!(f, "DD{mark}MM{mark}{year} or MM{mark}DD{mark}{year}"),
        }
    }
}

/// What a text can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Date(DateForm),
    DateTime(DateForm),
    Time,
}

/// Reads a trimmed text as a date, a date-time or a time of day.
pub(super) fn read_moment(text: &[u8]) -> Option<Moment> {
    if !(4..=40).contains(&text.len()) {
        return None;
    }
    if let Some((form, rest)) = read_date(text) {
        return match rest {
            [] => Some(Moment::Date(form)),
            [b'T' | b't' | b' ', time @ ..] | [b',', b' ', time @ ..] => {
                is_time(time.trim_ascii(), true).then_some(Moment::DateTime(form))
            }
            _ => None,
        };
    }
    is_time(text, false).then_some(Moment::Time)
}

/// A date at the beginning, and what follows it.
fn read_date(text: &[u8]) -> Option<(DateForm, &[u8])> {
    let first = digits(text);
    if first == 0 {
        return month_first_by_name(weekday(text));
    }
    let rest = &text[first..];
    if first == 8 {
        return compact(text);
    }
    if first > 4 {
        return None;
    }
    let (separator, skip) = match rest {
        [b'.', b' ', letter, ..] if letter.is_ascii_alphabetic() => (Separator::MonthName, 2),
        [b' ' | b'-', letter, ..] if letter.is_ascii_alphabetic() => (Separator::MonthName, 1),
        [b'-', ..] => (Separator::Dash, 1),
        [b'/', ..] => (Separator::Slash, 1),
        [b'.', b' ', ..] => (Separator::Dot, 2),
        [b'.', ..] => (Separator::Dot, 1),
        [b' ', ..] => (Separator::Space, 1),
        _ => return None,
    };
    let rest = &rest[skip..];
    if separator == Separator::MonthName {
        if first > 2 {
            return None;
        }
        return day_first_by_name(&text[..first], rest);
    }
    let second = digits(rest);
    if !(1..=2).contains(&second) {
        return None;
    }
    let middle = &rest[..second];
    let rest = rest[second..].strip_prefix(&text[first..first + skip])?;
    let third = digits(rest);
    let (last, rest) = rest.split_at(third);
    let form = numeric(&text[..first], middle, last, separator)?;
    Some((form, rest))
}

fn numeric(first: &[u8], second: &[u8], third: &[u8], separator: Separator) -> Option<DateForm> {
    if first.len() == 4 {
        let order = Order::Year;
        let fits = third.len() <= 2 && is_day(number(first), number(second), number(third));
        return fits.then_some(DateForm { order, separator, short_year: false });
    }
    if first.len() > 2 || !matches!(third.len(), 2 | 4) {
        return None;
    }
    let (a, b, year) = (number(first), number(second), number(third));
    let order = match (is_day(year, b, a), is_day(year, a, b)) {
        (true, true) => Order::DayOrMonth,
        (true, false) => Order::Day,
        (false, true) => Order::Month,
        (false, false) => return None,
    };
    Some(DateForm { order, separator, short_year: third.len() == 2 })
}

fn compact(text: &[u8]) -> Option<(DateForm, &[u8])> {
    let year = number(&text[..4]);
    let fits = (1900..2100).contains(&year) && is_day(year, number(&text[4..6]), number(&text[6..8]));
    let form = DateForm { order: Order::Year, separator: Separator::Nothing, short_year: false };
    fits.then_some((form, &text[8..]))
}

/// `Sat, ` and `Saturday ` say nothing new.
fn weekday(text: &[u8]) -> &[u8] {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let name = text[..letters].to_ascii_lowercase();
    let days = [&b"sunday"[..], b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday"];
    if letters >= 3 && days.iter().any(|day| day.starts_with(&name)) {
        return text[letters..].strip_prefix(b",").unwrap_or(&text[letters..]).trim_ascii_start();
    }
    text
}

/// `Nov 21, 2026`; after a weekday also `21 Nov 2026`.
fn month_first_by_name(text: &[u8]) -> Option<(DateForm, &[u8])> {
    let first = digits(text);
    if first > 0 {
        let rest = text.get(first..)?.strip_prefix(b" ")?;
        return day_first_by_name(&text[..first], rest);
    }
    let (month, rest) = month_name(text)?;
    let rest = rest.strip_prefix(b" ")?;
    let (day, rest) = rest.split_at(digits(rest));
    let rest = rest.strip_prefix(b",").unwrap_or(rest).strip_prefix(b" ")?;
    let (year, rest) = rest.split_at(digits(rest));
    let fits = day.len() <= 2 && year.len() == 4 && is_day(number(year), month, number(day));
    let form = DateForm { order: Order::Month, separator: Separator::MonthName, short_year: false };
    fits.then_some((form, rest))
}

/// `Nov 2026` behind a day.
fn day_first_by_name<'a>(day: &[u8], text: &'a [u8]) -> Option<(DateForm, &'a [u8])> {
    let (month, rest) = month_name(text)?;
    let rest = match rest {
        [b' ' | b'-', rest @ ..] => rest,
        _ => return None,
    };
    let (year, rest) = rest.split_at(digits(rest));
    let fits = day.len() <= 2 && matches!(year.len(), 2 | 4) && is_day(number(year), month, number(day));
    let short_year = year.len() == 2;
    fits.then_some((DateForm { order: Order::Day, separator: Separator::MonthName, short_year }, rest))
}

/// An English month, written out or as its first three letters (with or without a point), and what follows.
fn month_name(text: &[u8]) -> Option<(u32, &[u8])> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let name = &text[..letters];
    let at = MONTHS.iter().position(|month| {
        name.eq_ignore_ascii_case(month.as_bytes()) || name.eq_ignore_ascii_case(&month.as_bytes()[..3])
    })?;
    let rest = &text[letters..];
    Some((at as u32 + 1, rest.strip_prefix(b".").unwrap_or(rest)))
}

/// `9:30`, `09:30:00`, `09:30:00.123`, `9:30 PM`; with `zone` also `Z`, `+01:00`, `+0100`, ` UTC` behind it.
fn is_time(text: &[u8], zone: bool) -> bool {
    let Some((hour, rest)) = part(text, 23) else { return false };
    let Some((_, mut rest)) = rest.strip_prefix(b":").and_then(|rest| part(rest, 59)) else { return false };
    if let Some(seconds) = rest.strip_prefix(b":") {
        let Some((_, behind)) = part(seconds, 60) else { return false };
        rest = behind;
        if let Some(fraction) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
            let places = digits(fraction);
            if places == 0 {
                return false;
            }
            rest = &fraction[places..];
        }
    }
    let rest = rest.trim_ascii_start();
    if rest.is_empty()
        || (hour <= 12 && [&b"am"[..], b"pm", b"a.m.", b"p.m."].iter().any(|m| rest.eq_ignore_ascii_case(m)))
    {
        return true;
    }
    zone && match rest {
        b"Z" | b"z" | b"UTC" | b"GMT" => true,
        [b'+' | b'-', offset @ ..] => match offset.len() {
            2 => part(offset, 14).is_some_and(|(_, rest)| rest.is_empty()),
            4 => digits(offset) == 4,
            5 => offset[2] == b':' && digits(offset) == 2 && digits(&offset[3..]) == 2,
            _ => false,
        },
        _ => false,
    }
}

/// One or two digits that are at most `most`, and what follows.
fn part(text: &[u8], most: u32) -> Option<(u32, &[u8])> {
    let count = digits(text);
    if !(1..=2).contains(&count) {
        return None;
    }
    let value = number(&text[..count]);
    (value <= most).then_some((value, &text[count..]))
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
}

/// Whether the calendar has the day. A year of two digits is some year of its century.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> Option<String> {
        match read_moment(text.as_bytes())? {
            Moment::Date(form) => Some(form.to_string()),
            Moment::DateTime(form) => Some(format!("{form} time")),
            Moment::Time => Some("time".to_owned()),
        }
    }

    #[test]
    fn dates_by_their_form() {
        for (text, expected) in [
            ("2026-11-21", "YYYY-MM-DD"),
            ("2026/11/21", "YYYY/MM/DD"),
            ("21.11.2026", "DD.MM.YYYY"),
            ("1.2.26", "DD.MM.YY or MM.DD.YY"),
            ("11/21/2026", "MM/DD/YYYY"),
            ("21/11/2026", "DD/MM/YYYY"),
            ("03/04/2026", "DD/MM/YYYY or MM/DD/YYYY"),
            ("20261121", "YYYYMMDD"),
            ("21 Nov 2026", "DD Mon YYYY"),
            ("21-NOV-26", "DD Mon YY"),
            ("1. January 2026", "DD Mon YYYY"),
            ("Nov 21, 2026", "Mon DD, YYYY"),
            ("2026-11-21T09:30:00Z", "YYYY-MM-DD time"),
            ("2026-11-21T09:30:00.000+0000", "YYYY-MM-DD time"),
            ("21.11.2026 9:30", "DD.MM.YYYY time"),
            ("11/21/2026 9:30 PM", "MM/DD/YYYY time"),
            ("Sat, 21 Nov 2026 09:30:00 +0100", "DD Mon YYYY time"),
            ("09:30", "time"),
            ("9:30:15 pm", "time"),
        ] {
            assert_eq!(form(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn days_that_the_calendar_lacks_are_no_dates() {
        for text in ["2026-02-29", "31.04.2026", "2026-13-01", "00/00/0000", "99/99/2026", "20261399", "0000-00-00"] {
            assert_eq!(form(text), None, "{text}");
        }
        assert_eq!(form("2024-02-29").as_deref(), Some("YYYY-MM-DD"));
    }

    #[test]
    fn other_things_with_digits_are_no_dates() {
        for text in ["12-34", "1.2.3", "123-45-6789", "555-123-4567", "12:75", "25:00", "1/2", "2026-11-21x", "12:30:"]
        {
            assert_eq!(form(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..48), text in "[0-9./: TZapm+-]{0,40}") {
            read_moment(&bytes);
            read_moment(text.as_bytes());
            super::super::number::read_number(&bytes);
            super::super::number::read_number(text.as_bytes());
        }
    }
}
