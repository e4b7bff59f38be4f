//! vCard (RFC 6350, and 2.1 and 3.0 as address books still export them): one card a record.
//!
//! A property is a field (`EMAIL`), with its type where it has one (`TEL.work`); names and addresses fall into their parts
//! (`N.family`, `ADR.home.city`). A field that is no property is written as `X-FIELD` with its name beside it.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::lines_sink::LinesTarget;
use super::named::{self, Folded, fold, malformed};
use super::pump::{Record, Stop};
use super::{ConnectError, Encoder, Location, Source, Target, TargetBatch};
use crate::record::{Cell, Kind};

/// Parts of structured properties, in order.
const PARTS: &[(&str, &[&str])] = &[
    ("N", &["family", "given", "additional", "prefix", "suffix"]),
    ("ADR", &["box", "extended", "street", "city", "region", "code", "country"]),
];
/// Properties that are written as such.
const PROPERTIES: &[&str] = &[
    "FN",
    "NICKNAME",
    "EMAIL",
    "TEL",
    "ORG",
    "TITLE",
    "ROLE",
    "URL",
    "NOTE",
    "BDAY",
    "ANNIVERSARY",
    "UID",
    "CATEGORIES",
    "GENDER",
    "LANG",
    "TZ",
    "REV",
];
/// Marks a formatted name that was made up, since every card must have one.
const MADE_UP: &str = "X-MADE-UP";

/// Opens a vCard file.
pub(super) fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    named::open_source(location, "vcard", walk)
}

/// A property line in its pieces.
struct Property<'a> {
    name: String,
    parameters: Vec<(String, String)>,
    value: &'a str,
}

fn walk(location: &Location, each: &mut dyn FnMut(Record) -> Result<(), Stop>) -> Result<(), Stop> {
    let path = location.path();
    let mut lines = Folded::open(location)?;
    let mut card: Option<Record> = None;
    while let Some((line, text)) = lines.next()? {
        if text.trim().is_empty() {
            continue;
        }
        let mut text = text;
        // Quoted-printable of vCard 2.1 goes on where a line ends in `=`.
        while text.to_ascii_uppercase().contains("QUOTED-PRINTABLE") && text.ends_with('=') {
            text.pop();
            match lines.next()? {
                Some((_, more)) => text.push_str(&more),
                None => break,
            }
        }
        let Some(property) = property(&text) else {
            return Err(malformed(&path, line, "a line has no colon, so this is no vCard").into());
        };
        match (property.name.as_str(), property.value.trim().to_ascii_uppercase().as_str()) {
            ("BEGIN", "VCARD") => card = Some(Record { line, ..Record::default() }),
            ("END", "VCARD") => match card.take() {
                Some(card) => each(card)?,
                None => return Err(malformed(&path, line, "a card ends here that never began").into()),
            },
            ("VERSION", _) => {}
            _ => match &mut card {
                Some(card) => take(&property, &mut card.values),
                None => return Err(malformed(&path, line, "a property stands outside of a card").into()),
            },
        }
    }
    match card {
        Some(card) => {
            Err(malformed(&path, card.line, "the card that begins here never ends; the file is cut off").into())
        }
        None => Ok(()),
    }
}

fn property(line: &str) -> Option<Property<'_>> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ':' && !quoted
    });
    let (head, value) = (&line[..colon?.0], &line[colon?.0 + 1..]);
    let mut pieces = split(head, ';', '"').into_iter();
    let name = pieces.next()?;
    // A group (`item1.TEL`) says nothing by itself.
    let name = name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
    let parameters = pieces
        .map(|piece| match piece.split_once('=') {
            Some((key, value)) => (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()),
            // vCard 2.1 leaves `TYPE=` out.
            None if piece.eq_ignore_ascii_case("QUOTED-PRINTABLE") => ("ENCODING".to_owned(), piece.to_owned()),
            None => ("TYPE".to_owned(), piece.to_owned()),
        })
        .collect();
    Some(Property { name, parameters, value })
}

/// Splits at a separator outside of what `protect` protects: quotes around, or a backslash before.
fn split(text: &str, separator: char, protect: char) -> Vec<String> {
    let (mut parts, mut held) = (vec![String::new()], false);
    for letter in text.chars() {
        let plain = !held;
        if protect == '"' {
            held ^= letter == '"';
        } else {
            held = plain && letter == protect;
        }
        match parts.last_mut() {
            _ if letter == separator && plain => parts.push(String::new()),
            Some(part) => part.push(letter),
            None => {}
        }
    }
    parts
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            (letter, false) => out.push(letter),
        }
    }
    out
}

