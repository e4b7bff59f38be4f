//! Mappings that are not one-to-one: a full name to first and last name, street and house number into one line, several
//! notes into one. Each rule says what is to be there and what is to be missing on the other side.

use super::lexicon::lexicon;
use super::model::{Compound, Suggestion};
use super::view::{FieldView, TypeGroup, Views};
use crate::transform::field_reference;

/// A one-to-one pair this sure leaves its target no need for a compound.
const FED: f64 = 0.6;
/// Notes that are joined at most.
const MOST_NOTES: usize = 4;

/// The fields of both sides by what they mean.
struct Sides<'a> {
    source: &'a [FieldView<'a>],
    target: &'a [FieldView<'a>],
    mapping: &'a [Suggestion],
}

impl<'a> Sides<'a> {
    fn source_of(&self, concept: &str, slots: Option<u16>) -> Option<&'a FieldView<'a>> {
        find(self.source, concept, slots)
    }

    fn target_of(&self, concept: &str, slots: Option<u16>) -> Option<&'a FieldView<'a>> {
        find(self.target, concept, slots)
    }

    fn fed(&self, target: &FieldView<'_>) -> bool {
        self.mapping.iter().any(|pair| pair.target == target.field.name && pair.confidence >= FED)
    }

    fn used(&self, source: &FieldView<'_>) -> bool {
        self.mapping.iter().any(|pair| pair.source == source.field.name && pair.confidence >= FED)
    }
}

/// The field whose whole name means a concept, in a slot where one is asked for; none that is an id, a flag or a moment.
fn find<'a>(fields: &'a [FieldView<'a>], concept: &str, slots: Option<u16>) -> Option<&'a FieldView<'a>> {
    fields
        .iter()
        .filter(|field| holds_text(field) && means(field, concept))
        .find(|field| slots.is_none_or(|slots| slots_of(field) == slots))
}

fn holds_text(field: &FieldView<'_>) -> bool {
    !matches!(field.group, TypeGroup::Boolean | TypeGroup::Moment | TypeGroup::Reference | TypeGroup::Bytes)
}

/// The last unit of some reading, or the whole of it, stands for the concept, and its number is the first.
fn means(field: &FieldView<'_>, concept: &str) -> bool {
    let lexicon = lexicon();
    let named = |known: &super::lexicon::Concept| lexicon.concept_name(*known) == concept;
    field.readings.iter().any(|reading| {
        let last = reading.units.iter().rev().find(|unit| unit.slot.is_none());
        let others = reading.units.iter().filter(|unit| unit.slot.is_none()).count();
        reading.whole.iter().any(named) || (others == 1 && last.is_some_and(|unit| unit.concepts.iter().any(named)))
    })
}

fn slots_of(field: &FieldView<'_>) -> u16 {
    field.readings.iter().fold(0, |bits, reading| bits | reading.slots)
}

fn reference(field: &FieldView<'_>) -> String {
    field_reference(&field.field.name)
}

