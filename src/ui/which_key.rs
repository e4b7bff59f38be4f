//! What may follow the keys pressed so far: a panel above the status line while a sequence is not complete.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::widgets::Clear;

use super::columns::Columns;
use super::layout::Layout;
use super::panel::{Title, panel};
use super::text;
use super::theme::Theme;
use crate::app::{Model, key, keymap};

/// Columns that one continuation takes, its gap included.
const EACH: u16 = 24;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    if model.pending.is_empty() {
        return;
    }
    let following = keymap::continuations(model.context(), &model.pending, &model.bindings);
    let body = laid_out.body;
    let columns = (body.width.saturating_sub(4) / EACH).clamp(1, 3);
    let rows = (following.len() as u16).div_ceil(columns).min(body.height.saturating_sub(2));
    let (width, height) = ((columns * EACH + 4).min(body.width), rows + 2);
    let area = Rect { x: body.right() - width, y: body.bottom() - height, width, height };
    frame.render_widget(Clear, area);
    let pressed: Vec<String> = model.pending.iter().map(key::label).collect();
    let title = Title::new(format!("{} …", pressed.join(" "))).right("Esc leaves");
    let inner = panel(frame, area, &title, true, theme).inner(Margin::new(1, 0));
    for (at, (keys, said)) in (0..columns * rows).zip(&following) {
        let place = Rect { x: inner.x + at / rows * EACH, y: inner.y + at % rows, width: EACH - 1, height: 1 };
        let keys_width = text::width(keys).max(3);
        let line = Columns::new(EACH - 1).put(keys, keys_width, theme.key).rest(said, theme.text);
        frame.render_widget(line.done(), place.intersection(inner));
    }
}
