//! What matching answers.

use serde::{Deserialize, Serialize};

/// Suggestions for one pair of objects.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Suggestions {
    /// For every source field its ranked target candidates, best first.
    pub by_source: Vec<(String, Vec<Candidate>)>,
    /// For every target field its ranked source candidates, best first.
    pub by_target: Vec<(String, Vec<Candidate>)>,
    /// One-to-one over the whole object.
    pub mapping: Vec<Suggestion>,
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
}
