//! Checks over whole records, and examples.

use std::ops::Range as Bytes;

use super::{Reader, first_word};
use crate::profile::issue::Issue;
use crate::profile::keys;
use crate::profile::yaml::{Entry, Node, Value};
use crate::profile::{Example, RecordCheck};

impl Reader<'_> {
    pub(super) fn checks(&mut self, node: &Node) -> Vec<RecordCheck> {
        let mut checks = Vec::new();
        match &node.value {
            Value::List(items) => {
                for item in items {
                    let Some(entries) = self.map(item, &keys::CHECK) else { continue };
                    let name = item.get("name").and_then(|name| self.text(name, "the check's name"));
                    if item.get("name").is_none() {
                        let issue = Issue::error("the check has no `name:`").at(self.text, self.first_key(entries));
                        self.issues
                            .push(issue.hint("its name is the code in the rejects file: `name: contact_required`"));
                    }
                    let at = item.get("name").map_or_else(|| self.first_key(entries), |name| name.bytes.clone());
                    checks.extend(self.check(name.unwrap_or_default(), at, item));
                }
            }
            Value::Map(entries) => {
                for Entry { key, key_bytes, value } in entries {
                    if matches!(value.value, Value::Map(_)) {
                        self.map(value, &keys::CHECK);
                        checks.extend(self.check(key.clone(), key_bytes.clone(), value));
                    } else if let Some(that) = self.expression(value, &format!("the check `{key}`")) {
                        self.check_name(key, key_bytes.clone());
                        checks.push(RecordCheck { name: key.clone(), that, message: None });
                    }
                }
            }
            _ => {
                let issue = Issue::error(format!("`checks` must be a list or a map, but it is {}", node.kind()));
                let hint = "write `contact_required: target.email != \"\" or target.phone != \"\"`";
                self.issues.push(issue.at(self.text, first_word(node)).hint(hint));
            }
        }
        for (index, check) in checks.iter().enumerate() {
            if checks.iter().take(index).any(|other: &RecordCheck| other.name == check.name) && !check.name.is_empty() {
                let issue = Issue::error(format!("there are two checks named `{}`", check.name));
                let place = check.that.place;
                self.issues.push(
                    Issue { line: place.line, column: place.column, length: 1, ..issue }.hint("give each its own name"),
                );
            }
        }
        checks
    }

    fn check(&mut self, name: String, at: Bytes<usize>, node: &Node) -> Option<RecordCheck> {
        self.check_name(&name, at.clone());
        let Some(that) = node.get("that") else {
            let meant = node.entries().iter().any(|entry| keys::CHECK.meant(&entry.key) == Some("that"));
            if !meant {
                let issue = Issue::error("the check does not say what must be true").at(self.text, at);
                self.issues.push(issue.hint("add `that:` with an expression"));
            }
            return None;
        };
        let message = node.get("message").and_then(|message| self.text(message, "a message"));
        Some(RecordCheck { name, that: self.expression(that, "`that`")?, message })
    }

    fn check_name(&mut self, name: &str, at: Bytes<usize>) {
        if name.contains([';', ':', '\n']) {
            let issue = Issue::error("a check's name must not contain `;` or `:`").at(self.text, at);
            self.issues.push(issue.hint("they separate the codes in the rejects file; use `_`"));
        }
    }

    pub(super) fn examples(&mut self, node: &Node) -> Vec<Example> {
        let Value::List(items) = &node.value else {
            let issue = Issue::error(format!("`examples` must be a list, but it is {}", node.kind()))
                .at(self.text, first_word(node));
            self.issues
                .push(issue.hint("write `- given: { email: \"A@X.ORG\" }` and below it `expect: { Email: a@x.org }`"));
            return Vec::new();
        };
        let mut examples = Vec::new();
        for item in items {
            let Some(entries) = self.map(item, &keys::EXAMPLE) else { continue };
            let mut example = Example { place: self.place(self.first_key(entries).start), ..Example::default() };
            for Entry { key, value, .. } in entries {
                match key.as_str() {
                    "given" => example.given = self.values(value, "given"),
                    "expect" => example.expect = self.values(value, "expect"),
                    "errors" => example.errors = self.texts(value, "a finding such as Email:pattern"),
                    _ => {}
                }
            }
            if example.expect.is_empty() && example.errors.is_empty() {
                let issue = Issue::error("the example expects nothing").at(self.text, self.first_key(entries));
                self.issues.push(
                    issue.hint("add `expect:` with target fields, or `errors:` with findings such as `Email:pattern`"),
                );
            }
            examples.push(example);
        }
        examples
    }

    fn values(&mut self, node: &Node, what: &str) -> Vec<(String, Option<String>)> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("`{what}` must be a map of fields, but it is {}", node.kind()));
            self.issues
                .push(issue.at(self.text, first_word(node)).hint(format!("write `{what}: {{ email: a@x.org }}`")));
            return Vec::new();
        };
        let mut values = Vec::new();
        for Entry { key, value, .. } in entries {
            let text = if value.is_null() { None } else { self.text(value, "a value") };
            values.push((key.clone(), text));
        }
        values
    }
}
