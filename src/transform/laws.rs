//! Laws of the language, tried on random expressions, texts and values.

use std::sync::LazyLock;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::print::without_spans;
use super::tests::{context, record};
use super::*;
use crate::record::{Batch, Cell, Origin};

fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    node(ExprKind::Call { name: name.into(), name_span: Span::default(), arguments })
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    node(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
}

fn pipe(input: Expr, step: Expr) -> Expr {
    node(ExprKind::Pipe { input: Box::new(input), step: Box::new(step) })
}

fn choice(condition: Expr, then: Expr, otherwise: Option<Expr>) -> Expr {
    let (condition, then, otherwise) = (Box::new(condition), Box::new(then), otherwise.map(Box::new));
    node(ExprKind::If { condition, then, otherwise })
}

fn coalesce(left: Expr, right: Expr) -> Expr {
    node(ExprKind::Coalesce { left: Box::new(left), right: Box::new(right) })
}

/// Any tree that the parser can give, sense or not.
fn any_tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        any::<String>().prop_map(|text| node(ExprKind::Text(text))),
        "-?[0-9]{1,4}(\\.[0-9]{1,3})?".prop_map(|digits| node(ExprKind::Number(digits))),
        any::<bool>().prop_map(|value| node(ExprKind::Boolean(value))),
        Just(node(ExprKind::Null)),
        Just(node(ExprKind::It)),
        "[a-z_][a-z0-9_.]{0,8}|.{0,6}|if|it|target|field".prop_map(|name| node(ExprKind::Field(name))),
        "[A-Za-z]{1,6}|.{0,6}|a\\.b".prop_map(|name| node(ExprKind::Target(name))),
    ];
    leaf.prop_recursive(4, 32, 3, |inner| {
        let ops = prop::sample::select(vec![
            BinaryOp::Equal,
            BinaryOp::NotEqual,
            BinaryOp::Less,
            BinaryOp::GreaterOrEqual,
            BinaryOp::And,
            BinaryOp::Or,
            BinaryOp::Add,
            BinaryOp::Subtract,
            BinaryOp::Multiply,
            BinaryOp::Divide,
        ]);
        let arguments = || prop::collection::vec(inner.clone(), 0..3);
        let name = "[a-z]{2}_[a-z]{1,3}";
        prop_oneof![
            (name, arguments()).prop_map(|(name, arguments)| call(&name, arguments)),
            (inner.clone(), name, arguments()).prop_map(|(input, name, arguments)| pipe(input, call(&name, arguments))),
            (inner.clone(), inner.clone())
                .prop_map(|(input, other)| { pipe(input, binary(BinaryOp::Add, node(ExprKind::It), other)) }),
            (inner.clone(), inner.clone(), prop::option::of(inner.clone()))
                .prop_map(|(condition, then, otherwise)| choice(condition, then, otherwise)),
            inner.clone().prop_map(|inner| node(ExprKind::Not(Box::new(inner)))),
            inner.clone().prop_map(|inner| node(ExprKind::Negate(Box::new(inner)))),
            (ops, inner.clone(), inner.clone()).prop_map(|(op, left, right)| binary(op, left, right)),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| coalesce(left, right)),
            arguments().prop_map(|items| node(ExprKind::List(items))),
            prop::collection::btree_map(any::<String>(), inner.clone(), 0..3)
                .prop_map(|pairs| node(ExprKind::Map(pairs.into_iter().collect()))),
        ]
    })
}

/// Pieces that make expressions, right and wrong.
fn soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "name",
        "`First Name`",
        "target.X",
        "field(",
        "\"text\"",
        "'it''s",
        "12.5",
        "-",
        "|",
        "trim",
        "left(",
        "if",
        "then",
        "else",
        "and",
        "or",
        "not",
        "in",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "(",
        ")",
        "==",
        "=",
        "!=",
        "<",
        "??",
        "+",
        "*",
        "/",
        "it",
        "null",
        "true",
        "date('DD.MM.YYYY')",
        "map({'a': 'b'})",
        "\\",
        "ä",
        "\u{202e}",
        "&&",
        ".",
        "replace_regex(",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..14).prop_map(|pieces| pieces.join(" "))
}

