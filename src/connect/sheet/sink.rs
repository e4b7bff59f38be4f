//! A workbook of one sheet as a target.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::connect::spool::{self, Output, Spooled, SpooledCell};
use crate::connect::{ConnectError, ErrorKind, Holds, Location, Sink, Target, WriteRequest};
use crate::record::{Kind, SourceType};
use crate::schema::Schema;

/// Opens a workbook as a target; it need not exist.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let path = location.path();
    let writable = path.extension().is_none_or(|ending| ending.eq_ignore_ascii_case("xlsx"));
    if !writable {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            &location.address,
            "of the workbook formats only .xlsx is written",
            "Give the target the ending .xlsx.",
        ));
    }
    Ok(Box::new(SheetTarget { path, location: location.clone() }))
}

struct SheetTarget {
    path: PathBuf,
    location: Location,
}

impl Target for SheetTarget {
    fn format(&self) -> &'static str {
        "excel"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let name = self.path.display().to_string();
        if !self.path.exists() {
            return Ok(Schema { name, objects: Vec::new() });
        }
        let source = super::open_source(&self.location)?;
        let objects = source.objects()?.iter().filter_map(|sheet| source.object(sheet).ok()).collect();
        Ok(Schema { name, objects })
    }

    fn single_object(&self) -> bool {
        true
    }

    fn holds(&self, _object: &str) -> Holds {
        Holds { longest: Some(CHARACTERS), ..Holds::default() }
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        if request.fields.len() > COLUMNS {
            return Err(too_much(
                &self.path,
                &format!("a sheet has {COLUMNS} columns, and there are {} fields", request.fields.len()),
            ));
        }
        spool::open(&self.path, request, build)
    }
}

/// Limits of the format.
const COLUMNS: usize = 16_384;
const ROWS: u32 = 1_048_576;
const CHARACTERS: usize = 32_767;
/// Numbers with more digits lose some in a sheet: they are written as text.
const DIGITS: usize = 15;

fn too_much(path: &Path, what: &str) -> ConnectError {
    ConnectError::new(
        ErrorKind::Unsupported,
        path.display().to_string(),
        what,
        "Write CSV, NDJSON or Parquet, or less at a time.",
    )
}

fn build(
    request: &WriteRequest,
    path: &Path,
    records: &mut Spooled,
    output: &mut Output<'_>,
) -> Result<(), ConnectError> {
    // The library writes rows to a file without a name, and gives up with a panic where there is no room for them.
    catch_unwind(AssertUnwindSafe(|| book(request, path, records, output))).unwrap_or_else(|_| {
        Err(ConnectError::new(
            ErrorKind::Io,
            path.display().to_string(),
            "the rows of the workbook could not be kept beside it until it is whole",
            "Make room on the disk; it takes about as much as the same records as CSV.",
        ))
    })
}

fn book(
    request: &WriteRequest,
    path: &Path,
    records: &mut Spooled,
    output: &mut Output<'_>,
) -> Result<(), ConnectError> {
    let failed = |error: XlsxError| {
        ConnectError::new(
            ErrorKind::Io,
            path.display().to_string(),
            format!("the workbook could not be made: {error}"),
            "Write another format.",
        )
    };
    let mut workbook = Workbook::new();
    // The library writes the time of writing otherwise: the same records must give the same bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    // Rows are written out as they come, beside the target: there is room for them, and they are as private.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    workbook.set_tempdir(folder).map_err(failed)?;
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    sheet.set_name(sheet_name(&request.object)).map_err(failed)?;
    let bold = Format::new().set_bold();
    for (column, name) in (0u16..).zip(&request.fields) {
        sheet.write_string_with_format(0, column, name, &bold).map_err(failed)?;
    }
    let (mut row, mut cells) = (0, Vec::new());
    while records.next(&mut cells)? {
        row += 1;
        if row >= ROWS {
            return Err(too_much(path, "a sheet has 1,048,576 rows, and there are more records"));
        }
        for (column, (cell, field)) in (0u16..).zip(cells.iter().zip(&request.fields)) {
            if cell.is_absent() {
                continue;
            }
            let text = cell.text();
            if text.len() > CHARACTERS && text.encode_utf16().count() > CHARACTERS {
                let what = format!(
                    "record {row} has more than {CHARACTERS} characters in `{field}`, which is what a cell can hold"
                );
                return Err(too_much(path, &what));
            }
            match number(cell, &text) {
                Some(number) => sheet.write_number(row, column, number).map_err(failed)?,
                None if cell.source_type == SourceType::Boolean => {
                    sheet.write_boolean(row, column, text == "true").map_err(failed)?
                }
                None => sheet.write_string(row, column, &text).map_err(failed)?,
            };
        }
    }
    let saved = workbook.save_to_writer(&mut *output);
    saved.map_err(|error| output.error(|| failed(error)))
}

/// The number that a cell of a numeric type holds, where a sheet keeps all of its digits.
fn number(cell: &SpooledCell, text: &str) -> Option<f64> {
    let numeric = matches!(cell.source_type, SourceType::Integer | SourceType::Decimal | SourceType::Float);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !numeric || cell.kind != Kind::Text || digits > DIGITS {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    // Only where reading it gives the same text again: `0.10` and `007` stay text.
    (number.is_finite() && number.to_string() == text).then_some(number)
}

/// A name that a sheet can have: 31 characters at most, without those that Excel reserves.
fn sheet_name(object: &str) -> String {
    let name: String = object
        .chars()
        .map(|letter| if "[]:*?/\\'".contains(letter) || letter.is_control() { '_' } else { letter })
        .take(31)
        .collect();
    if name.trim().is_empty() { "Sheet1".to_owned() } else { name }
}
