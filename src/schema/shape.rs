//! The shape of a value: `AA-999` for `DE-204`.
//!
//! Upper-case letters become `A`, digits `9`, one for one (long runs are cut with `+`); a lower-case letter becomes
//! `a`, several in a row `a+`, so that names of any length share one shape. Everything else stays. Long shapes end
//! in `…`.

/// Bytes of a shape.
const ROOM: usize = 24;
const LONGEST_UPPER: u32 = 6;
const LONGEST_DIGITS: u32 = 12;
const ELLIPSIS: &[u8] = "…".as_bytes();

/// A shape, kept in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape {
    bytes: [u8; ROOM],
    len: u8,
}

impl Shape {
    pub(super) fn of(value: &[u8]) -> Shape {
        let mut drawing = Drawing::default();
        if value.iter().take(ROOM * 8).all(u8::is_ascii) {
            for byte in value {
                if !drawing.push(ASCII[usize::from(*byte & 0x7f)], &[*byte]) {
                    break;
                }
            }
        } else {
            let mut buffer = [0; 4];
            for letter in String::from_utf8_lossy(value).chars() {
                let class = match letter {
                    _ if letter.is_ascii() => ASCII[letter as usize],
                    _ if letter.is_uppercase() => b'A',
                    _ if letter.is_alphabetic() => b'a',
                    _ if letter.is_numeric() => b'9',
                    _ => 0,
                };
                if !drawing.push(class, letter.encode_utf8(&mut buffer).as_bytes()) {
                    break;
                }
            }
        }
        drawing.shape
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// `A`, `a`, `9`, or 0 for what stays as it is.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' => b'A',
            b'a'..=b'z' => b'a',
            b'0'..=b'9' => b'9',
            _ => 0,
        };
        byte += 1;
    }
    table
};

#[derive(Default)]
struct Drawing {
    shape: Shape,
    previous: u8,
    run: u32,
}

impl Drawing {
    /// False when there is no room left.
    fn push(&mut self, class: u8, itself: &[u8]) -> bool {
        if class == 0 {
            self.previous = 0;
            return self.write(itself);
        }
        if class != self.previous {
            self.previous = class;
            self.run = 1;
            return self.write(&[class]);
        }
        self.run += 1;
        let longest = match class {
            b'A' => LONGEST_UPPER,
            b'9' => LONGEST_DIGITS,
            _ => 1,
        };
        if self.run <= longest {
            self.write(&[class])
        } else if self.run == longest + 1 {
            self.write(b"+")
        } else {
            true
        }
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        let at = usize::from(self.shape.len);
        if at + bytes.len() <= ROOM - ELLIPSIS.len() {
            self.shape.bytes[at..at + bytes.len()].copy_from_slice(bytes);
            self.shape.len += bytes.len() as u8;
            return true;
        }
        self.shape.bytes[at..at + ELLIPSIS.len()].copy_from_slice(ELLIPSIS);
        self.shape.len += ELLIPSIS.len() as u8;
        false
    }
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shape_is_always_text(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(std::str::from_utf8(Shape::of(&bytes).as_bytes()).is_ok());
        }
    }
}
