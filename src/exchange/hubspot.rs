//! HubSpot import requests: `{ name, importOperations, dateFormat, files[] { fileName, fileImportPage { hasHeader,
//! columnMappings[] { columnObjectTypeId, columnName, propertyName, columnType } } } }`.

use serde_json::{Value, json};

use super::plain::{self, Filling, column, filling, leave_rules};
use super::{ExchangeError, Exported, Imported, Input, Leaving};
use crate::connect::{Location, WriteMode};
use crate::profile::{FilledBy, ObjectMapping, Profile};

/// Object types and the names that people give them.
const OBJECTS: &[(&str, &str)] = &[
    ("0-1", "contacts"),
    ("0-2", "companies"),
    ("0-3", "deals"),
    ("0-5", "tickets"),
    ("0-7", "products"),
    ("0-8", "line_items"),
    ("0-27", "tasks"),
    ("0-46", "notes"),
    ("0-47", "meetings"),
    ("0-48", "calls"),
    ("0-49", "emails"),
];

/// Column types that identify the record.
const KEYS: &[&str] = &["HUBSPOT_ALTERNATE_ID", "HUBSPOT_OBJECT_ID"];

fn name_of(id: &str) -> String {
    OBJECTS.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name).to_owned()
}

fn id_of(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let known = OBJECTS.iter().find(|(_, plural)| {
        *plural == lower || plural.strip_suffix('s') == Some(&lower) || (*plural == "companies" && lower == "company")
    });
    let is_id = name.contains('-') && name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    known.map(|(id, _)| (*id).to_owned()).or_else(|| is_id.then(|| name.to_owned()))
}

pub(super) fn import(input: &Input<'_>) -> Result<Imported, ExchangeError> {
    let root = input.json()?;
    let mut leaving = Leaving::default();
    let files = root.get("files").and_then(Value::as_array).ok_or_else(|| {
        ExchangeError::new(input.place(), "there are no `files`", "Give it the importRequest as HubSpot takes it.")
    })?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut profile = Profile { source: Location::from_argument("."), ..Profile::default() };
    profile.name = root.get("name").and_then(Value::as_str).map(str::to_owned);
    for (key, value) in root.as_object().into_iter().flatten() {
        if !["name", "files", "importOperations"].contains(&key.as_str()) {
            leaving.note(key, format!("`{value}`"));
        }
    }
    let mut header = None;
    for (number, file) in files.iter().enumerate() {
        let place = format!("files[{number}]");
        let from = text(file, "fileName");
        let page = file.get("fileImportPage").unwrap_or(&Value::Null);
        if page.get("hasHeader").and_then(Value::as_bool) == Some(false) {
            header = Some(false);
        }
        for (key, value) in file.as_object().into_iter().flatten() {
            if !["fileName", "fileFormat", "fileImportPage"].contains(&key.as_str()) {
                leaving.note(format!("{place}.{key}"), format!("`{value}`"));
            }
        }
        for mapping in page.get("columnMappings").and_then(Value::as_array).into_iter().flatten() {
            let (id, name, property) =
                (text(mapping, "columnObjectTypeId"), text(mapping, "columnName"), text(mapping, "propertyName"));
            let kind = text(mapping, "columnType");
            let place = format!("{place}, column `{name}`");
            for (key, value) in mapping.as_object().into_iter().flatten() {
                let known = ["columnObjectTypeId", "columnName", "propertyName", "columnType"];
                if !known.contains(&key.as_str()) && !value.is_null() {
                    leaving.note(&place, format!("`{key}`: {value}"));
                }
            }
            let is_key = KEYS.contains(&kind.as_str());
            if property.is_empty() && !is_key {
                leaving.note(&place, if kind.is_empty() { "it goes into no property".into() } else { kind });
                continue;
            }
            // A record is known by the id that HubSpot gave it where there is no property.
            let target = if property.is_empty() { "hs_object_id".to_owned() } else { property };
            let to = name_of(&id);
            let at = match profile.objects.iter().position(|object| object.from == from && object.to == to) {
                Some(at) => at,
                None => {
                    let operation = root.get("importOperations").map(|all| text(all, &id)).unwrap_or_default();
                    let write = match operation.as_str() {
                        "CREATE" => WriteMode::Insert,
                        "UPDATE" => WriteMode::Update,
                        // What HubSpot does where nothing is said.
                        _ => WriteMode::Upsert,
                    };
                    let object = ObjectMapping { from: from.clone(), to, write, ..ObjectMapping::default() };
                    profile.objects.push(object);
                    profile.objects.len() - 1
                }
            };
            let Some(object) = profile.objects.get_mut(at) else { continue };
            if object.field(&target).is_some() {
                leaving.note(&place, format!("`{target}` is filled by another column already"));
                continue;
            }
            if is_key {
                object.key.push(target.clone());
                if kind == "HUBSPOT_OBJECT_ID" && target != "hs_object_id" {
                    leaving.note(&place, "that the column holds HubSpot's own id");
                }
            } else if !kind.is_empty() && kind != "STANDARD" {
                leaving.note(&place, kind);
            }
            object.fields.push(plain::field(target, &column(name)));
        }
    }
    profile.source.header = header;
    if let [only] = profile.objects.as_slice() {
        profile.source.address.clone_from(&only.from);
    }
    Ok(Imported { profile, left: leaving.0 })
}

