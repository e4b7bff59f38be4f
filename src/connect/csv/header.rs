//! Whether the first record names the fields, and names that can be told apart.

use std::collections::HashSet;

/// What a cell holds, as far as a header could never look like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Empty,
    /// A number, date or amount: digits and punctuation.
    Figure,
    /// An address with `@`, or a URL.
    Address,
    Words,
}

fn shape(cell: &str) -> Shape {
    let cell = cell.trim();
    if cell.is_empty() {
        Shape::Empty
    } else if cell.contains("://") || (cell.contains('@') && cell.contains('.')) {
        Shape::Address
    } else if cell.chars().any(|c| c.is_ascii_digit())
        && !cell.chars().any(|c| c.is_alphabetic() && !matches!(c, 'e' | 'E' | 'T' | 'Z'))
    {
        Shape::Figure
    } else {
        Shape::Words
    }
}

/// A year may head a column of other figures.
fn is_year(cell: &str) -> bool {
    cell.trim().parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
}

/// Whether the first of `records` is a header, and why. Where nothing speaks against one, there is one: exports have
/// headers.
pub(in crate::connect) fn guess(records: &[Vec<String>]) -> (bool, String) {
    let Some((first, rest)) = records.split_first() else { return (true, "header: the file has no records".into()) };
    if matches!(first.as_slice(), [name] if name.trim().is_empty()) {
        return (false, "no header: the first line is blank".into());
    }
    // A header that stands there again as a whole (over several lines, above another table) is no data.
    let again = |record: &&Vec<String>| {
        let same = record.iter().zip(first).filter(|(cell, name)| cell == name && !cell.trim().is_empty()).count();
        same < 2 || same * 10 < first.len() * 6
    };
    let rest: Vec<&Vec<String>> = rest.iter().filter(again).collect();
    if rest.is_empty() && records.len() > 1 {
        return (true, "header: it stands there again, and nothing else".into());
    }
    for (column, cell) in first.iter().enumerate() {
        let kind = shape(cell);
        if kind == Shape::Address {
            return (false, format!("no header: `{cell}` in the first record is data"));
        }
        // A year can head a column of figures, but then its neighbours are words.
        if kind == Shape::Figure && first.iter().all(|cell| shape(cell) != Shape::Words) {
            return (false, format!("no header: the first record holds figures (`{cell}` in column {})", column + 1));
        }
    }
    let below = |column: usize| {
        let cells = rest.iter().filter_map(move |record| record.get(column)).map(|cell| shape(cell));
        cells.filter(|kind| *kind != Shape::Empty)
    };
    for (column, cell) in first.iter().enumerate() {
        let mut kinds = below(column).peekable();
        if shape(cell) == Shape::Words && kinds.peek().is_some() && kinds.all(|kind| kind != Shape::Words) {
            return (true, format!("header: `{}` stands above a column of figures", cell.trim()));
        }
    }
    let figures: Vec<usize> = (0..first.len())
        .filter(|column| {
            let mut kinds = below(*column).peekable();
            let years_below = || rest.iter().filter_map(|record| record.get(*column)).all(|cell| is_year(cell));
            shape(&first[*column]) == Shape::Figure
                && kinds.peek().is_some()
                && kinds.all(|kind| kind == Shape::Figure)
                && (!is_year(&first[*column]) || years_below())
        })
        .collect();
    if let Some(column) = figures.first() {
        let cell = &first[*column];
        return (false, format!("no header: `{cell}` in column {} is a figure like those below it", column + 1));
    }
    let repeated = first.iter().enumerate().find(|(column, cell)| {
        shape(cell) == Shape::Words && rest.iter().filter(|record| record.get(*column) == Some(cell)).count() > 0
    });
    match repeated {
        Some((column, cell)) if rest.len() > 1 => {
            (false, format!("no header: `{cell}` occurs again further down in column {}", column + 1))
        }
        _ => (true, "header: the first record holds only words, and none of them again below".into()),
    }
}

