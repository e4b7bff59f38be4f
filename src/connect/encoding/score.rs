//! A second opinion on a single-byte encoding: the letters beyond ASCII are those of a language, in about the shares in
//! which that language has them, and stand in words as letters do. Read in the wrong encoding, they do not.
//!
//! The shares are published letter frequencies (per thousand letters), rounded.

use super::charset::Charset;

/// A language, the encodings it is written in, and its letters beyond ASCII.
struct Language {
    name: &'static str,
    charsets: &'static [&'static str],
    letters: &'static [(char, f64)],
}

#[rustfmt::skip]
static LANGUAGES: &[Language] = &[
    Language { name: "French", charsets: &["windows-1252", "macintosh"], letters: &[('é', 19.0), ('à', 5.0), ('è', 3.0), ('ê', 2.0), ('ç', 0.9), ('ù', 0.6), ('û', 0.6), ('â', 0.5), ('î', 0.45), ('ô', 0.3), ('ï', 0.1), ('ë', 0.1), ('œ', 0.2)] },
    Language { name: "German", charsets: &["windows-1252", "macintosh"], letters: &[('ä', 5.8), ('ö', 4.4), ('ü', 9.9), ('ß', 3.0)] },
    Language { name: "Spanish", charsets: &["windows-1252", "macintosh"], letters: &[('á', 5.0), ('é', 4.3), ('í', 7.3), ('ó', 8.3), ('ú', 1.7), ('ñ', 3.1), ('ü', 0.1)] },
    Language { name: "Portuguese", charsets: &["windows-1252", "macintosh"], letters: &[('á', 1.2), ('â', 0.6), ('ã', 7.3), ('ç', 5.3), ('é', 3.4), ('ê', 4.5), ('í', 1.3), ('ó', 3.0), ('ô', 0.6), ('õ', 0.8), ('ú', 2.0), ('à', 0.7)] },
    Language { name: "Italian", charsets: &["windows-1252", "macintosh"], letters: &[('à', 6.3), ('è', 2.6), ('é', 0.4), ('ì', 0.6), ('ò', 1.0), ('ù', 1.7)] },
    Language { name: "Swedish", charsets: &["windows-1252", "macintosh"], letters: &[('å', 13.0), ('ä', 18.0), ('ö', 13.0), ('é', 0.5)] },
    Language { name: "Danish or Norwegian", charsets: &["windows-1252", "macintosh"], letters: &[('æ', 8.7), ('ø', 9.0), ('å', 12.0), ('é', 0.5)] },
    Language { name: "Finnish", charsets: &["windows-1252", "macintosh"], letters: &[('ä', 36.0), ('ö', 4.4), ('å', 0.1), ('é', 0.05)] },
    Language { name: "Icelandic", charsets: &["windows-1252", "macintosh"], letters: &[('á', 18.0), ('ð', 44.0), ('é', 6.5), ('í', 15.7), ('ó', 9.9), ('ú', 6.1), ('ý', 2.3), ('þ', 14.5), ('æ', 8.7), ('ö', 7.8)] },
    Language { name: "Catalan", charsets: &["windows-1252", "macintosh"], letters: &[('à', 3.0), ('è', 2.0), ('é', 2.5), ('í', 2.0), ('ó', 2.5), ('ò', 1.0), ('ú', 1.0), ('ç', 0.8), ('ï', 0.4), ('ü', 0.1)] },
    Language { name: "Dutch", charsets: &["windows-1252", "macintosh"], letters: &[('ë', 1.0), ('é', 1.0), ('ï', 0.4), ('è', 0.2), ('ö', 0.1), ('ü', 0.1)] },
    Language { name: "Hungarian", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('á', 37.0), ('é', 38.0), ('í', 6.0), ('ó', 10.0), ('ö', 9.0), ('ő', 9.0), ('ú', 3.0), ('ü', 6.0), ('ű', 2.5)] },
    Language { name: "Polish", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('ą', 10.0), ('ć', 4.0), ('ę', 11.0), ('ł', 18.0), ('ń', 2.0), ('ó', 8.0), ('ś', 7.0), ('ź', 0.6), ('ż', 8.0)] },
    Language { name: "Czech", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('á', 22.0), ('č', 9.5), ('ď', 0.3), ('é', 13.0), ('ě', 16.0), ('í', 32.0), ('ň', 0.5), ('ó', 0.3), ('ř', 12.0), ('š', 8.0), ('ť', 0.3), ('ú', 1.0), ('ů', 7.0), ('ý', 10.7), ('ž', 10.0)] },
    Language { name: "Slovak", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('á', 20.0), ('ä', 0.5), ('č', 11.0), ('ď', 2.0), ('é', 8.0), ('í', 11.0), ('ľ', 4.0), ('ĺ', 0.2), ('ň', 1.5), ('ó', 1.0), ('ô', 2.0), ('ŕ', 0.1), ('š', 9.0), ('ť', 7.0), ('ú', 9.0), ('ý', 12.0), ('ž', 9.0)] },
    Language { name: "Slovene or Croatian", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('č', 12.0), ('š', 10.0), ('ž', 7.0), ('ć', 4.0), ('đ', 1.5)] },
    Language { name: "Romanian", charsets: &["windows-1250", "ISO-8859-2"], letters: &[('ă', 20.0), ('â', 9.0), ('î', 10.0), ('ş', 10.0), ('ţ', 10.0)] },
    Language { name: "Turkish", charsets: &["windows-1254"], letters: &[('ç', 11.5), ('ğ', 11.0), ('ı', 51.0), ('ö', 8.0), ('ş', 18.0), ('ü', 18.5), ('â', 0.3), ('î', 0.1), ('İ', 3.0)] },
    Language { name: "Latvian", charsets: &["windows-1257", "ISO-8859-4"], letters: &[('ā', 38.0), ('č', 1.5), ('ē', 17.0), ('ģ', 1.0), ('ī', 18.0), ('ķ', 1.5), ('ļ', 3.0), ('ņ', 5.0), ('š', 7.5), ('ū', 4.0), ('ž', 2.0)] },
    Language { name: "Lithuanian", charsets: &["windows-1257", "ISO-8859-4"], letters: &[('ą', 6.0), ('č', 4.0), ('ę', 2.0), ('ė', 16.0), ('į', 5.0), ('š', 10.0), ('ų', 14.0), ('ū', 5.0), ('ž', 8.0)] },
    Language { name: "Estonian", charsets: &["windows-1252", "windows-1257"], letters: &[('õ', 13.0), ('ä', 19.0), ('ö', 4.0), ('ü', 6.0), ('š', 0.2), ('ž', 0.1)] },
    Language { name: "Russian", charsets: &["windows-1251", "KOI8-R", "ISO-8859-5", "IBM866", "x-mac-cyrillic", "IBM855"], letters: &[('о', 109.0), ('е', 85.0), ('а', 80.0), ('и', 73.0), ('н', 67.0), ('т', 63.0), ('с', 55.0), ('р', 47.0), ('в', 45.0), ('л', 44.0), ('к', 35.0), ('м', 32.0), ('д', 30.0), ('п', 28.0), ('у', 26.0), ('я', 20.0), ('ы', 19.0), ('ь', 17.0), ('г', 17.0), ('з', 16.0), ('б', 16.0), ('ч', 14.0), ('й', 12.0), ('х', 10.0), ('ж', 9.0), ('ш', 7.0), ('ю', 6.0), ('ц', 5.0), ('щ', 4.0), ('э', 3.0), ('ф', 3.0), ('ъ', 0.4), ('ё', 0.4)] },
    Language { name: "Bulgarian", charsets: &["windows-1251", "KOI8-R", "ISO-8859-5", "IBM866", "x-mac-cyrillic", "IBM855"], letters: &[('а', 118.0), ('и', 93.0), ('о', 89.0), ('е', 85.0), ('т', 72.0), ('н', 68.0), ('р', 52.0), ('с', 50.0), ('в', 44.0), ('л', 37.0), ('д', 35.0), ('к', 34.0), ('п', 30.0), ('м', 25.0), ('з', 22.0), ('я', 17.0), ('г', 16.0), ('б', 15.0), ('у', 16.0), ('ъ', 15.0), ('ч', 14.0), ('ж', 7.0), ('щ', 7.0), ('ц', 7.0), ('х', 6.0), ('ш', 4.0), ('ф', 3.0), ('й', 6.0), ('ю', 1.5), ('ь', 0.2)] },
    Language { name: "Ukrainian", charsets: &["windows-1251", "KOI8-U", "ISO-8859-5", "IBM866", "x-mac-cyrillic", "IBM855"], letters: &[('о', 94.0), ('а', 83.0), ('и', 61.0), ('н', 68.0), ('в', 54.0), ('т', 55.0), ('е', 48.0), ('і', 57.0), ('р', 47.0), ('с', 41.0), ('к', 37.0), ('л', 38.0), ('у', 34.0), ('д', 34.0), ('м', 31.0), ('п', 29.0), ('з', 23.0), ('я', 24.0), ('ь', 19.0), ('б', 17.0), ('г', 16.0), ('ч', 14.0), ('й', 12.0), ('х', 12.0), ('ц', 8.0), ('ж', 8.0), ('ш', 7.0), ('ю', 7.0), ('ї', 6.0), ('є', 5.0), ('щ', 4.0), ('ф', 3.0), ('ґ', 0.1)] },
];

