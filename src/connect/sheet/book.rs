//! An opened workbook: opened once for all that is asked of it, and walked cell by cell.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use calamine::{Ods, Reader as _, SheetType, SheetVisible, Sheets, Xls, Xlsx};

use super::areas::{Area, letters};
use super::cells::{self, Content, Value};
use super::package::Package;
use super::tokens::Broken;
use crate::connect::pump::Stop;
use crate::connect::{ConnectError, ErrorKind, file};

/// A workbook that was opened: .xlsx is read here, the others by the library, and so is an .xlsx file that is put together in
/// an unusual way.
pub(super) enum Workbook {
    Package(Box<Package>),
    Library(Box<Sheets<BufReader<File>>>),
}

impl Workbook {
    /// Names of the sheets that have cells, and whether each is hidden.
    pub fn sheets(&self) -> Vec<(String, bool)> {
        match self {
            Workbook::Package(package) => {
                let sheets = package.sheets.iter().filter(|sheet| sheet.has_cells);
                sheets.map(|sheet| (sheet.name.clone(), sheet.hidden)).collect()
            }
            Workbook::Library(workbook) => {
                let sheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
                sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
            }
        }
    }
}

/// A part of a workbook that grows to more than this when unpacked...
const LARGE: u64 = 64 << 20;
/// ...and by more than this factor is a trap and no table.
const RATIO: u64 = 150;
/// Excel allows so many characters in a cell.
const CELL_LIMIT: usize = 32_767 * 4;

/// The workbook of a file. Opening it reads all texts of all its sheets, so what was opened is kept for the next who asks;
/// who asks while another has it opens one of their own.
#[derive(Clone)]
pub(super) struct Book {
    pub path: PathBuf,
    kept: Arc<Mutex<Option<Workbook>>>,
}

impl Book {
    pub fn open(path: PathBuf) -> Result<Book, ConnectError> {
        let workbook = open(&path)?;
        Ok(Book { path, kept: Arc::new(Mutex::new(Some(workbook))) })
    }

    /// Does something with the workbook.
    pub fn with<T, E: From<ConnectError>>(&self, work: impl FnOnce(&mut Workbook) -> Result<T, E>) -> Result<T, E> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut workbook = match kept {
            Some(workbook) => workbook,
            None => open(&self.path)?,
        };
        let done = work(&mut workbook);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(workbook);
        done
    }

    /// Calls `each` with row, column and content of every cell of a sheet that is not empty, until it says to stop. In merged
    /// areas that are to be filled, every cell of a row that holds anything has the value of the first.
    pub fn walk(
        &self,
        sheet: &str,
        filled: &[Area],
        each: &mut impl FnMut(u32, u32, Content<'_>) -> Result<bool, Stop>,
    ) -> Result<(), Stop> {
        if filled.is_empty() {
            return self.with(|workbook| walk(workbook, &self.path, sheet, each));
        }
        let mut filling = Filling { areas: filled, next: 0, open: Vec::new(), row: 0, cells: Vec::new() };
        let mut stopped = false;
        self.with(|workbook| {
            walk(workbook, &self.path, sheet, &mut |row, column, content| {
                if row != filling.row && !filling.hand_over(each)? {
                    stopped = true;
                    return Ok(false);
                }
                filling.row = row;
                filling.cells.push((column, content.value()));
                Ok(true)
            })
        })?;
        if !stopped {
            filling.hand_over(each)?;
        }
        Ok(())
    }
}

pub(super) fn empty(path: &Path, what: &str) -> ConnectError {
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
        let opened = Xls::new(BufReader::new(file)).map_err(|error| damaged(path, &error))?;
        return Ok(Workbook::Library(Box::new(Sheets::Xls(opened))));
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
    if kind == Some(true)
        && let Ok(package) = Package::open(parts)
    {
        return Ok(Workbook::Package(Box::new(package)));
    }
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let opened = match kind {
        Some(false) => Ods::new(BufReader::new(file)).map(Sheets::Ods).map_err(|error| damaged(path, &error)),
        _ => Xlsx::new(BufReader::new(file)).map(Sheets::Xlsx).map_err(|error| damaged(path, &error)),
    };
    opened.map(|workbook| Workbook::Library(Box::new(workbook)))
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        path.display().to_string(),
        format!("this is no workbook that can be read: {error}"),
        "Open it in Excel or LibreOffice and save it as .xlsx again; a protected workbook must be unlocked first.",
    )
}

fn walk(
    workbook: &mut Workbook,
    path: &Path,
    sheet: &str,
    each: &mut impl FnMut(u32, u32, Content<'_>) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let mut take = |row: u32, column: u32, content: Content<'_>| {
        let bytes = content.text_len();
        if bytes > CELL_LIMIT { Err(too_long(path, sheet, (row, column), bytes)) } else { each(row, column, content) }
    };
    let workbook = match workbook {
        Workbook::Package(package) => {
            let walked = package.walk(sheet, &mut |row, column, data| match Content::of(data) {
                Some(content) => take(row, column, content).map_err(Halt::Stop),
                None => Ok(true),
            });
            return walked.map_err(|halt| match halt {
                Halt::Stop(stop) => stop,
                Halt::Broken(error) => Stop::Error(damaged(path, &error)),
            });
        }
        Workbook::Library(workbook) => &mut **workbook,
    };
    if let Sheets::Xlsx(workbook) = workbook {
        let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(path, &error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| damaged(path, &error))? {
            let (row, column) = cell.get_position();
            if let Some(content) = Content::of(cell.get_value())
                && !take(row, column, content)?
            {
                return Ok(());
            }
        }
        return Ok(());
    }
    let range = workbook.worksheet_range(sheet).map_err(|error| damaged(path, &error))?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        if let Some(content) = Content::of(&cells::borrowed(data))
            && !take(top + row as u32, left + column as u32, content)?
        {
            return Ok(());
        }
    }
    Ok(())
}

/// What stops a walk through cells.
enum Halt {
    Stop(Stop),
    Broken(Broken),
}

impl From<Broken> for Halt {
    fn from(error: Broken) -> Halt {
        Halt::Broken(error)
    }
}

fn too_long(path: &Path, sheet: &str, (row, column): (u32, u32), bytes: usize) -> Stop {
    Stop::Error(ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, sheet {sheet}, cell {}{}", path.display(), letters(column), row + 1),
        format!("the cell holds {bytes} bytes; a workbook allows 32,767 characters"),
        "Mend the workbook; no program that keeps to the format writes such a cell.",
    ))
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
    fn hand_over(&mut self, each: &mut impl FnMut(u32, u32, Content<'_>) -> Result<bool, Stop>) -> Result<bool, Stop> {
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
            if !each(row, column, Content::Filled(&value))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
