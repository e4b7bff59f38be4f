//! Laws of reading delimited text: the `csv` crate is the oracle, and the size of chunks changes nothing.

use std::fs;

use proptest::prelude::*;

use super::cutter::Cutter;
use super::decode::CsvDecoder;
use super::{CsvSource, Dialect, LineEnd};
use crate::connect::encoding::Checked;
use crate::connect::{Chunk, Decoder, Location, Position, ReadRequest, Source};
use crate::record::{Batch, Fault, Kind};

/// A record as tests compare them: number, line, cells, raw text, fault.
type Seen = (u64, u64, Vec<String>, String, Option<Fault>);

fn collect(batch: &Batch, numbers: u64, lines: u64, all: &mut Vec<Seen>) {
    for record in batch.records() {
        let cells: Vec<String> = record.cells().map(|cell| cell.display().into_owned()).collect();
        let raw = String::from_utf8_lossy(record.raw()).into_owned();
        if record.row().joined {
            assert_eq!(as_the_csv_crate_writes(&cells), raw, "joined as it is, it must be what a writer would write");
        }
        all.push((record.origin().number + numbers, record.origin().line + lines, cells, raw, record.row().fault));
    }
}

/// A record in comma separated text, with quotes only where they are needed.
fn as_the_csv_crate_writes(cells: &[String]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).unwrap();
    let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    written.trim_end_matches('\n').to_owned()
}

fn read_bytes(input: &[u8], dialect: Dialect, width: usize, target: usize) -> Vec<Seen> {
    let fields = (0..width).map(|index| index.to_string()).collect();
    let decoder = CsvDecoder { dialect, fields, checked: Checked::Not, mended: None, mender: None, lines_before: 0 };
    let mut cutter = Cutter::new(input, dialect, 0);
    let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), Vec::new());
    let (mut numbers, mut lines) = (0, 0);
    while cutter.next(&mut chunk.bytes, &mut chunk.marks, target, 0).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        collect(&batch, numbers, lines, &mut all);
        numbers += batch.len() as u64;
        lines += chunk.lines;
    }
    all
}

#[test]
fn a_raw_record_splits_into_all_its_cells() {
    let decoder = CsvDecoder {
        dialect: Dialect::default(),
        fields: vec!["id".into()],
        checked: Checked::Not,
        mended: None,
        mender: None,
        lines_before: 0,
    };
    let cells = decoder.split(b"6,\"Fay \"\"F\"\"\",x").unwrap();
    assert_eq!(cells, [b"6".to_vec(), b"Fay \"F\"".to_vec(), b"x".to_vec()]);
}

/// A chunk that the cutter proves regular.
fn regular(bytes: &[u8]) -> Chunk {
    let mut chunk = Chunk::default();
    let mut cutter = Cutter::new(bytes, Dialect::default(), 0);
    assert!(cutter.next(&mut chunk.bytes, &mut chunk.marks, 1 << 10, 0).unwrap());
    assert!(chunk.marks.is_regular());
    chunk
}

#[test]
fn records_that_are_written_as_they_stand_are_told_from_others() {
    let decoder = CsvDecoder {
        dialect: Dialect::default(),
        fields: ["a", "b", "c"].map(str::to_owned).to_vec(),
        checked: Checked::Not,
        mended: None,
        mender: None,
        lines_before: 0,
    };
    for (record, joined) in [
        ("1,2,3", true),
        (",,", true),
        ("1,\"x,y\",3", true),
        ("\"x,\ny\",2,\",\"", true),
        ("1,\"x\",3", false),
        ("1,\"x \"\"y\"\"\",3", true),
        ("\"\"\"\",\"\"\"\"\"\",\"x\"\",\n\"", true),
        ("\"\"\"\",\"y\",3", false),
        ("1,\"\",3", false),
        ("1,2", false),
        ("1,2,3,4", false),
    ] {
        let (mut chunk, mut batch) = (regular(format!("{record}\n").as_bytes()), Batch::default());
        decoder.decode(&mut chunk, &mut batch).unwrap();
        assert_eq!(batch.rows[0].joined, joined, "{record}");
        collect(&batch, 0, 0, &mut Vec::new());
    }
    let (mut chunk, mut batch) = (regular(b"1,\xff,3\n"), Batch::default());
    decoder.decode(&mut chunk, &mut batch).unwrap();
    assert!(!batch.rows[0].joined, "bytes that are no text are written otherwise");
}

