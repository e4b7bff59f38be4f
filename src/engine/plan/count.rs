//! What a run counts of each record: filled and valid values, reasons with examples.

use super::{Plan, PlanScratch, Verdict};
use crate::engine::codes::CodeId;
use crate::engine::event::Finding;
use crate::engine::settle::Dropped;
use crate::engine::tally::{FieldTally, Tally};
use crate::record::{Cell, RecordRef, Stretch};

impl Plan {
    /// Counts a stretch of records after its run.
    pub(in crate::engine) fn count(&self, records: Stretch<'_>, scratch: &PlanScratch, tally: &mut Tally) {
        tally.planned += scratch.planned.len() as u64;
        for run in &self.runs {
            if let Some(source) = run.source {
                count_together(records, &scratch.planned, source, &mut tally.fields[run.fields()]);
            }
        }
        for (index, field) in self.fields.iter().enumerate() {
            let counts = &mut tally.fields[index];
            let values = scratch.values(index, &records);
            let asked = if field.same_as.is_some() { &scratch.planned } else { &scratch.asked[index] };
            // A field that remembers nothing is asked for every row. A value that the memo knew was seen here when it
            // came to be known; neither the number of distinct values nor the extremes change by seeing it again.
            // What is a source field was counted with its neighbours.
            if field.same_as.is_none() && asked.len() == scratch.planned.len() {
                values.each_lying(asked, |_, text, (start, len), is_filled| {
                    counts.filled += u64::from(is_filled);
                    counts.see(text, start, len, is_filled);
                });
            } else if field.same_as.is_none() {
                let filled = scratch.planned.iter().filter(|row| values.is_filled(**row as usize));
                counts.filled += filled.count() as u64;
                values.each_lying(asked, |row, text, (start, len), is_filled| {
                    let is_asked = is_filled && scratch.verdict(row as usize) != Verdict::Filtered;
                    counts.see(text, start, len, is_asked);
                });
            }
            if field.ordered {
                values.each_filled(asked, |row, bytes| {
                    if scratch.verdict(row as usize) != Verdict::Filtered {
                        counts.stretch(bytes);
                    }
                });
            }
        }
        for codes in scratch.found.codes.chunk_by(|(row, _), (next, _)| row == next) {
            self.count_findings(codes, records, scratch, tally);
        }
    }

    /// Counts what was found about one record.
    fn count_findings(&self, codes: &[(u32, CodeId)], records: Stretch<'_>, scratch: &PlanScratch, tally: &mut Tally) {
        let Some((row, _)) = codes.first() else { return };
        let row = *row as usize;
        let ordinal = records.record(row).origin().number;
        let mut last = None;
        let mut incomplete = false;
        for (_, id) in codes {
            tally.reasons.entry(*id).or_default().count += 1;
            let Some(field) = self.codes.field_of(*id) else { continue };
            let required = self.codes.get(*id).code == "required";
            incomplete |= required;
            let value = self.failed_value(field, row, records, scratch);
            if last != Some(field) && !required {
                let counts = &mut tally.fields[field];
                counts.invalid += 1;
                // A value that the expression refused is filled in the source and not in the target.
                if !scratch.values(field, &records).is_filled(row) && value.is_some() {
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
                reason.keep(ordinal, value.display().into_owned());
            }
        }
        tally.incomplete += u64::from(incomplete);
    }

    /// What a failed field shows as its value: the target's where there is one, else the source's.
    fn failed_value<'s>(
        &self,
        field: usize,
        row: usize,
        records: Stretch<'s>,
        scratch: &'s PlanScratch,
    ) -> Option<Cell<'s>> {
        let cell = scratch.finished.cell(field, row, &records);
        if cell.is_filled() {
            return Some(cell);
        }
        let record = records.record(row);
        let sources = self.fields[field].program.source_fields();
        sources.iter().map(|source| record.cell(*source)).find(Cell::is_filled)
    }

    /// The value that a dropped record shares with an earlier one, after a run on this one record.
    pub(in crate::engine) fn dropped_value(
        &self,
        dropped: Dropped,
        record: RecordRef<'_>,
        scratch: &PlanScratch,
    ) -> Option<String> {
        match dropped {
            Dropped::Duplicate => {
                self.key.as_ref().map(|_| self.key_cell(0, record.alone(), scratch).display().into_owned())
            }
            Dropped::NotUnique(index) => Some(self.cell(self.unique[index], record, scratch).display().into_owned()),
        }
    }

    /// What settling found, in words, after a run on the record.
    pub(in crate::engine) fn dropped_finding(
        &self,
        dropped: Dropped,
        record: RecordRef<'_>,
        scratch: &PlanScratch,
    ) -> Finding {
        let id = self.dropped_code(dropped);
        let value = self.dropped_value(dropped, record, scratch);
        self.finding(id, (self.codes.get(id).meaning.clone(), value))
    }
}

/// Counts fields that are neighbouring source fields, record by record: so their values lie in the record.
fn count_together(records: Stretch<'_>, rows: &[u32], source: usize, fields: &mut [FieldTally]) {
    let (slots, width, data) = (records.slots(), records.width(), records.data());
    debug_assert!(source + fields.len() <= width);
    for row in rows {
        let first = *row as usize * width + source;
        for (slot, counts) in slots.get(first..first + fields.len()).unwrap_or_default().iter().zip(&mut *fields) {
            let is_filled = slot.is_filled();
            counts.filled += u64::from(is_filled);
            counts.see(data, slot.start as usize, slot.len as usize, is_filled);
        }
    }
}
