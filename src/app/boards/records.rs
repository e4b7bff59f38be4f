//! Records behind a figure: rejected ones with a reason, those with a value, those of a pattern.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::{Effect, ListPane, Model, Overlay, Sheet, Tone};
use crate::report::words;

/// Records that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordRows {
    /// "Records with Email:type".
    pub title: String,
    pub fields: Vec<String>,
    pub rows: Vec<RecordRow>,
    /// What is said of a record is how it changes, not what is wrong with it.
    pub changes: bool,
    /// There are more of them than these.
    pub more: bool,
    /// Of how many records of the source these are all, where that is known.
    pub looked_at: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordRow {
    /// From 1, in the source; 0 for a record of the target.
    pub number: u64,
    /// What is the matter with it: `Email:type`.
    pub why: String,
    pub cells: Vec<String>,
}

/// Which records of a source object are wanted: those whose field ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// ... has this value.
    Value(String),
    /// ... looks like this.
    Shape(String),
    Empty,
    /// ... is so many characters long.
    Length(u32),
    /// The record with this number.
    Number(u64),
}

/// A board of found records, scrolled to a column.
#[derive(Debug, Clone, Default)]
pub struct RecordBoard {
    pub found: RecordRows,
    pub column: usize,
}

/// Columns that are drawn at once.
const COLUMNS: usize = 8;

/// Records were found: shows them.
pub fn found(model: &mut Model, found: RecordRows) {
    model.end("finding records");
    super::open(model, Kind::Records(RecordBoard { found, column: 0 }));
}

pub fn table(board: &RecordBoard) -> Table {
    let found = &board.found;
    let reasons = found.rows.iter().any(|row| !row.why.is_empty());
    let mut columns = vec![Column::right("record", 9)];
    if reasons {
        columns.push(Column::new(if found.changes { "changes" } else { "reasons" }, 12, 2));
    }
    let shown = found.fields.iter().enumerate().skip(board.column).take(COLUMNS);
    for (_, field) in shown.clone() {
        columns.push(Column { head: field.clone().into(), ..Column::new("", 6, 1) });
    }
    let row = |row: &RecordRow| -> Vec<Cell> {
        let number = if row.number > 0 { words::count(row.number) } else { String::new() };
        let mut cells = vec![super::muted(number)];
        if reasons && found.changes {
            cells.push((row.why.clone(), Ink::Warn));
        } else if reasons {
            cells.push((row.why.replace(';', " "), Ink::Bad));
        }
        cells.extend(shown.clone().map(|(at, _)| super::plain(row.cells.get(at).cloned().unwrap_or_default())));
        cells
    };
    let count = words::records(found.rows.len() as u64);
    let right = match (found.more, found.looked_at) {
        (true, _) => format!("the first {count}"),
        (false, Some(all)) => format!("{count} of {}", words::count(all)),
        (false, None) => count,
    };
    Table {
        title: found.title.clone(),
        right,
        columns,
        rows: found.rows.iter().map(row).collect(),
        empty: vec!["There is no such record."],
        ..Table::default()
    }
}

pub fn detail(board: &RecordBoard, row: usize) -> Detail {
    let Some(row) = board.found.rows.get(row) else { return Detail::new() };
    let filled = board.found.fields.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    let text: Vec<String> = filled.map(|(field, cell)| format!("{field}: {cell}")).collect();
    vec![("", super::muted(text.join("   ")))]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(Overlay::Board(board)) = model.overlays.last_mut() else { return Vec::new() };
    let Kind::Records(records) = &mut board.kind else { return Vec::new() };
    match id {
        Id::Left => records.column = records.column.saturating_sub(1),
        Id::Right => records.column = (records.column + 1).min(records.found.fields.len().saturating_sub(1)),
        Id::Choose => {
            let Some(row) = selected.and_then(|at| records.found.rows.get(at)) else { return Vec::new() };
            let cells = row.cells.iter().map(|cell| crate::app::places::data::said(cell));
            let lines = records.found.fields.iter().cloned().zip(cells).collect();
            let title = match row.number {
                0 => "Record of the target".to_owned(),
                number => format!("Record {}", words::count(number)),
            };
            model.overlays.push(Overlay::Sheet(Sheet { title, lines, pane: ListPane::default() }));
        }
        Id::Lineage => {
            let number = selected.and_then(|at| records.found.rows.get(at)).map(|row| row.number);
            if number == Some(0) {
                model.say(Tone::Note, "this is a record of the target: the source's records are in the preview");
                return Vec::new();
            }
            return number.map_or_else(Vec::new, |number| super::lineage::open(model, number, None));
        }
        _ => {}
    }
    Vec::new()
}

/// Asks for records of the object on the screen.
pub fn find(model: &mut Model, object: &str, field: &str, wanted: Wanted) -> Vec<Effect> {
    model.begin("finding records");
    vec![Effect::FindRecords { object: object.to_owned(), field: field.to_owned(), wanted }]
}
