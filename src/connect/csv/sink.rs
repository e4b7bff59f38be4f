//! A delimited file as a target: RFC 4180 in UTF-8 with line feeds, quotes only where they are needed.

use std::path::PathBuf;
use std::sync::Arc;

use super::dialect::{pinned_delimiter, pinned_quote};
use super::{CsvSource, Dialect};
use crate::connect::file::{Existing, PendingFile, ends_with_feed, existing_for, hex};
use crate::connect::{
    ConnectError, Encoder, ErrorKind, Location, Outcomes, Position, Publishing, Sink, SinkSummary, Source, Target,
    TargetBatch, Ticket, WriteFate, WriteRequest,
};
use crate::record::{Cell, Kind};
use crate::schema::Schema;

/// A delimited file to be written.
#[derive(Debug)]
pub struct CsvTarget {
    path: PathBuf,
    location: Location,
    delimiter: u8,
    quote: u8,
}

/// Opens a delimited file as a target; it need not exist.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let path = location.path();
    if location.encoding.as_deref().is_some_and(|label| !label.eq_ignore_ascii_case("utf-8")) {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            "delimited files are written in UTF-8 only",
            "Leave out `encoding:`, or pin it to utf-8.",
        ));
    }
    let usual = if path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("tsv")) { b'\t' } else { b',' };
    let delimiter = pinned_delimiter(location)?.unwrap_or(usual);
    let quote = pinned_quote(location)?.flatten().unwrap_or(b'"');
    Ok(Box::new(CsvTarget { path, location: location.clone(), delimiter, quote }))
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

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        let existing = existing_for(request.mode, &self.path)?;
        let mut dialect = Dialect { delimiter: self.delimiter, quote: Some(self.quote), ..Dialect::default() };
        let old = match existing {
            Existing::Keep => self.existing_table(request)?,
            _ => None,
        };
        let mut needs_feed = false;
        if let Some(old) = &old {
            dialect.delimiter = old.dialect().delimiter;
            dialect.quote = old.dialect().quote.or(dialect.quote);
            needs_feed = !ends_with_feed(&self.path)?;
        }
        let encoder = Arc::new(CsvEncoder::new(dialect));
        let mut file = PendingFile::start(&self.path, &request.run, existing, request.resume.as_ref())?;
        if request.resume.is_none() {
            if needs_feed {
                file.write(b"\n")?;
            }
            if old.is_none() && self.location.header != Some(false) {
                file.write(&encoder.header(&request.fields))?;
            }
        }
        Ok(Box::new(CsvSink { file, encoder, tickets: 0 }))
    }
}

impl CsvTarget {
    /// The table that records are added to; its fields must be those that are written.
    fn existing_table(&self, request: &WriteRequest) -> Result<Option<CsvSource>, ConnectError> {
        if !self.path.exists() || std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() == 0) {
            return Ok(None);
        }
        let location = Location { header: Some(self.location.header.unwrap_or(true)), ..self.location.clone() };
        let old = CsvSource::open(&location)?;
        if old.encoding() != "UTF-8" {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                self.path.display().to_string(),
                format!("the file is in {}, and records are added in UTF-8 only", old.encoding()),
                "Convert the file to UTF-8 first, or write to another target.",
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
}

impl CsvEncoder {
    fn new(dialect: Dialect) -> CsvEncoder {
        let quote = dialect.quote.unwrap_or(b'"');
        let mut needs_quotes = [false; 256];
        for byte in [dialect.delimiter, quote, b'\n', b'\r'] {
            needs_quotes[usize::from(byte)] = true;
        }
        CsvEncoder { delimiter: dialect.delimiter, quote, needs_quotes }
    }

    fn header(&self, fields: &[String]) -> Vec<u8> {
        let mut batch = TargetBatch::default();
        let cells: Vec<Cell<'_>> = fields.iter().map(|name| Cell::text(name)).collect();
        self.encode(&cells, &mut batch);
        batch.text
    }

    /// Whether a field must be quoted. Eight bytes at a time are looked at in one register, and looked at again one by one
    /// where there may be something (zero-byte test: Mycroft 1987, `(v - 0x01..01) & !v & 0x80..80`).
    #[inline]
    fn quotes(&self, bytes: &[u8]) -> bool {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGHS: u64 = 0x8080_8080_8080_8080;
        let [delimiter, quote] = [self.delimiter, self.quote].map(|byte| ONES * u64::from(byte));
        let needs = |byte: &u8| self.needs_quotes[usize::from(*byte)];
        let Some(last) = bytes.last_chunk::<8>() else { return bytes.iter().any(needs) };
        let zeros = |other: u64| other.wrapping_sub(ONES) & !other;
        let look = |word: &[u8; 8]| {
            let word = u64::from_le_bytes(*word);
            // Line feed and carriage return lie among the bytes from 8 to 15.
            zeros(word ^ delimiter) | zeros(word ^ quote) | zeros((word & (ONES * 0xf8)) ^ (ONES * 8))
        };
        // The last word may hold bytes of the one before it again.
        let found = bytes.as_chunks::<8>().0.iter().fold(look(last), |found, word| found | look(word));
        found & HIGHS != 0 && bytes.iter().any(needs)
    }

    fn field(&self, bytes: &[u8], text: &mut Vec<u8>) {
        if !self.quotes(bytes) {
            text.extend_from_slice(bytes);
            return;
        }
        text.push(self.quote);
        let mut rest = bytes;
        while let Some(found) = memchr::memchr(self.quote, rest) {
            text.extend_from_slice(&rest[..=found]);
            text.push(self.quote);
            rest = &rest[found + 1..];
        }
        text.extend_from_slice(rest);
        text.push(self.quote);
    }
}

impl Encoder for CsvEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let start = batch.text.len();
        batch.text.reserve(cells.iter().map(|cell| cell.bytes.len() + 1).sum());
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                batch.text.push(self.delimiter);
            }
            match cell.kind {
                Kind::Missing | Kind::Null => {}
                Kind::Bytes => hex(cell.bytes, &mut batch.text),
                Kind::Text | Kind::List | Kind::Map => self.field(cell.bytes, &mut batch.text),
            }
        }
        // An empty line would be no record at all.
        if batch.text.len() == start {
            batch.text.extend_from_slice(&[self.quote, self.quote]);
        }
        batch.text.push(b'\n');
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

struct CsvSink {
    file: PendingFile,
    encoder: Arc<CsvEncoder>,
    tickets: u64,
}

impl Sink for CsvSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        self.encoder.clone()
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        self.file.write(&batch.text)?;
        self.tickets += 1;
        Ok(Ticket(self.tickets))
    }

    fn collect(&mut self, _ticket: Ticket) -> Result<Outcomes, ConnectError> {
        Ok(Outcomes::All(WriteFate::Created))
    }

    fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        self.file.checkpoint()
    }

    fn bytes(&self) -> u64 {
        self.file.written()
    }

    fn publishing(&self) -> Option<Publishing> {
        Some(self.file.publishing())
    }

    fn finish(self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        let bytes = self.file.written();
        let path = self.file.finish()?;
        Ok(SinkSummary { bytes, files: vec![path] })
    }

    fn abandon(self: Box<Self>, keep: bool) -> Result<(), ConnectError> {
        self.file.abandon(keep)
    }
}
