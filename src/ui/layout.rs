//! Where everything stands. Pure; called by both update and view, so that paging, clicks and lines agree in one frame.

use ratatui::layout::{Margin, Rect};

use super::text;
use crate::app::boards::Board;
use crate::app::{Confirm, Model, Overlay, PaneId, Place, Sheet};

/// The smallest screen that is worked on.
pub const SMALLEST: (u16, u16) = (60, 16);

/// A rectangle that is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Between source and target, where the links are.
    Gutter,
    /// About what is selected.
    Detail,
    /// Figures: the run's progress, the report's ledger.
    Figures,
    Measures,
    /// The text field of an overlay.
    Entry,
    /// What an overlay says apart from its list.
    Text,
    /// The editor's results on real records.
    Results,
    /// What the start place says above its list.
    Intro,
}

/// A list's frame and the rows inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneArea {
    pub id: PaneId,
    pub frame: Rect,
    /// Where rows are; headings and borders are outside.
    pub rows: Rect,
}

#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub too_small: bool,
    /// Places with their tabs.
    pub tabs: Vec<(Place, Rect)>,
    pub header: Rect,
    pub body: Rect,
    pub status: Rect,
    pub footer: Rect,
    pub panes: Vec<PaneArea>,
    pub parts: Vec<(Part, Rect)>,
    /// The frame of what lies on top.
    pub top: Option<Rect>,
}

impl Layout {
    pub fn pane(&self, id: PaneId) -> Option<&PaneArea> {
        self.panes.iter().find(|pane| pane.id == id)
    }

    /// Rows that a list can show.
    pub fn height(&self, id: PaneId) -> usize {
        self.pane(id).map_or(0, |pane| usize::from(pane.rows.height))
    }

    pub fn part(&self, part: Part) -> Rect {
        // What lies on top is laid out last and hides a part of the same name below it.
        self.parts.iter().rfind(|(known, _)| *known == part).map_or(Rect::ZERO, |(_, area)| *area)
    }

    /// The list under a point; only the topmost thing can be hit.
    pub fn hit(&self, column: u16, row: u16) -> Option<&PaneArea> {
        let inside = |area: &Rect| area.contains((column, row).into());
        self.panes.iter().filter(|pane| self.top.is_none() || pane.id == PaneId::Top).find(|pane| inside(&pane.frame))
    }

    /// A bordered list with `heading` rows above its rows.
    fn list(&mut self, id: PaneId, frame: Rect, heading: u16) {
        let inner = frame.inner(Margin::new(1, 1));
        let heading = heading.min(inner.height);
        let rows = Rect { y: inner.y + heading, height: inner.height - heading, ..inner };
        self.panes.push(PaneArea { id, frame, rows });
    }
}

/// Lays the screen out.
pub fn layout(area: Rect, model: &Model) -> Layout {
    let mut layout = Layout::default();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        layout.too_small = true;
        layout.body = area;
        return layout;
    }
    layout.header = Rect { height: 1, ..area };
    layout.footer = Rect { y: area.bottom() - 1, height: 1, ..area };
    layout.status = Rect { y: area.bottom() - 2, height: 1, ..area };
    layout.body = Rect { y: area.y + 1, height: area.height - 3, ..area };
    tabs(&mut layout);
    match model.place {
        Place::Start => start(&mut layout),
        Place::Data => data(&mut layout, model),
        Place::Map => map(&mut layout),
        Place::Preview => preview(&mut layout),
        Place::Run => run(&mut layout),
        Place::Report => report(&mut layout),
    }
    if let Some(overlay) = model.overlays.last() {
        top(&mut layout, overlay, model);
    }
    layout
}

/// The large thing (a board, the editor, candidates) that is still seen below a small one on top, and where it stands.
pub fn below_top<'m>(laid_out: &Layout, model: &'m Model) -> Option<(Layout, &'m Overlay)> {
    let (top_one, below) = model.overlays.split_last()?;
    let large =
        |overlay: &&Overlay| matches!(overlay, Overlay::Board(_) | Overlay::Editor(_) | Overlay::Candidates { .. });
    let overlay = below.iter().rfind(large).filter(|_| !large(&top_one))?;
    let mut layout = Layout { panes: Vec::new(), parts: Vec::new(), top: None, ..laid_out.clone() };
    top(&mut layout, overlay, model);
    Some((layout, overlay))
}

