//! One line of typed text.

use tui_textarea::{CursorMove, Key, TextArea};

use super::key::Chord;

/// A line that is being typed; never holds a line end.
#[derive(Debug, Clone)]
pub struct Entry(TextArea<'static>);

impl Default for Entry {
    fn default() -> Self {
        Entry::of("")
    }
}

impl Entry {
    pub fn of(text: &str) -> Entry {
        let mut area = TextArea::new(vec![one_line(text)]);
        area.move_cursor(CursorMove::End);
        Entry(area)
    }

    pub fn text(&self) -> &str {
        self.0.lines().first().map_or("", String::as_str)
    }

    /// Characters before the cursor.
    pub fn cursor(&self) -> usize {
        self.0.cursor().1
    }

    /// Takes an editing key; true when the text changed.
    pub fn press(&mut self, chord: &Chord) -> bool {
        match (chord.key, chord.ctrl) {
            (Key::Enter | Key::Tab | Key::Up | Key::Down | Key::PageUp | Key::PageDown, _) => false,
            (Key::Char('u'), true) => self.0.delete_line_by_head(),
            (Key::Char('w'), true) => self.0.delete_word(),
            (Key::Char('a'), true) => self.moved(CursorMove::Head),
            (Key::Char('e'), true) => self.moved(CursorMove::End),
            (Key::Left, _) => self.moved(CursorMove::Back),
            (Key::Right, _) => self.moved(CursorMove::Forward),
            (Key::Home, _) => self.moved(CursorMove::Head),
            (Key::End, _) => self.moved(CursorMove::End),
            _ => self.0.input_without_shortcuts(chord.clone()),
        }
    }

    fn moved(&mut self, to: CursorMove) -> bool {
        self.0.move_cursor(to);
        false
    }

    /// Pasted text goes in as one line.
    pub fn paste(&mut self, text: &str) {
        self.0.insert_str(one_line(text));
    }

    pub fn clear(&mut self) {
        *self = Entry::default();
    }
}

/// Pasted or loaded text without line ends and controls.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter })
        .filter(|letter| !letter.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::key;
    use super::*;

    #[test]
    fn a_line_is_typed_and_pasted_as_one_line() {
        let mut entry = Entry::default();
        for chord in key::scenario("ab<left>c<enter>") {
            entry.press(&chord);
        }
        assert_eq!((entry.text(), entry.cursor()), ("acb", 2));
        entry.paste("x\ny\u{1b}[31m");
        assert_eq!(entry.text(), "acx y[31mb");
        entry.press(&key::chord("ctrl-u").expect("a key"));
        assert_eq!(entry.text(), "b");
    }
}
