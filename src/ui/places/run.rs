//! The Run place: what will happen, and what happens.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::figures::short_share;
use crate::app::places::run::Following;
use crate::app::{Model, PaneId};
use crate::engine::{Fate, Finding, Phase};
use crate::report::words;
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, PaneArea, Part};
use crate::ui::panel::{List, Title, bar, empty, filtered_title, panel, sparkline};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    let area = laid_out.part(Part::Figures);
    match &model.run.following {
        Some(following) => progress(frame, area, model, following, theme),
        None => before(frame, area, model, theme),
    }
    if let Some(area) = laid_out.pane(PaneId::RunRejects) {
        rejects(frame, area, model, theme);
    }
}

/// Nothing runs yet: what would.
fn before(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let inner = panel(frame, area, &Title::new("Run"), false, theme).inner(Margin::new(1, 0));
    let Some(project) = &model.project else { return };
    let pair =
        |label: &str, value: &str| Columns::new(inner.width).put(label, 9, theme.muted).rest(value, theme.text).done();
    let mut lines =
        vec![pair("source", &project.profile.source.address), pair("target", &project.profile.target.address)];
    for object in &project.profile.objects {
        let how = serde_plain(object.write);
        let text = format!("{} → {}: {} fields, {how}", object.from, object.to, object.fields.len());
        lines.push(pair("object", &text));
    }
    if lines.len() + 4 <= usize::from(inner.height) {
        lines.push(Line::default());
    }
    // With many objects the hints still have room.
    lines.truncate(usize::from(inner.height).saturating_sub(4).max(2));
    if model.run.starting {
        lines.push(Line::styled("starting …", theme.muted));
    } else {
        let hint =
            |key: &str, text: &str| Columns::new(inner.width).just(key, theme.key).gap(1).just(text, theme.text).done();
        let forecast = model.run.forecast.as_ref().filter(|forecast| forecast.revision == project.revision);
        match forecast {
            Some(forecast) if forecast.complete => {
                lines.push(pair("forecast", &forecast.sentence()));
                lines.push(hint("f", "opens it: every figure with its records"));
            }
            _ => lines.push(hint("f", "forecast: what would become of the records")),
        }
        lines.push(hint("d", "dry run: with a report; writes nothing"));
        lines.push(hint("R", "run: writes to the target, once confirmed"));
    }
    put(frame, inner, lines);
}

/// The write mode in the profile's word.
fn serde_plain(mode: crate::connect::WriteMode) -> String {
    serde_json::to_value(mode).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn put(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>) {
    for (y, line) in lines.into_iter().enumerate().take(usize::from(area.height)) {
        frame.render_widget(line, Rect { y: area.y + y as u16, height: 1, ..area });
    }
}

fn phase_word(following: &Following) -> &'static str {
    match (following.ended, following.cancelling, following.phase) {
        (true, _, _) => match following.exit {
            Some(0) => "done",
            Some(3) => "stopped at the threshold",
            Some(4) => "cancelled",
            Some(_) => "failed",
            None => "cut off",
        },
        (false, true, _) => "cancelling",
        (false, false, _) if following.paused => "paused",
        (false, false, Phase::Reading) => "running",
        (false, false, Phase::Writing) => "writing",
        (false, false, Phase::Finishing) => "finishing",
        (false, false, Phase::Done) => "done",
        (false, false, Phase::Cancelled) => "cancelled",
        (false, false, Phase::Failed) => "failed",
    }
}

fn progress(frame: &mut Frame<'_>, area: Rect, model: &Model, following: &Following, theme: &Theme) {
    let what = if following.dry_run { "Dry run" } else { "Run" };
    let title = Title::new(what).note(phase_word(following)).right(words::duration(elapsed(model, following)));
    let inner = panel(frame, area, &title, !following.ended, theme).inner(Margin::new(1, 0));
    let ledger = following.ledger();
    let share = if following.ended && following.exit == Some(0) { 1.0 } else { following.share().unwrap_or(0.0) };
    let mut lines = Vec::new();
    let bar_width = usize::from(inner.width).saturating_sub(6);
    lines.push(
        Columns::new(inner.width)
            .pieces(bar(share, bar_width, theme).into_iter().map(|span| (span.content.into_owned(), span.style)))
            .gap(1)
            .just(&short_share(share), theme.text)
            .done(),
    );
    let rate = format!("{}/s", words::records(following.rate() as u64));
    let left = match following.remaining() {
        Some(seconds) if !following.ended => format!("about {} left", words::duration(seconds)),
        _ => String::new(),
    };
    let memory = match following.memory {
        (0, _) => String::new(),
        (now, most) => format!("{} of memory, at most {}", words::bytes(now as f64), words::bytes(most as f64)),
    };
    let spark = sparkline(&following.rates, usize::from(inner.width / 3).min(60));
    lines.push(
        Columns::new(inner.width)
            .just(&rate, theme.text)
            .gap(2)
            .just(&spark, theme.bar)
            .gap(2)
            .just(&left, theme.muted)
            .gap(2)
            .just(&memory, theme.faint)
            .done(),
    );
    let reasons = following.reasons();
    if !reasons.is_empty() && usize::from(inner.height) >= 8 {
        let mut line = Columns::new(inner.width).just("rejects ", theme.muted);
        for (label, count) in &reasons {
            line = line.just(label, theme.bad).gap(1).just(&words::count(*count), theme.text).gap(2);
        }
        lines.push(line.done());
    }
    lines.extend(ledger_lines(&ledger, inner.width, usize::from(inner.height).saturating_sub(lines.len() + 1), theme));
    if let Some(notice) = following.notices.last() {
        lines.push(Line::styled(text::cell(notice, usize::from(inner.width)), theme.warn));
    }
    put(frame, inner, lines);
}

