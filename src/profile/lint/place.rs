//! From a place inside a value to the place in the text: quotes, escapes and folded lines in between.

use std::ops::Range;

use crate::profile::yaml::{Node, Style, Value};
use crate::transform::Span;

/// The bytes of the text on which a span of a scalar's value stands.
pub(super) fn bytes_of(text: &str, node: &Node, span: Span) -> Range<usize> {
    let Value::Scalar { text: value, style } = &node.value else { return node.bytes.clone() };
    let Some(written) = text.get(node.bytes.clone()).filter(|_| !node.alias) else { return node.bytes.clone() };
    let letters = match style {
        Style::Plain | Style::Block => plain(written),
        Style::SingleQuoted => single_quoted(written),
        Style::DoubleQuoted => double_quoted(written),
    };
    // Line breaks and blanks are folded: only what can be seen is counted, on both sides alike.
    let seen_before =
        |to: usize| value.get(..to).unwrap_or(value).chars().filter(|letter| !letter.is_whitespace()).count();
    let (first, last) = (seen_before(span.start), seen_before(span.end).saturating_sub(1));
    let Some(start) = letters.get(first).or(letters.last()) else { return node.bytes.clone() };
    let end = letters.get(last.max(first)).or(letters.last()).unwrap_or(start);
    node.bytes.start + start.start..node.bytes.start + end.end
}

/// The bytes of each visible character.
fn plain(written: &str) -> Vec<Range<usize>> {
    let visible = written.char_indices().filter(|(_, letter)| !letter.is_whitespace());
    visible.map(|(at, letter)| at..at + letter.len_utf8()).collect()
}

fn single_quoted(written: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut letters = written.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let mut end = at + letter.len_utf8();
        if letter == '\'' {
            match letters.next_if(|(_, next)| *next == '\'') {
                Some(_) => end += 1,
                None => break,
            }
        }
        if !letter.is_whitespace() {
            found.push(at..end);
        }
    }
    found
}

fn double_quoted(written: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut letters = written.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => break,
            '\\' => {
                let Some((_, kind)) = letters.next() else { break };
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                for _ in 0..digits {
                    letters.next();
                }
                // Escaped blanks and breaks are blanks in the value.
                if !matches!(kind, 'n' | 't' | 'r' | ' ' | '\t' | '\n' | '_' | 'v' | 'f' | 'N' | 'L' | 'P') {
                    found.push(at..at + 1 + kind.len_utf8() + digits);
                }
            }
            letter if letter.is_whitespace() => {}
            letter => found.push(at..at + letter.len_utf8()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::yaml;

    #[test]
    fn a_word_of_the_value_is_found_in_every_style() {
        for text in [
            "a: first | WORD | last",
            "a: 'it''s ''q'' | WORD'",
            "a: \"\\\"x\\\" \\u00e4\\t| WORD\"",
            "a: >-\n  one\n  two | WORD\n",
            "a: |\n  one\n    | WORD\n  x\n",
            "a: one\n  two WORD\n  three",
            "a: ü | WORD # c",
        ] {
            let root = yaml::read(text).expect("valid");
            let node = root.get("a").expect("a");
            let Value::Scalar { text: value, .. } = &node.value else { panic!("a scalar") };
            let start = value.find("WORD").expect("there");
            let bytes = bytes_of(text, node, Span { start, end: start + 4 });
            assert_eq!(&text[bytes], "WORD", "{text:?}");
        }
    }
}
