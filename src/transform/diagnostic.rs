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
    pub(super) fn new(span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { span, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Message and hint in one line.
    pub fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }
}
