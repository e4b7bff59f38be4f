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
    target_of: Vec<u16>,
    /// For every source field with neighbours: target blocks, and how much its neighbours like each on average.
    liking: Vec<Vec<(u16, f32)>>,
}

impl Blocks {
    fn of(views: &Views<'_>, pairs: &[(u32, u32)], scores: &[f32]) -> Blocks {
        let slots = |readings: &[crate::matching::reading::Reading]| {
            readings.iter().fold(0, |bits, reading| bits | reading.slots)
        };
        let source_of: Vec<u16> = views.source.fields.iter().map(|field| slots(&field.readings)).collect();
        let target_of: Vec<u16> = views.target.fields.iter().map(|field| slots(&field.readings)).collect();
        // The best score of every source field in each target block.
        let mut own: Vec<Vec<(u16, f32)>> = vec![Vec::new(); source_of.len()];
        for (&(source, target), &score) in pairs.iter().zip(scores) {
            if source_of[source as usize] != 0 {
                let best = entry(&mut own[source as usize], target_of[target as usize]);
                *best = best.max(score);
            }
        }
        let mut affinity: HashMap<u16, Vec<(u16, f32)>> = HashMap::new();
        let mut members: HashMap<u16, u32> = HashMap::new();
        for (block, own) in source_of.iter().zip(&own) {
            *members.entry(*block).or_default() += 1;
            let sums = affinity.entry(*block).or_default();
            own.iter().for_each(|(target_block, score)| *entry(sums, *target_block) += score);
        }
        let liking = |(block, own): (&u16, &Vec<(u16, f32)>)| {
            let neighbours = members.get(block).copied().unwrap_or(0).saturating_sub(1);
            let sums = affinity.get(block).filter(|_| *block != 0 && neighbours > 0);
            let without_own = |(target_block, sum): &(u16, f32)| {
                let own = own.iter().find(|(at, _)| at == target_block).map_or(0.0, |(_, score)| *score);
                (*target_block, (sum - own).max(0.0) / neighbours as f32)
            };
            sums.into_iter().flatten().map(without_own).collect()
        };
        let liking = source_of.iter().zip(&own).map(liking).collect();
        Blocks { target_of, liking }
    }

    /// How much the source's neighbours prefer this target's block to any other; 0 without neighbours.
    fn preference(&self, source: u32, target: u32) -> f32 {
        let here = self.target_of[target as usize];
        let (mut mine, mut elsewhere) = (0.0f32, 0.0f32);
        for (block, liking) in &self.liking[source as usize] {
            if *block == here {
                mine = *liking;
            } else {
                elsewhere = elsewhere.max(*liking);
            }
        }
        mine - elsewhere
    }
}

/// The number kept for a block, 0 at first.
fn entry(list: &mut Vec<(u16, f32)>, block: u16) -> &mut f32 {
    let at = list.iter().position(|(known, _)| *known == block).unwrap_or_else(|| {
        list.push((block, 0.0));
        list.len() - 1
    });
    &mut list[at].1
}
