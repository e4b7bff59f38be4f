//! Small runs of every kind of target, for the tests that hurt them: a source, a profile, what the target held before,
//! and what an undisturbed run leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use mapwright::engine::{self, RunEnd, RunError, RunOptions};
use mapwright::profile;
use rusqlite::types::ValueRef;

/// A run to be hurt.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    pub name: &'static str,
    /// Of the profile, after its first line.
    profile: &'static str,
    /// Fills the source folder `in` and what the target folder `work` holds before the run.
    prepare: fn(&Path),
}

/// Final files by name, each as text; databases as an ordered dump of their tables.
pub type State = BTreeMap<String, String>;

/// How a scenario is run.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub resume: bool,
    pub threads: usize,
    pub chunk_bytes: usize,
    pub memory: usize,
    pub checkpoint_rows: u64,
}

impl Default for How {
    /// One thread, so that calls are counted alike each time; small chunks, keys on disk, and many checkpoints.
    fn default() -> How {
        How { resume: false, threads: 1, chunk_bytes: 200, memory: 1, checkpoint_rows: 7 }
    }
}

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "csv to csv",
        profile: "source: in/people.csv\ntarget: work/out.csv\nobjects:\n  - from: people.csv\n    to: out\n    write: replace\n    duplicates: { key: email | lower, keep: last }\n    fields:\n      Id: { value: id, unique: true }\n      Name: { value: name | trim, required: true }\n      Email: email | lower\n",
        prepare: people,
    },
    Scenario {
        name: "csv added to csv",
        profile: "source: in/people.csv\ntarget: work/out.csv\nobjects:\n  - from: people.csv\n    to: out\n    write: append\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: |home| {
            people(home);
            fs::write(home.join("work/out.csv"), "Id,Name\n0,Old\n").expect("written");
        },
    },
    Scenario {
        name: "csv to a new json file",
        profile: "source: in/people.csv\ntarget: work/out.ndjson\nobjects:\n  - from: people.csv\n    to: out\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv to a new json array",
        profile: "source: in/people.csv\ntarget: work/out.json\nobjects:\n  - from: people.csv\n    to: out\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv to csv in a form of its own",
        profile: "source: in/people.csv\ntarget: { path: work/out.csv, delimiter: \";\", encoding: utf-16le, quoting: all, line_ends: crlf, spreadsheet_safe: true }\nobjects:\n  - from: people.csv\n    to: out\n    write: replace\n    fields:\n      Id: id\n      Name: { value: 'concat(\"=\", name | trim)', required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv to parts",
        profile: "source: in/people.csv\ntarget: { path: work/out.csv, split: 9 rows }\nobjects:\n  - from: people.csv\n    to: out\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv in the place of more parts",
        profile: "source: in/people.csv\ntarget: { path: work/out.csv, split: 300 bytes }\nobjects:\n  - from: people.csv\n    to: out\n    write: replace\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: |home| {
            people(home);
            (1..=6).for_each(|n| {
                fs::write(home.join(format!("work/out-00{n}.csv")), "Id,Name\n0,Old\n").expect("written")
            });
        },
    },
    Scenario {
        name: "csv to a packed file",
        profile: "source: in/people.csv\ntarget: work/out.csv.gz\nobjects:\n  - from: people.csv\n    to: out\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv to a workbook",
        profile: "source: in/people.csv\ntarget: work/out.xlsx\nobjects:\n  - from: people.csv\n    to: out\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv appended to a table without a key",
        profile: "source: in/people.csv\ntarget: 'sqlite:work/crm.db'\nobjects:\n  - from: people.csv\n    to: Contact\n    write: append\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: people,
    },
    Scenario {
        name: "csv inserted into a table with rules",
        profile: "source: in/people.csv\ntarget: 'sqlite:work/crm.db'\nobjects:\n  - from: people.csv\n    to: Contact\n    key: Id\n    fields:\n      Id: id\n      Name: name | trim\n      Email: email\n",
        prepare: |home| {
            people(home);
            sql(home, "CREATE TABLE Contact (Id TEXT PRIMARY KEY, Name TEXT CHECK (Name <> ''), Email TEXT)");
        },
    },
    Scenario {
        name: "csv upserted over what is there",
        profile: "source: in/people.csv\ntarget: 'sqlite:work/crm.db'\nobjects:\n  - from: people.csv\n    to: Contact\n    write: upsert\n    key: Email\n    fields:\n      Email: { value: email | lower, required: true }\n      Name: name | trim\n",
        prepare: |home| {
            people(home);
            sql(
                home,
                "CREATE TABLE Contact (Key INTEGER PRIMARY KEY AUTOINCREMENT, Email TEXT UNIQUE, Name TEXT);
                 INSERT INTO Contact (Email, Name) VALUES ('p3@x.org', 'Older'), ('p5@x.org', 'Person 5')",
            );
        },
    },
    Scenario {
        name: "csv in the place of a table",
        profile: "source: in/people.csv\ntarget: 'sqlite:work/crm.db'\nobjects:\n  - from: people.csv\n    to: Contact\n    write: replace\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: |home| {
            people(home);
            sql(home, "CREATE TABLE Contact (Id TEXT, Name TEXT); INSERT INTO Contact VALUES ('old', 'Old')");
        },
    },
    Scenario {
        name: "a database to csv",
        profile: "source: 'sqlite:in/old.db'\ntarget: work/out.csv\nobjects:\n  - from: people\n    to: out\n    duplicates: { key: email, keep: most-complete }\n    fields:\n      Id: id\n      Name: { value: name | trim, required: true }\n",
        prepare: |home| {
            let db = rusqlite::Connection::open(home.join("in/old.db")).expect("opened");
            db.execute_batch("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT)").expect("made");
            for (id, name, email) in rows() {
                db.execute("INSERT INTO people VALUES (?1, ?2, ?3)", (id, name, email)).expect("inserted");
            }
        },
    },
    Scenario {
        name: "two objects that refer to each other, into files",
        profile: "source: in\ntarget: work/out/\nobjects:\n  - from: people.csv\n    to: Contact\n    fields:\n      Id: id\n      Firm: { lookup: firm, in: Account, by: Legacy, missing: reject }\n  - from: firms.csv\n    to: Account\n    key: Key\n    fields:\n      Key: concat(\"A-\", no)\n      Legacy: no\n",
        prepare: people_and_firms,
    },
    Scenario {
        name: "two objects that refer to each other, into a database",
        profile: "source: in\ntarget: 'sqlite:work/crm.db'\nobjects:\n  - from: people.csv\n    to: Contact\n    write: append\n    fields:\n      Id: id\n      Firm: { lookup: firm, in: Account, by: Legacy, missing: reject }\n  - from: firms.csv\n    to: Account\n    write: append\n    fields:\n      Legacy: no\n",
        prepare: |home| {
            people_and_firms(home);
            sql(home, "CREATE TABLE Account (Key INTEGER PRIMARY KEY AUTOINCREMENT, Legacy TEXT)");
        },
    },
];

