//! Text that came through other systems: invisible characters, accents, HTML; and counting and taking words.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Family::Text as FAMILY;
use super::text::{count, trimmed};
use super::{Function, Make, Param, Preparing, TEXT};
use crate::record::Cell;
use crate::transform::Diagnostic;
use crate::transform::pattern::SearchPattern;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text, wrong_at};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "clean",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Collapses spaces of every kind (no-break, thin, ideographic), drops what cannot be seen (zero-width, control, \
         byte order marks) and composes accents (NFC).",
        &[("'\\u00a0Ada\\u200b \\u3000Lovelace\\u0301 ' | clean", "Ada Lovelacé")],
        Make::Plain(clean),
    ),
    Function::new(
        "unaccent",
        FAMILY,
        &[TEXT],
        Type::Text,
        "Letters without their accents; `ß` is `ss`, `ø` is `o`, other scripts stay.",
        &[("'Ångström Straße Łódź' | unaccent", "Angstrom Strasse Lodz")],
        Make::Plain(unaccent),
    ),
    Function::new(
        "ascii",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The text in ASCII letters, other scripts written as they sound.",
        &[("'Дмитрий Müller' | ascii", "Dmitrii Muller")],
        Make::Plain(ascii),
    ),
    Function::new(
        "slug",
        FAMILY,
        &[TEXT, Param::new("separator", Type::Text).optional()],
        Type::Text,
        "Lower-case ASCII words joined by `-` or the separator: for keys and web addresses.",
        &[("'Müller & Söhne, GmbH' | slug", "muller-sohne-gmbh"), ("slug('A b', '_')", "a_b")],
        Make::Plain(slug),
    ),
    Function::new(
        "strip_html",
        FAMILY,
        &[TEXT],
        Type::Text,
        "The text of an HTML fragment: tags, comments, scripts and styles go, entities become characters, line ends and \
         paragraphs stay.",
        &[("'<p>Call <b>Ada</b> &amp; Bob</p>' | strip_html", "Call Ada & Bob"), ("'a<br/>b' | strip_html", "a\nb")],
        Make::Plain(strip_html),
    ),
    Function::new(
        "extract",
        FAMILY,
        &[TEXT, Param::new("pattern", Type::Text).fixed()],
        Type::Text,
        "The first match of a regular expression, or of its first group; missing where it does not match.",
        &[("extract('Order no. 4711/b', '\\d+')", "4711"), ("extract('id=42;', 'id=(\\d+)')", "42")],
        Make::Prepared(extract),
    ),
    Function::new(
        "count_words",
        FAMILY,
        &[TEXT],
        Type::Number,
        "How many words parted by spaces a text has; 0 for a missing one.",
        &[("count_words(' Ada  Lovelace ')", "2")],
        Make::Plain(count_words),
    )
    .takes_missing(),
    Function::new(
        "word",
        FAMILY,
        &[TEXT, Param::new("position", Type::Number)],
        Type::Text,
        "The word at a position counted from 1, or from the end with a negative one.",
        &[("word('Ada King Lovelace', 2)", "King"), ("word('Ada King Lovelace', -1)", "Lovelace")],
        Make::Plain(word),
    ),
    Function::new(
        "words",
        FAMILY,
        &[TEXT, Param::new("count", Type::Number)],
        Type::Text,
        "The first words of a text.",
        &[("words('one two three', 2)", "one two")],
        Make::Plain(words),
    ),
];

/// What cannot be seen and means nothing in a customer's data. Joiners that scripts and emoji need stay.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn clean(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let mut gap = false;
    let mut buffer = [0; 4];
    for letter in text.nfc().filter(|letter| !is_invisible(*letter)) {
        if letter.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && !out.own().is_empty() {
            out.bytes.push(b' ');
        }
        gap = false;
        out.bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
    if out.own() == text.as_bytes() { Answer::Same(0) } else { Answer::Wrote }
}

/// Letters that are no composition of a plain one and an accent.
fn plain_spelling(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ı' => "i",
        _ => return None,
    })
}

fn unaccent(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) if text.is_ascii() => return Answer::Same(0),
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let mut base = ' ';
    let mut kept = String::new();
    for letter in text.nfd() {
        if is_combining_mark(letter) {
            // Marks of scripts that are no Latin, Greek or Cyrillic letters are not accents.
            if u32::from(base) >= 0x530 {
                kept.push(letter);
            }
            continue;
        }
        base = letter;
        match plain_spelling(letter) {
            Some(spelling) => kept.push_str(spelling),
            None => kept.push(letter),
        }
    }
    let composed: String = kept.nfc().collect();
    out.text(&composed)
}

fn ascii(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match text(cells, 0) {
        Ok(text) if text.is_ascii() => Answer::Same(0),
        Ok(text) => out.text(deunicode::deunicode_with_tofu(text, "?").trim_end()),
        Err(wrong) => wrong,
    }
}

fn slug(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (text, separator) = match (text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(text), Ok(separator)) => (text, separator.unwrap_or("-")),
    };
    let plain = deunicode::deunicode_with_tofu(text, " ").to_lowercase();
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.text(separator);
        }
        out.text(word);
    }
    Answer::Wrote
}

