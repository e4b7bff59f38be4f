//! The statement that makes an absent table from a schema.

use super::database::quoted;
use crate::connect::WriteRequest;
use crate::schema::{Field, FieldType, Object};

/// `CREATE TABLE` for the object of a request: all fields of its schema where one is known, else those it writes.
pub(super) fn statement(request: &WriteRequest, table: &str) -> String {
    let bare = Object { fields: request.fields.iter().map(Field::named).collect(), ..Object::default() };
    let known = request.schema.as_ref().filter(|object| !object.fields.is_empty());
    let mut fields = known.unwrap_or(&bare).fields.clone();
    for name in &request.fields {
        if !fields.iter().any(|field| field.name.eq_ignore_ascii_case(name)) {
            fields.push(Field::named(name));
        }
    }
    let primary = known.map(|object| object.primary_key.as_slice()).unwrap_or_default();
    let is_part_of = |key: &[String], field: &Field| key.iter().any(|name| name.eq_ignore_ascii_case(&field.name));
    let mut lines: Vec<String> = fields
        .iter()
        .map(|field| column(field, is_part_of(&request.key, field) || is_part_of(primary, field)))
        .collect();
    let mut keys: Vec<(&str, &[String])> = Vec::new();
    match (primary.is_empty(), request.key.is_empty()) {
        (false, _) => {
            keys.push(("PRIMARY KEY", primary));
            if !request.key.is_empty() && request.key != primary {
                keys.push(("UNIQUE", &request.key));
            }
        }
        (true, false) => keys.push(("PRIMARY KEY", &request.key)),
        (true, true) => {}
    }
    for (word, names) in keys {
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        lines.push(format!("{word} ({})", names.join(", ")));
    }
    format!("CREATE TABLE {} (\n  {}\n)", quoted(table), lines.join(",\n  "))
}

fn column(field: &Field, in_key: bool) -> String {
    let name = quoted(&field.name);
    let constraints = &field.constraints;
    let mut line = format!("{name} {}", native_type(field));
    if constraints.required || in_key {
        line.push_str(" NOT NULL");
    }
    if constraints.unique && !in_key {
        line.push_str(" UNIQUE");
    }
    if let Some(default) = &constraints.default {
        line.push_str(&format!(" DEFAULT {}", text_literal(default)));
    }
    if !constraints.one_of.is_empty() {
        let values: Vec<String> = constraints.one_of.iter().map(|value| text_literal(value)).collect();
        line.push_str(&format!(" CHECK ({name} IN ({}))", values.join(", ")));
    }
    line
}

fn native_type(field: &Field) -> String {
    match field.field_type {
        FieldType::Integer => "INTEGER".to_owned(),
        FieldType::Decimal | FieldType::Money | FieldType::Percent => "NUMERIC".to_owned(),
        FieldType::Boolean => "BOOLEAN".to_owned(),
        FieldType::Date => "DATE".to_owned(),
        FieldType::Time => "TIME".to_owned(),
        FieldType::DateTime => "DATETIME".to_owned(),
        FieldType::Bytes => "BLOB".to_owned(),
        _ => match field.constraints.max_length {
            Some(length) => format!("VARCHAR({length})"),
            None => "TEXT".to_owned(),
        },
    }
}

fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
