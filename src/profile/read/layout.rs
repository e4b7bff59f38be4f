//! How a source is laid out: the columns of fixed-width text, and what becomes of lists.

use super::{Reader, first_word};
use crate::connect::{FixedColumn, ListRule, ListSetting};
use crate::profile::issue::Issue;
use crate::profile::keys;
use crate::profile::nearest::did_you_mean;
use crate::profile::yaml::{Node, Value};

/// No line is longer than this.
const FARTHEST: usize = 1_000_000;

impl Reader<'_> {
    /// `[8, 30, 20]`: widths of columns that follow one another.
    pub(super) fn widths(&mut self, node: &Node) -> Vec<FixedColumn> {
        let Value::List(items) = &node.value else {
            let issue = Issue::error(format!("`widths` must be a list, but it is {}", node.kind()));
            self.issues.push(issue.at(self.text, first_word(node)).hint("such as `[8, 30, 20]`"));
            return Vec::new();
        };
        let mut widths = Vec::new();
        for item in items {
            match self.text(item, "a width").map(|text| text.parse::<usize>()) {
                Some(Ok(width)) if (1..=FARTHEST).contains(&width) => widths.push(width),
                Some(_) => {
                    let issue = Issue::error("a width is a whole number of characters from 1 on");
                    self.issues.push(issue.at(self.text, item.bytes.clone()));
                }
                None => {}
            }
        }
        FixedColumn::of_widths(&widths)
    }

    /// `{ id: 1-8, name: 9-38 }`: places of columns, counted from 1, the last one included.
    pub(super) fn columns(&mut self, node: &Node) -> Vec<FixedColumn> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("`columns` must be a map, but it is {}", node.kind()));
            self.issues.push(issue.at(self.text, first_word(node)).hint("such as `{ id: 1-8, name: 9-38 }`"));
            return Vec::new();
        };
        let mut columns = Vec::new();
        for entry in entries {
            let Some(text) = self.text(&entry.value, "a place such as 9-38") else { continue };
            match span(&text) {
                Some((start, end)) => columns.push(FixedColumn { name: Some(entry.key.clone()), start, end }),
                None => {
                    let issue = Issue::error(format!("`{text}` is no place in a line"));
                    self.issues.push(
                        issue
                            .at(self.text, entry.value.bytes.clone())
                            .hint("write the first and the last character, counted from 1, such as `9-38`"),
                    );
                }
            }
        }
        columns
    }

    /// What becomes of lists, by their paths.
    pub(super) fn lists(&mut self, node: &Node) -> Vec<ListSetting> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("`lists` must be a map, but it is {}", node.kind()));
            self.issues.push(issue.at(self.text, first_word(node)).hint("such as `{ tags: { join: '; ' } }`"));
            return Vec::new();
        };
        let rule = |entry: &crate::profile::yaml::Entry| {
            let rule = self.list(&entry.value)?;
            Some(ListSetting { path: entry.key.clone(), rule })
        };
        entries.iter().filter_map(rule).collect()
    }

    fn list(&mut self, node: &Node) -> Option<ListRule> {
        if let Value::Map(entries) = &node.value {
            self.known(entries, &keys::LIST);
            if let [entry] = entries.as_slice() {
                return match entry.key.as_str() {
                    // An empty separator is one, too.
                    "join" => match &entry.value.value {
                        Value::Scalar { text, .. } => Some(ListRule::Join(text.clone())),
                        _ => self.text(&entry.value, "a separator").map(ListRule::Join),
                    },
                    "explode" => {
                        self.text(&entry.value, "a field of the parent").map(|key| ListRule::Explode { key: Some(key) })
                    }
                    _ => None,
                };
            }
            let issue = Issue::error("a list has one rule").at(self.text, self.first_key(entries));
            self.issues.push(issue.hint("either `join:` with a separator, or `explode:` with a field of the parent"));
            return None;
        }
        let text = self.text(node, "a rule for the list")?;
        let rules =
            [("keep", ListRule::Keep), ("first", ListRule::First), ("explode", ListRule::Explode { key: None })];
        if let Some((_, rule)) = rules.iter().find(|(word, _)| *word == text) {
            return Some(rule.clone());
        }
        let issue = Issue::error(format!("there is no rule `{text}` for lists")).at(self.text, node.bytes.clone());
        self.issues.push(match text.as_str() {
            "join" => issue.hint("say what stands between the values: `{ join: '; ' }`"),
            _ => issue.hint_if(did_you_mean(&text, ["keep", "first", "explode", "{ join: '; ' }"])),
        });
        None
    }
}

/// `9-38` or `9`, counted from 1, as positions from 0 and behind the last.
fn span(text: &str) -> Option<(usize, usize)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (1..=last).contains(&first).then_some(())?;
    (last <= FARTHEST).then_some((first - 1, last))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::connect::Location;
    use crate::profile::{parse, write_new};

    fn source(lines: &str) -> Result<Location, String> {
        let text = format!("mapwright: 1\nsource:\n  path: a.txt\n{lines}objects:\n  - fields: {{ A: a }}\n");
        match parse(&text, Path::new("")) {
            Ok(profile) => {
                // What is written anew means the same.
                let again = parse(&write_new(&profile), Path::new("")).expect("what was written is read");
                assert_eq!(again.source, profile.source, "{}", write_new(&profile));
                Ok(profile.source)
            }
            Err(issues) => Err(issues.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>().join("\n")),
        }
    }

    #[test]
    fn columns_and_rules_for_lists_are_read_and_written() {
        let read = source("  columns: { id: 1-8, 'First Name': 9 - 38, flag: 40 }\n").unwrap();
        let places: Vec<(usize, usize)> = read.columns.iter().map(|column| (column.start, column.end)).collect();
        assert_eq!(places, [(0, 8), (8, 38), (39, 40)]);
        assert_eq!(source("  widths: [8, 30]\n").unwrap().columns, FixedColumn::of_widths(&[8, 30]));
        let read = source(
            "  lists: { tags: { join: '; ' }, a.b: first, c: explode, d: { explode: id }, e: keep }\n  fill_merged: true\n",
        );
        let rules: Vec<ListRule> = read.unwrap().lists.into_iter().map(|list| list.rule).collect();
        let explode = |key: Option<&str>| ListRule::Explode { key: key.map(str::to_owned) };
        assert_eq!(
            rules,
            [ListRule::Join("; ".into()), ListRule::First, explode(None), explode(Some("id")), ListRule::Keep]
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (lines, word) in [
            ("  columns: { id: 8-1 }\n", "no place"),
            ("  columns: { id: 0-1 }\n", "no place"),
            ("  columns: [1]\n", "must be a map"),
            ("  widths: [8, x]\n", "whole number"),
            ("  widths: 8\n", "must be a list"),
            ("  widths: [8]\n  columns: { id: 1-8 }\n", "the same"),
            ("  lists: { a: join }\n", "no rule `join`"),
            ("  lists: { a: { join: ',', explode: id } }\n", "one rule"),
            ("  lists: { a: { jion: ',' } }\n", "no key `jion`"),
        ] {
            let told = source(lines).unwrap_err();
            assert!(told.contains(word), "{lines}: {told}");
        }
    }
}
