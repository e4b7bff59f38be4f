//! Reading for sources that cannot be cut: a thread of its own walks through the source and hands over finished batches.
//!
//! What walks needs no care for chunks, positions and lifetimes: it pushes cells and ends rows. The pump holds two batches
//! at most, so that a slow consumer stops the walk and memory stays bounded.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{Chunk, ConnectError, Decoder, ErrorKind, Position, ReadRequest, Reader};
use crate::record::{Batch, Cell, Fault, Kind, Origin, SourceType};

/// Bytes of text or rows that make a batch.
const BATCH_BYTES: usize = 512 << 10;
const BATCH_ROWS: usize = 10_000;

/// What stops a walk.
pub(super) enum Stop {
    /// Nobody listens any more.
    Unwanted,
    Error(ConnectError),
}

impl From<ConnectError> for Stop {
    fn from(error: ConnectError) -> Stop {
        Stop::Error(error)
    }
}

struct Full {
    batch: Batch,
    /// Lines of the source up to the end of the batch, and records.
    lines: u64,
    records: u64,
}

/// Takes records from a walk.
pub(super) struct Output {
    sender: SyncSender<Result<Full, ConnectError>>,
    /// Batches that were read, to be filled again.
    spare: Receiver<Batch>,
    batch: Batch,
    width: usize,
    /// Records that an earlier read has had already.
    skip: u64,
    records: u64,
    /// The line of the last record of the batch before.
    base: u64,
    line: u64,
}

impl Output {
    pub fn cell(&mut self, cell: Cell<'_>) {
        self.batch.push_cell(cell);
    }

    /// The same; `write` appends the text and gives kind and type.
    pub fn write_cell<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(Kind, SourceType), E>,
    ) -> Result<(), E> {
        self.batch.write_cell(write)
    }

    /// Puts a value at a column of the record that is being filled, in whatever order; of several the last one stands. `write`
    /// appends its text and gives its type. False beyond the last column.
    pub fn place(&mut self, column: usize, write: impl FnOnce(&mut Vec<u8>) -> SourceType) -> bool {
        column < self.width && {
            self.batch.place_cell(column, write);
            true
        }
    }

    /// Ends a record that starts on this line (0: the source has none).
    pub fn end_row(&mut self, line: u64, fault: Option<Fault>) -> Result<(), Stop> {
        let number = self.batch.len() as u64 + 1;
        let relative = if line > self.base { line - self.base } else { line.min(1) };
        self.batch.end_row(Origin { number, line: relative }, (0, 0), fault);
        self.records += 1;
        self.line = self.line.max(line);
        if self.records <= self.skip {
            self.batch.clear(self.width);
            self.base = self.line;
        } else if self.batch.data.len() >= BATCH_BYTES || self.batch.len() >= BATCH_ROWS {
            self.send()?;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), Stop> {
        let mut next = self.spare.try_recv().unwrap_or_default();
        next.clear(self.width);
        let batch = std::mem::replace(&mut self.batch, next);
        let full = Full { batch, lines: self.line - self.base, records: self.records };
        self.base = self.line;
        self.sender.send(Ok(full)).map_err(|_| Stop::Unwanted)
    }
}

/// Starts a walk; `fields` are the columns that it fills.
pub(super) fn start(
    path: PathBuf,
    fields: Vec<String>,
    request: &ReadRequest,
    walk: impl FnOnce(&mut Output) -> Result<(), Stop> + Send + 'static,
) -> Result<Box<dyn Reader>, ConnectError> {
    let skip = match &request.from {
        Some(position) => position.0.parse().map_err(|_| {
            ConnectError::new(
                ErrorKind::Changed,
                path.display().to_string(),
                "the place to continue from cannot be read",
                "Run without resuming.",
            )
        })?,
        None => 0,
    };
    let (sender, receiver) = sync_channel(1);
    let (used, spare) = sync_channel(2);
    let width = fields.len();
    let place = path.clone();
    let started = std::thread::Builder::new().name("reading".to_owned()).spawn(move || {
        let mut output = Output { sender, spare, batch: Batch::new(width), width, skip, records: 0, base: 0, line: 0 };
        let ended = match walk(&mut output) {
            Ok(()) if output.batch.is_empty() => Ok(()),
            Ok(()) => output.send(),
            Err(stop) => Err(stop),
        };
        if let Err(Stop::Error(error)) = ended {
            // Where nobody listens, nobody misses it.
            let _ = output.sender.send(Err(error));
        }
        let _ = output.sender.send(Ok(Full { batch: Batch::default(), lines: 0, records: output.records }));
    });
    started.map_err(|error| ConnectError::io(&place, "read", error))?;
    let decoder = Arc::new(Ready { fields });
    Ok(Box::new(PumpReader { path, receiver, used, decoder, ended: false }))
}

