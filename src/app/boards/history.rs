//! Every change since the profile was opened; any state can be gone back to, and forward again.

use super::{Cell, Column, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::places::map;
use crate::app::{Effect, Model, Tone};

/// Opens the history with the present state selected.
pub fn open(model: &mut Model) {
    let Some(at) = model.project.as_ref().map(|project| project.position()) else { return };
    super::open(model, Kind::History);
    super::select(model, at);
}

pub fn table(model: &Model) -> Table {
    let Some(project) = &model.project else { return Table::default() };
    let here = project.position();
    let steps: Vec<&str> = std::iter::once("as it was opened").chain(project.steps()).collect();
    let row = |(at, label): (usize, &&str)| -> Vec<Cell> {
        let (mark, ink) = match at.cmp(&here) {
            std::cmp::Ordering::Less => ("", Ink::Text),
            std::cmp::Ordering::Equal => ("▸", Ink::Title),
            std::cmp::Ordering::Greater => ("", Ink::Faint),
        };
        let word = match at.cmp(&here) {
            std::cmp::Ordering::Less => "",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "undone",
        };
        vec![
            (mark.to_owned(), Ink::Accent),
            (at.to_string(), Ink::Muted),
            ((*label).to_owned(), ink),
            (word.to_owned(), Ink::Muted),
        ]
    };
    Table {
        title: "History".to_owned(),
        note: "Enter goes there".to_owned(),
        right: format!("{here} of {} changes", steps.len() - 1),
        columns: vec![
            Column::new("", 1, 0),
            Column::right("#", 4),
            Column::new("change", 20, 1),
            Column::new("", 6, 0),
        ],
        rows: steps.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(at) = selected.filter(|_| id == Id::Choose) else { return Vec::new() };
    if let Some(project) = &mut model.project {
        project.go_to(at);
    }
    map::refresh(model);
    let words = if at == 0 { "as it was opened".to_owned() } else { format!("after change {at}") };
    model.say(Tone::Note, format!("the profile is {words}"));
    Vec::new()
}

/// After an undo or a redo the present state is selected.
pub fn follow(model: &mut Model) {
    let Some(at) = model.project.as_ref().map(|project| project.position()) else { return };
    if super::top(model).is_some_and(|board| matches!(board.kind, Kind::History)) {
        super::select(model, at);
    }
}
