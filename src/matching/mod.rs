//! Signals -> combined score -> one-to-one assignment -> reasons; learning.

mod model;

pub use model::{Candidate, Evidence, Suggestion, Suggestions};
