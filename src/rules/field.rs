//! The checks of one target field, compiled once and run on every value.

use super::{kinds, words};
use crate::connect::{Holds, Misfit};
use crate::profile::{Checks, Expression, FieldMapping, Issue, Length, Place, Severity};
use crate::record::{Cell, Kind};
use crate::schema::FieldType;
use crate::transform::{
    self, Diagnostic, KeySet, Program, Scope, WholePattern, characters, compare_numbers, is_plain_number,
};

/// What a bound or a range is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Number,
    Date,
}

#[derive(Debug)]
struct Range {
    measure: Measure,
    min: Option<String>,
    max: Option<String>,
}

#[derive(Debug)]
struct Compare {
    text: String,
    program: Program,
}

/// The checks of a field, ready to run. `unique` is not among them: it needs the other records.
#[derive(Debug)]
pub struct FieldRules {
    required: bool,
    field_type: Option<FieldType>,
    pattern: Option<(String, WholePattern)>,
    one_of: KeySet,
    choices: Vec<String>,
    length: Length,
    range: Option<Range>,
    compare: Option<Compare>,
    target_fields: Vec<usize>,
    holds: Holds,
    /// Whether the target holds less than everything.
    is_limited: bool,
    /// Whether there is anything to check on a filled value.
    idle: bool,
}

impl FieldRules {
    /// # Errors
    /// A pattern or expression that cannot be read, bounds that are neither numbers nor dates; each at its place in
    /// the profile.
    pub fn compile(field: &FieldMapping, scope: &Scope<'_>) -> Result<FieldRules, Vec<Issue>> {
        let checks = &field.checks;
        let mut issues = Vec::new();
        let pattern = checks.pattern.as_ref().and_then(|(text, place)| {
            let made = WholePattern::new(text).map(|pattern| (text.clone(), pattern));
            let keep = |error: String| issues.push(bad_pattern(*place, text, &error));
            made.map_err(keep).ok()
        });
        let range = match range_of(checks, field.place) {
            Ok(range) => range,
            Err(issue) => {
                issues.push(issue);
                None
            }
        };
        let compare = checks.compare.as_ref().and_then(|expression| {
            let compiled = Program::compile_check(&expression.text, scope);
            let keep = |found: Vec<Diagnostic>| issues.extend(found.iter().map(|one| issue_of(expression, one)));
            compiled.map_err(keep).ok().map(|program| Compare { text: expression.text.clone(), program })
        });
        if !issues.is_empty() {
            return Err(issues);
        }
        let target_fields =
            compare.as_ref().map(|compare| compare.program.target_fields().to_vec()).unwrap_or_default();
        let field_type = checks
            .field_type
            .filter(|field_type| *field_type == FieldType::MultiPicklist || !kinds::meaning(*field_type).is_empty());
        let length = checks.length;
        let idle = field_type.is_none()
            && pattern.is_none()
            && checks.one_of.is_empty()
            && length == Length::default()
            && range.is_none();
        Ok(FieldRules {
            required: checks.required,
            field_type,
            pattern,
            one_of: checks.one_of.iter().map(|choice| choice.as_bytes().into()).collect(),
            choices: checks.one_of.clone(),
            length,
            range,
            compare,
            target_fields,
            holds: Holds::default(),
            is_limited: false,
            idle,
        })
    }

    /// The same, for a target whose cells can hold no more than this: codes `encoding` and `format`.
    pub fn for_target(self, holds: Holds) -> FieldRules {
        let is_limited = !holds.is_everything();
        FieldRules { holds, is_limited, idle: self.idle && !is_limited, ..self }
    }

    /// Indices of the target fields that `compare` reads.
    pub fn target_fields(&self) -> &[usize] {
        &self.target_fields
    }

    /// Whether there is anything to check.
    pub fn any(&self) -> bool {
        self.required || !self.idle || self.compare.is_some()
    }

    /// The condition on a filled value, which `it` stands for; code `compare` where it does not hold.
    pub fn compare(&self) -> Option<&Program> {
        self.compare.as_ref().map(|compare| &compare.program)
    }

