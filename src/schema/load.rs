//! The schema of a target, wherever it is said: a template, a schema file, SQL text, or the target itself.

use std::path::{Component, Path};

use super::document::{self, is_schema, parse_json, parse_yaml, read_schema};
use super::load_error::{SchemaError, TextError};
use super::sql::read_sql;
use super::template::load_template;
use super::{FieldType, Object, Schema, profile_prefix};
use crate::connect::{ConnectError, ErrorKind, Location, open_source, open_target};

/// Records that are looked at where a target's own records must tell the types.
const PREFIX_RECORDS: u64 = 2_000;
/// Records that are looked at for samples where the target has types.
const SAMPLE_RECORDS: u64 = 200;
/// Objects of one target that are looked at.
const LOOKED_AT: usize = 64;

/// Loads the schema of a target.
///
/// - `template:salesforce`, `template:hubspot/contacts`: a built-in template, or one object of it;
/// - a file ending in `.sql` or `.ddl`: its `CREATE TABLE` statements;
/// - a file ending in `.json`, `.yaml` or `.yml` that holds a schema (own form, Frictionless Table Schema or Data Package,
///   one entity and its fields);
/// - anything else: the target itself; where it has no types, its first records tell them. A file that is not there yet
///   has no objects.
pub fn load_target(location: &Location) -> Result<Schema, SchemaError> {
    match location.scheme() {
        Some("template") => return load_template(location.address.trim_start_matches("template:")),
        Some("schema") => return load_schema_file(&location.path()),
        _ => {}
    }
    let pinned = location.format.is_some() || location.scheme().is_some_and(|scheme| scheme != "file");
    if !pinned {
        match schema_file(&location.path())? {
            SchemaFile::Schema(schema) => return Ok(schema),
            SchemaFile::Data => {}
        }
    }
    existing(location)
}

/// Reads a schema file; the ending says whether it is JSON, YAML or SQL.
pub fn load_schema_file(path: &Path) -> Result<Schema, SchemaError> {
    match schema_file(path)? {
        SchemaFile::Schema(schema) => Ok(schema),
        SchemaFile::Data if path.exists() => {
            let what = "this is no schema file";
            let next = "Give it a JSON or YAML file with `objects` or `fields`, or an SQL file with CREATE TABLE.";
            Err(ConnectError::new(ErrorKind::NotReadable, path.display().to_string(), what, next).into())
        }
        SchemaFile::Data => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            Err(ConnectError::io(path, "read", missing).into())
        }
    }
}

enum SchemaFile {
    Schema(Schema),
    /// No file, or one that holds data.
    Data,
}

fn schema_file(path: &Path) -> Result<SchemaFile, SchemaError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !["json", "yaml", "yml", "sql", "ddl"].contains(&ending.as_str()) || !path.is_file() {
        return Ok(SchemaFile::Data);
    }
    let size = std::fs::metadata(path).map_err(|error| ConnectError::io(path, "read", error))?.len();
    if size > document::MAX_BYTES {
        return Ok(SchemaFile::Data);
    }
    let bytes = std::fs::read(path).map_err(|error| ConnectError::io(path, "read", error))?;
    let file = path.display().to_string();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Data may be in any encoding; a schema is in UTF-8.
        Err(_) if ending == "json" => return Ok(SchemaFile::Data),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
            return Err(TextError::at(line, 1, "this line is not UTF-8", "Save the file as UTF-8.")
                .in_file(&file)
                .into());
        }
    };
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    // Frictionless descriptors are often called contacts.schema.json.
    let name = name.strip_suffix(".schema").unwrap_or(&name);
    let in_file = |error: TextError| SchemaError::from(error.in_file(&file));
    if ending == "sql" || ending == "ddl" {
        return read_sql(&text, name).map(SchemaFile::Schema).map_err(in_file);
    }
    let document = match ending.as_str() {
        "json" => match parse_json(&text) {
            Ok(document) => document,
            // Lines of JSON, or broken data: the connector says it better.
            Err(_) if !looks_like_schema(&text) => return Ok(SchemaFile::Data),
            Err(error) => return Err(in_file(error)),
        },
        _ => parse_yaml(&text).map_err(in_file)?,
    };
    if !is_schema(&document) && ending == "json" {
        return Ok(SchemaFile::Data);
    }
    let mut document = document;
    take_in_schemas(&mut document, path.parent().unwrap_or(Path::new("")))?;
    read_schema(&document, name).map(SchemaFile::Schema).map_err(in_file)
}

/// A Data Package may name the file of a resource's schema instead of holding it: `"schema": "people.json"`. Only files
/// beside or below the package are read, as its specification demands.
fn take_in_schemas(document: &mut serde_json::Value, folder: &Path) -> Result<(), SchemaError> {
    let resources = document.get_mut("resources").and_then(|resources| resources.as_array_mut());
    for resource in resources.into_iter().flatten() {
        let Some(schema) = resource.get_mut("schema") else { continue };
        let Some(name) = schema.as_str() else { continue };
        let below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if name.contains(':') || !below {
            let what = format!("the schema `{name}` is not in the package's folder");
            let next = "Put the schema file beside the package, or its content into the package.";
            return Err(ConnectError::new(ErrorKind::Unsupported, folder.display().to_string(), what, next).into());
        }
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| ConnectError::io(&path, "read", error))?;
        let file = path.display().to_string();
        let yaml = ["yaml", "yml"].iter().any(|ending| path.extension().is_some_and(|found| found == *ending));
        let read = if yaml { parse_yaml(&text) } else { parse_json(&text) };
        *schema = read.map_err(|error| error.in_file(&file))?;
    }
    Ok(())
}

