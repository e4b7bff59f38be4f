//! Boards: every table on top is drawn here, from what `app::boards` says.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::boards::{self, Board, Cell, Column, Ink, Table};
use crate::app::{Model, PaneId};
use crate::ui::columns::{Columns, spread};
use crate::ui::layout::{Layout, Part};
use crate::ui::panel::{List, empty, filtered_title, overlay};
use crate::ui::text;
use crate::ui::theme::Theme;

pub fn view(frame: &mut Frame<'_>, laid_out: &Layout, area: Rect, board: &Board, model: &Model, theme: &Theme) {
    let table = boards::table(model, board);
    let rows = boards::shown(&table, board);
    let title = crate::ui::panel::Title::new(&table.title).note(&table.note).right(&table.right);
    overlay(frame, area, &filtered_title(title, &board.pane, rows.len(), table.rows.len()), theme);
    lines(frame, laid_out.part(Part::Text), &table.intro, theme);
    let Some(list_area) = laid_out.pane(PaneId::Top) else { return };
    if rows.is_empty() {
        let said: &[&str] =
            if board.pane.filtered() { &["No row matches.", "Esc shows all."] } else { table.empty.as_slice() };
        empty(frame, list_area.rows, said, theme);
        return;
    }
    let widths = widths(&table.columns, &table, usize::from(list_area.rows.width));
    let head_area = Rect { y: list_area.rows.y.saturating_sub(1), height: 1, ..list_area.rows };
    let heading: Vec<Cell> =
        table.columns.iter().map(|column| (column.head.clone().into_owned(), Ink::Muted)).collect();
    frame.render_widget(line(&heading, &table.columns, &widths, list_area.rows.width, theme), head_area);
    // The list's frame was drawn as part of the board's.
    let inside = crate::ui::layout::PaneArea { frame: area, ..*list_area };
    let list = List { area: &inside, pane: &board.pane, len: rows.len(), focused: true, theme };
    list.draw(frame, |at, width| match rows.get(at).and_then(|row| table.rows.get(*row)) {
        Some(row) => line(row, &table.columns, &widths, width, theme),
        None => Line::default(),
    });
    let selected = rows.get(board.pane.list.selected);
    let said = selected.map_or_else(Vec::new, |row| boards::detail(model, board, *row));
    detail(frame, laid_out.part(Part::Detail), &said, theme);
}

/// Columns of fixed width keep it; the others share what is left, none wider than its longest text asks for.
fn widths(columns: &[Column], table: &Table, room: usize) -> Vec<usize> {
    let gaps = columns.len();
    let mut columns: Vec<Column> = columns.to_vec();
    // Where not all fit, those that are wanted least give up their place, the last first.
    while columns.iter().map(|column| column.least).sum::<usize>() + gaps > room {
        let Some(at) = columns.iter().rposition(|column| column.optional && column.least > 0) else { break };
        (columns[at].least, columns[at].weight) = (0, 0);
    }
    let gaps = gaps - columns.iter().filter(|column| column.least == 0).count();
    let wants: Vec<(usize, usize)> = columns.iter().map(|column| (column.least, column.weight)).collect();
    let mut given = spread(room.saturating_sub(gaps), &wants);
    let longest = |at: usize| {
        let cells = table.rows.iter().take(500).filter_map(|row| row.get(at));
        cells.map(|(text, _)| text::width(text)).max().unwrap_or(0)
    };
    // What a short column does not need goes to the last one that grows.
    let last = columns.iter().rposition(|column| column.weight > 0);
    for at in 0..given.len() {
        if columns[at].weight > 0 && Some(at) != last {
            let needed = longest(at).max(text::width(&columns[at].head)).max(columns[at].least.min(4));
            let spare = given[at].saturating_sub(needed);
            given[at] -= spare;
            if let Some(last) = last {
                given[last] += spare;
            }
        }
    }
    given
}

fn line(cells: &[Cell], columns: &[Column], widths: &[usize], width: u16, theme: &Theme) -> Line<'static> {
    let mut line = Columns::new(width);
    for ((text, ink), (column, width)) in cells.iter().zip(columns.iter().zip(widths)) {
        let style = style(*ink, theme);
        line = if column.right { line.right(text, *width, style) } else { line.put(text, *width, style) };
    }
    line.done()
}

pub fn style(ink: Ink, theme: &Theme) -> Style {
    match ink {
        Ink::Text => theme.text,
        Ink::Muted => theme.muted,
        Ink::Faint => theme.faint,
        Ink::Title => theme.title,
        Ink::Accent => theme.accent,
        Ink::Good => theme.good,
        Ink::Warn => theme.warn,
        Ink::Bad => theme.bad,
    }
}

fn lines(frame: &mut Frame<'_>, area: Rect, cells: &[Cell], theme: &Theme) {
    for (y, (text, ink)) in cells.iter().enumerate().take(usize::from(area.height)) {
        let line = Columns::new(area.width).just(text, style(*ink, theme)).done();
        frame.render_widget(line, Rect { y: area.y + y as u16, height: 1, ..area });
    }
}

fn detail(frame: &mut Frame<'_>, area: Rect, said: &[(&'static str, Cell)], theme: &Theme) {
    if area.height < 2 || said.is_empty() {
        return;
    }
    let rule = "─".repeat(usize::from(area.width));
    frame.render_widget(Line::styled(rule, theme.faint), Rect { height: 1, ..area });
    let label_width = said.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0);
    let mut y = 1;
    for (label, (said, ink)) in said {
        let room = usize::from(area.width).saturating_sub(label_width + 1);
        let said = text::cell(said, room * usize::from(area.height));
        for (at, part) in text::wrap(&said, room).iter().enumerate() {
            if y >= area.height {
                return;
            }
            let label = if at == 0 { *label } else { "" };
            let line = Columns::new(area.width).put(label, label_width, theme.muted).just(part, style(*ink, theme));
            frame.render_widget(line.done(), Rect { y: area.y + y, height: 1, ..area });
            y += 1;
        }
    }
}
