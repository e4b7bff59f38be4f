//! The schema: objects and their fields. Made by inference, by introspection, from schema files and from templates.

use serde::{Deserialize, Serialize};

/// The logical type of a field: a judgement made visible, never a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    #[default]
    Text,
    /// Text that may hold several lines.
    LongText,
    Integer,
    Decimal,
    Money,
    Percent,
    Boolean,
    Date,
    Time,
    DateTime,
    Email,
    Phone,
    Url,
    Country,
    /// One of a list of values.
    Picklist,
    /// Several of a list of values.
    MultiPicklist,
    /// The key of a record in its own system.
    Id,
    /// The key of another record.
    Reference,
    List,
    Map,
    Bytes,
}

/// What a target demands of a field's values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Constraints {
    pub required: bool,
    pub unique: bool,
    /// The system sets it; a migration cannot write it.
    pub read_only: bool,
    /// In characters.
    pub min_length: Option<u32>,
    /// In characters.
    pub max_length: Option<u32>,
    /// Decimal texts, inclusive.
    pub minimum: Option<String>,
    /// Decimal texts, inclusive.
    pub maximum: Option<String>,
    /// Digits after the point that the field can hold.
    pub scale: Option<u32>,
    /// A regular expression that the whole value must match.
    pub pattern: Option<String>,
    /// Picklist values, in the system's order. Empty: anything goes.
    pub one_of: Vec<String>,
    /// What the target fills in where nothing is given.
    pub default: Option<String>,
}

/// A named column of an object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Field {
    /// The API name: what a profile says. Nested fields are paths (`address.city`).
    pub name: String,
    pub label: Option<String>,
    #[serde(rename = "type", default)]
    pub field_type: FieldType,
    /// The type in the system's own words (`VARCHAR(80)`, `reference(Account)`).
    pub native_type: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub constraints: Constraints,
    /// The object that a reference points to.
    pub references: Option<String>,
    /// A few values, for matching and for people.
    #[serde(default)]
    pub samples: Vec<String>,
}

impl Field {
    pub fn named(name: impl Into<String>) -> Field {
        Field { name: name.into(), ..Field::default() }
    }

    /// The label where there is one, else the name.
    pub fn title(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// One kind of record in a source or target.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Object {
    pub name: String,
    pub label: Option<String>,
    pub fields: Vec<Field>,
    /// Names of the fields that identify a record.
    #[serde(default)]
    pub primary_key: Vec<String>,
    /// How many records there are, where it is known without reading them.
    pub records: Option<u64>,
}

impl Object {
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Objects of one system.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Schema {
    pub name: String,
    pub objects: Vec<Object>,
}

impl Schema {
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == name)
    }
}
