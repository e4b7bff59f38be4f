//! An XML document as a source: one object for each kind of repeated element.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use base64::Engine as _;

use super::walk::{Event, walk};
use super::{ENCODING, FIELD};
use crate::connect::pump::{self, Names, Record, Stop};
use crate::connect::{ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Source, file, lists};
use crate::schema::{Field, Object};

/// Different element paths that are told apart.
const PATHS: usize = 10_000;
/// Fields of one kind of record.
const FIELDS: usize = 20_000;

struct XmlSource {
    path: PathBuf,
    objects: Vec<Kind>,
}

/// A kind of record.
#[derive(Debug, Clone, Default)]
struct Kind {
    name: String,
    /// Names of the elements from the root to the record, joined by `/`.
    path: String,
    records: u64,
    names: Names,
    /// Fields whose elements a rule wants as values of a list.
    grouped: Vec<String>,
    advice: Vec<String>,
}

/// What was seen of the elements of one path.
#[derive(Debug, Default, Clone)]
struct Seen {
    count: u64,
    /// The most that stood in one parent.
    most: u64,
    /// Whether any has attributes or children.
    structured: bool,
    order: usize,
}

/// Opens an XML document; reads it to its end once, so that what is not well-formed is refused before anything is
/// made of it.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let seen = survey(&path)?;
    let mut kinds = kinds(&seen);
    if kinds.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            path.display().to_string(),
            "there is no table in this document: no element has fields",
            "Name another file.",
        ));
    }
    for kind in &mut kinds {
        let mut names = Names::default();
        kind.grouped = location.lists.iter().map(|list| list.path.clone()).collect();
        kind.advice = lists::advice_on(&repeated(&seen, &kind.path), &location.lists);
        records(&path, kind, &mut |record| {
            for name in record.names() {
                if names.all.len() < FIELDS {
                    names.learn(name);
                }
            }
            Ok(())
        })
        .map_err(error)?;
        kind.names = names;
    }
    Ok(Box::new(XmlSource { path, objects: kinds }))
}

fn error(stop: Stop) -> ConnectError {
    match stop {
        Stop::Error(error) => error,
        Stop::Unwanted => ConnectError::new(ErrorKind::Io, "", "reading was stopped", "Run again."),
    }
}

fn survey(path: &Path) -> Result<HashMap<String, Seen>, ConnectError> {
    let mut seen: HashMap<String, Seen> = HashMap::new();
    // The path so far, its length before each element, and how often each child occurred in it.
    let (mut here, mut lengths, mut children) = (String::new(), Vec::new(), Vec::<BTreeMap<String, u64>>::new());
    walk(path, &mut |event| {
        match event {
            Event::Start { name, attributes, .. } => {
                if let Some(parent) = seen.get_mut(&here) {
                    parent.structured = true;
                }
                lengths.push(here.len());
                here.push('/');
                here.push_str(name);
                let order = seen.len();
                if order < PATHS || seen.contains_key(&here) {
                    let entry = seen.entry(here.clone()).or_insert_with(|| Seen { order, ..Seen::default() });
                    entry.count += 1;
                    // A field that carries its name as an attribute is no record.
                    let named = name == FIELD && attributes.iter().any(|attribute| attribute.name.local_name == "name");
                    entry.structured |= !attributes.is_empty() && !named;
                    let in_parent = match children.last_mut() {
                        Some(counts) => {
                            let count = counts.entry(name.to_owned()).or_default();
                            *count += 1;
                            *count
                        }
                        None => 1,
                    };
                    entry.most = entry.most.max(in_parent);
                }
                children.push(BTreeMap::new());
            }
            Event::End => {
                children.pop();
                here.truncate(lengths.pop().unwrap_or_default());
            }
            Event::Text(_) => {}
        }
        Ok(())
    })
    .map_err(error)?;
    Ok(seen)
}

