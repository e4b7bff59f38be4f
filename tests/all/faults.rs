//! Every call of a run made to fail, one at a time: the run says so, loses nothing, leaves no half file, and the resumed
//! run ends as an undisturbed one.
//!
//! `cargo test` takes a seeded sample of the calls; `MAPWRIGHT_FAULT_POINTS=all` (in `tests/soak`) takes every one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};

use mapwright::connect::faults::{Fault, Plan, arm};
use mapwright::engine::{RunEnd, RunError};

use super::scenario::{How, SCENARIOS, Scenario, State, enlarge, home, leftovers, run, state};

/// What an undisturbed run leaves, and what stood there before it.
struct Reference {
    before: State,
    after: State,
    end: RunEnd,
}

fn reference(scenario: &Scenario, home: &Path) -> Reference {
    scenario.prepare(home);
    let before = state(home);
    let end = run(home, How::default()).unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
    Reference { before, after: state(home), end }
}

/// Calls 1 to `calls`, or a sample of them that is the same each time.
fn points(calls: u64, seed: u64) -> Vec<u64> {
    let wanted = match std::env::var("MAPWRIGHT_FAULT_POINTS").as_deref() {
        Ok("all") => calls,
        Ok(number) => number.parse().expect("a number or `all`"),
        Err(_) => 2,
    };
    if wanted >= calls {
        return (1..=calls).collect();
    }
    // Evenly spread, each moved by a little that depends on the seed.
    (0..wanted).map(|n| n * calls / wanted + 1 + (n * 7 + seed * 13) % (calls / wanted).max(1)).collect()
}

/// The sentence for the operator, and the exit code.
fn outcome(result: &Result<RunEnd, RunError>) -> (i32, String) {
    match result {
        Ok(end) => {
            assert!(end.report.balances, "{:?}", end.report.ledger);
            (end.exit(), end.error.as_ref().map(ToString::to_string).unwrap_or_default())
        }
        Err(error) => (1, error.to_string()),
    }
}

/// One point: the fault strikes while files below `folder` are used; then all is well again and the run is resumed.
fn strike(scenario: &Scenario, home: &Path, folder: &str, plan: Plan, reference: &Reference) -> Result<(), String> {
    scenario.prepare_target(home);
    let armed = arm(&home.join(folder), plan);
    let result = catch_unwind(AssertUnwindSafe(|| run(home, How::default()))).map_err(|_| "a panic".to_owned())?;
    drop(armed);
    let (exit, words) = outcome(&result);
    let harmless = matches!(plan.fault, Fault::Short | Fault::Interrupted);
    if harmless && exit != 0 {
        return Err(format!("failed where it need not: {words}"));
    }
    let now = state(home);
    if exit == 0 && now != reference.after {
        return Err(format!("said it was done, and it is not: {now:?}"));
    }
    if exit != 0 {
        let place = words.split(": ").next().unwrap_or_default();
        if !place.contains(&home.display().to_string()) || !words.trim_end().ends_with('.') {
            return Err(format!("does not say where or what to do: {words}"));
        }
    }
    for (name, text) in now.iter().filter(|(name, _)| !name.ends_with(".db")) {
        if reference.after.get(name) != Some(text) && reference.before.get(name) != Some(text) {
            return Err(format!("half a file: {name}: {text}"));
        }
    }
    let resumed = run(home, How { resume: true, ..How::default() });
    let (exit, words) = outcome(&resumed);
    if exit != 0 {
        return Err(format!("the resumed run failed: {words}"));
    }
    let now = state(home);
    if now != reference.after {
        return Err(format!("the resumed run differs: {now:?}"));
    }
    if let Ok(end) = resumed
        && end.report.ledger != reference.end.report.ledger
    {
        return Err(format!("the resumed run counts differently: {:?}", end.report.ledger));
    }
    let left = leftovers(home);
    if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) }
}

