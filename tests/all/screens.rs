//! The workbench by key strings: what it does, and how it looks.

use std::time::Duration;

use mapwright::app::commands::COMMANDS;
use mapwright::app::{Effect, Looks, Place, State, ThemeName};

use crate::harness::{Harness, demo, people};

#[test]
fn the_data_place_shows_fields_with_evidence_and_records() {
    let mut harness = people(80, 24).keys("1<tab>jj");
    harness = harness.keys("i").settle();
    harness.shows("Most frequent values");
    harness = harness.keys("<esc>tG").settle();
    harness.shows("120 of 120");
    harness = harness.keys("<enter>");
    harness.shows("Record 120, line");
}

#[test]
fn the_editor_shows_the_error_under_the_characters_and_results_at_every_key() {
    let mut harness = people(80, 24).keys("je").settle();
    harness.shows("no finding on");
    harness = harness.keys(" | uppr").settle();
    harness.shows("^^^^");
    harness.shows("did you mean `upper`?");
    harness = harness.keys("<backspace>er").settle();
    harness.shows_not("^^^");
    harness = harness.keys("<ctrl-s>").settle();
    harness.shows("first | trim | title | upper");
    harness = harness.keys("u").settle();
    harness.shows("undone: edit first_name");
    harness.shows_not("title | upper");
    harness = harness.keys("<ctrl-r>").settle();
    harness.shows("first | trim | title | upper");
}

#[test]
fn the_editor_tells_what_the_target_cannot_hold() {
    let harness = Harness::new(110, 34);
    let home = harness.home.path().to_owned();
    std::fs::write(home.join("in.csv"), "id,name\n1,Zoë\n2,東京\n").expect("written");
    let profile = "mapwright: 1\nsource: in.csv\ntarget: { path: out.csv, encoding: windows-1252 }\nobjects:\n  - { to: out, fields: { Name: name } }\n";
    std::fs::write(home.join("profile.yaml"), profile).expect("written");
    let mut harness = harness.open(&home.join("profile.yaml").display().to_string()).keys("e").settle();
    harness.shows("(U+6771) does not exist");
    harness = harness.keys(" | ascii").settle();
    harness.shows_not("does not exist");
}

#[test]
fn words_are_offered_while_one_is_typed() {
    let mut harness = people(80, 24).keys("je | upp").settle();
    harness.shows("function");
    harness.shows("Tab takes");
    harness = harness.keys("<tab>").settle();
    harness.shows("first | trim | title | upper");
    harness.shows_not("Tab takes");
    // Esc closes the offered words first, then the editor.
    harness = harness.keys(" | lowe<esc>").settle();
    harness.shows("expression");
    harness = harness.keys("<esc>").settle();
    harness.shows("not applied");
}

#[test]
fn what_was_typed_and_not_applied_is_kept() {
    let mut harness = demo(80, 24).keys("e | lower<esc>").settle();
    harness.shows("not applied");
    harness = harness.keys("e").settle();
    harness.shows("Nr | trim | lower");
}

#[test]
fn the_preview_puts_rejects_first_with_their_reasons() {
    let mut harness = people(120, 40).keys("3").settle();
    harness = harness.keys("v").settle();
    harness.shows("joined:date");
    harness = harness.keys("<tab><tab><enter>").settle();
    harness.shows("Records");
}

#[test]
fn a_dry_run_then_a_run_then_the_report() {
    let harness = Harness::new(100, 30);
    let home = harness.home.path().to_owned();
    let rows: String =
        (0..300).map(|row| format!("{row},{}\n", if row % 10 == 0 { "nobody" } else { "a@b.org" })).collect();
    std::fs::write(home.join("people.csv"), format!("id,email\n{rows}")).expect("written");
    let profile = "mapwright: 1\nsource: people.csv\ntarget: out/\nobjects:\n  - from: people.csv\n    to: people.csv\n    fields:\n      Id: id\n      Email: { value: email, type: email }\n";
    std::fs::write(home.join("people.yaml"), profile).expect("written");
    let mut harness = harness.open(&home.join("people.yaml").display().to_string()).keys("4d").settle();
    harness.shows("dry run done");
    assert!(!home.join("out").exists(), "a dry run writes nothing");
    harness.shows("270");
    harness = harness.keys("R");
    harness.shows("Run the profile");
    // The cursor stands on "Cancel": Enter alone does nothing.
    harness = harness.keys("<enter>").settle();
    assert!(!home.join("out").exists(), "nothing was confirmed");
    harness = harness.keys("R<right><enter>").settle();
    harness.shows("run done");
    assert!(home.join("out/people.csv").is_file(), "the run wrote its target");
    harness = harness.keys("5").settle();
    harness.shows("balances");
    harness.shows("Reasons");
    harness = harness.keys("<enter>").settle();
    harness.shows("Records with Email:type");
}

