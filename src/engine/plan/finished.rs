//! The finished target values of one record, one after another in a buffer that is reused.

use crate::record::{Cell, Slot};
use crate::transform::Targets;

#[derive(Debug, Default)]
pub(super) struct Finished {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

impl Finished {
    /// Forgets the last record; every field is missing.
    pub fn clear(&mut self, fields: usize) {
        self.bytes.clear();
        self.slots.clear();
        self.slots.resize(fields, Slot::default());
    }

    pub fn set(&mut self, field: usize, cell: Cell<'_>) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(cell.bytes);
        let len = cell.bytes.len() as u32;
        self.slots[field] = Slot { start, len, kind: cell.kind, source_type: cell.source_type };
    }

    #[inline]
    pub fn cell(&self, field: usize) -> Cell<'_> {
        let Some(slot) = self.slots.get(field) else { return Cell::MISSING };
        let bytes = &self.bytes[slot.start as usize..(slot.start + slot.len) as usize];
        Cell { kind: slot.kind, source_type: slot.source_type, bytes }
    }

    /// How many fields are filled.
    pub fn filled(&self) -> u32 {
        (0..self.slots.len()).filter(|field| self.cell(*field).is_filled()).count() as u32
    }
}

impl Targets for Finished {
    fn target(&self, index: usize) -> Cell<'_> {
        self.cell(index)
    }
}
