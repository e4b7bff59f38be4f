//! A Parquet file as a source: the columns of plain groups are fields by their paths, lists and maps one field each.

use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::columns::{self, Column};
use super::nested;
use crate::connect::pump::{self, Output, Stop};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Source, file, lists};
use crate::record::Cell;
use crate::schema::{Field, FieldType, Object};

struct ParquetSource {
    path: PathBuf,
    name: String,
    object: Object,
    /// Where the values of each field are.
    columns: Vec<Stored>,
    rows: u64,
    /// What can be done about its lists.
    advice: Vec<String>,
}

/// Where the values of a field are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stored {
    /// In the column with this number: one value a row.
    Leaf(usize),
    /// In these columns, of the list or map with this path.
    Nested { path: Vec<String>, leaves: Range<usize> },
}

impl Stored {
    fn path(&self) -> Option<&[String]> {
        match self {
            Stored::Leaf(_) => None,
            Stored::Nested { path, .. } => Some(path),
        }
    }
}

/// Opens a Parquet file.
pub(in crate::connect) fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if file::fingerprint(&path)?.bytes == Some(0) {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "the file is empty (0 bytes)",
            "Export it again, or name another file.",
        ));
    }
    let guarded = guard(&path, || {
        let reader = open(&path)?;
        let metadata = reader.metadata().file_metadata();
        let mut found = Found::default();
        found.columns(metadata.schema(), &[]);
        Ok((found, metadata.num_rows().max(0) as u64))
    });
    let (Found { fields, columns, of_old, .. }, rows) = guarded?;
    let lists: Vec<(String, bool)> = fields
        .iter()
        .filter(|field| field.field_type == FieldType::List)
        .map(|field| (field.name.clone(), field.native_type.as_deref() == Some(RECORDS)))
        .collect();
    let mut advice = lists::advice_on(&lists, &location.lists);
    advice.extend(of_old.iter().map(|name| {
        format!(
            "`{name}` holds times of the old kind (INT96): they are read to the millisecond, what is finer is left out"
        )
    }));
    Ok(Box::new(ParquetSource {
        advice,
        path,
        object: Object { name: name.clone(), fields, ..Object::default() },
        name,
        columns,
        rows,
    }))
}

fn open(path: &Path) -> Result<SerializedFileReader<File>, ConnectError> {
    SerializedFileReader::new(file::open_plain(path)?).map_err(|error| damaged(path, &error))
}

fn damaged(path: &Path, error: &ParquetError) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        path.display().to_string(),
        format!("this is no Parquet file that can be read: {error}"),
        "Export it again; a file that was copied half-way has lost its end, where the description of its columns stands.",
    )
}

/// The library gives up on some damaged files with a panic: here that is an error like the others.
fn guard<T>(path: &Path, work: impl FnOnce() -> Result<T, ConnectError>) -> Result<T, ConnectError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(damaged(path, &ParquetError::General("its pages contradict one another".to_owned()))))
}

/// The fields of a file, and where each has its values.
#[derive(Default)]
struct Found {
    fields: Vec<Field>,
    columns: Vec<Stored>,
    /// How many columns were passed.
    leaves: usize,
    /// Lists that hold times of the old kind, which the library cuts.
    of_old: Vec<String>,
}

impl Found {
    /// Goes through the columns of a group: those of plain groups are fields by their paths, lists and maps one field.
    fn columns(&mut self, group: &Type, before: &[String]) {
        for column in group.get_fields() {
            let about = column.get_basic_info();
            let repeated = about.has_repetition() && about.repetition() == Repetition::REPEATED;
            let mut path = before.to_vec();
            path.push(column.name().to_owned());
            if column.is_group() && !repeated && about.logical_type_ref().is_none() && !is_list(column) {
                self.columns(column, &path);
                continue;
            }
            let (name, native_type) = (path.join("."), Some(native(column)));
            if column.is_group() || repeated {
                if holds_int96(column) {
                    self.of_old.push(name.clone());
                }
                let leaves = self.leaves..self.leaves + leaves(column);
                self.columns.push(Stored::Nested { path, leaves });
            } else {
                self.columns.push(Stored::Leaf(self.leaves));
            }
            self.leaves += leaves(column);
            self.fields.push(Field { field_type: field_type(column, repeated), native_type, ..Field::named(name) });
        }
    }
}

fn leaves(column: &Type) -> usize {
    if column.is_group() { column.get_fields().iter().map(|inner| leaves(inner)).sum() } else { 1 }
}

fn holds_int96(column: &Type) -> bool {
    if column.is_group() {
        return column.get_fields().iter().any(|inner| holds_int96(inner));
    }
    column.get_physical_type() == Physical::INT96
}

/// Lists and maps as older writers mark them.
fn is_list(column: &Type) -> bool {
    use parquet::basic::ConvertedType;
    matches!(
        column.get_basic_info().converted_type(),
        ConvertedType::LIST | ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
    )
}

/// The native type of a list of groups.
const RECORDS: &str = "LIST OF GROUPS";

fn native(column: &Type) -> String {
    if column.is_group() {
        // Lists are written as a group of a repeated group of the element; maps have two in it.
        let repeated = column.get_fields().first().filter(|inner| is_list(column) && inner.is_group());
        let element = repeated.and_then(|inner| inner.get_fields().first());
        let records = element.is_some_and(|element| element.is_group()) || repeated.is_none() && !is_list(column);
        return if records { RECORDS } else { "GROUP" }.to_owned();
    }
    match column.get_basic_info().logical_type_ref() {
        Some(logical) => format!("{logical:?}"),
        None => column.get_physical_type().to_string(),
    }
}

