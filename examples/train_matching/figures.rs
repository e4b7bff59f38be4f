//! The figures: counts that add up over examples, and what they come to.

use std::collections::{HashMap, HashSet};

use mapwright::matching::training::{Calibration, Example, Outcome, settle};

/// Counts behind the figures; they add up over examples.
#[derive(Clone, Default)]
pub struct Figures {
    pub sources: f64,
    pub first: f64,
    pub among_three: f64,
    truths: f64,
    found_at_truth: f64,
    possible: f64,
    /// One-to-one pairs that are judged: confidence, right, accepted.
    judged: Vec<(f32, bool, bool)>,
}

impl Figures {
    pub fn add(&mut self, other: &Figures) {
        self.sources += other.sources;
        self.first += other.first;
        self.among_three += other.among_three;
        self.truths += other.truths;
        self.found_at_truth += other.found_at_truth;
        self.possible += other.possible;
        self.judged.extend_from_slice(&other.judged);
    }

    pub fn precision_recall(&self, keep: impl Fn(&(f32, bool, bool)) -> bool) -> (f64, f64) {
        let kept: Vec<_> = self.judged.iter().filter(|entry| keep(entry)).collect();
        let right = kept.iter().filter(|(_, right, _)| *right).count() as f64;
        (right / (kept.len() as f64).max(1.0), right / self.possible.max(1.0))
    }

    pub fn calibration_error(&self) -> f64 {
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

    pub fn f1(&self) -> f64 {
        let (precision, recall) = self.precision_recall(|(confidence, ..)| *confidence >= 0.5);
        if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
    }
}

impl Figures {
    pub fn top(&self) -> f64 {
        self.first / self.sources.max(1.0)
    }

    pub fn top_three(&self) -> f64 {
        self.among_three / self.sources.max(1.0)
    }

    pub fn at_truth(&self) -> f64 {
        self.found_at_truth / self.truths.max(1.0)
    }

    /// Precision and recall of what is accepted.
    pub fn accepted(&self) -> (f64, f64) {
        self.precision_recall(|(_, _, accepted)| *accepted)
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (precision, recall) = self.precision_recall(|(confidence, ..)| *confidence >= 0.5);
        let (accepted, accepted_recall) = self.accepted();
        write!(
            out,
            "n {:5} top1 {:.3} top3 {:.3} R@GT {:.3} | P {precision:.3} R {recall:.3} F1 {:.3} | accepted P {accepted:.3} R {accepted_recall:.3} | ECE {:.3}",
            self.sources,
            self.top(),
            self.top_three(),
            self.at_truth(),
            self.f1(),
            self.calibration_error()
        )
    }
}

/// An outcome with its confidences, before it is held against the truth.
pub struct Partial {
    outcome: Outcome,
    confidences: Vec<f32>,
    accept_from: f32,
}

impl Partial {
    pub fn new(outcome: &Outcome, calibration: &Calibration) -> Partial {
        let mut confidences: Vec<f32> =
            outcome.pairs.iter().map(|pair| calibration.confidence(pair.standing)).collect();
        settle(&mut confidences, &outcome.mapping);
        Partial { outcome: outcome.clone(), confidences, accept_from: calibration.accept_from }
    }

    pub fn for_example(&self, example: &Example) -> Figures {
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
