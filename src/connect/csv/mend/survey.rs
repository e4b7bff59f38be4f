//! One pass over the whole file before it is repaired: where its tables begin and end, what follows the last record,
//! and what the cells of each column look like.

use std::path::Path;
use std::sync::Arc;

use super::super::cutter::Cutter;
use super::super::marks::Marks;
use super::super::scan::{self, Span, Step, Tail};
use super::super::source::cut_error;
use super::super::{Dialect, header};
use super::{Column, Mender};
use crate::connect::ConnectError;
use crate::connect::encoding::{TextEncoding, TextInput};

/// A table in a file, and how to mend its records.
#[derive(Debug, Clone)]
pub(in super::super) struct Table {
    pub fields: Vec<String>,
    /// Whether its fields have names of their own.
    pub header: bool,
    /// Bytes of UTF-8: where reading starts, how many of them are no records, where it ends.
    pub start: u64,
    pub skip: usize,
    pub end: u64,
    /// Lines of the file before `start`.
    pub lines: u64,
    pub mender: Option<Arc<Mender>>,
    pub notes: Vec<String>,
}

/// Tables with more columns are not repaired.
const MOST_COLUMNS: usize = 2000;
/// Records that a column learns from; the rest of a large file adds nothing.
const LEARNED: u64 = 20_000;
/// Records kept to learn from once more where hardly any has the right width.
const KEPT: usize = 300;
/// Lines after the last record that may be a footer.
const FOOTER: usize = 8;
const CHUNK: usize = 1 << 20;

/// Reads the file whose first table is known from its start.
pub(in super::super) fn survey(
    path: &Path,
    encoding: &TextEncoding,
    dialect: Dialect,
    first: Table,
) -> Result<Vec<Table>, ConnectError> {
    let input = TextInput::open(path, encoding, 0)?;
    let mut cutter = Cutter::new(input, dialect, 0);
    let mut pass = Pass { dialect, tables: Vec::new(), at: Found::new(first), line: 0 };
    let (mut bytes, mut marks, mut spans) = (Vec::new(), Marks::default(), Vec::new());
    let mut skip = pass.at.table.skip;
    loop {
        let start = cutter.offset();
        if !cutter.next(&mut bytes, &mut marks, CHUNK, skip).map_err(|error| cut_error(path, error))? {
            break;
        }
        pass.line += memchr::memchr_iter(b'\n', &bytes[..skip]).count() as u64;
        let mut at = skip;
        skip = 0;
        loop {
            match scan::record(&dialect, &bytes, at, Tail::End, &mut spans) {
                Step::Record(found) => {
                    pass.line += found.lines_before;
                    pass.record(&bytes, start, &found, &spans);
                    pass.line += found.lines;
                    at = found.next;
                }
                Step::Blank { lines } => {
                    pass.line += lines;
                    break;
                }
                Step::More | Step::TooLong { .. } => break,
            }
        }
    }
    pass.close(cutter.offset());
    Ok(pass.tables)
}

struct Pass {
    dialect: Dialect,
    tables: Vec<Table>,
    at: Found,
    line: u64,
}

/// The table that is being read.
struct Found {
    table: Table,
    columns: Vec<Column>,
    names: Vec<Vec<u8>>,
    records: u64,
    fitting: u64,
    /// Records with one filled cell at most, as far as none of another kind followed.
    sparse: Vec<(u64, String)>,
    /// Whether such a record stands among the others: then they are data.
    sparse_inside: bool,
    kept: Vec<Vec<u8>>,
}

impl Found {
    fn new(table: Table) -> Found {
        let known = if table.fields.len() <= MOST_COLUMNS { table.fields.len() } else { 0 };
        let columns = vec![Column::default(); known];
        let plain = |name: &String| name.trim().to_lowercase().into_bytes();
        let names = if table.header { table.fields.iter().map(plain).collect() } else { Vec::new() };
        Found {
            table,
            columns,
            names,
            records: 0,
            fitting: 0,
            sparse: Vec::new(),
            sparse_inside: false,
            kept: Vec::new(),
        }
    }

    /// Whether a record names the fields again: most of its cells are names, in the same order.
    fn is_header(&self, cells: &[Vec<u8>]) -> bool {
        if self.names.len() < 2 || cells.len() < 2 {
            return false;
        }
        let same = cells.iter().zip(&self.names).filter(|(cell, name)| {
            let cell = String::from_utf8_lossy(cell);
            !name.is_empty() && cell.trim().to_lowercase().as_bytes() == name.as_slice()
        });
        let same = same.count();
        same >= 2 && same * 10 >= self.names.len().max(cells.len()) * 6
    }
}

