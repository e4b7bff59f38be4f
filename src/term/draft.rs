//! The draft that must survive: kept where a panic hook and a signal can reach it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::Draft;
use crate::worker::write_draft;

/// The unsaved profile as it stands after the last update, if there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct DraftSlot(Arc<Mutex<Option<Draft>>>);

impl DraftSlot {
    pub(crate) fn put(&self, draft: Option<Draft>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = draft;
    }

    /// Writes the draft to its file; tells where. `None` where nothing is unsaved.
    pub(crate) fn save(&self) -> io::Result<Option<PathBuf>> {
        // The thread that panicked may hold the lock; better no draft than a program that hangs.
        let Ok(held) = self.0.try_lock() else { return Ok(None) };
        match held.as_ref() {
            Some(draft) => {
                write_draft(draft).map_err(io::Error::other)?;
                Ok(Some(crate::profile::draft_path(&draft.profile_path)))
            }
            None => Ok(None),
        }
    }
}
