//! Learns the weights of field matching and says how good they are on systems they have not seen.
//!
//!     cargo run --release --example train_matching -- [--write] [--ablation FILE] [--misses] [DIR...]
//!     cargo run --release --example train_matching -- --memory DIR...    what confirming one object gains the next
//!     cargo run --release --example train_matching -- --time DIR...      how long suggestions take
//!
//! DIR holds pair files: {"name", "origin", "source": {"entity", "fields"}, "target": ..., "truth": [[source, target]]}.
//! They are joined by the tables of `assets/matching/training/`: systems with their fields and what each means; every
//! two systems of one table make a pair. Every figure printed is cross-validated: a pair of files is judged by weights
//! learned without its family (the repository it is from) and without table pairs of the same two systems; a table
//! pair by weights learned without its source's systems. `--write` learns from all and writes
//! `assets/matching/weights.json`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use mapwright::matching::training::{Example, Measured, Outcome, Weights, calibrate, learn};
use mapwright::matching::{
    Between, Memory, Options, Remembered, Suggestions, Verdict, object_from_field_list, suggest_with,
};
use mapwright::schema::Object;

const TABLES: &str = "assets/matching/training";
const WEIGHTS: &str = "assets/matching/weights.json";
/// Folds over the systems of the tables.
const FOLDS: usize = 5;
/// Targets that a system of the tables is paired with.
const PARTNERS: usize = 4;
/// What all table pairs count together, against one for each pair file.
const TABLES_COUNT: f32 = 1.0;
/// Precision that accepted pairs are to have.
const PRECISION: f64 = 0.975;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut folders = Vec::new();
    let (mut write, mut misses, mut ablation) = (false, false, None);
    let (mut memory, mut time) = (false, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--write" => write = true,
            "--misses" => misses = true,
            "--memory" => memory = true,
            "--time" => time = true,
            "--ablation" => ablation = rest.next().map(PathBuf::from),
            folder => folders.push(PathBuf::from(folder)),
        }
    }
    let start = Instant::now();
    let mut examples: Vec<Example> = folders.iter().flat_map(|folder| pair_files(folder)).collect();
    let files = examples.len();
    examples.extend(table_pairs(Path::new(TABLES), files));
    if memory {
        show_memory(&examples[..files]);
    }
    if time {
        show_time(&examples);
    }
    if memory || time {
        return;
    }
    let mut measured: Vec<Measured> = examples.iter().map(Measured::new).collect();
    println!("{} pair files, {} table pairs, measured in {:.1?}", files, examples.len() - files, start.elapsed());

    let folds = folds(&examples);
    let outcomes = cross_validate(&mut measured, &folds, &[], misses);
    let judged: Vec<(Outcome, f32)> =
        outcomes.iter().zip(&examples).map(|(outcome, example)| (outcome.clone(), example.weight)).collect();
    let calibration = calibrate(&judged, PRECISION);
    println!("confidence: {calibration:?}");
    let calibrated = |outcome: &Outcome| Figures::of_calibrated(outcome, &calibration);
    let mut by_family: BTreeMap<String, Figures> = BTreeMap::new();
    for (at, outcome) in outcomes.iter().enumerate() {
        let figures = calibrated(outcome).for_example(&examples[at]);
        let group = if at < files { "pair files" } else { "tables" };
        by_family.entry(format!("{group}: all")).or_default().add(&figures);
        by_family.entry(format!("{group}: {}", kind_of(&examples[at]))).or_default().add(&figures);
        if at < files {
            by_family.entry(format!("file {}", examples[at].name)).or_default().add(&figures);
        }
    }
    for (name, figures) in &by_family {
        println!("{name:58} {figures}");
    }
    if let Some(path) = ablation {
        write_ablation(&path, &examples, &mut measured, &folds, files);
    }
    if write {
        let mut all: Vec<&mut Measured> = measured.iter_mut().collect();
        let weights = Weights { confidence: calibration, ..learn(&mut all, &[]) };
        match serde_json::to_string_pretty(&weights) {
            Ok(text) => match std::fs::write(WEIGHTS, text + "\n") {
                Ok(()) => println!("written: {WEIGHTS}"),
                Err(error) => eprintln!("{WEIGHTS}: {error}"),
            },
            Err(error) => eprintln!("{error}"),
        }
    }
}

