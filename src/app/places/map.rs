//! Map: source fields, target fields, the links between them, and every decision about them.

use std::collections::{BTreeMap, BTreeSet};

use super::data;
pub use super::shown::{LOW, Show, SourceOrder};
use super::start;
use crate::app::commands::Id;
use crate::app::effect::{Asker, Question};
use crate::app::filter::{self, Order};
use crate::app::mapping::{self, SourceRow, State, TargetRow};
use crate::app::project::Project;
use crate::app::propose::expression_for;
use crate::app::steps::OffStep;
use crate::app::{Bulk, Effect, Evaluation, ListPane, Model, Move, Overlay, PaneId, PromptPurpose, Tone};
use crate::matching::ValueSuggestion;
use crate::profile::{Expression, FieldMapping, FilledBy, ValueMap};
use crate::schema::{Field, checks_for};

/// A mapping's results on real records.
#[derive(Debug, Clone)]
pub struct Live {
    pub target: String,
    pub evaluation: Evaluation,
}

#[derive(Debug, Clone)]
pub struct MapPlace {
    pub focus: PaneId,
    pub source_pane: ListPane,
    pub target_pane: ListPane,
    pub show: Show,
    pub order: SourceOrder,
    /// Names of marked target fields.
    pub marked: BTreeSet<String>,
    /// Expressions that were typed and not applied, by object and target field.
    pub drafts: BTreeMap<(usize, String), String>,
    /// Steps that were switched off in the editor, by object and target field.
    pub off: BTreeMap<(usize, String), Vec<OffStep>>,
    /// What the selected target field's mapping gives on real records.
    pub live: Option<Live>,
    /// What `live` was asked for: revision, object, target field.
    pub live_asked: Option<(u64, usize, String)>,
    /// All rows of the object, whatever is filtered.
    pub sources: Vec<SourceRow>,
    pub targets: Vec<TargetRow>,
}

impl Default for MapPlace {
    fn default() -> Self {
        MapPlace {
            focus: PaneId::Targets,
            source_pane: ListPane::default(),
            target_pane: ListPane::default(),
            show: Show::default(),
            order: SourceOrder::default(),
            marked: BTreeSet::new(),
            drafts: BTreeMap::new(),
            off: BTreeMap::new(),
            live: None,
            live_asked: None,
            sources: Vec::new(),
            targets: Vec::new(),
        }
    }
}

impl MapPlace {
    /// The selected target field.
    pub fn current_target<'m>(&'m self, model: &Model) -> Option<&'m TargetRow> {
        self.targets.get(model.selected(PaneId::Targets)?)
    }

    /// Whether the candidates of a field lie open.
    pub fn choosing(&self, model: &Model) -> bool {
        matches!(model.overlays.last(), Some(Overlay::Candidates { .. }))
    }
}

/// Asks for live values of the selected field where they are not there yet.
pub fn wanted(model: &mut Model) -> Option<Effect> {
    if model.place != crate::app::Place::Map || !model.overlays.is_empty() {
        return None;
    }
    let row = model.map.current_target(model)?;
    let expression = expression_of(model, row)?;
    let target = row.name.clone();
    let project = model.project.as_ref()?;
    let key = Some((project.revision, project.pair, target.clone()));
    if model.map.live_asked == key {
        return None;
    }
    let effect = Effect::Evaluate(Box::new(Question {
        asker: Asker::Map,
        revision: project.revision,
        profile: std::sync::Arc::clone(&project.profile),
        pair: project.pair,
        target,
        expression,
        sample: std::sync::Arc::clone(&project.source()?.sample),
    }));
    model.map.live_asked = key;
    Some(effect)
}

pub fn evaluated(model: &mut Model, revision: u64, target: String, evaluation: Evaluation) {
    let pair = model.project.as_ref().map_or(0, |project| project.pair);
    if model.map.live_asked == Some((revision, pair, target.clone())) {
        model.map.live = Some(Live { target, evaluation });
    }
}

/// Computes the rows anew; after every change of the project.
pub fn refresh(model: &mut Model) {
    let Some(project) = &model.project else { return };
    let (sources, targets) = mapping::rows(project);
    model.map.marked.retain(|name| targets.iter().any(|row| row.name == *name));
    model.map.sources = sources;
    model.map.targets = targets;
}

