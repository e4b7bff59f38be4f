//! The target: its fields, what it demands of them, and the keys by which records are found again.

use super::{Linted, Linter};
use crate::connect::WriteMode;
use crate::profile::issue::Issue;
use crate::profile::nearest::did_you_mean;
use crate::profile::words::{TYPES, WRITE_MODES, word_of};
use crate::profile::{FieldMapping, FilledBy, Otherwise};
use crate::schema::{Field, FieldType};
use crate::transform::{self, ExprKind};

/// More values than these in a message help nobody.
const LISTED: usize = 12;

impl Linter<'_> {
    /// Key fields must be there and mapped.
    pub(super) fn keys(&mut self, linted: &Linted<'_>) {
        let mapping = linted.mapping;
        let at = |key: &str| linted.node.and_then(|node| node.get(key));
        for key in &mapping.key {
            if mapping.field(key).is_none() {
                let near = did_you_mean(key, mapping.fields.iter().map(|field| field.target.as_str()));
                let issue = Issue::error(format!("the key field `{key}` is not mapped")).hint_if(near);
                self.tell(issue, at("key"), mapping.place);
            }
        }
        let needs_key = matches!(mapping.write, WriteMode::Update | WriteMode::Upsert | WriteMode::SkipExisting);
        if needs_key && mapping.key.is_empty() {
            let own = linted.target.map(|target| target.primary_key.join(", ")).filter(|key| !key.is_empty());
            let hint = match own {
                Some(key) => format!("add `key:`; the target's own key is {key}"),
                None => "add `key:` with the target field that identifies a record".to_owned(),
            };
            let message = format!("`write: {}` needs a key to find records by", word_of(WRITE_MODES, &mapping.write));
            self.tell(Issue::error(message).hint(hint), at("write"), mapping.place);
        }
        for (index, field) in mapping.fields.iter().enumerate() {
            let twin = mapping.fields.iter().take(index).find(|other| other.target.eq_ignore_ascii_case(&field.target));
            if let Some(twin) = twin {
                let message = format!("`{}` and `{}` differ only in case", twin.target, field.target);
                let issue = Issue::warning(message).hint("many systems take them for the same field");
                self.tell_key(issue, linted.fields_node(), &field.target, field.place);
            }
        }
    }

    pub(super) fn target(&mut self, linted: &Linted<'_>) {
        let Some(target) = linted.target else { return };
        for mapping in &linted.mapping.fields {
            match target.field(&mapping.target) {
                Some(field) => self.field(linted, mapping, field),
                None => {
                    let near = did_you_mean(&mapping.target, target.fields.iter().map(|field| field.name.as_str()));
                    let issue =
                        Issue::error(format!("`{}` has no field `{}`", target.name, mapping.target)).hint_if(near);
                    self.tell_key(issue, linted.fields_node(), &mapping.target, mapping.place);
                }
            }
        }
        // Records that exist have their required values.
        if linted.mapping.write == WriteMode::Update {
            return;
        }
        for field in &target.fields {
            let constraints = &field.constraints;
            let must_feed = constraints.required && !constraints.read_only && constraints.default.is_none();
            if must_feed && linted.mapping.field(&field.name).is_none() {
                let issue = Issue::error(format!("`{}` needs `{}`, and nothing fills it", target.name, field.name));
                let issue = issue.hint(format!("add `{}:` with an expression under `fields:`", field.name));
                self.tell_key(issue, linted.node, "fields", linted.mapping.place);
            }
        }
    }

    fn field(&mut self, linted: &Linted<'_>, mapping: &FieldMapping, field: &Field) {
        let name = &mapping.target;
        if field.constraints.read_only {
            let issue = Issue::error(format!("`{name}` is set by the target itself and cannot be written"));
            self.tell_key(issue.hint("remove its line"), linted.fields_node(), name, mapping.place);
        }
        if let (Some(wanted), Some(holds)) = (mapping.checks.length.max, field.constraints.max_length)
            && wanted > holds
        {
            let issue = Issue::warning(format!("`{name}` holds {holds} characters, and this lets {wanted} through"));
            let node = linted.part(name, "max_length").or(linted.part(name, "length"));
            self.tell(
                issue.hint(format!("write `max_length: {holds}`, or shorten with `| left({holds})`")),
                node,
                mapping.place,
            );
        }
        if let Some(checked) = mapping.checks.field_type
            && !agree(checked, field.field_type)
        {
            let (checked, is) = (word_of(TYPES, &checked), word_of(TYPES, &field.field_type));
            let issue =
                Issue::warning(format!("`{name}` is of type {is} in the target, and this checks for {checked}"));
            self.tell(
                issue.hint(format!("write `type: {is}`, or leave the check out")),
                linted.part(name, "type"),
                mapping.place,
            );
        }
        self.picklist(linted, mapping, field);
    }

    /// Values that the profile writes although the target's list does not have them.
    fn picklist(&mut self, linted: &Linted<'_>, mapping: &FieldMapping, field: &Field) {
        let list = &field.constraints.one_of;
        if list.is_empty() || field.field_type == FieldType::MultiPicklist {
            return;
        }
        let mut written: Vec<(&str, Option<&crate::profile::yaml::Node>)> = Vec::new();
        let constant;
        match &mapping.values {
            Some(values) => {
                let node = linted.part(&mapping.target, "values");
                written
                    .extend(values.pairs.iter().map(|(from, to)| (to.as_str(), node.and_then(|node| node.get(from)))));
                if let Otherwise::Value(value) = &values.otherwise {
                    written.push((value, linted.part(&mapping.target, "otherwise")));
                }
            }
            None => {
                constant = constant_text(mapping);
                let node = linted.expression_node(&mapping.target, &mapping.filled_by);
                written.extend(constant.as_deref().map(|value| (value, node)));
            }
        }
        let one_of = linted.part(&mapping.target, "one_of");
        for (index, value) in mapping.checks.one_of.iter().enumerate() {
            let node = one_of.map(|node| match &node.value {
                crate::profile::yaml::Value::List(items) => items.get(index).unwrap_or(node),
                _ => node,
            });
            written.push((value, node));
        }
        for (value, node) in written {
            if value.is_empty() || list.iter().any(|known| known == value) {
                continue;
            }
            let known: Vec<&str> = list.iter().map(String::as_str).collect();
            let hint = crate::profile::nearest::nearest(value, known.iter().copied())
                .map(|near| format!("did you mean `{near}`?"))
                .unwrap_or_else(|| {
                    let more = if known.len() > LISTED { ", …" } else { "" };
                    let first: Vec<&str> = known.iter().copied().take(LISTED).collect();
                    format!("its values are: {}{more}", first.join(", "))
                });
            let issue =
                Issue::warning(format!("`{value}` is no value of `{}` in the target", mapping.target)).hint(hint);
            self.tell(issue, node, mapping.place);
        }
    }
}

