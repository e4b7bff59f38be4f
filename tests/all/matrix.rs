//! The same bytes whatever the threads, the size of chunks and the memory: every output, rejects and figures included.
//!
//! `MAPWRIGHT_MATRIX_ROWS` sets the size of the source (200), `MAPWRIGHT_MATRIX_TIMES` how often the whole matrix is
//! gone through (1).

use std::fs;
use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use mapwright::connect::Location;
use mapwright::engine::{self, RunOptions};
use mapwright::profile;

use super::job::generate;
use super::scenario::home;

const THREADS: &[usize] = &[1, 2, 8];
const CHUNKS: &[usize] = &[4 << 10, 64 << 10, 1 << 20];
const BUDGETS: &[usize] = &[1, 256 << 20];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The job's profile with another rule for duplicates and a field that must be unique.
fn write_profile(home: &Path, keep: &str) {
    let job = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/crm-contacts.yaml");
    let text = fs::read_to_string(job).expect("the job's profile");
    let changed = text
        .replace("keep: first", &format!("keep: {keep}"))
        .replace("value: id | trim, required: true", "value: id | trim, required: true, unique: true");
    assert!(keep == "first" || changed != text);
    fs::write(home.join("profile.yaml"), changed).expect("written");
}

/// Target, rejects and every figure of the report that is no time.
fn outputs(home: &Path, threads: usize, chunk_bytes: usize, memory: usize, limit: Option<u64>) -> Vec<String> {
    let loaded = profile::load(&home.join("profile.yaml")).unwrap_or_else(|problems| panic!("{problems}"));
    let at = |name: &str| Location::from_argument(&home.join(name).display().to_string());
    let options = RunOptions {
        source: Some(at("source.csv")),
        target: Some(at("accepted.csv")),
        out: home.join("run"),
        threads,
        chunk_bytes,
        memory,
        limit,
        ..RunOptions::default()
    };
    let end = engine::run(&loaded.profile, &options, &AtomicBool::new(false), &|_| ())
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(end.exit(), 0, "{:?}", end.error);
    let mut object = end.report.objects[0].clone();
    if limit.is_some() {
        // A limit ends reading at the end of a chunk.
        object.source_bytes = 0;
    }
    let read = |name: &str| fs::read_to_string(home.join(name)).expect("there");
    let figures = serde_json::to_string(&object).expect("JSON");
    vec![read("accepted.csv"), read("run/rejects.csv"), figures, format!("{:?}", end.report.ledger)]
}

#[test]
fn threads_chunks_and_budget_change_no_byte() {
    let rows = number("MAPWRIGHT_MATRIX_ROWS", 200);
    let home = home();
    let home = home.path();
    let source = generate::records(11, rows);
    let file = fs::File::create(home.join("source.csv")).expect("a file");
    generate::write(&source, &mut BufWriter::new(file)).expect("written");
    let mut runs = 0;
    for time in 0..number("MAPWRIGHT_MATRIX_TIMES", 1) {
        for keep in ["first", "last", "most-complete", "merged"] {
            write_profile(home, keep);
            let limit = (time % 2 == 1).then_some(rows * 2 / 3);
            let first = outputs(home, 1, 0, 256 << 20, limit);
            for threads in THREADS {
                for chunk in CHUNKS {
                    for budget in BUDGETS {
                        let now = outputs(home, *threads, *chunk, *budget, limit);
                        runs += 1;
                        for (here, there) in now.iter().zip(&first) {
                            assert!(
                                here == there,
                                "keep {keep}, {threads} threads, chunks of {chunk}, {budget} bytes of memory:\n{}",
                                difference(here, there)
                            );
                        }
                    }
                }
            }
        }
    }
    println!("matrix: {runs} runs over {rows} records, 0 differences");
}

/// The first line that differs.
fn difference(here: &str, there: &str) -> String {
    let pair = here.lines().zip(there.lines()).find(|(here, there)| here != there);
    match pair {
        Some((here, there)) => format!("{here}\nand\n{there}"),
        None => format!("{} and {} lines", here.lines().count(), there.lines().count()),
    }
}
