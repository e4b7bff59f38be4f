//! Any messages at any size: no panic, every selection in range, and undoing everything gives the start.
//!
//! `MAPWRIGHT_RANDOM_MESSAGES` and `MAPWRIGHT_RANDOM_SEED` make it long or another; `tests/soak screens` does.

use std::time::Duration;

use mapwright::app::commands::COMMANDS;
use mapwright::app::{Effect, Mouse, MouseAction, Msg, key};
use mapwright::ui::layout::layout;
use ratatui::layout::Rect;

use crate::harness::Harness;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Nothing is written, started or opened while keys fall at random.
fn harmless(effect: &Effect) -> bool {
    !matches!(
        effect,
        Effect::Open(_)
            | Effect::Save { .. }
            | Effect::SaveDraft(_)
            | Effect::DropDraft(_)
            | Effect::StartRun { .. }
            | Effect::ResumeRun { .. }
            | Effect::FollowRun { .. }
    )
}

const TYPED: &[&str] = &["name", " | trim", "\u{1b}[2J", "東京", "'", "\"", "{", "9"];

fn message(random: &mut Random, keys: &[&'static str]) -> Msg {
    match random.below(20) {
        0 => Msg::Resize { width: random.below(220) as u16, height: random.below(70) as u16 },
        1 => Msg::Paste(TYPED[random.below(TYPED.len())].to_owned()),
        2 | 3 => Msg::Mouse(Mouse {
            column: random.below(200) as u16,
            row: random.below(60) as u16,
            action: [MouseAction::Press, MouseAction::WheelUp, MouseAction::WheelDown][random.below(3)],
        }),
        4 => Msg::Clock(Duration::from_millis(random.next() % 1_000_000)),
        5 => Msg::Key(key::chord("esc").expect("a key")),
        6 => Msg::Key(key::chord(["a", "m", "1", "z", " "][random.below(5)]).or(key::chord("x")).expect("a key")),
        7 => Msg::Key(key::chord("enter").expect("a key")),
        _ => Msg::Key(key::chord(keys[random.below(keys.len())]).expect("a key of the table")),
    }
}

fn in_range(harness: &Harness, trail: &[String]) {
    let model = &harness.model;
    let laid_out = layout(Rect::new(0, 0, model.width, model.height), model);
    for area in &laid_out.panes {
        let (count, pane) = (model.row_count(area.id), model.pane(area.id).expect("a pane that is laid out"));
        assert!(
            pane.list.selected < count.max(1) && pane.list.offset <= count,
            "{:?}: {:?} of {count} rows, after {trail:#?}",
            area.id,
            pane.list
        );
    }
}

#[test]
fn any_messages_leave_it_whole_and_undo_gives_the_start() {
    let (count, seed) = (number("MAPWRIGHT_RANDOM_MESSAGES", 2_500), number("MAPWRIGHT_RANDOM_SEED", 20_261_121));
    // Suspending and stopping are the terminal's business.
    let keys: Vec<&'static str> =
        COMMANDS.iter().flat_map(|command| command.keys.iter().flat_map(|keys| keys.split(' '))).collect();
    let mut random = Random(seed);
    // After a dry run there is a report as well.
    let mut harness = Harness::new(80, 24).open_people().keys("4d").settle().keys("2");
    let before = harness.model.project.as_ref().map(|project| project.profile.clone()).expect("a profile");
    let mut trail: Vec<String> = Vec::new();
    for step in 0..count {
        let msg = message(&mut random, &keys);
        trail.push(format!("{step}: {msg:?}"));
        if trail.len() > 12 {
            trail.remove(0);
        }
        harness.send_only(msg, harmless);
        if step % 7 == 0 {
            in_range(&harness, &trail);
            let (width, height) = (harness.model.width, harness.model.height);
            harness = harness.resize(width, height);
            harness.screen();
        }
        if step % 97 == 0 {
            harness = harness.settle_only(harmless);
        }
    }
    harness = harness.settle_only(harmless);
    let project = harness.model.project.as_mut().expect("still open");
    project.go_to(0);
    assert_eq!(*project.profile, *before, "undoing everything gives the profile as it was");
}
