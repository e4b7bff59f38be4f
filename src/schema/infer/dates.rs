//! Dates and date-times; day or month first, decided of the whole column.

use super::{Inference, MOST, counted, is_most, telling};
use crate::schema::{FieldStats, FieldType};

pub(super) fn date_time(stats: &FieldStats) -> Option<Inference> {
    let (dates, times) = (stats.fit(FieldType::Date), stats.fit(FieldType::DateTime));
    let fits = dates + times;
    let telling = telling(stats);
    // Digits in a row that happen to be days: believed only where hardly one is not.
    let compact: u64 = stats.dates.iter().filter(|date| date.form == "YYYYMMDD").map(|date| date.count).sum();
    let share = if compact * 2 > fits { 0.98 } else { MOST };
    if !is_most(fits, telling, share) {
        return None;
    }
    let forms = decided_forms(stats);
    let main = forms.first().map(|(form, _)| form.clone()).unwrap_or_default();
    let (field_type, name) = if times > 0 { (FieldType::DateTime, "date and time") } else { (FieldType::Date, "date") };
    let misfit_of = if times > 0 && dates > 0 { FieldType::Text } else { field_type };
    let what = if forms.len() == 1 {
        format!("look like {main}{}", if times > 0 { " with a time" } else { "" })
    } else {
        let list: Vec<String> = forms.iter().take(5).map(|(form, count)| format!("{form} {count}")).collect();
        format!("are dates in {} forms: {}", forms.len(), list.join(", "))
    };
    let mut evidence = vec![counted(stats, name, fits, &what, misfit_of)];
    if times > 0 && dates > 0 {
        evidence.push(format!("{dates} have no time of day"));
    }
    evidence.extend(stats.dates.iter().filter_map(|date| order_evidence(stats, &date.form, date.count)));
    Some(Inference { field_type, format: Some(main), evidence })
}

/// Day or month first, for a form that could be either ("DD/MM/YYYY or MM/DD/YYYY"): what the other dates of the column
/// written with the same separator say.
struct OrderVotes<'a> {
    day_first: (&'a str, u64),
    month_first: (&'a str, u64),
}

impl<'a> OrderVotes<'a> {
    fn count(stats: &FieldStats, form: &'a str) -> Option<OrderVotes<'a>> {
        let (day_first, month_first) = form.split_once(" or ")?;
        let votes = |form: &str| stats.dates.iter().find(|date| date.form == form).map_or(0, |date| date.count);
        Some(OrderVotes { day_first: (day_first, votes(day_first)), month_first: (month_first, votes(month_first)) })
    }

    /// The form that the column decides for.
    fn decided(&self) -> Option<&'a str> {
        let (day_first, month_first) = (self.day_first, self.month_first);
        match (day_first.1, month_first.1) {
            // With points the day stands first wherever points are in use.
            (0, 0) => day_first.0.contains('.').then_some(day_first.0),
            (_, 0) => Some(day_first.0),
            (0, _) => Some(month_first.0),
            _ => None,
        }
    }
}

/// The date forms, most frequent first, day or month first decided where the column decides.
fn decided_forms(stats: &FieldStats) -> Vec<(String, u64)> {
    let mut forms: Vec<(String, u64)> = Vec::new();
    for date in &stats.dates {
        let decided = OrderVotes::count(stats, &date.form).and_then(|votes| votes.decided());
        let form = decided.unwrap_or(&date.form);
        match forms.iter_mut().find(|(known, _)| known == form) {
            Some((_, count)) => *count += date.count,
            None => forms.push((form.to_owned(), date.count)),
        }
    }
    forms.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    forms
}

/// How a form that could be either was decided, or that it was not.
fn order_evidence(stats: &FieldStats, form: &str, undecided: u64) -> Option<String> {
    let votes = OrderVotes::count(stats, form)?;
    let (day, month) = (votes.day_first.1, votes.month_first.1);
    Some(match (votes.decided(), day, month) {
        (Some(_), 0, 0) => format!("day first, as usual with points; 0 of {undecided} decide"),
        (Some(decided), ..) => {
            let order = if day > 0 { "day first" } else { "month first" };
            format!("{decided}: {order}: {} decide, {undecided} could be either", day + month)
        }
        (None, 0, 0) => format!("day first or month first? 0 of {undecided} decide"),
        (None, ..) => format!(
            "mixed order: {day} can only be {}, {month} only {}, {undecided} either: map these with care",
            votes.day_first.0, votes.month_first.0
        ),
    })
}
