//! `if` in both forms: `if a then b else c` and `if(a, b, c)`.

use super::{OR, Parser};
use crate::transform::lexer::TokenText;
use crate::transform::{Diagnostic, Expr, ExprKind, Span};

impl Parser {
    /// Everything after `if`: both forms, with chains of `else if` as nested branches.
    pub(super) fn branches(&mut self, span: Span) -> Result<Expr, Diagnostic> {
        if self.is_symbol("(") && self.comma_before_close() {
            return self.call_form(span);
        }
        let mut chain = Vec::new();
        let mut start = span.start;
        let otherwise = loop {
            self.count_operator(self.span())?;
            let condition = self.binary(OR)?;
            if !self.take_word("then") {
                return Err(self.unexpected("`then`").hint("write `if condition then value else value`"));
            }
            chain.push((start, condition, self.binary(OR)?));
            if !self.take_word("else") {
                break None;
            }
            start = self.span().start;
            let again = self.is_word("if")
                && !(matches!(self.peek_after(), TokenText::Symbol("(")) && {
                    self.at += 1;
                    let call = self.comma_before_close();
                    self.at -= 1;
                    call
                });
            if again {
                self.at += 1;
            } else {
                break Some(self.binary(OR)?);
            }
        };
        let end = self.last_end();
        let mut tail = otherwise;
        for (start, condition, then) in chain.into_iter().rev() {
            let kind =
                ExprKind::If { condition: Box::new(condition), then: Box::new(then), otherwise: tail.map(Box::new) };
            tail = Some(Expr { kind, span: Span { start, end } });
        }
        tail.ok_or_else(|| self.unexpected("a condition"))
    }

    /// Whether the parenthesis at the current token holds a comma of its own: `if(a, b, c)`.
    pub(super) fn comma_before_close(&self) -> bool {
        let mut depth = 0usize;
        for token in &self.tokens[self.at.min(self.tokens.len())..] {
            match token.text {
                TokenText::Symbol("(" | "[" | "{") => depth += 1,
                TokenText::Symbol(")" | "]" | "}") if depth <= 1 => return false,
                TokenText::Symbol(")" | "]" | "}") => depth -= 1,
                TokenText::Symbol(",") if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }

    pub(super) fn call_form(&mut self, span: Span) -> Result<Expr, Diagnostic> {
        self.count_operator(span)?;
        self.at += 1;
        let mut arguments = self.listed(")")?;
        let span = Span { start: span.start, end: self.last_end() };
        let otherwise = if arguments.len() == 3 { arguments.pop().map(Box::new) } else { None };
        let (Some(then), Some(condition), true) = (arguments.pop(), arguments.pop(), arguments.is_empty()) else {
            return Err(Diagnostic::new(span, "`if` takes a condition and one or two values")
                .hint("write `if(condition, value, otherwise)`"));
        };
        let kind = ExprKind::If { condition: Box::new(condition), then: Box::new(then), otherwise };
        Ok(Expr { kind, span })
    }
}