// ---------------------------------------------------------------- examples

fn kind_of(example: &Example) -> &str {
    example.family.split(' ').next().unwrap_or_default()
}

fn pair_files(folder: &Path) -> Vec<Example> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().filter_map(|path| pair_file(path)).collect()
}

fn pair_file(path: &Path) -> Option<Example> {
    let text = std::fs::read_to_string(path).ok()?;
    let pair: serde_json::Value = serde_json::from_str(&text).ok()?;
    let object = |side: &str| object_from_field_list(&pair.get(side)?.to_string()).ok();
    let origin = pair.get("origin").and_then(|origin| origin.as_str()).unwrap_or_default();
    let repository = origin.split(' ').next().unwrap_or_default().to_owned();
    let truth = pair
        .get("truth")?
        .as_array()?
        .iter()
        .filter_map(|both| Some((both.get(0)?.as_str()?.to_owned(), both.get(1)?.as_str()?.to_owned())));
    Some(Example {
        name: pair.get("name")?.as_str()?.to_owned(),
        family: repository,
        source: object("source")?,
        target: object("target")?,
        truth: truth.collect(),
        weight: 1.0,
    })
}

/// One system of a table.
struct System {
    name: String,
    object: Object,
    /// What each field means; empty: nothing that others have.
    meanings: Vec<Vec<String>>,
}

/// A table: `[system Entity]` heads, then lines `name | label | type | meaning, meaning`.
fn read_table(text: &str) -> Vec<System> {
    let mut systems: Vec<System> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (name, entity) = head.split_once(' ').unwrap_or((head, head));
            systems.push(System {
                name: name.to_owned(),
                object: Object { name: entity.to_owned(), ..Object::default() },
                meanings: Vec::new(),
            });
            continue;
        }
        let Some(system) = systems.last_mut() else { continue };
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, label, field_type, meanings] = parts[..] else {
            eprintln!("no field: {line}");
            continue;
        };
        let list = serde_json::json!({"entity": "", "fields": [{
            "name": name, "type": field_type, "label": if label.is_empty() { None } else { Some(label) }
        }]});
        if let Ok(object) = object_from_field_list(&list.to_string()) {
            system.object.fields.extend(object.fields);
            system.meanings.push(
                meanings
                    .split(',')
                    .map(str::trim)
                    .filter(|meaning| !meaning.is_empty() && *meaning != "-")
                    .map(str::to_owned)
                    .collect(),
            );
        }
    }
    systems
}

fn table_pairs(folder: &Path, files: usize) -> Vec<Example> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let mut pairs = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let kind = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let systems = read_table(&text);
        for (at, source) in systems.iter().enumerate() {
            let step = (systems.len() / PARTNERS).max(1);
            for partner in 0..PARTNERS.min(systems.len().saturating_sub(1)) {
                let target = &systems[(at + 1 + partner * step) % systems.len()];
                if target.name != source.name {
                    pairs.extend(table_pair(&kind, source, target));
                }
            }
        }
    }
    let weight = TABLES_COUNT * files.max(20) as f32 / pairs.len().max(1) as f32;
    for pair in &mut pairs {
        pair.weight = weight;
    }
    pairs
}

fn table_pair(kind: &str, source: &System, target: &System) -> Option<Example> {
    let mut truth = Vec::new();
    for (a, meanings) in source.object.fields.iter().zip(&source.meanings) {
        for (b, others) in target.object.fields.iter().zip(&target.meanings) {
            if meanings.iter().any(|meaning| others.contains(meaning)) {
                truth.push((a.name.clone(), b.name.clone()));
            }
        }
    }
    (truth.len() >= 3).then(|| Example {
        name: format!("{} to {}", source.name, target.name),
        family: format!("{kind} {} {}", source.name, target.name),
        source: source.object.clone(),
        target: target.object.clone(),
        truth,
        weight: 1.0,
    })
}

// ---------------------------------------------------------------- folds

/// Which examples are judged together, and which may be learned from meanwhile.
struct Fold {
    judged: Vec<usize>,
    learned: Vec<usize>,
}

