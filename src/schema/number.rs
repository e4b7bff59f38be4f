//! What a text that looks like a number says about how it was written. Nothing is converted: the judgement is made of
//! a whole column, and the profile decides.

/// How a number was written.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Written {
    pub(super) negative: bool,
    /// Digits only, but for a sign, groups and marks around it.
    pub(super) whole: bool,
    /// `007`: more than one digit, the first a zero, no decimals.
    pub(super) leading_zero: bool,
    /// All digits, before and behind the point.
    pub(super) digits: u32,
    /// With a currency sign or code, or in accounting parentheses.
    pub(super) money: bool,
    pub(super) percent: bool,
    pub(super) separators: Separators,
    /// The value as near as a float comes, for comparing.
    pub(super) value: f64,
}

/// What the separators in a number can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Separators {
    #[default]
    None,
    /// `1234.5`, `1,234.50`
    DecimalPoint,
    /// `1234,5`, `1.234,50`
    DecimalComma,
    /// `1.234`: a decimal, or a thousand with a point; valued as a decimal.
    PointOrThousands,
    /// `1,234`: a thousand, or a decimal with a comma; valued as a thousand.
    ThousandsOrComma,
    /// `1,234,567`, `1.234.567`, `1 234 567`: only thousands.
    Thousands,
}

impl Written {
    /// Whether its last point or comma begins decimals.
    pub(super) fn has_decimals(&self) -> bool {
        use Separators::{DecimalComma, DecimalPoint, PointOrThousands};
        matches!(self.separators, DecimalPoint | DecimalComma | PointOrThousands)
    }
}

/// A currency sign, or the ISO 4217 code of a currency that is often met.
fn is_currency(mark: &[u8]) -> bool {
    const SIGNS: [&str; 12] = ["$", "€", "£", "¥", "₹", "₽", "₩", "zł", "kr", "R$", "US$", "Fr"];
    const CODES: &[u8] =
        b"USD EUR GBP CHF JPY CNY INR BRL CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH ZAR \
        MXN ARS CLP COP PEN ILS AED SAR SGD HKD KRW THB IDR MYR PHP VND TWD EGP NGN KES";
    SIGNS.iter().any(|sign| mark == sign.as_bytes())
        || (mark.len() == 3 && CODES.split(|byte| *byte == b' ').any(|code| mark == code))
}

/// A mark is at most this long: `US$`, `₹`.
const LONGEST_MARK: usize = 4;

/// Reads a trimmed text as a number; none if it is not one.
pub(super) fn read_number(text: &[u8]) -> Option<Written> {
    if text.len() <= 18 && text.iter().all(u8::is_ascii_digit) && !text.is_empty() {
        return Some(plain(text));
    }
    if text.len() > 48 {
        return None;
    }
    let mut written = Written::default();
    let mut rest = text;
    if let [b'(', inner @ .., b')'] = rest {
        written.negative = true;
        written.money = true;
        rest = inner;
    }
    rest = sign(rest, &mut written);
    if !rest.first()?.is_ascii_digit() || !rest.last()?.is_ascii_digit() {
        rest = marks(rest, &mut written);
        rest = sign(rest, &mut written);
    }
    body(rest, &mut written)?;
    if written.negative {
        written.value = -written.value;
    }
    Some(written)
}

fn plain(digits: &[u8]) -> Written {
    let value = digits.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Written {
        whole: true,
        leading_zero: digits.len() > 1 && digits.first() == Some(&b'0'),
        digits: digits.len() as u32,
        value: value as f64,
        ..Written::default()
    }
}

fn sign<'a>(text: &'a [u8], written: &mut Written) -> &'a [u8] {
    match text {
        [b'-', rest @ ..] if !written.negative => {
            written.negative = true;
            trim(rest)
        }
        [b'+', rest @ ..] => trim(rest),
        _ => text,
    }
}

