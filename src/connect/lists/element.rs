//! The values of a list cell.

use std::ops::ControlFlow;

use serde_json::value::RawValue;

use crate::connect::json::each_entry;
use crate::record::{Cell, Kind};

/// The values of a cell: those of its list; one where it is no list; none where it is empty.
pub(super) enum Elements<'a> {
    List(Vec<&'a RawValue>),
    /// An object that stands where others have a list.
    Object(&'a str),
    /// A plain value that stands where others have a list.
    Plain,
    None,
}

pub(super) fn elements(cell: Cell<'_>) -> Elements<'_> {
    let text = || std::str::from_utf8(cell.bytes).unwrap_or_default();
    match cell.kind {
        Kind::List => serde_json::from_str(text()).map_or(Elements::Plain, Elements::List),
        Kind::Map => Elements::Object(text()),
        Kind::Text | Kind::Bytes => Elements::Plain,
        Kind::Missing | Kind::Null => Elements::None,
    }
}

/// The value at a path inside a value; `None` where there is none.
pub(super) fn at<'a>(value: &'a RawValue, path: &[String]) -> Option<&'a RawValue> {
    let Some((key, rest)) = path.split_first() else { return Some(value) };
    if !value.get().starts_with('{') {
        return None;
    }
    let mut found = None;
    // What is no JSON inside was refused before.
    let _ = each_entry(value, |name, value| {
        if name == key {
            found = Some(value);
        }
        ControlFlow::Continue(())
    });
    at(found?, rest)
}

/// A value as text among others; nothing for null.
pub(super) fn join_text(value: &RawValue, out: &mut Vec<u8>) -> bool {
    let text = value.get();
    if text == "null" {
        return false;
    }
    if text.starts_with('"')
        && let Ok(plain) = serde_json::from_str::<std::borrow::Cow<'_, str>>(text)
    {
        out.extend_from_slice(plain.as_bytes());
        return true;
    }
    out.extend_from_slice(text.as_bytes());
    true
}
