//! `mapwright man`: the manual page, of the program or of one command, in roff.

use std::io::{Write, stderr};

use anyhow::Context;

use super::exit::{Answer, Exit};
use super::print;
use crate::record::safe_text;

#[derive(Debug, clap::Args)]
#[command(after_help = "To read it at once: mapwright man | man -l -")]
pub(crate) struct Args {
    /// The command to describe [default: the whole program]
    command: Option<String>,
}

pub(crate) fn run(args: Args) -> Answer {
    let mut whole = super::command();
    whole.build();
    let described = match &args.command {
        None => Some(&whole),
        Some(name) => whole.find_subcommand(name),
    };
    let Some(described) = described.cloned() else {
        let name = args.command.as_deref().map(safe_text).unwrap_or_default();
        // Nothing can be told where standard error is closed.
        let _ = writeln!(stderr(), "error: there is no command `{name}`. `mapwright help` lists the commands.");
        return Ok(Exit::Usage);
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(described).render(&mut page).context("the manual page could not be made")?;
    print::out(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
