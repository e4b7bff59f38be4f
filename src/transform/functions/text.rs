//! Text: spaces, case, cutting, searching and replacing. Bytes of ASCII texts are worked on directly; a text that does
//! not change is answered as it is, without a copy.

use super::Family::Text as FAMILY;
use super::{Function, Made, Make, Param, Preparing, TEXT};
use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::pattern::{CharSet, LiteralReplacer, Replacer, WholePattern};
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong_at};

const COUNT: Param = Param::new("count", Type::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "trim",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Removes spaces, tabs and line ends at both ends.",
        &[("'  Ada\t' | trim", "Ada"), ("trim('')", "")],
        Make::Cut(trimmed),
    ),
    Function::new(
        "collapse",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Trims, and makes one space of every run of spaces, tabs and line ends.",
        &[("' Ada \n  Lovelace ' | collapse", "Ada Lovelace")],
        Make::Plain(collapse),
    )
    .keeps_plain(),
    Function::new(
        "lower",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Lower case.",
        &[("'ÄDA@X.org' | lower", "äda@x.org")],
        Make::Plain(lower),
    )
    .keeps_plain(),
    Function::new(
        "upper",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case.",
        &[("'straße' | upper", "STRASSE")],
        Make::Plain(upper),
    )
    .keeps_plain(),
    Function::new(
        "title",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter of every word, lower case for the rest; for names of people see `title_name`.",
        &[("'ada LOVELACE' | title", "Ada Lovelace"), ("'new-york city' | title", "New-York City")],
        Make::Plain(title),
    )
    .keeps_plain(),
    Function::new(
        "capitalize",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter; the rest stays.",
        &[("'éclair GmbH' | capitalize", "Éclair GmbH")],
        Make::Plain(capitalize),
    )
    .keeps_plain(),
    Function::new(
        "sentence",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Upper case for the first letter, lower case for the rest.",
        &[("'CALL BACK LATER' | sentence", "Call back later")],
        Make::Plain(sentence),
    )
    .keeps_plain(),
    Function::new(
        "length",
        FAMILY,
        &[TEXT],
        Type::Number,
        "How many characters a text has; 0 for a missing one.",
        &[("length('naïve')", "5"), ("length(null)", "0")],
        Make::Plain(length),
    )
    .takes_missing(),
    Function::new(
        "left",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The first characters.",
        &[("left('naïve', 3)", "naï"), ("left('ab', 9)", "ab")],
        Make::Plain(left),
    )
    .keeps_plain(),
    Function::new(
        "right",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The last characters.",
        &[("right('0049301234', 4)", "1234")],
        Make::Plain(right),
    )
    .keeps_plain(),
    Function::new(
        "substring",
        FAMILY,
        &[TEXT, Param::new("start", Type::Number), COUNT.optional()],
        Type::Text,
        "Characters from a position counted from 1, to the end or so many.",
        &[("substring('2024-05-17', 6, 2)", "05"), ("substring('abc', 2)", "bc")],
        Make::Plain(substring),
    ),
    Function::new(
        "drop",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "All but the first characters.",
        &[("'0049301234' | drop(2)", "49301234")],
        Make::Plain(drop_first),
    )
    .keeps_plain(),
    Function::new(
        "drop_last",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "All but the last characters.",
        &[("'12.50 EUR' | drop_last(4)", "12.50")],
        Make::Plain(drop_last),
    )
    .keeps_plain(),
    Function::new(
        "truncate",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "At most so many characters; a longer text is cut at a word where one ends near, without a space at the end.",
        &[("truncate('a long company name', 12)", "a long"), ("truncate('Supercalifragilistic', 5)", "Super")],
        Make::Plain(truncate),
    )
    .keeps_plain(),
    Function::new(
        "pad_left",
        FAMILY,
        &[TEXT, COUNT, Param::new("with", Type::Text).optional()],
        Type::Text,
        "Fills up at the left to so many characters, with spaces or the text given.",
        &[("pad_left('1234', 8, '0')", "00001234")],
        Make::Plain(pad_left),
    ),
    Function::new(
        "pad_right",
        FAMILY,
        &[TEXT, COUNT, Param::new("with", Type::Text).optional()],
        Type::Text,
        "Fills up at the right to so many characters, with spaces or the text given.",
        &[("pad_right('AB', 4, '.')", "AB..")],
        Make::Plain(pad_right),
    ),
    Function::new(
        "repeat",
        FAMILY,
        &[TEXT, COUNT],
        Type::Text,
        "The text so many times, up to 10,000.",
        &[("repeat('ab', 3)", "ababab")],
        Make::Plain(repeat),
    ),
    Function::new(
        "reverse",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The text from its last character to its first; accents stay with their letters.",
        &[("reverse('abc')", "cba")],
        Make::Plain(reverse),
    ),
    Function::new(
        "contains",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether a text stands anywhere in it, exactly as written; false for a missing one.",
        &[("contains('GmbH & Co', '&')", "true"), ("contains('', 'x')", "false")],
        Make::Plain(contains),
    )
    .takes_missing(),
    Function::new(
        "starts_with",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether it begins with any of the texts; false for a missing one.",
        &[("'+49 30' | starts_with('+')", "true"), ("starts_with('0049', '+', '00')", "true")],
        Make::Plain(starts_with),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "ends_with",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Boolean,
        "Whether it ends with any of the texts; false for a missing one.",
        &[("'Acme Ltd' | ends_with('Ltd', 'Inc')", "true")],
        Make::Plain(ends_with),
    )
    .variadic()
    .takes_missing(),
    Function::new(
        "matches",
        FAMILY,
        &[TEXT, Param::new("pattern", Type::Text).fixed()],
        Type::Boolean,
        "Whether the whole text matches a regular expression; false for a missing one.",
        &[("'AB-12' | matches('[A-Z]{2}-\\d+')", "true"), ("'xAB-12' | matches('[A-Z]{2}-\\d+')", "false")],
        Make::Prepared(matches),
    )
    .takes_missing(),
    Function::new(
        "replace",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text), Param::new("with", Type::Text)],
        Type::Text,
        "Replaces every occurrence of a text.",
        &[("'a.b.c' | replace('.', '-')", "a-b-c"), ("replace('aaa', 'aa', 'b')", "ba")],
        Make::Prepared(replace),
    ),
    Function::new(
        "replace_regex",
        FAMILY,
        &[TEXT, Param::new("pattern", Type::Text).fixed(), Param::new("with", Type::Text).fixed()],
        Type::Text,
        "Replaces every match of a regular expression; `$1` in the replacement is the first group.",
        &[
            ("'Lovelace, Ada' | replace_regex('(\\w+), (\\w+)', '$2 $1')", "Ada Lovelace"),
            ("'030 123 ext. 45' | replace_regex('(?i) *(x|ext\\.?) *[0-9]+$', '')", "030 123"),
        ],
        Make::Prepared(replace_regex),
    ),
    Function::new(
        "remove",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "Removes every occurrence of the texts.",
        &[("'1,234,567' | remove(',')", "1234567"), ("remove('(0) 30-12', '(0)', '-')", " 3012")],
        Make::Prepared(remove),
    )
    .keeps_plain()
    .variadic(),
    Function::new(
        "keep",
        FAMILY,
        &[TEXT, Param::new("characters", Type::Text).fixed()],
        Type::Text,
        "Keeps only characters of a set, written as in a pattern's brackets.",
        &[("'+49 (30) 12' | keep('0-9+')", "+493012"), ("'Ångström' | keep('A-Za-z')", "ngstrm")],
        Make::Prepared(keep),
    )
    .keeps_plain(),
    Function::new(
        "remove_characters",
        FAMILY,
        &[TEXT, Param::new("characters", Type::Text).fixed()],
        Type::Text,
        "Removes all characters of a set, written as in a pattern's brackets.",
        &[("'(030) 12-34' | remove_characters('() -')", "0301234")],
        Make::Prepared(remove_characters),
    )
    .keeps_plain(),
    Function::new(
        "keep_digits",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Keeps only the digits 0 to 9.",
        &[("'VAT DE 123.456' | keep_digits", "123456")],
        Make::Plain(keep_digits),
    )
    .keeps_plain(),
    Function::new(
        "before",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "What stands before the first occurrence of a text; everything where it does not occur.",
        &[("before('ada@x.org', '@')", "ada"), ("before('ada', '@')", "ada")],
        Make::Plain(before),
    ),
    Function::new(
        "after",
        FAMILY,
        &[TEXT, Param::new("what", Type::Text)],
        Type::Text,
        "What stands after the first occurrence of a text; missing where it does not occur.",
        &[("after('ada@x.org', '@')", "x.org"), ("after('ada', '@')", "")],
        Make::Plain(after),
    ),
    Function::new(
        "between",
        FAMILY,
        &[TEXT, Param::new("open", Type::Text), Param::new("close", Type::Text)],
        Type::Text,
        "What stands between the first `open` and the next `close`; missing where either does not occur.",
        &[("between('Ada (Acme) x', '(', ')')", "Acme")],
        Make::Plain(between),
    ),
];

