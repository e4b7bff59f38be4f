//! What the worker has found out, taken into the model.

use std::path::PathBuf;

use super::boards::{self, drift, fixes, groups, lineage, records, runs, twins, values};
use super::effect::Asker;
use super::msg::Answer;
use super::overlay::{Confirm, ConfirmAction, Sheet};
use super::places::{data, map, preview, report, run, top};
use super::project::{Opened, Project, SourceObject};
use super::{Effect, Model, Overlay, Place, Tone, editor};
use crate::profile::Profile;

pub(super) fn answered(model: &mut Model, answer: Answer) -> Vec<Effect> {
    match answer {
        Answer::Recents { profiles, runs } => (model.start.recents, model.start.runs) = (profiles, runs),
        Answer::Forecast(forecast) => boards::forecast::told(model, *forecast),
        Answer::Opened(opened) => return open(model, *opened),
        Answer::DraftFound { draft, changed } => model.overlays.push(Overlay::Confirm(Confirm {
            title: "There is a draft".to_owned(),
            lines: vec![
                format!("Changes to this profile were not saved (last on {changed})."),
                "Take them up again? Esc leaves the draft where it is.".to_owned(),
            ],
            verb: "Take the draft",
            action: ConfirmAction::TakeDraft(draft),
            on_verb: false,
        })),
        Answer::Stats { object, stats } => {
            if stats.complete {
                model.end("scanning");
                model.data.scanning = None;
            }
            if let Some(source) = model.project.as_mut().and_then(|project| project.source_mut(&object)) {
                source.object = stats.object.clone();
                if stats.complete {
                    source.records = stats.records;
                    source.counted = true;
                }
                source.stats = Some(stats);
            }
            map::refresh(model);
        }
        Answer::Scanning { object, records, bytes, total_bytes } => {
            if let Some(source) = model.project.as_mut().and_then(|project| project.source_mut(&object)) {
                source.records = source.records.max(records);
            }
            model.data.scanning = Some((object, records, bytes, total_bytes));
        }
        Answer::Indexed { object, records, complete } => {
            if let Some(source) = model.project.as_mut().and_then(|project| project.source_mut(&object)) {
                source.records = records;
                source.counted = complete;
            }
        }
        Answer::Page { object, records } => {
            model.data.asked = None;
            model.data.page = Some((object, records));
        }
        Answer::Suggested { from, to, suggestions } => {
            model.end("suggesting");
            if let Some(project) = &mut model.project {
                project.suggestions.insert((from, to), suggestions);
            }
            map::refresh(model);
        }
        Answer::Evaluated { asker: Asker::Editor, revision, evaluation, .. } => {
            editor::answered(model, revision, *evaluation);
        }
        Answer::Evaluated { asker: Asker::Map, revision, target, evaluation } => {
            map::evaluated(model, revision, target, *evaluation);
        }
        Answer::Previewed { revision, preview } => preview::answered(model, revision, *preview),
        Answer::Counted { revision, whole } => preview::counted(model, revision, *whole),
        Answer::ValuesCounted(counts) => return values::counted(model, *counts),
        Answer::ValuesSuggested { target, suggestions } => values::suggested(model, &target, suggestions),
        Answer::Clustered { target, method, clusters } => groups::clustered(model, &target, method, *clusters),
        Answer::RunStarted(started) => run::started(model, started),
        Answer::RunEvent(event) => run::event(model, event),
        Answer::RunEnded { exit, errors } => return run::ended(model, exit, &errors),
        Answer::Report { folder, report } => report::answered(model, folder, report),
        Answer::Records(found) => records::found(model, *found),
        Answer::Rejects { object, rejects } => fixes::read(model, object, *rejects),
        Answer::Twins(found) => twins::found(model, *found),
        Answer::Lineage(lineage) => lineage::traced(model, *lineage),
        Answer::Runs(list) => runs::found(model, list),
        Answer::Folder { folder, entries } => top::listed(model, folder, entries),
        Answer::Reread(sources) => return reread(model, sources),
        Answer::RunFound { folder, dry_run } => {
            if !model.run.running() {
                model.say(Tone::Note, "a run of this profile is under way; 4 shows it");
                return vec![Effect::FollowRun { folder, dry_run }];
            }
        }
        Answer::RunMemory(bytes) => run::memory(model, bytes),
        Answer::Saved { path, text, profile } => return saved(model, path, text, *profile),
        Answer::DraftSaved => {}
        Answer::MemoryFailed(text) => model.say(Tone::Bad, text),
        Answer::DraftFailed(text) => model.say(Tone::Bad, format!("the draft could not be kept: {text}")),
        Answer::Exists(path) => {
            model.end("saving");
            model.overlays.push(Overlay::Confirm(Confirm {
                title: "The file exists".to_owned(),
                lines: vec![format!("{} is there already and is not this profile.", path.display())],
                verb: "Overwrite",
                action: ConfirmAction::Overwrite(path),
                on_verb: false,
            }));
        }
        Answer::Failed(problem) => {
            model.busy.clear();
            model.run.starting = false;
            model.start.next = None;
            model.overlays.push(Overlay::Sheet(Sheet::of(problem)));
        }
    }
    Vec::new()
}

