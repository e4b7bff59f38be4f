//! What a program works on: values held as places in buffers, what functions answer, and faults.

use crate::record::{Cell, Form, Kind, RecordRef, Slot, SourceType};

/// Facts of the run that expressions may ask for. `now` is the start of the run as its journal has it, never the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunContext {
    now: String,
}

impl RunContext {
    pub fn new(now: jiff::Timestamp) -> RunContext {
        let seconds = now.round(jiff::Unit::Second).unwrap_or(now);
        RunContext { now: seconds.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
    }

    /// The start of the run, RFC 3339 in UTC, to the second.
    pub fn now(&self) -> &str {
        &self.now
    }

    /// The date of the start of the run, in UTC.
    pub fn today(&self) -> &str {
        self.now.get(..10).unwrap_or_default()
    }
}

/// Finished values of target fields, by their index in [`super::Scope::target_fields`].
pub trait Targets {
    fn target(&self, index: usize) -> Cell<'_>;
}

/// No target values: for expressions that use none.
impl Targets for () {
    fn target(&self, _: usize) -> Cell<'_> {
        Cell::MISSING
    }
}

impl Targets for [Cell<'_>] {
    fn target(&self, index: usize) -> Cell<'_> {
        self.get(index).copied().unwrap_or(Cell::MISSING)
    }
}

impl<const N: usize> Targets for [Cell<'_>; N] {
    fn target(&self, index: usize) -> Cell<'_> {
        self.as_slice().target(index)
    }
}

/// What one evaluation reads.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub record: RecordRef<'a>,
    pub targets: &'a dyn Targets,
    /// The value that a free `it` stands for (in a check); missing elsewhere.
    pub it: Cell<'a>,
    pub context: &'a RunContext,
}

/// The buffer that a value's bytes lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place(u16);

impl Place {
    /// The records' batch.
    pub const RECORD: Place = Place(0);
    /// The program's constants.
    pub const CONSTANTS: Place = Place(1);
    /// The finished values of target fields.
    pub const FINISHED: Place = Place(2);

    /// The buffer of a register.
    pub fn of_register(register: u16) -> Place {
        // The compiler gives no more registers than fit.
        Place(register.saturating_add(3))
    }

    /// The register whose buffer it is.
    pub fn register(self) -> usize {
        usize::from(self.0.saturating_sub(3))
    }

    #[inline(always)]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Whether the buffer is still there when the program runs again.
    pub fn outlasts_the_program(self) -> bool {
        self == Place::RECORD || self == Place::FINISHED
    }
}

/// A value without a copy of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Held {
    pub start: u32,
    pub len: u32,
    pub place: Place,
    pub kind: Kind,
    pub source_type: SourceType,
    /// `Quoted` only where the value lies in the record.
    pub form: Form,
}

impl Held {
    pub const MISSING: Held = Held {
        start: 0,
        len: 0,
        place: Place::RECORD,
        kind: Kind::Missing,
        source_type: SourceType::Untyped,
        form: Form::Plain,
    };

    /// A value that lies in the record.
    #[inline(always)]
    pub fn of(slot: Slot) -> Held {
        let Slot { start, len, kind, source_type, form } = slot;
        Held { start, len, place: Place::RECORD, kind, source_type, form }
    }

    #[inline(always)]
    pub fn is_filled(&self) -> bool {
        self.kind.is_filled(self.len as usize)
    }
}

/// What a function's step answers. It borrows nothing, values stay where they are; it is small, so that it travels in
/// two machine words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The text is in the output buffer.
    Wrote,
    /// A list or map, as compact JSON, is in the output buffer.
    WroteAs(Kind),
    /// An argument as it is.
    Same(u8),
    /// A part of an argument, in bytes; made by [`Answer::part`].
    Part {
        argument: u8,
        start: u32,
        len: u32,
    },
    Boolean(bool),
    Missing,
    /// The value of an argument cannot be taken; made by `wrong!` and `wrong_at!`.
    Wrong(u8, &'static Reason),
}

