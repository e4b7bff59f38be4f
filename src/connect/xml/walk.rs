//! The walk through a document: events with paths, limits and places.

use std::io::BufReader;
use std::path::Path;

use xml::common::Position as _;
use xml::namespace::{NS_XML_PREFIX, NS_XML_URI, NS_XMLNS_PREFIX, NS_XMLNS_URI, Namespace};
use xml::reader::{EventReader, ParserConfig, XmlEvent};

use crate::connect::pump::Stop;
use crate::connect::{ConnectError, ErrorKind, file};

/// Elements within elements; no table is nested deeper.
const DEPTH: usize = 128;
/// One text, attribute value or name may have so many bytes.
const LONGEST: usize = 16 << 20;

/// What a walk meets.
pub(super) enum Event<'a> {
    Start { name: &'a str, attributes: &'a [xml::attribute::OwnedAttribute], line: u64 },
    Text(&'a str),
    End,
}

/// Walks through the whole document, or until `each` stops it.
pub(super) fn walk(path: &Path, each: &mut dyn FnMut(Event<'_>) -> Result<(), Stop>) -> Result<(), Stop> {
    let input = file::open(path)?;
    let config = ParserConfig::new()
        .cdata_to_characters(true)
        .ignore_comments(true)
        .allow_multiple_root_elements(false)
        .coalesce_characters(false)
        .max_entity_expansion_length(4096)
        .max_entity_expansion_depth(4)
        .max_attribute_length(LONGEST)
        .max_data_length(LONGEST)
        .max_attributes(4096)
        .max_name_length(1 << 16);
    let mut events = EventReader::new_with_config(BufReader::with_capacity(1 << 16, input), config);
    let mut depth = 0;
    loop {
        let event = events.next().map_err(|error| {
            let place = error.position();
            refused(
                path,
                place.row + 1,
                Some(place.column + 1),
                &format!("this is not well-formed XML: {}", error.msg()),
            )
        })?;
        let line = || events.position().row + 1;
        match event {
            XmlEvent::StartElement { name, attributes, namespace } => {
                depth += 1;
                if let Some(prefix) = reserved(&namespace) {
                    let what =
                        format!("this is not well-formed XML: `xmlns:{prefix}` names a namespace that is reserved");
                    return Err(refused(path, line(), None, &what).into());
                }
                if depth > DEPTH {
                    return Err(
                        refused(path, line(), None, &format!("elements are nested more than {DEPTH} deep")).into()
                    );
                }
                let name = match &name.prefix {
                    Some(prefix) => format!("{prefix}:{}", name.local_name),
                    None => name.local_name,
                };
                each(Event::Start { name: &name, attributes: &attributes, line: line() })?;
            }
            XmlEvent::EndElement { .. } => {
                depth -= 1;
                each(Event::End)?;
            }
            XmlEvent::Characters(text) | XmlEvent::CData(text) | XmlEvent::Whitespace(text) => {
                each(Event::Text(&text))?
            }
            XmlEvent::Doctype { .. } => {
                let what = "the document has a document type declaration (<!DOCTYPE ...>), which can make it read other files or grow without end";
                return Err(Stop::Error(ConnectError::new(
                    ErrorKind::NotReadable,
                    format!("{}, line {}", path.display(), line()),
                    what,
                    "Remove the declaration, if nothing in the document needs it, and try again.",
                )));
            }
            XmlEvent::EndDocument => return Ok(()),
            XmlEvent::StartDocument { .. } | XmlEvent::ProcessingInstruction { .. } | XmlEvent::Comment(_) => {}
        }
    }
}

/// A prefix that stands for a namespace which belongs to another one (Namespaces in XML 1.0, section 3).
fn reserved(namespace: &Namespace) -> Option<&str> {
    let taken = |(prefix, address): (&str, &str)| {
        (address == NS_XML_URI && prefix != NS_XML_PREFIX) || (address == NS_XMLNS_URI && prefix != NS_XMLNS_PREFIX)
    };
    namespace.into_iter().find(|mapping| taken(*mapping)).map(|(prefix, _)| prefix)
}

fn refused(path: &Path, line: u64, column: Option<u64>, what: &str) -> ConnectError {
    let column = column.map(|column| format!(", column {column}")).unwrap_or_default();
    ConnectError::new(
        ErrorKind::Malformed,
        format!("{}, line {line}{column}", path.display()),
        what,
        "Mend the file at this place, or export it again.",
    )
}
