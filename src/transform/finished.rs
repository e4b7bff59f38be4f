//! Finished values of target fields for a stretch of records, a column a field. What an expression took over from the
//! record unchanged still lies there; a field that is a source field under another name has no column of its own.

use super::columns::{Columns, Given};
use super::program::Program;
use super::value::{Held, Place};
use crate::record::{Cell, Form, Kind, Slot, SourceType, Stretch, append};

/// Places are counted in 32 bits; half of them are left to values that are set one by one, which are short.
const ROOM: usize = 2 << 30;

#[derive(Debug, Default)]
pub struct Finished {
    bytes: Vec<u8>,
    columns: Vec<Vec<Held>>,
    /// By field, the source field that it is.
    same_as: Vec<Option<usize>>,
    /// Buffers of the program at hand that were moved among the finished bytes, and where they begin there.
    moved: Vec<(Place, Option<u32>)>,
}

impl Finished {
    /// Forgets everything: so many fields, each a source field in all rows or missing in so many rows.
    pub fn clear(&mut self, same_as: impl Iterator<Item = Option<usize>>, rows: usize) {
        self.start(same_as, rows);
        (0..self.columns.len()).for_each(|field| self.forget(field));
    }

    /// As [`Finished::clear`], for whoever then sets every row or [`Finished::forget`]s the field.
    pub fn start(&mut self, same_as: impl Iterator<Item = Option<usize>>, rows: usize) {
        self.bytes.clear();
        self.same_as.clear();
        self.same_as.extend(same_as);
        self.columns.resize_with(self.same_as.len(), Vec::new);
        for (column, same_as) in self.columns.iter_mut().zip(&self.same_as) {
            column.resize(if same_as.is_none() { rows } else { 0 }, Held::MISSING);
        }
    }

    /// Makes a field missing in every row; a source field under another name stays.
    pub fn forget(&mut self, field: usize) {
        if let Some(column) = self.columns.get_mut(field) {
            column.fill(Held::MISSING);
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn column(&self, field: usize) -> &[Held] {
        self.columns.get(field).map_or(&[], Vec::as_slice)
    }

    /// The source field that a field is under another name.
    pub fn same_as(&self, field: usize) -> Option<usize> {
        self.same_as.get(field).copied().flatten()
    }

    /// A field's values.
    #[inline]
    pub fn values<'a>(&'a self, field: usize, records: &Stretch<'a>) -> Values<'a> {
        let record = records.data();
        Values(match self.same_as(field) {
            Some(source) if source < records.width() => {
                Lying::Source { slots: records.slots(), width: records.width(), field: source, record }
            }
            _ => Lying::Column { held: self.column(field), record, bytes: &self.bytes },
        })
    }

    /// A field's value in a row.
    #[inline]
    pub fn cell<'a>(&'a self, field: usize, row: usize, records: &Stretch<'a>) -> Cell<'a> {
        self.values(field, records).cell(row)
    }

    /// Keeps a value of a field that has a column of its own.
    #[inline]
    pub fn set(&mut self, field: usize, row: usize, cell: Cell<'_>, form: Form) {
        let Cell { kind, source_type, bytes } = cell;
        self.set_part(field, row, (bytes, 0, bytes.len()), (kind, source_type), form);
    }

    /// The same for a value that lies in a text, from somewhere on so many bytes long.
    #[inline]
    pub fn set_part(
        &mut self,
        field: usize,
        row: usize,
        (text, from, len): (&[u8], usize, usize),
        (kind, source_type): (Kind, SourceType),
        form: Form,
    ) {
        let start = self.bytes.len() as u32;
        append(&mut self.bytes, text, from, len);
        let held = Held { start, len: len as u32, place: Place::FINISHED, kind, source_type, form };
        if let Some(place) = self.columns.get_mut(field).and_then(|column| column.get_mut(row)) {
            *place = held;
        }
    }

    /// Keeps a value of the record as that of a field with a column of its own.
    #[inline]
    pub fn set_source(&mut self, field: usize, row: usize, slot: Slot) {
        if let Some(place) = self.columns.get_mut(field).and_then(|column| column.get_mut(row)) {
            *place = Held::of(slot);
        }
    }

    /// Takes over the values that a program has for the picked rows; where it has none, the field is missing. Gives the
    /// rows whose values do not fit: they would be gigabytes long.
    pub fn take(&mut self, field: usize, program: &Program, columns: &Columns, picked: &[u32]) -> Vec<u32> {
        let mut unfit = Vec::new();
        let Some(mut column) = self.columns.get_mut(field).map(std::mem::take) else { return unfit };
        self.moved.clear();
        let mut last = (Place::RECORD, None);
        let results = columns.results();
        if picked.len() == column.len() {
            for (row, (held, value)) in column.iter_mut().zip(results).enumerate() {
                *held = *value;
                if !self.outlives(held, &mut last, program, columns) {
                    unfit.push(row as u32);
                }
            }
        } else {
            for row in picked {
                if let (Some(held), Some(value)) = (column.get_mut(*row as usize), results.get(*row as usize)) {
                    *held = *value;
                    if !self.outlives(held, &mut last, program, columns) {
                        unfit.push(*row);
                    }
                }
            }
        }
        self.columns[field] = column;
        unfit
    }

    /// Makes a program's value one that is there when the program runs again; false, and missing, where it does not fit.
    /// `last` is the buffer that the value before lay in: most values of a field lie in the same.
    #[inline(always)]
    fn outlives(
        &mut self,
        held: &mut Held,
        last: &mut (Place, Option<u32>),
        program: &Program,
        columns: &Columns,
    ) -> bool {
        if held.place.outlasts_the_program() {
            return true;
        }
        if held.place != last.0 {
            *last = (held.place, self.moved_to(held.place, program, columns));
        }
        match last.1 {
            Some(start) => {
                held.start += start;
                held.place = Place::FINISHED;
            }
            None => *held = Held::MISSING,
        }
        last.1.is_some()
    }

    /// Where a program's buffer begins among the finished bytes; it comes there when it is first asked for. `None` where
    /// it does not fit.
    #[inline]
    fn moved_to(&mut self, place: Place, program: &Program, columns: &Columns) -> Option<u32> {
        if let Some((_, start)) = self.moved.iter().find(|(moved, _)| *moved == place) {
            return *start;
        }
        let buffer = program.buffer(place, columns);
        let start = (self.bytes.len() + buffer.len() <= ROOM).then_some(self.bytes.len() as u32);
        if start.is_some() {
            self.bytes.extend_from_slice(buffer);
        }
        self.moved.push((place, start));
        start
    }

    /// What expressions read of it, for a stretch of records of its own rows.
    pub fn given<'a>(&'a self, records: Stretch<'a>, it: usize, context: &'a super::RunContext) -> Given<'a> {
        Given { records, finished: self, it, context }
    }
}

