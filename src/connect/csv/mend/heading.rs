//! The header of a table whose width is known: names that were broken like any other record, or that take several lines.

use std::collections::HashSet;

use super::super::Dialect;
use super::OTHERS;
use super::tokens::{self, Habit, Token};

/// What stands above the records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct Heading {
    /// The names as they are to be used, before they are made unique.
    pub names: Vec<String>,
    /// How many of the records belong to the heading.
    pub records: usize,
    /// What was put right, in words.
    pub notes: Vec<String>,
}

/// Most records that a heading may take.
const MOST: usize = 4;

/// Reads the heading: `records` are cells of the first records, `raw` the bytes of the first, `width` that of the table.
pub(in super::super) fn heading(dialect: &Dialect, raw: &[u8], records: &[Vec<String>], width: usize) -> Heading {
    let Some(first) = records.first() else { return Heading::default() };
    let mut notes = Vec::new();
    let mut names = first.clone();
    if names.len() != width
        && let Some((mended, what)) = mended(dialect, raw, first, width)
    {
        notes.push(format!("the header had {} cells and the records {width}: {what}", first.len()));
        names = mended;
    }
    let extra = tokens::by_habit(dialect, raw, Habit { extra_lead: true, ..Habit::default() });
    if extra.len() == width && extra.iter().any(|token| token.lead > 0) {
        names = extra.iter().map(|token| String::from_utf8_lossy(&token.text).into_owned()).collect();
        notes.push("a name in the header starts with a quote too many, which is kept".to_owned());
    }
    let mut count = 1;
    for more in records.iter().skip(1).take(MOST - 1) {
        if !repeats(&names, first, more) {
            break;
        }
        count += 1;
        for (name, part) in names.iter_mut().zip(more) {
            *name = format!("{name} {part}").trim().to_owned();
        }
    }
    if count == 1
        && let Some(second) = records.get(1)
        && grouped(&names, second)
    {
        count = 2;
        let mut group = String::new();
        for (name, part) in names.iter_mut().zip(second) {
            if !name.trim().is_empty() {
                group = name.trim().to_owned();
            }
            *name = format!("{group} {}", part.trim()).trim().to_owned();
        }
    }
    if count > 1 {
        notes.push(format!("the header takes {count} lines: a name is made of what stands one below the other"));
    }
    Heading { names, records: count, notes }
}

/// Whether a record under the header says the same again.
fn repeats(names: &[String], first: &[String], record: &[String]) -> bool {
    let filled = record.iter().filter(|cell| !cell.trim().is_empty()).count();
    let same = record.iter().zip(first).filter(|(cell, name)| cell.trim() == name.trim() && !cell.trim().is_empty());
    record.len() == names.len() && filled >= 2 && same.count() * 10 >= filled * 6
}

/// Whether the first line names groups of columns (some names stand over several columns), and the second each column.
fn grouped(names: &[String], second: &[String]) -> bool {
    let filled = |cell: &&String| !cell.trim().is_empty();
    let empty = names.len() - names.iter().filter(filled).count();
    let words = |cell: &String| {
        let cell = cell.trim();
        !cell.is_empty() && cell.len() <= 60 && !cell.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@')
    };
    let distinct: HashSet<&str> = second.iter().map(|cell| cell.trim()).collect();
    second.len() == names.len()
        && empty > 0
        && names.iter().filter(filled).count() >= 2
        && names.first().is_some_and(|name| !name.trim().is_empty())
        && second.iter().all(words)
        && distinct.len() * 10 >= second.len() * 6
}

/// The names in as many cells as the table has columns, and what had to be done for that.
fn mended(dialect: &Dialect, raw: &[u8], first: &[String], width: usize) -> Option<(Vec<String>, &'static str)> {
    let empty = first.iter().filter(|cell| cell.trim().is_empty()).count();
    if first.len() > width && first.len() - width <= empty {
        let mut extra = first.len() - width;
        let mut names = first.to_vec();
        let mut at = names.len();
        while extra > 0 && at > 0 {
            at -= 1;
            if names[at].trim().is_empty() {
                names.remove(at);
                extra -= 1;
            }
        }
        return Some((names, "an extra delimiter was left out"));
    }
    let text = |tokens: Vec<Token>| -> Vec<String> {
        tokens.into_iter().map(|token| String::from_utf8_lossy(&token.text).into_owned()).collect()
    };
    let fits = |names: &[String]| {
        names.len() == width && names.iter().filter(|name| !name.trim().is_empty()).count() > width / 2
    };
    for habit in [
        Habit { opens_anywhere: true, ..Habit::default() },
        Habit { extra_lead: true, ..Habit::default() },
        Habit { never_doubles: true, ..Habit::default() },
    ] {
        let names = text(tokens::by_habit(dialect, raw, habit));
        if fits(&names) {
            return Some((names, "its quotes were read another way"));
        }
    }
    for other in OTHERS.iter().filter(|other| **other != dialect.delimiter) {
        let other = Dialect { delimiter: *other, rest: [0; 3], ..*dialect };
        let names = text(tokens::by_habit(&other, raw, Habit::default()));
        if fits(&names) {
            return Some((names, "it has another delimiter"));
        }
    }
    if first.len() + 1 == width {
        return run_together(first).map(|names| (names, "two names had run together"));
    }
    None
}

/// Parts the name in which two words have run together (`LastNameEmail` beside `FirstName`): only where just one name can
/// be parted, and only at one place.
fn run_together(first: &[String]) -> Option<Vec<String>> {
    let mut places = first.iter().enumerate().flat_map(|(column, name)| {
        let bytes = name.as_bytes();
        let quote = name.find("\"\"").or_else(|| name.find('"')).map(|at| (column, at));
        let turns =
            (1..bytes.len()).filter(move |at| bytes[at - 1].is_ascii_lowercase() && bytes[*at].is_ascii_uppercase());
        quote.into_iter().chain(turns.map(move |at| (column, at)))
    });
    let (column, at) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let mut names = first.to_vec();
    let right = names[column].split_off(at);
    names.insert(column + 1, right.trim_matches('"').to_owned());
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str], width: usize) -> Heading {
        let records: Vec<Vec<String>> = lines.iter().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        heading(&Dialect::default(), lines[0].as_bytes(), &records, width)
    }

    #[test]
    fn a_header_of_several_lines_is_joined() {
        let found = of(&["id,name", "id,name", "1,Ann"], 2);
        assert_eq!((found.names, found.records), (vec!["id id".to_owned(), "name name".to_owned()], 2));
        let found = of(&["Person,,Place,", "First,Last,Street,City", "Ann,Ames,Elm,Bonn"], 4);
        assert_eq!(found.names, ["Person First", "Person Last", "Place Street", "Place City"]);
        assert_eq!(of(&["id,name", "1,Ann", "2,Bob"], 2).records, 1);
    }

    #[test]
    fn broken_headers_are_put_right() {
        assert_eq!(of(&["id,,name", "1,Ann"], 2).names, ["id", "name"]);
        assert_eq!(of(&["id name mail", "1,Ann,x"], 3).names, ["id", "name", "mail"]);
        assert_eq!(of(&["id,lastEmail", "1,Ann,x"], 3).names, ["id", "last", "Email"]);
    }
}