pub fn rows(model: &Model, id: PaneId) -> Vec<usize> {
    let Some(project) = &model.project else { return Vec::new() };
    if id == PaneId::Targets {
        let names: Vec<String> = model
            .map
            .targets
            .iter()
            .map(|row| match project.target().and_then(|target| target.fields.get(row.field)) {
                Some(field) if field.name == row.name => format!("{} {}", row.name, field.title()),
                _ => row.name.clone(),
            })
            .collect();
        let mut shown = filter::matching(model.map.target_pane.filter.text(), &names, Order::List);
        shown.retain(|row| model.map.show.shows(&model.map.targets[*row]));
        return shown;
    }
    let fields: &[Field] = project.source().map_or(&[], |source| &source.object.fields);
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let mut shown = filter::matching(model.map.source_pane.filter.text(), &names, Order::List);
    match model.map.order {
        SourceOrder::Source => {}
        SourceOrder::Name => shown.sort_by_key(|row| names.get(*row).map(|name| name.to_lowercase())),
        SourceOrder::Links => shown.sort_by_key(|row| {
            let row = model.map.sources.get(*row);
            row.and_then(|row| row.used_by.first().or(row.suggested_for.first()).copied()).unwrap_or(usize::MAX)
        }),
    }
    shown
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::NextPane | Id::PreviousPane => {
            model.map.focus = if model.map.focus == PaneId::Targets { PaneId::Sources } else { PaneId::Targets };
        }
        Id::Left => model.map.focus = PaneId::Sources,
        Id::Right => model.map.focus = PaneId::Targets,
        Id::Choose if model.map.focus == PaneId::Sources => follow_link(model),
        Id::Choose => open_candidates(model),
        Id::Accept => accept(model),
        Id::Reject => reject(model),
        Id::Mark => mark(model),
        Id::NextOpen => next_open(model, true),
        Id::PreviousOpen => next_open(model, false),
        Id::BulkAccept => {
            model.overlays.push(Overlay::Bulk(Bulk { threshold: 80, pane: ListPane::default() }));
        }
        Id::Edit => return open_editor(model),
        Id::Unmap => unmap(model),
        Id::Note => {
            if let Some(row) = model.map.current_target(model) {
                let target = row.name.clone();
                start::ask(model, PromptPurpose::Note { target });
            }
        }
        Id::Show => {
            model.map.show = model.map.show.next();
            let word = model.map.show.word();
            let count = rows(model, PaneId::Targets).len();
            model.say(Tone::Note, format!("showing {word}: {count} target fields"));
        }
        Id::Order => {
            model.map.order = model.map.order.next();
            let word = model.map.order.word();
            model.say(Tone::Note, format!("source fields {word}"));
        }
        Id::FieldSheet => field_sheet(model),
        _ => {}
    }
    Vec::new()
}

/// From a source field to the target that it feeds, and on a second press to the next one.
fn follow_link(model: &mut Model) {
    let Some(source) = model.selected(PaneId::Sources) else { return };
    let Some(row) = model.map.sources.get(source) else { return };
    let partners: Vec<usize> = row.used_by.iter().chain(&row.suggested_for).copied().collect();
    let shown = rows(model, PaneId::Targets);
    let Some(at) = partners.iter().find_map(|partner| shown.iter().position(|row| row == partner)) else {
        model.say(Tone::Note, "this field feeds nothing yet");
        return;
    };
    model.map.target_pane.list.selected = at;
    model.map.focus = PaneId::Targets;
}

fn open_candidates(model: &mut Model) {
    let Some(target) = model.selected(PaneId::Targets) else { return };
    let Some(row) = model.map.targets.get(target) else { return };
    if row.state == State::System {
        model.say(Tone::Note, "the target system fills this field in by itself");
        return;
    }
    model.overlays.push(Overlay::Candidates { target, pane: ListPane::default() });
}

pub fn open_editor(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.map.current_target(model) else { return Vec::new() };
    let target = row.name.clone();
    crate::app::editor::open(model, &target, None)
}

