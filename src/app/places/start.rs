//! The start place: ways to open something, recent profiles, and their latest runs with what each needs.

use std::path::PathBuf;

use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Effect, Entry, Job, ListPane, Model, Overlay, Prompt, PromptPurpose};
use crate::report::words;
use crate::workspace::{RunEntry, RunState};

/// A profile that was open before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub path: PathBuf,
    /// When it was last changed: "2026-11-21 10:42".
    pub changed: String,
    /// Unsaved changes wait in a draft.
    pub draft: bool,
}

#[derive(Debug, Clone, Default)]
pub struct StartPlace {
    pub pane: ListPane,
    pub recents: Vec<Recent>,
    /// The latest runs of recent profiles.
    pub runs: Vec<RecentRun>,
    /// The run that is taken up when its profile is open.
    pub next: Option<RunEntry>,
}

/// A run of a recent profile.
#[derive(Debug, Clone, PartialEq)]
pub struct RecentRun {
    pub profile: PathBuf,
    pub run: RunEntry,
}

impl RecentRun {
    /// What it needs from the operator, and whether it needs anything.
    pub fn needs(&self) -> (String, bool) {
        let rejected = self.run.ledger.as_ref().map_or(0, |ledger| ledger.rejected);
        match self.run.state {
            RunState::Running => ("goes on: follow it".to_owned(), true),
            RunState::Interrupted if !self.run.dry_run => ("was cut off: finish it".to_owned(), true),
            RunState::Cancelled if !self.run.dry_run => ("was cancelled: finish it".to_owned(), true),
            RunState::Interrupted | RunState::Cancelled => ("dry run, not finished".to_owned(), false),
            RunState::Failed => ("failed: see why".to_owned(), true),
            RunState::Stopped => ("stopped: too many rejects".to_owned(), true),
            RunState::Unknown => ("cannot be read".to_owned(), false),
            RunState::Done if self.run.dry_run => ("dry run: look at the report".to_owned(), false),
            RunState::Done if rejected > 0 => (format!("done: {} to mend", words::count(rejected)), true),
            RunState::Done => ("done: look at the report".to_owned(), false),
        }
    }
}

/// What can be chosen before the recent profiles.
pub const CHOICES: [(&str, &str); 4] = [
    ("Map a source to a target", "a file, folder or database into a file, a database, a schema or a template"),
    ("Open a profile", "a mapping saved before"),
    ("Try the demo", "a small, messy CRM export, unpacked to a folder of its own"),
    ("Take the tour", "two minutes on the demo, step by step"),
];

/// Positions: the choices first, then the recent profiles, then their runs.
pub fn rows(model: &Model) -> Vec<usize> {
    let texts: Vec<String> = CHOICES
        .iter()
        .map(|(title, _)| (*title).to_owned())
        .chain(model.start.recents.iter().map(|recent| recent.path.display().to_string()))
        .chain(model.start.runs.iter().map(|run| format!("{} {}", run.profile.display(), run.needs().0)))
        .collect();
    filter::matching(model.start.pane.filter.text(), &texts, Order::List)
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    if id != Id::Choose {
        return Vec::new();
    }
    match model.selected(crate::app::PaneId::Start) {
        Some(0) => ask(model, PromptPurpose::OpenSource),
        Some(1) => ask(model, PromptPurpose::OpenProfile),
        Some(2) => return open(model, Job::Demo),
        Some(3) => {
            model.tour_wanted = true;
            return open(model, Job::Demo);
        }
        Some(row) => {
            let at = row - CHOICES.len();
            if let Some(recent) = model.start.recents.get(at) {
                let path = recent.path.clone();
                return open(model, Job::Profile { path, schema: None });
            }
            if let Some(recent) = model.start.runs.get(at - model.start.recents.len()).cloned() {
                let effects = open(model, Job::Profile { path: recent.profile, schema: None });
                model.start.next = Some(recent.run);
                return effects;
            }
        }
        None => {}
    }
    Vec::new()
}

/// Starts opening something.
pub fn open(model: &mut Model, job: Job) -> Vec<Effect> {
    model.begin("opening");
    model.start.next = None;
    vec![Effect::Open(job)]
}

/// Asks for a line of text.
pub fn ask(model: &mut Model, purpose: PromptPurpose) {
    let (title, hint) = match &purpose {
        PromptPurpose::OpenSource => ("Source", "a file, database or folder; Enter on nothing lists what there is"),
        PromptPurpose::OpenTarget { .. } => {
            ("Target", "a file, sqlite:FILE, a schema file (.json, .yaml, .sql) or a template such as salesforce")
        }
        PromptPurpose::OpenProfile => {
            ("Profile", "a .yaml file saved by mapwright; Enter on nothing lists what there is")
        }
        PromptPurpose::SaveAs => ("Save the profile as", "a file name ending in .yaml"),
        PromptPurpose::Value { .. } => ("The value becomes", "any text; empty leaves the field empty"),
        PromptPurpose::Correct { .. } => ("Write instead", "the value that stands for the wrong one"),
        PromptPurpose::Default { .. } => ("Fill in where it is empty", "any text"),
        PromptPurpose::Note { .. } => ("Note on this mapping", "one line, kept in the profile; empty removes it"),
    };
    let entry = match &purpose {
        PromptPurpose::SaveAs => Entry::of(&suggested_name(model)),
        PromptPurpose::Note { target } => Entry::of(&note(model, target).unwrap_or_default()),
        _ => Entry::default(),
    };
    model.overlays.push(Overlay::Prompt(Prompt { title, hint, entry, purpose }));
}

fn note(model: &Model, target: &str) -> Option<String> {
    let mapping = model.project.as_ref()?.mapping()?;
    mapping.fields.iter().find(|field| field.target == target)?.note.clone()
}

fn suggested_name(model: &Model) -> String {
    let Some(project) = &model.project else { return String::new() };
    match (&project.path, project.mapping()) {
        (Some(path), _) => path.display().to_string(),
        (None, Some(mapping)) => {
            let stem = mapping.from.rsplit('/').next().unwrap_or_default();
            format!("{}.yaml", stem.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("profile"))
        }
        (None, None) => "profile.yaml".to_owned(),
    }
}
