//! The run lane: a run is a process of its own whose journal is followed, so that it outlives the screen.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Teller;
use super::files::location_from;
use super::lane::Pending;
use crate::app::places::run::RunStarted;
use crate::app::{Answer, Problem};
use crate::engine::{self, RunEvent};
use crate::profile::{self, Profile};
use crate::workspace;

/// How often the journal is looked at.
const LOOK: Duration = Duration::from_millis(60);

pub(super) struct RunLane {
    program: PathBuf,
    /// The process under way.
    process: Arc<Mutex<Option<u32>>>,
    pending: Pending,
}

impl RunLane {
    pub fn new(program: PathBuf, pending: Pending) -> RunLane {
        RunLane { program, process: Arc::default(), pending }
    }

    /// Starts `mapwright run` and follows it. The app asks only while nothing runs.
    pub fn start(&self, order: Order, teller: Teller) {
        let (program, process) = (self.program.clone(), Arc::clone(&self.process));
        self.behind(teller, move |teller| run(&program, &order, &process, teller));
    }

    /// Follows a run that another process started, until it has ended.
    pub fn follow(&self, folder: PathBuf, dry_run: bool, teller: Teller) {
        let process = Arc::clone(&self.process);
        self.behind(teller, move |teller| {
            let id = holder(&folder.join("lock"));
            *process.lock().unwrap_or_else(PoisonError::into_inner) = id;
            teller.tell(Answer::RunStarted(RunStarted { folder: folder.clone(), dry_run }));
            let exit = follow(
                &folder,
                teller,
                id,
                || !is_running(&folder),
                || engine::Manifest::read(&folder).and_then(|manifest| manifest.exit),
            );
            *process.lock().unwrap_or_else(PoisonError::into_inner) = None;
            teller.tell(Answer::RunEnded { exit, errors: String::new() });
            Ok(())
        });
    }

