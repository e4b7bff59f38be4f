//! The compiled plan: one for preview, check, dry run and run, on every thread. Record-local and pure: a record in,
//! target values and findings out. What needs memory across records is `settle`'s.

use std::collections::HashSet;

use jiff::Timestamp;
use smallvec::{SmallVec, smallvec};

mod compile;
mod count;
mod faults;
mod field;
mod memo;
mod merged;
mod row;

pub(in crate::engine) use compile::declared;
use faults::fault_words;
use field::{PlanField, Resolved};
use memo::{Memo, Recall, Remembered};

use super::codes::{Code, CodeId, Codes};
use super::event::Finding;
use super::links::{Links, Wanted};
use super::settle::Dropped;
use crate::connect::Holds;
use crate::dedupe::{Fingerprint, fingerprint};
use crate::record::{Batch, Cell, Fault, Form, Kind, RecordRef, Slot, SourceType, Stretch};
use crate::transform::{self, Columns, Finished, Given, Program, RunContext, Values};

/// What a plan needs besides the mapping and the fields.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// The start of the run: what `now` and `today` mean.
    pub now: Timestamp,
    /// Only records with one of these keys; others are filtered.
    pub keys: Option<HashSet<String>>,
    /// Link tables of the run's lookups.
    pub links: Links,
    /// What the cells of the target can hold.
    pub holds: Holds,
}

/// A mapping compiled against the fields of its source.
pub struct Plan {
    source_fields: Vec<String>,
    target_fields: Vec<String>,
    fields: Vec<PlanField>,
    /// Neighbouring fields that are neighbouring source fields.
    runs: Vec<row::Run>,
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
    reject_repaired: bool,
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

/// Working memory for one thread, reused from stretch to stretch.
pub struct PlanScratch {
    finished: Finished,
    programs: Vec<Columns>,
    memos: Vec<Memo>,
    compares: Vec<Columns>,
    filter: Columns,
    checks: Vec<Columns>,
    key: Columns,
    verdicts: Vec<Verdict>,
    /// Rows that go through the fields.
    planned: Vec<u32>,
    /// By field, the rows whose value the memo did not know.
    asked: Vec<Vec<u32>>,
    /// Where the memo keeps the values asked for of the field at hand.
    kept: Vec<Option<(usize, u64)>>,
    /// Rows whose value of the field at hand is checked.
    checked: Vec<u32>,
    found: Found,
}

/// What was found, by row; in words too where somebody asked for them.
#[derive(Default)]
struct Found {
    codes: Vec<(u32, CodeId)>,
    words: Option<Vec<Finding>>,
}

impl Found {
    fn of(&self, row: usize) -> &[(u32, CodeId)] {
        let start = self.codes.partition_point(|(at, _)| (*at as usize) < row);
        let end = start + self.codes[start..].partition_point(|(at, _)| *at as usize == row);
        &self.codes[start..end]
    }
}

impl PlanScratch {
    pub(in crate::engine) fn verdict(&self, row: usize) -> Verdict {
        self.verdicts[row]
    }

    /// The codes that a row was rejected for, in the order of the target.
    pub(in crate::engine) fn findings(&self, row: usize) -> impl Iterator<Item = CodeId> + '_ {
        self.found.of(row).iter().map(|(_, id)| *id)
    }

    /// A target field's values, by row.
    fn values<'s>(&'s self, field: usize, records: &Stretch<'s>) -> Values<'s> {
        self.finished.values(field, records)
    }

    /// How many target fields are filled in a row.
    pub(in crate::engine) fn filled(&self, row: usize, records: Stretch<'_>) -> u32 {
        (0..self.programs.len()).filter(|field| self.values(*field, &records).is_filled(row)).count() as u32
    }
}

