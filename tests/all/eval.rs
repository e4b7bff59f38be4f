//! `mapwright eval` and `mapwright functions` from outside.

use std::fs;

use assert_cmd::Command;

fn mapwright(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("mapwright").expect("the program").args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn contacts(folder: &tempfile::TempDir) -> String {
    let path = folder.path().join("contacts.csv");
    let records = "name,phone,region\n\" Ada\nKing \",030 901820,DE\n,12,DE\nBob,+1 650 253 0000 x7,\n";
    fs::write(&path, records).expect("a file");
    path.display().to_string()
}

#[test]
fn every_record_has_one_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = contacts(&folder);
    let (code, out, _) = mapwright(&["eval", "phone | phone(region)", "--input", &file, "--format", "csv"]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "_row,value,finding\n1,+4930901820,\n2,,phone: `12` is no phone number that can exist\n3,+16502530000;ext=7,\n"
    );
    let (code, out, _) = mapwright(&["eval", "name | collapse", "--input", &file, "--format", "json"]);
    assert_eq!(code, 0);
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0], serde_json::json!({ "_row": 1, "value": "Ada King", "finding": null }));
    assert_eq!(lines[1], serde_json::json!({ "_row": 2, "value": null, "finding": null }));
    assert_eq!(lines.len(), 3);
    let (_, out, _) = mapwright(&["eval", "name | trim", "--input", &file, "--limit", "1"]);
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn an_expression_can_stand_alone() {
    let (code, out, _) = mapwright(&["eval", "'  ADA ' | trim | lower"]);
    assert_eq!((code, out.as_str()), (0, "ada\n"));
}

#[test]
fn mistakes_are_shown_under_their_characters() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, out, err) = mapwright(&["eval", "nmae | trmi", "--input", &contacts(&folder)]);
    assert_eq!((code, out.as_str()), (2, ""));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines[0], "error: there is no source field `nmae`; did you mean `name`?");
    assert_eq!(lines[1..3], ["  nmae | trmi", "  ^^^^"]);
    assert_eq!(lines[5], "         ^^^^");
    let (code, _, err) = mapwright(&["eval", "a", "--input", "/nowhere/at/all.csv"]);
    assert_ne!(code, 0);
    assert!(err.contains("/nowhere/at/all.csv"), "{err}");
}

#[test]
fn functions_are_listed_and_found() {
    let (code, out, _) = mapwright(&["functions"]);
    assert_eq!(code, 0);
    assert!(out.contains("title_name(name)") && out.contains("Date and time"));
    let (_, out, _) = mapwright(&["functions", "e-mail"]);
    assert!(out.contains("email_domain(text)") && !out.contains("title_name"));
    let (code, _, err) = mapwright(&["functions", "trmi"]);
    assert_eq!(code, 1);
    assert!(err.contains("did you mean `trim`?"), "{err}");
}
