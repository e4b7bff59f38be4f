//! OpenRefine's history of operations (Undo/Redo, Extract): text transforms, mass edits, columns split, renamed, removed,
//! added and reordered, rows removed. Each column of the end becomes a field, filled by what was done to it.
//!
//! A history does not say what columns there were: those that it never mentions are not in the profile.

use serde_json::{Value, json};

use super::grel;
use super::plain::{self, call, column, expr, fields_of, leave_record_rules, stem, text};
use super::{ExchangeError, Exported, Imported, Input, Leaving};
use crate::connect::{Location, WriteMode};
use crate::profile::{Checks, Expression, FieldMapping, FilledBy, ObjectMapping, Otherwise, Profile, ValueMap};
use crate::transform::{self, BinaryOp, Expr, ExprKind};

pub(super) fn import(input: &Input<'_>) -> Result<Imported, ExchangeError> {
    let root = input.json()?;
    let operations = root.as_array().ok_or_else(|| {
        let next = "Take what OpenRefine shows under Undo/Redo, Extract.";
        ExchangeError::new(input.place(), "this is no list of operations", next)
    })?;
    let mut table = Table::default();
    for (at, operation) in operations.iter().enumerate() {
        let op = text_of(operation, "op");
        let place = format!("operation {} ({op})", at + 1);
        if let Err(what) = table.apply(&op, operation) {
            let said = text_of(operation, "description");
            let said = if said.is_empty() { String::new() } else { format!(" [{said}]") };
            table.leaving.note(place, format!("{what}{said}"));
        }
    }
    let name = stem(&input.path.to_string_lossy()).to_owned();
    let from = format!("{name}.csv");
    let fields = table.columns.iter().map(|(name, filled)| plain::field(name, filled)).collect();
    let filter = table.filter.map(|filter| Expression::new(filter.to_string()));
    let object = ObjectMapping { from: from.clone(), to: name, filter, fields, ..ObjectMapping::default() };
    let profile = Profile { source: Location::from_argument(&from), objects: vec![object], ..Profile::default() };
    Ok(Imported { profile, left: table.leaving.0 })
}

