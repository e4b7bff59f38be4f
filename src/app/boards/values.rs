//! The values of a field, as the source has them, against those that the target knows: what becomes of each, and what
//! is still open.

use std::collections::{HashMap, HashSet};

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::overlay::{Chooser, ChooserPurpose, PromptPurpose};
use crate::app::places::{map, start};
use crate::app::{Effect, ListPane, Model, Overlay, PaneId, Tone};
use crate::matching::ValueSuggestion;
use crate::profile::{FieldMapping, Otherwise, ValueMap};
use crate::report::words;

/// How often the expression gives each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueCounts {
    pub target: String,
    /// Most frequent first.
    pub values: Vec<(String, u64)>,
    pub records: u64,
    /// Records whose value is empty.
    pub empty: u64,
    /// There are more different values than are listed.
    pub cut: bool,
    pub complete: bool,
    pub problem: Option<String>,
}

/// The grid of one target field.
#[derive(Debug, Clone)]
pub struct ValueGrid {
    pub target: String,
    /// Values that the target takes; empty where it takes any.
    pub allowed: Vec<String>,
    pub counts: ValueCounts,
    pub suggestions: Vec<ValueSuggestion>,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A pair says what it becomes.
    Mapped(String),
    /// No pair, but it fits as it is.
    Fits,
    /// No pair, and `otherwise` says what happens.
    Otherwise(String),
    Suggested(String),
    Open,
}

/// One line of the grid.
#[derive(Debug, Clone)]
pub struct Line {
    pub value: String,
    pub count: u64,
    pub fate: Fate,
    /// Why it is suggested, and how sure that is.
    pub reason: String,
    pub confidence: f64,
}

/// Opens the grid of the selected target field and asks for its values.
pub fn open(model: &mut Model, target: &str) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let Some(mapping) = project.mapping().and_then(|mapping| mapping.field(target)) else { return Vec::new() };
    let schema = project.target().and_then(|object| object.field(target));
    let mut allowed = schema.map_or_else(Vec::new, |field| field.constraints.one_of.clone());
    if allowed.is_empty() {
        allowed.clone_from(&mapping.checks.one_of);
    }
    if allowed.is_empty() {
        for (_, to) in mapping.values.iter().flat_map(|values| &values.pairs) {
            if !allowed.contains(to) {
                allowed.push(to.clone());
            }
        }
    }
    let effect = Effect::CountValues {
        profile: std::sync::Arc::clone(&project.profile),
        pair: project.pair,
        target: target.to_owned(),
    };
    let counts = ValueCounts { target: target.to_owned(), ..ValueCounts::default() };
    let grid = ValueGrid { target: target.to_owned(), allowed, counts, suggestions: Vec::new() };
    super::open(model, Kind::Values(grid));
    model.begin("counting values");
    vec![effect]
}

/// The values were counted (so far); what they mean, or which are variants of one another, is found out behind the screen.
pub fn counted(model: &mut Model, counts: ValueCounts) -> Vec<Effect> {
    if counts.complete || counts.problem.is_some() {
        model.end("counting values");
    }
    for overlay in &mut model.overlays {
        let Overlay::Board(board) = overlay else { continue };
        match &mut board.kind {
            Kind::Groups(groups) if groups.target == counts.target => {
                groups.counts = counts;
                return vec![groups.wanted()];
            }
            Kind::Values(grid) if grid.target == counts.target => {
                let values = counts.values.iter().map(|(value, _)| value.clone()).collect();
                grid.counts = counts;
                let (target, allowed) = (grid.target.clone(), grid.allowed.clone());
                return vec![Effect::SuggestValues { target, values, allowed }];
            }
            _ => {}
        }
    }
    Vec::new()
}

/// What the values mean in the target's picklist.
pub fn suggested(model: &mut Model, target: &str, suggestions: Vec<ValueSuggestion>) {
    for overlay in &mut model.overlays {
        if let Overlay::Board(board) = overlay
            && let Kind::Values(grid) = &mut board.kind
            && grid.target == target
        {
            grid.suggestions = suggestions;
            return;
        }
    }
}

