//! One object of a run: prepare (everything that can fail before a record is read), pass, publish.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use super::checkpoints::{Checkpoints, Committed};
use super::commit::{Clock, Committer};
use super::event::{Phase, RunEvent};
use super::folder::{PendingFile, RunFolder};
use super::links::Links;
use super::pipeline::{self, Ended, Pass};
use super::plan::{Plan, PlanOptions, declared};
use super::rejects::RejectsForm;
use super::results::{Results, ResultsFor};
use super::run::{RunError, RunOptions, poisoned};
use super::settling::{Settling, SurveyPass};
use super::summary::object_report;
use super::work::Work;
use crate::connect::{
    ConnectError, Decoder, Encoder, ErrorKind, Fingerprint, Publishing, ReadRequest, Reader, Sink, Source, Target,
    WriteRequest,
};
use crate::profile::ObjectMapping;
use crate::report::{ObjectReport, TargetFile};
use crate::schema::Object;

/// An object ready to run.
pub(super) struct ObjectRun {
    pub from: String,
    /// The target object.
    pub to: String,
    pub fingerprint: Fingerprint,
    rejects_name: String,
    mapping: ObjectMapping,
    plan: Plan,
    reader: Box<dyn Reader>,
    decoder: Arc<dyn Decoder>,
    target_object: Option<Object>,
    sink: Option<Box<dyn Sink>>,
    committed: Committed,
}

/// How an object ended.
pub(super) struct ObjectEnd {
    pub report: ObjectReport,
    /// `done`, `stopped`, `cancelled`, `failed`.
    pub outcome: String,
    pub reason: Option<String>,
    pub error: Option<ConnectError>,
    /// What there is to tell besides findings.
    pub notices: Vec<String>,
    pub unavailable_seconds: f64,
    /// Records with a missing required value.
    pub incomplete: u64,
}

impl ObjectRun {
    pub fn prepare(
        mapping: &ObjectMapping,
        source: &dyn Source,
        target: &dyn Target,
        options: &RunOptions,
        now: Timestamp,
        links: &Links,
        only: bool,
    ) -> Result<ObjectRun, RunError> {
        let from = source_object(source, &mapping.from)?;
        let reader = source.read(&from, &ReadRequest { chunk_bytes: options.chunk_bytes, ..ReadRequest::default() })?;
        let decoder = reader.decoder();
        let target_object = target.schema()?.object(&mapping.to).cloned();
        let keys = options.keys.as_ref().map(|keys| keys.iter().cloned().collect::<HashSet<_>>());
        let plan = Plan::compile(
            mapping,
            decoder.fields(),
            target_object.as_ref(),
            PlanOptions { now, keys, links: links.clone(), holds: target.holds(&mapping.to) },
        )
        .map_err(RunError::Profile)?;
        let fingerprint = source.fingerprint(&from)?;
        Ok(ObjectRun {
            from,
            to: mapping.to.clone(),
            fingerprint,
            rejects_name: rejects_name(&mapping.to, only),
            mapping: mapping.clone(),
            plan,
            reader,
            decoder,
            target_object,
            sink: None,
            committed: Committed::default(),
        })
    }

    /// Opens the target for this object, after what an earlier try of the run committed of it.
    pub fn open(&mut self, target: &dyn Target, run: &str, committed: Committed) -> Result<(), ConnectError> {
        let (position, finished) = (committed.position.clone(), committed.finished);
        self.committed = committed;
        if finished {
            return Ok(());
        }
        self.sink =
            Some(
                target.open(&WriteRequest {
                    object: self.mapping.to.clone(),
                    fields: self.plan.target_fields().to_vec(),
                    mode: self.mapping.write,
                    key: self.mapping.key.clone(),
                    schema: self.target_object.clone(),
                    declared: self
                        .mapping
                        .fields
                        .iter()
                        .filter_map(|field| declared(field, self.target_object.as_ref()))
                        .collect(),
                    resume: position,
                    run: run.to_owned(),
                })?,
            );
        Ok(())
    }

    /// Gives the opened target up; nothing was written to it.
    pub fn close(self) {
        if let Some(sink) = self.sink {
            // The error that is reported is the one that came first. What an earlier try committed stays resumable.
            let _ = sink.abandon(self.committed.position.is_some());
        }
    }
}

