//! The forms of a report. All read the same [`Report`] and say the same figures.

use std::borrow::Cow;

mod chart;
mod facts;
mod html;
mod markdown;
mod text;

pub use html::html;
pub use markdown::markdown;
pub use text::{TextStyle, text, text_in};

use super::Report;
use crate::record::safe_text;

/// Pretty JSON in the order of [`Report`]'s fields, `ledger` first, with a line feed at the end. A figure that is no
/// number (which a correct run never has) becomes 0, so that the text always reads back.
pub fn json(report: &Report) -> String {
    let mut report = report.clone();
    let finite = |figure: &mut f64| {
        if !figure.is_finite() {
            *figure = 0.0;
        }
    };
    for figure in [
        &mut report.elapsed_seconds,
        &mut report.completeness,
        &mut report.data_rate,
        &mut report.throughput,
        &mut report.availability,
    ] {
        finite(figure);
    }
    report.consistency.as_mut().into_iter().for_each(finite);
    report.rates.iter_mut().for_each(finite);
    for object in &mut report.objects {
        finite(&mut object.completeness);
        for field in &mut object.fields {
            for figure in
                [&mut field.completeness, &mut field.validity, &mut field.distinct_error, &mut field.uniqueness]
            {
                finite(figure);
            }
            field.conformity.as_mut().into_iter().for_each(finite);
        }
    }
    // Structures of strings and finite numbers always serialise.
    let mut text = escape_hidden(&serde_json::to_string_pretty(&report).unwrap_or_default());
    text.push('\n');
    text
}

/// Invisible and directional characters as `\\u` escapes: the same JSON, safe to print.
fn escape_hidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter != '\n' && matches!(safe_text(letter.encode_utf8(&mut [0; 4])), Cow::Owned(_)) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Finding, Ledger};
    use crate::report::{FieldReport, ObjectReport, Reason, RejectSample};

    /// A report as an ordinary run gives it.
    pub(super) fn ordinary() -> Report {
        let ledger =
            Ledger { read: 5000, created: 4712, unchanged: 100, rejected: 92, duplicate: 96, ..Ledger::default() };
        let field = FieldReport {
            name: "Email".into(),
            records: 5000,
            filled: 4900,
            completeness: 0.98,
            valid: 4850,
            validity: 0.99,
            distinct: 4812,
            distinct_exact: true,
            uniqueness: 0.98,
            min: Some("a@x.org".into()),
            max: Some("z@x.org".into()),
            ..FieldReport::default()
        };
        let reason = Reason {
            label: "Email:pattern".into(),
            field: "Email".into(),
            code: "pattern".into(),
            count: 50,
            meaning: "does not match the pattern".into(),
            examples: vec!["bob(at)x.org".into(), "<script>alert(1)</script>".into()],
        };
        let sample = RejectSample {
            number: 7,
            line: 9,
            findings: vec![Finding {
                field: "Email".into(),
                code: "pattern".into(),
                reason: "`bob(at)x.org` is no e-mail address".into(),
                value: Some("bob(at)x.org".into()),
            }],
        };
        Report {
            ledger,
            balances: true,
            run: "20261121-104207-crm".into(),
            folder: Some("mapwright-runs/20261121-104207-crm".into()),
            name: Some("Legacy CRM".into()),
            version: "0.1.0".into(),
            outcome: "done".into(),
            source: "legacy/".into(),
            target: "sqlite:crm.db".into(),
            started: "2026-11-21T10:42:07Z".into(),
            finished: "2026-11-21T10:42:19Z".into(),
            elapsed_seconds: 12.3,
            completeness: 0.98,
            data_volume: 5_000_000,
            data_rate: 406_504.0,
            throughput: 800_000.0,
            availability: 1.0,
            rates: vec![100.0, 800_000.0, 400_000.0],
            objects: vec![ObjectReport {
                from: "contacts.csv".into(),
                to: "Contact".into(),
                ledger,
                completeness: 0.98,
                source_bytes: 3_000_000,
                target_bytes: 2_000_000,
                fields: vec![field],
                reasons: vec![reason],
                samples: vec![sample],
                rejects_file: Some("rejects.csv".into()),
                target_files: Vec::new(),
            }],
            ..Report::default()
        }
    }

    /// A report whose every text is out to do harm.
    pub(super) fn hostile() -> Report {
        let evil =
            format!("<img src=x onerror=alert(1)>\x1b[2J\u{202E}|`{{{{ 7*7 }}}}`\n# שלום {}", "x".repeat(10_000));
        let mut report = ordinary();
        for text in [&mut report.run, &mut report.version, &mut report.source, &mut report.target, &mut report.started]
        {
            text.clone_from(&evil);
        }
        report.name = Some(evil.clone());
        report.profile = Some(evil.clone());
        report.outcome_reason = Some(evil.clone());
        report.notices = vec![evil.clone()];
        report.completeness = f64::NAN;
        report.throughput = f64::INFINITY;
        report.rates = vec![f64::NAN, -1.0, 2.0];
        let object = &mut report.objects[0];
        object.from.clone_from(&evil);
        object.to.clone_from(&evil);
        object.ledger.read = u64::MAX;
        object.rejects_file = Some(evil.clone());
        object.fields[0].name.clone_from(&evil);
        object.fields[0].min = Some(evil.clone());
        object.reasons[0].meaning.clone_from(&evil);
        object.reasons[0].label.clone_from(&evil);
        object.reasons[0].examples = vec![evil.clone()];
        object.samples[0].findings[0].value = Some(evil.clone());
        object.samples[0].findings[0].reason = evil;
        object.fields = vec![object.fields[0].clone(); 200];
        report
    }

    #[test]
    fn json_has_the_ledger_on_top_and_reads_back() {
        let report = ordinary();
        let text = json(&report);
        assert_eq!(serde_json::from_str::<Report>(&text).expect("reads back"), report);
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let keys: Vec<&str> = value["ledger"].as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["read", "created", "updated", "unchanged", "rejected", "duplicate", "filtered", "failed", "unprocessed"]
        );
        assert!(text.starts_with("{\n  \"ledger\""));
    }

    #[test]
    fn json_of_figures_that_are_no_numbers_reads_back() {
        let back: Report = serde_json::from_str(&json(&hostile())).expect("reads back");
        assert_eq!(back.completeness, 0.0);
        assert_eq!(back.rates, [0.0, -1.0, 2.0]);
    }

    #[test]
    fn every_form_survives_an_empty_and_a_hostile_report() {
        for report in [Report::default(), hostile()] {
            for form in [json(&report), markdown(&report), html(&report), text(&report)] {
                assert!(!form.is_empty());
                assert!(!form.contains('\x1b'), "an escape got through");
                assert!(!form.contains('\u{202E}'), "an override got through");
                assert!(!form.contains("NaN") && !form.contains("inf/s"));
            }
        }
    }
}
