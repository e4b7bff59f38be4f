//! A JSON or NDJSON file as a source of one object.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::value::RawValue;

use super::array::{DocumentCutter, DocumentError, Place, whitespace};
use super::decode::{JsonDecoder, malformed};
use super::layout::{self, Layout};
use super::paths::Paths;
use crate::connect::encoding::{self, SourceBytes, TextEncoding, TextInput};
use crate::connect::lines::{LineCutter, LineError, most_records};
use crate::connect::{
    Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, ListSetting, Location, Position, ReadRequest, Reader, Source,
    file, lists,
};
use crate::schema::Object;

const CHUNK_BYTES: usize = 1 << 20;
/// Fields come from the records in so much of the file's start, and at least from so many.
const SAMPLE_BYTES: usize = 1 << 20;
const SAMPLE_RECORDS: usize = 1000;

/// A JSON file: what was found out about it from its start.
#[derive(Debug)]
pub(super) struct JsonSource {
    path: PathBuf,
    name: String,
    format: &'static str,
    encoding: TextEncoding,
    /// Bytes of UTF-8 that are a byte-order mark.
    mark: usize,
    layout: Layout,
    paths: Arc<Paths>,
    evidence: Vec<String>,
    advice: Vec<String>,
}

/// Opens a JSON file: an array of objects, an object that holds one, or objects one after another or one a line.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    JsonSource::open(location, None).map(|source| Box::new(source) as Box<dyn Source>)
}

/// Opens a file that holds one JSON object a line.
pub fn open_ndjson_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    JsonSource::open(location, Some(Layout::Lines)).map(|source| Box::new(source) as Box<dyn Source>)
}

impl JsonSource {
    pub(super) fn open(location: &Location, pinned: Option<Layout>) -> Result<JsonSource, ConnectError> {
        let path = location.path();
        let prefix = file::text_prefix(&path)?;
        let encoding = encoding::of_file(location, &prefix)?;
        let whole = prefix.is_whole();
        let (start, mark) = encoding::sample(&path, &encoding, prefix.bytes)?;
        if let Some(line) = too_deep(&start) {
            let what = format!("arrays or objects are nested more than {DEPTH} deep here; no table is");
            return Err(malformed(&path, line, None, &what));
        }
        let layout = match pinned {
            Some(layout) => layout,
            None => layout::of(&start, mark, whole).map_err(|(_, what)| empty(&path, &what))?,
        };
        let mut source = JsonSource {
            name: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            format: if layout == Layout::Lines { "ndjson" } else { "json" },
            evidence: vec![encoding.evidence.clone(), layout.evidence()],
            advice: Vec::new(),
            path,
            encoding,
            mark,
            layout,
            paths: Arc::default(),
        };
        source.learn(&location.lists)?;
        Ok(source)
    }

    /// Finds the fields in the first records.
    fn learn(&mut self, rules: &[ListSetting]) -> Result<(), ConnectError> {
        let mut reader = self.reader(&ReadRequest { chunk_bytes: SAMPLE_BYTES / 4, ..ReadRequest::default() })?;
        let mut paths = Paths::default();
        let (mut records, mut others, mut broken, mut bytes) = (0, 0, 0, 0);
        let mut chunk = Chunk::default();
        let mut ended = false;
        while bytes < SAMPLE_BYTES || (records < SAMPLE_RECORDS && bytes < 16 * SAMPLE_BYTES) {
            if !reader.next(&mut chunk)? {
                ended = true;
                break;
            }
            bytes += chunk.bytes.len();
            each_value(&chunk, self.layout == Layout::Lines, &mut |value| {
                match value {
                    Some(value) if value.get().starts_with('{') && paths.learn(value).is_ok() => records += 1,
                    Some(_) => others += 1,
                    None => broken += 1,
                };
            });
        }
        let lines = self.layout == Layout::Lines;
        if !lines && (broken > 0 || records == 0) {
            self.check()?;
        }
        if records == 0 && (ended || !lines) {
            return Err(no_records(
                &self.path,
                match (others + broken, lines) {
                    (0, _) => "it holds no records",
                    (_, true) => "no line is a JSON object",
                    (_, false) => "it holds values, but none of them is an object",
                },
            ));
        }
        self.evidence.push(if ended {
            format!("fields: from all {records} records")
        } else {
            format!("fields: from the first {records} records; a field that appears only later is reported")
        });
        self.paths = Arc::new(paths.finish());
        self.advice = lists::advice_on(&self.paths.lists, rules);
        Ok(())
    }

    /// Reads a document to its end: the error tells where it is no JSON.
    fn check(&self) -> Result<(), ConnectError> {
        let mut reader = self.reader(&ReadRequest::default())?;
        let decoder = reader.decoder();
        let (mut chunk, mut batch) = (Chunk::default(), crate::record::Batch::default());
        while reader.next(&mut chunk)? {
            decoder.decode(&mut chunk, &mut batch)?;
        }
        Ok(())
    }

