//! Workbooks: `.xlsx`, `.xlsm`, `.xls` and `.ods` are read, `.xlsx` is written. Each sheet is an object.
//!
//! A cell means what it shows a person who knows the sheet: a number its digits (fifteen of them, as Excel keeps), a date
//! its ISO form, text its text. Cells are read one by one, never as a rectangle: two cells at opposite corners of a
//! sheet would make that one of 17 billion cells.

mod areas;
mod book;
mod cells;
mod package;
mod shared;
mod sink;
mod source;
#[cfg(test)]
mod tests;
mod tokens;

pub use sink::open_target;
pub use source::open_source;
