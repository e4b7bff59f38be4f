//! Which records lose, decided over the whole source: for keep-last and most-complete, and for key sets beyond memory.
//!
//! A survey takes (key, record, score) entries into partitions by key; a partition that passes its share of the budget
//! goes to a temporary file. Afterwards each partition is settled by itself, and the losers stand in a bitmap: one bit a
//! record, so 50 million records take 6 MB.

use std::collections::HashMap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Fingerprint;
use crate::connect::disk::DiskFile;

const PARTITIONS: usize = 64;
const ENTRY_BYTES: usize = 28;

/// One record's bid for a key. `ordinal` counts records from 0; the highest `score` wins, of equals the lowest ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub key: Fingerprint,
    pub ordinal: u64,
    pub score: u32,
}

/// A spill file could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{folder}: could not keep the keys of duplicates on disk: {cause}")]
pub struct SurveyError {
    folder: String,
    #[source]
    cause: io::Error,
}

impl SurveyError {
    pub(super) fn new(folder: &Path, cause: io::Error) -> SurveyError {
        SurveyError { folder: folder.display().to_string(), cause }
    }

    /// Where the file was to be.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    pub fn cause(&self) -> &io::Error {
        &self.cause
    }
}

/// Collects entries within a memory budget.
pub struct Survey {
    folder: PathBuf,
    /// Entries a partition may hold in memory.
    room: usize,
    /// The highest ordinal wins ties instead of the lowest.
    last_wins: bool,
    partitions: Vec<Partition>,
}

#[derive(Default)]
struct Partition {
    held: Vec<Entry>,
    spilled: Option<BufWriter<DiskFile>>,
    spilled_entries: usize,
}

/// The records that lost, by ordinal.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Losers {
    bits: Vec<u64>,
    count: u64,
}

impl Losers {
    pub fn contains(&self, ordinal: u64) -> bool {
        let word = self.bits.get((ordinal / 64) as usize).copied().unwrap_or(0);
        word >> (ordinal % 64) & 1 == 1
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    fn add(&mut self, ordinal: u64) {
        let word = (ordinal / 64) as usize;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (ordinal % 64);
        self.count += 1;
    }
}

impl Survey {
    /// `budget` is in bytes and covers the entries held in memory; the rest goes to unnamed files in `folder`.
    pub fn new(folder: &Path, budget: usize, last_wins: bool) -> Survey {
        let room = (budget / ENTRY_BYTES / PARTITIONS / 2).max(256);
        let partitions = (0..PARTITIONS).map(|_| Partition::default()).collect();
        Survey { folder: folder.to_owned(), room, last_wins, partitions }
    }

    pub fn add(&mut self, entry: Entry) -> Result<(), SurveyError> {
        let partition = &mut self.partitions[(entry.key >> 122) as usize];
        // Exactly what the budget gives: a vector that doubles takes up to twice as much.
        if partition.held.len() == partition.held.capacity() {
            let held = partition.held.len();
            partition.held.reserve_exact(held.max(64).min(self.room.saturating_sub(held)).max(1));
        }
        partition.held.push(entry);
        if partition.held.len() >= self.room {
            partition.spill(&self.folder).map_err(|cause| SurveyError::new(&self.folder, cause))?;
        }
        Ok(())
    }

    /// Settles every key: all entries but the winner's lose.
    pub fn settle(self) -> Result<Losers, SurveyError> {
        self.settle_both().map(|(losers, _)| losers)
    }

    /// As [`Survey::settle`], and the winners that somebody lost to.
    pub fn settle_both(self) -> Result<(Losers, Losers), SurveyError> {
        let (mut losers, mut winners) = (Losers::default(), Losers::default());
        for partition in self.partitions {
            let settled = partition.settle(self.last_wins, &mut losers, &mut winners);
            settled.map_err(|cause| SurveyError::new(&self.folder, cause))?;
        }
        Ok((losers, winners))
    }
}

impl Partition {
    fn spill(&mut self, folder: &Path) -> io::Result<()> {
        let file = match &mut self.spilled {
            Some(file) => file,
            none => none.insert(BufWriter::new(DiskFile::unnamed(folder)?)),
        };
        for entry in self.held.drain(..) {
            file.write_all(&entry.key.to_le_bytes())?;
            file.write_all(&entry.ordinal.to_le_bytes())?;
            file.write_all(&entry.score.to_le_bytes())?;
            self.spilled_entries += 1;
        }
        Ok(())
    }

    fn settle(self, last_wins: bool, losers: &mut Losers, winners: &mut Losers) -> io::Result<()> {
        let mut best: HashMap<Fingerprint, (u64, u32, bool)> = HashMap::new();
        let mut bid = |entry: Entry| match best.entry(entry.key) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert((entry.ordinal, entry.score, false));
            }
            std::collections::hash_map::Entry::Occupied(mut taken) => {
                let (ordinal, score, _) = *taken.get();
                let earlier = if last_wins { entry.ordinal > ordinal } else { entry.ordinal < ordinal };
                if entry.score > score || (entry.score == score && earlier) {
                    taken.insert((entry.ordinal, entry.score, true));
                    losers.add(ordinal);
                } else {
                    taken.get_mut().2 = true;
                    losers.add(entry.ordinal);
                }
            }
        };
        if let Some(spilled) = self.spilled {
            let mut file = spilled.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            let mut reader = BufReader::new(file);
            for _ in 0..self.spilled_entries {
                bid(read_entry(&mut reader)?);
            }
        }
        self.held.into_iter().for_each(bid);
        best.into_values().filter(|(.., several)| *several).for_each(|(ordinal, ..)| winners.add(ordinal));
        Ok(())
    }
}

fn read_entry(reader: &mut impl Read) -> io::Result<Entry> {
    let (mut key, mut ordinal, mut score) = ([0; 16], [0; 8], [0; 4]);
    reader.read_exact(&mut key)?;
    reader.read_exact(&mut ordinal)?;
    reader.read_exact(&mut score)?;
    Ok(Entry {
        key: Fingerprint::from_le_bytes(key),
        ordinal: u64::from_le_bytes(ordinal),
        score: u32::from_le_bytes(score),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fingerprint;
    use super::*;
    use proptest::prelude::*;

    fn losers(keys: &[(u8, u32)], budget: usize, last_wins: bool) -> Vec<u64> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut survey = Survey::new(folder.path(), budget, last_wins);
        survey.room = budget;
        for (ordinal, (key, score)) in keys.iter().enumerate() {
            survey.add(Entry { key: fingerprint(&[*key], 1), ordinal: ordinal as u64, score: *score }).expect("added");
        }
        let losers = survey.settle().expect("settled");
        (0..keys.len() as u64).filter(|ordinal| losers.contains(*ordinal)).collect()
    }

    #[test]
    fn the_most_complete_wins_and_of_equals_the_first() {
        assert_eq!(losers(&[(1, 2), (1, 5), (2, 0), (1, 5)], 100, false), [0, 3]);
        assert_eq!(losers(&[(1, 0), (1, 0), (2, 0), (1, 0)], 100, true), [0, 1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_budget_changes_nothing(keys in prop::collection::vec((0u8..20, 0u32..4), 0..300), last in any::<bool>()) {
            prop_assert_eq!(losers(&keys, 1, last), losers(&keys, 100_000, last));
        }
    }
}
