//! Every command of the table: a sentence, a way to reach it, and a scenario that shows what it does.

use mapwright::app::commands::{COMMANDS, Id, command};
use mapwright::app::{Effect, Model, Place, State};

use crate::harness::Harness;

/// What is seen after a scenario's keys.
enum Then {
    Shows(&'static str),
    Hides(&'static str),
    /// The terminal or the worker is asked for something.
    Asks(fn(&Effect) -> bool),
    Is(fn(&Model) -> bool),
}

use Then::{Asks, Hides, Is, Shows};

fn target<'m>(model: &'m Model, name: &str) -> &'m mapwright::app::TargetRow {
    model.map.targets.iter().find(|row| row.name == name).expect("the target field")
}

/// In the keys `…` waits until all is quiet. Each starts in the map of the half-done people profile, on its first target field.
const SCENARIOS: &[(Id, &str, Then)] = &[
    (Id::PlaceData, "1", Shows("Objects")),
    (Id::PlaceMap, "12", Is(|model| model.place == Place::Map)),
    (Id::PlacePreview, "3", Shows("Whole source")),
    (Id::PlaceRun, "4", Shows("dry run: with a report")),
    (Id::PlaceReport, "5", Shows("There is no report yet")),
    (Id::NextPane, "<tab>", Is(|model| model.place_focus() == mapwright::app::PaneId::Sources)),
    (Id::PreviousPane, "<tab><shift-tab>", Is(|model| model.place_focus() == mapwright::app::PaneId::Targets)),
    (Id::Down, "jj", Is(|model| model.map.target_pane.list.selected == 2)),
    (Id::Up, "jjk", Is(|model| model.map.target_pane.list.selected == 1)),
    (Id::Left, "h", Is(|model| model.place_focus() == mapwright::app::PaneId::Sources)),
    (Id::Right, "hl", Is(|model| model.place_focus() == mapwright::app::PaneId::Targets)),
    (Id::PageDown, "<pagedown>", Is(|model| model.map.target_pane.list.selected > 3)),
    (Id::PageUp, "G<pageup>", Is(|model| model.map.target_pane.list.selected == 0)),
    (Id::First, "Ggg", Is(|model| model.map.target_pane.list.selected == 0)),
    (Id::Last, "G", Is(|model| model.map.target_pane.list.selected + 1 == model.map.targets.len())),
    (Id::Choose, "<enter>", Shows("which source field fills it?")),
    (Id::Back, "<enter><esc>", Hides("which source field fills it?")),
    (Id::Filter, "/email<enter>", Hides("first_name  ")),
    (Id::NextMatch, "/name<enter>n", Is(|model| model.map.target_pane.list.selected == 1)),
    (Id::PreviousMatch, "/name<enter>nN", Is(|model| model.map.target_pane.list.selected == 0)),
    (Id::Undo, "Du", Shows("undone: unmap person_id")),
    (Id::Redo, "Du<ctrl-r>", Shows("redone: unmap person_id")),
    (Id::History, "DU", Shows("unmap person_id")),
    (Id::Differences, "D=", Shows("since the last save")),
    (Id::Save, "D<ctrl-s>", Shows("saved")),
    (Id::SaveAs, "S", Shows("Save the profile as")),
    (Id::Open, "<ctrl-o>", Shows("Map a source to a target")),
    (Id::Palette, "<ctrl-p>", Shows("type to find")),
    (Id::Help, "?", Shows("every command")),
    (Id::Copy, "y", Asks(|effect| matches!(effect, Effect::Copy(text) if text == "nr"))),
    (Id::Redraw, "<ctrl-l>", Asks(|effect| matches!(effect, Effect::Redraw))),
    (Id::Suspend, "<ctrl-z>", Asks(|effect| matches!(effect, Effect::Suspend))),
    (Id::MouseToggle, "m", Asks(|effect| matches!(effect, Effect::Mouse(false)))),
    (Id::Theme, "T", Shows("theme: light")),
    (Id::Ascii, ":ascii<enter>", Is(|model| model.looks.ascii)),
    (Id::Quit, "q", Asks(|effect| matches!(effect, Effect::Quit))),
    (Id::Cancel, "<ctrl-c>", Asks(|effect| matches!(effect, Effect::Quit))),
    (Id::Pair, "O", Shows("the profile has only one object")),
    (Id::Records, "1t", Shows("1 of 120")),
    (Id::FieldSheet, "hi", Shows("Most frequent values")),
    (Id::NextOpen, "]", Is(|model| model.map.current_target(model).is_some_and(|row| row.state.open()))),
    (Id::PreviousOpen, "[", Is(|model| model.map.current_target(model).is_some_and(|row| row.state.open()))),
    (Id::Accept, "/remark<enter>a", Is(|model| target(model, "remark").state == State::Accepted)),
    (Id::Reject, "/remark<enter>x", Shows("rejected the suggestion for remark")),
    (Id::Mark, "<space>", Is(|model| model.map.marked.contains("person_id"))),
    (Id::BulkAccept, "A", Shows("suggestions would be accepted")),
    (Id::Edit, "e", Shows("expression")),
    (Id::Unmap, "D", Shows("is not mapped any more")),
    (Id::Note, "ckeeps zeros<enter>", Is(|model| note(model) == Some("keeps zeros"))),
    (Id::Values, "/status<enter>w", Shows("act.")),
    (Id::Otherwise, "/status<enter>wo", Shows("values without a pair become empty")),
    (Id::Show, "f", Shows("only open")),
    (Id::Order, "o", Shows("source fields beside their targets")),
    (Id::Validate, "v", Shows("120 records")),
    (Id::Changes, "3d", Is(|model| model.preview.after_only)),
    (Id::Forecast, "4f", Shows("Enter opens the records")),
    (Id::DryRun, "4d", Shows("dry run done")),
    (Id::Run, "R", Shows("Run the profile")),
    (Id::Apply, "e | trim<ctrl-s>", Shows("person_id is filled by nr | trim")),
    (Id::Complete, "e | uppe<tab>", Shows("nr | upper")),
    (Id::NextRecord, "e…<pagedown>", Shows("steps of record 2")),
    (Id::PreviousRecord, "e…<pagedown><pagedown><pageup>", Shows("steps of record 2")),
    (Id::NextFailing, "/joined<enter>e…<ctrl-n>", Shows("steps of record 8")),
    (Id::PreviousFailing, "/joined<enter>e…<ctrl-p>", Shows("steps of record 112")),
    (Id::StepOff, "je<alt-o>", Shows("title is off")),
    (Id::StepOn, "je<alt-o><alt-i>", Shows("first | trim | title")),
    (Id::StepEarlier, "je<alt-h>", Shows("first | title | trim")),
    (Id::StepLater, "je<alt-h><alt-l>", Shows("first | trim | title")),
    (Id::Groups, "/status<enter>C", Shows("variants")),
    (Id::Survivor, "3D…s", Shows("there is no rule yet")),
    (Id::Twins, "3D", Shows("No rule says which records are one")),
    (Id::DuplicateKey, "3DK<enter>", Shows("No two records have the same key")),
    (Id::Lineage, "3…L", Shows("fate: ")),
    (Id::Frequent, "hF", Shows("Enter opens the records")),
    (Id::Drift, "<ctrl-d>", Shows("the fields that the profile was made for")),
    (Id::Fixes, "4d…5f", Shows("r then runs only these records again")),
    (Id::RunAgain, "4d…5f…r", Shows("Run the rejects again")),
    (Id::Runs, "4d…b", Shows("Enter opens one")),
    (Id::Pause, "4p", Shows("nothing runs")),
    (Id::Resume, "4r", Shows("no run was cancelled or cut off")),
    (Id::Reading, "1r", Shows("is read like this")),
    (Id::Browse, "<ctrl-o><enter><tab>", Shows("this folder")),
    (Id::Tour, "<f2>", Shows("This is the map")),
    (
        Id::Raise,
        "?<down><down><up>",
        Is(|model| model.pane(mapwright::app::PaneId::Top).is_some_and(|pane| pane.list.selected == 1)),
    ),
    (
        Id::Lower,
        "?<down>",
        Is(|model| model.pane(mapwright::app::PaneId::Top).is_some_and(|pane| pane.list.selected == 1)),
    ),
];

