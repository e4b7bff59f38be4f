//! Runs that are cancelled, cut off and resumed, and rejects that run again.

use super::*;

#[test]
fn rejects_can_be_mended_and_run_again() {
    let bench = Bench::new(PEOPLE, FIELDS);
    bench.run(&How::default());
    let mended = bench.read("run/rejects.csv").replace("3,Name:required,3,,", "3,Name:required,3,Cleo,");
    fs::write(bench.path("run/rejects.csv"), mended).expect("written");
    let path = bench.path("profile.yaml");
    let loaded = profile::load(&path).expect("a profile");
    let options = RunOptions {
        source: Some(engine::rejects_of(&bench.path("run")).expect("rejects")),
        target: Some(mapwright::connect::Location::from_argument(&bench.path("second.csv").display().to_string())),
        out: bench.path("again"),
        profile_path: String::new(),
        profile_hash: String::new(),
        limit: None,
        keys: None,
        dry_run: false,
        resume: false,
        memory: 1 << 20,
        threads: 1,
        chunk_bytes: 0,
        ..RunOptions::default()
    };
    let end = engine::run(&loaded.profile, &options, &AtomicBool::new(false), &|_| ()).expect("runs");
    assert_eq!((end.report.ledger.created, end.report.ledger.rejected), (1, 1));
    assert_eq!(bench.read("second.csv"), "Id,Name,Email\n3,Cleo,c@x.org\n");
    assert_eq!(
        bench.read("again/rejects.csv"),
        "_row,_errors,id,name,email\n5,Email:pattern,5,Eve,not an address\n",
        "the row number is still that of the first source"
    );
}