fn mapping<'m>(model: &'m Model, target: &str) -> Option<&'m FieldMapping> {
    model.project.as_ref()?.mapping()?.field(target)
}

/// Every value with what becomes of it: those of the source, then pairs that no value of the source meets.
pub fn lines(model: &Model, grid: &ValueGrid) -> Vec<Line> {
    let Some(mapping) = mapping(model, &grid.target) else { return Vec::new() };
    let values = mapping.values.as_ref();
    // A thousand values are looked up at every frame.
    let suggested: HashMap<&str, &ValueSuggestion> =
        grid.suggestions.iter().map(|suggestion| (suggestion.from.as_str(), suggestion)).collect();
    let pairs: HashMap<&str, &str> = values
        .iter()
        .flat_map(|values| values.pairs.iter().rev())
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .collect();
    let known: HashSet<&str> = grid.counts.values.iter().map(|(value, _)| value.as_str()).collect();
    let counted = grid.counts.values.iter().map(|(value, count)| {
        let suggestion = suggested.get(value.as_str()).copied();
        Line {
            fate: fate(grid, values, value, pairs.get(value.as_str()).copied(), suggestion),
            value: value.clone(),
            count: *count,
            reason: suggestion.map_or_else(String::new, |suggestion| suggestion.reason.clone()),
            confidence: suggestion.map_or(0.0, |suggestion| suggestion.confidence),
        }
    });
    let mut lines: Vec<Line> = counted.collect();
    for (from, to) in values.iter().flat_map(|values| &values.pairs) {
        if !known.contains(from.as_str()) {
            let fate = Fate::Mapped(to.clone());
            lines.push(Line { value: from.clone(), count: 0, fate, reason: String::new(), confidence: 0.0 });
        }
    }
    lines
}

fn fate(
    grid: &ValueGrid,
    values: Option<&ValueMap>,
    value: &str,
    pair: Option<&str>,
    suggestion: Option<&ValueSuggestion>,
) -> Fate {
    if let Some(to) = pair {
        return Fate::Mapped(to.to_owned());
    }
    let kept = values.is_none_or(|values| values.otherwise == Otherwise::Keep);
    if kept && (grid.allowed.is_empty() || grid.allowed.iter().any(|allowed| allowed == value)) {
        return Fate::Fits;
    }
    match values.map(|values| &values.otherwise) {
        Some(Otherwise::Null) => return Fate::Otherwise("∅".to_owned()),
        Some(Otherwise::Value(other)) => return Fate::Otherwise(other.clone()),
        _ => {}
    }
    match suggestion.and_then(|suggestion| suggestion.to.clone()) {
        Some(to) => Fate::Suggested(to),
        None => Fate::Open,
    }
}

pub fn table(model: &Model, grid: &ValueGrid) -> Table {
    let lines = lines(model, grid);
    let open = lines.iter().filter(|line| matches!(line.fate, Fate::Open | Fate::Suggested(_))).count();
    let otherwise = match mapping(model, &grid.target).and_then(|mapping| mapping.values.as_ref()) {
        None => "no value is changed yet".to_owned(),
        Some(values) => match &values.otherwise {
            Otherwise::Reject => "a value without a pair rejects its record".to_owned(),
            Otherwise::Keep => "a value without a pair stays as it is".to_owned(),
            Otherwise::Null => "a value without a pair becomes empty".to_owned(),
            Otherwise::Value(value) => format!("a value without a pair becomes {value}"),
        },
    };
    let counts = &grid.counts;
    let far = match (&counts.problem, counts.complete) {
        (Some(problem), _) => (problem.clone(), Ink::Bad),
        (None, true) => {
            let more = if counts.cut { "; rarer values are not listed" } else { "" };
            (format!("{}, {} empty{more}", words::records(counts.records), words::count(counts.empty)), Ink::Muted)
        }
        (None, false) => (format!("{} so far …", words::records(counts.records)), Ink::Muted),
    };
    Table {
        title: grid.target.clone(),
        note: "values".to_owned(),
        right: if open > 0 { format!("{open} open") } else { "none open".to_owned() },
        intro: vec![far, (otherwise, Ink::Muted)],
        columns: vec![
            Column::new("", 1, 0),
            Column::new("source value", 12, 2),
            Column::right("records", 9),
            Column::new("becomes", 12, 2),
            Column::new("", 9, 0),
        ],
        rows: lines.iter().map(row).collect(),
        empty: vec!["No value was counted yet.", "The source has none, or the expression gives none."],
    }
}