/// Space, tab, carriage return, line feed: what people leave around values.
#[inline]
pub(in crate::transform) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Start and end of the trimmed text.
#[inline]
pub(super) fn trimmed(bytes: &[u8]) -> (usize, usize) {
    let (mut start, mut end) = (0, bytes.len());
    while start < end && is_space(bytes[start]) {
        start += 1;
    }
    while end > start && is_space(bytes[end - 1]) {
        end -= 1;
    }
    (start, end)
}

/// Whether so many bytes, and the one behind each, have anything to collapse: two spaces in a row, or a space that is not
/// U+0020. Written so that compilers turn it into vector instructions.
#[inline]
fn has_runs<const N: usize>(bytes: &[u8; N], behind: &[u8; N]) -> bool {
    let mut found = [0u8; N];
    for index in 0..N {
        let twice = u8::from(bytes[index] == b' ') & u8::from(behind[index] == b' ');
        found[index] = twice | u8::from(bytes[index].wrapping_sub(9) < 5);
    }
    found != [0; N]
}

/// How many bytes of a trimmed text need no collapsing.
#[inline]
fn even_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let (Some(block), Some(behind)) = (block::<16>(bytes, at), block::<16>(bytes, at + 1)) {
        if has_runs(block, behind) {
            break;
        }
        at += 16;
    }
    while let (Some(byte), Some(next)) = (bytes.get(at), bytes.get(at + 1)) {
        if has_runs(&[*byte], &[*next]) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

#[inline]
fn block<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

fn collapse(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (start, end) = trimmed(cells[0].bytes);
    let bytes = &cells[0].bytes[start..end];
    let mut rest = bytes;
    loop {
        let even = even_length(rest);
        if even == bytes.len() {
            return Answer::part(0, start, end - start);
        }
        out.bytes.extend_from_slice(&rest[..even]);
        // Here a run begins: one space stands for it.
        rest = &rest[even..];
        let run = rest.iter().take_while(|byte| is_space(**byte)).count();
        if rest.is_empty() {
            return Answer::Wrote;
        }
        // Vertical tab and form feed look like spaces to the quick search, and stay.
        if run == 0 {
            out.bytes.push(rest[0]);
            rest = &rest[1..];
        } else {
            // A space before a tab stands for the run already.
            if out.own().last() != Some(&b' ') {
                out.bytes.push(b' ');
            }
            rest = &rest[run..];
        }
    }
}

fn lower(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase(cells, out, u8::is_ascii_uppercase, |byte| byte.to_ascii_lowercase(), str::to_lowercase)
}

fn upper(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    recase(cells, out, u8::is_ascii_lowercase, |byte| byte.to_ascii_uppercase(), str::to_uppercase)
}

fn recase(
    cells: &[Cell<'_>],
    out: &mut Out<'_>,
    changes: fn(&u8) -> bool,
    ascii: fn(u8) -> u8,
    unicode: fn(&str) -> String,
) -> Answer {
    let bytes = cells[0].bytes;
    if bytes.is_ascii() {
        if !bytes.iter().any(changes) {
            return Answer::Same(0);
        }
        out.bytes.extend(bytes.iter().map(|byte| ascii(*byte)));
        return Answer::Wrote;
    }
    match text(cells, 0) {
        Ok(text) => out.text(&unicode(text)),
        Err(wrong) => wrong,
    }
}

/// Writes a letter's upper or lower case.
pub(super) fn push_cased(out: &mut Vec<u8>, letter: char, upper: bool) {
    let mut buffer = [0; 4];
    let mut push = |letter: char| out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    if upper { letter.to_uppercase().for_each(&mut push) } else { letter.to_lowercase().for_each(&mut push) }
}

fn title(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let mut in_word = false;
    for letter in text.chars() {
        push_cased(out.bytes, letter, !in_word);
        in_word = letter.is_alphanumeric() || (in_word && matches!(letter, '\'' | '’'));
    }
    Answer::Wrote
}

fn capitalize(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    first_upper(cells, out, |rest, out| out.extend_from_slice(rest.as_bytes()))
}

fn sentence(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    first_upper(cells, out, |rest, out| out.extend_from_slice(rest.to_lowercase().as_bytes()))
}

fn first_upper(cells: &[Cell<'_>], out: &mut Out<'_>, rest: fn(&str, &mut Vec<u8>)) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let first = text.find(|letter: char| letter.is_alphanumeric()).unwrap_or(0);
    out.bytes.extend_from_slice(&text.as_bytes()[..first]);
    let mut letters = text[first..].chars();
    if let Some(letter) = letters.next() {
        push_cased(out.bytes, letter, true);
    }
    rest(letters.as_str(), out.bytes);
    Answer::Wrote
}

fn length(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    out.print(characters(cells[0].bytes))
}

/// How many characters a text has: its bytes that are no continuation.
#[inline]
pub(crate) fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

/// Where the character of an index starts; the end of the text beyond the last.
pub(super) fn character_start(bytes: &[u8], index: usize) -> usize {
    if bytes.is_ascii() {
        return index.min(bytes.len());
    }
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| (**byte as i8) >= -0x40);
    starts.nth(index).map_or(bytes.len(), |(start, _)| start)
}

/// A count from an argument; `None` where it is missing.
pub(super) fn count(cells: &[Cell<'_>], index: usize) -> Result<Option<usize>, Answer> {
    let Some(cell) = cells.get(index).filter(|cell| cell.is_filled()) else { return Ok(None) };
    let digit = |count: Option<usize>, byte: &u8| {
        let digit = Some(usize::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit < 10)?;
        count?.checked_mul(10)?.checked_add(digit)
    };
    match cell.bytes.iter().fold(Some(0), digit) {
        Some(count) => Ok(Some(count)),
        None => Err(wrong_at!(index, "type", "is not a whole number from 0 up")),
    }
}

/// Reads the count of the second argument and cuts.
fn cut(cells: &[Cell<'_>], cut: impl Fn(&[u8], usize) -> (usize, usize)) -> Answer {
    match count(cells, 1) {
        Err(wrong) => wrong,
        Ok(None) => Answer::Missing,
        Ok(Some(count)) => {
            let (start, end) = cut(cells[0].bytes, count);
            Answer::part(0, start, end - start)
        }
    }
}

fn left(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (0, character_start(bytes, count)))
}

fn drop_first(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (character_start(bytes, count), bytes.len()))
}

fn right(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (character_start(bytes, characters(bytes).saturating_sub(count)), bytes.len()))
}

