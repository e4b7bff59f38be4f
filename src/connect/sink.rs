//! Writing: targets, encoders, sinks.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ConnectError, Holds, Position, Publishing};
use crate::record::{Batch, Cell};
use crate::schema::{Field, Object, Schema};

/// How records meet what the target already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WriteMode {
    /// New records only; a target file or key that exists is an error.
    #[default]
    Insert,
    /// Change records that exist by key; others fail.
    Update,
    /// Create or change by key.
    Upsert,
    /// Create, leave alone what exists by key.
    SkipExisting,
    /// Everything that was there goes, in the same instant as the new appears.
    Replace,
    /// Add to what is there without looking.
    Append,
}

/// What to write: the object, its fields in order, how, and by which key fields.
#[derive(Debug, Clone, Default)]
pub struct WriteRequest {
    pub object: String,
    pub fields: Vec<String>,
    pub mode: WriteMode,
    pub key: Vec<String>,
    /// Types and constraints where a schema is known; used to create a table that is absent.
    pub schema: Option<Object>,
    /// Fields whose type the profile or the target's schema says, for targets that can follow it.
    pub declared: Vec<Field>,
    /// Continue a run that was cut off: the last position that [`Sink::checkpoint`] gave.
    pub resume: Option<Position>,
    /// Identity of the run, for names of temporary files and checkpoint rows.
    pub run: String,
}

/// An opened target.
pub trait Target: Send + Sync {
    fn format(&self) -> &'static str;

    /// Objects that are there now; empty for a file that does not exist yet.
    fn schema(&self) -> Result<Schema, ConnectError>;

    /// Whether the target is one file, so that it can hold one object only.
    fn single_object(&self) -> bool {
        false
    }

    /// What the cells of an object can hold.
    fn holds(&self, object: &str) -> Holds {
        let _ = object;
        Holds::default()
    }

    /// Checks rights and modes, touches nothing that exists, opens for writing.
    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError>;
}

/// Encoded records on their way to a sink: text rows for file formats, a batch of cells for databases.
#[derive(Debug, Default)]
pub struct TargetBatch {
    /// Rows of a text format, one after another, each with its line end.
    pub text: Vec<u8>,
    /// End of each row in `text`.
    pub ends: Vec<u32>,
    /// Rows of a database sink.
    pub records: Batch,
    /// How many rows there are, in either form.
    pub rows: usize,
}

impl TargetBatch {
    pub fn clear(&mut self, width: usize) {
        self.text.clear();
        self.ends.clear();
        self.records.clear(width);
        self.rows = 0;
    }

    /// Drops the rows for which `keep` is false (`keep.len()` must be `rows`).
    pub fn retain(&mut self, keep: &[bool]) {
        debug_assert_eq!(keep.len(), self.rows);
        if !self.ends.is_empty() {
            // Rows that stay together are moved together.
            let (mut stays, mut start, mut to, mut kept) = (0usize, 0usize, 0usize, 0);
            for (index, keep) in keep.iter().enumerate() {
                let end = self.ends[index] as usize;
                if *keep {
                    self.ends[kept] = (to + end - stays) as u32;
                    kept += 1;
                } else {
                    self.text.copy_within(stays..start, to);
                    to += start - stays;
                    stays = end;
                }
                start = end;
            }
            self.text.copy_within(stays..start, to);
            self.text.truncate(to + start - stays);
            self.ends.truncate(kept);
        }
        if !self.records.is_empty() {
            let mut index = 0;
            self.records.rows.retain(|_| {
                index += 1;
                keep[index - 1]
            });
        }
        self.rows = keep.iter().filter(|keep| **keep).count();
    }
}

/// Makes the target's form of a record, on any thread.
pub trait Encoder: Send + Sync {
    /// Appends one record (`cells` in the order of [`WriteRequest::fields`]) and counts it in `rows`.
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch);

    /// Its rows as comma separated text, where that is what they are.
    fn comma_text(&self) -> Option<&dyn CommaText> {
        None
    }
}

/// Rows of comma separated text (RFC 4180: commas, double quotes only where they are needed, line feeds). Whoever knows
/// how a value stands there may append it himself, and puts the commas between.
pub trait CommaText {
    /// Appends a value.
    fn value(&self, cell: Cell<'_>, text: &mut Vec<u8>);

    /// Ends the row whose values were appended to the batch's text from `start` on, and counts it.
    fn end(&self, start: usize, batch: &mut TargetBatch);
}

/// Names a submitted batch until its outcomes are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// What the target did with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteFate {
    Created,
    Updated,
    Unchanged,
    Failed,
}

/// The answer for one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOutcome {
    pub fate: WriteFate,
    /// The target's own id, where it gives one.
    pub target_id: Option<String>,
    /// Why it failed, in the target's words made plain.
    pub reason: Option<String>,
    /// Whether trying again may help (a lock, a lost connection).
    pub retry: bool,
}

/// The answers for a batch, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcomes {
    /// All rows had the same fate.
    All(WriteFate),
    Each(Vec<RowOutcome>),
}

/// What a finished sink left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SinkSummary {
    pub bytes: u64,
    /// Files that now exist under their final names.
    pub files: Vec<std::path::PathBuf>,
}

/// Takes encoded batches in order.
pub trait Sink: Send {
    fn encoder(&self) -> Arc<dyn Encoder>;

    /// Takes a batch. An error here concerns the target as a whole (disk full, connection lost); what befell single
    /// records is in their outcomes.
    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError>;

    /// The outcomes of a submitted batch; waits where the target answers late.
    fn collect(&mut self, ticket: Ticket) -> Result<Outcomes, ConnectError>;

    /// Makes everything collected so far durable and names the place, for resuming.
    fn checkpoint(&mut self) -> Result<Position, ConnectError>;

    /// Bytes written so far.
    fn bytes(&self) -> u64;

    /// Writes what is left to write and makes the whole durable under its temporary names; after this only the names
    /// are missing. A target without files does nothing.
    fn seal(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }

    /// The files that [`Sink::finish`] will name, once the sink is sealed; none for targets that are no files.
    fn publishing(&self) -> Vec<Publishing>;

    /// Whether what was collected stays in the target when the run ends early (a database that commits batches), or
    /// appears only with [`Sink::finish`] (a file).
    fn commits_as_it_goes(&self) -> bool {
        false
    }

    /// Seals what is not sealed yet and makes the whole visible under its final name, in one step where the target can.
    fn finish(self: Box<Self>) -> Result<SinkSummary, ConnectError>;

    /// Gives up. `keep` leaves what a resume needs (under a temporary name); otherwise nothing stays.
    fn abandon(self: Box<Self>, keep: bool) -> Result<(), ConnectError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retain_keeps_the_rows_that_it_is_told_to() {
        let lines: Vec<String> = (0..5).map(|row| format!("{}\n", "x".repeat(row * row))).collect();
        for keep in 0..1 << lines.len() {
            let keep: Vec<bool> = (0..lines.len()).map(|row| keep >> row & 1 == 1).collect();
            let of = |lines: Vec<&String>| {
                let mut batch = TargetBatch { rows: lines.len(), ..TargetBatch::default() };
                for line in lines {
                    batch.text.extend_from_slice(line.as_bytes());
                    batch.ends.push(batch.text.len() as u32);
                }
                batch
            };
            let mut batch = of(lines.iter().collect());
            batch.retain(&keep);
            let expected = of(lines.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(line, _)| line).collect());
            assert_eq!((batch.text, batch.ends, batch.rows), (expected.text, expected.ends, expected.rows), "{keep:?}");
        }
    }
}
