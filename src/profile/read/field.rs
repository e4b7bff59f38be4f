//! A target field's line: where its value comes from, its value map, its checks.

use super::{Reader, first_word};
use crate::profile::issue::Issue;
use crate::profile::keys;
use crate::profile::words;
use crate::profile::yaml::{Entry, Node, Value};
use crate::profile::{Checks, FieldMapping, FilledBy, Length, Lookup, Otherwise, Place, Range, ValueMap};

impl Reader<'_> {
    pub(super) fn fields(&mut self, node: &Node) -> Vec<FieldMapping> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("`fields` must be a map, but it is {}", node.kind()))
                .at(self.text, first_word(node));
            self.issues.push(issue.hint("one target field a line: `Email: email | trim | lower`"));
            return Vec::new();
        };
        entries.iter().map(|entry| self.field(entry)).collect()
    }

    fn field(&mut self, entry: &Entry) -> FieldMapping {
        let place = self.place(entry.key_bytes.start);
        let mut field = FieldMapping { target: entry.key.clone(), place, ..FieldMapping::default() };
        if entry.key.is_empty() {
            self.issues.push(Issue::error("a target field has no name").at(self.text, entry.key_bytes.clone()));
        }
        let Value::Map(entries) = &entry.value.value else {
            let what = format!("the field `{}`", entry.key);
            field.filled_by = FilledBy::Expression(self.expression(&entry.value, &what).unwrap_or_default());
            return field;
        };
        self.known(entries, &keys::FIELD);
        field.filled_by = self.filled_by(entry, entries);
        field.values = self.value_map(&entry.value);
        field.checks = self.field_checks(entries);
        field.note = entry.value.get("note").and_then(|note| self.text(note, "a note"));
        field
    }

    fn filled_by(&mut self, field: &Entry, entries: &[Entry]) -> FilledBy {
        let node = &field.value;
        let Some(lookup) = node.get("lookup") else {
            for word in ["in", "by", "missing"] {
                if let Some(stray) = entries.iter().find(|entry| entry.key == word) {
                    let issue = Issue::error(format!("`{word}:` belongs to a `lookup:`, and there is none"));
                    self.issues.push(
                        issue
                            .at(self.text, stray.key_bytes.clone())
                            .hint("write `{ lookup: company_id, in: Account, by: legacy_id }`"),
                    );
                }
            }
            let Some(value) = node.get("value") else {
                let meant = entries.iter().any(|entry| keys::FIELD.meant(&entry.key) == Some("value"));
                if !meant {
                    let issue =
                        Issue::error(format!("the field `{}` does not say where its value comes from", field.key));
                    let hint = "add `value:` with an expression, or `lookup:` with `in:` and `by:`";
                    self.issues.push(issue.at(self.text, field.key_bytes.clone()).hint(hint));
                }
                return FilledBy::default();
            };
            return FilledBy::Expression(self.expression(value, "`value`").unwrap_or_default());
        };
        if let Some(value) = entries.iter().find(|entry| entry.key == "value") {
            let issue = Issue::error("a field has either `value:` or `lookup:`, not both");
            self.issues.push(
                issue.at(self.text, value.key_bytes.clone()).hint("the expression to look up is what `lookup:` says"),
            );
        }
        let mut part = |word: &str, what: &str| match node.get(word) {
            Some(found) => self.text(found, what).unwrap_or_default(),
            None => {
                let issue = Issue::error(format!("the lookup does not say `{word}:`, {what}"));
                let hint = "write `{ lookup: company_id, in: Account, by: legacy_id }`";
                self.issues.push(issue.at(self.text, field.key_bytes.clone()).hint(hint));
                String::new()
            }
        };
        let object = part("in", "the target object to look in");
        let by = part("by", "the field of that object to compare with");
        let missing = node.get("missing").and_then(|word| self.word(word, "word for `missing`", words::MISSING));
        let value = self.expression(lookup, "`lookup`").unwrap_or_default();
        FilledBy::Lookup(Lookup { value, object, by, missing: missing.unwrap_or_default() })
    }

    fn value_map(&mut self, field: &Node) -> Option<ValueMap> {
        let otherwise = field.entries().iter().find(|entry| entry.key == "otherwise");
        let Some(node) = field.get("values") else {
            if let Some(otherwise) = otherwise {
                let issue = Issue::error("`otherwise:` belongs to `values:`, and there are none");
                let hint = "for a value where the source has none, use `?? \"…\"` in the expression";
                self.issues.push(issue.at(self.text, otherwise.key_bytes.clone()).hint(hint));
            }
            return None;
        };
        let mut map = ValueMap::default();
        if let Value::Map(entries) = &node.value {
            for Entry { key, value, .. } in entries {
                let to = if value.is_null() { Some(String::new()) } else { self.text(value, "a target value") };
                map.pairs.push((key.clone(), to.unwrap_or_default()));
            }
        } else {
            let issue = Issue::error(format!("`values` must be a map, but it is {}", node.kind()))
                .at(self.text, first_word(node));
            self.issues.push(issue.hint("write `values: { active: Active, act: Active }`"));
        }
        if let Some(Entry { value, .. }) = otherwise {
            map.otherwise = if value.is_null() {
                Otherwise::Null
            } else {
                self.text(value, "reject, keep, null or a text").map(|text| words::otherwise(&text)).unwrap_or_default()
            };
        }
        Some(map)
    }

    fn field_checks(&mut self, entries: &[Entry]) -> Checks {
        let mut checks = Checks::default();
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "required" => checks.required = self.boolean(value, "required").unwrap_or_default(),
                "unique" => checks.unique = self.boolean(value, "unique").unwrap_or_default(),
                "type" => checks.field_type = self.word(value, "type", words::TYPES),
                "pattern" => checks.pattern = self.pattern(value),
                "one_of" => checks.one_of = self.texts(value, "a value"),
                "min_length" => checks.length.min = self.count(value),
                "max_length" => checks.length.max = self.count(value),
                "length" => checks.length = self.length(value),
                "min" => checks.range.min = self.text(value, "the least value"),
                "max" => checks.range.max = self.text(value, "the greatest value"),
                "range" => checks.range = self.range(value),
                "compare" => checks.compare = self.expression(value, "`compare`"),
                _ => {}
            }
        }
        self.doubled(entries, "length", &["min_length", "max_length"]);
        self.doubled(entries, "range", &["min", "max"]);
        if let Length { min: Some(min), max: Some(max) } = checks.length
            && min > max
        {
            let at = entries.iter().find(|entry| entry.key.ends_with("length")).map(|entry| entry.key_bytes.clone());
            let issue = Issue::error(format!("no value can be at least {min} and at most {max} characters long"));
            self.issues.push(issue.at(self.text, at.unwrap_or_default()));
        }
        checks
    }

    /// One key says the same as others that stand beside it.
    fn doubled(&mut self, entries: &[Entry], whole: &str, parts: &[&str]) {
        if !entries.iter().any(|entry| entry.key == whole) {
            return;
        }
        for entry in entries.iter().filter(|entry| parts.contains(&entry.key.as_str())) {
            let issue = Issue::error(format!("`{}` and `{whole}` say the same thing twice", entry.key));
            self.issues.push(
                issue.at(self.text, entry.key_bytes.clone()).hint(format!("keep `{whole}`, or the single bounds")),
            );
        }
    }

    fn pattern(&mut self, node: &Node) -> Option<(String, Place)> {
        let pattern = self.text(node, "a regular expression")?;
        if let Err(error) = regex::Regex::new(&pattern) {
            let said = error.to_string();
            let reason = said.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or("it is too large");
            let issue = Issue::error(format!("the pattern is no regular expression: {reason}"));
            self.issues.push(issue.at(self.text, node.bytes.clone()));
        }
        Some((pattern, self.content_place(node)))
    }

    fn length(&mut self, node: &Node) -> Length {
        if let Value::Map(entries) = &node.value {
            self.known(entries, &keys::BOUNDS);
            return Length {
                min: node.get("min").and_then(|min| self.count(min)),
                max: node.get("max").and_then(|max| self.count(max)),
            };
        }
        let Some(text) = self.text(node, "a length") else { return Length::default() };
        let (min, max) = words::bounds(&text).unwrap_or((&text, &text));
        let mut bound = |word: &str| match word.parse() {
            _ if word.is_empty() => None,
            Ok(count) => Some(count),
            Err(_) => {
                let issue = Issue::error(format!("`{word}` is no length")).at(self.text, node.bytes.clone());
                self.issues
                    .push(issue.hint("write characters as whole numbers: `5`, `2..80`, or `{ min: 2, max: 80 }`"));
                None
            }
        };
        Length { min: bound(min), max: bound(max) }
    }

    fn range(&mut self, node: &Node) -> Range {
        if let Value::Map(entries) = &node.value {
            self.known(entries, &keys::BOUNDS);
            return Range {
                min: node.get("min").and_then(|min| self.text(min, "the least value")),
                max: node.get("max").and_then(|max| self.text(max, "the greatest value")),
            };
        }
        let Some(text) = self.text(node, "a range") else { return Range::default() };
        let Some((min, max)) = words::bounds(&text) else {
            let issue = Issue::error(format!("`{text}` is no range")).at(self.text, node.bytes.clone());
            self.issues.push(issue.hint("write `0..100`, `2020-01-01..`, or `{ min: 0, max: 100 }`"));
            return Range::default();
        };
        let bound = |word: &str| (!word.is_empty()).then(|| word.to_owned());
        Range { min: bound(min), max: bound(max) }
    }
}
