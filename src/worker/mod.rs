//! Runs the app's effects on threads and answers with messages.
//!
//! One lane for each kind of work: files in order, scans one after another, pages, previews and the editor latest-wins,
//! and one run. Panics end the program through the terminal's hook; nothing here hides one.

mod evaluate;
mod files;
mod folder;
mod forecast;
mod lane;
mod learn;
mod lineage;
mod opened;
mod pages;
mod preview;
mod records;
mod run;
mod scan;
mod state_folder;
mod telling;
mod twins;
mod values;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use files::write_draft;

use crate::app::{Answer, Asker, Effect, Msg};
use crate::matching::Memory;
use lane::{Kind, Lane, Pending};
use opened::Shelf;
use state_folder::StateFolder;

/// Does what the app asks for, behind the screen.
pub struct Worker {
    teller: Teller,
    shelf: Arc<Mutex<Shelf>>,
    state: StateFolder,
    /// Where decisions are remembered; nowhere without a home folder.
    memory: Option<PathBuf>,
    files: Lane,
    scans: Lane,
    pages: Lane,
    previews: Lane,
    editor: Lane,
    live: Lane,
    counts: Lane,
    /// What counted values mean.
    meanings: Lane,
    validation: Lane,
    lookups: Lane,
    forecasts: Lane,
    /// What the last forecast left, for looking behind its figures.
    rehearsed: Arc<Mutex<Option<forecast::Rehearsal>>>,
    /// The folder of the last validation.
    validated: Arc<Mutex<Option<tempfile::TempDir>>>,
    run: run::RunLane,
    pending: Pending,
}

/// Sends answers to the loop. An answer that nobody waits for any more is no error.
#[derive(Clone)]
struct Teller(Sender<Msg>);

impl Teller {
    fn tell(&self, answer: Answer) {
        let _ = self.0.send(Msg::Answer(Box::new(answer)));
    }
}

impl Worker {
    /// `program` is what runs are started with: mapwright itself.
    pub fn new(sender: Sender<Msg>, program: PathBuf) -> Worker {
        Worker::with_state(sender, program, StateFolder::default(), Memory::default_path())
    }

    /// The same with a state folder of its own, decisions included.
    pub fn with_state_folder(sender: Sender<Msg>, program: PathBuf, state: PathBuf) -> Worker {
        let memory = state.join("matches.ndjson");
        Worker::with_state(sender, program, StateFolder(state), Some(memory))
    }

    fn with_state(sender: Sender<Msg>, program: PathBuf, state: StateFolder, memory: Option<PathBuf>) -> Worker {
        let pending = Pending::default();
        let lane = |name: &str, kind: Kind| Lane::new(name, kind, Arc::clone(&pending));
        Worker {
            teller: Teller(sender),
            shelf: Arc::default(),
            state,
            memory,
            files: lane("files", Kind::Queue),
            scans: lane("scans", Kind::Queue),
            pages: lane("pages", Kind::LatestWins),
            previews: lane("previews", Kind::LatestWins),
            editor: lane("editor", Kind::LatestWins),
            live: lane("live values", Kind::LatestWins),
            counts: lane("value counts", Kind::LatestWins),
            meanings: lane("meanings", Kind::LatestWins),
            validation: lane("validation", Kind::LatestWins),
            lookups: lane("lookups", Kind::LatestWins),
            forecasts: lane("forecasts", Kind::LatestWins),
            rehearsed: Arc::default(),
            validated: Arc::default(),
            run: run::RunLane::new(program, Arc::clone(&pending)),
            pending,
        }
    }

    /// Whether nothing waits and nothing is under way.
    pub fn idle(&self) -> bool {
        self.pending.load(Ordering::SeqCst) == 0
    }

