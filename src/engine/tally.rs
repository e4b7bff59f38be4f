//! Counts per target field and per reason, mergeable: each worker counts its chunks, the run adds them up.

use std::collections::HashMap;

use super::codes::CodeId;
use super::hashing::hash;

/// HyperLogLog registers: 2^10, so the relative standard error is 1.04 / sqrt(1024) = 3.25% (Flajolet et al. 2007).
const REGISTER_BITS: u32 = 10;
const REGISTERS: usize = 1 << REGISTER_BITS;
pub(super) const DISTINCT_ERROR: f64 = 0.0325;
/// How many example values a reason keeps.
const EXAMPLES: usize = 5;

/// What is counted of one target field.
#[derive(Debug, Clone)]
pub(super) struct FieldTally {
    pub filled: u64,
    /// Filled values that failed a check.
    pub invalid: u64,
    pub outside_picklist: u64,
    registers: Box<[u8; REGISTERS]>,
    pub min: Option<Vec<u8>>,
    pub max: Option<Vec<u8>>,
}

impl Default for FieldTally {
    fn default() -> Self {
        FieldTally {
            filled: 0,
            invalid: 0,
            outside_picklist: 0,
            registers: Box::new([0; REGISTERS]),
            min: None,
            max: None,
        }
    }
}

impl FieldTally {
    /// Takes the value at a place of a text into the number of distinct ones, where it counts. Whether it does, and how
    /// long it is, can hardly be foreseen: no way parts here by either, up to some length.
    #[inline(always)]
    pub fn see(&mut self, text: &[u8], start: usize, len: usize, counts: bool) {
        let hash = hash(text, start, len);
        let register = (hash >> (64 - REGISTER_BITS)) as usize;
        let rank = (hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1)).leading_zeros() as u8 + 1;
        let slot = &mut self.registers[register];
        *slot = (*slot).max(if counts { rank } else { 0 });
    }

    /// Keeps the extremes; for fields whose texts are in order (dates).
    #[inline]
    pub fn stretch(&mut self, value: &[u8]) {
        if let (Some(min), Some(max)) = (&self.min, &self.max) {
            let value = beginning(value);
            if beginning(min) < value && value < beginning(max) {
                return;
            }
        }
        if self.min.as_deref().is_none_or(|min| value < min) {
            self.min = Some(value.to_vec());
        }
        if self.max.as_deref().is_none_or(|max| value > max) {
            self.max = Some(value.to_vec());
        }
    }

    /// The estimated number of distinct filled values, never more than there are values.
    pub fn distinct(&self) -> u64 {
        let m = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|rank| 2f64.powi(-i32::from(*rank))).sum();
        let alpha = 0.7213 / (1.0 + 1.079 / m);
        let raw = alpha * m * m / sum;
        let empty = self.registers.iter().filter(|rank| **rank == 0).count();
        let estimate = if raw <= 2.5 * m && empty > 0 { m * (m / empty as f64).ln() } else { raw };
        (estimate.round() as u64).min(self.filled)
    }

    fn add(&mut self, other: &FieldTally) {
        self.filled += other.filled;
        self.invalid += other.invalid;
        self.outside_picklist += other.outside_picklist;
        for (ours, theirs) in self.registers.iter_mut().zip(other.registers.iter()) {
            *ours = (*ours).max(*theirs);
        }
        for value in other.min.iter().chain(&other.max) {
            self.stretch(value);
        }
    }
}

/// The first bytes of a text as a number: less than that of another text only if the text is less.
#[inline]
fn beginning(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => text.iter().rev().fold(0, |number, byte| number >> 8 | u64::from(*byte) << 56),
    }
}

/// One reason's count with a few of the values that gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReasonTally {
    pub count: u64,
    /// (record ordinal, value), the earliest ones, so that threads change nothing.
    pub examples: Vec<(u64, String)>,
}

impl ReasonTally {
    /// Whether an example of this record would be kept.
    pub fn wants(&self, ordinal: u64) -> bool {
        self.examples.len() < EXAMPLES || self.examples.last().is_some_and(|(last, _)| ordinal < *last)
    }

