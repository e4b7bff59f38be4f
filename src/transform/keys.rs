//! Hash tables whose keys the profile wrote: small, short, and never an attacker's, so that speed is all that counts.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64;

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.rotate_left(7) ^ xxh3_64(bytes);
    }

    /// The length of a key: the hash of its bytes knows it already.
    #[inline]
    fn write_usize(&mut self, _: usize) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

pub(crate) type KeyMap<V> = HashMap<Box<[u8]>, V, BuildHasherDefault<KeyHasher>>;
pub(crate) type KeySet = HashSet<Box<[u8]>, BuildHasherDefault<KeyHasher>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found() {
        let keys: KeySet = (0..1000).map(|key| format!("key {key}").into_bytes().into()).collect();
        assert_eq!(keys.len(), 1000);
        assert!(keys.contains(b"key 999".as_slice()));
        assert!(!keys.contains(b"key 1000".as_slice()));
    }
}
