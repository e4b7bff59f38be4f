//! A target of several files: `contacts.csv` split by rows or bytes is `contacts-001.csv`, `contacts-002.csv` and so on,
//! each a whole file of its format with a header of its own. No record is cut.
//!
//! The parts get their final names one after another, when all are whole and durable. What they are is written down
//! before, so that a run that is cut off between two names gives the others theirs when it is resumed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{exists, remove_if_left};
use super::packed::packed_name;
use super::publishing::publish_all;
use super::table::{is_folder, open_source, open_target as open_part};
use super::{
    ConnectError, Encoder, ErrorKind, Holds, Location, Outcomes, Output, Position, Publishing, Sink, SinkSummary,
    Source, Split, Target, TargetBatch, Ticket, WriteFate, WriteMode, WriteRequest, folder,
};
use crate::schema::Schema;

/// Digits of a part's number, at least.
const DIGITS: usize = 3;

/// The names of a target's parts.
#[derive(Debug, Clone)]
struct Parts {
    location: Location,
    /// `out/contacts` of `out/contacts.csv.gz`.
    folder: PathBuf,
    stem: String,
    /// `.csv.gz`.
    ending: String,
}

impl Parts {
    fn of(location: &Location) -> Parts {
        let path = location.path();
        let plain = packed_name(&path).map_or_else(|| path.clone(), |(plain, _)| plain);
        let stem = plain.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let ending = name.strip_prefix(&stem).unwrap_or_default().to_owned();
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let format = location.format.clone();
        let location = Location {
            format,
            base: PathBuf::new(),
            output: Output { split: None, ..location.output.clone() },
            ..location.clone()
        };
        Parts { location, folder, stem, ending }
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{}-{number:0DIGITS$}{}", self.stem, self.ending))
    }

    fn part(&self, number: u64) -> Location {
        let scheme = self.location.scheme().map(|scheme| format!("{scheme}:")).unwrap_or_default();
        Location { address: format!("{scheme}{}", self.path(number).to_string_lossy()), ..self.location.clone() }
    }

    /// The number of the part that a file name is of.
    fn number(&self, name: &str) -> Option<u64> {
        let number = name.strip_prefix(self.stem.as_str())?.strip_prefix('-')?.strip_suffix(self.ending.as_str())?;
        let plain = number.len() >= DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = plain.then(|| number.parse().ok())??;
        (number > 0).then_some(number)
    }

    /// The numbers of the parts that are there, in order.
    fn there(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.names().filter_map(|name| self.number(&name)).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The names of all files beside the parts.
    fn names(&self) -> impl Iterator<Item = String> + use<> {
        let here = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let entries = std::fs::read_dir(here).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
    }

    /// Removes what killed runs left of parts: files with a temporary name of one that no process holds.
    fn sweep(&self) {
        for name in self.names() {
            // `.NAME.RUN.part`, `.NAME.spool.RUN.part`, and with one more dot what is to be packed.
            let hidden = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
            let Some((part, _)) = hidden.and_then(|name| name.rsplit_once('.')) else { continue };
            let part = part.strip_suffix(".spool").unwrap_or(part);
            let unpacked = part.strip_prefix('.').map(|part| format!("{part}{}", self.packing()));
            if self.number(unpacked.as_deref().unwrap_or(part)).is_some() {
                remove_if_left(&self.folder.join(&name));
            }
        }
    }

    /// `.gz` of `.csv.gz`.
    fn packing(&self) -> &str {
        let dot = self.ending.rfind('.').filter(|at| *at > 0);
        dot.map_or("", |at| &self.ending[at..])
    }
}

/// Opens a target of several files.
pub(super) fn open_target(location: &Location, split: Split) -> Result<Box<dyn Target>, ConnectError> {
    let parts = Parts::of(location);
    let first = open_part(&parts.part(1))?;
    let refused = match (first.format(), split) {
        ("sqlite", _) => Some(("a database is not written in parts", "Leave out `split:`.")),
        ("excel" | "parquet", Split::Bytes(_)) => Some((
            "how large a file of this format becomes is known only at its end",
            "Split it by rows, as in `50000 rows`.",
        )),
        _ => None,
    };
    if let Some((what, next)) = refused {
        return Err(ConnectError::new(ErrorKind::Unsupported, &location.address, what, next));
    }
    Ok(Box::new(SplitTarget { parts, first, split }))
}

struct SplitTarget {
    parts: Parts,
    first: Box<dyn Target>,
    split: Split,
}

impl Target for SplitTarget {
    fn format(&self) -> &'static str {
        self.first.format()
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        self.first.schema()
    }

