//! The tree of a text -> the profile. Goes on after a mistake, so that all of them are told at once.

mod field;
mod layout;
mod record;
mod value;

use std::ops::Range as Bytes;
use std::path::Path;

use super::issue::{Issue, Lines, Severity};
use super::keys;
use super::nearest::did_you_mean;
use super::words;
use super::yaml::{Entry, Node, Value};
use super::{Duplicates, Keep, ObjectMapping, Profile, Threshold};
use crate::connect::{Location, Split};

/// The version of the format that this program reads and writes.
pub(super) const VERSION: &str = "1";

/// Reads the whole profile; every issue found is told.
pub(super) fn profile(root: &Node, text: &str, base: &Path) -> Result<Profile, Vec<Issue>> {
    let mut reader = Reader { text, lines: Lines::of(text), base, issues: Vec::new() };
    let profile = reader.profile(root);
    if reader.issues.iter().any(|issue| issue.severity == Severity::Error) {
        reader.issues.sort_by_key(|issue| (issue.line, issue.column));
        return Err(reader.issues);
    }
    Ok(profile)
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines<'t>,
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
                "quoting" => {
                    location.output.quoting =
                        self.word(value, "word for `quoting`", words::QUOTING).unwrap_or_default();
                }
                "bom" => location.output.bom = self.boolean(value, "bom"),
                "line_ends" => {
                    let found = self.word(value, "word for `line_ends`", words::LINE_ENDS);
                    location.output.line_ends = found.unwrap_or_default();
                }
                "unfit" => location.output.unfit = self.unfit(value),
                "spreadsheet_safe" => {
                    location.spreadsheet_safe = self.boolean(value, "spreadsheet_safe").unwrap_or_default();
                }
                "split" => location.output.split = self.split(value),
                "widths" | "columns" if !location.columns.is_empty() => {
                    let issue = Issue::error("`widths` and `columns` say the same").at(self.text, value.bytes.clone());
                    self.issues.push(issue.hint("keep one of them"));
                }
                "widths" => location.columns = self.widths(value),
                "columns" => location.columns = self.columns(value),
                "lists" => location.lists = self.lists(value),
                "fill_merged" => location.fill_merged = self.boolean(value, "fill_merged").unwrap_or_default(),
                "repair" => location.repair = self.boolean(value, "repair").unwrap_or_default(),
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

    /// `reject`, or what stands for characters that the encoding does not have.
    fn unfit(&mut self, node: &Node) -> Option<String> {
        self.text(node, "a text").filter(|text| text != words::REJECT)
    }

    fn split(&mut self, node: &Node) -> Option<Split> {
        let text = self.text(node, "rows or bytes")?;
        let found = Split::parse(&text);
        if found.is_none() {
            let issue = Issue::error(format!("`{text}` does not say where a file ends"));
            let hint = "write a number of rows such as `50000 rows`, or of bytes such as `10 MB`";
            self.issues.push(issue.at(self.text, node.bytes.clone()).hint(hint));
        }
        found
    }

    /// A single character, or its name; several characters where they can delimit.
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
            _ if what == "delimiter" && crate::connect::csv::several_delimit(text) => Some(text.clone()),
            _ => {
                let issue = Issue::error(format!("the {what} must be one character")).at(self.text, node.bytes.clone());
                let names = "one character in quotes, or: tab, comma, semicolon, pipe, space";
                self.issues.push(issue.hint(match what {
                    "delimiter" => {
                        format!("{names}; or up to four that are no letters, digits or quotes, such as `||`")
                    }
                    _ => names.to_owned(),
                }));
                None
            }
        }
    }

    fn encoding(&mut self, node: &Node) -> Option<String> {
        let label = self.text(node, "an encoding")?;
        if !crate::connect::knows_encoding(&label) {
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
                "repaired" => {
                    object.reject_repaired =
                        self.word(value, "word for `repaired`", words::REPAIRED).unwrap_or_default()
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
}

/// Where a message about a whole node points: its first key or item, or itself.
fn first_word(node: &Node) -> Bytes<usize> {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.bytes.clone(), |entry| entry.key_bytes.clone()),
        Value::List(items) => items.first().map_or(node.bytes.clone(), first_word),
        Value::Scalar { .. } => node.bytes.clone(),
    }
}