impl Pass {
    fn record(&mut self, bytes: &[u8], chunk: u64, found: &scan::Scanned, spans: &[Span]) {
        let texts = || spans.iter().map(|span| scan::text(&self.dialect, bytes, span));
        let raw = &bytes[found.start..found.end];
        let start = chunk + found.start as u64;
        let width = self.at.table.fields.len();
        // A look at one cell is enough to know that most records name nothing.
        let first = spans.first().map(|span| scan::text(&self.dialect, bytes, span)).unwrap_or_default();
        let may_name = self.at.names.first().is_some_and(|name| first.trim_ascii().eq_ignore_ascii_case(name));
        if may_name && self.at.records > 0 {
            let cells: Vec<Vec<u8>> = texts().collect();
            if self.at.is_header(&cells) {
                return self.next_table(cells, start, found);
            }
        }
        self.at.records += 1;
        let filled = spans.iter().filter(|span| !bytes[span.start..span.end].trim_ascii().is_empty()).count();
        if filled <= 1 && width >= 3 {
            self.at.sparse.push((start, String::from_utf8_lossy(raw).trim().chars().take(60).collect()));
            return;
        }
        self.at.sparse_inside |= !self.at.sparse.is_empty();
        self.at.sparse.clear();
        if self.at.kept.len() < KEPT && raw.len() < 4096 {
            self.at.kept.push(raw.to_vec());
        }
        if spans.len() != width || found.unclosed_quote {
            return;
        }
        self.at.fitting += 1;
        if self.at.fitting <= LEARNED {
            let cells: Vec<Vec<u8>> = texts().collect();
            for (column, cell) in self.at.columns.iter_mut().zip(&cells) {
                column.learn(cell);
            }
        }
    }

    fn next_table(&mut self, cells: Vec<Vec<u8>>, start: u64, found: &scan::Scanned) {
        self.close(start);
        let first: Vec<String> = cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        let mut notes = vec![format!("the table starts on line {} of the file", self.line + 1)];
        let fields = header::names(&first, &mut notes);
        let skip = found.next - found.start;
        let table = Table { fields, header: true, start, skip, end: u64::MAX, lines: self.line, mender: None, notes };
        self.at = Found::new(table);
    }

    /// Ends the table at this byte, or before the footer that stands there.
    fn close(&mut self, end: u64) {
        let none = Table {
            fields: Vec::new(),
            header: true,
            start: end,
            skip: 0,
            end,
            lines: self.line,
            mender: None,
            notes: Vec::new(),
        };
        let mut found = std::mem::replace(&mut self.at, Found::new(none));
        found.table.end = end;
        let data = found.records - found.sparse.len() as u64;
        if let Some((start, text)) = found.sparse.first()
            && !found.sparse_inside
            && found.sparse.len() <= FOOTER
            && data >= 2
        {
            found.table.end = *start;
            let lines = if found.sparse.len() == 1 { "line follows" } else { "lines follow" };
            let note = format!("{} {lines} the last record and are left out (`{text}`)", found.sparse.len());
            found.table.notes.push(note);
        }
        found.table.mender = mender(&self.dialect, &mut found, data);
        self.tables.push(found.table);
    }
}

/// What mends the records of a table, where enough of it was seen.
fn mender(dialect: &Dialect, found: &mut Found, data: u64) -> Option<Arc<Mender>> {
    let mut columns = std::mem::take(&mut found.columns);
    if found.fitting * 2 < data {
        // Spaces separate and occur in text: hardly a record has the width of the header. What stands left and right
        // of the free text is known all the same, and the rest can be learned from the first try.
        if dialect.delimiter != b' ' || !found.table.header {
            return None;
        }
        columns = from_both_ends(dialect, &found.kept, columns.len());
        for _ in 0..3 {
            let mender = Mender::new(*dialect, columns.clone());
            columns = vec![Column::default(); columns.len()];
            let mut spans = Vec::new();
            for raw in &found.kept {
                let Step::Record(record) = scan::record(dialect, raw, 0, Tail::End, &mut spans) else { continue };
                let cells = match mender.mend(raw, &record, &spans) {
                    Some(mended) => mended.cells,
                    None => spans.iter().map(|span| scan::text(dialect, raw, span)).collect(),
                };
                for (column, cell) in columns.iter_mut().zip(&cells) {
                    column.learn(cell);
                }
            }
        }
    }
    (!columns.is_empty() && columns.iter().all(Column::is_known)).then(|| Arc::new(Mender::new(*dialect, columns)))
}

/// Columns learned from the cells counted from the left for the first half, from the right for the second.
fn from_both_ends(dialect: &Dialect, records: &[Vec<u8>], width: usize) -> Vec<Column> {
    let mut columns = vec![Column::default(); width];
    let mut spans = Vec::new();
    for raw in records {
        let Step::Record(_) = scan::record(dialect, raw, 0, Tail::End, &mut spans) else { continue };
        if spans.len() < width {
            continue;
        }
        for (index, column) in columns.iter_mut().enumerate() {
            let at = if index <= width / 2 { index } else { spans.len() - (width - index) };
            column.learn(&scan::text(dialect, raw, &spans[at]));
        }
    }
    columns
}
