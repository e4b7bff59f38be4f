//! Run: what will happen, then what happens. The run itself is a process of its own whose journal is followed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::boards::forecast::Forecast;
use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Confirm, ConfirmAction, Effect, ListPane, Model, Overlay, Place, Sheet, Tone};
use crate::connect::WriteMode;
use crate::engine::{Finding, Ledger, Phase, RunEvent};
use crate::profile::Profile;
use crate::record::Origin;
use crate::report::{Report, words};
use crate::workspace::{RunEntry, RunState};

/// A run's process has started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStarted {
    pub folder: PathBuf,
    pub dry_run: bool,
}

/// A rejected record as the journal told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    pub object: String,
    pub origin: Origin,
    pub findings: Vec<Finding>,
}

/// One object's progress.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectProgress {
    pub name: String,
    pub ledger: Ledger,
    pub source_bytes: u64,
    pub total_bytes: Option<u64>,
    pub done: bool,
    /// The most frequent reasons so far.
    pub reasons: Vec<(String, u64)>,
}

/// A run that goes on or has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Following {
    pub folder: PathBuf,
    pub dry_run: bool,
    pub phase: Phase,
    pub objects: Vec<ObjectProgress>,
    /// Of the run, as its events tell it.
    pub elapsed: Duration,
    /// Records a second, one entry an event, for the sparkline.
    pub rates: Vec<u64>,
    pub notices: Vec<String>,
    pub exit: Option<i32>,
    pub ended: bool,
    pub cancelling: bool,
    /// When the run began on the screen's clock.
    pub since: Duration,
    pub paused: bool,
    /// What its process holds and held at most, in bytes; 0 where that is not known.
    pub memory: (u64, u64),
}

/// Rejects kept for the list; the rest stand in the run's folder.
const KEPT: usize = 1_000;
/// Rates kept for the sparkline.
const RATES: usize = 240;

#[derive(Debug, Clone, Default)]
pub struct RunPlace {
    pub pane: ListPane,
    pub following: Option<Following>,
    pub rejects: Vec<Rejected>,
    /// A process was asked for and has not answered.
    pub starting: bool,
    /// The report of the last dry run and the profile it was of.
    pub dry: Option<(u64, Box<Report>)>,
    /// What a run would do, of the profile as it was when that was asked.
    pub forecast: Option<Box<Forecast>>,
}

impl RunPlace {
    pub fn running(&self) -> bool {
        self.starting || self.following.as_ref().is_some_and(|following| !following.ended)
    }

    /// Time alone moves the elapsed time while a run goes on.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        self.running().then(|| now + Duration::from_millis(250))
    }
}

impl Following {
    /// A run of which nothing is known yet.
    fn begun(folder: PathBuf, dry_run: bool, now: Duration) -> Following {
        Following {
            folder,
            dry_run,
            phase: Phase::Reading,
            objects: Vec::new(),
            elapsed: Duration::ZERO,
            rates: Vec::new(),
            notices: Vec::new(),
            exit: None,
            ended: false,
            cancelling: false,
            since: now,
            paused: false,
            memory: (0, 0),
        }
    }

    /// All objects together.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        for object in &self.objects {
            ledger.add(&object.ledger);
        }
        ledger
    }

    /// Reasons of all objects so far, the most frequent first.
    pub fn reasons(&self) -> Vec<(String, u64)> {
        let mut reasons: Vec<(String, u64)> =
            self.objects.iter().flat_map(|object| object.reasons.iter().cloned()).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        reasons
    }

    /// Share of the source's bytes that were read, where their number is known.
    pub fn share(&self) -> Option<f64> {
        let total: u64 = self.objects.iter().map(|object| object.total_bytes).sum::<Option<u64>>()?;
        let read: u64 = self.objects.iter().map(|object| object.source_bytes).sum();
        (total > 0).then(|| (read as f64 / total as f64).min(1.0))
    }

    /// Records a second over the whole run.
    pub fn rate(&self) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { self.ledger().read as f64 / seconds } else { 0.0 }
    }

    /// Seconds until the end at the rate so far.
    pub fn remaining(&self) -> Option<f64> {
        let share = self.share().filter(|share| *share > 0.01)?;
        Some(self.elapsed.as_secs_f64() * (1.0 - share) / share)
    }

    fn object(&mut self, name: &str) -> &mut ObjectProgress {
        let at = self.objects.iter().position(|object| object.name == name).unwrap_or_else(|| {
            self.objects.push(ObjectProgress { name: name.to_owned(), ..ObjectProgress::default() });
            self.objects.len() - 1
        });
        &mut self.objects[at]
    }
}

