//! The profile that cannot be wrong in form: what `profile::parse` gives and the engine reads.

use crate::connect::{Location, WriteMode};

/// A place in the profile's text, counted from 1; 0 where something does not stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// An expression's text and where its first character stands. Compiled by `transform`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    pub text: String,
    pub place: Place,
}

impl Expression {
    pub fn new(text: impl Into<String>) -> Expression {
        Expression { text: text.into(), place: Place::default() }
    }
}

/// The mapping profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    pub name: Option<String>,
    pub source: Location,
    pub target: Location,
    pub objects: Vec<ObjectMapping>,
}

impl Profile {
    /// The same profile without places in a text: equal for equal meaning.
    pub fn without_places(&self) -> Profile {
        let mut profile = self.clone();
        for object in &mut profile.objects {
            object.forget_places();
        }
        profile
    }
}

/// One source object into one target object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObjectMapping {
    pub from: String,
    pub to: String,
    pub place: Place,
    pub write: WriteMode,
    /// Target fields that identify a record.
    pub key: Vec<String>,
    /// Records for which this is not true are filtered.
    pub filter: Option<Expression>,
    pub duplicates: Option<Duplicates>,
    /// Stop the run when rejects pass this.
    pub stop_at: Option<Threshold>,
    /// Take records with too few fields as they are instead of rejecting them.
    pub keep_ragged: bool,
    /// Reject records that had to be put right to be read, instead of taking and counting them.
    pub reject_repaired: bool,
    pub fields: Vec<FieldMapping>,
    pub checks: Vec<RecordCheck>,
    pub examples: Vec<Example>,
}

impl ObjectMapping {
    fn forget_places(&mut self) {
        self.place = Place::default();
        for expression in self.filter.iter_mut().chain(self.duplicates.iter_mut().map(|duplicates| &mut duplicates.key))
        {
            expression.place = Place::default();
        }
        for field in &mut self.fields {
            *field = field.without_places();
        }
        for check in &mut self.checks {
            check.that.place = Place::default();
        }
        for example in &mut self.examples {
            example.place = Place::default();
        }
    }

    /// The mapping of a target field.
    pub fn field(&self, target: &str) -> Option<&FieldMapping> {
        self.fields.iter().find(|field| field.target == target)
    }
}

/// Records with an equal key are one; which stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicates {
    /// Over the source record, or over target fields as `target.Email`.
    pub key: Expression,
    pub keep: Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Keep {
    /// The first valid record.
    #[default]
    First,
    /// The last valid record, at its own place in the order.
    Last,
    /// The valid record with most target fields filled; of equals the first.
    MostComplete,
    /// The first valid record, which takes for each target field that it leaves empty the first filled value of the
    /// others, in source order.
    Merged,
}

/// A count, or a share of the records read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    Count(u64),
    /// 0.05 for `5%`.
    Share(f64),
}

/// One target field's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldMapping {
    pub target: String,
    pub place: Place,
    pub filled_by: FilledBy,
    /// Source value -> target value, applied to the expression's result.
    pub values: Option<ValueMap>,
    pub checks: Checks,
    /// A remark for people.
    pub note: Option<String>,
}

impl FieldMapping {
    /// The same mapping without places in a text: equal for equal meaning.
    pub fn without_places(&self) -> FieldMapping {
        let mut field = self.clone();
        field.place = Place::default();
        field.expression_mut().place = Place::default();
        if let Some(compare) = &mut field.checks.compare {
            compare.place = Place::default();
        }
        if let Some((_, place)) = &mut field.checks.pattern {
            *place = Place::default();
        }
        field
    }

    /// What is computed from the source: the value itself, or what a lookup looks up.
    pub fn expression(&self) -> &Expression {
        match &self.filled_by {
            FilledBy::Expression(expression) => expression,
            FilledBy::Lookup(lookup) => &lookup.value,
        }
    }

    pub(super) fn expression_mut(&mut self) -> &mut Expression {
        match &mut self.filled_by {
            FilledBy::Expression(expression) => expression,
            FilledBy::Lookup(lookup) => &mut lookup.value,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum FilledBy {
    Expression(Expression),
    Lookup(Lookup),
}

impl Default for FilledBy {
    fn default() -> Self {
        FilledBy::Expression(Expression::default())
    }
}

/// `{ lookup: company_id, in: Account, by: legacy_id, missing: reject }`: the id of the record of another target object
/// whose field `by` has the value of the expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup {
    pub value: Expression,
    pub object: String,
    pub by: String,
    pub missing: Missing,
}

/// What becomes of a record whose lookup finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Missing {
    #[default]
    Reject,
    Null,
    Hold,
    Stub,
}

/// `values: { active: Active, act: Active }` with `otherwise:`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueMap {
    /// In the order of the profile. Keys are compared exactly.
    pub pairs: Vec<(String, String)>,
    pub otherwise: Otherwise,
}

/// What becomes of a filled value that no pair names. A missing value stays missing unless a pair names `""`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Otherwise {
    /// A finding with code `enum`.
    #[default]
    Reject,
    Keep,
    Null,
    Value(String),
}

/// Checks on a target value. All but `required` pass on an empty value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checks {
    pub required: bool,
    /// `text`, `integer`, `decimal`, `boolean`, `date`, `datetime`, `email`, `phone`, `url`, ...
    pub field_type: Option<crate::schema::FieldType>,
    /// The whole value must match.
    pub pattern: Option<(String, Place)>,
    pub one_of: Vec<String>,
    pub length: Length,
    pub range: Range,
    pub unique: bool,
    /// `compare: end >= target.Start`: an expression that must be true; `it` is the value.
    pub compare: Option<Expression>,
}

/// In characters, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Length {
    pub min: Option<u32>,
    pub max: Option<u32>,
}

/// Decimal or date texts, inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    pub min: Option<String>,
    pub max: Option<String>,
}

/// A check over the whole record; its code is `record:<name>`.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordCheck {
    pub name: String,
    pub that: Expression,
    pub message: Option<String>,
}

/// A record and what must come out, run by `mapwright test`. `None` expects an empty value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Example {
    pub place: Place,
    pub given: Vec<(String, Option<String>)>,
    pub expect: Vec<(String, Option<String>)>,
    /// Finding codes that must come out (`Email:pattern`); the record is then a reject.
    pub errors: Vec<String>,
}
