//! `mapwright check`: lint of a profile against its source and target, then every record through the plan.

use std::path::Path;
use std::sync::atomic::Ordering;

use serde::Serialize;

use super::exit::{Answer, Exit, run_error};
use super::print::{self, Format};
use super::profiled::Profiled;
use super::run::{CANCEL, Teller};
use crate::connect::{ConnectError, ErrorKind, Location, Look, open_source, open_target};
use crate::engine::{self, RunEnd, RunOptions};
use crate::profile::{self, Issue, LintContext, Loaded, Profile, Severity};
use crate::record::safe_text;
use crate::report::{ObjectReport, Report};
use crate::schema::{Constraints, Field, Object, Schema, load_target};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    on: Profiled,
    /// Only the profile and the fields: leave the records unread
    #[arg(long)]
    no_records: bool,
    /// Only the profile's text: open neither source nor target
    #[arg(long)]
    text_only: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Output<'a> {
    profile: String,
    issues: &'a [Issue],
    /// Absent where the records were not read.
    objects: Option<&'a [ObjectReport]>,
}

pub(crate) fn run(args: Args) -> Answer {
    let loaded = profile::load(&args.on.profile)?;
    let locations = Locations::of(&args, &loaded.profile);
    let source = if args.text_only { None } else { locations.source_schema(&loaded.profile)? };
    let mut issues = Vec::new();
    let target = if args.text_only { None } else { locations.target_schema(&mut issues) };
    let context = LintContext { source: source.as_ref(), target: target.as_ref() };
    issues.extend(profile::lint(&loaded.profile, &loaded.text, &context));
    let file = args.on.profile.display().to_string();
    issues.iter_mut().for_each(|issue| issue.file.clone_from(&file));
    let broken = issues.iter().any(|issue| issue.severity == Severity::Error);
    if args.format == Format::Text {
        let shown: Vec<String> = issues.iter().map(|issue| profile::render(issue, &loaded.text)).collect();
        print::out(&shown.join("\n"))?;
    }
    let records = source.is_some() && !args.no_records && !broken;
    let end = if records { Some(every_record(&args, &loaded, &locations)?) } else { None };
    let (report, error) = end.map_or((None, None), |end| (Some(end.report), end.error));
    let report = report.as_ref();
    match args.format {
        Format::Text => print::out(&summary(&issues, report))?,
        Format::Json => {
            let objects = report.map(|report| report.objects.as_slice());
            let output = Output { profile: file, issues: &issues, objects };
            print::out(&format!("{}\n", serde_json::to_string_pretty(&output)?))?;
        }
    }
    if let Some(error) = error {
        return Err(error.into());
    }
    Ok(match report {
        _ if broken => Exit::Usage,
        _ if CANCEL.load(Ordering::Relaxed) => Exit::Cancelled,
        Some(report) if !report.balances => Exit::Unbalanced,
        Some(report) if report.ledger.rejected > 0 => Exit::Findings,
        _ => Exit::Done,
    })
}

/// Where source and target are: the command line before the profile.
struct Locations {
    source: Location,
    target: Location,
}

impl Locations {
    fn of(args: &Args, profile: &Profile) -> Locations {
        Locations {
            source: args.on.source(profile).unwrap_or_else(|| profile.source.clone()),
            target: args.on.target(profile).unwrap_or_else(|| profile.target.clone()),
        }
    }

    /// The objects of the source, with fields where the profile uses them; `None` where the profile names no source.
    fn source_schema(&self, profile: &Profile) -> Result<Option<Schema>, ConnectError> {
        if self.source.address.is_empty() {
            return Ok(None);
        }
        let source = open_source(&self.source)?;
        let mut objects = Vec::new();
        let names = source.objects()?;
        for name in &names {
            let used = names.len() == 1 || profile.objects.iter().any(|object| object.from == *name);
            let object = if used { source.object(name)? } else { Object { name: name.clone(), ..Object::default() } };
            objects.push(Object { name: name.clone(), ..object });
        }
        Ok(Some(Schema { name: self.source.address.clone(), objects }))
    }

