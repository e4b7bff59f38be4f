//! What a call makes of its arguments, put where the next operation reads it.

use smallvec::SmallVec;

use super::columns::{Reading, Refused, open};
use super::functions::{Joining, Step};
use super::program::{CallOp, Writes};
use super::value::{Answer, Held, Out, Reason, RunContext};
use crate::record::{Cell, Form, Kind, SourceType, append, append_few};

/// Runs a call's step and says where its value is.
pub(super) struct Writing<'w> {
    pub call: &'w CallOp,
    pub truths: [Held; 2],
    pub buffer: &'w mut Vec<u8>,
    /// Where the text of the row at hand begins in the buffer.
    pub start: usize,
    pub context: &'w RunContext,
    /// What a text that the call writes is, but for its place in the buffer.
    pub text: Held,
}

impl Writing<'_> {
    /// Goes down a column with a call of one argument.
    #[inline(always)]
    pub fn down(
        &mut self,
        rows: &[u32],
        held: impl Fn(u32) -> Held,
        bases: &[&[u8]],
        own: &mut [Held],
        mut refuse: impl FnMut(u32, Refused),
    ) {
        if let Step::Cut(cut) = self.call.step {
            for row in rows {
                let held = held(*row);
                let (start, end) = cut(open(held, bases).bytes);
                let answer = Answer::part(0, start, end - start);
                let answer = if held.is_filled() { answer } else { Answer::Same(0) };
                if let Err(refused) = self.keep(answer, std::slice::from_ref(&held), &mut own[*row as usize]) {
                    refuse(*row, refused);
                }
            }
            return;
        }
        for row in rows {
            let held = held(*row);
            let cell = open(held, bases);
            let passed = self.call.passes_missing && !cell.is_filled();
            let answer = if passed { Answer::Same(0) } else { self.run(std::slice::from_ref(&cell)) };
            if let Err(refused) = self.keep(answer, std::slice::from_ref(&held), &mut own[*row as usize]) {
                refuse(*row, refused);
            }
        }
    }

    /// Goes down columns with a call that joins texts: they are copied from where they lie.
    pub fn join(
        &mut self,
        joining: &Joining,
        rows: &[u32],
        readings: &[Reading<'_>],
        bases: &[&[u8]],
        own: &mut [Held],
        mut refuse: impl FnMut(u32, Refused),
    ) {
        let is_text = |index: &usize| joining.separator != Some(*index);
        let texts: SmallVec<[Reading<'_>; 4]> =
            (0..readings.len()).filter(is_text).map(|index| readings[index]).collect();
        let separator = joining.separator.and_then(|index| readings.get(index)).map_or(Held::MISSING, Reading::same);
        let texts = texts.as_slice();
        for row in rows {
            self.start = self.buffer.len();
            let (mut plain, mut lists, mut joined) = (separator.form == Form::Plain, false, 0);
            for reading in texts {
                let held = reading.held(*row);
                if held.is_filled() {
                    let base = bases.get(held.place.index()).copied().unwrap_or_default();
                    append(self.buffer, base, held.start as usize, held.len as usize);
                    append_few(self.buffer, &joining.between);
                    plain &= held.form == Form::Plain;
                    lists |= held.kind == Kind::List;
                    joined += 1;
                }
            }
            let own = &mut own[*row as usize];
            let kept = if lists && joining.opens_lists {
                self.buffer.truncate(self.start);
                let helds: SmallVec<[Held; 4]> = readings.iter().map(|reading| reading.held(*row)).collect();
                let cells: SmallVec<[Cell<'_>; 4]> = helds.iter().map(|held| open(*held, bases)).collect();
                let answer = self.run(&cells);
                self.keep(answer, &helds, own)
            } else if joined == 0 {
                *own = Held::MISSING;
                Ok(())
            } else {
                // Nothing stands behind the last.
                self.buffer.truncate(self.buffer.len() - joining.between.len());
                self.keep_written(self.text, plain, own)
            };
            if let Err(refused) = kept {
                refuse(*row, refused);
            }
        }
    }

    #[inline(always)]
    pub fn run(&mut self, cells: &[Cell<'_>]) -> Answer {
        self.start = self.buffer.len();
        let mut out = Out { bytes: &mut *self.buffer, start: self.start, context: self.context };
        self.call.step.run(cells, &mut out)
    }

    /// Keeps the value of an answer: each kind of it is put where it belongs by itself, since a value that is put together
    /// from parts first costs more than all the rest.
    #[inline(always)]
    pub fn keep(&mut self, answer: Answer, arguments: &[Held], own: &mut Held) -> Result<(), Refused> {
        let argument = |index: u8| *arguments.get(usize::from(index)).unwrap_or(&Held::MISSING);
        match answer {
            Answer::Same(index) => {
                *own = argument(index);
                if own.kind == Kind::Text {
                    self.mark(own);
                }
            }
            Answer::Part { len: 0, .. } | Answer::Missing => *own = Held::MISSING,
            Answer::Part { argument: index, start, len } => {
                *own = argument(index);
                if start > 0 || len != own.len {
                    own.start += start;
                    own.len = len;
                    own.kind = if own.kind == Kind::Bytes { Kind::Bytes } else { Kind::Text };
                    own.form = if own.form == Form::Plain { Form::Plain } else { Form::Unknown };
                }
                self.mark(own);
            }
            Answer::Wrote if self.buffer.len() <= self.start => *own = Held::MISSING,
            Answer::Wrote => self.keep_written(self.text, self.writes_plain(arguments), own)?,
            Answer::WroteAs(kind) => {
                let text = Held { kind, source_type: SourceType::Untyped, ..self.text };
                self.keep_written(text, self.writes_plain(arguments), own)?;
            }
            Answer::Boolean(truth) => *own = self.truths[usize::from(truth)],
            Answer::Wrong(index, reason) => return Err((reason, argument(index))),
        }
        Ok(())
    }

    /// Marks a value as what the call results in.
    #[inline(always)]
    fn mark(&self, own: &mut Held) {
        if self.call.source_type != SourceType::Untyped {
            own.source_type = self.call.source_type;
        }
    }

    /// Whether what the call writes holds neither comma, double quote nor line end.
    #[inline(always)]
    fn writes_plain(&self, arguments: &[Held]) -> bool {
        match self.call.writes {
            Writes::Anything => false,
            Writes::ItsArguments => arguments.iter().all(|held| held.form == Form::Plain),
            Writes::Plain => true,
        }
    }

    /// Keeps what was written; places are counted in 32 bits.
    #[inline(always)]
    fn keep_written(&mut self, text: Held, plain: bool, own: &mut Held) -> Result<(), Refused> {
        static TOO_LONG: Reason = Reason { code: "type", says: "becomes longer than 4 gigabytes" };
        let end = self.buffer.len();
        if end > u32::MAX as usize {
            self.buffer.truncate(self.start);
            return Err((&TOO_LONG, Held::MISSING));
        }
        *own = text;
        own.start = self.start as u32;
        own.len = end.saturating_sub(self.start) as u32;
        own.form = if plain { Form::Plain } else { Form::Unknown };
        Ok(())
    }
}
