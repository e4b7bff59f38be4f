//! Checkpoints of targets that commit as they go: what is committed and what the target answered, a line each in the
//! run folder. A resumed run plans every record again, gives the known answers for those that are committed, and
//! submits the rest.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::connect::disk::{self, DiskFile};
use crate::connect::{ConnectError, Outcomes, Position, RowOutcome, WriteFate};

const FILE: &str = "checkpoints.ndjson";

/// One line: a stretch of rows that is committed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    object: String,
    position: Position,
    answers: Vec<Stretch>,
    #[serde(default)]
    finished: bool,
}

/// Equal answers in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    count: u64,
    fate: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Stretch {
    fn of(outcome: &RowOutcome, with_ids: bool) -> Stretch {
        let fate = match outcome.fate {
            WriteFate::Created => "created",
            WriteFate::Updated => "updated",
            WriteFate::Unchanged => "unchanged",
            WriteFate::Failed => "failed",
        };
        let id = if with_ids { outcome.target_id.clone() } else { None };
        Stretch { count: 1, fate: fate.to_owned(), id, reason: outcome.reason.clone() }
    }

    fn outcome(&self) -> RowOutcome {
        let fate = match self.fate.as_str() {
            "created" => WriteFate::Created,
            "updated" => WriteFate::Updated,
            "unchanged" => WriteFate::Unchanged,
            _ => WriteFate::Failed,
        };
        RowOutcome { fate, target_id: self.id.clone(), reason: self.reason.clone(), retry: false }
    }
}

/// What an earlier try of the run committed of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Committed {
    pub position: Option<Position>,
    /// Nothing of the object is left to write.
    pub finished: bool,
    answers: std::collections::VecDeque<Stretch>,
}

impl Committed {
    /// Reads an object's checkpoints. A last line that a crash cut short does not count: the target repeats its
    /// answers from the line before.
    ///
    /// # Errors
    /// A file that is there and cannot be read: what is committed would be written twice.
    pub fn read(folder: &Path, object: &str) -> Result<Committed, ConnectError> {
        let mut committed = Committed::default();
        let Some(text) = content(&folder.join(FILE))? else { return Ok(committed) };
        for line in text.split(|byte| *byte == b'\n') {
            let Ok(line) = serde_json::from_slice::<Line>(line) else { break };
            if line.object == object {
                committed.answers.extend(line.answers);
                committed.position = Some(line.position);
                committed.finished |= line.finished;
            }
        }
        Ok(committed)
    }

    /// The known answers for the next rows, as far as there are any.
    pub fn take(&mut self, rows: usize) -> Vec<RowOutcome> {
        let mut taken = Vec::new();
        while taken.len() < rows {
            let Some(stretch) = self.answers.front_mut() else { break };
            taken.push(stretch.outcome());
            stretch.count -= 1;
            if stretch.count == 0 {
                self.answers.pop_front();
            }
        }
        taken
    }
}

/// The checkpoints as they stand in the run folder; `None` where there are none.
fn content(path: &Path) -> Result<Option<Vec<u8>>, ConnectError> {
    match disk::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConnectError::io(path, "read", error)),
    }
}

/// Writes the checkpoints of one object.
pub(super) struct Checkpoints {
    object: String,
    path: PathBuf,
    file: DiskFile,
    with_ids: bool,
    /// So many rows are submitted between two checkpoints.
    every: u64,
    answers: Vec<Stretch>,
    rows: u64,
    /// Bytes of whole lines.
    len: u64,
    /// A line could not be written; none may follow.
    broken: bool,
}

impl Checkpoints {
    /// Goes on with the file of an earlier try where `resumed`, else begins anew. `with_ids` keeps the target's ids,
    /// for later objects that look them up.
    pub fn open(folder: &Path, object: &str, with_ids: bool, every: u64) -> Result<Checkpoints, ConnectError> {
        let path = folder.join(FILE);
        let file = DiskFile::append(&path).map_err(|error| ConnectError::io(&path, "write", error))?;
        let len = file.metadata().map_err(|error| ConnectError::io(&path, "read", error))?.len();
        let (object, answers) = (object.to_owned(), Vec::new());
        Ok(Checkpoints { object, path, file, with_ids, every, answers, rows: 0, len, broken: false })
    }

