//! A Parquet file as a target: built from the spooled records, a row group at a time. Columns have the types that profile,
//! schema or source give them, as far as all of their values come back from such a column as the same text.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::source::open_source;
use super::typed::{self, Column, Declared, Survey, is_null};
use crate::connect::spool::{self, Output, Spooled, SpooledCell};
use crate::connect::{ConnectError, ErrorKind, Holds, Location, Sink, Target, WriteRequest};
use crate::schema::Schema;

/// Opens a Parquet file as a target.
pub(in crate::connect) fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
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

    fn holds(&self, _object: &str) -> Holds {
        Holds::typed()
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        spool::open(&self.path, request, build)
    }
}

/// A row group has at most so many records, and about so many bytes of values; it is held in memory while it is made.
const GROUP_ROWS: usize = 100_000;
const GROUP_BYTES: usize = 16 << 20;

fn build(
    request: &WriteRequest,
    path: &Path,
    records: &mut Spooled,
    output: &mut Output<'_>,
) -> Result<(), ConnectError> {
    let failed = |error: ParquetError| {
        ConnectError::new(
            ErrorKind::Io,
            path.display().to_string(),
            format!("the Parquet file could not be made: {error}"),
            "Write another format.",
        )
    };
    let unwritten = || failed(ParquetError::General("the file could not be written".to_owned()));
    let mut columns = survey(request, records)?;
    let nodes: Result<Vec<Arc<Type>>, ParquetError> =
        request.fields.iter().zip(&columns).map(|(name, filled)| filled.node(name).map(Arc::new)).collect();
    let schema = Type::group_type_builder("schema").with_fields(nodes.map_err(failed)?).build().map_err(failed)?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    let mut cells = Vec::new();
    loop {
        let (mut rows, mut bytes) = (0, 0);
        while rows < GROUP_ROWS && bytes < GROUP_BYTES && records.next(&mut cells)? {
            rows += 1;
            for (cell, column) in cells.iter().zip(&mut columns) {
                bytes += column.push(cell).map_err(failed)?;
            }
        }
        if rows == 0 {
            break;
        }
        let mut group = writer.next_row_group().map_err(failed)?;
        for column in &mut columns {
            let Some(mut into) = group.next_column().map_err(failed)? else { break };
            column.write(&mut into).map_err(failed)?;
            into.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        let made = std::mem::take(writer.inner_mut());
        output.write_all(&made).map_err(|_| output.error(unwritten))?;
    }
    let end = writer.into_inner().map_err(failed)?;
    output.write_all(&end).map_err(|_| output.error(unwritten))
}

/// Goes through all records once, to know the columns that hold them.
fn survey(request: &WriteRequest, records: &mut Spooled) -> Result<Vec<Filled>, ConnectError> {
    let declared = |name: &String| request.declared.iter().find(|field| field.name == *name).map(Declared::of);
    let declared: Vec<Option<Declared>> = request.fields.iter().map(declared).collect();
    let mut surveys: Vec<Survey> = declared.iter().map(|declared| Survey::new(*declared)).collect();
    let mut cells = Vec::new();
    while records.next(&mut cells)? {
        for (cell, survey) in cells.iter().zip(&mut surveys) {
            survey.look(cell);
        }
    }
    records.rewind()?;
    Ok(surveys.iter().zip(declared).map(|(survey, declared)| Filled::new(survey.column(), declared)).collect())
}

/// The values of a column in a row group.
struct Filled {
    column: Column,
    declared: Option<Declared>,
    /// 1 where there is a value, 0 where it is null.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    /// All texts, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
    Longs(Vec<i64>),
    Days(Vec<i32>),
    Wide(Vec<FixedLenByteArray>),
    Floats(Vec<f64>),
    Booleans(Vec<bool>),
}

impl Filled {
    fn new(column: Column, declared: Option<Declared>) -> Filled {
        let values = match column {
            Column::Text => Values::Texts(Vec::new(), Vec::new()),
            Column::Whole | Column::Decimal { wide: false, .. } | Column::Moment { .. } => Values::Longs(Vec::new()),
            Column::Decimal { wide: true, .. } => Values::Wide(Vec::new()),
            Column::Float => Values::Floats(Vec::new()),
            Column::Boolean => Values::Booleans(Vec::new()),
            Column::Date => Values::Days(Vec::new()),
        };
        Filled { column, declared, levels: Vec::new(), values }
    }

    /// The column in the file's schema; any value may be missing.
    fn node(&self, name: &str) -> Result<Type, ParquetError> {
        let (physical, logical) = match self.column {
            Column::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Column::Whole => (Physical::INT64, None),
            Column::Decimal { scale, wide: false } => (Physical::INT64, Some(LogicalType::decimal(scale as i32, 18))),
            Column::Decimal { scale, wide: true } => {
                (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(scale as i32, 38)))
            }
            Column::Float => (Physical::DOUBLE, None),
            Column::Boolean => (Physical::BOOLEAN, None),
            Column::Date => (Physical::INT32, Some(LogicalType::Date)),
            Column::Moment { per_second, utc } => {
                let unit = if per_second == 1_000_000 { TimeUnit::MICROS } else { TimeUnit::NANOS };
                (Physical::INT64, Some(LogicalType::timestamp(utc, unit)))
            }
        };
        let mut node = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        if let Column::Decimal { scale, wide } = self.column {
            node = node.with_scale(scale as i32).with_precision(if wide { 38 } else { 18 });
            node = node.with_length(if wide { 16 } else { -1 });
        }
        node.build()
    }

    /// Takes the value of the next record in; about how many bytes of memory it takes.
    fn push(&mut self, cell: &SpooledCell) -> Result<usize, ParquetError> {
        if is_null(cell, self.declared) {
            self.levels.push(0);
            return Ok(2);
        }
        let text = cell.text();
        // The survey chose a column that holds all of its values.
        let unfit = || ParquetError::General(format!("`{text}` does not fit into its column"));
        self.values.push(self.column, &text).ok_or_else(unfit)?;
        self.levels.push(1);
        Ok(text.len() + 16)
    }

    /// Writes all values and forgets them.
    fn write(&mut self, into: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = std::mem::take(&mut self.levels);
        match &mut self.values {
            Values::Texts(bytes, ends) => {
                let whole = ByteArray::from(std::mem::take(bytes));
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let texts: Vec<ByteArray> =
                    starts.zip(ends.iter()).map(|(start, end)| whole.slice(start, end - start)).collect();
                ends.clear();
                put::<ByteArrayType>(into, texts, &levels)
            }
            Values::Longs(values) => put::<Int64Type>(into, std::mem::take(values), &levels),
            Values::Days(values) => put::<Int32Type>(into, std::mem::take(values), &levels),
            Values::Wide(values) => put::<FixedLenByteArrayType>(into, std::mem::take(values), &levels),
            Values::Floats(values) => put::<DoubleType>(into, std::mem::take(values), &levels),
            Values::Booleans(values) => put::<BoolType>(into, std::mem::take(values), &levels),
        }
    }
}

fn put<T: DataType>(
    into: &mut SerializedColumnWriter<'_>,
    values: Vec<T::T>,
    levels: &[i16],
) -> Result<(), ParquetError> {
    into.typed::<T>().write_batch(&values, Some(levels), None).map(|_| ())
}

impl Values {
    /// `None` where the column does not hold the value.
    fn push(&mut self, column: Column, text: &str) -> Option<()> {
        match self {
            Values::Texts(bytes, ends) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
            }
            Values::Longs(values) => values.push(match column {
                Column::Decimal { .. } => typed::decimal(text)?.0.try_into().ok()?,
                Column::Moment { per_second, .. } => typed::moment(text)?.units(per_second)?,
                _ => typed::whole(text)?,
            }),
            Values::Days(values) => values.push(typed::day(text)?),
            Values::Wide(values) => {
                let unscaled = typed::decimal(text)?.0;
                values.push(ByteArray::from(unscaled.to_be_bytes().to_vec()).into());
            }
            Values::Floats(values) => values.push(typed::float(text)?),
            Values::Booleans(values) => values.push(typed::boolean(text)?),
        }
        Some(())
    }
}
