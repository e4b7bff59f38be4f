//! Paths that start from another folder: a profile made on the command line starts from the current one, a saved one
//! from its own.

use std::path::{Component, Path, PathBuf};

use super::Profile;
use crate::connect::Location;

impl Profile {
    /// The same profile with its relative paths written from another folder.
    pub fn based_on(&self, folder: &Path) -> Profile {
        let mut profile = self.clone();
        for location in [&mut profile.source, &mut profile.target] {
            *location = moved(location, folder);
        }
        profile
    }
}

fn moved(location: &Location, folder: &Path) -> Location {
    let unchanged = Location { base: folder.to_path_buf(), ..location.clone() };
    let scheme = location.scheme();
    // Only these schemes stand before a path.
    let is_path = scheme.is_none_or(|scheme| matches!(scheme, "file" | "sqlite" | "schema"));
    let rest =
        scheme.map_or(location.address.as_str(), |scheme| location.address.get(scheme.len() + 1..).unwrap_or_default());
    if !is_path || rest.is_empty() || Path::new(rest).is_absolute() {
        return unchanged;
    }
    let (Ok(from), Ok(to)) =
        (std::path::absolute(here_if_empty(&location.base)), std::path::absolute(here_if_empty(folder)))
    else {
        return unchanged;
    };
    if plain(&from) == plain(&to) {
        return unchanged;
    }
    let path = relative(&plain(&from.join(rest)), &plain(&to));
    // A trailing slash says "folder" and is no part of a path's components.
    let slash = if rest.ends_with('/') && !path.ends_with('/') { "/" } else { "" };
    let scheme = scheme.map(|scheme| format!("{scheme}:")).unwrap_or_default();
    Location { address: format!("{scheme}{path}{slash}"), ..unchanged }
}

fn here_if_empty(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Without `.` and with `..` taken back, by the letters of the path alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// A path as seen from a folder; absolute where they share nothing but the root.
fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 {
        return path.to_string_lossy().into_owned();
    }
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_same_file_from_the_new_folder() {
        for (address, base, folder, expected) in [
            ("data/a.csv", "/home/x", "/home/x", "data/a.csv"),
            ("data/a.csv", "/home/x", "/home/x/profiles", "../data/a.csv"),
            ("../a.csv", "/home/x/y", "/home/x", "a.csv"),
            ("out/", "/home/x", "/home/x/profiles", "../out/"),
            ("sqlite:crm.db", "/home/x", "/home/x/p", "sqlite:../crm.db"),
            ("/data/a.csv", "/home/x", "/home/y", "/data/a.csv"),
            ("a.csv", "/home/x", "/srv/y", "/home/x/a.csv"),
            ("postgres://host/db", "/home/x", "/home/y", "postgres://host/db"),
            ("template:salesforce", "/home/x", "/home/y", "template:salesforce"),
            ("", "/home/x", "/home/y", ""),
        ] {
            let location = Location { address: address.to_owned(), base: base.into(), ..Location::default() };
            let profile = Profile { source: location, ..Profile::default() };
            let moved = profile.based_on(Path::new(folder));
            assert_eq!(moved.source.address, expected, "{address} from {base} to {folder}");
            assert_eq!(moved.source.base, Path::new(folder));
        }
    }

    #[test]
    fn the_current_folder_counts_as_a_folder() {
        let location = Location::from_argument("a.csv");
        let here = std::env::current_dir().expect("a folder");
        let profile = Profile { source: location, ..Profile::default() };
        assert_eq!(profile.based_on(&here.join("sub")).source.address, "../a.csv");
        assert_eq!(profile.based_on(Path::new("")).source.address, "a.csv");
    }
}
