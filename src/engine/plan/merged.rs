//! Keys of values that a record takes over from another.

use super::{KEY_SEED, Plan};
use crate::dedupe::{Fingerprint, fingerprint};
use crate::record::Cell;

impl Plan {
    /// The fingerprint of a value of a unique field; 0 where it is empty.
    pub(in crate::engine) fn unique_key_of(&self, field: usize, cell: Cell<'_>) -> Fingerprint {
        if cell.is_filled() { fingerprint(cell.bytes, KEY_SEED + 1 + field as u64) } else { 0 }
    }
}
