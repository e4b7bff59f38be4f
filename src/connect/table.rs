//! The one table of connectors. To add one: a file with its `Source` and `Target`, a line here, a test.

use std::path::Path;

use super::output::only_for_text;
use super::spreadsheet::Unguarded;
use super::{
    ConnectError, ErrorKind, Location, Source, Target, csv, fixed, folder, json, ldif, lists, packed, parquet, sheet,
    split, sqlite, vcard, xml,
};

/// How a connector opens a source.
pub type OpenSource = fn(&Location) -> Result<Box<dyn Source>, ConnectError>;

/// How a connector opens a target.
pub type OpenTarget = fn(&Location) -> Result<Box<dyn Target>, ConnectError>;

/// A system or format that mapwright can read or write.
pub struct Connector {
    pub name: &'static str,
    /// One line for help and screens.
    pub about: &'static str,
    /// File name endings, lower case, without the dot.
    pub extensions: &'static [&'static str],
    /// Schemes before a colon.
    pub schemes: &'static [&'static str],
    /// Whether one file or address holds several objects; such a file is no object of a folder.
    pub many_objects: bool,
    pub source: Option<OpenSource>,
    pub target: Option<OpenTarget>,
}

pub static CONNECTORS: &[Connector] = &[
    Connector {
        name: "csv",
        about: "Delimited text: any delimiter, quote, line end and encoding",
        extensions: &["csv", "tsv", "tab", "psv", "txt"],
        schemes: &["csv"],
        many_objects: false,
        source: Some(csv::open_source),
        target: Some(csv::open_target),
    },
    Connector {
        name: "fixed",
        about: "Fixed-width text: every field at the same place of every line",
        extensions: &["fwf", "prn"],
        schemes: &["fixed"],
        many_objects: false,
        source: Some(fixed::open_source),
        target: None,
    },
    Connector {
        name: "ndjson",
        about: "One JSON object a line; nested objects become fields like `address.city`",
        extensions: &["ndjson", "jsonl"],
        schemes: &["ndjson", "jsonl"],
        many_objects: false,
        source: Some(json::open_ndjson_source),
        target: Some(json::open_ndjson_target),
    },
    Connector {
        name: "json",
        about: "JSON: an array of objects, or an object that holds one",
        extensions: &["json"],
        schemes: &["json"],
        many_objects: false,
        source: Some(json::open_source),
        target: Some(json::open_target),
    },
    Connector {
        name: "excel",
        about: "Workbooks: each sheet an object; .xlsx is written, too",
        extensions: &["xlsx", "xlsm", "xls", "ods"],
        schemes: &["excel"],
        many_objects: true,
        source: Some(sheet::open_source),
        target: Some(sheet::open_target),
    },
    Connector {
        name: "xml",
        about: "XML: the elements that repeat are the records; no document types",
        extensions: &["xml"],
        schemes: &["xml"],
        many_objects: true,
        source: Some(xml::open_source),
        target: Some(xml::open_target),
    },
    Connector {
        name: "parquet",
        about: "Parquet: typed columns, nested ones by their paths",
        extensions: &["parquet", "pq"],
        schemes: &["parquet"],
        many_objects: false,
        source: Some(parquet::open_source),
        target: Some(parquet::open_target),
    },
    Connector {
        name: "vcard",
        about: "vCard: address books, one card a record",
        extensions: &["vcf", "vcard"],
        schemes: &["vcard"],
        many_objects: false,
        source: Some(vcard::open_source),
        target: Some(vcard::open_target),
    },
    Connector {
        name: "ldif",
        about: "LDIF: entries of a directory",
        extensions: &["ldif", "ldf"],
        schemes: &["ldif"],
        many_objects: false,
        source: Some(ldif::open_source),
        target: Some(ldif::open_target),
    },
    Connector {
        name: "sqlite",
        about: "SQLite databases: tables and views, with their keys and rules",
        extensions: &["db", "sqlite", "sqlite3"],
        schemes: &["sqlite"],
        many_objects: true,
        source: Some(sqlite::open_source),
        target: Some(sqlite::open_target),
    },
];

/// Opens a source: by pinned format, scheme, extension, then content. A folder is a source whose objects are its files.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    if location.spreadsheet_safe {
        let plain = Location { spreadsheet_safe: false, ..location.clone() };
        return open_source(&plain).map(|source| Box::new(Unguarded(source)) as Box<dyn Source>);
    }
    if location.address == "-" {
        return packed::open_standard_input(location);
    }
    if location.scheme().is_none() && path.is_dir() {
        return folder::open_source(location);
    }
    if folder::is_pattern(&path) && !path.exists() {
        return folder::open_pattern(location);
    }
    if let Some(packing) = packed::packing(&path) {
        return packed::open_source(location, packing);
    }
    let connector = match named(location)? {
        Some(connector) => connector,
        None if is_yaml(&path) => return Err(yaml(location)),
        None => by_content(location)?,
    };
    if is_fixed_width(location, connector) {
        return fixed::open_source(location);
    }
    if may_be_fixed_width(location, connector, &path)
        && let Some(source) = fixed::detected(location)
    {
        return Ok(source);
    }
    match connector.source {
        Some(open) => lists::with_rules(open(location)?, location),
        None => Err(cannot(location, connector, "read from")),
    }
}

