//! SQLite, read and written.

use std::path::Path;

use rusqlite::Connection;

use crate::connect::{
    Chunk, ErrorKind, Location, Outcomes, Position, ReadRequest, RowOutcome, Sink, Source, TargetBatch, WriteFate,
    WriteMode, WriteRequest, open_source, open_target,
};
use crate::record::{Batch, Cell, Kind, SourceType};
use crate::schema::{Constraints, Field, FieldType, Object};

const CRM: &str = "
CREATE TABLE Account (Id INTEGER PRIMARY KEY, Name VARCHAR(80) NOT NULL);
CREATE TABLE Contact (
  Email TEXT UNIQUE,
  LastName VARCHAR(40) NOT NULL,
  Status TEXT NOT NULL DEFAULT 'lead' CHECK (Status IN ('lead', 'active', 'it''s')),
  Amount DECIMAL(10,2),
  Active BOOLEAN,
  AccountId INTEGER REFERENCES Account(Id),
  Label TEXT GENERATED ALWAYS AS (LastName || '!') VIRTUAL
);
INSERT INTO Account VALUES (1, 'Acme');
INSERT INTO Contact (Email, LastName, Status, Amount, Active, AccountId) VALUES
  ('a@x.org', 'Ann', 'lead', 10.5, 1, 1), ('b@x.org', 'Bob', 'active', NULL, 0, NULL);
