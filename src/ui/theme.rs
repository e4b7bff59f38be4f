//! Colours and glyphs, in one place. Everything is understandable without colour: glyph and word first.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;

use unicode_width::UnicodeWidthStr;

use crate::app::{Looks, ThemeName};

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
    /// A selected row has one style throughout: its background leaves no room for other colours.
    pub flat: bool,
}

impl Theme {
    pub fn of(looks: Looks) -> Theme {
        match (looks.theme, looks.basic) {
            (ThemeName::Dark, false) => Theme::coloured(&DARK),
            (ThemeName::Light, false) => Theme::coloured(&LIGHT),
            (ThemeName::Light, true) => Theme::flat(&BASIC_LIGHT, Color::White, Color::Blue),
            (ThemeName::Contrast, _) | (ThemeName::Dark, true) => Theme::flat(&CONTRAST, Color::Black, Color::Cyan),
            (ThemeName::Plain, _) => Theme::plain(),
        }
    }

    /// The sixteen basic colours: what is selected stands out as a whole.
    fn flat(palette: &Palette, text: Color, background: Color) -> Theme {
        let selected = Style::new().fg(text).bg(background).add_modifier(Modifier::BOLD);
        Theme {
            selected,
            selected_idle: Style::new().add_modifier(Modifier::REVERSED),
            flat: true,
            ..Theme::coloured(palette)
        }
    }

    /// A row's line as it looks when it is selected: nothing in it becomes hard to read.
    pub fn select(&self, line: &mut Line<'_>, focused: bool) {
        let style = if focused { self.selected } else { self.selected_idle };
        line.style = style;
        for span in &mut line.spans {
            if self.flat {
                span.style = style;
            } else if span.style.fg == self.muted.fg || span.style.fg == self.faint.fg {
                span.style.fg = self.text.fg;
            }
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
            flat: false,
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
            flat: false,
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
    muted: Color::Indexed(247),
    faint: Color::Indexed(243),
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
    faint: Color::Indexed(245),
    accent: Color::Indexed(25),
    selected: Color::Indexed(153),
    selected_idle: Color::Indexed(254),
    good: Color::Indexed(28),
    warn: Color::Indexed(130),
    bad: Color::Indexed(124),
    keyword: Color::Indexed(91),
};
const BASIC_LIGHT: Palette = Palette {
    text: Color::Reset,
    muted: Color::Reset,
    faint: Color::DarkGray,
    accent: Color::Blue,
    selected: Color::Blue,
    selected_idle: Color::Gray,
    good: Color::Green,
    warn: Color::Magenta,
    bad: Color::Red,
    keyword: Color::Magenta,
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

/// Replaces what is not ASCII in a drawn buffer: frame glyphs by their stand-ins, everything else by `?`, a wide character
/// by two of them.
pub fn to_ascii(buffer: &mut Buffer) {
    let mut wide = false;
    for cell in &mut buffer.content {
        let behind = std::mem::replace(&mut wide, cell.symbol().width() > 1);
        if behind && cell.symbol().trim().is_empty() {
            cell.set_symbol("?");
        }
        if cell.symbol().is_ascii() {
            continue;
        }
        let stand_in = STAND_INS.iter().find(|(glyph, _)| *glyph == cell.symbol()).map_or("?", |(_, ascii)| ascii);
        cell.set_symbol(stand_in);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour of an index of the 256 as xterm has it, linear and between 0 and 1 (sRGB, IEC 61966-2-1).
    fn luminance(colour: Color) -> f64 {
        // The sixteen basic ones as xterm shows them.
        const BASIC: [(u8, u8, u8); 16] = [
            (0, 0, 0),
            (205, 0, 0),
            (0, 205, 0),
            (205, 205, 0),
            (0, 0, 238),
            (205, 0, 205),
            (0, 205, 205),
            (229, 229, 229),
            (127, 127, 127),
            (255, 0, 0),
            (0, 255, 0),
            (255, 255, 0),
            (92, 92, 255),
            (255, 0, 255),
            (0, 255, 255),
            (255, 255, 255),
        ];
        let step = |at: u8| if at == 0 { 0 } else { 55 + at * 40 };
        let named = [
            Color::Black,
            Color::Red,
            Color::Green,
            Color::Yellow,
            Color::Blue,
            Color::Magenta,
            Color::Cyan,
            Color::Gray,
            Color::DarkGray,
            Color::LightRed,
            Color::LightGreen,
            Color::LightYellow,
            Color::LightBlue,
            Color::LightMagenta,
            Color::LightCyan,
            Color::White,
        ];
        let (red, green, blue) = match colour {
            Color::Indexed(at @ 16..=231) => (step((at - 16) / 36), step((at - 16) / 6 % 6), step((at - 16) % 6)),
            Color::Indexed(at @ 232..) => (8 + (at - 232) * 10, 8 + (at - 232) * 10, 8 + (at - 232) * 10),
            other => BASIC[named.iter().position(|name| *name == other).expect("a colour with a value")],
        };
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio as WCAG 2.2 defines it, from 1 to 21.
    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_colour_can_be_read_on_its_background_and_where_it_is_selected() {
        // A dark terminal is seldom darker than black nor lighter than 234; a light one is white.
        let grounds = [
            (
                Looks { theme: ThemeName::Dark, ..Looks::default() },
                Color::White,
                vec![Color::Black, Color::Indexed(234)],
            ),
            (Looks { theme: ThemeName::Light, ..Looks::default() }, Color::Black, vec![Color::White]),
            (Looks { theme: ThemeName::Contrast, ..Looks::default() }, Color::White, vec![Color::Black]),
        ];
        for (looks, text, grounds) in grounds {
            let theme = Theme::of(looks);
            let ink = |style: Style| style.fg.filter(|colour| *colour != Color::Reset).unwrap_or(text);
            let read = [theme.text, theme.muted, theme.accent, theme.good, theme.warn, theme.bad, theme.keyword];
            for ground in grounds {
                for style in read {
                    assert!(contrast(ink(style), ground) >= 4.5, "{:?}: {style:?} on {ground:?}", looks.theme);
                }
                let frames = contrast(ink(theme.faint), ground);
                assert!(frames >= 3.0, "{:?}: frames {frames:.1} on {ground:?}", looks.theme);
            }
            for selected in [theme.selected, theme.selected_idle] {
                let Some(ground) = selected.bg else { continue };
                for style in read {
                    let mut line = Line::styled("", selected);
                    line.spans.push(ratatui::text::Span::styled("x", style));
                    theme.select(&mut line, selected == theme.selected);
                    let shown = ink(line.style.patch(line.spans[0].style));
                    let ratio = contrast(shown, ground);
                    assert!(ratio >= 3.0, "{:?}: {style:?} on {ground:?}: {ratio:.1}", looks.theme);
                }
            }
        }
    }

    #[test]
    fn basic_terminals_get_basic_colours() {
        for theme in ThemeName::ALL {
            let theme = Theme::of(Looks { theme, ascii: false, basic: true });
            for style in [theme.text, theme.muted, theme.faint, theme.accent, theme.selected, theme.bad, theme.added] {
                assert!(!matches!(style.fg, Some(Color::Indexed(_) | Color::Rgb(..))), "{style:?}");
                assert!(!matches!(style.bg, Some(Color::Indexed(_) | Color::Rgb(..))), "{style:?}");
            }
        }
    }

    #[test]
    fn every_frame_glyph_is_one_column_wide() {
        for (glyph, ascii) in STAND_INS {
            assert_eq!(glyph.width(), 1, "{glyph}");
            assert_eq!(ascii.len(), 1, "{glyph}");
        }
    }
}
