//! Saving: the text changes only where the profile did; what was written is read back before it replaces the file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::rewrite::rewrite;
use super::write::{tree, write_new};
use super::{Issue, Profile, parse, yaml};
use crate::connect::ConnectError;

/// A profile's new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    pub text: String,
    /// Comments, order and form of the old text were kept. False where the text was of a shape that could not be
    /// edited in place: it was written anew, with the old text's opening comment.
    pub kept: bool,
}

/// Why a profile was not saved; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("the profile cannot be saved as it is: {}", sentence(.0))]
    Unfinished(Vec<Issue>),
    #[error("{}: the file has changed since it was opened. Save under another name, or open it again.", .0.display())]
    Changed(PathBuf),
    #[error("what was written does not read back as the same profile. Save under another name and report this.")]
    NotTheSame,
    #[error(transparent)]
    File(#[from] ConnectError),
}

fn sentence(issues: &[Issue]) -> String {
    match issues.first() {
        Some(Issue { message, hint: Some(hint), .. }) => format!("{message}; {hint}"),
        Some(issue) => issue.message.clone(),
        None => "it is incomplete".to_owned(),
    }
}

/// The old text with the profile's changes worked in. The old text must be a profile; where it is not, or is empty, the
/// profile is written anew.
///
/// # Errors
/// [`SaveError::Unfinished`] where the profile has a gap that the format cannot express (a field without expression).
pub fn new_text(old_text: &str, profile: &Profile) -> Result<NewText, SaveError> {
    let base = &profile.source.base;
    let plain = old_text.replace("\r\n", "\n");
    let crlf = plain.len() != old_text.len();
    let lines_as_before = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
    let wanted = profile.without_places();
    let says_it = |text: &str| parse(text, base).is_ok_and(|read| same(&read, &wanted));
    if let (Ok(old), Ok(root)) = (parse(&plain, base), yaml::read(&plain)) {
        if same(&old, &wanted) {
            return Ok(NewText { text: old_text.to_owned(), kept: true });
        }
        let text = rewrite(&plain, &root, &tree(profile, Some((&old, &root))));
        if says_it(&text) {
            return Ok(NewText { text: lines_as_before(text), kept: true });
        }
    }
    let text = format!("{}{}", opening_comment(&plain), write_new(profile));
    match parse(&text, base) {
        Ok(read) if same(&read, &wanted) => Ok(NewText { text: lines_as_before(text), kept: old_text.is_empty() }),
        Ok(_) => Err(SaveError::NotTheSame),
        Err(issues) => Err(SaveError::Unfinished(issues)),
    }
}

/// Equal in meaning; paths count as written.
fn same(read: &Profile, wanted: &Profile) -> bool {
    let mut read = read.without_places();
    read.source.base.clone_from(&wanted.source.base);
    read.target.base.clone_from(&wanted.target.base);
    read == *wanted
}

fn opening_comment(text: &str) -> String {
    text.lines()
        .take_while(|line| line.starts_with('#') || line.trim().is_empty())
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Saves a profile that was read from `old_text` (empty for a new file), and gives what the file now holds. Relative
/// paths that started from another folder are written as seen from the file's.
///
/// # Errors
/// Nothing is written where the profile cannot be expressed, the file has changed meanwhile, or the disk refuses.
pub fn save(path: &Path, old_text: &str, profile: &Profile) -> Result<NewText, SaveError> {
    // A link stays a link: what it points to is replaced.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    match fs::read(&real) {
        Ok(bytes) if bytes != old_text.as_bytes() => return Err(SaveError::Changed(path.to_path_buf())),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ConnectError::io(path, "read", error).into());
        }
        _ => {}
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let new = new_text(old_text, &profile.based_on(folder))?;
    write_atomically(&real, &new.text)?;
    Ok(new)
}

