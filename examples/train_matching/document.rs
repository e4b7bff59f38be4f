//! `docs/matching.md`: how suggestions come about, and every measured figure with how it came about.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::ablation::Row;
use crate::figures::Figures;
use crate::memory::Gain;

/// Everything that was measured.
pub struct Measurements {
    pub groups: BTreeMap<String, Figures>,
    /// Tables of headers in other languages: looked at while the alias tables were written, and not.
    pub foreign: Vec<Vec<(String, Figures)>>,
    pub gains: Vec<Gain>,
    pub times: Vec<(String, f64)>,
    pub ablation: Vec<Row>,
}

const INTRODUCTION: &str = "# Matching: how good the suggestions are

This page is written by the program that learns the weights; do not edit it by hand:

    cargo run --release --example train_matching -- --document docs/matching.md DIR...

DIR holds pair files: two objects with their fields, and the true mapping between them (the form is in the head of
`examples/train_matching/main.rs`). The page below was made with 21 pairs of CRM and ERP objects from public import
maps and integration tables, which are not part of this repository.

## How a suggestion comes about

1. Names and labels become English words: camel case, snake case and digits come apart, abbreviations are written out
   (`abbreviations.txt`), unbroken runs are cut by dictionary and, without vowels, by alignment of their letters;
   headers in eight other languages are brought to English (`aliases/`); words that only repeat what kind of record
   this is are set apart; slots (billing, home) and numbers (`phone_2`) are understood.
2. For every field of both objects the likeliest partners are measured by the signals of `src/matching/signals/`.
3. A weighted sum (`weights.json`, logistic regression) gives every pair a first score, a second one sees each pair
   among its neighbours: margins, mutual best, blocks of fields that go together.
4. A one-to-one assignment over the whole object; what it does not choose loses three tenths of its confidence.
5. The confidence is calibrated on families of systems that the weights had not seen. It is accepted without a look
   from a threshold on, when each is the other's best and the types do not exclude each other.
6. What an operator decided stands whatever the score says.

The word vectors (`assets/matching/vectors/`) are static, 64 numbers of one byte a word, distilled from a sentence model
by `make.py` beside them; its licence is there too.

## Figures

Every pair is judged by weights that were learned without its family: without all pairs of the repository it comes from, and
without the pairs of our own tables (`assets/matching/training/`) that join the same two systems; a pair of the tables by
weights without its systems. The calibration and the threshold for accepting are fitted on those same held-out judgements,
once for all. Neither the order of fields nor names of files are seen. top-1 and top-3: share of the source fields with a
known partner whose first candidate (one of the first three) is right. R@GT: recall among as many best pairs as there are
true ones. P, R, F1: of the one-to-one mapping from a confidence of 0.5 on. Accepted: precision and recall of what is
accepted without a look. ECE: expected calibration error in ten bins.
";

/// The page.
pub fn page(measured: &Measurements) -> String {
    let mut text = INTRODUCTION.to_owned();
    let groups: Vec<(String, &Figures)> =
        measured.groups.iter().map(|(name, figures)| (name.clone(), figures)).collect();
    figures_table(&mut text, &groups);
    foreign(&mut text, &measured.foreign);
    ablation(&mut text, &measured.ablation);
    gains(&mut text, &measured.gains);
    times(&mut text, &measured.times);
    text
}

fn figures_table(text: &mut String, rows: &[(String, &Figures)]) {
    text.push_str("\n| | fields | top-1 | top-3 | R@GT | P | R | F1 | accepted P | accepted R | ECE |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (name, figures) in rows {
        let (precision, recall) = figures.precision_recall(|(confidence, ..)| *confidence >= 0.5);
        let (accepted, accepted_recall) = figures.accepted();
        let _ = writeln!(
            text,
            "| {name} | {} | {:.3} | {:.3} | {:.3} | {precision:.3} | {recall:.3} | {:.3} | {accepted:.3} | \
             {accepted_recall:.3} | {:.3} |",
            figures.sources,
            figures.top(),
            figures.top_three(),
            figures.at_truth(),
            figures.f1(),
            figures.calibration_error(),
        );
    }
}

fn foreign(text: &mut String, tables: &[Vec<(String, Figures)>]) {
    text.push_str(
        "\n## Headers in other languages\n\nOur own tables in `tests/matching/`, never learned from, each object against two \
         English ones (one for deals and products); a command of its own: `--foreign`. The first table (people and companies) was looked at \
         while the alias tables were extended, the second (deals and products) was not. When both were written, before any \
         alias table was changed, top-1 was .965 and .934.\n",
    );
    for (title, rows) in ["People and companies", "Deals and products, held out"].iter().zip(tables) {
        let _ = writeln!(text, "\n{title}:");
        let rows: Vec<(String, &Figures)> = rows.iter().map(|(name, figures)| (name.clone(), figures)).collect();
        figures_table(text, &rows);
    }
}

fn ablation(text: &mut String, rows: &[Row]) {
    text.push_str(
        "\n## What each signal is worth\n\nThe pair files again, learned, calibrated and judged without a group of signals; top-1 by \
         family (the repository that the pairs come from). The groups are in `examples/train_matching/ablation.rs`. A \
         difference of .004 is two fields.\n\n| without | top-1 | top-3 | F1 |",
    );
    let families: Vec<&String> = rows.first().into_iter().flat_map(|row| row.by_family.keys()).collect();
    families.iter().for_each(|family| text.push_str(&format!(" {family} |")));
    let _ = writeln!(text, "\n|---|---|---|---|{}", "---|".repeat(families.len()));
    for row in rows {
        let all = &row.all;
        let _ = write!(text, "| {} | {:.3} | {:.3} | {:.3} |", row.without, all.top(), all.top_three(), all.f1());
        for family in &families {
            let _ = write!(text, " {:.3} |", row.by_family.get(*family).map_or(0.0, Figures::top));
        }
        text.push('\n');
    }
}

fn gains(text: &mut String, gains: &[Gain]) {
    text.push_str(
        "\n## What confirming gains the next object\n\nPairs of one object are confirmed (at most twenty); then the next object of the same two \
         systems is looked at, by weights that have not seen the family. Names of files say only which pairs join the same two \
         systems.\n\n| confirmed | of | next object | fields | top-1 before | top-1 after |\n|---|---|---|---|---|---|\n",
    );
    let (mut before, mut after, mut fields) = (0.0, 0.0, 0usize);
    for gain in gains {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.3} | {:.3} |",
            gain.confirmed, gain.known, gain.next, gain.sources, gain.alone, gain.learned
        );
        before += gain.alone * gain.sources as f64;
        after += gain.learned * gain.sources as f64;
        fields += gain.sources;
    }
    let share = |sum: f64| sum / fields.max(1) as f64;
    let _ = writeln!(text, "| | | all | {fields} | {:.3} | {:.3} |", share(before), share(after));
}

fn times(text: &mut String, times: &[(String, f64)]) {
    text.push_str(
        "\n## Time\n\nThe best of five runs in process, in milliseconds, on the machine that wrote this page (two shared cores); \
         `--time` prints them again.\n\n| objects | ms |\n|---|---|\n",
    );
    times.iter().for_each(|(what, time)| {
        let _ = writeln!(text, "| {what} | {time:.0} |");
    });
}
