//! `mapwright completions`: what a shell needs to complete commands and options.

use clap_complete::Shell;

use super::exit::{Answer, Exit};
use super::print;

#[derive(Debug, clap::Args)]
#[command(after_help = "For bash: mapwright completions bash > ~/.local/share/bash-completion/completions/mapwright")]
pub(crate) struct Args {
    /// The shell to make completions for
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: Args) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "mapwright", &mut script);
    print::out(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
