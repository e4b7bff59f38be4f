//! The one table of commands. Key map, footer, palette, help and the README's table are made from it.
//!
//! To add a command: an [`Id`], a line in [`COMMANDS`], an arm in the `execute` of the place (or overlay) it belongs to,
//! and a scenario in `tests/all/screens.rs`.

use super::Model;
use super::context::{Context, Contexts};
use super::reasons;

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
    Raise,
    Lower,
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
        (Id::Left, Context::Bulk) => "lower",
        (Id::Right, Context::Bulk) => "raise",
        _ => command.title,
    }
}

use Contexts as In;

/// All commands, in the order of help.
pub static COMMANDS: &[Command] = &[
    Command::new(
        Id::PlaceData,
        "Data",
        "Go to the source and the target: objects, fields, statistics, records.",
        &["1"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::PlaceMap,
        "Map",
        "Go to the map: source fields, target fields, and the links between them.",
        &["2"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::PlacePreview,
        "Preview",
        "Go to the preview: records before and after, rejects first.",
        &["3"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(Id::PlaceRun, "Run", "Go to the run: dry run, progress, rejects as they happen.", &["4"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(Id::PlaceReport, "Report", "Go to the report: ledger, measures, reasons.", &["5"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(
        Id::Choose,
        "open",
        "Open what is selected: an object, ranked candidates, the records behind a figure.",
        &["enter"],
        In::LISTS.or(In::TYPING).or(In::PROMPT),
    )
    .footer(1),
    Command::new(
        Id::Accept,
        "accept",
        "Accept the suggestion for the selected target field.",
        &["a"],
        In::MAP.or(In::CANDIDATES),
    )
    .footer(2)
    .unless(reasons::no_suggestion),
    Command::new(Id::Reject, "reject", "Reject the suggestion; the field is left open.", &["x"], In::MAP)
        .footer(3)
        .unless(reasons::no_suggestion),
    Command::new(
        Id::Edit,
        "edit",
        "Edit the expression of the selected target field, with results on real records.",
        &["e"],
        In::MAP.or(In::PREVIEW).or(In::CANDIDATES),
    )
    .footer(4)
    .unless(reasons::no_target_field),
    Command::new(
        Id::NextOpen,
        "next open",
        "Go to the next field that needs a decision; in the preview to the next reject.",
        &["]"],
        In::MAP.or(In::PREVIEW),
    )
    .footer(5),
    Command::new(
        Id::PreviousOpen,
        "previous open",
        "Go to the previous field that needs a decision; in the preview to the previous reject.",
        &["["],
        In::MAP.or(In::PREVIEW),
    ),
    Command::new(
        Id::BulkAccept,
        "accept all",
        "Accept every suggestion above a threshold; shows how many and which first.",
        &["A"],
        In::MAP,
    )
    .footer(6)
    .unless(reasons::no_suggestions),
    Command::new(
        Id::Mark,
        "mark",
        "Mark the selected target field; accept and reject then act on all marked fields.",
        &["space"],
        In::MAP,
    ),
    Command::new(
        Id::Unmap,
        "unmap",
        "Take the mapping of the selected target field out of the profile.",
        &["delete", "D"],
        In::MAP,
    )
    .unless(reasons::not_mapped),
    Command::new(Id::Note, "note", "Write a remark on the mapping, kept in the profile.", &["c"], In::MAP)
        .unless(reasons::not_mapped),
    Command::new(
        Id::Show,
        "show",
        "Show all target fields, only open ones, only required ones, or those with low confidence.",
        &["f"],
        In::MAP,
    ),
    Command::new(
        Id::Order,
        "order",
        "Order source fields as in the source, beside their targets, or by name.",
        &["o"],
        In::MAP,
    ),
    Command::new(
        Id::Pair,
        "object",
        "Choose which object of the profile is on the screen.",
        &["O"],
        In::DATA.or(In::MAP).or(In::PREVIEW).or(In::REPORT),
    )
    .footer(7)
    .unless(reasons::one_pair),
    Command::new(Id::Records, "records", "Switch between an object's fields and its records.", &["t"], In::DATA)
        .footer(2),
    Command::new(
        Id::FieldSheet,
        "field",
        "Show everything known about the selected field: evidence, patterns, frequent values.",
        &["i"],
        In::DATA.or(In::MAP),
    )
    .footer(7),
    Command::new(Id::Changes, "before/after", "Show records before and after, or only after.", &["d"], In::PREVIEW)
        .footer(3),
    Command::new(
        Id::Validate,
        "validate",
        "Run every record of the source through the mapping and count what would be rejected; writes nothing.",
        &["v"],
        In::MAP.or(In::PREVIEW).or(In::RUN),
    )
    .footer(8)
    .unless(reasons::nothing_open),
    Command::new(
        Id::DryRun,
        "dry run",
        "Tell what a run would create, update and reject; writes nothing to the target.",
        &["d"],
        In::RUN,
    )
    .footer(1)
    .unless(reasons::cannot_run),
    Command::new(Id::Run, "run", "Run the profile against the target, after a confirmation.", &["R"], In::PLACES)
        .footer(9)
        .unless(reasons::cannot_run),
    Command::new(
        Id::Cancel,
        "cancel",
        "Cancel what is running at the next safe point; where nothing runs, quit.",
        &["ctrl-c"],
        In::ALL,
    ),
    Command::new(Id::NextPane, "next pane", "Move to the next pane.", &["tab"], In::PLACES.or(In::CONFIRM)).footer(12),
    Command::new(
        Id::PreviousPane,
        "previous pane",
        "Move to the previous pane.",
        &["shift-tab"],
        In::PLACES.or(In::CONFIRM),
    ),
    Command::new(Id::Down, "down", "Move down.", &["j", "down"], In::LISTS),
    Command::new(Id::Up, "up", "Move up.", &["k", "up"], In::LISTS),
    Command::new(Id::Left, "left", "Move left; in the map to the source.", &["h", "left"], In::LISTS),
    Command::new(Id::Right, "right", "Move right; in the map to the target.", &["l", "right"], In::LISTS),
    Command::new(Id::PageDown, "page down", "Move a page down.", &["pagedown", "ctrl-f"], In::LISTS.or(In::TYPING)),
    Command::new(Id::PageUp, "page up", "Move a page up.", &["pageup", "ctrl-b"], In::LISTS.or(In::TYPING)),
    Command::new(Id::First, "first", "Go to the first row.", &["g g", "home"], In::LISTS),
    Command::new(Id::Last, "last", "Go to the last row.", &["G", "end"], In::LISTS),
    Command::new(Id::Raise, "up", "Move up in the list while typing.", &["up"], In::TYPING),
    Command::new(Id::Lower, "down", "Move down in the list while typing.", &["down"], In::TYPING),
    Command::new(Id::Filter, "filter", "Filter the list by typing letters that occur in order.", &["/"], In::LISTS)
        .unless(reasons::no_filter)
        .footer(10),
    Command::new(Id::NextMatch, "next match", "Go to the next row that matches the filter.", &["n"], In::PLACES),
    Command::new(
        Id::PreviousMatch,
        "previous match",
        "Go to the previous row that matches the filter.",
        &["N"],
        In::PLACES,
    ),
    Command::new(Id::Undo, "undo", "Undo the last change of the profile.", &["u"], In::PLACES)
        .unless(reasons::nothing_to_undo),
    Command::new(Id::Redo, "redo", "Redo what was undone.", &["ctrl-r"], In::PLACES).unless(reasons::nothing_to_redo),
    Command::new(
        Id::Save,
        "save",
        "Save the profile; comments and order in the file are kept.",
        &["ctrl-s"],
        In::PLACES,
    )
    .footer(11)
    .unless(reasons::nothing_open),
    Command::new(Id::SaveAs, "save as", "Save the profile under another name.", &["S"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(
        Id::Open,
        "open another",
        "Go to the start place: open a profile, a source and a target, or the demo.",
        &["ctrl-o"],
        In::PLACES,
    ),
    Command::new(Id::Copy, "copy", "Send the selected value to the terminal's clipboard.", &["y"], In::LISTS)
        .unless(reasons::nothing_to_copy),
    Command::new(
        Id::Apply,
        "apply",
        "Put the expression into the profile and close the editor.",
        &["ctrl-s"],
        In::EDITOR,
    )
    .footer(1),
    Command::new(Id::Complete, "complete", "Take the completion that is shown.", &["tab"], In::EDITOR).footer(2),
    Command::new(
        Id::NextRecord,
        "next record",
        "Show the next record of the sample.",
        &["pagedown", "alt-n"],
        In::EDITOR,
    )
    .footer(3),
    Command::new(
        Id::PreviousRecord,
        "previous record",
        "Show the previous record of the sample.",
        &["pageup", "alt-p"],
        In::EDITOR,
    ),
    Command::new(Id::NextFailing, "next failing", "Show the next record that fails.", &["ctrl-n"], In::EDITOR)
        .footer(4),
    Command::new(
        Id::Back,
        "back",
        "Close what is on top; in a filtered list, show every row again.",
        &["esc"],
        In::ALL,
    )
    .footer(13),
    Command::new(Id::Palette, "commands", "Find any command by name and run it.", &["ctrl-p", ":"], In::LISTS)
        .footer(14),
    Command::new(
        Id::Help,
        "help",
        "List every command with its keys; Enter runs the selected one.",
        &["?", "f1"],
        In::LISTS,
    )
    .footer(15),
    Command::new(Id::Theme, "theme", "Change the theme: dark, light, high contrast, no colour.", &["T"], In::PLACES),
    Command::new(Id::Ascii, "ASCII", "Draw frames and marks with ASCII only, or with line glyphs.", &[], In::PLACES),
    Command::new(
        Id::MouseToggle,
        "mouse",
        "Release the mouse, so that the terminal can select text; again takes it back.",
        &["m"],
        In::PLACES,
    ),
    Command::new(Id::Redraw, "redraw", "Draw the whole screen anew.", &["ctrl-l"], In::ALL),
    Command::new(Id::Suspend, "suspend", "Go back to the shell; `fg` returns here.", &["ctrl-z"], In::ALL),
    Command::new(
        Id::Quit,
        "quit",
        "Quit; unsaved changes are kept as a draft and offered next time.",
        &["q"],
        In::PLACES,
    )
    .footer(16),
];

#[cfg(test)]
mod tests {
    use super::super::key;
    use super::*;

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
