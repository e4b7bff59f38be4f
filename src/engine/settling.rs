//! Settling as a stage of the pipeline, and the passes over the whole source that it may ask for.

use std::sync::atomic::AtomicBool;

use super::pipeline::{self, Commit, Ended, Pass, Settled, Stages, Stop};
use super::plan::Plan;
use super::run::RunOptions;
use super::settle::{Dropped, Settle, Surveyor};
use super::work::{Planned, Work};
use crate::connect::{ConnectError, ErrorKind, ReadRequest, Source};
use crate::dedupe::{Losers, Survey, SurveyError};
use crate::profile::{Keep, ObjectMapping};

/// What a survey needs to read the source once more.
pub(super) struct SurveyPass<'a> {
    pub plan: &'a Plan,
    pub from: &'a str,
    pub source: &'a dyn Source,
    pub options: &'a RunOptions,
    pub cancel: &'a AtomicBool,
}

/// The settling stage of a run.
pub(super) struct Settling<'a> {
    pub settle: Settle,
    pub survey: SurveyPass<'a>,
    keep: Keep,
    has_key: bool,
    over: bool,
    /// The rejects passed the threshold.
    pub stopped: bool,
}

impl<'a> Settling<'a> {
    pub fn new(mapping: &ObjectMapping, plan: &Plan, budget: usize, survey: SurveyPass<'a>) -> Settling<'a> {
        let keep = mapping.duplicates.as_ref().map_or(Keep::First, |rule| rule.keep);
        let settle = Settle::new(keep, plan.unique_fields().len(), budget, mapping.stop_at);
        Settling { settle, survey, keep, has_key: mapping.duplicates.is_some(), over: false, stopped: false }
    }

    /// Why the run stopped, for the report.
    pub fn words(&self) -> String {
        let (rejected, read) = self.settle.rejected_of();
        format!("{rejected} of {read} records were rejected, which passes the threshold of the profile (`on_reject`)")
    }

    fn survey_if_needed(&mut self) -> Result<(), Stop> {
        let values = self.settle.needs_value_survey();
        if self.has_key && (self.settle.needs_key_survey() || (values && self.settle.key_losers().is_none())) {
            let losers = self.survey.key_losers(self.keep)?;
            self.settle.know_key_losers(losers);
        }
        if values {
            let key_losers = self.settle.key_losers().cloned().unwrap_or_default();
            let losers = self.survey.value_losers(self.keep, key_losers)?;
            self.settle.know_value_losers(losers);
        }
        Ok(())
    }
}

impl Stages for Settling<'_> {
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop> {
        if self.over {
            return Err(Stop::Enough);
        }
        self.survey_if_needed()?;
        let mut keep = std::mem::take(&mut work.keep);
        keep.clear();
        let mut cut = None;
        self.settle.warm(work.keys());
        for index in 0..work.planned.len() {
            if work.planned[index] == Planned::Valid {
                let dropped = self.settle.decide(work.bid(index, keep.len()));
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
        let surveyor = Surveyor::keys(&std::env::temp_dir(), self.options.memory, keep);
        match self.pass(surveyor, keep)? {
            Surveyor::Keys(survey) => settle(survey),
            Surveyor::Values(..) => Ok(Losers::default()),
        }
    }

    fn value_losers(&self, keep: Keep, key_losers: Losers) -> Result<Vec<Losers>, Stop> {
        let fields = self.plan.unique_fields().len();
        let surveyor = Surveyor::values(&std::env::temp_dir(), self.options.memory, fields, key_losers);
        match self.pass(surveyor, keep)? {
            Surveyor::Values(surveys, _) => surveys.into_iter().map(settle).collect(),
            Surveyor::Keys(_) => Ok(Vec::new()),
        }
    }

    /// Reads the whole source once, for its keys only.
    fn pass(&self, surveyor: Surveyor, keep: Keep) -> Result<Surveyor, Stop> {
        let request = ReadRequest { chunk_bytes: self.options.chunk_bytes, ..ReadRequest::default() };
        let reader = self.source.read(self.from, &request).map_err(Stop::Error)?;
        let pass = Pass {
            plan: self.plan,
            threads: self.options.threads,
            limit: self.options.limit,
            encoder: None,
            full: false,
            cancel: self.cancel,
            between: &|_| (),
            base: (0, 0),
        };
        let (ended, surveying, Nothing) = pipeline::run(reader, &pass, Surveying { surveyor, keep }, Nothing);
        match ended {
            Ended::AtTheEnd | Ended::Early => Ok(surveying.surveyor),
            Ended::Cancelled => Err(Stop::Cancelled),
            Ended::Failed(error) => Err(Stop::Error(error)),
        }
    }
}

fn settle(survey: Survey) -> Result<Losers, Stop> {
    survey.settle().map_err(|error| Stop::Error(no_room(&error)))
}

fn no_room(error: &SurveyError) -> ConnectError {
    ConnectError::new(
        ErrorKind::Io,
        std::env::temp_dir().display().to_string(),
        error.to_string(),
        "Free some space there (or point TMPDIR elsewhere), or raise `--memory`, then run again.",
    )
}

struct Surveying {
    surveyor: Surveyor,
    keep: Keep,
}

impl Stages for Surveying {
    fn settle(&mut self, work: &mut Work) -> Result<Settled, Stop> {
        let mut valid = 0;
        for index in 0..work.planned.len() {
            if work.planned[index] == Planned::Valid {
                let seen = self.surveyor.see(work.bid(index, valid), self.keep);
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
