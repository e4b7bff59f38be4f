//! Parquet: columns with types of their own, read row by row; nested columns are fields by their paths or cells of JSON.
//!
//! Written as one table: numbers, booleans and text where the target's schema or the source's types say so, text
//! otherwise; what is missing is null.

mod columns;
mod nested;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod texts;

pub(super) use sink::open_target;
pub(super) use source::open_source;
