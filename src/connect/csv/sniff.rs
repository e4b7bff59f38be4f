//! The guess at a dialect: every likely delimiter and quote reads the sample, and the reading that looks most like a
//! table wins. What a table looks like: records of one width, several fields, cells of a kind people store (numbers,
//! dates, e-mails, words), quotes only where quoting needs them.

use memchr::memchr;

use super::dialect::spell;
use super::scan::{self, Form, Span, Step, Tail};
use super::{Dialect, LineEnd};

const DELIMITERS: &[u8] = b",;\t|:^~ #&/*";
const MAX_RECORDS: usize = 2000;
/// Of larger samples, every dialect first reads so many records; those that look far worse on them read no more.
const FIRST_RECORDS: usize = 200;
/// How far: so much of the best one's score.
const HOPELESS: f64 = 0.3;

/// What the sniffer found, with evidence in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Sniffed {
    pub dialect: Dialect,
    pub evidence: Vec<String>,
}

/// What is known before sniffing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pinned {
    /// First character and rest.
    pub delimiter: Option<(u8, [u8; 3])>,
    pub quote: Option<Option<u8>>,
}

/// One reading of the sample.
struct Reading {
    dialect: Dialect,
    score: f64,
    records: usize,
    /// The most frequent width and how many records have it.
    width: usize,
    agreeing: usize,
    quoted: usize,
}

/// Guesses the dialect from a sample of UTF-8 text; `whole` says that it is the whole file.
pub fn sniff(sample: &[u8], whole: bool, pinned: Pinned) -> Sniffed {
    let line_end = line_end(sample);
    let delimiters: Vec<(u8, [u8; 3])> = match pinned.delimiter {
        Some(delimiter) => vec![delimiter],
        // The comma is always tried: it reads a file of one field, too.
        None => {
            let single = DELIMITERS.iter().copied().filter(|byte| *byte == b',' || memchr(*byte, sample).is_some());
            single.map(|byte| (byte, [0; 3])).chain(several(sample)).collect()
        }
    };
    let quotes: Vec<Option<u8>> = match pinned.quote {
        Some(quote) => vec![quote],
        None => {
            let seen = [b'"', b'\''].into_iter().filter(|quote| memchr(*quote, sample).is_some());
            seen.map(Some).chain([None]).collect()
        }
    };
    let dialects = delimiters.iter().flat_map(|&(delimiter, rest)| {
        let others = quotes.iter().filter(move |quote| **quote != Some(delimiter));
        others.map(move |quote| Dialect { delimiter, rest, quote: *quote, line_end, ..Dialect::default() })
    });
    let first = dialects.map(|dialect| {
        let escape = backslash_escapes(&dialect, sample).then_some(b'\\');
        read(Dialect { escape, ..dialect }, sample, whole, FIRST_RECORDS)
    });
    let first: Vec<Reading> = first.collect();
    let top = first.iter().map(|reading| reading.score).fold(0.0, f64::max);
    let mut best: Option<Reading> = None;
    for mut reading in first {
        if reading.records >= FIRST_RECORDS {
            if reading.score < top * HOPELESS {
                continue;
            }
            reading = read(reading.dialect, sample, whole, MAX_RECORDS);
        }
        if best.as_ref().is_none_or(|best| reading.score > best.score) {
            best = Some(reading);
        }
    }
    let Some(mut best) = best else {
        // Only a quote pinned to be the pinned delimiter gets here.
        return Sniffed { dialect: Dialect { line_end, ..Dialect::default() }, evidence: Vec::new() };
    };
    let mut evidence = vec![describe(&best, pinned)];
    if best.dialect.quote.is_none() && pinned.quote.is_none() {
        // Where it changes nothing, the usual quote is right for the records that the sample does not show.
        let dialect = Dialect { quote: Some(b'"'), ..best.dialect };
        let usual = read(dialect, sample, whole, MAX_RECORDS);
        if (usual.width, usual.agreeing, usual.records) == (best.width, best.agreeing, best.records) {
            best = usual;
        }
    }
    evidence.push(match (best.dialect.quote, best.quoted) {
        (None, _) => "no quoting".to_owned(),
        (Some(quote), 0) => format!("quote {}: none was seen, so the usual one is taken", spell(quote)),
        (Some(quote), count) => format!("quote {}: {count} fields are quoted", spell(quote)),
    });
    if let (Some(quote), Some(_)) = (best.dialect.quote, best.dialect.escape) {
        evidence.push(format!("escape `\\`: stands before {} inside quotes", spell(quote)));
    }
    evidence.push(format!("line end {}", line_end.word()));
    Sniffed { dialect: best.dialect, evidence }
}

