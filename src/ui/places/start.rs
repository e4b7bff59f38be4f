//! The start place.

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
        ("Map fields, watch real records come out clean, run, and account for every record.", theme.muted),
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
    let all = CHOICES.len() + model.start.recents.len();
    let title = filtered_title(Title::new("Start"), &model.start.pane, rows.len(), all);
    panel(frame, area.frame, &title, true, theme);
    let list = List { area, pane: &model.start.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| {
        let line = Columns::new(width).gap(1);
        match rows.get(at).copied() {
            Some(row) if row < CHOICES.len() => {
                let (title, about) = CHOICES[row];
                line.put(title, 26, theme.text).rest(about, theme.muted).done()
            }
            Some(row) => match model.start.recents.get(row - CHOICES.len()) {
                Some(recent) => {
                    let name = recent.path.file_name().map(|name| name.to_string_lossy().into_owned());
                    let folder = recent.path.parent().map(|folder| folder.display().to_string());
                    let draft = if recent.draft { "draft" } else { "" };
                    line.put(&name.unwrap_or_default(), 26, theme.accent)
                        .put(&recent.changed, 16, theme.muted)
                        .put(draft, 5, theme.warn)
                        .rest(&folder.unwrap_or_default(), theme.muted)
                        .done()
                }
                None => line.done(),
            },
            None => line.done(),
        }
    });
}
