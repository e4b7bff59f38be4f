//! Where the bytes that matter stand among sixty-four, found with the widest registers that the processor has.

use wide::u8x16;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// The bytes to find.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought {
    pub delimiter: u8,
    pub quote: Option<u8>,
}

/// Where they stand, and line feeds and carriage returns: one bit a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub delimiters: u64,
    pub feeds: u64,
    pub returns: u64,
    pub quotes: u64,
}

/// A way to find them.
pub(super) trait Finder: Copy {
    /// Where a byte stands.
    fn mask(self, block: &[u8; BLOCK], byte: u8) -> u64;

    #[inline(always)]
    fn find(self, block: &[u8; BLOCK], sought: Sought) -> Found {
        Found {
            delimiters: self.mask(block, sought.delimiter),
            feeds: self.mask(block, b'\n'),
            returns: self.mask(block, b'\r'),
            quotes: sought.quote.map_or(0, |quote| self.mask(block, quote)),
        }
    }
}

/// Work that looks at blocks.
pub(super) trait Task {
    type Output;

    /// To be inlined whole: only then is it compiled for the finder's processor.
    fn run<F: Finder>(self, finder: F) -> Self::Output;
}

/// Runs the task with the best finder that this processor allows.
pub(super) fn run<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(processor) = pulp::x86::V3::try_new() {
        return processor.vectorize(On { processor, task });
    }
    task.run(Any)
}

/// For every processor: sixteen bytes at once.
#[derive(Debug, Clone, Copy)]
struct Any;

impl Finder for Any {
    #[inline(always)]
    fn mask(self, block: &[u8; BLOCK], byte: u8) -> u64 {
        let byte = u8x16::splat(byte);
        let part = |part: &[u8; 16]| u64::from(u8x16::new(*part).simd_eq(byte).to_bitmask());
        block.as_chunks().0.iter().rev().fold(0, |found, bytes| found << 16 | part(bytes))
    }
}

/// A task on an x86-64 processor of the third level: thirty-two bytes at once.
#[cfg(target_arch = "x86_64")]
struct On<T> {
    processor: pulp::x86::V3,
    task: T,
}

#[cfg(target_arch = "x86_64")]
impl<T: Task> pulp::NullaryFnOnce for On<T> {
    type Output = T::Output;

    #[inline(always)]
    fn call(self) -> T::Output {
        self.task.run(self.processor)
    }
}

#[cfg(target_arch = "x86_64")]
impl Finder for pulp::x86::V3 {
    #[inline(always)]
    fn mask(self, block: &[u8; BLOCK], byte: u8) -> u64 {
        let byte = self.avx._mm256_set1_epi8(byte.cast_signed());
        let half = |half: &[u8; 32]| {
            let equal = self.avx2._mm256_cmpeq_epi8(pulp::cast(*half), byte);
            u64::from(self.avx2._mm256_movemask_epi8(equal).cast_unsigned())
        };
        block.as_chunks().0.iter().rev().fold(0, |found, bytes| found << 32 | half(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Look<'b>(&'b [u8; BLOCK], Sought);

    impl Task for Look<'_> {
        type Output = Found;

        fn run<F: Finder>(self, finder: F) -> Found {
            finder.find(self.0, self.1)
        }
    }

    /// Each byte at each place, by every way that this processor has, against a plain look.
    #[test]
    fn every_way_finds_the_same() {
        for kind in [b",\n\r\"", b"\0\n\r\0", b"\xff\n\r'"] {
            let [delimiter, .., quote] = *kind;
            let sought = Sought { delimiter, quote: Some(quote).filter(|quote| *quote != delimiter) };
            for at in 0..4 * BLOCK {
                let mut block = [b'x'; BLOCK];
                block[at % BLOCK] = kind[at / BLOCK];
                block[(at * 7 + 3) % BLOCK] = kind[at % 4];
                let all = |byte: u8| (0..BLOCK).filter(|at| block[*at] == byte).fold(0, |mask, at| mask | 1 << at);
                let plain = Found {
                    delimiters: all(delimiter),
                    feeds: all(b'\n'),
                    returns: all(b'\r'),
                    quotes: sought.quote.map_or(0, all),
                };
                assert_eq!(Look(&block, sought).run(Any), plain, "{block:?}");
                assert_eq!(run(Look(&block, sought)), plain, "{block:?}");
            }
        }
    }
}
