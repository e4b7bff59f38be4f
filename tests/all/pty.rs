//! The workbench in a real terminal: whatever ends it, the terminal is as before.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(60);

/// A shell in a pty with a screen that understands it.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    _home: tempfile::TempDir,
}

impl Pty {
    /// Runs mapwright in a shell, which then tells the terminal's settings.
    fn new(arguments: &str) -> Pty {
        Pty::with(arguments, |_, _| {})
    }

    /// The same; `set` writes further files into the home folder and sets the environment.
    pub fn with(arguments: &str, set: impl FnOnce(&Path, &mut CommandBuilder)) -> Pty {
        let home = tempfile::tempdir().expect("a folder");
        sample(home.path());
        let pair = native_pty_system().openpty(size(80, 24)).expect("a pty");
        let mut command = CommandBuilder::new("sh");
        command
            .args(["-c", &format!("{} {arguments}; echo code=$?; stty -a; echo END", env!("CARGO_BIN_EXE_mapwright"))]);
        command.cwd(home.path());
        command.env("MAPWRIGHT_STATE", home.path().join("state"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env_remove("LC_ALL");
        command.env_remove("NO_COLOR");
        set(home.path(), &mut command);
        let child = pair.slave.spawn_command(command).expect("a shell");
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(vt100::Parser::new(24, 80, 200)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (seen, kept) = (Arc::clone(&screen), Arc::clone(&raw));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read) = reader.read(&mut bytes) {
                if read == 0 {
                    break;
                }
                seen.lock().expect("free").process(&bytes[..read]);
                kept.lock().expect("free").extend_from_slice(&bytes[..read]);
            }
        });
        let keys = pair.master.take_writer().expect("a writer");
        Pty { master: pair.master, child, keys, screen, raw, _home: home }
    }

