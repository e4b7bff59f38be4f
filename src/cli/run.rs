//! `mapwright run`: a profile from source to target without a screen.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{Answer, Exit, run_error};
use super::print::{self, Format, tell};
use super::profiled::Profiled;
use crate::connect::Look;
use crate::engine::{self, ResultFiles, RunEvent, RunOptions};
use crate::{profile as profiles, report};

/// Set by Ctrl-C and by a request to end; the run stops at the next safe point.
pub(super) static CANCEL: AtomicBool = AtomicBool::new(false);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    on: Profiled,
    /// The run folder, for rejects.csv, report.json and report.html [default: mapwright-runs beside the profile]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A pilot: only the first N records of each object
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// A pilot: only records whose key stands in this file, one a line
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Do everything but write to the target
    #[arg(long)]
    dry_run: bool,
    /// Finish the run of this folder if it was cut off; begin one where there is none
    #[arg(long, requires = "out")]
    resume: bool,
    /// Run the rejects of an earlier run again, from its run folder, after they were mended
    #[arg(long, value_name = "RUN", conflicts_with = "source")]
    rejects: Option<PathBuf>,
    /// Result files as other loaders write them, in the run folder: success and error files, or those that were skipped
    #[arg(long, value_enum, value_name = "WHOSE")]
    results: Option<Whose>,
    /// Memory for the keys of duplicates and unique values before they go to disk, as in 64M or 1G
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size)]
    memory: usize,
    /// Threads [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// About how much a thread works on at a time, as in 64K
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = size, hide = true)]
    chunk: usize,
    /// After how many rows a database is told to keep them
    #[arg(long, value_name = "N", default_value_t = 10_000, hide = true)]
    checkpoint: u64,
    /// `json` prints every event of the run as a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whose {
    DataLoader,
    Hubspot,
    Pipedrive,
}

impl From<Whose> for ResultFiles {
    fn from(whose: Whose) -> ResultFiles {
        match whose {
            Whose::DataLoader => ResultFiles::DataLoader,
            Whose::Hubspot => ResultFiles::HubSpot,
            Whose::Pipedrive => ResultFiles::Pipedrive,
        }
    }
}

impl Args {
    /// What `mapwright run PROFILE` means, without options.
    pub(crate) fn of(profile: PathBuf) -> anyhow::Result<Args> {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            args: Args,
        }
        Ok(<Alone as clap::Parser>::try_parse_from(["run".into(), profile.into_os_string()])?.args)
    }
}

/// `64K`, `256M`, `1G` or plain bytes.
fn size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        other => return Err(format!("`{other}` is no unit; write a size as 64M or 1G")),
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|n| n.checked_mul(factor))
        .ok_or_else(|| format!("`{text}` is no size; write it as 64M"))
}

pub(crate) fn run(args: Args) -> Answer {
    // A second handler in one process (tests) is no reason to fail: the first does the same.
    let _ = ctrlc::set_handler(|| CANCEL.store(true, Ordering::Relaxed));
    let loaded = profiles::load(&args.on.profile)?;
    let mut options = options(&args, &loaded)?;
    let mut profile = loaded.profile.clone();
    if let Some(run) = &args.rejects {
        let (source, again) = engine::rejects_again(run, &profile)?;
        options.source = Some(source);
        profile = again;
    }
    for source in options.source.iter_mut().chain([&mut profile.source]) {
        source.look = Look::Reading;
    }
    let teller = Teller::new(args.format);
    let end = engine::run(&profile, &options, &CANCEL, &|event| teller.tell(event))
        .map_err(|error| run_error(error, &args.on.profile, &loaded))?;
    teller.done();
    if args.format == Format::Text {
        // A closed pipe does not change how the run ended.
        let _ = print::out(&report::render::text_in(&end.report, print::style()));
    }
    if let Some(error) = &end.error {
        let _ = writeln!(std::io::stderr(), "error: {}", crate::record::safe_text(&error.to_string()));
    }
    Ok(match end.exit() {
        0 => Exit::Done,
        3 => Exit::Findings,
        4 => Exit::Cancelled,
        5 => Exit::Unbalanced,
        _ => Exit::Failed,
    })
}

fn options(args: &Args, loaded: &profiles::Loaded) -> anyhow::Result<RunOptions> {
    let keys = args
        .keys
        .as_ref()
        .map(|path| {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{}: the file with keys could not be read", path.display()))?;
            Ok::<_, anyhow::Error>(
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
            )
        })
        .transpose()?;
    Ok(RunOptions {
        source: args.on.source(&loaded.profile),
        target: args.on.target(&loaded.profile),
        out: args.out.clone().unwrap_or_else(|| engine::default_folder(&args.on.profile)),
        profile_path: args.on.profile.display().to_string(),
        profile_hash: engine::text_hash(&loaded.text),
        limit: args.limit,
        keys,
        dry_run: args.dry_run,
        resume: args.resume,
        memory: args.memory,
        threads: args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        chunk_bytes: args.chunk,
        checkpoint_rows: args.checkpoint,
        results: args.results.map(Into::into),
        ..RunOptions::default()
    })
}

/// Shows events: a bar on a terminal, plain lines elsewhere, JSON where asked for.
pub(super) struct Teller {
    format: Format,
    bar: Mutex<Option<ProgressBar>>,
    on_terminal: bool,
}

impl Teller {
    pub(super) fn new(format: Format) -> Teller {
        Teller { format, bar: Mutex::new(None), on_terminal: std::io::stderr().is_terminal() }
    }

    pub(super) fn tell(&self, event: &RunEvent) {
        if self.format == Format::Json {
            if let Ok(line) = serde_json::to_string(event) {
                let _ = writeln!(std::io::stdout().lock(), "{line}");
            }
            return;
        }
        match event {
            RunEvent::ObjectStarted { object, total_bytes } if self.on_terminal => self.start(object, *total_bytes),
            RunEvent::ObjectStarted { object, .. } => {
                tell(format_args!("{}: started", crate::record::safe_text(object)))
            }
            RunEvent::Progress { ledger, source_bytes, .. } => {
                if let Ok(bar) = self.bar.lock()
                    && let Some(bar) = &*bar
                {
                    bar.set_position(*source_bytes);
                    bar.set_message(format!("{} read, {} rejected", ledger.read, ledger.rejected));
                }
            }
            RunEvent::ObjectFinished { object, ledger } if !self.on_terminal => {
                tell(format_args!(
                    "{}: {} of {} records written",
                    crate::record::safe_text(object),
                    ledger.written(),
                    ledger.read
                ));
            }
            RunEvent::ObjectFinished { .. } => self.done(),
            // Notices stand in the report, which is printed at the end.
            _ => {}
        }
    }

    fn start(&self, object: &str, total: Option<u64>) {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = "{prefix} {bar:30} {percent:>3}% {bytes_per_sec} ETA {eta} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(crate::record::safe_text(object).into_owned());
        if let Ok(mut slot) = self.bar.lock() {
            *slot = Some(bar);
        }
    }

    pub(super) fn done(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("64K"), Ok(65_536));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("12"), Ok(12));
        assert!(size("lots").is_err());
        assert!(size("99999999999G").is_err());
    }
}
