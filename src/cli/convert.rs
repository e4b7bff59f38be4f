//! `mapwright convert`: one file or table into another format, as it is.

use std::io::Write;

use super::exit::{Answer, Exit};
use crate::connect::{ErrorKind, Location, open_source, open_target};
use crate::engine;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to read: a file, a database, a folder with --object
    input: String,
    /// What to write; its ending tells the format
    output: String,
    /// The object to read, where the source has several
    #[arg(long, value_name = "OBJECT", default_value = "")]
    object: String,
    /// The encoding of the input, where the guess is wrong
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
    /// The delimiter of the input, where the guess is wrong
    #[arg(long, value_name = "TEXT")]
    delimiter: Option<String>,
}

/// Exit 0: written, repairs told on standard error; 3: well-formed, but no table; 1: refused.
pub(crate) fn run(args: Args) -> Answer {
    let input = Location { encoding: args.encoding, delimiter: args.delimiter, ..Location::from_argument(&args.input) };
    let target = open_target(&Location::from_argument(&args.output))?;
    let converted = open_source(&input).and_then(|source| engine::convert(&*source, &args.object, &*target));
    let done = match converted {
        Ok(done) => done,
        Err(error) if error.kind == ErrorKind::Empty => {
            let _ = writeln!(std::io::stderr(), "no table: {}", safe_text(&error.to_string()));
            return Ok(Exit::Findings);
        }
        Err(error) => return Err(error.into()),
    };
    let mut err = std::io::stderr().lock();
    for (code, (count, numbers)) in &done.repairs {
        let first: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let more = if *count > numbers.len() as u64 { ", …" } else { "" };
        let _ = writeln!(err, "repaired: {count} records with {code} (record {}{more})", first.join(", "));
    }
    let _ =
        writeln!(err, "{} records with {} fields written to {}", done.records, done.fields, safe_text(&args.output));
    Ok(Exit::Done)
}
