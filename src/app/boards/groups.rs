//! Values that are variants of one another, from strict to lax; a group becomes one value with a key, and the pairs
//! become part of the profile.

use super::values::{ValueCounts, set};
use super::{Cell, Column, Detail, Ink, Kind, Table};
use crate::app::commands::Id;
use crate::app::overlay::{Chooser, ChooserPurpose};
use crate::app::{Effect, ListPane, Model, Overlay, Tone};
use crate::dedupe::{Cluster, Clusters, Method};
use crate::report::words;

/// The groups of one target field's values.
#[derive(Debug, Clone)]
pub struct Groups {
    pub target: String,
    pub allowed: Vec<String>,
    pub method: Method,
    pub counts: ValueCounts,
    pub clusters: Clusters,
}

/// Opens the groups of a target field's values and asks for the values.
pub fn open(model: &mut Model, target: &str) -> Vec<Effect> {
    let Some(project) = &model.project else { return Vec::new() };
    let allowed = project
        .target()
        .and_then(|object| object.field(target))
        .map_or_else(Vec::new, |field| field.constraints.one_of.clone());
    let effect = Effect::CountValues {
        profile: std::sync::Arc::clone(&project.profile),
        pair: project.pair,
        target: target.to_owned(),
    };
    let groups = Groups {
        target: target.to_owned(),
        allowed,
        method: Method::Fingerprint,
        counts: ValueCounts::default(),
        clusters: Clusters::default(),
    };
    super::open(model, Kind::Groups(groups));
    model.begin("counting values");
    vec![effect]
}

impl Groups {
    /// The groups of the values as far as they are counted; finding them takes a while.
    pub fn wanted(&self) -> Effect {
        Effect::Cluster {
            target: self.target.clone(),
            method: self.method,
            values: self.counts.values.clone(),
            allowed: self.allowed.clone(),
        }
    }
}

/// The groups were found; those of a strictness that was left are late.
pub fn clustered(model: &mut Model, target: &str, method: Method, clusters: Clusters) {
    for overlay in &mut model.overlays {
        if let Overlay::Board(board) = overlay
            && let Kind::Groups(groups) = &mut board.kind
            && groups.target == target
            && groups.method == method
        {
            groups.clusters = clusters;
            return;
        }
    }
}

/// Whether every variant of a group has its pair already.
fn is_merged(model: &Model, groups: &Groups, cluster: &Cluster) -> bool {
    let mapping = model.project.as_ref().and_then(|project| project.mapping()?.field(&groups.target));
    let Some(values) = mapping.and_then(|mapping| mapping.values.as_ref()) else { return false };
    let target = |value: &str| values.pairs.iter().find(|(from, _)| from == value).map(|(_, to)| to.as_str());
    let mut ends = cluster.variants.iter().map(|variant| target(&variant.value).unwrap_or(&variant.value));
    let first = ends.next();
    ends.all(|end| Some(end) == first)
}

pub fn table(model: &Model, groups: &Groups) -> Table {
    let row = |cluster: &Cluster| -> Vec<Cell> {
        let merged = is_merged(model, groups, cluster);
        let variants: Vec<String> = cluster
            .variants
            .iter()
            .filter(|variant| variant.value != cluster.survivor)
            .map(|variant| format!("{} ({})", variant.value, words::count(variant.count)))
            .collect();
        let ink = if merged { Ink::Good } else { Ink::Text };
        vec![
            (if merged { "✓" } else { "?" }.to_owned(), if merged { Ink::Good } else { Ink::Warn }),
            super::muted(words::count(cluster.records)),
            (cluster.survivor.clone(), ink),
            super::muted(variants.join("   ")),
            super::muted(if merged { "merged" } else { cluster.method.word() }),
        ]
    };
    let open = groups.clusters.groups.iter().filter(|cluster| !is_merged(model, groups, cluster)).count();
    let laxer = Method::ALL.into_iter().map(|method| {
        let on = if method <= groups.method { "●" } else { "○" };
        format!("{on} {}", method.word())
    });
    let counting = if groups.counts.complete { String::new() } else { "  counting …".to_owned() };
    Table {
        title: groups.target.clone(),
        note: "variants".to_owned(),
        right: format!("{open} open"),
        intro: vec![(format!("strict  {}  lax{counting}", laxer.collect::<Vec<_>>().join("  ")), Ink::Muted)],
        columns: vec![
            Column::new("", 1, 0),
            Column::right("records", 9),
            Column::new("becomes", 12, 1),
            Column::new("from", 16, 3),
            Column::new("", 13, 0),
        ],
        rows: groups.clusters.groups.iter().map(row).collect(),
        empty: vec!["No value is a variant of another.", "→ looks more laxly, ← more strictly."],
    }
}