fn tabs(layout: &mut Layout) {
    let mut x = layout.header.x + TABS_FROM;
    for place in Place::NUMBERED {
        let width = place.title().len() as u16 + 4;
        layout.tabs.push((place, Rect { x, width, ..layout.header }));
        x += width;
    }
}

/// Columns of the header before the first tab.
pub const TABS_FROM: u16 = 11;

fn start(layout: &mut Layout) {
    let body = layout.body;
    let width = body.width.saturating_sub(4).min(96);
    let x = body.x + (body.width - width) / 2;
    let intro = if body.height > 18 { 6 } else { 3 };
    layout.parts.push((Part::Intro, Rect { x, y: body.y, width, height: intro }));
    layout.list(PaneId::Start, Rect { x, y: body.y + intro, width, height: body.height - intro }, 0);
}

fn data(layout: &mut Layout, model: &Model) {
    let body = layout.body;
    let (left, right) = split_left(body, (body.width / 4).clamp(18, 36));
    layout.list(PaneId::Objects, left, 0);
    let detail = if body.height >= 30 {
        12
    } else if body.height >= 19 {
        8
    } else {
        0
    };
    if model.data.show_records {
        layout.list(PaneId::Records, right, 1);
        return;
    }
    let (upper, lower) = split_bottom(right, detail);
    layout.list(PaneId::Fields, upper, 1);
    layout.parts.push((Part::Detail, lower));
}

fn map(layout: &mut Layout) {
    let body = layout.body;
    let detail = match body.height {
        0..=16 => 4,
        17..=23 => 7,
        24..=35 => 9,
        _ => 13,
    };
    let (upper, lower) = split_bottom(body, detail);
    let gutter = (body.width / 9).clamp(6, 22);
    let left = (body.width - gutter) * 2 / 5;
    let (sources, rest) = split_left(upper, left);
    let (middle, targets) = split_left(rest, gutter);
    layout.list(PaneId::Sources, sources, 0);
    layout.list(PaneId::Targets, targets, 0);
    layout.parts.push((Part::Gutter, middle.inner(Margin::new(0, 1))));
    layout.parts.push((Part::Detail, lower));
}

fn preview(layout: &mut Layout) {
    let body = layout.body;
    let (upper, lower) = split_bottom(body, (body.height / 4).clamp(4, 10));
    let (left, right) = split_left(upper, (body.width * 3 / 8).clamp(22, 60));
    layout.list(PaneId::PreviewRecords, left, 0);
    layout.list(PaneId::PreviewFields, right, 1);
    let (reasons, figures) = split_left(lower, body.width * 5 / 8);
    layout.list(PaneId::PreviewReasons, reasons, 0);
    layout.parts.push((Part::Figures, figures));
}

fn run(layout: &mut Layout) {
    let body = layout.body;
    let upper = if body.height >= 19 { 12 } else { 8 };
    let (upper, lower) = split_top(body, upper);
    layout.parts.push((Part::Figures, upper));
    layout.list(PaneId::RunRejects, lower, 0);
}

fn report(layout: &mut Layout) {
    let body = layout.body;
    let upper = if body.height >= 19 { 11 } else { 6 };
    let (upper, lower) = split_top(body, upper.min(body.height));
    let (ledger, measures) = split_left(upper, body.width / 2);
    layout.parts.push((Part::Figures, ledger));
    layout.parts.push((Part::Measures, measures));
    let (fields, reasons) = split_left(lower, body.width / 2);
    layout.list(PaneId::ReportFields, fields, 1);
    layout.list(PaneId::ReportReasons, reasons, 0);
}

