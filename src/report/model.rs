//! The report: what `report.json` holds, and what every rendering reads. The engine fills it, nothing else computes.

use serde::{Deserialize, Serialize};

use crate::engine::{Finding, Ledger};

/// The quality report of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Report {
    /// All objects together.
    pub ledger: Ledger,
    pub balances: bool,
    pub run: String,
    pub name: Option<String>,
    /// The profile's path as the operator gave it, for the commands that the report proposes.
    #[serde(default)]
    pub profile: Option<String>,
    /// The run folder, likewise.
    #[serde(default)]
    pub folder: Option<String>,
    pub version: String,
    pub dry_run: bool,
    /// `done`, `cancelled`, `failed`, `stopped` (the reject threshold was passed).
    pub outcome: String,
    /// Why, where the outcome is not `done`.
    pub outcome_reason: Option<String>,
    pub source: String,
    pub target: String,
    /// RFC 3339, UTC.
    pub started: String,
    pub finished: String,
    pub elapsed_seconds: f64,
    /// The share of records, duplicates apart, that have every required value.
    pub completeness: f64,
    /// Records whose target, read back, equals what the plan produced / records written; absent until verified.
    pub consistency: Option<f64>,
    /// Bytes read + bytes written.
    pub data_volume: u64,
    /// Bytes per second over the whole run.
    pub data_rate: f64,
    /// The highest data rate over any one second.
    pub throughput: f64,
    /// Time the target accepted writes / time of the run.
    pub availability: f64,
    /// Bytes read and written in each second of the run, first second first; where there are more than
    /// [`Report::MOST_RATES`] seconds, the mean of equal stretches. Empty for a run under two seconds.
    #[serde(default)]
    pub rates: Vec<f64>,
    pub objects: Vec<ObjectReport>,
    pub notices: Vec<String>,
}

impl Report {
    /// How many points [`Report::rates`] has at most.
    pub const MOST_RATES: usize = 240;
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObjectReport {
    pub from: String,
    pub to: String,
    pub ledger: Ledger,
    pub completeness: f64,
    pub source_bytes: u64,
    pub target_bytes: u64,
    pub fields: Vec<FieldReport>,
    /// Ranked by count, most frequent first.
    pub reasons: Vec<Reason>,
    /// The first few rejects, for people.
    pub samples: Vec<RejectSample>,
    /// Names of files in the run folder and target.
    pub rejects_file: Option<String>,
    /// The files that hold the object now, in order: one, or the parts that it was split into.
    #[serde(default)]
    pub target_files: Vec<TargetFile>,
}

/// A file that a run wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TargetFile {
    pub path: String,
    pub bytes: u64,
    /// Where the target was split.
    pub records: Option<u64>,
}

/// Measures of one target field. Shares are of the records that were neither filtered nor unreadable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FieldReport {
    pub name: String,
    pub records: u64,
    pub filled: u64,
    /// filled / records.
    pub completeness: f64,
    /// Filled values that passed every check.
    pub valid: u64,
    /// valid / filled.
    pub validity: f64,
    /// Distinct filled values; an estimate unless `distinct_exact`.
    pub distinct: u64,
    pub distinct_exact: bool,
    /// Relative standard error of the estimate (0 where exact).
    pub distinct_error: f64,
    /// distinct / filled, at most 1.
    pub uniqueness: f64,
    /// Values in the picklist / filled, where the target has a picklist.
    pub conformity: Option<f64>,
    pub min: Option<String>,
    pub max: Option<String>,
}

/// Why records were rejected or dropped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reason {
    /// `field:code`.
    pub label: String,
    pub field: String,
    pub code: String,
    pub count: u64,
    /// In words, for people.
    pub meaning: String,
    /// A few values that failed.
    pub examples: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RejectSample {
    pub number: u64,
    pub line: u64,
    pub findings: Vec<Finding>,
}
