//! Tree -> text that reads back as the same tree.

use std::fmt::{self, Display, Formatter};

use super::lexer::is_plain_name;
use super::{BinaryOp, Expr, ExprKind};

/// How tightly an expression holds together; the levels of the parser.
fn level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::If { .. } => 0,
        ExprKind::Binary { op, .. } => binary_level(*op),
        ExprKind::Not(_) => 3,
        ExprKind::Coalesce { .. } => 5,
        ExprKind::Negate(_) => 8,
        ExprKind::Pipe { .. } => 9,
        _ => 10,
    }
}

fn binary_level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Add | BinaryOp::Subtract => 6,
        BinaryOp::Multiply | BinaryOp::Divide => 7,
        _ => 4,
    }
}

/// Writes an operand, in parentheses where it holds together less tightly than `wanted`.
fn write_operand(f: &mut Formatter<'_>, expr: &Expr, wanted: u8) -> fmt::Result {
    if level(expr) < wanted { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Text(text) => write_text(f, text),
            ExprKind::Number(digits) => f.write_str(digits),
            ExprKind::Boolean(value) => write!(f, "{value}"),
            ExprKind::Null => f.write_str("null"),
            ExprKind::Field(name) if is_plain_name(name) => f.write_str(name),
            ExprKind::Field(name) => write_named(f, "field", name),
            ExprKind::Target(name) if is_plain_name(&format!("t.{name}")) => write!(f, "target.{name}"),
            ExprKind::Target(name) => write_named(f, "target", name),
            ExprKind::It => f.write_str("it"),
            ExprKind::Call { name, arguments, .. } => {
                write!(f, "{name}(")?;
                write_list(f, arguments)?;
                f.write_str(")")
            }
            ExprKind::Pipe { input, step } => {
                write_operand(f, input, 9)?;
                f.write_str(" | ")?;
                match &step.kind {
                    ExprKind::Call { name, arguments, .. } if arguments.is_empty() => f.write_str(name),
                    _ => write_operand(f, step, 10),
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                f.write_str("if ")?;
                write_operand(f, condition, 1)?;
                f.write_str(" then ")?;
                // An `if` directly after `then` would take the `else` that is not its own.
                write_operand(f, then, 1)?;
                match otherwise {
                    Some(otherwise) => write!(f, " else {otherwise}"),
                    None => Ok(()),
                }
            }
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                write_operand(f, inner, 3)
            }
            ExprKind::Negate(inner) => {
                f.write_str("- ")?;
                write_operand(f, inner, 8)
            }
            ExprKind::Binary { op, left, right } => {
                let own = binary_level(*op);
                write_operand(f, left, if own == 4 { 5 } else { own })?;
                write!(f, " {} ", symbol(*op))?;
                write_operand(f, right, own + 1)
            }
            ExprKind::Coalesce { left, right } => {
                write_operand(f, left, 5)?;
                f.write_str(" ?? ")?;
                write_operand(f, right, 6)
            }
            ExprKind::List(items) => {
                f.write_str("[")?;
                write_list(f, items)?;
                f.write_str("]")
            }
            ExprKind::Map(pairs) => {
                f.write_str("{")?;
                for (index, (key, value)) in pairs.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write_text(f, key)?;
                    write!(f, ": {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

pub(super) fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
    }
}

/// A field's name as an expression must write it: itself, or `field("First Name")`.
pub fn field_reference(name: &str) -> String {
    Expr { kind: ExprKind::Field(name.to_owned()), span: super::Span::default() }.to_string()
}

fn write_list(f: &mut Formatter<'_>, items: &[Expr]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn write_named(f: &mut Formatter<'_>, word: &str, name: &str) -> fmt::Result {
    write!(f, "{word}(")?;
    write_text(f, name)?;
    f.write_str(")")
}

fn write_text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            letter if letter.is_control() => write!(f, "\\u{{{:x}}}", u32::from(letter))?,
            letter => write!(f, "{letter}")?,
        }
    }
    f.write_str("\"")
}

/// Sets every span to nothing, to compare trees for their meaning.
#[cfg(test)]
pub(super) fn without_spans(expr: &mut Expr) {
    expr.span = super::Span::default();
    match &mut expr.kind {
        ExprKind::Call { name_span, arguments, .. } => {
            *name_span = super::Span::default();
            arguments.iter_mut().for_each(without_spans);
        }
        ExprKind::Pipe { input, step } => {
            without_spans(input);
            without_spans(step);
        }
        ExprKind::If { condition, then, otherwise } => {
            without_spans(condition);
            without_spans(then);
            if let Some(otherwise) = otherwise {
                without_spans(otherwise);
            }
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => without_spans(inner),
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => {
            without_spans(left);
            without_spans(right);
        }
        ExprKind::List(items) => items.iter_mut().for_each(without_spans),
        ExprKind::Map(pairs) => pairs.iter_mut().for_each(|(_, value)| without_spans(value)),
        _ => {}
    }
}
