//! Links between the objects of a run: which target record has which value, so that a later object can refer to it.
//!
//! A lookup `{ lookup: company_id, in: Account, by: legacy_id }` asks for the id of the `Account` whose `legacy_id` is
//! the value. The id is what the target answered when the record was written; where targets give no ids (files), it is
//! the record's key field, and without a key the value itself.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::profile::{FilledBy, ObjectMapping, Profile};

/// `by` value -> target id, for one object and one of its fields. Empty until the object has run.
pub type LinkTable = Arc<OnceLock<LinkMap>>;

type LinkMap = HashMap<Box<[u8]>, Box<[u8]>>;

/// All link tables that a profile's lookups need.
#[derive(Debug, Clone, Default)]
pub struct Links {
    tables: HashMap<(String, String), LinkTable>,
}

impl Links {
    pub fn of(profile: &Profile) -> Links {
        let mut links = Links::default();
        for mapping in &profile.objects {
            for field in &mapping.fields {
                if let FilledBy::Lookup(lookup) = &field.filled_by {
                    links.tables.entry((lookup.object.clone(), lookup.by.clone())).or_default();
                }
            }
        }
        links
    }

    /// The table of an object by a field.
    pub fn table(&self, object: &str, by: &str) -> Option<LinkTable> {
        self.tables.get(&(object.to_owned(), by.to_owned())).cloned()
    }

    /// What must be gathered while an object runs.
    pub(super) fn wanted(&self, mapping: &ObjectMapping) -> Vec<Wanted> {
        let field = |name: &str| mapping.fields.iter().position(|field| field.target == name);
        let id = mapping.key.first().and_then(|key| field(key));
        let mut wanted: Vec<Wanted> = self
            .tables
            .iter()
            .filter(|((object, _), _)| *object == mapping.to)
            .filter_map(|((_, by), table)| {
                field(by).map(|by| Wanted { by, id: id.unwrap_or(by), table: table.clone() })
            })
            .collect();
        wanted.sort_by_key(|wanted| wanted.by);
        wanted
    }
}

/// One link table to be filled from two target fields.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub by: usize,
    /// The field that holds the id where the target gives none.
    pub id: usize,
    table: LinkTable,
}

/// Gathers the links of an object while it runs; the first record of a value stays.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    maps: Vec<LinkMap>,
}

impl Gathered {
    pub fn add(&mut self, table: usize, by: &[u8], id: &[u8]) {
        if by.is_empty() || id.is_empty() {
            return;
        }
        if self.maps.len() <= table {
            self.maps.resize_with(table + 1, LinkMap::new);
        }
        self.maps[table].entry(by.into()).or_insert_with(|| id.into());
    }

    /// Hands the finished tables to those who look up in them.
    pub fn publish(self, wanted: &[Wanted]) {
        let mut maps = self.maps.into_iter();
        for wanted in wanted {
            // A table is set once a run; a second object of the same name adds nothing.
            let _ = wanted.table.set(maps.next().unwrap_or_default());
        }
    }
}

/// Order of objects so that each comes after those it looks up in; the error names objects on a circle.
pub(super) fn object_order(profile: &Profile) -> Result<Vec<usize>, String> {
    let needs: Vec<Vec<usize>> = profile.objects.iter().map(|mapping| needed_objects(profile, mapping)).collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < profile.objects.len() {
        let next = (0..profile.objects.len())
            .find(|index| !order.contains(index) && needs[*index].iter().all(|needed| order.contains(needed)));
        match next {
            Some(index) => order.push(index),
            None => {
                let left = (0..profile.objects.len()).filter(|index| !order.contains(index));
                return Err(left.map(|index| profile.objects[index].to.clone()).collect::<Vec<_>>().join(", "));
            }
        }
    }
    Ok(order)
}

fn needed_objects(profile: &Profile, mapping: &ObjectMapping) -> Vec<usize> {
    mapping
        .fields
        .iter()
        .filter_map(|field| match &field.filled_by {
            FilledBy::Lookup(lookup) => profile.objects.iter().position(|object| object.to == lookup.object),
            FilledBy::Expression(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Expression, FieldMapping, Lookup, Missing};

    fn object(to: &str, looks_up_in: Option<&str>) -> ObjectMapping {
        let mut fields = vec![FieldMapping { target: "legacy_id".to_owned(), ..FieldMapping::default() }];
        fields.extend(looks_up_in.map(|object| FieldMapping {
            target: "parent".to_owned(),
            filled_by: FilledBy::Lookup(Lookup {
                value: Expression::new("parent_id"),
                object: object.to_owned(),
                by: "legacy_id".to_owned(),
                missing: Missing::Reject,
            }),
            ..FieldMapping::default()
        }));
        ObjectMapping { to: to.to_owned(), fields, ..ObjectMapping::default() }
    }

    #[test]
    fn parents_run_first_and_circles_are_named() {
        let profile = Profile {
            objects: vec![object("Contact", Some("Account")), object("Account", None)],
            ..Profile::default()
        };
        assert_eq!(object_order(&profile), Ok(vec![1, 0]));
        let circle = Profile { objects: vec![object("Contact", Some("Contact"))], ..Profile::default() };
        assert_eq!(object_order(&circle), Err("Contact".to_owned()));
    }

    #[test]
    fn gathered_links_reach_those_who_look_up() {
        let profile = Profile {
            objects: vec![object("Contact", Some("Account")), object("Account", None)],
            ..Profile::default()
        };
        let links = Links::of(&profile);
        let wanted = links.wanted(&profile.objects[1]);
        assert_eq!(wanted.len(), 1);
        let mut gathered = Gathered::default();
        gathered.add(0, b"007", b"A-7");
        gathered.add(0, b"007", b"other");
        gathered.publish(&wanted);
        let table = links.table("Account", "legacy_id").expect("a table");
        assert_eq!(table.get().expect("set").get(&b"007"[..]).map(|id| &**id), Some(&b"A-7"[..]));
    }
}
