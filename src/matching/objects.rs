//! Which object of the source fits which object of the target: from their names, their fields and the kind of record.

use super::assign::assign;
use super::lexicon::lexicon;
use super::model::ObjectSuggestion;
use super::normalise::{plain_words, squeezed, stem};
use super::reading::entity_kinds;
use super::suggest::suggest;
use crate::schema::{Object, Schema};

/// Below this a pair of objects is no suggestion.
const LEAST: f64 = 0.25;

/// What a pair of objects has in common.
struct Fit {
    /// 0 to 1: the names.
    name: f64,
    /// Both hold the same kind of record, or different ones.
    kind: Option<bool>,
    /// 0 to 1: how much of the smaller object's fields go into the other.
    fields: f64,
}

impl Fit {
    fn of(source: &Object, target: &Object) -> Fit {
        let (a, b) = (entity_kinds(source), entity_kinds(target));
        let kind = (!a.is_empty() && !b.is_empty()).then(|| a.iter().any(|kind| b.contains(kind)));
        Fit { name: names_alike(source, target), kind, fields: fields_fit(source, target) }
    }

    fn confidence(&self) -> f64 {
        let kind = match self.kind {
            Some(true) => 0.9,
            Some(false) => 0.0,
            None => 0.3,
        };
        (0.5 * self.name.max(kind) + 0.6 * self.fields).min(0.99)
    }

    fn reason(&self) -> String {
        let names = match (self.name >= 0.9, self.kind) {
            (true, _) => "the names say the same",
            (false, Some(true)) => "both hold the same kind of record",
            (false, Some(false)) => "the names speak of different kinds of record",
            (false, None) => "the names say little",
        };
        format!("{names}; {:.0} % of the fields go together", self.fields * 100.0)
    }
}

/// For every source object the target object that fits best, one-to-one, the surest first.
pub fn suggest_objects(source: &Schema, target: &Schema) -> Vec<ObjectSuggestion> {
    let mut pairs = Vec::new();
    let mut fits = Vec::new();
    for (row, from) in (0u32..).zip(&source.objects) {
        for (column, to) in (0u32..).zip(&target.objects) {
            let fit = Fit::of(from, to);
            if fit.confidence() >= LEAST {
                pairs.push((row, column));
                fits.push(fit);
            }
        }
    }
    let gains: Vec<f32> = fits.iter().map(|fit| fit.confidence() as f32).collect();
    let chosen = assign(&pairs, &gains, source.objects.len(), target.objects.len());
    let mut found: Vec<ObjectSuggestion> = chosen
        .into_iter()
        .map(|at| {
            let (row, column) = pairs[at];
            let rivals = pairs.iter().zip(&gains).filter(|((a, b), _)| (*a == row) != (*b == column));
            let best_rival = rivals.map(|(_, gain)| *gain).fold(0.0, f32::max);
            ObjectSuggestion {
                source: source.objects[row as usize].name.clone(),
                target: target.objects[column as usize].name.clone(),
                confidence: fits[at].confidence(),
                accepted: gains[at] >= 0.7 && gains[at] > best_rival,
                reason: fits[at].reason(),
            }
        })
        .collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found
}

fn names_alike(source: &Object, target: &Object) -> f64 {
    let names = |object: &Object| -> Vec<String> {
        [Some(&object.name), object.label.as_ref()].into_iter().flatten().cloned().collect()
    };
    let mut best = 0.0f64;
    for a in names(source) {
        for b in names(target) {
            if !squeezed(&a).is_empty() && squeezed(&a) == squeezed(&b) {
                return 1.0;
            }
            let words = |name: &str| -> Vec<String> {
                let plain = plain_words(name);
                plain.iter().flat_map(|word| lexicon().written_out(word)).map(|word| stem(&word)).collect()
            };
            let (a, b) = (words(&a), words(&b));
            let shared = a.iter().filter(|word| b.contains(word)).count() as f64;
            best = best.max(2.0 * shared / (a.len() + b.len()).max(1) as f64);
        }
    }
    best
}

fn fields_fit(source: &Object, target: &Object) -> f64 {
    let smaller = source.fields.len().min(target.fields.len());
    if smaller == 0 {
        return 0.0;
    }
    let sum: f64 = suggest(source, target).mapping.iter().map(|pair| pair.confidence).sum();
    // An export seldom fills every field: seven in ten are as good as all.
    (sum / (0.7 * smaller as f64)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Field;

    fn object(name: &str, fields: &[&str]) -> Object {
        let fields = fields.iter().map(|name| Field::named(*name)).collect();
        Object { name: name.to_owned(), fields, ..Object::default() }
    }

    #[test]
    fn objects_find_their_like_by_name_or_by_fields() {
        let source = Schema {
            name: "legacy".into(),
            objects: vec![
                object("firmen.csv", &["Firmenname", "Branche", "Anzahl Mitarbeiter", "Webseite"]),
                object("people.csv", &["first", "surname", "e-mail", "mobile"]),
                object("deals.ndjson", &["title", "amount", "stage", "close_date"]),
            ],
        };
        let target = Schema {
            name: "crm".into(),
            objects: vec![
                object("Opportunity", &["Name", "Amount", "StageName", "CloseDate"]),
                object("Contact", &["FirstName", "LastName", "Email", "MobilePhone"]),
                object("Account", &["Name", "Industry", "NumberOfEmployees", "Website"]),
            ],
        };
        let found = suggest_objects(&source, &target);
        let partner = |name: &str| found.iter().find(|pair| pair.source == name).map(|pair| pair.target.as_str());
        assert_eq!(partner("firmen.csv"), Some("Account"));
        assert_eq!(partner("people.csv"), Some("Contact"));
        assert_eq!(partner("deals.ndjson"), Some("Opportunity"));
    }
}
