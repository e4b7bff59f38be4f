//! Expressions that YAML took for something else: named plainly, where the complaint about the remains would mislead.

use crate::profile::issue::Issue;
use crate::profile::yaml::{Node, Style, Value};
use crate::transform::{self, Diagnostic};

/// The explanation of a failed expression by what YAML made of it.
pub(super) fn explained(text: &str, node: &Node, expression: &str, diagnostics: &[Diagnostic]) -> Option<Issue> {
    let Value::Scalar { style, .. } = &node.value else { return None };
    match style {
        Style::Plain => cut_by_comment(text, node, expression).or_else(|| word_of_yaml(text, node, expression)),
        Style::SingleQuoted | Style::DoubleQuoted => quotes_taken(text, node, expression, diagnostics),
        Style::Block => None,
    }
}

/// `Name: a ?? "no #"`: a blank and `#` begin a comment, and the expression ends before it.
fn cut_by_comment(text: &str, node: &Node, expression: &str) -> Option<Issue> {
    let line = text.get(node.bytes.end..)?.split('\n').next()?;
    let comment = line.find('#').filter(|at| line.get(..*at).is_some_and(|blanks| blanks.trim().is_empty()))?;
    // A comment behind an expression is fine; one that ends it in the middle leaves a quote or a bracket open.
    let count = |letters: &[char]| expression.chars().filter(|letter| letters.contains(letter)).count();
    let open = count(&['"']) % 2 == 1 || count(&['(', '[']) > count(&[')', ']']);
    let at = node.bytes.end + comment;
    let issue = Issue::error("a blank and `#` begin a comment: the expression ends before it").at(text, at..at + 1);
    open.then(|| issue.hint("put the whole expression in single quotes: '…'"))
}

/// `Active: yes`: a word that other YAML readers take for a boolean, and mapwright for a field.
fn word_of_yaml(text: &str, node: &Node, expression: &str) -> Option<Issue> {
    let value = match expression.to_ascii_lowercase().as_str() {
        "yes" | "on" => "true",
        "no" | "off" => "false",
        _ => return None,
    };
    let issue =
        Issue::error(format!("`{expression}` is read as a field, and there is none")).at(text, node.bytes.clone());
    Some(issue.hint(format!("write `{value}`, or the text in quotes of its own: '\"{expression}\"'")))
}

/// `Source: "Legacy"`: the quotes belong to YAML, and the field `Legacy` is what remains.
fn quotes_taken(text: &str, node: &Node, expression: &str, diagnostics: &[Diagnostic]) -> Option<Issue> {
    let words_only = expression.chars().all(|letter| letter.is_alphanumeric() || " _-.,&/".contains(letter));
    let unknown_field = diagnostics.iter().any(|diagnostic| diagnostic.message.contains("source field"));
    let unparsed = transform::parse(expression).is_err();
    if !words_only || !(unknown_field || unparsed) {
        return None;
    }
    let issue = Issue::error(format!("the quotes belong to YAML: this is the field `{expression}`, and there is none"));
    Some(
        issue
            .at(text, node.bytes.clone())
            .hint(format!("for the text write it in quotes of its own: '\"{expression}\"'")),
    )
}

/// A date without quotes is a subtraction: valid, and surely not meant.
pub(super) fn although_valid(expression: &str) -> Option<Issue> {
    let parts: Vec<&str> = expression.split('-').collect();
    let digits =
        |part: &&str, most: usize| part.len() <= most && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_date = matches!(parts.as_slice(), [year, month, day] if digits(year, 4) && year.len() == 4 && digits(month, 2) && digits(day, 2));
    is_date.then(|| {
        let issue = Issue::warning(format!("`{expression}` is computed: the year minus month and day"));
        issue.hint(format!("for the date write it in quotes of its own: '\"{expression}\"'"))
    })
}
