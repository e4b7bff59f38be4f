//! SFDMU (Salesforce Data Move Utility): `export.json` with `objects[] { query, operation, externalId, ... }`, and beside it
//! `FieldMapping.csv` (ObjectName, FieldName, Target) and `ValueMapping.csv` (ObjectName, FieldName, RawValue, Value).
//!
//! The files it loads are named after the object (`Account.csv`); a lookup stands in them as `Account.Name`, the field by
//! which the parent is known.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::plain::{self, Filling, column, filling, leave_record_rules, stem};
use super::soql;
use super::{ExchangeError, Exported, Imported, Input, Leaving};
use crate::connect::{Location, WriteMode};
use crate::profile::{
    Checks, Expression, FieldMapping, FilledBy, Lookup, Missing, ObjectMapping, Otherwise, Profile, ValueMap,
};
use crate::transform;

/// A row of `FieldMapping.csv`: object, field (empty for the object itself), target.
type Renaming = (String, String, String);

/// A row of `ValueMapping.csv`.
type Recoding = (String, String, String, String);

pub(super) fn import(input: &Input<'_>) -> Result<Imported, ExchangeError> {
    let root = input.json()?;
    let mut leaving = Leaving::default();
    let objects = root.get("objects").and_then(Value::as_array).ok_or_else(|| {
        ExchangeError::new(input.place(), "there are no `objects`", "Export the configuration of SFDMU again.")
    })?;
    let others = root.as_object().into_iter().flatten().filter(|(key, _)| *key != "objects");
    others.for_each(|(key, value)| leaving.note(key, short(value)));
    let renamings: Vec<Renaming> = rows(input.folder(), "FieldMapping.csv", ["ObjectName", "FieldName", "Target"])?
        .into_iter()
        .map(|[object, field, target]| (object, field, target))
        .collect();
    let recodings: Vec<Recoding> =
        rows(input.folder(), "ValueMapping.csv", ["ObjectName", "FieldName", "RawValue", "Value"])?
            .into_iter()
            .map(|[object, field, from, to]| (object, field, from, to))
            .collect();
    let mut parsed = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let place = format!("objects[{at}]");
        let Some(object) = object.as_object() else {
            leaving.note(place, short(object));
            continue;
        };
        let query = object.get("query").and_then(Value::as_str).and_then(soql::parse);
        match query {
            Some(query) => parsed.push((place, object, query)),
            None => leaving.note(
                place,
                format!("its query cannot be read: {}", short(object.get("query").unwrap_or(&Value::Null))),
            ),
        }
    }
    let keys: Vec<(String, String)> = parsed
        .iter()
        .map(|(_, object, query)| {
            (query.object.clone(), text_of(object, "externalId").unwrap_or_else(|| "Name".into()))
        })
        .collect();
    let mut profile = Profile { source: Location::from_argument("."), ..Profile::default() };
    for (place, object, query) in &parsed {
        let reader = Reader { place, renamings: &renamings, recodings: &recodings, keys: &keys };
        profile.objects.extend(reader.object(object, query, &mut leaving));
    }
    let unused = |object: &String| !parsed.iter().any(|(_, _, query)| query.object == *object);
    renamings.iter().filter(|row| unused(&row.0)).for_each(|row| {
        leaving.note("FieldMapping.csv", format!("{}.{} -> {}: the object is not exported", row.0, row.1, row.2));
    });
    Ok(Imported { profile, left: leaving.0 })
}

struct Reader<'a> {
    place: &'a str,
    renamings: &'a [Renaming],
    recodings: &'a [Recoding],
    /// The field by which each object is known.
    keys: &'a [(String, String)],
}

