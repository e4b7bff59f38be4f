//! Delimited text and JSON: read in chunks of any size, against a second reader where the input is regular.

use std::fs;

use mapwright::connect::{Chunk, Location, ReadRequest, Source, open_source};
use mapwright::record::Batch;

use super::{damage, fuzz, pick, word};
use crate::kills::Dice;

/// A record as it was read: number, line, cells, fault, and the raw bytes.
type Read = (u64, u64, Vec<Vec<u8>>, String, Vec<u8>);

/// All records of the first object, cut into chunks of about `chunk_bytes`; the words of an error end them.
fn records(source: &dyn Source, chunk_bytes: usize) -> Result<Vec<Read>, String> {
    let object = source.objects().map_err(|error| error.to_string())?.first().cloned().unwrap_or_default();
    let request = ReadRequest { chunk_bytes, ..ReadRequest::default() };
    let mut reader = source.read(&object, &request).map_err(|error| error.to_string())?;
    let decoder = reader.decoder();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let (mut all, mut lines) = (Vec::new(), 0);
    while reader.next(&mut chunk).map_err(|error| error.to_string())? {
        decoder.decode(&mut chunk, &mut batch).map_err(|error| error.to_string())?;
        batch.number(all.len() as u64, lines);
        lines += chunk.lines;
        for record in batch.records() {
            let cells = record.cells().map(|cell| cell.bytes.to_vec()).collect();
            let fault = format!("{:?}", record.row().fault);
            all.push((record.origin().number, record.origin().line, cells, fault, record.raw().to_vec()));
        }
    }
    Ok(all)
}

/// What is read must be the same however it is cut.
fn same_for_all_chunks(source: &dyn Source, dice: &mut Dice) -> Result<Result<Vec<Read>, String>, String> {
    let whole = records(source, 1 << 20);
    for _ in 0..3 {
        let chunk = 1 + dice.below(90) as usize;
        let cut = records(source, chunk);
        if cut != whole {
            return Err(format!("chunks of {chunk} bytes give something else:\n{cut:?}\nthan one chunk:\n{whole:?}"));
        }
    }
    Ok(whole)
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Files {
        Files { folder: crate::scenario::home() }
    }

    fn location(&self, name: &str, bytes: &[u8]) -> Location {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        Location::from_argument(&path.display().to_string())
    }
}

fn csv_text(dice: &mut Dice, delimiter: char) -> Vec<u8> {
    let mut text = String::new();
    let (rows, width) = (dice.below(12), 1 + dice.below(5));
    let end = pick(dice, &["\n", "\n", "\r\n", "\r"]);
    for _ in 0..rows {
        let ragged = if dice.below(8) == 0 { dice.below(4) } else { 0 };
        for column in 0..width + ragged {
            if column > 0 {
                text.push(delimiter);
            }
            let inside = word(dice);
            match dice.below(9) {
                0 => text.push_str(&format!("\"{}\"", inside.replace('"', "\"\""))),
                1 => text.push_str(&format!("\"{inside}{delimiter}{end}{inside}\"")),
                2 => text.push_str(&format!("{inside}\"{inside}")),
                3 => text.push_str(&format!("\"{inside}\"{inside}")),
                4 => text.push_str("\"\""),
                5 => text.push_str(&format!("\"{inside}\"\"{inside}\"")),
                _ => text.push_str(&inside),
            }
        }
        text.push_str(end);
    }
    text.into_bytes()
}

#[test]
fn delimited_text() {
    let files = Files::new();
    fuzz("delimited text", |dice| {
        let delimiter = *pick(dice, &[&',', &';', &'\t', &'|']);
        let mut input = csv_text(dice, delimiter);
        damage(dice, &mut input, &["\"", "\"\"", ",", ";", "\n", "\r\n", "\r", "\0", "\u{feff}", "\"\n", ",\"", "é"]);
        let mut location = files.location("in.csv", &input);
        if dice.below(4) > 0 {
            location.delimiter = Some(delimiter.to_string());
            location.quote = Some("\"".to_owned());
        }
        if dice.below(4) > 0 {
            location.encoding = Some("utf-8".to_owned());
            location.header = Some(dice.below(2) == 0);
        }
        let Ok(source) = open_source(&location) else { return (input, Ok(())) };
        let read = same_for_all_chunks(&*source, dice).map(|_| ());
        (input, read)
    });
}

