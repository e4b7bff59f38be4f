//! Every finding a plan can make, as a number: what the hot path pushes, and what reports spell out.

use crate::profile::ObjectMapping;
use crate::record::Fault;

/// Index into `Codes`; ascending ids are the order of findings in `_errors`: fields in target order, the record last.
pub type CodeId = u32;

/// Codes that any target field can have, in the order in which they stand for one field.
const FIELD_CODES: &[(&str, &str)] = &[
    ("required", "the value is missing and the target needs it"),
    ("type", "the value is not of the field's type"),
    ("date", "the value is no date of the expected form"),
    ("email", "the value is no e-mail address"),
    ("phone", "the value is no phone number"),
    ("pattern", "the value does not have the field's form"),
    ("enum", "the value is not one of those allowed"),
    ("min_length", "the value is too short"),
    ("max_length", "the value is too long"),
    ("range", "the value is outside the allowed range"),
    ("compare", "the value does not agree with another field"),
    ("encoding", "the target's encoding does not have a character of the value"),
    ("format", "the target's format has no room for the value"),
    ("lookup", "no record of the other object has this value"),
    ("unique", "an earlier record has the same value"),
];

/// Record codes that settling and reading can give.
const RECORD_CODES: &[(&str, &str)] = &[
    ("too_few_fields", "the record has fewer cells than the header has fields"),
    ("too_many_fields", "the record has more cells than the header has fields"),
    ("stray_quote", "a quote stands where none belongs"),
    ("unclosed_quote", "a quoted field never ends"),
    ("encoding", "some bytes are not valid in the source's encoding"),
    ("unknown_field", "the record has a field that none of the first records had"),
    ("misaligned", "text stands across the place where two columns of fixed width meet"),
    ("duplicate_key", "a key occurs twice in the record"),
    ("lost_delimiter", "two cells had run together and were parted"),
    ("extra_delimiter", "an empty cell too many was left out"),
    ("unquoted_delimiter", "a value held the delimiter without quotes and was put together again"),
    ("other_delimiter", "the record has another delimiter than its table"),
    ("broken_quotes", "the quotes of the record were read the way that fits its table"),
    ("other_encoding", "some bytes are not valid in the source's encoding and were read in another"),
    ("malformed", "the record is not of the source's form"),
    ("where", "the `where` of the profile could not be decided"),
    ("key", "the key for duplicates could not be made"),
    ("duplicate", "another record with the same key was kept"),
];

/// One kind of finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// `field:code`.
    pub label: String,
    pub field: String,
    pub code: String,
    /// In words, for people.
    pub meaning: String,
}

/// The table of a plan's findings.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    all: Vec<Code>,
    fields: usize,
}

impl Codes {
    pub fn new(mapping: &ObjectMapping) -> Codes {
        let mut all = Vec::new();
        let mut add = |field: &str, code: &str, meaning: &str| {
            all.push(Code {
                label: format!("{field}:{code}"),
                field: field.to_owned(),
                code: code.to_owned(),
                meaning: meaning.to_owned(),
            });
        };
        for field in &mapping.fields {
            for (code, meaning) in FIELD_CODES {
                add(&field.target, code, meaning);
            }
        }
        for (code, meaning) in RECORD_CODES {
            add("record", code, meaning);
        }
        for check in &mapping.checks {
            let meaning = check.message.clone().unwrap_or_else(|| format!("`{}` is not true", check.that.text));
            add("record", &check.name, &meaning);
        }
        Codes { all, fields: mapping.fields.len() }
    }

    /// The id of a field's code; a code that the table does not know counts as `type`.
    pub fn field(&self, field: usize, code: &str) -> CodeId {
        let at = FIELD_CODES.iter().position(|(known, _)| *known == code).unwrap_or(1);
        (field * FIELD_CODES.len() + at) as CodeId
    }

    pub fn record(&self, code: &str) -> CodeId {
        let at = RECORD_CODES.iter().position(|(known, _)| *known == code).unwrap_or(0);
        (self.fields * FIELD_CODES.len() + at) as CodeId
    }

    pub fn fault(&self, fault: Fault) -> CodeId {
        self.record(fault.code())
    }

    /// The id of the n-th record check.
    pub fn check(&self, index: usize) -> CodeId {
        (self.fields * FIELD_CODES.len() + RECORD_CODES.len() + index) as CodeId
    }

    pub fn get(&self, id: CodeId) -> &Code {
        &self.all[id as usize]
    }

    /// The id of a finding by its words.
    pub fn find(&self, field: &str, code: &str) -> CodeId {
        self.all.iter().position(|known| known.field == field && known.code == code).unwrap_or(self.all.len()) as CodeId
    }

    /// The field that a code belongs to, if it is a field's.
    pub fn field_of(&self, id: CodeId) -> Option<usize> {
        let field = id as usize / FIELD_CODES.len();
        (field < self.fields).then_some(field)
    }
}
