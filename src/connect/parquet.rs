//! Parquet: columns with types of their own, read row by row; nested columns are fields by their paths or cells of JSON.
//!
//! Written as one table: numbers, booleans and text where the target's schema or the source's types say so, text
//! otherwise; what is missing is null.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::{Field as Value, Row};
use parquet::schema::types::Type;

use super::pump::{self, Output, Stop};
use super::spool::{self, Spooled};
use super::{
    ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Sink, Source, Target, WriteRequest, file,
    lists,
};
use crate::record::{Cell, Kind, SourceType};
use crate::schema::{Field, FieldType, Object, Schema};

struct ParquetSource {
    path: PathBuf,
    name: String,
    object: Object,
    rows: u64,
    /// What can be done about its lists.
    advice: Vec<String>,
}

/// Opens a Parquet file.
pub(super) fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
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
        let mut fields = Vec::new();
        columns(metadata.schema(), "", &mut fields);
        Ok((fields, metadata.num_rows().max(0) as u64))
    });
    let (fields, rows) = guarded?;
    let lists: Vec<(String, bool)> = fields
        .iter()
        .filter(|field| field.field_type == FieldType::List)
        .map(|field| (field.name.clone(), field.native_type.as_deref() == Some(RECORDS)))
        .collect();
    let advice = lists::advice_on(&lists, &location.lists);
    Ok(Box::new(ParquetSource {
        advice,
        path,
        object: Object { name: name.clone(), fields, ..Object::default() },
        name,
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

/// Fields for the columns of a group: those of plain groups by their paths, lists and maps as one field.
fn columns(group: &Type, before: &str, fields: &mut Vec<Field>) {
    for column in group.get_fields() {
        let name = format!("{before}{}", column.name());
        let repeated =
            column.get_basic_info().has_repetition() && column.get_basic_info().repetition() == Repetition::REPEATED;
        if column.is_group() && !repeated && column.get_basic_info().logical_type_ref().is_none() && !is_list(column) {
            columns(column, &format!("{name}."), fields);
            continue;
        }
        let native_type = Some(native(column));
        fields.push(Field { field_type: field_type(column, repeated), native_type, ..Field::named(name) });
    }
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
        let of_old = self.object.fields.iter().filter(|field| field.native_type.as_deref() == Some("INT96"));
        evidence.extend(of_old.map(|field| {
            format!(
                "`{}` holds times of the old kind (INT96): they are read to the millisecond, what is finer is left out",
                field.name
            )
        }));
        evidence.extend(self.advice.iter().cloned());
        evidence
    }

    fn advice(&self, _object: &str) -> Vec<String> {
        self.advice.clone()
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let fields: Vec<String> = self.object.fields.iter().map(|field| field.name.clone()).collect();
        let (path, names) = (self.path.clone(), fields.clone());
        pump::start(self.path.clone(), fields, request, move |output| {
            let walked = catch_unwind(AssertUnwindSafe(|| rows(&path, &names, output)));
            walked.unwrap_or_else(|_| {
                Err(Stop::Error(damaged(&path, &ParquetError::General("its pages contradict one another".to_owned()))))
            })
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

fn rows(path: &Path, names: &[String], output: &mut Output) -> Result<(), Stop> {
    let reader = open(path)?;
    let rows = reader.get_row_iter(None).map_err(|error| damaged(path, &error))?;
    for row in rows {
        let row = row.map_err(|error| damaged(path, &error))?;
        let mut count = 0;
        push_row(&row, "", names, &mut count, output);
        while count < names.len() {
            output.cell(Cell::MISSING);
            count += 1;
        }
        output.end_row(0, None)?;
    }
    Ok(())
}

/// Pushes the values of a row in the order of the columns; a plain group that is null leaves all of its columns null.
fn push_row(row: &Row, before: &str, names: &[String], count: &mut usize, output: &mut Output) {
    for (name, value) in row.get_column_iter() {
        let is_field = names.get(*count).and_then(|field| field.strip_prefix(before)) == Some(name);
        match value {
            Value::Group(group) if !is_field => push_row(group, &format!("{before}{name}."), names, count, output),
            _ if is_field => {
                push(value, output);
                *count += 1;
            }
            _ => {
                let within = format!("{before}{name}.");
                while names.get(*count).is_some_and(|name| name.starts_with(&within)) {
                    output.cell(Cell { kind: Kind::Null, ..Cell::MISSING });
                    *count += 1;
                }
            }
        }
    }
}

fn push(value: &Value, output: &mut Output) {
    let text = |source_type: SourceType, text: &str, output: &mut Output| {
        output.cell(Cell { kind: Kind::Text, source_type, bytes: text.as_bytes() });
    };
    match value {
        Value::Null => output.cell(Cell { kind: Kind::Null, ..Cell::MISSING }),
        Value::Str(string) => text(SourceType::Text, string, output),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            // Older writers do not mark text as such.
            Ok(string) => text(SourceType::Text, string, output),
            Err(_) => output.cell(Cell { kind: Kind::Bytes, source_type: SourceType::Untyped, bytes: bytes.data() }),
        },
        Value::ListInternal(_) => output.cell(Cell { kind: Kind::List, ..Cell::text(&json(value).to_string()) }),
        Value::MapInternal(_) | Value::Group(_) => {
            output.cell(Cell { kind: Kind::Map, ..Cell::text(&json(value).to_string()) });
        }
        scalar => {
            let (source_type, string) = scalar_text(scalar);
            text(source_type, &string, output);
        }
    }
}

/// The canonical text of a number, date or truth value.
fn scalar_text(value: &Value) -> (SourceType, String) {
    match value {
        Value::Bool(value) => (SourceType::Boolean, value.to_string()),
        Value::Float16(number) => (SourceType::Float, number.to_f32().to_string()),
        Value::Float(number) => (SourceType::Float, number.to_string()),
        Value::Double(number) => (SourceType::Float, number.to_string()),
        Value::Decimal(_) => (SourceType::Decimal, value.to_string()),
        Value::Date(days) => (SourceType::Date, date(i64::from(*days))),
        Value::TimeMillis(millis) => (SourceType::Time, time(i64::from(*millis) * 1000)),
        Value::TimeMicros(micros) => (SourceType::Time, time(*micros)),
        Value::TimestampMillis(millis) => (SourceType::DateTime, timestamp(millis.saturating_mul(1000))),
        Value::TimestampMicros(micros) => (SourceType::DateTime, timestamp(*micros)),
        other => (SourceType::Integer, other.to_string()),
    }
}

/// The date so many days after 1970-01-01; the number itself where no calendar reaches.
fn date(days: i64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    match jiff::Span::new().try_days(days).and_then(|span| epoch.checked_add(span)) {
        Ok(date) => date.to_string(),
        Err(_) => days.to_string(),
    }
}

fn time(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000);
    let part = micros.rem_euclid(1_000_000);
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if part == 0 { text } else { format!("{text}.{}", format!("{part:06}").trim_end_matches('0')) }
}

fn timestamp(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    format!("{}T{}", date(micros.div_euclid(DAY)), time(micros.rem_euclid(DAY)))
}

/// A nested value as JSON; numbers keep their digits.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Str(text) => text.as_str().into(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned().into(),
        Value::ListInternal(list) => list.elements().iter().map(json).collect(),
        Value::MapInternal(map) => {
            let key = |key: &Value| match key {
                Value::Str(text) => text.clone(),
                other => scalar_text(other).1,
            };
            map.entries().iter().map(|(name, value)| (key(name), json(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Group(row) => row
            .get_column_iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        scalar => {
            let (source_type, text) = scalar_text(scalar);
            let number = matches!(source_type, SourceType::Integer | SourceType::Decimal | SourceType::Float);
            match serde_json::from_str::<serde_json::Number>(&text) {
                Ok(value) if number => value.into(),
                _ => text.into(),
            }
        }
    }
}

/// Opens a Parquet file as a target.
pub(super) fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    Ok(Box::new(ParquetTarget { path: location.path(), location: location.clone() }))
}

struct ParquetTarget {
    path: PathBuf,
    location: Location,
}

impl Target for ParquetTarget {
    fn format(&self) -> &'static str {
        "parquet"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        let objects = if self.path.exists() { vec![open_source(&self.location)?.object("")?] } else { Vec::new() };
        Ok(Schema { name, objects })
    }

    fn single_object(&self) -> bool {
        true
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        spool::open(&self.path, request, build)
    }
}

/// Records of a row group; they are held in memory.
const GROUP_ROWS: usize = 100_000;
const GROUP_BYTES: usize = 32 << 20;

fn build(
    request: &WriteRequest,
    path: &Path,
    records: &mut Spooled,
    write: &mut dyn FnMut(&[u8]) -> Result<(), ConnectError>,
) -> Result<(), ConnectError> {
    let mut bytes = Vec::new();
    let failed = |error: ParquetError| {
        ConnectError::new(
            ErrorKind::Io,
            path.display().to_string(),
            format!("the Parquet file could not be made: {error}"),
            "Write another format.",
        )
    };
    let fields: Result<Vec<Arc<Type>>, ParquetError> = request.fields.iter().map(|name| column(name)).collect();
    let schema = Type::group_type_builder("schema").with_fields(fields.map_err(failed)?).build().map_err(failed)?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    loop {
        let mut columns: Vec<(Vec<ByteArray>, Vec<i16>)> = vec![(Vec::new(), Vec::new()); request.fields.len()];
        let (mut rows, mut size) = (0, 0);
        while rows < GROUP_ROWS && size < GROUP_BYTES {
            let Some(cells) = records.next()? else { break };
            rows += 1;
            for (cell, (values, levels)) in cells.iter().zip(&mut columns) {
                levels.push(i16::from(!cell.is_absent()));
                if !cell.is_absent() {
                    let text = cell.text().into_bytes();
                    size += text.len() + 16;
                    values.push(ByteArray::from(text));
                }
            }
        }
        if rows == 0 {
            break;
        }
        let mut group = writer.next_row_group().map_err(failed)?;
        for (values, levels) in &columns {
            let Some(mut column) = group.next_column().map_err(failed)? else { break };
            column.typed::<ByteArrayType>().write_batch(values, Some(levels), None).map_err(failed)?;
            column.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    write(&bytes)
}

/// A column of text that may be null.
fn column(name: &str) -> Result<Arc<Type>, ParquetError> {
    Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::String))
        .build()
        .map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Chunk, TargetBatch, WriteMode};
    use crate::record::Batch;

    #[test]
    fn what_is_written_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.parquet");
        let location = Location::from_argument(path.to_str().unwrap());
        let target = open_target(&location).unwrap();
        let request = WriteRequest {
            fields: vec!["id".into(), "First Name".into()],
            mode: WriteMode::Insert,
            run: "r".into(),
            ..WriteRequest::default()
        };
        let mut sink = target.open(&request).unwrap();
        let mut batch = TargetBatch::default();
        let values = ["007", "\u{1}\0", "a\r\nb", "Ł😀", ""];
        for value in values {
            sink.encoder().encode(&[Cell::text("1"), Cell::text(value)], &mut batch);
        }
        let ticket = sink.submit(&batch).unwrap();
        sink.collect(ticket).unwrap();
        sink.finish().unwrap();
        let source = open_source(&location).unwrap();
        let mut reader = source.read("", &ReadRequest::default()).unwrap();
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        assert!(reader.next(&mut chunk).unwrap());
        reader.decoder().decode(&mut chunk, &mut batch).unwrap();
        let back: Vec<String> = batch.records().map(|record| record.cell(1).display().into_owned()).collect();
        assert_eq!(back, values);
        assert_eq!(batch.record(4).cell(1).kind, Kind::Null);
    }

    #[test]
    fn damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.parquet");
        std::fs::write(&path, b"PAR1 nothing else").unwrap();
        let error = open_source(&Location::from_argument(path.to_str().unwrap())).map(|_| ()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
    }

    #[test]
    fn times_are_written_as_people_read_them() {
        assert_eq!(timestamp(1_763_683_200_500_000), "2025-11-21T00:00:00.5");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999999");
        assert_eq!(date(i64::MAX / 4), (i64::MAX / 4).to_string());
    }
}
