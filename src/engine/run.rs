//! A run: every object of a profile from source to target, with ledger, rejects and report.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};

use super::checkpoints::{Checkpoints, Committed};
use super::commit::Clock;
use super::event::{Phase, RunEvent};
use super::folder::{Manifest, RunFolder};
use super::links::{Links, object_order};
use super::lock::TargetLock;
use super::object::{ObjectEnd, ObjectRun, rejects_name, run_object};
use super::results::ResultFiles;
use super::resume;
use crate::connect::{
    ConnectError, ErrorKind, Location, Source, Target, WriteMode, open_source, open_target, parts_there,
};
use crate::profile::{Issue, Profile};
use crate::report::{self, Report};

/// What the command line adds to a profile.
#[derive(Debug, Clone)]
pub struct RunOptions {
    pub source: Option<Location>,
    pub target: Option<Location>,
    /// The run folder.
    pub out: PathBuf,
    /// The profile's path as given and the hash of its text, for the manifest.
    pub profile_path: String,
    pub profile_hash: String,
    /// Read no more than so many records of each object.
    pub limit: Option<u64>,
    /// Only records whose key is one of these; the others are filtered.
    pub keys: Option<Vec<String>>,
    /// Nothing is written to the target.
    pub dry_run: bool,
    /// Finish the run that this folder holds, if it was cut off; begin one where there is none.
    pub resume: bool,
    /// Bytes that key sets may take before they go to disk.
    pub memory: usize,
    pub threads: usize,
    /// About how many bytes a chunk has; 0 leaves it to the connector.
    pub chunk_bytes: usize,
    /// After how many rows a target that commits as it goes (a database) does so.
    pub checkpoint_rows: u64,
    /// Whose result files are written beside the rejects.
    pub results: Option<ResultFiles>,
    /// What `now` means, where it is not the start of this run.
    pub now: Option<Timestamp>,
}

impl Default for RunOptions {
    /// Everything as the profile says, with 256 MiB for keys and a thread a processor; `out` must be set for a run.
    fn default() -> Self {
        RunOptions {
            source: None,
            target: None,
            out: PathBuf::new(),
            profile_path: String::new(),
            profile_hash: String::new(),
            limit: None,
            keys: None,
            dry_run: false,
            resume: false,
            memory: 256 << 20,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            chunk_bytes: 0,
            checkpoint_rows: 10_000,
            results: None,
            now: None,
        }
    }
}

impl RunOptions {
    /// The options that a command to go on with the run must repeat.
    fn given(&self) -> Vec<String> {
        let mut given = Vec::new();
        let mut say = |name: &str, value: Option<String>| {
            given.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        };
        say("--source", self.source.as_ref().map(|source| source.address.clone()));
        say("--target", self.target.as_ref().map(|target| target.address.clone()));
        say("--results", self.results.map(|results| results.name().to_owned()));
        say("--limit", self.limit.map(|limit| limit.to_string()));
        given
    }
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The profile does not fit the source or itself.
    #[error("{}", sentences(.0))]
    Profile(Vec<Issue>),
}

fn sentences(issues: &[Issue]) -> String {
    issues.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>().join("\n")
}

/// How a run ended.
#[derive(Debug)]
pub struct RunEnd {
    pub report: Report,
    pub folder: PathBuf,
    /// The error that ended it early, if one did.
    pub error: Option<ConnectError>,
}

impl RunEnd {
    /// The exit code of `mapwright run`.
    pub fn exit(&self) -> i32 {
        match self.report.outcome.as_str() {
            _ if !self.report.balances => 5,
            "failed" => 1,
            "stopped" => 3,
            "cancelled" => 4,
            _ => 0,
        }
    }
}

