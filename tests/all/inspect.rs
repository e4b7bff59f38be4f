//! `mapwright inspect` from outside.

use std::path::Path;
use std::process::{Command, Output};

fn inspect(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mapwright"));
    let command = command.arg("inspect").args(arguments).current_dir(folder).env("LANG", "C.UTF-8");
    command.stdin(std::process::Stdio::null()).output().expect("mapwright starts")
}

fn text(folder: &Path, arguments: &[&str]) -> String {
    let output = inspect(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn crm() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut contacts = String::from("id,email,born,note\n");
    for number in 1..=40 {
        let note = if number == 1 { "\u{1b}[31mred\u{202e}" } else { "plain" };
        contacts.push_str(&format!("{number:05},p{number}@example.org,{:02}.11.1980,{note}\n", number % 28 + 1));
    }
    std::fs::write(folder.path().join("contacts.csv"), contacts).expect("written");
    folder
}

#[test]
fn every_field_with_its_type_and_evidence() {
    let folder = crm();
    let out = text(folder.path(), &["contacts.csv"]);
    for says in [
        "contacts.csv: 40 records, 4 fields",
        "integer-looking, but 40 values have leading zeros: kept as text",
        "e-mail: all 40 look like addresses",
        "date: all 40 look like DD.MM.YYYY",
        "`99.99.9999` 40",
    ] {
        assert!(out.contains(says), "`{says}` is missing:\n{out}");
    }
}

#[test]
fn nothing_of_a_cell_reaches_the_terminal_raw() {
    let folder = crm();
    let out = text(folder.path(), &["contacts.csv"]);
    assert!(out.contains("␛[31mred⟨U+202E⟩"), "{out}");
    assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'));
}

#[test]
fn json_has_every_figure_of_a_prefix() {
    let folder = crm();
    let out = text(folder.path(), &["contacts.csv", "--format", "json", "--records", "7"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let object = &json["objects"][0];
    assert_eq!(object["records"], 7);
    assert_eq!(object["complete"], false);
    assert_eq!(object["fields"][1]["name"], "email");
    assert_eq!(object["fields"][1]["filled"], 7);
    assert_eq!(object["fields"][2]["inference"]["format"], "DD.MM.YYYY");
    let text = text(folder.path(), &["contacts.csv", "--records", "7"]);
    assert!(text.contains("the first 7 records") && text.contains("--all"), "{text}");
}

#[test]
fn schemas_show_what_they_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("t.sql"), "CREATE TABLE t (a VARCHAR(9) NOT NULL)").expect("written");
    assert!(text(folder.path(), &["t.sql"]).contains("required; up to 9 characters"));
    let lead = text(folder.path(), &["template:salesforce/Lead"]);
    assert!(lead.contains("LastName") && !lead.contains("StageName"));
}

#[test]
fn what_is_not_there_is_named() {
    let folder = crm();
    for (arguments, code, says) in [
        (&["nowhere.csv"][..], 1, "nowhere.csv: there is no such file"),
        (&["contacts.csv", "--object", "contact.csv"], 2, "Did you mean `contacts.csv`?"),
        (&["template:salesforse"], 2, "Did you mean `salesforce`?"),
        (&["."], 0, "contacts.csv"),
    ] {
        let output = inspect(folder.path(), arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
