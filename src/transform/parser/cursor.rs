//! Walking along the tokens, and what is said where one does not belong.

use super::{MAX_DEPTH, MAX_OPERATORS, Parser};
use crate::transform::lexer::{Token, TokenText};
use crate::transform::{Diagnostic, Span};

impl Parser {
    pub(super) fn token(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn peek(&self) -> &TokenText {
        &self.token().text
    }

    pub(super) fn peek_after(&self) -> &TokenText {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].text
    }

    pub(super) fn span(&self) -> Span {
        self.token().span
    }

    /// Where the token before the current one ended.
    pub(super) fn last_end(&self) -> usize {
        if self.at == 0 { 0 } else { self.tokens[self.at - 1].span.end }
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.token().clone();
        self.at += 1;
        token
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), TokenText::Symbol(found) if *found == symbol)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), TokenText::Word(found) if found == word)
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), Diagnostic> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Diagnostic {
        let span = self.span();
        match self.peek() {
            TokenText::Bad(diagnostic) => diagnostic.clone(),
            TokenText::End => Diagnostic::new(span, format!("the expression ends where {wanted} should stand")),
            TokenText::Symbol(symbol) => self.misused(symbol, wanted),
            TokenText::Word(word) => Diagnostic::new(span, format!("`{word}` stands where {wanted} should"))
                .hint("a name that is no plain word is field(\"First Name\"); text goes in quotes"),
            _ => Diagnostic::new(span, format!("{wanted} should stand here")),
        }
    }

    /// Operators of other languages, with the word that does it here.
    pub(super) fn misused(&self, symbol: &str, wanted: &str) -> Diagnostic {
        let message = |text: String| Diagnostic::new(self.span(), text);
        match symbol {
            "&&" => message("`&&` is no operator here".into()).hint("write `and`"),
            "||" => message("`||` is no operator here".into()).hint("write `or`; a pipe is a single `|`"),
            "!" => message("`!` is no operator here".into()).hint("write `not`"),
            "=" => message("`=` is no operator here".into()).hint("write `==` to compare"),
            "<>" => message("`<>` is no operator here".into()).hint("write `!=`"),
            "%" => message("`%` is no operator here".into()).hint("write a share as a decimal, as in `amount * 0.05`"),
            _ => message(format!("`{symbol}` stands where {wanted} should")),
        }
    }

    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Parser) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        if self.depth >= MAX_DEPTH {
            let message = format!("the expression nests deeper than {MAX_DEPTH} levels");
            return Err(Diagnostic::new(self.span(), message).hint("split it over several target fields"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    pub(super) fn count_operator(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            let message = format!("the expression has more than {MAX_OPERATORS} operators");
            return Err(Diagnostic::new(span, message).hint("use a value map, or split it over several fields"));
        }
        Ok(())
    }
}
