//! The workbench without a screen: model, messages, update, commands, key map. Pure: no file, thread, clock or terminal.
//!
//! [`update`] takes a [`Msg`] and changes the [`Model`]; what must happen outside comes back as [`Effect`]s, which the
//! worker runs, answering with further messages. One file a place under `places`, one a thing that lies on top.

mod answers;
pub mod bindings;
pub mod boards;
pub mod commands;
pub mod context;
mod editor;
mod effect;
mod entry;
pub mod figures;
pub mod filter;
pub mod key;
pub mod keymap;
mod list;
mod looks;
mod mapping;
mod model;
mod msg;
mod overlay;
mod pane;
pub mod places;
mod pointer;
mod project;
mod propose;
mod reasons;
pub mod steps;
pub mod tour;
mod update;

pub use editor::{Editor, EvaluatedRow, Evaluation};
pub use effect::{Asker, Draft, Effect, Question};
pub use entry::Entry;
pub use list::{ListState, Move};
pub use looks::{Looks, ThemeName};
pub use mapping::{SourceRow, State, TargetRow};
pub use model::{Model, Place, Toast, Tone};
pub use msg::{Answer, Job, Mouse, MouseAction, Msg, Problem};
pub use overlay::{
    Bulk, Chooser, ChooserPurpose, Confirm, ConfirmAction, Overlay, PickEntry, Picker, Prompt, PromptPurpose, Sheet,
};
pub use pane::{ListPane, PaneId};
pub use project::{Opened, Project, Records, SourceObject};
pub use update::update;
