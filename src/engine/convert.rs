//! One object from a source to a target as it is: no mapping, no checks, every cell's canonical text kept.

use std::collections::BTreeMap;

use super::object::source_object;
use crate::connect::{
    Chunk, ConnectError, ErrorKind, Holds, ReadRequest, Source, Target, TargetBatch, WriteMode, WriteRequest,
};
use crate::record::{Batch, Cell, Fault, Kind, SourceType};

/// What a conversion did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Converted {
    pub records: u64,
    pub fields: usize,
    /// What had to be repaired, by finding code: how many records, and the first few record numbers.
    pub repairs: BTreeMap<&'static str, (u64, Vec<u64>)>,
    /// Other objects of the source, which were left.
    pub left: Vec<String>,
    /// The files that were written.
    pub files: Vec<std::path::PathBuf>,
}

/// How many record numbers a repair names.
const NAMED: usize = 5;

/// Copies an object. Records with too few cells are filled up with empty ones; for records with too many there are
/// columns of their own at the end, so that nothing is lost. Every such repair is counted.
///
/// # Errors
/// The source's and the target's; a record that is not of the source's form at all cannot be repaired.
pub fn convert(source: &dyn Source, object: &str, target: &dyn Target) -> Result<Converted, ConnectError> {
    let objects = source.objects()?;
    let from = match objects.first() {
        Some(first) if object.is_empty() && source.format() != "sqlite" => first.clone(),
        _ => source_object(source, object)?,
    };
    let left: Vec<String> = objects.into_iter().filter(|other| object.is_empty() && *other != from).collect();
    let request = ReadRequest::default();
    let mut reader = source.read(&from, &request)?;
    let decoder = reader.decoder();
    let mut fields = decoder.fields().to_vec();
    let declared = fields.len();
    // Only records of text can have more cells than there are fields.
    let width = if matches!(source.format(), "csv" | "fixed") { widest(source, &from)? } else { declared };
    for column in declared..width {
        fields.push(format!("column_{}", column + 1));
    }
    let name = from.rsplit_once('.').map_or(from.as_str(), |(stem, _)| stem).to_owned();
    let request =
        WriteRequest { object: name, fields: fields.clone(), mode: WriteMode::Replace, ..WriteRequest::default() };
    let mut sink = target.open(&request)?;
    let encoder = sink.encoder();
    let mut unfit = Unfit { holds: target.holds(&request.object), ..Unfit::default() };
    let mut done = Converted { fields: fields.len(), left, ..Converted::default() };
    let (mut chunk, mut batch, mut rows) = (Chunk::default(), Batch::default(), TargetBatch::default());
    // Where records name their fields, the first one names all, so that none is lost and their order stays.
    let named = match target.format() {
        "json" | "ndjson" => Some(Kind::Null),
        "xml" | "vcard" | "ldif" => Some(Kind::Text),
        _ => None,
    };
    let mut copy = || -> Result<(), ConnectError> {
        let mut lines = 0;
        while reader.next(&mut chunk)? {
            decoder.decode(&mut chunk, &mut batch)?;
            batch.number(done.records, lines);
            lines += chunk.lines;
            rows.clear(fields.len());
            for record in batch.records() {
                done.note(record.row().fault, record.origin().number)?;
                let extra = match record.row().fault {
                    Some(Fault::TooManyFields { .. }) => decoder.split(record.raw()).unwrap_or_default(),
                    _ => Vec::new(),
                };
                let beyond = extra.iter().skip(declared).map(|bytes| text(bytes));
                let mut cells: Vec<Cell<'_>> = record.cells().chain(beyond).collect();
                cells.resize(fields.len(), Cell::MISSING);
                if let (1, Some(named)) = (record.origin().number, named) {
                    let absent = cells.iter_mut().filter(|cell| cell.kind == Kind::Missing);
                    absent.for_each(|cell| cell.kind = named);
                }
                unfit.look(record.origin().number, &fields, &cells);
                encoder.encode(&cells, &mut rows);
            }
            done.records += batch.len() as u64;
            let ticket = sink.submit(&rows)?;
            sink.collect(ticket)?;
        }
        unfit.refuse()
    };
    match copy() {
        Ok(()) => sink.finish().map(|summary| Converted { files: summary.files, ..done }),
        Err(error) => sink.abandon(false).and(Err(error)),
    }
}

/// Values that the target cannot hold.
#[derive(Default)]
struct Unfit {
    holds: Holds,
    records: u64,
    /// The first few, in words.
    named: Vec<String>,
}

impl Unfit {
    fn look(&mut self, number: u64, fields: &[String], cells: &[Cell<'_>]) {
        if self.holds.is_everything() {
            return;
        }
        let misfits = fields.iter().zip(cells).filter_map(|(name, cell)| Some((name, self.holds.misfit(*cell)?)));
        let mut found: Vec<String> =
            misfits.map(|(name, misfit)| format!("record {number}, `{name}`: {}", misfit.words())).collect();
        self.records += u64::from(!found.is_empty());
        found.truncate(NAMED.saturating_sub(self.named.len()));
        self.named.append(&mut found);
    }

    /// # Errors
    /// Anything that does not fit: a copy must not lose it.
    fn refuse(&self) -> Result<(), ConnectError> {
        if self.records == 0 {
            return Ok(());
        }
        let what = format!("{} records do not fit into the target: {}", self.records, self.named.join("; "));
        let next = "Write another encoding or format, or say what stands for such characters (`--unfit '?'`); nothing \
                    was written.";
        Err(ConnectError::new(ErrorKind::Malformed, "the output", what, next))
    }
}

impl Converted {
    fn note(&mut self, fault: Option<Fault>, number: u64) -> Result<(), ConnectError> {
        let Some(fault) = fault else { return Ok(()) };
        if fault == Fault::Malformed {
            return Err(ConnectError::new(
                ErrorKind::Malformed,
                format!("record {number}"),
                "the record is not of the source's form, and there is no telling what it should have been",
                "Mend the record in the source, then convert again; nothing was written.",
            ));
        }
        let (count, numbers) = self.repairs.entry(fault.code()).or_default();
        *count += 1;
        if numbers.len() < NAMED {
            numbers.push(number);
        }
        Ok(())
    }
}

/// The number of cells of the widest record.
fn widest(source: &dyn Source, object: &str) -> Result<usize, ConnectError> {
    let mut reader = source.read(object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut widest = decoder.fields().len();
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for row in &batch.rows {
            if let Some(Fault::TooManyFields { found, .. }) = row.fault {
                widest = widest.max(found as usize);
            }
        }
    }
    Ok(widest)
}

fn text(bytes: &[u8]) -> Cell<'_> {
    let kind = match bytes {
        [] => Kind::Missing,
        _ if std::str::from_utf8(bytes).is_ok() => Kind::Text,
        _ => Kind::Bytes,
    };
    Cell { kind, source_type: SourceType::Untyped, bytes }
}
