//! What lies on top of a place. The topmost one gets the keys.

use super::boards::Board;
use super::context::Context;
use super::editor::Editor;
use super::pane::ListPane;
use super::{Entry, Problem};

#[derive(Debug, Clone)]
pub enum Overlay {
    /// Every command that applies here, by name.
    Palette {
        query: Entry,
        pane: ListPane,
    },
    /// Every command there is, with its keys.
    Help {
        query: Entry,
        pane: ListPane,
    },
    /// Ranked source candidates of a target field (by its position in the target object).
    Candidates {
        target: usize,
        pane: ListPane,
    },
    Editor(Box<Editor>),
    Bulk(Bulk),
    Confirm(Confirm),
    Prompt(Prompt),
    Sheet(Sheet),
    Chooser(Chooser),
    Board(Box<Board>),
    /// Files and folders to pick from; the question that wants one lies below.
    Picker(Picker),
}

#[derive(Debug, Clone, Default)]
pub struct Picker {
    pub folder: std::path::PathBuf,
    pub entries: Vec<PickEntry>,
    pub query: Entry,
    pub pane: ListPane,
}

/// Something in a folder; the name of what lies deeper is its path from there, with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PickEntry {
    pub name: String,
    pub is_folder: bool,
    pub bytes: u64,
}

/// Bulk accept: a threshold, and what it would change.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// In percent.
    pub threshold: u8,
    pub pane: ListPane,
}

/// A question before something is written or lost. The cursor starts on "cancel".
#[derive(Debug, Clone)]
pub struct Confirm {
    pub title: String,
    /// What will happen, line by line.
    pub lines: Vec<String>,
    /// The word on the button that does it.
    pub verb: &'static str,
    pub action: ConfirmAction,
    pub on_verb: bool,
}

#[derive(Debug, Clone)]
pub enum ConfirmAction {
    Run,
    /// Run the rejects of an object of the report again.
    RunAgain {
        object: usize,
    },
    /// Overwrite a file that is not the profile's own.
    Overwrite(std::path::PathBuf),
    /// Take the draft; declined, it is dropped.
    TakeDraft(super::Draft),
}

/// One line of text that is waited for.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub title: &'static str,
    pub hint: &'static str,
    pub entry: Entry,
    pub purpose: PromptPurpose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptPurpose {
    OpenSource,
    /// The target for a source that was typed before.
    OpenTarget {
        source: String,
    },
    OpenProfile,
    SaveAs,
    Note {
        target: String,
    },
    /// What a source value becomes in a target field.
    Value {
        target: String,
        from: String,
    },
    /// What stands for a wrong source value: a step of the expression.
    Correct {
        target: String,
        from: String,
    },
    /// What fills an empty value: a step of the expression.
    Default {
        target: String,
    },
}

/// Lines to read.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub title: String,
    /// Label and text; an empty label continues, an empty text is a heading.
    pub lines: Vec<(String, String)>,
    pub pane: ListPane,
}

impl Sheet {
    pub fn of(problem: Problem) -> Sheet {
        let lines = problem.lines.into_iter().map(|line| (String::new(), line)).collect();
        Sheet { title: problem.title, lines, pane: ListPane::default() }
    }
}

/// A list to choose one from.
#[derive(Debug, Clone)]
pub struct Chooser {
    pub title: String,
    pub rows: Vec<String>,
    pub pane: ListPane,
    pub purpose: ChooserPurpose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChooserPurpose {
    /// Which object of the profile is on the screen.
    Pair,
    /// What a source value becomes; the value grid lies below.
    Value { from: String },
    /// What a group of variants becomes.
    Survivor { group: usize },
    /// The field that tells which records are one.
    DuplicateKey,
    /// What is done about a group of rejects.
    Fix { group: usize },
    /// What a lost field is called now.
    Rebind { line: usize },
    /// How the source is read: which of its settings.
    Reading { setting: usize },
}

impl Overlay {
    pub fn context(&self) -> Context {
        match self {
            Overlay::Palette { .. } | Overlay::Help { .. } => Context::Finder,
            Overlay::Picker(_) => Context::Picker,
            Overlay::Candidates { .. } => Context::Candidates,
            Overlay::Editor(_) => Context::Editor,
            Overlay::Bulk(_) => Context::Bulk,
            Overlay::Confirm(_) => Context::Confirm,
            Overlay::Prompt(_) => Context::Prompt,
            Overlay::Sheet(_) => Context::Sheet,
            Overlay::Chooser(_) => Context::Chooser,
            Overlay::Board(board) => board.context(),
        }
    }

    pub fn pane(&self) -> Option<&ListPane> {
        match self {
            Overlay::Palette { pane, .. } | Overlay::Help { pane, .. } | Overlay::Candidates { pane, .. } => Some(pane),
            Overlay::Bulk(bulk) => Some(&bulk.pane),
            Overlay::Sheet(sheet) => Some(&sheet.pane),
            Overlay::Chooser(chooser) => Some(&chooser.pane),
            Overlay::Board(board) => Some(&board.pane),
            Overlay::Picker(picker) => Some(&picker.pane),
            Overlay::Editor(_) | Overlay::Confirm(_) | Overlay::Prompt(_) => None,
        }
    }

    pub fn pane_mut(&mut self) -> Option<&mut ListPane> {
        match self {
            Overlay::Palette { pane, .. } | Overlay::Help { pane, .. } | Overlay::Candidates { pane, .. } => Some(pane),
            Overlay::Bulk(bulk) => Some(&mut bulk.pane),
            Overlay::Sheet(sheet) => Some(&mut sheet.pane),
            Overlay::Chooser(chooser) => Some(&mut chooser.pane),
            Overlay::Board(board) => Some(&mut board.pane),
            Overlay::Picker(picker) => Some(&mut picker.pane),
            Overlay::Editor(_) | Overlay::Confirm(_) | Overlay::Prompt(_) => None,
        }
    }

    /// The text field that letters go into.
    pub fn entry_mut(&mut self) -> Option<&mut Entry> {
        match self {
            Overlay::Palette { query, .. } | Overlay::Help { query, .. } => Some(query),
            Overlay::Prompt(prompt) => Some(&mut prompt.entry),
            Overlay::Picker(picker) => Some(&mut picker.query),
            _ => None,
        }
    }
}