fn read_file(source: &CsvSource, chunk_bytes: usize) -> Vec<Seen> {
    let mut reader = source.read("", &ReadRequest { chunk_bytes, ..ReadRequest::default() }).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), Vec::new());
    let (mut numbers, mut lines) = (0, 0);
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        collect(&batch, numbers, lines, &mut all);
        numbers += batch.len() as u64;
        lines += chunk.lines;
    }
    all
}

fn oracle(input: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let records = reader.byte_records().map(|record| record.unwrap());
    records.map(|record| record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()).collect()
}

/// Text made of what matters to a reader of delimited text.
fn messy() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            4 => Just("a"), 3 => Just(","), 3 => Just("\""), 2 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r"),
            1 => Just("\"x\""), 1 => Just("\"y\nz\""), 1 => Just("\"\""), 1 => Just("é"),
        ],
        0..60,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn records_are_those_of_the_csv_crate(input in messy()) {
        let width = 64;
        let ours = read_bytes(input.as_bytes(), Dialect::default(), width, 1 << 20);
        prop_assume!(ours.iter().all(|(.., fault)| *fault != Some(Fault::UnclosedQuote)));
        let theirs = oracle(input.as_bytes());
        prop_assert_eq!(ours.len(), theirs.len());
        for ((_, _, cells, _, fault), expected) in ours.iter().zip(&theirs) {
            prop_assert_eq!(&cells[..expected.len()], &expected[..]);
            prop_assert_eq!(*fault, Some(Fault::TooFewFields { found: expected.len() as u32, expected: width as u32 }));
        }
    }

    #[test]
    fn chunk_size_changes_nothing(input in messy(), target in 1usize..64) {
        let whole = read_bytes(input.as_bytes(), Dialect::default(), 3, 1 << 20);
        prop_assert_eq!(&read_bytes(input.as_bytes(), Dialect::default(), 3, target), &whole);
        let old_mac = Dialect { line_end: LineEnd::Cr, ..Dialect::default() };
        let whole = read_bytes(input.as_bytes(), old_mac, 3, 1 << 20);
        prop_assert_eq!(&read_bytes(input.as_bytes(), old_mac, 3, target), &whole);
    }

    #[test]
    fn every_byte_of_a_record_stands_in_its_raw_text(input in messy(), target in 1usize..64) {
        let records = read_bytes(input.as_bytes(), Dialect::default(), 3, target);
        let raw: String = records.iter().map(|(_, _, _, raw, _)| raw.as_str()).collect();
        let blank = |text: &str| text.replace(['\n', '\r'], "");
        prop_assert_eq!(blank(&raw), blank(&input));
    }

    #[test]
    fn lines_are_those_of_an_editor(input in messy()) {
        let records = read_bytes(input.as_bytes(), Dialect::default(), 3, 7);
        let mut from = 0;
        for (_, line, _, raw, _) in records {
            let at = from + input[from..].find(&raw).unwrap();
            let before = &input[..at];
            // A bare carriage return inside quotes is data; outside it ends a line.
            let most = before.replace("\r\n", "\n").matches(['\n', '\r']).count() as u64 + 1;
            let least = before.matches('\n').count() as u64 + 1;
            prop_assert!((least..=most).contains(&line), "{} not in {}..={}", line, least, most);
            from = at + raw.len();
        }
    }
}

fn open(name: &str, bytes: &[u8]) -> (tempfile::TempDir, CsvSource) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let source = CsvSource::open(&Location::from_argument(path.to_str().unwrap())).unwrap();
    (folder, source)
}

