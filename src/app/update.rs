//! The one way in which the model changes.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::answers::answered;
use super::boards::{self, changes, drift, frequent, groups, history as past, reading, runs, twins, values};
use super::commands::{Command, Id};
use super::context::Context;
use super::key::Chord;
use super::keymap::{Resolved, resolve};
use super::model::DRAFT_AFTER;
use super::msg::{Job, Msg};
use super::overlay::{Chooser, ChooserPurpose};
use super::places::{data, map, preview, report, run, start, top};
use super::pointer::click;
use super::project::Project;
use super::tour;
use super::{Draft, Effect, Entry, ListPane, Model, Move, Overlay, PaneId, Picker, Place, PromptPurpose, Tone, editor};
use crate::profile::Profile;
use crate::ui::layout::{Layout, layout};

/// Takes a message in and says what must happen outside. Pure.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let clock = matches!(msg, Msg::Clock(_));
    let before = model.project.as_ref().map(|project| project.revision);
    let mut effects = match msg {
        Msg::Clock(now) => tick(model, now),
        Msg::Key(chord) => press(model, chord),
        Msg::Paste(text) => paste(model, &text),
        Msg::Mouse(mouse) => click(model, mouse),
        Msg::Resize { width, height } => {
            (model.width, model.height) = (width, height);
            Vec::new()
        }
        Msg::Stop => vec![Effect::Stop],
        Msg::Begin(job) => begin(model, job),
        Msg::Answer(answer) => answered(model, *answer),
    };
    if !clock {
        model.dirty = true;
        tour::follow(model);
        settle(model, &mut effects);
    }
    let after = model.project.as_ref().map(|project| project.revision);
    if after != before {
        model.revisions += 1;
        model.draft_due = Some(model.now + DRAFT_AFTER);
        let decided = model.project.as_mut().and_then(Project::newly_decided);
        effects.extend(decided.map(|(new, undone)| Effect::Learn { new, undone }));
    }
    effects
}

/// The screen as it is laid out now.
pub(super) fn now_laid_out(model: &Model) -> Layout {
    layout(Rect::new(0, 0, model.width, model.height), model)
}

/// Brings selections into range and asks for what the screen needs next.
fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let laid_out = now_laid_out(model);
    for area in &laid_out.panes {
        let count = model.row_count(area.id);
        if let Some(pane) = model.pane_mut(area.id) {
            pane.list.fit(count, usize::from(area.rows.height));
        }
    }
    effects.extend(data::wanted_page(model, laid_out.height(PaneId::Records)));
    effects.extend(reading::wanted(model));
    effects.extend(map::wanted(model));
    effects.extend(preview::wanted(model));
}

fn tick(model: &mut Model, now: std::time::Duration) -> Vec<Effect> {
    let due = model.deadline().is_some_and(|deadline| deadline <= now);
    model.now = now;
    if !due {
        return Vec::new();
    }
    model.dirty = true;
    if model.toast.as_ref().is_some_and(|toast| toast.until <= now) {
        model.toast = None;
    }
    if model.draft_due.is_some_and(|due| due <= now) {
        model.draft_due = None;
        return model.draft().map(Effect::SaveDraft).into_iter().collect();
    }
    Vec::new()
}

fn begin(model: &mut Model, job: Job) -> Vec<Effect> {
    match job {
        Job::Start => {
            super::answers::tell_key_problems(model);
            vec![Effect::FindRecents]
        }
        job => start::open(model, job),
    }
}

fn press(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if model.panic_key && chord.key == tui_textarea::Key::F(12) {
        return vec![Effect::Panic];
    }
    let context = model.context();
    let continued = !model.pending.is_empty();
    if continued && chord.key == tui_textarea::Key::Esc {
        // Esc leaves the sequence, and nothing else.
        model.pending.clear();
        return Vec::new();
    }
    let mut pressed = std::mem::take(&mut model.pending);
    pressed.push(chord.clone());
    match resolve(context, &pressed, &model.bindings) {
        Resolved::Command(command) => run_command(model, command),
        Resolved::Pending => {
            model.pending = pressed;
            Vec::new()
        }
        // A key that does not continue the sequence stands for itself.
        Resolved::Nothing if continued => press(model, chord),
        Resolved::Nothing if context.takes_text() => typed(model, &chord),
        Resolved::Nothing => Vec::new(),
    }
}