#[test]
fn cancelling_leaves_no_half_target_and_a_balanced_ledger() {
    let rows: String = (0..20_000).map(|n| format!("{n},some text to make it longer\n")).collect();
    let bench = Bench::new(&format!("id,v\n{rows}"), "    fields:\n      id: id\n      v: v\n");
    let cancel = AtomicBool::new(false);
    let how = How { chunk_bytes: 1000, ..How::default() };
    let end = bench
        .try_run(&how, &cancel, &|event| {
            if matches!(event, RunEvent::ObjectStarted { .. }) {
                cancel.store(true, Ordering::Relaxed);
            }
        })
        .expect("runs");
    assert_eq!((end.exit(), end.report.outcome.as_str()), (4, "cancelled"));
    assert!(end.report.balances);
    assert_eq!(end.report.ledger.created, 0);
    assert!(!bench.path("target.csv").exists());
    let left: Vec<_> = names(bench.home.path()).into_iter().filter(|name| name.contains("tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Rows of a table, in order.
fn rows_of(path: &Path, table: &str) -> Vec<(String, String)> {
    let db = rusqlite::Connection::open(path).expect("a database");
    let mut query = db.prepare(&format!("SELECT Id, V FROM {table} ORDER BY CAST(Id AS INTEGER)")).expect("a query");
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

#[test]
fn a_run_into_a_database_goes_on_where_it_was_cut_off() {
    let rows: String = (0..30_000).map(|n| format!("{n},{}\n", if n == 17_000 { "" } else { "x" })).collect();
    let object = "    key: Id\n    fields:\n      Id: id\n      V: { value: v, required: true }\n";
    let bench = Bench::new(&format!("id,v\n{rows}"), object);
    let text = bench.read("profile.yaml").replace("target: target.csv", "target: 'sqlite:crm.db'");
    fs::write(bench.path("profile.yaml"), text).expect("written");
    let cancel = AtomicBool::new(false);
    let how = How { threads: 1, chunk_bytes: 4_000, ..How::default() };
    let end = bench
        .try_run(&how, &cancel, &|event| {
            if matches!(event, RunEvent::Rejected { .. }) {
                cancel.store(true, Ordering::Relaxed);
            }
        })
        .expect("runs");
    let part = end.report.ledger;
    assert_eq!(end.exit(), 4);
    assert!(part.created > 10_000 && part.created < 20_000 && part.balances(), "{part:?}");
    assert_eq!(rows_of(&bench.path("crm.db"), "target").len() as u64, part.created);
    let end = bench.run(&How { resume: true, threads: 2, ..How::default() });
    assert_eq!((end.exit(), end.report.ledger.created, end.report.ledger.rejected), (0, 29_999, 1));
    let rows = rows_of(&bench.path("crm.db"), "target");
    assert_eq!(rows.len(), 29_999, "nothing twice");
    let db = rusqlite::Connection::open(bench.path("crm.db")).expect("a database");
    let left: i64 = db
        .query_row("SELECT count(*) FROM sqlite_master WHERE name = '_mapwright_checkpoint'", [], |row| row.get(0))
        .expect("counted");
    assert_eq!(left, 0, "no checkpoint is left behind");
    let again = bench.run(&How { resume: true, ..How::default() });
    assert_eq!(again.report.ledger, end.report.ledger, "a finished run stays as it is");
}

#[test]
fn a_resumed_run_refuses_a_source_or_profile_that_changed() {
    let bench = Bench::new(PEOPLE, FIELDS);
    let cancel = AtomicBool::new(true);
    bench.try_run(&How::default(), &cancel, &|_| ()).expect("cancelled");
    fs::write(bench.path("source.csv"), PEOPLE.replace("Ada", "Eva")).expect("written");
    let resume = How { resume: true, ..How::default() };
    let error = bench.try_run(&resume, &AtomicBool::new(false), &|_| ()).expect_err("refused");
    assert!(error.to_string().contains("changed since the run began"), "{error}");
}

#[test]
fn rejects_of_several_objects_run_again_together_or_one_by_one() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("source")).expect("made");
    fs::write(at("source/people.csv"), "id,name\n1,\n2,Bob\n").expect("written");
    fs::write(at("source/firms.csv"), "no,title\n7,\n8,Acme\n").expect("written");
    let profile = "mapwright: 1\nsource: source\ntarget: out/\nobjects:\n\
        \x20 - from: people.csv\n    to: Contact\n    write: append\n    fields:\n      Id: id\n      Name: { value: name, required: true }\n\
        \x20 - from: firms.csv\n    to: Account\n    write: replace\n    fields:\n      No: no\n      Title: { value: title, required: true }\n";
    fs::write(at("profile.yaml"), profile).expect("written");
    let loaded = profile::load(&at("profile.yaml")).unwrap_or_else(|problems| panic!("{problems}"));
    let run = |profile: &profile::Profile, source, target: &str, out: &str| {
        let target = Some(mapwright::connect::Location::from_argument(&at(target).display().to_string()));
        let options = RunOptions { source, target, out: at(out), ..RunOptions::default() };
        engine::run(profile, &options, &AtomicBool::new(false), &|_| ()).unwrap_or_else(|error| panic!("{error}"))
    };
    run(&loaded.profile, None, "out/", "run");
    for (object, row) in [("Contact", "1,Name:required,1,Ada"), ("Account", "1,Title:required,7,Bolt")] {
        let path = at("run").join(format!("rejects-{object}.csv"));
        let header = fs::read_to_string(&path).expect("rejects").lines().next().expect("a header").to_owned();
        fs::write(&path, format!("{header}\n{row}\n")).expect("mended");
    }
    let (source, again) = engine::rejects_again(&at("run"), &loaded.profile).expect("rejects");
    let end = run(&again, Some(source), "out/", "run-2");
    assert_eq!((end.report.ledger.read, end.report.ledger.rejected), (2, 0));
    assert_eq!(fs::read_to_string(at("out/Account.csv")).expect("there"), "No,Title\n8,Acme\n7,Bolt\n");
    let (source, again) = engine::rejects_again(&at("run/rejects-Account.csv"), &loaded.profile).expect("rejects");
    assert_eq!(again.objects.iter().map(|object| object.to.as_str()).collect::<Vec<_>>(), ["Account"]);
    assert_eq!(run(&again, Some(source), "alone/", "run-3").report.ledger.created, 1);
    assert!(engine::rejects_again(&at("source/people.csv"), &loaded.profile).is_err());
}

#[test]
fn a_run_is_not_finished_at_another_place() {
    let bench = Bench::new(PEOPLE, FIELDS);
    bench.try_run(&How::default(), &AtomicBool::new(true), &|_| ()).expect("cancelled");
    let text = bench.read("profile.yaml");
    let loaded = profile::load(&bench.path("profile.yaml")).expect("a profile");
    let options = RunOptions {
        target: Some(mapwright::connect::Location::from_argument("elsewhere.csv")),
        out: bench.path("run"),
        profile_hash: engine::text_hash(&text),
        resume: true,
        ..RunOptions::default()
    };
    let refused = engine::run(&loaded.profile, &options, &AtomicBool::new(false), &|_| ()).expect_err("refused");
    assert!(refused.to_string().contains("another target"), "{refused}");
    assert!(!Path::new("elsewhere.csv").exists());
}

#[test]
fn a_run_cancelled_while_it_looks_for_duplicates_is_not_done() {
    let rows: String = (0..3_000).map(|n| format!("{},{n}\n", n % 900)).collect();
    let bench = Bench::new(
        &format!("k,v\n{rows}"),
        "    duplicates: { key: k, keep: last }\n    fields:\n      k: k\n      v: v\n",
    );
    // Whatever the moment, a run that says it is done has written everything.
    for after in [0u64, 1, 2, 5, 10, 20, 40] {
        let _ = fs::remove_file(bench.path("target.csv"));
        let cancel = AtomicBool::new(false);
        let end = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(after));
                cancel.store(true, Ordering::Relaxed);
            });
            bench.try_run(&How { threads: 4, chunk_bytes: 500, ..How::default() }, &cancel, &|_| ()).expect("runs")
        });
        match end.exit() {
            0 => assert_eq!(end.report.ledger.created, 900, "cancelled after {after} ms"),
            code => assert_eq!((code, bench.path("target.csv").exists()), (4, false), "cancelled after {after} ms"),
        }
    }
}
