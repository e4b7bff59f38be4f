//! Chunks of JSON into batches, on any thread.

use std::path::PathBuf;
use std::sync::Arc;

use memchr::{memchr, memchr_iter};
use serde_json::value::RawValue;

use super::array::{Place, plain, whitespace};
use super::flatten::Flattener;
use super::paths::Paths;
use crate::connect::{Chunk, ConnectError, Decoder, ErrorKind};
use crate::record::{Batch, Fault, Origin, Row, Slot};

/// Decodes chunks of lines, or of values of a document.
pub(super) struct JsonDecoder {
    pub path: PathBuf,
    pub paths: Arc<Paths>,
    pub lines: bool,
    /// In a sequence of objects anything else is no record but garbage.
    pub only_objects: bool,
    /// The stream was made UTF-8 from another encoding: what could not be read is U+FFFD there.
    pub transcoded: bool,
}

impl Decoder for JsonDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        batch.clear(self.paths.names.len());
        let bytes = std::mem::take(&mut chunk.bytes);
        let mut anew = std::mem::take(&mut batch.data);
        anew.clear();
        let mut flattener = Flattener { paths: &self.paths, chunk: &bytes, anew };
        let result = if self.lines {
            decode_lines(&mut flattener, chunk.skip, batch);
            Ok(())
        } else {
            self.decode_values(&mut flattener, chunk, batch)
        };
        let anew = flattener.anew;
        chunk.lines = memchr_iter(b'\n', &bytes).count() as u64;
        if self.transcoded {
            mark_lost(&bytes, batch);
        }
        batch.data = bytes;
        batch.data.extend_from_slice(&anew);
        chunk.bytes = anew;
        result
    }

    fn fields(&self) -> &[String] {
        &self.paths.names
    }
}

/// Marks records that hold what could not be read.
fn mark_lost(bytes: &[u8], batch: &mut Batch) {
    let lost = |bytes: &[u8]| memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some();
    if !lost(bytes) {
        return;
    }
    for row in batch.rows.iter_mut().filter(|row| row.fault != Some(Fault::Malformed)) {
        let (start, len) = (row.raw.0 as usize, row.raw.1 as usize);
        if bytes.get(start..start + len).is_some_and(lost) {
            row.fault = Some(Fault::Encoding);
        }
    }
}

fn decode_lines(flattener: &mut Flattener<'_>, skip: usize, batch: &mut Batch) {
    let chunk = flattener.chunk;
    let (mut at, mut line) = (skip, 1);
    while at < chunk.len() {
        let end = memchr(b'\n', &chunk[at..]).map_or(chunk.len(), |feed| at + feed);
        let raw = chunk[at..end].strip_suffix(b"\r").unwrap_or(&chunk[at..end]);
        if !raw.trim_ascii().is_empty() {
            push(flattener, batch, (at, raw.len()), line, &mut |flattener, slots| match std::str::from_utf8(raw) {
                Ok(text) => flattener.record(text, slots).unwrap_or(Some(Fault::Malformed)),
                Err(_) => Some(Fault::Encoding),
            });
        }
        at = end + 1;
        line += 1;
    }
}

/// Fills one record; where it cannot be read, it has no cells.
fn push<'a>(
    flattener: &mut Flattener<'a>,
    batch: &mut Batch,
    raw: (usize, usize),
    line: u64,
    fill: &mut dyn FnMut(&mut Flattener<'a>, &mut [Slot]) -> Option<Fault>,
) {
    let first = batch.slots.len();
    batch.slots.resize(first + batch.width(), Slot::default());
    let fault = fill(flattener, &mut batch.slots[first..]);
    if matches!(fault, Some(Fault::Malformed)) {
        batch.slots[first..].fill(Slot::default());
    }
    batch.rows.push(Row {
        origin: Origin { number: batch.rows.len() as u64 + 1, line },
        first_slot: first as u32,
        raw: (raw.0 as u32, raw.1 as u32),
        joined: false,
        fault,
    });
}

impl JsonDecoder {
    fn decode_values<'a>(
        &self,
        flattener: &mut Flattener<'a>,
        chunk: &Chunk,
        batch: &mut Batch,
    ) -> Result<(), ConnectError> {
        let bytes: &'a [u8] = flattener.chunk;
        let (mut at, mut line, mut counted) = (chunk.skip, 1, 0);
        loop {
            at = whitespace(bytes, at);
            match bytes.get(at) {
                None | Some(b']') => return Ok(()),
                Some(b',') => {
                    at += 1;
                    continue;
                }
                Some(_) => {}
            }
            let mut values = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<&'a RawValue>();
            let value = match values.next() {
                Some(Ok(value)) => value,
                Some(Err(error)) => return Err(self.malformed(chunk, bytes, at, &error)),
                None => return Ok(()),
            };
            if self.only_objects && !value.get().starts_with('{') {
                let what = "something that is no object stands between or behind the objects";
                return Err(malformed(&self.path, line_of(chunk, bytes, at), None, what));
            }
            let end = at + values.byte_offset();
            line += memchr_iter(b'\n', &bytes[counted..at]).count() as u64;
            counted = at;
            let mut broken = None;
            push(flattener, batch, (at, end - at), line, &mut |flattener, slots| {
                if !value.get().starts_with('{') {
                    return Some(Fault::Malformed);
                }
                match flattener.record(value.get(), slots) {
                    Ok(fault) => fault,
                    Err(error) => {
                        broken = Some(error);
                        None
                    }
                }
            });
            if let Some(error) = broken {
                return Err(self.malformed(chunk, bytes, at, &error));
            }
            at = end;
        }
    }

    /// An error in the value at `at`; the chunk's end says where that is in the file.
    fn malformed(&self, chunk: &Chunk, bytes: &[u8], at: usize, error: &serde_json::Error) -> ConnectError {
        let line = line_of(chunk, bytes, at) + (error.line() as u64).saturating_sub(1);
        let column = if error.line() > 1 { Some(0) } else { column_of(chunk, bytes, at) };
        malformed(&self.path, line, column.map(|column| column + error.column() as u64), &plain(error))
    }
}

/// The line (from 1) of a byte of a chunk whose end has a known place.
fn line_of(chunk: &Chunk, bytes: &[u8], at: usize) -> u64 {
    let lines_after = memchr_iter(b'\n', bytes.get(at..).unwrap_or_default()).count() as u64;
    (end_of(chunk).line + 1).saturating_sub(lines_after)
}

/// How many bytes stand before a byte of a chunk on its line, where the chunk shows it.
fn column_of(chunk: &Chunk, bytes: &[u8], at: usize) -> Option<u64> {
    match memchr::memrchr(b'\n', &bytes[..at]) {
        Some(feed) => Some((at - feed - 1) as u64),
        None if memchr(b'\n', bytes).is_none() => {
            end_of(chunk).column.checked_sub(bytes.len() as u64).map(|start| start + at as u64)
        }
        None => None,
    }
}

fn end_of(chunk: &Chunk) -> Place {
    serde_json::from_str(&chunk.end.0).unwrap_or_else(|_| Place::start())
}

/// The error of a document that is no JSON.
pub(super) fn malformed(path: &std::path::Path, line: u64, column: Option<u64>, what: &str) -> ConnectError {
    let column = column.map_or_else(String::new, |column| format!(", column {column}"));
    ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, line {line}{column}", path.display()),
        format!("this is no well-formed JSON: {what}"),
        "Export the file again, or repair it at that place.",
    )
}
