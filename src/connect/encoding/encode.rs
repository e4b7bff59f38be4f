//! Text written in a character set.

use encoding_rs::{EncoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::charset::Charset;

impl Charset {
    /// The byte-order mark of the set; empty where it has none.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Charset::Standard(encoding) if encoding == UTF_8 => b"\xef\xbb\xbf",
            Charset::Standard(encoding) if encoding == UTF_16LE => b"\xff\xfe",
            Charset::Standard(encoding) if encoding == UTF_16BE => b"\xfe\xff",
            Charset::Utf32 { big: false } => b"\xff\xfe\0\0",
            Charset::Utf32 { big: true } => b"\0\0\xfe\xff",
            Charset::Standard(_) | Charset::Table(_) => b"",
        }
    }

    /// Whether every character can be written.
    pub fn has_all(self) -> bool {
        !self.mark().is_empty()
    }

    /// The first character of a text that the set does not have.
    pub fn lacks(self, text: &str) -> Option<char> {
        if self.has_all() || (text.is_ascii() && self.keeps_ascii()) {
            return None;
        }
        self.encode(text, None, &mut Vec::new()).err()
    }

    fn keeps_ascii(self) -> bool {
        match self {
            Charset::Standard(encoding) => encoding.is_ascii_compatible(),
            Charset::Table(_) => true,
            Charset::Utf32 { .. } => false,
        }
    }

    /// Appends a text; `instead` stands for each character that the set does not have.
    ///
    /// # Errors
    /// The first character that the set does not have, where nothing stands for it; what came before it is appended.
    pub fn encode(self, text: &str, instead: Option<&str>, out: &mut Vec<u8>) -> Result<(), char> {
        match self {
            Charset::Standard(encoding) if encoding == UTF_16LE => {
                text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_le_bytes()));
            }
            Charset::Standard(encoding) if encoding == UTF_16BE => {
                text.encode_utf16().for_each(|unit| out.extend_from_slice(&unit.to_be_bytes()));
            }
            Charset::Utf32 { big } => text.chars().map(u32::from).for_each(|letter| {
                out.extend_from_slice(&if big { letter.to_be_bytes() } else { letter.to_le_bytes() });
            }),
            Charset::Table(_) => {
                for letter in text.chars() {
                    match (self.byte(letter), instead) {
                        (Some(byte), _) => out.push(byte),
                        (None, Some(instead)) => out.extend(instead.chars().filter_map(|letter| self.byte(letter))),
                        (None, None) => return Err(letter),
                    }
                }
            }
            Charset::Standard(encoding) => {
                let mut encoder = encoding.new_encoder();
                let mut rest = text;
                // The one who replaces is as long as it is in the set itself, or it would go on without end.
                let mut replacing = false;
                let mut behind = "";
                loop {
                    out.reserve(rest.len() + 16);
                    let last = behind.is_empty();
                    let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, out, last);
                    rest = rest.get(read..).unwrap_or_default();
                    match (result, instead) {
                        (EncoderResult::OutputFull, _) => out.reserve(rest.len() * 4 + 64),
                        (EncoderResult::InputEmpty, _) if replacing => {
                            (rest, behind, replacing) = (behind, "", false);
                        }
                        (EncoderResult::InputEmpty, _) => return Ok(()),
                        (EncoderResult::Unmappable(letter), Some(instead)) if !replacing => {
                            let _ = letter;
                            (behind, rest, replacing) = (rest, instead, true);
                            if behind.is_empty() && rest.is_empty() {
                                return Ok(());
                            }
                        }
                        (EncoderResult::Unmappable(letter), _) => return Err(letter),
                    }
                }
            }
        }
        Ok(())
    }

    /// The byte of a character in a set of single bytes.
    fn byte(self, letter: char) -> Option<u8> {
        if letter.is_ascii() {
            return Some(letter as u8);
        }
        (0x80..=0xff).find(|byte| self.character(*byte) == Some(letter))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn charset(label: &str) -> Charset {
        Charset::for_label(label).unwrap()
    }

    fn encoded(label: &str, text: &str, instead: Option<&str>) -> Result<Vec<u8>, char> {
        let mut out = Vec::new();
        charset(label).encode(text, instead, &mut out).map(|()| out)
    }

    #[test]
    fn what_does_not_fit_is_named_or_replaced() {
        assert_eq!(encoded("windows-1252", "Zoë €", None), Ok(b"Zo\xeb \x80".to_vec()));
        assert_eq!(encoded("windows-1252", "Łódź", None), Err('Ł'));
        assert_eq!(encoded("windows-1252", "Łódź!", Some("?")), Ok(b"?\xf3d?!".to_vec()));
        assert_eq!(encoded("windows-1252", "Ł", Some("")), Ok(Vec::new()));
        assert_eq!(encoded("windows-1252", "Ł", Some("[?]")), Ok(b"[?]".to_vec()));
        assert_eq!(encoded("ibm850", "Zoë Ł", None), Err('Ł'));
        assert_eq!(encoded("ibm850", "Zoë", None), Ok(b"Zo\x89".to_vec()));
        assert_eq!(encoded("utf-16le", "a😀", None), Ok(vec![b'a', 0, 0x3d, 0xd8, 0, 0xde]));
        assert_eq!(charset("windows-1252").lacks("plain"), None);
        assert_eq!(charset("shift_jis").lacks("日本é"), Some('é'));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_written_is_read_again(text in "[ -~äöüßéЖ日本カ\u{20ac}\u{1f600}]{0,40}", label in 0usize..7) {
            let label = ["windows-1252", "utf-16le", "utf-16be", "utf-32le", "shift_jis", "iso-2022-jp", "ibm855"][label];
            if let Ok(bytes) = encoded(label, &text, None) {
                let mut back = Vec::new();
                let mut input = super::super::Transcoder::new(bytes.as_slice(), charset(label));
                std::io::Read::read_to_end(&mut input, &mut back).unwrap();
                prop_assert_eq!(String::from_utf8(back).unwrap(), text);
            }
        }
    }
}
