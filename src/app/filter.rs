//! One filter for every list: fuzzy, best first or in the list's own order, with the letters that matched.

use frizbee::{Config, Matcher, SortStrategy};

/// How matches are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The list keeps its order; what does not match is left out.
    List,
    /// The nearest match first.
    Best,
}

/// Indexes of the texts that match, in order. An empty query matches everything.
pub fn matching<S: AsRef<str>>(query: &str, texts: &[S], order: Order) -> Vec<usize> {
    let query = query.trim();
    if query.is_empty() {
        return (0..texts.len()).collect();
    }
    let sort = match order {
        Order::List => SortStrategy::IndexAsc,
        Order::Best => SortStrategy::ScoreThenIndexAsc,
    };
    let mut matcher = Matcher::from_query(query, &Config::default().sort(sort));
    matcher.match_list(texts).iter().map(|found| found.index as usize).collect()
}

/// Positions (in characters) of the letters of `text` that a query matched, ascending.
pub fn letters(query: &str, text: &str) -> Vec<usize> {
    let query = query.trim();
    if query.is_empty() {
        return Vec::new();
    }
    let mut matcher = Matcher::from_query(query, &Config::default());
    let mut found: Vec<usize> = matcher
        .match_one_indices(text, 0)
        .map(|found| found.indices.iter().map(|index| *index as usize).collect())
        .unwrap_or_default();
    found.sort_unstable();
    found.dedup();
    found
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
    }
}