/// The best reading of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opinion {
    pub charset: Charset,
    pub language: &'static str,
    /// Mean logarithm of the share of each character beyond ASCII: about -2 to -3 where it is right, -8 where not.
    pub score: f64,
    /// Characters beyond ASCII.
    pub count: usize,
}

/// A capital is so much rarer than its small letter.
const CAPITAL: f64 = 0.08;
/// Share of marks that every language uses: quotes, dashes, currency.
const MARK: f64 = 0.01;
const NEVER: f64 = 1e-4;
/// Enough to know.
const MOST: usize = 20_000;

/// The best reading in all encodings known here, and the best in `given`.
pub(super) fn opinions(bytes: &[u8], given: Charset) -> (Option<Opinion>, Option<Opinion>) {
    let (mut best, mut own): (Option<Opinion>, Option<Opinion>) = (None, None);
    for language in LANGUAGES {
        for charset in language.charsets.iter().filter_map(|label| Charset::for_label(label)) {
            let Some((score, count)) = score(bytes, charset, language) else { continue };
            let opinion = Opinion { charset, language: language.name, score, count };
            let better = |known: &Option<Opinion>| known.is_none_or(|known| score > known.score + 1e-9);
            if charset == given && better(&own) {
                own = Some(opinion);
            }
            // Where two encodings say the same, the given one stays.
            if better(&best) || (charset == given && best.is_some_and(|best| score >= best.score - 1e-9)) {
                best = Some(opinion);
            }
        }
    }
    (best, own)
}