/// Runs a profile. `emit` gets every event; `cancel` ends the run at the next safe point.
///
/// Errors before the first record was read come back as `Err`, and nothing was written then; later ones end the run,
/// with a report, in [`RunEnd::error`].
pub fn run(
    profile: &Profile,
    options: &RunOptions,
    cancel: &AtomicBool,
    emit: &(dyn Fn(&RunEvent) + Sync),
) -> Result<RunEnd, RunError> {
    let source_location = options.source.as_ref().unwrap_or(&profile.source);
    let target_location = options.target.as_ref().unwrap_or(&profile.target);
    let earlier = if options.resume { Manifest::find(&options.out)? } else { None };
    if let Some(end) = resume::finished(options, earlier.as_ref())? {
        return Ok(end);
    }
    let started = earlier.as_ref().and_then(|manifest| manifest.started.parse().ok()).unwrap_or_else(Timestamp::now);
    let _lock = if options.dry_run { None } else { Some(TargetLock::take(target_location)?) };
    let source = open_source(source_location)?;
    let target = open_target(target_location)?;
    if target.single_object() && profile.objects.len() > 1 && !options.dry_run {
        return Err(one_file_for_many(target_location, profile.objects.len()).into());
    }
    apart(source_location, target_location, profile)?;
    let run = earlier.as_ref().map_or_else(|| run_name(started, options), |manifest| manifest.run.clone());
    let links = Links::of(profile);
    let order = object_order(profile).map_err(|names| circle(options, &names))?;
    let mut objects = Vec::new();
    for mapping in order.iter().map(|index| &profile.objects[*index]) {
        let only = profile.objects.len() == 1;
        let object = ObjectRun::prepare(mapping, &*source, &*target, options, started, &links, only);
        objects.push(object.map_err(|error| at_source(error, source_location))?);
    }
    if let Some(earlier) = &earlier {
        resume::unchanged(options, earlier, &objects)?;
        resume::same_places(earlier, source_location, target_location)?;
    }
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run: run.clone(),
        state: "running".to_owned(),
        profile: options.profile_path.clone(),
        profile_hash: options.profile_hash.clone(),
        source: source_location.address.clone(),
        target: target_location.address.clone(),
        fingerprints: objects.iter().map(|object| (object.from.clone(), object.fingerprint.clone())).collect(),
        started: started.to_string(),
        given: options.given(),
        publishing: earlier.as_ref().map(|manifest| manifest.publishing.clone()).unwrap_or_default(),
        ..Manifest::default()
    };
    let published: Vec<String> = resume::published(&manifest)?;
    let mut folder = RunFolder::create(&options.out, manifest)?;
    if !options.dry_run {
        Checkpoints::clean(&options.out, earlier.is_some())?;
        objects = match open_all(objects, &*target, &run, &published, &options.out) {
            Ok(objects) => objects,
            Err(error) => {
                folder.discard();
                return Err(error.into());
            }
        };
    }
    folder.begin()?;
    let running = Running {
        folder: Mutex::new(folder),
        emit,
        report: Report {
            run,
            name: profile.name.clone(),
            profile: Some(options.profile_path.clone()),
            folder: Some(options.out.display().to_string()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            dry_run: options.dry_run,
            source: source_location.address.clone(),
            target: target_location.address.clone(),
            started: started.to_string(),
            balances: true,
            ..Report::default()
        },
        started,
        clock: Clock::start(),
    };
    running.tell(RunEvent::Started {
        run: running.report.run.clone(),
        folder: Some(options.out.clone()),
        dry_run: options.dry_run,
    });
    let ends = running.objects(objects, &*source, options, cancel);
    Ok(running.conclude(ends)?)
}

/// Opens the target for every object whose file is not there already; all or none.
fn open_all(
    mut objects: Vec<ObjectRun>,
    target: &dyn Target,
    run: &str,
    published: &[String],
    folder: &Path,
) -> Result<Vec<ObjectRun>, ConnectError> {
    for index in 0..objects.len() {
        if published.contains(&objects[index].to) {
            continue;
        }
        let opened = Committed::read(folder, &objects[index].to)
            .and_then(|committed| objects[index].open(target, run, committed));
        if let Err(error) = opened {
            objects.into_iter().for_each(ObjectRun::close);
            return Err(error);
        }
    }
    Ok(objects)
}

/// A source does not know its own address; the operator does.
fn at_source(error: RunError, source: &Location) -> RunError {
    match error {
        RunError::Connect(mut error) if error.kind == ErrorKind::NoSuchObject => {
            error.place.clone_from(&source.address);
            error.into()
        }
        other => other,
    }
}

