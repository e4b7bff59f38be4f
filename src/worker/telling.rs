//! The records that tell most, few enough to read: for every field each pattern, an empty value, the extremes, every
//! value of a picklist and the rare ones; of rejects, duplicates and filtered records a few of each kind.
//!
//! A record is kept while it shows something that no record before it showed. In the end as few of the kept ones are
//! chosen as show everything (greedy cover), each with what it shows.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::app::places::preview::PreviewField;
use crate::engine::{Finding, Preview, PreviewFate};
use crate::schema::shape_of;

/// Rejects shown with the same reasons, duplicates, filtered records.
const ALIKE: usize = 5;
/// Records shown in all, and of them the first ones that nothing is special about.
const SHOWN: usize = 400;
const ORDINARY: usize = 12;
/// Patterns of one field that are told, and different values up to which a field counts as a picklist.
const PATTERNS: usize = 8;
const PICKLIST: usize = 24;
/// Things that a record is said to show.
const SAID: usize = 3;

/// A target field and the positions of the source fields that it reads.
pub(super) struct FieldInputs {
    pub field: PreviewField,
    pub columns: Vec<usize>,
}

/// Something that a record shows, in words; ordered as it is worth seeing.
type Feature = (u8, String);

/// Collects telling records, one pass.
#[derive(Default)]
pub(super) struct Telling {
    columns: Vec<Column>,
    kept: Vec<Kept>,
    kinds: HashMap<String, usize>,
    looked_at: u64,
}

struct Kept {
    at: u64,
    record: Preview,
    features: Vec<Feature>,
}

/// What was seen of a source field.
struct Column {
    name: String,
    index: usize,
    shapes: HashSet<String>,
    /// Values with their counts and the record that showed each first; none once there are too many.
    values: Option<BTreeMap<String, u64>>,
    empty: bool,
    odd: bool,
    longest: usize,
    shortest: usize,
    least: f64,
    most: f64,
}

impl Column {
    fn new(name: String, index: usize) -> Column {
        Column {
            name,
            index,
            shapes: HashSet::new(),
            values: Some(BTreeMap::new()),
            empty: false,
            odd: false,
            longest: 0,
            shortest: usize::MAX,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
        }
    }

    /// What this value shows that none before did. Extremes are told anew by every record that surpasses the last.
    fn take(&mut self, value: &str, features: &mut Vec<Feature>) {
        let name = self.name.clone();
        if value.is_empty() {
            if !self.empty {
                self.empty = true;
                features.push((1, format!("no {name}")));
            }
            return;
        }
        let length = value.chars().count();
        if length > self.longest {
            self.longest = length;
            features.push((2, format!("longest {name}")));
        }
        if length < self.shortest {
            self.shortest = length;
            features.push((4, format!("shortest {name}")));
        }
        if let Ok(number) = value.trim().replace(',', ".").parse::<f64>().map_err(drop).and_then(finite) {
            if number < self.least {
                self.least = number;
                features.push((3, format!("smallest {name}")));
            }
            if number > self.most {
                self.most = number;
                features.push((3, format!("largest {name}")));
            }
        }
        if !self.odd && value.chars().any(|letter| !letter.is_ascii() || letter.is_control()) {
            self.odd = true;
            features.push((3, format!("unusual letters in {name}")));
        }
        if self.shapes.len() < PATTERNS {
            let shape = shape_of(value);
            if !self.shapes.contains(&shape) {
                features.push((5, format!("{name} like {shape}")));
                self.shapes.insert(shape);
            }
        }
        let Some(values) = &mut self.values else { return };
        if let Some(count) = values.get_mut(value) {
            *count += 1;
        } else if values.len() < PICKLIST && length <= 40 {
            values.insert(value.to_owned(), 1);
            features.push((6, value_feature(&name, value)));
        } else {
            self.values = None;
        }
    }

    /// How rare a value of a picklist is: those in less than a hundredth of the records are worth more.
    fn is_rare(&self, feature: &str, records: u64) -> Option<bool> {
        let value = feature.strip_prefix(&format!("{} is ", self.name))?;
        let count = self.values.as_ref()?.get(value)?;
        Some(count * 100 < records || *count == 1 && records > 20)
    }
}

fn finite(number: f64) -> Result<f64, ()> {
    if number.is_finite() { Ok(number) } else { Err(()) }
}

fn value_feature(name: &str, value: &str) -> String {
    format!("{name} is {value}")
}

