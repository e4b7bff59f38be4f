//! Length, parts of a text by number of characters, padding.

use super::spaces::{is_space, trimmed};
use crate::record::Cell;
use crate::transform::value::{Answer, Out, filled_text, text, wrong_at};

pub(super) fn length(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    out.print(characters(cells[0].bytes))
}

/// How many characters a text has: its bytes that are no continuation.
#[inline]
pub(crate) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

/// Where the character of an index starts; the end of the text beyond the last.
pub(in crate::transform::functions) fn character_start(bytes: &[u8], index: usize) -> usize {
    if bytes.is_ascii() {
        return index.min(bytes.len());
    }
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| (**byte as i8) >= -0x40);
    starts.nth(index).map_or(bytes.len(), |(start, _)| start)
}

/// A count from an argument; `None` where it is missing.
pub(in crate::transform::functions) fn count(cells: &[Cell<'_>], index: usize) -> Result<Option<usize>, Answer> {
    let Some(cell) = cells.get(index).filter(|cell| cell.is_filled()) else { return Ok(None) };
    let digit = |count: Option<usize>, byte: &u8| {
        let digit = Some(usize::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit < 10)?;
        count?.checked_mul(10)?.checked_add(digit)
    };
    match cell.bytes.iter().fold(Some(0), digit) {
        Some(count) => Ok(Some(count)),
        None => Err(wrong_at!(index, "type", "is not a whole number from 0 up")),
    }
}

/// Reads the count of the second argument and cuts.
fn cut(cells: &[Cell<'_>], cut: impl Fn(&[u8], usize) -> (usize, usize)) -> Answer {
    match count(cells, 1) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(count)) => {
            let (start, end) = cut(cells[0].bytes, count);
            Answer::part(0, start, end - start)
        }
    }
}

pub(super) fn left(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (0, character_start(bytes, count)))
}

pub(super) fn drop_first(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (character_start(bytes, count), bytes.len()))
}

pub(super) fn right(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (character_start(bytes, characters(bytes).saturating_sub(count)), bytes.len()))
}

pub(super) fn drop_last(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (0, character_start(bytes, characters(bytes).saturating_sub(count))))
}

pub(super) fn substring(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let (start, length) = match (count(cells, 1), count(cells, 2)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(None), _) => return Answer::Missing,
        (Ok(Some(start)), Ok(length)) => (start.max(1) - 1, length),
    };
    let bytes = cells[0].bytes;
    let first = character_start(bytes, start);
    let end = length.map_or(bytes.len(), |length| first + character_start(&bytes[first..], length));
    Answer::part(0, first, end - first)
}

pub(super) fn truncate(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| {
        let end = character_start(bytes, count);
        if end == bytes.len() {
            return (0, end);
        }
        let at_word = if is_space(bytes[end]) { Some(end) } else { bytes[..end].iter().rposition(|b| is_space(*b)) };
        // Not at a word when that would throw away more than half.
        let end = at_word.filter(|place| *place * 2 >= end).unwrap_or(end);
        (0, trimmed(&bytes[..end]).1)
    })
}

pub(super) fn pad_left(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    pad(cells, out, true)
}

pub(super) fn pad_right(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    pad(cells, out, false)
}

fn pad(cells: &[Cell<'_>], out: &mut Out<'_>, at_left: bool) -> Answer {
    let (width, with) = match (count(cells, 1), filled_text(cells, 2)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(None), _) => return Answer::Same(0),
        (Ok(Some(width)), Ok(with)) => (width, with.unwrap_or(" ")),
    };
    let missing = width.min(LONGEST).saturating_sub(characters(cells[0].bytes));
    if missing == 0 {
        return Answer::Same(0);
    }
    if !at_left {
        out.bytes.extend_from_slice(cells[0].bytes);
    }
    let mut buffer = [0; 4];
    for letter in with.chars().cycle().take(missing) {
        out.bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
    if at_left {
        out.bytes.extend_from_slice(cells[0].bytes);
    }
    Answer::Wrote
}

/// The longest text that padding and repeating make, in characters and times.
const LONGEST: usize = 10_000;

pub(super) fn repeat(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match count(cells, 1) {
        Err(wrong) => wrong,
        Ok(None | Some(0)) => Answer::Missing,
        Ok(Some(times)) if times > LONGEST => wrong_at!(1, "range", "is more than 10,000 times"),
        Ok(Some(times)) => {
            (0..times).for_each(|_| out.bytes.extend_from_slice(cells[0].bytes));
            Answer::Wrote
        }
    }
}

pub(super) fn reverse(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    use unicode_segmentation::UnicodeSegmentation;
    match text(cells, 0) {
        Ok(text) => {
            text.graphemes(true).rev().for_each(|letter| out.bytes.extend_from_slice(letter.as_bytes()));
            Answer::Wrote
        }
        Err(wrong) => wrong,
    }
}
