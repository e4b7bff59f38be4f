//! Helpers for the tests of formats that name their values.

use super::*;
use crate::connect::{Chunk, OpenSource, OpenTarget, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Batch, Cell};

type Table = (Vec<String>, Vec<Vec<String>>);

fn rows(source: &dyn Source) -> Table {
    let mut reader = source.read("", &ReadRequest::default()).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut rows) = (Chunk::default(), Batch::default(), Vec::new());
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        rows.extend(batch.records().map(|record| record.cells().map(|cell| cell.display().into_owned()).collect()));
    }
    (decoder.fields().to_vec(), rows)
}

/// Names and cells of a file with this content.
pub(in crate::connect) fn read(name: &str, bytes: &[u8], open: OpenSource) -> Result<Table, ConnectError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let source = open(&Location::from_argument(path.to_str().unwrap()))?;
    Ok(rows(&*source))
}

/// Writes records of two fields, the second with these values, and reads the second again.
pub(in crate::connect) fn written(
    name: &str,
    fields: &[&str; 2],
    values: &[String],
    target: OpenTarget,
    source: OpenSource,
) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::from_argument(folder.path().join(name).to_str().unwrap());
    let request = WriteRequest {
        fields: fields.map(str::to_owned).to_vec(),
        mode: WriteMode::Insert,
        run: "r".into(),
        ..WriteRequest::default()
    };
    let mut sink = target(&location).unwrap().open(&request).unwrap();
    let mut batch = TargetBatch::default();
    for value in values {
        sink.encoder().encode(&[Cell::text("1"), Cell::text(value)], &mut batch);
    }
    let ticket = sink.submit(&batch).unwrap();
    sink.collect(ticket).unwrap();
    sink.finish().unwrap();
    let (names, rows) = rows(&*source(&location).unwrap());
    assert_eq!(names, fields);
    rows.into_iter().map(|mut row| row.remove(1)).collect()
}
