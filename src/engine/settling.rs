//! Settling as a stage of the pipeline, and the passes over the whole source that it may ask for.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::merging::{self, Collecting, Packed};
use super::pipeline::{self, Commit, Ended, Pass, Settled, Stages, Stop};
use super::plan::Plan;
use super::run::RunOptions;
use super::settle::{Dropped, Settle, Surveyor};
use super::work::{Planned, Work};
use crate::connect::{ConnectError, Encoder, ErrorKind, ReadRequest, Source};
use crate::dedupe::{Losers, Merge, Patches, Survey, SurveyError};
use crate::profile::{Keep, ObjectMapping};

/// What a survey needs to read the source once more.
pub(super) struct SurveyPass<'a> {
    pub plan: &'a Plan,
    pub from: &'a str,
    pub source: &'a dyn Source,
    pub options: &'a RunOptions,
    pub cancel: &'a AtomicBool,
    /// What merged records take over, once it is known.
    pub patches: Option<Arc<Patches>>,
}

/// The settling stage of a run.
pub(super) struct Settling<'a> {
    pub settle: Settle,
    pub survey: SurveyPass<'a>,
    keep: Keep,
    has_key: bool,
    /// Size of the source, where known and as long as nothing was settled.
    size: Option<u64>,
    over: bool,
    /// The rejects passed the threshold.
    pub stopped: bool,
}

impl<'a> Settling<'a> {
    /// `size` is that of the source, where known: what must be remembered of it is made room for at once.
    pub fn new(
        mapping: &ObjectMapping,
        plan: &Plan,
        budget: usize,
        size: Option<u64>,
        survey: SurveyPass<'a>,
    ) -> Settling<'a> {
        let keep = mapping.duplicates.as_ref().map_or(Keep::First, |rule| rule.keep);
        let settle = Settle::new(keep, plan.unique_fields().len(), budget, mapping.stop_at);
        let has_key = mapping.duplicates.is_some();
        Settling { settle, survey, keep, has_key, size, over: false, stopped: false }
    }

    /// Foresees the keys of the whole source by those of its first chunk.
    fn expect(&mut self, work: &Work) {
        let (Some(size), Some(bytes)) = (self.size.take(), NonZero::new(work.chunk.source_bytes)) else { return };
        let keys = work.keys().iter().filter(|key| **key != 0).count() as u64;
        let all = (keys.saturating_mul(size) / bytes).min(self.survey.options.limit.unwrap_or(u64::MAX));
        self.settle.expect(usize::try_from(all).unwrap_or(usize::MAX));
    }

    /// Where duplicates are to be merged: finds out, before the run, what each record that stays takes over.
    pub fn merge(&mut self) -> Result<Option<Arc<Patches>>, Stop> {
        if self.keep != Keep::Merged || !self.has_key {
            return Ok(None);
        }
        let (losers, winners) = self.survey.both(self.keep)?;
        let patches = self.survey.collect(losers.clone(), winners)?;
        self.settle.know_key_losers(losers);
        self.survey.patches = Some(Arc::new(patches));
        Ok(self.survey.patches.clone())
    }

    /// Why the run stopped, for the report.
    pub fn words(&self) -> String {
        let (rejected, read) = self.settle.rejected_of();
        format!("{rejected} of {read} records were rejected, which passes the threshold of the profile (`on_reject`)")
    }

    fn survey_if_needed(&mut self) -> Result<(), Stop> {
        let values = self.settle.needs_value_survey();
        if self.has_key && (self.settle.needs_key_survey() || (values && self.settle.key_losers().is_none())) {
            self.settle.forget_keys();
            let losers = self.survey.key_losers(self.keep)?;
            self.settle.know_key_losers(losers);
        }
        if values {
            self.settle.forget_values();
            let key_losers = self.settle.key_losers().cloned().unwrap_or_default();
            let losers = self.survey.value_losers(self.keep, key_losers)?;
            self.settle.know_value_losers(losers);
        }
        Ok(())
    }
}

/// So many keys are prepared for at once: as far as the processor's table of memory pages surely reaches.
const WARM: usize = 256;

impl Stages for Settling<'_> {
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop> {
        if self.over {
            return Err(Stop::Enough);
        }
        self.survey_if_needed()?;
        self.expect(work);
        let mut keep = std::mem::take(&mut work.keep);
        keep.clear();
        let mut cut = None;
        for index in 0..work.planned.len() {
            if work.planned[index] == Planned::Valid {
                if keep.len().is_multiple_of(WARM) {
                    let next = work.keys().get(keep.len()..).unwrap_or_default();
                    self.settle.warm(&next[..next.len().min(WARM)]);
                }
                let mut uniques = Vec::new();
                let bid = merging::bid(work, self.survey.plan, index, keep.len(), &mut uniques);
                let dropped = self.settle.decide(bid);
                keep.push(dropped.is_none());
                if let Some(dropped) = dropped {
                    work.planned[index] = Planned::Dropped(dropped);
                }
            }
            let rejected = matches!(work.planned[index], Planned::Rejected | Planned::Dropped(Dropped::NotUnique(_)));
            if self.settle.count(rejected) {
                cut = Some(index + 1);
                break;
            }
        }
        work.keep = keep;
        let Some(records) = cut else { return Ok(Settled::Whole) };
        (self.over, self.stopped) = (true, true);
        Ok(Settled::Cut(records))
    }
}