/// The values of one field, by row.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a>(Lying<'a>);

/// Where values lie.
#[derive(Debug, Clone, Copy)]
enum Lying<'a> {
    Source { slots: &'a [Slot], width: usize, field: usize, record: &'a [u8] },
    Column { held: &'a [Held], record: &'a [u8], bytes: &'a [u8] },
}

impl<'a> Values<'a> {
    #[inline(always)]
    fn held(&self, row: usize) -> Held {
        match &self.0 {
            Lying::Source { slots, width, field, .. } => {
                Held::of(*slots.get(row * width + field).unwrap_or(&Slot::MISSING))
            }
            Lying::Column { held, .. } => *held.get(row).unwrap_or(&Held::MISSING),
        }
    }

    /// The value in a row.
    #[inline(always)]
    pub fn cell(&self, row: usize) -> Cell<'a> {
        self.marked(row).0
    }

    /// The value in a row, and how comma separated text carries it: [`Form::Quoted`] is not known of a copy.
    #[inline(always)]
    pub fn marked(&self, row: usize) -> (Cell<'a>, Form) {
        let (cell, form) = self.lying(row);
        (cell, if form == Form::Plain { form } else { Form::Unknown })
    }

    /// Appends the value of a row where comma separated text carries it as it stands; any other is given back.
    #[inline(always)]
    pub fn carry(&self, row: usize, text: &mut Vec<u8>) -> Option<Cell<'a>> {
        let (base, form, start, len) = match &self.0 {
            Lying::Source { slots, width, field, record } => {
                let slot = slots.get(row * width + field).unwrap_or(&Slot::MISSING);
                (record, slot.form, slot.start, slot.len)
            }
            Lying::Column { held, record, bytes } => {
                let held = held.get(row).unwrap_or(&Held::MISSING);
                let base = if held.place == Place::RECORD { record } else { bytes };
                (base, held.form, held.start, held.len)
            }
        };
        let (start, len) = (start as usize, len as usize);
        match form {
            Form::Plain => append(text, base, start, len),
            Form::Quoted => append(text, base, start.wrapping_sub(1), len + 2),
            Form::Unknown => return Some(self.lying(row).0),
        }
        None
    }

    #[inline(always)]
    fn base(&self, held: Held) -> &'a [u8] {
        match &self.0 {
            Lying::Column { bytes, .. } if held.place != Place::RECORD => bytes,
            Lying::Source { record, .. } | Lying::Column { record, .. } => record,
        }
    }

    #[inline(always)]
    fn lying(&self, row: usize) -> (Cell<'a>, Form) {
        let held = self.held(row);
        let start = held.start as usize;
        let bytes = self.base(held).get(start..start + held.len as usize).unwrap_or_default();
        debug_assert!(held.form != Form::Plain || bytes.iter().all(|byte| !b",\"\r\n".contains(byte)), "{bytes:?}");
        (Cell { kind: held.kind, source_type: held.source_type, bytes }, held.form)
    }

    /// Hands over the values of those rows that have one, and counts them.
    #[inline(always)]
    pub fn each_filled(&self, rows: &[u32], mut give: impl FnMut(u32, &'a [u8])) -> u64 {
        let mut filled = 0;
        let mut one = |row: u32, held: Held, base: &'a [u8]| {
            let start = held.start as usize;
            if let Some(bytes) = base.get(start..start + held.len as usize)
                && held.is_filled()
            {
                filled += 1;
                give(row, bytes);
            }
        };
        match self.0 {
            Lying::Source { slots, width, field, record } => {
                for row in rows {
                    let slot = slots.get(*row as usize * width + field).unwrap_or(&Slot::MISSING);
                    one(*row, Held::of(*slot), record);
                }
            }
            Lying::Column { held, record, bytes } => {
                for row in rows {
                    let held = held.get(*row as usize).unwrap_or(&Held::MISSING);
                    one(*row, *held, if held.place == Place::RECORD { record } else { bytes });
                }
            }
        }
        filled
    }

    /// Hands over where the values of rows lie: in which text, from where on, how long, and whether they are filled.
    #[inline(always)]
    pub fn each_lying(&self, rows: &[u32], mut give: impl FnMut(u32, &'a [u8], (usize, usize), bool)) {
        for row in rows {
            let held = self.held(*row as usize);
            give(*row, self.base(held), (held.start as usize, held.len as usize), held.is_filled());
        }
    }

    /// Whether there is a value in a row.
    #[inline(always)]
    pub fn is_filled(&self, row: usize) -> bool {
        self.held(row).is_filled()
    }
}