/// The kinds of records: elements that repeat within one parent that does not. Without any, the children of the root
/// that have fields; without those, the root itself.
fn kinds(seen: &HashMap<String, Seen>) -> Vec<Kind> {
    let parent = |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned()).unwrap_or_default();
    let repeats = |path: &str| seen.get(path).is_some_and(|seen| seen.most > 1);
    let within_repeated = |path: &str| {
        let mut above = parent(path);
        while !above.is_empty() {
            if repeats(&above) {
                return true;
            }
            above = parent(&above);
        }
        false
    };
    let mut found: Vec<(&String, &Seen)> =
        seen.iter().filter(|(path, seen)| seen.most > 1 && seen.structured && !within_repeated(path)).collect();
    if found.is_empty() {
        let depth = |path: &str| path.matches('/').count();
        found = seen.iter().filter(|(path, seen)| depth(path) == 2 && seen.structured).collect();
    }
    if found.is_empty() {
        found = seen.iter().filter(|(path, seen)| path.matches('/').count() == 1 && seen.structured).collect();
    }
    found.sort_by_key(|(_, seen)| seen.order);
    let mut kinds: Vec<Kind> = Vec::new();
    for (path, seen) in found {
        let plain = path.rsplit('/').next().unwrap_or_default().to_owned();
        let taken = kinds.iter().any(|kind| kind.name == plain);
        let name = if taken { path.trim_start_matches('/').replace('/', ".") } else { plain };
        kinds.push(Kind { name, path: path.clone(), records: seen.count, ..Kind::default() });
    }
    kinds
}

/// The fields of a kind of record whose elements repeat in it, in order, and whether they have fields themselves. What
/// repeats inside them is their own affair.
fn repeated(seen: &HashMap<String, Seen>, kind: &str) -> Vec<(String, bool)> {
    let inside = |path: &String| path.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
    let mut found: Vec<(usize, String, bool)> = seen
        .iter()
        .filter(|(_, seen)| seen.most > 1)
        .filter_map(|(path, seen)| Some((seen.order, inside(path)?, seen.structured)))
        .collect();
    found.sort_unstable();
    let mut fields: Vec<(String, bool)> = Vec::new();
    for (_, path, structured) in found {
        let field = path.replace('/', ".");
        let within =
            |(other, _): &(String, bool)| field.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.'));
        if !fields.iter().any(within) {
            fields.push((field, structured));
        }
    }
    fields
}

/// An element inside a record.
struct Open {
    /// Length of the field path before it.
    before: usize,
    text: String,
    children: bool,
    base64: bool,
}

/// An element whose fields become a value of a list.
struct Group {
    /// Its field, and how many elements are open around it.
    field: String,
    depth: usize,
    /// How many values the record has that are not its own.
    from: usize,
}

impl Group {
    /// The element as JSON: the values of its fields, or its text where it has none.
    fn json(&self, values: Vec<(String, String)>) -> String {
        let inside =
            |name: &str| name.strip_prefix(self.field.as_str()).unwrap_or(name).trim_start_matches('.').to_owned();
        let mut map = serde_json::Map::new();
        for (name, text) in values {
            let name = inside(&name);
            let text = serde_json::Value::String(text);
            match map.get_mut(&name) {
                Some(serde_json::Value::Array(list)) => list.push(text),
                Some(one) => *one = serde_json::Value::Array(vec![one.take(), text]),
                None => {
                    map.insert(name, text);
                }
            }
        }
        let plain = if map.len() == 1 { map.get("").cloned() } else { None };
        match plain {
            Some(value) => value.to_string(),
            None => serde_json::Value::Object(map).to_string(),
        }
    }
}

