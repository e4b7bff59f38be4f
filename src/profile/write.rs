//! A profile -> the tree to be written. With the text it came from at hand, what has not changed stays as it stands.

use super::changes::Statement;
use super::keys;
use super::layout::{self, Item, Layout, Out};
use super::words::{self, word_of};
use super::yaml::{Entry, Node, Value};
use super::{
    Checks, Duplicates, Example, FieldMapping, FilledBy, Keep, Length, Missing, ObjectMapping, Otherwise, Profile,
    Range, RecordCheck, Threshold, ValueMap,
};
use crate::connect::{FixedColumn, LineEnds, ListRule, Location, Quoting, WriteMode};

/// The text of a new profile.
pub fn write_new(profile: &Profile) -> String {
    let mut text = layout::block(&tree(profile, None), 0);
    text.push('\n');
    text
}

/// Every statement of a profile on one line each: what the whole says, then each object's keys and fields.
pub(super) fn statements(profile: &Profile) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut put = |object: &str, what: &str, out: &Out| {
        let text = layout::flow(out, layout::Inside::Block);
        found.push(Statement { object: object.to_owned(), what: what.to_owned(), text });
    };
    if let Out::Map { entries, .. } = tree(&Profile { objects: Vec::new(), ..profile.clone() }, None) {
        entries
            .iter()
            .filter(|(key, _)| key != "objects" && key != "mapwright")
            .for_each(|(key, out)| put("", key, out));
    }
    for mapping in &profile.objects {
        let name = object_name(mapping);
        let Out::Map { entries, .. } = object(mapping, None) else { continue };
        for (key, out) in &entries {
            match out {
                Out::Map { entries, .. } if key == "fields" => {
                    entries.iter().for_each(|(target, out)| put(&name, target, out));
                }
                _ if key == "from" || key == "to" => {}
                out => put(&name, key, out),
            }
        }
    }
    found
}

/// What an object of the profile is called in a list.
pub(super) fn object_name(mapping: &ObjectMapping) -> String {
    format!("{} -> {}", mapping.from, mapping.to)
}

/// The tree of a profile; `was` is what the text held and the text's own tree.
pub(super) fn tree(profile: &Profile, was: Option<(&Profile, &Node)>) -> Out {
    let mut map = MapOut::new(was.map(|(_, node)| node));
    let old = was.map(|(old, _)| old);
    map.set(&["mapwright"], old.is_some(), || Some(("mapwright", Out::Word(super::read::VERSION.to_owned()))));
    map.set(&["name"], old.is_some_and(|old| old.name == profile.name), || {
        profile.name.clone().map(|name| ("name", Out::Text(name)))
    });
    map.set(&["source"], old.is_some_and(|old| old.source == profile.source), || {
        Some(("source", location(&profile.source)?))
    });
    map.set(&["target"], old.is_some_and(|old| old.target == profile.target), || {
        Some(("target", location(&profile.target)?))
    });
    map.set(&["objects"], false, || Some(("objects", objects(profile, was))));
    map.finish(Layout::Block)
}

/// A map on its way out: the keys of the text in their order, new ones where the format's order has them.
struct MapOut<'n> {
    node: Option<&'n Node>,
    entries: Vec<(String, Out)>,
}

impl<'n> MapOut<'n> {
    fn new(node: Option<&'n Node>) -> MapOut<'n> {
        MapOut { node: node.filter(|node| matches!(node.value, Value::Map(_))), entries: Vec::new() }
    }

    fn value(&self, key: &str) -> Option<&'n Node> {
        self.node.and_then(|node| node.get(key))
    }

