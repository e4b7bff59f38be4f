//! Round trips: a profile of what a form can say comes back as it was; what it cannot say is listed.

use std::fs;

use proptest::prelude::*;

use super::{Imported, export, form, import};
use crate::connect::WriteMode;
use crate::profile::{self, Profile};

fn profile_of(text: &str) -> Profile {
    let whole = format!("mapwright: 1\nsource: .\n{text}");
    profile::parse(&whole, std::path::Path::new("")).unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// Exports, and imports the file of this name.
fn there_and_back(profile: &Profile, name: &str, file: &str) -> (Imported, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let form = form(name).unwrap();
    let exported = export(profile, form);
    for (file, text) in &exported.files {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let back = import(&folder.path().join(file), None).unwrap_or_else(|error| panic!("{error}"));
    (back, exported.left.iter().map(ToString::to_string).collect())
}

fn imported(file: &str, text: &str) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), text).unwrap();
    import(&folder.path().join(file), None).unwrap_or_else(|error| panic!("{error}"))
}

fn fields(imported: &Imported) -> Vec<(String, String)> {
    let object = &imported.profile.objects[0];
    object.fields.iter().map(|field| (field.target.clone(), field.expression().text.clone())).collect()
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(target, from)| ((*target).to_owned(), (*from).to_owned())).collect()
}

#[test]
fn a_mapping_file_of_data_loader_is_read() {
    let text = "#Mapping values\nEMAIL=Email\nFIRST, LAST=Name\n\"Legacy\"=Source__c, Origin__c\nNOTE=\nPARENT=Parent\\:Account-Ext__c\nOWNER=Owner__r\\:User-Nr__c\nTown\\ or\\ City=City\n";
    let read = imported("contact.sdl", text);
    let want = [
        ("Email", "EMAIL"),
        ("Name", "join(\", \", FIRST, LAST)"),
        ("Source__c", "\"Legacy\""),
        ("Origin__c", "\"Legacy\""),
        ("ParentId", "PARENT"),
        ("Owner__c", "OWNER"),
        ("City", "field(\"Town or City\")"),
    ];
    assert_eq!(fields(&read), pairs(&want));
    assert_eq!(read.left.len(), 1);
    assert!(read.left[0].to_string().contains("NOTE"));
    let wrong = tempfile::tempdir().unwrap();
    fs::write(wrong.path().join("empty.sdl"), "# nothing\n").unwrap();
    assert!(import(&wrong.path().join("empty.sdl"), None).is_err());
}

#[test]
fn data_loader_there_and_back() {
    let profile = profile_of(
        "objects:\n  - from: contacts.csv\n    to: Contact\n    write: upsert\n    key: Ext__c\n    fields:\n      Email: EMAIL\n      Ext__c: 'field(\"Old = Id: 5\")'\n      Name: 'join(\", \", FIRST, LAST)'\n      Source__c: '\"Legacy\"'\n      AccountId: { lookup: PARENT, in: Account, by: Nr__c }\n",
    );
    let (back, left) = there_and_back(&profile, "sdl", "Contact.properties");
    assert_eq!(left, [""; 0]);
    assert_eq!(back.profile.objects, profile.without_places().objects);
    assert!(back.left.is_empty(), "{:?}", back.left);
}

#[test]
fn what_data_loader_cannot_say_is_listed() {
    let profile = profile_of(
        "objects:\n  - from: contacts.csv\n    to: Contact\n    where: a != \"\"\n    duplicates: email\n    on_reject: 5%\n    fields:\n      Email: { value: EMAIL | lower, required: true, note: agreed }\n      Rating: { value: R, values: { a: Hot } }\n      Both: a + b\n    checks:\n      one: target.Email != \"\"\n    examples:\n      - given: { EMAIL: X }\n        expect: { Email: x }\n",
    );
    let (_, left) = there_and_back(&profile, "sdl", "Contact.sdl");
    let left = left.join("\n");
    for what in [
        "where",
        "duplicates",
        "on_reject",
        "EMAIL | lower",
        "checks",
        "agreed",
        "value map",
        "a + b",
        "check `one`",
        "1 examples",
    ] {
        assert!(left.contains(what), "{what} is missing:\n{left}");
    }
}

