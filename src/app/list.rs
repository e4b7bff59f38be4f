//! A list that shows a slice: selection and scrolling, whatever the list holds.

/// Which rows of a list are seen and which one is selected. Indexes are positions among the shown (filtered) rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListState {
    pub selected: usize,
    /// The first row that is seen.
    pub offset: usize,
}

/// Where a movement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    /// This row, as a click says it.
    To(usize),
}

impl ListState {
    /// Moves within `len` rows of which `height` are seen.
    pub fn go(&mut self, movement: Move, len: usize, height: usize) {
        let last = len.saturating_sub(1);
        let page = height.saturating_sub(1).max(1);
        self.selected = match movement {
            Move::Down => self.selected.saturating_add(1),
            Move::Up => self.selected.saturating_sub(1),
            Move::PageDown => self.selected.saturating_add(page),
            Move::PageUp => self.selected.saturating_sub(page),
            Move::First => 0,
            Move::Last => last,
            Move::To(row) => row,
        };
        self.fit(len, height);
    }

    /// Brings selection and slice back into range, moving the slice as little as possible.
    pub fn fit(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        let height = height.max(1);
        if self.selected < self.offset {
            self.offset = self.selected;
        } else if self.selected - self.offset >= height {
            self.offset = self.selected + 1 - height;
        }
        self.offset = self.offset.min(len.saturating_sub(height));
    }

    /// The rows that are seen.
    pub fn visible(&self, len: usize, height: usize) -> std::ops::Range<usize> {
        let start = self.offset.min(len);
        start..start.saturating_add(height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_slice_follows_the_selection() {
        let mut list = ListState::default();
        list.go(Move::Last, 100, 10);
        assert_eq!(list, ListState { selected: 99, offset: 90 });
        list.go(Move::PageUp, 100, 10);
        assert_eq!(list, ListState { selected: 90, offset: 90 });
        list.go(Move::Up, 100, 10);
        assert_eq!(list, ListState { selected: 89, offset: 89 });
        list.go(Move::First, 100, 10);
        assert_eq!(list, ListState::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn selection_is_always_seen(steps in prop::collection::vec((0u8..7, 0usize..50, 0usize..30), 1..40)) {
            let mut list = ListState::default();
            for (step, len, height) in steps {
                let movement = match step {
                    0 => Move::Down,
                    1 => Move::Up,
                    2 => Move::PageDown,
                    3 => Move::PageUp,
                    4 => Move::First,
                    5 => Move::Last,
                    _ => Move::To(len * 2),
                };
                list.go(movement, len, height);
                prop_assert!(list.selected < len.max(1));
                if len > 0 && height > 0 {
                    prop_assert!(list.visible(len, height).contains(&list.selected));
                }
            }
        }
    }
}
