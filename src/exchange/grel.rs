//! GREL, OpenRefine's expression language: the part of it that has a counterpart, both ways.
//!
//! `value.trim().toLowercase()`, `cells["Town"].value`, `if(isBlank(value), "none", value)`.

use super::plain::{call, column, expr, text};
use crate::transform::{BinaryOp, Expr, ExprKind};

/// Functions that take the same arguments in both languages: in GREL, here.
const SAME: &[(&str, &str)] = &[
    ("trim", "trim"),
    ("strip", "trim"),
    ("toLowercase", "lower"),
    ("toUppercase", "upper"),
    ("toTitlecase", "title"),
    ("length", "length"),
    ("contains", "contains"),
    ("startsWith", "starts_with"),
    ("endsWith", "ends_with"),
    ("toNumber", "number"),
    ("round", "round"),
    ("floor", "floor"),
    ("ceil", "ceil"),
    ("abs", "abs"),
    ("isBlank", "is_empty"),
    ("isNull", "is_empty"),
    ("isNonBlank", "is_filled"),
    ("isNotNull", "is_filled"),
    ("isNumeric", "is_number"),
    ("reverse", "reverse"),
];

const SIGNS: &[(&str, BinaryOp, u8)] = &[
    ("==", BinaryOp::Equal, 1),
    ("!=", BinaryOp::NotEqual, 1),
    ("<=", BinaryOp::LessOrEqual, 1),
    (">=", BinaryOp::GreaterOrEqual, 1),
    ("<", BinaryOp::Less, 1),
    (">", BinaryOp::Greater, 1),
    ("+", BinaryOp::Add, 2),
    ("-", BinaryOp::Subtract, 2),
    ("*", BinaryOp::Multiply, 3),
    ("/", BinaryOp::Divide, 3),
];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Pattern(String),
    Number(String),
    Sign(String),
}

/// Reads an expression; `value` stands for the cell, `cell` gives other columns.
///
/// # Errors
/// What has no counterpart, in words.
pub(super) fn read(grel: &str, value: &Expr, cell: &mut dyn FnMut(&str) -> Expr) -> Result<Expr, String> {
    let body = match grel.split_once(':') {
        Some(("grel", body)) => body,
        Some((language @ ("jython" | "clojure"), _)) => return Err(format!("it is written in {language}")),
        _ => grel,
    };
    let mut reader = Reader { tokens: tokens(body)?, at: 0, value, cell, depth: 0 };
    let read = reader.binary(1)?;
    match reader.peek() {
        None => Ok(read),
        Some(token) => Err(format!("{token:?} was not expected")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        // A slash begins a pattern where a value may begin.
        let begins = match tokens.last() {
            None => true,
            Some(Token::Sign(sign)) => sign != ")" && sign != "]",
            _ => false,
        };
        tokens.push(match letter {
            letter if letter.is_whitespace() => continue,
            '"' | '\'' => Token::Text(quoted(&mut letters, letter)?),
            '/' if begins => {
                let pattern = pattern(&mut letters)?;
                let insensitive = letters.next_if_eq(&'i').is_some();
                Token::Pattern(if insensitive { format!("(?i){pattern}") } else { pattern })
            }
            letter if letter.is_ascii_digit() => {
                let mut number = letter.to_string();
                while let Some(letter) = letters.next_if(|letter| letter.is_ascii_digit() || *letter == '.') {
                    number.push(letter);
                }
                Token::Number(number)
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let mut name = letter.to_string();
                while let Some(letter) = letters.next_if(|letter| letter.is_alphanumeric() || *letter == '_') {
                    name.push(letter);
                }
                Token::Name(name)
            }
            '=' | '!' | '<' | '>' if letters.peek() == Some(&'=') => {
                letters.next();
                Token::Sign(format!("{letter}="))
            }
            letter => Token::Sign(letter.to_string()),
        });
    }
    Ok(tokens)
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn quoted(letters: &mut Letters<'_>, quote: char) -> Result<String, String> {
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => break,
            }),
            letter if letter == quote => return Ok(text),
            letter => text.push(letter),
        }
    }
    Err("a text never ends".to_owned())
}