    fn single_object(&self) -> bool {
        true
    }

    fn holds(&self, object: &str) -> Holds {
        self.first.holds(object)
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        if !matches!(request.mode, WriteMode::Insert | WriteMode::Replace) {
            return Err(ConnectError::new(
                ErrorKind::Unsupported,
                &self.parts.location.address,
                "a target of several files is written as a whole",
                "Choose `write: insert` or `write: replace`, or leave out `split:`.",
            ));
        }
        if let (WriteMode::Insert, Some(number)) = (request.mode, self.parts.there().first()) {
            return Err(exists(&self.parts.path(*number)));
        }
        self.parts.sweep();
        let request = WriteRequest { resume: None, ..request.clone() };
        let current = self.first.open(&request)?;
        Ok(Box::new(SplitSink {
            encoder: current.encoder(),
            empty_bytes: current.bytes(),
            current: Some(current),
            parts: self.parts.clone(),
            split: self.split,
            request,
            rows: 0,
            whole: Vec::new(),
            bytes: 0,
            tickets: 0,
        }))
    }
}

struct SplitSink {
    parts: Parts,
    split: Split,
    request: WriteRequest,
    encoder: Arc<dyn Encoder>,
    /// The part that grows; none when all are whole.
    current: Option<Box<dyn Sink>>,
    /// Bytes of a part without records.
    empty_bytes: u64,
    /// Records in the part that grows.
    rows: u64,
    /// Parts that are whole under their temporary names.
    whole: Vec<Publishing>,
    /// Bytes in these.
    bytes: u64,
    tickets: u64,
}

impl SplitSink {
    /// Whether a part with so many records and bytes has room for one more record of `bytes`.
    fn has_room(&self, rows: u64, used: u64, bytes: u64) -> bool {
        rows == 0
            || match self.split {
                Split::Rows(most) => rows < most,
                Split::Bytes(most) => used + bytes <= most,
            }
    }

    fn current(&mut self) -> Result<&mut Box<dyn Sink>, ConnectError> {
        if self.current.is_none() {
            let location = self.parts.part(self.whole.len() as u64 + 1);
            self.current = Some(open_part(&location)?.open(&self.request)?);
            self.rows = 0;
        }
        self.current.as_mut().ok_or_else(|| {
            let next = "This is an error of mapwright itself; tell its makers.";
            ConnectError::new(ErrorKind::Io, location_of(&self.parts), "a part could not be opened", next)
        })
    }

    fn used(&self) -> u64 {
        self.current.as_ref().map_or(self.empty_bytes, |current| current.bytes())
    }

    /// Makes the part that grows whole.
    fn close_part(&mut self) -> Result<(), ConnectError> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        if let Err(error) = current.seal() {
            // The error that is told is the first one.
            let _ = current.abandon(false);
            return Err(error);
        }
        for publishing in current.publishing() {
            self.bytes += publishing.bytes;
            self.whole.push(Publishing { records: Some(self.rows), ..publishing });
        }
        self.rows = 0;
        Ok(())
    }

    /// Writes the rows of a batch from one on up to another into the part that grows.
    fn write(&mut self, batch: &TargetBatch, rows: std::ops::Range<usize>) -> Result<(), ConnectError> {
        if rows.is_empty() {
            return Ok(());
        }
        let end_of = |row: usize| batch.ends.get(row).copied().unwrap_or_default();
        let start = if rows.start == 0 { 0 } else { end_of(rows.start - 1) };
        let text = batch.text.get(start as usize..end_of(rows.end - 1) as usize).unwrap_or_default().to_vec();
        let ends = rows.clone().map(|row| end_of(row) - start).collect();
        let part = TargetBatch { text, ends, rows: rows.len(), ..TargetBatch::default() };
        let ticket = self.current()?.submit(&part)?;
        self.current()?.collect(ticket)?;
        self.rows += rows.len() as u64;
        Ok(())
    }
}

fn location_of(parts: &Parts) -> String {
    parts.path(1).display().to_string()
}

impl Sink for SplitSink {
    fn encoder(&self) -> Arc<dyn Encoder> {
        self.encoder.clone()
    }

