//! Expressions, profiles, schema files and CREATE TABLE: any text gives a meaning or an error at a place.

use std::fs;
use std::path::Path;

use mapwright::profile::{self, LintContext};
use mapwright::record::{Batch, Cell, Origin};
use mapwright::schema::load_schema_file;
use mapwright::transform::{self, Input, Program, RunContext, Scope, Scratch};

use super::{damage, fuzz, pick, word};
use crate::kills::Dice;

/// An expression out of the language's own words; `depth` bounds its nesting.
fn expression(dice: &mut Dice, depth: u64) -> String {
    if depth == 0 {
        return match dice.below(7) {
            0 => "name".to_owned(),
            1 => "target.Out".to_owned(),
            2 => "it".to_owned(),
            3 => format!("{:?}", word(dice)),
            4 => format!("{}", dice.below(400) as i64 - 200),
            5 => "field(\"First Name\")".to_owned(),
            _ => pick(dice, &["true", "null", "[]", "{}", "1.5", "amount", "no_such_field"]).to_owned(),
        };
    }
    let inner = |dice: &mut Dice| expression(dice, depth - 1);
    let (left, right) = (inner(dice), inner(dice));
    match dice.below(9) {
        0 | 1 => {
            let all = transform::functions();
            let function = all[dice.below(all.len() as u64) as usize];
            let arguments: Vec<String> = (0..dice.below(4)).map(|_| inner(dice)).collect();
            let call = format!("{}({})", function.name, arguments.join(", "));
            if dice.below(2) == 0 { call } else { format!("{left} | {call}") }
        }
        2 => format!("{left} {} {right}", pick(dice, &["==", "!=", "<", ">=", "+", "-", "*", "/", "and", "or", "??"])),
        3 => format!("if {left} then {right} else {}", inner(dice)),
        4 => format!("({left})"),
        5 => format!("not {left}"),
        6 => format!("[{left}, {right}]"),
        7 => format!("{left} | {right}"),
        _ => format!("{left} ?? {right}"),
    }
}

#[test]
fn expressions() {
    let source: Vec<String> = ["name", "First Name", "amount"].map(str::to_owned).to_vec();
    let target = ["Out".to_owned()];
    let context = RunContext::new("2026-11-21T10:30:00Z".parse().expect("a time"));
    fuzz("expressions", |dice| {
        let depth = dice.below(4);
        let mut input = expression(dice, depth).into_bytes();
        damage(
            dice,
            &mut input,
            &["(", ")", "|", "\"", "\\", ",", " if ", "??", "==", ".", "it", "-", "[", "{", "é", "\0"],
        );
        let text = String::from_utf8_lossy(&input).into_owned();
        let mut batch = Batch::new(3);
        for _ in 0..3 {
            batch.push_cell(Cell::text(&word(dice)));
        }
        batch.end_row(Origin { number: 1, line: 2 }, (0, 0), None);
        let tried = (|| {
            let Ok(tree) = transform::parse(&text) else { return Ok(()) };
            let printed = tree.to_string();
            let again = transform::parse(&printed).map_err(|error| format!("printed {printed:?}: {error:?}"))?;
            if again.to_string() != printed {
                return Err(format!("printed {printed:?}, then {:?}", again.to_string()));
            }
            let scope = Scope { source_fields: &source, target_fields: &target };
            let Ok(program) = Program::compile(&text, &scope) else { return Ok(()) };
            let input = Input { record: batch.record(0), targets: &(), it: Cell::MISSING, context: &context };
            let mut scratch = Scratch::default();
            let first = program.run(&input, &mut scratch).map(|cell| cell.bytes.to_vec()).ok();
            let second = program.run(&input, &mut scratch).map(|cell| cell.bytes.to_vec()).ok();
            if first == second { Ok(()) } else { Err(format!("{first:?}, then {second:?}")) }
        })();
        (input, tried)
    });
}

const PROFILE: &str = "mapwright: 1\nname: Try   # a remark\nsource: { path: in.csv, delimiter: \";\" }\ntarget: sqlite:crm.db\nobjects:\n  - from: in.csv\n    to: Contact\n    write: upsert\n    key: Email\n    where: status != \"deleted\"\n    duplicates: { key: email | lower, keep: last }\n    on_reject: { stop_at: 5% }\n    fields:\n      Name: { value: name | trim, required: true, max_length: 80 }\n      Email: \"email | lower\"\n      Kind:\n        value: kind\n        values: { a: A, 'NO': North }\n        otherwise: reject\n      Firm: { lookup: firm, in: Account, by: legacy_id, missing: null }\n    checks:\n      - { name: reachable, that: target.Email != \"\" }\n    examples:\n      - given: { name: \" ada \" }\n        expect: { Name: ada }\n";

