//! Text that is safe to show.
//!
//! The threat: a cell of somebody else's file reaches a terminal, a log or a title. An escape sequence in it could move
//! the cursor, rename the window or write to the clipboard; a bidi control could make `exe.txt` out of `txt.exe`; a
//! zero-width character could make two different values look the same. So every such character is shown as a visible
//! mark. Data files keep the raw bytes: this is for eyes only.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every control, bidi and invisible character replaced by a visible mark; borrowed where nothing had to
/// change. A newline is `⏎`, a tab `⇥`, other C0 controls and DEL their control picture (`␛`), everything else its
/// code point (`⟨U+202E⟩`).
pub fn safe_text(text: &str) -> Cow<'_, str> {
    let Some(first) = text.char_indices().find(|(_, letter)| is_unsafe(*letter)).map(|(at, _)| at) else {
        return Cow::Borrowed(text);
    };
    let mut safe = String::with_capacity(text.len() + 16);
    safe.push_str(&text[..first]);
    for letter in text[first..].chars() {
        if is_unsafe(letter) {
            push_mark(&mut safe, letter);
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

/// Characters that act on a terminal, reorder text, or cannot be seen.
fn is_unsafe(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_control();
    }
    matches!(letter,
        '\u{80}'..='\u{9f}'          // C1 controls: U+009B alone begins an escape sequence
        | '\u{ad}'                   // soft hyphen
        | '\u{61c}'                  // Arabic letter mark
        | '\u{180e}'                 // Mongolian vowel separator
        | '\u{200b}'..='\u{200f}'    // zero-width space, joiners, directional marks
        | '\u{2028}'..='\u{202e}'    // line and paragraph separators, bidi embeddings and overrides
        | '\u{2060}'..='\u{206f}'    // word joiner, invisible operators, bidi isolates
        | '\u{feff}'                 // byte order mark
        | '\u{fff9}'..='\u{fffb}'    // interlinear annotation
        | '\u{e0000}'..='\u{e007f}'  // tags: invisible copies of ASCII
    )
}

fn push_mark(safe: &mut String, letter: char) {
    match letter {
        '\n' => safe.push('⏎'),
        '\t' => safe.push('⇥'),
        '\u{7f}' => safe.push('␡'),
        // Control pictures stand in the order of the controls, from U+2400.
        '\0'..='\u{1f}' => safe.push(char::from_u32(0x2400 + letter as u32).unwrap_or('\u{fffd}')),
        _ => {
            // Writing into a String cannot fail.
            let _ = write!(safe, "⟨U+{:04X}⟩", letter as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        for text in ["", "Ada Lovelace", "Müller & Söhne", "東京", "👍"] {
            assert!(matches!(safe_text(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn line_ends_and_tabs_have_their_own_marks() {
        assert_eq!(safe_text("a\nb\tc\r"), "a⏎b⇥c␍");
    }

    #[test]
    fn escape_sequences_lose_their_teeth() {
        assert_eq!(safe_text("\u{1b}[31mred\u{1b}]0;title\u{7}"), "␛[31mred␛]0;title␇");
        assert_eq!(safe_text("\u{9b}31m\u{7f}\0"), "⟨U+009B⟩31m␡␀");
    }

    #[test]
    fn what_reorders_or_hides_is_named() {
        assert_eq!(safe_text("a\u{202e}b\u{2066}c"), "a⟨U+202E⟩b⟨U+2066⟩c");
        assert_eq!(safe_text("\u{feff}id"), "⟨U+FEFF⟩id");
        assert_eq!(safe_text("x\u{200b}y\u{e0041}"), "x⟨U+200B⟩y⟨U+E0041⟩");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_unsafe_is_left_and_a_second_pass_changes_nothing(text in any::<String>()) {
            let safe = safe_text(&text).into_owned();
            prop_assert!(!safe.chars().any(|letter| letter.is_control() || is_unsafe(letter)));
            prop_assert!(matches!(safe_text(&safe), Cow::Borrowed(_)));
        }
    }
}
