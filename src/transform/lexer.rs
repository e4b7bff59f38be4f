//! Text -> tokens, each with its span. Never fails: what cannot be read becomes a token that says why, so that the
//! editor can colour a half-typed expression.

use super::{Diagnostic, Span};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenText {
    /// Quoted text, escapes resolved.
    Text(String),
    /// Digits, with or without a fraction, as written.
    Number(String),
    /// A bare word or dotted path.
    Word(String),
    /// A name in backquotes.
    Name(String),
    /// Punctuation and operators.
    Symbol(&'static str),
    /// Something that is no token, and what to say about it.
    Bad(Diagnostic),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub text: TokenText,
    pub span: Span,
}

/// Longest first.
const SYMBOLS: &[&str] = &[
    "==", "!=", "<=", ">=", "??", "&&", "||", "<>", "|", "(", ")", "[", "]", "{", "}", ",", ":", "+", "-", "*", "/",
    "<", ">", "=", "!", ".", "%",
];

/// Words that are no field or function names.
pub(super) const KEYWORDS: &[&str] = &["if", "then", "else", "and", "or", "not", "in", "true", "false", "null", "it"];

pub(super) fn is_word_start(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == '$'
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

/// Whether a field's name can stand in an expression as it is.
pub(super) fn is_plain_name(name: &str) -> bool {
    let mut parts = name.split('.');
    let first = parts.next().unwrap_or_default();
    first.chars().next().is_some_and(is_word_start)
        && first.chars().all(is_word_letter)
        && parts.all(|part| !part.is_empty() && part.chars().all(is_word_letter))
        && !KEYWORDS.contains(&name)
        && first != "target"
        && name != "field"
}

/// All tokens of a text; the last is always [`TokenText::End`].
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Vec::new();
    loop {
        let token = lexer.next();
        let last = token.text == TokenText::End;
        found.push(token);
        if last {
            return found;
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes letters while they fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
    }

    fn next(&mut self) -> Token {
        self.take_while(char::is_whitespace);
        let start = self.at;
        let text = match self.peek() {
            None => TokenText::End,
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some('`') => self.name(),
            Some(digit) if digit.is_ascii_digit() => self.number(),
            Some(letter) if is_word_start(letter) => self.word(),
            Some(letter) => self.symbol(letter),
        };
        Token { text, span: Span { start, end: self.at } }
    }

    fn bad(&self, start: usize, message: impl Into<String>, hint: impl Into<String>) -> TokenText {
        let span = Span { start, end: self.at };
        TokenText::Bad(Diagnostic { span, message: message.into(), hint: Some(hint.into()) })
    }

    fn symbol(&mut self, letter: char) -> TokenText {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return TokenText::Symbol(symbol);
        }
        let start = self.at;
        self.at += letter.len_utf8();
        let (message, hint) = match letter {
            '“' | '”' | '„' | '’' | '‘' | '«' | '»' => {
                (format!("`{letter}` is no quotation mark of the language"), "write \"text\" or 'text'".to_owned())
            }
            _ => (
                format!("`{}` means nothing here", letter.escape_debug()),
                "put text in quotes, and names that are no plain words in field(\"...\")".to_owned(),
            ),
        };
        self.bad(start, message, hint)
    }

    fn number(&mut self) -> TokenText {
        let start = self.at;
        self.take_while(|letter| letter.is_ascii_digit());
        let mut rest = self.rest().chars();
        if rest.next() == Some('.') && rest.next().is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
            self.take_while(|letter| letter.is_ascii_digit());
        }
        let digits = self.text[start..self.at].to_owned();
        if self.peek().is_some_and(is_word_start) {
            self.take_while(is_word_letter);
            let whole = &self.text[start..self.at];
            return self.bad(
                start,
                format!("`{whole}` is neither a number nor a name"),
                format!("quote it as text, or write field(\"{whole}\") if it is a field"),
            );
        }
        TokenText::Number(digits)
    }

    fn word(&mut self) -> TokenText {
        let start = self.at;
        loop {
            self.take_while(is_word_letter);
            let mut rest = self.rest().chars();
            let dotted = rest.next() == Some('.') && rest.next().is_some_and(is_word_letter);
            if !dotted {
                break;
            }
            self.at += 1;
        }
        TokenText::Word(self.text[start..self.at].to_owned())
    }

    fn name(&mut self) -> TokenText {
        let start = self.at;
        self.at += 1;
        let rest = self.rest();
        match rest.find('`') {
            Some(0) => {
                self.at += 1;
                self.bad(start, "a name in backquotes is empty", "write the field's name between the backquotes")
            }
            Some(length) => {
                let name = rest[..length].to_owned();
                self.at += length + 1;
                TokenText::Name(name)
            }
            None => {
                self.at = self.text.len();
                self.bad(start, "the backquote is never closed", "end the name with a backquote")
            }
        }
    }

    /// Escapes: `\n \r \t \\ \" \' \u{1F600} \u00e9`. A backslash before anything else stays, so that patterns read
    /// as they are: `"\d+"`.
    fn quoted(&mut self, quote: char) -> TokenText {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            self.at += letter.len_utf8();
            if letter == quote {
                return TokenText::Text(text);
            }
            if letter != '\\' {
                text.push(letter);
                continue;
            }
            let Some(escaped) = self.peek() else { break };
            self.at += escaped.len_utf8();
            match escaped {
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                '\\' | '"' | '\'' => text.push(escaped),
                'u' => match self.unicode_escape() {
                    Some(letter) => text.push(letter),
                    None => text.push_str("\\u"),
                },
                other => {
                    text.push('\\');
                    text.push(other);
                }
            }
        }
        self.bad(start, "the text is never closed", format!("end it with {quote}"))
    }

    /// After `\u`: `{1F600}` or four hexadecimal digits.
    fn unicode_escape(&mut self) -> Option<char> {
        let rest = self.rest();
        let (digits, length) = match rest.strip_prefix('{') {
            Some(inner) => {
                let end = inner.find('}')?;
                (&inner[..end], end + 2)
            }
            None => (rest.get(..4)?, 4),
        };
        let all_hex = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let letter = all_hex.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))??;
        self.at += length;
        Some(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<TokenText> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_paths_and_symbols() {
        let word = |text: &str| TokenText::Word(text.into());
        assert_eq!(
            texts("address.city|trim"),
            [word("address.city"), TokenText::Symbol("|"), word("trim"), TokenText::End]
        );
        assert_eq!(texts("1.5"), [TokenText::Number("1.5".into()), TokenText::End]);
    }

    #[test]
    fn escapes_are_resolved_and_patterns_stay() {
        let text = |text: &str| vec![TokenText::Text(text.into()), TokenText::End];
        assert_eq!(texts(r#""a\n\"\u{e9}\u00e9""#), text("a\n\"éé"));
        assert_eq!(texts(r#"'\d+\.'"#), text(r"\d+\."));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let bad = |text: &str| matches!(&tokens(text)[0].text, TokenText::Bad(_));
        assert!(bad("\"open"));
        assert!(bad("`open"));
        assert!(bad("“quoted”"));
        assert!(bad("2nd_phone"));
    }
}
