//! The mapping profile: text <-> model with positions; edits and history; lint.
//!
//! Text -> [`parse`] -> [`Profile`], or every [`Issue`] of the text at its place; [`render`] shows an issue with the
//! line it stands on.

#[cfg(test)]
mod arbitrary;
mod changes;
mod draft;
mod drift;
mod edit;
mod examples;
mod history;
mod issue;
mod keys;
mod layout;
mod lint;
mod load;
mod model;
mod nearest;
mod read;
mod rebase;
mod rewrite;
mod save;
#[cfg(test)]
mod schema_test;
mod uses;
mod words;
mod write;
mod yaml;

pub use changes::{Change, changes};
pub use draft::{draft_path, load_draft, remove_draft, save_draft};
pub use drift::{Drift, Lost, Renamed, Retyped, drift, rebind};
pub use edit::{Edit, EditError, Settings};
pub use examples::{Difference, ExampleResult, run_examples};
pub use history::History;
pub use issue::{Issue, Severity, render};
pub use lint::{LintContext, lint};
pub use load::{Loaded, Problems, load, parse};
pub use model::{
    Checks, Duplicates, Example, Expression, FieldMapping, FilledBy, Keep, Length, Lookup, Missing, ObjectMapping,
    Otherwise, Place, Profile, Range, RecordCheck, Threshold, ValueMap,
};
pub use nearest::nearest;
pub use save::{NewText, SaveError, new_text, save};
pub use uses::{rename_source_field, source_fields_used};
pub use words::type_word;
pub use write::write_new;