/// The fields that a decision is about: the marked ones, or the selected one.
fn chosen(model: &Model) -> Vec<TargetRow> {
    if model.map.marked.is_empty() {
        return model.map.current_target(model).cloned().into_iter().collect();
    }
    model.map.targets.iter().filter(|row| model.map.marked.contains(&row.name)).cloned().collect()
}

fn accept(model: &mut Model) {
    let rows: Vec<TargetRow> = chosen(model).into_iter().filter(|row| row.state == State::Suggested).collect();
    let names: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
    accept_rows(model, &rows);
    model.map.marked.clear();
    match names.as_slice() {
        [] => {}
        [one] => {
            model.say(Tone::Good, format!("accepted {one}"));
            step_on(model);
        }
        many => model.say(Tone::Good, format!("accepted {} fields", many.len())),
    }
}

/// After a decision the cursor goes on to the next open field, if there is one below.
fn step_on(model: &mut Model) {
    let shown = rows(model, PaneId::Targets);
    let from = model.map.target_pane.list.selected;
    let next = shown.iter().enumerate().skip(from).find(|(_, row)| model.map.targets[**row].state.open());
    if let Some((at, _)) = next {
        model.map.target_pane.list.selected = at;
    }
}

/// Accepts suggestions as one change.
pub fn accept_rows(model: &mut Model, accepted: &[TargetRow]) {
    let Some(project) = &mut model.project else { return };
    let fields: Vec<Field> = project.target().map_or_else(Vec::new, |target| target.fields.clone());
    let source: Vec<Field> = project.source().map_or_else(Vec::new, |source| source.object.fields.clone());
    let new: Vec<FieldMapping> = accepted
        .iter()
        .filter_map(|row| Some(proposed(project, &source.get(*row.sources.first()?)?.name, fields.get(row.field)?)))
        .collect();
    let label = match new.as_slice() {
        [] => return,
        [one] => format!("accept {}", one.target),
        many => format!("accept {} suggestions", many.len()),
    };
    project.change(label, |mapping| {
        for field in new {
            put(&mut mapping.fields, field, &fields);
        }
    });
    refresh(model);
}

/// Maps one source field to the target field of a candidate list.
pub fn take_candidate(model: &mut Model, target: usize, source: &str) {
    let Some(row) = model.map.targets.get(target).cloned() else { return };
    let Some(project) = &mut model.project else { return };
    let fields: Vec<Field> = project.target().map_or_else(Vec::new, |target| target.fields.clone());
    let Some(field) = fields.get(row.field).filter(|field| field.name == row.name) else { return };
    let new = proposed(project, source, field);
    project.change(format!("map {} from {source}", row.name), |mapping| put(&mut mapping.fields, new, &fields));
    refresh(model);
    model.say(Tone::Good, format!("{} ← {source}", row.name));
}

/// The line for a source field put into a target field: the field, brought into the form that the target's type asks
/// for, with the checks that the target demands.
pub fn proposed(project: &Project, source: &str, target: &Field) -> FieldMapping {
    let stats = project.source().and_then(|object| object.field_stats(object.object.field_index(source)?));
    FieldMapping {
        target: target.name.clone(),
        filled_by: FilledBy::Expression(Expression::new(expression_for(source, target, stats))),
        checks: checks_for(target),
        values: values_for(project.suggested_values(source, &target.name)),
        ..FieldMapping::default()
    }
}

/// The values that are sure enough, where some change.
fn values_for(suggested: &[ValueSuggestion]) -> Option<ValueMap> {
    let sure = suggested.iter().filter(|value| value.accepted);
    let pairs: Vec<(String, String)> = sure.filter_map(|value| Some((value.from.clone(), value.to.clone()?))).collect();
    let needed = pairs.iter().any(|(from, to)| from != to);
    needed.then(|| ValueMap { pairs, ..ValueMap::default() })
}

/// Puts a field's line where the target's order has it; what the profile orders otherwise stays.
pub fn put(lines: &mut Vec<FieldMapping>, new: FieldMapping, order: &[Field]) {
    if let Some(line) = lines.iter_mut().find(|line| line.target == new.target) {
        *line = FieldMapping { note: line.note.take(), ..new };
        return;
    }
    let place = |target: &str| order.iter().position(|field| field.name == target).unwrap_or(usize::MAX);
    let mine = place(&new.target);
    let at = lines.iter().rposition(|line| place(&line.target) < mine).map_or(0, |before| before + 1);
    lines.insert(at, new);
}

