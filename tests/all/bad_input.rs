//! Bad input: each a clear message with place, cause and next step, the right exit code, nothing lost and nothing
//! half-written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SOURCE: &str = "id,first_name,email,status\n1,Ada,ada@x.org,active\n2,Bob,,lead\n3,Cy,cy@x.org,active\n";
const PROFILE: &str = "\
mapwright: 1
name: Bad input
source: source.csv
target: out.csv
objects:
  - from: source.csv
    to: Contact
    write: insert
    fields:
      Id: { value: id, required: true }
      FirstName: first_name | trim
      Email: email | lower
";

/// A folder with a good profile and source, which a test then spoils.
struct Case {
    home: tempfile::TempDir,
}

struct Left {
    code: i32,
    out: String,
    err: String,
}

impl Case {
    fn new() -> Case {
        let home = tempfile::tempdir().expect("a folder");
        let case = Case { home };
        case.put("source.csv", SOURCE);
        case.put("crm.yaml", PROFILE);
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("written");
    }

    fn profile(&self, from: &str, to: &str) {
        assert!(PROFILE.contains(from), "{from}");
        self.put("crm.yaml", PROFILE.replace(from, to));
    }

    /// Every file below the folder, with its content.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![self.home.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.insert(path.clone(), fs::read(&path).unwrap_or_default());
                }
            }
        }
        found
    }

    fn run(&self, arguments: &[&str]) -> Left {
        finish(Command::new(env!("CARGO_BIN_EXE_mapwright")).args(arguments).current_dir(self.home.path()))
    }

    /// Runs as a user without rights; `None` where that is not possible here.
    fn run_unprivileged(&self, arguments: &[&str]) -> Option<Left> {
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let possible = Command::new("setpriv").args(user).arg("true").output().is_ok_and(|done| done.status.success());
        if !possible {
            println!("skipped: no right to become another user here");
            return None;
        }
        // The binary may stand in a folder that the other user cannot enter.
        let binary = self.path("mapwright");
        fs::copy(env!("CARGO_BIN_EXE_mapwright"), &binary).expect("copied");
        // A test that starts a program at this moment holds the copy open for writing until that one begins.
        let left = loop {
            let mut command = Command::new("setpriv");
            let left = finish(command.args(user).arg(&binary).args(arguments).current_dir(self.home.path()));
            if !left.err.contains("Text file busy") {
                break left;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        fs::remove_file(binary).expect("removed");
        Some(left)
    }

    /// The command fails with the code, says every one of the words, and touches nothing.
    fn fails(&self, arguments: &[&str], code: i32, says: &[&str]) {
        let before = self.files();
        let left = self.run(arguments);
        left.is(code, says);
        self.is_untouched(&before);
    }

    fn is_untouched(&self, before: &BTreeMap<PathBuf, Vec<u8>>) {
        let after = self.files();
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(before), names(&after), "files came or went");
        assert!(*before == after, "a file was changed");
    }
}

fn finish(command: &mut Command) -> Left {
    let done = command.stdin(Stdio::null()).env("LANG", "C.UTF-8").output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Left { code: done.status.code().unwrap_or(-1), out: text(&done.stdout), err: text(&done.stderr) }
}

impl Left {
    fn is(&self, code: i32, says: &[&str]) {
        let all = format!("{}{}", self.out, self.err);
        assert!(!all.contains("panicked"), "a panic:\n{all}");
        assert_eq!(self.code, code, "{all}");
        for words in says {
            assert!(self.err.contains(words), "does not say `{words}`:\n{all}");
        }
    }
}

fn make_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("opened");
}

fn close(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("closed");
}

#[test]
fn the_good_case_is_good() {
    let case = Case::new();
    case.run(&["run", "crm.yaml", "--out", "run"]).is(0, &[]);
    assert_eq!(fs::read_to_string(case.path("out.csv")).expect("there").lines().count(), 4);
    assert!(case.path("run/report.html").is_file());
}

mod sources {
    use super::*;

    #[test]
    fn missing() {
        let case = Case::new();
        fs::remove_file(case.path("source.csv")).expect("removed");
        case.fails(&["run", "crm.yaml"], 1, &["source.csv", "no such file or folder", "Check the path"]);
    }

    #[test]
    fn unreadable() {
        let case = Case::new();
        make_open(case.home.path());
        close(&case.path("source.csv"), 0o600);
        let before = case.files();
        if let Some(left) = case.run_unprivileged(&["run", "crm.yaml"]) {
            left.is(1, &["source.csv", "no right to read it", "Ask for the right"]);
            case.is_untouched(&before);
        }
    }

    #[test]
    fn empty() {
        let case = Case::new();
        case.put("source.csv", "");
        case.fails(&["run", "crm.yaml"], 1, &["source.csv", "empty"]);
    }

    #[test]
    fn header_only() {
        let case = Case::new();
        case.put("source.csv", "id,first_name,email,status\n");
        let left = case.run(&["run", "crm.yaml", "--out", "run"]);
        left.is(0, &[]);
        assert!(left.out.contains("No records were read"), "{}", left.out);
        assert_eq!(fs::read_to_string(case.path("out.csv")).expect("there"), "Id,FirstName,Email\n");
    }

