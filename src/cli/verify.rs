//! `mapwright verify`: read the target back and compare it with what the profile makes of the source.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::exit::{Answer, Exit, run_error};
use super::print::Format;
use super::profiled::Profiled;
use crate::engine::{self, RunOptions};
use crate::profile;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    on: Profiled,
    /// The run folder of the run to verify, for the time that `now` means in it
    #[arg(long, value_name = "RUN")]
    run: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Exit 0: every record is there as it should be; 3: some are not.
pub(crate) fn run(args: Args) -> Answer {
    let loaded = profile::load(&args.on.profile)?;
    let started =
        args.run.as_deref().and_then(engine::Manifest::read).and_then(|manifest| manifest.started.parse().ok());
    let options = RunOptions {
        source: args.on.source(&loaded.profile),
        target: args.on.target(&loaded.profile),
        now: started,
        ..RunOptions::default()
    };
    let all = engine::verify(&loaded.profile, &options, &AtomicBool::new(false))
        .map_err(|error| run_error(error, &args.on.profile, &loaded))?;
    let mut out = std::io::stdout().lock();
    for one in &all {
        let line = match args.format {
            Format::Json => serde_json::to_string(one)?,
            Format::Text => text(one),
        };
        // A closed pipe does not change what was found.
        let _ = writeln!(out, "{line}");
    }
    let consistent = all.iter().all(|one| one.equal == one.expected);
    Ok(if consistent { Exit::Done } else { Exit::Findings })
}

fn text(one: &engine::Verified) -> String {
    let share = if one.expected == 0 { 100.0 } else { one.equal as f64 * 100.0 / one.expected as f64 };
    let mut lines = vec![format!(
        "{}: {} of {} records are in the target as the profile makes them ({share:.2}% consistent); {} others are there",
        safe_text(&one.object),
        one.equal,
        one.expected,
        one.others
    )];
    lines.extend(one.missing.iter().map(|record| format!("  not there as it should be: {}", safe_text(record))));
    lines.join("\n")
}
