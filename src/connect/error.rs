//! What can go wrong between mapwright and a system: what happened, where, and what to do next.

use std::fmt;
use std::path::Path;

/// The kind decides the exit code and what a screen offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing there.
    NotFound,
    /// No right to read or write.
    Denied,
    /// There, but not something this connector can read (a directory, a binary file, a file of another format).
    NotReadable,
    /// Well-formed, but holds no table (an empty file).
    Empty,
    /// The format or scheme is not known.
    UnknownFormat,
    /// An object or field that the system does not have.
    NoSuchObject,
    /// The target exists and the write mode would not touch it.
    Exists,
    /// The profile or command line asks for something this system cannot do.
    Unsupported,
    /// The source changed since the run began.
    Changed,
    /// Disk full, connection lost, device error: what was asked may work later.
    Io,
    /// The bytes break the format in a way that cannot be isolated to a record.
    Malformed,
}

/// A failure with its place and the next step.
#[derive(Debug, thiserror::Error)]
pub struct ConnectError {
    pub kind: ErrorKind,
    /// What happened, one sentence without a full stop.
    pub what: String,
    /// Where: a path or address, with line, byte or field where known.
    pub place: String,
    /// What to do next, one sentence.
    pub next: String,
    #[source]
    pub cause: Option<std::io::Error>,
}

impl ConnectError {
    pub fn new(
        kind: ErrorKind,
        place: impl Into<String>,
        what: impl Into<String>,
        next: impl Into<String>,
    ) -> ConnectError {
        ConnectError { kind, what: what.into(), place: place.into(), next: next.into(), cause: None }
    }

    /// An operating-system error on a path, said plainly.
    pub fn io(path: &Path, doing: &str, error: std::io::Error) -> ConnectError {
        use std::io::ErrorKind as Io;
        let place = path.display().to_string();
        let (kind, what, next) = match error.kind() {
            Io::NotFound => (
                ErrorKind::NotFound,
                "there is no such file or folder".to_owned(),
                "Check the path; paths in a profile start from the profile's folder.",
            ),
            Io::PermissionDenied => (
                ErrorKind::Denied,
                format!("no right to {doing} it"),
                "Ask for the right, or run as a user who has it.",
            ),
            Io::StorageFull => (
                ErrorKind::Io,
                "the disk is full".to_owned(),
                "Free some space, then run again; nothing was left half-written under its final name.",
            ),
            Io::IsADirectory => (
                ErrorKind::NotReadable,
                "this is a folder, not a file".to_owned(),
                "Name a file in it, or the folder as a source with `from:` naming the file.",
            ),
            _ => (
                ErrorKind::Io,
                format!("could not {doing} it: {error}"),
                "Check the device or the connection, then run again.",
            ),
        };
        ConnectError { kind, what, place, next: next.to_owned(), cause: Some(error) }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.place, self.what, self.next)
    }
}
