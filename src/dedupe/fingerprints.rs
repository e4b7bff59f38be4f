//! A set of key fingerprints: 128-bit seeded hashes, because a collision would drop a customer. At 10^9 keys the chance
//! of any collision is n^2 / 2^129, about 1.5e-21; 64 bits would give 2.7%.

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The hash of a key; 0 stands for "no key" and is never given to one.
pub type Fingerprint = u128;

/// Hashes a key's text. `seed` keeps apart keys of different rules.
pub fn fingerprint(key: &[u8], seed: u64) -> Fingerprint {
    xxh3_128_with_seed(key, seed).max(1)
}

const FIRST_CAPACITY: usize = 4096;
/// Places that the processor's cache takes in at once.
const LINE: usize = 64 / size_of::<Fingerprint>();

/// An open-addressing set with linear probing. It grows where it is: a copy would need half as much memory again, and a
/// large vector that grows keeps its pages.
#[derive(Debug)]
pub struct Fingerprints {
    /// 0 is a free place. Keys that find none before the end stand behind it: nothing goes round to the first place.
    places: Vec<Fingerprint>,
    /// How many places are keys' own.
    capacity: usize,
    used: usize,
}

impl Default for Fingerprints {
    fn default() -> Self {
        Fingerprints { places: vec![0; FIRST_CAPACITY], capacity: FIRST_CAPACITY, used: 0 }
    }
}

impl Fingerprints {
    /// Makes room for about so many keys at once, while there is none yet, and if that takes no more than `most` bytes. With a
    /// few keys more it need not grow either.
    pub fn expect(&mut self, keys: usize, most: usize) {
        let capacity = keys.saturating_mul(10) / 7;
        if self.used == 0 && capacity > self.capacity && capacity.saturating_mul(size_of::<Fingerprint>()) <= most {
            self.capacity = capacity;
            self.places.resize(capacity, 0);
        }
    }

    /// True when the key is new.
    pub fn insert(&mut self, key: Fingerprint) -> bool {
        let first = place_of(key, self.capacity);
        for place in &mut self.places[first..] {
            match *place {
                0 => {
                    *place = key;
                    return self.count();
                }
                found if found == key => return false,
                _ => {}
            }
        }
        self.places.push(key);
        self.count()
    }

    fn count(&mut self) -> bool {
        self.used += 1;
        if self.used * 5 > self.capacity * 4 {
            self.grow();
        }
        true
    }

    /// Brings the places of keys, and those that a search goes on to, into the processor's cache, all at once, so that the
    /// inserts that follow do not wait for memory one after another. Gives how many of the places are taken, which is of no
    /// use but to be computed.
    pub fn warm(&self, keys: &[Fingerprint]) -> usize {
        let taken = |place: usize| usize::from(self.places.get(place).is_some_and(|key| *key != 0));
        let near = |key: &Fingerprint| {
            let first = place_of(*key, self.capacity);
            taken(first) + taken(first + LINE) + taken(first + 2 * LINE)
        };
        keys.iter().map(near).sum()
    }

    pub fn len(&self) -> usize {
        self.used
    }

    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Bytes of memory that it will hold soon: what it holds, or what it grows to where that is near.
    pub fn bytes(&self) -> usize {
        let is_near = self.used * 25 > self.capacity * 19;
        let places = if is_near { self.capacity + self.capacity / 2 } else { self.places.len() };
        places * size_of::<Fingerprint>()
    }

    /// Makes room for half as many keys again. Places keep the order of the keys' low halves, so that from the last place to
    /// the first every key moves up, behind all that have not moved yet. Only near the first place does a key that stood
    /// far behind its own place not: from there on the few that are left are taken out and put in again.
    fn grow(&mut self) {
        let old = self.places.len();
        self.capacity += self.capacity / 2;
        self.places.reserve_exact(self.capacity.saturating_sub(old));
        self.places.resize(self.capacity.max(old), 0);
        let mut left = Vec::new();
        for at in (0..old).rev() {
            let key = self.places[at];
            if key == 0 {
                continue;
            }
            if place_of(key, self.capacity) <= at {
                left.extend(self.places[..=at].iter().filter(|key| **key != 0));
                self.places[..=at].fill(0);
                break;
            }
            self.places[at] = 0;
            self.put(key);
        }
        left.into_iter().for_each(|key| self.put(key));
    }