/// Elements after which a line ends.
const BLOCKS: &[&str] = &["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr"];

fn strip_html(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    if !text.contains(['<', '&']) {
        return Answer::Same(0);
    }
    let mut rest = text;
    while let Some(place) = rest.find('<') {
        push_unescaped(&rest[..place], out.bytes);
        rest = &rest[place..];
        let named =
            rest[1..].starts_with(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '/' | '!' | '?'));
        if !named {
            // A lone `<` is a sign of its own: `a < b`.
            out.bytes.push(b'<');
            rest = &rest[1..];
            continue;
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let name: String = rest[1..]
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        if BLOCKS.contains(&name.as_str()) && out.own().last().is_some_and(|last| *last != b'\n') {
            out.bytes.push(b'\n');
        }
        let opens = !rest.starts_with("</");
        rest = &rest[end..];
        if opens && matches!(name.as_str(), "script" | "style") {
            let close = format!("</{name}");
            let lower = rest.to_ascii_lowercase();
            rest = lower.find(&close).map_or("", |end| &rest[end..]);
        }
    }
    push_unescaped(rest, out.bytes);
    let (start, end) = trimmed(out.own());
    out.bytes.truncate(out.start + end);
    out.bytes.drain(out.start..out.start + start);
    Answer::Wrote
}

/// Appends text with its character references resolved; unknown ones stay.
fn push_unescaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(place) = rest.find('&') {
        out.extend_from_slice(&rest.as_bytes()[..place]);
        rest = &rest[place..];
        let reference = rest.find(';').filter(|end| *end <= 12).map(|end| &rest[1..end]);
        match reference.and_then(|name| referenced(name).map(|letter| (letter, name.len() + 2))) {
            Some((letter, length)) => {
                let mut buffer = [0; 4];
                out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
                rest = &rest[length..];
            }
            None => {
                out.push(b'&');
                rest = &rest[1..];
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
}

/// The character of a reference: numbers, and the names that editors write.
fn referenced(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| *letter != '\0');
    }
    const NAMES: &[(&str, char)] = &[
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("euro", '€'),
        ("pound", '£'),
        ("copy", '©'),
        ("reg", '®'),
        ("trade", '™'),
        ("deg", '°'),
        ("middot", '·'),
        ("bull", '•'),
        ("hellip", '…'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("bdquo", '„'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("ecirc", 'ê'),
        ("agrave", 'à'),
        ("aacute", 'á'),
        ("acirc", 'â'),
        ("ccedil", 'ç'),
        ("ntilde", 'ñ'),
        ("iacute", 'í'),
        ("oacute", 'ó'),
        ("uacute", 'ú'),
        ("oslash", 'ø'),
        ("aring", 'å'),
        ("aelig", 'æ'),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

fn extract(call: &Preparing<'_>) -> Result<super::Made, Diagnostic> {
    let search =
        SearchPattern::new(call.text(1).unwrap_or_default()).map_err(|error| super::text::bad_pattern(call, &error))?;
    Ok(super::Made::prepared(move |cells, _| {
        let text = match text(cells, 0) {
            Ok(text) => text,
            Err(wrong) => return wrong,
        };
        if !search.may_match(text.as_bytes()) {
            return Answer::Missing;
        }
        let found = if search.regex.captures_len() > 1 {
            search.regex.captures(text).and_then(|captures| captures.get(1))
        } else {
            search.regex.find(text)
        };
        found.map_or(Answer::Missing, |found| Answer::part(0, found.start(), found.len()))
    })
    .reads(1))
}

fn count_words(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    match filled_text(cells, 0) {
        Ok(text) => out.print(text.map_or(0, |text| text.split_whitespace().count())),
        Err(wrong) => wrong,
    }
}

/// A word's place in the text it is a part of.
fn place(text: &str, word: &str) -> Answer {
    Answer::part(0, word.as_ptr() as usize - text.as_ptr() as usize, word.len())
}

fn word(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let (text, position) = match (text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(_), Ok(None)) => return Answer::Missing,
        (Ok(text), Ok(Some(position))) => (text, position.parse::<i32>()),
    };
    let mut words = text.split_whitespace();
    let found = match position {
        Err(_) => return wrong_at!(1, "type", "is not a whole number"),
        Ok(0) => None,
        Ok(position) if position > 0 => words.nth(position as usize - 1),
        Ok(position) => words.rev().nth(position.unsigned_abs() as usize - 1),
    };
    found.map_or(Answer::Missing, |word| place(text, word))
}

fn words(cells: &[Cell<'_>], _: &mut Out<'_>) -> Answer {
    let (text, wanted) = match (text(cells, 0), count(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(_), Ok(None | Some(0))) => return Answer::Missing,
        (Ok(text), Ok(Some(wanted))) => (text, wanted),
    };
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return Answer::Missing };
    let last = words.take(wanted - 1).last().unwrap_or(first);
    let start = first.as_ptr() as usize - text.as_ptr() as usize;
    let end = last.as_ptr() as usize - text.as_ptr() as usize + last.len();
    Answer::part(0, start, end - start)
}
