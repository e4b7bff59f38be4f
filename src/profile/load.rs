//! From a text or a file to a profile, or to everything that is wrong with it.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::issue::{Issue, render};
use super::{Profile, read, yaml};
use crate::connect::ConnectError;

/// A profile and the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub profile: Profile,
    pub text: String,
}

/// What keeps a file from being a profile. Displays as every issue with its line and carets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    pub issues: Vec<Issue>,
    /// The file's text as far as it could be read.
    pub text: String,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, issue) in self.issues.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            f.write_str(&render(issue, &self.text))?;
        }
        Ok(())
    }
}

/// Reads a profile's text. Relative paths in it start from `base`. Expressions are not compiled here; see lint.
///
/// # Errors
/// Every issue of the text, in the order of their places; a YAML syntax error hides all others.
pub fn parse(text: &str, base: &Path) -> Result<Profile, Vec<Issue>> {
    let root = yaml::read(text).map_err(|issue| vec![issue])?;
    read::profile(&root, text, base)
}

/// Reads a profile file; relative paths in it start from its folder.
///
/// # Errors
/// An unreadable file is one issue without a line; otherwise as [`parse`].
pub fn load(path: &Path) -> Result<Loaded, Problems> {
    let shown = path.display().to_string();
    let text = read_text(path)
        .map_err(|issue| Problems { issues: vec![Issue { file: shown.clone(), ..issue }], text: String::new() })?;
    let base = path.parent().unwrap_or(Path::new(""));
    match parse(&text, base) {
        Ok(profile) => Ok(Loaded { profile, text }),
        Err(issues) => {
            let issues = issues.into_iter().map(|issue| Issue { file: shown.clone(), ..issue }).collect();
            Err(Problems { issues, text })
        }
    }
}

fn read_text(path: &Path) -> Result<String, Issue> {
    let failed = |error: std::io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => Some("check the path of the profile"),
            ErrorKind::IsADirectory => Some("name the profile's file in it"),
            _ => None,
        };
        let said = ConnectError::io(path, "read", error);
        Issue::error(said.what).hint(hint.map_or(said.next, str::to_owned))
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(yaml::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    let bytes = match bytes.as_slice() {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
            let (text, _, _) = encoding_rs::UTF_8.decode(&bytes);
            text.into_owned().into_bytes()
        }
        _ => bytes,
    };
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let valid = error.as_bytes().get(..at).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let line = valid.matches('\n').count() + 1;
        let issue = Issue::error(format!("the file is not UTF-8: byte {at}, on line {line}, begins no character"));
        issue.hint("save it as UTF-8; if it is the data, name a profile instead")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::WriteMode;
    use crate::profile::*;
    use crate::schema::FieldType;

    const DESIGN: &str = r#"
mapwright: 1
name: Legacy CRM to Salesforce
source: sample-data/legacy            # path or URL
target: sqlite:crm.db
objects:
  - from: contacts.csv
    to: Contact
    write: upsert                      # insert | update | upsert | skip-existing | replace | append
    key: Email
    where: status != "deleted"
    duplicates: { key: email | trim | lower, keep: first }
    on_reject: { stop_at: 5% }         # a count or a share
    fields:
      FirstName: first_name | trim | title
      LastName:  { value: last_name | trim | title, required: true, max_length: 80 }
      Email:     { value: email | email, unique: true }
      Phone:     phone | phone(country)
      Status__c: { value: status | lower, values: { active: Active, act: Active }, otherwise: reject }
      AccountId: { lookup: company_id, in: Account, by: legacy_id, missing: reject }   # reject | null | hold | stub
      Source:    '"Legacy"'
      Active:    true
    checks:
      - { name: contact_required, that: target.Email != "" or target.Phone != "", message: no way to reach them }
    examples:                          # run by `mapwright test`
      - given:  { first_name: " ada ", email: "ADA@X.ORG" }
        expect: { FirstName: Ada, Email: ada@x.org, Phone: null }
