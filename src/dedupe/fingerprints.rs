//! A set of key fingerprints: 128-bit seeded hashes, because a collision would drop a customer. At 10^9 keys the chance
//! of any collision is n^2 / 2^129, about 1.5e-21; 64 bits would give 2.7%.

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The hash of a key; 0 stands for "no key" and is never given to one.
pub type Fingerprint = u128;

/// Hashes a key's text. `seed` keeps apart keys of different rules.
pub fn fingerprint(key: &[u8], seed: u64) -> Fingerprint {
    xxh3_128_with_seed(key, seed).max(1)
}

/// A shard is chosen by so many of the highest bits.
const SHARD_BITS: u32 = 4;
const FIRST_CAPACITY: usize = 256;

/// An open-addressing set, split into shards so that growing one moves a 16th of the keys. A shard grows where it is: large
/// ones are the system's own pages, and pages that were given back one by one would leave holes in the program's memory.
#[derive(Debug)]
pub struct Fingerprints {
    shards: Vec<Shard>,
    /// Room for the keys of a shard that grows.
    moving: Vec<Fingerprint>,
}

#[derive(Debug)]
struct Shard {
    /// 0 is a free place.
    places: Vec<Fingerprint>,
    used: usize,
}

impl Default for Fingerprints {
    fn default() -> Self {
        let shards = (0..1 << SHARD_BITS).map(|_| Shard { places: vec![0; FIRST_CAPACITY], used: 0 }).collect();
        Fingerprints { shards, moving: Vec::new() }
    }
}

impl Fingerprints {
    /// True when the key is new.
    pub fn insert(&mut self, key: Fingerprint) -> bool {
        let shard = &mut self.shards[(key >> (128 - SHARD_BITS)) as usize];
        let mut place = place_of(key, shard.places.len());
        loop {
            match shard.places[place] {
                0 => break,
                found if found == key => return false,
                _ => place = next(place, shard.places.len()),
            }
        }
        shard.places[place] = key;
        shard.used += 1;
        if shard.used * 5 > shard.places.len() * 4 {
            shard.grow(&mut self.moving);
        }
        true
    }

    /// Brings the places of keys into the processor's cache, all at once, so that the inserts that follow do not wait for
    /// memory one after another. Gives how many of the places are taken, which is of no use but to be computed.
    pub fn warm(&self, keys: &[Fingerprint]) -> usize {
        let taken = |key: &Fingerprint| {
            let shard = &self.shards[(key >> (128 - SHARD_BITS)) as usize];
            usize::from(shard.places[place_of(*key, shard.places.len())] != 0)
        };
        keys.iter().map(taken).sum()
    }

    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.used).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of memory held.
    pub fn bytes(&self) -> usize {
        let places: usize = self.shards.iter().map(|shard| shard.places.len()).sum();
        (places + self.moving.capacity()) * size_of::<Fingerprint>()
    }
}

impl Shard {
    fn grow(&mut self, moving: &mut Vec<Fingerprint>) {
        let capacity = self.places.len() + self.places.len() / 2;
        moving.clear();
        moving.reserve_exact(self.used);
        moving.extend(self.places.iter().filter(|key| **key != 0));
        self.places.fill(0);
        self.places.reserve_exact(capacity - self.places.len());
        self.places.resize(capacity, 0);
        for key in moving.drain(..) {
            let mut place = place_of(key, capacity);
            while self.places[place] != 0 {
                place = next(place, capacity);
            }
            self.places[place] = key;
        }
    }
}

/// Maps the low 64 bits to a place without a division (Lemire's multiply-shift reduction).
fn place_of(key: Fingerprint, capacity: usize) -> usize {
    ((u128::from(key as u64) * capacity as u128) >> 64) as usize
}

fn next(place: usize, capacity: usize) -> usize {
    if place + 1 == capacity { 0 } else { place + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn agrees_with_a_plain_set() {
        let mut ours = Fingerprints::default();
        let mut plain = HashSet::new();
        for number in 0..40_000u32 {
            let text = format!("{}", number % 23_011);
            assert_eq!(ours.insert(fingerprint(text.as_bytes(), 7)), plain.insert(text));
        }
        assert_eq!(ours.len(), plain.len());
        assert!(ours.bytes() >= ours.len() * 16);
    }
}
