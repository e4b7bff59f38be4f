//! What stands where: looking at tokens, taking them, and saying what was expected.

use super::Reader;
use super::tokens::{Token, TokenKind};
use crate::schema::load_error::TextError;

impl<'a> Reader<'a> {
    pub(super) fn word_at(&self, at: usize) -> Option<&str> {
        match self.tokens.get(at).map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn word_is(&self, at: usize, word: &str) -> bool {
        self.word_at(at).is_some_and(|found| found.eq_ignore_ascii_case(word))
    }

    pub(super) fn mark_at(&self, at: usize, mark: &str) -> bool {
        matches!(self.tokens.get(at).map(|token| &token.kind), Some(TokenKind::Mark(found)) if *found == mark)
    }

    pub(super) fn accept(&mut self, word: &str) -> bool {
        let found = self.word_is(self.at, word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn mark(&mut self, mark: &str) -> bool {
        let found = self.mark_at(self.at, mark);
        self.at += usize::from(found);
        found
    }

    pub(super) fn name(&mut self, what: &str) -> Result<String, TextError> {
        match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(TokenKind::Word(name) | TokenKind::Quoted(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.expected(what)),
        }
    }

    /// The last part of `catalog.schema.name`.
    pub(super) fn qualified_name(&mut self, what: &str) -> Result<String, TextError> {
        let mut name = self.name(what)?;
        while self.mark(".") {
            name = self.name(what)?;
        }
        Ok(name)
    }

    /// The tokens between `(` and its `)`.
    pub(super) fn parens(&mut self) -> Result<&'a [Token], TextError> {
        let begin = self.at;
        if !self.mark("(") {
            return Err(self.expected("`(`"));
        }
        let mut depth = 1;
        while depth > 0 {
            if self.mark("(") {
                depth += 1;
            } else if self.mark(")") {
                depth -= 1;
            } else if self.at < self.tokens.len() {
                self.at += 1;
            } else {
                return Err(self.error_at(begin, "this parenthesis is never closed", "Close it with `)`."));
            }
        }
        Ok(&self.tokens[begin + 1..self.at - 1])
    }

    pub(super) fn names_in_parens(&mut self) -> Result<Vec<String>, TextError> {
        let inner = self.parens()?;
        let mut names = Vec::new();
        let mut fresh = true;
        for token in inner {
            match &token.kind {
                TokenKind::Mark(",") => fresh = true,
                TokenKind::Word(name) | TokenKind::Quoted(name) if fresh => {
                    names.push(name.clone());
                    fresh = false; // ASC, a length: not of the name.
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// Reads over the name of a key and words like CLUSTERED, up to the columns.
    pub(super) fn until_paren(&mut self) {
        while !self.at_item_end() && !self.mark_at(self.at, "(") {
            self.at += 1;
        }
    }

    /// Whether the column or constraint ends here.
    pub(super) fn at_item_end(&self) -> bool {
        self.at >= self.tokens.len() || [",", ")", ";"].iter().any(|mark| self.mark_at(self.at, mark))
    }

    pub(super) fn skip_item(&mut self) {
        while !self.at_item_end() {
            if self.mark_at(self.at, "(") {
                if self.parens().is_err() {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }

    pub(super) fn skip_statement(&mut self) {
        while self.at < self.tokens.len() && !self.mark(";") {
            // Some dumps have no `;`: SQL Server's end in GO.
            let begins = self.word_is(self.at, "create") && !self.mark_at(self.at.wrapping_sub(1), "(");
            let go = self.accept("go");
            if begins || go {
                return;
            }
            self.at += 1;
        }
    }

    pub(super) fn expected(&self, what: &str) -> TextError {
        let found = match self.tokens.get(self.at).map(|token| &token.kind) {
            None => "the text ends".to_owned(),
            Some(kind) => {
                let mut text = String::new();
                push_token(&mut text, kind);
                format!("there is `{}`", text.trim())
            }
        };
        self.error_at(self.at, format!("{what} should stand here, and {found}"), "Correct the definition there.")
    }

    pub(super) fn error_at(&self, at: usize, what: impl Into<String>, next: &str) -> TextError {
        let token = self.tokens.get(at).or(self.tokens.last());
        let (line, column) = token.map_or((1, 1), |token| (token.line, token.column));
        TextError::at(line, column, what, next)
    }
}

/// Writes a token as it stood in the text, nearly.
pub(super) fn push_token(text: &mut String, kind: &TokenKind) {
    match kind {
        TokenKind::Word(word) | TokenKind::Quoted(word) | TokenKind::Number(word) => {
            if text.ends_with(|letter: char| letter.is_alphanumeric()) {
                text.push(' ');
            }
            text.push_str(word);
        }
        TokenKind::Text(value) => {
            text.push('\'');
            text.push_str(value);
            text.push('\'');
        }
        TokenKind::Mark(mark) => text.push_str(mark),
        TokenKind::Other(letter) => text.push(*letter),
    }
}
