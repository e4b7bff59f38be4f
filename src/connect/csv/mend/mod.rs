//! Repairs: a record that does not have the width of its table is read in every other way that somebody may have meant,
//! and the reading whose cells look most like those above and below them wins. Nothing is dropped but empty cells, and
//! every repair is a fault of its record, so that it is counted and can be looked at.
//!
//! A boundary that can only be guessed is repaired by `convert`, and by `run` where the profile asks for it
//! (`repair: true`); otherwise the record is rejected.

mod align;
mod column;
mod heading;
mod survey;
mod tokens;

use align::Aligned;
use column::Column;
use tokens::{Habit, Token};

use super::Dialect;
use super::scan::{Form, Scanned, Span};
use crate::record::{Fault, Repair};

pub(super) use heading::heading;
pub(super) use survey::{Table, survey};

/// Delimiters that a single record may have instead of the table's.
const OTHERS: &[u8] = b",;\t| :";

/// Mends records of one table.
#[derive(Debug, Clone)]
pub(super) struct Mender {
    dialect: Dialect,
    columns: Vec<Column>,
}

/// A record put right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mended {
    /// As many as the table has columns.
    pub cells: Vec<Vec<u8>>,
    pub fault: Fault,
}

/// A way to read a record, with what it costs to believe it.
struct Candidate {
    tokens: Vec<Token>,
    delimiter: Vec<u8>,
    cost: f64,
    repair: Option<Repair>,
}

impl Mender {
    fn new(dialect: Dialect, columns: Vec<Column>) -> Mender {
        Mender { dialect, columns }
    }

    /// Reads the record anew where its width or its quotes are odd. `None`: it stays as it is.
    pub fn mend(&self, raw: &[u8], found: &Scanned, spans: &[Span]) -> Option<Mended> {
        let width = self.columns.len();
        let mixed = spans.iter().any(|span| span.form == Form::Mixed);
        let odd_width = spans.len() != width;
        if width < 2 || !(odd_width || found.stray_quote) {
            return None;
        }
        let mut best: Option<(f64, Aligned, Option<Repair>)> = None;
        for candidate in self.candidates(raw, mixed, odd_width) {
            let Some(aligned) = self.lay_out(&candidate) else { continue };
            let score = aligned.score - candidate.cost;
            if best.as_ref().is_none_or(|(known, ..)| score > *known) {
                best = Some((score, aligned, candidate.repair));
            }
        }
        let (_, aligned, repair) = best?;
        let repair = match repair {
            Some(repair) => repair,
            None if aligned.parted > 0 => Repair::LostDelimiter,
            None if aligned.joined > 0 => Repair::UnquotedDelimiter,
            None if aligned.dropped > 0 => Repair::ExtraDelimiter,
            // Only cells that are missing, or nothing at all: the usual words say it better.
            None if odd_width => {
                let fault = Fault::TooFewFields { found: spans.len() as u32, expected: width as u32 };
                return Some(Mended { cells: aligned.cells, fault });
            }
            None => return None,
        };
        Some(Mended { cells: aligned.cells, fault: Fault::Repaired(repair) })
    }

    fn candidates(&self, raw: &[u8], mixed: bool, odd_width: bool) -> Vec<Candidate> {
        let mut spans = Vec::new();
        let usual = tokens::usual(&self.dialect, raw, &mut spans);
        let delimiter = self.dialect.delimiter_bytes();
        let cost = if mixed { 2.0 } else { 0.0 };
        let mut all = vec![Candidate { tokens: usual, delimiter: delimiter.clone(), cost, repair: None }];
        if self.dialect.quote.is_some_and(|quote| memchr::memchr(quote, raw).is_some()) {
            let mut offer = |habit: Habit, cost: f64, repair: Repair| {
                let tokens = tokens::by_habit(&self.dialect, raw, habit);
                all.push(Candidate { tokens, delimiter: delimiter.clone(), cost, repair: Some(repair) });
            };
            let plain = Habit::default();
            offer(Habit { opens_anywhere: true, ..plain }, 1.0, Repair::LostDelimiter);
            offer(Habit { never_doubles: true, ..plain }, 1.5, Repair::Quotes);
            offer(Habit { extra_lead: true, ..plain }, 1.0, Repair::Quotes);
        }
        if odd_width {
            for delimiter in OTHERS.iter().filter(|other| **other != self.dialect.delimiter) {
                if memchr::memchr_iter(*delimiter, raw).count() + 1 >= self.columns.len() {
                    let dialect = Dialect { delimiter: *delimiter, rest: [0; 3], ..self.dialect };
                    let tokens = tokens::by_habit(&dialect, raw, Habit::default());
                    let (delimiter, repair) = (vec![*delimiter], Some(Repair::OtherDelimiter));
                    all.push(Candidate { tokens, delimiter, cost: 3.0, repair });
                }
            }
        }
        all
    }

    fn lay_out(&self, candidate: &Candidate) -> Option<Aligned> {
        let tokens = &candidate.tokens;
        if tokens.len() == self.columns.len() {
            let cells: Vec<Vec<u8>> = tokens.iter().map(|token| token.text.clone()).collect();
            let score = tokens.iter().zip(&self.columns).map(|(token, column)| column.fit(token.judged())).sum();
            return Some(Aligned { score, cells, parted: 0, joined: 0, dropped: 0, missing: 0 });
        }
        align::align(tokens, &self.columns, &candidate.delimiter)
    }
}
