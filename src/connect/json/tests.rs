//! JSON and NDJSON, read and written.

use std::fs;

use proptest::prelude::*;

use crate::connect::{
    Chunk, ErrorKind, Location, ReadRequest, Source, TargetBatch, WriteMode, WriteRequest, open_source, open_target,
};
use crate::record::{Batch, Cell, Fault, Kind, SourceType};

fn open(name: &str, text: &str) -> (tempfile::TempDir, Box<dyn Source>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let source = open_source(&Location::from_argument(path.to_str().unwrap())).unwrap();
    (folder, source)
}

fn error(name: &str, text: &str) -> crate::connect::ConnectError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    match open_source(&Location::from_argument(path.to_str().unwrap())) {
        Err(error) => error,
        Ok(source) => read_all(&*source, 1 << 20).unwrap_err(),
    }
}

/// Number, line, cells (kind, type, text) and fault of a record.
type Seen = (u64, u64, Vec<(Kind, SourceType, String)>, Option<Fault>, String);

fn read_all(source: &dyn Source, chunk_bytes: usize) -> Result<Vec<Seen>, crate::connect::ConnectError> {
    let mut reader = source.read("", &ReadRequest { chunk_bytes, ..ReadRequest::default() })?;
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), Vec::new());
    let (mut numbers, mut lines) = (0, 0);
    while reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            let cells = record.cells().map(|cell| (cell.kind, cell.source_type, cell.display().into_owned())).collect();
            let raw = String::from_utf8_lossy(record.raw()).into_owned();
            let origin = record.origin();
            all.push((origin.number + numbers, origin.line + lines, cells, record.row().fault, raw));
        }
        numbers += batch.len() as u64;
        lines += chunk.lines;
    }
    Ok(all)
}

fn names(source: &dyn Source) -> Vec<String> {
    source.object("").unwrap().fields.into_iter().map(|field| field.name).collect()
}

const DEALS: &str = concat!(
    "{\"id\":1,\"amount\":12345678901234567890.10,\"won\":true,\"owner\":{\"name\":\"Ann \\\"A\\\"\",\"tags\":[1, \"x y\"]}}\n",
    "\n",
    "{\"id\":\"2\",\"amount\":null,\"owner\":null}\r\n",
    "not json\n",
    "{\"id\":3,\"id\":4,\"owner\":{}}"
);

#[test]
fn records_with_few_of_many_fields_come_in_small_chunks() {
    let whole: Vec<String> = (0..200).map(|field| format!("\"f{field}\":{field}")).collect();
    let whole = format!("{{{}}}", whole.join(","));
    let records = std::iter::once(whole.as_str()).chain(std::iter::repeat_n("{}", 20_000));
    let lines = records.clone().collect::<Vec<_>>().join("\n");
    let array = format!("[{}]", records.collect::<Vec<_>>().join(","));
    for (name, text) in [("a.jsonl", lines), ("a.json", array)] {
        let (_folder, source) = open(name, &text);
        let request = ReadRequest { chunk_bytes: 1 << 14, ..ReadRequest::default() };
        let mut reader = source.read("", &request).unwrap();
        let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), 0);
        while reader.next(&mut chunk).unwrap() {
            reader.decoder().decode(&mut chunk, &mut batch).unwrap();
            assert!(batch.slots.len() <= 1 << 14, "{name}: {} slots", batch.slots.len());
            all += batch.len();
        }
        assert_eq!(all, 20_001, "{name}");
    }
}

