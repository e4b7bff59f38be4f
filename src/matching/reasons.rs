//! Why a pair is suggested: a sentence, and the waterfall of evidence behind it.

use super::combine::{Scored, Weights};
use super::compare::Pair;
use super::lexicon::lexicon;
use super::model::Evidence;
use super::reading::Reading;
use super::signals::{CONTEXT, SIGNALS};
use super::view::Views;
use crate::schema::FieldType;

/// Pieces of evidence that are kept.
const MOST_EVIDENCE: usize = 8;
/// Parts smaller than this say nothing.
const WORTH_SAYING: f32 = 0.05;

/// The strongest parts of the second step's sum for one pair, strongest first.
pub(super) fn evidence(scored: &Scored, weights: &Weights, pair: usize) -> Vec<Evidence> {
    let numbers = scored.signals_of(pair).iter().chain(scored.context_of(pair));
    let words = SIGNALS
        .iter()
        .map(|signal| (signal.name, signal.words_for, signal.words_against))
        .chain(CONTEXT.iter().copied());
    let mut parts: Vec<Evidence> = weights
        .second
        .terms
        .iter()
        .zip(numbers)
        .zip(words)
        .filter_map(|((term, number), (name, words_for, words_against))| {
            let part = term.part(*number);
            let said = if part > 0.0 { words_for } else { words_against };
            (part.abs() >= WORTH_SAYING && !said.is_empty()).then(|| Evidence {
                signal: name.to_owned(),
                value: f64::from(*number),
                weight: f64::from(part),
                words: said.to_owned(),
            })
        })
        .collect();
    parts.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    parts.truncate(MOST_EVIDENCE);
    parts
}

/// One sentence: what the names say, what types and values say, and how far the next best is.
pub(super) fn sentence(views: &Views<'_>, pair: (u32, u32), row_margin: f32, confidence: f64) -> String {
    let (source, target) = (&views.source.fields[pair.0 as usize], &views.target.fields[pair.1 as usize]);
    let Some(pair) = Pair::new(views, source, target) else {
        return "neither has a name that can be read".to_owned();
    };
    let mut parts = vec![about_names(&pair)];
    parts.extend(about_slots(&pair));
    parts.push(about_types(&pair));
    if let Some(kind) = source.kind.or(target.kind) {
        let judged = SIGNALS.iter().find(|signal| signal.name == "value kind").map(|signal| (signal.measure)(&pair));
        if judged.is_some_and(|judged| judged >= 0.5) {
            parts.push(format!("values are {}", kind.words()));
        }
    }
    parts.push(about_rivals(row_margin, confidence));
    parts.join("; ")
}

fn phrase(views: &Views<'_>, reading: &Reading) -> String {
    let words: Vec<&str> = reading.words.iter().map(|word| views.words.text(*word)).collect();
    words.join(" ")
}

fn about_names(pair: &Pair<'_>) -> String {
    let best = &pair.best;
    let said = phrase(pair.views, best.source);
    if pair.same_name {
        return "the names are the same".to_owned();
    }
    if let Some(language) = best.source.language.or(best.target.language) {
        return format!("{language} for {said}");
    }
    if best.source.guessed || best.target.guessed {
        let short = if best.source.guessed { best.source } else { best.target };
        return format!("abbreviation of {}", phrase(pair.views, short));
    }
    if best.words >= 0.97 {
        return format!("both say {said}");
    }
    if let Some(concept) = best.shared_concept() {
        let name = lexicon().concept_name(concept);
        let other = phrase(pair.views, best.target);
        return if said == name || other == name {
            format!("{said} and {other} mean the same")
        } else {
            format!("{said} and {other} both mean {name}")
        };
    }
    if best.words > 0.0 {
        let shared: Vec<&str> = best
            .source
            .words
            .iter()
            .filter(|word| best.target.words.iter().any(|other| pair.views.likeness(**word, *other) > 0.0))
            .map(|word| pair.views.words.text(*word))
            .collect();
        return format!("both have {}", shared.join(" "));
    }
    match (&best.source.vector, &best.target.vector) {
        (Some(a), Some(b)) if super::vectors::cosine(a, b) > 0.35 => "the words are near in meaning".to_owned(),
        _ => "the names have nothing in common".to_owned(),
    }
}

fn about_slots(pair: &Pair<'_>) -> Option<String> {
    let (a, b) = (pair.best.source.slots, pair.best.target.slots);
    let name = |bits: u16| {
        let slots = &lexicon().slots;
        slots.iter().enumerate().find(|(at, _)| bits & (1 << at) != 0).map(|(_, slot)| slot.name.as_str())
    };
    match (name(a), name(b)) {
        (Some(_), Some(_)) if a & b != 0 => None,
        (Some(a), Some(b)) => Some(format!("{a} stands against {b}")),
        (Some(a), None) => Some(format!("only the source says {a}")),
        (None, Some(b)) => Some(format!("only the target says {b}")),
        (None, None) => None,
    }
}

fn about_types(pair: &Pair<'_>) -> String {
    let (a, b) = (pair.source.field.field_type, pair.target.field.field_type);
    let fit = SIGNALS.iter().find(|signal| signal.name == "type").map_or(0.0, |signal| (signal.measure)(pair));
    let (a, b) = (type_words(a), type_words(b));
    match fit {
        fit if a == b && fit > 0.0 => format!("{a} matches {b}"),
        fit if fit >= 0.7 => format!("{a} fits {b}"),
        fit if fit > 0.0 => format!("{a} may go into {b}"),
        _ => format!("{a} does not go into {b}"),
    }
}

fn type_words(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Text => "text",
        FieldType::LongText => "long text",
        FieldType::Integer => "whole number",
        FieldType::Decimal => "number",
        FieldType::Money => "money",
        FieldType::Percent => "percent",
        FieldType::Boolean => "yes/no",
        FieldType::Date => "date",
        FieldType::Time => "time",
        FieldType::DateTime => "date and time",
        FieldType::Email => "e-mail",
        FieldType::Phone => "phone",
        FieldType::Url => "web address",
        FieldType::Country => "country",
        FieldType::Picklist => "picklist",
        FieldType::MultiPicklist => "multiple picklist",
        FieldType::Id => "id",
        FieldType::Reference => "reference",
        FieldType::List => "list",
        FieldType::Map => "structure",
        FieldType::Bytes => "bytes",
    }
}

fn about_rivals(row_margin: f32, confidence: f64) -> String {
    if row_margin < -0.005 {
        format!("another target is {:.2} ahead", -row_margin)
    } else if confidence < 0.1 {
        "little speaks for it".to_owned()
    } else {
        format!("next best is {:.2} lower", row_margin.max(0.0))
    }
}
