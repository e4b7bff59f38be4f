//! The tags and texts of a part of a workbook, one after another and without copies. Names come without their prefixes.

use std::io::Read;

use memchr::{memchr, memmem};

/// Bytes asked for at a time.
const BLOCK: usize = 64 << 10;
/// A tag or text longer than this is in no workbook that people keep.
const LONGEST: usize = 8 << 20;

/// What is wrong with a part of a workbook.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("{0}")]
    Read(#[from] std::io::Error),
    #[error("{0}")]
    Packed(#[from] zip::result::ZipError),
    #[error("{0}")]
    Form(String),
}

impl Broken {
    pub fn form(what: impl Into<String>) -> Broken {
        Broken::Form(what.into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open {
        name: &'a [u8],
        attributes: &'a [u8],
        empty: bool,
    },
    Close(&'a [u8]),
    /// With its references (`&amp;`).
    Text(&'a [u8]),
    /// Text that stands for itself.
    Verbatim(&'a [u8]),
    /// Comments, declarations.
    Other,
}

pub(super) struct Tokens<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where the next token starts.
    at: usize,
}

impl<R: Read> Tokens<R> {
    pub fn new(input: R) -> Tokens<R> {
        Tokens { input, buffer: Vec::with_capacity(2 * BLOCK), at: 0 }
    }

    /// The next token; `None` at the end of the part.
    pub fn next(&mut self) -> Result<Option<Token<'_>>, Broken> {
        let (is_tag, start) = loop {
            let rest = self.buffer.get(self.at..).unwrap_or_default();
            let is_tag = rest.first() == Some(&b'<');
            let len = if is_tag { tag_len(rest) } else { memchr(b'<', rest) };
            let waiting = rest.len();
            if let Some(len) = len {
                let start = self.at;
                self.at += len;
                break (is_tag, start);
            }
            if !self.fill()? {
                if waiting == 0 {
                    return Ok(None);
                }
                if is_tag {
                    return Err(Broken::form("a part of the workbook breaks off within a tag"));
                }
                let start = self.at;
                self.at = self.buffer.len();
                break (false, start);
            }
        };
        let bytes = self.buffer.get(start..self.at).unwrap_or_default();
        Ok(Some(if is_tag { tag(bytes) } else { Token::Text(bytes) }))
    }

    /// Reads more; false at the end.
    fn fill(&mut self) -> Result<bool, Broken> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let len = self.buffer.len();
        if len > LONGEST {
            return Err(Broken::form(format!("a text or tag has more than {LONGEST} bytes")));
        }
        self.buffer.resize(len + BLOCK.max(len), 0);
        let read = self.input.read(self.buffer.get_mut(len..).unwrap_or_default());
        self.buffer.truncate(len + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }
}

/// Bytes of the tag that begins here, where all of it is there.
fn tag_len(rest: &[u8]) -> Option<usize> {
    let behind = |end: &[u8]| memmem::find(rest, end).map(|at| at + end.len());
    match rest.get(1) {
        Some(b'!') if rest.starts_with(b"<!--") => behind(b"-->"),
        Some(b'!') if rest.starts_with(b"<![CDATA[") => behind(b"]]>"),
        // What it is shows when there is more of it.
        Some(b'!') if rest.len() < 9 => None,
        Some(b'?') => behind(b"?>"),
        _ => {
            let first = memchr(b'>', rest)?;
            let inside = rest.get(..first)?;
            let quotes = inside.iter().filter(|byte| **byte == b'"').count();
            if quotes % 2 == 0 && !inside.contains(&b'\'') { Some(first + 1) } else { quoted_len(rest) }
        }
    }
}

/// The same where the end of the tag may stand in quotes.
fn quoted_len(rest: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

fn tag(bytes: &[u8]) -> Token<'_> {
    let inside = bytes.get(1..bytes.len() - 1).unwrap_or_default();
    if let Some(text) = inside.strip_prefix(b"![CDATA[") {
        return Token::Verbatim(text.strip_suffix(b"]]").unwrap_or(text));
    }
    match inside.first() {
        Some(b'!' | b'?') => Token::Other,
        Some(b'/') => Token::Close(local(inside.get(1..).unwrap_or_default().trim_ascii_end())),
        _ => {
            let (inside, empty) = inside.strip_suffix(b"/").map_or((inside, false), |inside| (inside, true));
            let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
            let (name, attributes) = inside.split_at(end);
            Token::Open { name: local(name), attributes, empty }
        }
    }
}

fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

/// Names, prefixes included, and values as they stand, in the rest of a tag.
pub(super) fn attributes(rest: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = rest;
    std::iter::from_fn(move || {
        let equals = memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii();
        let value = rest.get(equals + 1..)?.trim_ascii_start();
        let (quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
        let end = memchr(*quote, value)?;
        rest = value.get(end + 1..)?;
        Some((name, value.get(..end)?))
    })
}

/// The value of an attribute, its references resolved; a prefix of its name does not matter.
pub(super) fn attribute(rest: &[u8], name: &str) -> Result<Option<String>, Broken> {
    let found = attributes(rest).find(|(found, _)| *found == name.as_bytes() || local(found) == name.as_bytes());
    let Some((_, value)) = found else { return Ok(None) };
    let mut text = String::new();
    decode(value, &mut text)?;
    Ok(Some(text))
}

/// Appends a text with its references resolved and its line ends as XML has them.
pub(super) fn decode(raw: &[u8], out: &mut String) -> Result<(), Broken> {
    let text = std::str::from_utf8(raw).map_err(|_| Broken::form("a text is not UTF-8"))?;
    let mut rest = text;
    while let Some(place) = memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(place);
        plain(before, out);
        let (name, after) = reference
            .get(1..)
            .and_then(|reference| reference.split_once(';'))
            .ok_or_else(|| Broken::form("a text has a `&` that begins no reference"))?;
        out.push(referred(name).ok_or_else(|| Broken::form(format!("the reference `&{name};` means nothing")))?);
        rest = after;
    }
    plain(rest, out);
    Ok(())
}

/// Appends text that stands for itself.
pub(super) fn verbatim(raw: &[u8], out: &mut String) -> Result<(), Broken> {
    plain(std::str::from_utf8(raw).map_err(|_| Broken::form("a text is not UTF-8"))?, out);
    Ok(())
}

fn plain(text: &str, out: &mut String) {
    if memchr(b'\r', text.as_bytes()).is_none() {
        out.push_str(text);
    } else {
        out.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
    }
}

fn referred(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            digits.strip_prefix('x').map_or_else(|| number(digits, 10), |digits| number(digits, 16))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let len = into.len().min(3).min(self.0.len());
            let (now, later) = self.0.split_at(len);
            into[..len].copy_from_slice(now);
            self.0 = later;
            Ok(len)
        }
    }

    fn tokens(input: impl Read) -> Result<Vec<String>, Broken> {
        let mut tokens = Tokens::new(input);
        let mut found = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        while let Some(token) = tokens.next()? {
            found.push(match token {
                Token::Open { name, attributes: rest, empty } => {
                    let all: Vec<String> =
                        attributes(rest).map(|(name, value)| format!(" {}:{}", text(name), text(value))).collect();
                    format!("<{}{}{}", text(name), all.concat(), if empty { "/" } else { "" })
                }
                Token::Close(name) => format!("</{}", text(name)),
                Token::Text(raw) => text(raw),
                Token::Verbatim(raw) => format!("[{}]", text(raw)),
                Token::Other => "-".to_owned(),
            });
        }
        Ok(found)
    }

    #[test]
    fn tokens_are_the_same_however_the_bytes_come() {
        let part = "\u{feff}<?xml version='1.0'?><!-- > <c> --><x:row r=\"1\" o='>'><c  t = \"a>b\"/>a &gt; b<![CDATA[<>]]></x:row >\n";
        let wanted = ["\u{feff}", "-", "-", "<row r:1 o:>", "<c t:a>b/", "a &gt; b", "[<>]", "</row", "\n"];
        assert_eq!(tokens(part.as_bytes()).unwrap(), wanted);
        assert_eq!(tokens(Slow(part.as_bytes())).unwrap(), wanted);
        assert!(tokens(&b"<a><b"[..]).is_err());
        assert!(tokens(std::io::repeat(b'<').take(20 << 20)).is_err());
    }

    #[test]
    fn references_are_resolved_and_line_ends_made_one() {
        let decoded = |raw: &str| {
            let mut out = String::from("=");
            decode(raw.as_bytes(), &mut out).map(|()| out)
        };
        assert_eq!(decoded("a&amp;&#65;&#x42;&quot;\r\n\rb&#13;").unwrap(), "=a&AB\"\n\nb\r");
        for raw in ["&nbsp;", "&", "&#xD800;", "& ;"] {
            assert!(decoded(raw).is_err(), "{raw}");
        }
        assert_eq!(attribute(b" r:id=\"a&lt;\" name='n'", "id").unwrap(), Some("a<".into()));
    }
}
