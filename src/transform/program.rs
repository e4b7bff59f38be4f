//! The compiled expression: a flat list of operations over registers, each with a reused output buffer.

use std::fmt;

use smallvec::SmallVec;

use super::value::{Answer, Explained, Fault, Held, Input, Out, Place, Reason, TraceStep};
use super::{
    Span,
    functions::{Expects, Step},
};
use crate::record::{Cell, Kind, Slot, SourceType};

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
    #[inline]
    pub fn value<'a>(&'a self, input: &Input<'a>, scratch: &'a Scratch) -> Cell<'a> {
        self.open(scratch.result, input, &scratch.buffers)
    }

    /// The bytes of a held value.
    #[inline]
    fn open<'a>(&'a self, held: Held, input: &Input<'a>, buffers: &'a [Vec<u8>]) -> Cell<'a> {
        let bytes: &'a [u8] = match held.place {
            Place::Record => input.record.data(),
            Place::Register(index) => buffers.get(usize::from(index)).map_or(&[], |buffer| buffer),
            Place::Constants => &self.constant_bytes,
            Place::Target(index) => input.targets.target(usize::from(index)).bytes,
            Place::It => input.it.bytes,
        };
        let start = held.start as usize;
        let bytes = bytes.get(start..start + held.len as usize).unwrap_or_default();
        Cell { kind: held.kind, source_type: held.source_type, bytes }
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
        let count = usize::from(self.registers);
        if scratch.registers.len() < count {
            scratch.registers.resize(count, Held::MISSING);
            scratch.buffers.resize_with(count, Vec::new);
        }
        let view = View::new(self, input);
        let (registers, buffers) = (&mut scratch.registers[..], &mut scratch.buffers[..]);
        let mut at = 0usize;
        while let Some(op) = self.ops.get(at) {
            let fault = |reason: &'static Reason, value: Held| Fault {
                code: reason.code,
                says: reason.says,
                op: at as u32,
                value,
            };
            let mut next = at + 1;
            match &op.kind {
                OpKind::Call(call) => {
                    let held = view.call(call, registers, buffers).map_err(|(reason, value)| fault(reason, value))?;
                    registers[usize::from(call.out)] = held;
                    trace.step(op.span, view.open(held, buffers));
                }
                OpKind::Copy { from, out } => {
                    let held = view.hold(*from, registers);
                    registers[usize::from(*out)] = held;
                    trace.step(op.span, view.open(held, buffers));
                }
                OpKind::Truth { from, out } => {
                    let truth = view.truth(*from, registers, buffers);
                    let truth = truth.map_err(|(reason, value)| fault(reason, value))?;
                    let held = self.constant(if truth { TRUE } else { FALSE });
                    registers[usize::from(*out)] = held;
                    trace.step(op.span, view.open(held, buffers));
                }
                OpKind::Jump { to } => next = *to as usize,
                OpKind::JumpWhen { condition, when, to } => {
                    let truth = view.truth(*condition, registers, buffers);
                    if truth.map_err(|(reason, value)| fault(reason, value))? == *when {
                        next = *to as usize;
                    }
                }
                OpKind::JumpWhenFilled { value, to } => {
                    if view.cell(*value, registers, buffers).is_filled() {
                        next = *to as usize;
                    }
                }
            }
            at = next;
        }
        scratch.result = view.hold(self.result, registers);
        Ok(())
    }

    #[inline]
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
}

/// What operands are read from, besides the registers.
struct View<'v> {
    program: &'v Program,
    input: &'v Input<'v>,
    slots: &'v [Slot],
    data: &'v [u8],
}

