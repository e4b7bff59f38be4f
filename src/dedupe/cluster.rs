//! Values that are variants of one another: `ACME Inc.`, `acme, inc`, `Inc. Acme`.
//!
//! Four ways to tell, from strict to lax; each includes the stricter ones:
//!
//! 1. **fingerprint**: the same words, whatever their order, case, accents and punctuation;
//! 2. **n-gram**: the same pairs of letters, so that blanks and doubled letters do not count;
//! 3. **phonetic**: words that sound alike (Double Metaphone, L. Philips, C/C++ Users Journal 6/2000);
//! 4. **edit distance**: a typing mistake or two apart (Damerau-Levenshtein), measured from the most frequent value.
//!
//! The two key methods are those of OpenRefine's documentation ("Clustering in depth"). Numbers are never variants of
//! other numbers: `Room 12` and `Room 13` differ however lax one is.

use std::collections::HashMap;
use std::hash::Hash;

use rphonetic::{DoubleMetaphone, Encoder};
use unicode_normalization::UnicodeNormalization;

/// How values are found to be variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    Fingerprint,
    NGram,
    Phonetic,
    EditDistance,
}

impl Method {
    /// From strict to lax.
    pub const ALL: [Method; 4] = [Method::Fingerprint, Method::NGram, Method::Phonetic, Method::EditDistance];

    pub fn word(self) -> &'static str {
        match self {
            Method::Fingerprint => "fingerprint",
            Method::NGram => "n-gram",
            Method::Phonetic => "phonetic",
            Method::EditDistance => "edit distance",
        }
    }
}

/// Bounds on the work, the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Only so many of the most frequent values are looked at.
    pub values: usize,
    /// Only so many pairs are measured by edit distance.
    pub comparisons: usize,
}

impl Default for Limits {
    /// About a tenth of a second.
    fn default() -> Self {
        Limits { values: 50_000, comparisons: 300_000 }
    }
}

/// One value of a group and how many records have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    pub value: String,
    pub count: u64,
}

/// Values that are variants of one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The proposed value for all of them.
    pub survivor: String,
    /// Most frequent first; the survivor is one of them.
    pub variants: Vec<Variant>,
    /// Records in the group.
    pub records: u64,
    /// The laxest method that was needed to bring them together.
    pub method: Method,
}

impl Cluster {
    /// The pairs of a value map that make one value of the group: every variant but the survivor, to the survivor.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let others = self.variants.iter().filter(|variant| variant.value != self.survivor);
        others.map(|variant| (variant.value.clone(), self.survivor.clone()))
    }
}

/// The groups of a field's values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clusters {
    /// Those with most records first.
    pub groups: Vec<Cluster>,
    /// False where a limit was reached: there may be more.
    pub complete: bool,
}

/// Groups distinct values (with the number of records that have them) up to a method. A value of `preferred` (the
/// target's picklist) survives before a more frequent one.
pub fn cluster(values: &[(String, u64)], up_to: Method, preferred: &[String], limits: Limits) -> Clusters {
    let mut order: Vec<usize> = (0..values.len()).filter(|index| !values[*index].0.trim().is_empty()).collect();
    order.sort_by(|a, b| values[*b].1.cmp(&values[*a].1).then(a.cmp(b)));
    let mut complete = order.len() <= limits.values;
    order.truncate(limits.values);
    let mut groups = Groups::new(order.len());
    let words: Vec<Vec<String>> = order.iter().map(|index| words(&values[*index].0)).collect();
    for method in Method::ALL.into_iter().filter(|method| *method <= up_to) {
        match method {
            Method::Fingerprint => groups.merge_equal(&words, method, |words| fingerprint(words)),
            Method::NGram => groups.merge_equal(&words, method, |words| ngram_fingerprint(words)),
            Method::Phonetic => groups.merge_equal(&words, method, |words| phonetic_key(words)),
            Method::EditDistance => complete &= merge_near(&mut groups, &words, limits.comparisons),
        }
    }
    let mut found: Vec<Cluster> = groups
        .members()
        .into_iter()
        .map(|(members, method)| group(values, members.iter().map(|member| order[*member]), preferred, method))
        .collect();
    found.sort_by(|a, b| b.records.cmp(&a.records).then_with(|| a.survivor.cmp(&b.survivor)));
    Clusters { groups: found, complete }
}

