//! Keys, survivors, merge policies.