/// Mean logarithm over the characters beyond ASCII, and their number.
fn score(bytes: &[u8], charset: Charset, language: &Language) -> Option<(f64, usize)> {
    let total: f64 = language.letters.iter().map(|(_, share)| share).sum();
    let letters: Vec<Option<char>> = (0x80..=0xff).map(|byte| charset.character(byte)).collect();
    let shares: Vec<f64> =
        letters.iter().map(|letter| letter.map_or(NEVER / 10.0, |letter| share(letter, language, total))).collect();
    let letter = |byte: u8| match byte {
        0..0x80 => Some(char::from(byte)),
        _ => letters.get(usize::from(byte - 0x80)).copied().flatten(),
    };
    let (mut sum, mut count) = (0.0, 0);
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0x80).take(MOST) {
        let mut share = shares[usize::from(byte - 0x80)];
        let here = letter(*byte).unwrap_or('\u{fffd}');
        let before = at.checked_sub(1).and_then(|at| letter(*bytes.get(at)?)).unwrap_or(' ');
        let after = bytes.get(at + 1).and_then(|byte| letter(*byte)).unwrap_or(' ');
        if here.is_alphabetic() {
            let shouted = here.is_uppercase() && before.is_lowercase();
            if shouted || before.is_ascii_digit() || after.is_ascii_digit() {
                share = share.min(NEVER) / 10.0;
            }
        } else if before.is_lowercase()
            && after.is_lowercase()
            && !matches!(here, '\u{2019}' | '\u{2018}' | '\u{b7}' | '\u{ad}' | '\u{2013}' | '\u{a0}')
        {
            share = share.min(NEVER);
        }
        sum += share.ln();
        count += 1;
    }
    (count > 0).then(|| (sum / count as f64, count))
}

