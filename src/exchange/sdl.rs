//! Salesforce Data Loader: `.sdl` mapping files (Java properties, `COLUMN=Field`), and the properties of a process that
//! names one (`process.operation`, `sfdc.entity`, `sfdc.externalIdField`).
//!
//! `"text"=Field1, Field2` fills fields with a constant; an empty right side leaves a column out; `A, B=Field` puts
//! columns together with `, ` between them; `COLUMN=Parent\:Account-Ext__c` looks the parent up by a field.

use super::plain::{self, Filling, call, column, filling, leave_rules, stem};
use super::{ExchangeError, Exported, Imported, Input, Leaving, properties};
use crate::connect::{Location, WriteMode};
use crate::profile::{Expression, FieldMapping, FilledBy, Lookup, Missing, ObjectMapping, Profile};

const TOGETHER: &str = ", ";

pub(super) fn import(input: &Input<'_>) -> Result<Imported, ExchangeError> {
    let mut leaving = Leaving::default();
    let pairs = properties::read(&input.text);
    let config = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let is_config = pairs.iter().any(|(key, _)| key.starts_with("process.") || key.starts_with("sfdc."));
    let own = stem(&input.path.to_string_lossy()).to_owned();
    let mut object = ObjectMapping { from: format!("{own}.csv"), to: own.clone(), ..ObjectMapping::default() };
    if !is_config {
        object.fields = fields(&pairs, &mut leaving);
        return done(input, object, leaving);
    }
    let mapping = config("process.mappingFile").ok_or_else(|| {
        let next = "Add `process.mappingFile`, or import the .sdl file itself.";
        ExchangeError::new(input.place(), "the process names no mapping file", next)
    })?;
    let path = input.folder().join(mapping);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let next = "Put the mapping file where the process names it, or import the .sdl file itself.";
        ExchangeError::new(path.display().to_string(), format!("the mapping file cannot be read: {error}"), next)
    })?;
    object.fields = fields(&properties::read(&text), &mut leaving);
    for (key, value) in &pairs {
        match key.as_str() {
            "process.mappingFile" => {}
            "process.operation" => match value.to_lowercase().as_str() {
                "insert" => object.write = WriteMode::Insert,
                "update" => object.write = WriteMode::Update,
                "upsert" => object.write = WriteMode::Upsert,
                _ => leaving.note(key, format!("`{value}` is not something that a profile writes")),
            },
            "sfdc.entity" => object.to.clone_from(value),
            "sfdc.externalIdField" if !value.is_empty() => object.key = vec![value.clone()],
            "dataAccess.name" if !value.is_empty() => object.from.clone_from(value),
            "sfdc.externalIdField" | "dataAccess.name" => {}
            _ => leaving.note(key, format!("`{value}`")),
        }
    }
    if object.write == WriteMode::Update && object.key.is_empty() {
        object.key = vec!["Id".to_owned()];
    }
    done(input, object, leaving)
}

fn done(input: &Input<'_>, object: ObjectMapping, leaving: Leaving) -> Result<Imported, ExchangeError> {
    if object.fields.is_empty() {
        let next = "A mapping file has lines such as `EMAIL=Email`.";
        return Err(ExchangeError::new(input.place(), "the file maps no field", next));
    }
    let source = Location::from_argument(&object.from);
    let profile = Profile { source, objects: vec![object], ..Profile::default() };
    Ok(Imported { profile, left: leaving.0 })
}

fn fields(pairs: &[(String, String)], leaving: &mut Leaving) -> Vec<FieldMapping> {
    let mut fields: Vec<FieldMapping> = Vec::new();
    for (from, to) in pairs {
        // `FIRST, LAST=Name` without a backslash before the blank, as people write it by hand.
        let (from, to) = match to.split_once('=') {
            Some((more, to)) if from.ends_with(',') => (&format!("{from} {}", more.trim_end()), &to.trim().to_owned()),
            _ => (from, to),
        };
        let targets: Vec<&str> = to.split(',').map(str::trim).filter(|target| !target.is_empty()).collect();
        if targets.is_empty() {
            leaving.note(from, "the column is not mapped");
            continue;
        }
        let constant = from.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| from.len() > 1);
        let expr = match constant {
            Some(constant) => plain::text(constant),
            None => {
                let columns: Vec<&str> = from.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
                match columns.as_slice() {
                    [] => continue,
                    [one] => column(*one),
                    several => {
                        let first = std::iter::once(plain::text(TOGETHER));
                        call("join", first.chain(several.iter().map(|name| column(*name))).collect())
                    }
                }
            }
        };
        for target in targets {
            let field = match lookup(target, &expr.to_string()) {
                Some(field) => field,
                None => plain::field(target, &expr),
            };
            if fields.iter().any(|other| other.target == field.target) {
                leaving.note(from, format!("`{target}` is filled by another line already"));
            } else {
                fields.push(field);
            }
        }
    }
    fields
}

