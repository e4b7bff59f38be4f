//! Lint: what is wrong with a profile beyond its form, against the fields of its source and target where they are known.
//!
//! Errors are what cannot run or would reject every record; warnings are what is probably not meant.

mod expressions;
mod misread;
mod order;
mod place;
mod target;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::issue::Issue;
use super::nearest::did_you_mean;
use super::yaml::{self, Node, Value};
use super::{FilledBy, ObjectMapping, Place, Profile};
use crate::connect::{CONNECTORS, Location};
use crate::schema::{Object, Schema};

/// What is known of the systems that a profile joins.
#[derive(Debug, Clone, Copy, Default)]
pub struct LintContext<'s> {
    /// The source's objects with their fields; `None` where the source is not at hand: any field may then be named.
    pub source: Option<&'s Schema>,
    /// The target's objects; `None` where the target is not at hand or new.
    pub target: Option<&'s Schema>,
}

/// Everything wrong with a profile, in the order of the text it was read from.
pub fn lint(profile: &Profile, text: &str, context: &LintContext<'_>) -> Vec<Issue> {
    let root = yaml::read(text).ok();
    let mut linter = Linter { text, context, profile, issues: Vec::new() };
    let root = root.as_ref();
    linter.format(&profile.source, root.and_then(|root| root.get("source")));
    linter.format(&profile.target, root.and_then(|root| root.get("target")));
    for (index, mapping) in profile.objects.iter().enumerate() {
        let node = root.and_then(|root| root.get("objects")).and_then(|objects| match &objects.value {
            Value::List(items) => items.get(index),
            _ => None,
        });
        linter.object(index, mapping, node);
    }
    linter.lookups(root.and_then(|root| root.get("objects")));
    let mut issues = linter.issues;
    issues.sort_by_key(|issue| (issue.line, issue.column, issue.severity));
    issues.dedup();
    issues
}

struct Linter<'l> {
    text: &'l str,
    context: &'l LintContext<'l>,
    profile: &'l Profile,
    issues: Vec<Issue>,
}

/// An object's mapping with what is known about it.
#[derive(Clone, Copy)]
struct Linted<'l> {
    mapping: &'l ObjectMapping,
    node: Option<&'l Node>,
    /// The source object's fields, where known.
    source: Option<&'l Object>,
    /// The target object, where it is known and has fields.
    target: Option<&'l Object>,
}

impl<'l> Linter<'l> {
    fn object(&mut self, index: usize, mapping: &'l ObjectMapping, node: Option<&'l Node>) {
        let source = self.source_object(mapping, node);
        let target = self.target_object(mapping, node);
        let linted = Linted { mapping, node, source, target };
        self.expressions(&linted);
        self.examples(&linted);
        self.order(index, &linted);
        self.keys(&linted);
        self.target(&linted);
    }

    fn format(&mut self, location: &Location, node: Option<&Node>) {
        let Some(format) = &location.format else { return };
        let names: Vec<&str> = CONNECTORS.iter().map(|connector| connector.name).collect();
        if names.is_empty() || names.contains(&format.as_str()) {
            return;
        }
        let issue = Issue::error(format!("there is no format `{format}`")).hint_if(did_you_mean(format, names));
        self.tell(issue, node.and_then(|node| node.get("format")), Place::default());
    }

    fn source_object(&mut self, mapping: &ObjectMapping, node: Option<&Node>) -> Option<&'l Object> {
        let source = self.context.source?;
        // A run takes the only object there is, whatever its name.
        if let [only] = source.objects.as_slice() {
            return Some(only);
        }
        if mapping.from.is_empty() {
            if !source.objects.is_empty() {
                let names: Vec<&str> = source.objects.iter().map(|object| object.name.as_str()).take(12).collect();
                let issue = Issue::error("the source has several objects, and the profile does not say which");
                self.tell(issue.hint(format!("add `from:` with one of: {}", names.join(", "))), node, mapping.place);
            }
            return None;
        }
        let found = source.object(&mapping.from);
        if found.is_none() {
            let names = source.objects.iter().map(|object| object.name.as_str());
            let issue = Issue::error(format!("the source has no object `{}`", mapping.from));
            let issue = issue.hint_if(did_you_mean(&mapping.from, names));
            self.tell(issue, node.and_then(|node| node.get("from")).or(node), mapping.place);
        }
        found
    }

    fn target_object(&mut self, mapping: &ObjectMapping, node: Option<&Node>) -> Option<&'l Object> {
        let target = self.context.target?;
        let found = match (mapping.to.as_str(), target.objects.as_slice()) {
            ("", [only]) => Some(only),
            ("", _) => None,
            (to, objects) => {
                let found = target.object(to);
                let near = did_you_mean(to, objects.iter().map(|object| object.name.as_str()));
                if let (None, Some(hint), false) = (found, near, objects.is_empty()) {
                    let issue = Issue::warning(format!("the target has no object `{to}` yet")).hint(hint);
                    self.tell(issue, node.and_then(|node| node.get("to")).or(node), mapping.place);
                }
                found
            }
        };
        found.filter(|object| !object.fields.is_empty())
    }

    /// Places an issue on a node of the text, or on a place that the model remembers.
    fn tell(&mut self, issue: Issue, node: Option<&Node>, place: Place) {
        let issue = match node {
            Some(node) => issue.at(self.text, first_bytes(node)),
            None => Issue { line: place.line, column: place.column, length: u32::from(place.line > 0), ..issue },
        };
        self.issues.push(issue);
    }

    /// Places an issue on a key of a map.
    fn tell_key(&mut self, issue: Issue, map: Option<&Node>, key: &str, place: Place) {
        let found = map.and_then(|map| map.entries().iter().find(|entry| entry.key == key));
        let issue = match found {
            Some(entry) => issue.at(self.text, entry.key_bytes.clone()),
            None => Issue { line: place.line, column: place.column, length: u32::from(place.line > 0), ..issue },
        };
        self.issues.push(issue);
    }
}

impl<'l> Linted<'l> {
    fn fields_node(&self) -> Option<&'l Node> {
        self.node.and_then(|node| node.get("fields"))
    }

    /// What stands behind a target field's name.
    fn field_node(&self, target: &str) -> Option<&'l Node> {
        self.fields_node().and_then(|fields| fields.get(target))
    }

    /// A key of a target field's long form.
    fn part(&self, target: &str, key: &str) -> Option<&'l Node> {
        self.field_node(target).and_then(|field| field.get(key))
    }

    /// The scalar that holds a field's expression.
    fn expression_node(&self, target: &str, filled_by: &FilledBy) -> Option<&'l Node> {
        let node = self.field_node(target)?;
        match (&node.value, filled_by) {
            (Value::Scalar { .. }, _) => Some(node),
            (_, FilledBy::Expression(_)) => node.get("value"),
            (_, FilledBy::Lookup(_)) => node.get("lookup"),
        }
    }

    fn target_names(&self) -> Vec<String> {
        self.mapping.fields.iter().map(|field| field.target.clone()).collect()
    }
}

/// A scalar whole; of a collection the first key or item.
fn first_bytes(node: &Node) -> Range<usize> {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.bytes.clone(), |entry| entry.key_bytes.clone()),
        Value::List(items) => items.first().map_or(node.bytes.clone(), first_bytes),
        Value::Scalar { .. } => node.bytes.clone(),
    }
}
