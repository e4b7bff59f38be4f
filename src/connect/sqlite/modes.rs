//! The statements of each write mode, and one record through them.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::database::quoted;
use super::introspect::Table;
use crate::connect::{RowOutcome, WriteFate, WriteMode};
use crate::record::{Cell, Kind};
use crate::schema::FieldType;

/// A key table of our own, for a key that no index covers: finding a record must not read the whole table.
const KEYS: &str = "temp._mapwright_keys";

/// A column that is written.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    field_type: FieldType,
    /// The parameter, or the default where that is empty.
    value: String,
    in_key: bool,
}

/// How records of a request reach the table.
#[derive(Debug)]
pub(super) struct Writer {
    mode: WriteMode,
    columns: Vec<Column>,
    key_names: Vec<String>,
    insert: String,
    /// Finds the record of a key: whether it is equal already, and its row id where there is one.
    find: Option<String>,
    update: Option<String>,
    /// Adds a new record's key to [`KEYS`].
    remember: Option<String>,
    /// New records get their id from the database.
    gives_ids: bool,
    by_rowid: bool,
}

impl Writer {
    /// Prepares the statements; `into` is the table that is written to (the table itself, or one that replaces it).
    /// Fields and key are known to be columns of the table.
    pub fn new(
        connection: &Connection,
        table: &Table,
        into: &str,
        fields: &[String],
        mode: WriteMode,
        key: &[String],
    ) -> rusqlite::Result<Writer> {
        let is_key = |name: &str| key.iter().any(|key| key.eq_ignore_ascii_case(name));
        let columns: Vec<Column> = fields
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let at = table.object.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name));
                let default = at.and_then(|at| table.defaults.get(at)?.clone());
                let value = match default {
                    Some(default) => format!("coalesce(?{}, ({default}))", index + 1),
                    None => format!("?{}", index + 1),
                };
                let field_type = at.map_or(FieldType::Text, |at| table.object.fields[at].field_type);
                Column { name: name.clone(), field_type, value, in_key: is_key(name) }
            })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let values: Vec<&str> = columns.iter().map(|column| column.value.as_str()).collect();
        let target = quoted(into);
        let insert = format!("INSERT OR ABORT INTO {target} ({}) VALUES ({})", names.join(", "), values.join(", "));
        let mut writer = Writer {
            mode,
            key_names: columns.iter().filter(|column| column.in_key).map(|column| column.name.clone()).collect(),
            gives_ids: table
                .rowid_column
                .as_ref()
                .is_some_and(|id| !columns.iter().any(|column| column.name.eq_ignore_ascii_case(id))),
            columns,
            insert,
            find: None,
            update: None,
            remember: None,
            by_rowid: false,
        };
        let looks = !key.is_empty() && !matches!(mode, WriteMode::Append | WriteMode::Replace);
        if looks {
            writer.prepare_lookup(connection, table, &target)?;
        }
        Ok(writer)
    }

    fn prepare_lookup(&mut self, connection: &Connection, table: &Table, target: &str) -> rusqlite::Result<()> {
        let covered = table.indexed.iter().any(|name| self.key_names.iter().any(|key| key.eq_ignore_ascii_case(name)));
        let rowid = table.rowid.filter(|_| !covered);
        let same: Vec<String> = self
            .columns
            .iter()
            .filter(|column| !column.in_key)
            .map(|column| format!("{} IS {}", quoted(&column.name), column.value))
            .collect();
        let same = if same.is_empty() { "1".to_owned() } else { same.join(" AND ") };
        let keys: Vec<(usize, String)> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.in_key)
            .map(|(index, column)| (index + 1, quoted(&column.name)))
            .collect();
        let matches: Vec<String> = keys.iter().map(|(parameter, name)| format!("{name} = ?{parameter}")).collect();
        let matches = matches.join(" AND ");
        let sets: Vec<String> = self
            .columns
            .iter()
            .filter(|column| !column.in_key)
            .map(|column| format!("{} = {}", quoted(&column.name), column.value))
            .collect();
        let at;
        if let Some(rowid) = rowid {
            let named: Vec<&str> = keys.iter().map(|(_, name)| name.as_str()).collect();
            let named = named.join(", ");
            connection.execute_batch(&format!(
                "DROP TABLE IF EXISTS {KEYS}; CREATE TEMP TABLE _mapwright_keys AS SELECT {named}, {rowid} AS \
                 \"_mapwright_row\" FROM {target}; CREATE INDEX temp._mapwright_key ON _mapwright_keys ({named});"
            ))?;
            let inner = format!("SELECT \"_mapwright_row\" FROM {KEYS} WHERE {matches} LIMIT 2");
            self.find = Some(format!("SELECT {same}, {rowid} FROM {target} WHERE {rowid} IN ({inner})"));
            let parameters: Vec<String> = keys.iter().map(|(parameter, _)| format!("?{parameter}")).collect();
            let row = self.columns.len() + 1;
            self.remember = Some(format!("INSERT INTO {KEYS} VALUES ({}, ?{row})", parameters.join(", ")));
            self.by_rowid = true;
            at = format!("{rowid} = ?{row}");
        } else {
            self.find = Some(format!("SELECT {same} FROM {target} WHERE {matches} LIMIT 2"));
            at = matches;
        }
        if !sets.is_empty() {
            self.update = Some(format!("UPDATE OR ABORT {target} SET {} WHERE {at}", sets.join(", ")));
        }
        Ok(())
    }

    /// Writes one record inside the open transaction. An error concerns the database as a whole; what the record itself
    /// did wrong is in the outcome.
    pub fn write(&self, connection: &Connection, cells: &[Cell<'_>]) -> rusqlite::Result<RowOutcome> {
        let values: Vec<Value> =
            self.columns.iter().enumerate().map(|(index, column)| value(cells.get(index), column.field_type)).collect();
        match self.try_write(connection, &values) {
            Ok(outcome) => Ok(outcome),
            Err(error) => match reason(&error) {
                Some(reason) if !connection.is_autocommit() => Ok(failed(reason)),
                _ => Err(error),
            },
        }
    }

    fn try_write(&self, connection: &Connection, values: &[Value]) -> rusqlite::Result<RowOutcome> {
        let Some(find) = &self.find else { return self.insert(connection, values) };
        for (column, value) in self.columns.iter().zip(values) {
            if column.in_key && *value == Value::Null {
                return Ok(failed(format!("the key field `{}` is empty", column.name)));
            }
        }
        let found = self.find(connection, find, values)?;
        match (self.mode, found) {
            (_, Found::Several) => Ok(failed(format!("several records have this key ({})", self.key_names.join(", ")))),
            (WriteMode::Update, Found::Nothing) => {
                Ok(failed(format!("there is no record with this key ({})", self.key_names.join(", "))))
            }
            (_, Found::Nothing) => self.insert(connection, values),
            (WriteMode::Insert, Found::One { .. }) => {
                Ok(failed(format!("a record with this key exists already ({})", self.key_names.join(", "))))
            }
            (WriteMode::SkipExisting, Found::One { .. }) | (_, Found::One { same: true, .. }) => {
                Ok(outcome(WriteFate::Unchanged))
            }
            (_, Found::One { row, .. }) => self.update(connection, values, row),
        }
    }

    fn insert(&self, connection: &Connection, values: &[Value]) -> rusqlite::Result<RowOutcome> {
        let mut statement = connection.prepare_cached(&self.insert)?;
        bind(&mut statement, values)?;
        statement.raw_execute()?;
        let row = connection.last_insert_rowid();
        if let Some(remember) = &self.remember {
            let mut statement = connection.prepare_cached(remember)?;
            bind_some(&mut statement, values)?;
            statement.raw_bind_parameter(values.len() + 1, row)?;
            statement.raw_execute()?;
        }
        let target_id = self.gives_ids.then(|| row.to_string());
        Ok(RowOutcome { target_id, ..outcome(WriteFate::Created) })
    }

    fn update(&self, connection: &Connection, values: &[Value], row: Option<i64>) -> rusqlite::Result<RowOutcome> {
        let Some(update) = &self.update else { return Ok(outcome(WriteFate::Unchanged)) };
        let mut statement = connection.prepare_cached(update)?;
        bind_some(&mut statement, values)?;
        if let Some(row) = row {
            statement.raw_bind_parameter(values.len() + 1, row)?;
        }
        statement.raw_execute()?;
        Ok(outcome(WriteFate::Updated))
    }

    fn find(&self, connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Found> {
        let mut statement = connection.prepare_cached(sql)?;
        bind_some(&mut statement, values)?;
        let mut rows = statement.raw_query();
        let Some(row) = rows.next()? else { return Ok(Found::Nothing) };
        let same = row.get::<_, Option<bool>>(0)?.unwrap_or(false);
        let rowid = if self.by_rowid { Some(row.get(1)?) } else { None };
        Ok(if rows.next()?.is_some() { Found::Several } else { Found::One { same, row: rowid } })
    }
}

enum Found {
    Nothing,
    One { same: bool, row: Option<i64> },
    Several,
}

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

/// Binds the parameters that a statement has: a lookup may mention fewer columns than there are. The highest number it
/// mentions is its count.
fn bind_some(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    let count = statement.parameter_count().min(values.len());
    bind(statement, &values[..count])
}

/// What is bound for a cell: text as it is (the column's affinity does the rest), truth values as SQLite has them.
fn value(cell: Option<&Cell<'_>>, field_type: FieldType) -> Value {
    let Some(cell) = cell else { return Value::Null };
    match cell.kind {
        Kind::Missing | Kind::Null => Value::Null,
        Kind::Bytes => Value::Blob(cell.bytes.to_vec()),
        Kind::Text | Kind::List | Kind::Map => match (field_type, cell.bytes) {
            (FieldType::Boolean, b"true") => Value::Integer(1),
            (FieldType::Boolean, b"false") => Value::Integer(0),
            (_, bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Value::Text(text.to_owned()),
                Err(_) => Value::Blob(bytes.to_vec()),
            },
        },
    }
}

fn outcome(fate: WriteFate) -> RowOutcome {
    RowOutcome { fate, target_id: None, reason: None, retry: false }
}

fn failed(reason: impl Into<String>) -> RowOutcome {
    RowOutcome { reason: Some(reason.into()), ..outcome(WriteFate::Failed) }
}

/// Why a record was refused, in plain words; `None` where the error is not the record's.
fn reason(error: &rusqlite::Error) -> Option<String> {
    use rusqlite::ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    let message = match error {
        rusqlite::Error::SqliteFailure(failure, message)
            if matches!(failure.code, ConstraintViolation | TooBig | TypeMismatch) =>
        {
            message.as_deref().unwrap_or("the database refused it")
        }
        _ => return None,
    };
    let columns = |list: &str| -> String {
        let names = list.split(", ").map(|name| name.split_once('.').map_or(name, |(_, column)| column));
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
    };
    Some(if let Some(list) = message.strip_prefix("UNIQUE constraint failed: ") {
        format!("another record has the same {}", columns(list))
    } else if let Some(list) = message.strip_prefix("NOT NULL constraint failed: ") {
        format!("{} must not be empty", columns(list))
    } else if let Some(rule) = message.strip_prefix("CHECK constraint failed: ") {
        format!("a rule of the table does not allow it: {rule}")
    } else if message.starts_with("FOREIGN KEY constraint failed") {
        "it refers to a record that does not exist in the target".to_owned()
    } else {
        message.to_owned()
    })
}
