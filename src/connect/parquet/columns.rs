//! Columns without lists: their values are read by the library in stretches of rows, and each becomes text right where the
//! batch has it.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::record::Field as Value;
use parquet::schema::types::ColumnDescriptor;

use super::{nested, texts};
use crate::connect::pump::Output;
use crate::record::{Cell, Kind, SourceType};

/// A column of a row group.
pub(super) trait Column {
    /// Reads the values of so many rows more.
    fn load(&mut self, rows: usize) -> Result<()>;

    /// Hands over the cell of the next row that was loaded.
    fn push(&mut self, output: &mut Output) -> Result<()>;
}

/// The column that a reader is of.
pub(super) fn column(reader: ColumnReader, description: &Arc<ColumnDescriptor>) -> Box<dyn Column> {
    let integer = integer(description);
    let about = description.clone();
    match reader {
        ColumnReader::BoolColumnReader(reader) => leaf(reader, description, |value, out| {
            out.extend_from_slice(if *value { b"true" } else { b"false" });
            Ok((Kind::Text, SourceType::Boolean))
        }),
        ColumnReader::Int32ColumnReader(reader) => leaf(reader, description, move |value, out| {
            let value = if integer == Integer::Unsigned { i64::from(*value as u32) } else { i64::from(*value) };
            Ok((Kind::Text, integer.write(value, out)))
        }),
        ColumnReader::Int64ColumnReader(reader) => {
            leaf(reader, description, move |value, out| Ok((Kind::Text, integer.write(*value, out))))
        }
        ColumnReader::Int96ColumnReader(reader) => leaf(reader, description, |value: &Int96, out| {
            if let [low, high, day] = value.data() {
                texts::julian(*day, u64::from(*high) << 32 | u64::from(*low), out);
            }
            Ok((Kind::Text, SourceType::DateTime))
        }),
        ColumnReader::FloatColumnReader(reader) => leaf(reader, description, |value, out| {
            texts::put(value, out);
            Ok((Kind::Text, SourceType::Float))
        }),
        ColumnReader::DoubleColumnReader(reader) => leaf(reader, description, |value, out| {
            texts::put(value, out);
            Ok((Kind::Text, SourceType::Float))
        }),
        ColumnReader::ByteArrayColumnReader(reader) if is_decimal(description) => {
            leaf(reader, description, move |value, out| decimal_of(value, &about, out))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            leaf(reader, description, |value, out| Ok(text_or_bytes(value.data(), out)))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) if is_decimal(description) => {
            leaf(reader, description, move |value, out| decimal_of(value, &about, out))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader)
            if description.logical_type_ref() == Some(&LogicalType::Float16) =>
        {
            leaf(reader, description, move |value, out| {
                let value = Value::convert_byte_array(&about, ByteArray::from(value.clone()))?;
                Ok((Kind::Text, nested::write(&value, out)))
            })
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            leaf(reader, description, |value, out| Ok(text_or_bytes(value.data(), out)))
        }
    }
}

/// What the whole numbers of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Integer {
    Signed,
    Unsigned,
    /// Digits after the point.
    Decimal(u32),
    Date,
    /// Units that a second has.
    Time(i64),
    /// The same; whether it is a moment of UTC.
    Timestamp(i64, bool),
}

fn integer(description: &ColumnDescriptor) -> Integer {
    let per_second = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    };
    match description.logical_type_ref() {
        Some(LogicalType::Time(time)) => return Integer::Time(per_second(&time.unit)),
        Some(LogicalType::Timestamp(time)) => {
            return Integer::Timestamp(per_second(&time.unit), time.is_adjusted_to_u_t_c);
        }
        _ => {}
    }
    match description.converted_type() {
        ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
            Integer::Unsigned
        }
        ConvertedType::DECIMAL => Integer::Decimal(description.type_scale().max(0) as u32),
        ConvertedType::DATE => Integer::Date,
        ConvertedType::TIME_MILLIS => Integer::Time(1_000),
        ConvertedType::TIME_MICROS => Integer::Time(1_000_000),
        ConvertedType::TIMESTAMP_MILLIS => Integer::Timestamp(1_000, false),
        ConvertedType::TIMESTAMP_MICROS => Integer::Timestamp(1_000_000, false),
        _ => Integer::Signed,
    }
}

