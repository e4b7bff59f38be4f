//! `mapwright check` and `mapwright test` from outside.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn mapwright(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("mapwright").expect("the program");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// A folder with a source of four records and a profile; `field` is the line of the field `Mail`.
fn folder(field: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("people.csv"), "id,name,mail\n1,Ada,a@x.org\n2,Bob,nope\n3,,c@x.org\n1,Ada,a@x.org\n")
        .expect("written");
    let profile = format!(
        "mapwright: 1\nsource: people.csv\ntarget: out.csv\nobjects:\n  - to: Person\n    duplicates: id\n    fields:\n      Name: {{ value: name, required: true }}\n      Mail: {field}\n    examples:\n      - given: {{ name: Ada, mail: A@X.ORG }}\n        expect: {{ Name: Ada, Mail: a@x.org }}\n      - given: {{ mail: nope }}\n        errors: [Name:required, Mail:pattern]\n"
    );
    fs::write(folder.path().join("p.yaml"), profile).expect("written");
    folder
}

const GOOD: &str = "{ value: mail | lower, pattern: '.+@.+' }";

#[test]
fn a_check_counts_what_every_record_comes_to_and_writes_nothing() {
    let folder = folder(GOOD);
    let (code, out, _) = mapwright(folder.path(), &["check", "p.yaml"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("4 records read, 1 good, 2 rejected, 1 duplicate, 0 filtered"), "{out}");
    assert!(out.contains("Mail:pattern") && out.contains("`nope`"), "{out}");
    assert!(out.ends_with("2 of 4 records do not pass its checks.\n"), "{out}");
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).expect("there").map(|entry| entry.expect("one").file_name()).collect();
    names.sort();
    assert_eq!(names, ["p.yaml", "people.csv"]);
}

#[test]
fn a_mistake_in_the_profile_is_shown_under_its_characters() {
    let folder = folder("mial | lower");
    let (code, out, _) = mapwright(folder.path(), &["check", "p.yaml"]);
    assert_eq!(code, 2);
    assert!(out.contains("p.yaml:9:13"), "{out}");
    assert!(out.contains("9 |       Mail: mial | lower\n  |             ^^^^\n  = did you mean `mail`?"), "{out}");
    let (code, out, _) = mapwright(folder.path(), &["check", "p.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &json["issues"][0]["line"], &json["issues"][0]["severity"]), (2, &9.into(), &"error".into()));
    assert!(json["objects"].is_null());
}

#[test]
fn a_form_error_has_exit_code_two_and_its_place_too() {
    let folder = folder("{ value: mail, requird: true }");
    for command in ["check", "test"] {
        let (code, _, error) = mapwright(folder.path(), &[command, "p.yaml"]);
        assert_eq!(code, 2, "{command}");
        assert!(error.contains("p.yaml:9:28") && error.contains("did you mean `required`?"), "{error}");
    }
}

#[test]
fn records_can_be_left_unread_and_systems_unopened() {
    let folder = folder(GOOD);
    let (code, out, _) = mapwright(folder.path(), &["check", "p.yaml", "--no-records"]);
    assert_eq!((code, out.as_str()), (0, "The profile is in order.\n"));
    fs::remove_file(folder.path().join("people.csv")).expect("removed");
    let (code, _, error) = mapwright(folder.path(), &["check", "p.yaml"]);
    assert_eq!(code, 1);
    assert!(error.contains("people.csv"), "{error}");
    let (code, _, _) = mapwright(folder.path(), &["check", "p.yaml", "--text-only"]);
    assert_eq!(code, 0);
}

#[test]
fn the_target_s_schema_is_checked_where_it_is_given() {
    let folder = folder(GOOD);
    let sql = "CREATE TABLE Person (Name VARCHAR(80) NOT NULL, Mail VARCHAR(80), Phone VARCHAR(20) NOT NULL);";
    fs::write(folder.path().join("target.sql"), sql).expect("written");
    let (code, out, _) = mapwright(folder.path(), &["check", "p.yaml", "--target", "schema:target.sql"]);
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("`Person` needs `Phone`, and nothing fills it"), "{out}");
}

#[test]
fn examples_pass_or_tell_the_difference() {
    let folder = folder(GOOD);
    let (code, out, _) = mapwright(folder.path(), &["test", "p.yaml"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.ends_with("2 of 2 examples passed\n"), "{out}");
    let folder = self::folder("{ value: mail, pattern: '.+@.+' }");
    let (code, out, _) = mapwright(folder.path(), &["test", "p.yaml"]);
    assert_eq!(code, 3);
    assert!(
        out.contains("FAILED  Person, example 1 (line 11)\n        Mail: `A@X.ORG` came out, `a@x.org` was expected"),
        "{out}"
    );
    let (_, out, _) = mapwright(folder.path(), &["test", "p.yaml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &1.into()));
}