fn spans_hold(expr: &Expr, text: &str) -> bool {
    let Span { start, end } = expr.span;
    let own = start <= end && text.get(start..end).is_some();
    own && match &expr.kind {
        ExprKind::Call { name_span, arguments, .. } => {
            text.get(name_span.start..name_span.end).is_some() && arguments.iter().all(|inner| spans_hold(inner, text))
        }
        ExprKind::Pipe { input, step } => spans_hold(input, text) && spans_hold(step, text),
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => {
            spans_hold(left, text) && spans_hold(right, text)
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => spans_hold(inner, text),
        ExprKind::If { condition, then, otherwise } => {
            let rest = otherwise.as_deref().is_none_or(|inner| spans_hold(inner, text));
            rest && spans_hold(condition, text) && spans_hold(then, text)
        }
        ExprKind::List(items) => items.iter().all(|inner| spans_hold(inner, text)),
        ExprKind::Map(pairs) => pairs.iter().all(|(_, inner)| spans_hold(inner, text)),
        _ => true,
    }
}

const NAMES: [&str; 3] = ["name", "city", "empty"];

fn names() -> Vec<String> {
    NAMES.iter().map(|name| (*name).to_owned()).collect()
}

/// Expressions that give a text; `piped` tells whether `it` may stand in them.
fn text_tree(depth: u32, piped: bool) -> BoxedStrategy<Expr> {
    let field = prop::sample::select(NAMES.to_vec()).prop_map(|name| node(ExprKind::Field(name.into())));
    let literal = "[ a-cA-Cäß]{0,4}".prop_map(|text| node(ExprKind::Text(text)));
    if depth == 0 {
        return if piped {
            prop_oneof![field, literal, Just(node(ExprKind::It))].boxed()
        } else {
            prop_oneof![field, literal].boxed()
        };
    }
    let inner = move || text_tree(depth - 1, piped);
    let truth = move || truth_tree(depth - 1, piped);
    prop_oneof![
        inner(),
        inner().prop_map(|input| pipe(input, call("trim", vec![]))),
        inner().prop_map(|input| call("lower", vec![input])),
        (inner(), 0usize..4)
            .prop_map(|(input, count)| { pipe(input, call("left", vec![node(ExprKind::Number(count.to_string()))])) }),
        // A text in front makes the sum a text whatever the fields are.
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::Add, left, right)),
        (inner(), inner()).prop_map(|(left, right)| coalesce(left, right)),
        (truth(), inner(), inner()).prop_map(|(when, then, other)| choice(when, then, Some(other))),
        (truth(), inner()).prop_map(|(when, then)| choice(when, then, None)),
        (inner(), text_tree(depth - 1, true))
            .prop_map(|(input, other)| { pipe(input, binary(BinaryOp::Add, node(ExprKind::It), other)) }),
    ]
    .boxed()
}

fn truth_tree(depth: u32, piped: bool) -> BoxedStrategy<Expr> {
    let texts = move || text_tree(depth.saturating_sub(1), piped);
    let numbers = move || number_tree(depth.saturating_sub(1), piped);
    let compared = prop_oneof![
        (texts(), texts()).prop_map(|(left, right)| binary(BinaryOp::Equal, left, right)),
        (texts(), texts()).prop_map(|(left, right)| binary(BinaryOp::NotEqual, left, right)),
        (texts(), texts()).prop_map(|(left, right)| binary(BinaryOp::Less, left, right)),
        (texts(), texts()).prop_map(|(left, right)| binary(BinaryOp::GreaterOrEqual, left, right)),
        (numbers(), numbers()).prop_map(|(left, right)| binary(BinaryOp::Equal, left, right)),
        (numbers(), numbers()).prop_map(|(left, right)| binary(BinaryOp::Less, left, right)),
    ];
    if depth == 0 {
        return compared.boxed();
    }
    let inner = move || truth_tree(depth - 1, piped);
    prop_oneof![
        compared,
        inner().prop_map(|inner| node(ExprKind::Not(Box::new(inner)))),
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::And, left, right)),
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::Or, left, right)),
    ]
    .boxed()
}

fn number_tree(depth: u32, piped: bool) -> BoxedStrategy<Expr> {
    let literal = "-?[0-9]{1,2}(\\.[0-9])?".prop_map(|digits| node(ExprKind::Number(digits)));
    if depth == 0 {
        return literal.boxed();
    }
    let inner = move || number_tree(depth - 1, piped);
    prop_oneof![
        literal,
        text_tree(depth - 1, piped).prop_map(|text| call("length", vec![text])),
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::Add, left, right)),
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::Subtract, left, right)),
        (inner(), inner()).prop_map(|(left, right)| binary(BinaryOp::Multiply, left, right)),
    ]
    .boxed()
}

/// A direct reading of the language's rules on the tree: texts, numbers and truths by their own functions.
struct Direct<'r> {
    record: &'r [String],
    piped: Vec<String>,
}

