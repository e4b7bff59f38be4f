//! `mapwright demo`: the sample, unpacked into a folder of its own, in the workbench or without a screen.

use std::path::PathBuf;

use super::exit::Answer;
use super::{run, workbench};
use crate::app::Job;
use crate::workspace::{unpack_demo, unpack_sample};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run the sample without a screen and print the report
    #[arg(long)]
    headless: bool,
    /// Unpack the sample here [default: a new folder below the system's temporary one]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Answer {
    if !args.headless && args.to.is_none() {
        return workbench::open(Job::Demo);
    }
    let path = match &args.to {
        Some(folder) => unpack_sample(folder)?,
        None => unpack_demo()?,
    };
    if args.headless {
        return run::run(run::Args::of(path)?);
    }
    let schema = Some(path.with_file_name("target.sql"));
    workbench::open(Job::Profile { path, schema })
}
