//! Which field goes where: signals -> combined score -> one-to-one assignment -> confidence -> reasons; learning.
//!
//! The road: `normalise` and `abbreviate` make words of names, `aliases` brings other languages to English,
//! `reading` and `view` prepare both objects, `candidates` picks the pairs worth a look, `signals` measures
//! them, `combine` weighs, `calibrate` says how sure, `assign` chooses one-to-one, `reasons` explains.

mod abbreviate;
mod aliases;
mod assign;
mod calibrate;
mod candidates;
mod combine;
mod compare;
mod compound;
mod constants;
mod decisions;
mod field_list;
mod habits;
mod lexicon;
mod memory;
mod model;
mod normalise;
mod objects;
mod picklist;
mod reading;
mod reasons;
mod signals;
mod suggest;
pub mod training;
mod values;
mod vectors;
mod view;

pub use decisions::{between, decisions, system_name, target_system};
pub use field_list::{FieldListError, object_from_field_list};
pub use memory::{Between, Memory, MemoryError, Remembered, Verdict};
pub use model::{Candidate, Compound, Constant, Evidence, ObjectSuggestion, Suggestion, Suggestions, ValueSuggestion};
pub use objects::suggest_objects;
pub use picklist::{suggest_values, with_observed_values};
pub use suggest::{Options, suggest, suggest_with};
