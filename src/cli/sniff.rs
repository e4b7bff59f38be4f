//! `mapwright sniff`: what a text file's form is taken to be, and why, as JSON.

use clap::ValueEnum;
use serde::Serialize;

use super::exit::{Answer, Exit};
use super::print;
use crate::connect::Location;
use crate::connect::csv::CsvSource;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A delimited text file
    file: String,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
}

#[derive(Serialize)]
struct Output<'a> {
    delimiter: char,
    /// Empty: quotes are ordinary characters.
    quote: String,
    escape: String,
    line_end: &'a str,
    encoding: &'a str,
    header: bool,
    fields: &'a [String],
    evidence: &'a [String],
}

pub(crate) fn run(args: Args) -> Answer {
    let Format::Json = args.format;
    let source = CsvSource::open(&Location::from_argument(&args.file))?;
    let dialect = source.dialect();
    let spelled = |byte: Option<u8>| byte.map_or_else(String::new, |byte| char::from(byte).to_string());
    let output = Output {
        delimiter: char::from(dialect.delimiter),
        quote: spelled(dialect.quote),
        escape: spelled(dialect.escape),
        line_end: dialect.line_end.word(),
        encoding: source.encoding(),
        header: source.has_header(),
        fields: source.fields(),
        evidence: source.guesses(),
    };
    print::out(&format!("{}\n", serde_json::to_string_pretty(&output)?))?;
    Ok(Exit::Done)
}
