//! Tokens -> tree. Precedence, loosest first: `or`, `and`, `not`, comparison and `in`, `??`, `+ -`, `* /`, unary `-`,
//! and `|` tightest of all, so that `a | lower == "x"` is `(a | lower) == "x"`.

mod branches;
mod cursor;
mod values;

use super::lexer::{KEYWORDS, Token, TokenText, tokens};
use super::{BinaryOp, Diagnostic, Expr, ExprKind, Span};

/// How deep parentheses, calls and branches may nest, and how many operators an expression may have: both bound the
/// height of the tree, and with it the stack of everything that walks it.
const MAX_DEPTH: usize = 96;
const MAX_OPERATORS: usize = 256;
const MAX_LENGTH: usize = 256 * 1024;

const OR: u8 = 1;
const AND: u8 = 2;
const COMPARE: u8 = 4;
const COALESCE: u8 = 5;
const ADD: u8 = 6;
const MULTIPLY: u8 = 7;
const UNARY: u8 = 8;

/// Reads an expression. The first error stops: what follows it is guesswork.
pub fn parse(text: &str) -> Result<Expr, Diagnostic> {
    if text.len() > MAX_LENGTH {
        let span = Span { start: 0, end: 1 };
        return Err(Diagnostic::new(span, "the expression is longer than 256 KiB")
            .hint("put long value maps under `values:` of the field"));
    }
    let mut parser = Parser { tokens: tokens(text), at: 0, depth: 0, operators: 0 };
    if parser.peek() == &TokenText::End {
        let span = Span { start: 0, end: text.len() };
        return Err(Diagnostic::new(span, "the expression is empty").hint("name a field, as in `first_name | trim`"));
    }
    let expr = parser.binary(OR)?;
    match parser.peek() {
        TokenText::End => Ok(expr),
        _ => Err(parser.unexpected("the end of the expression")),
    }
}

