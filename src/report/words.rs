//! Figures as people read them: the same in the report, on the command line and on the screen.

/// `4812` -> `4,812`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `2 records`.
pub fn records(number: u64) -> String {
    format!("{} {}", count(number), if number == 1 { "record" } else { "records" })
}

/// A share of 0 to 1 as a percentage with one digit. Only a true whole is `100.0%`, only a true nothing `0.0%`; what
/// would round there is `>99.9%` or `<0.1%`. A share of nothing (not a number) is `-`.
pub fn share(share: f64) -> String {
    if !share.is_finite() {
        return "-".to_owned();
    }
    let percent = share * 100.0;
    if share > 0.0 && percent < 0.05 {
        "<0.1%".to_owned()
    } else if share < 1.0 && percent >= 99.95 {
        ">99.9%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

/// `part` of `whole`; not a number where the whole is nothing.
pub fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// Bytes in decimal units: `12 bytes`, `1.2 kB`, `3.4 GB`.
pub fn bytes(number: f64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if !number.is_finite() || number < 0.0 {
        return "-".to_owned();
    }
    let whole = number.round();
    if whole < 1000.0 {
        return format!("{whole:.0} {}", if whole == 1.0 { "byte" } else { "bytes" });
    }
    let mut value = number / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Bytes per second.
pub fn rate(number: f64) -> String {
    match bytes(number) {
        text if text == "-" => text,
        text => format!("{text}/s"),
    }
}

/// `0.42 s`, `12.3 s`, `3 min 04 s`, `2 h 05 min`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "-".to_owned();
    }
    if seconds < 9.995 {
        return format!("{seconds:.2} s");
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    if whole < 3600 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{} h {:02} min", count(whole / 3600), whole % 3600 / 60)
    }
}

/// An RFC 3339 instant in UTC as `2026-11-21 10:42:07 UTC`; anything else as it is.
pub fn instant(text: &str) -> String {
    let Some(bare) = text.strip_suffix('Z') else { return text.to_owned() };
    match bare.split_once('T') {
        Some((date, time)) => {
            let seconds = time.split_once('.').map_or(time, |(whole, _)| whole);
            format!("{date} {seconds} UTC")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(records(1), "1 record");
        assert_eq!(records(1204), "1,204 records");
    }

    #[test]
    fn only_a_whole_is_a_hundred_percent() {
        assert_eq!(share(1.0), "100.0%");
        assert_eq!(share(0.999_999), ">99.9%");
        assert_eq!(share(0.000_001), "<0.1%");
        assert_eq!(share(0.0), "0.0%");
        assert_eq!(share(0.9624), "96.2%");
        assert_eq!(share(ratio(0, 0)), "-");
    }

    #[test]
    fn sizes_and_times_pick_their_unit() {
        assert_eq!(bytes(1.0), "1 byte");
        assert_eq!(bytes(999.0), "999 bytes");
        assert_eq!(bytes(1234.0), "1.2 kB");
        assert_eq!(bytes(999_999.0), "1.0 MB");
        assert_eq!(bytes(u64::MAX as f64), "18446.7 PB");
        assert_eq!(rate(f64::INFINITY), "-");
        assert_eq!(duration(0.4213), "0.42 s");
        assert_eq!(duration(12.34), "12.3 s");
        assert_eq!(duration(184.0), "3 min 04 s");
        assert_eq!(duration(7500.0), "2 h 05 min");
        assert_eq!(duration(f64::NAN), "-");
    }

    #[test]
    fn instants_are_cut_to_seconds() {
        assert_eq!(instant("2026-11-21T10:42:07.123Z"), "2026-11-21 10:42:07 UTC");
        assert_eq!(instant("yesterday"), "yesterday");
        assert_eq!(instant(""), "");
    }
}