#[test]
fn nested_objects_become_fields_and_values_keep_their_form() {
    let (_folder, source) = open("deals.ndjson", DEALS);
    assert_eq!(names(&*source), ["id", "amount", "won", "owner.name", "owner.tags"]);
    for chunk_bytes in [1, 50, 1 << 20] {
        let all = read_all(&*source, chunk_bytes).unwrap();
        let cells = &all[0].2;
        assert_eq!(cells[0], (Kind::Text, SourceType::Integer, "1".into()));
        assert_eq!(cells[1], (Kind::Text, SourceType::Decimal, "12345678901234567890.10".into()));
        assert_eq!(cells[2], (Kind::Text, SourceType::Boolean, "true".into()));
        assert_eq!(cells[3], (Kind::Text, SourceType::Text, "Ann \"A\"".into()));
        assert_eq!(cells[4], (Kind::List, SourceType::Untyped, "[1,\"x y\"]".into()));
        assert_eq!(all[1].2[0], (Kind::Text, SourceType::Text, "2".into()));
        assert_eq!((all[1].2[1].0, all[1].2[2].0), (Kind::Null, Kind::Missing));
        assert_eq!((all[2].3, all[2].4.as_str()), (Some(Fault::Malformed), "not json"));
        assert_eq!((all[3].3, all[3].2[0].2.as_str()), (Some(Fault::DuplicateKey), "4"));
        assert_eq!(all.iter().map(|seen| (seen.0, seen.1)).collect::<Vec<_>>(), [(1, 1), (2, 3), (3, 4), (4, 5)]);
    }
}

#[test]
fn a_path_that_the_sample_lacks_is_reported() {
    let mut text = String::new();
    let name = "x".repeat(2000);
    for id in 0..1200 {
        text.push_str(&format!("{{\"id\":{id},\"name\":\"{name}\"}}\n"));
    }
    text.push_str("{\"id\":1200,\"name\":\"x\",\"late\":1}\n");
    let (_folder, source) = open("late.ndjson", &text);
    assert!(source.evidence("").iter().any(|line| line.contains("appears only later")));
    let all = read_all(&*source, 1 << 20).unwrap();
    assert_eq!(all.last().unwrap().3, Some(Fault::UnknownField));
    assert_eq!(all[0].3, None);
}

#[test]
fn arrays_and_what_stands_around_them() {
    let plain = "[\n {\"a\":1},\n {\"a\":{\"b\":[ 1 , 2 ]}} ]\n";
    let wrapped = "{\"count\":2,\"rows\":[{\"a\":1},{\"a\":{\"b\":[1,2]}}],\"next\":null}";
    let sequence = "{\n\"a\":1\n}\n{\"a\":{\"b\":[1,2]}}";
    for text in [plain, wrapped, sequence] {
        let (_folder, source) = open("some.json", text);
        assert_eq!(names(&*source), ["a", "a.b"]);
        for chunk_bytes in [1, 7, 1 << 20] {
            let all = read_all(&*source, chunk_bytes).unwrap();
            assert_eq!(all.len(), 2, "{text}");
            assert_eq!(all[1].2[1], (Kind::List, SourceType::Untyped, "[1,2]".into()));
            assert_eq!(all[0].1, if text == plain { 2 } else { 1 });
        }
    }
}

#[test]
fn reading_continues_after_a_chunk() {
    let (_folder, source) = open("some.json", "[{\"a\":1},\n{\"a\":2},{\"a\":3}]");
    let mut reader = source.read("", &ReadRequest { chunk_bytes: 1, ..ReadRequest::default() }).unwrap();
    let mut chunk = Chunk::default();
    assert!(reader.next(&mut chunk).unwrap());
    let from = Some(chunk.end.clone());
    let mut rest = source.read("", &ReadRequest { from, ..ReadRequest::default() }).unwrap();
    assert!(rest.next(&mut chunk).unwrap());
    let mut batch = Batch::default();
    rest.decoder().decode(&mut chunk, &mut batch).unwrap();
    assert_eq!(batch.records().map(|record| record.cell(0).bytes.to_vec()).collect::<Vec<_>>(), [b"2", b"3"]);
    let from = Some(chunk.end.clone());
    let mut rest = source.read("", &ReadRequest { from, ..ReadRequest::default() }).unwrap();
    assert!(!rest.next(&mut chunk).unwrap());
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let found = error("a.json", "[\n{\"a\":1},\n{\"a\":tru}\n]");
    assert_eq!(found.kind, ErrorKind::Malformed);
    assert!(found.place.contains("line 3, column"), "{found}");
    for text in [
        "[{\"a\":1},]",
        "[{\"a\":1}",
        "[{\"a\":1}]]",
        "[{\"a\":1} {\"a\":2}]",
        "[,{\"a\":1}]",
        "{\"rows\":[{\"a\":1}],}",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "[{\"a\":\"x}]",
        "{\"a\":1,}",
        "[{\"a\":1}] {}",
        "[1,2,]",
        "[{]",
        "tru",
    ] {
        assert_eq!(error("a.json", text).kind, ErrorKind::Malformed, "{text}");
    }
    for text in ["[]", "[1, 2]", "42", "\"x\"", "null", " "] {
        assert_eq!(error("a.json", text).kind, ErrorKind::Empty, "{text}");
    }
    assert_eq!(error("a.ndjson", "hello\nworld\n").kind, ErrorKind::Empty);
    assert_eq!(error("deep.json", &"[".repeat(100_000)).kind, ErrorKind::Malformed);
}