fn field_type(column: &Type, repeated: bool) -> FieldType {
    if column.is_group() || repeated {
        return FieldType::List;
    }
    match (column.get_basic_info().logical_type_ref(), column.get_physical_type()) {
        (Some(LogicalType::Date), _) => FieldType::Date,
        (Some(LogicalType::Time { .. }), _) => FieldType::Time,
        (Some(LogicalType::Timestamp { .. }), _) | (_, Physical::INT96) => FieldType::DateTime,
        (Some(LogicalType::Decimal { .. }), _) => FieldType::Decimal,
        (_, Physical::BOOLEAN) => FieldType::Boolean,
        (_, Physical::INT32 | Physical::INT64) => FieldType::Integer,
        (_, Physical::FLOAT | Physical::DOUBLE) => FieldType::Decimal,
        _ => FieldType::Text,
    }
}

impl Source for ParquetSource {
    fn format(&self) -> &'static str {
        "parquet"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(vec![self.name.clone()])
    }

    /// The only object, whatever it is called.
    fn object(&self, _name: &str) -> Result<Object, ConnectError> {
        Ok(self.object.clone())
    }

    fn evidence(&self, _object: &str) -> Vec<String> {
        let mut evidence = vec![format!("{} records in {} columns", self.rows, self.object.fields.len())];
        evidence.extend(self.advice.iter().cloned());
        evidence
    }

    fn advice(&self, _object: &str) -> Vec<String> {
        self.advice.clone()
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let fields: Vec<String> = self.object.fields.iter().map(|field| field.name.clone()).collect();
        let (path, columns) = (self.path.clone(), self.columns.clone());
        pump::start(self.path.clone(), fields, request, move |output| {
            let walked = catch_unwind(AssertUnwindSafe(|| rows(&path, &columns, output)));
            walked.unwrap_or_else(|_| {
                Err(Stop::Error(damaged(&path, &ParquetError::General("its pages contradict one another".to_owned()))))
            })
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

/// Rows whose values are read at a time, where they are small...
const STRETCH_ROWS: usize = 1024;
/// ...the bytes and the cells of so many otherwise.
const STRETCH_BYTES: u64 = 8 << 20;
const STRETCH_CELLS: usize = 1 << 20;

fn rows(path: &Path, columns: &[Stored], output: &mut Output) -> Result<(), Stop> {
    let reader = open(path)?;
    let failed = |error: ParquetError| Stop::Error(damaged(path, &error));
    let nested: Vec<Vec<String>> = columns.iter().filter_map(|column| column.path().map(<[String]>::to_vec)).collect();
    let schema = reader.metadata().file_metadata().schema();
    let projection = nested::projection(schema, &nested).map_err(failed)?;
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(failed)?;
        let mut assembled = match nested.is_empty() {
            true => None,
            false => Some(group.get_row_iter(Some(projection.clone())).map_err(failed)?),
        };
        let mut readers = Vec::new();
        for column in columns {
            match column {
                Stored::Leaf(leaf) => {
                    let about = group.metadata().schema_descr().column(*leaf);
                    readers.push(columns::column(group.get_column_reader(*leaf).map_err(failed)?, &about));
                }
                Stored::Nested { leaves, .. } => {
                    for leaf in leaves.clone() {
                        let reader = group.get_column_reader(leaf).map_err(failed)?;
                        nested::check_start(reader).map_err(failed)?;
                    }
                }
            }
        }
        let mut left = group.metadata().num_rows().max(0) as u64;
        let each = group.metadata().total_byte_size().max(1) as u64 / left.max(1);
        let stretch = (STRETCH_BYTES / each.max(1)).clamp(1, STRETCH_ROWS as u64);
        let stretch = stretch.min((STRETCH_CELLS / columns.len().max(1)).max(1) as u64);
        while left > 0 && !columns.is_empty() {
            let rows = left.min(stretch);
            left -= rows;
            for reader in &mut readers {
                reader.load(rows as usize).map_err(failed)?;
            }
            for _ in 0..rows {
                push_row(columns, &mut readers, &mut assembled, output).map_err(failed)?;
                output.end_row(0, None)?;
            }
        }
    }
    Ok(())
}

/// Hands over the cells of the next row.
fn push_row(
    columns: &[Stored],
    readers: &mut [Box<dyn Column>],
    assembled: &mut Option<RowIter<'_>>,
    output: &mut Output,
) -> Result<(), ParquetError> {
    let row = match assembled {
        Some(rows) => Some(rows.next().ok_or_else(|| ParquetError::EOF("rows are missing".to_owned()))??),
        None => None,
    };
    let mut readers = readers.iter_mut();
    for column in columns {
        match (column, &row) {
            (Stored::Nested { path, .. }, Some(row)) => nested::push(row, path, output),
            (Stored::Leaf(_), _) => {
                if let Some(reader) = readers.next() {
                    reader.push(output)?;
                }
            }
            (Stored::Nested { .. }, None) => output.cell(Cell::MISSING),
        }
    }
    Ok(())
}