/// Why a value cannot be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// The finding code.
    pub code: &'static str,
    /// What the value is: "is no calendar date".
    pub says: &'static str,
}

/// Answers that the first argument cannot be taken: a code and what the value is.
macro_rules! wrong {
    ($code:expr, $says:expr $(,)?) => {
        $crate::transform::value::Answer::Wrong(0, &$crate::transform::value::Reason { code: $code, says: $says })
    };
}

/// The same of another argument.
macro_rules! wrong_at {
    ($argument:expr, $code:expr, $says:expr $(,)?) => {
        $crate::transform::value::Answer::Wrong(
            $argument as u8,
            &$crate::transform::value::Reason { code: $code, says: $says },
        )
    };
}

pub(super) use {wrong, wrong_at};

impl Answer {
    /// Start and length in bytes of an argument.
    #[inline]
    pub fn part(argument: usize, start: usize, len: usize) -> Answer {
        Answer::Part { argument: argument as u8, start: start as u32, len: len as u32 }
    }

    /// An argument as it is.
    #[inline]
    pub fn same(argument: usize) -> Answer {
        Answer::Same(argument as u8)
    }
}

/// Where a step writes, and what it may ask of the run. What earlier records wrote stands before: a step only appends,
/// and what it looks at again is its own.
pub(super) struct Out<'o> {
    pub bytes: &'o mut Vec<u8>,
    /// Where the step's own text begins.
    pub start: usize,
    pub context: &'o RunContext,
}

impl Out<'_> {
    /// What the step has written so far.
    pub fn own(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Takes back what the step has written.
    pub fn clear(&mut self) {
        self.bytes.truncate(self.start);
    }

    /// Answers with a text.
    pub fn text(&mut self, text: &str) -> Answer {
        self.bytes.extend_from_slice(text.as_bytes());
        Answer::Wrote
    }

    /// Answers with anything that prints.
    pub fn print(&mut self, value: impl std::fmt::Display) -> Answer {
        use std::io::Write;
        // Writing into a vector cannot fail.
        let _ = write!(self.bytes, "{value}");
        Answer::Wrote
    }
}

/// Why an expression gave no value for a record. The sentence is made on demand by [`super::Program::explain`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The finding code: `type`, `date`, `enum`, `phone`, `email`, `range`, ...
    pub code: &'static str,
    pub(super) says: &'static str,
    pub(super) op: u32,
    pub(super) value: Held,
}

/// A fault in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub code: &'static str,
    /// "`31/31/2020` is no calendar date; expected YYYY-MM-DD or MM/DD/YYYY".
    pub reason: String,
    /// The value that could not be taken.
    pub value: Option<String>,
    /// The step of the expression that refused it.
    pub span: super::Span,
}

/// One intermediate value of a traced run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceStep {
    /// The part of the expression that gave the value.
    pub span: super::Span,
    pub kind: Kind,
    /// The canonical text.
    pub value: String,
}

/// A cell's text; [`Kind::Bytes`] is none.
pub(super) fn text<'a>(cells: &[Cell<'a>], index: usize) -> Result<&'a str, Answer> {
    let cell = cells.get(index).copied().unwrap_or(Cell::MISSING);
    if cell.kind == Kind::Bytes {
        return Err(wrong_at!(index, "type", "is bytes, not text"));
    }
    std::str::from_utf8(cell.bytes).map_err(|_| wrong_at!(index, "type", "is no UTF-8 text"))
}

/// The text of a filled cell; `None` where there is nothing.
pub(super) fn filled_text<'a>(cells: &[Cell<'a>], index: usize) -> Result<Option<&'a str>, Answer> {
    match cells.get(index) {
        Some(cell) if cell.is_filled() => text(cells, index).map(Some),
        _ => Ok(None),
    }
}