impl SurveyPass<'_> {
    fn key_losers(&self, keep: Keep) -> Result<Losers, Stop> {
        self.both(keep).map(|(losers, _)| losers)
    }

    /// The records that lose by their keys, and those that they lose to.
    fn both(&self, keep: Keep) -> Result<(Losers, Losers), Stop> {
        let surveyor = Surveyor::keys(&self.spill_folder(), self.options.memory, keep);
        match self.survey(surveyor, keep)? {
            Surveyor::Keys(survey) => survey.settle_both().map_err(|error| Stop::Error(no_room(&error))),
            Surveyor::Values(..) => Ok(Default::default()),
        }
    }

    /// What each of `winners` takes over from the records that lose to it.
    fn collect(&self, losers: Losers, winners: Losers) -> Result<Patches, Stop> {
        let merge = Merge::new(&self.spill_folder(), self.options.memory);
        let collecting = self.pass(Collecting { merge, losers, winners }, Some(&Packed))?;
        collecting.merge.settle().map_err(|error| Stop::Error(no_room(&error)))
    }

    /// What does not fit into memory goes to the run's folder, which has room for rejects as well; else to the system's
    /// folder for temporary files.
    fn spill_folder(&self) -> PathBuf {
        let out = &self.options.out;
        if out.is_dir() { out.clone() } else { std::env::temp_dir() }
    }

    fn value_losers(&self, keep: Keep, key_losers: Losers) -> Result<Vec<Losers>, Stop> {
        let fields = self.plan.unique_fields().len();
        let surveyor = Surveyor::values(&self.spill_folder(), self.options.memory, fields, key_losers);
        match self.survey(surveyor, keep)? {
            Surveyor::Values(surveys, _) => surveys.into_iter().map(settle).collect(),
            Surveyor::Keys(_) => Ok(Vec::new()),
        }
    }

    /// Reads the whole source once, for its keys only.
    fn survey(&self, surveyor: Surveyor, keep: Keep) -> Result<Surveyor, Stop> {
        let surveying = Surveying { surveyor, keep, plan: self.plan };
        self.pass(surveying, None).map(|surveying| surveying.surveyor)
    }

    /// Reads the whole source once; with an encoder, for the target's values as well.
    fn pass<S: Stages>(&self, stage: S, encoder: Option<&dyn Encoder>) -> Result<S, Stop> {
        let request = ReadRequest { chunk_bytes: self.options.chunk_bytes, ..ReadRequest::default() };
        let reader = self.source.read(self.from, &request).map_err(Stop::Error)?;
        let pass = Pass {
            plan: self.plan,
            threads: self.options.threads,
            limit: self.options.limit,
            encoder,
            patches: self.patches.as_deref(),
            full: encoder.is_some(),
            cancel: self.cancel,
            between: &|_| (),
            base: (0, 0),
        };
        let (ended, stage, Nothing) = pipeline::run(reader, &pass, stage, Nothing);
        match ended {
            Ended::AtTheEnd | Ended::Early => Ok(stage),
            Ended::Cancelled => Err(Stop::Cancelled),
            Ended::Failed(error) => Err(Stop::Error(error)),
        }
    }
}

fn settle(survey: Survey) -> Result<Losers, Stop> {
    survey.settle().map_err(|error| Stop::Error(no_room(&error)))
}

pub(super) fn no_room(error: &SurveyError) -> ConnectError {
    ConnectError::new(
        ErrorKind::Io,
        error.folder(),
        format!("what is known of duplicates could not be kept on disk: {}", error.cause()),
        "Free some space there, or raise `--memory`, then run again with `--resume`.",
    )
}

struct Surveying<'a> {
    surveyor: Surveyor,
    keep: Keep,
    plan: &'a Plan,
}

impl Stages for Surveying<'_> {
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop> {
        let mut valid = 0;
        for index in 0..work.planned.len() {
            if work.planned[index] == Planned::Valid {
                let mut uniques = Vec::new();
                let bid = merging::bid(work, self.plan, index, valid, &mut uniques);
                let seen = self.surveyor.see(bid, self.keep);
                seen.map_err(|error| Stop::Error(no_room(&error)))?;
                valid += 1;
            }
        }
        Ok(Settled::Whole)
    }
}

/// A pass whose records go nowhere.
struct Nothing;

impl Commit for Nothing {
    fn commit(&mut self, _: &mut Work) -> Result<(), Stop> {
        Ok(())
    }
}
