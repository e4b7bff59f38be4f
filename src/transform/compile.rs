//! Tree -> [`Program`]: names resolved, arguments counted, types checked, constants prepared.

mod branches;

use self::branches::Question;
use super::functions::{self, Argument, Function, Literal, Made, Make, Plain, Preparing, operators};
use super::parser::{mentions_it, parse};
use super::program::{CallOp, Constant, FALSE, NULL, Op, OpKind, Operand, Program, TRUE, Writes};
use super::types::Type;
use super::words::nearest;
use super::{BinaryOp, Diagnostic, Expr, ExprKind, Span};
use crate::profile::ValueMap;
use crate::record::{Form, Kind, SourceType};

/// The names that an expression may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'s> {
    pub source_fields: &'s [String],
    pub target_fields: &'s [String],
}

impl Program {
    /// Parses, checks and compiles an expression.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Program, Vec<Diagnostic>> {
        Program::compile_field(text, scope, None)
    }

    /// The same with a field's value map as its last step: code `enum` where no pair names the value.
    pub fn compile_field(text: &str, scope: &Scope<'_>, values: Option<&ValueMap>) -> Result<Program, Vec<Diagnostic>> {
        let expr = parse(text).map_err(|error| vec![error])?;
        let mut compiler = Compiler::new(scope);
        let mut value = compiler.expr(&expr);
        if let Some(values) = values {
            let out = compiler.call(functions::value_map(values), &[value.operand], expr.span, false, Type::Any);
            value = Typed { operand: out, ty: Type::Any };
        }
        compiler.finish(text, value)
    }

    /// A condition: `where`, a record check. Its value is `true` or `false`.
    pub fn compile_condition(text: &str, scope: &Scope<'_>) -> Result<Program, Vec<Diagnostic>> {
        let expr = parse(text).map_err(|error| vec![error])?;
        let mut compiler = Compiler::new(scope);
        let value = compiler.condition(&expr);
        compiler.finish(text, value)
    }

    /// A condition on a value that `it` stands for: the `compare` of a field.
    pub fn compile_check(text: &str, scope: &Scope<'_>) -> Result<Program, Vec<Diagnostic>> {
        let expr = parse(text).map_err(|error| vec![error])?;
        let mut compiler = Compiler::new(scope);
        compiler.piped.push(Typed { operand: Operand::It, ty: Type::Any });
        let value = compiler.condition(&expr);
        compiler.finish(text, value)
    }
}

#[derive(Debug, Clone, Copy)]
struct Typed {
    operand: Operand,
    ty: Type,
}

impl Typed {
    /// Stands for something that was already complained about.
    const UNKNOWN: Typed = Typed { operand: Operand::Constant(NULL), ty: Type::Any };
}

struct Compiler<'s> {
    scope: &'s Scope<'s>,
    diagnostics: Vec<Diagnostic>,
    ops: Vec<Op>,
    constants: Vec<Constant>,
    constant_bytes: Vec<u8>,
    registers: u16,
    /// The register for what is only shown: nothing reads it later, so that one is enough.
    shown: Option<u16>,
    source_fields: Vec<usize>,
    target_fields: Vec<usize>,
    /// What `it` stands for, innermost last.
    piped: Vec<Typed>,
    /// Calls whose values are at hand wherever the next operation stands: the same call again needs none.
    at_hand: Vec<(&'static str, Vec<Operand>, Typed)>,
}

