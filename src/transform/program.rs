//! The compiled expression: a flat list of operations over registers, each with a reused output buffer.

use std::fmt;
use std::mem;

use smallvec::SmallVec;

use super::value::{Answer, Explained, Fault, Held, Input, Out, Place, TraceStep};
use super::{
    Span,
    functions::{Expects, Step},
};
use crate::record::{Cell, Kind, SourceType};

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
    /// What the result is marked as; `Untyped` leaves the mark of an unchanged argument.
    pub source_type: SourceType,
    /// What the step would have taken, for the sentence of a fault.
    pub expects: Option<Expects>,
}

pub(super) enum OpKind {
    Call(CallOp),
    Copy {
        from: Operand,
        out: u16,
    },
    /// Copies a condition's truth: `true` or `false`, missing is `false`.
    Truth {
        from: Operand,
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
    JumpWhenFilled {
        value: Operand,
        to: u32,
    },
}

pub(super) struct Op {
    pub kind: OpKind,
    pub span: Span,
}

/// A constant's place in [`Program::constants`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant {
    pub kind: Kind,
    pub source_type: SourceType,
    pub start: u32,
    pub len: u32,
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

/// A program's working memory, reused from record to record: no allocation once the buffers have grown.
#[derive(Debug, Default)]
pub struct Scratch {
    registers: Vec<Held>,
    buffers: Vec<Vec<u8>>,
    result: Held,
}

trait Trace {
    fn step(&mut self, span: Span, value: Cell<'_>);
}

impl Trace for () {
    #[inline(always)]
    fn step(&mut self, _: Span, _: Cell<'_>) {}
}

impl Trace for Vec<TraceStep> {
    fn step(&mut self, span: Span, value: Cell<'_>) {
        self.push(TraceStep { span, kind: value.kind, value: value.display().into_owned() });
    }
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

    /// Indices of the target fields whose finished values it reads, ascending: they must run before.
    pub fn target_fields(&self) -> &[usize] {
        &self.target_fields
    }

    /// The value for one record. The cell lies in the record, in `scratch` or in the program; [`Program::value`] gives
    /// it again as long as `scratch` is not run again.
    pub fn run<'a>(&'a self, input: &Input<'a>, scratch: &'a mut Scratch) -> Result<Cell<'a>, Fault> {
        self.execute(input, scratch, &mut ())?;
        Ok(self.value(input, scratch))
    }

    /// Runs and keeps every intermediate value, innermost first; the same code as [`Program::run`].
    pub fn run_traced<'a>(
        &'a self,
        input: &Input<'a>,
        scratch: &'a mut Scratch,
    ) -> (Result<Cell<'a>, Fault>, Vec<TraceStep>) {
        let mut steps = Vec::new();
        let done = self.execute(input, scratch, &mut steps);
        (done.map(|()| self.value(input, scratch)), steps)
    }

