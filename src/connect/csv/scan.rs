//! The exact rules: one record at a time, every irregularity seen.
//!
//! The rules are those of the `csv` crate (a quote inside an unquoted field is text, text after a closing quote is kept,
//! blank lines are no records, LF, CRLF and CR all end a record), with one difference. A quote that opens a field and
//! is never closed would swallow the rest of the file; here it is read as text, the record ends at its own line, and
//! the next line starts a new one. A quote counts as never closed when
//!
//! - no other quote follows within [`FIELD_LIMIT`] or before the end of the file, or
//! - the quote that would close it stands on a later line, right after a delimiter or line end, and text follows it:
//!   that quote opens a field of its own.

use memchr::{memchr, memchr2, memchr3};

use super::Dialect;

/// A quoted field longer than this was never meant to be one field.
pub(super) const FIELD_LIMIT: usize = 16 << 20;
/// A record longer than this is refused: memory is bounded.
pub(super) const RECORD_LIMIT: usize = 64 << 20;

/// How the bytes at hand end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// More will follow.
    More,
    /// The source, or a chunk of whole records, ends here.
    End,
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// Between quotes (the span is without them), with nothing to undo inside.
    Quoted,
    /// Between quotes, with doubled or escaped characters inside.
    Escaped,
    /// Quoted text and more text after it; the span includes the opening quote.
    Mixed,
}

/// A field's place in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub form: Form,
}

/// A record's place in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Scanned {
    /// First byte of the record, after any blank lines.
    pub start: usize,
    /// After its last byte, before its line end.
    pub end: usize,
    /// After its line end.
    pub next: usize,
    /// Lines before `start`: blank ones.
    pub lines_before: u64,
    /// Line ends within and at the end of the record.
    pub lines: u64,
    pub stray_quote: bool,
    pub unclosed_quote: bool,
}

/// What scanning for a record gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Record(Scanned),
    /// The record goes on beyond the bytes at hand.
    More,
    /// No record is left, only so many blank lines.
    Blank {
        lines: u64,
    },
    /// The record is longer than [`RECORD_LIMIT`].
    TooLong {
        start: usize,
    },
}

/// What a quoted field came to.
enum Quoted {
    Closed { close: usize, escaped: bool, lines: u64 },
    Unclosed,
    More,
}

/// Scans the record that starts at or after `from`; its fields' places go to `fields`.
pub(super) fn record(dialect: &Dialect, bytes: &[u8], from: usize, tail: Tail, fields: &mut Vec<Span>) -> Step {
    fields.clear();
    let (start, lines_before) = match blank_lines(bytes, from, tail) {
        _ if dialect.blank => (from, 0),
        Some(skipped) => skipped,
        None => return Step::More,
    };
    if start == bytes.len() {
        return if tail == Tail::End { Step::Blank { lines: lines_before } } else { Step::More };
    }
    let mut scanned = Scanned { start, lines_before, ..Scanned::default() };
    let mut at = start;
    loop {
        let mut quoted = dialect.quote.is_some() && bytes.get(at).copied() == dialect.quote;
        let mut look_from = at;
        let mut form = Form::Plain;
        let mut span_start = at;
        if quoted {
            match quoted_field(dialect, bytes, at, tail) {
                Quoted::More => return more(bytes, start),
                Quoted::Unclosed => {
                    scanned.unclosed_quote = true;
                    quoted = false;
                }
                Quoted::Closed { close, escaped, lines } => {
                    scanned.lines += lines;
                    look_from = close + 1;
                    span_start = at + 1;
                    form = if escaped { Form::Escaped } else { Form::Quoted };
                }
            }
        }
        let end = match field_end(dialect, bytes, look_from, tail) {
            Some(end) => end,
            None => return more(bytes, start),
        };
        let mut span_end = end;
        match dialect.quote {
            Some(_) if quoted && end == look_from => span_end = end - 1,
            Some(_) if quoted => {
                scanned.stray_quote = true;
                form = Form::Mixed;
                span_start = at;
            }
            Some(quote) => scanned.stray_quote |= strays(quote, &bytes[at..end]),
            None => {}
        }
        fields.push(Span { start: span_start, end: span_end, form });
        if bytes.get(end) == Some(&dialect.delimiter) {
            let rest = dialect.rest();
            let whole = bytes.get(end + 1..).is_some_and(|after| after.starts_with(rest));
            at = end + 1 + if whole { rest.len() } else { 0 };
            continue;
        }
        let Some(next) = after_line_end(bytes, end, tail) else { return more(bytes, start) };
        scanned.end = end;
        scanned.next = next;
        scanned.lines += u64::from(next > end);
        return Step::Record(scanned);
    }
}

