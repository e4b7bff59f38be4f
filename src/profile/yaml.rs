//! YAML text -> a tree in which every node knows its bytes in the text and how it was written.
//!
//! Scalars keep the text they were written with: YAML's own readings (`NO` as false, `007` as 7) never apply, the
//! profile decides what a value means.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use super::issue::Issue;

/// No profile written by people comes near this; a larger text is something else.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|` or `>`.
    Block,
}

/// A node and the bytes it stands on. For an alias (`*name`) those of the alias.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub value: Value,
    pub bytes: Range<usize>,
    /// The node stands elsewhere in the text, under an anchor.
    pub alias: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar { text: String, style: Style },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub key_bytes: Range<usize>,
    pub value: Node,
}

impl Node {
    /// Nothing, `~` or `null`, not in quotes.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, style: Style::Plain } => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { .. } => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// Reads the text. A syntax error, a doubled key or an alias bomb is one issue at its place.
pub(super) fn read(text: &str) -> Result<Node, Issue> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} MiB; a profile is a text of a few pages", text.len() >> 20);
        return Err(Issue::error(message).hint("is this the data instead of the profile?"));
    }
    if let Some(at) = text.find('\0') {
        return Err(Issue::error("there is a NUL byte; this is no text").at(text, at..at + 1));
    }
    let options = serde_yaml::options! {
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::Error,
        non_finite_float_policy: serde_yaml::options::NonFiniteFloatPolicy::PassThrough,
        merge_keys: serde_yaml::options::MergeKeyPolicy::Merge,
        emit_comments: false,
        with_snippet: false,
        ignore_binary_tag_for_string: true,
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: 20_000 },
        budget: serde_yaml::budget! { max_depth: 32, max_documents: 1, flow_nesting_limit: 32 },
    };
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options) {
        Ok(raw) => Ok(raw.value.place(text, &raw.referenced, &raw.defined)),
        Err(error) => Err(syntax_issue(text, &error)),
    }
}

/// What serde sees; scalars that YAML would convert are `None` and read back from the text.
enum Raw {
    Scalar(Option<String>),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn place(self, text: &str, referenced: &serde_yaml::Location, defined: &serde_yaml::Location) -> Node {
        let bytes = byte_range(text, referenced);
        let own = byte_range(text, defined);
        let value = match self {
            Raw::Scalar(read) => {
                let style = style(text, &own);
                let written = text.get(own.clone()).unwrap_or_default();
                Value::Scalar { text: read.unwrap_or_else(|| written.trim().to_owned()), style }
            }
            Raw::List(items) => Value::List(
                items.into_iter().map(|item| item.value.place(text, &item.referenced, &item.defined)).collect(),
            ),
            Raw::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key_bytes: byte_range(text, &key.defined),
                        key: key.value,
                        value: value.value.place(text, &value.referenced, &value.defined),
                    })
                    .collect(),
            ),
        };
        Node { value, alias: bytes != own, bytes }
    }
}

fn byte_range(text: &str, location: &serde_yaml::Location) -> Range<usize> {
    let span = location.span();
    let start = span.byte_offset().unwrap_or(0) as usize;
    let end = start.saturating_add(span.byte_len().unwrap_or(0) as usize);
    start.min(text.len())..end.min(text.len())
}

fn style(text: &str, own: &Range<usize>) -> Style {
    match text.as_bytes().get(own.start) {
        _ if own.is_empty() => Style::Plain,
        Some(b'"') => Style::DoubleQuoted,
        Some(b'\'') => Style::SingleQuoted,
        _ if follows_block_header(text.get(..own.start).unwrap_or_default()) => Style::Block,
        _ => Style::Plain,
    }
}

