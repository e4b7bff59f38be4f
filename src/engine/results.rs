//! Result files as other loaders write them, beside the rejects file: for people and scripts that know these.
//!
//! - Salesforce Data Loader: `success<time>.csv` with `ID` first and `STATUS` last, `error<time>.csv` with `ERROR` last.
//! - HubSpot: `errors.csv` with the line first, and code and message of the error last.
//! - Pipedrive: `skipped.csv` with `Skip reason` first.
//!
//! Source columns stand untouched between, in the source's order. A record is in exactly one of the files, filtered ones
//! in none.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::event::Finding;
use super::folder::{PendingFile, RunFolder};
use super::plan::{Plan, PlanScratch};
use super::rejects::{push_cell, whole_record};
use super::work::{Planned, Work};
use crate::connect::{ConnectError, Decoder, RowOutcome, WriteFate};
use crate::record::RecordRef;

/// Whose result files a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFiles {
    DataLoader,
    HubSpot,
    Pipedrive,
}

impl ResultFiles {
    /// As `--results` takes it.
    pub fn name(self) -> &'static str {
        match self {
            ResultFiles::DataLoader => "data-loader",
            ResultFiles::HubSpot => "hubspot",
            ResultFiles::Pipedrive => "pipedrive",
        }
    }
}

/// What is written into which file.
pub(super) struct Results {
    form: ResultFiles,
    success: Option<PendingFile>,
    errors: PendingFile,
    /// The target field that identifies a record, where the target gives no id of its own.
    key: Option<usize>,
}

/// What the files are made for.
pub(super) struct ResultsFor<'a> {
    pub form: ResultFiles,
    /// The target object's word in file names; none where there is only one.
    pub object: Option<&'a str>,
    pub fields: &'a [String],
    pub key: Option<usize>,
    pub started: Timestamp,
    pub dry_run: bool,
}

impl Results {
    pub fn open(folder: &RunFolder, made: &ResultsFor<'_>) -> Result<Results, ConnectError> {
        let of = made.object.map(|object| format!("-{object}")).unwrap_or_default();
        let time = made.started.to_zoned(TimeZone::UTC).strftime("%m%d%y%H%M%S%3f").to_string();
        let (success, errors) = match made.form {
            ResultFiles::DataLoader => (Some(format!("success{of}{time}.csv")), format!("error{of}{time}.csv")),
            ResultFiles::HubSpot => (None, format!("errors{of}.csv")),
            ResultFiles::Pipedrive => (None, format!("skipped{of}.csv")),
        };
        // A dry run writes nothing, so nothing succeeded.
        let success = success.filter(|_| !made.dry_run).map(|name| folder.open(&name)).transpose()?;
        let mut results = Results { form: made.form, success, errors: folder.open(&errors)?, key: made.key };
        let (first, last): (&[&str], &[&str]) = match made.form {
            ResultFiles::DataLoader => (&[], &["ERROR"]),
            ResultFiles::HubSpot => (&["Line number"], &["Error code", "Error message"]),
            ResultFiles::Pipedrive => (&["Skip reason"], &[]),
        };
        let fields = made.fields.iter().map(|name| name.as_bytes().to_vec()).collect::<Vec<_>>();
        results.errors.write(&line(first, &fields, last))?;
        if let Some(success) = &mut results.success {
            success.write(&line(&["ID"], &fields, &["STATUS"]))?;
        }
        Ok(results)
    }

