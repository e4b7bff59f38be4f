//! Where a target value comes from: source file and line, the values of every step, the value map, the checks, the fate.

use super::{Cell, Column, Ink, Kind, Table};
use crate::app::{Effect, Model, PaneId};

/// One record's way through the mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    pub number: u64,
    /// "record 12, line 31".
    pub origin: String,
    /// The source's address and object.
    pub source: String,
    /// "written", "rejected", ...
    pub fate: String,
    pub rejected: bool,
    pub lines: Vec<LineageLine>,
    /// The target field that was asked about.
    pub about: Option<String>,
}

/// One station of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineageLine {
    pub target: String,
    pub station: Station,
    /// The source field, the step, or the check.
    pub what: String,
    pub value: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Station {
    #[default]
    Source,
    Step,
    /// The value map or the lookup.
    Values,
    Target,
    Finding,
}

impl Station {
    fn word(self) -> &'static str {
        match self {
            Station::Source => "from",
            Station::Step => "step",
            Station::Values => "values",
            Station::Target => "target",
            Station::Finding => "finding",
        }
    }
}

/// Asks for the way of a record, by its number in the source.
pub fn open(model: &mut Model, number: u64, about: Option<String>) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let effect = Effect::Trace { profile: std::sync::Arc::clone(&project.profile), pair: project.pair, number, about };
    model.begin("tracing");
    vec![effect]
}

pub fn traced(model: &mut Model, lineage: Lineage) {
    model.end("tracing");
    let at = lineage.about.as_ref().and_then(|about| lineage.lines.iter().position(|line| line.target == *about));
    super::open(model, Kind::Lineage(lineage));
    if let (Some(at), Some(pane)) = (at, model.pane_mut(PaneId::Top)) {
        pane.list.selected = at;
    }
}

pub fn table(lineage: &Lineage) -> Table {
    let mut before = "";
    let mut rows = Vec::new();
    for line in &lineage.lines {
        let target = if line.target == before { String::new() } else { line.target.clone() };
        before = &line.target;
        let ink = match line.station {
            Station::Source | Station::Step => Ink::Muted,
            Station::Values => Ink::Text,
            Station::Target => Ink::Good,
            Station::Finding => Ink::Bad,
        };
        let value: Cell = match &line.value {
            Some(value) => (value.clone(), ink),
            None => ("∅".to_owned(), Ink::Faint),
        };
        rows.push(vec![
            (target, Ink::Title),
            (line.station.word().to_owned(), Ink::Muted),
            (line.what.clone(), if line.station == Station::Step { Ink::Accent } else { Ink::Muted }),
            value,
        ]);
    }
    let ink = if lineage.rejected { Ink::Bad } else { Ink::Good };
    Table {
        title: "Lineage".to_owned(),
        note: lineage.origin.clone(),
        right: lineage.fate.clone(),
        intro: vec![super::muted(lineage.source.clone()), (format!("fate: {}", lineage.fate), ink)],
        columns: vec![
            Column::new("target field", 12, 1),
            Column::new("", 7, 0),
            Column::new("what", 12, 2),
            Column::new("value", 14, 3),
        ],
        rows,
        empty: vec!["The record could not be found in the source."],
    }
}
