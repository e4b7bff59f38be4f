//! What an editor needs of an expression that is being typed: completions at the cursor, and colours.

use super::functions::{self, Function};
use super::lexer::{KEYWORDS, Token, TokenText, tokens};
use super::{Scope, Span, field_reference};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    SourceField,
    TargetField,
    Function,
    Keyword,
}

/// One word that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown: the field's or function's name.
    pub label: String,
    /// What replaces the characters under `replace`.
    pub insert: String,
    pub replace: Span,
    pub kind: CompletionKind,
    /// A function's signature; empty for others.
    pub signature: String,
    /// One sentence about a function; empty for others.
    pub doc: String,
}

/// Completions at a cursor (a byte offset), best first: those that start with what was typed, then those that hold it.
pub fn complete(text: &str, cursor: usize, scope: &Scope<'_>) -> Vec<Completion> {
    let cursor = floor_boundary(text, cursor);
    let all = tokens(text);
    let place = all.iter().position(|token| token.span.start < cursor && cursor <= token.span.end);
    let (typed, replace) = match place.map(|place| &all[place]) {
        Some(Token { text: TokenText::Word(_), span }) => (&text[span.start..cursor], *span),
        // Inside quotes only the name of a field can be completed.
        Some(token) if matches!(token.text, TokenText::Text(_) | TokenText::Bad(_) | TokenText::Name(_)) => {
            return complete_quoted(text, cursor, &all, place.unwrap_or_default(), scope);
        }
        _ => ("", Span { start: cursor, end: cursor }),
    };
    let before = all.iter().take_while(|token| token.span.end <= replace.start && token.text != TokenText::End).last();
    let piped = before.is_some_and(|token| token.text == TokenText::Symbol("|"));
    let mut found = Vec::new();
    if let Some(name) = typed.strip_prefix("target.") {
        let fields = scope.target_fields.iter().map(|field| field_completion(field, CompletionKind::TargetField));
        found.extend(fields.filter_map(|completion| ranked(name, completion)));
    } else {
        if !piped {
            let fields = scope.source_fields.iter().map(|field| field_completion(field, CompletionKind::SourceField));
            found.extend(fields.filter_map(|completion| ranked(typed, completion)));
        }
        let called = text[replace.end..].trim_start().starts_with('(');
        let functions = functions::all().iter().map(|function| function_completion(function, piped, called));
        found.extend(functions.filter_map(|completion| ranked(typed, completion)));
        if !piped && !scope.target_fields.is_empty() {
            found.extend(ranked(typed, word_completion("target.")));
        }
        if !typed.is_empty() {
            found.extend(KEYWORDS.iter().filter_map(|word| ranked(typed, word_completion(word))));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, completion)| Completion { replace, ..completion }).collect()
}

/// Inside `field("...")`, `target("...")` and backquotes: the names of fields.
fn complete_quoted(text: &str, cursor: usize, all: &[Token], place: usize, scope: &Scope<'_>) -> Vec<Completion> {
    let token = &all[place];
    // What stands there may be any character that the language does not know.
    if !text[token.span.start..].starts_with(['"', '\'', '`']) {
        return Vec::new();
    }
    let word = |back: usize, wanted: &str| {
        let token = place.checked_sub(back).and_then(|place| all.get(place));
        matches!(token.map(|token| &token.text), Some(TokenText::Word(word)) if word == wanted)
    };
    let called = place >= 1 && all[place - 1].text == TokenText::Symbol("(");
    let backquoted = text[token.span.start..].starts_with('`');
    let fields = if backquoted || (called && word(2, "field")) {
        scope.source_fields
    } else if called && word(2, "target") {
        scope.target_fields
    } else {
        return Vec::new();
    };
    let typed = &text[(token.span.start + 1).min(cursor)..cursor];
    let kind = if called && word(2, "target") { CompletionKind::TargetField } else { CompletionKind::SourceField };
    let closed = !matches!(token.text, TokenText::Bad(_));
    let replace = Span { start: token.span.start + 1, end: if closed { token.span.end - 1 } else { cursor } };
    let mut found: Vec<(u8, Completion)> = fields
        .iter()
        .filter_map(|field| ranked(typed, Completion { insert: field.clone(), ..field_completion(field, kind) }))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, completion)| Completion { replace, ..completion }).collect()
}

fn floor_boundary(text: &str, cursor: usize) -> usize {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    cursor
}

/// 0 where the label starts with what was typed, 1 where it holds it; `None` otherwise.
fn ranked(typed: &str, completion: Completion) -> Option<(u8, Completion)> {
    let (typed, label) = (typed.to_lowercase(), completion.label.to_lowercase());
    if label.starts_with(&typed) {
        return Some((0, completion));
    }
    label.contains(&typed).then_some((1, completion))
}

fn bare(label: &str, kind: CompletionKind) -> Completion {
    Completion {
        label: label.to_owned(),
        insert: label.to_owned(),
        replace: Span::default(),
        kind,
        signature: String::new(),
        doc: String::new(),
    }
}

fn field_completion(field: &str, kind: CompletionKind) -> Completion {
    let insert = match kind {
        CompletionKind::TargetField => {
            let kind = super::ExprKind::Target(field.to_owned());
            super::Expr { kind, span: Span::default() }.to_string()
        }
        _ => field_reference(field),
    };
    Completion { insert, ..bare(field, kind) }
}

