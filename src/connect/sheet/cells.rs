//! What a cell of a workbook means: its canonical text, written where it is wanted, and its type.

use std::fmt::Display;
use std::io::Write as _;

use calamine::{Data, DataRef, ExcelDateTime, ExcelDateTimeType};

use crate::record::SourceType;

/// A cell's canonical text and type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Value {
    pub text: String,
    pub source_type: SourceType,
}

impl Value {
    pub fn is_text(&self) -> bool {
        self.source_type == SourceType::Text
    }
}

/// A cell that is not empty.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// As the library read it.
    Read(&'a DataRef<'a>),
    /// The value of the merged area that the cell is in.
    Filled(&'a Value),
}

impl<'a> Content<'a> {
    /// `None` for an empty cell.
    pub fn of(data: &'a DataRef<'a>) -> Option<Content<'a>> {
        (!matches!(data, DataRef::Empty)).then_some(Content::Read(data))
    }

    /// Bytes of its text where it holds one.
    pub fn text_len(&self) -> usize {
        match self {
            Content::Read(DataRef::String(text)) => text.len(),
            Content::Read(DataRef::SharedString(text)) => text.len(),
            Content::Filled(value) => value.text.len(),
            Content::Read(_) => 0,
        }
    }

    /// Appends the canonical text and gives the type.
    pub fn write(&self, out: &mut Vec<u8>) -> SourceType {
        match self {
            Content::Read(data) => write(data, out),
            Content::Filled(value) => {
                out.extend_from_slice(value.text.as_bytes());
                value.source_type
            }
        }
    }

    /// The same, to keep.
    pub fn value(&self) -> Value {
        let mut text = Vec::new();
        let source_type = self.write(&mut text);
        Value { text: String::from_utf8_lossy(&text).into_owned(), source_type }
    }
}

