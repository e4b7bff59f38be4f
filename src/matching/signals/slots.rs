//! Signals from slots (billing, home, other) and numbers (`phone_2`).

use crate::matching::compare::Pair;
use crate::matching::lexicon::lexicon;

fn yes(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

/// Bits of the slots that are main ones.
fn main_slots() -> u16 {
    lexicon().slots.iter().enumerate().filter(|(_, slot)| slot.main).fold(0, |bits, (at, _)| bits | 1 << at)
}

fn slots(pair: &Pair<'_>) -> (u16, u16) {
    (pair.best.source.slots, pair.best.target.slots)
}

/// Both name the same slot.
pub(super) fn same(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    yes(a & b != 0)
}

/// One names a main slot, the other a second one.
pub(super) fn conflict(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    let main = main_slots();
    yes(a != 0 && b != 0 && a & b == 0 && (a & main != 0) != (b & main != 0))
}

/// Different slots of the same rank: billing and work, home and other.
pub(super) fn stand_in(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    let main = main_slots();
    yes(a != 0 && b != 0 && a & b == 0 && (a & main != 0) == (b & main != 0))
}

/// One side names a main slot, the other none.
pub(super) fn main_only(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    yes((a == 0) != (b == 0) && (a | b) & main_slots() != 0)
}

/// One side names a second slot, the other none.
pub(super) fn second_only(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    yes((a == 0) != (b == 0) && (a | b) & main_slots() == 0)
}

/// Both are numbered alike.
pub(super) fn same_index(pair: &Pair<'_>) -> f32 {
    yes(pair.best.source.index.is_some() && pair.best.source.index == pair.best.target.index)
}

/// Numbered differently; a field without a number is the first.
pub(super) fn index_conflict(pair: &Pair<'_>) -> f32 {
    yes(pair.best.source.index.unwrap_or(1).max(1) != pair.best.target.index.unwrap_or(1).max(1))
}
