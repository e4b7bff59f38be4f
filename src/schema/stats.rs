//! What a field's values are like: plain figures, made by [`FieldCounter`].

use serde::Serialize;

use super::{FieldType, Inference, Object};

/// The figures of one field over the records that were read.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FieldStats {
    pub name: String,
    pub records: u64,
    /// Cells with nothing in them (an empty delimited field, an absent key).
    pub missing: u64,
    /// Cells where the source said null.
    pub null: u64,
    /// Cells with a value. `records = missing + null + filled`.
    pub filled: u64,
    pub distinct: Distinct,
    /// In characters, over filled values (in bytes where a value is no text).
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// The most frequent shapes (`AA-999`), most frequent first, at most ten.
    pub patterns: Vec<Counted>,
    /// The most frequent values, most frequent first, at most a hundred.
    pub values: Vec<Counted>,
    /// The smallest and largest of the values that are numbers, as decimal text.
    pub min_number: Option<String>,
    pub max_number: Option<String>,
    /// The first and last value in byte order (long ones cut).
    pub min_text: Option<String>,
    pub max_text: Option<String>,
    /// A few values that differ in shape, frequent ones first.
    pub samples: Vec<String>,
    /// For each type that at least one value fits: how many do, and the first that does not.
    pub fits: Vec<TypeFit>,
    /// The date forms that were found, most frequent first.
    pub dates: Vec<DateCount>,
    pub oddities: Oddities,
    /// What the source itself calls its values, where it has types.
    pub source_types: Vec<(&'static str, u64)>,
    /// The judgement on the type, with its evidence.
    pub inference: Inference,
}

/// How many different values there are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Distinct {
    pub count: u64,
    /// False: an estimate with a standard error of `relative_error`.
    pub exact: bool,
    pub relative_error: f64,
}

/// A text and how often it occurred. The true count lies between `count` and `at_most`; equal, it is exact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    pub text: String,
    pub count: u64,
    pub at_most: u64,
    /// The text was longer than what is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Counted {
    pub fn is_exact(&self) -> bool {
        self.count == self.at_most
    }
}

/// How many filled values fit a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeFit {
    pub field_type: FieldType,
    pub count: u64,
    pub misfit: Option<Misfit>,
}

/// A value that does not fit, and the number of its record (from 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    pub text: String,
    pub record: u64,
}

/// Values written in one form of date (`DD.MM.YYYY`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateCount {
    pub form: String,
    pub count: u64,
}

/// Counts of filled values with something to know about before mapping them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Oddities {
    /// `007`
    pub leading_zeros: u64,
    /// Whole numbers of more than 15 digits.
    pub long_digits: u64,
    /// `n/a`, `NULL`, `-`
    pub null_words: u64,
    /// Only white space.
    pub blank: u64,
    /// White space at an end.
    pub untrimmed: u64,
    pub multi_line: u64,
    /// Not valid in the source's encoding, or binary.
    pub bytes: u64,
    /// Numbers that are certain to have a decimal point, a decimal comma, and those that may have either.
    pub decimal_point: u64,
    pub decimal_comma: u64,
    pub unsure_separator: u64,
    /// Dates that only day first, only month first, or both can read.
    pub day_first: u64,
    pub month_first: u64,
    pub day_or_month_first: u64,
    /// Phone numbers with a plus, parentheses or groups.
    pub phone_punctuation: u64,
    pub bare_domains: u64,
    pub uuids: u64,
    /// 0 or 1.
    pub zero_one: u64,
}

impl FieldStats {
    /// Filled values of all records, 0 to 1.
    pub fn filled_share(&self) -> f64 {
        if self.records == 0 { 0.0 } else { self.filled as f64 / self.records as f64 }
    }

    /// How many filled values fit a type (0 for types that are no matter of single values).
    pub fn fit(&self, field_type: FieldType) -> u64 {
        self.fits.iter().find(|fit| fit.field_type == field_type).map_or(0, |fit| fit.count)
    }

    /// Whether all filled values differ, as far as it is known.
    pub fn is_unique(&self) -> bool {
        let off = (self.distinct.count as f64 - self.filled as f64).abs();
        let repeated = self.values.first().is_some_and(|value| value.count > 1);
        self.filled > 0 && !repeated && off <= 3.0 * self.distinct.relative_error * self.filled as f64
    }
}

/// An object with what its records showed.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ObjectStats {
    /// The object as its source declares it, with inferred types and samples filled in.
    pub object: Object,
    pub fields: Vec<FieldStats>,
    /// Records that the figures are of.
    pub records: u64,
    /// Records that the reader found something wrong with.
    pub faults: u64,
    /// Whether that is all there are.
    pub complete: bool,
}
