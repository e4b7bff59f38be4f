//! What matching answers.

use serde::{Deserialize, Serialize};

/// Suggestions for one pair of objects.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Suggestions {
    /// For every source field its ranked target candidates, best first.
    pub by_source: Vec<(String, Vec<Candidate>)>,
    /// For every target field its ranked source candidates, best first.
    pub by_target: Vec<(String, Vec<Candidate>)>,
    /// One-to-one over the whole object; what an operator confirmed stands whatever else is likely.
    pub mapping: Vec<Suggestion>,
    /// Several fields into one, or one into several, where one-to-one does not do.
    #[serde(default)]
    pub compounds: Vec<Compound>,
    /// Required target fields that nothing feeds.
    #[serde(default)]
    pub constants: Vec<Constant>,
}

/// A mapping that is not one-to-one: a full name to first and last name, street and city into one address.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Compound {
    pub sources: Vec<String>,
    /// Target fields, each with its expression in the pipe language.
    pub targets: Vec<(String, String)>,
    /// 0 to 1.
    pub confidence: f64,
    pub reason: String,
}

/// A required target field that no source field feeds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Constant {
    pub target: String,
    /// What may be written for every record: the field's default, or its only choice. Nothing: the operator must say.
    pub value: Option<String>,
    pub reason: String,
}

/// A source value and the target value that it means.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ValueSuggestion {
    pub from: String,
    /// Nothing where no target value comes near.
    pub to: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
    /// Good enough to take without looking.
    pub accepted: bool,
    pub reason: String,
}

/// A source object and the target object it fits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObjectSuggestion {
    pub source: String,
    pub target: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Each is the other's best.
    pub accepted: bool,
    pub reason: String,
}

/// A candidate partner of a field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Candidate {
    /// The other side's field.
    pub field: String,
    /// Calibrated, 0 to 1.
    pub confidence: f64,
    /// One sentence.
    pub reason: String,
    /// What spoke for and against, strongest first.
    pub evidence: Vec<Evidence>,
}

/// One signal's part in a confidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    pub signal: String,
    /// The signal's own value, 0 to 1.
    pub value: f64,
    /// What it added to (or took from) the score.
    pub weight: f64,
    pub words: String,
}

/// A source field proposed for a target field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Suggestion {
    pub source: String,
    pub target: String,
    pub confidence: f64,
    /// Good enough to take without looking; otherwise for review.
    pub accepted: bool,
    pub reason: String,
    pub evidence: Vec<Evidence>,
    /// Where the target is a picklist: what the source's values mean in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueSuggestion>,
}
