//! A field's names as words: every way a name or label can be read, prepared once for all comparisons.

use std::collections::{HashMap, HashSet};

use smallvec::SmallVec;

use super::abbreviate::{self, Sources};
use super::aliases::{Language, languages_of};
use super::lexicon::{Concept, EntityKind, SlotRank, lexicon};
use super::normalise::{is_cjk, plain_words, squeezed, stem};
use super::vectors::{self, DIMENSIONS};
use crate::schema::{Field, Object};

/// A word's number within one comparison of two objects.
pub(super) type Word = u32;

/// Readings of one field that are kept.
const MOST_READINGS: usize = 5;

/// A name read as words, not yet numbered.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawReading {
    /// The name with letters and digits only; empty for readings that are not a name's own spelling.
    pub squeezed: String,
    /// Stemmed English words, digits included.
    pub words: Vec<String>,
    /// Some word was guessed from its letters.
    pub guessed: bool,
    /// The language it was translated from.
    pub language: Option<&'static str>,
}

/// A concept or an unknown word within a reading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    pub words: SmallVec<[Word; 3]>,
    pub concepts: SmallVec<[Concept; 4]>,
    /// How telling it is among both objects' fields.
    pub weight: f32,
    /// The slot it names, where it does nothing else.
    pub slot: Option<u8>,
}

/// One way to read a field's name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub squeezed: String,
    pub trigrams: Vec<u32>,
    /// Words without digits and weak words; all words where nothing else is left.
    pub words: SmallVec<[Word; 6]>,
    pub units: SmallVec<[Unit; 4]>,
    /// What the whole phrase means.
    pub whole: SmallVec<[Concept; 4]>,
    pub units_weight: f32,
    /// Bits of the slots named.
    pub slots: u16,
    /// `2` of `address2`.
    pub index: Option<u8>,
    pub vector: Option<[f32; DIMENSIONS]>,
    pub ends_in_id: bool,
    pub guessed: bool,
    pub language: Option<&'static str>,
}

/// The words of both objects, each known by its number.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: HashMap<String, Word>,
    pub texts: Vec<String>,
    /// ln(1 + readings / readings with the word).
    pub weights: Vec<f32>,
    pub slots: Vec<Option<u8>>,
    pub opposites: Vec<&'static [u8]>,
    vectors: Vec<Option<[f32; DIMENSIONS]>>,
}

/// Reads the names of one object.
pub(super) struct Reader<'a> {
    pub languages: Vec<&'static Language>,
    seen_apart: HashSet<String>,
    kinds: &'a [EntityKind],
    cache: HashMap<String, RawReading>,
}

/// What kind of record an object holds, from its name, or else from its fields.
pub(super) fn entity_kinds(object: &Object) -> Vec<EntityKind> {
    let lexicon = lexicon();
    let mut kinds = Vec::new();
    for name in [Some(object.name.as_str()), object.label.as_deref()].into_iter().flatten() {
        for word in plain_words(name).iter().flat_map(|word| lexicon.written_out(word)) {
            for kind in lexicon.entity_kinds(&stem(&word)) {
                if !kinds.contains(kind) {
                    kinds.push(*kind);
                }
            }
        }
    }
    kinds
}