pub fn rows(model: &Model) -> Vec<usize> {
    let texts: Vec<String> = model.run.rejects.iter().map(row_text).collect();
    filter::matching(model.run.pane.filter.text(), &texts, Order::List)
}

pub fn row_text(reject: &Rejected) -> String {
    let labels: Vec<String> = reject.findings.iter().map(Finding::label).collect();
    format!("{} {} {}", reject.object, reject.origin.number, labels.join(" "))
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::DryRun => start(model, true),
        Id::Pause => pause(model),
        Id::Resume => resume(model),
        Id::Choose => {
            reject_sheet(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Asks before a run that writes: what, where, and what the dry run said.
pub fn ask(model: &mut Model) {
    model.place = Place::Run;
    let Some(project) = &model.project else { return };
    let mut lines =
        vec![format!("from  {}", project.profile.source.address), format!("to    {}", project.profile.target.address)];
    for object in &project.profile.objects {
        lines.push(format!("      {} → {} ({} fields)", object.from, object.to, object.fields.len()));
    }
    let forecast = model.run.forecast.as_ref();
    match &model.run.dry {
        _ if forecast.is_some_and(|forecast| forecast.complete && forecast.revision == project.revision) => {
            lines.push(format!("forecast: {}", forecast.map_or_else(String::new, |forecast| forecast.sentence())));
        }
        Some((revision, report)) if *revision == project.revision => {
            let ledger = &report.ledger;
            lines.push(format!(
                "dry run: {} of {} would be written, {} rejected, {} duplicates",
                words::count(ledger.written()),
                words::records(ledger.read),
                words::count(ledger.rejected),
                words::count(ledger.duplicate)
            ));
        }
        Some(_) => lines
            .push("the profile has changed since the last dry run (Esc, then f, tells what would happen)".to_owned()),
        None => lines.push("there was no forecast yet (Esc, then f, tells first what would happen)".to_owned()),
    }
    model.overlays.push(Overlay::Confirm(Confirm {
        title: "Run the profile".to_owned(),
        lines,
        verb: "Run",
        action: ConfirmAction::Run,
        on_verb: false,
    }));
}

/// Starts the run's process.
pub fn start(model: &mut Model, dry_run: bool) -> Vec<Effect> {
    let Some(project) = &mut model.project else { return Vec::new() };
    let (profile, path) = (Arc::clone(&project.profile), project.path.clone());
    if !dry_run {
        project.ran = Some(Arc::clone(&profile));
    }
    model.run.starting = true;
    model.run.following = None;
    model.run.rejects.clear();
    model.run.pane = ListPane::default();
    model.place = Place::Run;
    model.begin("starting");
    vec![Effect::StartRun { profile, path, dry_run, rejects: None }]
}

/// Runs the rejects of the report's object again, with the profile as it is now.
pub fn start_again(model: &mut Model, object: usize) -> Vec<Effect> {
    let (Some(report), Some(folder)) = (&model.report.report, model.report.folder.clone()) else { return Vec::new() };
    let Some(file) = report.objects.get(object).and_then(|object| object.rejects_file.clone()) else {
        return Vec::new();
    };
    let dry_run = report.dry_run;
    let Some(project) = &model.project else { return Vec::new() };
    let Some(mapping) = project.profile.objects.get(object) else { return Vec::new() };
    let mut mapping = mapping.clone();
    // A file is there already by now: what passes is added to it.
    let is_file = project.profile.target.scheme().is_none();
    if mapping.write == WriteMode::Replace || (is_file && mapping.write == WriteMode::Insert) {
        mapping.write = WriteMode::Append;
    }
    let profile = Profile { objects: vec![mapping], ..Profile::clone(&project.profile) };
    let path = project.path.clone();
    model.overlays.clear();
    model.run.starting = true;
    model.run.following = None;
    model.run.rejects.clear();
    model.run.pane = ListPane::default();
    model.place = Place::Run;
    model.begin("starting");
    vec![Effect::StartRun { profile: Arc::new(profile), path, dry_run, rejects: Some(folder.join(file)) }]
}

fn pause(model: &mut Model) -> Vec<Effect> {
    let Some(following) = &mut model.run.following else { return Vec::new() };
    following.paused = !following.paused;
    let paused = following.paused;
    model.say(
        Tone::Note,
        if paused { "paused; p goes on (a target that is written to stays open)" } else { "the run goes on" },
    );
    vec![Effect::PauseRun(paused)]
}

/// Finishes the run that was cut off, in its own folder.
fn resume(model: &mut Model) -> Vec<Effect> {
    let Some(folder) = model.run.following.as_ref().map(|following| following.folder.clone()) else {
        return Vec::new();
    };
    let Some(project) = &model.project else { return Vec::new() };
    let (profile, path) = (Arc::clone(&project.profile), project.path.clone());
    model.run.starting = true;
    model.run.rejects.clear();
    model.begin("starting");
    vec![Effect::ResumeRun { profile, path, folder }]
}

/// What the run's process holds now.
pub fn memory(model: &mut Model, bytes: u64) {
    if let Some(following) = &mut model.run.following {
        following.memory = (bytes, following.memory.1.max(bytes));
    }
}

/// Asks the run to end at the next safe point.
pub fn cancel(model: &mut Model) -> Vec<Effect> {
    if let Some(following) = &mut model.run.following {
        following.cancelling = true;
    }
    model.say(Tone::Note, "cancelling at the next safe point; what was written stays accounted for");
    vec![Effect::CancelRun]
}

pub fn started(model: &mut Model, started: RunStarted) {
    model.end("starting");
    model.run.starting = false;
    if !started.dry_run {
        // The target is no longer what the forecast saw.
        model.run.forecast = None;
    }
    model.run.following = Some(Following::begun(started.folder, started.dry_run, model.now));
}

/// Takes a run of earlier up again: its report, or, where it was cut off, its place with what finishes it.
pub fn take_up(model: &mut Model, run: &RunEntry) -> Vec<Effect> {
    let report = Effect::ReadReport { folder: run.folder.clone() };
    match run.state {
        // It is followed as soon as it is found.
        RunState::Running => model.place = Place::Run,
        RunState::Interrupted | RunState::Cancelled if !run.dry_run => {
            model.place = Place::Run;
            let mut following = Following::begun(run.folder.clone(), false, model.now);
            (following.ended, following.exit) = (true, (run.state == RunState::Cancelled).then_some(4));
            if let Some(ledger) = run.ledger {
                following.objects.push(ObjectProgress { ledger, ..ObjectProgress::default() });
            }
            model.run.following = Some(following);
            model.run.rejects.clear();
            model.say(Tone::Note, "r finishes this run: what it wrote stays, the rest follows");
            return run.ledger.map(|_| report).into_iter().collect();
        }
        _ if run.ledger.is_none() => {
            model.place = Place::Run;
            model.say(Tone::Note, if run.needs.is_empty() { "this run has no report" } else { run.needs.as_str() });
        }
        _ => {
            model.place = Place::Report;
            return vec![report];
        }
    }
    Vec::new()
}

pub fn event(model: &mut Model, event: RunEvent) {
    let Some(following) = &mut model.run.following else { return };
    match event {
        RunEvent::Started { .. } => {}
        RunEvent::ObjectStarted { object, total_bytes } => following.object(&object).total_bytes = total_bytes,
        RunEvent::Progress { object, ledger, source_bytes, elapsed_ms, reasons, .. } => {
            following.object(&object).reasons = reasons;
            progress(following, &object, ledger, source_bytes, Duration::from_millis(elapsed_ms));
        }
        RunEvent::Rejected { object, origin, findings } => {
            if model.run.rejects.len() < KEPT {
                let origin = Origin { number: origin.number, line: origin.line };
                model.run.rejects.push(Rejected { object, origin, findings });
            }
        }
        RunEvent::ObjectFinished { object, ledger } => {
            let object = following.object(&object);
            object.ledger = ledger;
            object.done = true;
            object.source_bytes = object.total_bytes.unwrap_or(object.source_bytes);
        }
        RunEvent::Phase { phase } => following.phase = phase,
        RunEvent::Notice { text } => following.notices.push(text),
        RunEvent::Finished { exit, .. } => following.exit = Some(exit),
    }
}

fn progress(following: &mut Following, object: &str, ledger: Ledger, source_bytes: u64, elapsed: Duration) {
    let before = following.ledger().read;
    let object = following.object(object);
    object.ledger = ledger;
    object.source_bytes = source_bytes;
    let after = following.ledger().read;
    let step = elapsed.saturating_sub(following.elapsed).as_secs_f64();
    if step > 0.0 {
        following.rates.push((after.saturating_sub(before) as f64 / step) as u64);
        if following.rates.len() > RATES {
            following.rates.remove(0);
        }
        following.elapsed = elapsed;
    }
}

/// The process has ended: its report tells the rest.
pub fn ended(model: &mut Model, exit: Option<i32>, errors: &str) -> Vec<Effect> {
    model.end("starting");
    model.run.starting = false;
    let Some(following) = &mut model.run.following else { return Vec::new() };
    following.ended = true;
    following.exit = exit;
    let folder = following.folder.clone();
    let what = if following.dry_run { "dry run" } else { "run" };
    let (tone, text) = match exit {
        Some(0) => (Tone::Good, format!("{what} done; 5 shows the report")),
        Some(3) => (Tone::Bad, format!("{what} stopped: rejects passed the threshold; 5 shows why")),
        Some(4) => (Tone::Note, format!("{what} cancelled; every record is accounted for in the report")),
        Some(5) => (Tone::Bad, format!("{what} ended, but the ledger does not balance: please report this")),
        _ => (Tone::Bad, format!("{what} failed")),
    };
    model.say(tone, text);
    if !errors.trim().is_empty() && !matches!(exit, Some(0 | 4)) {
        let problem = crate::app::Problem::new(format!("The {what} ended early"), errors);
        model.overlays.push(Overlay::Sheet(Sheet::of(problem)));
    }
    vec![Effect::ReadReport { folder }]
}

fn reject_sheet(model: &mut Model) {
    let Some(reject) = model.selected(crate::app::PaneId::RunRejects).and_then(|at| model.run.rejects.get(at)) else {
        return;
    };
    let lines = reject.findings.iter().map(|finding| (finding.label(), finding.reason.clone())).collect();
    let title = format!("{}, {}", reject.object, reject.origin);
    model.overlays.push(Overlay::Sheet(Sheet { title, lines, pane: ListPane::default() }));
}

pub fn copyable(model: &Model) -> Option<String> {
    let following = model.run.following.as_ref()?;
    Some(following.folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_gives_share_rate_and_the_time_that_remains() {
        let mut run = Following::begun(PathBuf::new(), false, Duration::ZERO);
        run.object("contacts.csv").total_bytes = Some(1_000);
        let ledger = Ledger { read: 50, ..Ledger::default() };
        progress(&mut run, "contacts.csv", ledger, 250, Duration::from_secs(5));
        assert_eq!(run.share(), Some(0.25));
        assert_eq!(run.rate(), 10.0);
        assert_eq!(run.remaining(), Some(15.0));
        assert_eq!(run.rates, [10]);
    }
}
