//! Texts put one after another: `join`, `concat`, `+`.

use super::lookup::items;
use crate::record::{Cell, Kind, append_few};
use crate::transform::value::{Answer, Out};

/// What joins texts; those that are missing are left out.
pub(in crate::transform) struct Joining {
    /// Stands between each two.
    pub between: Vec<u8>,
    /// The argument that is written out as what stands between, and is no text to be joined.
    pub separator: Option<usize>,
    /// Whether a list counts as its items, not as the JSON that it is written as.
    pub opens_lists: bool,
}

impl Joining {
    /// One text right behind another.
    pub fn as_they_are() -> Joining {
        Joining { between: Vec::new(), separator: None, opens_lists: false }
    }

    /// For values that lie anywhere; the machine joins those of columns itself.
    #[cold]
    pub fn run(&self, cells: &[Cell<'_>], out: &mut Out<'_>) -> Answer {
        let mut begun = false;
        let mut add = |bytes: &[u8]| {
            if std::mem::replace(&mut begun, true) {
                append_few(out.bytes, &self.between);
            }
            append_few(out.bytes, bytes);
        };
        for (index, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.is_filled()) {
            if Some(index) == self.separator {
                continue;
            }
            if cell.kind == Kind::List && self.opens_lists {
                items(cell).iter().filter(|item| !item.is_empty()).for_each(|item| add(item.as_bytes()));
            } else {
                add(cell.bytes);
            }
        }
        Answer::Wrote
    }
}