/// A block scalar's bytes begin with its content; its header (`|`, `>-`, `|2 # note`) ends the filled line before.
fn follows_block_header(before: &str) -> bool {
    let Some((lines, blanks)) = before.rsplit_once('\n') else { return false };
    let header = lines.trim_end().rsplit('\n').next().unwrap_or_default();
    let header = header.split(" #").next().unwrap_or_default().trim_end();
    let mark = header.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-'));
    let Some(stem) = mark.strip_suffix(['|', '>']) else { return false };
    blanks.trim().is_empty() && (stem.is_empty() || stem.ends_with([' ', '\t']))
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(Some(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(None))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

/// The parser's complaint in our words, at its place.
fn syntax_issue(text: &str, error: &serde_yaml::Error) -> Issue {
    let error = error.without_snippet();
    let said = error.to_string();
    // The parser knows bytes for nodes, but only line and column for what is no node.
    let place = error.location().map(|location| match location.span().byte_offset() {
        Some(_) => byte_range(text, &location),
        None => byte_of(text, location.line(), location.column()),
    });
    let place = place.unwrap_or(0..0);
    let (message, hint) = in_our_words(&said, text.get(place.start..).unwrap_or_default());
    let hint = match quoted_value(text, place.start) {
        Some(quoted) if said.contains("trailing content after double-quoted") => Some(format!("write {quoted}")),
        Some(quoted) if said.contains("mapping values are not allowed") => {
            Some(format!("write {quoted}; or check the indentation of this line"))
        }
        _ => hint.map(str::to_owned),
    };
    Issue::error(message).at(text, place).hint_if(hint)
}

/// The value of the line's key up to the end of the line, in single quotes, where the place lies inside it.
fn quoted_value(text: &str, at: usize) -> Option<String> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    let value = line.find(": ")? + 2;
    let written = line.get(value..)?.trim();
    let inside = start + value < at && !written.starts_with(['{', '[', '|', '>', '\'']);
    inside.then(|| format!("'{}'", written.replace('\'', "''")))
}

/// The bytes of one character, by its line and column from 1.
fn byte_of(text: &str, line: u64, column: u64) -> Range<usize> {
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number as u64 + 1 == line {
            let ahead: usize = content.chars().take(column.saturating_sub(1) as usize).map(char::len_utf8).sum();
            start += ahead.min(content.trim_end_matches(['\n', '\r']).len());
            let letter = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            return start..start + letter;
        }
        start += content.len();
    }
    let end = text.trim_end().len();
    end..end
}

const QUOTE_IT: &str = "put the whole value in single quotes: '…'";

/// What the parser says -> what a tired operator understands, and what to do. `at` is the text from the place on.
fn in_our_words(said: &str, at: &str) -> (String, Option<&'static str>) {
    let first = at.chars().next().unwrap_or(' ');
    if let Some(rest) = said.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(", set DuplicateKeyPolicy").next().unwrap_or(rest);
        let key = key.split(" at line ").next().unwrap_or(key);
        return (
            format!("`{key}` is given twice"),
            Some("keep one of the two; numbers that differ only in zeros need quotes"),
        );
    }
    for (part, message, hint) in COMPLAINTS {
        if said.contains(part) {
            return (message.replace('�', &first.to_string()), *hint);
        }
    }
    let plain = said.split(" at line ").next().unwrap_or(said);
    (format!("this is no YAML: {plain}"), Some("check the indentation and the quotes here and on the line before"))
}

