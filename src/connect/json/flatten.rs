//! One JSON object into the cells of a record. Text that needs no change stays where it is in the chunk.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::paths::{Node, Paths};
use super::scan;
use crate::record::{Fault, Form, Kind, Slot, SourceType};

/// Calls `each` for every key and value of an object, in order; anything else is an error.
pub(in crate::connect) fn each_entry<'de>(
    object: &'de RawValue,
    each: impl FnMut(&str, &'de RawValue) -> ControlFlow<serde_json::Error>,
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(object.get());
    entries(&mut reader, each)?;
    reader.end()
}

fn entries<'de, R: serde_json::de::Read<'de>>(
    reader: &mut serde_json::Deserializer<R>,
    each: impl FnMut(&str, &'de RawValue) -> ControlFlow<serde_json::Error>,
) -> Result<(), serde_json::Error> {
    let mut broke = None;
    let result = reader.deserialize_map(Entries { each, broke: &mut broke });
    match broke {
        Some(error) => Err(error),
        None => result,
    }
}

struct Entries<'b, F> {
    each: F,
    broke: &'b mut Option<serde_json::Error>,
}

impl<'de, F> Visitor<'de> for Entries<'_, F>
where
    F: FnMut(&str, &'de RawValue) -> ControlFlow<serde_json::Error>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            let value: &'de RawValue = map.next_value()?;
            if let ControlFlow::Break(error) = (self.each)(&key, value) {
                *self.broke = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Reads a key without copying it where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Cow<'de, str>, D::Error> {
        reader.deserialize_str(Key)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// Flattens the objects of one chunk.
pub(in crate::connect) struct Flattener<'a> {
    pub paths: &'a Paths,
    /// The chunk: values that need no change become slots into it.
    pub chunk: &'a [u8],
    /// Text that had to be written anew; it will stand right behind the chunk.
    pub anew: Vec<u8>,
}

/// What was noticed about one record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Noticed {
    pub unknown: bool,
    pub duplicate: bool,
    pub encoding: bool,
}

impl Noticed {
    /// The gravest of it.
    fn fault(&self) -> Option<Fault> {
        if self.duplicate {
            Some(Fault::DuplicateKey)
        } else if self.encoding {
            Some(Fault::Encoding)
        } else if self.unknown {
            Some(Fault::UnknownField)
        } else {
            None
        }
    }
}

impl<'a> Flattener<'a> {
    /// Fills the slots of one record from the text of an object, and says what was noticed.
    pub fn record(&mut self, object: &'a str, slots: &mut [Slot]) -> Result<Option<Fault>, serde_json::Error> {
        let written = self.anew.len();
        if let Some(noticed) = scan::record(self, object, slots) {
            return Ok(noticed.fault());
        }
        self.anew.truncate(written);
        slots.fill(Slot::default());
        self.by_library(object, slots).map(|noticed| noticed.fault())
    }

    /// The same by the library's parser, whose errors say what is wrong.
    fn by_library(&mut self, object: &'a str, slots: &mut [Slot]) -> Result<Noticed, serde_json::Error> {
        let paths = self.paths;
        let mut noticed = Noticed::default();
        let mut reader = serde_json::Deserializer::from_str(object);
        self.object(&paths.root, &mut reader, slots, &mut noticed)?;
        reader.end()?;
        Ok(noticed)
    }

