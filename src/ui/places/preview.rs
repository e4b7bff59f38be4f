//! The Preview place: records, the selected one before and after, counts for the whole source.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::super::diff::changes;
use crate::app::places::preview::{Outcome, PreviewRecord};
use crate::app::{Model, PaneId};
use crate::engine::Finding;
use crate::report::words;
use crate::ui::columns::{Columns, spread};
use crate::ui::layout::{Layout, PaneArea, Part};
use crate::ui::panel::{List, Title, bar, empty, filtered_title, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    if let Some(area) = laid_out.pane(PaneId::PreviewRecords) {
        records(frame, area, model, theme);
    }
    if let Some(area) = laid_out.pane(PaneId::PreviewFields) {
        fields(frame, area, model, theme);
    }
    if let Some(area) = laid_out.pane(PaneId::PreviewReasons) {
        reasons(frame, area, model, theme);
    }
    whole(frame, laid_out.part(Part::Figures), model, theme);
}

fn focused(model: &Model, id: PaneId) -> bool {
    model.preview.focus == id && model.overlays.is_empty()
}

fn outcome_style(outcome: Outcome, theme: &Theme) -> Style {
    match outcome {
        Outcome::Written => theme.good,
        Outcome::Rejected => theme.bad,
        Outcome::Duplicate => theme.warn,
        Outcome::Filtered => theme.muted,
    }
}

fn records(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = focused(model, PaneId::PreviewRecords);
    let shown: &[PreviewRecord] = model.preview.shown.as_ref().map_or(&[], |shown| &shown.records);
    let rows = model.rows(PaneId::PreviewRecords);
    let rejected = shown.iter().filter(|record| record.outcome == Outcome::Rejected).count();
    let title = Title::new("Records").note(if rejected > 0 { format!("{rejected} rejected") } else { String::new() });
    let looked_at = model.preview.shown.as_ref().map_or(0, |shown| shown.looked_at);
    let title = if looked_at > 0 { title.right(format!("of {}", words::count(looked_at))) } else { title };
    let title = filtered_title(title, &model.preview.records, rows.len(), shown.len());
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        match model.preview.shown.as_deref() {
            Some(previewed) if !previewed.problem.is_empty() => {
                let lines: Vec<&str> = std::iter::once("The profile cannot run yet.")
                    .chain(previewed.problem.iter().map(String::as_str))
                    .collect();
                empty(frame, area.rows, &lines, theme);
            }
            Some(_) if shown.is_empty() => {
                empty(frame, area.rows, &["The source has no records to show."], theme);
            }
            Some(_) => empty(frame, area.rows, &["No record matches.", "Esc shows all."], theme),
            None => {}
        }
        return;
    }
    let list = List { area, pane: &model.preview.records, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some(record) = rows.get(at).and_then(|row| shown.get(*row)) else { return Line::default() };
        let style = outcome_style(record.outcome, theme);
        let about = if record.findings.is_empty() {
            record.why.clone()
        } else {
            record.findings.iter().map(Finding::label).collect::<Vec<_>>().join(" ")
        };
        let quiet = if record.findings.is_empty() { theme.muted } else { theme.text };
        Columns::new(width)
            .put(record.outcome.glyph(), 1, style)
            .right(&words::count(record.origin.number), 7, theme.muted)
            .rest(&about, quiet)
            .done()
    });
}

fn fields(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = focused(model, PaneId::PreviewFields);
    let rows = model.rows(PaneId::PreviewFields);
    let record = model.preview.current(model);
    let (name, note) = record.map_or(("Record".to_owned(), String::new()), |record| {
        let why = if record.findings.is_empty() { &record.why } else { "" };
        (
            format!("Record {}", words::count(record.origin.number)),
            [line_note(record), why.to_owned()].join("  ").trim().to_owned(),
        )
    });
    let title = Title::new(name).note(note).right(record.map_or("", |record| record.outcome.word()));
    panel(frame, area.frame, &title, focused, theme);
    let (Some(record), Some(shown)) = (record, model.preview.shown.as_ref()) else { return };
    let (before, after) = if model.preview.after_only { (0, 1) } else { (10, 1) };
    let w =
        spread(usize::from(area.rows.width).saturating_sub(2), &[(10, 1), (before, before.min(2)), (10, after * 3)]);
    let heading = Columns::new(area.rows.width)
        .put("field", w[0], theme.muted)
        .put(if before > 0 { "before" } else { "" }, w[1], theme.muted)
        .rest("after", theme.muted);
    let above = Rect { y: area.rows.y - 1, height: 1, ..area.rows };
    frame.render_widget(heading.done(), above);
    let list = List { area, pane: &model.preview.fields, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some((at, field)) = rows.get(at).and_then(|row| Some((*row, shown.fields.get(*row)?))) else {
            return Line::default();
        };
        let before = record.before.get(at).map_or("", String::as_str);
        let after = record.after.get(at).and_then(Option::as_deref);
        let finding = record.findings.iter().find(|finding| finding.field == field.name);
        let name_style = if finding.is_some() { theme.bad } else { theme.text };
        let mut line = Columns::new(width).put(&field.name, w[0], name_style);
        if w[1] > 0 {
            line = line.put(before, w[1], theme.muted);
        }
        match (finding, after) {
            (Some(finding), _) => line.just("✗ ", theme.bad).just(&finding.reason, theme.bad).done(),
            (None, None) => line.just("∅", theme.faint).done(),
            (None, Some(after)) => {
                let pieces = changes(before, after)
                    .into_iter()
                    .map(|(piece, changed)| (piece, if changed { theme.added } else { theme.text }));
                line.pieces(pieces).done()
            }
        }
    });
}

