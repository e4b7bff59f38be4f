//! A delimited file as a target: RFC 4180 in UTF-8 with line feeds, quotes only where they are needed, unless the profile
//! wants it otherwise.

use std::path::PathBuf;
use std::sync::Arc;

use wide::u8x16;

use super::dialect::{pinned_delimiters, pinned_quote};
use super::form::Form;
use super::{CsvSource, Dialect};
use crate::connect::encoding::{self, Charset};
use crate::connect::file::{Existing, PendingFile, ends_with, existing_for, hex};
use crate::connect::lines_sink::LinesSink;
use crate::connect::{
    CommaText, ConnectError, Encoder, ErrorKind, Holds, Location, Sink, Source, Target, TargetBatch, WriteRequest,
};
use crate::record::{Cell, Kind};
use crate::schema::Schema;

/// A delimited file to be written.
#[derive(Debug)]
pub struct CsvTarget {
    path: PathBuf,
    location: Location,
    form: Form,
    /// Stands at the start of a new file.
    mark: &'static [u8],
}

/// Opens a delimited file as a target; it need not exist.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let path = location.path();
    let tabs = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("tsv") || ext.eq_ignore_ascii_case("tab"));
    let usual = if tabs { b'\t' } else { b',' };
    let (delimiter, rest) = pinned_delimiters(location)?.unwrap_or((usual, [0; 3]));
    let refuse = |what: String, next: &str| ConnectError::new(ErrorKind::Unsupported, &location.address, what, next);
    let quote = pinned_quote(location)?.unwrap_or(Some(b'"')).ok_or_else(|| {
        let what = "a delimited file cannot be written without a quote: a value that holds the delimiter needs it";
        refuse(what.to_owned(), "Leave out `quote: none`, or name a character that stands in no value.")
    })?;
    let charset = encoding::pinned(location)?.unwrap_or(Charset::Standard(encoding_rs::UTF_8));
    let output = &location.output;
    let mark = match output.bom {
        Some(true) if charset.mark().is_empty() => {
            let what = format!("{} has no byte-order mark", charset.name());
            return Err(refuse(what, "Leave out `bom:`, or write UTF-8 or UTF-16."));
        }
        Some(true) => charset.mark(),
        None if !charset.is_utf8() => charset.mark(),
        _ => b"",
    };
    if let Some(letter) = output.unfit.as_deref().and_then(|instead| charset.lacks(instead)) {
        let what = format!("`{letter}`, which is to stand for other characters, does not exist in {}", charset.name());
        return Err(refuse(what, "Choose one that does, such as `?`."));
    }
    let form = Form {
        delimiter: Dialect { delimiter, rest, ..Dialect::default() }.delimiter_text(),
        quote,
        quoting: output.quoting,
        line_ends: output.line_ends,
        charset,
        unfit: output.unfit.clone(),
        spreadsheet_safe: location.spreadsheet_safe,
    };
    if form.delimiter.contains(char::from(form.quote)) {
        return Err(refuse("the quote is part of the delimiter".to_owned(), "Choose another for one of them."));
    }
    Ok(Box::new(CsvTarget { path, location: location.clone(), form, mark }))
}

