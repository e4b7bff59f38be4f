//! The last stage: rows to the sink, rejects to their file, counts to the ledger. Entered in source order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::checkpoints::{Checkpoints, Committed};
use super::codes::CodeId;
use super::event::{Finding, RunEvent};
use super::folder::PendingFile;
use super::ledger::{Fate, Ledger};
use super::links::Gathered;
use super::merging::patch_of;
use super::pipeline::{Commit, Stop};
use super::plan::{Plan, PlanScratch};
use super::rejects::RejectsForm;
use super::results::Results;
use super::settle::Dropped;
use super::tally::Tally;
use super::work::{Planned, Work};
use crate::connect::{Decoder, Outcomes, RowOutcome, Sink, TargetBatch, WriteFate};
use crate::record::Origin;
use crate::report::RateLog;

/// Time between two progress events.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// How many rejects are kept as samples for the report and told as events.
const SAMPLES: usize = 20;

/// Reasons that a progress event tells.
const TOLD_REASONS: usize = 12;

/// A reject as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub origin: Origin,
    pub findings: Vec<Finding>,
}

/// What a pass leaves behind.
pub(super) struct Committer<'a> {
    pub plan: &'a Plan,
    pub object: String,
    pub sink: Option<Box<dyn Sink>>,
    pub rejects: PendingFile,
    pub form: &'a RejectsForm,
    pub decoder: &'a dyn Decoder,
    pub emit: &'a (dyn Fn(RunEvent) + Sync),
    pub started: Instant,
    pub ledger: Ledger,
    pub tally: Tally,
    pub samples: Vec<Sample>,
    pub source_bytes: u64,
    pub clock: &'a Clock,
    /// Time in which the target took nothing: the waits of calls that failed in the end.
    pub unavailable: Duration,
    pub failed_reasons: Vec<(u64, String)>,
    /// What the reader noticed in records that are kept all the same, by code.
    pub kept_faults: BTreeMap<&'static str, KeptFault>,
    pub links: Gathered,
    /// What an earlier try of the run committed.
    pub committed: Committed,
    /// For targets that commit as they go.
    pub checkpoints: Option<Checkpoints>,
    /// Result files as other loaders write them, where they were asked for.
    pub results: Option<Results>,
    /// The target itself failed; what it had not committed is lost.
    pub target_failed: bool,
    scratch: PlanScratch,
    last_progress: Instant,
}

/// The run's clock and the bytes that moved at each time, over all its objects.
pub(super) struct Clock {
    started: Instant,
    moved: Mutex<Moved>,
}

#[derive(Default)]
struct Moved {
    log: RateLog,
    /// Bytes of the second under way, and the most of any whole second before.
    second: (u64, u64),
    peak: u64,
}

impl Clock {
    pub fn start() -> Clock {
        Clock { started: Instant::now(), moved: Mutex::default() }
    }

    fn add(&self, bytes: u64) {
        let at = self.started.elapsed();
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.log.add(at.as_secs_f64(), bytes);
        if moved.second.0 != at.as_secs() {
            moved.second = (at.as_secs(), 0);
        }
        moved.second.1 += bytes;
        moved.peak = moved.peak.max(moved.second.1);
    }

    /// Bytes per second over the run, and the most bytes of any one second.
    pub fn rates(&self) -> (Vec<f64>, u64) {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        (moved.log.rates(), moved.peak)
    }
}

