//! What a run would do: the run itself, on a copy of the target where it is a database, as a dry run elsewhere; and the
//! records behind each of its figures.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use super::opened::Shelf;
use super::preview::compiled;
use super::records::{SHOWN, rejected_numbers, rejects};
use super::{Teller, locked};
use crate::app::boards::forecast::{Forecast, How, ObjectForecast};
use crate::app::boards::records::{RecordRow, RecordRows};
use crate::app::{Answer, Problem};
use crate::connect::{Chunk, ConnectError, Location, ReadRequest, open_source};
use crate::engine::{self, Fate, PreviewFate, RunEvent, RunOptions};
use crate::profile::{ObjectMapping, Profile};
use crate::record::{Batch, RecordRef};

/// A forecast that was made: what its figures can be opened from.
pub(super) struct Rehearsal {
    profile: Profile,
    out: PathBuf,
    /// The copy that was written to, and whether there was a target to copy.
    copy: Option<(Location, bool)>,
    /// Goes away with all that is in it.
    _folder: tempfile::TempDir,
}

/// A larger target is not copied.
const LARGEST: u64 = 2 << 30;
/// Rows of a target that are compared; each takes some twenty bytes.
const COMPARED: usize = 5_000_000;

pub(super) fn forecast(
    revision: u64,
    profile: &Profile,
    kept: &Mutex<Option<Rehearsal>>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let objects = profile.objects.iter().map(|object| ObjectForecast {
        from: object.from.clone(),
        to: object.to.clone(),
        ..ObjectForecast::default()
    });
    let mut begun = Forecast { revision, objects: objects.collect(), ..Forecast::default() };
    let tell = |forecast: Forecast| teller.tell(Answer::Forecast(Box::new(forecast)));
    let stopped = |reason: String| Forecast { stopped: Some(reason), ..begun.clone() };
    let folder = match tempfile::Builder::new().prefix("mapwright-forecast-").tempdir() {
        Ok(folder) => folder,
        Err(error) => return tell(stopped(format!("no temporary folder could be made: {error}"))),
    };
    let copy = match copied(&profile.target, folder.path()) {
        Ok(copy) => copy,
        Err(reason) => return tell(stopped(reason)),
    };
    begun.how = copy.how;
    let options = RunOptions {
        out: folder.path().join("run"),
        dry_run: copy.place.is_none(),
        target: copy.place.as_ref().map(|(place, _)| place.clone()),
        memory: 64 << 20,
        threads: std::thread::available_parallelism().map_or(1, |threads| threads.get().div_ceil(2)),
        ..RunOptions::default()
    };
    let so_far = Mutex::new(begun);
    let emit = |event: &RunEvent| {
        let mut forecast = so_far.lock().unwrap_or_else(PoisonError::into_inner);
        if take(&mut forecast, event) {
            tell(forecast.clone());
        }
    };
    let ended = engine::run(profile, &options, cancelled, &emit);
    let mut forecast = so_far.into_inner().unwrap_or_else(PoisonError::into_inner);
    let shown = |text: String| match &copy.place {
        Some((place, _)) => text.replace(&place.path().display().to_string(), &profile.target.address),
        None => text,
    };
    match ended {
        _ if cancelled.load(Ordering::Relaxed) => return,
        Ok(end) => {
            for object in &mut forecast.objects {
                if let Some(report) = end.report.objects.iter().find(|report| report.to == object.to) {
                    object.ledger = report.ledger;
                    object.reasons = report.reasons.iter().map(|reason| (reason.label.clone(), reason.count)).collect();
                }
            }
            forecast.complete = end.error.is_none();
            forecast.stopped = end.error.map(|error| shown(error.to_string())).or(end.report.outcome_reason.clone());
            let made =
                Rehearsal { profile: profile.clone(), out: options.out.clone(), copy: copy.place, _folder: folder };
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }
        Err(error) => forecast.stopped = Some(shown(error.to_string())),
    }
    tell(forecast);
}

