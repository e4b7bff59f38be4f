//! Reading: sources, readers, decoders.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ConnectError;
use super::csv::Marks;
use crate::record::Batch;
use crate::schema::Object;

/// What identifies the state of a source, to notice that it changed between runs or during one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fingerprint {
    pub bytes: Option<u64>,
    /// Nanoseconds since 1970, where the system keeps it.
    pub modified: Option<u64>,
    /// Anything else (inode, table version).
    pub detail: String,
}

/// An opaque, serialisable place to continue reading from; what it says is the connector's business.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position(pub String);

/// What to read of an object.
#[derive(Debug, Clone, Default)]
pub struct ReadRequest {
    /// Fields that are needed, for sources that can leave others out; empty: all. A batch always has all columns.
    pub fields: Vec<String>,
    /// Continue after this position.
    pub from: Option<Position>,
    /// About how many bytes a chunk should have (0: the connector's own choice).
    pub chunk_bytes: usize,
}

/// An opened source.
pub trait Source: Send + Sync {
    /// `csv`, `sqlite`: the connector's name.
    fn format(&self) -> &'static str;

    /// Names of its objects, in the source's order; cheap.
    fn objects(&self) -> Result<Vec<String>, ConnectError>;

    /// An object's fields as the source itself declares them (a header's names as text; a table's real types).
    /// Inference adds the rest.
    fn object(&self, name: &str) -> Result<Object, ConnectError>;

    /// What was guessed about the form, with evidence in words ("delimiter `;`: 412 of 412 records have 9 fields").
    fn evidence(&self, object: &str) -> Vec<String>;

    /// What of an object stays as it is for want of a rule, and the rule that would change it ("`tags` holds lists, kept
    /// as JSON text; ..."): every run tells it. Part of the evidence as well.
    fn advice(&self, object: &str) -> Vec<String> {
        self.inner().map_or_else(Vec::new, |inner| inner.advice(object))
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError>;

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError>;

    /// Whether the fields have names in the source itself, and not made-up ones (a delimited file without a header).
    fn names_fields(&self, object: &str) -> bool {
        self.inner().is_none_or(|inner| inner.names_fields(object))
    }

    /// Whether the source ends.
    fn endless(&self) -> bool {
        self.inner().is_some_and(|inner| inner.endless())
    }

    /// The source that this one passes on; what this one does not answer itself is asked there.
    fn inner(&self) -> Option<&dyn Source> {
        None
    }
}

/// Whole records of the source, not decoded yet, or already decoded where the source cannot be cut.
#[derive(Debug, Default)]
pub struct Chunk {
    pub bytes: Vec<u8>,
    /// Where the fields of delimited text end, if it was proven regular; what was not (stray quotes, bare carriage
    /// returns) must be read by the exact rules.
    pub(in crate::connect) marks: Marks,
    /// Bytes at the front that hold no records (a byte-order mark, a header). Their line ends count in `lines`, so
    /// that the lines of records are those of the file.
    pub skip: usize,
    /// How many line feeds (or bare carriage returns where they end records) it spans; set by the decoder.
    pub lines: u64,
    /// Bytes of the source that the chunk stands for, for progress.
    pub source_bytes: u64,
    /// Filled by readers that build records themselves; the decoder then passes it on.
    pub records: Option<Batch>,
    /// Where reading continues after this chunk.
    pub end: Position,
}

/// Hands out chunks in source order.
pub trait Reader: Send {
    /// Fills `chunk` (its memory is reused). False at the end of the source.
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError>;

    fn decoder(&self) -> Arc<dyn Decoder>;

    /// Size of the whole in the measure of [`Chunk::source_bytes`], where known.
    fn total_bytes(&self) -> Option<u64>;
}

/// Turns chunks into records, on any thread.
pub trait Decoder: Send + Sync {
    /// Decodes the chunk into `batch`, taking the chunk's bytes over as the batch's buffer. Origins count from 1
    /// within the chunk, for records and for lines; the engine adds what came before. Sets `chunk.lines`.
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError>;

    /// All cells of a raw record, those beyond the last field included; `None` where the format has no such thing.
    fn split(&self, raw: &[u8]) -> Option<Vec<Vec<u8>>> {
        let _ = raw;
        None
    }

    /// The names of the columns in a batch, in order.
    fn fields(&self) -> &[String];
}