    /// Checks a value by itself and hands every code it fails to `found`, in this order: `required`, `type` or `date`,
    /// `pattern`, `enum`, `min_length`, `max_length`, `range`, `encoding` or `format`. All but `required` pass on an empty value.
    #[inline]
    pub fn check(&self, cell: Cell<'_>, mut found: impl FnMut(&'static str)) {
        if !cell.is_filled() {
            if self.required {
                found("required");
            }
            return;
        }
        if !self.idle {
            self.check_filled(cell, &mut found);
        }
    }

    fn check_filled(&self, cell: Cell<'_>, found: &mut dyn FnMut(&'static str)) {
        let mut typed = true;
        if let Some(field_type) = self.field_type
            && !kinds::fits(field_type, cell)
        {
            typed = false;
            found(kinds::code_of(field_type));
        }
        if let Some((_, pattern)) = &self.pattern
            && !pattern.matches(cell.bytes)
        {
            found("pattern");
        }
        if !self.one_of.is_empty() && !self.is_choice(cell) {
            found("enum");
        }
        if self.length != Length::default() {
            self.check_length(cell, found);
        }
        if let Some(range) = &self.range {
            match range.holds(cell.bytes) {
                Some(true) => {}
                Some(false) => found("range"),
                None if typed => found(if range.measure == Measure::Date { "date" } else { "type" }),
                None => {}
            }
        }
        // What is not of its type does not fit into a column of that type either.
        if self.is_limited
            && let Some(misfit) = self.holds.misfit(cell)
            && (typed || !matches!(misfit, Misfit::Typed(_)))
        {
            found(misfit.code());
        }
    }

    /// Several values of a multi-picklist are parted by `;`, or are a list.
    fn is_choice(&self, cell: Cell<'_>) -> bool {
        if self.one_of.contains(cell.bytes) {
            return true;
        }
        if cell.kind == Kind::List {
            let items: Vec<String> = serde_json::from_slice(cell.bytes).unwrap_or_default();
            return !items.is_empty() && items.iter().all(|item| self.one_of.contains(item.as_bytes()));
        }
        self.field_type == Some(FieldType::MultiPicklist)
            && cell.bytes.split(|byte| *byte == b';').all(|part| self.one_of.contains(part.trim_ascii()))
    }

    fn check_length(&self, cell: Cell<'_>, found: &mut dyn FnMut(&'static str)) {
        let bytes = cell.bytes.len();
        // A text has at most as many characters as bytes, and at least a quarter of them.
        let surely_long = self.length.min.is_none_or(|least| bytes / 4 >= least as usize);
        let surely_short = self.length.max.is_none_or(|most| bytes <= most as usize);
        if surely_long && surely_short {
            return;
        }
        let length = characters(cell.bytes);
        if self.length.min.is_some_and(|least| length < least as usize) {
            found("min_length");
        }
        if self.length.max.is_some_and(|most| length > most as usize) {
            found("max_length");
        }
    }

    /// A code in words, with the value where there is one.
    pub fn words(&self, code: &str, cell: Cell<'_>) -> (String, Option<String>) {
        let value = cell.is_filled().then(|| cell.display().into_owned());
        (words::sentence(self, code, cell), value)
    }

    pub(super) fn misfit(&self, cell: Cell<'_>) -> Option<Misfit> {
        self.holds.misfit(cell)
    }

    pub(super) fn field_type(&self) -> Option<FieldType> {
        self.field_type
    }

    pub(super) fn pattern_text(&self) -> &str {
        self.pattern.as_ref().map_or("", |(text, _)| text)
    }

    pub(super) fn choices(&self) -> &[String] {
        &self.choices
    }

    pub(super) fn length(&self) -> Length {
        self.length
    }

    pub(super) fn bound(&self, upper: bool) -> Option<&str> {
        let range = self.range.as_ref()?;
        if upper { range.max.as_deref() } else { range.min.as_deref() }
    }

    pub(super) fn compare_text(&self) -> &str {
        self.compare.as_ref().map_or("", |compare| &compare.text)
    }
}

impl Range {
    /// Whether a value lies within; `None` where it is not of the range's measure.
    fn holds(&self, bytes: &[u8]) -> Option<bool> {
        let measured = match self.measure {
            Measure::Number => is_plain_number(bytes),
            Measure::Date => transform::is_iso_date(bytes),
        };
        let compare = |bound: &str| match self.measure {
            Measure::Number => compare_numbers(bytes, bound.as_bytes()),
            // A date-time is compared with a date by its day.
            Measure::Date => Some(bytes[..bytes.len().min(bound.len())].cmp(bound.as_bytes())),
        };
        let above = |bound: &String| compare(bound).is_some_and(|order| order.is_ge());
        let below = |bound: &String| compare(bound).is_some_and(|order| order.is_le());
        measured.then(|| self.min.as_ref().is_none_or(above) && self.max.as_ref().is_none_or(below))
    }
}

