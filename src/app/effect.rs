//! What must happen outside the model.

use std::path::PathBuf;
use std::sync::Arc;

use super::boards::records::Wanted;
use super::msg::Job;
use super::project::Records;
use crate::dedupe::Method;
use crate::engine::Fate;
use crate::matching::Remembered;
use crate::profile::Profile;

/// An unsaved profile and the profile's path, beside which the draft lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub profile_path: PathBuf,
    pub profile: Arc<Profile>,
}

/// Who wants to know what an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    Editor,
    Map,
}

/// Something to do. The first few are the terminal's, the others the worker's.
#[derive(Debug, Clone)]
pub enum Effect {
    Quit,
    /// End as a signal asked.
    Stop,
    Redraw,
    Suspend,
    Mouse(bool),
    /// To the terminal's clipboard (OSC 52).
    Copy(String),
    /// Recent profiles and runs.
    FindRecents,
    Open(Job),
    /// Statistics and positions of a whole source object; tells progress, can be cancelled, one at a time.
    Scan {
        object: String,
    },
    /// Records for the table: `count` from record number `first` (from 0) on.
    Page {
        object: String,
        first: u64,
        count: usize,
    },
    Suggest {
        from: String,
        to: String,
    },
    Evaluate(Box<Question>),
    /// Before and after for the telling records.
    Preview {
        revision: u64,
        profile: Arc<Profile>,
        pair: usize,
    },
    /// Counts for the whole source.
    Validate {
        revision: u64,
        profile: Arc<Profile>,
        pair: usize,
    },
    /// How often the expression of a target field gives each value, over the whole source.
    CountValues {
        profile: Arc<Profile>,
        pair: usize,
        target: String,
    },
    /// What values mean in a target's picklist.
    SuggestValues {
        target: String,
        values: Vec<String>,
        allowed: Vec<String>,
    },
    /// Which values are variants of one another.
    Cluster {
        target: String,
        method: Method,
        values: Vec<(String, u64)>,
        allowed: Vec<String>,
    },
    /// Groups of records with an equal duplicates key.
    FindTwins {
        profile: Arc<Profile>,
        pair: usize,
    },
    /// Records of a source object by a field's value.
    FindRecords {
        object: String,
        field: String,
        wanted: Wanted,
    },
    /// A record's way through the mapping.
    Trace {
        profile: Arc<Profile>,
        pair: usize,
        number: u64,
        about: Option<String>,
    },
    /// What a run would do, told as it becomes known.
    Forecast {
        revision: u64,
        profile: Arc<Profile>,
    },
    /// The records behind a figure of the last forecast.
    ReadForecast {
        object: usize,
        fate: Fate,
    },
    StartRun {
        profile: Arc<Profile>,
        path: Option<PathBuf>,
        dry_run: bool,
        /// A rejects file to run instead of the source.
        rejects: Option<PathBuf>,
    },
    CancelRun,
    /// Stop the run's process where it is, or let it go on.
    PauseRun(bool),
    /// Finish a run that was cut off, in its folder.
    ResumeRun {
        profile: Arc<Profile>,
        path: Option<PathBuf>,
        folder: PathBuf,
    },
    /// Follow a run that was started elsewhere.
    FollowRun {
        folder: PathBuf,
        dry_run: bool,
    },
    /// What lies in a folder; of a file, in the folder around it.
    ListFolder {
        folder: PathBuf,
    },
    /// Read the source anew, as the profile says now.
    Reread {
        profile: Arc<Profile>,
    },
    FindRuns {
        profile: PathBuf,
    },
    /// All rejects of an object of a run.
    ReadRejects {
        folder: PathBuf,
        object: usize,
    },
    ReadReport {
        folder: PathBuf,
    },
    /// Rejected records of a run with this label.
    ReadBehind {
        folder: PathBuf,
        object: usize,
        label: String,
    },
    /// Keep decisions on fields and values for next time, and forget those that were taken back.
    Learn {
        new: Vec<Remembered>,
        undone: Vec<Remembered>,
    },
    /// `text` is what the file said when it was read; `own`: the file may be overwritten.
    Save {
        path: PathBuf,
        text: Option<String>,
        profile: Arc<Profile>,
        own: bool,
    },
    SaveDraft(Draft),
    DropDraft(PathBuf),
    /// Stop scans and previews that are going on.
    CancelWork,
    /// Panic on a worker thread; only tests ask for it.
    Panic,
}

/// What does this expression give on the sample?
#[derive(Debug, Clone)]
pub struct Question {
    pub asker: Asker,
    /// Comes back with the answer.
    pub revision: u64,
    /// The profile with the expression in it.
    pub profile: Arc<Profile>,
    pub pair: usize,
    pub target: String,
    pub expression: String,
    pub sample: Arc<Records>,
}
