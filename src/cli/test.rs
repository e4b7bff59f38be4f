//! `mapwright test`: the examples of a profile, each run through the plan that a run would use.

use std::path::PathBuf;

use serde_json::json;

use super::exit::{Answer, Exit, run_error};
use super::print::{self, Format};
use crate::engine::RunError;
use crate::profile::{self, Difference, ExampleResult};
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The mapping profile
    profile: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: Args) -> Answer {
    let loaded = profile::load(&args.profile)?;
    let results = profile::run_examples(&loaded.profile, None, jiff::Timestamp::now())
        .map_err(|issues| run_error(RunError::Profile(issues), &args.profile, &loaded))?;
    match args.format {
        Format::Text => print::out(&text(&results))?,
        Format::Json => print::out(&format!("{}\n", json(&results)))?,
    }
    Ok(if results.iter().all(ExampleResult::passed) { Exit::Done } else { Exit::Findings })
}

fn text(results: &[ExampleResult]) -> String {
    if results.is_empty() {
        return "The profile has no examples. Add some under `examples:` of an object.\n".to_owned();
    }
    let mut out = String::new();
    for result in results {
        let outcome = if result.passed() { "passed" } else { "FAILED" };
        let object = if result.object.is_empty() { "the object" } else { &result.object };
        let line = result.place.line;
        out.push_str(&format!("{outcome}  {}, example {} (line {line})\n", safe_text(object), result.number));
        for difference in &result.differences {
            out.push_str(&format!("        {}\n", safe_text(&sentence(difference))));
        }
    }
    let passed = results.iter().filter(|result| result.passed()).count();
    out.push_str(&format!("{passed} of {} examples passed\n", results.len()));
    out
}

fn sentence(difference: &Difference) -> String {
    let value =
        |value: &Option<String>| value.as_ref().map_or_else(|| "nothing".to_owned(), |text| format!("`{text}`"));
    match difference {
        Difference::Value { field, expected, found } => {
            format!("{field}: {} came out, {} was expected", value(found), value(expected))
        }
        Difference::Finding { field, reason } => format!("{field}: {reason}"),
        Difference::NoFinding { expected, found } if found.is_empty() => {
            format!("{expected} was expected, and there was no finding")
        }
        Difference::NoFinding { expected, found } => format!("{expected} was expected, but came: {}", found.join(", ")),
        Difference::Filtered => "the `where` of the object leaves this record out".to_owned(),
    }
}

fn json(results: &[ExampleResult]) -> serde_json::Value {
    let one = |result: &ExampleResult| {
        json!({
            "object": result.object,
            "example": result.number,
            "line": result.place.line,
            "passed": result.passed(),
            "differences": result.differences.iter().map(sentence).collect::<Vec<_>>(),
        })
    };
    let passed = results.iter().filter(|result| result.passed()).count();
    json!({ "passed": passed, "failed": results.len() - passed, "examples": results.iter().map(one).collect::<Vec<_>>() })
}