    /// The value of the last run of `scratch` (missing after a fault).
    pub fn value<'a>(&'a self, input: &Input<'a>, scratch: &'a Scratch) -> Cell<'a> {
        self.open(scratch.result, input, &scratch.buffers)
    }

    /// A fault in words. `scratch` must be the one of the run that gave it.
    pub fn explain(&self, fault: &Fault, input: &Input<'_>, scratch: &Scratch) -> Explained {
        let cell = self.open(fault.value, input, &scratch.buffers);
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

    fn execute<'a>(&'a self, input: &Input<'a>, scratch: &mut Scratch, trace: &mut impl Trace) -> Result<(), Fault> {
        scratch.result = Held::MISSING;
        let registers = usize::from(self.registers);
        if scratch.registers.len() < registers {
            scratch.registers.resize(registers, Held::MISSING);
            scratch.buffers.resize_with(registers, Vec::new);
        }
        let mut at = 0usize;
        while let Some(op) = self.ops.get(at) {
            at += 1;
            let fault = |fault: Fault| Fault { op: (at - 1) as u32, ..fault };
            match &op.kind {
                OpKind::Call(call) => {
                    self.call(call, input, scratch).map_err(fault)?;
                    trace.step(op.span, self.open(scratch.registers[usize::from(call.out)], input, &scratch.buffers));
                }
                OpKind::Copy { from, out } => {
                    let held = self.hold(*from, input, scratch);
                    scratch.registers[usize::from(*out)] = held;
                    trace.step(op.span, self.open(held, input, &scratch.buffers));
                }
                OpKind::Truth { from, out } => {
                    let truth = self.truth(*from, input, scratch).map_err(fault)?;
                    let held = self.constant(if truth { TRUE } else { FALSE });
                    scratch.registers[usize::from(*out)] = held;
                    trace.step(op.span, self.open(held, input, &scratch.buffers));
                }
                OpKind::Jump { to } => at = *to as usize,
                OpKind::JumpWhen { condition, when, to } => {
                    if self.truth(*condition, input, scratch).map_err(fault)? == *when {
                        at = *to as usize;
                    }
                }
                OpKind::JumpWhenFilled { value, to } => {
                    if self.cell(*value, input, &scratch.registers, &scratch.buffers).is_filled() {
                        at = *to as usize;
                    }
                }
            }
        }
        scratch.result = self.hold(self.result, input, scratch);
        Ok(())
    }

    fn call(&self, call: &CallOp, input: &Input<'_>, scratch: &mut Scratch) -> Result<(), Fault> {
        let index = usize::from(call.out);
        let mut bytes = mem::take(&mut scratch.buffers[index]);
        bytes.clear();
        let answer = {
            let cell = |operand: &Operand| self.cell(*operand, input, &scratch.registers, &scratch.buffers);
            let mut out = Out { bytes: &mut bytes, context: input.context };
            match call.arguments.as_slice() {
                [first, ..] if call.passes_missing && !cell(first).is_filled() => Answer::Same(0),
                [one] => call.step.run(&[cell(one)], &mut out),
                [one, two] => call.step.run(&[cell(one), cell(two)], &mut out),
                [one, two, three] => call.step.run(&[cell(one), cell(two), cell(three)], &mut out),
                many => {
                    let cells: SmallVec<[Cell<'_>; 8]> = many.iter().map(cell).collect();
                    call.step.run(&cells, &mut out)
                }
            }
        };
        let length = bytes.len() as u32;
        scratch.buffers[index] = bytes;
        let marked = |held: Held| match call.source_type {
            SourceType::Untyped => held,
            source_type => Held { source_type, ..held },
        };
        let argument = |index: usize| match call.arguments.get(index) {
            Some(operand) => self.hold(*operand, input, scratch),
            None => Held::MISSING,
        };
        let held = match answer {
            Answer::Wrote if length == 0 => Held::MISSING,
            Answer::Wrote => marked(self.written(call, Kind::Text, length)),
            Answer::WroteAs(kind) => self.written(call, kind, length),
            Answer::Same(index) => {
                let held = argument(index);
                if held.kind == Kind::Text { marked(held) } else { held }
            }
            Answer::Part(index, start, len) => {
                let held = argument(index);
                if len == 0 {
                    Held::MISSING
                } else if start == 0 && len as u32 == held.len {
                    marked(held)
                } else {
                    let kind = if held.kind == Kind::Bytes { Kind::Bytes } else { Kind::Text };
                    marked(Held { kind, start: held.start + start as u32, len: len as u32, ..held })
                }
            }
            Answer::Boolean(truth) => self.constant(if truth { TRUE } else { FALSE }),
            Answer::Missing => Held::MISSING,
            Answer::Wrong(wrong) => {
                return Err(Fault { code: wrong.code, says: wrong.says, op: 0, value: argument(wrong.argument) });
            }
        };
        scratch.registers[index] = held;
        Ok(())
    }

    fn written(&self, call: &CallOp, kind: Kind, len: u32) -> Held {
        Held { kind, source_type: SourceType::Untyped, place: Place::Register(call.out), start: 0, len }
    }

    fn constant(&self, index: u32) -> Held {
        match self.constants.get(index as usize) {
            Some(constant) => Held {
                kind: constant.kind,
                source_type: constant.source_type,
                place: Place::Constants,
                start: constant.start,
                len: constant.len,
            },
            None => Held::MISSING,
        }
    }

    fn truth(&self, operand: Operand, input: &Input<'_>, scratch: &Scratch) -> Result<bool, Fault> {
        let cell = self.cell(operand, input, &scratch.registers, &scratch.buffers);
        match cell.bytes {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ if !cell.is_filled() => Ok(false),
            _ => Err(Fault {
                code: "type",
                says: "is neither true nor false",
                op: 0,
                value: self.hold(operand, input, scratch),
            }),
        }
    }

    /// The value of an operand as a place.
    fn hold(&self, operand: Operand, input: &Input<'_>, scratch: &Scratch) -> Held {
        match operand {
            Operand::Register(index) => scratch.registers[usize::from(index)],
            Operand::Field(field) => {
                let slot = input.record.slot(field as usize);
                Held {
                    kind: slot.kind,
                    source_type: slot.source_type,
                    place: Place::Record,
                    start: slot.start,
                    len: slot.len,
                }
            }
            Operand::Constant(index) => self.constant(index),
            Operand::Target(index) => whole(input.targets.target(usize::from(index)), Place::Target(index)),
            Operand::It => whole(input.it, Place::It),
        }
    }

    /// The value of an operand.
    fn cell<'v>(&'v self, operand: Operand, input: &Input<'v>, registers: &[Held], buffers: &'v [Vec<u8>]) -> Cell<'v> {
        match operand {
            Operand::Register(index) => self.open(registers[usize::from(index)], input, buffers),
            Operand::Field(field) => input.record.cell(field as usize),
            Operand::Constant(index) => self.open(self.constant(index), input, buffers),
            Operand::Target(index) => input.targets.target(usize::from(index)),
            Operand::It => input.it,
        }
    }

    /// The bytes of a held value.
    fn open<'v>(&'v self, held: Held, input: &Input<'v>, buffers: &'v [Vec<u8>]) -> Cell<'v> {
        let bytes: &'v [u8] = match held.place {
            Place::Record => input.record.data(),
            Place::Register(index) => &buffers[usize::from(index)],
            Place::Constants => &self.constant_bytes,
            Place::Target(index) => input.targets.target(usize::from(index)).bytes,
            Place::It => input.it.bytes,
        };
        let start = held.start as usize;
        let bytes = bytes.get(start..start + held.len as usize).unwrap_or_default();
        Cell { kind: held.kind, source_type: held.source_type, bytes }
    }
}

fn whole(cell: Cell<'_>, place: Place) -> Held {
    Held { kind: cell.kind, source_type: cell.source_type, place, start: 0, len: cell.bytes.len() as u32 }
}

/// A value in a sentence: at most 60 characters of it.
pub(crate) fn shorten(value: &str) -> std::borrow::Cow<'_, str> {
    match value.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value.into(),
    }
}
