//! A profile with every form, and random changes to it, for the tests of editing and saving.

use std::path::Path;

use proptest::prelude::*;

use super::edit::{Edit, Settings};
use super::*;
use crate::connect::{LineEnds, Output, Quoting, Split};

/// Every form and many habits of writing, with comments in all places.
pub(super) const SAMPLE: &str = r#"# The move of our CRM
# kept by the data team

mapwright: 1   # the format
name: Legacy CRM
source: { path: legacy, delimiter: ";", encoding: windows-1252 }   # an export
target: sqlite:crm.db

objects:
  # people first
  - from: contacts.csv
    to: Contact     # people
    write: upsert
    key: Email
    where: status != "deleted"
    duplicates: { key: email | trim | lower, keep: last }  # the newest wins
    on_reject: { stop_at: 5% }
    fields:
      # names
      FirstName: first_name | trim | title
      LastName:  { value: last_name | trim, required: true, max_length: 80 }   # at most 80

      # contact
      Email:
        # as they wrote it
        value: email | email     # cleaned
        unique: true
        note: the key
      Phone: "phone | phone(country)"
      Status__c: { value: status | lower, values: { active: Active, act: Active }, otherwise: keep }
      Region:
        value: >-
          if country == "US"
          then state
          else country
        values:
          # west
          CA: West
          'NO': North   # not a boolean
          "": Unknown
        otherwise: null
      AccountId: { lookup: company_id, in: Account, by: legacy_id, missing: hold }
      Source: '"Legacy"'
      Tags: { value: tags, one_of: [a, 'b c'], length: 2..10 }
      # Fax: fax
    checks:
      # somebody must be reachable
      - { name: contact_required, that: target.Email != "" or target.Phone != "" }
      - name: dated
        that: created != ""   # always
        message: no date
    examples:
      # the plain case
      - given:  { first_name: " ada ", email: "ADA@X.ORG" }
        expect: { FirstName: Ada, Email: ada@x.org, Phone: null }
      - given: { email: n/a }
        errors: Email:pattern
  # then companies
  - from: companies.csv
    to: Account
    fields:
      Name: name | trim
      legacy_id: id
# the end
"#;

pub(super) fn sample() -> Profile {
    match parse(SAMPLE, Path::new("base")) {
        Ok(profile) => profile,
        Err(issues) => panic!("{}", Problems { issues, text: SAMPLE.to_owned() }),
    }
}

pub(super) fn any_edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(any_edit(), 1..8)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("first_name | trim".to_owned()),
        Just("concat(a, b)".to_owned()),
        Just("\"a: b\" # no".to_owned()),
        Just("if a\n  then b\nelse c".to_owned()),
        Just("007".to_owned()),
        Just("NO".to_owned()),
        "[a-z\"'#:,{}| ä]{0,12}[a-z)]",
    ]
}

fn any_target() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "FirstName",
            "LastName",
            "Email",
            "Phone",
            "Region",
            "Status__c",
            "Tags",
            "AccountId",
            "Name"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["New", "First Name", "a: b", "#x", "007"]).prop_map(str::to_owned),
    ]
}

fn any_values() -> impl Strategy<Value = ValueMap> {
    let otherwise = prop_oneof![
        Just(Otherwise::Reject),
        Just(Otherwise::Keep),
        Just(Otherwise::Null),
        any_text().prop_map(Otherwise::Value),
        Just(Otherwise::Value("keep".to_owned())),
    ];
    (prop::collection::btree_map(any_text(), any_text(), 0..12), otherwise)
        .prop_map(|(pairs, otherwise)| ValueMap { pairs: pairs.into_iter().collect(), otherwise })
}

fn any_checks() -> impl Strategy<Value = Checks> {
    (
        any::<bool>(),
        any::<bool>(),
        prop::option::of(1u32..5),
        prop::option::of(5u32..90),
        prop::collection::vec(any_text(), 0..3),
        prop::option::of(any_text()),
    )
        .prop_map(|(required, unique, min, max, one_of, compare)| Checks {
            required,
            unique,
            length: Length { min, max },
            one_of,
            range: Range { min: min.map(|min| min.to_string()), max: None },
            compare: compare.map(Expression::new),
            ..Checks::default()
        })
}

