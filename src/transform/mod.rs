//! The pipe language: parse, check, compile, run. One file a function family, one table of functions.
//!
//! Text -> [`parse`] -> [`Expr`] with spans -> [`Program::compile`] against a [`Scope`] -> run on records with a reused
//! [`Scratch`].

mod ast;
mod calendar;
mod columns;
mod compile;
mod complete;
mod countries;
mod diagnostic;
mod finished;
mod functions;
mod keys;
#[cfg(test)]
mod laws;
mod lexer;
mod pairs;
mod parser;
mod pattern;
mod print;
mod program;
mod reference;
#[cfg(test)]
mod tests;
mod types;
mod value;
mod words;
mod writing;

pub use ast::{BinaryOp, Expr, ExprKind, Span};
pub use columns::{Columns, Given};
pub use compile::Scope;
pub use complete::{Completion, CompletionKind, TokenKind, complete, highlight};
pub use countries::{Country, find as find_country};
pub use diagnostic::Diagnostic;
pub use finished::{Finished, Values};
pub use functions::{Family, Function, Param, all as functions, find as find_function};
pub use parser::parse;
pub use pattern::{WholePattern, pattern_error};
pub use print::field_reference;
pub use program::{Program, Scratch};
pub use reference::reference;
pub use types::Type;
pub use value::{Explained, Fault, Input, RunContext, Targets, TraceStep};
pub use words::nearest;

pub(crate) use functions::{characters, is_deliverable};
pub(crate) use keys::KeySet;
pub(crate) use program::shorten;

/// Whether a text is `-?digits(.digits)?`, a leading `+` allowed.
pub(crate) fn is_plain_number(text: &[u8]) -> bool {
    functions::operators::number_of(text).is_some()
}

/// Compares two plain numbers of any length; `None` where either is none.
pub(crate) fn compare_numbers(left: &[u8], right: &[u8]) -> Option<std::cmp::Ordering> {
    let (left, right) = (functions::operators::number_of(left)?, functions::operators::number_of(right)?);
    Some(left.compare(&right))
}

/// Whether a text is a real date of the form `YYYY-MM-DD`, alone or with a time.
pub(crate) fn is_iso_date(text: &[u8]) -> bool {
    text.get(4) == Some(&b'-') && calendar::read_iso(text).is_some()
}

/// Lower case without accents: `Ångström` is `angstrom`, `Straße` is `strasse`.
pub(crate) fn plain_letters(text: &str) -> String {
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
    let lower = text.to_lowercase();
    if lower.is_ascii() {
        return lower;
    }
    let mut plain = String::with_capacity(lower.len());
    for letter in lower.nfd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'ı' => plain.push('i'),
            letter => plain.push(letter),
        }
    }
    plain
}
