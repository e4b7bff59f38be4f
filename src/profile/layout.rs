//! What is to be written, and how it looks: the tree of a profile on its way to YAML text.

/// A line that is longer is broken into several.
const LINE: usize = 110;
/// Blanks a level.
pub(super) const STEP: usize = 2;

/// A node to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    /// What stands in the text stays as it is.
    Keep,
    /// An expression: numbers, `true` and `null` stand plain.
    Expression(String),
    /// A text: what YAML readers could take for something else stands in quotes.
    Text(String),
    /// A word of the format (`upsert`, `true`, `5%`): always plain.
    Word(String),
    List {
        items: Vec<Item>,
        layout: Layout,
    },
    Map {
        entries: Vec<(String, Out)>,
        layout: Layout,
    },
}

/// An item of a list, and which item of the text it was.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub was: Option<usize>,
    pub out: Out,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One entry a line.
    Block,
    /// `{ }` or `[ ]` on one line where that fits.
    Fit,
}

/// Where a scalar stands decides which characters need quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Block,
    Flow,
}

impl Out {
    pub fn list(items: Vec<Out>, layout: Layout) -> Out {
        Out::List { items: items.into_iter().map(|out| Item { was: None, out }).collect(), layout }
    }

    fn is_empty_collection(&self) -> bool {
        match self {
            Out::List { items, .. } => items.is_empty(),
            Out::Map { entries, .. } => entries.is_empty(),
            _ => false,
        }
    }
}

