//! Parquet: columns with types of their own, read row by row; nested columns are fields by their paths or cells of JSON.
//!
//! Written as one table: whole numbers, decimals, floating-point numbers, booleans, dates and moments where profile, target
//! or source say so and every value comes back as the same text, text otherwise; what is missing is null.

mod columns;
mod nested;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod typed;

pub(super) use sink::open_target;
pub(super) use source::open_source;
pub use typed::Declared;
