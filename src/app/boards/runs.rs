//! The runs beside the profile: each with its state; Enter follows a running one and opens the report of a finished one.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::places::run::take_up;
use crate::app::{Effect, Model, Place, Tone};
use crate::report::words;
use crate::workspace::{RunEntry, RunState};

#[derive(Debug, Clone, Default)]
pub struct Runs {
    pub list: Vec<RunEntry>,
}

pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    vec![Effect::FindRuns { profile: project.draft_for.clone() }]
}

pub fn found(model: &mut Model, list: Vec<RunEntry>) {
    super::open(model, Kind::Runs(Runs { list }));
}

pub fn table(runs: &Runs) -> Table {
    let row = |run: &RunEntry| -> Vec<Cell> {
        let ink = match run.state {
            RunState::Done => Ink::Good,
            RunState::Running => Ink::Accent,
            RunState::Interrupted | RunState::Failed => Ink::Bad,
            _ => Ink::Warn,
        };
        let kind = if run.dry_run { "dry run" } else { "run" };
        let figure = |pick: fn(&crate::engine::Ledger) -> u64| {
            run.ledger.as_ref().map_or_else(String::new, |ledger| words::count(pick(ledger)))
        };
        vec![
            super::muted(run.started.chars().take(16).collect::<String>().replace('T', " ")),
            (run.state.word().to_owned(), ink),
            super::plain(kind),
            super::muted(figure(|ledger| ledger.read)),
            (figure(|ledger| ledger.written()), Ink::Good),
            (figure(|ledger| ledger.rejected), Ink::Bad),
            super::muted(run.profile.rsplit('/').next().unwrap_or_default().to_owned()),
        ]
    };
    Table {
        title: "Runs".to_owned(),
        note: "Enter opens one".to_owned(),
        right: crate::app::figures::many(runs.list.len(), "run"),
        columns: vec![
            Column::new("started (UTC)", 16, 0),
            Column::new("state", 11, 0),
            Column::new("", 7, 0),
            Column::right("read", 9).optional(),
            Column::right("written", 9).optional(),
            Column::right("rejected", 9),
            Column::new("profile", 8, 1).optional(),
        ],
        rows: runs.list.iter().map(row).collect(),
        empty: vec!["There is no run yet.", "4 goes to the run: d tells what would happen, R runs."],
        ..Table::default()
    }
}

pub fn detail(runs: &Runs, row: usize) -> Detail {
    let Some(run) = runs.list.get(row) else { return Detail::new() };
    let mut detail = vec![("folder", super::muted(run.folder.display().to_string()))];
    if !run.needs.is_empty() {
        detail.push(("next", super::plain(run.needs.clone())));
    }
    detail
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(Kind::Runs(runs)) = super::top(model).map(|board| &board.kind) else { return Vec::new() };
    let Some(run) = selected.and_then(|at| runs.list.get(at)).cloned() else { return Vec::new() };
    match (id, run.state) {
        (Id::Choose, RunState::Running) => {
            if model.run.running() {
                model.say(Tone::Note, "the screen follows a run already");
                return Vec::new();
            }
            model.overlays.pop();
            model.place = Place::Run;
            vec![Effect::FollowRun { folder: run.folder, dry_run: run.dry_run }]
        }
        (Id::Choose, _) if model.run.running() => {
            model.say(Tone::Note, "the screen follows a run; this one can be opened when it has ended");
            Vec::new()
        }
        (Id::Choose, _) => {
            model.overlays.pop();
            take_up(model, &run)
        }
        _ => Vec::new(),
    }
}