/// The delimiter or line end that ends the field, or the end of the bytes; `None`: more is needed to tell.
fn field_end(dialect: &Dialect, bytes: &[u8], from: usize, tail: Tail) -> Option<usize> {
    let rest = dialect.rest();
    let mut at = from;
    loop {
        match memchr3(dialect.delimiter, b'\n', b'\r', bytes.get(at..).unwrap_or_default()) {
            Some(found) if rest.is_empty() => return Some(at + found),
            Some(found) => {
                let end = at + found;
                let after = bytes.get(end + 1..).unwrap_or_default();
                if tail == Tail::More && after.len() < rest.len() {
                    return None;
                }
                // Where the rest is spaces, it may be missing at the end of a line.
                let cut = rest.iter().all(|byte| *byte == b' ') && matches!(after.first(), None | Some(b'\n' | b'\r'));
                if bytes[end] != dialect.delimiter || after.starts_with(rest) || cut {
                    return Some(end);
                }
                at = end + 1;
            }
            None if tail == Tail::End => return Some(bytes.len()),
            None => return None,
        }
    }
}

fn more(bytes: &[u8], start: usize) -> Step {
    if bytes.len() - start > RECORD_LIMIT { Step::TooLong { start } } else { Step::More }
}

/// Where the first line that is not blank starts, and how many blank ones stand before it. `None`: more is needed to
/// tell (a carriage return is the last byte at hand).
fn blank_lines(bytes: &[u8], from: usize, tail: Tail) -> Option<(usize, u64)> {
    let (mut at, mut lines) = (from, 0);
    while matches!(bytes.get(at), Some(b'\n' | b'\r')) {
        at = after_line_end(bytes, at, tail)?;
        lines += 1;
    }
    Some((at, lines))
}

/// The place after the line end that starts at `end`; `end` itself at the end of the bytes.
fn after_line_end(bytes: &[u8], end: usize, tail: Tail) -> Option<usize> {
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(end + 2),
        (Some(b'\r'), None) if tail == Tail::More => None,
        (Some(_), _) => Some(end + 1),
        (None, _) => Some(end),
    }
}

fn ends_field(dialect: &Dialect, byte: u8) -> bool {
    byte == dialect.delimiter || byte == b'\n' || byte == b'\r'
}

/// Whether a quote stands in an unquoted field where it means nothing; an apostrophe inside is text.
fn strays(quote: u8, text: &[u8]) -> bool {
    match quote {
        b'\'' => text.first() == Some(&quote) || text.len() > 1 && text.last() == Some(&quote),
        _ => memchr(quote, text).is_some(),
    }
}

/// Finds the quote that closes the field opened at `open`. An apostrophe closes only where a field can end.
fn quoted_field(dialect: &Dialect, bytes: &[u8], open: usize, tail: Tail) -> Quoted {
    let Some(quote) = dialect.quote else { return Quoted::Unclosed };
    let limit = bytes.len().min(open + FIELD_LIMIT);
    let cut = limit < bytes.len() || bytes.len() == open + FIELD_LIMIT;
    let ended = || if cut || tail == Tail::End { Quoted::Unclosed } else { Quoted::More };
    let mut at = open + 1;
    let mut escaped = false;
    let close = loop {
        let rest = bytes.get(at..limit).unwrap_or_default();
        let found = match dialect.escape {
            Some(escape) if escape != quote => memchr2(quote, escape, rest),
            _ => memchr(quote, rest),
        };
        let Some(found) = found else { return ended() };
        let found = at + found;
        let next = bytes.get(found + 1).copied();
        if bytes[found] != quote {
            if next.is_none() {
                return ended();
            }
            escaped = true;
            at = found + 2;
        } else if next == Some(quote) {
            escaped = true;
            at = found + 2;
        } else if next.is_none() && tail == Tail::More {
            return Quoted::More;
        } else if quote == b'\'' && next.is_some_and(|next| !ends_field(dialect, next)) {
            // An apostrophe.
            at = found + 1;
        } else {
            break found;
        }
    };
    let inside = &bytes[open + 1..close];
    let lines = line_ends_inside(dialect, inside);
    let ends_well =
        bytes.get(close + 1).is_none_or(|next| *next == dialect.delimiter || *next == b'\n' || *next == b'\r');
    let before = inside.strip_suffix(dialect.rest()).unwrap_or(inside);
    let opens = before.last().is_some_and(|last| *last == dialect.delimiter)
        || inside.last().is_some_and(|last| *last == b'\n' || *last == b'\r');
    if !ends_well && opens {
        return Quoted::Unclosed;
    }
    Quoted::Closed { close, escaped, lines }
}

/// Line ends inside quotes: line feeds, and bare carriage returns where these end the lines of the file.
pub(super) fn line_ends_inside(dialect: &Dialect, inside: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', inside).count() as u64;
    if dialect.line_end != super::LineEnd::Cr {
        return feeds;
    }
    let bare = memchr::memchr_iter(b'\r', inside).filter(|at| inside.get(at + 1) != Some(&b'\n')).count();
    feeds + bare as u64
}