    fn behind(&self, teller: Teller, work: impl FnOnce(&Teller) -> Result<(), String> + Send + 'static) {
        let pending = Arc::clone(&self.pending);
        pending.fetch_add(1, Ordering::SeqCst);
        let counted = Arc::clone(&pending);
        let started = std::thread::Builder::new().name("run".to_owned()).spawn(move || {
            if let Err(error) = work(&teller) {
                teller.tell(Answer::Failed(Problem::new("The run could not be started", &error)));
            }
            counted.fetch_sub(1, Ordering::SeqCst);
        });
        if started.is_err() {
            pending.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Asks the process to end at the next safe point, as Ctrl-C would. A paused one goes on first, to hear it.
    pub fn cancel(&self) {
        self.signal("-INT");
        self.signal("-CONT");
    }

    /// Stops the process where it is, or lets it go on.
    pub fn pause(&self, paused: bool) {
        self.signal(if paused { "-STOP" } else { "-CONT" });
    }

    fn signal(&self, signal: &str) {
        let process = *self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = process {
            send(process, signal);
        }
    }
}

/// What is to be run.
pub(super) struct Order {
    pub profile: Arc<Profile>,
    pub path: Option<PathBuf>,
    pub dry_run: bool,
    /// A rejects file to run instead of the source.
    pub rejects: Option<PathBuf>,
    /// The folder of a run that is to be finished.
    pub resume: Option<PathBuf>,
}

/// The POSIX way to send a signal without unsafe code.
fn send(process: u32, signal: &str) {
    let _ = Command::new("kill")
        .args([signal, &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Whether the run of a folder is under way, in whatever process.
pub(super) fn is_running(folder: &Path) -> bool {
    workspace::list_runs(folder).is_ok_and(|runs| runs.iter().any(|run| run.state == workspace::RunState::Running))
}

fn run(program: &Path, order: &Order, process: &Mutex<Option<u32>>, teller: &Teller) -> Result<(), String> {
    let Order { profile, path, dry_run, rejects, resume } = order;
    let scratch = tempfile::Builder::new().prefix("mapwright-run-").tempdir().map_err(|error| error.to_string())?;
    let written = as_file(profile, path.as_deref(), scratch.path())?;
    let new = || engine::default_folder(path.as_deref().unwrap_or_else(|| Path::new("profile.yaml")));
    let folder = resume.clone().unwrap_or_else(new);
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let errors_path = scratch.path().join("errors");
    let errors = File::create(&errors_path).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.arg("run").arg(&written).arg("--out").arg(&folder).args(["--format", "json"]);
    if *dry_run {
        command.arg("--dry-run");
    }
    if resume.is_some() {
        command.arg("--resume");
    }
    if let Some(rejects) = rejects {
        command.arg("--rejects").arg(rejects);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
    // A group of its own: Ctrl-C and the end of the terminal do not reach it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let set = |id: Option<u32>| *process.lock().unwrap_or_else(PoisonError::into_inner) = id;
    let id = child.id();
    set(Some(id));
    teller.tell(Answer::RunStarted(RunStarted { folder: folder.clone(), dry_run: *dry_run }));
    let child = RefCell::new(child);
    let ended = || !matches!(child.borrow_mut().try_wait(), Ok(None));
    let exit = follow(&folder, teller, Some(id), ended, || exit_of(child.borrow_mut().try_wait().ok().flatten()?));
    set(None);
    let errors = fs::read_to_string(&errors_path).unwrap_or_default();
    teller.tell(Answer::RunEnded { exit, errors });
    Ok(())
}

/// The profile's file; where the profile is not saved as it stands, a copy of it.
fn as_file(profile: &Profile, path: Option<&Path>, scratch: &Path) -> Result<PathBuf, String> {
    if let Some(path) = path
        && profile::load(path).is_ok_and(|loaded| loaded.profile.without_places() == profile.without_places())
    {
        return Ok(path.to_owned());
    }
    let mut copy = profile.clone();
    copy.source = location_from(&copy.source, scratch);
    copy.target = location_from(&copy.target, scratch);
    let name = path.and_then(Path::file_name).map_or_else(|| "profile.yaml".into(), ToOwned::to_owned);
    let file = scratch.join(name);
    fs::write(&file, profile::write_new(&copy)).map_err(|error| error.to_string())?;
    Ok(file)
}

/// Tells the journal's events until the process has ended and everything was told; gives its exit code.
fn follow(
    folder: &Path,
    teller: &Teller,
    process: Option<u32>,
    ended: impl Fn() -> bool,
    exit: impl Fn() -> Option<i32>,
) -> Option<i32> {
    let mut journal = Journal { path: folder.join("events.ndjson"), read: 0 };
    let mut looks: u32 = 0;
    loop {
        // Looked at before the journal: what was written until then is told.
        let ended = ended();
        journal.tell(teller);
        if ended {
            return exit();
        }
        if looks.is_multiple_of(8)
            && let Some(bytes) = process.and_then(memory).filter(|bytes| *bytes >= BEGUN)
        {
            teller.tell(Answer::RunMemory(bytes));
        }
        looks = looks.wrapping_add(1);
        std::thread::sleep(LOOK);
    }
}

/// The exit code of a run's process. One that SIGINT ended had not begun: from then on it listens, and ends by itself.
#[cfg(unix)]
fn exit_of(status: ExitStatus) -> Option<i32> {
    const SIGINT: i32 = 2;
    const CANCELLED: i32 = 4;
    let interrupted = std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGINT);
    if interrupted { Some(CANCELLED) } else { status.code() }
}

#[cfg(not(unix))]
fn exit_of(status: ExitStatus) -> Option<i32> {
    status.code()
}

/// The process that holds a lock on a file, where the system tells it in `/proc/locks` (proc(5)): the fifth column is the
/// process, the sixth ends in the file's number.
#[cfg(unix)]
fn holder(lock: &Path) -> Option<u32> {
    let file = std::os::unix::fs::MetadataExt::ino(&fs::metadata(lock).ok()?).to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| {
        let mut columns = line.split_whitespace().skip(4);
        let (process, place) = (columns.next()?, columns.next()?);
        (place.rsplit(':').next() == Some(file.as_str())).then(|| process.parse().ok())?
    })
}

#[cfg(not(unix))]
fn holder(_: &Path) -> Option<u32> {
    None
}

/// Resident memory of a process, where the system tells it in `/proc` (proc(5), `VmRSS`).
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// A process that holds less has not begun yet, or has ended.
const BEGUN: u64 = 1 << 20;

/// A journal that grows.
struct Journal {
    path: PathBuf,
    /// Bytes that were told.
    read: u64,
}

impl Journal {
    /// Tells the whole lines that are new.
    fn tell(&mut self, teller: &Teller) {
        let Ok(mut file) = File::open(&self.path) else { return };
        if file.seek(SeekFrom::Start(self.read)).is_err() {
            return;
        }
        let mut lines = BufReader::new(file);
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
            self.read += line.len() as u64;
            if let Ok(event) = serde_json::from_str::<RunEvent>(&line) {
                teller.tell(Answer::RunEvent(event));
            }
            line.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_run_that_is_cancelled_before_it_listens_is_cancelled() {
        // As wait(2) tells it: the signal that ended a process, or its exit code above.
        for (status, exit) in [(2, Some(4)), (9, None), (0, Some(0)), (3 << 8, Some(3))] {
            assert_eq!(exit_of(std::os::unix::process::ExitStatusExt::from_raw(status)), exit, "{status}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_holder_of_a_lock_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let file = File::create(&path).expect("made");
        assert_eq!(holder(&path), None);
        file.lock().expect("free");
        assert_eq!(holder(&path), Some(std::process::id()));
    }
}
