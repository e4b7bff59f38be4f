//! Signals from declared types.

use crate::matching::compare::Pair;
use crate::matching::view::{FieldView, TypeGroup};

fn yes(condition: bool) -> f32 {
    if condition { 1.0 } else { 0.0 }
}

/// How well one group's values go into a field of another.
fn compatibility(source: TypeGroup, target: TypeGroup) -> f32 {
    use TypeGroup::*;
    if source == target {
        return 1.0;
    }
    let pair = if source <= target { (source, target) } else { (target, source) };
    match pair {
        (Text, Email | Phone | Url) => 0.7,
        (Text, Choice) => 0.6,
        (Email | Phone | Url, Structure) => 0.6,
        (Text, Reference | Structure) | (Choice, Reference) | (Reference, Structure) => 0.5,
        (Text, Moment) => 0.4,
        (Text, Boolean | Number) | (Choice, Boolean) | (Number, Reference) => 0.3,
        (Text, Bytes) | (Choice, Number) => 0.2,
        _ => 0.0,
    }
}

/// Compatibility of the types, 1 for the same.
pub(super) fn fit(pair: &Pair<'_>) -> f32 {
    compatibility(pair.source.group, pair.target.group)
}

/// No value of the one goes into the other.
pub(super) fn conflict(pair: &Pair<'_>) -> f32 {
    yes(fit(pair) == 0.0)
}

/// Both are ids or neither is, by type or by the end of some name.
pub(super) fn id_alike(pair: &Pair<'_>) -> f32 {
    let is_id = |field: &FieldView<'_>| {
        field.group == TypeGroup::Reference || field.readings.iter().any(|reading| reading.ends_in_id)
    };
    yes(is_id(pair.source) == is_id(pair.target))
}

/// The source's name ends in `id` and the target's does not, or the other way round.
pub(super) fn named_id(pair: &Pair<'_>) -> f32 {
    let named = |field: &FieldView<'_>| field.readings.iter().any(|reading| reading.ends_in_id);
    yes(named(pair.source) != named(pair.target))
}

/// One asks yes or no, the other does not.
pub(super) fn flag_conflict(pair: &Pair<'_>) -> f32 {
    yes((pair.source.group == TypeGroup::Boolean) != (pair.target.group == TypeGroup::Boolean))
}
