//! Workbooks that are written here and read again, and some that no person would write.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{open_source, open_target};
use crate::connect::{Chunk, Location, ReadRequest, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Batch, Cell};

/// Names and cells of a sheet.
fn read(path: &Path, sheet: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let source = open_source(&Location::from_argument(path.to_str().unwrap())).unwrap();
    let mut reader = source.read(sheet, &ReadRequest::default()).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut rows) = (Chunk::default(), Batch::default(), Vec::new());
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        rows.extend(batch.records().map(|record| record.cells().map(|cell| cell.display().into_owned()).collect()));
    }
    (decoder.fields().to_vec(), rows)
}

#[test]
fn a_sheet_is_read_as_people_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 1, "Export of 2026").unwrap();
    for (column, name) in ["code", "since", "amount", "open"].into_iter().enumerate() {
        sheet.write_string(2, column as u16 + 1, name).unwrap();
    }
    sheet.write_string(3, 1, "007").unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_datetime_with_format(3, 2, ExcelDateTime::from_ymd(2026, 11, 21).unwrap(), &day).unwrap();
    sheet.write_number(3, 3, 12.5).unwrap();
    sheet.write_boolean(3, 4, true).unwrap();
    sheet.write_string(6, 1, "008").unwrap();
    book.add_worksheet().set_name("Second").unwrap().write_string(0, 0, "only").unwrap();
    book.save(&path).unwrap();
    let (names, rows) = read(&path, "Sheet1");
    assert_eq!(names, ["code", "since", "amount", "open"]);
    assert_eq!(rows, [vec!["007", "2026-11-21", "12.5", "true"], vec!["008", "", "", ""]]);
    assert_eq!(read(&path, "Second").1, [["only"]]);
}

#[test]
fn far_cells_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("far.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "a").unwrap();
    sheet.write_string(1_048_575, 16_383, "b").unwrap();
    book.save(&path).unwrap();
    let (names, rows) = read(&path, "Sheet1");
    assert_eq!((names.len(), rows.len()), (16_384, 2));
}

#[test]
fn what_is_written_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    let target = open_target(&Location::from_argument(path.to_str().unwrap())).unwrap();
    let request = WriteRequest {
        object: "Contacts".into(),
        fields: vec!["id".into(), "note".into()],
        mode: WriteMode::Insert,
        run: "r1".into(),
        ..WriteRequest::default()
    };
    let mut sink = target.open(&request).unwrap();
    let mut batch = TargetBatch::default();
    let values = [
        "007",
        "=1+1",
        "a\nb",
        " spaces ",
        "\u{1}\u{1f}",
        "_x0041_",
        "\u{202e}x",
        "12345678901234567890",
        "<&>\"'",
        "crlf\r\nend",
    ];
    for value in values {
        sink.encoder().encode(&[Cell::text("x"), Cell::text(value)], &mut batch);
    }
    let ticket = sink.submit(&batch).unwrap();
    sink.collect(ticket).unwrap();
    assert!(!path.exists());
    sink.finish().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let (_, rows) = read(&path, "Contacts");
    let back: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(back, values);
    assert!(target.open(&request).is_err());
}

/// A sheet whose regions and header are merged, with hidden rows, columns and a hidden sheet.
fn merged_book(path: &Path) {
    let mut book = Workbook::new();
    let (format, sheet) = (Format::new(), book.add_worksheet());
    for (column, name) in ["region", "city", "sales", "note"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, name).unwrap();
    }
    sheet.merge_range(1, 0, 3, 0, "North", &format).unwrap();
    sheet.merge_range(4, 0, 5, 0, "South", &format).unwrap();
    for (row, city) in (1..).zip(["Kiel", "Bremen", "Lübeck", "Ulm", "Passau"]) {
        sheet.write_string(row, 1, city).unwrap();
        sheet.write_number(row, 2, f64::from(row)).unwrap();
    }
    sheet.write_string(1, 3, "x").unwrap();
    sheet.set_row_hidden(2).unwrap();
    sheet.set_column_hidden(3).unwrap();
    book.add_worksheet().set_name("Old").unwrap().set_hidden(true).write_string(0, 0, "secret").unwrap();
    book.save(path).unwrap();
}

#[test]
fn merged_cells_are_filled_where_that_is_wanted_and_hidden_ones_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("merged.xlsx");
    merged_book(&path);
    let first = |rows: Vec<Vec<String>>| rows.into_iter().map(|mut row| row.swap_remove(0)).collect::<Vec<_>>();
    assert_eq!(first(read(&path, "Sheet1").1), ["North", "", "", "South", ""]);
    let mut location = Location::from_argument(path.to_str().unwrap());
    let told = open_source(&location).unwrap().evidence("Sheet1").join("\n");
    assert!(told.contains("2 merged areas") && told.contains("3 others are empty"), "{told}");
    assert!(told.contains("1 row is hidden (3)") && told.contains("1 column is hidden (D)"), "{told}");
    assert!(told.contains("hidden sheets, read like the others: Old"), "{told}");
    location.fill_merged = true;
    let source = open_source(&location).unwrap();
    assert!(source.evidence("Sheet1").join("\n").contains("3 were filled"));
    let mut reader = source.read("Sheet1", &ReadRequest::default()).unwrap();
    let (decoder, mut chunk, mut batch) = (reader.decoder(), Chunk::default(), Batch::default());
    assert!(reader.next(&mut chunk).unwrap());
    decoder.decode(&mut chunk, &mut batch).unwrap();
    let regions: Vec<String> = batch.records().map(|record| record.cell(0).display().into_owned()).collect();
    assert_eq!(regions, ["North", "North", "North", "South", "South"]);
    assert_eq!(batch.record(1).cell(1).display(), "Bremen");
    assert!(source.evidence("Old").join("\n").contains("the sheet is hidden"));
}
