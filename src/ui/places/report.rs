//! The Report place: ledger, measures, fields, reasons.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;

use super::reason_line;
use super::run::fate_style;
use crate::app::figures::short_share;
use crate::app::{Model, PaneId};
use crate::engine::Fate;
use crate::report::{ObjectReport, Report, measures, words};
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, PaneArea, Part};
use crate::ui::panel::{List, Title, bar, empty, filtered_title, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    let Some(report) = &model.report.report else {
        let area = laid_out.body;
        let inner = panel(frame, area, &Title::new("Report"), true, theme);
        empty(
            frame,
            inner,
            &["There is no report yet.", "4 goes to the run: d tells what would happen, R runs."],
            theme,
        );
        return;
    };
    ledger(frame, laid_out.part(Part::Figures), report, theme);
    figures(frame, laid_out.part(Part::Measures), report, theme);
    let object = model.report.shown();
    if let (Some(area), Some(object)) = (laid_out.pane(PaneId::ReportFields), object) {
        fields(frame, area, model, object, theme);
    }
    if let (Some(area), Some(object)) = (laid_out.pane(PaneId::ReportReasons), object) {
        reasons(frame, area, model, object, theme);
    }
}

/// Every record's fate as a bar of what was read.
fn ledger(frame: &mut Frame<'_>, area: Rect, report: &Report, theme: &Theme) {
    let kind = if report.dry_run { "dry run" } else { "run" };
    let balance = if report.balances { "balances" } else { "DOES NOT BALANCE" };
    let title = Title::new("Ledger").note(format!("{kind}, {}", report.outcome)).right(balance);
    let inner = panel(frame, area, &title, false, theme).inner(Margin::new(1, 0));
    let ledger = &report.ledger;
    let mut rows = vec![("read", ledger.read, theme.title)];
    rows.extend(Fate::ALL.iter().map(|fate| (fate.word(), ledger.of(*fate), fate_style(*fate, theme))));
    // Where not all fit, fates that befell nobody go first.
    if rows.len() > usize::from(inner.height) {
        rows.retain(|(word, number, _)| *number > 0 || *word == "read");
    }
    let figure = rows.iter().map(|(_, number, _)| words::count(*number).len()).max().unwrap_or(0).max(4);
    let bar_width = usize::from(inner.width).saturating_sub(11 + figure + 5 + 3);
    for (y, (word, number, style)) in rows.into_iter().enumerate().take(usize::from(inner.height)) {
        let share = words::ratio(number, ledger.read);
        let style = if number == 0 { theme.faint } else { style };
        let line = Columns::new(inner.width)
            .put(word, 11, theme.muted)
            .right(&words::count(number), figure, style)
            .right(&short_share(share), 5, theme.muted)
            .pieces(bar(share, bar_width, theme).into_iter().map(|span| {
                let style = if span.style == theme.bar { style } else { span.style };
                (span.content.into_owned(), style)
            }));
        frame.render_widget(line.done(), Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
}

fn figures(frame: &mut Frame<'_>, area: Rect, report: &Report, theme: &Theme) {
    let title = Title::new("Measures").right(words::duration(report.elapsed_seconds));
    let inner = panel(frame, area, &title, false, theme).inner(Margin::new(1, 0));
    let mut lines: Vec<Line<'static>> = measures(report)
        .into_iter()
        .map(|measure| {
            Columns::new(inner.width)
                .put(measure.name, 14, theme.muted)
                // The beginning of a definition says nothing; the whole is in the report's page.
                .put(
                    &measure.value,
                    if inner.width >= 80 { 16 } else { usize::from(inner.width).saturating_sub(15) },
                    theme.text,
                )
                .rest(measure.definition, theme.muted)
                .done()
        })
        .collect();
    if let Some(reason) = &report.outcome_reason {
        lines.insert(0, Line::styled(text::cell(reason, usize::from(inner.width)), theme.bad));
    }
    lines.extend(
        report.notices.iter().map(|notice| Line::styled(text::cell(notice, usize::from(inner.width)), theme.warn)),
    );
    for (y, line) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
        frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
}

fn fields(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, object: &ObjectReport, theme: &Theme) {
    let focused = model.report.focus == PaneId::ReportFields && model.overlays.is_empty();
    let rows = model.rows(PaneId::ReportFields);
    let title =
        filtered_title(Title::new(&object.to).note("fields"), &model.report.fields, rows.len(), object.fields.len());
    panel(frame, area.frame, &title, focused, theme);
    let w = FieldWidths::of(area.rows.width);
    let heading = Columns::new(area.rows.width)
        .put("field", w.name, theme.muted)
        .put("full", w.bar + 5, theme.muted)
        .right("valid", 5, theme.muted)
        .right("distinct", w.distinct, theme.muted);
    frame.render_widget(heading.done(), Rect { y: area.rows.y - 1, height: 1, ..area.rows });
    let list = List { area, pane: &model.report.fields, len: rows.len(), focused, theme };
    list.draw(frame, |at, width| {
        let Some(field) = rows.get(at).and_then(|row| object.fields.get(*row)) else { return Line::default() };
        let about = if field.distinct_exact { "" } else { "~" };
        // Of no record there is no share.
        let share = |share: f64| if field.records == 0 { f64::NAN } else { share };
        let (full, valid) = (share(field.completeness), share(field.validity));
        Columns::new(width)
            .put(&field.name, w.name, theme.text)
            .pieces(bar(full, w.bar, theme).into_iter().map(|span| (span.content.into_owned(), span.style)))
            .right(&short_share(full), 5, theme.muted)
            .right(&short_share(valid), 5, if field.validity < 1.0 { theme.warn } else { theme.good })
            .right(&format!("{about}{}", words::count(field.distinct)), w.distinct, theme.muted)
            .done()
    });
}

/// Columns of the field table: name and shares always, the count of values where it fits, the bar what is left.
struct FieldWidths {
    name: usize,
    bar: usize,
    distinct: usize,
}

impl FieldWidths {
    fn of(width: u16) -> FieldWidths {
        let width = usize::from(width);
        let distinct = if width >= 36 { 9 } else { 0 };
        let shares = 5 + 1 + 5 + 1 + if distinct > 0 { distinct + 1 } else { 0 };
        let name = (width / 3).clamp(10, 28).max(width.saturating_sub(shares + 1 + 10).min(28));
        FieldWidths { name, bar: width.saturating_sub(name + 1 + shares).min(10), distinct }
    }
}

fn reasons(frame: &mut Frame<'_>, area: &PaneArea, model: &Model, object: &ObjectReport, theme: &Theme) {
    let focused = model.report.focus == PaneId::ReportReasons && model.overlays.is_empty();
    let rows = model.rows(PaneId::ReportReasons);
    let title = filtered_title(
        Title::new("Reasons").note("most frequent first"),
        &model.report.reasons,
        rows.len(),
        object.reasons.len(),
    );
    panel(frame, area.frame, &title, focused, theme);
    if rows.is_empty() {
        empty(frame, area.rows, &["No record was rejected or dropped."], theme);
        return;
    }
    let list = List { area, pane: &model.report.reasons, len: rows.len(), focused, theme };
    let most = object.reasons.first().map_or(1, |reason| reason.count.max(1));
    list.draw(frame, |at, width| {
        let Some(reason) = rows.get(at).and_then(|row| object.reasons.get(*row)) else { return Line::default() };
        let share = reason.count as f64 / most as f64;
        reason_line(width, (&reason.label, reason.count, share), &reason.meaning, theme)
    });
}
