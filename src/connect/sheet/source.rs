//! A workbook as a source: sheets are objects, the first row that looks like one is the header.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use calamine::{Ods, Reader as _, SheetType, SheetVisible, Sheets, Xls, Xlsx};

use super::areas::{self, Area, SheetLayout, letters};
use super::cells::Value;
use crate::connect::pump::{self, Output, Stop};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Source, csv, file};
use crate::record::{Cell, Fault};
use crate::schema::{Field, Object};

type Workbook = Sheets<BufReader<File>>;

/// Rows looked at to find the header and the columns.
const SAMPLE_ROWS: usize = 1000;
/// Cells looked at for the same.
const SAMPLE_CELLS: usize = 200_000;
/// Blank rows beyond so many in one place are left out even where blank rows are kept.
const BLANK_ROWS: u32 = 1000;
/// A part of a workbook that grows to more than this when unpacked...
const LARGE: u64 = 64 << 20;
/// ...and by more than this factor is a trap and no table.
const RATIO: u64 = 150;
/// Excel allows so many characters in a cell.
const CELL_LIMIT: usize = 32_767 * 4;

/// A workbook: its sheets, and what was found out about each that was looked at.
struct SheetSource {
    path: PathBuf,
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
    let path = location.path();
    let workbook = open(&path)?;
    let (mut sheets, mut hidden) = (Vec::new(), Vec::new());
    for sheet in workbook.sheets_metadata() {
        match (sheet.typ, sheet.visible) {
            (SheetType::WorkSheet, SheetVisible::Visible) => sheets.push(sheet.name.clone()),
            (SheetType::WorkSheet, _) => hidden.push(sheet.name.clone()),
            _ => {}
        }
    }
    sheets.extend(hidden.iter().cloned());
    if sheets.is_empty() {
        return Err(empty(&path, "the workbook has no worksheet"));
    }
    let (keep_blank, header, fill_merged) = (location.keep_blank, location.header, location.fill_merged);
    Ok(Box::new(SheetSource { path, sheets, hidden, keep_blank, header, fill_merged, forms: Mutex::default() }))
}

fn empty(path: &Path, what: &str) -> ConnectError {
    ConnectError::new(ErrorKind::Empty, path.display().to_string(), what, "Name another sheet or another file.")
}

/// Opens the workbook by what it holds, after a look at what it would grow to.
fn open(path: &Path) -> Result<Workbook, ConnectError> {
    use std::io::{Read, Seek, SeekFrom};
    let failed = |error| ConnectError::io(path, "read", error);
    let mut file = file::open_plain(path)?;
    let mut magic = [0; 8];
    let read = file.read(&mut magic).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    if read == 0 {
        return Err(empty(path, "the file is empty (0 bytes)"));
    }
    if magic.starts_with(b"\xd0\xcf\x11\xe0") {
        return Xls::new(BufReader::new(file)).map(Sheets::Xls).map_err(|error| damaged(path, &error));
    }
    let mut kind = None;
    let mut parts = zip::ZipArchive::new(BufReader::new(file.try_clone().map_err(failed)?))
        .map_err(|error| damaged(path, &error))?;
    for index in 0..parts.len() {
        let part = parts.by_index_raw(index).map_err(|error| damaged(path, &error))?;
        let name = part.name().map_err(|error| damaged(path, &error))?.into_owned();
        if part.size() > LARGE && part.size() / RATIO > part.compressed_size() {
            return Err(ConnectError::new(
                ErrorKind::NotReadable,
                format!("{}, part {name}", path.display()),
                format!(
                    "{} bytes would grow to {} when unpacked; no table that people keep is packed that tightly",
                    part.compressed_size(),
                    part.size()
                ),
                "If the file is meant, save the sheet as CSV and use that.",
            ));
        }
        if name == "xl/workbook.xml" {
            kind = Some(true);
        } else if name == "content.xml" {
            kind = kind.or(Some(false));
        }
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    match kind {
        Some(false) => Ods::new(BufReader::new(file)).map(Sheets::Ods).map_err(|error| damaged(path, &error)),
        _ => Xlsx::new(BufReader::new(file)).map(Sheets::Xlsx).map_err(|error| damaged(path, &error)),
    }
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        path.display().to_string(),
        format!("this is no workbook that can be read: {error}"),
        "Open it in Excel or LibreOffice and save it as .xlsx again; a protected workbook must be unlocked first.",
    )
}

/// A cell and where it stands.
struct Placed {
    row: u32,
    column: u32,
    value: Value,
}

/// Calls `each` for every cell of a sheet that is not empty, until it says to stop.
fn walk(path: &Path, sheet: &str, each: &mut dyn FnMut(Placed) -> Result<bool, Stop>) -> Result<(), Stop> {
    let mut workbook = open(path)?;
    let place = |row: u32, column: u32| format!("{}, sheet {sheet}, cell {}", path.display(), address(row, column));
    let mut take = |row: u32, column: u32, value: Option<Value>| -> Result<bool, Stop> {
        let Some(value) = value else { return Ok(true) };
        if value.text.len() > CELL_LIMIT {
            return Err(Stop::Error(ConnectError::new(
                ErrorKind::Malformed,
                place(row, column),
                format!("the cell holds {} bytes; a workbook allows 32,767 characters", value.text.len()),
                "Mend the workbook; no program that keeps to the format writes such a cell.",
            )));
        }
        each(Placed { row, column, value })
    };
    if let Sheets::Xlsx(workbook) = &mut workbook {
        let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(path, &error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| damaged(path, &error))? {
            let (row, column) = cell.get_position();
            if !take(row, column, Value::of_ref(cell.get_value()))? {
                return Ok(());
            }
        }
        return Ok(());
    }
    let range = workbook.worksheet_range(sheet).map_err(|error| damaged(path, &error))?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        if !take(top + row as u32, left + column as u32, Value::of(data))? {
            return Ok(());
        }
    }
    Ok(())
}

