//! Events -> ledger and measures -> screen, HTML, Markdown, JSON.

mod model;

pub use model::{FieldReport, ObjectReport, Reason, RejectSample, Report};
