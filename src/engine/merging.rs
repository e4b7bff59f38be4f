//! Merged duplicates in the pipeline: what each record that stays takes over, found by two passes over the source before
//! the run begins, and put into its row, its unique values and its links.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::pipeline::{Settled, Stages, Stop};
use super::plan::{Plan, PlanScratch};
use super::settle::Bid;
use super::settling::no_room;
use super::work::{Depth, Planned, Work};
use crate::connect::{ConnectError, Encoder, TargetBatch};
use crate::dedupe::{Fingerprint, Losers, Merge, Patch, Patches, pack};
use crate::record::Cell;

/// A pass that collects the records which share their key with others.
pub(super) struct Collecting {
    pub merge: Merge,
    /// Records that do not stay, and those that stay in their place.
    pub losers: Losers,
    pub winners: Losers,
}

impl Stages for Collecting {
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop> {
        let mut valid = 0;
        for index in 0..work.planned.len() {
            if work.planned[index] != Planned::Valid {
                continue;
            }
            let bid = work.bid(index, valid);
            if bid.key != 0 && (self.losers.contains(bid.ordinal) || self.winners.contains(bid.ordinal)) {
                let start = if valid == 0 { 0 } else { work.rows.ends[valid - 1] as usize };
                let packed = &work.rows.text[start..work.rows.ends[valid] as usize];
                self.merge.add(bid.key, bid.ordinal, packed).map_err(|error| Stop::Error(no_room(&error)))?;
            }
            valid += 1;
        }
        Ok(Settled::Whole)
    }
}

/// Packs the target values of a record.
pub(super) struct Packed;

impl Encoder for Packed {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        pack(cells, &mut batch.text);
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

/// Puts what the chunk's records take over into their rows.
pub(super) fn merge(
    work: &mut Work,
    patches: &Patches,
    plan: &Plan,
    scratch: &mut PlanScratch,
    depth: Depth<'_>,
) -> Result<(), ConnectError> {
    let found = patches.of(work.base, work.planned.len() as u64).map_err(|error| no_room(&error))?;
    let mut found = found.into_iter().peekable();
    let mut valid = 0;
    work.merged.clear();
    for index in 0..work.planned.len() {
        if work.planned[index] != Planned::Valid {
            continue;
        }
        if let Some(patch) = found.next_if(|patch| patch.ordinal == work.base + index as u64) {
            work.merged.push((valid, patch));
        }
        valid += 1;
    }
    if let Depth::Full(Some(inner)) = depth
        && !work.merged.is_empty()
    {
        let merged = std::mem::take(&mut work.merged);
        let encoder = Merged { inner, merged: &merged, next: AtomicUsize::new(0) };
        work.run_again(plan, scratch, Depth::Full(Some(&encoder)));
        work.merged = merged;
    }
    Ok(())
}

/// What the n-th valid record of a chunk takes over.
pub(super) fn patch_of(work: &Work, valid: usize) -> Option<&Patch> {
    let at = work.merged.binary_search_by_key(&valid, |(valid, _)| *valid).ok()?;
    Some(&work.merged[at].1)
}

/// What a valid record brings to settling, with the unique values that it takes over; `uniques` is room for them.
pub(super) fn bid<'a>(
    work: &'a Work,
    plan: &Plan,
    index: usize,
    valid: usize,
    uniques: &'a mut Vec<Fingerprint>,
) -> Bid<'a> {
    let bid = work.bid(index, valid);
    let Some(patch) = patch_of(work, valid) else { return bid };
    uniques.clear();
    uniques.extend_from_slice(bid.uniques);
    for (unique, field) in uniques.iter_mut().zip(plan.unique_fields()) {
        if let Some(cell) = patch.cell(*field) {
            *unique = plan.unique_key_of(*field, cell);
        }
    }
    Bid { uniques, ..bid }
}

/// Encodes the valid records of one chunk, in order, with what they take over.
struct Merged<'a> {
    inner: &'a dyn Encoder,
    merged: &'a [(usize, Patch)],
    next: AtomicUsize,
}

impl Encoder for Merged<'_> {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let valid = self.next.fetch_add(1, Ordering::Relaxed);
        match self.merged.binary_search_by_key(&valid, |(valid, _)| *valid) {
            Ok(at) => {
                let mut merged = cells.to_vec();
                for (field, cell) in self.merged[at].1.cells() {
                    merged[field] = cell;
                }
                self.inner.encode(&merged, batch);
            }
            Err(_) => self.inner.encode(cells, batch),
        }
    }
}
