//! How many different values there are, estimated in 4 KiB.
//!
//! HyperLogLog over 64-bit hashes (Flajolet, Fusy, Gandouet, Meunier, 2007) with the estimator of Otmar Ertl ("New
//! cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no bias tables and holds over the
//! whole range.

/// Registers are chosen by the first 12 bits of a hash.
const PRECISION: u32 = 12;
const REGISTERS: usize = 1 << PRECISION;
/// Bits of a hash that are left for counting zeros.
const TAIL: u32 = 64 - PRECISION;

/// A sketch of a set of hashes. Two sketches merge into the sketch of the union, exactly.
#[derive(Debug, Clone)]
pub(super) struct DistinctSketch {
    registers: Vec<u8>,
}

impl DistinctSketch {
    /// The standard error of an estimate, relative: 1.04 / sqrt(registers).
    pub(super) const RELATIVE_ERROR: f64 = 1.04 / 64.0;

    pub(super) fn new() -> DistinctSketch {
        DistinctSketch { registers: vec![0; REGISTERS] }
    }

    pub(super) fn add(&mut self, hash: u64) {
        let register = (hash >> TAIL) as usize;
        let rank = (hash << PRECISION).leading_zeros().min(TAIL) as u8 + 1;
        if let Some(seen) = self.registers.get_mut(register) {
            *seen = rank.max(*seen);
        }
    }

    pub(super) fn merge(&mut self, other: &DistinctSketch) {
        for (mine, theirs) in self.registers.iter_mut().zip(&other.registers) {
            *mine = (*mine).max(*theirs);
        }
    }

    pub(super) fn estimate(&self) -> u64 {
        let mut counts = [0u32; TAIL as usize + 2];
        for rank in &self.registers {
            counts[usize::from(*rank)] += 1;
        }
        let all = REGISTERS as f64;
        let mut z = all * tau(1.0 - f64::from(counts[TAIL as usize + 1]) / all);
        for count in counts[1..=TAIL as usize].iter().rev() {
            z = 0.5 * (z + f64::from(*count));
        }
        z += all * sigma(f64::from(counts[0]) / all);
        (all * all / (2.0 * std::f64::consts::LN_2) / z).round() as u64
    }
}

/// Ertl's sigma: the part of the registers that are still empty.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * power;
        power += power;
        if sum == before {
            return sum;
        }
    }
}

/// Ertl's tau: the part of the registers that are full.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut power, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        power *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * power;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    fn sketch(numbers: std::ops::Range<u64>) -> DistinctSketch {
        let mut sketch = DistinctSketch::new();
        for number in numbers {
            sketch.add(xxh3_64(&number.to_le_bytes()));
        }
        sketch
    }

    #[test]
    fn an_empty_set_has_no_values() {
        assert_eq!(DistinctSketch::new().estimate(), 0);
    }

    #[test]
    fn estimates_stay_within_four_standard_errors_at_every_scale() {
        for size in [1u64, 10, 700, 5_000, 12_000, 20_000, 60_000, 300_000] {
            let estimate = sketch(0..size).estimate() as f64;
            let off = (estimate - size as f64).abs() / size as f64;
            assert!(off <= 4.0 * DistinctSketch::RELATIVE_ERROR, "{size}: {estimate}");
        }
    }

    #[test]
    fn merging_is_the_union() {
        let mut left = sketch(0..6_000);
        left.merge(&sketch(4_000..10_000));
        assert_eq!(left.estimate(), sketch(0..10_000).estimate());
    }
}
