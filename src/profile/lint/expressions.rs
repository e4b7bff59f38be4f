//! Expressions: compiled against the fields of source and target; every complaint under its characters.

use super::misread;
use super::place::bytes_of;
use super::{Linted, Linter};
use crate::profile::issue::Issue;
use crate::profile::nearest::did_you_mean;
use crate::profile::uses::source_fields_used;
use crate::profile::yaml::{Node, Value};
use crate::profile::{Expression, FilledBy};
use crate::transform::{Diagnostic, Program, Scope};

/// The three ways an expression is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Condition,
    /// A condition on `it`.
    Check,
}

impl Linter<'_> {
    pub(super) fn expressions(&mut self, linted: &Linted<'_>) {
        let source_fields: Vec<String> = match linted.source {
            Some(object) => object.fields.iter().map(|field| field.name.clone()).collect(),
            // Unknown: whatever is named is taken to be there.
            None => source_fields_used(linted.mapping),
        };
        let target_fields = linted.target_names();
        let scope = Scope { source_fields: &source_fields, target_fields: &target_fields };
        let mapping = linted.mapping;
        let at = |key: &str| linted.node.and_then(|node| node.get(key));
        if let Some(filter) = &mapping.filter {
            self.expression(filter, Role::Condition, &scope, at("where"));
        }
        if let Some(duplicates) = &mapping.duplicates {
            let node = at("duplicates").map(|node| node.get("key").unwrap_or(node));
            self.expression(&duplicates.key, Role::Value, &scope, node);
        }
        for field in &mapping.fields {
            let node = linted.expression_node(&field.target, &field.filled_by);
            self.expression(field.expression(), Role::Value, &scope, node);
            if let Some(compare) = &field.checks.compare {
                self.expression(compare, Role::Check, &scope, linted.part(&field.target, "compare"));
            }
            if let FilledBy::Lookup(_) = &field.filled_by {
                self.lookup(linted, field);
            }
        }
        for (index, check) in mapping.checks.iter().enumerate() {
            let node = at("checks").and_then(|checks| match &checks.value {
                Value::List(items) => items.get(index).and_then(|item| item.get("that")),
                _ => checks.get(&check.name).map(|node| node.get("that").unwrap_or(node)),
            });
            self.expression(&check.that, Role::Condition, &scope, node);
        }
    }

    fn expression(&mut self, expression: &Expression, role: Role, scope: &Scope<'_>, node: Option<&Node>) {
        let text = &expression.text;
        let compiled = match role {
            Role::Value => Program::compile(text, scope),
            Role::Condition => Program::compile_condition(text, scope),
            Role::Check => Program::compile_check(text, scope),
        };
        // The text is the profile's own, unless it was edited since: then the model's place must do.
        let node = node
            .filter(|node| matches!(&node.value, Value::Scalar { text: written, .. } if written.trim_end() == text));
        match compiled {
            Ok(_) => {
                if let Some(issue) = misread::although_valid(text) {
                    self.tell(issue, node, expression.place);
                }
            }
            Err(diagnostics) => {
                if let Some(issue) = node.and_then(|node| misread::explained(self.text, node, text, &diagnostics)) {
                    self.issues.push(issue);
                    return;
                }
                for diagnostic in diagnostics {
                    self.diagnostic(diagnostic, expression, node);
                }
            }
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic, expression: &Expression, node: Option<&Node>) {
        let issue = Issue::error(diagnostic.message).hint_if(diagnostic.hint);
        let issue = match node {
            Some(node) => issue.at(self.text, bytes_of(self.text, node, diagnostic.span)),
            None => {
                let before = expression.text.get(..diagnostic.span.start).unwrap_or_default().chars().count() as u32;
                let span = expression.text.get(diagnostic.span.start..diagnostic.span.end).unwrap_or_default();
                let column = if expression.place.line > 0 { expression.place.column + before } else { 0 };
                Issue { line: expression.place.line, column, length: span.chars().count().max(1) as u32, ..issue }
            }
        };
        self.issues.push(issue);
    }

    /// What a lookup looks in: another object of the profile or one that the target already has.
    fn lookup(&mut self, linted: &Linted<'_>, field: &crate::profile::FieldMapping) {
        let FilledBy::Lookup(lookup) = &field.filled_by else { return };
        let written = self.profile.objects.iter().find(|object| object.to == lookup.object);
        let there = self.context.target.and_then(|target| target.object(&lookup.object));
        let mut names: Vec<String> = match (written, there) {
            // It may be in a target that is not at hand.
            (None, None) if self.context.target.is_none() => return,
            (None, None) => {
                let profile = self.profile.objects.iter().map(|object| object.to.as_str());
                let target =
                    self.context.target.iter().flat_map(|target| &target.objects).map(|object| object.name.as_str());
                let names: Vec<&str> = profile.chain(target).collect();
                let issue = Issue::error(format!("there is no target object `{}` to look in", lookup.object));
                let issue = issue.hint_if(did_you_mean(&lookup.object, names));
                self.tell(issue, linted.part(&field.target, "in"), field.place);
                return;
            }
            (Some(object), _) => object.fields.iter().map(|field| field.target.clone()).collect(),
            (None, Some(_)) => Vec::new(),
        };
        names.extend(there.iter().flat_map(|object| &object.fields).map(|field| field.name.clone()));
        if !names.contains(&lookup.by) {
            let issue = Issue::error(format!("`{}` has no field `{}` to look up by", lookup.object, lookup.by));
            let issue = issue.hint_if(did_you_mean(&lookup.by, names.iter().map(String::as_str)));
            self.tell(issue, linted.part(&field.target, "by"), field.place);
        }
    }

    pub(super) fn examples(&mut self, linted: &Linted<'_>) {
        let items = linted.node.and_then(|node| node.get("examples"));
        for (index, example) in linted.mapping.examples.iter().enumerate() {
            let node = items.and_then(|node| match &node.value {
                Value::List(items) => items.get(index),
                _ => None,
            });
            if let Some(source) = linted.source {
                for (name, _) in &example.given {
                    if source.field(name).is_none() {
                        let near = did_you_mean(name, source.fields.iter().map(|field| field.name.as_str()));
                        let issue = Issue::error(format!("the source has no field `{name}`")).hint_if(near);
                        self.tell_key(issue, node.and_then(|node| node.get("given")), name, example.place);
                    }
                }
            }
            for (name, _) in &example.expect {
                if linted.mapping.field(name).is_none() {
                    let near = did_you_mean(name, linted.mapping.fields.iter().map(|field| field.target.as_str()));
                    let issue = Issue::error(format!("no target field `{name}` is mapped")).hint_if(near);
                    self.tell_key(issue, node.and_then(|node| node.get("expect")), name, example.place);
                }
            }
        }
    }
}
