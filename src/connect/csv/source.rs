//! A delimited file as a source of one object.

use std::io::{Read, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cutter::{CutError, Cutter};
use super::decode::CsvDecoder;
use super::dialect::{pinned_delimiters, pinned_quote};
use super::mend::{Table, heading, survey};
use super::scan::{self, Span, Step, Tail};
use super::sniff::{Pinned, sniff};
use super::{Dialect, LineEnd, header};
use crate::connect::encoding::{self, Charset, Checked, SourceBytes, TextEncoding, TextInput};
use crate::connect::file;
use crate::connect::{
    Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, Location, Position, ReadRequest, Reader, Source,
};
use crate::schema::{Field, Object};

/// The connector's own choice of chunk size: with its slots and its rows for the target a chunk stays in the processor's
/// own cache.
const CHUNK_BYTES: usize = 512 << 10;

/// What is looked at of a file with a very long first line.
const LONG_PREFIX: usize = 16 << 20;

/// A delimited file: what was found out about it from its start, or, where it is to be repaired, from the whole.
#[derive(Debug, Clone)]
pub struct CsvSource {
    path: PathBuf,
    name: String,
    dialect: Dialect,
    encoding: TextEncoding,
    /// Whether bytes that are no text are read in the encoding that they may be of.
    mends_bytes: bool,
    evidence: Vec<String>,
    /// At least one; a file that is not repaired is one table.
    first: Table,
    others: Vec<Table>,
}

/// Opens a delimited file: looks at its start only, so that size does not matter, unless it is to be repaired.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    CsvSource::open(location).map(|source| Box::new(source) as Box<dyn Source>)
}

impl CsvSource {
    pub fn open(location: &Location) -> Result<CsvSource, ConnectError> {
        let path = location.path();
        let pinned = Pinned { delimiter: pinned_delimiters(location)?, quote: pinned_quote(location)? };
        let mut prefix = file::text_prefix(&path)?;
        let cut = !prefix.is_whole() && memchr::memchr2(b'\n', b'\r', &prefix.bytes).is_none();
        if cut {
            // One line is longer than the usual start: a header of very many columns.
            prefix = file::text_prefix_of(&path, LONG_PREFIX)?;
        }
        let whole = prefix.is_whole();
        let encoding = encoding::of_watched_file(location, &prefix)?;
        let (sample, mark) = encoding::sample(&path, &encoding, prefix.bytes)?;
        let text = sample.get(mark..).unwrap_or_default();
        let sniffed = sniff(text, whole, pinned);
        let mut evidence = vec![encoding.evidence.clone()];
        evidence.extend(sniffed.evidence);
        let blank = location.keep_blank && has_one_column(&sniffed.dialect, text);
        let dialect = Dialect { blank, ..sniffed.dialect };
        if blank {
            evidence.push("one column: a blank line is an empty value".to_owned());
        }
        let first = first_table(location, &path, &dialect, text, whole, &mut evidence)?;
        let first = Table { skip: first.skip + mark, ..first };
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut source = CsvSource {
            path,
            name,
            dialect,
            mends_bytes: location.repair && encoding.is_utf8(),
            encoding,
            evidence,
            first,
            others: Vec::new(),
        };
        if location.repair {
            let mut tables = survey(&source.path, &source.encoding, source.dialect, source.first.clone())?.into_iter();
            if let Some(first) = tables.next() {
                source.first = first;
                source.others = tables.collect();
            }
        }
        Ok(source)
    }

    /// As if the file were large, and its start UTF-8.
    #[cfg(test)]
    pub(super) fn watched(mut self) -> CsvSource {
        self.encoding.watched = true;
        self
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Name of the encoding in the WHATWG Encoding Standard.
    pub fn encoding(&self) -> &'static str {
        self.encoding.encoding.name()
    }

    pub fn has_header(&self) -> bool {
        self.first.header
    }

    pub fn fields(&self) -> &[String] {
        &self.first.fields
    }

    /// What was guessed about the form, with evidence in words.
    pub fn guesses(&self) -> &[String] {
        &self.evidence
    }

    /// Names of the tables: that of the file, and with a number for those that follow the first.
    fn names(&self) -> Vec<String> {
        let others = (2..=self.others.len() + 1).map(|number| format!("{}#{number}", self.name));
        std::iter::once(self.name.clone()).chain(others).collect()
    }