/// Takes a percent sign and currency marks off both ends.
fn marks<'a>(text: &'a [u8], written: &mut Written) -> &'a [u8] {
    if let [rest @ .., b'%'] = text {
        written.percent = true;
        return trim(rest);
    }
    let begins_number = |byte: &u8| byte.is_ascii_digit() || b" .,-+\xc2".contains(byte);
    let ends_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | 0xa0 | 0xaf);
    let front = text.iter().take_while(|byte| !begins_number(byte)).count();
    let back = text.iter().rev().take_while(|byte| !ends_number(byte)).count();
    // The two bytes of a no-break space do not begin or end `£` (C2 A3) by themselves.
    let front = if front == 0 && text.starts_with("£".as_bytes()) { 2 } else { front };
    let rest = match (front, back) {
        (1..=LONGEST_MARK, 0) if is_currency(&text[..front]) => &text[front..],
        (0, 1..=LONGEST_MARK) if is_currency(&text[text.len() - back..]) => &text[..text.len() - back],
        _ => return text,
    };
    written.money = true;
    trim_spaces(rest)
}

/// White space and no-break spaces at both ends.
fn trim_spaces(text: &[u8]) -> &[u8] {
    let text = trim(text);
    let text =
        text.strip_prefix("\u{a0}".as_bytes()).or_else(|| text.strip_prefix("\u{202f}".as_bytes())).unwrap_or(text);
    text.strip_suffix("\u{a0}".as_bytes()).or_else(|| text.strip_suffix("\u{202f}".as_bytes())).unwrap_or(text)
}

fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// Digits with separators.
fn body(text: &[u8], written: &mut Written) -> Option<()> {
    // Places of separators, as (position among digits, mark): what stands between groups.
    let mut marks = [(0u32, 0u8); 12];
    let mut count = 0;
    let mut first_digit = None;
    let mut at = 0;
    while at < text.len() {
        let (mark, width) = match text[at] {
            digit @ b'0'..=b'9' => {
                first_digit.get_or_insert(digit);
                written.digits += 1;
                written.value = written.value * 10.0 + f64::from(digit - b'0');
                at += 1;
                continue;
            }
            mark @ (b'.' | b',' | b'\'' | b' ') => (mark, 1),
            0xc2 if text.get(at + 1) == Some(&0xa0) => (b' ', 2),
            0xe2 if text.get(at + 1..at + 3) == Some(&[0x80, 0xaf]) => (b' ', 3),
            0xe2 if text.get(at + 1..at + 3) == Some(&[0x80, 0x99]) => (b'\'', 3),
            b'e' | b'E' if count > 0 => {
                let exponent: i32 = std::str::from_utf8(&text[at + 1..]).ok()?.parse().ok()?;
                return finish(&marks[..count], first_digit?, Some(exponent), written);
            }
            _ => return None,
        };
        *marks.get_mut(count)? = (written.digits, mark);
        count += 1;
        at += width;
    }
    finish(&marks[..count], first_digit?, None, written)
}

fn finish(marks: &[(u32, u8)], first_digit: u8, exponent: Option<i32>, written: &mut Written) -> Option<()> {
    let all = written.digits;
    let decimals = match marks {
        [] => 0,
        [.., (last_at, last)] => {
            let tail = all - last_at;
            let same = marks.iter().filter(|(_, mark)| mark == last).count();
            if marks.len() == 1 {
                single(*last, *last_at, tail, first_digit, written)?
            } else if same == marks.len() {
                groups(marks, all)?;
                written.separators = Separators::Thousands;
                0
            } else if same == 1 && matches!(last, b'.' | b',') && tail > 0 {
                let groups_of = &marks[..marks.len() - 1];
                let first_mark = groups_of.first()?.1;
                if groups_of.iter().any(|(_, mark)| *mark != first_mark) {
                    return None;
                }
                groups(groups_of, *last_at)?;
                written.separators = if *last == b'.' { Separators::DecimalPoint } else { Separators::DecimalComma };
                tail
            } else {
                return None;
            }
        }
    };
    written.whole = decimals == 0 && exponent.is_none();
    written.leading_zero = first_digit == b'0' && decimals == 0 && all > 1;
    written.value *= 10f64.powi(exponent.unwrap_or(0) - decimals as i32);
    Some(())
}