/// Writes a text under a temporary name, makes it durable, then gives it its final name. A new file is private to the
/// user; an existing one keeps its rights.
pub(super) fn write_atomically(path: &Path, text: &str) -> Result<(), ConnectError> {
    let failed = |error| ConnectError::io(path, "write", error);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(before) = fs::metadata(path) {
        file.as_file().set_permissions(before.permissions()).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The name itself is durable only when the folder is; not every system can sync a folder.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::Location;
    use crate::profile::arbitrary::{SAMPLE, any_edits, sample};
    use crate::profile::{Checks, Edit, Expression, FieldMapping, FilledBy, Length, Otherwise, ValueMap};

    fn after(edits: Vec<Edit>) -> String {
        let mut profile = sample();
        for edit in edits {
            edit.apply(&mut profile).expect("fits");
        }
        let new = new_text(SAMPLE, &profile).expect("saved");
        assert!(new.kept, "{}", new.text);
        new.text
    }

    /// The lines that went and the lines that came.
    fn difference(new: &str) -> (Vec<&str>, Vec<&str>) {
        let gone = SAMPLE.lines().filter(|line| !new.lines().any(|other| other == *line)).collect();
        let came = new.lines().filter(|line| !SAMPLE.lines().any(|other| other == *line)).collect();
        (gone, came)
    }

    fn expression(target: &str, text: &str) -> Edit {
        Edit::SetExpression { object: 0, target: target.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn nothing_changed_is_the_same_bytes() {
        assert_eq!(new_text(SAMPLE, &sample()).expect("saved").text, SAMPLE);
    }

    #[test]
    fn a_changed_expression_changes_its_line_only() {
        for (edit, gone, came) in [
            (
                expression("FirstName", "first_name | upper"),
                "      FirstName: first_name | trim | title",
                "      FirstName: first_name | upper",
            ),
            (
                expression("LastName", "concat(a, b)"),
                "      LastName:  { value: last_name | trim, required: true, max_length: 80 }   # at most 80",
                "      LastName:  { value: 'concat(a, b)', required: true, max_length: 80 }   # at most 80",
            ),
            (
                expression("Email", "email | trim"),
                "        value: email | email     # cleaned",
                "        value: email | trim     # cleaned",
            ),
            (
                Edit::SetNote { object: 0, target: "Phone".to_owned(), note: Some("of the office".to_owned()) },
                "      Phone: \"phone | phone(country)\"",
                "      Phone: { value: phone | phone(country), note: of the office }",
            ),
            (Edit::SetName(Some("New: name".to_owned())), "name: Legacy CRM", "name: 'New: name'"),
        ] {
            let text = after(vec![edit]);
            assert_eq!(difference(&text), (vec![gone], vec![came]));
        }
    }

    #[test]
    fn a_new_field_comes_behind_its_neighbour() {
        let field = FieldMapping {
            target: "Fax".to_owned(),
            filled_by: FilledBy::Expression(Expression::new("fax | phone(country)")),
            checks: Checks { length: Length { min: None, max: Some(20) }, ..Checks::default() },
            ..FieldMapping::default()
        };
        let text = after(vec![Edit::AddField { object: 0, at: 4, field: Box::new(field) }]);
        let (gone, came) = difference(&text);
        assert_eq!((gone, came), (vec![], vec!["      Fax: { value: fax | phone(country), max_length: 20 }"]));
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains("Fax: {")).expect("there");
        assert!(lines[at - 1].contains("Phone:"));
    }

    #[test]
    fn a_removed_field_leaves_the_comments_above_it() {
        let text = after(vec![Edit::RemoveField { object: 0, target: "FirstName".to_owned() }]);
        assert_eq!(difference(&text), (vec!["      FirstName: first_name | trim | title"], vec![]));
    }

    #[test]
    fn an_expression_of_several_lines_becomes_a_block_and_back() {
        let text = after(vec![expression("Region", "country"), expression("FirstName", "if a\n  then b\nelse c")]);
        let (gone, came) = difference(&text);
        assert_eq!(gone.len(), 5, "{text}");
        let expected =
            ["      FirstName: |-", "        if a", "          then b", "        else c", "        value: country"];
        assert_eq!(came, expected);
    }

    #[test]
    fn one_pair_of_a_value_map_changes_one_line() {
        let mut values = sample().objects[0].field("Region").expect("there").values.clone().expect("values");
        values.pairs[1].1 = "South".to_owned();
        values.pairs.push(("NY".to_owned(), "East".to_owned()));
        let text = after(vec![Edit::SetValues { object: 0, target: "Region".to_owned(), values: Some(values) }]);
        let expected = (
            vec!["          'NO': North   # not a boolean"],
            vec!["          'NO': South   # not a boolean", "          NY: East"],
        );
        assert_eq!(difference(&text), expected);
    }

    #[test]
    fn a_moved_field_takes_its_line_along() {
        let text = after(vec![Edit::MoveField { object: 0, from: 0, to: 1 }]);
        assert_eq!(difference(&text), (vec![], vec![]));
        assert!(text.find("LastName:").expect("there") < text.find("FirstName:").expect("there"));
    }

    #[test]
    fn an_added_object_and_a_removed_one() {
        let object = sample().objects[1].clone();
        let object = crate::profile::ObjectMapping { from: "deals.csv".to_owned(), to: "Deal".to_owned(), ..object };
        let text = after(vec![Edit::AddObject { at: 2, object: Box::new(object) }]);
        assert_eq!(difference(&text).1, ["  - from: deals.csv", "    to: Deal"]);
        assert!(text.ends_with("# the end\n"));
        let text = after(vec![Edit::RemoveObject { at: 1 }]);
        assert!(text.contains("# then companies") && !text.contains("companies.csv"), "{text}");
    }

    #[test]
    fn a_text_in_quotes_of_its_own_survives() {
        let values =
            ValueMap { pairs: vec![("a".to_owned(), "b".to_owned())], otherwise: Otherwise::Value("keep".to_owned()) };
        let text = after(vec![Edit::SetValues { object: 0, target: "Tags".to_owned(), values: Some(values) }]);
        assert!(text.contains("otherwise: '\"keep\"'"), "{text}");
    }

    #[test]
    fn windows_line_ends_and_a_missing_last_one_stay() {
        let crlf = SAMPLE.replace('\n', "\r\n");
        let mut profile = sample();
        expression("FirstName", "x").apply(&mut profile).expect("fits");
        let text = new_text(&crlf, &profile).expect("saved").text;
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.replace("\r\n", "\n").lines().count(), SAMPLE.lines().count());
        let short = "mapwright: 1\nobjects:\n  - fields:\n      A: a";
        let mut profile = parse(short, Path::new("")).expect("valid");
        Edit::SetExpression { object: 0, target: "A".to_owned(), text: "b".to_owned() }
            .apply(&mut profile)
            .expect("fits");
        assert_eq!(new_text(short, &profile).expect("saved").text, "mapwright: 1\nobjects:\n  - fields:\n      A: b\n");
    }

    #[test]
    fn a_profile_in_braces_or_with_aliases_is_still_saved() {
        for text in [
            "{ mapwright: 1, objects: [ { from: a, to: b, fields: { A: a, B: \"b\" } } ] }\n",
            "mapwright: 1\nobjects:\n- from: a\n  to: b\n  fields:\n    A: &x { value: a, required: true }\n    B: *x\n",
            "mapwright: 1\nobjects:\n  - fields: { A: a,\n      # why\n      B: b }\n",
            "---\nmapwright: 1\nobjects:\n  -\n    fields:\n      \"A\"  : a\n      ? B\n      : b\n...\n",
        ] {
            let mut profile = parse(text, Path::new("")).unwrap_or_else(|issues| panic!("{text}: {issues:?}"));
            for target in ["A", "B"] {
                Edit::SetExpression { object: 0, target: target.to_owned(), text: "x | trim".to_owned() }
                    .apply(&mut profile)
                    .expect("fits");
                let new = new_text(text, &profile).expect("saved");
                assert!(text.matches('#').count() <= new.text.matches('#').count(), "{}", new.text);
            }
        }
    }

    #[test]
    fn a_gap_is_told_and_a_foreign_change_is_not_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.yaml");
        let new = save(&path, "", &sample()).expect("a new file");
        assert_eq!(fs::read_to_string(&path).expect("there"), new.text);
        let mut profile = sample();
        expression("FirstName", "").apply(&mut profile).expect("fits");
        assert!(matches!(save(&path, &new.text, &profile), Err(SaveError::Unfinished(_))));
        fs::write(&path, "# mine\n").expect("written");
        assert!(matches!(save(&path, &new.text, &sample()), Err(SaveError::Changed(_))));
        assert_eq!(fs::read_to_string(&path).expect("there"), "# mine\n");
    }

    #[test]
    fn a_saved_profile_finds_its_files_from_its_own_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("profiles/p.yaml");
        fs::create_dir(folder.path().join("profiles")).expect("made");
        let mut profile = sample();
        profile.source =
            Location { address: "data/a.csv".to_owned(), base: folder.path().to_owned(), ..Location::default() };
        save(&path, "", &profile).expect("saved");
        let loaded = crate::profile::load(&path).expect("loaded").profile;
        assert_eq!(loaded.source.address, "../data/a.csv");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_private_and_an_old_one_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.yaml");
        let mode = || fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        let new = save(&path, "", &sample()).expect("saved");
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        save(&path, &new.text, &sample()).expect("saved");
        assert_eq!(mode(), 0o644);
    }

    /// The sample with lines left out, doubled, commented, indented or moved apart.
    fn reshaped(changes: Vec<(usize, u8)>) -> String {
        let mut lines: Vec<String> = SAMPLE.lines().map(str::to_owned).collect();
        for (at, change) in changes {
            let at = at % lines.len();
            match change {
                0 => {
                    lines.remove(at);
                }
                1 => lines.insert(at, String::new()),
                2 => lines.insert(at, "# a remark".to_owned()),
                3 => lines[at].push_str("   # behind"),
                4 => lines[at] = format!("# {}", lines[at]),
                _ => lines[at].push_str("  "),
            }
        }
        lines.join("\n")
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
        #[test]
        fn comments_survive_every_change(edits in any_edits()) {
            let mut profile = sample();
            let mut text = SAMPLE.to_owned();
            for edit in edits {
                let removes = matches!(edit, Edit::RemoveField { .. } | Edit::RemoveObject { .. });
                if edit.clone().apply(&mut profile).is_err() {
                    continue;
                }
                let new = match new_text(&text, &profile) {
                    Ok(new) => new,
                    Err(SaveError::Unfinished(_)) => break,
                    Err(error) => return Err(proptest::test_runner::TestCaseError::fail(error.to_string())),
                };
                proptest::prop_assert!(new.kept, "{edit:?}\n{text}\n{}", write_new(&profile));
                // Whole-line comments outside removed objects and replaced lists stay.
                if !removes {
                    for comment in ["# The move of our CRM", "  # people first", "      # names", "      # contact", "# the end"] {
                        let had = text.lines().any(|line| line == comment);
                        proptest::prop_assert!(!had || new.text.lines().any(|line| line == comment), "{comment}: {edit:?}\n{}", new.text);
                    }
                }
                text = new.text;
            }
        }

        #[test]
        fn texts_of_any_shape_are_saved_without_a_change_of_meaning(
            changes in proptest::collection::vec((0usize..64, 0u8..6), 0..6),
            edits in any_edits(),
        ) {
            let text = reshaped(changes);
            let Ok(mut profile) = parse(&text, Path::new("base")) else { return Ok(()) };
            for edit in edits {
                let _ = edit.apply(&mut profile);
            }
            match new_text(&text, &profile) {
                Ok(new) => {
                    let read = parse(&new.text, Path::new("base"));
                    proptest::prop_assert_eq!(read.map(|read| read.without_places()), Ok(profile.without_places()));
                }
                Err(SaveError::Unfinished(_)) => {}
                Err(error) => return Err(proptest::test_runner::TestCaseError::fail(format!("{error}\n{text}"))),
            }
        }

        #[test]
        fn a_new_text_reads_back(edits in any_edits()) {
            let mut profile = sample();
            for edit in edits {
                let _ = edit.apply(&mut profile);
            }
            let text = write_new(&profile);
            match parse(&text, Path::new("base")) {
                Ok(read) => proptest::prop_assert_eq!(read.without_places(), profile.without_places()),
                Err(issues) => proptest::prop_assert!(issues.iter().all(|issue| issue.message.contains("has no expression") || issue.message.contains("two checks") || issue.message.contains("has no name")), "{:?}\n{}", issues, text),
            }
        }
    }
}
