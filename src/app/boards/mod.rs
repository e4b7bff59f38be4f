//! Boards: tables that lie on top of a place, each with rows, what the selected row means, and commands of its own.
//!
//! A board says what there is to see ([`Table`]) without any looks; `ui` draws them all alike. One file a board.

pub mod changes;
pub mod drift;
pub mod fixes;
pub mod forecast;
pub mod frequent;
pub mod groups;
pub mod history;
pub mod lineage;
pub mod reading;
pub mod records;
pub mod runs;
pub mod twins;
pub mod values;

use std::borrow::Cow;

use super::commands::Id;
use super::context::Context;
use super::filter::{self, Order};
use super::{Effect, ListPane, Model, Overlay, PaneId};

/// A table on top, with its selection and filter.
#[derive(Debug, Clone)]
pub struct Board {
    pub kind: Kind,
    pub pane: ListPane,
}

#[derive(Debug, Clone)]
pub enum Kind {
    History,
    Changes(changes::Changes),
    Values(values::ValueGrid),
    Groups(groups::Groups),
    Twins(twins::Twins),
    Compare(twins::Compare),
    Fixes(fixes::Fixes),
    Records(records::RecordBoard),
    Lineage(lineage::Lineage),
    Drift(drift::DriftBoard),
    Frequent(frequent::Frequent),
    Runs(runs::Runs),
    Reading,
    Forecast,
}

/// How loudly something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ink {
    #[default]
    Text,
    Muted,
    Faint,
    Title,
    Accent,
    Good,
    Warn,
    Bad,
}

/// A column: at least so wide, and its share of what is left.
#[derive(Debug, Clone)]
pub struct Column {
    pub head: Cow<'static, str>,
    pub least: usize,
    pub weight: usize,
    pub right: bool,
    /// Left out where there is no room for all.
    pub optional: bool,
}

impl Column {
    pub const fn new(head: &'static str, least: usize, weight: usize) -> Column {
        Column { head: Cow::Borrowed(head), least, weight, right: false, optional: false }
    }

    pub const fn right(head: &'static str, least: usize) -> Column {
        Column { head: Cow::Borrowed(head), least, weight: 0, right: true, optional: false }
    }

    pub const fn optional(mut self) -> Column {
        self.optional = true;
        self
    }
}

pub type Cell = (String, Ink);

/// What a board says.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub title: String,
    pub note: String,
    pub right: String,
    /// Lines above the rows.
    pub intro: Vec<Cell>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// Said where there is no row.
    pub empty: Vec<&'static str>,
}

