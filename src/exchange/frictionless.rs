//! Frictionless Table Schema: `fields[] { name, type, format, title, constraints }`, `missingValues`, `primaryKey`,
//! `foreignKeys`. It says what a table holds, not where it comes from: each field becomes a mapping of the column of its
//! name with the checks of its constraints, and a profile becomes the schema of what it writes.

use serde_json::{Map, Value, json};

use super::plain::{self, call, column, expr, leave_record_rules};
use super::{ExchangeError, Exported, Imported, Input, Leaving};
use crate::connect::{Location, WriteMode};
use crate::profile::{Checks, Expression, FieldMapping, FilledBy, Lookup, Missing, ObjectMapping, Profile};
use crate::schema::{FieldType, checks_for, load_schema_file};
use crate::transform::ExprKind;

pub(super) fn import(input: &Input<'_>) -> Result<Imported, ExchangeError> {
    let mut leaving = Leaving::default();
    let root = input.json()?;
    let schema = load_schema_file(input.path).map_err(|error| {
        ExchangeError::new(input.place(), error.to_string().trim_end_matches('.'), "Correct the file.")
    })?;
    let mut profile = Profile::default();
    for (at, object) in schema.objects.iter().enumerate() {
        let table = root.pointer(&format!("/resources/{at}/schema")).unwrap_or(&root);
        let mut missing: Vec<String> = Vec::new();
        for word in table.get("missingValues").and_then(Value::as_array).into_iter().flatten() {
            missing.extend(word.as_str().filter(|word| !word.is_empty()).map(str::to_owned));
        }
        for key in ["fieldsMatch", "uniqueKeys"] {
            if let Some(value) = table.get(key) {
                leaving.note(&object.name, format!("`{key}`: {value}"));
            }
        }
        let foreign = foreign_keys(table, &object.name, &mut leaving);
        let fields = object.fields.iter().map(|field| {
            let given = table
                .get("fields")
                .and_then(Value::as_array)
                .and_then(|all| all.iter().find(|one| one.get("name").and_then(Value::as_str) == Some(&field.name)));
            if let Some(format) = given.and_then(|one| one.get("format")).and_then(Value::as_str)
                && format != "default"
                && !matches!(field.field_type, FieldType::Email | FieldType::Url)
            {
                leaving.note(format!("{}.{}", object.name, field.name), format!("the format `{format}`"));
            }
            let mut filled = column(&field.name);
            if !missing.is_empty() {
                let words = missing.iter().map(plain::text);
                filled = call("null_if", std::iter::once(filled).chain(words).collect());
            }
            let checks = Checks { field_type: asked(field.field_type), ..checks_for(field) };
            let filled_by = match foreign.iter().find(|(name, _, _)| *name == field.name) {
                Some((_, to, by)) => FilledBy::Lookup(Lookup {
                    value: Expression::new(filled.to_string()),
                    object: to.clone(),
                    by: by.clone(),
                    missing: Missing::default(),
                }),
                None => FilledBy::Expression(Expression::new(filled.to_string())),
            };
            let note = field.description.clone().or_else(|| field.label.clone().filter(|label| *label != field.name));
            FieldMapping { target: field.name.clone(), filled_by, checks, note, ..FieldMapping::default() }
        });
        let fields = fields.collect();
        let (key, write) = (object.primary_key.clone(), WriteMode::default());
        let from = format!("{}.csv", object.name);
        profile.objects.push(ObjectMapping { from, to: object.name.clone(), write, key, fields, ..Default::default() });
    }
    profile.source = Location::from_argument(match profile.objects.as_slice() {
        [only] => &only.from,
        _ => ".",
    });
    Ok(Imported { profile, left: leaving.0 })
}

/// Types that a check can ask for.
fn asked(field_type: FieldType) -> Option<FieldType> {
    let free = matches!(field_type, FieldType::Text | FieldType::LongText | FieldType::Picklist | FieldType::Reference);
    (!free && field_type != FieldType::Id).then_some(field_type)
}

/// Fields that refer to another table: field, table, its field.
fn foreign_keys(table: &Value, name: &str, leaving: &mut Leaving) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.len() == 1 => items[0].as_str().map(str::to_owned),
        _ => None,
    };
    for key in table.get("foreignKeys").and_then(Value::as_array).into_iter().flatten() {
        let reference = key.get("reference").unwrap_or(&Value::Null);
        let resource = reference.get("resource").and_then(Value::as_str).unwrap_or_default();
        match (key.get("fields").and_then(one), reference.get("fields").and_then(one)) {
            (Some(field), Some(by)) if !resource.is_empty() => found.push((field, resource.to_owned(), by)),
            _ => leaving.note(name, format!("the foreign key {key}")),
        }
    }
    found
}

pub(super) fn export(profile: &Profile) -> Exported {
    let mut leaving = Leaving::default();
    let mut files = Vec::new();
    for object in &profile.objects {
        let table = table(object, &mut leaving);
        let name = if object.to.is_empty() { "table" } else { &object.to };
        let text = serde_json::to_string_pretty(&table).unwrap_or_default();
        files.push((format!("{name}.schema.json"), format!("{text}\n")));
    }
    Exported { files, left: leaving.0 }
}

