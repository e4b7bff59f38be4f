//! The workbench on a screen that is only a buffer, for programs: keys in, pictures and times out.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use mapwright::app::{Effect, Job, Looks, Model, Msg, key, update};
use mapwright::ui::view;
use mapwright::worker::Worker;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

pub struct Screen {
    pub model: Model,
    terminal: Terminal<TestBackend>,
    worker: Worker,
    pub messages: Receiver<Msg>,
    _state: tempfile::TempDir,
}

impl Screen {
    /// A workbench of this size, without a project.
    pub fn new(width: u16, height: u16, looks: Looks) -> Screen {
        let (sender, messages) = mpsc::channel();
        let state = tempfile::tempdir().expect("a folder for the state");
        let worker = Worker::with_state_folder(sender, program(), state.path().to_owned());
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a buffer");
        let mut screen = Screen { model: Model::new(looks), terminal, worker, messages, _state: state };
        screen.send(Msg::Resize { width, height });
        screen
    }

    pub fn open(&mut self, job: Job) {
        self.send(Msg::Begin(job));
        self.settle();
    }

    /// Presses keys and waits until all is quiet after each `…`.
    pub fn keys(&mut self, keys: &str) {
        for part in keys.split('…') {
            for chord in key::scenario(part) {
                self.send(Msg::Key(key::normal(chord)));
            }
            self.settle();
        }
    }

    pub fn send(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            match effect {
                Effect::Quit | Effect::Stop | Effect::Redraw | Effect::Suspend | Effect::Mouse(_) | Effect::Copy(_) => {
                }
                effect => self.worker.run(effect),
            }
        }
    }

    /// Waits until nothing is under way.
    pub fn settle(&mut self) {
        loop {
            let idle = self.worker.idle();
            match self.messages.recv_timeout(Duration::from_millis(5)) {
                Ok(msg) => self.send(msg),
                Err(_) if idle && self.worker.idle() => return,
                Err(_) => {}
            }
        }
    }

    pub fn draw(&mut self) -> &Buffer {
        let model = &self.model;
        self.terminal.draw(|frame| view(model, frame)).expect("drawn");
        self.terminal.backend().buffer()
    }
}

/// The program that runs are started with: mapwright, built beside the examples.
fn program() -> PathBuf {
    let here = std::env::current_exe().expect("this program");
    let folder = here.parent().and_then(|examples| examples.parent()).expect("the build's folder");
    folder.join("mapwright")
}
