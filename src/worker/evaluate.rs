//! What one mapping gives on the records of the sample: the plan's own values and findings, with every step.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::opened::Shelf;
use super::{Teller, locked};
use crate::app::{Answer, EvaluatedRow, Evaluation, Question, Records};
use crate::connect::holds;
use crate::engine::{Links, Plan, PlanOptions, PreviewCell, PreviewSettle, preview};
use crate::profile::ObjectMapping;
use crate::record::{Cell, Kind, SourceType};
use crate::schema::Object;
use crate::transform::{Input, Program, RunContext, Scope, Scratch, Targets};

/// Answers a question about one target field.
pub(super) fn evaluate(question: Question, shelf: &Mutex<Shelf>, cancelled: &AtomicBool, teller: &Teller) {
    let target = {
        let shelf = locked(shelf);
        let mapping = question.profile.objects.get(question.pair);
        mapping.and_then(|mapping| shelf.target_object(&mapping.to)).cloned()
    };
    let evaluation = results(&question, target.as_ref(), cancelled);
    if !cancelled.load(Ordering::Relaxed) {
        let Question { asker, revision, target, .. } = question;
        teller.tell(Answer::Evaluated { asker, revision, target, evaluation: Box::new(evaluation) });
    }
}

fn results(question: &Question, target: Option<&Object>, cancelled: &AtomicBool) -> Evaluation {
    let problem = |text: String| Evaluation { problem: Some(text), ..Evaluation::default() };
    let Some(mapping) = question.profile.objects.get(question.pair) else {
        return problem("the profile has no such object".to_owned());
    };
    let sample: &Records = &question.sample;
    let names: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
    let scope = Scope { source_fields: &sample.fields, target_fields: &names };
    let program = match Program::compile(&question.expression, &scope) {
        Ok(program) => program,
        Err(diagnostics) => return problem(diagnostics.first().map_or_else(String::new, |one| one.sentence())),
    };
    let part = only_what_it_needs(mapping, &question.target, &scope);
    let now = jiff::Timestamp::now();
    let options = PlanOptions {
        now,
        keys: None,
        links: Links::of(&question.profile),
        holds: holds(&question.profile.target, &mapping.to),
    };
    let plan = match Plan::compile(&part, &sample.fields, target, options) {
        Ok(plan) => plan,
        Err(issues) => return problem(issues.first().map_or_else(String::new, |issue| issue.message.clone())),
    };
    let Some(at) = plan.target_fields().iter().position(|name| *name == question.target) else {
        return problem("the field is not in the profile".to_owned());
    };
    let context = RunContext::new(now);
    let mut evaluation = Evaluation {
        inputs: program.source_fields().iter().filter_map(|field| sample.fields.get(*field).cloned()).collect(),
        ..Evaluation::default()
    };
    let (mut plan_scratch, mut scratch, mut settled) = (plan.scratch(), Scratch::default(), PreviewSettle::new(&plan));
    for (record, one) in sample.batch.records().zip(preview(&plan, &sample.batch, &mut plan_scratch, &mut settled)) {
        if cancelled.load(Ordering::Relaxed) {
            break;
        }
        let finished = finished_values(&names, plan.target_fields(), &one.after);
        let input = Input { record, targets: &finished, it: Cell::MISSING, context: &context };
        let (_, steps) = program.run_traced(&input, &mut scratch);
        let findings: Vec<_> = one.findings.into_iter().filter(|finding| finding.field == question.target).collect();
        evaluation.failing += usize::from(!findings.is_empty());
        evaluation.rows.push(EvaluatedRow {
            origin: one.origin,
            inputs: program.source_fields().iter().map(|field| record.cell(*field).display().into_owned()).collect(),
            steps: steps.into_iter().map(|step| (step.span, step.value)).collect(),
            output: one.after.get(at).filter(|cell| is_filled(cell)).map(|cell| cell.text.clone()),
            findings,
        });
    }
    evaluation
}

fn is_filled(cell: &PreviewCell) -> bool {
    !matches!(cell.kind, Kind::Missing | Kind::Null)
}

/// Finished values of target fields, by their index in the program's scope.
pub(super) struct FinishedValues<'a>(Vec<Cell<'a>>);

impl Targets for FinishedValues<'_> {
    fn target(&self, index: usize) -> Cell<'_> {
        self.0.get(index).copied().unwrap_or(Cell::MISSING)
    }
}

/// The plan's values, in the order that the program's scope has.
pub(super) fn finished_values<'a>(wanted: &[String], names: &[String], cells: &'a [PreviewCell]) -> FinishedValues<'a> {
    let values = wanted
        .iter()
        .map(|name| match names.iter().position(|known| known == name).and_then(|at| cells.get(at)) {
            Some(cell) => Cell { kind: cell.kind, source_type: SourceType::Untyped, bytes: cell.text.as_bytes() },
            None => Cell::MISSING,
        })
        .collect();
    FinishedValues(values)
}

/// The mapping with the target field and those whose finished values it reads: others cannot get in its way.
fn only_what_it_needs(mapping: &ObjectMapping, target: &str, scope: &Scope<'_>) -> ObjectMapping {
    let mut needed = vec![target.to_owned()];
    let mut at = 0;
    while let Some(name) = needed.get(at).cloned() {
        at += 1;
        let Some(field) = mapping.fields.iter().find(|field| field.target == name) else { continue };
        let Ok(program) = Program::compile(&field.expression().text, scope) else { continue };
        for read in program.target_fields() {
            if let Some(read) = scope.target_fields.get(*read)
                && !needed.contains(read)
            {
                needed.push(read.clone());
            }
        }
    }
    ObjectMapping {
        fields: mapping.fields.iter().filter(|field| needed.contains(&field.target)).cloned().collect(),
        filter: None,
        duplicates: None,
        key: Vec::new(),
        checks: Vec::new(),
        examples: Vec::new(),
        ..mapping.clone()
    }
}
