//! Java properties (`java.util.Properties.load`, its documentation is the format's): keys and values by `=`, `:` or
//! blanks, `\` before what is meant as it stands, `#` and `!` for remarks, a `\` at a line's end to go on.

/// Keys and values in the order of the text.
pub(super) fn read(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start_matches([' ', '\t', '\u{c}']).to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while goes_on(&line) {
            line.pop();
            match lines.next() {
                Some(more) => line.push_str(more.trim_start_matches([' ', '\t', '\u{c}'])),
                None => break,
            }
        }
        pairs.push(pair(&line));
    }
    pairs
}

/// An odd number of backslashes at the end.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn pair(line: &str) -> (String, String) {
    let mut escaped = false;
    let end = line.char_indices().find(|(_, letter)| {
        let ends = !escaped && matches!(letter, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = !escaped && *letter == '\\';
        ends
    });
    let (key, rest) = line.split_at(end.map_or(line.len(), |(at, _)| at));
    let rest = rest.trim_start_matches([' ', '\t', '\u{c}']);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches([' ', '\t', '\u{c}']);
    (plain(key), plain(value))
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut letters = text.chars();
    let flush = |units: &mut Vec<u16>, out: &mut String| {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    };
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            flush(&mut units, &mut out);
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                match u16::from_str_radix(&digits, 16) {
                    Ok(unit) => units.push(unit),
                    Err(_) => {
                        flush(&mut units, &mut out);
                        out.push_str(&digits);
                    }
                }
            }
            Some(letter) => {
                flush(&mut units, &mut out);
                out.push(match letter {
                    't' => '\t',
                    'n' => '\n',
                    'r' => '\r',
                    'f' => '\u{c}',
                    other => other,
                });
            }
            None => {}
        }
    }
    flush(&mut units, &mut out);
    out
}

/// One line; what is not ASCII as `\uXXXX`, so that every encoding reads it alike.
pub(super) fn line(key: &str, value: &str) -> String {
    format!("{}={}\n", escaped(key, true), escaped(value, false))
}

fn escaped(text: &str, key: bool) -> String {
    let mut out = String::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '=' | ':' | '#' | '!' => out.extend(['\\', letter]),
            ' ' if key || at == 0 => out.push_str("\\ "),
            ' '..='~' => out.push(letter),
            other => {
                let mut units = [0; 2];
                other.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_to_write_a_pair_is_read() {
        let text = "#remark\n! another\n\nA=1\n  B : 2\nC 3\nFirst\\ Name=First\\\n   Name\nE\\:x=a\\=b\nF\nG=\\u00e9\\uD83D\\uDE00\nH=\\\\\n";
        let pairs = read(text);
        let want = [
            ("A", "1"),
            ("B", "2"),
            ("C", "3"),
            ("First Name", "FirstName"),
            ("E:x", "a=b"),
            ("F", ""),
            ("G", "é😀"),
            ("H", "\\"),
        ];
        assert_eq!(pairs, want.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_written_is_read_again(key in "[ -~äЖ\u{1f600}]{1,12}", value in "\\PC{0,12}|[\\\\ =:#\t\n\r]{0,6}") {
            prop_assert_eq!(read(&line(&key, &value)), [(key, value)]);
        }
    }
}
