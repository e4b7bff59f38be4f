//! The tour's card: what to press, above the status line and below everything else that matters.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::Clear;

use super::layout::Layout;
use super::panel::{Title, panel};
use super::text;
use super::theme::Theme;
use crate::app::{Model, tour};

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    let Some((at, step)) = model.tour.and_then(|at| Some((at, tour::STEPS.get(at)?))) else { return };
    let width = laid_out.body.width.min(64);
    let lines = text::wrap(step.text, usize::from(width).saturating_sub(4));
    let height = (lines.len() as u16 + 2).min(laid_out.body.height);
    let area = Rect { x: laid_out.body.right() - width, y: laid_out.body.bottom() - height, width, height };
    frame.render_widget(Clear, area);
    let title = Title::new(step.title).right(format!("{} of {}, F2 goes on", at + 1, tour::STEPS.len()));
    let inner = panel(frame, area, &title, true, theme).inner(Margin::new(1, 0));
    for (y, line) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
        frame.render_widget(Line::styled(line, theme.text), Rect { y: inner.y + y as u16, height: 1, ..inner });
    }
}
