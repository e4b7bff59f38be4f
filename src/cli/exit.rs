//! Exit codes, and how an error becomes one.

use std::io::Write;
use std::process::ExitCode;

use crate::connect::{ConnectError, ErrorKind};

/// What a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; rejects without a threshold included.
    Done = 0,
    /// Something outside the profile failed: a file, a disk, a connection.
    Failed = 1,
    /// A usage or profile error.
    Usage = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// What every command's `run` gives.
pub(crate) type Answer = anyhow::Result<Exit>;

/// Prints an error to standard error, made safe for a terminal, and gives the exit code.
pub(crate) fn conclude(answer: Answer) -> ExitCode {
    match answer {
        Ok(exit) => exit.into(),
        Err(error) => {
            let text = format!("{error:#}");
            let safe: Vec<_> = text.lines().map(crate::record::safe_text).collect();
            // Nothing can be told where standard error is closed.
            let _ = writeln!(std::io::stderr(), "error: {}", safe.join("\n"));
            code_of(&error).into()
        }
    }
}

fn code_of(error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<ConnectError>().map(|error| error.kind) {
        Some(ErrorKind::UnknownFormat | ErrorKind::NoSuchObject | ErrorKind::Exists | ErrorKind::Unsupported) => {
            Exit::Usage
        }
        _ => Exit::Failed,
    }
}
