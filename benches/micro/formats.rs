//! Readers of other formats against the libraries underneath, over the same file.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx};
use mapwright::connect::{Chunk, Location, ReadRequest, open_source};
use mapwright::record::Batch;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use rust_xlsxwriter::Workbook;

use super::median;

/// A line, its texts borrowed where they hold no escapes.
#[derive(serde::Deserialize)]
struct Contact<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow)]
    address: Address<'a>,
    amount: f64,
    open: bool,
}

#[derive(serde::Deserialize)]
struct Address<'a> {
    #[serde(borrow)]
    city: Cow<'a, str>,
    #[serde(borrow)]
    country: Option<Cow<'a, str>>,
}

fn lines(rows: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        let city = ["Köln", "New York", "S\\u00e3o Paulo", "Rome"][row % 4];
        let country = ["\"DE\"", "\"US\"", "null", "\"IT\""][row % 4];
        let _ = writeln!(
            text,
            "{{\"id\":\"C-{row:08}\",\"name\":\"Ada Lovelace {}\",\"email\":\"user{row}@example.com\",\"address\":{{\"city\":\"{city}\",\"country\":{country}}},\"amount\":{}.{:02},\"open\":{}}}",
            row % 977,
            row % 90_000,
            row % 100,
            row % 3 == 0
        );
    }
    text
}

/// Reads every cell of a file's first object; how many bytes they have.
fn ours(path: &Path) -> usize {
    let source = open_source(&Location::from_argument(&path.display().to_string())).expect("opens");
    let object = source.objects().expect("objects").swap_remove(0);
    let mut reader = source.read(&object, &ReadRequest::default()).expect("reads");
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut bytes) = (Chunk::default(), Batch::default(), 0);
    while reader.next(&mut chunk).expect("a chunk") {
        decoder.decode(&mut chunk, &mut batch).expect("records");
        bytes += batch.slots.iter().map(|slot| slot.len as usize).sum::<usize>();
    }
    bytes
}

fn serde(path: &Path) -> usize {
    let text = std::fs::read(path).expect("read");
    let mut bytes = 0;
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let contact: Contact<'_> = serde_json::from_slice(line).expect("a contact");
        let country = contact.address.country.as_ref().map_or(0, |country| country.len());
        bytes += contact.id.len() + contact.name.len() + contact.email.len() + contact.address.city.len() + country;
        black_box((contact.amount, contact.open));
    }
    bytes
}

fn workbook(path: &Path, rows: usize) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["id", "name", "email", "city", "amount", "open"]) {
        sheet.write_string(0, column, name).expect("written");
    }
    for row in 1..=rows as u32 {
        sheet.write_string(row, 0, format!("C-{row:08}")).expect("written");
        sheet.write_string(row, 1, format!("Ada Lovelace {}", row % 977)).expect("written");
        sheet.write_string(row, 2, format!("user{row}@example.com")).expect("written");
        sheet.write_string(row, 3, ["Köln", "New York", "Rome"][row as usize % 3]).expect("written");
        sheet.write_number(row, 4, f64::from(row % 90_000) + 0.25).expect("written");
        sheet.write_boolean(row, 5, row % 3 == 0).expect("written");
    }
    book.save(path).expect("saved");
}

fn calamine(path: &Path) -> usize {
    let mut book: Xlsx<_> = calamine::Xlsx::new(BufReader::new(File::open(path).expect("opened"))).expect("a workbook");
    let name = book.sheet_names().swap_remove(0);
    let mut cells = book.worksheet_cells_reader(&name).expect("a sheet");
    let mut bytes = 0;
    while let Some(cell) = cells.next_cell().expect("a cell") {
        bytes += match cell.get_value() {
            DataRef::SharedString(text) => text.len(),
            DataRef::String(text) => text.len(),
            _ => 1,
        };
    }
    bytes
}

fn parquet(path: &Path) -> usize {
    let reader = SerializedFileReader::new(File::open(path).expect("opened")).expect("a file");
    let mut bytes = 0;
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row");
        bytes += (0..row.len()).map(|column| row.get_string(column).map_or(0, String::len)).sum::<usize>();
    }
    bytes
}

/// Compares both and prints how much longer ours takes.
fn compare(what: &str, path: &Path, rows: usize, library: fn(&Path) -> usize) {
    let theirs = median(|| {
        black_box(library(path));
    });
    let own = median(|| {
        black_box(ours(path));
    });
    let per_row = |seconds: f64| seconds / rows as f64 * 1e9;
    println!(
        "{what}{:8.0} ns a row, the library {:.0}: {:.2} times as long",
        per_row(own),
        per_row(theirs),
        own / theirs
    );
}

pub(super) fn print(folder: &Path, rows: usize) {
    let path = folder.join("contacts.ndjson");
    std::fs::write(&path, lines(rows)).expect("written");
    compare("ndjson   ", &path, rows, serde);
    let parquet_path = folder.join("contacts.parquet");
    let source = open_source(&Location::from_argument(&path.display().to_string())).expect("opens");
    let target = Location::from_argument(&parquet_path.display().to_string());
    let target = mapwright::connect::open_target(&target).expect("a target");
    mapwright::engine::convert(&*source, "", &*target).expect("converted");
    compare("parquet  ", &parquet_path, rows, parquet);
    let (path, rows) = (folder.join("contacts.xlsx"), rows / 4);
    workbook(&path, rows);
    compare("xlsx     ", &path, rows, calamine);
}
