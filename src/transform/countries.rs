//! Countries by code and by name in many languages: `assets/countries.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::plain_letters;

/// One country.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// ISO 3166-1 alpha-3.
    pub code3: &'static str,
    /// In English.
    pub name: &'static str,
}

static COUNTRIES: LazyLock<Vec<(Country, Vec<&'static str>)>> = LazyLock::new(|| {
    let table = include_str!("../../assets/countries.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        let (code, code3, names) = (cells.next()?, cells.next()?, cells.next()?);
        let names: Vec<&str> = names.split('|').collect();
        let country = Country { code, code3, name: names.first()? };
        Some((country, names))
    });
    rows.collect()
});

static BY_NAME: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut index = HashMap::new();
    for (place, (country, names)) in COUNTRIES.iter().enumerate() {
        for name in names.iter().chain([&country.code, &country.code3]) {
            index.entry(folded(name)).or_insert(place);
        }
    }
    index
});

/// What two spellings of one name have in common: letters and digits in lower case without accents.
fn folded(name: &str) -> String {
    let plain = plain_letters(name);
    let mut words: Vec<&str> =
        plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.len() > 1 && matches!(words[0], "the" | "la" | "le" | "les" | "die" | "el" | "il" | "de") {
        words.remove(0);
    }
    words.concat()
}

/// The country of a code or name.
pub fn find(text: &str) -> Option<&'static Country> {
    // Most values are codes already; the table is sorted by them.
    if let Ok(place) = COUNTRIES.binary_search_by(|(country, _)| country.code.cmp(text)) {
        return Some(&COUNTRIES[place].0);
    }
    BY_NAME.get(&folded(text)).map(|place| &COUNTRIES[*place].0)
}

/// The English names, for the nearest right word.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COUNTRIES.iter().map(|(country, _)| country.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages_find_the_code() {
        for (name, code) in [
            ("Germany", "DE"),
            ("ALLEMAGNE", "DE"),
            ("Deutschland ", "DE"),
            ("España", "ES"),
            ("espana", "ES"),
            ("U.S.", "US"),
            ("usa", "US"),
            ("United States of America", "US"),
            ("UK", "GB"),
            ("England", "GB"),
            ("The Netherlands", "NL"),
            ("Holland", "NL"),
            ("Brasil", "BR"),
            ("日本", "JP"),
            ("Côte d'Ivoire", "CI"),
            ("Czech Republic", "CZ"),
            ("CHE", "CH"),
        ] {
            assert_eq!(find(name).map(|country| country.code), Some(code), "{name}");
        }
        assert_eq!(find("Atlantis"), None);
        assert_eq!(find(""), None);
        assert_eq!(COUNTRIES.len(), 250);
        assert!(COUNTRIES.is_sorted_by_key(|(country, _)| country.code));
    }
}