/// Takes an event in; true when there is something new to show.
fn take(forecast: &mut Forecast, event: &RunEvent) -> bool {
    match event {
        RunEvent::ObjectStarted { total_bytes, .. } => {
            (forecast.source_bytes, forecast.total_bytes) = (0, *total_bytes);
            false
        }
        RunEvent::Progress { object: name, ledger, source_bytes, reasons, .. } => {
            forecast.source_bytes = *source_bytes;
            if let Some(object) = forecast.objects.iter_mut().find(|object| object.to == *name) {
                object.ledger = *ledger;
                object.reasons.clone_from(reasons);
            }
            true
        }
        _ => false,
    }
}

struct Copied {
    how: How,
    place: Option<(Location, bool)>,
}

/// A copy of a database to write to. A file target needs none: what is valid is created in it.
fn copied(target: &Location, folder: &Path) -> Result<Copied, String> {
    let path = target.path();
    let there = path.is_file();
    if !(target.scheme() == Some("sqlite") || is_sqlite(&path)) {
        return Ok(Copied { how: How::Counted, place: None });
    }
    let copy = folder.join("target.db");
    if there {
        let bytes = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        if bytes > LARGEST {
            return Ok(Copied { how: How::NotCompared, place: None });
        }
        copy_database(&path, &copy).map_err(|error| format!("{}: could not be copied: {error}", path.display()))?;
    }
    let place = Location { address: format!("sqlite:{}", copy.display()), base: PathBuf::new(), ..target.clone() };
    Ok(Copied { how: How::Rehearsed, place: Some((place, there)) })
}

/// Whether a file begins as a database of SQLite does (<https://sqlite.org/fileformat.html>, 1.3).
fn is_sqlite(path: &Path) -> bool {
    let mut magic = [0; 16];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == b"SQLite format 3\0"
}

/// `VACUUM INTO` gives a whole copy whoever writes meanwhile, the log beside the file included.
fn copy_database(from: &Path, to: &Path) -> Result<(), rusqlite::Error> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = rusqlite::Connection::open_with_flags(from, flags)?;
    database.execute("VACUUM INTO ?1", [to.display().to_string()])?;
    Ok(())
}

/// The records behind a figure of the last forecast.
pub(super) fn open(
    object: usize,
    fate: Fate,
    kept: &Mutex<Option<Rehearsal>>,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(made) = kept.as_ref() else { return };
    let Some(mapping) = made.profile.objects.get(object) else { return };
    let title = format!("{}: {}", mapping.to, fate.word());
    let found = match (fate, &made.copy) {
        (Fate::Rejected | Fate::Duplicate | Fate::Failed, _) => {
            rejects(&made.out, &mapping.to, SHOWN, &|why: &str| fate_of(why) == fate)
        }
        (Fate::Created | Fate::Updated, Some((copy, there))) => {
            let old = there.then_some(&made.profile.target);
            changed_rows(old, copy, mapping, fate, cancelled).map_err(|error| error.to_string())
        }
        (Fate::Unprocessed, _) => Ok(RecordRows::default()),
        (_, copy) => {
            let same = match copy {
                Some((copy, true)) if fate == Fate::Unchanged => {
                    unchanged_keys(&made.profile.target, copy, mapping, cancelled).map(Some)
                }
                _ => Ok(None),
            };
            same.map_err(|error| error.to_string()).and_then(|same| {
                let dropped = rejected_numbers(&made.out, &mapping.to)?;
                passed(&made.profile, mapping, fate, (&dropped, same.as_ref()), shelf, cancelled)
            })
        }
    };
    match found {
        _ if cancelled.load(Ordering::Relaxed) => {}
        Ok(found) => teller.tell(Answer::Records(Box::new(RecordRows { title, ..found }))),
        Err(error) => teller.tell(Answer::Failed(Problem::new("The records could not be read", &error))),
    }
}

/// What became of a record among the rejects, by its reasons.
fn fate_of(why: &str) -> Fate {
    match why {
        "record:duplicate" => Fate::Duplicate,
        why if why.split(';').any(|label| label == "record:failed") => Fate::Failed,
        _ => Fate::Rejected,
    }
}