/// The same cell in the form that the reader of .xlsx gives.
pub(super) fn borrowed(data: &Data) -> DataRef<'_> {
    match data {
        Data::Empty => DataRef::Empty,
        Data::String(text) => DataRef::SharedString(text),
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

fn write(data: &DataRef<'_>, out: &mut Vec<u8>) -> SourceType {
    match data {
        DataRef::Empty => SourceType::Untyped,
        DataRef::String(text) => put_text(text, out),
        DataRef::SharedString(text) => put_text(text, out),
        DataRef::Int(number) => put(number, SourceType::Integer, out),
        DataRef::Float(number) => float(*number, out),
        DataRef::Bool(value) => put(value, SourceType::Boolean, out),
        DataRef::DateTime(moment) => date_time(moment, out),
        DataRef::DateTimeIso(text) => iso(text, out),
        DataRef::DurationIso(text) => duration_iso(text, out),
        // An error such as `#N/A` is no value, but a person must see it.
        DataRef::Error(error) => put(error, SourceType::Text, out),
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) -> SourceType {
    out.extend_from_slice(text.as_bytes());
    SourceType::Text
}

/// Appends a value as it is shown.
fn put(value: impl Display, source_type: SourceType, out: &mut Vec<u8>) -> SourceType {
    // Memory takes everything.
    let _ = write!(out, "{value}");
    source_type
}

/// A number as Excel knows it: with fifteen significant digits.
fn float(number: f64, out: &mut Vec<u8>) -> SourceType {
    if !number.is_finite() {
        return put(number, SourceType::Float, out);
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return put(number as i64, SourceType::Integer, out);
    }
    // Few digits are what rounding to fifteen gives.
    if (1e-5..1e15).contains(&number.abs()) {
        let start = out.len();
        put(number, SourceType::Float, out);
        let digits = out.iter().skip(start).filter(|byte| byte.is_ascii_digit()).skip_while(|digit| **digit == b'0');
        if digits.count() <= 15 {
            return SourceType::Float;
        }
        out.truncate(start);
    }
    in_fifteen_digits(number, out)
}

fn in_fifteen_digits(number: f64, out: &mut Vec<u8>) -> SourceType {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        return put(rounded as i64, SourceType::Integer, out);
    }
    if (1e-5..1e21).contains(&rounded.abs()) {
        return put(rounded, SourceType::Float, out);
    }
    put(format_args!("{rounded:e}"), SourceType::Float, out)
}

fn date_time(moment: &ExcelDateTime, out: &mut Vec<u8>) -> SourceType {
    let days = moment.as_f64();
    if moment.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        let text = format_args!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return put(text, SourceType::Time, out);
    }
    if days < 0.0 {
        return before_the_epoch(moment, days, out);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let alone = days < 1.0;
    if !alone {
        put(format_args!("{year:04}-{month:02}-{day:02}"), SourceType::Date, out);
        if (hour, minute, second, milli) == (0, 0, 0, 0) {
            return SourceType::Date;
        }
        out.push(b'T');
    }
    put(format_args!("{hour:02}:{minute:02}:{second:02}"), SourceType::Time, out);
    if milli > 0 {
        put(format_args!(".{milli:03}"), SourceType::Time, out);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    if alone { SourceType::Time } else { SourceType::DateTime }
}

/// A date before the first one that Excel shows, as LibreOffice counts on; the number where no calendar reaches.
fn before_the_epoch(moment: &ExcelDateTime, days: f64, out: &mut Vec<u8>) -> SourceType {
    let since_1904 = *moment == ExcelDateTime::new(days, ExcelDateTimeType::DateTime, true);
    let epoch = if since_1904 { jiff::civil::date(1904, 1, 1) } else { jiff::civil::date(1899, 12, 30) };
    let millis = (days * 86_400_000.0).round();
    let span = jiff::Span::new().try_milliseconds(millis as i64);
    match span.and_then(|span| epoch.to_datetime(jiff::civil::Time::midnight()).checked_add(span)) {
        Ok(found) if found.time() == jiff::civil::Time::midnight() => put(found.date(), SourceType::Date, out),
        Ok(found) => put(found, SourceType::DateTime, out),
        Err(_) => float(days, out),
    }
}

fn iso(text: &str, out: &mut Vec<u8>) -> SourceType {
    let source_type = match (text.contains('-'), text.contains(':')) {
        (true, true) => SourceType::DateTime,
        (true, false) => SourceType::Date,
        _ => SourceType::Time,
    };
    put(text, source_type, out)
}

/// `PT09H30M00S`, as OpenDocument writes times.
fn duration_iso(text: &str, out: &mut Vec<u8>) -> SourceType {
    let parts = || {
        let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
        let (minutes, rest) = rest.split_once('M')?;
        let seconds = rest.strip_suffix('S')?;
        let whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let seconds = match seconds.split_once('.') {
            Some((seconds, part)) => format!("{seconds:0>2}.{}", part.trim_end_matches('0')),
            None => format!("{seconds:0>2}"),
        };
        (whole(hours) && whole(minutes)).then(|| format!("{hours:0>2}:{minutes:0>2}:{}", seconds.trim_end_matches('.')))
    };
    put(parts().unwrap_or_else(|| text.to_owned()), SourceType::Time, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, and the type.
    fn text(write: impl FnOnce(&mut Vec<u8>) -> SourceType) -> (String, SourceType) {
        let mut out = b"before ".to_vec();
        let source_type = write(&mut out);
        (String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned(), source_type)
    }

    fn shown(days: f64, kind: ExcelDateTimeType) -> String {
        text(|out| date_time(&ExcelDateTime::new(days, kind, false), out)).0
    }

    fn number(number: f64) -> String {
        text(|out| float(number, out)).0
    }

    proptest::proptest! {
        #[test]
        fn the_short_way_gives_the_fifteen_digits(
            any in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL,
            whole in -1_000_000_000_000_000_000i64..1_000_000_000_000_000_000,
            places in 0i32..12,
        ) {
            let decimal = whole as f64 / 10f64.powi(places);
            let short = (whole % 100_000) as f64 / 10f64.powi(places);
            for number in [any, decimal, short, whole as f64, decimal * 1.1, 0.0, -0.0] {
                proptest::prop_assert_eq!(
                    text(|out| float(number, out)),
                    text(|out| in_fifteen_digits(number, out)),
                    "{}",
                    number
                );
            }
        }
    }

    #[test]
    fn numbers_and_dates_are_what_the_cell_means() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(text(|out| float(42.0, out)), ("42".to_owned(), SourceType::Integer));
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(-10.0), "-10");
        assert_eq!(number(1e300), "1e300");
        assert_eq!(shown(45_943.0, ExcelDateTimeType::DateTime), "2025-10-13");
        assert_eq!(shown(45_943.5, ExcelDateTimeType::DateTime), "2025-10-13T12:00:00");
        assert_eq!(shown(0.25, ExcelDateTimeType::DateTime), "06:00:00");
        assert_eq!(shown(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
        // No date of Excel's, but one of LibreOffice's: never another date in silence.
        assert_eq!(shown(-1.2, ExcelDateTimeType::DateTime), "1899-12-28T19:12:00");
        assert_eq!(shown(-2.0, ExcelDateTimeType::DateTime), "1899-12-28");
        assert_eq!(shown(-1e12, ExcelDateTimeType::DateTime), "-1000000000000");
        assert_eq!(text(|out| duration_iso("PT9H05M7.5S", out)).0, "09:05:07.5");
    }
}
