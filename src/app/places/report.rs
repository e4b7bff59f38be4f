//! Report: the ledger, the measures, each field's figures, and the records behind every reason.

use std::path::PathBuf;

use crate::app::boards::{fixes, lineage};
use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Effect, ListPane, Model, Overlay, PaneId, Sheet};
use crate::report::{ObjectReport, Report, words};

#[derive(Debug, Clone)]
pub struct ReportPlace {
    pub focus: PaneId,
    pub fields: ListPane,
    pub reasons: ListPane,
    pub folder: Option<PathBuf>,
    pub report: Option<Box<Report>>,
    /// Which object's fields and reasons are shown.
    pub object: usize,
}

impl Default for ReportPlace {
    fn default() -> Self {
        ReportPlace {
            focus: PaneId::ReportReasons,
            fields: ListPane::default(),
            reasons: ListPane::default(),
            folder: None,
            report: None,
            object: 0,
        }
    }
}

impl ReportPlace {
    /// Shows another object's fields and reasons.
    pub fn show_object(&mut self, at: usize) {
        self.object = at;
        self.fields = ListPane::default();
        self.reasons = ListPane::default();
    }

    pub fn shown(&self) -> Option<&ObjectReport> {
        self.report.as_ref()?.objects.get(self.object)
    }
}

pub fn rows(model: &Model, id: PaneId) -> Vec<usize> {
    let Some(object) = model.report.shown() else { return Vec::new() };
    if id == PaneId::ReportFields {
        let names: Vec<&str> = object.fields.iter().map(|field| field.name.as_str()).collect();
        filter::matching(model.report.fields.filter.text(), &names, Order::List)
    } else {
        let labels: Vec<&str> = object.reasons.iter().map(|reason| reason.label.as_str()).collect();
        filter::matching(model.report.reasons.filter.text(), &labels, Order::List)
    }
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::NextPane | Id::PreviousPane => {
            model.report.focus =
                if model.report.focus == PaneId::ReportFields { PaneId::ReportReasons } else { PaneId::ReportFields };
        }
        Id::Left => model.report.focus = PaneId::ReportFields,
        Id::Right => model.report.focus = PaneId::ReportReasons,
        Id::Choose if model.report.focus == PaneId::ReportReasons => return open_behind(model),
        Id::Choose => field_sheet(model),
        Id::Fixes => return fixes::open(model),
        Id::Lineage => return first_reject(model),
        _ => {}
    }
    Vec::new()
}

fn open_behind(model: &mut Model) -> Vec<Effect> {
    let label =
        model.selected(PaneId::ReportReasons).and_then(|at| Some(model.report.shown()?.reasons.get(at)?.label.clone()));
    match (label, model.report.folder.clone()) {
        (Some(label), Some(folder)) => {
            vec![Effect::ReadBehind { folder, object: model.report.object, label }]
        }
        _ => Vec::new(),
    }
}

/// A field's figures, each with what it means.
fn field_sheet(model: &mut Model) {
    let field = model.selected(PaneId::ReportFields).and_then(|at| model.report.shown()?.fields.get(at));
    let Some(field) = field else { return };
    let about = if field.distinct_exact { "" } else { "about " };
    let mut lines = vec![
        ("records".to_owned(), words::count(field.records)),
        ("filled".to_owned(), format!("{} ({})", words::count(field.filled), words::share(field.completeness))),
        ("valid".to_owned(), format!("{} ({})", words::count(field.valid), words::share(field.validity))),
        (
            "distinct".to_owned(),
            format!("{about}{} ({})", words::count(field.distinct), words::share(field.uniqueness)),
        ),
    ];
    lines.extend(field.conformity.map(|share| ("in the picklist".to_owned(), words::share(share))));
    lines.extend(field.min.clone().map(|min| ("smallest".to_owned(), min)));
    lines.extend(field.max.clone().map(|max| ("largest".to_owned(), max)));
    let title = field.name.clone();
    model.overlays.push(Overlay::Sheet(Sheet { title, lines, pane: ListPane::default() }));
}

/// The way of the first reject with the selected reason.
fn first_reject(model: &mut Model) -> Vec<Effect> {
    let label = model
        .selected(PaneId::ReportReasons)
        .and_then(|at| model.report.shown()?.reasons.get(at))
        .map(|r| r.label.clone());
    let sample = model.report.shown().and_then(|object| {
        let with = |sample: &&crate::report::RejectSample| {
            label.as_ref().is_none_or(|label| sample.findings.iter().any(|finding| finding.label() == *label))
        };
        object.samples.iter().find(with).or(object.samples.first())
    });
    match sample.map(|sample| sample.number) {
        Some(number) => {
            let about = label.and_then(|label| label.split_once(':').map(|(field, _)| field.to_owned()));
            lineage::open(model, number, about)
        }
        None => {
            model.say(crate::app::Tone::Note, "no rejected record is at hand; Enter opens those behind a reason");
            Vec::new()
        }
    }
}

pub fn answered(model: &mut Model, folder: PathBuf, report: Box<Report>) {
    if report.dry_run
        && let Some(project) = &model.project
    {
        model.run.dry = Some((project.revision, report.clone()));
    }
    if let Some(following) = model.run.following.as_mut().filter(|following| following.folder == folder) {
        // The report counts from the first byte read to the last byte safe; the last event came before that.
        following.elapsed = std::time::Duration::try_from_secs_f64(report.elapsed_seconds).unwrap_or_default();
    }
    model.report = ReportPlace { folder: Some(folder), report: Some(report), ..ReportPlace::default() };
}

pub fn copyable(model: &Model) -> Option<String> {
    Some(model.report.folder.as_ref()?.join("report.html").display().to_string())
}
