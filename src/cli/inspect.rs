//! `mapwright inspect`: what is in a source, field by field: type with evidence, filled share, distinct values, lengths,
//! patterns, frequent values, samples. Of a template or schema file: what the fields demand.

use std::fmt::Write;
use std::sync::atomic::AtomicBool;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::exit::{Answer, Exit};
use super::input::Input;
use super::print::{self, Format};
use crate::connect::{ConnectError, ErrorKind, Location, Source, open_source};
use crate::profile::nearest;
use crate::record::safe_text;
use crate::report::words::{count, records, share};
use crate::schema::{
    Counted, Field, FieldStats, FieldType, Object, ObjectStats, Schema, load_schema_file, load_target, profile_all,
    profile_prefix,
};

/// Sources up to this many bytes are read whole without being asked.
const SMALL_SOURCE: u64 = 32 << 20;
/// Of larger ones, this many records.
const PREFIX_RECORDS: u64 = 10_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file, a folder of files, a database; `template:salesforce`; a schema file (JSON, YAML, SQL)
    source: String,
    /// One object only (a file of a folder, a table), with all its figures
    #[arg(long)]
    object: Option<String>,
    /// Read every record, however many there are
    #[arg(long, conflicts_with = "records")]
    all: bool,
    /// Look at this many records only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    records: Option<u64>,
    #[command(flatten)]
    input: Input,
    /// `json` prints every figure
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Inspection<'a> {
    source: &'a str,
    format: &'static str,
    objects: Vec<Inspected>,
}

#[derive(Serialize)]
struct Inspected {
    /// What was guessed about the form.
    evidence: Vec<String>,
    #[serde(flatten)]
    stats: ObjectStats,
}

pub(crate) fn run(args: Args) -> Answer {
    let location = args.input.clone().location(&args.source);
    if let Some(schema) = declared(&location)? {
        return demands(&args, schema);
    }
    let source = open_source(&location)?;
    let mut names = source.objects()?;
    if let Some(wanted) = &args.object {
        if !names.contains(wanted) {
            return Err(no_such_object(&args.source, wanted, &names).into());
        }
        names = vec![wanted.clone()];
    }
    let mut objects = Vec::new();
    for name in &names {
        let stats = look(source.as_ref(), name, &args)?;
        objects.push(Inspected { evidence: source.evidence(name), stats });
    }
    match args.format {
        Format::Json => {
            let inspection = Inspection { source: &args.source, format: source.format(), objects };
            print::out(&format!("{}\n", serde_json::to_string_pretty(&inspection)?))?;
        }
        Format::Text => print::out(&text(&objects, args.object.is_some()))?,
    }
    Ok(Exit::Done)
}

fn no_such_object(source: &str, wanted: &str, names: &[String]) -> ConnectError {
    let next = match nearest(wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("There are: {}.", names.join(", ")),
    };
    ConnectError::new(ErrorKind::NoSuchObject, source, format!("there is no object `{wanted}`"), next)
}

/// A template, or a file that holds a schema and no records.
fn declared(location: &Location) -> anyhow::Result<Option<Schema>> {
    if matches!(location.scheme(), Some("template" | "schema")) {
        return Ok(Some(load_target(location)?));
    }
    let path = location.path();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "sql" | "ddl" | "yaml" | "yml" => Ok(Some(load_schema_file(&path)?)),
        // JSON with records is data.
        "json" => Ok(load_schema_file(&path).ok()),
        _ => Ok(None),
    }
}

fn look(source: &dyn Source, name: &str, args: &Args) -> anyhow::Result<ObjectStats> {
    let small = source.fingerprint(name)?.bytes.is_some_and(|bytes| bytes <= SMALL_SOURCE);
    if let Some(records) = args.records {
        return Ok(profile_prefix(source, name, records)?);
    }
    if !args.all && (!small || source.endless()) {
        return Ok(profile_prefix(source, name, PREFIX_RECORDS)?);
    }
    // Drawn on a terminal only; ends with the command.
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{msg} {bar:30} {percent}%, {eta} left")?);
    bar.set_message(safe_text(name).into_owned());
    let stats = profile_all(source, name, &AtomicBool::new(false), &mut |at| {
        bar.set_length(at.total.unwrap_or(at.bytes));
        bar.set_position(at.bytes);
    });
    bar.finish_and_clear();
    Ok(stats?)
}

fn text(objects: &[Inspected], one: bool) -> String {
    let mut out = String::new();
    if objects.is_empty() {
        return "There are no objects in this source.\n".to_owned();
    }
    for (at, object) in objects.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        head(&mut out, object);
        overview(&mut out, &object.stats);
        if one || objects.len() == 1 {
            for (field, stats) in fields_of(&object.stats) {
                details(&mut out, field, stats);
            }
        }
    }
    if !one && objects.len() > 1 {
        out.push_str("\nAll figures of one of them: --object NAME\n");
    }
    out
}