/// What is wrong with the user's file of keys, once.
pub(super) fn tell_key_problems(model: &mut Model) {
    if model.key_problems.is_empty() {
        return;
    }
    let lines = std::mem::take(&mut model.key_problems);
    let problem = super::Problem { title: "Your file of keys".to_owned(), lines };
    model.overlays.push(Overlay::Sheet(Sheet::of(problem)));
}

/// The source was read anew: everything that was known of it starts over.
fn reread(model: &mut Model, sources: Vec<SourceObject>) -> Vec<Effect> {
    model.end("reading the source");
    let Some(project) = &mut model.project else { return Vec::new() };
    project.sources = sources;
    project.suggestions.clear();
    let mut effects = vec![Effect::CancelWork];
    for mapping in &project.profile.objects {
        effects.push(Effect::Suggest { from: mapping.from.clone(), to: mapping.to.clone() });
    }
    effects.extend(project.sources.iter().map(|source| Effect::Scan { object: source.name.clone() }));
    model.data.page = None;
    model.data.asked = None;
    model.map.live_asked = None;
    model.preview.asked = 0;
    model.begin("suggesting");
    model.begin("scanning");
    map::refresh(model);
    effects
}

/// Something was opened: the map shows it, suggestions and statistics follow.
fn open(model: &mut Model, opened: Opened) -> Vec<Effect> {
    model.end("opening");
    let notices = opened.notices.clone();
    model.revisions += 1;
    let project = Project::open(opened, model.revisions << 32);
    let mut effects = vec![Effect::CancelWork];
    for mapping in &project.profile.objects {
        effects.push(Effect::Suggest { from: mapping.from.clone(), to: mapping.to.clone() });
    }
    for source in &project.sources {
        effects.push(Effect::Scan { object: source.name.clone() });
    }
    model.project = Some(project);
    model.data = data::DataPlace::default();
    model.map = map::MapPlace::default();
    model.preview = preview::PreviewPlace::default();
    model.run = run::RunPlace::default();
    model.report = report::ReportPlace::default();
    model.overlays.clear();
    model.filtering = None;
    model.place = Place::Map;
    model.begin("suggesting");
    model.begin("scanning");
    map::refresh(model);
    if let Some(first) = notices.first() {
        model.say(Tone::Note, first.clone());
    }
    drift::open_where_it_matters(model);
    tell_key_problems(model);
    if std::mem::take(&mut model.tour_wanted) {
        model.tour = Some(0);
    }
    if let Some(run) = model.start.next.take() {
        effects.extend(run::take_up(model, &run));
    }
    effects
}

fn saved(model: &mut Model, path: PathBuf, text: String, profile: Profile) -> Vec<Effect> {
    model.end("saving");
    let Some(project) = &mut model.project else { return Vec::new() };
    let draft = project.draft_for.clone();
    project.saved_as(path.clone(), text, profile);
    model.say(Tone::Good, format!("saved {}", path.display()));
    model.draft_due = None;
    model.revisions += 1;
    vec![Effect::DropDraft(draft)]
}