    fn submit(&mut self, batch: &TargetBatch) -> Result<Ticket, ConnectError> {
        let (mut from, mut before) = (0, 0);
        let mut used = self.used();
        for (row, end) in batch.ends.iter().enumerate() {
            let bytes = u64::from(end - before);
            before = *end;
            if !self.has_room(self.rows + (row - from) as u64, used, bytes) {
                self.write(batch, from..row)?;
                self.close_part()?;
                (from, used) = (row, self.empty_bytes);
            }
            used += bytes;
        }
        self.write(batch, from..batch.ends.len())?;
        self.tickets += 1;
        Ok(Ticket(self.tickets))
    }

    fn collect(&mut self, _ticket: Ticket) -> Result<Outcomes, ConnectError> {
        Ok(Outcomes::All(WriteFate::Created))
    }

    /// A run that is cut off begins its parts anew.
    fn checkpoint(&mut self) -> Result<Position, ConnectError> {
        Ok(Position::default())
    }

    fn bytes(&self) -> u64 {
        self.bytes + self.current.as_ref().map_or(0, |current| current.bytes())
    }

    fn seal(&mut self) -> Result<(), ConnectError> {
        self.close_part()?;
        let count = self.whole.len() as u64;
        let beyond =
            self.parts.there().into_iter().filter(|number| *number > count).map(|number| self.parts.path(number));
        let removes: Vec<PathBuf> = if self.request.mode == WriteMode::Replace { beyond.collect() } else { Vec::new() };
        if let Some(last) = self.whole.last_mut() {
            last.removes = removes;
        }
        Ok(())
    }

    fn publishing(&self) -> Vec<Publishing> {
        self.whole.clone()
    }

    fn finish(mut self: Box<Self>) -> Result<SinkSummary, ConnectError> {
        if let Err(error) = self.seal() {
            // The error that is told is the first one.
            let _ = self.abandon(false);
            return Err(error);
        }
        publish_all(&self.whole)?;
        Ok(SinkSummary { bytes: self.bytes, files: self.whole.into_iter().map(|part| part.path).collect() })
    }

    fn abandon(self: Box<Self>, _keep: bool) -> Result<(), ConnectError> {
        let current = self.current.map_or(Ok(()), |current| current.abandon(false));
        self.whole.iter().map(Publishing::give_up).fold(current, Result::and)
    }
}

/// The parts that are there of an object of a target that is split.
pub(crate) fn parts_there(location: &Location, object: &str) -> Vec<PathBuf> {
    if location.output.split.is_none() {
        return Vec::new();
    }
    let of = if is_folder(location) { folder::file_of(location, object).ok() } else { Some(location.clone()) };
    let parts = of.map(|location| Parts::of(&location));
    parts.map(|parts| parts.there().into_iter().map(|number| parts.path(number)).collect()).unwrap_or_default()
}

