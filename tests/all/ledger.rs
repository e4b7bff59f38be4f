//! The first promise: every record read has one fate, and the files say the same as the count, whatever the profile,
//! the records, the limit, the threshold, the threads, and a cancel at any moment.
//!
//! `MAPWRIGHT_LEDGER_CASES` sets the number of cases (32; `tests/soak` takes 10,000).

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mapwright::engine::{self, RunEnd, RunOptions};
use mapwright::profile;
use proptest::prelude::*;

use super::scenario::home;

fn cases() -> u32 {
    std::env::var("MAPWRIGHT_LEDGER_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(32)
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-c]{1,2}",
        Just("a,b".to_owned()),
        Just("say \"hi\"".to_owned()),
        Just("two\nlines".to_owned()),
        Just(" ÄÖ ".to_owned()),
        "[0-9]{1,3}",
    ]
}

/// A record with too few, just enough or too many cells.
fn line() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        9 => prop::collection::vec(value(), 3),
        1 => prop::collection::vec(value(), 1..6),
    ]
}

#[derive(Debug, Clone)]
struct Case {
    lines: Vec<Vec<String>>,
    fields: Vec<&'static str>,
    object: String,
    threads: usize,
    chunk_bytes: usize,
    memory: usize,
    limit: Option<u64>,
    dry_run: bool,
    /// The run is cancelled at this event.
    cancel_at: Option<u64>,
    target: &'static str,
}

fn case() -> impl Strategy<Value = Case> {
    let fields = prop::sample::select(vec![
        "{ value: a | trim, required: true }",
        "{ value: b | upper, unique: true }",
        "{ value: c, max_length: 2 }",
        "{ value: a, type: integer, max: 50 }",
        "{ value: b, values: { a: X, b: Y }, otherwise: reject }",
        "{ value: b, type: decimal, max: 60 }",
        "concat(a, \"-\", c)",
    ]);
    let duplicates = prop::option::of((
        prop::sample::select(vec!["a", "b | lower", "target.F0"]),
        prop::sample::select(vec!["first", "last", "most-complete", "merged"]),
    ));
    let rules = (
        prop::option::of(prop::sample::select(vec!["a != b", "c != \"\""])),
        duplicates,
        prop::option::of(prop::sample::select(vec!["3", "1", "40%"])),
    );
    let how = (
        1usize..5,
        prop::sample::select(vec![1usize, 30, 200, 1 << 16]),
        prop::sample::select(vec![1usize, 1 << 20]),
        prop::option::weighted(0.2, 0u64..40),
        prop::bool::weighted(0.15),
        prop::option::weighted(0.15, 0u64..6),
        prop::sample::select(vec!["target.csv", "target.ndjson", "sqlite:target.db"]),
    );
    (prop::collection::vec(line(), 0..50), prop::collection::vec(fields, 1..4), rules, how).prop_map(
        |(lines, fields, (filter, duplicates, stop), how)| {
            let mut object = String::new();
            filter.iter().for_each(|filter| object += &format!("    where: '{filter}'\n"));
            duplicates
                .iter()
                .for_each(|(key, keep)| object += &format!("    duplicates: {{ key: {key}, keep: {keep} }}\n"));
            stop.iter().for_each(|stop| object += &format!("    on_reject: {{ stop_at: {stop} }}\n"));
            let (threads, chunk_bytes, memory, limit, dry_run, cancel_at, target) = how;
            Case { lines, fields, object, threads, chunk_bytes, memory, limit, dry_run, cancel_at, target }
        },
    )
}

fn run(home: &Path, case: &Case) -> RunEnd {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(["a", "b", "c"]).expect("written");
    case.lines.iter().for_each(|line| writer.write_record(line).expect("written"));
    fs::write(home.join("source.csv"), writer.into_inner().expect("whole")).expect("written");
    let mut text = format!(
        "mapwright: 1\nsource: {{ path: source.csv, header: true, delimiter: ',' }}\ntarget: '{}'\nobjects:\n  - from: source.csv\n    to: target\n{}    fields:\n",
        case.target, case.object
    );
    for (index, field) in case.fields.iter().enumerate() {
        text += &format!("      F{index}: {field}\n");
    }
    fs::write(home.join("profile.yaml"), text).expect("written");
    let loaded = profile::load(&home.join("profile.yaml")).unwrap_or_else(|problems| panic!("{problems}"));
    let options = RunOptions {
        out: home.join("run"),
        threads: case.threads,
        chunk_bytes: case.chunk_bytes,
        memory: case.memory,
        limit: case.limit,
        dry_run: case.dry_run,
        checkpoint_rows: 5,
        ..RunOptions::default()
    };
    let (cancel, events) = (AtomicBool::new(false), AtomicU64::new(0));
    let end = engine::run(&loaded.profile, &options, &cancel, &|_| {
        if Some(events.fetch_add(1, Ordering::SeqCst)) == case.cancel_at {
            cancel.store(true, Ordering::SeqCst);
        }
    });
    end.unwrap_or_else(|error| panic!("{error}"))
}

/// Records in the target as it stands.
fn written(home: &Path, case: &Case) -> u64 {
    let path = home.join(case.target.trim_start_matches("sqlite:"));
    if !path.exists() {
        return 0;
    }
    match case.target {
        "target.csv" => csv::Reader::from_path(path).expect("readable").records().count() as u64,
        "target.ndjson" => fs::read_to_string(path).expect("readable").lines().count() as u64,
        _ => {
            let db = rusqlite::Connection::open(path).expect("a database");
            // A run that was stopped before it wrote anything takes the table that it made away again.
            let count = db.query_row("SELECT count(*) FROM target", [], |row| row.get::<_, i64>(0));
            count.unwrap_or_default() as u64
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_record_has_one_fate_and_the_files_agree(case in case()) {
        let home = home();
        let end = run(home.path(), &case);
        let ledger = end.report.ledger;
        prop_assert!(ledger.balances(), "{:?}", ledger);
        prop_assert!(end.report.balances && end.exit() != 5);
        prop_assert!(ledger.read <= case.lines.len() as u64);
        if let Some(limit) = case.limit {
            prop_assert!(ledger.read <= limit);
        }
        if !case.dry_run {
            prop_assert_eq!(written(home.path(), &case), ledger.created, "{:?} {:?}", end.report.outcome, ledger);
        }
        let name = home.path().join("run/rejects.csv");
        let mut rejects = csv::ReaderBuilder::new().flexible(true).from_path(name).expect("rejects");
        let rejects = rejects.records().map(|record| record.expect("a record")).collect::<Vec<_>>();
        prop_assert_eq!(rejects.len() as u64, ledger.rejected + ledger.duplicate + ledger.failed);
        let duplicates = rejects.iter().filter(|record| &record[1] == "record:duplicate").count() as u64;
        prop_assert_eq!(duplicates, ledger.duplicate);
        let numbers: Vec<u64> = rejects.iter().map(|record| record[0].parse().expect("a number")).collect();
        prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "in source order, each once: {:?}", numbers);
        if end.report.outcome == "done" && case.limit.is_none() {
            prop_assert_eq!(ledger.read, case.lines.len() as u64);
            prop_assert_eq!(ledger.unprocessed, 0);
        }
    }
}
