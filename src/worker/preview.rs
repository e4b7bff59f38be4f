//! Records before and after: the telling ones at once, counts for the whole source in the background. Both are the
//! run's own plan; the counts are a dry run in a folder of its own that goes away.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::opened::Shelf;
use super::{Teller, locked};
use crate::app::Answer;
use crate::app::places::preview::{Outcome, PreviewField, PreviewRecord, Previewed, Whole};
use crate::engine::{self, Ledger, Links, Plan, PlanOptions, Preview, PreviewFate, RunEvent, RunOptions};
use crate::profile::{ObjectMapping, Profile};
use crate::record::Kind;
use crate::report::Reason;
use crate::schema::Object;
use crate::transform::{Program, Scope};

/// Records that are looked at for telling ones.
const LOOKED_AT: usize = 3_000;
/// Rejects shown with the same reasons.
const ALIKE: usize = 5;
/// Records shown in all, and of them the first ones that nothing is special about.
const SHOWN: usize = 400;
const ORDINARY: usize = 40;

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
    let mut looked_at: Vec<Preview> = Vec::new();
    let compile = |fields: &[String]| compiled(profile, mapping, fields, target.as_ref());
    let mut fields = Vec::new();
    let done = engine::preview_object(&*source, mapping, compile, |plan, one| {
        if fields.is_empty() {
            fields = preview_fields(mapping, plan.source_fields());
        }
        looked_at.push(one);
        looked_at.len() < LOOKED_AT && !cancelled.load(Ordering::Relaxed)
    });
    if cancelled.load(Ordering::Relaxed) {
        return;
    }
    let previewed = match done {
        Ok(()) => telling(&fields, looked_at),
        Err(error) => {
            Previewed { problem: error.to_string().lines().map(str::to_owned).collect(), ..Previewed::default() }
        }
    };
    teller.tell(Answer::Previewed { revision, preview: Box::new(previewed) });
}

fn compiled(
    profile: &Profile,
    mapping: &ObjectMapping,
    fields: &[String],
    target: Option<&Object>,
) -> Result<Plan, Vec<crate::profile::Issue>> {
    let options = PlanOptions { now: jiff::Timestamp::now(), keys: None, links: Links::of(profile) };
    Plan::compile(mapping, fields, target, options)
}

/// A target field and the positions of the source fields that it reads.
struct FieldInputs {
    field: PreviewField,
    columns: Vec<usize>,
}

fn preview_fields(mapping: &ObjectMapping, source_fields: &[String]) -> Vec<FieldInputs> {
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

/// Rejects first (a few of each kind), then records with a rare kind of value, then the first ones.
fn telling(fields: &[FieldInputs], looked_at: Vec<Preview>) -> Previewed {
    let mut kinds: HashMap<String, usize> = HashMap::new();
    let mut chosen: Vec<(u8, String, usize)> = Vec::new();
    let extremes = extremes(fields, &looked_at);
    for (at, one) in looked_at.iter().enumerate() {
        let labels: Vec<String> = one.findings.iter().map(engine::Finding::label).collect();
        match one.fate {
            PreviewFate::Rejected | PreviewFate::Duplicate => {
                let seen = kinds.entry(labels.join(" ")).or_default();
                *seen += 1;
                if *seen <= ALIKE {
                    chosen.push((u8::from(one.fate == PreviewFate::Duplicate), labels.join(" "), at));
                }
            }
            PreviewFate::Filtered => {
                let seen = kinds.entry("filtered".to_owned()).or_default();
                *seen += 1;
                if *seen <= ALIKE {
                    chosen.push((3, "left out by `where`".to_owned(), at));
                }
            }
            PreviewFate::Written => match extremes.get(&at) {
                Some(why) => chosen.push((2, why.clone(), at)),
                None if at < ORDINARY => chosen.push((4, "one of the first".to_owned(), at)),
                None => {}
            },
        }
    }
    chosen.sort_by_key(|(rank, _, at)| (*rank, *at));
    chosen.truncate(SHOWN);
    let mut records: Vec<Option<Preview>> = looked_at.into_iter().map(Some).collect();
    let shown = chosen.into_iter().filter_map(|(_, why, at)| Some(record(fields, records.get_mut(at)?.take()?, why)));
    Previewed {
        records: shown.collect(),
        fields: fields.iter().map(|inputs| inputs.field.clone()).collect(),
        problem: Vec::new(),
    }
}

/// For each target field the record with the longest input, and the first where a usually filled input is empty.
fn extremes(fields: &[FieldInputs], looked_at: &[Preview]) -> HashMap<usize, String> {
    let mut found: HashMap<usize, String> = HashMap::new();
    for inputs in fields {
        for column in &inputs.columns {
            let name = inputs.field.inputs.first().map_or("", String::as_str);
            let written = || looked_at.iter().enumerate().filter(|(_, one)| one.fate == PreviewFate::Written);
            let length = |one: &Preview| one.before.get(*column).map_or(0, |cell| cell.text.chars().count());
            if let Some((at, longest)) = written().max_by_key(|(at, one)| (length(one), std::cmp::Reverse(*at)))
                && length(longest) > 0
            {
                found.entry(at).or_insert_with(|| format!("longest {name}"));
            }
            let odd = written().find(|(_, one)| {
                one.before
                    .get(*column)
                    .is_some_and(|cell| cell.text.chars().any(|letter| !letter.is_ascii() || letter.is_control()))
            });
            if let Some((at, _)) = odd {
                found.entry(at).or_insert_with(|| format!("unusual letters in {name}"));
            }
            let empty = written().find(|(_, one)| length(one) == 0);
            if let Some((at, _)) = empty {
                found.entry(at).or_insert_with(|| format!("no {name}"));
            }
        }
    }
    found
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
pub(super) fn validate(revision: u64, profile: &Profile, pair: usize, cancelled: &AtomicBool, teller: &Teller) {
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
        if take(&mut whole, &mapping.from, event) {
            tell(whole.clone());
        }
    };
    match engine::run(&counted, &options, cancelled, &emit) {
        _ if cancelled.load(Ordering::Relaxed) => {}
        Ok(end) => {
            let object = end.report.objects.get(pair);
            let whole = Whole {
                ledger: object.map_or(Ledger::default(), |object| object.ledger),
                reasons: object.map_or_else(Vec::new, |object| object.reasons.clone()),
                complete: end.error.is_none(),
                stopped: end.error.map(|error| error.to_string()).or(end.report.outcome_reason.clone()),
                ..Whole::default()
            };
            tell(whole);
        }
        Err(error) => tell(stopped(error.to_string())),
    }
}

/// Takes an event in; true when there is something new to show.
fn take(whole: &mut Whole, object: &str, event: &RunEvent) -> bool {
    match event {
        RunEvent::ObjectStarted { object: name, total_bytes } if name == object => whole.total_bytes = *total_bytes,
        RunEvent::Progress { object: name, ledger, source_bytes, .. } if name == object => {
            whole.ledger = *ledger;
            whole.source_bytes = *source_bytes;
            return true;
        }
        RunEvent::Rejected { object: name, findings, .. } if name == object => {
            for finding in findings {
                let label = finding.label();
                match whole.reasons.iter_mut().find(|reason| reason.label == label) {
                    Some(reason) => reason.count += 1,
                    None => whole.reasons.push(Reason {
                        label,
                        field: finding.field.clone(),
                        code: finding.code.clone(),
                        count: 1,
                        meaning: finding.reason.clone(),
                        examples: finding.value.clone().into_iter().collect(),
                    }),
                }
            }
            whole.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        }
        _ => {}
    }
    false
}
