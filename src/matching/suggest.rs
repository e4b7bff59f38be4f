//! The whole way for one pair of objects: views, candidates, signals, weights, confidence, one-to-one, reasons.

use std::collections::{HashMap, HashSet};

use super::assign::assign;
use super::calibrate::{Standing, settle, standings};
use super::combine::{Scored, Weights, measure, weights};
use super::compound::compounds;
use super::constants::constants;
use super::habits::{Habits, Shift};
use super::memory::{Between, Memory, Verdict};
use super::model::{Candidate, Suggestion, Suggestions, ValueSuggestion};
use super::picklist::suggest_values;
use super::reasons;
use super::view::{TypeGroup, Views};
use crate::schema::Object;

/// Candidates that are given for every field.
const CANDIDATES: usize = 10;
/// Candidates of a field that get their reasons written out; the rest get the shortest.
const EXPLAINED: usize = 3;
/// Below this a pair is no suggestion.
pub(super) const LEAST: f32 = 0.04;

/// What suggestions may draw on beside the two objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// What was decided before, and which systems and objects are being joined now.
    pub memory: Option<(&'a Memory, &'a Between)>,
}

/// Suggests which source field goes into which target field.
///
/// Neither the order of fields nor file names count. The answer is the same for the same input.
pub fn suggest(source: &Object, target: &Object) -> Suggestions {
    suggest_with(source, target, &Options::default())
}

/// As [`suggest`], with a memory: a pair confirmed before comes first, a rejected one is not proposed again.
pub fn suggest_with(source: &Object, target: &Object, options: &Options<'_>) -> Suggestions {
    suggest_by(source, target, options, weights())
}

/// As [`suggest_with`], by other weights than those of the program: to judge weights on what they have not seen.
pub fn suggest_by(source: &Object, target: &Object, options: &Options<'_>, weights: &Weights) -> Suggestions {
    let views = Views::new(source, target);
    let habits = options.memory.map(|(memory, between)| Habits::new(memory, between));
    let remembered = habits.as_ref().map(|habits| habits.pairs(source, target)).unwrap_or_default();
    let mut scored = measure(&views, &remembered);
    scored.weigh(&views, weights);
    let shifts: Vec<Shift> = match &habits {
        Some(habits) => scored.pairs.iter().map(|pair| habits.shift(&views, *pair)).collect(),
        None => vec![Shift::default(); scored.pairs.len()],
    };
    let scores: Vec<f32> = scored.second.iter().zip(&shifts).map(|(score, shift)| shift.applied(*score)).collect();
    let standings = standings(&scored.pairs, &scores, source.fields.len(), target.fields.len());
    let mut confidences: Vec<f32> = standings
        .iter()
        .zip(&shifts)
        .map(|(standing, shift)| shift.decides().unwrap_or_else(|| weights.confidence.confidence(*standing)))
        .collect();
    let chosen = chosen(&views, &scored, &confidences, &shifts);
    settle(&mut confidences, &chosen);
    let answer = Answer {
        views: &views,
        scored: &scored,
        standings: &standings,
        confidences: &confidences,
        chosen: &chosen,
        shifts: &shifts,
        weights,
    };
    let mut suggestions = answer.suggestions();
    for one in &mut suggestions.mapping {
        one.values = values(source, target, one, options);
    }
    suggestions.compounds = compounds(&views, &suggestions.mapping);
    suggestions.constants = constants(target, &suggestions.mapping, &suggestions.compounds);
    suggestions
}

/// What an operator confirmed, and the best one-to-one assignment of the fields that are left: indices of pairs.
fn chosen(views: &Views<'_>, scored: &Scored, confidences: &[f32], shifts: &[Shift]) -> Vec<usize> {
    let pairs = &scored.pairs;
    let mut chosen: Vec<usize> =
        (0..pairs.len()).filter(|pair| shifts[*pair].decided == Some(Verdict::Confirmed)).collect();
    let (rows, columns): (HashSet<u32>, HashSet<u32>) = chosen.iter().map(|pair| pairs[*pair]).unzip();
    let gain = |(pair, confidence): (&(u32, u32), &f32)| {
        let taken = rows.contains(&pair.0) || columns.contains(&pair.1);
        if taken { 0.0 } else { (confidence - LEAST).max(0.0) }
    };
    let gains: Vec<f32> = pairs.iter().zip(confidences).map(gain).collect();
    chosen.extend(assign(pairs, &gains, views.source.fields.len(), views.target.fields.len()));
    chosen.sort_unstable();
    chosen
}

