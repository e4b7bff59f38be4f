//! What the operator decides on the map is remembered: it comes first next time, with where it was decided.

use std::fs;

use crate::harness::Harness;
use mapwright::app::{Job, Msg, PaneId};

const PEOPLE: &str = "Vorname;zzqx;Ort;E-Mail;Zustand\nAda;k7;Bonn;ada@x.org;aktiv\nBo;k9;Ulm;bo@y.de;inaktiv\n";
const CRM: &str = "CREATE TABLE Contact (FirstName TEXT, City TEXT, Email TEXT, OtherEmail TEXT, \
                   Status TEXT CHECK (Status IN ('Active', 'Inactive')));";

fn opened() -> Harness {
    let harness = Harness::new(120, 36);
    fs::write(harness.home.path().join("people.csv"), PEOPLE).expect("written");
    fs::write(harness.home.path().join("crm.sql"), CRM).expect("written");
    open_again(harness)
}

/// Opens the same source and target anew, as after a restart.
fn open_again(mut harness: Harness) -> Harness {
    let place = |name: &str| harness.home.path().join(name).display().to_string();
    let job = Job::Pair { source: place("people.csv"), target: place("crm.sql") };
    harness.send(Msg::Begin(job));
    harness.settle()
}

/// Puts the cursor on a target field.
fn on(mut harness: Harness, target: &str) -> Harness {
    let at = harness.model.map.targets.iter().position(|row| row.name == target).expect("a field");
    let shown = harness.model.rows(PaneId::Targets);
    let line = shown.iter().position(|row| *row == at).expect("a line");
    harness = harness.keys("gg");
    harness.keys(&"j".repeat(line))
}

fn learned(harness: &Harness) -> String {
    fs::read_to_string(harness.home.path().join("state").join("matches.ndjson")).unwrap_or_default()
}

/// The source field that is suggested for a target, and why.
fn suggested(harness: &Harness, target: &str) -> Option<(String, String)> {
    let suggestions = harness.model.project.as_ref()?.suggestions()?;
    let found = suggestions.mapping.iter().find(|one| one.target == target)?;
    Some((found.source.clone(), found.reason.clone()))
}

#[test]
fn what_was_taken_from_the_candidates_comes_first_next_time() {
    let mut harness = on(opened(), "City");
    assert_ne!(suggested(&harness, "City").map(|(source, _)| source).as_deref(), Some("zzqx"));
    harness = harness.keys("<enter>").settle();
    let at = mapwright::app::places::top::candidates(&harness.model, 1).iter().position(|(name, _)| name == "zzqx");
    harness = harness.keys(&"j".repeat(at.expect("a candidate"))).keys("<enter>").settle();
    assert!(learned(&harness).contains("\"zzqx\""), "{}", learned(&harness));

    harness = open_again(harness);
    let (source, reason) = suggested(&harness, "City").expect("a suggestion");
    assert_eq!(source, "zzqx");
    assert!(reason.starts_with("confirmed before in the workbench"), "{reason}");
    on(harness, "City").shows("confirmed before in the workbench");
}

#[test]
fn what_was_rejected_is_not_suggested_again_and_undo_takes_it_back() {
    let mut harness = on(opened(), "Email");
    assert_eq!(suggested(&harness, "Email").map(|(source, _)| source).as_deref(), Some("E-Mail"));
    harness = harness.keys("x").settle();
    assert!(learned(&harness).contains("rejected"));
    harness = open_again(harness);
    assert_ne!(suggested(&harness, "Email").map(|(source, _)| source).as_deref(), Some("E-Mail"));

    let mut harness = on(opened(), "Email").keys("x").settle().keys("u").settle();
    assert_eq!(learned(&harness), "");
    harness = on(harness, "Email").keys("a").settle();
    assert!(learned(&harness).contains("confirmed"));
    harness = harness.keys("u").settle();
    assert_eq!(learned(&harness), "");
}

#[test]
fn the_values_of_a_picklist_are_proposed_with_it_and_learned() {
    let harness = on(opened(), "Status").keys("a").settle();
    let project = harness.model.project.as_ref().expect("open");
    let line = project.mapping().and_then(|mapping| mapping.fields.first()).expect("a line");
    let pairs = line.values.as_ref().map(|values| values.pairs.clone()).unwrap_or_default();
    assert_eq!(pairs, [("aktiv".to_owned(), "Active".to_owned()), ("inaktiv".to_owned(), "Inactive".to_owned())]);
    assert!(learned(&harness).contains("[\"aktiv\",\"Active\"]"), "{}", learned(&harness));
}

#[test]
fn a_broken_memory_is_said_and_left_as_it_is() {
    let mut harness = opened();
    let state = harness.home.path().join("state");
    fs::create_dir_all(&state).expect("a folder");
    fs::write(state.join("matches.ndjson"), "nonsense\n").expect("written");
    harness = on(harness, "Email").keys("a").settle();
    harness.shows("line 1 is no learned match");
    assert_eq!(learned(&harness), "nonsense\n");
}