    /// Starts an effect; answers come as messages. Effects of the terminal are not known here.
    pub fn run(&self, effect: Effect) {
        let teller = self.teller.clone();
        let shelf = Arc::clone(&self.shelf);
        let state = self.state.clone();
        match effect {
            Effect::Quit | Effect::Stop | Effect::Redraw | Effect::Suspend | Effect::Mouse(_) | Effect::Copy(_) => {}
            Effect::FindRecents => self.files.put(move |_| files::recents(&state, &teller)),
            Effect::Open(job) => self.files.put(move |_| opened::open(&job, &shelf, &state, &teller)),
            Effect::Suggest { from, to } => {
                let memory = self.memory.clone();
                self.files.put(move |_| opened::suggest_pair(&from, &to, &shelf, memory.as_deref(), &teller));
            }
            Effect::Learn { new, undone } => {
                let memory = self.memory.clone();
                self.files.put(move |_| learn::learn(memory.as_deref(), new, &undone, &teller));
            }
            Effect::Save { path, text, profile, own } => {
                self.files.put(move |_| {
                    files::save(&path, text.as_deref(), &profile, own, &shelf, &state, &teller);
                });
            }
            Effect::SaveDraft(draft) => self.files.put(move |_| files::keep_draft(&draft, &teller)),
            Effect::DropDraft(path) => self.files.put(move |_| files::drop_draft(&path, &teller)),
            Effect::ReadReport { folder } => self.files.put(move |_| files::report(&folder, &teller)),
            Effect::ReadBehind { folder, object, label } => {
                self.files.put(move |_| records::behind(&folder, object, &label, &teller));
            }
            Effect::Scan { object } => self.scans.put(move |cancelled| scan::scan(&object, &shelf, cancelled, &teller)),
            Effect::Page { object, first, count } => {
                self.pages.put(move |cancelled| pages::page(&object, first, count, &shelf, cancelled, &teller));
            }
            Effect::Evaluate(question) => {
                let lane = if question.asker == Asker::Editor { &self.editor } else { &self.live };
                lane.put(move |cancelled| evaluate::evaluate(*question, &shelf, cancelled, &teller));
            }
            Effect::Preview { revision, profile, pair } => self.previews.put(move |cancelled| {
                preview::preview(revision, &profile, pair, &shelf, cancelled, &teller);
            }),
            Effect::Validate { revision, profile, pair } => {
                let kept = Arc::clone(&self.validated);
                self.validation.put(move |cancelled| {
                    preview::validate(revision, &profile, pair, &kept, cancelled, &teller);
                });
            }
            Effect::Forecast { revision, profile } => {
                let kept = Arc::clone(&self.rehearsed);
                self.forecasts.put(move |cancelled| forecast::forecast(revision, &profile, &kept, cancelled, &teller));
            }
            Effect::ReadForecast { object, fate } => {
                let kept = Arc::clone(&self.rehearsed);
                self.lookups.put(move |cancelled| forecast::open(object, fate, &kept, &shelf, cancelled, &teller));
            }
            Effect::CountValues { profile, pair, target } => self.counts.put(move |cancelled| {
                values::count(&profile, pair, &target, &shelf, cancelled, &teller);
            }),
            Effect::SuggestValues { target, values, allowed } => {
                self.meanings.put(move |_| values::suggest(target, &values, &allowed, &teller));
            }
            Effect::Cluster { target, method, values, allowed } => {
                self.meanings.put(move |_| values::group(target, method, &values, &allowed, &teller));
            }
            Effect::ReadRejects { folder, object } => {
                self.files.put(move |_| records::all_rejects(&folder, object, &teller));
            }
            Effect::FindRecords { object, field, wanted } => self.lookups.put(move |cancelled| {
                records::find(&object, &field, &wanted, &shelf, cancelled, &teller);
            }),
            Effect::FindTwins { profile, pair } => self.lookups.put(move |cancelled| {
                twins::find(&profile, pair, &shelf, cancelled, &teller);
            }),
            Effect::Trace { profile, pair, number, about } => self.lookups.put(move |_| {
                lineage::trace(&profile, pair, number, about, &shelf, &teller);
            }),
            Effect::ListFolder { folder } => {
                self.lookups.put(move |cancelled| folder::list(&folder, cancelled, &teller));
            }
            Effect::Reread { profile } => self.files.put(move |_| opened::reread(&profile, &shelf, &teller)),
            Effect::FindRuns { profile } => self.files.put(move |_| files::runs(&profile, &teller)),
            Effect::StartRun { profile, path, dry_run, rejects } => {
                self.run.start(run::Order { profile, path, dry_run, rejects, resume: None }, teller);
            }
            Effect::ResumeRun { profile, path, folder } => {
                let order = run::Order { profile, path, dry_run: false, rejects: None, resume: Some(folder) };
                self.run.start(order, teller);
            }
            Effect::FollowRun { folder, dry_run } => self.run.follow(folder, dry_run, teller),
            Effect::CancelRun => self.run.cancel(),
            Effect::PauseRun(paused) => self.run.pause(paused),
            Effect::CancelWork => {
                self.scans.cancel();
                self.previews.cancel();
                self.counts.cancel();
                self.validation.cancel();
                self.lookups.cancel();
                self.forecasts.cancel();
            }
            Effect::Panic => self.files.put(|_| panic!("asked for by a test")),
        }
    }
}

/// A lock whose holder panicked: the panic hook ends the program anyway.
fn locked(shelf: &Mutex<Shelf>) -> std::sync::MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
