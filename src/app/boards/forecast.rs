//! What a run would do before it does it: every fate with its count, each opening records.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::figures::short_share;
use crate::app::{Effect, Model, Tone};
use crate::engine::{Fate, Ledger};
use crate::report::words;

/// What is known of a run that has not been.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast {
    /// Of the profile that it is about.
    pub revision: u64,
    pub objects: Vec<ObjectForecast>,
    pub how: How,
    pub source_bytes: u64,
    pub total_bytes: Option<u64>,
    pub complete: bool,
    /// Why it ended early.
    pub stopped: Option<String>,
}

/// What would become of the records of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectForecast {
    pub from: String,
    pub to: String,
    pub ledger: Ledger,
    /// Why records are rejected, the most frequent reason first.
    pub reasons: Vec<(String, u64)>,
}

/// How it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    /// The target begins anew or is added to: what is valid is created.
    #[default]
    Counted,
    /// The whole run was made on a copy of the target.
    Rehearsed,
    /// The target is too large to be copied: what is there already is not told apart.
    NotCompared,
}

impl Forecast {
    /// All objects together.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        for object in &self.objects {
            ledger.add(&object.ledger);
        }
        ledger
    }

    /// One sentence: `307 created, 54 rejected, 16 duplicate of 383 records`.
    pub fn sentence(&self) -> String {
        let ledger = self.ledger();
        let told = Fate::ALL.iter().filter(|fate| ledger.of(**fate) > 0);
        let parts: Vec<String> =
            told.map(|fate| format!("{} {}", words::count(ledger.of(*fate)), fate.word())).collect();
        let what = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        format!("{what} of {}", words::records(ledger.read))
    }

    /// The lines of the board: object and fate.
    fn lines(&self) -> Vec<(usize, Fate)> {
        let of = |(at, object): (usize, &ObjectForecast)| {
            let told = Fate::ALL.into_iter().filter(|fate| object.ledger.of(*fate) > 0);
            told.map(|fate| (at, fate)).collect::<Vec<_>>()
        };
        self.objects.iter().enumerate().flat_map(of).collect()
    }
}

/// Opens the forecast of the profile as it is now; what is known already is not found out again.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let revision = project.revision;
    let profile = std::sync::Arc::clone(&project.profile);
    let objects = profile.objects.iter().map(|object| ObjectForecast {
        from: object.from.clone(),
        to: object.to.clone(),
        ..ObjectForecast::default()
    });
    let begun = Forecast { revision, objects: objects.collect(), ..Forecast::default() };
    super::open(model, Kind::Forecast);
    let known = |forecast: &Forecast| forecast.revision == revision && forecast.stopped.is_none();
    if model.run.forecast.as_deref().is_some_and(known) {
        return Vec::new();
    }
    model.run.forecast = Some(Box::new(begun));
    model.begin("forecasting");
    vec![Effect::Forecast { revision, profile }]
}

/// More is known, or all of it.
pub fn told(model: &mut Model, forecast: Forecast) {
    if model.run.forecast.as_ref().is_none_or(|known| known.revision != forecast.revision) {
        return;
    }
    if forecast.complete || forecast.stopped.is_some() {
        model.end("forecasting");
        match &forecast.stopped {
            Some(reason) => model.say(Tone::Bad, format!("the forecast stopped: {reason}")),
            None => model.say(Tone::Good, forecast.sentence()),
        }
    }
    model.run.forecast = Some(Box::new(forecast));
}

pub fn table(model: &Model) -> Table {
    let Some(forecast) = model.run.forecast.as_deref() else { return Table::default() };
    let mut before = usize::MAX;
    let mut rows = Vec::new();
    for (at, fate) in forecast.lines() {
        let Some(object) = forecast.objects.get(at) else { continue };
        let name = if at == before { String::new() } else { object.to.clone() };
        before = at;
        let number = object.ledger.of(fate);
        rows.push(vec![
            (name, Ink::Title),
            (fate.word().to_owned(), ink(fate)),
            super::plain(words::count(number)),
            super::muted(short_share(words::ratio(number, object.ledger.read))),
            super::muted(about(object, fate)),
        ]);
    }
    Table {
        title: "Forecast".to_owned(),
        note: "Enter opens the records".to_owned(),
        right: words::records(forecast.ledger().read),
        intro: vec![head(forecast)],
        columns: vec![
            Column::new("object", 8, 1),
            Column::new("", 11, 0),
            Column::right("records", 9),
            Column::right("share", 5),
            Column::new("", 12, 3),
        ],
        rows,
        empty: if forecast.complete {
            vec!["The source has no records."]
        } else {
            vec!["Counting every record of the source.", "Nothing is written to the target."]
        },
    }
}

