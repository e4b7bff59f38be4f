//! The plan over a handful of records with everything kept: what the workbench and `mapwright preview` show. The values
//! and findings are those of the run, since it is the run's plan.

use super::event::Finding;
use super::object::source_object;
use super::plan::{Plan, PlanScratch, Verdict};
use super::run::RunError;
use super::settle::{Bid, Dropped, Settle};
use crate::connect::{Chunk, ReadRequest, Source};
use crate::dedupe::Fingerprint;
use crate::profile::{Issue, Keep, ObjectMapping};
use crate::record::{Batch, Cell, Kind, Origin, Stretch};

/// A preview wants its first records at once.
const CHUNK: usize = 1 << 16;

/// A record before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub origin: Origin,
    /// In the order of the source's fields.
    pub before: Vec<PreviewCell>,
    /// In the order of the mapping's target fields.
    pub after: Vec<PreviewCell>,
    pub fate: PreviewFate,
    pub findings: Vec<Finding>,
    /// The duplicates key's fingerprint; 0 where the record is not valid, the key is empty or there is no rule.
    pub key: Fingerprint,
    /// How many target fields are filled.
    pub filled: u32,
}

/// A cell's kind and canonical text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreviewCell {
    pub kind: Kind,
    pub text: String,
}

/// What the run would do with the record, as far as the previewed records tell: duplicates are found among them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewFate {
    Written,
    Rejected,
    Duplicate,
    Filtered,
}

impl From<Cell<'_>> for PreviewCell {
    fn from(cell: Cell<'_>) -> Self {
        PreviewCell { kind: cell.kind, text: cell.display().into_owned() }
    }
}

/// Runs the plan over a batch. `settled` carries what earlier batches of the same preview settled.
pub fn preview(plan: &Plan, batch: &Batch, scratch: &mut PlanScratch, settled: &mut PreviewSettle) -> Vec<Preview> {
    let mut shown = Vec::with_capacity(batch.len());
    while shown.len() < batch.len() {
        let records = plan.stretch(batch, shown.len());
        plan.run_stretch(records, scratch);
        let first = shown.len();
        let mut dropped = Vec::with_capacity(records.len());
        for row in 0..records.len() {
            let record = records.record(row);
            dropped.push(settled.decide(plan, row, records, scratch));
            let is_valid = scratch.verdict(row) == Verdict::Valid;
            shown.push(Preview {
                origin: record.origin(),
                before: record.cells().map(PreviewCell::from).collect(),
                after: (0..plan.width()).map(|field| plan.value(field, row, records, scratch).into()).collect(),
                fate: fate(scratch.verdict(row), dropped[row]),
                findings: Vec::new(),
                key: if is_valid { plan.key(row, records, scratch) } else { 0 },
                filled: if is_valid { scratch.filled(row, records) } else { 0 },
            });
        }
        // To say a finding, the plan runs over the record alone: what the stretch left in `scratch` goes with it.
        for (row, one) in shown[first..].iter_mut().enumerate() {
            if matches!(one.fate, PreviewFate::Written | PreviewFate::Filtered) {
                continue;
            }
            let record = records.record(row);
            one.findings = plan.explain(record, scratch);
            one.findings.extend(dropped[row].map(|dropped| plan.dropped_finding(dropped, record, scratch)));
        }
    }
    shown
}

fn fate(verdict: Verdict, dropped: Option<Dropped>) -> PreviewFate {
    match (verdict, dropped) {
        (Verdict::Filtered, _) => PreviewFate::Filtered,
        (Verdict::Rejected, _) | (_, Some(Dropped::NotUnique(_))) => PreviewFate::Rejected,
        (_, Some(Dropped::Duplicate)) => PreviewFate::Duplicate,
        (Verdict::Valid, None) => PreviewFate::Written,
    }
}

/// Previews an object's records from the first one on, until `show` has enough (it answers false) or the source ends.
/// `compile` makes the plan once the source's fields are known.
///
/// # Errors
/// The source's and the plan's.
pub fn preview_object(
    source: &dyn Source,
    mapping: &ObjectMapping,
    compile: impl FnOnce(&[String]) -> Result<Plan, Vec<Issue>>,
    mut show: impl FnMut(&Plan, Preview) -> bool,
) -> Result<(), RunError> {
    let from = source_object(source, &mapping.from)?;
    let mut reader = source.read(&from, &ReadRequest { chunk_bytes: CHUNK, ..ReadRequest::default() })?;
    let decoder = reader.decoder();
    let plan = compile(decoder.fields()).map_err(RunError::Profile)?;
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let (mut scratch, mut settled) = (plan.scratch(), PreviewSettle::new(&plan));
    let (mut records, mut lines) = (0, 0);
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        batch.number(records, lines);
        records += batch.len() as u64;
        lines += chunk.lines;
        if !preview(&plan, &batch, &mut scratch, &mut settled).into_iter().all(|one| show(&plan, one)) {
            break;
        }
    }
    Ok(())
}

/// Duplicates among previewed records, first ones staying.
pub struct PreviewSettle {
    settle: Settle,
    seen: u64,
}

impl PreviewSettle {
    pub fn new(plan: &Plan) -> PreviewSettle {
        PreviewSettle { settle: Settle::new(Keep::First, plan.unique_fields().len(), usize::MAX, None), seen: 0 }
    }

    /// What settling drops a valid record for.
    fn decide(&mut self, plan: &Plan, row: usize, records: Stretch<'_>, scratch: &PlanScratch) -> Option<Dropped> {
        if scratch.verdict(row) != Verdict::Valid {
            return None;
        }
        let key = plan.key(row, records, scratch);
        let unique = |field: &usize| plan.unique_key(row, records, scratch, *field);
        let uniques: Vec<_> = plan.unique_fields().iter().map(unique).collect();
        let ordinal = self.seen;
        self.seen += 1;
        self.settle.decide(Bid { ordinal, key, uniques: &uniques, filled: scratch.filled(row, records) })
    }
}
