//! Rules for lists, over every format that has them.

use std::path::PathBuf;

use crate::connect::{Chunk, ListRule, ListSetting, Location, ReadRequest, Source, open_source};
use crate::record::{Batch, Fault};

fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn open(path: &std::path::Path, rules: &[(&str, ListRule)]) -> Box<dyn Source> {
    open_source(&location(path, rules)).unwrap()
}

fn location(path: &std::path::Path, rules: &[(&str, ListRule)]) -> Location {
    let setting = |(path, rule): &(&str, ListRule)| ListSetting { path: (*path).to_owned(), rule: rule.clone() };
    Location { lists: rules.iter().map(setting).collect(), ..Location::from_argument(path.to_str().unwrap()) }
}

fn names(source: &dyn Source, object: &str) -> Vec<String> {
    source.object(object).unwrap().fields.into_iter().map(|field| field.name).collect()
}

/// Cells of every record, by chunks of this size.
fn read(source: &dyn Source, object: &str, chunk_bytes: usize) -> Vec<Vec<String>> {
    rows(source, object, chunk_bytes).into_iter().map(|(cells, _)| cells).collect()
}

fn rows(source: &dyn Source, object: &str, chunk_bytes: usize) -> Vec<(Vec<String>, Option<Fault>)> {
    let mut reader = source.read(object, &ReadRequest { chunk_bytes, ..ReadRequest::default() }).unwrap();
    let decoder = reader.decoder();
    assert_eq!(decoder.fields(), names(source, object));
    let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), Vec::new());
    while reader.next(&mut chunk).unwrap() {
        decoder.decode(&mut chunk, &mut batch).unwrap();
        for record in batch.records() {
            let cells = record.cells().map(|cell| cell.display().into_owned()).collect();
            all.push((cells, record.row().fault));
        }
    }
    all
}

fn explode() -> ListRule {
    ListRule::Explode { key: None }
}

fn join(separator: &str) -> ListRule {
    ListRule::Join(separator.to_owned())
}

const PEOPLE: &str = concat!(
    "{\"id\":\"007\",\"tags\":[\"a\",\"b \\\"x\\\"\",null,3],\"phones\":[{\"kind\":\"home\",\"no\":\"1\"},{\"kind\":\"work\",\"no\":\"2\"}],",
    "\"orders\":[{\"sku\":\"A\",\"price\":{\"amount\":1.50},\"lines\":[1,2]},{\"sku\":\"B\",\"note\":\"Ł\\n\"}]}\n",
    "{\"id\":\"008\",\"tags\":\"alone\",\"phones\":[],\"orders\":[]}\n",
    "{\"id\":\"009\",\"phones\":{\"kind\":\"fax\",\"no\":\"3\"},\"orders\":[{\"sku\":\"C\",\"lines\":[3]},\"odd\"]}\n",
);

#[test]
fn values_are_taken_joined_and_made_records() {
    let (_folder, path) = file("people.ndjson", PEOPLE);
    let rules = [("tags", join("; ")), ("phones", ListRule::First), ("orders", explode())];
    let source = open(&path, &rules);
    assert_eq!(source.objects().unwrap(), ["people.ndjson", "orders"]);
    assert_eq!(names(&*source, "people.ndjson"), ["id", "tags", "phones.kind", "phones.no"]);
    assert_eq!(
        names(&*source, "orders"),
        ["parent.id", "parent.index", "value", "sku", "price.amount", "lines", "note"]
    );
    for chunk_bytes in [1, 200, 1 << 20] {
        assert_eq!(
            read(&*source, "people.ndjson", chunk_bytes),
            [["007", "a; b \"x\"; 3", "home", "1"], ["008", "alone", "", ""], ["009", "", "fax", "3"]]
        );
        assert_eq!(
            read(&*source, "orders", chunk_bytes),
            [
                ["007", "1", "", "A", "1.50", "[1,2]", ""],
                ["007", "2", "", "B", "", "", "Ł\n"],
                ["009", "1", "", "C", "", "[3]", ""],
                ["009", "2", "odd", "", "", "", ""],
            ]
        );
    }
    let told = source.evidence("people.ndjson").join("\n");
    assert!(told.contains("1 of the 2 lists in the sample have more"), "{told}");
    assert!(source.evidence("orders").join("\n").contains("with `id` of the record"));
}

