//! Faults on purpose: what a full disk, a broken device, a lost right or a kill would do at a counted call.
//!
//! Every file that a run reads or writes goes through `connect::disk`, which asks here before each call. Nothing happens
//! unless a test has armed a fault for a folder: without one, the question is one look at a counter that is zero.
//! Which call is hit is counted, not timed, so a fault found once is found again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full (`ENOSPC`).
    Full,
    /// The device reports an error (`EIO`).
    Device,
    /// The right is gone (`EACCES`).
    Denied,
    /// A read or write does half of what it was asked; other calls are not touched. No error.
    Short,
    /// A read or write is interrupted before it begins (`EINTR`) and must be tried again. No error.
    Interrupted,
    /// The process ends at once, as if killed; a write is done by half first.
    Kill,
}

/// The kinds of call that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Open,
    Read,
    Write,
    Sync,
    Rename,
    Remove,
    /// A statement of a database.
    Statement,
}

/// A fault and when it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub fault: Fault,
    /// The call that is hit, from 1; 0 hits none, to count calls.
    pub at: u64,
    /// Every later call is hit as well: a disk that stays full.
    pub lasting: bool,
}

/// An armed fault; dropping it disarms it.
#[derive(Debug)]
pub struct Armed {
    watch: Arc<Watch>,
}

/// What an open file remembers of the fault that is armed for its folder.
#[derive(Debug)]
pub(super) struct Watch {
    folder: PathBuf,
    plan: Plan,
    calls: AtomicU64,
}

static ARMED: AtomicUsize = AtomicUsize::new(0);
static WATCHES: Mutex<Vec<Arc<Watch>>> = Mutex::new(Vec::new());

/// Arms a fault for all files at and below a folder, in this process.
pub fn arm(folder: &Path, plan: Plan) -> Armed {
    let watch = Arc::new(Watch { folder: folder.to_owned(), plan, calls: AtomicU64::new(0) });
    WATCHES.lock().unwrap_or_else(PoisonError::into_inner).push(watch.clone());
    ARMED.fetch_add(1, Ordering::SeqCst);
    Armed { watch }
}

impl Armed {
    /// How many calls there were so far.
    pub fn calls(&self) -> u64 {
        self.watch.calls.load(Ordering::SeqCst)
    }

    /// Whether the fault has struck.
    pub fn struck(&self) -> bool {
        self.watch.plan.at > 0 && self.calls() >= self.watch.plan.at
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        let mut watches = WATCHES.lock().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|watch| !Arc::ptr_eq(watch, &self.watch));
        ARMED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The fault that is armed for a path, if one is.
#[inline]
pub(super) fn watch(path: &Path) -> Option<Arc<Watch>> {
    if ARMED.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let watches = WATCHES.lock().unwrap_or_else(PoisonError::into_inner);
    watches.iter().find(|watch| path.starts_with(&watch.folder)).cloned()
}

/// Asks before a call that is not on an open file.
///
/// # Errors
/// The armed fault's.
#[inline]
pub(super) fn ask(path: &Path, call: Call) -> io::Result<()> {
    match watch(path) {
        Some(watch) => watch.ask(call, 0).map(drop),
        None => Ok(()),
    }
}

impl Watch {
    /// Asks before a call on `bytes` bytes; gives how many of them the call may take.
    pub fn ask(&self, call: Call, bytes: usize) -> io::Result<usize> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let hit = self.plan.at > 0 && (number == self.plan.at || (self.plan.lasting && number > self.plan.at));
        if !hit {
            return Ok(bytes);
        }
        let moves = matches!(call, Call::Read | Call::Write);
        match self.plan.fault {
            Fault::Full => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Fault::Device => Err(io::Error::from_raw_os_error(5)),
            Fault::Denied => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
            // One of two, so that a lasting fault comes to an end.
            Fault::Interrupted if moves && number % 2 == self.plan.at % 2 => {
                Err(io::Error::from(io::ErrorKind::Interrupted))
            }
            Fault::Short if moves => Ok(bytes.div_ceil(2)),
            Fault::Short | Fault::Interrupted => Ok(bytes),
            Fault::Kill if call == Call::Write && bytes > 1 => Ok(bytes / 2),
            Fault::Kill => std::process::abort(),
        }
    }

    /// After a write: a kill strikes with half of the bytes written.
    pub fn written(&self) {
        let number = self.calls.load(Ordering::SeqCst);
        if self.plan.fault == Fault::Kill && self.plan.at > 0 && number >= self.plan.at {
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::disk::DiskFile;
    use super::*;
    use std::io::{Read, Write};

    fn plan(fault: Fault, at: u64, lasting: bool) -> Plan {
        Plan { fault, at, lasting }
    }

    #[test]
    fn the_counted_call_fails_and_only_below_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let (here, elsewhere) = (home.path().join("here"), home.path().join("elsewhere"));
        std::fs::create_dir(&here).unwrap();
        std::fs::create_dir(&elsewhere).unwrap();
        let armed = arm(&here, plan(Fault::Full, 3, false));
        let mut file = DiskFile::create(&here.join("a")).unwrap();
        let mut other = DiskFile::create(&elsewhere.join("a")).unwrap();
        file.write_all(b"one").unwrap();
        assert_eq!(file.write_all(b"two").unwrap_err().kind(), io::ErrorKind::StorageFull);
        other.write_all(b"three").unwrap();
        file.write_all(b"four").unwrap();
        assert!(armed.struck());
        drop(armed);
        assert_eq!(std::fs::read(here.join("a")).unwrap(), b"onefour");
    }

    #[test]
    fn short_and_interrupted_calls_lose_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a");
        for fault in [Fault::Short, Fault::Interrupted] {
            let _armed = arm(home.path(), plan(fault, 1, true));
            DiskFile::create(&path).unwrap().write_all(b"a longer text").unwrap();
            let mut text = String::new();
            DiskFile::open(&path).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "a longer text");
        }
    }
}
