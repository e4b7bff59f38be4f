//! Questions, prompts, sheets and choosers.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::finder::entry;
use crate::app::{Chooser, Confirm, Model, PaneId, Prompt, Sheet};
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, Part, SheetLine, confirm_lines, sheet_label_width, sheet_lines};
use crate::ui::panel::{List, Title, overlay};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn confirm(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, confirm: &Confirm, theme: &Theme) {
    overlay(frame, area, &Title::new(&confirm.title), theme);
    let inner = laid_out.part(Part::Text);
    for (y, line) in
        confirm_lines(confirm, area.width).iter().enumerate().take(usize::from(inner.height).saturating_sub(2))
    {
        let line = Columns::new(inner.width).just(line, theme.text).done();
        frame.render_widget(line, Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
    let button = |word: &str, on: bool| {
        let style = if on { theme.selected } else { theme.muted };
        (if on { format!("▸ {word} ") } else { format!("  {word} ") }, style)
    };
    let buttons = Columns::new(inner.width)
        .pieces([
            button("Cancel", !confirm.on_verb),
            ("   ".to_owned(), Style::new()),
            button(confirm.verb, confirm.on_verb),
        ])
        .gap(3)
        .just("← → choose, Enter confirms", theme.faint);
    frame.render_widget(buttons.done(), Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner });
}

pub fn prompt(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, prompt: &Prompt, theme: &Theme) {
    overlay(frame, area, &Title::new(prompt.title), theme);
    let field = laid_out.part(Part::Entry);
    entry(frame, field, &prompt.entry, theme);
    let lines = text::wrap(prompt.hint, usize::from(field.width).saturating_sub(2));
    let from = field.y + 3_u16.saturating_sub(lines.len() as u16).max(1);
    for (y, line) in (from..).zip(lines) {
        let hint = Columns::new(field.width).gap(2).just(&line, theme.muted).done();
        frame.render_widget(hint, Rect { y, ..field }.intersection(area.inner(Margin::new(1, 1))));
    }
}

pub fn sheet(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, sheet: &Sheet, model: &Model, theme: &Theme) {
    overlay(frame, area, &Title::new(&sheet.title).right("Esc closes"), theme);
    let Some(area) = laid_out.pane(PaneId::Top) else { return };
    let label_width = sheet_label_width(sheet, usize::from(area.rows.width).saturating_sub(1));
    let lines = sheet_lines(sheet, model.width);
    let list = List { area, pane: &sheet.pane, len: lines.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let Some(SheetLine { label, text, .. }) = lines.get(at) else { return Line::default() };
        let line = Columns::new(width).gap(1);
        if text.is_empty() && !label.is_empty() {
            return line.just(label, theme.title).done();
        }
        line.put(label, label_width, theme.muted).gap(usize::from(label_width > 0)).rest(text, theme.text).done()
    });
}

pub fn chooser(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, chooser: &Chooser, model: &Model, theme: &Theme) {
    overlay(frame, area, &Title::new(&chooser.title), theme);
    let Some(area) = laid_out.pane(PaneId::Top) else { return };
    let rows = model.rows(PaneId::Top);
    let list = List { area, pane: &chooser.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let row = rows.get(at).and_then(|row| chooser.rows.get(*row)).map_or("", String::as_str);
        Columns::new(width).gap(1).rest(row, theme.text).done()
    });
}