#[test]
fn every_trap_in_one_file() {
    let text = "id,name,notes\r\n1,Ann,ok\r\n2,Bob,\"line1\r\nline2\"\r\n\r\n3,Cid,5\" pipe\r\n\
                4,Dee,\"a \"\"quoted\"\" word\"\r\n5,Eve\r\n6,Fay,x,extra\r\n7,\"Gil\" Jr,z\r\n\
                8,Hal,\"unclosed\r\n9,Ivy,y\r\n";
    let (_folder, source) = open("traps.csv", text.as_bytes());
    let expected: Vec<(u64, u64, [&str; 3], Option<Fault>)> = vec![
        (1, 2, ["1", "Ann", "ok"], None),
        (2, 3, ["2", "Bob", "line1\r\nline2"], None),
        (3, 6, ["3", "Cid", "5\" pipe"], Some(Fault::StrayQuote)),
        (4, 7, ["4", "Dee", "a \"quoted\" word"], None),
        (5, 8, ["5", "Eve", ""], Some(Fault::TooFewFields { found: 2, expected: 3 })),
        (6, 9, ["6", "Fay", "x"], Some(Fault::TooManyFields { found: 4, expected: 3 })),
        (7, 10, ["7", "Gil Jr", "z"], Some(Fault::StrayQuote)),
        (8, 11, ["8", "Hal", "\"unclosed"], Some(Fault::UnclosedQuote)),
        (9, 12, ["9", "Ivy", "y"], None),
    ];
    for chunk_bytes in [1, 20, 1 << 20] {
        let seen = read_file(&source, chunk_bytes);
        let shown: Vec<_> =
            seen.iter().map(|(number, line, cells, _, fault)| (*number, *line, cells.clone(), *fault)).collect();
        let wanted: Vec<_> = expected
            .iter()
            .map(|(number, line, cells, fault)| (*number, *line, cells.map(str::to_owned).to_vec(), *fault))
            .collect();
        // Irregularity is a property of a chunk only as far as speed goes: faults are the record's own.
        assert_eq!(shown, wanted, "chunks of {chunk_bytes}");
        assert_eq!(seen[7].3, "8,Hal,\"unclosed");
    }
}

#[test]
fn marks_blank_lines_old_line_ends_and_nulls() {
    let (_a, source) = open("bom.csv", b"\xef\xbb\xbf\"id\",name\n1,Ann\n");
    assert_eq!(source.fields(), ["id", "name"]);
    assert_eq!(read_file(&source, 1)[0].1, 2);
    let (_b, source) = open("cr.csv", b"id,name\r1,Ann\r2,Bob\r");
    assert_eq!(source.dialect().line_end, LineEnd::Cr);
    assert_eq!(read_file(&source, 1).iter().map(|seen| seen.1).collect::<Vec<_>>(), [2, 3]);
    let (_c, source) = open("blank.csv", b"\n\nid,name\n1,Ann\n\n\n2,Bob\n");
    assert_eq!(read_file(&source, 1 << 20).iter().map(|seen| seen.1).collect::<Vec<_>>(), [4, 7]);
    let (_d, source) = open("nul.csv", b"id,name\n1,A\0n\n2,NA\n3,007\n4,\"\"\n");
    let seen = read_file(&source, 1 << 20);
    assert_eq!(seen.iter().map(|seen| seen.2[1].as_str()).collect::<Vec<_>>(), ["A\0n", "NA", "007", ""]);
}

#[test]
fn titles_before_the_header_are_left_out_and_lines_still_count() {
    let (_folder, source) = open("title.csv", b"Export of Contacts;;\n\n;;\nid;name;city\n1;Ann;Bonn\n2;Bob;K\n");
    assert_eq!(source.fields(), ["id", "name", "city"]);
    assert!(source.guesses().iter().any(|line| line.contains("Export of Contacts")));
    assert_eq!(read_file(&source, 1 << 20).iter().map(|seen| (seen.0, seen.1)).collect::<Vec<_>>(), [(1, 5), (2, 6)]);
}

