//! The compiled plan: one for preview, check, dry run and run, on every thread. Record-local and pure: a record in,
//! target values and findings out. What needs memory across records is `settle`'s.

use std::collections::HashSet;

use jiff::Timestamp;
use smallvec::SmallVec;

use super::codes::{Code, CodeId, Codes};
use super::event::Finding;
use super::links::{LinkTable, Links, Wanted};
use super::settle::Dropped;
use super::tally::Tally;
use crate::connect::{Encoder, TargetBatch};
use crate::dedupe::{Fingerprint, fingerprint};
use crate::profile::{Expression, FieldMapping, FilledBy, Issue, Missing, ObjectMapping};
use crate::record::{Cell, Fault, Kind, RecordRef, SourceType};
use crate::rules::{FieldRules, RuleScratch};
use crate::schema::{FieldType, Object};
use crate::transform::{self, Diagnostic, Input, Program, RunContext, Scope, Scratch, Targets};

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

struct PlanField {
    program: Program,
    rules: FieldRules,
    /// Whether the texts of its values are in order, so that extremes mean something.
    ordered: bool,
    picklist: bool,
    link: Option<Link>,
}

/// The other object that a field refers to.
struct Link {
    table: LinkTable,
    object: String,
    by: String,
    missing: Missing,
}

/// What a lookup makes of a value.
enum Resolved<'a> {
    /// No lookup, nothing to look up, or the other object has not run yet (in a preview).
    AsIs,
    To(&'a [u8]),
    Missing,
    Unknown,
}

