//! What is open: a profile with its source and target, and everything known about them. Every change goes through
//! [`Project::change`] and can be undone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::Draft;
use crate::connect::Location;
use crate::matching::{
    Candidate, Remembered, Suggestions, ValueSuggestion, Verdict, between, decisions, target_system,
};
use crate::profile::{ObjectMapping, Profile};
use crate::record::{Batch, Cell, Origin};
use crate::schema::{FieldStats, Object, ObjectStats, Schema};

/// Records of a source object, as the screen needs them.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Position (from 0) of the first one in the object.
    pub first: u64,
    pub fields: Vec<String>,
    pub batch: Batch,
}

impl Records {
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// A cell by row and column; missing outside.
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        if row < self.batch.len() { self.batch.record(row).cell(column) } else { Cell::MISSING }
    }

    pub fn origin(&self, row: usize) -> Origin {
        if row < self.batch.len() { self.batch.record(row).origin() } else { Origin::default() }
    }
}

/// A source object and what is known about it by now.
#[derive(Debug, Clone, Default)]
pub struct SourceObject {
    pub name: String,
    /// Fields with inferred types; from the prefix first, from the whole once it was scanned.
    pub object: Object,
    /// How the form was recognised, in words.
    pub evidence: Vec<String>,
    pub stats: Option<Arc<ObjectStats>>,
    /// The first records, for live values.
    pub sample: Arc<Records>,
    /// Records that are known to be there.
    pub records: u64,
    /// Whether `records` is all there are.
    pub counted: bool,
}

impl SourceObject {
    pub fn field_stats(&self, field: usize) -> Option<&FieldStats> {
        self.stats.as_ref()?.fields.get(field)
    }
}

/// What the worker hands over when something was opened.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    pub path: Option<PathBuf>,
    /// The file's text, where there is a file.
    pub text: Option<String>,
    pub profile: Arc<Profile>,
    pub sources: Vec<SourceObject>,
    pub targets: Schema,
    /// The profile's path, or where it would be: the draft lies beside it.
    pub draft_for: PathBuf,
    /// Something to say about it: "the target does not exist yet".
    pub notices: Vec<String>,
    /// The source's objects as they were when the profile was last saved.
    pub remembered: Vec<Object>,
}

/// (source object, target object, target field) whose suggestion was rejected, with the source field it named.
type Refused = BTreeMap<(String, String, String), Option<String>>;

/// A state to go back to.
#[derive(Debug, Clone)]
struct Step {
    label: String,
    profile: Arc<Profile>,
    refused: Arc<Refused>,
}

/// An open profile with its source and target.
#[derive(Debug, Clone, Default)]
pub struct Project {
    pub path: Option<PathBuf>,
    /// The profile's text as it was last read or saved.
    pub text: Option<String>,
    pub saved: Arc<Profile>,
    pub profile: Arc<Profile>,
    pub sources: Vec<SourceObject>,
    pub targets: Schema,
    /// Which of the profile's objects is on the screen.
    pub pair: usize,
    pub suggestions: BTreeMap<(String, String), Arc<Suggestions>>,
    pub draft_for: PathBuf,
    /// The source's objects as they were when the profile was last saved.
    pub remembered: Vec<Object>,
    /// Where and how the source was read.
    pub read_from: Location,
    /// The profile as it was last run from here.
    pub ran: Option<Arc<Profile>>,
    /// Counts changes of the profile, undone ones included.
    pub revision: u64,
    refused: Arc<Refused>,
    /// What the profile said when it was opened: that was decided before.
    decided_before: BTreeSet<Remembered>,
    /// Decisions that were handed on to be remembered.
    learned: BTreeSet<Remembered>,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// Changes that can be undone; the oldest are forgotten.
const HISTORY: usize = 1_000;

impl Project {
    pub fn open(opened: Opened, revision: u64) -> Project {
        let mut project = Project {
            path: opened.path,
            text: opened.text,
            saved: Arc::clone(&opened.profile),
            read_from: opened.profile.source.clone(),
            profile: opened.profile,
            sources: opened.sources,
            targets: opened.targets,
            draft_for: opened.draft_for,
            remembered: opened.remembered,
            revision,
            ..Project::default()
        };
        project.decided_before = project.confirmed("");
        project
    }

