//! `mapwright decode`: a text file in any encoding into UTF-8.

use std::path::PathBuf;

use super::exit::{Answer, Exit};
use super::print;
use crate::connect::{Location, Look, decode_text};

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
    let location = Location { encoding: args.encoding, look: Look::Whole, ..Location::from_argument(&args.input) };
    let decoded = decode_text(&location, &args.output)?;
    print::out(&format!("{}\n", decoded.evidence))?;
    if decoded.lost == 0 {
        return Ok(Exit::Done);
    }
    let lines: Vec<String> = decoded.lines.iter().map(u64::to_string).collect();
    let are = if decoded.lost == 1 { "byte sequence is no character" } else { "byte sequences are no characters" };
    print::out(&format!(
        "{} {are} in this encoding: U+FFFD stands there now (line {}). Try another with --encoding, or mend the source.\n",
        decoded.lost,
        lines.join(", ")
    ))?;
    Ok(Exit::Findings)
}
