//! What the cells of a column look like, so that a guess at a lost boundary can be judged by what stands beside it.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

/// Different values, shapes and beginnings that a column remembers of each kind.
const REMEMBERED: usize = 4096;
/// A share below this is as good as never seen.
const FLOOR: f64 = 1e-4;

/// The cells seen in one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    cells: f64,
    empty: f64,
    values: HashMap<u64, f64>,
    /// Letters, digits and punctuation, one by one (`99/99/9999`).
    shapes: HashMap<u64, f64>,
    /// The same with runs made one (`9/9/9`).
    outlines: HashMap<u64, f64>,
    /// First four bytes.
    beginnings: HashMap<u64, f64>,
    first: [f64; CLASSES],
    last: [f64; CLASSES],
    /// Sums for mean and spread of the logarithm of the length.
    length: f64,
    length_squares: f64,
}

const CLASSES: usize = 6;

/// The class of a byte: upper case, lower case (and beyond ASCII), digit, space, quote, other.
fn class(byte: u8) -> usize {
    match byte {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' | 0x80.. => 1,
        b'0'..=b'9' => 2,
        b' ' | b'\t' => 3,
        b'"' | b'\'' => 4,
        _ => 5,
    }
}

/// A byte in a shape: its class for letters and digits, itself for the rest.
fn mark(byte: u8) -> u8 {
    match class(byte) {
        0 => b'A',
        1 => b'a',
        2 => b'9',
        _ => byte,
    }
}

/// Hashes of a text's shape and outline.
fn shapes(text: &[u8]) -> (u64, u64) {
    let shape: Vec<u8> = text.iter().take(64).map(|byte| mark(*byte)).collect();
    let mut outline = shape.clone();
    outline.dedup();
    (xxh3_64(&shape), xxh3_64(&outline))
}

fn count(seen: &mut HashMap<u64, f64>, key: u64) {
    if seen.len() < REMEMBERED || seen.contains_key(&key) {
        *seen.entry(key).or_default() += 1.0;
    }
}

impl Column {
    /// Takes a cell as an example of the column.
    pub fn learn(&mut self, text: &[u8]) {
        self.cells += 1.0;
        let text = text.trim_ascii();
        let (Some(first), Some(last)) = (text.first(), text.last()) else {
            self.empty += 1.0;
            return;
        };
        let (shape, outline) = shapes(text);
        count(&mut self.values, xxh3_64(text));
        count(&mut self.shapes, shape);
        count(&mut self.outlines, outline);
        count(&mut self.beginnings, xxh3_64(&text[..text.len().min(4)]));
        self.first[class(*first)] += 1.0;
        self.last[class(*last)] += 1.0;
        let length = (text.len() as f64 + 1.0).ln();
        self.length += length;
        self.length_squares += length * length;
    }

    /// How well a text fits the column: the logarithm of a share, so 0 at best and about -9 where nothing speaks for it.
    pub fn fit(&self, text: &[u8]) -> f64 {
        let bare = text.trim_ascii();
        let (Some(first), Some(last)) = (bare.first(), bare.last()) else {
            return ((self.empty + 0.05) / (self.cells + 1.0)).ln();
        };
        let filled = self.cells - self.empty;
        if filled < 1.0 {
            return ((filled + 0.5) / (self.cells + 1.0)).ln() - 1.0;
        }
        let share = |seen: &HashMap<u64, f64>, key: u64| seen.get(&key).copied().unwrap_or_default() / filled;
        let (shape, outline) = shapes(bare);
        let mean = self.length / filled;
        let spread = (self.length_squares / filled - mean * mean).max(0.0).sqrt().max(0.08);
        let away = ((bare.len() as f64 + 1.0).ln() - mean).abs() / spread;
        let length = (-0.5 * away * away).exp().max(1e-3);
        let edges = self.first[class(*first)] / filled * self.last[class(*last)] / filled;
        let whole = if bare.len() == text.len() { 1.0 } else { 0.5 };
        let share = 0.25 * share(&self.values, xxh3_64(bare))
            + 0.25 * share(&self.shapes, shape)
            + 0.15 * share(&self.outlines, outline)
            + 0.15 * share(&self.beginnings, xxh3_64(&bare[..bare.len().min(4)])) * length
            + 0.2 * edges * length;
        ((filled + 0.5) / (self.cells + 1.0)).ln() + (share * whole + FLOOR).ln()
    }

    /// Whether enough was seen to judge by.
    pub fn is_known(&self) -> bool {
        self.cells >= 3.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_the_others_fits_better() {
        let mut dates = Column::default();
        for day in 10..28 {
            dates.learn(format!("{day}/01/2018").as_bytes());
        }
        assert!(dates.fit(b"09/02/2019") > -2.0);
        assert!(dates.fit(b"09/02/201900:15") < -5.0);
        assert!(dates.fit(b"") < -4.0);
        assert!(dates.is_known());
    }
}
