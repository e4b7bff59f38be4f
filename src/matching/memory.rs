//! What operators confirmed and rejected, kept for next time: exactly for the same two systems, softly for others. One
//! JSON object a line, sorted, so that a team can commit the file and merge it.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::normalise::squeezed;

/// Why a memory could not be read or written.
#[derive(Debug, Error)]
pub enum MemoryError {
    #[error("{}: the learned matches cannot be read ({error}). Nothing was changed.", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{}: the learned matches cannot be written ({error}). The file is as it was.", path.display())]
    Write { path: PathBuf, error: io::Error },
    #[error("{}: line {line} is no learned match ({message}). Correct or remove the line.", path.display())]
    Line { path: PathBuf, line: usize, message: String },
}

/// What an operator decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Confirmed,
    Rejected,
}

/// Where a decision was made: the two systems and objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Between {
    /// Any steady name of the system: `salesforce`, `legacy-crm`.
    pub source_system: String,
    pub source_object: String,
    pub target_system: String,
    pub target_object: String,
}

/// A pair of fields, or of two values of such fields, with what was decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remembered {
    #[serde(flatten)]
    pub between: Between,
    pub source: String,
    pub target: String,
    /// Source and target value, where the decision is about a picklist's values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<(String, String)>,
    pub verdict: Verdict,
    /// Who or what decided, for the reason: a profile's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// All that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    entries: BTreeSet<Remembered>,
}

/// What the memory says about a pair, the closest knowledge first.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Recollection<'m> {
    /// Decided for these very objects.
    Here(&'m Remembered),
    /// Decided for fields of these names in other objects of the same two systems.
    SameSystems(&'m Remembered),
    /// Confirmed and rejected for fields of these names elsewhere.
    Elsewhere { confirmed: usize, rejected: usize },
}

const FILE: &str = "matches.ndjson";

impl Memory {
    /// Where the memory lies unless told otherwise: `$XDG_DATA_HOME/mapwright/matches.ndjson`, or under
    /// `~/.local/share`. Nothing where neither is known.
    pub fn default_path() -> Option<PathBuf> {
        let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
        Some(data.join("mapwright").join(FILE))
    }

    /// Reads a memory; a file that is not there is an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no decision.
    pub fn load(path: &Path) -> Result<Memory, MemoryError> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Memory::default()),
            Err(error) => return Err(MemoryError::Read { path: path.to_owned(), error }),
            Ok(text) => text,
        };
        let mut memory = Memory::default();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let entry: Remembered = serde_json::from_str(line).map_err(|error| MemoryError::Line {
                path: path.to_owned(),
                line: at + 1,
                message: error.to_string(),
            })?;
            memory.remember(entry);
        }
        Ok(memory)
    }

    /// Writes the memory beside its final place and moves it there: it is the old or the new, never half.
    ///
    /// # Errors
    /// A folder or file that cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), MemoryError> {
        self.write(path).map_err(|error| MemoryError::Write { path: path.to_owned(), error })
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        for entry in &self.entries {
            serde_json::to_writer(&mut file, entry)?;
            file.write_all(b"\n")?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Keeps a decision; an earlier one about the same pair gives way, and so does another source field or value that
    /// was confirmed for the same target.
    pub fn remember(&mut self, decision: Remembered) {
        self.entries.retain(|entry| !entry.gives_way_to(&decision));
        self.entries.insert(decision);
    }

    /// Whether the same was decided about the same pair, whoever did.
    pub fn holds(&self, decision: &Remembered) -> bool {
        self.entries.iter().any(|entry| entry.is_about_the_same(decision) && entry.verdict == decision.verdict)
    }

    /// Takes in another memory; where both decided, the other's decision counts.
    pub fn merge(&mut self, other: Memory) {
        for entry in other.entries {
            self.remember(entry);
        }
    }

    /// Forgets every decision for which `is_meant` is true, and says how many they were.
    pub fn forget(&mut self, is_meant: impl Fn(&Remembered) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|entry| !is_meant(entry));
        before - self.entries.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Remembered> {
        self.entries.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The memory by field names, for one comparison.
    pub(super) fn recall(&self) -> Recall<'_> {
        let mut by_names: HashMap<(String, String), Vec<&Remembered>> = HashMap::new();
        for entry in self.entries.iter().filter(|entry| entry.values.is_none()) {
            by_names.entry((squeezed(&entry.source), squeezed(&entry.target))).or_default().push(entry);
        }
        Recall { by_names }
    }

    /// Confirmed pairs of fields between the same two systems.
    pub(super) fn confirmed_between<'m>(&'m self, between: &'m Between) -> impl Iterator<Item = &'m Remembered> {
        self.entries.iter().filter(move |entry| {
            entry.values.is_none()
                && entry.verdict == Verdict::Confirmed
                && entry.between.joins_the_same_systems(between)
        })
    }

    /// The decision about two values, closest first: of these fields, of these systems, of any.
    pub(super) fn recall_value(&self, between: &Between, from: &str, to: &str) -> Option<&Remembered> {
        let meant = |entry: &&Remembered| {
            entry.values.as_ref().is_some_and(|(a, b)| squeezed(a) == squeezed(from) && squeezed(b) == squeezed(to))
        };
        let closeness =
            |entry: &&Remembered| (entry.between == *between, entry.between.joins_the_same_systems(between));
        self.entries.iter().filter(meant).max_by_key(closeness)
    }
}

