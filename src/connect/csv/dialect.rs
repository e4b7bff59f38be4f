//! The dialect of a delimited file: what separates fields, what quotes them, how lines end.

use crate::connect::{ConnectError, ErrorKind, Location};

/// How lines end in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    #[default]
    Lf,
    CrLf,
    /// A bare carriage return, as old Macs wrote it.
    Cr,
    /// More than one kind; each ends a record.
    Mixed,
}

impl LineEnd {
    /// In the words of an operator.
    pub fn word(self) -> &'static str {
        match self {
            LineEnd::Lf => "LF",
            LineEnd::CrLf => "CRLF",
            LineEnd::Cr => "CR",
            LineEnd::Mixed => "mixed",
        }
    }
}

/// How a delimited file is written. Quote and escape are single ASCII characters, the delimiter up to four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    /// The rest of a delimiter of several characters (`||`, `, `); zeros fill it up.
    pub rest: [u8; 3],
    /// `None`: quotes are ordinary characters.
    pub quote: Option<u8>,
    /// A character that takes the meaning from the next one inside quotes; RFC 4180 has none and doubles quotes.
    pub escape: Option<u8>,
    pub line_end: LineEnd,
    /// Whether a blank line is a record of one empty field, as it is in a file of one column (RFC 4180, section 2, knows
    /// no other); elsewhere it is none.
    pub blank: bool,
}

impl Default for Dialect {
    /// RFC 4180, with line feeds.
    fn default() -> Dialect {
        Dialect { delimiter: b',', rest: [0; 3], quote: Some(b'"'), escape: None, line_end: LineEnd::Lf, blank: false }
    }
}

impl Dialect {
    /// Whether a chunk may be trusted to the fast rules at all.
    pub(super) fn allows_fast(&self) -> bool {
        self.escape.is_none() && self.line_end != LineEnd::Cr && self.rest[0] == 0 && !self.blank
    }

    /// The whole delimiter.
    pub fn delimiter_bytes(&self) -> Vec<u8> {
        let mut all = vec![self.delimiter];
        all.extend_from_slice(self.rest());
        all
    }

    /// The whole delimiter as text: all its characters are ASCII.
    pub(super) fn delimiter_text(&self) -> String {
        self.delimiter_bytes().into_iter().map(char::from).collect()
    }

    /// What follows the first character of the delimiter.
    pub(super) fn rest(&self) -> &[u8] {
        let len = self.rest.iter().position(|byte| *byte == 0).unwrap_or(self.rest.len());
        &self.rest[..len]
    }
}

/// The delimiter of several characters that a location pins, as its first character and the rest.
pub(super) fn pinned_delimiters(location: &Location) -> Result<Option<(u8, [u8; 3])>, ConnectError> {
    let several = location.delimiter.as_deref().filter(|text| several_delimit(text)).map(str::as_bytes);
    let Some([first, rest @ ..]) = several else {
        return pinned_delimiter(location).map(|pinned| pinned.map(|byte| (byte, [0; 3])));
    };
    let mut filled = [0; 3];
    filled[..rest.len()].copy_from_slice(rest);
    Ok(Some((*first, filled)))
}

/// Whether a text can be a delimiter of several characters: up to four of ASCII that are no letters, digits or quotes.
pub fn several_delimit(text: &str) -> bool {
    (2..=4).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\n\r\"\0\\".contains(&byte))
}

/// The delimiter that a location pins; `tab` and `\t` stand for the tab.
pub(super) fn pinned_delimiter(location: &Location) -> Result<Option<u8>, ConnectError> {
    let Some(text) = &location.delimiter else { return Ok(None) };
    let named = match text.as_str() {
        "tab" | "\\t" => "\t",
        "comma" => ",",
        "semicolon" => ";",
        "pipe" => "|",
        "space" => " ",
        other => other,
    };
    single(location, "delimiter", named).map(Some)
}

/// The quote that a location pins: `Some(None)` for "no quoting".
pub(super) fn pinned_quote(location: &Location) -> Result<Option<Option<u8>>, ConnectError> {
    match location.quote.as_deref() {
        None => Ok(None),
        Some("" | "none") => Ok(Some(None)),
        Some(text) => Ok(Some(Some(single(location, "quote", text)?))),
    }
}

fn single(location: &Location, what: &str, text: &str) -> Result<u8, ConnectError> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && *byte != b'\n' && *byte != b'\r' => Ok(*byte),
        _ => Err(ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            format!("`{text}` cannot be a {what}"),
            format!(
                "Give one ASCII character as `{what}:`, such as `,` or `\"`; write `tab` for the tab. A delimiter may have up to four that are no letters or digits."
            ),
        )),
    }
}

/// A delimiter or quote as people name it.
pub(super) fn spell(byte: u8) -> String {
    match byte {
        b'\t' => "tab".to_owned(),
        b' ' => "space".to_owned(),
        byte if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
        byte => format!("0x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_one_character_or_a_name() {
        let mut location = Location::from_argument("a.csv");
        assert_eq!(pinned_delimiter(&location).unwrap(), None);
        for (text, byte) in [("tab", b'\t'), ("\t", b'\t'), ("\\t", b'\t'), (";", b';')] {
            location.delimiter = Some(text.to_owned());
            assert_eq!(pinned_delimiter(&location).unwrap(), Some(byte));
        }
        for text in ["", "::", "é", "\n"] {
            location.delimiter = Some(text.to_owned());
            assert_eq!(pinned_delimiter(&location).unwrap_err().kind, ErrorKind::Unsupported);
        }
        location.quote = Some(String::new());
        assert_eq!(pinned_quote(&location).unwrap(), Some(None));
    }
}
