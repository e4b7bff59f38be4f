//! Preview: records before and after, rejects first, and counts for the whole source as they come in.

use std::sync::Arc;

use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Effect, ListPane, Model, PaneId, Tone};
use crate::engine::{Finding, Ledger};
use crate::record::Origin;
use crate::report::{Reason, words};

/// What the plan made of the telling records of the source.
#[derive(Debug, Clone, Default)]
pub struct Previewed {
    /// Target fields, in the profile's order.
    pub fields: Vec<PreviewField>,
    /// Rejects first, then what is out of the ordinary, then the first records.
    pub records: Vec<PreviewRecord>,
    /// Why there is nothing to show: lines with the places in the profile.
    pub problem: Vec<String>,
    /// Records of the source that were looked at, and whether no more will be.
    pub looked_at: u64,
    pub complete: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviewField {
    pub name: String,
    /// The source fields that feed it.
    pub inputs: Vec<String>,
}

/// One record before and after.
#[derive(Debug, Clone, Default)]
pub struct PreviewRecord {
    pub origin: Origin,
    pub outcome: Outcome,
    /// Why it is shown: "rejected", "longest last_name", "one of the first".
    pub why: String,
    /// One a field: the input as the source has it, and what comes out.
    pub before: Vec<String>,
    pub after: Vec<Option<String>>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    #[default]
    Written,
    Rejected,
    Duplicate,
    Filtered,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Written => "written",
            Outcome::Rejected => "rejected",
            Outcome::Duplicate => "duplicate",
            Outcome::Filtered => "filtered",
        }
    }

    pub fn glyph(self) -> &'static str {
        match self {
            Outcome::Written => "✓",
            Outcome::Rejected => "✗",
            Outcome::Duplicate => "=",
            Outcome::Filtered => "·",
        }
    }
}

/// Counts for the whole source, while they come in and when they are complete.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Whole {
    pub ledger: Ledger,
    pub reasons: Vec<Reason>,
    pub source_bytes: u64,
    pub total_bytes: Option<u64>,
    pub complete: bool,
    /// Why it stopped early.
    pub stopped: Option<String>,
    /// The folder with the rejected records behind the counts, and the object's place in its report.
    pub folder: Option<std::path::PathBuf>,
}

#[derive(Debug, Clone)]
pub struct PreviewPlace {
    pub focus: PaneId,
    pub records: ListPane,
    pub fields: ListPane,
    pub reasons: ListPane,
    /// Only what comes out is shown.
    pub after_only: bool,
    pub shown: Option<Arc<Previewed>>,
    pub whole: Option<Whole>,
    /// Revision of the profile that `shown` and `whole` are of, and that were asked for.
    pub revision: u64,
    pub asked: u64,
    pub whole_asked: u64,
}

impl Default for PreviewPlace {
    fn default() -> Self {
        PreviewPlace {
            focus: PaneId::PreviewRecords,
            records: ListPane::default(),
            fields: ListPane::default(),
            reasons: ListPane::default(),
            after_only: false,
            shown: None,
            whole: None,
            revision: 0,
            asked: 0,
            whole_asked: 0,
        }
    }
}

impl PreviewPlace {
    /// The selected record.
    pub fn current(&self, model: &Model) -> Option<&PreviewRecord> {
        self.shown.as_ref()?.records.get(model.selected(PaneId::PreviewRecords)?)
    }
}

pub fn rows(model: &Model, id: PaneId) -> Vec<usize> {
    let place = &model.preview;
    match id {
        PaneId::PreviewRecords => {
            let texts: Vec<String> = place.shown.iter().flat_map(|shown| &shown.records).map(row_text).collect();
            filter::matching(place.records.filter.text(), &texts, Order::List)
        }
        PaneId::PreviewFields => {
            let names: Vec<&str> =
                place.shown.iter().flat_map(|shown| &shown.fields).map(|field| field.name.as_str()).collect();
            filter::matching(place.fields.filter.text(), &names, Order::List)
        }
        _ => {
            let labels: Vec<&str> =
                place.whole.iter().flat_map(|whole| &whole.reasons).map(|reason| reason.label.as_str()).collect();
            filter::matching(place.reasons.filter.text(), &labels, Order::List)
        }
    }
}

/// What a record's row says, and what its filter looks at.
pub fn row_text(record: &PreviewRecord) -> String {
    let reasons: Vec<String> = record.findings.iter().map(Finding::label).collect();
    let about = if reasons.is_empty() { record.why.clone() } else { reasons.join(" ") };
    format!("{} {} {about}", record.origin.number, record.outcome.word())
}

/// Asks for what is missing when the place is looked at or the profile has changed.
pub fn wanted(model: &mut Model) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let revision = project.revision;
    let changed = model.preview.asked != revision;
    if model.place != crate::app::Place::Preview || !changed {
        return Vec::new();
    }
    model.preview.asked = revision;
    let effect = Effect::Preview { revision, profile: Arc::clone(&project.profile), pair: project.pair };
    model.begin("preview");
    vec![effect]
}

