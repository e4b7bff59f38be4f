//! `mapwright memory`: the learned matches, shown, learned from a reviewed profile, and forgotten.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::exit::{Answer, Exit};
use super::print;
use crate::matching::{Between, Memory, Verdict, decisions};
use crate::profile;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file of learned matches; a team may keep it beside its profiles
    #[arg(long, value_name = "FILE", global = true)]
    memory: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what was confirmed and rejected
    List,
    /// Learn the mappings of a profile that people have reviewed
    Learn {
        /// The mapping profile
        profile: PathBuf,
    },
    /// Forget decisions: about a field, a pair of fields, or all between two systems
    Forget {
        /// A source field
        #[arg(long)]
        source: Option<String>,
        /// A target field
        #[arg(long)]
        target: Option<String>,
        /// A source or target system, as `memory list` shows it
        #[arg(long)]
        system: Option<String>,
    },
    /// Take in another file of learned matches; where both decided, that file counts
    Merge {
        /// The other file
        file: PathBuf,
    },
}

pub(crate) fn run(args: Args) -> Answer {
    let path = args.memory.or_else(Memory::default_path).ok_or_else(|| {
        anyhow::anyhow!("There is no home folder to keep learned matches in. Name a file with --memory FILE.")
    })?;
    let mut memory = Memory::load(&path)?;
    match args.action {
        Action::List => return list(&memory, &path),
        Action::Learn { profile } => {
            let loaded = profile::load(&profile)?;
            let origin = profile.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let learned = decisions(&loaded.profile, None, &origin);
            let count = learned.len();
            learned.into_iter().for_each(|decision| memory.remember(decision));
            memory.save(&path)?;
            print::out(&format!("Learned {count} matches. They are in {}.\n", shown(&path)))?;
        }
        Action::Forget { source, target, system } => {
            anyhow::ensure!(
                source.is_some() || target.is_some() || system.is_some(),
                "Say what to forget: --source FIELD, --target FIELD or --system NAME."
            );
            let same = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
            let count = memory.forget(|entry| {
                same(&source, &entry.source)
                    && same(&target, &entry.target)
                    && (same(&system, &entry.between.source_system) || same(&system, &entry.between.target_system))
            });
            memory.save(&path)?;
            print::out(&format!("Forgot {count} decisions.\n"))?;
        }
        Action::Merge { file } => {
            anyhow::ensure!(file.is_file(), "{}: there is no such file.", shown(&file));
            memory.merge(Memory::load(&file)?);
            memory.save(&path)?;
            print::out(&format!("{} decisions are in {}.\n", memory.iter().count(), shown(&path)))?;
        }
    }
    Ok(Exit::Done)
}

fn shown(path: &Path) -> String {
    safe_text(&path.display().to_string()).into_owned()
}

fn list(memory: &Memory, path: &Path) -> Answer {
    let mut text = String::new();
    let mut last: Option<&Between> = None;
    for entry in memory.iter() {
        if last != Some(&entry.between) {
            let between = &entry.between;
            text.push_str(&format!(
                "{} {} -> {} {}\n",
                safe_text(&between.source_system),
                safe_text(&between.source_object),
                safe_text(&between.target_system),
                safe_text(&between.target_object)
            ));
            last = Some(&entry.between);
        }
        let verdict = if entry.verdict == Verdict::Confirmed { "confirmed" } else { "rejected" };
        let mut line = format!("  {verdict}  {} -> {}", safe_text(&entry.source), safe_text(&entry.target));
        if let Some((from, to)) = &entry.values {
            line.push_str(&format!("   {} = {}", safe_text(from), safe_text(to)));
        }
        if !entry.origin.is_empty() {
            line.push_str(&format!("   ({})", safe_text(&entry.origin)));
        }
        text.push_str(&line);
        text.push('\n');
    }
    if text.is_empty() {
        text = format!("Nothing is learned yet in {}. To learn: mapwright memory learn PROFILE\n", shown(path));
    }
    print::out(&text)?;
    Ok(Exit::Done)
}