type Refused = (&'static Reason, Held);

impl<'v> View<'v> {
    fn new(program: &'v Program, input: &'v Input<'v>) -> View<'v> {
        View { program, input, slots: input.record.slots(), data: input.record.data() }
    }

    /// Runs a call. Registers are numbered in the order of calls, so that the values a call reads all lie in buffers
    /// before its own.
    #[inline(always)]
    fn call(&self, call: &CallOp, registers: &[Held], buffers: &mut [Vec<u8>]) -> Result<Held, Refused> {
        let (before, own) = buffers.split_at_mut(usize::from(call.out));
        let Some(bytes) = own.first_mut() else { return Ok(Held::MISSING) };
        let arguments = call.arguments.as_slice();
        bytes.clear();
        let answer = {
            let mut out = Out { bytes: &mut *bytes, context: self.input.context };
            match arguments {
                [one] => {
                    let mut cell = Cell::MISSING;
                    self.read(*one, registers, before, &mut cell);
                    if call.passes_missing && !cell.is_filled() {
                        Answer::Same(0)
                    } else {
                        call.step.run(std::slice::from_ref(&cell), &mut out)
                    }
                }
                [first, rest @ ..] if rest.len() < 6 => {
                    let mut cells = [Cell::MISSING; 6];
                    self.read(*first, registers, before, &mut cells[0]);
                    if call.passes_missing && !cells[0].is_filled() {
                        Answer::Same(0)
                    } else {
                        for (place, operand) in cells[1..].iter_mut().zip(rest) {
                            self.read(*operand, registers, before, place);
                        }
                        call.step.run(&cells[..arguments.len()], &mut out)
                    }
                }
                many => {
                    let cells: SmallVec<[Cell<'_>; 16]> =
                        many.iter().map(|operand| self.cell(*operand, registers, before)).collect();
                    call.step.run(&cells, &mut out)
                }
            }
        };
        self.answered(call, answer, bytes.len() as u32, registers)
    }

    /// Where the value of an answer is.
    #[inline(always)]
    fn answered(&self, call: &CallOp, answer: Answer, length: u32, registers: &[Held]) -> Result<Held, Refused> {
        let marked = |held: Held| match call.source_type {
            SourceType::Untyped => held,
            source_type => Held { source_type, ..held },
        };
        let argument = |index: u8| match call.arguments.get(usize::from(index)) {
            Some(operand) => self.hold(*operand, registers),
            None => Held::MISSING,
        };
        let written = |kind: Kind| Held {
            kind,
            source_type: SourceType::Untyped,
            place: Place::Register(call.out),
            start: 0,
            len: length,
        };
        Ok(match answer {
            Answer::Wrote if length == 0 => Held::MISSING,
            Answer::Wrote => marked(written(Kind::Text)),
            Answer::WroteAs(kind) => written(kind),
            Answer::Same(index) => {
                let held = argument(index);
                if held.kind == Kind::Text { marked(held) } else { held }
            }
            Answer::Part { len: 0, .. } => Held::MISSING,
            Answer::Part { argument: index, start, len } => {
                let held = argument(index);
                let whole = start == 0 && len == held.len;
                let kind = if whole || held.kind == Kind::Bytes { held.kind } else { Kind::Text };
                marked(Held { kind, start: held.start + start, len, ..held })
            }
            Answer::Boolean(truth) => self.program.constant(if truth { TRUE } else { FALSE }),
            Answer::Missing => Held::MISSING,
            Answer::Wrong(index, reason) => return Err((reason, argument(index))),
        })
    }

    #[inline]
    fn truth(&self, operand: Operand, registers: &[Held], buffers: &[Vec<u8>]) -> Result<bool, Refused> {
        static NO_TRUTH: Reason = Reason { code: "type", says: "is neither true nor false" };
        let cell = self.cell(operand, registers, buffers);
        match cell.bytes {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ if !cell.is_filled() => Ok(false),
            _ => Err((&NO_TRUTH, self.hold(operand, registers))),
        }
    }

    /// The value of an operand as a place.
    #[inline(always)]
    fn hold(&self, operand: Operand, registers: &[Held]) -> Held {
        match operand {
            Operand::Register(index) => registers[usize::from(index)],
            Operand::Field(field) => {
                let slot = self.slots.get(field as usize).copied().unwrap_or_default();
                let (kind, source_type) = (slot.kind, slot.source_type);
                Held { kind, source_type, place: Place::Record, start: slot.start, len: slot.len }
            }
            Operand::Constant(index) => self.program.constant(index),
            Operand::Target(index) => whole(self.input.targets.target(usize::from(index)), Place::Target(index)),
            Operand::It => whole(self.input.it, Place::It),
        }
    }

    /// Writes the value of an operand part by part: copied whole, it would be read back in wider pieces than it was
    /// written, for which processors wait.
    #[inline(always)]
    fn read<'b>(&'b self, operand: Operand, registers: &[Held], buffers: &'b [Vec<u8>], into: &mut Cell<'b>) {
        let held = match operand {
            Operand::Target(_) | Operand::It => {
                let cell = self.cell(operand, registers, buffers);
                into.bytes = cell.bytes;
                into.kind = cell.kind;
                into.source_type = cell.source_type;
                return;
            }
            operand => self.hold(operand, registers),
        };
        let buffer: &'b [u8] = match held.place {
            Place::Record => self.data,
            Place::Register(index) => buffers.get(usize::from(index)).map_or(&[], |buffer| buffer),
            Place::Constants => &self.program.constant_bytes,
            Place::Target(index) => self.input.targets.target(usize::from(index)).bytes,
            Place::It => self.input.it.bytes,
        };
        let start = held.start as usize;
        into.bytes = buffer.get(start..start + held.len as usize).unwrap_or_default();
        into.kind = held.kind;
        into.source_type = held.source_type;
    }

    /// The value of an operand.
    #[inline(always)]
    fn cell<'b>(&'b self, operand: Operand, registers: &[Held], buffers: &'b [Vec<u8>]) -> Cell<'b> {
        match operand {
            Operand::Target(index) => self.input.targets.target(usize::from(index)),
            Operand::It => self.input.it,
            operand => self.open(self.hold(operand, registers), buffers),
        }
    }

    /// The bytes of a held value.
    #[inline(always)]
    fn open<'b>(&'b self, held: Held, buffers: &'b [Vec<u8>]) -> Cell<'b> {
        if held.place == Place::Record {
            let start = held.start as usize;
            let bytes = self.data.get(start..start + held.len as usize).unwrap_or_default();
            return Cell { kind: held.kind, source_type: held.source_type, bytes };
        }
        self.program.open(held, self.input, buffers)
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