    fn reader(&self, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let place: Place = match &request.from {
            Some(position) => serde_json::from_str(&position.0).map_err(|_| {
                ConnectError::new(
                    ErrorKind::Changed,
                    self.path.display().to_string(),
                    "the place to continue from cannot be read",
                    "Run without resuming.",
                )
            })?,
            None => Place::start(),
        };
        let input = TextInput::open(&self.path, &self.encoding, place.byte)?;
        let lines = self.layout == Layout::Lines;
        let consumed = SourceBytes::of(&input, place.byte);
        let cutter = if lines {
            Cutter::Lines { cutter: LineCutter::new(input, place.byte), mark: self.mark }
        } else {
            Cutter::Document(DocumentCutter::new(input, self.layout.clone(), place))
        };
        Ok(Box::new(JsonReader {
            path: self.path.clone(),
            cutter,
            decoder: Arc::new(JsonDecoder {
                path: self.path.clone(),
                paths: self.paths.clone(),
                lines,
                transcoded: !self.encoding.is_utf8(),
                only_objects: matches!(self.layout, Layout::Sequence { .. }) && !self.paths.names.is_empty(),
            }),
            chunk_bytes: if request.chunk_bytes == 0 { CHUNK_BYTES } else { request.chunk_bytes },
            consumed,
            size: Some(file::size(&self.path)?),
        }))
    }
}

/// Calls `each` for the values of a chunk; `None` for one that is no JSON, which ends a document's chunk.
fn each_value(chunk: &Chunk, lines: bool, each: &mut dyn FnMut(Option<&RawValue>)) {
    let bytes = &chunk.bytes[chunk.skip..];
    if lines {
        for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            each(serde_json::from_slice(line).ok());
        }
        return;
    }
    let mut at = 0;
    loop {
        at = whitespace(bytes, at);
        match bytes.get(at) {
            None | Some(b']') => return,
            Some(b',') => {
                at += 1;
                continue;
            }
            Some(_) => {}
        }
        let mut values = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) => each(Some(value)),
            _ => return each(None),
        }
        at += values.byte_offset();
    }
}

/// Arrays and objects within one another; what is nested deeper is made to exhaust readers.
const DEPTH: usize = 512;

/// The line on which the start of a file is nested too deep.
fn too_deep(start: &[u8]) -> Option<u64> {
    let (mut depth, mut inside, mut escaped) = (0usize, false, false);
    for (at, byte) in start.iter().enumerate() {
        if inside {
            inside = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match byte {
            b'"' => inside = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Some(1 + memchr::memchr_iter(b'\n', &start[..at]).count() as u64);
        }
    }
    None
}

fn empty(path: &Path, what: &str) -> ConnectError {
    ConnectError::new(ErrorKind::Empty, path.display().to_string(), what, "Export it again, or name another file.")
}

fn no_records(path: &Path, what: &str) -> ConnectError {
    empty(path, &format!("there is no table in this file: {what}"))
}

impl Source for JsonSource {
    fn format(&self) -> &'static str {
        self.format
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(vec![self.name.clone()])
    }

    /// The only object, whatever it is called: the profile's name for it need not be that of the file.
    fn object(&self, _name: &str) -> Result<Object, ConnectError> {
        Ok(Object { name: self.name.clone(), fields: self.paths.fields.clone(), ..Object::default() })
    }

    fn evidence(&self, _object: &str) -> Vec<String> {
        [self.evidence.as_slice(), &self.advice].concat()
    }

    fn advice(&self, _object: &str) -> Vec<String> {
        self.advice.clone()
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        self.reader(request)
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

enum Cutter {
    Lines { cutter: LineCutter<TextInput>, mark: usize },
    Document(DocumentCutter<TextInput>),
}

struct JsonReader {
    path: PathBuf,
    cutter: Cutter,
    decoder: Arc<JsonDecoder>,
    chunk_bytes: usize,
    consumed: SourceBytes,
    size: Option<u64>,
}

impl JsonReader {
    /// Fills the chunk; false at the end.
    fn cut(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        let most = most_records(self.chunk_bytes, self.decoder.fields().len());
        match &mut self.cutter {
            Cutter::Lines { cutter, mark } => {
                chunk.skip = if cutter.offset() == 0 { *mark } else { 0 };
                let more = cutter.next(&mut chunk.bytes, self.chunk_bytes, most).map_err(|error| match error {
                    LineError::Io(error) => ConnectError::io(&self.path, "read", error),
                    LineError::TooLong { at } => ConnectError::new(
                        ErrorKind::Malformed,
                        format!("{}, byte {at}", self.path.display()),
                        "a line starts here that is longer than 64 MiB",
                        "Check that the file holds one JSON object a line, or pin `format: json`.",
                    ),
                })?;
                chunk.end = Position(format!("{{\"byte\":{},\"line\":0,\"column\":0}}", cutter.offset()));
                Ok(more)
            }
            Cutter::Document(cutter) => {
                let skip = cutter.next(&mut chunk.bytes, self.chunk_bytes, most).map_err(|error| match error {
                    DocumentError::Io(error) => ConnectError::io(&self.path, "read", error),
                    DocumentError::Malformed { line, column, what } => malformed(&self.path, line, Some(column), &what),
                })?;
                chunk.skip = skip.unwrap_or_default();
                let place = serde_json::to_string(&cutter.place()).unwrap_or_default();
                chunk.end = Position(place);
                Ok(skip.is_some())
            }
        }
    }
}

impl Reader for JsonReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        chunk.records = None;
        chunk.lines = 0;
        if !self.cut(chunk)? {
            return Ok(false);
        }
        let input = match &self.cutter {
            Cutter::Lines { cutter, .. } => cutter.input(),
            Cutter::Document(cutter) => cutter.input(),
        };
        chunk.source_bytes = self.consumed.of_chunk(input, chunk.bytes.len() as u64);
        Ok(true)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        self.size
    }
}
