//! The start place.

use std::path::Path;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::places::start::CHOICES;
use crate::app::{Model, PaneId};
use crate::ui::columns::Columns;
use crate::ui::layout::{Layout, Part};
use crate::ui::panel::{List, Title, filtered_title, panel};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    let intro = laid_out.part(Part::Intro);
    let lines = [
        ("The workbench for moving customer data", theme.title),
        ("Map fields, watch records come out clean, run, account for all.", theme.muted),
    ];
    let wrapped: Vec<(String, Style)> = lines
        .into_iter()
        .flat_map(|(said, style)| text::wrap(said, usize::from(intro.width)).into_iter().map(move |line| (line, style)))
        .collect();
    let top = intro.y + intro.height.saturating_sub(wrapped.len() as u16 + 1).min(2);
    for (y, (said, style)) in (top..intro.bottom()).zip(wrapped) {
        frame.render_widget(Line::styled(said, style), Rect { y, height: 1, ..intro });
    }
    let Some(area) = laid_out.pane(PaneId::Start) else { return };
    let rows = model.rows(PaneId::Start);
    let all = CHOICES.len() + model.start.recents.len() + model.start.runs.len();
    let title = filtered_title(Title::new("Start"), &model.start.pane, rows.len(), all);
    panel(frame, area.frame, &title, true, theme);
    let list = List { area, pane: &model.start.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| rows.get(at).map_or_else(Line::default, |row| row_line(*row, width, model, theme)));
}

/// A choice, a recent profile, or one of their runs.
fn row_line(row: usize, width: u16, model: &Model, theme: &Theme) -> Line<'static> {
    let line = Columns::new(width).gap(1);
    if let Some((title, about)) = CHOICES.get(row) {
        return line.put(title, 26, theme.text).rest(about, theme.muted).done();
    }
    let at = row - CHOICES.len();
    let roomy = width >= 76;
    if let Some(recent) = model.start.recents.get(at) {
        let state = if recent.draft { "profile, unsaved draft" } else { "profile" };
        let style = if recent.draft { theme.warn } else { theme.muted };
        return line
            .put(&name_of(&recent.path), 26, theme.accent)
            .put(if roomy { &recent.changed } else { "" }, if roomy { 16 } else { 0 }, theme.muted)
            .put(state, 26, style)
            .rest(&folder_of(&recent.path), theme.muted)
            .done();
    }
    let Some(recent) = model.start.runs.get(at - model.start.recents.len()) else { return line.done() };
    let (needs, urgent) = recent.needs();
    let started = recent.run.started.chars().take(16).collect::<String>().replace('T', " ");
    line.put(&format!("  run of {}", name_of(&recent.profile)), 26, theme.text)
        .put(&started, if roomy { 16 } else { 0 }, theme.muted)
        .put(&needs, 26, if urgent { theme.warn } else { theme.muted })
        .rest(&folder_of(&recent.profile), theme.muted)
        .done()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn folder_of(path: &Path) -> String {
    path.parent().map(|folder| folder.display().to_string()).unwrap_or_default()
}
