//! Value maps, defaults, and joining.

use super::Family::Lookup as FAMILY;
use super::joining::Joining;
use super::{Function, Made, Make, Param, Preparing, TEXT};
use crate::profile::{Otherwise, ValueMap};
use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::keys::KeyMap;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, wrong};
use crate::transform::words::nearest;

const VALUE: Param = Param::new("value", Type::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "map",
        FAMILY,
        &[TEXT, Param::new("pairs", Type::Map).fixed(), Param::new("otherwise", Type::Any).optional()],
        Type::Text,
        "Translates a whole value; one that no key names becomes `otherwise`, or a finding `enum`. A missing value stays \
         missing unless the key \"\" names it.",
        &[
            ("'cust' | map({'cust': 'customer', 'act': 'active'})", "customer"),
            ("'x' | map({'a': 'b'})", "! enum"),
            ("'x' | map({'a': 'b'}, 'other')", "other"),
            ("'' | map({'': 'US'})", "US"),
        ],
        Make::Prepared(map),
    )
    .takes_missing(),
    Function::new(
        "recode",
        FAMILY,
        &[TEXT, Param::new("pairs", Type::Map).fixed()],
        Type::Text,
        "Translates a whole value where a key names it, and leaves all others as they are.",
        &[("'UK' | recode({'UK': 'GB'})", "GB"), ("'FR' | recode({'UK': 'GB'})", "FR")],
        Make::Prepared(recode),
    )
    .takes_missing(),
    Function::new(
        "default",
        FAMILY,
        &[VALUE, Param::new("fallback", Type::Any)],
        Type::Any,
        "The value, or the fallback where it is missing; the same as `value ?? fallback`.",
        &[("'' | default('Unknown')", "Unknown"), ("'Ada' | default('Unknown')", "Ada")],
        Make::Plain(default),
    )
    .takes_missing()
    .joins(),
    Function::new(
        "coalesce",
        FAMILY,
        &[VALUE],
        Type::Any,
        "The first value that is filled.",
        &[("coalesce('', null, 'c', 'd')", "c")],
        Make::Plain(default),
    )
    .variadic()
    .takes_missing()
    .joins(),
    Function::new(
        "null_if",
        FAMILY,
        &[VALUE, Param::new("values", Type::Any)],
        Type::Any,
        "Missing where it is one of the values, exactly as written; the value itself otherwise.",
        &[("'n/a' | null_if('n/a', '-')", ""), ("'Ada' | null_if('n/a', '-')", "Ada")],
        Make::Plain(null_if),
    )
    .variadic(),
    Function::new(
        "join",
        FAMILY,
        &[Param::new("separator", Type::Any), Param::new("values", Type::Any)],
        Type::Text,
        "Joins values with a separator and skips those that are missing; a list is opened. The separator is written out \
         and stands first, or second behind a piped value.",
        &[
            ("join(', ', '1 Main St', '', 'Berlin')", "1 Main St, Berlin"),
            ("'b; a' | split(';') | join(', ')", "b, a"),
        ],
        Make::Prepared(join),
    )
    .keeps_plain()
    .variadic()
    .takes_missing(),
    Function::new(
        "concat",
        FAMILY,
        &[Param::new("values", Type::Any)],
        Type::Text,
        "Joins values without a separator; what is missing counts as empty.",
        &[("concat('+', '49', '', 30)", "+4930")],
        Make::Prepared(|_| Ok(Made::joining(Joining::as_they_are()))),
    )
    .keeps_plain()
    .variadic()
    .takes_missing(),
];

/// Keys to values, hashed; a lookup compares bytes.
struct TextMap {
    pairs: KeyMap<Box<[u8]>>,
    /// Keys in the order they were written, for sentences.
    keys: Vec<String>,
    longest: usize,
}

impl TextMap {
    fn new<'p>(given: impl Iterator<Item = (&'p str, &'p str)>) -> TextMap {
        let mut map = TextMap { pairs: KeyMap::default(), keys: Vec::new(), longest: 0 };
        for (key, value) in given {
            map.longest = map.longest.max(key.len());
            map.pairs.insert(key.as_bytes().into(), value.as_bytes().into());
            map.keys.push(key.to_owned());
        }
        map
    }

    #[inline]
    fn get(&self, cell: &Cell<'_>) -> Option<&[u8]> {
        let key = if cell.is_filled() { cell.bytes } else { b"" };
        if key.len() > self.longest {
            return None;
        }
        self.pairs.get(key).map(|value| &**value)
    }
}

fn pairs(call: &Preparing<'_>) -> Result<TextMap, Diagnostic> {
    let Some(pairs) = call.map(1) else {
        return Err(call.wrong(1, "the pairs must be a map", "write {\"old\": \"new\"}"));
    };
    if let Some((key, _)) = pairs.iter().find(|(_, value)| value.scalar().is_none()) {
        return Err(call.wrong(1, format!("the value of \"{key}\" is a list or map"), "map to texts or numbers"));
    }
    Ok(TextMap::new(pairs.iter().map(|(key, value)| (key.as_str(), value.scalar().unwrap_or_default()))))
}

const UNNAMED: &str = "is none of the values that can be translated";

