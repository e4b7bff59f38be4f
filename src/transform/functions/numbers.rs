//! Numbers and money, exact: decimals of up to 28 digits, never floats.

use rust_decimal::{Decimal, RoundingStrategy};

use super::Family::Number as FAMILY;
use super::operators::{Digits, decimal, number_of};
use super::{Function, Made, Make, Param, Preparing, TEXT};
use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, text, wrong, wrong_at};

const NUMBER: Param = Param::new("number", Type::Number);
const NUMBERS: Param = Param::new("numbers", Type::Number);
const PLACES: Param = Param::new("places", Type::Number).optional().fixed();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "number",
        FAMILY,
        &[TEXT, Param::new("decimal_mark", Type::Text).optional().fixed()],
        Type::Number,
        "Reads a number as people write it: currency signs, thousands, a minus behind, parentheses for negative. A comma \
         is a decimal mark only where it cannot part thousands, or where `\",\"` is given. A finding `type` otherwise.",
        &[
            ("number('$ 1,234.50')", "1234.50"),
            ("number('1.234,50 €')", "1234.50"),
            ("number('(99)')", "-99"),
            ("number('1.234', ',')", "1234"),
            ("number('12 or 13')", "! type"),
        ],
        Make::Prepared(number),
    ),
    Function::new(
        "integer",
        FAMILY,
        &[TEXT],
        Type::Number,
        "Reads a whole number as `number` does; a fraction other than zeros is a finding `type`.",
        &[("integer('1,200.00')", "1200"), ("integer('1.5')", "! type")],
        Make::Plain(integer),
    ),
    Function::new(
        "decimals",
        FAMILY,
        &[TEXT, Param::new("places", Type::Number).fixed()],
        Type::Number,
        "Exactly so many digits after the point: fills up with zeros and never rounds; more digits, or anything but \
         `-123.45`, is a finding `type`.",
        &[("decimals('5', 2)", "5.00"), ("decimals('-0.5', 2)", "-0.50"), ("decimals('1.234', 2)", "! type")],
        Make::Prepared(decimals),
    ),
    Function::new(
        "round",
        FAMILY,
        &[NUMBER, PLACES],
        Type::Number,
        "Rounds to so many digits after the point (0), half away from zero.",
        &[("round('2.345', 2)", "2.35"), ("round('-2.5')", "-3")],
        Make::Prepared(|call| rounded(call, RoundingStrategy::MidpointAwayFromZero)),
    ),
    Function::new(
        "floor",
        FAMILY,
        &[NUMBER, PLACES],
        Type::Number,
        "Rounds down to so many digits after the point (0).",
        &[("floor('2.9')", "2"), ("floor('-2.1')", "-3")],
        Make::Prepared(|call| rounded(call, RoundingStrategy::ToNegativeInfinity)),
    ),
    Function::new(
        "ceil",
        FAMILY,
        &[NUMBER, PLACES],
        Type::Number,
        "Rounds up to so many digits after the point (0).",
        &[("ceil('2.1')", "3"), ("ceil('2.341', 2)", "2.35")],
        Make::Prepared(|call| rounded(call, RoundingStrategy::ToPositiveInfinity)),
    ),
    Function::new(
        "abs",
        FAMILY,
        &[NUMBER],
        Type::Number,
        "The number without its sign.",
        &[("abs('-3.50')", "3.50")],
        Make::Plain(|cells, out| match decimal(cells, 0) {
            Err(wrong) => wrong,
            Ok(None) => Answer::Missing,
            Ok(Some(value)) => out.print(value.abs()),
        }),
    ),
    Function::new(
        "min",
        FAMILY,
        &[NUMBERS],
        Type::Number,
        "The smallest of the numbers; those that are missing are left out.",
        &[("min(3, '', '-2.5')", "-2.5")],
        Make::Plain(|cells, out| folded(cells, out, |left, right| Some(left.min(right)))),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "max",
        FAMILY,
        &[NUMBERS],
        Type::Number,
        "The largest of the numbers; those that are missing are left out.",
        &[("max(3, 12, '')", "12")],
        Make::Plain(|cells, out| folded(cells, out, |left, right| Some(left.max(right)))),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "sum",
        FAMILY,
        &[NUMBERS],
        Type::Number,
        "The sum of the numbers; those that are missing are left out.",
        &[("sum('1.10', '', 2)", "3.10")],
        Make::Plain(|cells, out| folded(cells, out, Decimal::checked_add)),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "modulo",
        FAMILY,
        &[NUMBER, Param::new("divisor", Type::Number)],
        Type::Number,
        "What remains of a division, with the sign of the first number.",
        &[("modulo(17, 5)", "2")],
        Make::Plain(modulo),
    ),
    Function::new(
        "percent",
        FAMILY,
        &[TEXT],
        Type::Number,
        "Reads a percentage as a share: with or without the sign, `12.5 %` is 0.125.",
        &[("percent('12.5 %')", "0.125"), ("percent('100')", "1")],
        Make::Plain(percent),
    ),
    Function::new(
        "currency",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The ISO 4217 code of the currency that stands in an amount, by code or by a sign that only one has; missing \
         where there is none.",
        &[("currency('€ 12,50')", "EUR"), ("currency('100 chf')", "CHF"), ("currency('12')", "")],
        Make::Plain(currency),
    ),
];