#[test]
fn values_inside_the_objects_of_a_list_are_reached_by_paths() {
    let lists = PEOPLE.replace("{\"kind\":\"fax\",\"no\":\"3\"}", "[{\"no\":\"3\"}]");
    let (_folder, path) = file("people.ndjson", &lists);
    let source = open(&path, &[("phones.no", join("/")), ("orders.sku", ListRule::First)]);
    assert_eq!(names(&*source, ""), ["id", "tags", "phones", "phones.no", "orders", "orders.sku"]);
    let all = read(&*source, "", 1 << 20);
    assert_eq!((all[0][3].as_str(), all[0][5].as_str()), ("1/2", "A"));
    assert_eq!((all[2][3].as_str(), all[2][5].as_str()), ("3", "C"));
    assert!(all[0][2].starts_with("[{\"kind\""));
}

#[test]
fn lists_in_lists_become_children_of_children() {
    let text = r#"[{"id":1,"orders":[{"no":"x","lines":[{"sku":"A","tags":["p","q"]},{"sku":"B"}]},{"no":"y","lines":[{"sku":"C"}]}]}]"#;
    let (_folder, path) = file("deep.json", text);
    let rules = [
        ("orders", explode()),
        ("orders.lines", ListRule::Explode { key: Some("no".into()) }),
        ("orders.lines.tags", join(",")),
    ];
    let source = open(&path, &rules);
    assert_eq!(source.objects().unwrap(), ["deep.json", "orders", "lines"]);
    assert_eq!(names(&*source, "orders"), ["parent.id", "parent.index", "no"]);
    assert_eq!(read(&*source, "orders", 1 << 20), [["1", "1", "x"], ["1", "2", "y"]]);
    assert_eq!(read(&*source, "lines", 1 << 20), [["x", "1", "A", "p,q"], ["x", "2", "B", ""], ["y", "1", "C", ""]]);
}

#[test]
fn repeated_elements_are_lists_too() {
    let text = "<people><person id='7'><tag>a</tag><tag>b</tag><order><sku>A</sku><qty>1</qty></order><order><sku>B</sku></order></person>\
                <person id='8'><tag>c</tag><order><sku>C</sku><qty>3</qty></order></person></people>";
    let (_folder, path) = file("people.xml", text);
    let source = open(&path, &[("tag", join("|")), ("order", explode())]);
    assert_eq!(source.objects().unwrap(), ["person", "order"]);
    assert_eq!(read(&*source, "person", 1), [["7", "a|b"], ["8", "c"]]);
    assert_eq!(names(&*source, "order"), ["parent.@id", "parent.index", "sku", "qty"]);
    assert_eq!(read(&*source, "order", 1), [["7", "1", "A", "1"], ["7", "2", "B", ""], ["8", "1", "C", "3"]]);
    let told = open(&path, &[]).evidence("person").join("\n");
    assert!(told.contains("`order` holds lists of records") && told.contains("`tag` holds lists"), "{told}");
}

#[test]
fn what_no_rule_covers_is_told_and_what_a_rule_misses_as_well() {
    let (_folder, path) = file("people.ndjson", PEOPLE);
    let told = open(&path, &[]).evidence("").join("\n");
    assert!(told.contains("`tags` holds lists") && told.contains("`orders` holds lists of records"), "{told}");
    let told = open(&path, &[("tags", ListRule::Keep), ("orders", explode()), ("nothing", ListRule::First)]);
    let told = told.evidence("people.ndjson").join("\n");
    assert!(!told.contains("`tags` holds") && !told.contains("`orders` holds"), "{told}");
    assert!(told.contains("`phones` holds") && told.contains("no list at `nothing`"), "{told}");
    let error = open_source(&location(&path, &[("orders", ListRule::Explode { key: Some("no".into()) })]));
    assert!(error.map(|_| ()).unwrap_err().to_string().contains("no field `no`"));
}

#[test]
fn a_field_that_the_sample_lacks_is_a_fault_of_the_child() {
    let mut text = String::new();
    for id in 0..3000 {
        text.push_str(&format!("{{\"id\":{id},\"items\":[{{\"sku\":\"{}\"}}]}}\n", "s".repeat(1000)));
    }
    text.push_str("{\"id\":3000,\"items\":[{\"sku\":\"x\",\"late\":1}]}\n");
    let (_folder, path) = file("late.ndjson", &text);
    let source = open(&path, &[("items", explode())]);
    let all = rows(&*source, "items", 1 << 20);
    assert_eq!(all.len(), 3001);
    assert_eq!(all[3000].1, Some(Fault::UnknownField));
}
