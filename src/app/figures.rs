//! Figures for narrow columns; where there is room, `report::words` has the long forms.

/// A count in at most five columns: `812`, `9999`, `12k`, `3.4M`.
pub fn short_count(number: u64) -> String {
    match number {
        0..=9_999 => number.to_string(),
        10_000..=999_999 => format!("{}k", number / 1_000),
        1_000_000..=9_999_999 => format!("{:.1}M", (number / 100_000) as f64 / 10.0),
        10_000_000..=999_999_999 => format!("{}M", number / 1_000_000),
        _ => format!("{:.1}G", (number / 100_000_000) as f64 / 10.0),
    }
}

/// A number of things: `1 group`, `12 groups`.
pub fn many(number: usize, one: &str) -> String {
    let shown = crate::report::words::count(number as u64);
    if number == 1 { format!("{shown} {one}") } else { format!("{shown} {one}s") }
}

/// A share of 1 in four columns; only a true whole is `100%`, only a true nothing `0%`.
pub fn short_share(share: f64) -> String {
    if !share.is_finite() {
        return "-".to_owned();
    }
    match share * 100.0 {
        percent if percent <= 0.0 => "0%".to_owned(),
        percent if percent < 1.0 => "<1%".to_owned(),
        percent if percent >= 100.0 => "100%".to_owned(),
        percent => format!("{:.0}%", percent.floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_fit_narrow_columns() {
        assert_eq!(short_count(9_999), "9999");
        assert_eq!(short_count(12_345), "12k");
        assert_eq!(short_count(3_456_000), "3.4M");
        assert_eq!(short_count(123_456_789_000), "123.4G");
        assert_eq!(short_share(1.0), "100%");
        assert_eq!(short_share(0.9999), "99%");
        assert_eq!(short_share(0.0001), "<1%");
        assert_eq!(short_share(f64::NAN), "-");
        assert_eq!([many(1, "run"), many(2, "run")], ["1 run", "2 runs"]);
    }
}
