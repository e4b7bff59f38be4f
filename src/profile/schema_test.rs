//! The published JSON Schema says what the parser does: the same keys, the same words, the same examples.

use std::path::Path;

use serde_json::Value as Json;

use super::arbitrary::SAMPLE;
use super::keys::FORMS;
use super::yaml::{self, Node, Style, Value};
use super::{LintContext, lint, parse, words};

fn schema() -> Json {
    serde_json::from_str(include_str!("../../assets/mapwright.schema.json")).expect("valid JSON")
}

/// The node as a YAML 1.2 reader sees it (core schema).
fn json(node: &Node) -> Json {
    match &node.value {
        _ if node.is_null() => Json::Null,
        Value::Scalar { text, style: Style::Plain } => {
            let is_number = text.parse::<f64>().is_ok()
                && text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-');
            match text.as_str() {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                number if is_number => serde_json::from_str(number.trim_start_matches('0')).unwrap_or(Json::from(0)),
                text => Json::from(text),
            }
        }
        Value::Scalar { text, .. } => Json::from(text.as_str()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect(),
    }
}

/// The part of JSON Schema draft 7 that the schema uses.
fn valid(root: &Json, schema: &Json, value: &Json) -> Result<(), String> {
    let all = schema.as_object().expect("a schema");
    for (word, rule) in all {
        match word.as_str() {
            "$schema" | "title" | "description" | "definitions" => {}
            "$ref" => {
                let pointer = rule.as_str().and_then(|to| to.strip_prefix('#')).expect("a local reference");
                valid(root, root.pointer(pointer).expect(pointer), value)?;
            }
            "type" => {
                let is = |name: &str| match name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                };
                let types: Vec<&str> = match rule {
                    Json::String(one) => vec![one],
                    many => many.as_array().expect("types").iter().filter_map(Json::as_str).collect(),
                };
                types.iter().any(|name| is(name)).then_some(()).ok_or(format!("{value} is not {types:?}"))?;
            }
            "enum" => rule
                .as_array()
                .expect("values")
                .contains(value)
                .then_some(())
                .ok_or(format!("{value} is not of {rule}"))?,
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < rule.as_f64().expect("a number")) {
                    return Err(format!("{value} is below {rule}"));
                }
            }
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().expect("a text")).expect("a pattern");
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    return Err(format!("{value} does not match {rule}"));
                }
            }
            "anyOf" => {
                let tried: Vec<_> =
                    rule.as_array().expect("schemas").iter().map(|schema| valid(root, schema, value)).collect();
                if tried.iter().all(Result::is_err) {
                    return Err(format!("{value}: {tried:?}"));
                }
            }
            "required" => {
                for key in rule.as_array().expect("keys") {
                    let key = key.as_str().expect("a key");
                    value.get(key).ok_or(format!("{key} is missing"))?;
                }
            }
            "minItems" => {
                let least = rule.as_u64().expect("a count") as usize;
                value.as_array().filter(|items| items.len() >= least).ok_or("too few items")?;
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    valid(root, rule, item)?;
                }
            }
            "properties" | "additionalProperties" => {
                let properties = all.get("properties").and_then(Json::as_object);
                for (key, inner) in value.as_object().into_iter().flatten() {
                    let known = properties.and_then(|known| known.get(key));
                    match (known, all.get("additionalProperties")) {
                        (Some(schema), _) => valid(root, schema, inner)?,
                        (None, Some(Json::Bool(false))) => return Err(format!("unknown key {key}")),
                        (None, Some(schema)) => valid(root, schema, inner)?,
                        (None, None) => {}
                    }
                }
            }
            other => panic!("the test does not know `{other}`"),
        }
    }
    Ok(())
}

fn validate(text: &str) -> Result<(), String> {
    let schema = schema();
    valid(&schema, &schema, &json(&yaml::read(text).map_err(|issue| issue.message)?))
}

