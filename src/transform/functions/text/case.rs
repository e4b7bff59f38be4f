//! Upper and lower case.

use crate::record::Cell;
use crate::transform::value::{Answer, Out, text};

pub(super) fn lower(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase(cells, out, u8::is_ascii_uppercase, |byte| byte.to_ascii_lowercase(), str::to_lowercase)
}

pub(super) fn upper(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase(cells, out, u8::is_ascii_lowercase, |byte| byte.to_ascii_uppercase(), str::to_uppercase)
}

fn recase(
    cells: &[Cell<'_>],
    out: &mut Out<'_>,
    changes: fn(&u8) -> bool,
    ascii: fn(u8) -> u8,
    unicode: fn(&str) -> String,
) -> Answer {
    let bytes = cells[0].bytes;
    if bytes.is_ascii() {
        if !bytes.iter().any(changes) {
            return Answer::Same(0);
        }
        out.bytes.extend(bytes.iter().map(|byte| ascii(*byte)));
        return Answer::Wrote;
    }
    match text(cells, 0) {
        Ok(text) => out.text(&unicode(text)),
        Err(wrong) => wrong,
    }
}

/// Writes a letter's upper or lower case.
pub(in crate::transform::functions) fn push_cased(out: &mut Vec<u8>, letter: char, upper: bool) {
    let mut buffer = [0; 4];
    let mut push = |letter: char| out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    if upper { letter.to_uppercase().for_each(&mut push) } else { letter.to_lowercase().for_each(&mut push) }
}

pub(super) fn title(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let mut in_word = false;
    for letter in text.chars() {
        push_cased(out.bytes, letter, !in_word);
        in_word = letter.is_alphanumeric() || (in_word && matches!(letter, '\'' | '’'));
    }
    Answer::Wrote
}

pub(super) fn capitalize(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    first_upper(cells, out, |rest, out| out.extend_from_slice(rest.as_bytes()))
}

pub(super) fn sentence(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    first_upper(cells, out, |rest, out| out.extend_from_slice(rest.to_lowercase().as_bytes()))
}

fn first_upper(cells: &[Cell<'_>], out: &mut Out<'_>, rest: fn(&str, &mut Vec<u8>)) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let first = text.find(|letter: char| letter.is_alphanumeric()).unwrap_or(0);
    out.bytes.extend_from_slice(&text.as_bytes()[..first]);
    let mut letters = text[first..].chars();
    if let Some(letter) = letters.next() {
        push_cased(out.bytes, letter, true);
    }
    rest(letters.as_str(), out.bytes);
    Answer::Wrote
}
