//! Yes and no, as people write them in many languages.

use super::Family::Boolean as FAMILY;
use super::{Function, Make, Param, TEXT};
use crate::record::Cell;
use crate::transform::plain_letters;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, text, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "boolean",
        FAMILY,
        &[TEXT],
        Type::Boolean,
        "Reads yes and no as people write them (yes, y, true, 1, on, x, ja, oui, sí, sim ... and their opposites); a \
         finding `type` otherwise.",
        &[
            ("boolean('Yes')", "true"),
            ("boolean('nein')", "false"),
            ("boolean('0')", "false"),
            ("boolean('?')", "! type"),
        ],
        Make::Plain(boolean),
    ),
    Function::new(
        "yes_no",
        FAMILY,
        &[Param::new("condition", Type::Boolean), Param::new("yes", Type::Any), Param::new("no", Type::Any)],
        Type::Any,
        "One of two values; the same as `if condition then yes else no`, but missing for a missing condition.",
        &[("yes_no(1 < 2, 'Y', 'N')", "Y"), ("yes_no(null, 'Y', 'N')", "")],
        Make::Plain(yes_no),
    ),
];

/// Without accents and in lower case.
const YES: &[&str] = &[
    "yes",
    "y",
    "true",
    "t",
    "1",
    "on",
    "x",
    "ok",
    "checked",
    "enabled",
    "active",
    "wahr",
    "ja",
    "j",
    "oui",
    "o",
    "vrai",
    "si",
    "s",
    "verdadero",
    "vero",
    "sim",
    "verdadeiro",
    "waar",
    "tak",
    "ano",
    "igen",
    "evet",
    "da",
    "kylla",
    "✓",
    "✔",
    "☑",
];

const NO: &[&str] = &[
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "unchecked",
    "disabled",
    "inactive",
    "falsch",
    "nein",
    "non",
    "faux",
    "falso",
    "nao",
    "nee",
    "onwaar",
    "nie",
    "ne",
    "nem",
    "hayir",
    "nu",
    "ei",
    "nej",
    "nei",
    "✗",
    "✘",
    "☐",
];

/// What a word for yes or no means.
pub(super) fn truth(word: &str) -> Option<bool> {
    let plain = plain_letters(word.trim());
    if YES.contains(&plain.as_str()) {
        return Some(true);
    }
    NO.contains(&plain.as_str()).then_some(false)
}

fn boolean(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match cells[0].bytes {
        b"true" => return Answer::Boolean(true),
        b"false" => return Answer::Boolean(false),
        _ => {}
    }
    match text(cells, 0) {
        Ok(word) => match truth(word) {
            Some(truth) => Answer::Boolean(truth),
            None => wrong!("type", "is neither yes nor no"),
        },
        Err(wrong) => wrong,
    }
}

fn yes_no(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match cells[0].bytes {
        b"true" => Answer::Same(1),
        b"false" => Answer::Same(2),
        _ => wrong!("type", "is neither true nor false"),
    }
}