#[test]
fn another_encoding_streams_and_resumes() {
    let text = "id;name\n1;Zoë\n2;Jörg\n3;Ægir\n";
    let utf16: Vec<u8> =
        [0xfffe].into_iter().map(u16::swap_bytes).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    for bytes in [utf16, latin.into_owned()] {
        let (_folder, source) = open("other.csv", &bytes);
        assert_eq!(source.dialect().delimiter, b';');
        let names: Vec<_> = read_file(&source, 1).into_iter().map(|seen| seen.2[1].clone()).collect();
        assert_eq!(names, ["Zoë", "Jörg", "Ægir"]);
        let mut reader = source.read("", &ReadRequest { chunk_bytes: 1, ..ReadRequest::default() }).unwrap();
        let mut chunk = Chunk::default();
        assert!(reader.next(&mut chunk).unwrap());
        let from = Some(chunk.end.clone());
        let mut rest = source.read("", &ReadRequest { from, ..ReadRequest::default() }).unwrap();
        assert!(rest.next(&mut chunk).unwrap());
        assert_eq!(chunk.bytes, "2;Jörg\n3;Ægir\n".as_bytes());
    }
}

#[test]
fn bytes_that_are_no_text_are_kept_and_reported() {
    let mut bytes = "id,name\n".as_bytes().to_vec();
    for index in 0..30 {
        bytes.extend_from_slice(format!("{index},Łódź\n").as_bytes());
    }
    bytes.extend_from_slice(b"30,Jos\xe9\n31,ok\n");
    let (_folder, source) = open("damaged.csv", &bytes);
    assert_eq!(source.encoding(), "UTF-8");
    let mut reader = source.read("", &ReadRequest::default()).unwrap();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    reader.next(&mut chunk).unwrap();
    reader.decoder().decode(&mut chunk, &mut batch).unwrap();
    assert_eq!(batch.record(30).row().fault, Some(Fault::Encoding));
    assert_eq!(batch.record(30).cell(1).kind, Kind::Bytes);
    assert_eq!(batch.record(30).cell(1).bytes, b"Jos\xe9");
    assert_eq!(batch.record(31).row().fault, None);
}

#[test]
fn positions_continue_where_a_chunk_ended() {
    let (_folder, source) = open("some.csv", b"id,name\n1,Ann\n2,Bob\n3,Cid\n");
    let whole = read_file(&source, 1 << 20);
    let mut reader = source.read("", &ReadRequest { chunk_bytes: 1, ..ReadRequest::default() }).unwrap();
    let mut chunk = Chunk::default();
    let mut bytes = 0;
    for done in 1..=3 {
        assert!(reader.next(&mut chunk).unwrap());
        bytes += chunk.source_bytes;
        let from = Some(chunk.end.clone());
        let mut rest = source.read("", &ReadRequest { from, ..ReadRequest::default() }).unwrap();
        let mut next = Chunk::default();
        let more = rest.next(&mut next).unwrap();
        assert_eq!(more, done < 3);
        if more {
            let mut batch = Batch::default();
            rest.decoder().decode(&mut next, &mut batch).unwrap();
            assert_eq!(batch.len(), whole.len() - done);
        }
    }
    assert_eq!(Some(bytes), reader.total_bytes());
}

mod writing {
    use super::*;
    use crate::connect::{ErrorKind, Target, TargetBatch, WriteMode, WriteRequest, open_target};
    use crate::record::Cell;

    fn request(mode: WriteMode) -> WriteRequest {
        let fields = vec!["id".to_owned(), "note".to_owned()];
        WriteRequest { object: "Contact".to_owned(), fields, mode, run: "run-1".to_owned(), ..WriteRequest::default() }
    }

