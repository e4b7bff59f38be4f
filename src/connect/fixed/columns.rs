//! Finding the columns of fixed-width text in a sample of its lines, with the evidence.
//!
//! Ordinary text must not pass for a table: a blank at one position of every line is believed only where enough lines
//! reach beyond it, and somewhere values must be padded, so that single blanks cannot be the delimiters.

use super::layout::{Layout, Line, Odd, Unit};
use super::source::unit_word;
use crate::connect::csv;

/// Lines looked at.
pub(super) const MOST_LINES: usize = 2000;
/// Fewer lines show nothing.
const FEWEST: usize = 5;
/// From so many lines on, single blanks that are in all of them part columns, and text that begins at the same place in
/// all of them begins one.
const MANY: usize = 30;
const LONGEST: usize = 8192;
const MOST_COLUMNS: usize = 500;
/// Titles stand within so many lines.
const TITLES: usize = 12;

/// The columns, the first line that is their header or a record, and why.
pub(super) struct Found {
    /// Its fields are empty where no line names them for certain.
    pub layout: Layout,
    pub first: usize,
    pub evidence: Vec<String>,
}

/// Finds the columns. `blank_before` says of each line whether a blank one stands before it.
pub(super) fn find(lines: &[&[u8]], blank_before: &[bool]) -> Option<Found> {
    let odd = |line: &&[u8]| line.contains(&b'\t') || line.len() > LONGEST;
    if lines.iter().any(odd) {
        return None;
    }
    if let Some(found) = by_ruler(lines) {
        return Some(found);
    }
    // A title stands apart from the table by a blank line, a footer likewise.
    let gaps = || (1..lines.len()).filter(|at| blank_before.get(*at) == Some(&true));
    let starts = std::iter::once(0).chain(gaps().filter(|at| *at <= TITLES));
    let end = gaps().find(|at| *at + 3 >= lines.len() && *at > FEWEST).unwrap_or(lines.len());
    for first in starts {
        let body = lines.get(first..end)?;
        if let Some(mut found) = by_positions(body) {
            found.first = first;
            if first > 0 {
                found.evidence.push(format!("{first} lines stand before the table and are left out"));
            }
            return Some(found);
        }
    }
    header_over_columns(lines.get(..end)?)
}

/// A header whose names do not keep to the columns that the lines below it show.
fn header_over_columns(lines: &[&[u8]]) -> Option<Found> {
    let (header, body) = lines.split_first()?;
    let mut found = by_positions(body)?;
    let names: Vec<String> = String::from_utf8_lossy(header).split_whitespace().map(str::to_owned).collect();
    let digits = header.iter().any(u8::is_ascii_digit);
    if digits || names.len() != found.layout.spans.len() {
        return None;
    }
    found.evidence.push("header: the first line has as many words as there are columns".to_owned());
    found.layout.fields = csv::unique_names(&names, &mut found.evidence);
    found.first = 1;
    Some(found)
}

/// Whether bytes or characters are counted: lines that are padded are equally long in one of them.
pub(super) fn unit(lines: &[&[u8]]) -> Unit {
    if lines.iter().all(|line| line.is_ascii()) {
        return Unit::Characters;
    }
    let usual = |unit| usual_length(lines.iter().map(|line| Line::new(line, unit).len())).1;
    if usual(Unit::Bytes) > usual(Unit::Characters) { Unit::Bytes } else { Unit::Characters }
}

/// The most frequent length, and how many have it.
fn usual_length(lengths: impl Iterator<Item = usize>) -> (usize, usize) {
    let mut lengths: Vec<usize> = lengths.collect();
    lengths.sort_unstable();
    let groups = lengths.chunk_by(|a, b| a == b);
    groups.map(|group| (group.len(), group[0])).max().map_or((0, 0), |(count, length)| (length, count))
}

