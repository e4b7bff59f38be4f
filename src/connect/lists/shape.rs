//! What is done with the records of a batch: columns made of lists, or a record for each value of a list.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::element::{Elements, at, elements, join_text};
use crate::connect::json::{Flattener, Paths};
use crate::connect::{Chunk, ConnectError, Decoder};
use crate::record::{Batch, Fault, Form, Kind, Origin, Row, Slot, SourceType};

/// What one or several columns are made of; `from` is a column of the batch underneath.
#[derive(Debug)]
pub(super) enum Step {
    Copy(usize),
    /// All values as text; with a path, what stands there in each.
    Join {
        from: usize,
        path: Vec<String>,
        separator: String,
    },
    /// The first value.
    First {
        from: usize,
        path: Vec<String>,
    },
    /// The fields of the first value, which is an object; where `plain`, a column before them takes other values. `or`: a
    /// column of the batch underneath that has the value where there is no list.
    Fields {
        from: usize,
        paths: Paths,
        plain: bool,
        or: Vec<Option<usize>>,
    },
}

#[derive(Debug)]
pub(super) enum Work {
    Columns(Vec<Step>),
    /// A record for each value of the list in `from`: the parent's key, the place in the list, the value where it is
    /// plain, its fields.
    Explode {
        from: usize,
        key: usize,
        paths: Paths,
        plain: bool,
    },
}

#[derive(Debug)]
pub(super) struct Shape {
    pub work: Work,
    /// Names of the columns that come out.
    pub names: Vec<String>,
}

/// Decodes through a shape.
pub(super) struct ShapedDecoder {
    pub inner: Arc<dyn Decoder>,
    pub shape: Arc<Shape>,
}

impl Decoder for ShapedDecoder {
    fn decode(&self, chunk: &mut Chunk, batch: &mut Batch) -> Result<(), ConnectError> {
        self.inner.decode(chunk, batch)?;
        self.shape.apply(batch);
        Ok(())
    }

    fn fields(&self) -> &[String] {
        &self.shape.names
    }
}

/// Slots and rows on their way out.
struct Out {
    slots: Vec<Slot>,
    rows: Vec<Row>,
}

impl Shape {
    /// Puts other columns or records into the place of those of a batch. Text stays where it is in the buffer.
    pub fn apply(&self, batch: &mut Batch) {
        let data = std::mem::take(&mut batch.data);
        let mut out = Out { slots: Vec::new(), rows: Vec::new() };
        let mut anew = Vec::new();
        {
            let source = Source { data: &data, slots: &batch.slots, width: batch.width() };
            for row in &batch.rows {
                match &self.work {
                    Work::Columns(steps) => {
                        let first_slot = out.slots.len() as u32;
                        let mut fault = row.fault;
                        for step in steps {
                            fault = fault.or(source.column(row, step, &mut anew, &mut out.slots));
                        }
                        out.rows.push(Row { first_slot, fault, joined: false, ..*row });
                    }
                    Work::Explode { from, key, paths, plain } => {
                        let into = Explode { key: *key, paths, plain: *plain };
                        source.explode(row, *from, &into, &mut anew, &mut out);
                    }
                }
            }
        }
        let mut shaped = Batch::new(self.names.len());
        shaped.data = data;
        shaped.data.extend_from_slice(&anew);
        shaped.slots = out.slots;
        shaped.rows = out.rows;
        *batch = shaped;
    }
}

/// The batch underneath.
struct Source<'a> {
    data: &'a [u8],
    slots: &'a [Slot],
    width: usize,
}

struct Explode<'p> {
    key: usize,
    paths: &'p Paths,
    plain: bool,
}

impl<'a> Source<'a> {
    fn slot(&self, row: &Row, column: usize) -> Slot {
        if column >= self.width {
            return Slot::default();
        }
        self.slots.get(row.first_slot as usize + column).copied().unwrap_or_default()
    }

