//! The count of fates: `read` is the sum of all others, or the run is in error.

use serde::{Deserialize, Serialize};

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    Created,
    Updated,
    Unchanged,
    Rejected,
    Duplicate,
    Filtered,
    Failed,
    Unprocessed,
}

/// Counts of records by fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub read: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub failed: u64,
    pub unprocessed: u64,
}

impl Ledger {
    pub fn count(&mut self, fate: Fate, records: u64) {
        *self.of_mut(fate) += records;
    }

    pub fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::Created => self.created,
            Fate::Updated => self.updated,
            Fate::Unchanged => self.unchanged,
            Fate::Rejected => self.rejected,
            Fate::Duplicate => self.duplicate,
            Fate::Filtered => self.filtered,
            Fate::Failed => self.failed,
            Fate::Unprocessed => self.unprocessed,
        }
    }

    fn of_mut(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::Created => &mut self.created,
            Fate::Updated => &mut self.updated,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Rejected => &mut self.rejected,
            Fate::Duplicate => &mut self.duplicate,
            Fate::Filtered => &mut self.filtered,
            Fate::Failed => &mut self.failed,
            Fate::Unprocessed => &mut self.unprocessed,
        }
    }

    /// Sum of all fates.
    pub fn accounted(&self) -> u64 {
        Fate::ALL.iter().map(|fate| self.of(*fate)).sum()
    }

    pub fn balances(&self) -> bool {
        self.read == self.accounted()
    }

    /// What was written is not in the target after all: the run ended before its file appeared.
    pub fn unwrite(&mut self) {
        self.unprocessed += self.written();
        (self.created, self.updated, self.unchanged) = (0, 0, 0);
    }

    /// So many records of a fate are not in the target after all.
    pub fn take_back(&mut self, fate: Fate, records: u64) {
        let taken = records.min(self.of(fate));
        *self.of_mut(fate) -= taken;
        self.unprocessed += taken;
    }

    /// Records that the target holds in the wanted state.
    pub fn written(&self) -> u64 {
        self.created + self.updated + self.unchanged
    }

    pub fn add(&mut self, other: &Ledger) {
        self.read += other.read;
        for fate in Fate::ALL {
            self.count(fate, other.of(fate));
        }
    }
}

impl Fate {
    pub const ALL: [Fate; 8] = [
        Fate::Created,
        Fate::Updated,
        Fate::Unchanged,
        Fate::Rejected,
        Fate::Duplicate,
        Fate::Filtered,
        Fate::Failed,
        Fate::Unprocessed,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Fate::Created => "created",
            Fate::Updated => "updated",
            Fate::Unchanged => "unchanged",
            Fate::Rejected => "rejected",
            Fate::Duplicate => "duplicate",
            Fate::Filtered => "filtered",
            Fate::Failed => "failed",
            Fate::Unprocessed => "unprocessed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_balances_only_when_every_record_has_a_fate() {
        let mut ledger = Ledger { read: 3, ..Ledger::default() };
        ledger.count(Fate::Created, 2);
        assert!(!ledger.balances());
        ledger.count(Fate::Rejected, 1);
        assert!(ledger.balances());
        assert_eq!(ledger.written(), 2);
    }
}
