//! Unbroken runs of letters brought back to words: `PRIMARYADDRESSCITY` by dictionary, `CNTCPRSN` by alignment of its
//! letters with the words they may be short for.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::lexicon::lexicon;

/// A run taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Segmentation {
    pub words: Vec<String>,
    /// Some word was found only by alignment of letters.
    pub guessed: bool,
}

/// Longest run that is taken apart, in letters.
const LONGEST_RUN: usize = 48;
const LONGEST_PIECE: usize = 16;

/// What a piece costs; the cheapest row of pieces wins.
const WORD: f32 = 1.0;
/// A word of the object's own language: `Rechnungs-Ort` rather than `Rechnung-sort`.
const TRANSLATED: f32 = 0.9;
const ABBREVIATION: f32 = 1.25;
const SHORT_ABBREVIATION: f32 = 1.7;
const ALIGNED: f32 = 1.5;
const UNKNOWN_LETTER: f32 = 1.1;
const LINKING_LETTERS: f32 = 0.5;

/// Where words are looked up beside the lexicon.
pub(super) struct Sources<'a> {
    /// Words that the schemas themselves write apart.
    pub seen_apart: &'a HashSet<String>,
    /// A word of another language, in English.
    pub translate: &'a dyn Fn(&str) -> Option<Vec<String>>,
    /// Whether German or Dutch linking letters may stand between pieces.
    pub compounds: bool,
}

#[derive(Clone)]
struct Step {
    cost: f32,
    unknown: usize,
    guessed: bool,
    from: usize,
    words: Vec<String>,
}

/// Takes an unbroken run apart, or answers nothing when too little of it is understood.
pub(super) fn segment(run: &str, sources: &Sources<'_>) -> Option<Segmentation> {
    let by_words = cheapest(run, sources, false);
    if let Some(segmentation) = by_words {
        return Some(segmentation);
    }
    cheapest(run, sources, true)
}

fn cheapest(run: &str, sources: &Sources<'_>, align: bool) -> Option<Segmentation> {
    let letters = run.len();
    if !run.is_ascii() || !(4..=LONGEST_RUN).contains(&letters) {
        return None;
    }
    let mut best: Vec<Option<Step>> = vec![None; letters + 1];
    best[0] = Some(Step { cost: 0.0, unknown: 0, guessed: false, from: 0, words: Vec::new() });
    for start in 0..letters {
        let Some(here) = best[start].clone() else { continue };
        for end in start + 1..=(start + LONGEST_PIECE).min(letters) {
            let piece = &run[start..end];
            if piece.len() == letters && !align {
                continue;
            }
            let Some((cost, unknown, guessed, words)) = price(piece, start, sources, align) else { continue };
            let step = Step {
                cost: here.cost + cost,
                unknown: here.unknown + unknown,
                guessed: here.guessed || guessed,
                from: start,
                words,
            };
            if best[end].as_ref().is_none_or(|other| step.cost < other.cost) {
                best[end] = Some(step);
            }
        }
    }
    let last = best[letters].clone()?;
    let allowed = if align { letters / 5 } else { letters / 8 };
    if last.unknown > allowed {
        return None;
    }
    let guessed = last.guessed;
    let mut rows = Vec::new();
    let mut at = letters;
    while at > 0 {
        let step = best[at].clone()?;
        at = step.from;
        rows.push(step.words);
    }
    let words: Vec<String> = rows.into_iter().rev().flatten().collect();
    (!words.is_empty()).then_some(Segmentation { words, guessed })
}

/// Cost, unknown letters, whether guessed, and the words of one piece.
fn price(piece: &str, start: usize, sources: &Sources<'_>, align: bool) -> Option<(f32, usize, bool, Vec<String>)> {
    let lexicon = lexicon();
    let length = piece.len();
    if length >= 3
        && let Some(words) = (sources.translate)(piece)
    {
        return Some((TRANSLATED, 0, false, words));
    }
    let short_word = matches!(piece, "id" | "no" | "to" | "of" | "is" | "by" | "ip" | "po" | "on");
    if short_word && !align {
        return Some((WORD, 0, false, lexicon.written_out(piece)));
    }
    if length >= 3 && (lexicon.knows(piece) || sources.seen_apart.contains(piece)) {
        return Some((WORD, 0, false, vec![piece.to_owned()]));
    }
    if let Some(words) = lexicon.abbreviation(piece) {
        let cost = if length >= 3 { ABBREVIATION } else { SHORT_ABBREVIATION };
        // Two letters hide in everything: only where the run as a whole is short of vowels.
        if length >= 3 || align || short_word {
            return Some((cost, 0, length < 3, words.to_vec()));
        }
    }
    if short_word {
        return Some((SHORT_ABBREVIATION, 0, false, vec![piece.to_owned()]));
    }
    if align
        && length >= 3
        && let Some((word, quality)) = ALIGNER.best(piece)
    {
        return Some((ALIGNED + 2.0 * (1.0 - quality), 0, true, vec![word.to_owned()]));
    }
    if sources.compounds && start > 0 && matches!(piece, "s" | "n" | "en" | "es" | "e") {
        return Some((LINKING_LETTERS, 0, false, Vec::new()));
    }
    (length == 1).then(|| (UNKNOWN_LETTER, 1, true, Vec::new()))
}