/// Systems that the pair files of a repository join, as the tables name them.
fn systems_of(repository: &str) -> &'static [&'static str] {
    match repository {
        name if name.contains("SuiteCRM") => &["suitecrm", "salesforce", "outlook", "google", "act"],
        name if name.contains("marketo") => &["marketo", "salesforce"],
        name if name.contains("supaglue") => &["salesforce", "hubspot", "pipedrive"],
        name if name.contains("roundcube") => &["outlook", "roundcube"],
        name if name.contains("unified-operations") => &["finops", "dynamics"],
        name if name.contains("BCApps") => &["dynamics-sl", "business-central"],
        _ => &[],
    }
}

fn folds(examples: &[Example]) -> Vec<Fold> {
    let is_table = |example: &Example| example.family.split(' ').count() == 3;
    let repositories: HashSet<&str> =
        examples.iter().filter(|example| !is_table(example)).map(|example| example.family.as_str()).collect();
    let mut sorted: Vec<&str> = repositories.into_iter().collect();
    sorted.sort_unstable();
    let mut folds = Vec::new();
    for repository in sorted {
        let systems = systems_of(repository);
        let same_systems = |example: &Example| {
            let parts: Vec<&str> = example.family.split(' ').collect();
            is_table(example) && parts[1..].iter().all(|system| systems.contains(system))
        };
        let judged = (0..examples.len()).filter(|at| examples[*at].family == repository).collect();
        let learned = (0..examples.len())
            .filter(|at| examples[*at].family != repository && !same_systems(&examples[*at]))
            .collect();
        folds.push(Fold { judged, learned });
    }
    let fold_of = |system: &str| system.bytes().map(usize::from).sum::<usize>() % FOLDS;
    for fold in 0..FOLDS {
        let parts = |at: &usize| examples[*at].family.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let judged: Vec<usize> =
            (0..examples.len()).filter(|at| is_table(&examples[*at]) && fold_of(&parts(at)[1]) == fold).collect();
        let learned = (0..examples.len())
            .filter(|at| !is_table(&examples[*at]) || parts(at)[1..].iter().all(|system| fold_of(system) != fold))
            .collect();
        if !judged.is_empty() {
            folds.push(Fold { judged, learned });
        }
    }
    folds
}

fn cross_validate<F: std::borrow::Borrow<Fold>>(
    measured: &mut [Measured],
    folds: &[F],
    without: &[&str],
    misses: bool,
) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::default(); measured.len()];
    for fold in folds.iter().map(std::borrow::Borrow::borrow) {
        let keep: HashSet<usize> = fold.learned.iter().copied().collect();
        let mut learned: Vec<&mut Measured> =
            measured.iter_mut().enumerate().filter(|(at, _)| keep.contains(at)).map(|(_, example)| example).collect();
        let weights = learn(&mut learned, without);
        for at in &fold.judged {
            outcomes[*at] = measured[*at].judge(&weights);
            if misses && (measured[*at].example.family.split(' ').count() != 3 || at % 7 == 0) {
                print_misses(&measured[*at], &weights, &outcomes[*at]);
            }
        }
    }
    outcomes
}

// ---------------------------------------------------------------- figures

/// Counts behind the figures; they add up over examples.
#[derive(Clone, Default)]
struct Figures {
    sources: f64,
    first: f64,
    among_three: f64,
    truths: f64,
    found_at_truth: f64,
    possible: f64,
    /// One-to-one pairs that are judged: confidence, right, accepted.
    judged: Vec<(f32, bool, bool)>,
}

impl Figures {
    fn of_calibrated(outcome: &Outcome, calibration: &impl CalibrationLike) -> Partial {
        Partial {
            outcome: outcome.clone(),
            confidences: outcome.pairs.iter().map(|pair| calibration.of(pair.standing)).collect(),
            accept_from: calibration.accept_from(),
        }
    }

    fn add(&mut self, other: &Figures) {
        self.sources += other.sources;
        self.first += other.first;
        self.among_three += other.among_three;
        self.truths += other.truths;
        self.found_at_truth += other.found_at_truth;
        self.possible += other.possible;
        self.judged.extend_from_slice(&other.judged);
    }

