//! Turns a chunk into a batch, on any thread. Cells point into the chunk's own bytes; only what is doubled or escaped is
//! written anew, behind them.

use std::sync::Arc;

use super::Dialect;
use super::marks::{Inside, Marks};
use super::mend::{Mended, Mender};
use super::scan::{self, Scanned, Span, Step, Tail};
use crate::connect::encoding::{self, Charset, Checked};
use crate::connect::{Chunk, ConnectError, Decoder};
use crate::record::{Batch, Fault, Form, Kind, Origin, Repair, Row, Slot};

/// Decodes chunks of one object.
#[derive(Debug, Clone)]
pub(super) struct CsvDecoder {
    pub dialect: Dialect,
    pub fields: Vec<String>,
    pub checked: Checked,
    /// What bytes that are no UTF-8 are read as, where repairs are wanted.
    pub mended: Option<Charset>,
    /// Puts records right whose width or quotes are odd, where repairs are wanted.
    pub mender: Option<Arc<Mender>>,
    /// Lines of the file before the first that is read (a later table of the file).
    pub lines_before: u64,
}

impl Decoder for CsvDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        // The next chunk gets the room of the one before as it is.
        let (room, mut slots) = (std::mem::take(&mut batch.data), std::mem::take(&mut batch.slots));
        batch.clear(self.fields.len());
        batch.data = std::mem::replace(&mut chunk.bytes, room);
        let mut work =
            Work { dialect: self.dialect, width: self.fields.len(), at: chunk.skip, line: 1, end: batch.data.len() };
        work.line += count_lines(&self.dialect, &batch.data[..chunk.skip]);
        if chunk.marks.is_regular() && self.mender.is_none() {
            work.fast(batch, &chunk.marks, slots);
        } else {
            slots.clear();
            batch.slots = slots;
            work.exact(batch, self.mender.as_deref());
        }
        chunk.lines = work.line - 1;
        if self.lines_before > 0 {
            batch.number(0, self.lines_before);
        }
        self.check_text(batch, work.end);
        Ok(())
    }

    fn split(&self, raw: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut spans = Vec::new();
        let cells = match scan::record(&self.dialect, raw, 0, Tail::End, &mut spans) {
            Step::Record(_) => spans.iter().map(|span| scan::text(&self.dialect, raw, span)).collect(),
            _ => Vec::new(),
        };
        Some(cells)
    }

    fn fields(&self) -> &[String] {
        &self.fields
    }
}

impl CsvDecoder {
    /// Marks records whose bytes are no text. The whole is looked at once; only where it fails, each cell.
    fn check_text(&self, batch: &mut Batch, end: usize) {
        let lost = "\u{fffd}".as_bytes();
        let whole = &batch.data[..end];
        let sound = match self.checked {
            Checked::Sound => true,
            Checked::Not => simdutf8::basic::from_utf8(whole).is_ok(),
            Checked::Made => memchr::memmem::find(whole, lost).is_none(),
        };
        if sound {
            return;
        }
        let width = batch.width();
        let mut anew = Vec::new();
        for row in &mut batch.rows {
            let first = row.first_slot as usize;
            let raw = &batch.data[row.raw.0 as usize..(row.raw.0 + row.raw.1) as usize];
            let broken = if self.checked == Checked::Made {
                memchr::memmem::find(raw, lost).is_some()
            } else {
                std::str::from_utf8(raw).is_err()
            };
            if !broken {
                continue;
            }
            let mut whole = self.mended.is_some();
            for slot in &mut batch.slots[first..first + width] {
                let text = &batch.data[slot.start as usize..(slot.start + slot.len) as usize];
                if std::str::from_utf8(text).is_ok() {
                    continue;
                }
                let start = batch.data.len();
                slot.form = Form::Unknown;
                row.joined = false;
                match self.mended {
                    Some(other) if encoding::mended(text, other, &mut anew) => {
                        let len = anew.len() as u32;
                        batch.data.append(&mut anew);
                        (slot.start, slot.len) = (start as u32, len);
                    }
                    _ => {
                        anew.clear();
                        slot.kind = Kind::Bytes;
                        whole = false;
                    }
                }
            }
            row.fault = match row.fault {
                Some(Fault::UnclosedQuote) => row.fault,
                _ if !whole => Some(Fault::Encoding),
                // What would reject the record counts more than what was put right.
                Some(fault) if fault.rejects() => row.fault,
                _ => Some(Fault::Repaired(Repair::Encoding)),
            };
        }
    }
}

/// Line ends in bytes that hold no records.
fn count_lines(dialect: &Dialect, bytes: &[u8]) -> u64 {
    let mut fields = Vec::new();
    let (mut at, mut lines) = (0, 0);
    loop {
        match scan::record(dialect, bytes, at, Tail::End, &mut fields) {
            Step::Record(found) => {
                lines += found.lines_before + found.lines;
                at = found.next;
            }
            Step::Blank { lines: blank } => return lines + blank,
            Step::More | Step::TooLong { .. } => return lines,
        }
    }
}

