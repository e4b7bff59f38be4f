//! `mapwright suggest`: which source field goes into which target field, for people, as JSON, or as a profile to start from.

use std::path::PathBuf;

use serde::Serialize;

use super::exit::{Answer, Exit};
use super::print::{self, Format};
use crate::connect::{Location, open_source};
use crate::matching::{
    Between, Memory, ObjectSuggestion, Options, Suggestion, Suggestions, ValueSuggestion, suggest_objects,
    suggest_with, system_name, target_system, with_observed_values,
};
use crate::profile::{Expression, FieldMapping, FilledBy, ObjectMapping, Profile, ValueMap, write_new};
use crate::record::safe_text;
use crate::schema::{Object, Schema, load_target, profile_prefix};
use crate::transform::field_reference;

/// Records of every source object that are looked at.
const PREFIX_RECORDS: u64 = 2_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where records come from: a file, a folder, a database
    source: String,
    /// Where they go: a file, a database, a schema file, or `template:salesforce`
    target: String,
    /// Only this source object
    #[arg(long, value_name = "OBJECT")]
    object: Option<String>,
    /// Only this target object
    #[arg(long, value_name = "OBJECT")]
    to: Option<String>,
    /// Write the suggestions as a profile to start from
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Replace the profile if there is one
    #[arg(long, requires = "profile")]
    force: bool,
    /// Learned matches; `mapwright memory` shows and changes them
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// One pair of objects with its suggestions.
#[derive(Serialize)]
struct Matched {
    #[serde(flatten)]
    objects: ObjectSuggestion,
    suggestions: Suggestions,
}

pub(crate) fn run(args: Args) -> Answer {
    let from = Location::from_argument(&args.source);
    let to = Location::from_argument(&args.target);
    let source = source_schema(&from, args.object.as_deref())?;
    let mut target = load_target(&to)?;
    if let Some(wanted) = &args.to {
        target.objects.retain(|object| object.name.eq_ignore_ascii_case(wanted));
        anyhow::ensure!(!target.objects.is_empty(), "{}: there is no object `{wanted}`.", args.target);
    }
    anyhow::ensure!(
        !target.objects.is_empty(),
        "{}: the target has no fields yet. Give a schema file or a template, such as template:salesforce.",
        args.target
    );
    let memory = match args.memory.clone().or_else(Memory::default_path) {
        Some(path) => Memory::load(&path)?,
        None => Memory::default(),
    };
    let systems = (system_name(&from), target_system(&to, &target.name));
    let matched: Vec<Matched> = object_pairs(&source, &target)
        .into_iter()
        .filter_map(|objects| {
            let (a, b) = (source.object(&objects.source)?, target.object(&objects.target)?);
            let between = between(&systems, &objects);
            let options = Options { memory: Some((&memory, &between)) };
            Some(Matched { suggestions: suggest_with(a, b, &options), objects })
        })
        .collect();
    anyhow::ensure!(
        !matched.is_empty(),
        "No object of {} fits one of {}. Name the pair with --object and --to.",
        args.source,
        args.target
    );
    if let Some(path) = &args.profile {
        let profile = profile(&args, &matched, &source, &target, &systems);
        print::file(path, &write_new(&profile), args.force)?;
    }
    match args.format {
        Format::Json => print::out(&format!("{}\n", serde_json::to_string_pretty(&matched)?))?,
        Format::Text => print::out(&text(&matched, args.profile.as_deref()))?,
    }
    Ok(Exit::Done)
}

fn source_schema(location: &Location, only: Option<&str>) -> anyhow::Result<Schema> {
    let source = open_source(location)?;
    let mut schema = Schema { name: location.address.clone(), objects: Vec::new() };
    for name in source.objects()? {
        if only.is_none_or(|only| only.eq_ignore_ascii_case(&name)) {
            schema.objects.push(with_observed_values(&profile_prefix(&*source, &name, PREFIX_RECORDS)?));
        }
    }
    anyhow::ensure!(
        !schema.objects.is_empty(),
        "{}: there is no object `{}`.",
        location.address,
        only.unwrap_or_default()
    );
    Ok(schema)
}

fn between(systems: &(String, String), objects: &ObjectSuggestion) -> Between {
    Between {
        source_system: systems.0.clone(),
        source_object: objects.source.clone(),
        target_system: systems.1.clone(),
        target_object: objects.target.clone(),
    }
}

/// The pairs of objects to suggest for; one object on each side need no match.
fn object_pairs(source: &Schema, target: &Schema) -> Vec<ObjectSuggestion> {
    if let ([from], [to]) = (source.objects.as_slice(), target.objects.as_slice()) {
        let only = ObjectSuggestion {
            source: from.name.clone(),
            target: to.name.clone(),
            confidence: 1.0,
            accepted: true,
            reason: "the only objects".to_owned(),
        };
        return vec![only];
    }
    suggest_objects(source, target)
}

// ---------------------------------------------------------------- text