/// About a row: label and text.
pub type Detail = Vec<(&'static str, Cell)>;

impl Board {
    pub fn new(kind: Kind) -> Board {
        Board { kind, pane: ListPane::default() }
    }

    pub fn context(&self) -> Context {
        match &self.kind {
            Kind::History => Context::History,
            Kind::Changes(_) => Context::Changes,
            Kind::Values(_) => Context::Values,
            Kind::Groups(_) => Context::Groups,
            Kind::Twins(_) => Context::Twins,
            Kind::Compare(_) => Context::Compare,
            Kind::Fixes(_) => Context::Fixes,
            Kind::Records(_) => Context::Records,
            Kind::Lineage(_) => Context::Lineage,
            Kind::Drift(_) => Context::Drift,
            Kind::Frequent(_) => Context::Frequent,
            Kind::Runs(_) => Context::Runs,
            Kind::Reading => Context::Reading,
            Kind::Forecast => Context::Forecast,
        }
    }

    /// Lines above the rows, and those about the selected row where there is room.
    pub fn shape(&self) -> (u16, u16) {
        match &self.kind {
            Kind::History => (0, 0),
            Kind::Changes(_) => (1, 4),
            Kind::Values(_) => (2, 3),
            Kind::Groups(_) => (1, 3),
            Kind::Twins(_) => (1, 3),
            Kind::Compare(_) => (1, 0),
            Kind::Fixes(_) => (1, 3),
            Kind::Records(_) => (0, 6),
            Kind::Lineage(_) => (2, 0),
            Kind::Drift(_) => (1, 2),
            Kind::Frequent(_) => (0, 0),
            Kind::Runs(_) => (0, 3),
            Kind::Reading => (0, 6),
            Kind::Forecast => (1, 3),
        }
    }
}

/// What the board on top says.
pub fn table(model: &Model, board: &Board) -> Table {
    match &board.kind {
        Kind::History => history::table(model),
        Kind::Changes(changes) => changes::table(model, changes),
        Kind::Values(grid) => values::table(model, grid),
        Kind::Groups(groups) => groups::table(model, groups),
        Kind::Twins(twins) => twins::table(model, twins),
        Kind::Compare(compare) => twins::compare_table(model, compare),
        Kind::Fixes(fixes) => fixes::table(fixes),
        Kind::Records(records) => records::table(records),
        Kind::Lineage(lineage) => lineage::table(lineage),
        Kind::Drift(drift) => drift::table(drift),
        Kind::Frequent(frequent) => frequent::table(frequent),
        Kind::Runs(runs) => runs::table(runs),
        Kind::Reading => reading::table(model),
        Kind::Forecast => forecast::table(model),
    }
}

/// What the board on top says about one of its rows.
pub fn detail(model: &Model, board: &Board, row: usize) -> Detail {
    match &board.kind {
        Kind::History | Kind::Compare(_) | Kind::Lineage(_) | Kind::Frequent(_) => Detail::new(),
        Kind::Changes(changes) => changes::detail(changes, row),
        Kind::Values(grid) => values::detail(model, grid, row),
        Kind::Groups(groups) => groups::detail(groups, row),
        Kind::Twins(twins) => twins::detail(model, twins, row),
        Kind::Fixes(fixes) => fixes::detail(model, fixes, row),
        Kind::Records(records) => records::detail(records, row),
        Kind::Drift(drift) => drift::detail(drift, row),
        Kind::Runs(runs) => runs::detail(runs, row),
        Kind::Reading => reading::detail(model),
        Kind::Forecast => forecast::detail(model, row),
    }
}

/// The shown rows: positions in the table, filtered.
pub fn rows(model: &Model, board: &Board) -> Vec<usize> {
    shown(&table(model, board), board)
}

/// The same where the table is at hand.
pub fn shown(table: &Table, board: &Board) -> Vec<usize> {
    if !board.pane.filtered() {
        return (0..table.rows.len()).collect();
    }
    let text = |row: &Vec<Cell>| row.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = table.rows.iter().map(text).collect();
    filter::matching(board.pane.filter.text(), &texts, Order::List)
}

/// The board on top, if one is.
pub fn top(model: &Model) -> Option<&Board> {
    match model.overlays.last() {
        Some(Overlay::Board(board)) => Some(board),
        _ => None,
    }
}

/// Puts a board on top.
pub fn open(model: &mut Model, kind: Kind) {
    model.overlays.push(Overlay::Board(Box::new(Board::new(kind))));
}

/// Selects a row of the board on top by its position in the table, if it is shown.
pub fn select(model: &mut Model, row: usize) {
    let shown = model.rows(PaneId::Top);
    let (Some(at), Some(pane)) = (shown.iter().position(|shown| *shown == row), model.pane_mut(PaneId::Top)) else {
        return;
    };
    pane.list.selected = at;
}

/// Runs a command of the board on top.
pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    let selected = model.selected(PaneId::Top);
    match model.context() {
        Context::History => history::execute(model, id, selected),
        Context::Changes => changes::execute(model, id, selected),
        Context::Values => values::execute(model, id, selected),
        Context::Groups => groups::execute(model, id, selected),
        Context::Twins => twins::execute(model, id, selected),
        Context::Compare => {
            if id == Id::Survivor {
                twins::next_keep(model);
            }
            Vec::new()
        }
        Context::Fixes => fixes::execute(model, id, selected),
        Context::Records => records::execute(model, id, selected),
        Context::Drift => drift::execute(model, id, selected),
        Context::Frequent => frequent::execute(model, id, selected),
        Context::Runs => runs::execute(model, id, selected),
        Context::Reading => reading::execute(model, id, selected),
        Context::Forecast => forecast::execute(model, id, selected),
        _ => Vec::new(),
    }
}

/// A cell in the usual ink.
pub fn plain(text: impl Into<String>) -> Cell {
    (text.into(), Ink::Text)
}

pub fn muted(text: impl Into<String>) -> Cell {
    (text.into(), Ink::Muted)
}