fn write(path: &std::path::Path, mode: WriteMode, rows: &[Vec<Cell<'_>>]) {
    let target = open_target(&Location::from_argument(path.to_str().unwrap())).unwrap();
    let fields = ["id", "address.city", "note", "address.zip"].map(str::to_owned).to_vec();
    let request = WriteRequest { fields, mode, run: "run".into(), ..WriteRequest::default() };
    let mut sink = target.open(&request).unwrap();
    for row in rows {
        let mut batch = TargetBatch::default();
        sink.encoder().encode(row, &mut batch);
        let ticket = sink.submit(&batch).unwrap();
        sink.collect(ticket).unwrap();
    }
    sink.finish().unwrap();
}

fn typed(text: &str, source_type: SourceType) -> Cell<'_> {
    Cell { source_type, ..Cell::text(text) }
}

#[test]
fn records_are_written_nested_and_typed() {
    let folder = tempfile::tempdir().unwrap();
    let null = Cell { kind: Kind::Null, ..Cell::MISSING };
    let rows = [
        vec![typed("1", SourceType::Integer), Cell::text("Köln"), typed("007", SourceType::Integer), Cell::text("5")],
        vec![null, Cell::MISSING, Cell::text("a\"\n"), Cell::MISSING],
    ];
    let lines = "{\"id\":1,\"address\":{\"city\":\"Köln\",\"zip\":\"5\"},\"note\":\"007\"}\n{\"id\":null,\"note\":\"a\\\"\\n\"}\n";
    let path = folder.path().join("out.ndjson");
    write(&path, WriteMode::Insert, &rows);
    assert_eq!(fs::read_to_string(&path).unwrap(), lines);
    write(&path, WriteMode::Append, &rows[1..]);
    assert!(fs::read_to_string(&path).unwrap().starts_with(lines));
    let path = folder.path().join("out.json");
    write(&path, WriteMode::Insert, &rows);
    let array: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(array.as_array().unwrap().len(), 2);
    write(&path, WriteMode::Replace, &[]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "[\n]\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_comes_back(texts in prop::collection::vec(any::<String>(), 4)) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["out.ndjson", "out.json"] {
            let path = folder.path().join(name);
            let full = texts.iter().map(|text| Cell { kind: Kind::Text, ..Cell::text(text) }).collect();
            write(&path, WriteMode::Insert, &[full]);
            let source = open_source(&Location::from_argument(path.to_str().unwrap())).unwrap();
            let all = read_all(&*source, 3).unwrap();
            let order = names(&*source);
            prop_assert_eq!(&order, &["id", "address.city", "address.zip", "note"]);
            let read: Vec<&str> = all[0].2.iter().map(|(_, _, text)| text.as_str()).collect();
            prop_assert_eq!(read, [0, 1, 3, 2].map(|index: usize| texts[index].as_str()));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(
        prop_oneof![Just(b'{'), Just(b'}'), Just(b'['), Just(b']'), Just(b'"'), Just(b','), Just(b':'), Just(b'\\'),
            Just(b'1'), Just(b'a'), Just(b'\n'), Just(0xffu8)], 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["any.json", "any.ndjson"] {
            let path = folder.path().join(name);
            fs::write(&path, &bytes).unwrap();
            if let Ok(source) = open_source(&Location::from_argument(path.to_str().unwrap())) {
                let _ = read_all(&*source, 5);
            }
        }
    }
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep.json");
    for text in [format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), "{\"a\":".repeat(100_000) + "1"] {
        std::fs::write(&path, text).unwrap();
        let error = super::open_source(&crate::connect::Location::from_argument(path.to_str().unwrap())).map(|_| ());
        assert!(error.unwrap_err().what.contains("nested"));
    }
}
