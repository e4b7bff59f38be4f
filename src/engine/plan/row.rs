//! Rows in the target's form: finished values on their way to the encoder, neighbours together where they may be.

use std::ops::Range;

use smallvec::SmallVec;

use super::field::PlanField;
use super::{Plan, PlanScratch, Verdict};
use crate::connect::{Encoder, TargetBatch};
use crate::record::{Cell, Form, Stretch};
use crate::transform::Values;

/// `len` target fields from `field` on that are, under whatever names, as many source fields from `source` on, or none of
/// which is a source field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    field: usize,
    pub(super) source: Option<usize>,
    len: usize,
}

impl Run {
    /// The target fields.
    pub(super) fn fields(&self) -> Range<usize> {
        self.field..self.field + self.len
    }
}

/// The fields as runs, in order.
pub(super) fn runs(fields: &[PlanField]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (field, source) in fields.iter().map(|field| field.same_as).enumerate() {
        match runs.last_mut() {
            Some(Run { source: Some(first), len, .. }) if source == Some(*first + *len) => *len += 1,
            Some(Run { source: None, len, .. }) if source.is_none() => *len += 1,
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
                if let Some(together) = run.source.and_then(|source| joined(records, row, source..source + run.len)) {
                    rows.text.extend_from_slice(together);
                    rows.text.push(b',');
                    continue;
                }
                for values in values.get(run.fields()).unwrap_or_default() {
                    if let Some(cell) = values.carry(row, &mut rows.text) {
                        comma.value(cell, &mut rows.text);
                    }
                    rows.text.push(b',');
                }
            }
            // No comma stands behind the last value.
            rows.text.truncate(rows.text.len().saturating_sub(1).max(start));
            comma.end(start, rows);
        }
    }
}

/// Neighbouring values of a record with the commas between them, where the record has them as a target would.
#[inline(always)]
fn joined<'a>(records: Stretch<'a>, row: usize, fields: Range<usize>) -> Option<&'a [u8]> {
    let record = records.record(row).row();
    if !record.joined {
        return None;
    }
    let (width, before) = (records.width(), row * records.width());
    let slots = records.slots().get(before + fields.start..before + fields.end)?;
    let (first, last) = (slots.first()?, slots.last()?);
    let start = match first.form {
        Form::Plain => first.start,
        Form::Quoted => first.start - 1,
        Form::Unknown if fields.start == 0 => record.raw.0,
        Form::Unknown => return None,
    };
    let end = match last.form {
        Form::Plain => last.start + last.len,
        Form::Quoted => last.start + last.len + 1,
        Form::Unknown if fields.end == width => record.raw.0 + record.raw.1,
        Form::Unknown => return None,
    };
    records.data().get(start as usize..end as usize)
}