fn line_note(record: &PreviewRecord) -> String {
    if record.origin.line > 0 { format!("line {}", words::count(record.origin.line)) } else { String::new() }
}

fn reasons(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, theme: &Theme) {
    let focused = focused(model, PaneId::PreviewReasons);
    let rows = model.rows(PaneId::PreviewReasons);
    let whole = model.preview.whole.as_ref();
    let all = whole.map_or(0, |whole| whole.reasons.len());
    let title = filtered_title(Title::new("Reasons").note("whole source"), &model.preview.reasons, rows.len(), all);
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        let lines: &[&str] = match whole {
            Some(whole) if whole.complete => &["No record of the source is rejected."],
            Some(_) => &["Nothing rejected so far."],
            None => &["v runs every record of the source through the mapping."],
        };
        empty(frame, area.rows, lines, theme);
        return;
    }
    let most = whole.and_then(|whole| whole.reasons.first()).map_or(1, |reason| reason.count.max(1));
    let list = List { area, pane: &model.preview.reasons, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some(reason) = rows.get(at).and_then(|row| whole?.reasons.get(*row)) else { return Line::default() };
        let share = reason.count as f64 / most as f64;
        let example = reason.examples.first().map_or("", String::as_str);
        crate::ui::places::reason_line(width, (&reason.label, reason.count, share), example, theme)
    });
}

fn whole(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: &Theme) {
    let Some(whole) = &model.preview.whole else {
        let inner = panel(frame, area, &Title::new("Whole source"), false, theme).inner(Margin::new(1, 0));
        empty(frame, inner, &["Not validated yet.", "v counts every record."], theme);
        return;
    };
    let title = Title::new("Whole source").right(format!("{} read", words::count(whole.ledger.read)));
    let inner = panel(frame, area, &title, false, theme).inner(Margin::new(1, 0));
    let outdated = model.project.as_ref().is_some_and(|project| project.revision != model.preview.whole_asked);
    let mut lines: Vec<Line<'static>> = Vec::new();
    if !whole.complete
        && let Some(total) = whole.total_bytes.filter(|total| *total > 0)
    {
        let share = whole.source_bytes as f64 / total as f64;
        let pieces = bar(share, usize::from(inner.width).saturating_sub(6), theme);
        lines.push(
            Columns::new(inner.width)
                .pieces(pieces.into_iter().map(|span| (span.content.into_owned(), span.style)))
                .gap(1)
                .just(&crate::app::figures::short_share(share), theme.muted)
                .done(),
        );
    }
    let ledger = &whole.ledger;
    for (label, number, style) in [
        ("valid", ledger.written(), theme.good),
        ("rejected", ledger.rejected, theme.bad),
        ("duplicate", ledger.duplicate, theme.muted),
        ("filtered", ledger.filtered, theme.muted),
    ] {
        if number > 0 || label != "filtered" {
            let figure = usize::from(inner.width).saturating_sub(11).min(12);
            let line = Columns::new(inner.width).put(label, 10, theme.muted);
            lines.push(line.right(&words::count(number), figure, style).done());
        }
    }
    if outdated {
        lines.insert(0, Line::styled("of the mapping before your last change; v counts anew", theme.warn));
    } else if let Some(stopped) = &whole.stopped {
        lines.insert(0, Line::styled(text::cell(stopped, usize::from(inner.width)), theme.bad));
    }
    for (y, line) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
        frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
}