/// The run's own time where it tells it, the screen's clock while it has not said anything yet.
fn elapsed(model: &Model, following: &Following) -> f64 {
    if following.ended {
        following.elapsed.as_secs_f64()
    } else {
        following.elapsed.max(model.now.saturating_sub(following.since)).as_secs_f64()
    }
}

pub fn fate_style(fate: Fate, theme: &Theme) -> Style {
    match fate {
        Fate::Created | Fate::Updated => theme.good,
        Fate::Rejected | Fate::Failed => theme.bad,
        Fate::Duplicate | Fate::Unprocessed => theme.warn,
        Fate::Unchanged | Fate::Filtered => theme.muted,
    }
}

/// The ledger in as many columns as the rows ask for.
fn ledger_lines(ledger: &crate::engine::Ledger, width: u16, rows: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut cells = vec![("read", ledger.read, theme.title)];
    cells.extend(Fate::ALL.iter().map(|fate| {
        let number = ledger.of(*fate);
        (fate.word(), number, if number == 0 { theme.faint } else { fate_style(*fate, theme) })
    }));
    let figure = cells.iter().map(|(_, number, _)| words::count(*number).len()).max().unwrap_or(0);
    let least = 11 + 1 + figure + 1;
    let fitting = rows.max(1) * (usize::from(width) / least).max(1);
    if cells.len() > fitting {
        // Where not all fit, fates that befell nobody go first.
        cells.retain(|(word, number, _)| *number > 0 || *word == "read");
    }
    let rows = rows.clamp(1, cells.len());
    let columns = cells.len().div_ceil(rows);
    let each = (usize::from(width) / columns.max(1)).min(least + 12);
    (0..rows)
        .map(|row| {
            let mut line = Columns::new(width);
            for column in 0..columns {
                if let Some((word, number, style)) = cells.get(column * rows + row) {
                    line = line.put(word, 11, theme.muted).right(&words::count(*number), figure, *style);
                    line = line.gap(each.saturating_sub(least));
                }
            }
            line.done()
        })
        .collect()
}

fn rejects(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let rows = model.rows(PaneId::RunRejects);
    let title = filtered_title(Title::new("Rejects"), &model.run.pane, rows.len(), model.run.rejects.len());
    let focused = model.overlays.is_empty();
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        let lines: &[&str] = match &model.run.following {
            Some(following) if following.ended && following.exit == Some(0) => {
                &["No record was rejected.", "5 shows the report."]
            }
            Some(following) if following.ended && following.dry_run => {
                &["The dry run did not come to its end.", "d begins it anew."]
            }
            Some(following) if following.ended => {
                &["The run did not come to its end.", "r finishes it, R runs it anew."]
            }
            Some(_) => &["No record rejected so far."],
            None => &["Rejected records are listed here as they happen, each with its reason."],
        };
        empty(frame, area.rows, lines, theme);
        return;
    }
    let several = model.project.as_ref().is_some_and(|project| project.profile.objects.len() > 1);
    let list = List { area, pane: &model.run.pane, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some(reject) = rows.get(at).and_then(|row| model.run.rejects.get(*row)) else { return Line::default() };
        let labels: Vec<String> = reject.findings.iter().map(Finding::label).collect();
        let reason = reject.findings.first().map_or("", |finding| finding.reason.as_str());
        Columns::new(width)
            .put(if several { &reject.object } else { "" }, if several { 14 } else { 0 }, theme.muted)
            .right(&words::count(reject.origin.number), 8, theme.muted)
            .put(&labels.join(" "), usize::from(width) / 3, theme.bad)
            .rest(reason, theme.text)
            .done()
    });
}
