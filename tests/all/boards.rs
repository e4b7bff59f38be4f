//! Boards: values, variants, duplicates, rejects mended and run again, lineage, drift, history; and runs that are
//! cancelled, finished and found again.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mapwright::app::Msg;

use crate::harness::{Harness, companies, people, profile_text};

#[test]
fn values_are_suggested_chosen_and_left_visibly_open() {
    let mut harness = people(100, 30).keys("/status<enter>w").settle();
    harness.shows("1 open");
    // `??` is the only value that no pair names.
    harness = harness.keys("]<enter>").settle();
    harness.shows("?? becomes");
    harness = harness.keys("<enter>").settle();
    harness.shows("none open");
    assert!(profile_text(&harness).contains("'??': A"), "{}", profile_text(&harness));
    harness = harness.keys("u").settle();
    harness.shows("1 open");
}

#[test]
fn variants_are_grouped_from_strict_to_lax_and_merged_as_a_step() {
    let mut harness = companies(100, 30).keys("/Name<enter>C").settle();
    harness.shows("ACME Inc.");
    harness.shows_not("Bayenwerk AG");
    harness = harness.keys("<right><right><right>").settle();
    harness.shows("Bayenwerk AG");
    harness = harness.keys("<enter>").settle();
    harness.shows("become ACME Inc.");
    let text = profile_text(&harness);
    assert!(text.contains("acme, inc") && text.contains("otherwise: keep"), "{text}");
    harness = harness.keys("s");
    harness.shows("All of them become");
}

#[test]
fn duplicates_stand_side_by_side_and_the_rule_can_be_changed() {
    let mut harness = companies(120, 40).keys("3D").settle();
    harness.shows("10 groups");
    harness = harness.keys("<enter>").settle();
    harness.shows("stays");
    harness.shows("dropped");
    harness = harness.keys("s").settle();
    harness.shows("the last valid record stays");
    assert!(profile_text(&harness).contains("keep: last"));
}

#[test]
fn a_fix_becomes_a_step_and_only_the_rejects_run_again() {
    let mut harness = people(110, 34).keys("4d").settle().keys("5f").settle();
    harness.shows("email:type");
    let rejected = harness.model.report.report.as_ref().expect("a report").ledger.rejected;
    harness = harness.keys("/email<enter><enter>").settle();
    harness.shows("take these values as empty");
    harness = harness.keys("j<enter>").settle();
    harness.shows("has a new step: null_if(\"nobody(at)example\")");
    harness = harness.keys("r").settle();
    harness.shows("Run the rejects again");
    harness = harness.keys("<right><enter>").settle();
    let report = harness.model.report.report.as_ref().expect("a report");
    assert_eq!(report.ledger.read, rejected, "only the rejects were read");
    assert!(report.ledger.rejected < rejected, "some passed");
}

#[test]
fn a_value_is_followed_back_to_its_line() {
    let mut harness = people(110, 34).keys("1t<tab>jj").settle().keys("L").settle();
    harness.shows("Lineage");
    harness.shows("fate: ");
    harness = harness.keys("<esc>3").settle().keys("L").settle();
    harness.shows("from");
    harness.shows("step");
}

#[test]
fn every_statistic_opens_its_records() {
    let mut harness = people(110, 34).keys("hF").settle();
    harness.shows("different values");
    harness = harness.keys("<esc>1").settle().keys("<tab>jjjj").settle().keys("F").settle();
    harness = harness.keys("<enter>").settle();
    harness.shows("Records with");
    harness = harness.keys("<enter>");
    harness.shows("Record ");
}

#[test]
fn history_is_walked_and_single_changes_are_taken_back() {
    let mut harness = people(100, 30).keys("Djje | trim<ctrl-s>").settle().keys("U").settle();
    harness.shows("2 of 2 changes");
    harness = harness.keys("gg<enter>").settle();
    harness.shows("0 of 2 changes");
    harness = harness.keys("G<enter><esc>=").settle();
    // The second change goes, the first stays: undo that is not a line.
    harness = harness.keys("/person<enter>x").settle();
    let text = profile_text(&harness);
    assert!(text.contains("person_id: nr") && text.contains("| trim"), "{text}");
}

