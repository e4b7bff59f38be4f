//! The dependency rule of `src/lib.rs`, read from the `use` paths and every other `crate::` path.

use std::fs;
use std::path::{Path, PathBuf};

const DOMAIN: &[&str] = &[
    "record",
    "schema",
    "connect",
    "matching",
    "transform",
    "rules",
    "dedupe",
    "profile",
    "engine",
    "exchange",
    "report",
    "workspace",
];
const SCREEN: &[&str] = &["app", "ui", "worker", "term", "cli"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// Every `crate::room::rest` in a text, `use crate::{a, b::c}` included.
fn paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + 7..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find("};").unwrap_or(group.len());
            let mut depth = 0;
            let mut word = String::new();
            for letter in group[..end].chars().chain([',']) {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut word).trim().to_owned()),
                    _ if depth == 0 => word.push(letter),
                    _ => {}
                }
            }
        } else {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
        }
    }
    found
}

#[test]
fn rooms_import_only_what_they_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut broken = Vec::new();
    for file in all {
        let relative = file.strip_prefix(&src).expect("under src");
        let room = relative.components().next().expect("a room").as_os_str().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("readable");
        for path in paths(&text) {
            let mut parts = path.split("::");
            let to = parts.next().unwrap_or_default();
            let inner = parts.next().unwrap_or_default();
            let allowed = match room.as_str() {
                room if DOMAIN.contains(&room) => !SCREEN.contains(&to),
                "app" => !["worker", "term", "cli"].contains(&to) && (to != "ui" || inner == "layout"),
                "ui" => !["worker", "term", "cli"].contains(&to),
                "worker" | "term" => to != "cli",
                _ => true,
            };
            if !allowed {
                broken.push(format!("{}: crate::{path}", relative.display()));
            }
        }
    }
    assert!(broken.is_empty(), "imports against the dependency rule:\n{}", broken.join("\n"));
}

#[test]
fn the_rule_reads_grouped_imports() {
    assert_eq!(paths("use crate::{app::Model, ui};"), ["app::Model", "ui"]);
    assert_eq!(paths("crate::term::run()"), ["term::run"]);
}

#[test]
fn ui_never_changes_the_model() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui");
    let mut all = Vec::new();
    files(&ui, &mut all);
    for file in all {
        let text = fs::read_to_string(&file).expect("readable");
        assert!(!text.contains("&mut Model"), "{} takes the model mutably", file.display());
    }
}

#[test]
fn a_run_touches_files_through_one_seam() {
    // Where a run writes past `connect::disk`, no test can make that write fail.
    const PAST: &[&str] =
        &["OpenOptions", "File::create", "File::open", "fs::write(", "fs::rename", "fs::remove_file", "hard_link("];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for room in ["connect", "engine", "dedupe"] {
        let mut all = Vec::new();
        files(&src.join(room), &mut all);
        for file in all.iter().filter(|file| !file.ends_with("connect/disk.rs") && !file.ends_with("tests.rs")) {
            let text = fs::read_to_string(file).expect("readable");
            let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = product.lines().filter(|line| !line.trim_start().starts_with("//"));
            let through = |line: &str| line.contains("disk::") || line.contains("DiskFile::");
            for line in lines.filter(|line| !through(line) && PAST.iter().any(|past| line.contains(past))) {
                broken.push(format!("{}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "files used past the seam `connect::disk`:\n{}", broken.join("\n"));
}