    fn object<R: serde_json::de::Read<'a>>(
        &mut self,
        node: &Node,
        reader: &mut serde_json::Deserializer<R>,
        slots: &mut [Slot],
        noticed: &mut Noticed,
    ) -> Result<(), serde_json::Error> {
        let mut hint = 0;
        entries(reader, |key, value| {
            let result = match node.child(key, &mut hint) {
                Some(child) => self.value(child, value, slots, noticed),
                None => {
                    noticed.unknown |= !is_empty_object(value.get());
                    Ok(())
                }
            };
            result.map_or_else(ControlFlow::Break, ControlFlow::Continue)
        })
    }

    fn value(
        &mut self,
        node: &Node,
        value: &'a RawValue,
        slots: &mut [Slot],
        noticed: &mut Noticed,
    ) -> Result<(), serde_json::Error> {
        let text = value.get();
        let first = text.as_bytes().first().copied().unwrap_or_default();
        if first == b'{' && node.has_children() {
            let mut reader = serde_json::Deserializer::from_str(text);
            return self.object(node, &mut reader, slots, noticed);
        }
        let Some(slot) = node.field.and_then(|field| slots.get_mut(field)) else {
            noticed.unknown |= first != b'n' && !is_empty_object(text);
            return Ok(());
        };
        noticed.duplicate |= *slot != Slot::default();
        *slot = self.cell(text, noticed);
        Ok(())
    }

    /// The slot of a single value, and whether it has half a character that nobody can read.
    pub fn leaf(&mut self, text: &'a str) -> (Slot, bool) {
        let mut noticed = Noticed::default();
        let slot = self.cell(text, &mut noticed);
        (slot, noticed.encoding)
    }

    fn cell(&mut self, text: &'a str, noticed: &mut Noticed) -> Slot {
        match text.as_bytes().first().copied().unwrap_or_default() {
            b'{' => self.nested(text, Kind::Map),
            b'[' => self.nested(text, Kind::List),
            b'"' => self.string(text, noticed),
            b'n' => Slot { kind: Kind::Null, ..self.as_is("", SourceType::Untyped) },
            b't' | b'f' => self.as_is(text, SourceType::Boolean),
            _ if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) => self.as_is(text, SourceType::Float),
            _ if text.contains('.') => self.as_is(text, SourceType::Decimal),
            _ => self.as_is(text, SourceType::Integer),
        }
    }

    fn string(&mut self, quoted: &'a str, noticed: &mut Noticed) -> Slot {
        let inside = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        if !inside.contains('\\') {
            return self.as_is(inside, SourceType::Text);
        }
        match serde_json::from_str::<String>(quoted) {
            Ok(text) => self.written_anew(text.as_bytes(), Kind::Text, SourceType::Text),
            // An escape of half a surrogate pair: the text is shown as far as it can be read.
            Err(_) => {
                noticed.encoding = true;
                self.written_anew(inside.as_bytes(), Kind::Text, SourceType::Text)
            }
        }
    }

    pub(super) fn nested(&mut self, text: &'a str, kind: Kind) -> Slot {
        if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
            return Slot { kind, ..self.as_is(text, SourceType::Untyped) };
        }
        let mut compact = Vec::with_capacity(text.len());
        let (mut inside, mut escaped) = (false, false);
        for byte in text.bytes() {
            if inside || !byte.is_ascii_whitespace() {
                compact.push(byte);
            }
            match byte {
                b'"' if !escaped => inside = !inside,
                _ => {}
            }
            escaped = inside && byte == b'\\' && !escaped;
        }
        self.written_anew(&compact, kind, SourceType::Untyped)
    }

    /// A slot for text that stands in the chunk.
    pub(super) fn as_is(&self, text: &str, source_type: SourceType) -> Slot {
        let start = (text.as_ptr() as usize).saturating_sub(self.chunk.as_ptr() as usize);
        let start = if start <= self.chunk.len() { start } else { 0 };
        Slot { start: start as u32, len: text.len() as u32, kind: Kind::Text, source_type, form: Form::Unknown }
    }

    pub(super) fn written_anew(&mut self, text: &[u8], kind: Kind, source_type: SourceType) -> Slot {
        let start = self.chunk.len() + self.anew.len();
        self.anew.extend_from_slice(text);
        Slot { start: start as u32, len: text.len() as u32, kind, source_type, form: Form::Unknown }
    }
}

pub(super) fn is_empty_object(text: &str) -> bool {
    text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|inside| inside.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What both ways make of a text: texts and kinds of the cells, and what was noticed.
    type Seen = (Vec<(Kind, SourceType, String)>, Noticed);

    fn seen(text: &str, paths: &Paths, library: bool) -> Option<Seen> {
        let mut flattener = Flattener { paths, chunk: text.as_bytes(), anew: Vec::new() };
        let mut slots = vec![Slot::default(); paths.names.len()];
        let noticed = if library {
            flattener.by_library(text, &mut slots).ok()?
        } else {
            scan::record(&mut flattener, text, &mut slots)?
        };
        let data = [text.as_bytes(), &flattener.anew].concat();
        let cell = |slot: &Slot| {
            let bytes = data[slot.start as usize..(slot.start + slot.len) as usize].to_vec();
            (slot.kind, slot.source_type, String::from_utf8(bytes).unwrap())
        };
        Some((slots.iter().map(cell).collect(), noticed))
    }

    fn paths() -> Paths {
        let mut paths = Paths::default();
        let sample = r#"{"a":1,"b":{"c":"x","d":{"e":null}},"l":[1],"":0}"#;
        paths.learn(serde_json::from_str(sample).unwrap()).unwrap();
        paths.finish()
    }

    #[test]
    fn the_fast_way_takes_the_usual_records() {
        for text in [
            "{}",
            r#" {"a":-0.5e+10,"b":{"c":"x","d":{"e":true}},"l":[1,{"x":[ ]},"y\"z"],"":"€\u00e9\n"} "#,
            r#"{"a":12345678901234567890,"a":0,"b":7,"z":{},"y":{"q":1}}"#,
        ] {
            let fast = seen(text, &paths(), false);
            assert!(fast.is_some() && fast == seen(text, &paths(), true), "{text}: {fast:?}");
        }
    }

    #[test]
    fn the_fast_way_takes_nothing_that_is_no_json() {
        for text in [
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":+1}"#,
            r#"{"a":1e}"#,
            r#"{"a":nul}"#,
            r#"{"a":"\x"}"#,
            r#"{"z":"\u12"}"#,
            r#"{"z":["\q"]}"#,
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":{"b"}}"#,
            r#"{"a":"x"#,
            "{\"a\":\"\u{1}\"}",
            "{\"long enough for a word\u{1f}\":1}",
            "{} x",
            "[1]",
            "{",
            "",
        ] {
            assert_eq!(seen(text, &paths(), false), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn both_ways_say_the_same(pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", r#""a""#, r#""b""#, r#""l""#, r#""q""#, r#""x y""#, r#""\n""#, r#""\u0041""#,
            r#""\ud800""#, r#""ü""#, "null", "true", "1", "-2.50", "1e5", "0", " ", "\n", r#"{"c":"#, r#","a":"#,
            r#","b":{"#, "},", "1}",
        ]), 0..24)) {
            let text = format!("{{\"a\":{}", pieces.concat());
            if let Some(fast) = seen(&text, &paths(), false) {
                prop_assert_eq!(Some(fast), seen(&text, &paths(), true), "{}", text);
            }
        }
    }
}
