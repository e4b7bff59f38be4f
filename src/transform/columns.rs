//! Runs a program over a stretch of records, operation by operation: each operation goes down its column before the
//! next one starts. What an operation costs besides its own work is so paid once a stretch and not once a record.
//!
//! Records part at jumps and meet again where the jump lands; all jumps go forward.

use smallvec::SmallVec;

use super::finished::Finished;
use super::functions::Step;
use super::program::{CallOp, FALSE, OpKind, Operand, Program, TRUE};
use super::value::{Answer, Fault, Held, Place, Reason, RunContext, TraceStep};
use super::writing::Writing;
use crate::record::{Cell, Kind, Slot, SourceType, Stretch};

/// What an evaluation reads.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub records: Stretch<'a>,
    /// Finished values of target fields, for the same records.
    pub finished: &'a Finished,
    /// The column of `finished` that a free `it` stands for.
    pub it: usize,
    pub context: &'a RunContext,
}

/// A program's working memory, reused from stretch to stretch: no allocation once the buffers have grown.
#[derive(Debug, Default)]
pub struct Columns {
    /// Values of the registers, `stride` a register.
    registers: Vec<Held>,
    stride: usize,
    /// What the calls wrote, one buffer a register.
    buffers: Vec<Vec<u8>>,
    /// Rows on the way to the next operation.
    going: Vec<u32>,
    /// Rows that jumped, by the operation at which they go on.
    parked: Vec<(u32, Vec<u32>)>,
    spare: Vec<Vec<u32>>,
    result: Vec<Held>,
    /// The register whose column is the result, where every row came through.
    whole: Option<u16>,
    faults: Vec<(u32, Fault)>,
}

impl Columns {
    /// Rows without a value, and why; in no order.
    pub fn faults(&self) -> &[(u32, Fault)] {
        &self.faults
    }

    /// The values of the last run, by row; missing in rows that did not come through.
    pub(super) fn results(&self) -> &[Held] {
        match self.whole {
            Some(register) => self.registers.get(usize::from(register) * self.stride..).unwrap_or_default(),
            None => &self.result,
        }
    }

    #[inline]
    fn result(&self, row: u32) -> Held {
        of_column(self.results(), row)
    }

    fn start(&mut self, program: &Program, rows: usize, picked: &[u32]) {
        let registers = usize::from(program.registers);
        self.stride = rows;
        // Registers are written before they are read: what an earlier stretch left does not matter.
        if self.registers.len() < registers * rows {
            self.registers.resize(registers * rows, Held::MISSING);
        }
        if self.buffers.len() < registers {
            self.buffers.resize_with(registers, Vec::new);
        }
        self.buffers.iter_mut().for_each(Vec::clear);
        self.result.clear();
        self.whole = None;
        self.faults.clear();
        self.going.clear();
        self.going.extend_from_slice(picked);
    }

    /// Lets rows go on at a later operation.
    fn park(&mut self, to: u32, rows: &[u32]) {
        if let Some((_, waiting)) = self.parked.iter_mut().find(|(at, _)| *at == to) {
            waiting.extend_from_slice(rows);
            return;
        }
        let mut list = self.spare.pop().unwrap_or_default();
        list.clear();
        list.extend_from_slice(rows);
        self.parked.push((to, list));
    }

    /// Takes up the rows that go on at this operation.
    fn meet(&mut self, at: u32) {
        while let Some(found) = self.parked.iter().position(|(to, _)| *to == at) {
            let (_, rows) = self.parked.swap_remove(found);
            self.going.extend_from_slice(&rows);
            self.spare.push(rows);
        }
    }
}

/// What wants to see every intermediate value.
pub(super) trait Trace {
    fn step(&mut self, program: &Program, at: usize, value: Cell<'_>);
    const WANTED: bool;
}

impl Trace for () {
    fn step(&mut self, _: &Program, _: usize, _: Cell<'_>) {}
    const WANTED: bool = false;
}

impl Trace for Vec<TraceStep> {
    fn step(&mut self, program: &Program, at: usize, value: Cell<'_>) {
        let span = program.ops.get(at).map(|op| op.span).unwrap_or_default();
        self.push(TraceStep { span, kind: value.kind, value: value.display().into_owned() });
    }
    const WANTED: bool = true;
}

/// The buffers that values lie in, by [`Place`].
type Bases<'v> = SmallVec<[&'v [u8]; 24]>;

fn bases<'v>(program: &'v Program, given: &Given<'v>, buffers: &'v [Vec<u8>]) -> Bases<'v> {
    let mut bases = Bases::new();
    bases.push(given.records.data());
    bases.push(&program.constant_bytes);
    bases.push(given.finished.bytes());
    bases.extend(buffers.iter().map(Vec::as_slice));
    bases
}

