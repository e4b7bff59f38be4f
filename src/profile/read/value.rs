//! The forms of single values: keys of a form, texts, numbers, words of a table, expressions, and their places.

use std::ops::Range as Bytes;

use super::{Reader, first_word};
use crate::profile::issue::Issue;
use crate::profile::keys::{self, Form};
use crate::profile::nearest::did_you_mean;
use crate::profile::yaml::{Entry, Node, Style, Value};
use crate::profile::{Expression, Place};

impl Reader<'_> {
    /// The entries of a map whose keys are all known.
    pub(super) fn map<'n>(&mut self, node: &'n Node, form: &Form) -> Option<&'n [Entry]> {
        let Value::Map(entries) = &node.value else {
            let issue = Issue::error(format!("{} must be a map, but this is {}", form.what, node.kind()));
            self.issues.push(issue.at(self.text, first_word(node)).hint(format!("its keys are: {}", form.names())));
            return None;
        };
        self.known(entries, form);
        Some(entries)
    }

    /// Every key that the form does not have, with the nearest right word.
    pub(super) fn known(&mut self, entries: &[Entry], form: &Form) {
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
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
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
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        match &node.value {
            Value::List(items) => items.iter().filter_map(|item| self.text(item, what)).collect(),
            _ => self.text(node, what).into_iter().collect(),
        }
    }

    pub(super) fn expression(&mut self, node: &Node, of: &str) -> Option<Expression> {
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

    pub(super) fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
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

    pub(super) fn count(&mut self, node: &Node) -> Option<u32> {
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
    pub(super) fn word<T: Copy>(&mut self, node: &Node, what: &str, table: &[(&'static str, T)]) -> Option<T> {
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

    pub(super) fn place(&self, byte: usize) -> Place {
        let (line, column) = self.lines.place(byte);
        Place { line, column }
    }

    /// Where the first character of a scalar's content stands: inside the quotes.
    pub(super) fn content_place(&self, node: &Node) -> Place {
        let inside = matches!(&node.value, Value::Scalar { style: Style::SingleQuoted | Style::DoubleQuoted, .. });
        self.place(node.bytes.start + usize::from(inside && !node.alias))
    }

    /// A value that is not there: the end of the line before it is more useful than where the parser looked for it.
    pub(super) fn empty_place(&self, node: &Node) -> Bytes<usize> {
        let before = self.text.get(..node.bytes.start).unwrap_or_default().trim_end();
        if node.bytes.is_empty() { before.len().saturating_sub(1)..before.len() } else { node.bytes.clone() }
    }

    pub(super) fn first_key(&self, entries: &[Entry]) -> Bytes<usize> {
        entries.first().map_or(0..0, |entry| entry.key_bytes.clone())
    }
}

/// An expression that a comma inside `{ }` has cut in two: more brackets or quotes opened than closed.
fn is_cut(node: &Node) -> bool {
    let Value::Scalar { text, style: Style::Plain } = &node.value else { return false };
    let count = |letters: &[char]| text.chars().filter(|letter| letters.contains(letter)).count();
    count(&['(', '[']) > count(&[')', ']']) || count(&['"']) % 2 == 1
}
