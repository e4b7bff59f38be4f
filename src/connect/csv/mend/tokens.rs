//! Other readings of a record that does not have the width of its table.

use memchr::memmem;

use super::super::Dialect;
use super::super::scan::{self, Span, Step, Tail};

/// A cell of a reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Token {
    pub text: Vec<u8>,
    /// Places in `text` where a doubled quote was made one: two quoted cells may have run together there.
    pub seams: Vec<usize>,
    /// Bytes at the front that say nothing about the column: an extra quote.
    pub lead: usize,
}

impl Token {
    /// What the cell is judged by.
    pub fn judged(&self) -> &[u8] {
        self.text.get(self.lead..).unwrap_or_default()
    }
}

/// How a reading departs from the usual rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Habit {
    /// A quote after text opens a cell of its own, where one that closes it follows.
    pub opens_anywhere: bool,
    /// Quotes inside quotes are not doubled: only one before a delimiter or the end closes.
    pub never_doubles: bool,
    /// Where a cell starts with two quotes and text, the first is text.
    pub extra_lead: bool,
}

/// The record as the exact rules have it.
pub(super) fn usual(dialect: &Dialect, raw: &[u8], spans: &mut Vec<Span>) -> Vec<Token> {
    match scan::record(dialect, raw, 0, Tail::End, spans) {
        Step::Record(_) => spans
            .iter()
            .map(|span| {
                let text = scan::text(dialect, raw, span);
                let seams = dialect.quote.map_or_else(Vec::new, |quote| seams(&text, quote, span.form));
                Token { text, seams, lead: 0 }
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn seams(text: &[u8], quote: u8, form: scan::Form) -> Vec<usize> {
    if form == scan::Form::Escaped { memchr::memchr_iter(quote, text).collect() } else { Vec::new() }
}

/// The record by the rules of a habit.
pub(super) fn by_habit(dialect: &Dialect, raw: &[u8], habit: Habit) -> Vec<Token> {
    let reading = Reading { raw, delimiter: dialect.delimiter_bytes(), quote: dialect.quote, habit };
    let (mut tokens, mut at) = (Vec::new(), 0);
    loop {
        let (token, next) = reading.token(at);
        tokens.push(token);
        match next {
            Some(next) => at = next,
            None => return tokens,
        }
    }
}

struct Reading<'a> {
    raw: &'a [u8],
    delimiter: Vec<u8>,
    quote: Option<u8>,
    habit: Habit,
}

impl Reading<'_> {
    /// The cell that starts at `at`, and where the next one does.
    fn token(&self, at: usize) -> (Token, Option<usize>) {
        let mut text = Vec::new();
        let mut start = at;
        if let Some(quote) = self.quote
            && self.habit.extra_lead
            && self.raw.get(at) == Some(&quote)
            && self.raw.get(at + 1) == Some(&quote)
            && self.close(at + 1).is_some_and(|close| close > at + 2)
            && self.raw.get(at + 2) != Some(&quote)
        {
            text.push(quote);
            start = at + 1;
        }
        let lead = start - at;
        if self.quote.is_some()
            && self.raw.get(start).copied() == self.quote
            && let Some(close) = self.close(start)
        {
            let seams = self.append_quoted(start, close, &mut text);
            let next = self.after(close + 1);
            return (Token { text, seams, lead }, next);
        }
        let mut end = start;
        while end < self.raw.len() && !self.delimiter_at(end) {
            let opens = self.habit.opens_anywhere && end > start && self.raw.get(end).copied() == self.quote;
            if opens && self.close(end).is_some() {
                text.extend_from_slice(&self.raw[start..end]);
                return (Token { text, ..Token::default() }, Some(end));
            }
            end += 1;
        }
        text.extend_from_slice(&self.raw[start..end]);
        (Token { text, ..Token::default() }, self.after(end))
    }

    fn delimiter_at(&self, at: usize) -> bool {
        self.raw.get(at..).is_some_and(|rest| rest.starts_with(&self.delimiter))
    }

    /// Where the cell behind a cell's end starts.
    fn after(&self, end: usize) -> Option<usize> {
        if self.delimiter_at(end) {
            return Some(end + self.delimiter.len());
        }
        // With `opens_anywhere` a cell may start right here.
        (end < self.raw.len()).then_some(end)
    }

    /// The quote that closes the cell opened at `open`: right before a delimiter, the end, or (with `opens_anywhere`)
    /// nothing else.
    fn close(&self, open: usize) -> Option<usize> {
        let quote = self.quote?;
        let mut at = open + 1;
        loop {
            let found = at + memchr::memchr(quote, self.raw.get(at..)?)?;
            let doubled = self.raw.get(found + 1) == Some(&quote);
            let ends = found + 1 == self.raw.len() || self.delimiter_at(found + 1);
            if doubled && !self.habit.never_doubles {
                at = found + 2;
            } else if ends && !(doubled && self.habit.never_doubles) {
                return Some(found);
            } else if self.habit.never_doubles {
                at = found + 1;
            } else {
                return None;
            }
        }
    }

    fn append_quoted(&self, open: usize, close: usize, text: &mut Vec<u8>) -> Vec<usize> {
        let inside = &self.raw[open + 1..close];
        let mut seams = Vec::new();
        let Some(quote) = self.quote.filter(|_| !self.habit.never_doubles) else {
            text.extend_from_slice(inside);
            return seams;
        };
        let mut rest = inside;
        while let Some(found) = memmem::find(rest, &[quote, quote]) {
            text.extend_from_slice(&rest[..found]);
            seams.push(text.len());
            text.push(quote);
            rest = &rest[found + 2..];
        }
        text.extend_from_slice(rest);
        seams
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(raw: &str, habit: Habit) -> Vec<String> {
        let tokens = by_habit(&Dialect::default(), raw.as_bytes(), habit);
        tokens.into_iter().map(|token| String::from_utf8(token.text).unwrap()).collect()
    }

    #[test]
    fn a_lost_delimiter_before_a_quote_is_found() {
        let habit = Habit { opens_anywhere: true, ..Habit::default() };
        assert_eq!(texts("1,Boots\"warm, dry\",z", habit), ["1", "Boots", "warm, dry", "z"]);
        assert_eq!(texts("1,5\" pipe,z", habit), ["1", "5\" pipe", "z"]);
    }

    #[test]
    fn quotes_that_are_not_doubled_are_kept() {
        let habit = Habit { never_doubles: true, ..Habit::default() };
        assert_eq!(texts("1,\"he said \"hi\" to me\",z", habit), ["1", "he said \"hi\" to me", "z"]);
        assert_eq!(texts("1,\"48\"\",\"x\"", habit), ["1", "48\"", "x"]);
    }

    #[test]
    fn an_extra_quote_before_a_quoted_cell_is_text() {
        let habit = Habit { extra_lead: true, ..Habit::default() };
        assert_eq!(texts("1,\"\"a, b\",z", habit), ["1", "\"a, b", "z"]);
        assert_eq!(texts("1,\"\",z", habit), ["1", "", "z"]);
    }
}