/// How many of the first records stand before the header: titles and notes of an export. They hold one cell at most,
/// and a header that fits the table follows them.
pub(super) fn preamble(records: &[Vec<String>]) -> usize {
    const MOST: usize = 20;
    let filled = |record: &Vec<String>| record.iter().filter(|cell| !cell.trim().is_empty()).count();
    let mut widths: Vec<usize> = records.iter().map(filled).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() / 2).copied().unwrap_or_default();
    let title_lines = records.iter().take(MOST).take_while(|record| filled(record) <= 1).count();
    let Some(header) = records.get(title_lines) else { return 0 };
    let names_all = filled(header) >= usual && filled(header) == header.len();
    let only_words = header.iter().all(|cell| shape(cell) == Shape::Words);
    if title_lines == 0 || usual < 3 || !names_all || !only_words || !guess(&records[title_lines..]).0 {
        return 0;
    }
    title_lines
}

/// Names that are neither empty nor alike, and what was changed.
pub(in crate::connect) fn names(first: &[String], evidence: &mut Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let wanted: Vec<&str> = first.iter().map(|name| name.trim()).collect();
    let originals: HashSet<&str> = wanted.iter().copied().collect();
    let mut names = Vec::with_capacity(wanted.len());
    for (column, name) in wanted.iter().enumerate() {
        let base = if name.is_empty() { format!("column_{}", column + 1) } else { (*name).to_owned() };
        let mut unique = base.clone();
        let mut count = 1;
        while taken.contains(&unique) || (count > 1 || name.is_empty()) && originals.contains(unique.as_str()) {
            count += 1;
            unique = format!("{base}_{count}");
        }
        if unique != *name {
            let why = if name.is_empty() { "has no name".to_owned() } else { format!("is the second `{name}`") };
            evidence.push(format!("column {} {why}: it is called `{unique}`", column + 1));
        }
        taken.insert(unique.clone());
        names.push(unique);
    }
    let trimmed = first.iter().filter(|name| name.trim() != name.as_str()).count();
    if trimmed > 0 {
        evidence.push(format!("{trimmed} names had space around them, which is left out"));
    }
    names
}

/// Names for a file without a header.
pub(super) fn numbered(width: usize) -> Vec<String> {
    (1..=width).map(|column| format!("column_{column}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn headers_are_told_from_data() {
        assert!(guess(&rows("id,name\n1,Ann\n2,Bob")).0);
        assert!(guess(&rows("name,city\nAnn,Bonn\nBob,Köln")).0);
        assert!(guess(&rows("region,2023,2024\nNord,1,2\nSüd,3,4")).0);
        assert!(!guess(&rows("1,Ann\n2,Bob\n3,Cid")).0);
        assert!(!guess(&rows("Ann,ann@x.org\nBob,bob@x.org")).0);
        assert!(!guess(&rows("1,2,3\n4,5,6")).0);
        assert!(!guess(&rows("open,Ann\nopen,Bob\nopen,Cid")).0);
        assert!(guess(&rows("only,header")).0);
    }

    #[test]
    fn titles_before_a_header_are_told_from_sparse_records() {
        assert_eq!(preamble(&rows("Export of 2026\n,,\nid,name,city\n1,Ann,Bonn\n2,Bob,Köln")), 2);
        assert_eq!(preamble(&rows("id,name,city\n1,Ann,Bonn\n2,Bob,Köln")), 0);
        // The first record names the first field only: what follows is data.
        assert_eq!(preamble(&rows("id,,\n1,Ann,Bonn\n2,Bob,Köln")), 0);
        assert_eq!(preamble(&rows("name\nAnn\nBob")), 0);
    }

    #[test]
    fn names_become_unique_and_say_so() {
        let mut evidence = Vec::new();
        let first: Vec<String> = ["name", "", " name ", "name_2", "name"].map(str::to_owned).to_vec();
        assert_eq!(names(&first, &mut evidence), ["name", "column_2", "name_3", "name_2", "name_4"]);
        assert_eq!(evidence.len(), 4);
    }
}