    /// Forgets the checkpoints of an earlier run in this folder, and the end of a line that a crash cut short.
    pub fn clean(folder: &Path, resumed: bool) -> Result<(), ConnectError> {
        let path = folder.join(FILE);
        if !resumed {
            return disk::remove_if_there(&path).map_err(|error| ConnectError::io(&path, "remove", error));
        }
        let Some(text) = content(&path)? else { return Ok(()) };
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        if whole == text.len() {
            return Ok(());
        }
        let cut = DiskFile::open_to_write(&path).and_then(|file| file.set_len(whole as u64));
        cut.map_err(|error| ConnectError::io(&path, "write", error))
    }

    /// Remembers answers; true when a checkpoint is due.
    pub fn note(&mut self, outcomes: &Outcomes, rows: u64) -> bool {
        match outcomes {
            Outcomes::All(fate) => {
                let one = RowOutcome { fate: *fate, target_id: None, reason: None, retry: false };
                self.push(Stretch { count: rows, ..Stretch::of(&one, false) });
            }
            Outcomes::Each(each) => each.iter().for_each(|one| self.push(Stretch::of(one, self.with_ids))),
        }
        self.rows += rows;
        self.rows >= self.every
    }

    fn push(&mut self, stretch: Stretch) {
        match self.answers.last_mut() {
            Some(last) if (&last.fate, &last.id, &last.reason) == (&stretch.fate, &stretch.id, &stretch.reason) => {
                last.count += stretch.count;
            }
            _ if stretch.count == 0 => {}
            _ => self.answers.push(stretch),
        }
    }

    /// Writes down, durably, that the target committed up to `position`.
    pub fn write(&mut self, position: Position, finished: bool) -> Result<(), ConnectError> {
        let line = Line { object: self.object.clone(), position, answers: std::mem::take(&mut self.answers), finished };
        self.rows = 0;
        let mut text = serde_json::to_vec(&line).unwrap_or_default();
        text.push(b'\n');
        match self.file.write_all(&text).and_then(|()| self.file.sync()) {
            Ok(()) => {
                self.len += text.len() as u64;
                Ok(())
            }
            Err(error) => {
                // The target is one checkpoint ahead, which a resumed run copes with; a torn line is cut off then, too.
                self.broken = true;
                let _ = self.file.set_len(self.len);
                Err(ConnectError::io(&self.path, "write", error))
            }
        }
    }

    /// Whether lines can be written still.
    pub fn is_sound(&self) -> bool {
        !self.broken
    }

    /// How many rows of each fate were answered since the last line.
    pub fn since(&self) -> impl Iterator<Item = (WriteFate, u64)> + '_ {
        self.answers.iter().map(|stretch| (stretch.outcome().fate, stretch.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(fate: WriteFate, reason: Option<&str>) -> RowOutcome {
        RowOutcome { fate, target_id: None, reason: reason.map(str::to_owned), retry: false }
    }

    #[test]
    fn answers_come_back_in_order_and_a_torn_line_does_not_count() {
        let home = tempfile::tempdir().expect("a folder");
        let mut log = Checkpoints::open(home.path(), "Contact", false, 10_000).expect("opened");
        assert!(!log.note(&Outcomes::All(WriteFate::Created), 3));
        let each = vec![outcome(WriteFate::Created, None), outcome(WriteFate::Failed, Some("taken"))];
        log.note(&Outcomes::Each(each), 2);
        log.write(Position("five".to_owned()), false).expect("written");
        log.note(&Outcomes::All(WriteFate::Updated), 1);
        log.write(Position("six".to_owned()), true).expect("written");
        std::fs::write(
            home.path().join(FILE),
            [std::fs::read(home.path().join(FILE)).expect("read"), b"{\"object\":\"Con".to_vec()].concat(),
        )
        .expect("torn");
        let mut committed = Committed::read(home.path(), "Contact").expect("read");
        assert_eq!(committed.position, Some(Position("six".to_owned())));
        assert!(committed.finished);
        let answers = committed.take(5);
        assert_eq!(answers[4], outcome(WriteFate::Failed, Some("taken")));
        assert_eq!(committed.take(9), [outcome(WriteFate::Updated, None)]);
        assert!(committed.take(1).is_empty());
        Checkpoints::clean(home.path(), true).expect("cleaned");
        assert!(std::fs::read(home.path().join(FILE)).expect("read").ends_with(b"\n"));
        Checkpoints::clean(home.path(), false).expect("cleaned");
        assert_eq!(Committed::read(home.path(), "Contact").expect("read"), Committed::default());
    }
}