/// The text of a field.
pub(super) fn text(dialect: &Dialect, bytes: &[u8], span: &Span) -> Vec<u8> {
    let written = bytes.get(span.start..span.end).unwrap_or_default();
    match span.form {
        Form::Plain | Form::Quoted => written.to_vec(),
        form => {
            let mut text = Vec::with_capacity(written.len());
            unescape(dialect, written, form, &mut text);
            text
        }
    }
}

/// Appends the text of a field that is not [`Form::Plain`] or [`Form::Quoted`]: the doubling, escapes and quotes undone.
pub(super) fn unescape(dialect: &Dialect, written: &[u8], form: Form, text: &mut Vec<u8>) {
    let mut inside = form == Form::Escaped;
    let mut rest = written;
    if form == Form::Mixed {
        rest = rest.get(1..).unwrap_or_default();
        inside = true;
    }
    let (Some(quote), true) = (dialect.quote, inside) else {
        text.extend_from_slice(rest);
        return;
    };
    let escape = dialect.escape.filter(|escape| *escape != quote);
    while let Some(found) = memchr2(quote, escape.unwrap_or(quote), rest) {
        text.extend_from_slice(&rest[..found]);
        let after = rest.get(found + 1).copied();
        match (rest[found] == quote, after) {
            // Text after the closing quote stays as it is.
            (true, Some(after)) if quote == b'\'' && after != quote && form == Form::Escaped => {
                text.extend_from_slice(&[quote, after]);
            }
            (true, after) if after != Some(quote) => {
                text.extend_from_slice(&rest[found + 1..]);
                return;
            }
            (_, Some(after)) => text.push(after),
            (_, None) => {}
        }
        rest = rest.get(found + 2..).unwrap_or_default();
    }
    text.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(input: &str) -> Vec<(Vec<String>, bool, bool)> {
        let dialect = Dialect::default();
        let mut fields = Vec::new();
        let (mut at, mut all) = (0, Vec::new());
        while let Step::Record(found) = record(&dialect, input.as_bytes(), at, Tail::End, &mut fields) {
            let cells = fields.iter().map(|span| String::from_utf8(text(&dialect, input.as_bytes(), span)).unwrap());
            all.push((cells.collect(), found.stray_quote, found.unclosed_quote));
            at = found.next;
        }
        all
    }

    #[test]
    fn quotes_in_odd_places_are_kept_and_noticed() {
        assert_eq!(texts("3,5\" pipe\n"), [(vec!["3".into(), "5\" pipe".into()], true, false)]);
        assert_eq!(texts("7,\"Gil\" Jr,z"), [(vec!["7".into(), "Gil Jr".into(), "z".into()], true, false)]);
        assert_eq!(texts("4,\"a \"\"q\"\" w\""), [(vec!["4".into(), "a \"q\" w".into()], false, false)]);
    }

    #[test]
    fn an_unclosed_quote_costs_only_its_own_line() {
        let all = texts("8,Hal,\"unclosed\r\n9,Ivy,y\r\n");
        assert_eq!(all[0], (vec!["8".into(), "Hal".into(), "\"unclosed".into()], true, true));
        assert_eq!(all[1], (vec!["9".into(), "Ivy".into(), "y".into()], false, false));
    }

    #[test]
    fn a_later_opening_quote_does_not_close_an_unclosed_one() {
        let all = texts("1,\"open\n2,x\n3,\"fine\"\n");
        assert_eq!(all.len(), 3);
        assert!(all[0].2);
        assert_eq!(all[2], (vec!["3".into(), "fine".into()], false, false));
    }

    #[test]
    fn what_follows_an_unclosed_quote_on_its_line_is_read_as_usual() {
        let all = texts("1,\"00:00,2,\"a, b\",\"c\"\n2,x,3,d,e\n");
        assert_eq!(all[0].0, ["1", "\"00:00", "2", "a, b", "c"]);
        assert!(all[0].2 && !all[1].2);
    }

    #[test]
    fn every_line_end_ends_a_record_and_is_counted() {
        let dialect = Dialect::default();
        let mut fields = Vec::new();
        let Step::Record(found) = record(&dialect, b"\r\n\n\ra,\"b\nc\"\r\nd", 0, Tail::End, &mut fields) else {
            panic!("a record")
        };
        assert_eq!((found.lines_before, found.lines, found.start), (3, 2, 4));
        assert_eq!(record(&dialect, b"a\r", 0, Tail::More, &mut fields), Step::More);
    }

    #[test]
    fn backslash_escapes_are_undone_inside_quotes() {
        let dialect = Dialect { escape: Some(b'\\'), ..Dialect::default() };
        let mut fields = Vec::new();
        let bytes = br#""a \"b\" \\ c",\"d"#;
        assert!(matches!(record(&dialect, bytes, 0, Tail::End, &mut fields), Step::Record(_)));
        let mut text = Vec::new();
        unescape(&dialect, &bytes[fields[0].start..fields[0].end], fields[0].form, &mut text);
        assert_eq!(text, br#"a "b" \ c"#);
        assert_eq!(fields[1].form, Form::Plain);
    }
}
