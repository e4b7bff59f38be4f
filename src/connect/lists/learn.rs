//! The objects that the rules make of a source, with the fields inside lists found in a sample.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::element::{Elements, at, elements, join_text};
use super::shape::{Shape, Step, Work};
use super::{Listed, read};
use crate::connect::json::Paths;
use crate::connect::{Chunk, ConnectError, ErrorKind, ListRule, ListSetting, ReadRequest, Source};
use crate::record::Batch;
use crate::schema::{Field, FieldType};

/// The sample: so many records at most, from so many chunks.
const SAMPLE_RECORDS: usize = 2000;
const SAMPLE_CHUNKS: usize = 64;
/// Lists within lists of exploded records; no export is deeper.
const DEPTH: usize = 8;

/// The objects of one object of the source: itself, and one for each list that is exploded.
pub(super) fn objects(
    inner: &dyn Source,
    base: &str,
    settings: &[ListSetting],
    found: &mut Vec<Listed>,
) -> Result<(), ConnectError> {
    let fields = inner.object(base)?.fields;
    let mut learner = Learner { inner, base, found };
    learner.object(base.to_owned(), Vec::new(), fields, settings, 0)
}

struct Learner<'s, 'f> {
    inner: &'s dyn Source,
    base: &'s str,
    found: &'f mut Vec<Listed>,
}

/// A rule with the column that it is about.
struct Rule<'r> {
    column: usize,
    /// The path inside each value; empty for the values themselves.
    path: Vec<String>,
    rule: &'r ListRule,
    name: &'r str,
}

/// What the records look like whose list is exploded.
#[derive(Clone, Copy)]
struct Parent<'p> {
    shapes: &'p [Arc<Shape>],
    fields: &'p [Field],
    sample: &'p [Batch],
    settings: &'p [ListSetting],
    depth: usize,
}

