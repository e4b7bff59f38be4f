//! Records that are one: groups with an equal key, the one that stays and why, and the members side by side.

use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::overlay::{Chooser, ChooserPurpose};
use crate::app::{Effect, ListPane, Model, Overlay, Tone};
use crate::profile::{Duplicates, Expression, Keep};
use crate::record::Origin;
use crate::report::words;
use crate::transform::{Expr, ExprKind, Span};

/// One record of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twin {
    pub origin: Origin,
    /// How many target fields are filled.
    pub filled: u32,
    /// Target values, in the profile's order.
    pub values: Vec<Option<String>>,
}

/// Records with one key, in source order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TwinGroup {
    pub key: String,
    pub members: Vec<Twin>,
}

/// What was found in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TwinGroups {
    pub fields: Vec<String>,
    pub groups: Vec<TwinGroup>,
    pub looked_at: u64,
    /// There are more groups, members or records than were looked at.
    pub cut: bool,
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Twins {
    pub found: Option<TwinGroups>,
}

/// One group's members side by side.
#[derive(Debug, Clone)]
pub struct Compare {
    pub fields: Vec<String>,
    pub group: TwinGroup,
}

/// The member that stays under a rule.
pub fn survivor(group: &TwinGroup, keep: Keep) -> usize {
    let last = group.members.len().saturating_sub(1);
    match keep {
        Keep::First | Keep::Merged => 0,
        Keep::Last => last,
        Keep::MostComplete => {
            let best = group.members.iter().map(|member| member.filled).max().unwrap_or(0);
            group.members.iter().position(|member| member.filled == best).unwrap_or(0)
        }
    }
}

fn why(keep: Keep) -> &'static str {
    match keep {
        Keep::First => "the first valid record stays",
        Keep::Last => "the last valid record stays",
        Keep::MostComplete => "the record with most fields filled stays, of equals the first",
        Keep::Merged => "the first valid record stays and takes what it leaves empty from the others",
    }
}

fn rule(model: &Model) -> Option<Duplicates> {
    model.project.as_ref()?.mapping()?.duplicates.clone()
}

pub fn open(model: &mut Model) -> Vec<Effect> {
    super::open(model, Kind::Twins(Twins::default()));
    look(model)
}

/// Asks for the groups of the rule as it stands.
fn look(model: &mut Model) -> Vec<Effect> {
    let Some(project) = model.project.as_ref().filter(|_| rule(model).is_some()) else { return Vec::new() };
    let effect = Effect::FindTwins { profile: std::sync::Arc::clone(&project.profile), pair: project.pair };
    model.begin("finding duplicates");
    vec![effect]
}

pub fn found(model: &mut Model, found: TwinGroups) {
    model.end("finding duplicates");
    for overlay in &mut model.overlays {
        if let Overlay::Board(board) = overlay
            && let Kind::Twins(twins) = &mut board.kind
        {
            twins.found = Some(found);
            return;
        }
    }
}

pub fn table(model: &Model, twins: &Twins) -> Table {
    let rule = rule(model);
    let said = match &rule {
        Some(rule) => (format!("one record for each {}: {}", rule.key.text, why(rule.keep)), Ink::Text),
        None => ("there is no rule yet: K chooses the field that tells records apart".to_owned(), Ink::Warn),
    };
    let keep = rule.as_ref().map_or(Keep::First, |rule| rule.keep);
    let groups = twins.found.as_ref().map_or(&[][..], |found| &found.groups);
    let row = |group: &TwinGroup| -> Vec<Cell> {
        let stays = survivor(group, keep);
        let dropped: Vec<String> = group
            .members
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != stays)
            .map(|(_, member)| words::count(member.origin.number))
            .collect();
        vec![
            super::plain(group.key.clone()),
            super::muted(group.members.len().to_string()),
            (group.members.get(stays).map_or_else(String::new, |member| words::count(member.origin.number)), Ink::Good),
            super::muted(dropped.join(", ")),
        ]
    };
    let right = match &twins.found {
        Some(found) if found.cut => format!("{} groups and more", groups.len()),
        Some(_) => crate::app::figures::many(groups.len(), "group"),
        None => String::new(),
    };
    let problem = twins.found.as_ref().and_then(|found| found.problem.clone());
    Table {
        title: "Duplicates".to_owned(),
        note: "Enter puts them side by side".to_owned(),
        right,
        intro: vec![problem.map_or(said, |problem| (problem, Ink::Bad))],
        columns: vec![
            Column::new("key", 14, 2),
            Column::right("records", 8),
            Column::right("stays", 9),
            Column::new("dropped", 12, 3),
        ],
        rows: groups.iter().map(row).collect(),
        empty: if rule.is_some() {
            vec!["No two records have the same key."]
        } else {
            vec!["No rule says which records are one.", "K chooses a target field as the key."]
        },
    }
}

