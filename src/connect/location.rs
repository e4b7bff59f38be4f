//! Where a source or target is, as a profile or the command line names it.

use std::path::{Path, PathBuf};

use super::Output;

/// An address (`sample-data/legacy`, `sqlite:crm.db`, `contacts.csv`) and what was pinned about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Location {
    /// As written by the user.
    pub address: String,
    /// Relative paths start here: the profile's folder, or the current one for the command line.
    pub base: PathBuf,
    /// `csv`, `json`, `ndjson`, `sqlite`; guessed from scheme, extension and content where absent.
    pub format: Option<String>,
    pub delimiter: Option<String>,
    /// The quote character; empty text means "no quoting".
    pub quote: Option<String>,
    /// An encoding label of the WHATWG Encoding Standard (`utf-8`, `windows-1252`, `utf-16le`).
    pub encoding: Option<String>,
    /// Whether the first record names the fields; guessed where absent.
    pub header: Option<bool>,
    /// Whether boundaries that can only be guessed are repaired (delimited text): by `convert`, and by `run` where the
    /// profile says so.
    pub repair: bool,
    /// Whether blank rows between others are records (workbooks), and titles above a header are kept: what `convert`
    /// wants, which leaves a sheet as it is.
    pub keep_blank: bool,
    /// Delimited text only: written so that a spreadsheet runs no cell as a formula; read so that what was written like
    /// that comes back as it was.
    pub spreadsheet_safe: bool,
    /// How target files are written.
    pub output: Output,
    /// The columns of fixed-width text; found where there are none.
    pub columns: Vec<FixedColumn>,
    /// What becomes of the lists of nested formats, by their paths.
    pub lists: Vec<ListSetting>,
    /// Whether the value of merged cells of a workbook stands in all of them.
    pub fill_merged: bool,
    /// How much of a large text file is looked at for its encoding.
    pub look: Look,
}

/// How much of a large text file is looked at for its encoding when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Its start, and pieces of the rest.
    #[default]
    Parts,
    /// The whole.
    Whole,
    /// The whole, but while it is read where the format's reader can do that, and before that where it cannot.
    Reading,
}

/// What becomes of the list at a path (`tags`, `orders.lines`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSetting {
    pub path: String,
    pub rule: ListRule,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ListRule {
    /// The list stays one cell of JSON, knowingly.
    #[default]
    Keep,
    /// Its first value; of a list of objects, the fields of the first.
    First,
    /// All its values as text, with this between them.
    Join(String),
    /// Its values are records of an object of their own, which has the path's name, with this field of the parent as key.
    Explode { key: Option<String> },
}

/// A column of fixed-width text: the characters of a line from `start` up to `end`, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FixedColumn {
    /// Absent where a header names it.
    pub name: Option<String>,
    pub start: usize,
    pub end: usize,
}

impl FixedColumn {
    /// Columns of these widths, one behind the other.
    pub fn of_widths(widths: &[usize]) -> Vec<FixedColumn> {
        let mut end = 0;
        let column = |width: &usize| {
            let start = end;
            end += width;
            FixedColumn { name: None, start, end }
        };
        widths.iter().map(column).collect()
    }
}

impl Location {
    /// A location given on the command line.
    pub fn from_argument(address: &str) -> Location {
        Location { address: address.to_owned(), ..Location::default() }
    }

    /// The scheme before the first colon (`sqlite` of `sqlite:crm.db`), if it is one and not a drive letter.
    pub fn scheme(&self) -> Option<&str> {
        let (scheme, _) = self.address.split_once(':')?;
        let plain = scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-');
        plain.then_some(scheme)
    }

    /// The path on this machine: the address without its scheme, from the base folder.
    pub fn path(&self) -> PathBuf {
        let rest = match self.scheme() {
            Some(scheme) => &self.address[scheme.len() + 1..],
            None => &self.address,
        };
        if Path::new(rest).is_absolute() || self.base.as_os_str().is_empty() {
            PathBuf::from(rest)
        } else {
            self.base.join(rest)
        }
    }
}