fn drop_last(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| (0, character_start(bytes, characters(bytes).saturating_sub(count))))
}

fn substring(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let (start, length) = match (count(cells, 1), count(cells, 2)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(None), _) => return Answer::Missing,
        (Ok(Some(start)), Ok(length)) => (start.max(1) - 1, length),
    };
    let bytes = cells[0].bytes;
    let first = character_start(bytes, start);
    let end = length.map_or(bytes.len(), |length| first + character_start(&bytes[first..], length));
    Answer::part(0, first, end - first)
}

fn truncate(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    cut(cells, |bytes, count| {
        let end = character_start(bytes, count);
        if end == bytes.len() {
            return (0, end);
        }
        let at_word = if is_space(bytes[end]) { Some(end) } else { bytes[..end].iter().rposition(|b| is_space(*b)) };
        // Not at a word when that would throw away more than half.
        let end = at_word.filter(|place| *place * 2 >= end).unwrap_or(end);
        (0, trimmed(&bytes[..end]).1)
    })
}

fn pad_left(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    pad(cells, out, true)
}

fn pad_right(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    pad(cells, out, false)
}

fn pad(cells: &[Cell<'_>], out: &mut Out<'_>, at_left: bool) -> Answer {
    let (width, with) = match (count(cells, 1), filled_text(cells, 2)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(None), _) => return Answer::Same(0),
        (Ok(Some(width)), Ok(with)) => (width, with.unwrap_or(" ")),
    };
    let missing = width.min(LONGEST).saturating_sub(characters(cells[0].bytes));
    if missing == 0 {
        return Answer::Same(0);
    }
    if !at_left {
        out.bytes.extend_from_slice(cells[0].bytes);
    }
    let mut buffer = [0; 4];
    for letter in with.chars().cycle().take(missing) {
        out.bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
    if at_left {
        out.bytes.extend_from_slice(cells[0].bytes);
    }
    Answer::Wrote
}

/// The longest text that padding and repeating make, in characters and times.
const LONGEST: usize = 10_000;

fn repeat(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match count(cells, 1) {
        Err(wrong) => wrong,
        Ok(None | Some(0)) => Answer::Missing,
        Ok(Some(times)) if times > LONGEST => wrong_at!(1, "range", "is more than 10,000 times"),
        Ok(Some(times)) => {
            (0..times).for_each(|_| out.bytes.extend_from_slice(cells[0].bytes));
            Answer::Wrote
        }
    }
}

fn reverse(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    use unicode_segmentation::UnicodeSegmentation;
    match text(cells, 0) {
        Ok(text) => {
            text.graphemes(true).rev().for_each(|letter| out.bytes.extend_from_slice(letter.as_bytes()));
            Answer::Wrote
        }
        Err(wrong) => wrong,
    }
}

fn contains(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let found = memchr::memmem::find(cells[0].bytes, cells[1].bytes).is_some();
    Answer::Boolean(found && cells[0].is_filled() && cells[1].is_filled())
}

fn starts_with(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    // The first byte decides most cases, without a call for the others.
    let first = cells[0].bytes.first();
    let fits = |what: &Cell<'_>| {
        what.is_filled()
            && what.bytes.first() == first
            && (what.bytes.len() == 1 || cells[0].bytes.starts_with(what.bytes))
    };
    Answer::Boolean(cells[0].is_filled() && cells[1..].iter().any(fits))
}