fn describe(best: &Reading, pinned: Pinned) -> String {
    let delimiter = match best.dialect.rest() {
        [] => spell(best.dialect.delimiter),
        _ => format!("`{}`", String::from_utf8_lossy(&best.dialect.delimiter_bytes())),
    };
    if pinned.delimiter.is_some() {
        return format!("delimiter {delimiter}: pinned");
    }
    let fields = if best.width == 1 { "field" } else { "fields" };
    format!("delimiter {delimiter}: {} of {} records have {} {fields}", best.agreeing, best.records, best.width)
}

/// Delimiters of several characters that occur about as often as there are lines, or oftener: those that people use,
/// and a delimiter with spaces where it never stands without.
fn several(sample: &[u8]) -> Vec<(u8, [u8; 3])> {
    const KNOWN: &[&str] = &[
        "||", "|~|", "~|~", "|^|", "^|^", "~~", "^^", ";;", "::", "##", "@@", "$$", "&&", "<>", "|#|", "~^~", " | ",
        "\t\t",
    ];
    let lines = memchr::memchr_iter(b'\n', sample).count().max(1);
    let often = |text: &[u8]| memchr::memmem::find_iter(sample, text).count() >= lines;
    let spaced = [", ", "; ", "| "].into_iter().filter(|text| {
        let (first, all) = (text.as_bytes()[0], memchr::memmem::find_iter(sample, text.as_bytes()).count());
        let alone = memchr::memchr_iter(first, sample)
            .filter(|at| !matches!(sample.get(at + 1), None | Some(b' ' | b'\n' | b'\r')))
            .count();
        all > 0 && alone * 50 <= all
    });
    let found = KNOWN.iter().copied().chain(spaced).filter(|text| often(text.as_bytes()));
    found
        .map(|text| {
            let mut rest = [0; 3];
            rest[..text.len() - 1].copy_from_slice(&text.as_bytes()[1..]);
            (text.as_bytes()[0], rest)
        })
        .collect()
}

/// Which line ends occur, quoted ones included: a few in another style make the file mixed.
fn line_end(sample: &[u8]) -> LineEnd {
    let feeds = memchr::memchr_iter(b'\n', sample).count();
    let (mut pairs, mut bare) = (0usize, 0usize);
    for at in memchr::memchr_iter(b'\r', sample) {
        match sample.get(at + 1) {
            Some(b'\n') => pairs += 1,
            _ => bare += 1,
        }
    }
    match (feeds - pairs, pairs, bare) {
        (0, 0, 1..) => LineEnd::Cr,
        (_, 0, 0) => LineEnd::Lf,
        (0, 1.., 0) => LineEnd::CrLf,
        _ => LineEnd::Mixed,
    }
}

fn read(dialect: Dialect, sample: &[u8], whole: bool, most: usize) -> Reading {
    let mut fields: Vec<Span> = Vec::new();
    let (mut at, mut widths) = (0, Vec::new());
    let (mut cells, mut typed, mut quoted, mut odd) = (0usize, 0f64, 0usize, 0usize);
    while widths.len() < most {
        let Step::Record(found) = scan::record(&dialect, sample, at, Tail::End, &mut fields) else { break };
        at = found.next;
        if !whole && at >= sample.len() && !widths.is_empty() {
            break;
        }
        let loose = fields.iter().any(|span| span.form == Form::Plain && in_quotes(&sample[span.start..span.end]));
        odd += usize::from(found.stray_quote || found.unclosed_quote || loose);
        widths.push(fields.len());
        for span in &fields {
            let text = &sample[span.start..span.end];
            cells += 1;
            typed += looks_like_data(text);
            quoted += usize::from(span.form != Form::Plain);
        }
    }
    let records = widths.len().max(1);
    let mut sorted = widths.clone();
    sorted.sort_unstable();
    let (mut width, mut agreeing) = (1, 0);
    for group in sorted.chunk_by(|a, b| a == b) {
        if group.len() > agreeing || (group.len() == agreeing && group[0] > width) {
            (width, agreeing) = (group[0], group.len());
        }
    }
    let consistency = agreeing as f64 / records as f64;
    let kinds = typed / cells.max(1) as f64;
    let order = 1.0 - odd as f64 / records as f64;
    let breadth = if width == 1 { 0.05 } else { 1.0 - 1.0 / (width as f64 + 1.0) };
    let quoting = if quoted > 0 { 1.05 } else { 1.0 };
    // Several characters that separate throughout are no accident.
    let several = match dialect.rest() {
        [] => usual(dialect.delimiter),
        [b' '] => 1.03,
        _ => 1.12,
    };
    let score = consistency.powi(2) * kinds * breadth * several * quoting * order.powi(2).max(0.05);
    Reading { dialect, score, records: widths.len(), width, agreeing, quoted }
}

