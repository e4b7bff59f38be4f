//! Signals from names and labels.

use crate::matching::compare::Pair;
use crate::matching::vectors as word_vectors;

fn yes(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

/// The same letters and digits.
pub(super) fn same_name(pair: &Pair<'_>) -> f32 {
    yes(pair.same_name)
}

/// Dice of three-letter pieces, of the spellings that agree best.
pub(super) fn trigrams(pair: &Pair<'_>) -> f32 {
    pair.trigrams
}

/// Soft TF-IDF of words.
pub(super) fn words(pair: &Pair<'_>) -> f32 {
    pair.best.words
}

/// The same words in any order.
pub(super) fn same_phrase(pair: &Pair<'_>) -> f32 {
    let (a, b) = (&pair.best.source.words, &pair.best.target.words);
    yes(!a.is_empty() && a.len() == b.len() && a.iter().all(|word| b.contains(word)))
}

/// The whole phrases stand for one concept.
pub(super) fn whole_meaning(pair: &Pair<'_>) -> f32 {
    yes(pair.best.whole)
}

/// Dice of concepts, weighed by how telling they are.
pub(super) fn meaning(pair: &Pair<'_>) -> f32 {
    pair.best.dice
}

/// Share of what the source says that the target says too.
pub(super) fn source_explained(pair: &Pair<'_>) -> f32 {
    pair.best.source_covered
}

/// Share of what the target says that the source says too.
pub(super) fn target_explained(pair: &Pair<'_>) -> f32 {
    pair.best.target_covered
}

/// Weight of the rarest thing they share: `name` in common says little, `ticker` much.
pub(super) fn telling(pair: &Pair<'_>) -> f32 {
    (pair.best.telling / 5.0).min(1.0)
}

/// Meaning in common, and no conflict of slot, number, opposites or type with it.
pub(super) fn clean(pair: &Pair<'_>) -> f32 {
    let conflicts = super::slots::conflict(pair)
        + super::slots::index_conflict(pair)
        + super::types::conflict(pair)
        + super::types::flag_conflict(pair)
        + opposites(pair);
    if conflicts == 0.0 { pair.best.dice.max(pair.best.words) } else { 0.0 }
}

/// Something that is no mere slot is shared.
pub(super) fn head(pair: &Pair<'_>) -> f32 {
    yes(pair.best.head_same)
}

/// Both are about something, and it is not the same.
pub(super) fn head_conflict(pair: &Pair<'_>) -> f32 {
    yes(pair.best.head_conflict)
}

/// First against last, city against state; at most two count.
pub(super) fn opposites(pair: &Pair<'_>) -> f32 {
    pair.best.opposed
}

/// Both whole phrases are known, and no meaning is shared.
pub(super) fn opposite_meaning(pair: &Pair<'_>) -> f32 {
    let (a, b) = (&pair.best.source.whole, &pair.best.target.whole);
    yes(!a.is_empty() && !b.is_empty() && !pair.best.whole)
}

/// How far the readings beside the best pair agree.
pub(super) fn second_reading(pair: &Pair<'_>) -> f32 {
    pair.other_readings
}

/// Difference in the number of units.
pub(super) fn length(pair: &Pair<'_>) -> f32 {
    let (a, b) = (pair.best.source.units.len() as f32, pair.best.target.units.len() as f32);
    ((a - b).abs() / 3.0).min(1.0)
}

/// The reading rests on an abbreviation that was guessed.
pub(super) fn guessed(pair: &Pair<'_>) -> f32 {
    yes(pair.best.source.guessed || pair.best.target.guessed)
}

/// Neither lexicon nor vectors know a word of the source.
pub(super) fn unknown(pair: &Pair<'_>) -> f32 {
    yes(pair.best.source.vector.is_none())
}

/// Cosine of the mean word vectors.
pub(super) fn vectors(pair: &Pair<'_>) -> f32 {
    match (&pair.best.source.vector, &pair.best.target.vector) {
        (Some(a), Some(b)) => word_vectors::cosine(a, b),
        _ => 0.0,
    }
}
