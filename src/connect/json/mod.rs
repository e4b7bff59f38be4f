//! JSON: one object a line (NDJSON), an array of objects, an object that holds such an array, or objects one after
//! another. Nested objects become fields with dotted names (`address.city`); lists stay one cell of compact JSON.
//!
//! Numbers keep their digits, `null` stays apart from what is absent, and each scalar keeps its JSON type beside its
//! text.

mod array;
mod decode;
mod flatten;
mod layout;
mod paths;
mod scan;
mod sink;
mod source;
#[cfg(test)]
mod tests;

pub(super) use flatten::{Flattener, each_entry};
pub(super) use paths::Paths;
pub use sink::{open_ndjson_target, open_target};
pub use source::{open_ndjson_source, open_source};
