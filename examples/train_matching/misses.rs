//! Fields whose first candidate is wrong, with what made it so.

use std::collections::BTreeMap;

use mapwright::matching::training::{Measured, Outcome, Weights};

pub fn print_misses(measured: &Measured, weights: &Weights, outcome: &Outcome) {
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