fn head(out: &mut String, object: &Inspected) {
    let stats = &object.stats;
    let fields = stats.fields.len();
    let seen = if stats.complete { records(stats.records) } else { format!("the first {}", records(stats.records)) };
    line(out, &format!("{}: {seen}, {fields} {}", safe_text(&stats.object.name), plural(fields as u64, "field")));
    for evidence in &object.evidence {
        line(out, &format!("  {}", safe_text(evidence)));
    }
    if stats.faults > 0 {
        let are = if stats.faults == 1 { "record is" } else { "records are" };
        line(out, &format!("  {} {are} not of the form the others have", count(stats.faults)));
    }
    if !stats.complete {
        line(out, "  figures are of these records only: --all reads the whole");
    }
}

/// Figures with the field they are of.
fn fields_of(stats: &ObjectStats) -> impl Iterator<Item = (Option<&Field>, &FieldStats)> {
    stats.fields.iter().map(|field| (stats.object.field(&field.name), field))
}

fn overview(out: &mut String, stats: &ObjectStats) {
    let mut rows = vec![["field", "type", "filled", "distinct", "length", "sample"].map(str::to_owned)];
    for (field, figures) in fields_of(stats) {
        let field_type = field.map_or(figures.inference.field_type, |field| field.field_type);
        rows.push([
            safe_text(&figures.name).into_owned(),
            word(field_type),
            share(figures.filled_share()),
            distinct(figures),
            lengths(figures),
            figures.samples.first().map(|sample| safe_text(sample).into_owned()).unwrap_or_default(),
        ]);
    }
    table(out, &rows, [28, 16, 7, 10, 10]);
}

/// Columns as wide as their widest cell (up to a limit), the last one up to the edge of the screen.
fn table<const N: usize, const M: usize>(out: &mut String, rows: &[[String; N]], limits: [usize; M]) {
    let screen = print::style().width;
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = limits.iter().enumerate().map(|(column, limit)| width(column).min(*limit)).collect();
    let before: usize = widths.iter().map(|width| width + 2).sum::<usize>() + 2;
    for row in rows {
        let mut text = String::from("  ");
        for (cell, width) in row.iter().zip(&widths) {
            let cell = cut(cell, *width);
            let _ = write!(text, "{cell}{:pad$}", "", pad = width - cell.width() + 2);
        }
        if let Some(last) = row.get(widths.len()) {
            text.push_str(&cut(last, screen.saturating_sub(before).max(10)));
        }
        line(out, text.trim_end());
    }
}

/// The beginning of a text that is at most `width` columns wide, with `…` where something was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in unicode_segmentation::UnicodeSegmentation::graphemes(text, true) {
        if kept.width() + letter.width() + 1 > width {
            break;
        }
        kept.push_str(letter);
    }
    kept.push('…');
    kept
}

fn details(out: &mut String, field: Option<&Field>, stats: &FieldStats) {
    let field_type = field.map_or(stats.inference.field_type, |field| field.field_type);
    let native = field.and_then(|field| field.native_type.as_deref());
    let native = native.map(|native| format!(" ({})", safe_text(native))).unwrap_or_default();
    line(out, &format!("\n{}  {}{native}", safe_text(&stats.name), word(field_type)));
    for evidence in &stats.inference.evidence {
        line(out, &format!("  {}", safe_text(evidence)));
    }
    let mut figures = vec![format!("filled {} ({})", share(stats.filled_share()), count(stats.filled))];
    if stats.null > 0 {
        figures.push(format!("{} null", count(stats.null)));
    }
    if stats.missing > 0 {
        figures.push(format!("{} missing", count(stats.missing)));
    }
    if stats.filled > 0 {
        figures.push(format!("{} distinct", distinct(stats)));
        figures.push(format!("{} characters", lengths(stats)));
    }
    // In a field of phone numbers the few that are digits only would look like a range.
    if let (Some(least), Some(most), true) =
        (&stats.min_number, &stats.max_number, stats.fit(FieldType::Decimal) * 2 > stats.filled)
    {
        figures.push(format!("numbers {least} to {most}"));
    }
    line(out, &format!("  {}", figures.join(", ")));
    listed(out, "patterns", &stats.patterns, 6);
    // Of many values, those that occur once say nothing.
    let few = stats.distinct.count <= 8;
    let frequent: Vec<Counted> = stats.values.iter().filter(|value| few || value.count > 1).cloned().collect();
    if frequent.iter().any(|value| value.count > 1) {
        listed(out, "frequent", &frequent, 8);
    }
    let samples: Vec<String> = stats.samples.iter().map(|sample| format!("`{}`", safe_text(sample))).collect();
    wrapped(out, "samples", &samples);
}

