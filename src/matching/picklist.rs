//! Which value of a picklist stands for which: `act` for `Active`. Several source values may mean one target value.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::aliases;
use super::lexicon::table_lines;
use super::memory::{Between, Memory, Verdict};
use super::model::ValueSuggestion;
use super::normalise::{plain_words, squeezed, stem};
use super::vectors::{self, DIMENSIONS};
use crate::schema::{Object, ObjectStats};

/// Below this no value is proposed.
const LEAST: f64 = 0.35;
/// From this on a value may be taken without looking.
const ACCEPT: f64 = 0.85;
/// Distance to the second best that an accepted value needs.
const MARGIN: f64 = 0.1;

/// Squeezed form of every known value to the lines of `values.txt` that it stands in.
static MEANINGS: LazyLock<HashMap<String, Vec<u16>>> = LazyLock::new(|| {
    let mut meanings: HashMap<String, Vec<u16>> = HashMap::new();
    for (line, (plain, others)) in (0..).zip(table_lines(include_str!("../../assets/matching/values.txt"))) {
        for value in std::iter::once(plain).chain(others) {
            let lines = meanings.entry(squeezed(value)).or_default();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    meanings
});

/// A value as compared.
struct Value<'a> {
    text: &'a str,
    squeezed: String,
    words: Vec<String>,
    meanings: &'static [u16],
    vector: Option<[f32; DIMENSIONS]>,
}

impl<'a> Value<'a> {
    fn new(text: &'a str) -> Value<'a> {
        let squeezed = squeezed(text);
        let words: Vec<String> = plain_words(text).iter().map(|word| stem(word)).collect();
        let meanings = MEANINGS.get(&squeezed).map_or(&[][..], Vec::as_slice);
        let vector = mean_vector(&words);
        Value { text, squeezed, words, meanings, vector }
    }
}

/// Different values up to which a field is taken for one that is chosen from a list.
const LONGEST_LIST: u64 = 50;

/// The object with every value that was seen of fields with few different ones, so that each value finds its partner;
/// other fields keep their few samples.
pub fn with_observed_values(stats: &ObjectStats) -> Object {
    let mut object = stats.object.clone();
    for (field, seen) in object.fields.iter_mut().zip(&stats.fields) {
        if (1..=LONGEST_LIST).contains(&seen.distinct.count) && seen.values.iter().all(|value| !value.cut) {
            let filled = seen.values.iter().filter(|value| !value.text.trim().is_empty());
            field.samples = filled.map(|value| value.text.clone()).collect();
        }
    }
    object
}

/// For every source value the target value that it most likely means, with how sure that is; values that nothing comes
/// near have no partner. What the memory knows comes first.
pub fn suggest_values(
    source: &[String],
    target: &[String],
    memory: Option<(&Memory, &Between)>,
) -> Vec<ValueSuggestion> {
    let targets: Vec<Value> = target.iter().map(|value| Value::new(value)).collect();
    source.iter().map(|value| best(&Value::new(value), &targets, memory)).collect()
}

fn best(value: &Value<'_>, targets: &[Value<'_>], memory: Option<(&Memory, &Between)>) -> ValueSuggestion {
    let mut ranked: Vec<(f64, &Value<'_>, String)> = targets
        .iter()
        .map(|target| {
            let (likeness, reason) = compare(value, target, memory);
            (likeness, target, reason)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let second = ranked.get(1).map_or(0.0, |(likeness, ..)| *likeness);
    match ranked.into_iter().next().filter(|(likeness, ..)| *likeness >= LEAST) {
        Some((likeness, target, reason)) => ValueSuggestion {
            from: value.text.to_owned(),
            to: Some(target.text.to_owned()),
            confidence: likeness,
            accepted: likeness >= ACCEPT && likeness - second >= MARGIN,
            reason,
        },
        None => ValueSuggestion {
            from: value.text.to_owned(),
            to: None,
            confidence: 0.0,
            accepted: false,
            reason: "no value of the target comes near".to_owned(),
        },
    }
}

fn compare(a: &Value<'_>, b: &Value<'_>, memory: Option<(&Memory, &Between)>) -> (f64, String) {
    if let Some((memory, between)) = memory
        && let Some(known) = memory.recall_value(between, a.text, b.text)
    {
        let exact = known.between == *between;
        return match known.verdict {
            Verdict::Confirmed => (if exact { 0.99 } else { 0.95 }, "confirmed before".to_owned()),
            Verdict::Rejected => (0.0, "rejected before".to_owned()),
        };
    }
    if a.text == b.text {
        return (0.99, "the same value".to_owned());
    }
    if !a.squeezed.is_empty() && a.squeezed == b.squeezed {
        return (0.97, "the same but for case and punctuation".to_owned());
    }
    if a.meanings.iter().any(|line| b.meanings.contains(line)) {
        return (0.9, format!("{} is another word for {}", a.text.trim(), b.text.trim()));
    }
    let translated = aliases::in_english(a.text).is_some_and(|english| {
        let words: Vec<String> = english.iter().map(|word| stem(word)).collect();
        words == b.words
    });
    if translated {
        return (0.88, format!("translation of {}", b.text.trim()));
    }
    by_letters_and_meaning(a, b)
}

fn by_letters_and_meaning(a: &Value<'_>, b: &Value<'_>) -> (f64, String) {
    let (short, long) = if a.squeezed.len() <= b.squeezed.len() { (a, b) } else { (b, a) };
    if short.squeezed.len() >= 3 && long.squeezed.starts_with(&short.squeezed) {
        return (0.75, "one starts with the other".to_owned());
    }
    let shared = a.words.iter().filter(|word| b.words.contains(word)).count();
    let words = 2.0 * shared as f64 / (a.words.len() + b.words.len()).max(1) as f64;
    if words >= 0.5 {
        return (0.4 + 0.4 * words, "words in common".to_owned());
    }
    let letters = strsim::jaro_winkler(&a.squeezed, &b.squeezed);
    if letters >= 0.88 && short.squeezed.len() >= 4 {
        return (0.8 * letters, "spelled alike".to_owned());
    }
    let meaning = match (&a.vector, &b.vector) {
        (Some(a), Some(b)) => f64::from(vectors::cosine(a, b)),
        _ => 0.0,
    };
    (0.65 * meaning.max(0.0), "near in meaning".to_owned())
}

fn mean_vector(words: &[String]) -> Option<[f32; DIMENSIONS]> {
    let mut sum = [0.0f32; DIMENSIONS];
    for vector in words.iter().filter_map(|word| vectors::vector(word)) {
        for (sum, number) in sum.iter_mut().zip(vector) {
            *sum += number;
        }
    }
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    (length > 0.0).then(|| sum.map(|number| number / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::memory::Remembered;

    fn partner(value: &str, options: &[&str]) -> Option<String> {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        suggest_values(&[value.to_owned()], &options, None).remove(0).to
    }

    #[test]
    fn values_find_what_they_mean() {
        let status = ["Active", "Inactive", "Prospect"];
        assert_eq!(partner("act", &status).as_deref(), Some("Active"));
        assert_eq!(partner("INAKTIV", &status).as_deref(), Some("Inactive"));
        assert_eq!(partner("Kunde", &["Customer", "Partner"]).as_deref(), Some("Customer"));
        assert_eq!(partner("Closed-Won", &["closedwon", "closedlost"]).as_deref(), Some("closedwon"));
        assert_eq!(partner("DE", &["Germany", "France"]).as_deref(), Some("Germany"));
        assert_eq!(partner("qqq", &status), None);
    }

    #[test]
    fn a_decision_comes_before_any_likeness() {
        let between = Between::default();
        let mut memory = Memory::default();
        memory.remember(Remembered {
            between: between.clone(),
            source: "status".into(),
            target: "Status".into(),
            values: Some(("act".into(), "Prospect".into())),
            verdict: Verdict::Confirmed,
            origin: String::new(),
        });
        let options = ["Active".to_owned(), "Prospect".to_owned()];
        let found = suggest_values(&["act".to_owned()], &options, Some((&memory, &between)));
        assert_eq!(found[0].to.as_deref(), Some("Prospect"));
        assert!(found[0].confidence > 0.95);
    }

    #[test]
    fn an_empty_picklist_gives_no_partner() {
        assert_eq!(partner("x", &[]), None);
        assert_eq!(partner("", &["Active"]), None);
    }
}
