//! What README says about commands and keys is what the tables in the program say.
//!
//! `UPDATE_README=1 cargo test readme` writes both tables anew.

use std::fs;
use std::path::{Path, PathBuf};

use mapwright::app::commands::COMMANDS;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// What stands between two marks.
fn between<'a>(text: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&open).unwrap_or_else(|| panic!("README has no {open}")) + open.len();
    let to = text[from..].find(&close).unwrap_or_else(|| panic!("README has no {close}")) + from;
    &text[from..to]
}

fn command_rows() -> Vec<String> {
    let whole = mapwright::cli::command();
    let row = |command: &clap::Command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        format!("| `mapwright {}` | {about} |", command.get_name())
    };
    whole.get_subcommands().map(row).collect()
}

fn key_rows() -> Vec<String> {
    let shown = |key: &&str| if key.contains('|') { "`` | ``".replace('|', "\\|") } else { format!("`{key}`") };
    COMMANDS
        .iter()
        .filter(|command| !command.keys.is_empty())
        .map(|command| {
            let keys: Vec<String> = command.keys.iter().map(shown).collect();
            format!("| {} | {} | {} |", keys.join(", "), command.title, command.doc)
        })
        .collect()
}

fn table(head: &str, rows: &[String]) -> String {
    format!("{head}\n{}\n", rows.join("\n"))
}

#[test]
fn names_every_command_and_key_and_no_other() {
    let mut text = fs::read_to_string(path()).expect("a README");
    let tables = [
        ("commands", "| command | what it does |\n|---|---|", command_rows()),
        ("keys", "| keys | command | what it does |\n|---|---|---|", key_rows()),
    ];
    for (name, head, rows) in tables {
        if std::env::var_os("UPDATE_README").is_some() {
            let old = between(&text, name).to_owned();
            text = text.replacen(
                &format!("<!-- {name} -->\n{old}"),
                &format!("<!-- {name} -->\n{}", table(head, &rows)),
                1,
            );
            fs::write(path(), &text).expect("written");
        }
        let said: Vec<&str> = between(&text, name).lines().skip(2).collect();
        for row in &said {
            assert!(
                rows.iter().any(|known| known == row),
                "README says of the {name}:\n{row}\nThat is not so (any more): UPDATE_README=1 cargo test readme"
            );
        }
        for row in &rows {
            assert!(
                said.contains(&row.as_str()),
                "README does not say of the {name}:\n{row}\nUPDATE_README=1 cargo test readme adds it"
            );
        }
    }
}
