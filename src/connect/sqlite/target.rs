//! A database as a target.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::Connection;

use super::database::{open_target_to_read, open_to_write, plain, quoted};
use super::introspect::{self, OWN_PREFIX, Table};
use super::modes::Writer;
use super::sink::{Opened, Resume, SqliteSink, kept_log};
use super::{create, source};
use crate::connect::{ConnectError, ErrorKind, Location, Sink, Target, WriteMode, WriteRequest};
use crate::schema::Schema;

struct SqliteTarget {
    path: PathBuf,
    /// Whether the database was in WAL mode before this run opened it, for whichever object.
    keeps_log: OnceLock<bool>,
}

/// Opens an SQLite database as a target; it is made when the first object is written.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    Ok(Box::new(SqliteTarget { path: location.path(), keeps_log: OnceLock::new() }))
}

impl Target for SqliteTarget {
    fn format(&self) -> &'static str {
        "sqlite"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let mut schema = Schema { name: self.path.display().to_string(), objects: Vec::new() };
        if !self.path.exists() {
            return Ok(schema);
        }
        let connection = open_target_to_read(&self.path)?;
        for name in introspect::names(&self.path, &connection)? {
            if let Some(table) = introspect::table(&self.path, &connection, &name)?
                && !table.is_view
            {
                schema.objects.push(table.object);
            }
        }
        Ok(schema)
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        check_request(&self.path, request)?;
        let made_file = !self.path.exists();
        let (connection, is_log) = open_to_write(&self.path)?;
        // A run that was cut off left the mode that it works in.
        let keeps_log = *self.keeps_log.get_or_init(|| kept_log(request).unwrap_or(is_log));
        let opened = open(&self.path, connection, keeps_log, request);
        if opened.is_err() && made_file {
            let _ = crate::connect::disk::remove_file(&self.path);
        }
        opened.map(|sink| Box::new(sink) as Box<dyn Sink>)
    }
}

fn refuse(path: &Path, what: String, next: &str) -> ConnectError {
    ConnectError::new(ErrorKind::Unsupported, path.display().to_string(), what, next)
}

fn check_request(path: &Path, request: &WriteRequest) -> Result<(), ConnectError> {
    let name = &request.object;
    if name.is_empty() || name.contains('\0') || name.starts_with("sqlite_") || name.starts_with(OWN_PREFIX) {
        return Err(refuse(path, format!("`{name}` cannot be the name of a table"), "Choose another object name."));
    }
    if request.fields.is_empty() {
        return Err(refuse(path, format!("no field of `{name}` is mapped"), "Map at least one field."));
    }
    let needs_key = matches!(request.mode, WriteMode::Update | WriteMode::Upsert | WriteMode::SkipExisting);
    if needs_key && request.key.is_empty() {
        let what = format!("`{name}` is to be written by key, and no key is given");
        return Err(refuse(path, what, "Add `key:` with the field that identifies a record."));
    }
    for key in &request.key {
        if !request.fields.iter().any(|field| field.eq_ignore_ascii_case(key)) {
            let what = format!("the key field `{key}` of `{name}` is not mapped");
            return Err(refuse(path, what, "Map it, or choose another key."));
        }
    }
    Ok(())
}

fn open(
    path: &Path,
    connection: Connection,
    keeps_log: bool,
    request: &WriteRequest,
) -> Result<SqliteSink, ConnectError> {
    let failed = |error| plain(path, error);
    let resume = Resume::find(path, &connection, request)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    let found = introspect::table(path, &connection, &request.object)?;
    let existed = found.is_some();
    let table = match found {
        Some(table) => table,
        None => make_table(path, &connection, request)?,
    };
    check_columns(path, &table, request)?;
    let staged = request.mode == WriteMode::Replace && existed;
    let into = if staged {
        let staging = format!("{OWN_PREFIX}new_{}", table.object.name);
        if !resume.continues() {
            make_staging(&connection, &table, &staging).map_err(failed)?;
        }
        staging
    } else {
        table.object.name.clone()
    };
    let writer =
        Writer::new(&connection, &table, &into, &request.fields, request.mode, &request.key).map_err(failed)?;
    // The lock is not held while nothing is written.
    connection.execute_batch("COMMIT").map_err(failed)?;
    let opened = Opened { staging: staged.then_some(into), made_table: !existed, keeps_log };
    Ok(SqliteSink::new(path, connection, table, writer, opened, request, resume))
}

fn make_table(path: &Path, connection: &Connection, request: &WriteRequest) -> Result<Table, ConnectError> {
    if request.mode == WriteMode::Update {
        let names = introspect::names(path, connection)?;
        return Err(source::no_such_table(path, &request.object, &names));
    }
    connection.execute_batch(&create::statement(request, &request.object)).map_err(|error| plain(path, error))?;
    let made = introspect::table(path, connection, &request.object)?;
    made.ok_or_else(|| source::no_such_table(path, &request.object, &[]))
}

fn check_columns(path: &Path, table: &Table, request: &WriteRequest) -> Result<(), ConnectError> {
    let name = &table.object.name;
    if table.is_view {
        return Err(refuse(path, format!("`{name}` is a view"), "Write to the table behind it."));
    }
    for field in &request.fields {
        let Some(known) = table.object.fields.iter().find(|known| known.name.eq_ignore_ascii_case(field)) else {
            let names: Vec<&str> = table.object.fields.iter().map(|known| known.name.as_str()).collect();
            return Err(ConnectError::new(
                ErrorKind::NoSuchObject,
                path.display().to_string(),
                format!("the table `{name}` has no field `{field}`"),
                format!("It has: {}.", names.join(", ")),
            ));
        };
        if known.constraints.read_only {
            let what = format!("the database computes `{field}` of `{name}` itself");
            return Err(refuse(path, what, "Leave the field out of the profile."));
        }
    }
    Ok(())
}

/// A table like another, with its rules and unique indexes, to be filled and then take its place's records.
fn make_staging(connection: &Connection, table: &Table, staging: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quoted(staging)))?;
    let body = table.sql.find('(').map_or("", |at| &table.sql[at..]);
    connection.execute_batch(&format!("CREATE TABLE {} {body}", quoted(staging)))?;
    for (index, columns) in table.unique.iter().enumerate() {
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let index = quoted(&format!("{staging}_{index}"));
        let sql = format!("CREATE UNIQUE INDEX {index} ON {} ({})", quoted(staging), names.join(", "));
        connection.execute_batch(&sql)?;
    }
    Ok(())
}
