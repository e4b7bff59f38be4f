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
