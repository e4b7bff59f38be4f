//! `match`, `suggest` and `memory` as an operator runs them.

use std::collections::HashSet;
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

/// The answer of `match` for two schemas given as JSON.
fn matched(source: &serde_json::Value, target: &serde_json::Value) -> serde_json::Value {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("s.json"), source.to_string()).expect("written");
    fs::write(home.path().join("t.json"), target.to_string()).expect("written");
    let arguments = ["match", "--source-schema", "s.json", "--target-schema", "t.json", "--format", "json"];
    let (code, out, err) = mapwright(home.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn whatever_the_names_are_the_answer_keeps_its_form() {
    let names = |names: &[&str]| {
        let fields: Vec<_> = names.iter().map(|name| serde_json::json!({"name": name})).collect();
        serde_json::json!({"entity": "x", "fields": fields})
    };
    let long = "customer_".repeat(1_200);
    let hostile =
        names(&["", "", "same", "same", "same", "\u{0}\u{1b}[2J\u{202e}", &long, "日本語", "🙂", "1", "Email"]);
    let many: Vec<String> = (0..400).map(|at| format!("field {}", at % 150)).collect();
    let many = names(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let pairs = [(&hostile, &hostile), (&hostile, &many), (&names(&["Email"]), &hostile), (&names(&[]), &hostile)];
    for (source, target) in pairs {
        let answer = matched(source, target);
        let unique = |list: &[&serde_json::Value]| list.iter().map(|one| one.to_string()).collect::<HashSet<_>>().len();
        let mapping = answer["mapping"].as_array().expect("a list");
        for side in ["source", "target"] {
            let listed: Vec<_> = mapping.iter().map(|pair| &pair[side]).collect();
            assert_eq!(unique(&listed), listed.len());
        }
        for candidate in answer["candidates"].as_array().expect("a list") {
            let ranked = candidate["ranked"].as_array().expect("a list");
            let listed: Vec<_> = ranked.iter().map(|one| &one["target"]).collect();
            assert_eq!(unique(&listed), listed.len());
            assert!(ranked.is_sorted_by(|a, b| a["score"].as_f64() >= b["score"].as_f64()), "{ranked:?}");
            assert!(ranked.iter().all(|one| one["why"][0].as_str().is_some_and(|why| !why.is_empty())));
        }
    }
}

#[test]
fn compounds_constants_and_values_stand_under_keys_of_their_own() {
    let source = serde_json::json!({"entity": "Kunden", "fields": [
        {"name": "Ansprechpartner"}, {"name": "Straße"}, {"name": "Hausnummer"},
        {"name": "Land", "samples": ["DE", "FR"]}]});
    let target = serde_json::json!({"entity": "Customer", "fields": [
        {"name": "Street"}, {"name": "Country", "type": "picklist", "options": ["Germany", "France"]},
        {"name": "Edition", "required": true, "options": ["Standard"]}, {"name": "Contact"}]});
    let answer = matched(&source, &target);
    assert_eq!(answer["compounds"][0]["sources"], serde_json::json!(["Straße", "Hausnummer"]));
    assert_eq!(answer["compounds"][0]["targets"][0][0], "Street");
    assert_eq!(answer["constants"][0]["target"], "Edition");
    assert_eq!(answer["constants"][0]["value"], "Standard");
    let mapping = answer["mapping"].as_array().expect("a list");
    let country = mapping.iter().find(|pair| pair["target"] == "Country").expect("a pair");
    assert_eq!((&country["values"][0]["from"], &country["values"][0]["to"]), (&"DE".into(), &"Germany".into()));
}

/// A system of the tables in `tests/matching/`: entity, and per field name, label, type and meanings.
type System = (String, Vec<[String; 4]>);

/// The English systems of a table, and the others.
fn systems(path: &Path) -> (Vec<System>, Vec<System>) {
    let text = fs::read_to_string(path).expect("a table");
    let mut all: Vec<(bool, System)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (name, entity) = head.split_once(' ').expect("a system and its entity");
            all.push((name.starts_with("english-"), (entity.to_owned(), Vec::new())));
        } else {
            let parts: Vec<String> = line.split('|').map(|part| part.trim().to_owned()).collect();
            let field = parts.try_into().expect("four parts");
            all.last_mut().expect("a head first").1.1.push(field);
        }
    }
    let (english, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(english, _)| *english);
    let plain = |list: Vec<(bool, System)>| list.into_iter().map(|(_, system)| system).collect();
    (plain(english), plain(others))
}

/// Source fields with a known partner, and how many of them have it in the first place.
fn first_places(source: &System, target: &System) -> (usize, usize) {
    let object = |system: &System| {
        let field = |[name, label, kind, _]: &[String; 4]| {
            let label = if label.is_empty() { name } else { label };
            serde_json::json!({"name": name, "label": label, "type": kind})
        };
        let fields: Vec<_> = system.1.iter().map(field).collect();
        let list = serde_json::json!({"entity": system.0, "fields": fields}).to_string();
        mapwright::matching::object_from_field_list(&list).expect("a field list")
    };
    let suggestions = mapwright::matching::suggest(&object(source), &object(target));
    let means = |field: &[String; 4], other: &[String; 4]| {
        field[3].split(", ").any(|one| other[3].split(", ").any(|another| one == another && !one.is_empty()))
    };
    let (mut all, mut right) = (0, 0);
    for (field, (_, candidates)) in source.1.iter().zip(&suggestions.by_source) {
        let truths: Vec<&[String; 4]> = target.1.iter().filter(|other| means(field, other)).collect();
        let first = candidates.first().map(|candidate| candidate.field.as_str());
        all += usize::from(!truths.is_empty());
        right += usize::from(truths.iter().any(|truth| Some(truth[0].as_str()) == first));
    }
    (all, right)
}

#[test]
fn headers_in_other_languages_find_their_fields() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matching");
    let tables = [("languages/companies.txt", 90), ("held_out/deals.txt", 85), ("held_out/products.txt", 85)];
    for (table, least) in tables {
        let (english, others) = systems(&folder.join(table));
        let (mut all, mut right) = (0, 0);
        for source in &others {
            for target in &english {
                let (fields, found) = first_places(source, target);
                assert!(found * 10 >= fields * 7, "{table}: {} finds {found} of {fields}", source.0);
                (all, right) = (all + fields, right + found);
            }
        }
        assert!(right * 100 >= least * all, "{table}: {right} of {all}");
    }
}
