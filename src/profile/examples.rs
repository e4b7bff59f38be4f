//! The examples of a profile: records and what must come out, run through the plan that a run would use.

use jiff::Timestamp;

use super::uses::source_fields_used;
use super::{Example, Issue, ObjectMapping, Place, Profile};
use crate::connect::holds;
use crate::engine::{Links, Plan, PlanOptions, PlanScratch, Verdict};
use crate::record::{Batch, Cell, Kind, Origin, SourceType};
use crate::schema::Schema;

/// How an example came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// The target object.
    pub object: String,
    /// Among the object's examples, from 1.
    pub number: usize,
    pub place: Place,
    /// Empty where it passed.
    pub differences: Vec<Difference>,
}

impl ExampleResult {
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One thing that came out otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Texts; `None` is an empty value.
    Value { field: String, expected: Option<String>, found: Option<String> },
    /// A field that a value was expected of had a finding instead.
    Finding { field: String, reason: String },
    /// An expected finding did not come out; these did, as `field:code`.
    NoFinding { expected: String, found: Vec<String> },
    /// The object's `where` leaves the record out.
    Filtered,
}

/// Runs every example. Fields that are not given are empty; lookups are not followed, so that a looked-up field has the
/// value that would be looked up. Findings on fields that an example does not name do not matter to it.
///
/// # Errors
/// Every expression that does not compile, at its place.
pub fn run_examples(
    profile: &Profile,
    source: Option<&Schema>,
    now: Timestamp,
) -> Result<Vec<ExampleResult>, Vec<Issue>> {
    let mut results = Vec::new();
    for mapping in profile.objects.iter().filter(|mapping| !mapping.examples.is_empty()) {
        let fields = source_fields(mapping, source);
        let options =
            PlanOptions { now, keys: None, links: Links::of(profile), holds: holds(&profile.target, &mapping.to) };
        let plan = Plan::compile(mapping, &fields, None, options)?;
        let mut scratch = plan.scratch();
        for (index, example) in mapping.examples.iter().enumerate() {
            results.push(ExampleResult {
                object: mapping.to.clone(),
                number: index + 1,
                place: example.place,
                differences: differences(&plan, &mut scratch, &fields, example, index),
            });
        }
    }
    Ok(results)
}

/// The source's own fields where they are known; else those that the mapping and its examples name.
fn source_fields(mapping: &ObjectMapping, source: Option<&Schema>) -> Vec<String> {
    let object = source.and_then(|source| match source.objects.as_slice() {
        [only] => Some(only),
        _ => source.object(&mapping.from),
    });
    let mut fields: Vec<String> = match object {
        Some(object) => object.fields.iter().map(|field| field.name.clone()).collect(),
        None => source_fields_used(mapping),
    };
    for (name, _) in mapping.examples.iter().flat_map(|example| &example.given) {
        if !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    fields
}

fn differences(
    plan: &Plan,
    scratch: &mut PlanScratch,
    fields: &[String],
    example: &Example,
    index: usize,
) -> Vec<Difference> {
    let mut batch = Batch::new(fields.len());
    for field in fields {
        batch.push_cell(match example.given.iter().find(|(name, _)| name == field) {
            Some((_, Some(text))) => Cell::text(text),
            Some((_, None)) => Cell { kind: Kind::Null, source_type: SourceType::Untyped, bytes: b"" },
            None => Cell::MISSING,
        });
    }
    batch.end_row(Origin { number: index as u64 + 1, line: 0 }, (0, 0), None);
    let record = batch.record(0);
    let verdict = plan.run(record, scratch);
    if verdict == Verdict::Filtered {
        return vec![Difference::Filtered];
    }
    let mut found = Vec::new();
    for (field, expected) in &example.expect {
        let at = plan.target_fields().iter().position(|name| name == field);
        let value = at.map(|at| plan.cell(at, record, scratch)).filter(Cell::is_filled);
        let value = value.map(|cell| cell.display().into_owned());
        let expected = expected.clone().filter(|text| !text.is_empty());
        if value != expected {
            found.push(Difference::Value { field: field.clone(), expected, found: value });
        }
    }
    let findings = if verdict == Verdict::Rejected { plan.explain(record, scratch) } else { Vec::new() };
    let labels: Vec<String> = findings.iter().map(|finding| finding.label()).collect();
    for expected in &example.errors {
        if !labels.contains(expected) {
            found.push(Difference::NoFinding { expected: expected.clone(), found: labels.clone() });
        }
    }
    for finding in findings {
        let named = example.expect.iter().any(|(field, _)| *field == finding.field);
        if named && !example.errors.contains(&finding.label()) {
            found.push(Difference::Finding { field: finding.field, reason: finding.reason });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::parse;

    fn run(lines: &str) -> Vec<Vec<Difference>> {
        let text = format!(
            "mapwright: 1\nobjects:\n  - to: T\n    where: status != \"gone\"\n    fields:\n      Name: {{ value: name | trim, required: true }}\n      Mail: {{ value: mail | lower, pattern: \".+@.+\" }}\n    examples:\n{lines}"
        );
        let profile = parse(&text, Path::new("")).unwrap_or_else(|issues| panic!("{issues:?}"));
        let results = run_examples(&profile, None, Timestamp::UNIX_EPOCH).unwrap_or_else(|issues| panic!("{issues:?}"));
        results.into_iter().map(|result| result.differences).collect()
    }

    #[test]
    fn examples_that_hold_have_no_differences() {
        let found = run(
            "      - given: { name: \" Ada \", mail: A@X }\n        expect: { Name: Ada, Mail: a@x }\n      - given: { mail: A@X }\n        expect: { Mail: a@x }\n      - given: { mail: nope, name: null }\n        errors: [Name:required, Mail:pattern]\n      - given: { name: Ada }\n        expect: { Mail: null, Name: Ada }\n",
        );
        assert_eq!(found, [vec![], vec![], vec![], vec![]]);
    }

    #[test]
    fn what_comes_out_otherwise_is_told() {
        let found = run(
            "      - given: { name: Ada }\n        expect: { Name: Bob }\n      - given: { name: Ada, mail: nope }\n        expect: { Mail: nope }\n      - given: { name: Ada }\n        errors: Mail:pattern\n      - given: { status: gone }\n        expect: { Name: null }\n",
        );
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            found[0],
            [Difference::Value { field: "Name".to_owned(), expected: text("Bob"), found: text("Ada") }]
        );
        assert!(matches!(&found[1][..], [Difference::Finding { field, .. }] if field == "Mail"), "{:?}", found[1]);
        assert_eq!(found[2], [Difference::NoFinding { expected: "Mail:pattern".to_owned(), found: vec![] }]);
        assert_eq!(found[3], [Difference::Filtered]);
    }

    #[test]
    fn expressions_that_do_not_compile_are_told_instead() {
        let text = "mapwright: 1\nobjects:\n  - fields: { A: a | nonsense }\n    examples:\n      - given: { a: b }\n        expect: { A: b }\n";
        let profile = parse(text, Path::new("")).expect("valid in form");
        assert!(run_examples(&profile, None, Timestamp::UNIX_EPOCH).is_err());
    }
}
