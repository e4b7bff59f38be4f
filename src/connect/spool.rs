//! Writing for formats that are made in one piece (workbooks, Parquet): records are spooled to a hidden file first, which
//! survives a crash like any unfinished target, and the whole is built from it at the end.

use std::io::{BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::DiskFile;
use super::file::{Existing, PendingFile, existing_for, exists};
use super::{
    ConnectError, Encoder, ErrorKind, Outcomes, Position, Publishing, Sink, SinkSummary, TargetBatch, Ticket,
    WriteFate, WriteMode, WriteRequest,
};
use crate::record::{Cell, Kind, SourceType};

/// Builds the target from the spooled records.
pub(super) type Build = fn(&WriteRequest, &Path, &mut Spooled, &mut Output<'_>) -> Result<(), ConnectError>;

/// The file that is built, as libraries want it. What went wrong in writing is kept, since they have no words for it.
pub(super) struct Output<'a> {
    file: &'a mut PendingFile,
    error: Option<ConnectError>,
}

impl Output<'_> {
    /// The error that stopped the library, if it was in writing; else what the library says.
    pub fn error(&mut self, said: impl FnOnce() -> ConnectError) -> ConnectError {
        self.error.take().unwrap_or_else(said)
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.file.write(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.error = Some(error);
                Err(std::io::Error::other("the file could not be written"))
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A spooled cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct SpooledCell {
    pub kind: Kind,
    pub source_type: SourceType,
    pub bytes: Vec<u8>,
}

impl SpooledCell {
    pub fn is_absent(&self) -> bool {
        matches!(self.kind, Kind::Missing | Kind::Null)
    }

    /// Text as it is, bytes as hexadecimal digits.
    pub fn text(&self) -> String {
        if self.kind == Kind::Bytes {
            let mut text = Vec::new();
            super::file::hex(&self.bytes, &mut text);
            return String::from_utf8_lossy(&text).into_owned();
        }
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// The spooled records, one after another.
pub(super) struct Spooled {
    input: BufReader<DiskFile>,
    path: PathBuf,
    width: usize,
}

impl Spooled {
    /// Reads the next record into `cells`, whose memory is used again; false at the end.
    pub fn next(&mut self, cells: &mut Vec<SpooledCell>) -> Result<bool, ConnectError> {
        cells.resize_with(self.width, SpooledCell::default);
        for (index, cell) in cells.iter_mut().enumerate() {
            let mut head = [0; 6];
            match self.input.read_exact(&mut head[..1]) {
                Ok(()) => {}
                Err(error) if index == 0 && error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(ConnectError::io(&self.path, "read", error)),
            }
            self.read(&mut head[1..])?;
            let [kind, source_type, len @ ..] = head;
            (cell.kind, cell.source_type) = (Kind::of_code(kind), SourceType::of_code(source_type));
            cell.bytes.clear();
            cell.bytes.resize(u32::from_le_bytes(len) as usize, 0);
            self.input.read_exact(&mut cell.bytes).map_err(|error| ConnectError::io(&self.path, "read", error))?;
        }
        Ok(self.width > 0)
    }

    /// Goes back to the first record.
    pub fn rewind(&mut self) -> Result<(), ConnectError> {
        self.input.rewind().map_err(|error| ConnectError::io(&self.path, "read", error))
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), ConnectError> {
        self.input.read_exact(bytes).map_err(|error| ConnectError::io(&self.path, "read", error))
    }
}

struct SpoolEncoder;

impl Encoder for SpoolEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        for cell in cells {
            batch.text.extend_from_slice(&[cell.kind.code(), cell.source_type.code()]);
            batch.text.extend_from_slice(&(cell.bytes.len() as u32).to_le_bytes());
            batch.text.extend_from_slice(cell.bytes);
        }
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

/// Opens a target that is built at the end.
pub(super) fn open(path: &Path, request: &WriteRequest, build: Build) -> Result<Box<dyn Sink>, ConnectError> {
    let existing = existing_for(request.mode, path)?;
    if request.mode == WriteMode::Append && path.exists() {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            path.display().to_string(),
            "records cannot be added to a file of this format, which is made in one piece",
            "Choose `write: replace`, or a format that can grow (CSV, NDJSON).",
        ));
    }
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    let mut spool_path = path.as_os_str().to_owned();
    spool_path.push(".spool");
    let spool = PendingFile::start(Path::new(&spool_path), &request.run, Existing::Replace, request.resume.as_ref())?;
    Ok(Box::new(SpoolSink {
        path: path.to_owned(),
        request: request.clone(),
        existing,
        spool: Some(spool),
        built: None,
        build,
        tickets: 0,
    }))
}

struct SpoolSink {
    path: PathBuf,
    request: WriteRequest,
    existing: Existing,
    /// Gone when the target is built.
    spool: Option<PendingFile>,
    built: Option<PendingFile>,
    build: Build,
    tickets: u64,
}

impl SpoolSink {
    fn spool(&mut self) -> Result<&mut PendingFile, ConnectError> {
        self.spool.as_mut().ok_or_else(|| {
            let next = "This is an error of mapwright itself; tell its makers.";
            ConnectError::new(ErrorKind::Io, self.path.display().to_string(), "the target is sealed already", next)
        })
    }

    fn build(&mut self) -> Result<PendingFile, ConnectError> {
        let input = BufReader::new(self.spool()?.written_so_far()?);
        let mut spooled = Spooled { input, path: self.path.clone(), width: self.request.fields.len() };
        let mut output = PendingFile::start(&self.path, &self.request.run, self.existing, None)?;
        let mut into = Output { file: &mut output, error: None };
        let built = (self.build)(&self.request, &self.path, &mut spooled, &mut into);
        match built.and_then(|()| output.seal()) {
            Ok(()) => Ok(output),
            Err(error) => {
                // The first error is the one to tell.
                let _ = output.abandon(false);
                Err(error)
            }
        }
    }
}

impl Sink for SpoolSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        Arc::new(SpoolEncoder)
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        self.spool()?.write(&batch.text)?;
        self.tickets += 1;
        Ok(Ticket(self.tickets))
    }

    fn collect(&mut self, _ticket: Ticket) -> Result<Outcomes, ConnectError> {
        Ok(Outcomes::All(WriteFate::Created))
    }

    fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        self.spool()?.checkpoint()
    }

    fn bytes(&self) -> u64 {
        self.built.as_ref().or(self.spool.as_ref()).map_or(0, PendingFile::written)
    }

    fn seal(&mut self) -> Result<(), ConnectError> {
        if self.built.is_none() {
            self.built = Some(self.build()?);
            if let Some(spool) = self.spool.take() {
                spool.abandon(false)?;
            }
        }
        Ok(())
    }

    fn publishing(&self) -> Vec<Publishing> {
        self.built.iter().map(PendingFile::publishing).collect()
    }

    fn finish(mut self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        if let Err(error) = self.seal() {
            // The error that is told is the first one.
            let _ = self.abandon(false);
            return Err(error);
        }
        let Some(built) = self.built else { return Ok(SinkSummary::default()) };
        let bytes = built.written();
        Ok(SinkSummary { bytes, files: vec![built.finish()?] })
    }

    fn abandon(self: Box<Self>, keep: bool) -> Result<(), ConnectError> {
        let built = self.built.map_or(Ok(()), |built| built.abandon(false));
        self.spool.map_or(Ok(()), |spool| spool.abandon(keep)).and(built)
    }
}
