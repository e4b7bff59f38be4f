//! Runs killed at any point, and their resumed runs killed as well: what is there in the end equals an undisturbed run.
//!
//! Three ways to kill: at a random time (the program itself, all threads), at a counted call of our own (this test
//! binary started again, which arms the kill), and at a counted system call (where `strace` is installed). `cargo test`
//! tries a seeded dozen; `MAPWRIGHT_KILL_POINTS=200` (in `tests/soak`) tries so many of each way.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mapwright::connect::faults::{Fault, Plan, arm};

use super::scenario::{How, SCENARIOS, Scenario, State, home, leftovers, run, state};

const PROGRAM: &str = env!("CARGO_BIN_EXE_mapwright");

fn wanted() -> Option<u64> {
    std::env::var("MAPWRIGHT_KILL_POINTS").ok().and_then(|points| points.parse().ok())
}

/// Numbers that are the same each time (Steele, Lea, Flood 2014: SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }
}

/// The program on the profile of `home`, resuming where there is something to resume.
fn program(home: &Path, threads: usize) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("run").arg(home.join("profile.yaml")).arg("--out").arg(home.join("work/run")).arg("--resume");
    command.args(["--threads", &threads.to_string(), "--chunk", "200", "--checkpoint", "7", "--memory", "1"]);
    command.env("HOME", home).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What goes wrong at the end of a series of kills: the run is finished and looked at.
fn judge(home: &Path, threads: usize, after: &State) -> Result<(), String> {
    let finished = program(home, threads).stderr(Stdio::piped()).output().expect("started");
    if !finished.status.success() {
        return Err(format!("the resumed run failed: {}", String::from_utf8_lossy(&finished.stderr)));
    }
    let now = state(home);
    if now != *after {
        return Err(format!("differs: {now:?}"));
    }
    let left = leftovers(home);
    if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) }
}

/// No final file may be there by half.
fn no_half_file(home: &Path, before: &State, after: &State) -> Result<(), String> {
    for (name, text) in state(home).iter().filter(|(name, _)| !name.ends_with(".db")) {
        if after.get(name) != Some(text) && before.get(name) != Some(text) {
            return Err(format!("half a file: {name}"));
        }
    }
    Ok(())
}

/// Tries `points` kills over all scenarios; `kill` runs the program once and kills it at a point of its own choice.
fn kill_all(way: &str, points: u64, threads: usize, kill: impl Fn(&Path, &mut Dice, &Scale)) {
    let (mut tried, mut wrong) = (0, Vec::new());
    for (number, scenario) in SCENARIOS.iter().enumerate() {
        let share =
            points * (number as u64 + 1) / SCENARIOS.len() as u64 - points * number as u64 / SCENARIOS.len() as u64;
        if share == 0 {
            continue;
        }
        let home = home();
        let home = home.path();
        scenario.prepare(home);
        let before = state(home);
        let scale = Scale::of(scenario, home, threads);
        let after = state(home);
        let mut dice = Dice(number as u64 * 1_000 + points);
        for _ in 0..share {
            scenario.prepare_target(home);
            tried += 1;
            let mut what = Ok(());
            // The first kill, then up to three more of the runs that resume.
            for _ in 0..=dice.below(4) {
                kill(home, &mut dice, &scale);
                what = what.and_then(|()| no_half_file(home, &before, &after));
            }
            if let Err(what) = what.and_then(|()| judge(home, threads, &after)) {
                wrong.push(format!("{}: {what}", scenario.name));
            }
        }
    }
    println!("kills {way}: {tried} points tried, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {tried} points:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
}

/// How long an undisturbed run of the program takes, and how many calls of ours it makes.
struct Scale {
    time: Duration,
    calls: u64,
}

impl Scale {
    fn of(scenario: &Scenario, home: &Path, threads: usize) -> Scale {
        let counting = arm(&home.join("work"), Plan { fault: Fault::Kill, at: 0, lasting: false });
        run(home, How::default()).unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
        let calls = counting.calls();
        drop(counting);
        scenario.prepare_target(home);
        let started = Instant::now();
        let status = program(home, threads).status().expect("started");
        assert!(status.success(), "{}: {status}", scenario.name);
        Scale { time: started.elapsed(), calls }
    }
}

#[test]
fn killed_at_any_time_with_all_threads() {
    let points = wanted().unwrap_or(10);
    kill_all("at random times", points, 4, |home, dice, scale| {
        let mut child = program(home, 4).spawn().expect("started");
        let most = scale.time.as_micros() as u64 * 11 / 10;
        std::thread::sleep(Duration::from_micros(dice.below(most)));
        let _ = child.kill();
        child.wait().expect("ended");
    });
}

#[test]
fn killed_at_any_call_of_ours() {
    let points = wanted().unwrap_or(10);
    kill_all("at calls of ours", points, 1, |home, dice, scale| {
        let status = Command::new(std::env::current_exe().expect("this program"))
            .args(["kills::child", "--exact", "--ignored"])
            .env("MAPWRIGHT_KILL_HOME", home)
            .env("MAPWRIGHT_KILL_AT", (1 + dice.below(scale.calls)).to_string())
            .env("HOME", home)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.expect("started");
    });
}

/// Run by [`killed_at_any_call_of_ours`] in a process of its own.
#[test]
#[ignore = "ends its own process"]
fn child() {
    let Some(home) = std::env::var_os("MAPWRIGHT_KILL_HOME") else { return };
    let at = std::env::var("MAPWRIGHT_KILL_AT").ok().and_then(|at| at.parse().ok()).expect("a call");
    let home = Path::new(&home);
    let _armed = arm(&home.join("work"), Plan { fault: Fault::Kill, at, lasting: false });
    let end = run(home, How { resume: true, ..How::default() });
    assert!(end.is_ok(), "{:?}", end.err().map(|error| error.to_string()));
}

#[test]
fn killed_at_any_system_call() {
    const CALLS: &[&str] =
        &["write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "linkat", "unlink", "openat", "ftruncate"];
    let Some(points) = wanted() else { return };
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        println!("kills at system calls: left out, strace is not installed");
        return;
    }
    kill_all("at system calls", points, 1, |home, dice, _| {
        let call = CALLS[dice.below(CALLS.len() as u64) as usize];
        let most = if matches!(call, "write" | "pwrite64") { 120 } else { 24 };
        let inject = format!("inject={call}:signal=KILL:when={}", 1 + dice.below(most));
        let plain = program(home, 1);
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
        traced.arg(plain.get_program()).args(plain.get_args()).env("HOME", home);
        traced.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("started");
    });
}
