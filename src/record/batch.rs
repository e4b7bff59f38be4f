//! A batch of records: one byte buffer, one slot a cell, one row a record. Reused from batch to batch.

use super::{Cell, Kind, Origin, SourceType};

/// Where a cell's canonical text lies in the batch's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slot {
    pub start: u32,
    pub len: u32,
    pub kind: Kind,
    pub source_type: SourceType,
    pub form: Form,
}

impl Slot {
    /// That of a cell without a value.
    pub const MISSING: Slot =
        Slot { start: 0, len: 0, kind: Kind::Missing, source_type: SourceType::Untyped, form: Form::Unknown };

    #[inline(always)]
    pub fn is_filled(&self) -> bool {
        self.kind.is_filled(self.len as usize)
    }
}

/// How comma separated text (RFC 4180, quotes only where they are needed) carries a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Not known.
    #[default]
    Unknown,
    /// As it is: the value holds neither comma, double quote nor line end.
    Plain,
    /// Between double quotes, and so it stands in its buffer, the quotes right before and after it; it holds none.
    Quoted,
}

impl Form {
    /// The form of a text.
    pub fn of(text: &str) -> Form {
        if text.contains([',', '"', '\n', '\r']) { Form::Unknown } else { Form::Plain }
    }
}

/// What the reader noticed about a record. Never silent: each becomes a finding (`record:<code>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Fewer cells than the header has fields; the missing ones are `Missing`.
    TooFewFields { found: u32, expected: u32 },
    /// More cells than the header has fields; the extra ones stay in the raw record.
    TooManyFields { found: u32, expected: u32 },
    /// A quote that RFC 4180 would not place there; read by the exact state machine.
    StrayQuote,
    /// A quoted field that never ends.
    UnclosedQuote,
    /// Bytes that are not valid in the source's encoding; the cell is [`Kind::Bytes`] or holds U+FFFD.
    Encoding,
    /// The record is not of the source's shape at all (an NDJSON line that is no object); no cells.
    Malformed,
    /// A nested source has a value at a path that its sample did not show, so that no field holds it.
    UnknownField,
    /// An object has a key twice; the last value stands in the cell.
    DuplicateKey,
    /// Text stands across the place where two fields of fixed width meet.
    Misaligned,
    /// The record's cells were guessed where its delimiters or quotes are broken; only where repairs were asked for.
    Repaired(Repair),
}

/// What was wrong with a record whose cells were guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repair {
    /// Two cells had run together.
    LostDelimiter,
    /// An empty cell too many was left out.
    ExtraDelimiter,
    /// A value held the delimiter without being quoted.
    UnquotedDelimiter,
    /// The record has another delimiter than its table.
    OtherDelimiter,
    /// Quotes were not doubled, or one stood where none belongs.
    Quotes,
    /// Bytes that are not valid in the source's encoding were read in another.
    Encoding,
}

impl Fault {
    /// The finding code, as in `record:too_few_fields`.
    pub fn code(self) -> &'static str {
        match self {
            Fault::TooFewFields { .. } => "too_few_fields",
            Fault::TooManyFields { .. } => "too_many_fields",
            Fault::StrayQuote => "stray_quote",
            Fault::UnclosedQuote => "unclosed_quote",
            Fault::Encoding => "encoding",
            Fault::Malformed => "malformed",
            Fault::UnknownField => "unknown_field",
            Fault::DuplicateKey => "duplicate_key",
            Fault::Misaligned => "misaligned",
            Fault::Repaired(Repair::LostDelimiter) => "lost_delimiter",
            Fault::Repaired(Repair::ExtraDelimiter) => "extra_delimiter",
            Fault::Repaired(Repair::UnquotedDelimiter) => "unquoted_delimiter",
            Fault::Repaired(Repair::OtherDelimiter) => "other_delimiter",
            Fault::Repaired(Repair::Quotes) => "broken_quotes",
            Fault::Repaired(Repair::Encoding) => "other_encoding",
        }
    }

    /// Whether a run must reject the record: its cells may not be what the writer meant.
    pub fn rejects(self) -> bool {
        !matches!(self, Fault::StrayQuote | Fault::UnknownField | Fault::Repaired(_))
    }
}

