//! From a profile and live records to the sheet.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::words;
use super::{Open, Sheet, SheetField, SheetObject};
use crate::connect::{Source, WriteMode, holds};
use crate::engine::{Links, Plan, PlanOptions, Preview, PreviewFate, RunError, preview_object, source_object};
use crate::exchange::plain::fields_of;
use crate::matching::{Suggestions, suggest, with_observed_values};
use crate::profile::{Checks, FieldMapping, Keep, ObjectMapping, Profile, Threshold, type_word};
use crate::schema::{Field, Object, Schema, profile_prefix};
use crate::transform;

/// What the sheet is made of.
pub struct Ask<'a> {
    pub profile: &'a Profile,
    pub source: &'a dyn Source,
    /// What the target demands, where it is known.
    pub target: Option<&'a Schema>,
    pub now: Timestamp,
    /// So many records of each object are looked at.
    pub records: u64,
}

/// Examples of a field.
const EXAMPLES: usize = 3;
/// Values of a picklist that are named as open.
const VALUES: usize = 20;
/// A confidence below this is a question.
const SURE: f64 = 0.5;
/// Records that matching looks at.
const PREFIX: u64 = 2_000;

/// Makes the sheet.
///
/// # Errors
/// A source that cannot be read, an expression that does not compile.
pub fn gather(ask: &Ask<'_>) -> Result<Sheet, RunError> {
    let profile = ask.profile;
    let made = ask.now.to_string();
    let mut sheet = Sheet {
        title: profile.name.clone().unwrap_or_else(|| "Mapping".to_owned()),
        source: profile.source.address.clone(),
        target: profile.target.address.clone(),
        made: made.get(..10).unwrap_or_default().to_owned(),
        objects: Vec::new(),
    };
    for mapping in &profile.objects {
        sheet.objects.push(object(ask, mapping)?);
    }
    Ok(sheet)
}

/// What was seen of one target field.
#[derive(Default)]
struct Seen {
    /// Examples where the value changed, and where it did not.
    changed: Vec<(String, String)>,
    same: Vec<(String, String)>,
    /// Values that the picklist does not have, and how often.
    outside: BTreeMap<String, u64>,
}

fn object(ask: &Ask<'_>, mapping: &ObjectMapping) -> Result<SheetObject, RunError> {
    let target = ask.target.and_then(|schema| schema.object(&mapping.to));
    let from = source_object(ask.source, &mapping.from)?;
    let compile = |fields: &[String]| {
        let options = PlanOptions {
            now: ask.now,
            keys: None,
            links: Links::of(ask.profile),
            holds: holds(&ask.profile.target, &mapping.to),
        };
        Plan::compile(mapping, fields, target, options)
    };
    let sources: Vec<Vec<String>> = mapping.fields.iter().map(sources_of).collect();
    let mut seen: Vec<Seen> = mapping.fields.iter().map(|_| Seen::default()).collect();
    let (mut looked_at, mut written) = (0, 0);
    if ask.records > 0 {
        preview_object(ask.source, mapping, compile, |plan, preview| {
            looked_at += 1;
            written += u64::from(preview.fate == PreviewFate::Written);
            for (index, seen) in seen.iter_mut().enumerate() {
                see(plan, &preview, index, &mapping.fields[index], &sources[index], seen);
            }
            looked_at < ask.records
        })?;
    }
    let mut fields = Vec::new();
    let mut open = Vec::new();
    for ((field, seen), sources) in mapping.fields.iter().zip(seen).zip(sources) {
        for (value, count) in seen.outside.iter().take(VALUES) {
            let records = if *count == 1 { "1 record".to_owned() } else { format!("{count} records") };
            let question =
                format!("\u{201c}{value}\u{201d} ({records}) has no value in the target. What does it become?");
            open.push(Open { field: field.target.clone(), question });
        }
        if seen.outside.len() > VALUES {
            let question = format!("{} more values have none in the target", seen.outside.len() - VALUES);
            open.push(Open { field: field.target.clone(), question });
        }
        let mut examples = seen.changed;
        examples.extend(seen.same);
        examples.truncate(EXAMPLES);
        fields.push(SheetField {
            about: target.and_then(|object| object.field(&field.target)).map(about).unwrap_or_default(),
            target: field.target.clone(),
            sources,
            rule: words::rule(field),
            expression: field.expression().text.clone(),
            examples,
            values: field.values.iter().flat_map(|values| values.pairs.clone()).collect(),
            checks: words::checks(&field.checks),
            note: field.note.clone().unwrap_or_default(),
        });
    }
    if let Some(target) = target {
        open.extend(unmapped(mapping, target));
        let stats = profile_prefix(ask.source, &from, PREFIX)?;
        open.extend(doubtful(mapping, &suggest(&with_observed_values(&stats), target)));
    }
    open.extend(unread(ask, &from, mapping)?);
    let checks = mapping.checks.iter().map(|check| {
        let said = words::condition(&check.that.text);
        check
            .message
            .as_ref()
            .map_or(format!("{}: {said}", check.name), |message| format!("{}: {said} ({message})", check.name))
    });
    let checks = checks.collect();
    Ok(SheetObject { from, to: mapping.to.clone(), rules: rules(mapping), looked_at, written, fields, checks, open })
}

fn sources_of(field: &FieldMapping) -> Vec<String> {
    let mut fields = Vec::new();
    if let Ok(expr) = transform::parse(&field.expression().text) {
        fields_of(&expr, &mut fields);
    }
    fields
}