fn group(
    values: &[(String, u64)],
    members: impl Iterator<Item = usize>,
    preferred: &[String],
    method: Method,
) -> Cluster {
    // Members come most frequent first; of equals the tidier, then the earlier.
    let mut members: Vec<usize> = members.collect();
    members.sort_by_key(|index| {
        (std::cmp::Reverse(values[*index].1), std::cmp::Reverse(tidiness(&values[*index].0)), *index)
    });
    let variants: Vec<Variant> =
        members.iter().map(|index| Variant { value: values[*index].0.clone(), count: values[*index].1 }).collect();
    let survivor = variants.iter().find(|variant| preferred.contains(&variant.value)).or(variants.first());
    Cluster {
        survivor: survivor.map(|variant| variant.value.clone()).unwrap_or_default(),
        records: variants.iter().map(|variant| variant.count).sum(),
        variants,
        method,
    }
}

/// How carefully a value looks written: no stray blanks, then neither all capitals nor all small, then its accents.
fn tidiness(value: &str) -> u8 {
    let is_trim = value.trim() == value && !value.contains("  ");
    let has_upper = value.chars().any(char::is_uppercase);
    let has_lower = value.chars().any(char::is_lowercase);
    u8::from(is_trim) * 4 + u8::from(has_upper && has_lower) * 2 + u8::from(!value.is_ascii())
}

// Keys.

/// The words of a value, small, in their order; Latin letters without accents. Other scripts stay as they are: spelled
/// in Latin letters, different words of theirs would look the same.
fn words(value: &str) -> Vec<String> {
    let mut plain = String::with_capacity(value.len());
    for letter in value.nfkc() {
        match letter {
            '.' if plain.ends_with(|before: char| before.is_ascii_digit()) => plain.push(' '),
            // These join what they stand in: `O'Brien`, `U.S.`; so do combining marks.
            '\'' | '’' | '.' | '`' | '´' | '\u{300}'..='\u{36f}' => {}
            '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                plain.push_str(deunicode::deunicode_char(letter).unwrap_or(" "));
            }
            _ => plain.push(letter),
        }
    }
    let plain = plain.to_lowercase();
    plain.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Words sort, numbers keep their order behind them. What has no letter at all is a number, a date or a code, and no
/// variant of another.
fn fingerprint(words: &[String]) -> Option<String> {
    let (numbers, mut words): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.chars().any(|letter| letter.is_ascii_digit()));
    words.sort_unstable();
    words.dedup();
    let has_letter = words.iter().chain(&numbers).any(|word| word.chars().any(char::is_alphabetic));
    let all: Vec<&str> = words.into_iter().chain(numbers).map(String::as_str).collect();
    has_letter.then(|| all.join(" "))
}

