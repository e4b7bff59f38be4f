//! What needs memory across records: duplicates, uniqueness, the reject threshold. Entered in source order.
//!
//! Duplicates are settled first, among valid records; uniqueness second, among the survivors. So both can be decided by
//! partitions of their keys, and a budget changes memory and time, never the outcome.

use crate::dedupe::{Entry, Fingerprint, Fingerprints, Losers, Survey, SurveyError};
use crate::profile::{Keep, Threshold};

/// A share is judged from this many records on, and once more at the end.
const SHARE_FROM: u64 = 1_000;

/// Why a valid record does not go to the target after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    Duplicate,
    /// Position among the plan's unique fields.
    NotUnique(usize),
}

/// What a valid record brings to the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bid<'a> {
    /// Ordinal in the source, from 0.
    pub ordinal: u64,
    /// The duplicates key; 0 where it is empty or there is no rule.
    pub key: Fingerprint,
    /// One a unique field; 0 where the value is empty.
    pub uniques: &'a [Fingerprint],
    /// How many target fields are filled.
    pub filled: u32,
}

/// Decides, and remembers what deciding needs.
pub(super) struct Settle {
    keep: Keep,
    budget: usize,
    seen_keys: Fingerprints,
    seen_values: Vec<Fingerprints>,
    /// Set when the outcome is known from a survey of the whole source.
    key_losers: Option<Losers>,
    value_losers: Option<Vec<Losers>>,
    threshold: Option<Threshold>,
    read: u64,
    rejected: u64,
}

impl Settle {
    /// `budget` in bytes, for all sets together.
    pub fn new(keep: Keep, unique_fields: usize, budget: usize, threshold: Option<Threshold>) -> Settle {
        Settle {
            keep,
            budget,
            seen_keys: Fingerprints::default(),
            seen_values: (0..unique_fields).map(|_| Fingerprints::default()).collect(),
            key_losers: None,
            value_losers: None,
            threshold,
            read: 0,
            rejected: 0,
        }
    }

    /// Whether the outcome can only be known from a survey of the whole source: always for other rules than
    /// keep-first, and for keep-first once its sets have outgrown the budget.
    pub fn needs_key_survey(&self) -> bool {
        self.key_losers.is_none() && (self.keep != Keep::First || self.bytes() > self.budget)
    }

    /// As [`Settle::needs_key_survey`], for the unique fields.
    pub fn needs_value_survey(&self) -> bool {
        self.value_losers.is_none() && !self.seen_values.is_empty() && self.bytes() > self.budget
    }

    /// Prepares for so many keys in all, as far as they are remembered.
    pub fn expect(&mut self, keys: usize) {
        if self.key_losers.is_none() {
            self.seen_keys.expect(keys, self.budget.saturating_sub(self.bytes()));
        }
    }

    /// Gives the memory of the keys seen back: a survey of the whole source, which needs as much, finds them again.
    pub fn forget_keys(&mut self) {
        self.seen_keys = Fingerprints::default();
    }

    /// As [`Settle::forget_keys`], for the unique fields.
    pub fn forget_values(&mut self) {
        self.seen_values.iter_mut().for_each(|seen| *seen = Fingerprints::default());
    }

    pub fn know_key_losers(&mut self, losers: Losers) {
        self.forget_keys();
        self.key_losers = Some(losers);
    }

    pub fn know_value_losers(&mut self, losers: Vec<Losers>) {
        self.forget_values();
        self.value_losers = Some(losers);
    }

    pub fn key_losers(&self) -> Option<&Losers> {
        self.key_losers.as_ref()
    }

    fn bytes(&self) -> usize {
        self.seen_keys.bytes() + self.seen_values.iter().map(Fingerprints::bytes).sum::<usize>()
    }

    /// Prepares for deciding on records with these keys.
    pub fn warm(&self, keys: &[Fingerprint]) {
        if self.key_losers.is_none() {
            std::hint::black_box(self.seen_keys.warm(keys));
        }
    }

    /// The fate of a valid record; `None` lets it go to the target.
    #[inline]
    pub fn decide(&mut self, bid: Bid<'_>) -> Option<Dropped> {
        let duplicate = bid.key != 0
            && match &self.key_losers {
                Some(losers) => losers.contains(bid.ordinal),
                None => !self.seen_keys.insert(bid.key),
            };
        if duplicate {
            return Some(Dropped::Duplicate);
        }
        let mut dropped = None;
        for (index, value) in bid.uniques.iter().enumerate() {
            let taken = *value != 0
                && match &self.value_losers {
                    Some(losers) => losers[index].contains(bid.ordinal),
                    None => !self.seen_values[index].insert(*value),
                };
            if taken && dropped.is_none() {
                dropped = Some(Dropped::NotUnique(index));
            }
        }
        dropped
    }

    /// Counts a record; true when the rejects pass the threshold with it.
    pub fn count(&mut self, rejected: bool) -> bool {
        self.read += 1;
        self.rejected += u64::from(rejected);
        rejected
            && match self.threshold {
                Some(Threshold::Count(limit)) => self.rejected > limit,
                Some(Threshold::Share(limit)) => self.read >= SHARE_FROM && self.share() > limit,
                None => false,
            }
    }

