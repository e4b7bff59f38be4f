//! Merging duplicates: the first record of a key stays and takes, for each field that it leaves empty, the first filled
//! value of the records that it stands for, in source order.
//!
//! Records come with their filled fields into partitions by key, which go to temporary files when they pass their share
//! of the budget. Settled partition by partition, they give [`Patches`]: what each record that stays takes over, in the
//! order of the source, in a file that is looked up a stretch at a time. So memory holds one partition and a sparse
//! index, whatever the number of duplicates.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Fingerprint, SurveyError};
use crate::connect::disk::DiskFile;
use crate::record::{Cell, Kind, SourceType};

const PARTITIONS: usize = 64;
/// One patch in so many has its place in the index.
const INDEX_EVERY: u64 = 64;
/// A field's number, kind, source type and length before its bytes.
const CELL_HEAD: usize = 8;

/// Appends the filled cells of a record, as [`Merge::add`] takes them.
pub fn pack(cells: &[Cell<'_>], packed: &mut Vec<u8>) {
    for (field, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.is_filled()) {
        packed.extend_from_slice(&(field as u16).to_le_bytes());
        packed.extend_from_slice(&[cell.kind.code(), cell.source_type.code()]);
        packed.extend_from_slice(&(cell.bytes.len() as u32).to_le_bytes());
        packed.extend_from_slice(cell.bytes);
    }
}

/// The cells of a packed record with their fields, and each one's packed form.
fn unpack(packed: &[u8]) -> impl Iterator<Item = (usize, Cell<'_>, &[u8])> {
    let mut rest = packed;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<CELL_HEAD>()?;
        let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let bytes = after.get(..len)?;
        let whole = rest.get(..CELL_HEAD + len)?;
        rest = &after[len..];
        let kind = Kind::of_code(head[2]);
        let source_type = SourceType::of_code(head[3]);
        Some((usize::from(u16::from_le_bytes([head[0], head[1]])), Cell { kind, source_type, bytes }, whole))
    })
}

/// Collects the records that share a key.
pub struct Merge {
    folder: PathBuf,
    /// Bytes a partition may hold in memory.
    room: usize,
    partitions: Vec<Partition>,
}

/// Entries one after another: key, ordinal, length, packed cells.
#[derive(Default)]
struct Partition {
    held: Vec<u8>,
    spilled: Option<DiskFile>,
}

const ENTRY_HEAD: usize = 16 + 8 + 4;
const PATCH_HEAD: usize = 8 + 4;

impl Merge {
    /// `budget` in bytes; the rest goes to unnamed files in `folder`.
    pub fn new(folder: &Path, budget: usize) -> Merge {
        let partitions = (0..PARTITIONS).map(|_| Partition::default()).collect();
        Merge { folder: folder.to_owned(), room: (budget / PARTITIONS / 2).max(4 << 10), partitions }
    }

    /// A record with a key; `packed` as [`pack`] makes it.
    ///
    /// # Errors
    /// A spill file could not be written.
    pub fn add(&mut self, key: Fingerprint, ordinal: u64, packed: &[u8]) -> Result<(), SurveyError> {
        self.try_add(key, ordinal, packed).map_err(|cause| SurveyError::new(&self.folder, cause))
    }

    fn try_add(&mut self, key: Fingerprint, ordinal: u64, packed: &[u8]) -> io::Result<()> {
        let partition = &mut self.partitions[(key >> 122) as usize];
        partition.held.extend_from_slice(&key.to_le_bytes());
        partition.held.extend_from_slice(&ordinal.to_le_bytes());
        partition.held.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        partition.held.extend_from_slice(packed);
        if partition.held.len() >= self.room {
            let file = match &mut partition.spilled {
                Some(file) => file,
                none => none.insert(DiskFile::unnamed(&self.folder)?),
            };
            file.write_all(&partition.held)?;
            partition.held.clear();
        }
        Ok(())
    }

    /// Settles every key.
    ///
    /// # Errors
    /// A spill file could not be written or read.
    pub fn settle(self) -> Result<Patches, SurveyError> {
        let folder = self.folder.clone();
        self.try_settle().map_err(|cause| SurveyError::new(&folder, cause))
    }

