//! Documents as exports have them, what must be refused, and what is written.

use std::path::Path;

use super::{open_source, open_target};
use crate::connect::{Chunk, ErrorKind, Location, ReadRequest, TargetBatch, WriteMode, WriteRequest};
use crate::record::{Batch, Cell};

fn at(path: &Path) -> Location {
    Location::from_argument(path.to_str().unwrap())
}

fn read(path: &Path, object: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let source = open_source(&at(path)).unwrap();
    let mut reader = source.read(object, &ReadRequest::default()).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut rows) = (Chunk::default(), Batch::default(), Vec::new());
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        rows.extend(batch.records().map(|record| record.cells().map(|cell| cell.display().into_owned()).collect()));
    }
    (decoder.fields().to_vec(), rows)
}

fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.xml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn repeated_elements_are_the_records() {
    let (_folder, path) = file(
        "<export><contacts><contact id='1'><name>Ann &amp; Co</name><address><city>Bonn</city></address><tag>a</tag><tag>b</tag></contact>\
         <contact id='2'><name>Bob</name></contact></contacts><deals><deal><x>1</x></deal><deal><x>2</x></deal></deals></export>",
    );
    assert_eq!(open_source(&at(&path)).unwrap().objects().unwrap(), ["contact", "deal"]);
    let (names, rows) = read(&path, "contact");
    assert_eq!(names, ["@id", "name", "address.city", "tag"]);
    assert_eq!(rows, [vec!["1", "Ann & Co", "Bonn", "[\"a\",\"b\"]"], vec!["2", "Bob", "", ""]]);
    assert_eq!(read(&path, "deal").1, [["1"], ["2"]]);
}

#[test]
fn what_is_dangerous_or_not_well_formed_is_refused_with_its_place() {
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    for (text, word) in [
        ("<a>\n<b></a>", "line 2"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"),
        ("<a x='1' x='2'/>", "well-formed"),
        ("<a>&nope;</a>", "well-formed"),
        ("<a/><a/>", "well-formed"),
        ("<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>", "`xmlns:x` names a namespace that is reserved"),
        ("<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", "`xmlns:x` names a namespace that is reserved"),
        (deep.as_str(), "deep"),
    ] {
        let (_folder, path) = file(text);
        let error = open_source(&at(&path)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let (_folder, path) = file("<a>only text</a>");
    assert_eq!(open_source(&at(&path)).map(|_| ()).unwrap_err().kind, ErrorKind::Empty);
}

#[test]
fn what_is_written_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xml");
    let target = open_target(&at(&path)).unwrap();
    let fields = vec!["id".to_owned(), "First Name".to_owned(), "xml & more".to_owned()];
    let request =
        WriteRequest { fields: fields.clone(), mode: WriteMode::Insert, run: "r".into(), ..WriteRequest::default() };
    let mut sink = target.open(&request).unwrap();
    let mut batch = TargetBatch::default();
    let values = ["<b>&\"'", " a\r\n\tb ", "\u{1}\u{1f}", "😀\u{fffe}", "]]>", " "];
    for value in values {
        sink.encoder().encode(&[Cell::text("1"), Cell::text(value), Cell::text(value)], &mut batch);
    }
    let ticket = sink.submit(&batch).unwrap();
    sink.collect(ticket).unwrap();
    sink.finish().unwrap();
    let (names, rows) = read(&path, "");
    assert_eq!(names, fields);
    assert_eq!(rows, values.map(|value| vec!["1".to_owned(), value.to_owned(), value.to_owned()]));
}
