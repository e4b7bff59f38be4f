//! Columns that are found, columns that are pinned, and text that is no table.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::connect::{Chunk, FixedColumn, Location, ReadRequest, Source, open_source};
use crate::record::{Batch, Fault};

fn file(name: &str, text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn location(path: &std::path::Path) -> Location {
    Location::from_argument(path.to_str().unwrap())
}

/// Lines, cells and faults.
type Seen = (u64, Vec<String>, Option<Fault>);

fn read(source: &dyn Source, chunk_bytes: usize) -> Vec<Seen> {
    let mut reader = source.read("", &ReadRequest { chunk_bytes, ..ReadRequest::default() }).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut all, mut lines) = (Chunk::default(), Batch::default(), Vec::new(), 0);
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        for record in batch.records() {
            let cells = record.cells().map(|cell| cell.display().into_owned()).collect();
            all.push((record.origin().line + lines, cells, record.row().fault));
        }
        lines += chunk.lines;
    }
    all
}

fn names(source: &dyn Source) -> Vec<String> {
    source.object("").unwrap().fields.into_iter().map(|field| field.name).collect()
}

const PEOPLE: [(&str, &str, &str, &str); 12] = [
    ("00017", "Ada", "London", "12.50"),
    ("00018", "Zoë", "Köln", "7.00"),
    ("00019", "Mary Ann", "New York", "1200.10"),
    ("00020", "Li", "", "0.01"),
    ("00021", "José", "São Paulo", "99.99"),
    ("00022", "Christopher", "Rome", "5.00"),
    ("00023", "Bob", "Bonn", ""),
    ("00024", "Eve", "Los Angeles", "31.10"),
    ("00025", "Ann", "Paris", "8.25"),
    ("00026", "Łukasz", "Łódź", "640.00"),
    ("00027", "Ove", "Oslo", "17.00"),
    ("00028", "Pat", "Cork", "3.30"),
];

fn aligned() -> String {
    let mut text = String::from("id     name         city             amount\n");
    for (id, name, city, amount) in PEOPLE {
        writeln!(text, "{id:<7}{name:<13}{city:<14}{amount:>9}").unwrap();
    }
    text
}

#[test]
fn columns_between_blanks_are_found() {
    for (text, ends) in [(aligned(), "\n"), (aligned().replace('\n', "\r\n"), "\r\n")] {
        let (_folder, path) = file("people.txt", text.as_bytes());
        let source = open_source(&location(&path)).unwrap();
        assert_eq!(source.format(), "fixed", "{ends:?}");
        assert_eq!(names(&*source), ["id", "name", "city", "amount"]);
        assert!(source.evidence("").iter().any(|line| line.contains("4 columns")), "{:?}", source.evidence(""));
        for chunk_bytes in [1, 70, 1 << 20] {
            let all = read(&*source, chunk_bytes);
            assert_eq!(all.len(), PEOPLE.len());
            for (at, (seen, person)) in all.iter().zip(PEOPLE).enumerate() {
                let (id, name, city, amount) = person;
                assert_eq!(seen, &(at as u64 + 2, [id, name, city, amount].map(str::to_owned).to_vec(), None));
            }
        }
    }
}

#[test]
fn a_ruler_shows_columns_and_a_footer_is_told() {
    let text = "Report of 2026\n\nid  name       city\n--- ---------- -----\n1   Ada        Rome\n2   Bob\n3   Christopher\n\n(3 rows affected by it)\n";
    let (_folder, path) = file("report.txt", text.as_bytes());
    let source = open_source(&location(&path)).unwrap();
    assert_eq!(names(&*source), ["id", "name", "city"]);
    let all = read(&*source, 1 << 20);
    assert_eq!(all[0], (5, vec!["1".into(), "Ada".into(), "Rome".into()], None));
    assert_eq!(all[1].1, ["2", "Bob", ""]);
    // `Christopher` fills the place of the blank, but does not go beyond.
    assert_eq!((all[2].1[1].as_str(), all[2].2), ("Christopher", None));
    assert_eq!(all[3].2, Some(Fault::Misaligned));
}

#[test]
fn columns_without_blanks_between_them_begin_behind_padding() {
    let first = ["JOHN", "ELIZABETHS", "ANN", "BOB"];
    let last = ["SMITH", "LOVELACE", "O'BRIEN", "NG"];
    let mut text = String::new();
    for number in 0..60usize {
        writeln!(text, "{:08}{:<10}{:<10}2026{:04}", number * 7919, first[number % 4], last[number * 7 % 4], number)
            .unwrap();
    }
    let (_folder, path) = file("mainframe.dat", text.as_bytes());
    let source = open_source(&location(&path)).unwrap();
    assert_eq!(source.format(), "fixed");
    let all = read(&*source, 1 << 20);
    assert_eq!(all[1].1, ["00007919", "ELIZABETHS", "NG", "20260001"]);
}