impl<'s> Compiler<'s> {
    fn new(scope: &'s Scope<'s>) -> Compiler<'s> {
        let mut compiler = Compiler {
            scope,
            diagnostics: Vec::new(),
            ops: Vec::new(),
            constants: Vec::new(),
            constant_bytes: Vec::new(),
            registers: 0,
            shown: None,
            source_fields: Vec::new(),
            target_fields: Vec::new(),
            piped: Vec::new(),
            at_hand: Vec::new(),
        };
        // In the order of TRUE, FALSE and NULL.
        compiler.constant("true", Kind::Text, SourceType::Boolean);
        compiler.constant("false", Kind::Text, SourceType::Boolean);
        compiler.constant("", Kind::Null, SourceType::Untyped);
        compiler
    }

    fn finish(mut self, text: &str, value: Typed) -> Result<Program, Vec<Diagnostic>> {
        if !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        for fields in [&mut self.source_fields, &mut self.target_fields] {
            fields.sort_unstable();
            fields.dedup();
        }
        // Texts are copied by whole blocks where something stands behind them.
        let mut constant_bytes = self.constant_bytes;
        constant_bytes.resize(constant_bytes.len() + crate::record::BLOCK, 0);
        Ok(Program {
            text: text.to_owned(),
            ops: self.ops,
            constants: self.constants,
            constant_bytes,
            registers: self.registers,
            result: value.operand,
            result_type: value.ty,
            source_fields: self.source_fields,
            target_fields: self.target_fields,
        })
    }

    fn complain(&mut self, diagnostic: Diagnostic) -> Typed {
        self.diagnostics.push(diagnostic);
        Typed::UNKNOWN
    }

    fn constant(&mut self, text: &str, kind: Kind, source_type: SourceType) -> Operand {
        let start = self.constant_bytes.len() as u32;
        self.constant_bytes.extend_from_slice(text.as_bytes());
        self.constants.push(Constant { kind, source_type, start, len: text.len() as u32, form: Form::of(text) });
        Operand::Constant(self.constants.len() as u32 - 1)
    }

    fn text_constant(&mut self, text: &str) -> Operand {
        let kind = if text.is_empty() { Kind::Missing } else { Kind::Text };
        self.constant(text, kind, SourceType::Untyped)
    }

    fn register(&mut self) -> u16 {
        let register = self.registers;
        // An expression has at most some hundred operators, so that this cannot come near the end.
        self.registers = self.registers.saturating_add(1);
        register
    }

    fn op(&mut self, kind: OpKind, span: Span) -> usize {
        self.ops.push(Op { kind, span, shown_only: false });
        self.ops.len() - 1
    }

    /// An operation whose value only a traced run shows.
    fn show(&mut self, kind: impl FnOnce(u16) -> OpKind, span: Span) {
        let register = self.shown.unwrap_or_else(|| self.register());
        self.shown = Some(register);
        self.ops.push(Op { kind: kind(register), span, shown_only: true });
    }

    fn call(&mut self, made: Made, arguments: &[Operand], span: Span, passes_missing: bool, result: Type) -> Operand {
        let out = self.register();
        let reads = made.reads.unwrap_or(arguments.len()).min(arguments.len());
        let writes = match result {
            Type::Number | Type::Boolean | Type::Date | Type::DateTime => Writes::Plain,
            _ if made.keeps_plain => Writes::ItsArguments,
            _ => Writes::Anything,
        };
        let call = CallOp {
            step: made.step,
            writes,
            arguments: arguments[..reads].iter().copied().collect(),
            out,
            passes_missing,
            source_type: result.source_type(),
            expects: made.expects,
        };
        self.op(OpKind::Call(call), span);
        Operand::Register(out)
    }

    fn plain(&mut self, plain: Plain, arguments: &[Operand], span: Span, result: Type) -> Typed {
        let operand = self.call(Made::plain(plain), arguments, span, false, result);
        Typed { operand, ty: result }
    }

    fn expr(&mut self, expr: &Expr) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Text(text) => Typed { operand: self.text_constant(text), ty: Type::Text },
            ExprKind::Number(digits) => {
                Typed { operand: self.constant(digits, Kind::Text, SourceType::Decimal), ty: Type::Number }
            }
            ExprKind::Boolean(value) => {
                let operand = Operand::Constant(if *value { TRUE } else { FALSE });
                Typed { operand, ty: Type::Boolean }
            }
            ExprKind::Null => Typed { operand: Operand::Constant(NULL), ty: Type::Any },
            ExprKind::Field(name) => self.field(name, span),
            ExprKind::Target(name) => self.target(name, span),
            ExprKind::It => match self.piped.last() {
                Some(piped) => *piped,
                None => self.complain(
                    Diagnostic::new(span, "`it` stands for the piped value, and nothing is piped here")
                        .hint("name a field, as in `phone | (\"+\" + it)`"),
                ),
            },
            ExprKind::Call { name, name_span, arguments } => self.function(name, *name_span, None, arguments, span),
            ExprKind::Pipe { input, step } => self.pipe(input, step),
            ExprKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise.as_deref(), span),
            ExprKind::Not(inner) => {
                let value = self.condition(inner);
                self.plain(operators::not, &[value.operand], span, Type::Boolean)
            }
            ExprKind::Negate(inner) => {
                let value = self.number(inner);
                self.plain(operators::negate, &[value.operand], span, Type::Number)
            }
            ExprKind::Binary { op, left, right } => self.binary(expr, *op, left, right),
            ExprKind::Coalesce { left, right } => self.coalesce(left, right, span),
            ExprKind::List(items) => match literal(expr) {
                Some(constant) => {
                    let operand = self.constant(&json(&constant), Kind::List, SourceType::Untyped);
                    Typed { operand, ty: Type::List }
                }
                None => {
                    let items: Vec<Operand> = items.iter().map(|item| self.expr(item).operand).collect();
                    self.plain(operators::list, &items, span, Type::List)
                }
            },
            ExprKind::Map(_) => match literal(expr) {
                Some(constant) => {
                    let operand = self.constant(&json(&constant), Kind::Map, SourceType::Untyped);
                    Typed { operand, ty: Type::Map }
                }
                None => self.complain(
                    Diagnostic::new(span, "the values of a map must be written out")
                        .hint("a map holds texts and numbers; use `if` for anything computed"),
                ),
            },
        }
    }

    fn field(&mut self, name: &str, span: Span) -> Typed {
        if let Some(index) = self.scope.source_fields.iter().position(|field| field == name) {
            self.source_fields.push(index);
            return Typed { operand: Operand::Field(index as u32), ty: Type::Any };
        }
        let message = format!("there is no source field `{name}`");
        let diagnostic = Diagnostic::new(span, message);
        let near = nearest(name, self.scope.source_fields.iter().map(String::as_str));
        let hint = match near {
            Some(near) => format!("did you mean `{}`?", super::field_reference(near)),
            None if functions::find(name).is_some() => {
                format!("`{name}` is a function: `{name}(...)` or `field | {name}`")
            }
            None if self.scope.target_fields.iter().any(|field| field == name) => {
                format!("`{name}` is a target field: `target.{name}`")
            }
            None => format!("the fields are {}; text goes in quotes", listed(self.scope.source_fields)),
        };
        self.complain(diagnostic.hint(hint))
    }

    fn target(&mut self, name: &str, span: Span) -> Typed {
        if let Some(index) = self.scope.target_fields.iter().position(|field| field == name) {
            self.target_fields.push(index);
            return Typed { operand: Operand::Target(index as u16), ty: Type::Any };
        }
        let diagnostic = Diagnostic::new(span, format!("there is no target field `{name}` to read"));
        let hint = match nearest(name, self.scope.target_fields.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `target(\"{near}\")`?"),
            None => format!("the target fields are {}", listed(self.scope.target_fields)),
        };
        self.complain(diagnostic.hint(hint))
    }

    fn pipe(&mut self, input: &Expr, step: &Expr) -> Typed {
        let value = self.expr(input);
        self.piped.push(value);
        let result = match &step.kind {
            // The piped value is the first argument, unless the call says itself where it goes.
            ExprKind::Call { name, name_span, arguments } if !mentions_it(step) => {
                self.function(name, *name_span, Some((input, value)), arguments, step.span)
            }
            _ => self.expr(step),
        };
        self.piped.pop();
        result
    }

    fn function(
        &mut self,
        name: &str,
        name_span: Span,
        piped: Option<(&Expr, Typed)>,
        given: &[Expr],
        span: Span,
    ) -> Typed {
        let Some(function) = functions::find(name) else {
            let names = functions::all().iter().map(|function| function.name);
            let diagnostic = Diagnostic::new(name_span, format!("there is no function `{name}`"));
            return self.complain(match nearest(name, names) {
                Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                None => diagnostic.hint("`mapwright functions` lists them all"),
            });
        };
        let count = given.len() + usize::from(piped.is_some());
        if !function.takes(count) {
            let piped_too = if piped.is_some() { ", the piped value included" } else { "" };
            let arguments = if count == 1 { "argument" } else { "arguments" };
            let message = format!("`{name}` cannot take {count} {arguments}{piped_too}");
            return self.complain(Diagnostic::new(span, message).hint(format!("it is `{}`", function.signature())));
        }
        let before = self.diagnostics.len();
        let expressions = piped.iter().map(|(expr, _)| *expr).chain(given);
        let arguments: Vec<Argument> =
            expressions.map(|expr| Argument { literal: literal(expr), span: expr.span }).collect();
        let mut values: Vec<Typed> = piped.iter().map(|(_, value)| *value).collect();
        for expr in given {
            values.push(self.expr(expr));
        }
        for (index, (argument, value)) in arguments.iter().zip(&values).enumerate() {
            self.check_argument(function, index, argument, value.ty);
        }
        if self.diagnostics.len() > before {
            return Typed { ty: function.result, ..Typed::UNKNOWN };
        }
        let operands: Vec<Operand> = values.iter().map(|value| value.operand).collect();
        let known =
            |(name, arguments, _): &&(&str, Vec<Operand>, Typed)| *name == function.name && *arguments == operands;
        if let Some((_, _, value)) = self.at_hand.iter().find(known) {
            return *value;
        }
        let made = match function.make {
            Make::Plain(plain) => Made::plain(plain),
            Make::Cut(cut) => Made::cut(cut),
            Make::Prepared(prepare) => match prepare(&Preparing { arguments: &arguments }) {
                Ok(made) => made,
                Err(mut diagnostic) => {
                    if diagnostic.span == Span::default() {
                        diagnostic.span = span;
                    }
                    return self.complain(diagnostic);
                }
            },
        };
        let result = if function.joins {
            values.iter().map(|value| value.ty).reduce(Type::join).unwrap_or(Type::Any)
        } else {
            function.result
        };
        let passes = function.passes_missing && !operands.is_empty();
        let made = Made { keeps_plain: made.keeps_plain || function.keeps_plain, ..made };
        let operand = self.call(made, &operands, span, passes, result);
        let value = Typed { operand, ty: result };
        self.at_hand.push((function.name, operands, value));
        value
    }

    fn check_argument(&mut self, function: &Function, index: usize, argument: &Argument, given: Type) {
        let Some(param) = function.param(index) else { return };
        let place = format!("`{}` of `{}`", param.name, function.name);
        if param.fixed && argument.literal.is_none() {
            let message = format!("{place} must be written out: it is prepared before the first record");
            self.complain(Diagnostic::new(argument.span, message).hint("write it as text, number, list or map"));
            return;
        }
        let unreadable = match (&argument.literal, param.ty) {
            (Some(Literal::Text(text)), Type::Number) => !text.is_empty() && operators::plain_number(text).is_none(),
            _ => false,
        };
        if !given.never_fits(param.ty) && !unreadable {
            return;
        }
        let message = format!("{place} is a {}, and this is a {}", param.ty.name(), given.name());
        let hint = match (given, param.ty) {
            (Type::List, _) => "take one item with `first` or make one text of it with `join`".to_owned(),
            (_, Type::Boolean) => "compare it, as in `status == \"active\"`, or read it with `boolean`".to_owned(),
            (_, Type::Number) => "read it with `number`".to_owned(),
            (_, Type::Date | Type::DateTime) => "read it with `date`".to_owned(),
            _ => format!("it is `{}`", function.signature()),
        };
        self.complain(Diagnostic::new(argument.span, message).hint(hint));
    }

    fn condition(&mut self, expr: &Expr) -> Typed {
        let value = self.expr(expr);
        if value.ty.never_fits(Type::Boolean) {
            let message = format!("a condition must be true or false, and this is a {}", value.ty.name());
            return self.complain(
                Diagnostic::new(expr.span, message)
                    .hint("compare it, as in `status == \"active\"`, or ask `is_filled(...)`"),
            );
        }
        value
    }

    fn number(&mut self, expr: &Expr) -> Typed {
        let value = self.expr(expr);
        let unreadable = matches!(&expr.kind, ExprKind::Text(text) if operators::plain_number(text).is_none());
        if value.ty.never_fits(Type::Number) || unreadable {
            let message = format!("arithmetic needs numbers, and this is a {}", value.ty.name());
            return self.complain(Diagnostic::new(expr.span, message).hint("read it with `number`"));
        }
        value
    }

    fn binary(&mut self, expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Typed {
        let span = expr.span;
        match op {
            BinaryOp::And | BinaryOp::Or => self.logic(expr),
            BinaryOp::Equal | BinaryOp::NotEqual => match self.equality(op, left, right, span) {
                Question::Filled(value, is) => {
                    let out = self.register();
                    self.op(OpKind::Filled { value, is, out }, span);
                    Typed { operand: Operand::Register(out), ty: Type::Boolean }
                }
                Question::Asked(answer) => answer,
            },
            BinaryOp::Less => self.order([operators::less, operators::number_less], left, right, span),
            BinaryOp::LessOrEqual => {
                self.order([operators::less_or_equal, operators::number_less_or_equal], left, right, span)
            }
            BinaryOp::Greater => self.order([operators::greater, operators::number_greater], left, right, span),
            BinaryOp::GreaterOrEqual => {
                self.order([operators::greater_or_equal, operators::number_greater_or_equal], left, right, span)
            }
            BinaryOp::Add => self.add(left, right, span),
            BinaryOp::Subtract => self.arithmetic(operators::subtract, left, right, span),
            BinaryOp::Multiply => self.arithmetic(operators::multiply, left, right, span),
            BinaryOp::Divide => self.arithmetic(operators::divide, left, right, span),
        }
    }

    /// Two values in order, as texts or as numbers.
    fn order(&mut self, [texts, numbers]: [Plain; 2], left: &Expr, right: &Expr, span: Span) -> Typed {
        let (first, second) = (self.expr(left), self.expr(right));
        let number = |expr: &Expr, ty: Type| {
            ty == Type::Number || matches!(&expr.kind, ExprKind::Text(text) if operators::plain_number(text).is_some())
        };
        let numeric = number(left, first.ty) || number(right, second.ty);
        self.plain(if numeric { numbers } else { texts }, &[first.operand, second.operand], span, Type::Boolean)
    }

    fn arithmetic(&mut self, step: Plain, left: &Expr, right: &Expr, span: Span) -> Typed {
        let (first, second) = (self.number(left), self.number(right));
        self.plain(step, &[first.operand, second.operand], span, Type::Number)
    }

    /// `+` adds two numbers and joins texts; a field beside a number could mean either, so it must be said.
    fn add(&mut self, left: &Expr, right: &Expr, span: Span) -> Typed {
        let (first, second) = (self.expr(left), self.expr(right));
        let operands = [first.operand, second.operand];
        match (first.ty, second.ty) {
            (Type::Number, Type::Number) => self.plain(operators::add, &operands, span, Type::Number),
            (Type::Any, Type::Number) | (Type::Number, Type::Any) => {
                let (unknown, number) = if first.ty == Type::Any { (left, right) } else { (right, left) };
                self.complain(
                    Diagnostic::new(span, format!("`{unknown} + {number}` could add or join texts")).hint(format!(
                        "write `number({unknown}) + {number}` to add, or `concat({left}, {right})` to join"
                    )),
                )
            }
            _ => {
                let joined = Made::joining(functions::Joining::as_they_are());
                Typed { operand: self.call(joined, &operands, span, false, Type::Text), ty: Type::Text }
            }
        }
    }
}

