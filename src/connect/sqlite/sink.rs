//! Writing to one table: a transaction from checkpoint to checkpoint, one outcome a record.
//!
//! A checkpoint's row is committed in the same transaction as the records it stands for, and holds their outcomes. A run
//! that was cut off after that commit but before it could note the checkpoint itself gets these outcomes again when it
//! submits the records again, and nothing is written twice.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::database::{plain, quoted};
use super::introspect::Table;
use super::modes::Writer;
use crate::connect::faults::{self, Call};
use crate::connect::{
    ConnectError, Encoder, ErrorKind, Outcomes, Position, Publishing, RowOutcome, Sink, SinkSummary, TargetBatch,
    Ticket, WriteFate, WriteRequest,
};
use crate::record::{Cell, Origin};

const CHECKPOINTS: &str = "\"_mapwright_checkpoint\"";

/// Equal outcomes in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stretch {
    count: u64,
    fate: char,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Stretch {
    fn of(outcome: &RowOutcome) -> Stretch {
        let fate = match outcome.fate {
            WriteFate::Created => 'c',
            WriteFate::Updated => 'u',
            WriteFate::Unchanged => 's',
            WriteFate::Failed => 'f',
        };
        Stretch { count: 1, fate, id: outcome.target_id.clone(), reason: outcome.reason.clone() }
    }

    fn outcome(&self) -> RowOutcome {
        let fate = match self.fate {
            'c' => WriteFate::Created,
            'u' => WriteFate::Updated,
            's' => WriteFate::Unchanged,
            _ => WriteFate::Failed,
        };
        RowOutcome { fate, target_id: self.id.clone(), reason: self.reason.clone(), retry: false }
    }
}

/// Where an earlier try of the run stands.
#[derive(Debug, Default)]
pub(super) struct Resume {
    /// Records of the run that are committed.
    rows: u64,
    /// Outcomes of records that are committed, but not known to the run.
    known: VecDeque<Stretch>,
    /// The run went on to its end: there is nothing left to write.
    finished: bool,
}

impl Resume {
    /// Whether records of the run are committed already.
    pub fn continues(&self) -> bool {
        self.rows > 0
    }

