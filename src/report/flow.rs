//! The ledger as a waterfall: from the records read, step by step, to the records in the target.

use serde::Serialize;

use super::words::{count, ratio, share};
use crate::engine::Ledger;

/// What a step of the waterfall is, for its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Read,
    Filtered,
    Duplicate,
    Rejected,
    Failed,
    Unprocessed,
    /// What no fate explains, in a ledger that does not balance.
    Unaccounted,
    Written,
    Created,
    Updated,
    Unchanged,
}

/// One bar. `start` and `length` are shares of the longest bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub part: Part,
    /// The word for people; the word of the ledger where it is a fate.
    pub word: &'static str,
    /// What the word means.
    pub meaning: &'static str,
    pub records: u64,
    pub count: String,
    /// Of the records read.
    pub share: String,
    pub start: f64,
    pub length: f64,
}

/// The steps: read, what was taken away, written, and what writing was made of. The sum of all but read and written
/// is the records read.
pub fn flow(ledger: &Ledger) -> Vec<Step> {
    let scale = ledger.read.max(ledger.accounted()).max(1) as f64;
    let step = |part, word, meaning, records: u64, before: u64| Step {
        part,
        word,
        meaning,
        records,
        count: count(records),
        share: share(ratio(records, ledger.read)),
        start: before as f64 / scale,
        length: records as f64 / scale,
    };
    let mut steps = vec![step(Part::Read, "read", "records of the source", ledger.read, 0)];
    let mut left = ledger.read.max(ledger.accounted());
    let away = [
        (Part::Filtered, "filtered", "left out by the profile's `where`", ledger.filtered),
        (Part::Duplicate, "duplicate", "another record with the same key stays", ledger.duplicate),
        (Part::Rejected, "rejected", "failed a check; kept untouched to be corrected", ledger.rejected),
        (Part::Failed, "failed", "refused by the target", ledger.failed),
        (Part::Unprocessed, "unprocessed", "the run ended before their turn", ledger.unprocessed),
    ];
    for (part, word, meaning, records) in away {
        left = left.saturating_sub(records);
        steps.push(step(part, word, meaning, records, left));
    }
    let unaccounted = ledger.read.abs_diff(ledger.accounted());
    if unaccounted > 0 {
        let (meaning, before) = if ledger.read > ledger.accounted() {
            ("have no fate", ledger.written())
        } else {
            ("have more than one fate", ledger.read)
        };
        steps.push(step(Part::Unaccounted, "unaccounted", meaning, unaccounted, before));
    }
    steps.push(step(Part::Written, "written", "in the target as the profile wants them", ledger.written(), 0));
    let made_of = [
        (Part::Created, "created", "new in the target", ledger.created),
        (Part::Updated, "updated", "changed in the target", ledger.updated),
        (Part::Unchanged, "unchanged", "were in the target already", ledger.unchanged),
    ];
    let mut before = 0;
    for (part, word, meaning, records) in made_of {
        steps.push(step(part, word, meaning, records, before));
        before += records;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hang_together() {
        let ledger = Ledger {
            read: 100,
            created: 60,
            updated: 10,
            rejected: 20,
            duplicate: 6,
            filtered: 4,
            ..Ledger::default()
        };
        let steps = flow(&ledger);
        let of = |part| steps.iter().find(|step| step.part == part).expect("a step");
        assert_eq!(of(Part::Filtered).start, 0.96);
        assert_eq!(of(Part::Duplicate).start, 0.90);
        assert_eq!(of(Part::Rejected).start, 0.70);
        assert_eq!(of(Part::Written).length, 0.70);
        assert_eq!(of(Part::Updated).start, 0.60);
        assert!(steps.iter().all(|step| step.part != Part::Unaccounted));
    }

    #[test]
    fn nothing_and_more_than_everything_stay_within_the_scale() {
        for ledger in [
            Ledger::default(),
            Ledger { read: 1, created: 5, rejected: 3, ..Ledger::default() },
            Ledger { read: 7, ..Ledger::default() },
            Ledger { read: u64::MAX, created: u64::MAX, ..Ledger::default() },
        ] {
            for step in flow(&ledger) {
                assert!(step.start >= 0.0 && step.start + step.length <= 1.000_001, "{ledger:?} {step:?}");
            }
        }
    }
}