/// Source records that the run writes or leaves out. A record alone does not know of others, so those that the run dropped
/// are named; of those that it writes only the ones with these keys, where there are some.
fn passed(
    profile: &Profile,
    mapping: &ObjectMapping,
    fate: Fate,
    (dropped, keys): (&HashSet<u64>, Option<&HashSet<u64>>),
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
) -> Result<RecordRows, String> {
    let (source, target) = {
        let shelf = locked(shelf);
        (shelf.source.clone(), shelf.target_object(&mapping.to).cloned())
    };
    let source = source.ok_or("nothing is open")?;
    let mut found = RecordRows::default();
    let mut key_fields: Vec<usize> = Vec::new();
    let compile = |fields: &[String]| compiled(profile, mapping, fields, target.as_ref());
    engine::preview_object(&*source, mapping, compile, |plan, one| {
        if found.fields.is_empty() {
            let fields = if fate == Fate::Filtered { plan.source_fields() } else { plan.target_fields() };
            found.fields = fields.to_vec();
            key_fields = positions(&mapping.key, &found.fields);
        }
        let cells = if fate == Fate::Filtered { &one.before } else { &one.after };
        let known = keys.is_none_or(|keys| {
            keys.contains(&hashed(key_fields.iter().filter_map(|at| cells.get(*at)).map(|cell| cell.text.as_str())))
        });
        let wanted = match one.fate {
            PreviewFate::Filtered => fate == Fate::Filtered,
            _ => fate != Fate::Filtered && !dropped.contains(&one.origin.number),
        };
        if wanted && known {
            found.more = found.rows.len() >= SHOWN;
            if !found.more {
                let cells = cells.iter().map(|cell| cell.text.clone()).collect();
                found.rows.push(RecordRow { number: one.origin.number, why: String::new(), cells });
            }
        }
        !found.more && !cancelled.load(Ordering::Relaxed)
    })
    .map_err(|error| error.to_string())?;
    Ok(found)
}

fn positions(names: &[String], fields: &[String]) -> Vec<usize> {
    names.iter().filter_map(|name| fields.iter().position(|field| field == name)).collect()
}