/// The name of the file with an object's rejects.
pub(super) fn rejects_name(object: &str, only: bool) -> String {
    if only { "rejects.csv".to_owned() } else { format!("rejects-{}.csv", file_word(object)) }
}

/// An object's name as part of a file name: no separators, nothing hidden, not too long.
fn file_word(name: &str) -> String {
    let word: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect();
    word.chars().take(80).collect()
}

/// The source's name of the object that a profile means: its own name, or the only object there is.
pub fn source_object(source: &dyn Source, wanted: &str) -> Result<String, ConnectError> {
    let objects = source.objects()?;
    if objects.iter().any(|object| object == wanted) {
        return Ok(wanted.to_owned());
    }
    if let [only] = objects.as_slice() {
        return Ok(only.clone());
    }
    let nearest = objects.iter().max_by(|a, b| {
        let score = |name: &str| strsim::jaro_winkler(name, wanted);
        score(a).total_cmp(&score(b))
    });
    let hint = nearest.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    let known = objects.iter().take(12).cloned().collect::<Vec<_>>().join(", ");
    let next = format!("It has: {known}.{hint}");
    Err(ConnectError::new(ErrorKind::NoSuchObject, "source", format!("there is no object `{wanted}`"), next))
}

type Emit<'a> = &'a (dyn Fn(RunEvent) + Sync);

/// Runs one object to its end; never fails itself, since what went before must be reported.
pub(super) fn run_object(
    object: ObjectRun,
    source: &dyn Source,
    options: &RunOptions,
    cancel: &AtomicBool,
    folder: &Mutex<RunFolder>,
    clock: &Clock,
    emit: Emit<'_>,
) -> ObjectEnd {
    let ObjectRun { from, rejects_name, mapping, plan, reader, decoder, sink, fingerprint, committed, .. } = object;
    emit(RunEvent::ObjectStarted { object: mapping.to.clone(), total_bytes: reader.total_bytes() });
    emit(RunEvent::Phase { phase: Phase::Reading });
    let form = RejectsForm::new(decoder.fields());
    let rejects = match open_rejects(folder, &rejects_name, &form, decoder.fields()) {
        Ok(rejects) => rejects,
        Err(error) => return before_the_first_record(&mapping, &from, sink, &committed, error),
    };
    let encoder: Option<Arc<dyn Encoder>> = sink.as_ref().map(|sink| sink.encoder());
    let survey = SurveyPass { plan: &plan, from: &from, source, options, cancel, patches: None };
    let mut settling = Settling::new(&mapping, &plan, options.memory, reader.total_bytes(), survey);
    let checkpoints = match open_checkpoints(folder, &mapping.to, sink.as_deref(), &plan, options.checkpoint_rows) {
        Ok(checkpoints) => checkpoints,
        Err(error) => return before_the_first_record(&mapping, &from, sink, &committed, error),
    };
    let mut committer = Committer::new(&plan, &mapping.to, sink, rejects, &form, &*decoder, emit, clock);
    committer.committed = committed;
    committer.checkpoints = checkpoints;
    match open_results(folder, options, &mapping, &rejects_name, &plan, &*decoder) {
        Ok(results) => committer.results = results,
        Err(error) => return before_the_first_record(&mapping, &from, committer.sink, &committer.committed, error),
    }
    let between = |work: &mut Work| {
        if work.rows.rows == work.keep.len() {
            work.rows.retain(&work.keep);
        }
        let mut lines = std::mem::take(&mut work.rejects);
        lines.clear();
        form.lines(&plan, work, &*decoder, None, &mut lines);
        work.rejects = lines;
    };
    let (patches, stop) = match settling.merge() {
        Ok(patches) => (patches, None),
        Err(stop) => (None, Some(stop)),
    };
    let pass = Pass {
        plan: &plan,
        threads: options.threads,
        limit: options.limit,
        encoder: encoder.as_deref(),
        patches: patches.as_deref(),
        full: true,
        cancel,
        between: &between,
        base: (0, 0),
    };
    let (ended, settling, mut committer) = match stop {
        None => pipeline::run(reader, &pass, settling, committer),
        Some(stop) => (stop.into(), settling, committer),
    };
    committer.progress();
    let changed = source.fingerprint(&from).is_ok_and(|now| now != fingerprint);
    let verdict = Verdict::of(ended, &settling, changed);
    finish(verdict, committer, folder, &mapping, source, &from, emit)
}

