//! Canonical texts of the values of columns, appended where they are wanted.

use std::fmt::Display;
use std::io::Write as _;

const DAY_NANOS: i64 = 86_400_000_000_000;

/// A value as it is shown.
pub(super) fn put(value: impl Display, out: &mut Vec<u8>) {
    // Memory takes everything.
    let _ = write!(out, "{value}");
}

/// The date so many days after 1970-01-01; the number itself where no calendar reaches.
pub(super) fn date(days: i64, out: &mut Vec<u8>) {
    match civil(days) {
        Some((year @ 0..=9999, month, day)) => {
            two(year / 100, out);
            two(year % 100, out);
            out.push(b'-');
            two(month, out);
            out.push(b'-');
            two(day, out);
        }
        _ => {
            let epoch = jiff::civil::date(1970, 1, 1);
            match jiff::Span::new().try_days(days).and_then(|span| epoch.checked_add(span)) {
                Ok(date) => put(date, out),
                Err(_) => put(days, out),
            }
        }
    }
}

/// Year, month and day of the Gregorian calendar; `None` far beyond it. After "days from civil" of Howard Hinnant's
/// `chrono`-compatible date algorithms: years begin in March, so that leap days stand at their ends.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    const ERA_DAYS: i64 = 146_097;
    let days = days.checked_add(719_468)?;
    let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era.checked_mul(400)? + year_of_era + i64::from(month <= 2);
    Some((year, month, day))
}

/// Two digits of a number below 100.
fn two(number: i64, out: &mut Vec<u8>) {
    out.extend([b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

/// The time so many units after midnight, of which a second has `per_second`; the number itself where no day has it.
pub(super) fn time(value: i64, per_second: i64, out: &mut Vec<u8>) {
    match value.checked_mul(1_000_000_000 / per_second).filter(|nanos| (0..DAY_NANOS).contains(nanos)) {
        Some(nanos) => time_of_day(nanos, out),
        None => put(value, out),
    }
}

fn time_of_day(nanos: i64, out: &mut Vec<u8>) {
    let (seconds, part) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    two(seconds / 3600, out);
    out.push(b':');
    two(seconds / 60 % 60, out);
    out.push(b':');
    two(seconds % 60, out);
    if part > 0 {
        put(format_args!(".{part:09}"), out);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

/// The moment so many units after 1970-01-01T00:00:00, of which a second has `per_second`; of UTC, or of no zone that is
/// known.
pub(super) fn moment(value: i64, per_second: i64, utc: bool, out: &mut Vec<u8>) {
    timestamp(value, per_second, out);
    if utc {
        out.push(b'Z');
    }
}

/// The same without the zone.
pub(super) fn timestamp(value: i64, per_second: i64, out: &mut Vec<u8>) {
    let day = 86_400 * per_second;
    day_and_time(value.div_euclid(day), value.rem_euclid(day) * (1_000_000_000 / per_second), out);
}

/// The moment of the old kind (INT96): a Julian day and the nanoseconds of it.
pub(super) fn julian(day: u32, nanos: u64, out: &mut Vec<u8>) {
    const EPOCH: i64 = 2_440_588;
    let nanos = nanos as i64;
    // Writers count days with a sign.
    let days = i64::from(day as i32) - EPOCH + nanos.div_euclid(DAY_NANOS);
    day_and_time(days, nanos.rem_euclid(DAY_NANOS), out);
}

fn day_and_time(days: i64, nanos: i64, out: &mut Vec<u8>) {
    date(days, out);
    out.push(b'T');
    time_of_day(nanos, out);
}

/// A number of so many digits after the point, all of them shown.
pub(super) fn decimal(unscaled: i128, scale: u32, out: &mut Vec<u8>) {
    if unscaled < 0 {
        out.push(b'-');
    }
    let start = out.len();
    put(format_args!("{:0width$}", unscaled.unsigned_abs(), width = scale as usize + 1), out);
    if scale > 0 {
        let point = (out.len() - scale as usize).max(start);
        out.insert(point, b'.');
    }
}

/// The number that bytes hold, the first one the highest and with the sign; `None` where 16 bytes do not hold it.
pub(super) fn signed(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let fill = if negative { 0xff } else { 0 };
    let (beyond, kept) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut all = [fill; 16];
    all.get_mut(16 - kept.len()..)?.copy_from_slice(kept);
    let number = i128::from_be_bytes(all);
    (beyond.iter().all(|byte| *byte == fill) && (number < 0) == negative).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = b"1,".to_vec();
        write(&mut out);
        String::from_utf8(out).unwrap().strip_prefix("1,").unwrap().to_owned()
    }

    #[test]
    fn times_are_written_as_people_read_them() {
        assert_eq!(text(|out| timestamp(1_763_683_200_500_000, 1_000_000, out)), "2025-11-21T00:00:00.5");
        assert_eq!(text(|out| timestamp(-1, 1_000_000, out)), "1969-12-31T23:59:59.999999");
        assert_eq!(text(|out| timestamp(-1, 1_000_000_000, out)), "1969-12-31T23:59:59.999999999");
        assert_eq!(text(|out| date(i64::MAX / 4, out)), (i64::MAX / 4).to_string());
        assert_eq!(text(|out| date(i64::MAX, out)), i64::MAX.to_string());
        assert_eq!(text(|out| time(34_200_000, 1000, out)), "09:30:00");
        assert_eq!(text(|out| time(-1, 1000, out)), "-1");
        assert_eq!(text(|out| julian(2_440_588, 1_000_000_001, out)), "1970-01-01T00:00:01.000000001");
    }

    #[test]
    fn decimals_show_all_their_digits() {
        let shown = |unscaled, scale| text(|out| decimal(unscaled, scale, out));
        assert_eq!((shown(1205, 2), shown(-5, 2), shown(0, 3)), ("12.05".into(), "-0.05".into(), "0.000".into()));
        assert_eq!((shown(7, 0), shown(i128::MIN, 0)), ("7".into(), i128::MIN.to_string()));
        assert_eq!((signed(&[]), signed(&[0xff, 0x7f]), signed(&[0; 20])), (Some(0), Some(-129), Some(0)));
        assert_eq!(signed(&[0xff; 17]), Some(-1));
        let mut wide = [0; 17];
        wide[1] = 0x80;
        assert_eq!(signed(&wide), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn dates_are_those_of_the_calendar(days in -5_000_000i64..4_000_000) {
            let date_of = jiff::Span::new().try_days(days).and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span));
            let wanted = date_of.map_or(days.to_string(), |date| date.to_string());
            proptest::prop_assert_eq!(text(|out| date(days, out)), wanted);
        }
    }
}
