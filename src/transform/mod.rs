//! The pipe language: parse, check, compile, run. One file a function family, one table of functions.
//!
//! Text -> [`parse`] -> [`Expr`] with spans -> [`Program::compile`] against a [`Scope`] -> run on records with a reused
//! [`Scratch`].

mod ast;
mod diagnostic;

pub use ast::{BinaryOp, Expr, ExprKind, Span};
pub use diagnostic::Diagnostic;
