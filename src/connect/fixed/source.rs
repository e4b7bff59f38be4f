//! A file of fixed-width lines as a source of one object.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::columns::{self, Found};
use super::decode::{FixedDecoder, is_blank};
use super::layout::{Layout, Line, Unit};
use crate::connect::encoding::{self, SourceBytes, TextEncoding, TextInput};
use crate::connect::lines::{LINE_LIMIT, LineCutter, LineError, most_records};
use crate::connect::{
    Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, Location, Position, ReadRequest, Reader, Source, csv, file,
};
use crate::schema::{Field, Object};

const CHUNK_BYTES: usize = 1 << 20;
/// Lines looked at to find the header.
const HEADER_LINES: usize = 100;

struct FixedSource {
    path: PathBuf,
    name: String,
    encoding: TextEncoding,
    /// Bytes of UTF-8 before the first record: a mark, titles, a header, a ruler.
    skip: usize,
    header: bool,
    layout: Arc<Layout>,
    evidence: Vec<String>,
}

/// Opens a file of fixed-width lines; where its columns are not pinned they must be found.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    match open(location, &path)? {
        Some(source) => Ok(Box::new(source)),
        None => Err(ConnectError::new(
            ErrorKind::UnknownFormat,
            path.display().to_string(),
            "no columns were found that stand at the same place of every line",
            "Give their widths as `widths: [8, 30, 20]` in the profile or `--widths 8,30,20`, or read it as `csv:PATH`.",
        )),
    }
}

/// Opens a text file if its lines show that it is of fixed width; whatever else is said about it, a reader of delimited
/// text says better.
pub fn detected(location: &Location) -> Option<Box<dyn Source>> {
    let path = location.path();
    let found = open(location, &path).ok().flatten()?;
    Some(Box::new(found))
}

fn open(location: &Location, path: &Path) -> Result<Option<FixedSource>, ConnectError> {
    let prefix = file::text_prefix(path)?;
    let whole = prefix.is_whole();
    let encoding = encoding::of_file(location, &prefix)?;
    let (sample, mark) = encoding::sample(path, &encoding, prefix.bytes)?;
    let text = sample.get(mark..).unwrap_or_default();
    let text = match memchr::memrchr(b'\n', text) {
        Some(feed) if !whole => text.get(..=feed).unwrap_or_default(),
        _ => text,
    };
    let lines = Lines::of(text);
    let mut evidence = vec![encoding.evidence.clone()];
    let found = if location.columns.is_empty() {
        columns::find(&lines.texts(), &lines.blank_before())
    } else {
        Some(pinned(location, &lines))
    };
    let Some(found) = found else { return Ok(None) };
    evidence.extend(found.evidence);
    let mut layout = found.layout;
    let named = !layout.fields.is_empty();
    let cells = |line: &&[u8]| -> Vec<String> {
        let line = (Line::new(line, layout.unit), line);
        let text = |(start, end)| String::from_utf8_lossy(line.1.get(start..end).unwrap_or_default()).into_owned();
        layout.texts(&line.0).map(text).collect()
    };
    let texts = lines.texts();
    let records: Vec<Vec<String>> = texts.iter().skip(found.first).take(HEADER_LINES).map(cells).collect();
    let header = match (location.header, named) {
        (Some(header), _) => header,
        // Names that the profile gives, or the line above a ruler.
        (None, true) => false,
        (None, false) => {
            let (header, why) = csv::guess_header(&records);
            evidence.push(why);
            header
        }
    };
    let mut first = found.first;
    if header {
        first += 1;
    }
    if !named {
        let names = records.first().filter(|_| header);
        layout.fields = match names {
            Some(names) => csv::unique_names(names, &mut evidence),
            None => (1..=layout.spans.len()).map(|column| format!("column_{column}")).collect(),
        };
    }
    let skip = mark + lines.start_of(first);
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let header = header || (named && location.columns.is_empty()) || location.columns.iter().any(|c| c.name.is_some());
    let layout = Arc::new(layout);
    Ok(Some(FixedSource { path: path.to_owned(), name, encoding, skip, header, layout, evidence }))
}