    fn write(target: &dyn Target, request: &WriteRequest, rows: &[[&str; 2]]) {
        let mut sink = target.open(request).unwrap();
        let mut batch = TargetBatch::default();
        for row in rows {
            sink.encoder().encode(&row.map(Cell::text), &mut batch);
        }
        let ticket = sink.submit(&batch).unwrap();
        sink.collect(ticket).unwrap();
        sink.finish().unwrap();
    }

    #[test]
    fn only_what_needs_quotes_gets_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let target = open_target(&Location::from_argument(path.to_str().unwrap())).unwrap();
        let rows = [["1", " a "], ["2", "x,\"y\"\r\nz"], ["", ""]];
        write(&*target, &request(WriteMode::Insert), &rows);
        assert_eq!(fs::read_to_string(&path).unwrap(), "id,note\n1, a \n2,\"x,\"\"y\"\"\r\nz\"\n,\n");
        let again = target.open(&request(WriteMode::Insert)).err().unwrap();
        assert_eq!(again.kind, ErrorKind::Exists);
        let upsert = target.open(&request(WriteMode::Upsert)).err().unwrap();
        assert_eq!(upsert.kind, ErrorKind::Unsupported);
    }

    #[test]
    fn appending_follows_the_dialect_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "id;note\n1;a").unwrap();
        let target = open_target(&Location::from_argument(path.to_str().unwrap())).unwrap();
        write(&*target, &request(WriteMode::Append), &[["2", "b;c"]]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "id;note\n1;a\n2;\"b;c\"\n");
        let other = WriteRequest { fields: vec!["other".into()], ..request(WriteMode::Append) };
        assert_eq!(target.open(&other).err().unwrap().kind, ErrorKind::Unsupported);
    }

    #[test]
    fn an_empty_record_of_one_field_is_no_blank_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let target = open_target(&Location::from_argument(path.to_str().unwrap())).unwrap();
        let request = WriteRequest { fields: vec!["id".into()], ..request(WriteMode::Insert) };
        let mut sink = target.open(&request).unwrap();
        let mut batch = TargetBatch::default();
        sink.encoder().encode(&[Cell::MISSING], &mut batch);
        sink.submit(&batch).unwrap();
        sink.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "id\n\"\"\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec((messy(), messy()), 1..8)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("Contact.csv");
            let target = open_target(&Location::from_argument(folder.path().to_str().unwrap())).unwrap();
            let rows: Vec<[&str; 2]> = rows.iter().map(|(a, b)| [a.as_str(), b.as_str()]).collect();
            write(&*target, &request(WriteMode::Insert), &rows);
            let mut location = Location::from_argument(path.to_str().unwrap());
            location.delimiter = Some(",".into());
            location.quote = Some("\"".into());
            location.header = Some(true);
            let source = CsvSource::open(&location).unwrap();
            let seen = read_file(&source, 5);
            prop_assert_eq!(seen.len(), rows.len());
            for ((_, _, cells, _, fault), row) in seen.iter().zip(&rows) {
                prop_assert_eq!(&cells[..], &row[..]);
                prop_assert_eq!(*fault, None);
            }
        }
    }
}

mod opening {
    use super::*;
    use crate::connect::{ErrorKind, open_source};

    fn kind_of(name: &str, bytes: &[u8]) -> ErrorKind {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        open_source(&Location::from_argument(path.to_str().unwrap())).err().unwrap().kind
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert_eq!(kind_of("empty.csv", b""), ErrorKind::Empty);
        assert_eq!(kind_of("blank.csv", b"\n\r\n\n"), ErrorKind::Empty);
        assert_eq!(kind_of("mark.csv", b"\xef\xbb\xbf"), ErrorKind::Empty);
        assert_eq!(kind_of("book.csv", b"PK\x03\x04 and so on"), ErrorKind::NotReadable);
        assert_eq!(open_source(&Location::from_argument("/no/such.csv")).err().unwrap().kind, ErrorKind::NotFound);
        let mut location = Location::from_argument("Cargo.toml");
        location.format = Some("cvs".into());
        assert_eq!(open_source(&location).err().unwrap().kind, ErrorKind::UnknownFormat);
        location.format = Some("csv".into());
        location.encoding = Some("klingon".into());
        assert_eq!(open_source(&location).err().unwrap().kind, ErrorKind::Unsupported);
    }

