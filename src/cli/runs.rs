//! `mapwright runs`: the runs that there are, how each stands, and what it needs.

use std::path::{Path, PathBuf};

use super::exit::{Answer, Exit};
use super::print::{self, Format};
use crate::record::safe_text;
use crate::report::words::{count, instant, records};
use crate::workspace::{RUNS_FOLDER, RunEntry, list_runs};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder of runs, or one that has `mapwright-runs` in it
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// `json` prints a list of runs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: Args) -> Answer {
    let runs = list_runs(&args.folder)?;
    match args.format {
        Format::Json => print::out(&format!("{}\n", serde_json::to_string_pretty(&runs)?))?,
        Format::Text => print::out(&table(&runs, &args.folder))?,
    }
    Ok(Exit::Done)
}

fn table(runs: &[RunEntry], folder: &Path) -> String {
    if runs.is_empty() {
        return format!(
            "There are no runs in `{}`. The runs of a profile are kept in `{RUNS_FOLDER}` beside it: mapwright runs FOLDER\n",
            safe_text(&folder.display().to_string())
        );
    }
    let mut text = String::new();
    for run in runs {
        let state = if run.dry_run { format!("{}, dry run", run.state.word()) } else { run.state.word().to_owned() };
        text.push_str(&format!("{}  {}\n", safe_text(&run.folder.display().to_string()), state));
        let mut facts = Vec::new();
        if !run.started.is_empty() {
            facts.push(format!("started {}", safe_text(&instant(&run.started))));
        }
        if !run.profile.is_empty() {
            facts.push(safe_text(&run.profile).into_owned());
        }
        if let Some(ledger) = &run.ledger {
            facts.push(format!("{} of {} written", count(ledger.written()), records(ledger.read)));
            if ledger.rejected > 0 {
                facts.push(format!("{} rejected", count(ledger.rejected)));
            }
        }
        text.push_str(&format!("    {}\n", facts.join(", ")));
        if !run.needs.is_empty() {
            text.push_str(&format!("    needs: {}\n", safe_text(&run.needs)));
        }
    }
    text
}
