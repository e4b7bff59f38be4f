//! The compiled plan: one for preview, check, dry run and run, on every thread. Record-local and pure: a record in,
//! target values and findings out. What needs memory across records is `settle`'s.

use std::collections::HashSet;

use jiff::Timestamp;
use smallvec::SmallVec;

mod compile;
mod count;
mod faults;
mod field;
mod finished;

use faults::fault_words;
use field::{PlanField, Resolved};
use finished::Finished;

use super::codes::{Code, CodeId, Codes};
use super::event::Finding;
use super::links::{Links, Wanted};
use super::settle::Dropped;
use crate::connect::{Encoder, TargetBatch};
use crate::dedupe::{Fingerprint, fingerprint};
use crate::record::{Cell, Fault, Kind, RecordRef, SourceType};
use crate::rules::RuleScratch;
use crate::transform::{self, Input, Program, RunContext, Scratch, Targets};

/// What a plan needs besides the mapping and the fields.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// The start of the run: what `now` and `today` mean.
    pub now: Timestamp,
    /// Only records with one of these keys; others are filtered.
    pub keys: Option<HashSet<String>>,
    /// Link tables of the run's lookups.
    pub links: Links,
}

/// A mapping compiled against the fields of its source.
pub struct Plan {
    source_fields: Vec<String>,
    target_fields: Vec<String>,
    fields: Vec<PlanField>,
    /// Field indices so that each comes after those whose values it reads.
    order: Vec<usize>,
    filter: Option<Program>,
    checks: Vec<Program>,
    key: Option<Program>,
    pilot: Option<Pilot>,
    unique: Vec<usize>,
    codes: Codes,
    context: RunContext,
    keep_ragged: bool,
    /// Link tables that this object's records fill.
    wanted: Vec<Wanted>,
}

/// The keys of a pilot, and the target field that holds a record's key; the duplicates key where there is none.
struct Pilot {
    keys: HashSet<String>,
    field: Option<usize>,
}

/// What the plan says about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    Rejected,
    Filtered,
}

/// Working memory for one thread, reused from record to record.
pub struct PlanScratch {
    finished: Finished,
    programs: Vec<Scratch>,
    rules: Vec<RuleScratch>,
    filter: Scratch,
    checks: Vec<Scratch>,
    key: Scratch,
    /// A value that may be another field's, on its way to `finished`.
    spare: Vec<u8>,
    found: Found,
    /// The record did not get as far as its fields.
    unplanned: bool,
}

/// What was found about a record; in words too where somebody asked for them.
#[derive(Default)]
struct Found {
    codes: Vec<CodeId>,
    words: Option<Vec<Finding>>,
}

impl PlanScratch {
    pub fn findings(&self) -> &[CodeId] {
        &self.found.codes
    }

    /// How many target fields are filled.
    pub fn filled(&self) -> u32 {
        self.finished.filled()
    }
}

impl Plan {
    /// Number of target fields.
    pub fn width(&self) -> usize {
        self.fields.len()
    }

    pub fn source_fields(&self) -> &[String] {
        &self.source_fields
    }

    pub fn target_fields(&self) -> &[String] {
        &self.target_fields
    }

    /// Indices of the target fields that must be unique.
    pub(in crate::engine) fn unique_fields(&self) -> &[usize] {
        &self.unique
    }

    pub(in crate::engine) fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    pub(in crate::engine) fn has_picklist(&self, field: usize) -> bool {
        self.fields[field].picklist
    }

    pub fn code(&self, id: CodeId) -> &Code {
        self.codes.get(id)
    }

    pub(in crate::engine) fn label(&self, id: CodeId) -> &str {
        &self.codes.get(id).label
    }

    pub(in crate::engine) fn dropped_code(&self, dropped: Dropped) -> CodeId {
        match dropped {
            Dropped::Duplicate => self.codes.record("duplicate"),
            Dropped::NotUnique(index) => self.codes.field(self.unique[index], "unique"),
        }
    }