"#;

    fn profile(text: &str) -> Profile {
        parse(text, Path::new("here")).unwrap_or_else(|issues| panic!("{}", Problems { issues, text: text.to_owned() }))
    }

    /// A profile with one object, whose lines are given.
    fn object(lines: &str) -> Result<ObjectMapping, Vec<Issue>> {
        let text = format!("mapwright: 1\nobjects:\n  - {}\n", lines.replace('\n', "\n    "));
        parse(&text, Path::new("")).map(|mut profile| profile.objects.remove(0))
    }

    fn field(text: &str) -> FieldMapping {
        object(&format!("fields:\n  X: {text}")).expect("valid").fields.remove(0)
    }

    fn first_issue(lines: &str) -> String {
        let issue = object(lines).expect_err(lines).remove(0);
        format!("{}; {}", issue.message, issue.hint.unwrap_or_default())
    }

    #[test]
    fn the_profile_of_the_design_is_read_whole() {
        let profile = profile(DESIGN);
        assert_eq!(profile.name.as_deref(), Some("Legacy CRM to Salesforce"));
        assert_eq!(profile.source.path(), Path::new("here/sample-data/legacy"));
        assert_eq!(profile.target.scheme(), Some("sqlite"));
        let object = &profile.objects[0];
        assert_eq!(
            (object.from.as_str(), object.to.as_str(), object.write),
            ("contacts.csv", "Contact", WriteMode::Upsert)
        );
        assert_eq!(object.key, ["Email"]);
        assert_eq!(object.filter.as_ref().map(|filter| filter.text.as_str()), Some("status != \"deleted\""));
        let duplicates = object.duplicates.as_ref().expect("duplicates");
        assert_eq!((duplicates.key.text.as_str(), duplicates.keep), ("email | trim | lower", Keep::First));
        assert_eq!(object.stop_at, Some(Threshold::Share(0.05)));
        let targets: Vec<&str> = object.fields.iter().map(|field| field.target.as_str()).collect();
        assert_eq!(targets, ["FirstName", "LastName", "Email", "Phone", "Status__c", "AccountId", "Source", "Active"]);
        assert!(object.fields[1].checks.required);
        assert_eq!(object.fields[1].checks.length, Length { min: None, max: Some(80) });
        let values = object.fields[4].values.as_ref().expect("values");
        assert_eq!(values.pairs[1], ("act".to_owned(), "Active".to_owned()));
        assert_eq!(values.otherwise, Otherwise::Reject);
        let FilledBy::Lookup(lookup) = &object.fields[5].filled_by else { panic!("a lookup") };
        assert_eq!(
            (lookup.value.text.as_str(), lookup.object.as_str(), lookup.by.as_str()),
            ("company_id", "Account", "legacy_id")
        );
        assert_eq!(object.checks[0].name, "contact_required");
        assert_eq!(object.examples[0].given[0], ("first_name".to_owned(), Some(" ada ".to_owned())));
        assert_eq!(object.examples[0].expect[2], ("Phone".to_owned(), None));
    }

    #[test]
    fn an_expression_knows_where_its_first_character_stands() {
        let object = &profile(DESIGN).objects[0];
        let at = |target: &str| {
            let field = object.fields.iter().find(|field| field.target == target).expect("the field");
            let FilledBy::Expression(expression) = &field.filled_by else { panic!("an expression") };
            let line = DESIGN.lines().nth(expression.place.line as usize - 1).expect("the line");
            line.chars().skip(expression.place.column as usize - 1).collect::<String>()
        };
        assert!(at("FirstName").starts_with("first_name | trim"));
        assert!(at("LastName").starts_with("last_name | trim"));
        assert!(at("Source").starts_with("\"Legacy\"'"));
        assert!(at("Active").starts_with("true"));
    }

    #[test]
    fn short_and_long_forms_mean_the_same() {
        let short =
            object("duplicates: email\non_reject: 100\nfields:\n  A: a\nchecks:\n  ok: a != \"\"").expect("short");
        let long = object(
            "duplicates: { key: email }\non_reject: { stop_at: 100 }\nfields:\n  A: { value: a }\nchecks:\n  - { name: ok, that: a != \"\" }",
        )
        .expect("long");
        assert_eq!(short.stop_at, Some(Threshold::Count(100)));
        assert_eq!(short.stop_at, long.stop_at);
        assert_eq!(short.duplicates.map(|d| (d.key.text, d.keep)), long.duplicates.map(|d| (d.key.text, d.keep)));
        assert_eq!(short.fields[0].checks, long.fields[0].checks);
        assert_eq!(short.checks[0].that.text, long.checks[0].that.text);
        assert_eq!(
            field("{ value: a, length: 2..80, range: 0.. }").checks.length,
            Length { min: Some(2), max: Some(80) }
        );
        assert_eq!(field("{ value: a, length: 5 }").checks.length, Length { min: Some(5), max: Some(5) });
        assert_eq!(field("{ value: a, range: 0.. }").checks.range, Range { min: Some("0".to_owned()), max: None });
        assert_eq!(field("{ value: a, range: { max: 2026-01-01 } }").checks.range.max.as_deref(), Some("2026-01-01"));
        assert_eq!(field("{ value: a, one_of: [NO, yes, 007] }").checks.one_of, ["NO", "yes", "007"]);
        assert_eq!(field("{ value: a, type: datetime }").checks.field_type, Some(FieldType::DateTime));
    }

    #[test]
    fn values_keep_their_text() {
        let values = field(
            "{ value: country, values: { NO: Norway, 007: Bond, 2024-01-01: start, \"\": Unknown }, otherwise: null }",
        );
        let values = values.values.expect("values");
        let pairs: Vec<(&str, &str)> = values.pairs.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        assert_eq!(pairs, [("NO", "Norway"), ("007", "Bond"), ("2024-01-01", "start"), ("", "Unknown")]);
        assert_eq!(values.otherwise, Otherwise::Null);
    }

    #[test]
    fn a_location_may_pin_the_guess() {
        let text = "mapwright: 1\nsource: { path: a.txt, format: csv, delimiter: tab, quote: none, encoding: windows-1252, header: false }\nobjects:\n  - fields:\n      A: a\n";
        let source = profile(text).source;
        assert_eq!((source.address.as_str(), source.format.as_deref()), ("a.txt", Some("csv")));
        assert_eq!((source.delimiter.as_deref(), source.quote.as_deref()), (Some("\t"), Some("")));
        assert_eq!((source.encoding.as_deref(), source.header), (Some("windows-1252"), Some(false)));
    }

    #[test]
    fn mistakes_are_named_with_the_nearest_right_word() {
        for (lines, expected) in [
            ("feilds:\n  A: a", "an object has no key `feilds`; did you mean `fields`?"),
            ("filter: a\nfields:\n  A: a", "did you mean `where`?"),
            ("write: upsrt\nfields:\n  A: a", "there is no write mode `upsrt`; did you mean `upsert`?"),
            ("fields:\n  A: { value: a, requird: true }", "a field has no key `requird`; did you mean `required`?"),
            ("fields:\n  A: { value: a, regex: x }", "did you mean `pattern`?"),
            ("fields:\n  A: { value: a, type: emial }", "there is no type `emial`; did you mean `email`?"),
            ("fields:\n  A: { value: a, pattern: \"[\" }", "the pattern is no regular expression"),
            ("fields:\n  A: { required: true }", "does not say where its value comes from"),
            ("fields:\n  A:", "has no expression"),
            ("fields:\n  A: { lookup: a, in: B }", "the lookup does not say `by:`"),
            ("fields:\n  A: { value: a, by: b }", "`by:` belongs to a `lookup:`"),
            ("fields:\n  A: { value: a, otherwise: keep }", "`otherwise:` belongs to `values:`"),
            ("fields:\n  A: { value: concat(a, b), required: true }", "the comma ends this expression"),
            ("fields:\n  A: [a, b]", "should be an expression, but it is a list"),
            ("fields:\n  A: { value: a, min_length: 5, max_length: 2 }", "no value can be at least 5"),
            ("fields:\n  A: { value: a, length: 5, max_length: 7 }", "say the same thing twice"),
            ("fields:\n  A: { value: a, unique: maybe }", "`unique` is true or false, not `maybe`"),
            ("fields:\n  A: a\non_reject: lots", "neither a count nor a share"),
            ("fields:\n  A: a\nduplicates: { keep: first }", "does not say what makes two records the same"),
            ("fields:\n  A: a\nchecks:\n  - { name: \"a;b\", that: a }", "must not contain `;`"),
            ("fields:\n  A: a\nchecks:\n  - { name: x, that: a }\n  - { name: x, that: b }", "two checks named `x`"),
            ("fields:\n  A: a\nexamples:\n  - given: { a: b }", "the example expects nothing"),
            ("to: A", "the object has no `fields:`"),
        ] {
            let issue = first_issue(lines);
            assert!(issue.contains(expected), "{lines:?}: {issue}");
        }
    }

    #[test]
    fn the_head_of_a_profile_is_checked() {
        for (text, expected) in [
            ("", "the profile is empty"),
            ("# nothing\n", "the profile is empty"),
            ("just text", "this is no profile"),
            ("objects: []", "the line `mapwright: 1` is missing"),
            ("mapwright: 2\nobjects:\n  - fields: { A: a }", "this version of the profile format is not known"),
            ("mapwright: 1", "the profile has no `objects:`"),
            ("mapwright: 1\nobjects: []", "`objects` is empty"),
            ("mapwright: 1\nobjects: {}", "`objects` must be a list"),
            ("mapwright: 1\nsources: { a: b }\nobjects:\n  - fields: { A: a }", "`sources:` is reserved"),
            (
                "mapwright: 1\nsource: { path: a, encoding: utf-9 }\nobjects:\n  - fields: { A: a }",
                "no encoding `utf-9`",
            ),
            (
                "mapwright: 1\nsource: { path: a, delimiter: 'ab' }\nobjects:\n  - fields: { A: a }",
                "must be one character",
            ),
            ("mapwright: 1\nsource: { format: csv }\nobjects:\n  - fields: { A: a }", "`path:` is missing"),
            (
                "mapwright: 1\nobjects:\n  - fields: { A: a }\n  - from: b\n    to: c\n    fields: { A: a }",
                "does not say `from:`",
            ),
        ] {
            let issues = parse(text, Path::new("")).expect_err(text);
            assert!(issues.iter().any(|issue| issue.message.contains(expected)), "{text:?}: {issues:?}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once_and_in_order() {
        let issues =
            object("form: a\nfields:\n  A: { valeu: a }\n  B: { value: b, requird: true }").expect_err("three");
        let lines: Vec<u32> = issues.iter().map(|issue| issue.line).collect();
        assert_eq!(lines, [3, 5, 6]);
    }

    #[test]
    fn files_that_are_no_profile_get_one_clear_issue() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.yaml");
        let message = |path: &Path| load(path).expect_err("no profile").to_string();
        assert!(message(&path).contains("no such file"));
        assert!(message(folder.path()).contains("folder"));
        std::fs::write(&path, b"name: caf\xe9\n").expect("written");
        assert!(message(&path).contains("not UTF-8: byte 9, on line 1"));
        std::fs::write(&path, "mapwright: 1\nobjects:\n  - feilds: {}\n").expect("written");
        assert!(message(&path).contains("p.yaml:3:5"), "{}", message(&path));
        let mut utf16 = vec![0xFF, 0xFE];
        utf16.extend("mapwright: 1\nobjects:\n  - fields: { A: a }\n".encode_utf16().flat_map(u16::to_le_bytes));
        std::fs::write(&path, utf16).expect("written");
        assert_eq!(load(&path).expect("UTF-16 with a mark is read").profile.objects.len(), 1);
    }
}