    fn precision_recall(&self, keep: impl Fn(&(f32, bool, bool)) -> bool) -> (f64, f64) {
        let kept: Vec<_> = self.judged.iter().filter(|entry| keep(entry)).collect();
        let right = kept.iter().filter(|(_, right, _)| *right).count() as f64;
        (right / (kept.len() as f64).max(1.0), right / self.possible.max(1.0))
    }

    fn calibration_error(&self) -> f64 {
        let mut error = 0.0;
        for bin in 0..10 {
            let inside: Vec<_> =
                self.judged.iter().filter(|(confidence, ..)| ((confidence * 10.0) as usize).min(9) == bin).collect();
            if !inside.is_empty() {
                let count = inside.len() as f64;
                let mean = inside.iter().map(|(confidence, ..)| f64::from(*confidence)).sum::<f64>() / count;
                let right = inside.iter().filter(|(_, right, _)| *right).count() as f64 / count;
                error += count / self.judged.len() as f64 * (mean - right).abs();
            }
        }
        error
    }

    fn f1(&self) -> f64 {
        let (precision, recall) = self.precision_recall(|(confidence, ..)| *confidence >= 0.5);
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (precision, recall) = self.precision_recall(|(confidence, ..)| *confidence >= 0.5);
        let (accepted, accepted_recall) = self.precision_recall(|(_, _, accepted)| *accepted);
        write!(
            out,
            "n {:5} top1 {:.3} top3 {:.3} R@GT {:.3} | P {precision:.3} R {recall:.3} F1 {:.3} | accepted P {accepted:.3} R {accepted_recall:.3} | ECE {:.3}",
            self.sources,
            self.first / self.sources.max(1.0),
            self.among_three / self.sources.max(1.0),
            self.found_at_truth / self.truths.max(1.0),
            self.f1(),
            self.calibration_error()
        )
    }
}

trait CalibrationLike {
    fn of(&self, standing: mapwright::matching::training::Standing) -> f32;
    fn accept_from(&self) -> f32;
}

impl CalibrationLike for mapwright::matching::training::Calibration {
    fn of(&self, standing: mapwright::matching::training::Standing) -> f32 {
        self.confidence(standing)
    }

    fn accept_from(&self) -> f32 {
        self.accept_from
    }
}

/// An outcome with its confidences, before it is held against the truth.
struct Partial {
    outcome: Outcome,
    confidences: Vec<f32>,
    accept_from: f32,
}

impl Partial {
    fn for_example(&self, example: &Example) -> Figures {
        let mut figures = Figures::default();
        let pairs = &self.outcome.pairs;
        let mut rows: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, pair) in pairs.iter().enumerate() {
            rows.entry(pair.source).or_default().push(at);
        }
        let by_confidence = |a: &usize, b: &usize| self.confidences[*b].total_cmp(&self.confidences[*a]).then(a.cmp(b));
        for (source, list) in &mut rows {
            let name = &example.source.fields[*source as usize].name;
            if example.truth.iter().any(|(from, _)| from == name) {
                list.sort_by(by_confidence);
                let place = list.iter().position(|at| pairs[*at].is_true);
                figures.sources += 1.0;
                figures.first += if place == Some(0) { 1.0 } else { 0.0 };
                figures.among_three += if place.is_some_and(|place| place < 3) { 1.0 } else { 0.0 };
            }
        }
        let mut all: Vec<usize> = (0..pairs.len()).collect();
        all.sort_by(by_confidence);
        figures.truths = example.truth.len() as f64;
        figures.found_at_truth = all.iter().take(example.truth.len()).filter(|at| pairs[**at].is_true).count() as f64;
        let sources: HashSet<&String> = example.truth.iter().map(|(source, _)| source).collect();
        let targets: HashSet<&String> = example.truth.iter().map(|(_, target)| target).collect();
        figures.possible = sources.len().min(targets.len()) as f64;
        figures.judged = self
            .outcome
            .mapping
            .iter()
            .map(|at| (pairs[*at], self.confidences[*at]))
            .filter(|(pair, _)| pair.known)
            .map(|(pair, confidence)| {
                let best = pair.standing.row_margin > 0.0 && pair.standing.column_margin > 0.0;
                (confidence, pair.is_true, best && confidence >= self.accept_from)
            })
            .collect();
        figures
    }
}