fn head(forecast: &Forecast) -> Cell {
    if let Some(stopped) = &forecast.stopped {
        return (stopped.clone(), Ink::Bad);
    }
    if !forecast.complete {
        let share = forecast.total_bytes.filter(|total| *total > 0);
        let share = share.map(|total| short_share(forecast.source_bytes as f64 / total as f64));
        return super::muted(format!("{} counted so far; nothing is written", share.unwrap_or_default()).trim_start());
    }
    match forecast.how {
        How::Counted => super::muted("counted record by record; nothing was written"),
        How::Rehearsed => super::muted("rehearsed on a copy of the target; the target was not touched"),
        How::NotCompared => ("the target is too large to be copied: created may be updated".to_owned(), Ink::Warn),
    }
}

fn ink(fate: Fate) -> Ink {
    match fate {
        Fate::Created | Fate::Updated => Ink::Good,
        Fate::Rejected | Fate::Failed => Ink::Bad,
        Fate::Duplicate | Fate::Unprocessed => Ink::Warn,
        Fate::Unchanged | Fate::Filtered => Ink::Muted,
    }
}

fn about(object: &ObjectForecast, fate: Fate) -> String {
    let reason = |(label, count): &(String, u64)| format!("{label} {}", words::count(*count));
    match fate {
        Fate::Created => "new in the target".to_owned(),
        Fate::Updated => "in the target, with other values".to_owned(),
        Fate::Unchanged => "in the target as they are".to_owned(),
        Fate::Rejected => {
            let named = object.reasons.iter().filter(|(label, _)| label != DUPLICATE);
            named.map(reason).collect::<Vec<_>>().join("  ")
        }
        Fate::Duplicate => "another record with the same key stays".to_owned(),
        Fate::Filtered => "left out by `where`".to_owned(),
        Fate::Failed => "the target refuses them".to_owned(),
        Fate::Unprocessed => "not reached".to_owned(),
    }
}

/// The label under which the engine keeps duplicates among the rejects.
const DUPLICATE: &str = "record:duplicate";

/// All reasons of the selected line, which its row may have cut off.
pub fn detail(model: &Model, row: usize) -> Detail {
    let Some(forecast) = model.run.forecast.as_deref() else { return Detail::new() };
    let Some((at, fate)) = forecast.lines().get(row).copied() else { return Detail::new() };
    let Some(object) = forecast.objects.get(at) else { return Detail::new() };
    let what = format!("{} → {}: {} {}", object.from, object.to, words::count(object.ledger.of(fate)), fate.word());
    vec![("", super::plain(what)), ("", super::muted(about(object, fate)))]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let line = model.run.forecast.as_deref().and_then(|forecast| forecast.lines().get(selected?).copied());
    let complete = model.run.forecast.as_deref().is_some_and(|forecast| forecast.complete);
    match (id, line) {
        (Id::Choose, Some(_)) if !complete => {
            model.say(Tone::Note, "the records can be opened when all are counted");
            Vec::new()
        }
        (Id::Choose, Some((object, fate))) => {
            model.begin("finding records");
            vec![Effect::ReadForecast { object, fate }]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_says_what_happens_in_a_sentence_and_lists_only_what_does() {
        let ledger = Ledger { read: 10, created: 7, rejected: 3, ..Ledger::default() };
        let object = ObjectForecast { to: "person".to_owned(), ledger, ..ObjectForecast::default() };
        let forecast = Forecast { objects: vec![object], complete: true, ..Forecast::default() };
        assert_eq!(forecast.sentence(), "7 created, 3 rejected of 10 records");
        assert_eq!(forecast.lines(), [(0, Fate::Created), (0, Fate::Rejected)]);
        assert_eq!(Forecast::default().sentence(), "nothing of 0 records");
    }
}