    /// The table of this name; the first one whatever it is called: the profile's name for it need not be the file's.
    fn table(&self, name: &str) -> &Table {
        let number = name.strip_prefix(self.name.as_str()).and_then(|rest| rest.strip_prefix('#'));
        let other = number.and_then(|number| number.parse::<usize>().ok()).and_then(|number| number.checked_sub(2));
        other.and_then(|index| self.others.get(index)).unwrap_or(&self.first)
    }

    fn decoder(&self, table: &Table, checked: Checked) -> Arc<CsvDecoder> {
        Arc::new(CsvDecoder {
            dialect: self.dialect,
            fields: table.fields.clone(),
            checked,
            mended: self.mends_bytes.then(|| self.encoding.of_broken_bytes()),
            mender: table.mender.clone(),
            lines_before: table.lines,
        })
    }
}

/// Whether a file has one column: blank lines stand for empty values then.
fn has_one_column(dialect: &Dialect, text: &[u8]) -> bool {
    dialect.line_end != LineEnd::Mixed && first_records(dialect, text, 100).iter().all(|record| record.cells.len() == 1)
}

/// The first table as the start of the file has it: what stands before its header, its names, where its records begin.
fn first_table(
    location: &Location,
    path: &Path,
    dialect: &Dialect,
    text: &[u8],
    whole: bool,
    evidence: &mut Vec<String>,
) -> Result<Table, ConnectError> {
    let mut records = first_records(dialect, text, 100);
    let titles = match location.header {
        Some(false) => 0,
        _ => header::preamble(&records.iter().map(|record| record.cells.clone()).collect::<Vec<_>>()),
    };
    let titles: Vec<_> = records.drain(..titles).collect();
    let Some(first) = records.first() else {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "the file holds no records, only blank lines",
            "Export it again, or name another file.",
        ));
    };
    if !whole && first.end >= text.len() {
        return Err(too_long(path, 1));
    }
    if let Some(title) = titles.first() {
        let lines = if titles.len() == 1 { "line stands" } else { "lines stand" };
        let title = title.cells.iter().find(|cell| !cell.trim().is_empty()).map_or("", |cell| cell.trim());
        evidence.push(format!("{} {lines} before the header and are left out (`{title}`)", titles.len()));
    }
    let texts: Vec<Vec<String>> = records.iter().map(|record| record.cells.clone()).collect();
    let has_header = match location.header {
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
    let usual = usual_width(dialect, &texts);
    let (fields, skip) = if !has_header {
        let widest = texts.iter().map(Vec::len).max().unwrap_or(1);
        (
            header::numbered(if location.repair { usual.unwrap_or(widest) } else { widest }),
            titles.last().map_or(0, |last| last.end),
        )
    } else if location.repair {
        let raw = text.get(first.start..first.end).unwrap_or_default();
        let found = heading(dialect, raw.trim_ascii_end(), &texts, usual.unwrap_or(first.cells.len()));
        evidence.extend(found.notes);
        let end = records.get(found.records.saturating_sub(1)).map_or(first.end, |last| last.end);
        let mut fields = header::names(&found.names, evidence);
        // Columns that only the records have.
        for column in fields.len()..usual.unwrap_or_default() {
            fields.push(format!("column_{}", column + 1));
        }
        (fields, end)
    } else {
        (header::names(&first.cells, evidence), first.end)
    };
    Ok(Table { fields, header: has_header, start: 0, skip, end: u64::MAX, lines: 0, mender: None, notes: Vec::new() })
}

/// The width that most of the records have, the first of them left aside: it may be a header.
fn usual_width(dialect: &Dialect, records: &[Vec<String>]) -> Option<usize> {
    let (first, rest) = records.split_first()?;
    let mut widths: Vec<usize> = rest.iter().map(Vec::len).collect();
    widths.sort_unstable();
    let (count, width) = widths.chunk_by(|a, b| a == b).map(|group| (group.len(), group[0])).max()?;
    // Spaces occur in text: the header knows better how many columns there are.
    let named = dialect.delimiter == b' ' && width > first.len() && first.len() > 1;
    (!named && count >= 3 && count * 10 >= rest.len() * 6).then_some(width)
}

struct FirstRecord {
    cells: Vec<String>,
    start: usize,
    end: usize,
}

/// The cells of the first records, and where each ends.
fn first_records(dialect: &Dialect, text: &[u8], count: usize) -> Vec<FirstRecord> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut at, mut records) = (0, Vec::new());
    while records.len() < count {
        let Step::Record(found) = scan::record(dialect, text, at, Tail::End, &mut spans) else { break };
        let cells = spans.iter().map(|span| String::from_utf8_lossy(&scan::text(dialect, text, span)).into_owned());
        records.push(FirstRecord { cells: cells.collect(), start: found.start, end: found.next });
        at = found.next;
    }
    records
}

