//! Looking at a source's records: a prefix at once, all of them in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::counter::FieldCounter;
use super::{FieldType, Object, ObjectStats};
use crate::connect::{Chunk, ConnectError, ReadRequest, Source};
use crate::record::{Batch, Fault};

/// Chunks of a prefix are small, so that the first thousand records do not wait for a megabyte.
const PREFIX_CHUNK_BYTES: usize = 256 << 10;
/// Fields are counted on this many threads.
const COUNTING_THREADS: usize = 2;
/// Batches that wait for a counting thread.
const WAITING: usize = 2;

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanProgress {
    pub records: u64,
    /// In the measure of `total`.
    pub bytes: u64,
    pub total: Option<u64>,
}

/// Looks at the first records of an object.
pub fn profile_prefix(source: &dyn Source, object: &str, records: u64) -> Result<ObjectStats, ConnectError> {
    let declared = source.object(object)?;
    let request = ReadRequest { chunk_bytes: PREFIX_CHUNK_BYTES, ..ReadRequest::default() };
    let mut reader = source.read(object, &request)?;
    let decoder = reader.decoder();
    let mut counters = counters(decoder.fields());
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut seen = Seen::default();
    let mut complete = false;
    while seen.records < records {
        if !reader.next(&mut chunk)? {
            complete = true;
            break;
        }
        decoder.decode(&mut chunk, &mut batch)?;
        let wanted = usize::try_from(records - seen.records).unwrap_or(usize::MAX).min(batch.len());
        for (field, counter) in counters.iter_mut().enumerate() {
            count(counter, field, &batch, seen.records, wanted);
        }
        seen.take(&batch, wanted);
        if wanted < batch.len() {
            return Ok(finish(declared, counters, seen, false));
        }
    }
    // Exactly as many as were asked for: is there one more?
    if !complete {
        complete = !reader.next(&mut chunk)?;
    }
    Ok(finish(declared, counters, seen, complete))
}

