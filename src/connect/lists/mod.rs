//! What becomes of lists: the rules of a profile (`lists:`) over any source whose cells can be lists of JSON.
//!
//! A source is wrapped once it is opened. `shape` holds what is done with each record, `learn` finds the fields inside
//! the lists from a sample, `element` reads a list's values. An exploded list is an object of its own.

mod element;
mod learn;
mod shape;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Chunk, ConnectError, Decoder, ErrorKind, Fingerprint, ListSetting, Location, ReadRequest, Reader, Source};
use crate::schema::{Field, Object};
use shape::{Shape, ShapedDecoder};

/// One object of a source with rules.
#[derive(Debug, Clone)]
struct Listed {
    name: String,
    /// The object of the source underneath.
    base: String,
    /// What is done with each record, one after another.
    shapes: Vec<Arc<Shape>>,
    /// Absent where no rule touches the object: the source underneath answers.
    fields: Option<Vec<Field>>,
    evidence: Vec<String>,
}

struct ListSource {
    inner: Box<dyn Source>,
    objects: Vec<Listed>,
}

/// Puts the rules of a location over its source.
pub(super) fn with_rules(inner: Box<dyn Source>, location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    if location.lists.is_empty() {
        return Ok(inner);
    }
    let mut objects = Vec::new();
    let names = inner.objects()?;
    for base in &names {
        learn::objects(inner.as_ref(), base, &location.lists, &mut objects)?;
    }
    Ok(Box::new(ListSource { inner, objects }))
}

/// Advice on a list that no rule covers.
pub(super) fn advice(path: &str, holds_objects: bool, settings: &[ListSetting]) -> Option<String> {
    let within = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    if settings.iter().any(|setting| setting.path == path || within(&setting.path, path)) {
        return None;
    }
    Some(if holds_objects {
        format!(
            "`{path}` holds lists of records, kept as JSON text; `lists: {{ {path}: explode }}` makes them an object of their own, `first` takes the first"
        )
    } else {
        format!(
            "`{path}` holds lists, kept as JSON text; `lists: {{ {path}: {{ join: \"; \" }} }}` joins their values, `first` takes the first, `explode` makes records of them"
        )
    })
}

/// Advice on several lists: the first few in words, the rest counted.
pub(super) fn advice_on(lists: &[(String, bool)], settings: &[ListSetting]) -> Vec<String> {
    const MOST: usize = 5;
    let all: Vec<String> = lists.iter().filter_map(|(path, objects)| advice(path, *objects, settings)).collect();
    let more = all.len().saturating_sub(MOST);
    let rest = (more > 0).then(|| format!("{more} more fields hold lists, kept as JSON text"));
    all.into_iter().take(MOST).chain(rest).collect()
}

impl ListSource {
    /// The object of this name; the only one underneath whatever it is called.
    fn listed(&self, name: &str) -> Result<&Listed, ConnectError> {
        let only = match self.objects.as_slice() {
            [first, rest @ ..] if rest.iter().all(|other| other.base == first.base) => Some(first),
            _ => None,
        };
        self.objects.iter().find(|object| object.name == name).or(only).ok_or_else(|| {
            let known: Vec<&str> = self.objects.iter().map(|object| object.name.as_str()).collect();
            ConnectError::new(
                ErrorKind::NoSuchObject,
                name,
                "there is no such object in the source",
                format!("It has: {}.", known.join(", ")),
            )
        })
    }
}

impl Source for ListSource {
    fn format(&self) -> &'static str {
        self.inner.format()
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(self.objects.iter().map(|object| object.name.clone()).collect())
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        let listed = self.listed(name)?;
        match &listed.fields {
            Some(fields) => Ok(Object { name: listed.name.clone(), fields: fields.clone(), ..Object::default() }),
            None => self.inner.object(&listed.base),
        }
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        let Ok(listed) = self.listed(object) else { return Vec::new() };
        let mut evidence = self.inner.evidence(&listed.base);
        evidence.extend(listed.evidence.iter().cloned());
        evidence
    }

    fn advice(&self, object: &str) -> Vec<String> {
        // An exploded list is told with the object that it comes from.
        let own = self.listed(object).ok().filter(|listed| listed.name == listed.base);
        own.map(|listed| self.inner.advice(&listed.base)).unwrap_or_default()
    }

    fn names_fields(&self, object: &str) -> bool {
        self.listed(object).is_ok_and(|listed| self.inner.names_fields(&listed.base))
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let listed = self.listed(object)?;
        read(self.inner.as_ref(), &listed.base, &listed.shapes, request)
    }

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        self.inner.fingerprint(&self.listed(object)?.base)
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(&*self.inner)
    }
}

/// Reads an object through shapes.
fn read(
    inner: &dyn Source,
    base: &str,
    shapes: &[Arc<Shape>],
    request: &ReadRequest,
) -> Result<Box<dyn Reader>, ConnectError> {
    let request = ReadRequest { fields: Vec::new(), ..request.clone() };
    let reader = inner.read(base, &request)?;
    let mut decoder = reader.decoder();
    for shape in shapes {
        decoder = Arc::new(ShapedDecoder { inner: decoder, shape: shape.clone() });
    }
    Ok(Box::new(ListReader { reader, decoder }))
}

struct ListReader {
    reader: Box<dyn Reader>,
    decoder: Arc<dyn Decoder>,
}

impl Reader for ListReader {
    fn next(&mut self, chunk: &mut Chunk) -> Result<bool, ConnectError> {
        self.reader.next(chunk)
    }

    fn decoder(&self) -> Arc<dyn Decoder> {
        self.decoder.clone()
    }

    fn total_bytes(&self) -> Option<u64> {
        self.reader.total_bytes()
    }
}