#[test]
fn pinned_columns_are_taken_and_odd_lines_told() {
    let text = "00017Ada       London  \n00018Zoë       Köln    \n00019Mary Ann  New\n00020Christopher York and more\n";
    let (_folder, path) = file("pinned.csv", text.as_bytes());
    let column = |name: &str, start, end| FixedColumn { name: Some(name.to_owned()), start, end };
    let columns = vec![column("id", 0, 5), column("name", 5, 15), column("city", 15, 23)];
    let mut at = location(&path);
    at.columns.clone_from(&columns);
    let source = open_source(&at).unwrap();
    assert_eq!(source.format(), "fixed");
    assert!(source.names_fields(""));
    assert_eq!(names(&*source), ["id", "name", "city"]);
    let all = read(&*source, 1 << 20);
    assert_eq!(all[1], (2, vec!["00018".into(), "Zoë".into(), "Köln".into()], None));
    // Two of four lines are shorter than the last column ends: then lines are not padded.
    assert_eq!(all[2].2, None);
    assert_eq!(all[3].2, Some(Fault::TooManyFields { found: 4, expected: 3 }));
    let decoder = source.read("", &ReadRequest::default()).unwrap().decoder();
    let cells = decoder.split(text.lines().last().unwrap().as_bytes()).unwrap();
    assert_eq!(String::from_utf8_lossy(&cells[3]), "nd more");

    let mut padded: String = (0..20).map(|id| format!("{id:05}Ada       London  \n")).collect();
    padded.push_str("00099Bob       Ro\n");
    std::fs::write(&path, padded).unwrap();
    let all = read(&*open_source(&at).unwrap(), 1 << 20);
    assert_eq!(all[20].1, ["00099", "Bob", "Ro"]);
    assert_eq!(all[20].2, Some(Fault::TooFewFields { found: 2, expected: 3 }));
}

#[test]
fn text_that_is_no_table_stays_what_it_is() {
    let prose = "The operator opens a source and a target side by\nside, gets the field mapping suggested, edits it while\nwatching real records come out clean, checks it, runs\nit, and ends with a report in which every record is\naccounted for. The same profile then runs without a\nscreen, on a schedule, resumed after a crash, or on a\ncluster. Nothing is lost on the way and nothing is\nwritten twice, whatever happens to the machine or to\nthe connection while it is under way. What cannot be\nread is told with its place and what to do about it.\n";
    let spaces = "id name city\n1 Ada Rome\n2 Bob Bonn\n3 Eve Oslo\n4 Ann Cork\n5 Pat Kiel\n6 Kim Lyon\n";
    let commas: String = (0..40).map(|id| format!("{id:<6},{:<8},{:>6}\n", "Ada", id * 31)).collect();
    let tabs: String = (0..40).map(|id| format!("{id:<6}\t{:<8}\t{:>6}\n", "Ada", id * 31)).collect();
    let words: String = (0..40).map(|id| format!("word{id}\n")).collect();
    let code = "fn main() {\n    let a = 1;\n    let b = 2;\n    if a < b {\n        run(a);\n    } else {\n        run(b);\n    }\n    end();\n    done();\n}\n";
    let comments: String =
        (0..12).map(|at| format!("# {}{at}\n#\n", if at % 2 == 0 { "word " } else { "other" })).collect();
    for text in [prose, spaces, &commas, &tabs, &words, code, &comments] {
        let (_folder, path) = file("some.txt", text.as_bytes());
        assert_eq!(open_source(&location(&path)).unwrap().format(), "csv", "{text}");
    }
    // A name that says what it is goes before what it looks like.
    let (_folder, path) = file("people.csv", aligned().as_bytes());
    assert_eq!(open_source(&location(&path)).unwrap().format(), "csv");
}

#[test]
fn reading_continues_after_a_chunk() {
    let (_folder, path) = file("people.txt", aligned().as_bytes());
    let source = open_source(&location(&path)).unwrap();
    let mut reader = source.read("", &ReadRequest { chunk_bytes: 100, ..ReadRequest::default() }).unwrap();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    assert!(reader.next(&mut chunk).unwrap());
    let decoder = reader.decoder();
    decoder.decode(&mut chunk, &mut batch).unwrap();
    let done = batch.len();
    let from = Some(chunk.end.clone());
    let mut rest = source.read("", &ReadRequest { from, ..ReadRequest::default() }).unwrap();
    assert!(rest.next(&mut chunk).unwrap());
    decoder.decode(&mut chunk, &mut batch).unwrap();
    assert_eq!(done + batch.len(), PEOPLE.len());
    assert_eq!(batch.record(0).cell(0).display(), PEOPLE[done].0);
}
