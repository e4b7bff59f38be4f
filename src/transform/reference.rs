//! The reference of the language, made from the table of functions.

use super::functions::{self, Family, Function};

/// The language in a page: Markdown, with every function, its signature, its sentence and its examples.
pub fn reference() -> String {
    let mut page = String::from(LANGUAGE);
    for family in Family::ALL {
        page.push_str(&format!("\n## {}\n", family.title()));
        for function in functions::all().iter().filter(|function| function.family == *family) {
            page.push_str(&entry(function));
        }
    }
    page
}

fn entry(function: &Function) -> String {
    let mut entry = format!("\n### `{}` -> {}\n\n{}\n\n", function.signature(), function.result.name(), function.doc);
    entry.push_str("| expression | gives |\n|---|---|\n");
    for (expr, result) in function.examples {
        let shown = match result.strip_prefix("! ") {
            Some(code) => format!("finding `{code}`"),
            None if result.is_empty() => "(missing)".to_owned(),
            None => format!("`{}`", escaped(result)),
        };
        entry.push_str(&format!("| `{}` | {shown} |\n", escaped(expr)));
    }
    entry
}

/// Inside a table a bar must not end the cell, and a line end the row.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "\\n").replace('\t', "\\t")
}

const LANGUAGE: &str = r#"# Expressions

An expression makes one target value from a source record: `first_name | trim | title`.
This page is made from the program's own table (`mapwright functions --format markdown`).

| form | meaning |
|---|---|
| `first_name`, `address.city` | a source field; a nested one by its path |
| `field("First Name")`, `` `First Name` `` | a field whose name is no plain word |
| `target.Email`, `target("E-mail")` | the finished value of another target field |
| `"text"`, `'text'`, `12.5`, `true`, `null` | values; `\n \t \" \' \\ \u{e9}` in texts, any other backslash stays |
| `["a", "b"]`, `{"old": "new"}` | a list; a map for `map` and `recode` |
| `value \| trim \| replace("a", "b")` | a pipe: the value is the first argument of each step |
| `phone \| ("+" + it)`, `phone \| if it == "" then "none" else it` | a step may be any expression that names the piped value `it` |
| `if a == "x" then b else c`, `if(a == "x", b, c)` | a choice; without `else` the other value is missing |
| `a ?? b ?? "none"` | the first filled value |
| `== != < <= > >=`, `in ["a", "b"]`, `not in` | comparison |
| `and`, `or`, `not` | logic; the right side only runs where it is needed |
| `+` | adds two numbers; joins texts, where a missing one is empty |
| `- * /` | exact decimal arithmetic; missing where a side is missing |

- A pipe binds tightest: `a | lower == "x"` is `(a | lower) == "x"`. Then `* /`, `+ -`, `??`, comparison, `not`, `and`, `or`.
- Missing, null and the empty text are all "not filled": `x == ""` is true for each.
- Texts are compared exactly. Beside a number (a number that is written out, or what `number` and its like give) both
  sides are compared as numbers, and text that is no number is a finding `type`. `<` and `>` on texts go by character,
  which is right for dates of the form YYYY-MM-DD; with a missing side they are false.
- A call whose arguments name `it` gets the piped value only there: `x | concat("+", it)`.
- Functions answer a missing first argument with missing, unless their sentence says otherwise.
- A value that cannot be taken is a finding: the record is rejected with the field, the code and the reason.
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_reference_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == reference(),
            "docs/functions.md is out of date; run: mapwright functions --format markdown > docs/functions.md"
        );
    }

    #[test]
    fn there_are_enough_functions() {
        assert!(functions::all().len() >= 100, "{}", functions::all().len());
    }
}