#[test]
fn sfdmu_there_and_back() {
    let profile = profile_of(
        "objects:\n  - from: Account.csv\n    to: Account\n    write: upsert\n    key: Nr__c\n    where: Type == \"Customer\" and Active__c != \"false\"\n    fields:\n      Nr__c: Nr__c\n      Name: Title__c\n      Rating: { value: Rating, values: { a: Hot, 'it''s': Cold }, otherwise: keep }\n  - from: Person.csv\n    to: Contact\n    fields:\n      Email: Email\n      AccountId: { lookup: field(\"Account.Nr__c\"), in: Account, by: Nr__c }\n",
    );
    let (back, left) = there_and_back(&profile, "sfdmu", "export.json");
    assert_eq!(left, [""; 0]);
    assert!(back.left.is_empty(), "{:?}", back.left);
    assert_eq!(back.profile.objects[0], profile.without_places().objects[0]);
    // A lookup stands in the file by the parent's own key.
    let text = back.profile.objects[1].field("AccountId").unwrap().expression().text.clone();
    assert_eq!(text, "`Account.Nr__c`".replace('`', ""));
    assert_eq!(back.profile.objects[1].to, "Contact");
}

#[test]
fn what_sfdmu_says_beyond_a_profile_is_listed() {
    let text = r#"{ "orgs": [], "objects": [
        { "query": "SELECT Id, Name, OwnerId FROM Account WHERE Name LIKE 'A%' LIMIT 5", "operation": "Upsert", "externalId": "Name;Nr__c", "master": false, "mockFields": [] },
        { "query": "SELECT Id FROM User", "operation": "Readonly" },
        { "query": "SELECT Id FROM Case", "operation": "Insert", "excluded": true },
        { "query": "bad", "operation": "Insert" } ] }"#;
    let read = imported("export.json", text);
    assert_eq!(read.profile.objects.len(), 1);
    assert_eq!(read.profile.objects[0].key, ["Name", "Nr__c"]);
    let left: Vec<String> = read.left.iter().map(ToString::to_string).collect();
    let left = left.join("\n");
    for what in ["orgs", "LIKE", "LIMIT 5", "master", "mockFields", "Readonly", "excluded", "cannot be read"] {
        assert!(left.contains(what), "{what} is missing:\n{left}");
    }
}

#[test]
fn hubspot_there_and_back() {
    let profile = profile_of(
        "name: Spring import\nobjects:\n  - from: people.csv\n    to: contacts\n    write: upsert\n    key: email\n    fields:\n      email: E-Mail\n      firstname: field(\"First Name\")\n  - from: people.csv\n    to: companies\n    fields:\n      name: Company\n",
    );
    let (back, left) = there_and_back(&profile, "hubspot", "importRequest.json");
    // `E-Mail` is a subtraction, and no column.
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("E-Mail"));
    assert_eq!(back.profile.name.as_deref(), Some("Spring import"));
    assert_eq!(back.profile.objects[0].write, WriteMode::Upsert);
    assert_eq!(fields(&back), pairs(&[("firstname", "field(\"First Name\")")]));
    let text = r#"{ "name": "x", "dateFormat": "DAY_MONTH_YEAR", "importOperations": { "0-1": "UPDATE" }, "files": [ { "fileName": "c.csv", "fileFormat": "CSV",
        "fileImportPage": { "hasHeader": true, "columnMappings": [
        { "columnObjectTypeId": "0-1", "columnName": "Email", "propertyName": "email", "columnType": "HUBSPOT_ALTERNATE_ID" },
        { "columnObjectTypeId": "0-1", "columnName": "Label", "propertyName": null, "columnType": "FLEXIBLE_ASSOCIATION_LABEL" } ] } } ] }"#;
    let read = imported("request.json", text);
    assert_eq!(
        (read.profile.objects[0].write, read.profile.objects[0].key.clone()),
        (WriteMode::Update, vec!["email".to_owned()])
    );
    let left: Vec<String> = read.left.iter().map(ToString::to_string).collect();
    assert!(left[0].contains("DAY_MONTH_YEAR") && left[1].contains("FLEXIBLE_ASSOCIATION_LABEL"), "{left:?}");
}

