//! JSON and NDJSON as targets. Fields with dotted names become nested objects again; cells that have a type in their
//! source, or that the target's schema types, are written as numbers and booleans, everything else as strings.

use std::path::PathBuf;
use std::sync::Arc;

use super::layout::Layout;
use super::source::JsonSource;
use crate::connect::file::{Existing, PendingFile, ends_with_feed, existing_for, hex};
use crate::connect::lines_sink::LinesSink;
use crate::connect::{
    ConnectError, Encoder, ErrorKind, Location, Sink, Source, Target, TargetBatch, WriteMode, WriteRequest,
};
use crate::record::{Cell, Kind, SourceType};
use crate::schema::{FieldType, Schema};

/// Opens a JSON file as a target: one array of objects.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    open(location, false)
}

/// Opens an NDJSON file as a target: one object a line.
pub fn open_ndjson_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    open(location, true)
}

fn open(location: &Location, lines: bool) -> Result<Box<dyn Target>, ConnectError> {
    if location.encoding.as_deref().is_some_and(|label| !label.eq_ignore_ascii_case("utf-8")) {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            "JSON is written in UTF-8 only",
            "Leave out `encoding:`, or pin it to utf-8.",
        ));
    }
    Ok(Box::new(JsonTarget { path: location.path(), location: location.clone(), lines }))
}

struct JsonTarget {
    path: PathBuf,
    location: Location,
    lines: bool,
}

impl Target for JsonTarget {
    fn format(&self) -> &'static str {
        if self.lines { "ndjson" } else { "json" }
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        if !self.path.exists() {
            return Ok(Schema { name, objects: Vec::new() });
        }
        match JsonSource::open(&self.location, self.lines.then_some(Layout::Lines)) {
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
        if request.mode == WriteMode::Append && !self.lines && self.path.exists() {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                self.path.display().to_string(),
                "records cannot be added to a JSON array, which is closed already",
                "Write NDJSON (`.ndjson`), which can grow, or choose `write: replace`.",
            ));
        }
        let encoder = Arc::new(JsonEncoder::new(request, self.lines, &self.path)?);
        let grows = existing == Existing::Keep && self.path.exists();
        let needs_feed = grows && !ends_with_feed(&self.path)?;
        let mut file = PendingFile::start(&self.path, &request.run, existing, request.resume.as_ref())?;
        match (&request.resume, self.lines) {
            (None, false) => file.write(b"[")?,
            (None, true) if needs_feed => file.write(b"\n")?,
            _ => {}
        }
        let sink = LinesSink::new(file, encoder);
        // Every record of an array starts with a comma; the first of all has none before it.
        Ok(Box::new(if self.lines { sink } else { sink.parted(1, 1).ending(ARRAY_END) }))
    }
}

/// A field of the target in its nesting.
#[derive(Debug)]
enum Shape {
    Field { key: Vec<u8>, field: usize },
    Object { key: Vec<u8>, name: String, members: Vec<Shape> },
}

/// Writes records as JSON objects.
struct JsonEncoder {
    members: Vec<Shape>,
    /// What the target's schema makes of a field's text.
    types: Vec<FieldType>,
    lines: bool,
}

impl JsonEncoder {
    fn new(request: &WriteRequest, lines: bool, path: &std::path::Path) -> Result<JsonEncoder, ConnectError> {
        let mut members = Vec::new();
        for (field, name) in request.fields.iter().enumerate() {
            if !place(&mut members, name, field) {
                return Err(ConnectError::new(
                    ErrorKind::Unsupported,
                    path.display().to_string(),
                    format!("`{name}` cannot be both a value and an object with fields of its own"),
                    "Rename one of the fields that share this path.",
                ));
            }
        }
        let type_of = |name: &String| {
            let field = request.schema.as_ref().and_then(|object| object.field(name));
            field.map_or(FieldType::Text, |field| field.field_type)
        };
        Ok(JsonEncoder { members, types: request.fields.iter().map(type_of).collect(), lines })
    }

