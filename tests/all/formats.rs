//! Every format that can be written gives back what was put in, cell by cell; packed files, patterns and standard input
//! are read like the files they stand for.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Values that other programs change, drop or choke on.
const NAUGHTY: &[&str] = &[
    "plain",
    "0012345",
    "12345678901234567890",
    "0.10",
    "1e5",
    "TRUE",
    "null",
    "NULL",
    "n/a",
    "None",
    "-",
    "=1+1",
    "+49 30 123",
    "@SUM(A1)",
    " leading and trailing ",
    "tab\tinside",
    "line\nfeed",
    "carriage\rreturn",
    "both\r\nof them",
    "\"quoted\"",
    "'apostrophes'",
    "comma, semicolon; pipe|",
    "\\ backslash \\n",
    "<b>&amp;</b>",
    "]]>",
    "<?xml?>",
    "{\"a\": [1]}",
    "[1,2]",
    "\u{1}\u{2}\u{1f}",
    "\u{7f}\u{85}",
    "\u{feff}mark",
    "\u{202e}right to left",
    "zero\u{200b}width",
    "田中さん",
    "Ł̷̢ó̷d̶ź",
    "👩‍👩‍👧‍👦 family",
    "\u{fffe}",
    "1/2/2026",
    "23:59",
    "_x0041_",
    "dn: cn=x",
    "BEGIN:VCARD",
    "../../etc/passwd",
    "'; DROP TABLE t; --",
];

fn mapwright() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mapwright"))
}

fn convert(from: &Path, to: &Path) {
    let done = mapwright().arg("convert").arg(from).arg(to).arg("--as-is").output().expect("run");
    assert!(done.status.success(), "{} to {}: {}", from.display(), to.display(), String::from_utf8_lossy(&done.stderr));
}

fn records(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).expect("opened");
    reader.records().map(|record| record.expect("a record").iter().map(str::to_owned).collect()).collect()
}

/// A table of the values, with an empty cell in every other record.
fn write_naughty(path: &Path) {
    let mut writer = csv::Writer::from_path(path).expect("opened");
    writer.write_record(["id", "First Name", "value"]).expect("written");
    for (number, value) in NAUGHTY.iter().enumerate() {
        let other = if number % 2 == 0 { "" } else { value };
        writer.write_record([format!("r{number}").as_str(), value, other]).expect("written");
    }
    writer.flush().expect("written");
}

#[test]
fn naughty_values_come_back_from_every_format() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    write_naughty(&at("in.csv"));
    let expected = records(&at("in.csv"));
    for ending in
        ["csv", "tsv", "ndjson", "json", "xlsx", "xml", "parquet", "vcf", "ldif", "db", "csv.gz", "ndjson.zst"]
    {
        let (there, back) = (at(&format!("there.{ending}")), at(&format!("back-{ending}.csv")));
        convert(&at("in.csv"), &there);
        convert(&there, &back);
        let got = records(&back);
        for (want, got) in expected.iter().zip(&got) {
            assert_eq!(want, got, "{ending}");
        }
        assert_eq!(expected.len(), got.len(), "{ending}");
    }
}

#[test]
fn patterns_and_standard_input_are_read_like_files() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    fs::write(at("export-1.csv"), "id,name\n1,Ann\n").expect("written");
    fs::write(at("export-2.csv"), "id,name\n2,Bob\n").expect("written");
    fs::write(at("other.csv"), "x\n1\n").expect("written");
    let done = mapwright().arg("inspect").arg(at("export-*.csv")).output().expect("run");
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains("export-1.csv") && text.contains("export-2.csv") && !text.contains("other.csv"), "{text}");
    let input = fs::File::open(at("export-2.csv")).expect("opened");
    let done = mapwright().args(["convert", "-"]).arg(at("out.csv")).stdin(Stdio::from(input)).output().expect("run");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(records(&at("out.csv")), [["id", "name"], ["2", "Bob"]]);
}
