//! Where keys land: a place, or what lies on top of it.

/// Where a key press is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    Start,
    Data,
    Map,
    Preview,
    Run,
    Report,
    /// Typing into a list's filter.
    Filter,
    /// Command palette and help: a query above a list.
    Finder,
    /// Files and folders to pick from.
    Picker,
    /// One line of text that something waits for.
    Prompt,
    Candidates,
    Editor,
    /// Bulk accept: a threshold and what it would change.
    Bulk,
    Confirm,
    /// A page of text or figures to read.
    Sheet,
    /// A list to choose from.
    Chooser,
    // Boards.
    History,
    Changes,
    Values,
    Groups,
    Twins,
    Compare,
    Fixes,
    Records,
    Lineage,
    Drift,
    Frequent,
    Runs,
    Reading,
    Forecast,
}

impl Context {
    /// Whether letters are text here and not commands.
    pub fn takes_text(self) -> bool {
        matches!(self, Context::Filter | Context::Finder | Context::Picker | Context::Prompt | Context::Editor)
    }

    /// The heading in help.
    pub fn title(self) -> &'static str {
        match self {
            Context::Start => "Start",
            Context::Data => "Data",
            Context::Map => "Map",
            Context::Preview => "Preview",
            Context::Run => "Run",
            Context::Report => "Report",
            Context::Filter => "Filter",
            Context::Finder => "Find",
            Context::Picker => "Pick",
            Context::Prompt => "Prompt",
            Context::Candidates => "Candidates",
            Context::Editor => "Editor",
            Context::Bulk => "Accept all",
            Context::Confirm => "Confirm",
            Context::Sheet => "Details",
            Context::Chooser => "Choose",
            Context::History => "History",
            Context::Changes => "Changes",
            Context::Values => "Values",
            Context::Groups => "Variants",
            Context::Twins => "Duplicates",
            Context::Compare => "Side by side",
            Context::Fixes => "Rejects",
            Context::Records => "Records",
            Context::Lineage => "Lineage",
            Context::Drift => "Drift",
            Context::Frequent => "Statistics",
            Context::Runs => "Runs",
            Context::Reading => "Reading",
            Context::Forecast => "Forecast",
        }
    }
}

/// A set of contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contexts(u32);

impl Contexts {
    pub const NONE: Contexts = Contexts(0);
    pub const START: Contexts = Contexts::of(Context::Start);
    pub const DATA: Contexts = Contexts::of(Context::Data);
    pub const MAP: Contexts = Contexts::of(Context::Map);
    pub const PREVIEW: Contexts = Contexts::of(Context::Preview);
    pub const RUN: Contexts = Contexts::of(Context::Run);
    pub const REPORT: Contexts = Contexts::of(Context::Report);
    pub const CANDIDATES: Contexts = Contexts::of(Context::Candidates);
    pub const EDITOR: Contexts = Contexts::of(Context::Editor);
    pub const BULK: Contexts = Contexts::of(Context::Bulk);
    pub const PROMPT: Contexts = Contexts::of(Context::Prompt);
    pub const CONFIRM: Contexts = Contexts::of(Context::Confirm);
    /// The places themselves.
    pub const PLACES: Contexts = Contexts::START.or(Contexts::OPENED);
    /// The places that show what is open.
    pub const OPENED: Contexts =
        Contexts::DATA.or(Contexts::MAP).or(Contexts::PREVIEW).or(Contexts::RUN).or(Contexts::REPORT);
    pub const HISTORY: Contexts = Contexts::of(Context::History);
    pub const CHANGES: Contexts = Contexts::of(Context::Changes);
    pub const VALUES: Contexts = Contexts::of(Context::Values);
    pub const GROUPS: Contexts = Contexts::of(Context::Groups);
    pub const TWINS: Contexts = Contexts::of(Context::Twins);
    pub const COMPARE: Contexts = Contexts::of(Context::Compare);
    pub const FIXES: Contexts = Contexts::of(Context::Fixes);
    pub const RECORDS: Contexts = Contexts::of(Context::Records);
    pub const LINEAGE: Contexts = Contexts::of(Context::Lineage);
    pub const DRIFT: Contexts = Contexts::of(Context::Drift);
    pub const RUNS: Contexts = Contexts::of(Context::Runs);
    /// Tables that lie on top.
    pub const BOARDS: Contexts = Contexts::HISTORY
        .or(Contexts::CHANGES)
        .or(Contexts::VALUES)
        .or(Contexts::GROUPS)
        .or(Contexts::TWINS)
        .or(Contexts::COMPARE)
        .or(Contexts::FIXES)
        .or(Contexts::RECORDS)
        .or(Contexts::LINEAGE)
        .or(Contexts::DRIFT)
        .or(Contexts::RUNS)
        .or(Contexts::of(Context::Frequent))
        .or(Contexts::of(Context::Reading))
        .or(Contexts::of(Context::Forecast));
    /// Wherever rows are moved through by letters and arrows.
    pub const LISTS: Contexts = Contexts::PLACES
        .or(Contexts::CANDIDATES)
        .or(Contexts::BULK)
        .or(Contexts::BOARDS)
        .or(Contexts::of(Context::Sheet))
        .or(Contexts::of(Context::Chooser))
        .or(Contexts::CONFIRM);
    /// Typing a query above a list.
    pub const TYPING: Contexts =
        Contexts::of(Context::Finder).or(Contexts::of(Context::Picker)).or(Contexts::of(Context::Filter));
    pub const ALL: Contexts = Contexts(u32::MAX);

    pub const fn of(context: Context) -> Contexts {
        Contexts(1 << context as u32)
    }

    pub const fn or(self, other: Contexts) -> Contexts {
        Contexts(self.0 | other.0)
    }

    pub const fn has(self, context: Context) -> bool {
        self.0 & (1 << context as u32) != 0
    }

    pub const fn meets(self, other: Contexts) -> bool {
        self.0 & other.0 != 0
    }
}
