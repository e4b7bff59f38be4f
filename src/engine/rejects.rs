//! The rejects file: `_row` (1-based source record number), `_errors` (`field:code` joined by `;`), then the source
//! columns untouched. RFC 4180, UTF-8, LF; a record with more cells than fields keeps them all.

use std::io::Write;

use super::plan::Plan;
use super::settle::Dropped;
use super::work::{Planned, Work};
use crate::connect::{Decoder, RowOutcome, WriteFate};
use crate::record::{Fault, RecordRef};

/// The name of the column with the record number.
pub const ROW: &str = "_row";
/// The name of the column with the finding labels.
pub const ERRORS: &str = "_errors";

/// How the rejects of one source are written.
pub(super) struct RejectsForm {
    /// The source is itself a rejects file: its first two columns are ours and are written anew, `_row` kept.
    again: bool,
}

impl RejectsForm {
    pub fn new(source_fields: &[String]) -> RejectsForm {
        RejectsForm { again: source_fields.len() >= 2 && source_fields[0] == ROW && source_fields[1] == ERRORS }
    }

    fn skip(&self) -> usize {
        if self.again { 2 } else { 0 }
    }

    /// The header line.
    pub fn header(&self, source_fields: &[String]) -> Vec<u8> {
        let mut line = format!("{ROW},{ERRORS}").into_bytes();
        for name in &source_fields[self.skip()..] {
            line.push(b',');
            push_cell(&mut line, name.as_bytes());
        }
        line.push(b'\n');
        line
    }

    /// Lines for every rejected and dropped record of the chunk, and for those that the target refused (`outcomes`,
    /// one a row that went to the target), in source order.
    pub fn lines(
        &self,
        plan: &Plan,
        work: &Work,
        decoder: &dyn Decoder,
        outcomes: Option<&[RowOutcome]>,
        out: &mut Vec<u8>,
    ) {
        let (mut valid, mut written) = (0, 0);
        for (index, planned) in work.planned.iter().enumerate() {
            match planned {
                Planned::Filtered => {}
                Planned::Rejected => {
                    let mut labels = String::new();
                    for code in work.findings_of(index) {
                        push_label(&mut labels, plan.label(*code));
                    }
                    self.line(work.batch.record(index), &labels, decoder, out);
                }
                Planned::Dropped(dropped) => {
                    valid += 1;
                    self.line(work.batch.record(index), plan.dropped_label(*dropped), decoder, out);
                }
                Planned::Valid => {
                    let kept = work.keep.get(valid).copied().unwrap_or(true);
                    valid += 1;
                    if !kept {
                        continue;
                    }
                    if outcomes.is_some_and(|all| all.get(written).is_some_and(|one| one.fate == WriteFate::Failed)) {
                        self.line(work.batch.record(index), FAILED_LABEL, decoder, out);
                    }
                    written += 1;
                }
            }
        }
    }

    fn line(&self, record: RecordRef<'_>, labels: &str, decoder: &dyn Decoder, out: &mut Vec<u8>) {
        if self.again {
            push_cell(out, record.cell(0).bytes);
        } else {
            // Writing into memory cannot fail.
            let _ = write!(out, "{}", record.origin().number);
        }
        out.push(b',');
        push_cell(out, labels.as_bytes());
        match whole_record(record, decoder) {
            // It stands in the source as it stands here.
            _ if record.row().joined && !self.again => {
                out.push(b',');
                out.extend_from_slice(record.raw());
            }
            Some(cells) => cells.iter().skip(self.skip()).for_each(|cell| push_next(out, cell)),
            None => (self.skip()..record.len()).for_each(|field| push_next(out, record.cell(field).bytes)),
        }
        out.push(b'\n');
    }
}

/// The label of a record that the target refused.
pub(super) const FAILED_LABEL: &str = "record:failed";

/// The cells of a record that does not fit its fields; `None` where the batch has them all.
pub(super) fn whole_record(record: RecordRef<'_>, decoder: &dyn Decoder) -> Option<Vec<Vec<u8>>> {
    match record.row().fault {
        Some(Fault::TooManyFields { .. }) => decoder.split(record.raw()),
        Some(Fault::Malformed) => Some(vec![record.raw().to_vec()]),
        _ => None,
    }
}

fn push_label(labels: &mut String, label: &str) {
    if !labels.is_empty() {
        labels.push(';');
    }
    labels.push_str(label);
}

fn push_next(out: &mut Vec<u8>, cell: &[u8]) {
    out.push(b',');
    push_cell(out, cell);
}

/// Appends a cell, quoted where RFC 4180 asks for it.
pub(super) fn push_cell(out: &mut Vec<u8>, cell: &[u8]) {
    if !cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

impl Plan {
    /// The label of what settling found.
    pub(super) fn dropped_label(&self, dropped: Dropped) -> &str {
        self.label(self.dropped_code(dropped))
    }
}
