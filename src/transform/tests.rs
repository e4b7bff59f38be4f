//! The language as a whole: parse, compile, run.

use super::*;
use crate::profile::ValueMap;
use crate::record::{Batch, Cell, Origin};

pub(super) fn context() -> RunContext {
    RunContext::new("2026-11-21T10:30:00Z".parse().unwrap())
}

pub(super) fn record(cells: &[&str]) -> Batch {
    let mut batch = Batch::new(cells.len());
    for cell in cells {
        batch.push_cell(Cell::text(cell));
    }
    batch.end_row(Origin { number: 1, line: 2 }, (0, 0), None);
    batch
}

fn run(program: &Program, cells: &[&str], targets: &dyn Targets) -> String {
    let batch = record(cells);
    let context = context();
    let input = Input { record: batch.record(0), targets, it: Cell::MISSING, context: &context };
    let mut scratch = Scratch::default();
    match program.run(&input, &mut scratch) {
        Ok(cell) => cell.display().into_owned(),
        Err(fault) => format!("! {}", fault.code),
    }
}

/// The value of an expression over named fields; a finding is `! code`, a diagnostic its sentence.
pub(super) fn evaluate(text: &str, fields: &[(&str, &str)]) -> String {
    let names: Vec<String> = fields.iter().map(|(name, _)| (*name).to_owned()).collect();
    let cells: Vec<&str> = fields.iter().map(|(_, value)| *value).collect();
    match Program::compile(text, &Scope { source_fields: &names, target_fields: &[] }) {
        Ok(program) => run(&program, &cells, &()),
        Err(diagnostics) => diagnostics.iter().map(Diagnostic::sentence).collect::<Vec<_>>().join(" / "),
    }
}

pub(super) fn evaluate_mapped(text: &str, value: &str, values: &ValueMap) -> String {
    let names = [text.to_owned()];
    let program =
        Program::compile_field(text, &Scope { source_fields: &names, target_fields: &[] }, Some(values)).unwrap();
    run(&program, &[value], &())
}

const FIELDS: &[(&str, &str)] =
    &[("first_name", " ada "), ("last_name", "Lovelace"), ("empty", ""), ("amount", "12.5"), ("First Name", "Bob")];

#[test]
fn operators_do_what_the_reference_says() {
    for (text, expected) in [
        ("first_name | trim | title", "Ada"),
        ("`First Name` | upper", "BOB"),
        ("field('First Name')", "Bob"),
        ("first_name | trim + ' ' + last_name", "ada Lovelace"),
        ("empty + last_name", "Lovelace"),
        ("empty == ''", "true"),
        ("empty == null", "true"),
        ("empty != null", "false"),
        ("not empty", "true"),
        ("empty ?? last_name", "Lovelace"),
        ("empty ?? '' ?? 'x'", "x"),
        ("last_name | lower == 'lovelace'", "true"),
        ("amount == 12.50", "true"),
        ("amount == '12.50'", "false"),
        ("amount > 9", "true"),
        ("amount > '9'", "true"),
        ("last_name > 9", "! type"),
        ("empty > 9", "false"),
        ("empty < 9", "false"),
        ("'2024-02-01' < '2024-11-01'", "true"),
        ("1 + 2 * 3 - 4 / 8", "6.5"),
        ("0.1 + 0.2", "0.3"),
        ("1.10 + 2.20", "3.30"),
        ("-5 | abs", "5"),
        ("- amount", "-12.5"),
        ("1 / 0", "! range"),
        ("79228162514264337593543950335 * 10", "! range"),
        ("last_name * 2", "! type"),
        ("empty * 2", ""),
        ("if empty == '' then 'none' else empty", "none"),
        ("if amount > 100 then 'big' else if amount > 10 then 'middle' else 'small'", "middle"),
        ("if(amount > 100, 'big')", ""),
        ("last_name in ['Byron', 'Lovelace']", "true"),
        ("last_name not in ['Byron', 'Lovelace']", "false"),
        ("first_name | trim | if it == 'ada' then it + '!' else it", "ada!"),
        ("first_name | trim | (it + it)", "adaada"),
        ("join(' ', `First Name`, empty, last_name)", "Bob Lovelace"),
        ("last_name | join(', ', `First Name`)", "Lovelace, Bob"),
        ("last_name | concat('x', it)", "xLovelace"),
        ("last_name | left(3) | (it + (first_name | trim | (it + '-')))", "Lovada-"),
        ("empty != '' and amount / 0 > 1", "false"),
        ("empty == '' or amount / 0 > 1", "true"),
        ("'a' + 1", "a1"),
        ("amount | number | round + 1", "14"),
        ("true and not false", "true"),
        ("if last_name then 1", "! type"),
    ] {
        assert_eq!(evaluate(text, FIELDS), expected, "{text}");
    }
}