#[test]
fn regular_delimited_text_against_another_reader() {
    let files = Files::new();
    fuzz("regular delimited text", |dice| {
        let (rows, width) = (1 + dice.below(20) as usize, 1 + dice.below(5) as usize);
        let delimiter = *pick(dice, &[&b',', &b';', &b'\t', &b'|']);
        let quotes = *pick(dice, &[&csv::QuoteStyle::Necessary, &csv::QuoteStyle::Always]);
        let end = if dice.below(2) == 0 { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer =
            csv::WriterBuilder::new().delimiter(delimiter).quote_style(quotes).terminator(end).from_writer(Vec::new());
        for _ in 0..rows {
            let record: Vec<String> = (0..width)
                .map(|_| {
                    let text = word(dice).replace('\u{feff}', "");
                    let more = pick(dice, &["", "", "\"", ",", "\n", "\r\n", ";", "a,b\n\"c\""]);
                    format!("{text}{more}")
                })
                .collect();
            writer.write_record(&record).expect("written");
        }
        let input = writer.into_inner().expect("whole");
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(input.as_slice());
        let theirs: Vec<Vec<Vec<u8>>> =
            reader.byte_records().map(|record| record.expect("regular").iter().map(<[u8]>::to_vec).collect()).collect();
        let location = Location {
            delimiter: Some(char::from(delimiter).to_string()),
            quote: Some("\"".to_owned()),
            encoding: Some("utf-8".to_owned()),
            header: Some(false),
            ..files.location("regular.csv", &input)
        };
        let source = match open_source(&location) {
            Ok(source) => source,
            // A file of nothing but blank cells may hold no record.
            Err(error) if theirs.iter().flatten().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) => {
                let said = error.to_string();
                return (input, if said.contains("no records") { Ok(()) } else { Err(said) });
            }
            Err(error) => return (input, Err(error.to_string())),
        };
        let read = same_for_all_chunks(&*source, dice).and_then(|whole| {
            let ours: Vec<Vec<Vec<u8>>> = whole?.into_iter().map(|(_, _, cells, _, _)| cells).collect();
            if ours == theirs { Ok(()) } else { Err(format!("ours: {ours:?}\ntheirs: {theirs:?}")) }
        });
        (input, read)
    });
}

fn json_value(dice: &mut Dice, depth: u64) -> serde_json::Value {
    use serde_json::{Value, json};
    match dice.below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(dice.roll() as i64),
        3 => json!(f64::from_bits(dice.roll())),
        4 | 5 => json!(word(dice)),
        6 => (0..dice.below(4)).map(|_| json_value(dice, depth - 1)).collect(),
        _ => json_object(dice, depth - 1),
    }
}

fn json_object(dice: &mut Dice, depth: u64) -> serde_json::Value {
    let pairs = (0..dice.below(5)).map(|_| {
        let key = pick(dice, &["id", "name", "a", "a.b", "", "é", "list"]).to_owned();
        (key, json_value(dice, depth))
    });
    pairs.collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn json_and_json_lines() {
    let files = Files::new();
    fuzz("JSON", |dice| {
        let objects: Vec<serde_json::Value> = (0..dice.below(8)).map(|_| json_object(dice, 2)).collect();
        let lines = dice.below(2) == 0;
        let mut input = if lines {
            objects.iter().map(|object| format!("{object}\n")).collect::<String>().into_bytes()
        } else if dice.below(3) == 0 {
            format!("{{\"meta\":{},\"items\":{}}}", json_value(dice, 1), serde_json::Value::from(objects)).into_bytes()
        } else {
            serde_json::to_vec_pretty(&objects).expect("JSON")
        };
        damage(
            dice,
            &mut input,
            &["{", "}", "[", "]", "\"", ",", ":", "\\u", "\\ud800", "1e999", "\n", "null", "\0", "//"],
        );
        let location = files.location(if lines { "in.ndjson" } else { "in.json" }, &input);
        let Ok(source) = open_source(&location) else { return (input, Ok(())) };
        let read = same_for_all_chunks(&*source, dice).map(|_| ());
        (input, read)
    });
}
