//! A folder: its files are the objects, each read or written by the connector of its format.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::packed::packed_name;
use super::{
    ConnectError, ErrorKind, Fingerprint, Holds, Location, Output, ReadRequest, Reader, Sink, Source, Target,
    WriteRequest, disk, table,
};
use crate::schema::{Object, Schema};

/// Opens a folder as a source.
pub(super) fn open_source(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let folder = location.path();
    let files = files(&folder)?;
    if files.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::Empty,
            folder.display().to_string(),
            "the folder holds no file that mapwright can read",
            format!("It reads files that end in {}.", table::file_endings().join(", ")),
        ));
    }
    Ok(Box::new(FolderSource { location: location.clone(), files, opened: Mutex::default() }))
}

/// Whether the last part of a path is a pattern (`export-*.csv`).
pub(super) fn is_pattern(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(['*', '?']))
}

/// Opens the files of a folder whose names fit a pattern; each is an object.
pub(super) fn open_pattern(location: &Location) -> Result<Box<dyn Source>, ConnectError> {
    let path = location.path();
    let pattern = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut files = files(&folder)?;
    files.retain(|name| fits(pattern.as_bytes(), name.as_bytes()));
    if files.is_empty() {
        return Err(ConnectError::new(
            ErrorKind::NotFound,
            path.display().to_string(),
            "no file that mapwright can read fits the pattern",
            "`*` stands for any characters and `?` for one; quote the pattern in a shell.",
        ));
    }
    let location =
        Location { address: folder.to_string_lossy().into_owned(), base: PathBuf::new(), ..location.clone() };
    Ok(Box::new(FolderSource { location, files, opened: Mutex::default() }))
}

/// Whether a name fits a pattern of `*` and `?`.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    // Where the last star stood, and how much of the name it has taken.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    p = at + 1;
                    n = taken + 1;
                    star = Some((at, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

/// Opens a folder as a target; it is made when the first object is written.
pub(super) fn open_target(location: &Location) -> Result<Box<dyn Target>, ConnectError> {
    Ok(Box::new(FolderTarget { location: location.clone() }))
}

/// Names of the files in a folder that have an ending of a connector, in order.
fn files(folder: &PathBuf) -> Result<Vec<String>, ConnectError> {
    let failed = |error| ConnectError::io(folder, "read", error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let plain = packed_name(&path).map_or_else(|| path.clone(), |(plain, _)| plain);
        let readable = table::by_extension(&plain).is_some_and(|connector| !connector.many_objects);
        if !name.starts_with('.') && entry.path().is_file() && readable {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The location of a file in a folder. Its format goes by its own ending; the rest of what is pinned holds for all.
fn member(location: &Location, name: &str) -> Location {
    let address = location.path().join(name).to_string_lossy().into_owned();
    Location { address, base: PathBuf::new(), format: None, ..location.clone() }
}

struct FolderSource {
    location: Location,
    files: Vec<String>,
    opened: Mutex<BTreeMap<String, Arc<dyn Source>>>,
}

impl FolderSource {
    /// The source of an object, named by its file with or without the ending.
    fn source(&self, name: &str) -> Result<Arc<dyn Source>, ConnectError> {
        let stem = |file: &str| file.rsplit_once('.').map(|(stem, _)| stem.to_owned());
        let exact = self.files.iter().find(|file| *file == name);
        let file = match exact {
            Some(file) => file,
            None => {
                let mut like = self.files.iter().filter(|file| stem(file).as_deref() == Some(name));
                match (like.next(), like.next()) {
                    (Some(file), None) => file,
                    _ => return Err(self.unknown(name)),
                }
            }
        };
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = opened.get(file) {
            return Ok(source.clone());
        }
        let source: Arc<dyn Source> = Arc::from(table::open_source(&member(&self.location, file))?);
        opened.insert(file.clone(), source.clone());
        Ok(source)
    }

    fn unknown(&self, name: &str) -> ConnectError {
        ConnectError::new(
            ErrorKind::NoSuchObject,
            self.location.path().display().to_string(),
            format!("there is no file `{name}` that can be read in this folder"),
            format!("It has: {}.", self.files.join(", ")),
        )
    }
}

impl Source for FolderSource {
    fn format(&self) -> &'static str {
        "folder"
    }

    fn objects(&self) -> Result<Vec<String>, ConnectError> {
        Ok(self.files.clone())
    }

    fn object(&self, name: &str) -> Result<Object, ConnectError> {
        self.source(name)?.object(name)
    }

    fn evidence(&self, object: &str) -> Vec<String> {
        self.source(object).map(|source| source.evidence(object)).unwrap_or_default()
    }

    fn advice(&self, object: &str) -> Vec<String> {
        self.source(object).map(|source| source.advice(object)).unwrap_or_default()
    }

    fn names_fields(&self, object: &str) -> bool {
        self.source(object).is_ok_and(|source| source.names_fields(object))
    }

    fn read(&self, object: &str, request: &ReadRequest) -> Result<Box<dyn Reader>, ConnectError> {
        self.source(object)?.read(object, request)
    }

    fn fingerprint(&self, object: &str) -> Result<Fingerprint, ConnectError> {
        self.source(object)?.fingerprint(object)
    }
}

/// The location of an object's file in a target folder: its own name where that has an ending of a connector, else with
/// `.csv` (or the pinned format's ending) behind it. A name from a profile never leads out of the folder.
pub(super) fn file_of(location: &Location, object: &str) -> Result<Location, ConnectError> {
    let plain = !object.is_empty()
        && !object.starts_with('.')
        && !object.chars().any(|c| matches!(c, '/' | '\\' | ':' | '\0') || c.is_control());
    if !plain {
        return Err(ConnectError::new(
            ErrorKind::Unsupported,
            location.path().display().to_string(),
            format!("`{object}` cannot be the name of a file in this folder"),
            "Give the object a name without `/`, `\\`, `:` and control characters that does not start with a dot.",
        ));
    }
    if table::by_extension(std::path::Path::new(object)).is_some_and(|connector| !connector.many_objects) {
        return Ok(member(location, object));
    }
    Ok(member(location, &format!("{object}.{}", location.format.as_deref().unwrap_or("csv"))))
}

struct FolderTarget {
    location: Location,
}

impl FolderTarget {
    fn member(&self, object: &str) -> Result<Box<dyn Target>, ConnectError> {
        table::open_target(&file_of(&self.location, object)?)
    }
}

impl Target for FolderTarget {
    fn format(&self) -> &'static str {
        "folder"
    }

    fn schema(&self) -> Result<Schema, ConnectError> {
        let folder = self.location.path();
        let mut schema = Schema { name: folder.display().to_string(), objects: Vec::new() };
        if folder.exists() {
            // What is there is looked at as it is, in parts or not.
            let plain = Location { output: Output::default(), spreadsheet_safe: false, ..self.location.clone() };
            for file in files(&folder)? {
                schema.objects.extend(table::open_target(&member(&plain, &file))?.schema()?.objects);
            }
        }
        Ok(schema)
    }

    fn holds(&self, object: &str) -> Holds {
        self.member(object).map(|target| target.holds(object)).unwrap_or_default()
    }

    fn open(&self, request: &WriteRequest) -> Result<Box<dyn Sink>, ConnectError> {
        let folder = self.location.path();
        let target = self.member(&request.object)?;
        make_private(&folder)?;
        target.open(request)
    }
}

/// Makes a folder that only the user can enter, if it is not there.
fn make_private(folder: &std::path::Path) -> Result<(), ConnectError> {
    disk::create_folder(folder).map_err(|error| ConnectError::io(folder, "create", error))
}
