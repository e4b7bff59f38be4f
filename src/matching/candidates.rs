//! Which pairs are worth a close look: a quick count over words, concepts, values and vectors keeps the likeliest
//! partners of every field, so that the cost does not grow with the product of both objects.

use std::collections::HashMap;

use super::lexicon::Concept;
use super::reading::Word;
use super::values::ValueKind;
use super::vectors;
use super::view::{FieldView, TypeGroup, Views};

/// Partners kept for every source field, and for every target field.
const PER_SOURCE: usize = 28;
const PER_TARGET: usize = 10;

/// Pairs of field numbers (source, target), sorted.
pub(super) fn candidates(views: &Views<'_>) -> Vec<(u32, u32)> {
    let targets = &views.target.fields;
    let index = Index::of(targets);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let mut best_sources: Vec<Vec<(f32, u32)>> = vec![Vec::new(); targets.len()];
    let mut scores = vec![0.0f32; targets.len()];
    for (number, source) in views.source.fields.iter().enumerate() {
        scores.fill(0.0);
        index.add(source, views, &mut scores);
        for (score, target) in scores.iter_mut().zip(targets) {
            *score += nearness(source, target);
        }
        let mut ranked: Vec<(f32, u32)> = scores.iter().copied().zip(0..).collect();
        for &(score, target) in &ranked {
            keep_best(&mut best_sources[target as usize], score, number as u32);
        }
        if ranked.len() > PER_SOURCE {
            ranked.select_nth_unstable_by(PER_SOURCE, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            ranked.truncate(PER_SOURCE);
        }
        pairs.extend(ranked.into_iter().map(|(_, target)| (number as u32, target)));
    }
    for (target, sources) in best_sources.into_iter().enumerate() {
        pairs.extend(sources.into_iter().map(|(_, source)| (source, target as u32)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Keeps the best few of a stream without sorting it.
fn keep_best(best: &mut Vec<(f32, u32)>, score: f32, source: u32) {
    if best.len() < PER_TARGET {
        best.push((score, source));
        return;
    }
    let worst = best.iter_mut().min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(worst) = worst.filter(|worst| worst.0 < score) {
        *worst = (score, source);
    }
}

/// Target fields by word, concept and kind.
struct Index {
    words: HashMap<Word, Vec<u32>>,
    concepts: HashMap<Concept, Vec<u32>>,
    values: HashMap<String, Vec<u32>>,
}

impl Index {
    fn of(targets: &[FieldView<'_>]) -> Index {
        let mut index = Index { words: HashMap::new(), concepts: HashMap::new(), values: HashMap::new() };
        for (number, target) in (0u32..).zip(targets) {
            for word in words_of(target) {
                index.words.entry(word).or_default().push(number);
            }
            for concept in &target.concepts {
                index.concepts.entry(*concept).or_default().push(number);
            }
            for value in target.values.iter().take(50) {
                index.values.entry(value.clone()).or_default().push(number);
            }
        }
        index
    }

    fn add(&self, source: &FieldView<'_>, views: &Views<'_>, scores: &mut [f32]) {
        let mut add = |targets: Option<&Vec<u32>>, score: f32| {
            for target in targets.into_iter().flatten() {
                scores[*target as usize] += score;
            }
        };
        for word in words_of(source) {
            let weight = views.words.weight(word);
            add(self.words.get(&word), weight);
            for (alike, likeness) in views.alike_to(word) {
                add(self.words.get(alike), weight * likeness * 0.7);
            }
        }
        for concept in &source.concepts {
            let meant = self.concepts.get(concept);
            add(meant, 3.0 / (1.0 + meant.map_or(0.0, |targets| targets.len() as f32).sqrt() * 0.2));
        }
        for value in source.values.iter().take(50) {
            add(self.values.get(value), 0.3);
        }
    }
}

fn words_of(field: &FieldView<'_>) -> Vec<Word> {
    let mut words: Vec<Word> = field.readings.iter().flat_map(|reading| &reading.words).copied().collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn nearness(source: &FieldView<'_>, target: &FieldView<'_>) -> f32 {
    let meaning = match (source.readings.first(), target.readings.first()) {
        (Some(a), Some(b)) => match (&a.vector, &b.vector) {
            (Some(a), Some(b)) => vectors::cosine(a, b).max(0.0),
            _ => 0.0,
        },
        _ => 0.0,
    };
    let kind = match (source.kind, target.group) {
        (Some(ValueKind::Email), TypeGroup::Email)
        | (Some(ValueKind::Phone), TypeGroup::Phone)
        | (Some(ValueKind::Url), TypeGroup::Url) => 1.0,
        _ if source.group == target.group && source.group != TypeGroup::Text => 0.4,
        _ => 0.0,
    };
    2.0 * meaning + kind
}
