//! A workbook as a source: sheets are objects, the first row that looks like one is the header.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use calamine::Sheets;

use super::areas::{self, Area, SheetLayout};
use super::book::{Book, Workbook, empty};
use super::cells::Value;
use crate::connect::pump::{self, Output, Stop};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Source, csv, file};
use crate::record::Fault;
use crate::schema::{Field, Object};

/// Rows looked at to find the header and the columns.
const SAMPLE_ROWS: usize = 1000;
/// Cells looked at for the same.
const SAMPLE_CELLS: usize = 200_000;
/// Blank rows beyond so many in one place are left out even where blank rows are kept.
const BLANK_ROWS: u32 = 1000;

/// A workbook: its sheets, and what was found out about each that was looked at.
struct SheetSource {
    book: Book,
    sheets: Vec<String>,
    hidden: Vec<String>,
    /// Whether blank rows between others are records.
    keep_blank: bool,
    header: Option<bool>,
    fill_merged: bool,
    /// What was found out about the sheets that were looked at.
    forms: Mutex<HashMap<String, Arc<Form>>>,
}

/// What the start of a sheet shows.
#[derive(Debug, Clone, Default)]
struct Form {
    fields: Vec<String>,
    /// Merged areas whose cells all get the value of the first.
    filled: Vec<Area>,
    header: bool,
    /// Rows before this one are no records.
    first_row: u32,
    first_column: u32,
    evidence: Vec<String>,
}

/// Opens a workbook.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let book = Book::open(location.path())?;
    let (mut sheets, mut hidden) = (Vec::new(), Vec::new());
    for (name, is_hidden) in book.with(|workbook| Ok::<_, ConnectError>(workbook.sheets()))? {
        if is_hidden { hidden.push(name) } else { sheets.push(name) }
    }
    sheets.extend(hidden.iter().cloned());
    if sheets.is_empty() {
        return Err(empty(&book.path, "the workbook has no worksheet"));
    }
    let (keep_blank, header, fill_merged) = (location.keep_blank, location.header, location.fill_merged);
    Ok(Box::new(SheetSource { book, sheets, hidden, keep_blank, header, fill_merged, forms: Mutex::default() }))
}

impl SheetSource {
    /// What the start of a sheet shows; looked at once.
    fn form(&self, sheet: &str) -> Result<Arc<Form>, ConnectError> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(form) = forms.get(sheet) {
            return Ok(form.clone());
        }
        let form = Arc::new(self.look(sheet)?);
        forms.insert(sheet.to_owned(), form.clone());
        Ok(form)
    }

    /// What a sheet says about its cells.
    fn layout(&self, sheet: &str) -> Result<SheetLayout, ConnectError> {
        let areas = |found: Vec<calamine::Dimensions>| {
            let area = |found: calamine::Dimensions| {
                let ((top, left), (bottom, right)) = (found.start, found.end);
                (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
            };
            SheetLayout::of_areas(found.into_iter().filter_map(area).collect())
        };
        self.book.with(|workbook| {
            if let Workbook::Library(workbook) = workbook {
                match &**workbook {
                    Sheets::Xls(book) => {
                        return Ok(book.merge_cells_by_sheet_name(sheet).map(areas).unwrap_or_default());
                    }
                    Sheets::Xlsx(_) => {}
                    _ => return Ok(SheetLayout::default()),
                }
            }
            Ok(areas::of_sheet(file::open_plain(&self.book.path)?, sheet).unwrap_or_default())
        })
    }

    fn look(&self, sheet: &str) -> Result<Form, ConnectError> {
        let filled = if self.fill_merged { self.layout(sheet)?.merged } else { Vec::new() };
        let mut rows: Vec<(u32, Vec<(u32, Value)>)> = Vec::new();
        let (mut cells, mut whole) = (0, true);
        let walked = self.book.walk(sheet, &filled, &mut |row, column, content| {
            cells += 1;
            let full = rows.len() == SAMPLE_ROWS || cells > SAMPLE_CELLS;
            match rows.last_mut() {
                Some((last, values)) if *last == row => values.push((column, content.value())),
                _ if full => {
                    whole = false;
                    return Ok(false);
                }
                _ => rows.push((row, vec![(column, content.value())])),
            }
            Ok(true)
        });
        if let Err(Stop::Error(error)) = walked {
            return Err(error);
        }
        let columns = || rows.iter().flat_map(|(_, values)| values.iter().map(|(column, _)| *column));
        let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
            return Err(empty(&self.book.path, &format!("the sheet {sheet} holds no cells")));
        };
        let width = (right - left) as usize + 1;
        let mut evidence = Vec::new();
        let titles = if self.keep_blank || self.header.is_some() { 0 } else { titles(&rows, width) };
        if titles > 0 {
            evidence.push(format!("{titles} rows stand before the header and are left out"));
        }
        let Some((first_row, first)) = rows.get(titles) else { return Ok(Form::default()) };
        let header = self.header.unwrap_or_else(|| is_header(first, &rows[titles + 1..], width));
        let fields = if header {
            let mut names = vec![String::new(); width];
            for (column, value) in first {
                if let Some(name) = names.get_mut((column - left) as usize) {
                    value.text.clone_into(name);
                }
            }
            evidence.push(format!("header: row {} names the fields", first_row + 1));
            csv::unique_names(&names, &mut evidence)
        } else {
            evidence.push(format!("no header: row {} is data", first_row + 1));
            (1..=width).map(|column| format!("column_{column}")).collect()
        };
        if !whole {
            evidence.push(format!("columns: from the first {} rows", rows.len()));
        }
        if self.hidden.iter().any(|hidden| hidden == sheet) {
            evidence.push("the sheet is hidden".to_owned());
        }
        let first_row = first_row + u32::from(header);
        Ok(Form { fields, filled, header, first_row, first_column: left, evidence })
    }

    fn sheet(&self, name: &str) -> Result<String, ConnectError> {
        let found = self.sheets.iter().find(|sheet| *sheet == name);
        let found = found.or(if self.sheets.len() == 1 || name.is_empty() { self.sheets.first() } else { None });
        found.cloned().ok_or_else(|| {
            ConnectError::new(
                ErrorKind::NoSuchObject,
                self.book.path.display().to_string(),
                format!("there is no sheet `{name}`"),
                format!("It has: {}.", self.sheets.join(", ")),
            )
        })
    }
}

