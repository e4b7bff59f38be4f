//! Expressions and checks in plain words, for people who sign a mapping and do not read expressions.

use crate::exchange::grel::nested;
use crate::profile::{Checks, FieldMapping, FilledBy, Missing, Otherwise, type_word};
use crate::transform::{self, BinaryOp, Expr, ExprKind};

/// How a field is filled, in words.
pub(super) fn rule(field: &FieldMapping) -> String {
    let mut rule = match transform::parse(&field.expression().text) {
        Ok(expr) => steps(&expr),
        Err(_) => format!("`{}`", field.expression().text),
    };
    if let FilledBy::Lookup(lookup) = &field.filled_by {
        let missing = match lookup.missing {
            Missing::Reject => "where there is none, the record is rejected",
            Missing::Null => "where there is none, the field stays empty",
            Missing::Hold => "where there is none, the record waits for a later run",
            Missing::Stub => "where there is none, an empty record is made",
        };
        rule.push_str(&format!("; then the id of the {} whose {} has this value: {missing}", lookup.object, lookup.by));
    }
    if let Some(values) = &field.values {
        let others = match &values.otherwise {
            Otherwise::Reject => "any other value rejects the record".to_owned(),
            Otherwise::Keep => "any other value stays".to_owned(),
            Otherwise::Null => "any other value becomes empty".to_owned(),
            Otherwise::Value(value) => format!("any other value becomes \u{201c}{value}\u{201d}"),
        };
        rule.push_str(&format!("; translated by {} value pairs, {others}", values.pairs.len()));
    }
    rule
}

/// What is taken, and what is done to it, step by step.
fn steps(expr: &Expr) -> String {
    let (first, done) = parted(expr);
    let start = match &first.kind {
        ExprKind::Field(_) | ExprKind::Target(_) => format!("takes {}", words(&first)),
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Boolean(_) => format!("always {}", words(&first)),
        ExprKind::Null => "stays empty".to_owned(),
        _ => words(&first),
    };
    std::iter::once(start).chain(done).collect::<Vec<_>>().join("; ")
}

/// What stands at the start of a pipe, and its steps in words.
fn parted(expr: &Expr) -> (Expr, Vec<String>) {
    match &expr.kind {
        ExprKind::Pipe { input, step } => {
            let (first, mut done) = parted(input);
            done.push(match &step.kind {
                ExprKind::Call { name, arguments, .. } => sentence(name, arguments),
                _ => words(&nested(input, step)),
            });
            (first, done)
        }
        ExprKind::Call { name, arguments, .. } if takes_one(name) && !arguments.is_empty() => {
            let (first, mut done) = parted(&arguments[0]);
            done.push(sentence(name, &arguments[1..]));
            (first, done)
        }
        _ => (expr.clone(), Vec::new()),
    }
}

/// Whether a function does something to its first argument, and does not put several together.
fn takes_one(name: &str) -> bool {
    !matches!(
        name,
        "join" | "concat" | "coalesce" | "min" | "max" | "sum" | "uuid" | "hash" | "full_name" | "today" | "now"
    )
}

/// A function's own sentence from the table, and what it is given.
fn sentence(name: &str, arguments: &[Expr]) -> String {
    let about = transform::find_function(name).map_or(name, |function| function.doc);
    // A point within a word (`E.164`) ends no sentence.
    let about = about.split(". ").next().and_then(|first| first.split("; ").next()).unwrap_or(about);
    let about = about.trim_end_matches(['.', ';', ' ']);
    let mut letters = about.chars();
    let about: String = letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
    let given: Vec<String> = arguments.iter().map(words).collect();
    if given.is_empty() { about } else { format!("{about} ({})", given.join(", ")) }
}

