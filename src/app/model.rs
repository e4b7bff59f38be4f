//! Everything the screen shows, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use super::bindings::Bindings;
use super::commands::Id;
use super::context::Context;
use super::key::Chord;
use super::overlay::Overlay;
use super::pane::{ListPane, PaneId};
use super::places::data::DataPlace;
use super::places::map::MapPlace;
use super::places::preview::PreviewPlace;
use super::places::report::ReportPlace;
use super::places::run::RunPlace;
use super::places::start::StartPlace;
use super::{Draft, Looks, Project};

/// The places; 1 to 5 are on the keys of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    #[default]
    Start,
    Data,
    Map,
    Preview,
    Run,
    Report,
}

impl Place {
    /// Those with a number.
    pub const NUMBERED: [Place; 5] = [Place::Data, Place::Map, Place::Preview, Place::Run, Place::Report];

    pub fn title(self) -> &'static str {
        self.context().title()
    }

    pub fn context(self) -> Context {
        match self {
            Place::Start => Context::Start,
            Place::Data => Context::Data,
            Place::Map => Context::Map,
            Place::Preview => Context::Preview,
            Place::Run => Context::Run,
            Place::Report => Context::Report,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Note,
    Bad,
}

/// A line that tells what just happened, for a few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub text: String,
    pub tone: Tone,
    pub until: Duration,
}

/// How long a toast stays.
const TOAST: Duration = Duration::from_secs(6);
/// Work that is quicker than this shows no spinner.
const PATIENCE: Duration = Duration::from_millis(150);
/// A spinner's step.
const SPIN: Duration = Duration::from_millis(100);
/// The draft is written so long after a change.
pub(super) const DRAFT_AFTER: Duration = Duration::from_millis(800);

/// Work that goes on behind the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    pub what: &'static str,
    pub since: Duration,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub width: u16,
    pub height: u16,
    /// Time since the start.
    pub now: Duration,
    /// Something changed since the last draw.
    pub dirty: bool,
    /// Whether the program takes the mouse.
    pub mouse: bool,
    pub looks: Looks,
    /// What the user's file says about keys, and what is wrong with it.
    pub bindings: Arc<Bindings>,
    pub key_problems: Vec<String>,
    /// The station of the tour, and whether it begins when the demo is open.
    pub tour: Option<usize>,
    pub tour_wanted: bool,
    /// The command that was run last.
    pub last: Option<Id>,
    pub place: Place,
    pub overlays: Vec<Overlay>,
    /// The pane whose filter is being typed.
    pub filtering: Option<PaneId>,
    /// Keys of a sequence that is not complete.
    pub pending: Vec<Chord>,
    pub toast: Option<Toast>,
    pub busy: Vec<Busy>,
    pub project: Option<Project>,
    pub start: StartPlace,
    pub data: DataPlace,
    pub map: MapPlace,
    pub preview: PreviewPlace,
    pub run: RunPlace,
    pub report: ReportPlace,
    /// Counts projects opened and their changes; never goes back.
    /// A test asked for a panic on a worker thread by F12.
    pub panic_key: bool,
    pub(super) revisions: u64,
    pub(super) draft_due: Option<Duration>,
}

impl Model {
    pub fn new(looks: Looks) -> Model {
        Model { looks, mouse: true, dirty: true, width: 80, height: 24, ..Model::default() }
    }

    /// Where keys land.
    pub fn context(&self) -> Context {
        if self.filtering.is_some() {
            return Context::Filter;
        }
        self.overlays.last().map_or(self.place.context(), Overlay::context)
    }

    /// The list that has the focus.
    pub fn focus(&self) -> PaneId {
        match self.overlays.last() {
            Some(_) => PaneId::Top,
            None => self.place_focus(),
        }
    }

    /// The list that has the focus in the place, whatever lies on top.
    pub fn place_focus(&self) -> PaneId {
        match self.place {
            Place::Start => PaneId::Start,
            Place::Data => self.data.focus,
            Place::Map => self.map.focus,
            Place::Preview => self.preview.focus,
            Place::Run => PaneId::RunRejects,
            Place::Report => self.report.focus,
        }
    }

    pub fn pane(&self, id: PaneId) -> Option<&ListPane> {
        match id {
            PaneId::Start => Some(&self.start.pane),
            PaneId::Objects => Some(&self.data.objects),
            PaneId::Fields => Some(&self.data.fields),
            PaneId::Records => Some(&self.data.records),
            PaneId::Sources => Some(&self.map.source_pane),
            PaneId::Targets => Some(&self.map.target_pane),
            PaneId::PreviewRecords => Some(&self.preview.records),
            PaneId::PreviewFields => Some(&self.preview.fields),
            PaneId::PreviewReasons => Some(&self.preview.reasons),
            PaneId::RunRejects => Some(&self.run.pane),
            PaneId::ReportFields => Some(&self.report.fields),
            PaneId::ReportReasons => Some(&self.report.reasons),
            PaneId::Top => self.overlays.last()?.pane(),
        }
    }

