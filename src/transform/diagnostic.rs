//! What is wrong with an expression, under which characters, and the nearest right word.

use super::Span;

/// An error in an expression's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub span: Span,
    /// One sentence without a full stop: ``there is no function `trm` ``.
    pub message: String,
    /// What to do: ``did you mean `trim`?``
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Message and hint in one line.
    pub fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }
}
