//! The sample inside the program, so that the demo works wherever mapwright is installed.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind as Io, Write};
use std::path::{Path, PathBuf};

use crate::connect::ConnectError;

/// Path in the sample's folder, and content.
const FILES: &[(&str, &[u8])] = &[
    ("legacy/companies.csv", include_bytes!("../../sample-data/legacy/companies.csv")),
    ("legacy/contacts.csv", include_bytes!("../../sample-data/legacy/contacts.csv")),
    ("legacy/deals.ndjson", include_bytes!("../../sample-data/legacy/deals.ndjson")),
    ("profile.yaml", include_bytes!("../../sample-data/profile.yaml")),
    ("target.sql", include_bytes!("../../sample-data/target.sql")),
];

/// Writes the sample into a folder (made if it is absent) and gives the path of its profile. A file that is there
/// already stays as it is: what somebody changed in an unpacked sample is theirs.
pub fn unpack_sample(to: &Path) -> Result<PathBuf, ConnectError> {
    for (name, content) in FILES {
        let path = to.join(name);
        let failed = |error| ConnectError::io(&path, "write", error);
        fs::create_dir_all(path.parent().unwrap_or(to)).map_err(failed)?;
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => file.write_all(content).map_err(failed)?,
            Err(error) if error.kind() == Io::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(to.join("profile.yaml"))
}

/// Writes the sample into a new folder of its own below the system's temporary folder, private to the user, which
/// stays until somebody removes it. Gives the path of its profile.
pub fn unpack_demo() -> Result<PathBuf, ConnectError> {
    let home = std::env::temp_dir();
    let folder = tempfile::Builder::new().prefix("mapwright-demo-").tempdir_in(&home);
    let folder = folder.map_err(|error| ConnectError::io(&home, "write", error))?.keep();
    unpack_sample(&folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_all_and_leaves_changed_files_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let to = home.path().join("a/b");
        let profile = unpack_sample(&to).expect("unpacked");
        assert!(profile.is_file() && to.join("legacy/deals.ndjson").is_file());
        fs::write(&profile, "mine").expect("written");
        unpack_sample(&to).expect("again");
        assert_eq!(fs::read_to_string(&profile).expect("read"), "mine");
    }

    #[test]
    fn a_place_that_is_no_folder_is_said() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("file");
        fs::write(&file, "").expect("written");
        let error = unpack_sample(&file).expect_err("no folder");
        assert!(error.place.contains("file"), "{error}");
    }

    #[test]
    fn the_sample_is_as_ugly_as_it_claims() {
        let of = |name: &str| FILES.iter().find(|(file, _)| *file == name).expect("a file").1;
        assert!(std::str::from_utf8(of("legacy/companies.csv")).is_err(), "companies are in Windows-1252");
        let contacts = std::str::from_utf8(of("legacy/contacts.csv")).expect("UTF-8");
        assert!(contacts.contains("\"erste Zeile\nzweite Zeile"));
        assert!(contacts.contains("\n001007,"), "leading zeros");
    }
}