/// The lines of a sample that are not blank, and where each starts.
struct Lines<'a> {
    all: Vec<(usize, &'a [u8])>,
    len: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8]) -> Lines<'a> {
        let (mut at, mut all) = (0, Vec::new());
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let plain = line.strip_suffix(b"\n").unwrap_or(line);
            let plain = plain.strip_suffix(b"\r").unwrap_or(plain);
            if !is_blank(plain) && all.len() < columns::MOST_LINES {
                all.push((at, plain));
            }
            at += line.len();
        }
        Lines { all, len: text.len() }
    }

    fn texts(&self) -> Vec<&'a [u8]> {
        self.all.iter().map(|(_, line)| *line).collect()
    }

    /// Whether a blank line stands before each.
    fn blank_before(&self) -> Vec<bool> {
        let mut end = 0;
        let before = |(start, line): &(usize, &[u8])| {
            let gap = start.saturating_sub(std::mem::replace(&mut end, start + line.len()));
            gap > 2
        };
        self.all.iter().map(before).collect()
    }

    /// The byte at which a line starts.
    fn start_of(&self, line: usize) -> usize {
        self.all.get(line).map_or(self.len, |(start, _)| *start)
    }
}

/// The columns that a profile or the command line gives.
fn pinned(location: &Location, lines: &Lines<'_>) -> Found {
    let spans: Vec<(usize, usize)> = location.columns.iter().map(|column| (column.start, column.end)).collect();
    let texts = lines.texts();
    let unit = columns::unit(&texts);
    let end = spans.iter().map(|(_, end)| *end).max().unwrap_or_default();
    let reach = texts.iter().filter(|line| Line::new(line, unit).len() >= end).count();
    let padded = (!texts.is_empty() && reach * 10 >= texts.len() * 9).then_some(end);
    let named = location.columns.iter().any(|column| column.name.is_some());
    let name = |(at, column): (usize, &crate::connect::FixedColumn)| {
        column.name.clone().unwrap_or_else(|| format!("column_{}", at + 1))
    };
    let fields = if named { location.columns.iter().enumerate().map(name).collect() } else { Vec::new() };
    let mut evidence = vec![format!("fixed width: {} columns are pinned", spans.len())];
    evidence.extend(columns::length_evidence(padded, texts.len(), reach, unit));
    Found { layout: Layout { fields, spans, unit, padded, parted: Vec::new(), open: false }, first: 0, evidence }
}

impl Source for FixedSource {
    fn format(&self) -> &'static str {
        "fixed"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(vec![self.name.clone()])
    }

    /// The only object, whatever it is called.
    fn object(&self, _name: &str) -> Result<Object, ConnectError> {
        let fields = self.layout.fields.iter().map(Field::named).collect();
        Ok(Object { name: self.name.clone(), fields, ..Object::default() })
    }

    fn evidence(&self, _object: &str) -> Vec<String> {
        self.evidence.clone()
    }

    fn names_fields(&self, _object: &str) -> bool {
        self.header
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let at: u64 = match &request.from {
            Some(position) => position.0.parse().map_err(|_| {
                ConnectError::new(
                    ErrorKind::Changed,
                    self.path.display().to_string(),
                    "the place to continue from cannot be read",
                    "Run without resuming.",
                )
            })?,
            None => 0,
        };
        let input = TextInput::open(&self.path, &self.encoding, at)?;
        let decoder = Arc::new(FixedDecoder { layout: self.layout.clone(), transcoded: !self.encoding.is_utf8() });
        Ok(Box::new(FixedReader {
            path: self.path.clone(),
            consumed: SourceBytes::of(&input, at),
            cutter: LineCutter::new(input, at),
            decoder,
            skip: self.skip as u64,
            chunk_bytes: if request.chunk_bytes == 0 { CHUNK_BYTES } else { request.chunk_bytes },
            size: file::size(&self.path)?,
        }))
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

struct FixedReader {
    path: PathBuf,
    cutter: LineCutter<TextInput>,
    decoder: Arc<FixedDecoder>,
    /// Bytes at the start of the file that are no records.
    skip: u64,
    chunk_bytes: usize,
    consumed: SourceBytes,
    size: u64,
}

impl Reader for FixedReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        chunk.records = None;
        let start = self.cutter.offset();
        let most = most_records(self.chunk_bytes, self.decoder.fields().len());
        let more = self.cutter.next(&mut chunk.bytes, self.chunk_bytes, most).map_err(|error| match error {
            LineError::Io(error) => ConnectError::io(&self.path, "read", error),
            LineError::TooLong { at } => ConnectError::new(
                ErrorKind::Malformed,
                format!("{}, byte {at}", self.path.display()),
                format!("a line starts here that is longer than {} MiB", LINE_LIMIT >> 20),
                "Check that the file holds lines of fixed width.",
            ),
        })?;
        chunk.skip = (self.skip.saturating_sub(start) as usize).min(chunk.bytes.len());
        chunk.end = Position(self.cutter.offset().to_string());
        let given_out = self.cutter.offset() - start;
        chunk.source_bytes = self.consumed.of_chunk(self.cutter.input(), given_out);
        Ok(more)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        Some(self.size)
    }
}

/// The unit in words.
pub(super) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Characters => "characters",
        Unit::Bytes => "bytes",
    }
}