/// `Parent:Account-Ext__c`, also without the object (`Parent:Ext__c`).
fn lookup(target: &str, value: &str) -> Option<FieldMapping> {
    let (relation, rest) = target.split_once(':')?;
    let (object, by) = rest.split_once('-').unwrap_or((relation, rest));
    let target = match relation.strip_suffix("__r") {
        Some(custom) => format!("{custom}__c"),
        None => format!("{relation}Id"),
    };
    let lookup = Lookup {
        value: Expression::new(value),
        object: object.to_owned(),
        by: by.to_owned(),
        missing: Missing::default(),
    };
    Some(FieldMapping { target, filled_by: FilledBy::Lookup(lookup), ..FieldMapping::default() })
}

/// The relation of a field that refers to another record.
fn relation(target: &str) -> Option<String> {
    match target.strip_suffix("__c") {
        Some(custom) => Some(format!("{custom}__r")),
        None => target.strip_suffix("Id").filter(|name| !name.is_empty()).map(str::to_owned),
    }
}

pub(super) fn export(profile: &Profile) -> Exported {
    let mut leaving = Leaving::default();
    let mut files = Vec::new();
    for object in &profile.objects {
        let name = if object.to.is_empty() { "mapping" } else { &object.to };
        let text = mapping(object, &mut leaving);
        leave_rules(object, &mut leaving, true);
        files.push((format!("{name}.sdl"), text));
        files.push((format!("{name}.properties"), process(object, name, &mut leaving)));
    }
    Exported { files, left: leaving.0 }
}

/// One line a column: fields that the same column fills share it.
fn mapping(object: &ObjectMapping, leaving: &mut Leaving) -> String {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for field in &object.fields {
        let place = format!("{}.{}", object.to, field.target);
        let from = match filling(field.expression()) {
            Filling::Column(name) if name.contains(',') || name.starts_with('"') => {
                leaving.note(&place, format!("the column `{name}`, whose name a mapping file cannot hold"));
                continue;
            }
            Filling::Column(name) => name,
            Filling::Constant(text) => format!("\"{text}\""),
            Filling::Joined(between, columns) if between == TOGETHER => columns.join(TOGETHER),
            Filling::Joined(_, columns) | Filling::More(columns) => {
                leaving.note(
                    &place,
                    format!("`{}`; run the profile first, and load what it writes", field.expression().text),
                );
                match columns.as_slice() {
                    [one] => one.clone(),
                    _ => continue,
                }
            }
        };
        let to = match &field.filled_by {
            FilledBy::Expression(_) => field.target.clone(),
            FilledBy::Lookup(lookup) => match relation(&field.target) {
                Some(relation) => format!("{relation}:{}-{}", lookup.object, lookup.by),
                None => {
                    leaving.note(&place, format!("the lookup in {} by {}", lookup.object, lookup.by));
                    continue;
                }
            },
        };
        if let FilledBy::Lookup(lookup) = &field.filled_by
            && lookup.missing != Missing::default()
        {
            leaving.note(&place, "what becomes of a record whose lookup finds nothing");
        }
        match lines.iter_mut().find(|(known, _)| *known == from) {
            Some((_, targets)) => targets.push(to),
            None => lines.push((from, vec![to])),
        }
    }
    lines.iter().map(|(from, targets)| properties::line(from, &targets.join(", "))).collect()
}

fn process(object: &ObjectMapping, name: &str, leaving: &mut Leaving) -> String {
    let operation = match object.write {
        WriteMode::Insert | WriteMode::Append => "insert",
        WriteMode::Update => "update",
        WriteMode::Upsert => "upsert",
        WriteMode::SkipExisting | WriteMode::Replace => {
            leaving.note(&object.to, "its write mode; the process inserts");
            "insert"
        }
    };
    if object.write == WriteMode::Append {
        leaving.note(&object.to, "`write: append`; the process inserts");
    }
    let mut text = properties::line("process.operation", operation);
    text.push_str(&properties::line("process.mappingFile", &format!("{name}.sdl")));
    text.push_str(&properties::line("sfdc.entity", &object.to));
    match object.key.as_slice() {
        [] => {}
        [key] if object.write == WriteMode::Update && key == "Id" => {}
        [key] => text.push_str(&properties::line("sfdc.externalIdField", key)),
        keys => leaving.note(&object.to, format!("the key of several fields: {}", keys.join(", "))),
    }
    text.push_str(&properties::line("dataAccess.name", &object.from));
    text
}
