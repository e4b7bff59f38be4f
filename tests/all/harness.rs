//! Plays key strings against the real update, view and worker, on a screen that is only a buffer.

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use mapwright::app::{Answer, Effect, Job, Looks, Model, Msg, key, update};
use mapwright::ui::view;
use mapwright::worker::Worker;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

/// A workbench without a terminal.
pub struct Harness {
    pub model: Model,
    screen: Terminal<TestBackend>,
    worker: Worker,
    messages: Receiver<Msg>,
    /// What the terminal would have been asked to do.
    pub terminal: Vec<Effect>,
    clock: Duration,
    /// The state folder and whatever the scenario writes.
    pub home: tempfile::TempDir,
}

/// The sample.
pub fn demo(width: u16, height: u16) -> Harness {
    Harness::new(width, height).open("demo")
}

/// See [`Harness::open_people`].
pub fn people(width: u16, height: u16) -> Harness {
    Harness::new(width, height).open_people()
}

/// See [`Harness::open_companies`].
pub fn companies(width: u16, height: u16) -> Harness {
    Harness::new(width, height).open_companies()
}

/// The text of the profile that is open.
pub fn profile_text(harness: &Harness) -> String {
    let project = harness.model.project.as_ref().expect("a project");
    mapwright::profile::write_new(&project.profile)
}

fn people_csv() -> String {
    const FIRST: [&str; 5] = [" ada ", "Grace", "Müller", "東京", "Zoë"];
    const STATUS: [&str; 4] = ["active", "Act.", "gone", "??"];
    let mut text = String::from("nr,first,last,email,joined,status,remark\n");
    for row in 0..120_usize {
        let last = if row % 17 == 3 { "" } else { "Lovelace-Byron" };
        let email = if row % 11 == 5 { "nobody(at)example" } else { "ada@example.org" };
        let joined = if row % 13 == 7 { "00.00.0000" } else { "03.11.2009" };
        let status = STATUS[if row % 29 == 4 { 3 } else { row % 3 }];
        let first = FIRST[row % 5];
        text.push_str(&format!(
            "{:04},{first},{last},{email},{joined},{status},\"said \"\"hi\"\"\nand left\"\n",
            row + 1
        ));
    }
    text
}

const PEOPLE_TARGET: &str = "CREATE TABLE person (person_id VARCHAR(10) PRIMARY KEY, first_name VARCHAR(40), \
    last_name VARCHAR(80) NOT NULL, email VARCHAR(80), joined DATE, status VARCHAR(10) NOT NULL, \
    owner_id VARCHAR(18) NOT NULL, remark VARCHAR(255));";

