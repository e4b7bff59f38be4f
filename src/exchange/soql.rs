//! The queries of SFDMU: `SELECT Id, Name FROM Account WHERE Status = 'Active' AND Type != 'x'`.

use super::plain::{column, expr, text};
use crate::transform::{BinaryOp, Expr, ExprKind};

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Query {
    pub fields: Vec<String>,
    pub object: String,
    /// The text of the condition, and the same as an expression where it is simple.
    pub condition: Option<(String, Option<String>)>,
    /// What follows: an order, a limit.
    pub rest: Option<String>,
}

/// Parts a query; `None` where it is none.
pub(super) fn parse(query: &str) -> Option<Query> {
    let words = tokens(query);
    let is = |at: usize, word: &str| words.get(at).is_some_and(|(token, _)| token.eq_ignore_ascii_case(word));
    if !is(0, "select") {
        return None;
    }
    let from = (1..words.len()).find(|at| is(*at, "from"))?;
    let fields = words.get(1..from)?.iter().filter(|(token, _)| token != ",").map(|(token, _)| token.clone()).collect();
    let object = words.get(from + 1)?.0.clone();
    let mut at = from + 2;
    let ends =
        |at: usize| ["order", "limit", "offset", "group", "having", "for", "all"].iter().any(|word| is(at, word));
    let text_of = |from: usize, to: usize| {
        let start = words.get(from).map_or(query.len(), |(_, start)| *start);
        let end = words.get(to).map_or(query.len(), |(_, start)| *start);
        query.get(start..end).unwrap_or_default().trim().to_owned()
    };
    let mut found = Query { fields, object, ..Query::default() };
    if is(at, "where") {
        let end = (at + 1..=words.len()).find(|at| *at == words.len() || ends(*at)).unwrap_or(words.len());
        let tokens: Vec<&str> = words.get(at + 1..end)?.iter().map(|(token, _)| token.as_str()).collect();
        found.condition = Some((text_of(at + 1, end), condition(&tokens).map(|condition| condition.to_string())));
        at = end;
    }
    let rest = text_of(at, words.len());
    found.rest = (!rest.is_empty()).then_some(rest);
    Some(found)
}

/// Words, texts in their quotes, and signs, each with its place.
fn tokens(query: &str) -> Vec<(String, usize)> {
    let mut tokens = Vec::new();
    let mut letters = query.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        let mut token = letter.to_string();
        if letter == '\'' {
            while let Some((_, letter)) = letters.next() {
                token.push(letter);
                match letter {
                    '\\' => token.extend(letters.next().map(|(_, letter)| letter)),
                    '\'' => break,
                    _ => {}
                }
            }
        } else if "<>!=".contains(letter) {
            while let Some((_, sign)) = letters.next_if(|(_, letter)| "<>!=".contains(*letter)) {
                token.push(sign);
            }
        } else if !"(),".contains(letter) {
            while let Some((_, letter)) =
                letters.next_if(|(_, letter)| !letter.is_whitespace() && !"(),<>!='".contains(*letter))
            {
                token.push(letter);
            }
        }
        tokens.push((token, at));
    }
    tokens
}

/// Comparisons of fields with texts, numbers, `true`, `false` and `null`, joined by `AND`.
fn condition(tokens: &[&str]) -> Option<Expr> {
    let mut all: Option<Expr> = None;
    for part in tokens.split(|token| token.eq_ignore_ascii_case("and")) {
        let [name, sign, value] = part else { return None };
        let op = match *sign {
            "=" => BinaryOp::Equal,
            "!=" | "<>" => BinaryOp::NotEqual,
            _ => return None,
        };
        let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
        let right = match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(quoted) => text(quoted.replace("\\'", "'").replace("\\\\", "\\")),
            None if value.eq_ignore_ascii_case("null") => text(""),
            None if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => {
                text(value.to_lowercase())
            }
            None if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
                expr(ExprKind::Number((*value).to_owned()))
            }
            None => return None,
        };
        if !plain {
            return None;
        }
        let one = expr(ExprKind::Binary { op, left: Box::new(column(*name)), right: Box::new(right) });
        all = Some(match all {
            None => one,
            Some(before) => expr(ExprKind::Binary { op: BinaryOp::And, left: Box::new(before), right: Box::new(one) }),
        });
    }
    all
}

/// The condition of a query that says the same as an expression, where one does.
pub(super) fn written(filter: &Expr) -> Option<String> {
    match &filter.kind {
        ExprKind::Binary { op: BinaryOp::And, left, right } => {
            Some(format!("{} AND {}", written(left)?, written(right)?))
        }
        ExprKind::Binary { op, left, right } => {
            let ExprKind::Field(name) = &left.kind else { return None };
            let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
            let sign = match op {
                BinaryOp::Equal => "=",
                BinaryOp::NotEqual => "!=",
                _ => return None,
            };
            let value = match &right.kind {
                ExprKind::Text(text) if text.is_empty() => "null".to_owned(),
                ExprKind::Text(text) if text == "true" || text == "false" => text.clone(),
                ExprKind::Text(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
                ExprKind::Number(digits) => digits.clone(),
                _ => return None,
            };
            plain.then(|| format!("{name} {sign} {value}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform;

    #[test]
    fn queries_are_parted() {
        let query =
            parse("select Id, Name,Account.Name FROM Contact where Status = 'O\\'Neil and co' AND Age != 5 limit 10")
                .unwrap();
        assert_eq!(query.fields, ["Id", "Name", "Account.Name"]);
        assert_eq!(query.object, "Contact");
        let (text, condition) = query.condition.unwrap();
        assert_eq!(text, "Status = 'O\\'Neil and co' AND Age != 5");
        let condition = transform::parse(&condition.unwrap()).unwrap();
        assert_eq!(written(&condition).unwrap(), text);
        assert_eq!(query.rest.as_deref(), Some("limit 10"));
        assert_eq!(parse("SELECT Id FROM A WHERE x LIKE 'a%'").unwrap().condition.unwrap().1, None);
        assert_eq!(parse("DELETE FROM A"), None);
        assert_eq!(parse("SELECT all FROM Lead").unwrap().object, "Lead");
    }
}