/// Part of the parser's message, ours (`�` is the character at the place), the hint.
static COMPLAINTS: &[(&str, &str, Option<&str>)] = &[
    (
        "invalid trailing content after double-quoted scalar",
        "the value begins with a quote, so that YAML ends it at the next quote",
        Some("put the whole expression in single quotes: '\"Mr \" | trim'"),
    ),
    (
        "invalid trailing content after single-quoted scalar",
        "the value begins with a quote, so that YAML ends it at the next quote",
        Some("put the whole expression in double quotes, or write single quotes inside it twice"),
    ),
    (
        "mapping values are not allowed",
        "a colon with a blank behind it cannot stand here",
        Some("put the whole value in single quotes: '…'; or check the indentation of this line"),
    ),
    ("tabs disallowed", "a tab is used for indentation", Some("YAML indents with blanks: replace the tab")),
    (
        "unknown anchor",
        "a value that begins with `*` is an alias in YAML, and there is no anchor of that name",
        Some(QUOTE_IT),
    ),
    ("recursive references", "an alias refers to itself", Some("write the value out")),
    ("unexpected character", "a value cannot begin with `�` in YAML", Some(QUOTE_IT)),
    ("while scanning a block scalar", "a value that begins with `�` starts a block of text in YAML", Some(QUOTE_IT)),
    ("unclosed bracket", "this `�` is never closed", Some("add the closing bracket, or put the expression in quotes")),
    ("misplaced bracket", "this `�` closes nothing", Some("remove it, or put the expression in quotes")),
    (
        "invalid indentation in multiline quoted scalar",
        "a quote that was opened before this line is not closed",
        Some("close it on its line"),
    ),
    ("comment intercepting", "a blank and `#` begin a comment, and the value goes on behind it", Some(QUOTE_IT)),
    (
        "block sequence entries are not allowed",
        "a list item cannot begin here",
        Some("begin each `-` on a line of its own, indented alike"),
    ),
    ("illegal placement of ':'", "a colon cannot stand here", Some("is a bracket or a quote before it not closed?")),
    (
        "did not find expected ',' or",
        "a bracket opened before this is not closed",
        Some("close it, or put the expression in quotes"),
    ),
    (
        "did not find expected '-'",
        "this line is indented like a list item but does not begin with `-`",
        Some("check the indentation"),
    ),
    (
        "did not find expected key",
        "this line does not fit the indentation of the lines above it",
        Some("indent it like its neighbours"),
    ),
    (
        "alias replay limit",
        "the aliases of this text unfold into far more than a profile holds",
        Some("write the values out"),
    ),
    ("recursion limit exceeded", "the text is nested too deeply for a profile", None),
    ("budget breached: Depth", "the text is nested too deeply for a profile", None),
    (
        "budget breached: Documents",
        "a second YAML document begins here",
        Some("one profile a file: remove the line `---`, or split the file"),
    ),
    ("budget breached", "the text is far larger than a profile", Some("is this the data instead of the profile?")),
    ("expected string scalar", "a key must be a plain text", Some("put it in quotes")),
    (
        "multiple YAML documents",
        "a second YAML document begins here",
        Some("one profile a file: remove the line `---`, or split the file"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar<'n>(node: &'n Node, path: &[&str]) -> (&'n str, Style, &'n Range<usize>) {
        let node = path.iter().fold(node, |node, key| node.get(key).expect("the key"));
        match &node.value {
            Value::Scalar { text, style } => (text, *style, &node.bytes),
            _ => panic!("no scalar"),
        }
    }

    #[test]
    fn scalars_keep_the_text_they_were_written_with() {
        let text = "zip: 007\nno: NO\nyes: yes # c\nday: 2024-01-01\nlong: 123456789012345678901234567890\n\
                    nan: .nan\nthousand: 1_000\nfolded: a\n  b\nquoted: \"x\\ty\"\nsingle: 'it''s'\nnothing:\n";
        let node = read(text).expect("valid");
        for (key, expected) in [
            ("zip", "007"),
            ("no", "NO"),
            ("yes", "yes"),
            ("day", "2024-01-01"),
            ("long", "123456789012345678901234567890"),
            ("nan", ".nan"),
            ("thousand", "1_000"),
            ("folded", "a b"),
            ("quoted", "x\ty"),
            ("single", "it's"),
            ("nothing", ""),
        ] {
            assert_eq!(scalar(&node, &[key]).0, expected, "{key}");
        }
        assert!(node.get("nothing").expect("there").is_null());
    }

    #[test]
    fn styles_and_bytes_are_those_of_the_text() {
        let text = "a: x | y\nb: \"q\"\nc: 's'\nd: |\n  one\n  two\ne: >- # note\n  f\ng:\n  plain\n";
        let node = read(text).expect("valid");
        for (key, style, written) in [
            ("a", Style::Plain, "x | y"),
            ("b", Style::DoubleQuoted, "\"q\""),
            ("c", Style::SingleQuoted, "'s'"),
            ("d", Style::Block, "one\n  two\n"),
            ("e", Style::Block, "f\n"),
            ("g", Style::Plain, "plain"),
        ] {
            let (_, found, bytes) = scalar(&node, &[key]);
            assert_eq!((found, &text[bytes.clone()]), (style, written), "{key}");
        }
    }

    #[test]
    fn aliases_and_merges_stand_where_they_are_used() {
        let text = "a: &x { p: 1 }\nb: *x\nc:\n  <<: *x\n  q: 2\n";
        let node = read(text).expect("valid");
        let b = node.get("b").expect("b");
        assert!(b.alias);
        assert_eq!(&text[b.bytes.clone()], "*x");
        assert_eq!(scalar(&node, &["c", "p"]).0, "1");
    }

    #[test]
    fn every_syntax_error_has_a_place_and_plain_words() {
        for (text, line, column, part) in [
            ("a: 1\nb: 2\na: 3\n", 3, 1, "`a` is given twice"),
            ("a: \"x\" | trim\n", 1, 8, "begins with a quote"),
            ("a: if b: c\n", 1, 8, "a colon with a blank"),
            ("a:\n\t- b\n", 2, 2, "a tab is used"),
            ("a: [1, 2\nb: 3\n", 2, 2, "a colon cannot stand here"),
            ("- a\nb: c\n", 2, 1, "does not begin with `-`"),
            ("ü: *nope\n", 1, 4, "alias"),
            ("a: &a [*a]\n", 1, 8, "refers to itself"),
            ("---\na: 1\n---\nb: 2\n", 3, 1, "a second YAML document"),
            ("a: 'x\n", 1, 6, "is not closed"),
            ("a: @x\n", 1, 4, "cannot begin with `@`"),
            ("a: `x` | t\n", 1, 4, "cannot begin with ```"),
            ("? [a]\n: b\n", 1, 3, "a key must be a plain text"),
            ("a: b # c\n  d\n", 1, 6, "begin a comment"),
            ("a: | trim\n", 1, 4, "`|` starts a block"),
            ("a: {x: 1\n", 1, 4, "`{` is never closed"),
            ("a: ]\n", 1, 4, "closes nothing"),
            ("a: - b\n", 1, 4, "a list item cannot begin here"),
            ("a: \0\n", 1, 4, "NUL"),
        ] {
            let issue = read(text).expect_err(text);
            assert!(issue.message.contains(part), "{text:?}: {}", issue.message);
            assert_eq!((issue.line, issue.column), (line, column), "{text:?}: {}", issue.message);
        }
    }

    #[test]
    fn the_hint_writes_the_value_as_it_must_stand() {
        for (text, hint) in [
            ("a:\n  B: \"Dr \" | trim\n", "write '\"Dr \" | trim'"),
            ("a: x ?? \"no: it's\"\n", "write 'x ?? \"no: it''s\"'; or check the indentation of this line"),
            ("a: b\n c: d\n", "put the whole value in single quotes: '…'; or check the indentation of this line"),
        ] {
            assert_eq!(read(text).expect_err(text).hint.as_deref(), Some(hint));
        }
    }

    #[test]
    fn bombs_and_depths_are_refused() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..10 {
            let refs = vec![format!("*a{}", level - 1); 10].join(",");
            bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
        }
        assert!(read(&bomb).expect_err("a bomb").message.contains("aliases"));
        for deep in ["[", "{a: ", "- ", "? "] {
            assert!(read(&deep.repeat(100_000)).is_err(), "{deep}");
        }
        assert!(read(&"x".repeat(MAX_BYTES + 1)).expect_err("huge").message.contains("MiB"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_makes_it_panic(text in "[a-c{}\\[\\]:,#|>&*!%@`'\"\\- \n\tü\u{feff}\r?0]{0,60}") {
            let _ = read(&text);
        }
    }
}