const NO_NUMBER: &str = "cannot be read as a number";

/// Which mark parts the fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Point,
    Comma,
    /// Judged by the text itself.
    Unknown,
}

fn number(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let mark = match call.text(1) {
        None | Some("") => Mark::Unknown,
        Some(",") => Mark::Comma,
        Some(".") => Mark::Point,
        Some(other) => return Err(call.wrong(1, format!("`{other}` is no decimal mark"), "write \",\" or \".\"")),
    };
    Ok(Made::prepared(move |cells, out| {
        // What is plain already stays as it is.
        if mark != Mark::Comma && number_of(cells[0].bytes).is_some() && is_canonical(cells[0].bytes) {
            return Answer::Same(0);
        }
        match text(cells, 0) {
            Ok(text) if read_number(text, mark, out.bytes) => Answer::Wrote,
            Ok(_) => {
                out.clear();
                wrong!("type", NO_NUMBER)
            }
            Err(wrong) => wrong,
        }
    })
    .reads(1))
}

/// No plus sign and no leading zeros.
fn is_canonical(digits: &[u8]) -> bool {
    let digits = digits.strip_prefix(b"-").unwrap_or(digits);
    !matches!(digits, [b'+', ..] | [b'0', b'0'..=b'9', ..])
}

/// Writes the plain form of a number as people write it; false where it is none.
fn read_number(text: &str, mark: Mark, out: &mut Vec<u8>) -> bool {
    let mut rest = text.trim();
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        negative = true;
        rest = inner;
    }
    rest = without_currency(rest);
    let signs = ['-', '\u{2212}', '\u{2013}'];
    if let Some(unsigned) = rest.strip_prefix(signs).or_else(|| rest.strip_suffix(signs)) {
        if negative {
            return false;
        }
        negative = true;
        rest = without_currency(unsigned);
    } else if let Some(unsigned) = rest.strip_prefix('+') {
        rest = without_currency(unsigned);
    }
    // Full-width digits and the marks of Swiss and French thousands become ASCII.
    let plain: String = rest
        .chars()
        .map(|letter| match letter {
            '\u{ff10}'..='\u{ff19}' => char::from(b'0' + (u32::from(letter) - 0xff10) as u8),
            '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’' | '_' => ' ',
            '\u{ff0c}' => ',',
            '\u{ff0e}' => '.',
            other => other,
        })
        .collect();
    let Some((whole, fraction)) = split_fraction(&plain, mark) else { return false };
    let digits: Vec<u8> = whole.bytes().filter(u8::is_ascii_digit).collect();
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count().min(digits.len().saturating_sub(1));
    if negative {
        out.push(b'-');
    }
    out.extend_from_slice(if digits.is_empty() { b"0" } else { &digits[zeros..] });
    if let Some(fraction) = fraction {
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
    true
}

/// Takes a currency's sign or code off both ends.
fn without_currency(text: &str) -> &str {
    let text = text.trim();
    let text = text[currency_bytes(text.chars())..].trim_start();
    text[..text.len() - currency_bytes(text.chars().rev())].trim_end()
}

