//! Opening: a source and a target, a profile, the demo. What is open stays on the shelf for later work.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::learn::remembered;
use super::pages::{Index, first_records};
use super::state_folder::{StateFolder, when};
use super::{Teller, files, locked};
use crate::app::{Answer, Draft, Job, Opened, Problem, SourceObject};
use crate::connect::{Location, Source, WriteMode, open_source};
use crate::matching::{
    Between, Options, Suggestion, Suggestions, suggest, suggest_with, system_name, target_system, with_observed_values,
};
use crate::profile::{self, Checks, FieldMapping, ObjectMapping, Profile};
use crate::schema::{Constraints, Field, FieldType, Object, ObjectStats, Schema, load_target, profile_prefix};
use crate::workspace;

/// Records looked at before anything is shown.
const PREFIX: u64 = 1_000;
/// Objects of one source that are looked at before anything is shown; the rest follow in the background.
const LOOKED_AT: usize = 12;

/// What is open.
#[derive(Default)]
pub(super) struct Shelf {
    pub source: Option<Arc<dyn Source>>,
    /// By object; from the prefix, then from the whole.
    pub stats: HashMap<String, Arc<ObjectStats>>,
    pub indexes: HashMap<String, Arc<Mutex<Index>>>,
    pub targets: Schema,
    /// Names of the source's and the target's system in the memory.
    pub systems: (String, String),
    /// The source's objects as a first look at them tells, for comparing with a later first look.
    pub first_look: Vec<Object>,
}

impl Shelf {
    pub fn target_object(&self, name: &str) -> Option<&Object> {
        self.targets.object(name)
    }
}

/// Opens and tells.
pub(super) fn open(job: &Job, shelf: &Mutex<Shelf>, state: &StateFolder, teller: &Teller) {
    let opened = match job {
        Job::Start => return files::recents(state, teller),
        Job::Pair { source, target } => open_pair(source, target, shelf, state),
        Job::Profile { path, schema } => open_profile(path, schema.as_deref(), shelf),
        Job::Demo => open_demo(shelf),
    };
    match opened {
        Ok((mut opened, draft)) => {
            opened.remembered = state.remembered_source(&opened.draft_for);
            if opened.remembered.is_empty() && opened.path.is_some() {
                let objects: Vec<Object> = opened
                    .sources
                    .iter()
                    .filter(|source| source.stats.is_some())
                    .map(|source| source.object.clone())
                    .collect();
                state.remember_source(&opened.draft_for, &objects);
            }
            if let (Some(path), false) = (&opened.path, *job == Job::Demo) {
                state.remember(path);
            }
            let profile_path = opened.path.clone();
            teller.tell(Answer::Opened(Box::new(opened)));
            if let Some(path) = profile_path {
                files::latest_report(&path, teller);
            }
            if let Some((draft, changed)) = draft {
                teller.tell(Answer::DraftFound { draft, changed });
            }
        }
        Err(problem) => teller.tell(Answer::Failed(problem)),
    }
}

type FoundDraft = Option<(Draft, String)>;

/// A location on the command line, from the current folder on.
fn from_here(address: &str) -> Location {
    let base = std::env::current_dir().unwrap_or_default();
    Location { base, ..Location::from_argument(address) }
}

fn open_pair(
    source: &str,
    target: &str,
    shelf: &Mutex<Shelf>,
    state: &StateFolder,
) -> Result<(Opened, FoundDraft), Problem> {
    let (source, target) = (from_here(source), from_here(target));
    let (opened, sources) = look_at_source(&source)?;
    let schema = load_target(&target)
        .map_err(|error| Problem::new(format!("Could not open {}", target.address), &error.to_string()))?;
    let mut notices = Vec::new();
    let new = schema.objects.is_empty();
    let targets = if new { mirrored(&target, &sources) } else { schema };
    if new {
        notices.push(format!(
            "{} does not exist yet: it gets the source's fields until you say otherwise",
            target.address
        ));
    }
    let written_to = written_location(&target, &source);
    if written_to != target {
        notices.push(format!(
            "{} says which fields there are; records will be written to {}",
            target.address, written_to.address
        ));
    }
    let objects = paired(&sources, &targets);
    let profile = Profile { name: None, source, target: written_to, objects };
    let would_be = state.new_profile(&profile);
    put_on_shelf(shelf, opened, (&profile.source, &profile.target), &sources, &targets);
    let opened = Opened {
        profile: Arc::new(profile),
        sources,
        targets,
        draft_for: would_be.clone(),
        notices,
        ..Opened::default()
    };
    let draft = draft_of(&would_be, &opened.profile);
    Ok((opened, draft))
}

