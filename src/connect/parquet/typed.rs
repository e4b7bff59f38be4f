//! What a typed column of a file can hold. A value that a column would not give back as the very same text does not fit:
//! `007` is no whole number, `1.5` no number of two digits after the point.

use super::texts;
use crate::connect::spool::SpooledCell;
use crate::record::{Kind, SourceType};
use crate::schema::{Field, FieldType};

/// The most digits that a number of a column can have (the format's 16 bytes).
const DIGITS: usize = 38;
/// So many digits fit into eight bytes.
const LONG_DIGITS: usize = 18;

/// What the column of a field is declared to hold, by a profile or the schema of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    Text,
    Whole,
    /// With so many digits after the point, where that is said.
    Number(Option<u32>),
    Float,
    Boolean,
    Date,
    Moment,
}

impl Declared {
    pub fn of(field: &Field) -> Declared {
        match field.field_type {
            FieldType::Integer => Declared::Whole,
            FieldType::Decimal | FieldType::Money | FieldType::Percent => {
                let native = field.native_type.as_deref().unwrap_or_default().to_ascii_uppercase();
                if ["DOUBLE", "FLOAT", "REAL"].iter().any(|word| native.starts_with(word)) {
                    Declared::Float
                } else {
                    Declared::Number(field.constraints.scale)
                }
            }
            FieldType::Boolean => Declared::Boolean,
            FieldType::Date => Declared::Date,
            FieldType::DateTime => Declared::Moment,
            _ => Declared::Text,
        }
    }

    /// Whether a column holds the value. Moments of all forms pass: they stand in a column of text where they have no form in
    /// common.
    pub fn holds(self, text: &str) -> bool {
        match self {
            Declared::Text | Declared::Moment => true,
            Declared::Whole => whole(text).is_some(),
            Declared::Number(scale) => {
                decimal(text).is_some_and(|(_, digits)| scale.is_none_or(|scale| scale == digits))
            }
            Declared::Float => float(text).is_some(),
            Declared::Boolean => boolean(text).is_some(),
            Declared::Date => day(text).is_some(),
        }
    }

    /// What it holds, in words.
    pub fn meaning(self) -> String {
        match self {
            Declared::Text | Declared::Moment => "text".to_owned(),
            Declared::Whole => "whole numbers of 64 bits, without zeros or a plus sign before them".to_owned(),
            Declared::Number(None) => {
                format!("numbers of up to {DIGITS} digits, without zeros or a plus sign before them")
            }
            Declared::Number(Some(scale)) => {
                format!("numbers with {scale} digits after the point (`decimals({scale})` writes them so)")
            }
            Declared::Float => "floating-point numbers in their shortest form".to_owned(),
            Declared::Boolean => "`true` and `false`".to_owned(),
            Declared::Date => "dates of the form YYYY-MM-DD".to_owned(),
        }
    }
}

/// What a column of a written file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text,
    Whole,
    /// Digits after the point; whether eight bytes are too few.
    Decimal {
        scale: u32,
        wide: bool,
    },
    Float,
    Boolean,
    Date,
    /// Parts of a second; whether it is a moment of UTC.
    Moment {
        per_second: i64,
        utc: bool,
    },
}

/// What the values of a column have in common.
#[derive(Debug, Default)]
pub(super) struct Survey {
    declared: Option<Declared>,
    /// What the values seen so far are, by their own types where nothing is declared.
    family: Option<Declared>,
    digits: Span,
    scale: Span,
    floats: bool,
    decimals: bool,
    /// Whether a value says itself that it is a floating-point number.
    float_said: bool,
    utc: Span,
}

/// The least and the greatest of some numbers.
#[derive(Debug, Clone, Copy, Default)]
struct Span(Option<(usize, usize)>);

impl Span {
    fn add(&mut self, number: usize) {
        let (least, most) = self.0.unwrap_or((number, number));
        self.0 = Some((least.min(number), most.max(number)));
    }

    fn most(self) -> usize {
        self.0.map_or(0, |(_, most)| most)
    }

    fn uniform(self) -> Option<usize> {
        self.0.filter(|(least, most)| least == most).map(|(least, _)| least)
    }
}

impl Survey {
    pub fn new(declared: Option<Declared>) -> Survey {
        Survey { declared, family: declared, floats: true, decimals: true, ..Survey::default() }
    }

    /// Whether no further value can change what the column is.
    fn is_text(&self) -> bool {
        self.family == Some(Declared::Text)
    }

    /// Takes a value in.
    pub fn look(&mut self, cell: &SpooledCell) {
        if self.is_text() || is_null(cell, self.declared) {
            return;
        }
        let family = match self.declared {
            Some(declared) => declared,
            None => family_of(cell.source_type),
        };
        self.float_said |= cell.source_type == SourceType::Float;
        let family = match (self.family, family) {
            (None, family) => family,
            (Some(Declared::Number(_)), Declared::Whole) | (Some(Declared::Whole), Declared::Number(_)) => {
                Declared::Number(None)
            }
            (Some(before), family) if before == family => family,
            _ => Declared::Text,
        };
        let text = std::str::from_utf8(&cell.bytes).ok().filter(|_| cell.kind == Kind::Text);
        let fits = text.is_some_and(|text| self.fits(family, text));
        self.family = Some(if fits { family } else { Declared::Text });
    }

