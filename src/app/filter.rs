//! One filter for every list: fuzzy, best first or in the list's own order, with the letters that matched.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// How matches are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The list keeps its order; what does not match is left out.
    List,
    /// The nearest match first.
    Best,
}

fn pattern(query: &str) -> Pattern {
    Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart)
}

/// Indexes of the texts that match, in order. An empty query matches everything.
pub fn matching<S: AsRef<str>>(query: &str, texts: &[S], order: Order) -> Vec<usize> {
    let query = query.trim();
    if query.is_empty() {
        return (0..texts.len()).collect();
    }
    let (pattern, mut matcher, mut letters) = (pattern(query), Matcher::new(Config::DEFAULT), Vec::new());
    let mut found: Vec<(usize, u32)> = (0..texts.len())
        .filter_map(|index| {
            let text = Utf32Str::new(texts[index].as_ref(), &mut letters);
            pattern.score(text, &mut matcher).map(|score| (index, score))
        })
        .collect();
    if order == Order::Best {
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    }
    found.into_iter().map(|(index, _)| index).collect()
}

/// Positions (in characters) of the letters of `text` that a query matched, ascending.
pub fn letters(query: &str, text: &str) -> Vec<usize> {
    let query = query.trim();
    if query.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut letters = Vec::new();
    let text = Utf32Str::new(text, &mut letters);
    pattern(query).indices(text, &mut Matcher::new(Config::DEFAULT), &mut found);
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|index| index as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 4] = ["first_name", "last_name", "email", "Straße"];

    #[test]
    fn an_empty_query_matches_everything() {
        assert_eq!(matching(" ", &FIELDS, Order::List), [0, 1, 2, 3]);
    }

    #[test]
    fn letters_in_order_match() {
        assert_eq!(matching("name", &FIELDS, Order::List), [0, 1]);
        assert_eq!(matching("fnm", &FIELDS, Order::Best), [0]);
        assert_eq!(matching("zzz", &FIELDS, Order::Best), Vec::<usize>::new());
        assert_eq!(letters("em", "email"), [0, 1]);
        assert_eq!(letters("ße", "Straße"), [4, 5]);
        assert_eq!(letters("le", "e\u{301}cole"), [4, 5], "positions are counted in characters");
    }
}
