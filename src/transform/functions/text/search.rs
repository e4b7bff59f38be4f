//! What stands in a text: found, replaced, removed, cut at.

use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::functions::{Made, Preparing};
use crate::transform::pattern::{CharSet, LiteralReplacer, Replacer, WholePattern};
use crate::transform::value::{Answer, Out, text};

pub(super) fn contains(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let found = memchr::memmem::find(cells[0].bytes, cells[1].bytes).is_some();
    Answer::Boolean(found && cells[0].is_filled() && cells[1].is_filled())
}

pub(super) fn starts_with(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    // The first byte decides most cases, without a call for the others.
    let first = cells[0].bytes.first();
    let fits = |what: &Cell<'_>| {
        what.is_filled()
            && what.bytes.first() == first
            && (what.bytes.len() == 1 || cells[0].bytes.starts_with(what.bytes))
    };
    Answer::Boolean(cells[0].is_filled() && cells[1..].iter().any(fits))
}

pub(super) fn ends_with(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let last = cells[0].bytes.last();
    let fits = |what: &Cell<'_>| {
        what.is_filled() && what.bytes.last() == last && (what.bytes.len() == 1 || cells[0].bytes.ends_with(what.bytes))
    };
    Answer::Boolean(cells[0].is_filled() && cells[1..].iter().any(fits))
}

pub(super) fn matches(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let pattern = WholePattern::new(call.text(1).unwrap_or_default()).map_err(|error| bad_pattern(call, &error))?;
    Ok(Made::prepared(move |cells, _| Answer::Boolean(cells[0].is_filled() && pattern.matches(cells[0].bytes)))
        .reads(1))
}

pub(in crate::transform::functions) fn bad_pattern(call: &Preparing<'_>, error: &str) -> Diagnostic {
    call.wrong(
        1,
        format!("the pattern cannot be read: {error}"),
        "a literal `(`, `.`, `+` or `?` is written `\\(`, ...",
    )
}

/// Answers with what a replacement wrote, or the text as it is.
fn replaced(changed: bool) -> Answer {
    if changed { Answer::Wrote } else { Answer::Same(0) }
}

pub(super) fn replace(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    if let (Some(what), Some(with)) = (call.text(1), call.text(2)) {
        let literal = LiteralReplacer::new(what.as_bytes(), with.as_bytes());
        let replace = Made::prepared(move |cells, out| replaced(literal.replace(cells[0].bytes, out.bytes)));
        return Ok(replace.reads(1).writes(with));
    }
    Ok(Made::plain(|cells, out| {
        replaced(LiteralReplacer::new(cells[1].bytes, cells[2].bytes).replace(cells[0].bytes, out.bytes))
    }))
}

pub(super) fn replace_regex(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let (pattern, with) = (call.text(1).unwrap_or_default(), call.text(2).unwrap_or_default());
    let replacer = Replacer::new(pattern, with).map_err(|error| bad_pattern(call, &error))?;
    Ok(Made::prepared(move |cells, out| {
        if !replacer.may_match(cells[0].bytes) {
            return Answer::Same(0);
        }
        match text(cells, 0) {
            Ok(text) => replaced(replacer.replace(text, out.bytes)),
            Err(wrong) => wrong,
        }
    })
    .reads(1)
    .writes(with))
}

pub(super) fn remove(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    if call.all_literal(1) {
        let texts = call.texts(1);
        if let [what] = texts.as_slice() {
            let literal = LiteralReplacer::new(what.as_bytes(), b"");
            return Ok(Made::prepared(move |cells, out| replaced(literal.replace(cells[0].bytes, out.bytes))).reads(1));
        }
    }
    Ok(Made::plain(|cells, out| {
        let mut rest = cells[0].bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            match cells[1..].iter().find(|what| what.is_filled() && rest.starts_with(what.bytes)) {
                Some(what) => rest = &rest[what.bytes.len()..],
                None => {
                    out.bytes.push(byte);
                    rest = tail;
                }
            }
        }
        Answer::Wrote
    }))
}

pub(super) fn keep(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    filtered(call, true)
}

pub(super) fn remove_characters(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    filtered(call, false)
}

fn filtered(call: &Preparing<'_>, wanted: bool) -> Result<Made, Diagnostic> {
    let set = CharSet::new(call.text(1).unwrap_or_default())
        .map_err(|error| call.wrong(1, error, "write the smaller end first, as in `0-9`, and `-` itself at the end"))?;
    Ok(Made::prepared(move |cells, out| {
        if set.is_ascii() {
            return replaced(set.keep_bytes(cells[0].bytes, wanted, out.bytes));
        }
        match text(cells, 0) {
            Ok(text) => replaced(set.keep(text, wanted, out.bytes)),
            Err(wrong) => wrong,
        }
    })
    .reads(1))
}

pub(super) fn keep_digits(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    replaced(crate::transform::pattern::leave_out(cells[0].bytes, |byte| !byte.is_ascii_digit(), out.bytes))
}

pub(super) fn before(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match memchr::memmem::find(cells[0].bytes, cells[1].bytes) {
        Some(end) if cells[1].is_filled() => Answer::part(0, 0, end),
        _ => Answer::Same(0),
    }
}

pub(super) fn after(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match memchr::memmem::find(cells[0].bytes, cells[1].bytes) {
        Some(place) if cells[1].is_filled() => {
            let start = place + cells[1].bytes.len();
            Answer::part(0, start, cells[0].bytes.len() - start)
        }
        _ => Answer::Missing,
    }
}

pub(super) fn between(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let bytes = cells[0].bytes;
    let open = memchr::memmem::find(bytes, cells[1].bytes).map(|place| place + cells[1].bytes.len());
    match open.and_then(|open| Some((open, memchr::memmem::find(&bytes[open..], cells[2].bytes)?))) {
        Some((start, length)) if cells[1].is_filled() && cells[2].is_filled() => Answer::part(0, start, length),
        _ => Answer::Missing,
    }
}
