//! How long suggestions take, for objects of several sizes made of the examples' own fields, and for hostile ones.

use std::time::Instant;

use mapwright::matching::suggest;
use mapwright::matching::training::Example;
use mapwright::schema::{Field, Object};

/// Runs of which the best counts: the machine may be busy.
const RUNS: usize = 5;

/// What was timed, and the best of its runs in milliseconds.
pub fn times(examples: &[Example]) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    for size in [30, 100, 300, 2_000] {
        let source = collected(examples, |example| &example.source, size);
        let target = collected(examples, |example| &example.target, size);
        let what = format!("{} x {} fields", source.fields.len(), target.fields.len());
        found.push((what, best(&source, &target)));
    }
    for (what, object) in hostile() {
        found.push((what.to_owned(), best(&object, &object)));
    }
    found
}

fn best(source: &Object, target: &Object) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        let suggestions = suggest(source, target);
        best = best.min(start.elapsed().as_secs_f64() * 1000.0);
        assert_eq!(suggestions.by_source.len(), source.fields.len());
    }
    best
}

/// So many different fields; where the examples have too few, the rest get a number behind their names.
fn collected(examples: &[Example], side: fn(&Example) -> &Object, size: usize) -> Object {
    let mut fields: Vec<Field> = examples.iter().flat_map(|example| side(example).fields.iter().cloned()).collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields.dedup_by(|a, b| a.name == b.name);
    let step = (fields.len() / size).max(1);
    let mut chosen: Vec<Field> = fields.iter().step_by(step).take(size).cloned().collect();
    let mut round = 2;
    while chosen.len() < size && !fields.is_empty() {
        let missing = size - chosen.len();
        let numbered = |field: &Field| Field { name: format!("{} {round}", field.name), ..field.clone() };
        chosen.extend(fields.iter().take(missing).map(numbered));
        round += 1;
    }
    Object { name: "Contact".to_owned(), fields: chosen, ..Object::default() }
}

/// Schemas that nobody means well with.
fn hostile() -> Vec<(&'static str, Object)> {
    let object = |fields: Vec<Field>| Object { name: "x".to_owned(), fields, ..Object::default() };
    let repeated = |name: &str, count: usize| (0..count).map(|_| Field::named(name)).collect::<Vec<_>>();
    let long: Vec<Field> = (0..200).map(|at| Field::named(format!("{at}{}", "phone_".repeat(1_700)))).collect();
    vec![
        ("one field", object(repeated("Email", 1))),
        ("2,000 equal names", object(repeated("Email", 2_000))),
        ("2,000 empty names", object(repeated("", 2_000))),
        ("200 names of 10,000 characters", object(long)),
        ("2,000 names of control characters", object(repeated("\u{0}\u{1b}[2J\u{202e}", 2_000))),
        ("2,000 names of one unbroken run", object(repeated(&"abcdefghijklmnop".repeat(3), 2_000))),
    ]
}
