//! Records behind a figure: those of a source with a value, those of a rejects file.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::opened::Shelf;
use super::{Teller, locked};
use crate::app::boards::records::{RecordRow, RecordRows, Wanted};
use crate::app::{Answer, Problem};
use crate::connect::{Chunk, ConnectError, Location, ReadRequest, Source, open_source};
use crate::record::{Batch, Cell, RecordRef};
use crate::report::Report;
use crate::schema::shape_of;

/// Records that are shown behind a figure, and rejects that the workbench groups.
pub(super) const SHOWN: usize = 200;
const GROUPED: usize = 20_000;

pub(super) fn find(
    object: &str,
    field: &str,
    wanted: &Wanted,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let Some(source) = locked(shelf).source.clone() else { return };
    match matching(&*source, object, field, wanted, cancelled) {
        Ok(_) if cancelled.load(Ordering::Relaxed) => {}
        Ok(found) => teller.tell(Answer::Records(Box::new(found))),
        Err(error) => {
            teller.tell(Answer::Failed(Problem::new(format!("Could not look through {object}"), &error.to_string())));
        }
    }
}

fn title(field: &str, wanted: &Wanted) -> String {
    match wanted {
        Wanted::Value(value) => format!("Records with {field} {value}"),
        Wanted::Shape(shape) => format!("Records with {field} like {shape}"),
        Wanted::Empty => format!("Records without {field}"),
        Wanted::Length(length) => format!("Records with {field} of {length} characters"),
        Wanted::Number(number) => format!("Record {number}"),
    }
}

fn is_wanted(cell: Cell<'_>, number: u64, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Number(wanted) => number == *wanted,
        Wanted::Empty => !cell.is_filled(),
        _ if !cell.is_filled() => false,
        Wanted::Value(value) => cell.display() == *value,
        Wanted::Shape(shape) => shape_of(&cell.display()) == *shape,
        Wanted::Length(length) => cell.display().chars().count() == *length as usize,
    }
}

fn cells(record: RecordRef<'_>) -> Vec<String> {
    record.cells().map(|cell| cell.display().into_owned()).collect()
}

fn matching(
    source: &dyn Source,
    object: &str,
    field: &str,
    wanted: &Wanted,
    cancelled: &AtomicBool,
) -> Result<RecordRows, ConnectError> {
    let mut reader = source.read(object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let fields = decoder.fields().to_vec();
    let column = fields.iter().position(|name| name == field).unwrap_or(usize::MAX);
    let mut found = RecordRows { title: title(field, wanted), fields, ..RecordRows::default() };
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut number = 0;
    while !cancelled.load(Ordering::Relaxed) && reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            number += 1;
            if !is_wanted(record.cell(column), number, wanted) {
                continue;
            }
            if found.rows.len() >= SHOWN {
                found.more = true;
                return Ok(found);
            }
            found.rows.push(RecordRow { number, why: String::new(), cells: cells(record) });
        }
    }
    found.looked_at = Some(number);
    Ok(found)
}

/// The rejected records that have a label among their reasons.
pub(super) fn behind(folder: &Path, object: usize, label: &str, teller: &Teller) {
    let wanted = |why: &str| why.split(';').any(|one| one == label);
    match object_of(folder, object).and_then(|to| rejects(folder, &to, SHOWN, &wanted)) {
        Ok(found) => {
            let title = format!("Records with {label}");
            teller.tell(Answer::Records(Box::new(RecordRows { title, ..found })));
        }
        Err(error) => teller.tell(Answer::Failed(Problem::new("The rejects could not be read", &error))),
    }
}

/// All rejected records of an object, for the workbench.
pub(super) fn all_rejects(folder: &Path, object: usize, teller: &Teller) {
    match object_of(folder, object).and_then(|to| rejects(folder, &to, GROUPED, &|_| true)) {
        Ok(rejects) => teller.tell(Answer::Rejects { object, rejects: Box::new(rejects) }),
        Err(error) => teller.tell(Answer::Failed(Problem::new("The rejects could not be read", &error))),
    }
}

