//! `mapwright profile import` and `export` from the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn mapwright(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mapwright")).args(args).current_dir(home).env("HOME", home).output().expect("run")
}

#[test]
fn an_imported_profile_runs_and_what_was_left_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("people.csv"), "EMAIL,FIRST,LAST,NOTE\nA@X.org,Ada,King,x\n").unwrap();
    fs::write(home.path().join("contact.sdl"), "EMAIL=Email\nFIRST,\\ LAST=Name\nNOTE=\n\"Old\"=Source__c\n").unwrap();
    fs::create_dir(home.path().join("out")).unwrap();
    let args =
        ["profile", "import", "contact.sdl", "--source", "people.csv", "--target", "crm.csv", "-o", "out/p.yaml"];
    let done = mapwright(home.path(), &args);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stderr).contains("NOTE: the column is not mapped"));
    let run = mapwright(home.path(), &["run", "out/p.yaml", "--out", "run"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let written = fs::read_to_string(home.path().join("crm.csv")).unwrap();
    assert_eq!(written, "Email,Name,Source__c\nA@X.org,\"Ada, King\",Old\n");
    // A file that is there stays.
    assert!(!mapwright(home.path(), &args).status.success());
    for form in ["sdl", "sfdmu", "hubspot", "openrefine", "frictionless"] {
        let done = mapwright(home.path(), &["profile", "export", "out/p.yaml", "--as", form, "--out", form]);
        assert!(done.status.success(), "{form}: {}", String::from_utf8_lossy(&done.stderr));
        let file = fs::read_dir(home.path().join(form)).unwrap().next().unwrap().unwrap().path();
        let file = if form == "sfdmu" { home.path().join(form) } else { file };
        let back = mapwright(home.path(), &["profile", "import", file.to_str().unwrap()]);
        assert!(back.status.success(), "{form}: {}", String::from_utf8_lossy(&back.stderr));
        assert!(String::from_utf8_lossy(&back.stdout).contains("Email"), "{form}");
    }
    let unknown = mapwright(home.path(), &["profile", "export", "out/p.yaml", "--as", "excel"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn the_sheet_says_rules_examples_and_what_is_open() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("in.csv"), "id,mail,state,extra\n1, A@X.org ,act,x\n2,b@x.org,weird,y\n3,,act,z\n")
        .unwrap();
    fs::write(
        home.path().join("target.sql"),
        "CREATE TABLE Contact (Id TEXT PRIMARY KEY, Email TEXT, Status TEXT, LastName TEXT NOT NULL);",
    )
    .unwrap();
    let profile = "mapwright: 1\nname: Old | to <new>\nsource: in.csv\ntarget: out.csv\nobjects:\n  - to: Contact\n    where: id != \"9\"\n    duplicates: id\n    fields:\n      Id: { value: id, required: true }\n      Email: mail | trim | lower\n      Status: { value: state, values: { act: Active }, note: agreed }\n    checks:\n      reachable: target.Email != \"\"\n";
    fs::write(home.path().join("p.yaml"), profile).unwrap();
    let done = mapwright(home.path(), &["profile", "sheet", "p.yaml", "--target", "target.sql"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    for wanted in [
        "# Old \\| to \\<new\\>",
        "removes spaces, tabs and line ends at both ends; lower case",
        " A@X.org ",
        "a@x.org",
        "\u{201c}weird\u{201d} (1 record) has no value in the target",
        "The target needs LastName, and nothing fills it",
        "\u{201c}extra\u{201d} of the source goes nowhere",
        "must be filled",
        "agreed",
        "| Status | act | Active |",
        "reachable: the finished Email is not nothing",
        "Of the first 3 records, 1 would be written.",
        "## Signed off",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
    let done = mapwright(home.path(), &["profile", "sheet", "p.yaml", "--out", "sheet.xlsx"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let fields = mapwright(home.path(), &["convert", "sheet.xlsx", "fields.csv", "--object", "Fields"]);
    assert!(fields.status.success(), "{}", String::from_utf8_lossy(&fields.stderr));
    let fields = fs::read_to_string(home.path().join("fields.csv")).unwrap();
    assert!(fields.contains("Contact,Email,") && fields.contains("mail | trim | lower"), "{fields}");
    assert!(!mapwright(home.path(), &["profile", "sheet", "p.yaml", "--out", "sheet.xlsx"]).status.success());
}
