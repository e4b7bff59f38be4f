//! Delimited text: any delimiter, quote, line end and encoding; ragged and broken records kept and reported.
//!
//! The road of a file: [`sniff`] guesses dialect and header from a prefix, `encoding` makes UTF-8 of it, `cutter`
//! cuts whole records into chunks and marks where their fields end (serial), `decode` turns a chunk into a batch
//! (parallel). Where a chunk holds anything that RFC 4180 would not allow, cutter and decoder both go by the exact rules of
//! `scan`.

mod blocks;
mod cutter;
mod decode;
mod dialect;
mod form;
mod header;
mod marker;
mod marks;
mod mend;
mod scan;
mod sink;
mod sniff;
mod source;
#[cfg(test)]
mod tests;

pub use dialect::{Dialect, LineEnd, several_delimit};
pub(in crate::connect) use header::{guess as guess_header, names as unique_names};
pub(in crate::connect) use marks::Marks;
pub use sink::open_target;
pub use sniff::{Sniffed, sniff};
pub use source::{CsvSource, open_source};
