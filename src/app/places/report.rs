//! Report: the ledger, the measures, each field's figures, and the records behind every reason.

use std::path::PathBuf;

use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Effect, ListPane, Model, Overlay, PaneId, Sheet};
use crate::report::{ObjectReport, Report};

/// Rejected records of a run that have one reason in common.
#[derive(Debug, Clone, Default)]
pub struct Behind {
    pub label: String,
    /// One a record: a heading and its fields.
    pub records: Vec<(String, Vec<(String, String)>)>,
    /// Whether there are more than these.
    pub more: bool,
}

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

pub fn behind(model: &mut Model, behind: Behind) {
    let mut lines = Vec::new();
    for (heading, fields) in behind.records {
        lines.push((heading, String::new()));
        lines.extend(fields);
    }
    if behind.more {
        lines.push((String::new(), "… more of them in the rejects file of the run's folder".to_owned()));
    }
    let title = format!("Records with {}", behind.label);
    model.overlays.push(Overlay::Sheet(Sheet { title, lines, pane: ListPane::default() }));
}

pub fn answered(model: &mut Model, folder: PathBuf, report: Box<Report>) {
    if report.dry_run
        && let Some(project) = &model.project
    {
        model.run.dry = Some((project.revision, report.clone()));
    }
    model.report = ReportPlace { folder: Some(folder), report: Some(report), ..ReportPlace::default() };
}

pub fn copyable(model: &Model) -> Option<String> {
    Some(model.report.folder.as_ref()?.join("report.html").display().to_string())
}