fn ends_with(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let last = cells[0].bytes.last();
    let fits = |what: &Cell<'_>| {
        what.is_filled() && what.bytes.last() == last && (what.bytes.len() == 1 || cells[0].bytes.ends_with(what.bytes))
    };
    Answer::Boolean(cells[0].is_filled() && cells[1..].iter().any(fits))
}

fn matches(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let pattern = WholePattern::new(call.text(1).unwrap_or_default()).map_err(|error| bad_pattern(call, &error))?;
    Ok(Made::prepared(move |cells, _| Answer::Boolean(cells[0].is_filled() && pattern.matches(cells[0].bytes)))
        .reads(1))
}

pub(super) fn bad_pattern(call: &Preparing<'_>, error: &str) -> Diagnostic {
    call.wrong(
        1,
        format!("the pattern cannot be read: {error}"),
        "a literal `(`, `.`, `+` or `?` is written `\\(`, ...",
    )
}

/// Answers with what a replacement wrote, or the text as it is.
fn replaced(changed: bool) -> Answer {
    if changed { Answer::Wrote } else { Answer::Same(0) }
}

fn replace(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    if let (Some(what), Some(with)) = (call.text(1), call.text(2)) {
        let literal = LiteralReplacer::new(what.as_bytes(), with.as_bytes());
        let replace = Made::prepared(move |cells, out| replaced(literal.replace(cells[0].bytes, out.bytes)));
        return Ok(replace.reads(1).writes(with));
    }
    Ok(Made::plain(|cells, out| {
        replaced(LiteralReplacer::new(cells[1].bytes, cells[2].bytes).replace(cells[0].bytes, out.bytes))
    }))
}

