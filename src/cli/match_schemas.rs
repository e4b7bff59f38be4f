//! `mapwright match`: two schema files in, every candidate with its score and a one-to-one mapping out, as JSON.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use serde::Serialize;

use super::exit::{Answer, Exit};
use super::print;
use crate::matching::{
    Candidate, Compound, Constant, Suggestion, Suggestions, ValueSuggestion, object_from_field_list, suggest,
};
use crate::schema::Object;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// JSON file with the source's fields: {"entity": "Contact", "fields": [{"name", "label", "type", "samples"}]}
    #[arg(long)]
    source_schema: PathBuf,
    /// JSON file with the target's fields, in the same form; `description` and `options` help too
    #[arg(long)]
    target_schema: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
}

#[derive(Serialize)]
struct Output<'a> {
    candidates: Vec<Ranked<'a>>,
    mapping: Vec<Mapped<'a>>,
    /// Mappings that are not one-to-one.
    compounds: &'a [Compound],
    /// Required target fields that nothing feeds.
    constants: &'a [Constant],
}

#[derive(Serialize)]
struct Ranked<'a> {
    source: &'a str,
    ranked: Vec<Scored<'a>>,
}

#[derive(Serialize)]
struct Scored<'a> {
    target: &'a str,
    score: f64,
    why: Vec<&'a str>,
}

#[derive(Serialize)]
struct Mapped<'a> {
    source: &'a str,
    target: &'a str,
    confidence: f64,
    accepted: bool,
    why: &'a str,
    /// What the source's values mean in the target's picklist.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    values: &'a [ValueSuggestion],
}

pub(crate) fn run(args: Args) -> Answer {
    let source = read(&args.source_schema)?;
    let target = read(&args.target_schema)?;
    let suggestions = suggest(&source, &target);
    match args.format {
        Format::Json => print::out(&format!("{}\n", serde_json::to_string(&output(&suggestions))?))?,
    }
    Ok(Exit::Done)
}

fn read(path: &Path) -> anyhow::Result<Object> {
    let place = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{place}: cannot be read"))?;
    object_from_field_list(&text).with_context(|| format!("{place}: this is no list of fields"))
}

fn output(suggestions: &Suggestions) -> Output<'_> {
    // Fields of one name cannot be told apart by whoever reads this: the first, and the surest, speaks for all.
    let mut sources = HashSet::new();
    let candidates = suggestions
        .by_source
        .iter()
        .filter(|(source, _)| sources.insert(source))
        .map(|(source, list)| Ranked {
            source,
            ranked: each_once(list)
                .map(|candidate| Scored {
                    target: &candidate.field,
                    score: rounded(candidate.confidence),
                    why: vec![&candidate.reason],
                })
                .collect(),
        })
        .collect();
    let mapping = one_to_one(&suggestions.mapping)
        .into_iter()
        .map(|suggestion| Mapped {
            source: &suggestion.source,
            target: &suggestion.target,
            confidence: rounded(suggestion.confidence),
            accepted: suggestion.accepted,
            why: &suggestion.reason,
            values: &suggestion.values,
        })
        .collect();
    Output { candidates, mapping, compounds: &suggestions.compounds, constants: &suggestions.constants }
}

/// Candidates of different names, best first.
fn each_once(candidates: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    let mut names = HashSet::new();
    candidates.iter().filter(move |candidate| names.insert(&candidate.field))
}

/// The mapping without names that stand in it already.
fn one_to_one(mapping: &[Suggestion]) -> Vec<&Suggestion> {
    let mut kept: Vec<&Suggestion> = Vec::new();
    let (mut sources, mut targets) = (HashSet::new(), HashSet::new());
    for pair in mapping {
        if !sources.contains(&pair.source) && !targets.contains(&pair.target) {
            sources.insert(&pair.source);
            targets.insert(&pair.target);
            kept.push(pair);
        }
    }
    kept
}

/// Six digits are more than the confidence is worth, and keep the order.
fn rounded(confidence: f64) -> f64 {
    (confidence * 1e6).round() / 1e6
}