/// How many bytes of letters and signs come first: at most four of them, or it is a word and no currency.
fn currency_bytes(letters: impl Iterator<Item = char>) -> usize {
    let letters = letters.take_while(|letter| letter.is_alphabetic() || is_currency_sign(*letter));
    let (count, bytes) = letters.fold((0, 0), |(count, bytes), letter| (count + 1, bytes + letter.len_utf8()));
    if count <= 4 { bytes } else { 0 }
}

fn is_currency_sign(letter: char) -> bool {
    matches!(letter, '$' | '¢' | '£' | '¤' | '¥' | '₣' | '₤' | '\u{20a5}'..='\u{20c0}' | '฿' | '￥' | '￡')
}

/// The whole part with its thousands, and the fraction; `None` where the text is no number.
fn split_fraction(text: &str, mark: Mark) -> Option<(&str, Option<&str>)> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ')) {
        return None;
    }
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let decimal = match mark {
        Mark::Point => Some('.'),
        Mark::Comma => Some(','),
        Mark::Unknown => match (points, commas) {
            (0, 0) => None,
            (0, 1) if grouped(text, ',') => None,
            (0, 1) => Some(','),
            (1, 0) => Some('.'),
            (0, _) | (_, 0) => None,
            _ if text.rfind('.') > text.rfind(',') => Some('.'),
            _ => Some(','),
        },
    };
    let (whole, fraction) = match decimal.and_then(|mark| text.rsplit_once(mark)) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let thousands = if decimal == Some(',') || (decimal.is_none() && points > 0) { '.' } else { ',' };
    let fraction_right =
        fraction.is_none_or(|fraction| !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit()));
    let bare = whole.bytes().all(|byte| byte.is_ascii_digit());
    let whole_right =
        (bare && !(whole.is_empty() && fraction.is_none())) || grouped(whole, thousands) || grouped(whole, ' ');
    (fraction_right && whole_right).then_some((whole, fraction))
}

/// Thousands parted right: groups of three behind one to three digits; of two before the last three, as in India.
fn grouped(text: &str, mark: char) -> bool {
    let groups: Vec<&str> = text.split(mark).collect();
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let [first, middle @ .., last] = groups.as_slice() else { return false };
    let first_right = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let middle_right = middle.iter().all(|group| group.len() == 3) || middle.iter().all(|group| group.len() == 2);
    groups.iter().all(digits) && first_right && middle_right && last.len() == 3
}

fn integer(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    if !read_number(text, Mark::Unknown, out.bytes) {
        return wrong!("type", NO_NUMBER);
    }
    if let Some(point) = memchr::memchr(b'.', out.own()) {
        if out.own()[point + 1..].iter().any(|digit| *digit != b'0') {
            return wrong!("type", "is no whole number");
        }
        out.bytes.truncate(out.start + point);
    }
    Answer::Wrote
}

fn decimals(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let places = call.count(1)?.unwrap_or_default();
    if places > 28 {
        return Err(call.wrong(1, format!("{places} digits are more than decimals have"), "write at most 28"));
    }
    Ok(Made::prepared(move |cells, out| {
        let bytes = cells[0].bytes;
        let Some(digits) = Digits::of(bytes).filter(|_| bytes.first() != Some(&b'+')) else {
            return wrong!("type", "is not a decimal number");
        };
        let found = digits.fraction.len();
        if found == places {
            return Answer::Same(0);
        }
        if found > places {
            return wrong!("type", "has more digits after the point than the field takes");
        }
        out.bytes.extend_from_slice(bytes);
        if found == 0 {
            out.bytes.push(b'.');
        }
        out.bytes.resize(out.bytes.len() + places - found, b'0');
        Answer::Wrote
    })
    .reads(1))
}

fn rounded(call: &Preparing<'_>, strategy: RoundingStrategy) -> Result<Made, Diagnostic> {
    let places = call.count(1)?.unwrap_or_default();
    if places > 28 {
        return Err(call.wrong(1, format!("{places} digits are more than decimals have"), "write at most 28"));
    }
    Ok(Made::prepared(move |cells, out| match decimal(cells, 0) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(value)) => {
            let rounded = value.round_dp_with_strategy(places as u32, strategy);
            out.print(if rounded.is_zero() { rounded.abs() } else { rounded })
        }
    })
    .reads(1))
}

