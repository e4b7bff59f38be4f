//! One file a place: its state, its rows, and what its commands do.

pub mod data;
pub mod map;
pub mod preview;
pub mod report;
pub mod run;
pub mod start;
pub mod top;