    pub fn scratch(&self) -> PlanScratch {
        PlanScratch {
            finished: Finished::default(),
            programs: self.fields.iter().map(|_| Scratch::default()).collect(),
            rules: self.fields.iter().map(|_| RuleScratch::default()).collect(),
            filter: Scratch::default(),
            checks: self.checks.iter().map(|_| Scratch::default()).collect(),
            key: Scratch::default(),
            spare: Vec::new(),
            found: Found::default(),
            unplanned: false,
        }
    }

    /// Runs the plan on one record. Values and findings stay in `scratch` until its next run.
    pub fn run(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Verdict {
        self.evaluate(record, scratch)
    }

    /// Runs the plan once more and says every finding in words.
    pub fn explain(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Vec<Finding> {
        scratch.found.words = Some(Vec::new());
        self.evaluate(record, scratch);
        let mut words = scratch.found.words.take().unwrap_or_default();
        words.sort_by_key(|finding| self.codes.find(&finding.field, &finding.code));
        words
    }

    /// The finished value of a target field after a run.
    pub fn cell<'s>(&self, field: usize, scratch: &'s PlanScratch) -> Cell<'s> {
        scratch.finished.cell(field)
    }

    fn input<'a>(&'a self, record: RecordRef<'a>, targets: &'a dyn Targets) -> Input<'a> {
        Input { record, targets, it: Cell::MISSING, context: &self.context }
    }

    fn evaluate(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Verdict {
        scratch.found.codes.clear();
        scratch.finished.clear(self.fields.len());
        scratch.unplanned = true;
        if let Some(fault) = record.row().fault
            && self.rejects(fault)
        {
            self.find(self.codes.fault(fault), &mut scratch.found, || (fault_words(fault), None));
            return Verdict::Rejected;
        }
        if let Some(verdict) = self.filter(record, scratch) {
            return verdict;
        }
        scratch.unplanned = false;
        for index in &self.order {
            self.field(*index, record, scratch);
        }
        self.checks(record, scratch);
        if self.pilot.is_some() && !self.in_pilot(record, scratch) {
            scratch.unplanned = true;
            return Verdict::Filtered;
        }
        if scratch.found.codes.is_empty() {
            return Verdict::Valid;
        }
        // Fields run in the order of their needs; findings stand in the order of the target.
        scratch.found.codes.sort_unstable();
        Verdict::Rejected
    }

    /// Whether a record with this fault is rejected.
    pub(in crate::engine) fn rejects(&self, fault: Fault) -> bool {
        fault.rejects() && !(self.keep_ragged && matches!(fault, Fault::TooFewFields { .. }))
    }

    fn find(&self, id: CodeId, found: &mut Found, say: impl FnOnce() -> Words) {
        found.codes.push(id);
        if let Some(words) = &mut found.words {
            words.push(self.finding(id, say()));
        }
    }

    fn finding(&self, id: CodeId, (reason, value): Words) -> Finding {
        let code = self.codes.get(id);
        Finding { field: code.field.clone(), code: code.code.clone(), reason, value }
    }

    /// `Some` where the record does not get any further.
    fn filter(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Option<Verdict> {
        let filter = self.filter.as_ref()?;
        let input = self.input(record, &());
        match filter.run(&input, &mut scratch.filter).map(|cell| cell.bytes == b"true") {
            Ok(true) => None,
            Ok(false) => Some(Verdict::Filtered),
            Err(fault) => {
                let memory = &scratch.filter;
                let said = || explained(filter.explain(&fault, &input, memory));
                self.find(self.codes.record("where"), &mut scratch.found, said);
                Some(Verdict::Rejected)
            }
        }
    }

    /// Runs one field and keeps its value.
    fn field(&self, index: usize, record: RecordRef<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, programs, rules, spare, found, .. } = scratch;
        let (program, rules) = (&mut programs[index], &mut rules[index]);
        if self.fields[index].reads_targets() {
            // The value may lie among the finished ones, which must not move while it is looked at.
            spare.clear();
            let mut kept = Cell::MISSING;
            let keep = |cell: Cell<'_>| {
                spare.extend_from_slice(cell.bytes);
                kept = Cell { bytes: b"", ..cell };
            };
            self.value(index, &self.input(record, finished), program, rules, found, keep);
            finished.set(index, Cell { bytes: spare, ..kept });
        } else {
            let keep = |cell: Cell<'_>| finished.set(index, cell);
            self.value(index, &self.input(record, &()), program, rules, found, keep);
        }
    }

    /// A field's expression with its value map, lookup and checks. A value that is found wrong by the expression or
    /// the lookup is missing; one that fails a check is kept.
    fn value(
        &self,
        index: usize,
        input: &Input<'_>,
        program: &mut Scratch,
        rules: &mut RuleScratch,
        found: &mut Found,
        keep: impl FnOnce(Cell<'_>),
    ) {
        let field = &self.fields[index];
        if let Err(fault) = field.program.run(input, program).map(|_| ()) {
            let said = || explained(field.program.explain(&fault, input, program));
            return self.find(self.codes.field(index, fault.code), found, said);
        }
        let cell = field.program.value(input, program);
        let cell = match field.resolve(cell) {
            Resolved::AsIs => cell,
            Resolved::To(id) => Cell { kind: Kind::Text, source_type: SourceType::Untyped, bytes: id },
            Resolved::Missing => Cell::MISSING,
            Resolved::Unknown => {
                return self.find(self.codes.field(index, "lookup"), found, || field.no_link(cell));
            }
        };
        field.rules.check(cell, input, rules, |code| {
            self.find(self.codes.field(index, code), found, || field.rules.words(code, cell));
        });
        keep(cell);
    }

    fn checks(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) {
        for (index, check) in self.checks.iter().enumerate() {
            let memory = &mut scratch.checks[index];
            let input = self.input(record, &scratch.finished);
            let answer = check.run(&input, memory).map(|cell| cell.bytes == b"true");
            let id = self.codes.check(index);
            match answer {
                Ok(true) => {}
                Ok(false) => self.find(id, &mut scratch.found, || (self.codes.get(id).meaning.clone(), None)),
                Err(fault) => {
                    let said = || explained(check.explain(&fault, &input, memory));
                    self.find(id, &mut scratch.found, said);
                }
            }
        }
    }

    fn in_pilot(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> bool {
        let Some(pilot) = &self.pilot else { return true };
        match pilot.field {
            Some(field) => {
                let cell = self.cell(field, scratch);
                std::str::from_utf8(cell.bytes).is_ok_and(|text| pilot.keys.contains(text))
            }
            None => self.with_key(record, scratch, |key| {
                key.is_some_and(|cell| std::str::from_utf8(cell.bytes).is_ok_and(|text| pilot.keys.contains(text)))
            }),
        }
    }

    /// The duplicates key of a record after a run, given to `look`; `None` without a rule, or where it faults.
    fn with_key<R>(
        &self,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
        look: impl FnOnce(Option<Cell<'_>>) -> R,
    ) -> R {
        let Some(key) = &self.key else { return look(None) };
        let input = self.input(record, &scratch.finished);
        look(key.run(&input, &mut scratch.key).ok())
    }

    /// The fingerprint of the duplicates key of a record after a run; 0 where it is empty or there is no rule.
    pub(in crate::engine) fn key(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Fingerprint {
        self.with_key(record, scratch, |key| match key {
            Some(cell) if cell.is_filled() => fingerprint(cell.bytes, KEY_SEED),
            _ => 0,
        })
    }

    /// The fingerprint of a unique field's value; 0 where it is empty.
    pub(in crate::engine) fn unique_key(&self, scratch: &PlanScratch, field: usize) -> Fingerprint {
        let cell = self.cell(field, scratch);
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED + 1 + field as u64) } else { 0 }
    }

    /// Appends the record's target values in the target's form.
    pub(in crate::engine) fn encode(&self, scratch: &PlanScratch, encoder: &dyn Encoder, rows: &mut TargetBatch) {
        let cells: SmallVec<[Cell<'_>; 48]> =
            (0..self.fields.len()).map(|field| scratch.finished.cell(field)).collect();
        encoder.encode(&cells, rows);
    }
}

/// A finding in words: the reason, and the value where there is one.
type Words = (String, Option<String>);

/// Seeds of fingerprints: one for the duplicates key, the following for unique fields.
const KEY_SEED: u64 = 0x6d61_7077;

fn explained(explained: transform::Explained) -> Words {
    (explained.reason, explained.value)
}