    fn try_settle(self) -> io::Result<Patches> {
        let mut runs = Vec::new();
        for partition in self.partitions {
            let patches = partition.settle()?;
            if patches.is_empty() {
                continue;
            }
            let mut file = BufWriter::new(DiskFile::unnamed(&self.folder)?);
            for (ordinal, packed) in &patches {
                write_patch(&mut file, *ordinal, packed)?;
            }
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            runs.push((BufReader::new(file), patches.len()));
        }
        Patches::of_runs(&self.folder, runs)
    }
}

impl Partition {
    /// What each first record takes over, in the order of the source.
    fn settle(mut self) -> io::Result<Vec<(u64, Vec<u8>)>> {
        let mut bytes = Vec::new();
        if let Some(file) = &mut self.spilled {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(&mut bytes)?;
        }
        bytes.append(&mut self.held);
        let mut entries = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some((head, after)) = rest.split_first_chunk::<ENTRY_HEAD>() {
            let (key, head) = head.split_at(16);
            let (ordinal, len) = head.split_at(8);
            let key = Fingerprint::from_le_bytes(key.try_into().unwrap_or_default());
            let ordinal = u64::from_le_bytes(ordinal.try_into().unwrap_or_default());
            let len = u32::from_le_bytes(len.try_into().unwrap_or_default()) as usize;
            let Some(packed) = after.get(..len) else { break };
            entries.push((key, ordinal, packed));
            rest = &after[len..];
        }
        entries.sort_unstable_by_key(|(key, ordinal, _)| (*key, *ordinal));
        let mut patches = Vec::new();
        for group in entries.chunk_by(|a, b| a.0 == b.0) {
            let Some(((_, first, own), others)) = group.split_first() else { continue };
            let mut filled: Vec<usize> = unpack(own).map(|(field, ..)| field).collect();
            let mut taken = Vec::new();
            for (_, _, packed) in others {
                for (field, _, whole) in unpack(packed) {
                    if !filled.contains(&field) {
                        filled.push(field);
                        taken.extend_from_slice(whole);
                    }
                }
            }
            if !taken.is_empty() {
                patches.push((*first, taken));
            }
        }
        patches.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        Ok(patches)
    }
}

fn write_patch(file: &mut impl Write, ordinal: u64, packed: &[u8]) -> io::Result<()> {
    file.write_all(&ordinal.to_le_bytes())?;
    file.write_all(&(packed.len() as u32).to_le_bytes())?;
    file.write_all(packed)
}

fn read_patch(file: &mut impl Read) -> io::Result<Patch> {
    let (mut ordinal, mut len) = ([0; 8], [0; 4]);
    file.read_exact(&mut ordinal)?;
    file.read_exact(&mut len)?;
    let mut packed = vec![0; u32::from_le_bytes(len) as usize];
    file.read_exact(&mut packed)?;
    Ok(Patch { ordinal: u64::from_le_bytes(ordinal), packed })
}

/// What one record takes over from those that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// Of the record that stays, from 0.
    pub ordinal: u64,
    packed: Vec<u8>,
}

impl Patch {
    /// The fields that are taken over, with their cells.
    pub fn cells(&self) -> impl Iterator<Item = (usize, Cell<'_>)> {
        unpack(&self.packed).map(|(field, cell, _)| (field, cell))
    }

    pub fn cell(&self, field: usize) -> Option<Cell<'_>> {
        self.cells().find(|(one, _)| *one == field).map(|(_, cell)| cell)
    }
}

/// All patches in the order of the source.
#[derive(Debug)]
pub struct Patches {
    folder: PathBuf,
    file: Mutex<DiskFile>,
    /// Ordinal and place of one patch in [`INDEX_EVERY`].
    index: Vec<(u64, u64)>,
    count: u64,
}

