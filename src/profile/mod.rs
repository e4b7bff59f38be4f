//! The mapping profile: text <-> model with positions; edits and history; lint.
//!
//! Text -> [`parse`] -> [`Profile`], or every [`Issue`] of the text at its place; [`render`] shows an issue with the
//! line it stands on.

mod issue;
mod keys;
mod load;
mod model;
mod nearest;
mod read;
mod words;
mod yaml;

pub use issue::{Issue, Severity, render};
pub use load::{Loaded, Problems, load, parse};
pub use model::{
    Checks, Duplicates, Example, Expression, FieldMapping, FilledBy, Keep, Length, Lookup, Missing, ObjectMapping,
    Otherwise, Place, Profile, Range, RecordCheck, Threshold, ValueMap,
};
pub use nearest::nearest;