/// A run must not read a file and write another under its name.
///
/// # Errors
/// A source file that is the target as well; the message names it.
fn apart(source: &Location, target: &Location, profile: &Profile) -> Result<(), ConnectError> {
    let (from, to) = (source.path(), target.path());
    let is_database = |path: &Path| path.extension().is_some_and(|ending| ending == "db" || ending == "sqlite");
    if target.scheme() == Some("sqlite") || is_database(&to) {
        return Ok(());
    }
    let same = |from: &Path, to: &Path| match (from.canonicalize(), to.canonicalize()) {
        (Ok(from), Ok(to)) => from.is_file() && from == to,
        _ => false,
    };
    let within = profile.objects.iter().any(|object| {
        let file = to.join(&object.to);
        let written = [file.clone(), file.with_added_extension("csv"), file.with_added_extension("ndjson")];
        written
            .iter()
            .chain(&parts_there(target, &object.to))
            .any(|file| same(&from.join(&object.from), file) || same(&from, file))
    });
    let inside = profile.objects.iter().any(|object| same(&from.join(&object.from), &to));
    if same(&from, &to) || within || inside {
        let what = "this is the source and the target at once; the run would replace what it reads";
        return Err(ConnectError::new(ErrorKind::Unsupported, target.address.clone(), what, "Name another target."));
    }
    Ok(())
}

fn one_file_for_many(target: &Location, objects: usize) -> ConnectError {
    let what = format!("the profile has {objects} objects, and this target is one file");
    ConnectError::new(
        ErrorKind::Unsupported,
        target.address.clone(),
        what,
        "Name a folder or a database as the target.",
    )
}

fn circle(options: &RunOptions, names: &str) -> ConnectError {
    let what = format!("{names}: the lookups of these objects go round in a circle");
    let next = "Leave one of the lookups out and fill it in a second run.";
    ConnectError::new(ErrorKind::Unsupported, options.profile_path.clone(), what, next)
}

/// A run under way.
struct Running<'a> {
    folder: Mutex<RunFolder>,
    emit: &'a (dyn Fn(&RunEvent) + Sync),
    report: Report,
    started: Timestamp,
    clock: Clock,
}

impl Running<'_> {
    /// Emits an event and writes it to the run folder's journal. A journal that cannot be written ends nothing: the
    /// files that matter report their own errors.
    fn tell(&self, event: RunEvent) {
        if let Ok(mut folder) = self.folder.lock() {
            let _ = folder.event(&event);
        }
        (self.emit)(&event);
    }

    fn objects(
        &self,
        objects: Vec<ObjectRun>,
        source: &dyn Source,
        options: &RunOptions,
        cancel: &AtomicBool,
    ) -> Vec<ObjectEnd> {
        let mut ends: Vec<ObjectEnd> = Vec::new();
        for object in objects {
            let over = ends.last().is_some_and(|end| end.outcome != "done");
            if over {
                break;
            }
            let end = run_object(object, source, options, cancel, &self.folder, &self.clock, &|event| self.tell(event));
            ends.push(end);
        }
        ends
    }

    /// Sums up, renders the report into the folder, and closes the manifest.
    fn conclude(mut self, ends: Vec<ObjectEnd>) -> Result<RunEnd, ConnectError> {
        let finished = Timestamp::now();
        let elapsed = finished.duration_since(self.started).as_secs_f64();
        let mut error = None;
        let (mut waited, mut planned, mut incomplete) = (0.0, 0, 0);
        let (rates, peak) = self.clock.rates();
        let mut outcome = "done".to_owned();
        for end in ends {
            self.report.ledger.add(&end.report.ledger);
            self.report.data_volume += end.report.source_bytes + end.report.target_bytes;
            self.report.notices.extend(end.notices);
            waited += end.unavailable_seconds;
            planned += end.report.ledger.read.saturating_sub(end.report.ledger.filtered);
            incomplete += end.incomplete + end.report.ledger.duplicate;
            self.report.objects.push(end.report);
            if end.outcome != "done" {
                outcome = end.outcome;
                self.report.outcome_reason = end.reason;
            }
            error = error.or(end.error);
        }
        self.report.balances =
            self.report.ledger.balances() && self.report.objects.iter().all(|object| object.ledger.balances());
        self.report.completeness = share(planned.saturating_sub(incomplete), planned);
        self.report.finished = finished.to_string();
        self.report.elapsed_seconds = elapsed;
        self.report.data_rate = self.report.data_volume as f64 / elapsed.max(1e-3);
        self.report.throughput = (peak as f64).max(self.report.data_rate);
        self.report.availability = (1.0 - waited / elapsed.max(1e-3)).clamp(0.0, 1.0);
        self.report.rates = rates;
        self.report.outcome = outcome;
        let phase = match self.report.outcome.as_str() {
            "cancelled" => Phase::Cancelled,
            "failed" => Phase::Failed,
            _ => Phase::Done,
        };
        self.tell(RunEvent::Phase { phase });
        let path = self.write_report()?;
        let end = RunEnd { report: self.report.clone(), folder: path, error };
        self.finish_manifest(&end)?;
        self.tell(RunEvent::Finished { exit: end.exit(), folder: Some(end.folder.clone()) });
        Ok(end)
    }

    fn write_report(&self) -> Result<PathBuf, ConnectError> {
        let mut folder = self.folder.lock().map_err(|_| poisoned())?;
        folder.put("report.json", report::render::json(&self.report).as_bytes())?;
        folder.put("report.md", report::render::markdown(&self.report).as_bytes())?;
        folder.put("report.html", report::render::html(&self.report).as_bytes())?;
        Ok(folder.path().to_owned())
    }

    fn finish_manifest(&self, end: &RunEnd) -> Result<(), ConnectError> {
        let mut folder = self.folder.lock().map_err(|_| poisoned())?;
        folder.manifest.state = self.report.outcome.clone();
        folder.manifest.finished = Some(self.report.finished.clone());
        folder.manifest.exit = Some(end.exit());
        folder.write_manifest()
    }
}

