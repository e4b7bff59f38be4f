//! What a target field's constraints mean as checks of a profile.

use super::{Field, FieldType};
use crate::profile::{Checks, Length, Place, Range};

/// The checks that a value must pass so that the target takes it: for new mappings and for lint.
///
/// A field that the system fills (a default, read-only) is not required. Of the types only those are checked that a
/// system refuses in another form; phone numbers, addresses of pages and countries are free text in most of them, and an
/// amount or a share is a plain number there. Values of a multi-picklist are not checked one by one.
pub fn checks_for(field: &Field) -> Checks {
    let rules = &field.constraints;
    let one_of = if field.field_type == FieldType::MultiPicklist { Vec::new() } else { rules.one_of.clone() };
    Checks {
        required: rules.required && rules.default.is_none() && !rules.read_only,
        field_type: checked_type(field.field_type),
        pattern: rules.pattern.clone().map(|pattern| (pattern, Place::default())),
        one_of,
        length: Length { min: rules.min_length, max: rules.max_length },
        range: Range { min: rules.minimum.clone(), max: rules.maximum.clone() },
        unique: rules.unique,
        compare: None,
    }
}

fn checked_type(field_type: FieldType) -> Option<FieldType> {
    use FieldType::{Boolean, Date, DateTime, Decimal, Email, Integer, Money, Percent, Time};
    match field_type {
        Integer | Decimal | Boolean | Date | Time | DateTime | Email => Some(field_type),
        Money | Percent => Some(Decimal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Constraints, load_template};

    fn field(field_type: FieldType, constraints: Constraints) -> Field {
        Field { field_type, constraints, ..Field::named("f") }
    }

    #[test]
    fn every_constraint_becomes_its_check() {
        let constraints = Constraints {
            required: true,
            unique: true,
            min_length: Some(2),
            max_length: Some(5),
            minimum: Some("1".into()),
            maximum: Some("9".into()),
            pattern: Some("[a-z]+".into()),
            one_of: vec!["ab".into()],
            ..Constraints::default()
        };
        let checks = checks_for(&field(FieldType::Picklist, constraints));
        assert!(checks.required && checks.unique);
        assert_eq!(checks.length, Length { min: Some(2), max: Some(5) });
        assert_eq!(checks.range, Range { min: Some("1".into()), max: Some("9".into()) });
        assert_eq!(checks.pattern.map(|(pattern, _)| pattern).as_deref(), Some("[a-z]+"));
        assert_eq!(checks.one_of, ["ab"]);
        assert_eq!(checks.field_type, None);
    }

    #[test]
    fn what_the_system_fills_is_not_required() {
        let required = Constraints { required: true, ..Constraints::default() };
        let defaulted = Constraints { default: Some("x".into()), ..required.clone() };
        let read_only = Constraints { read_only: true, ..required.clone() };
        assert!(checks_for(&field(FieldType::Text, required)).required);
        assert!(!checks_for(&field(FieldType::Text, defaulted)).required);
        assert!(!checks_for(&field(FieldType::Text, read_only)).required);
    }

    #[test]
    fn types_are_checked_where_systems_refuse_others() {
        for (of, expected) in [
            (FieldType::Date, Some(FieldType::Date)),
            (FieldType::Money, Some(FieldType::Decimal)),
            (FieldType::Email, Some(FieldType::Email)),
            (FieldType::Phone, None),
            (FieldType::Text, None),
        ] {
            assert_eq!(checks_for(&field(of, Constraints::default())).field_type, expected);
        }
        let multi = Constraints { one_of: vec!["a".into()], ..Constraints::default() };
        assert!(checks_for(&field(FieldType::MultiPicklist, multi)).one_of.is_empty());
    }

    #[test]
    fn a_field_of_a_template() {
        let schema = load_template("salesforce/Contact").expect("a template");
        let last_name = schema.objects[0].field("LastName").map(checks_for).unwrap_or_default();
        assert!(last_name.required);
        assert_eq!(last_name.length.max, Some(80));
    }
}