impl Learner<'_, '_> {
    fn object(
        &mut self,
        name: String,
        shapes: Vec<Arc<Shape>>,
        fields: Vec<Field>,
        settings: &[ListSetting],
        depth: usize,
    ) -> Result<(), ConnectError> {
        let mut evidence = Vec::new();
        let mut rules: Vec<Rule<'_>> = Vec::new();
        for setting in settings {
            // What stands inside an exploded list is its child's affair.
            if settings.iter().any(|other| is_within(&setting.path, other)) {
                continue;
            }
            match resolve(&fields, setting) {
                Some(rule) => rules.push(rule),
                None => evidence.push(format!("there is no list at `{}`: its rule does nothing here", setting.path)),
            }
        }
        if rules.is_empty() {
            let own = if shapes.is_empty() { None } else { Some(fields) };
            self.found.push(Listed { name, base: self.base.to_owned(), shapes, fields: own, evidence });
            return Ok(());
        }
        let sample = self.sample(&shapes)?;
        let (mut steps, mut names, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let mut children = Vec::new();
        for (column, field) in fields.iter().enumerate() {
            // Columns of objects that stand where other records have lists of them are filled with those.
            let mut own =
                !steps.iter().any(|step| matches!(step, Step::Fields { or, .. } if or.contains(&Some(column))));
            for rule in rules.iter().filter(|rule| rule.column == column && rule.path.is_empty()) {
                own = false;
                match rule.rule {
                    ListRule::Keep => own = true,
                    ListRule::Explode { key } => children.push((rule, key.as_deref())),
                    ListRule::First => {
                        let (step, made) = first(&sample, rule, &fields, &mut evidence);
                        steps.push(step);
                        columns.extend(made);
                    }
                    ListRule::Join(separator) => {
                        evidence.push(join_evidence(&sample, rule, separator));
                        steps.push(Step::Join { from: column, path: Vec::new(), separator: separator.clone() });
                        columns.push(Field::named(rule.name));
                    }
                }
            }
            if own {
                steps.push(Step::Copy(column));
                columns.push(field.clone());
            }
            for rule in rules.iter().filter(|rule| rule.column == column && !rule.path.is_empty()) {
                let (from, path) = (column, rule.path.clone());
                steps.push(match rule.rule {
                    ListRule::Join(separator) => {
                        evidence.push(join_evidence(&sample, rule, separator));
                        Step::Join { from, path, separator: separator.clone() }
                    }
                    _ => Step::First { from, path },
                });
                columns.push(Field::named(rule.name));
            }
        }
        names.extend(columns.iter().map(|field: &Field| field.name.clone()));
        let mut own = shapes.clone();
        own.push(Arc::new(Shape { work: Work::Columns(steps), names }));
        self.found.push(Listed { name, base: self.base.to_owned(), shapes: own, fields: Some(columns), evidence });
        for (rule, key) in children {
            let parent = Parent { shapes: &shapes, fields: &fields, sample: &sample, settings, depth };
            self.child(rule, key, &parent)?;
        }
        Ok(())
    }

    /// The object of the values of a list.
    fn child(&mut self, rule: &Rule<'_>, key: Option<&str>, parent: &Parent<'_>) -> Result<(), ConnectError> {
        let Parent { shapes, fields, sample, settings, depth } = *parent;
        if depth == DEPTH {
            return Ok(());
        }
        let key_column = key_of(fields, key, rule).map_err(|what| {
            ConnectError::new(
                ErrorKind::Unsupported,
                rule.name,
                what,
                "Name a field of the parent that tells it from others: `lists: { orders: { explode: id } }`.",
            )
        })?;
        let key_name = fields.get(key_column).map_or("", |field| field.name.as_str());
        let (paths, plain, lists) = fields_of(sample, rule.column, false);
        let mut made = vec![
            Field { native_type: Some("key of the parent".to_owned()), ..Field::named(format!("parent.{key_name}")) },
            Field {
                field_type: FieldType::Integer,
                native_type: Some("place in the list".to_owned()),
                ..Field::named("parent.index")
            },
        ];
        if plain {
            made.push(Field::named("value"));
        }
        made.extend(paths.fields.iter().cloned());
        let names: Vec<String> = made.iter().map(|field| field.name.clone()).collect();
        let work = Work::Explode { from: rule.column, key: key_column, paths, plain };
        let mut chain = shapes.to_vec();
        chain.push(Arc::new(Shape { work, names }));
        let relative: Vec<ListSetting> = settings
            .iter()
            .filter_map(|setting| {
                let path = setting.path.strip_prefix(rule.name)?.strip_prefix('.')?.to_owned();
                Some(ListSetting { path, rule: setting.rule.clone() })
            })
            .collect();
        let taken = |name: &str, found: &[Listed]| found.iter().any(|listed| listed.name == name);
        let mut name = rule.name.to_owned();
        if taken(&name, self.found) {
            name = format!("{}.{}", self.base, rule.name);
        }
        let at = self.found.len();
        self.object(name, chain, made, &relative, depth + 1)?;
        if let Some(listed) = self.found.get_mut(at) {
            listed.evidence.insert(
                0,
                format!("a record for each value of `{}`, with `{key_name}` of the record it is in", rule.name),
            );
            listed.evidence.push(format!("fields: from {lists} lists"));
        }
        Ok(())
    }

    fn sample(&self, shapes: &[Arc<Shape>]) -> Result<Vec<Batch>, ConnectError> {
        let mut reader =
            read(self.inner, self.base, shapes, &ReadRequest { chunk_bytes: 256 << 10, ..ReadRequest::default() })?;
        let decoder = reader.decoder();
        let (mut chunk, mut all, mut records) = (Chunk::default(), Vec::new(), 0);
        while records < SAMPLE_RECORDS && all.len() < SAMPLE_CHUNKS && reader.next(&mut chunk)? {
            let mut batch = Batch::default();
            decoder.decode(&mut chunk, &mut batch)?;
            records += batch.len();
            all.push(batch);
        }
        Ok(all)
    }
}

/// Whether a path stands inside the list of an exploding rule.
fn is_within(path: &str, other: &ListSetting) -> bool {
    let explodes = matches!(other.rule, ListRule::Explode { .. });
    explodes && path.strip_prefix(other.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
}

/// The column that a rule is about: the one of its path, or the list that its path leads into.
fn resolve<'r>(fields: &[Field], setting: &'r ListSetting) -> Option<Rule<'r>> {
    let rule = |column, path| Rule { column, path, rule: &setting.rule, name: &setting.path };
    if let Some(column) = fields.iter().position(|field| field.name == setting.path) {
        return Some(rule(column, Vec::new()));
    }
    if matches!(setting.rule, ListRule::Keep | ListRule::Explode { .. }) {
        return None;
    }
    let ends = setting.path.rmatch_indices('.').map(|(at, _)| at);
    for end in ends {
        let (list, rest) = (setting.path.get(..end)?, setting.path.get(end + 1..)?);
        if let Some(column) = fields.iter().position(|field| field.name == list) {
            return Some(rule(column, rest.split('.').map(str::to_owned).collect()));
        }
    }
    None
}

