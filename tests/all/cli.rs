//! The command line from outside: what it prints, where, and with which exit code.

use std::path::Path;
use std::process::Command;

/// What a command left.
struct Left {
    code: i32,
    out: String,
    err: String,
}

/// Runs mapwright in a folder, without a terminal.
fn mapwright(folder: &Path, arguments: &[&str]) -> Left {
    let done = Command::new(env!("CARGO_BIN_EXE_mapwright"))
        .args(arguments)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .env_remove("LC_ALL")
        .env("LANG", "C.UTF-8")
        .output()
        .expect("mapwright starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let left = Left { code: done.status.code().unwrap_or(-1), out: text(&done.stdout), err: text(&done.stderr) };
    assert!(!left.err.contains("panicked"), "a panic:\n{}", left.err);
    left
}

fn fails(folder: &Path, arguments: &[&str], code: i32, says: &[&str]) {
    let left = mapwright(folder, arguments);
    assert_eq!(left.code, code, "{arguments:?}\n{}{}", left.out, left.err);
    for words in says {
        assert!(left.err.contains(words), "{arguments:?} does not say `{words}`:\n{}", left.err);
    }
}

mod reports {
    use super::*;

    fn a_run(home: &Path) {
        let ledger = r#""ledger":{"read":3,"created":2,"updated":0,"unchanged":0,"rejected":1,"duplicate":0,"filtered":0,"failed":0,"unprocessed":0}"#;
        let figures = r#""elapsed_seconds":0.1,"completeness":1.0,"consistency":null,"data_volume":9,"data_rate":9.0,"throughput":9.0,"availability":1.0"#;
        let report = format!(
            r#"{{{ledger},"balances":true,"run":"r1","name":"Sample","version":"0.1.0","dry_run":false,"outcome":"done","outcome_reason":null,"source":"a.csv","target":"b.csv","started":"2026-11-21T10:00:00Z","finished":"2026-11-21T10:00:01Z",{figures},"objects":[],"notices":[]}}"#
        );
        let folder = home.join("mapwright-runs/r1");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("report.json"), report).expect("written");
        let manifest = r#"{"run":"r1","state":"done","profile":"crm.yaml","started":"2026-11-21T10:00:00Z"}"#;
        std::fs::write(folder.join("manifest.json"), manifest).expect("written");
    }

    #[test]
    fn are_shown_in_every_form_and_never_replace_a_file_unasked() {
        let home = tempfile::tempdir().expect("a folder");
        a_run(home.path());
        for (arguments, says) in [
            (&["report"][..], "2 of 3 records written; every record accounted for."),
            (&["report", "r1", "--format", "markdown"], "# Sample"),
            (&["report", "mapwright-runs/r1", "--format", "html"], "<!doctype html>"),
            (&["report", "mapwright-runs/r1/report.json", "--format", "json"], "{\n  \"ledger\""),
            (&["runs"], "needs: mapwright run crm.yaml --rejects ./mapwright-runs/r1"),
            (&["runs", "--format", "json"], "\"state\": \"done\""),
        ] {
            let left = mapwright(home.path(), arguments);
            assert_eq!(left.code, 0, "{}", left.err);
            assert!(left.out.contains(says), "{arguments:?}\n{}", left.out);
        }
        assert_eq!(mapwright(home.path(), &["report", "-o", "r.html"]).code, 0);
        let page = std::fs::read_to_string(home.path().join("r.html")).expect("a page");
        assert!(page.starts_with("<!doctype html>"));
        fails(home.path(), &["report", "-o", "r.html"], 1, &["r.html", "--force"]);
        assert_eq!(mapwright(home.path(), &["report", "-o", "r.html", "--force"]).code, 0);
        fails(home.path(), &["report", "-o", "."], 1, &["folder"]);
    }

    #[test]
    fn that_are_not_there_say_what_to_do() {
        let home = tempfile::tempdir().expect("a folder");
        fails(home.path(), &["report"], 1, &["no run with a report", "mapwright run PROFILE"]);
        fails(home.path(), &["report", "nope"], 1, &["nope", "mapwright runs"]);
        fails(home.path(), &["runs", "nope"], 1, &["nope", "no such file or folder"]);
        assert!(mapwright(home.path(), &["runs"]).out.contains("There are no runs"));
    }
}

#[test]
fn completions_and_the_manual_page_know_every_command() {
    let home = std::env::temp_dir();
    let help = mapwright(&home, &["--help"]).out;
    let commands = help.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).expect("commands");
    let names: Vec<&str> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(names.contains(&"report"), "{help}");
    let script = mapwright(&home, &["completions", "bash"]).out;
    let page = mapwright(&home, &["man"]).out.replace("\\-", "-");
    for name in names {
        assert!(script.contains(name) && page.contains(name), "{name}");
        assert!(mapwright(&home, &["man", name]).out.contains(".TH"), "{name}");
    }
    fails(&home, &["man", "nope"], 2, &["nope"]);
    fails(&home, &["completions", "nope"], 2, &["nope", "bash"]);
    fails(&home, &["nope"], 2, &["nope"]);
}
