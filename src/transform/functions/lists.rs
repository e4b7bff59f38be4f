//! Lists and nested values. A list is JSON; functions that take one read a single text as a list of one.

use super::Family::List as FAMILY;
use super::{Function, Make, Param, TEXT};
use crate::record::{Cell, Kind};
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong, wrong_at};

const LIST: Param = Param::new("list", Type::List);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "split",
        FAMILY,
        &[TEXT, Param::new("separator", Type::Text)],
        Type::List,
        "A list of the parts between separators, each trimmed; empty parts are left out.",
        &[("split('red; green;;blue', ';')", "[\"red\",\"green\",\"blue\"]"), ("'a,b' | split(',') | last", "b")],
        Make::Plain(split),
    ),
    Function::new(
        "part",
        FAMILY,
        &[TEXT, Param::new("separator", Type::Text), Param::new("position", Type::Number)],
        Type::Text,
        "The part at a position counted from 1 between separators, trimmed, or from the end with a negative one; \
         missing where there are fewer.",
        &[("part('Berlin / DE / 10115', '/', 2)", "DE"), ("part('a-b-c', '-', -1)", "c")],
        Make::Plain(part),
    ),
    Function::new(
        "first",
        FAMILY,
        &[LIST],
        Type::Any,
        "The first item of a list.",
        &[("first(['a', 'b'])", "a"), ("first([])", "")],
        Make::Plain(|cells, out| picked(cells, out, |count| (count > 0).then_some(0))),
    ),
    Function::new(
        "last",
        FAMILY,
        &[LIST],
        Type::Any,
        "The last item of a list.",
        &[("last(['a', 'b'])", "b")],
        Make::Plain(|cells, out| picked(cells, out, |count| count.checked_sub(1))),
    ),
    Function::new(
        "nth",
        FAMILY,
        &[LIST, Param::new("position", Type::Number)],
        Type::Any,
        "The item at a position counted from 1, or from the end with a negative one.",
        &[("nth(['a', 'b', 'c'], 2)", "b"), ("nth(['a', 'b', 'c'], -1)", "c")],
        Make::Plain(nth),
    ),
    Function::new(
        "count_items",
        FAMILY,
        &[LIST],
        Type::Number,
        "How many items a list has; 0 for a missing one.",
        &[("count_items(['a', 'b'])", "2"), ("count_items(null)", "0")],
        Make::Plain(|cells, out| out.print(values(&cells[0]).len())),
    )
    .takes_missing(),
    Function::new(
        "unique_items",
        FAMILY,
        &[LIST],
        Type::List,
        "The list without repeated items; the first of equals stays.",
        &[("unique_items(['b', 'a', 'b'])", "[\"b\",\"a\"]")],
        Make::Plain(|cells, out| {
            let mut seen = std::collections::HashSet::new();
            let unique = values(&cells[0]).into_iter().filter(|value| seen.insert(value.to_string()));
            write(out, &unique.collect::<Vec<_>>())
        }),
    ),
    Function::new(
        "sort_items",
        FAMILY,
        &[LIST],
        Type::List,
        "The list in the order of its texts.",
        &[("sort_items(['b', 'a'])", "[\"a\",\"b\"]")],
        Make::Plain(|cells, out| {
            let mut sorted = values(&cells[0]);
            sorted.sort_by_cached_key(scalar);
            write(out, &sorted)
        }),
    ),
    Function::new(
        "has_item",
        FAMILY,
        &[LIST, Param::new("item", Type::Any)],
        Type::Boolean,
        "Whether an item stands in a list, exactly as written; false for a missing list.",
        &[("has_item(['vip', 'new'], 'vip')", "true"), ("has_item(split('a;b', ';'), 'c')", "false")],
        Make::Plain(|cells, _| {
            let wanted = cells[1];
            let list = if cells[0].is_filled() { values(&cells[0]) } else { Vec::new() };
            Answer::Boolean(wanted.is_filled() && list.iter().any(|item| scalar(item).as_bytes() == wanted.bytes))
        }),
    )
    .takes_missing(),
    Function::new(
        "get",
        FAMILY,
        &[Param::new("value", Type::Any), Param::new("path", Type::Text)],
        Type::Any,
        "What stands at a path inside a nested value: keys parted by points, positions in lists counted from 1.",
        &[("get({'address': 'Berlin'}, 'address')", "Berlin"), ("get('{\"a\":[{\"b\":5}]}', 'a.1.b')", "5")],
        Make::Plain(get),
    ),
];

