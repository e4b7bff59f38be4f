//! What became of the source since the profile was made for it, and the rebinding that is proposed: each line by
//! itself, never all or nothing.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::overlay::{Chooser, ChooserPurpose};
use crate::app::places::{data::type_name, map};
use crate::app::{Effect, ListPane, Model, Overlay, Tone};
use crate::profile::{Drift, Profile, rebind, source_fields_used};
use crate::schema::Object;

/// The drift of one object of the profile.
#[derive(Debug, Clone, Default)]
pub struct DriftBoard {
    pub pair: usize,
    pub object: String,
    pub lines: Vec<DriftLine>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriftLine {
    pub what: What,
    pub name: String,
    /// What it is called (or of what type it is) now.
    pub now: Option<String>,
    pub confidence: Option<f64>,
    pub reason: String,
    /// The profile reads this field.
    pub used: bool,
    /// Will be rebound.
    pub marked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum What {
    #[default]
    Lost,
    Renamed,
    Retyped,
    Added,
}

impl What {
    fn word(self) -> &'static str {
        match self {
            What::Lost => "lost",
            What::Renamed => "renamed?",
            What::Retyped => "retyped",
            What::Added => "new",
        }
    }

    fn ink(self) -> Ink {
        match self {
            What::Lost => Ink::Bad,
            What::Renamed | What::Retyped => Ink::Warn,
            What::Added => Ink::Muted,
        }
    }
}

/// The drift between an object as it was and as it is; where nothing is remembered of it, the names that the profile
/// reads stand for what it was.
pub fn drift_of(profile: &Profile, pair: usize, before: Option<&Object>, now: &Object) -> DriftBoard {
    let Some(mapping) = profile.objects.get(pair) else { return DriftBoard::default() };
    let used = source_fields_used(mapping);
    let remembered = before.is_some();
    let mut was = before.cloned().unwrap_or_default();
    for name in &used {
        if was.field(name).is_none() {
            was.fields.push(crate::schema::Field::named(name.clone()));
        }
    }
    let Drift { added, lost, retyped, .. } = crate::profile::drift(&was, now);
    let mut lines: Vec<DriftLine> = lost
        .into_iter()
        .map(|lost| {
            let used = used.contains(&lost.name);
            let (what, now, confidence, reason) = match lost.renamed {
                Some(renamed) => (What::Renamed, Some(renamed.to), Some(renamed.confidence), renamed.reason),
                None => (What::Lost, None, None, String::new()),
            };
            let marked = used && confidence.is_some_and(|confidence| confidence >= SURE);
            DriftLine { what, name: lost.name, now, confidence, reason, used, marked }
        })
        .collect();
    lines.extend(retyped.into_iter().map(|retyped| DriftLine {
        what: What::Retyped,
        used: used.contains(&retyped.name),
        reason: format!("was {}", type_name(retyped.before)),
        now: Some(type_name(retyped.now).to_owned()),
        name: retyped.name,
        ..DriftLine::default()
    }));
    // Without a memory of the source every field that the profile leaves out would look new.
    if remembered {
        let taken: Vec<String> = lines.iter().filter_map(|line| line.now.clone()).collect();
        let new = added.into_iter().filter(|name| !taken.contains(name));
        lines.extend(new.map(|name| DriftLine { what: What::Added, name, ..DriftLine::default() }));
    }
    DriftBoard { pair, object: mapping.from.clone(), lines }
}

/// A rename of which one may be this sure is marked from the start.
const SURE: f64 = 0.7;

impl DriftBoard {
    /// Whether something that the profile reads is concerned.
    pub fn matters(&self) -> bool {
        self.lines.iter().any(|line| line.used && line.what != What::Added)
    }
}

/// Opens the drift of the object on the screen.
pub fn open(model: &mut Model) {
    let Some(project) = &model.project else { return };
    let Some(source) = project.source() else { return };
    let before = project.remembered.iter().find(|object| object.name == source.name);
    let board = drift_of(&project.profile, project.pair, before, &source.object);
    super::open(model, Kind::Drift(board));
}

/// After opening: the first object of which something that the profile reads has changed.
pub fn open_where_it_matters(model: &mut Model) {
    let Some(project) = &model.project else { return };
    let pairs = 0..project.profile.objects.len();
    let found = pairs.into_iter().find_map(|pair| {
        let from = &project.profile.objects[pair].from;
        let source = project.sources.iter().find(|source| source.name == *from && source.stats.is_some())?;
        let before = project.remembered.iter().find(|object| object.name == source.name);
        let board = drift_of(&project.profile, pair, before, &source.object);
        board.matters().then_some(board)
    });
    if let Some(board) = found {
        let count = board.lines.iter().filter(|line| line.used).count();
        model.say(Tone::Bad, format!("{} has changed: {count} fields that the profile reads", board.object));
        super::open(model, Kind::Drift(board));
    }
}

pub fn table(board: &DriftBoard) -> Table {
    let row = |line: &DriftLine| -> Vec<Cell> {
        let sure = line.confidence.map_or_else(String::new, |sure| format!("{:.0}%", (sure * 100.0).floor()));
        let used = if line.used { "read" } else { "" };
        vec![
            (if line.marked { "●" } else { " " }.to_owned(), Ink::Accent),
            (line.what.word().to_owned(), line.what.ink()),
            super::plain(line.name.clone()),
            super::plain(line.now.clone().unwrap_or_default()),
            super::muted(sure),
            super::muted(used),
        ]
    };
    let marked = board.lines.iter().filter(|line| line.marked).count();
    Table {
        title: board.object.clone(),
        note: if board.lines.is_empty() { "has not changed" } else { "has changed" }.to_owned(),
        right: format!("{marked} marked"),
        intro: vec![super::muted(
            "Space marks, Enter chooses the new name, a rebinds what is marked and leaves the rest",
        )],
        columns: vec![
            Column::new("", 1, 0),
            Column::new("", 9, 0),
            Column::new("field", 12, 1),
            Column::new("now", 12, 1),
            Column::right("", 4),
            Column::new("", 5, 0),
        ],
        rows: board.lines.iter().map(row).collect(),
        empty: vec!["The source has the fields that the profile was made for."],
    }
}

pub fn detail(board: &DriftBoard, row: usize) -> Detail {
    let Some(line) = board.lines.get(row) else { return Detail::new() };
    let text = match (line.what, line.reason.is_empty()) {
        (What::Lost, _) => "nothing in the source looks like it; Enter chooses another field".to_owned(),
        (What::Added, _) => "the source has it since; the map shows it".to_owned(),
        (_, true) => String::new(),
        (_, false) => line.reason.clone(),
    };
    vec![("", super::plain(text))]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    match id {
        Id::Mark => mark(model, selected),
        Id::Choose => choose(model, selected),
        Id::Accept => apply(model),
        _ => {}
    }
    Vec::new()
}

fn board(model: &mut Model) -> Option<&mut DriftBoard> {
    match model.overlays.last_mut() {
        Some(Overlay::Board(board)) => match &mut board.kind {
            Kind::Drift(drift) => Some(drift),
            _ => None,
        },
        _ => None,
    }
}

fn mark(model: &mut Model, selected: Option<usize>) {
    let line = board(model).and_then(|board| board.lines.get_mut(selected?));
    match line {
        Some(line) if line.what == What::Renamed => line.marked = !line.marked,
        Some(_) => model.say(Tone::Note, "only a field with a new name can be rebound: Enter chooses one"),
        None => {}
    }
}

fn choose(model: &mut Model, selected: Option<usize>) {
    let Some(at) = selected else { return };
    let can = board(model)
        .and_then(|board| board.lines.get(at))
        .is_some_and(|line| matches!(line.what, What::Lost | What::Renamed));
    let Some(source) = model.project.as_ref().and_then(|project| project.source()).filter(|_| can) else { return };
    let rows = source.object.fields.iter().map(|field| field.name.clone()).collect();
    let purpose = ChooserPurpose::Rebind { line: at };
    let title = "It is now called".to_owned();
    model.overlays.push(Overlay::Chooser(Chooser { title, rows, pane: ListPane::default(), purpose }));
}

/// A field of the source was chosen for a lost one.
pub fn chosen(model: &mut Model, line: usize, name: &str) {
    if let Some(line) = board(model).and_then(|board| board.lines.get_mut(line)) {
        line.what = What::Renamed;
        line.now = Some(name.to_owned());
        line.confidence = None;
        "you chose it".clone_into(&mut line.reason);
        line.marked = true;
    }
}

/// Rebinds what is marked, as one change.
fn apply(model: &mut Model) {
    let Some(drift) = board(model).cloned() else { return };
    let names: Vec<(String, String)> = drift
        .lines
        .iter()
        .filter(|line| line.marked)
        .filter_map(|line| Some((line.name.clone(), line.now.clone()?)))
        .collect();
    let Some(project) = &mut model.project else { return };
    let Some(mapping) = project.profile.objects.get(drift.pair) else { return };
    let Some(edit) = rebind(drift.pair, mapping, &names) else {
        return model.say(Tone::Note, "nothing is marked that the profile reads");
    };
    let mut profile = Profile::clone(&project.profile);
    let name = edit.name();
    if edit.apply(&mut profile).is_err() {
        return;
    }
    project.replace(name, profile);
    map::refresh(model);
    if let Some(board) = board(model) {
        board.lines.retain(|line| !line.marked);
    }
    let left =
        board(model).map_or(0, |board| board.lines.iter().filter(|line| line.used && line.what != What::Added).count());
    if left == 0 {
        model.overlays.pop();
    }
    model.say(Tone::Good, format!("{} fields rebound; {left} left; u undoes it", names.len()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Expression, FieldMapping, FilledBy, ObjectMapping};
    use crate::schema::Field;

    #[test]
    fn what_the_profile_reads_and_the_source_lost_matters() {
        let field = FieldMapping {
            target: "Email".to_owned(),
            filled_by: FilledBy::Expression(Expression::new("email | email")),
            ..FieldMapping::default()
        };
        let mapping = ObjectMapping { from: "c.csv".to_owned(), fields: vec![field], ..ObjectMapping::default() };
        let profile = Profile { objects: vec![mapping], ..Profile::default() };
        let object = |names: &[&str]| Object {
            name: "c.csv".to_owned(),
            fields: names.iter().map(|name| Field::named(*name)).collect(),
            ..Object::default()
        };
        assert!(!drift_of(&profile, 0, None, &object(&["email", "new"])).matters());
        let board = drift_of(&profile, 0, None, &object(&["e_mail", "other"]));
        assert!(board.matters());
        assert_eq!(board.lines[0].what, What::Renamed);
        assert_eq!(board.lines[0].now.as_deref(), Some("e_mail"));
        let board = drift_of(&profile, 0, Some(&object(&["email"])), &object(&["email", "new"]));
        assert_eq!(board.lines.iter().map(|line| line.what).collect::<Vec<_>>(), [What::Added]);
    }
}
