//! The facts of a run as label and value, for every rendering.

use crate::report::Report;
use crate::report::words::{duration, instant};

/// Label and value; facts that are not known are left out.
pub fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut outcome = report.outcome.clone();
    if report.dry_run {
        outcome.push_str(", dry run");
    }
    if let Some(reason) = &report.outcome_reason {
        outcome = format!("{outcome}: {reason}");
    }
    [
        ("Source", known(&report.source)),
        ("Target", known(&report.target)),
        ("Profile", report.profile.clone()),
        ("Run", known(&report.run)),
        ("Run folder", report.folder.clone()),
        ("Outcome", known(&outcome)),
        ("Started", known(&report.started).map(|text| instant(&text))),
        ("Finished", known(&report.finished).map(|text| instant(&text))),
        ("Elapsed", Some(duration(report.elapsed_seconds))),
        ("mapwright", known(&report.version)),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

/// The report's title: the profile's name.
pub fn title(report: &Report) -> String {
    match &report.name {
        Some(name) if !name.trim().is_empty() => name.clone(),
        _ => "Migration report".to_owned(),
    }
}
