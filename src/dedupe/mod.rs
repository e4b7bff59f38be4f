//! Keys, survivors, merge policies; groups of values that are variants of one another.

mod cluster;
mod fingerprints;
mod merge;
mod survey;

pub use cluster::{Cluster, Clusters, Limits, Method, Variant, cluster};
pub use fingerprints::{Fingerprint, Fingerprints, fingerprint};
pub use merge::{Merge, Patch, Patches, pack};
pub use survey::{Entry, Losers, Survey, SurveyError};
