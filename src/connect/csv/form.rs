//! The encoder of delimited files that are to look other than plain: slower than the plain one, and as exact.

use std::borrow::Cow;

use crate::connect::encoding::Charset;
use crate::connect::file::hex;
use crate::connect::output::{LineEnds, Quoting};
use crate::connect::spreadsheet::needs_guard;
use crate::connect::{Encoder, TargetBatch};
use crate::record::{Cell, Kind};

/// How a delimited file is written.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// One character or several, all ASCII.
    pub delimiter: String,
    pub quote: u8,
    pub quoting: Quoting,
    pub line_ends: LineEnds,
    pub charset: Charset,
    /// What stands for characters that the character set does not have.
    pub unfit: Option<String>,
    pub spreadsheet_safe: bool,
}

impl Form {
    /// The delimiter, where the plain encoder can write the file.
    pub fn plain_delimiter(&self) -> Option<u8> {
        let plain = self.quoting == Quoting::Minimal
            && self.line_ends == LineEnds::Lf
            && self.charset.is_utf8()
            && !self.spreadsheet_safe;
        match self.delimiter.as_bytes() {
            [delimiter] if plain => Some(*delimiter),
            _ => None,
        }
    }

    /// Whether a text would be cut apart, or a delimiter behind it found too early (`a|` before `||`).
    fn holds_delimiter(&self, text: &str) -> bool {
        if self.delimiter.len() == 1 {
            return text.contains(self.delimiter.as_str());
        }
        text.contains(self.delimiter.as_str())
            || (1..self.delimiter.len()).any(|cut| {
                let (start, rest) = self.delimiter.split_at(cut);
                text.ends_with(start) && self.delimiter.starts_with(rest)
            })
    }

    /// What stands between records, in the file's encoding.
    pub fn line_end(&self) -> Vec<u8> {
        self.in_charset(self.line_ends.text())
    }

    fn in_charset(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        // The plan rejects what does not fit; a value that came past it is marked, never lost.
        let instead = Some(self.unfit.as_deref().unwrap_or("?"));
        let _ = self.charset.encode(text, instead, &mut out);
        out
    }

    fn cell(&self, cell: &Cell<'_>, line: &mut String) {
        let mut coded = Vec::new();
        let text: Cow<'_, str> = match cell.kind {
            Kind::Missing | Kind::Null => Cow::Borrowed(""),
            Kind::Bytes => {
                hex(cell.bytes, &mut coded);
                String::from_utf8_lossy(&coded)
            }
            Kind::Text | Kind::List | Kind::Map => cell.display(),
        };
        let guard = self.spreadsheet_safe && needs_guard(text.as_bytes());
        let quoted = match self.quoting {
            Quoting::All => true,
            Quoting::NonNumeric => !is_number(&text),
            Quoting::Minimal => false,
        };
        let quote = char::from(self.quote);
        if !quoted && !text.contains([quote, '\n', '\r']) && !self.holds_delimiter(&text) {
            line.extend(guard.then_some('\''));
            line.push_str(&text);
            return;
        }
        line.push(quote);
        line.extend(guard.then_some('\''));
        for (index, part) in text.split(quote).enumerate() {
            if index > 0 {
                line.push(quote);
                line.push(quote);
            }
            line.push_str(part);
        }
        line.push(quote);
    }
}

/// A number as JSON writes it (RFC 8259, section 6): digits that start with a zero are an id, a postcode, a phone number.
fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
        && !text.ends_with(char::is_whitespace)
}

impl Encoder for Form {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let mut line = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                line.push_str(&self.delimiter);
            }
            self.cell(cell, &mut line);
        }
        // An empty line would be no record at all.
        if line.is_empty() {
            line.extend([char::from(self.quote), char::from(self.quote)]);
        }
        line.push_str(self.line_ends.text());
        batch.text.extend_from_slice(&self.in_charset(&line));
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Form {
        Form {
            delimiter: ",".to_owned(),
            quote: b'"',
            quoting: Quoting::Minimal,
            line_ends: LineEnds::Lf,
            charset: Charset::for_label("utf-8").unwrap(),
            unfit: None,
            spreadsheet_safe: false,
        }
    }

    fn written(form: &Form, cells: &[&str]) -> String {
        let mut batch = TargetBatch::default();
        form.encode(&cells.iter().map(|cell| Cell::text(cell)).collect::<Vec<_>>(), &mut batch);
        String::from_utf8_lossy(&batch.text).into_owned()
    }

    #[test]
    fn quotes_line_ends_and_guards() {
        let cells = ["1.50", "007", "", "a\"b", "=x", "-5"];
        assert_eq!(written(&plain(), &cells), "1.50,007,,\"a\"\"b\",=x,-5\n");
        let all = Form { quoting: Quoting::All, line_ends: LineEnds::CrLf, ..plain() };
        assert_eq!(written(&all, &cells), "\"1.50\",\"007\",\"\",\"a\"\"b\",\"=x\",\"-5\"\r\n");
        let numbers = Form { quoting: Quoting::NonNumeric, delimiter: ";".to_owned(), ..plain() };
        assert_eq!(written(&numbers, &cells), "1.50;\"007\";\"\";\"a\"\"b\";\"=x\";-5\n");
        let bars = Form { delimiter: "||".to_owned(), ..plain() };
        assert_eq!(written(&bars, &["a|", "b||c", "|d", ",e"]), "\"a|\"||\"b||c\"|||d||,e\n");
        let safe = Form { spreadsheet_safe: true, ..plain() };
        assert_eq!(written(&safe, &cells), "1.50,007,,\"a\"\"b\",'=x,-5\n");
        assert_eq!(written(&safe, &["=\"a,b\""]), "\"'=\"\"a,b\"\"\"\n");
        assert_eq!(written(&plain(), &[""]), "\"\"\n");
    }
}