/// Runs a command, or says why it cannot be used now.
pub(super) fn run_command(model: &mut Model, command: &'static Command) -> Vec<Effect> {
    if let Some(reason) = (command.disabled)(model) {
        model.say(Tone::Note, format!("{}: {reason}", command.title));
        return Vec::new();
    }
    model.last = Some(command.id);
    execute(model, command.id)
}

pub(super) fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::PlaceData => go(model, Place::Data),
        Id::PlaceMap => go(model, Place::Map),
        Id::PlacePreview => go(model, Place::Preview),
        Id::PlaceRun => go(model, Place::Run),
        Id::PlaceReport => go(model, Place::Report),
        Id::Open => {
            model.place = Place::Start;
            model.start.pane = ListPane::default();
            vec![Effect::FindRecents]
        }
        Id::Palette => {
            model.overlays.push(Overlay::Palette { query: Entry::default(), pane: ListPane::default() });
            Vec::new()
        }
        Id::Help => {
            model.overlays.push(Overlay::Help { query: Entry::default(), pane: ListPane::default() });
            Vec::new()
        }
        Id::Down => moved(model, Move::Down),
        Id::Up => moved(model, Move::Up),
        Id::Raise => moved(model, Move::Up),
        Id::Lower => moved(model, Move::Down),
        Id::PageDown if model.context() != Context::Editor => moved(model, Move::PageDown),
        Id::PageUp if model.context() != Context::Editor => moved(model, Move::PageUp),
        Id::First => moved(model, Move::First),
        Id::Last => moved(model, Move::Last),
        Id::Filter => {
            model.filtering = Some(model.focus()).filter(|id| model.pane(*id).is_some());
            Vec::new()
        }
        Id::NextMatch => next_match(model, Move::Down),
        Id::PreviousMatch => next_match(model, Move::Up),
        Id::Undo => history(model, Project::undo, "undone"),
        Id::Redo => history(model, Project::redo, "redone"),
        Id::History => {
            past::open(model);
            Vec::new()
        }
        Id::Differences => {
            changes::open(model);
            Vec::new()
        }
        Id::Values => match super::places::value_target(model) {
            Some(target) => values::open(model, &target),
            None => Vec::new(),
        },
        Id::Groups => match super::places::value_target(model) {
            Some(target) => groups::open(model, &target),
            None => Vec::new(),
        },
        Id::Twins => twins::open(model),
        Id::Frequent => {
            frequent::open(model);
            Vec::new()
        }
        Id::Drift => {
            drift::open(model);
            Vec::new()
        }
        Id::Runs => runs::open(model),
        Id::Forecast => boards::forecast::open(model),
        Id::Tour => tour_on(model),
        Id::Reading => {
            reading::open(model);
            Vec::new()
        }
        Id::Browse => browse(model),
        Id::Save => save(model),
        Id::SaveAs => {
            start::ask(model, PromptPurpose::SaveAs);
            Vec::new()
        }
        Id::Copy => copy(model),
        Id::Redraw => vec![Effect::Redraw],
        Id::Suspend => vec![Effect::Suspend],
        Id::MouseToggle => {
            model.mouse = !model.mouse;
            model.say(
                Tone::Note,
                if model.mouse {
                    "the mouse works here again"
                } else {
                    "the mouse belongs to the terminal; m takes it back"
                },
            );
            vec![Effect::Mouse(model.mouse)]
        }
        Id::Theme => {
            model.looks.theme = model.looks.theme.next();
            let word = model.looks.theme.word();
            model.say(Tone::Note, format!("theme: {word}"));
            Vec::new()
        }
        Id::Ascii => {
            model.looks.ascii = !model.looks.ascii;
            Vec::new()
        }
        Id::Quit => vec![Effect::Quit],
        Id::Cancel => cancel(model),
        Id::Back => back(model),
        Id::Pair => choose_pair(model),
        Id::Validate => preview::validate(model),
        Id::Run if model.overlays.is_empty() => {
            run::ask(model);
            Vec::new()
        }
        Id::Choose if model.filtering.is_some() => {
            model.filtering = None;
            Vec::new()
        }
        id if !model.overlays.is_empty() => top::execute(model, id),
        id => in_place(model, id),
    }
}