#[test]
fn mistakes_are_named_with_the_nearest_right_word() {
    for (text, says) in [
        ("frist_name", "did you mean `first_name`?"),
        ("First_Name", "did you mean `first_name`?"),
        ("first_name | trmi", "did you mean `trim`?"),
        ("first_name | left", "left(text, count)"),
        ("trim(first_name, 2)", "trim(text)"),
        ("if trim(first_name) then 1", "a condition must be true or false"),
        ("if 'x' == 'x' then 1 else trim()", "trim(text)"),
        ("it", "nothing is piped"),
        ("target.Email", "no target field"),
        ("trim", "is a function"),
        ("amount + 1", "number(amount) + 1"),
        ("first_name | matches('(')", "pattern cannot be read"),
        ("first_name | matches(last_name)", "must be written out"),
        ("first_name | date('QQ')", "no part of a date format"),
        ("left(first_name, 'x')", "is a number"),
        ("true * 2", "arithmetic needs numbers"),
        ("'x' * 2", "arithmetic needs numbers"),
        ("year(1)", "is a date"),
        ("join(first_name, last_name)", "must be written out"),
        ("banana(1)", "there is no function `banana`"),
    ] {
        let sentence = evaluate(text, FIELDS);
        assert!(sentence.contains(says), "{text}: {sentence}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_at_their_places() {
    let fields = ["name".to_owned()];
    let scope = Scope { source_fields: &fields, target_fields: &[] };
    let text = "nmae | trmi + nam";
    let diagnostics = Program::compile(text, &scope).unwrap_err();
    let places: Vec<&str> = diagnostics.iter().map(|found| &text[found.span.start..found.span.end]).collect();
    assert_eq!(places, ["nmae", "trmi", "nam"]);
}

#[test]
fn programs_name_the_fields_they_read() {
    let source = ["a".to_owned(), "b".to_owned()];
    let target = ["X".to_owned(), "Y".to_owned()];
    let scope = Scope { source_fields: &source, target_fields: &target };
    let program = Program::compile("b ?? b ?? target.Y", &scope).unwrap();
    assert_eq!(program.source_fields(), [1]);
    assert_eq!(program.target_fields(), [1]);
    assert_eq!(run(&program, &["", ""], &[Cell::MISSING, Cell::text("why")]), "why");
    let narrowed = Program::compile("target.Y | drop(1) | trim", &scope).unwrap();
    assert_eq!(run(&narrowed, &["", ""], &[Cell::MISSING, Cell::text("why ")]), "hy");
}

#[test]
fn conditions_and_checks_are_boolean() {
    let source = ["a".to_owned()];
    let scope = Scope { source_fields: &source, target_fields: &[] };
    assert!(Program::compile_condition("a == 'x'", &scope).is_ok());
    assert!(Program::compile_condition("a | trim", &scope).is_err());
    let check = Program::compile_check("it >= a", &scope).unwrap();
    let batch = record(&["2024-01-01"]);
    let context = context();
    let mut scratch = Scratch::default();
    let mut truth = |it: &'static str| {
        let input = Input { record: batch.record(0), targets: &(), it: Cell::text(it), context: &context };
        check.run(&input, &mut scratch).unwrap().display().into_owned()
    };
    assert_eq!(truth("2024-05-01"), "true");
    assert_eq!(truth("2023-05-01"), "false");
}

#[test]
fn faults_explain_themselves() {
    let fields = ["born".to_owned()];
    let scope = Scope { source_fields: &fields, target_fields: &[] };
    let program = Program::compile("born | trim | date('YYYY-MM-DD', 'DD.MM.YYYY')", &scope).unwrap();
    let batch = record(&[" 31.02.2020 "]);
    let context = context();
    let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
    let mut scratch = Scratch::default();
    let fault = program.run(&input, &mut scratch).unwrap_err();
    let told = program.explain(&fault, &input, &scratch);
    assert_eq!(told.code, "date");
    assert_eq!(told.reason, "`31.02.2020` is no date in the form that was expected; expected YYYY-MM-DD or DD.MM.YYYY");
    assert_eq!(told.value.as_deref(), Some("31.02.2020"));
    assert_eq!(&program.text()[told.span.start..told.span.end], "date('YYYY-MM-DD', 'DD.MM.YYYY')");
}

/// What a traced run over one record tells: parts of the expression and their values.
fn told<'t>(text: &'t str, name: &str) -> Vec<(&'t str, String)> {
    let fields = ["name".to_owned()];
    let program = Program::compile(text, &Scope { source_fields: &fields, target_fields: &[] }).unwrap();
    let (batch, context) = (record(&[name]), context());
    let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
    let mut scratch = Scratch::default();
    let (result, steps) = program.run_traced(&input, &mut scratch);
    assert_eq!(steps.last().map(|step| step.value.as_bytes()), Some(result.unwrap().bytes));
    steps.into_iter().map(|step| (&text[step.span.start..step.span.end], step.value)).collect()
}

#[test]
fn a_traced_run_tells_every_step() {
    let text = "name | trim | lower ?? 'x'";
    let expected = [("trim", "ADA"), ("lower", "ada"), (text, "ada")];
    assert_eq!(told(text, " ADA "), expected.map(|(part, value)| (part, value.to_owned())));
}

