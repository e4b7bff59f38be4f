//! The sheet as Markdown.

use std::fmt::Write as _;

use super::{Sheet, SheetObject};
use crate::record::safe_text;

/// A page that shows in any viewer; values are told as they are, and can be no markup.
pub fn markdown(sheet: &Sheet) -> String {
    let mut out = format!("# {}\n\n", plain(&sheet.title));
    // Writing into memory cannot fail.
    let _ = writeln!(out, "From {} to {}, as of {}.\n", code(&sheet.source), code(&sheet.target), sheet.made);
    for object in &sheet.objects {
        section(object, &mut out);
    }
    out.push_str("## Signed off\n\n| name | role | date | signature |\n|---|---|---|---|\n|   |   |   |   |\n|   |   |   |   |\n");
    out
}

fn section(object: &SheetObject, out: &mut String) {
    let _ = writeln!(out, "## {} to {}\n", plain(&object.from), plain(&object.to));
    for rule in &object.rules {
        let _ = writeln!(out, "- {}", plain(rule));
    }
    if object.looked_at > 0 {
        let _ = writeln!(out, "- Of the first {} records, {} would be written.", object.looked_at, object.written);
    }
    if !object.open.is_empty() {
        let _ = writeln!(out, "\n### Open questions: {}\n", object.open.len());
        for open in &object.open {
            let _ = writeln!(out, "- [ ] **{}**: {}", plain(&open.field), plain(&open.question));
        }
    }
    out.push_str("\n### Fields\n\n| target | source | rule | before | after | checks | remark |\n|---|---|---|---|---|---|---|\n");
    for field in &object.fields {
        let column = |of: fn(&(String, String)) -> &String| {
            field.examples.iter().map(|example| code(of(example))).collect::<Vec<_>>().join("<br>")
        };
        let about = if field.about.is_empty() { String::new() } else { format!("<br>{}", plain(&field.about)) };
        let _ = writeln!(
            out,
            "| **{}**{about} | {} | {} | {} | {} | {} | {} |",
            plain(&field.target),
            field.sources.iter().map(|name| plain(name)).collect::<Vec<_>>().join("<br>"),
            plain(&field.rule),
            column(|example| &example.0),
            column(|example| &example.1),
            field.checks.iter().map(|check| plain(check)).collect::<Vec<_>>().join("<br>"),
            plain(&field.note),
        );
    }
    if object.fields.iter().any(|field| !field.values.is_empty()) {
        out.push_str("\n### Values\n\n| target | value before | value after |\n|---|---|---|\n");
        for field in &object.fields {
            for (from, to) in &field.values {
                let _ = writeln!(out, "| {} | {} | {} |", plain(&field.target), code(from), code(to));
            }
        }
    }
    if !object.checks.is_empty() {
        out.push_str("\n### Checks over a record\n\n");
        for check in &object.checks {
            let _ = writeln!(out, "- {}", plain(check));
        }
    }
    out.push('\n');
}

/// Text in which nothing is markup.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in safe_text(text).chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '<' | '>' | '~' => out.extend(['\\', letter]),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A value; nothing is said as such.
fn code(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let short: String = text.chars().take(80).collect();
    let cut = if short.len() < text.len() { "…" } else { "" };
    format!("{}{cut}", plain(&short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::sheet::SheetField;

    #[test]
    fn a_value_can_be_no_markup() {
        let field = SheetField {
            target: "Name".into(),
            examples: vec![("a|b\n# c".into(), "<b>[x](y)\u{202e}".into())],
            ..SheetField::default()
        };
        let object = SheetObject { fields: vec![field], ..SheetObject::default() };
        let text = markdown(&Sheet { objects: vec![object], ..Sheet::default() });
        assert!(text.contains("a\\|b") && text.contains("\\<b\\>\\[x\\]"), "{text}");
        assert!(!text.contains('\u{202e}') && !text.contains("\n# c"));
    }
}