/// Repeated addresses, missing names, and a name per record.
fn rows() -> impl Iterator<Item = (u32, String, String)> {
    (0..48).map(|n| {
        let name = if n % 9 == 4 { String::new() } else { format!(" Person {n}") };
        (n, name, format!("P{}@x.org", n % 40))
    })
}

fn people(home: &Path) {
    let lines: String = rows().map(|(id, name, email)| format!("{id},{name},{email}\n")).collect();
    fs::write(home.join("in/people.csv"), format!("id,name,email\n{lines}")).expect("written");
}

/// Gives a scenario of people so many records.
pub fn enlarge(home: &Path, records: u32) {
    let lines: String = (0..records).map(|n| format!("{n}, Person {n},P{n}@x.org\n")).collect();
    fs::write(home.join("in/people.csv"), format!("id,name,email\n{lines}")).expect("written");
}

fn people_and_firms(home: &Path) {
    let people: String = (0..40).map(|n| format!("{n},f{}\n", n % 14)).collect();
    fs::write(home.join("in/people.csv"), format!("id,firm\n{people}")).expect("written");
    let firms: String = (0..12).map(|n| format!("f{n},Firm {n}\n")).collect();
    fs::write(home.join("in/firms.csv"), format!("no,title\n{firms}")).expect("written");
}

fn sql(home: &Path, statements: &str) {
    let db = rusqlite::Connection::open(home.join("work/crm.db")).expect("opened");
    db.execute_batch(statements).expect("prepared");
}

