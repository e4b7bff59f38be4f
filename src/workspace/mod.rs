//! What is remembered: runs, links, learned matches.

mod runs;

pub use runs::{RUNS_FOLDER, RunEntry, RunState, find_report, list_runs};