/// The items of a list cell; of any other filled value itself.
fn values(cell: &Cell<'_>) -> Vec<serde_json::Value> {
    if !cell.is_filled() {
        return Vec::new();
    }
    match serde_json::from_slice(cell.bytes) {
        Ok(serde_json::Value::Array(items)) if cell.kind == Kind::List || cell.bytes.starts_with(b"[") => items,
        _ => vec![serde_json::Value::String(String::from_utf8_lossy(cell.bytes).into_owned())],
    }
}

/// The text of a JSON value; of a nested one its compact JSON.
fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Answers with a JSON value: texts as they are, nested values as JSON.
fn answer(out: &mut Out<'_>, value: &serde_json::Value) -> Answer {
    out.text(&scalar(value));
    match value {
        serde_json::Value::Array(_) => Answer::WroteAs(Kind::List),
        serde_json::Value::Object(_) => Answer::WroteAs(Kind::Map),
        _ => Answer::Wrote,
    }
}

fn write(out: &mut Out<'_>, items: &[serde_json::Value]) -> Answer {
    // Writing JSON into a vector cannot fail.
    drop(serde_json::to_writer(&mut *out.bytes, items));
    Answer::WroteAs(Kind::List)
}

fn split(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (text, separator) = match (text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(text), Ok(separator)) => (text, separator),
    };
    let parts: Vec<&str> = match separator {
        Some(separator) => text.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect(),
        None => text.split_whitespace().collect(),
    };
    if parts.is_empty() {
        return Answer::Missing;
    }
    drop(serde_json::to_writer(&mut *out.bytes, &parts));
    Answer::WroteAs(Kind::List)
}

/// A position counted from 1, or from the end when negative, as an index.
fn position(cells: &[Cell<'_>], argument: usize, count: usize) -> Result<Option<usize>, Answer> {
    let Some(text) = filled_text(cells, argument)? else { return Ok(None) };
    let Ok(position) = text.parse::<i64>() else {
        return Err(wrong_at!(argument, "type", "is not a whole number"));
    };
    let index = match position {
        0 => None,
        position if position > 0 => usize::try_from(position - 1).ok(),
        position => usize::try_from(position.unsigned_abs()).ok().and_then(|back| count.checked_sub(back)),
    };
    Ok(index.filter(|index| *index < count))
}

fn part(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let (text, separator) = match (text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(text), Ok(separator)) => (text, separator.unwrap_or(" ")),
    };
    let index = match position(cells, 2, text.split(separator).count()) {
        Err(wrong) => return wrong,
        Ok(None) => return Answer::Missing,
        Ok(Some(index)) => index,
    };
    let part = text.split(separator).nth(index).unwrap_or_default().trim();
    Answer::part(0, part.as_ptr() as usize - text.as_ptr() as usize, part.len())
}

fn picked(cells: &[Cell<'_>], out: &mut Out<'_>, pick: fn(usize) -> Option<usize>) -> Answer {
    let items = values(&cells[0]);
    match pick(items.len()).and_then(|index| items.get(index)) {
        Some(item) => answer(out, item),
        None => Answer::Missing,
    }
}

fn nth(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let items = values(&cells[0]);
    match position(cells, 1, items.len()) {
        Err(wrong) => wrong,
        Ok(index) => index.and_then(|index| items.get(index)).map_or(Answer::Missing, |item| answer(out, item)),
    }
}

fn get(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let path = match filled_text(cells, 1) {
        Err(wrong) => return wrong,
        Ok(None) => return Answer::Same(0),
        Ok(Some(path)) => path,
    };
    let Ok(root) = serde_json::from_slice::<serde_json::Value>(cells[0].bytes) else {
        return wrong!("type", "is no list or map");
    };
    // A key may itself hold points, as flattened names do.
    if let Some(found) = root.get(path) {
        return answer(out, found);
    }
    let step = |value: Option<serde_json::Value>, key: &str| match value? {
        serde_json::Value::Array(mut items) => {
            let index = key.parse::<usize>().ok()?.checked_sub(1)?;
            (index < items.len()).then(|| items.swap_remove(index))
        }
        serde_json::Value::Object(mut pairs) => pairs.remove(key),
        _ => None,
    };
    match path.split('.').fold(Some(root), step) {
        Some(found) => answer(out, &found),
        None => Answer::Missing,
    }
}

#[cfg(test)]
mod tests {
    use crate::transform::tests::evaluate;

    #[test]
    fn what_is_not_there_is_missing() {
        for text in [
            "nth(['a'], 2)",
            "nth(['a'], 0)",
            "nth(['a'], -2)",
            "part('a-b', '-', 3)",
            "get({'a': 1}, 'a.b')",
            "first('')",
        ] {
            assert_eq!(evaluate(text, &[]), "", "{text}");
        }
        assert_eq!(evaluate("first('plain')", &[]), "plain");
        assert_eq!(evaluate("get('no json', 'a')", &[]), "! type");
    }
}
