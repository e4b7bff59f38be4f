//! The parallel pipeline: read -> decode -> number -> plan -> settle -> commit.
//!
//! Each worker carries one chunk through all stages. Reading, numbering, settling and committing are turns taken in
//! source order; decoding and planning go on side by side. So the order of the output never depends on threads or on
//! the size of chunks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::merging;
use super::plan::{Plan, PlanScratch};
use super::turn::{Closed, Turn};
use super::work::{Depth, Work};
use crate::connect::{ConnectError, Decoder, Encoder, ErrorKind, Reader};
use crate::dedupe::Patches;

/// What stopped a pass before the end of the source.
#[derive(Debug)]
pub(super) enum Stop {
    /// The stage has what it needs (a limit, a threshold).
    Enough,
    /// The operator cancelled while the stage was at work; the chunk was not settled.
    Cancelled,
    Error(ConnectError),
}

/// The ordered stages of a pass. Both are entered in source order, never at once with themselves.
pub(super) trait Stages: Send {
    /// Settles the chunk's records. May truncate the work; then the plan is run over the rest again.
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop>;
}

/// What settling says about the chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Whole,
    /// Only so many records count; reading ends here.
    Cut(usize),
}

/// The last stage, entered in source order after settling.
pub(super) trait Commit: Send {
    fn commit(&mut self, work: &mut Work) -> Result<(), Stop>;
}

/// Settings of a pass.
pub(super) struct Pass<'a> {
    pub plan: &'a Plan,
    pub threads: usize,
    /// Read no more than so many records.
    pub limit: Option<u64>,
    pub encoder: Option<&'a dyn Encoder>,
    /// What merged records take over from their duplicates.
    pub patches: Option<&'a Patches>,
    /// False for a survey, which needs keys only.
    pub full: bool,
    pub cancel: &'a AtomicBool,
    /// Work done between settling and committing, on any thread (rendering rejects).
    pub between: &'a (dyn Fn(&mut Work) + Sync),
    /// Records and lines before the first chunk, when a run is continued.
    pub base: (u64, u64),
}

/// How a pass ended.
#[derive(Debug)]
pub(super) enum Ended {
    AtTheEnd,
    /// A stage had enough, or the limit was reached.
    Early,
    Cancelled,
    Failed(ConnectError),
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Ended {
        match stop {
            Stop::Enough => Ended::Early,
            Stop::Cancelled => Ended::Cancelled,
            Stop::Error(error) => Ended::Failed(error),
        }
    }
}

struct Input {
    reader: Box<dyn Reader>,
    next: u64,
    over: bool,
}

/// A chunk's place in the order and what decodes it.
type Taken = (u64, Arc<dyn Decoder>);

struct Numbering {
    records: u64,
    lines: u64,
    over: bool,
}

struct Shared<'a, S, C> {
    pass: &'a Pass<'a>,
    input: Mutex<Input>,
    numbering: Turn<Numbering>,
    settle: Turn<S>,
    commit: Turn<C>,
    enough: AtomicBool,
    cancelled: AtomicBool,
    failure: Mutex<Option<ConnectError>>,
}