fn range_of(checks: &Checks, place: Place) -> Result<Option<Range>, Issue> {
    let (min, max) = (checks.range.min.clone(), checks.range.max.clone());
    let mut measure = None;
    for bound in [&min, &max].into_iter().flatten() {
        let found = if is_plain_number(bound.as_bytes()) {
            Measure::Number
        } else if transform::is_iso_date(bound.as_bytes()) {
            Measure::Date
        } else {
            let message = format!("the bound `{bound}` is neither a number nor a date of the form YYYY-MM-DD");
            return Err(issue_at(place, message, "Write for example 100 or \"2024-12-31\""));
        };
        if measure.is_some_and(|measure| measure != found) {
            let message = "one bound is a number and the other a date".to_owned();
            return Err(issue_at(place, message, "Write both as numbers or both as dates"));
        }
        measure = Some(found);
    }
    Ok(measure.map(|measure| Range { measure, min, max }))
}

fn issue_at(place: Place, message: String, hint: &str) -> Issue {
    Issue {
        severity: Severity::Error,
        file: String::new(),
        line: place.line,
        column: place.column,
        length: 1,
        message,
        hint: Some(hint.to_owned()),
    }
}

fn bad_pattern(place: Place, text: &str, error: &str) -> Issue {
    let issue = issue_at(
        place,
        format!("the pattern cannot be read: {error}"),
        "It is a regular expression; a literal `(`, `.`, `+` or `?` needs a backslash",
    );
    Issue { length: text.chars().count().max(1) as u32, ..issue }
}