/// Runs the whole source through the mapping.
pub fn validate(model: &mut Model) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let revision = project.revision;
    let profile = Arc::clone(&project.profile);
    let pair = project.pair;
    model.preview.whole_asked = revision;
    model.preview.whole = Some(Whole::default());
    model.begin("validating");
    model.place = crate::app::Place::Preview;
    model.say(Tone::Note, "validating every record of the source; nothing is written");
    vec![Effect::Validate { revision, profile, pair }]
}

pub fn answered(model: &mut Model, revision: u64, previewed: Previewed) {
    if revision != model.preview.asked {
        return;
    }
    if previewed.complete || !previewed.problem.is_empty() {
        model.end("preview");
    }
    model.preview.revision = revision;
    model.preview.shown = Some(Arc::new(previewed));
}

pub fn counted(model: &mut Model, revision: u64, whole: Whole) {
    if revision != model.preview.whole_asked {
        return;
    }
    if whole.complete || whole.stopped.is_some() {
        model.end("validating");
        let ledger = &whole.ledger;
        match &whole.stopped {
            None => model.say(
                Tone::Good,
                format!(
                    "{}: {} valid, {} rejected",
                    words::records(ledger.read),
                    words::count(ledger.written()),
                    words::count(ledger.rejected)
                ),
            ),
            Some(reason) => model.say(Tone::Bad, format!("validation stopped: {reason}")),
        }
    }
    model.preview.whole = Some(whole);
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    const ORDER: [PaneId; 3] = [PaneId::PreviewRecords, PaneId::PreviewFields, PaneId::PreviewReasons];
    let at = ORDER.iter().position(|pane| *pane == model.preview.focus).unwrap_or(0);
    match id {
        Id::NextPane => model.preview.focus = ORDER[(at + 1) % 3],
        Id::PreviousPane => model.preview.focus = ORDER[(at + 2) % 3],
        Id::Right if at == 0 => model.preview.focus = PaneId::PreviewFields,
        Id::Left if at == 1 => model.preview.focus = PaneId::PreviewRecords,
        Id::Choose if at == 0 => model.preview.focus = PaneId::PreviewFields,
        Id::Choose if at == 2 => return open_reason(model),
        Id::Choose | Id::Edit => return edit_field(model),
        Id::Lineage => {
            let number = model.preview.current(model).map(|record| record.origin.number);
            let about = current_field(model).filter(|_| at == 1);
            return number.map_or_else(Vec::new, |number| crate::app::boards::lineage::open(model, number, about));
        }
        Id::NextOpen => next_reject(model, true),
        Id::PreviousOpen => next_reject(model, false),
        Id::Changes => model.preview.after_only = !model.preview.after_only,
        _ => {}
    }
    Vec::new()
}

/// The selected target field.
pub fn current_field(model: &Model) -> Option<String> {
    let at = model.selected(PaneId::PreviewFields)?;
    Some(model.preview.shown.as_ref()?.fields.get(at)?.name.clone())
}

/// Edits the mapping of the selected field; of a reject, the field that failed.
fn edit_field(model: &mut Model) -> Vec<Effect> {
    let failed = model.preview.current(model).and_then(|record| record.findings.first()).map(|f| f.field.clone());
    let selected = current_field(model);
    let target = if model.preview.focus == PaneId::PreviewRecords { failed.or(selected) } else { selected };
    match target.filter(|target| model.map.targets.iter().any(|row| row.name == *target)) {
        Some(target) => crate::app::editor::open(model, &target, None),
        None => Vec::new(),
    }
}

/// Opens the records behind a reason: those of the whole source once it was counted, until then those shown.
fn open_reason(model: &mut Model) -> Vec<Effect> {
    let Some(at) = model.selected(PaneId::PreviewReasons) else { return Vec::new() };
    let Some(whole) = model.preview.whole.as_ref() else { return Vec::new() };
    let Some(label) = whole.reasons.get(at).map(|reason| reason.label.clone()) else { return Vec::new() };
    if let (Some(folder), Some(project)) = (whole.folder.clone(), &model.project) {
        return vec![Effect::ReadBehind { folder, object: project.pair, label }];
    }
    model.preview.records.filter = crate::app::Entry::of(&format!("'{label}"));
    model.preview.records.list = crate::app::ListState::default();
    model.preview.focus = PaneId::PreviewRecords;
    Vec::new()
}

fn next_reject(model: &mut Model, forward: bool) {
    let shown = rows(model, PaneId::PreviewRecords);
    let Some(previewed) = model.preview.shown.clone() else { return };
    let from = model.preview.records.list.selected;
    let rejected = |at: &usize| previewed.records[shown[*at]].outcome == Outcome::Rejected;
    let found = if forward {
        (from + 1..shown.len()).chain(0..from.min(shown.len())).find(rejected)
    } else {
        (0..from.min(shown.len())).rev().chain((from..shown.len()).rev()).find(rejected)
    };
    match found {
        Some(at) => {
            model.preview.records.list.selected = at;
            model.preview.focus = PaneId::PreviewRecords;
        }
        None => model.say(Tone::Good, "no other record is rejected"),
    }
}

pub fn copyable(model: &Model) -> Option<String> {
    let record = model.preview.current(model)?;
    let field = model.selected(PaneId::PreviewFields)?;
    record.after.get(field)?.clone()
}
