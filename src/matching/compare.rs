//! One field against another: the best pair of readings, and what it shows. The signals read from here.

use super::lexicon::{Concept, SlotRank, lexicon};
use super::reading::{Reading, Unit};
use super::view::{FieldView, Views};

/// A source field against a target field.
pub(super) struct Pair<'a> {
    pub views: &'a Views<'a>,
    pub source: &'a FieldView<'a>,
    pub target: &'a FieldView<'a>,
    /// The readings that agree best, and how.
    pub best: Agreement<'a>,
    /// The mean agreement of the other readings; that of the best where there is no other.
    pub other_readings: f32,
    pub trigrams: f32,
    pub same_name: bool,
}

/// How two readings agree.
#[derive(Clone, Copy)]
pub(super) struct Agreement<'a> {
    pub source: &'a Reading,
    pub target: &'a Reading,
    /// Both phrases as wholes mean the same.
    pub whole: bool,
    /// 2 x weight in common / weight of both.
    pub dice: f32,
    /// Share of the source's and of the target's weight that the other side explains.
    pub source_covered: f32,
    pub target_covered: f32,
    /// The heaviest unit they share, in weight.
    pub telling: f32,
    pub head_same: bool,
    pub head_conflict: bool,
    pub opposed: f32,
    /// Soft TF-IDF of the words.
    pub words: f32,
}

impl Agreement<'_> {
    fn rank(&self) -> f32 {
        self.dice + 0.5 * f32::from(u8::from(self.whole)) + 0.3 * self.words - 0.4 * self.opposed
            + 0.2 * f32::from(u8::from(self.head_same))
    }

    /// The concept both sides share, if any.
    pub fn shared_concept(&self) -> Option<Concept> {
        let whole = self.source.whole.iter().find(|concept| self.target.whole.contains(concept));
        whole.copied().or_else(|| {
            self.source.units.iter().find_map(|a| {
                self.target
                    .units
                    .iter()
                    .find_map(|b| a.concepts.iter().find(|concept| b.concepts.contains(concept)).copied())
            })
        })
    }
}

impl<'a> Pair<'a> {
    /// Nothing where one side has no readable name at all.
    pub fn new(views: &'a Views<'a>, source: &'a FieldView<'a>, target: &'a FieldView<'a>) -> Option<Pair<'a>> {
        let mut best: Option<Agreement<'a>> = None;
        let (mut sum, mut count) = (0.0, 0usize);
        let (mut trigrams, mut same_name) = (0.0f32, false);
        for a in &source.readings {
            for b in &target.readings {
                let agreement = agree(views, a, b);
                sum += agreement.dice;
                count += 1;
                if best.as_ref().is_none_or(|best| agreement.rank() > best.rank()) {
                    best = Some(agreement);
                }
                if !a.squeezed.is_empty() && !b.squeezed.is_empty() {
                    same_name |= a.squeezed == b.squeezed;
                    trigrams = trigrams.max(overlap(&a.trigrams, &b.trigrams));
                }
            }
        }
        let best = best?;
        let other_readings = if count > 1 { (sum - best.dice) / (count - 1) as f32 } else { best.dice };
        Some(Pair { views, source, target, best, other_readings, trigrams, same_name })
    }
}

fn agree<'a>(views: &Views<'_>, a: &'a Reading, b: &'a Reading) -> Agreement<'a> {
    let whole = a.whole.iter().any(|concept| b.whole.contains(concept));
    let (mut common, mut telling, mut taken) = (0.0f32, 0.0f32, 0u32);
    let mut target_common = 0.0f32;
    for unit in &a.units {
        let mut best = (0.0f32, 0usize);
        for (at, other) in b.units.iter().enumerate().take(32) {
            if taken & (1 << at) == 0 {
                let likeness = units_alike(views, unit, other);
                if likeness > best.0 {
                    best = (likeness, at);
                }
            }
        }
        if best.0 > 0.0 {
            taken |= 1 << best.1;
            common += unit.weight * best.0;
            target_common += b.units[best.1].weight * best.0;
            telling = telling.max(unit.weight.min(b.units[best.1].weight) * best.0);
        }
    }
    let share = |part: f32, all: f32| if all > 0.0 { (part / all).min(1.0) } else { 0.0 };
    let (head_same, head_conflict) = heads(views, a, b);
    Agreement {
        source: a,
        target: b,
        whole,
        dice: share(common + target_common, a.units_weight + b.units_weight),
        source_covered: share(common, a.units_weight),
        target_covered: share(target_common, b.units_weight),
        telling,
        head_same,
        head_conflict,
        opposed: opposed(views, a, b),
        words: soft_tf_idf(views, a, b),
    }
}

