//! Files that are written here and read again, and some that no writer would make.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, Int32Type, Int64Type, Int96,
    Int96Type,
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::{open_source, open_target};
use crate::connect::{Chunk, ConnectError, ErrorKind, Location, ReadRequest, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Batch, Cell, Kind, SourceType};

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

/// Writes one row group; `columns` writes the columns in their order.
fn write(path: &Path, schema: &str, columns: impl FnOnce(&mut SerializedRowGroupWriter<'_, File>)) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    columns(&mut group);
    group.close().unwrap();
    writer.close().unwrap();
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    defined: Option<&[i16]>,
    repeated: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, defined, repeated).unwrap();
    column.close().unwrap();
}

/// Kind, type and text of each cell of a record.
type Texts = Vec<(Kind, SourceType, String)>;

/// Names of the fields, and the records.
fn read(path: &Path) -> Result<(Vec<String>, Vec<Texts>), ConnectError> {
    let source = open_source(&Location::from_argument(path.to_str().unwrap()))?;
    let mut reader = source.read("", &ReadRequest::default())?;
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut rows) = (Chunk::default(), Batch::default(), Vec::new());
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        let cell = |cell: Cell<'_>| (cell.kind, cell.source_type, cell.display().into_owned());
        rows.extend(batch.records().map(|record| record.cells().map(cell).collect::<Vec<_>>()));
    }
    Ok((decoder.fields().to_vec(), rows))
}

#[test]
fn every_type_is_read_as_what_it_means() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("types.parquet");
    let schema = "message m { optional boolean yes; required int32 small (INTEGER(32,false)); optional int32 day (DATE);
        optional int64 moment (TIMESTAMP(NANOS,false)); optional int96 old; required double share;
        optional group at { optional int32 price (DECIMAL(9,2)); required group tags (LIST) { repeated group list { required binary element (UTF8); } } }
        optional fixed_len_byte_array(5) wide (DECIMAL(11,0)); optional binary raw; optional int64 clock (TIME(MICROS,true)); }";
    write(&path, schema, |group| {
        let both = Some([1, 0].as_slice());
        column::<BoolType>(group, &[true], both, None);
        column::<Int32Type>(group, &[-1, 7], None, None);
        column::<Int32Type>(group, &[-1], both, None);
        column::<Int64Type>(group, &[1_763_683_200_000_000_001], both, None);
        column::<Int96Type>(group, &[Int96::from(vec![1_123_456_789, 0, 2_440_589])], both, None);
        column::<DoubleType>(group, &[0.1, 1e21], None, None);
        column::<Int32Type>(group, &[-5], Some(&[2, 0]), None);
        let tags = [ByteArray::from("a"), ByteArray::from("b")];
        column::<ByteArrayType>(group, &tags, Some(&[2, 2, 0]), Some(&[0, 1, 0]));
        column::<FixedLenByteArrayType>(group, &[ByteArray::from(vec![0xff, 0, 0, 0, 0]).into()], both, None);
        column::<ByteArrayType>(group, &[ByteArray::from(vec![0xfe])], both, None);
        column::<Int64Type>(group, &[34_200_500_000], both, None);
    });
    let (fields, rows) = read(&path).unwrap();
    let names = ["yes", "small", "day", "moment", "old", "share", "at.price", "at.tags", "wide", "raw", "clock"];
    assert_eq!(fields, names);
    let texts: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(|(_, _, text)| text.as_str()).collect::<Vec<_>>()).collect();
    let first = [
        "true",
        "4294967295",
        "1969-12-31",
        "2025-11-21T00:00:00.000000001",
        "1970-01-02T00:00:01.123456789",
        "0.1",
        "-0.05",
        r#"["a","b"]"#,
        "-4294967296",
        "\u{fffd}",
        "09:30:00.5",
    ];
    assert_eq!(texts[0], first);
    assert_eq!(texts[1], ["", "7", "", "", "", "1000000000000000000000", "", "", "", "", ""]);
    let kinds: Vec<Kind> = rows[0].iter().map(|(kind, _, _)| *kind).collect();
    assert_eq!((kinds[7], kinds[9]), (Kind::List, Kind::Bytes));
    assert!(rows[1].iter().all(|(kind, _, text)| text.is_empty() == (*kind == Kind::Null)));
    let types: Vec<SourceType> = rows[0].iter().map(|(_, source_type, _)| *source_type).collect();
    assert_eq!(types[2..5], [SourceType::Date, SourceType::DateTime, SourceType::DateTime]);
}