impl Integer {
    fn write(self, value: i64, out: &mut Vec<u8>) -> SourceType {
        match self {
            Integer::Signed => {
                texts::put(value, out);
                SourceType::Integer
            }
            Integer::Unsigned => {
                texts::put(value as u64, out);
                SourceType::Integer
            }
            Integer::Decimal(scale) => {
                texts::decimal(i128::from(value), scale, out);
                SourceType::Decimal
            }
            Integer::Date => {
                texts::date(value, out);
                SourceType::Date
            }
            Integer::Time(per_second) => {
                texts::time(value, per_second, out);
                SourceType::Time
            }
            Integer::Timestamp(per_second, utc) => {
                texts::moment(value, per_second, utc, out);
                SourceType::DateTime
            }
        }
    }
}

fn is_decimal(description: &ColumnDescriptor) -> bool {
    description.converted_type() == ConvertedType::DECIMAL
}

fn decimal_of(value: &ByteArray, about: &Arc<ColumnDescriptor>, out: &mut Vec<u8>) -> Result<(Kind, SourceType)> {
    match texts::signed(value.data()) {
        Some(unscaled) => texts::decimal(unscaled, about.type_scale().max(0) as u32, out),
        None => drop(nested::write(&Value::convert_byte_array(about, value.clone())?, out)),
    }
    Ok((Kind::Text, SourceType::Decimal))
}

/// Older writers do not mark text as such.
fn text_or_bytes(bytes: &[u8], out: &mut Vec<u8>) -> (Kind, SourceType) {
    out.extend_from_slice(bytes);
    match std::str::from_utf8(bytes) {
        Ok(_) => (Kind::Text, SourceType::Text),
        Err(_) => (Kind::Bytes, SourceType::Untyped),
    }
}

/// A column and how its values become text.
struct Leaf<T: DataType, W> {
    reader: ColumnReaderImpl<T>,
    /// The level at which a value is there; below it, it or a group around it is null.
    defined: i16,
    levels: Vec<i16>,
    values: Vec<T::T>,
    /// The next row and the next value.
    row: usize,
    value: usize,
    write: W,
}

fn leaf<T: DataType, W>(reader: ColumnReaderImpl<T>, description: &ColumnDescriptor, write: W) -> Box<dyn Column>
where
    W: Fn(&T::T, &mut Vec<u8>) -> Result<(Kind, SourceType)> + 'static,
    ColumnReaderImpl<T>: 'static,
{
    let (levels, values) = (Vec::new(), Vec::new());
    Box::new(Leaf { reader, defined: description.max_def_level(), levels, values, row: 0, value: 0, write })
}

impl<T: DataType, W> Column for Leaf<T, W>
where
    W: Fn(&T::T, &mut Vec<u8>) -> Result<(Kind, SourceType)>,
{
    fn load(&mut self, rows: usize) -> Result<()> {
        (self.row, self.value) = (0, 0);
        self.levels.clear();
        self.values.clear();
        let levels = (self.defined > 0).then_some(&mut self.levels);
        let (loaded, _, _) = self.reader.read_records(rows, levels, None, &mut self.values)?;
        if loaded < rows { Err(ended_early()) } else { Ok(()) }
    }

    fn push(&mut self, output: &mut Output) -> Result<()> {
        let is_null = self.defined > 0 && self.levels.get(self.row).is_none_or(|level| *level < self.defined);
        self.row += 1;
        if is_null {
            output.cell(Cell { kind: Kind::Null, ..Cell::MISSING });
            return Ok(());
        }
        let value = self.values.get(self.value).ok_or_else(ended_early)?;
        self.value += 1;
        output.write_cell(|out| (self.write)(value, out))
    }
}

fn ended_early() -> ParquetError {
    ParquetError::EOF("a column has fewer values than there are rows".to_owned())
}
