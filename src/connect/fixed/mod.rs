//! Fixed-width text: every field stands at the same place of every line.
//!
//! The places are found by what the lines show ([`columns`]): positions that are blank throughout, rulers of dashes, text
//! that always begins at the same place. A profile may pin them (`widths:` or `columns:`). Positions count characters, or
//! bytes where only then all lines are equally long.

mod columns;
mod decode;
mod layout;
mod source;
#[cfg(test)]
mod tests;

pub(super) use source::{detected, open_source};
