//! What a field's name adds where its values leave the type open.

use super::is_most;
use crate::schema::FieldStats;

pub(super) const PHONE_WORDS: &[&str] =
    &["phone", "tel", "telephone", "telefon", "mobile", "fax", "cell", "handy", "mobil"];
pub(super) const MONEY_WORDS: &[&str] = &[
    "amount", "price", "revenue", "salary", "cost", "total", "budget", "value", "turnover", "fee", "betrag", "preis",
    "umsatz",
];
pub(super) const KEY_WORDS: &[&str] = &["id", "key", "uuid", "guid", "number", "no", "nr", "code", "pk"];

/// Whether one of the words of the field's name is in the list.
pub(super) fn name_has(stats: &FieldStats, words: &[&str]) -> bool {
    name_words(&stats.name).iter().any(|word| words.contains(&word.as_str()))
}

/// All different or nearly so, and the name ends in a word for a key.
pub(super) fn is_key(stats: &FieldStats) -> bool {
    let words = name_words(&stats.name);
    let nearly = stats.filled >= 10 && is_most(stats.distinct.count, stats.filled, 0.95);
    (nearly || stats.is_unique()) && words.last().is_some_and(|word| KEY_WORDS.contains(&word.as_str()))
}

/// `billing_Street`, `BillingStreet`, `billing street` -> billing, street.
pub(super) fn name_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for letter in name.chars() {
        let starts = letter.is_uppercase() && lower_before;
        if (!letter.is_alphanumeric() || starts) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        lower_before = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