/// Why no chunk could be cut, with its place.
pub(super) fn cut_error(path: &Path, error: CutError) -> ConnectError {
    match error {
        CutError::Io(error) => encoding::read_error(path, error),
        CutError::TooLong { at } => too_long(path, at),
    }
}

fn too_long(path: &Path, at: u64) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, byte {at}", path.display()),
        format!(
            "the record that starts here does not end within {} MiB",
            if at > 1 { scan::RECORD_LIMIT } else { LONG_PREFIX } >> 20
        ),
        "Check that this is a delimited text file and that `delimiter:` and `quote:` are right.",
    )
}

impl Source for CsvSource {
    fn format(&self) -> &'static str {
        "csv"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(self.names())
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        let table = self.table(name);
        let fields = table.fields.iter().map(Field::named).collect();
        let own = self.names().into_iter().find(|own| own == name).unwrap_or_else(|| self.name.clone());
        Ok(Object { name: own, fields, ..Object::default() })
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let mut all = self.evidence.clone();
        all.extend(self.table(object).notes.iter().cloned());
        all
    }

    fn names_fields(&self, object: &str) -> bool {
        self.table(object).header
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let table = self.table(object);
        let (at, turned) = match &request.from {
            Some(position) => place_of(position).ok_or_else(|| {
                ConnectError::new(
                    ErrorKind::Changed,
                    self.path.display().to_string(),
                    "the place to continue from cannot be read",
                    "Run without resuming.",
                )
            })?,
            None => (table.start, None),
        };
        let size = Some(file::size(&self.path)?);
        let encoding = turned.map(|encoding| TextEncoding { encoding, watched: false, ..self.encoding.clone() });
        let input = TextInput::open(&self.path, encoding.as_ref().unwrap_or(&self.encoding), at)?;
        let decoder = self.decoder(table, input.checked());
        Ok(Box::new(CsvReader {
            path: self.path.clone(),
            consumed: SourceBytes::of(&input, at),
            cutter: Cutter::new(input.take(table.end.saturating_sub(at)), self.dialect, at)
                .of_width(decoder.fields.len()),
            decoder,
            skip: if at == table.start { table.skip } else { 0 },
            chunk_bytes: if request.chunk_bytes == 0 { CHUNK_BYTES } else { request.chunk_bytes },
            turned,
            size,
        }))
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

/// The byte of UTF-8 that reading goes on from, and the encoding that the file had turned out to be of before it.
fn place_of(position: &Position) -> Option<(u64, Option<Charset>)> {
    let place: serde_json::Value = serde_json::from_str(&position.0).ok()?;
    let encoding = match place.get("encoding") {
        Some(label) => Some(Charset::for_label(label.as_str()?)?),
        None => None,
    };
    Some((place.get("byte")?.as_u64()?, encoding))
}

fn position(byte: u64, turned: Option<Charset>) -> Position {
    let mut place = serde_json::json!({ "byte": byte });
    if let Some(encoding) = turned {
        place["encoding"] = encoding.name().into();
    }
    Position(place.to_string())
}

struct CsvReader {
    path: PathBuf,
    cutter: Cutter<Take<TextInput>>,
    decoder: Arc<CsvDecoder>,
    /// Bytes of the first chunk that are no records.
    skip: usize,
    chunk_bytes: usize,
    consumed: SourceBytes,
    /// The encoding that the file had turned out to be of before reading went on here.
    turned: Option<Charset>,
    size: Option<u64>,
}

impl Reader for CsvReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        let skip = std::mem::take(&mut self.skip);
        chunk.records = None;
        let start = self.cutter.offset();
        let cut = self.cutter.next(&mut chunk.bytes, &mut chunk.marks, self.chunk_bytes, skip);
        if !cut.map_err(|error| cut_error(&self.path, error))? {
            return Ok(false);
        }
        chunk.skip = skip;
        chunk.lines = 0;
        chunk.end = position(self.cutter.offset(), self.cutter.input().get_ref().turned_to().or(self.turned));
        let given_out = self.cutter.offset() - start;
        let input = self.cutter.input().get_ref();
        chunk.source_bytes = self.consumed.of_chunk(input, given_out);
        if input.checked() != self.decoder.checked {
            self.decoder = Arc::new(CsvDecoder { checked: input.checked(), ..(*self.decoder).clone() });
        }
        Ok(true)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        self.size
    }
}
