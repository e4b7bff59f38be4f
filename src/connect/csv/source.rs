//! A delimited file as a source of one object.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cutter::{CutError, Cutter};
use super::decode::CsvDecoder;
use super::dialect::{pinned_delimiter, pinned_quote};
use super::scan::{self, Span, Step, Tail};
use super::sniff::{Pinned, sniff};
use super::{Dialect, header};
use crate::connect::encoding::{self, TextEncoding, TextInput};
use crate::connect::file;
use crate::connect::{
    Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, Location, Position, ReadRequest, Reader, Source,
};
use crate::schema::{Field, Object};

/// The connector's own choice of chunk size.
const CHUNK_BYTES: usize = 1 << 20;

/// A delimited file: what was found out about it from its start.
#[derive(Debug, Clone)]
pub struct CsvSource {
    path: PathBuf,
    name: String,
    dialect: Dialect,
    encoding: TextEncoding,
    /// Whether the first record names the fields.
    header: bool,
    fields: Vec<String>,
    /// Bytes of UTF-8 before the first record: a byte-order mark, a header.
    data_start: usize,
    evidence: Vec<String>,
}

/// Opens a delimited file: looks at its start only, so that size does not matter.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    CsvSource::open(location).map(|source| Box::new(source) as Box<dyn Source>)
}

impl CsvSource {
    pub fn open(location: &Location) -> Result<CsvSource, ConnectError> {
        let path = location.path();
        let pinned = Pinned { delimiter: pinned_delimiter(location)?, quote: pinned_quote(location)? };
        let prefix = file::text_prefix(&path)?;
        let whole = prefix.is_whole();
        let encoding = encoding::of_file(location, &prefix)?;
        let (sample, mark) = encoding::sample(&path, &encoding, prefix.bytes)?;
        let text = sample.get(mark..).unwrap_or_default();
        let sniffed = sniff(text, whole, pinned);
        let mut records = first_records(&sniffed.dialect, text, 100);
        let titles = match location.header {
            Some(false) => 0,
            _ => header::preamble(&records.iter().map(|(cells, _)| cells.clone()).collect::<Vec<_>>()),
        };
        let titles: Vec<_> = records.drain(..titles).collect();
        let Some((first, first_end)) = records.first() else {
            return Err(ConnectError::new(
                ErrorKind::Empty,
                path.display().to_string(),
                "the file holds no records, only blank lines",
                "Export it again, or name another file.",
            ));
        };
        if !whole && *first_end >= text.len() {
            return Err(too_long(&path, 1));
        }
        let mut evidence = vec![encoding.evidence.clone()];
        evidence.extend(sniffed.evidence);
        if let Some((title, _)) = titles.first() {
            let lines = if titles.len() == 1 { "line stands" } else { "lines stand" };
            let title = title.iter().find(|cell| !cell.trim().is_empty()).map_or("", |cell| cell.trim());
            evidence.push(format!("{} {lines} before the header and are left out (`{title}`)", titles.len()));
        }
        let texts: Vec<Vec<String>> = records.iter().map(|(cells, _)| cells.clone()).collect();
        let header = match location.header {
            Some(pinned) => {
                evidence.push(format!("{}: pinned", if pinned { "header" } else { "no header" }));
                pinned
            }
            None => {
                let (header, why) = header::guess(&texts);
                evidence.push(why);
                header
            }
        };
        let (fields, data_start) = if header {
            (header::names(first, &mut evidence), mark + first_end)
        } else {
            let width = texts.iter().map(Vec::len).max().unwrap_or(1);
            (header::numbered(width), mark)
        };
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(CsvSource { path, name, dialect: sniffed.dialect, encoding, header, fields, data_start, evidence })
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Name of the encoding in the WHATWG Encoding Standard.
    pub fn encoding(&self) -> &'static str {
        self.encoding.encoding.name()
    }

    pub fn has_header(&self) -> bool {
        self.header
    }

    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// What was guessed about the form, with evidence in words.
    pub fn guesses(&self) -> &[String] {
        &self.evidence
    }

    fn decoder(&self) -> Arc<CsvDecoder> {
        Arc::new(CsvDecoder {
            dialect: self.dialect,
            fields: self.fields.clone(),
            transcoded: !self.encoding.is_utf8(),
        })
    }
}

/// The cells of the first records, and where each ends.
fn first_records(dialect: &Dialect, text: &[u8], count: usize) -> Vec<(Vec<String>, usize)> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut at, mut records) = (0, Vec::new());
    while records.len() < count {
        let Step::Record(found) = scan::record(dialect, text, at, Tail::End, &mut spans) else { break };
        let cells = spans.iter().map(|span| String::from_utf8_lossy(&scan::text(dialect, text, span)).into_owned());
        records.push((cells.collect(), found.next));
        at = found.next;
    }
    records
}

fn too_long(path: &Path, at: u64) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, byte {at}", path.display()),
        format!("a record starts here that is longer than {} MiB", scan::RECORD_LIMIT >> 20),
        "Check that this is a delimited text file and that `delimiter:` and `quote:` are right.",
    )
}

impl Source for CsvSource {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(vec![self.name.clone()])
    }

    /// The only object, whatever it is called: the profile's name for it need not be that of the file.
    fn object(&self, _name: &str) -> Result<Object, ConnectError> {
        let fields = self.fields.iter().map(Field::named).collect();
        Ok(Object { name: self.name.clone(), fields, ..Object::default() })
    }

    fn evidence(&self, _object: &str) -> Vec<String> {
        self.evidence.clone()
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let at = match &request.from {
            Some(position) => position_byte(position).ok_or_else(|| {
                ConnectError::new(
                    ErrorKind::Changed,
                    self.path.display().to_string(),
                    "the place to continue from cannot be read",
                    "Run without resuming.",
                )
            })?,
            None => 0,
        };
        let size = file::fingerprint(&self.path)?.bytes;
        let input = TextInput::open(&self.path, &self.encoding, at)?;
        Ok(Box::new(CsvReader {
            path: self.path.clone(),
            consumed: input.consumed(),
            cutter: Cutter::new(input, self.dialect, at),
            decoder: self.decoder(),
            skip: if at == 0 { self.data_start } else { 0 },
            chunk_bytes: if request.chunk_bytes == 0 { CHUNK_BYTES } else { request.chunk_bytes },
            size,
        }))
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

fn position_byte(position: &Position) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(&position.0).ok()?.get("byte")?.as_u64()
}

struct CsvReader {
    path: PathBuf,
    cutter: Cutter<TextInput>,
    decoder: Arc<CsvDecoder>,
    /// Bytes of the first chunk that are no records.
    skip: usize,
    chunk_bytes: usize,
    consumed: Option<u64>,
    size: Option<u64>,
}

impl Reader for CsvReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        let skip = std::mem::take(&mut self.skip);
        chunk.records = None;
        let start = self.cutter.offset();
        let cut = self.cutter.next(&mut chunk.bytes, self.chunk_bytes, skip).map_err(|error| match error {
            CutError::Io(error) => ConnectError::io(&self.path, "read", error),
            CutError::TooLong { at } => too_long(&self.path, at),
        })?;
        let Some(cut) = cut else { return Ok(false) };
        chunk.irregular = cut.irregular;
        chunk.skip = skip;
        chunk.lines = 0;
        chunk.end = Position(format!("{{\"byte\":{}}}", self.cutter.offset()));
        chunk.source_bytes = match (self.consumed, self.cutter.input().consumed()) {
            (Some(before), Some(now)) => {
                self.consumed = Some(now);
                now - before
            }
            _ => self.cutter.offset() - start,
        };
        Ok(true)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        self.size
    }
}
