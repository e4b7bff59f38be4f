//! Reads a target back and compares it with what the plan makes of the source: the measure of consistency.
//!
//! Records are compared as wholes, by the canonical texts of the mapped fields, as a multiset: order does not matter,
//! and of equal records each counts. So a database that turned `007` into 7 shows.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

use super::links::{Links, object_order};
use super::object::source_object;
use super::pipeline::{self, Commit, Ended, Pass, Stop};
use super::plan::{Plan, PlanOptions};
use super::run::{RunError, RunOptions};
use super::settling::{Settling, SurveyPass};
use super::work::Work;
use crate::connect::{
    Chunk, ConnectError, Encoder, ReadRequest, TargetBatch, holds, open_source, open_target, open_written,
};
use crate::dedupe::{Fingerprint, fingerprint};
use crate::profile::{ObjectMapping, Profile};
use crate::record::{Batch, Cell};

/// How many differing records are shown.
const SHOWN: usize = 5;

/// What reading one target object back showed.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Verified {
    pub object: String,
    /// Records that the plan would write.
    pub expected: u64,
    /// Of these, records that the target has exactly so.
    pub equal: u64,
    /// Records of the target that the plan did not make.
    pub others: u64,
    /// The first few expected records that the target does not have so, as `field=value` texts.
    pub missing: Vec<String>,
}

/// Verifies every object of a profile.
///
/// # Errors
/// As a run's; besides, a target that cannot be read back.
pub fn verify(profile: &Profile, options: &RunOptions, cancel: &AtomicBool) -> Result<Vec<Verified>, RunError> {
    let source = open_source(options.source.as_ref().unwrap_or(&profile.source))?;
    let location = options.target.as_ref().unwrap_or(&profile.target);
    let target = open_target(location)?.schema()?;
    let links = Links::of(profile);
    let order = object_order(profile).unwrap_or_else(|_| (0..profile.objects.len()).collect());
    let mut all = Vec::new();
    for mapping in order.iter().map(|index| &profile.objects[*index]) {
        let from = source_object(&*source, &mapping.from)?;
        let request = ReadRequest { chunk_bytes: options.chunk_bytes, ..ReadRequest::default() };
        let reader = source.read(&from, &request)?;
        let decoder = reader.decoder();
        let plan_options = PlanOptions {
            now: options.now.unwrap_or_else(Timestamp::now),
            keys: None,
            links: links.clone(),
            holds: holds(location, &mapping.to),
        };
        let plan = Plan::compile(mapping, decoder.fields(), target.object(&mapping.to), plan_options)
            .map_err(RunError::Profile)?;
        let mut there = There::new();
        match open_written(location, &mapping.to)? {
            Some(parts) => parts.iter().try_for_each(|part| read_back(&**part, mapping, &plan, &mut there))?,
            None => read_back(&*open_source(location)?, mapping, &plan, &mut there)?,
        }
        let survey = SurveyPass { plan: &plan, from: &from, source: &*source, options, cancel, patches: None };
        let mut settling = Settling::new(mapping, &plan, options.memory, reader.total_bytes(), survey);
        let comparing = Comparing::new(&plan, mapping, there);
        let encoder: Arc<dyn Encoder> = Arc::new(Joined);
        let between = |work: &mut Work| {
            if work.rows.rows == work.keep.len() {
                work.rows.retain(&work.keep);
            }
        };
        let patches = match settling.merge() {
            Ok(patches) => patches,
            Err(Stop::Error(error)) => return Err(error.into()),
            Err(Stop::Enough | Stop::Cancelled) => None,
        };
        let pass = Pass {
            plan: &plan,
            threads: options.threads,
            limit: options.limit,
            encoder: Some(&*encoder),
            patches: patches.as_deref(),
            full: true,
            cancel,
            between: &between,
            base: (0, 0),
        };
        let (ended, _, comparing) = pipeline::run(reader, &pass, settling, comparing);
        if let Ended::Failed(error) = ended {
            return Err(error.into());
        }
        all.push(comparing.conclude());
    }
    Ok(all)
}

/// Fingerprints of the target's records, each with how often it stands there.
type There = HashMap<Fingerprint, u64>;

/// Adds the records of a target object.
fn read_back(
    written: &dyn crate::connect::Source,
    mapping: &ObjectMapping,
    plan: &Plan,
    there: &mut There,
) -> Result<(), ConnectError> {
    let names = written.objects()?;
    let stem = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
    let named = names.iter().find(|name| **name == mapping.to || stem(name) == mapping.to);
    let object = match named {
        Some(name) => name.clone(),
        None => source_object(written, &mapping.to)?,
    };
    let mut reader = written.read(&object, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let columns: Vec<Option<usize>> =
        plan.target_fields().iter().map(|field| decoder.fields().iter().position(|name| name == field)).collect();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut joined = Vec::new();
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            joined.clear();
            for column in &columns {
                join(&mut joined, column.map_or(Cell::MISSING, |column| record.cell(column)));
            }
            *there.entry(fingerprint(&joined, 0)).or_default() += 1;
        }
    }
    Ok(())
}

/// Appends a cell so that no two records join to the same bytes.
fn join(out: &mut Vec<u8>, cell: Cell<'_>) {
    let bytes = if cell.is_filled() { cell.bytes } else { b"" };
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Encodes records for comparison only.
struct Joined;

impl Encoder for Joined {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        cells.iter().for_each(|cell| join(&mut batch.text, *cell));
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

struct Comparing<'a> {
    plan: &'a Plan,
    there: There,
    verified: Verified,
}

impl<'a> Comparing<'a> {
    fn new(plan: &'a Plan, mapping: &ObjectMapping, there: There) -> Comparing<'a> {
        Comparing { plan, there, verified: Verified { object: mapping.to.clone(), ..Verified::default() } }
    }

    fn conclude(mut self) -> Verified {
        self.verified.others = self.there.values().sum();
        self.verified
    }

    /// A joined record as people read it.
    fn words(&self, joined: &[u8]) -> String {
        let mut rest = joined;
        let mut parts = Vec::new();
        for field in self.plan.target_fields() {
            let Some((len, after)) = rest.split_first_chunk::<4>() else { break };
            let len = (u32::from_le_bytes(*len) as usize).min(after.len());
            if len > 0 {
                parts.push(format!("{field}={}", String::from_utf8_lossy(&after[..len])));
            }
            rest = &after[len..];
        }
        parts.join(", ")
    }
}

impl Commit for Comparing<'_> {
    fn commit(&mut self, work: &mut Work) -> Result<(), Stop> {
        let mut from = 0;
        for end in &work.rows.ends {
            let joined = &work.rows.text[from..*end as usize];
            from = *end as usize;
            self.verified.expected += 1;
            match self.there.get_mut(&fingerprint(joined, 0)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    self.verified.equal += 1;
                }
                _ if self.verified.missing.len() < SHOWN => self.verified.missing.push(self.words(joined)),
                _ => {}
            }
        }
        Ok(())
    }
}
