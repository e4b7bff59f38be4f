//! Where the fields of a line stand.

/// What positions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Unit {
    #[default]
    Characters,
    /// Bytes of UTF-8, as programs write that pad without looking at characters.
    Bytes,
}

/// The form of the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    pub fields: Vec<String>,
    /// First position of each field, and the one behind its last.
    pub spans: Vec<(usize, usize)>,
    pub unit: Unit,
    /// How long every line is, where lines are padded.
    pub padded: Option<usize>,
    /// Positions where two fields meet that a blank parts in every line of the sample: text must not go across.
    pub parted: Vec<usize>,
    /// Whether the last field takes whatever stands behind it.
    pub open: bool,
}

/// What is wrong with the length or the alignment of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    /// The line ends early: so many fields are whole.
    Short(usize),
    /// Something stands behind the last field.
    Long,
    Misaligned,
}

/// A line with the places of its positions.
pub(super) struct Line<'a> {
    bytes: &'a [u8],
    /// The byte at which each position starts; none where every byte is one.
    starts: Option<Vec<usize>>,
}

impl<'a> Line<'a> {
    pub fn new(bytes: &'a [u8], unit: Unit) -> Line<'a> {
        let plain = unit == Unit::Bytes || bytes.is_ascii();
        // Of a broken sequence each byte that is no continuation counts.
        let starts = || {
            let all = bytes.iter().enumerate();
            all.filter(|(_, byte)| !(0x80..0xc0).contains(*byte)).map(|(at, _)| at).collect()
        };
        Line { bytes, starts: (!plain).then(starts) }
    }

    pub fn len(&self) -> usize {
        self.starts.as_ref().map_or(self.bytes.len(), Vec::len)
    }

    /// The byte at which a position starts.
    fn byte(&self, position: usize) -> usize {
        match &self.starts {
            Some(starts) => starts.get(position).copied().unwrap_or(self.bytes.len()),
            None => {
                let mut at = position.min(self.bytes.len());
                // A boundary within a character stands behind it.
                while self.bytes.get(at).is_some_and(|byte| (0x80..0xc0).contains(byte)) {
                    at += 1;
                }
                at
            }
        }
    }

    fn is_blank(&self, position: usize) -> bool {
        self.bytes.get(self.byte(position)).is_none_or(|byte| *byte == b' ')
    }

    /// Start and end of a field's text in the line, without the blanks around it.
    pub fn text(&self, (start, end): (usize, usize)) -> (usize, usize) {
        let (mut from, mut to) = (self.byte(start), self.byte(end));
        let blank = |byte: &u8| matches!(byte, b' ' | 0);
        while from < to && self.bytes.get(from).is_some_and(blank) {
            from += 1;
        }
        while to > from && self.bytes.get(to - 1).is_some_and(blank) {
            to -= 1;
        }
        (from, to)
    }
}

impl Layout {
    /// The position behind the last field.
    pub fn end(&self) -> usize {
        self.spans.iter().map(|(_, end)| *end).max().unwrap_or_default()
    }

    /// The text of every field of a line.
    pub fn texts(&self, line: &Line<'_>) -> impl Iterator<Item = (usize, usize)> {
        let last = self.spans.len().saturating_sub(1);
        self.spans
            .iter()
            .enumerate()
            .map(move |(at, (start, end))| line.text((*start, if at == last && self.open { usize::MAX } else { *end })))
    }

    /// What stands behind the last field, if anything does.
    pub fn beyond(&self, line: &Line<'_>) -> Option<(usize, usize)> {
        if self.open || line.len() <= self.end() {
            return None;
        }
        let (start, end) = line.text((self.end(), usize::MAX));
        (start < end).then_some((start, end))
    }

    /// What is odd about a line.
    pub fn odd(&self, line: &Line<'_>) -> Option<Odd> {
        let len = line.len();
        if self.padded.is_some_and(|padded| len < padded.min(self.end())) {
            return Some(Odd::Short(self.spans.iter().filter(|(_, end)| *end <= len).count()));
        }
        let across = |at: &usize| *at > 0 && *at < len && !line.is_blank(*at) && !line.is_blank(*at - 1);
        if self.parted.iter().any(across) {
            return Some(Odd::Misaligned);
        }
        self.beyond(line).map(|_| Odd::Long)
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn positions_count_characters_or_bytes() {
        let text = "Zoë Köln".as_bytes();
        let line = Line::new(text, Unit::Characters);
        assert_eq!(line.len(), 8);
        let (start, end) = line.text((3, 8));
        assert_eq!(&text[start..end], "Köln".as_bytes());
        let line = Line::new(text, Unit::Bytes);
        assert_eq!(line.len(), 10);
        // A boundary within `ë` goes behind it.
        let (start, end) = line.text((0, 3));
        assert_eq!(&text[start..end], "Zoë".as_bytes());
    }
}
