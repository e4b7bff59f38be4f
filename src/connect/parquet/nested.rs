//! Columns with lists and maps: the library puts their rows together, and each value is a cell of JSON.

use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::record::{Field as Value, Row};
use parquet::schema::types::Type;

use super::texts;
use crate::connect::pump::Output;
use crate::record::{Cell, Kind, SourceType};

/// The schema with these columns only, as the library wants it to read no others.
pub(super) fn projection(schema: &Type, paths: &[Vec<String>]) -> Result<Type> {
    let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
    Type::group_type_builder(schema.name()).with_fields(within(schema, &paths)?).build()
}

/// The columns of a group that paths lead to.
fn within(group: &Type, paths: &[&[String]]) -> Result<Vec<Arc<Type>>> {
    let mut kept = Vec::new();
    for column in group.get_fields() {
        let named = paths.iter().filter_map(|path| path.split_first().filter(|(name, _)| *name == column.name()));
        let rest: Vec<&[String]> = named.map(|(_, rest)| rest).collect();
        if rest.iter().any(|path| path.is_empty()) {
            kept.push(column.clone());
        } else if !rest.is_empty() {
            let about = column.get_basic_info();
            let group = Type::group_type_builder(column.name())
                .with_repetition(about.repetition())
                .with_converted_type(about.converted_type())
                .with_logical_type(about.logical_type_ref().cloned())
                .with_id(about.has_id().then(|| about.id()))
                .with_fields(within(column, &rest)?);
            kept.push(Arc::new(group.build()?));
        }
    }
    Ok(kept)
}

/// Whether the first value of a column begins a row: the library would take it for one of a row before.
pub(super) fn check_start(reader: ColumnReader) -> Result<()> {
    match reader {
        ColumnReader::BoolColumnReader(reader) => check_first(reader),
        ColumnReader::Int32ColumnReader(reader) => check_first(reader),
        ColumnReader::Int64ColumnReader(reader) => check_first(reader),
        ColumnReader::Int96ColumnReader(reader) => check_first(reader),
        ColumnReader::FloatColumnReader(reader) => check_first(reader),
        ColumnReader::DoubleColumnReader(reader) => check_first(reader),
        ColumnReader::ByteArrayColumnReader(reader) => check_first(reader),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => check_first(reader),
    }
}

fn check_first<T: DataType>(mut reader: ColumnReaderImpl<T>) -> Result<()> {
    let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
    reader.read_records(1, Some(&mut defined), Some(&mut repeated), &mut values)?;
    match repeated.first() {
        Some(1..) => Err(ParquetError::General("a list goes on before any has begun".to_owned())),
        _ => Ok(()),
    }
}

/// Hands over the value that a path leads to; null where a group on the way is.
pub(super) fn push(row: &Row, path: &[String], output: &mut Output) {
    let Some((name, rest)) = path.split_first() else { return };
    let value = row.get_column_iter().find(|(other, _)| *other == name).map(|(_, value)| value);
    match value {
        Some(Value::Group(group)) if !rest.is_empty() => push(group, rest, output),
        Some(Value::ListInternal(_)) if rest.is_empty() => push_json(Kind::List, value, output),
        Some(Value::MapInternal(_) | Value::Group(_)) if rest.is_empty() => push_json(Kind::Map, value, output),
        _ => output.cell(Cell { kind: Kind::Null, ..Cell::MISSING }),
    }
}

fn push_json(kind: Kind, value: Option<&Value>, output: &mut Output) {
    let json = value.map(|value| json(value).to_string()).unwrap_or_default();
    output.cell(Cell { kind, ..Cell::text(&json) });
}

/// Appends the canonical text of a number, date or truth value and gives its type.
pub(super) fn write(value: &Value, out: &mut Vec<u8>) -> SourceType {
    match value {
        Value::Bool(value) => texts::put(value, out),
        Value::Float16(number) => texts::put(number.to_f32(), out),
        Value::Float(number) => texts::put(number, out),
        Value::Double(number) => texts::put(number, out),
        Value::Decimal(number) => match texts::signed(number.data()) {
            Some(unscaled) => texts::decimal(unscaled, number.scale().max(0) as u32, out),
            None => {
                texts::put(value, out);
                // Of a whole number the library shows the point.
                if out.last() == Some(&b'.') {
                    out.pop();
                }
            }
        },
        Value::Date(days) => texts::date(i64::from(*days), out),
        Value::TimeMillis(millis) => texts::time(i64::from(*millis), 1_000, out),
        Value::TimeMicros(micros) => texts::time(*micros, 1_000_000, out),
        Value::TimestampMillis(millis) => texts::timestamp(*millis, 1_000, out),
        Value::TimestampMicros(micros) => texts::timestamp(*micros, 1_000_000, out),
        other => texts::put(other, out),
    }
    match value {
        Value::Bool(_) => SourceType::Boolean,
        Value::Float16(_) | Value::Float(_) | Value::Double(_) => SourceType::Float,
        Value::Decimal(_) => SourceType::Decimal,
        Value::Date(_) => SourceType::Date,
        Value::TimeMillis(_) | Value::TimeMicros(_) => SourceType::Time,
        Value::TimestampMillis(_) | Value::TimestampMicros(_) => SourceType::DateTime,
        _ => SourceType::Integer,
    }
}

fn scalar_text(value: &Value) -> (SourceType, String) {
    let mut text = Vec::new();
    let source_type = write(value, &mut text);
    (source_type, String::from_utf8_lossy(&text).into_owned())
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
