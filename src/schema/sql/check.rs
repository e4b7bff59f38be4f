//! What a `CHECK` of SQL says about single columns: lists of values, ranges, lengths, patterns. Conditions that say more
//! (`a < b`, `OR`) are left to the database.

use super::tokens::{Token, TokenKind};
use crate::schema::{Field, FieldType, Object};

/// Adds what the condition demands to the fields that it names.
pub(super) fn read_check(condition: &[Token], object: &mut Object) {
    let plain = plain(condition);
    if plain.iter().any(|item| item.is_word("or") || item.is_word("not")) {
        return;
    }
    let mut begin = 0;
    let mut between = false;
    for at in 0..=plain.len() {
        let joint = plain.get(at).is_none_or(|item| item.is_word("and"));
        between |= plain.get(at).is_some_and(|item| item.is_word("between"));
        if !joint {
            continue;
        }
        if between && at < plain.len() && !plain[begin..at].iter().any(|item| item.is_word("and")) {
            between = false; // The AND of BETWEEN a AND b joins nothing.
            continue;
        }
        read_condition(&plain[begin..at], object);
        begin = at + 1;
        between = false;
    }
}

/// A token without the noise of parentheses and casts.
#[derive(Debug, Clone, PartialEq)]
enum Item {
    Name(String),
    Value(String),
    Mark(&'static str),
}

impl Item {
    fn is_word(&self, word: &str) -> bool {
        matches!(self, Item::Name(name) if name.eq_ignore_ascii_case(word))
    }

    fn value(&self) -> Option<String> {
        match self {
            Item::Value(value) => Some(value.clone()),
            _ => None,
        }
    }
}

fn plain(tokens: &[Token]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match &token.kind {
            TokenKind::Mark("::") => {
                // `::character varying(20)[]`
                while let Some(TokenKind::Word(word)) = tokens.get(at).map(|token| &token.kind) {
                    if ["and", "or", "in", "between", "not"].contains(&word.to_ascii_lowercase().as_str()) {
                        break;
                    }
                    at += 1;
                }
                while matches!(tokens.get(at).map(|token| &token.kind), Some(TokenKind::Mark("[" | "]"))) {
                    at += 1;
                }
            }
            TokenKind::Mark("-") => {
                if let Some(TokenKind::Number(number)) = tokens.get(at).map(|token| &token.kind) {
                    items.push(Item::Value(format!("-{number}")));
                    at += 1;
                } else {
                    items.push(Item::Mark("-"));
                }
            }
            TokenKind::Mark("(" | ")" | "," | "[" | "]") => {}
            TokenKind::Mark(mark) => items.push(Item::Mark(mark)),
            TokenKind::Word(name) | TokenKind::Quoted(name) => items.push(Item::Name(name.clone())),
            TokenKind::Text(value) | TokenKind::Number(value) => items.push(Item::Value(value.clone())),
            TokenKind::Other(_) => items.push(Item::Mark("?")),
        }
    }
    items
}

/// One condition without AND.
fn read_condition(items: &[Item], object: &mut Object) {
    let (length_of, items) = match items {
        [Item::Name(function), rest @ ..] if is_length(function) && matches!(rest.first(), Some(Item::Name(_))) => {
            (true, rest)
        }
        _ => (false, items),
    };
    let [Item::Name(name), rest @ ..] = items else { return };
    let Some(field) = object.fields.iter_mut().find(|field| field.name.eq_ignore_ascii_case(name)) else { return };
    match rest {
        [Item::Name(word), values @ ..] if word.eq_ignore_ascii_case("in") && !length_of => one_of(field, values),
        [Item::Mark("="), Item::Name(any), Item::Name(array), values @ ..]
            if any.eq_ignore_ascii_case("any") && array.eq_ignore_ascii_case("array") && !length_of =>
        {
            one_of(field, values);
        }
        [Item::Name(word), Item::Value(least), and, Item::Value(most)]
            if word.eq_ignore_ascii_case("between") && and.is_word("and") =>
        {
            bound(field, ">=", least, length_of);
            bound(field, "<=", most, length_of);
        }
        [Item::Mark("~"), Item::Value(pattern)] if !length_of => field.constraints.pattern = Some(whole(pattern)),
        [Item::Mark(mark), Item::Value(value)] => bound(field, mark, value, length_of),
        _ => {}
    }
}