/// Strikes at calls on files below `folder` for each kind of fault and collects what went wrong.
fn strike_all(folder: &str, faults: &[(Fault, bool)]) {
    let (mut tried, mut wrong) = (0, Vec::new());
    for (number, scenario) in SCENARIOS.iter().enumerate() {
        let home = home();
        let home = home.path();
        let reference = reference(scenario, home);
        scenario.prepare_target(home);
        let counting = arm(&home.join(folder), Plan { fault: Fault::Device, at: 0, lasting: false });
        run(home, How::default()).expect("counted");
        let calls = counting.calls();
        drop(counting);
        assert!(calls > 0, "{}: nothing goes through the seam", scenario.name);
        for (which, (fault, lasting)) in faults.iter().enumerate() {
            for at in points(calls, (number + which * 5) as u64) {
                tried += 1;
                let plan = Plan { fault: *fault, at, lasting: *lasting };
                if let Err(what) = strike(scenario, home, folder, plan, &reference) {
                    wrong
                        .push(format!("{}, call {at} of {calls}, {fault:?}, lasting {lasting}: {what}", scenario.name));
                }
            }
        }
    }
    println!("faults below `{folder}`: {tried} points tried, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} of {tried} points:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
}

#[test]
fn a_failing_write_loses_nothing_and_the_run_can_be_finished() {
    strike_all("work", &[(Fault::Full, true), (Fault::Device, false), (Fault::Denied, true)]);
}

#[test]
fn short_and_interrupted_calls_change_nothing() {
    strike_all("work", &[(Fault::Short, true), (Fault::Interrupted, true)]);
    strike_all("in", &[(Fault::Short, true), (Fault::Interrupted, true)]);
}

#[test]
fn a_failing_read_loses_nothing_and_the_run_can_be_finished() {
    strike_all("in", &[(Fault::Device, false), (Fault::Denied, true)]);
}

#[test]
fn a_fault_in_the_resumed_run_can_be_resumed_from_as_well() {
    for scenario in SCENARIOS {
        let home = home();
        let home = home.path();
        let reference = reference(scenario, home);
        scenario.prepare_target(home);
        // Each try gets a little further than the one before.
        let mut tries = 0;
        for at in (9..2_000).step_by(17) {
            let armed = arm(&home.join("work"), Plan { fault: Fault::Device, at, lasting: true });
            let result = run(home, How { resume: true, ..How::default() });
            let struck = armed.struck();
            drop(armed);
            tries += 1;
            if outcome(&result).0 == 0 {
                break;
            }
            assert!(struck, "{}: {:?}", scenario.name, outcome(&result));
        }
        assert!(tries > 2, "{}", scenario.name);
        assert_eq!(state(home), reference.after, "{}", scenario.name);
        assert!(leftovers(home).is_empty(), "{}: {:?}", scenario.name, leftovers(home));
    }
}

#[test]
fn a_source_that_changed_is_not_mixed_with_what_it_was() {
    let scenario = &SCENARIOS[0];
    let home = home();
    let home = home.path();
    scenario.prepare(home);
    let armed = arm(&home.join("work"), Plan { fault: Fault::Full, at: 12, lasting: true });
    assert_eq!(outcome(&run(home, How::default())).0, 1);
    drop(armed);
    let source = home.join("in/people.csv");
    let text = fs::read_to_string(&source).expect("read");
    // The same length and the same time of change, as some tools leave them.
    let modified = fs::metadata(&source).and_then(|metadata| metadata.modified()).expect("known");
    fs::write(&source, text.replacen("Person 1", "Parson 1", 1)).expect("written");
    fs::File::options().write(true).open(&source).and_then(|file| file.set_modified(modified)).expect("set");
    let (exit, words) = outcome(&run(home, How { resume: true, ..How::default() }));
    assert_eq!(exit, 1);
    assert!(words.contains("changed since the run began") && words.contains("people.csv"), "{words}");
    fs::write(&source, text).expect("written");
    fs::File::options().write(true).open(&source).and_then(|file| file.set_modified(modified)).expect("set");
    assert_eq!(outcome(&run(home, How { resume: true, ..How::default() })).0, 0);
}

/// A file system of its own, as small as wanted; unmounted when dropped.
struct SmallDisk<'a> {
    at: &'a Path,
}

impl SmallDisk<'_> {
    /// `None` where mounting is not allowed.
    fn mount(at: &Path) -> Option<SmallDisk<'_>> {
        mount(&["-t", "tmpfs", "-o", "size=160k", "tmpfs"], at).then_some(SmallDisk { at })
    }

    fn enlarge(&self) {
        assert!(mount(&["-o", "remount,size=64m"], self.at), "a mounted disk can be made larger");
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let done = Command::new("mount").args(arguments).arg(at).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.at).status();
    }
}

#[test]
fn a_disk_that_is_really_full_loses_nothing() {
    for name in ["csv to csv", "csv appended to a table without a key"] {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).expect("a scenario");
        let home = home();
        let home = home.path();
        let how = How { chunk_bytes: 8_000, checkpoint_rows: 500, ..How::default() };
        scenario.prepare(home);
        enlarge(home, 9_000);
        assert_eq!(outcome(&run(home, how)).0, 0);
        let after = state(home);
        scenario.prepare_target(home);
        let work = home.join("work");
        let Some(disk) = SmallDisk::mount(&work) else {
            println!("a really full disk: left out, this user may not mount one");
            return;
        };
        let (exit, words) = outcome(&run(home, how));
        assert_eq!(exit, 1, "{name}");
        assert!(words.contains("disk is full") && words.contains("work"), "{name}: {words}");
        assert!(!state(home).contains_key("work/out.csv"), "{name}");
        disk.enlarge();
        let (exit, words) = outcome(&run(home, How { resume: true, ..how }));
        assert_eq!((exit, words.as_str()), (0, ""), "{name}");
        assert_eq!(state(home), after, "{name}");
        assert!(leftovers(home).is_empty(), "{name}: {:?}", leftovers(home));
    }
}

#[test]
fn a_reader_that_went_away_does_not_end_the_run() {
    let scenario = &SCENARIOS[0];
    let home = home();
    let home = home.path();
    let reference = reference(scenario, home);
    for format in ["text", "json"] {
        scenario.prepare_target(home);
        let mut child = Command::new(env!("CARGO_BIN_EXE_mapwright"))
            .arg("run")
            .arg(home.join("profile.yaml"))
            .arg("--out")
            .arg(home.join("work/run"))
            .args(["--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        drop(child.stdout.take());
        assert!(child.wait().expect("ended").success(), "{format}");
        assert_eq!(state(home), reference.after, "{format}");
    }
}
