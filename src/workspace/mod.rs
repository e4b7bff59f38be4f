//! What is remembered: runs, links, learned matches.

mod runs;
mod sample;

pub use runs::{RUNS_FOLDER, RunEntry, RunState, find_report, list_runs};
pub use sample::{unpack_demo, unpack_sample};
