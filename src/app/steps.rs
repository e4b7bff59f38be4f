//! The steps of an expression: where each stands, one taken out, put back, or moved.

use crate::transform::{Expr, ExprKind, Span, parse};

/// A step that was switched off: it stands between the others again when it is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffStep {
    /// Its place among the steps; 1 follows the value that flows in.
    pub at: usize,
    pub text: String,
}

/// Where the value that flows in and each step of the outermost pipe stand; nothing where the text does not read.
pub fn parts(text: &str) -> Option<Vec<Span>> {
    let expression = parse(text).ok()?;
    let mut chain: Vec<&Expr> = Vec::new();
    let mut rest = &expression;
    while let ExprKind::Pipe { input, step } = &rest.kind {
        chain.push(step);
        rest = input;
    }
    chain.push(rest);
    chain.reverse();
    // A span knows nothing of the parentheses around it: the bar between two spans tells where each part ends.
    let mut bars = Vec::new();
    for pair in chain.windows(2) {
        let gap = text.get(pair[0].span.end..pair[1].span.start)?;
        bars.push(pair[0].span.end + gap.find('|')?);
    }
    let starts = std::iter::once(0).chain(bars.iter().map(|bar| bar + 1));
    let ends = bars.iter().copied().chain([text.len()]);
    let trimmed = |(start, end): (usize, usize)| {
        let part = &text[start..end];
        let from = start + (part.len() - part.trim_start().len());
        Span { start: from, end: (from + part.trim().len()).max(from) }
    };
    Some(starts.zip(ends).map(trimmed).collect())
}

/// The part that a cursor stands in.
pub fn at_cursor(parts: &[Span], cursor: usize) -> usize {
    parts.iter().rposition(|part| part.start <= cursor).unwrap_or(0)
}

/// The text without one step, and the step. The value that flows in is no step.
pub fn without(text: &str, at: usize) -> Option<(String, OffStep)> {
    let mut parts = texts(text)?;
    if at == 0 || at >= parts.len() {
        return None;
    }
    let step = OffStep { at, text: parts.remove(at) };
    joined(&parts).map(|text| (text, step))
}

/// The text with a step put back.
pub fn with(text: &str, step: &OffStep) -> Option<String> {
    let mut parts = texts(text)?;
    parts.insert(step.at.clamp(1, parts.len()), step.text.clone());
    joined(&parts)
}

/// The text with a step moved one place earlier or later.
pub fn moved(text: &str, at: usize, later: bool) -> Option<String> {
    let mut parts = texts(text)?;
    let to = if later { at + 1 } else { at.checked_sub(1)? };
    if at == 0 || to == 0 || at.max(to) >= parts.len() {
        return None;
    }
    parts.swap(at, to);
    joined(&parts)
}

fn texts(text: &str) -> Option<Vec<String>> {
    Some(parts(text)?.iter().map(|part| text[part.start..part.end].to_owned()).collect())
}

/// Nothing where the parts do not read together (an `if` that took the rest of the pipe with it).
fn joined(parts: &[String]) -> Option<String> {
    let text = parts.join(" | ");
    let whole = self::parts(&text).is_some_and(|found| found.len() == parts.len());
    whole.then_some(text)
}

/// Where the cursor stands at the end of a part.
pub fn end_of(text: &str, at: usize) -> usize {
    parts(text).and_then(|parts| parts.get(at).or(parts.last()).map(|part| part.end)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        parts(text).expect("reads").iter().map(|part| &text[part.start..part.end]).collect()
    }

    #[test]
    fn parts_end_at_the_bars_of_the_outermost_pipe() {
        assert_eq!(shown("first | trim | title"), ["first", "trim", "title"]);
        assert_eq!(shown("(a ?? b) | replace(\"|\", \"x\")"), ["(a ?? b)", "replace(\"|\", \"x\")"]);
        assert_eq!(shown("first"), ["first"]);
        assert_eq!(parts("first |"), None);
        let text = "first | trim | title";
        assert_eq!(at_cursor(&parts(text).expect("reads"), 9), 1);
    }

    #[test]
    fn a_step_goes_and_comes_back() {
        let (text, step) = without("first | trim | title", 1).expect("a step");
        assert_eq!(text, "first | title");
        assert_eq!(with(&text, &step).as_deref(), Some("first | trim | title"));
        assert_eq!(without("first | trim", 0), None);
        assert_eq!(without("first", 1), None);
    }

    #[test]
    fn steps_change_places_with_their_neighbours_only() {
        assert_eq!(moved("a | trim | title", 1, true).as_deref(), Some("a | title | trim"));
        assert_eq!(moved("a | trim | title", 2, false).as_deref(), Some("a | title | trim"));
        assert_eq!(moved("a | trim", 1, false), None);
        assert_eq!(moved("a | trim", 1, true), None);
    }
}
