//! Names of people: salutations and titles, particles, "Last, First".

use super::Family::Names as FAMILY;
use super::text::push_cased;
use super::{Function, Make, Param};
use crate::record::Cell;
use crate::transform::types::Type;
use crate::transform::value::{Answer, Out, filled_text, text};

const NAME: Param = Param::new("name", Type::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "title_name",
        FAMILY,
        &[NAME],
        Type::Text,
        "Upper and lower case as names have it: O'Brien, McDonald, van der Berg, Jean-Luc, roman numerals. A name that \
         already mixes cases stays as its owner writes it.",
        &[
            ("'JEAN-LUC O\\'BRIEN' | title_name", "Jean-Luc O'Brien"),
            ("'ludwig van beethoven' | title_name", "Ludwig van Beethoven"),
            ("'RONALD MCDONALD III' | title_name", "Ronald McDonald III"),
            ("'Anna DeVito' | title_name", "Anna DeVito"),
        ],
        Make::Plain(title_name),
    ),
    Function::new(
        "first_name",
        FAMILY,
        &[NAME],
        Type::Text,
        "The given names of a full name; `Last, First` is understood, salutations and titles are left out.",
        &[
            ("first_name('Dr. Ada Augusta Lovelace')", "Ada Augusta"),
            ("first_name('Lovelace, Ada')", "Ada"),
            ("first_name('Lovelace')", ""),
        ],
        Make::Plain(|cells, out| part(cells, out, |name| name.first)),
    ),
    Function::new(
        "last_name",
        FAMILY,
        &[NAME],
        Type::Text,
        "The family name of a full name, with its particles; a single word counts as family name.",
        &[
            ("last_name('Vincent van Gogh')", "van Gogh"),
            ("last_name('Lovelace, Ada')", "Lovelace"),
            ("last_name('Mr Sammy Davis Jr.')", "Davis"),
        ],
        Make::Plain(|cells, out| part(cells, out, |name| name.last)),
    ),
    Function::new(
        "salutation",
        FAMILY,
        &[NAME],
        Type::Text,
        "Salutation and titles in front of a name; missing where there are none.",
        &[("salutation('Herr Dr. Max Planck')", "Herr Dr."), ("salutation('Max Planck')", "")],
        Make::Plain(|cells, out| part(cells, out, |name| name.salutation)),
    ),
    Function::new(
        "name_suffix",
        FAMILY,
        &[NAME],
        Type::Text,
        "What follows a name: Jr., III, PhD; missing where there is nothing.",
        &[("name_suffix('Martin Luther King, Jr.')", "Jr."), ("name_suffix('Ada Lovelace')", "")],
        Make::Plain(|cells, out| part(cells, out, |name| name.suffix)),
    ),
    Function::new(
        "full_name",
        FAMILY,
        &[Param::new("first", Type::Text), Param::new("last", Type::Text)],
        Type::Text,
        "First and last name with a space between, or whichever there is.",
        &[("full_name('Ada', 'Lovelace')", "Ada Lovelace"), ("full_name('', 'Lovelace')", "Lovelace")],
        Make::Plain(full_name),
    )
    .takes_missing(),
    Function::new(
        "initials",
        FAMILY,
        &[NAME],
        Type::Text,
        "The first letters of all words of a name.",
        &[("initials('Ada King-Lovelace')", "AKL")],
        Make::Plain(initials),
    ),
];

/// Small words that belong to the family name behind them.
const PARTICLES: &[&str] = &[
    "van", "von", "vom", "zu", "zum", "zur", "der", "den", "ter", "ten", "de", "del", "della", "di", "da", "do", "dos",
    "das", "du", "des", "la", "le", "las", "los", "el", "al", "bin", "ibn", "bint", "af", "av", "y", "e", "und", "op",
    "'t", "san", "st", "st.", "mac",
];

/// Particles that are written small inside a name.
const SMALL: &[&str] = &[
    "van", "von", "vom", "zu", "zum", "zur", "der", "den", "ter", "ten", "de", "del", "della", "di", "da", "do", "dos",
    "das", "du", "des", "bin", "ibn", "bint", "af", "av", "y", "e", "und", "op", "'t",
];

