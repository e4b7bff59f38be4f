//! What the profile says otherwise than when it was saved or run; any one of it can be taken back by itself.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::places::map;
use crate::app::{Effect, Model, Overlay, Tone};
use crate::profile::{Change, Profile, Settings, changes};

/// Changes since a state of the profile.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub since_run: bool,
    pub list: Vec<Change>,
}

/// Opens the changes since the last save.
pub fn open(model: &mut Model) {
    let list = since(model, false);
    super::open(model, Kind::Changes(Changes { since_run: false, list }));
}

/// The profile that changes are told against.
fn before(model: &Model, since_run: bool) -> Option<&Profile> {
    let project = model.project.as_ref()?;
    if since_run { project.ran.as_deref() } else { Some(&project.saved) }
}

fn since(model: &Model, since_run: bool) -> Vec<Change> {
    match (before(model, since_run), &model.project) {
        (Some(before), Some(project)) => changes(before, &project.profile),
        _ => Vec::new(),
    }
}

pub fn table(model: &Model, board: &Changes) -> Table {
    let row = |change: &Change| -> Vec<Cell> {
        let (sign, ink) = match (&change.before, &change.after) {
            (None, _) => ("+", Ink::Good),
            (_, None) => ("–", Ink::Bad),
            _ => ("~", Ink::Warn),
        };
        vec![
            (sign.to_owned(), ink),
            (change.what.clone(), Ink::Text),
            (change.before.clone().unwrap_or_default(), Ink::Muted),
            (change.after.clone().unwrap_or_default(), ink),
        ]
    };
    let has_run = model.project.as_ref().is_some_and(|project| project.ran.is_some());
    let (what, other) = if board.since_run {
        ("since the last run", "Tab: since the last save")
    } else {
        ("since the last save", "Tab: since the last run")
    };
    Table {
        title: "Changes".to_owned(),
        note: what.to_owned(),
        right: format!("{} changed", board.list.len()),
        intro: vec![super::muted(if has_run { other } else { "x takes the selected change back, and only that one" })],
        columns: vec![
            Column::new("", 1, 0),
            Column::new("what", 12, 1),
            Column::new("before", 12, 2),
            Column::new("now", 12, 2),
        ],
        rows: board.list.iter().map(row).collect(),
        empty: vec!["Nothing has changed."],
    }
}

pub fn detail(board: &Changes, row: usize) -> Detail {
    let Some(change) = board.list.get(row) else { return Detail::new() };
    let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "says nothing".to_owned());
    vec![
        ("object", super::muted(change.object.clone())),
        ("before", super::muted(side(&change.before))),
        ("now", super::plain(side(&change.after))),
    ]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    match id {
        Id::NextPane | Id::PreviousPane => switch(model),
        Id::Reject => take_back(model, selected),
        _ => {}
    }
    Vec::new()
}

fn switch(model: &mut Model) {
    let now = super::top(model).is_some_and(|board| matches!(&board.kind, Kind::Changes(changes) if changes.since_run));
    if !now && before(model, true).is_none() {
        model.say(Tone::Note, "the profile was not run since it was opened");
        return;
    }
    show(model, !now);
}

fn show(model: &mut Model, since_run: bool) {
    let list = since(model, since_run);
    if let Some(Overlay::Board(board)) = model.overlays.last_mut() {
        board.kind = Kind::Changes(Changes { since_run, list });
    }
}

/// One statement says again what it said; everything that was changed later stays.
fn take_back(model: &mut Model, selected: Option<usize>) {
    let Some((since_run, change)) = super::top(model).and_then(|board| match &board.kind {
        Kind::Changes(changes) => Some((changes.since_run, changes.list.get(selected?)?.clone())),
        _ => None,
    }) else {
        return;
    };
    let Some(before) = before(model, since_run).cloned() else { return };
    let Some(project) = &mut model.project else { return };
    let mut profile = Profile::clone(&project.profile);
    restore(&mut profile, &before, &change);
    project.replace(format!("take back: {}", change.what), profile);
    map::refresh(model);
    show(model, since_run);
    model.say(Tone::Good, format!("{} says again what it said; u undoes that", change.what));
}

fn restore(profile: &mut Profile, before: &Profile, change: &Change) {
    if change.object.is_empty() {
        match change.what.as_str() {
            "name" => profile.name.clone_from(&before.name),
            "source" => profile.source = before.source.clone(),
            _ => profile.target = before.target.clone(),
        }
        return;
    }
    let named = |object: &crate::profile::ObjectMapping| format!("{} -> {}", object.from, object.to) == change.object;
    let old = before.objects.iter().find(|object| named(object));
    let Some(at) = profile.objects.iter().position(named) else { return };
    let Some(old) = old else {
        profile.objects.remove(at);
        return;
    };
    let now = &mut profile.objects[at];
    let field = old.fields.iter().position(|field| field.target == change.what);
    match (field, change.what.as_str()) {
        (Some(was), _) => match now.fields.iter_mut().find(|field| field.target == change.what) {
            Some(field) => *field = old.fields[was].clone(),
            None => now.fields.insert(was.min(now.fields.len()), old.fields[was].clone()),
        },
        (None, "order of fields") => {
            let place = |target: &str| old.fields.iter().position(|field| field.target == target);
            now.fields.sort_by_key(|field| place(&field.target).unwrap_or(usize::MAX));
        }
        (None, "checks") => now.checks.clone_from(&old.checks),
        (None, "examples") => now.examples.clone_from(&old.examples),
        (None, what) if now.fields.iter().any(|field| field.target == what) => {
            now.fields.retain(|field| field.target != what);
        }
        (None, what) => restore_setting(now, Settings::of(old), what),
    }
}

/// One key of an object, by its name in the file.
fn restore_setting(now: &mut crate::profile::ObjectMapping, old: Settings, what: &str) {
    match what {
        "write" => now.write = old.write,
        "key" => now.key = old.key,
        "where" => now.filter = old.filter,
        "duplicates" => now.duplicates = old.duplicates,
        "on_reject" => now.stop_at = old.stop_at,
        "ragged" => now.keep_ragged = old.keep_ragged,
        "repaired" => now.reject_repaired = old.reject_repaired,
        _ => {}
    }
}
