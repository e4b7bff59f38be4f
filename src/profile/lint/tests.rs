use std::path::Path;

use super::*;
use crate::profile::arbitrary::SAMPLE;
use crate::profile::{Problems, Severity, parse, render};
use crate::schema::{Constraints, Field, FieldType};

fn object(name: &str, fields: Vec<Field>) -> Object {
    Object { name: name.to_owned(), fields, ..Object::default() }
}

fn schema(objects: Vec<Object>) -> Schema {
    Schema { name: "test".to_owned(), objects }
}

fn source() -> Schema {
    let names = ["first_name", "last_name", "email", "phone", "status", "country", "created", "id", "First Name"];
    schema(vec![object("contacts.csv", names.map(Field::named).to_vec()), object("deals.csv", vec![])])
}

fn target() -> Schema {
    let with = |name: &str, field_type, constraints| Field { field_type, constraints, ..Field::named(name) };
    let required = Constraints { required: true, ..Constraints::default() };
    let fields = vec![
        with("Id", FieldType::Id, Constraints { read_only: true, required: true, ..Constraints::default() }),
        with("LastName", FieldType::Text, Constraints { max_length: Some(80), ..required.clone() }),
        with("Email", FieldType::Email, Constraints::default()),
        with(
            "Status",
            FieldType::Picklist,
            Constraints { one_of: ["Active", "Inactive"].map(str::to_owned).to_vec(), ..Constraints::default() },
        ),
        with("Born", FieldType::Date, Constraints::default()),
        with("Owner", FieldType::Text, Constraints { default: Some("me".to_owned()), ..required }),
    ];
    schema(vec![object("Contact", fields)])
}

fn issues(lines: &str, source: Option<&Schema>, target: Option<&Schema>) -> (String, Vec<Issue>) {
    let text = format!("mapwright: 1\nobjects:\n  - {}\n", lines.replace('\n', "\n    "));
    let profile = match parse(&text, Path::new("")) {
        Ok(profile) => profile,
        Err(issues) => panic!("{}", Problems { issues, text }),
    };
    let issues = lint(&profile, &text, &LintContext { source, target });
    (text, issues)
}

/// The only issue, and the characters that it points at.
fn only(lines: &str) -> (Severity, String, String) {
    let (text, found) = issues(lines, Some(&source()), Some(&target()));
    let shown: String = found.iter().map(|issue| render(issue, &text)).collect();
    assert_eq!(found.len(), 1, "{lines}\n{shown}");
    let issue = found.into_iter().next().expect("one");
    let line = text.lines().nth(issue.line as usize - 1).expect("the line");
    let pointed = line.chars().skip(issue.column as usize - 1).take(issue.length as usize).collect();
    (issue.severity, format!("{}; {}", issue.message, issue.hint.unwrap_or_default()), pointed)
}

const HEAD: &str = "from: contacts.csv\nto: Contact\n";

#[test]
fn a_good_profile_has_no_issue() {
    let lines = format!("{HEAD}fields:\n  LastName: last_name | trim\n  Email: email");
    let (_, found) = issues(&lines, Some(&source()), Some(&target()));
    assert_eq!(found, []);
    let profile = parse(SAMPLE, Path::new("")).expect("valid");
    let found = lint(&profile, SAMPLE, &LintContext::default());
    assert_eq!(found, []);
}

#[test]
fn complaints_stand_under_the_characters() {
    for (field, message, pointed) in [
        ("frist_name | trim", "there is no source field `frist_name`; did you mean `first_name`?", "frist_name"),
        ("'frist_name | trim'", "did you mean `first_name`?", "frist_name"),
        ("\"email | lowr\"", "there is no function `lowr`", "lowr"),
        ("{ value: email | trm, required: true }", "there is no function `trm`", "trm"),
        ("|-\n    first_name\n      | trm", "there is no function `trm`", "trm"),
        ("first_name |\n    trm", "there is no function `trm`", "trm"),
        ("field(\"Frist Name\")", "no source field `Frist Name`", "field(\"Frist Name\")"),
    ] {
        let lines = format!("{HEAD}fields:\n  LastName: last_name\n  Email: {field}");
        let (severity, said, at) = only(&lines);
        assert_eq!(severity, Severity::Error);
        assert!(said.contains(message), "{field}: {said}");
        assert!(at.starts_with(pointed), "{field}: points at {at:?}");
    }
    for (line, pointed) in [
        ("where: stauts != \"x\"", "stauts"),
        ("duplicates: { key: emial | trim }", "emial"),
        ("duplicates: emial", "emial"),
        ("checks:\n  ok: emial != \"\"", "emial"),
        ("checks:\n  - { name: ok, that: emial != \"\" }", "emial"),
    ] {
        let (_, said, at) = only(&format!("{HEAD}{line}\nfields:\n  LastName: last_name"));
        assert!(said.contains("did you mean"), "{line}: {said}");
        assert_eq!(at, pointed, "{line}");
    }
}