const PEOPLE_PROFILE: &str = "# People, half done.
mapwright: 1
name: People
source: people.csv
target: out/
objects:
  - from: people.csv
    to: person
    fields:
      # Zeros stay.
      person_id: nr
      first_name: first | trim | title
      last_name: { value: last, required: true, max_length: 80 }
      email: { value: email, type: email }
      joined: joined | date(\"DD.MM.YYYY\")
      status:
        value: status | lower
        values: { active: A, act.: A, gone: G }
        otherwise: reject
";

const COMPANIES_PROFILE: &str = "mapwright: 1
source: c.csv
target: out/
objects:
  - from: c.csv
    to: company
    duplicates: { key: target.Mail, keep: first }
    fields:
      Id: id
      Name: company
      Mail: mail
";

/// Longer than anything here takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Harness {
    pub fn new(width: u16, height: u16) -> Harness {
        Harness::with_looks(width, height, Looks::default())
    }

    pub fn with_looks(width: u16, height: u16, looks: Looks) -> Harness {
        let (sender, messages) = mpsc::channel();
        let home = tempfile::tempdir().expect("a folder");
        let program = env!("CARGO_BIN_EXE_mapwright").into();
        let worker = Worker::with_state_folder(sender, program, home.path().join("state"));
        let screen = Terminal::new(TestBackend::new(width, height)).expect("a buffer");
        let model = Model::new(looks);
        let mut harness =
            Harness { model, screen, worker, messages, terminal: Vec::new(), clock: Duration::ZERO, home };
        harness.send(Msg::Resize { width, height });
        harness
    }

    /// Opens the sample (`demo`), a profile, or a source and a target separated by a space.
    pub fn open(mut self, what: &str) -> Harness {
        let job = match what.split_once(' ') {
            _ if what == "demo" => {
                let folder = self.home.path().join("demo");
                let path = mapwright::workspace::unpack_sample(&folder).expect("the sample");
                Job::Profile { path, schema: Some(folder.join("target.sql")) }
            }
            Some((source, target)) => Job::Pair { source: source.to_owned(), target: target.to_owned() },
            None => Job::Profile { path: what.into(), schema: None },
        };
        self.send(Msg::Begin(job));
        self.settle()
    }

    /// A small export of people with a profile that is half done: everything the screens have to show, and nothing
    /// that changes with the sample.
    pub fn open_people(mut self) -> Harness {
        let home = self.home.path();
        std::fs::write(home.join("people.csv"), people_csv()).expect("written");
        std::fs::write(home.join("target.sql"), PEOPLE_TARGET).expect("written");
        let path = home.join("people.yaml");
        std::fs::write(&path, PEOPLE_PROFILE).expect("written");
        let schema = Some(home.join("target.sql"));
        self.send(Msg::Begin(Job::Profile { path, schema }));
        self.settle()
    }

    /// Companies whose names are variants of one another, with people entered twice.
    pub fn open_companies(self) -> Harness {
        let home = self.home.path();
        let mut text = String::from("id,company,mail\n");
        let names = ["ACME Inc.", "acme, inc", "ACME Inc.", "Bayernwerk AG", "Bayenwerk AG", "Solo GmbH"];
        for row in 0..60_usize {
            text.push_str(&format!("{row},\"{}\",p{}@example.org\n", names[row % 6], row % 50));
        }
        std::fs::write(home.join("c.csv"), text).expect("written");
        std::fs::write(home.join("c.yaml"), COMPANIES_PROFILE).expect("written");
        let path = home.join("c.yaml").display().to_string();
        self.open(&path)
    }

    /// A source file and a target that is written beside it.
    pub fn open_text(self, name: &str, text: &str, target: &str) -> Harness {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        let target =
            if target.contains(':') { target.to_owned() } else { self.home.path().join(target).display().to_string() };
        let pair = format!("{} {target}", path.display());
        self.open(&pair)
    }

    /// Presses keys: `j<enter>abc<ctrl-s>`.
    pub fn keys(mut self, keys: &str) -> Harness {
        for chord in key::scenario(keys) {
            self.send(Msg::Key(key::normal(chord)));
        }
        self
    }

    pub fn send(&mut self, msg: Msg) {
        self.send_only(msg, |_| true);
    }

    /// Sends a message; of what it asks for only some is done.
    pub fn send_only(&mut self, msg: Msg, wanted: fn(&Effect) -> bool) {
        for effect in update(&mut self.model, msg).into_iter().filter(wanted) {
            match effect {
                Effect::Quit | Effect::Stop | Effect::Redraw | Effect::Suspend | Effect::Mouse(_) | Effect::Copy(_) => {
                    self.terminal.push(effect);
                }
                effect => self.worker.run(effect),
            }
        }
    }

    /// Waits until nothing is under way and every answer was taken in.
    pub fn settle(self) -> Harness {
        self.settle_only(|_| true)
    }

    /// The same; of what the answers ask for only some is done.
    pub fn settle_only(mut self, wanted: fn(&Effect) -> bool) -> Harness {
        let until = Instant::now() + PATIENCE;
        loop {
            let idle = self.worker.idle();
            match self.messages.recv_timeout(Duration::from_millis(2)) {
                Ok(msg) => {
                    if let Msg::Answer(answer) = &msg
                        && let Answer::Failed(problem) = &**answer
                    {
                        eprintln!("failed: {problem:?}");
                    }
                    self.send_only(msg, wanted);
                }
                Err(_) if idle && self.worker.idle() => break,
                Err(_) => assert!(Instant::now() < until, "still not quiet; the screen:\n{}", self.screen()),
            }
        }
        self
    }

    /// Takes in what comes within a time.
    pub fn take(mut self, time: Duration) -> Harness {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if let Ok(msg) = self.messages.recv_timeout(left) {
                self.send(msg);
            }
        }
        self
    }

    /// Lets time go by.
    pub fn wait(mut self, time: Duration) -> Harness {
        self.clock += time;
        self.send(Msg::Clock(self.clock));
        self
    }

    pub fn resize(mut self, width: u16, height: u16) -> Harness {
        self.screen.backend_mut().resize(width, height);
        self.send(Msg::Resize { width, height });
        self
    }

    /// What the screen shows, cell by cell.
    pub fn buffer(&mut self) -> &Buffer {
        let model = &self.model;
        // Behind a wide character the backend keeps what stood there; a terminal does not.
        self.screen.clear().expect("cleared");
        self.screen.draw(|frame| view(model, frame)).expect("drawn");
        self.screen.backend().buffer()
    }

    /// What the screen shows, line by line.
    pub fn screen(&mut self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width).max(1);
        let lines = buffer.content.chunks(width).map(|cells| {
            // The cell behind a wide character is empty, not a space.
            let mut skip = 0;
            let mut line = String::new();
            for cell in cells {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            }
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub fn shows(&mut self, words: &str) {
        let screen = self.screen();
        assert!(screen.contains(words), "`{words}` is not on the screen:\n{screen}");
    }

    #[track_caller]
    pub fn shows_not(&mut self, words: &str) {
        let screen = self.screen();
        assert!(!screen.contains(words), "`{words}` is on the screen:\n{screen}");
    }
}
