//! Schemas in JSON and YAML: mapwright's own form, Frictionless Table Schema and Data Package, and the plain form of
//! one entity and its fields. They share most words, so one reader takes all.
//!
//! - own: `{ "name", "objects": [{ "name", "fields": [...] }] }`
//! - Table Schema (<https://specs.frictionlessdata.io/table-schema/>): `{ "fields": [...], "primaryKey", "foreignKeys" }`
//! - Data Package: `{ "name", "resources": [{ "name", "schema": { "fields": [...] } }] }`
//! - plain: `{ "entity": "Contact", "fields": [{ "name", "label", "type", "samples", "description", "options" }] }`
//!
//! `missingValues` of a Table Schema speaks of how a file writes nothing, which a profile decides here; it is read over.

use serde_json::{Map, Value};

use super::load_error::TextError;
use super::type_words::type_of_word;
use super::{Constraints, Field, FieldType, Object, Schema};

/// Larger schema files are something else.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// Reads JSON text into a tree.
pub(super) fn parse_json(text: &str) -> Result<Value, TextError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
        TextError::at(error.line(), error.column(), format!("this is no valid JSON: {what}"), "Correct the file there.")
    })
}

/// Reads YAML text into a tree.
pub(super) fn parse_yaml(text: &str) -> Result<Value, TextError> {
    let options = serde_yaml::options! { with_snippet: false };
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (line, column) = error.location().map_or((0, 0), |at| (at.line() as usize, at.column() as usize));
        let whole = error.to_string();
        let what = whole.lines().next().unwrap_or("the text breaks off").trim_end_matches('.');
        TextError::at(line, column, format!("this is no valid YAML: {what}"), "Correct the file there.")
    })
}

/// Whether a document is meant as a schema, and not as data.
pub(super) fn is_schema(document: &Value) -> bool {
    let list = |key: &str| document.get(key).is_some_and(Value::is_array);
    list("objects") || list("fields") || list("resources")
}

/// Reads a schema out of a document; `name` is for objects that have none.
pub(super) fn read_schema(document: &Value, name: &str) -> Result<Schema, TextError> {
    let Some(root) = document.as_object() else {
        return Err(TextError::in_document("", "a schema is an object with `objects` or `fields`", FORMS));
    };
    let own_name = first_text(root, &["name"]).unwrap_or_else(|| name.to_owned());
    let mut schema = Schema { name: own_name, objects: Vec::new() };
    if let Some(objects) = root.get("objects") {
        for (at, object) in list(objects, "objects")?.iter().enumerate() {
            let path = format!("objects[{at}]");
            schema.objects.push(read_object(map(object, &path)?, &path, None)?);
        }
    } else if let Some(resources) = root.get("resources") {
        for (at, resource) in list(resources, "resources")?.iter().enumerate() {
            let path = format!("resources[{at}]");
            let resource = map(resource, &path)?;
            let name = first_text(resource, &["name"]);
            let path = format!("{path}.schema");
            let table = resource.get("schema").ok_or_else(|| {
                TextError::in_document(&path, "the resource has no schema", "Add `schema` with its `fields`.")
            })?;
            schema.objects.push(read_object(map(table, &path)?, &path, name)?);
        }
    } else {
        schema.objects.push(read_object(root, "", Some(name.to_owned()))?);
    }
    if let Some(twice) = first_repeated(schema.objects.iter().map(|object| object.name.as_str())) {
        return Err(TextError::in_document("", format!("the object `{twice}` is there twice"), "Keep one of them."));
    }
    Ok(schema)
}

const FORMS: &str = "Give it mapwright's own form, a Frictionless Table Schema, or one entity with its fields.";

fn read_object(root: &Map<String, Value>, path: &str, name: Option<String>) -> Result<Object, TextError> {
    let within = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let fields_path = within("fields");
    let fields =
        root.get("fields").ok_or_else(|| TextError::in_document(&fields_path, "there are no fields", FORMS))?;
    let name = first_text(root, &["entity", "name"]).or(name).ok_or_else(|| {
        TextError::in_document(&within("name"), "the object has no name", "Add `name` with what the system calls it.")
    })?;
    let mut object = Object { name, label: first_text(root, &["label", "title"]), ..Object::default() };
    for (at, field) in list(fields, &fields_path)?.iter().enumerate() {
        let path = format!("{fields_path}[{at}]");
        object.fields.push(match field {
            Value::String(name) => Field::named(name.clone()),
            other => read_field(map(other, &path)?, &path)?,
        });
    }
    if let Some(twice) = first_repeated(object.fields.iter().map(|field| field.name.as_str())) {
        let what = format!("the field `{twice}` is there twice");
        return Err(TextError::in_document(&fields_path, what, "Keep one of them."));
    }
    object.records = root.get("records").and_then(Value::as_u64);
    if let Some(key) = root.get("primary_key").or_else(|| root.get("primaryKey")) {
        object.primary_key = texts(key, &within("primaryKey"))?;
        mark_key(&mut object, &within("primaryKey"))?;
    }
    if let Some(keys) = root.get("foreignKeys") {
        foreign_keys(keys, &within("foreignKeys"), &mut object)?;
    }
    Ok(object)
}

