//! Laws of runs, on random records: threads, chunks and memory change no byte, and the preview tells what the run does.

use proptest::prelude::*;

use super::*;

/// A value that may need quoting, be empty, or repeat.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-c]{1,2}",
        Just("a,b".to_owned()),
        Just("say \"hi\"".to_owned()),
        Just("two\nlines".to_owned()),
        Just(" ÄÖ ".to_owned()),
    ]
}

fn csv_of(rows: &[(String, String, String)]) -> String {
    csv_in(rows, csv::QuoteStyle::Necessary, csv::Terminator::Any(b'\n'))
}

fn csv_in(rows: &[(String, String, String)], quotes: csv::QuoteStyle, terminator: csv::Terminator) -> String {
    let mut writer = csv::WriterBuilder::new().quote_style(quotes).terminator(terminator).from_writer(Vec::new());
    writer.write_record(["a", "b", "c"]).expect("written");
    for (a, b, c) in rows {
        writer.write_record([a, b, c]).expect("written");
    }
    String::from_utf8(writer.into_inner().expect("whole")).expect("text")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn threads_chunks_and_memory_change_no_byte(
        rows in prop::collection::vec((value(), value(), value()), 1..60),
        keep in prop::sample::select(vec!["first", "last", "most-complete", "merged"]),
    ) {
        let object = format!(
            "    write: replace\n    duplicates: {{ key: a, keep: {keep} }}\n    where: b != \"cc\"\n    fields:\n      A: {{ value: a | upper, unique: true }}\n      B: {{ value: b | trim, required: true }}\n      C: join(\"-\", target.A, c)\n"
        );
        let bench = Bench::new(&csv_of(&rows), &object);
        let mut seen = Vec::new();
        for (threads, chunk_bytes, memory) in [(1, 0, 1 << 28), (2, 7, 1 << 28), (3, 64, 1), (2, 1 << 16, 1)] {
            let end = bench.run(&How { threads, chunk_bytes, memory, ..How::default() });
            prop_assert!(end.report.ledger.read == rows.len() as u64);
            seen.push((bench.read("target.csv"), bench.read("run/rejects.csv"), end.report.ledger, end.report.objects[0].fields.clone()));
        }
        for other in &seen[1..] {
            prop_assert_eq!(&seen[0], other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn merged_records_are_those_of_a_plain_reading(
        rows in prop::collection::vec((value(), value(), value()), 1..60),
        (threads, chunk_bytes, memory) in prop::sample::select(vec![(1, 0, 1 << 28), (3, 20, 1), (2, 300, 1 << 28)]),
    ) {
        let object = "    write: replace\n    duplicates: { key: a, keep: merged }\n    fields:\n      A: a\n      B: b\n      C: c\n";
        let bench = Bench::new(&csv_of(&rows), object);
        bench.run(&How { threads, chunk_bytes, memory, ..How::default() });
        let mut kept: Vec<[String; 3]> = Vec::new();
        for (a, b, c) in &rows {
            match kept.iter_mut().find(|known| !a.is_empty() && known[0] == *a) {
                Some(known) => {
                    for (mine, theirs) in known.iter_mut().zip([a, b, c]) {
                        if mine.is_empty() {
                            mine.clone_from(theirs);
                        }
                    }
                }
                None => kept.push([a.clone(), b.clone(), c.clone()]),
            }
        }
        let mut reader = csv::Reader::from_path(bench.path("target.csv")).expect("a target");
        let target: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(target, kept.iter().map(|record| record.to_vec()).collect::<Vec<_>>());
    }
}

/// A field's line of a random profile.
fn field_line() -> impl Strategy<Value = &'static str> {
    // Many as they are, so that neighbours stay neighbours.
    let as_it_is = prop::sample::select(vec!["a", "b", "c"]);
    let made = prop::sample::select(vec![
        "a | trim",
        "{ value: b | upper, required: true }",
        "{ value: c | collapse, max_length: 3 }",
        "concat(a, \"-\", b)",
        "a ?? b ?? c",
        "if a == b then \"same\" else c",
        "{ value: a | trim, values: { a: X, b: Y }, otherwise: keep }",
        "{ value: b, values: { a: X }, otherwise: reject }",
        "{ value: length(c), type: integer, max: 4 }",
        "{ value: c | lower, pattern: '[a-z ]*' }",
        "{ value: 'a | replace_regex(\"[ab]+\", \"#\")', unique: true }",
    ]);
    prop_oneof![as_it_is, made]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_preview_and_the_run_give_the_same_values(
        rows in prop::collection::vec((value(), value(), value()), 1..40),
        fields in prop::collection::vec(field_line(), 1..7),
        quotes in prop::sample::select(vec![csv::QuoteStyle::Necessary, csv::QuoteStyle::Always]),
        crlf: bool,
        filter in prop::option::of(prop::sample::select(vec!["a != b", "b != \"\" or c == a"])),
        key in prop::option::of(prop::sample::select(vec!["a", "target.F0 | lower"])),
    ) {
        let mut object = String::new();
        if let Some(filter) = filter {
            object += &format!("    where: '{filter}'\n");
        }
        if let Some(key) = key {
            object += &format!("    duplicates: {key}\n");
        }
        object += "    fields:\n";
        for (index, line) in fields.iter().enumerate() {
            object += &format!("      F{index}: {line}\n");
        }
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let bench = Bench::new(&csv_in(&rows, quotes, terminator), &object);
        let end = bench.run(&How { chunk_bytes: 64, ..How::default() });
        let loaded = profile::load(&bench.path("profile.yaml")).expect("a profile");
        let source = mapwright::connect::open_source(&loaded.profile.source).expect("opened");
        let mapping = &loaded.profile.objects[0];
        let mut seen = Vec::new();
        let compile = |names: &[String]| {
            let now = end.report.started.parse().expect("a time");
            let options = engine::PlanOptions { now, keys: None, links: engine::Links::default(), holds: Default::default() };
            engine::Plan::compile(mapping, names, None, options)
        };
        engine::preview_object(&*source, mapping, compile, |_, one| {
            seen.push(one);
            true
        })
        .expect("previewed");
        let written: Vec<Vec<String>> = seen
            .iter()
            .filter(|one| one.fate == engine::PreviewFate::Written)
            .map(|one| one.after.iter().map(|cell| cell.text.clone()).collect())
            .collect();
        let mut reader = csv::Reader::from_path(bench.path("target.csv")).expect("a target");
        let target: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("a record").iter().map(str::to_owned).collect()).collect();
        prop_assert_eq!(&written, &target);
        // What came over from the source without being looked at is written as everything else is.
        let mut plain = csv::Writer::from_writer(Vec::new());
        plain.write_record((0..fields.len()).map(|index| format!("F{index}"))).expect("written");
        written.iter().for_each(|record| plain.write_record(record).expect("written"));
        let plain = String::from_utf8(plain.into_inner().expect("whole")).expect("text");
        prop_assert_eq!(plain, bench.read("target.csv"));
        let labels = |one: &engine::Preview| one.findings.iter().map(|f| f.label()).collect::<Vec<_>>().join(";");
        let dropped: Vec<(String, String)> = seen
            .iter()
            .filter(|one| matches!(one.fate, engine::PreviewFate::Rejected | engine::PreviewFate::Duplicate))
            .map(|one| (one.origin.number.to_string(), labels(one)))
            .collect();
        let mut reader = csv::Reader::from_path(bench.path("run/rejects.csv")).expect("rejects");
        let rejects: Vec<(String, String)> =
            reader.records().map(|row| row.expect("a record")).map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
        prop_assert_eq!(dropped, rejects);
        prop_assert_eq!(seen.len() as u64, end.report.ledger.read);
    }
}
