//! The most frequent texts of a stream, in bounded memory.
//!
//! Exact as long as there are no more than [`CAPACITY`] different texts. Beyond it, the Misra-Gries algorithm with
//! purges in bulk (Anderson et al., "A High-Performance Algorithm for Identifying Frequent Items in Data Streams",
//! 2017): the median count is taken from all, what falls to zero goes. A count is then a lower bound, and is at most
//! [`Frequent::taken`] too low.

/// Different texts that are counted exactly.
pub(super) const CAPACITY: usize = 640;
/// Slots of the index: a power of two, at most five eighths full.
const SLOTS: usize = 1024;
/// Longer texts are kept cut.
const KEPT_BYTES: usize = 120;
const EMPTY: u16 = u16::MAX;

/// Texts by their hash, each with its count and a note of what was found out about it. Two texts with the same 64-bit
/// hash count as one.
#[derive(Debug, Clone)]
pub(super) struct Frequent<T> {
    entries: Vec<Entry<T>>,
    index: Vec<u16>,
    text: Vec<u8>,
    taken: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<T> {
    hash: u64,
    /// A lower bound; exact while nothing was taken.
    pub(super) count: u64,
    /// Occurrences since [`Frequent::hand_over`].
    fresh: u64,
    start: u32,
    len: u16,
    /// The text was longer than what is kept.
    pub(super) cut: bool,
    pub(super) note: T,
}

impl<T: Copy> Frequent<T> {
    pub(super) fn new() -> Frequent<T> {
        Frequent { entries: Vec::new(), index: vec![EMPTY; SLOTS], text: Vec::new(), taken: 0 }
    }

    /// How much too low a count can be; 0: every count is exact and every text is there.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    pub(super) fn entries(&self) -> &[Entry<T>] {
        &self.entries
    }

    pub(super) fn text(&self, entry: &Entry<T>) -> &[u8] {
        let start = entry.start as usize;
        self.text.get(start..start + usize::from(entry.len)).unwrap_or_default()
    }

    /// Counts one more of a text that is there; false if it is not.
    pub(super) fn count_again(&mut self, hash: u64) -> bool {
        let Ok(entry) = self.find(hash) else { return false };
        let Some(entry) = self.entries.get_mut(usize::from(entry)) else { return false };
        entry.count += 1;
        entry.fresh += 1;
        true
    }

    /// Whether [`Frequent::insert`] would have to purge.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= CAPACITY
    }

    /// Adds `count` occurrences of a text, `fresh` of which were not handed over yet.
    pub(super) fn insert(&mut self, hash: u64, text: &[u8], cut: bool, note: T, count: u64, fresh: u64) {
        if let Ok(found) = self.find(hash) {
            if let Some(entry) = self.entries.get_mut(usize::from(found)) {
                entry.count += count;
                entry.fresh += fresh;
            }
            return;
        }
        if self.is_full() {
            self.purge();
        }
        let Err(slot) = self.find(hash) else { return };
        let kept = whole_characters(text, KEPT_BYTES);
        self.index[slot] = self.entries.len() as u16;
        self.entries.push(Entry {
            hash,
            count,
            fresh,
            start: self.text.len() as u32,
            len: kept.len() as u16,
            cut: cut || kept.len() < text.len(),
            note,
        });
        self.text.extend_from_slice(kept);
    }

    /// Calls `take` for every text that occurred since the last call, with its note and how often.
    pub(super) fn hand_over(&mut self, mut take: impl FnMut(&T, u64)) {
        for entry in &mut self.entries {
            if entry.fresh > 0 {
                take(&entry.note, entry.fresh);
                entry.fresh = 0;
            }
        }
    }

    /// Takes over everything that another table counted; its fresh occurrences must have been handed over.
    pub(super) fn merge(&mut self, other: &Frequent<T>) {
        for entry in &other.entries {
            self.insert(entry.hash, other.text(entry), entry.cut, entry.note, entry.count, entry.fresh);
        }
        self.taken += other.taken;
    }

    /// The position in `entries`, or the free slot where it would go.
    fn find(&self, hash: u64) -> Result<u16, usize> {
        let mut slot = hash as usize & (SLOTS - 1);
        loop {
            let entry = self.index[slot];
            if entry == EMPTY {
                return Err(slot);
            }
            if self.entries[usize::from(entry)].hash == hash {
                return Ok(entry);
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
    }

    /// Takes the median count from every text and forgets those that have none left. Fresh occurrences must have been
    /// handed over.
    fn purge(&mut self) {
        let mut counts: Vec<u64> = self.entries.iter().map(|entry| entry.count).collect();
        let middle = counts.len() / 2;
        let (_, median, _) = counts.select_nth_unstable(middle);
        let median = *median;
        self.taken += median;
        let old = std::mem::take(&mut self.text);
        self.index.fill(EMPTY);
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|entry| entry.count > median);
        for entry in &mut entries {
            entry.count -= median;
            let start = entry.start as usize;
            entry.start = self.text.len() as u32;
            self.text.extend_from_slice(&old[start..start + usize::from(entry.len)]);
        }
        for (position, entry) in entries.iter().enumerate() {
            let mut slot = entry.hash as usize & (SLOTS - 1);
            while self.index[slot] != EMPTY {
                slot = (slot + 1) & (SLOTS - 1);
            }
            self.index[slot] = position as u16;
        }
        self.entries = entries;
    }
}

