//! What speaks for and against a pair of fields: every signal named, one function each, in one table.

mod context;
mod names;
mod slots;
mod types;
mod values;

use super::compare::Pair;
pub(super) use context::{CONTEXT, Surroundings, log_odds};

/// A number between -1 and 1 (or a small count) that a pair of fields shows by itself.
pub(super) struct Signal {
    pub name: &'static str,
    pub measure: fn(&Pair<'_>) -> f32,
    /// What to say when it speaks for the pair, and when it speaks against; empty: not worth a word.
    pub words_for: &'static str,
    pub words_against: &'static str,
}

const fn signal(
    name: &'static str,
    measure: fn(&Pair<'_>) -> f32,
    words_for: &'static str,
    words_against: &'static str,
) -> Signal {
    Signal { name, measure, words_for, words_against }
}

/// All signals that need one pair only. Their order is that of the weights.
pub(super) const SIGNALS: &[Signal] = &[
    signal("same name", names::same_name, "the same name", ""),
    signal("trigrams", names::trigrams, "spelled alike", "spelled differently"),
    signal("words", names::words, "words in common", "few words in common"),
    signal("same phrase", names::same_phrase, "the same words", ""),
    signal("whole meaning", names::whole_meaning, "both mean the same", "not known to mean the same"),
    signal("meaning", names::meaning, "parts mean the same", "little meaning in common"),
    signal(
        "source explained",
        names::source_explained,
        "the target has all that the source says",
        "the source says more",
    ),
    signal(
        "target explained",
        names::target_explained,
        "the source has all that the target says",
        "the target says more",
    ),
    signal("clean", names::clean, "nothing speaks against it", ""),
    signal("telling", names::telling, "what they share is rare here", "what they share is common here"),
    signal("head", names::head, "about the same thing", "about different things"),
    signal("head conflict", names::head_conflict, "", "about different things"),
    signal("opposites", names::opposites, "", "opposite words"),
    signal("opposite label", names::opposite_meaning, "", "known to mean different things"),
    signal("second reading", names::second_reading, "label and name agree", "label or name disagrees"),
    signal("length", names::length, "", "names of different length"),
    signal("guessed", names::guessed, "", "read from an abbreviation"),
    signal("unknown words", names::unknown, "", "words that nobody knows"),
    signal("word vectors", names::vectors, "near in meaning", "far in meaning"),
    signal("description", values::description, "the description says so", ""),
    signal("same slot", slots::same, "the same slot", ""),
    signal("slot conflict", slots::conflict, "", "different slots"),
    signal("slot stand-in", slots::stand_in, "slots that stand in for one another", ""),
    signal("other main slot", slots::other_main, "both are main slots", "slots of different kind"),
    signal("main slot only here", slots::main_only, "the main slot", "one side names a slot"),
    signal("second slot only here", slots::second_only, "", "a second slot only on one side"),
    signal("same index", slots::same_index, "the same number", ""),
    signal("index conflict", slots::index_conflict, "", "different numbers"),
    signal("type", types::fit, "types fit", "types do not fit"),
    signal("type conflict", types::conflict, "", "types exclude each other"),
    signal("id alike", types::id_alike, "", "only one is an id"),
    signal("named id", types::named_id, "", "only one name says id"),
    signal("flag", types::flag_conflict, "", "only one is a yes/no question"),
    signal("value kind", values::kind_fits, "values fit", "values are of another kind"),
    signal("value conflict", values::kind_conflict, "", "values are of another kind"),
    signal("value overlap", values::overlap, "values in common", ""),
];
