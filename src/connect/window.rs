//! Any stretch of an object's records at once, however large the source is: an index of places, built in the background.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Chunk, ConnectError, Position, ReadRequest, Source};
use crate::record::{Batch, Origin};

/// The index remembers a place about every so many bytes; a window reads from the place before it.
const STEP: usize = 256 << 10;
/// A window that starts beyond the index is looked for in so many chunks at most.
const MOST_CHUNKS: usize = 64;

/// A place in the source: where to read on, and what stands before it.
#[derive(Debug, Clone, Default)]
struct Mark {
    from: Option<Position>,
    records: u64,
    lines: u64,
}

/// What the index knows so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Indexed {
    /// Records counted so far; all of them once `complete`.
    pub records: u64,
    pub complete: bool,
    /// Bytes read of the source, and how many there are where that is known.
    pub bytes: u64,
    pub total_bytes: Option<u64>,
}

/// An index of an object's records, shared between the thread that builds it and those that read windows.
pub struct RecordIndex {
    source: Arc<dyn Source>,
    object: String,
    marks: RwLock<(Vec<Mark>, Indexed)>,
}

impl RecordIndex {
    /// An empty index; windows near the start can be read at once.
    pub fn new(source: Arc<dyn Source>, object: &str) -> RecordIndex {
        let marks = RwLock::new((vec![Mark::default()], Indexed::default()));
        RecordIndex { source, object: object.to_owned(), marks }
    }

    pub fn indexed(&self) -> Indexed {
        self.marks.read().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Reads the whole object once and remembers places; stops early, without an error, when cancelled. Takes a few dozen
    /// bytes of memory for each 256 KiB of the source.
    pub fn build(&self, cancelled: &AtomicBool) -> Result<(), ConnectError> {
        let request = ReadRequest { chunk_bytes: STEP, ..ReadRequest::default() };
        let mut reader = self.source.read(&self.object, &request)?;
        let decoder = reader.decoder();
        let total_bytes = reader.total_bytes();
        let (mut chunk, mut batch, mut mark, mut bytes) = (Chunk::default(), Batch::default(), Mark::default(), 0);
        while reader.next(&mut chunk)? {
            if cancelled.load(Ordering::Relaxed) {
                return Ok(());
            }
            bytes += chunk.source_bytes;
            let end = std::mem::take(&mut chunk.end);
            decoder.decode(&mut chunk, &mut batch)?;
            mark.from = Some(end);
            mark.records += batch.len() as u64;
            mark.lines += chunk.lines;
            let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
            marks.0.push(mark.clone());
            marks.1 = Indexed { records: mark.records, complete: false, bytes, total_bytes };
        }
        let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        marks.1 = Indexed { records: mark.records, complete: true, bytes, total_bytes };
        Ok(())
    }

    /// The records from `start` (counted from 0), `count` of them at most, with their origins in the whole object. Fewer
    /// where the object ends, or where the index has not come near yet.
    pub fn read_window(&self, start: u64, count: usize) -> Result<Batch, ConnectError> {
        let mut mark = {
            let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
            let after = marks.0.partition_point(|mark| mark.records <= start);
            marks.0.get(after.saturating_sub(1)).cloned().unwrap_or_default()
        };
        let request = ReadRequest { from: mark.from.take(), chunk_bytes: STEP, ..ReadRequest::default() };
        let mut reader = self.source.read(&self.object, &request)?;
        let decoder = reader.decoder();
        let mut window = Batch::new(decoder.fields().len());
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        for _ in 0..MOST_CHUNKS {
            if window.len() >= count || !reader.next(&mut chunk)? {
                break;
            }
            decoder.decode(&mut chunk, &mut batch)?;
            let skip = start.saturating_sub(mark.records).min(batch.len() as u64) as usize;
            for index in skip..batch.len().min(skip + count - window.len()) {
                copy(&batch, index, &mark, &mut window);
            }
            mark.records += batch.len() as u64;
            mark.lines += chunk.lines;
        }
        Ok(window)
    }
}

/// Copies a record, with its origin in the whole object.
fn copy(batch: &Batch, index: usize, before: &Mark, window: &mut Batch) {
    let record = batch.record(index);
    let raw = (window.data.len() as u32, record.raw().len() as u32);
    window.data.extend_from_slice(record.raw());
    for cell in record.cells() {
        window.push_cell(cell);
    }
    let Origin { number, line } = record.origin();
    let line = if line == 0 { 0 } else { line + before.lines };
    window.end_row(Origin { number: number + before.records, line }, raw, record.row().fault);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Location, open_source};

    fn index(name: &str, text: &str) -> (tempfile::TempDir, RecordIndex) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let source = open_source(&Location::from_argument(path.to_str().unwrap())).unwrap();
        (folder, RecordIndex::new(Arc::from(source), ""))
    }

    fn shown(batch: &Batch) -> Vec<(u64, u64, String)> {
        let record = |record: crate::record::RecordRef<'_>| {
            (record.origin().number, record.origin().line, record.cell(0).display().into_owned())
        };
        batch.records().map(record).collect()
    }

    #[test]
    fn any_window_is_what_reading_from_the_start_gives() {
        let mut text = "id,note\n".to_owned();
        for id in 0..9000 {
            text.push_str(&format!("{id},\"{}\n{}\"\n", "x".repeat(60), "y".repeat(30)));
        }
        let (_folder, index) = index("many.csv", &text);
        assert_eq!(shown(&index.read_window(0, 2).unwrap()), [(1, 2, "0".into()), (2, 4, "1".into())]);
        index.build(&AtomicBool::new(false)).unwrap();
        let known = index.indexed();
        assert_eq!((known.records, known.complete), (9000, true));
        assert_eq!(Some(known.bytes), known.total_bytes);
        assert!(index.marks.read().unwrap().0.len() > 3);
        for start in [0, 2499, 2500, 2700, 5555, 8999] {
            let window = index.read_window(start, 300).unwrap();
            assert_eq!(window.len() as u64, 300.min(9000 - start));
            for (at, seen) in (start..).zip(shown(&window)) {
                assert_eq!(seen, (at + 1, at * 2 + 2, at.to_string()));
            }
            assert!(window.record(0).raw().starts_with(format!("{start},\"xx").as_bytes()));
        }
        assert!(index.read_window(9000, 5).unwrap().is_empty());
    }

    #[test]
    fn a_window_reaches_beyond_what_is_indexed_so_far() {
        let lines: String = (0..50).map(|id| format!("{{\"id\":{id}}}\n")).collect();
        let (_folder, index) = index("some.ndjson", &lines);
        assert_eq!(shown(&index.read_window(40, 2).unwrap()), [(41, 41, "40".into()), (42, 42, "41".into())]);
        index.build(&AtomicBool::new(true)).unwrap();
        assert!(!index.indexed().complete);
    }
}