    /// What the target demands, where it is there and says so. A target that a run could not open is an issue.
    fn target_schema(&self, issues: &mut Vec<Issue>) -> Option<Schema> {
        if self.target.address.is_empty() {
            return None;
        }
        let schema = match self.target.scheme() {
            Some("template" | "schema") => load_target(&self.target).map_err(|error| error.to_string()),
            _ => match open_target(&self.target).and_then(|target| target.schema()) {
                Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Empty) => return None,
                other => other.map_err(|error| error.to_string()),
            },
        };
        match schema {
            Ok(mut schema) => {
                // A file of texts demands nothing: its header is what the last run wrote.
                schema.objects.retain(|object| object.fields.iter().any(says_more_than_its_name));
                (!schema.objects.is_empty()).then_some(schema)
            }
            Err(message) => {
                issues.push(Issue::about_all(Severity::Error, format!("the target cannot be opened: {message}")));
                None
            }
        }
    }
}

fn says_more_than_its_name(field: &Field) -> bool {
    field.native_type.is_some() || field.constraints != Constraints::default()
}

/// A dry run into a folder that goes away.
fn every_record(args: &Args, loaded: &Loaded, locations: &Locations) -> anyhow::Result<RunEnd> {
    let folder = tempfile::tempdir()?;
    // A second handler in one process (tests) is no reason to fail: the first does the same.
    let _ = ctrlc::set_handler(|| CANCEL.store(true, Ordering::Relaxed));
    // Where there is no target to open, files that a dry run never writes stand for it.
    let no_target =
        locations.target.address.is_empty() || matches!(locations.target.scheme(), Some("template" | "schema"));
    let stand_in = Location::from_argument(&format!("{}/", folder.path().join("target").display()));
    let target = if no_target { stand_in } else { locations.target.clone() };
    let mut options = RunOptions {
        source: Some(locations.source.clone()),
        target: Some(target),
        out: folder.path().join("check"),
        profile_path: args.on.profile.display().to_string(),
        profile_hash: engine::text_hash(&loaded.text),
        limit: None,
        keys: None,
        dry_run: true,
        resume: false,
        memory: 256 << 20,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        chunk_bytes: 0,
        ..RunOptions::default()
    };
    let teller = Teller::new(Format::Text);
    // Plain lines are for runs; a check shows its bar on a terminal and is silent elsewhere.
    let shown = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let mut profile = loaded.profile.clone();
    for source in options.source.iter_mut().chain([&mut profile.source]) {
        source.look = Look::Reading;
    }
    let end = engine::run(&profile, &options, &CANCEL, &|event| {
        if shown {
            teller.tell(event);
        }
    });
    teller.done();
    end.map_err(|error| run_error(error, Path::new(&options.profile_path), loaded))
}

fn summary(issues: &[Issue], report: Option<&Report>) -> String {
    let mut out = String::new();
    let count = |severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if !issues.is_empty() {
        out.push('\n');
    }
    for object in report.iter().flat_map(|report| &report.objects) {
        let ledger = &object.ledger;
        let good = ledger.read - ledger.rejected - ledger.duplicate - ledger.filtered;
        out.push_str(&format!(
            "{} -> {}: {} records read, {good} good, {} rejected, {} duplicate, {} filtered\n",
            safe_text(&object.from),
            safe_text(&object.to),
            ledger.read,
            ledger.rejected,
            ledger.duplicate,
            ledger.filtered,
        ));
        for reason in &object.reasons {
            let examples: Vec<String> = reason.examples.iter().take(3).map(|value| format!("`{value}`")).collect();
            let examples = if examples.is_empty() { String::new() } else { format!(": {}", examples.join(", ")) };
            let label = safe_text(&reason.label).into_owned();
            out.push_str(&format!(
                "{:>9}  {label}  {}\n",
                reason.count,
                safe_text(&format!("{}{examples}", reason.meaning))
            ));
        }
    }
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    out.push_str(&match (errors, warnings, report.map(|report| report.ledger)) {
        (0, 0, Some(ledger)) if ledger.rejected > 0 => {
            format!("The profile is in order; {} of {} records do not pass its checks.\n", ledger.rejected, ledger.read)
        }
        (0, 0, _) => "The profile is in order.\n".to_owned(),
        _ => format!("The profile has {} and {}.\n", plural(errors, "error"), plural(warnings, "warning")),
    });
    out
}
