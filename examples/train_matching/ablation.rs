//! What each group of signals is worth: everything again without it.

use std::collections::BTreeMap;

use mapwright::matching::training::{Example, Measured};

use crate::figures::{Figures, Partial};
use crate::folds::{Fold, cross_validate};

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

/// Without which signals; top-1, top-3 and F1 over all pair files; top-1 by family.
pub struct Row {
    pub without: &'static str,
    pub all: Figures,
    pub by_family: BTreeMap<String, Figures>,
}

/// Everything learned and judged again without each group of signals, on the pair files.
pub fn table(examples: &[Example], measured: &mut [Measured], folds: &[Fold], files: usize) -> Vec<Row> {
    let folds: Vec<&Fold> = folds.iter().filter(|fold| fold.judged.iter().any(|at| *at < files)).collect();
    GROUPS.iter().map(|(without, signals)| row(without, signals, examples, measured, &folds, files)).collect()
}

fn row(
    without: &'static str,
    signals: &[&str],
    examples: &[Example],
    measured: &mut [Measured],
    folds: &[&Fold],
    files: usize,
) -> Row {
    let (outcomes, _) = cross_validate(measured, folds, signals, false);
    let calibration = crate::calibrated(&outcomes[..files], &examples[..files]);
    let mut row = Row { without, all: Figures::default(), by_family: BTreeMap::new() };
    for (outcome, example) in outcomes[..files].iter().zip(examples) {
        let figures = Partial::new(outcome, &calibration).for_example(example);
        row.all.add(&figures);
        row.by_family.entry(family(example)).or_default().add(&figures);
    }
    println!("without {without}: {}", row.all);
    row
}

/// The repository's own name.
fn family(example: &Example) -> String {
    example.family.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}
