//! The rows of the map: every target field with its state and confidence, every source field with where it goes.

use super::project::Project;
use crate::profile::{FieldMapping, FilledBy};
use crate::schema::Field;
use crate::transform::{Expr, ExprKind, parse};

/// Where a target field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Mapped one to one.
    Accepted,
    /// Mapped by an expression, a value map or a lookup.
    Edited,
    /// There is a suggestion to decide on.
    Suggested,
    /// Required, without mapping, suggestion or default.
    Missing,
    /// The mapping cannot work as it stands.
    Broken,
    /// Not mapped, and need not be.
    Unused,
    /// The system fills it in.
    System,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Accepted => "accepted",
            State::Edited => "edited",
            State::Suggested => "suggested",
            State::Missing => "required",
            State::Broken => "broken",
            State::Unused => "unused",
            State::System => "system",
        }
    }

    pub fn glyph(self) -> &'static str {
        match self {
            State::Accepted => "✓",
            State::Edited => "✎",
            State::Suggested => "?",
            State::Missing => "!",
            State::Broken => "✗",
            State::Unused | State::System => "·",
        }
    }

    /// Whether somebody has to decide something.
    pub fn open(self) -> bool {
        matches!(self, State::Suggested | State::Missing | State::Broken)
    }
}

/// A target field on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRow {
    /// Position in the target object; fields that only the profile knows come behind them.
    pub field: usize,
    pub name: String,
    pub state: State,
    /// Position in the profile's object.
    pub mapping: Option<usize>,
    /// Positions of the source fields that feed it (or would).
    pub sources: Vec<usize>,
    /// Of the suggestion; none for what people wrote.
    pub confidence: Option<f64>,
    pub required: bool,
    /// What is wrong, where something is.
    pub problem: Option<String>,
}

/// A source field on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    pub field: usize,
    /// Positions among the target rows that it feeds, and those that it would feed.
    pub used_by: Vec<usize>,
    pub suggested_for: Vec<usize>,
}

impl SourceRow {
    pub fn glyph(&self) -> &'static str {
        match (self.used_by.is_empty(), self.suggested_for.is_empty()) {
            (false, _) => "●",
            (true, false) => "◐",
            (true, true) => "○",
        }
    }

    pub fn word(&self) -> &'static str {
        match (self.used_by.is_empty(), self.suggested_for.is_empty()) {
            (false, _) => "used",
            (true, false) => "suggested",
            (true, true) => "unused",
        }
    }
}

/// All rows of the object on the screen.
pub fn rows(project: &Project) -> (Vec<SourceRow>, Vec<TargetRow>) {
    let source_fields: &[Field] = project.source().map_or(&[], |source| &source.object.fields);
    let target_fields: &[Field] = project.target().map_or(&[], |target| &target.fields);
    let mappings: &[FieldMapping] = project.mapping().map_or(&[], |mapping| &mapping.fields);
    let mut targets: Vec<TargetRow> = target_fields
        .iter()
        .enumerate()
        .map(|(position, field)| target_row(project, source_fields, mappings, position, field))
        .collect();
    let unknown = mappings
        .iter()
        .enumerate()
        .filter(|(_, mapping)| !target_fields.iter().any(|field| field.name == mapping.target));
    for (at, mapping) in unknown {
        let (sources, problem) = feeds(mapping, source_fields);
        let problem = problem
            .or_else(|| (!target_fields.is_empty()).then(|| format!("the target has no field `{}`", mapping.target)));
        targets.push(TargetRow {
            field: targets.len(),
            name: mapping.target.clone(),
            state: state_of(mapping, problem.is_some()),
            mapping: Some(at),
            sources,
            confidence: None,
            required: mapping.checks.required,
            problem,
        });
    }
    let mut sources: Vec<SourceRow> = (0..source_fields.len())
        .map(|field| SourceRow { field, used_by: Vec::new(), suggested_for: Vec::new() })
        .collect();
    for (position, row) in targets.iter().enumerate() {
        for source in &row.sources {
            let list = &mut sources[*source];
            if row.mapping.is_some() { list.used_by.push(position) } else { list.suggested_for.push(position) }
        }
    }
    (sources, targets)
}

