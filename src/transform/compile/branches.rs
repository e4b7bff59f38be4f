//! Where records part and meet again: `if`, `and`, `or`, `??`. A condition is compiled as a way to go, so that its truth need
//! not be a value first; an arm's value is written where the records meet.

use super::super::functions::{Plain, operators};
use super::super::program::{FALSE, NULL, OpKind, Operand, TRUE};
use super::super::types::Type;
use super::super::{BinaryOp, Expr, ExprKind, Span};
use super::{Compiler, Typed};

/// What a comparison asks.
pub(super) enum Question {
    /// Whether a value is filled, or whether it is not.
    Filled(Operand, bool),
    /// Anything else; the answer is compiled.
    Asked(Typed),
}

impl Compiler<'_> {
    /// Where the next operation will stand.
    fn here(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Sets the goal of jumps to the next operation.
    fn land(&mut self, jumps: &[usize]) {
        let here = self.here();
        for jump in jumps {
            match &mut self.ops[*jump].kind {
                OpKind::Jump { to } | OpKind::JumpWhen { to, .. } | OpKind::JumpWhenFilled { to, .. } => *to = here,
                OpKind::Call(_) | OpKind::Copy { .. } | OpKind::Filled { .. } => {}
            }
        }
    }

    /// Compiles a condition as a way to go: jumps, still to be landed, when it is true or when it is not, and goes on else.
    pub(super) fn jumps(&mut self, condition: &Expr, when: bool) -> Vec<usize> {
        let span = condition.span;
        if let ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right } = &condition.kind {
            // Either side decides for `or` when it is true, for `and` when it is false.
            let either = (*op == BinaryOp::Or) == when;
            let first = self.jumps(left, when == either);
            let second = self.aside(|compiler| compiler.jumps(right, when));
            if either {
                return [first, second].concat();
            }
            self.land(&first);
            return second;
        }
        let condition = match &condition.kind {
            ExprKind::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right } => {
                match self.equality(*op, left, right, span) {
                    Question::Filled(value, is) => {
                        self.show(|out| OpKind::Filled { value, is, out }, span);
                        return vec![self.op(OpKind::JumpWhenFilled { value, when: is == when, to: 0 }, span)];
                    }
                    Question::Asked(answer) => answer,
                }
            }
            _ => self.condition(condition),
        };
        vec![self.op(OpKind::JumpWhen { condition: condition.operand, when, to: 0 }, span)]
    }

    pub(super) fn branch(&mut self, condition: &Expr, then: &Expr, otherwise: Option<&Expr>, span: Span) -> Typed {
        let skip = self.jumps(condition, false);
        let out = self.register();
        let first = self.arm(then, out, span);
        let end = self.op(OpKind::Jump { to: 0 }, span);
        self.land(&skip);
        let second = match otherwise {
            Some(otherwise) => self.arm(otherwise, out, span),
            None => {
                let from = Operand::Constant(NULL);
                self.op(OpKind::Copy { from, out }, span);
                Typed { operand: from, ty: first.ty }
            }
        };
        self.land(&[end]);
        Typed { operand: Operand::Register(out), ty: self.joined((then, first), otherwise.map(|expr| (expr, second))) }
    }

    /// Compiles what only some rows come to, so that its value lies in `out`.
    fn arm(&mut self, expr: &Expr, out: u16, span: Span) -> Typed {
        let (first, register) = (self.ops.len(), self.registers);
        let value = self.aside(|compiler| compiler.expr(expr));
        match value.operand {
            // Nothing before or behind the arm knows its own registers.
            Operand::Register(own) if own >= register => {
                self.rename(first, own, out);
                self.show(|shown| OpKind::Copy { from: Operand::Register(out), out: shown }, span);
            }
            from => drop(self.op(OpKind::Copy { from, out }, span)),
        }
        value
    }

    /// Puts one register in the place of another in all operations from one on.
    fn rename(&mut self, first: usize, from: u16, to: u16) {
        let operand = |operand: &mut Operand| {
            if *operand == Operand::Register(from) {
                *operand = Operand::Register(to);
            }
        };
        for op in &mut self.ops[first..] {
            let out = match &mut op.kind {
                OpKind::Call(call) => {
                    call.arguments.iter_mut().for_each(operand);
                    Some(&mut call.out)
                }
                OpKind::Copy { from: value, out } | OpKind::Filled { value, out, .. } => {
                    operand(value);
                    Some(out)
                }
                OpKind::JumpWhen { condition: value, .. } | OpKind::JumpWhenFilled { value, .. } => {
                    operand(value);
                    None
                }
                OpKind::Jump { .. } => None,
            };
            if let Some(out) = out.filter(|out| **out == from) {
                *out = to;
            }
        }
    }

    /// The type of one of two values; an empty text or null fits any.
    fn joined(&self, first: (&Expr, Typed), second: Option<(&Expr, Typed)>) -> Type {
        let nothing = |expr: &Expr| match &expr.kind {
            ExprKind::Null => true,
            ExprKind::Text(text) => text.is_empty(),
            _ => false,
        };
        match second {
            None => first.1.ty,
            Some((expr, _)) if nothing(expr) => first.1.ty,
            Some((_, second)) if nothing(first.0) => second.ty,
            Some((_, second)) => first.1.ty.join(second.ty),
        }
    }

    pub(super) fn coalesce(&mut self, left: &Expr, right: &Expr, span: Span) -> Typed {
        let out = self.register();
        let first = self.expr(left);
        self.op(OpKind::Copy { from: first.operand, out }, span);
        let end = self.op(OpKind::JumpWhenFilled { value: Operand::Register(out), when: true, to: 0 }, span);
        let second = self.arm(right, out, span);
        self.land(&[end]);
        Typed { operand: Operand::Register(out), ty: self.joined((left, first), Some((right, second))) }
    }

    /// Two values compared; a comparison with nothing is left to the caller.
    pub(super) fn equality(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Question {
        let (first, second) = (self.expr(left), self.expr(right));
        let numeric = first.ty == Type::Number || second.ty == Type::Number;
        let value = match (&left.kind, &right.kind) {
            (_, ExprKind::Null) => Some(first),
            (_, ExprKind::Text(text)) if text.is_empty() => Some(first),
            (ExprKind::Null, _) => Some(second),
            (ExprKind::Text(text), _) if text.is_empty() => Some(second),
            _ => None,
        };
        if let Some(value) = value
            && !numeric
        {
            return Question::Filled(value.operand, op == BinaryOp::NotEqual);
        }
        let step: Plain = match (op, numeric) {
            (BinaryOp::Equal, false) => operators::equal,
            (_, false) => operators::not_equal,
            (BinaryOp::Equal, true) => operators::number_equal,
            (_, true) => operators::number_not_equal,
        };
        Question::Asked(self.plain(step, &[first.operand, second.operand], span, Type::Boolean))
    }

    /// `and` and `or` as a value.
    pub(super) fn logic(&mut self, expr: &Expr) -> Typed {
        let not = self.jumps(expr, false);
        let out = self.register();
        self.op(OpKind::Copy { from: Operand::Constant(TRUE), out }, expr.span);
        let end = self.op(OpKind::Jump { to: 0 }, expr.span);
        self.land(&not);
        self.op(OpKind::Copy { from: Operand::Constant(FALSE), out }, expr.span);
        self.land(&[end]);
        Typed { operand: Operand::Register(out), ty: Type::Boolean }
    }

    /// Compiles what not every row comes to: its values are not at hand behind it.
    pub(super) fn aside<T>(&mut self, compile: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.at_hand.len();
        let value = compile(self);
        self.at_hand.truncate(before);
        value
    }
}
