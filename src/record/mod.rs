//! What flows: cells, records in batches, and where each record came from.

mod append;
mod batch;
mod cell;
mod origin;
mod safe;

pub use append::{BLOCK, append, append_few};
pub use batch::{Batch, Fault, Form, RecordRef, Repair, Row, Slot, Stretch};
pub use cell::{Cell, Kind, SourceType};
pub use origin::Origin;
pub use safe::safe_text;
