//! Data: the objects of source and target, their fields with statistics, and the records themselves.

use std::sync::Arc;

use crate::app::commands::Id;
use crate::app::filter::{self, Order};
use crate::app::{Effect, ListPane, Model, Overlay, PaneId, Records, Sheet};
use crate::report::words;
use crate::schema::{Field, FieldStats, Object};

#[derive(Debug, Clone)]
pub struct DataPlace {
    pub focus: PaneId,
    pub objects: ListPane,
    pub fields: ListPane,
    pub records: ListPane,
    /// The selected object's records are shown instead of its fields.
    pub show_records: bool,
    /// The first column that the record table shows.
    pub column: usize,
    /// The records that were read last, and of which object.
    pub page: Option<(String, Arc<Records>)>,
    /// A page was asked for: object and first record.
    pub asked: Option<(String, u64)>,
    /// Scan progress of an object: records, bytes, total bytes.
    pub scanning: Option<(String, u64, u64, Option<u64>)>,
}

impl Default for DataPlace {
    fn default() -> Self {
        DataPlace {
            focus: PaneId::Objects,
            objects: ListPane::default(),
            fields: ListPane::default(),
            records: ListPane::default(),
            show_records: false,
            column: 0,
            page: None,
            asked: None,
            scanning: None,
        }
    }
}

/// Records read at once for the table.
pub const PAGE: usize = 400;

/// An object in the list of the Data place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Position among the source's objects.
    Source(usize),
    /// Position among the target's objects.
    Target(usize),
}

/// The listed objects: the source's, then the target's.
pub fn listed(model: &Model) -> Vec<Listed> {
    let Some(project) = &model.project else { return Vec::new() };
    let sources = (0..project.sources.len()).map(Listed::Source);
    sources.chain((0..project.targets.objects.len()).map(Listed::Target)).collect()
}

impl DataPlace {
    /// The selected object.
    pub fn current(&self, model: &Model) -> Option<Listed> {
        let rows = rows(model, PaneId::Objects);
        let row = rows.get(self.objects.list.selected).or(rows.first())?;
        listed(model).get(*row).copied()
    }

    pub fn object<'m>(&self, model: &'m Model) -> Option<&'m Object> {
        let project = model.project.as_ref()?;
        match self.current(model)? {
            Listed::Source(at) => project.sources.get(at).map(|source| &source.object),
            Listed::Target(at) => project.targets.objects.get(at),
        }
    }

    /// Statistics of a field of the selected object; a target has none.
    pub fn stats<'m>(&self, model: &'m Model, field: usize) -> Option<&'m FieldStats> {
        match self.current(model)? {
            Listed::Source(at) => model.project.as_ref()?.sources.get(at)?.field_stats(field),
            Listed::Target(_) => None,
        }
    }

    /// The selected source object's name, if it is one.
    pub fn source_name<'m>(&self, model: &'m Model) -> Option<&'m str> {
        match self.current(model)? {
            Listed::Source(at) => model.project.as_ref()?.sources.get(at).map(|source| source.name.as_str()),
            Listed::Target(_) => None,
        }
    }

    /// Records of the selected source object that are known so far.
    pub fn record_count(&self, model: &Model) -> u64 {
        match (self.current(model), &model.project) {
            (Some(Listed::Source(at)), Some(project)) => project.sources.get(at).map_or(0, |source| source.records),
            _ => 0,
        }
    }

    /// A record of the table, if it has been read.
    pub fn record<'m>(&self, model: &'m Model, number: u64) -> Option<(&'m Records, usize)> {
        let name = self.source_name(model)?;
        let within = |records: &'m Records| {
            let row = number.checked_sub(records.first)? as usize;
            (row < records.len()).then_some((records, row))
        };
        let paged = model.data.page.as_ref().filter(|(object, _)| object == name).and_then(|(_, page)| within(page));
        paged.or_else(|| {
            let project = model.project.as_ref()?;
            within(&project.sources.iter().find(|source| source.name == name)?.sample)
        })
    }
}

pub fn rows(model: &Model, id: PaneId) -> Vec<usize> {
    match id {
        PaneId::Objects => {
            let Some(project) = &model.project else { return Vec::new() };
            let names: Vec<&str> = listed(model)
                .into_iter()
                .map(|listed| match listed {
                    Listed::Source(at) => project.sources[at].name.as_str(),
                    Listed::Target(at) => project.targets.objects[at].name.as_str(),
                })
                .collect();
            filter::matching(model.data.objects.filter.text(), &names, Order::List)
        }
        PaneId::Fields => {
            let fields: &[Field] = model.data.object(model).map_or(&[], |object| &object.fields);
            let names: Vec<String> = fields.iter().map(|field| format!("{} {}", field.name, field.title())).collect();
            filter::matching(model.data.fields.filter.text(), &names, Order::List)
        }
        _ => Vec::new(),
    }
}