    fn members(&self, members: &[Shape], cells: &[Cell<'_>], text: &mut Vec<u8>) {
        text.push(b'{');
        let start = text.len();
        for member in members {
            let before = text.len();
            if before > start {
                text.push(b',');
            }
            let written = match member {
                Shape::Field { key, field } => {
                    text.extend_from_slice(key);
                    self.value(cells.get(*field).copied().unwrap_or_default(), *field, text)
                }
                Shape::Object { key, members, .. } => {
                    text.extend_from_slice(key);
                    let at = text.len();
                    self.members(members, cells, text);
                    text.len() > at + 2
                }
            };
            // What is missing has no key.
            if !written {
                text.truncate(before);
            }
        }
        text.push(b'}');
    }

    fn value(&self, cell: Cell<'_>, field: usize, text: &mut Vec<u8>) -> bool {
        let bytes = cell.bytes;
        let field_type = self.types.get(field).copied().unwrap_or_default();
        match cell.kind {
            Kind::Missing => return false,
            Kind::Null => text.extend_from_slice(b"null"),
            Kind::Bytes => {
                text.push(b'"');
                hex(bytes, text);
                text.push(b'"');
            }
            Kind::List | Kind::Map if is_json(bytes) => text.extend_from_slice(bytes),
            Kind::Text if is_number(cell.source_type, field_type) && is_json_number(bytes) => {
                text.extend_from_slice(bytes);
            }
            Kind::Text
                if (cell.source_type == SourceType::Boolean || field_type == FieldType::Boolean)
                    && (bytes == b"true" || bytes == b"false") =>
            {
                text.extend_from_slice(bytes);
            }
            Kind::Text | Kind::List | Kind::Map => string(bytes, text),
        }
        true
    }
}

impl Encoder for JsonEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        if !self.lines {
            batch.text.extend_from_slice(b",\n");
        }
        self.members(&self.members, cells, &mut batch.text);
        if self.lines {
            batch.text.push(b'\n');
        }
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

/// Puts a field into the nesting by its dotted name; false where the name is taken by a value or an object.
fn place(members: &mut Vec<Shape>, name: &str, field: usize) -> bool {
    let (first, rest) = match name.split_once('.') {
        Some((first, rest)) if !first.is_empty() && !rest.is_empty() => (first, Some(rest)),
        _ => (name, None),
    };
    let key = || {
        let mut key = Vec::new();
        string(first.as_bytes(), &mut key);
        key.push(b':');
        key
    };
    let mut plain_key = Vec::new();
    string(first.as_bytes(), &mut plain_key);
    plain_key.push(b':');
    let found = members.iter_mut().find(|member| match member {
        Shape::Field { key, .. } => *key == plain_key,
        Shape::Object { name, .. } => name == first,
    });
    match (found, rest) {
        (None, None) => members.push(Shape::Field { key: key(), field }),
        (None, Some(rest)) => {
            let mut inner = Vec::new();
            let placed = place(&mut inner, rest, field);
            members.push(Shape::Object { key: key(), name: first.to_owned(), members: inner });
            return placed;
        }
        (Some(Shape::Object { members, .. }), Some(rest)) => return place(members, rest, field),
        _ => return false,
    }
    true
}

fn is_number(source_type: SourceType, field_type: FieldType) -> bool {
    matches!(source_type, SourceType::Integer | SourceType::Decimal | SourceType::Float)
        || matches!(field_type, FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Percent)
}

/// Whether a text is a number as JSON writes it (RFC 8259, section 6): no leading zeros, no plus.
fn is_json_number(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') && is_json(bytes)
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// Writes a JSON string. Bytes that are no UTF-8 become U+FFFD.
fn string(bytes: &[u8], text: &mut Vec<u8>) {
    let shown = String::from_utf8_lossy(bytes);
    // Writing a string into memory cannot fail.
    let _ = serde_json::to_writer(text, shown.as_ref());
}

const ARRAY_END: &[u8] = b"\n]\n";
