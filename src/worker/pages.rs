//! Records by their number: an index of positions, made while the source is scanned, and pages read by it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::opened::Shelf;
use super::{Teller, locked};
use crate::app::{Answer, Problem, Records};
use crate::connect::{Chunk, ConnectError, Decoder, Fingerprint, Position, ReadRequest, Reader, Source};
use crate::record::{Batch, Origin};
use crate::schema::Object;

/// Chunks for the screen are small: a page is a few hundred records.
const CHUNK: usize = 128 << 10;

/// Where records are: for every chunk that was read, how many records and lines came before and how to get there.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
    records: u64,
    lines: u64,
    /// Where the next chunk begins; nothing: at the start.
    next: Option<Position>,
}

#[derive(Debug, Clone)]
struct Entry {
    records_before: u64,
    lines_before: u64,
    from: Option<Position>,
}

impl Index {
    fn add(&mut self, records: u64, lines: u64, end: Position) {
        self.entries.push(Entry {
            records_before: self.records,
            lines_before: self.lines,
            from: self.next.replace(end),
        });
        self.records += records;
        self.lines += lines;
    }

    /// The last place at or before a record.
    fn before(&self, record: u64) -> Entry {
        let after = self.entries.partition_point(|entry| entry.records_before <= record);
        let start = Entry { records_before: 0, lines_before: 0, from: None };
        after.checked_sub(1).and_then(|at| self.entries.get(at)).cloned().unwrap_or(start)
    }
}

/// A source that notes positions while somebody else reads it from the start.
pub(super) struct Noting {
    pub inner: Arc<dyn Source>,
    pub index: Arc<Mutex<Index>>,
}

impl Source for Noting {
    fn format(&self) -> &'static str {
        self.inner.format()
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        self.inner.objects()
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        self.inner.object(name)
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        self.inner.evidence(object)
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let reader = self.inner.read(object, request)?;
        Ok(Box::new(NotingReader { reader, index: Arc::clone(&self.index) }))
    }

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        self.inner.fingerprint(object)
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(&*self.inner)
    }
}

struct NotingReader {
    reader: Box<dyn Reader>,
    index: Arc<Mutex<Index>>,
}

impl Reader for NotingReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        self.reader.next(chunk)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        Arc::new(NotingDecoder { decoder: self.reader.decoder(), index: Arc::clone(&self.index) })
    }

    fn total_bytes(&self) -> Option<u64> {
        self.reader.total_bytes()
    }
}

struct NotingDecoder {
    decoder: Arc<dyn Decoder>,
    index: Arc<Mutex<Index>>,
}

impl Decoder for NotingDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        self.decoder.decode(chunk, batch)?;
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.add(batch.len() as u64, chunk.lines, chunk.end.clone());
        Ok(())
    }

    fn fields(&self) -> &[String] {
        self.decoder.fields()
    }
}

/// The first records of an object.
pub(super) fn first_records(source: &dyn Source, object: &str, count: usize) -> Result<Records, ConnectError> {
    let start = Entry { records_before: 0, lines_before: 0, from: None };
    read(source, object, start, 0, count, &AtomicBool::new(false))
}

fn read(
    source: &dyn Source,
    object: &str,
    from: Entry,
    first: u64,
    count: usize,
    cancelled: &AtomicBool,
) -> Result<Records, ConnectError> {
    let request = ReadRequest { from: from.from, chunk_bytes: CHUNK, ..ReadRequest::default() };
    let mut reader = source.read(object, &request)?;
    let decoder = reader.decoder();
    let fields = decoder.fields().to_vec();
    let mut page = Batch::new(fields.len());
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let (mut records, mut lines) = (from.records_before, from.lines_before);
    while page.len() < count && !cancelled.load(Ordering::Relaxed) && reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            if records >= first && page.len() < count {
                let origin = record.origin();
                let line = if origin.line > 0 { origin.line + lines } else { 0 };
                record.cells().for_each(|cell| page.push_cell(cell));
                page.end_row(Origin { number: records + 1, line }, (0, 0), record.row().fault);
            }
            records += 1;
        }
        lines += chunk.lines;
    }
    Ok(Records { first, fields, batch: page })
}

/// Reads a page of records and tells.
pub(super) fn page(
    object: &str,
    first: u64,
    count: usize,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let (source, index) = {
        let shelf = locked(shelf);
        (shelf.source.clone(), shelf.indexes.get(object).cloned())
    };
    let Some(source) = source else { return };
    let from = index.map_or_else(
        || Index::default().before(0),
        |index| index.lock().unwrap_or_else(PoisonError::into_inner).before(first),
    );
    match read(&*source, object, from, first, count, cancelled) {
        Ok(_) if cancelled.load(Ordering::Relaxed) => {}
        Ok(records) => teller.tell(Answer::Page { object: object.to_owned(), records: Arc::new(records) }),
        Err(error) => {
            teller
                .tell(Answer::Failed(Problem::new(format!("Could not read records of {object}"), &error.to_string())));
        }
    }
}

/// The record with a number (from 1); empty where there is none.
pub(super) fn one(
    source: &Arc<dyn Source>,
    object: &str,
    number: u64,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
) -> Result<Records, ConnectError> {
    let first = number.saturating_sub(1);
    let index = locked(shelf).indexes.get(object).cloned();
    let from = index.map_or_else(
        || Index::default().before(0),
        |index| index.lock().unwrap_or_else(PoisonError::into_inner).before(first),
    );
    read(&**source, object, from, first, 1, cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Location, open_source};

    #[test]
    fn any_record_is_found_by_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("numbers.csv");
        let mut text = String::from("n,name\n");
        for number in 0..30_000 {
            text.push_str(&format!("{number},\"a\nb {number}\"\n"));
        }
        std::fs::write(&path, text).expect("written");
        let location = Location::from_argument(&path.display().to_string());
        let inner: Arc<dyn Source> = Arc::from(open_source(&location).expect("opens"));
        let index = Arc::new(Mutex::new(Index::default()));
        let noting = Noting { inner: Arc::clone(&inner), index: Arc::clone(&index) };
        let name = noting.objects().expect("objects").remove(0);
        let request = ReadRequest { chunk_bytes: 4_096, ..ReadRequest::default() };
        let mut reader = noting.read(&name, &request).expect("reads");
        let decoder = reader.decoder();
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        while reader.next(&mut chunk).expect("next") {
            decoder.decode(&mut chunk, &mut batch).expect("decodes");
        }
        let index = index.lock().expect("free");
        assert_eq!(index.records, 30_000);
        for wanted in [0, 1, 4_095, 17_123, 29_999] {
            let cancelled = AtomicBool::new(false);
            let page = read(&*inner, &name, index.before(wanted), wanted, 3, &cancelled).expect("a page");
            assert_eq!(page.cell(0, 0).display(), wanted.to_string());
            assert_eq!(page.origin(0), Origin { number: wanted + 1, line: 2 + 2 * wanted });
        }
    }
}
