//! What a database says about its tables.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use rusqlite::Connection;

use super::database::{plain, quoted};
use crate::connect::ConnectError;
use crate::schema::{Constraints, Field, FieldType, Object};

/// Tables that are mapwright's own.
pub(super) const OWN_PREFIX: &str = "_mapwright_";
/// Counting more records than this takes too long for a first look.
const MOST_COUNTED: i64 = 1_000_000;

/// A table or view with what reading and writing need beyond its schema.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub object: Object,
    pub is_view: bool,
    /// A name by which the row id can be used, if the table has row ids and leaves one of the names free.
    pub rowid: Option<&'static str>,
    /// The column that is the row id under another name (`INTEGER PRIMARY KEY`).
    pub rowid_column: Option<String>,
    /// Columns of each unique index over plain columns and of the primary key.
    pub unique: Vec<Vec<String>>,
    /// The first column of every index.
    pub indexed: Vec<String>,
    /// Default expressions by column, as SQL.
    pub defaults: Vec<Option<String>>,
    /// The statement that made it.
    pub sql: String,
}

/// Names of tables and views, in the order they were made.
pub(super) fn names(path: &Path, connection: &Connection) -> Result<Vec<String>, ConnectError> {
    let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid";
    let query = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(sql)?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(names.into_iter().filter(|name| !name.starts_with("sqlite_") && !name.starts_with(OWN_PREFIX)).collect())
    };
    query().map_err(|error| plain(path, error))
}

/// A table or view by name, as SQLite compares names (ASCII case does not matter); `None` where there is none.
pub(super) fn table(path: &Path, connection: &Connection, name: &str) -> Result<Option<Table>, ConnectError> {
    read_table(connection, name).map_err(|error| plain(path, error))
}

fn read_table(connection: &Connection, name: &str) -> rusqlite::Result<Option<Table>> {
    let sql = "SELECT name, type, coalesce(sql, '') FROM sqlite_master \
               WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
    let found = connection.query_row(sql, [name], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    });
    let (name, kind, sql) = match found {
        Ok(found) => found,
        Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut table = Table {
        object: Object { name: name.clone(), ..Object::default() },
        is_view: kind == "view",
        rowid: None,
        rowid_column: None,
        unique: Vec::new(),
        indexed: Vec::new(),
        defaults: Vec::new(),
        sql,
    };
    columns(connection, &mut table)?;
    indexes(connection, &mut table)?;
    references(connection, &mut table)?;
    choices(&mut table);
    if !table.is_view {
        row_ids(connection, &mut table);
    }
    table.object.records = count(connection, &name)?;
    Ok(Some(table))
}

fn columns(connection: &Connection, table: &mut Table) -> rusqlite::Result<()> {
    let sql = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([&table.object.name])?;
    let mut keys: Vec<(i64, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, native): (String, String) = (row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default());
        let (not_null, default): (bool, Option<String>) = (row.get(2)?, row.get(3)?);
        let (key, hidden): (i64, i64) = (row.get(4)?, row.get(5)?);
        if hidden == 1 {
            continue;
        }
        if key > 0 {
            keys.push((key, name.clone()));
        }
        let (field_type, max_length, scale) = logical_type(&native);
        let constraints = Constraints {
            required: not_null && default.is_none(),
            read_only: hidden >= 2,
            max_length,
            scale,
            default: default.as_deref().map(literal),
            ..Constraints::default()
        };
        table.defaults.push(default);
        let native_type = (!native.is_empty()).then_some(native);
        table.object.fields.push(Field { field_type, native_type, constraints, ..Field::named(name) });
    }
    keys.sort();
    table.object.primary_key = keys.into_iter().map(|(_, name)| name).collect();
    if let [key] = table.object.primary_key.as_slice() {
        let key = key.clone();
        if let Some(field) = table.object.fields.iter_mut().find(|field| field.name == key) {
            field.constraints.unique = true;
            if field.native_type.as_deref().is_some_and(|native| native.eq_ignore_ascii_case("integer")) {
                // The row id under another name: given out where it is left empty.
                field.constraints.required = false;
                table.rowid_column = Some(key);
            }
        }
    }
    Ok(())
}

/// The logical type of a declared one, its length limit and its scale (SQLite, "Datatypes In SQLite", section 3).
fn logical_type(native: &str) -> (FieldType, Option<u32>, Option<u32>) {
    let upper = native.to_ascii_uppercase();
    let (word, arguments) = match upper.split_once('(') {
        Some((word, rest)) => (word.trim(), rest.trim_end_matches(')')),
        None => (upper.trim(), ""),
    };
    let mut numbers = arguments.split(',').map(|number| number.trim().parse::<u32>().ok());
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    let has = |part: &str| word.contains(part);
    let field_type = if has("BOOL") {
        FieldType::Boolean
    } else if has("DATETIME") || has("TIMESTAMP") {
        FieldType::DateTime
    } else if has("DATE") {
        FieldType::Date
    } else if word == "TIME" {
        FieldType::Time
    } else if has("INT") {
        FieldType::Integer
    } else if has("MONEY") || has("CURRENCY") {
        FieldType::Money
    } else if has("CLOB") {
        FieldType::LongText
    } else if has("CHAR") || has("TEXT") {
        return (FieldType::Text, first, None);
    } else if has("BLOB") {
        FieldType::Bytes
    } else if has("REAL") || has("FLOA") || has("DOUB") || has("DEC") || has("NUM") {
        return (FieldType::Decimal, None, second);
    } else {
        FieldType::Text
    };
    (field_type, None, None)
}