/// A template or a schema file says what fields there are, but takes no records: those go to a file beside the source.
fn written_location(target: &Location, source: &Location) -> Location {
    let ending = target.path().extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let schema_file = matches!(ending.as_deref(), Some("sql" | "ddl" | "yaml" | "yml"))
        || (ending.as_deref() == Some("json") && crate::schema::load_schema_file(&target.path()).is_ok());
    if target.scheme() != Some("template") && !schema_file {
        return target.clone();
    }
    let stem =
        source.path().file_stem().map_or_else(|| "target".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let address = if source.path().is_dir() { "migrated/".to_owned() } else { format!("{stem}-migrated.csv") };
    Location { base: target.base.clone(), ..Location::from_argument(&address) }
}

fn open_profile(path: &Path, schema: Option<&Path>, shelf: &Mutex<Shelf>) -> Result<(Opened, FoundDraft), Problem> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let loaded = profile::load(&path).map_err(|problems| {
        Problem::new(format!("{} is no profile that can be opened", path.display()), &problems.to_string())
    })?;
    let (opened, sources) = look_at_source(&loaded.profile.source)?;
    let mut notices = Vec::new();
    let known = match schema {
        Some(schema) => crate::schema::load_schema_file(schema).map_err(|error| error.to_string()),
        None => load_target(&loaded.profile.target).map_err(|error| error.to_string()),
    };
    let known = known.unwrap_or_else(|error| {
        notices.push(format!("the target could not be read, its fields are those of the profile: {error}"));
        Schema::default()
    });
    let targets = completed(known, &loaded.profile);
    let profile = Arc::new(loaded.profile);
    put_on_shelf(shelf, opened, (&profile.source, &profile.target), &sources, &targets);
    let draft = draft_of(&path, &profile);
    let opened = Opened {
        path: Some(path.clone()),
        text: Some(loaded.text),
        profile,
        sources,
        targets,
        draft_for: path,
        notices,
        remembered: Vec::new(),
    };
    Ok((opened, draft))
}

/// Reads the source anew, as the profile says now; targets stay.
pub(super) fn reread(profile: &Profile, shelf: &Mutex<Shelf>, teller: &Teller) {
    match look_at_source(&profile.source) {
        Ok((opened, sources)) => {
            let targets = locked(shelf).targets.clone();
            put_on_shelf(shelf, opened, (&profile.source, &profile.target), &sources, &targets);
            teller.tell(Answer::Reread(sources));
        }
        Err(problem) => teller.tell(Answer::Failed(problem)),
    }
}

/// A draft that says something else than the profile.
fn draft_of(path: &Path, profile: &Arc<Profile>) -> FoundDraft {
    let found = profile::load_draft(path).ok().flatten()?;
    if found.profile.without_places() == profile.without_places() {
        return None;
    }
    let changed = std::fs::metadata(profile::draft_path(path)).and_then(|meta| meta.modified()).ok();
    let changed = changed.map_or_else(|| "an unknown day".to_owned(), when);
    Some((Draft { profile_path: path.to_owned(), profile: Arc::new(found.profile) }, changed))
}

fn look_at_source(location: &Location) -> Result<(Arc<dyn Source>, Vec<SourceObject>), Problem> {
    let failed = |error: crate::connect::ConnectError| {
        Problem::new(format!("Could not open {}", location.address), &error.to_string())
    };
    let source: Arc<dyn Source> = Arc::from(open_source(location).map_err(failed)?);
    let names = source.objects().map_err(failed)?;
    let mut objects = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        objects.push(if at < LOOKED_AT {
            look_at(&*source, name).map_err(failed)?
        } else {
            SourceObject { name, ..SourceObject::default() }
        });
    }
    Ok((source, objects))
}

fn look_at(source: &dyn Source, name: String) -> Result<SourceObject, crate::connect::ConnectError> {
    let stats = profile_prefix(source, &name, PREFIX)?;
    let sample = first_records(source, &name, 300)?;
    Ok(SourceObject {
        object: stats.object.clone(),
        evidence: source.evidence(&name),
        records: stats.records,
        counted: stats.complete,
        stats: Some(Arc::new(stats)),
        sample: Arc::new(sample),
        name,
    })
}

fn put_on_shelf(
    shelf: &Mutex<Shelf>,
    source: Arc<dyn Source>,
    (from, to): (&Location, &Location),
    objects: &[SourceObject],
    targets: &Schema,
) {
    let stats =
        objects.iter().filter_map(|object| Some((object.name.clone(), Arc::clone(object.stats.as_ref()?)))).collect();
    let systems = (system_name(from), target_system(to, &targets.name));
    let indexes = HashMap::new();
    let first_look =
        objects.iter().filter(|object| object.stats.is_some()).map(|object| object.object.clone()).collect();
    *locked(shelf) = Shelf { source: Some(source), stats, indexes, targets: targets.clone(), systems, first_look };
}

/// A target that does not exist yet: the source's fields under their own names.
fn mirrored(target: &Location, sources: &[SourceObject]) -> Schema {
    let single = sources.len() == 1 && !target.address.ends_with('/');
    let stem = target.path().file_name().map(|name| name.to_string_lossy().into_owned());
    let objects = sources
        .iter()
        .map(|source| {
            let fields = source.object.fields.iter().map(|field| Field {
                name: field.name.clone(),
                field_type: field.field_type,
                samples: field.samples.clone(),
                ..Field::default()
            });
            let name = if single { stem.clone().unwrap_or_else(|| source.name.clone()) } else { source.name.clone() };
            Object { name, fields: fields.collect(), ..Object::default() }
        })
        .collect();
    Schema { name: target.address.clone(), objects }
}

