//! Chunks of lines into batches, on any thread. Cells point into the chunk.

use std::sync::Arc;

use memchr::memchr;

use super::layout::{Layout, Line, Odd};
use crate::connect::{Chunk, ConnectError, Decoder};
use crate::record::{Batch, Fault, Form, Kind, Origin, Row, Slot, SourceType};

pub(super) struct FixedDecoder {
    pub layout: Arc<Layout>,
    /// The stream was made UTF-8 from another encoding: what could not be read is U+FFFD there.
    pub transcoded: bool,
}

impl Decoder for FixedDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        batch.clear(self.layout.fields.len());
        std::mem::swap(&mut chunk.bytes, &mut batch.data);
        let Batch { data, slots, rows, .. } = batch;
        let skipped = data.get(..chunk.skip).unwrap_or_default();
        let (mut at, mut line) = (chunk.skip, 1 + memchr::memchr_iter(b'\n', skipped).count() as u64);
        while at < data.len() {
            let end = memchr(b'\n', &data[at..]).map_or(data.len(), |feed| at + feed);
            let raw = data[at..end].strip_suffix(b"\r").unwrap_or(&data[at..end]);
            if !is_blank(raw) {
                let first = slots.len();
                let fault = self.record(raw, at, slots);
                let origin = Origin { number: rows.len() as u64 + 1, line };
                rows.push(Row {
                    origin,
                    first_slot: first as u32,
                    raw: (at as u32, raw.len() as u32),
                    joined: false,
                    fault,
                });
            }
            at = end + 1;
            line += 1;
        }
        chunk.lines = line - 1;
        Ok(())
    }

    fn split(&self, raw: &[u8]) -> Option<Vec<Vec<u8>>> {
        let line = Line::new(raw, self.layout.unit);
        let cell = |(start, end): (usize, usize)| raw.get(start..end).unwrap_or_default().to_vec();
        Some(self.layout.texts(&line).chain(self.layout.beyond(&line)).map(cell).collect())
    }

    fn fields(&self) -> &[String] {
        &self.layout.fields
    }
}

impl FixedDecoder {
    fn record(&self, raw: &[u8], at: usize, slots: &mut Vec<Slot>) -> Option<Fault> {
        let line = Line::new(raw, self.layout.unit);
        let lost = if self.transcoded {
            memchr::memmem::find(raw, "\u{fffd}".as_bytes()).is_some()
        } else {
            std::str::from_utf8(raw).is_err()
        };
        for (start, end) in self.layout.texts(&line) {
            let kind = match raw.get(start..end) {
                None | Some([]) => Kind::Missing,
                Some(text) if lost && std::str::from_utf8(text).is_err() => Kind::Bytes,
                Some(_) => Kind::Text,
            };
            let (start, len) = ((at + start) as u32, (end - start) as u32);
            slots.push(Slot { start, len, kind, source_type: SourceType::Untyped, form: Form::Unknown });
        }
        if lost {
            return Some(Fault::Encoding);
        }
        let expected = self.layout.spans.len() as u32;
        self.layout.odd(&line).map(|odd| match odd {
            Odd::Short(found) => Fault::TooFewFields { found: found as u32, expected },
            Odd::Long => Fault::TooManyFields { found: expected + 1, expected },
            Odd::Misaligned => Fault::Misaligned,
        })
    }
}

/// Nothing but white space, or the end-of-file mark of old systems.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0c | 0x1a | 0))
}