/// The value of an expression that is written out.
fn literal(expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        ExprKind::Text(text) => Some(Literal::Text(text.clone())),
        ExprKind::Number(digits) => Some(Literal::Number(digits.clone())),
        ExprKind::Boolean(value) => Some(Literal::Boolean(*value)),
        ExprKind::Null => Some(Literal::Null),
        ExprKind::List(items) => items.iter().map(literal).collect::<Option<Vec<_>>>().map(Literal::List),
        ExprKind::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| Some((key.clone(), literal(value)?)));
            pairs.collect::<Option<Vec<_>>>().map(Literal::Map)
        }
        _ => None,
    }
}

/// Compact JSON of a literal: the canonical text of lists and maps.
fn json(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Literal::Number(digits) => match serde_json::from_str::<serde_json::Number>(digits) {
            Ok(number) => number.to_string(),
            Err(_) => serde_json::Value::from(digits.as_str()).to_string(),
        },
        Literal::Boolean(value) => value.to_string(),
        Literal::Null => "null".into(),
        Literal::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Literal::Map(pairs) => {
            let pair =
                |(key, value): &(String, Literal)| format!("{}:{}", serde_json::Value::from(key.as_str()), json(value));
            format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
        }
    }
}

/// The first few names of a scope, for a sentence.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none here".into();
    }
    let mut shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    if names.len() > 8 {
        shown.push(format!("and {} more", names.len() - 8));
    }
    shown.join(", ")
}
