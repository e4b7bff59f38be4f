//! What differs between two states of a profile, statement by statement, in the words that the file uses.

use super::Profile;
use super::write::statements;

/// One statement that is new, gone or says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `contacts.csv -> Contact`; empty for what the profile says as a whole.
    pub object: String,
    /// The target field (`Email`) or the key (`where`).
    pub what: String,
    /// As the file says it; `None` where the statement is new.
    pub before: Option<String>,
    /// `None` where the statement is gone.
    pub after: Option<String>,
}

/// A statement of a profile: its object, its name, its text.
pub(super) struct Statement {
    pub object: String,
    pub what: String,
    pub text: String,
}

/// What `after` says otherwise than `before`, in the order of `after`; what is gone stands behind it. That an object's
/// fields stand in another order is one change.
pub fn changes(before: &Profile, after: &Profile) -> Vec<Change> {
    let (old, new) = (statements(before), statements(after));
    let same = |a: &Statement, b: &Statement| a.object == b.object && a.what == b.what;
    let mut found: Vec<Change> = Vec::new();
    for statement in &new {
        let was = old.iter().find(|other| same(other, statement));
        if was.is_none_or(|was| was.text != statement.text) {
            found.push(Change {
                object: statement.object.clone(),
                what: statement.what.clone(),
                before: was.map(|was| was.text.clone()),
                after: Some(statement.text.clone()),
            });
        }
    }
    found.extend(old.iter().filter(|was| !new.iter().any(|now| same(now, was))).map(|was| Change {
        object: was.object.clone(),
        what: was.what.clone(),
        before: Some(was.text.clone()),
        after: None,
    }));
    found.extend(reordered(before, after));
    found
}

fn reordered(before: &Profile, after: &Profile) -> Vec<Change> {
    let pairs = after.objects.iter().filter_map(|new| {
        let old = before.objects.iter().find(|old| old.from == new.from && old.to == new.to)?;
        let names = |from: &super::ObjectMapping, other: &super::ObjectMapping| -> Vec<String> {
            let shared = from.fields.iter().filter(|field| other.field(&field.target).is_some());
            shared.map(|field| field.target.clone()).collect()
        };
        let (was, is) = (names(old, new), names(new, old));
        (was != is).then(|| Change {
            object: super::write::object_name(new),
            what: "order of fields".to_owned(),
            before: Some(was.join(", ")),
            after: Some(is.join(", ")),
        })
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::arbitrary::sample;
    use crate::profile::{Edit, FieldMapping};

    #[test]
    fn an_unchanged_profile_has_no_changes() {
        assert_eq!(changes(&sample(), &sample().without_places()), []);
    }

    #[test]
    fn each_statement_is_told_with_both_texts() {
        let before = sample();
        let mut after = before.clone();
        let target = before.objects[0].fields[0].target.clone();
        let last = before.objects[0].fields.last().expect("a field").target.clone();
        for edit in [
            Edit::SetName(Some("Other".to_owned())),
            Edit::SetExpression { object: 0, target: target.clone(), text: "x | trim".to_owned() },
            Edit::RemoveField { object: 0, target: last.clone() },
            Edit::AddField {
                object: 0,
                at: 0,
                field: Box::new(FieldMapping { target: "New".to_owned(), ..FieldMapping::default() }),
            },
        ] {
            edit.apply(&mut after).expect("fits");
        }
        let found = changes(&before, &after);
        let of = |what: &str| found.iter().find(|change| change.what == what).unwrap_or_else(|| panic!("{what}"));
        assert_eq!(of("name").after.as_deref(), Some("Other"));
        assert!(of(&target).after.as_ref().is_some_and(|text| text.contains("x | trim")), "{found:?}");
        assert!(of(&target).before.is_some());
        assert_eq!(of("New").before, None);
        assert_eq!(of(&last).after, None);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn another_order_is_one_change() {
        let before = sample();
        let mut after = before.clone();
        Edit::MoveField { object: 0, from: 0, to: 1 }.apply(&mut after).expect("fits");
        let found = changes(&before, &after);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "order of fields");
    }
}
