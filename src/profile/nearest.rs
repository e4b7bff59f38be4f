//! The word that was probably meant.

/// The candidate nearest to a word, if one is near enough to be worth saying.
///
/// Case and the separators `_`, `-`, `.` and blank do not count. Similarity is the normalized Damerau-Levenshtein
/// distance of `strsim`; a candidate that begins with the word, or the other way round, is near as well.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let mut best: Option<(f64, &'c str)> = None;
    for candidate in candidates {
        let score = similarity(word, candidate);
        if score >= 0.6 && best.is_none_or(|(other, _)| score > other) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// ``did you mean `…`?``, or the list where nothing is near and the list is short.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str> + Clone) -> Option<String> {
    if let Some(meant) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{meant}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    (!all.is_empty() && all.len() <= 24).then(|| format!("there are: {}", all.join(", ")))
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.' | ' '))
        .flat_map(char::to_lowercase)
        .take(200)
        .collect()
}

/// How alike two names are, 0 to 1, as [`nearest`] sees it.
pub(super) fn similarity(a: &str, b: &str) -> f64 {
    let (a, b) = (plain(a), plain(b));
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let by_edits = strsim::normalized_damerau_levenshtein(&a, &b);
    let begins = a.len().min(b.len()) >= 3 && (a.starts_with(&b) || b.starts_with(&a));
    if begins { by_edits.max(0.65) } else { by_edits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_far_ones_are_not() {
        let words = ["required", "pattern", "max_length", "min_length"];
        assert_eq!(nearest("requird", words), Some("required"));
        assert_eq!(nearest("maxLength", words), Some("max_length"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(nearest("", words), None);
    }
}