/// Runs a pass over `reader` and gives the stages back.
pub(super) fn run<S: Stages, C: Commit>(
    reader: Box<dyn Reader>,
    pass: &Pass<'_>,
    settle: S,
    commit: C,
) -> (Ended, S, C) {
    let shared = Shared {
        pass,
        input: Mutex::new(Input { reader, next: 0, over: false }),
        numbering: Turn::new(Numbering { records: pass.base.0, lines: pass.base.1, over: false }),
        settle: Turn::new(settle),
        commit: Turn::new(commit),
        enough: AtomicBool::new(false),
        cancelled: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    std::thread::scope(|scope| {
        for _ in 1..pass.threads.max(1) {
            scope.spawn(|| shared.work());
        }
        shared.work();
    });
    let at_the_end = shared.input.lock().map_or(true, |input| input.over);
    let failure = shared.failure.into_inner().unwrap_or_else(PoisonError::into_inner);
    let ended = match failure {
        Some(error) => Ended::Failed(error),
        None if shared.cancelled.into_inner() => Ended::Cancelled,
        None if pass.cancel.load(Ordering::Relaxed) && !at_the_end => Ended::Cancelled,
        None if shared.enough.into_inner() => Ended::Early,
        None => Ended::AtTheEnd,
    };
    (ended, shared.settle.into_inner(), shared.commit.into_inner())
}

impl<S: Stages, C: Commit> Shared<'_, S, C> {
    /// One worker: chunks until the end, an error, or a panic, which counts as an error of the program.
    fn work(&self) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut work = Work::default();
            let mut scratch = self.pass.plan.scratch();
            while self.one(&mut work, &mut scratch)? {}
            Ok::<(), Closed>(())
        }));
        if let Err(panic) = outcome {
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            let what = format!("a worker stopped on an error of mapwright itself: {}", words.unwrap_or_default());
            self.fail(ConnectError::new(
                ErrorKind::Io,
                "run",
                what,
                "Nothing more was written; please report it with the run folder.",
            ));
        }
    }

    fn one(&self, work: &mut Work, scratch: &mut PlanScratch) -> Result<bool, Closed> {
        let Some((sequence, decoder)) = self.read(work)? else { return Ok(false) };
        if let Err(error) = decoder.decode(&mut work.chunk, &mut work.batch) {
            self.fail(error);
            return Err(Closed);
        }
        self.numbering.take(sequence, |numbering| self.number(numbering, work))?;
        let depth = if self.pass.full { Depth::Full(self.pass.encoder) } else { Depth::Keys };
        self.plan(work, scratch, depth)?;
        let settled = self.settle.take(sequence, |settle| settle.settle(work))?;
        match settled {
            Ok(Settled::Whole) => {}
            Ok(Settled::Cut(records)) => {
                self.enough.store(true, Ordering::Relaxed);
                // The tally must not know the records beyond the cut. What settling decided stays.
                let (planned, keep) = (work.planned[..records].to_vec(), std::mem::take(&mut work.keep));
                work.truncate(records);
                self.pass.plan.forget(scratch);
                self.plan(work, scratch, depth)?;
                work.planned = planned;
                work.keep = keep;
                work.keep.truncate(work.planned.iter().filter(|planned| planned.was_valid()).count());
            }
            Err(stop) => return self.stop(stop),
        }
        (self.pass.between)(work);
        match self.commit.take(sequence, |commit| commit.commit(work))? {
            Ok(()) => Ok(true),
            Err(stop) => self.stop(stop),
        }
    }

    /// Runs the plan over the chunk, and merges duplicates into the records that stay.
    fn plan(&self, work: &mut Work, scratch: &mut PlanScratch, depth: Depth<'_>) -> Result<(), Closed> {
        work.run(self.pass.plan, scratch, depth);
        let Some(patches) = self.pass.patches else { return Ok(()) };
        merging::merge(work, patches, self.pass.plan, scratch, depth).map_err(|error| {
            self.fail(error);
            Closed
        })
    }

    /// The next chunk and its place in the order; `None` at the end.
    fn read(&self, work: &mut Work) -> Result<Option<Taken>, Closed> {
        let mut input = self.input.lock().map_err(|_| Closed)?;
        if input.over || self.enough.load(Ordering::Relaxed) || self.pass.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match input.reader.next(&mut work.chunk) {
            Ok(true) => {
                let sequence = input.next;
                input.next += 1;
                Ok(Some((sequence, input.reader.decoder())))
            }
            Ok(false) => {
                input.over = true;
                Ok(None)
            }
            Err(error) => {
                input.over = true;
                drop(input);
                self.fail(error);
                Err(Closed)
            }
        }
    }

    fn number(&self, numbering: &mut Numbering, work: &mut Work) {
        if numbering.over {
            // Beyond the limit: as if it had not been read.
            work.truncate(0);
            work.chunk.source_bytes = 0;
        }
        work.number(numbering.records, numbering.lines);
        if let Some(limit) = self.pass.limit {
            let room = limit.saturating_sub(numbering.records);
            if (work.batch.len() as u64) >= room {
                work.truncate(room as usize);
                numbering.over = true;
                self.enough.store(true, Ordering::Relaxed);
            }
        }
        numbering.records += work.batch.len() as u64;
        numbering.lines += work.chunk.lines;
    }

    fn stop(&self, stop: Stop) -> Result<bool, Closed> {
        match stop {
            Stop::Enough => self.enough.store(true, Ordering::Relaxed),
            Stop::Cancelled => {
                self.cancelled.store(true, Ordering::Relaxed);
                self.enough.store(true, Ordering::Relaxed);
            }
            Stop::Error(error) => self.fail(error),
        }
        Err(Closed)
    }

    /// Keeps the first error and turns everyone away.
    fn fail(&self, error: ConnectError) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.numbering.close();
        self.settle.close();
        self.commit.close();
        if let Ok(mut input) = self.input.lock() {
            input.over = true;
        }
    }
}
