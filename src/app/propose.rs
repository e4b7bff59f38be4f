//! The expression that is proposed for a source field in a target field: what the target's type asks for, in the form that
//! the source's values have. It is shown before it is accepted, and never more than the figures speak for.

use crate::schema::{Field, FieldStats, FieldType};
use crate::transform::field_reference;

/// Date forms named in one expression.
const FORMS: usize = 3;

/// The field alone, or with the step that makes its values what the target holds.
pub fn expression_for(source: &str, target: &Field, stats: Option<&FieldStats>) -> String {
    let field = field_reference(source);
    match step_for(target, stats) {
        Some(step) => format!("{field} | {step}"),
        None => field,
    }
}

fn step_for(target: &Field, stats: Option<&FieldStats>) -> Option<String> {
    use FieldType::{Date, Decimal, Email, Integer, LongText, Money, Percent, Phone, Text};
    let stats = stats?;
    match target.field_type {
        Date => {
            let forms: Vec<String> = stats.dates.iter().take(FORMS).map(|date| format!("\"{}\"", date.form)).collect();
            let plain = forms.is_empty() || forms == ["\"YYYY-MM-DD\""];
            (!plain).then(|| format!("date({})", forms.join(", ")))
        }
        Email => Some("email".to_owned()),
        Phone if stats.oddities.phone_punctuation > 0 => Some("phone".to_owned()),
        Integer | Decimal | Money | Percent if stats.oddities.decimal_comma > stats.oddities.decimal_point => {
            Some("number(\",\")".to_owned())
        }
        Text | LongText if stats.oddities.untrimmed > 0 => Some("trim".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{DateCount, Oddities};

    fn proposed(field_type: FieldType, stats: &FieldStats) -> String {
        let target = Field { field_type, ..Field::named("T") };
        expression_for("s", &target, Some(stats))
    }

    #[test]
    fn the_sources_own_forms_are_named() {
        let date = |form: &str| DateCount { form: form.to_owned(), count: 1 };
        let stats = FieldStats { dates: vec![date("DD.MM.YYYY"), date("YYYY-MM-DD")], ..FieldStats::default() };
        assert_eq!(proposed(FieldType::Date, &stats), "s | date(\"DD.MM.YYYY\", \"YYYY-MM-DD\")");
        let iso = FieldStats { dates: vec![date("YYYY-MM-DD")], ..FieldStats::default() };
        assert_eq!(proposed(FieldType::Date, &iso), "s");
    }

    #[test]
    fn a_step_is_proposed_only_where_figures_speak_for_it() {
        let plain = FieldStats::default();
        assert_eq!(proposed(FieldType::Text, &plain), "s");
        assert_eq!(proposed(FieldType::Decimal, &plain), "s");
        let oddities = Oddities { untrimmed: 2, decimal_comma: 9, ..Oddities::default() };
        let odd = FieldStats { oddities, ..FieldStats::default() };
        assert_eq!(proposed(FieldType::Text, &odd), "s | trim");
        assert_eq!(proposed(FieldType::Decimal, &odd), "s | number(\",\")");
        assert_eq!(expression_for("First Name", &Field::named("T"), None), field_reference("First Name"));
    }

    #[test]
    fn every_proposal_is_an_expression_that_compiles() {
        use crate::transform::{Program, Scope};
        let oddities = Oddities { untrimmed: 1, decimal_comma: 9, phone_punctuation: 3, ..Oddities::default() };
        let dates = vec![DateCount { form: "DD.MM.YYYY".to_owned(), count: 1 }];
        let stats = FieldStats { oddities, dates, ..FieldStats::default() };
        let names = ["s".to_owned()];
        let scope = Scope { source_fields: &names, target_fields: &[] };
        for field_type in [
            FieldType::Date,
            FieldType::DateTime,
            FieldType::Email,
            FieldType::Phone,
            FieldType::Money,
            FieldType::Text,
        ] {
            let text = proposed(field_type, &stats);
            assert!(Program::compile(&text, &scope).is_ok(), "{text}");
        }
    }
}
