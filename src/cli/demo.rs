//! `mapwright demo`: the sample, unpacked into a folder of its own.

use std::path::PathBuf;

use super::exit::Answer;
use super::run;
use crate::workspace::{unpack_demo, unpack_sample};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Run the sample without a screen and print the report
    #[arg(long, required = true)]
    headless: bool,
    /// Unpack the sample here [default: a new folder below the system's temporary one]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Answer {
    let profile = match &args.to {
        Some(folder) => unpack_sample(folder)?,
        None => unpack_demo()?,
    };
    run::run(run::Args::of(profile)?)
}
