//! Dates and times. Everything is text in ISO 8601; a date without a stated form is read only if it can mean one day.

use jiff::Span;

use super::Family::Date as FAMILY;
use super::{Function, Made, Make, Param, Preparing, TEXT};
use crate::record::{Cell, SourceType};
use crate::transform::Diagnostic;
use crate::transform::calendar::{DateFormat, Guess, Moment, guess, read_iso, weekday};
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong, wrong_at};

const FORMATS: Param = Param::new("formats", Type::Text).optional().fixed();
const FORMAT: Param = Param::new("format", Type::Text).fixed();
const DATE: Param = Param::new("date", Type::Date);
const COUNT: Param = Param::new("count", Type::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "date",
        FAMILY,
        &[TEXT, FORMATS],
        Type::Date,
        "Reads a date in one of the formats, tried in order, and gives YYYY-MM-DD. Without formats it reads only what \
         can mean one day: ISO, YYYYMMDD, named months, or a day over 12. A finding `date` otherwise.",
        &[
            ("date('05/17/2024', 'YYYY-MM-DD', 'MM/DD/YYYY')", "2024-05-17"),
            ("date('17.5.24', 'D.M.YY')", "2024-05-17"),
            ("date('17 mai 2024')", "2024-05-17"),
            ("date('05/06/2024')", "! date"),
        ],
        Make::Prepared(date),
    )
    .variadic(),
    Function::new(
        "datetime",
        FAMILY,
        &[TEXT, FORMATS],
        Type::DateTime,
        "Reads a date with a time and gives YYYY-MM-DDTHH:MM:SS, with the offset if the text has one; a date alone is \
         midnight. Formats as in `date`, with HH mm ss, h A and Z.",
        &[
            ("datetime('2024-05-17 9:30')", "2024-05-17T09:30:00"),
            ("datetime('5/17/2024 9:30 PM', 'M/D/YYYY h:mm A')", "2024-05-17T21:30:00"),
            ("datetime('2024-05-17T09:30:00+02:00')", "2024-05-17T09:30:00+02:00"),
        ],
        Make::Prepared(datetime),
    )
    .variadic(),
    Function::new(
        "time",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The time of day of a time or date-time, as HH:MM:SS.",
        &[("time('9:30 pm')", "21:30:00"), ("time('2024-05-17T09:30:00Z')", "09:30:00")],
        Make::Plain(time),
    ),
    Function::new(
        "format_date",
        FAMILY,
        &[DATE, FORMAT],
        Type::Text,
        "Writes a date or date-time in a format; names of months and days are English.",
        &[
            ("format_date('2024-05-07', 'MM/DD/YYYY')", "05/07/2024"),
            ("format_date('2024-05-07', 'dddd, D MMMM YYYY')", "Tuesday, 7 May 2024"),
        ],
        Make::Prepared(format_date),
    ),
    Function::new(
        "year",
        FAMILY,
        &[DATE],
        Type::Number,
        "The year of a date.",
        &[("year('2024-05-17')", "2024")],
        Make::Plain(|cells, out| part(cells, out, |moment| i64::from(moment.year))),
    ),
    Function::new(
        "month",
        FAMILY,
        &[DATE],
        Type::Number,
        "The month of a date, 1 to 12.",
        &[("month('2024-05-17')", "5")],
        Make::Plain(|cells, out| part(cells, out, |moment| i64::from(moment.month))),
    ),
    Function::new(
        "day",
        FAMILY,
        &[DATE],
        Type::Number,
        "The day of the month of a date.",
        &[("day('2024-05-17')", "17")],
        Make::Plain(|cells, out| part(cells, out, |moment| i64::from(moment.day))),
    ),
    Function::new(
        "weekday",
        FAMILY,
        &[DATE],
        Type::Number,
        "The day of the week of a date: 1 is Monday, 7 is Sunday.",
        &[("weekday('2024-05-17')", "5")],
        Make::Plain(|cells, out| part(cells, out, |moment| i64::from(weekday(moment)))),
    ),
    Function::new(
        "quarter",
        FAMILY,
        &[DATE],
        Type::Number,
        "The quarter of a date, 1 to 4.",
        &[("quarter('2024-05-17')", "2")],
        Make::Plain(|cells, out| part(cells, out, |moment| i64::from(moment.month.saturating_sub(1) / 3 + 1))),
    ),
    Function::new(
        "add_days",
        FAMILY,
        &[DATE, COUNT],
        Type::Date,
        "A date so many days later, or earlier with a negative count.",
        &[("add_days('2024-02-28', 2)", "2024-03-01"), ("add_days('2024-01-01', -1)", "2023-12-31")],
        Make::Plain(|cells, out| {
            shift(cells, out, |date, count| date.checked_add(Span::new().try_days(count).ok()?).ok())
        }),
    ),
    Function::new(
        "add_months",
        FAMILY,
        &[DATE, COUNT],
        Type::Date,
        "A date so many months later; a day that the month lacks becomes its last.",
        &[("add_months('2024-01-31', 1)", "2024-02-29")],
        Make::Plain(|cells, out| {
            shift(cells, out, |date, count| date.checked_add(Span::new().try_months(count).ok()?).ok())
        }),
    ),
    Function::new(
        "add_years",
        FAMILY,
        &[DATE, COUNT],
        Type::Date,
        "A date so many years later; 29 February becomes the 28th where there is none.",
        &[("add_years('2024-02-29', 1)", "2025-02-28")],
        Make::Plain(|cells, out| {
            shift(cells, out, |date, count| date.checked_add(Span::new().try_years(count).ok()?).ok())
        }),
    ),
    Function::new(
        "days_between",
        FAMILY,
        &[Param::new("from", Type::Date), Param::new("to", Type::Date)],
        Type::Number,
        "Whole days from one date to another; negative where the second is earlier.",
        &[("days_between('2024-02-28', '2024-03-01')", "2")],
        Make::Plain(days_between),
    ),
    Function::new(
        "age",
        FAMILY,
        &[Param::new("birthday", Type::Date), Param::new("on", Type::Date).optional()],
        Type::Number,
        "Full years since a date, on the day of the run or another day.",
        &[("age('1990-06-15', '2024-06-14')", "33")],
        Make::Plain(age),
    ),
    Function::new(
        "today",
        FAMILY,
        &[],
        Type::Date,
        "The date of the start of the run, in UTC; the same for every record and when the run is resumed.",
        &[("today()", "2026-11-21")],
        Make::Plain(|_, out| {
            let context = out.context;
            out.text(context.today())
        }),
    ),
    Function::new(
        "now",
        FAMILY,
        &[],
        Type::DateTime,
        "The start of the run, in UTC; the same for every record and when the run is resumed.",
        &[("now()", "2026-11-21T10:30:00Z")],
        Make::Plain(|_, out| {
            let context = out.context;
            out.text(context.now())
        }),
    ),
    Function::new(
        "to_utc",
        FAMILY,
        &[Param::new("datetime", Type::DateTime), Param::new("time_zone", Type::Text).optional().fixed()],
        Type::DateTime,
        "A date-time in UTC. One without an offset is taken as local time of the zone (`Europe/Berlin`).",
        &[
            ("to_utc('2024-05-17T09:30:00+02:00')", "2024-05-17T07:30:00Z"),
            ("to_utc('2024-05-17T09:30:00', 'Europe/Berlin')", "2024-05-17T07:30:00Z"),
        ],
        Make::Prepared(to_utc),
    ),
    Function::new(
        "from_epoch",
        FAMILY,
        &[Param::new("number", Type::Number)],
        Type::DateTime,
        "The UTC date-time of a Unix time in seconds; of milliseconds or microseconds where it has 12 to 14, or 15 to 17 digits.",
        &[("from_epoch(1715938200)", "2024-05-17T09:30:00Z"), ("from_epoch(1715938200000)", "2024-05-17T09:30:00Z")],
        Make::Plain(from_epoch),
    ),
    Function::new(
        "excel_date",
        FAMILY,
        &[Param::new("number", Type::Number)],
        Type::Date,
        "The date of an Excel serial number (1900 date system).",
        &[("excel_date(45429)", "2024-05-17"), ("excel_date('45429.5')", "2024-05-17")],
        Make::Plain(excel_date),
    ),
];