impl Reader<'_> {
    fn object(&self, object: &Map<String, Value>, query: &soql::Query, leaving: &mut Leaving) -> Option<ObjectMapping> {
        if object.get("excluded").and_then(Value::as_bool) == Some(true) {
            leaving.note(self.place, format!("{} is excluded", query.object));
            return None;
        }
        let flag = |name: &str| object.get(name).and_then(Value::as_bool).unwrap_or(false);
        let mut renamings: Vec<Renaming> = Vec::new();
        if flag("useFieldMapping") {
            renamings.extend(self.renamings.iter().filter(|row| row.0 == query.object).cloned());
        }
        // The list inside the file counts as well.
        for one in object.get("fieldMapping").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            if !part("targetObject").is_empty() {
                renamings.push((query.object.clone(), String::new(), part("targetObject")));
            }
            if !part("sourceField").is_empty() {
                renamings.push((query.object.clone(), part("sourceField"), part("targetField")));
            }
        }
        let renamed = |field: &str| renamings.iter().find(|row| row.1 == field).map(|row| row.2.clone());
        let to = renamed("").unwrap_or_else(|| query.object.clone());
        let operation = text_of(object, "operation").unwrap_or_else(|| "Readonly".into());
        let write = match operation.to_lowercase().as_str() {
            "insert" => WriteMode::Insert,
            "update" => WriteMode::Update,
            "upsert" => WriteMode::Upsert,
            _ => {
                leaving.note(self.place, format!("{} with the operation {operation} writes nothing", query.object));
                return None;
            }
        };
        let external = text_of(object, "externalId").unwrap_or_else(|| "Name".into());
        let key = external.split(';').map(|field| renamed(field).unwrap_or_else(|| field.to_owned())).collect();
        let values = flag("useValuesMapping");
        let fields = query.fields.iter().filter_map(|name| {
            let target = renamed(name).unwrap_or_else(|| name.clone());
            if target.is_empty() {
                leaving.note(self.place, format!("{}.{name} is mapped to nothing", query.object));
                return None;
            }
            let mut field = self.filled(name, target);
            if values {
                field.values = self.values(&query.object, name, leaving);
            }
            Some(field)
        });
        let fields = fields.collect();
        let mut filter = None;
        if let Some((text, expression)) = &query.condition {
            filter = expression.as_deref().map(Expression::new);
            if filter.is_none() {
                leaving.note(self.place, format!("the condition `{text}`"));
            }
        }
        if let Some(rest) = &query.rest {
            leaving.note(self.place, format!("`{rest}` of the query"));
        }
        let known =
            ["query", "operation", "externalId", "useFieldMapping", "fieldMapping", "useValuesMapping", "excluded"];
        for (key, value) in object.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            leaving.note(format!("{}.{key}", self.place), short(value));
        }
        let from = format!("{}.csv", query.object);
        let key = if write == WriteMode::Insert { Vec::new() } else { key };
        Some(ObjectMapping { from, to, write, key, filter, fields, ..ObjectMapping::default() })
    }

    /// A field by its column, or a lookup where it refers to an object that is moved, too.
    fn filled(&self, name: &str, target: String) -> FieldMapping {
        let parent = name.strip_suffix("Id").filter(|parent| !parent.is_empty());
        let known =
            parent.and_then(|parent| self.keys.iter().find(|(object, key)| object == parent && !key.contains(';')));
        let Some((object, key)) = known else { return plain::field(target, &column(name)) };
        let lookup = Lookup {
            value: Expression::new(transform::field_reference(&format!("{object}.{key}"))),
            object: object.clone(),
            by: key.clone(),
            missing: Missing::default(),
        };
        FieldMapping { target, filled_by: FilledBy::Lookup(lookup), ..FieldMapping::default() }
    }

    fn values(&self, object: &str, field: &str, leaving: &mut Leaving) -> Option<ValueMap> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (_, _, from, to) in self.recodings.iter().filter(|row| row.0 == object && row.1 == field) {
            let pattern = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
            if pattern || from.starts_with("eval(") || to.starts_with("eval(") {
                leaving
                    .note("ValueMapping.csv", format!("{object}.{field}: {from} -> {to}; write it as an expression"));
            } else if pairs.iter().any(|(known, _)| known == from) {
                leaving.note(
                    "ValueMapping.csv",
                    format!("{object}.{field}: {from} -> {to}, another row of the same value"),
                );
            } else {
                pairs.push((from.clone(), to.clone()));
            }
        }
        // What no row names stays as it is.
        (!pairs.is_empty()).then_some(ValueMap { pairs, otherwise: Otherwise::Keep })
    }
}

fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 80 {
        format!("`{}…`", text.chars().take(80).collect::<String>())
    } else {
        format!("`{text}`")
    }
}

