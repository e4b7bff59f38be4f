//! Signals from slots (billing, home, other) and numbers (`phone_2`).

use std::sync::LazyLock;

use crate::matching::compare::Pair;
use crate::matching::lexicon::{SlotRank, lexicon};

fn yes(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

/// Bits of the slots of some ranks, found once.
struct Ranks {
    general: u16,
    /// General ones included.
    main: u16,
}

static RANKS: LazyLock<Ranks> = LazyLock::new(|| {
    let of = |ranks: &[SlotRank]| {
        let slots = lexicon().slots.iter().enumerate();
        slots.filter(|(_, slot)| ranks.contains(&slot.rank)).fold(0, |bits, (at, _)| bits | 1 << at)
    };
    Ranks { general: of(&[SlotRank::General]), main: of(&[SlotRank::General, SlotRank::Main]) }
});

fn main_slots() -> u16 {
    RANKS.main
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

/// Different slots, both first of their kind or both not.
fn of_one_rank(a: u16, b: u16) -> bool {
    a != 0 && b != 0 && a & b == 0 && (a & main_slots() != 0) == (b & main_slots() != 0)
}

/// A general slot for another main one (primary and billing), or two second ones (home and other).
pub(super) fn stand_in(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    yes(of_one_rank(a, b) && ((a | b) & RANKS.general != 0 || a & main_slots() == 0))
}

/// Two main slots, neither of them general: billing and mailing.
pub(super) fn other_main(pair: &Pair<'_>) -> f32 {
    let (a, b) = slots(pair);
    yes(of_one_rank(a, b) && (a | b) & RANKS.general == 0 && a & main_slots() != 0)
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
