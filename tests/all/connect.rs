//! Sources and targets from outside: `convert`, `decode` and `sniff` on ugly files, and files without rights.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn mapwright(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    left(Command::new(env!("CARGO_BIN_EXE_mapwright")).args(arguments).current_dir(folder).output().expect("it starts"))
}

fn left(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "a panic:\n{err}");
    (output.status.code().unwrap_or(-1), out, err)
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    folder
}

#[test]
fn converting_keeps_every_record_and_tells_repairs() {
    let text = b"id;name\r\n1;J\xf6rg\r\n2\r\n3;\"open\r\n4;ok;more\r\n";
    let folder = folder(&[("old.csv", text)]);
    let (code, _, err) = mapwright(folder.path(), &["convert", "old.csv", "new.csv"]);
    assert_eq!(code, 0, "{err}");
    for words in ["4 records", "too_few_fields", "unclosed_quote", "too_many_fields"] {
        assert!(err.contains(words), "{words} in {err}");
    }
    let new = fs::read_to_string(folder.path().join("new.csv")).expect("written");
    assert_eq!(new, "id,name,column_3\n1,J\u{f6}rg,\n2,,\n3,\"\"\"open\",\n4,ok,more\n");
}

#[test]
fn one_form_becomes_another_and_back() {
    let folder = folder(&[("some.csv", b"id,name\n007,Ann\n2,\"B\nC\"\n")]);
    for (from, to) in [("some.csv", "a.ndjson"), ("a.ndjson", "b.json"), ("b.json", "c.db"), ("c.db", "d.csv")] {
        let (code, _, err) = mapwright(folder.path(), &["convert", from, to]);
        assert_eq!(code, 0, "{from} to {to}: {err}");
    }
    let back = fs::read_to_string(folder.path().join("d.csv")).expect("written");
    assert_eq!(back, "id,name\n007,Ann\n2,\"B\nC\"\n");
}

#[test]
fn what_is_no_table_is_told_apart_from_what_is_broken() {
    let files: &[(&str, &[u8], i32, &str)] = &[
        ("empty.csv", b"", 3, "0 bytes"),
        ("empty.json", b"[]", 3, "no table"),
        ("broken.json", b"[{\"a\":1},\n{\"a\" 2}]", 1, "line 2, column"),
        ("book.csv", b"PK\x03\x04xxxx", 1, "Excel"),
        ("zeros.csv", &[0; 100], 1, "binary"),
    ];
    for (name, bytes, code, words) in files {
        let folder = folder(&[(name, bytes)]);
        let (found, _, err) = mapwright(folder.path(), &["convert", name, "out.csv"]);
        assert_eq!(found, *code, "{name}: {err}");
        assert!(err.contains(words), "{name}: {err}");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1, "{name} left something behind");
    }
    let folder = folder(&[]);
    let (code, _, err) = mapwright(folder.path(), &["convert", "absent.csv", "out.csv"]);
    assert_eq!(code, 1);
    assert!(err.contains("no such file"), "{err}");
}

#[test]
fn sniffing_prints_json_and_decoding_utf8() {
    let folder = folder(&[("old.txt", b"id|name\r1|Jos\xe9\r2|'Ann | Bob'\r")]);
    let (code, out, err) = mapwright(folder.path(), &["sniff", "old.txt"]);
    assert_eq!(code, 0, "{err}");
    let found: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&found["delimiter"], &found["quote"], &found["line_end"]), (&"|".into(), &"'".into(), &"CR".into()));
    assert_eq!((&found["encoding"], &found["header"]), (&"windows-1252".into(), &true.into()));
    let (code, _, err) = mapwright(folder.path(), &["decode", "old.txt", "new.txt"]);
    assert_eq!(code, 0, "{err}");
    assert!(fs::read_to_string(folder.path().join("new.txt")).expect("UTF-8").contains("José"));
}

/// Root may read everything, so the command runs as nobody, where this test may become nobody.
#[cfg(unix)]
#[test]
fn files_without_rights_are_told_to_a_user_without_rights() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    const NOBODY: u32 = 65534;
    let folder = folder(&[("locked.csv", b"id\n1\n"), ("open.csv", b"id\n1\n")]);
    let set = |name: &str, mode| {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).expect("rights");
    };
    set("", 0o755);
    set("locked.csv", 0o600);
    set("open.csv", 0o644);
    // The program may stand where nobody cannot reach it.
    let program = folder.path().join("mapwright");
    fs::copy(env!("CARGO_BIN_EXE_mapwright"), &program).expect("a copy");
    set("mapwright", 0o755);
    // A test that starts a program at this moment holds the copy open for writing in its child until that one begins.
    let as_nobody = |arguments: &[&str]| loop {
        let started =
            Command::new(&program).args(arguments).current_dir(folder.path()).uid(NOBODY).gid(NOBODY).output();
        match started {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            answer => return answer,
        }
    };
    let Ok(first) = as_nobody(&["convert", "locked.csv", "/dev/null/x.csv"]) else {
        // Not root: then the user's own rights are the test.
        set("locked.csv", 0o000);
        let (code, _, err) = mapwright(folder.path(), &["convert", "locked.csv", "out.csv"]);
        assert!(code == 1 && err.contains("no right to read"), "{err}");
        return;
    };
    let (code, _, err) = left(first);
    assert!(code == 1 && err.contains("no right to read"), "{err}");
    for target in ["out.csv", "out.json", "out.db"] {
        let (code, _, err) = left(as_nobody(&["convert", "open.csv", target]).expect("it starts"));
        assert!(code == 1 && err.contains("no right to write"), "{target}: {err}");
        assert!(!folder.path().join(target).exists());
    }
}
