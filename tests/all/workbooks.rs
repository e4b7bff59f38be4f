//! Where `convert` reads a workbook otherwise than openpyxl does, and why.
//!
//! Found by holding both against each other over 138 real workbooks: 17 differed, of the kinds below. Each kind has a small
//! workbook of its own here.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use rust_xlsxwriter::{Format, Workbook};

struct Difference {
    name: &'static str,
    /// How many of the workbooks differ like this (one of them differs in two ways).
    workbooks: usize,
    openpyxl: &'static str,
    reason: &'static str,
    make: fn(&Path),
    exit: i32,
    /// What `convert` writes as CSV, or says where it writes nothing.
    gives: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "the first sheet holds no cells",
        workbooks: 10,
        openpyxl: "an empty table",
        reason: "an empty CSV would pass for a table of no records; the operator is told to name another sheet",
        make: empty_sheet,
        exit: 3,
        gives: "the sheet Sheet1 holds no cells",
    },
    Difference {
        name: "two columns have one name",
        workbooks: 2,
        openpyxl: "QTY,QTY",
        reason: "a profile must be able to tell fields apart; the new name is told",
        make: |path| header_over_figures(path, ["id", "QTY", "QTY", "note"]),
        exit: 0,
        gives: "id,QTY,QTY_2,note\nx,1,2,3\n",
    },
    Difference {
        name: "a column has no name",
        workbooks: 1,
        openpyxl: "id,name,,sum,note",
        reason: "a field must have a name; the one that is made up is told",
        make: |path| header_over_figures(path, ["id", "name", "", "sum", "note"]),
        exit: 0,
        gives: "id,name,column_3,sum,note\nx,1,2,3,4\n",
    },
    Difference {
        name: "a duration",
        workbooks: 2,
        openpyxl: "10 days, 15:10:10",
        reason: "that is how Python prints it; the cell means and shows 255 hours",
        make: |path| save_number(path, 255.0 / 24.0 + 610.0 / 86_400.0, "[h]:mm:ss"),
        exit: 0,
        gives: "id,value\nx,255:10:10\n",
    },
    Difference {
        name: "a time of day in the format A/P",
        workbooks: 1,
        openpyxl: "123.45",
        reason: "A/P is the short form of AM/PM, and the cell a date",
        make: |path| save_number(path, 45_943.5, "A/P"),
        exit: 0,
        gives: "id,value\nx,2025-10-13T12:00:00\n",
    },
    Difference {
        name: "a character written as _x000d_",
        workbooks: 1,
        openpyxl: "the escape itself",
        reason: "the format says that it stands for a carriage return",
        make: escaped_return,
        exit: 0,
        gives: "id,value\nx,\"a\r\nb\"\n",
    },
    Difference {
        name: "a workbook whose parts are cut off",
        workbooks: 1,
        openpyxl: "what can still be found",
        reason: "nobody knows what is missing: it is refused with the reason",
        make: cut_off,
        exit: 1,
        gives: "this is no workbook that can be read",
    },
];

fn convert(from: &Path, to: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mapwright")).arg("convert").args([from, to]).output().expect("run")
}

fn header_over_figures<const N: usize>(path: &Path, names: [&str; N]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(1, 0, "x").expect("written");
    for (column, name) in (0..).zip(names) {
        if !name.is_empty() {
            sheet.write_string(0, column, name).expect("written");
        }
        if column > 0 {
            sheet.write_number(1, column, f64::from(column)).expect("written");
        }
    }
    book.save(path).expect("saved");
}

fn save_number(path: &Path, number: f64, format: &str) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "id").and_then(|sheet| sheet.write_string(0, 1, "value")).expect("written");
    let format = Format::new().set_num_format(format);
    sheet.write_string(1, 0, "x").expect("written");
    sheet.write_number_with_format(1, 1, number, &format).expect("written");
    book.save(path).expect("saved");
}

fn empty_sheet(path: &Path) {
    let mut book = Workbook::new();
    book.add_worksheet();
    book.add_worksheet().write_string(0, 0, "here").expect("written");
    book.save(path).expect("saved");
}

/// A workbook with other sheet data than the library would write.
fn with_sheet(path: &Path, data: &str) {
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#.to_owned(),
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>"#),
        ),
    ];
    let mut book = zip::ZipWriter::new(fs::File::create(path).expect("a file"));
    for (name, text) in parts {
        book.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        book.write_all(text.as_bytes()).expect("written");
    }
    book.finish().expect("finished");
}

fn escaped_return(path: &Path) {
    let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let first = format!(r#"<row r="1">{}{}</row>"#, cell("A1", "id"), cell("B1", "value"));
    let second = format!(r#"<row r="2">{}{}</row>"#, cell("A2", "x"), cell("B2", "a_x000d_\nb"));
    with_sheet(path, &(first + &second));
}

fn cut_off(path: &Path) {
    with_sheet(path, "");
    let whole = fs::read(path).expect("read");
    fs::write(path, &whole[..whole.len() / 2]).expect("written");
}

#[test]
fn every_difference_from_openpyxl_is_meant() {
    for difference in DIFFERENCES {
        let Difference { name, openpyxl, reason, workbooks, .. } = difference;
        assert!(!reason.is_empty() && *workbooks > 0 && *openpyxl != difference.gives, "{name}");
        let home = tempfile::tempdir().expect("a folder");
        let (book, out) = (home.path().join("book.xlsx"), home.path().join("out.csv"));
        (difference.make)(&book);
        let done = convert(&book, &out);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(difference.exit), "{name}: {told}");
        if difference.exit == 0 {
            assert_eq!(fs::read_to_string(&out).expect("written"), difference.gives, "{name}");
        } else {
            assert!(told.contains(difference.gives) && !out.exists(), "{name}: {told}");
        }
    }
}

/// A date before 1900, which Excel cannot show: it was once taken for 1899-12-31, whatever it was.
#[test]
fn dates_before_the_first_are_those_of_other_programs() {
    let home = tempfile::tempdir().expect("a folder");
    let (book, out) = (home.path().join("book.xlsx"), home.path().join("out.csv"));
    save_number(&book, -1.2, "yyyy-mm-dd");
    assert!(convert(&book, &out).status.success());
    assert_eq!(fs::read_to_string(&out).expect("written"), "id,value\nx,1899-12-28T19:12:00\n");
}
