//! What is known about words before any schema is seen: concepts, abbreviations, slots, entity kinds, opposites.
//! Read once from the tables in `assets/matching/`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::normalise::{plain_words, stem};

/// Line in `concepts.txt`; two phrases of one concept mean the same.
pub(super) type Concept = u16;

/// Kind of record in `words.txt` (`company`, `person`, ...).
pub(super) type EntityKind = u8;

/// How an address block or point of contact is told apart from its siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub name: String,
    pub rank: SlotRank,
}

/// Which slots stand in for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SlotRank {
    /// The one there is if there is one only: primary, work.
    General,
    /// The first of its kind: billing, mailing.
    Main,
    /// Beside the first: home, shipping, other.
    Second,
}

#[derive(Debug, Default)]
pub(super) struct Lexicon {
    pub concept_names: Vec<String>,
    /// Stemmed words of a phrase, joined by blanks, to its concepts.
    phrases: HashMap<String, Vec<Concept>>,
    /// The same with the words in alphabetical order, for languages that order them otherwise.
    unordered: HashMap<String, Vec<Concept>>,
    /// Longest phrase, in words.
    pub longest_phrase: usize,
    abbreviations: HashMap<String, Vec<String>>,
    weak: HashSet<String>,
    affixes: HashSet<String>,
    pub slots: Vec<Slot>,
    slot_words: HashMap<String, u8>,
    pub entity_kinds: Vec<String>,
    entity_words: HashMap<String, Vec<EntityKind>>,
    /// Names of the concepts that come in slots.
    slotted_names: HashSet<String>,
    slotted: HashSet<Concept>,
    /// Word to the lines of opposites it stands in.
    opposites: HashMap<String, Vec<u8>>,
    /// Every word of the tables: what an unbroken run of letters may be made of.
    pub vocabulary: HashSet<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// `key: a, b, c` lines of a table; comments and blank lines left out.
pub(super) fn table_lines(text: &str) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(key, values)| (key.trim(), values.split(',').map(str::trim).filter(|value| !value.is_empty())))
}

impl Lexicon {
    fn read() -> Lexicon {
        let mut lexicon = Lexicon::default();
        lexicon.read_abbreviations(include_str!("../../assets/matching/abbreviations.txt"));
        lexicon.read_words(include_str!("../../assets/matching/words.txt"));
        lexicon.read_concepts(include_str!("../../assets/matching/concepts.txt"));
        lexicon
    }

    fn read_abbreviations(&mut self, text: &str) {
        for (meaning, short_forms) in table_lines(text) {
            let meaning: Vec<String> = meaning.split(' ').map(str::to_owned).collect();
            self.vocabulary.extend(meaning.iter().cloned());
            for short_form in short_forms.flat_map(|forms| forms.split(' ')).filter(|form| !form.is_empty()) {
                self.abbreviations.entry(short_form.to_lowercase()).or_insert_with(|| meaning.clone());
            }
        }
    }

    fn read_words(&mut self, text: &str) {
        let mut opposite_lines = 0;
        for (kind, words) in table_lines(text) {
            if kind == "slotted" {
                self.slotted_names = words.map(str::to_owned).collect();
                continue;
            }
            let words: Vec<String> = words.flat_map(str::split_whitespace).map(str::to_owned).collect();
            let (kind, name) = kind.split_once(' ').unwrap_or((kind, ""));
            match kind {
                "weak" => self.weak.extend(words.iter().cloned()),
                "affix" => self.affixes.extend(words.iter().cloned()),
                "slot" => {
                    let id = self.slots.len() as u8;
                    let rank = match name {
                        name if name.contains("(general)") => SlotRank::General,
                        name if name.contains("(main)") => SlotRank::Main,
                        _ => SlotRank::Second,
                    };
                    let name = name.split(' ').next().unwrap_or(name).to_owned();
                    self.slots.push(Slot { name, rank });
                    for word in &words {
                        self.slot_words.entry(word.clone()).or_insert(id);
                    }
                }
                "entity" => {
                    let id = self.entity_kinds.len() as EntityKind;
                    self.entity_kinds.push(name.to_owned());
                    for word in &words {
                        self.entity_words.entry(word.clone()).or_default().push(id);
                    }
                }
                "oppose" => {
                    for word in &words {
                        self.opposites.entry(word.clone()).or_default().push(opposite_lines);
                    }
                    opposite_lines += 1;
                }
                _ => {}
            }
            if kind != "affix" {
                self.vocabulary.extend(words.into_iter().filter(|word| word.len() > 2));
            }
        }
    }

