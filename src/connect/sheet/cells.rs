//! What a cell of a workbook means.

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime, ExcelDateTimeType};

use crate::record::{Cell, Kind, SourceType};

/// A cell's canonical text and type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Value {
    pub text: String,
    pub source_type: SourceType,
}

impl Value {
    fn new(text: impl Into<String>, source_type: SourceType) -> Value {
        Value { text: text.into(), source_type }
    }

    pub fn is_text(&self) -> bool {
        self.source_type == SourceType::Text
    }

    pub fn cell(&self) -> Cell<'_> {
        let kind = if self.text.is_empty() { Kind::Missing } else { Kind::Text };
        Cell { kind, source_type: self.source_type, bytes: self.text.as_bytes() }
    }

    /// `None` for an empty cell.
    pub fn of_ref(data: &DataRef<'_>) -> Option<Value> {
        match data {
            DataRef::Empty => None,
            DataRef::String(text) => Some(text_value(text)),
            DataRef::SharedString(text) => Some(text_value(text)),
            DataRef::Int(number) => Some(Value::new(number.to_string(), SourceType::Integer)),
            DataRef::Float(number) => Some(float(*number)),
            DataRef::Bool(value) => Some(Value::new(value.to_string(), SourceType::Boolean)),
            DataRef::DateTime(moment) => Some(date_time(moment)),
            DataRef::DateTimeIso(text) => Some(iso(text)),
            DataRef::DurationIso(text) => Some(duration_iso(text)),
            DataRef::Error(error) => Some(failed(error)),
        }
    }

    /// `None` for an empty cell.
    pub fn of(data: &Data) -> Option<Value> {
        match data {
            Data::Empty => None,
            Data::String(text) => Some(text_value(text)),
            Data::Int(number) => Some(Value::new(number.to_string(), SourceType::Integer)),
            Data::Float(number) => Some(float(*number)),
            Data::Bool(value) => Some(Value::new(value.to_string(), SourceType::Boolean)),
            Data::DateTime(moment) => Some(date_time(moment)),
            Data::DateTimeIso(text) => Some(iso(text)),
            Data::DurationIso(text) => Some(duration_iso(text)),
            Data::Error(error) => Some(failed(error)),
        }
    }
}

fn text_value(text: &str) -> Value {
    Value::new(text, SourceType::Text)
}

/// An error such as `#N/A` is no value, but a person must see it.
fn failed(error: &CellErrorType) -> Value {
    Value::new(error.to_string(), SourceType::Text)
}

/// A number as Excel knows it: with fifteen significant digits.
fn float(number: f64) -> Value {
    if !number.is_finite() {
        return Value::new(number.to_string(), SourceType::Float);
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Value::new((number as i64).to_string(), SourceType::Integer);
    }
    // Few digits are what rounding to fifteen gives.
    if (1e-5..1e15).contains(&number.abs()) {
        let shortest = number.to_string();
        let digits = shortest.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
        if digits <= 15 {
            return Value::new(shortest, SourceType::Float);
        }
    }
    in_fifteen_digits(number)
}

fn in_fifteen_digits(number: f64) -> Value {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        return Value::new(
            format!("{rounded:.0}").replace("-0", if rounded == 0.0 { "0" } else { "-0" }),
            SourceType::Integer,
        );
    }
    let text = if (1e-5..1e21).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") };
    Value::new(text, SourceType::Float)
}

fn date_time(moment: &ExcelDateTime) -> Value {
    let days = moment.as_f64();
    if moment.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        let text = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return Value::new(text, SourceType::Time);
    }
    if days < 0.0 {
        return before_the_epoch(moment, days);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli > 0 {
        time += format!(".{milli:03}").trim_end_matches('0');
    }
    if (0.0..1.0).contains(&days) {
        return Value::new(time, SourceType::Time);
    }
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return Value::new(date, SourceType::Date);
    }
    Value::new(format!("{date}T{time}"), SourceType::DateTime)
}

/// A date before the first one that Excel shows, as LibreOffice counts on; the number where no calendar reaches.
fn before_the_epoch(moment: &ExcelDateTime, days: f64) -> Value {
    let since_1904 = *moment == ExcelDateTime::new(days, ExcelDateTimeType::DateTime, true);
    let epoch = if since_1904 { jiff::civil::date(1904, 1, 1) } else { jiff::civil::date(1899, 12, 30) };
    let millis = (days * 86_400_000.0).round();
    let span = jiff::Span::new().try_milliseconds(millis as i64);
    match span.and_then(|span| epoch.to_datetime(jiff::civil::Time::midnight()).checked_add(span)) {
        Ok(found) if found.time() == jiff::civil::Time::midnight() => {
            Value::new(found.date().to_string(), SourceType::Date)
        }
        Ok(found) => Value::new(found.to_string(), SourceType::DateTime),
        Err(_) => float(days),
    }
}

fn iso(text: &str) -> Value {
    let source_type = match (text.contains('-'), text.contains(':')) {
        (true, true) => SourceType::DateTime,
        (true, false) => SourceType::Date,
        _ => SourceType::Time,
    };
    Value::new(text, source_type)
}

/// `PT09H30M00S`, as OpenDocument writes times.
fn duration_iso(text: &str) -> Value {
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
    Value::new(parts().unwrap_or_else(|| text.to_owned()), SourceType::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(days: f64, kind: ExcelDateTimeType) -> String {
        date_time(&ExcelDateTime::new(days, kind, false)).text
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
                proptest::prop_assert_eq!(float(number), in_fifteen_digits(number), "{}", number);
            }
        }
    }

    #[test]
    fn numbers_and_dates_are_what_the_cell_means() {
        assert_eq!(float(0.1 + 0.2).text, "0.3");
        assert_eq!((float(42.0).text.as_str(), float(42.0).source_type), ("42", SourceType::Integer));
        assert_eq!(float(-0.0).text, "0");
        assert_eq!(float(-10.0).text, "-10");
        assert_eq!(float(1e300).text, "1e300");
        assert_eq!(shown(45_943.0, ExcelDateTimeType::DateTime), "2025-10-13");
        assert_eq!(shown(45_943.5, ExcelDateTimeType::DateTime), "2025-10-13T12:00:00");
        assert_eq!(shown(0.25, ExcelDateTimeType::DateTime), "06:00:00");
        assert_eq!(shown(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
        // No date of Excel's, but one of LibreOffice's: never another date in silence.
        assert_eq!(shown(-1.2, ExcelDateTimeType::DateTime), "1899-12-28T19:12:00");
        assert_eq!(shown(-2.0, ExcelDateTimeType::DateTime), "1899-12-28");
        assert_eq!(shown(-1e12, ExcelDateTimeType::DateTime), "-1000000000000");
        assert_eq!(duration_iso("PT9H05M7.5S").text, "09:05:07.5");
    }
}