fn open_rejects(
    folder: &Mutex<RunFolder>,
    name: &str,
    form: &RejectsForm,
    fields: &[String],
) -> Result<PendingFile, ConnectError> {
    let mut file = folder.lock().map_err(|_| poisoned())?.open(name)?;
    file.write(&form.header(fields))?;
    Ok(file)
}

/// Result files as other loaders write them, where the run asks for them.
fn open_results(
    folder: &Mutex<RunFolder>,
    options: &RunOptions,
    mapping: &ObjectMapping,
    rejects_name: &str,
    plan: &Plan,
    decoder: &dyn Decoder,
) -> Result<Option<Results>, ConnectError> {
    let Some(form) = options.results else { return Ok(None) };
    let folder = folder.lock().map_err(|_| poisoned())?;
    let object = file_word(&mapping.to);
    let key = mapping.key.first().and_then(|key| plan.target_fields().iter().position(|field| field == key));
    let made = ResultsFor {
        form,
        object: (rejects_name != "rejects.csv").then_some(object.as_str()),
        fields: decoder.fields(),
        key,
        started: folder.manifest.started.parse().unwrap_or_default(),
        dry_run: options.dry_run,
    };
    Results::open(&folder, &made).map(Some)
}

/// A log of checkpoints, where the target commits as it goes.
fn open_checkpoints(
    folder: &Mutex<RunFolder>,
    object: &str,
    sink: Option<&dyn Sink>,
    plan: &Plan,
    every: u64,
) -> Result<Option<Checkpoints>, ConnectError> {
    if !sink.is_some_and(|sink| sink.commits_as_it_goes()) {
        return Ok(None);
    }
    let folder = folder.lock().map_err(|_| poisoned())?;
    Checkpoints::open(folder.path(), object, !plan.wanted().is_empty(), every).map(Some)
}

fn before_the_first_record(
    mapping: &ObjectMapping,
    from: &str,
    sink: Option<Box<dyn Sink>>,
    committed: &Committed,
    error: ConnectError,
) -> ObjectEnd {
    if let Some(sink) = sink {
        // The error that is reported is the first one. What an earlier try committed stays resumable.
        let _ = sink.abandon(committed.position.is_some());
    }
    let report = ObjectReport { from: from.to_owned(), to: mapping.to.clone(), ..ObjectReport::default() };
    ObjectEnd {
        report,
        outcome: "failed".to_owned(),
        reason: Some(error.to_string()),
        error: Some(error),
        notices: Vec::new(),
        unavailable_seconds: 0.0,
        incomplete: 0,
    }
}

/// How an object ended, before its target was closed.
struct Verdict {
    outcome: &'static str,
    reason: Option<String>,
    error: Option<ConnectError>,
}

impl Verdict {
    fn of(ended: Ended, settling: &Settling<'_>, changed: bool) -> Verdict {
        let (outcome, reason, error) = match ended {
            Ended::Failed(error) => ("failed", Some(error.to_string()), Some(error)),
            Ended::Cancelled => ("cancelled", Some("cancelled by the operator".to_owned()), None),
            Ended::AtTheEnd | Ended::Early if settling.stopped || settling.settle.passed_at_the_end() => {
                ("stopped", Some(settling.words()), None)
            }
            Ended::AtTheEnd | Ended::Early if changed => {
                let error = ConnectError::new(
                    ErrorKind::Changed,
                    settling.survey.from,
                    "the source changed while it was read",
                    "Run again when nothing writes to it any more.",
                );
                ("failed", Some(error.to_string()), Some(error))
            }
            Ended::AtTheEnd | Ended::Early => ("done", None, None),
        };
        Verdict { outcome, reason, error }
    }
}

/// Writes down which files are about to get their final names.
fn announce(folder: &Mutex<RunFolder>, object: &str, publishing: Vec<Publishing>) -> Result<(), ConnectError> {
    let mut folder = folder.lock().map_err(|_| poisoned())?;
    folder.manifest.publishing.retain(|(known, _)| known != object);
    folder.manifest.publishing.extend(publishing.into_iter().map(|one| (object.to_owned(), one)));
    folder.write_manifest()
}