/// Whether the expression uses the piped value of the pipe step it stands in.
pub(super) fn mentions_it(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::It => true,
        ExprKind::Text(_)
        | ExprKind::Number(_)
        | ExprKind::Boolean(_)
        | ExprKind::Null
        | ExprKind::Field(_)
        | ExprKind::Target(_) => false,
        ExprKind::Call { arguments, .. } => arguments.iter().any(mentions_it),
        // `it` in the step is the value of that inner pipe.
        ExprKind::Pipe { input, .. } => mentions_it(input),
        ExprKind::If { condition, then, otherwise } => {
            mentions_it(condition) || mentions_it(then) || otherwise.as_deref().is_some_and(mentions_it)
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => mentions_it(inner),
        ExprKind::Binary { left, right, .. } | ExprKind::Coalesce { left, right } => {
            mentions_it(left) || mentions_it(right)
        }
        ExprKind::List(items) => items.iter().any(mentions_it),
        ExprKind::Map(pairs) => pairs.iter().any(|(_, value)| mentions_it(value)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    operators: usize,
}

enum Operator {
    Binary(BinaryOp),
    Coalesce,
    In { negated: bool },
}

impl Parser {
    /// The binary operator at the current token, with its level.
    fn operator(&self) -> Option<(u8, Operator)> {
        use BinaryOp::*;
        let binary = |level, op| Some((level, Operator::Binary(op)));
        match self.peek() {
            TokenText::Symbol(symbol) => match *symbol {
                "==" => binary(COMPARE, Equal),
                "!=" => binary(COMPARE, NotEqual),
                "<" => binary(COMPARE, Less),
                "<=" => binary(COMPARE, LessOrEqual),
                ">" => binary(COMPARE, Greater),
                ">=" => binary(COMPARE, GreaterOrEqual),
                "??" => Some((COALESCE, Operator::Coalesce)),
                "+" => binary(ADD, Add),
                "-" => binary(ADD, Subtract),
                "*" => binary(MULTIPLY, Multiply),
                "/" => binary(MULTIPLY, Divide),
                _ => None,
            },
            TokenText::Word(word) => match word.as_str() {
                "or" => binary(OR, Or),
                "and" => binary(AND, And),
                "in" => Some((COMPARE, Operator::In { negated: false })),
                "not" if matches!(self.peek_after(), TokenText::Word(next) if next == "in") => {
                    Some((COMPARE, Operator::In { negated: true }))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn binary(&mut self, level: u8) -> Result<Expr, Diagnostic> {
        self.nested(|parser| parser.binary_at(level))
    }

    fn binary_at(&mut self, level: u8) -> Result<Expr, Diagnostic> {
        let mut left = self.prefix(level)?;
        let mut compared = false;
        while let Some((found, operator)) = self.operator() {
            if found < level {
                break;
            }
            let span = self.span();
            self.count_operator(span)?;
            if found == COMPARE && compared {
                return Err(Diagnostic::new(span, "comparisons cannot be chained")
                    .hint("compare two values at a time and join with `and`"));
            }
            self.at += 1;
            left = match operator {
                Operator::Binary(op) => {
                    let right = self.binary(found + 1)?;
                    let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
                    self.spanned_from(kind)
                }
                Operator::Coalesce => {
                    let right = self.binary(found + 1)?;
                    self.spanned_from(ExprKind::Coalesce { left: Box::new(left), right: Box::new(right) })
                }
                Operator::In { negated } => self.membership(left, span, negated)?,
            };
            compared = found == COMPARE;
        }
        Ok(left)
    }

    /// `value in [a, b]` is `one_of(value, a, b)`; `not in` negates it. The operator's first word is consumed.
    fn membership(&mut self, value: Expr, name_span: Span, negated: bool) -> Result<Expr, Diagnostic> {
        if negated {
            self.at += 1;
        }
        let choices = self.binary(COALESCE)?;
        let mut arguments = vec![value];
        match choices.kind {
            ExprKind::List(items) => arguments.extend(items),
            _ => arguments.push(choices),
        }
        let call = self.spanned_from(ExprKind::Call { name: "one_of".into(), name_span, arguments });
        let span = call.span;
        Ok(if negated { Expr { kind: ExprKind::Not(Box::new(call)), span } } else { call })
    }

    /// Spans a node from its first child to the last token read.
    fn spanned_from(&self, kind: ExprKind) -> Expr {
        let start = match &kind {
            ExprKind::Binary { left, .. } | ExprKind::Coalesce { left, .. } => left.span.start,
            ExprKind::Call { arguments, .. } => arguments.first().map_or(0, |argument| argument.span.start),
            ExprKind::Pipe { input, .. } => input.span.start,
            _ => self.last_end(),
        };
        Expr { kind, span: Span { start, end: self.last_end() } }
    }

    fn prefix(&mut self, level: u8) -> Result<Expr, Diagnostic> {
        let span = self.span();
        if self.is_word("not") {
            self.count_operator(span)?;
            self.at += 1;
            let inner = self.binary(level.max(AND + 1))?;
            let span = Span { start: span.start, end: inner.span.end };
            return Ok(Expr { kind: ExprKind::Not(Box::new(inner)), span });
        }
        if self.is_symbol("-") {
            self.at += 1;
            if let TokenText::Number(digits) = self.peek().clone() {
                // A sign belongs to the number it touches: `-5 | abs` is 5.
                if self.span().start == span.end {
                    let end = self.advance().span.end;
                    let number = Expr { kind: ExprKind::Number(format!("-{digits}")), span: Span { end, ..span } };
                    return self.pipes(number);
                }
            }
            self.count_operator(span)?;
            let inner = self.binary(UNARY)?;
            let span = Span { start: span.start, end: inner.span.end };
            return Ok(Expr { kind: ExprKind::Negate(Box::new(inner)), span });
        }
        let value = self.primary()?;
        self.pipes(value)
    }

    fn pipes(&mut self, mut input: Expr) -> Result<Expr, Diagnostic> {
        while self.is_symbol("|") {
            self.count_operator(self.span())?;
            self.at += 1;
            let step = self.step()?;
            input = self.spanned_from(ExprKind::Pipe { input: Box::new(input), step: Box::new(step) });
        }
        Ok(input)
    }

    fn step(&mut self) -> Result<Expr, Diagnostic> {
        if let TokenText::Word(word) = self.peek().clone() {
            let called = matches!(self.peek_after(), TokenText::Symbol("("));
            let is_name = !KEYWORDS.contains(&word.as_str()) && word != "target" && !word.starts_with("target.");
            if is_name && !called {
                let span = self.advance().span;
                let kind = ExprKind::Call { name: word, name_span: span, arguments: Vec::new() };
                return Ok(Expr { kind, span });
            }
        }
        let step = self.primary()?;
        if matches!(step.kind, ExprKind::Call { .. }) || mentions_it(&step) {
            return Ok(step);
        }
        Err(Diagnostic::new(step.span, "a step of a pipe is a function, or an expression that mentions `it`")
            .hint("write `| trim`, or put an expression in parentheses: `| (\"+\" + it)`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in words, to compare shapes.
    fn shape(text: &str) -> String {
        parse(text).map_or_else(|error| format!("! {}", error.sentence()), |expr| expr.to_string())
    }

    #[test]
    fn pipes_bind_tightest() {
        for (given, same) in [
            ("a | lower == 'x'", "(a | lower) == 'x'"),
            ("a ?? b | trim", "a ?? (b | trim)"),
            ("a + b ?? c", "(a + b) ?? c"),
            ("a ?? b == 'x'", "(a ?? b) == 'x'"),
            ("not a == b and c", "(not (a == b)) and c"),
            ("a or b and c", "a or (b and c)"),
            ("1 + 2 * 3 - 4", "(1 + (2 * 3)) - 4"),
            ("if a then b else if c then d else e", "if(a, b, if(c, d, e))"),
            ("if (a) == b then c", "if((a == b), c)"),
            ("a not in ['x']", "not one_of(a, 'x')"),
        ] {
            let (mut given, mut same) = (parse(given).unwrap(), parse(same).unwrap());
            strip(&mut given);
            strip(&mut same);
            assert_eq!(given, same);
        }
    }

    fn strip(expr: &mut Expr) {
        super::super::print::without_spans(expr);
    }

    #[test]
    fn names_of_all_forms() {
        assert_eq!(parse("address.city").unwrap().kind, ExprKind::Field("address.city".into()));
        assert_eq!(parse("`First Name`").unwrap().kind, ExprKind::Field("First Name".into()));
        assert_eq!(parse("field('First Name')").unwrap().kind, ExprKind::Field("First Name".into()));
        assert_eq!(parse("target.Email").unwrap().kind, ExprKind::Target("Email".into()));
        assert_eq!(parse("target('E-mail')").unwrap().kind, ExprKind::Target("E-mail".into()));
        assert_eq!(parse("target.`E-mail`").unwrap().kind, ExprKind::Target("E-mail".into()));
    }

    #[test]
    fn errors_say_the_right_word() {
        for (text, says) in [
            ("a | target.Name()", "leave out the parentheses"),
            ("a && b", "write `and`"),
            ("a || b", "write `or`"),
            ("!a", "write `not`"),
            ("a = b", "write `==`"),
            ("a <> b", "write `!=`"),
            ("", "empty"),
            ("a |", "ends where"),
            ("a | 'x'", "mentions `it`"),
            ("if a", "`then`"),
            ("{'a': 1, 'a': 2}", "twice"),
            ("a == b == c", "chained"),
            ("first name", "field(\"First Name\")"),
            ("target.b(1)", "is a target field"),
        ] {
            let sentence = shape(text);
            assert!(sentence.starts_with('!') && sentence.contains(says), "{text}: {sentence}");
        }
    }

    #[test]
    fn deep_and_long_expressions_are_refused_not_overflowed() {
        let deep = format!("{}a{}", "(".repeat(50_000), ")".repeat(50_000));
        assert!(shape(&deep).contains("deeper"));
        let long = vec!["a"; 50_000].join(" + ");
        assert!(shape(&long).contains("operators"));
        assert!(shape(&"not ".repeat(50_000)).starts_with('!'));
        assert!(shape(&"if a then ".repeat(5_000)).starts_with('!'));
        let chain = "if a then b else ".repeat(200) + "c";
        assert!(!shape(&chain).starts_with('!'));
    }

    #[test]
    fn spans_stand_under_the_characters() {
        let error = parse("a | trim and && b").unwrap_err();
        assert_eq!(error.span, Span { start: 13, end: 15 });
        let expr = parse(" a | trim ").unwrap();
        assert_eq!(expr.span, Span { start: 1, end: 9 });
    }
}