/// One record of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    pub origin: Origin,
    /// Index of the first of its slots; the row has as many as the batch has fields.
    pub first_slot: u32,
    /// The untouched source record in the buffer (without its line end), start and length.
    pub raw: (u32, u32),
    /// Whether its raw text is what comma separated text would carry of its cells. Those of form [`Form::Plain`] and
    /// [`Form::Quoted`] stand in it; those of another have their quotes doubled there, and stand elsewhere as they are.
    pub joined: bool,
    pub fault: Option<Fault>,
}

/// Records of one object. `width` is the number of fields; every row has exactly that many slots.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub data: Vec<u8>,
    pub slots: Vec<Slot>,
    pub rows: Vec<Row>,
    width: usize,
}

impl Batch {
    pub fn new(width: usize) -> Batch {
        Batch { width, ..Batch::default() }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self, width: usize) {
        self.data.clear();
        self.slots.clear();
        self.rows.clear();
        self.width = width;
    }

    /// Appends a cell's text to the buffer; for readers that build a batch value by value.
    pub fn push_cell(&mut self, cell: Cell<'_>) {
        let start = self.data.len() as u32;
        self.data.extend_from_slice(cell.bytes);
        let Cell { kind, source_type, bytes } = cell;
        self.slots.push(Slot { start, len: bytes.len() as u32, kind, source_type, form: Form::Unknown });
    }

    /// The same for a cell that is written here: `write` appends its text and gives kind and type.
    ///
    /// # Errors
    /// Those of `write`; there is no cell then.
    pub fn write_cell<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(Kind, SourceType), E>,
    ) -> Result<(), E> {
        let start = self.data.len();
        let (kind, source_type) = write(&mut self.data)?;
        let len = self.data.len() - start;
        self.slots.push(Slot { start: start as u32, len: len as u32, kind, source_type, form: Form::Unknown });
        Ok(())
    }

    /// Writes a value at a column of the record that is being filled (within the batch's width), the ones before it missing
    /// where nothing was written there; `write` appends its text and gives its type. Empty text is `Missing`.
    pub fn place_cell(&mut self, column: usize, write: impl FnOnce(&mut Vec<u8>) -> SourceType) {
        debug_assert!(column < self.width);
        let start = self.data.len();
        let source_type = write(&mut self.data);
        let len = self.data.len() - start;
        let kind = if len == 0 { Kind::Missing } else { Kind::Text };
        let slot = Slot { start: start as u32, len: len as u32, kind, source_type, form: Form::Unknown };
        let place = self.rows.len() * self.width + column;
        match self.slots.get_mut(place) {
            Some(earlier) => *earlier = slot,
            None => {
                self.slots.resize(place, Slot::default());
                self.slots.push(slot);
            }
        }
    }

    /// Ends a record whose cells were pushed: fills up to `width` with `Missing`, drops cells beyond it.
    pub fn end_row(&mut self, origin: Origin, raw: (u32, u32), fault: Option<Fault>) {
        let first = self.rows.len() * self.width;
        self.slots.resize(first + self.width, Slot::default());
        self.rows.push(Row { origin, first_slot: first as u32, raw, joined: false, fault });
    }

    /// Moves origins that count from 1 within the batch to their place in the whole: so many records and lines came
    /// before.
    pub fn number(&mut self, records: u64, lines: u64) {
        for row in &mut self.rows {
            row.origin.number += records;
            if row.origin.line > 0 {
                row.origin.line += lines;
            }
        }
    }

    pub fn record(&self, index: usize) -> RecordRef<'_> {
        RecordRef { batch: self, index }
    }

    /// So many records from the one at `first` on; fewer where the batch ends.
    pub fn stretch(&self, first: usize, len: usize) -> Stretch<'_> {
        let first = first.min(self.rows.len());
        Stretch { batch: self, first, len: len.min(self.rows.len() - first) }
    }

    pub fn records(&self) -> impl ExactSizeIterator<Item = RecordRef<'_>> {
        (0..self.rows.len()).map(|index| RecordRef { batch: self, index })
    }
}

/// Some records of a batch, one after another. Their rows count from 0.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    batch: &'a Batch,
    first: usize,
    len: usize,
}

impl<'a> Stretch<'a> {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of fields.
    pub fn width(&self) -> usize {
        self.batch.width
    }