pub fn execute(model: &mut Model, id: Id) -> Vec<Effect> {
    match id {
        Id::NextPane | Id::PreviousPane => {
            model.data.focus = match model.data.focus {
                PaneId::Objects if model.data.show_records => PaneId::Records,
                PaneId::Objects => PaneId::Fields,
                _ => PaneId::Objects,
            };
        }
        Id::Records => toggle_records(model),
        Id::Lineage => return lineage(model),
        Id::Choose if model.data.focus == PaneId::Objects => {
            model.data.focus = if model.data.show_records { PaneId::Records } else { PaneId::Fields };
        }
        Id::Choose if model.data.focus == PaneId::Records => record_sheet(model),
        Id::Choose | Id::FieldSheet => field_sheet(model),
        Id::Left if model.data.focus == PaneId::Records && model.data.column > 0 => model.data.column -= 1,
        Id::Left => model.data.focus = PaneId::Objects,
        Id::Right if model.data.focus == PaneId::Records => {
            let fields = model.data.object(model).map_or(0, |object| object.fields.len());
            model.data.column = (model.data.column + 1).min(fields.saturating_sub(1));
        }
        Id::Right => model.data.focus = if model.data.show_records { PaneId::Records } else { PaneId::Fields },
        _ => {}
    }
    Vec::new()
}

/// The way of the selected record, through the mapping of its object.
fn lineage(model: &mut Model) -> Vec<Effect> {
    let number = model.data.records.list.selected as u64 + 1;
    let name = model.data.source_name(model).map(str::to_owned);
    let Some(project) = &mut model.project else { return Vec::new() };
    let pair = project.profile.objects.iter().position(|object| Some(&object.from) == name.as_ref());
    match pair.filter(|_| model.data.focus == PaneId::Records) {
        Some(pair) => {
            if project.pair != pair {
                project.pair = pair;
                super::map::refresh(model);
            }
            crate::app::boards::lineage::open(model, number, None)
        }
        None => {
            model.say(crate::app::Tone::Note, "t shows the records of a mapped object; L there follows one");
            Vec::new()
        }
    }
}

fn toggle_records(model: &mut Model) {
    model.data.show_records = !model.data.show_records;
    if model.data.focus != PaneId::Objects {
        model.data.focus = if model.data.show_records { PaneId::Records } else { PaneId::Fields };
    }
}

/// What must be read for the rows that are seen now.
pub fn wanted_page(model: &mut Model, height: usize) -> Option<Effect> {
    if model.place != super::super::Place::Data || !model.data.show_records {
        return None;
    }
    let name = model.data.source_name(model)?.to_owned();
    let count = model.data.record_count(model);
    let first = model.data.records.list.offset as u64;
    let last = (first + height as u64).min(count).saturating_sub(1);
    if count == 0 || (model.data.record(model, first).is_some() && model.data.record(model, last).is_some()) {
        return None;
    }
    let from = first.saturating_sub(PAGE as u64 / 3);
    let asked = Some((name.clone(), from));
    if model.data.asked == asked {
        return None;
    }
    model.data.asked = asked;
    Some(Effect::Page { object: name, first: from, count: PAGE.max(height * 2) })
}

/// The selection moved to another object: what was shown of the old one starts over.
pub fn object_changed(model: &mut Model) {
    model.data.fields.list = crate::app::ListState::default();
    model.data.records.list = crate::app::ListState::default();
    model.data.column = 0;
}

fn field_sheet(model: &mut Model) {
    let Some(field) = model.selected(PaneId::Fields) else { return };
    let Some(object) = model.data.object(model) else { return };
    let Some(shown) = object.fields.get(field) else { return };
    let sheet = sheet_of(shown, model.data.stats(model, field));
    model.overlays.push(Overlay::Sheet(sheet));
}

fn record_sheet(model: &mut Model) {
    let number = model.data.records.list.selected as u64;
    let Some((records, row)) = model.data.record(model, number) else { return };
    let lines = records
        .fields
        .iter()
        .enumerate()
        .map(|(column, name)| (name.clone(), said(&records.cell(row, column).display())))
        .collect();
    let title = capitalised(&records.origin(row).to_string());
    model.overlays.push(Overlay::Sheet(Sheet { title, lines, pane: ListPane::default() }));
}