fn listed(out: &mut String, name: &str, items: &[Counted], most: usize) {
    let said = |item: &Counted| {
        let at_least = if item.is_exact() { "" } else { "at least " };
        let more = if item.cut { "…" } else { "" };
        format!("`{}{more}` {at_least}{}", safe_text(&item.text), count(item.count))
    };
    let items: Vec<String> = items.iter().take(most).map(said).collect();
    wrapped(out, name, &items);
}

/// Items one after another, in as many lines as they need.
fn wrapped(out: &mut String, name: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let screen = print::style().width.max(40);
    let mut text = format!("  {name:<9} ");
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 < items.len() { ", " } else { "" };
        let item = cut(item, screen - 16);
        if text.width() + item.width() + comma.len() > screen && !text.trim().is_empty() {
            line(out, text.trim_end());
            text = " ".repeat(12);
        }
        text.push_str(&item);
        text.push_str(comma);
    }
    line(out, text.trim_end());
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn plural(number: u64, word: &str) -> String {
    if number == 1 { word.to_owned() } else { format!("{word}s") }
}

fn distinct(stats: &FieldStats) -> String {
    let about = if stats.distinct.exact { "" } else { "~" };
    format!("{about}{}", count(stats.distinct.count))
}

fn lengths(stats: &FieldStats) -> String {
    match (stats.min_length, stats.max_length) {
        (Some(least), Some(most)) if least == most => count(u64::from(most)),
        (Some(least), Some(most)) => format!("{}-{}", count(u64::from(least)), count(u64::from(most))),
        _ => "-".to_owned(),
    }
}

/// A type as a profile writes it, in words.
fn word(field_type: FieldType) -> String {
    let name = serde_json::to_value(field_type).ok();
    let word = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
    if word == "date_time" { "datetime".to_owned() } else { word.replace('_', " ") }
}

/// Prints what a schema demands.
fn demands(args: &Args, mut schema: Schema) -> Answer {
    if let Some(wanted) = &args.object {
        let names: Vec<String> = schema.objects.iter().map(|object| object.name.clone()).collect();
        schema.objects.retain(|object| object.name.eq_ignore_ascii_case(wanted));
        if schema.objects.is_empty() {
            return Err(no_such_object(&args.source, wanted, &names).into());
        }
    }
    match args.format {
        Format::Json => print::out(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?,
        Format::Text => {
            let mut out = String::new();
            for (at, object) in schema.objects.iter().enumerate() {
                if at > 0 {
                    out.push('\n');
                }
                demands_of(&mut out, object);
            }
            print::out(&out)?;
        }
    }
    Ok(Exit::Done)
}

fn demands_of(out: &mut String, object: &Object) {
    let fields = object.fields.len();
    line(out, &format!("{}: {fields} {}", safe_text(&object.name), plural(fields as u64, "field")));
    let mut rows = vec![["field", "label", "type", "demands"].map(str::to_owned)];
    for field in &object.fields {
        let label = field.label.as_deref().unwrap_or_default();
        let cells = [safe_text(&field.name), safe_text(label)].map(std::borrow::Cow::into_owned);
        let [name, label] = cells;
        rows.push([name, label, word(field.field_type), safe_text(&rules(field)).into_owned()]);
    }
    table(out, &rows, [32, 32, 16]);
}

/// A field's constraints in a few words.
fn rules(field: &Field) -> String {
    let rules = &field.constraints;
    let mut words = Vec::new();
    if rules.read_only {
        words.push("read-only".to_owned());
    } else if rules.required {
        words.push("required".to_owned());
    }
    if rules.unique {
        words.push("unique".to_owned());
    }
    match (rules.min_length, rules.max_length) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most} characters")),
        (Some(least), None) => words.push(format!("at least {least} characters")),
        (None, Some(most)) => words.push(format!("up to {most} characters")),
        (None, None) => {}
    }
    match (&rules.minimum, &rules.maximum) {
        (Some(least), Some(most)) => words.push(format!("{least} to {most}")),
        (Some(least), None) => words.push(format!("at least {least}")),
        (None, Some(most)) => words.push(format!("at most {most}")),
        (None, None) => {}
    }
    if let Some(pattern) = &rules.pattern {
        words.push(format!("like {pattern}"));
    }
    if let Some(to) = &field.references {
        words.push(format!("refers to {to}"));
    }
    if let Some(default) = &rules.default {
        words.push(format!("default {default}"));
    }
    if !rules.one_of.is_empty() {
        words.push(format!("one of {}: {}", rules.one_of.len(), rules.one_of.join(", ")));
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("東京都庁", 5), "東京…");
    }

    #[test]
    fn constraints_in_words() {
        let mut field = Field::named("a");
        field.constraints.required = true;
        field.constraints.max_length = Some(80);
        field.constraints.one_of = vec!["x".into(), "y".into()];
        assert_eq!(rules(&field), "required; up to 80 characters; one of 2: x, y");
    }
}