    #[test]
    fn with_another_delimiter_than_pinned() {
        let case = Case::new();
        case.profile("source: source.csv", "source: { path: source.csv, delimiter: \";\" }");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:", "id", "id,first_name,email,status"]);
    }

    #[test]
    fn in_an_unknown_encoding() {
        let case = Case::new();
        case.profile("source: source.csv", "source: { path: source.csv, encoding: windows-1253x }");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:3:", "windows-1253x", "windows-1253"]);
    }

    #[test]
    fn binary() {
        let case = Case::new();
        let bytes: Vec<u8> = (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        case.put("source.csv", [b"\x7fELF\0\0\x01".as_slice(), &bytes].concat());
        case.fails(&["run", "crm.yaml"], 1, &["source.csv", "no text file"]);
    }

    #[test]
    fn a_folder_without_the_object() {
        let case = Case::new();
        fs::create_dir(case.path("legacy")).expect("a folder");
        case.put("legacy/contacts.csv", SOURCE);
        case.put("legacy/deals.csv", SOURCE);
        case.profile("source: source.csv", "source: legacy");
        case.fails(&["run", "crm.yaml"], 2, &["legacy", "source.csv", "contacts.csv", "deals.csv"]);
    }

    #[test]
    fn an_empty_folder() {
        let case = Case::new();
        fs::create_dir(case.path("legacy")).expect("a folder");
        case.profile("source: source.csv", "source: legacy");
        case.fails(&["run", "crm.yaml"], 1, &["legacy"]);
    }

    #[test]
    fn that_is_the_target_too() {
        let case = Case::new();
        case.put("crm.yaml", PROFILE.replace("target: out.csv", "target: source.csv").replace("insert", "replace"));
        case.fails(&["run", "crm.yaml"], 2, &["source.csv", "source", "target"]);
    }
}

mod profiles {
    use super::*;

    #[test]
    fn missing() {
        Case::new().fails(&["run", "nope.yaml"], 2, &["nope.yaml", "no such file"]);
    }

    #[test]
    fn a_folder() {
        Case::new().fails(&["run", "."], 2, &["folder"]);
    }

    #[test]
    fn with_a_typo_in_a_key() {
        let case = Case::new();
        case.profile("required", "requird");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:10:", "requird", "`required`"]);
    }

    #[test]
    fn with_an_unknown_field() {
        let case = Case::new();
        case.profile("first_name |", "frist_name |");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:11:", "frist_name", "`first_name`"]);
    }

    #[test]
    fn with_an_unknown_function() {
        let case = Case::new();
        case.profile("| trim", "| trm");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:11:", "trm", "`trim`"]);
    }

    #[test]
    fn that_is_no_yaml() {
        let case = Case::new();
        case.profile("objects:", "objects: [");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml:"]);
    }

    #[test]
    fn that_is_empty_or_binary() {
        let case = Case::new();
        case.put("crm.yaml", "");
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml"]);
        case.put("crm.yaml", [0u8, 159, 146, 150, 255]);
        case.fails(&["run", "crm.yaml"], 2, &["crm.yaml"]);
    }
}

mod targets {
    use super::*;

    #[test]
    fn that_exist() {
        let case = Case::new();
        case.put("out.csv", "precious\n");
        case.fails(&["run", "crm.yaml"], 2, &["out.csv", "exists", "replace"]);
    }

    #[test]
    fn in_a_folder_that_is_not_there() {
        let case = Case::new();
        case.profile("target: out.csv", "target: nowhere/out.csv");
        case.fails(&["run", "crm.yaml"], 1, &["nowhere"]);
    }

    #[test]
    fn without_the_right_to_write() {
        let case = Case::new();
        make_open(case.home.path());
        close(&case.path("source.csv"), 0o644);
        close(&case.path("crm.yaml"), 0o644);
        fs::create_dir(case.path("closed")).expect("a folder");
        close(&case.path("closed"), 0o755);
        let before = case.files();
        for arguments in [
            &["run", "crm.yaml", "--target", "closed/out.csv", "--out", "run"][..],
            &["run", "crm.yaml", "--out", "closed/run"],
        ] {
            if let Some(left) = case.run_unprivileged(arguments) {
                left.is(1, &["closed", "no right to"]);
                case.is_untouched(&before);
            }
        }
    }

    #[test]
    fn of_an_unknown_kind() {
        let case = Case::new();
        case.profile("target: out.csv", "target: gopher:crm");
        case.fails(&["run", "crm.yaml"], 2, &["gopher:crm", "csv"]);
    }
}

#[test]
fn options_that_do_not_exist_or_do_not_fit() {
    let case = Case::new();
    case.fails(&["run"], 2, &["<PROFILE>"]);
    case.fails(&["run", "crm.yaml", "--dryrun"], 2, &["--dryrun", "--dry-run"]);
    case.fails(&["run", "crm.yaml", "--memory", "lots"], 2, &["lots", "64M"]);
    case.fails(&["run", "crm.yaml", "--threads", "0"], 2, &["threads"]);
    case.fails(&["run", "crm.yaml", "--limit", "-1"], 2, &["-1"]);
}