    pub fn record(&self, row: usize) -> RecordRef<'a> {
        RecordRef { batch: self.batch, index: self.first + row }
    }

    /// The slots of all its records, `width` a record.
    pub fn slots(&self) -> &'a [Slot] {
        let width = self.batch.width;
        self.batch.slots.get(self.first * width..(self.first + self.len) * width).unwrap_or_default()
    }

    /// A record's cell; missing beyond the last field or record.
    #[inline]
    pub fn cell(&self, row: usize, field: usize) -> Cell<'a> {
        let slot = self.slots().get(row * self.batch.width + field).filter(|_| field < self.batch.width);
        let Some(Slot { start, len, kind, source_type, .. }) = slot.copied() else { return Cell::MISSING };
        let bytes = self.batch.data.get(start as usize..(start + len) as usize).unwrap_or_default();
        Cell { kind, source_type, bytes }
    }

    /// The buffer that slots point into.
    pub fn data(&self) -> &'a [u8] {
        &self.batch.data
    }
}

/// A borrowed record.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef<'a> {
    batch: &'a Batch,
    index: usize,
}

impl<'a> RecordRef<'a> {
    pub fn row(&self) -> &'a Row {
        &self.batch.rows[self.index]
    }

    pub fn origin(&self) -> Origin {
        self.row().origin
    }

    pub fn len(&self) -> usize {
        self.batch.width
    }

    pub fn is_empty(&self) -> bool {
        self.batch.width == 0
    }

    pub fn slot(&self, field: usize) -> Slot {
        if field >= self.batch.width {
            return Slot::default();
        }
        self.batch.slots[self.row().first_slot as usize + field]
    }

    /// The cell of a field by position; `Missing` beyond the last.
    pub fn cell(&self, field: usize) -> Cell<'a> {
        let slot = self.slot(field);
        let bytes = &self.batch.data[slot.start as usize..(slot.start + slot.len) as usize];
        Cell { kind: slot.kind, source_type: slot.source_type, bytes }
    }

    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'a>> + '_ {
        (0..self.batch.width).map(|field| self.cell(field))
    }

    /// The record as a stretch of one.
    pub fn alone(&self) -> Stretch<'a> {
        Stretch { batch: self.batch, first: self.index, len: 1 }
    }

    /// The buffer that slots point into.
    pub fn data(&self) -> &'a [u8] {
        &self.batch.data
    }

    /// The record as the source has it, byte for byte, without its line end.
    pub fn raw(&self) -> &'a [u8] {
        let (start, len) = self.row().raw;
        &self.batch.data[start as usize..(start + len) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_placed_in_any_order_and_the_last_stands() {
        let put = |text: &'static str| {
            move |out: &mut Vec<u8>| {
                out.extend_from_slice(text.as_bytes());
                SourceType::Text
            }
        };
        let mut batch = Batch::new(3);
        batch.end_row(Origin { number: 1, line: 1 }, (0, 0), None);
        batch.place_cell(2, put("c"));
        batch.place_cell(0, put("a"));
        batch.place_cell(2, put("d"));
        batch.end_row(Origin { number: 2, line: 2 }, (0, 0), None);
        batch.place_cell(0, put(""));
        batch.end_row(Origin { number: 3, line: 3 }, (0, 0), None);
        let texts = |row: usize| batch.record(row).cells().map(|cell| cell.display().into_owned()).collect::<Vec<_>>();
        assert_eq!((texts(0), texts(1)), (vec![String::new(); 3], vec!["a".into(), String::new(), "d".into()]));
        assert_eq!(batch.record(1).cell(1), Cell::MISSING);
        assert_eq!(batch.record(2).cell(0).kind, Kind::Missing);
    }

    #[test]
    fn short_rows_are_filled_and_long_ones_cut() {
        let mut batch = Batch::new(2);
        batch.push_cell(Cell::text("a"));
        batch.end_row(Origin { number: 1, line: 2 }, (0, 1), Some(Fault::TooFewFields { found: 1, expected: 2 }));
        for text in ["b", "c", "d"] {
            batch.push_cell(Cell::text(text));
        }
        batch.end_row(Origin { number: 2, line: 3 }, (1, 3), None);
        assert_eq!(batch.record(0).cell(1), Cell::MISSING);
        assert_eq!(batch.record(1).cell(0).bytes, b"b");
        assert_eq!(batch.record(1).cell(1).bytes, b"c");
        assert_eq!(batch.record(1).cell(9), Cell::MISSING);
        let records = batch.stretch(1, 1);
        assert_eq!(records.cell(0, 1).bytes, b"c");
        assert_eq!([records.cell(0, 2), records.cell(1, 0)], [Cell::MISSING; 2]);
    }
}
