//! Dates and times as text: `format` reads and writes forms such as `DD.MM.YYYY`, `guess` reads what tells itself.
//! Proleptic Gregorian calendar, years 1 to 9999.

mod format;
mod guess;
mod reader;

pub(super) use format::{DateFormat, weekday};
pub(super) use guess::{Guess, guess, read_iso};

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
            ("MM/DD/YYYY", "Q1/02/1999", "!"),
            ("MM/DD/YYYY", "01/02/19é", "!"),
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
