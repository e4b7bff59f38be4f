//! The command line: one file a subcommand; parsing and printing, nothing else.

use std::process::ExitCode;

/// Parses the arguments, runs the command and gives the exit code.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