/// Rows with one text each that stand above a wider header: titles of a report.
fn titles(rows: &[(u32, Vec<(u32, Value)>)], width: usize) -> usize {
    let count = rows.iter().take(20).take_while(|(_, values)| values.len() <= 1).count();
    let header = rows
        .get(count)
        .is_some_and(|(_, values)| values.len() * 10 >= width * 8 && values.iter().all(|(_, value)| value.is_text()));
    if width >= 3 && header { count } else { 0 }
}

/// Whether a row names the columns below it: text in (nearly) all of them, each another, and data below.
fn is_header(first: &[(u32, Value)], below: &[(u32, Vec<(u32, Value)>)], width: usize) -> bool {
    let mut seen = std::collections::HashSet::new();
    let names =
        first.iter().all(|(_, value)| value.is_text() && !value.text.trim().is_empty() && value.text.len() < 200);
    let distinct = first.iter().all(|(_, value)| seen.insert(value.text.trim()));
    names && distinct && first.len() == width && !below.is_empty()
        || names
            && width >= 4
            && first.len() * 10 >= width * 8
            && below.iter().any(|(_, values)| values.iter().any(|(_, value)| !value.is_text()))
}

impl Source for SheetSource {
    fn format(&self) -> &'static str {
        "excel"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(self.sheets.clone())
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        let sheet = self.sheet(name)?;
        let fields = self.form(&sheet)?.fields.iter().map(Field::named).collect();
        Ok(Object { name: sheet, fields, ..Object::default() })
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let Ok(sheet) = self.sheet(object) else { return Vec::new() };
        let Ok(form) = self.form(&sheet) else { return Vec::new() };
        let mut evidence = form.evidence.clone();
        if let Ok(layout) = self.layout(&sheet) {
            let last = form.first_column + form.fields.len().saturating_sub(1) as u32;
            evidence.extend(layout.evidence((form.first_column, last), self.fill_merged));
        }
        if !self.hidden.is_empty() && self.sheets.first() == Some(&sheet) {
            evidence.push(format!("hidden sheets, read like the others: {}", self.hidden.join(", ")));
        }
        evidence
    }

    fn names_fields(&self, object: &str) -> bool {
        self.sheet(object).and_then(|sheet| self.form(&sheet)).is_ok_and(|form| form.header)
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let sheet = self.sheet(object)?;
        let form = self.form(&sheet)?;
        let (book, keep_blank) = (self.book.clone(), self.keep_blank);
        let fields = form.fields.clone();
        pump::start(self.book.path.clone(), fields, request, move |output| {
            let mut row = Row { number: form.first_row, beyond: false, any: false };
            book.walk(&sheet, &form.filled, &mut |number, column, content| {
                if number < form.first_row {
                    return Ok(true);
                }
                if number != row.number {
                    row.advance(number, keep_blank, output)?;
                }
                row.any = true;
                let column = column.wrapping_sub(form.first_column) as usize;
                row.beyond |= !output.place(column, |text| content.write(text));
                Ok(true)
            })?;
            if row.any { row.emit(output) } else { Ok(()) }
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.book.path)
    }
}

/// The row that is being filled.
struct Row {
    number: u32,
    /// Whether a cell stood beyond the columns.
    beyond: bool,
    any: bool,
}

impl Row {
    fn advance(&mut self, to: u32, keep_blank: bool, output: &mut Output) -> Result<(), Stop> {
        if self.any || (keep_blank && to > self.number) {
            self.emit(output)?;
        }
        let blank = to.saturating_sub(self.number + 1);
        if keep_blank && blank <= BLANK_ROWS {
            while self.number < to {
                self.emit(output)?;
            }
        }
        self.number = to;
        Ok(())
    }

    fn emit(&mut self, output: &mut Output) -> Result<(), Stop> {
        let fault = std::mem::take(&mut self.beyond).then_some(Fault::UnknownField);
        self.any = false;
        self.number += 1;
        output.end_row(u64::from(self.number), fault)
    }
}