/// Whether a file's name says that it is YAML, which holds settings and no records.
fn is_yaml(path: &Path) -> bool {
    path.is_file()
        && path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"))
}

fn yaml(location: &Location) -> ConnectError {
    let what = "this is a YAML file: mapwright reads profiles and schemas from YAML, but no records";
    let next = format!(
        "Export the records as CSV or JSON. A profile is run with `mapwright run`; `csv:{}` reads the lines as they are.",
        location.address
    );
    ConnectError::new(ErrorKind::NotReadable, &location.address, what, next)
}

/// Whether columns are pinned for a text file that nothing says to be delimited.
fn is_fixed_width(location: &Location, connector: &Connector) -> bool {
    !location.columns.is_empty() && location.format.is_none() && matches!(connector.name, "csv" | "fixed")
}

/// Whether a text file could be of fixed width: neither its name nor the profile says that it is delimited.
fn may_be_fixed_width(location: &Location, connector: &Connector, path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let delimited = matches!(ending.as_deref(), Some("csv" | "tsv" | "tab" | "psv"));
    let pinned = location.format.is_some() || location.delimiter.is_some() || location.quote.is_some();
    connector.name == "csv" && location.scheme().is_none() && !delimited && !pinned
}

/// Opens a target. A folder (an existing one, or an address ending in `/`) is a target whose objects are files in it.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    let path = location.path();
    if is_folder(location) {
        return folder::open_target(location);
    }
    if let Some(split) = location.output.split {
        return split::open_target(location, split);
    }
    if let Some(target) = packed::open_target(location)? {
        return Ok(target);
    }
    let connector = match named(location)? {
        Some(connector) => connector,
        None if path.exists() => by_content(location)?,
        None => return Err(unknown(location)),
    };
    if connector.name != "csv" {
        only_for_text(location, connector.name)?;
    }
    match connector.target {
        Some(open) => open(location),
        None => Err(cannot(location, connector, "written to")),
    }
}

/// Whether a target is a folder: one that is there, or an address that ends in `/`.
pub(super) fn is_folder(location: &Location) -> bool {
    location.scheme().is_none() && (location.path().is_dir() || location.address.ends_with('/'))
}

/// The connector that a location names: by pinned format, scheme, or the ending of its file.
pub(super) fn named(location: &Location) -> Result<Option<&'static Connector>, ConnectError> {
    if let Some(format) = &location.format {
        let found = CONNECTORS.iter().find(|connector| connector.name == format);
        return found.map(Some).ok_or_else(|| unknown(location));
    }
    if let Some(scheme) = location.scheme() {
        let found = CONNECTORS.iter().find(|connector| connector.schemes.contains(&scheme));
        return found.map(Some).ok_or_else(|| unknown(location));
    }
    Ok(by_extension(&location.path()))
}

/// The connector for a file name's ending.
pub(super) fn by_extension(path: &Path) -> Option<&'static Connector> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    CONNECTORS.iter().find(|connector| connector.extensions.contains(&ending.as_str()))
}

/// The connector for what a file holds.
fn by_content(location: &Location) -> Result<&'static Connector, ConnectError> {
    let path = location.path();
    let find = |name: &str| CONNECTORS.iter().find(|connector| connector.name == name).ok_or_else(|| unknown(location));
    if sqlite::is_database(&path) {
        return find("sqlite");
    }
    let magic = super::file::magic(&path)?;
    if magic.starts_with(b"PAR1") {
        return find("parquet");
    }
    if magic.starts_with(b"PK\x03\x04") || magic.starts_with(b"\xd0\xcf\x11\xe0") {
        return find("excel");
    }
    let prefix = super::file::text_prefix(&path)?;
    let start = prefix.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&prefix.bytes).trim_ascii_start();
    // A bracket or brace and a quote soon after: no delimited file starts like that.
    let json = match start {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')),
        _ => false,
    };
    find(match start {
        _ if json => "json",
        [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..] => "xml",
        _ if start.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCARD")) => "vcard",
        _ if start.starts_with(b"dn: ") || start.starts_with(b"version: 1\n") => "ldif",
        _ => "csv",
    })
}

/// Endings of files that hold one object and can be read, with the dot.
pub(super) fn file_endings() -> Vec<String> {
    let readable = CONNECTORS.iter().filter(|connector| connector.source.is_some() && !connector.many_objects);
    readable.flat_map(|connector| connector.extensions.iter().map(|ending| format!(".{ending}"))).collect()
}

fn cannot(location: &Location, connector: &Connector, what: &str) -> ConnectError {
    let about = format!("{} cannot be {what}", connector.name);
    ConnectError::new(ErrorKind::Unsupported, &location.address, about, "Choose another format.")
}

fn unknown(location: &Location) -> ConnectError {
    let names: Vec<&str> = CONNECTORS.iter().map(|connector| connector.name).collect();
    let next = format!("Give it an ending mapwright knows, or pin `format:` to one of: {}.", names.join(", "));
    ConnectError::new(ErrorKind::UnknownFormat, &location.address, "the format is not known", next)
}
