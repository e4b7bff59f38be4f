//! What the memory changes about scores: decisions about these fields count outright; decisions about fields of the same
//! names, and how the same two systems' slots went together so far (home to alternate), move the odds.

use std::collections::HashMap;

use super::combine::logistic;
use super::memory::{Between, Memory, Recall, Recollection, Verdict};
use super::model::Evidence;
use super::normalise::squeezed;
use super::signals::log_odds;
use super::view::Views;
use crate::schema::{Field, Object};

/// Log-odds for a pair confirmed for the same names in another object of the same systems, or rejected there.
const SAME_SYSTEMS: f32 = 5.0;
/// Log-odds for each confirmation elsewhere, up to three.
const ELSEWHERE: f32 = 1.2;
/// Log-odds for slots that went together, or apart, so far.
const SLOT_HABIT: f32 = 1.5;

/// How a pair's score is moved, and why.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Shift {
    pub log_odds: f32,
    /// An operator's decision about this very pair.
    pub decided: Option<Verdict>,
    pub words: String,
}

impl Shift {
    /// A score as the memory moves it.
    pub fn applied(&self, score: f32) -> f32 {
        match self.decided {
            Some(Verdict::Confirmed) => 0.9995,
            Some(Verdict::Rejected) => 0.0005,
            None if self.log_odds == 0.0 => score,
            None => logistic(log_odds(score) + self.log_odds),
        }
    }

    /// The confidence of a pair that was decided before.
    pub fn decides(&self) -> Option<f32> {
        self.decided.map(|verdict| if verdict == Verdict::Confirmed { 0.99 } else { 0.01 })
    }

    pub fn evidence(&self) -> Option<Evidence> {
        let weight = match self.decided {
            Some(Verdict::Confirmed) => 8.0,
            Some(Verdict::Rejected) => -8.0,
            None => self.log_odds,
        };
        let words = if self.words.is_empty() { "slots that went together before" } else { &self.words };
        (weight != 0.0).then(|| Evidence {
            signal: "memory".to_owned(),
            value: f64::from(weight.signum()),
            weight: f64::from(weight),
            words: words.to_owned(),
        })
    }
}

/// The memory, ready for one comparison.
pub(super) struct Habits<'m> {
    recall: Recall<'m>,
    between: &'m Between,
    /// Slots of the source to slots of the target, and how often.
    slots: HashMap<u16, HashMap<u16, u32>>,
}

impl<'m> Habits<'m> {
    pub fn new(memory: &'m Memory, between: &'m Between) -> Habits<'m> {
        Habits { recall: memory.recall(), between, slots: slot_habits(memory, between) }
    }

    /// Pairs of field numbers that the memory knows something about: they are looked at whatever their names say.
    pub fn pairs(&self, source: &Object, target: &Object) -> Vec<(u32, u32)> {
        let numbers = |object: &Object| -> HashMap<String, u32> {
            object.fields.iter().zip(0..).map(|(field, number)| (squeezed(&field.name), number)).collect()
        };
        let (sources, targets) = (numbers(source), numbers(target));
        let pair = |(a, b): (&str, &str)| Some((*sources.get(a)?, *targets.get(b)?));
        self.recall.names().filter_map(pair).collect()
    }

    /// What is to be changed about a pair; nothing where nothing is known.
    pub fn shift(&self, views: &Views<'_>, pair: (u32, u32)) -> Shift {
        let (source, target) = (&views.source.fields[pair.0 as usize], &views.target.fields[pair.1 as usize]);
        let known = self.recall.about(self.between, &source.field.name, &target.field.name);
        let mut shift = known.map(|known| of_recollection(&known)).unwrap_or_default();
        shift.log_odds += self.slot_shift(slots_of(&source.readings), slots_of(&target.readings));
        shift
    }

    fn slot_shift(&self, source: u16, target: u16) -> f32 {
        let Some(partners) = self.slots.get(&source).filter(|_| source != 0) else { return 0.0 };
        let all: u32 = partners.values().sum();
        let these = partners.get(&target).copied().unwrap_or(0);
        if all < 2 {
            return 0.0;
        }
        SLOT_HABIT * (2.0 * these as f32 / all as f32 - 1.0).clamp(-0.5, 1.0)
    }
}

fn of_recollection(known: &Recollection<'_>) -> Shift {
    let origin = |origin: &str| if origin.is_empty() { String::new() } else { format!(" in {origin}") };
    match known {
        Recollection::Here(entry) => Shift {
            log_odds: 0.0,
            decided: Some(entry.verdict),
            words: match entry.verdict {
                Verdict::Confirmed => format!("confirmed before{}", origin(&entry.origin)),
                Verdict::Rejected => format!("rejected before{}", origin(&entry.origin)),
            },
        },
        Recollection::SameSystems(entry) => {
            let (sign, word) = match entry.verdict {
                Verdict::Confirmed => (1.0, "confirmed"),
                Verdict::Rejected => (-1.0, "rejected"),
            };
            let object = &entry.between.source_object;
            Shift {
                log_odds: sign * SAME_SYSTEMS,
                decided: None,
                words: format!("{word} for {object} of the same systems{}", origin(&entry.origin)),
            }
        }
        Recollection::Elsewhere { confirmed, rejected } => {
            let balance = (*confirmed as f32 - *rejected as f32).clamp(-3.0, 3.0);
            let words = format!("elsewhere confirmed {confirmed} times and rejected {rejected} times");
            Shift { log_odds: ELSEWHERE * balance, decided: None, words }
        }
    }
}

fn slots_of(readings: &[super::reading::Reading]) -> u16 {
    readings.iter().fold(0, |bits, reading| bits | reading.slots)
}

/// How slots went together in the confirmed pairs of the same two systems.
fn slot_habits(memory: &Memory, between: &Between) -> HashMap<u16, HashMap<u16, u32>> {
    let (mut sources, mut targets) = (Object::default(), Object::default());
    for entry in memory.confirmed_between(between) {
        sources.fields.push(Field::named(&entry.source));
        targets.fields.push(Field::named(&entry.target));
    }
    let mut habits: HashMap<u16, HashMap<u16, u32>> = HashMap::new();
    if sources.fields.is_empty() {
        return habits;
    }
    sources.name.clone_from(&between.source_object);
    targets.name.clone_from(&between.target_object);
    let views = Views::new(&sources, &targets);
    for (source, target) in views.source.fields.iter().zip(&views.target.fields) {
        let partners = habits.entry(slots_of(&source.readings)).or_default();
        *partners.entry(slots_of(&target.readings)).or_default() += 1;
    }
    habits
}
