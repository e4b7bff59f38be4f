//! The parts of a run by themselves: reader, plan, duplicates, writer, preview; and the readers of other formats against the
//! libraries underneath. Prints medians; asserts nothing about time.
//!
//!     cargo bench --bench micro [-- ROWS]
//!
//! The source is made here: names, e-mails, phones and notes of people who do not exist, a quarter of them quoted.

#[path = "micro/formats.rs"]
mod formats;

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use mapwright::connect::{Chunk, Location, ReadRequest, Source, open_source};
use mapwright::dedupe::{Fingerprints, fingerprint};
use mapwright::engine::{self, Links, Plan, PlanOptions, PreviewSettle, RunOptions};
use mapwright::profile;
use mapwright::record::Batch;

const ROUNDS: usize = 5;

fn contacts(rows: usize) -> String {
    let (first, last) =
        (["Ada", "José", "Mary Ann", "  Zoë ", "Li"], ["Lovelace", "Müller", "O'Brien", "Smith, Jr.", "陈"]);
    let country = ["US", "Germany", "uk", "", "France"];
    let mut text = String::from("id,first_name,last_name,email,phone,country,created,amount,notes\n");
    for row in 0..rows {
        let number = row.wrapping_mul(2_654_435_761) % 10_000_000;
        let pick = |names: [&'static str; 5], salt: usize| names[(number / salt) % 5];
        let _ = writeln!(
            text,
            "C-{row:08},{},\"{}\",user{}@Example.com ,+49 30 {number:07},{},{:04}-{:02}-{:02},\"{},{:02}\",\"called,  follow up {number}\"",
            pick(first, 1),
            pick(last, 7),
            number % (rows * 19 / 20 + 1),
            pick(country, 31),
            1990 + number % 40,
            1 + number % 12,
            1 + number % 28,
            number % 90_000,
            number % 100,
        );
    }
    text
}

const PROFILE: &str = "
mapwright: 1
source: contacts.csv
target: out.csv
objects:
  - from: contacts.csv
    to: out
    write: replace
    duplicates: { key: target.email, keep: first }
    fields:
      id: { value: id | trim, required: true }
      first_name: first_name | collapse
      last_name: last_name | collapse | default('Unknown')
      full_name: join(' ', target.first_name, target.last_name)
      email: { value: email | trim | lower, pattern: '[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,24}' }
      phone: phone | keep('0-9+')
      country: country | trim | upper | default('US')
      created: created | date('YYYY-MM-DD', 'DD.MM.YYYY')
      amount: amount | replace(',', '.') | decimals(2)
      notes: { value: notes | collapse, max_length: 80 }
";

/// Thirty fields for the preview.
fn wide() -> String {
    let mut text = PROFILE.to_owned();
    for field in 0..20 {
        let _ = writeln!(
            text,
            "      extra_{field}: notes | collapse | lower | replace('a', 'b') | truncate({})",
            10 + field
        );
    }
    text
}

fn median(mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[ROUNDS / 2]
}

fn read(source: &dyn Source, take: &mut dyn FnMut(&Batch) -> bool) {
    let mut reader = source.read("contacts.csv", &ReadRequest::default()).expect("reads");
    let decoder = reader.decoder();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    while reader.next(&mut chunk).expect("a chunk") {
        decoder.decode(&mut chunk, &mut batch).expect("records");
        if !take(&batch) {
            break;
        }
    }
}

fn run(folder: &Path, dry_run: bool) {
    let profile = profile::parse(PROFILE, folder).expect("a profile");
    let out = tempfile::tempdir_in(folder).expect("a folder");
    let options = RunOptions { out: out.path().join("run"), dry_run, threads: 1, ..RunOptions::default() };
    let end = engine::run(&profile, &options, &AtomicBool::new(false), &|_| ()).expect("runs");
    assert!(end.error.is_none() && end.report.balances);
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(200_000usize);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("contacts.csv");
    std::fs::write(&path, contacts(rows)).expect("a source");
    let source = open_source(&Location::from_argument(&path.display().to_string())).expect("opens");
    let per_row = |seconds: f64| seconds / rows as f64 * 1e9;

    let reading = median(|| read(&*source, &mut |batch| black_box(batch.len()) > 0));
    println!("reader   {:8.0} ns a row (cut and decode)", per_row(reading));
    let dry = median(|| run(folder.path(), true));
    println!(
        "plan     {:8.0} ns a row (a dry run less the reader: 10 fields, checks, counts, duplicates)",
        per_row(dry - reading)
    );
    let written = median(|| run(folder.path(), false));
    println!("writer   {:8.0} ns a row (a run less a dry run: encode, write, sync, hash)", per_row(written - dry));
    let keys: Vec<u128> = (0..rows as u64 * 5).map(|number| fingerprint(&number.to_le_bytes(), 7)).collect();
    let inserted = median(|| {
        let mut set = Fingerprints::default();
        let new = keys.iter().filter(|key| set.insert(**key)).count();
        black_box(new);
    });
    println!("dedupe   {:8.0} ns a key ({} keys)", inserted / keys.len() as f64 * 1e9, keys.len());

    formats::print(folder.path(), rows);

    let profile = profile::parse(&wide(), folder.path()).expect("a profile");
    let mapping = &profile.objects[0];
    let mut first = Batch::default();
    read(&*source, &mut |batch| {
        first = batch.clone();
        first.rows.truncate(200);
        false
    });
    let fields: Vec<String> =
        source.object("contacts.csv").expect("fields").fields.iter().map(|field| field.name.clone()).collect();
    let options =
        PlanOptions { now: jiff::Timestamp::now(), keys: None, links: Links::of(&profile), holds: Default::default() };
    let plan = Plan::compile(mapping, &fields, None, options).expect("a plan");
    let mut scratch = plan.scratch();
    let seen = median(|| {
        let mut settled = PreviewSettle::new(&plan);
        black_box(engine::preview(&plan, &first, &mut scratch, &mut settled));
    });
    println!("preview  {:8.2} ms for {} records through {} fields", seen * 1e3, first.len(), plan.width());
}
