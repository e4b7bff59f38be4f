//! Where a record came from, kept from first byte to last report.

use std::fmt;

/// The origin of a record within its object. `number` counts records from 1 (a header is not counted); `line` is the
/// physical line its first byte stands on, where the source has lines (0 = unknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Origin {
    pub number: u64,
    pub line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "record {}, line {}", self.number, self.line)
        } else {
            write!(f, "record {}", self.number)
        }
    }
}