struct Work {
    dialect: Dialect,
    width: usize,
    at: usize,
    /// The line that `at` stands on.
    line: u64,
    /// End of the chunk's own bytes in the buffer.
    end: usize,
}

impl Work {
    /// Records of a chunk that the cutter proved regular: each quote where RFC 4180 puts it, no bare carriage return. The
    /// slots are those of an earlier chunk, to be written over.
    fn fast(&mut self, batch: &mut Batch, marks: &Marks, mut slots: Vec<Slot>) {
        let Dialect { delimiter, quote, .. } = self.dialect;
        // What an unquoted field cannot hold here, comma separated text would have to quote.
        let known = delimiter == b',' && quote == Some(b'"');
        let [plain, quoted] = [Form::Plain, Form::Quoted].map(|form| if known { form } else { Form::Unknown });
        // Taken out of the batch, so that they need not be looked up there for every record.
        let mut rows = std::mem::take(&mut batch.rows);
        let bytes = &batch.data[..self.end];
        let mut inside = marks.inside(bytes, quote);
        let (width, records) = (self.width, marks.records().len());
        rows.reserve(records);
        let openings = marks.openings().iter();
        let mut found = Quoted { openings, form: quoted, feeds: 0, unknown: false, doubled: Vec::new() };
        let mut opening = found.next_opening();
        for ends in marks.records() {
            let Some(last) = ends.last().map(|last| *last as usize) else { break };
            let (start, line, first_slot) = (self.at, self.line, rows.len() * width);
            let raw_end = if marks.has_returns() { before_feed(bytes, start, last) } else { last };
            self.line += u64::from(last < self.end);
            self.at = last + 1;
            if raw_end == start {
                // A blank line.
                continue;
            }
            let (mut from, end_of_all) = (start as u32, raw_end as u32);
            if slots.len() < first_slot + width {
                // Room for as many records again, but not for blank lines.
                slots.resize((2 * first_slot).min(records * width).max(first_slot + width), Slot::default());
            }
            let own = slots.get_mut(first_slot..first_slot + width).unwrap_or_default();
            for (index, (slot, end)) in own.iter_mut().zip(ends).enumerate() {
                let end = (*end).min(end_of_all);
                // Each kind of slot is put where it is made: where the two meet before, the slot goes by way of memory.
                if from == opening {
                    opening = found.next_opening();
                    *slot = found.slot(Some(first_slot + index), from + 1, end - 1, &mut inside);
                } else {
                    *slot = Slot { form: plain, ..as_is(from, end) };
                }
                from = end + 1;
            }
            if ends.len() != width {
                own.iter_mut().skip(ends.len()).for_each(|slot| *slot = Slot::default());
                // What is beyond the width has no slot; its line feeds are counted.
                for end in ends.iter().skip(width).map(|end| (*end).min(end_of_all)) {
                    if from == opening {
                        opening = found.next_opening();
                        found.slot(None, from + 1, end - 1, &mut inside);
                    }
                    from = end + 1;
                }
            }
            self.line += std::mem::take(&mut found.feeds);
            let unknown = std::mem::take(&mut found.unknown);
            let fault = self.width_fault(ends.len());
            let joined = known && !unknown && fault.is_none();
            rows.push(Row { joined, ..self.row(rows.len(), (start, raw_end), line, fault) });
        }
        slots.truncate(rows.len() * width);
        (batch.slots, batch.rows) = (slots, rows);
        for (slot, start, end) in found.doubled {
            batch.slots[slot] = self.rewritten(batch, start as usize, end as usize, scan::Form::Escaped);
        }
    }

    /// A field whose text differs from what is written: the text goes behind the chunk.
    fn rewritten(&self, batch: &mut Batch, start: usize, end: usize, form: scan::Form) -> Slot {
        let written = batch.data[start..end].to_vec();
        let text_start = batch.data.len();
        scan::unescape(&self.dialect, &written, form, &mut batch.data);
        as_is(text_start as u32, batch.data.len() as u32)
    }

    /// Records of any chunk, by the exact rules.
    fn exact(&mut self, batch: &mut Batch, mender: Option<&Mender>) {
        let mut spans: Vec<Span> = Vec::new();
        loop {
            match scan::record(&self.dialect, &batch.data[..self.end], self.at, Tail::End, &mut spans) {
                Step::Record(found) => {
                    let raw = &batch.data[found.start..found.end];
                    match mender.and_then(|mender| mender.mend(raw, &found, &spans)) {
                        Some(mended) => self.mended_row(batch, &found, &mended),
                        None => self.exact_row(batch, &found, &spans),
                    }
                    self.at = found.next;
                }
                Step::Blank { lines } => {
                    self.line += lines;
                    return;
                }
                Step::More | Step::TooLong { .. } => return,
            }
        }
    }

