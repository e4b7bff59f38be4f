//! A small automaton that takes two bytes a step. Each step waits for the state that the one before loads, so that half as
//! many steps take half as long.

use std::collections::HashMap;

use regex_automata::dfa::Automaton;
use regex_automata::util::primitives::StateID;

/// Entries of a table at most: a larger one would not stay in the processor's cache.
const ENTRIES: usize = 1 << 14;
const STATES: usize = 1 << 8;
/// A dead state stays dead: it is asked for after so many steps, so that a long text is given up early.
const STEPS: usize = 16;

/// Says whether whole texts match. A state is the index of its first entry in the tables; it has one for each pair of
/// classes of bytes.
#[derive(Debug)]
pub(super) struct Pairs {
    /// By byte, the part of an entry's index that the first and the second byte of a pair give.
    first: Box<[u32; 256]>,
    second: Box<[u32; 256]>,
    /// The state after a pair.
    next: Vec<u32>,
    /// Whether the text matches if it ends after the first byte of the pair.
    ends_within: Vec<bool>,
    /// Whether the text matches if it ends before the pair.
    ends: Vec<bool>,
    start: u32,
    dead: Option<u32>,
}

impl Pairs {
    /// The same as an automaton with this anchored start; `None` where the tables become too large.
    pub fn of(automaton: &impl Automaton, start: StateID) -> Option<Pairs> {
        let (states, next) = reachable(automaton, start)?;
        let (class_of, representatives) = classes(&next);
        let count = representatives.len();
        let entries = count * count;
        if states.len() * entries > ENTRIES {
            return None;
        }
        let matches: Vec<bool> =
            states.iter().map(|state| automaton.is_match_state(automaton.next_eoi_state(*state))).collect();
        let mut pairs = Pairs {
            first: Box::new(std::array::from_fn(|byte| (class_of[byte] * count) as u32)),
            second: Box::new(std::array::from_fn(|byte| class_of[byte] as u32)),
            next: Vec::with_capacity(states.len() * entries),
            ends_within: Vec::with_capacity(states.len() * entries),
            ends: Vec::with_capacity(states.len() * entries),
            start: 0,
            dead: states.iter().position(|state| automaton.is_dead_state(*state)).map(|dead| (dead * entries) as u32),
        };
        for (from, matches_here) in next.iter().zip(&matches) {
            for first in &representatives {
                let within = from[*first];
                for second in &representatives {
                    pairs.next.push((next[within][*second] * entries) as u32);
                    pairs.ends_within.push(matches[within]);
                    pairs.ends.push(*matches_here);
                }
            }
        }
        Some(pairs)
    }

    #[inline]
    pub fn matches(&self, text: &[u8]) -> bool {
        let mut state = self.start;
        let (pairs, rest) = text.as_chunks::<2>();
        for steps in pairs.chunks(STEPS) {
            for [first, second] in steps {
                let entry = state + self.first[usize::from(*first)] + self.second[usize::from(*second)];
                state = self.next.get(entry as usize).copied().unwrap_or_default();
            }
            if Some(state) == self.dead {
                return false;
            }
        }
        let (table, entry) = match rest {
            [last] => (&self.ends_within, state + self.first[usize::from(*last)]),
            _ => (&self.ends, state),
        };
        table.get(entry as usize).copied().unwrap_or_default()
    }
}

/// By state, the places of the states that each byte leads to.
type Steps = Vec<Vec<usize>>;

/// All states that can be come to, the start first, and their steps.
fn reachable(automaton: &impl Automaton, start: StateID) -> Option<(Vec<StateID>, Steps)> {
    let (mut states, mut next) = (vec![start], Steps::new());
    let mut places = HashMap::from([(start, 0)]);
    while next.len() < states.len() {
        if states.len() > STATES {
            return None;
        }
        let state = states[next.len()];
        let mut step = |byte| {
            let to = automaton.next_state(state, byte);
            *places.entry(to).or_insert_with(|| {
                states.push(to);
                states.len() - 1
            })
        };
        let steps = (0..=255).map(&mut step).collect();
        next.push(steps);
    }
    Some((states, next))
}

/// Bytes that lead from every state to the same one are of one class: the class of each byte, and a byte of each class.
fn classes(next: &Steps) -> ([usize; 256], Vec<usize>) {
    let mut representatives: Vec<usize> = Vec::new();
    let class_of = std::array::from_fn(|byte| {
        let alike = |other: &usize| next.iter().all(|steps| steps[byte] == steps[*other]);
        representatives.iter().position(alike).unwrap_or_else(|| {
            representatives.push(byte);
            representatives.len() - 1
        })
    });
    (class_of, representatives)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::WholePattern;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn two_bytes_a_step_find_what_a_regex_finds(
            pattern in prop::sample::select(vec![
                r"[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,24}", r"\+[1-9][0-9]{7,14}", r"(?s).*,[0-9][0-9]", "", "a", "ab|a+b*",
                "(ab)*", "[^a]*", "é?a.b", r"\d{2,3}(-\d)?", "(?i)ab+", ".{3}", "^a+$|b$",
            ]),
            text in prop_oneof!["[ab@.,é0-9 \n-]{0,12}", "[a-b.]{1,40}@[a-b.]{1,6}[.][a-z]{1,30}", r"\+[0-9]{6,17}", "[ab]{0,90}"],
        ) {
            let whole = regex::Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap();
            prop_assert_eq!(WholePattern::new(pattern).unwrap().matches(text.as_bytes()), whole.is_match(&text));
        }
    }

    #[test]
    fn bytes_that_are_no_text_never_match() {
        let any = WholePattern::new("(?s).*").unwrap();
        for text in [&b"\xff"[..], b"a\xff", b"ab\xff", b"\xc3", b"a\xc3", b"\xc3\xa9\xc3"] {
            assert!(!any.matches(text), "{text:?}");
        }
        assert!(any.matches("aé".as_bytes()) && any.matches("é".as_bytes()) && any.matches(b""));
    }
}