fn see(plan: &Plan, preview: &Preview, index: usize, field: &FieldMapping, sources: &[String], seen: &mut Seen) {
    let before = |name: &String| {
        let at = plan.source_fields().iter().position(|known| known == name);
        at.and_then(|at| preview.before.get(at)).map(|cell| cell.text.clone()).unwrap_or_default()
    };
    for finding in preview.findings.iter().filter(|finding| finding.field == field.target && finding.code == "enum") {
        let value = finding.value.clone().unwrap_or_default();
        *seen.outside.entry(value).or_default() += 1;
    }
    let Some(after) = preview.after.get(index).filter(|_| preview.fate == PreviewFate::Written) else { return };
    if sources.is_empty() || (after.text.is_empty() && sources.iter().all(|name| before(name).is_empty())) {
        return;
    }
    let texts: Vec<String> = sources.iter().map(before).collect();
    let example = (texts.join(" | "), after.text.clone());
    let list = if example.0 == example.1 { &mut seen.same } else { &mut seen.changed };
    if list.len() < EXAMPLES && !list.contains(&example) {
        list.push(example);
    }
}

fn about(field: &Field) -> String {
    let kind = field.native_type.clone().unwrap_or_else(|| type_word(field.field_type).to_owned());
    match &field.label {
        Some(label) if *label != field.name => format!("{label}, {kind}"),
        _ => kind,
    }
}

/// How an object's records are written, in sentences.
fn rules(mapping: &ObjectMapping) -> Vec<String> {
    let mut rules = vec![
        match mapping.write {
            WriteMode::Insert => "New records only; what the target has already stays as it is.",
            WriteMode::Update => "Records that the target has are changed; others fail.",
            WriteMode::Upsert => "Records that the target has are changed, others are created.",
            WriteMode::SkipExisting => "Records that the target has are left alone, others are created.",
            WriteMode::Replace => "Everything that the target held goes; these records take its place.",
            WriteMode::Append => "Records are added without looking at what is there.",
        }
        .to_owned(),
    ];
    if !mapping.key.is_empty() {
        rules.push(format!("A record is known by {}.", mapping.key.join(", ")));
    }
    if let Some(filter) = &mapping.filter {
        rules.push(format!("Only records for which this holds: {}.", words::condition(&filter.text)));
    }
    if let Some(duplicates) = &mapping.duplicates {
        let keep = match duplicates.keep {
            Keep::First => "the first one stays",
            Keep::Last => "the last one stays",
            Keep::MostComplete => "the one with most fields filled stays",
            Keep::Merged => "the first one stays and takes over what it lacks from the others",
        };
        rules.push(format!("Records with the same `{}` are one: {keep}.", duplicates.key.text));
    }
    match mapping.stop_at {
        Some(Threshold::Count(count)) => {
            rules.push(format!("The run stops when more than {count} records are rejected."))
        }
        Some(Threshold::Share(share)) => {
            rules.push(format!("The run stops when more than {}% are rejected.", (share * 1e4).round() / 100.0));
        }
        None => {}
    }
    rules
}

/// Fields that the target needs and nothing fills.
fn unmapped(mapping: &ObjectMapping, target: &Object) -> Vec<Open> {
    let needed = target.fields.iter().filter(|field| {
        let rules = &field.constraints;
        rules.required && rules.default.is_none() && !rules.read_only && mapping.field(&field.name).is_none()
    });
    let ask = |field: &Field| Open {
        field: field.name.clone(),
        question: format!("The target needs {}, and nothing fills it. Where does it come from?", field.title()),
    };
    needed.map(ask).collect()
}

/// Fields filled by a column that matching does not believe in.
fn doubtful(mapping: &ObjectMapping, suggestions: &Suggestions) -> Vec<Open> {
    let mut open = Vec::new();
    for field in &mapping.fields {
        let sources = sources_of(field);
        let [source] = sources.as_slice() else { continue };
        let known = suggestions.by_target.iter().find(|(target, _)| *target == field.target);
        let Some((_, candidates)) = known else { continue };
        let confidence = candidates.iter().find(|one| one.field == *source).map_or(0.0, |one| one.confidence);
        let better = candidates.first().filter(|best| best.field != *source && best.confidence > SURE);
        if confidence >= SURE || field.checks == (Checks { one_of: vec![String::new()], ..Checks::default() }) {
            continue;
        }
        let sure = format!(
            "Is {} really filled from \u{201c}{source}\u{201d}? It looks unlike it ({:.0}%)",
            field.target,
            confidence * 100.0
        );
        let question = match better {
            Some(best) => {
                format!("{sure}; \u{201c}{}\u{201d} looks more like it ({:.0}%).", best.field, best.confidence * 100.0)
            }
            None => format!("{sure}."),
        };
        open.push(Open { field: field.target.clone(), question });
    }
    open
}

/// Source fields that go nowhere.
fn unread(ask: &Ask<'_>, from: &str, mapping: &ObjectMapping) -> Result<Vec<Open>, RunError> {
    let mut read: Vec<String> = mapping.fields.iter().flat_map(sources_of).collect();
    let rules = mapping.filter.iter().chain(mapping.duplicates.iter().map(|duplicates| &duplicates.key));
    for expression in rules {
        if let Ok(expr) = transform::parse(&expression.text) {
            fields_of(&expr, &mut read);
        }
    }
    let object = ask.source.object(from)?;
    let left = object.fields.iter().filter(|field| !read.contains(&field.name));
    Ok(left
        .map(|field| Open {
            field: field.name.clone(),
            question: format!("\u{201c}{}\u{201d} of the source goes nowhere. Is that meant?", field.name),
        })
        .collect())
}
