//! XML: the elements that repeat are the records; their attributes and children are the fields.
//!
//! Attributes are named `@name`, nested elements by dotted paths (`address.city`), a child that occurs several times is a
//! list. The parser checks well-formedness as the XML 1.0 recommendation has it; a document type declaration is refused,
//! since it can define entities that read other files or grow without end.

mod sink;
mod source;
#[cfg(test)]
mod tests;
mod walk;

pub use sink::open_target;
pub use source::open_source;

/// The attribute that says that an element's text is base64 of what XML cannot hold (control characters).
const ENCODING: &str = "encoding";
/// The attribute that names a field whose name is no XML name, on an element called `field`.
const FIELD: &str = "field";
