//! `mapwright open`: the workbench on a profile.

use std::path::PathBuf;

use super::exit::Answer;
use super::workbench;
use crate::app::Job;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The mapping profile
    profile: PathBuf,
    /// A schema file that says more about the target's fields than the target itself
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Answer {
    workbench::open(Job::Profile { path: args.profile, schema: args.schema })
}
