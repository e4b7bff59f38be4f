//! Spaces: trimmed and collapsed.

use crate::record::Cell;
use crate::transform::value::{Answer, Out};

/// Space, tab, carriage return, line feed: what people leave around values.
#[inline]
pub(in crate::transform) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Start and end of the trimmed text.
#[inline]
pub(in crate::transform::functions) fn trimmed(bytes: &[u8]) -> (usize, usize) {
    let (mut start, mut end) = (0, bytes.len());
    while start < end && is_space(bytes[start]) {
        start += 1;
    }
    while end > start && is_space(bytes[end - 1]) {
        end -= 1;
    }
    (start, end)
}

/// Whether so many bytes, and the one behind each, have anything to collapse: two spaces in a row, or a space that is not
/// U+0020. Written so that compilers turn it into vector instructions.
#[inline]
fn has_runs<const N: usize>(bytes: &[u8; N], behind: &[u8; N]) -> bool {
    let mut found = [0u8; N];
    for index in 0..N {
        let twice = u8::from(bytes[index] == b' ') & u8::from(behind[index] == b' ');
        found[index] = twice | u8::from(bytes[index].wrapping_sub(9) < 5);
    }
    found != [0; N]
}

/// How many bytes of a trimmed text need no collapsing.
#[inline]
fn even_length(bytes: &[u8]) -> usize {
    let mut at = match bytes.len() {
        17.. => even_blocks::<16>(bytes),
        9.. => even_blocks::<8>(bytes),
        5.. => even_blocks::<4>(bytes),
        _ => 0,
    };
    while let (Some(byte), Some(next)) = (bytes.get(at), bytes.get(at + 1)) {
        if has_runs(&[*byte], &[*next]) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// How many bytes, looked at in blocks of `N`, need no collapsing; there are more than `N`. The last block may overlap the
/// one before it.
#[inline]
fn even_blocks<const N: usize>(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let (Some(block), Some(behind)) = (block::<N>(bytes, at), block::<N>(bytes, at + 1)) {
        if has_runs(block, behind) {
            return at;
        }
        if at + N + 1 == bytes.len() {
            return bytes.len();
        }
        at = (at + N).min(bytes.len() - N - 1);
    }
    at
}

#[inline]
fn block<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

pub(super) fn collapse(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (start, end) = trimmed(cells[0].bytes);
    let bytes = &cells[0].bytes[start..end];
    let mut rest = bytes;
    loop {
        let even = even_length(rest);
        if even == bytes.len() {
            return Answer::part(0, start, end - start);
        }
        out.bytes.extend_from_slice(&rest[..even]);
        // Here a run begins: one space stands for it.
        rest = &rest[even..];
        let run = rest.iter().take_while(|byte| is_space(**byte)).count();
        if rest.is_empty() {
            return Answer::Wrote;
        }
        // Vertical tab and form feed look like spaces to the quick search, and stay.
        if run == 0 {
            out.bytes.push(rest[0]);
            rest = &rest[1..];
        } else {
            // A space before a tab stands for the run already.
            if out.own().last() != Some(&b' ') {
                out.bytes.push(b' ');
            }
            rest = &rest[run..];
        }
    }
}