#[test]
fn what_yaml_misreads_is_named_plainly() {
    for (field, message) in [
        ("\"Legacy\"", "the quotes belong to YAML: this is the field `Legacy`"),
        ("'Legacy CRM'", "'\"Legacy CRM\"'"),
        ("email ?? \"no #\"", "a blank and `#` begin a comment"),
        ("yes", "write `true`"),
        ("2024-01-31", "'\"2024-01-31\"'"),
    ] {
        let (_, said, _) = only(&format!("{HEAD}fields:\n  LastName: last_name\n  Email: {field}"));
        assert!(said.contains(message), "{field}: {said}");
    }
}

#[test]
fn the_target_s_demands_are_checked() {
    for (fields, severity, message, pointed) in [
        ("Email: email", Severity::Error, "`Contact` needs `LastName`, and nothing fills it", "fields"),
        (
            "LastName: id\n  Emial: email",
            Severity::Error,
            "`Contact` has no field `Emial`; did you mean `Email`?",
            "Emial",
        ),
        ("LastName: id\n  Id: id", Severity::Error, "`Id` is set by the target itself", "Id"),
        ("LastName: { value: id, max_length: 120 }", Severity::Warning, "`LastName` holds 80 characters", "120"),
        (
            "LastName: id\n  Born: { value: id, type: email }",
            Severity::Warning,
            "is of type date in the target",
            "email",
        ),
        (
            "LastName: id\n  Status: { value: status, values: { a: Active, b: Inactiv } }",
            Severity::Warning,
            "`Inactiv` is no value of `Status` in the target; did you mean `Inactive`?",
            "Inactiv",
        ),
        (
            "LastName: id\n  Status: { value: status, values: { a: Active }, otherwise: Gone }",
            Severity::Warning,
            "`Gone` is no value",
            "Gone",
        ),
        ("LastName: id\n  Status: '\"Old\"'", Severity::Warning, "its values are: Active, Inactive", "'\"Old\"'"),
        (
            "LastName: id\n  Status: { value: status, one_of: [Active, Lost] }",
            Severity::Warning,
            "`Lost` is no value",
            "Lost",
        ),
        ("LastName: id\n  lastname: id", Severity::Warning, "differ only in case", "lastname"),
    ] {
        let lines = format!("{HEAD}fields:\n  {fields}");
        let (text, mut found) = issues(&lines, Some(&source()), Some(&target()));
        // A name that differs in case is at the same time no field of the target.
        found.retain(|issue| found_once(&issue.message, message));
        assert_eq!(found.len(), 1, "{fields}: {message}");
        let issue = &found[0];
        assert_eq!(issue.severity, severity, "{fields}");
        let line = text.lines().nth(issue.line as usize - 1).expect("the line");
        let at: String = line.chars().skip(issue.column as usize - 1).take(issue.length as usize).collect();
        assert_eq!(at, pointed, "{fields}");
        assert!(
            format!("{}; {}", issue.message, issue.hint.clone().unwrap_or_default()).contains(message),
            "{issue:?}"
        );
    }
}

/// The part of the expected words that belongs to the message.
fn found_once(said: &str, expected: &str) -> bool {
    let head = expected.split("; ").next().unwrap_or(expected);
    said.contains(head) || (head.starts_with("its values") && said.contains("is no value"))
}