fn target_row(
    project: &Project,
    source_fields: &[Field],
    mappings: &[FieldMapping],
    position: usize,
    field: &Field,
) -> TargetRow {
    let mut row = TargetRow {
        field: position,
        name: field.name.clone(),
        state: State::Unused,
        mapping: None,
        sources: Vec::new(),
        confidence: None,
        required: field.constraints.required,
        problem: None,
    };
    if let Some((at, mapping)) = mappings.iter().enumerate().find(|(_, mapping)| mapping.target == field.name) {
        let (sources, problem) = feeds(mapping, source_fields);
        row.mapping = Some(at);
        row.confidence = sources.first().filter(|_| sources.len() == 1).and_then(|source| {
            let name = &source_fields[*source].name;
            project.candidates(&field.name).iter().find(|candidate| candidate.field == *name).map(|c| c.confidence)
        });
        row.sources = sources;
        row.state = state_of(mapping, problem.is_some());
        row.problem = problem;
        return row;
    }
    if field.constraints.read_only {
        row.state = State::System;
        return row;
    }
    let suggestion = project
        .suggestions()
        .and_then(|suggestions| suggestions.mapping.iter().find(|suggestion| suggestion.target == field.name))
        .filter(|_| !project.refused(&field.name));
    match suggestion {
        Some(suggestion) => {
            row.state = State::Suggested;
            row.confidence = Some(suggestion.confidence);
            row.sources =
                source_fields.iter().position(|source| source.name == suggestion.source).into_iter().collect();
        }
        None if field.constraints.required && field.constraints.default.is_none() => row.state = State::Missing,
        None => {}
    }
    row
}

fn state_of(mapping: &FieldMapping, broken: bool) -> State {
    if broken {
        return State::Broken;
    }
    match &mapping.filled_by {
        FilledBy::Expression(expression) if mapping.values.is_none() => match parse(&expression.text) {
            Ok(Expr { kind: ExprKind::Field(_), .. }) => State::Accepted,
            _ => State::Edited,
        },
        _ => State::Edited,
    }
}

/// The source fields that a mapping reads, and what is wrong with it.
fn feeds(mapping: &FieldMapping, fields: &[Field]) -> (Vec<usize>, Option<String>) {
    let text = match &mapping.filled_by {
        FilledBy::Expression(expression) => &expression.text,
        FilledBy::Lookup(lookup) => &lookup.value.text,
    };
    match parse(text) {
        Ok(expression) => {
            let mut names = Vec::new();
            collect_fields(&expression, &mut names);
            let unknown = names.iter().find(|name| !fields.iter().any(|field| field.name == **name));
            let problem =
                unknown.filter(|_| !fields.is_empty()).map(|name| format!("the source has no field `{name}`"));
            let mut found: Vec<usize> =
                names.iter().filter_map(|name| fields.iter().position(|field| field.name == *name)).collect();
            found.dedup();
            (found, problem)
        }
        Err(diagnostic) => (Vec::new(), Some(diagnostic.sentence())),
    }
}

/// Names of the source fields that an expression reads; none where it does not read.
pub(super) fn source_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(expression) = parse(text) {
        collect_fields(&expression, &mut names);
        return names.into_iter().map(str::to_owned).collect();
    }
    Vec::new()
}

/// Names of the source fields in an expression, in order, each once.
fn collect_fields<'e>(expression: &'e Expr, names: &mut Vec<&'e str>) {
    match &expression.kind {
        ExprKind::Field(name) => {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|part| collect_fields(part, names)),
        ExprKind::List(parts) => parts.iter().for_each(|part| collect_fields(part, names)),
        ExprKind::Map(parts) => parts.iter().for_each(|(_, part)| collect_fields(part, names)),
        ExprKind::Pipe { input, step } => {
            collect_fields(input, names);
            collect_fields(step, names);
        }
        ExprKind::If { condition, then, otherwise } => {
            collect_fields(condition, names);
            collect_fields(then, names);
            if let Some(otherwise) = otherwise {
                collect_fields(otherwise, names);
            }
        }
        ExprKind::Not(part) | ExprKind::Negate(part) => collect_fields(part, names),
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => {
            collect_fields(left, names);
            collect_fields(right, names);
        }
        ExprKind::Text(_)
        | ExprKind::Number(_)
        | ExprKind::Boolean(_)
        | ExprKind::Null
        | ExprKind::Target(_)
        | ExprKind::It => {}
    }
}