    #[test]
    fn a_header_alone_is_a_table_without_records() {
        let (_folder, source) = open("header.csv", b"id,name\n");
        assert_eq!(source.fields(), ["id", "name"]);
        assert!(read_file(&source, 1 << 20).is_empty());
    }

    #[test]
    fn a_folder_is_a_source_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b.csv"), "id\n1\n").unwrap();
        fs::write(folder.path().join("a.tsv"), "id\tname\n1\tAnn\n").unwrap();
        fs::write(folder.path().join("notes.pdf"), "%PDF-").unwrap();
        let source = open_source(&Location::from_argument(folder.path().to_str().unwrap())).unwrap();
        assert_eq!(source.objects().unwrap(), ["a.tsv", "b.csv"]);
        assert_eq!(source.object("a").unwrap().fields.len(), 2);
        let error = source.object("c").err().unwrap();
        assert_eq!(error.kind, ErrorKind::NoSuchObject);
        assert!(error.next.contains("a.tsv"));
    }
}

/// Field names, cells, fault codes and evidence.
type Repaired = (Vec<String>, Vec<Vec<String>>, Vec<&'static str>, Vec<String>);

/// Reads the named object with repairs, as `convert` does: names, cells, fault codes.
fn repaired(text: impl AsRef<[u8]>, object: &str) -> Repaired {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    let location = Location { repair: true, ..Location::from_argument(path.to_str().unwrap()) };
    let source = CsvSource::open(&location).unwrap();
    let mut reader = source.read(object, &ReadRequest::default()).unwrap();
    let decoder = reader.decoder();
    let (mut chunk, mut batch, mut rows, mut faults) = (Chunk::default(), Batch::default(), Vec::new(), Vec::new());
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        for record in batch.records() {
            rows.push(record.cells().map(|cell| cell.display().into_owned()).collect());
            faults.extend(record.row().fault.map(crate::record::Fault::code));
        }
    }
    (decoder.fields().to_vec(), rows, faults, source.evidence(object))
}

/// A table of people; the given lines follow it.
fn people(more: &str) -> String {
    let mut text = "since,name,motto,mail\n".to_owned();
    for (day, name) in ["Ann Ames", "Bob Burr", "Cid Cole", "Dora Dunn", "Eve East", "Fay Finn"].iter().enumerate() {
        let mail = name.split(' ').next().unwrap().to_lowercase();
        text += &format!("2026-01-1{day},{name},\"Never, ever, give up\",{mail}@example.org\n");
    }
    text + more
}

#[test]
fn broken_records_are_put_right_and_told() {
    let cases = [
        ("2026-02-01Gil Gray,\"Never, ever, rest\",gil@example.org", "lost_delimiter"),
        ("2026-02-01,Gil Gray\"Never, ever, rest\",gil@example.org", "lost_delimiter"),
        ("2026-02-01,,Gil Gray,\"Never, ever, rest\",gil@example.org", "extra_delimiter"),
        ("2026-02-01,Gil Gray,Never, ever, rest,gil@example.org", "unquoted_delimiter"),
        ("2026-02-01;Gil Gray;\"Never, ever, rest\";gil@example.org", "other_delimiter"),
    ];
    for (line, code) in cases {
        let (_, rows, faults, _) = repaired(people(&format!("{line}\n")), "t.csv");
        assert_eq!(rows.last().unwrap(), &["2026-02-01", "Gil Gray", "Never, ever, rest", "gil@example.org"], "{line}");
        assert_eq!(faults, [code], "{line}");
    }
}

