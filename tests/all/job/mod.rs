//! The job "crm-contacts" from end to end, compared record by record with a second implementation of its rules.
//!
//! `cargo test` runs it small. `MAPWRIGHT_JOB_ROWS=100000 cargo test job` (in `tests/soak`) runs it at length;
//! `MAPWRIGHT_JOB_FOLDER` keeps its files.

pub mod generate;
mod reference;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use reference::{Expected, FIELDS, Rules};

fn rows() -> u64 {
    std::env::var("MAPWRIGHT_JOB_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(4_000)
}

fn read(path: &Path) -> Vec<csv::StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).expect("a readable file");
    reader.records().map(|record| record.expect("a record")).collect()
}

fn profile() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/crm-contacts.yaml")
}

/// Runs the job in a folder, with more arguments.
fn run(folder: &Path, more: &[&str]) {
    let outcome = assert_cmd::Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .arg("run")
        .arg(profile())
        .arg("--source")
        .arg(folder.join("source.csv"))
        .arg("--target")
        .arg(folder.join("accepted.csv"))
        .arg("--out")
        .arg(folder)
        .args(more)
        .assert();
    outcome.code(0);
}

fn compare(folder: &Path, source: &[[String; 16]], expected: &Expected) {
    let accepted = read(&folder.join("accepted.csv"));
    assert_eq!(accepted[0].iter().collect::<Vec<_>>(), FIELDS);
    for (index, (found, wanted)) in accepted[1..].iter().zip(&expected.accepted).enumerate() {
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "accepted record {}", index + 1);
    }
    assert_eq!(accepted.len() - 1, expected.accepted.len());

    let rejects = read(&folder.join("rejects.csv"));
    for (found, (number, errors)) in rejects[1..].iter().zip(&expected.rejects) {
        assert_eq!((&found[0], &found[1]), (number.to_string().as_str(), errors.as_str()), "record {number}");
        let untouched: Vec<&str> = found.iter().skip(2).collect();
        assert_eq!(untouched, source[*number as usize - 1], "the source columns of record {number}");
    }
    assert_eq!(rejects.len() - 1, expected.rejects.len());

    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("report.json")).expect("a report")).expect("JSON");
    let ledger = |fate: &str| report["ledger"][fate].as_u64().expect("a count");
    assert_eq!(ledger("read"), source.len() as u64);
    assert_eq!(ledger("created"), expected.accepted.len() as u64);
    assert_eq!(ledger("duplicate"), expected.duplicates);
    assert_eq!(ledger("rejected"), expected.rejects.len() as u64 - expected.duplicates);
}

#[test]
fn gives_what_the_rules_say_whatever_the_threads_and_chunks() {
    let temporary = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("MAPWRIGHT_JOB_FOLDER").map(PathBuf::from);
    let home = kept.as_deref().unwrap_or(temporary.path());
    let source = generate::records(7, rows());
    let file = File::create(home.join("source.csv")).expect("a file");
    generate::write(&source, &mut BufWriter::new(file)).expect("written");
    let expected = Rules::new().run(&source);
    for more in [&["--threads", "1"][..], &["--threads", "4", "--chunk", "16K"]] {
        run(home, more);
        compare(home, &source, &expected);
    }
}

/// The generator is of use only while it hits every rule.
#[test]
fn the_generated_source_breaks_every_rule() {
    let source = generate::records(7, 4_000);
    let expected = Rules::new().run(&source);
    let codes = [
        "source_id:required",
        "email:pattern",
        "phone:pattern",
        "company:max_length",
        "country:enum",
        "created_at:date",
        "status:enum",
        "amount:type",
        "record:contact_required",
        "record:duplicate",
    ];
    for code in codes {
        let hits = expected.rejects.iter().filter(|(_, errors)| errors.split(';').any(|error| error == code)).count();
        assert!(hits > 5, "{code}: {hits}");
    }
    assert!(expected.accepted.len() > 1_000, "{}", expected.accepted.len());
}