fn hashed<'t>(texts: impl Iterator<Item = &'t str>) -> u64 {
    let mut hash = Xxh3::new();
    for text in texts {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.digest()
}

/// A row of a target: by its key (by all of it, where there is no key), and its values.
fn each_row(
    place: &Location,
    mapping: &ObjectMapping,
    cancelled: &AtomicBool,
    mut show: impl FnMut(&[String], u64, RecordRef<'_>) -> bool,
) -> Result<Vec<String>, ConnectError> {
    let mut reader = open_source(place)?.read(&mapping.to, &ReadRequest::default())?;
    let decoder = reader.decoder();
    let fields = decoder.fields().to_vec();
    let mut key = positions(&mapping.key, &fields);
    if key.is_empty() {
        key = (0..fields.len()).collect();
    }
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    while !cancelled.load(Ordering::Relaxed) && reader.next(&mut chunk)? {
        decoder.decode(&mut chunk, &mut batch)?;
        for record in batch.records() {
            let texts: Vec<_> = key.iter().map(|at| record.cell(*at).display()).collect();
            if !show(&fields, hashed(texts.iter().map(|text| &**text)), record) {
                return Ok(fields);
            }
        }
    }
    Ok(fields)
}

fn texts(record: RecordRef<'_>) -> Vec<String> {
    record.cells().map(|cell| cell.display().into_owned()).collect()
}

fn whole(record: RecordRef<'_>) -> u64 {
    hashed(texts(record).iter().map(String::as_str))
}

/// Rows of a target by key: what their values come to.
fn known_rows(
    place: &Location,
    mapping: &ObjectMapping,
    cancelled: &AtomicBool,
) -> Result<HashMap<u64, u64>, ConnectError> {
    let mut known = HashMap::new();
    each_row(place, mapping, cancelled, |_, key, record| {
        known.insert(key, whole(record));
        known.len() < COMPARED
    })?;
    Ok(known)
}

/// Keys of rows that the rehearsal left as they were.
fn unchanged_keys(
    old: &Location,
    new: &Location,
    mapping: &ObjectMapping,
    cancelled: &AtomicBool,
) -> Result<HashSet<u64>, ConnectError> {
    let known = known_rows(old, mapping, cancelled)?;
    let mut same = HashSet::new();
    each_row(new, mapping, cancelled, |_, key, record| {
        if known.get(&key) == Some(&whole(record)) {
            same.insert(key);
        }
        true
    })?;
    Ok(same)
}

/// Rows of the copy that the target does not have, or has with other values.
fn changed_rows(
    old: Option<&Location>,
    new: &Location,
    mapping: &ObjectMapping,
    fate: Fate,
    cancelled: &AtomicBool,
) -> Result<RecordRows, ConnectError> {
    let known = match old {
        Some(old) => known_rows(old, mapping, cancelled)?,
        None => HashMap::new(),
    };
    let mut found = RecordRows { changes: fate == Fate::Updated, ..RecordRows::default() };
    let mut keys = Vec::new();
    found.fields = each_row(new, mapping, cancelled, |_, key, record| {
        let wanted = match known.get(&key) {
            None => fate == Fate::Created,
            Some(before) => fate == Fate::Updated && *before != whole(record),
        };
        if wanted && found.rows.len() < SHOWN {
            keys.push(key);
            found.rows.push(RecordRow { number: 0, why: String::new(), cells: texts(record) });
        } else if wanted {
            found.more = true;
        }
        !found.more
    })?;
    if let Some(old) = old.filter(|_| fate == Fate::Updated) {
        say_changes(old, mapping, &keys, &mut found, cancelled)?;
    }
    Ok(found)
}

/// Says of each row what it was before: `name: a → b`.
fn say_changes(
    old: &Location,
    mapping: &ObjectMapping,
    keys: &[u64],
    found: &mut RecordRows,
    cancelled: &AtomicBool,
) -> Result<(), ConnectError> {
    let mut before: HashMap<u64, Vec<String>> = HashMap::new();
    each_row(old, mapping, cancelled, |_, key, record| {
        if keys.contains(&key) {
            before.insert(key, texts(record));
        }
        before.len() < keys.len()
    })?;
    for (key, row) in keys.iter().zip(&mut found.rows) {
        let Some(before) = before.get(key) else { continue };
        let changed = found.fields.iter().zip(before.iter().zip(&row.cells)).filter(|(_, (old, new))| old != new);
        let said: Vec<String> = changed.map(|(field, (old, new))| format!("{field}: {old} → {new}")).collect();
        row.why = said.join(", ");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::WriteMode;

    fn target(folder: &Path) -> Location {
        let path = folder.join("t.db");
        let database = rusqlite::Connection::open(&path).expect("opens");
        let rows = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO p VALUES (1, 'a'), (2, 'zz');";
        database.execute_batch(rows).expect("made");
        Location::from_argument(&format!("sqlite:{}", path.display()))
    }

    #[test]
    fn rows_that_are_new_or_other_are_told_with_what_they_were() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = target(folder.path());
        let copy = copied(&old, folder.path()).expect("copied");
        let (new, there) = copy.place.expect("a copy");
        assert!(there && copy.how == How::Rehearsed);
        let database = rusqlite::Connection::open(new.path()).expect("opens");
        database.execute_batch("UPDATE p SET name = 'b' WHERE id = 2; INSERT INTO p VALUES (3, 'c');").expect("done");
        let mapping = ObjectMapping {
            to: "p".to_owned(),
            key: vec!["id".to_owned()],
            write: WriteMode::Upsert,
            ..ObjectMapping::default()
        };
        let go = AtomicBool::new(false);
        let created = changed_rows(Some(&old), &new, &mapping, Fate::Created, &go).expect("read");
        assert_eq!(created.rows.iter().map(|row| row.cells.join(" ")).collect::<Vec<_>>(), ["3 c"]);
        let updated = changed_rows(Some(&old), &new, &mapping, Fate::Updated, &go).expect("read");
        assert_eq!(updated.rows.iter().map(|row| row.why.as_str()).collect::<Vec<_>>(), ["name: zz → b"]);
        assert_eq!(unchanged_keys(&old, &new, &mapping, &go).expect("read").len(), 1);
    }

    #[test]
    fn a_file_needs_no_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = copied(&Location::from_argument("out.csv"), folder.path()).expect("looked at");
        assert!(copy.place.is_none() && copy.how == How::Counted);
    }
}