impl Direct<'_> {
    fn text(&mut self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Text(text) => text.clone(),
            ExprKind::Field(name) => {
                let place = NAMES.iter().position(|known| known == name).unwrap();
                self.record[place].clone()
            }
            ExprKind::It => self.piped.last().unwrap().clone(),
            ExprKind::Call { name, arguments, .. } => {
                assert_eq!(name, "lower");
                self.text(&arguments[0]).to_lowercase()
            }
            ExprKind::Pipe { input, step } => {
                let value = self.text(input);
                match &step.kind {
                    ExprKind::Call { name, .. } if name == "trim" => {
                        value.trim_matches([' ', '\t', '\r', '\n']).to_owned()
                    }
                    ExprKind::Call { arguments, .. } => {
                        let ExprKind::Number(count) = &arguments[0].kind else { panic!("a count") };
                        value.chars().take(count.parse().unwrap()).collect()
                    }
                    _ => {
                        self.piped.push(value);
                        let text = self.text(step);
                        self.piped.pop();
                        text
                    }
                }
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => self.text(left) + &self.text(right),
            ExprKind::Coalesce { left, right } => {
                let left = self.text(left);
                if left.is_empty() { self.text(right) } else { left }
            }
            ExprKind::If { condition, then, otherwise } => match (self.truth(condition), otherwise) {
                (true, _) => self.text(then),
                (false, Some(otherwise)) => self.text(otherwise),
                (false, None) => String::new(),
            },
            other => panic!("no text: {other:?}"),
        }
    }

    fn truth(&mut self, expr: &Expr) -> bool {
        let is_number = |expr: &Expr| match &expr.kind {
            ExprKind::Number(_) => true,
            ExprKind::Call { name, .. } => name == "length",
            ExprKind::Binary { op: BinaryOp::Subtract | BinaryOp::Multiply, .. } => true,
            ExprKind::Binary { op: BinaryOp::Add, left, .. } => Direct::starts_as_number(left),
            _ => false,
        };
        match &expr.kind {
            ExprKind::Not(inner) => !self.truth(inner),
            ExprKind::Binary { op: BinaryOp::And, left, right } => self.truth(left) && self.truth(right),
            ExprKind::Binary { op: BinaryOp::Or, left, right } => self.truth(left) || self.truth(right),
            ExprKind::Binary { op, left, right } if is_number(left) => {
                let (left, right) = (self.number(left), self.number(right));
                if *op == BinaryOp::Equal { left == right } else { left < right }
            }
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.text(left), self.text(right));
                let both = !left.is_empty() && !right.is_empty();
                match op {
                    BinaryOp::Equal => left == right,
                    BinaryOp::NotEqual => left != right,
                    BinaryOp::Less => both && left < right,
                    _ => both && left >= right,
                }
            }
            other => panic!("no truth: {other:?}"),
        }
    }

    fn starts_as_number(expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Number(_) => true,
            ExprKind::Call { name, .. } => name == "length",
            ExprKind::Binary { op: BinaryOp::Add, left, .. } => Direct::starts_as_number(left),
            ExprKind::Binary { op, .. } => matches!(op, BinaryOp::Subtract | BinaryOp::Multiply),
            _ => false,
        }
    }

    fn number(&mut self, expr: &Expr) -> Decimal {
        match &expr.kind {
            ExprKind::Number(digits) => digits.parse().unwrap(),
            ExprKind::Call { arguments, .. } => Decimal::from(self.text(&arguments[0]).chars().count()),
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.number(left), self.number(right));
                match op {
                    BinaryOp::Add => left + right,
                    BinaryOp::Subtract => left - right,
                    _ => left * right,
                }
            }
            other => panic!("no number: {other:?}"),
        }
    }
}

/// Values that break things.
fn nasty() -> impl Strategy<Value = String> {
    let pool = vec![
        "",
        " ",
        "a",
        "Ada Lovelace",
        "-",
        "+",
        "0",
        "00",
        "-0.0",
        "1e9",
        "1,234.50",
        "(5)",
        "99999999999999999999999999999999",
        "79228162514264337593543950335",
        "2024-02-29",
        "2024-02-30",
        "31.12.2020",
        "9999-12-31",
        "0001-01-01",
        "12:30",
        "2024-05-17T23:59:60Z",
        "ada@x.org",
        "@",
        "\"@\"@x",
        "+49 30 12",
        "tel:",
        "+",
        "(0)",
        "[1,2]",
        "[",
        "{\"a\":{}}",
        "null",
        "ß",
        "İ",
        "e\u{301}",
        "👩‍👩‍👧",
        "\u{202e}",
        "\u{0}",
        "'",
        "\"",
        "\\",
        "%",
        "$1",
        "<b",
        "&#xffffffff;",
        "&amp",
        ",",
        "Dr.",
        "III",
        "true",
        "ja",
        "DE",
        "-9223372036854775808",
        "18446744073709551616",
    ];
    prop_oneof![
        prop::sample::select(pool).prop_map(str::to_owned),
        any::<String>(),
        "[0-9 .,/:+()-]{0,20}",
        "[A-Za-z@.' -]{0,20}",
    ]
}

