//! Which fields expressions read, and how to give a field another name in them.

use super::{Expression, ObjectMapping};
use crate::transform::{self, Expr, ExprKind, Span};

/// A field that an expression names, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub name: String,
    pub of: Side,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Target,
}

/// Every field that an expression names, in the order of the text; none where it does not parse.
pub(super) fn uses(text: &str) -> Vec<Use> {
    let mut found = Vec::new();
    if let Ok(expr) = transform::parse(text) {
        visit(&expr, &mut found);
    }
    found
}

fn visit(expr: &Expr, found: &mut Vec<Use>) {
    let span = expr.span;
    match &expr.kind {
        ExprKind::Field(name) => found.push(Use { name: name.clone(), of: Side::Source, span }),
        ExprKind::Target(name) => found.push(Use { name: name.clone(), of: Side::Target, span }),
        ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Boolean(_) | ExprKind::Null | ExprKind::It => {}
        ExprKind::Call { arguments: parts, .. } | ExprKind::List(parts) => {
            parts.iter().for_each(|part| visit(part, found));
        }
        ExprKind::Pipe { input, step } => {
            visit(input, found);
            visit(step, found);
        }
        ExprKind::If { condition, then, otherwise } => {
            visit(condition, found);
            visit(then, found);
            otherwise.iter().for_each(|part| visit(part, found));
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => visit(inner, found),
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => {
            visit(left, found);
            visit(right, found);
        }
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| visit(value, found)),
    }
}

/// Every expression of an object: filter, duplicates, fields, their comparisons, checks.
pub(super) fn expressions(object: &ObjectMapping) -> impl Iterator<Item = &Expression> {
    let fields = object.fields.iter().flat_map(|field| [Some(field.expression()), field.checks.compare.as_ref()]);
    let head = [object.filter.as_ref(), object.duplicates.as_ref().map(|duplicates| &duplicates.key)];
    let checks = object.checks.iter().map(|check| Some(&check.that));
    head.into_iter().chain(fields).chain(checks).flatten()
}

/// The source fields that an object's mapping reads, each once, in the order of their first use.
pub fn source_fields_used(object: &ObjectMapping) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for expression in expressions(object) {
        for one in uses(&expression.text) {
            if one.of == Side::Source && !names.contains(&one.name) {
                names.push(one.name);
            }
        }
    }
    names
}

/// The expression with a source field under its new name; `None` where it does not read the field.
pub fn rename_source_field(text: &str, old: &str, new: &str) -> Option<String> {
    let mut spans: Vec<Span> =
        uses(text).into_iter().filter(|one| one.of == Side::Source && one.name == old).map(|one| one.span).collect();
    if spans.is_empty() {
        return None;
    }
    // From the end, so that earlier places stay where they are.
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let reference = transform::field_reference(new);
    let mut renamed = text.to_owned();
    for span in spans {
        if text.get(span.start..span.end).is_some() {
            renamed.replace_range(span.start..span.end, &reference);
        }
    }
    Some(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::arbitrary::sample;

    #[test]
    fn the_source_fields_of_a_mapping_are_found_everywhere() {
        let used = source_fields_used(&sample().objects[0]);
        for name in ["status", "email", "first_name", "phone", "country", "company_id", "created"] {
            assert!(used.iter().any(|used| used == name), "{name}: {used:?}");
        }
        assert!(!used.iter().any(|used| used == "Email" || used == "Legacy"), "{used:?}");
    }

    #[test]
    fn a_field_gets_its_new_name_and_nothing_else_does() {
        let text = "if mail != \"mail\" then mail | lower else target.mail";
        assert_eq!(
            rename_source_field(text, "mail", "e_mail").as_deref(),
            Some("if e_mail != \"mail\" then e_mail | lower else target.mail")
        );
        let spaced = rename_source_field("mail | trim", "mail", "E Mail").expect("used");
        assert_eq!(uses(&spaced)[0].name, "E Mail");
        assert_eq!(rename_source_field("other", "mail", "x"), None);
        assert_eq!(rename_source_field("not an (expression", "not", "x"), None);
    }
}
