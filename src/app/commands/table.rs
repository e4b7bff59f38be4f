//! Every command, in the order of help.

use super::{Command, Id};
use crate::app::context::Contexts as In;
use crate::app::reasons;

/// All commands, in the order of help.
pub static COMMANDS: &[Command] = &[
    Command::new(
        Id::PlaceData,
        "Data",
        "Go to the source and the target: objects, fields, statistics, records.",
        &["1", "g d"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::PlaceMap,
        "Map",
        "Go to the map: source fields, target fields, and the links between them.",
        &["2", "g m"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::PlacePreview,
        "Preview",
        "Go to the preview: records before and after, rejects first.",
        &["3", "g p"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(Id::PlaceRun, "Run", "Go to the run: dry run, progress, rejects as they happen.", &["4", "g r"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(Id::PlaceReport, "Report", "Go to the report: ledger, measures, reasons.", &["5", "g t"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(
        Id::Choose,
        "open",
        "Open what is selected: an object, ranked candidates, the records behind a figure.",
        &["enter"],
        In::LISTS.or(In::TYPING).or(In::PROMPT),
    )
    .footer(1)
    .unless(reasons::nothing_to_open),
    Command::new(
        Id::Accept,
        "accept",
        "Accept the suggestion for the selected target field or value; in the drift rebind what is marked.",
        &["a"],
        In::MAP.or(In::CANDIDATES).or(In::VALUES).or(In::DRIFT),
    )
    .footer(2)
    .unless(reasons::no_suggestion),
    Command::new(
        Id::Reject,
        "reject",
        "Reject the suggestion, the field is left open; in the values take the pair away, in the changes take one back.",
        &["x"],
        In::MAP.or(In::VALUES).or(In::CHANGES),
    )
    .footer(3)
        .unless(reasons::no_suggestion),
    Command::new(
        Id::Edit,
        "edit",
        "Edit the expression of the selected target field, with results on real records.",
        &["e"],
        In::MAP.or(In::PREVIEW).or(In::CANDIDATES).or(In::FIXES),
    )
    .footer(4)
    .unless(reasons::no_target_field),
    Command::new(
        Id::NextOpen,
        "next open",
        "Go to the next field that needs a decision; in the preview to the next reject.",
        &["]"],
        In::MAP.or(In::PREVIEW).or(In::VALUES),
    )
    .footer(5),
    Command::new(
        Id::PreviousOpen,
        "previous open",
        "Go to the previous field that needs a decision; in the preview to the previous reject.",
        &["["],
        In::MAP.or(In::PREVIEW).or(In::VALUES),
    ),
    Command::new(
        Id::BulkAccept,
        "accept all",
        "Accept every suggestion above a threshold; shows how many and which first.",
        &["A"],
        In::MAP.or(In::VALUES),
    )
    .footer(6)
    .unless(reasons::no_suggestions),
    Command::new(
        Id::Mark,
        "mark",
        "Mark the selected target field; accept and reject then act on all marked fields. In the drift mark a renaming.",
        &["space"],
        In::MAP.or(In::DRIFT),
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
        Id::Values,
        "values",
        "Map the values of the selected field: those of the source with their counts, against those that the target takes.",
        &["w"],
        In::MAP.or(In::PREVIEW),
    )
    .footer(6)
    .unless(reasons::no_mapped_field),
    Command::new(
        Id::Groups,
        "variants",
        "Group the values of the selected field that are variants of one another, from strict to lax; Enter merges a group.",
        &["C"],
        In::MAP.or(In::PREVIEW),
    )
    .unless(reasons::no_mapped_field),
    Command::new(
        Id::Survivor,
        "survivor",
        "Choose the value that a group of variants becomes, or which of several duplicates stays.",
        &["s"],
        In::GROUPS.or(In::TWINS).or(In::COMPARE),
    )
    .footer(2)
    .unless(reasons::no_row),
    Command::new(
        Id::Twins,
        "duplicates",
        "Show records that are one, side by side, with the one that stays and why.",
        &["D"],
        In::PREVIEW,
    )
    .footer(7)
    .unless(reasons::nothing_open),
    Command::new(
        Id::DuplicateKey,
        "key",
        "Choose the target field that tells which records are one.",
        &["K"],
        In::TWINS,
    )
    .footer(3),
    Command::new(
        Id::Lineage,
        "lineage",
        "Show where the values of the selected record come from: source file and line, every step, checks, fate.",
        &["L"],
        In::DATA.or(In::PREVIEW).or(In::REPORT).or(In::RECORDS),
    )
    .footer(8)
    .unless(reasons::nothing_to_follow),
    Command::new(
        Id::Frequent,
        "statistics",
        "List a source field's values, patterns and extremes; Enter opens the records behind one.",
        &["F"],
        In::DATA.or(In::MAP),
    )
    .footer(9)
    .unless(reasons::nothing_open),
    Command::new(
        Id::Drift,
        "drift",
        "Show what has changed in the source since the profile was made for it, and rebind what was renamed.",
        &["ctrl-d"],
        In::DATA.or(In::MAP),
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::Reading,
        "reading",
        "Show how the source is read and why: format, delimiter, quote, encoding, header; each can be corrected.",
        &["r"],
        In::DATA,
    )
    .footer(6)
    .unless(reasons::nothing_open),
    Command::new(
        Id::Browse,
        "browse",
        "Pick a file, a folder or a template from a list.",
        &["tab"],
        In::PROMPT,
    )
    .footer(2)
    .unless(reasons::no_file_wanted),
    Command::new(
        Id::Tour,
        "tour",
        "Begin a tour of two minutes (on the demo, where nothing is open), or go on with it.",
        &["f2"],
        In::ALL,
    ),
    Command::new(
        Id::Fixes,
        "mend rejects",
        "Group the rejects by reason and value; a fix made once becomes a step of the profile.",
        &["f"],
        In::REPORT,
    )
    .footer(2)
    .unless(reasons::no_rejects),
    Command::new(
        Id::RunAgain,
        "run again",
        "Run only the rejected records again, after a confirmation.",
        &["r"],
        In::FIXES,
    )
    .footer(2)
    .unless(reasons::no_row),
    Command::new(
        Id::Runs,
        "runs",
        "List the runs of the profile's folder; Enter follows a running one or opens a report.",
        &["b"],
        In::RUN.or(In::REPORT),
    )
    .footer(4)
    .unless(reasons::nothing_open),
    Command::new(
        Id::Pause,
        "pause",
        "Let the run pause where it is, or go on.",
        &["p"],
        In::RUN,
    )
    .footer(3)
    .unless(reasons::nothing_runs),
    Command::new(
        Id::Resume,
        "finish run",
        "Finish the run that was cancelled or cut off: what it wrote stays, the rest follows.",
        &["r"],
        In::RUN,
    )
    .footer(2)
    .unless(reasons::nothing_to_finish),
    Command::new(
        Id::Otherwise,
        "otherwise",
        "Change what becomes of values without a pair: they stay, reject their records, or become empty.",
        &["o"],
        In::VALUES,
    )
    .footer(8),
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
        Id::Forecast,
        "forecast",
        "Tell what a run would create, update, leave alone and reject, each with its records; a database is rehearsed on a copy.",
        &["f"],
        In::RUN,
    )
    .footer(1)
    .unless(reasons::cannot_run),
    Command::new(
        Id::DryRun,
        "dry run",
        "Run without a target, with a report: what would be written and rejected. Writes nothing to the target.",
        &["d"],
        In::RUN,
    )
    .footer(2)
    .unless(reasons::cannot_run),
    Command::new(Id::Run, "run", "Run the profile against the target, after a confirmation.", &["R"], In::OPENED)
        .footer(9)
        .unless(reasons::cannot_run),
    Command::new(
        Id::Cancel,
        "cancel",
        "Cancel what is running at the next safe point; where nothing runs, quit.",
        &["ctrl-c"],
        In::ALL,
    ),
    Command::new(Id::NextPane, "next pane", "Move to the next pane.", &["tab"], In::PLACES.or(In::CONFIRM).or(In::CHANGES)).footer(12).unless(reasons::one_pane),
    Command::new(
        Id::PreviousPane,
        "previous pane",
        "Move to the previous pane.",
        &["shift-tab"],
        In::PLACES.or(In::CONFIRM).or(In::CHANGES),
    ),
    Command::new(Id::Down, "down", "Move down.", &["j", "down"], In::LISTS),
    Command::new(Id::Up, "up", "Move up.", &["k", "up"], In::LISTS),
    Command::new(Id::Left, "left", "Move left; in the map to the source.", &["h", "left"], In::LISTS),
    Command::new(Id::Right, "right", "Move right; in the map to the target.", &["l", "right"], In::LISTS),
    Command::new(Id::PageDown, "page down", "Move a page down.", &["pagedown", "ctrl-f"], In::LISTS.or(In::TYPING)),
    Command::new(Id::PageUp, "page up", "Move a page up.", &["pageup", "ctrl-b"], In::LISTS.or(In::TYPING)),
    Command::new(Id::First, "first", "Go to the first row.", &["g g", "home"], In::LISTS),
    Command::new(Id::Last, "last", "Go to the last row.", &["G", "end", "g e"], In::LISTS),
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
    Command::new(
        Id::Undo,
        "undo",
        "Undo the last change of the profile.",
        &["u"],
        In::PLACES.or(In::HISTORY).or(In::VALUES),
    )
    .unless(reasons::nothing_to_undo),
    Command::new(
        Id::Redo,
        "redo",
        "Redo what was undone.",
        &["ctrl-r"],
        In::PLACES.or(In::HISTORY).or(In::VALUES),
    )
    .unless(reasons::nothing_to_redo),
    Command::new(
        Id::History,
        "history",
        "List every change since the profile was opened; Enter goes back or forward to any of them.",
        &["U"],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::Differences,
        "changes",
        "Show what the profile says otherwise than when it was saved or run; any one of it can be taken back.",
        &["="],
        In::PLACES,
    )
    .unless(reasons::nothing_open),
    Command::new(
        Id::Save,
        "save",
        "Save the profile; comments and order in the file are kept.",
        &["ctrl-s"],
        In::OPENED,
    )
    .footer(11)
    .unless(reasons::nothing_open),
    Command::new(Id::SaveAs, "save as", "Save the profile under another name.", &["S"], In::PLACES)
        .unless(reasons::nothing_open),
    Command::new(
        Id::Open,
        "open another",
        "Go to the start place: open a profile, a source and a target, or the demo.",
        &["ctrl-o", "g s"],
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
    Command::new(Id::Complete, "complete", "Take the completion that is shown.", &["tab"], In::EDITOR)
        .footer(2)
        .unless(reasons::nothing_offered),
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
        Id::PreviousFailing,
        "previous failing",
        "Show the previous record that fails.",
        &["ctrl-p"],
        In::EDITOR,
    ),
    Command::new(
        Id::StepOff,
        "step off",
        "Switch off the step that the cursor stands in; it is kept and can be switched on again.",
        &["alt-o"],
        In::EDITOR,
    )
    .footer(5),
    Command::new(Id::StepOn, "step on", "Switch on the step that was switched off last.", &["alt-i"], In::EDITOR),
    Command::new(
        Id::StepEarlier,
        "step earlier",
        "Move the step that the cursor stands in before the step in front of it.",
        &["alt-left", "alt-h"],
        In::EDITOR,
    )
    .footer(6),
    Command::new(
        Id::StepLater,
        "step later",
        "Move the step that the cursor stands in behind the next step.",
        &["alt-right", "alt-l"],
        In::EDITOR,
    ),
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
