//! Events -> ledger and measures -> screen, HTML, Markdown, JSON.
//!
//! [`Report`] holds the figures. [`verdict`], [`flow`] and [`measures`] say what they mean, once for every rendering;
//! [`render`] lays them out.

mod flow;
mod measures;
mod model;
mod rates;
pub mod render;
mod verdict;
mod visible;
pub mod words;

pub use flow::{Part, Step, flow};
pub use measures::{FIELD_DEFINITIONS, Measure, measures};
pub use model::{FieldReport, ObjectReport, Reason, RejectSample, Report, TargetFile};
pub use rates::RateLog;
pub(crate) use verdict::shell_word;
pub use verdict::{NextStep, Tone, Verdict, verdict};
pub use visible::{pad, visible_cut};