/// Finds the word that a vowel-less piece is short for.
struct Aligner {
    /// By first letter: word and the set of its letters.
    words: HashMap<u8, Vec<(&'static str, u32)>>,
}

static ALIGNER: LazyLock<Aligner> = LazyLock::new(|| {
    let mut words: HashMap<u8, Vec<(&'static str, u32)>> = HashMap::new();
    for word in &lexicon().vocabulary {
        if word.len() >= 4 && word.is_ascii() {
            words.entry(word.as_bytes()[0]).or_default().push((word, letter_set(word)));
        }
    }
    for list in words.values_mut() {
        list.sort_unstable();
    }
    Aligner { words }
});

impl Aligner {
    fn best(&self, piece: &str) -> Option<(&'static str, f32)> {
        let first = *piece.as_bytes().first()?;
        let letters = letter_set(piece);
        let mut best: Option<(&'static str, f32)> = None;
        for &(word, set) in self.words.get(&first)? {
            if letters & !set != 0 || word.len() < piece.len() {
                continue;
            }
            let quality = alignment(piece, word);
            if quality >= 0.62 && best.is_none_or(|(_, other)| quality > other) {
                best = Some((word, quality));
            }
        }
        best
    }
}

fn letter_set(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |set, letter| set | 1 << (letter - b'a'))
}

/// How well a piece abbreviates a word, 0 to 1: its letters in order within the word, the first one the same, and the
/// share of the word's consonants (doubled ones once) that it keeps. Vowels left out cost nothing, consonants do.
fn alignment(piece: &str, word: &str) -> f32 {
    let mut rest = piece.bytes().peekable();
    let (mut consonants, mut kept, mut skipped_before) = (0.0f32, 0.0f32, false);
    let mut previous = 0;
    for letter in word.bytes() {
        let vowel = matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u');
        let doubled = letter == previous;
        previous = letter;
        let taken = rest.peek() == Some(&letter);
        if taken {
            rest.next();
        }
        if vowel || doubled {
            continue;
        }
        consonants += 1.0;
        if taken {
            kept += if skipped_before { 0.9 } else { 1.0 };
        }
        skipped_before = !taken;
    }
    if rest.peek().is_some() || consonants == 0.0 {
        return 0.0;
    }
    let ends_alike = piece.as_bytes().last() == word.as_bytes().last();
    // A cut-off word (`terr`) is as good a short form as a squeezed one.
    let prefix = word.starts_with(piece);
    (kept / consonants).max(if prefix { 0.75 } else { 0.0 }) * if ends_alike || prefix { 1.0 } else { 0.9 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(run: &str) -> String {
        let nothing = HashSet::new();
        let sources = Sources { seen_apart: &nothing, translate: &|_| None, compounds: false };
        segment(run, &sources).map_or_else(String::new, |segmentation| segmentation.words.join(" "))
    }

    #[test]
    fn capitals_without_seams_come_apart() {
        assert_eq!(apart("primaryaddresscity"), "primary address city");
        assert_eq!(apart("numberofemployees"), "number of employees");
        assert_eq!(apart("firstname"), "first name");
        assert_eq!(apart("invoiceaddresszipcode"), "invoice address zipcode");
    }

    #[test]
    fn words_without_vowels_are_aligned() {
        assert_eq!(apart("cntcprsn"), "contact person");
        assert_eq!(apart("custnmbr"), "customer number");
        assert_eq!(apart("adrscode"), "address code");
        assert_eq!(apart("shipmthd"), "ship method");
        assert_eq!(apart("salsterr"), "sales territory");
        assert_eq!(apart("vndcntct"), "vendor contact");
    }

    #[test]
    fn nonsense_stays_whole() {
        assert_eq!(apart("qqxzvvk"), "");
        assert_eq!(apart(""), "");
    }
}