/// The node on one line. [`Out::Keep`] has no text of its own and must not be inside.
pub(super) fn flow(out: &Out, inside: Inside) -> String {
    match out {
        Out::Keep => String::new(),
        Out::Expression(text) => expression(text, inside),
        Out::Text(text) => text_scalar(text, inside),
        Out::Word(word) => word.clone(),
        Out::List { items, .. } => {
            let items: Vec<String> = items.iter().map(|item| flow(&item.out, Inside::Flow)).collect();
            format!("[{}]", items.join(", "))
        }
        Out::Map { entries, .. } if entries.is_empty() => "{}".to_owned(),
        Out::Map { entries, .. } => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(name, out)| format!("{}: {}", key(name, Inside::Flow), flow(out, Inside::Flow)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// The value behind `key:` or `-`, with the blank or line break before it; `indent` is that of the key.
pub(super) fn behind_key(out: &Out, indent: usize, used: usize) -> String {
    if goes_on_one_line(out, used) {
        return format!(" {}", flow(out, Inside::Block));
    }
    match out {
        Out::List { .. } | Out::Map { .. } => {
            let inner = indent + STEP;
            format!("\n{}{}", " ".repeat(inner), block(out, inner))
        }
        Out::Expression(text) | Out::Text(text) => match literal(text, indent + STEP) {
            Some(block) => format!(" {block}"),
            None => format!(" {}", double_quoted(text)),
        },
        _ => format!(" {}", flow(out, Inside::Block)),
    }
}

/// Whether a value fits behind the `used` columns of its line.
pub(super) fn goes_on_one_line(out: &Out, used: usize) -> bool {
    match out {
        _ if out.is_empty_collection() => true,
        Out::List { layout: Layout::Block, .. } | Out::Map { layout: Layout::Block, .. } => false,
        Out::List { .. } | Out::Map { .. } => {
            !holds_lines(out) && used + 1 + flow(out, Inside::Block).chars().count() <= LINE
        }
        Out::Expression(text) | Out::Text(text) => !text.contains('\n'),
        Out::Keep | Out::Word(_) => true,
    }
}

fn holds_lines(out: &Out) -> bool {
    match out {
        Out::Expression(text) | Out::Text(text) => text.contains('\n'),
        Out::List { items, .. } => items.iter().any(|item| holds_lines(&item.out)),
        Out::Map { entries, .. } => entries.iter().any(|(_, out)| holds_lines(out)),
        _ => false,
    }
}

/// A collection one entry a line, from its first key or dash on; `indent` is the column of keys and dashes.
pub(super) fn block(out: &Out, indent: usize) -> String {
    let break_line = format!("\n{}", " ".repeat(indent));
    match out {
        Out::Map { entries, .. } if !entries.is_empty() => {
            let lines: Vec<String> = entries.iter().map(|(name, out)| entry(name, out, indent)).collect();
            lines.join(&break_line)
        }
        Out::List { items, .. } if !items.is_empty() => {
            let lines: Vec<String> = items.iter().map(|item| list_item(&item.out, indent)).collect();
            lines.join(&break_line)
        }
        _ => flow(out, Inside::Block),
    }
}

/// `key: value`, over several lines where need be.
pub(super) fn entry(name: &str, out: &Out, indent: usize) -> String {
    let key = key(name, Inside::Block);
    let used = indent + key.chars().count() + 1;
    format!("{key}:{}", behind_key(out, indent, used))
}

/// `- value`; a map begins on the line of its dash.
pub(super) fn list_item(out: &Out, indent: usize) -> String {
    match out {
        Out::List { .. } | Out::Map { .. } if !goes_on_one_line(out, indent + 1) => {
            format!("- {}", block(out, indent + STEP))
        }
        _ => format!("-{}", behind_key(out, indent, indent + 1)),
    }
}

/// A key, in quotes where YAML would misread it.
pub(super) fn key(name: &str, inside: Inside) -> String {
    text_scalar(name, inside)
}

fn expression(text: &str, inside: Inside) -> String {
    if is_plain(text, inside) { text.to_owned() } else { quoted(text) }
}

fn text_scalar(text: &str, inside: Inside) -> String {
    if is_plain(text, inside) && !looks_typed(text) { text.to_owned() } else { quoted(text) }
}

/// Single quotes where they can hold the text, for they need no escapes.
fn quoted(text: &str) -> String {
    if text.chars().any(|letter| letter.is_control() || matches!(letter, '\u{feff}' | '\u{2028}' | '\u{2029}')) {
        double_quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if letter.is_control() || matches!(letter, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04X}", letter as u32));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A text of several lines as `|-`, where its lines can stand as they are.
fn literal(text: &str, indent: usize) -> Option<String> {
    let plain = |line: &str| !line.chars().any(|letter| letter.is_control() && letter != '\t');
    let first = text.lines().next()?;
    if first.starts_with([' ', '\t']) || first.is_empty() || text.ends_with('\n') || !text.split('\n').all(plain) {
        return None;
    }
    let pad = " ".repeat(indent);
    let lines: Vec<String> =
        text.split('\n').map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") }).collect();
    Some(format!("|-\n{}", lines.join("\n")))
}

/// Whether YAML reads the text as it stands, without quotes (YAML 1.2.2, 7.3.3 Plain Style; a little stricter).
fn is_plain(text: &str, inside: Inside) -> bool {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return false };
    let second_is_text = letters.next().is_some_and(|second| !second.is_whitespace());
    let begins_well = match first {
        '-' | '?' | ':' => second_is_text && inside == Inside::Block,
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | '=' => false,
        _ => !first.is_whitespace(),
    };
    let flow_marks = |letter: char| matches!(letter, ',' | '[' | ']' | '{' | '}');
    begins_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.starts_with("<<")
        && !text
            .chars()
            .any(|letter| letter.is_control() || matches!(letter, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
        && (inside == Inside::Block || !text.contains(flow_marks))
        && (inside == Inside::Block || !text.contains(":\""))
}

/// Texts that some YAML reader takes for a boolean, nothing, a number it would change, or a date.
fn looks_typed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_word =
        matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null" | "~" | "");
    let numeric = text.bytes().next().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
    let is_small_count =
        text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_word || (numeric && !is_small_count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::yaml::{self, Value};

    #[test]
    fn what_yaml_would_misread_is_quoted() {
        for (text, inside, expected) in [
            ("first_name | trim", Inside::Block, "first_name | trim"),
            ("concat(a, b)", Inside::Block, "concat(a, b)"),
            ("concat(a, b)", Inside::Flow, "'concat(a, b)'"),
            ("\"Legacy\"", Inside::Block, "'\"Legacy\"'"),
            ("\"it's\"", Inside::Block, "'\"it''s\"'"),
            ("a ?? \"x: y\"", Inside::Block, "'a ?? \"x: y\"'"),
            ("a ?? \" # \"", Inside::Block, "'a ?? \" # \"'"),
            ("`First Name`", Inside::Block, "'`First Name`'"),
            ("-amount", Inside::Block, "-amount"),
            ("true", Inside::Block, "true"),
        ] {
            assert_eq!(expression(text, inside), expected);
        }
        for (text, expected) in [
            ("NO", "'NO'"),
            ("007", "'007'"),
            ("5", "5"),
            ("2024-01-01", "'2024-01-01'"),
            ("", "''"),
            ("a\tb", "\"a\\tb\""),
        ] {
            assert_eq!(text_scalar(text, Inside::Flow), expected);
        }
    }

    #[test]
    fn several_lines_become_a_block_of_text() {
        let out = Out::Map {
            entries: vec![("A".to_owned(), Out::Expression("if a\n  then b\n\nelse c".to_owned()))],
            layout: Layout::Block,
        };
        assert_eq!(block(&out, 2), "A: |-\n    if a\n      then b\n\n    else c");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn every_scalar_reads_back(text in "[ -~äß\u{85}\u{2028}\n\t'\"#:,{}|>&*-]{0,24}") {
            let map = |layout| Out::Map { entries: vec![(text.clone(), Out::Text(text.clone())), ("z".repeat(40), Out::Text(text.clone()))], layout };
            for out in [map(Layout::Block), map(Layout::Fit)] {
                let outer = Out::Map { entries: vec![("outer".to_owned(), out)], layout: Layout::Block };
                let written = block(&outer, 0);
                let read = yaml::read(&written).map_err(|issue| proptest::test_runner::TestCaseError::fail(format!("{written:?}: {issue:?}")))?;
                let entries = read.get("outer").expect("outer").entries();
                for entry in entries {
                    let Value::Scalar { text: back, .. } = &entry.value.value else { panic!("a scalar") };
                    proptest::prop_assert_eq!(back, &text, "{:?}", written);
                }
                proptest::prop_assert_eq!(&entries[0].key, &text);
            }
        }
    }
}