impl<'a> Reader<'a> {
    pub fn new(object: &Object, kinds: &'a [EntityKind]) -> Reader<'a> {
        let names = || object.fields.iter().map(|field| field.title());
        let mut seen_apart = HashSet::new();
        for name in object.fields.iter().flat_map(|field| [Some(field.name.as_str()), field.label.as_deref()]).flatten()
        {
            let words = plain_words(name);
            if words.len() > 1 {
                seen_apart.extend(words.into_iter().filter(|word| word.len() > 3 && vectors::vector(word).is_some()));
            }
        }
        Reader { languages: languages_of(names()), seen_apart, kinds, cache: HashMap::new() }
    }

    /// Every way to read the field's label and name, the plainest first.
    pub fn read(&mut self, field: &Field) -> Vec<RawReading> {
        let mut readings: Vec<RawReading> = Vec::new();
        let mut texts: Vec<&str> = Vec::new();
        if let Some(label) = field.label.as_deref().filter(|label| !label.trim().is_empty()) {
            texts.push(label);
        }
        texts.push(&field.name);
        for choice in 0..2 {
            for text in &texts {
                let reading = self.read_text(text, choice);
                let stripped = self.without_entity(&reading);
                let known = |readings: &[RawReading], new: &RawReading| {
                    readings
                        .iter()
                        .any(|old| old.words == new.words && (new.squeezed.is_empty() || old.squeezed == new.squeezed))
                };
                for new in [Some(reading), stripped].into_iter().flatten() {
                    if readings.len() < MOST_READINGS && !known(&readings, &new) {
                        readings.push(new);
                    }
                }
            }
            if self.languages.is_empty() {
                break;
            }
        }
        readings
    }

    fn read_text(&mut self, text: &str, choice: usize) -> RawReading {
        let key = format!("{choice}{text}");
        if let Some(reading) = self.cache.get(&key) {
            return reading.clone();
        }
        let bare = text.strip_suffix("__c").or_else(|| text.strip_suffix("__r")).unwrap_or(text);
        let mut reading = RawReading { squeezed: squeezed(bare), ..RawReading::default() };
        let plain = plain_words(bare);
        let mut words: Vec<String> = Vec::new();
        let mut at = 0;
        while at < plain.len() {
            if let Some((taken, meaning, language)) = self.translated(&plain[at..], choice) {
                words.extend(meaning);
                reading.language = Some(language);
                at += taken;
                continue;
            }
            let (meaning, guessed) = self.understood(&plain[at]);
            words.extend(meaning);
            reading.guessed |= guessed;
            at += 1;
        }
        let affixes = words.iter().take_while(|word| lexicon().is_affix(word)).count();
        if affixes < words.len() {
            words.drain(..affixes);
        }
        reading.words = numbered_blocks(words.iter().map(|word| stem(word)).collect());
        self.cache.insert(key, reading.clone());
        reading
    }

    fn translated(&self, words: &[String], choice: usize) -> Option<(usize, Vec<String>, &'static str)> {
        for language in &self.languages {
            if let Some((taken, meaning)) = language.longest_phrase(words, choice) {
                return Some((taken, meaning.to_vec(), language.name));
            }
            if words[0].chars().any(is_cjk)
                && let Some(meaning) = language.cut(&words[0], choice)
            {
                return Some((1, meaning, language.name));
            }
        }
        None
    }

    /// A word in the lexicon's terms, and whether that was guessed.
    fn understood(&self, word: &str) -> (Vec<String>, bool) {
        let lexicon = lexicon();
        if let Some(meaning) = lexicon.abbreviation(word) {
            return (meaning.to_vec(), false);
        }
        if word.len() < 4 || lexicon.knows(word) || lexicon.knows(&stem(word)) {
            return (vec![word.to_owned()], false);
        }
        let english = vectors::vector(word).is_some();
        if english && self.languages.is_empty() {
            return (vec![word.to_owned()], false);
        }
        let translate = |piece: &str| {
            self.languages
                .iter()
                .filter(|language| language.compounds)
                .find_map(|language| language.meaning(piece, 0).map(<[String]>::to_vec))
        };
        let compounds = self.languages.iter().any(|language| language.compounds);
        let sources = Sources { seen_apart: &self.seen_apart, translate: &translate, compounds };
        match abbreviate::segment(word, &sources) {
            Some(parts) if !(english && parts.guessed) => {
                (parts.words.iter().flat_map(|part| lexicon.written_out(part)).collect(), parts.guessed)
            }
            _ => (vec![word.to_owned()], false),
        }
    }

    /// The reading without the words that only repeat what kind of record this is: `Account Name` of an account is its
    /// name. A bare entity word is the record's name too.
    fn without_entity(&self, reading: &RawReading) -> Option<RawReading> {
        let lexicon = lexicon();
        let of_this_kind = |word: &String| lexicon.entity_kinds(word).iter().any(|kind| self.kinds.contains(kind));
        let mut words: Vec<String> = reading.words.iter().filter(|word| !of_this_kind(word)).cloned().collect();
        let strong = words.iter().any(|word| !lexicon.is_weak(word) && word.parse::<u32>().is_err());
        let bare = !strong && reading.words.iter().any(of_this_kind);
        let whole_name = [&["name"][..], &["display", "name"], &["full", "name"]].iter().any(|name| words == *name);
        if bare || whole_name {
            words = self.name_of_kind()?;
        }
        (words != reading.words && !words.is_empty()).then(|| RawReading {
            squeezed: String::new(),
            words,
            guessed: reading.guessed,
            language: reading.language,
        })
    }

    /// What the name of such a record is called.
    fn name_of_kind(&self) -> Option<Vec<String>> {
        let kind = lexicon().entity_kinds.get(usize::from(*self.kinds.first()?))?;
        let words: &[&str] = match kind.as_str() {
            "company" => &["company", "name"],
            "person" => &["full", "name"],
            "deal" => &["deal", "name"],
            "ticket" => &["ticket", "subject"],
            "activity" => &["activity", "subject"],
            "product" => &["product", "name"],
            "campaign" => &["campaign", "name"],
            "project" => &["project", "name"],
            "invoice" => &["invoice", "number"],
            "order" => &["order", "number"],
            _ => return None,
        };
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }
}

/// `address 2 line 1` is the first line of the second address: the block's number becomes its slot.
fn numbered_blocks(words: Vec<String>) -> Vec<String> {
    let at = words
        .windows(3)
        .position(|three| three[0] == "address" && three[1].parse::<u8>().is_ok() && three[2].parse::<u8>().is_err());
    let Some(at) = at else { return words };
    let slot = if words[at + 1] == "1" { "primary" } else { "other" };
    let mut named = words[..at].to_vec();
    named.extend([slot.to_owned(), "address".to_owned()]);
    named.extend(words[at + 2..].iter().cloned());
    named
}

impl Words {
    /// Numbers the words of all readings and weighs them by how rare they are.
    pub fn of<'r>(readings: impl Iterator<Item = &'r RawReading>) -> Words {
        let mut words = Words::default();
        let mut seen_in: Vec<u32> = Vec::new();
        let mut count = 0u32;
        for reading in readings {
            count += 1;
            let mut once: SmallVec<[Word; 8]> = SmallVec::new();
            for text in &reading.words {
                let number = words.number(text);
                seen_in.resize(words.texts.len(), 0);
                if !once.contains(&number) {
                    once.push(number);
                    seen_in[number as usize] += 1;
                }
            }
        }
        let lexicon = lexicon();
        words.weights = seen_in.iter().map(|seen| (1.0 + count as f32 / (*seen).max(1) as f32).ln()).collect();
        words.slots = words.texts.iter().map(|text| lexicon.slot(text)).collect();
        words.opposites = words.texts.iter().map(|text| lexicon.opposites(text)).collect();
        words.vectors = words.texts.iter().map(|text| vectors::vector(text)).collect();
        words
    }

