//! The run lane: a run is a process of its own whose journal is followed, so that it outlives the screen.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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
    pub fn start(&self, profile: &Arc<Profile>, path: Option<PathBuf>, dry_run: bool, teller: Teller) {
        let (program, profile) = (self.program.clone(), Arc::clone(profile));
        let (process, pending) = (Arc::clone(&self.process), Arc::clone(&self.pending));
        pending.fetch_add(1, Ordering::SeqCst);
        let counted = Arc::clone(&pending);
        let started = std::thread::Builder::new().name("run".to_owned()).spawn(move || {
            if let Err(error) = run(&program, &profile, path.as_deref(), dry_run, &process, &teller) {
                teller.tell(Answer::Failed(Problem::new("The run could not be started", &error)));
            }
            counted.fetch_sub(1, Ordering::SeqCst);
        });
        if started.is_err() {
            pending.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Asks the process to end at the next safe point, as Ctrl-C would.
    pub fn cancel(&self) {
        let process = *self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = process {
            interrupt(process);
        }
    }
}

/// The POSIX way to send a signal without unsafe code.
fn interrupt(process: u32) {
    let _ = Command::new("kill")
        .args(["-INT", &process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn run(
    program: &Path,
    profile: &Profile,
    path: Option<&Path>,
    dry_run: bool,
    process: &Mutex<Option<u32>>,
    teller: &Teller,
) -> Result<(), String> {
    let scratch = tempfile::Builder::new().prefix("mapwright-run-").tempdir().map_err(|error| error.to_string())?;
    let written = as_file(profile, path, scratch.path())?;
    let folder = engine::default_folder(path.unwrap_or_else(|| Path::new("profile.yaml")));
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let errors_path = scratch.path().join("errors");
    let errors = File::create(&errors_path).map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.arg("run").arg(&written).arg("--out").arg(&folder).args(["--format", "json"]);
    if dry_run {
        command.arg("--dry-run");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
    // A group of its own: Ctrl-C and the end of the terminal do not reach it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let set = |id: Option<u32>| *process.lock().unwrap_or_else(PoisonError::into_inner) = id;
    set(Some(child.id()));
    teller.tell(Answer::RunStarted(RunStarted { folder: folder.clone(), dry_run }));
    let exit = follow(&mut child, &folder, teller);
    set(None);
    let errors = std::fs::read_to_string(&errors_path).unwrap_or_default();
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
    std::fs::write(&file, profile::write_new(&copy)).map_err(|error| error.to_string())?;
    Ok(file)
}

/// Tells the journal's events until the process has ended and everything was told.
fn follow(child: &mut Child, folder: &Path, teller: &Teller) -> Option<i32> {
    let mut journal = Journal { path: folder.join("events.ndjson"), read: 0 };
    loop {
        let ended = child.try_wait();
        journal.tell(teller);
        match ended {
            Ok(Some(status)) => return status.code(),
            Ok(None) => std::thread::sleep(LOOK),
            Err(_) => return None,
        }
    }
}

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
