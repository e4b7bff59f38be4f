//! Learning the weights from pairs of objects whose true mapping is known. Used by `examples/train_matching.rs` and not
//! by the program itself.

use super::assign::assign;
use super::calibrate::standings;
use super::combine::{Model, Scored, Term, measure};
use super::signals::{CONTEXT, SIGNALS};
use super::suggest::LEAST;
use super::view::Views;
use crate::schema::Object;

pub use super::calibrate::{Calibration, Standing, settle};
pub use super::combine::Weights;
pub use super::suggest::suggest_by;

/// A pair of objects with its true mapping.
#[derive(Debug, Clone, Default)]
pub struct Example {
    pub name: String,
    /// Pairs of systems that must not be learned from when this one is judged have the same family.
    pub family: String,
    pub source: Object,
    pub target: Object,
    /// Names of source and target fields. A field may stand in several pairs.
    pub truth: Vec<(String, String)>,
    /// How much it counts.
    pub weight: f32,
}

/// An example with everything measured that does not depend on weights.
pub struct Measured<'a> {
    pub example: &'a Example,
    views: Views<'a>,
    scored: Scored,
    /// For every pair: whether it is true, and whether its truth is known at all (one of its fields is in the truth).
    labels: Vec<(bool, bool)>,
}

/// A pair of fields as judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub source: u32,
    pub target: u32,
    pub confidence: f32,
    pub standing: Standing,
    pub is_true: bool,
    pub known: bool,
}

/// What the weights make of one example.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Every pair worth a look.
    pub pairs: Vec<Judged>,
    /// Indices into `pairs`: the one-to-one mapping.
    pub mapping: Vec<usize>,
}

