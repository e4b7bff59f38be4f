//! `mapwright decode`: a text file in any encoding into UTF-8.

use std::path::PathBuf;

use super::exit::{Answer, Exit};
use super::print;
use crate::connect::{Location, decode_text};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A text file
    input: String,
    /// The file to write; it must not exist
    output: PathBuf,
    /// The encoding, where the guess is wrong (`windows-1252`)
    #[arg(long)]
    encoding: Option<String>,
}

pub(crate) fn run(args: Args) -> Answer {
    let location = Location { encoding: args.encoding, ..Location::from_argument(&args.input) };
    let evidence = decode_text(&location, &args.output)?;
    print::out(&format!("{evidence}\n"))?;
    Ok(Exit::Done)
}