/// "the nearest is `active`", or the few there are.
fn expected(value: &str, keys: &[String]) -> Option<String> {
    if let Some(near) = nearest(value, keys.iter().map(String::as_str).filter(|key| !key.is_empty())) {
        return Some(format!("the nearest is `{near}`"));
    }
    let shown: Vec<String> = keys.iter().filter(|key| !key.is_empty()).take(6).map(|key| format!("`{key}`")).collect();
    let more = if keys.len() > shown.len() { ", ..." } else { "" };
    (!shown.is_empty()).then(|| format!("expected {}{more}", shown.join(", ")))
}

fn map(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let map = pairs(call)?;
    let keys = map.keys.clone();
    if call.arguments.len() > 2 {
        return Ok(Made::prepared(move |cells, out| match map.get(&cells[0]) {
            Some(value) => write(out, value),
            None if !cells[0].is_filled() => Answer::Same(0),
            None => Answer::Same(2),
        }));
    }
    let made = Made::prepared(move |cells, out| match map.get(&cells[0]) {
        Some(value) => write(out, value),
        None if !cells[0].is_filled() => Answer::Same(0),
        None => wrong!("enum", UNNAMED),
    });
    Ok(made.reads(1).expects(move |value| expected(value, &keys)))
}

fn recode(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let map = pairs(call)?;
    let made = Made::prepared(move |cells, out| match map.get(&cells[0]) {
        Some(value) => write(out, value),
        None => Answer::Same(0),
    });
    Ok(made.reads(1))
}

fn write(out: &mut Out<'_>, value: &[u8]) -> Answer {
    out.bytes.extend_from_slice(value);
    Answer::Wrote
}

/// A field's value map as a step.
pub(in crate::transform) fn value_map(values: &ValueMap) -> Made {
    let map = TextMap::new(values.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let keys = map.keys.clone();
    let otherwise = values.otherwise.clone();
    let made = Made::prepared(move |cells, out| match map.get(&cells[0]) {
        Some(value) => write(out, value),
        None if !cells[0].is_filled() => Answer::Same(0),
        None => match &otherwise {
            Otherwise::Reject => wrong!("enum", UNNAMED),
            Otherwise::Keep => Answer::Same(0),
            Otherwise::Null => Answer::Missing,
            Otherwise::Value(value) => write(out, value.as_bytes()),
        },
    });
    let written = values.pairs.iter().map(|(_, value)| value.as_str());
    let instead = match &values.otherwise {
        Otherwise::Value(value) => value.as_str(),
        Otherwise::Reject | Otherwise::Keep | Otherwise::Null => "",
    };
    let written: String = written.chain([instead]).collect();
    made.writes(&written).expects(move |value| expected(value, &keys))
}

fn default(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match cells.iter().position(Cell::is_filled) {
        Some(index) => Answer::same(index),
        None => Answer::Missing,
    }
}

fn null_if(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let named = |other: &Cell<'_>| match other.kind {
        crate::record::Kind::List => items(other).iter().any(|item| item.as_bytes() == cells[0].bytes),
        _ => other.bytes == cells[0].bytes,
    };
    if cells[1..].iter().any(named) { Answer::Missing } else { Answer::Same(0) }
}

/// The items of a list cell as texts: nulls are empty, nested values compact JSON.
pub(super) fn items(cell: &Cell<'_>) -> Vec<String> {
    let parsed: Vec<serde_json::Value> = serde_json::from_slice(cell.bytes).unwrap_or_default();
    let text = |item: serde_json::Value| match item {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    parsed.into_iter().map(text).collect()
}

fn join(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let written = |index: usize| call.text(index).map(|text| (index, text.as_bytes().to_vec()));
    let Some((place, separator)) = written(0).or_else(|| written(1)) else {
        return Err(call.wrong(0, "the separator of `join` must be written out", "write `join(\", \", a, b)`"));
    };
    Ok(Made::joining(Joining { between: separator, separator: Some(place), opens_lists: true }))
}

#[cfg(test)]
mod tests {
    use crate::profile::{Otherwise, ValueMap};
    use crate::transform::tests::evaluate_mapped;

    #[test]
    fn value_maps_follow_otherwise() {
        let map = |otherwise: Otherwise| ValueMap { pairs: vec![("act".into(), "active".into())], otherwise };
        assert_eq!(evaluate_mapped("x", "act", &map(Otherwise::Reject)), "active");
        assert_eq!(evaluate_mapped("x", "", &map(Otherwise::Reject)), "");
        assert_eq!(evaluate_mapped("x", "act ", &map(Otherwise::Reject)), "! enum");
        assert_eq!(evaluate_mapped("x", "old", &map(Otherwise::Keep)), "old");
        assert_eq!(evaluate_mapped("x", "old", &map(Otherwise::Null)), "");
        assert_eq!(evaluate_mapped("x", "old", &map(Otherwise::Value("lead".into()))), "lead");
        let with_empty = ValueMap { pairs: vec![("".into(), "US".into())], otherwise: Otherwise::Reject };
        assert_eq!(evaluate_mapped("x", "", &with_empty), "US");
    }
}