impl Scenario {
    /// Begins from nothing in `home`: source, profile, and what the target held.
    pub fn prepare(&self, home: &Path) {
        for folder in ["in", "work"] {
            let folder = home.join(folder);
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("removed");
            }
            fs::create_dir_all(&folder).expect("made");
        }
        (self.prepare)(home);
        fs::write(home.join("profile.yaml"), format!("mapwright: 1\n{}", self.profile)).expect("written");
    }

    /// As [`Scenario::prepare`], but keeps the source, so that it has not changed.
    pub fn prepare_target(&self, home: &Path) {
        let source = home.join("kept");
        if source.exists() {
            fs::remove_dir_all(&source).expect("removed");
        }
        fs::rename(home.join("in"), &source).expect("kept");
        self.prepare(home);
        fs::remove_dir_all(home.join("in")).expect("removed");
        fs::rename(&source, home.join("in")).expect("put back");
    }
}

/// A folder for a scenario, in memory where the system has such a place: every run makes its files durable many times.
pub fn home() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

/// Runs the profile of `home`.
pub fn run(home: &Path, how: How) -> Result<RunEnd, RunError> {
    let path = home.join("profile.yaml");
    let loaded = profile::load(&path).unwrap_or_else(|problems| panic!("{problems}"));
    let options = RunOptions {
        out: home.join("work/run"),
        profile_path: path.display().to_string(),
        profile_hash: engine::text_hash(&loaded.text),
        resume: how.resume,
        memory: how.memory,
        threads: how.threads,
        chunk_bytes: how.chunk_bytes,
        checkpoint_rows: how.checkpoint_rows,
        ..RunOptions::default()
    };
    engine::run(&loaded.profile, &options, &AtomicBool::new(false), &|_| ())
}

/// What stands under final names.
pub fn state(home: &Path) -> State {
    let mut state = State::new();
    for path in files(&home.join("work")) {
        let name = path.strip_prefix(home).expect("below").display().to_string();
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        let ours = name.contains("/run/") && !name.contains("rejects");
        // A log beside a database is read, and removed, together with it.
        let log = ["-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end));
        if ours || log || matches!(ending.as_str(), "part" | "tmp") {
            continue;
        }
        let text = if ending == "db" {
            dump(&path)
        } else {
            String::from_utf8_lossy(&fs::read(&path).expect("read")).into_owned()
        };
        state.insert(name, text);
    }
    state
}

/// Temporary files of mapwright, and tables of its own in databases.
pub fn leftovers(home: &Path) -> Vec<String> {
    let all = files(&home.join("work"));
    let mut left: Vec<String> = all
        .iter()
        .map(|path| path.display().to_string())
        .filter(|name| [".tmp", ".part", "-wal", "-shm", "-journal"].iter().any(|end| name.ends_with(end)))
        .collect();
    left.extend(state(home).into_values().filter(|text| text.contains("_mapwright")));
    left
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// All tables with all rows in the order of their row ids, after a look at the database's health.
pub fn dump(path: &Path) -> String {
    let db = rusqlite::Connection::open(path).expect("a database");
    let health: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(health, "ok", "{}", path.display());
    let mut query = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").expect("sql");
    let tables: Vec<(String, Option<String>)> = query
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("tables")
        .map(|table| table.expect("a table"))
        .collect();
    let mut text = String::new();
    for (name, sql) in tables {
        text.push_str(&format!("{name}: {}\n", sql.unwrap_or_default()));
        let mut query = db.prepare(&format!("SELECT rowid, * FROM \"{name}\" ORDER BY rowid")).expect("sql");
        let width = query.column_count();
        let mut rows = query.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            let cells = (0..width).map(|at| match row.get_ref(at).expect("a value") {
                ValueRef::Null => "NULL".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => format!("{number:?}"),
                ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
                ValueRef::Blob(bytes) => format!("{bytes:?}"),
            });
            text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join(", ")));
        }
    }
    text
}

#[test]
fn every_scenario_runs_and_leaves_nothing_behind() {
    for scenario in SCENARIOS {
        let home = home();
        scenario.prepare(home.path());
        let end = run(home.path(), How::default()).unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
        assert_eq!(end.exit(), 0, "{}: {:?}", scenario.name, end.error);
        assert!(end.report.ledger.written() > 5, "{}: {:?}", scenario.name, end.report.ledger);
        assert!(leftovers(home.path()).is_empty(), "{}: {:?}", scenario.name, leftovers(home.path()));
    }
}