fn ngram_fingerprint(words: &[String]) -> Option<String> {
    let text: Vec<char> = words.concat().chars().collect();
    // A number's digits are its meaning: only their order makes it.
    if text.len() < 3 || text.iter().any(char::is_ascii_digit) {
        return None;
    }
    let mut pairs: Vec<String> = text.windows(2).map(|pair| pair.iter().collect()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Some(pairs.concat())
}

fn phonetic_key(words: &[String]) -> Option<String> {
    let encoder = DoubleMetaphone::new(None);
    let mut heard = 0;
    let mut keys: Vec<String> = words
        .iter()
        .map(|word| {
            let sounds = word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            let key = if sounds { encoder.encode(word) } else { String::new() };
            heard += key.len();
            if key.is_empty() { word.clone() } else { key }
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    // One or two sounds are common to too many words.
    (heard >= 3).then(|| keys.join(" "))
}

// Edit distance.

/// Gathers around each value, most frequent first, those that are near it; false where the bound on work was reached.
fn merge_near(groups: &mut Groups, words: &[Vec<String>], comparisons: usize) -> bool {
    let texts: Vec<String> = words.iter().map(|words| words.join(" ")).collect();
    let digits: Vec<String> = texts.iter().map(|text| text.chars().filter(char::is_ascii_digit).collect()).collect();
    let blocks = blocks(&texts);
    let mut taken = vec![false; texts.len()];
    let mut left = comparisons;
    for centre in 0..texts.len() {
        if taken[centre] {
            continue;
        }
        let mut seen: Vec<usize> =
            block_keys(&texts[centre]).iter().filter_map(|key| blocks.get(key)).flatten().copied().collect();
        seen.sort_unstable();
        seen.dedup();
        for other in seen {
            if other <= centre || taken[other] || digits[other] != digits[centre] {
                continue;
            }
            if left == 0 {
                return false;
            }
            left -= 1;
            if is_near(&texts[centre], &texts[other]) {
                taken[other] = true;
                groups.merge(centre, other, Method::EditDistance);
            }
        }
    }
    true
}

/// A mistake in five to nine characters, two up to nineteen, three beyond; none in less.
fn is_near(a: &str, b: &str) -> bool {
    let (a_len, b_len) = (a.chars().count(), b.chars().count());
    let allowed = match a_len.min(b_len) {
        0..=4 => return false,
        5..=9 => 1,
        10..=19 => 2,
        _ => 3,
    };
    a_len.abs_diff(b_len) <= allowed && strsim::damerau_levenshtein(a, b) <= allowed
}

fn blocks(texts: &[String]) -> HashMap<(u8, String), Vec<usize>> {
    let mut blocks: HashMap<(u8, String), Vec<usize>> = HashMap::new();
    for (index, text) in texts.iter().enumerate() {
        for key in block_keys(text) {
            blocks.entry(key).or_default().push(index);
        }
    }
    blocks
}

/// Values that are near share the letters of one third: up to two mistakes leave one of three thirds untouched, though
/// it may have moved by a place or two, which cutting from either end allows for.
fn block_keys(text: &str) -> Vec<(u8, String)> {
    let letters: Vec<char> = text.chars().take(200).collect();
    if letters.len() < 5 {
        return Vec::new();
    }
    let part = (letters.len() / 3).clamp(2, 4);
    let middle = (letters.len() - part) / 2;
    let cut = |start: usize| -> String { letters.iter().skip(start).take(part.min(3)).collect() };
    let mut keys = vec![(0, cut(0)), (1, cut(letters.len() - part.min(3)))];
    for shift in 0..3 {
        keys.push((2, cut((middle + shift).saturating_sub(1))));
    }
    keys
}

// Union of groups.

/// Disjoint groups with the laxest method that made each.
struct Groups {
    parent: Vec<usize>,
    method: Vec<Method>,
}

impl Groups {
    fn new(len: usize) -> Groups {
        Groups { parent: (0..len).collect(), method: vec![Method::Fingerprint; len] }
    }

    fn root(&mut self, mut of: usize) -> usize {
        while self.parent[of] != of {
            self.parent[of] = self.parent[self.parent[of]];
            of = self.parent[of];
        }
        of
    }

    fn merge(&mut self, a: usize, b: usize, method: Method) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            let (first, second) = (a.min(b), a.max(b));
            self.parent[second] = first;
            self.method[first] = self.method[first].max(self.method[second]).max(method);
        }
    }

    fn merge_equal<T, K: Hash + Eq>(&mut self, items: &[T], method: Method, key: impl Fn(&T) -> Option<K>) {
        let mut first: HashMap<K, usize> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(key) = key(item) {
                let other = *first.entry(key).or_insert(index);
                self.merge(other, index, method);
            }
        }
    }

    /// Groups of two and more.
    fn members(mut self) -> Vec<(Vec<usize>, Method)> {
        let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
        for index in 0..self.parent.len() {
            let root = self.root(index);
            members.entry(root).or_default().push(index);
        }
        let mut found: Vec<(usize, Vec<usize>)> =
            members.into_iter().filter(|(_, members)| members.len() > 1).collect();
        found.sort_unstable();
        found.into_iter().map(|(root, members)| (members, self.method[root])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(values: &[(&str, u64)], up_to: Method) -> Vec<(String, Vec<String>)> {
        let values: Vec<(String, u64)> = values.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect();
        let clusters = cluster(&values, up_to, &[], Limits::default());
        assert!(clusters.complete);
        let names = |cluster: &Cluster| cluster.variants.iter().map(|variant| variant.value.clone()).collect();
        clusters.groups.iter().map(|cluster| (cluster.survivor.clone(), names(cluster))).collect()
    }

    /// The laxity at which two values come together.
    fn together(a: &str, b: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| !groups(&[(a, 1), (b, 1)], *method).is_empty())
    }

    #[test]
    fn each_method_finds_its_variants() {
        for (a, b, method) in [
            ("ACME Inc.", "inc, acme", Some(Method::Fingerprint)),
            ("Müller & Söhne", "muller  sohne", Some(Method::Fingerprint)),
            ("U.S.", "us", Some(Method::Fingerprint)),
            ("Data Base Ltd", "Database Ltd", Some(Method::NGram)),
            ("Catherine Smith", "Katherine Smyth", Some(Method::Phonetic)),
            ("Philips Lighting", "Fillips Lighting", Some(Method::Phonetic)),
            ("Sample Compqny", "Sample Company", Some(Method::EditDistance)),
            ("Bayernwerk AG", "Bayenwerk AG", Some(Method::EditDistance)),
            ("Berlin", "Munich", None),
            ("Room 12", "Room 13", None),
            ("2024-01-02", "2024-02-01", None),
            ("1.5 l", "15 l", None),
            ("-5", "5", None),
            ("AB", "BA", None),
            ("公司", "工司", None),
            ("ООО Ромашка", "ромашка ооо", Some(Method::Fingerprint)),
        ] {
            assert_eq!(together(a, b), method, "{a} / {b}");
        }
    }

    #[test]
    fn the_most_frequent_survives_of_equals_the_tidiest() {
        let found = groups(&[("ACME", 3), ("acme", 9), ("Acme", 3), (" acme ", 1)], Method::Fingerprint);
        assert_eq!(found, [("acme".to_owned(), ["acme", "Acme", "ACME", " acme "].map(str::to_owned).to_vec())]);
        let values = vec![("ACME".to_owned(), 9), ("Acme".to_owned(), 1)];
        let preferred = cluster(&values, Method::Fingerprint, &["Acme".to_owned()], Limits::default());
        assert_eq!(preferred.groups[0].survivor, "Acme");
        assert_eq!(preferred.groups[0].records, 10);
        let pairs: Vec<_> = preferred.groups[0].pairs().collect();
        assert_eq!(pairs, [("ACME".to_owned(), "Acme".to_owned())]);
    }

    #[test]
    fn near_values_gather_around_the_frequent_one_without_chains() {
        let found = groups(&[("abcdefgh", 9), ("abcdefgx", 2), ("abcdefyx", 1)], Method::EditDistance);
        assert_eq!(found, [("abcdefgh".to_owned(), ["abcdefgh", "abcdefgx"].map(str::to_owned).to_vec())]);
    }

    #[test]
    fn limits_are_kept_and_told() {
        let values: Vec<(String, u64)> =
            (0..400).map(|index| (format!("company name {}", "x".repeat(index % 7 + index)), 1)).collect();
        let few = Limits { values: 100, comparisons: usize::MAX };
        assert!(!cluster(&values, Method::Fingerprint, &[], few).complete);
        let little = Limits { values: 1000, comparisons: 10 };
        assert!(!cluster(&values, Method::EditDistance, &[], little).complete);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn every_value_is_in_one_group_at_most_and_laxer_never_splits(
            values in proptest::collection::btree_map("[a-cA-C1 é.\u{4e2d}🙂]{0,8}", 1u64..5, 0..24)
        ) {
            let values: Vec<(String, u64)> = values.into_iter().collect();
            let mut grouped = 0;
            for method in Method::ALL {
                let clusters = cluster(&values, method, &[], Limits::default());
                let mut seen: Vec<&String> = clusters.groups.iter().flat_map(|group| &group.variants).map(|variant| &variant.value).collect();
                let all = seen.len();
                seen.sort_unstable();
                seen.dedup();
                proptest::prop_assert_eq!(seen.len(), all);
                proptest::prop_assert!(all >= grouped);
                grouped = all;
                for group in &clusters.groups {
                    proptest::prop_assert!(group.variants.iter().any(|variant| variant.value == group.survivor));
                    proptest::prop_assert_eq!(group.records, group.variants.iter().map(|variant| variant.count).sum::<u64>());
                }
            }
        }
    }
}