/// A diagnostic at its place in the profile, where the expression stands on one line.
fn issue_of(expression: &Expression, found: &Diagnostic) -> Issue {
    let before = expression.text.get(..found.span.start).map_or(0, |text| text.chars().count() as u32);
    let length = expression.text.get(found.span.start..found.span.end).map_or(1, |text| text.chars().count().max(1));
    let column = if expression.text.contains('\n') { 0 } else { before };
    Issue {
        severity: Severity::Error,
        file: String::new(),
        line: expression.place.line,
        column: expression.place.column + column,
        length: length as u32,
        message: found.message.clone(),
        hint: found.hint.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile;
    use crate::record::{Batch, Origin};
    use crate::transform::{Input, RunContext, Scratch};

    fn rules(checks: Checks) -> Result<FieldRules, Vec<Issue>> {
        let field = FieldMapping { target: "X".into(), checks, ..FieldMapping::default() };
        let source = ["start".to_owned()];
        FieldRules::compile(&field, &Scope { source_fields: &source, target_fields: &[] })
    }

    fn codes(rules: &FieldRules, value: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        rules.check(Cell::text(value), |code| found.push(code));
        let mut batch = Batch::new(1);
        batch.push_cell(Cell::text("2024-01-01"));
        batch.end_row(Origin::default(), (0, 0), None);
        let context = RunContext::new("2026-11-21T10:30:00Z".parse().unwrap());
        let input = Input { record: batch.record(0), targets: &(), it: Cell::text(value), context: &context };
        let holds =
            |program: &Program| program.run(&input, &mut Scratch::default()).is_ok_and(|truth| truth.bytes == b"true");
        if !value.is_empty() && !rules.compare().is_none_or(holds) {
            found.push("compare");
        }
        found
    }

    #[test]
    fn only_required_fails_on_nothing() {
        let all = Checks {
            required: true,
            field_type: Some(FieldType::Integer),
            pattern: Some(("[0-9]{3}".into(), Place::default())),
            one_of: vec!["100".into()],
            length: Length { min: Some(3), max: Some(3) },
            range: profile::Range { min: Some("100".into()), max: Some("200".into()) },
            compare: Some(Expression::new("it > 99")),
            unique: false,
        };
        let strict = rules(all.clone()).unwrap();
        assert_eq!(codes(&strict, ""), ["required"]);
        assert_eq!(codes(&strict, "100"), [""; 0]);
        assert_eq!(codes(&strict, "x"), ["type", "pattern", "enum", "min_length", "compare"]);
        assert_eq!(codes(&strict, "1000"), ["pattern", "enum", "max_length", "range"]);
        let lax = rules(Checks { required: false, ..all }).unwrap();
        assert_eq!(codes(&lax, ""), [""; 0]);
    }

    #[test]
    fn lengths_count_characters() {
        let checks = Checks { length: Length { min: Some(2), max: Some(4) }, ..Checks::default() };
        let rules = rules(checks).unwrap();
        assert_eq!(codes(&rules, "äöüß"), [""; 0]);
        assert_eq!(codes(&rules, "äöüßx"), ["max_length"]);
        assert_eq!(codes(&rules, "😀"), ["min_length"]);
    }

    #[test]
    fn ranges_are_numbers_or_days() {
        let range = |min: &str, max: &str| {
            let bound = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            rules(Checks { range: profile::Range { min: bound(min), max: bound(max) }, ..Checks::default() })
        };
        let numbers = range("-5", "10.5").unwrap();
        assert_eq!(codes(&numbers, "9"), [""; 0]);
        assert_eq!(codes(&numbers, "10.50"), [""; 0]);
        assert_eq!(codes(&numbers, "10.51"), ["range"]);
        assert_eq!(codes(&numbers, "-6"), ["range"]);
        assert_eq!(codes(&numbers, "ten"), ["type"]);
        let days = range("2024-01-01", "2024-12-31").unwrap();
        assert_eq!(codes(&days, "2024-12-31T23:59:59Z"), [""; 0]);
        assert_eq!(codes(&days, "2025-01-01"), ["range"]);
        assert_eq!(codes(&days, "31.12.2024"), ["date"]);
        assert!(range("low", "").unwrap_err()[0].message.contains("low"));
        assert!(range("1", "2024-01-01").is_err());
    }

    #[test]
    fn several_picklist_values_are_checked_one_by_one() {
        let checks = Checks {
            field_type: Some(FieldType::MultiPicklist),
            one_of: vec!["red".into(), "blue".into()],
            ..Checks::default()
        };
        let rules = rules(checks).unwrap();
        assert_eq!(codes(&rules, "red;blue"), [""; 0]);
        assert_eq!(codes(&rules, "red; blue"), [""; 0]);
        assert_eq!(codes(&rules, "red;green"), ["enum"]);
    }

    #[test]
    fn compare_sees_the_value_and_the_record() {
        let rules = rules(Checks { compare: Some(Expression::new("it >= start")), ..Checks::default() }).unwrap();
        assert_eq!(codes(&rules, "2024-05-01"), [""; 0]);
        assert_eq!(codes(&rules, "2023-05-01"), ["compare"]);
        assert_eq!(rules.words("compare", Cell::text("2023-05-01")).0, "`2023-05-01` does not satisfy `it >= start`");
    }

    #[test]
    fn sentences_help() {
        let status = Checks { one_of: vec!["active".into(), "inactive".into()], ..Checks::default() };
        let status = rules(status).unwrap();
        assert_eq!(
            status.words("enum", Cell::text("activ")).0,
            "`activ` is not one of 2 allowed values; the nearest is `active`"
        );
        assert_eq!(
            status.words("enum", Cell::text("n/a")).0,
            "`n/a` is not one of 2 allowed values: `active`, `inactive`"
        );
        let long = rules(Checks { length: Length { min: None, max: Some(3) }, ..Checks::default() }).unwrap();
        assert_eq!(long.words("max_length", Cell::text("abcd")).0, "`abcd` has 4 characters; the field takes 3");
        assert_eq!(long.words("required", Cell::MISSING).1, None);
    }

    #[test]
    fn mistakes_in_checks_are_issues_at_their_place() {
        let pattern = Some(("(".to_owned(), Place { line: 7, column: 3 }));
        let issues = rules(Checks { pattern, ..Checks::default() }).unwrap_err();
        assert_eq!((issues[0].line, issues[0].column), (7, 3));
        let place = Place { line: 9, column: 20 };
        let compare = Some(Expression { text: "it >= strat".into(), place });
        let issues = rules(Checks { compare, ..Checks::default() }).unwrap_err();
        assert_eq!((issues[0].line, issues[0].column, issues[0].length), (9, 26, 5));
        assert!(issues[0].hint.as_deref().unwrap().contains("start"));
    }
}