/// What the source's values mean in the target's picklist; nothing where there is no picklist or every value is in it.
fn values(source: &Object, target: &Object, pair: &Suggestion, options: &Options<'_>) -> Vec<ValueSuggestion> {
    let (Some(from), Some(to)) = (source.field(&pair.source), target.field(&pair.target)) else { return Vec::new() };
    let known = if from.constraints.one_of.is_empty() { &from.samples } else { &from.constraints.one_of };
    let choices = &to.constraints.one_of;
    if choices.is_empty() || known.iter().all(|value| choices.contains(value)) {
        return Vec::new();
    }
    suggest_values(known, choices, options.memory)
}

struct Answer<'a> {
    views: &'a Views<'a>,
    scored: &'a Scored,
    standings: &'a [Standing],
    confidences: &'a [f32],
    /// The mapping, as indices of pairs.
    chosen: &'a [usize],
    /// What the memory changed about every pair.
    shifts: &'a [Shift],
    weights: &'a Weights,
}

impl Answer<'_> {
    fn suggestions(&self) -> Suggestions {
        let mut explained: HashMap<usize, Candidate> = HashMap::new();
        let rows = self.ranked(self.views.source.fields.len(), |pair| pair.0);
        let columns = self.ranked(self.views.target.fields.len(), |pair| pair.1);
        for &pair in rows.iter().chain(&columns).flat_map(|list| list.iter().take(EXPLAINED)).chain(self.chosen) {
            explained.entry(pair).or_insert_with(|| self.explain(pair));
        }
        let candidate = |pair: usize, field: &str| Candidate {
            field: field.to_owned(),
            ..explained.get(&pair).cloned().unwrap_or_else(|| self.brief(pair))
        };
        let by_source = (0..rows.len())
            .map(|row| {
                let list = rows[row].iter().map(|&pair| candidate(pair, self.target_name(pair))).collect();
                (self.views.source.fields[row].field.name.clone(), list)
            })
            .collect();
        let by_target = (0..columns.len())
            .map(|column| {
                let list = columns[column].iter().map(|&pair| candidate(pair, self.source_name(pair))).collect();
                (self.views.target.fields[column].field.name.clone(), list)
            })
            .collect();
        let mapping = self.chosen.iter().map(|&pair| self.suggestion(pair, &explained)).collect();
        Suggestions { by_source, by_target, mapping, ..Suggestions::default() }
    }

    /// The pairs of every row (or column), best first.
    fn ranked(&self, count: usize, of: impl Fn(&(u32, u32)) -> u32) -> Vec<Vec<usize>> {
        let mut lists = vec![Vec::new(); count];
        for (pair, fields) in self.scored.pairs.iter().enumerate() {
            lists[of(fields) as usize].push(pair);
        }
        for list in &mut lists {
            list.sort_by(|a, b| self.confidences[*b].total_cmp(&self.confidences[*a]).then(a.cmp(b)));
            list.truncate(CANDIDATES);
        }
        lists
    }

    fn suggestion(&self, pair: usize, explained: &HashMap<usize, Candidate>) -> Suggestion {
        let candidate = explained.get(&pair).cloned().unwrap_or_else(|| self.brief(pair));
        Suggestion {
            source: self.source_name(pair).to_owned(),
            target: self.target_name(pair).to_owned(),
            confidence: candidate.confidence,
            accepted: self.accepted(pair),
            reason: candidate.reason,
            evidence: candidate.evidence,
            values: Vec::new(),
        }
    }

    /// Sure, the best of its row and of its column, and no conflict of type.
    fn accepted(&self, pair: usize) -> bool {
        let standing = self.standings[pair];
        if let Some(verdict) = self.shifts[pair].decided {
            return verdict == Verdict::Confirmed;
        }
        self.confidences[pair] >= self.weights.confidence.accept_from
            && standing.row_margin > 0.0
            && standing.column_margin > 0.0
            && !self.types_conflict(pair)
    }

    fn types_conflict(&self, pair: usize) -> bool {
        let (source, target) = self.scored.pairs[pair];
        let (a, b) = (self.views.source.fields[source as usize].group, self.views.target.fields[target as usize].group);
        let strict = |group: TypeGroup| {
            matches!(group, TypeGroup::Moment | TypeGroup::Boolean | TypeGroup::Number | TypeGroup::Bytes)
        };
        a != b && strict(a) && strict(b)
    }

    fn explain(&self, pair: usize) -> Candidate {
        let confidence = f64::from(self.confidences[pair]);
        let mut evidence = reasons::evidence(self.scored, self.weights, pair);
        evidence.extend(self.shifts[pair].evidence());
        evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        Candidate { field: String::new(), confidence, reason: self.reason(pair, confidence), evidence }
    }

    fn reason(&self, pair: usize, confidence: f64) -> String {
        let margin = self.standings[pair].row_margin;
        let sentence = reasons::sentence(self.views, self.scored.pairs[pair], margin, confidence);
        match self.shifts[pair].words.as_str() {
            "" => sentence,
            words => format!("{words}; {sentence}"),
        }
    }

    /// For candidates far down: what they lack is that others are better.
    fn brief(&self, pair: usize) -> Candidate {
        Candidate {
            confidence: f64::from(self.confidences[pair]),
            reason: format!("others fit better by {:.2}", (-self.standings[pair].row_margin).max(0.0)),
            ..Candidate::default()
        }
    }

    fn source_name(&self, pair: usize) -> &str {
        &self.views.source.fields[self.scored.pairs[pair].0 as usize].field.name
    }

    fn target_name(&self, pair: usize) -> &str {
        &self.views.target.fields[self.scored.pairs[pair].1 as usize].field.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::memory::Remembered;
    use crate::schema::{Field, FieldType};

    fn object(name: &str, fields: &[&str]) -> Object {
        let fields = fields.iter().map(|name| Field::named(*name)).collect();
        Object { name: name.to_owned(), fields, ..Object::default() }
    }

    fn partner<'s>(suggestions: &'s Suggestions, source: &str) -> Option<&'s str> {
        let found = suggestions.mapping.iter().find(|suggestion| suggestion.source == source)?;
        Some(&found.target)
    }

    #[test]
    fn a_crm_export_finds_its_target() {
        let source = object("Contacts", &["fname", "SURNAME", "E-mail Address", "Cell", "Business Street", "CNTCPRSN"]);
        let target = object("Contact", &["LastName", "FirstName", "Email", "MobilePhone", "MailingStreet", "Phone"]);
        let suggestions = suggest(&source, &target);
        assert_eq!(partner(&suggestions, "fname"), Some("FirstName"));
        assert_eq!(partner(&suggestions, "SURNAME"), Some("LastName"));
        assert_eq!(partner(&suggestions, "E-mail Address"), Some("Email"));
        assert_eq!(partner(&suggestions, "Cell"), Some("MobilePhone"));
        assert_eq!(partner(&suggestions, "Business Street"), Some("MailingStreet"));
        let first = &suggestions.mapping.iter().find(|suggestion| suggestion.source == "fname");
        assert!(first.is_some_and(|first| first.accepted && first.confidence > 0.9 && !first.evidence.is_empty()));
    }

    #[test]
    fn every_target_gets_its_candidates_too() {
        let suggestions = suggest(&object("a", &["city", "zip"]), &object("b", &["Town", "Postal Code", "x"]));
        assert_eq!(suggestions.by_target.len(), 3);
        assert_eq!(suggestions.by_target[0].1[0].field, "city");
        assert_eq!(suggestions.by_source[1].1[0].field, "Postal Code");
    }

    #[test]
    fn values_decide_where_names_say_nothing() {
        let mut source = object("t", &["col1", "col2"]);
        source.fields[0].samples = vec!["ada@x.org".into(), "bob@y.com".into()];
        source.fields[1].samples = vec!["(374) 239-4099".into(), "933-331-0014".into()];
        let mut target = object("u", &["Phone", "Email"]);
        target.fields[0].field_type = FieldType::Phone;
        target.fields[1].field_type = FieldType::Email;
        let suggestions = suggest(&source, &target);
        assert_eq!(suggestions.by_source[0].1[0].field, "Email");
        assert_eq!(suggestions.by_source[1].1[0].field, "Phone");
    }

    #[test]
    fn hostile_schemas_get_a_sensible_answer() {
        let long = "x".repeat(10_000);
        let hostile =
            object("", &["", "", "\u{0}\u{1b}[2J\u{202e}", &long, "same", "same", "日本語", "🙂", "1", "__c"]);
        for (source, target) in [(&hostile, &hostile), (&object("", &[]), &hostile), (&hostile, &object("x", &["a"]))] {
            let suggestions = suggest(source, target);
            assert_eq!(suggestions.by_source.len(), source.fields.len());
            assert!(suggestions.mapping.len() <= source.fields.len().min(target.fields.len()));
        }
    }

    #[test]
    fn the_order_of_fields_does_not_count() {
        let names = ["First Name", "City", "Phone 2", "Zip", "Owner", "Fax"];
        let mut turned = names;
        turned.reverse();
        let target = object("Contact", &["zip", "fax", "phone", "city", "firstname", "owner_id"]);
        let sorted = |suggestions: Suggestions| {
            let mut pairs: Vec<(String, String)> =
                suggestions.mapping.into_iter().map(|pair| (pair.source, pair.target)).collect();
            pairs.sort();
            pairs
        };
        assert_eq!(sorted(suggest(&object("c", &names), &target)), sorted(suggest(&object("c", &turned), &target)));
    }

    fn between(source_object: &str) -> Between {
        Between {
            source_system: "legacy".into(),
            source_object: source_object.into(),
            target_system: "crm".into(),
            target_object: "Contact".into(),
        }
    }

    fn decided(object: &str, source: &str, target: &str, verdict: Verdict) -> Remembered {
        Remembered {
            between: between(object),
            source: source.into(),
            target: target.into(),
            values: None,
            verdict,
            origin: "old.yaml".into(),
        }
    }

    #[test]
    fn what_was_decided_comes_first_and_what_was_rejected_does_not_come_again() {
        let source = object("contacts", &["zzqx", "E-Mail", "Fax"]);
        let target = object("Contact", &["Email", "OtherEmail", "Fax", "Owner"]);
        let mut memory = Memory::default();
        memory.remember(decided("contacts", "zzqx", "Owner", Verdict::Confirmed));
        memory.remember(decided("contacts", "E-Mail", "Email", Verdict::Rejected));
        let between = between("contacts");
        let suggestions = suggest_with(&source, &target, &Options { memory: Some((&memory, &between)) });
        assert_eq!(partner(&suggestions, "zzqx"), Some("Owner"));
        assert_ne!(partner(&suggestions, "E-Mail"), Some("Email"));
        let owner = &suggestions.by_source[0].1[0];
        assert_eq!(owner.field, "Owner");
        assert!(owner.reason.contains("confirmed before in old.yaml"), "{}", owner.reason);
        assert!(owner.evidence.iter().any(|evidence| evidence.signal == "memory"));
    }

    #[test]
    fn what_was_decided_is_never_overruled_by_a_better_looking_pair() {
        let names = ["Email", "Phone", "City", "Zip", "Owner", "Fax", "zzqx"];
        let (source, target) = (object("contacts", &names), object("Contact", &names));
        for (at, confirmed) in names.iter().enumerate() {
            // Each field is confirmed with its neighbour's partner, which looks perfect for the neighbour.
            let against = names[(at + 1) % names.len()];
            let mut memory = Memory::default();
            memory.remember(decided("contacts", confirmed, against, Verdict::Confirmed));
            memory.remember(decided("contacts", against, confirmed, Verdict::Rejected));
            let between = between("contacts");
            let suggestions = suggest_with(&source, &target, &Options { memory: Some((&memory, &between)) });
            assert_eq!(partner(&suggestions, confirmed), Some(against));
            assert_ne!(partner(&suggestions, against), Some(*confirmed));
            let to_it = suggestions.mapping.iter().filter(|pair| pair.target == against).count();
            assert_eq!(to_it, 1, "{against} has one partner");
        }
    }

    #[test]
    fn the_next_object_of_the_same_systems_gains() {
        let source = object("companies", &["Zqr1", "Home City"]);
        let target = object("Account", &["Custom_Field_7", "billing_city", "other_city"]);
        let mut memory = Memory::default();
        memory.remember(decided("contacts", "Zqr1", "Custom_Field_7", Verdict::Confirmed));
        for field in ["City", "Street", "Zip"] {
            let (source, target) = (format!("Home {field}"), format!("billing_{field}"));
            memory.remember(decided("contacts", &source, &target, Verdict::Confirmed));
        }
        let next = Between { target_object: "Account".into(), ..between("companies") };
        let plain = suggest(&source, &target);
        let learned = suggest_with(&source, &target, &Options { memory: Some((&memory, &next)) });
        assert_ne!(partner(&plain, "Home City"), Some("billing_city"));
        assert_eq!(partner(&learned, "Home City"), Some("billing_city"));
        assert_eq!(partner(&learned, "Zqr1"), Some("Custom_Field_7"));
    }
}