    /// One statement that may be made with any of `keys`. Unchanged: the keys that the text uses stay.
    fn set(&mut self, keys: &[&str], unchanged: bool, changed: impl FnOnce() -> Option<(&'static str, Out)>) {
        if unchanged && self.node.is_some() {
            let node = self.node;
            let used = keys.iter().filter(|key| node.is_some_and(|node| node.get(key).is_some()));
            self.entries.extend(used.map(|key| ((*key).to_owned(), Out::Keep)));
        } else if let Some((key, out)) = changed() {
            self.entries.push((key.to_owned(), out));
        }
    }

    /// The order of the text where there is one.
    fn finish(self, layout: Layout) -> Out {
        let Some(node) = self.node else { return Out::Map { entries: self.entries, layout } };
        let mut ordered: Vec<(String, Out)> = Vec::new();
        let mut rest = self.entries;
        for Entry { key, .. } in node.entries() {
            // What is new comes behind what precedes it in the format's order, below.
            if let Some(at) = rest.iter().position(|(name, _)| name == key) {
                ordered.push(rest[at].clone());
            }
        }
        for (index, (name, out)) in std::mem::take(&mut rest).into_iter().enumerate() {
            if ordered.iter().any(|(other, _)| *other == name) {
                rest.push((name, out));
                continue;
            }
            let before = index.checked_sub(1).and_then(|before| rest.get(before)).map(|(name, _)| name.clone());
            let at =
                before.and_then(|before| ordered.iter().position(|(other, _)| *other == before)).map_or(0, |at| at + 1);
            ordered.insert(at, (name.clone(), out.clone()));
            rest.push((name, out));
        }
        Out::Map { entries: ordered, layout }
    }
}

fn text(value: &str) -> Out {
    Out::Text(value.to_owned())
}

fn word(value: &str) -> Out {
    Out::Word(value.to_owned())
}

fn expression(value: &super::Expression) -> Out {
    Out::Expression(value.text.clone())
}

fn texts(values: &[String]) -> Option<Out> {
    match values {
        [] => None,
        [one] => Some(text(one)),
        _ => Some(Out::list(values.iter().map(|value| text(value)).collect(), Layout::Fit)),
    }
}

fn location(location: &Location) -> Option<Out> {
    let mut entries = vec![("path", text(&location.address))];
    let mut pin = |key, value: &Option<String>| entries.extend(value.as_ref().map(|value| (key, text(value))));
    pin("format", &location.format);
    pin(
        "delimiter",
        &location.delimiter.as_ref().map(|letter| if letter == "\t" { "tab".to_owned() } else { letter.clone() }),
    );
    pin(
        "quote",
        &location.quote.as_ref().map(|letter| if letter.is_empty() { "none".to_owned() } else { letter.clone() }),
    );
    pin("encoding", &location.encoding);
    entries.extend(location.header.map(|header| ("header", word(if header { "true" } else { "false" }))));
    if location.repair {
        entries.push(("repair", word("true")));
    }
    let output = &location.output;
    if output.quoting != Quoting::default() {
        entries.push(("quoting", word(word_of(words::QUOTING, &output.quoting))));
    }
    entries.extend(output.bom.map(|bom| ("bom", word(if bom { "true" } else { "false" }))));
    if output.line_ends != LineEnds::default() {
        entries.push(("line_ends", word(word_of(words::LINE_ENDS, &output.line_ends))));
    }
    entries.extend(output.unfit.as_ref().map(|instead| ("unfit", text(instead))));
    if location.spreadsheet_safe {
        entries.push(("spreadsheet_safe", word("true")));
    }
    entries.extend(output.split.map(|split| ("split", text(&split.to_string()))));
    entries.extend(columns(&location.columns));
    if !location.lists.is_empty() {
        let lists = location.lists.iter().map(|list| (list.path.clone(), list_rule(&list.rule))).collect();
        entries.push(("lists", Out::Map { entries: lists, layout: Layout::Fit }));
    }
    if location.fill_merged {
        entries.push(("fill_merged", word("true")));
    }
    match entries.len() {
        1 if location.address.is_empty() => None,
        1 => Some(text(&location.address)),
        _ => Some(map(entries, Layout::Fit)),
    }
}

/// The columns of fixed-width text: places with names, or widths.
fn columns(columns: &[FixedColumn]) -> Option<(&'static str, Out)> {
    let first = columns.first()?;
    if first.name.is_none() {
        let width = |column: &FixedColumn| word(&column.end.saturating_sub(column.start).to_string());
        return Some(("widths", Out::list(columns.iter().map(width).collect(), Layout::Fit)));
    }
    let place = |column: &FixedColumn| {
        let name = column.name.clone().unwrap_or_default();
        (name, word(&format!("{}-{}", column.start + 1, column.end)))
    };
    Some(("columns", Out::Map { entries: columns.iter().map(place).collect(), layout: Layout::Fit }))
}

fn list_rule(rule: &ListRule) -> Out {
    match rule {
        ListRule::Keep => word("keep"),
        ListRule::First => word("first"),
        ListRule::Join(separator) => map(vec![("join", text(separator))], Layout::Fit),
        ListRule::Explode { key: None } => word("explode"),
        ListRule::Explode { key: Some(key) } => map(vec![("explode", text(key))], Layout::Fit),
    }
}

fn map(entries: Vec<(&str, Out)>, layout: Layout) -> Out {
    Out::Map { entries: entries.into_iter().map(|(key, out)| (key.to_owned(), out)).collect(), layout }
}

fn objects(profile: &Profile, was: Option<(&Profile, &Node)>) -> Out {
    let node = was.and_then(|(_, node)| node.get("objects"));
    let old = was.map_or(&[][..], |(old, _)| &old.objects);
    let origins = origins(&profile.objects, old, |a, b| (&a.from, &a.to) == (&b.from, &b.to));
    let items = profile.objects.iter().zip(origins).map(|(new, was)| {
        let before = was.and_then(|at| Some((old.get(at)?, item_of(node?, at)?)));
        Item { was, out: object(new, before) }
    });
    Out::List { items: items.collect(), layout: Layout::Block }
}

/// Which old item each new one was: the same by `same`, else the one at its place if that is left over.
fn origins<T>(new: &[T], old: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<Option<usize>> {
    let mut taken = vec![false; old.len()];
    let mut found: Vec<Option<usize>> = Vec::with_capacity(new.len());
    for item in new {
        let at = old.iter().enumerate().position(|(at, other)| !taken[at] && same(item, other));
        if let Some(at) = at {
            taken[at] = true;
        }
        found.push(at);
    }
    for (index, origin) in found.iter_mut().enumerate() {
        if origin.is_none() && taken.get(index) == Some(&false) {
            taken[index] = true;
            *origin = Some(index);
        }
    }
    found
}

fn item_of(node: &Node, index: usize) -> Option<&Node> {
    match &node.value {
        Value::List(items) => items.get(index),
        _ => None,
    }
}

fn object(new: &ObjectMapping, was: Option<(&ObjectMapping, &Node)>) -> Out {
    let node = was.map(|(_, node)| node);
    let old = was.map(|(old, _)| old);
    let same = |same: fn(&ObjectMapping, &ObjectMapping) -> bool| old.is_some_and(|old| same(old, new));
    let filled = |value: &str| (!value.is_empty()).then(|| text(value));
    let mut map = MapOut::new(node);
    map.set(&["from"], same(|a, b| a.from == b.from), || Some(("from", filled(&new.from)?)));
    map.set(&["to"], same(|a, b| a.to == b.to), || Some(("to", filled(&new.to)?)));
    map.set(&["write"], same(|a, b| a.write == b.write), || {
        (new.write != WriteMode::default()).then(|| ("write", word(word_of(words::WRITE_MODES, &new.write))))
    });
    map.set(&["key"], same(|a, b| a.key == b.key), || Some(("key", texts(&new.key)?)));
    map.set(&["where"], same(|a, b| same_text(&a.filter, &b.filter)), || {
        Some(("where", expression(new.filter.as_ref()?)))
    });
    map.set(&["duplicates"], same(|a, b| bare(&a.duplicates) == bare(&b.duplicates)), || {
        Some(("duplicates", duplicates(new.duplicates.as_ref()?)))
    });
    map.set(&["on_reject"], same(|a, b| a.stop_at == b.stop_at), || {
        Some(("on_reject", self::map(vec![("stop_at", threshold(new.stop_at?))], Layout::Fit)))
    });
    map.set(&["ragged"], same(|a, b| a.keep_ragged == b.keep_ragged), || {
        new.keep_ragged.then(|| ("ragged", word(word_of(words::RAGGED, &true))))
    });
    map.set(&["repaired"], same(|a, b| a.reject_repaired == b.reject_repaired), || {
        new.reject_repaired.then(|| ("repaired", word(word_of(words::REPAIRED, &true))))
    });
    let fields_node = map.value("fields");
    map.set(&["fields"], false, || {
        Some(("fields", fields(&new.fields, old.map_or(&[], |old| &old.fields), fields_node)))
    });
    let checks_node = map.value("checks");
    map.set(&["checks"], same(|a, b| bare_checks(a) == bare_checks(b)), || {
        let old = old.map_or(&[][..], |old| &old.checks);
        (!new.checks.is_empty()).then(|| ("checks", checks(&new.checks, old, checks_node)))
    });
    map.set(&["examples"], same(|a, b| bare_examples(a) == bare_examples(b)), || {
        let old = old.map_or(&[][..], |old| &old.examples);
        (!new.examples.is_empty()).then(|| ("examples", examples(&new.examples, old)))
    });
    map.finish(Layout::Block)
}

fn same_text(a: &Option<super::Expression>, b: &Option<super::Expression>) -> bool {
    a.as_ref().map(|a| &a.text) == b.as_ref().map(|b| &b.text)
}

fn bare(duplicates: &Option<Duplicates>) -> Option<(&str, Keep)> {
    duplicates.as_ref().map(|duplicates| (duplicates.key.text.as_str(), duplicates.keep))
}

fn bare_checks(object: &ObjectMapping) -> Vec<(&str, &str, Option<&str>)> {
    object
        .checks
        .iter()
        .map(|check| (check.name.as_str(), check.that.text.as_str(), check.message.as_deref()))
        .collect()
}

fn bare_example(example: &Example) -> Example {
    Example { place: super::Place::default(), ..example.clone() }
}

fn bare_examples(object: &ObjectMapping) -> Vec<Example> {
    object.examples.iter().map(bare_example).collect()
}

fn duplicates(new: &Duplicates) -> Out {
    map(vec![("key", expression(&new.key)), ("keep", word(word_of(words::KEEP, &new.keep)))], Layout::Fit)
}

fn threshold(new: Threshold) -> Out {
    match new {
        Threshold::Count(count) => word(&count.to_string()),
        // Six digits keep every share that a person writes, without the tail of binary fractions.
        Threshold::Share(share) => {
            let percent = format!("{:.6}", share * 100.0);
            word(&format!("{}%", percent.trim_end_matches('0').trim_end_matches('.')))
        }
    }
}

fn fields(new: &[FieldMapping], old: &[FieldMapping], node: Option<&Node>) -> Out {
    let entries = new.iter().map(|field| {
        let was = old.iter().find(|was| was.target == field.target);
        let written = node.and_then(|node| node.get(&field.target));
        let out = match was.zip(written) {
            Some((was, _)) if was.without_places() == field.without_places() => Out::Keep,
            before => self::field(field, before),
        };
        (field.target.clone(), out)
    });
    Out::Map { entries: entries.collect(), layout: Layout::Block }
}

fn field(new: &FieldMapping, was: Option<(&FieldMapping, &Node)>) -> Out {
    let says_more = new.values.is_some() || new.note.is_some() || new.checks != Checks::default();
    let was_long = was.is_some_and(|(_, node)| matches!(node.value, Value::Map(_)));
    if let (FilledBy::Expression(value), false, false) = (&new.filled_by, says_more, was_long) {
        return expression(value);
    }
    let old = was.map(|(old, _)| old.without_places());
    let new = &new.without_places();
    let same = |same: fn(&FieldMapping, &FieldMapping) -> bool| old.as_ref().is_some_and(|old| same(old, new));
    let mut map = MapOut::new(was.map(|(_, node)| node));
    filled_by(&mut map, &new.filled_by, same(|a, b| a.filled_by == b.filled_by));
    let values_node = map.value("values");
    let pairs = |field: &FieldMapping| field.values.as_ref().map(|values| values.pairs.clone());
    map.set(&["values"], old.as_ref().is_some_and(|old| pairs(old) == pairs(new)), || {
        let old = old.as_ref().and_then(|old| old.values.as_ref());
        Some(("values", value_pairs(new.values.as_ref()?, old, values_node)))
    });
    let otherwise = |field: &FieldMapping| field.values.as_ref().map(|values| values.otherwise.clone());
    map.set(&["otherwise"], old.as_ref().is_some_and(|old| otherwise(old) == otherwise(new)), || {
        match otherwise(new)? {
            Otherwise::Reject => None,
            Otherwise::Keep => Some(("otherwise", word("keep"))),
            Otherwise::Null => Some(("otherwise", word("null"))),
            Otherwise::Value(value) if words::otherwise(&value) == Otherwise::Value(value.clone()) && value != "~" => {
                Some(("otherwise", text(&value)))
            }
            Otherwise::Value(value) => Some(("otherwise", text(&format!("\"{value}\"")))),
        }
    });
    field_checks(&mut map, &new.checks, old.as_ref().map(|old| &old.checks));
    map.set(&["note"], same(|a, b| a.note == b.note), || Some(("note", text(new.note.as_ref()?))));
    map.finish(Layout::Fit)
}

fn filled_by(map: &mut MapOut<'_>, new: &FilledBy, unchanged: bool) {
    if unchanged && map.node.is_some() {
        return map.set(&["value", "lookup", "in", "by", "missing"], true, || None);
    }
    match new {
        FilledBy::Expression(value) => map.set(&["value"], false, || Some(("value", expression(value)))),
        FilledBy::Lookup(lookup) => {
            map.set(&["lookup"], false, || Some(("lookup", expression(&lookup.value))));
            map.set(&["in"], false, || Some(("in", text(&lookup.object))));
            map.set(&["by"], false, || Some(("by", text(&lookup.by))));
            map.set(&["missing"], false, || {
                (lookup.missing != Missing::default())
                    .then(|| ("missing", word(word_of(words::MISSING, &lookup.missing))))
            });
        }
    }
}

fn value_pairs(new: &ValueMap, old: Option<&ValueMap>, node: Option<&Node>) -> Out {
    let entries = new.pairs.iter().map(|(from, to)| {
        let stays = node.is_some_and(|node| node.get(from).is_some())
            && old.is_some_and(|old| old.pairs.iter().any(|pair| (&pair.0, &pair.1) == (from, to)));
        (from.clone(), if stays { Out::Keep } else { text(to) })
    });
    Out::Map { entries: entries.collect(), layout: Layout::Fit }
}

fn field_checks(map: &mut MapOut<'_>, new: &Checks, old: Option<&Checks>) {
    let same = |same: fn(&Checks, &Checks) -> bool| old.is_some_and(|old| same(old, new));
    let on = |on: bool, key| on.then(|| (key, word("true")));
    map.set(&["required"], same(|a, b| a.required == b.required), || on(new.required, "required"));
    map.set(&["unique"], same(|a, b| a.unique == b.unique), || on(new.unique, "unique"));
    map.set(&["type"], same(|a, b| a.field_type == b.field_type), || {
        Some(("type", word(word_of(words::TYPES, new.field_type.as_ref()?))))
    });
    map.set(&["pattern"], same(|a, b| a.pattern == b.pattern), || Some(("pattern", text(&new.pattern.as_ref()?.0))));
    map.set(&["one_of"], same(|a, b| a.one_of == b.one_of), || {
        let values = new.one_of.iter().map(|value| text(value)).collect();
        (!new.one_of.is_empty()).then(|| ("one_of", Out::list(values, Layout::Fit)))
    });
    let Length { min, max } = new.length;
    if map.node.is_some() && same(|a, b| a.length == b.length) {
        map.set(&["length", "min_length", "max_length"], true, || None);
    } else {
        map.set(&["min_length"], false, || Some(("min_length", word(&min?.to_string()))));
        map.set(&["max_length"], false, || Some(("max_length", word(&max?.to_string()))));
    }
    let Range { min, max } = &new.range;
    if map.node.is_some() && same(|a, b| a.range == b.range) {
        map.set(&["range", "min", "max"], true, || None);
    } else {
        map.set(&["min"], false, || Some(("min", text(min.as_ref()?))));
        map.set(&["max"], false, || Some(("max", text(max.as_ref()?))));
    }
    map.set(&["compare"], same(|a, b| a.compare == b.compare), || Some(("compare", expression(new.compare.as_ref()?))));
}

fn checks(new: &[RecordCheck], old: &[RecordCheck], node: Option<&Node>) -> Out {
    let long = |check: &RecordCheck, head: Option<&str>| {
        let mut entries: Vec<(&str, Out)> = head.map(|name| ("name", text(name))).into_iter().collect();
        entries.push(("that", expression(&check.that)));
        entries.extend(check.message.as_ref().map(|message| ("message", text(message))));
        map(entries, Layout::Fit)
    };
    let unchanged = |check: &RecordCheck| {
        let same = |was: &&RecordCheck| {
            (&was.name, &was.that.text, &was.message) == (&check.name, &check.that.text, &check.message)
        };
        old.iter().any(|was| same(&was))
    };
    if let Some(Node { value: Value::Map(_), .. }) = node {
        let entries = new.iter().map(|check| {
            let out = match &check.message {
                _ if unchanged(check) => Out::Keep,
                Some(_) => long(check, None),
                None => expression(&check.that),
            };
            (check.name.clone(), out)
        });
        return Out::Map { entries: entries.collect(), layout: Layout::Block };
    }
    let origins = origins(new, old, |a, b| a.name == b.name);
    let items = new.iter().zip(origins).map(|(check, was)| Item {
        was,
        out: if was.is_some() && unchanged(check) { Out::Keep } else { long(check, Some(&check.name)) },
    });
    Out::List { items: items.collect(), layout: Layout::Block }
}

fn examples(new: &[Example], old: &[Example]) -> Out {
    let origins = origins(new, old, |a, b| bare_example(a) == bare_example(b));
    let items = new.iter().zip(origins).map(|(example, was)| {
        let unchanged = was.and_then(|at| old.get(at)).is_some_and(|old| bare_example(old) == bare_example(example));
        Item { was, out: if unchanged { Out::Keep } else { self::example(example) } }
    });
    Out::List { items: items.collect(), layout: Layout::Block }
}

fn example(new: &Example) -> Out {
    let values = |values: &[(String, Option<String>)]| Out::Map {
        entries: values
            .iter()
            .map(|(field, value)| (field.clone(), value.as_ref().map_or_else(|| word("null"), |value| text(value))))
            .collect(),
        layout: Layout::Fit,
    };
    let mut entries = vec![("given", values(&new.given))];
    if !new.expect.is_empty() {
        entries.push(("expect", values(&new.expect)));
    }
    entries.extend(texts(&new.errors).map(|errors| ("errors", errors)));
    debug_assert!(entries.iter().all(|(key, _)| keys::EXAMPLE.has(key)));
    map(entries, Layout::Block)
}
