//! Learns the weights of field matching and says how good they are on systems they have not seen.
//!
//!     cargo run --release --example train_matching -- [--write] [--misses] [DIR...]
//!     cargo run --release --example train_matching -- --document docs/matching.md DIR...   the figures, as a page
//!     cargo run --release --example train_matching -- --foreign                           headers in other languages
//!     cargo run --release --example train_matching -- --time DIR...                       how long suggestions take
//!
//! DIR holds pair files: {"name", "origin", "source": {"entity", "fields"}, "target": ..., "truth": [[source, target]]}.
//! They are joined by the tables of `assets/matching/training/`: systems with their fields and what each means; every
//! two systems of one table make a pair. Every figure printed is cross-validated: a pair of files is judged by weights
//! learned without its family (the repository it is from) and without table pairs of the same two systems; a table
//! pair by weights learned without its source's systems. `--write` learns from all and writes
//! `assets/matching/weights.json`. The tables of `tests/matching/` are never learned from.

mod ablation;
mod document;
mod figures;
mod folds;
mod memory;
mod misses;
mod pairs;
mod time;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mapwright::matching::training::{Calibration, Example, Measured, Outcome, Weights, calibrate, learn, shipped};

use figures::{Figures, Partial};
use folds::{cross_validate, folds};

const TABLES: &str = "assets/matching/training";
const WEIGHTS: &str = "assets/matching/weights.json";
/// Tables of headers in other languages: looked at while the alias tables were written, and not.
const FOREIGN: &[&str] = &["tests/matching/languages", "tests/matching/held_out"];
/// Precision that accepted pairs are to have.
const PRECISION: f64 = 0.975;

#[derive(Default)]
struct Arguments {
    folders: Vec<PathBuf>,
    write: bool,
    misses: bool,
    foreign: bool,
    time: bool,
    document: Option<PathBuf>,
}

fn arguments() -> Arguments {
    let mut read = Arguments::default();
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--write" => read.write = true,
            "--misses" => read.misses = true,
            "--foreign" => read.foreign = true,
            "--time" => read.time = true,
            "--document" => read.document = rest.next().map(PathBuf::from),
            folder => read.folders.push(PathBuf::from(folder)),
        }
    }
    read
}

fn main() {
    let arguments = arguments();
    let mut examples: Vec<Example> = arguments.folders.iter().flat_map(|folder| pairs::pair_files(folder)).collect();
    let files = examples.len();
    if arguments.foreign {
        for folder in FOREIGN {
            println!("{folder}");
            for (language, figures) in foreign(Path::new(folder), shipped(), arguments.misses) {
                println!("  {language:20} {figures}");
            }
        }
        return;
    }
    if arguments.time {
        let all: Vec<Example> = examples.into_iter().chain(pairs::table_pairs(Path::new(TABLES), files)).collect();
        time::times(&all).iter().for_each(|(what, time)| println!("{what}: {time:.1} ms"));
        return;
    }
    examples.extend(pairs::table_pairs(Path::new(TABLES), files));
    let mut measured: Vec<Measured> = examples.iter().map(Measured::new).collect();
    println!("{} pair files, {} table pairs", files, examples.len() - files);

    let folds = folds(&examples);
    let (outcomes, unseen) = cross_validate(&mut measured, &folds, &[], arguments.misses);
    let calibration = calibrated(&outcomes, &examples);
    println!("confidence: {calibration:?}");
    let groups = groups(&examples, &outcomes, &calibration, files);
    groups.iter().for_each(|(name, figures)| println!("{name:58} {figures}"));
    if arguments.write {
        let mut all: Vec<&mut Measured> = measured.iter_mut().collect();
        let weights = Weights { confidence: calibration.clone(), ..learn(&mut all, &[]) };
        let written = serde_json::to_string_pretty(&weights).map(|text| std::fs::write(WEIGHTS, text + "\n"));
        println!("{WEIGHTS}: {written:?}");
    }
    if let Some(path) = arguments.document {
        let weights_for = |at: usize| {
            let fold = folds.iter().position(|fold| fold.judged.contains(&at)).unwrap_or_default();
            &unseen[fold]
        };
        let gains = memory::gains(&examples[..files], weights_for);
        let figures = document::Measurements {
            groups,
            foreign: FOREIGN.iter().map(|folder| foreign(Path::new(folder), shipped(), false)).collect(),
            gains,
            times: time::times(&examples),
            ablation: ablation::table(&examples, &mut measured, &folds, files),
        };
        let written = std::fs::write(&path, document::page(&figures));
        println!("{}: {written:?}", path.display());
    }
}

fn calibrated(outcomes: &[Outcome], examples: &[Example]) -> Calibration {
    let judged: Vec<(Outcome, f32)> =
        outcomes.iter().zip(examples).map(|(outcome, example)| (outcome.clone(), example.weight)).collect();
    calibrate(&judged, PRECISION)
}

/// Figures of all pair files, all tables, each kind of table, and each file.
fn groups(
    examples: &[Example],
    outcomes: &[Outcome],
    calibration: &Calibration,
    files: usize,
) -> BTreeMap<String, Figures> {
    let mut groups: BTreeMap<String, Figures> = BTreeMap::new();
    for (at, (example, outcome)) in examples.iter().zip(outcomes).enumerate() {
        let figures = Partial::new(outcome, calibration).for_example(example);
        let names = if at < files {
            ["pair files: all".to_owned(), format!("file {}", example.name)]
        } else {
            ["tables: all".to_owned(), format!("tables: {}", pairs::kind_of(example))]
        };
        names.into_iter().for_each(|name| groups.entry(name).or_default().add(&figures));
    }
    groups
}

/// Figures by language, and of all: headers in other languages against English ones.
fn foreign(folder: &Path, weights: &Weights, show_misses: bool) -> Vec<(String, Figures)> {
    let examples = pairs::foreign_pairs(folder);
    let mut sums: BTreeMap<String, Figures> = BTreeMap::new();
    let mut all = Figures::default();
    for example in &examples {
        let mut measured = Measured::new(example);
        let outcome = measured.judge(weights);
        if show_misses {
            misses::print_misses(&measured, weights, &outcome);
        }
        let figures = Partial::new(&outcome, &weights.confidence).for_example(example);
        let language = example.name.split('-').next().unwrap_or_default().to_owned();
        sums.entry(language).or_default().add(&figures);
        all.add(&figures);
    }
    sums.into_iter().chain([("all".to_owned(), all)]).collect()
}