    /// Reads the checkpoint of a run and compares it with what the run itself knows.
    pub fn find(path: &Path, connection: &Connection, request: &WriteRequest) -> Result<Resume, ConnectError> {
        let failed = |error| plain(path, error);
        let asked = match &request.resume {
            Some(position) => {
                Some(position_rows(position).ok_or_else(|| changed(path, "the place to resume from cannot be read"))?)
            }
            None => None,
        };
        let there = connection
            .query_row("SELECT 1 FROM sqlite_master WHERE name = '_mapwright_checkpoint'", [], |_| Ok(()))
            .optional()
            .map_err(failed)?;
        let row: Option<(i64, i64, String)> = match there {
            Some(()) => connection
                .query_row(
                    &format!("SELECT rows, previous, outcomes FROM {CHECKPOINTS} WHERE run = ?1 AND object = ?2"),
                    [&request.run, &request.object],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()
                .map_err(failed)?,
            None => None,
        };
        let Some((rows, previous, outcomes)) = row else {
            let asked = asked.unwrap_or_default();
            return Ok(Resume { rows: asked, finished: asked > 0, ..Resume::default() });
        };
        let (rows, previous) = (rows as u64, previous as u64);
        let known_to_run = asked.unwrap_or_default();
        if known_to_run == rows {
            return Ok(Resume { rows, ..Resume::default() });
        }
        if known_to_run < previous || known_to_run > rows {
            let what = format!(
                "this run has committed {rows} records here, and it knows of {known_to_run}: its run folder is older"
            );
            return Err(changed(path, &what));
        }
        let mut known: VecDeque<Stretch> =
            serde_json::from_str(&outcomes).map_err(|_| changed(path, "the checkpoint cannot be read"))?;
        // A try that was itself cut off while it heard these outcomes again knows the first of them.
        for _ in previous..known_to_run {
            take_one(&mut known);
        }
        Ok(Resume { rows, known, finished: false })
    }
}

/// Takes the first of the outcomes.
fn take_one(known: &mut VecDeque<Stretch>) -> Option<RowOutcome> {
    let stretch = known.front_mut()?;
    let outcome = stretch.outcome();
    stretch.count -= 1;
    if stretch.count == 0 {
        known.pop_front();
    }
    Some(outcome)
}

fn changed(path: &Path, what: &str) -> ConnectError {
    let next = "Start a new run; check first what the interrupted one wrote.";
    ConnectError::new(ErrorKind::Changed, path.display().to_string(), what, next)
}

fn position_rows(position: &Position) -> Option<u64> {
    serde_json::from_str::<serde_json::Value>(&position.0).ok()?.get("rows")?.as_u64()
}

/// Whether the database was in WAL mode before the run that is resumed.
pub(super) fn kept_log(request: &WriteRequest) -> Option<bool> {
    let position = request.resume.as_ref()?;
    serde_json::from_str::<serde_json::Value>(&position.0).ok()?.get("log")?.as_bool()
}

/// How the table was found, and what is to be put back.
pub(super) struct Opened {
    /// The table that is filled in place of the target's, until the end.
    pub staging: Option<String>,
    /// The table was made for this run.
    pub made_table: bool,
    /// The database was in WAL mode before.
    pub keeps_log: bool,
}

pub(super) struct SqliteSink {
    path: PathBuf,
    connection: Connection,
    table: Table,
    writer: Writer,
    opened: Opened,
    request: WriteRequest,
    resume: Resume,
    /// Records submitted and answered, those of earlier tries included.
    rows: u64,
    /// `rows` at the last checkpoint.
    checkpointed: u64,
    since_checkpoint: Vec<Stretch>,
    answers: VecDeque<(Ticket, Outcomes)>,
    tickets: u64,
    bytes: u64,
    /// The database failed: everything since the last checkpoint was taken back, and nothing more is written.
    broken: bool,
}

impl SqliteSink {
    pub fn new(
        path: &Path,
        connection: Connection,
        table: Table,
        writer: Writer,
        opened: Opened,
        request: &WriteRequest,
        resume: Resume,
    ) -> SqliteSink {
        let replayed: u64 = resume.known.iter().map(|stretch| stretch.count).sum();
        let rows = resume.rows - replayed;
        SqliteSink {
            path: path.to_owned(),
            connection,
            table,
            writer,
            opened,
            request: request.clone(),
            rows,
            checkpointed: rows,
            resume,
            since_checkpoint: Vec::new(),
            answers: VecDeque::new(),
            tickets: 0,
            bytes: 0,
            broken: false,
        }
    }

    fn failed(&self, error: rusqlite::Error) -> ConnectError {
        plain(&self.path, error)
    }

    /// Asks before a statement whether it is to fail; only tests arm that.
    fn ask(&self) -> Result<(), ConnectError> {
        faults::ask(&self.path, Call::Statement).map_err(|error| ConnectError::io(&self.path, "write", error))
    }