fn words(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Field(name) => format!("\u{201c}{name}\u{201d} of the source"),
        ExprKind::Target(name) => format!("the finished {name}"),
        ExprKind::Text(text) if text.is_empty() => "nothing".to_owned(),
        ExprKind::Text(text) => format!("\u{201c}{text}\u{201d}"),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Null => "nothing".to_owned(),
        ExprKind::It => "it".to_owned(),
        ExprKind::If { condition, then, otherwise } => {
            let otherwise = otherwise.as_ref().map_or("nothing".to_owned(), |otherwise| chain(otherwise));
            format!("where {}: {}; otherwise: {otherwise}", words(condition), chain(then))
        }
        ExprKind::Not(inner) => format!("not ({})", words(inner)),
        ExprKind::Negate(inner) => format!("minus {}", words(inner)),
        ExprKind::Coalesce { left, right } => format!("{}, or where that is empty {}", chain(left), chain(right)),
        ExprKind::Binary { op, left, right } => {
            let sign = match op {
                BinaryOp::Equal => "is",
                BinaryOp::NotEqual => "is not",
                BinaryOp::Less => "is less than",
                BinaryOp::LessOrEqual => "is at most",
                BinaryOp::Greater => "is more than",
                BinaryOp::GreaterOrEqual => "is at least",
                BinaryOp::And => "and",
                BinaryOp::Or => "or",
                BinaryOp::Add => "plus",
                BinaryOp::Subtract => "minus",
                BinaryOp::Multiply => "times",
                BinaryOp::Divide => "divided by",
            };
            format!("{} {sign} {}", words(left), words(right))
        }
        ExprKind::List(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        ExprKind::Map(pairs) => pairs
            .iter()
            .map(|(from, to)| format!("\u{201c}{from}\u{201d} becomes {}", words(to)))
            .collect::<Vec<_>>()
            .join(", "),
        ExprKind::Call { name, arguments, .. } if name == "join" || name == "concat" => {
            let (between, parts) = match arguments.split_first() {
                Some((Expr { kind: ExprKind::Text(between), .. }, parts)) if name == "join" => (Some(between), parts),
                _ => (None, arguments.as_slice()),
            };
            let parts = parts.iter().map(chain).collect::<Vec<_>>().join(" and ");
            match between {
                Some(between) => format!("puts together {parts}, with \u{201c}{between}\u{201d} between them"),
                None => format!("puts together {parts}"),
            }
        }
        ExprKind::Call { name, arguments, .. } if name == "one_of" && arguments.len() > 1 => {
            let choices = arguments[1..].iter().map(words).collect::<Vec<_>>().join(", ");
            format!("{} is one of {choices}", words(&arguments[0]))
        }
        ExprKind::Call { name, arguments, .. } if takes_one(name) && !arguments.is_empty() => chain(expr),
        ExprKind::Call { name, arguments, .. } => sentence(name, arguments),
        ExprKind::Pipe { .. } => chain(expr),
    }
}

/// A value and what is done to it, within a sentence.
fn chain(expr: &Expr) -> String {
    let (first, done) = parted(expr);
    let start = if done.is_empty() && matches!(first.kind, ExprKind::Pipe { .. }) {
        first.to_string()
    } else {
        words_of(&first)
    };
    if done.is_empty() { start } else { format!("{start} ({})", done.join("; ")) }
}

fn words_of(first: &Expr) -> String {
    match &first.kind {
        ExprKind::Call { name, arguments, .. } if takes_one(name) && !arguments.is_empty() => sentence(name, arguments),
        _ => words(first),
    }
}

/// A condition in words.
pub(super) fn condition(text: &str) -> String {
    transform::parse(text).map_or_else(|_| format!("`{text}`"), |expr| words(&expr))
}

/// What is checked, one sentence each.
pub(super) fn checks(checks: &Checks) -> Vec<String> {
    let mut said = Vec::new();
    let mut say = |words: String| said.push(words);
    if checks.required {
        say("must be filled".into());
    }
    if checks.unique {
        say("no two records alike".into());
    }
    if let Some(field_type) = checks.field_type {
        say(format!("must be of the type {}", type_word(field_type)));
    }
    if !checks.one_of.is_empty() {
        say(format!("one of: {}", checks.one_of.join(", ")));
    }
    match (checks.length.min, checks.length.max) {
        (Some(min), Some(max)) => say(format!("{min} to {max} characters")),
        (Some(min), None) => say(format!("at least {min} characters")),
        (None, Some(max)) => say(format!("at most {max} characters")),
        (None, None) => {}
    }
    match (&checks.range.min, &checks.range.max) {
        (Some(min), Some(max)) => say(format!("from {min} to {max}")),
        (Some(min), None) => say(format!("at least {min}")),
        (None, Some(max)) => say(format!("at most {max}")),
        (None, None) => {}
    }
    if let Some((pattern, _)) = &checks.pattern {
        say(format!("of the form {pattern}"));
    }
    if let Some(compare) = &checks.compare {
        say(condition(&compare.text));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Expression;

    fn said(text: &str) -> String {
        let filled_by = FilledBy::Expression(Expression::new(text));
        rule(&FieldMapping { filled_by, ..FieldMapping::default() })
    }

    #[test]
    fn rules_are_said_in_words() {
        assert_eq!(said("name"), "takes \u{201c}name\u{201d} of the source");
        assert_eq!(said("\"Old\""), "always \u{201c}Old\u{201d}");
        assert_eq!(
            said("name | trim | lower"),
            "takes \u{201c}name\u{201d} of the source; removes spaces, tabs and line ends at both ends; lower case"
        );
        assert_eq!(said("trim(name)"), said("name | trim"));
        assert!(said("phone | phone").contains("(E.164)"), "{}", said("phone | phone"));
        assert_eq!(
            said("if country == \"US\" then state else \"\""),
            "where \u{201c}country\u{201d} of the source is \u{201c}US\u{201d}: \u{201c}state\u{201d} of the source; otherwise: nothing"
        );
        assert_eq!(
            said("join(\", \", a, b | trim)"),
            "puts together \u{201c}a\u{201d} of the source and \u{201c}b\u{201d} of the source (removes spaces, tabs and line ends at both ends), with \u{201c}, \u{201d} between them"
        );
        // Every function has words, whatever it is given.
        for function in transform::functions() {
            for (example, _) in function.examples {
                if transform::parse(example).is_ok() {
                    assert!(!said(example).is_empty(), "{example}");
                }
            }
        }
    }
}