impl Patches {
    /// Brings the patches of all partitions into one order.
    fn of_runs(folder: &Path, mut runs: Vec<(BufReader<DiskFile>, usize)>) -> io::Result<Patches> {
        let mut file = BufWriter::new(DiskFile::unnamed(folder)?);
        let (mut index, mut count, mut place) = (Vec::new(), 0u64, 0u64);
        let mut next = BinaryHeap::new();
        let mut heads: Vec<Patch> = Vec::new();
        for (number, (run, left)) in runs.iter_mut().enumerate() {
            heads.push(read_patch(run)?);
            *left -= 1;
            next.push(Reverse((heads[number].ordinal, number)));
        }
        while let Some(Reverse((ordinal, number))) = next.pop() {
            if u64::is_multiple_of(count, INDEX_EVERY) {
                index.push((ordinal, place));
            }
            count += 1;
            place += (PATCH_HEAD + heads[number].packed.len()) as u64;
            write_patch(&mut file, ordinal, &heads[number].packed)?;
            let (run, left) = &mut runs[number];
            if *left > 0 {
                *left -= 1;
                heads[number] = read_patch(run)?;
                next.push(Reverse((heads[number].ordinal, number)));
            }
        }
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Patches { folder: folder.to_owned(), file: Mutex::new(file), index, count })
    }

    /// The patches of `records` records from ordinal `from` on.
    ///
    /// # Errors
    /// The file of patches could not be read.
    pub fn of(&self, from: u64, records: u64) -> Result<Vec<Patch>, SurveyError> {
        self.look_up(from, records).map_err(|cause| SurveyError::new(&self.folder, cause))
    }

    fn look_up(&self, from: u64, records: u64) -> io::Result<Vec<Patch>> {
        let before = self.index.partition_point(|(ordinal, _)| *ordinal <= from).saturating_sub(1);
        let Some((_, place)) = self.index.get(before) else { return Ok(Vec::new()) };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(*place))?;
        let mut reader = BufReader::new(&mut *file);
        let mut patches = Vec::new();
        for _ in before as u64 * INDEX_EVERY..self.count {
            let patch = read_patch(&mut reader)?;
            if patch.ordinal >= from + records {
                break;
            }
            if patch.ordinal >= from {
                patches.push(patch);
            }
        }
        Ok(patches)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fingerprint;
    use super::*;
    use proptest::prelude::*;

    /// Every record with its key and fields ("" is empty), as merged by the sentence at the top of this file.
    fn plainly(records: &[(u8, Vec<String>)]) -> Vec<(u64, Vec<String>)> {
        let mut kept: Vec<(u64, u8, Vec<String>)> = Vec::new();
        for (ordinal, (key, fields)) in records.iter().enumerate() {
            match kept.iter_mut().find(|(_, known, _)| known == key) {
                Some((_, _, merged)) => {
                    for (mine, theirs) in merged.iter_mut().zip(fields) {
                        if mine.is_empty() {
                            mine.clone_from(theirs);
                        }
                    }
                }
                None => kept.push((ordinal as u64, *key, fields.clone())),
            }
        }
        kept.into_iter().map(|(ordinal, _, fields)| (ordinal, fields)).collect()
    }

    fn merged(records: &[(u8, Vec<String>)], room: usize, stretch: u64) -> Vec<(u64, Vec<String>)> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut merge = Merge::new(folder.path(), 0);
        merge.room = room;
        for (ordinal, (key, fields)) in records.iter().enumerate() {
            let cells: Vec<Cell<'_>> = fields.iter().map(|text| Cell::text(text)).collect();
            let mut packed = Vec::new();
            pack(&cells, &mut packed);
            merge.add(fingerprint(&[*key], 1), ordinal as u64, &packed).expect("added");
        }
        let patches = merge.settle().expect("settled");
        let mut kept: Vec<(u64, u8, Vec<String>)> = Vec::new();
        for (ordinal, (key, fields)) in records.iter().enumerate() {
            if !kept.iter().any(|(_, known, _)| known == key) {
                kept.push((ordinal as u64, *key, fields.clone()));
            }
        }
        let mut all = Vec::new();
        for from in (0..records.len() as u64).step_by(stretch as usize) {
            all.extend(patches.of(from, stretch).expect("looked up"));
        }
        for patch in all {
            let (_, _, fields) = kept.iter_mut().find(|(ordinal, ..)| *ordinal == patch.ordinal).expect("it stays");
            for (field, cell) in patch.cells() {
                assert!(fields[field].is_empty());
                fields[field] = String::from_utf8_lossy(cell.bytes).into_owned();
            }
        }
        kept.into_iter().map(|(ordinal, _, fields)| (ordinal, fields)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn merges_as_the_sentence_says_whatever_the_memory(
            records in prop::collection::vec((0u8..12, prop::collection::vec("[ab]{0,1}", 4)), 0..200),
            room in 1usize..4_000,
            stretch in 1u64..80,
        ) {
            prop_assert_eq!(merged(&records, room, stretch), plainly(&records));
        }
    }
}