fn top(layout: &mut Layout, overlay: &Overlay, model: &Model) {
    let body = layout.body;
    match overlay {
        Overlay::Palette { .. } => finder(layout, 84, 22, 2),
        Overlay::Picker(_) => finder(layout, 84, 22, 0),
        Overlay::Help { .. } => finder(layout, 100, 60, 2),
        Overlay::Editor(_) => editor(layout),
        Overlay::Candidates { .. } => {
            let frame = centred(body, 110, 30);
            layout.top = Some(frame);
            let (list, text) = split_bottom(frame, (frame.height / 2).max(5));
            layout.list(PaneId::Top, Rect { height: list.height + 1, ..list }, 0);
            layout.parts.push((Part::Text, text.inner(Margin::new(2, 0)).intersection(frame.inner(Margin::new(1, 1)))));
        }
        Overlay::Bulk(_) => {
            let frame = centred(body, 84, 24);
            layout.top = Some(frame);
            layout.parts.push((Part::Text, Rect { height: 3, ..frame.inner(Margin::new(2, 1)) }));
            layout.list(PaneId::Top, frame, 3);
        }
        Overlay::Confirm(confirm) => {
            let width = narrowed(body.width, 76);
            let frame = centred(body, 76, confirm_lines(confirm, width).len() as u16 + 4);
            layout.top = Some(frame);
            layout.parts.push((Part::Text, frame.inner(Margin::new(2, 1))));
        }
        Overlay::Prompt(_) => {
            let frame = centred(body, 84, 5);
            layout.top = Some(frame);
            layout.parts.push((Part::Entry, Rect { height: 1, ..frame.inner(Margin::new(2, 1)) }));
        }
        Overlay::Sheet(sheet) => {
            let lines = sheet_lines(sheet, model.width).len().clamp(1, 40) as u16;
            let frame = centred(body, SHEET, lines + 2);
            layout.top = Some(frame);
            layout.list(PaneId::Top, frame, 0);
        }
        Overlay::Board(board) => board_areas(layout, board),
        Overlay::Chooser(chooser) => {
            let longest = chooser.rows.iter().map(|row| text::width(row)).max().unwrap_or(0) as u16;
            let frame = centred(body, longest.saturating_add(4).clamp(40, 84), (chooser.rows.len() as u16).max(1) + 2);
            layout.top = Some(frame);
            layout.list(PaneId::Top, frame, 0);
        }
    }
}

/// Rows of a board's table that are seen on the smallest screen.
const FEWEST_ROWS: u16 = 5;
/// Columns of a sheet, where the screen has them.
const SHEET: u16 = 92;

/// A line of a sheet as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    pub label: String,
    pub text: String,
    /// The line of the sheet that it is (a part of).
    pub of: usize,
}

/// A sheet's lines wrapped to the frame that it has on a screen of this width: nothing is cut off.
pub fn sheet_lines(sheet: &Sheet, screen_width: u16) -> Vec<SheetLine> {
    let inner = usize::from(narrowed(screen_width, SHEET)).saturating_sub(3);
    let label_width = sheet_label_width(sheet, inner);
    let room = inner.saturating_sub(label_width + usize::from(label_width > 0) * 2).max(8);
    let mut lines = Vec::new();
    for (of, (label, said)) in sheet.lines.iter().enumerate() {
        // A megabyte in one cell is not read here.
        let parts = text::wrap(&text::cell(said, room * MOST_PARTS), room);
        lines.push(SheetLine { label: label.clone(), text: parts.first().cloned().unwrap_or_default(), of });
        lines.extend(parts.into_iter().skip(1).map(|text| SheetLine { label: String::new(), text, of }));
    }
    lines
}

/// Lines that one value takes in a sheet at most.
const MOST_PARTS: usize = 12;

/// Columns of a sheet's labels; a label without text is a heading and counts not.
pub fn sheet_label_width(sheet: &Sheet, inner: usize) -> usize {
    let labels = sheet.lines.iter().filter(|(_, text)| !text.is_empty()).map(|(label, _)| text::width(label));
    labels.max().unwrap_or(0).min(inner / 3)
}

/// A board takes the whole body: what it says at the head, its rows, and what it says about the selected one.
fn board_areas(layout: &mut Layout, board: &Board) {
    let frame = centred(layout.body, 160, layout.body.height);
    let frame = Rect { y: layout.body.y, ..frame };
    layout.top = Some(frame);
    let inner = frame.inner(Margin::new(2, 1));
    let (intro, detail) = board.shape();
    // A rule and what is said below it; a few rows of the table stay whatever there is to say.
    let room = inner.height.saturating_sub(intro + 1 + FEWEST_ROWS);
    let detail = if detail > 0 && room >= 2 { (detail + 1).min(room) } else { 0 };
    layout.parts.push((Part::Text, Rect { height: intro.min(inner.height), ..inner }));
    layout.parts.push((Part::Detail, Rect { y: inner.bottom() - detail, height: detail, ..inner }));
    let list = Rect { height: frame.height - detail, ..frame };
    layout.list(PaneId::Top, list, intro + 1);
}