    fn fits(&mut self, family: Declared, text: &str) -> bool {
        match family {
            Declared::Text => false,
            // Others may turn out to be no whole numbers.
            Declared::Whole if self.declared.is_none() => whole(text).is_some() && self.number(text),
            Declared::Number(_) => self.number(text),
            Declared::Moment => match moment(text) {
                Some(moment) => {
                    self.utc.add(usize::from(moment.utc));
                    self.digits.add(moment.digits);
                    true
                }
                None => false,
            },
            other => other.holds(text),
        }
    }

    fn number(&mut self, text: &str) -> bool {
        self.floats &= float(text).is_some();
        match decimal(text) {
            Some((_, scale)) => {
                self.scale.add(scale as usize);
                self.digits.add(text.bytes().filter(u8::is_ascii_digit).count());
            }
            None => self.decimals = false,
        }
        self.floats || self.decimals
    }

    /// The column that gives all of these values back as they were.
    pub fn column(&self) -> Column {
        match self.family {
            None | Some(Declared::Text) => Column::Text,
            Some(Declared::Whole) => Column::Whole,
            Some(Declared::Float) => Column::Float,
            Some(Declared::Boolean) => Column::Boolean,
            Some(Declared::Date) => Column::Date,
            Some(Declared::Number(declared)) => self.number_column(declared),
            Some(Declared::Moment) => match (self.utc.uniform(), self.digits.most()) {
                (Some(utc), digits) => {
                    Column::Moment { per_second: if digits > 6 { 1_000_000_000 } else { 1_000_000 }, utc: utc == 1 }
                }
                (None, _) => Column::Text,
            },
        }
    }

    fn number_column(&self, declared: Option<u32>) -> Column {
        // Nothing was seen of a declared column that is empty.
        let scale = if self.scale.0.is_none() { declared.map(|scale| scale as usize) } else { self.scale.uniform() };
        match scale.filter(|_| self.decimals) {
            _ if self.float_said && self.floats => Column::Float,
            Some(scale) => {
                let wide = self.digits.most().max(scale) > LONG_DIGITS;
                Column::Decimal { scale: scale as u32, wide }
            }
            None if self.floats => Column::Float,
            None => Column::Text,
        }
    }
}

/// Whether a cell is null in its column. A column that is declared to hold something else than text has no empty text.
pub(super) fn is_null(cell: &SpooledCell, declared: Option<Declared>) -> bool {
    cell.is_absent() || cell.bytes.is_empty() && declared.is_some_and(|declared| declared != Declared::Text)
}

fn family_of(source_type: SourceType) -> Declared {
    match source_type {
        SourceType::Integer => Declared::Whole,
        SourceType::Decimal | SourceType::Float => Declared::Number(None),
        SourceType::Boolean => Declared::Boolean,
        SourceType::Date => Declared::Date,
        SourceType::DateTime => Declared::Moment,
        SourceType::Untyped | SourceType::Text | SourceType::Time => Declared::Text,
    }
}

/// The value, if what is written of it is the text.
fn again<T>(text: &str, value: T, write: impl FnOnce(&T, &mut Vec<u8>)) -> Option<T> {
    let mut back = Vec::with_capacity(text.len());
    write(&value, &mut back);
    (back == text.as_bytes()).then_some(value)
}

pub(super) fn whole(text: &str) -> Option<i64> {
    again(text, text.parse().ok()?, |value, out| texts::put(value, out))
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    text.parse().ok()
}

pub(super) fn float(text: &str) -> Option<f64> {
    again(text, text.parse().ok()?, |value, out| texts::put(value, out))
}

/// Days since 1970-01-01.
pub(super) fn day(text: &str) -> Option<i32> {
    let date: jiff::civil::Date = text.parse().ok()?;
    again(text, days(date)?, |days, out| texts::date(i64::from(*days), out))
}

fn days(date: jiff::civil::Date) -> Option<i32> {
    date.since(jiff::civil::date(1970, 1, 1)).ok().map(|span| span.get_days())
}

/// The number without its point, and the digits after the point.
pub(super) fn decimal(text: &str) -> Option<(i128, u32)> {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let digits = before.len() + after.len() - usize::from(text.starts_with('-'));
    if digits > DIGITS || text.ends_with('.') {
        return None;
    }
    let unscaled: i128 = format!("{before}{after}").parse().ok()?;
    again(text, (unscaled, after.len() as u32), |(unscaled, scale), out| texts::decimal(*unscaled, *scale, out))
}

/// A moment as a column can hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    seconds: i64,
    nanos: i64,
    /// Digits of the fraction of a second.
    digits: usize,
    utc: bool,
}