/// Whether broken JSON was meant as a schema.
fn looks_like_schema(text: &str) -> bool {
    let head: String = text.chars().take(2_000).collect();
    head.trim_start().starts_with('{')
        && ["\"fields\"", "\"objects\"", "\"resources\""].iter().any(|key| head.contains(key))
}

/// What the target says of itself, and what its records say where it has no types.
fn existing(location: &Location) -> Result<Schema, SchemaError> {
    let mut schema = open_target(location)?.schema()?;
    // A target that cannot be read still has its fields.
    let Ok(source) = open_source(location) else { return Ok(schema) };
    for object in schema.objects.iter_mut().take(LOOKED_AT) {
        let untyped = is_untyped(object);
        let records = if untyped { PREFIX_RECORDS } else { SAMPLE_RECORDS };
        let Ok(stats) = profile_prefix(source.as_ref(), &object.name, records) else { continue };
        for field in &mut object.fields {
            let Some(seen) = stats.object.field(&field.name) else { continue };
            if untyped {
                field.field_type = seen.field_type;
            }
            if field.samples.is_empty() {
                field.samples = seen.samples.clone();
            }
        }
    }
    Ok(schema)
}

fn is_untyped(object: &Object) -> bool {
    object.fields.iter().all(|field| field.native_type.is_none() && field.field_type == FieldType::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, content: &[u8]) -> Result<Schema, SchemaError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        load_target(&Location::from_argument(&path.display().to_string()))
    }

    #[test]
    fn the_ending_says_what_a_schema_file_is() {
        assert_eq!(load("a.sql", b"CREATE TABLE t (a int)").expect("SQL").objects[0].name, "t");
        assert_eq!(load("b.schema.json", br#"{"fields": ["x"]}"#).expect("JSON").objects[0].name, "b");
        assert_eq!(load("c.yaml", b"fields: [x]").expect("YAML").objects[0].name, "c");
    }

    #[test]
    fn mistakes_name_file_line_and_column() {
        let error = load("t.sql", b"CREATE TABLE t (\n a int,,\n b int)").expect_err("a mistake").to_string();
        assert!(error.contains("t.sql:2:8: the name of a column should stand here"), "{error}");
        let error = load("t.yaml", b"a: 1").expect_err("no schema").to_string();
        assert!(error.contains("t.yaml: fields: there are no fields"), "{error}");
        let error = load("t.yml", b"fields:\n  - name: \xff").expect_err("no UTF-8").to_string();
        assert!(error.contains("t.yml:2:1"), "{error}");
        let error = load("t.json", b"{\"fields\": [}").expect_err("broken").to_string();
        assert!(error.contains("t.json:1:13: this is no valid JSON"), "{error}");
    }

    #[test]
    fn a_schema_file_that_is_none_is_refused_by_name() {
        let error = load_schema_file(Path::new("/nowhere/x.json")).expect_err("nothing there").to_string();
        assert!(error.starts_with("/nowhere/x.json: there is no such file"), "{error}");
    }

    #[test]
    fn an_existing_file_tells_its_types_by_its_records() {
        let schema = load("people.csv", b"name,born\nAda,10.12.1815\nAlan,23.06.1912\n").expect("a schema");
        let object = &schema.objects[0];
        assert_eq!(object.fields[1].field_type, FieldType::Date);
        assert_eq!(object.fields[0].samples, ["Ada", "Alan"]);
    }

    #[test]
    fn an_existing_database_tells_its_own_types() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("crm.db");
        let database = rusqlite::Connection::open(&path).expect("a database");
        let sql = "CREATE TABLE Contact (Id INTEGER PRIMARY KEY, Email VARCHAR(80) NOT NULL);
                   INSERT INTO Contact VALUES (1, 'ada@example.org');";
        database.execute_batch(sql).expect("a table");
        let address = format!("sqlite:{}", path.display());
        let schema = load_target(&Location::from_argument(&address)).expect("a schema");
        let email = schema.object("Contact").and_then(|object| object.field("Email")).cloned().expect("a field");
        assert!(email.constraints.required && email.constraints.max_length == Some(80), "{email:?}");
        assert_eq!(email.samples, ["ada@example.org"]);
    }

    #[test]
    fn a_file_that_is_not_there_yet_has_no_objects() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = folder.path().join("new.csv").display().to_string();
        assert_eq!(load_target(&Location::from_argument(&address)).expect("a schema").objects, []);
    }

    #[test]
    fn a_package_may_name_the_file_of_a_schema() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("p.schema.json"), br#"{"fields": ["a"]}"#).expect("written");
        let package = |schema: &str| {
            let path = folder.path().join("datapackage.json");
            let text = format!(r#"{{"resources": [{{"name": "p", "schema": "{schema}"}}]}}"#);
            std::fs::write(&path, text).expect("written");
            load_schema_file(&path)
        };
        assert_eq!(package("p.schema.json").expect("a schema").objects[0].fields[0].name, "a");
        let error = package("../p.schema.json").expect_err("outside").to_string();
        assert!(error.contains("is not in the package's folder"), "{error}");
        let error = package("none.json").expect_err("not there").to_string();
        assert!(error.contains("none.json: there is no such file"), "{error}");
    }

    #[test]
    fn a_template_that_there_is_none_of() {
        let error = load_target(&Location::from_argument("template:salesforse")).expect_err("none").to_string();
        assert!(error.contains("there is no template `salesforse`") && error.contains("`salesforce`"), "{error}");
    }
}