/// How readily a delimiter is believed: the rarer ones occur inside dates, times, paths and prose.
fn usual(delimiter: u8) -> f64 {
    match delimiter {
        b',' | b';' | b'\t' | b'|' => 1.0,
        b'^' | b'~' => 0.8,
        b':' => 0.5,
        b' ' => 0.4,
        _ => 0.2,
    }
}

/// Whether a cell that was not read as quoted starts or ends with a quote all the same, or holds one beside what may
/// be the true delimiter.
fn in_quotes(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let beside = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        [before, text.get(at + 1)].into_iter().flatten().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))
    };
    text.len() > 1 && (text.starts_with(b"\"") || text.ends_with(b"\""))
        || text.len() > 2 && text.starts_with(b"'") && text.ends_with(b"'")
        || memchr::memchr_iter(b'"', text).any(beside)
}

/// How much a cell looks like something people store in one field, from 0 to 1.
fn looks_like_data(text: &[u8]) -> f64 {
    let text = text.trim_ascii();
    if text.is_empty() {
        return 0.8;
    }
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    let spaces = text.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let others = text.len() - digits - letters - spaces;
    if digits > 0 && letters == 0 && spaces == 0 {
        return if others <= 4 { 1.0 } else { 0.4 };
    }
    if others == 0 {
        return if text.len() <= 60 { 1.0 } else { 0.7 };
    }
    if (others as f64) <= 0.2 * text.len() as f64 { 0.9 } else { 0.3 }
}

/// Whether backslashes, not doubling, protect quotes inside quotes.
fn backslash_escapes(dialect: &Dialect, sample: &[u8]) -> bool {
    let Some(quote) = dialect.quote else { return false };
    let (mut escaped, mut closing) = (0usize, 0usize);
    for at in memchr::memchr_iter(b'\\', sample) {
        if sample.get(at + 1) == Some(&quote) {
            match sample.get(at + 2) {
                Some(next) if *next != dialect.delimiter && *next != b'\n' && *next != b'\r' && *next != quote => {
                    escaped += 1;
                }
                _ => closing += 1,
            }
        }
    }
    escaped > 0 && escaped >= closing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sample: &str) -> (char, Option<char>) {
        let dialect = sniff(sample.as_bytes(), true, Pinned::default()).dialect;
        (char::from(dialect.delimiter), dialect.quote.map(char::from))
    }

    #[test]
    fn common_dialects_are_found() {
        assert_eq!(found("id,name\n1,Ann\n2,Bob\n"), (',', Some('"')));
        assert_eq!(found("id;betrag\n1;3,50\n2;4,25\n"), (';', Some('"')));
        assert_eq!(found("id\tname\n1\tAnn, Dr\n2\tBob\n"), ('\t', Some('"')));
        assert_eq!(found("id|name\n1|'Ann | x'\n2|'Bob'\n"), ('|', Some('\'')));
        assert_eq!(found("id,note\n1,\"a;b;c\"\n2,\"d;e;f\"\n"), (',', Some('"')));
        assert_eq!(found("name\nAnn\nBob\n"), (',', Some('"')));
    }

    #[test]
    fn delimiters_of_several_characters_are_found() {
        let found = |sample: &str| sniff(sample.as_bytes(), true, Pinned::default()).dialect.delimiter_bytes();
        assert_eq!(found("id||name||note\n1||Ann||a|b\n2||Bob||\n"), b"||");
        assert_eq!(found("id, name, note\n1, Ann, \"a, b\"\n2, Bob, \n"), b", ");
        assert_eq!(found("id,name\n1,Ann\n2,Bob\n"), b",");
        assert_eq!(found("id|name|note\n1|Ann|\n2||b\n3||\n"), b"|");
    }

    #[test]
    fn line_ends_are_told_apart() {
        assert_eq!(line_end(b"a\nb\n"), LineEnd::Lf);
        assert_eq!(line_end(b"a\r\nb\r\n"), LineEnd::CrLf);
        assert_eq!(line_end(b"a\rb\r"), LineEnd::Cr);
        assert_eq!(line_end(b"a\r\nb\n"), LineEnd::Mixed);
        assert_eq!(line_end(b"a"), LineEnd::Lf);
    }

    #[test]
    fn backslash_escapes_are_seen() {
        let sample = "id,note\n1,\"say \\\"hi\\\" now\"\n2,\"b\"\n";
        assert_eq!(sniff(sample.as_bytes(), true, Pinned::default()).dialect.escape, Some(b'\\'));
    }
}