/// Finishes or gives up the target. What a resumed run must know is written down first: the last checkpoint, and the
/// file that is about to appear.
fn close(
    mut sink: Box<dyn Sink>,
    committer: &mut Committer<'_>,
    verdict: &Verdict,
    folder: &Mutex<RunFolder>,
    object: &str,
) -> Result<(), ConnectError> {
    let stays = sink.commits_as_it_goes();
    let done = verdict.outcome == "done";
    let mut position = None;
    if committer.checkpoints.as_ref().is_some_and(Checkpoints::is_sound)
        && !committer.target_failed
        && verdict.outcome != "stopped"
    {
        let at = sink.checkpoint().inspect_err(|_| committer.take_back())?;
        if let Some(checkpoints) = &mut committer.checkpoints {
            checkpoints.write(at.clone(), false)?;
        }
        position = Some(at);
    }
    if !done {
        return sink.abandon(stays && verdict.outcome != "stopped");
    }
    // What stays of a target that could not be sealed is of no use; the error to tell is the first one.
    if let Err(error) = sink.seal() {
        let _ = sink.abandon(stays);
        return Err(error);
    }
    let publishing = sink.publishing();
    if !publishing.is_empty()
        && let Err(error) = announce(folder, object, publishing)
    {
        let _ = sink.abandon(stays);
        return Err(error);
    }
    sink.finish()?;
    match (&mut committer.checkpoints, position) {
        (Some(checkpoints), Some(position)) => checkpoints.write(position, true),
        _ => Ok(()),
    }
}

/// Closes target and rejects and sums up.
fn finish(
    mut verdict: Verdict,
    mut committer: Committer<'_>,
    folder: &Mutex<RunFolder>,
    mapping: &ObjectMapping,
    source: &dyn Source,
    from: &str,
    emit: Emit<'_>,
) -> ObjectEnd {
    emit(RunEvent::Phase { phase: Phase::Finishing });
    let target_bytes = committer.target_bytes();
    let stays = committer.sink.as_ref().is_some_and(|sink| sink.commits_as_it_goes());
    if let Some(sink) = committer.sink.take() {
        let done = verdict.outcome == "done";
        let closed = close(sink, &mut committer, &verdict, folder, &mapping.to);
        let failed = closed.is_err();
        if let Err(error) = closed {
            verdict.outcome = "failed";
            verdict.reason.get_or_insert(error.to_string());
            verdict.error.get_or_insert(error);
        }
        if (!done || failed) && !stays {
            committer.ledger.unwrite();
        }
    }
    let rejects_name = committer.rejects.name().to_owned();
    let mut report = object_report(&committer, mapping, from, target_bytes, &rejects_name);
    let waited = committer.unavailable.as_secs_f64();
    let mut notices: Vec<String> = source.advice(from).into_iter().map(|advice| format!("{from}: {advice}")).collect();
    notices.extend(committer.notices());
    notices.iter().for_each(|text| emit(RunEvent::Notice { text: text.clone() }));
    let incomplete = committer.tally.incomplete;
    committer.links.publish(committer.plan.wanted());
    if verdict.outcome == "failed" {
        // Half of the rejects would look like all of them; a resumed run writes them anew.
        committer.rejects.discard();
        if let Some(results) = committer.results {
            results.discard();
        }
        report.rejects_file = None;
    } else {
        let written = verdict.outcome == "done" || stays;
        let published = folder.lock().map_err(|_| poisoned()).and_then(|mut folder| {
            folder.publish(committer.rejects)?;
            committer.results.map_or(Ok(()), |results| results.publish(&mut folder, written))
        });
        if let Err(error) = published {
            verdict.outcome = "failed";
            verdict.reason.get_or_insert(error.to_string());
            verdict.error.get_or_insert(error);
            report.rejects_file = None;
        }
    }
    if verdict.outcome == "done"
        && let Ok(folder) = folder.lock()
    {
        report.target_files = target_files(&folder, &mapping.to);
    }
    emit(RunEvent::ObjectFinished { object: mapping.to.clone(), ledger: report.ledger });
    ObjectEnd {
        report,
        outcome: verdict.outcome.to_owned(),
        reason: verdict.reason,
        error: verdict.error,
        notices,
        unavailable_seconds: waited,
        incomplete,
    }
}

/// The files of an object that have their names, by this try of the run or an earlier one.
fn target_files(folder: &RunFolder, object: &str) -> Vec<TargetFile> {
    let of_object = folder.manifest.publishing.iter().filter(|(of, _)| of == object);
    let file =
        |one: &Publishing| TargetFile { path: one.path.display().to_string(), bytes: one.bytes, records: one.records };
    of_object.map(|(_, one)| file(one)).collect()
}
