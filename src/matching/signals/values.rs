//! Signals from sample values, picklists and descriptions.

use crate::matching::compare::Pair;
use crate::matching::lexicon::lexicon;
use crate::matching::values::ValueKind;
use crate::matching::view::{FieldView, TypeGroup};

/// Whether the values of one side go with the other side's type and name: 1 they do, -1 they do not, 0 unknown.
fn goes_with(kind: ValueKind, other: &FieldView<'_>) -> f32 {
    let means =
        |concepts: &[&str]| other.concepts.iter().any(|concept| concepts.contains(&lexicon().concept_name(*concept)));
    let named = means(kind.concepts());
    let group = other.group;
    match kind {
        ValueKind::Email => verdict(named || group == TypeGroup::Email, true),
        ValueKind::Url => verdict(named || group == TypeGroup::Url, true),
        ValueKind::Phone => verdict(named || group == TypeGroup::Phone, true),
        ValueKind::PostalCode | ValueKind::Street | ValueKind::Country | ValueKind::CompanyName => {
            if named {
                1.0
            } else {
                -0.5
            }
        }
        ValueKind::Date => match group {
            TypeGroup::Moment => 0.7,
            TypeGroup::Text => -0.3,
            _ => -0.8,
        },
        ValueKind::Boolean => match group {
            TypeGroup::Boolean => 0.5,
            TypeGroup::Moment | TypeGroup::Email | TypeGroup::Phone | TypeGroup::Url => -0.6,
            _ => -0.2,
        },
        ValueKind::Integer | ValueKind::Decimal => match group {
            TypeGroup::Number => 0.4,
            TypeGroup::Reference | TypeGroup::Text | TypeGroup::Choice => 0.0,
            _ => -0.6,
        },
        ValueKind::Uuid => verdict(group == TypeGroup::Reference, false),
        ValueKind::LongText | ValueKind::Text => match group {
            TypeGroup::Email | TypeGroup::Phone | TypeGroup::Url => -0.8,
            TypeGroup::Moment | TypeGroup::Boolean | TypeGroup::Number => -0.8,
            _ if named => 0.5,
            _ => 0.0,
        },
    }
}

fn verdict(fits: bool, strict: bool) -> f32 {
    match (fits, strict) {
        (true, _) => 1.0,
        (false, true) => -1.0,
        (false, false) => -0.5,
    }
}

fn judged(pair: &Pair<'_>) -> f32 {
    let from_source = pair.source.kind.map(|kind| goes_with(kind, pair.target));
    let from_target = pair.target.kind.map(|kind| goes_with(kind, pair.source));
    let alike = match (pair.source.kind, pair.target.kind) {
        (Some(a), Some(b)) if a == b && a != ValueKind::Text => Some(1.0),
        (Some(a), Some(b)) if a != b => Some(-0.5),
        _ => None,
    };
    let judgements = [from_source, from_target, alike];
    let known: Vec<f32> = judgements.into_iter().flatten().collect();
    if known.is_empty() { 0.0 } else { known.iter().sum::<f32>() / known.len() as f32 }
}

/// The kinds of value speak for the pair.
pub(super) fn kind_fits(pair: &Pair<'_>) -> f32 {
    judged(pair).max(0.0)
}

/// The kinds of value speak against the pair.
pub(super) fn kind_conflict(pair: &Pair<'_>) -> f32 {
    (-judged(pair)).max(0.0)
}

/// Share of the smaller side's values that the other has too: samples against picklists and samples.
pub(super) fn overlap(pair: &Pair<'_>) -> f32 {
    let (a, b) = (&pair.source.values, &pair.target.values);
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if small.len() < 2 {
        return 0.0;
    }
    small.iter().filter(|value| !value.is_empty() && large.contains(*value)).count() as f32 / small.len() as f32
}

/// Share of one side's words, by weight, that stand in the other's description.
pub(super) fn description(pair: &Pair<'_>) -> f32 {
    let said = |field: &FieldView<'_>, other: &FieldView<'_>| {
        if other.description.is_empty() {
            return 0.0;
        }
        let weight = |word: &u32| pair.views.words.weight(*word);
        field
            .readings
            .iter()
            .map(|reading| {
                let all: f32 = reading.words.iter().map(weight).sum();
                let found: f32 = reading.words.iter().filter(|word| other.description.contains(word)).map(weight).sum();
                if all > 0.0 { found / all } else { 0.0 }
            })
            .fold(0.0, f32::max)
    };
    said(pair.source, pair.target).max(said(pair.target, pair.source))
}
