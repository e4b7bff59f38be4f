//! The scan of a whole object: statistics and the index of positions in one pass, with progress.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::opened::Shelf;
use super::pages::{Index, Noting};
use super::{Teller, locked};
use crate::app::{Answer, Problem};
use crate::schema::profile_all;

/// Progress is told no more often than this.
const EVERY: Duration = Duration::from_millis(250);

pub(super) fn scan(object: &str, shelf: &Mutex<Shelf>, cancelled: &AtomicBool, teller: &Teller) {
    let index = Arc::new(Mutex::new(Index::default()));
    let source = {
        let mut shelf = locked(shelf);
        let Some(source) = shelf.source.clone() else { return };
        shelf.indexes.insert(object.to_owned(), Arc::clone(&index));
        source
    };
    let noting = Noting { inner: Arc::clone(&source), index };
    let mut told = Instant::now();
    let name = object.to_owned();
    let done = profile_all(&noting, object, cancelled, &mut |progress| {
        if told.elapsed() >= EVERY {
            told = Instant::now();
            let total_bytes = progress.total;
            let (records, bytes) = (progress.records, progress.bytes);
            teller.tell(Answer::Scanning { object: name.clone(), records, bytes, total_bytes });
        }
    });
    match done {
        // Cancelled: another source is open by now.
        Ok(stats) if !stats.complete => {}
        Ok(stats) => {
            let stats = Arc::new(stats);
            let mut shelf = locked(shelf);
            let still_open = shelf.source.as_ref().is_some_and(|open| Arc::ptr_eq(open, &source));
            if still_open {
                shelf.stats.insert(object.to_owned(), Arc::clone(&stats));
                teller.tell(Answer::Stats { object: object.to_owned(), stats });
            }
        }
        Err(error) => {
            teller.tell(Answer::Failed(Problem::new(format!("Could not read all of {object}"), &error.to_string())));
        }
    }
}
