//! Safe text of a given width: what [`safe_text`] shows, cut and filled by columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::record::safe_text;

/// [`safe_text`], cut to `width` columns by grapheme with `…` at the end where something is left out. A value several
/// times too long is cut before it is looked at, so that its length does not matter.
pub fn visible_cut(text: &str, width: usize) -> String {
    let enough = text.char_indices().nth(width.saturating_mul(8) + 8).map_or(text.len(), |(at, _)| at);
    let shown = safe_text(&text[..enough]);
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
    fn cuts_by_grapheme_and_width() {
        assert_eq!(visible_cut("short", 5), "short");
        assert_eq!(visible_cut("longer", 5), "long…");
        assert_eq!(visible_cut("漢字漢字", 5), "漢字…");
        assert_eq!(visible_cut("e\u{301}e\u{301}e\u{301}e\u{301}", 3), "e\u{301}e\u{301}…");
        assert_eq!(visible_cut("a\x1b[2J", 9), "a␛[2J");
        assert_eq!(visible_cut(&"x".repeat(1_000_000), 10).chars().count(), 10);
        assert_eq!(pad("漢", 4), "漢  ");
    }
}
