//! Rows in the target's form: finished values on their way to the encoder, neighbours together where they may be.

use std::ops::Range;

use smallvec::SmallVec;

use super::field::PlanField;
use super::{Plan, PlanScratch, Verdict};
use crate::connect::{CommaText, Encoder, TargetBatch};
use crate::record::{Cell, Form, Slot, Stretch, append};
use crate::transform::Values;

/// Target fields from `field` on that are, under whatever names, `len` source fields from `source` on. A field that is
/// no source field makes a run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    field: usize,
    source: Option<usize>,
    len: usize,
}

/// The fields as runs, in order.
pub(super) fn runs(fields: &[PlanField]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (field, source) in fields.iter().map(|field| field.same_as).enumerate() {
        match runs.last_mut() {
            Some(Run { source: Some(first), len, .. }) if source == Some(*first + *len) => *len += 1,
            _ => runs.push(Run { field, source, len: 1 }),
        }
    }
    runs
}

impl Plan {
    /// Appends the target values of a stretch's valid rows in the target's form.
    pub(in crate::engine) fn encode(
        &self,
        records: Stretch<'_>,
        scratch: &PlanScratch,
        encoder: &dyn Encoder,
        rows: &mut TargetBatch,
    ) {
        let values: SmallVec<[Values<'_>; 32]> =
            (0..self.fields.len()).map(|field| scratch.values(field, &records)).collect();
        let valid = (0..records.len()).filter(|row| scratch.verdict(*row) == Verdict::Valid);
        let Some(comma) = encoder.comma_text() else {
            let mut cells: SmallVec<[Cell<'_>; 32]> = SmallVec::new();
            for row in valid {
                cells.clear();
                cells.extend(values.iter().map(|values| values.cell(row)));
                encoder.encode(&cells, rows);
            }
            return;
        };
        let values = values.as_slice();
        for row in valid {
            let start = rows.text.len();
            for run in &self.runs {
                match run.source {
                    Some(source) => joined(records, row, source..source + run.len, comma, &mut rows.text),
                    None => {
                        if let Some(cell) = values.get(run.field).and_then(|values| values.carry(row, &mut rows.text)) {
                            comma.value(cell, &mut rows.text);
                        }
                        rows.text.push(b',');
                    }
                }
            }
            // No comma stands behind the last value.
            rows.text.truncate(rows.text.len().saturating_sub(1).max(start));
            comma.end(start, rows);
        }
    }
}

/// Appends neighbouring values of a record, a comma behind each: together where that is how the record has them.
#[inline(always)]
fn joined(records: Stretch<'_>, row: usize, fields: Range<usize>, comma: &dyn CommaText, text: &mut Vec<u8>) {
    let first = row * records.width();
    let slots = records.slots().get(first + fields.start..first + fields.end).unwrap_or_default();
    let data = records.data();
    if let ([first, .., last], true) = (slots, records.record(row).row().joined) {
        debug_assert!(slots.is_sorted_by(|one, next| next.start - one.start - one.len <= 3), "{slots:?}");
        debug_assert!(slots.iter().all(|slot| slot.form != Form::Unknown), "{slots:?}");
        let start = first.start - u32::from(first.form == Form::Quoted);
        let end = last.start + last.len + u32::from(last.form == Form::Quoted);
        text.extend_from_slice(data.get(start as usize..end as usize).unwrap_or_default());
        text.push(b',');
        return;
    }
    for slot in slots {
        if let Some(cell) = carry(*slot, data, text) {
            comma.value(cell, text);
        }
        text.push(b',');
    }
}

/// Appends a value that comma separated text carries as it stands; any other is given back.
#[inline(always)]
fn carry<'a>(slot: Slot, data: &'a [u8], text: &mut Vec<u8>) -> Option<Cell<'a>> {
    let (start, len) = (slot.start as usize, slot.len as usize);
    match slot.form {
        Form::Plain => append(text, data, start, len),
        Form::Quoted => append(text, data, start.wrapping_sub(1), len + 2),
        Form::Unknown => {
            let bytes = data.get(start..start + len).unwrap_or_default();
            return Some(Cell { kind: slot.kind, source_type: slot.source_type, bytes });
        }
    }
    None
}