    /// Every byte that reached the terminal.
    pub fn raw(&self) -> Vec<u8> {
        self.raw.lock().expect("free").clone()
    }

    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("written");
        self.keys.flush().expect("flushed");
    }

    fn contents(&self) -> String {
        self.screen.lock().expect("free").screen().contents()
    }

    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.contents().contains(words) {
            assert!(Instant::now() < until, "`{words}` does not come; the screen:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The shell has the terminal back, in every respect.
    #[track_caller]
    pub fn is_as_before(&mut self) {
        self.wait_for("END");
        let parser = self.screen.lock().expect("free");
        let screen = parser.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is taken");
        let settings = screen.contents();
        let words: Vec<&str> = settings.split_whitespace().collect();
        for wanted in ["icanon", "echo", "isig"] {
            assert!(words.contains(&wanted), "not {wanted}:\n{settings}");
        }
        drop(parser);
        let _ = self.child.wait();
    }

    /// The process that runs the workbench: the shell's child.
    fn workbench(&self) -> String {
        let shell = self.child.process_id().expect("a shell");
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("children");
        children.split_whitespace().next().expect("a child").to_owned()
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn sample(home: &Path) {
    std::fs::write(home.join("people.csv"), "name,mail\nAda,ada@example.org\n\"\u{1b}]0;owned\u{7}\",x\n")
        .expect("written");
    let profile = "mapwright: 1\nsource: people.csv\ntarget: out/\nobjects:\n  - from: people.csv\n    to: people.csv\n    fields:\n      name: name\n      mail: mail\n";
    std::fs::write(home.join("people.yaml"), profile).expect("written");
}

#[test]
fn mapping_and_quitting_leaves_the_terminal_as_it_was() {
    let mut pty = Pty::new("open people.yaml");
    pty.wait_for("2 of 2 mapped");
    assert!(pty.screen.lock().expect("free").screen().alternate_screen());
    pty.press("1");
    pty.wait_for("Objects");
    pty.press("2e | trim\u{13}");
    pty.wait_for("name | trim");
    pty.press("q");
    pty.wait_for("code=0");
    pty.wait_for("Unsaved changes are kept");
    pty.is_as_before();
    let raw = pty.raw.lock().expect("free").clone();
    let title = raw.windows(9).any(|bytes| bytes == b"\x1b]0;owned");
    assert!(!title, "an escape of the data reached the terminal");
}

#[test]
fn a_panic_on_another_thread_restores_the_terminal_and_saves_the_draft() {
    if !cfg!(debug_assertions) {
        return;
    }
    let mut pty = Pty::with("open people.yaml", |_, command| command.env("MAPWRIGHT_TEST_PANIC", "1"));
    pty.wait_for("2 of 2 mapped");
    pty.press("e | trim\u{13}");
    pty.wait_for("name | trim");
    // F12
    pty.press("\u{1b}[24~");
    pty.wait_for("mapwright met a fault of its own");
    pty.wait_for("Your draft is saved");
    pty.wait_for("code=1");
    pty.is_as_before();
    let draft = std::fs::read_to_string(pty._home.path().join(".people.yaml.draft")).expect("the draft");
    assert!(draft.contains("name | trim"), "{draft}");
}

#[test]
fn control_c_and_signals_end_it_well() {
    let mut pty = Pty::new("open people.yaml");
    pty.wait_for("2 of 2 mapped");
    // While something is under way, Ctrl-C would stop that first.
    std::thread::sleep(Duration::from_secs(1));
    pty.press("\u{3}");
    pty.wait_for("code=0");
    pty.is_as_before();

    for signal in ["-TERM", "-HUP"] {
        let mut pty = Pty::new("open people.yaml");
        pty.wait_for("2 of 2 mapped");
        pty.press("e | trim\u{13}");
        pty.wait_for("name | trim");
        let process = pty.workbench();
        assert!(std::process::Command::new("kill").args([signal, &process]).status().expect("kill").success());
        pty.wait_for("code=4");
        pty.is_as_before();
        assert!(pty._home.path().join(".people.yaml.draft").is_file(), "the draft after {signal}");
    }
}

#[test]
fn redrawing_and_suspending_come_back() {
    let mut pty = Pty::new("open people.yaml");
    pty.wait_for("2 of 2 mapped");
    pty.press("\u{c}");
    pty.wait_for("2 of 2 mapped");
    // Without job control (as here) nothing stops it: it gives the terminal away and takes it back.
    pty.press("\u{1a}");
    std::thread::sleep(Duration::from_millis(500));
    pty.wait_for("2 of 2 mapped");
    pty.press("1");
    pty.wait_for("Objects");
    pty.press("q");
    pty.is_as_before();
}

#[test]
fn a_resize_storm_ends_in_the_last_size() {
    let mut pty = Pty::new("open people.yaml");
    pty.wait_for("2 of 2 mapped");
    for step in 0..60 {
        let (columns, rows) = (40 + step * 3 % 90, 10 + step % 30);
        pty.master.resize(size(columns, rows)).expect("resized");
    }
    pty.master.resize(size(50, 12)).expect("resized");
    pty.screen.lock().expect("free").screen_mut().set_size(12, 50);
    pty.wait_for("mapwright needs 60 x 16");
    pty.master.resize(size(90, 30)).expect("resized");
    pty.screen.lock().expect("free").screen_mut().set_size(30, 90);
    pty.wait_for("2 of 2 mapped");
    pty.press("q");
    pty.is_as_before();
}

#[test]
fn a_paste_with_escapes_goes_into_text_only_and_submits_nothing() {
    let mut pty = Pty::new("open people.yaml");
    pty.wait_for("2 of 2 mapped");
    // Outside of a text field a paste presses no keys: this one would quit.
    pty.press("\u{1b}[200~q\u{1b}[201~");
    pty.wait_for("pasted text goes into text fields only");
    pty.press("e");
    pty.wait_for("expression");
    pty.press("\u{1b}[200~ | trim\n\u{7} | upper\u{1b}[201~");
    pty.wait_for("upper");
    pty.wait_for("not applied");
    pty.press("\u{1b}");
    pty.wait_for("2 of 2 mapped");
    pty.press("q");
    pty.is_as_before();
}

#[test]
fn without_a_terminal_it_says_so() {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("starts");
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("needs a terminal"));
}