/// At most so many records go through the plan at once, and at most so many bytes of them: their values stay in the
/// processor's cache from one operation to the next.
const STRETCH_RECORDS: usize = 256;
const STRETCH_BYTES: usize = 128 << 10;

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
        let columns = |count: usize| (0..count).map(|_| Columns::default()).collect();
        PlanScratch {
            finished: Finished::default(),
            programs: columns(self.fields.len()),
            memos: self.memos(),
            compares: columns(self.fields.len()),
            filter: Columns::default(),
            checks: columns(self.checks.len()),
            key: Columns::default(),
            verdicts: Vec::new(),
            planned: Vec::new(),
            asked: vec![Vec::new(); self.fields.len()],
            kept: Vec::new(),
            checked: Vec::new(),
            found: Found::default(),
        }
    }

    /// Forgets what was remembered of earlier records, so that the records to come are counted like the first.
    pub(in crate::engine) fn forget(&self, scratch: &mut PlanScratch) {
        scratch.memos = self.memos();
    }

    fn memos(&self) -> Vec<Memo> {
        // In a pilot a value may first be seen on a record that does not count.
        let counts_all = self.pilot.is_none();
        let useful = |field: &PlanField| counts_all && field.link.is_none() && field.program.repeats();
        self.fields.iter().map(|field| Memo::new(useful(field))).collect()
    }

    /// Runs the plan on one record. Values and findings stay in `scratch` until its next run.
    pub fn run(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Verdict {
        self.run_stretch(record.alone(), scratch);
        scratch.verdict(0)
    }

    /// Runs the plan once more and says every finding in words.
    pub fn explain(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Vec<Finding> {
        scratch.found.words = Some(Vec::new());
        self.run_stretch(record.alone(), scratch);
        let mut words = scratch.found.words.take().unwrap_or_default();
        words.sort_by_key(|finding| self.codes.find(&finding.field, &finding.code));
        words
    }

    /// The finished value of a target field, after a run on this one record; missing where the record went no further
    /// than its reader or the filter.
    pub fn cell<'s>(&self, field: usize, record: RecordRef<'s>, scratch: &'s PlanScratch) -> Cell<'s> {
        self.value(field, 0, record.alone(), scratch)
    }

    /// The next records that go through the plan at once.
    pub(in crate::engine) fn stretch<'b>(&self, batch: &'b Batch, first: usize) -> Stretch<'b> {
        let mut bytes = 0;
        let len = batch.rows[first..].iter().take(STRETCH_RECORDS).take_while(|row| {
            let fits = bytes == 0 || bytes + row.raw.1 as usize <= STRETCH_BYTES;
            bytes += row.raw.1.max(1) as usize;
            fits
        });
        batch.stretch(first, len.count())
    }

    /// Runs the plan on a stretch of records. Verdicts, values and findings stay in `scratch` until its next run.
    pub(in crate::engine) fn run_stretch(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        scratch.found.codes.clear();
        scratch.finished.start(self.fields.iter().map(|field| field.same_as), records.len());
        scratch.verdicts.clear();
        scratch.verdicts.resize(records.len(), Verdict::Valid);
        self.readable(records, scratch);
        self.filter(records, scratch);
        for index in &self.order {
            self.field(*index, records, scratch);
        }
        self.checks(records, scratch);
        self.keys(records, scratch);
        self.pilot(records, scratch);
        // Fields run in the order of their needs; findings stand in the order of the target.
        scratch.found.codes.sort_unstable();
        for (row, _) in &scratch.found.codes {
            let verdict = &mut scratch.verdicts[*row as usize];
            if *verdict == Verdict::Valid {
                *verdict = Verdict::Rejected;
            }
        }
    }

    fn given<'a>(&'a self, records: Stretch<'a>, finished: &'a Finished, it: usize) -> Given<'a> {
        finished.given(records, it, &self.context)
    }

    /// Whether a record with this fault is rejected.
    pub(in crate::engine) fn rejects(&self, fault: Fault) -> bool {
        (fault.rejects() || self.reject_repaired) && !(self.keep_ragged && matches!(fault, Fault::TooFewFields { .. }))
    }

    fn find(&self, row: u32, id: CodeId, found: &mut Found, say: impl FnOnce() -> Words) {
        found.codes.push((row, id));
        if let Some(words) = &mut found.words {
            words.push(self.finding(id, say()));
        }
    }

    fn finding(&self, id: CodeId, (reason, value): Words) -> Finding {
        let code = self.codes.get(id);
        Finding { field: code.field.clone(), code: code.code.clone(), reason, value }
    }

    /// Records that the reader could not make out go no further.
    fn readable(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        scratch.planned.clear();
        for row in 0..records.len() {
            match records.record(row).row().fault {
                Some(fault) if self.rejects(fault) => {
                    scratch.verdicts[row] = Verdict::Rejected;
                    self.find(row as u32, self.codes.fault(fault), &mut scratch.found, || (fault_words(fault), None));
                }
                _ => scratch.planned.push(row as u32),
            }
        }
    }

    /// Records that the filter leaves out, or that it cannot decide, go no further.
    fn filter(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let Some(filter) = &self.filter else { return };
        // No target field has a value yet.
        filter.target_fields().iter().for_each(|field| scratch.finished.forget(*field));
        let PlanScratch { finished, planned, filter: columns, found, verdicts, .. } = scratch;
        let given = self.given(records, finished, 0);
        filter.run_columns(&given, planned, columns);
        for (row, fault) in columns.faults() {
            verdicts[*row as usize] = Verdict::Rejected;
            let said = || explained(filter.explain_row(fault, &given, columns));
            self.find(*row, self.codes.record("where"), found, said);
        }
        planned.retain(|row| {
            let taken = filter.holds(*row, &given, columns);
            let verdict = &mut verdicts[*row as usize];
            if !taken && *verdict == Verdict::Valid {
                *verdict = Verdict::Filtered;
            }
            taken
        });
    }

    /// Runs one field and keeps its values: the expression with its value map, lookup and checks. A value that is found
    /// wrong by the expression or the lookup is missing; one that fails a check is kept.
    fn field(&self, index: usize, records: Stretch<'_>, scratch: &mut PlanScratch) {
        if self.fields[index].same_as.is_some() {
            if self.fields[index].rules.any() {
                scratch.checked.clone_from(&scratch.planned);
                self.rules(index, records, scratch);
            }
            return;
        }
        // Rows that no value is made for have none.
        if scratch.planned.len() < records.len() || self.fields[index].link.is_some() {
            scratch.finished.forget(index);
        }
        self.recall(index, records, scratch);
        let PlanScratch { finished, programs, planned, asked, checked, found, .. } = scratch;
        let (field, columns, asked) = (&self.fields[index], &mut programs[index], &asked[index]);
        field.program.run_columns(&self.given(records, finished, 0), asked, columns);
        let given = self.given(records, finished, 0);
        for (row, fault) in columns.faults() {
            let said = || explained(field.program.explain_row(fault, &given, columns));
            self.find(*row, self.codes.field(index, fault.code), found, said);
        }
        let is_checked = field.rules.any() || field.link.is_some();
        if is_checked {
            checked.clone_from(planned);
            leave_out(checked, columns.faults(), records.len());
        }
        if field.link.is_some() {
            self.resolve(index, records, scratch);
        } else {
            let unfit = finished.take(index, &field.program, columns, asked);
            let all_fit = unfit.is_empty();
            for row in unfit {
                checked.retain(|checked| *checked != row);
                let said = || ("the value becomes longer than 2 gigabytes".to_owned(), None);
                self.find(row, self.codes.field(index, "type"), found, said);
            }
            if all_fit {
                self.remember(index, records, scratch);
            }
        }
        self.rules(index, records, scratch);
    }

    /// Gives a field the values that its memo knows; the others are asked for.
    fn recall(&self, index: usize, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, memos, planned, asked, kept, .. } = scratch;
        let (memo, asked) = (&mut memos[index], &mut asked[index]);
        asked.clear();
        kept.clear();
        let source = self.fields[index].program.source_fields().first();
        let Some(source) = source.filter(|_| !memo.is_idle()) else {
            asked.extend_from_slice(planned);
            return;
        };
        let (slots, width, data) = (records.slots(), records.width(), records.data());
        for row in planned.iter() {
            let slot = slots.get(*row as usize * width + *source).filter(|_| *source < width);
            let slot = slot.unwrap_or(&Slot::MISSING);
            match memo.recall(data, slot) {
                Recall::Known(place) => match memo.result(place) {
                    Some(Remembered { text, start, len, kind, form }) => {
                        finished.set_part(index, *row as usize, (text, start, len), kind, form);
                    }
                    None => finished.set_source(index, *row as usize, *slot),
                },
                Recall::New(place, hash) => {
                    asked.push(*row);
                    kept.push(Some((place, hash)));
                }
                Recall::Never => {
                    asked.push(*row);
                    kept.push(None);
                }
            }
        }
    }

    /// Keeps in the memo what was asked for and found right.
    fn remember(&self, index: usize, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, memos, programs, asked, kept, .. } = scratch;
        let (memo, asked) = (&mut memos[index], &asked[index]);
        let Some(source) = self.fields[index].program.source_fields().first().filter(|_| !memo.is_idle()) else {
            return;
        };
        let faults = programs[index].faults();
        for (row, place) in asked.iter().zip(kept.iter()) {
            let Some(place) = place else { continue };
            if faults.is_empty() || !faults.iter().any(|(faulted, _)| faulted == row) {
                let value = records.cell(*row as usize, *source);
                memo.remember(*place, value, finished.values(index, &records).marked(*row as usize));
            }
        }
        memo.judge();
    }

    /// Puts what a lookup makes of a field's values in their place.
    fn resolve(&self, index: usize, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, programs, checked, found, .. } = scratch;
        let (field, columns) = (&self.fields[index], &programs[index]);
        let mut value = Vec::new();
        checked.retain(|row| {
            let given = self.given(records, finished, 0);
            let cell = field.program.cell(*row, &given, columns);
            let kept = match field.resolve(cell) {
                Resolved::AsIs => cell,
                Resolved::To(id) => Cell { kind: Kind::Text, source_type: SourceType::Untyped, bytes: id },
                Resolved::Missing => Cell::MISSING,
                Resolved::Unknown => {
                    self.find(*row, self.codes.field(index, "lookup"), found, || field.no_link(cell));
                    return false;
                }
            };
            // The value may lie among the finished ones, which must not move while it is looked at.
            value.clear();
            value.extend_from_slice(kept.bytes);
            let kept = Cell { bytes: b"", ..kept };
            finished.set(index, *row as usize, Cell { bytes: &value, ..kept }, Form::Unknown);
            true
        });
    }

    fn rules(&self, index: usize, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, compares, checked, found, .. } = scratch;
        let rules = &self.fields[index].rules;
        if !rules.any() {
            return;
        }
        let values = finished.values(index, &records);
        for row in checked.iter() {
            let cell = values.cell(*row as usize);
            rules.check(cell, |code| {
                self.find(*row, self.codes.field(index, code), found, || rules.words(code, cell));
            });
        }
        let Some(compare) = rules.compare() else { return };
        checked.retain(|row| values.is_filled(*row as usize));
        let (given, columns) = (self.given(records, finished, index), &mut compares[index]);
        compare.run_columns(&given, checked, columns);
        for row in checked.iter() {
            // A comparison that faults has no value, and does not hold.
            if !compare.holds(*row, &given, columns) {
                let cell = values.cell(*row as usize);
                self.find(*row, self.codes.field(index, "compare"), found, || rules.words("compare", cell));
            }
        }
    }

    fn checks(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let PlanScratch { finished, checks, planned, found, .. } = scratch;
        let given = self.given(records, finished, 0);
        for (index, (check, columns)) in self.checks.iter().zip(checks).enumerate() {
            check.run_columns(&given, planned, columns);
            let id = self.codes.check(index);
            for (row, fault) in columns.faults() {
                self.find(*row, id, found, || explained(check.explain_row(fault, &given, columns)));
            }
            for row in planned.iter() {
                if check.holds(*row, &given, columns) {
                    continue;
                }
                if !columns.faults().iter().any(|(faulted, _)| faulted == row) {
                    self.find(*row, id, found, || (self.codes.get(id).meaning.clone(), None));
                }
            }
        }
    }

    fn keys(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let Some(key) = &self.key else { return };
        key.run_columns(&self.given(records, &scratch.finished, 0), &scratch.planned, &mut scratch.key);
    }

    /// Records that are not in the pilot are filtered, whatever was found about them.
    fn pilot(&self, records: Stretch<'_>, scratch: &mut PlanScratch) {
        let Some(pilot) = &self.pilot else { return };
        let mut planned = std::mem::take(&mut scratch.planned);
        planned.retain(|row| {
            let row = *row as usize;
            let cell = match pilot.field {
                Some(field) => scratch.finished.cell(field, row, &records),
                None => self.key_cell(row, records, scratch),
            };
            let taken = std::str::from_utf8(cell.bytes).is_ok_and(|text| pilot.keys.contains(text));
            if !taken {
                scratch.verdicts[row] = Verdict::Filtered;
            }
            taken
        });
        scratch.planned = planned;
        let verdicts = &scratch.verdicts;
        scratch.found.codes.retain(|(row, _)| verdicts[*row as usize] != Verdict::Filtered);
    }

    /// The duplicates key of a planned row; missing without a rule, or where it faults.
    fn key_cell<'s>(&'s self, row: usize, records: Stretch<'s>, scratch: &'s PlanScratch) -> Cell<'s> {
        match &self.key {
            Some(key) => key.cell(row as u32, &self.given(records, &scratch.finished, 0), &scratch.key),
            None => Cell::MISSING,
        }
    }

    /// The fingerprint of the duplicates key of a row; 0 where it is empty or there is no rule.
    pub(in crate::engine) fn key(&self, row: usize, records: Stretch<'_>, scratch: &PlanScratch) -> Fingerprint {
        let cell = self.key_cell(row, records, scratch);
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED) } else { 0 }
    }

    /// The fingerprint of a unique field's value in a row; 0 where it is empty.
    pub(in crate::engine) fn unique_key(
        &self,
        row: usize,
        records: Stretch<'_>,
        scratch: &PlanScratch,
        field: usize,
    ) -> Fingerprint {
        let cell = scratch.finished.cell(field, row, &records);
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED + 1 + field as u64) } else { 0 }
    }

    /// A field's value in a row; missing where the record went no further than its reader or the filter.
    pub(in crate::engine) fn value<'s>(
        &self,
        field: usize,
        row: usize,
        records: Stretch<'s>,
        scratch: &'s PlanScratch,
    ) -> Cell<'s> {
        if self.fields[field].same_as.is_some() && scratch.planned.binary_search(&(row as u32)).is_err() {
            return Cell::MISSING;
        }
        scratch.finished.cell(field, row, &records)
    }
}

/// Takes the rows that have a fault out of those that are checked.
fn leave_out(checked: &mut Vec<u32>, faults: &[(u32, transform::Fault)], rows: usize) {
    if faults.is_empty() {
        return;
    }
    let mut faulted: SmallVec<[bool; STRETCH_RECORDS]> = smallvec![false; rows];
    faults.iter().for_each(|(row, _)| faulted[*row as usize] = true);
    checked.retain(|row| !faulted[*row as usize]);
}

/// A finding in words: the reason, and the value where there is one.
type Words = (String, Option<String>);

/// Seeds of fingerprints: one for the duplicates key, the following for unique fields.
const KEY_SEED: u64 = 0x6d61_7077;

fn explained(explained: transform::Explained) -> Words {
    (explained.reason, explained.value)
}
