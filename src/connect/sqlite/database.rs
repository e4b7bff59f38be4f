//! Opening a database file, and its errors in plain words.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::connect::faults::{self, Call};
use crate::connect::{ConnectError, ErrorKind, disk, file};

/// How long to wait for another program that holds the database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a file starts as SQLite databases do (SQLite, "Database File Format", section 1.3).
pub(in crate::connect) fn is_database(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = disk::DiskFile::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut start));
    read.is_ok() && start == *b"SQLite format 3\0"
}

/// Opens a database that will be written to, for reading. What a killed program left of a transaction is taken back first.
pub(super) fn open_target_to_read(path: &Path) -> Result<Connection, ConnectError> {
    take_back(path)?;
    open_to_read(path)
}

/// The rollback journal of a database.
fn journal_of(path: &Path) -> PathBuf {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    journal.into()
}

/// A rollback journal beside a database that nobody holds is what a killed program left (SQLite, "File Locking And
/// Concurrency", section 4.0, hot journals): who may only read cannot take its transaction back.
fn take_back(path: &Path) -> Result<(), ConnectError> {
    if !std::fs::metadata(journal_of(path)).is_ok_and(|metadata| metadata.len() > 0) || !is_database(path) {
        return Ok(());
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The first look at the file takes it back.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|error| plain(path, error))
}

/// Opens an existing database for reading.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, ConnectError> {
    let file = file::open(path)?;
    if file.metadata().is_ok_and(|metadata| metadata.len() > 0) && !is_database(path) {
        return Err(no_database(path));
    }
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Opens a database for writing; creates it, private to the user, where it is absent. Tells, too,
/// whether it was in WAL mode before.
pub(super) fn open_to_write(path: &Path) -> Result<(Connection, bool), ConnectError> {
    // In WAL mode there is none: whoever left this one was cut off on the way from or to another mode.
    let between_modes = journal_of(path).exists();
    if path.exists() {
        drop(open_target_to_read(path)?);
    } else {
        file::create_private(path)?;
    }
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let failed = |error| plain(path, error);
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok((connection, mode.eq_ignore_ascii_case("wal") && !between_modes))
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, ConnectError> {
    faults::ask(path, Call::Open).map_err(|error| ConnectError::io(path, "open", error))?;
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| plain(path, error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| plain(path, error))?;
    Ok(connection)
}

fn no_database(path: &Path) -> ConnectError {
    ConnectError::new(
        ErrorKind::NotReadable,
        path.display().to_string(),
        "this is no SQLite database",
        "Check the path, or pin `format:` to what the file holds.",
    )
}

/// An error of SQLite that concerns the database as a whole.
pub(super) fn plain(path: &Path, error: rusqlite::Error) -> ConnectError {
    let place = path.display().to_string();
    let Some(code) = error.sqlite_error_code() else {
        return ConnectError::new(ErrorKind::Io, place, error.to_string(), "Report this: it should not happen.");
    };
    if error.sqlite_error().is_some_and(|failure| failure.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK) {
        let what = "a program was cut off while it wrote to the database, and its unfinished changes are still in it";
        let next = "Open the database once with the program that it belongs to, which takes them back, then run again.";
        return ConnectError::new(ErrorKind::Changed, place, what, next);
    }
    let (kind, what, next) = match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => (
            ErrorKind::Io,
            "another program holds the database locked".to_owned(),
            "Close the program that uses it, then run again.",
        ),
        ErrorCode::NotADatabase => return no_database(path),
        ErrorCode::DatabaseCorrupt => (
            ErrorKind::Malformed,
            "the database file is damaged".to_owned(),
            "Restore it from a backup, or try `sqlite3 FILE .recover`.",
        ),
        ErrorCode::DiskFull => {
            (ErrorKind::Io, "the disk is full".to_owned(), "Free some space, then run again; what was committed stays.")
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => (
            ErrorKind::Denied,
            "no right to write to the database".to_owned(),
            "Ask for the right to write to the file and its folder, or run as a user who has it.",
        ),
        ErrorCode::CannotOpen => (
            ErrorKind::Denied,
            "the database cannot be opened".to_owned(),
            "Check that the folder exists and that you may read and write it.",
        ),
        _ => (ErrorKind::Io, error.to_string(), "Check the database, then run again."),
    };
    ConnectError::new(kind, place, what, next)
}

/// An identifier, quoted so that no name can be anything but a name.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