    /// Writes what became of a chunk's records; `outcomes` has one entry a row that went to the target, where not all had
    /// the same fate.
    pub fn write(
        &mut self,
        plan: &Plan,
        work: &Work,
        decoder: &dyn Decoder,
        scratch: &mut PlanScratch,
        outcomes: Option<&[RowOutcome]>,
    ) -> Result<(), ConnectError> {
        let (mut valid, mut sent) = (0, 0);
        for (index, planned) in work.planned.iter().enumerate() {
            let record = work.batch.record(index);
            match planned {
                Planned::Filtered => {}
                Planned::Rejected => {
                    let findings = plan.explain(record, scratch);
                    self.error(record, decoder, &findings)?;
                }
                Planned::Dropped(dropped) => {
                    valid += 1;
                    plan.run(record, scratch);
                    let finding = plan.dropped_finding(*dropped, record, scratch);
                    self.error(record, decoder, &[finding])?;
                }
                Planned::Valid => {
                    let kept = work.keep.get(valid).copied().unwrap_or(true);
                    valid += 1;
                    if !kept {
                        continue;
                    }
                    let outcome = outcomes.and_then(|all| all.get(sent));
                    sent += 1;
                    match outcome {
                        Some(one) if one.fate == WriteFate::Failed => {
                            let reason = one.reason.clone().unwrap_or_else(|| "the target refused the record".into());
                            let finding =
                                Finding { field: "record".into(), code: "failed".into(), reason, value: None };
                            self.error(record, decoder, &[finding])?;
                        }
                        outcome => self.succeeded(plan, record, decoder, scratch, outcome)?,
                    }
                }
            }
        }
        Ok(())
    }

    fn error(
        &mut self,
        record: RecordRef<'_>,
        decoder: &dyn Decoder,
        findings: &[Finding],
    ) -> Result<(), ConnectError> {
        let said = |one: &Finding| {
            if one.field == "record" { one.reason.clone() } else { format!("{}: {}", one.field, one.reason) }
        };
        let words = findings.iter().map(said).collect::<Vec<_>>().join("; ");
        let cells = cells(record, decoder);
        let text = match self.form {
            ResultFiles::DataLoader => line(&[], &cells, &[&words]),
            ResultFiles::HubSpot => {
                let origin = record.origin();
                // Where the source has no lines, the record's number.
                let at = if origin.line > 0 { origin.line } else { origin.number }.to_string();
                let code = findings.first().map(|one| one.code.to_uppercase()).unwrap_or_default();
                line(&[&at], &cells, &[&code, &words])
            }
            ResultFiles::Pipedrive => line(&[&words], &cells, &[]),
        };
        self.errors.write(&text)
    }

    fn succeeded(
        &mut self,
        plan: &Plan,
        record: RecordRef<'_>,
        decoder: &dyn Decoder,
        scratch: &mut PlanScratch,
        outcome: Option<&RowOutcome>,
    ) -> Result<(), ConnectError> {
        let Some(success) = &mut self.success else { return Ok(()) };
        let own = outcome.and_then(|one| one.target_id.clone());
        let id = match (own, self.key) {
            (Some(own), _) => own,
            (None, Some(key)) => {
                plan.run(record, scratch);
                plan.cell(key, record, scratch).display().into_owned()
            }
            (None, None) => String::new(),
        };
        let status = match outcome.map(|one| one.fate) {
            Some(WriteFate::Updated) => "Item Updated",
            Some(WriteFate::Unchanged) => "Item Unchanged",
            _ => "Item Created",
        };
        success.write(&line(&[&id], &cells(record, decoder), &[status]))
    }

    /// Makes the files whole. `written` is false where the target kept nothing of what it took.
    pub fn publish(self, folder: &mut RunFolder, written: bool) -> Result<(), ConnectError> {
        match self.success {
            Some(success) if written => folder.publish(success)?,
            Some(success) => success.discard(),
            None => {}
        }
        folder.publish(self.errors)
    }

    pub fn discard(self) {
        if let Some(success) = self.success {
            success.discard();
        }
        self.errors.discard();
    }
}

/// The cells of a record as the source has them, those beyond its fields included.
fn cells(record: RecordRef<'_>, decoder: &dyn Decoder) -> Vec<Vec<u8>> {
    whole_record(record, decoder)
        .unwrap_or_else(|| (0..record.len()).map(|field| record.cell(field).bytes.to_vec()).collect())
}

fn line(first: &[&str], cells: &[Vec<u8>], last: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    let all = first.iter().map(|text| text.as_bytes());
    let all = all.chain(cells.iter().map(Vec::as_slice)).chain(last.iter().map(|text| text.as_bytes()));
    for (index, cell) in all.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_cell(&mut out, cell);
    }
    out.push(b'\n');
    out
}
