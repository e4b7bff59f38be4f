//! From an object's counts to its part of the report.

use super::commit::Committer;
use super::rejects::FAILED_LABEL;
use super::run::share;
use super::tally::{DISTINCT_ERROR, FieldTally};
use crate::profile::ObjectMapping;
use crate::report::{FieldReport, ObjectReport, Reason, RejectSample};

/// The object's report. `target_bytes` as the sink counted them before it was closed.
pub(super) fn object_report(
    committer: &Committer<'_>,
    mapping: &ObjectMapping,
    from: &str,
    target_bytes: u64,
    rejects_file: &str,
) -> ObjectReport {
    let (ledger, tally, plan) = (committer.ledger, &committer.tally, committer.plan);
    let base = ledger.read.saturating_sub(ledger.filtered);
    let complete = base.saturating_sub(ledger.duplicate + tally.incomplete);
    let exact = |field: usize| {
        let unique = plan.unique_fields().contains(&field);
        unique && ledger.rejected == 0 && ledger.duplicate == 0
    };
    let fields = plan
        .target_fields()
        .iter()
        .zip(&tally.fields)
        .enumerate()
        .map(|(index, (name, counts))| {
            field_report(name, counts, tally.planned, exact(index), plan.has_picklist(index))
        })
        .collect();
    ObjectReport {
        from: from.to_owned(),
        to: mapping.to.clone(),
        ledger,
        completeness: share(complete, base),
        source_bytes: committer.source_bytes,
        target_bytes,
        fields,
        reasons: reasons(committer),
        samples: committer
            .samples
            .iter()
            .map(|sample| RejectSample {
                number: sample.origin.number,
                line: sample.origin.line,
                findings: sample.findings.clone(),
            })
            .collect(),
        rejects_file: Some(rejects_file.to_owned()),
        target_files: Vec::new(),
    }
}

fn field_report(name: &str, counts: &FieldTally, records: u64, exact: bool, picklist: bool) -> FieldReport {
    let valid = counts.filled.saturating_sub(counts.invalid);
    let distinct = if exact { counts.filled } else { counts.distinct() };
    let text = |value: &Option<Vec<u8>>| value.as_ref().map(|value| String::from_utf8_lossy(value).into_owned());
    FieldReport {
        name: name.to_owned(),
        records,
        filled: counts.filled,
        completeness: share(counts.filled, records),
        valid,
        validity: share(valid, counts.filled),
        distinct,
        distinct_exact: exact,
        distinct_error: if exact { 0.0 } else { DISTINCT_ERROR },
        uniqueness: share(distinct, counts.filled).min(1.0),
        conformity: picklist.then(|| share(counts.filled.saturating_sub(counts.outside_picklist), counts.filled)),
        min: text(&counts.min),
        max: text(&counts.max),
    }
}

/// Reasons by count, of equals by label, so that two runs over the same data agree.
fn reasons(committer: &Committer<'_>) -> Vec<Reason> {
    let plan = committer.plan;
    let mut reasons: Vec<Reason> = committer
        .tally
        .reasons
        .iter()
        .map(|(code, counted)| {
            let known = plan.code(*code);
            Reason {
                label: known.label.clone(),
                field: known.field.clone(),
                code: known.code.to_owned(),
                count: counted.count,
                meaning: known.meaning.clone(),
                examples: counted.examples.iter().map(|(_, value)| value.clone()).collect(),
            }
        })
        .collect();
    if committer.ledger.failed > 0 {
        reasons.push(Reason {
            label: FAILED_LABEL.to_owned(),
            field: "record".to_owned(),
            code: "failed".to_owned(),
            count: committer.ledger.failed,
            meaning: "the target refused the record".to_owned(),
            examples: committer.failed_reasons.iter().map(|(row, why)| format!("record {row}: {why}")).collect(),
        });
    }
    reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
    reasons
}
