//! What confirming one object gains the next object of the same two systems.

use mapwright::matching::training::{Example, Weights, suggest_by};
use mapwright::matching::{Between, Memory, Options, Remembered, Suggestions, Verdict};

/// Pairs of an object that are confirmed before the next object is looked at.
const CONFIRMED: usize = 20;

/// The second object's first places alone, and after pairs of the first object were confirmed.
pub struct Gain {
    pub known: String,
    pub next: String,
    pub confirmed: usize,
    pub sources: usize,
    pub alone: f64,
    pub learned: f64,
}

/// For every two files that join the same two systems. `weights` gives those that have not seen a file's family.
pub fn gains<'w>(examples: &[Example], weights: impl Fn(usize) -> &'w Weights) -> Vec<Gain> {
    let mut found = Vec::new();
    for known in examples {
        for (at, next) in examples.iter().enumerate() {
            let same = known.family == next.family && systems(known) == systems(next);
            if known.name != next.name && same {
                found.push(gain(known, next, weights(at)));
            }
        }
    }
    found
}

/// The two systems: a file's name without the objects' names.
fn systems(example: &Example) -> String {
    let object = |word: &&str| !matches!(*word, "account" | "contact" | "customer" | "vendor" | "lead" | "opportunity");
    example.name.split('_').filter(object).collect::<Vec<_>>().join(" ")
}

fn gain(known: &Example, next: &Example, weights: &Weights) -> Gain {
    let between = |example: &Example| Between {
        source_system: "source".to_owned(),
        source_object: example.name.clone(),
        target_system: "target".to_owned(),
        target_object: example.name.clone(),
    };
    let mut memory = Memory::default();
    for (source, target) in known.truth.iter().take(CONFIRMED) {
        memory.remember(Remembered {
            between: between(known),
            source: source.clone(),
            target: target.clone(),
            values: None,
            verdict: Verdict::Confirmed,
            origin: known.name.clone(),
        });
    }
    let here = between(next);
    let learned = suggest_by(&next.source, &next.target, &Options { memory: Some((&memory, &here)) }, weights);
    let alone = suggest_by(&next.source, &next.target, &Options::default(), weights);
    let (alone, sources) = first_places(next, &alone);
    let (learned, _) = first_places(next, &learned);
    Gain {
        known: known.name.clone(),
        next: next.name.clone(),
        confirmed: known.truth.len().min(CONFIRMED),
        sources,
        alone,
        learned,
    }
}

/// Share of the source fields with a truth whose first candidate is true, and how many such fields there are.
fn first_places(example: &Example, suggestions: &Suggestions) -> (f64, usize) {
    let (mut right, mut all) = (0usize, 0usize);
    for (source, candidates) in &suggestions.by_source {
        let mut truths = example.truth.iter().filter(|(from, _)| from == source).peekable();
        if truths.peek().is_some() {
            all += 1;
            let first = candidates.first().map(|candidate| &candidate.field);
            right += usize::from(truths.any(|(_, target)| Some(target) == first));
        }
    }
    (right as f64 / all.max(1) as f64, all)
}
