//! The tree of a text -> the profile. Goes on after a mistake, so that all of them are told at once.

use std::ops::Range as Bytes;
use std::path::Path;

use super::issue::{Issue, Severity, line_and_column};
use super::keys::{self, Form};
use super::nearest::did_you_mean;
use super::words;
use super::yaml::{Entry, Node, Style, Value};
use super::{
    Checks, Duplicates, Example, Expression, FieldMapping, FilledBy, Keep, Length, Lookup, ObjectMapping, Otherwise,
    Place, Profile, Range, RecordCheck, Threshold, ValueMap,
};
use crate::connect::Location;

/// The version of the format that this program reads and writes.
pub(super) const VERSION: &str = "1";

/// Reads the whole profile; every issue found is told.
pub(super) fn profile(root: &Node, text: &str, base: &Path) -> Result<Profile, Vec<Issue>> {
    let mut reader = Reader { text, base, issues: Vec::new() };
    let profile = reader.profile(root);
    if reader.issues.iter().any(|issue| issue.severity == Severity::Error) {
        reader.issues.sort_by_key(|issue| (issue.line, issue.column));
        return Err(reader.issues);
    }
    Ok(profile)
}

struct Reader<'t> {
    text: &'t str,
    base: &'t Path,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    fn profile(&mut self, root: &Node) -> Profile {
        let mut profile = Profile::default();
        let Value::Map(entries) = &root.value else {
            let (message, hint) = if root.is_null() {
                ("the profile is empty", "begin with `mapwright: 1`, then `source:`, `target:` and `objects:`")
            } else {
                ("this is no profile", "a profile is a YAML map that begins with `mapwright: 1`")
            };
            self.issues.push(Issue::error(message).at(self.text, first_word(root)).hint(hint));
            return profile;
        };
        self.version(root, entries);
        self.known(entries, &keys::PROFILE);
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "name" => profile.name = self.text(value, "the name"),
                "source" => profile.source = self.location(value),
                "target" => profile.target = self.location(value),
                "objects" => profile.objects = self.objects(value),
                _ => {}
            }
        }
        if !entries.iter().any(|entry| keys::PROFILE.meant(&entry.key) == Some("objects")) {
            let issue = Issue::error("the profile has no `objects:`").at(self.text, self.first_key(entries));
            self.issues.push(issue.hint("list what goes where: `objects:`, then `- from: …`, `to: …` and `fields:`"));
        }
        profile
    }

    fn version(&mut self, root: &Node, entries: &[Entry]) {
        match root.get("mapwright") {
            None => {
                let issue = Issue::error("the line `mapwright: 1` is missing").at(self.text, self.first_key(entries));
                self.issues.push(issue.hint("begin the profile with it; it says which version of the format follows"));
            }
            Some(Node { value: Value::Scalar { text, .. }, .. }) if text == VERSION => {}
            Some(node) => {
                let issue =
                    Issue::error("this version of the profile format is not known").at(self.text, first_word(node));
                self.issues.push(
                    issue.hint(format!("this mapwright reads `mapwright: {VERSION}`; a newer one may read more")),
                );
            }
        }
    }

    // Source and target.

    fn location(&mut self, node: &Node) -> Location {
        let mut location = Location { base: self.base.to_path_buf(), ..Location::default() };
        let Value::Map(entries) = &node.value else {
            location.address = self.text(node, "a path or address").unwrap_or_default();
            return location;
        };
        self.known(entries, &keys::LOCATION);
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "path" => location.address = self.text(value, "a path or address").unwrap_or_default(),
                "format" => location.format = self.text(value, "a format"),
                "delimiter" => location.delimiter = self.separator(value, "delimiter"),
                "quote" => {
                    let none = value.is_null()
                        || matches!(&value.value, Value::Scalar { text, .. } if text.is_empty() || text == "none");
                    location.quote = if none { Some(String::new()) } else { self.separator(value, "quote") };
                }
                "encoding" => location.encoding = self.encoding(value),
                "header" => location.header = self.boolean(value, "header"),
                _ => {}
            }
        }
        if node.get("path").is_none() {
            let issue =
                Issue::error("it does not say where: `path:` is missing").at(self.text, self.first_key(entries));
            self.issues.push(issue.hint("add `path:` with a file, a folder or an address"));
        }
        location
    }

    /// A single character, or its name.
    fn separator(&mut self, node: &Node, what: &str) -> Option<String> {
        let Value::Scalar { text, .. } = &node.value else {
            return self.text(node, "one character");
        };
        if let Some(letter) = words::separator(text) {
            return Some(letter.to_owned());
        }
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter != '\n' && letter != '\r' => Some(text.clone()),
            _ => {
                let issue = Issue::error(format!("the {what} must be one character")).at(self.text, node.bytes.clone());
                self.issues.push(issue.hint("one character in quotes, or: tab, comma, semicolon, pipe, space"));
                None
            }
        }
    }

    fn encoding(&mut self, node: &Node) -> Option<String> {
        let label = self.text(node, "an encoding")?;
        if encoding_rs::Encoding::for_label(label.as_bytes()).is_none() {
            let common = [
                "utf-8",
                "utf-16le",
                "utf-16be",
                "windows-1252",
                "windows-1250",
                "iso-8859-1",
                "iso-8859-15",
                "shift_jis",
                "gb18030",
            ];
            let issue = Issue::error(format!("there is no encoding `{label}`")).at(self.text, node.bytes.clone());
            self.issues.push(issue.hint_if(did_you_mean(&label, common)));
            return None;
        }
        Some(label)
    }

    // Objects.

    fn objects(&mut self, node: &Node) -> Vec<ObjectMapping> {
        let Value::List(items) = &node.value else {
            let issue = Issue::error(format!("`objects` must be a list, but it is {}", node.kind()))
                .at(self.text, first_word(node));
            self.issues.push(issue.hint("begin each object with `- from: …`"));
            return Vec::new();
        };
        if items.is_empty() {
            self.issues.push(
                Issue::error("`objects` is empty").at(self.text, node.bytes.clone()).hint("add at least one object"),
            );
        }
        let objects: Vec<ObjectMapping> = items.iter().map(|item| self.object(item)).collect();
        if items.len() > 1 {
            for (item, object) in items.iter().zip(&objects) {
                for (key, name) in [("from", &object.from), ("to", &object.to)] {
                    if name.is_empty() && item.get(key).is_none() && !item.entries().is_empty() {
                        let issue = Issue::error(format!("the object does not say `{key}:`"))
                            .at(self.text, self.first_key(item.entries()));
                        self.issues.push(issue.hint("it may be left out only where the profile has one object"));
                    }
                }
            }
        }
        objects
    }

    fn object(&mut self, node: &Node) -> ObjectMapping {
        let mut object = ObjectMapping::default();
        let Some(entries) = self.map(node, &keys::OBJECT) else { return object };
        object.place = self.place(self.first_key(entries).start);
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "from" => object.from = self.text(value, "the source object's name").unwrap_or_default(),
                "to" => object.to = self.text(value, "the target object's name").unwrap_or_default(),
                "write" => object.write = self.word(value, "write mode", words::WRITE_MODES).unwrap_or_default(),
                "key" => object.key = self.texts(value, "a field name"),
                "where" => object.filter = self.expression(value, "`where`"),
                "duplicates" => object.duplicates = self.duplicates(value),
                "on_reject" => object.stop_at = self.on_reject(value),
                "ragged" => {
                    object.keep_ragged = self.word(value, "word for `ragged`", words::RAGGED).unwrap_or_default()
                }
                "fields" => object.fields = self.fields(value),
                "checks" => object.checks = self.checks(value),
                "examples" => object.examples = self.examples(value),
                _ => {}
            }
        }
        if !entries.iter().any(|entry| keys::OBJECT.meant(&entry.key) == Some("fields")) {
            let issue = Issue::error("the object has no `fields:`").at(self.text, self.first_key(entries));
            self.issues.push(
                issue.hint(
                    "say for each target field where its value comes from: `fields:`, then `Email: email | email`",
                ),
            );
        }
        object
    }

    fn duplicates(&mut self, node: &Node) -> Option<Duplicates> {
        let Value::Map(entries) = &node.value else {
            return Some(Duplicates { key: self.expression(node, "`duplicates`")?, keep: Keep::default() });
        };
        self.known(entries, &keys::DUPLICATES);
        let mut keep = Keep::default();
        let mut key = None;
        for entry in entries {
            match entry.key.as_str() {
                "key" => key = self.expression(&entry.value, "`key`"),
                "keep" => keep = self.word(&entry.value, "word for `keep`", words::KEEP).unwrap_or_default(),
                _ => {}
            }
        }
        if node.get("key").is_none() {
            let issue = Issue::error("`duplicates` does not say what makes two records the same")
                .at(self.text, self.first_key(entries));
            self.issues.push(issue.hint("add `key:` with an expression, such as `key: email | trim | lower`"));
        }
        Some(Duplicates { key: key?, keep })
    }

    fn on_reject(&mut self, node: &Node) -> Option<Threshold> {
        let Value::Map(entries) = &node.value else { return self.threshold(node) };
        self.known(entries, &keys::ON_REJECT);
        self.threshold(node.get("stop_at")?)
    }

    fn threshold(&mut self, node: &Node) -> Option<Threshold> {
        let text = self.text(node, "a count or a share")?;
        let found = words::threshold(&text);
        if found.is_none() {
            let issue =
                Issue::error(format!("`{text}` is neither a count nor a share")).at(self.text, node.bytes.clone());
            self.issues.push(issue.hint("write a count such as `100`, or a share from 0% to 100% such as `5%`"));
        }
        found
    }

    // Fields.

    fn fields(&mut self, node: &Node) -> Vec<FieldMapping> {
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

    // Checks and examples.

    fn checks(&mut self, node: &Node) -> Vec<RecordCheck> {
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

    fn examples(&mut self, node: &Node) -> Vec<Example> {
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

    // The forms of single values.

    /// The entries of a map whose keys are all known.
    fn map<'n>(&mut self, node: &'n Node, form: &Form) -> Option<&'n [Entry]> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("{} must be a map, but this is {}", form.what, node.kind()));
            self.issues.push(issue.at(self.text, first_word(node)).hint(format!("its keys are: {}", form.names())));
            return None;
        };
        self.known(entries, form);
        Some(entries)
    }

    /// Every key that the form does not have, with the nearest right word.
    fn known(&mut self, entries: &[Entry], form: &Form) {
        for (index, entry) in entries.iter().enumerate() {
            if form.has(&entry.key) {
                continue;
            }
            if form.schema == "profile" && keys::RESERVED.contains(&entry.key.as_str()) {
                let single = entry.key.trim_end_matches('s');
                let issue = Issue::error(format!(
                    "`{}:` is reserved for several named systems, which is not built yet",
                    entry.key
                ));
                self.issues.push(
                    issue
                        .at(self.text, entry.key_bytes.clone())
                        .hint(format!("name the one {single} with `{single}:`")),
                );
                continue;
            }
            let before = index.checked_sub(1).and_then(|before| entries.get(before));
            if let Some(cut) = before.filter(|before| entry.value.is_null() && is_cut(&before.value)) {
                let issue = Issue::error("the comma ends this expression, because it stands inside `{ }`");
                self.issues
                    .push(issue.at(self.text, cut.value.bytes.clone()).hint("put the whole expression in quotes"));
                continue;
            }
            let hint = match form.meant(&entry.key) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("its keys are: {}", form.names()),
            };
            let issue = Issue::error(format!("{} has no key `{}`", form.what, entry.key));
            self.issues.push(issue.at(self.text, entry.key_bytes.clone()).hint(hint));
        }
    }

    /// A filled text; numbers and booleans as they were written.
    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => Some(text.clone()),
            _ => {
                let issue = Issue::error(format!("here should be {what}, but there is {}", node.kind()));
                self.issues.push(issue.at(self.text, first_word(node)));
                None
            }
        }
    }

    /// One text or a list of texts.
    fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item, what)).collect(),
            _ => self.text(node, what).into_iter().collect(),
        }
    }

    fn expression(&mut self, node: &Node, of: &str) -> Option<Expression> {
        match &node.value {
            Value::Scalar { text, .. } if !text.trim().is_empty() && !node.is_null() => {
                Some(Expression { text: text.trim_end().to_owned(), place: self.content_place(node) })
            }
            // `Field: null` is the constant null; `Field:` with nothing behind it is a line not finished.
            Value::Scalar { text, style: Style::Plain } if text.eq_ignore_ascii_case("null") => {
                Some(Expression { text: "null".to_owned(), place: self.content_place(node) })
            }
            Value::Scalar { .. } => {
                let issue = Issue::error(format!("{of} has no expression")).at(self.text, self.empty_place(node));
                self.issues.push(issue.hint(
                    "write a source field, such as `first_name | trim`, or a constant in quotes: `'\"Legacy\"'`",
                ));
                None
            }
            _ => {
                let issue = Issue::error(format!("{of} should be an expression, but it is {}", node.kind()));
                self.issues.push(issue.at(self.text, first_word(node)).hint("put the whole expression in quotes"));
                None
            }
        }
    }

    fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
        let text = self.text(node, "true or false")?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => {
                let issue = Issue::error(format!("`{what}` is true or false, not `{text}`"));
                self.issues.push(issue.at(self.text, node.bytes.clone()));
                None
            }
        }
    }

    fn count(&mut self, node: &Node) -> Option<u32> {
        let text = self.text(node, "a number of characters")?;
        match text.parse() {
            Ok(count) => Some(count),
            Err(_) => {
                let issue = Issue::error(format!("`{text}` is no number of characters"));
                self.issues.push(issue.at(self.text, node.bytes.clone()).hint("write a whole number such as `80`"));
                None
            }
        }
    }

    /// One word of a table.
    fn word<T: Copy>(&mut self, node: &Node, what: &str, table: &[(&'static str, T)]) -> Option<T> {
        // `null` is a word here (`missing: null`), not the absence of one.
        let text = match &node.value {
            Value::Scalar { text, .. } if !text.is_empty() => text.clone(),
            _ => self.text(node, what)?,
        };
        let found = table.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let issue = Issue::error(format!("there is no {what} `{text}`")).at(self.text, node.bytes.clone());
            self.issues.push(issue.hint_if(did_you_mean(&text, table.iter().map(|(word, _)| *word))));
        }
        found
    }

    // Places.

    fn place(&self, byte: usize) -> Place {
        let (line, column) = line_and_column(self.text, byte);
        Place { line, column }
    }

    /// Where the first character of a scalar's content stands: inside the quotes.
    fn content_place(&self, node: &Node) -> Place {
        let inside = matches!(&node.value, Value::Scalar { style: Style::SingleQuoted | Style::DoubleQuoted, .. });
        self.place(node.bytes.start + usize::from(inside && !node.alias))
    }

    /// A value that is not there: the end of the line before it is more useful than where the parser looked for it.
    fn empty_place(&self, node: &Node) -> Bytes<usize> {
        let before = self.text.get(..node.bytes.start).unwrap_or_default().trim_end();
        if node.bytes.is_empty() { before.len().saturating_sub(1)..before.len() } else { node.bytes.clone() }
    }

    fn first_key(&self, entries: &[Entry]) -> Bytes<usize> {
        entries.first().map_or(0..0, |entry| entry.key_bytes.clone())
    }
}

/// An expression that a comma inside `{ }` has cut in two: more brackets or quotes opened than closed.
fn is_cut(node: &Node) -> bool {
    let Value::Scalar { text, style: Style::Plain } = &node.value else { return false };
    let count = |letters: &[char]| text.chars().filter(|letter| letters.contains(letter)).count();
    count(&['(', '[']) > count(&[')', ']']) || count(&['"']) % 2 == 1
}

/// Where a message about a whole node points: its first key or item, or itself.
fn first_word(node: &Node) -> Bytes<usize> {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.bytes.clone(), |entry| entry.key_bytes.clone()),
        Value::List(items) => items.first().map_or(node.bytes.clone(), first_word),
        Value::Scalar { .. } => node.bytes.clone(),
    }
}
