//! `mapwright report`: the report of a run in any form.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::exit::{Answer, Exit};
use super::print;
use crate::report::render;
use crate::workspace::find_report;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A run folder, a report.json, or the name of a run in ./mapwright-runs [default: the newest there]
    run: Option<PathBuf>,
    /// The form of the report [default: by the ending of --output, else text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
    Html,
}

impl Format {
    fn of_file(path: &Path) -> Format {
        match path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).as_deref() {
            Some("html" | "htm") => Format::Html,
            Some("md" | "markdown") => Format::Markdown,
            Some("json") => Format::Json,
            _ => Format::Text,
        }
    }
}

pub(crate) fn run(args: Args) -> Answer {
    let report = find_report(args.run.as_deref(), Path::new("."))?;
    let format = args.format.or_else(|| args.output.as_deref().map(Format::of_file)).unwrap_or(Format::Text);
    let text = match format {
        Format::Text if args.output.is_none() => render::text_in(&report, print::style()),
        Format::Text => render::text(&report),
        Format::Json => render::json(&report),
        Format::Markdown => render::markdown(&report),
        Format::Html => render::html(&report),
    };
    match &args.output {
        Some(path) => print::file(path, &text, args.force)?,
        None => print::out(&text)?,
    }
    Ok(Exit::Done)
}