impl PlanField {
    fn resolve(&self, cell: Cell<'_>) -> Resolved<'_> {
        let Some(link) = &self.link else { return Resolved::AsIs };
        let Some(table) = link.table.get() else { return Resolved::AsIs };
        if !cell.is_filled() {
            return Resolved::AsIs;
        }
        match (table.get(cell.bytes), link.missing) {
            (Some(id), _) => Resolved::To(id),
            (None, Missing::Null) => Resolved::Missing,
            (None, _) => Resolved::Unknown,
        }
    }

    fn no_link(&self, cell: Cell<'_>) -> Words {
        let value = cell.display().into_owned();
        let reason = match &self.link {
            Some(link) => format!("no {} was written whose {} is `{value}`", link.object, link.by),
            None => String::new(),
        };
        (reason, Some(value))
    }
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
    /// Compiles a mapping against the source's fields. `target` adds what the target's schema knows.
    ///
    /// # Errors
    /// Every expression that does not compile, at its place in the profile's text.
    pub fn compile(
        mapping: &ObjectMapping,
        source_fields: &[String],
        target: Option<&Object>,
        options: PlanOptions,
    ) -> Result<Plan, Vec<Issue>> {
        let target_fields: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
        let scope = Scope { source_fields, target_fields: &target_fields };
        let mut issues = Vec::new();
        let mut fields = Vec::new();
        for field in &mapping.fields {
            if let Some(compiled) = compile_field(field, &scope, target, &options.links, &mut issues) {
                fields.push(compiled);
            }
        }
        let mut condition = |expression: &Expression| {
            noted(expression, Program::compile_condition(&expression.text, &scope), &mut issues)
        };
        let filter = mapping.filter.as_ref().and_then(&mut condition);
        let checks: Vec<Program> = mapping.checks.iter().filter_map(|check| condition(&check.that)).collect();
        let key = mapping
            .duplicates
            .as_ref()
            .and_then(|rule| noted(&rule.key, Program::compile(&rule.key.text, &scope), &mut issues));
        if !issues.is_empty() {
            return Err(issues);
        }
        let order = evaluation_order(&fields).map_err(|field| {
            let place = mapping.fields[field].place;
            vec![Issue {
                severity: crate::profile::Severity::Error,
                file: String::new(),
                line: place.line,
                column: place.column,
                length: 1,
                message: format!("`{}` needs its own value, by way of `target.`", target_fields[field]),
                hint: Some("Break the circle: let one of the fields read the source instead".to_owned()),
            }]
        })?;
        let unique = (0..fields.len()).filter(|index| mapping.fields[*index].checks.unique).collect();
        let pilot = options.keys.map(|keys| Pilot {
            keys,
            field: mapping.key.first().and_then(|key| target_fields.iter().position(|field| field == key)),
        });
        Ok(Plan {
            source_fields: source_fields.to_vec(),
            target_fields,
            fields,
            order,
            filter,
            checks,
            key,
            pilot,
            unique,
            codes: Codes::new(mapping),
            context: RunContext::new(options.now),
            keep_ragged: mapping.keep_ragged,
            wanted: options.links.wanted(mapping),
        })
    }

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
    pub(super) fn unique_fields(&self) -> &[usize] {
        &self.unique
    }

    pub(super) fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    pub(super) fn has_picklist(&self, field: usize) -> bool {
        self.fields[field].picklist
    }

    pub fn code(&self, id: CodeId) -> &Code {
        self.codes.get(id)
    }

    pub(super) fn label(&self, id: CodeId) -> &str {
        &self.codes.get(id).label
    }

    pub(super) fn dropped_code(&self, dropped: Dropped) -> CodeId {
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

    fn rejects(&self, fault: Fault) -> bool {
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
    pub(super) fn key(&self, record: RecordRef<'_>, scratch: &mut PlanScratch) -> Fingerprint {
        self.with_key(record, scratch, |key| match key {
            Some(cell) if cell.is_filled() => fingerprint(cell.bytes, KEY_SEED),
            _ => 0,
        })
    }

    /// The fingerprint of a unique field's value; 0 where it is empty.
    pub(super) fn unique_key(&self, record: RecordRef<'_>, scratch: &PlanScratch, field: usize) -> Fingerprint {
        let cell = self.cell(field, record, scratch);
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED + 1 + field as u64) } else { 0 }
    }

    /// Appends the record's target values in the target's form.
    pub(super) fn encode(
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

    /// Counts a record after its run.
    pub(super) fn count(&self, record: RecordRef<'_>, scratch: &PlanScratch, verdict: Verdict, tally: &mut Tally) {
        for id in &scratch.findings {
            tally.reasons.entry(*id).or_default().count += 1;
        }
        if verdict == Verdict::Filtered || scratch.unplanned {
            return;
        }
        tally.planned += 1;
        for (index, field) in self.fields.iter().enumerate() {
            let cell = self.cell(index, record, scratch);
            if !cell.is_filled() {
                continue;
            }
            let counts = &mut tally.fields[index];
            counts.see(cell.bytes);
            if field.ordered {
                counts.stretch(cell.bytes);
            }
        }
        if !scratch.findings.is_empty() {
            self.count_findings(record, scratch, tally);
        }
    }

    fn count_findings(&self, record: RecordRef<'_>, scratch: &PlanScratch, tally: &mut Tally) {
        let ordinal = record.origin().number;
        let mut last = None;
        let mut incomplete = false;
        for id in &scratch.findings {
            let Some(field) = self.codes.field_of(*id) else { continue };
            let required = self.codes.get(*id).code == "required";
            incomplete |= required;
            let value = self.failed_value(field, record, scratch);
            if last != Some(field) && !required {
                let counts = &mut tally.fields[field];
                counts.invalid += 1;
                // A value that the expression refused is filled in the source and not in the target.
                if !self.cell(field, record, scratch).is_filled() && value.is_some() {
                    counts.filled += 1;
                }
                if self.codes.get(*id).code == "enum" {
                    counts.outside_picklist += 1;
                }
            }
            last = Some(field);
            let reason = tally.reasons.entry(*id).or_default();
            if let Some(value) = value
                && reason.wants(ordinal)
            {
                reason.keep(ordinal, value);
            }
        }
        tally.incomplete += u64::from(incomplete);
    }

    /// What a failed field shows as its value: the target's where there is one, else the source's.
    fn failed_value(&self, field: usize, record: RecordRef<'_>, scratch: &PlanScratch) -> Option<String> {
        let cell = self.cell(field, record, scratch);
        if cell.is_filled() {
            return Some(cell.display().into_owned());
        }
        let sources = self.fields[field].program.source_fields();
        let source = sources.iter().map(|source| record.cell(*source)).find(Cell::is_filled)?;
        Some(source.display().into_owned())
    }

    /// The value that a dropped record shares with an earlier one.
    pub(super) fn dropped_value(
        &self,
        dropped: Dropped,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
    ) -> Option<String> {
        match dropped {
            Dropped::Duplicate => self.with_key(record, scratch, |key| key.map(|cell| cell.display().into_owned())),
            Dropped::NotUnique(index) => Some(self.cell(self.unique[index], record, scratch).display().into_owned()),
        }
    }

    /// What settling found, in words, after a run on the record.
    pub(super) fn dropped_finding(
        &self,
        dropped: Dropped,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
    ) -> Finding {
        let id = self.dropped_code(dropped);
        let value = self.dropped_value(dropped, record, scratch);
        self.finding(id, (self.codes.get(id).meaning.clone(), value))
    }
}

/// A finding in words: the reason, and the value where there is one.
type Words = (String, Option<String>);

/// Seeds of fingerprints: one for the duplicates key, the following for unique fields.
const KEY_SEED: u64 = 0x6d61_7077;

fn explained(explained: transform::Explained) -> Words {
    (explained.reason, explained.value)
}

fn fault_words(fault: Fault) -> String {
    match fault {
        Fault::TooFewFields { found, expected } => {
            format!(
                "the record has {found} cells and the header {expected} fields; a delimiter or a quote may be missing"
            )
        }
        Fault::TooManyFields { found, expected } => {
            format!(
                "the record has {found} cells and the header {expected} fields; a value may hold an unquoted delimiter"
            )
        }
        Fault::StrayQuote => "a quote stands where none belongs; the value was read with the quote as it is".to_owned(),
        Fault::UnclosedQuote => "a quoted value never ends; close the quote in the source".to_owned(),
        Fault::Encoding => "some bytes are not valid in the source's encoding; pin the right `encoding:`".to_owned(),
        Fault::UnknownField => "the record has a field that none of the first records had; it is not mapped".to_owned(),
        Fault::DuplicateKey => "a key occurs twice in the record; the source must say which one counts".to_owned(),
        Fault::Malformed => "the record is not of the source's form; mend it in the source".to_owned(),
    }
}

/// Keeps a program, or the issues of the expression that did not become one.
fn noted(
    expression: &Expression,
    compiled: Result<Program, Vec<Diagnostic>>,
    issues: &mut Vec<Issue>,
) -> Option<Program> {
    compiled.map_err(|found| issues.extend(found.iter().map(|one| Issue::of_expression(expression, one)))).ok()
}

fn compile_field(
    field: &FieldMapping,
    scope: &Scope<'_>,
    target: Option<&Object>,
    links: &Links,
    issues: &mut Vec<Issue>,
) -> Option<PlanField> {
    let (expression, link) = match &field.filled_by {
        FilledBy::Expression(expression) => (expression, None),
        FilledBy::Lookup(lookup) => (&lookup.value, Some(lookup)),
    };
    let program = noted(expression, Program::compile_field(&expression.text, scope, field.values.as_ref()), issues)?;
    let rules = match FieldRules::compile(field, scope) {
        Ok(rules) => rules,
        Err(found) => {
            issues.extend(found);
            return None;
        }
    };
    let schema = target.and_then(|object| object.field(&field.target));
    let kind = field.checks.field_type.or(schema.map(|field| field.field_type));
    let by_date = program.result_type() == transform::Type::Date || program.result_type() == transform::Type::DateTime;
    let ordered = by_date || matches!(kind, Some(FieldType::Date | FieldType::DateTime));
    let picklist = field.values.is_some() || !field.checks.one_of.is_empty();
    let link = link.map(|lookup| Link {
        table: links.table(&lookup.object, &lookup.by).unwrap_or_default(),
        object: lookup.object.clone(),
        by: lookup.by.clone(),
        missing: lookup.missing,
    });
    Some(PlanField { program, rules, ordered, picklist, link })
}

/// An order in which every field comes after those it reads; the error is a field on a circle.
fn evaluation_order(fields: &[PlanField]) -> Result<Vec<usize>, usize> {
    let mut order = Vec::with_capacity(fields.len());
    let mut placed = vec![false; fields.len()];
    let ready = |index: usize, placed: &[bool]| {
        let rules = fields[index].rules.target_fields();
        fields[index].program.target_fields().iter().chain(rules).all(|needed| placed[*needed])
    };
    while order.len() < fields.len() {
        let before = order.len();
        for index in 0..fields.len() {
            if !placed[index] && ready(index, &placed) {
                placed[index] = true;
                order.push(index);
            }
        }
        if order.len() == before {
            return Err(placed.iter().position(|placed| !placed).unwrap_or(0));
        }
    }
    Ok(order)
}