fn folded(cells: &[Cell<'_>], out: &mut Out<'_>, fold: fn(Decimal, Decimal) -> Option<Decimal>) -> Answer {
    let mut result: Option<Decimal> = None;
    for index in 0..cells.len() {
        let value = match decimal(cells, index) {
            Err(wrong) => return wrong,
            Ok(None) => continue,
            Ok(Some(value)) => value,
        };
        result = match result {
            None => Some(value),
            Some(before) => match fold(before, value) {
                Some(result) => Some(result),
                None => return wrong_at!(index, "range", "takes the result beyond 28 digits"),
            },
        };
    }
    result.map_or(Answer::Missing, |result| out.print(result))
}

fn modulo(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match (decimal(cells, 0), decimal(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => wrong,
        (Ok(Some(value)), Ok(Some(divisor))) => match value.checked_rem(divisor) {
            Some(rest) => out.print(rest.normalize()),
            None => wrong!("range", "cannot be divided by zero"),
        },
        _ => Answer::Missing,
    }
}

fn percent(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text.trim(),
        Err(wrong) => return wrong,
    };
    let bare = text.strip_suffix(['%', '％']).unwrap_or(text);
    let mut digits = Vec::new();
    if !read_number(bare, Mark::Unknown, &mut digits) {
        return wrong!("type", "cannot be read as a percentage");
    }
    let value = std::str::from_utf8(&digits).ok().and_then(|digits| Decimal::from_str_exact(digits).ok());
    match value.and_then(|value| value.checked_div(Decimal::ONE_HUNDRED)) {
        Some(share) => out.print(share.normalize()),
        None => wrong!("type", "has more digits than can be computed with exactly (28)"),
    }
}

/// Signs that only one currency has, and codes that are common in customer data. `$`, `£`'s relatives and `kr` belong
/// to several; `£` and `¥` are taken as the pound sterling and the yen, as amounts do.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("￥", "JPY"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("฿", "THB"),
    ("₦", "NGN"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Fr.", "CHF"),
];

const CODES: &[&str] = &[
    "AED", "ARS", "AUD", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
    "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KWD", "LKR", "MAD", "MXN", "MYR", "NGN", "NOK",
    "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY",
    "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
];

fn currency(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    for word in words.filter(|word| word.len() == 3) {
        if let Some(code) = CODES.iter().find(|code| code.eq_ignore_ascii_case(word)) {
            return out.text(code);
        }
    }
    match SIGNS.iter().find(|(sign, _)| text.contains(sign)) {
        Some((_, code)) => out.text(code),
        // A dollar sign alone is the dollar of the United States, as in most exports.
        None if text.contains('$') => out.text("USD"),
        None => Answer::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (text, mark, expected) in [
            ("1,234", Mark::Unknown, "1234"),
            ("1,5", Mark::Unknown, "1.5"),
            ("0,123", Mark::Unknown, "0.123"),
            ("1.234", Mark::Unknown, "1.234"),
            ("1.234.567", Mark::Unknown, "1234567"),
            ("1.234.567,8", Mark::Unknown, "1234567.8"),
            ("12,34,567.5", Mark::Unknown, "1234567.5"),
            ("1 234,50", Mark::Unknown, "1234.50"),
            ("1'234.50", Mark::Unknown, "1234.50"),
            ("CHF 1’234.50", Mark::Unknown, "1234.50"),
            ("-€5", Mark::Unknown, "-5"),
            ("$-5", Mark::Unknown, "-5"),
            ("5-", Mark::Unknown, "-5"),
            ("007", Mark::Unknown, "7"),
            (".5", Mark::Unknown, "0.5"),
            ("１２３", Mark::Unknown, "123"),
            ("1,234", Mark::Comma, "1.234"),
            ("1.5", Mark::Comma, "!"),
            ("1,23,4", Mark::Unknown, "!"),
            ("1.2.3", Mark::Unknown, "!"),
            ("12 13", Mark::Unknown, "!"),
            ("(-5)", Mark::Unknown, "!"),
            ("n/a", Mark::Unknown, "!"),
            ("", Mark::Unknown, "!"),
            ("€", Mark::Unknown, "!"),
            ("1e5", Mark::Unknown, "!"),
            ("-", Mark::Unknown, "!"),
            (",", Mark::Unknown, "!"),
        ] {
            let mut out = Vec::new();
            let found = if read_number(text, mark, &mut out) { String::from_utf8(out).unwrap() } else { "!".into() };
            assert_eq!(found, expected, "{text}");
        }
    }
}