pub fn detail(groups: &Groups, row: usize) -> Detail {
    let Some(cluster) = groups.clusters.groups.get(row) else { return Detail::new() };
    let variants = cluster.variants.iter().map(|variant| format!("{} ×{}", variant.value, words::count(variant.count)));
    vec![("all", super::plain(variants.collect::<Vec<_>>().join("   ")))]
}

pub fn execute(model: &mut Model, id: Id, selected: Option<usize>) -> Vec<Effect> {
    match id {
        Id::Left | Id::Right => return laxer(model, id == Id::Right),
        Id::Choose => merge(model, selected),
        Id::Survivor => choose_survivor(model, selected),
        _ => {}
    }
    Vec::new()
}

fn current(model: &Model) -> Option<Groups> {
    match &super::top(model)?.kind {
        Kind::Groups(groups) => Some(groups.clone()),
        _ => None,
    }
}

fn change(model: &mut Model, change: impl FnOnce(&mut Groups)) {
    if let Some(Overlay::Board(board)) = model.overlays.last_mut()
        && let Kind::Groups(groups) = &mut board.kind
    {
        change(groups);
    }
}

fn laxer(model: &mut Model, more: bool) -> Vec<Effect> {
    let mut word = "";
    change(model, |groups| {
        let at = Method::ALL.iter().position(|method| *method == groups.method).unwrap_or(0);
        let to = if more { (at + 1).min(Method::ALL.len() - 1) } else { at.saturating_sub(1) };
        groups.method = Method::ALL[to];
        word = groups.method.word();
    });
    model.say(Tone::Note, format!("variants up to {word}"));
    current(model).map(|groups| groups.wanted()).into_iter().collect()
}

fn merge(model: &mut Model, selected: Option<usize>) {
    let Some(groups) = current(model) else { return };
    let Some(cluster) = selected.and_then(|at| groups.clusters.groups.get(at)) else { return };
    let pairs: Vec<(String, String)> = cluster.pairs().collect();
    set(model, &groups.target, &pairs);
    model.say(Tone::Good, format!("{} values become {}; u undoes it", pairs.len(), cluster.survivor));
    let next = groups.clusters.groups.iter().position(|cluster| !is_merged(model, &groups, cluster));
    if let Some(next) = next {
        super::select(model, next);
    }
}

fn choose_survivor(model: &mut Model, selected: Option<usize>) {
    let Some(groups) = current(model) else { return };
    let Some((at, cluster)) = selected.and_then(|at| Some((at, groups.clusters.groups.get(at)?))) else { return };
    let mut rows: Vec<String> = cluster.variants.iter().map(|variant| variant.value.clone()).collect();
    rows.extend(
        groups.allowed.iter().filter(|value| !cluster.variants.iter().any(|one| one.value == **value)).cloned(),
    );
    let purpose = ChooserPurpose::Survivor { group: at };
    let title = "All of them become".to_owned();
    model.overlays.push(Overlay::Chooser(Chooser { title, rows, pane: ListPane::default(), purpose }));
}

/// Another value was chosen for a group.
pub fn chosen(model: &mut Model, group: usize, value: &str) {
    change(model, |groups| {
        if let Some(cluster) = groups.clusters.groups.get_mut(group) {
            value.clone_into(&mut cluster.survivor);
        }
    });
}
