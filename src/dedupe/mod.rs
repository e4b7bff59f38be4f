//! Keys, survivors, merge policies; groups of values that are variants of one another.

mod cluster;

pub use cluster::{Cluster, Clusters, Limits, Method, Variant, cluster};