pub fn detail(model: &Model, twins: &Twins, row: usize) -> Detail {
    let keep = rule(model).map_or(Keep::First, |rule| rule.keep);
    let Some(group) = twins.found.as_ref().and_then(|found| found.groups.get(row)) else { return Detail::new() };
    let Some(stays) = group.members.get(survivor(group, keep)) else { return Detail::new() };
    let values: Vec<&str> = stays.values.iter().flatten().map(String::as_str).collect();
    vec![
        ("stays", super::plain(format!("{}, {} fields filled: {}", stays.origin, stays.filled, why(keep)))),
        ("", super::muted(values.join("   "))),
    ]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    match id {
        Id::Choose => compare(model, selected),
        Id::Survivor => next_keep(model),
        Id::DuplicateKey => choose_key(model),
        _ => {}
    }
    Vec::new()
}

fn compare(model: &mut Model, selected: Option<usize>) {
    let Some(Kind::Twins(Twins { found: Some(found) })) = super::top(model).map(|board| &board.kind) else { return };
    let Some(group) = selected.and_then(|at| found.groups.get(at)).cloned() else { return };
    let fields = found.fields.clone();
    super::open(model, Kind::Compare(Compare { fields, group }));
}

/// First, last, most complete: the rule of the profile.
pub fn next_keep(model: &mut Model) {
    let Some(rule) = rule(model) else {
        return model.say(Tone::Note, "there is no rule yet: K chooses a key");
    };
    let keep = match rule.keep {
        Keep::First => Keep::Last,
        Keep::Last => Keep::MostComplete,
        Keep::MostComplete => Keep::Merged,
        Keep::Merged => Keep::First,
    };
    set_rule(model, Duplicates { keep, ..rule });
    model.say(Tone::Good, why(keep));
}

fn set_rule(model: &mut Model, rule: Duplicates) {
    if let Some(project) = &mut model.project {
        project.change("which duplicate stays", |mapping| mapping.duplicates = Some(rule));
    }
}

fn choose_key(model: &mut Model) {
    let Some(mapping) = model.project.as_ref().and_then(|project| project.mapping()) else { return };
    let rows: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
    let title = "Records are one where this is equal".to_owned();
    let purpose = ChooserPurpose::DuplicateKey;
    model.overlays.push(Overlay::Chooser(Chooser { title, rows, pane: ListPane::default(), purpose }));
}

/// A target field was chosen as the key.
pub fn key_chosen(model: &mut Model, target: &str) -> Vec<Effect> {
    let kind = ExprKind::Target(target.to_owned());
    let text = Expr { kind, span: Span::default() }.to_string();
    let keep = rule(model).map_or(Keep::First, |rule| rule.keep);
    set_rule(model, Duplicates { key: Expression::new(text), keep });
    look(model)
}

pub fn compare_table(model: &Model, compare: &Compare) -> Table {
    let keep = rule(model).map_or(Keep::First, |rule| rule.keep);
    let stays = survivor(&compare.group, keep);
    let shown = compare.group.members.iter().take(6);
    let mut columns = vec![Column::new("field", 10, 1)];
    for (at, member) in shown.clone().enumerate() {
        let word = if at == stays { "stays" } else { "dropped" };
        columns.push(Column { head: format!("{} {word}", member.origin).into(), ..Column::new("", 10, 2) });
    }
    let row = |(at, field): (usize, &String)| -> Vec<Cell> {
        let value = |member: &super::twins::Twin| member.values.get(at).cloned().flatten();
        let differ = compare.group.members.windows(2).any(|pair| value(&pair[0]) != value(&pair[1]));
        let mut cells = vec![(field.clone(), if differ { Ink::Warn } else { Ink::Muted })];
        for (member_at, member) in shown.clone().enumerate() {
            let ink = match (differ, member_at == stays) {
                (false, _) => Ink::Muted,
                (true, true) => Ink::Good,
                (true, false) => Ink::Text,
            };
            let own = value(member);
            let taken =
                || compare.group.members.iter().find_map(value).filter(|_| keep == Keep::Merged && member_at == stays);
            cells.push(match own.is_none().then(taken).flatten() {
                Some(taken) => (format!("{taken} (taken)"), Ink::Accent),
                None => (own.unwrap_or_else(|| "∅".to_owned()), ink),
            });
        }
        cells
    };
    Table {
        title: compare.group.key.clone(),
        note: "side by side".to_owned(),
        right: format!("{} records", compare.group.members.len()),
        intro: vec![super::muted(format!("{}; s changes the rule", why(keep)))],
        columns,
        rows: compare.fields.iter().enumerate().map(row).collect(),
        empty: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_survivor() {
        let twin = |number, filled| Twin { origin: Origin { number, line: 0 }, filled, values: Vec::new() };
        let group = TwinGroup { key: "k".to_owned(), members: vec![twin(1, 2), twin(5, 4), twin(9, 4)] };
        assert_eq!([Keep::First, Keep::Last, Keep::MostComplete].map(|keep| survivor(&group, keep)), [0, 2, 1]);
    }
}