#[test]
fn frictionless_there_and_back() {
    let profile = profile_of(
        "objects:\n  - from: Contact.csv\n    to: Contact\n    key: Id\n    fields:\n      Id: { value: Id, required: true, unique: true }\n      Email: { value: Email, type: email, pattern: \".+@x.org\" }\n      Age: { value: Age, type: integer, range: 0..120 }\n      Rating: { value: Rating, one_of: [Hot, Cold], note: agreed with sales }\n      Name: { value: Name, required: true, length: 1..80 }\n      Born: { value: Born, type: date, min: 1900-01-01 }\n      AccountId: { lookup: AccountId, in: Account, by: Nr }\n",
    );
    let (back, left) = there_and_back(&profile, "frictionless", "Contact.schema.json");
    assert_eq!(left, [""; 0]);
    assert!(back.left.is_empty(), "{:?}", back.left);
    assert_eq!(back.profile.objects, profile.without_places().objects);
    let text = r#"{ "fields": [ { "name": "a b", "type": "number" }, { "name": "d", "type": "date", "format": "%d/%m/%Y" } ], "missingValues": ["", "NA", "-"], "fieldsMatch": "subset" }"#;
    let read = imported("t.schema.json", text);
    assert_eq!(fields(&read)[0].1, "null_if(field(\"a b\"), \"NA\", \"-\")");
    assert_eq!(read.left.len(), 2, "{:?}", read.left);
    let (again, left) = {
        let mut profile = read.profile.clone();
        profile.objects[0].to = "t".to_owned();
        there_and_back(&profile, "frictionless", "t.schema.json")
    };
    assert_eq!(left, [""; 0]);
    assert_eq!(fields(&again), fields(&read));
}

const HISTORY: &str = r#"[
  { "op": "core/text-transform", "engineConfig": { "facets": [], "mode": "row-based" }, "columnName": "email", "expression": "grel:value.trim().toLowercase()", "onError": "keep-original", "repeat": false, "repeatCount": 10, "description": "t" },
  { "op": "core/mass-edit", "engineConfig": { "facets": [] }, "columnName": "country", "expression": "value", "edits": [ { "from": ["UK", "U.K."], "fromBlank": false, "fromError": false, "to": "GB" }, { "from": [], "fromBlank": true, "fromError": false, "to": "US" } ] },
  { "op": "core/column-split", "engineConfig": { "facets": [] }, "columnName": "name", "guessCellType": false, "removeOriginalColumn": true, "mode": "separator", "separator": " ", "regex": false, "maxColumns": 2 },
  { "op": "core/column-rename", "oldColumnName": "name 1", "newColumnName": "First" },
  { "op": "core/column-addition", "engineConfig": { "facets": [] }, "baseColumnName": "First", "newColumnName": "Greeting", "columnInsertIndex": 1, "expression": "'Dear ' + value", "onError": "set-to-blank" },
  { "op": "core/text-transform", "engineConfig": { "facets": [ { "type": "list", "columnName": "country", "expression": "value", "selection": [ { "v": { "v": "DE", "l": "DE" } } ], "invert": false } ] }, "columnName": "phone", "expression": "value.replace(' ', '')" },
  { "op": "core/row-removal", "engineConfig": { "facets": [ { "type": "list", "columnName": "status", "expression": "value", "selection": [ { "v": { "v": "deleted", "l": "deleted" } } ], "selectBlank": true } ] } },
  { "op": "core/fill-down", "engineConfig": { "facets": [] }, "columnName": "region", "description": "Fill down cells in column region" },
  { "op": "core/text-transform", "engineConfig": { "facets": [] }, "columnName": "x", "expression": "jython:return value" },
  { "op": "core/column-removal", "columnName": "status" },
  { "op": "core/column-reorder", "columnNames": ["email", "First", "Greeting", "name 2", "country", "phone"] }
]"#;

#[test]
fn a_history_of_openrefine_is_read() {
    let read = imported("people.json", HISTORY);
    let want = [
        ("email", "lower(trim(email))"),
        ("First", "part(name, \" \", 1)"),
        ("Greeting", "concat(\"Dear \", part(name, \" \", 1))"),
        ("name 2", "after(name, \" \")"),
        ("country", "default(recode(country, {\"UK\": \"GB\", \"U.K.\": \"GB\"}), \"US\")"),
        (
            "phone",
            "if one_of(default(recode(country, {\"UK\": \"GB\", \"U.K.\": \"GB\"}), \"US\"), \"DE\") then replace(phone, \" \", \"\") else phone",
        ),
    ];
    assert_eq!(fields(&read), pairs(&want));
    let filter = read.profile.objects[0].filter.clone().unwrap().text;
    assert_eq!(filter, "not (one_of(status, \"deleted\") or is_empty(status))");
    assert_eq!(read.left.len(), 2, "{:?}", read.left);
    assert!(read.left[0].to_string().contains("Fill down"));
}

