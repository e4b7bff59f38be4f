//! A database as a source: tables and views are its objects.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};

use super::database::{open_to_read, plain, quoted};
use super::introspect::{self, Table};
use crate::connect::faults::{self, Call};
use crate::connect::pump::Ready;
use crate::connect::{
    Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, Location, Position, ReadRequest, Reader, Source, file,
};
use crate::record::{Batch, Cell, Fault, Kind, Origin, SourceType};
use crate::schema::{FieldType, Object};

const CHUNK_BYTES: usize = 1 << 20;
/// Records read by one query.
const PAGE: usize = 5000;

struct SqliteSource {
    path: PathBuf,
    connection: Mutex<Connection>,
}

/// Opens an SQLite database for reading.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let connection = open_to_read(&path)?;
    if introspect::names(&path, &connection)?.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "the database has no tables",
            "Check the path: SQLite makes an empty database where there was none.",
        ));
    }
    Ok(Box::new(SqliteSource { path, connection: Mutex::new(connection) }))
}

impl SqliteSource {
    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, ConnectError>) -> Result<T, ConnectError> {
        work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The table of a name; the only one where no name is given.
    fn table(&self, name: &str) -> Result<Table, ConnectError> {
        self.with(|connection| {
            let names = introspect::names(&self.path, connection)?;
            let name = match names.as_slice() {
                [only] if name.is_empty() => only,
                _ => name,
            };
            let found = introspect::table(&self.path, connection, name)?;
            found.ok_or_else(|| no_such_table(&self.path, name, &names))
        })
    }
}

pub(super) fn no_such_table(path: &Path, name: &str, names: &[String]) -> ConnectError {
    ConnectError::new(
        ErrorKind::NoSuchObject,
        path.display().to_string(),
        format!("there is no table `{name}` in this database"),
        format!("It has: {}.", names.join(", ")),
    )
}

impl Source for SqliteSource {
    fn format(&self) -> &'static str {
        "sqlite"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        self.with(|connection| introspect::names(&self.path, connection))
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        self.table(name).map(|table| table.object)
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let Ok(table) = self.table(object) else { return Vec::new() };
        let kind = if table.is_view { "view" } else { "table" };
        vec![format!("SQLite {kind} `{}`: fields and types as the database declares them", table.object.name)]
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let table = self.table(object)?;
        let place = match &request.from {
            Some(position) => Some(serde_json::from_str(&position.0).map_err(|_| {
                ConnectError::new(
                    ErrorKind::Changed,
                    self.path.display().to_string(),
                    "the place to continue from cannot be read",
                    "Run without resuming.",
                )
            })?),
            None => None,
        };
        let fields = table.object.fields.iter();
        let wanted: Vec<bool> =
            fields.map(|field| request.fields.is_empty() || request.fields.contains(&field.name)).collect();
        Ok(Box::new(SqliteReader {
            path: self.path.clone(),
            connection: open_to_read(&self.path)?,
            decoder: Arc::new(Ready { fields: table.object.fields.iter().map(|field| field.name.clone()).collect() }),
            order: order(&table),
            table,
            wanted,
            place: place.unwrap_or_default(),
            chunk_bytes: if request.chunk_bytes == 0 { CHUNK_BYTES } else { request.chunk_bytes },
            ended: false,
        }))
    }

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        let mut fingerprint = file::fingerprint(&self.path)?;
        let log = self.path.with_file_name(format!(
            "{}-wal",
            self.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
        ));
        if let Ok(log) = file::fingerprint(&log)
            && log.bytes.is_some_and(|bytes| bytes > 0)
        {
            fingerprint.modified = fingerprint.modified.max(log.modified);
        }
        fingerprint.detail = format!("{}, table {object}", fingerprint.detail);
        Ok(fingerprint)
    }
}

/// By what a table is read in order and continued.
#[derive(Debug, Clone)]
enum Order {
    /// Expressions that identify a record.
    Key(Vec<String>),
    /// By counting: a view promises no key.
    Count,
}

fn order(table: &Table) -> Order {
    match (table.rowid, table.object.primary_key.as_slice()) {
        (Some(rowid), _) => Order::Key(vec![rowid.to_owned()]),
        (None, []) => Order::Count,
        (None, key) => Order::Key(key.iter().map(|name| quoted(name)).collect()),
    }
}

/// Where reading stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Place {
    /// Key of the last record read.
    after: Vec<Key>,
    /// Records read.
    read: u64,
}

/// A part of a key, in its own type.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Key {
    Integer(i64),
    /// The bits of a double, so that it comes back exactly.
    Real(u64),
    Text(String),
    Blob(Vec<u8>),
}