/// Opens what an object of a target was split into, to read it back; `None` where the target is not split.
///
/// # Errors
/// No parts there, or one that cannot be read.
pub(crate) fn open_written(location: &Location, object: &str) -> Result<Option<Vec<Box<dyn Source>>>, ConnectError> {
    if location.output.split.is_none() {
        return Ok(None);
    }
    let parts = Parts::of(&if is_folder(location) { folder::file_of(location, object)? } else { location.clone() });
    let sources: Result<Vec<_>, _> = parts.there().iter().map(|number| open_source(&parts.part(*number))).collect();
    let sources = sources?;
    if sources.is_empty() {
        let what = "there is no part of this target";
        let next = "Run the profile first; its parts are named like `contacts-001.csv`.";
        return Err(ConnectError::new(ErrorKind::NotFound, location_of(&parts), what, next));
    }
    Ok(Some(sources))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::record::Cell;

    fn target(folder: &Path, name: &str, split: Split) -> Location {
        let output = Output { split: Some(split), ..Output::default() };
        Location { output, ..Location::from_argument(folder.join(name).to_str().unwrap()) }
    }

    fn write(location: &Location, mode: WriteMode, records: std::ops::Range<u32>) -> Result<Vec<String>, ConnectError> {
        let request = WriteRequest { fields: vec!["id".into()], mode, run: "r".into(), ..WriteRequest::default() };
        let mut sink = super::super::open_target(location)?.open(&request)?;
        let encoder = sink.encoder();
        // Batches of seven, so that parts begin and end within them.
        for some in records.collect::<Vec<_>>().chunks(7) {
            let mut batch = TargetBatch::default();
            some.iter().for_each(|id| encoder.encode(&[Cell::text(&id.to_string())], &mut batch));
            let ticket = sink.submit(&batch)?;
            sink.collect(ticket)?;
        }
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        Ok(sink.finish()?.files.into_iter().map(name).collect())
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn parts_by_rows_have_a_header_each_and_every_record_once() {
        let folder = tempfile::tempdir().unwrap();
        let location = target(folder.path(), "out.csv", Split::Rows(10));
        assert_eq!(write(&location, WriteMode::Insert, 0..25).unwrap(), ["out-001.csv", "out-002.csv", "out-003.csv"]);
        let second = fs::read_to_string(folder.path().join("out-002.csv")).unwrap();
        assert_eq!(second, "id\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n");
        assert_eq!(fs::read_to_string(folder.path().join("out-003.csv")).unwrap().lines().count(), 6);
        assert_eq!(write(&location, WriteMode::Insert, 0..1).unwrap_err().kind, ErrorKind::Exists);
        // Parts of the longer one before go when the new ones are there.
        assert_eq!(write(&location, WriteMode::Replace, 0..10).unwrap(), ["out-001.csv"]);
        assert_eq!(names(folder.path()), ["out-001.csv"]);
        assert!(write(&location, WriteMode::Append, 0..1).is_err());
    }

    #[test]
    fn parts_by_bytes_are_never_larger() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "a.json", "a.ndjson", "a.xml"] {
            let location = target(folder.path(), name, Split::Bytes(120));
            let parts = write(&location, WriteMode::Insert, 1000..1030).unwrap();
            assert!(parts.len() > 1, "{name}");
            let mut ids = Vec::new();
            for part in &parts {
                let path = folder.path().join(part);
                assert!(fs::metadata(&path).unwrap().len() <= 120, "{part}");
                let source = open_source(&Location::from_argument(path.to_str().unwrap())).unwrap();
                let mut reader = source.read("", &crate::connect::ReadRequest::default()).unwrap();
                let (mut chunk, mut batch) = Default::default();
                while reader.next(&mut chunk).unwrap() {
                    reader.decoder().decode(&mut chunk, &mut batch).unwrap();
                    ids.extend(batch.records().map(|record| record.cell(0).display().into_owned()));
                }
            }
            assert_eq!(ids, (1000..1030).map(|id: u32| id.to_string()).collect::<Vec<_>>(), "{name}");
        }
        // A record that is larger than a part has one of its own.
        let location = target(folder.path(), "b.csv", Split::Bytes(1));
        assert_eq!(write(&location, WriteMode::Insert, 0..3).unwrap().len(), 3);
    }

    #[test]
    fn packed_and_built_formats_are_split_by_rows() {
        let folder = tempfile::tempdir().unwrap();
        for (name, second) in [("a.csv.gz", "a-002.csv.gz"), ("b.xlsx", "b-002.xlsx"), ("c.parquet", "c-002.parquet")] {
            let location = target(folder.path(), name, Split::Rows(4));
            assert_eq!(write(&location, WriteMode::Insert, 0..6).unwrap()[1], second);
        }
        assert_eq!(names(folder.path()).len(), 6);
        assert!(open_target(&target(folder.path(), "b.xlsx", Split::Bytes(9)), Split::Bytes(9)).is_err());
        assert!(open_target(&target(folder.path(), "b.db", Split::Rows(9)), Split::Rows(9)).is_err());
    }

    #[test]
    fn nothing_of_a_part_stays_when_it_is_given_up_and_what_a_kill_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        for left in
            [".out-007.csv.old.part", "..out-007.csv.old.part", ".out-007.csv.gz.old.part", ".out-007.csv.spool.x.part"]
        {
            fs::write(folder.path().join(left), "left").unwrap();
        }
        fs::write(folder.path().join(".other-007.csv.old.part"), "left").unwrap();
        let location = target(folder.path(), "out.csv", Split::Rows(1));
        let request = WriteRequest { fields: vec!["id".into()], run: "r".into(), ..WriteRequest::default() };
        let mut sink = super::super::open_target(&location).unwrap().open(&request).unwrap();
        let mut batch = TargetBatch::default();
        (0..3).for_each(|_| sink.encoder().encode(&[Cell::text("x")], &mut batch));
        sink.submit(&batch).unwrap();
        assert_eq!(names(folder.path()).len(), 5);
        sink.abandon(false).unwrap();
        assert_eq!(names(folder.path()), [".other-007.csv.old.part", ".out-007.csv.gz.old.part"]);
    }
}
