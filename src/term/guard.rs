//! Takes the terminal over and gives it back as it was: on drop, on a panic of any thread, on a signal.

use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};

use super::draft::DraftSlot;

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Held while something is written to the terminal, so that a panic elsewhere does not restore in the middle of a draw.
static WRITING: Mutex<()> = Mutex::new(());

/// Gives the terminal back when it goes.
pub(crate) struct Guard(());

impl Guard {
    pub(crate) fn take(mouse: bool) -> io::Result<Guard> {
        enter(mouse)?;
        Ok(Guard(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Raw mode, alternate screen, bracketed paste, and the mouse if wanted.
pub(crate) fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    if mouse {
        queue!(out, EnableMouseCapture)?;
    }
    out.flush()
}

/// Puts everything back; does nothing the second time. Errors are of no use here: the terminal may be gone.
pub(crate) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            EndSynchronizedUpdate,
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}

/// The right to write to the terminal; waits for whoever has it.
pub(crate) fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// From now on a panic on any thread restores the terminal, saves the draft, says so and ends the program: a workbench
/// that goes on without one of its threads would tell half the truth.
pub(crate) fn end_well_on_panic(draft: DraftSlot) {
    std::panic::set_hook(Box::new(move |info| {
        let held = patiently(&WRITING);
        restore();
        let saved = draft.save();
        tell(info, saved);
        // Keeps the right to write, so that nothing is drawn over the message.
        std::mem::forget(held);
        std::process::exit(1);
    }));
}

fn tell(info: &PanicHookInfo<'_>, saved: io::Result<Option<std::path::PathBuf>>) {
    let cause = info.payload_as_str().unwrap_or("unknown cause");
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let draft = match saved {
        Ok(Some(path)) => {
            format!("Your draft is saved: {}\nIt is offered when you open the same profile again.", path.display())
        }
        Ok(None) => "There were no unsaved changes.".to_owned(),
        Err(error) => format!("The draft could not be saved: {error}"),
    };
    let _ = writeln!(
        io::stderr(),
        "mapwright met a fault of its own and stopped; no data was changed by the screen.\n{} ({place})\n{draft}",
        crate::record::safe_text(cause)
    );
}

/// Waits a moment for a lock, but not for ever: the panicking thread may hold it itself.
fn patiently<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let until = Instant::now() + Duration::from_millis(200);
    loop {
        match lock.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}