fn any_field() -> impl Strategy<Value = FieldMapping> {
    (any_target(), any_text(), prop::option::of(any_values()), any_checks(), prop::option::of(any_text())).prop_map(
        |(target, text, values, checks, note)| FieldMapping {
            target,
            filled_by: FilledBy::Expression(Expression::new(text)),
            values,
            checks,
            note,
            ..FieldMapping::default()
        },
    )
}

fn any_output() -> impl Strategy<Value = Output> {
    let split = prop_oneof![(1..9u64).prop_map(Split::Rows), (1..9u64).prop_map(Split::Bytes)];
    let quoting = prop_oneof![Just(Quoting::Minimal), Just(Quoting::All), Just(Quoting::NonNumeric)];
    let line_ends = prop_oneof![Just(LineEnds::Lf), Just(LineEnds::CrLf), Just(LineEnds::Cr)];
    let unfit = prop_oneof![Just(None), Just(Some("?".to_owned())), Just(Some(String::new()))];
    (quoting, prop::option::of(any::<bool>()), line_ends, unfit, prop::option::of(split))
        .prop_map(|(quoting, bom, line_ends, unfit, split)| Output { quoting, bom, line_ends, unfit, split })
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let object = 0usize..2;
    prop_oneof![
        prop::option::of(any_text()).prop_map(Edit::SetName),
        (any_text(), any_output(), any::<bool>()).prop_map(|(address, output, spreadsheet_safe)| {
            Edit::SetTarget(crate::connect::Location {
                address,
                base: Path::new("base").to_path_buf(),
                spreadsheet_safe,
                output,
                ..Default::default()
            })
        }),
        (object.clone(), 0usize..12, any_field()).prop_map(|(object, at, field)| Edit::AddField {
            object,
            at,
            field: Box::new(field)
        }),
        (object.clone(), any_target()).prop_map(|(object, target)| Edit::RemoveField { object, target }),
        (object.clone(), 0usize..10, 0usize..10).prop_map(|(object, from, to)| Edit::MoveField { object, from, to }),
        (object.clone(), any_target(), any_text()).prop_map(|(object, target, text)| Edit::SetExpression {
            object,
            target,
            text
        }),
        (object.clone(), any_target(), any_checks()).prop_map(|(object, target, checks)| Edit::SetChecks {
            object,
            target,
            checks: Box::new(checks)
        }),
        (object.clone(), any_target(), prop::option::of(any_values()))
            .prop_map(|(object, target, values)| Edit::SetValues { object, target, values }),
        (object.clone(), any_target(), prop::option::of(any_text())).prop_map(|(object, target, note)| Edit::SetNote {
            object,
            target,
            note
        }),
        (object.clone(), any_text(), any_text()).prop_map(|(object, name, that)| Edit::SetRecordChecks {
            object,
            checks: vec![RecordCheck {
                name: name.replace([':', ';', '\n'], "_"),
                that: Expression::new(that),
                message: None
            }],
        }),
        (object, prop::option::of(any_text()), prop::collection::vec(any_text(), 0..3)).prop_map(
            |(object, filter, key)| {
                let settings = Settings {
                    from: format!("from{object}"),
                    to: format!("to{object}"),
                    key,
                    filter: filter.map(Expression::new),
                    stop_at: Some(Threshold::Share(0.125)),
                    ..Settings::default()
                };
                Edit::SetSettings { object, settings: Box::new(settings) }
            }
        ),
        Just(Edit::RemoveObject { at: 1 }),
        any_field().prop_map(|field| {
            let fields = vec![field];
            let object = ObjectMapping {
                from: "more.csv".to_owned(),
                to: "More".to_owned(),
                fields,
                ..ObjectMapping::default()
            };
            Edit::AddObject { at: 1, object: Box::new(object) }
        }),
    ]
}
