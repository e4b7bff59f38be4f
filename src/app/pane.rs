//! Panes: the lists that take the focus.

use super::Entry;
use super::list::ListState;

/// Names a list on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaneId {
    Start,
    Objects,
    Fields,
    Records,
    Sources,
    Targets,
    PreviewRecords,
    PreviewFields,
    PreviewReasons,
    RunRejects,
    ReportFields,
    ReportReasons,
    /// The list of whatever lies on top.
    Top,
}

/// A list's selection, and the filter over it.
#[derive(Debug, Clone, Default)]
pub struct ListPane {
    pub list: ListState,
    pub filter: Entry,
}

impl ListPane {
    pub fn filtered(&self) -> bool {
        !self.filter.text().trim().is_empty()
    }
}