impl Key {
    fn of(value: ValueRef<'_>) -> Key {
        match value {
            ValueRef::Integer(number) => Key::Integer(number),
            ValueRef::Real(number) => Key::Real(number.to_bits()),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Key::Text(text.to_owned()),
                Err(_) => Key::Blob(text.to_owned()),
            },
            ValueRef::Blob(bytes) => Key::Blob(bytes.to_owned()),
            ValueRef::Null => Key::Integer(0),
        }
    }

    fn value(&self) -> Value {
        match self {
            Key::Integer(number) => Value::Integer(*number),
            Key::Real(bits) => Value::Real(f64::from_bits(*bits)),
            Key::Text(text) => Value::Text(text.clone()),
            Key::Blob(bytes) => Value::Blob(bytes.clone()),
        }
    }
}

struct SqliteReader {
    path: PathBuf,
    connection: Connection,
    decoder: Arc<Ready>,
    table: Table,
    order: Order,
    /// Fields that are needed; the others are left missing.
    wanted: Vec<bool>,
    place: Place,
    chunk_bytes: usize,
    ended: bool,
}

impl SqliteReader {
    fn query(&self) -> String {
        let columns = self.table.object.fields.iter().zip(&self.wanted);
        let mut columns: Vec<String> =
            columns.map(|(field, wanted)| if *wanted { quoted(&field.name) } else { "NULL".to_owned() }).collect();
        let name = quoted(&self.table.object.name);
        match &self.order {
            Order::Key(keys) => {
                columns.extend(keys.iter().cloned());
                let keys = keys.join(", ");
                let after = match self.place.after.len() {
                    0 => String::new(),
                    count => format!(" WHERE ({keys}) > ({})", vec!["?"; count].join(", ")),
                };
                format!("SELECT {} FROM {name}{after} ORDER BY {keys} LIMIT {PAGE}", columns.join(", "))
            }
            Order::Count => {
                format!("SELECT {} FROM {name} LIMIT {PAGE} OFFSET {}", columns.join(", "), self.place.read)
            }
        }
    }

    /// Reads records until the chunk is full, the page is read or the table ends.
    fn page(&mut self, batch: &mut Batch) -> rusqlite::Result<()> {
        let width = self.table.object.fields.len();
        let keys = match &self.order {
            Order::Key(keys) => keys.len(),
            Order::Count => 0,
        };
        let sql = self.query();
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(self.place.after.iter().map(Key::value)))?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            found += 1;
            let mut fault = None;
            for (index, field) in self.table.object.fields.iter().enumerate() {
                if self.wanted[index] {
                    push(batch, row.get_ref(index)?, field.field_type, &mut fault);
                } else {
                    batch.push_cell(Cell::MISSING);
                }
            }
            let number = batch.rows.len() as u64 + 1;
            batch.end_row(Origin { number, line: 0 }, (0, 0), fault);
            self.place.read += 1;
            if keys > 0 {
                self.place.after.clear();
                for index in 0..keys {
                    self.place.after.push(Key::of(row.get_ref(width + index)?));
                }
            }
            if batch.data.len() >= self.chunk_bytes {
                return Ok(());
            }
        }
        self.ended = found < PAGE;
        Ok(())
    }
}

/// Appends a value as a cell with its type.
fn push(batch: &mut Batch, value: ValueRef<'_>, field_type: FieldType, fault: &mut Option<Fault>) {
    let text = |bytes, source_type| Cell { kind: Kind::Text, source_type, bytes };
    match value {
        ValueRef::Null => batch.push_cell(Cell { kind: Kind::Null, ..Cell::MISSING }),
        ValueRef::Integer(number @ (0 | 1)) if field_type == FieldType::Boolean => {
            let word: &[u8] = if number == 1 { b"true" } else { b"false" };
            batch.push_cell(text(word, SourceType::Boolean));
        }
        ValueRef::Integer(number) => batch.push_cell(text(number.to_string().as_bytes(), SourceType::Integer)),
        // The shortest text that reads back equal.
        ValueRef::Real(number) => batch.push_cell(text(format!("{number:?}").as_bytes(), SourceType::Float)),
        ValueRef::Text(bytes) if std::str::from_utf8(bytes).is_ok() => batch.push_cell(text(bytes, SourceType::Text)),
        ValueRef::Text(bytes) => {
            *fault = Some(Fault::Encoding);
            batch.push_cell(Cell { kind: Kind::Bytes, source_type: SourceType::Untyped, bytes });
        }
        ValueRef::Blob(bytes) => batch.push_cell(Cell { kind: Kind::Bytes, source_type: SourceType::Untyped, bytes }),
    }
}

impl Reader for SqliteReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        let mut batch = chunk.records.take().unwrap_or_default();
        batch.clear(self.table.object.fields.len());
        if !self.ended {
            faults::ask(&self.path, Call::Statement).map_err(|error| ConnectError::io(&self.path, "read", error))?;
            self.page(&mut batch).map_err(|error| plain(&self.path, error))?;
        }
        let more = !batch.is_empty();
        chunk.bytes.clear();
        chunk.skip = 0;
        chunk.lines = 0;
        chunk.source_bytes = batch.data.len() as u64;
        chunk.end = Position(serde_json::to_string(&self.place).unwrap_or_default());
        chunk.records = Some(batch);
        Ok(more)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        None
    }
}