    fn begin(&self) -> Result<(), ConnectError> {
        self.ask()?;
        if self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// The database failed: takes back what is not committed, so that database and checkpoint agree.
    fn give_up(&mut self, mut error: ConnectError) -> ConnectError {
        self.broken = true;
        if !self.connection.is_autocommit() {
            // Where even that fails, the database does it when it is opened next.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        if self.opened.staging.is_none() {
            let records = self.checkpointed;
            error.next = format!(
                "{} The first {records} records are in the database and stay there; `--resume` goes on after them.",
                error.next
            );
        }
        self.rows = self.checkpointed;
        self.since_checkpoint.clear();
        error
    }

    fn write(&mut self, cells: &[Cell<'_>]) -> Result<RowOutcome, ConnectError> {
        if self.resume.finished {
            return Err(changed(&self.path, "the checkpoint of the run to resume is gone from the database"));
        }
        self.ask()?;
        let outcome = self.writer.write(&self.connection, cells).map_err(|error| self.failed(error))?;
        self.bytes += cells.iter().map(|cell| cell.bytes.len() as u64).sum::<u64>();
        Ok(outcome)
    }

    fn write_all(&mut self, batch: &TargetBatch) -> Result<Vec<RowOutcome>, ConnectError> {
        self.begin()?;
        let mut outcomes: Vec<RowOutcome> = Vec::with_capacity(batch.rows);
        let mut cells = Vec::new();
        for record in batch.records.records() {
            // What an earlier try committed is not written again.
            let outcome = match take_one(&mut self.resume.known) {
                Some(outcome) => outcome,
                None => {
                    cells.clear();
                    cells.extend(record.cells());
                    self.write(&cells)?
                }
            };
            self.note(&outcome);
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    fn note(&mut self, outcome: &RowOutcome) {
        self.rows += 1;
        let stretch = Stretch::of(outcome);
        match self.since_checkpoint.last_mut() {
            Some(last) if (last.fate, &last.id, &last.reason) == (stretch.fate, &stretch.id, &stretch.reason) => {
                last.count += 1;
            }
            _ => self.since_checkpoint.push(stretch),
        }
    }

    fn write_checkpoint(&mut self) -> Result<(), ConnectError> {
        self.begin()?;
        self.try_write_checkpoint().map_err(|error| self.failed(error))?;
        self.ask()?;
        self.connection.execute_batch("COMMIT").map_err(|error| self.failed(error))
    }

    fn try_write_checkpoint(&mut self) -> rusqlite::Result<()> {
        self.connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {CHECKPOINTS} (run TEXT NOT NULL, object TEXT NOT NULL, rows INTEGER NOT NULL, \
             previous INTEGER NOT NULL, outcomes TEXT NOT NULL, PRIMARY KEY (run, object))"
        ))?;
        let outcomes = serde_json::to_string(&self.since_checkpoint).unwrap_or_default();
        self.connection.execute(
            &format!("INSERT OR REPLACE INTO {CHECKPOINTS} VALUES (?1, ?2, ?3, ?4, ?5)"),
            (&self.request.run, &self.request.object, self.rows as i64, self.checkpointed as i64, outcomes),
        )?;
        Ok(())
    }

    /// Puts the staged records in the place of the old ones.
    fn swap(&self, staging: &str) -> Result<(), ConnectError> {
        let failed = |error| self.failed(error);
        let name = quoted(&self.table.object.name);
        let writable = self.table.object.fields.iter().filter(|field| !field.constraints.read_only);
        let columns: Vec<String> = writable.map(|field| quoted(&field.name)).collect();
        let columns = columns.join(", ");
        let order = if self.table.rowid.is_some() { " ORDER BY rowid" } else { "" };
        self.connection
            .execute_batch(&format!(
                "PRAGMA defer_foreign_keys = ON; DELETE FROM {name}; \
                 INSERT INTO {name} ({columns}) SELECT {columns} FROM {staging}{order}; DROP TABLE {staging};",
                staging = quoted(staging),
                order = order.replace("rowid", self.table.rowid.unwrap_or("rowid"))
            ))
            .map_err(failed)
    }

    fn forget_checkpoint(&self) -> rusqlite::Result<()> {
        let there = self
            .connection
            .query_row("SELECT 1 FROM sqlite_master WHERE name = '_mapwright_checkpoint'", [], |_| Ok(()))
            .optional()?;
        if there.is_none() {
            return Ok(());
        }
        self.connection.execute(
            &format!("DELETE FROM {CHECKPOINTS} WHERE run = ?1 AND object = ?2"),
            [&self.request.run, &self.request.object],
        )?;
        let left: i64 =
            self.connection.query_row(&format!("SELECT count(*) FROM {CHECKPOINTS}"), [], |row| row.get(0))?;
        if left == 0 {
            self.connection.execute_batch(&format!("DROP TABLE {CHECKPOINTS}"))?;
        }
        Ok(())
    }

    /// Everything into the one file, if that is how it was. If another program reads just now, the log stays beside it.
    fn leave_log(&self) {
        if !self.opened.keeps_log {
            let _ = self.connection.pragma_update(None, "journal_mode", "DELETE");
        }
    }

    fn commit(&self) -> Result<(), ConnectError> {
        self.ask()?;
        match self.connection.execute_batch("COMMIT") {
            Ok(()) => Ok(()),
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == rusqlite::ErrorCode::ConstraintViolation =>
            {
                Err(ConnectError::new(
                    ErrorKind::Unsupported,
                    self.path.display().to_string(),
                    "other records refer to records that would no longer exist, or records refer to ones that do not",
                    "Write the objects they refer to first, or choose `write: upsert`; nothing was changed.",
                ))
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}

impl Sink for SqliteSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        Arc::new(Cells)
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        let outcomes = self.write_all(batch).map_err(|error| self.give_up(error))?;
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.answers.push_back((ticket, summed(outcomes)));
        Ok(ticket)
    }

    fn collect(&mut self, ticket: Ticket) -> Result<Outcomes, ConnectError> {
        let at = self.answers.iter().position(|(known, _)| *known == ticket);
        match at.and_then(|at| self.answers.remove(at)) {
            Some((_, outcomes)) => Ok(outcomes),
            None => Ok(Outcomes::Each(Vec::new())),
        }
    }

    fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        let place = serde_json::json!({ "rows": self.rows, "log": self.opened.keeps_log });
        let position = Position(place.to_string());
        // What an earlier try committed, and this one has not heard of yet, is a checkpoint already.
        if self.rows > self.checkpointed && self.resume.known.is_empty() && self.rows > self.resume.rows {
            self.write_checkpoint().map_err(|error| self.give_up(error))?;
        }
        if self.resume.known.is_empty() {
            self.checkpointed = self.rows;
            self.since_checkpoint.clear();
        }
        Ok(position)
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn publishing(&self) -> Vec<Publishing> {
        Vec::new()
    }

    fn commits_as_it_goes(&self) -> bool {
        self.opened.staging.is_none()
    }

    fn finish(self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        let summary = SinkSummary { bytes: self.bytes, files: vec![self.path.clone()] };
        if self.resume.finished {
            // The earlier try may have been cut off just before this.
            self.leave_log();
            return Ok(summary);
        }
        self.begin()?;
        if let Some(staging) = &self.opened.staging {
            self.ask()?;
            self.swap(staging)?;
        }
        self.forget_checkpoint().map_err(|error| self.failed(error))?;
        self.commit()?;
        self.leave_log();
        Ok(summary)
    }

    fn abandon(mut self: Box<Self>, keep: bool) -> Result<(), ConnectError> {
        if keep {
            // The log stays: a resumed run works with it, and knows how it was before.
            return if self.broken { Ok(()) } else { self.checkpoint().map(drop) };
        }
        let nothing_stays = self.opened.staging.is_some() || self.rows == 0;
        if nothing_stays && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(|error| self.failed(error))?;
        }
        self.begin()?;
        let made = self.opened.made_table && self.rows == 0;
        let gone = if made { Some(&self.table.object.name) } else { self.opened.staging.as_ref() };
        if let Some(name) = gone {
            let sql = format!("DROP TABLE IF EXISTS {}", quoted(name));
            self.connection.execute_batch(&sql).map_err(|error| self.failed(error))?;
        }
        self.forget_checkpoint().map_err(|error| self.failed(error))?;
        self.commit()?;
        self.leave_log();
        Ok(())
    }
}

/// One answer for all where all are alike.
fn summed(outcomes: Vec<RowOutcome>) -> Outcomes {
    match outcomes.first() {
        Some(first)
            if first.fate != WriteFate::Failed
                && outcomes.iter().all(|outcome| outcome.fate == first.fate && outcome.target_id.is_none()) =>
        {
            Outcomes::All(first.fate)
        }
        _ => Outcomes::Each(outcomes),
    }
}

/// Hands cells on as they are.
struct Cells;

impl Encoder for Cells {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        if batch.records.is_empty() && batch.records.width() != cells.len() {
            batch.records.clear(cells.len());
        }
        for cell in cells {
            batch.records.push_cell(*cell);
        }
        batch.rows += 1;
        batch.records.end_row(Origin { number: batch.rows as u64, line: 0 }, (0, 0), None);
    }
}
