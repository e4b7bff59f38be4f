//! The loop: waits on one channel, takes what is queued, updates, draws once. Idle costs nothing.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::draft::DraftSlot;
use super::{guard, input, suspend};
use crate::app::{Effect, Model, Msg, update};
use crate::ui;
use crate::worker::Worker;

/// No two draws are nearer than this.
const FRAME: Duration = Duration::from_millis(16);
/// Messages taken before the next draw, so that a flood of events cannot starve the screen.
const DRAIN: usize = 512;

/// Why the workbench ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The user quit.
    Quit,
    /// A signal (or the terminal's end) asked it to.
    Stopped,
}

/// How the workbench ended, and the draft it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub ended: Ended,
    /// Where unsaved changes are kept.
    pub draft: Option<PathBuf>,
}

/// Runs the workbench on the terminal until it is quit. `first` is what it starts with (opening a pair, the demo).
pub fn run(mut model: Model, first: Vec<Msg>) -> io::Result<End> {
    let (sender, messages) = mpsc::channel();
    let draft = DraftSlot::default();
    guard::end_well_on_panic(draft.clone());
    let signalled = sender.clone();
    // An error means that a handler is set already (a second workbench in one process): the first one stays.
    let _ = ctrlc::set_handler(move || {
        let _ = signalled.send(Msg::Stop);
    });
    let guard = guard::Guard::take(model.mouse)?;
    let mut screen = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    let size = screen.size()?;
    let keys = sender.clone();
    std::thread::Builder::new().name("input".to_owned()).spawn(move || input::listen(&keys))?;

    let mut session =
        Session { worker: Worker::new(sender, std::env::current_exe()?), draft, started: Instant::now(), ended: None };
    session.handle(&mut model, &mut screen, Msg::Resize { width: size.width, height: size.height })?;
    for msg in first {
        session.handle(&mut model, &mut screen, msg)?;
    }
    let ended = session.turn(&mut model, &mut screen, &messages);
    // The draft first: the terminal may be gone.
    let draft = session.draft.save();
    drop(guard);
    Ok(End { ended: ended?, draft: draft? })
}

type Screen = Terminal<CrosstermBackend<io::Stdout>>;

struct Session {
    worker: Worker,
    draft: DraftSlot,
    started: Instant,
    ended: Option<Ended>,
}

impl Session {
    fn turn(&mut self, model: &mut Model, screen: &mut Screen, messages: &Receiver<Msg>) -> io::Result<Ended> {
        let mut drawn: Option<Instant> = None;
        loop {
            if model.dirty && drawn.is_none_or(|at| at.elapsed() >= FRAME) {
                draw(model, screen)?;
                model.dirty = false;
                drawn = Some(Instant::now());
            }
            let frame_in = drawn.filter(|_| model.dirty).map(|at| FRAME.saturating_sub(at.elapsed()));
            let wake_in = model.deadline().map(|at| at.saturating_sub(self.started.elapsed()));
            let first = match [frame_in, wake_in].into_iter().flatten().min() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => messages.recv_timeout(wait),
            };
            self.handle(model, screen, Msg::Clock(self.started.elapsed()))?;
            match first {
                Ok(msg) => self.take(model, screen, msg, messages)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Ended::Stopped),
            }
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
        }
    }

    /// Handles a message and what is queued behind it; of a storm of resizes only the last counts.
    fn take(&mut self, model: &mut Model, screen: &mut Screen, first: Msg, more: &Receiver<Msg>) -> io::Result<()> {
        let mut resize = None;
        for msg in std::iter::once(first).chain(more.try_iter().take(DRAIN)) {
            match msg {
                Msg::Resize { .. } => resize = Some(msg),
                msg => self.handle(model, screen, msg)?,
            }
            if self.ended.is_some() {
                return Ok(());
            }
        }
        resize.map_or(Ok(()), |msg| self.handle(model, screen, msg))
    }

    fn handle(&mut self, model: &mut Model, screen: &mut Screen, msg: Msg) -> io::Result<()> {
        let revision = model.revision();
        let effects = update(model, msg);
        if model.revision() != revision {
            self.draft.put(model.draft());
        }
        for effect in effects {
            match effect {
                Effect::Quit => self.ended = Some(Ended::Quit),
                Effect::Stop => self.ended = Some(Ended::Stopped),
                Effect::Redraw => *screen = anew()?,
                Effect::Suspend => {
                    if suspend::possible() {
                        suspend::suspend(model.mouse)?;
                        *screen = anew()?;
                        model.dirty = true;
                    }
                }
                Effect::Mouse(true) => execute!(io::stdout(), EnableMouseCapture)?,
                Effect::Mouse(false) => execute!(io::stdout(), DisableMouseCapture)?,
                Effect::Copy(text) => execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?,
                effect => self.worker.run(effect),
            }
        }
        Ok(())
    }
}

/// A screen that knows nothing of what is drawn, on an empty terminal. `Terminal::clear` would ask the terminal for the
/// cursor's place, and the answer would go to the thread that reads keys.
fn anew() -> io::Result<Screen> {
    execute!(io::stdout(), Clear(ClearType::All))?;
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

fn draw(model: &Model, screen: &mut Screen) -> io::Result<()> {
    let _writing = guard::writing();
    execute!(io::stdout(), BeginSynchronizedUpdate)?;
    screen.draw(|frame| ui::view(model, frame))?;
    execute!(io::stdout(), EndSynchronizedUpdate)
}
