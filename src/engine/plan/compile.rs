//! From a mapping and the source's fields to a plan, or to every expression that does not compile.

use super::field::{Link, PlanField};
use super::{Pilot, Plan, PlanOptions, row};
use crate::engine::codes::Codes;
use crate::profile::{Expression, FieldMapping, FilledBy, Issue, ObjectMapping};
use crate::rules::FieldRules;
use crate::schema::{Field, FieldType, Object};
use crate::transform::{self, Diagnostic, Program, RunContext, Scope};

impl Plan {
    /// Compiles a mapping against the source's fields. `target` adds what the target's schema knows.
    ///
    /// # Errors
    /// Every expression that does not compile, at its place in the profile's text.
    pub fn compile(
        mapping: &ObjectMapping,
        source_fields: &[String],
        target: Option<&Object>,
        options: PlanOptions,
    ) -> Result<Plan, Vec<Issue>> {
        let target_fields: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
        let scope = Scope { source_fields, target_fields: &target_fields };
        let mut issues = Vec::new();
        let mut fields = Vec::new();
        for field in &mapping.fields {
            if let Some(compiled) = compile_field(field, &scope, target, &options, &mut issues) {
                fields.push(compiled);
            }
        }
        let mut condition = |expression: &Expression| {
            noted(expression, Program::compile_condition(&expression.text, &scope), &mut issues)
        };
        let filter = mapping.filter.as_ref().and_then(&mut condition);
        let checks: Vec<Program> = mapping.checks.iter().filter_map(|check| condition(&check.that)).collect();
        let key = mapping
            .duplicates
            .as_ref()
            .and_then(|rule| noted(&rule.key, Program::compile(&rule.key.text, &scope), &mut issues));
        if !issues.is_empty() {
            return Err(issues);
        }
        let order = evaluation_order(&fields).map_err(|field| {
            let place = mapping.fields[field].place;
            vec![Issue {
                severity: crate::profile::Severity::Error,
                file: String::new(),
                line: place.line,
                column: place.column,
                length: 1,
                message: format!("`{}` needs its own value, by way of `target.`", target_fields[field]),
                hint: Some("Break the circle: let one of the fields read the source instead".to_owned()),
            }]
        })?;
        let unique = (0..fields.len()).filter(|index| mapping.fields[*index].checks.unique).collect();
        let pilot = options.keys.map(|keys| Pilot {
            keys,
            field: mapping.key.first().and_then(|key| target_fields.iter().position(|field| field == key)),
        });
        let runs = row::runs(&fields);
        Ok(Plan {
            runs,
            source_fields: source_fields.to_vec(),
            target_fields,
            fields,
            order,
            filter,
            checks,
            key,
            pilot,
            unique,
            codes: Codes::new(mapping),
            context: RunContext::new(options.now),
            keep_ragged: mapping.keep_ragged,
            reject_repaired: mapping.reject_repaired,
            wanted: options.links.wanted(mapping),
        })
    }
}

/// Keeps a program, or the issues of the expression that did not become one.
fn noted(
    expression: &Expression,
    compiled: Result<Program, Vec<Diagnostic>>,
    issues: &mut Vec<Issue>,
) -> Option<Program> {
    compiled.map_err(|found| issues.extend(found.iter().map(|one| Issue::of_expression(expression, one)))).ok()
}

fn compile_field(
    field: &FieldMapping,
    scope: &Scope<'_>,
    target: Option<&Object>,
    options: &PlanOptions,
    issues: &mut Vec<Issue>,
) -> Option<PlanField> {
    let (expression, link) = match &field.filled_by {
        FilledBy::Expression(expression) => (expression, None),
        FilledBy::Lookup(lookup) => (&lookup.value, Some(lookup)),
    };
    let program = noted(expression, Program::compile_field(&expression.text, scope, field.values.as_ref()), issues)?;
    let rules = match FieldRules::compile(field, scope) {
        Ok(rules) => rules.for_target(options.holds.for_field(declared(field, target).as_ref())),
        Err(found) => {
            issues.extend(found);
            return None;
        }
    };
    let schema = target.and_then(|object| object.field(&field.target));
    let kind = field.checks.field_type.or(schema.map(|field| field.field_type));
    let by_date = program.result_type() == transform::Type::Date || program.result_type() == transform::Type::DateTime;
    let ordered = by_date || matches!(kind, Some(FieldType::Date | FieldType::DateTime));
    let picklist = field.values.is_some() || !field.checks.one_of.is_empty();
    let link = link.map(|lookup| Link {
        table: options.links.table(&lookup.object, &lookup.by).unwrap_or_default(),
        object: lookup.object.clone(),
        by: lookup.by.clone(),
        missing: lookup.missing,
    });
    let same_as = program.same_as().filter(|_| link.is_none());
    Some(PlanField { program, rules, ordered, picklist, link, same_as })
}

/// The target field of a mapping, as far as the profile or the target's schema says its type.
pub(in crate::engine) fn declared(field: &FieldMapping, target: Option<&Object>) -> Option<Field> {
    let known = target.and_then(|object| object.field(&field.target)).cloned();
    match field.checks.field_type {
        Some(field_type) => {
            let same = known.filter(|known| known.field_type == field_type);
            Some(same.unwrap_or_else(|| Field { field_type, ..Field::named(&field.target) }))
        }
        None => known,
    }
}

/// An order in which every field comes after those it reads; the error is a field on a circle.
fn evaluation_order(fields: &[PlanField]) -> Result<Vec<usize>, usize> {
    let mut order = Vec::with_capacity(fields.len());
    let mut placed = vec![false; fields.len()];
    let ready = |index: usize, placed: &[bool]| {
        let rules = fields[index].rules.target_fields();
        fields[index].program.target_fields().iter().chain(rules).all(|needed| placed[*needed])
    };
    while order.len() < fields.len() {
        let before = order.len();
        for index in 0..fields.len() {
            if !placed[index] && ready(index, &placed) {
                placed[index] = true;
                order.push(index);
            }
        }
        if order.len() == before {
            return Err(placed.iter().position(|placed| !placed).unwrap_or(0));
        }
    }
    Ok(order)
}