#[test]
fn bytes_of_another_encoding_are_read_in_it_and_told() {
    // Lines of two systems in one file: whole lines are not UTF-8.
    let mut text = "id,name,town\n1,Zoë,Köln\n2,José,Málaga\n3,Łucja,Łódź\n4,Ann,Århus\n".as_bytes().to_vec();
    text.extend_from_slice(b"5,M\xfcller,\"M\xfcnchen, S\xfcd\"\n6,Gr\xe9goire,N\xeemes\n7,plain,plain\n");
    let (_, rows, faults, _) = repaired(&text, "t.csv");
    assert_eq!(rows[4], ["5", "Müller", "München, Süd"]);
    assert_eq!(rows[5], ["6", "Grégoire", "Nîmes"]);
    assert_eq!((rows[6].join(","), faults), ("7,plain,plain".to_owned(), vec!["other_encoding"; 2]));
    // A character that was cut in two: what is left of it is shown, and what is whole stays.
    let good = "id,name\n".to_owned() + &(1..60).map(|id| format!("{id},Zoë Müller\n")).collect::<String>();
    let text = [good.as_bytes(), b"60,Zo\xc3\xab \xf0\x9f\n"].concat();
    let (_, rows, faults, _) = repaired(&text, "t.csv");
    assert_eq!((rows[59][1].as_str(), faults), ("Zoë ðŸ", vec!["other_encoding"]));
}

/// Where a file has one column, each line is a value: the `lines` of the standard library are the oracle.
#[test]
fn blank_lines_of_one_column_are_values_where_nothing_may_be_lost() {
    for text in ["name\nAda\n\nBob\n\n", "name\r\n\r\n\r\nBob", "\n\n", "\nname\nAda\n", "name\n\n"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let keeping = Location { keep_blank: true, repair: true, ..Location::from_argument(path.to_str().unwrap()) };
        let source = CsvSource::open(&keeping).unwrap();
        for chunk in [1, 4, 1 << 20] {
            let rows: Vec<String> = read_file(&source, chunk).into_iter().map(|seen| seen.2.join("|")).collect();
            assert_eq!(rows, lines[usize::from(source.has_header())..], "{text:?}");
        }
    }
    // Between the records of a table a blank line is none.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "id,name\n1,Ada\n\n2,Bob\n\n").unwrap();
    let location = Location { keep_blank: true, ..Location::from_argument(path.to_str().unwrap()) };
    assert_eq!(read_file(&CsvSource::open(&location).unwrap(), 0).len(), 2);
}