/// A default as people write it: a quoted text without its quotes.
fn literal(sql: &str) -> String {
    match sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inside) => inside.replace("''", "'"),
        None => sql.to_owned(),
    }
}

fn indexes(connection: &Connection, table: &mut Table) -> rusqlite::Result<()> {
    if !table.object.primary_key.is_empty() {
        table.unique.push(table.object.primary_key.clone());
        table.indexed.push(table.object.primary_key[0].clone());
    }
    let mut lists = connection.prepare("SELECT name, \"unique\", partial FROM pragma_index_list(?1)")?;
    let found: Vec<(String, bool, bool)> = lists
        .query_map([&table.object.name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (name, unique, partial) in found {
        let mut parts = connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
        let columns: Vec<Option<String>> =
            parts.query_map([&name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let Some(columns) = columns.into_iter().collect::<Option<Vec<String>>>() else { continue };
        if partial {
            continue;
        }
        table.indexed.extend(columns.first().cloned());
        if unique {
            if let [column] = columns.as_slice()
                && let Some(field) = table.object.fields.iter_mut().find(|field| field.name == *column)
            {
                field.constraints.unique = true;
            }
            table.unique.push(columns);
        }
    }
    Ok(())
}

fn references(connection: &Connection, table: &mut Table) -> rusqlite::Result<()> {
    let sql = "SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1) \
               GROUP BY id HAVING count(*) = 1";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([&table.object.name])?;
    while let Some(row) = rows.next()? {
        let (from, to): (String, String) = (row.get(0)?, row.get(1)?);
        if let Some(field) = table.object.fields.iter_mut().find(|field| field.name.eq_ignore_ascii_case(&from)) {
            field.references = Some(to);
        }
    }
    Ok(())
}

/// Picklists and lengths that simple `CHECK` clauses prescribe.
fn choices(table: &mut Table) {
    static IN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?is)CHECK\s*\(\s*["`\[]?([^"`\]\s(),]+)["`\]]?\s+IN\s*\(((?:\s*'(?:[^']|'')*'\s*,?)+)\)\s*\)"#)
            .ok()
    });
    static TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"'((?:[^']|'')*)'").ok());
    static LENGTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?is)CHECK\s*\(\s*length\s*\(\s*["`\[]?([^"`\]\s(),]+)["`\]]?\s*\)\s*<=\s*(\d+)\s*\)"#).ok()
    });
    let (Some(choice), Some(text), Some(length)) = (&*IN, &*TEXT, &*LENGTH) else { return };
    let sql = table.sql.clone();
    let mut field = |name: &str| table.object.fields.iter_mut().position(|field| field.name.eq_ignore_ascii_case(name));
    let mut found = Vec::new();
    for part in choice.captures_iter(&sql) {
        let values = text.captures_iter(&part[2]).map(|value| value[1].replace("''", "'")).collect::<Vec<_>>();
        found.push((field(&part[1]), values, None));
    }
    for part in length.captures_iter(&sql) {
        found.push((field(&part[1]), Vec::new(), part[2].parse().ok()));
    }
    for (index, values, length) in found {
        let Some(field) = index.and_then(|index| table.object.fields.get_mut(index)) else { continue };
        if !values.is_empty() {
            field.constraints.one_of = values;
            if field.field_type == FieldType::Text {
                field.field_type = FieldType::Picklist;
            }
        }
        field.constraints.max_length = length.or(field.constraints.max_length);
    }
}

fn row_ids(connection: &Connection, table: &mut Table) {
    let free = ["_rowid_", "rowid", "oid"]
        .into_iter()
        .find(|word| !table.object.fields.iter().any(|field| field.name.eq_ignore_ascii_case(word)));
    let Some(word) = free else { return };
    let sql = format!("SELECT {word} FROM {} LIMIT 0", quoted(&table.object.name));
    table.rowid = connection.prepare(&sql).is_ok().then_some(word);
}

fn count(connection: &Connection, name: &str) -> rusqlite::Result<Option<u64>> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {})", quoted(name), MOST_COUNTED + 1);
    let counted: i64 = match connection.query_row(&sql, [], |row| row.get(0)) {
        Ok(counted) => counted,
        // A view over something that is gone.
        Err(_) => return Ok(None),
    };
    Ok((counted <= MOST_COUNTED).then_some(counted as u64))
}