fn text(matched: &[Matched], written: Option<&std::path::Path>) -> String {
    let mut text = String::new();
    for pair in matched {
        let objects = &pair.objects;
        text.push_str(&format!(
            "{} -> {}   ({}; {})\n",
            safe_text(&objects.source),
            safe_text(&objects.target),
            percent(objects.confidence),
            safe_text(&objects.reason)
        ));
        let width = pair.suggestions.mapping.iter().map(|one| one.target.chars().count()).max().unwrap_or(0).min(40);
        let mut mapping: Vec<&Suggestion> = pair.suggestions.mapping.iter().collect();
        mapping.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.target.cmp(&b.target)));
        for one in mapping {
            text.push_str(&line(one, &pair.suggestions, width));
        }
        for compound in &pair.suggestions.compounds {
            for (target, expression) in &compound.targets {
                let (target, expression) = (safe_text(target), safe_text(expression));
                text.push_str(&format!("  {target:width$} <- {expression}\n"));
            }
            text.push_str(&format!(
                "  {:width$}    {} {}\n",
                "",
                percent(compound.confidence),
                safe_text(&compound.reason)
            ));
        }
        for constant in &pair.suggestions.constants {
            let value = constant.value.as_deref().unwrap_or("?");
            text.push_str(&format!(
                "  {:width$} <- {}   {}\n",
                safe_text(&constant.target),
                safe_text(value),
                safe_text(&constant.reason)
            ));
        }
        text.push('\n');
    }
    match written {
        Some(path) => text.push_str(&format!("Written: {}\n", safe_text(&path.display().to_string()))),
        None => text.push_str("To start from these: add --profile FILE.\n"),
    }
    text
}

fn line(one: &Suggestion, suggestions: &Suggestions, width: usize) -> String {
    let state = if one.accepted { "accept" } else { "review" };
    let runner_up = suggestions
        .by_target
        .iter()
        .find(|(target, _)| *target == one.target)
        .and_then(|(_, candidates)| candidates.iter().find(|candidate| candidate.field != one.source))
        .filter(|candidate| candidate.confidence >= 0.05)
        .map(|candidate| format!("   then {} {}", safe_text(&candidate.field), percent(candidate.confidence)));
    format!(
        "  {:width$} <- {}   {state} {}   {}{}\n",
        safe_text(&one.target),
        safe_text(&one.source),
        percent(one.confidence),
        safe_text(&one.reason),
        runner_up.unwrap_or_default()
    )
}

fn percent(confidence: f64) -> String {
    format!("{:.0} %", (confidence * 100.0).min(99.0))
}

// ---------------------------------------------------------------- profile

/// One-to-one pairs worth a line in a profile to start from.
const WORTH_A_LINE: f64 = 0.3;

fn profile(args: &Args, matched: &[Matched], source: &Schema, target: &Schema, systems: &(String, String)) -> Profile {
    let objects = matched
        .iter()
        .filter_map(|pair| {
            let (a, b) = (source.object(&pair.objects.source)?, target.object(&pair.objects.target)?);
            Some(object_mapping(pair, a, b))
        })
        .collect();
    Profile {
        name: Some(format!("{} to {}", systems.0, systems.1)),
        source: Location::from_argument(&args.source),
        target: Location::from_argument(&args.target),
        objects,
    }
}

fn object_mapping(pair: &Matched, source: &Object, target: &Object) -> ObjectMapping {
    let mut fields = Vec::new();
    let compounds = pair.suggestions.compounds.iter().flat_map(|compound| &compound.targets);
    for field in &target.fields {
        let one = pair.suggestions.mapping.iter().find(|one| one.target == field.name);
        let compound = compounds.clone().find(|(name, _)| *name == field.name);
        let constant = pair.suggestions.constants.iter().find(|constant| constant.target == field.name);
        let mapping = match (one.filter(|one| one.confidence >= WORTH_A_LINE), compound, constant) {
            (Some(one), compound, _) if one.accepted || compound.is_none() => {
                let mut mapping = filled(&field.name, field_reference(&one.source));
                mapping.note =
                    (!one.accepted).then(|| format!("to review, {}: {}", percent(one.confidence), one.reason));
                mapping.values = value_map(&one.values);
                mapping
            }
            (_, Some((_, expression)), _) => {
                let mut mapping = filled(&field.name, expression.clone());
                mapping.note = Some("to review: several fields come together or apart".to_owned());
                mapping
            }
            (_, _, Some(constant)) => match &constant.value {
                Some(value) => filled(&field.name, format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))),
                None => continue,
            },
            _ => continue,
        };
        fields.push(FieldMapping { checks: checks(field), ..mapping });
    }
    ObjectMapping { from: source.name.clone(), to: target.name.clone(), fields, ..ObjectMapping::default() }
}

fn filled(target: &str, expression: String) -> FieldMapping {
    FieldMapping {
        target: target.to_owned(),
        filled_by: FilledBy::Expression(Expression::new(expression)),
        ..FieldMapping::default()
    }
}

fn checks(field: &crate::schema::Field) -> crate::profile::Checks {
    crate::profile::Checks { required: field.constraints.required, ..crate::profile::Checks::default() }
}

fn value_map(values: &[ValueSuggestion]) -> Option<ValueMap> {
    let pairs: Vec<(String, String)> =
        values.iter().filter_map(|value| Some((value.from.clone(), value.to.clone()?))).collect();
    let needed = pairs.iter().any(|(from, to)| from != to);
    needed.then(|| ValueMap { pairs, ..ValueMap::default() })
}
