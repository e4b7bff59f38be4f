//! Files that are written here and read again, and some that no writer would make.

use super::{open_source, open_target};
use crate::connect::{Chunk, ErrorKind, Location, ReadRequest, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Batch, Cell, Kind};

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
