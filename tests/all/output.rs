//! How target files are written: encodings, quotes, line ends, spreadsheets, parts; from the command line, with a run's
//! ledger, and read back.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use parquet::file::reader::{FileReader, SerializedFileReader};

fn mapwright(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mapwright")).args(args).current_dir(home).env("HOME", home).output().expect("run")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn home(source: &str, profile: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("in.csv"), source).expect("written");
    fs::write(home.path().join("profile.yaml"), format!("mapwright: 1\nsource: in.csv\n{profile}")).expect("written");
    home
}

const PEOPLE: &str = "id,name\n1,Zoë\n2,Łucja\n3,\"O'Neil €\"\n4,日本\n5,plain\n";
const FIELDS: &str = "objects:\n  - to: out\n    write: replace\n    fields: { Id: id, Name: name }\n";

#[test]
fn characters_that_do_not_fit_reject_their_record_and_are_named() {
    let home = home(PEOPLE, &format!("target: {{ path: out.csv, encoding: windows-1252 }}\n{FIELDS}"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert!(done.status.success(), "{}", words(&done));
    let said = words(&done);
    assert!(said.contains("U+0141") && said.contains("windows-1252"), "{said}");
    assert_eq!(fs::read(home.path().join("out.csv")).unwrap(), b"Id,Name\n1,Zo\xeb\n3,O'Neil \x80\n5,plain\n");
    let rejects = fs::read_to_string(home.path().join("run/rejects.csv")).unwrap();
    assert_eq!(rejects, "_row,_errors,id,name\n2,Name:encoding,2,Łucja\n4,Name:encoding,4,日本\n");
    let verified = mapwright(home.path(), &["verify", "profile.yaml"]);
    assert!(verified.status.success(), "{}", words(&verified));
    // The check finds them without writing anything.
    let checked = mapwright(home.path(), &["check", "profile.yaml"]);
    assert!(words(&checked).contains("Name:encoding"), "{}", words(&checked));
}

#[test]
fn what_stands_for_such_characters_only_does_where_the_profile_says_so() {
    let target = "target: { path: out.csv, encoding: windows-1252, unfit: '?', line_ends: crlf }";
    let home = home(PEOPLE, &format!("{target}\n{FIELDS}"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert!(done.status.success(), "{}", words(&done));
    let written = fs::read(home.path().join("out.csv")).unwrap();
    assert_eq!(written, b"Id,Name\r\n1,Zo\xeb\r\n2,?ucja\r\n3,O'Neil \x80\r\n4,??\r\n5,plain\r\n");
    fs::write(
        home.path().join("profile.yaml"),
        format!(
            "mapwright: 1\nsource: in.csv\ntarget: {{ path: out.csv, encoding: windows-1252, unfit: 日 }}\n{FIELDS}"
        ),
    )
    .unwrap();
    let refused = mapwright(home.path(), &["run", "profile.yaml", "--out", "again"]);
    assert_eq!(refused.status.code(), Some(2), "{}", words(&refused));
}

#[test]
fn a_header_that_does_not_fit_is_refused_before_a_record_is_read() {
    let fields = "objects:\n  - to: out\n    fields: { Id: id, Имя: name }\n";
    let home = home(PEOPLE, &format!("target: {{ path: out.csv, encoding: windows-1252 }}\n{fields}"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(words(&done).contains("`Имя` cannot be named in the header"), "{}", words(&done));
    assert!(!home.path().join("out.csv").exists() && !home.path().join("run").exists());
}

#[test]
fn convert_refuses_what_does_not_fit_with_record_and_character() {
    let home = home(PEOPLE, "");
    let done = mapwright(home.path(), &["convert", "in.csv", "out.csv", "--to-encoding", "windows-1252"]);
    assert_eq!(done.status.code(), Some(1));
    let said = words(&done);
    assert!(said.contains("2 records") && said.contains("record 2, `name`") && said.contains("`Ł`"), "{said}");
    assert!(!home.path().join("out.csv").exists());
    let long = format!("id,name\n1,ok\n2,{}\n", "x".repeat(32_768));
    fs::write(home.path().join("long.csv"), long).unwrap();
    let done = mapwright(home.path(), &["convert", "long.csv", "out.xlsx"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(words(&done).contains("record 2, `name`"), "{}", words(&done));
}

/// Cells as people give them to a spreadsheet, and worse.
const FORMULAS: &[&str] = &[
    "=1+1",
    "'=1+1",
    "''=x",
    "-5",
    "-1,234.50",
    "+49 30 123456",
    "+1 (650) 253-0000",
    "-cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1+cmd",
    "\t=1",
    "'tis",
    "O'Neil",
    "-",
    "＝1+1",
    "=HYPERLINK(\"http://x\",\"a\nb\")",
    "5%",
    "007",
];

#[test]
fn spreadsheet_safe_files_come_back_as_they_were_in_every_form() {
    let home = tempfile::tempdir().expect("a folder");
    let mut writer = csv::Writer::from_path(home.path().join("in.csv")).unwrap();
    writer.write_record(["id", "=name"]).unwrap();
    for (number, value) in FORMULAS.iter().enumerate() {
        writer.write_record([&number.to_string(), *value]).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    let before = fs::read(home.path().join("in.csv")).unwrap();
    for form in [
        &["--quoting", "all"][..],
        &["--quoting", "non-numeric", "--line-ends", "crlf", "--bom"],
        &["--to-delimiter", ";", "--to-encoding", "utf-16le"],
        &["--to-delimiter", "tab", "--to-encoding", "utf-32be", "--line-ends", "crlf"],
        &["--line-ends", "cr"],
    ] {
        let mut args = vec!["convert", "in.csv", "safe.csv", "--as-is", "--spreadsheet-safe"];
        args.extend(form);
        let done = mapwright(home.path(), &args);
        assert!(done.status.success(), "{form:?}: {}", words(&done));
        let back = mapwright(home.path(), &["convert", "safe.csv", "back.csv", "--as-is", "--from-spreadsheet-safe"]);
        assert!(back.status.success(), "{form:?}: {}", words(&back));
        let after = fs::read(home.path().join("back.csv")).unwrap();
        assert_eq!(String::from_utf8_lossy(&after), String::from_utf8_lossy(&before), "{form:?}");
    }
    let mut args = vec!["convert", "in.csv", "safe.csv", "--as-is", "--spreadsheet-safe"];
    args.extend(["--to-delimiter", "|"]);
    mapwright(home.path(), &args);
    let text = fs::read_to_string(home.path().join("safe.csv")).unwrap();
    assert!(text.starts_with("id|'=name\n0|'=1+1\n1|''=1+1\n2|'''=x\n3|-5\n"), "{text}");
}

#[test]
fn a_split_target_is_named_part_by_part_and_reads_back() {
    let people: String = (0..250).map(|n| format!("{n},\"Name\n{n}\"\n")).collect();
    let target = "target: { path: out/people.csv, split: 100 rows }";
    let home = home(&format!("id,name\n{people}"), &format!("{target}\n{FIELDS}"));
    fs::create_dir(home.path().join("out")).unwrap();
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert!(done.status.success(), "{}", words(&done));
    assert!(words(&done).contains("people-003.csv: 50 records"), "{}", words(&done));
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path().join("run/report.json")).unwrap()).unwrap();
    let parts = report["objects"][0]["target_files"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| part["records"].as_u64().unwrap()).collect::<Vec<_>>(), [100, 100, 50]);
    let manifest = fs::read_to_string(home.path().join("run/manifest.json")).unwrap();
    assert!(manifest.contains("people-002.csv"));
    for (page, wanted) in [("report.md", "people-002.csv"), ("report.html", "people-003.csv")] {
        assert!(fs::read_to_string(home.path().join("run").join(page)).unwrap().contains(wanted), "{page}");
    }
    let verified = mapwright(home.path(), &["verify", "profile.yaml"]);
    assert!(verified.status.success() && words(&verified).contains("250"), "{}", words(&verified));
    // What is there is not written over by an insert, and a part that is missing shows.
    fs::remove_file(home.path().join("out/people-002.csv")).unwrap();
    let verified = mapwright(home.path(), &["verify", "profile.yaml"]);
    assert_ne!(verified.status.code(), Some(0), "{}", words(&verified));
    let profile =
        fs::read_to_string(home.path().join("profile.yaml")).unwrap().replace("write: replace", "write: insert");
    fs::write(home.path().join("profile.yaml"), profile).unwrap();
    let refused = mapwright(home.path(), &["run", "profile.yaml", "--out", "again"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(words(&refused).contains("people-001.csv"), "{}", words(&refused));
}

#[test]
fn settings_without_effect_are_refused() {
    for (target, word) in [
        ("{ path: out.xlsx, quoting: all }", "quoting"),
        ("{ path: out.json, spreadsheet_safe: true }", "spreadsheet_safe"),
        ("{ path: out.csv, bom: true, encoding: windows-1252 }", "byte-order mark"),
        ("{ path: out.csv, quote: none }", "quote"),
        ("{ path: out.db, split: 5 rows }", "split"),
        ("{ path: out.xlsx, split: 5 MB }", "rows"),
    ] {
        let home = home(PEOPLE, &format!("target: {target}\n{FIELDS}"));
        let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
        assert_eq!(done.status.code(), Some(2), "{target}: {}", words(&done));
        assert!(words(&done).contains(word), "{target}: {}", words(&done));
    }
    let home = home(PEOPLE, &format!("target: {{ path: out.csv, split: often, quoting: some }}\n{FIELDS}"));
    let done = mapwright(home.path(), &["check", "profile.yaml"]);
    assert!(words(&done).contains("50000 rows") && words(&done).contains("non-numeric"), "{}", words(&done));
}

const MIXED: &str = "id,name\n1,Ann\n2,\n3,\"B, \"\"ob\"\"\"\n1,Ann again\n9,gone\n4,x,too many\n";
const MIXED_FIELDS: &str = "objects:\n  - to: out\n    key: Id\n    write: WRITE\n    where: id != \"9\"\n    duplicates: id\n    fields: { Id: id, Name: { value: name, required: true } }\n";

fn result(home: &Path, start: &str) -> String {
    let found: Vec<_> = fs::read_dir(home.join("run"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(start))
        .collect();
    assert_eq!(found.len(), 1, "{start}: {found:?}");
    fs::read_to_string(&found[0]).unwrap()
}

#[test]
fn result_files_hold_every_record_once_and_under_its_own_reason() {
    let profile = |target: &str, write: &str| format!("target: {target}\n{}", MIXED_FIELDS.replace("WRITE", write));
    let home = home(MIXED, &profile("out.csv", "replace"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--results", "data-loader"]);
    assert!(done.status.success(), "{}", words(&done));
    let success = "ID,id,name,STATUS\n1,1,Ann,Item Created\n3,3,\"B, \"\"ob\"\"\",Item Created\n";
    assert_eq!(result(home.path(), "success"), success);
    let errors = result(home.path(), "error");
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines[0], "id,name,ERROR");
    assert!(lines[1].starts_with("2,,") && lines[1].contains("Name: the value is missing"), "{errors}");
    assert!(lines[2].starts_with("1,Ann again,") && lines[2].contains("same key"), "{errors}");
    assert!(lines[3].starts_with("4,x,too many,"), "{errors}");
    assert_eq!(lines.len(), 4);
    let manifest = fs::read_to_string(home.path().join("run/manifest.json")).unwrap();
    assert!(manifest.contains("success") && manifest.contains("\"error"), "{manifest}");
    for (whose, start, head) in [
        ("hubspot", "errors", "Line number,id,name,Error code,Error message\n3,2,,REQUIRED,\"Name: "),
        ("pipedrive", "skipped", "Skip reason,id,name\n\"Name: "),
    ] {
        fs::remove_dir_all(home.path().join("run")).unwrap();
        let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--results", whose]);
        assert!(done.status.success(), "{}", words(&done));
        assert!(result(home.path(), start).starts_with(head), "{}", result(home.path(), start));
    }
    // A database says what it did with each; a dry run writes nothing, so nothing succeeded.
    fs::remove_dir_all(home.path().join("run")).unwrap();
    let text = format!("mapwright: 1\nsource: in.csv\n{}", profile("sqlite:crm.db", "upsert"));
    fs::write(home.path().join("profile.yaml"), text).unwrap();
    let db = rusqlite::Connection::open(home.path().join("crm.db")).unwrap();
    db.execute_batch("CREATE TABLE out (Id TEXT PRIMARY KEY, Name TEXT); INSERT INTO out VALUES ('1', 'Old')").unwrap();
    drop(db);
    let done =
        mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--results", "data-loader", "--dry-run"]);
    assert!(done.status.success(), "{}", words(&done));
    assert!(
        !fs::read_dir(home.path().join("run")).unwrap().any(|one| one
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("success"))
    );
    fs::remove_dir_all(home.path().join("run")).unwrap();
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--results", "data-loader"]);
    assert!(done.status.success(), "{}", words(&done));
    let success = result(home.path(), "success");
    assert!(success.contains(",1,Ann,Item Updated\n") && success.contains("Item Created\n"), "{success}");
}

/// Another target keeps what the profile pins, where its format can; what it cannot is told.
#[test]
fn a_target_given_instead_is_written_as_the_profile_says() {
    let target = "target: { path: out.csv, delimiter: ';', encoding: windows-1252, unfit: '?', line_ends: crlf }";
    let home = home(PEOPLE, &format!("{target}\n{FIELDS}"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--target", "other.csv"]);
    assert!(done.status.success() && !words(&done).contains("left out"), "{}", words(&done));
    let written = fs::read(home.path().join("other.csv")).unwrap();
    assert_eq!(written, b"Id;Name\r\n1;Zo\xeb\r\n2;?ucja\r\n3;O'Neil \x80\r\n4;??\r\n5;plain\r\n");
    assert!(!home.path().join("out.csv").exists());
    // Read back with the same settings; what `?` stands for is not there as the profile makes it.
    let verified = mapwright(home.path(), &["verify", "profile.yaml", "--target", "other.csv"]);
    assert!(words(&verified).contains("3 of 5 records"), "{}", words(&verified));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "again", "--target", "other.ndjson"]);
    assert!(done.status.success(), "{}", words(&done));
    let said = words(&done);
    assert!(said.contains("`delimiter`, `encoding`, `line_ends`, `unfit` mean nothing in this format"), "{said}");
    assert!(fs::read_to_string(home.path().join("other.ndjson")).unwrap().contains("Łucja"));
}

/// Another source is read as the profile says: this week's export has the delimiter of last week's.
#[test]
fn a_source_given_instead_is_read_as_the_profile_says() {
    let home = home(PEOPLE, "target: out.csv\nobjects:\n  - fields: { Id: id, Name: name }\n");
    let profile = "mapwright: 1\nsource: { path: in.csv, delimiter: '||', encoding: windows-1252 }\ntarget: out.csv\n";
    fs::write(home.path().join("profile.yaml"), format!("{profile}{FIELDS}")).unwrap();
    fs::write(home.path().join("week.csv"), b"id||name\n1||Zo\xeb | \"x\"\n").unwrap();
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run", "--source", "week.csv"]);
    assert!(done.status.success(), "{}", words(&done));
    assert_eq!(fs::read_to_string(home.path().join("out.csv")).unwrap(), "Id,Name\n1,\"Zoë | \"\"x\"\"\"\n");
}

#[test]
fn delimiters_of_several_characters_are_written_and_read_back() {
    let text = "id,a,b\n1,x|,|y\n2,p||q,\"r,s\"\n3,,|\n4,\"say \"\"||\"\"\",\"two\nlines\"\n";
    let home = home(text, "");
    for delimiter in ["||", ", ", "~|~", "::"] {
        let done = mapwright(home.path(), &["convert", "in.csv", "there.txt", "--to-delimiter", delimiter, "--as-is"]);
        assert!(done.status.success(), "{}", words(&done));
        let there = fs::read_to_string(home.path().join("there.txt")).unwrap();
        assert!(there.starts_with(&format!("id{delimiter}a{delimiter}b\n")), "{there}");
        let back = ["convert", "there.txt", "back.csv", "--delimiter", delimiter, "--as-is"];
        let done = mapwright(home.path(), &back);
        assert!(done.status.success(), "{}", words(&done));
        assert_eq!(fs::read_to_string(home.path().join("back.csv")).unwrap(), text, "{delimiter}: {there}");
    }
    // Records are added with the delimiter that is there.
    fs::write(home.path().join("there.txt"), "Id||Name\n9||before\n").unwrap();
    let fields = "objects:\n  - { write: append, fields: { Id: id, Name: a } }\n";
    let target = "target: { path: there.txt, delimiter: '||' }\n";
    fs::write(home.path().join("profile.yaml"), format!("mapwright: 1\nsource: in.csv\n{target}{fields}")).unwrap();
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert!(done.status.success(), "{}", words(&done));
    let there = fs::read_to_string(home.path().join("there.txt")).unwrap();
    assert!(there.starts_with("Id||Name\n9||before\n1||\"x|\"\n2||\"p||q\"\n3||\n4||"), "{there}");
}

const TYPED: &str = "objects:\n  - to: out\n    write: replace\n    fields:\n      id: { value: id, type: integer }\n      paid: { value: paid, type: decimal }\n      open: { value: open, type: boolean }\n      since: { value: since, type: date }\n      seen: { value: seen, type: datetime }\n      zip: zip\n";

#[test]
fn parquet_columns_have_the_types_that_the_profile_says() {
    let rows = "id,paid,open,since,seen,zip\n1,12.50,true,2024-02-29,2026-11-21T09:30:00Z,00501\n\
                007,1.00,false,2024-02-28,2026-11-21T09:30:00Z,x\n99999999999999999999,1.00,,,,\n3,,,,2026-11-21T10:00:00.25Z,\n";
    let home = home(rows, &format!("target: out.parquet\n{TYPED}"));
    let done = mapwright(home.path(), &["run", "profile.yaml", "--out", "run"]);
    assert!(done.status.success(), "{}", words(&done));
    // What the column would not give back as it is goes no further, and is told why.
    assert!(words(&done).contains("would not give the value back as it is"), "{}", words(&done));
    let rejects = fs::read_to_string(home.path().join("run/rejects.csv")).unwrap();
    let codes: Vec<&str> = rejects.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(codes, ["id:format", "id:format"]);
    let file = SerializedFileReader::new(fs::File::open(home.path().join("out.parquet")).unwrap()).unwrap();
    let columns = file.metadata().file_metadata().schema_descr().columns().to_vec();
    let types: Vec<String> = columns
        .iter()
        .map(|column| match column.logical_type_ref() {
            Some(logical) => {
                format!("{:?} {:?}", column.physical_type(), logical).split(['(', '{']).next().unwrap().to_owned()
            }
            None => format!("{:?}", column.physical_type()),
        })
        .collect();
    assert_eq!(types, ["INT64", "INT64 Decimal", "BOOLEAN", "INT32 Date", "INT64 Timestamp", "BYTE_ARRAY String"]);
    let verified = mapwright(home.path(), &["verify", "profile.yaml"]);
    assert!(verified.status.success(), "{}", words(&verified));
    let back = mapwright(home.path(), &["convert", "out.parquet", "back.csv"]);
    assert!(back.status.success(), "{}", words(&back));
    let back = fs::read_to_string(home.path().join("back.csv")).unwrap();
    let wanted = "id,paid,open,since,seen,zip\n1,12.50,true,2024-02-29,2026-11-21T09:30:00Z,00501\n3,,,,2026-11-21T10:00:00.25Z,\n";
    assert_eq!(back, wanted);
    // From Parquet to Parquet the types stay.
    assert!(mapwright(home.path(), &["convert", "out.parquet", "again.parquet"]).status.success());
    let again = SerializedFileReader::new(fs::File::open(home.path().join("again.parquet")).unwrap()).unwrap();
    assert_eq!(again.metadata().file_metadata().schema_descr().columns(), columns);
}