fn print_misses(measured: &Measured, weights: &Weights, outcome: &Outcome) {
    let example = measured.example;
    let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, pair) in outcome.pairs.iter().enumerate() {
        rows.entry(pair.source).or_default().push(at);
    }
    for (source, mut list) in rows {
        let field = &example.source.fields[source as usize];
        let truths: Vec<&String> =
            example.truth.iter().filter(|(from, _)| *from == field.name).map(|(_, target)| target).collect();
        if truths.is_empty() {
            continue;
        }
        list.sort_by(|a, b| outcome.pairs[*b].standing.score.total_cmp(&outcome.pairs[*a].standing.score));
        let place = list.iter().position(|at| outcome.pairs[*at].is_true);
        if place == Some(0) {
            continue;
        }
        let said: Vec<String> = list
            .iter()
            .take(3)
            .map(|at| {
                let pair = outcome.pairs[*at];
                format!("{} {:.2}", example.target.fields[pair.target as usize].name, pair.standing.score)
            })
            .collect();
        let found = place.map_or("not a candidate".to_owned(), |place| {
            format!("at {} with {:.2}", place + 1, outcome.pairs[list[place]].standing.score)
        });
        let mut because = String::new();
        if let Some(place) = place {
            let parts = |at: usize| measured.parts(weights, outcome.pairs[at].source, outcome.pairs[at].target);
            let (said, truth) = (parts(list[0]), parts(list[place]));
            let mut differences: Vec<(f32, &str)> =
                said.iter().zip(&truth).map(|((name, a), (_, b))| (a - b, name.as_str())).collect();
            differences.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
            because = differences.iter().take(5).map(|(part, name)| format!(" {name} {part:+.1}")).collect();
        }
        println!(
            "MISS {:44} {:32} -> {truths:?} ({found}); said {};{because}",
            example.name,
            field.name,
            said.join(", ")
        );
    }
}

// ---------------------------------------------------------------- ablation

/// Signals taken away together.
const GROUPS: &[(&str, &[&str])] = &[
    ("nothing", &[]),
    ("spelling", &["same name", "trigrams"]),
    ("words", &["words", "same phrase", "telling", "clean"]),
    (
        "concepts",
        &[
            "whole meaning",
            "meaning",
            "source explained",
            "target explained",
            "head",
            "head conflict",
            "opposite label",
        ],
    ),
    ("opposites", &["opposites"]),
    ("second reading", &["second reading", "length", "guessed", "unknown words"]),
    ("word vectors", &["word vectors"]),
    ("description", &["description"]),
    (
        "slots",
        &[
            "same slot",
            "slot conflict",
            "slot stand-in",
            "other main slot",
            "main slot only here",
            "second slot only here",
        ],
    ),
    ("index", &["same index", "index conflict"]),
    ("types", &["type", "type conflict", "id alike", "named id", "flag"]),
    ("values", &["value kind", "value conflict", "value overlap"]),
    ("surroundings", &["row margin", "column margin", "mutual best", "row share", "column share"]),
    ("blocks", &["block"]),
];