impl Telling {
    pub fn new(fields: &[FieldInputs], source_fields: &[String]) -> Telling {
        let mut columns: Vec<Column> = Vec::new();
        for column in fields.iter().flat_map(|field| &field.columns) {
            if let (false, Some(name)) =
                (columns.iter().any(|known| known.index == *column), source_fields.get(*column))
            {
                columns.push(Column::new(name.clone(), *column));
            }
        }
        Telling { columns, ..Telling::default() }
    }

    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }

    pub fn take(&mut self, record: Preview) {
        let at = self.looked_at;
        self.looked_at += 1;
        let mut features: Vec<Feature> = Vec::new();
        let kind = match record.fate {
            PreviewFate::Rejected => Some((0, labels(&record))),
            PreviewFate::Duplicate => Some((1, "duplicate".to_owned())),
            PreviewFate::Filtered => Some((7, "left out by `where`".to_owned())),
            PreviewFate::Written => None,
        };
        if let Some((rank, kind)) = kind {
            let seen = self.kinds.entry(kind.clone()).or_default();
            *seen += 1;
            if *seen <= ALIKE {
                features.push((rank, format!("{kind}\u{0}{seen}")));
            }
        } else {
            for column in &mut self.columns {
                let text = record.before.get(column.index).map_or("", |cell| cell.text.as_str());
                column.take(text, &mut features);
            }
            if at < ORDINARY as u64 {
                features.push((9, format!("one of the first\u{0}{at}")));
            }
        }
        if !features.is_empty() {
            self.kept.push(Kept { at, record, features });
        }
    }

    /// The chosen records with what each shows: rejects, duplicates, telling ones, the first ones.
    pub fn chosen(&self) -> Vec<(String, Preview)> {
        let mut holders: HashMap<&str, usize> = HashMap::new();
        // Of an extreme the last record that surpassed all others has it.
        for (index, kept) in self.kept.iter().enumerate() {
            for (_, feature) in &kept.features {
                holders.insert(feature, index);
            }
        }
        let mut shows: Vec<Vec<Feature>> = vec![Vec::new(); self.kept.len()];
        for (index, kept) in self.kept.iter().enumerate() {
            for (rank, feature) in &kept.features {
                if holders.get(feature.as_str()) != Some(&index) {
                    continue;
                }
                match self.columns.iter().find_map(|column| column.is_rare(feature, self.looked_at)) {
                    Some(true) => shows[index].push((2, format!("rare: {feature}"))),
                    // A field with too many values was no picklist after all.
                    None if *rank == 6 => {}
                    _ => shows[index].push((*rank, feature.clone())),
                }
            }
        }
        let mut chosen: Vec<(u8, u64, usize)> = Vec::new();
        for (index, features) in shows.iter().enumerate() {
            if let Some(rank) = features.iter().map(|(rank, _)| *rank).min() {
                chosen.push((rank_of(&self.kept[index].record, rank), self.kept[index].at, index));
            }
        }
        chosen.sort_unstable();
        chosen.truncate(SHOWN);
        let said = chosen.into_iter().map(|(_, _, index)| {
            let mut features = shows[index].clone();
            features.sort();
            let more = features.len().saturating_sub(SAID);
            let words: Vec<&str> = features
                .iter()
                .take(SAID)
                .map(|(_, feature)| feature.split('\u{0}').next().unwrap_or_default())
                .collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (format!("{}{more}", words.join(", ")), self.kept[index].record.clone())
        });
        said.collect()
    }
}

/// Rejects stand first, duplicates next, filtered records behind what is written and telling.
fn rank_of(record: &Preview, rank: u8) -> u8 {
    match record.fate {
        PreviewFate::Rejected => 0,
        PreviewFate::Duplicate => 1,
        PreviewFate::Written if rank < 9 => 2,
        PreviewFate::Filtered => 3,
        PreviewFate::Written => 4,
    }
}

fn labels(record: &Preview) -> String {
    record.findings.iter().map(Finding::label).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::PreviewCell;
    use crate::record::{Kind, Origin};

    fn record(number: u64, values: &[&str]) -> Preview {
        let cell = |text: &&str| PreviewCell { kind: Kind::Text, text: (*text).to_owned() };
        Preview {
            origin: Origin { number, line: number + 1 },
            before: values.iter().map(cell).collect(),
            after: Vec::new(),
            fate: PreviewFate::Written,
            findings: Vec::new(),
            key: 0,
            filled: 0,
        }
    }

    fn telling(rows: impl Iterator<Item = (String, String)>) -> Vec<(String, u64)> {
        let field = PreviewField { name: "t".to_owned(), inputs: vec!["name".to_owned(), "status".to_owned()] };
        let fields = [FieldInputs { field, columns: vec![0, 1] }];
        let mut telling = Telling::new(&fields, &["name".to_owned(), "status".to_owned()]);
        for (number, (name, status)) in (1..).zip(rows) {
            telling.take(record(number, &[&name, &status]));
        }
        telling.chosen().into_iter().map(|(why, record)| (why, record.origin.number)).collect()
    }

    #[test]
    fn what_is_rare_empty_long_or_new_is_shown_and_little_else() {
        let rows = (1..=2_000).map(|number| {
            let name = match number {
                700 => String::new(),
                900 => "x".repeat(60),
                1_400 => "東京".to_owned(),
                _ => format!("Name{}", number % 100),
            };
            (name, if number == 1_234 { "odd" } else { "usual" }.to_owned())
        });
        let shown = telling(rows);
        let of = |number: u64| shown.iter().find(|(_, at)| *at == number).map(|(why, _)| why.as_str()).unwrap_or("");
        assert_eq!(of(700), "no name");
        assert!(of(900).contains("longest name"), "{shown:?}");
        assert!(of(1_400).contains("unusual letters in name"), "{shown:?}");
        assert!(of(1_234).contains("rare: status is odd"), "{shown:?}");
        assert!(shown.len() < 40, "{} records are too many to read", shown.len());
    }

    #[test]
    fn an_extreme_belongs_to_the_record_that_has_it_in_the_end() {
        let shown = telling((1..=50).map(|number| ("n".repeat(number), number.to_string())));
        let longest: Vec<u64> =
            shown.iter().filter(|(why, _)| why.contains("longest name")).map(|(_, at)| *at).collect();
        assert_eq!(longest, [50]);
        let largest: Vec<u64> =
            shown.iter().filter(|(why, _)| why.contains("largest status")).map(|(_, at)| *at).collect();
        assert_eq!(largest, [50]);
    }
}