/// The columns of a table beside the file; none where there is no such table.
fn rows<const N: usize>(folder: &Path, name: &str, columns: [&str; N]) -> Result<Vec<[String; N]>, ExchangeError> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let failed = |error: csv::Error| {
        ExchangeError::new(
            path.display().to_string(),
            format!("it cannot be read: {error}"),
            "Save it as CSV in UTF-8.",
        )
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).map_err(failed)?;
    let header = reader.headers().map_err(failed)?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header.iter().position(|name| name.trim_matches(['\u{feff}', ' ']) == column).ok_or_else(|| {
            let what = format!("the column {column} is missing");
            ExchangeError::new(path.display().to_string(), what, format!("It needs {}.", columns.join(", ")))
        })?;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        rows.push(places.map(|place| record.get(place).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}

pub(super) fn export(profile: &Profile) -> Exported {
    let mut leaving = Leaving::default();
    let (mut objects, mut renamings, mut recodings) = (Vec::new(), Vec::<Renaming>::new(), Vec::<Recoding>::new());
    for object in &profile.objects {
        objects.push(written(profile, object, &mut renamings, &mut recodings, &mut leaving));
    }
    let config = json!({ "objects": objects });
    let text = serde_json::to_string_pretty(&config).unwrap_or_default();
    let mut files = vec![("export.json".to_owned(), format!("{text}\n"))];
    if !renamings.is_empty() {
        let rows = renamings.iter().map(|(object, field, target)| vec![object.as_str(), field, target]);
        files.push(("FieldMapping.csv".to_owned(), table(&["ObjectName", "FieldName", "Target"], rows)));
    }
    if !recodings.is_empty() {
        let rows = recodings.iter().map(|(object, field, from, to)| vec![object.as_str(), field, from, to]);
        files.push(("ValueMapping.csv".to_owned(), table(&["ObjectName", "FieldName", "RawValue", "Value"], rows)));
    }
    Exported { files, left: leaving.0 }
}

fn table<'a>(header: &[&str], rows: impl Iterator<Item = Vec<&'a str>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(header);
    rows.for_each(|row| drop(writer.write_record(row)));
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

fn written(
    profile: &Profile,
    object: &ObjectMapping,
    renamings: &mut Vec<Renaming>,
    recodings: &mut Vec<Recoding>,
    leaving: &mut Leaving,
) -> Value {
    let source = if object.from.is_empty() { stem(&profile.source.address) } else { stem(&object.from) }.to_owned();
    let (mut fields, mut names) = (Vec::new(), Vec::<Renaming>::new());
    if source != object.to {
        names.push((source.clone(), String::new(), object.to.clone()));
    }
    let mut valued = false;
    for field in &object.fields {
        let place = format!("{}.{}", object.to, field.target);
        let name = match (filling(field.expression()), &field.filled_by) {
            (Filling::Column(_), FilledBy::Lookup(lookup)) => {
                // It finds the parent by the external id of its object.
                let parent = profile.objects.iter().find(|other| other.to == lookup.object);
                let known = parent.is_some_and(|parent| parent.key == [lookup.by.clone()]);
                if !known {
                    leaving.note(
                        &place,
                        format!("the lookup in {} by {}, which is not its key", lookup.object, lookup.by),
                    );
                }
                if lookup.missing != Missing::default() {
                    leaving.note(&place, "what becomes of a record whose lookup finds nothing");
                }
                format!("{}Id", lookup.object)
            }
            (Filling::Column(name), FilledBy::Expression(_)) => name,
            (Filling::More(columns) | Filling::Joined(_, columns), _) if columns.len() == 1 => {
                leaving.note(
                    &place,
                    format!("`{}`; run the profile first, and load what it writes", field.expression().text),
                );
                columns[0].clone()
            }
            _ => {
                leaving.note(&place, format!("`{}`; a query only has fields", field.expression().text));
                continue;
            }
        };
        if fields.contains(&name) {
            leaving.note(&place, format!("`{name}` goes into another field already"));
            continue;
        }
        if let Some(values) = &field.values {
            valued = true;
            let pairs = values.pairs.iter().map(|(from, to)| (source.clone(), name.clone(), from.clone(), to.clone()));
            recodings.extend(pairs);
            if values.otherwise != Otherwise::Keep {
                leaving.note(&place, "what becomes of a value that no pair names; SFDMU leaves it as it is");
            }
        }
        if field.checks != Checks::default() {
            leaving.note(&place, "its checks");
        }
        if let Some(note) = &field.note {
            leaving.note(&place, format!("the note `{note}`"));
        }
        if name != field.target {
            names.push((source.clone(), name.clone(), field.target.clone()));
        }
        fields.push(name);
    }
    leave_record_rules(object, leaving);
    let mut query = format!("SELECT {} FROM {source}", fields.join(", "));
    if let Some(filter) = &object.filter {
        match transform::parse(&filter.text).ok().and_then(|filter| soql::written(&filter)) {
            Some(condition) => query.push_str(&format!(" WHERE {condition}")),
            None => leaving.note(&object.to, format!("`where: {}`", filter.text)),
        }
    }
    let operation = match object.write {
        WriteMode::Insert => "Insert",
        WriteMode::Update => "Update",
        WriteMode::Upsert => "Upsert",
        WriteMode::Append | WriteMode::SkipExisting | WriteMode::Replace => {
            leaving.note(&object.to, "its write mode; the object is inserted");
            "Insert"
        }
    };
    let mut written = json!({ "query": query, "operation": operation });
    if let Some(map) = written.as_object_mut() {
        // The external id is named as the source names it.
        let key = |target: &String| {
            names.iter().find(|row| row.2 == *target && !row.1.is_empty()).map_or(target.clone(), |row| row.1.clone())
        };
        if !object.key.is_empty() {
            map.insert("externalId".into(), object.key.iter().map(key).collect::<Vec<_>>().join(";").into());
        }
        if !names.is_empty() {
            map.insert("useFieldMapping".into(), true.into());
        }
        if valued {
            map.insert("useValuesMapping".into(), true.into());
        }
    }
    renamings.append(&mut names);
    written
}
