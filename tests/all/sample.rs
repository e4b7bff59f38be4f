//! The sample that README, demo and tests use.

use std::path::Path;

#[test]
fn its_profile_is_well_formed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/profile.yaml");
    let loaded = mapwright::profile::load(&path).unwrap_or_else(|problems| panic!("{problems}"));
    let objects: Vec<&str> = loaded.profile.objects.iter().map(|object| object.to.as_str()).collect();
    assert_eq!(objects, ["Account", "Contact", "Deal"]);
    assert!(loaded.profile.objects.iter().any(|object| !object.examples.is_empty()));
}

#[test]
fn its_examples_pass_and_it_fits_a_database_too() {
    let home = tempfile::tempdir().expect("a folder");
    let profile = mapwright::workspace::unpack_sample(home.path()).expect("unpacked");
    let mapwright = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_mapwright"));
        let done = command.current_dir(home.path()).args(arguments).assert().code(0);
        String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8")
    };
    let profile = profile.to_str().expect("a plain path");
    assert!(mapwright(&["test", profile]).contains("4 of 4 examples passed"));
    mapwright(&["run", profile, "--out", "run"]);
    mapwright(&["run", profile, "--target", "sqlite:crm.db", "--out", "run-db"]);
    let ledger = |folder: &str| {
        let report = mapwright::workspace::find_report(Some(std::path::Path::new(folder)), home.path());
        report.expect("a report").ledger
    };
    let [files, database] = ["run", "run-db"].map(|name| ledger(home.path().join(name).to_str().expect("a path")));
    assert_eq!(files, database);
}

#[test]
fn the_demo_ends_in_a_balanced_report_and_writes_only_where_it_was_told() {
    let home = tempfile::tempdir().expect("a folder");
    let to = home.path().join("demo");
    let done = assert_cmd::Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .current_dir(home.path())
        .args(["demo", "--headless", "--to"])
        .arg(&to)
        .assert()
        .code(0);
    let text = String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8");
    assert!(text.contains("every record accounted for"), "{text}");
    // Rejects with telling reasons, duplicates and filtered records: what the sample is for.
    let runs = mapwright::workspace::list_runs(&to).expect("a run");
    let ledger = runs[0].ledger.expect("a report");
    assert_eq!(ledger.read, 61 + 242 + 80);
    assert!(ledger.balances() && ledger.rejected > 20 && ledger.duplicate > 10 && ledger.filtered > 3, "{ledger:?}");
    for code in ["Email:email", "Birthdate:date", "Status__c:enum", "AccountId:lookup", "record:too_few_fields"] {
        assert!(text.contains(code), "{code}\n{text}");
    }
    let accounts = std::fs::read_to_string(to.join("out/Account.csv")).expect("written");
    assert!(accounts.contains("0000017,Müller & Söhne GmbH,"), "{accounts}");
    assert!(runs[0].folder.join("report.html").is_file());
    assert_eq!(std::fs::read_dir(home.path()).expect("listed").count(), 1, "something was written elsewhere");
}
