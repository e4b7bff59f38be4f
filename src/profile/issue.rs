//! What is wrong with a profile, where, and what to do.

use std::fmt::Write;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::{Expression, Place};
use crate::record::safe_text;
use crate::transform::Diagnostic;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One thing wrong with a profile's text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Issue {
    pub severity: Severity,
    /// The profile's path as the user gave it; empty where the text is no file.
    pub file: String,
    /// Counted from 1; 0 where the issue concerns the whole.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
    /// In characters; at least 1 where there is a place.
    pub length: u32,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Issue {
    /// An issue that concerns the whole and has no place.
    pub fn about_all(severity: Severity, message: impl Into<String>) -> Issue {
        Issue { severity, ..Issue::error(message) }
    }

    /// An error at a place that is known by line and column.
    pub fn at_place(place: Place, length: u32, message: impl Into<String>) -> Issue {
        Issue { line: place.line, column: place.column, length: length.max(1), ..Issue::error(message) }
    }

    /// What is wrong with an expression, under its characters where the expression stands plainly on one line.
    pub fn of_expression(expression: &Expression, diagnostic: &Diagnostic) -> Issue {
        let text = &expression.text;
        let characters = |bytes: Range<usize>| text.get(bytes).map_or(0, |part| part.chars().count() as u32);
        let plain = !text.contains('\n');
        let before = if plain { characters(0..diagnostic.span.start) } else { 0 };
        let length = if plain { characters(diagnostic.span.start..diagnostic.span.end) } else { 1 };
        let place = Place { column: expression.place.column + before, ..expression.place };
        Issue::at_place(place, length, diagnostic.message.clone()).hint_if(diagnostic.hint.clone())
    }

    pub(super) fn error(message: impl Into<String>) -> Issue {
        Issue {
            severity: Severity::Error,
            file: String::new(),
            line: 0,
            column: 0,
            length: 0,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn warning(message: impl Into<String>) -> Issue {
        Issue { severity: Severity::Warning, ..Issue::error(message) }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Issue {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn hint_if(mut self, hint: Option<String>) -> Issue {
        self.hint = hint;
        self
    }

    /// Places the issue on bytes of the text, up to the end of the line they begin on.
    pub(super) fn at(mut self, text: &str, bytes: Range<usize>) -> Issue {
        let (line, column) = Lines::of(text).place(bytes.start);
        let rest = text.get(bytes.start..bytes.end).unwrap_or_default();
        let first_line = rest.split(['\n', '\r']).next().unwrap_or_default();
        self.line = line;
        self.column = column;
        self.length = first_line.trim_end().chars().count().max(1) as u32;
        self
    }
}

/// Where the lines of a text begin, to find the places of many bytes without counting from the top each time.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Lines<'t> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// Line and column, in characters from 1, of a byte of the text.
    pub fn place(&self, byte: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let (start, end) = (start.min(self.text.len()), byte.min(self.text.len()));
        let before = self.text.get(start..).unwrap_or_default().char_indices();
        let letters = before.take_while(|(at, _)| start + at < end).filter(|(_, letter)| *letter != '\u{feff}').count();
        (line as u32, letters as u32 + 1)
    }
}

/// The issue with its line of the text and carets under the place, in the manner of a compiler:
///
/// ```text
/// error: a field has no key `requird`
///   --> crm.yaml:12:35
///    |
/// 12 |       LastName: { value: last_name, requird: true }
///    |                                     ^^^^^^^
///    = did you mean `required`?
/// ```
///
/// Safe for a terminal: every part goes through [`safe_text`].
pub fn render(issue: &Issue, text: &str) -> String {
    let word = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut out = format!("{word}: {}\n", safe_text(&issue.message));
    let gutter = if issue.line == 0 { 1 } else { issue.line.to_string().len() };
    let file = if issue.file.is_empty() { "profile" } else { &issue.file };
    let place = if issue.line == 0 { String::new() } else { format!(":{}:{}", issue.line, issue.column) };
    let _ = writeln!(out, "{:gutter$}--> {}{place}", "", safe_text(file));
    let content = issue.line.checked_sub(1).and_then(|line| text.lines().nth(line as usize));
    if let Some(content) = content {
        let (shown, before, width) = window(content, issue.column, issue.length);
        let _ = writeln!(out, "{:gutter$} |", "");
        let _ = writeln!(out, "{} | {shown}", issue.line);
        let _ = writeln!(out, "{:gutter$} | {}{}", "", " ".repeat(before), "^".repeat(width));
    }
    if let Some(hint) = &issue.hint {
        let _ = writeln!(out, "{:gutter$} = {}", "", safe_text(hint));
    }
    out
}

/// The part of a line to show, the columns before the place, and the place's width.
fn window(line: &str, column: u32, length: u32) -> (String, usize, usize) {
    /// Characters shown before and behind the place on long lines.
    const AROUND: usize = 60;
    let line = line.trim_start_matches('\u{feff}').trim_end_matches('\r');
    let letters: Vec<char> = line.chars().collect();
    let start = (column.max(1) as usize - 1).min(letters.len());
    let end = (start + length as usize).min(letters.len());
    let from = if start > 2 * AROUND { start - AROUND } else { 0 };
    let to = letters.len().min((end + AROUND).min(start + 4 * AROUND));
    let part = |range: Range<usize>| -> String {
        let text: String = letters.get(range).unwrap_or_default().iter().collect();
        safe_text(&text).into_owned()
    };
    let head = if from > 0 { "…" } else { "" };
    let tail = if to < letters.len() { "…" } else { "" };
    let before = part(from..start);
    let place = part(start..end.min(to));
    let shown = format!("{head}{before}{place}{}{tail}", part(end.min(to)..to));
    (shown.trim_end().to_owned(), (head.width()) + before.width(), place.width().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_points_under_the_characters() {
        let text = "mapwright: 1\nnamé: x\n";
        let at = text.find("namé").expect("there");
        let issue = Issue::error("a profile has no key `namé`").at(text, at..at + 5).hint("did you mean `name`?");
        let expected = "error: a profile has no key `namé`\n --> profile:2:1\n  |\n2 | namé: x\n  | ^^^^\n  = did you mean `name`?\n";
        assert_eq!(render(&issue, text), expected);
    }

    #[test]
    fn wide_characters_and_controls_keep_the_carets_in_place() {
        let text = "名前: \u{1b}[31m x\n";
        let at = text.find('x').expect("there");
        let rendered = render(&Issue::error("e").at(text, at..at + 1), text);
        assert!(!rendered.contains('\u{1b}'), "{rendered}");
        let lines: Vec<&str> = rendered.lines().collect();
        let (source, carets) = (lines[3], lines[4]);
        let x = source.find('x').expect("shown");
        assert_eq!(source[..x].width(), carets[..carets.find('^').expect("shown")].width());
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let text = format!("a: {} HERE {}", "x".repeat(5000), "y".repeat(5000));
        let at = text.find("HERE").expect("there");
        let rendered = render(&Issue::error("e").at(&text, at..at + 4), &text);
        assert!(rendered.lines().all(|line| line.width() < 200), "{rendered}");
        assert!(rendered.contains("HERE"));
    }

    #[test]
    fn an_issue_without_a_place_has_no_snippet() {
        assert_eq!(render(&Issue::error("no such file"), "text"), "error: no such file\n --> profile\n");
    }
}
