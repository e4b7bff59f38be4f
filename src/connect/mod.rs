//! Sources and targets. One table of connectors; one file a system.
//!
//! Reading is cut in two so that it can go on several threads: a [`Reader`] hands out [`Chunk`]s of whole records in
//! source order (serial, cheap), a [`Decoder`] turns a chunk into a `Batch` (parallel). Writing likewise: an
//! [`Encoder`] makes the target's form of a record (parallel), a [`Sink`] takes batches in order and answers with one
//! outcome a record.

pub mod csv;
pub(crate) mod disk;
mod encoding;
mod error;
pub mod faults;
mod file;
mod fixed;
mod folder;
mod holds;
mod instead;
pub mod json;
mod ldif;
mod lines;
mod lines_sink;
mod lists;
mod location;
mod named;
mod output;
mod packed;
mod parquet;
mod publishing;
mod pump;
mod sheet;
mod sink;
mod source;
mod split;
mod spool;
mod spreadsheet;
pub mod sqlite;
mod table;
mod vcard;
mod window;
mod xml;

pub use encoding::{Decoded, decode_text, knows_encoding};
pub use error::{ConnectError, ErrorKind};
pub use holds::{Holds, Misfit, holds};
pub use location::{FixedColumn, ListRule, ListSetting, Location, Look};
pub use output::{LineEnds, Output, Quoting, Split};
pub use parquet::Declared;
pub use publishing::Publishing;
pub(crate) use publishing::complete;
pub use sink::{
    CommaText, Encoder, Outcomes, RowOutcome, Sink, SinkSummary, Target, TargetBatch, Ticket, WriteFate, WriteMode,
    WriteRequest,
};
pub use source::{Chunk, Decoder, Fingerprint, Position, ReadRequest, Reader, Source};
pub(crate) use split::{open_written, parts_there};
pub use table::{CONNECTORS, Connector, OpenSource, OpenTarget, open_source, open_target};
pub use window::{Indexed, RecordIndex};
