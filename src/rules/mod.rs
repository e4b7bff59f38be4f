//! Checks on target values -> findings.
