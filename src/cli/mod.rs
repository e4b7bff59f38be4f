//! The command line: one file a subcommand; parsing and printing, nothing else.
//!
//! To add a command: a file with `Args` (clap) and `run(Args) -> Answer`, a line in `Command` and one in `dispatch`.

mod check;
mod completions;
mod convert;
mod decode;
mod demo;
mod eval;
mod exit;
mod functions;
mod input;
mod inspect;
mod man;
mod map;
mod match_schemas;
mod memory;
mod open;
mod preview;
mod print;
mod profile;
mod profiled;
mod report;
mod run;
mod runs;
mod sniff;
mod suggest;
mod test;
mod verify;
mod workbench;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use exit::{Answer, Exit};

/// The terminal workbench for moving customer data: map, clean, check, run, and account for every record.
#[derive(Debug, Parser)]
#[command(name = "mapwright", version, propagate_version = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a profile and every record of its source, without writing anything
    ///
    /// A template (`--target template:salesforce`) or a schema file will do as the target.
    Check(check::Args),
    /// Run the examples of a profile
    Test(test::Args),
    /// Open the workbench on a source and a target
    Map(map::Args),
    /// Open the workbench on a profile
    Open(open::Args),
    /// Try mapwright on a small, ugly sample export that is built in
    Demo(demo::Args),
    /// Show the first records before and after
    Preview(preview::Args),
    /// Run a profile without a screen
    Run(run::Args),
    /// Evaluate an expression on every record of a source, or once
    Eval(eval::Args),
    /// List the functions of expressions
    Functions(functions::Args),
    /// Look into a source: fields with type and evidence, filled share, patterns, values
    Inspect(inspect::Args),
    /// Show the report of a run: as text, JSON, Markdown or a page to send around
    Report(report::Args),
    /// List the runs, how each stands and what it needs
    Runs(runs::Args),
    /// Write a text file in any encoding anew in UTF-8
    Decode(decode::Args),
    /// Tell a text file's delimiter, quote, encoding and header, with the evidence
    Sniff(sniff::Args),
    /// Suggest which source field goes into which target field
    Suggest(suggest::Args),
    /// Show, learn and forget matches of earlier migrations
    Memory(memory::Args),
    /// Match the fields of two schema files: schemas in, scored matches out
    Match(match_schemas::Args),
    /// Read the target back and compare it with what the profile makes of the source
    Verify(verify::Args),
    /// Copy a file or table into another format, as it is
    Convert(convert::Args),
    /// Take over mappings of other tools, and hand them over
    Profile(profile::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print the manual page
    Man(man::Args),
}

/// The command line as clap knows it; completions and the man page are made from it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Parses the arguments, runs the command and gives the exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Printing to a closed pipe is no news.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    exit::conclude(dispatch(arguments.command))
}

fn dispatch(command: Option<Command>) -> Answer {
    match command {
        Some(Command::Check(args)) => check::run(args),
        Some(Command::Test(args)) => test::run(args),
        Some(Command::Map(args)) => map::run(args),
        Some(Command::Open(args)) => open::run(args),
        Some(Command::Demo(args)) => demo::run(args),
        Some(Command::Preview(args)) => preview::run(args),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Eval(args)) => eval::run(args),
        Some(Command::Functions(args)) => functions::run(args),
        Some(Command::Inspect(args)) => inspect::run(args),
        Some(Command::Report(args)) => report::run(args),
        Some(Command::Runs(args)) => runs::run(args),
        Some(Command::Decode(args)) => decode::run(args),
        Some(Command::Sniff(args)) => sniff::run(args),
        Some(Command::Suggest(args)) => suggest::run(args),
        Some(Command::Memory(args)) => memory::run(args),
        Some(Command::Match(args)) => match_schemas::run(args),
        Some(Command::Verify(args)) => verify::run(args),
        Some(Command::Convert(args)) => convert::run(args),
        Some(Command::Profile(args)) => profile::run(args),
        Some(Command::Completions(args)) => completions::run(args),
        Some(Command::Man(args)) => man::run(args),
        None => workbench::open(crate::app::Job::Start),
    }
}
