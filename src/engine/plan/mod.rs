//! The compiled plan: one for preview, check, dry run and run, on every thread. Record-local and pure: a record in,
//! target values and findings out. What needs memory across records is `settle`'s.

use std::collections::HashSet;

use jiff::Timestamp;
use smallvec::SmallVec;

mod compile;
mod count;
mod faults;
mod field;

use faults::fault_words;
use field::{PlanField, Resolved};

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
    fields: Vec<FieldScratch>,
    filter: Scratch,
    checks: Vec<Scratch>,
    key: Scratch,
    findings: Vec<CodeId>,
    filled: u32,
    /// The record did not get as far as its fields.
    unplanned: bool,
}

#[derive(Default)]
struct FieldScratch {
    program: Scratch,
    rules: RuleScratch,
    value: FieldValue,
    own: Vec<u8>,
}

/// Where a field's finished value is.
#[derive(Debug, Clone, Copy, Default)]
enum FieldValue {
    #[default]
    Missing,
    /// The program's result.
    Program,
    /// A copy in the field's own buffer, because the expression may pass on another field's value.
    Own(Kind, SourceType),
}

impl PlanScratch {
    pub fn findings(&self) -> &[CodeId] {
        &self.findings
    }

    /// How many target fields are filled.
    pub fn filled(&self) -> u32 {
        self.filled
    }
}

/// The finished values of the fields that ran before.
struct Finished<'a> {
    plan: &'a Plan,
    record: RecordRef<'a>,
    fields: &'a [FieldScratch],
}