fn replace_regex(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    let (pattern, with) = (call.text(1).unwrap_or_default(), call.text(2).unwrap_or_default());
    let replacer = Replacer::new(pattern, with).map_err(|error| bad_pattern(call, &error))?;
    Ok(Made::prepared(move |cells, out| {
        if !replacer.may_match(cells[0].bytes) {
            return Answer::Same(0);
        }
        match text(cells, 0) {
            Ok(text) => replaced(replacer.replace(text, out.bytes)),
            Err(wrong) => wrong,
        }
    })
    .reads(1)
    .writes(with))
}

fn remove(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    if call.all_literal(1) {
        let texts = call.texts(1);
        if let [what] = texts.as_slice() {
            let literal = LiteralReplacer::new(what.as_bytes(), b"");
            return Ok(Made::prepared(move |cells, out| replaced(literal.replace(cells[0].bytes, out.bytes))).reads(1));
        }
    }
    Ok(Made::plain(|cells, out| {
        let mut rest = cells[0].bytes;
        while let Some((&byte, tail)) = rest.split_first() {
            match cells[1..].iter().find(|what| what.is_filled() && rest.starts_with(what.bytes)) {
                Some(what) => rest = &rest[what.bytes.len()..],
                None => {
                    out.bytes.push(byte);
                    rest = tail;
                }
            }
        }
        Answer::Wrote
    }))
}