#[test]
fn without_repairs_a_guessed_boundary_is_a_fault() {
    let text = people("2026-02-01Gil Gray,x,gil@example.org\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, &text).unwrap();
    let source = CsvSource::open(&Location::from_argument(path.to_str().unwrap())).unwrap();
    let mut reader = source.read("", &ReadRequest::default()).unwrap();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    assert!(reader.next(&mut chunk).unwrap());
    reader.decoder().decode(&mut chunk, &mut batch).unwrap();
    let last = batch.records().last().unwrap().row().fault.unwrap();
    assert_eq!((last.code(), last.rejects()), ("too_few_fields", true));
}

#[test]
fn tables_below_one_another_and_footers_are_told_apart() {
    let text = people("since,name,motto,mail,phone\n2026-03-01,Hal Hill,x,hal@example.org,123\n");
    let (fields, rows, ..) = repaired(&text, "t.csv");
    assert_eq!((fields.len(), rows.len()), (4, 6));
    let (fields, rows, ..) = repaired(&text, "t.csv#2");
    assert_eq!(
        (fields.len(), rows),
        (5, vec![vec!["2026-03-01".into(), "Hal Hill".into(), "x".into(), "hal@example.org".into(), "123".into()]])
    );
    let (_, rows, faults, evidence) = repaired(people("\n\"Copyright, Example Ltd\"\n"), "t.csv");
    assert_eq!((rows.len(), faults.len()), (6, 0));
    assert!(evidence.iter().any(|line| line.contains("Copyright")));
}

#[test]
fn a_header_of_two_lines_names_the_fields() {
    let text = people("").replacen("since,name,motto,mail\n", "since,name,motto,mail\nsince,name,motto,mail\n", 1);
    let (fields, rows, ..) = repaired(&text, "t.csv");
    assert_eq!((fields[1].as_str(), rows.len()), ("name name", 6));
}

/// All cells of a source, from a position on, and how many of them stand before each position behind a chunk.
fn read_on(source: &CsvSource, from: Option<Position>) -> (Vec<Vec<String>>, Vec<(usize, Position)>) {
    let request = ReadRequest { chunk_bytes: 40_000, from, ..ReadRequest::default() };
    let mut reader = source.read("", &request).unwrap();
    let (mut all, mut positions, mut bytes) = (Vec::new(), Vec::new(), 0);
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    while reader.next(&mut chunk).unwrap() {
        bytes += chunk.source_bytes;
        reader.decoder().decode(&mut chunk, &mut batch).unwrap();
        assert!(batch.rows.iter().all(|row| row.fault.is_none()));
        all.extend(batch.records().map(|record| record.cells().map(|cell| cell.display().into_owned()).collect()));
        positions.push((all.len(), chunk.end.clone()));
    }
    assert!(request.from.is_some() || Some(bytes) == reader.total_bytes());
    (all, positions)
}

#[test]
fn a_watched_file_that_turns_out_to_be_of_another_encoding_is_read_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.csv");
    let latin = encoding_rs::WINDOWS_1252.encode("2,José Muñoz y García\n").0.repeat(3_000);
    fs::write(&path, [b"id,name\n".as_slice(), &b"1,plain\n".repeat(30_000), &latin].concat()).unwrap();
    let mut location = Location::from_argument(path.to_str().unwrap());
    let looked_at = CsvSource::open(&location).unwrap();
    let (expected, _) = read_on(&looked_at, None);
    assert_eq!(expected.last().unwrap()[1], "José Muñoz y García");
    location.encoding = Some("utf-8".into());
    let watched = CsvSource::open(&location).unwrap().watched();
    let (all, positions) = read_on(&watched, None);
    assert_eq!(all, expected);
    assert!(positions.len() > 5);
    // Reading goes on from any place, before the turn and behind it, and then once more.
    for (before, position) in positions {
        let (rest, again) = read_on(&watched, Some(position));
        assert_eq!(rest, all[before..], "{before}");
        if let Some((more, position)) = again.first() {
            assert_eq!(read_on(&watched, Some(position.clone())).0, rest[*more..], "{before} and {more}");
        }
    }
}

#[test]
fn a_watched_file_that_was_read_otherwise_before_is_refused_from_there_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.csv");
    let latin = encoding_rs::WINDOWS_1252.encode("2,José Muñoz y García\n").0.repeat(3_000);
    let chance = "1,\u{fc} by chance\n".as_bytes();
    fs::write(&path, [b"id,name\n", chance, &b"1,plain\n".repeat(30_000), &latin].concat()).unwrap();
    let location = Location { encoding: Some("utf-8".into()), ..Location::from_argument(path.to_str().unwrap()) };
    let watched = CsvSource::open(&location).unwrap().watched();
    let read = |from: Option<Position>| {
        let mut reader =
            watched.read("", &ReadRequest { chunk_bytes: 40_000, from, ..ReadRequest::default() }).unwrap();
        let mut chunk = Chunk::default();
        let mut last = None;
        loop {
            match reader.next(&mut chunk) {
                Ok(true) => last = Some(chunk.end.clone()),
                Ok(false) => panic!("it was read to its end"),
                Err(error) => return (error.to_string(), last),
            }
        }
    };
    let (words, last) = read(None);
    assert!(words.contains("line 2, byte 10") && words.contains("`encoding: windows-1252`"), "{words}");
    assert_eq!(read(Some(last.unwrap())).0, words);
}
