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
    // As long as a cell of a workbook can be, and a zero byte.
    let long = "long \u{1F600}\n\"".repeat(3_000);
    writer.write_record(["long", &long, "a\0b"]).expect("written");
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

/// The filled cells of each record, by their columns.
fn by_name(table: &[Vec<String>]) -> Vec<std::collections::BTreeMap<&String, &String>> {
    let Some((header, rows)) = table.split_first() else { return Vec::new() };
    rows.iter().map(|row| header.iter().zip(row).filter(|(_, cell)| !cell.is_empty()).collect()).collect()
}

#[test]
fn the_sample_comes_back_from_every_format() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/legacy");
    let tables = fs::read_dir(sample).expect("the sample").map(|entry| entry.expect("an entry").path());
    for table in tables.filter(|path| path.extension().is_some_and(|ending| ending == "csv")) {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str| home.path().join(name);
        // Once through: encoding and ragged records are settled then.
        convert(&table, &at("in.csv"));
        let expected = records(&at("in.csv"));
        assert!(expected.len() > 10, "{}", table.display());
        for ending in ["ndjson", "json", "xlsx", "xml", "parquet", "vcf", "ldif", "db", "csv.zst"] {
            let (there, back) = (at(&format!("there.{ending}")), at("back.csv"));
            convert(&at("in.csv"), &there);
            convert(&there, &back);
            let got = records(&back);
            if matches!(ending, "vcf" | "ldif") {
                // Structured properties come last in a card, whatever their place was.
                assert_eq!(by_name(&got), by_name(&expected), "{} by {ending}", table.display());
            } else {
                assert_eq!(got, expected, "{} by {ending}", table.display());
            }
        }
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

#[test]
fn fixed_width_text_is_converted_and_run() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    let row = |id: usize| format!("{id:06}{:<10}{:>8}\n", ["Ada", "Zoë", "Mary Ann"][id % 3], id * 31);
    let mut text: String = (1..=40).map(row).collect();
    text.push_str("000099Bob\n");
    fs::write(at("people.dat"), text).expect("written");
    let done = mapwright()
        .args(["convert", "--widths", "6,10,8"])
        .args([at("people.dat"), at("out.csv")])
        .output()
        .expect("run");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && told.contains("too_few_fields"), "{told}");
    let rows = records(&at("out.csv"));
    assert_eq!((rows.len(), rows[1].join("|").as_str()), (41, "000002|Mary Ann|62"));
    let profile = "mapwright: 1\nsource: { path: people.dat, columns: { id: 1-6, name: 7-16, sum: 17-24 } }\ntarget: run.csv\nobjects:\n  - fields: { id: id, name: name, sum: sum }\n";
    fs::write(at("profile.yaml"), profile).expect("written");
    let done = mapwright().arg("run").arg(at("profile.yaml")).arg("--out").arg(at("run")).output().expect("run");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let rows = records(&at("run.csv"));
    assert_eq!((rows.len(), rows[40].join("|").as_str()), (41, "000040|Zoë|1240"));
    let rejects = fs::read_to_string(at("run/rejects.csv")).expect("rejects");
    assert!(rejects.contains("41,record:too_few_fields,000099,Bob,"), "{rejects}");
}