/// Every compound mapping that is worth proposing, the surest first.
pub(super) fn compounds(views: &Views<'_>, mapping: &[Suggestion]) -> Vec<Compound> {
    let sides = Sides { source: &views.source.fields, target: &views.target.fields, mapping };
    let rules: &[fn(&Sides<'_>) -> Vec<Compound>] =
        &[split_name, join_name, street_and_number, street_lines, whole_address, parts_of_address, extension, notes];
    let mut found: Vec<Compound> = rules.iter().flat_map(|rule| rule(&sides)).collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found
}

fn compound(sources: &[&FieldView<'_>], targets: Vec<(String, String)>, confidence: f64, reason: &str) -> Compound {
    Compound {
        sources: sources.iter().map(|field| field.field.name.clone()).collect(),
        targets,
        confidence,
        reason: reason.to_owned(),
    }
}

/// A full name to first and last name.
fn split_name(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(full), Some(first), Some(last)) =
        (sides.source_of("full name", None), sides.target_of("first name", None), sides.target_of("last name", None))
    else {
        return Vec::new();
    };
    let already = sides.source_of("first name", None).is_some() || sides.source_of("last name", None).is_some();
    if already || full.field.name == first.field.name {
        return Vec::new();
    }
    let name = reference(full);
    let targets = vec![
        (first.field.name.clone(), format!("{name} | first_name")),
        (last.field.name.clone(), format!("{name} | last_name")),
    ];
    vec![compound(&[full], targets, 0.9, "the source has one field for the full name, the target two")]
}

/// First and last name into a full name.
fn join_name(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(first), Some(last), Some(full)) =
        (sides.source_of("first name", None), sides.source_of("last name", None), sides.target_of("full name", None))
    else {
        return Vec::new();
    };
    let apart = sides.target_of("first name", None).is_some() && sides.target_of("last name", None).is_some();
    if apart || sides.source_of("full name", None).is_some() {
        return Vec::new();
    }
    let expression = format!("full_name({}, {})", reference(first), reference(last));
    let reason = "the source has first and last name, the target one field for both";
    vec![compound(&[first, last], vec![(full.field.name.clone(), expression)], 0.9, reason)]
}

/// Street and house number into the street.
fn street_and_number(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(street), Some(number)) = (sides.source_of("street", None), sides.source_of("house number", None)) else {
        return Vec::new();
    };
    let slots = partner_slots(sides, street);
    let (Some(target), None) = (sides.target_of("street", slots), sides.target_of("house number", None)) else {
        return Vec::new();
    };
    if street.field.name == number.field.name {
        return Vec::new();
    }
    let expression = format!("join(\" \", {}, {})", reference(street), reference(number));
    let reason = "the target has no field of its own for the house number";
    vec![compound(&[street, number], vec![(target.field.name.clone(), expression)], 0.8, reason)]
}

/// The slot of the target that the one-to-one mapping chose for a field's neighbour.
fn partner_slots(sides: &Sides<'_>, source: &FieldView<'_>) -> Option<u16> {
    let pair = sides.mapping.iter().find(|pair| pair.source == source.field.name)?;
    let target = sides.target.iter().find(|target| target.field.name == pair.target)?;
    Some(slots_of(target))
}

/// Two or three street lines into one.
fn street_lines(sides: &Sides<'_>) -> Vec<Compound> {
    let Some(first) = sides.source_of("street", None) else { return Vec::new() };
    let slots = slots_of(first);
    let mut lines = vec![first];
    for concept in ["street 2", "street 3"] {
        lines.extend(
            sides
                .source_of(concept, Some(slots))
                .filter(|line| lines.iter().all(|known| known.field.name != line.field.name)),
        );
    }
    let target = sides.target_of("street", partner_slots(sides, first));
    let (Some(target), true, None) = (target, lines.len() > 1, sides.target_of("street 2", None)) else {
        return Vec::new();
    };
    let references: Vec<String> = lines.iter().map(|line| reference(line)).collect();
    let expression = format!("join(\", \", {})", references.join(", "));
    let reason = "the target has one street line only";
    vec![compound(&lines, vec![(target.field.name.clone(), expression)], 0.8, reason)]
}

/// Street, postal code, city, state and country into one address.
fn whole_address(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(address), None) = (sides.target_of("address", None), sides.target_of("city", None)) else {
        return Vec::new();
    };
    let Some(city) = sides.source_of("city", None) else { return Vec::new() };
    let slots = Some(slots_of(city));
    let mut parts: Vec<&FieldView<'_>> = Vec::new();
    for concept in ["street", "postal code", "city", "state", "country"] {
        let part = sides
            .source_of(concept, slots)
            .filter(|part| parts.iter().all(|known| known.field.name != part.field.name));
        parts.extend(part);
    }
    if parts.len() < 2 {
        return Vec::new();
    }
    let references: Vec<String> = parts.iter().map(|part| reference(part)).collect();
    let expression = format!("join(\", \", {})", references.join(", "));
    let reason = "the target has one field for the whole address";
    vec![compound(&parts, vec![(address.field.name.clone(), expression)], 0.85, reason)]
}

/// One address to street and city.
fn parts_of_address(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(address), None) = (sides.source_of("address", None), sides.source_of("city", None)) else {
        return Vec::new();
    };
    let Some(city) = sides.target_of("city", None) else { return Vec::new() };
    let Some(street) = sides.target_of("street", Some(slots_of(city))) else { return Vec::new() };
    let whole = reference(address);
    let targets = vec![
        (street.field.name.clone(), format!("{whole} | part(\",\", 1)")),
        (city.field.name.clone(), format!("{whole} | part(\",\", 2)")),
    ];
    let reason = "the source has one field for the whole address; look at its values for the order of the parts";
    vec![compound(&[address], targets, 0.45, reason)]
}