const NO_DATE: &str = "does not look like a date";
const AMBIGUOUS: &str = "could mean two days: day and month may change places";
const SHORT_YEAR: &str = "has a year of two digits";
const UNREAL: &str = "is no date in the form that was expected";

fn formats(call: &Preparing<'_>) -> Result<Vec<DateFormat>, Diagnostic> {
    let mut formats = Vec::new();
    for index in 1..call.arguments.len() {
        let texts = match &call.arguments[index].literal {
            Some(super::Literal::List(items)) => items.iter().filter_map(|item| item.scalar()).collect(),
            _ => vec![call.text(index).unwrap_or_default()],
        };
        for text in texts {
            let format =
                DateFormat::new(text).map_err(|error| call.wrong(index, error, "write for example \"DD.MM.YYYY\""))?;
            if !format.has_date() {
                let message = format!("the format `{text}` does not say year, month and day");
                return Err(call.wrong(index, message, "write for example \"DD.MM.YYYY\""));
            }
            formats.push(format);
        }
    }
    Ok(formats)
}

fn date(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    moments(call, |moment, out| moment.write_date(out), |cell| is_iso_date(cell.bytes))
}

fn datetime(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    moments(call, |moment, out| moment.write_date_time(out), |_| false)
}

/// Reads by the formats, or by the only meaning there is; a value that is already right is answered as it is.
fn moments(
    call: &Preparing<'_>,
    write: fn(&Moment, &mut Vec<u8>),
    already: fn(&Cell<'_>) -> bool,
) -> Result<Made, Diagnostic> {
    let formats = formats(call)?;
    if formats.is_empty() {
        return Ok(Made::prepared(move |cells, out| {
            let text = match text(cells, 0) {
                Ok(text) => text,
                Err(wrong) => return wrong,
            };
            if already(&cells[0]) && read_iso(cells[0].bytes).is_some() {
                return Answer::Same(0);
            }
            match guess(text) {
                Guess::Moment(moment) => {
                    write(&moment, out.bytes);
                    Answer::Wrote
                }
                Guess::Ambiguous => wrong!("date", AMBIGUOUS),
                Guess::ShortYear => wrong!("date", SHORT_YEAR),
                Guess::No => wrong!("date", NO_DATE),
            }
        })
        .reads(1)
        .expects(|_| Some("say the form, as in date(\"DD.MM.YYYY\")".into())));
    }
    let expected = formats.iter().map(|format| format.text.clone()).collect::<Vec<_>>().join(" or ");
    Ok(Made::prepared(move |cells, out| {
        let cell = &cells[0];
        for format in &formats {
            if let Some(moment) = format.read(cell.bytes) {
                if already(cell) {
                    return Answer::Same(0);
                }
                write(&moment, out.bytes);
                return Answer::Wrote;
            }
        }
        // The source's own type needs no format.
        if matches!(cell.source_type, SourceType::Date | SourceType::DateTime)
            && let Some(moment) = read_iso(cell.bytes)
        {
            write(&moment, out.bytes);
            return Answer::Wrote;
        }
        wrong!("date", UNREAL)
    })
    .reads(1)
    .expects(move |_| Some(format!("expected {expected}"))))
}

fn is_iso_date(bytes: &[u8]) -> bool {
    bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-'
}

/// A date or date-time that functions compute with: ISO only, so that nothing is guessed twice.
pub(super) fn moment(cells: &[Cell<'_>], index: usize) -> Result<Option<Moment>, Answer> {
    let Some(text) = filled_text(cells, index)? else { return Ok(None) };
    let read = read_iso(text.as_bytes());
    read.map(Some).ok_or(wrong_at!(index, "date", "is no date of the form YYYY-MM-DD; read it with `date`",))
}

fn time(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text.trim(),
        Err(wrong) => return wrong,
    };
    let found = match guess(text) {
        Guess::Moment(moment) if moment.has_time => Some(moment),
        // A time alone: any day before it will do.
        _ => match guess(&format!("2000-01-01 {text}")) {
            Guess::Moment(moment) if moment.has_time => Some(moment),
            _ => None,
        },
    };
    match found {
        Some(moment) => {
            moment.write_time(out.bytes);
            Answer::Wrote
        }
        None => wrong!("date", "does not look like a time"),
    }
}

fn format_date(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let format = DateFormat::new(call.text(1).unwrap_or_default())
        .map_err(|error| call.wrong(1, error, "write for example \"DD.MM.YYYY\""))?;
    Ok(Made::prepared(move |cells, out| match moment(cells, 0) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(moment)) => {
            format.write(&moment, out.bytes);
            Answer::Wrote
        }
    })
    .reads(1))
}

