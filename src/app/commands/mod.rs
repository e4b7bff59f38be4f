//! The one table of commands. Key map, footer, palette, help and the README's table are made from it.
//!
//! To add a command: an [`Id`], a line in [`COMMANDS`], an arm in the `execute` of the place (or overlay) it belongs to,
//! and a scenario in `tests/all/every_command.rs`.

mod table;

use super::Model;
use super::context::{Context, Contexts};
use super::reasons;
pub use table::COMMANDS;

/// Names a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id {
    PlaceData,
    PlaceMap,
    PlacePreview,
    PlaceRun,
    PlaceReport,
    NextPane,
    PreviousPane,
    Down,
    Up,
    Left,
    Right,
    PageDown,
    PageUp,
    First,
    Last,
    Choose,
    Back,
    Filter,
    NextMatch,
    PreviousMatch,
    Undo,
    Redo,
    Save,
    SaveAs,
    Open,
    Palette,
    Help,
    Copy,
    Redraw,
    Suspend,
    MouseToggle,
    Theme,
    Ascii,
    Quit,
    Cancel,
    Pair,
    Records,
    FieldSheet,
    NextOpen,
    PreviousOpen,
    Accept,
    Reject,
    Mark,
    BulkAccept,
    Edit,
    Unmap,
    Note,
    Show,
    Order,
    Validate,
    Changes,
    DryRun,
    Run,
    Apply,
    Complete,
    NextRecord,
    PreviousRecord,
    NextFailing,
    PreviousFailing,
    StepOff,
    StepOn,
    StepEarlier,
    StepLater,
    Raise,
    Lower,
    History,
    Differences,
    Values,
    Otherwise,
    Groups,
    Survivor,
    Twins,
    DuplicateKey,
    Fixes,
    RunAgain,
    Lineage,
    Drift,
    Frequent,
    Runs,
    Pause,
    Resume,
    Reading,
    Tour,
    Browse,
    Forecast,
}

/// One command.
pub struct Command {
    pub id: Id,
    /// A word or two, for the footer and the palette.
    pub title: &'static str,
    /// One sentence, for help.
    pub doc: &'static str,
    /// Keys, each a key or a sequence separated by spaces. The first is the one that is shown.
    pub keys: &'static [&'static str],
    pub contexts: Contexts,
    /// Footer rank, 1 first; 0: not in the footer.
    pub rank: u8,
    /// Why the command cannot be used now, or nothing.
    pub disabled: fn(&Model) -> Option<&'static str>,
}

impl Command {
    const fn new(
        id: Id,
        title: &'static str,
        doc: &'static str,
        keys: &'static [&'static str],
        contexts: Contexts,
    ) -> Command {
        Command { id, title, doc, keys, contexts, rank: 0, disabled: reasons::never }
    }

    const fn footer(mut self, rank: u8) -> Command {
        self.rank = rank;
        self
    }

    const fn unless(mut self, disabled: fn(&Model) -> Option<&'static str>) -> Command {
        self.disabled = disabled;
        self
    }
}

/// The command of an id.
pub fn command(id: Id) -> &'static Command {
    // Every id has a line: a test counts them.
    COMMANDS.iter().find(|command| command.id == id).unwrap_or(&COMMANDS[0])
}

/// What a command is called where it means something special.
pub fn title_in(command: &Command, context: Context) -> &'static str {
    match (command.id, context) {
        (Id::Choose, Context::Map) => "candidates",
        (Id::Choose, Context::Candidates) => "take",
        (Id::Choose, Context::Finder) => "run",
        (Id::Choose, Context::Bulk) => "accept these",
        (Id::Choose, Context::Confirm | Context::Prompt) => "confirm",
        (Id::Choose, Context::Chooser) => "choose",
        (Id::Choose, Context::Report) => "records",
        (Id::NextOpen, Context::Preview) => "next reject",
        (Id::PreviousOpen, Context::Preview) => "previous reject",
        (Id::Choose, Context::History) => "go there",
        (Id::Choose, Context::Values) => "choose",
        (Id::Choose, Context::Groups) => "merge",
        (Id::Left, Context::Groups) => "stricter",
        (Id::Right, Context::Groups) => "laxer",
        (Id::Choose, Context::Twins) => "side by side",
        (Id::Choose, Context::Fixes) => "mend",
        (Id::Choose, Context::Records) => "form",
        (Id::Choose, Context::Drift) => "choose name",
        (Id::Accept, Context::Drift) => "rebind marked",
        (Id::Choose, Context::Frequent | Context::Forecast) => "records",
        (Id::Choose, Context::Reading) => "correct",
        (Id::Reject, Context::Changes) => "take back",
        (Id::Reject, Context::Values) => "no pair",
        (Id::Choose, Context::Sheet) => "close",
        (Id::Choose, Context::Filter) => "keep",
        (Id::NextPane | Id::PreviousPane, Context::Confirm) => "other button",
        (Id::NextPane | Id::PreviousPane, Context::Changes) => "since save or run",
        (
            Id::Back,
            Context::Map | Context::Data | Context::Preview | Context::Run | Context::Report | Context::Start,
        ) => "show all",
        (Id::Left, Context::Bulk) => "lower",
        (Id::Right, Context::Bulk) => "raise",
        _ => command.title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::key;

    #[test]
    fn every_key_reads_and_means_one_thing_in_every_context() {
        let mut taken: Vec<(&str, Contexts, &str)> = Vec::new();
        for command in COMMANDS {
            for keys in command.keys {
                for part in keys.split(' ') {
                    assert!(key::chord(part).is_some(), "{keys} of {}", command.title);
                }
                for (other, contexts, title) in &taken {
                    let clash = other == keys && contexts.meets(command.contexts);
                    assert!(!clash, "{keys} is both {title} and {}", command.title);
                }
                taken.push((keys, command.contexts, command.title));
            }
        }
    }

    #[test]
    fn every_command_has_a_sentence_and_is_listed_once() {
        for (at, command) in COMMANDS.iter().enumerate() {
            assert!(command.doc.ends_with('.'), "{}", command.title);
            assert!(command.contexts != Contexts::NONE, "{} is nowhere", command.title);
            assert!(COMMANDS[at + 1..].iter().all(|other| other.id != command.id), "{} twice", command.title);
        }
    }
}
