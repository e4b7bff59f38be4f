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
    /// Leave records as they are where delimiters or quotes are broken
    #[arg(long)]
    as_is: bool,
}

/// Exit 0: written, repairs told on standard error; 3: well-formed, but no table; 1: refused.
pub(crate) fn run(args: Args) -> Answer {
    let input = Location {
        encoding: args.encoding,
        delimiter: args.delimiter,
        repair: !args.as_is,
        keep_blank: true,
        ..Location::from_argument(&args.input)
    };
    let mut output = Location::from_argument(&args.output);
    // The format must be known before anything is read.
    open_target(&output)?;
    let mut evidence = Vec::new();
    let converted = open_source(&input).and_then(|source| {
        // Names that were made up are no names: a delimited file stays one without a header.
        output.header = (!source.names_fields(&args.object)).then_some(false);
        evidence = source.evidence(&args.object);
        engine::convert(&*source, &args.object, &*open_target(&output)?)
    });
    let done = match converted {
        Ok(done) => done,
        Err(error) if error.kind == ErrorKind::Empty => {
            let _ = writeln!(std::io::stderr(), "no table: {}", safe_text(&error.to_string()));
            return Ok(Exit::Findings);
        }
        Err(error) => return Err(error.into()),
    };
    let mut err = std::io::stderr().lock();
    for line in &evidence {
        let _ = writeln!(err, "{}", safe_text(line));
    }
    if !done.left.is_empty() {
        let names: Vec<_> = done.left.iter().take(12).map(|name| safe_text(name)).collect();
        let _ = writeln!(err, "left: {} (name one with --object)", names.join(", "));
    }
    for (code, (count, numbers)) in &done.repairs {
        let first: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let more = if *count > numbers.len() as u64 { ", …" } else { "" };
        let _ = writeln!(err, "repaired: {count} records with {code} (record {}{more})", first.join(", "));
    }
    let _ =
        writeln!(err, "{} records with {} fields written to {}", done.records, done.fields, safe_text(&args.output));
    Ok(Exit::Done)
}
