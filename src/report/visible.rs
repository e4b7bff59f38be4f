//! Data made safe to show. Threat: a cell that holds escape sequences, line breaks, or bidirectional and invisible
//! characters may repaint a terminal, break a table, or make a value look like another. They are shown as marks.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Whether a character must not reach a screen or page as it is.
pub(super) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            // soft hyphen, Arabic letter mark, Hangul fillers, Mongolian vowel separator
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FFA0}'
            // zero width characters, directional marks, embeddings, overrides, isolates, invisible operators
            | '\u{200B}' | '\u{200C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            // byte order mark, interlinear annotations, tags
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text in one line, with every control, bidirectional and invisible character as a visible mark: line feed `⏎`,
/// tab `⇥`, others as `<U+202E>`. Borrows when there is nothing to show.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\n' => shown.push('⏎'),
            '\t' => shown.push('⇥'),
            _ if is_hidden(letter) => shown.push_str(&format!("<U+{:04X}>", letter as u32)),
            _ => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// [`visible`], cut to `width` columns by grapheme with `…` at the end where something is left out. A value several
/// times too long is cut before it is looked at, so that its length does not matter.
pub fn visible_cut(text: &str, width: usize) -> String {
    let enough = text.char_indices().nth(width.saturating_mul(8) + 8).map_or(text.len(), |(at, _)| at);
    let shown = visible(&text[..enough]);
    if enough == text.len() && shown.width() <= width {
        return shown.into_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for grapheme in shown.graphemes(true) {
        let columns = grapheme.width();
        if used + columns + 1 > width {
            break;
        }
        used += columns;
        cut.push_str(grapheme);
    }
    cut.push('…');
    cut
}

/// Fills with spaces up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_hide_borrows() {
        assert!(matches!(visible("Müller, שלום"), Cow::Borrowed(_)));
    }

    #[test]
    fn hostile_characters_become_marks() {
        assert_eq!(visible("a\x1b[31mred"), "a<U+001B>[31mred");
        assert_eq!(visible("user\u{202E}gpj.exe"), "user<U+202E>gpj.exe");
        assert_eq!(visible("two\r\nlines\tand tab\u{200B}"), "two⏎lines⇥and tab<U+200B>");
        assert_eq!(visible("\u{9b}31m\0"), "<U+009B>31m<U+0000>");
    }

    #[test]
    fn cuts_by_grapheme_and_width() {
        assert_eq!(visible_cut("short", 5), "short");
        assert_eq!(visible_cut("longer", 5), "long…");
        assert_eq!(visible_cut("漢字漢字", 5), "漢字…");
        assert_eq!(visible_cut("e\u{301}e\u{301}e\u{301}e\u{301}", 3), "e\u{301}e\u{301}…");
        assert_eq!(visible_cut(&"x".repeat(1_000_000), 10).chars().count(), 10);
        assert_eq!(pad("漢", 4), "漢  ");
    }
}
