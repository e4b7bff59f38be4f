//! Ranked candidates with their reasons, and bulk accept with what it would change.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::places::top::{bulk_rows, candidates};
use crate::app::{Bulk, ListPane, Model, PaneId};
use crate::schema::Field;
use crate::ui::columns::{Columns, spread};
use crate::ui::layout::{Layout, Part};
use crate::ui::panel::{List, Title, bar, empty, overlay};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(
    frame: &mut Frame<'_>,
    laid_out: &Layout,
    area: Rect,
    target: usize,
    pane: &ListPane,
    model: &Model,
    theme: &Theme,
) {
    let name = model.map.targets.get(target).map_or("", |row| row.name.as_str());
    overlay(
        frame,
        area,
        &Title::new(name).note("which source field fills it?").right("Enter takes it, e edits"),
        theme,
    );
    let Some(list_area) = laid_out.pane(PaneId::Top) else { return };
    let all = candidates(model, target);
    if all.is_empty() {
        empty(frame, list_area.rows, &["The source has no fields.", "e in the map writes a constant."], theme);
        return;
    }
    let source = model.project.as_ref().and_then(|project| project.source());
    let samples = |field: &str| {
        let at = source?.object.field_index(field)?;
        source?.field_stats(at).map(|stats| stats.samples.join("  "))
    };
    // The list's frame was drawn as part of the overlay's.
    let inside = crate::ui::layout::PaneArea { frame: area, ..*list_area };
    let w = spread(usize::from(list_area.rows.width).saturating_sub(14), &[(14, 1), (16, 3)]);
    let list = List { area: &inside, pane, len: all.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let Some((field, candidate)) = all.get(at) else { return Line::default() };
        let line = Columns::new(width).gap(1);
        let line = match candidate {
            Some(candidate) => line
                .right(&format!("{:.0}%", (candidate.confidence * 100.0).floor()), 4, theme.text)
                .pieces(
                    bar(candidate.confidence, 6, theme).into_iter().map(|span| (span.content.into_owned(), span.style)),
                )
                .gap(1),
            None => line.gap(12),
        };
        let style = if candidate.is_some() { theme.text } else { theme.muted };
        line.put(field, w[0], style).rest(&samples(field).unwrap_or_default(), theme.muted).done()
    });
    let chosen = all.get(pane.list.selected);
    evidence(frame, laid_out.part(Part::Text), chosen.and_then(|(_, candidate)| *candidate), theme);
}

/// The reasons of a candidate as a waterfall: what each signal added or took.
fn evidence(frame: &mut Frame<'_>, area: Rect, candidate: Option<&crate::matching::Candidate>, theme: &Theme) {
    let mut lines: Vec<Line<'static>> = Vec::new();
    match candidate {
        Some(candidate) => {
            let reason = text::wrap(&candidate.reason, usize::from(area.width));
            lines.extend(reason.into_iter().take(2).map(|line| Line::styled(line, theme.text)));
            for evidence in &candidate.evidence {
                let (sign, style) = if evidence.weight < 0.0 { ("–", theme.bad) } else { ("+", theme.good) };
                let line = Columns::new(area.width)
                    .just(sign, style)
                    .gap(1)
                    .right(&format!("{:.2}", evidence.weight.abs()), 5, style)
                    .put(&evidence.signal, 17, theme.muted)
                    .rest(&evidence.words, theme.text);
                lines.push(line.done());
            }
        }
        None => lines.push(Line::styled("Nothing speaks for this field; Enter takes it all the same.", theme.muted)),
    }
    for (y, line) in lines.into_iter().enumerate().take(usize::from(area.height)) {
        frame.render_widget(line, Rect { y: area.y + y as u16, height: 1, ..area });
    }
}

pub fn bulk(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, bulk: &Bulk, model: &Model, theme: &Theme) {
    overlay(frame, area, &Title::new("Accept all suggestions").right("Enter accepts, Esc leaves all as it is"), theme);
    let rows = bulk_rows(model, bulk.threshold);
    let open = bulk_rows(model, 0).len();
    let inner = laid_out.part(Part::Text);
    let first = Columns::new(inner.width)
        .just("with a confidence of at least ", theme.text)
        .just(&format!("‹ {}% ›", bulk.threshold).replace(['‹', '›'], " "), theme.selected)
        .just("  ← → change it", theme.muted);
    let count = format!("{} of {open} suggestions would be accepted:", rows.len());
    frame.render_widget(first.done(), Rect { height: 1, ..inner });
    frame.render_widget(Line::styled(count, theme.title), Rect { y: inner.y + 1, height: 1, ..inner });
    let Some(list_area) = laid_out.pane(PaneId::Top) else { return };
    let fields: &[Field] =
        model.project.as_ref().and_then(|project| project.source()).map_or(&[], |source| &source.object.fields);
    if rows.is_empty() {
        empty(frame, list_area.rows, &["No suggestion is that sure.", "← lowers the threshold."], theme);
        return;
    }
    let list = List { area: list_area, pane: &bulk.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let Some(row) = rows.get(at) else { return Line::default() };
        let source = row.sources.first().and_then(|at| fields.get(*at)).map_or("", |field| field.name.as_str());
        let confidence = row.confidence.unwrap_or(0.0);
        let half = usize::from(width).saturating_sub(12) / 2;
        Columns::new(width)
            .just("+ ", theme.good)
            .put(&row.name, half, theme.text)
            .put("←", 1, theme.muted)
            .put(source, half.saturating_sub(2), theme.text)
            .right(&format!("{:.0}%", (confidence * 100.0).floor()), 4, theme.muted)
            .done()
    });
}
