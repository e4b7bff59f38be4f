//! The report as Markdown (GitHub flavour), for pull requests and tickets.

use super::facts::{facts, title};
use crate::report::words::{count, share};
use crate::report::{ObjectReport, Report, flow, measures, verdict, visible_cut};

/// The report as Markdown. Data stands in code spans or is escaped, so that it can neither break a table nor carry
/// markup.
pub fn markdown(report: &Report) -> String {
    let verdict = verdict(report);
    let mut out = format!("# {}\n\n**{}: {}**\n", plain(&title(report)), verdict.badge, verdict.sentence);
    if !verdict.rest.is_empty() {
        out.push_str(&format!("\n{}.\n", verdict.rest.join(", ")));
    }
    if !verdict.next.is_empty() {
        out.push('\n');
        for step in &verdict.next {
            match &step.command {
                Some(command) => out.push_str(&format!("- {}: {}\n", plain(&step.text), code(command, 300))),
                None => out.push_str(&format!("- {}\n", plain(&step.text))),
            }
        }
    }
    out.push_str("\n## Ledger\n\n| | records | share | |\n|---|---:|---:|---|\n");
    for step in flow(&report.ledger) {
        out.push_str(&format!("| {} | {} | {} | {} |\n", step.word, step.count, step.share, step.meaning));
    }
    if report.objects.len() > 1 {
        out.push_str("\n## Objects\n\n| from | to | read | written | rejected | duplicate | filtered | failed | unprocessed |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
        for object in &report.objects {
            let ledger = &object.ledger;
            let cells = [
                ledger.read,
                ledger.written(),
                ledger.rejected,
                ledger.duplicate,
                ledger.filtered,
                ledger.failed,
                ledger.unprocessed,
            ];
            let counts: Vec<String> = cells.into_iter().map(count).collect();
            out.push_str(&format!("| {} | {} | {} |\n", plain(&object.from), plain(&object.to), counts.join(" | ")));
        }
    }
    out.push_str("\n## Measures\n\n| measure | value | definition |\n|---|---:|---|\n");
    for measure in measures(report) {
        out.push_str(&format!("| {} | {} | {} |\n", measure.name, measure.value, measure.definition));
    }
    for object in &report.objects {
        section(&mut out, object);
    }
    out.push_str("\n## Run\n\n| | |\n|---|---|\n");
    for (label, value) in facts(report) {
        out.push_str(&format!("| {label} | {} |\n", plain(&value)));
    }
    if !report.notices.is_empty() {
        out.push_str("\n## Notes\n\n");
        for notice in &report.notices {
            out.push_str(&format!("- {}\n", plain(notice)));
        }
    }
    out
}

fn section(out: &mut String, object: &ObjectReport) {
    out.push_str(&format!("\n## {} to {}\n", plain(&object.from), plain(&object.to)));
    if !object.reasons.is_empty() {
        out.push_str("\n### Reasons\n\n| records | reason | meaning | examples |\n|---:|---|---|---|\n");
        for reason in &object.reasons {
            let examples: Vec<String> = reason.examples.iter().take(4).map(|value| code(value, 40)).collect();
            out.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                count(reason.count),
                code(&reason.label, 80),
                plain(&reason.meaning),
                examples.join(" ")
            ));
        }
    }
    if !object.samples.is_empty() {
        out.push_str("\n### First rejects\n\n| record | line | field | value | reason |\n|---:|---:|---|---|---|\n");
        for sample in &object.samples {
            for finding in &sample.findings {
                out.push_str(&format!(
                    "| {} | {} | {} | {} | {} |\n",
                    sample.number,
                    if sample.line > 0 { sample.line.to_string() } else { String::new() },
                    code(&finding.label(), 80),
                    finding.value.as_deref().map(|value| code(value, 40)).unwrap_or_default(),
                    plain(&finding.reason)
                ));
            }
        }
        if let Some(file) = &object.rejects_file {
            out.push_str(&format!("\nAll {} are in {}.\n", count(object.ledger.rejected), code(file, 200)));
        }
    }
    if object.target_files.len() > 1 {
        out.push_str("\n### Parts\n\n| file | records | bytes |\n|---|---:|---:|\n");
        for part in &object.target_files {
            let records = part.records.map(count).unwrap_or_default();
            out.push_str(&format!("| {} | {records} | {} |\n", code(&part.path, 200), count(part.bytes)));
        }
    }
    if !object.fields.is_empty() {
        out.push_str("\n### Fields\n\n| field | filled | valid | distinct | in list | least | greatest |\n|---|---:|---:|---:|---:|---|---|\n");
        for field in &object.fields {
            let filled = if field.records == 0 { f64::NAN } else { field.completeness };
            let valid = if field.filled == 0 { f64::NAN } else { field.validity };
            let about = if field.distinct_exact || field.distinct == 0 { "" } else { "~" };
            out.push_str(&format!(
                "| {} | {} | {} | {about}{} | {} | {} | {} |\n",
                plain(&field.name),
                share(filled),
                share(valid),
                count(field.distinct),
                field.conformity.map(share).unwrap_or_default(),
                field.min.as_deref().map(|value| code(value, 30)).unwrap_or_default(),
                field.max.as_deref().map(|value| code(value, 30)).unwrap_or_default(),
            ));
        }
    }
}

/// Words with every character that Markdown or HTML reads escaped, at most 200 columns.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in visible_cut(text, 200).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// A value in a code span whose fence is longer than any run of backticks in it.
fn code(value: &str, width: usize) -> String {
    if value.is_empty() {
        return "(empty)".to_owned();
    }
    let shown = visible_cut(value, width).replace('|', "\\|");
    let longest = shown.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{shown}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, ordinary};
    use super::*;

    #[test]
    fn tables_hold_the_figures() {
        let text = markdown(&ordinary());
        assert!(text.starts_with("# Legacy CRM\n\n**Done, with records to look at: 4,812 of 5,000 records written;"));
        assert!(text.contains("| rejected | 92 | 1.8% |"));
        assert!(text.contains("| 50 | `Email:pattern` | does not match the pattern | `bob(at)x.org`"));
    }

    #[test]
    fn data_cannot_break_out() {
        assert_eq!(code("a`b``c|d", 40), "```a`b``c\\|d```");
        assert_eq!(code("`x", 40), "`` `x ``");
        assert_eq!(plain("<b>*x*</b> | [y](z)"), "&lt;b&gt;\\*x\\*&lt;/b&gt; \\| \\[y\\](z)");
        let text = markdown(&hostile());
        for line in text.lines().filter(|line| !line.contains('`')) {
            assert!(!line.contains("<img"), "{line}");
        }
    }

    #[test]
    fn every_table_row_has_as_many_cells_as_its_head() {
        for report in [ordinary(), hostile()] {
            let mut expected = None;
            for line in markdown(&report).lines() {
                let cells = line.starts_with('|').then(|| line.replace("\\|", "").matches('|').count());
                assert!(expected.is_none() || cells.is_none() || cells == expected, "{line}");
                expected = cells;
            }
        }
    }
}