/// Undoes quoted-printable (RFC 2045); bytes that are no UTF-8 are read as Latin-1.
fn unquoted(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match (first, code) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// Adds the values of a property to a record.
fn take(property: &Property<'_>, values: &mut Vec<(String, String)>) {
    let parameter =
        |wanted: &str| property.parameters.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    if parameter(MADE_UP).is_some() {
        return;
    }
    let encoding = parameter("ENCODING").unwrap_or_default().to_ascii_uppercase();
    let value = if encoding == "QUOTED-PRINTABLE" { unquoted(property.value) } else { property.value.to_owned() };
    if property.name == "X-FIELD" {
        let name = parameter("X-NAME").and_then(from_hex).unwrap_or_else(|| property.name.clone());
        let coded = (encoding == "B")
            .then(|| STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
        values.push((name, coded.flatten().unwrap_or_else(|| unescaped(&value))));
        return;
    }
    let kind = parameter("TYPE").and_then(|kinds| {
        let mut kinds = kinds.split(',').map(|kind| kind.trim().to_ascii_lowercase());
        kinds.find(|kind| !matches!(kind.as_str(), "" | "pref" | "internet" | "voice"))
    });
    let name = match kind {
        Some(kind) => format!("{}.{kind}", property.name),
        None => property.name.clone(),
    };
    match PARTS.iter().find(|(structured, _)| *structured == property.name) {
        Some((_, parts)) => {
            for (part, value) in parts.iter().zip(split(&value, ';', '\\')) {
                if !value.is_empty() {
                    values.push((format!("{name}.{part}"), unescaped(&value)));
                }
            }
        }
        None => values.push((name, unescaped(&value))),
    }
}

fn from_hex(digits: &str) -> Option<String> {
    let pairs = digits.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// Opens a vCard file as a target.
pub(super) fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let source = |path: &Path| open_source(&Location::from_argument(&path.to_string_lossy()));
    Ok(Box::new(LinesTarget { path: location.path(), format: "vcard", start: b"", encoder, source }))
}

/// Where a field goes in a card.
enum Place {
    /// `TEL;TYPE=work`.
    Property(String),
    /// A part of a structured property: its start, and the index of the part.
    Part(String, usize),
    /// `X-FIELD` with the name in hexadecimal digits.
    Own(String),
}

fn place(field: &str) -> Place {
    let own = || {
        let mut digits = Vec::new();
        super::file::hex(field.as_bytes(), &mut digits);
        Place::Own(format!("X-FIELD;X-NAME={}", String::from_utf8_lossy(&digits)))
    };
    let plain = |kind: &str| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let pieces: Vec<&str> = field.split('.').collect();
    let head = |name: &str, kind: Option<&str>| match kind {
        Some(kind) => format!("{name};TYPE={kind}"),
        None => name.to_owned(),
    };
    let kinds = |kind: &str| plain(kind) && !matches!(kind, "pref" | "internet" | "voice");
    match pieces.as_slice() {
        [name] if PROPERTIES.contains(name) => Place::Property(head(name, None)),
        [name, kind] if PROPERTIES.contains(name) && kinds(kind) => Place::Property(head(name, Some(kind))),
        [name, middle @ .., part] if middle.len() <= 1 => {
            let parts = PARTS.iter().find(|(structured, _)| structured == name).map(|(_, parts)| *parts);
            let index = parts.and_then(|parts| parts.iter().position(|known| known == part));
            match (index, middle) {
                (Some(index), []) => Place::Part(head(name, None), index),
                (Some(index), [kind]) if kinds(kind) => Place::Part(head(name, Some(kind)), index),
                _ => own(),
            }
        }
        _ => own(),
    }
}

fn encoder(fields: &[String]) -> Arc<dyn Encoder> {
    let named = fields.iter().any(|field| field == "FN");
    Arc::new(CardEncoder { places: fields.iter().map(|field| (place(field), field.clone())).collect(), named })
}

struct CardEncoder {
    places: Vec<(Place, String)>,
    /// Whether there is a field for the formatted name.
    named: bool,
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace(',', "\\,").replace(';', "\\;")
}

impl Encoder for CardEncoder {
    fn encode(&self, cells: &[Cell<'_>], batch: &mut TargetBatch) {
        let out = &mut batch.text;
        let mut line = |text: &str| fold(text, 75, "\r\n", out);
        line("BEGIN:VCARD");
        line("VERSION:4.0");
        let filled = |cell: &&Cell<'_>| !matches!(cell.kind, Kind::Missing | Kind::Null);
        let formatted =
            self.named && cells.iter().zip(&self.places).any(|(cell, (_, name))| name == "FN" && filled(&cell));
        if !formatted {
            line(&format!("FN;{MADE_UP}=1:"));
        }
        let mut structured: Vec<(String, Vec<String>)> = Vec::new();
        for (cell, (place, field)) in cells.iter().zip(&self.places) {
            if !filled(&cell) {
                continue;
            }
            let value = match cell.kind {
                Kind::Bytes => STANDARD.encode(cell.bytes),
                _ => cell.display().into_owned(),
            };
            // There is no way to write a control character but one of our own.
            let coded = value.chars().any(|letter| letter.is_control() && letter != '\n') || value.is_empty();
            match place {
                Place::Property(head) if !coded => line(&format!("{head}:{}", escaped(&value))),
                Place::Part(head, index) if !coded => {
                    let known = structured.iter_mut().position(|(known, _)| known == head);
                    let at = known.unwrap_or_else(|| {
                        structured.push((head.clone(), vec![String::new(); 7]));
                        structured.len() - 1
                    });
                    structured[at].1[*index] = escaped(&value);
                }
                Place::Own(head) if !coded => line(&format!("{head}:{}", escaped(&value))),
                _ => {
                    let mut digits = Vec::new();
                    super::file::hex(field.as_bytes(), &mut digits);
                    let name = String::from_utf8_lossy(&digits).into_owned();
                    line(&format!("X-FIELD;X-NAME={name};ENCODING=b:{}", STANDARD.encode(&value)));
                }
            }
        }
        for (head, mut parts) in structured {
            let name = head.split(';').next().unwrap_or_default();
            parts.truncate(PARTS.iter().find(|(known, _)| *known == name).map_or(7, |(_, parts)| parts.len()));
            line(&format!("{head}:{}", parts.join(";")));
        }
        line("END:VCARD");
        batch.ends.push(batch.text.len() as u32);
        batch.rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::named::tests::{read, written};

    #[test]
    fn cards_are_records() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ames;Ann;;Dr.;\r\nFN:Dr. Ann Ames\r\nitem1.EMAIL;TYPE=INTERNET,WORK:a@x.org\r\nTEL;HOME:1\r\nTEL;HOME:2\r\nNOTE:a\\, b\\nc\r\n d\r\nADR;TYPE=home:;;Elm St 1;Bonn;;53111;Germany\r\nEND:VCARD\r\nBEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg\nEND:VCARD\n";
        let (names, rows) = read("t.vcf", text.as_bytes(), open_source).unwrap();
        let cell = |row: usize, name: &str| rows[row][names.iter().position(|known| known == name).unwrap()].clone();
        assert_eq!((cell(0, "N.family"), cell(0, "N.prefix")), ("Ames".to_owned(), "Dr.".to_owned()));
        assert_eq!((cell(0, "EMAIL.work"), cell(0, "TEL.home")), ("a@x.org".to_owned(), "[\"1\",\"2\"]".to_owned()));
        assert_eq!((cell(0, "NOTE"), cell(0, "ADR.home.city")), ("a, b\ncd".to_owned(), "Bonn".to_owned()));
        assert_eq!(cell(1, "FN"), "Jörg");
        assert!(read("t.vcf", b"BEGIN:VCARD\nFN:x\n", open_source).is_err());
    }

    #[test]
    fn what_is_written_comes_back() {
        let values = ["a", " b; c, \\n ", "ü\nx\r", "\u{1}", "long ".repeat(40).as_str()].map(str::to_owned);
        assert_eq!(written("t.vcf", &["id", "First Name"], &values, open_target, open_source), values);
        assert_eq!(written("t.vcf", &["FN", "ADR.home.city"], &values[..2], open_target, open_source), values[..2]);
        assert_eq!(written("t.vcf", &["EMAIL", "TEL.work"], &values[..2], open_target, open_source), values[..2]);
    }
}
