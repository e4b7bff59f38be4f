//! The shape of a value: `AA-999` for `DE-204`.
//!
//! Upper-case letters become `A`, digits `9`, one for one (long runs are cut with `+`); a lower-case letter becomes
//! `a`, several in a row `a+`, so that names of any length share one shape. Everything else stays. Long shapes end
//! in `…`.

/// Bytes of a shape.
const ROOM: usize = 24;
const ELLIPSIS: &[u8] = "…".as_bytes();
/// A symbol is written as long as no more than these bytes are.
const FULL: usize = ROOM - ELLIPSIS.len();

/// A shape, kept in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    bytes: [u8; ROOM],
    len: u8,
}

impl Shape {
    pub(super) fn of(value: &[u8]) -> Shape {
        ascii(value).unwrap_or_else(|| in_any_script(value))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// What a character is drawn as, and how many in a row are drawn before a `+` stands for the rest.
#[derive(Clone, Copy)]
struct Symbol {
    byte: u8,
    longest: u8,
}

const UPPER: Symbol = Symbol { byte: b'A', longest: 6 };
const LOWER: Symbol = Symbol { byte: b'a', longest: 1 };
const DIGIT: Symbol = Symbol { byte: b'9', longest: 12 };

const ASCII: [Symbol; 128] = {
    let mut table = [Symbol { byte: 0, longest: u8::MAX }; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            itself => Symbol { byte: itself, longest: u8::MAX },
        };
        byte += 1;
    }
    table
};

/// The shape of ASCII text; none if there is anything else. Written without branches on the bytes: this runs for every
/// value that was not seen before.
fn ascii(value: &[u8]) -> Option<Shape> {
    let mut bytes = [0; ROOM];
    let mut len = 0;
    let mut previous = 0;
    let mut run = 0u32;
    for byte in value {
        let symbol = ASCII.get(usize::from(*byte))?;
        run = if symbol.byte == previous { run + 1 } else { 1 };
        previous = symbol.byte;
        let longest = u32::from(symbol.longest);
        if len == FULL && run <= longest + 1 {
            return Some(cut(bytes, len));
        }
        bytes[len] = if run > longest { b'+' } else { symbol.byte };
        len += usize::from(run <= longest + 1);
    }
    // What was written last may not have been taken.
    bytes[len] = 0;
    Some(Shape { bytes, len: len as u8 })
}

/// The shape of any text.
fn in_any_script(value: &[u8]) -> Shape {
    let mut bytes = [0; ROOM];
    let mut len = 0;
    let mut previous = 0;
    let mut run = 0u32;
    let mut buffer = [0; 4];
    for letter in String::from_utf8_lossy(value).chars() {
        let symbol = match letter {
            _ if letter.is_ascii() => ASCII[letter as usize],
            _ if letter.is_uppercase() => UPPER,
            _ if letter.is_alphabetic() => LOWER,
            _ if letter.is_numeric() => DIGIT,
            _ => Symbol { byte: 0, longest: u8::MAX },
        };
        run = if symbol.byte == previous { run + 1 } else { 1 };
        previous = symbol.byte;
        let longest = u32::from(symbol.longest);
        let drawn: &[u8] = match symbol.byte {
            _ if run > longest + 1 => continue,
            _ if run > longest => b"+",
            0 => letter.encode_utf8(&mut buffer).as_bytes(),
            _ => std::slice::from_ref(&symbol.byte),
        };
        if len + drawn.len() > FULL {
            return cut(bytes, len);
        }
        bytes[len..len + drawn.len()].copy_from_slice(drawn);
        len += drawn.len();
    }
    Shape { bytes, len: len as u8 }
}

fn cut(mut bytes: [u8; ROOM], len: usize) -> Shape {
    bytes[len..len + ELLIPSIS.len()].copy_from_slice(ELLIPSIS);
    bytes[len + ELLIPSIS.len()..].fill(0);
    Shape { bytes, len: (len + ELLIPSIS.len()) as u8 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> String {
        String::from_utf8(Shape::of(text.as_bytes()).as_bytes().to_vec()).unwrap_or_default()
    }

    #[test]
    fn codes_keep_their_lengths_and_words_do_not() {
        assert_eq!(shape("DE-204"), "AA-999");
        assert_eq!(shape("Ada Lovelace"), "Aa+ Aa+");
        assert_eq!(shape("x"), "a");
        assert_eq!(shape("21.11.2026"), "99.99.9999");
        assert_eq!(shape("1234567890123456"), "999999999999+");
        assert_eq!(shape("ABCDEFGHI"), "AAAAAA+");
        assert_eq!(shape(""), "");
    }

    #[test]
    fn letters_of_any_script_are_letters() {
        assert_eq!(shape("Müller"), "Aa+");
        assert_eq!(shape("Österreich"), "Aa+");
        assert_eq!(shape("50 €"), "99 €");
    }

    #[test]
    fn long_shapes_are_cut() {
        assert_eq!(shape("a b c d e f g h i j k l m n"), "a a a a a a a a a a a…");
    }

    #[test]
    fn a_cut_shape_equals_itself() {
        assert_eq!(Shape::of(b"abcd"), Shape::of(b"xy"));
        assert_eq!(Shape::of(b"a b c d e f g h i j k l m n"), Shape::of(b"x y z d e f g h i j k l m n o p"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shape_is_always_text(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(std::str::from_utf8(Shape::of(&bytes).as_bytes()).is_ok());
        }

        #[test]
        fn the_fast_way_draws_the_same(text in "[a-cA-C0-2 .,@-]{0,60}") {
            prop_assert_eq!(ascii(text.as_bytes()), Some(in_any_script(text.as_bytes())));
        }
    }
}
