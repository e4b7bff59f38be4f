//! From a name as a system writes it to plain words: camel, snake and digits split, accents and plurals removed.

use unicode_normalization::UnicodeNormalization;

/// Longer names say nothing more, and must not cost more.
const LONGEST_NAME: usize = 160;

/// Lower-case words of a name. Runs of CJK characters stay one word; control characters separate.
pub(super) fn plain_words(name: &str) -> Vec<String> {
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let name = without_accents(&name.replace("'s ", " ").replace(['\'', '’'], ""));
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        if starts_a_word(&letters, at) {
            close(&mut word, &mut words);
        }
        match letter {
            '%' => words.push("percent".to_owned()),
            '#' => words.push("number".to_owned()),
            _ if letter.is_alphanumeric() => word.extend(letter.to_lowercase()),
            _ => close(&mut word, &mut words),
        }
    }
    close(&mut word, &mut words);
    join_email(words)
}

/// Letters and digits only, lower case: two spellings of one name are equal.
pub(super) fn squeezed(name: &str) -> String {
    let name: String = name.chars().take(LONGEST_NAME).collect();
    without_accents(&name).chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A plural brought to its singular; other endings stay.
pub(super) fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() <= 3 {
        return word.to_owned();
    }
    if word.len() > 4 && word.ends_with("ies") {
        return format!("{}y", &word[..word.len() - 3]);
    }
    if word.len() > 4 && ["ses", "xes", "ches", "shes"].iter().any(|ending| word.ends_with(ending)) {
        let cut = if word.ends_with("ses") && !word.ends_with("sses") && !word.ends_with("uses") { 1 } else { 2 };
        return word[..word.len() - cut].to_owned();
    }
    if word.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
        return word[..word.len() - 1].to_owned();
    }
    word.to_owned()
}

/// Han, kana and hangul: written without blanks between words.
pub(super) fn is_cjk(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

fn starts_a_word(letters: &[char], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|before| letters.get(before)) else { return false };
    let letter = letters[at];
    let next_is_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
    (letter.is_uppercase() && (before.is_lowercase() || before.is_numeric()))
        || (letter.is_uppercase() && before.is_uppercase() && next_is_small && !plural_of_capitals(letters, at))
        || (letter.is_numeric() != before.is_numeric())
        || (is_cjk(letter) != is_cjk(before))
}

/// The `s` of `IDs` and `URLs` starts no word of its own.
fn plural_of_capitals(letters: &[char], at: usize) -> bool {
    letters.get(at + 1) == Some(&'s') && letters.get(at + 2).is_none_or(|letter| !letter.is_lowercase())
}

fn close(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd() {
        match letter {
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'Ø' => plain.push('O'),
            'æ' => plain.push_str("ae"),
            'ł' => plain.push('l'),
            // Combining accents go; the marks of kana (U+3099, U+309A) make other letters and stay.
            '\u{300}'..='\u{36f}' => {}
            _ => plain.push(letter),
        }
    }
    plain.nfc().collect()
}

/// `e-mail`, `E Mail` and `eMail` are one word.
fn join_email(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(last) if last == "e" && (word == "mail" || word == "mails") => *last = "email".to_owned(),
            _ => joined.push(word),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_come_apart_where_people_see_the_seams() {
        for (name, words) in [
            ("BillingPostalCode", "billing postal code"),
            ("billing_address_street_2", "billing address street 2"),
            ("E-mail 2 Address", "email 2 address"),
            ("Assistant's Phone", "assistant phone"),
            ("HTTPServerURL", "http server url"),
            ("RelatedIDs", "related ids"),
            ("Addr1", "addr 1"),
            ("Crtd_DateTime", "crtd date time"),
            ("Probability (%)", "probability percent"),
            ("Prénom", "prenom"),
            ("Straße", "strasse"),
            ("会社名2", "会社名 2"),
            ("phone:work", "phone work"),
        ] {
            assert_eq!(plain_words(name).join(" "), words, "{name}");
        }
    }

    #[test]
    fn plurals_become_singulars() {
        for (plural, singular) in [
            ("companies", "company"),
            ("addresses", "address"),
            ("status", "status"),
            ("notes", "note"),
            ("sic", "sic"),
        ] {
            assert_eq!(stem(plural), singular);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_gives_words_of_letters_and_digits(name in any::<String>()) {
            for word in plain_words(&name) {
                prop_assert!(!word.is_empty());
                stem(&word);
            }
        }
    }
}