fn pattern(letters: &mut Letters<'_>) -> Result<String, String> {
    let mut pattern = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'/') => {}
            '\\' => {
                pattern.push(letter);
                pattern.extend(letters.next());
            }
            '/' => {
                return regex::Regex::new(&pattern)
                    .map(|_| pattern.clone())
                    .map_err(|_| format!("the pattern /{pattern}/ has no counterpart"));
            }
            letter => pattern.push(letter),
        }
    }
    Err("a pattern never ends".to_owned())
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    value: &'a Expr,
    cell: &'a mut dyn FnMut(&str) -> Expr,
    depth: usize,
}

/// What a part stands for on the way.
enum Part {
    Value(Expr),
    Pattern(String),
    Cells,
    Cell(String),
    /// The parts of a text, at a separator that stands between them.
    Parts(Expr, String),
}

/// Expressions may be nested so deep.
const DEPTH: usize = 64;

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(found)) if found == sign);
        self.at += usize::from(there);
        there
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("`{sign}` is missing")) }
    }

    fn binary(&mut self, level: u8) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("it is nested too deep".to_owned());
        }
        let mut left = if level > 3 { self.postfix()? } else { self.binary(level + 1)? };
        while let Some(Token::Sign(sign)) = self.peek() {
            let Some((_, op, _)) = SIGNS.iter().find(|(known, _, at)| known == sign && *at == level) else { break };
            self.at += 1;
            let right = if level > 2 { self.postfix()? } else { self.binary(level + 1)? };
            let is_text = |expr: &Expr| {
                matches!(&expr.kind, ExprKind::Text(_))
                    || matches!(&expr.kind, ExprKind::Call { name, .. } if name == "concat")
            };
            left = match left {
                // A plus beside a text puts texts together.
                Expr { kind: ExprKind::Call { name, mut arguments, .. }, .. }
                    if *op == BinaryOp::Add && name == "concat" =>
                {
                    arguments.push(right);
                    call("concat", arguments)
                }
                left if *op == BinaryOp::Add && (is_text(&left) || is_text(&right)) => {
                    call("concat", vec![left, right])
                }
                left => expr(ExprKind::Binary { op: *op, left: Box::new(left), right: Box::new(right) }),
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn postfix(&mut self) -> Result<Expr, String> {
        let mut part = self.primary()?;
        loop {
            if self.takes(".") {
                let Some(Token::Name(name)) = self.peek().cloned() else { return Err("a name is missing".to_owned()) };
                self.at += 1;
                part = match (part, name.as_str()) {
                    (Part::Cell(name), "value") => Part::Value((self.cell)(&name)),
                    (Part::Cells, _) => Part::Cell(name),
                    (Part::Value(receiver), _) if self.takes("(") => {
                        let mut arguments = vec![Part::Value(receiver)];
                        arguments.extend(self.arguments()?);
                        function(&name, arguments)?
                    }
                    (Part::Parts(..), _) if self.takes("(") => return Err(format!("`{name}` of a list")),
                    _ => return Err(format!("`.{name}`")),
                };
            } else if self.takes("[") {
                let index = self.binary(1)?;
                self.needs("]")?;
                part = match (part, index.kind) {
                    (Part::Cells, ExprKind::Text(name)) => Part::Cell(name),
                    (Part::Parts(whole, between), ExprKind::Number(number)) => {
                        let position = number.parse::<u32>().map_err(|_| format!("`[{number}]`"))? + 1;
                        Part::Value(call("part", vec![whole, text(between), number_of(position)]))
                    }
                    _ => return Err("`[…]`".to_owned()),
                };
            } else {
                return match part {
                    Part::Value(expr) => Ok(expr),
                    Part::Parts(whole, between) => Ok(call("split", vec![whole, text(between)])),
                    Part::Pattern(pattern) => Err(format!("the pattern /{pattern}/ by itself")),
                    Part::Cells | Part::Cell(_) => Err("a cell without its value".to_owned()),
                };
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Part>, String> {
        let mut arguments = Vec::new();
        if self.takes(")") {
            return Ok(arguments);
        }
        loop {
            if let Some(Token::Pattern(pattern)) = self.peek().cloned() {
                self.at += 1;
                arguments.push(Part::Pattern(pattern));
            } else {
                arguments.push(Part::Value(self.binary(1)?));
            }
            if self.takes(")") {
                return Ok(arguments);
            }
            self.needs(",")?;
        }
    }

    fn primary(&mut self) -> Result<Part, String> {
        let token = self.peek().cloned().ok_or("it breaks off")?;
        self.at += 1;
        Ok(match token {
            Token::Text(content) => Part::Value(text(content)),
            Token::Number(digits) => Part::Value(expr(ExprKind::Number(digits))),
            Token::Pattern(pattern) => Part::Pattern(pattern),
            Token::Sign(sign) if sign == "(" => {
                let inner = self.binary(1)?;
                self.needs(")")?;
                Part::Value(inner)
            }
            Token::Sign(sign) if sign == "-" => Part::Value(expr(ExprKind::Negate(Box::new(self.postfix()?)))),
            Token::Sign(sign) => return Err(format!("`{sign}` was not expected")),
            Token::Name(name) => match name.as_str() {
                "value" => Part::Value(self.value.clone()),
                "cells" => Part::Cells,
                "true" | "false" => Part::Value(expr(ExprKind::Boolean(name == "true"))),
                "null" => Part::Value(expr(ExprKind::Null)),
                _ if self.takes("(") => {
                    let arguments = self.arguments()?;
                    function(&name, arguments)?
                }
                _ => return Err(format!("`{name}`")),
            },
        })
    }
}

fn number_of(number: u32) -> Expr {
    expr(ExprKind::Number(number.to_string()))
}

/// A function with its arguments, the receiver first.
fn function(name: &str, arguments: Vec<Part>) -> Result<Part, String> {
    let mut values = Vec::new();
    let mut pattern = None;
    for argument in arguments {
        match argument {
            Part::Value(value) => values.push(value),
            Part::Pattern(found) if pattern.is_none() && values.len() == 1 => pattern = Some(found),
            _ => return Err(format!("`{name}` with such arguments")),
        }
    }
    let unknown = || Err(format!("the function `{name}`"));
    if let Some(pattern) = pattern {
        return match (name, values.as_slice()) {
            ("replace", [whole, with]) => {
                Ok(Part::Value(call("replace_regex", vec![whole.clone(), text(pattern), with.clone()])))
            }
            _ => Err(format!("`{name}` with a pattern")),
        };
    }
    if let Some((_, ours)) = SAME.iter().find(|(theirs, _)| *theirs == name) {
        return Ok(Part::Value(call(ours, values)));
    }
    let whole = |expr: &Expr| match &expr.kind {
        ExprKind::Number(digits) => digits.parse::<u32>().ok(),
        _ => None,
    };
    Ok(Part::Value(match (name, values.as_slice()) {
        ("toString", [value]) => value.clone(),
        ("replace", [_, _, _]) => call("replace", values),
        ("split", [text, between]) => match &between.kind {
            ExprKind::Text(between) => return Ok(Part::Parts(text.clone(), between.clone())),
            _ => return unknown(),
        },
        ("if", [condition, then, otherwise]) => expr(ExprKind::If {
            condition: Box::new(condition.clone()),
            then: Box::new(then.clone()),
            otherwise: Some(Box::new(otherwise.clone())),
        }),
        ("not", [one]) => expr(ExprKind::Not(Box::new(one.clone()))),
        ("and" | "or", [first, rest @ ..]) if !rest.is_empty() => {
            let op = if name == "and" { BinaryOp::And } else { BinaryOp::Or };
            rest.iter().fold(first.clone(), |left, right| {
                expr(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right.clone()) })
            })
        }
        ("coalesce", [_, ..]) => call("coalesce", values),
        ("concat", [_, ..]) => call("concat", values),
        ("substring" | "slice" | "get", [text, from]) => match whole(from) {
            Some(from) if name != "get" => call("substring", vec![text.clone(), number_of(from + 1)]),
            _ => return unknown(),
        },
        ("substring" | "slice", [text, from, to]) => match (whole(from), whole(to)) {
            (Some(from), Some(to)) if to >= from => {
                call("substring", vec![text.clone(), number_of(from + 1), number_of(to - from)])
            }
            _ => return unknown(),
        },
        _ => return unknown(),
    }))
}

/// Writes an expression; the column `base` is `value`.
///
/// # Errors
/// What GREL cannot say, in words.
pub(super) fn write(expr: &Expr, base: &str) -> Result<String, String> {
    let cell = |name: &str| {
        if name == base { "value".to_owned() } else { format!("cells[{}].value", quote(name)) }
    };
    Ok(match &expr.kind {
        ExprKind::Field(name) => cell(name),
        ExprKind::Text(text) => quote(text),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Boolean(value) => value.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Pipe { input, step } => write(&nested(input, step), base)?,
        ExprKind::Not(inner) => format!("not({})", write(inner, base)?),
        ExprKind::Negate(inner) => format!("(-{})", write(inner, base)?),
        ExprKind::Coalesce { left, right } => filled_or(left, right, base)?,
        ExprKind::If { condition, then, otherwise } => {
            let otherwise = otherwise.as_ref().map_or(Ok("null".to_owned()), |otherwise| write(otherwise, base))?;
            format!("if({}, {}, {otherwise})", write(condition, base)?, write(then, base)?)
        }
        ExprKind::Binary { op, left, right } => {
            // "Not filled" is blank there.
            let blank = |one: &Expr| matches!(&one.kind, ExprKind::Text(text) if text.is_empty());
            match op {
                BinaryOp::Equal if blank(right) => format!("isBlank({})", write(left, base)?),
                BinaryOp::NotEqual if blank(right) => format!("isNonBlank({})", write(left, base)?),
                BinaryOp::And => format!("and({}, {})", write(left, base)?, write(right, base)?),
                BinaryOp::Or => format!("or({}, {})", write(left, base)?, write(right, base)?),
                op => {
                    let sign = SIGNS.iter().find(|(_, known, _)| known == op).map_or("==", |(sign, _, _)| sign);
                    format!("({} {sign} {})", write(left, base)?, write(right, base)?)
                }
            }
        }
        ExprKind::Call { name, arguments, .. } => write_call(name, arguments, base)?,
        ExprKind::Target(name) => return Err(format!("another target field, `{name}`")),
        ExprKind::It => return Err("`it`".to_owned()),
        ExprKind::List(_) | ExprKind::Map(_) => return Err("a list or a map".to_owned()),
    })
}

fn filled_or(left: &Expr, right: &Expr, base: &str) -> Result<String, String> {
    let left = write(left, base)?;
    Ok(format!("if(isBlank({left}), {}, {left})", write(right, base)?))
}

fn write_call(name: &str, arguments: &[Expr], base: &str) -> Result<String, String> {
    let all: Result<Vec<String>, String> = arguments.iter().map(|one| write(one, base)).collect();
    let unknown = || Err(format!("the function `{name}`"));
    let number = |one: Option<&Expr>| match one.map(|one| &one.kind) {
        Some(ExprKind::Number(digits)) => digits.parse::<u32>().ok().filter(|number| *number > 0),
        _ => None,
    };
    if name == "replace_regex" {
        let [whole, pattern, with] = arguments else { return unknown() };
        let ExprKind::Text(pattern) = &pattern.kind else { return unknown() };
        return Ok(format!(
            "{}.replace(/{}/, {})",
            write(whole, base)?,
            pattern.replace('/', "\\/"),
            write(with, base)?
        ));
    }
    let all = all?;
    if let Some((theirs, _)) = SAME.iter().find(|(_, ours)| *ours == name) {
        return Ok(format!("{theirs}({})", all.join(", ")));
    }
    Ok(match (name, all.as_slice()) {
        ("replace", [whole, what, with]) => format!("{whole}.replace({what}, {with})"),
        ("concat", [_, ..]) => {
            let parts: Vec<String> = all.iter().map(|part| format!("coalesce({part}, \"\")")).collect();
            format!("({})", parts.join(" + "))
        }
        ("coalesce" | "default", [_, rest @ ..]) if !rest.is_empty() => {
            let mut parts = arguments.iter().rev();
            let last = parts.next().map_or(Ok(String::new()), |last| write(last, base))?;
            parts.try_fold(last, |behind, one| {
                let one = write(one, base)?;
                Ok::<_, String>(format!("if(isBlank({one}), {behind}, {one})"))
            })?
        }
        ("join", [between, parts @ ..]) if parts.len() > 1 => {
            format!("filter([{}], v, isNonBlank(v)).join({between})", parts.join(", "))
        }
        ("one_of", [value, choices @ ..]) if !choices.is_empty() => {
            let tests: Vec<String> = choices.iter().map(|choice| format!("({value} == {choice})")).collect();
            if let [one] = tests.as_slice() { one.clone() } else { format!("or({})", tests.join(", ")) }
        }
        ("part", [whole, between, _]) => match number(arguments.get(2)) {
            Some(position) => format!("{whole}.split({between})[{}].trim()", position - 1),
            None => return unknown(),
        },
        ("substring", [whole, _]) => match number(arguments.get(1)) {
            Some(from) => format!("{whole}.substring({})", from - 1),
            None => return unknown(),
        },
        ("substring", [whole, _, _]) => match (number(arguments.get(1)), number(arguments.get(2))) {
            (Some(from), Some(count)) => format!("{whole}.substring({}, {})", from - 1, from - 1 + count),
            _ => return unknown(),
        },
        _ => return unknown(),
    })
}

/// A pipe as a call: the input is the first argument, or stands where `it` does.
pub(super) fn nested(input: &Expr, step: &Expr) -> Expr {
    match &step.kind {
        ExprKind::Call { name, arguments, .. } if !arguments.iter().any(names_it) => {
            call(name, std::iter::once(input.clone()).chain(arguments.iter().cloned()).collect())
        }
        _ => with_it(step, input),
    }
}

fn names_it(expr: &Expr) -> bool {
    with_it(expr, &column("\u{0}")) != *expr
}

/// The expression with `it` replaced, but within pipes of its own.
fn with_it(one: &Expr, input: &Expr) -> Expr {
    let again = |inner: &Expr| Box::new(with_it(inner, input));
    expr(match &one.kind {
        ExprKind::It => return input.clone(),
        ExprKind::Call { name, name_span, arguments } => ExprKind::Call {
            name: name.clone(),
            name_span: *name_span,
            arguments: arguments.iter().map(|one| with_it(one, input)).collect(),
        },
        ExprKind::Pipe { input: inner, step } => ExprKind::Pipe { input: again(inner), step: step.clone() },
        ExprKind::If { condition, then, otherwise } => ExprKind::If {
            condition: again(condition),
            then: again(then),
            otherwise: otherwise.as_ref().map(|otherwise| again(otherwise)),
        },
        ExprKind::Not(inner) => ExprKind::Not(again(inner)),
        ExprKind::Negate(inner) => ExprKind::Negate(again(inner)),
        ExprKind::Binary { op, left, right } => ExprKind::Binary { op: *op, left: again(left), right: again(right) },
        ExprKind::Coalesce { left, right } => ExprKind::Coalesce { left: again(left), right: again(right) },
        ExprKind::List(items) => ExprKind::List(items.iter().map(|item| with_it(item, input)).collect()),
        _ => return one.clone(),
    })
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform;

    fn ours(grel: &str) -> Result<String, String> {
        let read = read(grel, &column("name"), &mut |other| column(other))?;
        let text = read.to_string();
        transform::parse(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        Ok(text)
    }

    #[test]
    fn what_has_a_counterpart_is_read() {
        for (grel, want) in [
            ("value.trim().toLowercase()", "lower(trim(name))"),
            ("grel:toTitlecase(value)", "title(name)"),
            ("value.replace(/\\s+/, ' ')", "replace_regex(name, \"\\\\s+\", \" \")"),
            ("value.replace('a', \"b\")", "replace(name, \"a\", \"b\")"),
            ("cells['Town or City'].value + ', ' + value", "concat(field(\"Town or City\"), \", \", name)"),
            ("cells.Town.value", "Town"),
            ("if(isBlank(value), 'none', value)", "if is_empty(name) then \"none\" else name"),
            ("value.split(',')[1]", "part(name, \",\", 2)"),
            ("value.substring(2, 5)", "substring(name, 3, 3)"),
            ("value.toNumber() * 2 + 1", "number(name) * 2 + 1"),
            ("and(value == 'a', not(value.contains('b')))", "name == \"a\" and not contains(name, \"b\")"),
        ] {
            assert_eq!(ours(grel).as_deref(), Ok(want), "{grel}");
        }
        for grel in
            ["value.fingerprint()", "jython:return value", "value.match(/(?=a)/)", "row.index", "value.trim(", ""]
        {
            assert!(ours(grel).is_err(), "{grel}");
        }
        assert!(ours(&"(".repeat(10_000)).is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "name | trim | lower",
            "name | replace(\"a\\\"\", \"\\\\\") | upper",
            "if name == \"x\" then \"y\" else field(\"Town or City\")",
            "substring(name, 3, 3)",
            "name | (it | trim)",
            "number(name) * (2 + 1)",
            "name == \"a\" or (name == \"b\" and contains(name, \"b\"))",
        ] {
            let grel = write(&transform::parse(text).unwrap(), "name").unwrap();
            let back = ours(&grel).unwrap_or_else(|error| panic!("{grel}: {error}"));
            let again = write(&transform::parse(&back).unwrap(), "name").unwrap();
            assert_eq!(grel, again, "{text}");
        }
        assert!(write(&transform::parse("name | phone(\"DE\")").unwrap(), "name").is_err());
    }
}
