//! Whole runs on files: fates, order, bytes, folders.

mod going_on;
mod laws;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use mapwright::engine::{self, RunEnd, RunError, RunEvent, RunOptions};
use mapwright::profile;
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
