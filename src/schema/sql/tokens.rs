//! SQL text into tokens, with the place of each. Comments go; quoting of all common dialects is understood.

use crate::schema::load_error::TextError;

/// A token and where it begins (from 1, the column in characters).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A bare word, as written.
    Word(String),
    /// `"name"`, `` `name` ``, `[name]`: without its quotes.
    Quoted(String),
    /// `'text'`, `N'text'`, `$$text$$`: without its quotes.
    Text(String),
    Number(String),
    /// Any other character, and `::` as one.
    Mark(&'static str),
    /// A character that means nothing to us.
    Other(char),
}

const MARKS: &[&str] =
    &["::", "(", ")", ",", ";", ".", "=", "<=", ">=", "<>", "!=", "<", ">", "~", "*", "-", "+", "[", "]"];

/// Cuts SQL text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, TextError> {
    let mut scanner = Scanner { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1, column: 1 };
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        scanner.skip_blank_and_comments()?;
        let (line, column) = (scanner.line, scanner.column);
        // `x[` begins an array's index, ` [` a quoted name.
        let after_type = matches!(tokens.last().map(|token| &token.kind), Some(TokenKind::Word(word))
            if word.eq_ignore_ascii_case("array") || scanner.rest.starts_with("[]"));
        let Some(kind) = scanner.next(after_type)? else { return Ok(tokens) };
        tokens.push(Token { kind, line, column });
    }
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Scanner<'a> {
    /// Takes `bytes` of the text.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        for letter in taken.chars() {
            if letter == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        taken
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !keep(letter)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn skip_blank_and_comments(&mut self) -> Result<(), TextError> {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest.starts_with("--") || self.rest.starts_with('#') {
                self.take_while(|letter| letter != '\n');
            } else if self.rest.starts_with("/*") {
                let (line, column) = (self.line, self.column);
                let Some(end) = self.rest.find("*/") else {
                    return Err(TextError::at(line, column, "this comment never ends", "Close it with `*/`."));
                };
                // `/*!40101 ... */` holds MySQL's own statements: nothing of them is needed here.
                self.take(end + 2);
            } else {
                return Ok(());
            }
        }
    }

    fn next(&mut self, after_type: bool) -> Result<Option<TokenKind>, TextError> {
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        let token = match first {
            '\'' => TokenKind::Text(self.quoted('\'', "text")?),
            'N' | 'n' | 'E' | 'e' if self.rest[1..].starts_with('\'') => {
                self.take(1);
                TokenKind::Text(self.quoted('\'', "text")?)
            }
            '"' => TokenKind::Quoted(self.quoted('"', "name")?),
            '`' => TokenKind::Quoted(self.quoted('`', "name")?),
            '[' if !after_type => TokenKind::Quoted(self.quoted(']', "name")?),
            '$' if self.dollar_tag().is_some() => self.dollar_quoted()?,
            '0'..='9' => {
                TokenKind::Number(self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '.').to_owned())
            }
            _ if first.is_alphabetic() || first == '_' || first == '@' => TokenKind::Word(
                self.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@' | '#'))
                    .to_owned(),
            ),
            _ => match MARKS.iter().find(|mark| self.rest.starts_with(**mark)) {
                Some(mark) => {
                    self.take(mark.len());
                    TokenKind::Mark(mark)
                }
                None => {
                    self.take(first.len_utf8());
                    TokenKind::Other(first)
                }
            },
        };
        Ok(Some(token))
    }

    /// What stands between an opening quote and `close`; a doubled `close` stands for itself.
    fn quoted(&mut self, close: char, what: &str) -> Result<String, TextError> {
        let (line, column) = (self.line, self.column);
        self.take(1);
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|letter| letter != close));
            if self.rest.is_empty() {
                let what = format!("this {what} never ends");
                return Err(TextError::at(line, column, what, format!("Close it with `{close}`.")));
            }
            self.take(close.len_utf8());
            if !self.rest.starts_with(close) {
                return Ok(text);
            }
            text.push(close);
            self.take(close.len_utf8());
        }
    }

    /// The `$tag$` that the rest begins with.
    fn dollar_tag(&self) -> Option<&'a str> {
        let end = self.rest[1..].find('$')? + 2;
        let tag = &self.rest[..end];
        tag[1..end - 1].chars().all(|letter| letter.is_alphanumeric() || letter == '_').then_some(tag)
    }

    fn dollar_quoted(&mut self) -> Result<TokenKind, TextError> {
        let (line, column) = (self.line, self.column);
        let tag = self.dollar_tag().unwrap_or("$$");
        self.take(tag.len());
        let Some(end) = self.rest.find(tag) else {
            return Err(TextError::at(line, column, "this text never ends", format!("Close it with `{tag}`.")));
        };
        let text = self.take(end).to_owned();
        self.take(tag.len());
        Ok(TokenKind::Text(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        tokens(text).expect("tokens").into_iter().map(|token| token.kind).collect()
    }

    fn word(text: &str) -> TokenKind {
        TokenKind::Word(text.into())
    }

    #[test]
    fn quotes_of_all_dialects() {
        use TokenKind::{Quoted, Text};
        assert_eq!(kinds(r#""a ""b""#), [Quoted("a \"b".into())]);
        assert_eq!(kinds("`a`"), [Quoted("a".into())]);
        assert_eq!(kinds("[a b]"), [Quoted("a b".into())]);
        assert_eq!(kinds("'it''s' N'x' $$a'b$$ $q$c$q$"), ["it's", "x", "a'b", "c"].map(|text| Text(text.into())));
    }

    #[test]
    fn arrays_are_no_names() {
        assert_eq!(kinds("text[]"), [word("text"), TokenKind::Mark("["), TokenKind::Mark("]")]);
        assert_eq!(kinds("ARRAY['a']")[1], TokenKind::Mark("["));
    }

    #[test]
    fn comments_go_and_places_stay() {
        let found = tokens("-- one\n/* two\n */ a -- b\n  # c\n  d").expect("tokens");
        assert_eq!(
            found,
            [Token { kind: word("a"), line: 3, column: 5 }, Token { kind: word("d"), line: 5, column: 3 },]
        );
    }

    #[test]
    fn what_never_ends_is_named_where_it_begins() {
        for text in ["a 'b", "a /* b", "a \"b", "a [b", "a $$b"] {
            let error = tokens(text).expect_err(text);
            assert_eq!((error.line, error.column), (1, 3), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,60}", sql in "[a-zE'\"`\\[\\]$(),;:/*# \n-]{0,60}") {
            let _ = tokens(&text);
            let _ = tokens(&sql);
        }
    }
}
