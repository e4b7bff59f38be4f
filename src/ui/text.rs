//! Any data, made safe and fitting for the screen.
//!
//! The threat: a cell of somebody else's file reaches the terminal. [`cell`] is the one door: controls, bidi and
//! invisible characters become visible marks ([`crate::record::safe_text`]), and the text is cut by grapheme to a width
//! in columns.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::record::safe_text;

/// Emoji presentation selectors: terminals disagree about their width, so they are left out of what is drawn.
const SELECTORS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];
/// Code points of one grapheme that are drawn; a stack of a thousand accents is not.
const MARKS: usize = 4;

/// The text made safe, in at most `width` columns, cut with `…` where it is longer.
pub fn cell(text: &str, width: usize) -> String {
    let head = head(text, width);
    let safe = safe_text(head);
    let mut shown = String::with_capacity(width + 4);
    let mut used = 0;
    let mut last = 0;
    for grapheme in safe.graphemes(true) {
        let drawn = drawable(grapheme);
        let wide = drawn.width();
        if used + wide > width {
            return ellipsis(shown, used, last, width);
        }
        if wide > 0 {
            last = shown.len();
        }
        shown.push_str(&drawn);
        used += wide;
    }
    if head.len() < text.len() {
        return ellipsis(shown, used, last, width);
    }
    shown
}

/// Puts `…` behind what fits, taking the last grapheme away where there is no room.
fn ellipsis(mut shown: String, used: usize, last: usize, width: usize) -> String {
    if width == 0 {
        return String::new();
    }
    if used >= width {
        shown.truncate(last);
    }
    shown.push('…');
    shown
}

/// As much of a text as can matter for `width` columns: a megabyte in one cell costs what a line costs.
fn head(text: &str, width: usize) -> &str {
    let mut end = text.len().min(width.saturating_mul(32).saturating_add(64));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn drawable(grapheme: &str) -> Cow<'_, str> {
    if grapheme.len() == 1 || (!grapheme.contains(SELECTORS) && grapheme.chars().count() <= MARKS) {
        return Cow::Borrowed(grapheme);
    }
    Cow::Owned(grapheme.chars().filter(|letter| !SELECTORS.contains(letter)).take(MARKS).collect())
}

/// Columns that a text takes once it is shown by [`cell`].
pub fn width(text: &str) -> usize {
    safe_text(text).graphemes(true).map(|grapheme| drawable(grapheme).width()).sum()
}

/// [`cell`], filled up with spaces to exactly `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    let mut shown = cell(text, width);
    let used = shown.width();
    shown.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    shown
}

/// [`cell`], right-aligned in exactly `width` columns.
pub fn pad_left(text: &str, width: usize) -> String {
    let shown = cell(text, width);
    let mut padded = " ".repeat(width.saturating_sub(shown.width()));
    padded.push_str(&shown);
    padded
}

/// The text in lines of at most `width` columns, broken between words where possible.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let safe = safe_text(paragraph);
        let mut line = String::new();
        for word in words(&safe) {
            if line.width() + word.width() <= width {
                line.push_str(word);
                continue;
            }
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            let mut rest = word.trim_start();
            while rest.width() > width {
                let piece: String = fitting(rest, width);
                if piece.is_empty() {
                    break;
                }
                rest = &rest[piece.len()..];
                lines.push(piece);
            }
            line.push_str(rest);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Words and what stands between them; a mark that closes stays with the word before it.
fn words(text: &str) -> Vec<&str> {
    const CLOSING: [&str; 14] = [".", ",", ";", ":", "!", "?", ")", "]", "}", "\"", "'", "`", "…", "%"];
    let mut words: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, word) in text.split_word_bound_indices() {
        let end = at + word.len();
        match words.last_mut() {
            Some(last) if CLOSING.contains(&word) && !last.ends_with(char::is_whitespace) => *last = &text[from..end],
            _ => {
                from = at;
                words.push(word);
            }
        }
    }
    words
}

fn fitting(text: &str, width: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_cut_by_grapheme_and_width() {
        assert_eq!(cell("Lovelace", 8), "Lovelace");
        assert_eq!(cell("Lovelace", 5), "Love…");
        assert_eq!(cell("東京都", 4), "東…");
        assert_eq!(cell("東京都", 5), "東京…");
        assert_eq!(cell("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cell("anything", 0), "");
        assert_eq!(pad("東", 4), "東  ");
        assert_eq!(pad_left("12", 4), "  12");
    }

    #[test]
    fn a_megabyte_of_one_value_is_cut_like_any_other() {
        let long = "x".repeat(1 << 20);
        assert_eq!(cell(&long, 4), "xxx…");
        let accents = format!("a{}", "\u{301}".repeat(100_000));
        assert!(cell(&accents, 10).len() < 40);
    }

    #[test]
    fn escapes_and_bidi_controls_are_marks() {
        assert_eq!(cell("\u{1b}[31mred", 20), "␛[31mred");
        assert_eq!(cell("a\u{202e}b", 20), "a⟨U+202E⟩b");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        assert_eq!(wrap("the names are equal", 9), ["the names", "are equal"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("not yet.", 7), ["not", "yet."], "a full stop does not begin a line");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_cell_never_passes_its_width_nor_shows_a_control(text in any::<String>(), columns in 0usize..40) {
            let shown = cell(&text, columns);
            prop_assert!(shown.width() <= columns);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert_eq!(pad(&text, columns).width(), columns);
        }
    }
}
