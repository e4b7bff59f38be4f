//! Objects, fields, types and constraints; inference and field statistics.

mod checks;
mod counter;
mod date;
mod distinct;
mod document;
mod frequent;
mod infer;
mod load;
mod load_error;
mod model;
mod number;
mod reading;
mod scan;
mod shape;
mod sql;
mod stats;
mod template;
mod type_words;

pub use checks::checks_for;
pub use counter::FieldCounter;
pub use infer::{Inference, infer};
pub use load::{load_schema_file, load_target};
pub use load_error::{SchemaError, TextError};
pub use model::{Constraints, Field, FieldType, Object, Schema};
pub use scan::{ScanProgress, profile_all, profile_prefix};
pub use stats::{Counted, DateCount, Distinct, FieldStats, Misfit, ObjectStats, Oddities, TypeFit};
pub use template::{Template, load_template, templates};

/// The shape of a value: `AA-999` for `DE-204`, as in [`FieldStats::patterns`].
pub fn shape_of(value: &str) -> String {
    String::from_utf8_lossy(shape::Shape::of(value.as_bytes()).as_bytes()).into_owned()
}