/// Looks at every record of an object; cancelled, it gives what was seen until then. The figures do not depend on
/// threads: each thread counts its own fields, in the order of the source.
pub fn profile_all(
    source: &dyn Source,
    object: &str,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(ScanProgress),
) -> Result<ObjectStats, ConnectError> {
    let declared = source.object(object)?;
    let mut reader = source.read(object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let mut shares: Vec<Vec<(usize, FieldCounter)>> = (0..COUNTING_THREADS).map(|_| Vec::new()).collect();
    for (field, counter) in counters(decoder.fields()).into_iter().enumerate() {
        shares[field % COUNTING_THREADS].push((field, counter));
    }
    let mut seen = Seen::default();
    let mut complete = false;
    let mut at = ScanProgress { total: reader.total_bytes(), ..ScanProgress::default() };
    let counted = std::thread::scope(|scope| {
        let mut senders: Vec<SyncSender<Arc<Numbered>>> = Vec::new();
        let mut threads = Vec::new();
        for share in shares {
            let (sender, receiver) = sync_channel(WAITING);
            senders.push(sender);
            threads.push(scope.spawn(move || count_share(share, &receiver)));
        }
        let mut pool = Pool::default();
        let mut chunk = Chunk::default();
        let mut failed = None;
        while !cancel.load(Ordering::Relaxed) {
            match reader.next(&mut chunk) {
                Ok(true) => {}
                Ok(false) => {
                    complete = true;
                    break;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            let mut numbered = pool.take();
            numbered.before = seen.records;
            if let Err(error) = decoder.decode(&mut chunk, &mut numbered.batch) {
                failed = Some(error);
                break;
            }
            seen.take(&numbered.batch, numbered.batch.len());
            let shared = Arc::new(numbered);
            // A thread that is gone panicked: joining it below says so.
            if senders.iter().any(|sender| sender.send(Arc::clone(&shared)).is_err()) {
                break;
            }
            pool.put(shared);
            at.records = seen.records;
            at.bytes += chunk.source_bytes;
            progress(at);
        }
        drop(senders);
        let mut counted: Vec<(usize, FieldCounter)> = Vec::new();
        for thread in threads {
            match thread.join() {
                Ok(share) => counted.extend(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        failed.map_or(Ok(counted), Err)
    });
    let mut counted = counted?;
    counted.sort_by_key(|(field, _)| *field);
    let counters = counted.into_iter().map(|(_, counter)| counter).collect();
    Ok(finish(declared, counters, seen, complete))
}

/// A batch and how many records came before it.
#[derive(Default)]
struct Numbered {
    before: u64,
    batch: Batch,
}

/// Batches on their way and back: memory is used again as soon as no thread reads it.
#[derive(Default)]
struct Pool {
    batches: Vec<Arc<Numbered>>,
}

impl Pool {
    fn take(&mut self) -> Numbered {
        let free = self.batches.iter().position(|batch| Arc::strong_count(batch) == 1);
        let free = free.map(|at| self.batches.swap_remove(at));
        free.and_then(|batch| Arc::try_unwrap(batch).ok()).unwrap_or_default()
    }

    fn put(&mut self, batch: Arc<Numbered>) {
        self.batches.push(batch);
    }
}

fn count_share(mut share: Vec<(usize, FieldCounter)>, batches: &Receiver<Arc<Numbered>>) -> Vec<(usize, FieldCounter)> {
    for numbered in batches {
        for (field, counter) in &mut share {
            count(counter, *field, &numbered.batch, numbered.before, numbered.batch.len());
        }
    }
    share
}

fn counters(names: &[String]) -> Vec<FieldCounter> {
    names.iter().map(|name| FieldCounter::new(name.as_str())).collect()
}

/// Counts one field of the first `rows` records. A record that is not of the source's shape has no cells to count.
fn count(counter: &mut FieldCounter, field: usize, batch: &Batch, before: u64, rows: usize) {
    for (record, number) in batch.records().take(rows).zip(before + 1..) {
        if record.row().fault != Some(Fault::Malformed) {
            counter.add(record.cell(field), number);
        }
    }
}

#[derive(Default)]
struct Seen {
    records: u64,
    faults: u64,
}

impl Seen {
    fn take(&mut self, batch: &Batch, rows: usize) {
        self.records += rows as u64;
        self.faults += batch.rows.iter().take(rows).filter(|row| row.fault.is_some()).count() as u64;
    }
}

/// Puts types and samples where the source itself says nothing.
fn finish(mut object: Object, counters: Vec<FieldCounter>, seen: Seen, complete: bool) -> ObjectStats {
    let fields: Vec<_> = counters.iter().map(FieldCounter::stats).collect();
    for stats in &fields {
        let Some(field) = object.fields.iter_mut().find(|field| field.name == stats.name) else { continue };
        let declared = field.native_type.is_some() && field.field_type != FieldType::Text;
        if !declared {
            field.field_type = stats.inference.field_type;
        }
        if field.samples.is_empty() {
            field.samples = stats.samples.clone();
        }
    }
    if complete {
        object.records = Some(seen.records);
    }
    ObjectStats { object, fields, records: seen.records, faults: seen.faults, complete }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Decoder, ErrorKind, Fingerprint, Reader};
    use crate::record::{Cell, Origin};
    use crate::schema::{Field, FieldType};

    /// Chunks of seven records each: a number, a name, and every tenth record malformed.
    struct Numbers {
        records: u64,
        breaks_at: Option<u64>,
    }

    struct NumbersReader {
        next: u64,
        records: u64,
        breaks_at: Option<u64>,
    }

    struct PassOn(Vec<String>);

    impl Source for Numbers {
        fn format(&self) -> &'static str {
            "numbers"
        }
        fn objects(&self) -> Result<Vec<String>, ConnectError> {
            Ok(vec!["numbers".into()])
        }
        fn object(&self, name: &str) -> Result<Object, ConnectError> {
            let mut coded = Field::named("code");
            coded.native_type = Some("REAL".into());
            coded.field_type = FieldType::Decimal;
            Ok(Object { name: name.into(), fields: vec![Field::named("n"), coded], ..Object::default() })
        }
        fn evidence(&self, _: &str) -> Vec<String> {
            Vec::new()
        }
        fn read(&self, _: &str, _: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
            Ok(Box::new(NumbersReader { next: 1, records: self.records, breaks_at: self.breaks_at }))
        }
        fn fingerprint(&self, _: &str) -> Result<Fingerprint, ConnectError> {
            Ok(Fingerprint::default())
        }
    }

    impl Reader for NumbersReader {
        fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
            if self.next > self.records {
                return Ok(false);
            }
            if self.breaks_at.is_some_and(|at| self.next >= at) {
                return Err(ConnectError::new(ErrorKind::Io, "numbers", "the line went dead", "Try again."));
            }
            let mut batch = Batch::new(2);
            for number in self.next..=self.records.min(self.next + 6) {
                let fault = number.is_multiple_of(10).then_some(Fault::Malformed);
                if fault.is_none() {
                    batch.push_cell(Cell::text(&number.to_string()));
                    batch.push_cell(Cell::text(&format!("C-{}", number % 3)));
                }
                batch.end_row(Origin::default(), (0, 0), fault);
            }
            self.next += 7;
            chunk.records = Some(batch);
            chunk.source_bytes = 7;
            Ok(true)
        }
        fn decoder(&self) -> Arc<dyn Decoder> {
            Arc::new(PassOn(vec!["n".into(), "code".into()]))
        }
        fn total_bytes(&self) -> Option<u64> {
            Some(self.records)
        }
    }

    impl Decoder for PassOn {
        fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
            *batch = chunk.records.take().unwrap_or_default();
            Ok(())
        }
        fn fields(&self) -> &[String] {
            &self.0
        }
    }

    fn numbers(records: u64) -> Numbers {
        Numbers { records, breaks_at: None }
    }

    fn all(source: &Numbers) -> ObjectStats {
        profile_all(source, "numbers", &AtomicBool::new(false), &mut |_| ()).expect("a scan")
    }

    #[test]
    fn a_prefix_stops_where_it_was_told() {
        let stats = profile_prefix(&numbers(100), "numbers", 12).expect("a scan");
        assert_eq!((stats.records, stats.faults, stats.complete), (12, 1, false));
        assert_eq!((stats.fields[0].records, stats.fields[0].filled), (11, 11));
        assert_eq!(stats.object.records, None);
    }

    #[test]
    fn a_prefix_knows_when_it_saw_everything() {
        for asked in [14, 15, 1000] {
            let stats = profile_prefix(&numbers(14), "numbers", asked).expect("a scan");
            assert_eq!((stats.records, stats.complete, stats.object.records), (14, true, Some(14)), "{asked}");
        }
        let stats = profile_prefix(&numbers(15), "numbers", 14).expect("a scan");
        assert_eq!((stats.records, stats.complete), (14, false));
    }

    #[test]
    fn the_whole_is_what_a_long_prefix_sees() {
        let source = numbers(500);
        assert_eq!(all(&source), profile_prefix(&source, "numbers", 1_000).expect("a scan"));
    }

    #[test]
    fn types_are_inferred_only_where_the_source_has_none() {
        let object = all(&numbers(100)).object;
        assert_eq!(object.fields[0].field_type, FieldType::Integer);
        assert_eq!(object.fields[1].field_type, FieldType::Decimal);
        assert!(!object.fields[0].samples.is_empty());
    }

    #[test]
    fn a_cancelled_scan_gives_what_it_saw() {
        let cancel = AtomicBool::new(false);
        let mut last = ScanProgress::default();
        let stats = profile_all(&numbers(1_000), "numbers", &cancel, &mut |at| {
            last = at;
            cancel.store(at.records >= 21, Ordering::Relaxed);
        });
        let stats = stats.expect("a scan");
        assert_eq!((stats.records, stats.complete), (21, false));
        assert_eq!(last, ScanProgress { records: 21, bytes: 21, total: Some(1_000) });
    }

    #[test]
    fn a_source_that_breaks_is_an_error_and_no_hang() {
        let source = Numbers { records: 100, breaks_at: Some(50) };
        let error = profile_all(&source, "numbers", &AtomicBool::new(false), &mut |_| ()).expect_err("an error");
        assert_eq!(error.what, "the line went dead");
    }

    #[test]
    fn an_empty_source_is_no_trouble() {
        let stats = all(&numbers(0));
        assert_eq!((stats.records, stats.complete, stats.fields.len()), (0, true, 2));
    }
}
