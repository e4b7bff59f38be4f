//! Drafts: what was being edited when the screen went away, kept beside the profile.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::save::write_atomically;
use super::write::write_new;
use super::{Loaded, Problems, Profile, load};
use crate::connect::ConnectError;

/// Where a profile's draft lies: `.crm.yaml.draft` beside `crm.yaml`.
pub fn draft_path(profile: &Path) -> PathBuf {
    let name = profile.file_name().map_or_else(|| "profile.yaml".into(), |name| name.to_string_lossy().into_owned());
    profile.with_file_name(format!(".{name}.draft"))
}

/// Keeps a draft. A field without expression is left out, for the format cannot say it.
///
/// # Errors
/// Where the disk refuses.
pub fn save_draft(profile_path: &Path, profile: &Profile) -> Result<(), ConnectError> {
    let mut profile = profile.clone();
    for object in &mut profile.objects {
        object.fields.retain(|field| !field.expression().text.trim().is_empty());
    }
    write_atomically(&draft_path(profile_path), &write_new(&profile))
}

/// The draft, where there is one that is newer than the profile.
///
/// # Errors
/// Where there is a draft that cannot be read.
pub fn load_draft(profile_path: &Path) -> Result<Option<Loaded>, Problems> {
    let path = draft_path(profile_path);
    let modified = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    match (modified(&path), modified(profile_path)) {
        (None, _) => Ok(None),
        (Some(draft), Some(profile)) if draft < profile => Ok(None),
        _ => load(&path).map(Some),
    }
}

/// Removes the draft; called after a save and when a draft is thrown away.
///
/// # Errors
/// Where it is there and cannot be removed.
pub fn remove_draft(profile_path: &Path) -> Result<(), ConnectError> {
    let path = draft_path(profile_path);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(ConnectError::io(&path, "remove", error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::parse;

    #[test]
    fn a_draft_is_found_again_until_it_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("crm.yaml");
        let profile = parse("mapwright: 1\nobjects:\n  - fields:\n      A: a | trim\n", folder.path()).expect("valid");
        assert!(load_draft(&path).expect("none yet").is_none());
        save_draft(&path, &profile).expect("kept");
        let draft = load_draft(&path).expect("readable").expect("there");
        assert_eq!(draft.profile.without_places(), profile.without_places());
        remove_draft(&path).expect("removed");
        remove_draft(&path).expect("removing twice is no error");
        assert!(load_draft(&path).expect("none").is_none());
    }
}
