//! Objects, fields, types and constraints; inference and field statistics.

mod counter;
mod country;
mod date;
mod distinct;
mod frequent;
mod infer;
mod model;
mod number;
mod reading;
mod scan;
mod shape;
mod stats;

pub use counter::FieldCounter;
pub use infer::{Inference, infer};
pub use model::{Constraints, Field, FieldType, Object, Schema};
pub use scan::{ScanProgress, profile_all, profile_prefix};
pub use stats::{Counted, DateCount, Distinct, FieldStats, Misfit, ObjectStats, Oddities, TypeFit};
