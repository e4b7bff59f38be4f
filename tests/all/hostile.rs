//! Data that would take the terminal over, through every place, in a real terminal: no control byte of it arrives.

use crate::pty::Pty;

/// Escapes of all families, C0 and C1 controls, bidi and invisible characters, wide and stacked ones.
fn rows() -> Vec<String> {
    let evil = [
        "\u{1b}]0;owned\u{7}",
        "\u{1b}[6n\u{1b}[5n\u{1b}[c",
        "\u{1b}[999;999H\u{1b}[2Jgone",
        "\u{1b}]52;c;b3duZWQ=\u{7}",
        "\u{1b}P+q544e\u{1b}\\",
        "\u{1b}[?1049l\u{1b}[?25h",
        "\u{9b}31mred\u{9d}0;x\u{9c}",
        "a\u{202e}b\u{2066}c\u{200f}",
        "z\u{200b}w\u{feff}j\u{2060}",
        "\u{8}\u{8}\u{7f}\u{c}\u{b}\u{e}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "東京都\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "العربية",
    ];
    let long = "\u{1b}[31m".repeat(40_000);
    evil.iter()
        .map(|cell| format!("\"{cell}\",\"{cell}@example.org\",\"x{cell}\""))
        .chain([format!("\"{long}\",x,y")])
        .collect()
}

#[test]
fn no_control_byte_of_the_data_reaches_the_terminal() {
    let mut pty = Pty::with("open evil.yaml", |home, _| {
        let text = format!("na\u{1b}]0;head\u{7}me,mail,status\n{}\n", rows().join("\n"));
        std::fs::write(home.join("evil.csv"), text).expect("written");
        let profile = "mapwright: 1\nname: Evil\nsource: evil.csv\ntarget: out/\nobjects:\n  - from: evil.csv\n    to: evil.csv\n    duplicates: { key: target.status, keep: first }\n    fields:\n      mail: { value: mail | email, type: email }\n      status: status\n";
        std::fs::write(home.join("evil.yaml"), profile).expect("written");
    });
    pty.wait_for("2 of 2 mapped");
    for (keys, words) in [
        ("1", "Objects"),
        ("t\t", "records"),
        ("\r", "Record 1"),
        ("\u{1b}", "Objects"),
        ("t", "samples"),
        ("jF", "different values"),
        ("\r", "Records with"),
        ("\u{1b}\u{1b}", "Objects"),
        ("2hi", "Most frequent values"),
        ("\u{1b}lw", "source value"),
        ("\u{1b}e", "expression"),
        ("\u{1b}\u{1b}3", "Whole source"),
        ("v", "rejected"),
        ("L", "fate: "),
        ("\u{1b}D", "Duplicates"),
        ("\u{1b}4d", "dry run done"),
        ("5", "balances"),
        ("f", "mends a group"),
        ("\r", "edit the expression"),
        ("\u{1b}\u{1b}2", "2 of 2 mapped"),
    ] {
        for key in keys.split_inclusive('\u{1b}') {
            pty.press(key);
            // An Esc that is followed at once by a key would be Alt and that key.
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        pty.wait_for(words);
    }
    pty.press("q");
    pty.is_as_before();
    let raw = pty.raw();
    let text = String::from_utf8_lossy(&raw);
    for evil in [
        "\u{1b}]0;",
        "\u{1b}]52;",
        "\u{1b}P",
        "\u{1b}[6n",
        "\u{1b}[5n",
        "\u{1b}[c",
        "\u{1b}[999",
        "\u{7}",
        "\u{8}",
        "\u{7f}",
    ] {
        assert!(!text.contains(evil), "{evil:?} reached the terminal");
    }
    let invisible = text.chars().find(|letter| {
        matches!(u32::from(*letter), 0x80..=0x9f | 0x200b..=0x200c | 0x200e..=0x200f | 0x202a..=0x202e | 0x2060..=0x2069 | 0xfeff)
    });
    assert_eq!(invisible, None, "an invisible or C1 character reached the terminal");
}
