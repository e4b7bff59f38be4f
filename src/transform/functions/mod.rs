//! The one table of functions: parser, checker, compiler, help and editor read it. One file a family.

use std::sync::LazyLock;

pub(crate) use email::is_deliverable;
pub(super) use joining::Joining;
pub(super) use lookup::value_map;
pub(crate) use text::characters;

use super::types::Type;
use super::value::{Answer, Out};
use super::{Diagnostic, Span};
use crate::record::{Cell, Form};

mod boolean;
mod clean;
mod country;
mod dates;
mod email;
mod hash;
mod joining;
mod lists;
mod lookup;
mod names;
mod numbers;
pub(super) mod operators;
mod phone;
mod questions;
mod text;

/// What a function is about; the sections of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Text,
    Names,
    Email,
    Phone,
    Date,
    Number,
    Boolean,
    Country,
    List,
    Lookup,
    Hash,
    Test,
}

impl Family {
    pub const ALL: &[Family] = &[
        Family::Text,
        Family::Names,
        Family::Email,
        Family::Phone,
        Family::Date,
        Family::Number,
        Family::Boolean,
        Family::Country,
        Family::List,
        Family::Lookup,
        Family::Hash,
        Family::Test,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Family::Text => "Text",
            Family::Names => "Names of people",
            Family::Email => "E-mail",
            Family::Phone => "Phone",
            Family::Date => "Date and time",
            Family::Number => "Number and money",
            Family::Boolean => "Yes and no",
            Family::Country => "Country and state",
            Family::List => "Lists and nested values",
            Family::Lookup => "Value maps and defaults",
            Family::Hash => "Hash, id and mask",
            Family::Test => "Tests",
        }
    }
}

/// A parameter of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    pub name: &'static str,
    pub ty: Type,
    pub optional: bool,
    /// It must be written out, because it is prepared before the run: a pattern, a format, a map.
    pub fixed: bool,
}

impl Param {
    pub(super) const fn new(name: &'static str, ty: Type) -> Param {
        Param { name, ty, optional: false, fixed: false }
    }

    pub(super) const fn optional(self) -> Param {
        Param { optional: true, ..self }
    }

    pub(super) const fn fixed(self) -> Param {
        Param { fixed: true, ..self }
    }
}

pub(super) const TEXT: Param = Param::new("text", Type::Text);

/// One entry of the table.
pub struct Function {
    pub name: &'static str,
    pub family: Family,
    pub params: &'static [Param],
    /// The last parameter may stand any number of times (at least once unless it is optional).
    pub variadic: bool,
    pub result: Type,
    /// The result's type is what all arguments have in common.
    pub(super) joins: bool,
    /// One sentence for the reference and the editor.
    pub doc: &'static str,
    /// Expressions with what they give; a finding is written `! code`. Run by a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// A missing first argument is the answer.
    pub passes_missing: bool,
    /// It writes no comma, double quote or line end that its arguments do not hold.
    pub(super) keeps_plain: bool,
    pub(super) make: Make,
}