fn word_completion(word: &str) -> Completion {
    bare(word, CompletionKind::Keyword)
}

fn function_completion(function: &Function, piped: bool, called: bool) -> Completion {
    let alone = piped && function.takes(1);
    let insert = if called || alone { function.name.to_owned() } else { format!("{}(", function.name) };
    Completion {
        insert,
        signature: function.signature(),
        doc: function.doc.to_owned(),
        ..bare(function.name, CompletionKind::Function)
    }
}

/// What a part of an expression's text is, for colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    Text,
    Number,
    Field,
    Target,
    Function,
    Keyword,
    Operator,
    Punctuation,
    /// Something that is no token of the language.
    Error,
}

/// The kind of every part of a text, in order; spaces are in none. Never fails, whatever is typed.
pub fn highlight(text: &str) -> Vec<(Span, TokenKind)> {
    let all = tokens(text);
    let symbol = |place: Option<usize>, wanted: &str| {
        place
            .and_then(|place| all.get(place))
            .is_some_and(|token| matches!(&token.text, TokenText::Symbol(symbol) if *symbol == wanted))
    };
    let kinds = all.iter().enumerate().filter_map(|(place, token)| {
        let kind = match &token.text {
            TokenText::End => return None,
            TokenText::Text(_) => TokenKind::Text,
            TokenText::Number(_) => TokenKind::Number,
            TokenText::Name(_) => TokenKind::Field,
            TokenText::Bad(_) => TokenKind::Error,
            TokenText::Word(word) if KEYWORDS.contains(&word.as_str()) => TokenKind::Keyword,
            TokenText::Word(word) if word == "target" || word.starts_with("target.") => TokenKind::Target,
            TokenText::Word(word) if word == "field" && symbol(Some(place + 1), "(") => TokenKind::Field,
            TokenText::Word(_) if symbol(Some(place + 1), "(") || symbol(place.checked_sub(1), "|") => {
                TokenKind::Function
            }
            TokenText::Word(_) => TokenKind::Field,
            TokenText::Symbol("(" | ")" | "[" | "]" | "{" | "}" | "," | ":" | ".") => TokenKind::Punctuation,
            TokenText::Symbol("&&" | "||" | "!" | "=" | "<>" | "%") => TokenKind::Error,
            TokenText::Symbol(_) => TokenKind::Operator,
        };
        Some((token.span, kind))
    });
    kinds.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let source = ["first_name".to_owned(), "First Name".to_owned(), "email".to_owned()];
        let target = ["Email".to_owned(), "E-mail".to_owned()];
        let scope = Scope { source_fields: &source, target_fields: &target };
        let cursor = text.find('^').unwrap_or(text.len());
        let text = text.replace('^', "");
        complete(&text, cursor, &scope).into_iter().map(|completion| completion.insert).collect()
    }

    #[test]
    fn unknown_characters_complete_to_nothing_and_stop_nothing() {
        assert_eq!(labels("field( \u{202e}^"), [""; 0]);
        assert_eq!(labels("field(\u{202e}^"), [""; 0]);
    }

    #[test]
    fn fields_and_functions_where_they_may_stand() {
        assert_eq!(labels("fir^")[..3], ["first_name", "field(\"First Name\")", "first_name("]);
        assert_eq!(labels("first_name | tri^")[0], "trim");
        assert_eq!(labels("first_name | repl^")[..2], ["replace(", "replace_regex("]);
        assert!(!labels("first_name | ^").contains(&"field(\"First Name\")".to_owned()));
        assert_eq!(labels("target.E^"), ["target.Email", "target(\"E-mail\")"]);
        assert_eq!(labels("field(\"First N^"), ["First Name"]);
        assert_eq!(labels("'fir^'"), [""; 0]);
        assert_eq!(labels("tri^(first_name)")[0], "trim");
        assert_eq!(labels("if email == '' the^")[0], "then");
    }

    #[test]
    fn a_completion_replaces_the_word_under_the_cursor() {
        let source = ["email".to_owned()];
        let scope = Scope { source_fields: &source, target_fields: &[] };
        let found = complete("em | trim", 2, &scope);
        assert_eq!(found[0].replace, Span { start: 0, end: 2 });
        assert_eq!(complete("", 0, &scope)[0].label, "email");
        assert!(complete("ü", 1, &scope).len() < 2_000);
        let function = complete("a | upper", 9, &scope).remove(0);
        assert_eq!((function.signature.as_str(), function.doc.as_str()), ("upper(text)", "Upper case."));
    }

    #[test]
    fn every_part_has_a_colour() {
        use TokenKind::*;
        let kinds = |text: &str| highlight(text).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>();
        assert_eq!(
            kinds("if a | trim == 'x' then left(b, 2) else target.C"),
            [
                Keyword,
                Field,
                Operator,
                Function,
                Operator,
                Text,
                Keyword,
                Function,
                Punctuation,
                Field,
                Punctuation,
                Number,
                Punctuation,
                Keyword,
                Target
            ]
        );
        assert_eq!(kinds("a && \"open"), [Field, Error, Error]);
    }
}
