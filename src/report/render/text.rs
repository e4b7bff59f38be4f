//! The report for a terminal or a log: plain words in aligned columns, no colour, as wide as asked.

use unicode_width::UnicodeWidthStr;

use super::facts::{facts, title};
use crate::report::words::{count, share};
use crate::report::{FieldReport, ObjectReport, Part, Report, Step, flow, measures, pad, verdict, visible_cut};

/// How a text report is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStyle {
    /// In columns; from 60 on everything has its place, below that bars are left out.
    pub width: usize,
    /// Bars of `#` instead of blocks.
    pub ascii: bool,
}

impl Default for TextStyle {
    fn default() -> Self {
        TextStyle { width: 100, ascii: false }
    }
}

/// The report as text, 100 columns wide.
pub fn text(report: &Report) -> String {
    text_in(report, TextStyle::default())
}

/// The report as text in a given style.
pub fn text_in(report: &Report, style: TextStyle) -> String {
    let mut page = Page { out: String::new(), width: style.width.clamp(40, 240), ascii: style.ascii };
    let verdict = verdict(report);
    page.line(&title(report));
    page.blank();
    page.wrapped("", &format!("{}: {}", verdict.badge, verdict.sentence));
    if !verdict.rest.is_empty() {
        page.wrapped("", &format!("{}.", verdict.rest.join(", ")));
    }
    page.heading("Ledger");
    page.waterfall(&flow(&report.ledger));
    let several = report.objects.len() > 1;
    if several {
        page.objects(&report.objects);
    }
    page.heading("Measures");
    for measure in measures(report) {
        page.hanging(&format!("  {}{}", pad(measure.name, 14), pad(&measure.value, 14)), measure.definition);
    }
    for object in &report.objects {
        page.object(object, several);
    }
    page.heading("Run");
    for (label, value) in facts(report) {
        page.line(&format!("  {}{}", pad(label, 12), value));
    }
    for notice in &report.notices {
        page.wrapped("  ", &format!("Note: {notice}"));
    }
    if !verdict.next.is_empty() {
        page.heading("Next");
        for step in &verdict.next {
            page.wrapped("  ", &step.to_string());
        }
    }
    page.out
}

/// How many rejects of an object are shown; the page and the rejects file have more.
const SAMPLES: usize = 5;
/// Parts of a split target that are named.
const PARTS: usize = 20;

struct Page {
    out: String,
    width: usize,
    ascii: bool,
}

impl Page {
    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// One line, made safe and cut to the width.
    fn line(&mut self, text: &str) {
        let line = visible_cut(text, self.width);
        let line = line.trim_end();
        if self.ascii {
            self.out.push_str(&line.replace('…', "~"));
        } else {
            self.out.push_str(line);
        }
        self.out.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.blank();
        self.line(text);
    }

    /// A sentence over as many lines as it takes, each after `indent`.
    fn wrapped(&mut self, indent: &str, text: &str) {
        self.lines(indent, indent, text);
    }

    /// A sentence after `head`; its further lines start below its first word.
    fn hanging(&mut self, head: &str, text: &str) {
        if self.width < head.width() + 24 {
            self.line(head);
            self.wrapped("    ", text);
        } else {
            self.lines(head, &" ".repeat(head.width()), text);
        }
    }

    fn lines(&mut self, first: &str, further: &str, text: &str) {
        let safe = visible_cut(text, 4 * self.width);
        let mut line = first.to_owned();
        let mut words = 0;
        for word in safe.split(' ') {
            if words > 0 && line.width() + 1 + word.width() > self.width {
                self.line(&line);
                line = further.to_owned();
                words = 0;
            }
            if words > 0 {
                line.push(' ');
            }
            line.push_str(word);
            words += 1;
        }
        self.line(&line);
    }

    fn bar(&self, start: f64, length: f64, columns: usize) -> String {
        let full = if self.ascii { '#' } else { '█' };
        let from = (start * columns as f64).round() as usize;
        let mut to = ((start + length) * columns as f64).round() as usize;
        if length > 0.0 && to <= from {
            to = from + 1;
        }
        let to = to.min(columns);
        let from = from.min(to.saturating_sub(usize::from(length > 0.0)));
        format!("{}{}", " ".repeat(from), full.to_string().repeat(to - from))
    }

    fn waterfall(&mut self, steps: &[Step]) {
        let digits = steps.iter().map(|step| step.count.len()).max().unwrap_or(1);
        let columns = self.width.saturating_sub(2 + 14 + digits + 9 + 2).min(60);
        for step in steps {
            let parts = matches!(step.part, Part::Created | Part::Updated | Part::Unchanged);
            let word = if parts { format!("  {}", step.word) } else { step.word.to_owned() };
            let mut line = format!("  {}{:>digits$}{:>9}", pad(&word, 14), step.count, step.share);
            if columns >= 10 {
                line.push_str("  ");
                line.push_str(&self.bar(step.start, step.length, columns));
            }
            self.line(&line);
        }
    }

