//! What the operators of the language do.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::record::{Cell, Kind};
use crate::transform::value::{Answer, Out, wrong, wrong_at};

const NO_NUMBER: &str = "is not a number";

/// A decimal text taken apart: `-?digits(.digits)?`, compared without limit of length.
#[derive(Debug, Clone, Copy)]
pub(in crate::transform) struct PlainNumber<'n> {
    pub negative: bool,
    /// Without leading zeros.
    whole: &'n [u8],
    /// Without trailing zeros.
    fraction: &'n [u8],
}

/// Reads `-?digits(.digits)?`, a leading `+` allowed; nothing else is a number without being told how to read it.
pub(in crate::transform) fn plain_number(text: &str) -> Option<PlainNumber<'_>> {
    number_of(text.as_bytes())
}

pub(in crate::transform) fn number_of(text: &[u8]) -> Option<PlainNumber<'_>> {
    let Digits { negative, whole, fraction } = Digits::of(text)?;
    let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
    let kept = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    Some(PlainNumber { negative, whole: &whole[zeros..], fraction: &fraction[..kept] })
}

/// A decimal text taken apart as it is written; `None` where it is no [`plain_number`].
pub(super) struct Digits<'n> {
    negative: bool,
    whole: &'n [u8],
    /// The digits behind the point.
    pub fraction: &'n [u8],
}

impl<'n> Digits<'n> {
    #[inline]
    pub fn of(text: &'n [u8]) -> Option<Digits<'n>> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let mut point = None;
        for (at, byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {}
                b'.' if point.is_none() => point = Some(at),
                _ => return None,
            }
        }
        let (whole, fraction) = match point {
            Some(point) => (&digits[..point], &digits[point + 1..]),
            None => (digits, &b""[..]),
        };
        let valid = !whole.is_empty() && (point.is_none() || !fraction.is_empty());
        valid.then_some(Digits { negative, whole, fraction })
    }
}

impl PlainNumber<'_> {
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    pub fn compare(&self, other: &PlainNumber<'_>) -> Ordering {
        let sign = |number: &PlainNumber<'_>| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (mine, theirs) = (sign(self), sign(other));
        if mine != theirs {
            return mine.cmp(&theirs);
        }
        let sizes = self.whole.len().cmp(&other.whole.len());
        let magnitude = sizes.then_with(|| self.whole.cmp(other.whole)).then_with(|| self.fraction.cmp(other.fraction));
        if mine < 0 { magnitude.reverse() } else { magnitude }
    }
}

/// A decimal to compute with; `None` where there is nothing.
pub(super) fn decimal(cells: &[Cell<'_>], index: usize) -> Result<Option<Decimal>, Answer> {
    let cell = cells.get(index).copied().unwrap_or(Cell::MISSING);
    if !cell.is_filled() {
        return Ok(None);
    }
    if number_of(cell.bytes).is_none() {
        return Err(wrong_at!(index, "type", NO_NUMBER));
    }
    let text = std::str::from_utf8(cell.bytes).unwrap_or_default();
    let text = text.strip_prefix('+').unwrap_or(text);
    Decimal::from_str_exact(text)
        .map(Some)
        .map_err(|_| wrong_at!(index, "type", "has more digits than can be computed with exactly (28)"))
}

/// Computes with two decimals; missing where either is.
fn compute(cells: &[Cell<'_>], out: &mut Out<'_>, step: fn(Decimal, Decimal) -> Option<Decimal>) -> Answer {
    let (left, right) = match (decimal(cells, 0), decimal(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(Some(left)), Ok(Some(right))) => (left, right),
        _ => return Answer::Missing,
    };
    match step(left, right) {
        Some(result) => out.print(result),
        None => wrong!("range", "takes the result beyond 28 digits"),
    }
}

pub(in crate::transform) fn add(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    compute(cells, out, Decimal::checked_add)
}

pub(in crate::transform) fn subtract(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    compute(cells, out, Decimal::checked_sub)
}

pub(in crate::transform) fn multiply(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    compute(cells, out, |left, right| left.checked_mul(right).map(|product| product.normalize()))
}

pub(in crate::transform) fn divide(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    if matches!(decimal(cells, 1), Ok(Some(divisor)) if divisor.is_zero()) && cells[0].is_filled() {
        return wrong!("range", "cannot be divided by zero");
    }
    compute(cells, out, |left, right| left.checked_div(right).map(|quotient| quotient.normalize()))
}

pub(in crate::transform) fn negate(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match decimal(cells, 0) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(value)) if value.is_zero() => out.print(value.abs()),
        Ok(Some(value)) => out.print(-value),
    }
}