#[test]
fn a_traced_run_tells_conditions_and_what_came_of_them() {
    let text = "if name != '' and starts_with(name, 'A') then lower(name) else 'x'";
    let (filled, starts) = ("name != ''", "starts_with(name, 'A')");
    for (name, expected) in [
        ("ADA", vec![(filled, "true"), (starts, "true"), ("lower(name)", "ada"), (text, "ada")]),
        ("Bob", vec![(filled, "true"), (starts, "false"), (text, "x")]),
        ("", vec![(filled, "false"), (text, "x")]),
    ] {
        let told = told(text, name);
        let told: Vec<_> = told.iter().map(|(part, value)| (*part, value.as_str())).collect();
        assert_eq!(told, expected, "{name}");
    }
}

#[test]
fn unchanged_values_stay_in_the_record() {
    let fields = ["name".to_owned()];
    let scope = Scope { source_fields: &fields, target_fields: &[] };
    let program = Program::compile("name | trim | collapse | lower | replace('x', 'y') | keep('a-z')", &scope).unwrap();
    let batch = record(&["  ada "]);
    let context = context();
    let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
    let mut scratch = Scratch::default();
    let cell = program.run(&input, &mut scratch).unwrap();
    assert_eq!(cell.bytes, b"ada");
    assert!(std::ptr::eq(cell.bytes.as_ptr(), &batch.data[2]));
}

#[test]
fn nulls_stay_nulls_and_bytes_are_no_text() {
    let fields = ["x".to_owned()];
    let scope = Scope { source_fields: &fields, target_fields: &[] };
    let program = Program::compile("x | lower", &scope).unwrap();
    let context = context();
    let mut scratch = Scratch::default();
    for (cell, expected) in [
        (Cell { kind: crate::record::Kind::Null, ..Cell::MISSING }, Ok(crate::record::Kind::Null)),
        (Cell { kind: crate::record::Kind::Bytes, bytes: b"\xff\xfe", ..Cell::MISSING }, Err("type")),
    ] {
        let mut batch = Batch::new(1);
        batch.push_cell(cell);
        batch.end_row(Origin::default(), (0, 0), None);
        let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
        let found = program.run(&input, &mut scratch).map(|cell| cell.kind).map_err(|fault| fault.code);
        assert_eq!(found, expected);
    }
}

/// The fields of a contact as a legacy export has them.
#[test]
fn a_contact_comes_out_clean() {
    let phone = "phone | trim | replace_regex(\"(?i) *(x|ext\\.?) *[0-9]+$\", \"\") | remove(\"(0)\") | keep(\"0-9+\") | \
                 if it == \"\" or starts_with(it, \"+\") then it \
                 else if starts_with(it, \"00\") then \"+\" + drop(it, 2) \
                 else if starts_with(it, \"0\") then \"+\" + (calling_code(country) ?? \"1\") + drop(it, 1) \
                 else \"+\" + (calling_code(country) ?? \"1\") + it";
    for (number, country, expected) in [
        (" (030) 12-34 ext. 5", "DE", "+493012 34".replace(' ', "").as_str()),
        ("0049 (0)30 1234", "DE", "+49301234"),
        ("+1 650 253 0000", "", "+16502530000"),
        ("650 253 0000", "", "+16502530000"),
        ("  ", "DE", ""),
    ] {
        assert_eq!(evaluate(phone, &[("phone", number), ("country", country)]), expected, "{number}");
    }
    let amount = "amount | trim | if it == \"\" then \"\" else (\
                  (if starts_with(it, \"(\") and ends_with(it, \")\") then \"-\" else \"\") + \
                  ((it | keep(\"0-9.,-\") | if matches(it, \".*,[0-9][0-9]\") then it | remove(\".\") | replace(\",\", \".\") \
                  else it | remove(\",\")) ?? it)) | decimals(2)";
    for (given, expected) in
        [("1.234,50", "1234.50"), ("(99)", "-99.00"), ("$1,234.5", "1234.50"), ("", ""), ("n/a", "! type")]
    {
        assert_eq!(evaluate(amount, &[("amount", given)]), expected, "{given}");
    }
}

#[test]
fn what_was_computed_is_computed_once_where_every_row_came_by() {
    let names = ["a".to_owned(), "b".to_owned()];
    let operations = |text: &str| {
        Program::compile(text, &Scope { source_fields: &names, target_fields: &[] }).expect("it compiles").ops.len()
    };
    assert_eq!(operations("concat(trim(a), trim(a))"), operations("concat(trim(a), 'x')"));
    assert!(operations("concat(trim(a), trim(b))") > operations("concat(trim(a), trim(a))"));
    for (text, expected) in [
        ("concat(if a == 'x' then trim(b) else 'n', trim(b))", "n1"),
        ("concat(if a == 'y' then trim(b) else 'n', trim(b))", "11"),
        ("concat(a == 'x' and trim(b) == '1', trim(b))", "false1"),
        ("concat(a ?? trim(b), trim(b))", "y1"),
        ("trim(b) | (if starts_with(trim(b), '1') then concat(it, trim(b)) else trim(a))", "11"),
    ] {
        assert_eq!(evaluate(text, &[("a", "y"), ("b", " 1 ")]), expected, "{text}");
    }
}
