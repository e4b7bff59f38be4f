//! The reject workbench: rejects of a run by reason, field and value pattern; a fix made once becomes a step of the
//! profile, and only those records run again.

use std::collections::BTreeMap;

use super::records::RecordRows;
use super::{Cell, Column, Detail, Ink, Kind, Table, values};
use crate::app::commands::Id;
use crate::app::mapping::source_names;
use crate::app::overlay::{Chooser, ChooserPurpose, Confirm, ConfirmAction, PromptPurpose};
use crate::app::places::{map, start};
use crate::app::{Effect, ListPane, Model, Overlay, Problem, Records, Sheet, Tone, editor, steps};
use crate::profile::{Expression, FilledBy};
use crate::record::{Batch, Cell as Value, Origin};
use crate::report::words;
use crate::schema::shape_of;

/// The rejects of an object of a run, grouped.
#[derive(Debug, Clone, Default)]
pub struct Fixes {
    /// The object's place in the report.
    pub object: usize,
    pub rejects: RecordRows,
    pub groups: Vec<Group>,
}

/// Rejects with one reason and values of one pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// `Email:type`.
    pub label: String,
    pub field: String,
    pub code: String,
    /// The source field whose value is looked at; empty where there is none.
    pub input: String,
    /// The pattern of its values; empty for empty values.
    pub shape: String,
    /// Values with their counts, most frequent first.
    pub values: Vec<(String, u64)>,
    /// Positions among the rejects.
    pub rows: Vec<usize>,
}

/// What may be done about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    Edit,
    Correct,
    Empty,
    Default,
    Truncate(u32),
    Values,
    Show,
}

impl Fix {
    fn words(self) -> String {
        match self {
            Fix::Edit => "edit the expression, tried on these records".to_owned(),
            Fix::Correct => "write another value for the most frequent one (a step: recode)".to_owned(),
            Fix::Empty => "take these values as empty (a step: null_if)".to_owned(),
            Fix::Default => "fill in a value where it is empty (a step: default)".to_owned(),
            Fix::Truncate(most) => format!("cut to {most} characters (a step: truncate)"),
            Fix::Values => "map the values against those of the target".to_owned(),
            Fix::Show => "show these records".to_owned(),
        }
    }
}

/// Values that one step names.
const NAMED: usize = 20;

/// Asks for the rejects of the report on the screen.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(folder) = model.report.folder.clone() else { return Vec::new() };
    model.begin("reading rejects");
    vec![Effect::ReadRejects { folder, object: model.report.object }]
}

pub fn read(model: &mut Model, object: usize, rejects: RecordRows) {
    model.end("reading rejects");
    let groups = grouped(model, object, &rejects);
    super::open(model, Kind::Fixes(Fixes { object, rejects, groups }));
}

/// Source fields that a target field reads.
fn inputs(model: &Model, object: usize, target: &str) -> Vec<String> {
    let mapping = model.project.as_ref().and_then(|project| project.profile.objects.get(object)?.field(target));
    mapping.map_or_else(Vec::new, |field| source_names(&field.expression().text))
}

