//! What depends on what: target fields that read one another, objects that look into one another.

use super::{Linted, Linter};
use crate::connect::WriteMode;
use crate::profile::issue::Issue;
use crate::profile::uses::{Side, uses};
use crate::profile::yaml::{Node, Value};
use crate::profile::{FieldMapping, FilledBy, ObjectMapping, Profile};

impl Linter<'_> {
    /// Objects run in the order that their lookups need; in a circle there is none.
    pub(super) fn lookups(&mut self, objects: Option<&Node>) {
        let Some(cycle) = cycle(&object_needs(self.profile)) else { return };
        let names: Vec<&str> = cycle.iter().map(|index| self.profile.objects[*index].to.as_str()).collect();
        let message = match names.as_slice() {
            [only] => format!("`{only}` looks up its own records, which are not written yet"),
            _ => format!("the lookups of these objects go round in a circle: {} -> {}", names.join(" -> "), names[0]),
        };
        let issue = Issue::error(message).hint("leave one of the lookups out and fill it in a second run");
        let node = objects.and_then(|objects| match &objects.value {
            Value::List(items) => items.get(cycle[0]),
            _ => None,
        });
        self.tell_key(issue, node, "fields", self.profile.objects[cycle[0]].place);
    }

    pub(super) fn order(&mut self, index: usize, linted: &Linted<'_>) {
        if let Some(cycle) = cycle(&field_reads(linted.mapping)) {
            let names: Vec<&str> = cycle.iter().map(|field| linted.mapping.fields[*field].target.as_str()).collect();
            let (first, place) = (names[0], linted.mapping.fields[cycle[0]].place);
            let message = match names.as_slice() {
                [only] => format!("`{only}` reads its own finished value"),
                _ => format!("these fields wait for one another: {} -> {first}", names.join(" -> ")),
            };
            let issue = Issue::error(message).hint("let one of them read source fields instead of `target.…`");
            self.tell_key(issue, linted.fields_node(), first, place);
        }
        let same = |object: &&ObjectMapping| object.to == linted.mapping.to && !object.to.is_empty();
        if linted.mapping.write == WriteMode::Replace
            && self.profile.objects.iter().take(index).any(|object| same(&object))
        {
            let message =
                format!("this replaces what an earlier object of the profile writes into `{}`", linted.mapping.to);
            let issue = Issue::error(message).hint("use `write: append`, or another target object");
            let node = linted.node.and_then(|node| node.get("write").or(node.get("to")));
            self.tell(issue, node, linted.mapping.place);
        }
    }
}

/// For each field the fields whose finished values it reads.
fn field_reads(mapping: &ObjectMapping) -> Vec<Vec<usize>> {
    let named = |name: &str| mapping.fields.iter().position(|field| field.target == name);
    let reads = |field: &FieldMapping| {
        let targets = uses(&field.expression().text).into_iter().filter(|one| one.of == Side::Target);
        targets.filter_map(|one| named(&one.name)).collect()
    };
    mapping.fields.iter().map(reads).collect()
}

/// For each object the objects that its lookups need, with the field that looks.
fn object_needs(profile: &Profile) -> Vec<Vec<usize>> {
    let needs = |object: &ObjectMapping| {
        let lookups = object.fields.iter().filter_map(|field| match &field.filled_by {
            FilledBy::Lookup(lookup) => Some(&lookup.object),
            FilledBy::Expression(_) => None,
        });
        lookups.filter_map(|name| profile.objects.iter().position(|object| object.to == *name)).collect()
    };
    profile.objects.iter().map(needs).collect()
}

/// A circle in which each needs the next, if there is one.
fn cycle(reads: &[Vec<usize>]) -> Option<Vec<usize>> {
    // Depth first, without recursion: a profile may have very many fields.
    let mut done = vec![false; reads.len()];
    for start in 0..reads.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            match reads[at].get(*next).copied() {
                Some(to) if !done[at] => {
                    *next += 1;
                    if let Some(from) = path.iter().position(|(on_path, _)| *on_path == to) {
                        return Some(path[from..].iter().map(|(on_path, _)| *on_path).collect());
                    }
                    path.push((to, 0));
                }
                _ => {
                    done[at] = true;
                    path.pop();
                }
            }
        }
    }
    None
}