    /// What the window and the files call it.
    pub fn title(&self) -> String {
        match (&self.path, &self.profile.name) {
            (Some(path), _) => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            (None, Some(name)) => name.clone(),
            (None, None) => "new profile".to_owned(),
        }
    }

    pub fn unsaved(&self) -> bool {
        self.profile != self.saved && self.profile.without_places() != self.saved.without_places()
    }

    /// The profile's object on the screen.
    pub fn mapping(&self) -> Option<&ObjectMapping> {
        self.profile.objects.get(self.pair)
    }

    pub fn source(&self) -> Option<&SourceObject> {
        let from = &self.mapping()?.from;
        self.sources.iter().find(|object| object.name == *from).or(match self.sources.as_slice() {
            // A file is its own only object, whatever the profile calls it.
            [only] if from.is_empty() => Some(only),
            _ => None,
        })
    }

    pub fn source_mut(&mut self, name: &str) -> Option<&mut SourceObject> {
        self.sources.iter_mut().find(|object| object.name == name)
    }

    pub fn target(&self) -> Option<&Object> {
        let to = &self.mapping()?.to;
        self.targets.object(to).or(match self.targets.objects.as_slice() {
            [only] if to.is_empty() => Some(only),
            _ => None,
        })
    }

    pub fn suggestions(&self) -> Option<&Suggestions> {
        let mapping = self.mapping()?;
        self.suggestions.get(&(mapping.from.clone(), mapping.to.clone())).map(AsRef::as_ref)
    }

    /// Ranked source candidates of a target field, best first.
    pub fn candidates(&self, target: &str) -> &[Candidate] {
        let Some(suggestions) = self.suggestions() else { return &[] };
        suggestions.by_target.iter().find(|(field, _)| field == target).map_or(&[], |(_, candidates)| candidates)
    }

    /// What the source's values mean in a target's picklist, where the suggestion says so.
    pub fn suggested_values(&self, source: &str, target: &str) -> &[ValueSuggestion] {
        let Some(suggestions) = self.suggestions() else { return &[] };
        let found = suggestions.mapping.iter().find(|one| one.source == source && one.target == target);
        found.map_or(&[], |one| &one.values)
    }

    /// Decisions made since the last call that are to be remembered, and those taken back that are to be forgotten.
    /// Every change counts alike: accepted, chosen from candidates, written by hand, undone.
    pub fn newly_decided(&mut self) -> Option<(Vec<Remembered>, Vec<Remembered>)> {
        let now = self.decided();
        let new: Vec<Remembered> = now.difference(&self.learned).cloned().collect();
        let undone: Vec<Remembered> = self.learned.difference(&now).cloned().collect();
        self.learned = now;
        (!new.is_empty() || !undone.is_empty()).then_some((new, undone))
    }

    /// What was decided since the profile was opened.
    fn decided(&self) -> BTreeSet<Remembered> {
        let origin = match &self.path {
            Some(_) => self.title(),
            None => "the workbench".to_owned(),
        };
        let before =
            |one: &Remembered| self.decided_before.contains(&Remembered { origin: String::new(), ..one.clone() });
        let mut decided = self.confirmed(&origin);
        let rejected: Vec<Remembered> =
            self.rejected(&origin).filter(|one| !decided.contains(&confirmed(one))).collect();
        decided.retain(|one| !before(one));
        decided.extend(rejected);
        decided
    }

    fn confirmed(&self, origin: &str) -> BTreeSet<Remembered> {
        decisions(&self.profile, Some(&self.target_system()), origin).into_iter().collect()
    }

    fn rejected<'a>(&'a self, origin: &'a str) -> impl Iterator<Item = Remembered> + 'a {
        self.refused.iter().filter_map(move |((from, to, target), source)| {
            let object = self.profile.objects.iter().find(|object| object.from == *from && object.to == *to)?;
            Some(Remembered {
                between: between(&self.profile, Some(&self.target_system()), object),
                source: source.clone()?,
                target: target.clone(),
                values: None,
                verdict: Verdict::Rejected,
                origin: origin.to_owned(),
            })
        })
    }