fn mark_key(object: &mut Object, path: &str) -> Result<(), TextError> {
    let alone = object.primary_key.len() == 1;
    for name in object.primary_key.clone() {
        let Some(field) = object.fields.iter_mut().find(|field| field.name == name) else {
            return Err(unknown_field(path, &name));
        };
        // What only the system sets cannot be demanded of a migration.
        field.constraints.required |= !field.constraints.read_only;
        field.constraints.unique |= alone;
    }
    Ok(())
}

fn unknown_field(path: &str, name: &str) -> TextError {
    TextError::in_document(path, format!("there is no field `{name}`"), "Name one of the `fields`.")
}

fn foreign_keys(keys: &Value, path: &str, object: &mut Object) -> Result<(), TextError> {
    for (at, key) in list(keys, path)?.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let key = map(key, &path)?;
        let names = key.get("fields").map_or(Ok(Vec::new()), |fields| texts(fields, &format!("{path}.fields")))?;
        let resource = key.get("reference").and_then(|reference| reference.get("resource")).and_then(Value::as_str);
        // An empty resource is the table itself.
        let to = resource.filter(|name| !name.is_empty()).unwrap_or(&object.name).to_owned();
        for name in names {
            let Some(field) = object.fields.iter_mut().find(|field| field.name == name) else {
                return Err(unknown_field(&path, &name));
            };
            field.references = Some(to.clone());
            field.field_type = FieldType::Reference;
        }
    }
    Ok(())
}

fn read_field(root: &Map<String, Value>, path: &str) -> Result<Field, TextError> {
    let name = first_text(root, &["name"]).filter(|name| !name.is_empty()).ok_or_else(|| {
        TextError::in_document(&format!("{path}.name"), "the field has no name", "Add `name` with its API name.")
    })?;
    let mut field = Field::named(name);
    field.label = first_text(root, &["label", "title"]);
    field.description = first_text(root, &["description", "help"]);
    field.references = first_text(root, &["references"]);
    field.native_type = first_text(root, &["native_type"]);
    read_type(root, path, &mut field)?;
    for key in ["samples", "examples", "example"] {
        if let Some(samples) = root.get(key) {
            field.samples = texts(samples, &format!("{path}.{key}"))?;
        }
    }
    if let Some(constraints) = root.get("constraints") {
        let path = format!("{path}.constraints");
        read_constraints(map(constraints, &path)?, &path, &mut field.constraints)?;
    }
    // The plain form writes these beside the name.
    read_constraints(root, path, &mut field.constraints)?;
    if !field.constraints.one_of.is_empty() && field.field_type == FieldType::Text {
        field.field_type = FieldType::Picklist;
    }
    Ok(field)
}

fn read_type(root: &Map<String, Value>, path: &str, field: &mut Field) -> Result<(), TextError> {
    let Some(word) = root.get("type") else { return Ok(()) };
    let Some(word) = word.as_str() else {
        let path = format!("{path}.type");
        return Err(TextError::in_document(&path, "the type is no word", "Write one, as `text` or `date`."));
    };
    field.field_type = type_of_word(word).unwrap_or_default();
    let format = first_text(root, &["format"]).filter(|format| format != "default");
    // Formats of Table Schema that are types here.
    match (field.field_type, format.as_deref()) {
        (FieldType::Text, Some("email")) => field.field_type = FieldType::Email,
        (FieldType::Text, Some("uri")) => field.field_type = FieldType::Url,
        (FieldType::Text, Some("uuid")) => field.field_type = FieldType::Id,
        (FieldType::Text, Some("binary")) => field.field_type = FieldType::Bytes,
        _ => {}
    }
    let own = serde_json::to_value(field.field_type).ok();
    let same = own.as_ref().and_then(Value::as_str) == Some(word) && format.is_none();
    if field.native_type.is_none() && !same {
        field.native_type = Some(format.map_or_else(|| word.to_owned(), |format| format!("{word} ({format})")));
    }
    Ok(())
}

