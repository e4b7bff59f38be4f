//! One file a place: how its state looks.

pub mod data;
pub mod map;
pub mod preview;
pub mod report;
pub mod run;
pub mod start;

use crate::app::{Model, Place, State};
use crate::report::words;

/// The status line when there is nothing newer to tell.
pub fn summary(model: &Model) -> String {
    let Some(project) = &model.project else {
        return "nothing is open".to_owned();
    };
    if model.place == Place::Start {
        return "Esc or 2 goes back to what is open".to_owned();
    }
    let (from, to) = project.mapping().map_or(("", ""), |mapping| (mapping.from.as_str(), mapping.to.as_str()));
    let mut parts = vec![format!("{from} → {to}")];
    let count = |wanted: &[State]| model.map.targets.iter().filter(|row| wanted.contains(&row.state)).count();
    parts.push(format!(
        "{} of {} mapped",
        count(&[State::Accepted, State::Edited, State::Broken]),
        model.map.targets.len()
    ));
    for (state, word) in [(State::Suggested, "suggested"), (State::Missing, "required open"), (State::Broken, "broken")]
    {
        let number = count(&[state]);
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    if let Some(source) = project.source() {
        let records = words::records(source.records);
        parts.push(if source.counted { records } else { format!("{records} so far") });
    }
    parts.join("  ·  ")
}