/// The text of an expression that is nothing but a text.
fn constant_text(mapping: &FieldMapping) -> Option<String> {
    let FilledBy::Expression(expression) = &mapping.filled_by else { return None };
    match transform::parse(&expression.text).ok()?.kind {
        ExprKind::Text(text) => Some(text),
        _ => None,
    }
}

/// Whether values checked for one type can go into a field of the other. Text takes everything.
fn agree(checked: FieldType, field: FieldType) -> bool {
    use FieldType::{
        Bytes, Country, Date, DateTime, Decimal, Email, Id, Integer, List, LongText, Map, Money, MultiPicklist,
        Percent, Phone, Picklist, Reference, Text, Time, Url,
    };
    let texts = [Text, LongText, Email, Phone, Url, Country, Picklist, MultiPicklist, Id, Reference];
    match (checked, field) {
        (a, b) if a == b => true,
        (_, Text | LongText) => true,
        (Integer, Decimal | Money | Percent) => true,
        (Decimal | Money | Percent, Decimal | Money | Percent) => true,
        (Date, DateTime) => true,
        (Integer, Id | Reference | Picklist) => true,
        (Text | LongText, _) => !matches!(field, Bytes | List | Map | Time | FieldType::Boolean | Date | DateTime),
        (a, b) => texts.contains(&a) && matches!(b, Id | Reference | Picklist | MultiPicklist | Country),
    }
}