/// What the length of the lines says.
pub(super) fn length_evidence(padded: Option<usize>, lines: usize, reach: usize, unit: Unit) -> Vec<String> {
    let unit = unit_word(unit);
    vec![match padded {
        Some(end) => format!("{reach} of {lines} lines reach {unit} {end}; a shorter one lacks something"),
        None => format!(
            "lines end behind their last value ({reach} of {lines} reach the last column), so a short one is no fault; positions count {unit}"
        ),
    }]
}

/// A line of dashes under a header shows where each column begins, as database tools print it.
fn by_ruler(lines: &[&[u8]]) -> Option<Found> {
    let is_ruler = |line: &&[u8]| {
        let dashes = line.iter().filter(|byte| matches!(byte, b'-' | b'=')).count();
        let only = line.iter().all(|byte| matches!(byte, b'-' | b'=' | b' '));
        only && dashes >= 4 && runs(line).len() >= 2
    };
    let at = lines.iter().take(TITLES).position(is_ruler).filter(|at| *at > 0)?;
    let (header, body) = (lines.get(at - 1)?, lines.get(at + 1..)?);
    let ruler = runs(lines.get(at)?);
    let unit = unit(body);
    let mut spans: Vec<(usize, usize)> = ruler.windows(2).map(|pair| (pair[0].0, pair[1].0)).collect();
    spans.extend(ruler.last());
    if let Some(first) = spans.first_mut() {
        first.0 = 0;
    }
    let parted = spans.iter().skip(1).map(|(start, _)| *start).collect();
    let mut layout = Layout { spans, unit, parted, open: true, ..Layout::default() };
    // Few lines under a ruler may well be a record and the footer.
    let share = if body.len() < 20 { 6 } else { 9 };
    let aligned = body.iter().filter(|line| layout.odd(&Line::new(line, unit)) != Some(Odd::Misaligned)).count();
    if body.is_empty() || aligned * 10 < body.len() * share {
        return None;
    }
    let mut evidence = vec![format!(
        "fixed width: a line of dashes shows {} columns; {aligned} of {} lines keep to them",
        layout.spans.len(),
        body.len()
    )];
    let line = Line::new(header, Unit::Characters);
    let name = |(start, end)| String::from_utf8_lossy(header.get(start..end).unwrap_or_default()).into_owned();
    let names: Vec<String> = layout.texts(&line).map(name).collect();
    layout.fields = csv::unique_names(&names, &mut evidence);
    if at > 1 {
        evidence.push(format!("{} lines stand before the header and are left out", at - 1));
    }
    Some(Found { layout, first: at + 1, evidence })
}

/// Stretches of a line without blanks.
fn runs(line: &[u8]) -> Vec<(usize, usize)> {
    stretches(line.len(), |at| line.get(at).is_some_and(|byte| *byte != b' '))
}