#[test]
fn openrefine_there_and_back_makes_the_same_values() {
    let text = "mapwright: 1\nsource: in.csv\nobjects:\n  - from: in.csv\n    to: out\n    where: status != \"deleted\"\n    fields:\n      Email: email | trim | lower\n      name: first\n      first: name | replace(\"a\", \"b\")\n      Greeting: 'concat(\"Dear \", first, \" \", name)'\n      Country: 'country | recode({\"UK\": \"GB\"})'\n      Kind: { value: kind, values: { a: A, \"\": none }, otherwise: keep }\n";
    let profile = profile::parse(text, std::path::Path::new("")).unwrap();
    let (back, left) = there_and_back(&profile, "openrefine", "out.history.json");
    assert_eq!(left, [""; 0]);
    assert!(back.left.is_empty(), "{:?}", back.left);
    let object = &back.profile.objects[0];
    assert_eq!(
        object.fields.iter().map(|field| field.target.as_str()).collect::<Vec<_>>(),
        ["Email", "name", "first", "Greeting", "Country", "Kind"]
    );
    let results = |profile: &Profile| {
        let given =
            [("email", " A@X "), ("name", "anna"), ("first", "Ada"), ("country", "UK"), ("kind", ""), ("status", "")];
        let given = given.map(|(name, value)| (name.to_owned(), (!value.is_empty()).then(|| value.to_owned())));
        let fields = ["Email", "name", "first", "Greeting", "Country", "Kind"];
        let example = profile::Example {
            given: given.to_vec(),
            expect: fields.map(|name| (name.to_owned(), Some("?".to_owned()))).to_vec(),
            ..profile::Example::default()
        };
        let mut profile = profile.clone();
        profile.objects[0].examples = vec![example];
        format!(
            "{:?}",
            profile::run_examples(&profile, None, jiff::Timestamp::UNIX_EPOCH)
                .map(|all| all.into_iter().map(|one| one.differences).collect::<Vec<_>>())
        )
    };
    assert_eq!(results(&profile), results(&back.profile));
    assert!(results(&profile).contains("Dear Ada anna"), "{}", results(&profile));
}

#[test]
fn what_is_of_no_form_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("a.json", "{\"x\": 1}"), ("b.json", "[1, 2]"), ("c.txt", "hello"), ("d.json", "{\"fields\": 5}")]
    {
        fs::write(folder.path().join(name), text).unwrap();
        let error = import(&folder.path().join(name), None).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(import(&folder.path().join("none"), None).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any columns and any fields come back through every form that names columns.
    #[test]
    fn columns_come_back(names in prop::collection::btree_map("[A-Za-z][A-Za-z0-9_]{0,8}", "[^,\"\\PC]{1,10}[a-z=:# ]{0,4}x", 1..6)) {
        let mut profile = Profile::default();
        let object = profile::ObjectMapping {
            from: "in.csv".to_owned(),
            to: "contacts".to_owned(),
            fields: names.iter().map(|(target, name)| super::plain::field(target, &super::plain::column(name))).collect(),
            ..profile::ObjectMapping::default()
        };
        profile.objects.push(object);
        let mut seen = std::collections::HashSet::new();
        let unique = names.values().all(|name| seen.insert(name.trim().to_owned()) && name.trim() == name);
        for (form, file) in [("sdl", "contacts.sdl"), ("hubspot", "importRequest.json")] {
            if !unique {
                continue;
            }
            let (back, left) = there_and_back(&profile, form, file);
            prop_assert!(left.is_empty(), "{:?}", left);
            let (mut back, mut want) = (fields(&back), fields(&Imported { profile: profile.clone(), left: Vec::new() }));
            back.sort();
            want.sort();
            prop_assert_eq!(back, want);
        }
    }
}
