//! Numbers: whole ones, decimals, money, shares; and those that only look like numbers.

use super::names::{MONEY_WORDS, PHONE_WORDS, is_key, name_has};
use super::{Inference, MOST, counted, is_most, telling, uniqueness, verdict};
use crate::schema::{FieldStats, FieldType};

pub(super) fn percent(stats: &FieldStats) -> Option<Inference> {
    let fits = stats.fit(FieldType::Percent);
    is_most(fits, telling(stats), MOST).then_some(())?;
    verdict(FieldType::Percent, counted(stats, "percent", fits, "have a percent sign", FieldType::Percent))
}

/// Numbers of which a tenth or more have a currency with them.
pub(super) fn money(stats: &FieldStats) -> Option<Inference> {
    let (numbers, marked) = (stats.fit(FieldType::Decimal), stats.fit(FieldType::Money));
    if !is_most(numbers, telling(stats), MOST) || marked * 10 < numbers {
        return None;
    }
    let what = format!("are numbers, {marked} with a currency or in parentheses");
    verdict(FieldType::Money, counted(stats, "money", numbers, &what, FieldType::Decimal))
}

pub(super) fn number(stats: &FieldStats) -> Option<Inference> {
    let telling = telling(stats);
    let (numbers, integers) = (stats.fit(FieldType::Decimal), stats.fit(FieldType::Integer));
    if !is_most(numbers, telling, MOST) || (name_has(stats, PHONE_WORDS) && stats.max_length > Some(6)) {
        return None;
    }
    let zeros = stats.oddities.leading_zeros;
    let long = stats.oddities.long_digits;
    if zeros > 0 || long > 0 {
        let what = match (zeros, long) {
            (_, 0) if zeros == 1 => "1 value has a leading zero".to_owned(),
            (_, 0) => format!("{zeros} values have leading zeros"),
            (0, _) => format!("{long} values have more than 15 digits"),
            _ => format!("{zeros} values have leading zeros and {long} more than 15 digits"),
        };
        let words = format!("integer-looking, but {what}: kept as text");
        let key = stats.is_unique() && telling >= 10 || is_key(stats);
        return verdict(if key { FieldType::Id } else { FieldType::Text }, words);
    }
    if is_most(integers, numbers, 1.0) || (is_most(integers, telling, MOST) && stats.oddities.decimal_point == 0) {
        if is_key(stats) {
            let what = format!("are whole numbers{}", uniqueness(stats));
            let words = counted(stats, "id", integers, &what, FieldType::Integer);
            return verdict(FieldType::Id, format!("{words}, and the name says key"));
        }
        let words = counted(stats, "integer", integers, "are whole numbers", FieldType::Integer);
        return verdict(FieldType::Integer, words);
    }
    let words = counted(stats, "decimal", numbers, "are numbers", FieldType::Decimal);
    if name_has(stats, MONEY_WORDS) {
        return verdict(FieldType::Money, format!("{words}, and the name says money"));
    }
    verdict(FieldType::Decimal, words)
}
pub(super) fn decimals(stats: &FieldStats, inference: &mut Inference) {
    let o = &stats.oddities;
    let unsure = o.unsure_separator;
    let words = match (o.decimal_point, o.decimal_comma) {
        (0, 0) if unsure > 0 => {
            format!("decimals or thousands? {unsure} values like `1,234` or `1.234`, and no other decides")
        }
        (0, 0) => return,
        (point, 0) if unsure > 0 => {
            format!("decimal point in {point}; {unsure} like `1,234` or `1.234` could be either")
        }
        (point, 0) => format!("decimal point in {point}"),
        (0, comma) if unsure > 0 => {
            format!("decimal comma in {comma}; {unsure} like `1,234` or `1.234` could be either")
        }
        (0, comma) => format!("decimal comma in {comma}"),
        (point, comma) => format!("mixed: decimal point in {point}, decimal comma in {comma}"),
    };
    inference.evidence.push(words);
}

/// Whole numbers in the range of seconds or milliseconds since 1970, for the years 2000 to 2100.
pub(super) fn epoch(stats: &FieldStats, inference: &mut Inference) {
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let (Some(least), Some(most)) = (number(&stats.min_number), number(&stats.max_number)) else { return };
    for (unit, scale) in [("seconds", 1.0), ("milliseconds", 1000.0)] {
        if least >= 946_684_800.0 * scale && most <= 4_102_444_800.0 * scale {
            inference.evidence.push(format!("could be {unit} since 1970"));
        }
    }
}
