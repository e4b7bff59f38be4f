//! What reaches the workbench: keys, time, and what the worker has found out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::boards::forecast::Forecast;
use super::boards::lineage::Lineage;
use super::boards::records::RecordRows;
use super::boards::twins::TwinGroups;
use super::boards::values::ValueCounts;
use super::effect::Asker;
use super::key::Chord;
use super::overlay::PickEntry;
use super::places::preview::{Previewed, Whole};
use super::places::run::RunStarted;
use super::places::start::{Recent, RecentRun};
use super::project::{Opened, Records, SourceObject};
use super::{Draft, Evaluation};
use crate::dedupe::{Clusters, Method};
use crate::engine::RunEvent;
use crate::matching::{Suggestions, ValueSuggestion};
use crate::profile::Profile;
use crate::report::Report;
use crate::schema::ObjectStats;
use crate::workspace::RunEntry;

/// Something happened.
#[derive(Debug)]
pub enum Msg {
    Key(Chord),
    Paste(String),
    Mouse(Mouse),
    Resize {
        width: u16,
        height: u16,
    },
    /// Time since the start; comes before whatever else happened.
    Clock(Duration),
    /// A signal asked the program to end, or the terminal is gone.
    Stop,
    /// Begin with this: open it as if the user had.
    Begin(Job),
    Answer(Box<Answer>),
}

/// A mouse event that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub column: u16,
    pub row: u16,
    pub action: MouseAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseAction {
    Press,
    WheelUp,
    WheelDown,
}

/// Work that opens something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// A source and a target (a file, a database, a schema file or a template), as written by the user.
    Pair { source: String, target: String },
    /// `schema` is a schema file that says more about the target than the target itself.
    Profile { path: PathBuf, schema: Option<PathBuf> },
    /// The sample, unpacked into a folder of its own.
    Demo,
    /// The start place.
    Start,
}

/// Something that went wrong, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was attempted: "could not open contacts.csv".
    pub title: String,
    /// What happened, where, what to do next.
    pub lines: Vec<String>,
}

impl Problem {
    /// From any error text; its lines stay lines.
    pub fn new(title: impl Into<String>, text: &str) -> Problem {
        Problem { title: title.into(), lines: text.lines().map(str::to_owned).collect() }
    }
}

/// What the worker found out.
#[derive(Debug)]
pub enum Answer {
    Recents {
        profiles: Vec<Recent>,
        runs: Vec<RecentRun>,
    },
    Forecast(Box<Forecast>),
    Opened(Box<Opened>),
    /// The profile has a newer draft.
    DraftFound {
        draft: Draft,
        changed: String,
    },
    /// Statistics of a source object, from a prefix or (complete) from all of it.
    Stats {
        object: String,
        stats: Arc<ObjectStats>,
    },
    /// A scan's progress: records and bytes so far.
    Scanning {
        object: String,
        records: u64,
        bytes: u64,
        total_bytes: Option<u64>,
    },
    /// Records of the source from a position on.
    Page {
        object: String,
        records: Arc<Records>,
    },
    /// How many records an object is known to have by now.
    Indexed {
        object: String,
        records: u64,
        complete: bool,
    },
    Suggested {
        from: String,
        to: String,
        suggestions: Arc<Suggestions>,
    },
    Evaluated {
        asker: Asker,
        revision: u64,
        target: String,
        evaluation: Box<Evaluation>,
    },
    Previewed {
        revision: u64,
        preview: Box<Previewed>,
    },
    Counted {
        revision: u64,
        whole: Box<Whole>,
    },
    ValuesCounted(Box<ValueCounts>),
    ValuesSuggested {
        target: String,
        suggestions: Vec<ValueSuggestion>,
    },
    Clustered {
        target: String,
        method: Method,
        clusters: Box<Clusters>,
    },
    RunStarted(RunStarted),
    RunEvent(RunEvent),
    /// The run's process has ended; its exit code and what it wrote to standard error.
    RunEnded {
        exit: Option<i32>,
        errors: String,
    },
    Report {
        folder: PathBuf,
        report: Box<Report>,
    },
    /// Records behind a figure.
    Records(Box<RecordRows>),
    /// All rejects of an object of a run.
    Rejects {
        object: usize,
        rejects: Box<RecordRows>,
    },
    Twins(Box<TwinGroups>),
    Lineage(Box<Lineage>),
    Runs(Vec<RunEntry>),
    Folder {
        folder: PathBuf,
        entries: Vec<PickEntry>,
    },
    /// The source's objects, read anew.
    Reread(Vec<SourceObject>),
    /// A run of the profile that was opened is under way.
    RunFound {
        folder: PathBuf,
        dry_run: bool,
    },
    /// What the run's process holds, in bytes.
    RunMemory(u64),
    Saved {
        path: PathBuf,
        text: String,
        profile: Box<Profile>,
    },
    DraftSaved,
    DraftFailed(String),
    /// Why decisions cannot be remembered, or remembered ones not be read.
    MemoryFailed(String),
    /// Saving there would overwrite a file that is not the profile's own.
    Exists(PathBuf),
    Failed(Problem),
}
