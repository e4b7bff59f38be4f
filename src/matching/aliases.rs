//! Headers in other languages, brought to English words by the tables in `assets/matching/aliases/`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexicon::{lexicon, table_lines};
use super::normalise::{is_cjk, plain_words};
use super::vectors;

/// One language's table.
#[derive(Debug)]
pub(super) struct Language {
    pub name: &'static str,
    /// Words joined by blanks (CJK: as written) to what they mean, in English words, the likeliest first.
    meanings: HashMap<String, Vec<Vec<String>>>,
    longest: usize,
    /// Words are joined into one: `Rechnungsadresse`.
    pub compounds: bool,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    vec![
        Language::read("German", include_str!("../../assets/matching/aliases/de.txt"), true),
        Language::read("French", include_str!("../../assets/matching/aliases/fr.txt"), false),
        Language::read("Spanish", include_str!("../../assets/matching/aliases/es.txt"), false),
        Language::read("Italian", include_str!("../../assets/matching/aliases/it.txt"), false),
        Language::read("Portuguese", include_str!("../../assets/matching/aliases/pt.txt"), false),
        Language::read("Dutch", include_str!("../../assets/matching/aliases/nl.txt"), true),
        Language::read("Chinese", include_str!("../../assets/matching/aliases/zh.txt"), false),
        Language::read("Japanese", include_str!("../../assets/matching/aliases/ja.txt"), false),
    ]
});

impl Language {
    fn read(name: &'static str, text: &str, compounds: bool) -> Language {
        let mut language = Language { name, meanings: HashMap::new(), longest: 1, compounds };
        for (english, aliases) in table_lines(text) {
            let english: Vec<String> = english.split(' ').map(str::to_owned).collect();
            for alias in aliases {
                let words = plain_words(alias);
                language.longest = language.longest.max(words.len());
                let meanings = language.meanings.entry(words.join(" ")).or_default();
                if !meanings.contains(&english) {
                    meanings.push(english.clone());
                }
            }
        }
        language
    }

    /// What one word means; `choice` 1 asks for the second likeliest meaning where there is one.
    pub fn meaning(&self, phrase: &str, choice: usize) -> Option<&[String]> {
        let meanings = self.meanings.get(phrase)?;
        meanings.get(choice).or_else(|| meanings.first()).map(Vec::as_slice)
    }

    /// The longest phrase at the start of `words`: how many words it takes, and what it means.
    pub fn longest_phrase(&self, words: &[String], choice: usize) -> Option<(usize, &[String])> {
        (1..=self.longest.min(words.len()))
            .rev()
            .find_map(|length| Some((length, self.meaning(&words[..length].join(" "), choice)?)))
    }

    /// CJK text without blanks, cut by longest known word. Characters nobody knows are passed over.
    pub fn cut(&self, run: &str, choice: usize) -> Option<Vec<String>> {
        let letters: Vec<char> = run.chars().collect();
        let mut english = Vec::new();
        let (mut at, mut understood) = (0, 0);
        while at < letters.len() {
            let found = (at + 1..=letters.len().min(at + 12)).rev().find_map(|end| {
                let piece: String = letters[at..end].iter().collect();
                Some((end, self.meaning(&piece, choice)?))
            });
            match found {
                Some((end, meaning)) => {
                    english.extend(meaning.iter().cloned());
                    understood += end - at;
                    at = end;
                }
                None => at += 1,
            }
        }
        (understood * 2 >= letters.len() && !english.is_empty()).then_some(english)
    }

    /// Whether a name has a word that this language knows and English does not.
    fn claims(&self, words: &[String]) -> bool {
        words.iter().enumerate().any(|(at, word)| {
            if word.chars().any(is_cjk) {
                return self.cut(word, 0).is_some();
            }
            let foreign = |word: &str| !lexicon().knows(word) && vectors::vector(word).is_none();
            let joined = self.compounds && word.len() > 6 && foreign(word) && self.joins(word);
            let phrase = self.longest_phrase(&words[at..], 0);
            joined || phrase.is_some_and(|(length, _)| words[at..at + length].iter().any(|word| foreign(word)))
        })
    }

    /// Whether a run starts and ends with words of this language.
    fn joins(&self, run: &str) -> bool {
        run.is_ascii()
            && (3..run.len() - 2).any(|cut| {
                let (first, second) = run.split_at(cut);
                let known = |word: &str| word.len() >= 3 && self.meanings.contains_key(word);
                known(second) && (known(first) || known(first.trim_end_matches('s')))
            })
    }
}

/// The languages that an object's names are written in, beside English; the surest first, at most two.
pub(super) fn languages_of<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'static Language> {
    let mut claims = vec![0usize; LANGUAGES.len()];
    let mut fields = 0usize;
    for name in names {
        fields += 1;
        let words = plain_words(name);
        for (language, claims) in LANGUAGES.iter().zip(&mut claims) {
            *claims += usize::from(language.claims(&words));
        }
    }
    let enough = (fields / 6).max(1);
    let most = claims.iter().copied().max().unwrap_or(0);
    let mut found: Vec<(usize, &'static Language)> = claims
        .into_iter()
        .zip(LANGUAGES.iter())
        .filter(|(claims, _)| *claims >= enough && claims * 10 >= most * 8)
        .collect();
    found.sort_by_key(|(claims, _)| std::cmp::Reverse(*claims));
    found.into_iter().take(2).map(|(_, language)| language).collect()
}

/// What a phrase of any known language means in English, where a language knows all of it.
pub(super) fn in_english(phrase: &str) -> Option<Vec<String>> {
    let words = plain_words(phrase);
    if words.is_empty() {
        return None;
    }
    LANGUAGES.iter().find_map(|language| match language.longest_phrase(&words, 0) {
        Some((taken, meaning)) if taken == words.len() => Some(meaning.to_vec()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(names: &[&str]) -> Vec<&'static str> {
        languages_of(names.iter().copied()).iter().map(|language| language.name).collect()
    }

    #[test]
    fn an_objects_language_is_known_by_its_words() {
        assert_eq!(spoken(&["Vorname", "Nachname", "Straße", "PLZ", "Ort", "Telefonnummer"]), ["German"]);
        assert_eq!(spoken(&["Prénom", "Nom", "Adresse", "Code postal", "Ville", "Pays"]), ["French"]);
        assert_eq!(spoken(&["姓名", "电话号码", "邮政编码", "地址"])[0], "Chinese");
        assert_eq!(spoken(&["お名前", "会社名", "郵便番号", "メールアドレス"])[0], "Japanese");
    }

    #[test]
    fn english_and_abbreviations_speak_no_other_language() {
        assert!(spoken(&["First Name", "Note", "Data", "City", "Cap", "Email", "Phone", "Via"]).is_empty());
        assert!(spoken(&["CUSTNMBR", "CNTCPRSN", "ADRSCODE", "SLPRSNID", "CRLMTAMT"]).is_empty());
        assert!(spoken(&[]).is_empty());
    }
}
