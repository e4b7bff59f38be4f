//! XML as a target: `<records>` with one `<record>` a record and one element a field.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;

use super::{ENCODING, FIELD};
use crate::connect::file::{PendingFile, existing_for, hex};
use crate::connect::lines_sink::LinesSink;
use crate::connect::{ConnectError, Encoder, ErrorKind, Location, Sink, Target, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Cell, Kind};
use crate::schema::Schema;

const START: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records>\n";
const END: &[u8] = b"</records>\n";

/// Opens an XML document as a target.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    Ok(Box::new(XmlTarget { path: location.path(), location: location.clone() }))
}

struct XmlTarget {
    path: PathBuf,
    location: Location,
}

impl Target for XmlTarget {
    fn format(&self) -> &'static str {
        "xml"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        if !self.path.exists() {
            return Ok(Schema { name, objects: Vec::new() });
        }
        match super::open_source(&self.location) {
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
        if request.mode == WriteMode::Append && self.path.exists() {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                self.path.display().to_string(),
                "records cannot be added to an XML document, which is closed already",
                "Choose `write: replace`, or a format that can grow (CSV, NDJSON).",
            ));
        }
        let mut file = PendingFile::start(&self.path, &request.run, existing, request.resume.as_ref())?;
        if request.resume.is_none() {
            file.write(START)?;
        }
        let tags = request.fields.iter().map(|name| tags(name)).collect();
        Ok(Box::new(LinesSink::new(file, Arc::new(XmlEncoder { tags })).ending(END)))
    }
}

/// The start of a field's start tag (without `>`), and its end tag.
fn tags(name: &str) -> (Vec<u8>, Vec<u8>) {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name != FIELD
        && !name.to_ascii_lowercase().starts_with("xml");
    if plain {
        return (format!("    <{name}").into_bytes(), format!("</{name}>\n").into_bytes());
    }
    let mut start = format!("    <{FIELD} name=\"").into_bytes();
    // A name that XML cannot hold at all keeps what it can.
    let name: String = name.chars().map(|letter| if is_allowed(letter) { letter } else { '\u{fffd}' }).collect();
    escape(&name, &mut start);
    start.push(b'"');
    (start, format!("</{FIELD}>\n").into_bytes())
}

/// The characters of XML 1.0 (production 2).
fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Text for content and attribute values alike; line ends and tabs as references, since parsers change them.
fn escape(text: &str, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    for letter in text.chars() {
        match letter {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\r' => out.extend_from_slice(b"&#13;"),
            '\n' => out.extend_from_slice(b"&#10;"),
            '\t' => out.extend_from_slice(b"&#9;"),
            letter => out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes()),
        }
    }
}

struct XmlEncoder {
    tags: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Encoder for XmlEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let text = &mut batch.text;
        text.extend_from_slice(b"  <record>\n");
        for (cell, (start, end)) in cells.iter().zip(&self.tags) {
            if matches!(cell.kind, Kind::Missing | Kind::Null) {
                continue;
            }
            text.extend_from_slice(start);
            let value = cell.display();
            match cell.kind {
                Kind::Bytes => {
                    text.push(b'>');
                    hex(cell.bytes, text);
                }
                _ if value.chars().all(is_allowed) => {
                    text.push(b'>');
                    escape(&value, text);
                }
                _ => {
                    let coded = base64::engine::general_purpose::STANDARD.encode(value.as_bytes());
                    text.extend_from_slice(format!(" {ENCODING}=\"base64\">{coded}").as_bytes());
                }
            }
            text.extend_from_slice(end);
        }
        text.extend_from_slice(b"  </record>\n");
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}