    /// The target's name in the memory: that of the template or schema it was opened with.
    fn target_system(&self) -> String {
        target_system(&self.profile.target, &self.targets.name)
    }

    pub fn refused(&self, target: &str) -> bool {
        self.mapping().is_some_and(|mapping| {
            self.refused.contains_key(&(mapping.from.clone(), mapping.to.clone(), target.to_owned()))
        })
    }

    /// Changes the object on the screen; says what was done, for the history. Nothing is recorded where nothing changed.
    pub fn change(&mut self, label: impl Into<String>, change: impl FnOnce(&mut ObjectMapping)) {
        let mut profile = Profile::clone(&self.profile);
        let Some(mapping) = profile.objects.get_mut(self.pair) else { return };
        change(mapping);
        if profile != *self.profile {
            let refused = Arc::clone(&self.refused);
            self.put(label.into(), Arc::new(profile), refused);
        }
    }

    /// Rejects the suggestions for target fields.
    pub fn refuse(&mut self, label: impl Into<String>, targets: &[String]) {
        let Some(mapping) = self.mapping() else { return };
        let mut refused = Refused::clone(&self.refused);
        for target in targets {
            let named = self.suggestions().and_then(|known| known.mapping.iter().find(|one| one.target == *target));
            let place = (mapping.from.clone(), mapping.to.clone(), target.clone());
            refused.insert(place, named.map(|one| one.source.clone()));
        }
        let profile = Arc::clone(&self.profile);
        self.put(label.into(), profile, Arc::new(refused));
    }

    fn put(&mut self, label: String, profile: Arc<Profile>, refused: Arc<Refused>) {
        let before = Step {
            label,
            profile: std::mem::replace(&mut self.profile, profile),
            refused: std::mem::replace(&mut self.refused, refused),
        };
        self.undo.push(before);
        if self.undo.len() > HISTORY {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.revision += 1;
    }

    /// How many changes are done.
    pub fn position(&self) -> usize {
        self.undo.len()
    }

    /// What every change did, in order; those from [`Project::position`] on are undone.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.undo.iter().chain(self.redo.iter().rev()).map(|step| step.label.as_str())
    }

    /// Goes to the state after so many changes.
    pub fn go_to(&mut self, changes: usize) {
        while self.undo.len() > changes && self.undo().is_some() {}
        while self.undo.len() < changes && self.redo().is_some() {}
    }

    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Goes one change back and tells which it was.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.undo.pop()?;
        let (label, back) = self.swap(step);
        self.redo.push(back);
        Some(label)
    }

    /// Goes one change forward again and tells which it was.
    pub fn redo(&mut self) -> Option<String> {
        let step = self.redo.pop()?;
        let (label, back) = self.swap(step);
        self.undo.push(back);
        Some(label)
    }

    fn swap(&mut self, step: Step) -> (String, Step) {
        self.revision += 1;
        let back = Step {
            label: step.label.clone(),
            profile: std::mem::replace(&mut self.profile, step.profile),
            refused: std::mem::replace(&mut self.refused, step.refused),
        };
        (step.label, back)
    }

    /// Puts another profile in the place of this one, as a change that can be undone.
    pub fn replace(&mut self, label: impl Into<String>, profile: Profile) {
        let refused = Arc::clone(&self.refused);
        self.put(label.into(), Arc::new(profile), refused);
        self.pair = self.pair.min(self.profile.objects.len().saturating_sub(1));
    }

    /// The profile was written; `profile` is what the file says now.
    pub fn saved_as(&mut self, path: PathBuf, text: String, profile: Profile) {
        self.path = Some(path.clone());
        self.draft_for = path;
        // What was changed while the file was written stays changed.
        if self.profile.without_places() == profile.without_places() {
            self.profile = Arc::new(profile.clone());
        }
        self.text = Some(text);
        self.saved = Arc::new(profile);
    }

    /// The unsaved profile for the draft file; nothing where everything is saved.
    pub fn draft(&self) -> Option<Draft> {
        self.unsaved().then(|| Draft { profile_path: self.draft_for.clone(), profile: Arc::clone(&self.profile) })
    }
}

/// The same decision the other way.
fn confirmed(rejected: &Remembered) -> Remembered {
    Remembered { verdict: Verdict::Confirmed, ..rejected.clone() }
}
