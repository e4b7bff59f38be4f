//! What lies in a folder, for picking a file.

use std::path::Path;

use super::Teller;
use crate::app::{Answer, PickEntry};

/// Entries that are listed.
const LISTED: usize = 5_000;

/// Tells the folder's files and folders: folders first, then what can be read, by name; hidden ones are left out.
pub(super) fn list(folder: &Path, teller: &Teller) {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let around = folder.parent().filter(|_| !folder.is_dir()).map(Path::to_owned);
    let folder = around.unwrap_or(folder);
    let mut entries: Vec<PickEntry> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let meta = entry.metadata().ok()?;
            (!name.starts_with('.')).then(|| PickEntry { name, is_folder: meta.is_dir(), bytes: meta.len() })
        })
        .collect();
    entries
        .sort_by(|a, b| b.is_folder.cmp(&a.is_folder).then_with(|| a.name.to_lowercase().cmp(&b.name.to_lowercase())));
    entries.truncate(LISTED);
    if folder.parent().is_some() {
        entries.insert(0, PickEntry { name: "..".to_owned(), is_folder: true, bytes: 0 });
    }
    teller.tell(Answer::Folder { folder, entries });
}