fn text_of(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The columns as the operations left them.
#[derive(Default)]
struct Table {
    columns: Vec<(String, Expr)>,
    /// Columns that are gone; a history that mentions one again means another.
    gone: Vec<String>,
    filter: Option<Expr>,
    leaving: Leaving,
}

impl Table {
    /// What fills a column; one that was not mentioned before comes from the source.
    fn filled(&mut self, name: &str) -> Expr {
        if let Some((_, filled)) = self.columns.iter().find(|(known, _)| known == name) {
            return filled.clone();
        }
        if !self.gone.iter().any(|gone| gone == name) {
            self.columns.push((name.to_owned(), column(name)));
        }
        column(name)
    }

    fn set(&mut self, name: &str, filled: Expr) {
        match self.columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = filled,
            None => self.columns.push((name.to_owned(), filled)),
        }
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _)| known == name)
    }

    fn remove(&mut self, name: &str) {
        self.columns.retain(|(known, _)| known != name);
        self.gone.push(name.to_owned());
    }

    /// # Errors
    /// What has no counterpart, in words; nothing was done then.
    fn apply(&mut self, op: &str, operation: &Value) -> Result<(), String> {
        let name = text_of(operation, "columnName");
        let only_where = self.facets(operation)?;
        let whole = |what: &str| match &only_where {
            None => Ok(()),
            Some(_) => Err(format!("{what} of some rows only")),
        };
        match op.trim_start_matches("core/") {
            "text-transform" => {
                let value = self.filled(&name);
                let made = grel::read(&text_of(operation, "expression"), &value, &mut |other| self.filled(other))?;
                if operation.get("repeat").and_then(Value::as_bool) == Some(true) {
                    self.leaving.note(&name, "that the transform is repeated until nothing changes");
                }
                let on_error = text_of(operation, "onError");
                if on_error == "store-error" {
                    self.leaving.note(&name, "that errors are stored in the cells");
                }
                self.set(&name, only(only_where, made, value));
            }
            "mass-edit" => {
                let value = self.filled(&name);
                let made = self.mass_edit(operation, &name, value.clone())?;
                self.set(&name, only(only_where, made, value));
            }
            "column-rename" => {
                let (old, new) = (text_of(operation, "oldColumnName"), text_of(operation, "newColumnName"));
                self.filled(&old);
                if let Some(place) = self.place_of(&old) {
                    self.columns[place].0.clone_from(&new);
                    self.gone.push(old);
                    self.gone.retain(|gone| *gone != new);
                }
            }
            "column-removal" => self.remove(&name),
            "column-addition" => {
                let base = text_of(operation, "baseColumnName");
                let value = self.filled(&base);
                let made = grel::read(&text_of(operation, "expression"), &value, &mut |other| self.filled(other))?;
                let new = text_of(operation, "newColumnName");
                let made = only(only_where, made, expr(ExprKind::Null));
                let behind = self.place_of(&base).map_or(self.columns.len(), |place| place + 1);
                self.columns.retain(|(known, _)| *known != new);
                self.columns.insert(behind.min(self.columns.len()), (new.clone(), made));
                self.gone.retain(|gone| *gone != new);
            }
            "column-split" => {
                whole("the split")?;
                self.split(operation, &name)?;
            }
            "column-reorder" => {
                let names: Vec<String> = operation
                    .get("columnNames")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                let mut ordered = Vec::new();
                for name in &names {
                    ordered.push((name.clone(), self.filled(name)));
                }
                let left_out = self.columns.iter().map(|(name, _)| name.clone()).filter(|name| !names.contains(name));
                self.gone.extend(left_out.collect::<Vec<_>>());
                self.columns = ordered;
            }
            "column-move" => {
                self.filled(&name);
                let to = operation.get("index").and_then(Value::as_u64).unwrap_or_default() as usize;
                if let Some(place) = self.place_of(&name) {
                    let moved = self.columns.remove(place);
                    self.columns.insert(to.min(self.columns.len()), moved);
                }
            }
            "row-removal" => {
                let Some(removed) = only_where else { return Err("the removal of all rows".to_owned()) };
                let kept = expr(ExprKind::Not(Box::new(removed)));
                self.filter = Some(match self.filter.take() {
                    None => kept,
                    Some(before) => {
                        expr(ExprKind::Binary { op: BinaryOp::And, left: Box::new(before), right: Box::new(kept) })
                    }
                });
            }
            "fill-down" => return Err(format!("`{name}` filled from the rows above; do it before mapwright reads it")),
            _ => return Err("it has no counterpart".to_owned()),
        }
        Ok(())
    }

    /// Which rows an operation is for: all of them where there is no facet.
    fn facets(&mut self, operation: &Value) -> Result<Option<Expr>, String> {
        let facets = operation.pointer("/engineConfig/facets").and_then(Value::as_array);
        let mut all: Option<Expr> = None;
        for facet in facets.into_iter().flatten() {
            let flag = |key: &str| facet.get(key).and_then(Value::as_bool).unwrap_or(false);
            let value = self.filled(&text_of(facet, "columnName"));
            let one = match text_of(facet, "type").as_str() {
                "list" => {
                    let expression = text_of(facet, "expression");
                    let made = match expression.as_str() {
                        "" => value,
                        grel => grel::read(grel, &value, &mut |other| self.filled(other))?,
                    };
                    let mut choices = Vec::new();
                    for choice in facet.get("selection").and_then(Value::as_array).into_iter().flatten() {
                        let value = choice.pointer("/v/v").unwrap_or(&Value::Null);
                        choices.push(text(value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
                    }
                    let blank = flag("selectBlank").then(|| call("is_empty", vec![made.clone()]));
                    if flag("selectError") {
                        return Err("a facet of errors".to_owned());
                    }
                    let chosen =
                        (!choices.is_empty()).then(|| call("one_of", std::iter::once(made).chain(choices).collect()));
                    match (chosen, blank) {
                        (Some(chosen), Some(blank)) => {
                            expr(ExprKind::Binary { op: BinaryOp::Or, left: Box::new(chosen), right: Box::new(blank) })
                        }
                        (Some(one), None) | (None, Some(one)) => one,
                        (None, None) => continue,
                    }
                }
                "text" if text_of(facet, "mode") != "regex" => {
                    let query = text_of(facet, "query");
                    let same = flag("caseSensitive");
                    let (value, query) =
                        if same { (value, query) } else { (call("lower", vec![value]), query.to_lowercase()) };
                    call("contains", vec![value, text(query)])
                }
                other => return Err(format!("a facet of the kind `{other}`")),
            };
            let one = if flag("invert") { expr(ExprKind::Not(Box::new(one))) } else { one };
            all = Some(match all {
                None => one,
                Some(before) => {
                    expr(ExprKind::Binary { op: BinaryOp::And, left: Box::new(before), right: Box::new(one) })
                }
            });
        }
        Ok(all)
    }

    fn mass_edit(&mut self, operation: &Value, name: &str, value: Expr) -> Result<Expr, String> {
        let expression = text_of(operation, "expression");
        if !matches!(expression.as_str(), "" | "value" | "grel:value") {
            return Err(format!("`{name}` edited by `{expression}`"));
        }
        let (mut pairs, mut blank) = (Vec::new(), None);
        for edit in operation.get("edits").and_then(Value::as_array).into_iter().flatten() {
            let flag = |key: &str| edit.get(key).and_then(Value::as_bool).unwrap_or(false);
            let to = match edit.get("to") {
                Some(Value::String(to)) => to.clone(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            for from in edit.get("from").and_then(Value::as_array).into_iter().flatten() {
                let from = from.as_str().map_or_else(|| from.to_string(), str::to_owned);
                if !pairs.iter().any(|(known, _)| *known == from) {
                    pairs.push((from, text(&to)));
                }
            }
            if flag("fromBlank") {
                blank = Some(to.clone());
            }
            if flag("fromError") {
                self.leaving.note(name, format!("errors become `{to}`"));
            }
        }
        let mut made = value;
        if !pairs.is_empty() {
            made = call("recode", vec![made, expr(ExprKind::Map(pairs))]);
        }
        if let Some(blank) = blank {
            made = call("default", vec![made, text(blank)]);
        }
        Ok(made)
    }

    fn split(&mut self, operation: &Value, name: &str) -> Result<(), String> {
        let between = text_of(operation, "separator");
        let regex = operation.get("regex").and_then(Value::as_bool) == Some(true);
        if text_of(operation, "mode") == "lengths" || regex || between.is_empty() {
            return Err(format!("`{name}` split by lengths or by a pattern"));
        }
        let value = self.filled(name);
        let most = operation.get("maxColumns").and_then(Value::as_u64).unwrap_or_default();
        let count = if most == 0 { 2 } else { most.min(100) };
        if most == 0 {
            self.leaving.note(name, "split into as many columns as there are parts; the first two are in the profile");
        }
        let behind = self.place_of(name).map_or(self.columns.len(), |place| place + 1);
        for number in 1..=count {
            // The last of a limited number holds all that is left.
            let made = if number == most {
                (1..number).fold(value.clone(), |rest, _| call("after", vec![rest, text(&between)]))
            } else {
                call("part", vec![value.clone(), text(&between), expr(ExprKind::Number(number.to_string()))])
            };
            let at = (behind + number as usize - 1).min(self.columns.len());
            self.columns.insert(at, (format!("{name} {number}"), made));
        }
        if operation.get("removeOriginalColumn").and_then(Value::as_bool) == Some(true) {
            self.remove(name);
        }
        Ok(())
    }
}

/// A value that is only made where a condition holds.
fn only(condition: Option<Expr>, made: Expr, otherwise: Expr) -> Expr {
    match condition {
        None => made,
        Some(condition) => expr(ExprKind::If {
            condition: Box::new(condition),
            then: Box::new(made),
            otherwise: Some(Box::new(otherwise)),
        }),
    }
}

pub(super) fn export(profile: &Profile) -> Exported {
    let mut leaving = Leaving::default();
    let mut files = Vec::new();
    for object in &profile.objects {
        let operations = Value::Array(operations(object, &mut leaving));
        let name = if object.to.is_empty() { "history" } else { &object.to };
        let text = serde_json::to_string_pretty(&operations).unwrap_or_default();
        files.push((format!("{name}.history.json"), format!("{text}\n")));
    }
    Exported { files, left: leaving.0 }
}

/// A name that no column of the source or the target has, until the last step.
fn passing(target: &str) -> String {
    format!("{target} \u{2192}")
}

/// All rows, or those that a condition holds for.
fn engine(facets: Vec<Value>) -> Value {
    json!({ "facets": facets, "mode": "row-based" })
}

fn operations(object: &ObjectMapping, leaving: &mut Leaving) -> Vec<Value> {
    if object.write != WriteMode::default() || !object.key.is_empty() {
        leaving.note(&object.to, "how records meet what the target has already (`write`, `key`)");
    }
    leave_record_rules(object, leaving);
    let mut made = Vec::new();
    if let Some(filter) = &object.filter {
        made.extend(removal(filter).unwrap_or_else(|what| {
            leaving.note(&object.to, format!("`where: {}`: {what}", filter.text));
            Vec::new()
        }));
    }
    let mut sources: Vec<String> = Vec::new();
    let mut renamings = Vec::new();
    let mut names = Vec::new();
    for field in &object.fields {
        let place = format!("{}.{}", object.to, field.target);
        if field.checks != Checks::default() {
            leaving.note(&place, "its checks");
        }
        if let Some(note) = &field.note {
            leaving.note(&place, format!("the note `{note}`"));
        }
        if let FilledBy::Lookup(lookup) = &field.filled_by {
            leaving.note(&place, format!("the lookup in {} by {}", lookup.object, lookup.by));
        }
        match addition(field, &place, leaving) {
            Ok((mut added, read)) => {
                made.append(&mut added);
                read.into_iter().for_each(|name| {
                    if !sources.contains(&name) {
                        sources.push(name);
                    }
                });
                renamings.push(json!({
                    "op": "core/column-rename",
                    "oldColumnName": passing(&field.target),
                    "newColumnName": field.target,
                    "description": format!("Rename column {} to {}", passing(&field.target), field.target),
                }));
                names.push(field.target.clone());
            }
            Err(what) => leaving.note(&place, format!("`{}`: {what}", field.expression().text)),
        }
    }
    for name in sources {
        let description = format!("Remove column {name}");
        made.push(json!({ "op": "core/column-removal", "columnName": name, "description": description }));
    }
    made.append(&mut renamings);
    made.push(json!({ "op": "core/column-reorder", "columnNames": names, "description": "Reorder columns" }));
    made
}

/// A new column with what fills a field, and the edits of its value map; besides, the columns it reads.
fn addition(field: &FieldMapping, place: &str, leaving: &mut Leaving) -> Result<(Vec<Value>, Vec<String>), String> {
    let parsed = transform::parse(&field.expression().text).map_err(|_| "it cannot be read".to_owned())?;
    let mut read = Vec::new();
    fields_of(&parsed, &mut read);
    let base = read.first().cloned().ok_or("it reads no column, and a new column is made of one")?;
    let name = passing(&field.target);
    // Value maps at the end of the steps are mass edits there.
    let (steps, maps) = without_recode(&parsed);
    let grel = grel::write(&steps, &base)?;
    let mut made = vec![json!({
        "op": "core/column-addition",
        "engineConfig": engine(Vec::new()),
        "baseColumnName": base,
        "expression": format!("grel:{grel}"),
        "onError": "set-to-blank",
        "newColumnName": name,
        "columnInsertIndex": 0,
        "description": format!("Create column {name} from {base}"),
    })];
    made.extend(maps.iter().map(|pairs| mass_edit(&name, pairs)));
    if let Some(ValueMap { pairs, otherwise }) = &field.values {
        made.push(mass_edit(&name, pairs));
        if *otherwise != Otherwise::Keep {
            leaving.note(place, "what becomes of a value that no pair names; a mass edit leaves it as it is");
        }
    }
    Ok((made, read))
}

/// The pairs of a value map.
type Pairs = Vec<(String, String)>;

/// What stands before the value maps at the end of an expression, and these maps in their order.
fn without_recode(one: &Expr) -> (Expr, Vec<Pairs>) {
    let flat = match &one.kind {
        ExprKind::Pipe { input, step } => grel::nested(input, step),
        _ => one.clone(),
    };
    if let ExprKind::Call { name, arguments, .. } = &flat.kind
        && name == "recode"
        && let [value, Expr { kind: ExprKind::Map(pairs), .. }] = arguments.as_slice()
    {
        let pairs: Option<Vec<(String, String)>> = pairs
            .iter()
            .map(|(from, to)| match &to.kind {
                ExprKind::Text(to) => Some((from.clone(), to.clone())),
                _ => None,
            })
            .collect();
        if let Some(pairs) = pairs {
            let (steps, mut maps) = without_recode(value);
            maps.push(pairs);
            return (steps, maps);
        }
    }
    (flat, Vec::new())
}

fn mass_edit(name: &str, pairs: &[(String, String)]) -> Value {
    let edits: Vec<Value> = pairs
        .iter()
        .map(|(from, to)| {
            let from_list: Vec<&String> = if from.is_empty() { Vec::new() } else { vec![from] };
            json!({ "from": from_list, "fromBlank": from.is_empty(), "fromError": false, "to": to })
        })
        .collect();
    json!({
        "op": "core/mass-edit",
        "engineConfig": engine(Vec::new()),
        "columnName": name,
        "expression": "value",
        "edits": edits,
        "description": format!("Mass edit cells in column {name}"),
    })
}

/// The removal of the rows for which a condition does not hold.
fn removal(filter: &Expression) -> Result<Vec<Value>, String> {
    let parsed = transform::parse(&filter.text).map_err(|_| "it cannot be read".to_owned())?;
    let mut read = Vec::new();
    fields_of(&parsed, &mut read);
    let base = read.first().cloned().ok_or("it reads no column")?;
    // A facet of texts: the condition is told as one.
    let grel = format!("if({}, \"keep\", \"remove\")", grel::write(&parsed, &base)?);
    let facet = json!({
        "type": "list",
        "name": base,
        "columnName": base,
        "expression": format!("grel:{grel}"),
        "omitBlank": false,
        "omitError": false,
        "selection": [{ "v": { "v": "remove", "l": "remove" } }],
        "selectBlank": false,
        "selectError": false,
        "invert": false,
    });
    Ok(vec![json!({ "op": "core/row-removal", "engineConfig": engine(vec![facet]), "description": "Remove rows" })])
}