pub(super) fn poisoned() -> ConnectError {
    ConnectError::new(
        ErrorKind::Io,
        "run folder",
        "another thread stopped while writing it",
        "Run again with `--resume`.",
    )
}

pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// A name that sorts by time and tells runs of the same second apart.
fn run_name(started: Timestamp, options: &RunOptions) -> String {
    let time = started.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    format!("{time}-{:04x}", std::process::id() as u16 ^ options.out.as_os_str().len() as u16)
}

/// Where run folders go when `--out` says nothing: `mapwright-runs` beside the profile, one folder a run, by start time.
pub fn default_folder(profile: &Path) -> PathBuf {
    let home = profile.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let time = Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%S%3fZ").to_string();
    let name = profile.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    home.join("mapwright-runs").join(format!("{time}-{name}"))
}

/// SHA-256 of a text in hexadecimal, as manifests hold it.
pub fn text_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rejects of an earlier run as a source, and the profile that reads them: each object from its own rejects file.
/// `run` is a run folder, or one rejects file of it, whose object alone runs then.
///
/// # Errors
/// Nothing there, or a rejects file that belongs to no object of the profile.
pub fn rejects_again(run: &Path, profile: &Profile) -> Result<(Location, Profile), ConnectError> {
    let source = Location { header: Some(true), ..rejects_of(run)? };
    let mut again = profile.clone();
    for object in &mut again.objects {
        // The rest of the records is in the target already, and must not make room for these few.
        if object.write == WriteMode::Replace {
            object.write = WriteMode::Append;
        }
    }
    if profile.objects.len() < 2 {
        return Ok((source, again));
    }
    let file = run.is_file().then(|| run.file_name().unwrap_or_default().to_string_lossy().into_owned());
    for object in &mut again.objects {
        object.from = rejects_name(&object.to, false);
    }
    again.objects.retain(|object| match &file {
        Some(file) => object.from == *file,
        None => run.join(&object.from).is_file(),
    });
    if again.objects.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::NoSuchObject,
            run.display().to_string(),
            "these are the rejects of no object of the profile",
            "Name the run folder, or a file in it as the run named it (`rejects-OBJECT.csv`).",
        ));
    }
    Ok((source, again))
}

/// The rejects file of an earlier run as a source. `run` is a run folder, or a rejects file itself.
///
/// # Errors
/// Nothing there.
pub fn rejects_of(run: &Path) -> Result<Location, ConnectError> {
    let place = run.display().to_string();
    if run.is_file() {
        return Ok(pinned_csv(run));
    }
    let entries = std::fs::read_dir(run).map_err(|error| ConnectError::io(run, "read", error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name == "rejects.csv" || (name.starts_with("rejects-") && name.ends_with(".csv"))
        })
        .collect();
    files.sort();
    match files.as_slice() {
        [only] => Ok(pinned_csv(only)),
        [] => Err(ConnectError::new(
            ErrorKind::NotFound,
            place,
            "this is no run folder with rejects",
            "Name the folder that the run printed as its run folder; `mapwright runs` lists them.",
        )),
        // The folder: its files are the objects.
        _ => Ok(pinned_csv(run)),
    }
}

fn pinned_csv(path: &Path) -> Location {
    Location { address: path.display().to_string(), ..Location::default() }
}