#[test]
fn lists_are_joined_and_exploded_by_a_run() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    let people = "[{\"id\":\"07\",\"tags\":[\"a\",\"b\"],\"orders\":[{\"sku\":\"X\"},{\"sku\":\"Y\"}]},{\"id\":\"08\",\"orders\":[]}]";
    fs::write(at("people.json"), people).expect("written");
    let profile = "mapwright: 1\nsource: { path: people.json, lists: { tags: { join: '; ' }, orders: { explode: id } } }\ntarget: out/\nobjects:\n  - { from: people.json, to: people, fields: { id: id, tags: tags } }\n  - { from: orders, to: orders, fields: { person: parent.id, place: parent.index, sku: sku } }\n";
    fs::write(at("profile.yaml"), profile).expect("written");
    let done = mapwright().arg("run").arg(at("profile.yaml")).arg("--out").arg(at("run")).output().expect("run");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(records(&at("out/people.csv")), [["id", "tags"], ["07", "a; b"], ["08", ""]]);
    assert_eq!(records(&at("out/orders.csv")), [["person", "place", "sku"], ["07", "1", "X"], ["07", "2", "Y"]]);
    // The same from the command line, and what is left without a rule is told.
    let done = mapwright()
        .args(["convert", "--list", "orders=explode:id", "--object", "orders"])
        .args([at("people.json"), at("orders.csv")])
        .output()
        .expect("run");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && told.contains("`tags` holds lists"), "{told}");
    assert_eq!(records(&at("orders.csv")).len(), 3);
    // A run without a rule tells it in its report.
    let profile = "mapwright: 1\nsource: { path: people.json, lists: { orders: { explode: id } } }\ntarget: again/\nobjects:\n  - { from: people.json, to: people, fields: { id: id, tags: tags } }\n  - { from: orders, to: orders, fields: { person: parent.id } }\n";
    fs::write(at("profile.yaml"), profile).expect("written");
    let run = |format: &str| {
        let out = at(&format!("run-{format}"));
        let _ = fs::remove_dir_all(at("again"));
        let mut command = mapwright();
        command.arg("run").arg(at("profile.yaml")).args(["--format", format, "--out"]).arg(&out);
        (String::from_utf8_lossy(&command.output().expect("run").stdout).into_owned(), out)
    };
    let (told, out) = run("text");
    assert_eq!(told.matches("Note: people.json: `tags` holds lists").count(), 1, "{told}");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("report.json")).expect("a report")).expect("JSON");
    assert_eq!(report["notices"].as_array().map(Vec::len), Some(1), "{report}");
    assert!(run("json").0.contains("\"notice\""), "events tell it, too");
}

/// Aliases that grow without end stand in YAML files: such a file is no table, and none is made of its lines.
#[test]
fn yaml_is_refused_as_a_source_of_records() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    fs::write(at("bomb.yaml"), "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n").expect("written");
    let done = mapwright().arg("convert").args([at("bomb.yaml"), at("out.csv")]).output().expect("run");
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(told.contains("YAML") && told.contains("csv:") && !at("out.csv").exists(), "{told}");
    let done = mapwright().arg("convert").arg(format!("csv:{}", at("bomb.yaml").display())).arg(at("out.csv")).output();
    assert_eq!(done.expect("run").status.code(), Some(0));
}

/// What `convert` makes of files of which published test suites say different things, and why.
#[test]
fn files_without_values_are_converted_as_they_are() {
    // (input, exit, output, why)
    let cases = [
        ("foo\n\n", 0, Some("foo\n\"\"\n"), "one column: a blank line is an empty value"),
        ("\n\n", 0, Some("\"\"\n\"\"\n"), "the same, without a header"),
        ("a,b\n1,2\n\n\n", 0, Some("a,b\n1,2\n"), "several columns: a blank line holds no record of them"),
        ("foo,bar,baz", 0, Some("foo,bar,baz\n"), "csv-test-data wants nothing here, Pollock the header: it is kept"),
        ("foo,bar,baz\r\n", 0, Some("foo,bar,baz\n"), "a line end at the end of the file says nothing"),
        ("", 3, None, "no bytes are no table"),
    ];
    for (input, exit, output, why) in cases {
        let home = tempfile::tempdir().expect("a folder");
        let (from, to) = (home.path().join("in.csv"), home.path().join("out.csv"));
        fs::write(&from, input).expect("written");
        let done = mapwright().arg("convert").args([&from, &to]).output().expect("run");
        assert_eq!(done.status.code(), Some(exit), "{input:?}: {}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(fs::read_to_string(&to).ok().as_deref(), output, "{input:?}: {why}");
    }
}