fn units_alike(views: &Views<'_>, a: &Unit, b: &Unit) -> f32 {
    if a.words == b.words && !a.words.is_empty() {
        return 1.0;
    }
    if a.concepts.iter().any(|concept| b.concepts.contains(concept)) {
        return 0.95;
    }
    if let (Some(a), Some(b)) = (a.slot, b.slot) {
        return slots_alike(a, b);
    }
    let mut best = 0.0f32;
    for x in &a.words {
        for y in &b.words {
            best = best.max(views.likeness(*x, *y));
        }
    }
    best * 0.85
}

/// How far one slot stands in for another.
fn slots_alike(a: u8, b: u8) -> f32 {
    use SlotRank::{General, Main, Second};
    let rank = |slot: u8| lexicon().slots.get(usize::from(slot)).map(|slot| slot.rank);
    match (rank(a), rank(b)) {
        _ if a == b => 1.0,
        (Some(General), Some(General | Main)) | (Some(Main), Some(General)) => 0.8,
        (Some(Second), Some(Second)) => 0.6,
        (Some(Main), Some(Main)) => 0.5,
        _ => 0.0,
    }
}

/// Whether the units that are no mere slots share one, and whether both have some but share none.
fn heads(views: &Views<'_>, a: &Reading, b: &Reading) -> (bool, bool) {
    let is_head = |unit: &&Unit| unit.slot.is_none();
    let mut any = (false, false);
    for x in a.units.iter().filter(is_head) {
        any.0 = true;
        for y in b.units.iter().filter(is_head) {
            any.1 = true;
            if units_alike(views, x, y) >= 0.85 {
                return (true, false);
            }
        }
    }
    (false, any.0 && any.1)
}

/// Pairs of opposites across the readings: first against last, city against state.
fn opposed(views: &Views<'_>, a: &Reading, b: &Reading) -> f32 {
    let mut count = 0.0f32;
    for x in &a.words {
        for line in views.words.opposites[*x as usize] {
            let theirs = b.words.iter().filter(|y| views.words.opposites[**y as usize].contains(line));
            let (mut met, mut same) = (false, false);
            for y in theirs {
                met = true;
                same |= y == x || a.words.contains(y);
            }
            if met && !same {
                count += 1.0;
            }
        }
    }
    count.min(2.0)
}

fn soft_tf_idf(views: &Views<'_>, a: &Reading, b: &Reading) -> f32 {
    let norm =
        |reading: &Reading| reading.words.iter().map(|word| views.words.weight(*word).powi(2)).sum::<f32>().sqrt();
    let (norm_a, norm_b) = (norm(a), norm(b));
    if norm_a == 0.0 || norm_b == 0.0 {
        return 0.0;
    }
    let mut sum = 0.0;
    for x in &a.words {
        let best = b.words.iter().map(|y| (views.likeness(*x, *y), *y)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((likeness, y)) = best.filter(|(likeness, _)| *likeness > 0.0) {
            sum += views.words.weight(*x) * views.words.weight(y) * likeness;
        }
    }
    (sum / (norm_a * norm_b)).min(1.0)
}

/// Dice of two sorted lists.
fn overlap(a: &[u32], b: &[u32]) -> f32 {
    let (mut i, mut j, mut common) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    if a.is_empty() || b.is_empty() { 0.0 } else { 2.0 * common as f32 / (a.len() + b.len()) as f32 }
}
