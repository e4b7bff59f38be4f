//! `mapwright convert`: one file or table into another format, as it is.

use std::io::Write;

use clap::ValueEnum;

use super::exit::{Answer, Exit};
use super::input::Input;
use crate::connect::{ErrorKind, LineEnds, Location, Output, Quoting, Split, open_source, open_target};
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
    #[command(flatten)]
    reading: Input,
    /// Leave records as they are where delimiters or quotes are broken
    #[arg(long)]
    as_is: bool,
    /// Take the apostrophe away again that `--spreadsheet-safe` put before what looks like a formula
    #[arg(long)]
    from_spreadsheet_safe: bool,
    #[command(flatten)]
    form: Form,
}

/// How the output is written; all but `--split` are for delimited text.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "How the output is written")]
struct Form {
    /// The delimiter of the output: one to four characters, or tab, comma, semicolon, pipe, space
    #[arg(long, value_name = "TEXT")]
    to_delimiter: Option<String>,
    /// The encoding of the output [default: utf-8]
    #[arg(long, value_name = "LABEL")]
    to_encoding: Option<String>,
    /// What stands for a character that the encoding does not have; without it, such a record is refused
    #[arg(long, value_name = "TEXT")]
    unfit: Option<String>,
    /// Which cells stand in quotes
    #[arg(long, value_enum, default_value_t = Quotes::Minimal)]
    quoting: Quotes,
    /// Begin with a byte-order mark, or without one [default: with one for UTF-16 only]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    bom: Option<bool>,
    /// What ends a record
    #[arg(long, value_enum, default_value_t = Ends::Lf)]
    line_ends: Ends,
    /// Put an apostrophe before cells that a spreadsheet would run as a formula
    #[arg(long)]
    spreadsheet_safe: bool,
    /// Write several files, as in `50000 rows` or `10 MB` (before packing): out-001.csv, out-002.csv
    #[arg(long, value_name = "SIZE", value_parser = split)]
    split: Option<Split>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Quotes {
    Minimal,
    All,
    NonNumeric,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ends {
    Lf,
    Crlf,
    Cr,
}

fn split(text: &str) -> Result<Split, String> {
    Split::parse(text).ok_or_else(|| "write a number of rows such as `50000 rows`, or of bytes such as `10 MB`".into())
}

impl Form {
    fn location(self, address: &str) -> Location {
        Location {
            delimiter: self.to_delimiter,
            encoding: self.to_encoding,
            spreadsheet_safe: self.spreadsheet_safe,
            output: Output {
                quoting: match self.quoting {
                    Quotes::Minimal => Quoting::Minimal,
                    Quotes::All => Quoting::All,
                    Quotes::NonNumeric => Quoting::NonNumeric,
                },
                bom: self.bom,
                line_ends: match self.line_ends {
                    Ends::Lf => LineEnds::Lf,
                    Ends::Crlf => LineEnds::CrLf,
                    Ends::Cr => LineEnds::Cr,
                },
                unfit: self.unfit,
                split: self.split,
            },
            ..Location::from_argument(address)
        }
    }
}

/// Exit 0: written, repairs told on standard error; 3: well-formed, but no table; 1: refused.
pub(crate) fn run(args: Args) -> Answer {
    let input = Location {
        repair: !args.as_is,
        keep_blank: true,
        spreadsheet_safe: args.from_spreadsheet_safe,
        ..args.reading.location(&args.input)
    };
    let mut output = args.form.location(&args.output);
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
        let first = first.join(", ");
        let _ = match *code {
            // What is no text in any encoding can only be shown.
            "encoding" => writeln!(
                err,
                "kept as hexadecimal digits: the bytes that are no text of {count} records (record {first}{more}); pin the right `--encoding`"
            ),
            _ => writeln!(err, "repaired: {count} records with {code} (record {first}{more})"),
        };
    }
    let to = match done.files.as_slice() {
        [first, .., last] => {
            let name = |path: &std::path::Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            format!("{} parts, {} to {}", done.files.len(), name(first), name(last))
        }
        _ => args.output.clone(),
    };
    let _ = writeln!(err, "{} records with {} fields written to {}", done.records, done.fields, safe_text(&to));
    Ok(Exit::Done)
}
