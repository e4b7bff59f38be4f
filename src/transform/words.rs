//! The nearest right word for a wrong one.

/// The candidate that a person most likely meant: equal but for case, or within a third of its letters.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = word.to_lowercase();
    let limit = (lower.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let plain = |text: &str| text.replace(['_', ' ', '-'], "");
            let distance =
                if other == lower || plain(&other) == plain(&lower) { 0 } else { strsim::osa_distance(&lower, &other) };
            (distance <= limit).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typos_and_case_but_nothing_far() {
        let words = ["trim", "title", "First Name"];
        assert_eq!(nearest("trmi", words), Some("trim"));
        assert_eq!(nearest("TITLE", words), Some("title"));
        assert_eq!(nearest("first_name", words), Some("First Name"));
        assert_eq!(nearest("banana", words), None);
    }
}
