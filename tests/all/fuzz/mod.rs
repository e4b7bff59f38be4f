//! Every parser on inputs that nobody would write: made from their grammar, then damaged byte by byte. Nothing may panic,
//! and what is read may not depend on how it is cut.
//!
//! Each input comes from a seed. `MAPWRIGHT_FUZZ_SECONDS` says how long each target is tried (1; `tests/run` takes 10,
//! `tests/soak` 600), `MAPWRIGHT_FUZZ_SEED` tries one input again.

mod tables;
mod texts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::kills::Dice;

/// Tries a target on inputs of seeds 0, 1, 2, ... until its time is over. `one` makes an input, tries it, and gives it
/// back with what was wrong.
fn fuzz(target: &str, one: impl Fn(&mut Dice) -> (Vec<u8>, Result<(), String>)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let again = number("MAPWRIGHT_FUZZ_SEED");
    let seconds = number("MAPWRIGHT_FUZZ_SECONDS").unwrap_or(1);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut seed = again.unwrap_or(0);
    let mut slowest = (Duration::ZERO, 0);
    loop {
        let started = Instant::now();
        let tried = catch_unwind(AssertUnwindSafe(|| one(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)))));
        match tried {
            Ok((_, Ok(()))) => {}
            Ok((input, Err(what))) => panic!(
                "{what}\n{target}, MAPWRIGHT_FUZZ_SEED={seed}, input {:?}",
                String::from_utf8_lossy(&input[..input.len().min(2_000)])
            ),
            Err(_) => panic!("a panic: {target}, MAPWRIGHT_FUZZ_SEED={seed}"),
        }
        slowest = slowest.max((started.elapsed(), seed));
        seed += 1;
        if again.is_some() || Instant::now() >= until {
            break;
        }
    }
    let (took, which) = slowest;
    println!("fuzz {target}: {} inputs, 0 wrong; the slowest took {took:?} (seed {which})", seed - again.unwrap_or(0));
}

/// One of several.
fn pick<'a, T: ?Sized>(dice: &mut Dice, from: &[&'a T]) -> &'a T {
    from[dice.below(from.len() as u64) as usize]
}

/// Damages an input at a few places, now and then not at all: bytes changed, stretches taken out, doubled or moved, and
/// pieces put in that mean something to the format.
fn damage(dice: &mut Dice, input: &mut Vec<u8>, pieces: &[&str]) {
    for _ in 0..dice.below(6) {
        let len = input.len() as u64;
        let at = dice.below(len + 1) as usize;
        let end = (at + dice.below(12) as usize).min(input.len());
        match dice.below(7) {
            0 if at < input.len() => input[at] = dice.roll() as u8,
            1 if at < input.len() => input[at] ^= 1 << dice.below(8),
            2 => {
                input.drain(at..end);
            }
            3 => {
                let again = input[at..end].to_vec();
                let to = dice.below(len + 1) as usize;
                input.splice(to..to, again);
            }
            4 => input.truncate(at),
            _ => {
                let piece = pick(dice, pieces).bytes();
                input.splice(at..at, piece);
            }
        }
    }
}

/// A text that is hard on parsers of text.
fn word(dice: &mut Dice) -> String {
    let count = dice.below(4);
    (0..count)
        .map(|_| {
            pick(
                dice,
                &[
                    "a",
                    "Ann",
                    "7",
                    "-1.50",
                    "0",
                    "é",
                    "名前",
                    "🙂",
                    "\u{301}",
                    "\u{202e}",
                    "\u{feff}",
                    " ",
                    "  ",
                    "\t",
                    "'",
                    "\\",
                    "null",
                    "n/a",
                    "1e400",
                    "2024-02-30",
                    "x@y.org",
                    ":",
                    "#",
                    "{",
                    "}",
                    "[",
                    "]",
                    "|",
                    "&",
                ],
            )
        })
        .collect()
}