const SALUTATIONS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dame",
    "lord",
    "lady",
    "dr",
    "prof",
    "professor",
    "doctor",
    "rev",
    "hon",
    "herr",
    "frau",
    "fräulein",
    "hr",
    "fr",
    "monsieur",
    "madame",
    "mademoiselle",
    "m",
    "mme",
    "mlle",
    "señor",
    "señora",
    "señorita",
    "sr",
    "sra",
    "srta",
    "signor",
    "signora",
    "sig",
    "sig.ra",
    "dott",
    "dhr",
    "mevr",
    "mw",
    "ing",
    "dipl",
    "dipl.-ing",
    "mag",
    "med",
    "senhor",
    "senhora",
    "dra",
    "eng",
];

const SUFFIXES: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "esq", "mba", "msc", "bsc", "ma", "ba", "cpa", "dds",
    "rn", "obe", "mbe", "cbe",
];

/// The parts of a full name, as words of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Name<'n> {
    salutation: Vec<&'n str>,
    first: Vec<&'n str>,
    last: Vec<&'n str>,
    suffix: Vec<&'n str>,
}

fn bare(word: &str) -> String {
    word.trim_end_matches(['.', ',']).to_lowercase()
}

impl<'n> Name<'n> {
    fn of(text: &'n str) -> Name<'n> {
        let mut name = Name::default();
        let mut parts = text.splitn(2, ',').map(|part| part.split_whitespace().collect::<Vec<_>>());
        let (mut front, mut behind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // "King, Jr." has a suffix behind the comma and no first name.
        let is_suffix = |word: &&str| SUFFIXES.contains(&bare(word).as_str());
        if !behind.is_empty() && behind.iter().all(is_suffix) {
            name.suffix = std::mem::take(&mut behind);
        }
        for words in [&mut front, &mut behind] {
            // "Dr. No": the last word is a name whatever it looks like. A single letter is a salutation only with one
            // word more behind it than a first name needs.
            while words.len() > 1 && SALUTATIONS.contains(&bare(words[0]).as_str()) {
                if words[0].chars().count() == 1 && words.len() < 3 {
                    break;
                }
                name.salutation.push(words.remove(0));
            }
        }
        while front.len() > 1 && front.last().is_some_and(is_suffix) {
            name.suffix.insert(0, front.pop().unwrap_or_default());
        }
        if !behind.is_empty() {
            while behind.len() > 1 && behind.last().is_some_and(is_suffix) {
                name.suffix.insert(0, behind.pop().unwrap_or_default());
            }
            name.last = front;
            name.first = behind;
            return name;
        }
        // The family name is the last word and the particles before it; never the first word of several.
        let mut start = front.len().saturating_sub(1);
        while start > 1 && PARTICLES.contains(&front[start - 1].to_lowercase().as_str()) {
            start -= 1;
        }
        name.last = front.split_off(start.min(front.len()));
        name.first = front;
        name
    }
}

fn part(cells: &[Cell<'_>], out: &mut Out<'_>, pick: for<'n> fn(Name<'n>) -> Vec<&'n str>) -> Answer {
    match text(cells, 0) {
        Ok(text) => {
            let words = pick(Name::of(text));
            out.text(words.join(" ").trim_end_matches(','))
        }
        Err(wrong) => wrong,
    }
}

fn title_name(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let has = |fits: fn(char) -> bool| text.chars().any(fits);
    if has(char::is_lowercase) && has(char::is_uppercase) {
        return Answer::Same(0);
    }
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.bytes.push(b' ');
        }
        push_name_word(out.bytes, word, index == 0);
    }
    Answer::Wrote
}