pub(super) type Plain = fn(&[Cell<'_>], &mut Out<'_>) -> Answer;
/// Start and end, in bytes, of the part of a filled value that is the answer.
pub(super) type Cut = fn(&[u8]) -> (usize, usize);
type Closure = Box<dyn for<'c, 'o> Fn(&[Cell<'c>], &mut Out<'o>) -> Answer + Send + Sync>;

/// How a function becomes a step.
pub(super) enum Make {
    /// It needs nothing prepared.
    Plain(Plain),
    /// It takes a part of its only argument.
    Cut(Cut),
    Prepared(fn(&Preparing<'_>) -> Result<Made, Diagnostic>),
}

/// A function ready to run.
pub(super) enum Step {
    Plain(Plain),
    Prepared(Closure),
    /// Takes a part of its argument: start and end in bytes.
    Cut(Cut),
    Join(Joining),
}

impl Step {
    #[inline(always)]
    pub fn run(&self, cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
        match self {
            Step::Plain(plain) => plain(cells, out),
            Step::Prepared(closure) => closure(cells, out),
            Step::Join(joining) => joining.run(cells, out),
            Step::Cut(cut) => {
                let (start, end) = cut(cells.first().map_or(&[], |cell| cell.bytes));
                Answer::part(0, start, end - start)
            }
        }
    }
}

pub(super) type Expects = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What preparation gives.
pub(super) struct Made {
    pub step: Step,
    /// How many leading arguments the step reads at run time; the rest was prepared.
    pub reads: Option<usize>,
    /// It writes no comma, double quote or line end that the arguments it reads do not hold.
    pub keeps_plain: bool,
    /// What would have been right, for the sentence of a fault.
    pub expects: Option<Expects>,
}

impl Made {
    pub fn plain(plain: Plain) -> Made {
        Made { step: Step::Plain(plain), reads: None, keeps_plain: false, expects: None }
    }

    pub fn cut(cut: Cut) -> Made {
        Made { step: Step::Cut(cut), reads: Some(1), keeps_plain: false, expects: None }
    }

    pub fn joining(joining: Joining) -> Made {
        Made { step: Step::Join(joining), reads: None, keeps_plain: true, expects: None }
    }

    pub fn prepared(run: impl for<'c, 'o> Fn(&[Cell<'c>], &mut Out<'o>) -> Answer + Send + Sync + 'static) -> Made {
        Made { step: Step::Prepared(Box::new(run)), reads: None, keeps_plain: false, expects: None }
    }

    pub fn reads(self, count: usize) -> Made {
        Made { reads: Some(count), ..self }
    }

    /// What it writes of its own is this.
    pub fn writes(self, own: &str) -> Made {
        Made { keeps_plain: Form::of(own) == Form::Plain, ..self }
    }

    pub fn expects(self, expects: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Made {
        Made { expects: Some(Box::new(expects)), ..self }
    }
}

impl Function {
    pub(super) const fn new(
        name: &'static str,
        family: Family,
        params: &'static [Param],
        result: Type,
        doc: &'static str,
        examples: &'static [(&'static str, &'static str)],
        make: Make,
    ) -> Function {
        Function {
            name,
            family,
            params,
            variadic: false,
            result,
            joins: false,
            doc,
            examples,
            passes_missing: true,
            keeps_plain: false,
            make,
        }
    }

    pub(super) const fn variadic(self) -> Function {
        Function { variadic: true, ..self }
    }

    /// It answers for a missing first argument itself.
    pub(super) const fn takes_missing(self) -> Function {
        Function { passes_missing: false, ..self }
    }

    pub(super) const fn keeps_plain(self) -> Function {
        Function { keeps_plain: true, ..self }
    }

    pub(super) const fn joins(self) -> Function {
        Function { joins: true, ..self }
    }

    /// The parameter that an argument is for.
    pub fn param(&self, index: usize) -> Option<&'static Param> {
        match self.params.get(index) {
            None if self.variadic => self.params.last(),
            found => found,
        }
    }

    pub(super) fn takes(&self, count: usize) -> bool {
        let least = self.params.iter().filter(|param| !param.optional).count();
        count >= least && (self.variadic || count <= self.params.len())
    }

    /// `replace(text, old, new)`; `date(text, [format...])`.
    pub fn signature(&self) -> String {
        let mut signature = format!("{}(", self.name);
        for (index, param) in self.params.iter().enumerate() {
            if index > 0 {
                signature.push_str(", ");
            }
            let dots = if self.variadic && index + 1 == self.params.len() { "..." } else { "" };
            let (open, close) = if param.optional { ("[", "]") } else { ("", "") };
            signature.push_str(&format!("{open}{}{dots}{close}", param.name));
        }
        signature.push(')');
        signature
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.signature())
    }
}

/// A value that stands written in the expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(String),
    Boolean(bool),
    Null,
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
}

impl Literal {
    /// The canonical text of a scalar; `None` for null, lists and maps.
    pub fn scalar(&self) -> Option<&str> {
        match self {
            Literal::Text(text) | Literal::Number(text) => Some(text),
            Literal::Boolean(true) => Some("true"),
            Literal::Boolean(false) => Some("false"),
            Literal::Null => Some(""),
            Literal::List(_) | Literal::Map(_) => None,
        }
    }
}

/// An argument as the compiler sees it.
pub(super) struct Argument {
    pub literal: Option<Literal>,
    pub span: Span,
}

/// A call to be prepared; its arity is already right, and fixed parameters are written out.
pub(super) struct Preparing<'p> {
    pub arguments: &'p [Argument],
}

impl Preparing<'_> {
    /// An argument's text if it stands written there; `None` where it is absent or known only at run time.
    pub fn text(&self, index: usize) -> Option<&str> {
        self.arguments.get(index)?.literal.as_ref()?.scalar()
    }

    /// All texts from `index` on, lists opened.
    pub fn texts(&self, index: usize) -> Vec<&str> {
        let mut found = Vec::new();
        for argument in self.arguments.get(index..).unwrap_or_default() {
            match &argument.literal {
                Some(Literal::List(items)) => found.extend(items.iter().filter_map(Literal::scalar)),
                Some(literal) => found.extend(literal.scalar()),
                None => {}
            }
        }
        found
    }

    pub fn map(&self, index: usize) -> Option<&[(String, Literal)]> {
        match self.arguments.get(index)?.literal.as_ref()? {
            Literal::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// How many arguments stand written out from `index` on, and whether all do.
    pub fn all_literal(&self, index: usize) -> bool {
        self.arguments.get(index..).unwrap_or_default().iter().all(|argument| argument.literal.is_some())
    }

    /// A whole number that must be written out or absent.
    pub fn count(&self, index: usize) -> Result<Option<usize>, Diagnostic> {
        match self.text(index) {
            None => Ok(None),
            Some(digits) => match digits.parse() {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.wrong(index, format!("`{digits}` is no count"), "write a whole number from 0 up")),
            },
        }
    }

    pub fn wrong(&self, index: usize, message: impl Into<String>, hint: impl Into<String>) -> Diagnostic {
        let span = self.arguments.get(index).map(|argument| argument.span).unwrap_or_default();
        Diagnostic::new(span, message).hint(hint)
    }
}

const FAMILIES: &[&[Function]] = &[
    text::FUNCTIONS,
    clean::FUNCTIONS,
    names::FUNCTIONS,
    email::FUNCTIONS,
    phone::FUNCTIONS,
    dates::FUNCTIONS,
    numbers::FUNCTIONS,
    boolean::FUNCTIONS,
    country::FUNCTIONS,
    lists::FUNCTIONS,
    lookup::FUNCTIONS,
    hash::FUNCTIONS,
    questions::FUNCTIONS,
];

/// Every function, by family and then in the order of its file.
pub fn all() -> &'static [&'static Function] {
    static ALL: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
        let mut all: Vec<&'static Function> = FAMILIES.iter().flat_map(|family| family.iter()).collect();
        all.sort_by_key(|function| function.family);
        all
    });
    &ALL
}

/// The function of a name.
pub fn find(name: &str) -> Option<&'static Function> {
    all().iter().copied().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform::tests::evaluate;

    #[test]
    fn every_example_holds() {
        let mut wrong = Vec::new();
        for function in all() {
            assert!(!function.examples.is_empty(), "`{}` has no example", function.name);
            assert!(!function.doc.is_empty() && function.doc.ends_with('.'), "`{}` has no sentence", function.name);
            for (expr, expected) in function.examples {
                let found = evaluate(expr, &[]);
                if found != *expected {
                    wrong.push(format!("{expr}\n  gives     {found}\n  expected  {expected}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn names_are_plain_and_unique() {
        let mut seen = std::collections::HashSet::new();
        for function in all() {
            assert!(seen.insert(function.name), "`{}` stands twice", function.name);
            assert!(function.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            let optional = function.params.iter().position(|param| param.optional).unwrap_or(function.params.len());
            assert!(function.params[optional..].iter().all(|param| param.optional), "{}", function.signature());
        }
    }
}