impl Target for CsvTarget {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        if !self.path.exists() {
            return Ok(Schema { name, objects: Vec::new() });
        }
        match CsvSource::open(&self.location) {
            Ok(source) => Ok(Schema { name, objects: vec![source.object("")?] }),
            Err(error) if error.kind == ErrorKind::Empty => Ok(Schema { name, objects: Vec::new() }),
            Err(error) => Err(error),
        }
    }

    fn single_object(&self) -> bool {
        true
    }

    fn holds(&self, _object: &str) -> Holds {
        let limited = self.form.unfit.is_none() && !self.form.charset.has_all();
        Holds { charset: limited.then_some(self.form.charset), ..Holds::default() }
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        let existing = existing_for(request.mode, &self.path)?;
        let mut form = self.form.clone();
        let old = match existing {
            Existing::Keep => self.existing_table(request)?,
            _ => None,
        };
        let mut needs_end = false;
        if let Some(old) = &old {
            form.delimiter = old.dialect().delimiter_text();
            form.quote = old.dialect().quote.unwrap_or(form.quote);
            let feed = Form { line_ends: Default::default(), ..form.clone() }.line_end();
            needs_end = !ends_with(&self.path, &form.line_end())? && !ends_with(&self.path, &feed)?;
        }
        let header = self.header(&form, &request.fields)?;
        let line_end = form.line_end();
        let encoder: Arc<dyn Encoder> = match form.plain_delimiter() {
            Some(delimiter) => {
                let dialect = Dialect { delimiter, quote: Some(form.quote), ..Dialect::default() };
                Arc::new(CsvEncoder::new(dialect))
            }
            None => Arc::new(form),
        };
        let mut file = PendingFile::start(&self.path, &request.run, existing, request.resume.as_ref())?;
        if request.resume.is_none() {
            if needs_end {
                file.write(&line_end)?;
            }
            if old.is_none() {
                file.write(self.mark)?;
            }
            if old.is_none() && self.location.header != Some(false) {
                file.write(&header)?;
            }
        }
        Ok(Box::new(LinesSink::new(file, encoder)))
    }
}

impl CsvTarget {
    /// The header line.
    ///
    /// # Errors
    /// A name that the encoding cannot hold.
    fn header(&self, form: &Form, fields: &[String]) -> Result<Vec<u8>, ConnectError> {
        let mut batch = TargetBatch::default();
        let cells: Vec<Cell<'_>> = fields.iter().map(|name| Cell::text(name)).collect();
        let holds = self.holds("");
        for (cell, name) in cells.iter().zip(fields) {
            if let Some(misfit) = holds.misfit(*cell) {
                return Err(ConnectError::new(
                    ErrorKind::Unsupported,
                    &self.location.address,
                    format!("the field `{name}` cannot be named in the header: {}", misfit.words()),
                    "Give the field another name, or write another encoding.",
                ));
            }
        }
        form.encode(&cells, &mut batch);
        Ok(batch.text)
    }

    /// The table that records are added to; its fields and its encoding must be those that are written.
    fn existing_table(&self, request: &WriteRequest) -> Result<Option<CsvSource>, ConnectError> {
        if !self.path.exists() || std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == 0) {
            return Ok(None);
        }
        let location = Location { header: Some(self.location.header.unwrap_or(true)), ..self.location.clone() };
        let old = CsvSource::open(&location)?;
        if old.encoding() != self.form.charset.name() {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                self.path.display().to_string(),
                format!(
                    "the file is in {}, and records would be added in {}",
                    old.encoding(),
                    self.form.charset.name()
                ),
                "Pin the file's own `encoding:` for the target, convert the file first, or write to another target.",
            ));
        }
        if old.has_header() && old.fields() != request.fields {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                self.path.display().to_string(),
                format!(
                    "the file has the fields {}, and the profile writes {}",
                    old.fields().join(", "),
                    request.fields.join(", ")
                ),
                "Map the same fields in the same order, or write to another target.",
            ));
        }
        Ok(Some(old))
    }
}

/// Writes records as delimited text.
struct CsvEncoder {
    delimiter: u8,
    quote: u8,
    /// For every byte, whether a field that holds it must be quoted.
    needs_quotes: [bool; 256],
    /// The same, sixteen times each: delimiter, quote, line feed, carriage return.
    deciding: [u8x16; 4],
}

/// What is seen of a field.
struct Seen {
    /// It must be quoted.
    needing: bool,
    /// It holds quotes.
    quotes: bool,
}