fn read_constraints(root: &Map<String, Value>, path: &str, into: &mut Constraints) -> Result<(), TextError> {
    for (key, value) in root {
        if value.is_null() {
            continue;
        }
        let path = format!("{path}.{key}");
        match key.as_str() {
            "required" => into.required = flag(value, &path)?,
            "unique" => into.unique = flag(value, &path)?,
            "read_only" | "readOnly" => into.read_only = flag(value, &path)?,
            "min_length" | "minLength" => into.min_length = Some(count(value, &path)?),
            "max_length" | "maxLength" => into.max_length = Some(count(value, &path)?),
            "scale" => into.scale = Some(count(value, &path)?),
            "minimum" => into.minimum = Some(scalar(value, &path)?),
            "maximum" => into.maximum = Some(scalar(value, &path)?),
            "pattern" => into.pattern = Some(scalar(value, &path)?),
            "default" => into.default = Some(scalar(value, &path)?),
            "one_of" | "enum" | "options" => into.one_of = options(value, &path)?,
            _ => {}
        }
    }
    Ok(())
}

/// Picklist values: texts, or maps that have one (`value`, `name` or `label`).
fn options(value: &Value, path: &str) -> Result<Vec<String>, TextError> {
    let mut options = Vec::new();
    for (at, option) in list(value, path)?.iter().enumerate() {
        options.push(match option {
            Value::Object(map) => first_text(map, &["value", "name", "label"]).ok_or_else(|| {
                let path = format!("{path}[{at}]");
                TextError::in_document(&path, "the option has no value", "Give it a `value`.")
            })?,
            other => scalar(other, &format!("{path}[{at}]"))?,
        });
    }
    Ok(options)
}

fn first_text(map: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| map.get(*key).and_then(Value::as_str)).map(str::to_owned)
}

fn first_repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

fn map<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, TextError> {
    value.as_object().ok_or_else(|| wrong(path, "a map of keys and values", value))
}

fn list<'a>(value: &'a Value, path: &str) -> Result<&'a Vec<Value>, TextError> {
    value.as_array().ok_or_else(|| wrong(path, "a list", value))
}

/// One text or a list of texts.
fn texts(value: &Value, path: &str) -> Result<Vec<String>, TextError> {
    match value {
        Value::Array(items) => {
            let filled = items.iter().enumerate().filter(|(_, item)| !item.is_null());
            filled.map(|(at, item)| scalar(item, &format!("{path}[{at}]"))).collect()
        }
        Value::Null => Ok(Vec::new()),
        one => Ok(vec![scalar(one, path)?]),
    }
}

/// The text of a scalar, a number as it was written.
fn scalar(value: &Value, path: &str) -> Result<String, TextError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(wrong(path, "one value", value)),
    }
}

fn flag(value: &Value, path: &str) -> Result<bool, TextError> {
    value.as_bool().ok_or_else(|| wrong(path, "true or false", value))
}

fn count(value: &Value, path: &str) -> Result<u32, TextError> {
    value.as_u64().and_then(|count| u32::try_from(count).ok()).ok_or_else(|| wrong(path, "a whole number", value))
}