fn reject(model: &mut Model) {
    let names: Vec<String> =
        chosen(model).into_iter().filter(|row| row.state == State::Suggested).map(|row| row.name).collect();
    if names.is_empty() {
        return;
    }
    let label = if let [one] = names.as_slice() {
        format!("reject the suggestion for {one}")
    } else {
        format!("reject {} suggestions", names.len())
    };
    if let Some(project) = &mut model.project {
        project.refuse(label.clone(), &names);
    }
    model.map.marked.clear();
    refresh(model);
    model.say(Tone::Note, label.replacen("reject", "rejected", 1));
    step_on(model);
}

fn unmap(model: &mut Model) {
    let Some(row) = model.map.current_target(model) else { return };
    let name = row.name.clone();
    if let Some(project) = &mut model.project {
        project.change(format!("unmap {name}"), |mapping| mapping.fields.retain(|field| field.target != name));
    }
    refresh(model);
    model.say(Tone::Note, format!("{name} is not mapped any more; u brings it back"));
}

fn mark(model: &mut Model) {
    let Some(row) = model.map.current_target(model) else { return };
    let name = row.name.clone();
    if !model.map.marked.remove(&name) {
        model.map.marked.insert(name);
    }
    let count = model.row_count(PaneId::Targets);
    model.map.target_pane.list.go(Move::Down, count, usize::MAX);
}

fn next_open(model: &mut Model, forward: bool) {
    let shown = rows(model, PaneId::Targets);
    let from = model.map.target_pane.list.selected;
    let open = |at: &usize| model.map.targets[shown[*at]].state.open();
    let found = if forward {
        (from + 1..shown.len())
            .chain(0..=from.min(shown.len().saturating_sub(1)))
            .find(|at| *at < shown.len() && open(at))
    } else {
        (0..from.min(shown.len())).rev().chain((from..shown.len()).rev()).find(open)
    };
    match found {
        Some(at) => {
            model.map.target_pane.list.selected = at;
            model.map.focus = PaneId::Targets;
        }
        None => model.say(Tone::Good, "every field is decided"),
    }
}

fn field_sheet(model: &mut Model) {
    let Some(project) = &model.project else { return };
    let sheet = if model.map.focus == PaneId::Sources {
        let source = project.source();
        model.selected(PaneId::Sources).and_then(|at| {
            let source = source?;
            Some(data::sheet_of(source.object.fields.get(at)?, source.field_stats(at)))
        })
    } else {
        let row = model.map.current_target(model);
        row.and_then(|row| Some(data::sheet_of(project.target()?.fields.get(row.field)?, None)))
    };
    if let Some(sheet) = sheet {
        model.overlays.push(Overlay::Sheet(sheet));
    }
}

pub fn copyable(model: &Model) -> Option<String> {
    if model.map.focus == PaneId::Sources {
        let at = model.selected(PaneId::Sources)?;
        return Some(model.project.as_ref()?.source()?.object.fields.get(at)?.name.clone());
    }
    let row = model.map.current_target(model)?;
    let text = expression_of(model, row).unwrap_or_else(|| row.name.clone());
    Some(text)
}

/// The expression that fills a target field.
pub fn expression_of(model: &Model, row: &TargetRow) -> Option<String> {
    let mapping = model.project.as_ref()?.mapping()?.fields.get(row.mapping?)?;
    Some(match &mapping.filled_by {
        FilledBy::Expression(expression) => expression.text.clone(),
        FilledBy::Lookup(lookup) => lookup.value.text.clone(),
    })
}

/// Writes (or, empty, removes) the remark on a mapping.
pub fn set_note(model: &mut Model, target: &str, text: &str) {
    let note = (!text.is_empty()).then(|| text.to_owned());
    let Some(project) = &mut model.project else { return };
    project.change(format!("note on {target}"), |mapping| {
        if let Some(field) = mapping.fields.iter_mut().find(|field| field.target == target) {
            field.note = note;
        }
    });
}