/// The known schema, and for objects that it lacks what the profile's own lines tell.
fn completed(mut schema: Schema, profile: &Profile) -> Schema {
    for mapping in &profile.objects {
        let single = profile.objects.len() == 1 && schema.objects.len() == 1;
        if schema.object(&mapping.to).is_none() && !(single && mapping.to.is_empty()) {
            schema.objects.push(told_by(mapping));
        }
    }
    schema
}

fn told_by(mapping: &ObjectMapping) -> Object {
    let fields = mapping.fields.iter().map(|line: &FieldMapping| Field {
        field_type: line.checks.field_type.unwrap_or(FieldType::Text),
        constraints: constraints(&line.checks),
        ..Field::named(line.target.clone())
    });
    Object { name: mapping.to.clone(), fields: fields.collect(), ..Object::default() }
}

fn constraints(checks: &Checks) -> Constraints {
    Constraints {
        required: checks.required,
        unique: checks.unique,
        min_length: checks.length.min,
        max_length: checks.length.max,
        one_of: checks.one_of.clone(),
        ..Constraints::default()
    }
}

/// Which source object goes to which target object: the pairs that fit best, each object once.
fn paired(sources: &[SourceObject], targets: &Schema) -> Vec<ObjectMapping> {
    let mut scored: Vec<(f64, usize, usize)> = Vec::new();
    for (at, source) in sources.iter().enumerate().filter(|(_, source)| source.stats.is_some()) {
        for (to, target) in targets.objects.iter().enumerate() {
            let alone = sources.len() == 1 && targets.objects.len() == 1;
            let score = if alone { 1.0 } else { likeness(&source.object, target) };
            scored.push((score, at, to));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut from_taken, mut to_taken) = (vec![false; sources.len()], vec![false; targets.objects.len()]);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (score, from, to) in scored {
        if score > 0.0 && !from_taken[from] && !to_taken[to] {
            (from_taken[from], to_taken[to]) = (true, true);
            pairs.push((from, to));
        }
    }
    pairs.sort_unstable();
    pairs
        .into_iter()
        .map(|(from, to)| ObjectMapping {
            from: sources[from].name.clone(),
            to: targets.objects[to].name.clone(),
            write: WriteMode::default(),
            ..ObjectMapping::default()
        })
        .collect()
}

/// How much of a target object a source object would fill: confidences of the one-to-one mapping, by its size.
fn likeness(source: &Object, target: &Object) -> f64 {
    let sum: f64 = suggest(source, target).mapping.iter().map(|suggestion| suggestion.confidence).sum();
    sum / (source.fields.len() as f64).max(1.0)
}

/// Suggestions for a pair of objects.
pub(super) fn suggest_pair(from: &str, to: &str, shelf: &Mutex<Shelf>, memory: Option<&Path>, teller: &Teller) {
    let (source, target, systems) = {
        let shelf = locked(shelf);
        let source = shelf.stats.get(from).map(|stats| with_observed_values(stats));
        (source, shelf.target_object(to).cloned(), shelf.systems.clone())
    };
    let memory = remembered(memory, teller);
    let between = Between {
        source_system: systems.0,
        source_object: from.to_owned(),
        target_system: systems.1,
        target_object: to.to_owned(),
    };
    let options = Options { memory: Some((&memory, &between)) };
    let suggestions = match (source, target) {
        (Some(source), Some(target)) => {
            same_names(&source, &target).unwrap_or_else(|| suggest_with(&source, &target, &options))
        }
        _ => Suggestions::default(),
    };
    teller.tell(Answer::Suggested { from: from.to_owned(), to: to.to_owned(), suggestions: Arc::new(suggestions) });
}

/// A target that mirrors its source needs no guessing.
fn same_names(source: &Object, target: &Object) -> Option<Suggestions> {
    let mirrors = source.fields.len() == target.fields.len()
        && source.fields.iter().zip(&target.fields).all(|(a, b)| a.name == b.name && b.native_type.is_none());
    if !mirrors {
        return None;
    }
    let mapping = source.fields.iter().map(|field| Suggestion {
        source: field.name.clone(),
        target: field.name.clone(),
        confidence: 1.0,
        accepted: true,
        reason: "the target gets the source's own field".to_owned(),
        evidence: Vec::new(),
        values: Vec::new(),
    });
    let guessed = suggest(source, target);
    Some(Suggestions { mapping: mapping.collect(), ..guessed })
}

/// The sample, unpacked into a folder of its own; its schema file says what its target is like.
fn open_demo(shelf: &Mutex<Shelf>) -> Result<(Opened, FoundDraft), Problem> {
    let path = workspace::unpack_demo()
        .map_err(|error| Problem::new("The sample could not be unpacked", &error.to_string()))?;
    let schema = path.with_file_name("target.sql");
    open_profile(&path, Some(&schema), shelf)
}
