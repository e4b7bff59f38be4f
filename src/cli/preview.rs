//! `mapwright preview`: the first records before and after, with what the run would say about them.

use std::io::Write;

use serde_json::json;

use super::exit::{Answer, Exit, run_error};
use super::print::Format;
use super::profiled::Profiled;
use crate::connect::{holds, open_source, open_target};
use crate::engine::{self, Links, Plan, PlanOptions, Preview, PreviewFate};
use crate::profile;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    on: Profiled,
    /// How many records of each object
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Only this target object
    #[arg(long, value_name = "OBJECT")]
    object: Option<String>,
    /// Only records that would not be written
    #[arg(long)]
    rejects: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: Args) -> Answer {
    let loaded = profile::load(&args.on.profile)?;
    let profile = &loaded.profile;
    let source = open_source(args.on.source(profile).as_ref().unwrap_or(&profile.source))?;
    let other = args.on.target(profile);
    let target_location = other.as_ref().unwrap_or(&profile.target);
    let mut out = std::io::stdout().lock();
    for mapping in profile.objects.iter().filter(|object| args.object.as_ref().is_none_or(|name| *name == object.to)) {
        let target = open_target(target_location).and_then(|target| target.schema()).ok();
        let object = target.as_ref().and_then(|schema| schema.object(&mapping.to));
        let compile = |fields: &[String]| {
            let options = PlanOptions {
                now: jiff::Timestamp::now(),
                keys: None,
                links: Links::of(profile),
                holds: holds(target_location, &mapping.to),
            };
            Plan::compile(mapping, fields, object, options)
        };
        let mut shown = 0;
        let previewed = engine::preview_object(&*source, mapping, compile, |plan, preview| {
            if args.rejects && preview.fate == PreviewFate::Written {
                return true;
            }
            let line = match args.format {
                Format::Json => json_line(plan, &mapping.to, &preview),
                Format::Text => text_lines(plan, &mapping.to, &preview),
            };
            shown += 1;
            // A closed pipe ends the preview like enough records do.
            writeln!(out, "{line}").is_ok() && shown < args.limit
        });
        previewed.map_err(|error| run_error(error, &args.on.profile, &loaded))?;
    }
    Ok(Exit::Done)
}

fn fate_word(fate: PreviewFate) -> &'static str {
    match fate {
        PreviewFate::Written => "written",
        PreviewFate::Rejected => "rejected",
        PreviewFate::Duplicate => "duplicate",
        PreviewFate::Filtered => "filtered",
    }
}

fn json_line(plan: &Plan, object: &str, preview: &Preview) -> String {
    let cells = |names: &[String], cells: &[engine::PreviewCell]| {
        let pairs = names.iter().zip(cells).map(|(name, cell)| (name.clone(), json!(cell.text)));
        serde_json::Value::Object(pairs.collect())
    };
    json!({
        "object": object,
        "record": preview.origin.number,
        "line": preview.origin.line,
        "fate": fate_word(preview.fate),
        "before": cells(plan.source_fields(), &preview.before),
        "after": cells(plan.target_fields(), &preview.after),
        "findings": preview.findings,
    })
    .to_string()
}

fn text_lines(plan: &Plan, object: &str, preview: &Preview) -> String {
    let width = plan.target_fields().iter().map(|name| name.chars().count()).max().unwrap_or(0).min(32);
    let mut lines = vec![format!("{}  {}  {}", safe_text(object), preview.origin, fate_word(preview.fate))];
    for (name, cell) in plan.target_fields().iter().zip(&preview.after) {
        lines.push(format!("  {:width$}  {}", safe_text(name), safe_text(&cell.text)));
    }
    for finding in &preview.findings {
        lines.push(format!("  ! {}: {}", safe_text(&finding.label()), safe_text(&finding.reason)));
    }
    lines.join("\n")
}
