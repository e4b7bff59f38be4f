//! How often a mapping's expression gives each value: the values before its value map, over the whole source.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::opened::Shelf;
use super::{Teller, locked};
use crate::app::Answer;
use crate::app::boards::values::ValueCounts;
use crate::connect::{Chunk, ConnectError, ReadRequest, Source};
use crate::dedupe::{Limits, Method, cluster};
use crate::engine::source_object;
use crate::matching::suggest_values;
use crate::profile::{ObjectMapping, Profile};
use crate::record::{Batch, Cell, Kind};
use crate::transform::{Input, Program, RunContext, Scope, Scratch, Targets};

/// Different values that are counted; a field with more is no picklist.
const DISTINCT: usize = 20_000;
/// Values that are listed.
const LISTED: usize = 1_000;
/// Figures are told no more often than this.
const EVERY: Duration = Duration::from_millis(300);

pub(super) fn count(
    profile: &Profile,
    pair: usize,
    target: &str,
    shelf: &Mutex<Shelf>,
    cancelled: &AtomicBool,
    teller: &Teller,
) {
    let source = locked(shelf).source.clone();
    let (Some(source), Some(mapping)) = (source, profile.objects.get(pair)) else { return };
    let mut counts = Counts::default();
    let mut told = Instant::now();
    let tell = |counts: ValueCounts| teller.tell(Answer::ValuesCounted(Box::new(counts)));
    let done = over(&*source, mapping, target, cancelled, &mut counts, &mut |counts| {
        if told.elapsed() >= EVERY {
            told = Instant::now();
            tell(counts.listed(target));
        }
    });
    if cancelled.load(Ordering::Relaxed) {
        return;
    }
    let mut listed = counts.listed(target);
    match done {
        Ok(()) => listed.complete = true,
        Err(problem) => listed.problem = Some(problem),
    }
    tell(listed);
}

pub(super) fn suggest(target: String, values: &[String], allowed: &[String], teller: &Teller) {
    let suggestions = suggest_values(values, allowed, None);
    teller.tell(Answer::ValuesSuggested { target, suggestions });
}

pub(super) fn group(target: String, method: Method, values: &[(String, u64)], allowed: &[String], teller: &Teller) {
    let clusters = Box::new(cluster(values, method, allowed, Limits::default()));
    teller.tell(Answer::Clustered { target, method, clusters });
}

#[derive(Default)]
struct Counts {
    values: HashMap<String, u64>,
    records: u64,
    empty: u64,
    cut: bool,
}

impl Counts {
    fn add(&mut self, cell: Cell<'_>) {
        self.records += 1;
        if matches!(cell.kind, Kind::Missing | Kind::Null) || cell.bytes.is_empty() {
            self.empty += 1;
            return;
        }
        let text = String::from_utf8_lossy(cell.bytes);
        if let Some(count) = self.values.get_mut(&*text) {
            *count += 1;
        } else if self.values.len() < DISTINCT {
            self.values.insert(text.into_owned(), 1);
        } else {
            self.cut = true;
        }
    }

    fn listed(&self, target: &str) -> ValueCounts {
        let mut values: Vec<(String, u64)> = self.values.iter().map(|(value, count)| (value.clone(), *count)).collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let cut = self.cut || values.len() > LISTED;
        values.truncate(LISTED);
        ValueCounts {
            target: target.to_owned(),
            values,
            records: self.records,
            empty: self.empty,
            cut,
            complete: false,
            problem: None,
        }
    }
}

/// Finished target fields are not there before a plan has run: they count as empty.
struct NoTargets;

impl Targets for NoTargets {
    fn target(&self, _: usize) -> Cell<'_> {
        Cell::MISSING
    }
}

fn over(
    source: &dyn Source,
    mapping: &ObjectMapping,
    target: &str,
    cancelled: &AtomicBool,
    counts: &mut Counts,
    told: &mut dyn FnMut(&Counts),
) -> Result<(), String> {
    let said = |error: ConnectError| error.to_string();
    let field = mapping.field(target).ok_or("the field is not mapped")?;
    let from = source_object(source, &mapping.from).map_err(|error| error.to_string())?;
    let mut reader = source.read(&from, &ReadRequest::default()).map_err(said)?;
    let decoder = reader.decoder();
    let names: Vec<String> = mapping.fields.iter().map(|field| field.target.clone()).collect();
    let scope = Scope { source_fields: decoder.fields(), target_fields: &names };
    let program = Program::compile(&field.expression().text, &scope)
        .map_err(|wrong| wrong.first().map_or_else(String::new, |one| one.sentence()))?;
    let context = RunContext::new(jiff::Timestamp::now());
    let (mut chunk, mut batch, mut scratch) = (Chunk::default(), Batch::default(), Scratch::default());
    while !cancelled.load(Ordering::Relaxed) && reader.next(&mut chunk).map_err(said)? {
        decoder.decode(&mut chunk, &mut batch).map_err(said)?;
        for record in batch.records() {
            let input = Input { record, targets: &NoTargets, it: Cell::MISSING, context: &context };
            if let Ok(cell) = program.run(&input, &mut scratch) {
                counts.add(cell);
            }
        }
        told(counts);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{Location, open_source};
    use crate::profile::{Expression, FieldMapping, FilledBy};

    #[test]
    fn values_are_counted_as_the_expression_gives_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.csv");
        std::fs::write(&path, "status\n Act\nact\ngone\n\"\"\n").expect("written");
        let source = open_source(&Location::from_argument(&path.display().to_string())).expect("opens");
        let field = FieldMapping {
            target: "S".to_owned(),
            filled_by: FilledBy::Expression(Expression::new("status | trim | lower")),
            ..FieldMapping::default()
        };
        let mapping = ObjectMapping { from: "s.csv".to_owned(), fields: vec![field], ..ObjectMapping::default() };
        let mut counts = Counts::default();
        over(&*source, &mapping, "S", &AtomicBool::new(false), &mut counts, &mut |_| {}).expect("counted");
        let listed = counts.listed("S");
        assert_eq!(listed.values, [("act".to_owned(), 2), ("gone".to_owned(), 1)]);
        assert_eq!((listed.records, listed.empty), (4, 1));
    }
}