#[inline(always)]
pub(super) fn open<'v>(held: Held, bases: &[&'v [u8]]) -> Cell<'v> {
    let start = held.start as usize;
    let base: &'v [u8] = bases.get(held.place.index()).copied().unwrap_or_default();
    let bytes = base.get(start..start + held.len as usize).unwrap_or_default();
    Cell { kind: held.kind, source_type: held.source_type, bytes }
}

/// Where an operand's values are, found out once an operation.
#[derive(Clone, Copy)]
pub(super) enum Reading<'v> {
    Field { slots: &'v [Slot], width: usize, field: usize },
    Column(&'v [Held]),
    Same(Held),
}

impl<'v> Reading<'v> {
    fn of(operand: Operand, program: &Program, given: &Given<'v>, registers: &'v [Held], stride: usize) -> Self {
        match operand {
            Operand::Field(field) => Reading::field(field as usize, given),
            Operand::Target(index) => Reading::finished(usize::from(index), given),
            Operand::It => Reading::finished(given.it, given),
            Operand::Constant(index) => Reading::Same(program.constant(index)),
            Operand::Register(index) => {
                let first = usize::from(index) * stride;
                Reading::Column(registers.get(first..first + stride).unwrap_or_default())
            }
        }
    }

    fn field(field: usize, given: &Given<'v>) -> Self {
        let (slots, width) = (given.records.slots(), given.records.width());
        if field < width { Reading::Field { slots, width, field } } else { Reading::Same(Held::MISSING) }
    }

    fn finished(field: usize, given: &Given<'v>) -> Self {
        match given.finished.same_as(field) {
            Some(source) => Reading::field(source, given),
            None => Reading::Column(given.finished.column(field)),
        }
    }

    #[inline(always)]
    pub(super) fn held(&self, row: u32) -> Held {
        match self {
            Reading::Field { slots, width, field } => of_slot(slots, row as usize * width + field),
            Reading::Column(column) => of_column(column, row),
            Reading::Same(held) => *held,
        }
    }

    /// Hands over the values of some rows. Where they lie is found out before they are gone through.
    #[inline(always)]
    fn each(&self, rows: &[u32], mut give: impl FnMut(u32, Held)) {
        match *self {
            Reading::Field { slots, width, field } => {
                rows.iter().for_each(|row| give(*row, of_slot(slots, *row as usize * width + field)));
            }
            Reading::Column(column) => rows.iter().for_each(|row| give(*row, of_column(column, *row))),
            Reading::Same(held) => rows.iter().for_each(|row| give(*row, held)),
        }
    }

    /// Parts the rows whose values jump from those that go on, the same way.
    #[inline(always)]
    fn part(&self, going: &mut Vec<u32>, jumping: &mut Vec<u32>, mut jumps: impl FnMut(u32, Held) -> bool) {
        match *self {
            Reading::Field { slots, width, field } => {
                part(going, jumping, |row| jumps(row, of_slot(slots, row as usize * width + field)));
            }
            Reading::Column(column) => part(going, jumping, |row| jumps(row, of_column(column, row))),
            Reading::Same(held) => part(going, jumping, |row| jumps(row, held)),
        }
    }
}

// A reference is chosen, and then the value read: to choose between values would take them apart.

#[inline(always)]
fn of_slot(slots: &[Slot], at: usize) -> Held {
    Held::of(*slots.get(at).unwrap_or(&Slot::MISSING))
}

#[inline(always)]
fn of_column(column: &[Held], row: u32) -> Held {
    *column.get(row as usize).unwrap_or(&Held::MISSING)
}

pub(super) type Refused = (&'static Reason, Held);

impl Program {
    /// Evaluates the picked rows of a stretch. Values and faults stay in `columns` until its next run.
    pub fn run_columns(&self, given: &Given<'_>, picked: &[u32], columns: &mut Columns) {
        self.execute(given, picked, columns, &mut ());
    }

    /// The value of a row in the last run of `columns`; missing after a fault.
    pub fn cell<'a>(&'a self, row: u32, given: &Given<'a>, columns: &'a Columns) -> Cell<'a> {
        self.open(columns.result(row), given, columns)
    }

    /// Whether a condition was true of a row in the last run of `columns`.
    #[inline]
    pub fn holds(&self, row: u32, given: &Given<'_>, columns: &Columns) -> bool {
        let held = columns.result(row);
        // What a question answered is one of the program's own constants.
        answered(held, &[self.constant(FALSE), self.constant(TRUE)])
            .unwrap_or_else(|| self.open(held, given, columns).bytes == b"true")
    }

    pub(super) fn open<'a>(&'a self, held: Held, given: &Given<'a>, columns: &'a Columns) -> Cell<'a> {
        let base: &'a [u8] = match held.place {
            Place::RECORD => given.records.data(),
            Place::CONSTANTS => &self.constant_bytes,
            Place::FINISHED => given.finished.bytes(),
            place => columns.buffers.get(place.register()).map_or(&[], Vec::as_slice),
        };
        let start = held.start as usize;
        let bytes = base.get(start..start + held.len as usize).unwrap_or_default();
        Cell { kind: held.kind, source_type: held.source_type, bytes }
    }

    /// A part of the program's own memory.
    pub(super) fn buffer<'a>(&'a self, place: Place, columns: &'a Columns) -> &'a [u8] {
        match place {
            Place::CONSTANTS => &self.constant_bytes,
            place => columns.buffers.get(place.register()).map_or(&[], Vec::as_slice),
        }
    }

    pub(super) fn execute<T: Trace>(&self, given: &Given<'_>, picked: &[u32], columns: &mut Columns, trace: &mut T) {
        columns.start(self, given.records.len(), picked);
        for at in 0..self.ops.len() {
            if !columns.parked.is_empty() {
                columns.meet(at as u32);
            }
            if columns.going.is_empty() || self.ops[at].shown_only && !T::WANTED {
                continue;
            }
            self.operation(at, given, columns);
            if T::WANTED {
                self.told(at, given, columns, trace);
            }
        }
        if !columns.parked.is_empty() {
            columns.meet(self.ops.len() as u32);
        }
        let Columns { registers, stride, going, result, whole, .. } = columns;
        if let (Operand::Register(register), true) = (self.result, going.len() == *stride) {
            *whole = Some(register);
            return;
        }
        let reading = Reading::of(self.result, self, given, registers, *stride);
        result.resize(*stride, Held::MISSING);
        for row in going.iter() {
            if let Some(place) = result.get_mut(*row as usize) {
                *place = reading.held(*row);
            }
        }
    }

    fn operation(&self, at: usize, given: &Given<'_>, columns: &mut Columns) {
        match &self.ops[at].kind {
            OpKind::Call(call) => {
                let faults = columns.faults.len();
                self.call(at as u32, call, given, columns);
                drop_faulted(columns, faults);
            }
            OpKind::Copy { from, out } => {
                let (reading, own) = self.across(*from, *out, given, &mut columns.registers, columns.stride);
                reading.each(&columns.going, |row, held| own[row as usize] = held);
            }
            OpKind::Filled { value, is, out } => {
                let truths = [self.constant(FALSE), self.constant(TRUE)];
                let (reading, own) = self.across(*value, *out, given, &mut columns.registers, columns.stride);
                reading.each(&columns.going, |row, held| {
                    own[row as usize] = truths[usize::from(held.is_filled() == *is)];
                });
            }
            OpKind::Jump { to } => {
                let going = std::mem::take(&mut columns.going);
                columns.park(*to, &going);
                columns.going = going;
                columns.going.clear();
            }
            OpKind::JumpWhen { condition, when, to } => {
                let faults = columns.faults.len();
                let mut jumping = columns.spare.pop().unwrap_or_default();
                jumping.clear();
                let Columns { registers, stride, buffers, going, faults: found, .. } = columns;
                let truths = [self.constant(FALSE), self.constant(TRUE)];
                let reading = Reading::of(*condition, self, given, registers, *stride);
                let bases = bases(self, given, buffers);
                reading.part(going, &mut jumping, |row, held| match truth(held, &truths, &bases) {
                    Ok(truth) => truth == *when,
                    Err(refused) => {
                        found.push((row, fault(at as u32, refused)));
                        false
                    }
                });
                drop(bases);
                columns.park(*to, &jumping);
                columns.spare.push(jumping);
                drop_faulted(columns, faults);
            }
            OpKind::JumpWhenFilled { value, when, to } => {
                let mut jumping = columns.spare.pop().unwrap_or_default();
                jumping.clear();
                let Columns { registers, stride, going, .. } = columns;
                let reading = Reading::of(*value, self, given, registers, *stride);
                reading.part(going, &mut jumping, |_, held| held.is_filled() == *when);
                columns.park(*to, &jumping);
                columns.spare.push(jumping);
            }
        }
    }

    /// A value to read and a register to write, whichever comes first.
    fn across<'v>(
        &self,
        from: Operand,
        out: u16,
        given: &Given<'v>,
        registers: &'v mut [Held],
        stride: usize,
    ) -> (Reading<'v>, &'v mut [Held]) {
        let (before, own, after) = around(registers, out, stride);
        (self.beside(from, out, given, (before, after), stride), own)
    }

    /// A value to read while a register is written that stands between these.
    fn beside<'v>(
        &self,
        operand: Operand,
        out: u16,
        given: &Given<'v>,
        (before, after): (&'v [Held], &'v [Held]),
        stride: usize,
    ) -> Reading<'v> {
        match operand {
            Operand::Register(later) if later > out => {
                Reading::Column(after.get(usize::from(later - out - 1) * stride..).unwrap_or_default())
            }
            operand => Reading::of(operand, self, given, before, stride),
        }
    }

    /// Runs a call down its column.
    fn call(&self, at: u32, call: &CallOp, given: &Given<'_>, columns: &mut Columns) {
        // No call reads what it, or another that writes to the same register, wrote for the same row.
        let Some(mut buffer) = columns.buffers.get_mut(usize::from(call.out)).map(std::mem::take) else { return };
        self.call_into(&mut buffer, at, call, given, columns);
        columns.buffers[usize::from(call.out)] = buffer;
    }

    fn call_into(&self, buffer: &mut Vec<u8>, at: u32, call: &CallOp, given: &Given<'_>, columns: &mut Columns) {
        let Columns { registers, stride, buffers, going, faults, .. } = columns;
        let (before, own, after) = around(registers, call.out, *stride);
        let bases = bases(self, given, buffers);
        // Slices, so that the loops need not ask again and again where the elements are.
        let bases = bases.as_slice();
        let reading = |operand: &Operand| self.beside(*operand, call.out, given, (before, after), *stride);
        let mut writing = Writing {
            call,
            truths: [self.constant(FALSE), self.constant(TRUE)],
            start: buffer.len(),
            buffer,
            context: given.context,
            text: Held {
                place: Place::of_register(call.out),
                kind: Kind::Text,
                source_type: call.source_type,
                ..Held::MISSING
            },
        };
        let mut refuse = |row: u32, refused: Refused| faults.push((row, fault(at, refused)));
        if let [one] = call.arguments.as_slice() {
            // Where the values lie is found out before they are gone through.
            match reading(one) {
                Reading::Field { slots, width, field } => {
                    let held = |row: u32| of_slot(slots, row as usize * width + field);
                    writing.down(going, held, bases, own, refuse);
                }
                Reading::Column(column) => {
                    let held = |row: u32| of_column(column, row);
                    writing.down(going, held, bases, own, refuse);
                }
                Reading::Same(held) => writing.down(going, |_| held, bases, own, refuse),
            }
            return;
        }
        let readings: SmallVec<[Reading<'_>; 4]> = call.arguments.iter().map(reading).collect();
        if let (Step::Join(joining), false) = (&call.step, call.passes_missing) {
            return writing.join(joining, going, &readings, bases, own, refuse);
        }
        // What is the same for all rows is opened once.
        let mut helds: SmallVec<[Held; 4]> = readings.iter().map(|reading| reading.same()).collect();
        let mut cells: SmallVec<[Cell<'_>; 4]> = helds.iter().map(|held| open(*held, bases)).collect();
        let changing: SmallVec<[usize; 4]> =
            (0..readings.len()).filter(|index| !matches!(readings[*index], Reading::Same(_))).collect();
        let (readings, changing) = (readings.as_slice(), changing.as_slice());
        let (helds, cells) = (helds.as_mut_slice(), cells.as_mut_slice());
        if let ([first, ..], [0]) = (readings, changing) {
            first.each(going, |row, held| {
                helds[0] = held;
                cells[0] = open(held, bases);
                let passed = call.passes_missing && !held.is_filled();
                let answer = if passed { Answer::Same(0) } else { writing.run(cells) };
                if let Err(refused) = writing.keep(answer, helds, &mut own[row as usize]) {
                    refuse(row, refused);
                }
            });
            return;
        }
        for row in going.iter() {
            for index in changing {
                helds[*index] = readings[*index].held(*row);
                cells[*index] = open(helds[*index], bases);
            }
            let answer = if call.passes_missing && !cells.first().is_some_and(Cell::is_filled) {
                Answer::Same(0)
            } else {
                writing.run(cells)
            };
            if let Err(refused) = writing.keep(answer, helds, &mut own[*row as usize]) {
                refuse(*row, refused);
            }
        }
    }

    /// Shows what an operation gave.
    fn told<T: Trace>(&self, at: usize, given: &Given<'_>, columns: &Columns, trace: &mut T) {
        let out = match &self.ops[at].kind {
            OpKind::Call(call) => call.out,
            OpKind::Copy { out, .. } | OpKind::Filled { out, .. } => *out,
            OpKind::Jump { .. } | OpKind::JumpWhen { .. } | OpKind::JumpWhenFilled { .. } => return,
        };
        for row in &columns.going {
            let held = columns.registers[usize::from(out) * columns.stride + *row as usize];
            trace.step(self, at, self.open(held, given, columns));
        }
    }
}

impl Reading<'_> {
    pub(super) fn same(&self) -> Held {
        match self {
            Reading::Same(held) => *held,
            _ => Held::MISSING,
        }
    }
}