    pub fn keep(&mut self, ordinal: u64, value: String) {
        if self.examples.iter().any(|(_, known)| *known == value) {
            return;
        }
        let at = self.examples.partition_point(|(known, _)| *known < ordinal);
        self.examples.insert(at, (ordinal, value));
        self.examples.truncate(EXAMPLES);
    }
}

/// All counts of one object.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Records that went through the plan: neither filtered nor unreadable.
    pub planned: u64,
    /// Records with a missing required value.
    pub incomplete: u64,
    pub fields: Vec<FieldTally>,
    /// By finding code id of the plan.
    pub reasons: HashMap<CodeId, ReasonTally>,
}

impl Tally {
    pub fn new(fields: usize) -> Tally {
        Tally { fields: vec![FieldTally::default(); fields], ..Tally::default() }
    }

    pub fn add(&mut self, other: &Tally) {
        self.planned += other.planned;
        self.incomplete += other.incomplete;
        if self.fields.len() < other.fields.len() {
            self.fields.resize_with(other.fields.len(), FieldTally::default);
        }
        for (ours, theirs) in self.fields.iter_mut().zip(&other.fields) {
            ours.add(theirs);
        }
        for (code, theirs) in &other.reasons {
            let ours = self.reasons.entry(*code).or_default();
            ours.count += theirs.count;
            for (ordinal, value) in &theirs.examples {
                ours.keep(*ordinal, value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_is_right_within_three_standard_errors() {
        for distinct in [1u32, 50, 700, 5_000, 60_000] {
            let mut tally = FieldTally::default();
            for round in 0..3 {
                for number in 0..distinct {
                    let value = format!("value {number}");
                    tally.filled += 1;
                    tally.see(value.as_bytes(), 0, value.len(), true);
                    assert!(round < 3);
                }
            }
            let estimate = tally.distinct() as f64;
            let error = (estimate - f64::from(distinct)).abs() / f64::from(distinct);
            assert!(error <= 3.0 * DISTINCT_ERROR, "{distinct}: {estimate}");
        }
    }

    #[test]
    fn extremes_are_those_of_all_values() {
        let values = [
            "",
            "\0",
            "a",
            "a\0",
            "abcdefgh",
            "abcdefg",
            "abcdefghi",
            "b",
            "2026-01-02",
            "2026-01-0",
            "\u{7f}zzzzzzzzz",
        ];
        for first in values {
            for second in values {
                for third in values {
                    let mut tally = FieldTally::default();
                    [first, second, third].iter().for_each(|value| tally.stretch(value.as_bytes()));
                    let (least, most) =
                        ([first, second, third].into_iter().min(), [first, second, third].into_iter().max());
                    assert_eq!(tally.min.as_deref(), least.map(str::as_bytes));
                    assert_eq!(tally.max.as_deref(), most.map(str::as_bytes));
                }
            }
        }
    }

    #[test]
    fn adding_in_any_order_gives_the_same() {
        let mut parts = Vec::new();
        for part in 0..4u64 {
            let mut tally = Tally::new(1);
            tally.fields[0].see(&part.to_le_bytes(), 0, 8, true);
            tally.fields[0].stretch(format!("2026-0{part}-01").as_bytes());
            let reason = tally.reasons.entry(3).or_default();
            for k in 0..4 {
                reason.count += 1;
                reason.keep(part * 10 + k, format!("v{part}{k}"));
            }
            parts.push(tally);
        }
        let sum = |order: &[usize]| {
            let mut total = Tally::new(1);
            for index in order {
                total.add(&parts[*index]);
            }
            total
        };
        let (a, b) = (sum(&[0, 1, 2, 3]), sum(&[3, 1, 0, 2]));
        assert_eq!(a.reasons, b.reasons);
        assert_eq!(a.reasons[&3].examples.first().map(|(ordinal, _)| *ordinal), Some(0));
        assert_eq!(a.fields[0].distinct(), b.fields[0].distinct());
        assert_eq!(a.fields[0].max.as_deref(), Some(&b"2026-03-01"[..]));
    }
}