/// The longest stretches of positions below `len` for which something holds.
fn stretches(len: usize, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for at in (0..len).filter(|at| holds(*at)) {
        match found.last_mut() {
            Some(last) if last.1 == at => last.1 += 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

/// The characters of lines by position; those beyond ASCII are one letter.
struct Grid {
    lines: Vec<Vec<u8>>,
    width: usize,
    /// Lines that have something at a position.
    filled: Vec<usize>,
}

impl Grid {
    fn of(lines: &[&[u8]], unit: Unit) -> Grid {
        let row = |line: &&[u8]| -> Vec<u8> {
            let counts = |byte: &u8| unit == Unit::Bytes || !(0x80..0xc0).contains(byte);
            let all = line.trim_ascii_end().iter().copied().filter(|byte| counts(byte));
            all.map(|byte| if byte.is_ascii() { byte } else { b'a' }).collect()
        };
        let lines: Vec<Vec<u8>> = lines.iter().map(row).collect();
        let width = lines.iter().map(Vec::len).max().unwrap_or_default();
        let mut filled = vec![0; width];
        for line in &lines {
            for (at, byte) in line.iter().enumerate() {
                filled[at] += usize::from(*byte != b' ');
            }
        }
        Grid { lines, width, filled }
    }

    fn at(&self, line: usize, position: usize) -> u8 {
        self.lines.get(line).and_then(|line| line.get(position)).copied().unwrap_or(b' ')
    }

    fn count(&self, holds: impl Fn(usize) -> bool) -> usize {
        (0..self.lines.len()).filter(|line| holds(*line)).count()
    }

    fn filled(&self, position: usize) -> usize {
        self.filled.get(position).copied().unwrap_or_default()
    }

    /// Whether a column holds something in half of the lines, and not the same throughout, as the `#` of comments.
    fn is_filled(&self, span: (usize, usize)) -> bool {
        let text = |line: usize| (span.0..span.1).map(move |at| self.at(line, at));
        let filled = self.count(|line| self.has(line, span));
        filled * 2 >= self.lines.len()
            && (1..self.lines.len()).any(|line| self.has(line, span) && text(line).ne(text(0)))
    }

    /// Whether something stands in a column of a line.
    fn has(&self, line: usize, (start, end): (usize, usize)) -> bool {
        let end = end.min(self.lines[line].len());
        self.lines[line].get(start..end).is_some_and(|text| text.iter().any(|byte| *byte != b' '))
    }
}

/// Columns by the positions that are blank in all lines, and by text that begins at one place.
fn by_positions(lines: &[&[u8]]) -> Option<Found> {
    let unit = unit(lines);
    let grid = Grid::of(lines, unit);
    let n = grid.lines.len();
    if n < FEWEST || parted_by_single_blanks(&grid) {
        return None;
    }
    let (usual, same) = usual_length(lines.iter().map(|line| Line::new(line, unit).len()));
    let padded = (same * 20 >= n * 19 && usual >= grid.width).then_some(usual);
    let tolerated = n / 100;
    let columns = stretches(grid.width, |at| grid.filled(at) > tolerated);
    let (mut starts, mut parted, mut evident) = (vec![0], Vec::new(), 0);
    for pair in columns.windows(2) {
        let [left, right] = [pair[0], pair[1]];
        let gap = right.0 - left.1;
        let reach = grid.count(|line| grid.lines[line].len() > right.0);
        if reach < (n / 5).max(8).min(n.saturating_sub(1)) {
            continue;
        }
        let blank = |position: usize| (n - grid.filled(position)) * 10 >= n;
        let shows = gap > 1 || blank(left.1 - 1) || blank(right.0);
        if !shows && (n < MANY || is_moment(&grid, left, right)) {
            continue;
        }
        evident += usize::from(shows);
        let begins = grid.count(|line| grid.has(line, right) && grid.at(line, right.0) != b' ');
        let left_aligned = begins * 10 >= grid.count(|line| grid.has(line, right)) * 6;
        // What stands on the right grows to the left.
        let boundary = if left_aligned || gap == 1 { right.0 } else { left.1 + 1 };
        starts.push(boundary);
        parted.push(boundary);
    }
    let touching = if padded.is_some() && n >= MANY { begun(&grid, &starts) } else { Vec::new() };
    let enough = if n < 2 * FEWEST { parted.len() >= 2 && evident >= 1 } else { evident + touching.len() >= 1 };
    starts.extend(&touching);
    starts.sort_unstable();
    if !enough || starts.len() < 2 || starts.len() > MOST_COLUMNS || delimited(&grid, parted.len()) {
        return None;
    }
    let end = padded.unwrap_or(grid.width);
    let mut spans: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
    spans.extend(starts.last().map(|last| (*last, end)));
    if spans.iter().filter(|span| grid.is_filled(**span)).count() < 2 {
        return None;
    }
    let evidence = evidence(&spans, padded, &touching, n, same, unit);
    let layout = Layout { fields: Vec::new(), spans, unit, padded, parted, open: padded.is_none() };
    Some(Found { layout, first: 0, evidence })
}

fn evidence(
    spans: &[(usize, usize)],
    padded: Option<usize>,
    touching: &[usize],
    n: usize,
    same: usize,
    unit: Unit,
) -> Vec<String> {
    let shown: Vec<String> = spans.iter().take(12).map(|(start, end)| format!("{}-{end}", start + 1)).collect();
    let more = if spans.len() > shown.len() { ", …" } else { "" };
    let columns = format!("fixed width: {} columns at {}{more}", spans.len(), shown.join(", "));
    let parts = match touching {
        [] => format!("; blanks part them in all of {n} lines"),
        _ => format!("; {} of them begin where all of {n} lines have text behind padding", touching.len()),
    };
    let length = match padded {
        Some(length) => format!("{same} of {n} lines are {length} {} long", unit_word(unit)),
        None => "lines end behind their last value".to_owned(),
    };
    vec![columns + &parts, length]
}

/// Whether single blanks part every line into equally many words: a delimiter, and no padding.
fn parted_by_single_blanks(grid: &Grid) -> bool {
    let mut counts = grid.lines.iter().map(|line| line.split(|byte| *byte == b' ').count());
    let first = counts.next();
    counts.all(|count| Some(count) == first)
}

/// Whether a delimiter occurs in nearly every line as often as in the others. A comma and a blank in names
/// (`Lovelace, Ada`) are none where padding shows columns.
fn delimited(grid: &Grid, parted: usize) -> bool {
    [b',', b';', b'|', b'~', b'^'].into_iter().any(|delimiter| {
        let count = |line: &Vec<u8>| memchr::memchr_iter(delimiter, line).count();
        let (usual, same) = usual_length(grid.lines.iter().map(count).filter(|count| *count > 0));
        let in_names = || {
            let spaced = grid.lines.iter().flat_map(|line| line.windows(2)).filter(|pair| pair[0] == delimiter);
            delimiter == b',' && usual == 1 && parted >= 2 && spaced.clone().all(|pair| pair[1] == b' ')
        };
        same * 10 >= grid.lines.len() * 8 && !in_names()
    })
}

/// A date and a time of day beside it are one value.
fn is_moment(grid: &Grid, left: (usize, usize), right: (usize, usize)) -> bool {
    let text = |span: (usize, usize)| grid.lines.last().and_then(|line| line.get(span.0..span.1)).unwrap_or_default();
    let (date, time) = (text(left), text(right));
    let figures = |text: &[u8], marks: &[u8]| {
        !text.is_empty() && text.iter().all(|byte| byte.is_ascii_digit() || marks.contains(byte))
    };
    date.len() == 10 && figures(date, b"-./") && figures(time, b":.,+-Z") && time.contains(&b':')
}

/// Columns that follow one another without a blank: text stands at a position in all lines, and the one before it is often
/// padding; or digits throughout are followed by different letters.
fn begun(grid: &Grid, starts: &[usize]) -> Vec<usize> {
    let n = grid.lines.len();
    let nearly_all = |count: usize| count * 50 >= n * 49;
    let digits = |position: usize| grid.count(|line| grid.at(line, position).is_ascii_digit()) == n;
    let letters = |position: usize| grid.count(|line| grid.at(line, position).is_ascii_alphabetic());
    let different = |position: usize| {
        let seen: std::collections::HashSet<u8> = (0..n).map(|line| grid.at(line, position)).collect();
        seen.len()
    };
    let begins = |position: &usize| {
        let position = *position;
        if starts.iter().any(|start| position.abs_diff(*start) < 2) {
            return false;
        }
        let before = grid.filled(position - 1);
        let behind_padding = nearly_all(grid.filled(position)) && before > 0 && before * 10 <= n * 7;
        let behind_digits = position >= 4
            && (position - 4..position).all(digits)
            && nearly_all(letters(position))
            && letters(position + 1) * 10 >= n * 8
            && different(position) >= 3;
        behind_padding || behind_digits
    };
    (1..grid.width).filter(begins).collect()
}
