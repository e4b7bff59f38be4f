//! How the source is read: what was guessed and why, each of it correctable; the source is then read anew.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::overlay::{Chooser, ChooserPurpose};
use crate::app::{Effect, ListPane, Model, Overlay, Place};
use crate::connect::Location;
use crate::profile::Profile;

/// The settings in the order of the board, each with what can be chosen.
const SETTINGS: [(&str, &[&str]); 5] = [
    ("format", &["csv", "json", "ndjson", "sqlite"]),
    ("delimiter", &[",", ";", "tab", "|", ":", "space"]),
    ("quote", &["\"", "'", "none"]),
    ("encoding", &["utf-8", "windows-1252", "iso-8859-15", "utf-16le", "utf-16be", "ibm866", "macintosh"]),
    ("header", &["the first record names the fields", "there is no header"]),
];

const GUESS: &str = "guess it";

pub fn open(model: &mut Model) {
    super::open(model, Kind::Reading);
}

/// A setting as the profile pins it; nothing where it is guessed.
fn pinned(location: &Location, setting: usize) -> Option<String> {
    let shown = |text: &String| match text.as_str() {
        "\t" => "tab".to_owned(),
        " " => "space".to_owned(),
        "" => "none".to_owned(),
        text => text.to_owned(),
    };
    match setting {
        0 => location.format.clone(),
        1 => location.delimiter.as_ref().map(shown),
        2 => location.quote.as_ref().map(shown),
        3 => location.encoding.clone(),
        _ => location.header.map(|header| SETTINGS[4].1[usize::from(!header)].to_owned()),
    }
}

pub fn table(model: &Model) -> Table {
    let Some(project) = &model.project else { return Table::default() };
    let location = &project.profile.source;
    let row = |(at, (name, _)): (usize, &(&str, &[&str]))| -> Vec<Cell> {
        let (value, word) = match pinned(location, at) {
            Some(value) => ((value, Ink::Text), ("pinned".to_owned(), Ink::Accent)),
            None => (("as guessed".to_owned(), Ink::Muted), (String::new(), Ink::Muted)),
        };
        vec![super::plain(*name), value, word]
    };
    Table {
        title: location.address.clone(),
        note: "is read like this".to_owned(),
        right: "Enter corrects".to_owned(),
        columns: vec![Column::new("", 10, 0), Column::new("setting", 20, 1), Column::new("", 7, 0)],
        rows: SETTINGS.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

/// The evidence of the guess.
pub fn detail(model: &Model) -> Detail {
    let project = model.project.as_ref();
    let selected = project.and_then(|project| {
        let name = if model.place == Place::Data { model.data.source_name(model) } else { None };
        match name {
            Some(name) => project.sources.iter().find(|source| source.name == name),
            None => project.source(),
        }
    });
    let evidence = selected.map_or(&[][..], |source| &source.evidence);
    evidence.iter().map(|line| ("because", super::muted(line.clone()))).collect()
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some((setting, (name, choices))) =
        selected.filter(|_| id == Id::Choose).and_then(|at| Some((at, SETTINGS.get(at)?)))
    else {
        return Vec::new();
    };
    let rows = std::iter::once(&GUESS).chain(choices.iter()).map(|row| (*row).to_owned()).collect();
    let purpose = ChooserPurpose::Reading { setting };
    model.overlays.push(Overlay::Chooser(Chooser {
        title: (*name).to_owned(),
        rows,
        pane: ListPane::default(),
        purpose,
    }));
    Vec::new()
}

/// A setting was chosen: it is pinned in the profile, and the source is read anew.
pub fn chosen(model: &mut Model, setting: usize, row: &str) {
    let Some(project) = &mut model.project else { return };
    let mut profile = Profile::clone(&project.profile);
    let value = (row != GUESS).then(|| row.to_owned());
    let letter = |value: Option<String>| {
        value.map(|value| match value.as_str() {
            "tab" => "\t".to_owned(),
            "space" => " ".to_owned(),
            "none" => String::new(),
            _ => value,
        })
    };
    let source = &mut profile.source;
    match setting {
        0 => source.format = value,
        1 => source.delimiter = letter(value),
        2 => source.quote = letter(value),
        3 => source.encoding = value,
        _ => source.header = value.map(|value| value == SETTINGS[4].1[0]),
    }
    let name = SETTINGS.get(setting).map_or("", |(name, _)| name);
    project.replace(format!("{name} of the source: {row}"), profile);
}

/// Reads the source anew where the profile says otherwise than how it was read; after an undo as well.
pub fn wanted(model: &mut Model) -> Option<Effect> {
    let project = model.project.as_mut()?;
    if project.read_from == project.profile.source {
        return None;
    }
    project.read_from = project.profile.source.clone();
    let profile = std::sync::Arc::clone(&project.profile);
    model.begin("reading the source");
    Some(Effect::Reread { profile })
}
