//! Why a command cannot be used now, in words for the footer, palette and help.

use super::{Model, State};

pub fn never(_: &Model) -> Option<&'static str> {
    None
}

pub fn nothing_open(model: &Model) -> Option<&'static str> {
    model.project.is_none().then_some("nothing is open yet")
}

pub fn no_target_field(model: &Model) -> Option<&'static str> {
    nothing_open(model).or_else(|| model.map.current_target(model).is_none().then_some("no target field is selected"))
}

/// Of a board on top: whether it has a row to act on. It knows the rest itself.
fn on_board(model: &Model) -> Option<Option<&'static str>> {
    super::boards::top(model).map(|_| no_row(model))
}

/// The list that has the focus is empty.
pub fn no_row(model: &Model) -> Option<&'static str> {
    (model.row_count(model.focus()) == 0).then_some("there is no row")
}

/// The target field that the value grid would be of.
pub fn no_mapped_field(model: &Model) -> Option<&'static str> {
    nothing_open(model).or_else(|| {
        let target = super::places::value_target(model);
        target.is_none().then_some("the selected field is not mapped")
    })
}

pub fn no_suggestion(model: &Model) -> Option<&'static str> {
    if let Some(said) = on_board(model) {
        return said;
    }
    no_target_field(model).or_else(|| {
        let marked = !model.map.marked.is_empty();
        let row = model.map.current_target(model)?;
        let suggested = row.state == State::Suggested || model.map.choosing(model);
        (!marked && !suggested).then_some("the selected field has no open suggestion")
    })
}

pub fn no_suggestions(model: &Model) -> Option<&'static str> {
    if let Some(said) = on_board(model) {
        return said;
    }
    nothing_open(model).or_else(|| {
        let any = model.map.targets.iter().any(|row| row.state == State::Suggested);
        (!any).then_some("there is no open suggestion")
    })
}

pub fn not_mapped(model: &Model) -> Option<&'static str> {
    no_target_field(model).or_else(|| {
        let mapped = model.map.current_target(model).is_some_and(|row| row.mapping.is_some());
        (!mapped).then_some("the selected field is not mapped")
    })
}

pub fn one_pair(model: &Model) -> Option<&'static str> {
    nothing_open(model).or_else(|| {
        let pairs = model.project.as_ref().map_or(0, |project| project.profile.objects.len());
        (pairs < 2).then_some("the profile has only one object")
    })
}

pub fn nothing_to_undo(model: &Model) -> Option<&'static str> {
    let can = model.project.as_ref().is_some_and(super::Project::can_undo);
    (!can).then_some("nothing to undo")
}

pub fn nothing_to_redo(model: &Model) -> Option<&'static str> {
    let can = model.project.as_ref().is_some_and(super::Project::can_redo);
    (!can).then_some("nothing to redo")
}

pub fn cannot_run(model: &Model) -> Option<&'static str> {
    nothing_open(model).or_else(|| {
        if model.run.running() {
            return Some("a run is going on");
        }
        let mapped = model
            .project
            .as_ref()
            .is_some_and(|project| project.profile.objects.iter().any(|object| !object.fields.is_empty()));
        (!mapped).then_some("no field is mapped yet")
    })
}

pub fn no_filter(model: &Model) -> Option<&'static str> {
    use super::{Overlay, PaneId};
    match model.overlays.last() {
        Some(Overlay::Chooser(_) | Overlay::Board(_)) => None,
        Some(_) => Some("this list is short enough to read"),
        None if model.place_focus() == PaneId::Records => {
            Some("records are not filtered here; the preview shows those behind a reason")
        }
        None => {
            let id = model.place_focus();
            let filtered = model.pane(id).is_some_and(super::ListPane::filtered);
            (!filtered && model.row_count(id) == 0).then_some("there is no row")
        }
    }
}

pub fn nothing_to_copy(model: &Model) -> Option<&'static str> {
    model.copyable().is_none().then_some("nothing to copy here")
}

pub fn no_rejects(model: &Model) -> Option<&'static str> {
    match &model.report.report {
        None => Some("there is no report yet"),
        Some(_) => {
            let none = model.report.shown().is_none_or(|object| object.reasons.is_empty());
            none.then_some("no record of this object was rejected")
        }
    }
}

/// The record that lineage would follow.
pub fn nothing_to_follow(model: &Model) -> Option<&'static str> {
    use super::{PaneId, Place};
    nothing_open(model).or_else(|| {
        if !model.overlays.is_empty() {
            return no_row(model);
        }
        match model.place {
            Place::Data if model.data.focus != PaneId::Records => Some("t shows the records; there it follows one"),
            Place::Data => no_row(model),
            Place::Preview => (model.row_count(PaneId::PreviewRecords) == 0).then_some("there is no record"),
            Place::Report => no_rejects(model),
            _ => None,
        }
    })
}

pub fn one_pane(model: &Model) -> Option<&'static str> {
    use super::Place;
    let one = model.overlays.is_empty()
        && (matches!(model.place, Place::Start | Place::Run)
            || (model.place == Place::Report && model.report.report.is_none()));
    one.then_some("this place has one list only")
}

pub fn nothing_offered(model: &Model) -> Option<&'static str> {
    let offered =
        matches!(model.overlays.last(), Some(super::Overlay::Editor(editor)) if !editor.completions.is_empty());
    (!offered).then_some("nothing is offered here: type the beginning of a word")
}

pub fn nothing_runs(model: &Model) -> Option<&'static str> {
    let runs = model.run.following.as_ref().is_some_and(|following| !following.ended);
    (!runs).then_some("nothing runs")
}

pub fn nothing_to_finish(model: &Model) -> Option<&'static str> {
    if model.run.running() {
        return Some("a run is going on");
    }
    let cut_off = model
        .run
        .following
        .as_ref()
        .is_some_and(|following| following.ended && !following.dry_run && following.exit != Some(0));
    (!cut_off).then_some("no run was cancelled or cut off")
}

pub fn nothing_to_open(model: &Model) -> Option<&'static str> {
    use super::context::Context;
    let context = model.context();
    match context {
        Context::Changes | Context::Compare | Context::Lineage => Some("there is nothing behind this row"),
        Context::Start | Context::Data | Context::Map | Context::Preview | Context::Run | Context::Report => {
            (model.row_count(model.focus()) == 0).then_some("there is nothing to open")
        }
        _ if super::boards::top(model).is_some() => no_row(model),
        _ => None,
    }
}

pub fn no_file_wanted(model: &Model) -> Option<&'static str> {
    use super::{Overlay, PromptPurpose as For};
    let wanted = matches!(
        model.overlays.last(),
        Some(Overlay::Prompt(prompt)) if matches!(prompt.purpose, For::OpenSource | For::OpenTarget { .. } | For::OpenProfile)
    );
    (!wanted).then_some("no file is asked for here")
}
