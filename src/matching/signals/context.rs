//! Signals of the second look: how a pair stands among its neighbours once every pair has a first score.

use std::collections::HashMap;

use crate::matching::view::Views;

/// Names of the numbers that [`Surroundings::of`] gives for every pair, in order, with what to say for and against.
pub(in crate::matching) const CONTEXT: &[(&str, &str, &str)] = &[
    ("first score", "the names, types and values taken together", "the names, types and values taken together"),
    ("row margin", "no other target comes near", "another target fits better"),
    ("column margin", "no other source comes near", "another source fits better"),
    ("mutual best", "each is the other's best", ""),
    ("row share", "few other targets come into question", "many targets come into question"),
    ("column share", "few other sources come into question", "many sources come into question"),
    ("block", "its neighbours go to the same block", "its neighbours go to another block"),
];

/// How every pair stands among the others.
pub(in crate::matching) struct Surroundings;

/// Best and second best of a row or column.
#[derive(Clone, Copy, Default)]
struct Top {
    best: f32,
    second: f32,
    sum: f32,
}

impl Top {
    fn add(&mut self, score: f32) {
        self.sum += score;
        if score > self.best {
            self.second = self.best;
            self.best = score;
        } else if score > self.second {
            self.second = score;
        }
    }

    /// Distance to the best other score.
    fn margin(&self, score: f32) -> f32 {
        if score >= self.best { score - self.second } else { score - self.best }
    }
}

impl Surroundings {
    /// [`CONTEXT`] numbers for every pair, row after row; `scores` are the pairs' first probabilities.
    pub(in crate::matching) fn of(views: &Views<'_>, pairs: &[(u32, u32)], scores: &[f32]) -> Vec<f32> {
        let mut rows = vec![Top::default(); views.source.fields.len()];
        let mut columns = vec![Top::default(); views.target.fields.len()];
        for (&(source, target), &score) in pairs.iter().zip(scores) {
            rows[source as usize].add(score);
            columns[target as usize].add(score);
        }
        let blocks = Blocks::of(views, pairs, scores);
        let mut numbers = Vec::with_capacity(pairs.len() * CONTEXT.len());
        for (&(source, target), &score) in pairs.iter().zip(scores) {
            let (row, column) = (rows[source as usize], columns[target as usize]);
            let mutual = score >= row.best && score >= column.best && score > 0.0;
            numbers.extend([
                log_odds(score),
                row.margin(score),
                column.margin(score),
                if mutual { 1.0 } else { 0.0 },
                score / (row.sum + 0.05),
                score / (column.sum + 0.05),
                blocks.preference(source, target),
            ]);
        }
        numbers
    }
}

/// ln(p / (1 - p)), kept within -8 and 8.
pub(in crate::matching) fn log_odds(probability: f32) -> f32 {
    let probability = probability.clamp(0.000_34, 0.999_66);
    (probability / (1.0 - probability)).ln()
}

/// Fields that share a slot go together: where `Business City` goes, `Business Street` goes.
struct Blocks {
    source_of: Vec<u16>,
    target_of: Vec<u16>,
    /// (source block, target block) to the sum of its fields' best scores there; and each field's own part.
    affinity: HashMap<(u16, u16), f32>,
    own: HashMap<(u32, u16), f32>,
    members: HashMap<u16, u32>,
}

impl Blocks {
    fn of(views: &Views<'_>, pairs: &[(u32, u32)], scores: &[f32]) -> Blocks {
        let slots = |readings: &[crate::matching::reading::Reading]| {
            readings.iter().fold(0, |bits, reading| bits | reading.slots)
        };
        let source_of: Vec<u16> = views.source.fields.iter().map(|field| slots(&field.readings)).collect();
        let target_of: Vec<u16> = views.target.fields.iter().map(|field| slots(&field.readings)).collect();
        let mut own: HashMap<(u32, u16), f32> = HashMap::new();
        for (&(source, target), &score) in pairs.iter().zip(scores) {
            if source_of[source as usize] == 0 {
                continue;
            }
            let best = own.entry((source, target_of[target as usize])).or_default();
            *best = best.max(score);
        }
        let mut affinity: HashMap<(u16, u16), f32> = HashMap::new();
        for (&(source, block), &score) in &own {
            *affinity.entry((source_of[source as usize], block)).or_default() += score;
        }
        let mut members: HashMap<u16, u32> = HashMap::new();
        for block in &source_of {
            *members.entry(*block).or_default() += 1;
        }
        Blocks { source_of, target_of, affinity, own, members }
    }

    /// How much the source's neighbours prefer this target's block to any other; 0 without neighbours.
    fn preference(&self, source: u32, target: u32) -> f32 {
        let block = self.source_of[source as usize];
        let neighbours = self.members.get(&block).copied().unwrap_or(0).saturating_sub(1);
        if block == 0 || neighbours == 0 {
            return 0.0;
        }
        let mean = |target_block: u16| {
            let all = self.affinity.get(&(block, target_block)).copied().unwrap_or(0.0);
            let own = self.own.get(&(source, target_block)).copied().unwrap_or(0.0);
            (all - own).max(0.0) / neighbours as f32
        };
        let here = self.target_of[target as usize];
        let elsewhere = self
            .affinity
            .keys()
            .filter(|(from, to)| *from == block && *to != here)
            .map(|(_, to)| mean(*to))
            .fold(0.0, f32::max);
        mean(here) - elsewhere
    }
}
