//! What most tools can say of a mapping: a column, a constant, several columns put together.

use super::Leaving;
use crate::profile::{Checks, Expression, FieldMapping, FilledBy, ObjectMapping};
use crate::transform::{self, Expr, ExprKind, Span};

/// How a field is filled, as far as other tools can say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filling {
    Column(String),
    Constant(String),
    /// Columns with this between them.
    Joined(String, Vec<String>),
    /// Anything more, and the source fields that it reads.
    More(Vec<String>),
}

/// How an expression fills a field.
pub(super) fn filling(expression: &Expression) -> Filling {
    let Ok(expr) = transform::parse(&expression.text) else { return Filling::More(Vec::new()) };
    match &expr.kind {
        ExprKind::Field(name) => Filling::Column(name.clone()),
        ExprKind::Text(text) | ExprKind::Number(text) => Filling::Constant(text.clone()),
        ExprKind::Boolean(value) => Filling::Constant(value.to_string()),
        ExprKind::Call { name, arguments, .. } if name == "join" => {
            let mut all = arguments.iter();
            let Some(ExprKind::Text(between)) = all.next().map(|first| &first.kind) else { return more(&expr) };
            let columns: Option<Vec<String>> = all
                .map(|one| match &one.kind {
                    ExprKind::Field(name) => Some(name.clone()),
                    _ => None,
                })
                .collect();
            columns
                .filter(|columns| columns.len() > 1)
                .map_or_else(|| more(&expr), |columns| Filling::Joined(between.clone(), columns))
        }
        _ => more(&expr),
    }
}

fn more(expr: &Expr) -> Filling {
    let mut fields = Vec::new();
    fields_of(expr, &mut fields);
    Filling::More(fields)
}

/// The source fields that an expression reads, each once.
pub(super) fn fields_of(expr: &Expr, fields: &mut Vec<String>) {
    let inner: Vec<&Expr> = match &expr.kind {
        ExprKind::Field(name) => {
            if !fields.contains(name) {
                fields.push(name.clone());
            }
            return;
        }
        ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        ExprKind::List(items) => items.iter().collect(),
        ExprKind::Map(pairs) => pairs.iter().map(|(_, value)| value).collect(),
        ExprKind::Pipe { input, step } => vec![&**input, &**step],
        ExprKind::If { condition, then, otherwise } => {
            [condition, then].into_iter().chain(otherwise).map(|one| &**one).collect()
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => vec![&**inner],
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => vec![&**left, &**right],
        _ => return,
    };
    inner.into_iter().for_each(|one| fields_of(one, fields));
}

pub(super) fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

pub(super) fn text(text: impl Into<String>) -> Expr {
    expr(ExprKind::Text(text.into()))
}

pub(super) fn column(name: impl Into<String>) -> Expr {
    expr(ExprKind::Field(name.into()))
}

pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    expr(ExprKind::Call { name: name.to_owned(), name_span: Span::default(), arguments })
}

/// A field filled by an expression.
pub(super) fn field(target: impl Into<String>, expr: &Expr) -> FieldMapping {
    FieldMapping {
        target: target.into(),
        filled_by: FilledBy::Expression(Expression::new(expr.to_string())),
        ..FieldMapping::default()
    }
}

/// Lists what of an object only mapwright can say, apart from how its fields are filled.
pub(super) fn leave_rules(object: &ObjectMapping, leaving: &mut Leaving, values: bool) {
    let place = &object.to;
    if let Some(filter) = &object.filter {
        leaving.note(place, format!("`where: {}`; leave the other records out of the file", filter.text));
    }
    leave_record_rules(object, leaving);
    for field in &object.fields {
        let place = format!("{place}.{}", field.target);
        if values && field.values.is_some() {
            leaving.note(&place, "its value map");
        }
        if field.checks != Checks::default() {
            leaving.note(&place, "its checks");
        }
        if let Some(note) = &field.note {
            leaving.note(&place, format!("the note `{note}`"));
        }
    }
}

/// Lists what an object says about whole records.
pub(super) fn leave_record_rules(object: &ObjectMapping, leaving: &mut Leaving) {
    let place = &object.to;
    if let Some(duplicates) = &object.duplicates {
        leaving.note(place, format!("`duplicates: {}`", duplicates.key.text));
    }
    if object.stop_at.is_some() {
        leaving.note(place, "`on_reject`, the threshold at which a run stops");
    }
    for check in &object.checks {
        leaving.note(place, format!("the check `{}`: {}", check.name, check.that.text));
    }
    if !object.examples.is_empty() {
        leaving.note(place, format!("{} examples", object.examples.len()));
    }
}

/// The name of a file without its ending.
pub(super) fn stem(name: &str) -> &str {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    last.rsplit_once('.').map_or(last, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_sorted_by_what_others_can_say() {
        let of = |text: &str| filling(&Expression::new(text));
        assert_eq!(of("email"), Filling::Column("email".into()));
        assert_eq!(of("field(\"First Name\")"), Filling::Column("First Name".into()));
        assert_eq!(of("\"Legacy\""), Filling::Constant("Legacy".into()));
        assert_eq!(of("5"), Filling::Constant("5".into()));
        assert_eq!(of("join(\", \", a, b)"), Filling::Joined(", ".into(), vec!["a".into(), "b".into()]));
        assert_eq!(of("a | trim | default(b)"), Filling::More(vec!["a".into(), "b".into()]));
        assert_eq!(of("((("), Filling::More(Vec::new()));
    }
}
