//! Two objects prepared for comparison: readings, kinds of value, descriptions, and which words are alike.

use std::collections::{HashMap, HashSet};

use super::lexicon::{Concept, EntityKind, lexicon};
use super::normalise::{plain_words, stem};
use super::reading::{RawReading, Reader, Reading, Word, Words, entity_kinds};
use super::values::{self, ValueKind};
use crate::schema::{Field, FieldType, Object};

/// What a type can hold, coarsely: types of one group exchange values without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum TypeGroup {
    Text,
    Choice,
    Boolean,
    Number,
    Moment,
    Email,
    Phone,
    Url,
    Reference,
    Structure,
    Bytes,
}

/// A field prepared for comparison.
#[derive(Debug)]
pub(super) struct FieldView<'a> {
    pub field: &'a Field,
    pub readings: Vec<Reading>,
    pub group: TypeGroup,
    pub kind: Option<ValueKind>,
    /// Concepts of its readings, and those its values speak of.
    pub concepts: Vec<Concept>,
    pub description: Vec<Word>,
    /// Lower-case samples and picklist values.
    pub values: HashSet<String>,
}

/// One object prepared for comparison.
#[derive(Debug)]
pub(super) struct ObjectView<'a> {
    pub fields: Vec<FieldView<'a>>,
}

/// Both objects, and the words they are made of.
#[derive(Debug)]
pub(super) struct Views<'a> {
    pub source: ObjectView<'a>,
    pub target: ObjectView<'a>,
    pub words: Words,
    /// For every word the other words like it, with how like (0.85 to 1).
    alike: Vec<Vec<(Word, f32)>>,
}

/// Description words that are looked at.
const LONGEST_DESCRIPTION: usize = 40;

impl<'a> Views<'a> {
    pub fn new(source: &'a Object, target: &'a Object) -> Views<'a> {
        let mut kinds = entity_kinds(source);
        let target_kinds = entity_kinds(target);
        kinds.extend(target_kinds.iter().filter(|kind| !kinds.contains(kind)).copied().collect::<Vec<_>>());
        let source_raw = read_all(source, &kinds);
        let target_raw = read_all(target, &kinds);
        let words = Words::of(source_raw.iter().chain(&target_raw).flatten());
        let source = prepare_all(source, &source_raw, &words);
        let target = prepare_all(target, &target_raw, &words);
        let alike = alike_words(&words);
        Views { source, target, words, alike }
    }

    /// How like two words are: 1 for the same, 0 for strangers.
    pub fn likeness(&self, a: Word, b: Word) -> f32 {
        if a == b {
            return 1.0;
        }
        self.alike_to(a).iter().find(|(word, _)| *word == b).map_or(0.0, |(_, likeness)| *likeness)
    }

    pub fn alike_to(&self, word: Word) -> &[(Word, f32)] {
        self.alike.get(word as usize).map_or(&[], Vec::as_slice)
    }
}

fn read_all(object: &Object, kinds: &[EntityKind]) -> Vec<Vec<RawReading>> {
    let mut reader = Reader::new(object, kinds);
    object.fields.iter().map(|field| reader.read(field)).collect()
}

fn prepare_all<'a>(object: &'a Object, raw: &[Vec<RawReading>], words: &Words) -> ObjectView<'a> {
    let fields = object.fields.iter().zip(raw).map(|(field, raw)| view(field, raw, words)).collect();
    ObjectView { fields }
}

fn view<'a>(field: &'a Field, raw: &[RawReading], words: &Words) -> FieldView<'a> {
    let readings: Vec<Reading> = raw.iter().map(|raw| words.prepare(raw)).collect();
    let kind = values::kind_of(&field.samples);
    let mut concepts: Vec<Concept> = readings
        .iter()
        .flat_map(|reading| reading.whole.iter().chain(reading.units.iter().flat_map(|unit| &unit.concepts)))
        .copied()
        .collect();
    concepts.sort_unstable();
    concepts.dedup();
    let values =
        field.samples.iter().chain(&field.constraints.one_of).map(|value| value.trim().to_lowercase()).collect();
    FieldView {
        field,
        readings,
        group: group(field.field_type),
        kind,
        concepts,
        description: description(field, words),
        values,
    }
}

fn description(field: &Field, words: &Words) -> Vec<Word> {
    let Some(text) = field.description.as_deref() else { return Vec::new() };
    let text: String = text.chars().take(400).collect();
    let lexicon = lexicon();
    plain_words(&text)
        .iter()
        .take(LONGEST_DESCRIPTION)
        .flat_map(|word| lexicon.written_out(word))
        .map(|word| stem(&word))
        .filter(|word| !lexicon.is_weak(word))
        .filter_map(|word| words.known(&word))
        .collect()
}

pub(super) fn group(field_type: FieldType) -> TypeGroup {
    match field_type {
        FieldType::Text | FieldType::LongText | FieldType::Country => TypeGroup::Text,
        FieldType::Picklist | FieldType::MultiPicklist => TypeGroup::Choice,
        FieldType::Boolean => TypeGroup::Boolean,
        FieldType::Integer | FieldType::Decimal | FieldType::Money | FieldType::Percent => TypeGroup::Number,
        FieldType::Date | FieldType::Time | FieldType::DateTime => TypeGroup::Moment,
        FieldType::Email => TypeGroup::Email,
        FieldType::Phone => TypeGroup::Phone,
        FieldType::Url => TypeGroup::Url,
        FieldType::Id | FieldType::Reference => TypeGroup::Reference,
        FieldType::List | FieldType::Map => TypeGroup::Structure,
        FieldType::Bytes => TypeGroup::Bytes,
    }
}

/// Jaro-Winkler of words with the same first letter, and prefixes: `org` and `organization`.
fn alike_words(words: &Words) -> Vec<Vec<(Word, f32)>> {
    let mut by_first: HashMap<char, Vec<Word>> = HashMap::new();
    for (number, text) in words.texts.iter().enumerate() {
        if text.len() >= 3
            && let Some(first) = text.chars().next().filter(|first| first.is_alphabetic())
        {
            by_first.entry(first).or_default().push(number as Word);
        }
    }
    let mut alike = vec![Vec::new(); words.texts.len()];
    for group in by_first.values() {
        for (at, &a) in group.iter().enumerate() {
            for &b in &group[at + 1..] {
                let likeness = letters_alike(words.text(a), words.text(b));
                if likeness > 0.0 {
                    alike[a as usize].push((b, likeness));
                    alike[b as usize].push((a, likeness));
                }
            }
        }
    }
    alike
}

fn letters_alike(a: &str, b: &str) -> f32 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() >= 3 && long.starts_with(short) {
        return 0.88;
    }
    if short.len() < 4 || long.len() > short.len() * 2 {
        return 0.0;
    }
    let likeness = strsim::jaro_winkler(a, b) as f32;
    if likeness >= 0.92 { likeness } else { 0.0 }
}
