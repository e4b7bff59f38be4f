//! The compiled plan and the pipeline that runs it; emits events, writes the run folder.

mod event;
mod ledger;

pub use event::{Finding, Phase, RejectOrigin, RunEvent};
pub use ledger::{Fate, Ledger};
