//! Records before and after: the telling ones at once, counts for the whole source in the background. Both are the
//! run's own plan; the counts are a dry run in a folder of its own that goes away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::opened::Shelf;
use super::telling::{FieldInputs, Telling};
use super::{Teller, locked};
use crate::app::Answer;
use crate::app::places::preview::{Outcome, PreviewField, PreviewRecord, Previewed, Whole};
use crate::connect::holds;
use crate::engine::{self, Ledger, Links, Plan, PlanOptions, Preview, PreviewFate, RunEvent, RunOptions};
use crate::profile::{ObjectMapping, Profile};
use crate::record::Kind;
use crate::report::Reason;
use crate::schema::Object;
use crate::transform::{Program, Scope};

/// Records that are looked at before anything is shown, and in all.
const FIRST: u64 = 2_000;
const LOOKED_AT: u64 = 100_000;

pub(super) fn preview(
    revision: u64,
    profile: &Profile,
    pair: usize,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let (source, target) = {
        let shelf = locked(shelf);
        let mapping = profile.objects.get(pair);
        (shelf.source.clone(), mapping.and_then(|mapping| shelf.target_object(&mapping.to)).cloned())
    };
    let (Some(source), Some(mapping)) = (source, profile.objects.get(pair)) else { return };
    let compile = |fields: &[String]| compiled(profile, mapping, fields, target.as_ref());
    let mut fields = Vec::new();
    let mut telling = Telling::default();
    let tell = |preview: Previewed| teller.tell(Answer::Previewed { revision, preview: Box::new(preview) });
    let done = engine::preview_object(&*source, mapping, compile, |plan, one| {
        if telling.looked_at() == 0 {
            fields = preview_fields(mapping, plan.source_fields());
            telling = Telling::new(&fields, plan.source_fields());
        }
        telling.take(one);
        if telling.looked_at() == FIRST {
            tell(shown(&fields, &telling, false));
        }
        telling.looked_at() < LOOKED_AT && !cancelled.load(Ordering::Relaxed)
    });
    if cancelled.load(Ordering::Relaxed) {
        return;
    }
    let previewed = match done {
        Ok(()) => shown(&fields, &telling, true),
        Err(error) => {
            Previewed { problem: error.to_string().lines().map(str::to_owned).collect(), ..Previewed::default() }
        }
    };
    tell(previewed);
}

pub(super) fn compiled(
    profile: &Profile,
    mapping: &ObjectMapping,
    fields: &[String],
    target: Option<&Object>,
) -> Result<Plan, Vec<crate::profile::Issue>> {
    let options = PlanOptions {
        now: jiff::Timestamp::now(),
        keys: None,
        links: Links::of(profile),
        holds: holds(&profile.target, &mapping.to),
    };
    Plan::compile(mapping, fields, target, options)
}

pub(super) fn preview_fields(mapping: &ObjectMapping, source_fields: &[String]) -> Vec<FieldInputs> {
    let names: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
    let scope = Scope { source_fields, target_fields: &names };
    mapping
        .fields
        .iter()
        .map(|field| {
            let program = Program::compile(&field.expression().text, &scope);
            let columns: Vec<usize> = program.map(|program| program.source_fields().to_vec()).unwrap_or_default();
            let inputs = columns.iter().filter_map(|column| source_fields.get(*column).cloned()).collect();
            FieldInputs { field: PreviewField { name: field.target.clone(), inputs }, columns }
        })
        .collect()
}

fn shown(fields: &[FieldInputs], telling: &Telling, complete: bool) -> Previewed {
    Previewed {
        records: telling.chosen().into_iter().map(|(why, one)| record(fields, one, why)).collect(),
        fields: fields.iter().map(|inputs| inputs.field.clone()).collect(),
        problem: Vec::new(),
        looked_at: telling.looked_at(),
        complete,
    }
}

fn record(fields: &[FieldInputs], one: Preview, why: String) -> PreviewRecord {
    let before = fields.iter().map(|inputs| {
        let cells = inputs.columns.iter().filter_map(|column| one.before.get(*column));
        cells.map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("  ")
    });
    PreviewRecord {
        origin: one.origin,
        outcome: match one.fate {
            PreviewFate::Written => Outcome::Written,
            PreviewFate::Rejected => Outcome::Rejected,
            PreviewFate::Duplicate => Outcome::Duplicate,
            PreviewFate::Filtered => Outcome::Filtered,
        },
        why,
        before: before.collect(),
        after: one
            .after
            .iter()
            .map(|cell| (!matches!(cell.kind, Kind::Missing | Kind::Null)).then(|| cell.text.clone()))
            .collect(),
        findings: one.findings,
    }
}

/// Every record of the source through the plan: a dry run, its figures told as they come in.
///
/// The folder of the dry run is kept in `kept` until the next one: its rejects file has the records behind the counts.
pub(super) fn validate(
    revision: u64,
    profile: &Profile,
    pair: usize,
    kept: &Mutex<Option<tempfile::TempDir>>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let tell = |whole: Whole| teller.tell(Answer::Counted { revision, whole: Box::new(whole) });
    let stopped = |text: String| Whole { stopped: Some(text), ..Whole::default() };
    let Some(mapping) = profile.objects.get(pair) else { return };
    let folder = match tempfile::Builder::new().prefix("mapwright-check-").tempdir() {
        Ok(folder) => folder,
        Err(error) => return tell(stopped(format!("no temporary folder could be made: {error}"))),
    };
    // Objects before this one give the links that its lookups need.
    let counted = Profile { objects: profile.objects[..=pair].to_vec(), ..profile.clone() };
    let options = RunOptions {
        source: None,
        target: None,
        out: folder.path().join("run"),
        profile_path: String::new(),
        profile_hash: String::new(),
        limit: None,
        keys: None,
        dry_run: true,
        resume: false,
        memory: 64 << 20,
        threads: std::thread::available_parallelism().map_or(1, |threads| threads.get().div_ceil(2)),
        ..RunOptions::default()
    };
    let so_far: Arc<Mutex<Whole>> = Arc::default();
    let emit = |event: &RunEvent| {
        let mut whole = so_far.lock().unwrap_or_else(PoisonError::into_inner);
        if take(&mut whole, &mapping.to, event) {
            tell(whole.clone());
        }
    };
    match engine::run(&counted, &options, cancelled, &emit) {
        _ if cancelled.load(Ordering::Relaxed) => {}
        Ok(end) => {
            let object = end.report.objects.iter().find(|object| object.to == mapping.to);
            let whole = Whole {
                ledger: object.map_or(Ledger::default(), |object| object.ledger),
                reasons: object.map_or_else(Vec::new, |object| object.reasons.clone()),
                complete: end.error.is_none(),
                stopped: end.error.map(|error| error.to_string()).or(end.report.outcome_reason.clone()),
                folder: Some(options.out.clone()),
                ..Whole::default()
            };
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
            tell(whole);
        }
        Err(error) => tell(stopped(error.to_string())),
    }
}

/// Takes an event in; true when there is something new to show.
fn take(whole: &mut Whole, object: &str, event: &RunEvent) -> bool {
    match event {
        RunEvent::ObjectStarted { object: name, total_bytes } if name == object => whole.total_bytes = *total_bytes,
        RunEvent::Progress { object: name, ledger, source_bytes, reasons, .. } if name == object => {
            whole.ledger = *ledger;
            whole.source_bytes = *source_bytes;
            let reason =
                |(label, count): &(String, u64)| Reason { label: label.clone(), count: *count, ..Reason::default() };
            whole.reasons = reasons.iter().map(reason).collect();
            return true;
        }
        _ => {}
    }
    false
}
