//! How the workbench looks: what the environment and the user chose.

/// What the user may choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    #[default]
    Dark,
    Light,
    /// The sixteen basic colours, bright on black.
    Contrast,
    /// No colour at all (`NO_COLOR`).
    Plain,
}

impl ThemeName {
    pub const ALL: [ThemeName; 4] = [ThemeName::Dark, ThemeName::Light, ThemeName::Contrast, ThemeName::Plain];

    pub fn word(self) -> &'static str {
        match self {
            ThemeName::Dark => "dark",
            ThemeName::Light => "light",
            ThemeName::Contrast => "contrast",
            ThemeName::Plain => "plain",
        }
    }

    pub fn parse(word: &str) -> Option<ThemeName> {
        ThemeName::ALL.into_iter().find(|name| name.word() == word)
    }

    pub fn next(self) -> ThemeName {
        match self {
            ThemeName::Dark => ThemeName::Light,
            ThemeName::Light => ThemeName::Contrast,
            ThemeName::Contrast => ThemeName::Plain,
            ThemeName::Plain => ThemeName::Dark,
        }
    }
}

/// How the workbench looks, as the environment or the user wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    pub theme: ThemeName,
    /// Only ASCII in the frame, for terminals and fonts that have nothing else.
    pub ascii: bool,
    /// The terminal has the sixteen basic colours and no more.
    pub basic: bool,
}

impl Looks {
    /// From `NO_COLOR`, `MAPWRIGHT_THEME`, `MAPWRIGHT_ASCII`, `TERM` and the locale; `get` reads the environment.
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Looks {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        let chosen = set("MAPWRIGHT_THEME").and_then(|word| ThemeName::parse(&word));
        let theme = if set("NO_COLOR").is_some() { ThemeName::Plain } else { chosen.unwrap_or_default() };
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let console = set("TERM").is_some_and(|term| term == "linux" || term == "dumb" || term == "vt100");
        let basic = set("COLORTERM").is_none() && set("TERM").is_some_and(|term| BASIC.contains(&term.as_str()));
        Looks { theme, ascii: set("MAPWRIGHT_ASCII").is_some() || console || (!utf8 && cfg!(unix)), basic }
    }
}

/// Terminals that have no more than sixteen colours.
const BASIC: [&str; 8] = ["linux", "dumb", "ansi", "vt100", "vt220", "cygwin", "xterm-color", "xterm-16color"];

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(pairs: &[(&str, &str)]) -> Looks {
        Looks::from_environment(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_decides() {
        assert_eq!(looks(&[("LANG", "en_US.UTF-8")]), Looks::default());
        assert_eq!(looks(&[("NO_COLOR", "1"), ("MAPWRIGHT_THEME", "light")]).theme, ThemeName::Plain);
        assert_eq!(looks(&[("NO_COLOR", ""), ("MAPWRIGHT_THEME", "light")]).theme, ThemeName::Light);
        assert!(looks(&[("TERM", "linux")]).ascii);
        assert!(looks(&[("TERM", "linux")]).basic);
        assert!(!looks(&[("TERM", "xterm-256color")]).basic);
        assert!(!looks(&[("TERM", "xterm-16color"), ("COLORTERM", "truecolor")]).basic);
        assert!(looks(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).ascii);
    }
}