/// Puts a field in the place of an expression's first written value.
fn with_field(expr: &mut Expr) -> bool {
    match &mut expr.kind {
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Null | ExprKind::Boolean(_) | ExprKind::List(_) => {
            expr.kind = ExprKind::Field("x".into());
            true
        }
        ExprKind::Call { arguments, .. } => arguments.first_mut().is_some_and(with_field),
        ExprKind::Pipe { input, .. } => with_field(input),
        ExprKind::Negate(inner) => with_field(inner),
        _ => false,
    }
}

/// Every function on fields: its examples with a field for their first value, and calls with one to three fields.
static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| {
    let source = ["x".to_owned(), "y".to_owned(), "z".to_owned()];
    let scope = Scope { source_fields: &source, target_fields: &[] };
    let mut texts: Vec<String> = Vec::new();
    for function in functions() {
        for (example, _) in function.examples {
            let mut expr = parse(example).expect("an example parses");
            with_field(&mut expr);
            texts.push(expr.to_string());
        }
        if function.params.iter().all(|param| !param.fixed) {
            texts.extend((1..=3).map(|count| format!("{}({})", function.name, ["x", "y", "z"][..count].join(", "))));
        }
    }
    texts.iter().filter_map(|text| Program::compile(text, &scope).ok()).collect()
});