impl CsvEncoder {
    fn new(dialect: Dialect) -> CsvEncoder {
        let quote = dialect.quote.unwrap_or(b'"');
        let deciding = [dialect.delimiter, quote, b'\n', b'\r'];
        let mut needs_quotes = [false; 256];
        for byte in deciding {
            needs_quotes[usize::from(byte)] = true;
        }
        CsvEncoder { delimiter: dialect.delimiter, quote, needs_quotes, deciding: deciding.map(u8x16::splat) }
    }

    /// Looks for what decides about a field's quotes, sixteen bytes at a time.
    #[inline]
    fn look(&self, bytes: &[u8]) -> Seen {
        let Some(last) = bytes.last_chunk::<16>() else {
            let needing = bytes.iter().any(|byte| self.needs_quotes[usize::from(*byte)]);
            return Seen { needing, quotes: needing && bytes.contains(&self.quote) };
        };
        let [delimiter, quote, feed, returned] = self.deciding;
        let (mut needing, mut quotes) = (u8x16::ZERO, u8x16::ZERO);
        let mut part = |part: &[u8; 16]| {
            let part = u8x16::new(*part);
            needing |= part.simd_eq(delimiter) | part.simd_eq(feed) | part.simd_eq(returned);
            quotes |= part.simd_eq(quote);
        };
        // The last part may hold bytes of the one before it again.
        bytes.as_chunks().0.iter().for_each(&mut part);
        part(last);
        let quotes = quotes.to_bitmask() != 0;
        Seen { needing: quotes || needing.to_bitmask() != 0, quotes }
    }

    fn field(&self, bytes: &[u8], text: &mut Vec<u8>) {
        let seen = self.look(bytes);
        if !seen.needing {
            text.extend_from_slice(bytes);
            return;
        }
        text.push(self.quote);
        let mut rest = bytes;
        while let Some(found) = memchr::memchr(self.quote, rest).filter(|_| seen.quotes) {
            text.extend_from_slice(&rest[..=found]);
            text.push(self.quote);
            rest = &rest[found + 1..];
        }
        text.extend_from_slice(rest);
        text.push(self.quote);
    }

    #[inline(always)]
    fn cell(&self, cell: &Cell<'_>, text: &mut Vec<u8>) {
        match cell.kind {
            Kind::Missing | Kind::Null => {}
            Kind::Bytes => hex(cell.bytes, text),
            Kind::Text | Kind::List | Kind::Map => self.field(cell.bytes, text),
        }
    }
}

impl Encoder for CsvEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let start = batch.text.len();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                batch.text.push(self.delimiter);
            }
            self.cell(cell, &mut batch.text);
        }
        self.end(start, batch);
    }

    fn comma_text(&self) -> Option<&dyn CommaText> {
        (self.delimiter == b',' && self.quote == b'"').then_some(self)
    }
}

impl CommaText for CsvEncoder {
    fn value(&self, cell: Cell<'_>, text: &mut Vec<u8>) {
        self.cell(&cell, text);
    }

    /// Ends a record that began at `start`.
    fn end(&self, start: usize, batch: &mut TargetBatch) {
        // An empty line would be no record at all.
        if batch.text.len() == start {
            batch.text.extend_from_slice(&[self.quote, self.quote]);
        }
        batch.text.push(b'\n');
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_needs_quotes_is_seen_wherever_it_stands_and_no_other_is() {
        let encoder = CsvEncoder::new(Dialect { delimiter: b';', quote: Some(b'\''), ..Dialect::default() });
        for len in 1..40 {
            for (at, byte) in (0..len).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                for around in [b'a', 0, 0xff, b'\t'] {
                    let mut text = vec![around; len];
                    text[at] = byte;
                    let seen = encoder.look(&text);
                    assert_eq!(seen.needing, b";'\r\n".contains(&byte), "{byte} at {at} of {len}");
                    assert_eq!(seen.quotes, byte == b'\'', "{byte} at {at} of {len}");
                }
            }
        }
    }
}