/// One separator only: decimals behind it (as a count), or a thousand.
fn single(mark: u8, before: u32, behind: u32, first_digit: u8, written: &mut Written) -> Option<u32> {
    let thousand = behind == 3 && (1..=3).contains(&before) && first_digit != b'0';
    match (mark, thousand) {
        (_, _) if behind == 0 => return None,
        (b'.', true) => written.separators = Separators::PointOrThousands,
        (b'.', false) => written.separators = Separators::DecimalPoint,
        (b',', true) => {
            written.separators = Separators::ThousandsOrComma;
            return Some(0);
        }
        (b',', false) => written.separators = Separators::DecimalComma,
        (_, true) => {
            written.separators = Separators::Thousands;
            return Some(0);
        }
        (_, false) => return None,
    }
    Some(behind)
}

/// Thousands: the last group has three digits, those before it three or (as in India) two, the first one to three.
fn groups(marks: &[(u32, u8)], end: u32) -> Option<()> {
    let mut ends = marks.iter().skip(1).map(|(at, _)| *at).chain([end]);
    let mut from = marks.first()?.0;
    if !(1..=3).contains(&from) {
        return None;
    }
    let count = marks.len();
    for index in 0..count {
        let to = ends.next()?;
        let size = to - from;
        if size != 3 && (size != 2 || index + 1 == count) {
            return None;
        }
        from = to;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Written> {
        read_number(text.as_bytes())
    }

    fn value(text: &str) -> Option<f64> {
        read(text).map(|written| written.value)
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(value("42"), Some(42.0));
        assert_eq!(value("-42"), Some(-42.0));
        assert_eq!(value("+7"), Some(7.0));
        assert!(read("007").is_some_and(|written| written.leading_zero && written.whole));
        assert!(read("0").is_some_and(|written| !written.leading_zero));
        assert!(read("0.5").is_some_and(|written| !written.leading_zero && !written.whole));
        assert_eq!(read("12345678901234567890").map(|written| written.digits), Some(20));
    }

    #[test]
    fn separators_say_what_they_can_mean() {
        for (text, separators, number) in [
            ("1234.5", Separators::DecimalPoint, 1234.5),
            ("1,234.50", Separators::DecimalPoint, 1234.5),
            ("1234,5", Separators::DecimalComma, 1234.5),
            ("1.234,50", Separators::DecimalComma, 1234.5),
            ("1.234", Separators::PointOrThousands, 1.234),
            ("1,234", Separators::ThousandsOrComma, 1234.0),
            ("0,234", Separators::DecimalComma, 0.234),
            ("1,234,567", Separators::Thousands, 1_234_567.0),
            ("12,34,567.8", Separators::DecimalPoint, 1_234_567.8),
            ("1 234 567,8", Separators::DecimalComma, 1_234_567.8),
            ("1'234", Separators::Thousands, 1234.0),
            ("1\u{a0}234", Separators::Thousands, 1234.0),
            (".5", Separators::DecimalPoint, 0.5),
            ("1.5e3", Separators::DecimalPoint, 1500.0),
        ] {
            let written = read(text).unwrap_or_default();
            assert_eq!(written.separators, separators, "{text}");
            assert!((written.value - number).abs() < 1e-9 * number, "{text}: {}", written.value);
        }
    }

    #[test]
    fn money_and_percent() {
        for text in ["$12.50", "€ 12,50", "12,50 €", "EUR 12.50", "(12.50)", "-$12.50", "$-12.50", "12.50 USD"] {
            assert!(read(text).is_some_and(|written| written.money), "{text}");
        }
        assert_eq!(value("($1,234.50)"), Some(-1234.5));
        assert!(read("12.5 %").is_some_and(|written| written.percent && !written.money));
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "",
            "-",
            "$",
            "abc",
            "12a",
            "1.2.3",
            "192.168.1.10",
            "1,2",
            "12E5",
            "1..2",
            "1,23,45",
            "--5",
            "1.",
            "(",
            "5 5",
        ] {
            let comma = text == "1,2";
            assert_eq!(read(text).is_some(), comma, "{text}");
        }
    }
}