/// The same; in merged areas that are to be filled, every cell of a row that holds anything has the value of the first.
fn walk_filled(
    path: &Path,
    sheet: &str,
    filled: &[Area],
    each: &mut dyn FnMut(Placed) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    if filled.is_empty() {
        return walk(path, sheet, each);
    }
    let mut filling = Filling { areas: filled, next: 0, open: Vec::new(), row: 0, cells: Vec::new() };
    let mut stopped = false;
    walk(path, sheet, &mut |placed| {
        if placed.row != filling.row && !filling.hand_over(each)? {
            stopped = true;
            return Ok(false);
        }
        filling.row = placed.row;
        filling.cells.push((placed.column, placed.value));
        Ok(true)
    })?;
    if !stopped {
        filling.hand_over(each)?;
    }
    Ok(())
}

/// Fills the cells of merged areas, row by row.
struct Filling<'a> {
    /// In the order of their first rows.
    areas: &'a [Area],
    /// The first area that no row has come to.
    next: usize,
    /// Areas that the rows at hand are in, with their values.
    open: Vec<(Area, Option<Value>)>,
    row: u32,
    /// The cells of the row.
    cells: Vec<(u32, Value)>,
}

impl Filling<'_> {
    /// Hands the cells of the row over, with those that are filled.
    fn hand_over(&mut self, each: &mut dyn FnMut(Placed) -> Result<bool, Stop>) -> Result<bool, Stop> {
        let row = self.row;
        self.open.retain(|(area, _)| area.bottom >= row);
        while let Some(area) = self.areas.get(self.next).filter(|area| area.top <= row) {
            self.next += 1;
            if area.bottom >= row {
                let first = self.cells.iter().find(|(column, _)| *column == area.left && area.top == row);
                self.open.push((*area, first.map(|(_, value)| value.clone())));
            }
        }
        let mut cells = std::mem::take(&mut self.cells);
        if !cells.is_empty() {
            for (area, value) in &self.open {
                let Some(value) = value else { continue };
                for column in area.left..=area.right {
                    if !cells.iter().any(|(other, _)| *other == column) {
                        cells.push((column, value.clone()));
                    }
                }
            }
            cells.sort_by_key(|(column, _)| *column);
        }
        for (column, value) in cells {
            if !each(Placed { row, column, value })? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// `B7`, as people name a cell.
fn address(row: u32, column: u32) -> String {
    format!("{}{}", letters(column), row + 1)
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
        match open(&self.path)? {
            Sheets::Xlsx(_) => Ok(areas::of_sheet(file::open_plain(&self.path)?, sheet).unwrap_or_default()),
            Sheets::Xls(workbook) => Ok(workbook.merge_cells_by_sheet_name(sheet).map(areas).unwrap_or_default()),
            _ => Ok(SheetLayout::default()),
        }
    }

    fn look(&self, sheet: &str) -> Result<Form, ConnectError> {
        let filled = if self.fill_merged { self.layout(sheet)?.merged } else { Vec::new() };
        let mut rows: Vec<(u32, Vec<(u32, Value)>)> = Vec::new();
        let (mut cells, mut whole) = (0, true);
        let walked = walk_filled(&self.path, sheet, &filled, &mut |placed| {
            cells += 1;
            let full = rows.len() == SAMPLE_ROWS || cells > SAMPLE_CELLS;
            match rows.last_mut() {
                Some((row, values)) if *row == placed.row => values.push((placed.column, placed.value)),
                _ if full => {
                    whole = false;
                    return Ok(false);
                }
                _ => rows.push((placed.row, vec![(placed.column, placed.value)])),
            }
            Ok(true)
        });
        if let Err(Stop::Error(error)) = walked {
            return Err(error);
        }
        let columns = || rows.iter().flat_map(|(_, values)| values.iter().map(|(column, _)| *column));
        let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
            return Err(empty(&self.path, &format!("the sheet {sheet} holds no cells")));
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
                self.path.display().to_string(),
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
        let (path, keep_blank) = (self.path.clone(), self.keep_blank);
        let fields = form.fields.clone();
        pump::start(self.path.clone(), fields, request, move |output| {
            let mut row =
                Row { number: form.first_row, cells: vec![None; form.fields.len()], beyond: false, any: false };
            walk_filled(&path, &sheet, &form.filled, &mut |placed| {
                if placed.row < form.first_row {
                    return Ok(true);
                }
                if placed.row != row.number {
                    row.advance(placed.row, keep_blank, output)?;
                }
                row.any = true;
                match row.cells.get_mut(placed.column.wrapping_sub(form.first_column) as usize) {
                    Some(cell) => *cell = Some(placed.value),
                    None => row.beyond = true,
                }
                Ok(true)
            })?;
            if row.any { row.emit(output) } else { Ok(()) }
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

/// The row that is being filled.
struct Row {
    number: u32,
    cells: Vec<Option<Value>>,
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
        for cell in &mut self.cells {
            match cell.take() {
                Some(value) => output.cell(value.cell()),
                None => output.cell(Cell::MISSING),
            }
        }
        let fault = std::mem::take(&mut self.beyond).then_some(Fault::UnknownField);
        self.any = false;
        self.number += 1;
        output.end_row(u64::from(self.number), fault)
    }
}
