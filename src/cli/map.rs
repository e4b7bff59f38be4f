//! `mapwright map`: the workbench on a source and a target.

use super::exit::Answer;
use super::workbench;
use crate::app::Job;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A CSV, JSON, NDJSON or SQLite file, or a folder of such files
    source: String,
    /// A file, sqlite:FILE, a schema file (.sql, .json, .yaml) or a template (template:salesforce/Contact)
    target: String,
}

pub(crate) fn run(args: Args) -> Answer {
    workbench::open(Job::Pair { source: args.source, target: args.target })
}
