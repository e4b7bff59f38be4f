//! The schema files of `mapwright match`: `{"entity": ..., "fields": [{"name", "label"?, "type"?, "samples"?,
//! "description"?, "options"?}]}`.

use serde::Deserialize;
use thiserror::Error;

use crate::schema::{Constraints, Field, FieldType, Object};

/// Why a field list could not be read.
#[derive(Debug, Error)]
pub enum FieldListError {
    #[error(
        "line {line}, column {column}: {message}. A field list looks like {{\"entity\": \"Contact\", \"fields\": [{{\"name\": \"Email\"}}]}}."
    )]
    NotAFieldList { line: usize, column: usize, message: String },
}

#[derive(Deserialize)]
struct RawObject {
    #[serde(default, alias = "object", alias = "name")]
    entity: String,
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
struct RawField {
    name: String,
    #[serde(default)]
    label: Option<String>,
    #[serde(default, rename = "type")]
    field_type: Option<String>,
    #[serde(default)]
    samples: Vec<serde_json::Value>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    options: Vec<serde_json::Value>,
    #[serde(default)]
    required: bool,
}

/// Reads an object from the text of a field list. Types that are not known are text.
///
/// # Errors
/// Text that is no JSON or has no list of named fields, with line and column.
pub fn object_from_field_list(text: &str) -> Result<Object, FieldListError> {
    let raw: RawObject = serde_json::from_str(text).map_err(|error| FieldListError::NotAFieldList {
        line: error.line(),
        column: error.column(),
        message: error.to_string().split(" at line").next().unwrap_or_default().to_owned(),
    })?;
    Ok(Object {
        name: raw.entity,
        fields: raw.fields.into_iter().map(RawField::into_field).collect(),
        ..Object::default()
    })
}

impl RawField {
    fn into_field(self) -> Field {
        Field {
            name: self.name,
            label: self.label,
            field_type: self.field_type.as_deref().map(field_type).unwrap_or_default(),
            native_type: self.field_type,
            description: self.description,
            constraints: Constraints {
                required: self.required,
                one_of: self.options.iter().map(text_of).collect(),
                ..Constraints::default()
            },
            references: None,
            samples: self.samples.iter().map(text_of).collect(),
        }
    }
}

fn text_of(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A type by any of its usual names.
pub(super) fn field_type(name: &str) -> FieldType {
    match name.trim().to_lowercase().as_str() {
        "text" | "textarea" | "longtext" | "long_text" | "html" | "address" => FieldType::LongText,
        "integer" | "int" | "bigint" | "long" => FieldType::Integer,
        "decimal" | "number" | "double" | "float" | "numeric" | "duration" => FieldType::Decimal,
        "currency" | "money" => FieldType::Money,
        "percent" => FieldType::Percent,
        "boolean" | "bool" | "checkbox" => FieldType::Boolean,
        "date" => FieldType::Date,
        "time" => FieldType::Time,
        "datetime" | "timestamp" | "date_time" => FieldType::DateTime,
        "email" => FieldType::Email,
        "phone" => FieldType::Phone,
        "url" => FieldType::Url,
        "country" => FieldType::Country,
        "picklist" | "select" | "enum" | "enumeration" => FieldType::Picklist,
        "multipicklist" | "multiselect" | "multi_picklist" => FieldType::MultiPicklist,
        "id" | "uuid" => FieldType::Id,
        "reference" | "multireference" | "lookup" | "owner" => FieldType::Reference,
        "list" | "array" => FieldType::List,
        "object" | "map" | "json" => FieldType::Map,
        "binary" | "bytes" | "file" => FieldType::Bytes,
        _ => FieldType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_list_becomes_an_object() {
        let object = object_from_field_list(
            r#"{"entity": "Lead", "fields": [{"name": "EMAIL", "type": "email", "samples": ["a@b.de", 7]},
                {"name": "Rating", "label": "How hot", "type": "picklist", "options": ["Hot", "Cold"]}, {"name": "x"}]}"#,
        )
        .unwrap();
        assert_eq!(object.name, "Lead");
        assert_eq!(object.fields[0].field_type, FieldType::Email);
        assert_eq!(object.fields[0].samples, ["a@b.de", "7"]);
        assert_eq!(object.fields[1].constraints.one_of, ["Hot", "Cold"]);
        assert_eq!(object.fields[2].field_type, FieldType::Text);
    }

    #[test]
    fn what_is_no_field_list_is_named_with_its_place() {
        let error = object_from_field_list("{\"entity\": \"Lead\",\n \"fields\": 3}").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(object_from_field_list("").is_err());
    }
}
