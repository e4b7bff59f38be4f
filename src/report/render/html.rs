//! The report as one HTML page that can be sent around: no script, nothing loaded from elsewhere. The template is
//! `assets/report.html`; minijinja escapes every value that goes in.

use minijinja::{Environment, HtmlEscape, Value, context};
use serde::Serialize;

use super::chart;
use super::facts::{facts, title};
use crate::report::words::{count, ratio, records, share};
use crate::report::{FIELD_DEFINITIONS, FieldReport, ObjectReport, Report, Step, flow, measures, verdict, visible_cut};

const TEMPLATE: &str = include_str!("../../../assets/report.html");

/// The report as a self-contained HTML page.
pub fn html(report: &Report) -> String {
    let mut pages = Environment::new();
    pages.set_trim_blocks(true);
    pages.set_lstrip_blocks(true);
    pages.add_filter("percent", |share: f64| format!("{:.3}", share.clamp(0.0, 1.0) * 100.0));
    // A bar of one record in a million is still seen.
    pages.add_filter("seen", |share: f64| if share > 0.0 { share.max(0.005) } else { 0.0 });
    pages.add_filter("prose", |text: String| Value::from_safe_string(prose(&text)));
    pages.add_filter("short", |text: String, width: usize| visible_cut(&text, width));
    // A mistake in the template is found by the tests; the operator gets the figures all the same.
    let page = pages
        .add_template("report.html", TEMPLATE)
        .and_then(|()| pages.get_template("report.html")?.render(page(report)));
    page.unwrap_or_else(|_| plain_page(report))
}

fn page(report: &Report) -> Value {
    let objects: Vec<ObjectView> = report.objects.iter().map(ObjectView::new).collect();
    context! {
        title => title(report),
        verdict => verdict(report),
        flow => flow(&report.ledger),
        read => records(report.ledger.read),
        measures => measures(report),
        field_definitions => FIELD_DEFINITIONS,
        rates => chart::rates(&report.rates, report.elapsed_seconds).map(Value::from_safe_string),
        facts => facts(report),
        notices => report.notices,
        several => objects.len() > 1,
        objects => objects,
        dry_run => report.dry_run,
    }
}

#[derive(Serialize)]
struct ObjectView<'a> {
    from: &'a str,
    to: &'a str,
    flow: Vec<Step>,
    ledger: Vec<String>,
    completeness: String,
    fields: Vec<FieldView<'a>>,
    has_picklists: bool,
    reasons: Vec<ReasonView<'a>>,
    samples: &'a [crate::report::RejectSample],
    rejected: String,
    rejects_file: Option<&'a str>,
    /// Name, records and bytes of each part of a split target.
    parts: Vec<(&'a str, String, String)>,
}

impl<'a> ObjectView<'a> {
    fn new(object: &'a ObjectReport) -> ObjectView<'a> {
        let ledger = &object.ledger;
        let counts = [
            ledger.read,
            ledger.written(),
            ledger.rejected,
            ledger.duplicate,
            ledger.filtered,
            ledger.failed,
            ledger.unprocessed,
        ];
        let most = object.reasons.iter().map(|reason| reason.count).max().unwrap_or(0);
        ObjectView {
            from: &object.from,
            to: &object.to,
            flow: flow(ledger),
            ledger: counts.into_iter().map(count).collect(),
            completeness: if ledger.read == 0 { "-".to_owned() } else { share(object.completeness) },
            fields: object.fields.iter().map(FieldView::new).collect(),
            has_picklists: object.fields.iter().any(|field| field.conformity.is_some()),
            reasons: object.reasons.iter().map(|reason| ReasonView::new(reason, most, ledger.read)).collect(),
            samples: &object.samples,
            rejected: count(ledger.rejected),
            rejects_file: object.rejects_file.as_deref(),
            parts: match object.target_files.as_slice() {
                [] | [_] => Vec::new(),
                files => files
                    .iter()
                    .map(|file| (file.path.as_str(), file.records.map(count).unwrap_or_default(), count(file.bytes)))
                    .collect(),
            },
        }
    }
}

#[derive(Serialize)]
struct FieldView<'a> {
    name: &'a str,
    /// Share and its text; the share is 0 where there is nothing to share.
    filled: (f64, String),
    valid: (f64, String),
    distinct: String,
    distinct_note: String,
    conformity: Option<(f64, String)>,
    min: Option<&'a str>,
    max: Option<&'a str>,
}