    fn objects(&mut self, objects: &[ObjectReport]) {
        self.heading("Objects");
        let rows: Vec<[String; 7]> = objects
            .iter()
            .map(|object| {
                let ledger = &object.ledger;
                [
                    visible_cut(&format!("{} -> {}", object.from, object.to), 40),
                    count(ledger.read),
                    count(ledger.written()),
                    count(ledger.rejected),
                    count(ledger.duplicate),
                    count(ledger.filtered),
                    count(ledger.failed + ledger.unprocessed),
                ]
            })
            .collect();
        let heads = ["", "read", "written", "rejected", "duplicate", "filtered", "not done"];
        let width =
            |column: usize| rows.iter().map(|row| row[column].width()).chain([heads[column].len()]).max().unwrap_or(0);
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let mut table = vec![heads.map(str::to_owned)];
        table.extend(rows);
        for row in table {
            let mut line = format!("  {}", pad(&row[0], widths[0]));
            for column in 1..heads.len() {
                line.push_str(&format!("  {:>width$}", row[column], width = widths[column]));
            }
            self.line(&line);
        }
    }

    fn object(&mut self, object: &ObjectReport, several: bool) {
        let of = if several { format!(" of {}", visible_cut(&object.to, 40)) } else { String::new() };
        if !object.reasons.is_empty() {
            self.heading(&format!("Reasons{of}, most frequent first"));
            let digits = object.reasons.iter().map(|reason| count(reason.count).len()).max().unwrap_or(1);
            for reason in &object.reasons {
                let label = visible_cut(&reason.label, 36);
                self.line(&format!("  {:>digits$}  {}  {}", count(reason.count), pad(&label, 28), reason.meaning));
                if !reason.examples.is_empty() {
                    let values: Vec<String> = reason.examples.iter().take(4).map(|value| quoted(value, 30)).collect();
                    self.line(&format!("  {}  for example {}", " ".repeat(digits), values.join(", ")));
                }
            }
        }
        if !object.samples.is_empty() {
            self.heading(&format!("First rejects{of}"));
            for sample in object.samples.iter().take(SAMPLES) {
                let line = if sample.line > 0 { format!(", line {}", sample.line) } else { String::new() };
                self.line(&format!("  record {}{line}", sample.number));
                for finding in &sample.findings {
                    let head = format!("    {}: ", visible_cut(&finding.label(), 40));
                    let said = finding.value.as_ref().filter(|value| !finding.reason.contains(value.as_str()));
                    let value = said.map(|value| format!(" ({})", quoted(value, 30))).unwrap_or_default();
                    self.lines(&head, "      ", &format!("{}{value}", finding.reason));
                }
            }
            if let Some(file) = &object.rejects_file {
                self.line(&format!("  All {} are in {file}.", count(object.ledger.rejected)));
            }
        }
        if object.target_files.len() > 1 {
            self.heading(&format!("Parts{of}"));
            for part in object.target_files.iter().take(PARTS) {
                let records = part.records.map(|records| format!("{} records, ", count(records))).unwrap_or_default();
                self.lines("  ", "    ", &format!("{}: {records}{} bytes", part.path, count(part.bytes)));
            }
            if let Some(more) = object.target_files.len().checked_sub(PARTS).filter(|more| *more > 0) {
                self.line(&format!("  and {} more; report.json names them all", count(more as u64)));
            }
        }
        if !object.fields.is_empty() {
            self.fields(&object.fields, &of);
        }
    }

    fn fields(&mut self, fields: &[FieldReport], of: &str) {
        self.heading(&format!("Fields{of}"));
        let longest = fields.iter().map(|field| visible_cut(&field.name, 30).width()).max().unwrap_or(0).max(5);
        let bar = if self.width >= longest + 50 { 12 } else { 0 };
        let gap = if bar > 0 { format!("  {}", " ".repeat(bar)) } else { String::new() };
        self.line(&format!("  {}{gap}  {:>7}{gap}  {:>7}  {:>12}", pad("", longest), "filled", "valid", "distinct"));
        for field in fields {
            let filled = if field.records == 0 { f64::NAN } else { field.completeness };
            let valid = if field.filled == 0 { f64::NAN } else { field.validity };
            let about = if field.distinct_exact || field.distinct == 0 { "" } else { "~" };
            let bars = |value: f64| match bar {
                0 => String::new(),
                _ => {
                    let drawn =
                        if value.is_finite() { self.bar(0.0, value.clamp(0.0, 1.0), bar) } else { String::new() };
                    format!("  {}", pad(&drawn, bar))
                }
            };
            let line = format!(
                "  {}{}  {:>7}{}  {:>7}  {:>12}",
                pad(&visible_cut(&field.name, 30), longest),
                bars(filled),
                share(filled),
                bars(valid),
                share(valid),
                format!("{about}{}", count(field.distinct)),
            );
            self.line(&line);
        }
    }
}

fn quoted(value: &str, width: usize) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { format!("`{}`", visible_cut(value, width)) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hostile, ordinary};
    use super::*;

    #[test]
    fn says_the_ledger_in_aligned_columns() {
        let text = text(&ordinary());
        assert!(text.contains("4,812 of 5,000 records written; every record accounted for."));
        assert!(text.contains("  rejected         92     1.8%"), "{text}");
        assert!(text.contains("    created     4,712    94.2%"), "{text}");
        assert!(text.contains("Email:pattern"));
        assert!(text.contains("record 7, line 9"));
        assert!(text.contains("All 92 are in rejects.csv."));
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for width in [40, 60, 80, 120] {
            for report in [ordinary(), hostile(), Report::default()] {
                for line in text_in(&report, TextStyle { width, ascii: true }).lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn ascii_style_is_ascii() {
        assert!(text_in(&ordinary(), TextStyle { width: 80, ascii: true }).is_ascii());
    }
}