/// A Markdown table: top-1 on every family of pair files, with groups of signals taken away.
fn write_ablation(path: &Path, examples: &[Example], measured: &mut [Measured], folds: &[Fold], files: usize) {
    let folds: Vec<&Fold> = folds.iter().filter(|fold| fold.judged.iter().any(|at| *at < files)).collect();
    let family = |example: &Example| example.family.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let mut families: Vec<String> = examples[..files].iter().map(family).collect();
    families.sort();
    families.dedup();
    let mut text = String::from("| without | top-1 | top-3 | F1 |");
    families.iter().for_each(|family| text.push_str(&format!(" {family} |")));
    text.push_str(&format!("\n|---|---|---|---|{}\n", "---|".repeat(families.len())));
    for (name, without) in GROUPS {
        let outcomes = cross_validate(measured, &folds, without, false);
        let judged: Vec<(Outcome, f32)> = outcomes[..files]
            .iter()
            .zip(examples)
            .map(|(outcome, example)| (outcome.clone(), example.weight))
            .collect();
        let calibration = calibrate(&judged, PRECISION);
        let mut all = Figures::default();
        let mut sums: BTreeMap<String, Figures> = BTreeMap::new();
        for (outcome, example) in outcomes[..files].iter().zip(examples) {
            let figures = Figures::of_calibrated(outcome, &calibration).for_example(example);
            all.add(&figures);
            sums.entry(family(example)).or_default().add(&figures);
        }
        let top = |figures: &Figures| figures.first / figures.sources.max(1.0);
        let three = all.among_three / all.sources.max(1.0);
        text.push_str(&format!("| {name} | {:.3} | {three:.3} | {:.3} |", top(&all), all.f1()));
        sums.values().for_each(|figures| text.push_str(&format!(" {:.3} |", top(figures))));
        text.push('\n');
        println!("without {name}: {:.3} {:.3}", top(&all), all.f1());
    }
    if let Err(error) = std::fs::write(path, text) {
        eprintln!("{}: {error}", path.display());
    }
}

// ---------------------------------------------------------------- memory and time

/// Pairs of an object that are confirmed before the next object is looked at.
const CONFIRMED: usize = 20;

/// For every two files that join the same two systems: top-1 of the second alone, and after confirming the first's.
fn show_memory(examples: &[Example]) {
    let systems = |example: &Example| {
        let first = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
        (first(&example.source.name), first(&example.target.name))
    };
    for (at, known) in examples.iter().enumerate() {
        for (other, next) in examples.iter().enumerate() {
            if at == other || known.family != next.family || systems(known) != systems(next) {
                continue;
            }
            let between = |example: &Example| Between {
                source_system: systems(example).0,
                source_object: example.source.name.clone(),
                target_system: systems(example).1,
                target_object: format!("{} of {}", example.target.name, example.name),
            };
            let mut memory = Memory::default();
            for (source, target) in known.truth.iter().take(CONFIRMED) {
                memory.remember(Remembered {
                    between: between(known),
                    source: source.clone(),
                    target: target.clone(),
                    values: None,
                    verdict: Verdict::Confirmed,
                    origin: String::new(),
                });
            }
            let here = between(next);
            let learned = suggest_with(&next.source, &next.target, &Options { memory: Some((&memory, &here)) });
            let alone = suggest_with(&next.source, &next.target, &Options::default());
            println!(
                "{} after {CONFIRMED} pairs of {}: top-1 {:.3} -> {:.3}",
                next.name,
                known.name,
                first_places(next, &alone),
                first_places(next, &learned)
            );
        }
    }
}

fn first_places(example: &Example, suggestions: &Suggestions) -> f64 {
    let (mut right, mut all) = (0.0, 0.0);
    for (source, candidates) in &suggestions.by_source {
        let mut truths = example.truth.iter().filter(|(from, _)| from == source).peekable();
        if truths.peek().is_some() {
            all += 1.0;
            let first = candidates.first().map(|candidate| &candidate.field);
            right += if truths.any(|(_, target)| Some(target) == first) { 1.0 } else { 0.0 };
        }
    }
    right / f64::max(all, 1.0)
}

/// The time that suggestions take for objects of several sizes, made of the examples' own fields.
fn show_time(examples: &[Example]) {
    let collect = |side: fn(&Example) -> &Object, size: usize| {
        let mut fields: Vec<_> = examples.iter().flat_map(|example| side(example).fields.iter().cloned()).collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields.dedup_by(|a, b| a.name == b.name);
        let step = (fields.len() / size).max(1);
        let fields = fields.into_iter().step_by(step).take(size).collect();
        Object { name: "Contact".to_owned(), fields, ..Object::default() }
    };
    for size in [30, 100, 300, 1000] {
        let (source, target) = (collect(|example| &example.source, size), collect(|example| &example.target, size));
        let mut best = f64::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            let suggestions = suggest_with(&source, &target, &Options::default());
            best = best.min(start.elapsed().as_secs_f64() * 1000.0);
            assert_eq!(suggestions.by_source.len(), source.fields.len());
        }
        println!("{} x {} fields: {best:.1} ms", source.fields.len(), target.fields.len());
    }
}
