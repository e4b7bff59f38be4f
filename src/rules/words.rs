//! What a failed check says to people.

use super::field::FieldRules;
use super::kinds;
use crate::record::Cell;
use crate::transform::{characters, nearest, shorten};

/// The sentence for a finding's code on a value.
pub(super) fn sentence(rules: &FieldRules, code: &str, cell: Cell<'_>) -> String {
    let text = cell.display();
    let value = shorten(&text);
    let length = characters(cell.bytes);
    match code {
        "required" => "the value is missing, and the target needs it".to_owned(),
        "type" | "date" => {
            let meaning = rules.field_type().map(kinds::meaning).filter(|meaning| !meaning.is_empty());
            let ranged = if code == "date" { "a date of the form YYYY-MM-DD" } else { "a number, as in 1234.50" };
            format!("`{value}` is not {}", meaning.unwrap_or(ranged))
        }
        "pattern" => format!("`{value}` does not have the form `{}`", rules.pattern_text()),
        "enum" => not_allowed(&text, rules.choices()),
        "min_length" => {
            let least = rules.length().min.unwrap_or_default();
            format!("`{value}` has {length} characters; the field takes at least {least}")
        }
        "max_length" => {
            let most = rules.length().max.unwrap_or_default();
            format!("`{value}` has {length} characters; the field takes {most}")
        }
        "range" => match (rules.bound(false), rules.bound(true)) {
            (Some(least), Some(most)) => format!("`{value}` is not between {least} and {most}"),
            (Some(least), None) => format!("`{value}` is less than {least}"),
            (None, Some(most)) => format!("`{value}` is more than {most}"),
            (None, None) => format!("`{value}` is outside the range"),
        },
        "encoding" | "format" => rules.misfit(cell).map(|misfit| misfit.words()).unwrap_or_default(),
        "compare" => format!("`{value}` does not satisfy `{}`", rules.compare_text()),
        other => format!("`{value}` fails the check `{other}`"),
    }
}

fn not_allowed(text: &str, choices: &[String]) -> String {
    let value = shorten(text);
    let count = choices.len();
    let values = if count == 1 { "value" } else { "values" };
    let mut sentence = format!("`{value}` is not one of {count} allowed {values}");
    match nearest(text, choices.iter().map(String::as_str)) {
        Some(near) => sentence.push_str(&format!("; the nearest is `{near}`")),
        None if count <= 6 => {
            let listed: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            sentence.push_str(&format!(": {}", listed.join(", ")));
        }
        None => {}
    }
    sentence
}