fn note(model: &Model) -> Option<&str> {
    let mapping = model.project.as_ref()?.mapping()?.fields.iter().find(|field| field.target == "person_id")?;
    mapping.note.as_deref()
}

#[test]
fn every_command_has_a_sentence_a_way_and_a_scenario() {
    let places = [Place::Start, Place::Data, Place::Map, Place::Preview, Place::Run, Place::Report];
    for command in COMMANDS {
        let title = command.title;
        assert!(!title.is_empty() && command.doc.ends_with('.'), "{title} has no help line");
        let by_palette = places.iter().any(|place| command.contexts.has(place.context()));
        assert!(!command.keys.is_empty() || by_palette, "{title} has no key and is in no palette");
        assert!(SCENARIOS.iter().any(|(id, ..)| *id == command.id), "{title} has no scenario");
    }
}

#[test]
fn every_scenario_shows_what_its_command_does() {
    let mut harness = Harness::new(110, 34).open_people();
    let start = harness.model.clone();
    let saved = std::fs::read(harness.home.path().join("people.yaml")).expect("the profile");
    let mut wrong = Vec::new();
    for (id, keys, then) in SCENARIOS {
        harness.model = start.clone();
        harness.terminal.clear();
        std::fs::write(harness.home.path().join("people.yaml"), &saved).expect("written");
        for keys in keys.split('…') {
            harness = harness.keys(keys).settle();
        }
        let title = command(*id).title;
        let screen = harness.screen();
        let seen = match then {
            Shows(words) => screen.contains(words),
            Hides(words) => !screen.contains(words),
            Asks(asked) => harness.terminal.iter().any(asked),
            Is(so) => so(&harness.model),
        };
        if !seen {
            wrong.push(format!("`{title}` by {keys} does not do what its scenario says:\n{screen}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