fn outcome(program: &Program, cells: &[&str], scratch: &mut Scratch) -> String {
    let batch = record(cells);
    let context = context();
    let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
    match program.run(&input, scratch) {
        Ok(cell) => {
            let text = std::str::from_utf8(cell.bytes).expect("texts stay UTF-8").to_owned();
            assert_eq!(cell.is_filled(), !text.is_empty());
            text
        }
        Err(fault) => {
            let told = program.explain(&fault, &input, scratch);
            format!("! {} {}", told.code, told.reason)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_parses_or_says_where_not(text in prop_oneof![any::<String>(), soup()]) {
        match parse(&text) {
            Ok(expr) => prop_assert!(spans_hold(&expr, &text)),
            Err(error) => prop_assert!(text.get(error.span.start..error.span.end).is_some(), "{error:?}"),
        }
        let source = names();
        let scope = Scope { source_fields: &source, target_fields: &source };
        for (span, _) in highlight(&text) {
            prop_assert!(text.get(span.start..span.end).is_some());
        }
        for cursor in 0..=text.len() {
            for completion in complete(&text, cursor, &scope).iter().take(3) {
                prop_assert!(text.get(completion.replace.start..completion.replace.end).is_some());
            }
        }
        match Program::compile(&text, &scope) {
            Ok(program) => drop(outcome(&program, &["a", "", "12"], &mut Scratch::default())),
            Err(errors) => prop_assert!(errors.iter().all(|error| text.get(error.span.start..error.span.end).is_some())),
        }
    }

    #[test]
    fn what_is_printed_reads_back_the_same(tree in any_tree()) {
        let printed = tree.to_string();
        let mut read = parse(&printed).map_err(|error| TestCaseError::fail(format!("{printed}: {error:?}")))?;
        without_spans(&mut read);
        prop_assert_eq!(read, tree, "{}", printed);
    }

    #[test]
    fn compiled_programs_do_what_the_tree_says(
        tree in text_tree(3, false),
        cells in prop::collection::vec("[ a-cA-Cß]{0,5}", 2),
    ) {
        let record = [cells[0].clone(), cells[1].clone(), String::new()];
        let expected = Direct { record: &record, piped: Vec::new() }.text(&tree);
        let source = names();
        let printed = tree.to_string();
        let program = Program::compile(&printed, &Scope { source_fields: &source, target_fields: &[] });
        let program = program.map_err(|errors| TestCaseError::fail(format!("{printed}: {errors:?}")))?;
        let mut scratch = Scratch::default();
        let cells = [record[0].as_str(), record[1].as_str(), ""];
        prop_assert_eq!(outcome(&program, &cells, &mut scratch), expected.as_str(), "{}", printed);
        // A reused scratch remembers nothing.
        outcome(&program, &["zzz", "yyy", "xxx"], &mut scratch);
        prop_assert_eq!(outcome(&program, &cells, &mut scratch), expected.as_str());
    }

    #[test]
    fn records_that_part_meet_again(
        tree in text_tree(3, false),
        rows in prop::collection::vec(prop::collection::vec("[ a-cA-Cß]{0,2}", 2), 8),
    ) {
        let source = names();
        let printed = tree.to_string();
        let program = Program::compile(&printed, &Scope { source_fields: &source, target_fields: &[] });
        let program = program.map_err(|errors| TestCaseError::fail(format!("{printed}: {errors:?}")))?;
        let mut batch = Batch::new(3);
        for row in &rows {
            row.iter().for_each(|cell| batch.push_cell(Cell::text(cell)));
            batch.end_row(Origin::default(), (0, 0), None);
        }
        let (context, finished, mut columns) = (context(), Finished::default(), Columns::default());
        let given = finished.given(batch.stretch(0, rows.len()), 0, &context);
        let all: Vec<u32> = (0..rows.len() as u32).collect();
        program.run_columns(&given, &all, &mut columns);
        prop_assert!(columns.faults().is_empty());
        for (row, cells) in rows.iter().enumerate() {
            let record = [cells[0].clone(), cells[1].clone(), String::new()];
            let expected = Direct { record: &record, piped: Vec::new() }.text(&tree);
            let together = program.cell(row as u32, &given, &columns).display().into_owned();
            prop_assert_eq!(&together, &expected, "{}", printed);
            // What is only shown changes nothing.
            let input = Input { record: batch.record(row), targets: &(), it: Cell::MISSING, context: &context };
            let mut scratch = Scratch::default();
            let (shown, _) = program.run_traced(&input, &mut scratch);
            prop_assert_eq!(shown.map(|cell| cell.display().into_owned()).unwrap_or_default(), expected, "{}", printed);
        }
    }

    #[test]
    fn no_value_breaks_a_function(values in prop::collection::vec(nasty(), 3)) {
        const CODES: [&str; 6] = ["type", "date", "enum", "range", "email", "phone"];
        let cells: Vec<&str> = values.iter().map(String::as_str).collect();
        for program in PROGRAMS.iter() {
            let mut scratch = Scratch::default();
            let first = outcome(program, &cells, &mut scratch);
            if let Some(told) = first.strip_prefix("! ") {
                let code = told.split(' ').next().unwrap_or_default();
                prop_assert!(CODES.contains(&code) || !told.contains('`'), "{} gives {}", program.text(), first);
            }
            prop_assert_eq!(&outcome(program, &cells, &mut scratch), &first, "{}", program.text());
        }
    }

    #[test]
    fn collapse_leaves_words_with_one_space_between(text in "[a \t\n\u{b}ß]{0,60}") {
        let source = names();
        let program = Program::compile(&format!("{} | collapse", field_reference(&source[0])), &Scope { source_fields: &source, target_fields: &[] });
        let program = program.map_err(|errors| TestCaseError::fail(format!("{errors:?}")))?;
        let words: Vec<&str> = text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(outcome(&program, &[&text, "", ""], &mut Scratch::default()), words.join(" "));
    }

    #[test]
    fn a_stretch_gives_what_each_record_alone_gives(values in prop::collection::vec(nasty(), 12)) {
        let rows: Vec<[&str; 3]> = values.chunks(3).map(|row| [&*row[0], &*row[1], &*row[2]]).collect();
        let mut batch = Batch::new(3);
        for row in &rows {
            row.iter().for_each(|cell| batch.push_cell(Cell::text(cell)));
            batch.end_row(Origin::default(), (0, 0), None);
        }
        let (context, finished) = (context(), Finished::default());
        let given = finished.given(batch.stretch(0, rows.len()), 0, &context);
        let (mut columns, mut scratch) = (Columns::default(), Scratch::default());
        // Every row but the second: what is not picked changes nothing.
        let picked = [0, 2, 3];
        for program in PROGRAMS.iter() {
            program.run_columns(&given, &picked, &mut columns);
            for row in picked {
                let fault = columns.faults().iter().find(|(faulted, _)| *faulted == row);
                let together = match fault {
                    None => program.cell(row, &given, &columns).display().into_owned(),
                    Some((_, fault)) => {
                        let told = program.explain_row(fault, &given, &columns);
                        format!("! {} {}", told.code, told.reason)
                    }
                };
                let alone = outcome(program, &rows[row as usize], &mut scratch);
                prop_assert_eq!(together, alone, "{}", program.text());
            }
        }
    }
}
