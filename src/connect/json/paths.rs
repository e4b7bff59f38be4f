//! The paths of a nested source, found in a sample: they become the fields of its records.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde_json::value::RawValue;

use super::flatten::each_entry;
use crate::schema::{Field, FieldType};

/// More fields than this come from objects used as dictionaries; the rest is reported as unknown.
const MOST_FIELDS: usize = 4096;

/// Objects nested deeper than this are one cell of JSON.
const DEPTH: usize = 64;

/// A place in the nesting: the keys below it, and the column it is, if it holds values itself.
#[derive(Debug, Default)]
pub(in crate::connect) struct Node {
    keys: HashMap<String, usize>,
    children: Vec<(String, Node)>,
    pub field: Option<usize>,
    seen: Seen,
}

/// JSON types that values had at a place.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    order: Option<usize>,
    null: bool,
    text: bool,
    number: bool,
    boolean: bool,
    list: bool,
    /// Whether a list began with an object.
    objects: bool,
}

impl Seen {
    fn only_null(self) -> bool {
        self.null && !(self.text || self.number || self.boolean || self.list)
    }

    fn words(self) -> Vec<&'static str> {
        let all = [
            (self.text, "string"),
            (self.number, "number"),
            (self.boolean, "boolean"),
            (self.list, "array"),
            (self.null, "null"),
        ];
        all.into_iter().filter_map(|(seen, word)| seen.then_some(word)).collect()
    }
}

impl Node {
    /// The child for a key. Keys mostly come in the same order, so the one after the last is tried first.
    pub fn child(&self, key: &str, hint: &mut usize) -> Option<&Node> {
        if let Some((name, node)) = self.children.get(*hint)
            && name == key
        {
            *hint += 1;
            return Some(node);
        }
        let index = *self.keys.get(key)?;
        *hint = index + 1;
        self.children.get(index).map(|(_, node)| node)
    }

    pub fn has_children(&self) -> bool {
        !self.children.is_empty()
    }

    fn child_or_new(&mut self, key: &str) -> &mut Node {
        let index = match self.keys.get(key) {
            Some(index) => *index,
            None => {
                self.keys.insert(key.to_owned(), self.children.len());
                self.children.push((key.to_owned(), Node::default()));
                self.children.len() - 1
            }
        };
        &mut self.children[index].1
    }
}

/// The fields of a nested source.
#[derive(Debug, Default)]
pub(in crate::connect) struct Paths {
    pub root: Node,
    pub fields: Vec<Field>,
    pub names: Vec<String>,
    /// The fields that hold lists, and whether of objects.
    pub lists: Vec<(String, bool)>,
    found: usize,
}

impl Paths {
    /// Takes in the paths of a record of the sample.
    pub fn learn(&mut self, record: &RawValue) -> Result<(), serde_json::Error> {
        learn(&mut self.root, record, &mut self.found, 0)
    }

    /// Numbers the columns in the order in which their values were first seen.
    pub fn finish(mut self) -> Paths {
        let mut columns = Vec::new();
        gather(&mut self.root, &mut Vec::new(), &mut columns);
        columns.sort_by_key(|(order, _, _)| *order);
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (_, name, seen) in columns {
            if numbers.contains_key(&name) {
                continue;
            }
            numbers.insert(name.clone(), self.names.len());
            if seen.words().contains(&"array") {
                self.lists.push((name.clone(), seen.objects));
            }
            let field_type = match (seen.list, seen.text || seen.number || seen.boolean) {
                (true, false) => FieldType::List,
                _ => FieldType::Text,
            };
            self.fields.push(Field {
                field_type,
                native_type: Some(seen.words().join(" or ")),
                ..Field::named(name.as_str())
            });
            self.names.push(name);
        }
        number(&mut self.root, &mut Vec::new(), &numbers);
        self
    }
}

fn learn(node: &mut Node, value: &RawValue, found: &mut usize, depth: usize) -> Result<(), serde_json::Error> {
    each_entry(value, |key, value| {
        let child = node.child_or_new(key);
        let seen = &mut child.seen;
        match value.get().as_bytes().first() {
            Some(b'{') if depth < DEPTH => {
                return learn(child, value, found, depth + 1).map_or_else(ControlFlow::Break, ControlFlow::Continue);
            }
            Some(b'{') => seen.list = true,
            Some(b'[') => {
                seen.list = true;
                seen.objects |= value.get()[1..].trim_start().starts_with('{');
            }
            Some(b'"') => seen.text = true,
            Some(b't' | b'f') => seen.boolean = true,
            Some(b'n') => seen.null = true,
            _ => seen.number = true,
        }
        if seen.order.is_none() && *found < MOST_FIELDS {
            seen.order = Some(*found);
            *found += 1;
        }
        ControlFlow::Continue(())
    })
}

/// Whether a place is a column: values were seen there, and not only `null` where objects stand in other records.
fn is_column(node: &Node) -> Option<usize> {
    node.seen.order.filter(|_| !(node.seen.only_null() && node.has_children()))
}

fn gather(node: &mut Node, path: &mut Vec<String>, columns: &mut Vec<(usize, String, Seen)>) {
    if let Some(order) = is_column(node) {
        columns.push((order, path.join("."), node.seen));
    }
    for (key, child) in &mut node.children {
        path.push(key.clone());
        gather(child, path, columns);
        path.pop();
    }
}

fn number(node: &mut Node, path: &mut Vec<String>, numbers: &HashMap<String, usize>) {
    if is_column(node).is_some() {
        node.field = numbers.get(&path.join(".")).copied();
    }
    for (key, child) in &mut node.children {
        path.push(key.clone());
        number(child, path, numbers);
        path.pop();
    }
}
