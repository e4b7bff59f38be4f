//! What is judged by weights that have not seen it.

use std::collections::HashSet;

use mapwright::matching::training::{Example, Measured, Outcome, Weights, learn};

use crate::misses::print_misses;

/// Folds over the systems of the tables.
const FOLDS: usize = 5;

/// Which examples are judged together, and which may be learned from meanwhile.
pub struct Fold {
    pub judged: Vec<usize>,
    pub learned: Vec<usize>,
}

/// Systems that the pair files of a repository join, as the tables name them.
pub fn systems_of(repository: &str) -> &'static [&'static str] {
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

pub fn folds(examples: &[Example]) -> Vec<Fold> {
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

/// What weights that had not seen them make of the examples, and the weights of every fold.
pub fn cross_validate<F: std::borrow::Borrow<Fold>>(
    measured: &mut [Measured],
    folds: &[F],
    without: &[&str],
    misses: bool,
) -> (Vec<Outcome>, Vec<Weights>) {
    let mut outcomes = vec![Outcome::default(); measured.len()];
    let mut used = Vec::with_capacity(folds.len());
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
        used.push(weights);
    }
    (outcomes, used)
}
