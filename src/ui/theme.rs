//! Colours and glyphs, in one place. Everything is understandable without colour: glyph and word first.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::app::ThemeName;

/// Styles by what they say.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub text: Style,
    /// Second in importance: labels, units, types.
    pub muted: Style,
    /// Frames and rules.
    pub faint: Style,
    pub title: Style,
    /// What the eye should find: the focused frame, the selected link.
    pub accent: Style,
    pub selected: Style,
    /// Selected, in a pane that does not have the focus.
    pub selected_idle: Style,
    /// A key in a hint.
    pub key: Style,
    pub good: Style,
    pub warn: Style,
    pub bad: Style,
    /// Characters that a mapping put there.
    pub added: Style,
    pub bar: Style,
    pub bar_rest: Style,
    /// The expression's words.
    pub function: Style,
    pub string: Style,
    pub number: Style,
    pub keyword: Style,
    pub error: Style,
}

impl Theme {
    pub fn of(name: ThemeName) -> Theme {
        match name {
            ThemeName::Dark => Theme::coloured(&DARK),
            ThemeName::Light => Theme::coloured(&LIGHT),
            ThemeName::Contrast => Theme::coloured(&CONTRAST),
            ThemeName::Plain => Theme::plain(),
        }
    }

    fn coloured(palette: &Palette) -> Theme {
        let plain = Style::new().fg(palette.text);
        let fg = |colour: Color| Style::new().fg(colour);
        Theme {
            text: plain,
            muted: fg(palette.muted),
            faint: fg(palette.faint),
            title: plain.add_modifier(Modifier::BOLD),
            accent: fg(palette.accent),
            selected: Style::new().bg(palette.selected).add_modifier(Modifier::BOLD),
            selected_idle: Style::new().bg(palette.selected_idle),
            key: fg(palette.accent).add_modifier(Modifier::BOLD),
            good: fg(palette.good),
            warn: fg(palette.warn),
            bad: fg(palette.bad),
            added: fg(palette.good).add_modifier(Modifier::BOLD),
            bar: fg(palette.accent),
            bar_rest: fg(palette.faint),
            function: fg(palette.accent),
            string: fg(palette.good),
            number: fg(palette.warn),
            keyword: fg(palette.keyword),
            error: fg(palette.bad).add_modifier(Modifier::UNDERLINED),
        }
    }

    /// Emphasis by weight, underline and reverse only.
    fn plain() -> Theme {
        let plain = Style::new();
        let with = |modifier: Modifier| Style::new().add_modifier(modifier);
        Theme {
            text: plain,
            muted: plain,
            faint: with(Modifier::DIM),
            title: with(Modifier::BOLD),
            accent: with(Modifier::BOLD),
            selected: with(Modifier::REVERSED),
            selected_idle: with(Modifier::BOLD),
            key: with(Modifier::BOLD),
            good: plain,
            warn: with(Modifier::BOLD),
            bad: with(Modifier::BOLD),
            added: with(Modifier::BOLD),
            bar: plain,
            bar_rest: with(Modifier::DIM),
            function: with(Modifier::BOLD),
            string: plain,
            number: plain,
            keyword: with(Modifier::BOLD),
            error: with(Modifier::UNDERLINED),
        }
    }
}

struct Palette {
    text: Color,
    muted: Color,
    faint: Color,
    accent: Color,
    selected: Color,
    selected_idle: Color,
    good: Color,
    warn: Color,
    bad: Color,
    keyword: Color,
}

// Indexed colours: every terminal of the last twenty years has them, tmux and screen included.
const DARK: Palette = Palette {
    text: Color::Reset,
    muted: Color::Indexed(245),
    faint: Color::Indexed(239),
    accent: Color::Indexed(80),
    selected: Color::Indexed(24),
    selected_idle: Color::Indexed(236),
    good: Color::Indexed(114),
    warn: Color::Indexed(179),
    bad: Color::Indexed(210),
    keyword: Color::Indexed(182),
};
const LIGHT: Palette = Palette {
    text: Color::Reset,
    muted: Color::Indexed(242),
    faint: Color::Indexed(250),
    accent: Color::Indexed(25),
    selected: Color::Indexed(153),
    selected_idle: Color::Indexed(254),
    good: Color::Indexed(28),
    warn: Color::Indexed(130),
    bad: Color::Indexed(124),
    keyword: Color::Indexed(91),
};
const CONTRAST: Palette = Palette {
    text: Color::White,
    muted: Color::White,
    faint: Color::Gray,
    accent: Color::LightCyan,
    selected: Color::Blue,
    selected_idle: Color::DarkGray,
    good: Color::LightGreen,
    warn: Color::LightYellow,
    bad: Color::LightRed,
    keyword: Color::LightMagenta,
};

/// Frame glyphs and their ASCII stand-ins; drawing uses the first, [`to_ascii`] puts the second.
const STAND_INS: &[(&str, &str)] = &[
    ("─", "-"),
    ("━", "="),
    ("│", "|"),
    ("┃", "|"),
    ("╭", "+"),
    ("╮", "+"),
    ("╰", "+"),
    ("╯", "+"),
    ("├", "+"),
    ("┤", "+"),
    ("┬", "+"),
    ("┴", "+"),
    ("┼", "+"),
    ("▶", ">"),
    ("▸", ">"),
    ("▾", "v"),
    ("▲", "^"),
    ("▼", "v"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("…", "~"),
    ("·", "."),
    ("•", "*"),
    ("●", "*"),
    ("○", "o"),
    ("◐", "?"),
    ("✓", "v"),
    ("✗", "x"),
    ("✎", "e"),
    ("█", "#"),
    ("▉", "#"),
    ("▊", "#"),
    ("▋", "#"),
    ("▌", "#"),
    ("▍", "-"),
    ("▎", "-"),
    ("▏", "-"),
    ("░", "."),
    ("▁", "_"),
    ("▂", "_"),
    ("▃", "-"),
    ("▄", "-"),
    ("▅", "="),
    ("▆", "="),
    ("▇", "#"),
    ("⏎", "$"),
    ("⇥", ">"),
    ("⟨", "<"),
    ("⟩", ">"),
    ("∅", "-"),
    ("×", "x"),
    ("–", "-"),
];

/// Replaces what is not ASCII in a drawn buffer: frame glyphs by their stand-ins, everything else by `?`.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let stand_in = STAND_INS.iter().find(|(glyph, _)| *glyph == cell.symbol()).map_or("?", |(_, ascii)| ascii);
        cell.set_symbol(stand_in);
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_frame_glyph_is_one_column_wide() {
        for (glyph, ascii) in STAND_INS {
            assert_eq!(glyph.width(), 1, "{glyph}");
            assert_eq!(ascii.len(), 1, "{glyph}");
        }
    }
}