struct PumpReader {
    path: PathBuf,
    receiver: Receiver<Result<Full, ConnectError>>,
    used: SyncSender<Batch>,
    decoder: Arc<Ready>,
    ended: bool,
}

impl Reader for PumpReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        chunk.bytes.clear();
        chunk.skip = 0;
        if let Some(batch) = chunk.records.take() {
            // Where nobody fills it any more, or enough are there, it goes.
            let _ = self.used.try_send(batch);
        }
        if self.ended {
            return Ok(false);
        }
        // The walk says when it has ended; where it fell silent instead, something in it broke.
        let full = self.receiver.recv().unwrap_or_else(|_| {
            Err(ConnectError::new(
                ErrorKind::Malformed,
                self.path.display().to_string(),
                "the file is damaged in a way that its reader cannot tell",
                "Export it again, or in another format.",
            ))
        })?;
        self.ended = full.batch.is_empty();
        chunk.lines = full.lines;
        chunk.source_bytes = full.batch.data.len() as u64;
        chunk.end = Position(full.records.to_string());
        chunk.records = Some(full.batch);
        Ok(!self.ended)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }
}

/// Passes on records that the reader built.
pub(in crate::connect) struct Ready {
    pub fields: Vec<String>,
}

impl Decoder for Ready {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        batch.clear(self.fields.len());
        if let Some(records) = &mut chunk.records {
            std::mem::swap(records, batch);
        }
        Ok(())
    }

    fn fields(&self) -> &[String] {
        &self.fields
    }
}

/// Field names in the order in which they were first seen, and the place of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub all: Vec<String>,
    places: HashMap<String, usize>,
}

impl Names {
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub fn learn(&mut self, name: &str) {
        if !self.places.contains_key(name) {
            self.places.insert(name.to_owned(), self.all.len());
            self.all.push(name.to_owned());
        }
    }
}

/// A record of a format that names each value: values by field, several of one name as a list. What could not be read
/// stands as U+FFFD in them and is a fault.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub line: u64,
    pub values: Vec<(String, String)>,
    /// Values that are JSON already; each is one of a list.
    pub nested: Vec<(String, String)>,
}

impl Record {
    /// The names of its values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().chain(&self.nested).map(|(name, _)| name.as_str())
    }

    /// Hands the record over, its values at the places of their names.
    pub fn push(&self, names: &Names, output: &mut Output) -> Result<(), Stop> {
        let mut cells: Vec<Vec<&str>> = vec![Vec::new(); names.all.len()];
        let mut fault = None;
        for (name, value) in &self.values {
            if value.contains('\u{fffd}') {
                fault = Some(Fault::Encoding);
            }
            match names.place(name).and_then(|place| cells.get_mut(place)) {
                Some(cell) => cell.push(value),
                None => fault = fault.or(Some(Fault::UnknownField)),
            }
        }
        let mut lists: Vec<String> = vec![String::new(); if self.nested.is_empty() { 0 } else { names.all.len() }];
        for (name, json) in &self.nested {
            match names.place(name).and_then(|place| lists.get_mut(place)) {
                Some(list) => {
                    list.push(if list.is_empty() { '[' } else { ',' });
                    list.push_str(json);
                }
                None => fault = fault.or(Some(Fault::UnknownField)),
            }
        }
        for (place, values) in cells.iter().enumerate() {
            if let Some(list) = lists.get_mut(place).filter(|list| !list.is_empty()) {
                list.push(']');
                output.cell(Cell { kind: Kind::List, ..Cell::text(list) });
                continue;
            }
            match values.as_slice() {
                [] => output.cell(Cell::MISSING),
                [one] => output.cell(Cell { kind: Kind::Text, ..Cell::text(one) }),
                several => {
                    let list = serde_json::to_string(several).unwrap_or_default();
                    output.cell(Cell { kind: Kind::List, ..Cell::text(&list) });
                }
            }
        }
        output.end_row(self.line, fault)
    }
}