/// The longest beginning of at most `bytes` bytes that ends between characters.
fn whole_characters(text: &[u8], bytes: usize) -> &[u8] {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while end > 0 && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    fn add(table: &mut Frequent<()>, text: &str) {
        let hash = xxh3_64(text.as_bytes());
        if !table.count_again(hash) {
            table.hand_over(|_, _| ());
            table.insert(hash, text.as_bytes(), false, (), 1, 1);
        }
    }

    fn count(table: &Frequent<()>, text: &str) -> u64 {
        table.entries().iter().find(|entry| table.text(entry) == text.as_bytes()).map_or(0, |entry| entry.count)
    }

    #[test]
    fn few_texts_are_counted_exactly() {
        let mut table = Frequent::new();
        for number in 0..6_400 {
            add(&mut table, &(number % CAPACITY).to_string());
        }
        assert_eq!(table.taken(), 0);
        assert_eq!(table.entries().len(), CAPACITY);
        assert!(table.entries().iter().all(|entry| entry.count == 10));
    }

    #[test]
    fn a_frequent_text_survives_a_flood_of_rare_ones() {
        let mut table = Frequent::new();
        for number in 0..20_000 {
            add(&mut table, &format!("rare {number}"));
            if number % 10 == 0 {
                add(&mut table, "often");
            }
        }
        let often = count(&table, "often");
        assert!(often <= 2_000 && often + table.taken() >= 2_000, "{often}, taken {}", table.taken());
        assert!(often > 1_000);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let mut table = Frequent::new();
        add(&mut table, &"é".repeat(100));
        let entry = table.entries()[0];
        assert!(entry.cut);
        assert_eq!(std::str::from_utf8(table.text(&entry)).map(str::len), Ok(KEPT_BYTES));
        let odd = format!("x{}", "é".repeat(100));
        assert_eq!(whole_characters(odd.as_bytes(), KEPT_BYTES).len(), KEPT_BYTES - 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn counts_are_lower_bounds_within_what_was_taken(numbers in prop::collection::vec(0u32..3_000, 0..6_000)) {
            let mut parts = [Frequent::new(), Frequent::new()];
            let mut truth = std::collections::HashMap::new();
            for (at, number) in numbers.iter().enumerate() {
                let number = number % (1 + number % 2_900);
                add(&mut parts[at % 2], &number.to_string());
                *truth.entry(number).or_insert(0u64) += 1;
            }
            let [mut whole, mut other] = parts;
            whole.hand_over(|_, _| ());
            other.hand_over(|_, _| ());
            whole.merge(&other);
            for (number, times) in truth {
                let found = count(&whole, &number.to_string());
                prop_assert!(found <= times && times <= found + whole.taken());
            }
        }
    }
}