pub(in crate::transform) fn not(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match cells[0].bytes {
        b"true" => Answer::Boolean(false),
        b"false" => Answer::Boolean(true),
        _ if !cells[0].is_filled() => Answer::Boolean(true),
        _ => wrong!("type", "is neither true nor false"),
    }
}

/// Equal texts; nothing equals nothing, whether missing, null or empty.
fn same(cells: &[Cell<'_>]) -> bool {
    match (cells[0].is_filled(), cells[1].is_filled()) {
        (true, true) => cells[0].bytes == cells[1].bytes,
        (left, right) => left == right,
    }
}

pub(in crate::transform) fn equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    Answer::Boolean(same(cells))
}

pub(in crate::transform) fn not_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    Answer::Boolean(!same(cells))
}

/// Compares texts by their characters' code points (right for ISO dates); false where either is missing.
fn ordered(cells: &[Cell<'_>], fits: fn(Ordering) -> bool) -> Answer {
    let both = cells[0].is_filled() && cells[1].is_filled();
    Answer::Boolean(both && fits(cells[0].bytes.cmp(cells[1].bytes)))
}

/// Compares numbers; `missing` is the answer where either is missing.
fn numbers(cells: &[Cell<'_>], missing: bool, fits: fn(Ordering) -> bool) -> Answer {
    let read = |index: usize| match cells[index].is_filled() {
        false => Ok(None),
        true => number_of(cells[index].bytes).map(Some).ok_or(wrong_at!(index, "type", NO_NUMBER)),
    };
    match (read(0), read(1)) {
        (Err(wrong), _) | (_, Err(wrong)) => wrong,
        (Ok(Some(left)), Ok(Some(right))) => Answer::Boolean(fits(left.compare(&right))),
        _ => Answer::Boolean(missing),
    }
}

pub(in crate::transform) fn less(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    ordered(cells, Ordering::is_lt)
}

pub(in crate::transform) fn less_or_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    ordered(cells, Ordering::is_le)
}

pub(in crate::transform) fn greater(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    ordered(cells, Ordering::is_gt)
}

pub(in crate::transform) fn greater_or_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    ordered(cells, Ordering::is_ge)
}

pub(in crate::transform) fn number_less(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, false, Ordering::is_lt)
}

pub(in crate::transform) fn number_less_or_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, false, Ordering::is_le)
}

pub(in crate::transform) fn number_greater(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, false, Ordering::is_gt)
}

pub(in crate::transform) fn number_greater_or_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, false, Ordering::is_ge)
}

pub(in crate::transform) fn number_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, cells[0].is_filled() == cells[1].is_filled(), Ordering::is_eq)
}

pub(in crate::transform) fn number_not_equal(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    numbers(cells, cells[0].is_filled() != cells[1].is_filled(), Ordering::is_ne)
}

/// A list of its arguments, as compact JSON.
pub(in crate::transform) fn list(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    out.bytes.push(b'[');
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.bytes.push(b',');
        }
        write_json(cell, out.bytes);
    }
    out.bytes.push(b']');
    Answer::WroteAs(Kind::List)
}

/// One value as JSON: lists and maps as they are, everything else as text, nothing as null.
pub(super) fn write_json(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell.kind {
        Kind::List | Kind::Map => out.extend_from_slice(cell.bytes),
        _ if !cell.is_filled() => out.extend_from_slice(b"null"),
        // Writing a string into a vector cannot fail.
        _ => drop(serde_json::to_writer(out, &String::from_utf8_lossy(cell.bytes))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_without_limit() {
        let compare = |left: &str, right: &str| plain_number(left).unwrap().compare(&plain_number(right).unwrap());
        assert_eq!(compare("10", "9.99"), Ordering::Greater);
        assert_eq!(compare("-10", "9"), Ordering::Less);
        assert_eq!(compare("-10", "-9"), Ordering::Less);
        assert_eq!(compare("007.50", "7.5"), Ordering::Equal);
        assert_eq!(compare("-0.0", "0"), Ordering::Equal);
        assert_eq!(compare(&"9".repeat(60), &"8".repeat(60)), Ordering::Greater);
        for wrong in ["", "-", "1.", ".5", "1,5", "1e5", " 1", "½"] {
            assert!(plain_number(wrong).is_none(), "{wrong}");
        }
    }
}
