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

/// The board on top knows itself what its commands act on.
fn on_board(model: &Model) -> bool {
    super::boards::top(model).is_some()
}

/// The target field that the value grid would be of.
pub fn no_mapped_field(model: &Model) -> Option<&'static str> {
    nothing_open(model).or_else(|| {
        let target = super::places::value_target(model);
        target.is_none().then_some("the selected field is not mapped")
    })
}

pub fn no_suggestion(model: &Model) -> Option<&'static str> {
    if on_board(model) {
        return None;
    }
    no_target_field(model).or_else(|| {
        let marked = !model.map.marked.is_empty();
        let row = model.map.current_target(model)?;
        let suggested = row.state == State::Suggested || model.map.choosing(model);
        (!marked && !suggested).then_some("the selected field has no open suggestion")
    })
}

pub fn no_suggestions(model: &Model) -> Option<&'static str> {
    if on_board(model) {
        return None;
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
        None => (model.place_focus() == PaneId::Records)
            .then_some("records are not filtered here; the preview shows those behind a reason"),
    }
}

pub fn nothing_to_copy(model: &Model) -> Option<&'static str> {
    model.copyable().is_none().then_some("nothing to copy here")
}

pub fn no_report(model: &Model) -> Option<&'static str> {
    model.report.report.is_none().then_some("there is no report yet")
}

pub fn nothing_runs(model: &Model) -> Option<&'static str> {
    let runs = model.run.following.as_ref().is_some_and(|following| !following.ended);
    (!runs).then_some("nothing runs")
}

pub fn nothing_to_finish(model: &Model) -> Option<&'static str> {
    if model.run.running() {
        return Some("a run is going on");
    }
    let cut_off = model.run.following.as_ref().is_some_and(|following| following.ended && following.exit != Some(0));
    (!cut_off).then_some("no run was cancelled or cut off")
}

pub fn nothing_to_open(model: &Model) -> Option<&'static str> {
    use super::context::Context;
    let only_read = matches!(model.context(), Context::Changes | Context::Compare | Context::Lineage);
    only_read.then_some("there is nothing behind this row")
}

pub fn no_file_wanted(model: &Model) -> Option<&'static str> {
    use super::{Overlay, PromptPurpose as For};
    let wanted = matches!(
        model.overlays.last(),
        Some(Overlay::Prompt(prompt)) if matches!(prompt.purpose, For::OpenSource | For::OpenTarget { .. } | For::OpenProfile)
    );
    (!wanted).then_some("no file is asked for here")
}