#[test]
fn schema_and_parser_know_the_same_keys() {
    let schema = schema();
    for form in FORMS {
        let properties = schema["definitions"][form.schema]["properties"].as_object().expect(form.schema);
        let mut published: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut parsed: Vec<&str> = form.keys.iter().map(|key| key.name).collect();
        published.sort_unstable();
        parsed.sort_unstable();
        assert_eq!(published, parsed, "{}", form.schema);
    }
}

#[test]
fn schema_and_parser_know_the_same_words() {
    let schema = schema();
    let published = |form: &str, key: &str| -> Vec<String> {
        let values = schema["definitions"][form]["properties"][key]["enum"].as_array().expect(key);
        values.iter().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    fn of<T>(table: &[(&'static str, T)]) -> Vec<String> {
        table.iter().map(|(word, _)| (*word).to_owned()).collect()
    }
    assert_eq!(published("object", "write"), of(words::WRITE_MODES));
    assert_eq!(published("object", "ragged"), of(words::RAGGED));
    assert_eq!(published("object", "repaired"), of(words::REPAIRED));
    assert_eq!(published("duplicates", "keep"), of(words::KEEP));
    assert_eq!(published("field", "missing"), of(words::MISSING));
    assert_eq!(published("field", "type"), of(words::TYPES));
}

#[test]
fn the_samples_are_valid() {
    for text in [SAMPLE, include_str!("../../sample-data/profile.yaml")] {
        assert_eq!(validate(text), Ok(()));
        let profile = parse(text, Path::new("")).expect("valid");
        assert_eq!(lint(&profile, text, &LintContext::default()), []);
    }
}

/// The YAML blocks of the documentation as whole profiles: ```` ```yaml object ```` and ```` ```yaml field ```` are parts.
fn documented() -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<(&str, String)> = None;
    for line in include_str!("../../docs/profile.md").lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(kind)) if kind.starts_with("yaml") => block = Some((kind, String::new())),
            (Some((kind, text)), Some(_)) => {
                let indented =
                    |text: &str, pad: &str| -> String { text.lines().map(|line| format!("{pad}{line}\n")).collect() };
                found.push(match *kind {
                    "yaml object" => format!("mapwright: 1\nobjects:\n  -\n{}", indented(text, "    ")),
                    "yaml field" => format!("mapwright: 1\nobjects:\n  - fields:\n{}", indented(text, "      ")),
                    _ => text.clone(),
                });
                block = None;
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_documented_form_is_read_and_valid() {
    let documented = documented();
    assert!(documented.len() >= 9, "{}", documented.len());
    for text in documented {
        let issues = match parse(&text, Path::new("")) {
            Ok(profile) => lint(&profile, &text, &LintContext::default()),
            Err(issues) => issues,
        };
        assert!(issues.is_empty(), "{}", super::Problems { issues, text });
        assert_eq!(validate(&text), Ok(()), "{text}");
    }
}

#[test]
fn every_key_and_word_is_documented() {
    let page = include_str!("../../docs/profile.md");
    for name in FORMS.iter().flat_map(|form| form.keys).map(|key| key.name) {
        assert!(page.contains(&format!("`{name}")) || page.contains(&format!("{name}:")), "{name} is not documented");
    }
    for (word, _) in words::TYPES {
        assert!(page.contains(&format!("`{word}`")), "{word} is not documented");
    }
}

#[test]
fn what_the_parser_refuses_the_schema_refuses() {
    for lines in [
        "feilds: { A: a }",
        "fields: { A: { value: a, requird: true } }",
        "fields: { A: { required: true } }",
        "fields: { A: { lookup: a, in: B } }",
        "fields: { A: [a] }",
        "fields: { A: { value: a, type: emial } }",
        "fields: { A: a }\n    write: upsrt",
        "fields: { A: a }\n    on_reject: lots",
        "fields: { A: a }\n    duplicates: { keep: first }",
        "fields: { A: a }\n    checks: [{ name: \"a;b\", that: a }]",
        "to: A",
    ] {
        let text = format!("mapwright: 1\nobjects:\n  - {lines}\n");
        assert!(parse(&text, Path::new("")).is_err(), "the parser takes {lines}");
        assert!(validate(&text).is_err(), "the schema takes {lines}");
    }
}
