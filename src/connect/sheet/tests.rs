//! Workbooks that are written here and read again, and some that no person would write.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::Reader as _;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::cells::{Content, Value};
use super::package::Package;
use super::tokens::Broken;
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

/// Cells as they are read here, and as the library reads them.
type Placed = Vec<(u32, u32, Value)>;

fn both(path: &Path, sheet: &str) -> (Placed, Placed) {
    let opened = || BufReader::new(File::open(path).unwrap());
    let mut package = Package::open(zip::ZipArchive::new(opened()).unwrap()).unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let walked = package.walk(sheet, &mut |row, column, data| {
        ours.extend(Content::of(data).map(|content| (row, column, content.value())));
        Ok::<_, Broken>(true)
    });
    walked.unwrap();
    let mut book = calamine::Xlsx::new(opened()).unwrap();
    let names: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible != calamine::SheetVisible::Visible))
        .collect();
    assert_eq!(package.sheets.iter().map(|sheet| (sheet.name.clone(), sheet.hidden)).collect::<Vec<_>>(), names);
    let mut cells = book.worksheet_cells_reader(sheet).unwrap();
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        theirs.extend(Content::of(cell.get_value()).map(|content| (row, column, content.value())));
    }
    (ours, theirs)
}

#[derive(Debug, Clone)]
enum Any {
    Text(String),
    Number(f64),
    Truth(bool),
    Day(u16, u8),
    Formula(String),
}

fn anything() -> impl Strategy<Value = Any> {
    prop_oneof![
        "\\PC{0,12}|[ \t\r\n\x01a&<>_x0D]{0,12}|_x00[0-9A-F]{2}_".prop_map(Any::Text),
        prop_oneof![any::<i32>().prop_map(f64::from), -1e6..1e6f64, Just(1e20)].prop_map(Any::Number),
        any::<bool>().prop_map(Any::Truth),
        (1900u16..2100, 1u8..28).prop_map(|(year, day)| Any::Day(year, day)),
        "[a-z<&]{1,6}".prop_map(Any::Formula),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_workbook_is_read_as_the_library_reads_it(
        cells in proptest::collection::vec((0u32..40, 0u16..30, anything()), 1..60),
        constant in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any.xlsx");
        let mut book = Workbook::new();
        book.add_worksheet().set_name("A & B").unwrap();
        let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        let sheet = if constant { book.add_worksheet_with_constant_memory().unwrap() } else { book.add_worksheet() };
        sheet.set_name("<any>").unwrap().write_number(0, 0, 1).unwrap();
        let mut cells = cells;
        cells.sort_by_key(|(row, column, _)| (*row, *column));
        for (row, column, value) in cells {
            let done = match value {
                Any::Text(text) => sheet.write_string(row, column, text),
                Any::Number(number) => sheet.write_number(row, column, number),
                Any::Truth(truth) => sheet.write_boolean(row, column, truth),
                Any::Day(year, day) => sheet.write_datetime_with_format(
                    row, column, ExcelDateTime::from_ymd(year, 3, day).unwrap().and_hms(9, 30, 0).unwrap(), &moment,
                ),
                Any::Formula(text) => {
                    sheet.write_formula(row, column, rust_xlsxwriter::Formula::new(format!("=\"{text}\"")).set_result(text))
                }
            };
            done.unwrap();
        }
        book.save(&path).unwrap();
        let (ours, theirs) = both(&path, "<any>");
        prop_assert_eq!(ours, theirs);
    }
}
