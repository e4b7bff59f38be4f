//! The compiled plan and the pipeline that runs it; emits events, writes the run folder.

mod checkpoints;
mod codes;
mod commit;
mod convert;
mod event;
mod folder;
mod ledger;
mod links;
mod lock;
mod merging;
mod object;
mod pipeline;
mod plan;
mod preview;
mod rejects;
mod resume;
mod run;
mod settle;
mod settling;
mod summary;
mod tally;
mod turn;
mod verify;
mod work;

pub use codes::{Code, CodeId};
pub use convert::{Converted, convert};
pub use event::{Finding, Phase, RejectOrigin, RunEvent};
pub use folder::Manifest;
pub use ledger::{Fate, Ledger};
pub use links::Links;
pub use object::source_object;
pub use plan::{Plan, PlanOptions, PlanScratch, Verdict};
pub use preview::{Preview, PreviewCell, PreviewFate, PreviewSettle, preview, preview_object};
pub use run::{RunEnd, RunError, RunOptions, default_folder, rejects_again, rejects_of, run, text_hash};
pub use verify::{Verified, verify};
