//! What an expression is made of: fields, values, calls, lists and maps.

use super::{OR, Parser};
use crate::transform::lexer::TokenText;
use crate::transform::{Diagnostic, Expr, ExprKind, Span};

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Expr, Diagnostic> {
        let token = self.token().clone();
        let span = token.span;
        let leaf = |kind| Ok(Expr { kind, span });
        match token.text {
            TokenText::Text(text) => {
                self.at += 1;
                leaf(ExprKind::Text(text))
            }
            TokenText::Number(digits) => {
                self.at += 1;
                leaf(ExprKind::Number(digits))
            }
            TokenText::Name(name) => {
                self.at += 1;
                leaf(ExprKind::Field(name))
            }
            TokenText::Word(word) => self.word(word, span),
            TokenText::Symbol("(") => {
                self.at += 1;
                let inner = self.binary(OR)?;
                self.expect_symbol(")")?;
                Ok(Expr { kind: inner.kind, span: Span { start: span.start, end: self.last_end() } })
            }
            TokenText::Symbol("[") => {
                self.at += 1;
                let items = self.listed("]")?;
                Ok(Expr { kind: ExprKind::List(items), span: Span { start: span.start, end: self.last_end() } })
            }
            TokenText::Symbol("{") => self.map(span),
            _ => Err(self.unexpected("a field, a value or a function")),
        }
    }

    pub(super) fn word(&mut self, word: String, span: Span) -> Result<Expr, Diagnostic> {
        let called = matches!(self.peek_after(), TokenText::Symbol("("));
        let leaf = |kind| Ok(Expr { kind, span });
        match word.as_str() {
            "if" => {
                self.at += 1;
                return self.nested(|parser| parser.branches(span));
            }
            "then" | "else" | "and" | "or" | "not" | "in" => {
                return Err(self.unexpected("a field, a value or a function"));
            }
            "field" if called => return self.named(span, ExprKind::Field),
            "target" => return self.target(span),
            _ if called && word.starts_with("target.") => {
                return Err(Diagnostic::new(span, format!("`{word}` is a target field, and no function"))
                    .hint("leave out the parentheses"));
            }
            _ => {}
        }
        self.at += 1;
        match word.as_str() {
            "true" => leaf(ExprKind::Boolean(true)),
            "false" => leaf(ExprKind::Boolean(false)),
            "null" => leaf(ExprKind::Null),
            "it" => leaf(ExprKind::It),
            _ if called => {
                self.at += 1;
                let arguments = self.listed(")")?;
                let kind = ExprKind::Call { name: word, name_span: span, arguments };
                Ok(Expr { kind, span: Span { start: span.start, end: self.last_end() } })
            }
            _ => match word.strip_prefix("target.") {
                Some(name) => leaf(ExprKind::Target(name.to_owned())),
                None => leaf(ExprKind::Field(word)),
            },
        }
    }

    /// `target("E-mail")` or ``target.`E-mail` ``.
    pub(super) fn target(&mut self, span: Span) -> Result<Expr, Diagnostic> {
        if matches!(self.peek_after(), TokenText::Symbol("(")) {
            return self.named(span, ExprKind::Target);
        }
        self.at += 1;
        if self.take_symbol(".")
            && let TokenText::Name(name) = self.peek().clone()
        {
            let end = self.advance().span.end;
            return Ok(Expr { kind: ExprKind::Target(name), span: Span { start: span.start, end } });
        }
        Err(Diagnostic::new(span, "`target` needs the name of a target field")
            .hint("write `target.Email` or `target(\"E-mail\")`; a source field of that name is `field(\"target\")`"))
    }

    /// `field("First Name")`: exactly one text.
    pub(super) fn named(&mut self, span: Span, kind: fn(String) -> ExprKind) -> Result<Expr, Diagnostic> {
        self.at += 2;
        let TokenText::Text(name) = self.peek().clone() else {
            return Err(self.unexpected("the field's name in quotes"));
        };
        self.at += 1;
        self.expect_symbol(")")?;
        Ok(Expr { kind: kind(name), span: Span { start: span.start, end: self.last_end() } })
    }

    /// Comma-separated expressions up to `close`; the opening symbol is consumed. A trailing comma is fine.
    pub(super) fn listed(&mut self, close: &str) -> Result<Vec<Expr>, Diagnostic> {
        let mut items = Vec::new();
        while !self.take_symbol(close) {
            items.push(self.binary(OR)?);
            if !self.is_symbol(close) && !self.take_symbol(",") {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
        }
        Ok(items)
    }

    pub(super) fn map(&mut self, span: Span) -> Result<Expr, Diagnostic> {
        self.at += 1;
        let mut pairs: Vec<(String, Expr)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        while !self.take_symbol("}") {
            let token = self.token().clone();
            let key = match token.text {
                TokenText::Text(text) | TokenText::Number(text) | TokenText::Name(text) => text,
                TokenText::Word(word) => word,
                _ => return Err(self.unexpected("a key, as in {\"old\": \"new\"}")),
            };
            if !seen.insert(key.clone()) {
                return Err(Diagnostic::new(token.span, format!("the key \"{key}\" stands twice in the map"))
                    .hint("keep one of the two"));
            }
            self.at += 1;
            self.expect_symbol(":")?;
            pairs.push((key, self.binary(OR)?));
            if !self.is_symbol("}") && !self.take_symbol(",") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        Ok(Expr { kind: ExprKind::Map(pairs), span: Span { start: span.start, end: self.last_end() } })
    }
}
