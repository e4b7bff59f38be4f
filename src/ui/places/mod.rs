//! One file a place: how its state looks.

pub mod data;
pub mod map;
pub mod preview;
pub mod report;
pub mod run;
pub mod start;

use ratatui::text::Line;

use crate::app::{Model, Place, State};
use crate::report::words;
use crate::ui::columns::Columns;
use crate::ui::panel::bar;
use crate::ui::theme::Theme;

/// A reason with its count, its bar, and what is said about it where there is room.
pub fn reason_line(width: u16, reason: (&str, u64, f64), about: &str, theme: &Theme) -> Line<'static> {
    let (label, count, share) = reason;
    let room = usize::from(width);
    let figure = words::count(count).len().max(if room < 40 { 4 } else { 8 });
    let bar_width = if room >= 30 { 6 } else { 0 };
    let widest = room.saturating_sub(figure + bar_width + 3);
    let name = if room >= 60 { widest.min(28) } else { widest };
    let line = Columns::new(width).put(label, name, theme.text).right(&words::count(count), figure, theme.bad);
    let line =
        line.pieces(bar(share, bar_width, theme).into_iter().map(|span| (span.content.into_owned(), span.style)));
    let line = line.gap(1);
    if line.left() < 12 { line.done() } else { line.rest(about, theme.muted).done() }
}

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