/// Whole lines taken out, doubled, moved or indented otherwise.
fn shuffle_lines(dice: &mut Dice, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..dice.below(4) {
        let at = dice.below(lines.len() as u64) as usize;
        let to = dice.below(lines.len() as u64) as usize;
        match dice.below(5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(to, lines[at].clone()),
            2 => lines.swap(at, to),
            3 => lines[at].insert_str(0, pick(dice, &["  ", "\t", "- ", "    ", "# "])),
            _ => lines[at] = lines[at].trim_start().to_owned(),
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join(pick(dice, &["\n", "\n", "\r\n"])) + "\n"
}

const YAML_PIECES: &[&str] = &[
    ": ", "- ", "{", "}", "[", "]", "\"", "'", "#", "&a ", "*a", "|", ">", "!!str ", "\n", "\t", "null", "~", "%", "é",
    "\0", "? ",
];

#[test]
fn profiles() {
    fuzz("profiles", |dice| {
        let mut input = shuffle_lines(dice, PROFILE).into_bytes();
        damage(dice, &mut input, YAML_PIECES);
        let text = String::from_utf8_lossy(&input).into_owned();
        let tried = (|| {
            let issues = match profile::parse(&text, Path::new("")) {
                Err(issues) => issues,
                Ok(read) => {
                    let written = profile::write_new(&read);
                    let again = profile::parse(&written, Path::new(""))
                        .map_err(|issues| format!("what was written cannot be read: {issues:?}\n{written}"))?;
                    if profile::write_new(&again) != written {
                        return Err(format!("written once:\n{written}\nand again:\n{}", profile::write_new(&again)));
                    }
                    let _ = profile::new_text(&text, &read);
                    profile::lint(&read, &text, &LintContext { source: None, target: None })
                }
            };
            for issue in issues {
                let shown = profile::render(&issue, &text);
                if shown.chars().any(|letter| letter.is_control() && letter != '\n') {
                    return Err(format!("not safe to show: {shown:?}"));
                }
            }
            Ok(())
        })();
        (input, tried)
    });
}

const SCHEMA_JSON: &str = r#"{"objects":[{"name":"Contact","label":"Contact","fields":[{"name":"Email","type":"email","required":true,"max_length":80,"unique":true},{"name":"Kind","type":"picklist","values":["A","B"]},{"name":"Amount","type":"decimal","min":0,"max":"10.5"}]}]}"#;
const SCHEMA_YAML: &str = "objects:\n  - name: Contact\n    fields:\n      - { name: Email, type: email, required: true, max_length: 80 }\n      - name: Kind\n        type: picklist\n        values: [A, B]\n      - { name: Born, type: date, description: \"of birth\" }\n";
const SCHEMA_SQL: &str = "-- people\nCREATE TABLE IF NOT EXISTS \"main\".`contact` (\n  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, /* key */\n  email VARCHAR(80) COLLATE NOCASE NOT NULL UNIQUE CHECK (email LIKE '%@%'),\n  kind ENUM('a','b''c') DEFAULT 'a' COMMENT 'what it is',\n  amount DECIMAL(10, 2) DEFAULT (0),\n  [firm] INT REFERENCES account (id) ON DELETE SET NULL,\n  born DATE, seen TIMESTAMP WITH TIME ZONE DEFAULT now(),\n  CONSTRAINT \"one\" UNIQUE (email, kind), KEY k (born)\n) ENGINE=InnoDB;\nCREATE UNIQUE INDEX u ON contact (born);\n";

#[test]
fn schema_files() {
    let folder = crate::scenario::home();
    fuzz("schema files", |dice| {
        let (text, name) = *pick(dice, &[&(SCHEMA_JSON, "s.json"), &(SCHEMA_YAML, "s.yaml")]);
        let mut input = if dice.below(2) == 0 { shuffle_lines(dice, text).into_bytes() } else { text.into() };
        damage(dice, &mut input, YAML_PIECES);
        let path = folder.path().join(name);
        fs::write(&path, &input).expect("written");
        let tried = said_where(load_schema_file(&path), &path);
        (input, tried)
    });
}

#[test]
fn create_table() {
    let folder = crate::scenario::home();
    let path = folder.path().join("s.sql");
    fuzz("CREATE TABLE", |dice| {
        let mut input =
            if dice.below(2) == 0 { shuffle_lines(dice, SCHEMA_SQL).into_bytes() } else { SCHEMA_SQL.into() };
        damage(
            dice,
            &mut input,
            &[
                "(",
                ")",
                ",",
                "'",
                "\"",
                "`",
                "[",
                "--",
                "/*",
                "*/",
                ";",
                "$$",
                " NOT ",
                "CREATE TABLE ",
                "\n",
                "é",
                "\0",
                "CHECK (",
            ],
        );
        fs::write(&path, &input).expect("written");
        let tried = said_where(load_schema_file(&path), &path);
        (input, tried)
    });
}

/// An error names the file.
fn said_where<T, E: std::fmt::Display>(read: Result<T, E>, path: &Path) -> Result<(), String> {
    match read {
        Err(error) if !error.to_string().contains(&path.display().to_string()) => {
            Err(format!("says no place: {error}"))
        }
        _ => Ok(()),
    }
}