pub fn detail(model: &Model, grid: &ValueGrid, row: usize) -> Detail {
    let lines = lines(model, grid);
    let mut detail = Detail::new();
    if let Some(line) = lines.get(row).filter(|line| !line.reason.is_empty()) {
        let sure = format!("{:.0}%", (line.confidence * 100.0).floor());
        detail.push(("suggested", super::plain(format!("{sure}: {}", line.reason))));
    }
    detail.push(("takes", super::muted(taken(grid))));
    detail
}

fn taken(grid: &ValueGrid) -> String {
    if grid.allowed.is_empty() { "any text".to_owned() } else { grid.allowed.join(", ") }
}

fn row(line: &Line) -> Vec<Cell> {
    let (glyph, becomes, word, ink) = match &line.fate {
        Fate::Mapped(to) if to.is_empty() => ("✓", "∅".to_owned(), "mapped", Ink::Good),
        Fate::Mapped(to) => ("✓", to.clone(), "mapped", Ink::Good),
        Fate::Fits => ("·", line.value.clone(), "fits", Ink::Muted),
        Fate::Otherwise(to) => ("·", to.clone(), "otherwise", Ink::Muted),
        Fate::Suggested(to) => ("?", format!("{to}?"), "suggested", Ink::Warn),
        Fate::Open => ("!", String::new(), "open", Ink::Bad),
    };
    let count = if line.count == 0 { "–".to_owned() } else { words::count(line.count) };
    vec![
        (glyph.to_owned(), ink),
        super::plain(line.value.clone()),
        super::muted(count),
        (becomes, ink),
        (word.to_owned(), ink),
    ]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(grid) = current(model) else { return Vec::new() };
    let lines = lines(model, &grid);
    let line = selected.and_then(|at| lines.get(at)).cloned();
    match (id, line) {
        (Id::Choose, Some(line)) => choose(model, &grid, &line.value),
        (Id::Accept, Some(line)) => accept(model, &grid, &[line]),
        (Id::BulkAccept, _) => accept(model, &grid, &lines),
        (Id::Reject, Some(line)) => clear(model, &grid, &line.value),
        (Id::NextOpen, _) => to_open(model, &lines, true),
        (Id::PreviousOpen, _) => to_open(model, &lines, false),
        (Id::Otherwise, _) => next_otherwise(model, &grid),
        _ => {}
    }
    Vec::new()
}

/// A copy: what follows changes the model.
fn current(model: &Model) -> Option<ValueGrid> {
    match &super::top(model)?.kind {
        Kind::Values(grid) => Some(grid.clone()),
        _ => None,
    }
}

/// Offers the target's values for one of the source.
fn choose(model: &mut Model, grid: &ValueGrid, value: &str) {
    let mut rows = grid.allowed.clone();
    rows.push(EMPTY.to_owned());
    rows.push(ANOTHER.to_owned());
    let suggested = grid.suggestions.iter().find(|one| one.from == value).and_then(|one| one.to.as_ref());
    let at = suggested.and_then(|to| grid.allowed.iter().position(|allowed| allowed == to)).unwrap_or(0);
    let mut pane = ListPane::default();
    pane.list.selected = at;
    let purpose = ChooserPurpose::Value { from: value.to_owned() };
    model.overlays.push(Overlay::Chooser(Chooser { title: format!("{value} becomes"), rows, pane, purpose }));
}

const EMPTY: &str = "(nothing: the field stays empty)";
const ANOTHER: &str = "another value …";

/// One was chosen for a value.
pub fn chosen(model: &mut Model, from: String, row: &str) {
    let Some(grid) = current(model) else { return };
    match row {
        ANOTHER => start::ask(model, PromptPurpose::Value { target: grid.target, from }),
        EMPTY => set(model, &grid.target, &[(from, String::new())]),
        to => set(model, &grid.target, &[(from, to.to_owned())]),
    }
}