/// What a question says, wrapped to its frame.
pub fn confirm_lines(confirm: &Confirm, frame_width: u16) -> Vec<String> {
    let width = usize::from(frame_width.saturating_sub(4));
    confirm
        .lines
        .iter()
        .flat_map(|line| if text::width(line) <= width { vec![line.clone()] } else { text::wrap(line, width) })
        .collect()
}

/// A text field above a list, and some lines about the selected row below it.
fn finder(layout: &mut Layout, width: u16, height: u16, about: u16) {
    let frame = centred(layout.body, width, height);
    layout.top = Some(frame);
    let inner = frame.inner(Margin::new(2, 1));
    layout.parts.push((Part::Entry, Rect { height: 1, ..inner }));
    let about = if about > 0 { about + 1 } else { 0 };
    layout.parts.push((Part::Detail, Rect { y: inner.bottom() - about, height: about, ..inner }));
    layout.list(PaneId::Top, Rect { height: frame.height - about, ..frame }, 2);
}

/// The editor takes the whole body: the expression above, results on real records below.
fn editor(layout: &mut Layout) {
    let frame = layout.body;
    layout.top = Some(frame);
    let inner = frame.inner(Margin::new(2, 1));
    let text = match inner.height {
        0..=12 => 2,
        13..=20 => 3,
        _ => 5,
    };
    layout.parts.push((Part::Entry, Rect { height: text, ..inner }));
    layout.parts.push((Part::Text, Rect { y: inner.y + text, height: 1, ..inner }));
    layout.parts.push((Part::Results, Rect { y: inner.y + text + 1, height: inner.height - text - 1, ..inner }));
}

fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let width = narrowed(area.width, width);
    let height = height.min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 3, width, height }
}

/// So wide at most; where there is little room all of it, so that no sliver of what lies below is seen beside it.
fn narrowed(room: u16, width: u16) -> u16 {
    if width.saturating_add(12) >= room { room } else { width }
}

fn split_left(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    (Rect { width: left, ..area }, Rect { x: area.x + left, width: area.width - left, ..area })
}

fn split_top(area: Rect, top: u16) -> (Rect, Rect) {
    let top = top.min(area.height);
    (Rect { height: top, ..area }, Rect { y: area.y + top, height: area.height - top, ..area })
}

fn split_bottom(area: Rect, bottom: u16) -> (Rect, Rect) {
    split_top(area, area.height - bottom.min(area.height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Looks;

    #[test]
    fn everything_stays_on_the_screen_and_no_two_lists_overlap() {
        for (width, height) in [(60, 16), (80, 24), (120, 40), (200, 60), (61, 300)] {
            for place in [Place::Start, Place::Data, Place::Map, Place::Preview, Place::Run, Place::Report] {
                let mut model = Model::new(Looks::default());
                model.place = place;
                let area = Rect::new(0, 0, width, height);
                let layout = layout(area, &model);
                for (at, pane) in layout.panes.iter().enumerate() {
                    assert_eq!(pane.frame.intersection(area), pane.frame, "{place:?} at {width}x{height}");
                    assert!(pane.rows.height > 0, "{:?} has no rows at {width}x{height}", pane.id);
                    for other in &layout.panes[at + 1..] {
                        assert!(!pane.frame.intersects(other.frame), "{place:?}: {:?} and {:?}", pane.id, other.id);
                    }
                }
            }
        }
    }

    #[test]
    fn a_screen_below_the_smallest_says_so() {
        let model = Model::new(Looks::default());
        assert!(layout(Rect::new(0, 0, 59, 16), &model).too_small);
        assert!(layout(Rect::new(0, 0, 60, 15), &model).too_small);
        assert!(!layout(Rect::new(0, 0, 60, 16), &model).too_small);
    }
}
