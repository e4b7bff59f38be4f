//! What lies in a folder, for picking a file: its own files at once, then those of the folders below.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Teller;
use crate::app::{Answer, PickEntry};

/// Entries that are listed, those of the folders below included.
const LISTED: usize = 20_000;
/// Folders below folders that are looked into, and how long.
const DEPTH: usize = 6;
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells the folder's files and folders: folders first, then files, by name; hidden ones are left out. Then tells the same
/// with what lies below, for finding a file by its name.
pub(super) fn list(folder: &Path, cancelled: &AtomicBool, teller: &Teller) {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let around = folder.parent().filter(|_| !folder.is_dir()).map(Path::to_owned);
    let folder = around.unwrap_or(folder);
    let mut entries = entries(&folder, "");
    if folder.parent().is_some() {
        entries.insert(0, PickEntry { name: "..".to_owned(), is_folder: true, bytes: 0 });
    }
    let tell = |entries: Vec<PickEntry>| teller.tell(Answer::Folder { folder: folder.clone(), entries });
    tell(entries.clone());
    let deeper = below(&folder, &entries, cancelled);
    if !deeper.is_empty() && !cancelled.load(Ordering::Relaxed) {
        entries.extend(deeper);
        tell(entries);
    }
}

fn entries(folder: &Path, before: &str) -> Vec<PickEntry> {
    let mut entries: Vec<PickEntry> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let meta = entry.metadata().ok()?;
            let shown = !name.starts_with('.');
            shown.then(|| PickEntry { name: format!("{before}{name}"), is_folder: meta.is_dir(), bytes: meta.len() })
        })
        .collect();
    entries
        .sort_by(|a, b| b.is_folder.cmp(&a.is_folder).then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase())));
    entries.truncate(LISTED);
    entries
}

/// What lies in the folders below, the nearest first; links are not followed, so that no circle is walked.
fn below(folder: &Path, here: &[PickEntry], cancelled: &AtomicBool) -> Vec<PickEntry> {
    let until = Instant::now() + PATIENCE;
    let mut found = Vec::new();
    let mut waiting: VecDeque<(PathBuf, String, usize)> = VecDeque::new();
    let folders = |entries: &[PickEntry], depth: usize| -> Vec<(PathBuf, String, usize)> {
        let real = |path: &Path| std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
        let inside = entries.iter().filter(|entry| entry.is_folder && entry.name != "..");
        let named = inside.map(|entry| (folder.join(&entry.name), format!("{}/", entry.name), depth));
        named.filter(|(path, ..)| real(path)).collect()
    };
    waiting.extend(folders(here, 1));
    while let Some((path, before, depth)) = waiting.pop_front() {
        if found.len() >= LISTED || cancelled.load(Ordering::Relaxed) || Instant::now() > until {
            break;
        }
        let inside = entries(&path, &before);
        if depth < DEPTH {
            waiting.extend(folders(&inside, depth + 1));
        }
        found.extend(inside);
    }
    found.truncate(LISTED);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_is_found_by_its_path() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(home.path().join("crm/2026")).expect("made");
        std::fs::write(home.path().join("crm/2026/contacts.csv"), "a\n").expect("written");
        std::fs::write(home.path().join(".hidden"), "").expect("written");
        let here = entries(home.path(), "");
        assert_eq!(here.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["crm"]);
        let deeper = below(home.path(), &here, &AtomicBool::new(false));
        let names: Vec<&str> = deeper.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["crm/2026", "crm/2026/contacts.csv"]);
    }
}
