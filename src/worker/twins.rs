//! Groups of records with an equal duplicates key: the plan's own key, in one pass over the source.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::opened::Shelf;
use super::preview::compiled;
use super::{Teller, locked};
use crate::app::Answer;
use crate::app::boards::twins::{Twin, TwinGroup, TwinGroups};
use crate::dedupe::Fingerprint;
use crate::engine::{self, Preview, PreviewCell};
use crate::profile::Profile;
use crate::record::Kind;

/// Records that are looked at, groups that are shown, members kept of each.
const LOOKED_AT: u64 = 500_000;
const GROUPS: usize = 500;
const MEMBERS: usize = 12;

pub(super) fn find(profile: &Profile, pair: usize, shelf: &Mutex<Shelf>, cancelled: &AtomicBool, teller: &Teller) {
    let (source, target) = {
        let shelf = locked(shelf);
        let mapping = profile.objects.get(pair);
        (shelf.source.clone(), mapping.and_then(|mapping| shelf.target_object(&mapping.to)).cloned())
    };
    let (Some(source), Some(mapping)) = (source, profile.objects.get(pair)) else { return };
    let compile = |fields: &[String]| compiled(profile, mapping, fields, target.as_ref());
    // One pass counts keys, so that the second keeps only records that are not alone.
    let mut counts: HashMap<Fingerprint, u32> = HashMap::new();
    let mut looked_at = 0;
    let counted = engine::preview_object(&*source, mapping, compile, |_, one| {
        looked_at += 1;
        if one.key != 0 {
            *counts.entry(one.key).or_default() += 1;
        }
        looked_at < LOOKED_AT && !cancelled.load(Ordering::Relaxed)
    });
    counts.retain(|_, count| *count > 1);
    let mut groups: HashMap<Fingerprint, (usize, TwinGroup)> = HashMap::new();
    let mut fields = Vec::new();
    let mut cut = looked_at >= LOOKED_AT;
    let mut seen = 0;
    let compile = |fields: &[String]| compiled(profile, mapping, fields, target.as_ref());
    let gathered = counted.and_then(|()| {
        engine::preview_object(&*source, mapping, compile, |plan, one| {
            if fields.is_empty() {
                fields = plan.target_fields().to_vec();
            }
            seen += 1;
            if counts.contains_key(&one.key) {
                let order = groups.len();
                if order < GROUPS || groups.contains_key(&one.key) {
                    let (_, group) = groups.entry(one.key).or_insert((order, TwinGroup::default()));
                    if group.members.len() < MEMBERS { group.members.push(twin(one)) } else { cut = true }
                } else {
                    cut = true;
                }
            }
            seen < looked_at && !cancelled.load(Ordering::Relaxed)
        })
    });
    if cancelled.load(Ordering::Relaxed) {
        return;
    }
    let mut groups: Vec<(usize, TwinGroup)> = groups.into_values().collect();
    groups.sort_by_key(|(order, _)| *order);
    let mut groups: Vec<TwinGroup> = groups.into_iter().map(|(_, group)| group).collect();
    let key = mapping.duplicates.as_ref().map(|rule| rule.key.text.clone()).unwrap_or_default();
    name(&mut groups, &key, &fields);
    let problem = gathered.err().map(|error| error.to_string());
    teller.tell(Answer::Twins(Box::new(TwinGroups { fields, groups, looked_at, cut, problem })));
}

fn twin(one: Preview) -> Twin {
    let filled = |cell: PreviewCell| (!matches!(cell.kind, Kind::Missing | Kind::Null)).then_some(cell.text);
    Twin { origin: one.origin, filled: one.filled, values: one.after.into_iter().map(filled).collect() }
}

/// A group is called by the values of the target fields that its key names; where it names none, by its first values.
fn name(groups: &mut [TwinGroup], key: &str, fields: &[String]) {
    let named: Vec<usize> = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| key.contains(&format!("target.{field}")) || key.contains(&format!("\"{field}\"")))
        .map(|(at, _)| at)
        .collect();
    for group in groups {
        let Some(first) = group.members.first() else { continue };
        let values: Vec<&str> = if named.is_empty() {
            first.values.iter().flatten().take(3).map(String::as_str).collect()
        } else {
            named.iter().filter_map(|at| first.values.get(*at)?.as_deref()).collect()
        };
        group.key = values.join("  ");
    }
}
