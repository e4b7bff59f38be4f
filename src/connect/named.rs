//! Sources whose records name each of their values (vCard, LDIF): fields are the names, in the order in which they first
//! appear.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::encoding::{self, TextInput};
use super::pump::{self, Names, Record, Stop};
use super::{ConnectError, ErrorKind, Fingerprint, Location, ReadRequest, Reader, Source, file, lists};
use crate::schema::{Field, Object};

/// Calls a function for every record of a file.
pub(super) type Walk = fn(&Location, &mut dyn FnMut(Record) -> Result<(), Stop>) -> Result<(), Stop>;

/// Fields that a file may have.
const FIELDS: usize = 20_000;
/// A line, with what was folded behind it, may have so many bytes.
const LONGEST: usize = 32 << 20;

struct NamedSource {
    location: Location,
    path: PathBuf,
    name: String,
    format: &'static str,
    names: Names,
    records: u64,
    /// What can be done about fields that occur several times in a record.
    advice: Vec<String>,
    walk: Walk,
}

/// Opens a file and reads it once to its end, to know its fields.
pub(super) fn open_source(
    location: &Location,
    format: &'static str,
    walk: Walk,
) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let (mut names, mut records) = (Names::default(), 0);
    let mut several: Vec<(String, bool)> = Vec::new();
    let walked = walk(location, &mut |record| {
        records += 1;
        let mut seen = HashSet::new();
        for name in record.names() {
            if names.all.len() < FIELDS {
                names.learn(name);
            }
            if !seen.insert(name) && several.len() < FIELDS && several.iter().all(|(other, _)| other != name) {
                several.push((name.to_owned(), false));
            }
        }
        Ok(())
    });
    match walked {
        Err(Stop::Error(error)) => return Err(error),
        _ if records == 0 || names.all.is_empty() => {
            return Err(ConnectError::new(
                ErrorKind::Empty,
                path.display().to_string(),
                "the file holds no records",
                "Export it again, or name another file.",
            ));
        }
        _ => {}
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let advice = lists::advice_on(&several, &location.lists);
    Ok(Box::new(NamedSource { location: location.clone(), path, name, format, names, records, advice, walk }))
}

impl Source for NamedSource {
    fn format(&self) -> &'static str {
        self.format
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(vec![self.name.clone()])
    }

    /// The only object, whatever it is called.
    fn object(&self, _name: &str) -> Result<Object, ConnectError> {
        let fields = self.names.all.iter().map(Field::named).collect();
        Ok(Object { name: self.name.clone(), fields, ..Object::default() })
    }

    fn evidence(&self, _object: &str) -> Vec<String> {
        let mut evidence = vec![format!("{} records with {} different fields", self.records, self.names.all.len())];
        evidence.extend(self.advice.iter().cloned());
        evidence
    }

    fn advice(&self, _object: &str) -> Vec<String> {
        self.advice.clone()
    }

    fn read(&self, _object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        let (location, names, walk) = (self.location.clone(), self.names.clone(), self.walk);
        pump::start(self.path.clone(), names.all.clone(), request, move |output| {
            walk(&location, &mut |record| record.push(&names, output))
        })
    }

    fn fingerprint(&self, _object: &str) -> Result<Fingerprint, ConnectError> {
        file::fingerprint(&self.path)
    }
}

/// The logical lines of a text file: lines that start with a space or tab belong to the one before.
pub(super) struct Folded {
    path: PathBuf,
    input: BufReader<TextInput>,
    next: Vec<u8>,
    line: u64,
    ended: bool,
}

impl Folded {
    pub fn open(location: &Location) -> Result<Folded, ConnectError> {
        let path = location.path();
        let prefix = file::text_prefix(&path)?;
        let encoding = encoding::of_file(location, &prefix)?;
        let start = if encoding.is_utf8() { encoding.bom as u64 } else { 0 };
        let input = BufReader::new(TextInput::open(&path, &encoding, start)?);
        Ok(Folded { path, input, next: Vec::new(), line: 0, ended: false })
    }

    /// The next logical line and the number of its first physical one. A blank line is an empty one.
    pub fn next(&mut self) -> Result<Option<(u64, String)>, ConnectError> {
        let mut text = match std::mem::take(&mut self.next) {
            text if text.is_empty() && self.line == 0 => match self.physical()? {
                Some(text) => text,
                None => return Ok(None),
            },
            _ if self.ended => return Ok(None),
            text => text,
        };
        let line = self.line.max(1);
        loop {
            let Some(more) = self.physical()? else {
                self.ended = true;
                break;
            };
            match more.first() {
                Some(b' ' | b'\t') if !text.is_empty() => text.extend_from_slice(&more[1..]),
                _ => {
                    self.next = more;
                    break;
                }
            }
            if text.len() > LONGEST {
                return Err(too_long(&self.path, line));
            }
        }
        Ok(Some((line, String::from_utf8_lossy(&text).into_owned())))
    }

    fn physical(&mut self) -> Result<Option<Vec<u8>>, ConnectError> {
        let mut text = Vec::new();
        let read = self.input.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut text);
        if read.map_err(|error| ConnectError::io(&self.path, "read", error))? == 0 {
            return Ok(None);
        }
        self.line += 1;
        if text.len() > LONGEST {
            return Err(too_long(&self.path, self.line));
        }
        while matches!(text.last(), Some(b'\n' | b'\r')) {
            text.pop();
        }
        Ok(Some(text))
    }
}

fn too_long(path: &Path, line: u64) -> ConnectError {
    malformed(path, line, &format!("the line is longer than {} MiB", LONGEST >> 20))
}

/// What is wrong on a line.
pub(super) fn malformed(path: &Path, line: u64, what: &str) -> ConnectError {
    ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, line {line}", path.display()),
        what,
        "Mend the file at this line, or export it again.",
    )
}

/// Appends a line folded at so many bytes, never within a character, with the given line end.
pub(super) fn fold(line: &str, width: usize, end: &str, out: &mut Vec<u8>) {
    let mut used = 0;
    let mut buffer = [0; 4];
    for letter in line.chars() {
        let bytes = letter.encode_utf8(&mut buffer).as_bytes();
        if used + bytes.len() > width {
            out.extend_from_slice(end.as_bytes());
            out.push(b' ');
            used = 1;
        }
        out.extend_from_slice(bytes);
        used += bytes.len();
    }
    out.extend_from_slice(end.as_bytes());
}

#[cfg(test)]
pub(super) mod tests;
