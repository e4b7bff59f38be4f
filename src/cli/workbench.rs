//! The workbench: what opens it, and what it leaves behind on the terminal.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use super::exit::{Answer, Exit};
use crate::app::bindings::Bindings;
use crate::app::{Job, Looks, Model, Msg};
use crate::term::{self, Ended};

/// Opens the workbench on a job and stays until it is quit.
pub(crate) fn open(job: Job) -> Answer {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        eprintln!(
            "error: the workbench needs a terminal, and this is none (input or output is redirected).\n\
             Without a screen there are `mapwright run`, `preview`, `suggest` and `inspect`; `mapwright help` lists them."
        );
        return Ok(Exit::Usage);
    }
    let looks = Looks::from_environment(|name| std::env::var(name).ok());
    let panic_key = cfg!(debug_assertions) && std::env::var_os("MAPWRIGHT_TEST_PANIC").is_some();
    let mut model = Model::new(looks);
    model.panic_key = panic_key;
    let (bindings, problems) = bindings();
    model.bindings = Arc::new(bindings);
    model.key_problems = problems;
    let end = match term::run(model, vec![Msg::Begin(job)]) {
        Ok(end) => end,
        Err(error) => {
            bail!("the terminal could not be used: {error}. Try another terminal, or the commands without a screen.")
        }
    };
    if let Some(path) = end.draft {
        println!("Unsaved changes are kept in {}; they are offered when you open this again.", path.display());
    }
    Ok(match end.ended {
        Ended::Quit => Exit::Done,
        Ended::Stopped => Exit::Cancelled,
    })
}

/// The user's keys: `MAPWRIGHT_KEYS`, else `mapwright/keys` in the folder for settings. No file is no problem.
fn bindings() -> (Bindings, Vec<String>) {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = set("MAPWRIGHT_KEYS");
    let usual = || {
        let settings = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
        Some(settings.join("mapwright").join("keys")).filter(|path| path.is_file())
    };
    let Some(path) = named.or_else(usual) else { return (Bindings::default(), Vec::new()) };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let (bindings, problems) = Bindings::parse(&text);
            (bindings, problems.into_iter().map(|problem| format!("{}, {problem}", path.display())).collect())
        }
        Err(error) => (Bindings::default(), vec![format!("{} could not be read: {error}", path.display())]),
    }
}
