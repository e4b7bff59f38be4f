//! A hash of short texts for estimates of how many differ; nothing is told apart by it alone.

/// Bytes that are taken in at once.
const BLOCK: usize = 16;
/// As many bytes that let all through as a block has, and as many that let nothing through.
const MASKS: [u8; 2 * BLOCK] = {
    let mut masks = [0; 2 * BLOCK];
    let mut at = 0;
    while at < BLOCK {
        masks[at] = 0xff;
        at += 1;
    }
    masks
};
/// Any odd numbers will do: digits of pi.
const KEYS: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345];

/// The hash of `text[start..][..len]`, with nothing behind it taken in. Blocks are read whole and masked, so that no way parts
/// by the length of a value that a block holds.
#[inline(always)]
pub(super) fn hash(text: &[u8], start: usize, len: usize) -> u64 {
    // Each word is used where it is read: a block that came by one of two ways would go through memory first.
    match text.get(start..).and_then(|rest| hash_first(rest, len)) {
        Some(hash) => hash,
        None => hash_at_the_end(text, start, len),
    }
}

/// The hash of a text's first bytes; `None` if whole blocks of them go beyond its end.
#[inline(always)]
fn hash_first(mut rest: &[u8], mut len: usize) -> Option<u64> {
    // Spread, so that no short value undoes what another length makes of it.
    let mut state = (len as u64).wrapping_mul(KEYS[0]);
    while len > BLOCK {
        let (block, more) = rest.split_first_chunk()?;
        state = mix(state, word(block, 0), word(block, 8));
        (rest, len) = (more, len - BLOCK);
    }
    let (block, mask) = (rest.first_chunk()?, MASKS.get(BLOCK - len..)?.first_chunk()?);
    Some(fold(mix(state, word(block, 0) & word(mask, 0), word(block, 8) & word(mask, 8)), KEYS[0]))
}

#[cold]
#[inline(never)]
fn hash_at_the_end(text: &[u8], start: usize, len: usize) -> u64 {
    let mut text = text.get(start..).unwrap_or_default().to_vec();
    text.truncate(len);
    text.resize(len + BLOCK, 0);
    hash_first(&text, len).unwrap_or_default()
}

#[inline(always)]
fn word(block: &[u8; BLOCK], at: usize) -> u64 {
    block[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

/// Mixes a block into a state.
#[inline(always)]
fn mix(state: u64, first: u64, second: u64) -> u64 {
    fold(first ^ state, second ^ KEYS[1])
}

/// Both halves of the product in one: every bit of either number bears on it.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::super::tally::{DISTINCT_ERROR, FieldTally};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn only_the_value_counts_wherever_it_lies() {
        for len in 0..100 {
            let value: Vec<u8> = (0..len as u8).collect();
            let alone = hash(&value, 0, len);
            for before in [0, 1, 31] {
                for after in [0, 1, 31, 64] {
                    let text = [&vec![7; before][..], &value, &vec![9; after]].concat();
                    assert_eq!(hash(&text, before, len), alone, "{len} bytes, {before} before, {after} after");
                }
            }
        }
    }

    #[test]
    fn values_that_differ_by_a_byte_or_their_length_have_other_hashes() {
        let mut seen = HashSet::new();
        for len in 0..100 {
            assert!(seen.insert(hash(&vec![0; len], 0, len)), "{len} zeros");
            for at in 0..len {
                for byte in [1, 2, 0x80, 0xff] {
                    let mut value = vec![0; len];
                    value[at] = byte;
                    assert!(seen.insert(hash(&value, 0, len)), "{byte} at {at} of {len}");
                }
            }
        }
    }

    /// Values as data has them: counted up, in many forms.
    #[test]
    fn distinct_values_of_any_form_are_estimated_as_well_as_can_be() {
        let forms: [fn(u64) -> Vec<u8>; 8] = [
            |n| n.to_string().into_bytes(),
            |n| format!("C-{n:08}").into_bytes(),
            |n| format!("user{n}@mail.example.com").into_bytes(),
            |n| {
                format!("2026-01-{:02}T{:02}:{:02}:{:02}", 1 + n / 86_400, n / 3_600 % 24, n / 60 % 60, n % 60)
                    .into_bytes()
            },
            |n| n.to_le_bytes().to_vec(),
            |n| format!("{n:020b}").into_bytes(),
            |n| format!("a beginning of more than thirty-two bytes {n}").into_bytes(),
            |n| format!("{n} and then an end of more than thirty-two bytes").into_bytes(),
        ];
        let mut squares = Vec::new();
        for form in forms {
            for (first, count) in [(0, 3_000), (1_234_567, 3_000), (0, 30_000), (500_000, 30_000)] {
                let mut tally = FieldTally::default();
                for number in first..first + count {
                    let value = form(number);
                    tally.filled += 1;
                    tally.see(&value, 0, value.len(), true);
                }
                let error = tally.distinct() as f64 / count as f64 - 1.0;
                assert!(error.abs() < 3.5 * DISTINCT_ERROR, "{}: {error}", String::from_utf8_lossy(&form(first)));
                squares.push(error * error);
            }
        }
        let typical = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        assert!(typical < 1.3 * DISTINCT_ERROR, "{typical}");
    }

    #[test]
    fn every_bit_of_the_hash_is_set_about_half_of_the_time() {
        for kind in ["{}", "000{}@example.com", "a much longer value than a block holds, {}"] {
            let mut set = [0u32; 64];
            for number in 0..20_000 {
                let value = kind.replace("{}", &number.to_string());
                let hash = hash(value.as_bytes(), 0, value.len());
                set.iter_mut().enumerate().for_each(|(bit, set)| *set += (hash >> bit & 1) as u32);
            }
            for (bit, set) in set.iter().enumerate() {
                assert!((9_500..10_500).contains(set), "{kind}: bit {bit} is set {set} times of 20,000");
            }
        }
    }
}