/// The registers before one, its own column, and the registers after it.
fn around(registers: &mut [Held], out: u16, stride: usize) -> (&[Held], &mut [Held], &[Held]) {
    let (before, own) = registers.split_at_mut(usize::from(out) * stride);
    let (own, after) = own.split_at_mut(stride);
    (before, own, after)
}

/// Parts the rows that jump from those that go on. Which of them a row is nobody can foresee, so that it decides what
/// counts and not which way the processor goes.
#[inline(always)]
fn part(going: &mut Vec<u32>, jumping: &mut Vec<u32>, mut jumps: impl FnMut(u32) -> bool) {
    jumping.clear();
    jumping.resize(going.len(), 0);
    let (mut on, mut away) = (0, 0);
    for index in 0..going.len() {
        let row = going[index];
        let jump = jumps(row);
        jumping[away] = row;
        going[on] = row;
        away += usize::from(jump);
        on += usize::from(!jump);
    }
    jumping.truncate(away);
    going.truncate(on);
}

/// Rows that an operation refused go no further.
fn drop_faulted(columns: &mut Columns, before: usize) {
    let Columns { going, faults, result, stride, .. } = columns;
    let new = &faults[before..];
    if new.is_empty() {
        return;
    }
    // `result` is not in use yet: it marks the rows.
    result.resize(*stride, Held::MISSING);
    let mark = Held { len: u32::MAX, ..Held::MISSING };
    new.iter().for_each(|(row, _)| result[*row as usize] = mark);
    going.retain(|row| result[*row as usize] != mark);
    new.iter().for_each(|(row, _)| result[*row as usize] = Held::MISSING);
}

#[inline(always)]
fn truth(held: Held, truths: &[Held; 2], bases: &[&[u8]]) -> Result<bool, Refused> {
    // What a question answered is one of the program's own constants.
    answered(held, truths).map_or_else(|| spelled(held, bases), Ok)
}

/// The answer that a value is where it is one of the constants for false and true.
#[inline(always)]
fn answered(held: Held, truths: &[Held; 2]) -> Option<bool> {
    let is_true = held.start == truths[1].start;
    let constant = held.place == Place::CONSTANTS && held.source_type == SourceType::Boolean;
    (constant && (is_true || held.start == truths[0].start)).then_some(is_true)
}

#[cold]
fn spelled(held: Held, bases: &[&[u8]]) -> Result<bool, Refused> {
    static NO_TRUTH: Reason = Reason { code: "type", says: "is neither true nor false" };
    let cell = open(held, bases);
    match cell.bytes {
        b"true" => Ok(true),
        b"false" => Ok(false),
        _ if !cell.is_filled() => Ok(false),
        _ => Err((&NO_TRUTH, held)),
    }
}

fn fault(op: u32, (reason, value): Refused) -> Fault {
    Fault { code: reason.code, says: reason.says, op, value }
}