    fn read_concepts(&mut self, text: &str) {
        for (name, phrases) in table_lines(text) {
            let concept = self.concept_names.len() as Concept;
            self.concept_names.push(name.to_owned());
            if self.slotted_names.contains(name) {
                self.slotted.insert(concept);
            }
            for phrase in std::iter::once(name).chain(phrases) {
                let words = plain_words(phrase);
                self.vocabulary.extend(words.iter().filter(|word| word.len() > 2).cloned());
                let written_out: Vec<String> =
                    words.iter().flat_map(|word| self.written_out(word)).map(|word| stem(&word)).collect();
                let as_it_stands: Vec<String> = words.iter().map(|word| stem(word)).collect();
                self.add_phrase(written_out, concept);
                self.add_phrase(as_it_stands, concept);
            }
        }
    }

    fn add_phrase(&mut self, words: Vec<String>, concept: Concept) {
        let strong: Vec<String> = words.iter().filter(|word| !self.is_weak(word)).cloned().collect();
        for words in [strong, words] {
            if words.is_empty() {
                continue;
            }
            self.longest_phrase = self.longest_phrase.max(words.len());
            let mut sorted = words.clone();
            sorted.sort_unstable();
            for (phrases, key) in [(&mut self.phrases, words.join(" ")), (&mut self.unordered, sorted.join(" "))] {
                let concepts = phrases.entry(key).or_default();
                if !concepts.contains(&concept) {
                    concepts.push(concept);
                }
            }
        }
    }

    /// The words an abbreviation stands for, or the word itself.
    pub fn written_out(&self, word: &str) -> Vec<String> {
        self.abbreviations.get(word).cloned().unwrap_or_else(|| vec![word.to_owned()])
    }

    pub fn abbreviation(&self, word: &str) -> Option<&[String]> {
        self.abbreviations.get(word).map(Vec::as_slice)
    }

    /// The concepts of a phrase of stemmed words.
    pub fn concepts(&self, phrase: &str) -> &[Concept] {
        self.phrases.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// The concepts of a phrase whatever the order of its words.
    pub fn concepts_in_any_order(&self, words: &[&str]) -> &[Concept] {
        let mut sorted = words.to_vec();
        sorted.sort_unstable();
        self.unordered.get(&sorted.join(" ")).map_or(&[], Vec::as_slice)
    }

    pub fn concept_name(&self, concept: Concept) -> &str {
        self.concept_names.get(usize::from(concept)).map_or("", String::as_str)
    }

    pub fn is_weak(&self, word: &str) -> bool {
        self.weak.contains(word)
    }

    pub fn is_affix(&self, word: &str) -> bool {
        self.affixes.contains(word)
    }

    /// Whether fields of this concept are told apart by slots.
    pub fn is_slotted(&self, concept: Concept) -> bool {
        self.slotted.contains(&concept)
    }

    pub fn slot(&self, word: &str) -> Option<u8> {
        self.slot_words.get(word).copied()
    }

    pub fn entity_kinds(&self, word: &str) -> &[EntityKind] {
        self.entity_words.get(word).map_or(&[], Vec::as_slice)
    }

    pub fn opposites(&self, word: &str) -> &[u8] {
        self.opposites.get(word).map_or(&[], Vec::as_slice)
    }

    pub fn knows(&self, word: &str) -> bool {
        self.vocabulary.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_whole() {
        let lexicon = lexicon();
        assert!(lexicon.concept_names.len() > 200);
        assert_eq!(lexicon.concepts("given name"), lexicon.concepts("forename"));
        assert_eq!(lexicon.written_out("nbr"), ["number"]);
        assert!(lexicon.slots.iter().any(|slot| slot.name == "billing" && slot.rank == SlotRank::Main));
        assert!(!lexicon.entity_kinds("contact").is_empty());
    }

    #[test]
    fn weak_words_do_not_hide_a_phrase() {
        let lexicon = lexicon();
        assert_eq!(lexicon.concepts("date birth"), lexicon.concepts("date of birth"));
        assert!(!lexicon.concepts("date birth").is_empty());
    }
}
