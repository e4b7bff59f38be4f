//! A tour of two minutes: each step says what to press and goes on when it was done.

use super::commands::Id;
use super::context::Context;
use super::{Model, Overlay, Place, Tone};

/// One station.
pub struct Step {
    pub title: &'static str,
    pub text: &'static str,
    /// Whether it was done.
    pub done: fn(&Model) -> bool,
}

/// The stations, from the map of the demo on.
pub const STEPS: &[Step] = &[
    Step {
        title: "This is the map",
        text: "Source fields on the left, target fields on the right, links between them. Press ] to go to the next field that needs a decision.",
        done: |model| model.last == Some(Id::NextOpen),
    },
    Step {
        title: "Why this field?",
        text: "Press Enter: the ranked candidates, each with what speaks for it and against it, and real values.",
        done: |model| matches!(model.overlays.last(), Some(Overlay::Candidates { .. })),
    },
    Step {
        title: "Take it or leave it",
        text: "Enter takes the selected candidate, Esc leaves all as it is. Nothing changes that you have not approved, and u undoes everything.",
        done: |model| model.overlays.is_empty(),
    },
    Step {
        title: "Values flow through steps",
        text: "Press e: the expression, and at every key what it makes of real records. Try typing ` | upper`.",
        done: |model| matches!(model.overlays.last(), Some(Overlay::Editor(_))),
    },
    Step {
        title: "Apply or keep as a draft",
        text: "Ctrl-S applies the expression; Esc leaves, and your text waits for the next time.",
        done: |model| model.overlays.is_empty(),
    },
    Step {
        title: "The records that break things",
        text: "Press 3: rejects first, then the rare, the empty and the extreme; changed characters are marked.",
        done: |model| model.place == Place::Preview,
    },
    Step {
        title: "Before anything is written",
        text: "Press 4, then d: a dry run with a report; nothing is written. f tells what a run would create, update and reject, each with its records.",
        done: |model| model.run.following.as_ref().is_some_and(|run| run.ended),
    },
    Step {
        title: "Every record is accounted for",
        text: "Press 5: the ledger adds up. Then f: rejects in groups; a fix made once becomes a step of the profile.",
        done: |model| model.context() == Context::Fixes,
    },
    Step {
        title: "That is all",
        text: "? lists every command and runs it, ctrl-p finds one by name. F2 ends the tour; q quits, your changes are kept.",
        done: |_| false,
    },
];

/// Begins the tour; while it is on, goes to the next station; behind the last one it ends.
pub fn next(model: &mut Model) {
    model.tour = match model.tour {
        None => Some(0),
        Some(at) if at + 1 < STEPS.len() => Some(at + 1),
        Some(_) => None,
    };
    if model.tour.is_none() {
        model.say(Tone::Good, "the tour is over; F2 begins it anew");
    }
}

/// Goes on where a station was done.
pub fn follow(model: &mut Model) {
    if let Some(step) = model.tour.and_then(|at| STEPS.get(at))
        && model.project.is_some()
        && (step.done)(model)
    {
        model.last = None;
        next(model);
    }
}
