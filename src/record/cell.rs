//! One cell: a kind, the source's own type where it has one, and a canonical text.

/// What a cell holds. An empty CSV field is `Missing`; a JSON or SQL null is `Null`.
///
/// `List` and `Map` cells carry compact JSON as their canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Kind {
    /// Nothing was there: an empty delimited field, an absent JSON key, a column that a short row lacks.
    #[default]
    Missing,
    /// The source said "null" in its own type system.
    Null,
    /// UTF-8 text: the canonical text of every scalar.
    Text,
    /// Bytes that are no text: a BLOB, or a delimited field that is not valid in the source's encoding.
    Bytes,
    /// A list; the text is compact JSON.
    List,
    /// A map; the text is compact JSON.
    Map,
}

impl Kind {
    /// Whether so many bytes of this kind are a value: neither missing, null, nor empty text.
    #[inline(always)]
    pub fn is_filled(self, bytes: usize) -> bool {
        !matches!(self, Kind::Missing | Kind::Null) && bytes > 0
    }
}

/// The type that the source itself gave a value; `Untyped` for delimited text. Text comes first: a source type is
/// shown and written on, and never changes the canonical text.
///
/// Canonical texts: integers and decimals as the source wrote them, without loss (`12345678901234567890`, `0.10`);
/// floats as the shortest text that reads back equal; booleans `true` and `false`; dates `2026-11-21`; times
/// `09:30:00`; date-times RFC 3339 as far as the source knows them (`2026-11-21T09:30:00`, with offset if it had one).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum SourceType {
    #[default]
    Untyped,
    Text,
    Integer,
    Decimal,
    Float,
    Boolean,
    Date,
    Time,
    DateTime,
}

const KINDS: [Kind; 6] = [Kind::Missing, Kind::Null, Kind::Text, Kind::Bytes, Kind::List, Kind::Map];
const SOURCE_TYPES: [SourceType; 9] = [
    SourceType::Untyped,
    SourceType::Text,
    SourceType::Integer,
    SourceType::Decimal,
    SourceType::Float,
    SourceType::Boolean,
    SourceType::Date,
    SourceType::Time,
    SourceType::DateTime,
];

impl Kind {
    /// One byte, for files of our own.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind with a code; missing for any other byte.
    pub fn of_code(code: u8) -> Kind {
        KINDS.get(usize::from(code)).copied().unwrap_or_default()
    }
}

impl SourceType {
    /// One byte, for files of our own.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The type with a code; untyped for any other byte.
    pub fn of_code(code: u8) -> SourceType {
        SOURCE_TYPES.get(usize::from(code)).copied().unwrap_or_default()
    }
}

/// A borrowed cell: `bytes` is the canonical text (valid UTF-8 unless `kind` is [`Kind::Bytes`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell<'a> {
    pub kind: Kind,
    pub source_type: SourceType,
    pub bytes: &'a [u8],
}

impl<'a> Cell<'a> {
    pub const MISSING: Cell<'static> = Cell { kind: Kind::Missing, source_type: SourceType::Untyped, bytes: b"" };

    /// An untyped text cell; empty text is `Missing`, as in delimited files.
    pub fn text(text: &'a str) -> Cell<'a> {
        let kind = if text.is_empty() { Kind::Missing } else { Kind::Text };
        Cell { kind, source_type: SourceType::Untyped, bytes: text.as_bytes() }
    }

    /// True when there is a value: neither missing, null, nor empty text.
    pub fn is_filled(&self) -> bool {
        self.kind.is_filled(self.bytes.len())
    }

    /// The canonical text for people: lossy where the cell is bytes.
    pub fn display(&self) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back() {
        assert!(KINDS.iter().all(|kind| Kind::of_code(kind.code()) == *kind));
        assert!(SOURCE_TYPES.iter().all(|source_type| SourceType::of_code(source_type.code()) == *source_type));
        assert_eq!((Kind::of_code(200), SourceType::of_code(200)), (Kind::Missing, SourceType::Untyped));
    }
}