#[test]
fn a_new_pair_is_suggested_accepted_saved_and_opened_again() {
    let text =
        "first_name,last_name,email,phone\nAda,Lovelace,ada@example.org,030 1234567\nGrace,Hopper,grace@example.org,\n";
    let mut harness = Harness::new(100, 30).open_text("people.csv", text, "template:salesforce/Contact");
    harness.shows("suggested");
    let suggested = harness.model.map.targets.iter().filter(|row| row.state == State::Suggested).count();
    assert!(suggested >= 4, "{suggested} suggestions:\n{}", harness.screen());
    harness = harness.keys("A").settle();
    harness.shows("suggestions would be accepted");
    harness = harness.keys("<left><left><left><enter>").settle();
    let path = harness.home.path().join("people.yaml");
    harness = harness.keys(&format!("<ctrl-s><ctrl-u>{}<enter>", path.display())).settle();
    harness.shows("saved");
    let saved = std::fs::read_to_string(&path).expect("the profile");
    assert!(saved.contains("LastName: { value: last_name, required: true"), "{saved}");
    let mut again = Harness::new(100, 30).open(&path.display().to_string());
    again.shows("people.yaml");
    again.shows("last_name");
}

#[test]
fn candidates_are_ranked_with_reasons_and_can_be_taken() {
    let text = "surname,forename\nLovelace,Ada\nHopper,Grace\n";
    let mut harness = Harness::new(100, 30).open_text("people.csv", text, "template:salesforce/Contact");
    harness = harness.keys("/lastname<enter><enter>").settle();
    harness.shows("which source field fills it?");
    harness.shows("surname");
    harness = harness.keys("<enter>").settle();
    harness.shows("LastName ← surname");
    harness = harness.keys("D").settle();
    harness.shows("is not mapped any more");
    harness = harness.keys("x").settle();
    harness.shows("rejected the suggestion for LastName");
    harness = harness.keys("uu").settle();
    harness.shows("undone");
}

#[test]
fn a_draft_is_kept_and_offered() {
    let harness = demo(80, 24).keys("e | lower<ctrl-s>").settle().wait(Duration::from_secs(2)).settle();
    let profile = harness.home.path().join("demo/profile.yaml");
    assert!(mapwright::profile::draft_path(&profile).exists(), "a draft beside the profile");
    let mut again = Harness::new(80, 24).open(&profile.display().to_string());
    again.shows("There is a draft");
    again = again.keys("<right><enter>").settle();
    again.shows("lower");
    again = again.keys("<ctrl-s>").settle();
    again.shows("saved");
    assert!(!mapwright::profile::draft_path(&profile).exists(), "saving drops the draft");
}

#[test]
fn comments_survive_a_save() {
    let mut harness = demo(80, 24).keys("e | lower<ctrl-s><ctrl-s>").settle();
    harness.shows("saved");
    let saved = std::fs::read_to_string(harness.home.path().join("demo/profile.yaml")).expect("the profile");
    assert!(saved.contains("# Text stays text: 0000017 keeps its zeros."));
    assert!(saved.contains("Nr | trim | lower"));
}

#[test]
fn lists_filter_and_show_all_again() {
    let mut harness = demo(80, 24).keys("/post<enter>").settle();
    harness.shows("BillingPostalCode");
    harness.shows_not("NumberOfEmployees");
    harness = harness.keys("<esc>").settle();
    harness.shows("NumberOfEmployees");
}

#[test]
fn help_and_palette_list_and_run_commands() {
    let mut harness = demo(100, 50).keys("?").settle();
    for command in COMMANDS.iter().take(20) {
        harness.shows(command.title);
    }
    harness = harness.keys("theme<enter>").settle();
    harness.shows("theme: light");
    harness = harness.keys(":report<enter>").settle();
    assert_eq!(harness.model.place, Place::Report);
}

#[test]
fn a_small_screen_says_so_and_stays_quittable() {
    let mut harness = demo(80, 24).resize(59, 15);
    harness.shows("mapwright needs 60 x 16");
    harness = harness.keys("q");
    assert!(harness.terminal.iter().any(|effect| matches!(effect, Effect::Quit)));
    harness = harness.resize(1, 1);
    harness.screen();
}

#[test]
fn without_colour_and_in_ascii_everything_is_still_said() {
    let looks = Looks { theme: ThemeName::Plain, ascii: true, basic: true };
    let mut harness = Harness::with_looks(80, 24, looks).open_people().keys("3").settle();
    let screen = harness.screen();
    assert!(screen.is_ascii(), "{screen}");
}

#[test]
fn hostile_data_never_reaches_the_screen_as_it_is() {
    let text = "na\u{1b}[31mme,b\n\u{1b}]0;title\u{7},a\u{202e}b\n\u{9b}31m,\u{200b}\n";
    let mut harness = Harness::new(80, 24).open_text("hostile.csv", text, "out.csv");
    for keys in ["1", "t", "<enter>", "<esc>2", "a", "<enter>", "<esc>e", "<esc>3", "4", "5"] {
        harness = harness.keys(keys).settle();
        let screen = harness.screen();
        let bad = screen
            .chars()
            .find(|letter| *letter != '\n' && (letter.is_control() || ['\u{200b}', '\u{202e}'].contains(letter)));
        assert_eq!(bad, None, "after {keys}:\n{screen}");
    }
}

#[test]
fn what_cannot_be_opened_is_said_with_place_and_next_step() {
    let mut harness = Harness::new(80, 24).open("/nowhere/contacts.csv out.csv");
    harness.shows("Could not open /nowhere/contacts.csv");
    harness.shows("there is no such file or folder");
    harness = harness.keys("<esc>");
    harness.shows("Map a source to a target");
}