/// The field of the parent that becomes the key.
fn key_of(fields: &[Field], key: Option<&str>, rule: &Rule<'_>) -> Result<usize, String> {
    let find = |holds: &dyn Fn(&str) -> bool| {
        fields.iter().enumerate().find(|(column, field)| *column != rule.column && holds(&field.name))
    };
    let found = match key {
        Some(key) => {
            return find(&|name| name == key)
                .map(|(column, _)| column)
                .ok_or_else(|| format!("the records have no field `{key}` to be the key of the exploded list"));
        }
        None => {
            let last = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_start_matches('@').to_lowercase();
            find(&|name| !name.contains('.') && matches!(last(name).as_str(), "id" | "_id" | "uid" | "uuid" | "dn"))
                .or_else(|| find(&|name| !name.starts_with("parent.") && last(name).ends_with("id")))
                .or_else(|| find(&|name| matches!(last(name).as_str(), "key" | "code" | "number" | "email")))
        }
    };
    found
        .map(|(column, _)| column)
        .ok_or_else(|| format!("`{}` is to be exploded, but no field of its records looks like their key", rule.name))
}

/// The fields of the values of lists: their paths, whether there are values that are no objects, and how many lists were
/// seen. `first`: of the first values only.
fn fields_of(sample: &[Batch], column: usize, first: bool) -> (Paths, bool, usize) {
    let (mut paths, mut plain, mut lists) = (Paths::default(), false, 0);
    let mut learn = |value: &RawValue| {
        if value.get().starts_with('{') {
            // A value that cannot be read is a fault of its record.
            let _ = paths.learn(value);
        } else {
            plain |= value.get() != "null";
        }
    };
    let mut lone = false;
    for record in sample.iter().flat_map(Batch::records) {
        match elements(record.cell(column)) {
            Elements::List(values) => {
                lists += 1;
                values.into_iter().take(if first { 1 } else { usize::MAX }).for_each(&mut learn);
            }
            Elements::Object(text) => {
                lists += 1;
                if let Ok(value) = serde_json::from_str::<&RawValue>(text) {
                    learn(value);
                }
            }
            Elements::Plain => lone = true,
            Elements::None => {}
        }
    }
    let paths = paths.finish();
    let plain = plain || lone || paths.names.is_empty();
    (paths, plain, lists)
}

/// The step for the first value, and its columns.
fn first(sample: &[Batch], rule: &Rule<'_>, columns: &[Field], evidence: &mut Vec<String>) -> (Step, Vec<Field>) {
    let records = sample.iter().flat_map(Batch::records);
    let lengths = records.filter_map(|record| match elements(record.cell(rule.column)) {
        Elements::List(values) => Some(values.len()),
        _ => None,
    });
    let (mut lists, mut longer) = (0, 0);
    for length in lengths {
        lists += 1;
        longer += usize::from(length > 1);
    }
    evidence.push(format!(
        "`{}`: the first value is taken; {longer} of the {lists} lists in the sample have more, which are left out",
        rule.name
    ));
    let (paths, plain, _) = fields_of(sample, rule.column, true);
    if paths.names.is_empty() {
        return (Step::First { from: rule.column, path: Vec::new() }, vec![Field::named(rule.name)]);
    }
    let mut fields = Vec::new();
    if plain {
        fields.push(Field::named(rule.name));
    }
    fields.extend(
        paths.fields.iter().map(|field| Field { name: format!("{}.{}", rule.name, field.name), ..field.clone() }),
    );
    let or = fields.iter().skip(usize::from(plain));
    let or = or.map(|field| columns.iter().position(|column| column.name == field.name)).collect();
    (Step::Fields { from: rule.column, paths, plain, or }, fields)
}

fn join_evidence(sample: &[Batch], rule: &Rule<'_>, separator: &str) -> String {
    let (mut holding, mut lists, mut text) = (0, 0, Vec::new());
    for record in sample.iter().flat_map(Batch::records) {
        let Elements::List(values) = elements(record.cell(rule.column)) else { continue };
        lists += 1;
        for value in values.into_iter().filter_map(|value| at(value, &rule.path)) {
            text.clear();
            join_text(value, &mut text);
            holding +=
                usize::from(!separator.is_empty() && memchr::memmem::find(&text, separator.as_bytes()).is_some());
        }
    }
    let told = format!("`{}`: the values of {lists} lists in the sample are joined with `{separator}`", rule.name);
    if holding == 0 {
        told
    } else {
        format!("{told}; {holding} values hold it themselves and cannot be told apart then")
    }
}
