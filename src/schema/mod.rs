//! Objects, fields, types and constraints; inference and field statistics.

mod model;

pub use model::{Constraints, Field, FieldType, Object, Schema};
