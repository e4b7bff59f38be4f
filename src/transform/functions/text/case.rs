//! Upper and lower case.

use crate::record::Cell;
use crate::transform::value::{Answer, Out, text};

pub(super) fn lower(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase::<b'A'>(cells, out, str::to_lowercase)
}

pub(super) fn upper(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase::<b'a'>(cells, out, str::to_uppercase)
}

/// Changes the case of the letters from `FIRST` on, where no others change.
fn recase<const FIRST: u8>(cells: &[Cell<'_>], out: &mut Out<'_>, unicode: fn(&str) -> String) -> Answer {
    let bytes = cells[0].bytes;
    let seen = look::<FIRST>(bytes);
    if seen.other {
        return match text(cells, 0) {
            Ok(text) => out.text(&unicode(text)),
            Err(wrong) => wrong,
        };
    }
    if !seen.changes {
        return Answer::Same(0);
    }
    out.bytes.extend_from_slice(bytes);
    for byte in &mut out.bytes[out.start..] {
        // Upper and lower case of an ASCII letter differ in this bit.
        *byte ^= u8::from(is_letter::<FIRST>(*byte)) << 5;
    }
    Answer::Wrote
}

#[inline]
fn is_letter<const FIRST: u8>(byte: u8) -> bool {
    byte.wrapping_sub(FIRST) < 26
}

/// What bytes are among others.
#[derive(Clone, Copy)]
struct Seen {
    /// Letters whose case changes.
    changes: bool,
    /// What is no ASCII.
    other: bool,
}

#[inline]
fn look<const FIRST: u8>(bytes: &[u8]) -> Seen {
    match bytes.len() {
        16.. => look_in_blocks::<FIRST, 16>(bytes),
        8.. => look_in_blocks::<FIRST, 8>(bytes),
        _ => look_in_blocks::<FIRST, 1>(bytes),
    }
}

/// Looks at blocks of `N` bytes; there is at least one. The last may hold bytes of the one before it again. Written so that
/// compilers turn it into vector instructions.
#[inline]
fn look_in_blocks<const FIRST: u8, const N: usize>(bytes: &[u8]) -> Seen {
    let (mut changes, mut other) = ([0u8; N], [0u8; N]);
    for block in bytes.as_chunks::<N>().0.iter().chain(bytes.last_chunk()) {
        for index in 0..N {
            changes[index] |= u8::from(is_letter::<FIRST>(block[index]));
            other[index] |= block[index] & 0x80;
        }
    }
    Seen { changes: changes != [0; N], other: other != [0; N] }
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

#[cfg(test)]
mod tests {
    use crate::transform::tests::evaluate;

    #[test]
    fn every_letter_of_a_text_of_any_length_changes_and_nothing_else() {
        for len in 1..40 {
            for at in 0..len {
                for byte in ["A", "Z", "a", "z", "@", "[", "`", "{", "0", "É", "é", "ß"] {
                    for around in ["x", "X", "-"] {
                        let text = around.repeat(at) + byte + &around.repeat(len - at - 1);
                        assert_eq!(evaluate("x | lower", &[("x", &text)]), text.to_lowercase());
                        assert_eq!(evaluate("x | upper", &[("x", &text)]), text.to_uppercase());
                    }
                }
            }
        }
    }
}