fn report_in(folder: &Path) -> Result<Report, String> {
    let bytes = std::fs::read(folder.join("report.json")).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// The name of an object of a run by its place in the report.
fn object_of(folder: &Path, object: usize) -> Result<String, String> {
    let report = report_in(folder)?;
    Ok(report.objects.get(object).ok_or("the report has no such object")?.to.clone())
}

/// The rejects of a run's object of which the reasons are wanted; none where nothing was rejected.
pub(super) fn rejects(
    folder: &Path,
    to: &str,
    most: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<RecordRows, String> {
    let report = report_in(folder)?;
    let shown = report.objects.iter().find(|object| object.to == to).ok_or("the report has no such object")?;
    let Some(name) = &shown.rejects_file else { return Ok(RecordRows::default()) };
    let location = Location::from_argument(&folder.join(name).display().to_string());
    read_rejects(&location, most, wanted).map_err(|error| error.to_string())
}

/// The numbers of all records of an object that are among the rejects.
pub(super) fn rejected_numbers(folder: &Path, to: &str) -> Result<HashSet<u64>, String> {
    let report = report_in(folder)?;
    let shown = report.objects.iter().find(|object| object.to == to).ok_or("the report has no such object")?;
    let Some(name) = &shown.rejects_file else { return Ok(HashSet::new()) };
    let location = Location::from_argument(&folder.join(name).display().to_string());
    let read = || -> Result<HashSet<u64>, ConnectError> {
        let source = open_source(&location)?;
        let object = source.objects()?.into_iter().next().unwrap_or_default();
        let mut reader = source.read(&object, &ReadRequest::default())?;
        let decoder = reader.decoder();
        let row = decoder.fields().iter().position(|name| name == "_row").unwrap_or(usize::MAX);
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        let mut numbers = HashSet::new();
        while reader.next(&mut chunk)? {
            decoder.decode(&mut chunk, &mut batch)?;
            numbers.extend(batch.records().filter_map(|record| record.cell(row).display().parse::<u64>().ok()));
        }
        Ok(numbers)
    };
    read().map_err(|error| error.to_string())
}

fn read_rejects(location: &Location, most: usize, wanted: &dyn Fn(&str) -> bool) -> Result<RecordRows, ConnectError> {
    let source = open_source(location)?;
    let object = source.objects()?.into_iter().next().unwrap_or_default();
    let mut reader = source.read(&object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let names = decoder.fields().to_vec();
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let (row, errors) = (at("_row"), at("_errors"));
    let kept: Vec<usize> = (0..names.len()).filter(|at| Some(*at) != row && Some(*at) != errors).collect();
    let mut found = RecordRows {
        title: "Rejects".to_owned(),
        fields: kept.iter().map(|at| names[*at].clone()).collect(),
        ..RecordRows::default()
    };
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            let text = |at: Option<usize>| at.map(|at| record.cell(at).display().into_owned()).unwrap_or_default();
            let why = text(errors);
            if !wanted(&why) {
                continue;
            }
            if found.rows.len() >= most {
                found.more = true;
                return Ok(found);
            }
            let cells = kept.iter().map(|at| record.cell(*at).display().into_owned()).collect();
            found.rows.push(RecordRow { number: text(row).parse().unwrap_or(0), why, cells });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_by_value_pattern_and_absence() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("c.csv");
        std::fs::write(&path, "n,code\n1,DE-204\n2,\n3,AT-999\n4,x\n").expect("written");
        let source = open_source(&Location::from_argument(&path.display().to_string())).expect("opens");
        let numbers = |wanted: Wanted| -> Vec<u64> {
            let found = matching(&*source, "c.csv", "code", &wanted, &AtomicBool::new(false)).expect("read");
            found.rows.iter().map(|row| row.number).collect()
        };
        assert_eq!(numbers(Wanted::Value("x".to_owned())), [4]);
        assert_eq!(numbers(Wanted::Shape("AA-999".to_owned())), [1, 3]);
        assert_eq!(numbers(Wanted::Empty), [2]);
        assert_eq!(numbers(Wanted::Length(1)), [4]);
        assert_eq!(numbers(Wanted::Number(3)), [3]);
    }

    #[test]
    fn rejects_are_read_with_their_reasons() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rejects.csv");
        std::fs::write(&path, "_row,_errors,name\n7,A:x;B:y,ada\n9,B:y,bob\n").expect("written");
        let location = Location::from_argument(&path.display().to_string());
        let all = read_rejects(&location, 10, &|_| true).expect("read");
        assert_eq!(all.fields, ["name"]);
        assert_eq!(all.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [7, 9]);
        assert_eq!(read_rejects(&location, 10, &|why| why.contains("A:x")).expect("read").rows.len(), 1);
        assert!(read_rejects(&location, 1, &|_| true).expect("read").more);
    }
}