/// The memory by squeezed field names.
pub(super) struct Recall<'m> {
    by_names: HashMap<(String, String), Vec<&'m Remembered>>,
}

impl<'m> Recall<'m> {
    /// Squeezed names of source and target fields that something is known about.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_names.keys().map(|(source, target)| (source.as_str(), target.as_str()))
    }

    /// What is known about a pair of fields.
    pub fn about(&self, between: &Between, source: &str, target: &str) -> Option<Recollection<'m>> {
        let entries = self.by_names.get(&(squeezed(source), squeezed(target)))?;
        let here = |entry: &&&Remembered| entry.between == *between && entry.source == source && entry.target == target;
        if let Some(entry) = entries.iter().find(here) {
            return Some(Recollection::Here(entry));
        }
        if let Some(entry) = entries.iter().find(|entry| entry.between.joins_the_same_systems(between)) {
            return Some(Recollection::SameSystems(entry));
        }
        let confirmed = entries.iter().filter(|entry| entry.verdict == Verdict::Confirmed).count();
        Some(Recollection::Elsewhere { confirmed, rejected: entries.len() - confirmed })
    }
}

impl Between {
    fn joins_the_same_systems(&self, other: &Between) -> bool {
        !self.source_system.is_empty()
            && self.source_system == other.source_system
            && self.target_system == other.target_system
    }
}

impl Remembered {
    fn gives_way_to(&self, newer: &Remembered) -> bool {
        let confirmed = self.verdict == Verdict::Confirmed && newer.verdict == Verdict::Confirmed;
        let here = self.between == newer.between && self.target == newer.target;
        let displaced = match (&self.values, &newer.values) {
            (None, None) => true,
            (Some((from, _)), Some((newer_from, _))) => self.source == newer.source && from == newer_from,
            _ => false,
        };
        self.is_about_the_same(newer) || (confirmed && here && displaced)
    }

    fn is_about_the_same(&self, other: &Remembered) -> bool {
        self.between == other.between
            && self.source == other.source
            && self.target == other.target
            && self.values == other.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(source_object: &str) -> Between {
        Between {
            source_system: "act".into(),
            source_object: source_object.into(),
            target_system: "sugar".into(),
            target_object: "Contacts".into(),
        }
    }

    fn decision(object: &str, source: &str, target: &str, verdict: Verdict) -> Remembered {
        Remembered {
            between: between(object),
            source: source.into(),
            target: target.into(),
            values: None,
            verdict,
            origin: "legacy.yaml".into(),
        }
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("matches.ndjson");
        let mut memory = Memory::load(&path).unwrap();
        assert!(memory.is_empty());
        memory.remember(decision("Contact", "Zip", "postal", Verdict::Confirmed));
        memory.remember(decision("Contact", "Fax", "phone", Verdict::Rejected));
        memory.save(&path).unwrap();
        assert_eq!(Memory::load(&path).unwrap(), memory);
    }

    #[test]
    fn a_broken_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        fs::write(&path, "\n{\"source\": 3}\n").unwrap();
        assert!(Memory::load(&path).unwrap_err().to_string().contains("line 2"));
        assert!(Memory::load(folder.path()).is_err());
    }

    #[test]
    fn the_latest_decision_counts_and_can_be_forgotten() {
        let mut memory = Memory::default();
        memory.remember(decision("Contact", "Zip", "postal", Verdict::Rejected));
        memory.remember(decision("Contact", "Zip", "postal", Verdict::Confirmed));
        assert_eq!(memory.iter().count(), 1);
        let known = memory.recall();
        let known = known.about(&between("Contact"), "Zip", "postal");
        assert!(matches!(known, Some(Recollection::Here(entry)) if entry.verdict == Verdict::Confirmed));
        assert_eq!(memory.forget(|entry| entry.source == "Zip"), 1);
        assert_eq!(memory.recall().about(&between("Contact"), "Zip", "postal"), None);
    }

    #[test]
    fn other_objects_and_other_systems_are_remembered_softly() {
        let mut memory = Memory::default();
        memory.remember(decision("Contact", "Attn", "Contact_Name", Verdict::Confirmed));
        let known = memory.recall().about(&between("Account"), "ATTN", "contact name");
        assert!(matches!(known, Some(Recollection::SameSystems(_))));
        let elsewhere = Between { source_system: "other".into(), ..between("Contact") };
        let known = memory.recall().about(&elsewhere, "Attn", "Contact_Name");
        assert_eq!(known, Some(Recollection::Elsewhere { confirmed: 1, rejected: 0 }));
    }
}