#[test]
fn a_source_that_changed_is_told_and_rebound_line_by_line() {
    let mut harness = people(100, 30).keys("<ctrl-s>").settle();
    harness.shows("saved");
    let path = harness.home.path().join("people.csv");
    let text = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, text.replacen("first,last,email", "first_name,last,mail", 1)).expect("written");
    let profile = harness.home.path().join("people.yaml").display().to_string();
    harness = harness.open(&profile);
    harness.shows("people.csv has changed");
    harness.shows("renamed?");
    harness = harness.keys("a").settle();
    let text = profile_text(&harness);
    assert!(text.contains("first_name | trim"), "{text}");
}

fn slow_profile(harness: &Harness, rows: usize) -> String {
    let home = harness.home.path();
    let mut text = String::from("id,name,mail\n");
    for row in 0..rows {
        text.push_str(&format!("{row},Name {row},p{row}@example.org\n"));
    }
    std::fs::write(home.join("many.csv"), text).expect("written");
    let profile = "mapwright: 1\nsource: many.csv\ntarget: out/\nobjects:\n  - from: many.csv\n    to: many.csv\n    fields:\n      Id: id\n      Name: name | trim | title | upper | lower | title\n      Mail: { value: mail | email, type: email, unique: true }\n";
    std::fs::write(home.join("many.yaml"), profile).expect("written");
    home.join("many.yaml").display().to_string()
}

fn has_ended(harness: &Harness) -> bool {
    harness.model.run.following.as_ref().is_some_and(|following| following.ended)
}

/// A run of so many records that is paused; none where it came to its end before that, as a busy machine lets it.
fn paused(rows: usize) -> Option<Harness> {
    let harness = Harness::new(110, 34);
    let path = slow_profile(&harness, rows);
    let mut harness = harness.open(&path).keys("R<right><enter>");
    let until = Instant::now() + Duration::from_secs(60);
    while !harness.screen().contains("records/s") && !has_ended(&harness) {
        harness = harness.take(Duration::from_millis(20));
        assert!(Instant::now() < until, "the run does not begin:\n{}", harness.screen());
    }
    if has_ended(&harness) {
        return None;
    }
    // Its end may still be on its way here: only where nothing more comes, it was paused in time.
    harness = harness.keys("p");
    harness.shows("paused");
    harness = harness.take(Duration::from_millis(200));
    (!has_ended(&harness)).then_some(harness)
}

#[test]
fn a_run_is_paused_goes_on_is_cancelled_and_finished() {
    let sizes = [150_000, 600_000, 2_400_000];
    let mut harness = sizes.into_iter().find_map(paused).expect("a run that is slow enough to be paused");
    let home = harness.home.path().to_owned();
    harness = harness.keys("p");
    harness.shows("the run goes on");
    harness = harness.keys("<ctrl-c>").settle();
    let cancelled = harness.screen().contains("cancelled");
    if cancelled {
        harness = harness.keys("4r").settle();
    }
    harness.shows("done");
    assert!(home.join("out/many.csv").is_file(), "the target is there in the end");
}