    fn put(&mut self, key: Fingerprint) {
        let first = place_of(key, self.capacity);
        match self.places[first..].iter_mut().find(|place| **place == 0) {
            Some(place) => *place = key,
            None => self.places.push(key),
        }
    }
}

/// Maps the low 64 bits to a place without a division (Lemire's multiply-shift reduction).
fn place_of(key: Fingerprint, capacity: usize) -> usize {
    ((u128::from(key as u64) * capacity as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn agrees_with_a_plain_set_wherever_keys_crowd(
            groups in prop::collection::vec((any::<u64>(), 1u64..1_500, 0u32..60), 1..12),
            ends in any::<bool>(),
        ) {
            let mut ours = Fingerprints::default();
            let mut plain = HashSet::new();
            let edge = if ends { vec![(0, 1_000, 0), (u64::MAX - 100, 1_000, 0)] } else { Vec::new() };
            for (start, count, spread) in edge.into_iter().chain(groups) {
                for number in 0..count {
                    let low = start.saturating_add(number << spread);
                    let key = u128::from(number % 1_000) << 64 | u128::from(low.max(1));
                    prop_assert_eq!(ours.insert(key), plain.insert(key));
                }
            }
            prop_assert!(plain.iter().all(|key| !ours.insert(*key)));
            prop_assert_eq!(ours.len(), plain.len());
        }
    }

    #[test]
    fn keys_that_crowd_at_the_first_or_the_last_place_stay_found() {
        for crowd in [0u128, u128::from(u64::MAX) - 8_000] {
            let mut ours = Fingerprints::default();
            let key = |number: u128| number << 64 | (crowd + number / 3);
            for number in 1..6_000u128 {
                assert!(ours.insert(key(number)), "{number} is new");
                assert!(!ours.insert(key(1 + number / 2)), "{number}: an earlier one is found");
            }
            assert_eq!(ours.len(), 5_999);
            assert!((1..6_000).all(|number| !ours.insert(key(number))));
        }
    }

    #[test]
    fn agrees_with_a_plain_set_whatever_was_expected() {
        for expected in [0, 1, 10_000, 23_011, 100_000, usize::MAX] {
            let mut ours = Fingerprints::default();
            ours.expect(expected, 1 << 21);
            let mut plain = HashSet::new();
            for number in 0..40_000u32 {
                let text = format!("{}", number % 23_011);
                assert_eq!(ours.insert(fingerprint(text.as_bytes(), 7)), plain.insert(text));
            }
            assert_eq!(ours.len(), plain.len());
            assert!(ours.bytes() >= ours.len() * 16);
        }
    }

    #[test]
    fn what_was_expected_needs_no_growing_and_never_more_than_is_allowed() {
        let room = |expected, most| {
            let mut ours = Fingerprints::default();
            ours.expect(expected, most);
            ours
        };
        let (mut ours, first) = (room(20_000, 1 << 20), room(0, 0).bytes());
        let bytes = ours.bytes();
        assert!(first < bytes && bytes <= 1 << 20, "{bytes}");
        assert!((1..=21_000u128).all(|number| ours.insert(fingerprint(&number.to_le_bytes(), 0))));
        // Those that crowd at the last place stand behind it.
        assert!((bytes..bytes + 1_000).contains(&ours.bytes()), "{} after {bytes}", ours.bytes());
        assert_eq!(room(100_000, 1 << 20).bytes(), first, "nothing is made ready where all of it has no room");
        ours.expect(1_000_000, usize::MAX);
        assert!(ours.bytes() < bytes + 1_000, "nothing is made ready once there are keys");
    }
}
