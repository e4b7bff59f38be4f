//! The sink of text formats that are nothing but records one after another: what the encoder makes is written as it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{PendingFile, ends_with_feed, existing_for};
use super::{
    ConnectError, Encoder, Outcomes, Position, Publishing, Sink, SinkSummary, Source, Target, TargetBatch, Ticket,
    WriteFate, WriteMode, WriteRequest,
};
use crate::schema::Schema;

/// A target whose records stand one after another.
pub(super) struct LinesTarget {
    pub path: PathBuf,
    pub format: &'static str,
    /// What a new file starts with.
    pub start: &'static [u8],
    pub encoder: fn(&[String]) -> Arc<dyn Encoder>,
    /// Opens what is there already.
    pub source: fn(&Path) -> Result<Box<dyn Source>, ConnectError>,
}

impl Target for LinesTarget {
    fn format(&self) -> &'static str {
        self.format
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        if !self.path.exists() {
            return Ok(Schema { name, objects: Vec::new() });
        }
        let objects = match (self.source)(&self.path) {
            Ok(source) => vec![source.object("")?],
            Err(error) if error.kind == super::ErrorKind::Empty => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Schema { name, objects })
    }

    fn single_object(&self) -> bool {
        true
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        let existing = existing_for(request.mode, &self.path)?;
        let there = std::fs::metadata(&self.path).is_ok_and(|metadata| metadata.len() > 0);
        let grows = request.mode == WriteMode::Append && there;
        let needs_feed = grows && !ends_with_feed(&self.path)?;
        let mut file = PendingFile::start(&self.path, &request.run, existing, request.resume.as_ref())?;
        if request.resume.is_none() {
            if needs_feed {
                file.write(b"\n")?;
            }
            if !grows {
                file.write(self.start)?;
            }
        }
        Ok(Box::new(LinesSink::new(file, (self.encoder)(&request.fields))))
    }
}

/// Writes what the encoder makes as it is, with something behind the last record.
pub(super) struct LinesSink {
    file: PendingFile,
    encoder: Arc<dyn Encoder>,
    end: &'static [u8],
    /// So many bytes at the start of a record part it from the one before, and are left out of the very first, which
    /// begins where the file is so long.
    parting: Option<(usize, u64)>,
    sealed: bool,
    tickets: u64,
}

impl LinesSink {
    pub fn new(file: PendingFile, encoder: Arc<dyn Encoder>) -> LinesSink {
        LinesSink { file, encoder, end: b"", parting: None, sealed: false, tickets: 0 }
    }

    /// What stands behind the last record.
    pub fn ending(self, end: &'static [u8]) -> LinesSink {
        LinesSink { end, ..self }
    }

    /// The first `bytes` of each record are left out of the one that begins at `start` of the file.
    pub fn parted(self, bytes: usize, start: u64) -> LinesSink {
        LinesSink { parting: Some((bytes, start)), ..self }
    }
}

impl Sink for LinesSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        self.encoder.clone()
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        let left_out = self.parting.filter(|(_, start)| self.file.len() == *start).map_or(0, |(bytes, _)| bytes);
        self.file.write(batch.text.get(left_out..).unwrap_or_default())?;
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
        self.file.written() + if self.sealed { 0 } else { self.end.len() as u64 }
    }

    fn seal(&mut self) -> Result<(), ConnectError> {
        if !self.sealed {
            self.file.write(self.end)?;
            self.file.seal()?;
            self.sealed = true;
        }
        Ok(())
    }

    fn publishing(&self) -> Vec<Publishing> {
        vec![self.file.publishing()]
    }

    fn finish(mut self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        if let Err(error) = self.seal() {
            // The error that is told is the first one.
            let _ = self.file.abandon(false);
            return Err(error);
        }
        let bytes = self.file.written();
        let path = self.file.finish()?;
        Ok(SinkSummary { bytes, files: vec![path] })
    }

    fn abandon(self: Box<Self>, keep: bool) -> Result<(), ConnectError> {
        self.file.abandon(keep)
    }
}
