//! How a target's files are written, where an operator wants it other than plain: what a profile or the command line pins.

use super::{ConnectError, ErrorKind, Location};

/// Which cells of a delimited file stand in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Quoting {
    /// Those that would be misread without (RFC 4180).
    #[default]
    Minimal,
    /// Every one, empty ones and the header included.
    All,
    /// Every one that is not a number; digits that start with a zero are no number.
    NonNumeric,
}

/// What ends a record of a delimited file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum LineEnds {
    #[default]
    Lf,
    CrLf,
    Cr,
}

impl LineEnds {
    pub(super) fn text(self) -> &'static str {
        match self {
            LineEnds::Lf => "\n",
            LineEnds::CrLf => "\r\n",
            LineEnds::Cr => "\r",
        }
    }
}

/// Where a target file ends and the next one begins; no record is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// So many records a file.
    Rows(u64),
    /// So many bytes a file at most, header and end included; a record that is larger by itself has a file of its own.
    /// Where files are packed, the bytes are those before: so a part keeps the limit packed and unpacked.
    Bytes(u64),
}

impl Split {
    /// `50000 rows`, `10 MB` (1,000,000 bytes each), `10 MiB`, `10000000 bytes`.
    pub fn parse(text: &str) -> Option<Split> {
        let text = text.trim();
        let (digits, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let factor = match unit.trim().to_ascii_lowercase().as_str() {
            "rows" | "row" | "records" | "record" => {
                return digits.parse().ok().filter(|rows| *rows > 0).map(Split::Rows);
            }
            "b" | "byte" | "bytes" => 1,
            "k" | "kb" => 1_000,
            "kib" => 1 << 10,
            "m" | "mb" => 1_000_000,
            "mib" => 1 << 20,
            "g" | "gb" => 1_000_000_000,
            "gib" => 1 << 30,
            _ => return None,
        };
        let bytes = digits.parse::<u64>().ok()?.checked_mul(factor)?;
        (bytes > 0).then_some(Split::Bytes(bytes))
    }
}

impl std::fmt::Display for Split {
    /// As [`Split::parse`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Split::Rows(rows) => write!(f, "{rows} rows"),
            Split::Bytes(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

/// What is pinned about the form of target files; the default is what machines read best.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Output {
    pub quoting: Quoting,
    /// Whether a file begins with a byte-order mark; where nothing is said, UTF-16 and UTF-32 do.
    pub bom: Option<bool>,
    pub line_ends: LineEnds,
    /// What stands for a character that the encoding does not have; where nothing is said, the record is rejected.
    pub unfit: Option<String>,
    pub split: Option<Split>,
}

/// Refuses what is pinned for delimited text where another format is written: it would be without effect.
///
/// # Errors
/// Names the first such setting.
pub(super) fn only_for_text(location: &Location, format: &str) -> Result<(), ConnectError> {
    let output = &location.output;
    let what = match () {
        () if output.quoting != Quoting::default() => "quoting",
        () if output.line_ends != LineEnds::default() => "line_ends",
        () if output.bom.is_some() => "bom",
        () if output.unfit.is_some() => "unfit",
        () if location.spreadsheet_safe => "spreadsheet_safe",
        () => return Ok(()),
    };
    Err(ConnectError::new(
        ErrorKind::Unsupported,
        &location.address,
        format!("`{what}` is a setting of delimited text, and this is {format}"),
        format!("Leave out `{what}:`, or write a delimited file (`.csv`)."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_rows_or_bytes_and_reads_back() {
        for (text, split) in [
            ("50000 rows", Split::Rows(50_000)),
            ("1row", Split::Rows(1)),
            ("10 MB", Split::Bytes(10_000_000)),
            ("10MiB", Split::Bytes(10 << 20)),
            ("512 bytes", Split::Bytes(512)),
        ] {
            assert_eq!(Split::parse(text), Some(split), "{text}");
            assert_eq!(Split::parse(&split.to_string()), Some(split));
        }
        for text in ["", "0 rows", "0 MB", "50000", "rows", "-1 rows", "10 TB", "99999999999999999999 GB"] {
            assert_eq!(Split::parse(text), None, "{text}");
        }
    }
}