fn in_place(model: &mut Model, id: Id) -> Vec<Effect> {
    match model.place {
        Place::Start => start::execute(model, id),
        Place::Data => data::execute(model, id),
        Place::Map => map::execute(model, id),
        Place::Preview => preview::execute(model, id),
        Place::Run => run::execute(model, id),
        Place::Report => report::execute(model, id),
    }
}

/// The tour begins (on the demo, where nothing is open) or goes on.
fn tour_on(model: &mut Model) -> Vec<Effect> {
    if model.project.is_none() {
        model.tour_wanted = true;
        return start::open(model, Job::Demo);
    }
    tour::next(model);
    Vec::new()
}

/// Looks into a folder for the file that is asked for.
fn browse(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Prompt(prompt)) = model.overlays.last() else { return Vec::new() };
    let typed = prompt.entry.text().trim();
    let folder = PathBuf::from(if typed.is_empty() { "." } else { typed });
    model.overlays.push(Overlay::Picker(Picker::default()));
    vec![Effect::ListFolder { folder }]
}

fn go(model: &mut Model, place: Place) -> Vec<Effect> {
    model.place = place;
    Vec::new()
}

fn moved(model: &mut Model, movement: Move) -> Vec<Effect> {
    let id = if let Some(id) = model.filtering { id } else { model.focus() };
    let count = model.row_count(id);
    let height = now_laid_out(model).height(id);
    let object = (id == PaneId::Objects).then_some(model.data.objects.list.selected);
    if let Some(pane) = model.pane_mut(id) {
        pane.list.go(movement, count, height);
    }
    if object.is_some_and(|object| object != model.data.objects.list.selected) {
        data::object_changed(model);
    }
    Vec::new()
}

/// In a filtered list every row matches: goes to the next one, around the end.
fn next_match(model: &mut Model, movement: Move) -> Vec<Effect> {
    let id = model.focus();
    if !model.pane(id).is_some_and(ListPane::filtered) {
        model.say(Tone::Note, "no filter: / begins one");
        return Vec::new();
    }
    let count = model.row_count(id);
    let selected = model.pane(id).map_or(0, |pane| pane.list.selected);
    let movement = match movement {
        Move::Down if selected + 1 >= count => Move::First,
        Move::Up if selected == 0 => Move::Last,
        movement => movement,
    };
    moved(model, movement)
}

fn history(model: &mut Model, step: fn(&mut Project) -> Option<String>, word: &str) -> Vec<Effect> {
    let Some(label) = model.project.as_mut().and_then(step) else { return Vec::new() };
    map::refresh(model);
    past::follow(model);
    model.say(Tone::Note, format!("{word}: {label}"));
    Vec::new()
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(text) = model.copyable() else { return Vec::new() };
    model.say(Tone::Note, "sent to the terminal's clipboard");
    vec![Effect::Copy(text)]
}

/// Ctrl-C: what runs is cancelled; where nothing runs, what lies on top is closed; else the program ends.
fn cancel(model: &mut Model) -> Vec<Effect> {
    if model.run.running() {
        return run::cancel(model);
    }
    if model.filtering.is_some() || !model.overlays.is_empty() {
        return back(model);
    }
    if !model.busy.is_empty() {
        model.busy.clear();
        model.say(Tone::Note, "stopped");
        return vec![Effect::CancelWork];
    }
    vec![Effect::Quit]
}

