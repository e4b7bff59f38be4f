//! The mapping sheet that people sign before a migration: source, target and rule of every field in plain words, values
//! before and after from live records, value maps, checks, and what is still open.

mod gather;
mod markdown;
mod words;
mod workbook;

pub use gather::{Ask, gather};
pub use markdown::markdown;
pub use workbook::workbook;

/// A mapping as people read it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub title: String,
    pub source: String,
    pub target: String,
    /// Day, `2026-11-21`.
    pub made: String,
    pub objects: Vec<SheetObject>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetObject {
    pub from: String,
    pub to: String,
    /// How records are written, which are left out, which are one: a sentence each.
    pub rules: Vec<String>,
    /// So many records were looked at, and so many of them would be written.
    pub looked_at: u64,
    pub written: u64,
    pub fields: Vec<SheetField>,
    /// Checks over whole records.
    pub checks: Vec<String>,
    pub open: Vec<Open>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetField {
    pub target: String,
    /// The target's label and type, where it has them.
    pub about: String,
    /// Source fields that it reads.
    pub sources: Vec<String>,
    pub rule: String,
    /// The expression itself.
    pub expression: String,
    /// Value before, value after.
    pub examples: Vec<(String, String)>,
    /// Source value, target value.
    pub values: Vec<(String, String)>,
    pub checks: Vec<String>,
    pub note: String,
}

/// A question that somebody must answer before the migration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Open {
    /// The field it is about.
    pub field: String,
    pub question: String,
}
