//! The mapping profile: text <-> model with positions; edits and history; lint.

mod model;

pub use model::{
    Checks, Duplicates, Example, Expression, FieldMapping, FilledBy, Keep, Length, Lookup, Missing, ObjectMapping,
    Otherwise, Place, Profile, Range, RecordCheck, Threshold, ValueMap,
};
