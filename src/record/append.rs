//! Copies of short texts.

/// Bytes that are copied at once.
pub const BLOCK: usize = 64;

/// Appends `from[start..][..len]` to a text; nothing where that is out of bounds. Most values are short, and a call for a
/// copy of any length costs more than the copy: a whole block is taken, and what is too much of it cut off again.
#[inline(always)]
pub fn append(text: &mut Vec<u8>, from: &[u8], start: usize, len: usize) {
    match from.get(start..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
        Some(block) if len <= BLOCK => {
            let end = text.len() + len;
            text.extend_from_slice(block);
            text.truncate(end);
        }
        _ => text.extend_from_slice(from.get(start..start + len).unwrap_or_default()),
    }
}

/// Appends a text that has mostly one or two bytes: a sign, a separator.
#[inline(always)]
pub fn append_few(text: &mut Vec<u8>, few: &[u8]) {
    match *few {
        [one] => text.push(one),
        [one, two] => text.extend_from_slice(&[one, two]),
        _ => text.extend_from_slice(few),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_every_length_are_copied_from_every_place() {
        let from: Vec<u8> = (0..200).collect();
        for start in [0, 1, 100, 136, 137, 199, 200] {
            for len in (0..=from.len() - start).chain([from.len() - start + 1]) {
                let mut text = b"before".to_vec();
                append(&mut text, &from, start, len);
                let expected = from.get(start..start + len).unwrap_or_default();
                assert_eq!(text, [b"before", expected].concat(), "{start}, {len}");
            }
        }
    }
    #[test]
    fn few_bytes_are_appended_as_many_are() {
        for few in ["", "+", ", ", " - ", "and so on"] {
            let mut text = b"before".to_vec();
            append_few(&mut text, few.as_bytes());
            assert_eq!(text, ["before", few].concat().as_bytes());
        }
    }
}