    /// Whether the whole source, now read, passed the threshold.
    pub fn passed_at_the_end(&self) -> bool {
        match self.threshold {
            Some(Threshold::Count(limit)) => self.rejected > limit,
            Some(Threshold::Share(limit)) => self.read > 0 && self.share() > limit,
            None => false,
        }
    }

    pub fn rejected_of(&self) -> (u64, u64) {
        (self.rejected, self.read)
    }

    fn share(&self) -> f64 {
        self.rejected as f64 / self.read as f64
    }
}

/// A pass over the whole source that only finds losers.
pub(super) enum Surveyor {
    Keys(Survey),
    /// One survey a unique field, over the survivors of the duplicates.
    Values(Vec<Survey>, Losers),
}

impl Surveyor {
    pub fn keys(folder: &std::path::Path, budget: usize, keep: Keep) -> Surveyor {
        Surveyor::Keys(Survey::new(folder, budget, keep == Keep::Last))
    }

    pub fn values(folder: &std::path::Path, budget: usize, fields: usize, key_losers: Losers) -> Surveyor {
        let share = budget / fields.max(1);
        Surveyor::Values((0..fields).map(|_| Survey::new(folder, share, false)).collect(), key_losers)
    }

    pub fn see(&mut self, bid: Bid<'_>, keep: Keep) -> Result<(), SurveyError> {
        match self {
            Surveyor::Keys(survey) if bid.key != 0 => {
                let score = if keep == Keep::MostComplete { bid.filled } else { 0 };
                survey.add(Entry { key: bid.key, ordinal: bid.ordinal, score })
            }
            Surveyor::Values(surveys, losers) if !(bid.key != 0 && losers.contains(bid.ordinal)) => {
                for (survey, value) in surveys.iter_mut().zip(bid.uniques) {
                    if *value != 0 {
                        survey.add(Entry { key: *value, ordinal: bid.ordinal, score: 0 })?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bid(ordinal: u64, key: u128, uniques: &[u128]) -> Bid<'_> {
        Bid { ordinal, key, uniques, filled: 0 }
    }

    #[test]
    fn first_stays_and_empty_keys_are_never_duplicates() {
        let mut settle = Settle::new(Keep::First, 0, 1 << 20, None);
        let dropped: Vec<_> =
            [5, 0, 5, 0].iter().enumerate().map(|(n, key)| settle.decide(bid(n as u64, *key, &[]))).collect();
        assert_eq!(dropped, [None, None, Some(Dropped::Duplicate), None]);
    }

    #[test]
    fn a_duplicate_claims_no_unique_value() {
        let mut settle = Settle::new(Keep::First, 1, 1 << 20, None);
        assert_eq!(settle.decide(bid(0, 5, &[1])), None);
        assert_eq!(settle.decide(bid(1, 5, &[2])), Some(Dropped::Duplicate));
        assert_eq!(settle.decide(bid(2, 6, &[2])), None);
        assert_eq!(settle.decide(bid(3, 7, &[1])), Some(Dropped::NotUnique(0)));
    }

    #[test]
    fn a_survey_and_memory_decide_alike() {
        let keys = [3u128, 4, 3, 0, 4, 9, 3];
        let values = [1u128, 1, 2, 2, 0, 1, 7];
        let mut memory = Settle::new(Keep::First, 1, 1 << 20, None);
        let mut known = Settle::new(Keep::First, 1, 0, None);
        let folder = tempfile::tempdir().expect("a folder");
        let bids: Vec<_> = (0..7).map(|n| (n as u64, keys[n], [values[n]])).collect();
        let mut surveyor = Surveyor::keys(folder.path(), 1, Keep::First);
        for (n, key, values) in &bids {
            surveyor.see(bid(*n, *key, values), Keep::First).expect("seen");
        }
        if let Surveyor::Keys(survey) = surveyor {
            known.know_key_losers(survey.settle().expect("settled"));
        }
        let losers = known.key_losers().cloned().expect("known");
        let mut surveyor = Surveyor::values(folder.path(), 1, 1, losers);
        for (n, key, values) in &bids {
            surveyor.see(bid(*n, *key, values), Keep::First).expect("seen");
        }
        if let Surveyor::Values(surveys, _) = surveyor {
            known.know_value_losers(surveys.into_iter().map(|s| s.settle().expect("settled")).collect());
        }
        for (n, key, values) in &bids {
            assert_eq!(memory.decide(bid(*n, *key, values)), known.decide(bid(*n, *key, values)), "record {n}");
        }
    }

    #[test]
    fn thresholds_by_count_and_share() {
        let mut count = Settle::new(Keep::First, 0, 0, Some(Threshold::Count(1)));
        assert!(!count.count(true));
        assert!(count.count(true));
        let mut share = Settle::new(Keep::First, 0, 0, Some(Threshold::Share(0.5)));
        assert!(!share.count(true), "too early to judge a share");
        assert!(share.passed_at_the_end());
    }
}
