//! Required target fields that nothing feeds: what may be written for every record, or that somebody must say.

use super::model::{Compound, Constant, Suggestion};
use crate::schema::Object;

/// A one-to-one pair below this does not feed its target.
const FED: f64 = 0.3;

pub(super) fn constants(target: &Object, mapping: &[Suggestion], compounds: &[Compound]) -> Vec<Constant> {
    let fed = |name: &str| {
        mapping.iter().any(|pair| pair.target == name && pair.confidence >= FED)
            || compounds.iter().any(|compound| compound.targets.iter().any(|(field, _)| field == name))
    };
    target
        .fields
        .iter()
        .filter(|field| field.constraints.required && !field.constraints.read_only && !fed(&field.name))
        .map(|field| {
            let (value, reason) = match (&field.constraints.default, field.constraints.one_of.as_slice()) {
                (Some(default), _) => {
                    (Some(default.clone()), "required, and nothing feeds it; this is its default".to_owned())
                }
                (None, [only]) => {
                    (Some(only.clone()), "required, and nothing feeds it; this is its only choice".to_owned())
                }
                (None, []) => (None, "required, and nothing feeds it: say a value for all records".to_owned()),
                (None, choices) => {
                    let shown: Vec<&str> = choices.iter().take(5).map(String::as_str).collect();
                    (None, format!("required, and nothing feeds it: choose one of {}", shown.join(", ")))
                }
            };
            Constant { target: field.name.clone(), value, reason }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Constraints, Field};

    #[test]
    fn what_nothing_feeds_is_named_with_what_may_be_written() {
        let field = |name: &str, constraints: Constraints| Field { constraints, ..Field::named(name) };
        let required = || Constraints { required: true, ..Constraints::default() };
        let target = Object {
            fields: vec![
                field("Name", required()),
                field("Status", Constraints { default: Some("Open".into()), ..required() }),
                field("Kind", Constraints { one_of: vec!["A".into(), "B".into()], ..required() }),
                field("Id", Constraints { read_only: true, ..required() }),
                field("Note", Constraints::default()),
            ],
            ..Object::default()
        };
        let mapping = [Suggestion { target: "Name".into(), confidence: 0.9, ..Suggestion::default() }];
        let found = constants(&target, &mapping, &[]);
        assert_eq!(found.iter().map(|constant| constant.target.as_str()).collect::<Vec<_>>(), ["Status", "Kind"]);
        assert_eq!(found[0].value.as_deref(), Some("Open"));
        assert_eq!(found[1].value, None);
    }
}