fn back(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = model.filtering.take() {
        clear_filter(model, id);
        return Vec::new();
    }
    match model.overlays.last() {
        Some(Overlay::Board(board)) if board.pane.filtered() => clear_filter(model, PaneId::Top),
        Some(Overlay::Editor(_)) => editor::leave(model),
        Some(Overlay::Confirm(_)) => {
            if let Some(Overlay::Confirm(confirm)) = model.overlays.pop() {
                return top::declined(model, confirm);
            }
        }
        Some(_) => {
            model.overlays.pop();
        }
        None => {
            let id = model.place_focus();
            clear_filter(model, id);
            model.map.marked.clear();
        }
    }
    Vec::new()
}

/// Shows every row again and keeps the selected one selected.
fn clear_filter(model: &mut Model, id: PaneId) {
    let selected = model.selected(id);
    if let Some(pane) = model.pane_mut(id) {
        pane.filter.clear();
    }
    let at = selected.and_then(|selected| model.rows(id).iter().position(|row| *row == selected));
    if let (Some(at), Some(pane)) = (at, model.pane_mut(id)) {
        pane.list.selected = at;
    }
}

fn choose_pair(model: &mut Model) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let mut pane = ListPane::default();
    let rows = match &model.report.report {
        Some(report) if model.place == Place::Report => {
            pane.list.selected = model.report.object;
            report.objects.iter().map(|object| format!("{} → {}", object.from, object.to)).collect()
        }
        _ => {
            pane.list.selected = project.pair;
            project.profile.objects.iter().map(|object| format!("{} → {}", object.from, object.to)).collect()
        }
    };
    model.overlays.push(Overlay::Chooser(Chooser {
        title: "Object".to_owned(),
        rows,
        pane,
        purpose: ChooserPurpose::Pair,
    }));
    Vec::new()
}

fn typed(model: &mut Model, chord: &Chord) -> Vec<Effect> {
    if let Some(id) = model.filtering {
        if let Some(pane) = model.pane_mut(id)
            && pane.filter.press(chord)
        {
            pane.list = super::ListState::default();
        }
        return Vec::new();
    }
    if matches!(model.overlays.last(), Some(Overlay::Editor(_))) {
        return editor::press(model, chord);
    }
    if let Some(overlay) = model.overlays.last_mut()
        && overlay.entry_mut().is_some_and(|entry| entry.press(chord))
        && let Some(pane) = overlay.pane_mut()
    {
        pane.list = super::ListState::default();
    }
    Vec::new()
}

/// Pasted text goes into text fields only, and submits nothing.
fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(id) = model.filtering {
        if let Some(pane) = model.pane_mut(id) {
            pane.filter.paste(text);
        }
        return Vec::new();
    }
    if matches!(model.overlays.last(), Some(Overlay::Editor(_))) {
        return editor::paste(model, text);
    }
    match model.overlays.last_mut().and_then(Overlay::entry_mut) {
        Some(entry) => entry.paste(text),
        None => model.say(Tone::Note, "pasted text goes into text fields only"),
    }
    Vec::new()
}

fn save(model: &mut Model) -> Vec<Effect> {
    match model.project.as_ref().map(|project| project.path.clone()) {
        Some(Some(path)) => save_to(model, path, true),
        Some(None) => {
            start::ask(model, PromptPurpose::SaveAs);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Saves the profile under a path.
pub(super) fn save_to(model: &mut Model, path: PathBuf, own: bool) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let same = project.path.as_ref() == Some(&path);
    let own = own || same;
    let text = project.text.clone().filter(|_| same);
    let profile = Arc::clone(&project.profile);
    model.begin("saving");
    vec![Effect::Save { path, text, profile, own }]
}

/// Takes a draft that was found as the profile's present state; it can be undone.
pub(super) fn take_draft(model: &mut Model, draft: &Draft) -> Vec<Effect> {
    let Some(project) = &mut model.project else { return Vec::new() };
    project.replace("take the draft", Profile::clone(&draft.profile));
    map::refresh(model);
    model.say(Tone::Good, "the draft is back; u goes back to the saved profile");
    Vec::new()
}
