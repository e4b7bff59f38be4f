//! Signals into one number, in two steps of weighted sums: each pair by itself, then each pair among its neighbours.
//! The weights are learned (`examples/train_matching.rs`) and lie readable in `assets/matching/weights.json`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::candidates::candidates;
use super::compare::Pair;
use super::signals::{CONTEXT, SIGNALS, Surroundings};
use super::view::Views;

/// A weighted sum of standardised numbers, through the logistic function.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Model {
    pub bias: f32,
    pub terms: Vec<Term>,
}

/// One number's part: weight x (number - mean) / spread.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Term {
    pub signal: String,
    pub mean: f32,
    pub spread: f32,
    pub weight: f32,
}

/// All that was learned.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Weights {
    /// Over the signals of a pair by itself.
    pub first: Model,
    /// Over the same signals and its surroundings.
    pub second: Model,
    /// From the second score to a confidence that can be believed.
    pub confidence: Calibration,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    // An asset of our own: a test reads it.
    serde_json::from_str(include_str!("../../assets/matching/weights.json")).unwrap_or_default()
});

pub(super) fn weights() -> &'static Weights {
    &WEIGHTS
}

impl Model {
    /// The weighted sum: log-odds.
    pub fn sum<'n>(&self, numbers: impl Iterator<Item = &'n f32>) -> f32 {
        self.bias + self.terms.iter().zip(numbers).map(|(term, number)| term.part(*number)).sum::<f32>()
    }
}

impl Term {
    /// What a number adds to the log-odds.
    pub fn part(&self, number: f32) -> f32 {
        self.weight * (number - self.mean) / self.spread
    }
}

pub(super) fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

/// All pairs worth a look, with everything measured about them.
#[derive(Debug, Clone, Default)]
pub(super) struct Scored {
    /// Field numbers (source, target), sorted.
    pub pairs: Vec<(u32, u32)>,
    /// One row of [`SIGNALS`] a pair.
    pub signals: Vec<f32>,
    /// One row of [`CONTEXT`] a pair.
    pub context: Vec<f32>,
    /// Probabilities after the first and the second step.
    pub first: Vec<f32>,
    pub second: Vec<f32>,
}

/// Fewer pairs than this are scored on one thread.
const WORTH_THREADS: usize = 1500;

/// Measures every signal of every pair worth a look, and of those `also` named.
pub(super) fn measure(views: &Views<'_>, also: &[(u32, u32)]) -> Scored {
    let mut pairs = candidates(views);
    if !also.is_empty() {
        pairs.extend_from_slice(also);
        pairs.sort_unstable();
        pairs.dedup();
    }
    let threads = if pairs.len() < WORTH_THREADS {
        1
    } else {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8)
    };
    let chunk = pairs.len().div_ceil(threads).max(1);
    let signals = std::thread::scope(|scope| {
        let work: Vec<_> = pairs.chunks(chunk).map(|pairs| scope.spawn(move || measure_chunk(views, pairs))).collect();
        work.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    Scored { pairs, signals, ..Scored::default() }
}

fn measure_chunk(views: &Views<'_>, pairs: &[(u32, u32)]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(pairs.len() * SIGNALS.len());
    for (source, target) in pairs {
        let (source, target) = (&views.source.fields[*source as usize], &views.target.fields[*target as usize]);
        match Pair::new(views, source, target) {
            Some(pair) => rows.extend(SIGNALS.iter().map(|signal| (signal.measure)(&pair))),
            None => rows.extend(std::iter::repeat_n(0.0, SIGNALS.len())),
        }
    }
    rows
}

impl Scored {
    pub fn signals_of(&self, pair: usize) -> &[f32] {
        self.signals.get(pair * SIGNALS.len()..(pair + 1) * SIGNALS.len()).unwrap_or(&[])
    }

    pub fn context_of(&self, pair: usize) -> &[f32] {
        self.context.get(pair * CONTEXT.len()..(pair + 1) * CONTEXT.len()).unwrap_or(&[])
    }

    /// First step, surroundings, second step.
    pub fn weigh(&mut self, views: &Views<'_>, weights: &Weights) {
        let count = self.pairs.len();
        self.first = (0..count).map(|pair| logistic(weights.first.sum(self.signals_of(pair).iter()))).collect();
        self.context = Surroundings::of(views, &self.pairs, &self.first);
        self.second = (0..count)
            .map(|pair| logistic(weights.second.sum(self.signals_of(pair).iter().chain(self.context_of(pair)))))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_fit_the_signals() {
        let weights = weights();
        let names = |model: &Model| model.terms.iter().map(|term| term.signal.clone()).collect::<Vec<_>>();
        let signals: Vec<String> = SIGNALS.iter().map(|signal| signal.name.to_owned()).collect();
        let context: Vec<String> = CONTEXT.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(names(&weights.first), signals);
        assert_eq!(names(&weights.second), [signals, context].concat());
        assert!(weights.second.terms.iter().all(|term| term.spread > 0.0));
    }
}