#[test]
fn a_run_of_another_process_is_found_and_followed() {
    let harness = Harness::new(110, 34);
    let path = slow_profile(&harness, 150_000);
    let mut run = Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .args(["run", &path])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let runs = harness.home.path().join("mapwright-runs");
    let patience = Instant::now() + Duration::from_secs(60);
    while !mapwright::workspace::list_runs(&runs).is_ok_and(|runs| !runs.is_empty()) {
        assert!(Instant::now() < patience, "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut harness = harness.open(&path);
    harness = harness.keys("4").settle();
    assert!(run.wait().expect("ends").success());
    // Found while it ran, or (where it was quicker than the screen) by its report.
    let screen = harness.screen();
    let followed = harness.model.run.following.is_some();
    assert!(followed || harness.model.report.report.is_some(), "{screen}");
    harness.send(Msg::Clock(Duration::from_secs(60)));
    harness.screen();
}

#[test]
fn the_guess_of_the_format_can_be_corrected_and_undone() {
    let text = "a;b\n1,5;2\n3,5;4\n";
    let mut harness = Harness::new(100, 30).open_text("s.csv", text, "out.csv").keys("1r").settle();
    harness.shows("because");
    // The comma instead of the semicolon.
    harness = harness.keys("j<enter>").settle().keys("j<enter>").settle();
    harness.shows("pinned");
    let fields = |harness: &Harness| {
        let project = harness.model.project.as_ref().expect("a project");
        project.sources[0].object.fields.len()
    };
    let names = harness.model.project.as_ref().expect("a project").sources[0].object.fields[0].name.clone();
    assert_eq!(names, "a;b");
    harness = harness.keys("<esc>u").settle();
    assert_eq!(fields(&harness), 2);
    assert_eq!(harness.model.project.as_ref().expect("a project").sources[0].object.fields[0].name, "a");
}

#[test]
fn files_are_picked_from_a_list() {
    let harness = Harness::new(100, 30);
    let home = harness.home.path().to_owned();
    std::fs::create_dir(home.join("inner")).expect("made");
    std::fs::write(home.join("inner/people.csv"), "name,mail\nAda,a@b.org\n").expect("written");
    let mut harness = harness.keys(&format!("<enter>{}/<tab>", home.display())).settle();
    harness.shows("inner");
    harness = harness.keys("inner<enter>").settle();
    harness.shows("people.csv");
    harness = harness.keys("people<enter>").settle();
    harness.shows("Target");
    harness = harness.keys("<tab>").settle().keys("salesforce").settle();
    harness.shows("template:salesforce");
}

#[test]
fn the_tour_goes_on_when_something_was_done() {
    let mut harness = Harness::new(120, 40).open("demo").keys("<f2>").settle();
    harness.shows("1 of 9");
    harness = harness.keys("]").settle();
    harness.shows("2 of 9");
    harness = harness.keys("<enter>").settle();
    harness.shows("3 of 9");
    harness = harness.keys("<esc>").settle().keys("e").settle();
    harness.shows("5 of 9");
    harness = harness.keys("<esc>3").settle();
    harness.shows("7 of 9");
    harness = harness.keys("4d").settle();
    harness.shows("8 of 9");
    harness = harness.keys("5f").settle();
    harness.shows("9 of 9");
    harness = harness.keys("<esc><f2>").settle();
    harness.shows_not("of 9");
}

#[test]
fn keys_of_the_users_file_count() {
    let (bindings, problems) = mapwright::app::bindings::Bindings::parse("unmap: ctrl-k\nundo: z\n");
    assert_eq!(problems, Vec::<String>::new());
    let mut harness = people(100, 30);
    harness.model.bindings = std::sync::Arc::new(bindings);
    harness = harness.keys("D").settle();
    harness.shows_not("is not mapped any more");
    harness = harness.keys("<ctrl-k>").settle();
    harness.shows("is not mapped any more");
    harness = harness.keys("z").settle();
    harness.shows("undone: unmap");
    harness = harness.keys("?unmap").settle();
    harness.shows("Ctrl-K");
}

/// A database with two of the source's records, one of them with another name.
fn into_database(harness: &Harness) -> String {
    let home = harness.home.path();
    let database = rusqlite::Connection::open(home.join("t.db")).expect("opens");
    let rows =
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO p VALUES (1, 'Ada'), (2, 'Old');";
    database.execute_batch(rows).expect("made");
    std::fs::write(home.join("s.csv"), "id,name,gone\n1,Ada,\n2,Grace,\n3,Mary,\n4,,\n5,Eve,x\n").expect("written");
    let profile = "mapwright: 1\nsource: s.csv\ntarget: sqlite:t.db\nobjects:\n  - from: s.csv\n    to: p\n    write: upsert\n    key: id\n    where: gone != \"x\"\n    fields:\n      id: id\n      name: { value: name, required: true }\n";
    std::fs::write(home.join("p.yaml"), profile).expect("written");
    home.join("p.yaml").display().to_string()
}

#[test]
fn a_forecast_is_rehearsed_on_a_copy_and_every_figure_opens_its_records() {
    let harness = Harness::new(120, 40);
    let path = into_database(&harness);
    let before = std::fs::read(harness.home.path().join("t.db")).expect("read");
    let mut harness = harness.open(&path).keys("4f").settle();
    harness.shows("rehearsed on a copy of the target");
    let ledger = harness.model.run.forecast.as_ref().expect("a forecast").ledger();
    let told = (ledger.created, ledger.updated, ledger.unchanged, ledger.rejected, ledger.filtered);
    assert_eq!(told, (1, 1, 1, 1, 1), "{}", harness.screen());
    for (keys, words) in [
        ("/created<enter><enter>", "Mary"),
        ("/updated<enter><enter>", "name: Old → Grace"),
        ("/unchanged<enter><enter>", "Ada"),
        ("/rejected<enter><enter>", "name:required"),
        ("/filtered<enter><enter>", "Eve"),
    ] {
        harness = harness.keys(keys).settle();
        harness.shows(words);
        harness.shows("p: ");
        harness = harness.keys("<esc><esc>");
    }
    assert_eq!(std::fs::read(harness.home.path().join("t.db")).expect("read"), before, "the target is untouched");
    harness = harness.keys("<esc>R");
    harness.shows("forecast: 1 created, 1 updated, 1 unchanged");
}

#[test]
fn a_forecasts_figures_open_as_many_records_as_they_say() {
    let mut harness = Harness::new(120, 40).open("demo").keys("4f").settle();
    let objects = harness.model.run.forecast.as_ref().expect("a forecast").objects.clone();
    let mut row = 0;
    for object in &objects {
        for fate in mapwright::engine::Fate::ALL {
            let count = object.ledger.of(fate);
            if count == 0 {
                continue;
            }
            harness = harness.keys("gg").keys(&"j".repeat(row)).keys("<enter>").settle();
            harness.shows(&format!("{}: {}", object.to, fate.word()));
            harness.shows(&mapwright::report::words::records(count));
            harness = harness.keys("<esc>");
            row += 1;
        }
    }
    assert!(row > 8, "{row} figures");
}

#[test]
fn the_start_place_lists_runs_with_what_they_need_and_takes_them_up() {
    let harness = Harness::new(120, 40);
    let path = into_database(&harness);
    let mut harness = harness.open(&path).keys("R<right><enter>").settle().keys("<ctrl-o>").settle();
    harness.shows("run of p.yaml");
    harness.shows("done: 1 to mend");
    harness = harness.keys("/mend<enter><enter>").settle();
    harness.shows("balances");
    // The same run as if it had been cut off.
    let mut run = harness.model.start.runs[0].clone();
    run.run.state = mapwright::workspace::RunState::Interrupted;
    harness.model.start.runs = vec![run];
    harness = harness.keys("<ctrl-o>/finish<enter><enter>").settle();
    assert_eq!(harness.model.place, mapwright::app::Place::Run);
    harness.shows("r finishes this run");
    harness.shows("cut off");
}

#[test]
fn a_file_in_a_folder_below_is_found_by_its_name() {
    let harness = Harness::new(100, 30);
    let home = harness.home.path().to_owned();
    std::fs::create_dir_all(home.join("exports/2026")).expect("made");
    std::fs::write(home.join("exports/2026/contacts.csv"), "name\nAda\n").expect("written");
    let mut harness = harness.keys(&format!("<enter>{}<tab>", home.display())).settle().keys("contcsv").settle();
    harness.shows("exports/2026/contacts.csv");
    harness = harness.keys("<enter>").settle();
    harness.shows("Target");
}

#[test]
fn a_sequence_shows_how_it_may_go_on_and_esc_leaves_it() {
    let mut harness = people(80, 24).keys("/name<enter>g");
    harness.shows("g …");
    harness.shows("Preview");
    harness = harness.keys("<esc>");
    harness.shows_not("g …");
    harness.shows("2 of 8");
    harness = harness.keys("gp").settle();
    assert_eq!(harness.model.place, mapwright::app::Place::Preview);
}

#[test]
fn what_can_be_done_on_a_board_is_in_its_palette() {
    let mut harness = people(100, 30).keys("/status<enter>w").settle().keys(":otherwise<enter>").settle();
    harness.shows("values without a pair become empty");
    harness = harness.keys("<esc>");
    harness.shows("status");
}