impl<'a> FieldView<'a> {
    fn new(field: &'a FieldReport) -> FieldView<'a> {
        let part = |value: f64, whole: u64| {
            let value = if whole == 0 { f64::NAN } else { value };
            (if value.is_finite() { value } else { 0.0 }, share(value))
        };
        let exact = field.distinct_exact || field.distinct == 0;
        FieldView {
            name: &field.name,
            filled: part(field.completeness, field.records),
            valid: part(field.validity, field.filled),
            distinct: format!("{}{}", if exact { "" } else { "~" }, count(field.distinct)),
            distinct_note: if exact {
                "exact".to_owned()
            } else {
                format!("estimate, give or take {}", share(field.distinct_error))
            },
            conformity: field.conformity.map(|value| part(value, field.filled)),
            min: field.min.as_deref(),
            max: field.max.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ReasonView<'a> {
    label: &'a str,
    meaning: &'a str,
    count: String,
    share: String,
    /// Of the most frequent reason.
    length: f64,
    duplicate: bool,
    examples: &'a [String],
}

impl<'a> ReasonView<'a> {
    fn new(reason: &'a crate::report::Reason, most: u64, read: u64) -> ReasonView<'a> {
        ReasonView {
            label: &reason.label,
            meaning: &reason.meaning,
            count: count(reason.count),
            share: share(ratio(reason.count, read)),
            length: ratio(reason.count, most.max(1)),
            duplicate: reason.code == "duplicate",
            examples: &reason.examples[..reason.examples.len().min(5)],
        }
    }
}

/// A sentence of ours: what stands between backticks becomes code.
fn prose(text: &str) -> String {
    let shown = visible_cut(text, 400);
    let mut out = String::new();
    for (index, piece) in shown.split('`').enumerate() {
        let escaped = HtmlEscape(piece);
        let code = index % 2 == 1;
        out.push_str(&if code { format!("<code><bdi>{escaped}</bdi></code>") } else { escaped.to_string() });
    }
    out
}

/// What is shown if the template fails: the text form, escaped.
fn plain_page(report: &Report) -> String {
    let text = super::text(report).replace('&', "&amp;").replace('<', "&lt;");
    format!("<!doctype html><meta charset=\"utf-8\"><title>Report</title><pre>{text}</pre>\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, ordinary};
    use super::*;

    #[test]
    fn the_page_says_the_verdict_and_is_not_the_fallback() {
        let page = html(&ordinary());
        assert!(page.contains("4,812 of 5,000 records written; every record accounted for."));
        assert!(page.contains("<main"), "{}", &page[..400]);
        assert!(page.contains("<svg") && page.contains("prefers-color-scheme"));
        assert!(html(&Report::default()).contains("<main") && html(&hostile()).contains("<main"));
    }

    #[test]
    fn values_are_escaped_and_nothing_is_loaded() {
        for page in [html(&ordinary()), html(&hostile())] {
            assert!(!page.contains("<script>alert") && !page.contains("<img"));
            // The one address is the name of the SVG language, which nobody fetches.
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
        }
    }

    #[test]
    fn tags_are_closed() {
        for page in [html(&ordinary()), html(&hostile()), html(&Report::default())] {
            for tag in ["section", "table", "tr", "td", "th", "div", "ul", "li", "details", "svg", "bdi", "code", "p"] {
                let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
                assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "<{tag}>");
            }
        }
    }

    #[test]
    fn two_hundred_fields_and_long_values_stay_small() {
        assert!(html(&hostile()).len() < 600_000);
    }
}
