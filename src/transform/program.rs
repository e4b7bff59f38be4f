//! The compiled expression: a flat list of operations over registers. [`super::columns`] runs it.

use std::fmt;

use smallvec::SmallVec;

use super::columns::{Columns, Given, Trace};
use super::finished::Finished;
use super::value::{Explained, Fault, Held, Input, Place, TraceStep};
use super::{
    Span,
    functions::{Expects, Step},
};
use crate::record::{Cell, Form, Kind, SourceType};

/// What an operation reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// A source field, by its index in the scope.
    Field(u32),
    /// A target field's finished value.
    Target(u16),
    Constant(u32),
    Register(u16),
    /// The free `it` of a check.
    It,
}

/// A function on its operands.
pub(super) struct CallOp {
    pub step: Step,
    pub arguments: SmallVec<[Operand; 4]>,
    pub out: u16,
    /// A missing first argument is the answer.
    pub passes_missing: bool,
    pub writes: Writes,
    /// What the result is marked as; `Untyped` leaves the mark of an unchanged argument.
    pub source_type: SourceType,
    /// What the step would have taken, for the sentence of a fault.
    pub expects: Option<Expects>,
}

/// What a call writes, as far as comma separated text is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    Anything,
    /// No comma, double quote or line end that its arguments do not hold.
    ItsArguments,
    /// Digits, letters, signs: none of them.
    Plain,
}

pub(super) enum OpKind {
    Call(CallOp),
    Copy {
        from: Operand,
        out: u16,
    },
    /// Whether a value is filled (or is not): a comparison with nothing.
    Filled {
        value: Operand,
        is: bool,
        out: u16,
    },
    Jump {
        to: u32,
    },
    /// Jumps when the condition's truth is `when`.
    JumpWhen {
        condition: Operand,
        when: bool,
        to: u32,
    },
    /// Jumps when a value is filled, or when it is not.
    JumpWhenFilled {
        value: Operand,
        when: bool,
        to: u32,
    },
}

pub(super) struct Op {
    pub kind: OpKind,
    pub span: Span,
    /// Gives a value that no other operation reads: it is made only to be shown in a traced run.
    pub shown_only: bool,
}

/// A constant's place in [`Program::constants`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant {
    pub kind: Kind,
    pub source_type: SourceType,
    pub start: u32,
    pub len: u32,
    pub form: Form,
}

/// A compiled expression. Shared by threads; each brings its own [`Scratch`].
pub struct Program {
    pub(super) text: String,
    pub(super) ops: Vec<Op>,
    pub(super) constants: Vec<Constant>,
    pub(super) constant_bytes: Vec<u8>,
    pub(super) registers: u16,
    pub(super) result: Operand,
    pub(super) result_type: super::Type,
    pub(super) source_fields: Vec<usize>,
    pub(super) target_fields: Vec<usize>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("text", &self.text).field("ops", &self.ops.len()).finish_non_exhaustive()
    }
}

/// The constants every program starts with.
pub(super) const TRUE: u32 = 0;
pub(super) const FALSE: u32 = 1;
pub(super) const NULL: u32 = 2;

/// Working memory for one record at a time, reused from record to record.
#[derive(Debug, Default)]
pub struct Scratch {
    columns: Columns,
    /// What the program may read of the input's target values, and `it` behind them.
    finished: Finished,
    it: usize,
}

impl Program {
    /// The expression as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type that its value certainly has; `Any` where that depends on the record.
    pub fn result_type(&self) -> super::Type {
        self.result_type
    }

    /// Indices of the source fields it reads, ascending.
    pub fn source_fields(&self) -> &[usize] {
        &self.source_fields
    }

    /// Whether it gives the same for the same value of one source field, and takes more than a step to do so.
    pub fn repeats(&self) -> bool {
        self.source_fields.len() == 1 && self.target_fields.is_empty() && self.ops.len() > 1
    }

    /// The source field whose values are the program's, unchanged.
    pub fn same_as(&self) -> Option<usize> {
        match self.result {
            Operand::Field(field) if self.ops.is_empty() => Some(field as usize),
            _ => None,
        }
    }

    /// Indices of the target fields whose finished values it reads, ascending: they must run before.
    pub fn target_fields(&self) -> &[usize] {
        &self.target_fields
    }

    /// The value for one record. The cell lies in the record, in `scratch` or in the program.
    pub fn run<'a>(&'a self, input: &Input<'a>, scratch: &'a mut Scratch) -> Result<Cell<'a>, Fault> {
        self.run_alone(input, scratch, &mut ())
    }

    /// Runs and keeps every intermediate value, innermost first; the same code as [`Program::run`].
    pub fn run_traced<'a>(
        &'a self,
        input: &Input<'a>,
        scratch: &'a mut Scratch,
    ) -> (Result<Cell<'a>, Fault>, Vec<TraceStep>) {
        let mut steps = Vec::new();
        let done = self.run_alone(input, scratch, &mut steps);
        (done, steps)
    }

    fn run_alone<'a>(
        &'a self,
        input: &Input<'a>,
        scratch: &'a mut Scratch,
        trace: &mut impl Trace,
    ) -> Result<Cell<'a>, Fault> {
        scratch.it = self.target_fields.last().map_or(0, |last| last + 1);
        scratch.finished.clear(std::iter::repeat_n(None, scratch.it + 1), 1);
        for field in &self.target_fields {
            scratch.finished.set(*field, 0, input.targets.target(*field), Form::Unknown);
        }
        scratch.finished.set(scratch.it, 0, input.it, Form::Unknown);
        let Scratch { columns, finished, it } = scratch;
        let given = finished.given(input.record.alone(), *it, input.context);
        self.execute(&given, &[0], columns, trace);
        match columns.faults() {
            [] => Ok(self.cell(0, &given, columns)),
            [(_, fault), ..] => Err(*fault),
        }
    }

    /// A fault in words. `scratch` must be the one of the run that gave it.
    pub fn explain(&self, fault: &Fault, input: &Input<'_>, scratch: &Scratch) -> Explained {
        let given = scratch.finished.given(input.record.alone(), scratch.it, input.context);
        self.explain_row(fault, &given, &scratch.columns)
    }

    /// A row's fault in words. `columns` must be those of the run that gave it.
    pub fn explain_row(&self, fault: &Fault, given: &Given<'_>, columns: &Columns) -> Explained {
        let cell = self.open(fault.value, given, columns);
        let value = cell.display().into_owned();
        let op = self.ops.get(fault.op as usize);
        let expects = op.and_then(|op| match &op.kind {
            OpKind::Call(call) => call.expects.as_ref().and_then(|expects| expects(&value)),
            _ => None,
        });
        let mut reason = if cell.is_filled() {
            format!("`{}` {}", shorten(&value), fault.says)
        } else {
            format!("the value {}", fault.says)
        };
        if let Some(expects) = expects {
            reason.push_str("; ");
            reason.push_str(&expects);
        }
        let value = cell.is_filled().then_some(value);
        Explained { code: fault.code, reason, value, span: op.map(|op| op.span).unwrap_or_default() }
    }

    #[inline]
    pub(super) fn constant(&self, index: u32) -> Held {
        match self.constants.get(index as usize) {
            Some(constant) => Held {
                kind: constant.kind,
                source_type: constant.source_type,
                place: Place::CONSTANTS,
                start: constant.start,
                len: constant.len,
                form: constant.form,
            },
            None => Held::MISSING,
        }
    }
}

/// A value in a sentence: at most 60 characters of it.
pub(crate) fn shorten(value: &str) -> std::borrow::Cow<'_, str> {
    match value.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value.into(),
    }
}
