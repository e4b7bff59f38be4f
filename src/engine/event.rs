//! What a run tells while it goes on. The engine emits; reports, progress bars and screens consume.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Ledger;
use crate::record::Origin;

/// One failed check or lint on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The target field, or `record`.
    pub field: String,
    /// `required`, `type`, `date`, `pattern`, `enum`, `min_length`, `max_length`, `range`, `unique`, `compare`,
    /// `duplicate`, a fault's code, or the name of a record check.
    pub code: String,
    /// The sentence for people: "`n/a` does not look like a date; expected YYYY-MM-DD".
    pub reason: String,
    /// The value that failed, where there is one.
    pub value: Option<String>,
}

impl Finding {
    /// `field:code`, as in the `_errors` column.
    pub fn label(&self) -> String {
        format!("{}:{}", self.field, self.code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Reading,
    Writing,
    Finishing,
    Done,
    Cancelled,
    Failed,
}

/// Events of a run, in order for each object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    Started {
        run: String,
        folder: Option<PathBuf>,
        dry_run: bool,
    },
    ObjectStarted {
        object: String,
        total_bytes: Option<u64>,
    },
    /// Sent a few times a second; counts are of the object so far.
    Progress {
        object: String,
        ledger: Ledger,
        source_bytes: u64,
        target_bytes: u64,
        elapsed_ms: u64,
        /// The most frequent reasons (`field:code`) so far, with their counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reasons: Vec<(String, u64)>,
    },
    /// A sample of rejects as they happen (not every one; all stand in `rejects.csv`).
    Rejected {
        object: String,
        origin: RejectOrigin,
        findings: Vec<Finding>,
    },
    ObjectFinished {
        object: String,
        ledger: Ledger,
    },
    Phase {
        phase: Phase,
    },
    /// Something to tell that is no finding of a record ("3 records had stray quotes").
    Notice {
        text: String,
    },
    Finished {
        exit: i32,
        folder: Option<PathBuf>,
    },
}

/// A record's origin in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectOrigin {
    pub number: u64,
    pub line: u64,
}

impl From<Origin> for RejectOrigin {
    fn from(origin: Origin) -> Self {
        RejectOrigin { number: origin.number, line: origin.line }
    }
}
