//! One chunk's way through the plan: decoded records in, fates, findings, keys and encoded rows out. Reused.

use super::codes::CodeId;
use super::plan::{Plan, PlanScratch, Verdict};
use super::settle::{Bid, Dropped};
use super::tally::Tally;
use crate::connect::{Chunk, Encoder, TargetBatch};
use crate::dedupe::{Fingerprint, Patch};
use crate::record::{Batch, Stretch};

/// What the plan made of a record, and what settling did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Planned {
    Valid,
    Filtered,
    Rejected,
    /// Valid by itself, dropped by settling.
    Dropped(Dropped),
}

impl Planned {
    /// Whether the plan itself had nothing against the record.
    pub fn was_valid(self) -> bool {
        matches!(self, Planned::Valid | Planned::Dropped(_))
    }
}

/// Buffers of one worker for one chunk.
#[derive(Default)]
pub(super) struct Work {
    pub chunk: Chunk,
    pub batch: Batch,
    /// Encoded rows of the valid records, in order.
    pub rows: TargetBatch,
    /// One a record.
    pub planned: Vec<Planned>,
    /// Finding codes of the rejected records; `finding_ends` has one entry a record.
    pub findings: Vec<CodeId>,
    pub finding_ends: Vec<u32>,
    /// One a valid record, in order.
    keys: Vec<Fingerprint>,
    /// Only for a survey, the one that may ask for it.
    filled: Vec<u32>,
    /// `unique_fields` a valid record.
    uniques: Vec<Fingerprint>,
    unique_fields: usize,
    /// Rendered lines of the rejects file.
    pub rejects: Vec<u8>,
    /// Values for the link tables that the run gathers: a (by, id) pair a wanted table and valid record, in one buffer.
    link_bytes: Vec<u8>,
    link_ends: Vec<u32>,
    /// Which valid rows go to the target.
    pub keep: Vec<bool>,
    /// What valid records (by their place among these) take over from their duplicates; only where these are merged.
    pub merged: Vec<(usize, Patch)>,
    pub tally: Tally,
    /// Ordinal (from 0) of the first record, and lines before it, in the whole source.
    pub base: u64,
}

/// How much of the plan's work a pass needs.
#[derive(Clone, Copy)]
pub(super) enum Depth<'a> {
    /// Everything: tally, and rows where there is an encoder.
    Full(Option<&'a dyn Encoder>),
    /// Only what a survey needs.
    Keys,
}

impl Work {
    /// Numbers the decoded records: `base` records and `lines` lines came before this chunk.
    pub fn number(&mut self, base: u64, lines: u64) {
        self.base = base;
        self.batch.number(base, lines);
    }

    /// Runs the plan over a batch that it ran over before: everything is counted anew.
    pub fn run_again(&mut self, plan: &Plan, scratch: &mut PlanScratch, depth: Depth<'_>) {
        plan.forget(scratch);
        self.run(plan, scratch, depth);
    }

    /// Runs the plan over the batch.
    pub fn run(&mut self, plan: &Plan, scratch: &mut PlanScratch, depth: Depth<'_>) {
        self.planned.clear();
        self.findings.clear();
        self.finding_ends.clear();
        self.keys.clear();
        self.filled.clear();
        self.uniques.clear();
        self.unique_fields = plan.unique_fields().len();
        self.link_bytes.clear();
        self.link_ends.clear();
        self.rows.clear(plan.width());
        self.tally = Tally::new(plan.width());
        let batch = std::mem::take(&mut self.batch);
        let mut first = 0;
        while first < batch.len() {
            let records = plan.stretch(&batch, first);
            first += records.len();
            plan.run_stretch(records, scratch);
            if let Depth::Full(_) = depth {
                plan.count(records, scratch, &mut self.tally);
            }
            self.take(plan, records, scratch, depth);
        }
        self.batch = batch;
    }

    /// Keeps what the plan made of a stretch.
    fn take(&mut self, plan: &Plan, records: Stretch<'_>, scratch: &PlanScratch, depth: Depth<'_>) {
        for row in 0..records.len() {
            match scratch.verdict(row) {
                Verdict::Filtered => self.planned.push(Planned::Filtered),
                Verdict::Rejected => {
                    self.planned.push(Planned::Rejected);
                    self.findings.extend(scratch.findings(row));
                }
                Verdict::Valid => {
                    self.planned.push(Planned::Valid);
                    self.keys.push(plan.key(row, records, scratch));
                    if let Depth::Keys = depth {
                        self.filled.push(scratch.filled(row, records));
                    }
                    for field in plan.unique_fields() {
                        self.uniques.push(plan.unique_key(row, records, scratch, *field));
                    }
                    if let Depth::Full(_) = depth {
                        for wanted in plan.wanted() {
                            for field in [wanted.by, wanted.id] {
                                let cell = plan.value(field, row, records, scratch);
                                self.link_bytes.extend_from_slice(cell.bytes);
                                self.link_ends.push(self.link_bytes.len() as u32);
                            }
                        }
                    }
                }
            }
            self.finding_ends.push(self.findings.len() as u32);
        }
        if let Depth::Full(Some(encoder)) = depth {
            plan.encode(records, scratch, encoder, &mut self.rows);
        }
    }

    /// The findings of a record, without those that settling adds.
    pub fn findings_of(&self, index: usize) -> &[CodeId] {
        let start = if index == 0 { 0 } else { self.finding_ends[index - 1] as usize };
        &self.findings[start..self.finding_ends[index] as usize]
    }

    /// The keys of the valid records, in order.
    pub fn keys(&self) -> &[Fingerprint] {
        &self.keys
    }

    /// What a valid record brings to settling; `valid` counts the valid records before it in the chunk.
    pub fn bid(&self, index: usize, valid: usize) -> Bid<'_> {
        let uniques = &self.uniques[valid * self.unique_fields..(valid + 1) * self.unique_fields];
        Bid {
            ordinal: self.base + index as u64,
            key: self.keys[valid],
            uniques,
            filled: self.filled.get(valid).copied().unwrap_or(0),
        }
    }

    /// The (by, id) pair of a valid record for the n-th of `tables` wanted link tables.
    pub fn link(&self, valid: usize, table: usize, tables: usize) -> (&[u8], &[u8]) {
        let at = (valid * tables + table) * 2;
        let part = |index: usize| {
            let start = if index == 0 { 0 } else { self.link_ends[index - 1] as usize };
            &self.link_bytes[start..self.link_ends[index] as usize]
        };
        (part(at), part(at + 1))
    }

    /// Cuts the batch after `records`; for limits and thresholds.
    pub fn truncate(&mut self, records: usize) {
        self.batch.rows.truncate(records);
    }
}
