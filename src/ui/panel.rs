//! Panels and lists: the frames everything stands in.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::columns::Columns;
use super::layout::PaneArea;
use super::text;
use super::theme::Theme;
use crate::app::ListPane;

/// What a panel says in its frame.
#[derive(Debug, Default, Clone)]
pub struct Title {
    pub left: String,
    /// Said after the title, less loudly.
    pub note: String,
    pub right: String,
}

impl Title {
    pub fn new(left: impl Into<String>) -> Title {
        Title { left: left.into(), ..Title::default() }
    }

    pub fn note(mut self, note: impl Into<String>) -> Title {
        self.note = note.into();
        self
    }

    pub fn right(mut self, right: impl Into<String>) -> Title {
        self.right = right.into();
        self
    }
}

/// Columns from which on a note is worth cutting.
const NOTE: usize = 18;

/// Draws a frame and gives what is inside.
pub fn panel(frame: &mut Frame<'_>, area: Rect, title: &Title, focused: bool, theme: &Theme) -> Rect {
    let room = usize::from(area.width.saturating_sub(4));
    let heading = if focused { theme.accent.patch(theme.title) } else { theme.title };
    let mut left = Columns::new(room as u16);
    if !title.left.is_empty() {
        left = left.just(" ", Style::new()).just(&title.left, heading).just(" ", Style::new());
    }
    // A few letters of a note say nothing.
    if !title.note.is_empty() && (text::width(&title.note) < left.left() || left.left() >= NOTE) {
        left = left.just(&title.note, theme.muted).just(" ", Style::new());
    }
    let spare = left.left();
    let mut block = Block::bordered()
        .border_set(border::ROUNDED)
        .border_style(if focused { theme.accent } else { theme.faint })
        .title_top(left.done());
    if !title.right.is_empty() && spare > text::width(&title.right) + 2 {
        block = block
            .title_top(Line::styled(format!(" {} ", text::cell(&title.right, spare)), theme.muted).right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

/// A panel on top of everything else.
pub fn overlay(frame: &mut Frame<'_>, area: Rect, title: &Title, theme: &Theme) -> Rect {
    frame.render_widget(Clear, area);
    panel(frame, area, title, true, theme)
}

/// A list inside its frame: only the rows that are seen are made.
pub struct List<'a> {
    pub area: &'a PaneArea,
    pub pane: &'a ListPane,
    /// How many rows the list has in all.
    pub len: usize,
    pub focused: bool,
    pub theme: &'a Theme,
}

impl List<'_> {
    /// Draws each seen row by its position in the list.
    pub fn draw(&self, frame: &mut Frame<'_>, mut row: impl FnMut(usize, u16) -> Line<'static>) {
        let rows = self.area.rows;
        let height = usize::from(rows.height);
        for (y, at) in self.pane.list.visible(self.len, height).enumerate() {
            let area = Rect { y: rows.y + y as u16, height: 1, ..rows };
            let mut line = row(at, rows.width);
            if at == self.pane.list.selected {
                self.theme.select(&mut line, self.focused);
            }
            frame.render_widget(line, area);
        }
        self.scrollbar(frame, height);
    }

    /// A thumb on the right border where the list is longer than its frame.
    fn scrollbar(&self, frame: &mut Frame<'_>, height: usize) {
        if self.len <= height || height == 0 {
            return;
        }
        let thumb = (height * height / self.len).max(1);
        let span = self.len - height;
        let from = (self.pane.list.offset.min(span) * (height - thumb)).div_ceil(span);
        let x = self.area.frame.right().saturating_sub(1);
        for y in from..(from + thumb).min(height) {
            let style = if self.focused { self.theme.accent } else { self.theme.muted };
            frame.buffer_mut()[(x, self.area.rows.y + y as u16)].set_symbol("┃").set_style(style);
        }
    }
}

/// A few lines in the middle of an empty list: what is missing and what to press.
pub fn empty(frame: &mut Frame<'_>, area: Rect, lines: &[&str], theme: &Theme) {
    let area = area.inner(Margin::new(1, 0));
    let wrapped: Vec<String> = lines.iter().flat_map(|line| text::wrap(line, usize::from(area.width))).collect();
    let top = usize::from(area.height).saturating_sub(wrapped.len()) / 3;
    let shown: Vec<Line<'_>> = wrapped
        .into_iter()
        .enumerate()
        .map(|(at, line)| Line::styled(line, if at == 0 { theme.text } else { theme.muted }).centered())
        .collect();
    let area = Rect { y: area.y + top as u16, height: area.height - top as u16, ..area };
    frame.render_widget(Paragraph::new(shown), area);
}

/// A title with the filter that is on: `Target fields  /name`.
pub fn filtered_title(title: Title, pane: &ListPane, shown: usize, all: usize) -> Title {
    if pane.filtered() {
        title.note(format!("/{}", pane.filter.text().trim())).right(format!("{shown} of {all}"))
    } else {
        title
    }
}

/// A bar of `width` columns filled to a share, in eighths of a column.
pub fn bar(share: f64, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let mut eighths = (share * width as f64 * 8.0).round() as usize;
    if share > 0.0 {
        eighths = eighths.max(1).min(width * 8);
    }
    let mut full = "█".repeat(eighths / 8);
    full.push_str(EIGHTHS[eighths % 8]);
    let rest = width - eighths.div_ceil(8);
    vec![Span::styled(full, theme.bar), Span::styled("░".repeat(rest), theme.bar_rest)]
}

/// A small line of figures over time.
pub fn sparkline(values: &[u64], width: usize) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let seen = &values[values.len().saturating_sub(width)..];
    let most = seen.iter().copied().max().unwrap_or(0).max(1);
    seen.iter().map(|value| STEPS[(value * 7 / most) as usize]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Looks;

    #[test]
    fn bars_are_as_wide_as_they_say() {
        let theme = Theme::of(Looks::default());
        for (share, room) in
            [0.0, 0.001, 0.5, 0.99, 1.0, f64::NAN].into_iter().flat_map(|share| [(share, 10), (share, 0)])
        {
            let width: usize = bar(share, room, &theme).iter().map(|span| text::width(&span.content)).sum();
            assert_eq!(width, room, "{share}");
        }
        assert_eq!(bar(0.001, 4, &theme)[0].content, "▏");
    }

    #[test]
    fn sparklines_show_the_latest_values() {
        assert_eq!(sparkline(&[0, 7, 14], 2), "▄█");
        assert_eq!(sparkline(&[], 5), "");
    }
}