/// Pairs become part of the profile, as one change.
pub fn set(model: &mut Model, target: &str, pairs: &[(String, String)]) {
    let label = match pairs {
        [] => return,
        [(from, to)] => format!("{target}: {from} becomes {to}"),
        many => format!("{target}: map {} values", many.len()),
    };
    let Some(project) = &mut model.project else { return };
    project.change(label, |mapping| {
        let Some(field) = mapping.fields.iter_mut().find(|field| field.target == target) else { return };
        // What has no pair stays as it was before there were any.
        let values = field.values.get_or_insert(ValueMap { pairs: Vec::new(), otherwise: Otherwise::Keep });
        for (from, to) in pairs {
            match values.pairs.iter_mut().find(|(known, _)| known == from) {
                Some(pair) => pair.1.clone_from(to),
                None => values.pairs.push((from.clone(), to.clone())),
            }
        }
    });
    map::refresh(model);
}

fn accept(model: &mut Model, grid: &ValueGrid, lines: &[Line]) {
    let pairs: Vec<(String, String)> = lines
        .iter()
        .filter_map(|line| match &line.fate {
            Fate::Suggested(to) => Some((line.value.clone(), to.clone())),
            _ => None,
        })
        .collect();
    if pairs.is_empty() {
        return model.say(Tone::Note, "nothing is suggested here; Enter chooses a value");
    }
    set(model, &grid.target, &pairs);
    let count = pairs.len();
    model.say(
        Tone::Good,
        if count == 1 {
            format!("{} becomes {}", pairs[0].0, pairs[0].1)
        } else {
            format!("{count} values mapped; u takes them back")
        },
    );
    let lines = self::lines(model, grid);
    if count == 1 {
        to_open(model, &lines, true);
    }
}

fn clear(model: &mut Model, grid: &ValueGrid, value: &str) {
    let Some(project) = &mut model.project else { return };
    project.change(format!("{}: no pair for {value}", grid.target), |mapping| {
        let Some(field) = mapping.fields.iter_mut().find(|field| field.target == grid.target) else { return };
        if let Some(values) = &mut field.values {
            values.pairs.retain(|(from, _)| from != value);
            if values.pairs.is_empty() && values.otherwise == Otherwise::Keep {
                field.values = None;
            }
        }
    });
    map::refresh(model);
    model.say(Tone::Note, format!("{value} has no pair any more"));
}

/// What becomes of values without a pair: rejected, kept, emptied.
fn next_otherwise(model: &mut Model, grid: &ValueGrid) {
    let Some(project) = &mut model.project else { return };
    let mut word = "";
    project.change(format!("{}: values without a pair", grid.target), |mapping| {
        let Some(field) = mapping.fields.iter_mut().find(|field| field.target == grid.target) else { return };
        let values = field.values.get_or_insert(ValueMap { pairs: Vec::new(), otherwise: Otherwise::Keep });
        (values.otherwise, word) = match &values.otherwise {
            Otherwise::Keep => (Otherwise::Reject, "reject their records"),
            Otherwise::Reject => (Otherwise::Null, "become empty"),
            Otherwise::Null | Otherwise::Value(_) => (Otherwise::Keep, "stay as they are"),
        };
        if values.pairs.is_empty() && values.otherwise == Otherwise::Keep {
            field.values = None;
        }
    });
    map::refresh(model);
    model.say(Tone::Note, format!("values without a pair {word}"));
}

fn to_open(model: &mut Model, lines: &[Line], forward: bool) {
    let open = |at: &usize| matches!(lines[*at].fate, Fate::Open | Fate::Suggested(_));
    let from = model.selected(PaneId::Top).unwrap_or(0).min(lines.len().saturating_sub(1));
    let found = if forward {
        (from + 1..lines.len()).chain(0..lines.len().min(from + 1)).find(open)
    } else {
        (0..from).rev().chain((from..lines.len()).rev()).find(open)
    };
    match found {
        Some(at) => super::select(model, at),
        None if lines.is_empty() => model.say(Tone::Note, "no value was counted yet"),
        None => model.say(Tone::Good, "every value is decided"),
    }
}