#[test]
fn keys_lookups_and_order_are_checked() {
    for (lines, message) in [
        (
            "from: contacts.csv\nkey: Emial\nfields:\n  Email: email",
            "the key field `Emial` is not mapped; did you mean `Email`?",
        ),
        ("from: contacts.csv\nwrite: upsert\nfields:\n  Email: email", "`write: upsert` needs a key"),
        (
            "from: contacts.csv\nfields:\n  A: { lookup: id, in: Acount, by: x }\n  B: target.A\n  C: id",
            "there is no target object `Acount`",
        ),
        (
            "from: contacts.csv\nfields:\n  A: target.B | trim\n  B: target.C\n  C: target.A",
            "these fields wait for one another: A -> B -> C -> A",
        ),
        ("from: contacts.csv\nfields:\n  A: target.A", "`A` reads its own finished value"),
        ("from: contact.csv\nfields:\n  A: id", "the source has no object `contact.csv`; did you mean `contacts.csv`?"),
        (
            "from: contacts.csv\nfields:\n  A: id\nexamples:\n  - given: { emial: x }\n    expect: { A: x }",
            "the source has no field `emial`",
        ),
        (
            "from: contacts.csv\nfields:\n  A: id\nexamples:\n  - given: { email: x }\n    expect: { B: x }",
            "no target field `B` is mapped",
        ),
    ] {
        let empty = schema(Vec::new());
        let (text, found) = issues(lines, Some(&source()), Some(&empty));
        let shown: String = found.iter().map(|issue| render(issue, &text)).collect();
        assert!(
            found.len() == 1
                && format!("{}; {}", found[0].message, found[0].hint.clone().unwrap_or_default()).contains(message),
            "{lines}\n{shown}"
        );
        assert!(found[0].line > 2, "{shown}");
    }
}

#[test]
fn objects_that_fight_or_wait_for_one_another_are_told() {
    let object = |to: &str, lines: &str| format!("  - from: contacts.csv\n    to: {to}\n    {lines}\n");
    let said = |objects: &[String]| {
        let text = format!("mapwright: 1\nobjects:\n{}", objects.concat());
        let profile = parse(&text, Path::new("")).unwrap_or_else(|issues| panic!("{issues:?}\n{text}"));
        let source = source();
        let found = lint(&profile, &text, &LintContext { source: Some(&source), target: None });
        found.into_iter().map(|issue| (issue.line, issue.message)).collect::<Vec<_>>()
    };
    let looks = |to: &str| format!("fields: {{ X: {{ lookup: id, in: {to}, by: X }} }}");
    let plain = "fields: { X: id }";
    assert_eq!(said(&[object("A", &looks("B")), object("B", plain)]), [], "objects run in the order that they need");
    let circle = said(&[object("A", &looks("B")), object("B", &looks("A"))]);
    assert_eq!(circle, [(5, "the lookups of these objects go round in a circle: A -> B -> A".to_owned())]);
    assert_eq!(said(&[object("A", &looks("A"))])[0].1, "`A` looks up its own records, which are not written yet");
    let replaced = said(&[object("A", plain), object("A", &format!("write: replace\n    {plain}"))]);
    assert_eq!(replaced, [(8, "this replaces what an earlier object of the profile writes into `A`".to_owned())]);
}

#[test]
fn a_profile_without_its_text_keeps_the_places_of_the_model() {
    let text = "mapwright: 1\nobjects:\n  - from: contacts.csv\n    fields:\n      A: id | trm\n";
    let profile = parse(text, Path::new("")).expect("valid");
    let source = source();
    let context = LintContext { source: Some(&source), target: None };
    let with = lint(&profile, text, &context);
    let without = lint(&profile, "", &context);
    assert_eq!((with[0].line, with[0].column), (5, 15));
    assert_eq!((without[0].line, without[0].column), (5, 15));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn no_text_makes_reading_checking_showing_or_saving_panic(
        changes in proptest::collection::vec((0usize..SAMPLE.len(), 0usize..20, "[ -~\n\tä\u{202e}\u{feff}]{0,4}"), 1..6),
    ) {
        let mut text = SAMPLE.to_owned();
        for (at, length, new) in changes {
            let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (start + length..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            text.replace_range(start..end, &new);
        }
        let issues = match parse(&text, Path::new("")) {
            Err(issues) => issues,
            Ok(mut profile) => {
                let (source, target) = (source(), target());
                let issues = lint(&profile, &text, &LintContext { source: Some(&source), target: Some(&target) });
                profile.name = Some("changed".to_owned());
                let _ = crate::profile::new_text(&text, &profile);
                issues
            }
        };
        for issue in issues {
            let shown = render(&issue, &text);
            proptest::prop_assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
            proptest::prop_assert!(issue.line as usize <= text.split('\n').count(), "{issue:?}");
        }
    }
}