/// Calls `each` for the records of a kind.
fn records(path: &Path, kind: &Kind, each: &mut dyn FnMut(Record) -> Result<(), Stop>) -> Result<(), Stop> {
    let wanted = kind.path.as_str();
    let (mut here, mut lengths) = (String::new(), Vec::new());
    let (mut record, mut group): (Record, Option<Group>) = (Record::default(), None);
    let (mut field, mut open): (String, Vec<Open>) = (String::new(), Vec::new());
    walk(path, &mut |event| {
        match event {
            Event::Start { name, attributes, line } => {
                lengths.push(here.len());
                here.push('/');
                here.push_str(name);
                let inside = !open.is_empty();
                if !inside && here != wanted {
                    return Ok(());
                }
                let before = field.len();
                if inside {
                    if let Some(parent) = open.last_mut() {
                        parent.children = true;
                    }
                    let own = attributes.iter().find(|attribute| name == FIELD && attribute.name.local_name == "name");
                    if before > 0 {
                        field.push('.');
                    }
                    field.push_str(own.map_or(name, |attribute| attribute.value.as_str()));
                    if group.is_none() && kind.grouped.contains(&field) {
                        group = Some(Group { field: field.clone(), depth: open.len(), from: record.values.len() });
                    }
                } else {
                    record = Record { line, ..Record::default() };
                }
                let mut base64 = false;
                for attribute in attributes {
                    let attribute_name = &attribute.name.local_name;
                    if name == FIELD && attribute_name == "name" && inside {
                        continue;
                    }
                    if attribute_name == ENCODING && attribute.value == "base64" {
                        base64 = true;
                        continue;
                    }
                    let dot = if field.is_empty() { "" } else { "." };
                    record.values.push((format!("{field}{dot}@{attribute_name}"), attribute.value.clone()));
                }
                open.push(Open { before, text: String::new(), children: false, base64 });
            }
            Event::Text(text) => {
                if let Some(open) = open.last_mut() {
                    open.text.push_str(text);
                }
            }
            Event::End => {
                here.truncate(lengths.pop().unwrap_or_default());
                let Some(done) = open.pop() else { return Ok(()) };
                let root = open.is_empty();
                let blank = done.text.trim().is_empty();
                if !(done.children || root) {
                    let text = if done.base64 { plain(&done.text) } else { done.text };
                    record.values.push((field.clone(), text));
                } else if !blank {
                    let dot = if field.is_empty() { "" } else { "." };
                    let name = if root && !done.children { "#text".to_owned() } else { format!("{field}{dot}#text") };
                    record.values.push((name, done.text.trim().to_owned()));
                }
                if let Some(ended) = group.take_if(|group| group.depth == open.len()) {
                    let values = record.values.split_off(ended.from);
                    record.nested.push((ended.field.clone(), ended.json(values)));
                }
                field.truncate(done.before);
                if root {
                    return each(std::mem::take(&mut record));
                }
            }
        }
        Ok(())
    })
}

/// The text that was written in base64; as it is where it is none.
fn plain(text: &str) -> String {
    let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim());
    decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

impl XmlSource {
    fn kind(&self, name: &str) -> Result<&Kind, ConnectError> {
        let only = if let [only] = self.objects.as_slice() { Some(only) } else { None };
        let first = if name.is_empty() { self.objects.first() } else { None };
        self.objects.iter().find(|kind| kind.name == name).or(only).or(first).ok_or_else(|| {
            let known: Vec<&str> = self.objects.iter().map(|kind| kind.name.as_str()).collect();
            ConnectError::new(
                ErrorKind::NoSuchObject,
                self.path.display().to_string(),
                format!("there are no elements `{name}` that repeat"),
                format!("It has: {}.", known.join(", ")),
            )
        })
    }
}

impl Source for XmlSource {
    fn format(&self) -> &'static str {
        "xml"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(self.objects.iter().map(|kind| kind.name.clone()).collect())
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        let kind = self.kind(name)?;
        let fields = kind.names.all.iter().map(Field::named).collect();
        Ok(Object { name: kind.name.clone(), fields, ..Object::default() })
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let Ok(kind) = self.kind(object) else { return Vec::new() };
        let mut evidence = vec![format!("records: {} elements at {}", kind.records, kind.path)];
        evidence.extend(kind.advice.iter().cloned());
        evidence
    }

    fn advice(&self, object: &str) -> Vec<String> {
        self.kind(object).map(|kind| kind.advice.clone()).unwrap_or_default()
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let kind = self.kind(object)?.clone();
        let path = self.path.clone();
        pump::start(self.path.clone(), kind.names.all.clone(), request, move |output| {
            records(&path, &kind, &mut |record| record.push(&kind.names, output))
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}