fn share(letter: char, language: &Language, total: f64) -> f64 {
    let of = |wanted: char| {
        language.letters.iter().find(|(known, _)| *known == wanted).map(|(_, share)| share / total * 0.9)
    };
    if let Some(share) = of(letter) {
        return share;
    }
    let mut lower = letter.to_lowercase();
    if let (Some(small), None) = (lower.next(), lower.next())
        && small != letter
        && let Some(share) = of(small)
    {
        return share * CAPITAL;
    }
    match letter {
        '\u{a0}' | '«' | '»' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2019}' | '\u{2018}' | '\u{2013}'
        | '\u{2014}' | '\u{2026}' => MARK,
        '£' | '€' | '©' | '®' | '°' | '§' | '¿' | '¡' | '№' | '·' | '•' | '™' | '½' | '²' | '´' | '\u{201a}' => {
            MARK / 3.0
        }
        letter if letter.is_alphabetic() => NEVER,
        letter if letter.is_control() || ('\u{2500}'..='\u{259f}').contains(&letter) => NEVER / 10.0,
        _ => NEVER * 3.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(bytes: &[u8], given: &str) -> &'static str {
        opinions(bytes, Charset::for_label(given).unwrap()).0.unwrap().charset.name()
    }

    #[test]
    fn letters_tell_the_language_and_it_the_encoding() {
        // "Az őszi szünet előtt üzemelő fürdő" in windows-1250, "The fee is £20" in windows-1252.
        assert_eq!(
            best(b"Az \xf5szi sz\xfcnet el\xf5tt \xe1r\xe9rt f\xfcrd\xf5 k\xf6z\xf6s \xe9s", "windows-1252"),
            "windows-1250"
        );
        assert_eq!(best(b"The fee is \xa320 or \xa35", "windows-1250"), "windows-1252");
        assert_eq!(best(b"Gr\xfc\xdfe aus K\xf6ln, sch\xf6ne Gr\xfc\xdfe", "windows-1252"), "windows-1252");
    }

    #[test]
    fn cyrillic_code_pages_are_told_apart() {
        let text = "Город над вольной Невой, где мы дружили с тобой. Я помню чудное мгновенье";
        for charset in ["windows-1251", "KOI8-R", "ISO-8859-5", "IBM866", "x-mac-cyrillic", "IBM855"] {
            let charset = Charset::for_label(charset).unwrap();
            let bytes: Vec<u8> = text
                .chars()
                .map(|letter| {
                    if letter.is_ascii() {
                        letter as u8
                    } else {
                        (0x80..=0xff).find(|byte| charset.character(*byte) == Some(letter)).unwrap()
                    }
                })
                .collect();
            assert_eq!(best(&bytes, "windows-1252"), charset.name());
        }
    }
}
