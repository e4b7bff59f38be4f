//! What a profile decides: every target field that reads one source field is a pair that people agreed to, with its value map.

use super::memory::{Between, Remembered, Verdict};
use crate::connect::Location;
use crate::profile::{FieldMapping, ObjectMapping, Profile, source_fields_used};

/// A steady name for a system in the memory: `salesforce` of a template, a file's or folder's name otherwise.
pub fn system_name(location: &Location) -> String {
    let address = match location.address.split_once(':') {
        Some(("template" | "sqlite" | "csv" | "json" | "ndjson" | "schema", rest)) => rest,
        _ => &location.address,
    };
    let last = address.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(address);
    match location.scheme() {
        Some("template") => address.split('/').next().unwrap_or(address).to_lowercase(),
        _ => last.split('.').next().unwrap_or(last).to_lowercase(),
    }
}

/// The target's name in the memory: that of the schema (a template, a schema file) it was opened with, where it has one.
pub fn target_system(target: &Location, schema: &str) -> String {
    if schema.is_empty() { system_name(target) } else { system_name(&Location::from_argument(schema)) }
}

/// The pairs of fields and values that a profile confirms. `target_system` names the target where it is known better
/// than by the place that records are written to (a template, a schema file); `origin` is said in reasons.
pub fn decisions(profile: &Profile, target_system: Option<&str>, origin: &str) -> Vec<Remembered> {
    let mut found = Vec::new();
    for object in &profile.objects {
        let between = between(profile, target_system, object);
        for field in &object.fields {
            found.extend(decided_by(field, &between, origin));
        }
    }
    found
}

/// The systems and objects that one object of a profile joins.
pub fn between(profile: &Profile, target_system: Option<&str>, object: &ObjectMapping) -> Between {
    Between {
        source_system: system_name(&profile.source),
        source_object: object.from.clone(),
        target_system: target_system.map_or_else(|| system_name(&profile.target), str::to_owned),
        target_object: object.to.clone(),
    }
}

fn decided_by(field: &FieldMapping, between: &Between, origin: &str) -> Vec<Remembered> {
    let alone = ObjectMapping { fields: vec![field.clone()], ..ObjectMapping::default() };
    let used = source_fields_used(&alone);
    let [source] = used.as_slice() else { return Vec::new() };
    let decision = |values| Remembered {
        between: between.clone(),
        source: source.clone(),
        target: field.target.clone(),
        values,
        verdict: Verdict::Confirmed,
        origin: origin.to_owned(),
    };
    let values = field.values.iter().flat_map(|map| &map.pairs).map(|pair| decision(Some(pair.clone())));
    std::iter::once(decision(None)).chain(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Expression, FilledBy, ValueMap};

    #[test]
    fn lines_of_one_source_field_are_decisions_and_others_are_none() {
        let line = |target: &str, text: &str| FieldMapping {
            target: target.to_owned(),
            filled_by: FilledBy::Expression(Expression::new(text)),
            ..FieldMapping::default()
        };
        let pairs = vec![("act".to_owned(), "Active".to_owned())];
        let status =
            FieldMapping { values: Some(ValueMap { pairs, ..ValueMap::default() }), ..line("Status", "state | lower") };
        let lines = vec![line("Name", "full_name(first, last)"), line("Kind", "\"x\""), status];
        let object = ObjectMapping { from: "a.csv".into(), to: "A".into(), fields: lines, ..ObjectMapping::default() };
        let profile = Profile {
            name: None,
            source: Location::from_argument("old/a.csv"),
            target: Location::from_argument("template:salesforce"),
            objects: vec![object],
        };
        let found = decisions(&profile, None, "p.yaml");
        let said: Vec<_> = found.iter().map(|one| (one.source.as_str(), one.target.as_str(), &one.values)).collect();
        let values = Some(("act".to_owned(), "Active".to_owned()));
        assert_eq!(said, [("state", "Status", &None), ("state", "Status", &values)]);
        let between = &found[0].between;
        assert_eq!((between.source_system.as_str(), between.target_system.as_str()), ("a", "salesforce"));
        assert_eq!(decisions(&profile, Some("crm"), "")[0].between.target_system, "crm");
    }
}