fn wrong(path: &str, wanted: &str, found: &Value) -> TextError {
    let found = match found {
        Value::Null => "nothing".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
        scalar => format!("`{scalar}`"),
    };
    TextError::in_document(path, format!("this should be {wanted}, and is {found}"), "Correct it there.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Result<Schema, TextError> {
        read_schema(&parse_json(text)?, "file")
    }

    #[test]
    fn the_own_form_reads_back_what_it_writes() {
        let mut field = Field::named("Email");
        field.field_type = FieldType::Email;
        field.label = Some("E-mail".into());
        field.constraints = Constraints {
            required: true,
            max_length: Some(80),
            minimum: Some("0.10".into()),
            one_of: vec!["a".into()],
            ..Constraints::default()
        };
        let object = Object { name: "Contact".into(), fields: vec![field], ..Object::default() };
        let schema = Schema { name: "crm".into(), objects: vec![object] };
        let text = serde_json::to_string(&schema).expect("serialises");
        assert_eq!(json(&text), Ok(schema));
    }

    #[test]
    fn table_schema_with_all_its_constraints() {
        let schema = json(
            r#"{
              "fields": [
                {"name": "id", "type": "integer"},
                {"name": "mail", "type": "string", "format": "email", "title": "E-mail", "description": "work",
                 "constraints": {"required": true, "unique": true, "minLength": 3, "maxLength": 80}},
                {"name": "rate", "type": "number", "constraints": {"minimum": 0.10, "maximum": "99"}},
                {"name": "state", "type": "string", "constraints": {"enum": ["a", "b"], "pattern": "[a-z]"}},
                {"name": "day", "type": "date", "format": "%d.%m.%Y"},
                {"name": "boss", "type": "integer"}
              ],
              "missingValues": ["", "NA"],
              "primaryKey": "id",
              "foreignKeys": [{"fields": "boss", "reference": {"resource": "", "fields": "id"}}]
            }"#,
        )
        .expect("a schema");
        let object = &schema.objects[0];
        assert_eq!(object.name, "file");
        assert_eq!(object.primary_key, ["id"]);
        assert!(object.fields[0].constraints.required && object.fields[0].constraints.unique);
        let mail = &object.fields[1];
        assert_eq!((mail.field_type, mail.title()), (FieldType::Email, "E-mail"));
        assert_eq!((mail.constraints.min_length, mail.constraints.max_length), (Some(3), Some(80)));
        assert_eq!(object.fields[2].constraints.minimum.as_deref(), Some("0.10"));
        assert_eq!(object.fields[3].field_type, FieldType::Picklist);
        assert_eq!(object.fields[3].constraints.one_of, ["a", "b"]);
        assert_eq!(object.fields[4].native_type.as_deref(), Some("date (%d.%m.%Y)"));
        assert_eq!(object.fields[5].references.as_deref(), Some("file"));
    }

    #[test]
    fn a_data_package_has_an_object_a_resource() {
        let schema = json(r#"{"name": "crm", "resources": [{"name": "people", "schema": {"fields": ["a", "b"]}}]}"#);
        let schema = schema.expect("a schema");
        assert_eq!((schema.name.as_str(), schema.objects[0].name.as_str()), ("crm", "people"));
        assert_eq!(schema.objects[0].fields[1].name, "b");
    }

    #[test]
    fn the_plain_form_in_yaml() {
        let text = "entity: Contact\nfields:\n  - name: Email\n    type: email\n    samples: [a@b.org]\n  - name: Status\n    label: State\n    type: string\n    options: [Open, 'No', {value: won}]\n";
        let schema = read_schema(&parse_yaml(text).expect("YAML"), "file").expect("a schema");
        let object = &schema.objects[0];
        assert_eq!(object.name, "Contact");
        assert_eq!(object.fields[0].samples, ["a@b.org"]);
        assert_eq!(object.fields[1].constraints.one_of, ["Open", "No", "won"]);
        assert_eq!(object.fields[1].field_type, FieldType::Picklist);
    }

    #[test]
    fn mistakes_name_their_place() {
        let broken = json("{\n  \"fields\": [,]\n}").expect_err("no JSON");
        assert_eq!((broken.line, broken.column), (2, 14));
        let broken = parse_yaml("fields:\n  - name: [").expect_err("no YAML");
        assert!(broken.line >= 2, "{broken}");
        for (text, path) in [
            ("[]", ""),
            ("{}", "fields"),
            (r#"{"fields": [{"type": "text"}]}"#, "fields[0].name"),
            (r#"{"fields": [{"name": "a", "type": 1}]}"#, "fields[0].type"),
            (r#"{"fields": [{"name": "a", "constraints": {"maxLength": "x"}}]}"#, "fields[0].constraints.maxLength"),
            (r#"{"fields": ["a", "a"]}"#, "fields"),
            (r#"{"fields": ["a"], "primaryKey": ["b"]}"#, "primaryKey"),
            (r#"{"objects": [{"fields": ["a"]}]}"#, "objects[0].name"),
        ] {
            assert_eq!(json(text).expect_err(text).path, path, "{text}");
        }
    }

    #[test]
    fn data_is_no_schema() {
        for (text, expected) in
            [(r#"{"fields": []}"#, true), (r#"[{"fields": []}]"#, false), (r#"{"fields": "none"}"#, false)]
        {
            assert_eq!(is_schema(&parse_json(text).expect("JSON")), expected);
        }
    }
}
