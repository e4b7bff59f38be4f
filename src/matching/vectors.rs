//! Static word vectors: nearness in meaning for words that no table joins. The table is `assets/matching/vectors/words.bin`,
//! made by `make.py` beside it, and is read in place: nothing is parsed at start-up.

/// Numbers in a vector.
pub(super) const DIMENSIONS: usize = 64;

static TABLE: &[u8] = include_bytes!("../../assets/matching/vectors/words.bin");
const HEADER: usize = 12;

/// The word's vector, of length about one.
pub(super) fn vector(word: &str) -> Option<[f32; DIMENSIONS]> {
    let count = number(4)? as usize;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = (low + high) / 2;
        match word_at(middle, count)?.cmp(word.as_bytes()) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return vector_at(middle, count),
        }
    }
    None
}

fn number(at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(TABLE.get(at..at + 4)?.try_into().ok()?))
}

fn word_at(index: usize, count: usize) -> Option<&'static [u8]> {
    let words = HEADER + 4 * (count + 1);
    let start = number(HEADER + 4 * index)? as usize;
    let end = number(HEADER + 4 * index + 4)? as usize;
    TABLE.get(words + start..words + end)
}

fn vector_at(index: usize, count: usize) -> Option<[f32; DIMENSIONS]> {
    let words = HEADER + 4 * (count + 1);
    let vectors = words + number(HEADER + 4 * count)? as usize;
    let start = vectors + index * DIMENSIONS;
    let stored = TABLE.get(start..start + DIMENSIONS)?;
    let mut vector = [0.0; DIMENSIONS];
    for (number, byte) in vector.iter_mut().zip(stored) {
        *number = f32::from(*byte as i8) / 127.0;
    }
    Some(vector)
}

/// The cosine of two vectors of length one.
pub(super) fn cosine(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        cosine(&vector(a).unwrap(), &vector(b).unwrap())
    }

    #[test]
    fn words_of_like_meaning_are_nearer() {
        assert!(likeness("telephone", "phone") > likeness("telephone", "street") + 0.2);
        assert!(likeness("city", "town") > likeness("city", "invoice") + 0.2);
    }

    #[test]
    fn an_unknown_word_has_no_vector() {
        assert_eq!(vector("cntcprsn"), None);
        assert_eq!(vector(""), None);
    }
}
