//! LDIF (RFC 2849): entries of a directory, one attribute a line, binary and unusual text in base64.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use xxhash_rust::xxh3::xxh3_64;

use super::lines_sink::LinesTarget;
use super::named::{self, Folded, fold, malformed};
use super::pump::{Record, Stop};
use super::{ConnectError, Encoder, Location, Source, Target, TargetBatch};
use crate::record::{Cell, Kind};

/// A distinguished name that was made up for a record that has none.
const MADE_UP: &str = "x-mapwright-record=";
/// Before the hexadecimal form of a field name that is no attribute name.
const CODED: &str = "x-hex-";

/// Opens an LDIF file.
pub(super) fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    named::open_source(location, "ldif", walk)
}

fn walk(location: &Location, each: &mut dyn FnMut(Record) -> Result<(), Stop>) -> Result<(), Stop> {
    let path = location.path();
    let mut lines = Folded::open(location)?;
    let mut record = Record::default();
    while let Some((line, text)) = lines.next()? {
        if text.is_empty() {
            if !record.values.is_empty() {
                each(std::mem::take(&mut record))?;
            }
            continue;
        }
        if text.starts_with('#') || text == "-" {
            continue;
        }
        let Some((name, value)) = text.split_once(':') else {
            return Err(malformed(&path, line, "an attribute line has no colon, so this is no LDIF").into());
        };
        if record.values.is_empty() && name.eq_ignore_ascii_case("version") {
            continue;
        }
        let value = match value.strip_prefix(':') {
            Some(coded) => {
                let bytes = STANDARD.decode(coded.trim());
                let bytes = bytes.map_err(|_| malformed(&path, line, &format!("the value of {name} is no base64")))?;
                // What is no text (a photo) stays in base64.
                String::from_utf8(bytes).unwrap_or_else(|_| coded.trim().to_owned())
            }
            // `attr:< file:///...` names a file; it is never opened.
            None => value.trim_start_matches(' ').to_owned(),
        };
        if name.eq_ignore_ascii_case("dn") && value.starts_with(MADE_UP) {
            record.line = line;
            record.values.reserve(8);
            continue;
        }
        if record.values.is_empty() {
            record.line = line;
        }
        record.values.push((decoded(name), value));
    }
    if record.values.is_empty() { Ok(()) } else { each(record) }
}

/// The field name that an attribute name stands for.
fn decoded(name: &str) -> String {
    let bytes = name.strip_prefix(CODED).and_then(|coded| {
        let digits = coded.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> =
            digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        String::from_utf8(bytes?).ok()
    });
    bytes.unwrap_or_else(|| name.to_owned())
}

fn attribute(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b';')
        && name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && !name.starts_with(CODED)
        && !matches!(name.to_ascii_lowercase().as_str(), "version" | "changetype");
    if plain {
        return name.to_owned();
    }
    let mut coded = CODED.as_bytes().to_vec();
    super::file::hex(name.as_bytes(), &mut coded);
    String::from_utf8_lossy(&coded).into_owned()
}

/// Opens an LDIF file as a target.
pub(super) fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let source = |path: &Path| open_source(&Location::from_argument(&path.to_string_lossy()));
    Ok(Box::new(LinesTarget { path: location.path(), format: "ldif", start: b"version: 1\n\n", encoder, source }))
}

fn encoder(fields: &[String]) -> Arc<dyn Encoder> {
    let dn = fields.iter().position(|name| name.eq_ignore_ascii_case("dn"));
    Arc::new(LdifEncoder { attributes: fields.iter().map(|name| attribute(name)).collect(), dn })
}

struct LdifEncoder {
    attributes: Vec<String>,
    dn: Option<usize>,
}

impl Encoder for LdifEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let out = &mut batch.text;
        match self.dn.and_then(|dn| cells.get(dn)).filter(|cell| cell.is_filled()) {
            Some(cell) => line("dn", &cell.display(), out),
            None => {
                let all: Vec<u8> = cells.iter().flat_map(|cell| cell.bytes.iter().copied().chain([0])).collect();
                line("dn", &format!("{MADE_UP}{:016x}", xxh3_64(&all)), out);
            }
        }
        for (index, (cell, name)) in cells.iter().zip(&self.attributes).enumerate() {
            if Some(index) == self.dn || matches!(cell.kind, Kind::Missing | Kind::Null) {
                continue;
            }
            match (cell.kind, serde_json::from_slice::<Vec<String>>(cell.bytes)) {
                (Kind::List, Ok(values)) => values.iter().for_each(|value| line(name, value, out)),
                (Kind::Bytes, _) => fold(&format!("{name}:: {}", STANDARD.encode(cell.bytes)), 76, "\n", out),
                _ => line(name, &cell.display(), out),
            }
        }
        out.push(b'\n');
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

/// An attribute line; base64 where RFC 2849 asks for it.
fn line(name: &str, value: &str, out: &mut Vec<u8>) {
    let safe = value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ');
    let text = if safe { format!("{name}: {value}") } else { format!("{name}:: {}", STANDARD.encode(value)) };
    fold(&text, 76, "\n", out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::named::tests::{read, written};

    #[test]
    fn entries_are_records_and_several_values_a_list() {
        let text = "version: 1\n# people\ndn: cn=Ann,dc=x\ncn: Ann\nmail: a@x.org\nmail: b@x.org\ndescription:: R3LDvMOfZQ==\n\ndn: cn=Bob,dc=x\ncn: Bob\n  by\n";
        let (names, rows) = read("t.ldif", text.as_bytes(), open_source).unwrap();
        assert_eq!(names, ["dn", "cn", "mail", "description"]);
        assert_eq!(rows[0], ["cn=Ann,dc=x", "Ann", "[\"a@x.org\",\"b@x.org\"]", "Grüße"]);
        assert_eq!(rows[1], ["cn=Bob,dc=x", "Bob by", "", ""]);
        assert!(read("t.ldif", b"dn: x\nno colon\n", open_source).is_err());
    }

    #[test]
    fn what_is_written_comes_back() {
        let values = ["a", " b ", "ü\n", "\u{1}", ": x", "long ".repeat(40).as_str()].map(str::to_owned);
        let back = written("t.ldif", &["id", "First Name"], &values, open_target, open_source);
        assert_eq!(back, values);
    }
}
