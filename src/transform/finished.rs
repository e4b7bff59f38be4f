//! Finished values of target fields for a stretch of records, a column a field. What an expression took over from the
//! record unchanged still lies there.

use super::columns::{Columns, Given};
use super::program::Program;
use super::value::{Held, Place};
use crate::record::{Cell, Stretch};

/// Places are counted in 32 bits; half of them are left to values that are set one by one, which are short.
const ROOM: usize = 2 << 30;

#[derive(Debug, Default)]
pub struct Finished {
    bytes: Vec<u8>,
    columns: Vec<Vec<Held>>,
}

impl Finished {
    /// Forgets everything: so many fields, missing in so many rows.
    pub fn clear(&mut self, fields: usize, rows: usize) {
        self.bytes.clear();
        self.columns.resize_with(fields, Vec::new);
        for column in &mut self.columns {
            column.clear();
            column.resize(rows, Held::MISSING);
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn column(&self, field: usize) -> &[Held] {
        self.columns.get(field).map_or(&[], Vec::as_slice)
    }

    /// A field's value in a row.
    #[inline]
    pub fn cell<'a>(&'a self, field: usize, row: usize, records: &Stretch<'a>) -> Cell<'a> {
        let held = self.columns.get(field).and_then(|column| column.get(row)).copied().unwrap_or(Held::MISSING);
        let base: &'a [u8] = if held.place == Place::RECORD { records.data() } else { &self.bytes };
        let start = held.start as usize;
        let bytes = base.get(start..start + held.len as usize).unwrap_or_default();
        Cell { kind: held.kind, source_type: held.source_type, bytes }
    }

    /// Whether a field is filled in a row.
    #[inline]
    pub fn is_filled(&self, field: usize, row: usize) -> bool {
        self.columns.get(field).and_then(|column| column.get(row)).is_some_and(Held::is_filled)
    }

    /// Keeps a value.
    #[inline]
    pub fn set(&mut self, field: usize, row: usize, cell: Cell<'_>) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(cell.bytes);
        let len = cell.bytes.len() as u32;
        let held = Held { start, len, place: Place::FINISHED, kind: cell.kind, source_type: cell.source_type };
        if let Some(place) = self.columns.get_mut(field).and_then(|column| column.get_mut(row)) {
            *place = held;
        }
    }

    /// Takes over the values that a program has for the picked rows; where it has none, the field is missing. Gives the
    /// rows whose values do not fit: they would be gigabytes long.
    pub fn take(&mut self, field: usize, program: &Program, columns: &Columns, picked: &[u32]) -> Vec<u32> {
        let mut unfit = Vec::new();
        let Some(mut column) = self.columns.get_mut(field).map(std::mem::take) else { return unfit };
        for row in picked {
            let mut held = columns.result(*row);
            if !held.place.outlasts_the_program() {
                let bytes = program.written(held, columns);
                if self.bytes.len() + bytes.len() > ROOM {
                    unfit.push(*row);
                    continue;
                }
                held.start = self.bytes.len() as u32;
                held.place = Place::FINISHED;
                self.bytes.extend_from_slice(bytes);
            }
            if let Some(place) = column.get_mut(*row as usize) {
                *place = held;
            }
        }
        self.columns[field] = column;
        unfit
    }

    /// What expressions read of it, for a stretch of records of its own rows.
    pub fn given<'a>(&'a self, records: Stretch<'a>, it: usize, context: &'a super::RunContext) -> Given<'a> {
        Given { records, finished: self, it, context }
    }
}