fn is_length(function: &str) -> bool {
    ["length", "len", "char_length", "character_length"].contains(&function.to_ascii_lowercase().as_str())
}

fn one_of(field: &mut Field, values: &[Item]) {
    let all: Option<Vec<String>> = values.iter().map(Item::value).collect();
    if let Some(all) = all.filter(|all| !all.is_empty()) {
        field.constraints.one_of = all;
        if matches!(field.field_type, FieldType::Text | FieldType::LongText) {
            field.field_type = FieldType::Picklist;
        }
    }
}

fn bound(field: &mut Field, mark: &str, value: &str, length_of: bool) {
    let constraints = &mut field.constraints;
    if length_of {
        let Ok(count) = value.parse::<u32>() else { return };
        match mark {
            "<=" => constraints.max_length = Some(count),
            "<" => constraints.max_length = Some(count.saturating_sub(1)),
            ">=" => constraints.min_length = Some(count),
            ">" => constraints.min_length = Some(count.saturating_add(1)),
            "=" => (constraints.min_length, constraints.max_length) = (Some(count), Some(count)),
            _ => {}
        }
        return;
    }
    // Limits are inclusive here: `>` is one only for whole numbers.
    let next = |by: i64| match field.field_type {
        FieldType::Integer => value.parse::<i64>().ok().and_then(|number| number.checked_add(by)),
        _ => None,
    };
    match mark {
        ">=" => constraints.minimum = Some(value.to_owned()),
        "<=" => constraints.maximum = Some(value.to_owned()),
        ">" => constraints.minimum = next(1).map(|number| number.to_string()).or(constraints.minimum.take()),
        "<" => constraints.maximum = next(-1).map(|number| number.to_string()).or(constraints.maximum.take()),
        _ => {}
    }
}

/// SQL's `~` looks anywhere in the value; a pattern here must match all of it.
fn whole(pattern: &str) -> String {
    match (pattern.strip_prefix('^'), pattern.strip_suffix('$')) {
        (Some(_), Some(_)) => pattern[1..pattern.len() - 1].to_owned(),
        (Some(rest), None) => format!("{rest}.*"),
        (None, Some(rest)) => format!(".*{rest}"),
        (None, None) => format!(".*({pattern}).*"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn checked(condition: &str, field_type: FieldType) -> Field {
        let mut field = Field::named("a");
        field.field_type = field_type;
        let mut object = Object { fields: vec![field], ..Object::default() };
        read_check(&tokens(condition).expect("tokens"), &mut object);
        object.fields.remove(0)
    }

    fn range(condition: &str) -> (Option<String>, Option<String>) {
        let constraints = checked(condition, FieldType::Integer).constraints;
        (constraints.minimum, constraints.maximum)
    }

    fn both(least: &str, most: &str) -> (Option<String>, Option<String>) {
        (Some(least.into()), Some(most.into()))
    }

    #[test]
    fn ranges() {
        assert_eq!(range("a >= 1 AND a <= 5"), both("1", "5"));
        assert_eq!(range("a BETWEEN -1 AND 5"), both("-1", "5"));
        assert_eq!(range("(a > 0) and (a < 10)"), both("1", "9"));
        assert_eq!(range("a BETWEEN 1 AND 5 AND b > 3"), both("1", "5"));
        assert_eq!(range("a >= 1 OR a = 0"), (None, None));
        assert_eq!(range("a < b"), (None, None));
    }

    #[test]
    fn lists_lengths_and_patterns() {
        assert_eq!(checked("a IN ('x', 'y')", FieldType::Text).constraints.one_of, ["x", "y"]);
        assert_eq!(checked("a NOT IN ('x')", FieldType::Text).constraints.one_of, Vec::<String>::new());
        let lengths = checked("length(a) >= 2 AND char_length(a) < 9", FieldType::Text).constraints;
        assert_eq!((lengths.min_length, lengths.max_length), (Some(2), Some(8)));
        let pattern = |condition| checked(condition, FieldType::Text).constraints.pattern;
        assert_eq!(pattern("a ~ '^[A-Z]+$'::text").as_deref(), Some("[A-Z]+"));
        assert_eq!(pattern("a ~ 'x'").as_deref(), Some(".*(x).*"));
    }
}
