//! What a run counts of each record: filled and valid values, reasons with examples.

use super::{Plan, PlanScratch, Verdict};
use crate::engine::event::Finding;
use crate::engine::settle::Dropped;
use crate::engine::tally::Tally;
use crate::record::{Cell, RecordRef};

impl Plan {
    /// Counts a record after its run.
    pub(in crate::engine) fn count(
        &self,
        record: RecordRef<'_>,
        scratch: &PlanScratch,
        verdict: Verdict,
        tally: &mut Tally,
    ) {
        for id in &scratch.found.codes {
            tally.reasons.entry(*id).or_default().count += 1;
        }
        if verdict == Verdict::Filtered || scratch.unplanned {
            return;
        }
        tally.planned += 1;
        for (index, field) in self.fields.iter().enumerate() {
            let cell = self.cell(index, scratch);
            if !cell.is_filled() {
                continue;
            }
            let counts = &mut tally.fields[index];
            counts.see(cell.bytes);
            if field.ordered {
                counts.stretch(cell.bytes);
            }
        }
        if !scratch.found.codes.is_empty() {
            self.count_findings(record, scratch, tally);
        }
    }

    fn count_findings(&self, record: RecordRef<'_>, scratch: &PlanScratch, tally: &mut Tally) {
        let ordinal = record.origin().number;
        let mut last = None;
        let mut incomplete = false;
        for id in &scratch.found.codes {
            let Some(field) = self.codes.field_of(*id) else { continue };
            let required = self.codes.get(*id).code == "required";
            incomplete |= required;
            let value = self.failed_value(field, record, scratch);
            if last != Some(field) && !required {
                let counts = &mut tally.fields[field];
                counts.invalid += 1;
                // A value that the expression refused is filled in the source and not in the target.
                if !self.cell(field, scratch).is_filled() && value.is_some() {
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
        let cell = self.cell(field, scratch);
        if cell.is_filled() {
            return Some(cell.display().into_owned());
        }
        let sources = self.fields[field].program.source_fields();
        let source = sources.iter().map(|source| record.cell(*source)).find(Cell::is_filled)?;
        Some(source.display().into_owned())
    }

    /// The value that a dropped record shares with an earlier one.
    pub(in crate::engine) fn dropped_value(
        &self,
        dropped: Dropped,
        record: RecordRef<'_>,
        scratch: &mut PlanScratch,
    ) -> Option<String> {
        match dropped {
            Dropped::Duplicate => self.with_key(record, scratch, |key| key.map(|cell| cell.display().into_owned())),
            Dropped::NotUnique(index) => Some(self.cell(self.unique[index], scratch).display().into_owned()),
        }
    }

    /// What settling found, in words, after a run on the record.
    pub(in crate::engine) fn dropped_finding(
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
