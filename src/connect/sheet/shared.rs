//! The texts of a workbook: those that its sheets share, and how a text is written.

use std::io::Read;

use super::tokens::{Broken, Token, Tokens, attributes, decode, verbatim};

/// The texts that cells name by number, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Strings {
    texts: String,
    ends: Vec<usize>,
}

impl Strings {
    /// Reads `sharedStrings.xml`.
    pub fn read(part: impl Read) -> Result<Strings, Broken> {
        let (mut tokens, mut strings, mut scratch) = (Tokens::new(part), Strings::default(), String::new());
        let mut begun = false;
        while let Some(token) = tokens.next()? {
            match token {
                Token::Open { name: b"sst", empty, .. } => {
                    begun = true;
                    if empty {
                        return Ok(strings);
                    }
                }
                Token::Open { name: b"si", empty, .. } if begun => {
                    if !empty {
                        rich(&mut tokens, b"si", &mut scratch, &mut strings.texts)?;
                    }
                    strings.ends.push(strings.texts.len());
                }
                Token::Close(b"sst") => return Ok(strings),
                _ => {}
            }
        }
        Err(Broken::form("the texts of the workbook break off"))
    }

    pub fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.texts.get(start..end)
    }
}

/// Appends a text that may be in several pieces, up to the end of its element. What tells how it is spoken is left out.
pub(super) fn rich(
    tokens: &mut Tokens<impl Read>,
    closing: &[u8],
    scratch: &mut String,
    out: &mut String,
) -> Result<(), Broken> {
    let mut spoken = false;
    while let Some(token) = tokens.next()? {
        match token {
            Token::Open { name: b"t", attributes: rest, empty: false } if !spoken => {
                let keep = attributes(rest).any(|(name, value)| name == b"xml:space" && value == b"preserve");
                scratch.clear();
                text(tokens, b"t", scratch)?;
                let trimmed = if keep { scratch.as_str() } else { scratch.trim_matches([' ', '\t', '\r', '\n']) };
                unescape(trimmed, out);
            }
            Token::Open { name: b"rPh", empty: false, .. } => spoken = true,
            Token::Close(b"rPh") => spoken = false,
            Token::Close(name) if name == closing => return Ok(()),
            _ => {}
        }
    }
    Err(Broken::form("a text of the workbook breaks off"))
}

/// Appends the text up to the end of its element.
pub(super) fn text(tokens: &mut Tokens<impl Read>, closing: &[u8], out: &mut String) -> Result<(), Broken> {
    while let Some(token) = tokens.next()? {
        match token {
            Token::Text(raw) => decode(raw, out)?,
            Token::Verbatim(raw) => verbatim(raw, out)?,
            Token::Close(name) if name == closing => return Ok(()),
            _ => {}
        }
    }
    Err(Broken::form("a text of the workbook breaks off"))
}

/// Appends a text, with the characters that XML cannot hold in place of their numbers (`_x000D_`, in UTF-16).
pub(super) fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(place) = memchr::memmem::find(rest.as_bytes(), b"_x") {
        let (before, from) = rest.split_at(place);
        out.push_str(before);
        let Some((unit, mut after)) = escaped(from) else {
            // The text that looks like a number and is none.
            let (letter, after) = from.split_at(1);
            out.push_str(letter);
            rest = after;
            continue;
        };
        let mut units = vec![unit];
        if (0xd800..0xdc00).contains(&unit)
            && let Some((low @ 0xdc00..=0xdfff, behind)) = escaped(after)
        {
            units.push(low);
            after = behind;
        }
        out.extend(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
        rest = after;
    }
    out.push_str(rest);
}

/// The number that a text begins with, and what is behind.
fn escaped(text: &str) -> Option<(u16, &str)> {
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let whole = text.starts_with("_x") && text.as_bytes().get(6) == Some(&b'_');
    Some((u16::from_str_radix(digits, 16).ok().filter(|_| whole)?, text.get(7..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_texts_are_read_as_people_see_them() {
        let part = "<?xml version=\"1.0\"?><sst count=\"9\"><si><t>plain</t></si><si/><si><t xml:space=\"preserve\"> kept </t></si>\
            <si><t> trimmed\u{a0}\n</t></si><si><r><rPr><b/></rPr><t>two </t></r><r><t>pieces</t></r><rPh sb=\"0\"><t>spoken</t></rPh></si>\
            <si><t>a&amp;b<![CDATA[&amp;]]></t></si><si><t/></si></sst>";
        let strings = Strings::read(part.as_bytes()).unwrap();
        let wanted = ["plain", "", " kept ", "trimmed\u{a0}", "twopieces", "a&b&amp;", ""];
        for (number, text) in wanted.into_iter().enumerate() {
            assert_eq!(strings.get(number), Some(text));
        }
        assert_eq!(strings.get(wanted.len()), None);
        assert!(Strings::read(&b"<sst><si><t>a"[..]).is_err());
    }

    #[test]
    fn characters_that_stand_as_numbers_are_themselves() {
        for (text, wanted) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_!", "\u{1f600}!"),
            ("_xD83D_", "\u{fffd}"),
            ("_x00", "_x00"),
            ("__x0041_", "_A"),
            ("_x004é_", "_x004é_"),
        ] {
            let mut out = String::new();
            unescape(text, &mut out);
            assert_eq!(out, wanted, "{text}");
        }
    }
}