fn grouped(model: &Model, object: usize, rejects: &RecordRows) -> Vec<Group> {
    let mut groups: BTreeMap<(String, String), Group> = BTreeMap::new();
    let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (at, row) in rejects.rows.iter().enumerate() {
        for label in row.why.split(';').filter(|label| !label.is_empty()) {
            let (field, code) = label.split_once(':').unwrap_or((label, ""));
            let column = *known.entry(field.to_owned()).or_insert_with(|| {
                let input = inputs(model, object, field).into_iter().next()?;
                rejects.fields.iter().position(|name| *name == input)
            });
            let value = column.and_then(|column| row.cells.get(column)).cloned().unwrap_or_default();
            let shape = if value.is_empty() { String::new() } else { shape_of(&value) };
            let group = groups.entry((label.to_owned(), shape.clone())).or_insert_with(|| Group {
                label: label.to_owned(),
                field: field.to_owned(),
                code: code.to_owned(),
                input: column.and_then(|column| rejects.fields.get(column)).cloned().unwrap_or_default(),
                shape,
                ..Group::default()
            });
            group.rows.push(at);
            match group.values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => group.values.push((value, 1)),
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for group in &mut groups {
        group.values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    groups.sort_by(|a, b| b.rows.len().cmp(&a.rows.len()).then_with(|| a.label.cmp(&b.label)));
    groups
}

pub fn table(fixes: &Fixes) -> Table {
    let row = |group: &Group| -> Vec<Cell> {
        let values: Vec<&str> = group.values.iter().take(4).map(|(value, _)| value.as_str()).collect();
        let shape = if group.shape.is_empty() { "empty" } else { &group.shape };
        vec![
            (words::count(group.rows.len() as u64), Ink::Bad),
            super::plain(group.label.clone()),
            super::muted(if group.input.is_empty() { String::new() } else { format!("{} {shape}", group.input) }),
            super::muted(values.join("   ")),
        ]
    };
    let count = fixes.rejects.rows.len() as u64;
    let more = if fixes.rejects.more { " (the first of them)" } else { "" };
    Table {
        title: "Rejects".to_owned(),
        note: "Enter mends a group".to_owned(),
        right: format!("{}{more}", words::records(count)),
        intro: vec![super::muted("a fix becomes a step of the profile; r then runs only these records again")],
        columns: vec![
            Column::right("records", 8),
            Column::new("reason", 14, 1),
            Column::new("value", 14, 1),
            Column::new("for example", 14, 2),
        ],
        rows: fixes.groups.iter().map(row).collect(),
        empty: vec!["No record was rejected."],
    }
}

pub fn detail(model: &Model, fixes: &Fixes, row: usize) -> Detail {
    let Some(group) = fixes.groups.get(row) else { return Detail::new() };
    let mapping =
        model.project.as_ref().and_then(|project| project.profile.objects.get(fixes.object)?.field(&group.field));
    let meaning = model.report.report.as_ref().and_then(|report| {
        let reasons = &report.objects.get(fixes.object)?.reasons;
        reasons.iter().find(|reason| reason.label == group.label).map(|reason| reason.meaning.clone())
    });
    let mut detail = Detail::new();
    detail.push(("means", super::plain(meaning.unwrap_or_default())));
    if let Some(mapping) = mapping {
        detail.push(("now", super::muted(mapping.expression().text.clone())));
    }
    detail
}

fn current(model: &Model) -> Option<Fixes> {
    match &super::top(model)?.kind {
        Kind::Fixes(fixes) => Some(fixes.clone()),
        _ => None,
    }
}

/// What may be done about a group, the likeliest first.
fn offered(model: &Model, fixes: &Fixes, group: &Group) -> Vec<Fix> {
    let mapping =
        model.project.as_ref().and_then(|project| project.profile.objects.get(fixes.object)?.field(&group.field));
    let Some(mapping) = mapping else { return vec![Fix::Show] };
    let mut offered = Vec::new();
    match group.code.as_str() {
        "required" => offered.push(Fix::Default),
        "max_length" => offered.extend(mapping.checks.length.max.map(Fix::Truncate)),
        "enum" => offered.push(Fix::Values),
        _ => {}
    }
    if !group.shape.is_empty() && !group.input.is_empty() {
        offered.extend([Fix::Correct, Fix::Empty]);
    }
    offered.extend([Fix::Edit, Fix::Show]);
    offered
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    let Some(fixes) = current(model) else { return Vec::new() };
    match (id, selected.and_then(|at| fixes.groups.get(at))) {
        (Id::Choose, Some(group)) => {
            let fixes_offered = offered(model, &fixes, group);
            let rows = fixes_offered.iter().map(|fix| fix.words()).collect();
            let purpose = ChooserPurpose::Fix { group: selected.unwrap_or(0) };
            let title = format!("{}: {}", group.label, words::records(group.rows.len() as u64));
            model.overlays.push(Overlay::Chooser(Chooser { title, rows, pane: ListPane::default(), purpose }));
            Vec::new()
        }
        (Id::Edit, Some(group)) => apply(model, &fixes, &group.clone(), Fix::Edit),
        (Id::RunAgain, _) => {
            ask_again(model, &fixes);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// One of the offered fixes was chosen.
pub fn chosen(model: &mut Model, group: usize, at: usize) -> Vec<Effect> {
    let Some(fixes) = current(model) else { return Vec::new() };
    let Some(group) = fixes.groups.get(group).cloned() else { return Vec::new() };
    let Some(fix) = offered(model, &fixes, &group).get(at).copied() else { return Vec::new() };
    apply(model, &fixes, &group, fix)
}

fn apply(model: &mut Model, fixes: &Fixes, group: &Group, fix: Fix) -> Vec<Effect> {
    // The fix is one of the object that was run.
    if let Some(project) = &mut model.project
        && project.pair != fixes.object
        && fixes.object < project.profile.objects.len()
    {
        project.pair = fixes.object;
        map::refresh(model);
    }
    let named: Vec<String> = group.values.iter().take(NAMED).map(|(value, _)| quoted(value)).collect();
    match fix {
        Fix::Empty => step(model, group, &format!("null_if({})", named.join(", ")), true),
        Fix::Truncate(most) => step(model, group, &format!("truncate({most})"), false),
        Fix::Correct => {
            let from = group.values.first().map(|(value, _)| value.clone()).unwrap_or_default();
            start::ask(model, PromptPurpose::Correct { target: group.field.clone(), from });
        }
        Fix::Default => start::ask(model, PromptPurpose::Default { target: group.field.clone() }),
        Fix::Values => return values::open(model, &group.field),
        Fix::Edit => {
            return editor::open_on(model, &group.field, None, Some(std::sync::Arc::new(sample(fixes, group))));
        }
        Fix::Show => {
            let rows = group.rows.iter().filter_map(|at| fixes.rejects.rows.get(*at).cloned()).collect();
            let title = format!("Records with {}", group.label);
            super::records::found(model, RecordRows { title, rows, more: false, ..fixes.rejects.clone() });
        }
    }
    Vec::new()
}

/// A value as a text of the expression language.
pub fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            letter if letter.is_control() => text.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

/// A step becomes part of the expression: right behind the value that flows in, or at the end.
pub fn add_step(model: &mut Model, target: &str, step: &str, first: bool) -> bool {
    let Some(project) = &mut model.project else { return false };
    let Some(text) =
        project.mapping().and_then(|mapping| mapping.field(target)).map(|field| field.expression().text.clone())
    else {
        return false;
    };
    let at = if first { 1 } else { usize::MAX };
    let Some(new) = steps::with(&text, &steps::OffStep { at, text: step.to_owned() }) else { return false };
    project.change(format!("{target}: {step}"), |mapping| {
        if let Some(field) = mapping.fields.iter_mut().find(|field| field.target == target) {
            match &mut field.filled_by {
                FilledBy::Expression(expression) => *expression = Expression::new(new),
                FilledBy::Lookup(lookup) => lookup.value = Expression::new(new),
            }
        }
    });
    map::refresh(model);
    true
}

fn step(model: &mut Model, group: &Group, step: &str, first: bool) {
    if add_step(model, &group.field, step, first) {
        model.say(Tone::Good, format!("{} has a new step: {step}; r runs these records again", group.field));
    } else {
        model.say(Tone::Bad, format!("{step} does not fit into the expression: e edits it"));
    }
}

/// The group's records as a sample for the editor.
fn sample(fixes: &Fixes, group: &Group) -> Records {
    let fields = fixes.rejects.fields.clone();
    let mut batch = Batch::new(fields.len());
    for row in group.rows.iter().filter_map(|at| fixes.rejects.rows.get(*at)).take(300) {
        for at in 0..fields.len() {
            let cell = row.cells.get(at).map_or("", String::as_str);
            batch.push_cell(if cell.is_empty() { Value::MISSING } else { Value::text(cell) });
        }
        batch.end_row(Origin { number: row.number, line: 0 }, (0, 0), None);
    }
    Records { first: 0, fields, batch }
}

/// Asks before only the rejects run again.
fn ask_again(model: &mut Model, fixes: &Fixes) {
    let (Some(project), Some(report)) = (&model.project, &model.report.report) else { return };
    let Some(mapping) = project.profile.objects.get(fixes.object) else { return };
    let lookups: Vec<String> = mapping
        .fields
        .iter()
        .filter_map(|field| match &field.filled_by {
            FilledBy::Lookup(lookup) => Some(format!("{} looks {} up by {}", field.target, lookup.object, lookup.by)),
            FilledBy::Expression(_) => None,
        })
        .collect();
    if !lookups.is_empty() {
        let problem = Problem {
            title: "These rejects cannot run alone".to_owned(),
            lines: vec![
                format!("{}: what it finds there is known only while those records run too.", lookups.join("; ")),
                format!(
                    "Your fixes are steps of the profile. R runs all of it; what {} has already stays once it is written with a key (`write: upsert`).",
                    mapping.to
                ),
            ],
        };
        return model.overlays.push(Overlay::Sheet(Sheet::of(problem)));
    }
    let count = words::records(fixes.rejects.rows.len() as u64);
    let lines = if report.dry_run {
        vec![format!("{count} that the dry run rejected are tried again; nothing is written.")]
    } else {
        vec![
            format!("{count} that the run rejected go through the profile as it is now."),
            format!("What passes is added to {}.", project.profile.target.address),
            "Duplicates of records written before are found only where the target has a key.".to_owned(),
        ]
    };
    model.overlays.push(Overlay::Confirm(Confirm {
        title: "Run the rejects again".to_owned(),
        lines,
        verb: "Run them",
        action: ConfirmAction::RunAgain { object: fixes.object },
        on_verb: false,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::boards::records::RecordRow;
    use crate::app::{Looks, Model};

    #[test]
    fn values_are_quoted_so_that_they_read_back() {
        for value in ["plain", "with \"quotes\" and \\", "line\nend", "\u{1b}[31m"] {
            let text = quoted(value);
            let read = crate::transform::parse(&text).expect("reads");
            assert_eq!(read.kind, crate::transform::ExprKind::Text(value.to_owned()), "{text}");
        }
    }

    #[test]
    fn rejects_are_grouped_by_reason_and_pattern() {
        let row = |number, why: &str| RecordRow { number, why: why.to_owned(), cells: vec!["x".to_owned()] };
        let rejects = RecordRows {
            fields: vec!["a".to_owned()],
            rows: vec![row(1, "T:type"), row(2, "T:type;U:required"), row(3, "T:type")],
            ..RecordRows::default()
        };
        let groups = grouped(&Model::new(Looks::default()), 0, &rejects);
        let counts: Vec<(&str, usize)> = groups.iter().map(|group| (group.label.as_str(), group.rows.len())).collect();
        assert_eq!(counts, [("T:type", 3), ("U:required", 1)]);
    }
}