impl<'a> Committer<'a> {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        plan: &'a Plan,
        object: &str,
        sink: Option<Box<dyn Sink>>,
        rejects: PendingFile,
        form: &'a RejectsForm,
        decoder: &'a dyn Decoder,
        emit: &'a (dyn Fn(RunEvent) + Sync),
        clock: &'a Clock,
    ) -> Committer<'a> {
        let now = Instant::now();
        Committer {
            plan,
            object: object.to_owned(),
            sink,
            rejects,
            form,
            decoder,
            emit,
            started: now,
            ledger: Ledger::default(),
            tally: Tally::new(plan.width()),
            samples: Vec::new(),
            source_bytes: 0,
            clock,
            unavailable: Duration::ZERO,
            failed_reasons: Vec::new(),
            kept_faults: BTreeMap::new(),
            links: Gathered::default(),
            committed: Committed::default(),
            checkpoints: None,
            results: None,
            target_failed: false,
            scratch: plan.scratch(),
            last_progress: now,
        }
    }

    /// Bytes written to the target so far.
    pub fn target_bytes(&self) -> u64 {
        self.sink.as_ref().map_or(0, |sink| sink.bytes())
    }

    /// What the reader noticed in records that were kept, in words.
    pub fn notices(&self) -> Vec<String> {
        let words = |(code, kept): (&&str, &KeptFault)| {
            let KeptFault { count, first } = kept;
            let numbers: Vec<String> = first.iter().map(u64::to_string).collect();
            let more = if *count > first.len() as u64 { " ..." } else { "" };
            let records = if *count == 1 { "record" } else { "records" };
            let (words, numbers) = (kept_words(code), numbers.join(", "));
            format!(
                "{}: {count} {records} {words} ({records} {numbers}{more}); `repaired: reject` rejects such",
                self.object
            )
        };
        self.kept_faults.iter().map(words).collect()
    }

    /// Tells how far the object is.
    pub fn progress(&mut self) {
        self.last_progress = Instant::now();
        (self.emit)(RunEvent::Progress {
            object: self.object.clone(),
            ledger: self.ledger,
            source_bytes: self.source_bytes,
            target_bytes: self.target_bytes(),
            elapsed_ms: self.started.elapsed().as_millis() as u64,
            reasons: self.top_reasons(),
        });
    }

    /// The most frequent reasons so far.
    fn top_reasons(&self) -> Vec<(String, u64)> {
        let mut reasons: Vec<(CodeId, u64)> =
            self.tally.reasons.iter().map(|(code, tally)| (*code, tally.count)).collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        reasons.truncate(TOLD_REASONS);
        reasons.into_iter().map(|(code, count)| (self.plan.label(code).to_owned(), count)).collect()
    }

    fn write_rows(&mut self, work: &mut Work) -> Result<Option<Vec<RowOutcome>>, Stop> {
        let rows = work.keep.iter().filter(|keep| **keep).count();
        let known = self.committed.take(rows);
        if self.sink.is_none() && known.is_empty() {
            self.ledger.count(Fate::Created, rows as u64);
            return Ok(None);
        }
        known.iter().for_each(|one| self.ledger.count(fate_of(one.fate), 1));
        let new = rows - known.len();
        if new == 0 {
            return Ok(Some(known));
        }
        if !known.is_empty() {
            let mask: Vec<bool> = (0..rows).map(|row| row >= known.len()).collect();
            work.rows.retain(&mask);
        }
        match self.submit(&work.rows, new as u64)? {
            Outcomes::All(_) if known.is_empty() => Ok(None),
            Outcomes::All(fate) => {
                let one = RowOutcome { fate, target_id: None, reason: None, retry: false };
                Ok(Some(known.into_iter().chain(std::iter::repeat_n(one, new)).collect()))
            }
            Outcomes::Each(each) => Ok(Some(known.into_iter().chain(each).collect())),
        }
    }

    /// Submits new rows, counts their fates, and makes a checkpoint where one is due.
    fn submit(&mut self, rows: &TargetBatch, count: u64) -> Result<Outcomes, Stop> {
        let Some(sink) = &mut self.sink else {
            self.ledger.count(Fate::Created, count);
            return Ok(Outcomes::All(WriteFate::Created));
        };
        let before = Instant::now();
        let outcomes = match sink.submit(rows).and_then(|ticket| sink.collect(ticket)) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.unavailable += before.elapsed();
                self.ledger.count(Fate::Unprocessed, count);
                self.take_back();
                return Err(Stop::Error(error));
            }
        };
        match &outcomes {
            Outcomes::All(fate) => self.ledger.count(fate_of(*fate), count),
            Outcomes::Each(each) => {
                each.iter().for_each(|one| self.ledger.count(fate_of(one.fate), 1));
                // A target that answers for fewer rows than it was given has not confirmed the rest.
                self.ledger.count(Fate::Unprocessed, count.saturating_sub(each.len() as u64));
            }
        }
        if let Some(checkpoints) = &mut self.checkpoints
            && checkpoints.note(&outcomes, count)
        {
            match sink.checkpoint() {
                Ok(position) => checkpoints.write(position, false).map_err(Stop::Error)?,
                Err(error) => {
                    self.take_back();
                    return Err(Stop::Error(error));
                }
            }
        }
        Ok(outcomes)
    }

    /// The target failed and took back everything since its last checkpoint: those rows are not written.
    pub fn take_back(&mut self) {
        self.target_failed = true;
        let Some(checkpoints) = &self.checkpoints else { return };
        for (fate, rows) in checkpoints.since() {
            self.ledger.take_back(fate_of(fate), rows);
        }
    }

    fn take_samples(&mut self, work: &Work) {
        for (index, planned) in work.planned.iter().enumerate() {
            if self.samples.len() >= SAMPLES {
                return;
            }
            if !matches!(planned, Planned::Rejected | Planned::Dropped(_)) {
                continue;
            }
            let record = work.batch.record(index);
            let mut findings = self.plan.explain(record, &mut self.scratch);
            if let Planned::Dropped(dropped) = planned {
                findings.push(self.plan.dropped_finding(*dropped, record, &self.scratch));
            }
            (self.emit)(RunEvent::Rejected {
                object: self.object.clone(),
                origin: record.origin().into(),
                findings: findings.clone(),
            });
            self.samples.push(Sample { origin: record.origin(), findings });
        }
    }

    /// Adds what settling found to the reasons; the plan's own findings are in the work's tally.
    fn count_dropped(&mut self, work: &Work) {
        for (index, planned) in work.planned.iter().enumerate() {
            let Planned::Dropped(dropped) = planned else { continue };
            let reason = self.tally.reasons.entry(self.plan.dropped_code(*dropped)).or_default();
            reason.count += 1;
            let record = work.batch.record(index);
            let ordinal = record.origin().number;
            if reason.wants(ordinal) {
                self.plan.run(record, &mut self.scratch);
                if let Some(value) = self.plan.dropped_value(*dropped, record, &self.scratch) {
                    reason.keep(ordinal, value);
                }
            }
        }
    }

    /// Remembers the ids of written records that later objects look up.
    fn gather_links(&mut self, work: &Work, outcomes: Option<&[RowOutcome]>) {
        let tables = self.plan.wanted().len();
        if tables == 0 {
            return;
        }
        let kept = work.keep.iter().enumerate().filter(|(_, keep)| **keep);
        for (row, (valid, _)) in kept.enumerate() {
            let outcome = outcomes.and_then(|all| all.get(row));
            if outcome.is_some_and(|one| one.fate == WriteFate::Failed) {
                continue;
            }
            for table in 0..tables {
                let (mut by, mut id) = work.link(valid, table, tables);
                if let Some(patch) = patch_of(work, valid) {
                    let wanted = &self.plan.wanted()[table];
                    by = patch.cell(wanted.by).map_or(by, |cell| cell.bytes);
                    id = patch.cell(wanted.id).map_or(id, |cell| cell.bytes);
                }
                let given = outcome.and_then(|one| one.target_id.as_deref()).map(str::as_bytes);
                self.links.add(table, by, given.unwrap_or(id));
            }
        }
    }

    fn note_failures(&mut self, work: &Work, outcomes: &[RowOutcome]) {
        let sent = work.planned.iter().enumerate().filter(|(_, planned)| planned.was_valid()).zip(&work.keep);
        for (((index, _), _), outcome) in sent.filter(|(_, keep)| **keep).zip(outcomes) {
            if outcome.fate == WriteFate::Failed && self.failed_reasons.len() < SAMPLES {
                let number = work.batch.record(index).origin().number;
                self.failed_reasons.push((number, outcome.reason.clone().unwrap_or_default()));
            }
        }
    }
}