fn table(object: &ObjectMapping, leaving: &mut Leaving) -> Value {
    if let Some(filter) = &object.filter {
        leaving.note(&object.to, format!("`where: {}`", filter.text));
    }
    if object.write != WriteMode::default() {
        leaving.note(&object.to, "its write mode");
    }
    leave_record_rules(object, leaving);
    let mut foreign = Vec::new();
    // Words that every field takes for nothing are the table's.
    let mut missing: Option<Vec<String>> = None;
    let mut fields = Vec::new();
    for field in &object.fields {
        let place = format!("{}.{}", object.to, field.target);
        let words = null_words(field);
        let own = words.is_some();
        match (&missing, &words) {
            (None, _) => missing = Some(words.unwrap_or_default()),
            (Some(known), words) if words.clone().unwrap_or_default() == *known => {}
            _ => missing = Some(Vec::new()),
        }
        let by_name = crate::transform::field_reference(&field.target);
        if field.expression().text != by_name && !own {
            leaving.note(&place, format!("how it is filled: `{}`", field.expression().text));
        }
        if field.values.is_some() {
            leaving.note(&place, "its value map");
        }
        if let FilledBy::Lookup(lookup) = &field.filled_by {
            foreign.push(json!({
                "fields": field.target,
                "reference": { "resource": lookup.object, "fields": lookup.by },
            }));
        }
        fields.push(written(field, object.key == [field.target.clone()], &place, leaving));
    }
    let mut table = json!({ "name": object.to, "fields": fields });
    if let Some(map) = table.as_object_mut() {
        match object.key.as_slice() {
            [] => {}
            [one] => drop(map.insert("primaryKey".into(), one.as_str().into())),
            several => drop(map.insert("primaryKey".into(), several.into())),
        }
        if !foreign.is_empty() {
            map.insert("foreignKeys".into(), foreign.into());
        }
        let words = missing.unwrap_or_default();
        if !words.is_empty() {
            let all: Vec<String> = std::iter::once(String::new()).chain(words).collect();
            map.insert("missingValues".into(), all.into());
        }
    }
    table
}

/// The words of `null_if(Name, "NA", "-")` where that is all a field says.
fn null_words(field: &FieldMapping) -> Option<Vec<String>> {
    let parsed = crate::transform::parse(&field.expression().text).ok()?;
    let ExprKind::Call { name, arguments, .. } = &parsed.kind else { return None };
    let (first, words) = arguments.split_first().filter(|_| name == "null_if")?;
    if *first.to_string() != expr(ExprKind::Field(field.target.clone())).to_string() {
        return None;
    }
    let word = |one: &crate::transform::Expr| match &one.kind {
        ExprKind::Text(text) => Some(text.clone()),
        _ => None,
    };
    words.iter().map(word).collect()
}

fn written(field: &FieldMapping, is_key: bool, place: &str, leaving: &mut Leaving) -> Value {
    let checks = &field.checks;
    let (kind, format) = match checks.field_type {
        None | Some(FieldType::Text | FieldType::LongText) => ("string", None),
        Some(FieldType::Integer) => ("integer", None),
        Some(FieldType::Decimal) => ("number", None),
        Some(FieldType::Boolean) => ("boolean", None),
        Some(FieldType::Date) => ("date", None),
        Some(FieldType::Time) => ("time", None),
        Some(FieldType::DateTime) => ("datetime", None),
        Some(FieldType::List) => ("array", None),
        Some(FieldType::Map) => ("object", None),
        Some(FieldType::Email) => ("string", Some("email")),
        Some(FieldType::Url) => ("string", Some("uri")),
        Some(other) => {
            leaving.note(place, format!("the type {}", crate::profile::type_word(other)));
            ("string", None)
        }
    };
    let mut constraints = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        constraints.extend(value.map(|value| (name.to_owned(), value)));
    };
    // A primary key is both by itself.
    put("required", (checks.required && !is_key).then(|| true.into()));
    put("unique", (checks.unique && !is_key).then(|| true.into()));
    put("minLength", checks.length.min.map(Into::into));
    put("maxLength", checks.length.max.map(Into::into));
    let bound = |bound: &Option<String>| {
        let bound = bound.as_ref()?;
        let number = matches!(kind, "integer" | "number").then(|| serde_json::from_str(bound).ok()).flatten();
        Some(number.unwrap_or_else(|| Value::String(bound.clone())))
    };
    put("minimum", bound(&checks.range.min));
    put("maximum", bound(&checks.range.max));
    put("pattern", checks.pattern.as_ref().map(|(pattern, _)| pattern.as_str().into()));
    put("enum", (!checks.one_of.is_empty()).then(|| checks.one_of.clone().into()));
    if let Some(compare) = &checks.compare {
        leaving.note(place, format!("`compare: {}`", compare.text));
    }
    let mut written = json!({ "name": field.target, "type": kind });
    if let Some(map) = written.as_object_mut() {
        map.extend(format.map(|format| ("format".to_owned(), format.into())));
        map.extend(field.note.as_ref().map(|note| ("description".to_owned(), note.as_str().into())));
        if !constraints.is_empty() {
            map.insert("constraints".into(), constraints.into());
        }
    }
    written
}
