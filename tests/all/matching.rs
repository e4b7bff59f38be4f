//! `match`, `suggest` and `memory` as an operator runs them.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit code, standard output and standard error of mapwright run in a folder.
fn mapwright(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .output()
        .expect("mapwright starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (done.status.code().unwrap_or(-1), text(done.stdout), text(done.stderr))
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let source = "Vorname;Nachname;E-Mail;Status;Ort\nAda;King;ada@x.org;aktiv;Bonn\nBo;Li;bo@y.de;inaktiv;Ulm\n";
    fs::write(home.path().join("kontakte.csv"), source).expect("written");
    let target = "CREATE TABLE Contact (FirstName TEXT, LastName TEXT NOT NULL, Email TEXT, City TEXT, \
                  Status TEXT CHECK (Status IN ('Active', 'Inactive')));";
    fs::write(home.path().join("crm.sql"), target).expect("written");
    home
}

#[test]
fn schemas_in_and_scored_matches_out() {
    let home = home();
    let source = r#"{"entity": "Kontakt", "fields": [{"name": "Vorname"}, {"name": "PLZ"}, {"name": "E-Mail"}]}"#;
    let target = r#"{"entity": "Contact", "fields": [{"name": "zip"}, {"name": "first_name"}, {"name": "email", "type": "email"}]}"#;
    fs::write(home.path().join("s.json"), source).expect("written");
    fs::write(home.path().join("t.json"), target).expect("written");
    let (code, out, err) = mapwright(
        home.path(),
        &["match", "--source-schema", "s.json", "--target-schema", "t.json", "--format", "json"],
    );
    assert_eq!(code, 0, "{err}");
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let first = &answer["candidates"][0];
    assert_eq!((&first["source"], &first["ranked"][0]["target"]), (&"Vorname".into(), &"first_name".into()));
    assert!(first["ranked"][0]["why"][0].as_str().is_some_and(|why| why.contains("German")));
    assert_eq!(answer["mapping"].as_array().map(Vec::len), Some(3));

    let (code, _, err) =
        mapwright(home.path(), &["match", "--source-schema", "nope.json", "--target-schema", "t.json"]);
    assert!(code == 1 && err.contains("nope.json"), "{err}");
    fs::write(home.path().join("s.json"), "{\"entity\": 1").expect("written");
    let (code, _, err) = mapwright(home.path(), &["match", "--source-schema", "s.json", "--target-schema", "t.json"]);
    assert!(code == 1 && err.contains("s.json") && err.contains("line 1"), "{err}");
}

#[test]
fn suggestions_become_a_profile_and_a_reviewed_profile_is_learned() {
    let home = home();
    let (code, out, err) = mapwright(home.path(), &["suggest", "kontakte.csv", "crm.sql", "--profile", "crm.yaml"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("LastName") && out.contains("Nachname") && out.contains("accept"), "{out}");
    let profile = fs::read_to_string(home.path().join("crm.yaml")).expect("a profile");
    for line in ["FirstName: Vorname", "Nachname", "aktiv: Active", "inaktiv: Inactive"] {
        assert!(profile.contains(line), "no `{line}` in\n{profile}");
    }
    let (code, _, err) = mapwright(home.path(), &["suggest", "kontakte.csv", "crm.sql", "--profile", "crm.yaml"]);
    assert!(code != 0 && err.contains("--force"), "{err}");

    let changed = profile.replace("FirstName: Vorname", "FirstName: Ort");
    fs::write(home.path().join("crm.yaml"), changed).expect("written");
    let (code, out, err) = mapwright(home.path(), &["memory", "learn", "crm.yaml"]);
    assert!(code == 0 && out.contains("Learned"), "{out}{err}");
    let (_, out, _) = mapwright(home.path(), &["memory", "list"]);
    assert!(out.contains("confirmed  Ort -> FirstName   (crm.yaml)"), "{out}");
    let (_, out, _) = mapwright(home.path(), &["suggest", "kontakte.csv", "crm.sql"]);
    assert!(out.contains("confirmed before in crm.yaml"), "{out}");
    let (_, out, _) = mapwright(home.path(), &["memory", "forget", "--source", "Ort", "--target", "FirstName"]);
    assert_eq!(out, "Forgot 1 decisions.\n");
    let (code, _, err) = mapwright(home.path(), &["memory", "forget"]);
    assert!(code != 0 && err.contains("--source"), "{err}");
}

#[test]
fn a_target_without_fields_says_what_to_give() {
    let home = home();
    let (code, _, err) = mapwright(home.path(), &["suggest", "kontakte.csv", "nothing.csv"]);
    assert!(code != 0 && err.contains("template:salesforce"), "{err}");
    let (code, _, err) = mapwright(home.path(), &["suggest", "kontakte.csv", "crm.sql", "--to", "Nope"]);
    assert!(code != 0 && err.contains("Nope"), "{err}");
}
