//! The expression tree, each node with its span.

/// Byte range in the expression's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Text(String),
    /// A decimal number, as written.
    Number(String),
    Boolean(bool),
    Null,
    /// A source field: `first_name`, `address.city`, `` `First Name` ``, `field("First Name")`.
    Field(String),
    /// A target field's finished value: `target.Email`, `target("E-mail")`.
    Target(String),
    /// The piped value inside a pipe step: `it`.
    It,
    /// `name(arguments)`; in a pipe the piped value is the first argument.
    Call {
        name: String,
        name_span: Span,
        arguments: Vec<Expr>,
    },
    /// `input | step`: `step` is a call, or any expression that mentions `it`.
    Pipe {
        input: Box<Expr>,
        step: Box<Expr>,
    },
    /// `if c then a else b`, also `if(c, a, b)`.
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `a ?? b`: the first filled value.
    Coalesce {
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ "a": b }`, for value maps.
    Map(Vec<(String, Expr)>),
}