impl Commit for Committer<'_> {
    fn commit(&mut self, work: &mut Work) -> Result<(), Stop> {
        for planned in &work.planned {
            match planned {
                Planned::Filtered => self.ledger.filtered += 1,
                Planned::Rejected => self.ledger.rejected += 1,
                Planned::Dropped(Dropped::Duplicate) => self.ledger.duplicate += 1,
                Planned::Dropped(Dropped::NotUnique(_)) => self.ledger.rejected += 1,
                Planned::Valid => {}
            }
        }
        self.count_dropped(work);
        self.ledger.read += work.planned.len() as u64;
        for row in &work.batch.rows {
            if let Some(fault) = row.fault.filter(|fault| !self.plan.rejects(*fault)) {
                self.kept_faults.entry(fault.code()).or_default().note(row.origin.number);
            }
        }
        let written_before = self.target_bytes();
        let outcomes = self.write_rows(work);
        if let Ok(Some(outcomes)) = &outcomes
            && outcomes.iter().any(|one| one.fate == WriteFate::Failed)
        {
            self.note_failures(work, outcomes);
            let mut lines = Vec::new();
            self.form.lines(self.plan, work, self.decoder, Some(outcomes), &mut lines);
            work.rejects = lines;
        }
        if let Ok(outcomes) = &outcomes {
            self.gather_links(work, outcomes.as_deref());
        }
        self.rejects.write(&work.rejects).map_err(Stop::Error)?;
        if let (Some(results), Ok(outcomes)) = (&mut self.results, &outcomes) {
            let written = results.write(self.plan, work, self.decoder, &mut self.scratch, outcomes.as_deref());
            written.map_err(Stop::Error)?;
        }
        self.tally.add(&work.tally);
        self.take_samples(work);
        self.source_bytes += work.chunk.source_bytes;
        let bytes = work.chunk.source_bytes + self.target_bytes().saturating_sub(written_before);
        self.clock.add(bytes);
        if self.last_progress.elapsed() >= PROGRESS_EVERY {
            self.progress();
        }
        outcomes.map(|_| ())
    }
}

/// Records that were taken although the reader noticed something.
#[derive(Debug, Default)]
pub(super) struct KeptFault {
    count: u64,
    /// Numbers of the first few.
    first: Vec<u64>,
}

impl KeptFault {
    fn note(&mut self, number: u64) {
        self.count += 1;
        if self.first.len() < SAMPLES {
            self.first.push(number);
        }
    }
}

fn kept_words(code: &str) -> &'static str {
    match code {
        "stray_quote" => "with a quote where none belongs, read as it stands or left out where it closes nothing",
        "too_few_fields" => "with too few cells, the missing ones left empty, as the profile says",
        "unknown_field" => "with fields that the first records do not have, which are not mapped",
        _ => "that had to be put right to be read",
    }
}

fn fate_of(fate: WriteFate) -> Fate {
    match fate {
        WriteFate::Created => Fate::Created,
        WriteFate::Updated => Fate::Updated,
        WriteFate::Unchanged => Fate::Unchanged,
        WriteFate::Failed => Fate::Failed,
    }
}
