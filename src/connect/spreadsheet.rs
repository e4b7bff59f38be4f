//! Cells that a spreadsheet would take for a formula, made harmless and harmless ones made whole again.
//!
//! The threat: a spreadsheet runs what starts with `=`, `+`, `-` or `@` when a delimited file is opened in it (CSV
//! injection, CWE-1236). Such a cell gets an apostrophe in front. A cell that has one already, before what would be a
//! formula, gets another: so taking one away gives back exactly what was there. Numbers and phone numbers stay as they
//! are: what they come to is a number at worst.

use std::sync::Arc;

use super::{Chunk, ConnectError, Decoder, Fingerprint, ReadRequest, Reader, Source};
use crate::record::{Batch, Form, Kind};
use crate::schema::Object;

/// Whether a cell needs an apostrophe in front.
pub(super) fn needs_guard(bytes: &[u8]) -> bool {
    let apostrophes = bytes.iter().take_while(|byte| **byte == b'\'').count();
    is_formula(&bytes[apostrophes..])
}

/// The cell as it was before the apostrophe was put in front.
fn unguarded(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(b"'").filter(|rest| needs_guard(rest))
}

fn is_formula(bytes: &[u8]) -> bool {
    let text = match bytes {
        [b'=' | b'@' | b'\t' | b'\r' | b'\n', ..] => return true,
        [b'+' | b'-', rest @ ..] => rest,
        // Full-width forms, which spreadsheets for East Asian scripts take for the same.
        _ => return ["＝", "＋", "－", "＠"].iter().any(|lead| bytes.starts_with(lead.as_bytes())),
    };
    !is_number_or_phone(text)
}

/// Whether what follows a sign is a number (`1,234.50`, `5 %`, `€ 5`, `1e-5`) or a phone number (`49 (30) 123-45 ext. 6`),
/// or nothing but dashes.
fn is_number_or_phone(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    if text.chars().all(|letter| letter == '-' || letter == ' ') {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let mut body = lower.as_str();
    for mark in [";ext=", "extension", "ext.", "ext", "x", "#"] {
        if let Some((number, extension)) = body.split_once(mark) {
            let extension = extension.trim();
            if extension.is_empty() || !extension.bytes().all(|byte| byte.is_ascii_digit()) {
                return false;
            }
            body = number;
            break;
        }
    }
    if let Some((mantissa, exponent)) = body.split_once('e') {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = mantissa.strip_prefix('-').unwrap_or(mantissa);
        return plain(digits) && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    }
    let signs = |letter: char| letter.is_ascii_digit() || " .,()-/%'’\u{a0}\u{202f}€$£¥".contains(letter);
    body.chars().any(|letter| letter.is_ascii_digit()) && body.chars().all(signs)
}

/// A source whose cells are made whole again.
pub(super) struct Unguarded(pub Box<dyn Source>);

impl Source for Unguarded {
    fn format(&self) -> &'static str {
        self.0.format()
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        self.0.objects()
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        let mut object = self.0.object(name)?;
        for field in &mut object.fields {
            if let Some(rest) = unguarded(field.name.as_bytes()) {
                field.name = String::from_utf8_lossy(rest).into_owned();
            }
        }
        Ok(object)
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        self.0.evidence(object)
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        Ok(Box::new(UnguardedReader(self.0.read(object, request)?)))
    }

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        self.0.fingerprint(object)
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(&*self.0)
    }
}

struct UnguardedReader(Box<dyn Reader>);

impl Reader for UnguardedReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        self.0.next(chunk)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        let inner = self.0.decoder();
        let plain = |name: &String| {
            unguarded(name.as_bytes()).map_or(name.clone(), |rest| String::from_utf8_lossy(rest).into_owned())
        };
        let fields = inner.fields().iter().map(plain).collect();
        Arc::new(UnguardedDecoder { inner, fields })
    }

    fn total_bytes(&self) -> Option<u64> {
        self.0.total_bytes()
    }
}

struct UnguardedDecoder {
    inner: Arc<dyn Decoder>,
    fields: Vec<String>,
}

impl Decoder for UnguardedDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        self.inner.decode(chunk, batch)?;
        for slot in batch.slots.iter_mut().filter(|slot| slot.kind == Kind::Text) {
            let (start, len) = (slot.start as usize, slot.len as usize);
            if batch.data.get(start..start + len).is_some_and(|bytes| unguarded(bytes).is_some()) {
                slot.start += 1;
                slot.len -= 1;
                slot.form = Form::Unknown;
            }
        }
        batch.rows.iter_mut().for_each(|row| row.joined = false);
        Ok(())
    }

    fn split(&self, raw: &[u8]) -> Option<Vec<Vec<u8>>> {
        let cells = self.inner.split(raw)?;
        Some(cells.into_iter().map(|cell| unguarded(&cell).map(<[u8]>::to_vec).unwrap_or(cell)).collect())
    }

    fn fields(&self) -> &[String] {
        &self.fields
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_and_phones_are_not() {
        for formula in [
            "=1+1",
            "=HYPERLINK(\"x\")",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-cmd",
            "-2+3+cmd|x",
            "\t=1",
            "\r=1",
            "＝1+1",
            "+A1",
            "-A1",
            "- item",
            "+1-800-FLOWERS",
            "'=1",
            "''@x",
            "-1+SUM(A1)",
            "+1*2",
        ] {
            assert!(needs_guard(formula.as_bytes()), "{formula}");
        }
        for harmless in [
            "",
            "-",
            "--",
            "-5",
            "+5",
            "-1,234.50",
            "-1.234,50 €",
            "-€5",
            "-5%",
            "-1.5e-10",
            "+49 30 123456",
            "+1 (650) 253-0000",
            "+49/30/123-45",
            "+1 650 253 0000 ext. 12",
            "+16502530000x12",
            "+16502530000;ext=12",
            "a=1",
            " =1",
            "O'Neil",
            "'tis",
            "x@y.org",
            "'",
            "''",
            "-1’234.5",
        ] {
            assert!(!needs_guard(harmless.as_bytes()), "{harmless}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_was_guarded_comes_back(text in "'{0,3}[=+@\t-]?[-0-9a-z=' ,.e]{0,6}") {
            let guarded = if needs_guard(text.as_bytes()) { format!("'{text}") } else { text.clone() };
            prop_assert!(!is_formula(guarded.as_bytes()));
            let back = unguarded(guarded.as_bytes()).unwrap_or(guarded.as_bytes());
            prop_assert_eq!(back, text.as_bytes());
        }
    }
}