fn push_name_word(out: &mut Vec<u8>, word: &str, is_first: bool) {
    let lower = word.to_lowercase();
    if !is_first && SMALL.contains(&lower.as_str()) {
        out.extend_from_slice(lower.as_bytes());
        return;
    }
    if is_roman(&lower) {
        out.extend_from_slice(lower.to_uppercase().as_bytes());
        return;
    }
    let letters: Vec<char> = lower.chars().collect();
    // After a start, a hyphen or the apostrophe of O' and D' a letter is a capital; and after Mc.
    let mut upper_at = vec![0];
    for (index, letter) in letters.iter().enumerate() {
        match letter {
            '-' | '–' | '.' | '(' | '/' => upper_at.push(index + 1),
            '\'' | '’' if index == 1 || (index > 1 && !letters[index - 2].is_alphanumeric()) => {
                upper_at.push(index + 1)
            }
            _ => {}
        }
    }
    for start in upper_at.clone() {
        if letters[start.min(letters.len())..].starts_with(&['m', 'c']) && letters.len() > start + 3 {
            upper_at.push(start + 2);
        }
    }
    for (index, letter) in letters.iter().enumerate() {
        push_cased(out, *letter, upper_at.contains(&index));
    }
}

/// II to XX: numerals that names carry; `I`, `V` and `X` alone are initials, capitals in any case.
fn is_roman(lower: &str) -> bool {
    const NUMERALS: &[&str] = &["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv"];
    NUMERALS.contains(&lower)
}

fn full_name(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let (first, last) = match (filled_text(cells, 0), filled_text(cells, 1)) {
        (Err(wrong), _) | (_, Err(wrong)) => return wrong,
        (Ok(first), Ok(last)) => (first, last),
    };
    match (first, last) {
        (None, None) => Answer::Missing,
        (Some(_), None) => Answer::Same(0),
        (None, Some(_)) => Answer::Same(1),
        (Some(first), Some(last)) => {
            out.text(first);
            out.bytes.push(b' ');
            out.text(last)
        }
    }
}

fn initials(cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
    let text = match text(cells, 0) {
        Ok(text) => text,
        Err(wrong) => return wrong,
    };
    let words = text.split(|letter: char| letter.is_whitespace() || letter == '-');
    for letter in words.filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric())) {
        push_cased(out.bytes, letter, true);
    }
    Answer::Wrote
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> [String; 4] {
        let name = Name::of(text);
        [name.salutation, name.first, name.last, name.suffix].map(|words| words.join(" "))
    }

    #[test]
    fn full_names_fall_into_parts() {
        for (text, expected) in [
            ("Ada Lovelace", ["", "Ada", "Lovelace", ""]),
            ("Lovelace, Ada Augusta", ["", "Ada Augusta", "Lovelace", ""]),
            ("van Gogh, Vincent", ["", "Vincent", "van Gogh", ""]),
            ("Frau Prof. Dr. Lise Meitner", ["Frau Prof. Dr.", "Lise", "Meitner", ""]),
            ("Meitner, Dr. Lise", ["Dr.", "Lise", "Meitner", ""]),
            ("María de la Cruz", ["", "María", "de la Cruz", ""]),
            ("Ludwig Mies van der Rohe", ["", "Ludwig Mies", "van der Rohe", ""]),
            ("King, Jr.", ["", "", "King", "Jr."]),
            ("Martin Luther King, Jr.", ["", "Martin Luther", "King", "Jr."]),
            ("Henry Ford II", ["", "Henry", "Ford", "II"]),
            ("Dr. No", ["Dr.", "", "No", ""]),
            ("M Butterfly", ["", "M", "Butterfly", ""]),
            ("De Niro", ["", "De", "Niro", ""]),
            ("Madonna", ["", "", "Madonna", ""]),
            ("", ["", "", "", ""]),
            (",", ["", "", "", ""]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn cases_of_names() {
        let cased = |word: &str| {
            let mut out = Vec::new();
            push_name_word(&mut out, word, true);
            String::from_utf8(out).unwrap()
        };
        for (word, expected) in [
            ("o'brien", "O'Brien"),
            ("d’angelo", "D’Angelo"),
            ("MCDONALD", "McDonald"),
            ("mc", "Mc"),
            ("MACK", "Mack"),
            ("anne-marie", "Anne-Marie"),
            ("j.r.r.", "J.R.R."),
            ("ÖZIL", "Özil"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(cased(word), expected, "{word}");
        }
    }
}