#[test]
fn many_rows_come_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.parquet");
    let rows = 3 * 1024 + 5;
    write(&path, "message m { required int32 a; optional binary b (UTF8); }", |group| {
        column::<Int32Type>(group, &(0..rows).collect::<Vec<_>>(), None, None);
        let values: Vec<ByteArray> = (0..rows).step_by(3).map(|row| row.to_string().as_str().into()).collect();
        let defined: Vec<i16> = (0..rows).map(|row| i16::from(row % 3 == 0)).collect();
        column::<ByteArrayType>(group, &values, Some(&defined), None);
    });
    let (_, found) = read(&path).unwrap();
    assert_eq!(found.len(), rows as usize);
    for (row, cells) in found.iter().enumerate() {
        let other = if row % 3 == 0 { row.to_string() } else { String::new() };
        assert_eq!((cells[0].2.clone(), cells[1].2.clone()), (row.to_string(), other));
    }
}

#[test]
fn a_list_that_begins_in_the_middle_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("levels.parquet");
    let schema = "message m { required group x (LIST) { repeated group list { required int32 element; } } }";
    write(&path, schema, |group| {
        column::<Int32Type>(group, &[1, 2, 3], Some(&[1, 1, 1]), Some(&[0, 0, 1]));
    });
    assert_eq!(read(&path).unwrap().1.len(), 2);
    // No writer makes it: the levels 0, 0, 1 stand as bits behind their length, and the first one is changed.
    let mut bytes = std::fs::read(&path).unwrap();
    let levels = bytes.windows(6).position(|bytes| bytes == [2, 0, 0, 0, 3, 0b100]).unwrap();
    bytes[levels + 5] = 0b101;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(read(&path).unwrap_err().kind, ErrorKind::Malformed);
}

fn typed(source_type: SourceType, text: &str) -> Cell<'_> {
    Cell { source_type, ..Cell::text(text) }
}

#[test]
fn row_groups_follow_one_another_and_columns_have_the_types_of_their_cells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.parquet");
    let location = Location::from_argument(path.to_str().unwrap());
    let request = WriteRequest {
        fields: ["n", "x", "day", "long", "mixed"].map(str::to_owned).to_vec(),
        run: "r".into(),
        ..WriteRequest::default()
    };
    let mut sink = open_target(&location).unwrap().open(&request).unwrap();
    let filler = "y".repeat(30_000);
    for row in 0..1500 {
        let (number, share) = (row.to_string(), (f64::from(row) / 8.0).to_string());
        let cells = [
            typed(SourceType::Integer, &number),
            typed(SourceType::Float, &share),
            if row % 2 == 0 { typed(SourceType::Date, "2026-11-21") } else { Cell::MISSING },
            Cell::text(&filler),
            if row == 1499 { typed(SourceType::Text, "n/a") } else { typed(SourceType::Boolean, "true") },
        ];
        let mut batch = TargetBatch::default();
        sink.encoder().encode(&cells, &mut batch);
        let ticket = sink.submit(&batch).unwrap();
        sink.collect(ticket).unwrap();
    }
    sink.finish().unwrap();
    let file = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    assert!(file.num_row_groups() > 1);
    let (_, rows) = read(&path).unwrap();
    assert_eq!(rows.len(), 1500);
    for (row, cells) in rows.iter().enumerate() {
        let texts: Vec<&str> = cells.iter().map(|(_, _, text)| text.as_str()).collect();
        let (number, share) = (row.to_string(), (row as f64 / 8.0).to_string());
        let day = if row % 2 == 0 { "2026-11-21" } else { "" };
        let mixed = if row == 1499 { "n/a" } else { "true" };
        assert_eq!(texts, [number.as_str(), &share, day, &filler, mixed]);
    }
    let types: Vec<SourceType> = rows[0].iter().map(|(_, source_type, _)| *source_type).collect();
    assert_eq!(types, [SourceType::Integer, SourceType::Float, SourceType::Date, SourceType::Text, SourceType::Text]);
}