fn keep(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    filtered(call, true)
}

fn remove_characters(call: &Preparing<'_>) -> Result<Made, Diagnostic> {
    filtered(call, false)
}

fn filtered(call: &Preparing<'_>, wanted: bool) -> Result<Made, Diagnostic> {
    let set = CharSet::new(call.text(1).unwrap_or_default())
        .map_err(|error| call.wrong(1, error, "write the smaller end first, as in `0-9`, and `-` itself at the end"))?;
    Ok(Made::prepared(move |cells, out| {
        if set.is_ascii() {
            return replaced(set.keep_bytes(cells[0].bytes, wanted, out.bytes));
        }
        match text(cells, 0) {
            Ok(text) => replaced(set.keep(text, wanted, out.bytes)),
            Err(wrong) => wrong,
        }
    })
    .reads(1))
}

fn keep_digits(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    replaced(crate::transform::pattern::leave_out(cells[0].bytes, |byte| !byte.is_ascii_digit(), out.bytes))
}

fn before(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match memchr::memmem::find(cells[0].bytes, cells[1].bytes) {
        Some(end) if cells[1].is_filled() => Answer::part(0, 0, end),
        _ => Answer::Same(0),
    }
}

fn after(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    match memchr::memmem::find(cells[0].bytes, cells[1].bytes) {
        Some(place) if cells[1].is_filled() => {
            let start = place + cells[1].bytes.len();
            Answer::part(0, start, cells[0].bytes.len() - start)
        }
        _ => Answer::Missing,
    }
}

fn between(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let bytes = cells[0].bytes;
    let open = memchr::memmem::find(bytes, cells[1].bytes).map(|place| place + cells[1].bytes.len());
    match open.and_then(|open| Some((open, memchr::memmem::find(&bytes[open..], cells[2].bytes)?))) {
        Some((start, length)) if cells[1].is_filled() && cells[2].is_filled() => Answer::part(0, start, length),
        _ => Answer::Missing,
    }
}
