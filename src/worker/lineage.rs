//! One record's way through the mapping, station by station.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use super::evaluate::{FinishedValues, finished_values};
use super::opened::Shelf;
use super::pages;
use super::preview::compiled;
use super::{Teller, locked};
use crate::app::boards::lineage::{Lineage, LineageLine, Station};
use crate::app::{Answer, Problem, Records};
use crate::connect::Source;
use crate::engine::{Preview, PreviewCell, PreviewFate, PreviewSettle, preview, source_object};
use crate::profile::{FieldMapping, FilledBy, ObjectMapping, Profile};
use crate::record::{Cell, Kind, RecordRef};
use crate::schema::Object;
use crate::transform::{Input, Program, RunContext, Scope, Scratch};

pub(super) fn trace(
    profile: &Profile,
    pair: usize,
    number: u64,
    about: Option<String>,
    shelf: &Mutex<Shelf>,
    teller: &Teller,
) {
    let (source, target) = {
        let shelf = locked(shelf);
        let mapping = profile.objects.get(pair);
        (shelf.source.clone(), mapping.and_then(|mapping| shelf.target_object(&mapping.to)).cloned())
    };
    let (Some(source), Some(mapping)) = (source, profile.objects.get(pair)) else { return };
    match way(profile, mapping, number, &source, shelf, target.as_ref()) {
        Ok(lineage) => teller.tell(Answer::Lineage(Box::new(Lineage { about, ..lineage }))),
        Err(error) => {
            teller.tell(Answer::Failed(Problem::new(format!("Record {number} could not be followed"), &error)));
        }
    }
}

fn way(
    profile: &Profile,
    mapping: &ObjectMapping,
    number: u64,
    source: &Arc<dyn Source>,
    shelf: &Mutex<Shelf>,
    target: Option<&Object>,
) -> Result<Lineage, String> {
    let object = source_object(&**source, &mapping.from).map_err(|error| error.to_string())?;
    let records =
        pages::one(source, &object, number, shelf, &AtomicBool::new(false)).map_err(|error| error.to_string())?;
    let mut lineage = Lineage {
        number,
        source: format!("{}: {object}", profile.source.address),
        fate: "not found".to_owned(),
        ..Lineage::default()
    };
    if records.is_empty() {
        return Ok(lineage);
    }
    let plan = compiled(profile, mapping, &records.fields, target)
        .map_err(|issues| issues.first().map_or_else(String::new, |issue| issue.message.clone()))?;
    let mut settled = PreviewSettle::new(&plan);
    let Some(one) = preview(&plan, &records.batch, &mut plan.scratch(), &mut settled).into_iter().next() else {
        return Ok(lineage);
    };
    lineage.origin = one.origin.to_string();
    lineage.rejected = one.fate == PreviewFate::Rejected;
    lineage.fate = match one.fate {
        PreviewFate::Written => "written, unless another record with its key stays".to_owned(),
        PreviewFate::Rejected => "rejected".to_owned(),
        PreviewFate::Duplicate => "duplicate".to_owned(),
        PreviewFate::Filtered => "left out by `where`".to_owned(),
    };
    let names: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
    let finished = finished_values(&names, plan.target_fields(), &one.after);
    for field in &mapping.fields {
        stations(field, &names, &records, &one, plan.target_fields(), &finished, &mut lineage.lines);
    }
    for finding in one.findings.iter().filter(|finding| !names.contains(&finding.field)) {
        lineage.lines.push(LineageLine {
            target: finding.field.clone(),
            station: Station::Finding,
            what: finding.code.clone(),
            value: Some(finding.reason.clone()),
        });
    }
    Ok(lineage)
}

/// A target field's source values, steps, value map, result and findings.
fn stations(
    field: &FieldMapping,
    names: &[String],
    records: &Records,
    one: &Preview,
    planned: &[String],
    finished: &FinishedValues<'_>,
    lines: &mut Vec<LineageLine>,
) {
    let mut put = |station: Station, what: &str, value: Option<String>| {
        lines.push(LineageLine { target: field.target.clone(), station, what: what.to_owned(), value });
    };
    let text = &field.expression().text;
    let scope = Scope { source_fields: &records.fields, target_fields: names };
    let mut given: Option<String> = None;
    if let Ok(program) = Program::compile(text, &scope) {
        for column in program.source_fields() {
            let name = records.fields.get(*column).map_or("", String::as_str);
            put(Station::Source, name, shown(records.cell(0, *column)));
        }
        let context = RunContext::new(jiff::Timestamp::now());
        let record: RecordRef<'_> = records.batch.record(0);
        let mut scratch = Scratch::default();
        let input = Input { record, targets: finished, it: Cell::MISSING, context: &context };
        let (result, steps) = program.run_traced(&input, &mut scratch);
        given = result.ok().and_then(shown);
        for step in steps {
            let said = text.get(step.span.start..step.span.end).unwrap_or_default().trim();
            let said = said.rsplit('|').next().unwrap_or(said).trim();
            let value = (!matches!(step.kind, Kind::Missing | Kind::Null)).then_some(step.value);
            put(Station::Step, said, value);
        }
    }
    let out = planned.iter().position(|name| *name == field.target).and_then(|at| one.after.get(at));
    let out = out.and_then(filled);
    if let FilledBy::Lookup(lookup) = &field.filled_by {
        put(Station::Values, &format!("looked up in {} by {}", lookup.object, lookup.by), out.clone());
    } else if field.values.is_some() && given != out {
        put(Station::Values, "value map", out.clone());
    }
    put(Station::Target, &field.target, out);
    for finding in one.findings.iter().filter(|finding| finding.field == field.target) {
        put(Station::Finding, &finding.code, Some(finding.reason.clone()));
    }
}

fn shown(cell: Cell<'_>) -> Option<String> {
    (!matches!(cell.kind, Kind::Missing | Kind::Null)).then(|| cell.display().into_owned())
}

fn filled(cell: &PreviewCell) -> Option<String> {
    (!matches!(cell.kind, Kind::Missing | Kind::Null)).then(|| cell.text.clone())
}