fn part(cells: &[Cell<'_>], out: &mut Out<'_>, part: fn(&Moment) -> i64) -> Answer {
    match moment(cells, 0) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(moment)) => out.print(part(&moment)),
    }
}

fn shift(
    cells: &[Cell<'_>],
    out: &mut Out<'_>,
    add: fn(jiff::civil::Date, i64) -> Option<jiff::civil::Date>,
) -> Answer {
    let start = match moment(cells, 0) {
        Err(wrong) => return wrong,
        Ok(None) => return Answer::Missing,
        Ok(Some(moment)) => moment,
    };
    let count = match filled_text(cells, 1) {
        Err(wrong) => return wrong,
        Ok(None) => return Answer::Missing,
        Ok(Some(text)) => match text.parse::<i64>() {
            Ok(count) => count,
            Err(_) => return wrong_at!(1, "type", "is not a whole number"),
        },
    };
    let shifted = start.date().and_then(|date| add(date, count));
    match shifted.filter(|date| date.year() >= 1) {
        Some(date) => {
            let mut moment = Moment::from_date(date);
            if start.has_time {
                moment = Moment { year: moment.year, month: moment.month, day: moment.day, ..start };
                moment.write_date_time(out.bytes);
            } else {
                moment.write_date(out.bytes);
            }
            Answer::Wrote
        }
        None => wrong!("range", "would leave the years 1 to 9999"),
    }
}

fn two_dates(cells: &[Cell<'_>]) -> Result<Option<(jiff::civil::Date, jiff::civil::Date)>, Answer> {
    let (from, to) = (moment(cells, 0)?, moment(cells, 1)?);
    Ok(from.and_then(|from| from.date()).zip(to.and_then(|to| to.date())))
}

fn days_between(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match two_dates(cells) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some((from, to))) => out.print(from.duration_until(to).as_hours() / 24),
    }
}