CREATE VIEW Names AS SELECT LastName FROM Contact;
CREATE TABLE Pair (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO Pair VALUES ('x', 2), ('x', 1), ('y', 1);
";

fn database(sql: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (folder, path)
}

fn location(path: &Path) -> Location {
    Location::from_argument(&format!("sqlite:{}", path.display()))
}

fn ask(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|index| match row.get_ref(index).unwrap() {
            rusqlite::types::ValueRef::Null => "-".to_owned(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            rusqlite::types::ValueRef::Real(number) => format!("{number:?}"),
            rusqlite::types::ValueRef::Text(text) | rusqlite::types::ValueRef::Blob(text) => {
                String::from_utf8_lossy(text).into_owned()
            }
        });
        Ok(cells.collect::<Vec<_>>().join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn request(object: &str, fields: &[&str], mode: WriteMode, key: &[&str]) -> WriteRequest {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    WriteRequest {
        object: object.into(),
        fields: owned(fields),
        mode,
        key: owned(key),
        run: "run-1".into(),
        ..WriteRequest::default()
    }
}

fn submit(sink: &mut dyn Sink, rows: &[&[&str]]) -> Vec<RowOutcome> {
    let mut batch = TargetBatch::default();
    for row in rows {
        let cells: Vec<Cell<'_>> = row.iter().map(|text| Cell::text(text)).collect();
        sink.encoder().encode(&cells, &mut batch);
    }
    let ticket = sink.submit(&batch).unwrap();
    match sink.collect(ticket).unwrap() {
        Outcomes::All(fate) => vec![RowOutcome { fate, target_id: None, reason: None, retry: false }; rows.len()],
        Outcomes::Each(each) => each,
    }
}

fn run(path: &Path, request: &WriteRequest, rows: &[&[&str]]) -> Vec<RowOutcome> {
    let mut sink = open_target(&location(path)).unwrap().open(request).unwrap();
    let outcomes = submit(&mut *sink, rows);
    sink.finish().unwrap();
    outcomes
}

fn fates(outcomes: &[RowOutcome]) -> Vec<WriteFate> {
    outcomes.iter().map(|outcome| outcome.fate).collect()
}

use WriteFate::{Created, Failed, Unchanged, Updated};

#[test]
fn the_schema_is_what_the_database_declares() {
    let (_folder, path) = database(CRM);
    let source = open_source(&location(&path)).unwrap();
    assert_eq!(source.objects().unwrap(), ["Account", "Contact", "Names", "Pair"]);
    let contact = source.object("contact").unwrap();
    let field = |name: &str| contact.field(name).unwrap();
    assert!(field("Email").constraints.unique);
    assert!(field("LastName").constraints.required);
    assert_eq!(field("LastName").constraints.max_length, Some(40));
    assert_eq!(field("Status").field_type, FieldType::Picklist);
    assert_eq!(field("Status").constraints.one_of, ["lead", "active", "it's"]);
    assert_eq!(field("Status").constraints.default.as_deref(), Some("lead"));
    assert!(!field("Status").constraints.required);
    assert_eq!((field("Amount").field_type, field("Amount").constraints.scale), (FieldType::Decimal, Some(2)));
    assert_eq!(field("AccountId").references.as_deref(), Some("Account"));
    assert!(field("Label").constraints.read_only);
    assert_eq!(contact.records, Some(2));
    let account = source.object("Account").unwrap();
    assert_eq!(account.primary_key, ["Id"]);
    assert!(!account.field("Id").unwrap().constraints.required);
    let error = source.object("Lead").unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchObject);
    assert!(error.next.contains("Contact"));
}

fn read(source: &dyn Source, object: &str, from: Option<Position>, chunk_bytes: usize) -> (Vec<Vec<String>>, Position) {
    let mut reader = source.read(object, &ReadRequest { chunk_bytes, from, ..ReadRequest::default() }).unwrap();
    let (mut chunk, mut batch, mut all) = (Chunk::default(), Batch::default(), Vec::new());
    let mut first_end = Position::default();
    while reader.next(&mut chunk).unwrap() {
        if all.is_empty() {
            first_end = chunk.end.clone();
        }
        reader.decoder().decode(&mut chunk, &mut batch).unwrap();
        all.extend(batch.records().map(|record| record.cells().map(|cell| cell.display().into_owned()).collect()));
    }
    (all, first_end)
}

#[test]
fn records_come_in_key_order_and_typed() {
    let (_folder, path) = database(CRM);
    let source = open_source(&location(&path)).unwrap();
    let mut reader = source.read("Contact", &ReadRequest::default()).unwrap();
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    assert!(reader.next(&mut chunk).unwrap());
    reader.decoder().decode(&mut chunk, &mut batch).unwrap();
    let first = batch.record(0);
    assert_eq!((first.cell(3).source_type, first.cell(3).bytes), (SourceType::Float, b"10.5".as_slice()));
    assert_eq!((first.cell(4).source_type, first.cell(4).bytes), (SourceType::Boolean, b"true".as_slice()));
    assert_eq!(batch.record(1).cell(3).kind, Kind::Null);
    assert!(!reader.next(&mut chunk).unwrap());
    for object in ["Pair", "Contact", "Names"] {
        let (all, _) = read(&*source, object, None, 1 << 20);
        let (one_by_one, first_end) = read(&*source, object, None, 1);
        assert_eq!(all, one_by_one);
        assert_eq!(read(&*source, object, Some(first_end), 1).0, all[1..]);
    }
    assert_eq!(read(&*source, "Pair", None, 0).0, [["x", "1"], ["x", "2"], ["y", "1"]]);
}

#[test]
fn an_absent_table_is_made_from_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let mut request = request("Contact", &["Email", "Last Name"], WriteMode::Upsert, &["Email"]);
    let constraints = Constraints { required: true, max_length: Some(5), ..Constraints::default() };
    let status = Constraints { one_of: vec!["a".into(), "b".into()], ..Constraints::default() };
    request.schema = Some(Object {
        name: "Contact".into(),
        fields: vec![
            Field { constraints, ..Field::named("Last Name") },
            Field { constraints: status, ..Field::named("Status") },
            Field { field_type: FieldType::Integer, ..Field::named("Age") },
        ],
        ..Object::default()
    });
    let outcomes = run(&path, &request, &[&["a@x.org", "Ann"], &["a@x.org", "Ann"], &["b@x.org", ""]]);
    assert_eq!(fates(&outcomes), [Created, Unchanged, Failed]);
    assert_eq!(outcomes[2].reason.as_deref(), Some("`Last Name` must not be empty"));
    assert_eq!(ask(&path, "SELECT * FROM Contact"), ["Ann|-|-|a@x.org"]);
    assert_eq!(ask(&path, "SELECT name FROM sqlite_master WHERE type = 'table'"), ["Contact"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let schema = open_target(&location(&path)).unwrap().schema().unwrap();
    assert_eq!(schema.objects[0].field("Status").unwrap().constraints.one_of, ["a", "b"]);
}

#[test]
fn a_failed_record_does_not_take_the_others_along() {
    let (_folder, path) = database(CRM);
    let fields = ["Email", "LastName", "Status", "AccountId"];
    let rows: &[&[&str]] = &[
        &["c@x.org", "Cid", "lead", "1"],
        &["a@x.org", "Again", "lead", ""],
        &["d@x.org", "", "lead", ""],
        &["e@x.org", "Eve", "gone", ""],
        &["f@x.org", "Fay", "", "99"],
        &["g@x.org", "Gil", "", ""],
    ];
    let outcomes = run(&path, &request("Contact", &fields, WriteMode::Insert, &[]), rows);
    assert_eq!(fates(&outcomes), [Created, Failed, Failed, Failed, Failed, Created]);
    let reasons: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.reason.as_deref()).collect();
    assert_eq!(reasons[0], "another record has the same `Email`");
    assert_eq!(reasons[1], "`LastName` must not be empty");
    assert!(reasons[2].starts_with("a rule of the table does not allow it"), "{}", reasons[2]);
    assert_eq!(reasons[3], "it refers to a record that does not exist in the target");
    assert_eq!(ask(&path, "SELECT LastName, Status FROM Contact WHERE LastName > 'C'"), ["Cid|lead", "Gil|lead"]);
}

#[test]
fn each_mode_meets_what_is_there_in_its_own_way() {
    let fields = ["Email", "LastName"];
    let rows: &[&[&str]] = &[&["a@x.org", "Ann"], &["b@x.org", "Bert"], &["n@x.org", "New"], &["", "Nobody"]];
    let cases = [
        (WriteMode::Insert, [Failed, Failed, Created, Failed], ["Ann", "Bob", "New"].as_slice()),
        (WriteMode::Update, [Unchanged, Updated, Failed, Failed], &["Ann", "Bert"]),
        (WriteMode::Upsert, [Unchanged, Updated, Created, Failed], &["Ann", "Bert", "New"]),
        (WriteMode::SkipExisting, [Unchanged, Unchanged, Created, Failed], &["Ann", "Bob", "New"]),
        (WriteMode::Append, [Failed, Failed, Created, Created], &["Ann", "Bob", "New", "Nobody"]),
    ];
    // With and without an index on the key, and in a table without row ids.
    let no_index = CRM.replace("Email TEXT UNIQUE", "Email TEXT");
    let no_row_ids = CRM.replace("Email TEXT UNIQUE", "Email TEXT PRIMARY KEY").replacen(
        "VIRTUAL\n);",
        "VIRTUAL\n) WITHOUT ROWID;",
        1,
    );
    for sql in [CRM, &no_index, &no_row_ids] {
        for (mode, expected, left) in cases {
            if mode == WriteMode::Append && sql != CRM {
                continue;
            }
            let (_folder, path) = database(sql);
            let outcomes = run(&path, &request("Contact", &fields, mode, &["Email"]), rows);
            assert_eq!(fates(&outcomes), expected, "{mode:?}");
            assert_eq!(ask(&path, "SELECT LastName FROM Contact ORDER BY LastName"), left, "{mode:?}");
        }
    }
}

#[test]
fn a_key_without_index_sees_records_of_the_same_run() {
    let (_folder, path) = database("CREATE TABLE T (k TEXT, v TEXT); INSERT INTO T VALUES ('d', '1'), ('d', '2');");
    let rows: &[&[&str]] = &[&["a", "1"], &["a", "2"], &["a", "2"], &["d", "3"]];
    let outcomes = run(&path, &request("T", &["k", "v"], WriteMode::Upsert, &["k"]), rows);
    assert_eq!(fates(&outcomes), [Created, Updated, Unchanged, Failed]);
    assert_eq!(ask(&path, "SELECT * FROM T ORDER BY k, v"), ["a|2", "d|1", "d|2"]);
}

#[test]
fn replacing_happens_in_one_instant() {
    let (_folder, path) = database(CRM);
    let replace = request("Contact", &["Email", "LastName"], WriteMode::Replace, &[]);
    let target = open_target(&location(&path)).unwrap();
    let mut sink = target.open(&replace).unwrap();
    assert!(!sink.commits_as_it_goes());
    let outcomes = submit(&mut *sink, &[&["z@x.org", "Zoe"], &["z@x.org", "Twice"], &["y@x.org", "Yan"]]);
    assert_eq!(fates(&outcomes), [Created, Failed, Created]);
    sink.checkpoint().unwrap();
    assert_eq!(ask(&path, "SELECT count(*) FROM Contact"), ["2"]);
    assert_eq!(ask(&path, "SELECT min(Email) FROM Contact"), ["a@x.org"]);
    sink.finish().unwrap();
    assert_eq!(ask(&path, "SELECT Email, Status FROM Contact"), ["z@x.org|lead", "y@x.org|lead"]);
    assert_eq!(ask(&path, "SELECT count(*) FROM sqlite_master WHERE name LIKE '\\_mapwright%' ESCAPE '\\'"), ["0"]);
    let sink = target.open(&replace).unwrap();
    sink.abandon(false).unwrap();
    assert_eq!(ask(&path, "SELECT count(*) FROM Contact"), ["2"]);
    // A table that others refer to cannot lose the records they refer to.
    let (_folder, path) = database(CRM);
    let mut sink =
        open_target(&location(&path)).unwrap().open(&request("Account", &["Name"], WriteMode::Replace, &[])).unwrap();
    submit(&mut *sink, &[]);
    assert_eq!(sink.finish().unwrap_err().kind, ErrorKind::Unsupported);
    assert_eq!(ask(&path, "SELECT count(*) FROM Account"), ["1"]);
}

#[test]
fn a_run_that_was_cut_off_writes_nothing_twice() {
    let rows: &[&[&str]] = &[&["k@x.org", "K"], &["a@x.org", "dup"], &["l@x.org", "L"], &["m@x.org", "M"]];
    let asked = request("Contact", &["Email", "LastName"], WriteMode::Insert, &[]);
    // Cut off after `committed` checkpoints, of which the run itself noted `noted`.
    for (committed, noted) in [(1, 0), (1, 1), (2, 1), (2, 2), (0, 0)] {
        let (_folder, path) = database(CRM);
        let target = open_target(&location(&path)).unwrap();
        let mut sink = target.open(&asked).unwrap();
        let mut positions = Vec::new();
        for part in rows.chunks(2).take(committed) {
            submit(&mut *sink, part);
            positions.push(sink.checkpoint().unwrap());
        }
        submit(&mut *sink, &[&["lost@x.org", "Lost"]]);
        drop(sink);
        let resume = positions[..noted].last().cloned();
        let mut sink = target.open(&WriteRequest { resume, ..asked.clone() }).unwrap();
        let outcomes: Vec<WriteFate> =
            rows[noted * 2..].iter().flat_map(|row| fates(&submit(&mut *sink, &[row]))).collect();
        assert_eq!(outcomes, [Created, Failed, Created, Created][noted * 2..], "{committed}, {noted}");
        sink.checkpoint().unwrap();
        sink.finish().unwrap();
        assert_eq!(ask(&path, "SELECT LastName FROM Contact ORDER BY 1"), ["Ann", "Bob", "K", "L", "M"]);
    }
}

#[test]
fn a_run_that_had_finished_stays_finished() {
    let (_folder, path) = database(CRM);
    let asked = request("Contact", &["Email", "LastName"], WriteMode::Insert, &[]);
    let target = open_target(&location(&path)).unwrap();
    let mut sink = target.open(&asked).unwrap();
    submit(&mut *sink, &[&["k@x.org", "K"]]);
    let position = sink.checkpoint().unwrap();
    sink.finish().unwrap();
    let sink = target.open(&WriteRequest { resume: Some(position), ..asked }).unwrap();
    sink.finish().unwrap();
    assert_eq!(ask(&path, "SELECT count(*) FROM Contact"), ["3"]);
}

#[test]
fn abandoning_leaves_what_was_collected_and_nothing_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let target = open_target(&location(&path)).unwrap();
    let asked = request("T", &["a"], WriteMode::Insert, &[]);
    target.open(&asked).unwrap().abandon(false).unwrap();
    assert!(ask(&path, "SELECT name FROM sqlite_master").is_empty());
    let mut sink = target.open(&asked).unwrap();
    assert!(sink.commits_as_it_goes());
    submit(&mut *sink, &[&["1"]]);
    sink.abandon(false).unwrap();
    assert_eq!(ask(&path, "SELECT * FROM T"), ["1"]);
    assert_eq!(ask(&path, "SELECT name FROM sqlite_master"), ["T"]);
}

#[test]
fn ids_given_by_the_database_are_told() {
    let (_folder, path) = database(CRM);
    let outcomes = run(&path, &request("Account", &["Name"], WriteMode::Insert, &[]), &[&["Beta"], &["Gamma"]]);
    let ids: Vec<_> = outcomes.iter().map(|outcome| outcome.target_id.as_deref()).collect();
    assert_eq!(ids, [Some("2"), Some("3")]);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_written() {
    let (folder, path) = database(CRM);
    let target = open_target(&location(&path)).unwrap();
    let kind = |request: &WriteRequest| target.open(request).err().unwrap().kind;
    assert_eq!(kind(&request("Contact", &["Nope"], WriteMode::Insert, &[])), ErrorKind::NoSuchObject);
    assert_eq!(kind(&request("Contact", &["Label"], WriteMode::Insert, &[])), ErrorKind::Unsupported);
    assert_eq!(kind(&request("Names", &["LastName"], WriteMode::Insert, &[])), ErrorKind::Unsupported);
    assert_eq!(kind(&request("Contact", &["Email"], WriteMode::Upsert, &[])), ErrorKind::Unsupported);
    assert_eq!(kind(&request("Absent", &["a"], WriteMode::Update, &["a"])), ErrorKind::NoSuchObject);
    assert_eq!(kind(&request("sqlite_x", &["a"], WriteMode::Insert, &[])), ErrorKind::Unsupported);
    let text = folder.path().join("text.db");
    std::fs::write(&text, "id,name\n").unwrap();
    assert_eq!(open_source(&location(&text)).err().unwrap().kind, ErrorKind::NotReadable);
    assert_eq!(open_source(&location(&folder.path().join("no.db"))).err().unwrap().kind, ErrorKind::NotFound);
    // Names that look like SQL are only names.
    let odd = "x\"); DROP TABLE Contact; --";
    run(&path, &request(odd, &["a\"b"], WriteMode::Insert, &["a\"b"]), &[&["1"]]);
    assert_eq!(ask(&path, "SELECT count(*) FROM Contact"), ["2"]);
}

#[test]
fn a_lock_is_said_and_may_pass() {
    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    let error = super::database::plain(Path::new("crm.db"), rusqlite::Error::SqliteFailure(busy, None));
    assert_eq!(error.kind, ErrorKind::Io);
    assert!(error.to_string().contains("another program holds the database locked"));
}

/// The mode of a database, as its header has it (SQLite, "Database File Format", section 1.3.1): 1 journal, 2 log.
fn mode(path: &Path) -> u8 {
    std::fs::read(path).unwrap()[18]
}

fn journal(path: &Path) -> std::path::PathBuf {
    path.with_file_name("crm.db-journal")
}

/// A database as a program leaves it that is killed within a transaction: with a hot journal.
fn cut_off(folder: &Path) -> std::path::PathBuf {
    let (_keep, living) = database(CRM);
    let connection = Connection::open(&living).unwrap();
    connection
        .execute_batch("PRAGMA cache_size = 2; BEGIN IMMEDIATE; UPDATE Account SET Name = 'half';")
        .and_then(|()| {
            let rows = "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
                        INSERT INTO Account SELECT i, 'half written ' || i FROM n";
            connection.execute_batch(rows)
        })
        .unwrap();
    let path = folder.join("crm.db");
    std::fs::copy(&living, &path).unwrap();
    std::fs::copy(journal(&living), journal(&path)).unwrap();
    path
}

#[test]
fn what_a_killed_program_left_is_taken_back_in_a_target_and_told_of_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = cut_off(folder.path());
    let error = open_source(&location(&path)).map(|_| ()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Changed, "{error}");
    assert!(error.what.contains("cut off"), "{error}");
    // Whoever writes to it may look at it, too: first the schema, as a run does.
    let target = open_target(&location(&path)).unwrap();
    assert_eq!(target.schema().unwrap().objects.len(), 3);
    let mut sink = target.open(&request("Pair", &["a", "b"], WriteMode::Append, &[])).unwrap();
    submit(&mut *sink, &[&["z", "1"]]);
    sink.finish().unwrap();
    assert_eq!(ask(&path, "SELECT * FROM Account"), ["1|Acme"]);
    assert!(!journal(&path).exists());
}

#[test]
fn the_mode_of_a_database_is_put_back_with_several_objects_and_after_a_kill() {
    let (_folder, path) = database(CRM);
    let target = open_target(&location(&path)).unwrap();
    let pair = request("Pair", &["a", "b"], WriteMode::Append, &[]);
    let account = request("Account", &["Id", "Name"], WriteMode::Append, &[]);
    let (mut first, mut second) = (target.open(&pair).unwrap(), target.open(&account).unwrap());
    submit(&mut *first, &[&["z", "1"]]);
    first.finish().unwrap();
    submit(&mut *second, &[&["7", "Seven"]]);
    second.finish().unwrap();
    assert_eq!(mode(&path), 1);
    // A run that was killed after its last record was committed, on the way back to the journal: the log is still the
    // mode, and an empty journal stands there.
    for replace in [false, true] {
        let mode_of = if replace { WriteMode::Replace } else { WriteMode::Append };
        let pair = request("Pair", &["a", "b"], mode_of, &[]);
        let mut sink = open_target(&location(&path)).unwrap().open(&pair).unwrap();
        submit(&mut *sink, &[&["y", if replace { "8" } else { "9" }]]);
        let position = sink.checkpoint().unwrap();
        sink.finish().unwrap();
        Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
        std::fs::write(journal(&path), "").unwrap();
        let resume = (!replace).then_some(position);
        let again = open_target(&location(&path)).unwrap().open(&WriteRequest { resume, ..pair }).unwrap();
        again.finish().unwrap();
        assert_eq!(mode(&path), 1);
        assert!(!journal(&path).exists());
    }
    // What was in log mode before stays in it.
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
    let account = request("Account", &["Id", "Name"], WriteMode::Append, &[]);
    open_target(&location(&path)).unwrap().open(&account).unwrap().finish().unwrap();
    assert_eq!(mode(&path), 2);
}
