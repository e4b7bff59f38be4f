//! Whole runs on files: fates, order, bytes, folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use mapwright::engine::{self, RunEnd, RunError, RunEvent, RunOptions};
use mapwright::profile;
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder with a source and a profile.
struct Bench {
    home: TempDir,
}

#[derive(Clone)]
struct How {
    threads: usize,
    chunk_bytes: usize,
    memory: usize,
    limit: Option<u64>,
    keys: Option<Vec<String>>,
    dry_run: bool,
    resume: bool,
    out: &'static str,
}

impl Default for How {
    fn default() -> Self {
        How {
            threads: 2,
            chunk_bytes: 0,
            memory: 1 << 28,
            limit: None,
            keys: None,
            dry_run: false,
            resume: false,
            out: "run",
        }
    }
}

const HEAD: &str = "mapwright: 1\nsource: { path: source.csv, header: true }\ntarget: target.csv\nobjects:\n  - from: source.csv\n    to: target\n";

impl Bench {
    fn new(source: &str, object: &str) -> Bench {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join("source.csv"), source).expect("written");
        fs::write(home.path().join("profile.yaml"), format!("{HEAD}{object}")).expect("written");
        Bench { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn try_run(&self, how: &How, cancel: &AtomicBool, emit: &(dyn Fn(&RunEvent) + Sync)) -> Result<RunEnd, RunError> {
        let path = self.path("profile.yaml");
        let loaded = profile::load(&path).unwrap_or_else(|problems| panic!("{problems}"));
        let options = RunOptions {
            source: None,
            target: None,
            out: self.path(how.out),
            profile_path: path.display().to_string(),
            profile_hash: engine::text_hash(&loaded.text),
            limit: how.limit,
            keys: how.keys.clone(),
            dry_run: how.dry_run,
            resume: how.resume,
            memory: how.memory,
            threads: how.threads,
            chunk_bytes: how.chunk_bytes,
            ..RunOptions::default()
        };
        engine::run(&loaded.profile, &options, cancel, emit)
    }

    fn run(&self, how: &How) -> RunEnd {
        let end = self.try_run(how, &AtomicBool::new(false), &|_| ()).unwrap_or_else(|error| panic!("{error}"));
        assert!(end.report.balances, "{:?}", end.report.ledger);
        end
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

const PEOPLE: &str = "id,name,email\n\
    1, Ada ,ada@x.org\n\
    2,Bob,\n\
    3,,c@x.org\n\
    4,Dee,ADA@x.org\n\
    5,Eve,not an address\n";

const FIELDS: &str = "    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n      Email: { value: email | lower, pattern: '[^@ ]+@[^@ ]+' }\n";

#[test]
fn every_record_has_a_fate_and_rejects_stand_with_their_reasons() {
    let bench = Bench::new(PEOPLE, &format!("    duplicates: {{ key: email | lower, keep: first }}\n{FIELDS}"));
    let end = bench.run(&How::default());
    let ledger = end.report.ledger;
    assert_eq!((ledger.read, ledger.created, ledger.rejected, ledger.duplicate), (5, 2, 2, 1));
    assert_eq!(bench.read("target.csv"), "Id,Name,Email\n1,Ada,ada@x.org\n2,Bob,\n");
    assert_eq!(
        bench.read("run/rejects.csv"),
        "_row,_errors,id,name,email\n3,Name:required,3,,c@x.org\n4,record:duplicate,4,Dee,ADA@x.org\n\
         5,Email:pattern,5,Eve,not an address\n"
    );
    assert_eq!(end.exit(), 0);
    for name in ["report.json", "report.html", "report.md", "manifest.json"] {
        assert!(bench.path("run").join(name).is_file(), "{name}");
    }
    let report: serde_json::Value = serde_json::from_str(&bench.read("run/report.json")).expect("JSON");
    assert_eq!(report["ledger"]["read"], 5);
    let reasons: Vec<&str> = end.report.objects[0].reasons.iter().map(|reason| reason.label.as_str()).collect();
    assert_eq!(reasons, ["Email:pattern", "Name:required", "record:duplicate"]);
    let email = &end.report.objects[0].fields[2];
    assert_eq!((email.filled, email.valid, email.records), (4, 3, 5));
}

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
fn last_and_most_complete_survive_at_their_own_place() {
    let source = "k,a,b\nx,1,\ny,2,2\nx,,\nx,3,3\ny,,\n";
    let fields = "    fields:\n      k: k\n      a: a\n      b: b\n";
    let kept = |keep: &str| {
        let bench = Bench::new(source, &format!("    duplicates: {{ key: k, keep: {keep} }}\n{fields}"));
        bench.run(&How::default());
        bench.read("target.csv")
    };
    assert_eq!(kept("first"), "k,a,b\nx,1,\ny,2,2\n");
    assert_eq!(kept("last"), "k,a,b\nx,3,3\ny,,\n");
    assert_eq!(kept("most-complete"), "k,a,b\ny,2,2\nx,3,3\n");
}

#[test]
fn merged_takes_what_the_first_leaves_empty() {
    let source = "k,a,b,u\nx,1,,\ny,,2,7\nx,,3,8\nz,,,8\nx,9,4,\nq,,,\n";
    let object = "    duplicates: { key: k, keep: merged }\n    fields:\n      k: k\n      a: a\n      b: b\n      u: { value: u, unique: true }\n";
    for (threads, chunk_bytes, memory) in [(1, 0, 1 << 20), (3, 8, 1)] {
        let bench = Bench::new(source, object);
        let end = bench.run(&How { threads, chunk_bytes, memory, ..How::default() });
        assert_eq!(bench.read("target.csv"), "k,a,b,u\nx,1,3,8\ny,,2,7\nq,,,\n");
        let rejects = "_row,_errors,k,a,b,u\n3,record:duplicate,x,,3,8\n4,u:unique,z,,,8\n5,record:duplicate,x,9,4,\n";
        assert_eq!(bench.read("run/rejects.csv"), rejects, "the value taken over is taken");
        assert_eq!((end.report.ledger.created, end.report.ledger.duplicate, end.report.ledger.rejected), (3, 2, 1));
    }
}

#[test]
fn the_first_valid_record_stays_not_the_first() {
    let source = "k,n\nx,\nx,1\nx,2\n";
    let bench =
        Bench::new(source, "    duplicates: k\n    fields:\n      k: k\n      n: { value: n, required: true }\n");
    bench.run(&How::default());
    assert_eq!(bench.read("target.csv"), "k,n\nx,1\n");
}

#[test]
fn unique_values_are_checked_after_duplicates() {
    let source = "k,u\na,1\na,2\nb,2\nc,1\n";
    let bench = Bench::new(source, "    duplicates: k\n    fields:\n      k: k\n      u: { value: u, unique: true }\n");
    let end = bench.run(&How::default());
    assert_eq!(bench.read("target.csv"), "k,u\na,1\nb,2\n");
    assert_eq!((end.report.ledger.duplicate, end.report.ledger.rejected), (1, 1));
    assert!(bench.read("run/rejects.csv").contains("4,u:unique,c,1"));
}

#[test]
fn filtered_records_are_counted_and_are_no_rejects() {
    let bench = Bench::new("id,state\n1,on\n2,off\n", "    where: state != \"off\"\n    fields:\n      id: id\n");
    let end = bench.run(&How::default());
    assert_eq!((end.report.ledger.filtered, end.report.ledger.created), (1, 1));
    assert_eq!(bench.read("run/rejects.csv"), "_row,_errors,id,state\n");
}

#[test]
fn ragged_records_are_kept_as_rejects_with_all_their_cells() {
    let bench = Bench::new("id,name\n1,Ann\n2\n3,Cid,x\n", "    fields:\n      id: id\n      name: name\n");
    let end = bench.run(&How::default());
    assert_eq!((end.report.ledger.created, end.report.ledger.rejected), (1, 2));
    let rejects = bench.read("run/rejects.csv");
    assert!(rejects.contains("3,record:too_many_fields,3,Cid,x\n"), "{rejects}");
    assert!(rejects.contains("2,record:too_few_fields,2"), "{rejects}");
}

#[test]
fn records_that_were_put_right_are_named_or_rejected_as_the_profile_says() {
    let source = "id,name\n1,Ann\n2,5\" pipe\n3,\"Gil\" Jr\n";
    let fields = "    fields:\n      id: id\n      name: name\n";
    let bench = Bench::new(source, fields);
    let end = bench.run(&How::default());
    assert_eq!((end.report.ledger.created, end.report.ledger.rejected), (3, 0));
    let notices = end.report.notices.join("\n");
    assert!(notices.contains("2 records with a quote") && notices.contains("(records 2, 3)"), "{notices}");
    let bench = Bench::new(source, &format!("    repaired: reject\n{fields}"));
    let end = bench.run(&How::default());
    assert_eq!((end.report.ledger.created, end.report.ledger.rejected), (1, 2));
    assert!(end.report.notices.is_empty(), "{:?}", end.report.notices);
    let rejects = bench.read("run/rejects.csv");
    assert_eq!(rejects.matches("record:stray_quote").count(), 2, "{rejects}");
}

#[test]
fn a_threshold_stops_the_run_and_leaves_no_target() {
    let rows: String = (0..50).map(|n| format!("{n},{}\n", if n % 5 == 0 { "" } else { "x" })).collect();
    let object = "    on_reject: { stop_at: 3 }\n    fields:\n      id: id\n      v: { value: v, required: true }\n";
    let bench = Bench::new(&format!("id,v\n{rows}"), object);
    let mut seen = Vec::new();
    for (threads, chunk_bytes) in [(1, 0), (2, 16), (3, 50)] {
        let end = bench.run(&How { threads, chunk_bytes, ..How::default() });
        assert_eq!((end.exit(), end.report.outcome.as_str()), (3, "stopped"));
        assert!(!bench.path("target.csv").exists());
        seen.push(end.report.ledger);
    }
    assert!(seen.iter().all(|ledger| *ledger == seen[0]), "{seen:?}");
    assert_eq!((seen[0].read, seen[0].rejected, seen[0].unprocessed), (16, 4, 12));
}

#[test]
fn a_pilot_takes_the_first_records_or_those_named() {
    let rows: String = (0..100).map(|n| format!("k{n},{n}\n")).collect();
    let bench =
        Bench::new(&format!("k,v\n{rows}"), "    write: replace\n    key: k\n    fields:\n      k: k\n      v: v\n");
    for chunk_bytes in [8, 0] {
        let end = bench.run(&How { limit: Some(7), chunk_bytes, ..How::default() });
        assert_eq!((end.report.ledger.read, end.report.ledger.created), (7, 7));
    }
    let end = bench.run(&How { keys: Some(vec!["k3".to_owned(), "k77".to_owned()]), ..How::default() });
    assert_eq!((end.report.ledger.created, end.report.ledger.filtered), (2, 98));
    assert_eq!(bench.read("target.csv"), "k,v\nk3,3\nk77,77\n");
}

#[test]
fn figures_are_of_the_pilot_alone() {
    let fields = "    write: replace\n    key: k\n    fields:\n      k: k\n      d: d | trim | date('YYYY-MM-DD')\n";
    let bench = Bench::new("k,d\nk1,2001-01-01\nk2,2002-02-02\nk3,2001-01-01\nk4,2003-03-03\n", fields);
    let end = bench.run(&How { keys: Some(vec!["k2".to_owned(), "k3".to_owned()]), ..How::default() });
    let dates = &end.report.objects[0].fields[1];
    assert_eq!((dates.filled, dates.distinct), (2, 2));
    assert_eq!((dates.min.as_deref(), dates.max.as_deref()), (Some("2001-01-01"), Some("2002-02-02")));
}

#[test]
fn merged_records_are_counted_like_others() {
    let fields = "    write: replace\n    duplicates: { key: k, keep: merged }\n    fields:\n      k: k\n      v: v | trim | upper\n      w: w\n";
    let bench = Bench::new("k,v,w\n1,a,\n2,b,\n3,c,\n1,d,late\n", fields);
    let end = bench.run(&How::default());
    assert_eq!(bench.read("target.csv"), "k,v,w\n1,A,late\n2,B,\n3,C,\n");
    assert_eq!(end.report.objects[0].fields[1].distinct, 4);
}

#[test]
fn a_dry_run_counts_and_writes_no_target() {
    let bench = Bench::new(PEOPLE, FIELDS);
    let end = bench.run(&How { dry_run: true, ..How::default() });
    assert_eq!((end.report.ledger.created, end.report.ledger.rejected), (3, 2));
    assert!(!bench.path("target.csv").exists());
}

#[test]
fn a_target_that_exists_is_left_alone() {
    let bench = Bench::new(PEOPLE, FIELDS);
    fs::write(bench.path("target.csv"), "precious").expect("written");
    let error = bench.try_run(&How::default(), &AtomicBool::new(false), &|_| ()).expect_err("refused");
    assert!(error.to_string().contains("target.csv"), "{error}");
    assert_eq!(bench.read("target.csv"), "precious");
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
fn a_misspelt_field_is_named_at_its_place_before_anything_is_read() {
    let bench = Bench::new(PEOPLE, "    fields:\n      Name: nmae | trim\n");
    let Err(RunError::Profile(issues)) = bench.try_run(&How::default(), &AtomicBool::new(false), &|_| ()) else {
        panic!("it must not run");
    };
    assert_eq!((issues[0].line, issues[0].column), (8, 13), "{issues:?}");
    assert!(issues[0].hint.as_deref().is_some_and(|hint| hint.contains("name")), "{issues:?}");
    assert!(!bench.path("run").exists());
}

#[test]
fn lookups_find_the_records_of_an_earlier_object() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("source")).expect("made");
    fs::create_dir(at("out")).expect("made");
    fs::write(at("source/people.csv"), "name,firm\nAda,007\nBob,9\nCid,\n").expect("written");
    fs::write(at("source/firms.csv"), "no,title\n007,Acme\n").expect("written");
    let profile = "mapwright: 1\nsource: source\ntarget: out/\nobjects:\n\
        \x20 - from: people.csv\n    to: Contact\n    fields:\n      Name: name\n      AccountId: { lookup: firm, in: Account, by: Legacy, missing: reject }\n\
        \x20 - from: firms.csv\n    to: Account\n    key: Id\n    fields:\n      Id: concat(\"A-\", no)\n      Legacy: no\n";
    fs::write(at("profile.yaml"), profile).expect("written");
    let loaded = profile::load(&at("profile.yaml")).unwrap_or_else(|problems| panic!("{problems}"));
    let options = RunOptions {
        source: None,
        target: None,
        out: at("run"),
        profile_path: String::new(),
        profile_hash: String::new(),
        limit: None,
        keys: None,
        dry_run: false,
        resume: false,
        memory: 1 << 20,
        threads: 2,
        chunk_bytes: 0,
        ..RunOptions::default()
    };
    let end =
        engine::run(&loaded.profile, &options, &AtomicBool::new(false), &|_| ()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(fs::read_to_string(at("out/Contact.csv")).expect("there"), "Name,AccountId\nAda,A-007\nCid,\n");
    let rejects = fs::read_to_string(at("run/rejects-Contact.csv")).expect("there");
    assert_eq!(rejects, "_row,_errors,name,firm\n2,AccountId:lookup,Bob,9\n");
    assert!(end.report.balances);
}

/// A value that may need quoting, be empty, or repeat.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-c]{1,2}",
        Just("a,b".to_owned()),
        Just("say \"hi\"".to_owned()),
        Just("two\nlines".to_owned()),
        Just(" ÄÖ ".to_owned()),
    ]
}

fn csv_of(rows: &[(String, String, String)]) -> String {
    csv_in(rows, csv::QuoteStyle::Necessary, csv::Terminator::Any(b'\n'))
}

fn csv_in(rows: &[(String, String, String)], quotes: csv::QuoteStyle, terminator: csv::Terminator) -> String {
    let mut writer = csv::WriterBuilder::new().quote_style(quotes).terminator(terminator).from_writer(Vec::new());
    writer.write_record(["a", "b", "c"]).expect("written");
    for (a, b, c) in rows {
        writer.write_record([a, b, c]).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("whole")).expect("text")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn threads_chunks_and_memory_change_no_byte(
        rows in prop::collection::vec((value(), value(), value()), 1..60),
        keep in prop::sample::select(vec!["first", "last", "most-complete", "merged"]),
    ) {
        let object = format!(
            "    write: replace\n    duplicates: {{ key: a, keep: {keep} }}\n    where: b != \"cc\"\n    fields:\n      A: {{ value: a | upper, unique: true }}\n      B: {{ value: b | trim, required: true }}\n      C: join(\"-\", target.A, c)\n"
        );
        let bench = Bench::new(&csv_of(&rows), &object);
        let mut seen = Vec::new();
        for (threads, chunk_bytes, memory) in [(1, 0, 1 << 28), (2, 7, 1 << 28), (3, 64, 1), (2, 1 << 16, 1)] {
            let end = bench.run(&How { threads, chunk_bytes, memory, ..How::default() });
            prop_assert!(end.report.ledger.read == rows.len() as u64);
            seen.push((bench.read("target.csv"), bench.read("run/rejects.csv"), end.report.ledger, end.report.objects[0].fields.clone()));
        }
        for other in &seen[1..] {
            prop_assert_eq!(&seen[0], other);
        }
    }
}

#[test]
fn verifying_finds_records_that_are_not_as_they_should_be() {
    let bench = Bench::new(PEOPLE, FIELDS);
    bench.run(&How::default());
    let loaded = profile::load(&bench.path("profile.yaml")).expect("a profile");
    let verify = || {
        let cancel = AtomicBool::new(false);
        engine::verify(&loaded.profile, &RunOptions::default(), &cancel).expect("verified").remove(0)
    };
    let good = verify();
    assert_eq!((good.expected, good.equal, good.others), (3, 3, 0));
    let tampered = bench.read("target.csv").replace("1,Ada", "1,Eva");
    fs::write(bench.path("target.csv"), tampered).expect("written");
    let bad = verify();
    assert_eq!((bad.expected, bad.equal, bad.others), (3, 2, 1));
    assert!(bad.missing[0].contains("Name=Ada"), "{:?}", bad.missing);
}

#[test]
fn converting_loses_no_cell_of_a_ragged_file() {
    let home = tempfile::tempdir().expect("a folder");
    let at = |name: &str| home.path().join(name);
    fs::write(at("in.csv"), "id;name\n1;Ann\n2\n3;Cid;x\n").expect("written");
    let location = |name: &str| mapwright::connect::Location::from_argument(&at(name).display().to_string());
    let source = mapwright::connect::open_source(&location("in.csv")).expect("opened");
    let target = mapwright::connect::open_target(&location("out.csv")).expect("opened");
    let done = engine::convert(&*source, "", &*target).expect("converted");
    assert_eq!(done.records, 3);
    assert_eq!(done.repairs.keys().copied().collect::<Vec<_>>(), ["too_few_fields", "too_many_fields"]);
    assert_eq!(fs::read_to_string(at("out.csv")).expect("there"), "id,name,column_3\n1,Ann,\n2,,\n3,Cid,x\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn merged_records_are_those_of_a_plain_reading(
        rows in prop::collection::vec((value(), value(), value()), 1..60),
        (threads, chunk_bytes, memory) in prop::sample::select(vec![(1, 0, 1 << 28), (3, 20, 1), (2, 300, 1 << 28)]),
    ) {
        let object = "    write: replace\n    duplicates: { key: a, keep: merged }\n    fields:\n      A: a\n      B: b\n      C: c\n";
        let bench = Bench::new(&csv_of(&rows), object);
        bench.run(&How { threads, chunk_bytes, memory, ..How::default() });
        let mut kept: Vec<[String; 3]> = Vec::new();
        for (a, b, c) in &rows {
            match kept.iter_mut().find(|known| !a.is_empty() && known[0] == *a) {
                Some(known) => {
                    for (mine, theirs) in known.iter_mut().zip([a, b, c]) {
                        if mine.is_empty() {
                            mine.clone_from(theirs);
                        }
                    }
                }
                None => kept.push([a.clone(), b.clone(), c.clone()]),
            }
        }
        let mut reader = csv::Reader::from_path(bench.path("target.csv")).expect("a target");
        let target: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(target, kept.iter().map(|record| record.to_vec()).collect::<Vec<_>>());
    }
}

/// A field's line of a random profile.
fn field_line() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        "c",
        "a | trim",
        "{ value: b | upper, required: true }",
        "{ value: c | collapse, max_length: 3 }",
        "concat(a, \"-\", b)",
        "a ?? b ?? c",
        "if a == b then \"same\" else c",
        "{ value: a | trim, values: { a: X, b: Y }, otherwise: keep }",
        "{ value: b, values: { a: X }, otherwise: reject }",
        "{ value: length(c), type: integer, max: 4 }",
        "{ value: c | lower, pattern: '[a-z ]*' }",
        "{ value: 'a | replace_regex(\"[ab]+\", \"#\")', unique: true }",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_preview_and_the_run_give_the_same_values(
        rows in prop::collection::vec((value(), value(), value()), 1..40),
        fields in prop::collection::vec(field_line(), 1..7),
        quotes in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]),
        crlf: bool,
        filter in prop::option::of(prop::sample::select(vec!["a != b", "b != \"\" or c == a"])),
        key in prop::option::of(prop::sample::select(vec!["a", "target.F0 | lower"])),
    ) {
        let mut object = String::new();
        if let Some(filter) = filter {
            object += &format!("    where: '{filter}'\n");
        }
        if let Some(key) = key {
            object += &format!("    duplicates: {key}\n");
        }
        object += "    fields:\n";
        for (index, line) in fields.iter().enumerate() {
            object += &format!("      F{index}: {line}\n");
        }
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let bench = Bench::new(&csv_in(&rows, quotes, terminator), &object);
        let end = bench.run(&How { chunk_bytes: 64, ..How::default() });
        let loaded = profile::load(&bench.path("profile.yaml")).expect("a profile");
        let source = mapwright::connect::open_source(&loaded.profile.source).expect("opened");
        let mapping = &loaded.profile.objects[0];
        let mut seen = Vec::new();
        let compile = |names: &[String]| {
            let now = end.report.started.parse().expect("a time");
            let options = engine::PlanOptions { now, keys: None, links: engine::Links::default(), holds: Default::default() };
            engine::Plan::compile(mapping, names, None, options)
        };
        engine::preview_object(&*source, mapping, compile, |_, one| {
            seen.push(one);
            true
        })
        .expect("previewed");
        let written: Vec<Vec<String>> = seen
            .iter()
            .filter(|one| one.fate == engine::PreviewFate::Written)
            .map(|one| one.after.iter().map(|cell| cell.text.clone()).collect())
            .collect();
        let mut reader = csv::Reader::from_path(bench.path("target.csv")).expect("a target");
        let target: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(&written, &target);
        // What came over from the source without being looked at is written as everything else is.
        let mut plain = csv::Writer::from_writer(Vec::new());
        plain.write_record((0..fields.len()).map(|index| format!("F{index}"))).expect("written");
        written.iter().for_each(|record| plain.write_record(record).expect("written"));
        let plain = String::from_utf8(plain.into_inner().expect("whole")).expect("text");
        prop_assert_eq!(plain, bench.read("target.csv"));
        let labels = |one: &engine::Preview| one.findings.iter().map(|f| f.label()).collect::<Vec<_>>().join(";");
        let dropped: Vec<(String, String)> = seen
            .iter()
            .filter(|one| matches!(one.fate, engine::PreviewFate::Rejected | engine::PreviewFate::Duplicate))
            .map(|one| (one.origin.number.to_string(), labels(one)))
            .collect();
        let mut reader = csv::Reader::from_path(bench.path("run/rejects.csv")).expect("rejects");
        let rejects: Vec<(String, String)> =
            reader.records().map(|row| row.expect("a record")).map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
        prop_assert_eq!(dropped, rejects);
        prop_assert_eq!(seen.len() as u64, end.report.ledger.read);
    }
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