fn age(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let today = out.context.today();
    let on = if cells.len() > 1 { cells[1] } else { Cell::text(today) };
    match two_dates(&[cells[0], on]) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some((from, to))) if to < from => wrong!("date", "is after the day the age is asked for"),
        Ok(Some((from, to))) => {
            let birthday = (to.month(), to.day()) >= (from.month(), from.day());
            out.print(to.year() - from.year() - i16::from(!birthday))
        }
    }
}

fn to_utc(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let zone = match call.text(1) {
        None => None,
        Some(name) => Some(jiff::tz::TimeZone::get(name).map_err(|_| {
            call.wrong(1, format!("there is no time zone `{name}`"), "write for example \"Europe/Berlin\"")
        })?),
    };
    Ok(Made::prepared(move |cells, out| {
        let moment = match moment(cells, 0) {
            Err(wrong) => return wrong,
            Ok(None) => return Answer::Missing,
            Ok(Some(moment)) => moment,
        };
        let zoned = match (moment.offset, &zone) {
            (Some(minutes), _) => {
                jiff::tz::Offset::from_seconds(i32::from(minutes) * 60).ok().map(|offset| offset.to_time_zone())
            }
            (None, Some(zone)) => Some(zone.clone()),
            (None, None) => return wrong!("date", "has no offset; name the time zone it was written in"),
        };
        let local = moment.civil();
        let utc = zoned.zip(local).and_then(|(zone, local)| zone.to_ambiguous_zoned(local).compatible().ok());
        match utc {
            Some(zoned) => {
                let utc = Moment::from_civil(zoned.timestamp().to_zoned(jiff::tz::TimeZone::UTC).datetime());
                Moment { offset: Some(0), ..utc }.write_date_time(out.bytes);
                Answer::Wrote
            }
            None => wrong!("date", "is beyond the calendar in UTC"),
        }
    })
    .reads(1))
}

fn from_epoch(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let digits = match text(cells, 0) {
        Ok(text) => text.trim(),
        Err(wrong) => return wrong,
    };
    let Ok(value) = digits.parse::<i64>() else {
        return wrong!("date", "is no Unix time: a whole number is expected");
    };
    let width = digits.trim_start_matches('-').len();
    let timestamp = match width {
        0..=11 => jiff::Timestamp::from_second(value),
        12..=14 => jiff::Timestamp::from_millisecond(value),
        _ => jiff::Timestamp::from_microsecond(value),
    };
    match timestamp {
        Ok(timestamp) => {
            let moment = Moment::from_civil(timestamp.to_zoned(jiff::tz::TimeZone::UTC).datetime());
            Moment { offset: Some(0), ..moment }.write_date_time(out.bytes);
            Answer::Wrote
        }
        Err(_) => wrong!("date", "is beyond the calendar"),
    }
}

fn excel_date(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let days = match text(cells, 0) {
        Ok(text) => text.trim().split('.').next().and_then(|whole| whole.parse::<i64>().ok()),
        Err(wrong) => return wrong,
    };
    // Excel counts a 29 February 1900 that never was: serial 60. Before it, days are one further on.
    let date = match days {
        Some(days @ 1..=59) => jiff::civil::date(1899, 12, 31).checked_add(Span::new().days(days)).ok(),
        Some(days @ 61..=2_958_465) => jiff::civil::date(1899, 12, 30).checked_add(Span::new().days(days)).ok(),
        _ => None,
    };
    match date {
        Some(date) => {
            Moment::from_date(date).write_date(out.bytes);
            Answer::Wrote
        }
        None => wrong!("date", "is no Excel date: a number from 1 to 2958465 is expected"),
    }
}