impl<'a> Measured<'a> {
    pub fn new(example: &'a Example) -> Measured<'a> {
        let views = Views::new(&example.source, &example.target);
        let scored = measure(&views, &[]);
        let source_known = |name: &str| example.truth.iter().any(|(source, _)| source == name);
        let target_known = |name: &str| example.truth.iter().any(|(_, target)| target == name);
        let labels = scored
            .pairs
            .iter()
            .map(|(source, target)| {
                let (source, target) =
                    (&example.source.fields[*source as usize].name, &example.target.fields[*target as usize].name);
                let is_true = example.truth.iter().any(|(a, b)| a == source && b == target);
                (is_true, source_known(source) || target_known(target))
            })
            .collect();
        Measured { example, views, scored, labels }
    }

    /// What every signal adds to the second step's sum for a pair of field numbers, after [`Measured::judge`].
    pub fn parts(&self, weights: &Weights, source: u32, target: u32) -> Vec<(String, f32)> {
        let Ok(pair) = self.scored.pairs.binary_search(&(source, target)) else { return Vec::new() };
        let numbers = self.scored.signals_of(pair).iter().chain(self.scored.context_of(pair));
        weights
            .second
            .terms
            .iter()
            .zip(numbers)
            .map(|(term, number)| (term.signal.clone(), term.part(*number)))
            .collect()
    }

    /// Applies weights.
    pub fn judge(&mut self, weights: &Weights) -> Outcome {
        self.scored.weigh(&self.views, weights);
        let (rows, columns) = (self.example.source.fields.len(), self.example.target.fields.len());
        let standings = standings(&self.scored.pairs, &self.scored.second, rows, columns);
        let confidences: Vec<f32> = standings.iter().map(|standing| weights.confidence.confidence(*standing)).collect();
        let gains: Vec<f32> = confidences.iter().map(|confidence| (confidence - LEAST).max(0.0)).collect();
        let mapping = assign(&self.scored.pairs, &gains, rows, columns);
        let pairs = (0..self.scored.pairs.len())
            .map(|pair| Judged {
                source: self.scored.pairs[pair].0,
                target: self.scored.pairs[pair].1,
                confidence: confidences[pair],
                standing: standings[pair],
                is_true: self.labels[pair].0,
                known: self.labels[pair].1,
            })
            .collect();
        Outcome { pairs, mapping }
    }
}

/// Numbers to learn from: rows of features, whether true, and how much each counts.
#[derive(Default)]
struct Table {
    width: usize,
    numbers: Vec<f32>,
    labels: Vec<bool>,
    weights: Vec<f32>,
}

/// Strength of the pull towards zero, on standardised numbers.
const RIDGE: f64 = 3.0;
const STEPS: usize = 16;
/// p (1 - p) below which a row is left out of the second derivative.
const WORTH_BENDING: f64 = 2e-4;

/// Learns both steps from examples. `without` names signals whose weight is to stay zero, for ablation.
pub fn learn(examples: &mut [&mut Measured<'_>], without: &[&str]) -> Weights {
    let mut weights = Weights::default();
    let names: Vec<&str> = SIGNALS.iter().map(|signal| signal.name).collect();
    weights.first = fit(&table(examples, false), &names, without);
    weights.second = zero_model(&names);
    for example in examples.iter_mut() {
        let Measured { scored, views, .. } = &mut **example;
        scored.weigh(views, &weights);
    }
    let all_names: Vec<&str> = names.iter().copied().chain(CONTEXT.iter().map(|(name, ..)| *name)).collect();
    weights.second = fit(&table(examples, true), &all_names, without);
    weights
}

fn table(examples: &[&mut Measured<'_>], with_context: bool) -> Table {
    let width = SIGNALS.len() + if with_context { CONTEXT.len() } else { 0 };
    let mut table = Table { width, ..Table::default() };
    for measured in examples {
        let truths = measured.example.truth.len().max(1) as f32;
        for (pair, (is_true, known)) in measured.labels.iter().enumerate() {
            if !known {
                continue;
            }
            table.numbers.extend(measured.scored.signals_of(pair));
            if with_context {
                table.numbers.extend(measured.scored.context_of(pair));
            }
            table.labels.push(*is_true);
            table.weights.push(measured.example.weight / truths.sqrt());
        }
    }
    table
}

fn zero_model(names: &[&str]) -> Model {
    let term = |name: &&str| Term { signal: (*name).to_owned(), mean: 0.0, spread: 1.0, weight: 0.0 };
    Model { bias: 0.0, terms: names.iter().map(term).collect() }
}

/// Logistic regression by Newton's method on standardised numbers, with a ridge.
fn fit(table: &Table, names: &[&str], without: &[&str]) -> Model {
    let mut model = zero_model(names);
    let total: f64 = table.weights.iter().map(|weight| f64::from(*weight)).sum();
    let rows = || table.numbers.chunks_exact(table.width).zip(&table.labels).zip(&table.weights);
    if total <= 0.0 {
        return model;
    }
    for (column, term) in model.terms.iter_mut().enumerate() {
        let mean = rows().map(|((row, _), weight)| f64::from(row[column] * weight)).sum::<f64>() / total;
        let square =
            rows().map(|((row, _), weight)| (f64::from(row[column]) - mean).powi(2) * f64::from(*weight)).sum::<f64>();
        term.mean = mean as f32;
        term.spread = ((square / total).sqrt() as f32).max(1e-3);
    }
    let kept: Vec<usize> = (0..table.width).filter(|column| !without.contains(&names[*column])).collect();
    let size = kept.len() + 1;
    let mut beta = vec![0.0f64; size];
    let scale = table.labels.len() as f64 / total;
    let mut standard = vec![0.0f64; size];
    for _ in 0..STEPS {
        let mut gradient = vec![0.0f64; size];
        let mut hessian = vec![0.0f64; size * size];
        for ((row, label), weight) in rows() {
            standard[0] = 1.0;
            for (slot, column) in kept.iter().enumerate() {
                let term = &model.terms[*column];
                standard[slot + 1] = f64::from((row[*column] - term.mean) / term.spread);
            }
            let sum: f64 = beta.iter().zip(&standard).map(|(a, b)| a * b).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            let weight = f64::from(*weight) * scale;
            let miss = weight * (if *label { 1.0 } else { 0.0 } - p);
            let curve = weight * (p * (1.0 - p)).max(1e-6);
            gradient.iter_mut().zip(&standard).for_each(|(sum, number)| *sum += miss * number);
            // A row that is judged right beyond doubt bends nothing; its part in the gradient counts all the same.
            if curve < WORTH_BENDING * weight {
                continue;
            }
            for (i, number) in standard.iter().enumerate() {
                let part = curve * number;
                let row = &mut hessian[i * size..=i * size + i];
                row.iter_mut().zip(&standard).for_each(|(sum, other)| *sum += part * other);
            }
        }
        for i in 1..size {
            gradient[i] -= RIDGE * beta[i];
            hessian[i * size + i] += RIDGE;
        }
        let step = solve(&mut hessian, &gradient, size);
        for (beta, step) in beta.iter_mut().zip(&step) {
            *beta += step.clamp(-2.0, 2.0);
        }
        if step.iter().all(|step| step.abs() < 1e-4) {
            break;
        }
    }
    model.bias = beta[0] as f32;
    for (slot, column) in kept.iter().enumerate() {
        model.terms[*column].weight = beta[slot + 1] as f32;
    }
    model
}

/// Solves a symmetric positive system given by its lower half (Cholesky).
fn solve(lower: &mut [f64], right: &[f64], size: usize) -> Vec<f64> {
    for i in 0..size {
        for j in 0..=i {
            let mut sum = lower[i * size + j];
            for k in 0..j {
                sum -= lower[i * size + k] * lower[j * size + k];
            }
            lower[i * size + j] = if i == j { sum.max(1e-12).sqrt() } else { sum / lower[j * size + j] };
        }
    }
    let mut x = right.to_vec();
    for i in 0..size {
        for k in 0..i {
            x[i] -= lower[i * size + k] * x[k];
        }
        x[i] /= lower[i * size + i];
    }
    for i in (0..size).rev() {
        for k in i + 1..size {
            x[i] -= lower[k * size + i] * x[k];
        }
        x[i] /= lower[i * size + i];
    }
    x
}

/// Fits the confidence to outcomes of weights that had not seen their examples: only one-to-one pairs whose truth is
/// known count. The threshold for accepting is the lowest at which `precision` holds.
pub fn calibrate(outcomes: &[(Outcome, f32)], precision: f64) -> Calibration {
    let names = ["score", "row margin", "column margin"];
    let mut table = Table { width: names.len(), ..Table::default() };
    let chosen = || {
        outcomes.iter().flat_map(|(outcome, weight)| {
            outcome.mapping.iter().map(move |pair| (outcome.pairs[*pair], *weight)).filter(|(judged, _)| judged.known)
        })
    };
    for (judged, weight) in chosen() {
        table.numbers.extend(judged.standing.numbers());
        table.labels.push(judged.is_true);
        table.weights.push(weight);
    }
    // A margin that spoke against its own pair would turn the ranking round: it is left out.
    let mut without: Vec<&str> = Vec::new();
    let model = loop {
        let model = fit(&table, &names, &without);
        let turned = model.terms.iter().zip(&names).skip(1).find(|(term, _)| term.weight < 0.0);
        match turned {
            Some((_, name)) => without.push(name),
            None => break model,
        }
    };
    let per_unit = |term: &Term| term.weight / term.spread;
    let mut calibration = Calibration {
        bias: model.bias - model.terms.iter().map(|term| per_unit(term) * term.mean).sum::<f32>(),
        score: per_unit(&model.terms[0]),
        row_margin: per_unit(&model.terms[1]),
        column_margin: per_unit(&model.terms[2]),
        accept_from: 0.99,
    };
    let mut judged: Vec<(f32, bool, f64)> = chosen()
        .filter(|(judged, _)| judged.standing.row_margin > 0.0 && judged.standing.column_margin > 0.0)
        .map(|(judged, weight)| (calibration.confidence(judged.standing), judged.is_true, f64::from(weight)))
        .collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut all) = (0.0, 0.0);
    for (confidence, is_true, weight) in judged {
        all += weight;
        right += if is_true { weight } else { 0.0 };
        if right >= precision * all {
            calibration.accept_from = confidence;
        }
    }
    calibration
}

/// The weights that the program uses.
pub fn shipped() -> &'static Weights {
    super::combine::weights()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telling_number_gets_the_weight() {
        let mut table = Table { width: 2, ..Table::default() };
        for at in 0..200 {
            let is_true = at % 4 == 0;
            let noise = (at % 7) as f32 / 7.0;
            table.numbers.extend([if is_true { 0.8 } else { 0.2 } + 0.3 * noise, noise]);
            table.labels.push(is_true);
            table.weights.push(1.0);
        }
        let model = fit(&table, &["telling", "noise"], &[]);
        assert!(model.terms[0].weight > 3.0 * model.terms[1].weight.abs());
        let without = fit(&table, &["telling", "noise"], &["telling"]);
        assert_eq!(without.terms[0].weight, 0.0);
    }

    #[test]
    fn a_small_system_is_solved() {
        let mut lower = vec![4.0, 0.0, 2.0, 3.0];
        let x = solve(&mut lower, &[2.0, 5.0], 2);
        assert!((4.0 * x[0] + 2.0 * x[1] - 2.0).abs() < 1e-9);
        assert!((2.0 * x[0] + 3.0 * x[1] - 5.0).abs() < 1e-9);
    }
}