/// Phone and extension into one number.
fn extension(sides: &Sides<'_>) -> Vec<Compound> {
    let (Some(phone), Some(extension), Some(target), None) = (
        sides.source_of("phone", None),
        sides.source_of("phone extension", None),
        sides.target_of("phone", None),
        sides.target_of("phone extension", None),
    ) else {
        return Vec::new();
    };
    let expression = format!("join(\" x\", {}, {})", reference(phone), reference(extension));
    let reason = "the target has no field of its own for the extension";
    vec![compound(&[phone, extension], vec![(target.field.name.clone(), expression)], 0.7, reason)]
}

/// Several notes into one.
fn notes(sides: &Sides<'_>) -> Vec<Compound> {
    let is_note = |field: &&FieldView<'_>| field.group == TypeGroup::Text && means(field, "description");
    let mut targets = sides.target.iter().filter(is_note);
    let (Some(target), None) = (targets.next(), targets.next()) else { return Vec::new() };
    let elsewhere = |field: &&FieldView<'_>| {
        !sides.used(field)
            || sides.mapping.iter().any(|pair| pair.source == field.field.name && pair.target == target.field.name)
    };
    let sources: Vec<&FieldView<'_>> = sides.source.iter().filter(is_note).filter(elsewhere).take(MOST_NOTES).collect();
    if sources.len() < 2 || (sides.fed(target) && sources.iter().all(|field| sides.used(field))) {
        return Vec::new();
    }
    let references: Vec<String> = sources.iter().map(|field| reference(field)).collect();
    let expression = format!("join(\"\\n\", {})", references.join(", "));
    let reason = "the source has several fields for notes, the target one";
    vec![compound(&sources, vec![(target.field.name.clone(), expression)], 0.6, reason)]
}

#[cfg(test)]
mod tests {
    use crate::matching::{Compound, suggest};
    use crate::schema::{Field, Object};

    fn found(source: &[&str], target: &[&str]) -> Vec<Compound> {
        let object = |name: &str, fields: &[&str]| Object {
            name: name.to_owned(),
            fields: fields.iter().map(|name| Field::named(*name)).collect(),
            ..Object::default()
        };
        let suggestions = suggest(&object("contacts", source), &object("Contact", target));
        suggestions.compounds
    }

    fn target(name: &str, expression: &str) -> (String, String) {
        (name.to_owned(), expression.to_owned())
    }

    #[test]
    fn one_name_becomes_two_and_two_become_one() {
        let split = found(&["Full Name", "Email"], &["FirstName", "LastName", "Email"]);
        let expected = vec![
            target("FirstName", "field(\"Full Name\") | first_name"),
            target("LastName", "field(\"Full Name\") | last_name"),
        ];
        assert_eq!(split.len(), 1);
        assert_eq!((&split[0].sources, &split[0].targets), (&vec!["Full Name".to_owned()], &expected));
        let joined = found(&["vorname", "nachname", "ort"], &["display_name", "city"]);
        assert_eq!(joined[0].targets, [target("display_name", "full_name(vorname, nachname)")]);
    }

    #[test]
    fn no_compound_where_one_to_one_does() {
        assert!(found(&["First Name", "Last Name"], &["fname", "lname"]).is_empty());
        assert!(found(&["Full Name", "First Name", "Last Name"], &["name", "first", "last"]).is_empty());
    }

    #[test]
    fn addresses_are_joined() {
        let joined = found(&["street", "zip", "city"], &["Address", "Phone"]);
        assert_eq!(joined[0].targets, [target("Address", "join(\", \", street, zip, city)")]);
    }

    #[test]
    fn every_expression_can_be_parsed() {
        let all = [
            found(&["Full Name"], &["First Name", "Last Name"]),
            found(&["strasse", "hausnummer", "plz"], &["Street", "Zip"]),
            found(&["street", "street 2", "city"], &["Street", "City"]),
            found(&["phone", "phone ext"], &["Phone"]),
            found(&["notes", "comments", "remarks"], &["Description"]),
            found(&["address"], &["Street", "City"]),
        ];
        for compounds in all {
            assert!(!compounds.is_empty());
            for (_, expression) in compounds.iter().flat_map(|compound| &compound.targets) {
                assert!(crate::transform::parse(expression).is_ok(), "{expression}");
            }
        }
    }
}