    fn number(&mut self, text: &str) -> Word {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as Word;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    /// The number of a word that stands in some reading.
    pub fn known(&self, text: &str) -> Option<Word> {
        self.numbers.get(text).copied()
    }

    pub fn text(&self, word: Word) -> &str {
        self.texts.get(word as usize).map_or("", String::as_str)
    }

    pub fn weight(&self, word: Word) -> f32 {
        self.weights.get(word as usize).copied().unwrap_or(0.0)
    }

    /// Prepares a reading for comparison.
    pub fn prepare(&self, raw: &RawReading) -> Reading {
        let lexicon = lexicon();
        let is_digit = |text: &str| text.parse::<u32>().is_ok();
        let strong: Vec<&str> = raw.words.iter().map(String::as_str).filter(|word| !lexicon.is_weak(word)).collect();
        let texts: Vec<&str> = if strong.is_empty() { raw.words.iter().map(String::as_str).collect() } else { strong };
        let numbers = |texts: &[&str]| -> SmallVec<[Word; 6]> {
            texts.iter().filter(|text| !is_digit(text)).filter_map(|text| self.numbers.get(*text).copied()).collect()
        };
        let words = numbers(&texts);
        let units = self.units(&texts);
        let mut whole: SmallVec<[Concept; 4]> = SmallVec::from_slice(lexicon.concepts(&texts.join(" ")));
        if whole.is_empty() {
            whole = SmallVec::from_slice(lexicon.concepts_in_any_order(&texts));
        }
        let slots = self.slots_of(&units);
        let index = raw.words.iter().rev().find_map(|word| word.parse::<u8>().ok());
        Reading {
            trigrams: trigrams(&raw.squeezed),
            squeezed: raw.squeezed.clone(),
            units_weight: units.iter().map(|unit| unit.weight).sum(),
            vector: self.vector(&words),
            ends_in_id: texts.last().is_some_and(|last| matches!(*last, "id" | "key" | "guid" | "uuid")),
            words,
            units,
            whole,
            slots,
            index,
            guessed: raw.guessed,
            language: raw.language,
        }
    }

    /// Covers the words with concepts, the longest phrases first; what is left stands for itself.
    fn units(&self, texts: &[&str]) -> SmallVec<[Unit; 4]> {
        let lexicon = lexicon();
        let mut units: SmallVec<[Unit; 4]> = SmallVec::new();
        let mut end = texts.len();
        // From the end: what a name is about stands last, and what comes before only narrows it.
        while end > 0 {
            let found = (1..=lexicon.longest_phrase.min(end)).rev().find_map(|length| {
                let concepts = lexicon.concepts(&texts[end - length..end].join(" "));
                (!concepts.is_empty()).then(|| (length, SmallVec::from_slice(concepts)))
            });
            let (length, concepts) = found.unwrap_or((1, SmallVec::new()));
            let phrase = &texts[end - length..end];
            end -= length;
            let only_digits = phrase.iter().all(|text| text.parse::<u32>().is_ok());
            if only_digits && concepts.is_empty() {
                continue;
            }
            let words: SmallVec<[Word; 3]> =
                phrase.iter().filter_map(|text| self.numbers.get(*text).copied()).collect();
            let only_slots = !words.is_empty() && words.iter().all(|word| self.slots[*word as usize].is_some());
            let slot = words.first().filter(|_| only_slots).and_then(|word| self.slots[*word as usize]);
            let telling = words.iter().map(|word| self.weight(*word)).fold(0.0, f32::max);
            units.push(Unit { words, concepts, weight: telling, slot });
        }
        // A slot's word that stands alone is what the name is about: `Company`, but not `street:home`.
        let has_head = units.iter().any(|unit| unit.slot.is_none() && self.is_slotted(unit));
        if let Some(last) = units.first_mut().filter(|_| !has_head) {
            last.slot = None;
        }
        for unit in units.iter_mut().filter(|unit| unit.slot.is_some()) {
            unit.weight *= 0.4;
        }
        units.reverse();
        units
    }

    fn is_slotted(&self, unit: &Unit) -> bool {
        unit.concepts.iter().any(|concept| lexicon().is_slotted(*concept))
    }

    /// Bits of the slots that the units name, where the name is about something that comes in slots.
    fn slots_of(&self, units: &[Unit]) -> u16 {
        let lexicon = lexicon();
        let slot = |word: &Word| self.slots.get(*word as usize).copied().flatten();
        let slotted = |unit: &Unit| self.is_slotted(unit);
        if !units.iter().any(slotted) {
            return 0;
        }
        // Within a concept's own phrase (`postal code`, `street address`) a main slot's word is no slot.
        let counts = |unit: &Unit, slot: u8| {
            unit.slot.is_some() || lexicon.slots.get(usize::from(slot)).is_some_and(|slot| slot.rank != SlotRank::Main)
        };
        let naming = units.iter().filter(|unit| slotted(unit) || unit.slot.is_some());
        naming
            .flat_map(|unit| unit.words.iter().filter_map(slot).filter(move |slot| counts(unit, *slot)))
            .fold(0, |bits, slot| bits | 1 << slot)
    }

    fn vector(&self, words: &[Word]) -> Option<[f32; DIMENSIONS]> {
        let mut sum = [0.0f32; DIMENSIONS];
        let mut any = false;
        for word in words {
            if let Some(vector) = &self.vectors[*word as usize] {
                any = true;
                let weight = self.weight(*word);
                for (sum, number) in sum.iter_mut().zip(vector) {
                    *sum += weight * number;
                }
            }
        }
        let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
        (any && length > 0.0).then(|| sum.map(|number| number / length))
    }
}

/// Hashed three-letter pieces of a squeezed name, sorted.
fn trigrams(squeezed: &str) -> Vec<u32> {
    if squeezed.is_empty() {
        return Vec::new();
    }
    let mut window = [b'#' as u32; 3];
    let mut found: Vec<u32> = squeezed
        .chars()
        .chain(['#'])
        .map(|letter| {
            window = [window[1], window[2], letter as u32];
            window.iter().fold(17u32, |hash, letter| hash.wrapping_mul(16_777_619) ^ letter)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(object: &str, name: &str) -> Vec<String> {
        let object = Object { name: object.to_owned(), fields: vec![Field::named(name)], ..Object::default() };
        let kinds = entity_kinds(&object);
        let mut reader = Reader::new(&object, &kinds);
        reader.read(&object.fields[0]).iter().map(|reading| reading.words.join(" ")).collect()
    }

    #[test]
    fn entity_words_are_set_apart() {
        assert_eq!(readings("Account", "Account Name"), ["account name", "company name"]);
        assert_eq!(readings("Contact", "Account Name"), ["account name"]);
        assert_eq!(readings("Customer", "CUSTNMBR"), ["customer number", "number"]);
        assert_eq!(readings("Account", "Company"), ["company", "company name"]);
    }

    #[test]
    fn the_number_of_an_address_block_is_its_slot() {
        assert_eq!(readings("Contact", "address2_line1"), ["other address line 1"]);
        assert_eq!(readings("Contact", "Address 2"), ["address 2"]);
    }

    #[test]
    fn custom_suffixes_and_prefixes_fall_away() {
        assert_eq!(readings("Deal", "Lead_Source__c"), ["lead source"]);
        assert_eq!(readings("Customer", "msdyn_paymentterm"), ["payment term"]);
    }
}
