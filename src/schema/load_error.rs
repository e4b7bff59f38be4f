//! What can be wrong with a schema that was to be loaded.

use std::fmt;

use crate::connect::ConnectError;

/// A schema that cannot be loaded: what, where, what to do next.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file or system itself.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The text of a schema file.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A template that there is none of.
    #[error("there is no template `{wanted}`. {next}")]
    Template { wanted: String, next: String },
}

/// A mistake in the text of a schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// The file, or empty while only the text is known.
    pub file: String,
    /// From 1; 0 where the mistake is known only by its path.
    pub line: usize,
    /// In characters, from 1; 0 where it is not known.
    pub column: usize,
    /// Where in a JSON or YAML document: `objects[0].fields[3].type`.
    pub path: String,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do next, one sentence.
    pub next: String,
}

impl TextError {
    /// A mistake at a place in the text.
    pub(super) fn at(line: usize, column: usize, what: impl Into<String>, next: impl Into<String>) -> TextError {
        let (what, next) = (what.into(), next.into());
        TextError { file: String::new(), line, column, path: String::new(), what, next }
    }

    /// A mistake at a path of a document.
    pub(super) fn in_document(path: &str, what: impl Into<String>, next: impl Into<String>) -> TextError {
        TextError { path: path.to_owned(), ..TextError::at(0, 0, what, next) }
    }

    pub(super) fn in_file(mut self, file: &str) -> TextError {
        self.file = file.to_owned();
        self
    }
}

impl std::error::Error for TextError {}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}:", self.file)?;
        }
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        if !self.file.is_empty() || self.line > 0 {
            f.write_str(" ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}. {}", self.what, self.next)
    }
}
