//! The one table of connectors. To add one: a file with its `Source` and `Target`, a line here, a test.

use super::{ConnectError, ErrorKind, Location, Source, Target};

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
    pub source: Option<OpenSource>,
    pub target: Option<OpenTarget>,
}

pub static CONNECTORS: &[Connector] = &[];

/// Opens a source: by pinned format, scheme, extension, then content. A folder is a source whose objects are its files.
pub fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    Err(unknown(location))
}

/// Opens a target. A folder (an existing one, or an address ending in `/`) is a target whose objects are files in it.
pub fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    Err(unknown(location))
}

fn unknown(location: &Location) -> ConnectError {
    let names: Vec<&str> = CONNECTORS.iter().map(|connector| connector.name).collect();
    let next = format!("Give it an ending mapwright knows, or pin `format:` to one of: {}.", names.join(", "));
    ConnectError::new(ErrorKind::UnknownFormat, &location.address, "the format is not known", next)
}