    fn elements(&self, slot: Slot) -> Elements<'a> {
        let bytes = self.data.get(slot.start as usize..(slot.start + slot.len) as usize).unwrap_or_default();
        elements(crate::record::Cell { kind: slot.kind, source_type: slot.source_type, bytes })
    }

    /// A flattener whose new text goes behind what was written before.
    fn flattener<'p>(&self, paths: &'p Paths, anew: &mut Vec<u8>) -> Flattener<'p>
    where
        'a: 'p,
    {
        Flattener { paths, chunk: self.data, anew: std::mem::take(anew) }
    }

    /// The slots of one step.
    fn column(&self, row: &Row, step: &Step, anew: &mut Vec<u8>, slots: &mut Vec<Slot>) -> Option<Fault> {
        match step {
            Step::Copy(from) => {
                slots.push(self.slot(row, *from));
                None
            }
            Step::Join { from, path, separator } => {
                slots.push(self.joined(self.slot(row, *from), path, separator, anew));
                None
            }
            Step::First { from, path } => {
                let slot = self.slot(row, *from);
                let (slot, fault) = match self.elements(slot) {
                    Elements::List(values) => self.leaf(values.iter().find_map(|value| at(value, path)), anew),
                    Elements::Object(text) => {
                        let value = serde_json::from_str::<&RawValue>(text).ok();
                        self.leaf(value.and_then(|value| at(value, path)), anew)
                    }
                    Elements::Plain if path.is_empty() => (slot, None),
                    Elements::Plain | Elements::None => (Slot::default(), None),
                };
                slots.push(slot);
                fault
            }
            Step::Fields { from, paths, plain, or } => {
                let first = slots.len();
                slots.resize(first + usize::from(*plain) + paths.names.len(), Slot::default());
                let slot = self.slot(row, *from);
                let into = slots.get_mut(first..).unwrap_or_default();
                let elements = self.elements(slot);
                if matches!(elements, Elements::None) {
                    for (into, or) in into.iter_mut().skip(usize::from(*plain)).zip(or) {
                        *into = or.map_or_else(Slot::default, |or| self.slot(row, or));
                    }
                }
                match elements {
                    Elements::List(values) => {
                        values.first().and_then(|value| self.fields(value.get(), paths, *plain, anew, into))
                    }
                    Elements::Object(text) => self.fields(text, paths, *plain, anew, into),
                    Elements::Plain => self.plain(slot, *plain, into),
                    Elements::None => None,
                }
            }
        }
    }

    /// A value that is no list, among records whose values are objects.
    fn plain(&self, slot: Slot, plain: bool, into: &mut [Slot]) -> Option<Fault> {
        match into.first_mut().filter(|_| plain) {
            Some(first) => {
                *first = slot;
                None
            }
            None => Some(Fault::UnknownField),
        }
    }

    /// The fields of a value, or the value itself in the column before them.
    fn fields(
        &self,
        text: &'a str,
        paths: &Paths,
        plain: bool,
        anew: &mut Vec<u8>,
        into: &mut [Slot],
    ) -> Option<Fault> {
        let mut flattener = self.flattener(paths, anew);
        let fault = if text.starts_with('{') {
            let fields = into.get_mut(usize::from(plain)..).unwrap_or_default();
            flattener.record(text, fields).unwrap_or(Some(Fault::Malformed))
        } else {
            let (slot, broken) = flattener.leaf(text);
            match into.first_mut().filter(|_| plain) {
                Some(first) => {
                    *first = slot;
                    broken.then_some(Fault::Encoding)
                }
                None => (slot.kind != Kind::Null).then_some(Fault::UnknownField),
            }
        };
        *anew = flattener.anew;
        fault
    }

    fn leaf(&self, value: Option<&'a RawValue>, anew: &mut Vec<u8>) -> (Slot, Option<Fault>) {
        let Some(value) = value else { return (Slot::default(), None) };
        let none = Paths::default();
        let mut flattener = self.flattener(&none, anew);
        let (slot, broken) = flattener.leaf(value.get());
        *anew = flattener.anew;
        (slot, broken.then_some(Fault::Encoding))
    }

    fn joined(&self, slot: Slot, path: &[String], separator: &str, anew: &mut Vec<u8>) -> Slot {
        let object;
        let values = match self.elements(slot) {
            Elements::List(values) => values,
            Elements::Object(text) => {
                object = serde_json::from_str::<&RawValue>(text).ok();
                object.into_iter().collect()
            }
            Elements::Plain if path.is_empty() => return slot,
            Elements::Plain | Elements::None => return Slot::default(),
        };
        let start = anew.len();
        let mut any = false;
        for value in values.into_iter().filter_map(|value| at(value, path)) {
            let before = anew.len();
            if any {
                anew.extend_from_slice(separator.as_bytes());
            }
            if join_text(value, anew) {
                any = true;
            } else {
                anew.truncate(before);
            }
        }
        let kind = if anew.len() > start { Kind::Text } else { Kind::Missing };
        let place = (self.data.len() + start) as u32;
        Slot {
            start: place,
            len: (anew.len() - start) as u32,
            kind,
            source_type: SourceType::Text,
            form: Form::Unknown,
        }
    }

    /// A record for each value of a list.
    fn explode(&self, row: &Row, from: usize, into: &Explode<'_>, anew: &mut Vec<u8>, out: &mut Out) {
        let slot = self.slot(row, from);
        let key = self.slot(row, into.key);
        let texts: Vec<Option<&str>> = match self.elements(slot) {
            Elements::List(values) => values.iter().map(|value| Some(value.get())).collect(),
            Elements::Object(text) => vec![Some(text)],
            Elements::Plain => vec![None],
            Elements::None => Vec::new(),
        };
        for (index, text) in texts.into_iter().enumerate() {
            let first = out.slots.len();
            out.slots.push(key);
            let place = (index + 1).to_string();
            let start = (self.data.len() + anew.len()) as u32;
            anew.extend_from_slice(place.as_bytes());
            let (len, kind) = (place.len() as u32, Kind::Text);
            out.slots.push(Slot { start, len, kind, source_type: SourceType::Integer, form: Form::Unknown });
            let fields = out.slots.len();
            out.slots.resize(fields + usize::from(into.plain) + into.paths.names.len(), Slot::default());
            let slots = out.slots.get_mut(fields..).unwrap_or_default();
            let fault = match text {
                Some(text) => self.fields(text, into.paths, into.plain, anew, slots),
                None => self.plain(slot, into.plain, slots),
            };
            let origin = Origin { number: out.rows.len() as u64 + 1, line: row.origin.line };
            let raw = text.map_or((slot.start, slot.len), |text| self.place(text));
            out.rows.push(Row { origin, first_slot: first as u32, raw, joined: false, fault: row.fault.or(fault) });
        }
    }

    /// Where a text stands in the buffer.
    fn place(&self, text: &str) -> (u32, u32) {
        let start = (text.as_ptr() as usize).saturating_sub(self.data.as_ptr() as usize);
        if start + text.len() <= self.data.len() { (start as u32, text.len() as u32) } else { (0, 0) }
    }
}
