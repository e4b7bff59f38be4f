//! Rows in the target's form: finished values on their way to the encoder, neighbours together where they may be.

use smallvec::SmallVec;

use super::field::PlanField;
use super::{Plan, PlanScratch, Verdict};
use crate::connect::{Encoder, Piece, TargetBatch};
use crate::record::{Cell, Form, Slot, Stretch};
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
        if !encoder.takes_joined() {
            let mut cells: SmallVec<[Cell<'_>; 32]> = SmallVec::new();
            for row in valid {
                cells.clear();
                cells.extend(values.iter().map(|values| values.cell(row)));
                encoder.encode(&cells, rows);
            }
            return;
        }
        let mut pieces: SmallVec<[Piece<'_>; 32]> = SmallVec::new();
        for row in valid {
            pieces.clear();
            for run in &self.runs {
                match run.source {
                    Some(source) => {
                        let first = row * records.width() + source;
                        let slots = records.slots().get(first..first + run.len).unwrap_or_default();
                        join(slots, records.data(), |piece| pieces.push(piece));
                    }
                    None => pieces.push(match values[run.field].carried(row) {
                        (_, Some(carried)) => Piece::Joined(carried),
                        (cell, None) => Piece::Cell(cell),
                    }),
                }
            }
            encoder.encode_pieces(&pieces, rows);
        }
    }
}

/// Gives the values of neighbouring slots, together where comma separated text carries them as they stand and nothing
/// but a comma stands between them.
#[inline(always)]
fn join<'a>(slots: &[Slot], data: &'a [u8], mut give: impl FnMut(Piece<'a>)) {
    let text = |start: u32, end: u32| data.get(start as usize..end as usize).unwrap_or_default();
    // Where the neighbours at hand begin and end; a comma follows where the next one is to begin.
    let mut at_hand: Option<(u32, u32)> = None;
    for slot in slots {
        let quotes = u32::from(slot.form == Form::Quoted);
        let (start, end) = (slot.start.wrapping_sub(quotes), slot.start + slot.len + quotes);
        if slot.form == Form::Unknown {
            if let Some((start, end)) = at_hand.take() {
                give(Piece::Joined(text(start, end)));
            }
            let cell = Cell { kind: slot.kind, source_type: slot.source_type, bytes: text(start, end) };
            give(Piece::Cell(cell));
            continue;
        }
        at_hand = Some(match at_hand {
            Some((first, before)) if start == before.wrapping_add(1) => (first, end),
            Some((first, before)) => {
                give(Piece::Joined(text(first, before)));
                (start, end)
            }
            None => (start, end),
        });
    }
    if let Some((start, end)) = at_hand {
        give(Piece::Joined(text(start, end)));
    }
}
