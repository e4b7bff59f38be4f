//! Exit codes, and how an error becomes one.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use crate::connect::{ConnectError, ErrorKind};
use crate::engine::RunError;
use crate::profile::{Issue, Loaded, Problems};
use crate::schema::SchemaError;

/// What a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; rejects without a threshold included.
    Done = 0,
    /// Something outside the profile failed: a file, a disk, a connection.
    Failed = 1,
    /// A usage or profile error.
    Usage = 2,
    /// Finished, but rejects passed the threshold or checks failed.
    Findings = 3,
    Cancelled = 4,
    /// The ledger does not balance.
    Unbalanced = 5,
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
            let text = words(&error);
            let safe: Vec<_> = text.lines().map(crate::record::safe_text).collect();
            // The issues of a profile say `error:` themselves, each at its place.
            let lead = if error.is::<Problems>() { "" } else { "error: " };
            // Nothing can be told where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{lead}{}", safe.join("\n"));
            code_of(&error).into()
        }
    }
}

/// An error with its causes, outermost first. What a connector says ends it: its sentence has the cause already.
fn words(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        parts.push(cause.to_string());
        let schema = matches!(cause.downcast_ref::<SchemaError>(), Some(SchemaError::Connect(_)));
        if schema || cause.is::<ConnectError>() {
            break;
        }
    }
    parts.join(": ")
}

fn code_of(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<Problems>().is_some() {
        return Exit::Usage;
    }
    let connect = match error.downcast_ref::<SchemaError>() {
        Some(SchemaError::Connect(error)) => Some(error),
        Some(SchemaError::Text(_) | SchemaError::Template { .. }) => return Exit::Usage,
        None => error.downcast_ref::<ConnectError>(),
    };
    match connect.map(|error| error.kind) {
        Some(ErrorKind::UnknownFormat | ErrorKind::NoSuchObject | ErrorKind::Exists | ErrorKind::Unsupported) => {
            Exit::Usage
        }
        _ => Exit::Failed,
    }
}

/// An error of the engine, with the issues of the profile shown in its text.
pub(crate) fn run_error(error: RunError, path: &Path, loaded: &Loaded) -> anyhow::Error {
    match error {
        RunError::Profile(issues) => {
            let file = path.display().to_string();
            let issues = issues.into_iter().map(|issue| Issue { file: file.clone(), ..issue }).collect();
            Problems { issues, text: loaded.text.clone() }.into()
        }
        RunError::Connect(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_told_once() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = ConnectError::io(Path::new("out.csv"), "write", full);
        let text = error.to_string();
        assert_eq!(words(&anyhow::Error::new(error)), text);
        let plain: Result<(), std::io::Error> = Err(std::io::Error::other("the cause"));
        assert_eq!(words(&plain.context("what happened").expect_err("an error")), "what happened: the cause");
    }
}