impl Moment {
    /// In units of which a second has so many.
    pub fn units(self, per_second: i64) -> Option<i64> {
        self.seconds.checked_mul(per_second)?.checked_add(self.nanos / (1_000_000_000 / per_second))
    }
}

pub(super) fn moment(text: &str) -> Option<Moment> {
    let (local, utc) = text.strip_suffix('Z').map_or((text, false), |local| (local, true));
    if local.len() < 19 || local.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let found: jiff::civil::DateTime = local.parse().ok()?;
    let time = found.time();
    let seconds = i64::from(days(found.date())?) * 86_400
        + i64::from(time.hour()) * 3600
        + i64::from(time.minute()) * 60
        + i64::from(time.second());
    let digits = local.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let moment = Moment { seconds, nanos: i64::from(time.subsec_nanosecond()), digits, utc };
    let per_second = if digits > 6 { 1_000_000_000 } else { 1_000_000 };
    let units = moment.units(per_second)?;
    again(text, moment, |_, out| texts::moment(units, per_second, utc, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(source_type: SourceType, text: &str) -> SpooledCell {
        SpooledCell { kind: Kind::Text, source_type, bytes: text.as_bytes().to_vec() }
    }

    fn column(declared: Option<Declared>, source_type: SourceType, texts: &[&str]) -> Column {
        let mut survey = Survey::new(declared);
        texts.iter().for_each(|text| survey.look(&cell(source_type, text)));
        survey.column()
    }

    #[test]
    fn only_what_comes_back_as_it_was_fits() {
        for (declared, fits, others) in [
            (
                Declared::Whole,
                &["0", "-12", "9223372036854775807"][..],
                &["007", "+1", "-0", "1.0", "9223372036854775808", ""][..],
            ),
            (
                Declared::Number(None),
                &["1.50", "-0.05", "0", "12345678901234567890123456789012345678"],
                &[".5", "1.", "-0.0", "00.5", "1e3"],
            ),
            (Declared::Number(Some(2)), &["1.50"], &["1.5", "1", "1.500"]),
            (Declared::Boolean, &["true", "false"], &["TRUE", "1", "yes"]),
            (
                Declared::Date,
                &["2026-11-21", "0001-01-01", "2024-02-29"],
                &["2023-02-29", "20261121", "2026-11-21T00:00:00"],
            ),
            (Declared::Float, &["0.1", "-3", "NaN"], &["0.10", "1.", "1e3"]),
        ] {
            for text in fits {
                assert!(declared.holds(text), "{declared:?} {text}");
            }
            for text in others {
                assert!(!declared.holds(text), "{declared:?} {text}");
            }
        }
        for text in ["2026-11-21T09:30:00", "2026-11-21T09:30:00.5Z", "1969-12-31T23:59:59.999999999"] {
            assert!(moment(text).is_some(), "{text}");
        }
        for text in [
            "2026-11-21",
            "2026-11-21T09:30:00+02:00",
            "2026-11-21T09:30",
            "2026-11-21T09:30:00.50",
            "2026-11-21 09:30:00",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_column_has_the_type_that_its_values_have_in_common() {
        let number = Some(Declared::Number(None));
        let untyped = SourceType::Untyped;
        assert_eq!(column(number, untyped, &["1.50", "20.25"]), Column::Decimal { scale: 2, wide: false });
        assert_eq!(
            column(number, untyped, &["1.50", "12345678901234567890.25"]),
            Column::Decimal { scale: 2, wide: true }
        );
        assert_eq!(column(number, untyped, &["1.5", "20.25", "3"]), Column::Float);
        assert_eq!(column(number, untyped, &["1.50", "3"]), Column::Text);
        assert_eq!(column(Some(Declared::Number(Some(3))), untyped, &[""]), Column::Decimal { scale: 3, wide: false });
        assert_eq!(column(None, SourceType::Float, &["1.5", "20.2"]), Column::Float);
        assert_eq!(column(None, SourceType::Integer, &["1", "20"]), Column::Whole);
        assert_eq!(column(None, SourceType::Integer, &["1", ""]), Column::Text);
        assert_eq!(column(None, untyped, &["1"]), Column::Text);
        assert_eq!(column(Some(Declared::Whole), untyped, &["1", ""]), Column::Whole);
        assert_eq!(column(Some(Declared::Text), SourceType::Integer, &["1"]), Column::Text);
        let moment = Some(Declared::Moment);
        let micros = Column::Moment { per_second: 1_000_000, utc: false };
        assert_eq!(column(moment, untyped, &["2026-11-21T09:30:00", "2026-11-21T09:30:00.5"]), micros);
        assert_eq!(column(moment, untyped, &["2026-11-21T09:30:00", "2026-11-21T09:30:00Z"]), Column::Text);
        let mut mixed = Survey::new(None);
        mixed.look(&cell(SourceType::Integer, "3"));
        mixed.look(&cell(SourceType::Float, "0.5"));
        assert_eq!(mixed.column(), Column::Float);
        mixed.look(&cell(SourceType::Text, "x"));
        assert_eq!(mixed.column(), Column::Text);
    }
}
