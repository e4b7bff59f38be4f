//! Drift: what became of a source since a profile was made for it, and what of the profile that touches.

use std::collections::BTreeSet;

use super::nearest::similarity;
use super::uses::rename_source_field;
use super::{Duplicates, Edit, Expression, ObjectMapping, Settings};
use crate::schema::{Field, FieldType, Object};

/// The difference between the source object that a profile was made for and the one found now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drift {
    /// Fields that are new, in the source's order.
    pub added: Vec<String>,
    /// Fields that are gone, in the old order.
    pub lost: Vec<Lost>,
    /// Fields whose type has changed.
    pub retyped: Vec<Retyped>,
    /// The fields that stayed stand in another order. A profile names fields, so that this changes nothing.
    pub reordered: bool,
}

/// A field that is gone, and what it may be called now.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub name: String,
    pub renamed: Option<Renamed>,
}

/// A new field that may be a lost one under another name.
#[derive(Debug, Clone, PartialEq)]
pub struct Renamed {
    pub to: String,
    /// 0 to 1.
    pub confidence: f64,
    /// One sentence.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retyped {
    pub name: String,
    pub before: FieldType,
    pub now: FieldType,
}

impl Drift {
    /// Nothing that concerns a profile: no field added, lost or retyped.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.lost.is_empty() && self.retyped.is_empty()
    }
}

/// A guess below this is not worth proposing.
const LEAST: f64 = 0.5;

/// Compares the object that a profile was made for with the one found now. Where nothing is remembered of the old one
/// but the names that the profile uses, fields without type and samples will do.
pub fn drift(before: &Object, now: &Object) -> Drift {
    let lost: Vec<&Field> = before.fields.iter().filter(|field| now.field(&field.name).is_none()).collect();
    let added: Vec<&Field> = now.fields.iter().filter(|field| before.field(&field.name).is_none()).collect();
    let retyped = before.fields.iter().filter_map(|field| {
        let found = now.field(&field.name)?;
        let changed = found.field_type != field.field_type && knows_type(field) && knows_type(found);
        changed.then(|| Retyped { name: field.name.clone(), before: field.field_type, now: found.field_type })
    });
    let mut renamed = renamings(&lost, &added, before, now);
    Drift {
        added: added.iter().map(|field| field.name.clone()).collect(),
        retyped: retyped.collect(),
        reordered: is_reordered(before, now),
        lost: lost
            .iter()
            .zip(&mut renamed)
            .map(|(field, to)| Lost { name: field.name.clone(), renamed: to.take() })
            .collect(),
    }
}

/// A field known by name alone has no type worth comparing.
fn knows_type(field: &Field) -> bool {
    field.field_type != FieldType::Text || field.native_type.is_some() || !field.samples.is_empty()
}

fn is_reordered(before: &Object, now: &Object) -> bool {
    let places: Vec<usize> = before.fields.iter().filter_map(|field| now.field_index(&field.name)).collect();
    places.windows(2).any(|pair| pair[0] > pair[1])
}

