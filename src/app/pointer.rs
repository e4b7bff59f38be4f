//! The mouse: clicks select and open, the wheel moves.

use super::commands::Id;
use super::msg::{Mouse, MouseAction};
use super::places::data;
use super::update::{execute, now_laid_out};
use super::{Effect, Model, Move, Overlay, PaneId};
use crate::ui::layout::PaneArea;

pub(super) fn click(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    let laid_out = now_laid_out(model);
    if laid_out.too_small {
        return Vec::new();
    }
    let tab = laid_out.tabs.iter().find(|(_, area)| area.contains((mouse.column, mouse.row).into()));
    if let (Some((place, _)), MouseAction::Press, true) = (tab, mouse.action, model.overlays.is_empty()) {
        if model.project.is_some() {
            model.place = *place;
        }
        return Vec::new();
    }
    let Some(area) = laid_out.hit(mouse.column, mouse.row).copied() else { return Vec::new() };
    match mouse.action {
        MouseAction::WheelDown => wheel(model, area.id, Move::Down),
        MouseAction::WheelUp => wheel(model, area.id, Move::Up),
        MouseAction::Press => return point(model, &area, mouse.row),
    }
    Vec::new()
}

fn wheel(model: &mut Model, id: PaneId, movement: Move) {
    let count = model.row_count(id);
    let height = now_laid_out(model).height(id);
    if let Some(pane) = model.pane_mut(id) {
        for _ in 0..3 {
            pane.list.go(movement, count, height);
        }
    }
}

/// A click selects; on what is selected already it opens.
fn point(model: &mut Model, area: &PaneArea, row: u16) -> Vec<Effect> {
    focus(model, area.id);
    let Some(below) = row.checked_sub(area.rows.y).filter(|below| *below < area.rows.height) else {
        return Vec::new();
    };
    let count = model.row_count(area.id);
    let opens = !matches!(model.overlays.last(), Some(Overlay::Sheet(_)));
    let Some(pane) = model.pane_mut(area.id) else { return Vec::new() };
    let to = pane.list.offset + usize::from(below);
    if to >= count {
        return Vec::new();
    }
    if to == pane.list.selected && opens {
        return execute(model, Id::Choose);
    }
    pane.list.go(Move::To(to), count, usize::from(area.rows.height));
    if area.id == PaneId::Objects {
        data::object_changed(model);
    }
    Vec::new()
}

fn focus(model: &mut Model, id: PaneId) {
    match id {
        PaneId::Objects | PaneId::Fields | PaneId::Records => model.data.focus = id,
        PaneId::Sources | PaneId::Targets => model.map.focus = id,
        PaneId::PreviewRecords | PaneId::PreviewFields | PaneId::PreviewReasons => model.preview.focus = id,
        PaneId::ReportFields | PaneId::ReportReasons => model.report.focus = id,
        PaneId::Start | PaneId::RunRejects | PaneId::Top => {}
    }
}
