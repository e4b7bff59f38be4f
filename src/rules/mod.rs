//! Checks on target values -> findings.

mod field;
mod kinds;
mod words;

pub use field::FieldRules;