/// One to one, the surest first.
fn renamings(lost: &[&Field], added: &[&Field], before: &Object, now: &Object) -> Vec<Option<Renamed>> {
    let mut pairs: Vec<(f64, usize, usize, String)> = Vec::new();
    for (from, old) in lost.iter().enumerate() {
        for (to, new) in added.iter().enumerate() {
            let (confidence, reason) = likeness(old, new, before, now);
            if confidence >= LEAST {
                pairs.push((confidence, from, to, reason));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut found: Vec<Option<Renamed>> = lost.iter().map(|_| None).collect();
    let mut taken = vec![false; added.len()];
    for (confidence, from, to, reason) in pairs {
        if found[from].is_none() && !taken[to] {
            taken[to] = true;
            found[from] = Some(Renamed { to: added[to].name.clone(), confidence, reason });
        }
    }
    found
}

/// How likely it is that a lost field is a new one. Names weigh most; values and the neighbours speak where names do
/// not; types that differ speak against.
fn likeness(old: &Field, new: &Field, before: &Object, now: &Object) -> (f64, String) {
    let by_name = similarity(&old.name, &new.name);
    let by_values = shared_samples(old, new);
    let by_place = same_neighbours(&old.name, &new.name, before, now);
    let mut confidence = by_name.max(by_values.unwrap_or(0.0) * 0.9);
    if by_place {
        confidence = (confidence + 0.15).max(0.4);
    }
    if knows_type(old) && knows_type(new) {
        confidence += if old.field_type == new.field_type { 0.1 } else { -0.2 };
    }
    let mut reasons = Vec::new();
    if by_name >= LEAST {
        reasons.push("the names are alike".to_owned());
    }
    if let Some(share) = by_values.filter(|share| *share > 0.0) {
        reasons.push(format!("{:.0}% of the sample values are the same", share * 100.0));
    }
    if by_place {
        reasons.push("it stands between the same fields".to_owned());
    }
    (confidence.clamp(0.0, 1.0), reasons.join(", "))
}

/// The share of the smaller sample that both have; `None` where one has no samples.
fn shared_samples(old: &Field, new: &Field) -> Option<f64> {
    let a: BTreeSet<&String> = old.samples.iter().collect();
    let b: BTreeSet<&String> = new.samples.iter().collect();
    let least = a.len().min(b.len());
    (least > 0).then(|| a.intersection(&b).count() as f64 / least as f64)
}

fn same_neighbours(old: &str, new: &str, before: &Object, now: &Object) -> bool {
    fn around<'o>(object: &'o Object, name: &str) -> Option<(Option<&'o str>, Option<&'o str>)> {
        let at = object.field_index(name)?;
        let name_at = |at: Option<usize>| at.and_then(|at| object.fields.get(at)).map(|field| field.name.as_str());
        Some((name_at(at.checked_sub(1)), name_at(at.checked_add(1))))
    }
    match (around(before, old), around(now, new)) {
        (Some(was), Some(is)) => was == is && (was.0.is_some() || was.1.is_some()),
        _ => false,
    }
}

/// The change that gives source fields their new names in an object's expressions, filter, checks and examples; `None`
/// where it reads none of them. `names` are pairs of old and new name: any of the guesses, or the operator's own.
pub fn rebind(object: usize, mapping: &ObjectMapping, names: &[(String, String)]) -> Option<Edit> {
    let renamed = |expression: &Expression| {
        let mut text = expression.text.clone();
        for (old, new) in names {
            text = rename_source_field(&text, old, new).unwrap_or(text);
        }
        (text != expression.text).then_some(Expression { text, place: expression.place })
    };
    let mut edits = Vec::new();
    let mut settings = Settings::of(mapping);
    let filter = settings.filter.as_ref().and_then(renamed);
    let key = settings.duplicates.as_ref().and_then(|duplicates| renamed(&duplicates.key));
    if filter.is_some() || key.is_some() {
        settings.filter = filter.or(settings.filter);
        settings.duplicates = settings.duplicates.map(|rule| Duplicates { key: key.unwrap_or(rule.key), ..rule });
        edits.push(Edit::SetSettings { object, settings: Box::new(settings) });
    }
    for field in &mapping.fields {
        let mut changed = field.clone();
        if let Some(expression) = renamed(field.expression()) {
            *changed.expression_mut() = expression;
        }
        if let Some(compare) = field.checks.compare.as_ref().and_then(renamed) {
            changed.checks.compare = Some(compare);
        }
        if changed != *field {
            edits.push(Edit::SetField { object, target: field.target.clone(), field: Box::new(changed) });
        }
    }
    let mut checks = mapping.checks.clone();
    for check in &mut checks {
        check.that = renamed(&check.that).unwrap_or_else(|| check.that.clone());
    }
    if checks != mapping.checks {
        edits.push(Edit::SetRecordChecks { object, checks });
    }
    let mut examples = mapping.examples.clone();
    for (name, _) in examples.iter_mut().flat_map(|example| &mut example.given) {
        if let Some((_, new)) = names.iter().find(|(old, _)| old == name) {
            name.clone_from(new);
        }
    }
    if examples != mapping.examples {
        edits.push(Edit::SetExamples { object, examples });
    }
    let what: Vec<String> = names.iter().map(|(old, new)| format!("{old} -> {new}")).collect();
    (!edits.is_empty()).then(|| Edit::Many { name: format!("rebind {}", what.join(", ")), edits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(fields: &[(&str, FieldType, &[&str])]) -> Object {
        let field = |(name, field_type, samples): &(&str, FieldType, &[&str])| Field {
            field_type: *field_type,
            samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
            native_type: Some("known".to_owned()),
            ..Field::named(*name)
        };
        Object { name: "contacts.csv".to_owned(), fields: fields.iter().map(field).collect(), ..Object::default() }
    }

    #[test]
    fn an_unchanged_source_has_no_drift() {
        let same = object(&[("a", FieldType::Text, &[]), ("b", FieldType::Date, &[])]);
        assert!(drift(&same, &same).is_empty());
        assert!(!drift(&same, &same).reordered);
    }

    #[test]
    fn added_lost_retyped_and_reordered_fields_are_told() {
        let before = object(&[
            ("id", FieldType::Integer, &[]),
            ("fax", FieldType::Phone, &[]),
            ("created", FieldType::Date, &[]),
        ]);
        let now = object(&[
            ("created", FieldType::DateTime, &[]),
            ("id", FieldType::Integer, &[]),
            ("score", FieldType::Decimal, &[]),
        ]);
        let drift = drift(&before, &now);
        assert_eq!(drift.added, ["score"]);
        assert_eq!(drift.lost, [Lost { name: "fax".to_owned(), renamed: None }]);
        assert_eq!(
            drift.retyped,
            [Retyped { name: "created".to_owned(), before: FieldType::Date, now: FieldType::DateTime }]
        );
        assert!(drift.reordered);
    }

    #[test]
    fn a_rename_is_guessed_by_name_by_values_and_by_place() {
        let before = object(&[
            ("id", FieldType::Integer, &[]),
            ("first_name", FieldType::Text, &["Ada"]),
            ("mail", FieldType::Email, &["ada@x.org", "jo@y.org"]),
            ("kdnr", FieldType::Integer, &["7"]),
            ("city", FieldType::Text, &["Berlin"]),
        ]);
        let now = object(&[
            ("id", FieldType::Integer, &[]),
            ("FirstName", FieldType::Text, &["Jo"]),
            ("contact", FieldType::Email, &["jo@y.org", "ada@x.org"]),
            ("number", FieldType::Integer, &["9"]),
            ("city", FieldType::Text, &["Berlin"]),
        ]);
        let drift = drift(&before, &now);
        let guess = |name: &str| {
            let lost = drift.lost.iter().find(|lost| lost.name == name).expect("lost");
            lost.renamed.as_ref().map(|renamed| (renamed.to.as_str(), renamed.reason.as_str()))
        };
        assert_eq!(guess("first_name"), Some(("FirstName", "the names are alike")));
        assert_eq!(guess("mail"), Some(("contact", "100% of the sample values are the same")));
        assert_eq!(guess("kdnr"), None, "neighbours changed their names as well");
    }

    #[test]
    fn names_alone_are_enough_to_compare() {
        let before = Object { fields: ["first_name", "email"].map(Field::named).to_vec(), ..Object::default() };
        let now = object(&[("firstname", FieldType::Text, &["x"]), ("email", FieldType::Email, &["a@b.c"])]);
        let drift = drift(&before, &now);
        assert!(drift.retyped.is_empty());
        assert_eq!(drift.lost[0].renamed.as_ref().map(|renamed| renamed.to.as_str()), Some("firstname"));
    }

    #[test]
    fn a_rebound_profile_reads_the_new_names_everywhere() {
        let before = crate::profile::arbitrary::sample();
        let names = [("email".to_owned(), "E-Mail".to_owned()), ("status".to_owned(), "state".to_owned())];
        let mut profile = before.clone();
        let edit = rebind(0, &before.objects[0], &names).expect("both are read");
        let inverse = edit.apply(&mut profile).expect("fits");
        let used = crate::profile::source_fields_used(&profile.objects[0]);
        assert!(used.contains(&"E-Mail".to_owned()) && used.contains(&"state".to_owned()), "{used:?}");
        assert!(!used.contains(&"email".to_owned()) && !used.contains(&"status".to_owned()), "{used:?}");
        assert_eq!(profile.objects[0].examples[0].given[1].0, "E-Mail");
        inverse.apply(&mut profile).expect("fits");
        assert_eq!(profile, before);
        assert_eq!(rebind(0, &before.objects[0], &[("nobody".to_owned(), "x".to_owned())]), None);
    }
}