impl Targets for Finished<'_> {
    fn target(&self, index: usize) -> Cell<'_> {
        match self.fields.get(index) {
            Some(field) => self.plan.value(index, self.record, field),
            None => Cell::MISSING,
        }
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
            fields: self.fields.iter().map(|_| FieldScratch::default()).collect(),
            filter: Scratch::default(),
            checks: self.checks.iter().map(|_| Scratch::default()).collect(),
            key: Scratch::default(),
            findings: Vec::new(),
            filled: 0,
            unplanned: false,
        }
    }

    /// Runs the plan on one record. Values and findings stay in `scratch` until its next run.
    pub fn run(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Verdict {
        self.evaluate(record, scratch, None)
    }

    /// Runs the plan once more and says every finding in words.
    pub fn explain(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.evaluate(record, scratch, Some(&mut findings));
        findings
    }

    /// The finished value of a target field after a run on `record`.
    pub fn cell<'a>(&'a self, field: usize, record: RecordRef<'a>, scratch: &'a PlanScratch) -> Cell<'a> {
        self.value(field, record, &scratch.fields[field])
    }

    fn value<'a>(&'a self, field: usize, record: RecordRef<'a>, scratch: &'a FieldScratch) -> Cell<'a> {
        match scratch.value {
            FieldValue::Missing => Cell::MISSING,
            FieldValue::Own(kind, source_type) => Cell { kind, source_type, bytes: &scratch.own },
            FieldValue::Program => {
                self.fields[field].program.value(&self.input(record, &(), Cell::MISSING), &scratch.program)
            }
        }
    }

    fn input<'a>(&'a self, record: RecordRef<'a>, targets: &'a dyn Targets, it: Cell<'a>) -> Input<'a> {
        Input { record, targets, it, context: &self.context }
    }

    fn evaluate(
        &self,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
        mut words: Option<&mut Vec<Finding>>,
    ) -> Verdict {
        scratch.findings.clear();
        scratch.filled = 0;
        scratch.unplanned = true;
        if let Some(fault) = record.row().fault
            && self.rejects(fault)
        {
            let id = self.codes.fault(fault);
            self.find(id, scratch, words.as_deref_mut(), || (fault_words(fault), None));
            scratch.fields.iter_mut().for_each(|field| field.value = FieldValue::Missing);
            return Verdict::Rejected;
        }
        if let Some(verdict) = self.filter(record, scratch, words.as_deref_mut()) {
            return verdict;
        }
        scratch.unplanned = false;
        for index in &self.order {
            self.field(*index, record, scratch, words.as_deref_mut());
        }
        self.checks(record, scratch, words.as_deref_mut());
        if self.pilot.is_some() && !self.in_pilot(record, scratch) {
            scratch.unplanned = true;
            return Verdict::Filtered;
        }
        if scratch.findings.is_empty() {
            return Verdict::Valid;
        }
        // Fields run in the order of their needs; findings stand in the order of the target.
        scratch.findings.sort_unstable();
        if let Some(words) = words {
            words.sort_by_key(|finding| self.id_of(finding));
        }
        Verdict::Rejected
    }

    /// Whether a record with this fault is rejected.
    pub(in crate::engine) fn rejects(&self, fault: Fault) -> bool {
        fault.rejects() && !(self.keep_ragged && matches!(fault, Fault::TooFewFields { .. }))
    }

    fn find(
        &self,
        id: CodeId,
        scratch: &mut PlanScratch,
        words: Option<&mut Vec<Finding>>,
        say: impl FnOnce() -> Words,
    ) {
        scratch.findings.push(id);
        if let Some(words) = words {
            words.push(self.finding(id, say()));
        }
    }

    fn finding(&self, id: CodeId, (reason, value): Words) -> Finding {
        let code = self.codes.get(id);
        Finding { field: code.field.clone(), code: code.code.clone(), reason, value }
    }

    fn id_of(&self, finding: &Finding) -> CodeId {
        self.codes.find(&finding.field, &finding.code)
    }

    /// `Some` where the record does not get any further.
    fn filter(
        &self,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
        words: Option<&mut Vec<Finding>>,
    ) -> Option<Verdict> {
        let filter = self.filter.as_ref()?;
        let input = self.input(record, &(), Cell::MISSING);
        let mut memory = std::mem::take(&mut scratch.filter);
        let answer = filter.run(&input, &mut memory).map(|cell| cell.bytes == b"true");
        let verdict = match answer {
            Ok(true) => None,
            Ok(false) => Some(Verdict::Filtered),
            Err(fault) => {
                let said = || explained(filter.explain(&fault, &input, &memory));
                self.find(self.codes.record("where"), scratch, words, said);
                Some(Verdict::Rejected)
            }
        };
        scratch.filter = memory;
        verdict
    }

    /// Runs one field: expression, value map, checks.
    fn field(
        &self,
        index: usize,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
        mut words: Option<&mut Vec<Finding>>,
    ) {
        let field = &self.fields[index];
        let mut own = std::mem::take(&mut scratch.fields[index]);
        own.value = FieldValue::Missing;
        // Findings are gathered apart, since the finished fields stay borrowed.
        let mut found: SmallVec<[(CodeId, Option<Words>); 2]> = SmallVec::new();
        let mut filled = false;
        {
            let finished = Finished { plan: self, record, fields: &scratch.fields };
            let input = self.input(record, &finished, Cell::MISSING);
            let FieldScratch { program, rules, value, own } = &mut own;
            if let Err(fault) = field.program.run(&input, program).map(|_| ()) {
                let said = words.is_some().then(|| explained(field.program.explain(&fault, &input, program)));
                found.push((self.codes.field(index, fault.code), said));
            } else {
                {
                    let cell = field.program.value(&input, program);
                    let (cell, place) = match field.resolve(cell) {
                        Resolved::AsIs => (cell, FieldValue::Program),
                        Resolved::To(id) => {
                            own.clear();
                            own.extend_from_slice(id);
                            let kind = FieldValue::Own(Kind::Text, SourceType::Untyped);
                            (Cell { kind: Kind::Text, source_type: SourceType::Untyped, bytes: id }, kind)
                        }
                        Resolved::Missing => (Cell::MISSING, FieldValue::Missing),
                        Resolved::Unknown => {
                            let said = words.is_some().then(|| field.no_link(cell));
                            found.push((self.codes.field(index, "lookup"), said));
                            (Cell::MISSING, FieldValue::Missing)
                        }
                    };
                    let known = found.is_empty();
                    if known {
                        field.rules.check(cell, &input, rules, |code| {
                            let said = words.is_some().then(|| field.rules.words(code, cell));
                            found.push((self.codes.field(index, code), said));
                        });
                    }
                    filled = cell.is_filled();
                    *value = place;
                    if matches!(place, FieldValue::Program) && !field.program.target_fields().is_empty() {
                        own.clear();
                        own.extend_from_slice(cell.bytes);
                        *value = FieldValue::Own(cell.kind, cell.source_type);
                    }
                }
            }
        }
        scratch.fields[index] = own;
        scratch.filled += u32::from(filled);
        for (id, said) in found {
            scratch.findings.push(id);
            if let (Some(words), Some(said)) = (words.as_deref_mut(), said) {
                words.push(self.finding(id, said));
            }
        }
    }

    fn checks(&self, record: RecordRef<'_>, scratch: &mut PlanScratch, mut words: Option<&mut Vec<Finding>>) {
        for (index, check) in self.checks.iter().enumerate() {
            let mut memory = std::mem::take(&mut scratch.checks[index]);
            let said = {
                let finished = Finished { plan: self, record, fields: &scratch.fields };
                let input = self.input(record, &finished, Cell::MISSING);
                let answer = check.run(&input, &mut memory).map(|cell| cell.bytes == b"true");
                match answer {
                    Ok(true) => None,
                    Ok(false) => Some((self.codes.get(self.codes.check(index)).meaning.clone(), None)),
                    Err(fault) => Some(explained(check.explain(&fault, &input, &memory))),
                }
            };
            scratch.checks[index] = memory;
            if let Some(said) = said {
                self.find(self.codes.check(index), scratch, words.as_deref_mut(), || said);
            }
        }
    }

    fn in_pilot(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> bool {
        let Some(pilot) = &self.pilot else { return true };
        match pilot.field {
            Some(field) => {
                let cell = self.cell(field, record, scratch);
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
        let mut memory = std::mem::take(&mut scratch.key);
        let answer = {
            let finished = Finished { plan: self, record, fields: &scratch.fields };
            let input = self.input(record, &finished, Cell::MISSING);
            look(key.run(&input, &mut memory).ok())
        };
        scratch.key = memory;
        answer
    }

    /// The fingerprint of the duplicates key of a record after a run; 0 where it is empty or there is no rule.
    pub(in crate::engine) fn key(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Fingerprint {
        self.with_key(record, scratch, |key| match key {
            Some(cell) if cell.is_filled() => fingerprint(cell.bytes, KEY_SEED),
            _ => 0,
        })
    }

    /// The fingerprint of a unique field's value; 0 where it is empty.
    pub(in crate::engine) fn unique_key(
        &self,
        record: RecordRef<'_>,
        scratch: &PlanScratch,
        field: usize,
    ) -> Fingerprint {
        let cell = self.cell(field, record, scratch);
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED + 1 + field as u64) } else { 0 }
    }

    /// Appends the record's target values in the target's form.
    pub(in crate::engine) fn encode(
        &self,
        record: RecordRef<'_>,
        scratch: &PlanScratch,
        encoder: &dyn Encoder,
        rows: &mut TargetBatch,
    ) {
        let cells: SmallVec<[Cell<'_>; 48]> =
            (0..self.fields.len()).map(|field| self.cell(field, record, scratch)).collect();
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
