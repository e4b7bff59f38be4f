//! A field's statistics as a list of which every line opens its records: values, patterns, empty ones, the longest.

use super::records::{Wanted, find};
use super::{Cell, Column, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::figures::short_share;
use crate::app::{Effect, Model, PaneId, Place};
use crate::report::words;
use crate::schema::FieldStats;

#[derive(Debug, Clone)]
pub struct Frequent {
    pub object: String,
    pub stats: Box<FieldStats>,
}

/// Opens the statistics of the selected source field.
pub fn open(model: &mut Model) {
    let found = match model.place {
        Place::Data => {
            let at = model.selected(PaneId::Fields);
            at.and_then(|at| Some((model.data.source_name(model)?.to_owned(), model.data.stats(model, at)?.clone())))
        }
        _ => {
            let at = model.selected(PaneId::Sources);
            let source = model.project.as_ref().and_then(|project| project.source());
            at.and_then(|at| Some((source?.name.clone(), source?.field_stats(at)?.clone())))
        }
    };
    match found {
        Some((object, stats)) => super::open(model, Kind::Frequent(Frequent { object, stats: Box::new(stats) })),
        None => model.say(crate::app::Tone::Note, "only a field of the source has statistics"),
    }
}

/// A line: what it says, and the records that it stands for.
fn lines(stats: &FieldStats) -> Vec<(&'static str, String, u64, Wanted)> {
    let mut lines = Vec::new();
    let empty = stats.missing + stats.null;
    if empty > 0 {
        lines.push(("empty", String::new(), empty, Wanted::Empty));
    }
    for value in stats.values.iter().filter(|value| !value.cut) {
        lines.push(("value", value.text.clone(), value.count, Wanted::Value(value.text.clone())));
    }
    for pattern in stats.patterns.iter().filter(|pattern| !pattern.cut) {
        lines.push(("pattern", pattern.text.clone(), pattern.count, Wanted::Shape(pattern.text.clone())));
    }
    for (word, length) in [("shortest", stats.min_length), ("longest", stats.max_length)] {
        if let Some(length) = length {
            lines.push((word, format!("{length} characters"), 0, Wanted::Length(length)));
        }
    }
    for fit in &stats.fits {
        if let Some(misfit) = &fit.misfit {
            let text = format!("{} is no {}", misfit.text, crate::app::places::data::type_name(fit.field_type));
            lines.push(("misfit", text, 1, Wanted::Number(misfit.record)));
        }
    }
    lines
}

pub fn table(board: &Frequent) -> Table {
    let stats = &board.stats;
    let row = |(kind, text, count, _): &(&'static str, String, u64, Wanted)| -> Vec<Cell> {
        let count_text = if *count > 0 { words::count(*count) } else { String::new() };
        let share = if *count > 0 { short_share(words::ratio(*count, stats.records)) } else { String::new() };
        vec![super::muted(*kind), super::plain(text.clone()), super::muted(count_text), (share, Ink::Muted)]
    };
    let about = if stats.distinct.exact { "" } else { "about " };
    Table {
        title: stats.name.clone(),
        note: "Enter opens the records".to_owned(),
        right: format!("{about}{} different values", words::count(stats.distinct.count)),
        columns: vec![
            Column::new("", 8, 0),
            Column::new("value", 16, 1),
            Column::right("records", 10),
            Column::right("share", 5),
        ],
        rows: lines(stats).iter().map(row).collect(),
        empty: vec!["The field has no values."],
        ..Table::default()
    }
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(Kind::Frequent(board)) = super::top(model).map(|board| &board.kind) else { return Vec::new() };
    let line = lines(&board.stats).into_iter().nth(selected.unwrap_or(usize::MAX));
    match (id, line) {
        (Id::Choose, Some((.., wanted))) => {
            let (object, field) = (board.object.clone(), board.stats.name.clone());
            find(model, &object, &field, wanted)
        }
        _ => Vec::new(),
    }
}
