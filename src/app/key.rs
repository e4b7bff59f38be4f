//! Keys: how they are written in the command table, on screen and in scenarios.

use tui_textarea::{Input, Key};

/// One key press. Letters carry their case; shift is kept only where a key has no case (`Shift-Tab`).
pub type Chord = Input;

/// The form that the key map knows: `A` is the letter, not shift and `a`; control letters are lower case.
pub fn normal(mut input: Input) -> Chord {
    if let Key::Char(letter) = input.key {
        input.shift = false;
        if input.ctrl {
            input.key = Key::Char(letter.to_ascii_lowercase());
        }
    }
    input
}

/// Reads one key: `a`, `A`, `enter`, `ctrl-s`, `shift-tab`, `f1`, `space`.
pub fn chord(text: &str) -> Option<Chord> {
    let mut input = Input::default();
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
            input.ctrl = true;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty()) {
            input.alt = true;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("shift-").filter(|after| !after.is_empty()) {
            input.shift = true;
            rest = after;
        } else {
            break;
        }
    }
    input.key = named(rest)?;
    Some(normal(input))
}

fn named(name: &str) -> Option<Key> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(Key::Char(letter));
    }
    if let Some(number) = name.strip_prefix('f').and_then(|digits| digits.parse().ok()) {
        return Some(Key::F(number));
    }
    NAMES.iter().find(|(word, _, _)| *word == name).map(|(_, _, key)| *key)
}

const NAMES: &[(&str, &str, Key)] = &[
    ("enter", "Enter", Key::Enter),
    ("esc", "Esc", Key::Esc),
    ("tab", "Tab", Key::Tab),
    ("space", "Space", Key::Char(' ')),
    ("backspace", "Backspace", Key::Backspace),
    ("delete", "Del", Key::Delete),
    ("up", "↑", Key::Up),
    ("down", "↓", Key::Down),
    ("left", "←", Key::Left),
    ("right", "→", Key::Right),
    ("home", "Home", Key::Home),
    ("end", "End", Key::End),
    ("pageup", "PgUp", Key::PageUp),
    ("pagedown", "PgDn", Key::PageDown),
    ("lt", "<", Key::Char('<')),
];

/// How a key is shown: `Ctrl-S`, `Enter`, `a`.
pub fn label(chord: &Chord) -> String {
    let mut text = String::new();
    if chord.ctrl {
        text.push_str("Ctrl-");
    }
    if chord.alt {
        text.push_str("Alt-");
    }
    if chord.shift {
        text.push_str("Shift-");
    }
    match chord.key {
        Key::Char(' ') => text.push_str("Space"),
        Key::Char(letter) if chord.ctrl => text.extend(letter.to_uppercase()),
        Key::Char(letter) => text.push(letter),
        Key::F(number) => text.push_str(&format!("F{number}")),
        key => text.push_str(NAMES.iter().find(|(_, _, named)| *named == key).map_or("?", |(_, shown, _)| shown)),
    }
    text
}

/// How a sequence of the command table is shown: `g g`.
pub fn label_sequence(sequence: &str) -> String {
    let chords: Vec<String> = sequence.split(' ').filter_map(chord).map(|chord| label(&chord)).collect();
    chords.join(" ")
}

/// The keys of a scenario: `j<enter>abc<ctrl-s>`. Unknown names are typed as they stand.
pub fn scenario(text: &str) -> Vec<Chord> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '<'
            && let Some(end) = rest.find('>')
            && let Some(key) = chord(&rest[1..end]).filter(|_| end > 1)
        {
            keys.push(key);
            rest = &rest[end + 1..];
            continue;
        }
        keys.push(Chord { key: Key::Char(letter), ..Chord::default() });
        rest = &rest[letter.len_utf8()..];
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_and_show_the_same() {
        for (written, shown) in [
            ("a", "a"),
            ("A", "A"),
            ("ctrl-s", "Ctrl-S"),
            ("shift-tab", "Shift-Tab"),
            ("enter", "Enter"),
            ("f1", "F1"),
            ("space", "Space"),
            ("pagedown", "PgDn"),
            ("-", "-"),
        ] {
            let chord = chord(written).expect(written);
            assert_eq!(label(&chord), shown);
        }
        assert_eq!(chord("nonsense"), None);
    }

    #[test]
    fn scenarios_mix_names_and_letters() {
        let shown: Vec<String> = scenario("a<enter>1 < 2<ctrl-s>").iter().map(label).collect();
        assert_eq!(shown.join(" "), "a Enter 1 Space < Space 2 Ctrl-S");
    }

    #[test]
    fn shift_belongs_to_the_letter() {
        let typed = normal(Input { key: Key::Char('A'), shift: true, ..Input::default() });
        assert_eq!(typed, chord("A").expect("a key"));
    }
}
