//! A Parquet file as a target.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::source::open_source;
use crate::connect::spool::{self, Spooled};
use crate::connect::{ConnectError, ErrorKind, Location, Sink, Target, WriteRequest};
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