    fn exact_row(&mut self, batch: &mut Batch, found: &Scanned, spans: &[Span]) {
        for span in spans.iter().take(self.width) {
            let slot = match span.form {
                scan::Form::Plain | scan::Form::Quoted => as_is(span.start as u32, span.end as u32),
                form => self.rewritten(batch, span.start, span.end, form),
            };
            batch.slots.push(slot);
        }
        self.line += found.lines_before;
        let fault = if found.unclosed_quote {
            Some(Fault::UnclosedQuote)
        } else if found.stray_quote {
            Some(Fault::StrayQuote)
        } else {
            None
        };
        let into = (&mut batch.slots, &mut batch.rows);
        self.end_row(into, (found.start, found.end), self.line, spans.len(), fault);
        self.line += found.lines;
    }

    /// A record whose cells were put right: their text goes behind the chunk.
    fn mended_row(&mut self, batch: &mut Batch, found: &Scanned, mended: &Mended) {
        for cell in mended.cells.iter().take(self.width) {
            let start = batch.data.len();
            batch.data.extend_from_slice(cell);
            batch.slots.push(as_is(start as u32, batch.data.len() as u32));
        }
        self.line += found.lines_before;
        let into = (&mut batch.slots, &mut batch.rows);
        self.end_row(into, (found.start, found.end), self.line, self.width, None);
        if let Some(row) = batch.rows.last_mut() {
            row.fault = Some(mended.fault);
        }
        self.line += found.lines;
    }

    /// Ends a record: the graver fault wins, and its width is that of the batch.
    fn end_row(
        &self,
        (slots, rows): (&mut Vec<Slot>, &mut Vec<Row>),
        raw: (usize, usize),
        line: u64,
        found: usize,
        fault: Option<Fault>,
    ) {
        let fault = if fault == Some(Fault::UnclosedQuote) { fault } else { self.width_fault(found).or(fault) };
        slots.resize((rows.len() + 1) * self.width, Slot::default());
        rows.push(self.row(rows.len(), raw, line, fault));
    }

    #[inline(always)]
    fn row(&self, index: usize, raw: (usize, usize), line: u64, fault: Option<Fault>) -> Row {
        Row {
            origin: Origin { number: index as u64 + 1, line },
            first_slot: (index * self.width) as u32,
            raw: (raw.0 as u32, (raw.1 - raw.0) as u32),
            joined: false,
            fault,
        }
    }

    /// What a record of so many fields has too few or too many of.
    #[inline(always)]
    fn width_fault(&self, found: usize) -> Option<Fault> {
        let (found, expected) = (found as u32, self.width as u32);
        match found.cmp(&expected) {
            std::cmp::Ordering::Less => Some(Fault::TooFewFields { found, expected }),
            std::cmp::Ordering::Greater => Some(Fault::TooManyFields { found, expected }),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// What the quoted fields of a regular chunk hold.
struct Quoted<'m> {
    /// Where those begin that are not asked for yet.
    openings: std::slice::Iter<'m, u32>,
    /// How comma separated text carries one that needs its quotes.
    form: Form,
    /// Line feeds in the fields of the record at hand.
    feeds: u64,
    /// Whether comma separated text would carry one of them otherwise.
    unknown: bool,
    /// Fields with doubled quotes, by slot: written anew once nothing reads the chunk any more.
    doubled: Vec<(usize, u32, u32)>,
}

impl Quoted<'_> {
    /// Where the next one begins; where no field does, if there is none.
    #[inline(always)]
    fn next_opening(&mut self) -> u32 {
        self.openings.next().copied().unwrap_or(u32::MAX)
    }

    /// The slot of a field, which is to stand in the `place`; `start` and `end` are without its quotes. Apart from the loop
    /// over the plain fields, which it would slow down.
    #[inline(never)]
    fn slot(&mut self, place: Option<usize>, start: u32, end: u32, inside: &mut Inside<'_>) -> Slot {
        let held = inside.of(start as usize, end as usize);
        self.feeds += held.feeds;
        if let (true, Some(place)) = (held.doubled, place) {
            self.doubled.push((place, start, end));
        }
        let form = if held.needing && !held.doubled { self.form } else { Form::Unknown };
        self.unknown |= !held.needing && !held.doubled;
        Slot { form, ..as_is(start, end) }
    }
}

/// A cell whose text stands in the buffer as it is; empty text is missing.
#[inline(always)]
fn as_is(start: u32, end: u32) -> Slot {
    let kind = if end > start { Kind::Text } else { Kind::Missing };
    Slot { start, len: end - start, kind, ..Slot::default() }
}

/// Where a field that ends at `end` ends in truth: before the carriage return of a line end.
fn before_feed(bytes: &[u8], start: usize, end: usize) -> usize {
    let returned = end > start && bytes.get(end) == Some(&b'\n') && bytes[end - 1] == b'\r';
    end - usize::from(returned)
}