/// A value in a form; an empty one is seen to be empty.
pub fn said(value: &str) -> String {
    if value.is_empty() { "∅".to_owned() } else { value.to_owned() }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Everything known about a field.
pub fn sheet_of(field: &Field, stats: Option<&FieldStats>) -> Sheet {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut put = |label: &str, text: String| {
        if !text.is_empty() {
            lines.push((label.to_owned(), text));
        }
    };
    put("name", field.name.clone());
    put("label", field.label.clone().unwrap_or_default());
    put("type", type_word(field));
    put("description", field.description.clone().unwrap_or_default());
    let limits = &field.constraints;
    let mut demands: Vec<String> = Vec::new();
    demands.extend(limits.required.then(|| "required".to_owned()));
    demands.extend(limits.unique.then(|| "unique".to_owned()));
    demands.extend(limits.read_only.then(|| "set by the system".to_owned()));
    demands.extend(limits.max_length.map(|max| format!("at most {max} characters")));
    demands.extend(limits.default.as_ref().map(|default| format!("default {default}")));
    put("demands", demands.join(", "));
    put("values", limits.one_of.join(", "));
    put("points to", field.references.clone().unwrap_or_default());
    if let Some(stats) = stats {
        stats_lines(stats, &mut lines);
    } else if !field.samples.is_empty() {
        lines.push(("samples".to_owned(), field.samples.join(", ")));
    }
    Sheet { title: field.title().to_owned(), lines, pane: ListPane::default() }
}

fn stats_lines(stats: &FieldStats, lines: &mut Vec<(String, String)>) {
    let about = if stats.distinct.exact { "" } else { "about " };
    let filled = format!(
        "{} of {} ({})",
        words::count(stats.filled),
        words::count(stats.records),
        words::share(stats.filled_share())
    );
    lines.push(("filled".to_owned(), filled));
    lines.push(("distinct".to_owned(), format!("{about}{}", words::count(stats.distinct.count))));
    if let (Some(min), Some(max)) = (stats.min_length, stats.max_length) {
        lines.push(("length".to_owned(), format!("{min} to {max} characters")));
    }
    if let (Some(min), Some(max)) = (&stats.min_number, &stats.max_number) {
        lines.push(("numbers".to_owned(), format!("{min} to {max}")));
    } else if let (Some(min), Some(max)) = (&stats.min_text, &stats.max_text) {
        lines.push(("from, to".to_owned(), format!("{min} … {max}")));
    }
    for (heading, counted) in [("Patterns", &stats.patterns), ("Most frequent values", &stats.values)] {
        if counted.is_empty() {
            continue;
        }
        lines.push((heading.to_owned(), String::new()));
        lines.extend(counted.iter().take(20).map(|entry| (words::count(entry.count), entry.text.clone())));
    }
}

/// The type in the system's own words where it has them.
pub fn type_word(field: &Field) -> String {
    field.native_type.clone().unwrap_or_else(|| type_name(field.field_type).to_owned())
}

/// A logical type in one short word.
pub fn type_name(field_type: crate::schema::FieldType) -> &'static str {
    use crate::schema::FieldType as Type;
    match field_type {
        Type::Text => "text",
        Type::LongText => "long text",
        Type::Integer => "integer",
        Type::Decimal => "decimal",
        Type::Money => "money",
        Type::Percent => "percent",
        Type::Boolean => "boolean",
        Type::Date => "date",
        Type::Time => "time",
        Type::DateTime => "datetime",
        Type::Email => "email",
        Type::Phone => "phone",
        Type::Url => "url",
        Type::Country => "country",
        Type::Picklist => "picklist",
        Type::MultiPicklist => "multi",
        Type::Id => "id",
        Type::Reference => "ref",
        Type::List => "list",
        Type::Map => "map",
        Type::Bytes => "bytes",
    }
}

pub fn copyable(model: &Model) -> Option<String> {
    match model.data.focus {
        PaneId::Fields => {
            let field = model.selected(PaneId::Fields)?;
            Some(model.data.object(model)?.fields.get(field)?.name.clone())
        }
        PaneId::Records => {
            let (records, row) = model.data.record(model, model.data.records.list.selected as u64)?;
            Some(records.cell(row, model.data.column).display().into_owned())
        }
        _ => Some(model.data.object(model)?.name.clone()),
    }
}