    pub fn pane_mut(&mut self, id: PaneId) -> Option<&mut ListPane> {
        match id {
            PaneId::Start => Some(&mut self.start.pane),
            PaneId::Objects => Some(&mut self.data.objects),
            PaneId::Fields => Some(&mut self.data.fields),
            PaneId::Records => Some(&mut self.data.records),
            PaneId::Sources => Some(&mut self.map.source_pane),
            PaneId::Targets => Some(&mut self.map.target_pane),
            PaneId::PreviewRecords => Some(&mut self.preview.records),
            PaneId::PreviewFields => Some(&mut self.preview.fields),
            PaneId::PreviewReasons => Some(&mut self.preview.reasons),
            PaneId::RunRejects => Some(&mut self.run.pane),
            PaneId::ReportFields => Some(&mut self.report.fields),
            PaneId::ReportReasons => Some(&mut self.report.reasons),
            PaneId::Top => self.overlays.last_mut()?.pane_mut(),
        }
    }

    /// The shown rows of a list: positions in what it lists, filtered and ordered.
    pub fn rows(&self, id: PaneId) -> Vec<usize> {
        use super::places::{data, map, preview, report, run, start};
        match id {
            PaneId::Start => start::rows(self),
            PaneId::Objects | PaneId::Fields | PaneId::Records => data::rows(self, id),
            PaneId::Sources | PaneId::Targets => map::rows(self, id),
            PaneId::PreviewRecords | PaneId::PreviewFields | PaneId::PreviewReasons => preview::rows(self, id),
            PaneId::RunRejects => run::rows(self),
            PaneId::ReportFields | PaneId::ReportReasons => report::rows(self, id),
            PaneId::Top => super::places::top::rows(self),
        }
    }

    /// How many rows a list shows; the record table knows without listing a million positions.
    pub fn row_count(&self, id: PaneId) -> usize {
        match id {
            PaneId::Records => self.data.record_count(self) as usize,
            id => self.rows(id).len(),
        }
    }

    /// What is selected in a list: its position in what the list shows all of.
    pub fn selected(&self, id: PaneId) -> Option<usize> {
        let pane = self.pane(id)?;
        match id {
            PaneId::Records => (pane.list.selected < self.row_count(id)).then_some(pane.list.selected),
            id => self.rows(id).get(pane.list.selected).copied(),
        }
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), tone, until: self.now + TOAST });
    }

    /// Marks work as begun; a spinner shows after a moment.
    pub fn begin(&mut self, what: &'static str) {
        self.end(what);
        self.busy.push(Busy { what, since: self.now });
    }

    pub fn end(&mut self, what: &'static str) {
        self.busy.retain(|busy| busy.what != what);
    }

    /// The work to show a spinner for, and the spinner's step.
    pub fn spinner(&self) -> Option<(&'static str, usize)> {
        let busy = self.busy.iter().find(|busy| self.now.saturating_sub(busy.since) >= PATIENCE)?;
        let step = self.now.saturating_sub(busy.since).as_millis() / SPIN.as_millis();
        Some((busy.what, step as usize))
    }

    /// When time alone changes something on the screen; nothing where it does not.
    pub fn deadline(&self) -> Option<Duration> {
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let spinner = self.busy.iter().map(|busy| {
            let shown = busy.since + PATIENCE;
            if self.now < shown { shown } else { self.now + SPIN }
        });
        toast.into_iter().chain(spinner).chain(self.draft_due).chain(self.run.deadline(self.now)).min()
    }

    /// Changes whenever the draft may have.
    pub fn revision(&self) -> u64 {
        self.revisions
    }

    /// The unsaved profile and where its draft goes.
    pub fn draft(&self) -> Option<Draft> {
        self.project.as_ref().and_then(Project::draft)
    }

    /// What the copy command would send.
    pub fn copyable(&self) -> Option<String> {
        use super::places::{data, map, preview, report, run, top};
        if let Some(overlay) = self.overlays.last() {
            return top::copyable(self, overlay);
        }
        match self.place {
            Place::Start => None,
            Place::Data => data::copyable(self),
            Place::Map => map::copyable(self),
            Place::Preview => preview::copyable(self),
            Place::Run => run::copyable(self),
            Place::Report => report::copyable(self),
        }
    }
}
