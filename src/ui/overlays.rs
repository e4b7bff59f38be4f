//! How what lies on top of a place looks.

mod board;
mod candidates;
mod editor;
mod finder;
mod questions;

use ratatui::Frame;

use super::layout::{Layout, below_top};
use super::theme::Theme;
use crate::app::{Model, Overlay};

/// Draws the topmost overlay, and what is seen of a large one below it.
pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, model: &Model, theme: &Theme) {
    if let Some((below, overlay)) = below_top(laid_out, model) {
        draw(frame, &below, overlay, model, theme);
    }
    if let Some(overlay) = model.overlays.last() {
        draw(frame, laid_out, overlay, model, theme);
    }
}

fn draw(frame: &mut Frame<'_>, laid_out: &Layout, overlay: &Overlay, model: &Model, theme: &Theme) {
    let Some(area) = laid_out.top else { return };
    match overlay {
        Overlay::Palette { query, pane } => finder::palette(frame, laid_out, area, query, pane, model, theme),
        Overlay::Help { query, pane } => finder::help(frame, laid_out, area, query, pane, model, theme),
        Overlay::Candidates { target, pane } => candidates::view(frame, laid_out, area, *target, pane, model, theme),
        Overlay::Editor(editor) => editor::view(frame, laid_out, area, editor, theme),
        Overlay::Bulk(bulk) => candidates::bulk(frame, laid_out, area, bulk, model, theme),
        Overlay::Confirm(confirm) => questions::confirm(frame, laid_out, area, confirm, theme),
        Overlay::Prompt(prompt) => questions::prompt(frame, laid_out, area, prompt, theme),
        Overlay::Sheet(sheet) => questions::sheet(frame, laid_out, area, sheet, model, theme),
        Overlay::Picker(picker) => finder::picker(frame, laid_out, area, picker, model, theme),
        Overlay::Board(board) => board::view(frame, laid_out, area, board, model, theme),
        Overlay::Chooser(chooser) => questions::chooser(frame, laid_out, area, chooser, model, theme),
    }
}