pub(super) fn export(profile: &Profile) -> Exported {
    let mut leaving = Leaving::default();
    let mut operations = serde_json::Map::new();
    let mut files: Vec<(String, Vec<Value>)> = Vec::new();
    for object in &profile.objects {
        let id = id_of(&object.to).unwrap_or_else(|| {
            leaving
                .note(&object.to, "HubSpot has no object type of this name; put its id (as in 2-1234567) in its place");
            object.to.clone()
        });
        let operation = match object.write {
            WriteMode::Insert => "CREATE",
            WriteMode::Update => "UPDATE",
            WriteMode::Upsert => "UPSERT",
            WriteMode::Append | WriteMode::SkipExisting | WriteMode::Replace => {
                leaving.note(&object.to, "its write mode; the records are created");
                "CREATE"
            }
        };
        operations.insert(id.clone(), operation.into());
        let from = if object.from.is_empty() { profile.source.address.clone() } else { object.from.clone() };
        let mut columns = Vec::new();
        for field in &object.fields {
            let place = format!("{}.{}", object.to, field.target);
            if let FilledBy::Lookup(lookup) = &field.filled_by {
                leaving.note(&place, format!("the lookup in {}; associate the records in HubSpot", lookup.object));
                continue;
            }
            let column = match filling(field.expression()) {
                Filling::Column(name) => name,
                Filling::More(mut columns) | Filling::Joined(_, mut columns) if columns.len() == 1 => {
                    leaving.note(
                        &place,
                        format!("`{}`; run the profile first, and import what it writes", field.expression().text),
                    );
                    columns.remove(0)
                }
                _ => {
                    leaving.note(&place, format!("`{}`; a request only names columns", field.expression().text));
                    continue;
                }
            };
            let mut mapping = json!({
                "columnObjectTypeId": id,
                "columnName": column,
                "propertyName": field.target,
            });
            if object.key.contains(&field.target)
                && let Some(mapping) = mapping.as_object_mut()
            {
                let own = field.target == "hs_object_id";
                mapping.insert("columnType".into(), if own { KEYS[1] } else { KEYS[0] }.into());
                if own {
                    mapping.insert("propertyName".into(), Value::Null);
                }
            }
            columns.push(mapping);
        }
        leave_rules(object, &mut leaving, true);
        match files.iter_mut().find(|(name, _)| *name == from) {
            Some((_, all)) => all.append(&mut columns),
            None => files.push((from, columns)),
        }
    }
    let has_header = profile.source.header != Some(false);
    let files: Vec<Value> = files
        .into_iter()
        .map(|(name, columns)| {
            let format = if name.ends_with(".xlsx") || name.ends_with(".xls") { "SPREADSHEET" } else { "CSV" };
            json!({
                "fileName": name,
                "fileFormat": format,
                "fileImportPage": { "hasHeader": has_header, "columnMappings": columns },
            })
        })
        .collect();
    let request = json!({
        "name": profile.name.clone().unwrap_or_else(|| "mapwright".to_owned()),
        "importOperations": operations,
        "files": files,
    });
    let text = serde_json::to_string_pretty(&request).unwrap_or_default();
    Exported { files: vec![("importRequest.json".to_owned(), format!("{text}\n"))], left: leaving.0 }
}
