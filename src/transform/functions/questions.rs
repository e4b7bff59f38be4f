//! Tests on values: each answers true or false, for missing values too.

use super::Family::Test as FAMILY;
use super::lookup::items;
use super::operators::number_of;
use super::{Function, Make, Param};
use crate::record::{Cell, Kind};
use crate::transform::calendar::read_iso;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out};

const VALUE: Param = Param::new("value", Type::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "is_empty",
        FAMILY,
        &[VALUE],
        Type::Boolean,
        "Whether a value is missing, null or an empty text.",
        &[("is_empty('')", "true"), ("is_empty(' ')", "false")],
        Make::Plain(|cells, _| Answer::Boolean(!cells[0].is_filled())),
    )
    .takes_missing(),
    Function::new(
        "is_filled",
        FAMILY,
        &[VALUE],
        Type::Boolean,
        "Whether there is a value: neither missing, null nor an empty text.",
        &[("is_filled('0')", "true"), ("is_filled(null)", "false")],
        Make::Plain(|cells, _| Answer::Boolean(cells[0].is_filled())),
    )
    .takes_missing(),
    Function::new(
        "is_number",
        FAMILY,
        &[VALUE],
        Type::Boolean,
        "Whether it is a plain number, `-123.45`; what `number` could read is not enough.",
        &[("is_number('-12.5')", "true"), ("is_number('1,234')", "false")],
        Make::Plain(|cells, _| Answer::Boolean(number_of(cells[0].bytes).is_some())),
    )
    .takes_missing(),
    Function::new(
        "is_date",
        FAMILY,
        &[VALUE],
        Type::Boolean,
        "Whether it is a real date or date-time of the form YYYY-MM-DD.",
        &[("is_date('2024-02-29')", "true"), ("is_date('2023-02-29')", "false")],
        Make::Plain(|cells, _| Answer::Boolean(read_iso(cells[0].bytes).is_some() && cells[0].bytes.contains(&b'-'))),
    )
    .takes_missing(),
    Function::new(
        "one_of",
        FAMILY,
        &[VALUE, Param::new("choices", Type::Any)],
        Type::Boolean,
        "Whether it is one of the choices, exactly as written; the same as `value in [...]`. False for a missing value.",
        &[("one_of('b', 'a', 'b')", "true"), ("'x' in ['a', 'b']", "false")],
        Make::Plain(one_of),
    )
    .variadic()
    .takes_missing(),
];

fn one_of(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let value = cells[0];
    let names = |choice: &Cell<'_>| match choice.kind {
        Kind::List => items(choice).iter().any(|item| item.as_bytes() == value.bytes),
        _ => choice.bytes == value.bytes,
    };
    Answer::Boolean(value.is_filled() && cells[1..].iter().any(names))
}
