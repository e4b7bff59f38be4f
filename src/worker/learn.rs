//! Decisions kept in the file of learned matches, for next time.

use std::path::Path;

use super::Teller;
use crate::app::Answer;
use crate::matching::{Memory, MemoryError, Remembered};

/// Keeps new decisions and forgets those that were taken back.
pub(super) fn learn(path: Option<&Path>, new: Vec<Remembered>, undone: &[Remembered], teller: &Teller) {
    let Some(path) = path else { return };
    if let Err(error) = change(path, new, undone) {
        teller.tell(Answer::MemoryFailed(error.to_string()));
    }
}

fn change(path: &Path, new: Vec<Remembered>, undone: &[Remembered]) -> Result<(), MemoryError> {
    let mut memory = Memory::load(path)?;
    memory.forget(|entry| undone.contains(entry));
    for decision in new {
        // What was decided alike before keeps its origin, and stays when the new one is taken back.
        if !memory.holds(&decision) {
            memory.remember(decision);
        }
    }
    memory.save(path)
}

/// What is remembered; an empty memory, and a word about it, where it cannot be read.
pub(super) fn remembered(path: Option<&Path>, teller: &Teller) -> Memory {
    let loaded = path.map_or_else(|| Ok(Memory::default()), Memory::load);
    loaded.unwrap_or_else(|error| {
        teller.tell(Answer::MemoryFailed(error.to_string()));
        Memory::default()
    })
}
